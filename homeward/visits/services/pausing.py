"""Pausing somebody's visits while they are away from home, and beginning again."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.people.models import Person
from homeward.people.selectors import person_ids_of
from homeward.visits.models import Visit, VisitPause
from homeward.visits.services.changing import _done
from homeward.visits.services.sending import take_out
from homeward.visits.states import VisitState, check_visit_move


@transaction.atomic
def pause_visits(*, actor: Actor, person: Person, reason: str, now: datetime) -> int:
    """Stop visiting somebody at home from now on until `restart_visits`; gives how many visits were taken out.

    What has begun goes on, and a response to a crisis stays. Visits that their plans would need are not made meanwhile.
    Where visits are paused already nothing changes.

    Raises: NotAllowedError; RefusedError without a reason.
    """
    require(actor, Permission.WRITE_PLANS, person.service_id)
    if not reason.strip():
        raise RefusedError("Say why nobody is to visit.")
    open_now = VisitPause.objects.select_for_update(of=("self",)).filter(person=person, first_day=None)
    if open_now.exists():
        return 0
    pause = VisitPause.objects.create(
        person=person, service_id=person.service_id, reason=reason.strip()[:200], starts_at=now, set_by=actor.name
    )
    to_come = Visit.objects.filter(
        person_id__in=person_ids_of(person),
        state__in=(VisitState.NEEDED, VisitState.PLANNED),
        window_closes_at__gt=now,
        is_crisis=False,
        session=None,
    ).order_by("id")
    taken_out = [take_out(actor=actor, visit=visit, reason=pause.reason, now=now) for visit in to_come]
    pause.visits.set(taken_out)
    _noted(actor, person, "pause visits", len(taken_out), now)
    return len(taken_out)


@transaction.atomic
def restart_visits(*, actor: Actor, person: Person, first_day: date, now: datetime) -> int:
    """Visit somebody again from a day on; gives how many visits taken out for the pause are needed again.

    The planner finds who comes when the day is planned next. Where nothing is paused nothing changes.

    Raises: NotAllowedError; RefusedError for a day that is over.
    """
    require(actor, Permission.WRITE_PLANS, person.service_id)
    if first_day < london_day(now):
        raise RefusedError("Choose today or a later day.")
    count = 0
    for pause in VisitPause.objects.select_for_update(of=("self",)).filter(person=person, first_day=None):
        pause.first_day, pause.ended_at, pause.ended_by = first_day, now, actor.name
        pause.save(update_fields=["first_day", "ended_at", "ended_by"])
        again = pause.visits.filter(state=VisitState.CANCELLED, day__gte=first_day, window_closes_at__gt=now)
        for visit in again.order_by("id"):
            check_visit_move(visit.state, VisitState.NEEDED)
            visit.state, visit.outcome_note = VisitState.NEEDED, ""
            visit.save(update_fields=["state", "outcome_note"])
            _done(actor, "need visit again", visit, now)
            count += 1
        _noted(actor, person, "restart visits", count, now)
    return count


def _noted(actor: Actor, person: Person, action: str, count: int, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("person", person.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
        count=count,
    )
    tell(topic="visits", service_id=person.service_id, subject=("day", None), now=now)
