"""What the law says of somebody, what they chose about sharing, and what they want everyone to know."""

from dataclasses import dataclass
from datetime import date

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import AboutMe, LegalStatus, Person, SharingChoice
from homeward.people.selectors.opening import person_ids_of


class LegalStatusNotFoundError(Exception):
    """There is no such legal status in this record."""


@dataclass(frozen=True, slots=True)
class SharingChoices:
    """What somebody chose: what stands on a day, one for each thing, and everything that was ever recorded."""

    standing: tuple[SharingChoice, ...]
    all: tuple[SharingChoice, ...]


def about_me_of(actor: Actor, person: Person) -> list[AboutMe]:
    """Every version of somebody's About Me, the newest, which stands, first. `person` comes from `person_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(AboutMe.objects.filter(person_id__in=person_ids_of(person)).order_by("-written_at", "-id"))


def legal_statuses_of(actor: Actor, person: Person, day: date) -> tuple[list[LegalStatus], list[LegalStatus]]:
    """Powers, orders and statements: those that hold on a day, by kind, and those that did, the latest first.

    `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = LegalStatus.objects.filter(person=person).select_related("holder").order_by("kind", "-id")
    holding = [row for row in rows if not row.ended_by and (row.ends_on is None or row.ends_on >= day)]
    over = [row for row in rows if row not in holding]
    return holding, sorted(over, key=lambda row: (row.ends_on or day, row.pk), reverse=True)


def legal_status_of(actor: Actor, person: Person, status_id: int) -> LegalStatus:
    """One power, order or statement of a person that was not ended. `person` comes from `person_for`.

    Raises: NotAllowedError; LegalStatusNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    status = LegalStatus.objects.filter(person=person, pk=status_id, ended_by="").select_related("holder").first()
    if status is None:
        raise LegalStatusNotFoundError("There is no such legal status in this record.")
    return status


def sharing_choices_of(actor: Actor, person: Person, day: date) -> SharingChoices:
    """What somebody agreed or objected to about sharing; of several about one thing the newest stands.

    `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = SharingChoice.objects.filter(person_id__in=person_ids_of(person)).select_related("contact")
    everything = tuple(rows.order_by("-decided_on", "-recorded_at", "-id"))
    newest: dict[tuple, SharingChoice] = {}
    for choice in everything:
        newest.setdefault((choice.kind, choice.contact_id, choice.with_whom.casefold()), choice)
    standing = tuple(choice for choice in newest.values() if choice.ends_on is None or choice.ends_on >= day)
    return SharingChoices(standing, everything)
