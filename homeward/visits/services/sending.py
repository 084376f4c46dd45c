"""Who a person decided to send, and visits taken out of the day."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import RefusedError
from homeward.roster.models import Absence
from homeward.teams.models import Worker
from homeward.teams.selectors import registered_until
from homeward.visits.models import Assignment, Visit
from homeward.visits.selectors.delegated import places_of
from homeward.visits.selectors.skills import skills_on
from homeward.visits.services.changing import _done, _settle, _tell_timeline
from homeward.visits.states import (
    AssignmentState,
    VisitState,
    check_visit_move,
)

# Nobody is sent to begin later than this after a visit should have begun, or after now: it is a slip of the keys.
START_LATE_AT_MOST = timedelta(days=1)


@transaction.atomic
def assign_worker(
    *,
    actor: Actor,
    visit: Visit,
    slot: int,
    worker: Worker,
    starts_at: datetime,
    now: datetime,
    why: str = "",
    travel_minutes: float = 0.0,
    beside: Collection[Worker] = (),
) -> Assignment:
    """Decide who goes. The planner then leaves this slot alone; whoever held it is freed.

    `beside` are workers who are sent to the visit's other slots with them.

    Raises: NotAllowedError; VisitCannotMoveError when the visit is over; RefusedError when there is no such slot, the
    worker is already in the visit, is away that day, has not the skill, may not do what is delegated there or has
    started it, or the time is days away.
    """
    require(actor, Permission.RESPOND if actor.may(Permission.RESPOND) else Permission.PLAN_DAY, visit.service_id)
    visit = Visit.objects.select_for_update(of=("self",)).select_related("person").get(pk=visit.pk)
    if not 0 <= slot < len(visit.slots):
        raise RefusedError("This visit has no such place for a worker.")
    if worker.service_id != visit.service_id:
        raise RefusedError("This worker belongs to another service.")
    if visit.slots[slot].get("worker") not in (None, worker.pk):
        raise RefusedError("This place is the nurse's of the clinic. Choose a stand-in on the page of the session.")
    if visit.slots[slot]["skill"] not in skills_on(actor, [worker], visit.day)[worker.pk]:
        is_lapsed = worker.pk in (until := registered_until([worker.pk])) and until[worker.pk] < visit.day
        why_not = "has not the skill this needs" + (", or no longer: their registration ended" if is_lapsed else "")
        raise RefusedError(f"{worker.label} {why_not}. Choose somebody else.")
    if Absence.objects.filter(worker=worker, starts_on__lte=visit.day, ends_on__gte=visit.day).exists():
        raise RefusedError(f"{worker.label} is away that day. Choose somebody else.")
    _refuse_unless_may(visit, slot, worker, beside)
    if starts_at > max(now, visit.window_closes_at) + START_LATE_AT_MOST:
        raise RefusedError("The time is more than a day after the visit should begin. Choose who goes again.")
    if visit.state not in (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY):
        check_visit_move(visit.state, VisitState.PLANNED)
    elsewhere = visit.assignments.filter(worker=worker).exclude(slot=slot).first()
    if elsewhere and elsewhere.is_pinned:
        raise RefusedError(f"{worker.label} is already going. Choose somebody else to go with them.")
    if elsewhere:  # only proposed by the planner, and so gives way to a person's decision
        elsewhere.delete()
    before = visit.assignments.filter(slot=slot).first()
    if before and before.state in (AssignmentState.ARRIVED, AssignmentState.LEFT):
        raise RefusedError(f"{before.worker.label} is already there.")
    if before:
        before.delete()
    assignment = Assignment.objects.create(
        visit=visit,
        slot=slot,
        worker=worker,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=visit.slots[slot]["minutes"]),
        travel_minutes=travel_minutes,
        why=why,
        state=AssignmentState.SENT,
        decided_by=actor.name,
    )
    _settle(visit)
    _tell_timeline(actor, visit, f"{worker.label} sent: {visit.title}", now, now)
    _done(actor, "assign worker", visit, now)
    return assignment


def _refuse_unless_may(visit: Visit, slot: int, worker: Worker, beside: Collection[Worker]) -> None:
    """Raises: RefusedError with why they may not do what is delegated at this place, and what would change that."""
    decided = [row.worker_id for row in visit.assignments.exclude(slot=slot) if row.is_pinned]
    places = places_of(Actor.system("planner", visit.service_id), visit.service_id, visit.day, [visit])
    may_not = places.why_not(visit.pk, slot, [worker], [*decided, *(other.pk for other in beside)])
    if may_not:
        one = may_not[0]
        which = f" (place {slot + 1} of {len(visit.slots)})" if len(visit.slots) > 1 else ""
        raise RefusedError(f"{one.activity}{which}: {one.may.because} {one.may.nearest}")


@transaction.atomic
def cancel_visit(*, actor: Actor, visit: Visit, reason: str, now: datetime) -> Visit:
    """Take a visit out of the day, saying why; workers on it are freed.

    Raises: NotAllowedError; VisitCannotMoveError when it has begun; RefusedError without a reason.
    """
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.RESPOND, visit.service_id)
    if not reason.strip():
        raise RefusedError("Say why the visit is cancelled.")
    if visit.session_id is not None:
        raise RefusedError("This is a session of a group clinic. Cancel it on its own page, so that those booked hear.")
    return take_out(actor=actor, visit=visit, reason=reason, now=now)


@transaction.atomic
def take_out(*, actor: Actor, visit: Visit, reason: str, now: datetime) -> Visit:
    """Take a visit out of the day because what it was for is over; the service that ends that asked who may.

    Raises: NotAllowedError; VisitCannotMoveError when it has begun.
    """
    require(actor, Permission.SEE_PEOPLE, visit.service_id)
    visit = Visit.objects.select_for_update(of=("self",)).select_related("person").get(pk=visit.pk)
    check_visit_move(visit.state, VisitState.CANCELLED)
    visit.assignments.all().delete()
    visit.state, visit.unplanned_reason, visit.outcome_note = VisitState.CANCELLED, "", reason
    visit.save(update_fields=["state", "unplanned_reason", "outcome_note"])
    _tell_timeline(actor, visit, f"Visit cancelled: {visit.title}", now, now, reason)
    _done(actor, "cancel visit", visit, now)
    # what a registered professional was to do instead of somebody at this visit is over with it
    for instead in Visit.objects.filter(
        tasks_taken_over__visit=visit, state__in=(VisitState.NEEDED, VisitState.PLANNED)
    ).distinct():
        take_out(actor=actor, visit=instead, reason=reason, now=now)
    return visit
