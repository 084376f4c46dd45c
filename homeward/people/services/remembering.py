"""What every change of a fact leaves behind: what it was and became, who, why; an audit event; word to live pages."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import Person, PersonChange
from homeward.people.searching.index import index_people

# Who may change what is known of somebody; pages and services ask for the same.
CHANGES_RECORDS = Permission.TAKE_REFERRALS
LONGEST_REASON = 250  # as a change keeps it
# What two rows about one fact are called where neither may be read: a code that opens a door is in no history.
KEPT_OUT_OF_HISTORY = {("address", "key_safe")}
Row = TypeVar("Row", bound=Model)


class ChangedMeanwhileError(RefusedError):
    """Somebody changed the same fact since the page was opened; the text says who, and to what."""


def _may_change(actor: Actor, person: Person) -> Person:
    """Check that the actor may change this record, and hold it until the change is made.

    Raises: NotAllowedError; RefusedError when it was merged into another meanwhile.
    """
    require(actor, CHANGES_RECORDS, person.service_id)
    held = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if held.merged_into_id is not None:
        raise RefusedError("This record was merged into another a moment ago. Open it again and look.")
    return held


def _held(row: Row) -> Row:
    """A row as it stands now, held until the change is made."""
    return type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)


def _change(
    *,
    actor: Actor,
    person: Person,
    part: str,
    row: Row,
    values: Mapping[str, object],
    now: datetime,
    reason: str = "",
    seen: int | None = None,
) -> list[str]:
    """Set facts of a row held by `_held`, remembering each that differs; gives the names of those that did.

    `seen` is the newest change its reader knew of: what somebody else changed since is not written over.

    Raises: ChangedMeanwhileError; RefusedError when a value is too long or not one of its list.
    """
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if seen is not None and changed:
        _refuse_if_changed(person, part, row.pk, changed, seen)
    rows = []
    for name in changed:
        before = _said(row, name)
        setattr(row, name, values[name])
        rows.append((name, before, _said(row, name)))
    _check(row, changed)
    if changed:
        row.save(update_fields=changed)
    for name, before, after in rows:
        _remember(actor, person, part, row.pk, name, before, after, reason, now)
    return changed


def _remember(
    actor: Actor,
    person: Person,
    part: str,
    part_id: int | None,
    name: str,
    before: str,
    after: str,
    reason: str,
    now: datetime,
) -> None:
    if (part, name) in KEPT_OUT_OF_HISTORY:
        before = after = ""
    PersonChange.objects.create(
        person=person,
        part=part,
        part_id=part_id,
        field=name,
        before=before,
        after=after,
        reason=reason.strip()[:LONGEST_REASON],
        at=now,
        by_name=actor.name,
        by_role=actor.title,
        employer=actor.employer,
    )


def _done(actor: Actor, person: Person, action: str, subject: tuple[str, int | None], now: datetime) -> None:
    """What a change of a record ends with."""
    record(actor=actor, action=action, subject=subject, person_id=person.pk, now=now, service_id=person.service_id)
    index_people([person.pk])
    tell(topic="people", service_id=person.service_id, subject=("person", person.pk), now=now)


def _said(row: Model, name: str) -> str:
    """What a row says under a name, as the history keeps it."""
    value = getattr(row, name)
    field = row._meta.get_field(name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return value.isoformat()
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


def _check(row: Model, names: list[str]) -> None:
    """Refuse what no column could hold, in words.

    Raises: RefusedError.
    """
    for name in names:
        field = row._meta.get_field(name)
        value = getattr(row, name)
        words = name.replace("_", " ")
        if value in (None, "") or field.is_relation:
            continue
        if isinstance(value, str) and "\0" in value:
            raise RefusedError(f"The {words} holds a character that cannot be kept. Type it again.")
        if field.max_length and len(str(value)) > field.max_length:
            raise RefusedError(f"The {words} is too long. Use {field.max_length} characters or fewer.")
        try:
            field.clean(value, row)
        except ValidationError as error:
            raise RefusedError(f"The {words} cannot be {value}. Choose one of the list.") from error


def _refuse_if_changed(person: Person, part: str, part_id: int, names: list[str], seen: int) -> None:
    since = PersonChange.objects.filter(person=person, part=part, part_id=part_id, field__in=names, pk__gt=seen)
    newest = since.order_by("-id").first()
    if newest is not None:
        what = newest.field.replace("_", " ")
        raise ChangedMeanwhileError(
            f"{newest.by_name} changed the {what} to “{newest.after or 'nothing'}” while you had this page open."
            " Look, and save again if yours is right."
        )
