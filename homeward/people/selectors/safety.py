"""What a visitor must know, and how to speak with and write to somebody."""

from datetime import date

from django.db.models import Q, QuerySet

from homeward.access.rules import Actor, Permission, may_see_sensitive, require
from homeward.people.models import Alert, CommunicationNeed, Person
from homeward.people.rules import ENGLISH, Format, formats_for


class AlertNotFoundError(Exception):
    """There is no such standing alert, or it is kept from this reader."""


class NeedNotFoundError(Exception):
    """There is no such standing need in this record."""


def current_alerts(actor: Actor, person_ids: list[int], day: date) -> dict[int, list[Alert]]:
    """The standing alerts of several people, by person, but for those kept from the actor (`alerts_kept_back`)."""
    require(actor, Permission.SEE_PEOPLE)
    found: dict[int, list[Alert]] = {}
    for alert in _standing(actor, person_ids, day).order_by("kind", "id"):
        if may_see_sensitive(actor, alert.sensitivity):
            found.setdefault(alert.person_id, []).append(alert)
    return found


def alerts_kept_back(actor: Actor, person: Person, day: date) -> int:
    """How many standing alerts of a person the actor's role does not include, never which.

    `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return sum(not may_see_sensitive(actor, alert.sensitivity) for alert in _standing(actor, [person.pk], day))


def former_alerts(actor: Actor, person: Person, day: date) -> list[Alert]:
    """The alerts that have ended and that the actor may see, the latest first. `person` comes from `person_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    is_over = Q(ends_on__lt=day) | ~Q(ended_by="")
    ended = Alert.objects.filter(is_over, person=person).order_by("-ends_on", "-id")
    return [alert for alert in ended if may_see_sensitive(actor, alert.sensitivity)]


def alert_of(actor: Actor, person: Person, alert_id: int, day: date) -> Alert:
    """One standing alert of a person. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError; AlertNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    alert = _standing(actor, [person.pk], day).filter(pk=alert_id).select_related("person").first()
    if alert is None or not may_see_sensitive(actor, alert.sensitivity):
        raise AlertNotFoundError("There is no such alert in this record.")
    return alert


def current_needs(person: Person) -> list[CommunicationNeed]:
    """The communication needs that stand, as they were noted."""
    return sorted((need for need in person.communication_needs.all() if need.ended_on is None), key=lambda one: one.pk)


def need_of(actor: Actor, person: Person, need_id: int) -> CommunicationNeed:
    """One standing need of a person. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError; NeedNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    need = (
        CommunicationNeed.objects.filter(person=person, pk=need_id, ended_on__isnull=True)
        .select_related("person")
        .first()
    )
    if need is None:
        raise NeedNotFoundError("There is no such need in this record.")
    return need


def format_of(actor: Actor, person: Person) -> Format:
    """How every letter and page for this person must be made, from the needs that stand and the language they read.

    `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    needs = [(need.kind, need.text) for need in current_needs(person)]
    return formats_for(needs, person.reads_in or person.language or ENGLISH)


def _standing(actor: Actor, person_ids: list[int], day: date) -> QuerySet[Alert]:
    standing = Alert.objects.filter(
        person_id__in=person_ids, starts_on__lte=day, ended_by="", person__service_id__in=actor.service_ids
    )
    return standing.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
