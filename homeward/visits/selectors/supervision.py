"""What came of everything that was delegated, for whoever answers for it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record, record_reads
from homeward.delegation.models import Delegation, DelegationWorker, SpotCheck
from homeward.delegation.selectors import shown_of
from homeward.delegation.states import DelegationState, WorkerAnswer
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.people.selectors import person_for
from homeward.teams.models import Worker
from homeward.visits.models import TaskReading, Visit, VisitTask
from homeward.visits.selectors.visits import VisitNotFoundError
from homeward.visits.states import VisitState

# What is due within this time is shown. Local decision
DUE_WITHIN = timedelta(weeks=4)
LISTED_AT_MOST = 100
TO_CHECK_AT_MOST = 20


class Came(StrEnum):
    """What came of one delegated task."""

    DONE = "done"
    OUT_OF_RANGE = "out_of_range"
    NOT_DONE = "not_done"
    MISSED = "missed"
    NOT_WRITTEN = "not_written"


ASKS_A_LOOK = (Came.OUT_OF_RANGE, Came.NOT_DONE, Came.MISSED, Came.NOT_WRITTEN)


@dataclass(slots=True)
class Tally:
    """How often each thing came of the delegated tasks of one person, or of one worker."""

    id: int | None
    name: str
    came: dict[Came, int] = field(default_factory=lambda: dict.fromkeys(Came, 0))

    @property
    def total(self) -> int:
        return sum(self.came.values())


@dataclass(frozen=True, slots=True)
class Caseload:
    """What one registered professional answers for: delegations in force, for so many people, done by so many."""

    name: str
    delegations: int
    people: int
    workers: int


@dataclass(frozen=True, slots=True)
class Supervision:
    """The delegated tasks of some days. `to_look_at` and `to_check` are tasks with their visit, readings and checks."""

    totals: Tally
    people: list[Tally]
    workers: list[Tally]
    to_look_at: list[tuple[VisitTask, Came]]
    to_check: list[VisitTask]
    checked: int
    spot_checks: list[SpotCheck]
    reviews: list[Delegation]
    caseloads: list[Caseload]


def supervision_of(
    actor: Actor, service_id: int, first: date, last: date, now: datetime, *, own: bool = False
) -> Supervision:
    """What came of every delegated task from one day to another, and what is due; everyone named is audited.

    With `own`, only of what the actor delegated. People of whom the actor does not see what a visit needs are
    counted in the totals and by worker, and not named.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    decided = Delegation.objects.filter(service_id=service_id).exclude(state=DelegationState.DRAFT)
    own_rows = decided.filter(delegated_by_id=actor.worker_id) if own else decided
    theirs = set(own_rows.values_list("person_id", "activity_code")) if own else None
    rows = (
        VisitTask.objects.filter(
            is_delegated=True, visit__service_id=service_id, visit__day__gte=first,
            visit__day__lte=min(last, london_day(now)), visit__window_closes_at__lte=now,
        )
        .exclude(visit__state=VisitState.CANCELLED)
        .exclude(handed_to__isnull=False, done_at__isnull=True, not_done_reason="")
    )  # fmt: skip
    outside = set(
        TaskReading.objects.filter(task__in=rows.values("pk"), is_out_of_range=True).values_list("task_id", flat=True)
    )
    checked = set(rows.filter(checks__isnull=False).values_list("pk", flat=True))
    totals = Tally(None, "")
    people: dict[int, Tally] = {}
    workers: dict[tuple[int | None, str], Tally] = {}
    look: list[tuple[int, Came]] = []
    check: list[int] = []
    names = dict(Worker.objects.filter(service_id=service_id).values_list("pk", "name"))
    every = {one.pk: one for one in Person.objects.filter(pk__in=rows.values("visit__person_id"))}
    shown = shown_of(actor, every.values(), now)
    told = rows.order_by("-visit__window_opens_at", "-pk").values_list(
        "pk", "visit__person_id", "activity_code", "done_at", "not_done_reason", "worker_id", "done_by", "visit__state"
    )
    for pk, person, code, done_at, reason, worker, done_by, state in told:
        if theirs is not None and (person, code) not in theirs:
            continue
        came = _came(pk in outside, done_at, reason, state)
        name = names.get(worker) or done_by or "Nobody"
        for tally in (totals, workers.setdefault((worker, name), Tally(worker, name))):
            tally.came[came] += 1
        if person not in shown:
            continue
        people.setdefault(person, Tally(person, every[person].label)).came[came] += 1
        if came in ASKS_A_LOOK and pk not in checked and len(look) < LISTED_AT_MOST:
            look.append((pk, came))
        elif came is Came.DONE and pk not in checked and len(check) < TO_CHECK_AT_MOST:
            check.append(pk)
    tasks = _tasks([pk for pk, _ in look] + check)
    due_ones = list(
        own_rows.filter(state__in=(DelegationState.ACTIVE, DelegationState.SUSPENDED))
        .filter(review_on__lte=london_day(now) + DUE_WITHIN)
        .select_related("person", "delegated_by")
        .order_by("review_on", "pk")
    )
    spot = SpotCheck.objects.filter(
        done_at__isnull=True, due_on__lte=london_day(now) + DUE_WITHIN, sign_off__worker__service_id=service_id,
        sign_off__withdrawn_at__isnull=True,
    )  # fmt: skip
    if own:
        spot = spot.filter(sign_off__signed_by_id=actor.worker_id)
    checks = list(spot.select_related("sign_off__worker__organisation", "sign_off__person").order_by("due_on", "pk"))
    due_for = [row.person for row in due_ones] + [row.sign_off.person for row in checks if row.sign_off.person_id]
    shown |= shown_of(actor, [person for person in due_for if person.pk not in every], now)
    reviews = [row for row in due_ones if row.person_id in shown][:LISTED_AT_MOST]
    spot_checks = [row for row in checks if row.sign_off.person_id is None or row.sign_off.person_id in shown]
    spot_checks = spot_checks[:LISTED_AT_MOST]
    named = people.keys() | {row.person_id for row in reviews}
    named |= {row.sign_off.person_id for row in spot_checks if row.sign_off.person_id}
    record_reads(
        actor=actor, action="supervise", subject_kind="delegated tasks", now=now, service_id=service_id,
        person_ids=sorted(named),
    )  # fmt: skip
    return Supervision(
        totals=totals,
        people=sorted(people.values(), key=_worst_first),
        workers=sorted(workers.values(), key=_worst_first),
        to_look_at=[(tasks[pk], came) for pk, came in look],
        to_check=[tasks[pk] for pk in check],
        checked=len(checked),
        spot_checks=spot_checks,
        reviews=reviews,
        caseloads=_caseloads(service_id),
    )


