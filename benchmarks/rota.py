"""Builds the public nurse rostering instances, and rotas with a known best, and writes the table down.

    python benchmarks/rota.py --effort 20 --seeds 1
    python benchmarks/rota.py --planted 60,270 --effort 20 --only-planted

Each rota is judged by the package's checker. One thread; effort is CP-SAT's deterministic time, so that a result can
be had again; the CPU seconds it took here stand beside it.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from rota_builder import Demand, Limits, Problem, ShiftKind, Weights, Worker, build, check, score, shortages
from rota_builder.formats import benchmark

HERE = Path(__file__).resolve().parent
# Weights under which the planted rota costs nothing: what is asked for is met, and everybody works their contract.
PLANTED = Weights(wish=0, weekend=0, night=0, pound=0)
KINDS = (
    ShiftKind("early", ((420, 840),)),
    ShiftKind("late", ((930, 1350),)),
    ShiftKind("split", ((420, 750), (960, 1200))),
    ShiftKind("office", ((510, 990),)),
    ShiftKind("crisis early", ((420, 900),)),
    ShiftKind("crisis late", ((810, 1320),)),
    ShiftKind("night", ((1260, 1890),)),
)
# (share of the staff, skills that all have, skill that one in three has besides, kinds)
TEAMS = (
    (0.50, "care", "wound_care", ("early", "late", "split")),
    (0.20, "reablement", "care", ("early", "late", "split")),
    (0.18, "nurse", "crisis", ("office",)),
    (0.12, "crisis", "nurse", ("crisis early", "crisis late", "night")),
)
LIMITS = Limits(
    longest_shift=780, least_rest=660, most_days_in_a_row=6, most_nights_in_a_row=4, most_days_in_two_weeks=12,
    most_weekly_minutes=48 * 60,
)  # fmt: skip
DAYS = 28


@dataclass(frozen=True)
class Result:
    instance: str
    workers: int
    days: int
    seed: int
    points: float
    best_known: float
    bound: float | None
    gap_percent: float | None
    met_percent: float | None
    faults: int
    effort: float
    cpu_seconds: float


def planted(size: int, seed: int) -> Problem:
    """A problem made around a rota that meets every need and every contract: the best is 0 points."""
    chance = random.Random(seed)
    kinds = {kind.id: kind for kind in KINDS}
    workers: list[Worker] = []
    here: Counter[tuple[int, int, str]] = Counter()
    for share, skill, other, works in TEAMS:
        for number in range(round(share * size)):
            skills = frozenset({skill, other} if number % 3 == 0 else {skill})
            turn, worked = chance.randrange(7), 0
            for day in range(DAYS):
                if (day + turn) % 7 >= 5:  # five days on, two off; one kind from one break to the next
                    continue
                kind = kinds[works[((day + turn) // 7 + number) % len(works)]]
                if kind.id == "night" and (day + turn) % 7 == 4:
                    continue
                worked += kind.minutes
                serves = chance.choice(sorted(skills))
                for starts, ends in kind.stretches:
                    for begins in range(starts, ends, 30):
                        here[day + begins // 1440, begins % 1440, serves] += 1
            workers.append(
                Worker(f"{skill} {number}", f"employer of {skill}", skills, round(worked / 4), LIMITS, frozenset(works))
            )
    demands = tuple(
        Demand(day, begins, begins + 30, skill, least=number // 2, wanted=number)
        for (day, begins, skill), number in sorted(here.items())
        if day < DAYS
    )
    return Problem(date(2026, 12, 7), DAYS, KINDS, tuple(workers), demands, weights=PLANTED)


def measure(name: str, problem: Problem, seed: int, effort: float, best: float) -> Result:
    begins = time.process_time()
    rota = build(problem, effort=effort, seed=seed)
    cpu = time.process_time() - begins
    asked = sum(one.wanted * (one.ends - one.starts) for one in problem.demands if one.kind is None)
    missing = sum(one.hours * 60 for one in shortages(problem, rota) if one.kind is None)
    total = score(problem, rota).total
    return Result(
        instance=name,
        workers=len(problem.workers),
        days=problem.days,
        seed=seed,
        points=round(total, 2),
        best_known=best,
        bound=None if rota.bound is None else round(rota.bound, 1),
        gap_percent=round((total / best - 1) * 100, 2) if best else None,
        met_percent=round((1 - missing / asked) * 100, 2) if asked else None,
        faults=len(check(problem, rota)),
        effort=round(rota.effort, 1),
        cpu_seconds=round(cpu, 1),
    )


def commit() -> str:
    try:
        said = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()


def table(results: list[Result], effort: float) -> str:
    lines = [
        f"Effort {effort:g} (deterministic seconds), one thread. Commit {commit()}, "
        f"Python {platform.python_version()}, {platform.machine()}.",
        "",
        "| instance | workers x days | seed | points | best known | proven bound | gap % | demand met % | faults "
        "| effort | CPU seconds |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        cells = (
            r.instance, f"{r.workers} x {r.days}", r.seed, r.points, f"{r.best_known:g}", _cell(r.bound),
            _cell(r.gap_percent), _cell(r.met_percent), r.faults, r.effort, r.cpu_seconds,
        )  # fmt: skip
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=HERE / "rota", help="folder with best_known.csv and instances")
    parser.add_argument("--effort", type=float, default=20.0, help="deterministic seconds for each")
    parser.add_argument("--seeds", default="1", help="comma separated")
    parser.add_argument("--match", help="comma separated names of instances")
    parser.add_argument("--planted", default="", help="comma separated numbers of staff, for rotas with a known best")
    parser.add_argument("--only-planted", action="store_true", help="leave the public instances out")
    parser.add_argument("--json", action="store_true", help="print results as JSON lines")
    parser.add_argument("--out", type=Path, default=Path("rota_results.md"), help="where to write the table")
    options = parser.parse_args()
    problems: list[tuple[str, Problem, float]] = []
    if not options.only_planted:
        with (options.folder / "best_known.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if options.match is None or row["instance"] in options.match.split(","):
                    problem = benchmark.read_problem(options.folder / f"{row['instance']}.txt")
                    problems.append((row["instance"], problem, float(row["best_value"])))
    sizes = filter(None, options.planted.split(","))
    problems += [(f"planted {size}", planted(int(size), seed=1), 0.0) for size in sizes]
    results = []
    for name, problem, best in problems:
        for seed in map(int, options.seeds.split(",")):
            result = measure(name, problem, seed, options.effort, best)
            results.append(result)
            if options.json:
                print(json.dumps(asdict(result)), flush=True)
            options.out.write_text(table(results, options.effort), encoding="utf-8")
    print(table(results, options.effort))
    return 1 if any(result.faults for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
