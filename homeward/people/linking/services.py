"""Deciding whether two records are of one person, joining them, and taking them apart again."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Model

from homeward.access.rules import Actor, Permission, require
from homeward.audit.append_only import APPEND_ONLY_TABLES
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.people.linking.fields import CHOICES, HOME, KEPT, OTHER, STRICTER
from homeward.people.linking.pairs import Pair
from homeward.people.models import (
    Address,
    Alert,
    CommunicationNeed,
    Contact,
    Identifier,
    Person,
    PersonMerge,
    PersonMergeRow,
    PossibleDuplicate,
    SearchEntry,
)
from homeward.people.searching.index import index_people
from homeward.people.searching.terms import fold
from homeward.people.services import CHANGES_RECORDS, add_to_timeline
from homeward.people.services.remembering import _remember
from homeward.people.services.remembering import _said as _words
from homeward.people.states import AddressKind, DuplicateState

# About the records themselves, so they stay where they are.
STAY = (Person, SearchEntry, PossibleDuplicate, PersonMerge)
# Told to both records alike, one is enough: the other's stays with it, and both are still told.
ONCE_IS_ENOUGH: dict[type[Model], tuple[str, ...]] = {
    Identifier: ("system", "value"),
    CommunicationNeed: ("kind", "text", "ended_on"),
    Contact: (
        "name",
        "relationship",
        "phone",
        "email",
        "is_unpaid_carer",
        "carer_needs",
        "carer_assessment_offered_on",
        "may_be_told",
        "is_next_of_kin",
        "is_emergency_contact",
        "holds_key",
        "lives_with",
        "ended_on",
    ),
    Alert: ("kind", "text", "ends_on", "ended_by", "sensitivity"),
    Address: (
        "kind",
        "lines",
        "postcode",
        "ends_on",
        "key_safe",
        "access_notes",
        "property_notes",
        "staying_with",
        "phone",
    ),
}
# Somebody looking at both says so: above what comparing alone is sure of, so that it is looked at first
POINTED_OUT, POINTED_OUT_BITS = 0.99, 10.0
AT_ONCE = 500
LOOK = "look for duplicates"
LONGEST_REASON = 500
MOVED_ON = "These records have changed since you opened them. Open them again and look."


@transaction.atomic
def note_duplicates(*, actor: Actor, service_id: int, pairs: list[Pair], now: datetime) -> tuple[int, int]:
    """Keep the pairs of records found alike, to be decided on; gives how many are new, and how many to decide in all.

    A pair that was decided stays decided; one still to decide, and not found now, is kept as no longer alike. Rows
    that reached a merged record while it was being merged follow it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MERGE_PEOPLE, service_id)
    _gather_late_rows(service_id)
    kept = {
        (row.first_id, row.second_id): row
        for row in PossibleDuplicate.objects.select_for_update().filter(service_id=service_id)
    }
    new, changed = [], []
    for pair in pairs:
        reasons = [[one.of, one.found, one.weight] for one in pair.evidence]
        row = kept.pop((pair.first, pair.second), None)
        if row is None:
            new.append(
                PossibleDuplicate(
                    service_id=service_id,
                    first_id=pair.first,
                    second_id=pair.second,
                    likelihood=pair.likelihood,
                    reasons=reasons,
                    found_at=now,
                )
            )
        elif row.state in (DuplicateState.OPEN, DuplicateState.UNSURE, DuplicateState.GONE):
            row.likelihood, row.reasons = pair.likelihood, reasons
            row.state = DuplicateState.OPEN if row.state == DuplicateState.GONE else row.state
            changed.append(row)
    for row in kept.values():
        if row.state == DuplicateState.OPEN:
            row.state = DuplicateState.GONE
            changed.append(row)
    PossibleDuplicate.objects.bulk_create(new, batch_size=AT_ONCE)
    PossibleDuplicate.objects.bulk_update(changed, ["likelihood", "reasons", "state"], batch_size=AT_ONCE)
    record(
        actor=actor,
        action=LOOK,
        subject=("possible duplicate", None),
        now=now,
        service_id=service_id,
        count=len(pairs),
    )
    tell(topic="people", service_id=service_id, subject=("possible duplicate", None), now=now)
    return len(new), PossibleDuplicate.objects.filter(service_id=service_id, state=DuplicateState.OPEN).count()


