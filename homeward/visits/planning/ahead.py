"""Planning every service's coming days at once, on this machine or on a cluster (docs/guides/planning-at-scale.md)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, Permission, require
from homeward.visits.models import DayPlan
from homeward.visits.planning.board import Board, read_board
from homeward.visits.planning.proposing import DAY_SECONDS, _put_into_force
from homeward.visits.planning.words import number
from homeward.visits.services import PlanChangedMeanwhileError, make_visits
from visit_planner import Plan
from visit_planner.cluster import Asked, Effort, plan_days
from visit_planner.engines import Engine, engine_named

WHY = "Planned with the coming days"


@dataclass(frozen=True, slots=True)
class DayAhead:
    """What became of one day of one service; `plan` is None where somebody re-planned it meanwhile: theirs stands."""

    service_id: int
    day: date
    plan: DayPlan | None


def plan_days_ahead(
    *,
    actor: Actor,
    service_ids: Collection[int],
    days: Collection[date],
    now: datetime,
    engine: Engine,
    effort: Effort | None = None,
    progress: Callable[[DayAhead], None] | None = None,
) -> list[DayAhead]:
    """Make the visits of these days for every service, plan them on the engine, and put each plan into force.

    Each is put into force as soon as it is there: what was planned when the engine is lost stays, and days planned
    before are improved on. `progress` hears of each.

    Raises: NotAllowedError; EngineError.
    """
    for service_id in service_ids:
        require(actor, Permission.PLAN_DAY, service_id)
    effort = Effort(seconds=DAY_SECONDS) if effort is None else effort
    boards: dict[str, tuple[int, Board]] = {}
    for service_id in service_ids:
        for day in days:
            make_visits(actor=actor, service_id=service_id, day=day, now=now)
            # two hours is a promise, not a price: first without being late to anyone in a crisis
            board = read_board(service_id, day, now, is_crisis_late_allowed=False)
            boards[f"{service_id}/{day}"] = (service_id, board)
    done = []
    late: dict[str, tuple[int, Board]] = {}

    def keep(service_id: int, board: Board, plan: Plan) -> None:
        try:
            kept = _put_into_force(actor, board, plan, service_id, WHY, now)
        except PlanChangedMeanwhileError:
            kept = None
        done.append(DayAhead(service_id, board.day, kept))
        if progress is not None:
            progress(done[-1])

    for asked, plan in plan_days(_asked(boards, effort), engine):
        service_id, board = boards[asked.name]
        if any(board.visits[pk].is_crisis for pk in map(number, plan.undone) if pk in board.visits):
            late[asked.name] = (service_id, read_board(service_id, board.day, now))
        else:
            keep(service_id, board, plan)
    for asked, plan in plan_days(_asked(late, effort), engine):
        keep(*late[asked.name], plan)
    return done


def planning_engine(name: str, processes: int, scheduler: str) -> Engine:
    """The engine of the settings: "processes" on this machine, or "dask" and where its scheduler is.

    Raises: EngineError when there is no such engine or nobody answers.
    """
    return engine_named(name, processes=processes, scheduler=scheduler)


def _asked(boards: dict[str, tuple[int, Board]], effort: Effort) -> list[Asked]:
    return [
        Asked(name, board.problem, effort, board.held if board.held.assignments else None)
        for name, (_, board) in boards.items()
    ]
