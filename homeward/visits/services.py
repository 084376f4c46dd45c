"""Writes about visits: needed, decided, begun, done."""

from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.episodes.services import close_episode, move_stage, note_event
from homeward.kernel.rules import RefusedError, london_day, wall_clock
from homeward.kernel.services import tell
from homeward.people.models import TimelineEntry
from homeward.people.selectors import current_addresses
from homeward.people.services import add_many_to_timeline, add_to_timeline
from homeward.plans.models import VisitPattern
from homeward.procedures.rules import StageKind, Urgency, VisitTemplate
from homeward.procedures.selectors import built, library
from homeward.referrals.selectors import clock_events, reading_for
from homeward.roster.models import Absence
from homeward.teams.models import Service, Worker
from homeward.visits.models import Assignment, DayPlan, PlanMove, TravelTable, Visit, VisitTask
from homeward.visits.rules import UNDONE_COST_CRISIS, UNDONE_COST_FIXED_TIME, needed_on, state_from, told_after
from homeward.visits.states import (
    AssignmentState,
    VisitCannotMoveError,
    VisitState,
    check_assignment_move,
    check_visit_move,
)

FIRST_CONTACT = "first_face_to_face_contact"
SUPPORT_STARTED = "support_started"
# When a pathway's clock gives no due time, a response visit is still wanted today rather than some day.
RESPOND_WITHIN_AT_MOST = timedelta(hours=8)
# Nobody is sent to begin later than this after a visit should have begun, or after now: it is a slip of the keys.
START_LATE_AT_MOST = timedelta(days=1)
# A pathway that names no hours for a first visit: a local decision
OFFICE_HOURS = ("09:00", "16:00")


def _done(actor: Actor, action: str, visit: Visit, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("visit", visit.pk),
        person_id=visit.person_id,
        now=now,
        service_id=visit.service_id,
    )
    tell(topic="visits", service_id=visit.service_id, subject=("visit", visit.pk), now=now)


@transaction.atomic
def make_visits(*, actor: Actor, service_id: int, day: date, now: datetime) -> int:
    """Make the visits that everyone's plans need on a day; those made before are left as they are. Gives how many.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY, service_id)
    patterns = (
        VisitPattern.objects.filter(
            plan__episode__service_id=service_id, starts_on__lte=day, plan__episode__started_at__date__lte=day
        )
        .exclude(ends_on__lt=day)
        .exclude(plan__episode__ended_at__date__lt=day)
        .exclude(plan__person__died_on__lt=day)
        .exclude(visits__day=day)
        .select_related("plan__person")
        .prefetch_related("plan__person__addresses")
        .order_by("id")
    )
    visits = []
    tasks = []
    for pattern in patterns:
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
            continue
        visit = Visit(
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
        visits.append(visit)
        tasks.append(pattern.tasks)
    Visit.objects.bulk_create(visits, batch_size=500)
    VisitTask.objects.bulk_create(
        [
            VisitTask(
                visit=visit,
                activity_code=task["code"],
                title=task["title"],
                is_delegated=task.get("is_delegated", False),
            )
            for visit, theirs in zip(visits, tasks)
            for task in theirs
        ],
        batch_size=500,
    )
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


def response_template(episode: Episode) -> VisitTemplate | None:
    """The visit by which an episode's response clock is met, if its pathway has one for its stage."""
    return next((visit for visit in built(episode.pathway).visits if visit.due_with_clock), None)


