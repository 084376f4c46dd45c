"""How planning a day grows with its size: fictitious places of 1,000 to 20,000 visits, and more time at one size.

    python benchmarks/scale.py --sizes 1000,2000,5000,10000,20000 --milliseconds 10 --processes 2
    python benchmarks/scale.py --sizes 10000 --milliseconds 60 --times 1,10

``--milliseconds`` of CPU for each visit, all processes together; ``--times``: also so many times that. Every run has
its own process, so that its memory is its own; each plan is judged by the planner's checker. Elapsed times depend on
what else the machine does; CPU seconds do not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from visit_planner import check, cost, warm_up
from visit_planner.engines import InProcess, Processes
from visit_planner.fictitious import large_place
from visit_planner.scaling import DISTRICT, solve_in_districts

HERE = Path(__file__).resolve().parent
# 1,500 workers for 10,000 visits.
VISITS_A_WORKER = 10000 / 1500


def peak_megabytes(_: int) -> tuple[int, float]:
    """Which process this is, and the most memory it has held."""
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(visits: int, milliseconds: float, processes: int, seed: int, district: int) -> dict[str, Any]:
    problem = large_place(visits=visits, workers=round(visits / VISITS_A_WORKER))
    warm_up()
    began = time.monotonic()
    with Processes(processes) if processes > 1 else InProcess() as engine:
        plan = solve_in_districts(
            problem,
            seconds=visits * milliseconds / 1000 / processes,
            seed=seed,
            processes=processes,
            engine=engine,
            district=district,
        )
        elapsed = time.monotonic() - began
        memory = dict(engine.work(peak_megabytes, [0] * 4 * processes))
    peaks = dict([*memory.values(), peak_megabytes(0)])
    parts = cost(problem, plan)
    undone = parts.undone * problem.weights.undone
    return {
        "visits": visits,
        "slots": sum(len(visit.slots) for visit in problem.visits),
        "workers": len(problem.workers),
        "seed": seed,
        "milliseconds a visit": milliseconds,
        "CPU seconds": round(plan.cpu_seconds, 1),
        "elapsed seconds": round(elapsed, 1),
        "moves, million": round(plan.iterations / 1e6, 1),
        "left out": len(plan.undone),
        "cost without": round(parts.total - undone),
        "cost a visit": round((parts.total - undone) / visits, 3),
        "travel a visit": round(parts.travel / visits, 3),
        "late minutes": round(parts.lateness),
        "faults": len(check(problem, plan)),
        "memory MB": round(sum(peaks.values())),
    }


def in_its_own_process(*what: float) -> dict[str, Any]:
    """``measure`` of these arguments, in a new process."""
    said = subprocess.run(
        [sys.executable, __file__, "--one", json.dumps(what)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(said.stdout)


def commit() -> str:
    try:
        said = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()


def table(rows: list[dict[str, Any]], processes: int) -> str:
    names = list(rows[0])
    lines = [
        f"{processes} processes, commit {commit()}, Python {platform.python_version()}, {platform.machine()}.",
        "",
        "| " + " | ".join(names) + " |",
        "|" + "---|" * len(names),
        *("| " + " | ".join(f"{row[name]:,}" for name in names) + " |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,2000,5000,10000,20000", help="visits, comma separated")
    parser.add_argument("--milliseconds", type=float, default=10.0, help="CPU milliseconds for each visit (10)")
    parser.add_argument("--times", default="1", help="multiples of that effort to try, comma separated (1)")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--district", type=int, default=DISTRICT, help=f"slots of visits in a district ({DISTRICT})")
    parser.add_argument("--out", type=Path, help="where to write the table")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*json.loads(options.one))))
        return 0
    rows: list[dict[str, Any]] = []
    for visits in map(int, options.sizes.split(",")):
        for times in map(float, options.times.split(",")):
            effort = options.milliseconds * times
            rows.append(in_its_own_process(visits, effort, options.processes, options.seed, options.district))
            print(json.dumps(rows[-1]), flush=True)
            if options.out is not None:
                options.out.write_text(table(rows, options.processes), encoding="utf-8")
    print(table(rows, options.processes))
    return 1 if any(row["faults"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
