"""Small problems to change one thing of."""

from dataclasses import replace
from datetime import date

from rota_builder import Assigned, Demand, Limits, Problem, Rota, ShiftKind, Worker

MONDAY = date(2026, 12, 7)
EARLY = ShiftKind("early", ((420, 840),), "Early")
LATE = ShiftKind("late", ((930, 1350),), "Late")
NIGHT = ShiftKind("night", ((1260, 1860),), "Night")
LIMITS = Limits(
    longest_shift=720,
    least_rest=660,
    most_days_in_a_row=5,
    most_nights_in_a_row=3,
    most_days_in_two_weeks=11,
    most_weekly_minutes=48 * 60,
)


def problem_of(**changes) -> Problem:
    """Ann and Ben for fourteen days, one early wanted every day."""
    workers = (
        Worker("ann", "trust", frozenset({"nurse"}), 2100, LIMITS, name="Ann Lee"),
        Worker("ben", "council", frozenset({"care"}), None, LIMITS, hourly_pence=1500, name="Ben Ray"),
    )
    demands = tuple(Demand(day, 420, 840, "nurse", least=1, wanted=1) for day in range(14))
    return replace(Problem(MONDAY, 14, (EARLY, LATE, NIGHT), workers, demands), **changes)


def limited(**limits) -> Problem:
    """The same, with other limits for Ann."""
    problem = problem_of()
    ann = replace(problem.workers[0], limits=replace(LIMITS, **limits))
    return replace(problem, workers=(ann, *problem.workers[1:]))


def rota_of(*shifts: tuple[int, str], worker: str = "ann") -> Rota:
    return Rota(tuple(Assigned(day, worker, kind) for day, kind in shifts))


# Five days on, two off, four on: breaks nothing
GOOD = [(day, "early") for day in (0, 1, 2, 3, 4, 7, 8, 9, 10)]