@transaction.atomic
def need_response(*, actor: Actor, episode: Episode, now: datetime) -> Visit | None:
    """Make the visit that answers an episode's response clock; None when its pathway has no such visit.

    In a crisis it may start now and should start before the clock breaches, or after a breach as soon as can be. A
    slower pathway's first visit is wanted the next day, or today where its clock leaves no next day, in the hours the
    pathway names.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TRIAGE_REFERRALS, episode.service_id)
    template = response_template(episode)
    if template is None:
        return None
    pathway = built(episode.pathway)
    is_crisis = pathway.urgency is Urgency.CRISIS
    happened = clock_events(episode.events.all()) + clock_events(episode.referral.events.all())
    due_at = reading_for(pathway.clock(template.due_with_clock), episode.referral, happened, now).due_at
    opens_at, closes_at = _window_now(due_at, now) if is_crisis else _window_in_hours(template, due_at, now)
    day = london_day(opens_at)
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
        slots=[
            {"skill": slot.skill, "competences": list(slot.competences), "minutes": template.minutes}
            for slot in template.staff
        ],
        undone_cost=UNDONE_COST_CRISIS if is_crisis else UNDONE_COST_FIXED_TIME,
        is_crisis=is_crisis,
    )
    VisitTask.objects.bulk_create(
        VisitTask(visit=visit, activity_code=code, title=library().activity(code).title[:160])
        for code in template.activities
    )
    _done(actor, "need visit", visit, now)
    return visit


def _window_now(due_at: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    latest = now + RESPOND_WITHIN_AT_MOST
    return now, max(now, min(due_at or latest, latest))


def _window_in_hours(template: VisitTemplate, due_at: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    hours = template.times_of_day[0] if template.times_of_day else None
    starts_from, starts_by = (hours.starts_from, hours.starts_by) if hours else OFFICE_HOURS
    day = london_day(now) + timedelta(days=1)
    if due_at is not None and london_day(due_at) < day:
        day = london_day(now)
    opens_at = max(now, wall_clock(day, starts_from))
    return opens_at, max(opens_at, wall_clock(day, starts_by))


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
) -> Assignment:
    """Decide who goes. The planner then leaves this slot alone; whoever held it is freed.

    Raises: NotAllowedError; VisitCannotMoveError when the visit is over; RefusedError when there is no such slot, the
    worker is already in the visit, is away that day, has not the skill or has started it, or the time is days away.
    """
    require(actor, Permission.RESPOND if actor.may(Permission.RESPOND) else Permission.PLAN_DAY, visit.service_id)
    visit = Visit.objects.select_for_update().select_related("person").get(pk=visit.pk)
    if not 0 <= slot < len(visit.slots):
        raise RefusedError("This visit has no such place for a worker.")
    if worker.service_id != visit.service_id:
        raise RefusedError("This worker belongs to another service.")
    held_skills = library().skills_held(code for code in worker.skills if code in {s.code for s in library().skills})
    if visit.slots[slot]["skill"] not in held_skills | set(worker.skills):
        raise RefusedError(f"{worker.label} has not the skill this needs. Choose somebody else.")
    if Absence.objects.filter(worker=worker, starts_on__lte=visit.day, ends_on__gte=visit.day).exists():
        raise RefusedError(f"{worker.label} is away that day. Choose somebody else.")
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
    add_to_timeline(
        actor=actor,
        person=visit.person,
        kind="visit",
        happened_at=now,
        now=now,
        title=f"{worker.label} sent: {visit.title}"[:200],
        subject=("visit", visit.pk),
    )
    _done(actor, "assign worker", visit, now)
    return assignment


@transaction.atomic
def arrive(*, actor: Actor, assignment: Assignment, at: datetime, now: datetime) -> Assignment:
    """Record that a worker is with the person. The first to arrive at a pathway's first visit stops its clock.

    Raises: NotAllowedError; VisitCannotMoveError, also when somebody else goes now; RefusedError when the time is in
    the future or before anybody asked.
    """
    assignment = _locked(assignment)
    visit = assignment.visit
    _require_hands_on(actor, assignment)
    if at > now:
        raise RefusedError("The time of arrival is in the future. Check it.")
    referral = visit.episode.referral if visit.episode else None
    if referral:
        at = told_after(at, referral.received_at)
    if referral and at < referral.received_at:
        raise RefusedError("The time of arrival is before the referral came. Check it.")
    check_assignment_move(assignment.state, AssignmentState.ARRIVED)
    assignment.state = AssignmentState.ARRIVED
    assignment.arrived_at = at
    assignment.save(update_fields=["state", "arrived_at"])
    _settle(visit)
    if visit.episode and not visit.episode.ended_at:
        _note_first(actor, visit, at, now, assignment.worker.label)
    add_to_timeline(
        actor=actor,
        person=visit.person,
        kind="visit",
        happened_at=at,
        now=now,
        title=f"{assignment.worker.label} arrived: {visit.title}"[:200],
        subject=("visit", visit.pk),
    )
    _done(actor, "arrive", visit, now)
    return assignment


@transaction.atomic
def leave(*, actor: Actor, assignment: Assignment, at: datetime, now: datetime, note: str = "") -> Assignment:
    """Record that a worker has left. The visit is done when everyone who was sent has.

    Raises: NotAllowedError; VisitCannotMoveError, also when somebody else goes now; RefusedError when it is before
    they arrived or in the future.
    """
    assignment = _locked(assignment)
    visit = assignment.visit
    _require_hands_on(actor, assignment)
    check_assignment_move(assignment.state, AssignmentState.LEFT)
    if assignment.arrived_at:
        at = told_after(at, assignment.arrived_at)
    if at > now or (assignment.arrived_at and at < assignment.arrived_at):
        raise RefusedError("The time they left is before they arrived, or in the future. Check it.")
    assignment.state = AssignmentState.LEFT
    assignment.left_at = at
    assignment.save(update_fields=["state", "left_at"])
    if note:
        visit.outcome_note = f"{visit.outcome_note}\n{note}".strip()
        visit.save(update_fields=["outcome_note"])
    _settle(visit)
    if visit.state == VisitState.DONE and visit.is_crisis and visit.episode and not visit.episode.ended_at:
        _go_on_to_support(actor, visit.episode, now)
    add_to_timeline(
        actor=actor,
        person=visit.person,
        kind="visit",
        happened_at=at,
        now=now,
        text=note,
        title=f"{assignment.worker.label} left: {visit.title}"[:200],
        subject=("visit", visit.pk),
    )
    _done(actor, "leave", visit, now)
    return assignment


@transaction.atomic
def record_attendance(
    *, actor: Actor, service_id: int, attendance: list[tuple[Assignment, datetime, datetime | None]], now: datetime
) -> int:
    """Record many arrivals and leavings, each (assignment, arrived, left or None), as `arrive` and `leave` do.

    What a visit was for counts as done when its last worker left. For an import or a fictitious place; gives how many
    visits changed.

    Raises: NotAllowedError; VisitCannotMoveError; RefusedError when a time is in the future or out of order.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    entries = []
    came: dict[int, list[Assignment]] = {}
    for assignment, arrived_at, left_at in attendance:
        if max(arrived_at, left_at or arrived_at) > now or (left_at and left_at < arrived_at):
            raise RefusedError("The time they left is before they arrived, or in the future. Check it.")
        words = [("arrived", arrived_at)] if assignment.state != AssignmentState.ARRIVED else []
        if words:
            check_assignment_move(assignment.state, AssignmentState.ARRIVED)
            assignment.state, assignment.arrived_at = AssignmentState.ARRIVED, arrived_at
        if left_at:
            check_assignment_move(assignment.state, AssignmentState.LEFT)
            assignment.state, assignment.left_at = AssignmentState.LEFT, left_at
            words.append(("left", left_at))
        worker = assignment.worker
        entries += [
            TimelineEntry(
                person_id=assignment.visit.person_id,
                happened_at=at,
                recorded_at=at,
                kind="visit",
                title=f"{worker.label} {word}: {assignment.visit.title}"[:200],
                author_name=worker.label,
                author_role=worker.job_title,
                employer=str(worker.organisation),
                subject_kind="visit",
                subject_id=assignment.visit_id,
            )
            for word, at in words
        ]
        came.setdefault(assignment.visit_id, []).append(assignment)
    Assignment.objects.bulk_update(
        [assignment for assignment, _, _ in attendance], ["state", "arrived_at", "left_at"], batch_size=300
    )
    visits = list(
        Visit.objects.filter(pk__in=came, service_id=service_id)
        .select_related("episode__person")
        .prefetch_related("assignments", "tasks", "episode__events")
    )
    tasks = []
    for visit in visits:
        if visit.episode and FIRST_CONTACT not in {event.kind for event in visit.episode.events.all()}:
            first = min(came[visit.pk], key=lambda assignment: assignment.arrived_at)
            note_event(
                actor=actor,
                episode=visit.episode,
                kind=FIRST_CONTACT,
                happened_at=first.arrived_at,
                now=now,
                title="First seen face to face",
                detail=f"By {first.worker.label}",
            )
        rows = [(row.state, row.decided_by) for row in visit.assignments.all()]
        visit.state = state_from(rows, len(visit.slots), visit.state)
        if visit.state == VisitState.DONE:
            last = max(came[visit.pk], key=lambda assignment: assignment.left_at or assignment.arrived_at)
            for task in visit.tasks.all():
                task.done_at, task.done_by = last.left_at, last.worker.label
                tasks.append(task)
    Visit.objects.bulk_update(visits, ["state"], batch_size=300)
    VisitTask.objects.bulk_update(tasks, ["done_at", "done_by"], batch_size=300)
    add_many_to_timeline(actor=actor, service_id=service_id, entries=entries, now=now)
    record(
        actor=actor,
        action="record attendance",
        subject=("visit", None),
        now=now,
        service_id=service_id,
        count=len(visits),
    )
    tell(topic="visits", service_id=service_id, subject=("day", None), now=now)
    return len(visits)


