"""Who must be told that a planning changed their day, and when they were."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, clock_text
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.teams.models import Account
from homeward.visits.models import DayPlan, PlanMove, Telling, Visit
from homeward.visits.rules import PERSON_TOLD_FROM
from homeward.visits.states import AssignmentState

ON_SCREEN = "a notice on screen"


@transaction.atomic
def list_who_to_tell(*, actor: Actor, plan: DayPlan, visit: Visit, now: datetime) -> list[Telling]:
    """List everybody whose day a planning round a visit changed: those sent, workers who hold another visit or time,
    and people whose visit moves by `rules.PERSON_TOLD_FROM` or finds nobody. Workers who sign in get a notice at once.

    Raises: NotAllowedError.
    """
    able = (Permission.RESPOND, Permission.TRIAGE_REFERRALS, Permission.PLAN_DAY)
    require(actor, next(filter(actor.may, able), Permission.RESPOND), visit.service_id)
    workers: dict[int, list[str]] = defaultdict(list)
    people: dict[int, list[str]] = defaultdict(list)
    accounts = {}
    for row in visit.assignments.filter(state=AssignmentState.SENT).select_related("worker__account"):
        workers[row.worker_id].append(f"Go to {visit.title.lower()}: be there at {clock_text(row.starts_at)}.")
        accounts[row.worker_id] = row.worker.account
    moves = plan.moves.exclude(visit=visit).select_related(
        "visit__person", "from_worker__account", "to_worker__account"
    )
    for move in moves.order_by("id"):
        for worker, words in _for_workers(move):
            workers[worker.pk].append(words)
            accounts[worker.pk] = worker.account
        if move.visit.person_id and (words := _for_person(move)):
            people[move.visit.person_id].append(words)
    tellings = [
        Telling(plan=plan, visit=visit, worker_id=worker_id, text="\n".join(said))
        for worker_id, said in workers.items()
    ]
    _tell_on_screen(actor, visit.service_id, tellings, accounts, now)
    tellings += [
        Telling(plan=plan, visit=visit, person_id=person_id, text="\n".join(said)) for person_id, said in people.items()
    ]
    Telling.objects.bulk_create(tellings, batch_size=200)
    record(
        actor=actor,
        action="list who to tell",
        subject=("day plan", plan.pk),
        now=now,
        service_id=visit.service_id,
        count=len(tellings),
    )
    return tellings


@transaction.atomic
def mark_told(*, actor: Actor, telling: Telling, now: datetime) -> Telling:
    """Record that somebody was told of the change, and by whom.

    Raises: NotAllowedError; RefusedError when they were told before.
    """
    require(actor, Permission.RESPOND, telling.visit.service_id)
    telling = Telling.objects.select_for_update(of=("self",)).select_related("visit").get(pk=telling.pk)
    if telling.told_at and telling.told_by != ON_SCREEN:
        raise RefusedError(f"{telling.told_by} has told them already.")
    telling.told_at, telling.told_by = now, actor.name
    telling.save(update_fields=["told_at", "told_by"])
    record(
        actor=actor,
        action="tell of change",
        subject=("telling", telling.pk),
        person_id=telling.person_id,
        now=now,
        service_id=telling.visit.service_id,
    )
    tell(topic="visits", service_id=telling.visit.service_id, subject=("visit", telling.visit_id), now=now)
    return telling


def _for_workers(move: PlanMove) -> list[tuple]:
    """What a move means to the worker who loses a visit, gains it, or has it at another time."""
    name = move.visit.called
    if move.from_worker and move.to_worker and move.from_worker_id == move.to_worker_id:
        return [(move.to_worker, f"{name}: at {clock_text(move.to_starts_at)}, was {clock_text(move.from_starts_at)}.")]
    told = []
    if move.from_worker:
        told.append((move.from_worker, f"{name} at {clock_text(move.from_starts_at)} is no longer yours."))
    if move.to_worker:
        told.append((move.to_worker, f"{name} at {clock_text(move.to_starts_at)} is now yours."))
    return told


def _for_person(move: PlanMove) -> str:
    if move.from_worker is None:
        return ""
    name = move.visit.title
    if move.to_worker is None:
        return f"{name} at {clock_text(move.from_starts_at)}: nobody can be found for it yet."
    if abs(move.to_starts_at - move.from_starts_at) < PERSON_TOLD_FROM:
        return ""
    before, after = clock_text(move.from_starts_at), clock_text(move.to_starts_at)
    return f"{name}: {move.to_worker.label} comes at {after}, not at {before}."


def _tell_on_screen(
    actor: Actor, service_id: int, tellings: Iterable[Telling], accounts: Mapping[int, Account | None], now: datetime
) -> None:
    """Tell workers, by number, who have an account that their day has changed, and note on what is told that it was."""
    for telling in tellings:
        account = accounts[telling.worker_id]
        if account is None:
            continue
        made = notify(
            actor=actor,
            service_id=service_id,
            accounts=[account],
            kind="day-changed",
            title="Your day has changed",
            text="Open it to see what moved.",
            path="/today/",
            once_key=f"day-plan-{telling.plan_id}",
            is_urgent=True,
            now=now,
        )
        if made:
            telling.told_at, telling.told_by = now, ON_SCREEN
