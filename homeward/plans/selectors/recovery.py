"""Somebody's own recovery plan, as far as they share it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.people.models import Person, PersonMerge, PersonMergeRow
from homeward.plans.models import RecoveryPart, RecoverySharing
from homeward.plans.rules import may_see_part, narrowed
from homeward.plans.states import WrapPart


@dataclass(frozen=True, slots=True)
class RecoveryView:
    """One part of a recovery plan as the actor may see it. `text` is None where it is written and not shared."""

    part: str
    is_written: bool
    text: str | None
    written_at: datetime | None
    audiences: tuple[str, ...]
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class _Joined:
    """The records that were joined to one: where each went and when, and on which of them each row was written."""

    into: Mapping[int, tuple[int, datetime]]
    written_on: Mapping[tuple[str, int], int]


def recovery_of(actor: Actor, person: Person, today: date, *, for_the_person: bool = False) -> tuple[RecoveryView, ...]:
    """The parts of a person's recovery plan in its order; what they do not share with the actor is not in it.

    Of records that were merged, each text is seen as far as it was shared on the record it was written on, so a part
    can come twice, the newest first. What is decided on the merged record narrows that; a text written there stands in
    place of all. `for_the_person` gives all of their own words: only where what is read goes to the person themselves.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError, also when anybody but the service itself asks `for_the_person`.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    if for_the_person and not actor.is_system:
        raise NotAllowedError("Only the person themselves reads all of their recovery plan.")
    texts = list(RecoveryPart.objects.filter(person=person).order_by("id"))
    decisions = list(RecoverySharing.objects.filter(person=person).order_by("id"))
    joined = _joined(person)
    seen = []
    for part in WrapPart.values:
        standing = _standing([row for row in texts if row.part == part], joined, person.pk)
        decided = [row for row in decisions if row.part == part]
        for origin, row in standing:
            audiences, ends_on = _shared(origin, row, standing, decided, joined, person.pk)
            may_see = for_the_person or may_see_part(actor.role, audiences, ends_on, today)
            seen.append(RecoveryView(part, True, row.text if may_see else None, row.written_at, audiences, ends_on))
        if not standing:
            newest = max((row for row in texts if row.part == part), key=lambda row: row.written_at, default=None)
            audiences, ends_on = narrowed([_said(_newest(decided))])
            written_at = newest.written_at if newest else None
            seen.append(RecoveryView(part, False, "", written_at, audiences, ends_on))
    return tuple(seen)


def _joined(person: Person) -> _Joined:
    into: dict[int, tuple[int, datetime]] = {}
    merges: list[int] = []
    records = [person.pk]
    while records:
        found = list(PersonMerge.objects.filter(kept_id__in=records, undone_at__isnull=True))
        into |= {merge.merged_id: (merge.kept_id, merge.merged_at) for merge in found}
        merges += [merge.pk for merge in found]
        records = [merge.merged_id for merge in found]
    tables = [RecoveryPart._meta.label, RecoverySharing._meta.label]
    rows = PersonMergeRow.objects.filter(merge_id__in=merges, table__in=tables, is_moved=True).select_related("merge")
    moved = rows if merges else ()
    written_on: dict[tuple[str, int], int] = {}
    for row in sorted(moved, key=lambda one: one.pk):  # the first move took it from where it was written
        written_on.setdefault((row.table, row.row_id), row.merge.merged_id)
    return _Joined(into, written_on)


def _standing(rows: Iterable[RecoveryPart], joined: _Joined, kept: int) -> list[tuple[int, RecoveryPart]]:
    """The texts of one part that stand, each with the record it was written on, the newest first."""
    newest = {_origin(row, joined, kept): row for row in rows}
    found = [
        (origin, row)
        for origin, row in newest.items()
        if row.text
        and not any(newest[record].written_at > at for record, at in _way(origin, joined) if record in newest)
    ]
    return sorted(found, key=lambda one: (one[1].written_at, one[1].pk), reverse=True)


def _shared(
    origin: int,
    row: RecoveryPart,
    standing: Sequence[tuple[int, RecoveryPart]],
    decided: Sequence[RecoverySharing],
    joined: _Joined,
    kept: int,
) -> tuple[tuple[str, ...], date | None]:
    """With whom a text is shared: as on its own record, and no further by what was decided on a merged one."""
    by_record: dict[int, list[RecoverySharing]] = {}
    for one in decided:
        by_record.setdefault(_origin(one, joined, kept), []).append(one)
    own = by_record.get(origin, [])
    # who decides after a merge may not have seen this text: that day's decision widens nothing for it
    others = {record for record, _ in standing} - {origin}
    since = min(
        (
            at
            for record in others
            for where, at in _way(record, joined)
            if where == origin and at >= row.written_at
        ),
        default=None,
    )  # fmt: skip
    before = [one for one in own if since is None or one.recorded_at <= since]
    said = [_said(_newest(before))]
    if len(before) < len(own):
        said.append(_said(own[-1]))
    for record, at in _way(origin, joined):
        later = [one for one in by_record.get(record, []) if one.recorded_at > at]
        if later:
            said.append(_said(later[-1]))
    return narrowed(said)


def _origin(row: RecoveryPart | RecoverySharing, joined: _Joined, kept: int) -> int:
    return joined.written_on.get((row._meta.label, row.pk), kept)


def _way(record: int, joined: _Joined) -> list[tuple[int, datetime]]:
    """The records that a record was joined to, one after the other, each with when."""
    way = []
    while record in joined.into:
        record, at = joined.into[record]
        way.append((record, at))
    return way


def _newest(rows: Sequence[RecoverySharing]) -> RecoverySharing | None:
    return rows[-1] if rows else None


def _said(row: RecoverySharing | None) -> tuple[tuple[str, ...], date | None]:
    return (tuple(row.audiences), row.ends_on) if row else ((), None)