@transaction.atomic
def record_missed(*, actor: Actor, service_id: int, visits: list[Visit], reason: str, now: datetime) -> int:
    """Record that nobody came to many visits whose day is over, and why; gives how many.

    Raises: NotAllowedError; VisitCannotMoveError; RefusedError without a reason.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    if not reason.strip():
        raise RefusedError("Say why nobody came.")
    for visit in visits:
        check_visit_move(visit.state, VisitState.MISSED)
        visit.state, visit.outcome_note = VisitState.MISSED, reason
    Assignment.objects.filter(visit__in=visits, state=AssignmentState.PROPOSED).delete()
    Visit.objects.bulk_update(visits, ["state", "outcome_note"], batch_size=300)
    record(
        actor=actor, action="record missed", subject=("visit", None), now=now, service_id=service_id, count=len(visits)
    )
    tell(topic="visits", service_id=service_id, subject=("day", None), now=now)
    return len(visits)


@transaction.atomic
def cancel_visit(*, actor: Actor, visit: Visit, reason: str, now: datetime) -> Visit:
    """Take a visit out of the day, saying why; workers on it are freed.

    Raises: NotAllowedError; VisitCannotMoveError when it has begun; RefusedError without a reason.
    """
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.RESPOND, visit.service_id)
    if not reason.strip():
        raise RefusedError("Say why the visit is cancelled.")
    visit = Visit.objects.select_for_update().select_related("person").get(pk=visit.pk)
    check_visit_move(visit.state, VisitState.CANCELLED)
    visit.assignments.all().delete()
    visit.state, visit.unplanned_reason, visit.outcome_note = VisitState.CANCELLED, "", reason
    visit.save(update_fields=["state", "unplanned_reason", "outcome_note"])
    add_to_timeline(
        actor=actor,
        person=visit.person,
        kind="visit",
        happened_at=now,
        now=now,
        text=reason,
        title=f"Visit cancelled: {visit.title}"[:200],
        subject=("visit", visit.pk),
    )
    _done(actor, "cancel visit", visit, now)
    return visit


@transaction.atomic
def close_response(*, actor: Actor, episode: Episode, outcome_code: str, now: datetime, note: str = "") -> Episode:
    """Close an episode with its outcome, and take out of the plan whatever of its visits has not begun.

    Raises: NotAllowedError; episodes.services.EpisodeEndedError; RefusedError while somebody is with the person, or
    when the pathway has no such outcome.
    """
    require(actor, Permission.RESPOND if actor.may(Permission.RESPOND) else Permission.PLAN_DAY, episode.service_id)
    visits = list(Visit.objects.select_for_update().filter(episode=episode).order_by("id"))
    if Assignment.objects.filter(visit__in=visits, state=AssignmentState.ARRIVED).exists():
        raise RefusedError("Somebody is still there. Record when they left, then close.")
    closed = close_episode(actor=actor, episode=episode, outcome_code=outcome_code, now=now, note=note)
    for visit in visits:
        if visit.state in (VisitState.NEEDED, VisitState.PLANNED):
            cancel_visit(actor=actor, visit=visit, reason="The response was closed.", now=now)
        elif visit.state == VisitState.UNDER_WAY:  # whoever came has left, and nobody else is to come
            visit.assignments.exclude(state=AssignmentState.LEFT).delete()
            visit.state = VisitState.DONE
            visit.save(update_fields=["state"])
            _done(actor, "end visit", visit, now)
    record(
        actor=actor,
        action="close response",
        subject=("episode", episode.pk),
        person_id=episode.person_id,
        now=now,
        service_id=episode.service_id,
    )
    return closed


def _note_first(actor: Actor, visit: Visit, at: datetime, now: datetime, who: str) -> None:
    """The events that the first visit of an episode brings, for its clocks; later visits bring none."""
    noted = set(visit.episode.events.values_list("kind", flat=True))
    if FIRST_CONTACT not in noted:
        note_event(
            actor=actor,
            episode=visit.episode,
            kind=FIRST_CONTACT,
            happened_at=at,
            now=now,
            title="First seen face to face",
            detail=f"By {who}",
        )
    if SUPPORT_STARTED not in noted and not visit.is_crisis:
        note_event(actor=actor, episode=visit.episode, kind=SUPPORT_STARTED, happened_at=at, now=now)


def _go_on_to_support(actor: Actor, episode: Episode, now: datetime) -> None:
    """After the response, the stage that follows it; closing stays a person's decision."""
    stages = {stage.code: stage for stage in built(episode.pathway).stages}
    for code in stages[episode.stage].moves_to:
        if stages[code].kind is StageKind.MIDDLE:
            move_stage(actor=actor, episode=episode, stage=code, now=now)
            return


