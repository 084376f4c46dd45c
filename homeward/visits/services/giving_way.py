"""Home visits give way to a place in a session of a group clinic, in the week of that session."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Avg

from homeward.access.rules import Actor
from homeward.kernel.rules import day_words, london_day
from homeward.procedures.rules.definitions import Activity
from homeward.procedures.selectors import published_activities
from homeward.visits.models import Assignment, ReplacedVisit, SessionPlace, Visit
from homeward.visits.rules.clinics import is_replaced, meant_for, week_of
from homeward.visits.services.changing import _done
from homeward.visits.states import Attendance, SessionState, VisitState

# What a journey to somebody took lately says what one less saves; as visits that could be one count it
LATELY = timedelta(days=28)
TO_COME = (VisitState.NEEDED, VisitState.PLANNED)


def _give_way(actor: Actor, visits: Iterable[Visit], now: datetime) -> list[Visit]:
    """Cancel those of some visits, kept already, that a place held in a session of their week replaces; gives them.

    A visit that somebody decided on, or that has begun, stays. Whoever calls it is a service, and audits.
    """
    wanted = {visit.pk: visit for visit in visits if visit.pattern_id is not None and visit.person_id is not None}
    if not wanted:
        return []
    days = [visit.day for visit in wanted.values()]
    places = (
        SessionPlace.objects.filter(
            session__clinic__service_id__in={visit.service_id for visit in wanted.values()},
            released_at__isnull=True,
            session__state=SessionState.SET,
            session__day__gte=week_of(min(days))[0],
            session__day__lte=week_of(max(days))[1],
        )
        .exclude(attendance=Attendance.DID_NOT_COME)
        .select_related("session__clinic", "booking")
        .order_by("session__day", "pk")
    )
    theirs: dict[int, list[SessionPlace]] = defaultdict(list)
    for place in places:
        theirs[place.person_id].append(place)
    if not theirs:
        return []
    rows = (
        Visit.objects.select_for_update(of=("self",))
        .filter(pk__in=[pk for pk, visit in wanted.items() if visit.person_id in theirs], state__in=TO_COME)
        .filter(window_closes_at__gt=now)
        .prefetch_related("assignments", "tasks")
        .order_by("day", "pk")
    )
    gone, known = [], published_activities()
    for visit in rows:
        place = next((one for one in theirs[visit.person_id] if _replaces(one, visit, known)), None)
        if place is not None and _may_change(visit):
            _cancel(actor, visit, place, now)
            gone.append(visit)
    return gone


def _replaces(place: SessionPlace, visit: Visit, known: Mapping[str, Activity]) -> bool:
    first, last = week_of(place.session.day)
    activities = place.session.clinic.activities
    return first <= visit.day <= last and is_replaced(
        [task.activity_code for task in visit.tasks.all()],
        activities=activities,
        meant_for=meant_for(activities, known),
        weekday=visit.day.isoweekday(),
        weekdays=place.booking.weekdays,
    )


def _may_change(visit: Visit) -> bool:
    """Whether nobody decided who goes, and no registered professional comes for a part of it."""
    is_handed_on = visit.slots_before is not None or any(task.handed_to_id for task in visit.tasks.all())
    return not is_handed_on and not any(one.is_pinned for one in visit.assignments.all())


def _cancel(actor: Actor, visit: Visit, place: SessionPlace, now: datetime) -> None:
    ReplacedVisit.objects.create(
        place=place,
        visit=visit,
        care_minutes=sum(slot["minutes"] for slot in visit.slots),
        travel_minutes=round(len(visit.slots) * _travel_to(visit.person_id, now), 1),
    )
    visit.assignments.all().delete()
    session = place.session
    visit.state, visit.unplanned_reason = VisitState.CANCELLED, ""
    visit.outcome_note = f"Done at {session.clinic.name} on {day_words(session.day)}."
    visit.save(update_fields=["state", "unplanned_reason", "outcome_note"])
    _done(actor, "visit gives way to clinic", visit, now)


def _travel_to(person_id: int, now: datetime) -> float:
    """What one journey to somebody took lately, in minutes; 0 where nobody went."""
    today = london_day(now)
    lately = Assignment.objects.filter(visit__person_id=person_id, visit__day__gt=today - LATELY, visit__day__lte=today)
    return lately.aggregate(mean=Avg("travel_minutes"))["mean"] or 0.0


def _let_go(episode_id: int, plan_id: int, first, now: datetime) -> None:
    """What an older version of a plan asked for, and a clinic replaced, is no longer counted: the new one asks anew."""
    ReplacedVisit.objects.filter(
        visit__episode_id=episode_id, visit__day__gte=first, ended_at__isnull=True, visit__pattern__isnull=False
    ).exclude(visit__pattern__plan_id=plan_id).update(ended_at=now)
