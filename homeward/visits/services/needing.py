"""Visits that are needed: from plans, from a response clock, from an import."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day, wall_clock
from homeward.kernel.services import tell
from homeward.people.models import Alert, Person
from homeward.people.selectors import current_addresses
from homeward.people.states import AlertKind
from homeward.plans.models import VisitPattern
from homeward.procedures.rules import Pathway, Setting, Urgency, VisitTemplate, read_clock
from homeward.procedures.selectors import built, library
from homeward.referrals.selectors import clock_events, reading_for, response_clock
from homeward.visits.models import Assignment, JoinedVisits, Visit, VisitTask
from homeward.visits.rules import (
    UNDONE_COST,
    UNDONE_COST_CRISIS,
    UNDONE_COST_FIXED_TIME,
    first_visit,
    first_visit_day,
    needed_on,
)
from homeward.visits.selectors.joining import joins_on
from homeward.visits.selectors.needing import _patterns_still_needed
from homeward.visits.services.changing import _done
from homeward.visits.services.giving_way import _give_way

# When a pathway's clock gives no due time, a response visit is still wanted today rather than some day.
RESPOND_WITHIN_AT_MOST = timedelta(hours=8)


# A pathway that names no hours for a first visit: a local decision
OFFICE_HOURS = ("09:00", "16:00")


@transaction.atomic
def make_visits(*, actor: Actor, service_id: int, day: date, now: datetime) -> int:
    """Make the visits that everyone's plans need on a day; those made before are left as they are. Gives how many.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY, service_id)
    visits, joins = visits_still_needed(service_id, day)
    _write_visits(visits, joins)
    _give_way(actor, visits, now)
    if visits:
        record(
            actor=actor,
            action="make visits",
            subject=("visit", None),
            now=now,
            service_id=service_id,
            count=len(visits),
        )
        tell(topic="visits", service_id=service_id, subject=("day", None), now=now)
    return len(visits)


def visits_still_needed(service_id: int, day: date) -> tuple[list[Visit], dict[int, JoinedVisits]]:
    """The unsaved visits that everyone's plans need on a day and that were not made yet, and the visits joined then."""
    patterns = (
        _patterns_still_needed(service_id, day)
        .select_related("plan__person")
        .prefetch_related("plan__person__addresses")
        .order_by("id")
    )
    joins = joins_on(service_id, day)
    fallen_away = {join.joined_id for join in joins.values()}
    found = (visit_of_pattern(pattern, service_id, day) for pattern in patterns if pattern.pk not in fallen_away)
    return [visit for visit in found if visit is not None], joins


def visit_of_pattern(pattern: VisitPattern, service_id: int, day: date) -> Visit | None:
    """The unsaved visit that a pattern needs on a day, where it needs one."""
    needed = needed_on(
        day,
        weekdays=pattern.weekdays,
        starts_on=pattern.starts_on,
        ends_on=pattern.ends_on,
        opens_at=pattern.opens_at,
        closes_at=pattern.closes_at,
        is_window_hard=pattern.is_window_hard,
    )
    if needed is None:
        return None
    return Visit(
        service_id=service_id,
        person=pattern.plan.person,
        episode_id=pattern.plan.episode_id,
        pattern=pattern,
        address=next(iter(current_addresses(pattern.plan.person, day)), None),
        day=day,
        title=pattern.title,
        window_opens_at=needed.opens_at,
        window_closes_at=needed.closes_at,
        is_window_hard=pattern.is_window_hard,
        slots=pattern.slots,
        gap_minutes=pattern.gap_minutes,
        undone_cost=needed.undone_cost,
    )


def as_one(visit: Visit, join: JoinedVisits) -> None:
    """Give a visit, not yet saved, the times and workers that were agreed for the two that it stands for."""
    visit.window_opens_at, visit.window_closes_at = (
        wall_clock(visit.day, at) for at in (join.opens_at, join.closes_at)
    )
    visit.is_window_hard, visit.slots = join.is_window_hard, join.slots


def _write_visits(visits: list[Visit], joins: Mapping[int, JoinedVisits] = MappingProxyType({})) -> None:
    """Keep visits made from patterns, each with the tasks of its own, or of the two that `joins`, by the pattern that
    is kept, makes one. Whoever calls it is a service, and audits."""
    for visit in visits:
        if visit.pattern_id in joins:
            as_one(visit, joins[visit.pattern_id])
    Visit.objects.bulk_create(visits, batch_size=500)
    VisitTask.objects.bulk_create(
        [
            VisitTask(
                visit=visit,
                activity_code=task["code"],
                title=task["title"],
                is_delegated=task.get("is_delegated", False),
            )
            for visit in visits
            for task in joins.get(visit.pattern_id, visit.pattern).tasks
        ],
        batch_size=500,
    )