@transaction.atomic
def point_out_duplicate(*, actor: Actor, one: Person, other_id: int, found: str, now: datetime) -> PossibleDuplicate:
    """Put two records that somebody came upon on the list to decide on; a pair that is on it, or decided, is left.

    `found` says in words what was found alike, for example "same NHS number".

    Raises: NotAllowedError; RefusedError when they are of two services, or one record.
    """
    require(actor, CHANGES_RECORDS, one.service_id)
    other = Person.objects.get(pk=other_id)
    if other.service_id != one.service_id or other.pk == one.pk:
        raise RefusedError("Choose two records of one service.")
    first, second = sorted((one.pk, other.pk))
    duplicate, is_new = PossibleDuplicate.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={
            "service_id": one.service_id,
            "likelihood": POINTED_OUT,
            "reasons": [["pointed_out", found, POINTED_OUT_BITS]],
            "found_at": now,
            # comparing all records by itself takes away what is open and no longer alike, and not this
            "state": DuplicateState.UNSURE,
            "note": f"Pointed out by {actor.name}"[:LONGEST_REASON],
        },
    )
    if is_new:
        record(
            actor=actor,
            action="point out duplicate",
            subject=("possible duplicate", duplicate.pk),
            person_id=one.pk,
            now=now,
            service_id=one.service_id,
        )
        tell(topic="people", service_id=one.service_id, subject=("possible duplicate", duplicate.pk), now=now)
    return duplicate


@transaction.atomic
def decide_duplicate(
    *, actor: Actor, duplicate: PossibleDuplicate, state: DuplicateState | str, note: str, now: datetime
) -> PossibleDuplicate:
    """Say that two records are not of one person, or that it is not sure yet.

    Raises: NotAllowedError; RefusedError when it was decided otherwise a moment ago, or asked to merge.
    """
    require(actor, Permission.MERGE_PEOPLE, duplicate.service_id)
    if state not in (DuplicateState.NOT_SAME, DuplicateState.UNSURE):
        raise RefusedError("Say that they are not the same person, or that you are not sure.")
    duplicate = PossibleDuplicate.objects.select_for_update().get(pk=duplicate.pk)
    if duplicate.state == DuplicateState.MERGED:
        raise RefusedError("These two were merged. Undo the merge if they are not the same person.")
    _decide(duplicate, state, actor, note, now)
    for person_id in (duplicate.first_id, duplicate.second_id):
        record(
            actor=actor,
            action="decide not the same" if state == DuplicateState.NOT_SAME else "leave duplicate undecided",
            subject=("possible duplicate", duplicate.pk),
            person_id=person_id,
            now=now,
            service_id=duplicate.service_id,
        )
    tell(topic="people", service_id=duplicate.service_id, subject=("possible duplicate", duplicate.pk), now=now)
    return duplicate


