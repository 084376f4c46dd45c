"""What was changed in somebody's record: what each fact was and became, who changed it and why."""

from dataclasses import dataclass

from homeward.access.rules import Actor, Permission, may_see_sensitive, require
from homeward.people.models import Alert, Person, PersonChange
from homeward.people.selectors.opening import person_ids_of


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of a record, the newest first, and how many more are kept from this reader on all its pages."""

    rows: tuple[PersonChange, ...]
    kept_back: int


def changes_of(
    actor: Actor, person: Person, limit: int, older_than: int | None = None, part: str = "", part_id: int | None = None
) -> Changes:
    """What was changed in a person's record, the newest first; of one part of it where that is named.

    Changes of an alert that is kept from the actor are kept back too. `older_than` is the number of the last row
    already shown. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    ids = person_ids_of(person)
    rows = PersonChange.objects.filter(person_id__in=ids)
    sensitive = Alert.objects.filter(person_id__in=ids).exclude(sensitivity="")
    hidden = [alert.pk for alert in sensitive if not may_see_sensitive(actor, alert.sensitivity)]
    kept_back = rows.filter(part="alert", part_id__in=hidden).count()
    rows = rows.exclude(part="alert", part_id__in=hidden)
    if part:
        rows = rows.filter(part=part)
    if part_id is not None:
        rows = rows.filter(part_id=part_id)
    if older_than is not None:
        rows = rows.filter(pk__lt=older_than)
    return Changes(tuple(rows.order_by("-id")[:limit]), kept_back)


def newest_change(actor: Actor, person: Person) -> int:
    """The number of the newest change of a record, 0 if none: a page that changes it says what its reader knew of.

    `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = PersonChange.objects.filter(person_id__in=person_ids_of(person))
    return rows.order_by("-id").values_list("pk", flat=True).first() or 0
