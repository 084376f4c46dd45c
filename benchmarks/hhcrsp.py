"""Plans the public HHCRSP instances and sets the cost beside the best known, and writes the table down.

    python benchmarks/hhcrsp.py ../shared/benchmarks --seconds 60 --seeds 1
    python benchmarks/hhcrsp.py ../shared/benchmarks --only italian --seconds 10 --json

Each plan is judged by the planner's checker. One thread; seconds are CPU seconds, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from visit_planner import check, solve, warm_up
from visit_planner.formats import hhcrsp

HERE = Path(__file__).resolve().parent
FOLDERS = ("mankowska", "italian", "kummer")


@dataclass(frozen=True)
class Result:
    set: str
    instance: str
    patients: int
    seed: int
    cost: float
    best_known: float
    gap_percent: float
    faults: int
    moves: int
    cpu_seconds: float


def best_known(folder: Path) -> dict[str, float]:
    with (folder / "best_known.csv").open(encoding="utf-8", newline="") as lines:
        return {row["instance"]: float(row["best_value"]) for row in csv.DictReader(lines)}


def instances(folder: Path, only: str | None, smallest: int, match: str | None) -> list[tuple[str, Path]]:
    found = []
    for name in FOLDERS if only is None else (only,):
        for path in sorted((folder / "hhcrsp" / name).glob("*.json")):
            patients = len(json.loads(path.read_text(encoding="utf-8"))["patients"])
            if patients >= smallest and (match is None or any(part in path.stem for part in match.split(","))):
                found.append((name, path))
    return found


def measure(name: str, path: Path, seed: int, seconds: float, best: float) -> Result:
    problem = hhcrsp.read_problem(path)
    plan = solve(problem, seconds=seconds, seed=seed)
    assert plan.cost is not None
    cost = plan.cost.total
    return Result(
        set=name,
        instance=path.stem,
        patients=len({visit.person for visit in problem.visits}),
        seed=seed,
        cost=round(cost, 3),
        best_known=best,
        gap_percent=round((cost / best - 1) * 100, 2),
        faults=len(check(problem, plan)) + len(plan.undone),
        moves=plan.iterations,
        cpu_seconds=plan.cpu_seconds,
    )


def commit() -> str:
    try:
        said = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()


def table(results: list[Result], seconds: float) -> str:
    lines = [
        f"HHCRSP at {seconds:g} CPU seconds, one thread. Commit {commit()}, Python {platform.python_version()}, "
        f"{platform.machine()}. Gap to the best known value: below 0 is better than any published plan.",
        "",
        "| set | instance | patients | seed | cost | best known | gap % | faults | million moves |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.set} | {r.instance} | {r.patients} | {r.seed} | {r.cost:.2f} | {r.best_known:.2f} | "
        f"{r.gap_percent:+.2f} | {r.faults} | {r.moves / 1e6:.1f} |"
        for r in results
    ]
    lines += ["", "| set | runs | mean gap %, 100 patients and more | mean gap %, fewer |", "|---|---|---|---|"]
    for name in FOLDERS:
        mine = [r for r in results if r.set == name]
        if mine:
            large = [r.gap_percent for r in mine if r.patients >= 100]
            small = [r.gap_percent for r in mine if r.patients < 100]
            lines.append(f"| {name} | {len(mine)} | {mean(large)} | {mean(small)} |")
    return "\n".join(lines) + "\n"


def mean(values: list[float]) -> str:
    return f"{sum(values) / len(values):+.2f}" if values else "–"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with best_known.csv and hhcrsp/")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", default="1", help="comma separated")
    parser.add_argument("--only", choices=FOLDERS)
    parser.add_argument("--match", help="comma separated parts of instance names")
    parser.add_argument("--smallest", type=int, default=0, help="leave out instances with fewer patients")
    parser.add_argument("--json", action="store_true", help="print results as JSON lines")
    parser.add_argument("--out", type=Path, default=Path("hhcrsp_results.md"), help="where to write the table")
    options = parser.parse_args()
    best = best_known(options.folder)
    warm_up()
    results = []
    for name, path in instances(options.folder, options.only, options.smallest, options.match):
        for seed in map(int, options.seeds.split(",")):
            result = measure(name, path, seed, options.seconds, best[path.stem])
            results.append(result)
            if options.json:
                print(json.dumps(asdict(result)), flush=True)
            else:
                print(f"{result.instance:45} {result.cost:10.2f} {result.gap_percent:+6.2f} %", flush=True)
            options.out.write_text(table(results, options.seconds), encoding="utf-8")
    print(table(results, options.seconds))
    return 1 if any(result.faults for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