@transaction.atomic
def merge_people(
    *, actor: Actor, keep: Person, other: Person, values: Mapping[str, str], reason: str, now: datetime
) -> PersonMerge:
    """Join `other` to `keep`: everything about either is then on the kept record, and the other opens as it.

    `values` says for each name of `fields.CHOICES` whose value the kept record has from now on, KEPT (also where a
    name is left out) or OTHER. Both are left able to be taken apart again by `unmerge_people`.

    Raises: NotAllowedError; RefusedError when they are of two services, one is merged already, or no reason is given.
    """
    require(actor, Permission.MERGE_PEOPLE, keep.service_id)
    require(actor, Permission.MERGE_PEOPLE, other.service_id)
    if keep.pk == other.pk or keep.service_id != other.service_id:
        raise RefusedError("Choose two records of one service.")
    if not reason.strip():
        raise RefusedError("Say how you know that they are the same person.")
    if not set(values) <= set(CHOICES) or not set(values.values()) <= {KEPT, OTHER}:
        raise RefusedError("Choose for each part which of the two records is right.")
    locked = {one.pk: one for one in Person.objects.select_for_update().filter(pk__in=[keep.pk, other.pk])}
    keep, other = locked[keep.pk], locked[other.pk]
    if keep.merged_into_id or other.merged_into_id:
        raise RefusedError("One of these records was merged a moment ago. Open them again and look.")
    before = {"kept": _said(keep), "merged": _said(other)}
    facts = _facts(keep)
    merge = PersonMerge.objects.create(
        kept=keep, merged=other, reason=reason.strip()[:LONGEST_REASON], merged_at=now, merged_by_name=actor.name
    )
    _end_a_home(merge, keep, other, values.get(HOME, KEPT), london_day(now))
    _move_rows(merge, keep.pk, other.pk)
    _take_values(keep, other, values)
    _remember_facts(actor, keep, facts, f"Merged with record {other.reference}", now)
    merge.before, merge.after = before, {"kept": _said(keep), "merged": _said(other)}
    merge.save(update_fields=["before", "after"])
    pair = PossibleDuplicate.objects.select_for_update().filter(
        first_id=min(keep.pk, other.pk), second_id=max(keep.pk, other.pk)
    )
    for duplicate in pair:
        _decide(duplicate, DuplicateState.MERGED, actor, reason, now)
    index_people([keep.pk, other.pk])
    add_to_timeline(
        actor=actor,
        person=keep,
        kind="record",
        title=f"Record {other.reference} merged into this one",
        text=reason.strip(),
        happened_at=now,
        now=now,
        subject=("merge", merge.pk),
    )
    for person in (keep, other):
        record(
            actor=actor,
            action="merge people",
            subject=("merge", merge.pk),
            person_id=person.pk,
            now=now,
            service_id=person.service_id,
        )
    tell(topic="people", service_id=keep.service_id, subject=("person", keep.pk), now=now)
    return merge


@transaction.atomic
def unmerge_people(*, actor: Actor, merge: PersonMerge, reason: str, now: datetime) -> list[str]:
    """Take two merged records apart; gives, in words, what could not go back as it was.

    What the merge moved goes back. What was added to the kept record since stays with it, and so does what somebody
    has changed there since.

    Raises: NotAllowedError; RefusedError when it was undone before, no reason is given, or the kept record was itself
    merged since (that is undone first).
    """
    require(actor, Permission.MERGE_PEOPLE, merge.kept.service_id)
    if not reason.strip():
        raise RefusedError("Say how you know that they are not the same person.")
    locked = {one.pk: one for one in Person.objects.select_for_update().filter(pk__in=[merge.kept_id, merge.merged_id])}
    merge = PersonMerge.objects.select_for_update().get(pk=merge.pk)
    kept, merged = locked[merge.kept_id], locked[merge.merged_id]
    if merge.undone_at is not None:
        raise RefusedError("This merge was undone before. Open the record again and look.")
    if kept.merged_into_id is not None:
        into = Person.objects.get(pk=kept.merged_into_id)
        raise RefusedError(f"This record was itself merged into {into.reference} since. Undo that first.")
    facts = {person.pk: _facts(person) for person in (kept, merged)}
    left = _move_back(merge)
    left += _give_back_values(merge, kept, merged)
    for person, other in ((kept, merged), (merged, kept)):
        _remember_facts(actor, person, facts[person.pk], f"Taken apart from record {other.reference}", now)
    merge.undone_at, merge.undone_by_name, merge.undone_reason = now, actor.name, reason.strip()[:LONGEST_REASON]
    merge.save(update_fields=["undone_at", "undone_by_name", "undone_reason"])
    pair = PossibleDuplicate.objects.select_for_update().filter(
        first_id=min(kept.pk, merged.pk), second_id=max(kept.pk, merged.pk)
    )
    for duplicate in pair:
        _decide(duplicate, DuplicateState.OPEN, actor, f"Merge undone: {reason}", now)
    index_people([kept.pk, merged.pk])
    for person, other in ((kept, merged), (merged, kept)):
        add_to_timeline(
            actor=actor,
            person=person,
            kind="record",
            title=f"Taken apart from record {other.reference}",
            text=reason.strip(),
            happened_at=now,
            now=now,
            subject=("merge", merge.pk),
        )
        record(
            actor=actor,
            action="undo merge",
            subject=("merge", merge.pk),
            person_id=person.pk,
            now=now,
            service_id=person.service_id,
        )
        tell(topic="people", service_id=person.service_id, subject=("person", person.pk), now=now)
    return left