@transaction.atomic
def add_visits(
    *,
    actor: Actor,
    service_id: int,
    visits: list[Visit],
    now: datetime,
    assignments: list[Assignment] | None = None,
    tasks: list[VisitTask] | None = None,
) -> list[Visit]:
    """Add many visits (unsaved rows), with what is known of who did them, for an import or a fictitious place.

    Raises: NotAllowedError; RefusedError when a visit has no slot.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if any(not visit.slots for visit in visits):
        raise RefusedError("Every visit needs at least one worker. Give each a slot.")
    Visit.objects.bulk_create(visits, batch_size=500)
    Assignment.objects.bulk_create(assignments or [], batch_size=500)
    VisitTask.objects.bulk_create(tasks or [], batch_size=500)
    record(actor=actor, action="add visits", subject=("visit", None), now=now, service_id=service_id, count=len(visits))
    tell(topic="visits", service_id=service_id, subject=("day", None), now=now)
    return visits


@transaction.atomic
def need_response(*, actor: Actor, episode: Episode, now: datetime) -> Visit | None:
    """Make the visit that answers an episode's response clock; None when its pathway has no such visit.

    A pathway that does not begin at home (but in a clinic, on a ward, by telephone) has none: somebody makes the
    appointment. In a crisis the visit may start now and should start before the clock breaches, or after a breach as
    soon as can be. A slower pathway's is wanted on `rules.first_visit_day`, in the hours the pathway names. Somebody
    who is visited in twos has two come even where the pathway sends one.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, episode.service_id)
    return _first_visit(actor, episode, now)


def _first_visit(actor: Actor, episode: Episode, now: datetime) -> Visit | None:
    pathway = built(episode.pathway)
    template = first_visit(pathway)
    if template is None or template.setting is not Setting.HOME or episode.person is None:
        return None
    is_crisis = pathway.urgency is Urgency.CRISIS
    due_at = _due_at(episode, pathway, now)
    opens_at, closes_at = _window_now(due_at, now) if is_crisis else _window_in_hours(template, due_at, now)
    day = london_day(opens_at)
    slots = [
        {"skill": slot.skill, "competences": list(slot.competences), "minutes": template.minutes}
        for slot in template.staff
    ]
    if len(slots) == 1 and is_for_two(episode.person_id, day):
        slots *= 2
    visit = Visit.objects.create(
        service_id=episode.service_id,
        person=episode.person,
        episode=episode,
        day=day,
        address=next(iter(current_addresses(episode.person, day)), None),
        title=template.title,
        window_opens_at=opens_at,
        window_closes_at=closes_at,
        is_window_hard=False,
        slots=slots,
        undone_cost=UNDONE_COST_CRISIS if is_crisis else UNDONE_COST_FIXED_TIME,
        is_crisis=is_crisis,
    )
    VisitTask.objects.bulk_create(
        VisitTask(visit=visit, activity_code=code, title=library().activity(code).title[:160])
        for code in template.activities
    )
    _done(actor, "need visit", visit, now)
    return visit


@dataclass(frozen=True, slots=True)
class NeededVisit:
    """A visit that another room asks for: `slots` as a visit has them, `tasks` as (activity code or "", title)."""

    title: str
    slots: tuple[dict, ...]
    opens_at: datetime
    closes_at: datetime
    tasks: tuple[tuple[str, str], ...] = ()
    episode: Episode | None = None
    is_window_hard: bool = False
    is_crisis: bool = False


@transaction.atomic
def need_visit(*, actor: Actor, person: Person, new: NeededVisit, now: datetime) -> Visit:
    """Make a visit that another room asks for, to be planned on its day; the service that asks decides who may.

    Somebody who is visited in twos has two come even where one was asked for.

    Raises: NotAllowedError; RefusedError when it has no slot, is over before it begins, or the person has died.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    if not new.slots:
        raise RefusedError("Every visit needs at least one worker. Give it a slot.")
    if new.closes_at < max(new.opens_at, now):
        raise RefusedError("The visit should have begun before now. Choose a later time.")
    if person.died_on is not None:
        raise RefusedError("This person has died. No visit is made.")
    day = london_day(new.opens_at)
    slots = list(new.slots)
    if len(slots) == 1 and is_for_two(person.pk, day):
        slots *= 2
    visit = Visit.objects.create(
        service_id=person.service_id, person=person, episode=new.episode, day=day,
        address=next(iter(current_addresses(person, day)), None), title=new.title[:120], window_opens_at=new.opens_at,
        window_closes_at=new.closes_at, is_window_hard=new.is_window_hard, slots=slots, is_crisis=new.is_crisis,
        undone_cost=UNDONE_COST_CRISIS if new.is_crisis else UNDONE_COST,
    )  # fmt: skip
    VisitTask.objects.bulk_create(
        VisitTask(visit=visit, activity_code=code, title=title[:160]) for code, title in new.tasks
    )
    _done(actor, "need visit", visit, now)
    return visit


def is_for_two(person_id: int, day: date) -> bool:
    """Whether a standing alert says that somebody is visited in twos."""
    standing = Alert.objects.filter(person_id=person_id, kind=AlertKind.TWO_PERSON, starts_on__lte=day, ended_by="")
    return standing.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).exists()


def _due_at(episode: Episode, pathway: Pathway, now: datetime) -> datetime | None:
    clock = response_clock(pathway)
    if clock is None:
        return None
    happened = clock_events(episode.events.all())
    if episode.referral is None:  # handed over from another pathway: it has only its own events
        return read_clock(clock, happened, now).due_at
    happened += clock_events(episode.referral.events.all())
    return reading_for(clock, episode.referral, happened, now).due_at


def _window_now(due_at: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    latest = now + RESPOND_WITHIN_AT_MOST
    return now, max(now, min(due_at or latest, latest))


def _window_in_hours(template: VisitTemplate, due_at: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    hours = template.times_of_day[0] if template.times_of_day else None
    starts_from, starts_by = (hours.starts_from, hours.starts_by) if hours else OFFICE_HOURS
    day = first_visit_day(due_at, template.period.days, now)
    opens_at = max(now, wall_clock(day, starts_from))
    return opens_at, max(opens_at, wall_clock(day, starts_by))