def supervised_visit(actor: Actor, visit_id: int, now: datetime) -> tuple[Visit, list[tuple[VisitTask, Came]]]:
    """The delegated tasks of one visit with what came of them, its person and readings; the opening is audited.

    Raises: NotAllowedError; NoRelationshipError; VisitNotFoundError.
    """
    require(actor, Permission.SEE_DELEGATION)
    visit = (
        Visit.objects.filter(pk=visit_id, service_id__in=actor.service_ids)
        .select_related("person", "service")
        .prefetch_related("assignments__worker__organisation")
        .first()
    )
    if visit is None:
        raise VisitNotFoundError("There is no such visit in your service.")
    person_for(actor, visit.person_id, now, at_least=Sight.VISIT)
    numbers = list(visit.tasks.filter(is_delegated=True).order_by("pk").values_list("pk", flat=True))
    tasks = _tasks(numbers)
    record(
        actor=actor, action="supervise visit", subject=("visit", visit.pk), person_id=visit.person_id, now=now,
        service_id=visit.service_id,
    )  # fmt: skip
    return visit, [
        (
            tasks[pk],
            _came(
                any(one.is_out_of_range for one in tasks[pk].readings.all()),
                tasks[pk].done_at,
                tasks[pk].not_done_reason,
                visit.state,
            ),
        )
        for pk in numbers
    ]


def _came(is_outside: bool, done_at: datetime | None, reason: str, state: str) -> Came:
    if is_outside:
        return Came.OUT_OF_RANGE
    if done_at is not None:
        return Came.DONE
    if reason:
        return Came.NOT_DONE
    return Came.MISSED if state == VisitState.MISSED else Came.NOT_WRITTEN


def _worst_first(tally: Tally) -> tuple:
    return (-sum(tally.came[came] for came in ASKS_A_LOOK), -tally.total, tally.name)


def _tasks(numbers: list[int]) -> dict[int, VisitTask]:
    rows = VisitTask.objects.filter(pk__in=numbers).select_related("visit__person", "worker")
    return {row.pk: row for row in rows.prefetch_related("readings", "checks")}


def _caseloads(service_id: int) -> list[Caseload]:
    """What each registered professional answers for now, the largest first."""
    rows = Delegation.objects.filter(service_id=service_id, state=DelegationState.ACTIVE)
    by: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for pk, person, name, carried in rows.values_list("pk", "person_id", "delegated_by__name", "carried_over"):
        by[name or f"Nobody yet ({carried})"].append((pk, person))
    asked: dict[int, set[int]] = defaultdict(set)
    said = DelegationWorker.objects.filter(
        delegation__service_id=service_id, delegation__state=DelegationState.ACTIVE, answer=WorkerAnswer.ACCEPTED
    )
    for delegation, worker in said.values_list("delegation_id", "worker_id"):
        asked[delegation].add(worker)
    return sorted(
        (
            Caseload(
                name,
                len(theirs),
                len({person for _, person in theirs}),
                len(set().union(*(asked[pk] for pk, _ in theirs))),
            )
            for name, theirs in by.items()
        ),
        key=lambda one: (-one.delegations, one.name),
    )