def _decide(duplicate: PossibleDuplicate, state: DuplicateState | str, actor: Actor, note: str, now: datetime) -> None:
    duplicate.state, duplicate.decided_at, duplicate.decided_by = state, now, actor.name
    duplicate.note = note.strip()[:LONGEST_REASON]
    duplicate.save(update_fields=["state", "decided_at", "decided_by", "note"])


def _columns() -> list[str]:
    return [column for choice in CHOICES.values() for column in choice.columns] + [
        "other_names",
        *STRICTER,
    ]


def _said(person: Person) -> dict[str, object]:
    """What a record says in the columns that a merge may change, as JSON keeps it."""
    said = {column: getattr(person, column) for column in _columns()}
    return {column: value.isoformat() if isinstance(value, date) else value for column, value in said.items()}


def _facts(person: Person) -> dict[str, str]:
    """What a record says in the same columns, in words, as its history keeps it."""
    names = [column.removesuffix("_id") for column in _columns() if column not in ("name_key", *STRICTER)]
    return {name: _words(person, name) for name in names}


def _remember_facts(actor: Actor, person: Person, before: Mapping[str, str], reason: str, now: datetime) -> None:
    """Leave in a record's history each fact that a merge, or taking it apart, changed."""
    for name, after in _facts(person).items():
        if after != before[name]:
            _remember(actor, person, "person", person.pk, name, before[name], after, reason, now)


def _set(person: Person, column: str, value: object) -> None:
    field = Person._meta.get_field(column.removesuffix("_id"))
    setattr(person, column, value if column.endswith("_id") else field.to_python(value))


def _take_values(keep: Person, other: Person, values: Mapping[str, str]) -> None:
    was = [keep.label if keep.name_key else "", keep.preferred_name, *keep.other_names.split("\n")]
    was += [other.label if other.name_key else "", other.preferred_name, *other.other_names.split("\n")]
    taken = [name for name, whose in values.items() if whose == OTHER]
    moves_number = "nhs_number" in taken
    for column in [column for name in taken for column in CHOICES[name].columns]:
        setattr(keep, column, getattr(other, column))
    if moves_number:
        # one record at a time may have a verified number; the merge keeps what this one said
        other.nhs_number, other.nhs_number_status = "", "none"
    called = {fold(keep.label), fold(keep.preferred_name), ""}
    others = {fold(name): name for name in was if fold(name) not in called}
    keep.other_names = "\n".join(others.values())
    if not keep.sensitivity:
        keep.sensitivity = other.sensitivity
    if keep.restricted_since is None:
        keep.restricted_since, keep.restricted_reason = other.restricted_since, other.restricted_reason
    other.merged_into = keep
    other.save()
    keep.save()


def _give_back_values(merge: PersonMerge, kept: Person, merged: Person) -> list[str]:
    left = []
    for choice in CHOICES.values():
        for column in choice.columns:
            if column not in merge.after["kept"]:
                continue  # a merge of before this was kept
            after, before = merge.after["kept"][column], merge.before["kept"][column]
            if after == before:
                continue
            if _said(kept)[column] == after:
                _set(kept, column, before)
            else:
                left.append(f"{choice.title} was changed since, and stays as it is on {kept.reference}.")
    for column in ("other_names", *STRICTER):
        # a merge of before these were kept has nothing to give back
        if column in merge.after["kept"] and _said(kept)[column] == merge.after["kept"][column]:
            _set(kept, column, merge.before["kept"][column])
    for column, before in merge.before["merged"].items():
        if merge.after["merged"][column] != before:
            _set(merged, column, before)
    merged.merged_into = None
    kept.save()  # first: it lets go of a number that the other takes back
    try:
        with transaction.atomic():
            merged.save()
    except IntegrityError:
        merged.nhs_number_status = "unverified"
        merged.save()
        left.append(f"The NHS number of {merged.reference} is on another record now, so it is not verified here.")
    return list(dict.fromkeys(left))


