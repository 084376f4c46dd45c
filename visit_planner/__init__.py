"""Plans home visits: who goes where when, over several employers, with joint visits in step.

Plain Python with Numba kernels; no framework, no database. All times are minutes from midnight of the
planning day and may be negative or exceed 1440; places are row numbers of the travel matrices.

    plan = solve(problem, seconds=10)      a good plan, and what was left out
    replan(problem, held=plan, changed=…)  fit new or changed visits in, disturbing little
    check(problem, plan)                   what a plan breaks (independent of the search)
    cost(problem, plan)                    what it costs, part by part
    explain(problem, plan)                 why this worker and why then; why not, and what would help
    why_undone(problem, plan, visit)       why not, of one visit
    who_can_come(problem, plan, visit_id)  who could be there first
    rank_responders(problem, plan, visit_id)  every worker or team that could, and what each would hold up
    compare(before, after)                 what changed between two plans, and what set it off
    remedies(problem, plan, visit_id)      the smallest set of changes that would place a visit left out

docs/guides/planner.md explains the method and the words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from visit_planner import pushing, scaling
from visit_planner.checking import check, cost
from visit_planner.coming import Delay, Offer, Ranking, rank_responders, who_can_come
from visit_planner.comparing import Because, Comparison, Moved, compare
from visit_planner.explaining import Explanations, WhyNot, WhyThisWorker, explain, why_undone
from visit_planner.plan import Assignment, BreakTaken, Cost, Fault, Move, Plan, Replan
from visit_planner.practice import Attending, Barred, Clinic, Faces, Grade, NotAlone, OnlyThese
from visit_planner.problem import (
    Break,
    Gap,
    Held,
    Pin,
    Problem,
    ProblemError,
    Shift,
    Slot,
    Visit,
    Weights,
    Window,
    Worker,
)
from visit_planner.remedies import Change, Remedy, apply_changes, remedies
from visit_planner.replanning import replan
from visit_planner.rounds import in_rounds, needs_rounds
from visit_planner.search import Progress, make_ready, search_plan
from visit_planner.search import whole_days as whole


def solve(
    problem: Problem,
    *,
    seconds: float = 10.0,
    iterations: int | None = None,
    seed: int = 0,
    start: Plan | None = None,
    frozen: Collection[str] = (),
    progress: Callable[[Progress], None] | None = None,
    processes: int = 1,
) -> Plan:
    """A plan for the problem; visits that do not fit, or are not worth it, are in ``Plan.undone``.

    Uses about ``seconds`` of this thread's CPU time. With ``iterations`` (moves to try) instead, the same
    problem and seed give the same plan on every machine. ``start``: a plan to improve on. ``frozen``: ids of
    workers who keep what ``start`` gives them. ``progress`` is called a few hundred times with a ``Progress``.
    ``processes`` searches go on at the same time, each using ``seconds`` or ``iterations``: of a large problem,
    its districts (``visit_planner.scaling``); of any other, the whole from seeds of their own, comparing plans now
    and then.

    Raises:
        ValueError: ``seconds`` or ``iterations`` is negative, or ``processes`` is less than 1.
        EngineError: processes kept being killed.
    """
    if seconds < 0 or (iterations is not None and iterations < 0):
        raise ValueError("seconds and iterations must be at least 0")
    if processes < 1:
        raise ValueError("processes must be at least 1")

    def search(asked: Problem, share: float, begin: Plan | None) -> Plan:
        in_districts = scaling.is_large(asked)
        return (scaling.solve_in_districts if in_districts else search_plan)(
            asked,
            seconds=seconds * share,
            iterations=None if iterations is None else int(iterations * share),
            seed=seed,
            start=begin,
            frozen=frozen,
            progress=progress,
            processes=processes,
        )

    plan = in_rounds(problem, search, start) if needs_rounds(problem) else search(problem, 1.0, start)
    return replace(plan, cost=cost(problem, plan))


def warm_up(*, whole_days: bool = False) -> None:
    """Compiles the kernels, or loads them from their cache, so that the first real plan need not wait.

    Takes half a minute the first time on a machine and about a second after that. Safe to call in a thread.
    ``whole_days``: also those for breaks and whatever else belongs to whole days, about as long again.
    """
    make_ready()
    pushing.make_ready()
    if whole_days:
        whole.make_ready()


__all__ = [
    "Assignment", "Attending", "Barred", "Because", "Break", "BreakTaken", "Change", "Clinic", "Comparison",
    "Cost", "Delay", "Explanations", "Faces", "Fault", "Gap", "Grade", "Held", "Move", "Moved", "NotAlone",
    "Offer", "OnlyThese", "Pin", "Plan", "Problem", "ProblemError", "Progress", "Ranking", "Remedy", "Replan",
    "Shift", "Slot", "Visit", "Weights", "WhyNot", "WhyThisWorker", "Window", "Worker", "apply_changes",
    "check", "compare", "cost", "explain", "rank_responders", "remedies", "replan", "solve", "warm_up",
    "who_can_come", "why_undone",
]  # fmt: skip
