"""What came of the tasks of a visit: done, not done and why, what was read, and what follows from a reading."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from homeward.access.rules import Actor, Permission, Role, require
from homeward.audit.services import record
from homeward.delegation.models import Delegation, DelegationLimit
from homeward.delegation.selectors import is_kept, who_may
from homeward.delegation.services import suspend
from homeward.delegation.states import DelegationState
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.people.services import add_to_timeline
from homeward.roster.selectors import accounts_on_duty
from homeward.teams.models import Account, Worker
from homeward.visits.models import OutcomeCheck, TaskReading, Visit, VisitTask
from homeward.visits.rules import is_outside_limits, number_text, range_text
from homeward.visits.selectors.recording import delegations_at
from homeward.visits.services.changing import _done
from homeward.visits.states import VisitState

RULE = "A limit of the delegation"
MOST = Decimal("999999")
TOLD_NOTHING = "Stop, and ring the registered professional who delegated it before you do anything more."


@dataclass(frozen=True, slots=True)
class NewReading:
    """What was read: for one limit of the delegation, or under a name of its own."""

    value: Decimal
    limit_id: int | None = None
    reading: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What came of one task: done, or not done for a reason; with readings in either case."""

    task_id: int
    is_done: bool
    reason: str = ""
    readings: tuple[NewReading, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written down: the readings outside their limits, each saying what to do, and the delegations stopped."""

    visit: Visit
    outside: tuple[TaskReading, ...]
    suspended: tuple[Delegation, ...]


@transaction.atomic
def record_tasks(*, actor: Actor, visit: Visit, entries: Iterable[NewEntry], at: datetime, now: datetime) -> Recorded:
    """Write down what came of a visit's tasks, as whoever was there says. What was written before is corrected by it.

    Each limit of a delegation needs its reading when the task was done. A reading outside its limit says what to do, is
    told at once to whoever delegated the task, and suspends the delegation where the limit says so.

    Raises: NotAllowedError; RefusedError when the visit is not today or before, was cancelled or missed, a reason or a
    reading is missing, or the time is in the future.
    """
    visit = Visit.objects.select_for_update(of=("self",)).select_related("person").get(pk=visit.pk)
    worker = _at_visit(actor, visit)
    entries = list(entries)
    if visit.state in (VisitState.CANCELLED, VisitState.MISSED):
        raise RefusedError("This visit did not take place, so nothing can be written down for it.")
    if at > now or visit.day > london_day(now):
        raise RefusedError("The time is in the future. Write it down when it has been done.")
    if not entries:
        raise RefusedError("Say for at least one task whether it was done.")
    tasks = {task.pk: task for task in VisitTask.objects.filter(visit=visit).select_for_update(of=("self",))}
    if any(entry.task_id not in tasks for entry in entries):
        raise RefusedError("One of these is not a task of this visit. Open the visit again.")
    codes = {tasks[entry.task_id].activity_code for entry in entries if tasks[entry.task_id].is_delegated}
    decided = delegations_at(actor, visit.service_id, visit.person_id, codes)
    kept: list[TaskReading] = []
    for entry in entries:
        task = tasks[entry.task_id]
        if task.handed_to_id and entry.is_done:
            raise RefusedError(f"{task.title}: a registered professional is to do this now. Say why it was not done.")
        if not entry.is_done and not entry.reason.strip():
            raise RefusedError(f"{task.title}: say why it was not done.")
        readings = _readings(task, decided.get(task.activity_code), entry, at, now, worker, actor)
        task.done_at = at if entry.is_done else None
        # by whoever went, where somebody else writes it down for them
        task.done_by = (worker.label if worker is not None else actor.name) if entry.is_done else ""
        task.not_done_reason = "" if entry.is_done else entry.reason.strip()[:250]
        task.worker, task.recorded_at = worker, now
        task.save(update_fields=["done_at", "done_by", "not_done_reason", "worker", "recorded_at"])
        kept += readings
    outside = [one for one in kept if one.is_out_of_range]
    suspended = _stop(visit, decided, outside, now)
    for one in kept:
        one.has_stopped = one.is_out_of_range and one.task.activity_code in {row.activity_code for row in suspended}
    TaskReading.objects.bulk_create(kept)
    add_to_timeline(
        actor=actor,
        person=visit.person,
        kind="visit",
        happened_at=at,
        now=now,
        title=f"Tasks of the visit: {visit.title}"[:200],
        text="\n".join(_line(tasks[entry.task_id], entry, kept) for entry in entries),
        subject=("visit", visit.pk),
    )
    _tell_whoever_delegated(actor, visit, decided, outside, entries, tasks, worker, now)
    _done(actor, "record tasks", visit, now)
    if codes:
        tell(topic="delegation", service_id=visit.service_id, subject=("visit", visit.pk), now=now)
    return Recorded(visit, tuple(outside), tuple(suspended))


@transaction.atomic
def check_outcome(*, actor: Actor, task: VisitTask, is_met: bool, text: str, now: datetime) -> OutcomeCheck:
    """Record that a registered professional looked at what came of a delegated task, and whether it meets the standard.

    Raises: NotAllowedError; RefusedError when nothing was written down yet, or it does not and nothing says why.
    """
    visit = Visit.objects.get(pk=task.visit_id)
    require(actor, Permission.DELEGATE, visit.service_id)
    if not (task.done_at or task.not_done_reason):
        raise RefusedError("Nobody has written down what came of this task yet.")
    if not is_met and not text.strip():
        raise RefusedError("Say what does not meet the standard, and what you do about it.")
    check = OutcomeCheck.objects.create(
        task=task,
        is_met=is_met,
        text=text.strip(),
        at=now,
        by_worker_id=actor.worker_id,
        by_name=actor.name,
        by_role=actor.title,
    )
    record(
        actor=actor, action="check outcome", subject=("visit task", task.pk), person_id=visit.person_id, now=now,
        service_id=visit.service_id,
    )  # fmt: skip
    tell(topic="delegation", service_id=visit.service_id, subject=("visit", visit.pk), now=now)
    return check


def _at_visit(actor: Actor, visit: Visit) -> Worker | None:
    """Whoever goes to the visit, or who runs the day or a response, may write it down; gives the worker who did it."""
    going = {row.worker_id: row.worker for row in visit.assignments.select_related("worker")}
    if actor.worker_id in going:
        require(actor, Permission.SEE_PEOPLE, visit.service_id)
        return going[actor.worker_id]
    require(actor, Permission.RESPOND if actor.may(Permission.RESPOND) else Permission.PLAN_DAY, visit.service_id)
    return next(iter(going.values())) if len(going) == 1 else None


def _readings(
    task: VisitTask, delegation: Delegation | None, entry: NewEntry, at: datetime, now: datetime,
    worker: Worker | None, actor: Actor,
) -> list[TaskReading]:  # fmt: skip
    limits = {one.pk: one for one in delegation.limits.all() if one.removed_at is None} if delegation else {}
    given = {one.limit_id for one in entry.readings}
    if given - limits.keys() - {None}:
        raise RefusedError(f"{task.title}: a limit has changed meanwhile. Open the visit again.")
    missing = [one.reading for pk, one in limits.items() if pk not in given]
    if entry.is_done and missing:
        raise RefusedError(f"{task.title}: give the reading. {missing[0].capitalize()} is missing.")
    rows = []
    for one in entry.readings:
        limit = limits.get(one.limit_id) if one.limit_id is not None else None
        if limit is None and not one.reading.strip():
            raise RefusedError(f"{task.title}: say what was read.")
        if not one.value.is_finite() or abs(one.value) > MOST:
            raise RefusedError(f"{task.title}: the reading is not a number that can be right. Check it.")
        rows.append(_reading(task, delegation, limit, one, at, now, worker, actor))
    return rows


def _reading(
    task: VisitTask, delegation: Delegation | None, limit: DelegationLimit | None, one: NewReading, at: datetime,
    now: datetime, worker: Worker | None, actor: Actor,
) -> TaskReading:  # fmt: skip
    value = one.value.quantize(Decimal("0.01"))
    outside = limit is not None and is_outside_limits(value, limit.low, limit.high)
    return TaskReading(
        task=task,
        limit=limit,
        reading=(limit.reading if limit else one.reading.strip())[:80],
        value=value,
        unit=(limit.unit if limit else one.unit.strip())[:20],
        low=limit.low if limit else None,
        high=limit.high if limit else None,
        is_out_of_range=outside,
        told_to=((delegation.if_out_of_range if delegation else "") or TOLD_NOTHING) if outside else "",
        taken_at=at,
        recorded_at=now,
        worker=worker,
        recorded_by=actor.name,
    )


def _stop(visit: Visit, decided: dict[str, Delegation], outside: list[TaskReading], now: datetime) -> list[Delegation]:
    """Suspend what a limit stops. It is the rule that does so, whoever took the reading."""
    suspended = []
    rule = Actor.system(RULE, visit.service_id)
    for one in outside:
        row = decided.get(one.task.activity_code)
        if row is None or one.limit is None or not one.limit.stops or row in suspended:
            continue
        row.refresh_from_db(fields=["state"])
        if row.state == DelegationState.ACTIVE:
            within = range_text(one.low, one.high, one.unit)
            why = f"{one.reading} was {number_text(one.value)} {one.unit}".strip() + f"; it should be {within}."
            suspend(actor=rule, delegation=row, why=why, now=now)
            suspended.append(row)
    return suspended


def _line(task: VisitTask, entry: NewEntry, kept: list[TaskReading]) -> str:
    read = [one for one in kept if one.task_id == task.pk]
    said = "done" if entry.is_done else f"not done: {entry.reason.strip()}"
    values = "; ".join(
        f"{one.reading} {number_text(one.value)} {one.unit}".strip()
        + (" (out of range)" if one.is_out_of_range else "")
        for one in read
    )
    return f"{task.title}: {said}{f'. {values}' if values else ''}"


def _tell_whoever_delegated(
    actor: Actor, visit: Visit, decided: dict[str, Delegation], outside: list[TaskReading], entries: list[NewEntry],
    tasks: dict[int, VisitTask], worker: Worker | None, now: datetime,
) -> None:  # fmt: skip
    """Tell the delegating professional of what is out of range, left undone, or done by somebody who may not."""
    system = Actor.system(RULE, visit.service_id)
    out = {one.task_id for one in outside}
    may: dict = {}
    if worker is not None and decided and is_kept(visit.service_id):
        may = who_may(system, visit.service_id, visit.day, [(visit.person_id, code) for code in decided])
    for entry in entries:
        task = tasks[entry.task_id]
        row = decided.get(task.activity_code) if task.is_delegated else None
        if row is None:
            continue
        is_urgent = False
        if task.pk in out:
            title, is_urgent = "A reading at a delegated task is out of range", True
        elif not entry.is_done:
            title = "A delegated task was not done"
        elif may and worker.pk not in may.get((visit.person_id, task.activity_code), ()):
            title, is_urgent = "A delegated task was done by somebody who may not do it", True
        else:
            continue
        notify(
            actor=system,
            service_id=visit.service_id,
            accounts=_accounts_answering(system, row, now),
            kind="delegation",
            title=title,
            path=f"/supervision/visits/{visit.pk}",
            once_key=f"task-{task.pk}-{now.isoformat()}",
            is_urgent=is_urgent,
            now=now,
        )


def _accounts_answering(system: Actor, row: Delegation, now: datetime) -> list[Account]:
    """Whoever delegated it; where they have no account, the registered professionals on duty."""
    own = row.delegated_by.account if row.delegated_by is not None else None
    if own is not None and own.is_active:
        return [own]
    return accounts_on_duty(system, row.service_id, (Role.REGISTERED_PROFESSIONAL,), now)
