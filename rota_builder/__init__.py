"""Builds rotas: who works which shift on which day, over several employers, and why what is missing is missing.

Plain Python with OR-Tools CP-SAT on one thread; no framework, no database. Days are numbers from the first day of the
rota, times minutes from midnight of a shift's day, money pence.

    rota = build(problem, effort=30)   a rota that keeps every limit; the same for one seed on every machine
    check(problem, rota)               what it breaks (independent of the builder)
    score(problem, rota)               what it costs, part by part
    shortages(problem, rota)           what is not met
    explain(problem, rota)             why, and the nearest thing that would meet it

docs/guides/rota-builder.md explains the method and the words.
"""

from __future__ import annotations

from collections.abc import Callable

from rota_builder.building import BuildError, build_rota
from rota_builder.checking import check, given_faults, score, shortages
from rota_builder.explaining import explain
from rota_builder.problem import (
    Absence,
    Demand,
    Fixed,
    Limits,
    Problem,
    ProblemError,
    ShiftKind,
    Weights,
    Wish,
    Worker,
)
from rota_builder.rota import Assigned, Fault, Rota, Score, Shortage, WhyShort


def build(
    problem: Problem, *, effort: float = 20.0, seed: int = 0, tell: Callable[[float, int], None] | None = None
) -> Rota:
    """A rota for the problem that breaks no limit. What cannot be met, or is not worth it, is left short.

    ``effort``: deterministic seconds of one thread, near its CPU seconds; with one seed, the same rota on every
    machine. ``tell`` is called after every step with the effort used and the number of steps.

    Raises:
        ValueError: ``effort`` is not above 0.
        BuildError: the limits contradict each other.
    """
    if effort <= 0:
        raise ValueError("effort must be above 0")
    return build_rota(problem, effort=effort, seed=seed, judge=lambda rota: score(problem, rota).total, tell=tell)


__all__ = [
    "Absence", "Assigned", "BuildError", "Demand", "Fault", "Fixed", "Limits", "Problem", "ProblemError", "Rota",
    "Score", "ShiftKind", "Shortage", "Weights", "WhyShort", "Wish", "Worker", "build", "check", "explain",
    "given_faults", "score", "shortages",
]  # fmt: skip
