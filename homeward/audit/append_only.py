"""Database triggers that make a table append-only on SQLite and PostgreSQL.

Kept outside the migrations' one-off SQL because altering a column on SQLite rebuilds the table and silently drops its
triggers: they are laid again after every migrate, and `missing_triggers` says at start whether any is gone.
"""

from django.conf import settings
from django.db import connections

APPEND_ONLY_TABLES = (
    "audit_event",
    "audit_seal",
    "people_timelineentry",
    "referrals_referralevent",
    "episodes_episodeevent",
    "assessments_answerchange",
    "assessments_scoretold",
    "assessments_formchosen",
    "referrals_keptmessage",
    "procedures_proceduredraftevent",
    "people_personchange",
    "people_sharingchoice",
    "people_aboutme",
    "documents_documentversion",
    "rights_requestevent",
    "delegation_declaration",
    "delegation_delegationevent",
    "delegation_concernevent",
    "visits_lostvisit",
    "visits_coverdecision",
    "visits_statement",
    "visits_statementsheet",
    "visits_statemententry",
    "visits_taskreading",
    "visits_outcomecheck",
    "discharge_stayreceipt",
    "discharge_stayevent",
    "discharge_criteriaanswer",
    "evidence_localstudyversion",
    "evidence_localfinding",
    "equipment_movement",
    "equipment_devicealertevent",
    "equipment_alertmessage",
    "discharge_roundanswer",
    "outcomes_closedreturn",
    "outcomes_resultnote",
    "outcomes_baseline",
)
# A kept message is judged after it is kept: these columns alone may be filled in later.
JUDGED_LATER = {
    "referrals_keptmessage": ("outcome", "reason", "referral_id", "not_understood", "version", "kind"),
    "equipment_alertmessage": ("settled_at", "settled_by", "settled_note"),
}


def lay_triggers(using: str = "default") -> None:
    """Make every append-only table that exists refuse update, delete and truncate. Safe to repeat."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in APPEND_ONLY_TABLES:
            if table in present:
                for statement in _statements(connection, cursor, table):
                    cursor.execute(statement)


def missing_triggers(using: str = "default") -> list[str]:
    """The append-only tables that have lost a trigger, none when all is well."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        names = {row[0] for row in cursor.fetchall()}
    kinds = ["update", "delete"]
    if connection.vendor == "postgresql" and settings.APPEND_ONLY_REFUSES_TRUNCATE:
        kinds.append("truncate")
    return [table for table in APPEND_ONLY_TABLES if not {f"{table}_no_{kind}" for kind in kinds} <= names]


def _statements(connection, cursor, table: str) -> list[str]:
    open_columns = JUDGED_LATER.get(table, ())
    columns = sorted(
        column.name
        for column in connection.introspection.get_table_description(cursor, table)
        if column.name not in open_columns
    )
    key = connection.introspection.get_primary_key_column(cursor, table)
    text = f"{table} is append-only: add a row that corrects it instead"
    if connection.vendor == "sqlite":
        of = f" OF {', '.join(columns)}" if open_columns else ""
        return [
            f"DROP TRIGGER IF EXISTS {table}_no_update",
            f"DROP TRIGGER IF EXISTS {table}_no_delete",
            f"DROP TRIGGER IF EXISTS {table}_no_replace",
            # INSERT OR REPLACE deletes the row it replaces without asking the trigger that refuses deletes
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) BEGIN SELECT RAISE(ABORT, '{text}'); END",  # nosec B608
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} BEGIN SELECT RAISE(ABORT, '{text}'); END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{text}'); END",
        ]
    of = f" OF {', '.join(columns)}" if open_columns else ""
    truncate = [f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}"]
    if settings.APPEND_ONLY_REFUSES_TRUNCATE:
        truncate.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION homeward_append_only()"
        )
    return [
        "CREATE OR REPLACE FUNCTION homeward_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only: add a row that corrects it instead', TG_TABLE_NAME; END $$",
        f"DROP TRIGGER IF EXISTS {table}_no_update ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_delete ON {table}",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION homeward_append_only()",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION homeward_append_only()",
        *truncate,
    ]
