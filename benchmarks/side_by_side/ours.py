"""The planner itself."""

from __future__ import annotations

from benchmarks.side_by_side.routes import Routes, routes_of
from visit_planner import Problem, solve


def routes(problem: Problem, seconds: float, seed: int) -> Routes:
    return routes_of(solve(problem, seconds=seconds, seed=seed))
