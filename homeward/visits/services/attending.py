"""What happened at visits: who came, who left, whom nobody came to."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.episodes.models import Episode
from homeward.episodes.services import FormsNotCompleteError, move_stage, note_event
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.models import TimelineEntry
from homeward.people.services import add_many_to_timeline
from homeward.procedures.rules import StageKind
from homeward.procedures.selectors import built
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.rules import state_from, told_after
from homeward.visits.services.changing import _done, _settle, _tell_timeline
from homeward.visits.states import (
    AssignmentState,
    VisitCannotMoveError,
    VisitState,
    check_assignment_move,
    check_visit_move,
)

FIRST_CONTACT = "first_face_to_face_contact"
SUPPORT_STARTED = "support_started"


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
        if visit.is_crisis:
            _go_on_to_support(actor, visit.episode, now)
    _tell_timeline(actor, visit, f"{assignment.worker.label} arrived: {visit.title}", at, now)
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
    _tell_timeline(actor, visit, f"{assignment.worker.label} left: {visit.title}", at, now, note)
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
            if assignment.visit.person_id is not None
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
                if task.done_at or task.not_done_reason or task.handed_to_id:
                    continue  # somebody wrote down what came of it, or it was done at another visit
                task.done_at, task.done_by, task.worker = last.left_at, last.worker.label, last.worker
                tasks.append(task)
    Visit.objects.bulk_update(visits, ["state"], batch_size=300)
    VisitTask.objects.bulk_update(tasks, ["done_at", "done_by", "worker"], batch_size=300)
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
    """From the stage of the response to the one that follows; closing stays a person's decision.

    Where a form must be complete first, the stage waits for a person: who arrived, and when, is recorded all the same.
    """
    pathway = built(episode.pathway)
    response = next((template.stage for template in pathway.visits if template.due_with_clock), None)
    if episode.stage != response:
        return
    for code in pathway.stage(episode.stage).moves_to:
        if pathway.stage(code).kind is StageKind.MIDDLE:
            with suppress(FormsNotCompleteError), transaction.atomic():
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
