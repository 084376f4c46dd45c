"""Which rows changed: triggers that note them, and reading what they noted.

Whatever writes the record, a service, `queryset.update()` or SQL by hand, is noted, deletes too. So the copy of the
facts never needs a service to remember it.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection, connections

from homeward.outcomes.facts.tables import SOURCES
from homeward.outcomes.models import TouchedRow

TABLE = TouchedRow._meta.db_table
# A copy that has not looked for longer than this many changes is made again from nothing
KEPT = 2_000_000


def lay_triggers(using: str = "default") -> None:
    """Make every table that facts are copied from note its changes. Safe to repeat.

    Again after every migrate, because altering a column on SQLite rebuilds the table and drops its triggers.
    """
    one = connections[using]
    present = set(one.introspection.table_names())
    if TABLE not in present:
        return
    with one.cursor() as cursor:
        if one.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION homeward_touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" INSERT INTO {TABLE} (table_name, row_number, transaction_number)"  # nosec B608
                " VALUES (TG_TABLE_NAME, CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END,"
                " pg_current_xact_id()::text::bigint); RETURN NULL; END $$"
            )
        for source in sorted(SOURCES & present):
            if one.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {source}_touched ON {source}")
                cursor.execute(
                    f"CREATE TRIGGER {source}_touched AFTER INSERT OR UPDATE OR DELETE ON {source}"
                    " FOR EACH ROW EXECUTE FUNCTION homeward_touched()"
                )
                continue
            for what, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {source}_touched_{what} AFTER {what.upper()} ON {source} BEGIN"
                    f" INSERT INTO {TABLE} (table_name, row_number) VALUES ('{source}', {row}.id); END"  # nosec B608
                )


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a copy has read: the newest number seen, and on PostgreSQL the oldest transaction then still open."""

    number: int = 0
    transaction: int = 0


def mark_now() -> Mark:
    """How far the list goes now: whatever is noted later, or by a transaction still open, is after it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"SELECT COALESCE(MAX(id), 0), pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM {TABLE}"  # nosec B608
            )
            return Mark(*cursor.fetchone())
        # the highest number ever given, also where those rows are gone
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {TABLE}")  # nosec B608
        return Mark(cursor.fetchone()[0])


def touched_since(mark: Mark) -> dict[str, set[int]] | None:
    """The rows noted after a mark, by table; None where the list no longer reaches back to it.

    A row may be told of twice, never not at all.
    """
    newest = TouchedRow.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if newest < mark.number or newest - mark.number > KEPT:
        return None
    later = {"transaction_number__gte": mark.transaction} if mark.transaction else {"id__gt": mark.number}
    found: dict[str, set[int]] = defaultdict(set)
    for table, number in TouchedRow.objects.filter(**later).values_list("table_name", "row_number").iterator():
        found[table].add(number)
    return dict(found)


def forget_old() -> None:
    """Drop what is older than any copy is let to be."""
    newest = TouchedRow.objects.order_by("-id").values_list("id", flat=True).first()
    if newest and newest > KEPT:
        TouchedRow.objects.filter(id__lte=newest - KEPT).delete()