def _locked(assignment: Assignment) -> Assignment:
    """An assignment as it is now. Its visit is held first, so that whatever changes the visit happens in turn.

    Raises: VisitCannotMoveError when it is gone: the visit was cancelled or given to somebody else.
    """
    Visit.objects.select_for_update().get(pk=assignment.visit_id)
    row = (
        Assignment.objects.select_related("visit__person", "visit__episode__referral", "worker")
        .filter(pk=assignment.pk)
        .first()
    )
    if row is None:
        raise VisitCannotMoveError("Somebody else goes now. Look at who is sent, then try again.")
    return row


def _require_hands_on(actor: Actor, assignment: Assignment) -> None:
    """The worker themselves, or somebody who runs the response or the day, may record it."""
    if actor.worker_id == assignment.worker_id and actor.worker_id is not None:
        require(actor, Permission.SEE_PEOPLE, assignment.visit.service_id)
    else:
        require(
            actor,
            Permission.RESPOND if actor.may(Permission.RESPOND) else Permission.PLAN_DAY,
            assignment.visit.service_id,
        )


def _settle(visit: Visit) -> None:
    """Bring a visit's state in line with its assignments."""
    rows = list(visit.assignments.values_list("state", "decided_by"))
    state = state_from(rows, len(visit.slots), visit.state)
    if state != visit.state:
        if not (visit.state == VisitState.NEEDED and state == VisitState.UNDER_WAY):
            check_visit_move(visit.state, state)
        visit.state = state
        visit.unplanned_reason = ""
        visit.save(update_fields=["state", "unplanned_reason"])
