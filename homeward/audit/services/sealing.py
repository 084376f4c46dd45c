"""Sealing: giving events their place in the chain, and keeping its head outside the database."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.models import Event, Seal
from homeward.audit.rules import (
    COLUMNS,
    FORM,
    GENESIS,
    content_of,
    gaps_in,
    head_of,
    next_link,
    packed_ids,
    signature_of,
    told_by,
)
from homeward.kernel.rules import RefusedError

EVENTS_A_SEAL = 2000
# PostgreSQL hands a number out a moment before the transaction that uses it has one of its own
GAP_AT_LEAST = timedelta(minutes=1)
SEALERS_LOCK = 7_265_001  # any number that nothing else locks


def seal_all(*, actor: Actor, now: datetime) -> int:
    """Seal everything that waits, a run at a time; gives how many events were sealed.

    Raises: NotAllowedError.
    """
    total = 0
    while sealed := seal_events(actor=actor, now=now):
        total += sealed
    return total


@transaction.atomic
def seal_events(*, actor: Actor, now: datetime, limit: int = EVENTS_A_SEAL) -> int:
    """Seal the next run of events; gives how many, none when all are sealed or another process is sealing.

    Writers are not made to wait on PostgreSQL: an event whose transaction ends after a later one's is sealed late.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    return seal_rows(events=Event, seals=Seal, now=now, limit=limit)


def seal_rows(
    *, events, seals, now: datetime, limit: int = EVENTS_A_SEAL, form: int = FORM, is_from_before: bool = False
) -> int:
    """Seal the next run of rows of these two models, inside a transaction: also for migrations, which bring theirs."""
    if not _is_only_sealer():
        return 0
    last = seals.objects.order_by("-number").first()
    up_to, gaps = (last.up_to_id, last.gaps) if last else (0, [])
    oldest_open, _ = _snapshot()  # before looking: whoever ended before this is seen by what follows
    wanted = Q(pk__gt=up_to)
    for first, until, *_ in gaps:
        wanted |= Q(pk__range=(first, until))
    rows = list(events.objects.filter(wanted).order_by("pk").values_list("pk", "mark", *COLUMNS[form])[:limit])
    if not rows:
        return 0
    _, next_open = _snapshot()
    ids = [row[0] for row in rows]
    found = set(ids)
    reached = max(up_to, ids[-1])
    # a gap that lies before the last row read, in which nothing was found, is settled once nobody can still fill it
    kept = []
    for first, until, horizon, noted_at in gaps:
        is_settled = oldest_open >= horizon and now - datetime.fromisoformat(noted_at) >= GAP_AT_LEAST
        if until < ids[-1] and is_settled:
            continue
        inside = sorted(one for one in found if first <= one <= until)
        kept += [[a, b, horizon, noted_at] for a, b in gaps_in([*inside, until + 1], first - 1)]
    fresh = [one for one in ids if one > up_to]
    kept += [[a, b, next_open, now.isoformat()] for a, b in gaps_in(fresh, up_to)]
    previous = last.head if last else ""
    link = bytes.fromhex(last.head) if last else GENESIS
    links = []
    for pk, mark, *values in rows:
        link = next_link(link, pk, content_of(values, form), mark)
        links.append(link)
    seal = seals(
        number=last.number + 1 if last else 1,
        sealed_at=now,
        form=form,
        first_position=last.first_position + last.count if last else 1,
        count=len(rows),
        up_to_id=reached,
        gaps=kept,
        is_from_before=is_from_before,
        ids=packed_ids(ids),
        links=b"".join(links),
        previous=previous,
    )
    seal.head = head_of(link, told_by(seal))
    seal.signature = signature_of(seal.head, settings.AUDIT_KEYS[0])
    seal.save(force_insert=True)
    return len(rows)


def keep_head(*, path: Path) -> None:
    """Keep the head of the chain in a file outside the database, where whoever changes the database cannot reach.

    When the chain is at its beginning and the file holds another, that file is put aside under a name of its own.

    Raises: RefusedError when the head kept before is no longer in the chain: something was taken out of it.
    """
    last = Seal.objects.order_by("-number").first()
    if last is None:
        return
    if path.exists():
        number, head = read_head(path=path)
        kept = Seal.objects.filter(number=number).values_list("head", flat=True).first()
        if kept != head:
            if last.number > 1:
                raise RefusedError(f"The audit trail lost the head kept in {path.name}. Run homeward audit verify.")
            path.rename(path.with_name(f"{path.name}.{head[:12]}"))
        elif number == last.number:
            return
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(f"{last.number} {last.head}\n")
    os.replace(fresh, path)


def read_head(*, path: Path) -> tuple[int, str]:
    """The number of a seal and its head, as `keep_head` keeps them.

    Raises: RefusedError when the file holds something else.
    """
    number, _, head = path.read_text().strip().partition(" ")
    if not number.isdigit() or len(head) != 64:
        raise RefusedError(f"{path} does not hold a head of the audit trail. Put back a copy of it, or take it away.")
    return int(number), head


def highest_id() -> int:
    """The highest number of an event."""
    return Event.objects.aggregate(top=Max("pk"))["top"] or 0


def _is_only_sealer() -> bool:
    """Whether nobody else is sealing. SQLite has one writer at a time anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALERS_LOCK])
        return cursor.fetchone()[0]


def _snapshot() -> tuple[int, int]:
    """The oldest transaction still open, and the next to begin. SQLite has none that are open beside this one."""
    if connection.vendor != "postgresql":
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
        return cursor.fetchone()
