"""Putting a planned day into force, and the travel table it was planned with."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.teams.models import Service
from homeward.visits.models import Assignment, DayPlan, PlanMove, TravelTable, Visit
from homeward.visits.rules import state_from
from homeward.visits.states import (
    VisitState,
)


@transaction.atomic
def keep_travel_table(
    *, actor: Actor, service_id: int, place_keys: list[str], seconds: bytes, now: datetime
) -> TravelTable:
    """Keep a service's own travel times: (n, n) little-endian int32 seconds, a row and a column for each key.

    Raises: NotAllowedError; RefusedError when the size does not fit the keys.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if len(seconds) != 4 * len(place_keys) ** 2:
        raise RefusedError(f"The travel table must be {len(place_keys)} by {len(place_keys)}, one row for each place.")
    table, _ = TravelTable.objects.update_or_create(
        service_id=service_id, defaults={"place_keys": place_keys, "seconds": seconds}
    )
    record(actor=actor, action="keep travel table", subject=("service", service_id), now=now, service_id=service_id)
    return table


@transaction.atomic
def record_plan(
    *,
    actor: Actor,
    service_id: int,
    day: date,
    why: str,
    based_on: int | None,
    now: datetime,
    assignments: list[Assignment],
    unplanned: dict[int, str],
    visit_ids: list[int],
    figures: dict,
    seed: int,
    iterations: int,
    cpu_seconds: float,
    move_reasons: dict[tuple[int, int], str] | None = None,
) -> DayPlan:
    """Put a plan the planner proposed into force for `visit_ids`: who goes where when, and what moved.

    What a person decided, and what has begun, stays as it is. `assignments` are unsaved rows for the slots that are
    free to plan; `unplanned` is the reason for each visit left out; `based_on` is the day plan it started from;
    `move_reasons` say why a slot (visit, slot) changed.

    Raises: NotAllowedError; PlanChangedMeanwhileError when somebody re-planned the day since.
    """
    able = (Permission.PLAN_DAY, Permission.TRIAGE_REFERRALS, Permission.RESPOND)
    require(actor, next(filter(actor.may, able), Permission.PLAN_DAY), service_id)
    # One planning of a service at a time: locking the newest plan would not hold back a second one, which adds a row.
    Service.objects.select_for_update(no_key=True).get(pk=service_id)
    newest = DayPlan.objects.filter(service_id=service_id, day=day).order_by("-id").first()
    if (newest.pk if newest else None) != based_on:
        raise PlanChangedMeanwhileError("Somebody re-planned this day just now. Look at it, then try again.")
    # what was cancelled, missed or done while the planner worked is no longer there to plan
    visits = {
        visit.pk: visit
        for visit in Visit.objects.select_for_update().filter(pk__in=visit_ids, service_id=service_id).order_by("id")
        if visit.state not in (VisitState.CANCELLED, VisitState.MISSED, VisitState.DONE)
    }
    held = {
        (row.visit_id, row.slot): row
        for row in Assignment.objects.filter(visit_id__in=visits).order_by("visit_id", "slot")
    }
    decided = {(row.visit_id, row.worker_id) for row in held.values() if row.is_pinned}
    wanted = {
        (row.visit_id, row.slot): row
        for row in assignments
        if row.visit_id in visits
        and (row.visit_id, row.worker_id) not in decided  # sent meanwhile to another slot of the same visit
        and not ((row.visit_id, row.slot) in held and held[row.visit_id, row.slot].is_pinned)
    }
    plan = DayPlan.objects.create(
        service_id=service_id,
        day=day,
        made_at=now,
        made_by=actor.name,
        why=why[:250],
        seed=seed,
        iterations=iterations,
        cpu_seconds=cpu_seconds,
        figures=figures,
    )
    moves = _moves(plan, held, wanted, move_reasons or {})
    gone = [row.pk for key, row in held.items() if not row.is_pinned]
    Assignment.objects.filter(pk__in=gone).delete()
    Assignment.objects.bulk_create(wanted.values(), batch_size=500)
    if newest is not None:  # the first plan of a day moves nothing that anybody holds
        PlanMove.objects.bulk_create(moves, batch_size=500)
    after: dict[int, list[tuple[str, str]]] = {pk: [] for pk in visits}
    for key, row in {**{k: r for k, r in held.items() if r.is_pinned}, **wanted}.items():
        after[key[0]].append((row.state, row.decided_by))
    changed = []
    for visit in visits.values():
        state = state_from(after[visit.pk], len(visit.slots), visit.state)
        reason = unplanned.get(visit.pk, "") if state == VisitState.NEEDED else ""
        if (state, reason) != (visit.state, visit.unplanned_reason):
            visit.state, visit.unplanned_reason = state, reason
            changed.append(visit)
    Visit.objects.bulk_update(changed, ["state", "unplanned_reason"], batch_size=300)
    record(
        actor=actor, action="plan day", subject=("day plan", plan.pk), now=now, service_id=service_id, count=len(visits)
    )
    tell(topic="visits", service_id=service_id, subject=("day plan", plan.pk), now=now)
    return plan


class PlanChangedMeanwhileError(RefusedError):
    """Two people planned one day at once; the later must look again."""


def _moves(plan: DayPlan, held: dict, wanted: dict, reasons: dict) -> list[PlanMove]:
    """Every slot whose worker or minute is no longer what it was."""
    moves = []
    for key in sorted({*held, *wanted}):
        before, after = held.get(key), wanted.get(key)
        if before is not None and before.is_pinned:
            continue
        if before and after and before.worker_id == after.worker_id and before.starts_at == after.starts_at:
            continue
        moves.append(
            PlanMove(
                plan=plan,
                visit_id=key[0],
                slot=key[1],
                from_worker_id=before.worker_id if before else None,
                to_worker_id=after.worker_id if after else None,
                from_starts_at=before.starts_at if before else None,
                to_starts_at=after.starts_at if after else None,
                why=reasons.get(key) or (after.why if after else ""),
            )
        )
    return moves
