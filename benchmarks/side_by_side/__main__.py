"""Runs the comparison and writes its table: ``python -m benchmarks.side_by_side FOLDER --seconds 15 --out TABLE``.

Each solver gets the same CPU seconds of its process for one instance, building its model included, importing and
compiling not. Solvers that take a seed get every seed; the table shows their mean.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.side_by_side import cp_sat
from benchmarks.side_by_side.routes import CircleError, Routes, plan_of
from benchmarks.side_by_side.rows import Row, rows
from visit_planner import Problem, check, cost, warm_up
from visit_planner.benchmarking import circumstances


@dataclass(frozen=True)
class Solver:
    """``fits``: whether it can express the row, and is of the size it is meant for."""

    name: str
    module: str
    fits: Callable[[Row], bool]
    seeded: bool

    def routes(self, problem: Problem, seconds: float, seed: int) -> Routes:
        """Imports what it needs only now: not every solver is installed everywhere."""
        found: Routes = import_module(f"benchmarks.side_by_side.{self.module}").routes(problem, seconds, seed)
        return found


SOLVERS = (
    Solver("ours", "ours", lambda row: True, True),
    Solver("OR-Tools routing", "or_routing", lambda row: True, False),
    Solver("CP-SAT", "cp_sat", lambda row: row.tasks <= cp_sat.MOST_TASKS, True),
    Solver("PyVRP", "py_vrp", lambda row: not row.joint, True),
    Solver("VROOM", "vroom_", lambda row: not row.joint, False),
)
PACKAGES = {"OR-Tools": "ortools", "PyVRP": "pyvrp", "VROOM (pyvroom)": "pyvroom"}


@dataclass(frozen=True)
class Result:
    """``cost``: of the routes, timed as early as can be, by the checker. ``faults``: of the same, left out included."""

    row: str
    joint: bool
    tasks: int
    solver: str
    seed: int
    cost: float
    undone: int
    faults: int
    cpu_seconds: float


def measure(row: Row, solver: Solver, seconds: float, seed: int) -> Result:
    began = time.process_time()
    routes = solver.routes(row.problem, seconds, seed)
    spent = time.process_time() - began
    try:
        plan = plan_of(row.problem, routes)
    except CircleError:
        return Result(row.name, row.joint, row.tasks, solver.name, seed, float("inf"), 0, 1, round(spent, 2))
    return Result(
        row=row.name,
        joint=row.joint,
        tasks=row.tasks,
        solver=solver.name,
        seed=seed,
        cost=round(cost(row.problem, plan).total, 3),
        undone=len(plan.undone),
        faults=len(check(row.problem, plan)),
        cpu_seconds=round(spent, 2),
    )


def table(results: list[Result], seconds: float, seeds: list[int]) -> str:
    here = circumstances()
    versions = ", ".join(f"{name} {_version(package)}" for name, package in PACKAGES.items())
    lines = [
        f"At {seconds:g} CPU seconds a run; seeds {', '.join(map(str, seeds))}, the mean of them where a solver takes "
        f"one. Commit {here['commit']}, Python {here['python']}, Numba {here['numba']}, {versions}; {here['machine']}.",
    ]
    for joint, title in ((True, "With joint visits"), (False, "Without joint visits")):
        mine = [result for result in results if result.joint == joint]
        names = [s.name for s in SOLVERS if any(result.solver == s.name for result in mine)]
        if not mine:
            continue
        lines += ["", f"{title}:", "", f"| instance | tasks | {' | '.join(names)} | ours to the best % |"]
        lines.append(f"|---|---|{'---|' * (len(names) + 1)}")
        for row in dict.fromkeys((result.row, result.tasks) for result in mine):
            costs = {name: _cost([r for r in mine if r.row == row[0] and r.solver == name]) for name in names}
            known = [value for value in costs.values() if value is not None]
            best = min(known, default=None)
            gap = "–" if best is None or costs["ours"] is None else f"{(costs['ours'] / best - 1) * 100 + 0.0:+.2f}"
            shown = [
                "–" if value is None else (f"**{value:.2f}**" if value <= best * (1 + 1e-6) else f"{value:.2f}")
                for value in costs.values()
            ]
            lines.append(f"| {row[0]} | {row[1]} | {' | '.join(shown)} | {gap} |")
    return "\n".join(lines) + "\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _cost(results: list[Result]) -> float | None:
    """The mean over seeds; None where a solver was not run or its plan cannot be carried out."""
    if not results or any(result.faults or result.undone for result in results):
        return None
    return sum(result.cost for result in results) / len(results)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="public HHCRSP instances")
    parser.add_argument("--seconds", type=float, default=15.0, help="CPU seconds a run (15)")
    parser.add_argument("--seeds", default="1", help="comma separated (1)")
    parser.add_argument("--match", help="a part of the names of the instances to run")
    parser.add_argument("--only", help="names of solvers, comma separated")
    parser.add_argument("--out", type=Path, help="where to write the table, in Markdown")
    parser.add_argument(
        "--keep", type=Path, help="where to keep each result as a line of JSON, and look for earlier ones"
    )
    parser.add_argument("--again", default="", help="names of solvers whose kept results are measured again")
    options = parser.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    chosen = [s for s in SOLVERS if options.only is None or s.name in options.only.split(",")]
    warm_up()
    for solver in chosen:
        import_module(f"benchmarks.side_by_side.{solver.module}")
    results = []
    if options.keep is not None and options.keep.exists():
        kept = [Result(**json.loads(line)) for line in options.keep.read_text(encoding="utf-8").splitlines()]
        results = [result for result in kept if result.solver not in options.again.split(",")]
        options.keep.write_text("".join(json.dumps(asdict(result)) + "\n" for result in results), encoding="utf-8")
    done = {(result.row, result.joint, result.solver, result.seed) for result in results}
    for row in rows(options.folder, options.match):
        for solver in chosen:
            for seed in seeds if solver.seeded else seeds[:1]:
                if not solver.fits(row) or (row.name, row.joint, solver.name, seed) in done:
                    continue
                result = measure(row, solver, options.seconds, seed)
                results.append(result)
                if options.keep is not None:
                    with options.keep.open("a", encoding="utf-8") as lines:
                        lines.write(json.dumps(asdict(result)) + "\n")
                print(
                    f"{result.row[:40]:40} {'joint' if row.joint else 'plain'} {result.solver:17} seed {seed} "
                    f"{result.cost:10.2f}  left out {result.undone}  faults {result.faults}  {result.cpu_seconds} s",
                    flush=True,
                )
                if options.out is not None:
                    options.out.write_text(table(results, options.seconds, seeds), encoding="utf-8")
    print(table(results, options.seconds, seeds))
    return 1 if any(result.faults for result in results if result.solver == "ours") else 0


if __name__ == "__main__":
    sys.exit(main())