def _end_a_home(merge: PersonMerge, keep: Person, other: Person, whose: str, today: date) -> None:
    """End the home that is not right, where both have one; remembered, so that it can go on again."""
    homes = Address.objects.filter(kind=AddressKind.HOME, ends_on__isnull=True)
    stays, ends = (keep, other) if whose == KEPT else (other, keep)
    standing = {(home.lines, home.postcode) for home in homes.filter(person=stays)}
    if not standing:
        return
    for home in homes.filter(person=ends):
        if (home.lines, home.postcode) in standing:
            continue  # one home told twice
        home.ends_on = max(today - timedelta(days=1), home.starts_on)
        home.save(update_fields=["ends_on"])
        PersonMergeRow.objects.create(
            merge=merge, table=Address._meta.label, row_id=home.pk, is_moved=False, ended=home.ends_on.isoformat()
        )


def _relations():
    """Every table with a row about a person, in whatever room, and its column; what only grows is read from both."""
    for relation in Person._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        model = relation.related_model
        if model not in STAY and model._meta.db_table not in APPEND_ONLY_TABLES:
            yield model, relation.field.name


def _move_rows(merge: PersonMerge, kept_id: int, merged_id: int) -> None:
    for model, column in _relations():
        rows = list(model._default_manager.filter(**{column: merged_id}))
        same = ONCE_IS_ENOUGH.get(model)
        if same:
            there = set(model._default_manager.filter(**{column: kept_id}).values_list(*same))
            rows = [row for row in rows if tuple(getattr(row, name) for name in same) not in there]
        numbers = [row.pk for row in rows]
        try:
            with transaction.atomic():
                for place in range(0, len(numbers), AT_ONCE):
                    some = numbers[place : place + AT_ONCE]
                    model._default_manager.filter(pk__in=some).update(**{column: kept_id})
        except IntegrityError as error:
            name = model._meta.verbose_name
            raise RefusedError(
                f"Each record has a {name} of which one person may have one. Close one first."
            ) from error
        PersonMergeRow.objects.bulk_create(
            [PersonMergeRow(merge=merge, table=model._meta.label, row_id=number) for number in numbers],
            batch_size=AT_ONCE,
        )


def _move_back(merge: PersonMerge) -> list[str]:
    columns = {model._meta.label: (model, column) for model, column in _relations()}
    lost = 0
    rows: dict[str, list[int]] = {}
    for row in merge.rows.filter(is_moved=True):
        rows.setdefault(row.table, []).append(row.row_id)
    for table, numbers in rows.items():
        model, column = columns[table]
        for place in range(0, len(numbers), AT_ONCE):
            some = model._default_manager.filter(**{"pk__in": numbers[place : place + AT_ONCE], column: merge.kept_id})
            lost += len(numbers[place : place + AT_ONCE]) - some.update(**{column: merge.merged_id})
    for row in merge.rows.filter(is_moved=False):
        Address.objects.filter(pk=row.row_id, ends_on=row.ended).update(ends_on=None)
    if lost:
        return [f"{lost} {'thing was' if lost == 1 else 'things were'} moved or taken away since, and did not go back."]
    return []


def _gather_late_rows(service_id: int) -> None:
    """Move what was written to a merged record by somebody who had it open when it was merged."""
    for merge in PersonMerge.objects.filter(kept__service_id=service_id, undone_at__isnull=True).order_by("merged_at"):
        _move_rows(merge, merge.kept_id, merge.merged_id)
