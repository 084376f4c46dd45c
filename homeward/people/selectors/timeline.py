"""Everything that happened to somebody."""

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import Person, TimelineEntry
from homeward.people.selectors.opening import person_ids_of


class TimelineEntryNotFoundError(Exception):
    """There is no such entry on this person's timeline."""


def timeline_of(
    actor: Actor,
    person: Person,
    limit: int = 100,
    older_than: int | None = None,
    employer: str = "",
    kind: str = "",
    text: str = "",
) -> list[TimelineEntry]:
    """A person's timeline, newest first, any employer's entries; corrected entries carry their correction.

    `older_than` is the number of the last entry already shown; `text` is looked for in titles, texts and authors.
    `person` comes from `person_for`, which checked and audited the opening.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    everything = TimelineEntry.objects.filter(person_id__in=person_ids_of(person))
    entries = everything.select_related("corrects", "corrected_by")
    last = everything.filter(pk=older_than).first() if older_than else None
    if last is not None:
        entries = entries.filter(Q(happened_at__lt=last.happened_at) | Q(happened_at=last.happened_at, pk__lt=last.pk))
    if employer:
        entries = entries.filter(employer=employer)
    if kind:
        entries = entries.filter(kind=kind)
    if text:
        entries = entries.filter(Q(title__icontains=text) | Q(text__icontains=text) | Q(author_name__icontains=text))
    return list(entries.order_by("-happened_at", "-id")[:limit])


def timeline_employers_and_kinds(actor: Actor, person: Person) -> tuple[list[str], list[str]]:
    """Whose entries and what kinds of entry a person's timeline has, to choose among.

    `person` comes from `person_for`, which checked and audited the opening.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    everything = TimelineEntry.objects.filter(person_id__in=person_ids_of(person))
    pairs = everything.values_list("employer", "kind").distinct()
    pairs = list(pairs.order_by("employer", "kind"))
    return sorted({employer for employer, _ in pairs if employer}), sorted({kind for _, kind in pairs})


def timeline_entry(actor: Actor, person: Person, entry_id: int) -> TimelineEntry:
    """One entry of a person's timeline. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError; TimelineEntryNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    entries = TimelineEntry.objects.select_related("person", "corrects", "corrected_by")
    entry = entries.filter(person_id__in=person_ids_of(person), pk=entry_id).first()
    if entry is None:
        raise TimelineEntryNotFoundError("There is no such entry in this record.")
    return entry
