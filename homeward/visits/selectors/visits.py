"""Visits one by one, of a person or of an episode."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.people.models import Person
from homeward.visits.models import Visit, VisitPause
from homeward.visits.states import VisitState


class VisitNotFoundError(Exception):
    """There is no such visit in the actor's services."""


def _theirs(actor: Actor, visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Of these visits, those the actor may see: all, or those they go to."""
    if actor.may(Permission.SEE_WHOLE_DAY):
        return visits
    return visits.filter(assignments__worker_id=actor.worker_id) if actor.worker_id else visits.none()


def visit_for(actor: Actor, visit_id: int, now: datetime) -> Visit:
    """One visit with its person, place, workers, tasks and reasons; the opening is audited.

    Raises: NotAllowedError; VisitNotFoundError.
    """
    require(actor, Permission.SEE_TODAY)
    visit = (
        _theirs(actor, Visit.objects.filter(service_id__in=actor.service_ids, pk=visit_id))
        .select_related("person", "address", "episode__pathway", "service", "session__clinic")
        .defer("episode__pathway__definition")
        .prefetch_related("assignments__worker__organisation", "tasks")
        .first()
    )
    if visit is None:
        raise VisitNotFoundError("There is no such visit in your service.")
    record(
        actor=actor,
        action="open visit",
        subject=("visit", visit.pk),
        person_id=visit.person_id,
        now=now,
        service_id=visit.service_id,
    )
    return visit


def openable(actor: Actor, visit_ids: Iterable[int]) -> set[int]:
    """Which of these visits the actor may open: a visit that moved to somebody else is no longer theirs.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY)
    visits = Visit.objects.filter(service_id__in=actor.service_ids, pk__in=set(visit_ids))
    return set(_theirs(actor, visits).values_list("pk", flat=True))


def paused_visits(actor: Actor, person: Person) -> VisitPause | None:
    """The pause of a person's visits that nobody has ended yet.

    `person` comes from a selector that checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return VisitPause.objects.filter(person=person, first_day=None).first()


def visits_of(actor: Actor, person: Person, from_day: date, to_day: date) -> list[Visit]:
    """A person's visits from one day to another, in order, with who does them.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(
        Visit.objects.filter(person=person, day__gte=from_day, day__lte=to_day)
        .exclude(state=VisitState.CANCELLED)
        .prefetch_related("assignments__worker__organisation", "tasks")
        .order_by("day", "window_opens_at", "id")
    )


def last_visits_of(actor: Actor, person: Person, before: date, limit: int = 3) -> list[Visit]:
    """A person's newest visits before a day, newest first, with who did them.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(
        Visit.objects.filter(person=person, day__lt=before)
        .exclude(state=VisitState.CANCELLED)
        .prefetch_related("assignments__worker__organisation", "tasks")
        .order_by("-day", "-window_opens_at", "-id")[:limit]
    )


def support_visits(actor: Actor, episode_id: int) -> list[Visit]:
    """The visits of an episode beside its response, in order, with who does them. Whoever shows the episode audits it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    return list(
        Visit.objects.filter(episode_id=episode_id, is_crisis=False, service_id__in=actor.service_ids)
        .exclude(state=VisitState.CANCELLED)
        .prefetch_related("assignments__worker__organisation")
        .order_by("window_opens_at", "id")
    )
