"""Plans a folder of public instances and sets each cost beside the best known one.

Seconds are CPU seconds of one thread, whatever else the machine does; every plan is judged by the checker.
``best_known.csv`` (columns ``instance`` and ``best_value``, if need be ``set``) is looked for in the folder and above.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

from visit_planner import check, solve, warm_up
from visit_planner.formats import reading
from visit_planner.formats.known import format_of
from visit_planner.formats.reading import FormatError
from visit_planner.plan import Plan
from visit_planner.problem import Problem

BEST_KNOWN = "best_known.csv"
# How far up a file of best known values is looked for.
PARENTS_SEARCHED = 4
# Published tables keep three decimals: a plan this much dearer in parts of its cost costs the same.
SAME_COST = 1e-5
# Sizes that results are averaged over: name, fewest patients, most patients.
SIZES: tuple[tuple[str, int, float], ...] = (
    ("75 and fewer", 0, 75),
    ("76 to 99", 76, 99),
    ("100 and more", 100, float("inf")),
)


@dataclass(frozen=True)
class Instance:
    """One file to plan. ``set``: the folder it lies in. ``best_known``: None where nobody has published a plan."""

    path: Path
    set: str
    patients: int
    best_known: float | None


@dataclass(frozen=True)
class Effort:
    """How long to search: CPU seconds, or (``seconds`` None) moves, which give the same plan on every machine."""

    seconds: float | None
    iterations: int | None = None


@dataclass(frozen=True)
class Run:
    """One plan of one instance. ``moves``: proposed. ``evaluations``: places priced for them; None if not counted."""

    set: str
    instance: str
    patients: int
    seed: int
    seconds: float | None
    cost: float
    best_known: float | None
    gap_percent: float | None
    faults: int
    undone: int
    moves: int
    evaluations: int | None
    moves_per_second: float
    evaluations_per_second: float | None
    cpu_seconds: float


@dataclass(frozen=True)
class OverSeeds:
    """One instance at one effort, over its seeds."""

    set: str
    instance: str
    patients: int
    seconds: float | None
    seeds: int
    best_known: float | None
    mean_cost: float
    lowest_cost: float
    highest_cost: float
    mean_gap_percent: float | None
    faults: int
    moves_per_second: float
    evaluations_per_second: float | None


@dataclass(frozen=True)
class Mean:
    """The runs of one set ("all": of every set) and size at one effort."""

    set: str
    size: str
    seconds: float | None
    instances: int
    runs: int
    mean_cost: float
    mean_gap_percent: float | None
    worst_gap_percent: float | None
    at_or_below_best_known: int
    faults: int
    moves_per_second: float
    evaluations_per_second: float | None


def find_instances(
    folder: Path, *, only: str | None = None, match: str | None = None, smallest: int = 0, largest: int | None = None
) -> tuple[list[Instance], list[Path]]:
    """Instances below a folder (or the one file it is), and the JSON files there that are none.

    ``only``: comma separated names of sets. ``match``: comma separated parts of file names.

    Raises:
        FormatError: there is nothing to plan there.
    """
    if not folder.exists():
        raise FormatError(f"{folder}: there is no such file or folder")
    sets = None if only is None else set(only.split(","))
    parts = None if match is None else match.split(",")
    best = read_best_known(folder)
    found, strange = [], []
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*.json")):
        if (sets is not None and path.parent.name not in sets) or (
            parts is not None and not any(part in path.stem for part in parts)
        ):
            continue
        try:
            stored = reading.load(path)
        except FormatError:
            if folder.is_file():
                raise
            stored = {}
        known = format_of(stored)
        if known is None:
            strange.append(path)
            continue
        patients = _patients(known.problem(stored, str(path)))
        if smallest <= patients and (largest is None or patients <= largest):
            found.append(Instance(path, path.parent.name, patients, _best_of(best, path)))
    if not found:
        raise FormatError(f"{folder}: no instance there has what was asked for")
    return found, strange


def _patients(problem: Problem) -> int:
    return len({visit.person or visit.id for visit in problem.visits})


def read_best_known(folder: Path) -> dict[str, list[tuple[str, float]]]:
    """Instance name -> (set, best value) rows of the nearest file of best known values; empty without one.

    Raises:
        FormatError: the file has no such columns, or a value is not a number.
    """
    start = folder.resolve() if folder.is_dir() else folder.resolve().parent
    for place in [start, *list(start.parents)[:PARENTS_SEARCHED]]:
        path = place / BEST_KNOWN
        if not path.is_file():
            continue
        best: dict[str, list[tuple[str, float]]] = {}
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                try:
                    name, value = row["instance"], row["best_value"]
                    if value:
                        best.setdefault(name, []).append((row.get("set") or "", float(value)))
                except (KeyError, ValueError) as wrong:
                    raise FormatError(
                        f"{path}, line {number}: expected columns instance and best_value (a number)"
                    ) from wrong
        return best
    return {}


def _best_of(best: dict[str, list[tuple[str, float]]], path: Path) -> float | None:
    """The value of this file; where two sets share a name, of the set that its folder's name ends."""
    rows = best.get(path.stem, [])
    if len(rows) > 1:
        folder = path.parent.name.lower()
        rows = [row for row in rows if row[0].lower().endswith(folder)] or rows
    return min((value for _, value in rows), default=None)


def measure(instance: Instance, effort: Effort, seed: int) -> Run:
    """Plans one instance once."""
    stored = reading.load(instance.path)
    known = format_of(stored)
    assert known is not None
    problem = known.problem(stored, str(instance.path))
    if effort.seconds is None:
        plan = solve(problem, iterations=effort.iterations, seed=seed)
    else:
        plan = solve(problem, seconds=effort.seconds, seed=seed)
    return judge(instance, problem, plan, seconds=effort.seconds, undone_is_fault=known.undone_is_fault)


def judge(instance: Instance, problem: Problem, plan: Plan, *, seconds: float | None, undone_is_fault: bool) -> Run:
    """A plan's cost, gap and faults as the checker reckons them."""
    assert plan.cost is not None
    cost, best = plan.cost.total, instance.best_known
    evaluations: int | None = getattr(plan, "evaluations", None)
    spent = max(plan.cpu_seconds, 1e-9)
    return Run(
        set=instance.set,
        instance=instance.path.stem,
        patients=instance.patients,
        seed=plan.seed,
        seconds=seconds,
        cost=round(cost, 4),
        best_known=best,
        gap_percent=None if not best else _round((cost / best - 1) * 100, 3),
        faults=len(check(problem, plan)) + (len(plan.undone) if undone_is_fault else 0),
        undone=len(plan.undone),
        moves=plan.iterations,
        evaluations=evaluations,
        moves_per_second=round(plan.iterations / spent),
        evaluations_per_second=None if evaluations is None else round(evaluations / spent),
        cpu_seconds=plan.cpu_seconds,
    )


def _measure(task: tuple[Instance, Effort, int]) -> Run:
    return measure(*task)


def measure_all(
    instances: Sequence[Instance], efforts: Sequence[Effort], seeds: Sequence[int], processes: int = 1
) -> Iterator[Run]:
    """Every instance with every effort and seed, in that order; ``processes`` of them at a time."""
    tasks = list(product(instances, efforts, seeds))
    warm_up()
    if processes == 1:
        yield from map(_measure, tasks)
        return
    # Spawned, not forked: a forked child inherits the threads' locks of whatever the caller was doing.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=warm_up) as pool:
        yield from pool.map(_measure, tasks)


def over_seeds(runs: Iterable[Run]) -> list[OverSeeds]:
    groups: dict[tuple[str, str, float | None], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.set, run.instance, run.seconds), []).append(run)
    return [_over_seeds(group) for group in groups.values()]


def _over_seeds(runs: list[Run]) -> OverSeeds:
    one = runs[0]
    costs = [run.cost for run in runs]
    return OverSeeds(
        set=one.set,
        instance=one.instance,
        patients=one.patients,
        seconds=one.seconds,
        seeds=len(runs),
        best_known=one.best_known,
        mean_cost=round(sum(costs) / len(costs), 3),
        lowest_cost=min(costs),
        highest_cost=max(costs),
        mean_gap_percent=_average([run.gap_percent for run in runs], 3),
        faults=sum(run.faults for run in runs),
        moves_per_second=sum(run.moves_per_second for run in runs) // len(runs),
        evaluations_per_second=_average([run.evaluations_per_second for run in runs]),
    )


def _average(values: Iterable[float | None], digits: int = 0) -> float | None:
    """Of the values that there are."""
    known = [value for value in values if value is not None]
    return _round(sum(known) / len(known), digits) if known else None


def _round(value: float, digits: int) -> float:
    """Without the minus sign of what is nothing."""
    return round(value, digits) + 0.0


def means(runs: Sequence[Run]) -> list[Mean]:
    """For each set, and all of them, small and large instances apart."""
    found = []
    sets = list(dict.fromkeys(run.set for run in runs))
    for name in [*sets, "all"] if len(sets) > 1 else sets:
        for size, _, _ in SIZES:
            for seconds in dict.fromkeys(run.seconds for run in runs):
                group = [
                    run for run in runs
                    if name in (run.set, "all") and _size(run.patients) == size and run.seconds == seconds
                ]  # fmt: skip
                if group:
                    found.append(_mean(name, size, seconds, group))
    return found


def _size(patients: int) -> str:
    return next(name for name, least, most in SIZES if least <= patients <= most)


def _mean(name: str, size: str, seconds: float | None, runs: list[Run]) -> Mean:
    gaps = [run.gap_percent for run in runs if run.gap_percent is not None]
    beaten = [r for r in runs if r.best_known is not None and r.cost <= r.best_known * (1 + SAME_COST)]
    return Mean(
        set=name,
        size=size,
        seconds=seconds,
        instances=len({(run.set, run.instance) for run in runs}),
        runs=len(runs),
        mean_cost=round(sum(run.cost for run in runs) / len(runs), 3),
        mean_gap_percent=_average(gaps, 3),
        worst_gap_percent=max(gaps, default=None),
        at_or_below_best_known=len(beaten),
        faults=sum(run.faults for run in runs),
        moves_per_second=sum(run.moves_per_second for run in runs) // len(runs),
        evaluations_per_second=_average([run.evaluations_per_second for run in runs]),
    )


def circumstances() -> dict[str, Any]:
    """What a measured number depends on besides the code's own seed: commit, versions, machine."""
    return {
        "commit": _commit(),
        "python": platform.python_version(),
        "numba": version("numba"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }


def _commit() -> str:
    """The commit of these sources, marked ``+`` when they have changed since; "unknown" outside a checkout."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    here = Path(__file__).resolve().parent
    said = subprocess.run(
        [git, "describe", "--always", "--dirty=+", "--exclude=*"], cwd=here, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "unknown"


def write_json(runs: Iterable[Run], settings: dict[str, Any], line: Callable[[str], None]) -> list[Run]:
    """Prints one JSON object, a run on a line of its own as soon as it is done; returns the runs."""
    done: list[Run] = []
    line(f'{{"settings": {json.dumps(settings)},\n"runs": [')
    for run in runs:
        line(("" if not done else ",") + json.dumps(asdict(run)))
        done.append(run)
    instances = ",\n".join(json.dumps(asdict(mean)) for mean in over_seeds(done))
    totals = ",\n".join(json.dumps(asdict(mean)) for mean in means(done))
    line(f'],\n"instances": [\n{instances}\n],\n"means": [\n{totals}\n]}}')
    return done


def text_of(run: Run) -> str:
    """A run on one line, for a person at a terminal."""
    rate = run.evaluations_per_second or run.moves_per_second
    gap = f"{_signed(run.gap_percent):>8} %"
    faults = f"{run.faults} FAULTS" if run.faults else "no faults"
    return (
        f"{run.instance[:46]:46} {run.cpu_seconds:7.1f} s  seed {run.seed:<3} {run.cost:11.2f} {gap} "
        f"{rate / 1e6:6.2f} M/s  {faults}"
    )


def means_table(runs: Sequence[Run]) -> str:
    """The means in Markdown."""
    lines = [
        "| set | patients | CPU seconds | instances | runs | mean gap % | worst gap % | at or below best known "
        "| faults | million moves/s | million evaluations/s |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {m.set} | {m.size} | {_seconds(m.seconds)} | {m.instances} | {m.runs} | {_signed(m.mean_gap_percent)} | "
        f"{_signed(m.worst_gap_percent)} | {m.at_or_below_best_known} of {m.runs} | {m.faults} | "
        f"{_millions(m.moves_per_second)} | {_millions(m.evaluations_per_second)} |"
        for m in means(runs)
    ]
    return "\n".join(lines)


def table(runs: Sequence[Run], settings: dict[str, Any]) -> str:
    """The runs, their means and what they depend on, in Markdown."""
    lines = [
        "Cost and gap to the best known value (below 0: better than any published plan) at the CPU seconds named, one "
        f"thread a run. Commit {settings['commit']}, Python {settings['python']}, Numba {settings['numba']}, "
        f"{settings['machine']}.",
        "",
        means_table(runs),
    ]
    lines += [
        "",
        "| set | instance | patients | CPU seconds | seed | cost | best known | gap % | faults | left out "
        "| million moves/s | million evaluations/s |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.set} | {r.instance} | {r.patients} | {r.cpu_seconds:g} | {r.seed} | {r.cost:.2f} | "
        f"{'–' if r.best_known is None else f'{r.best_known:.2f}'} | {_signed(r.gap_percent)} | {r.faults} | "
        f"{r.undone} | {_millions(r.moves_per_second)} | {_millions(r.evaluations_per_second)} |"
        for r in runs
    ]
    return "\n".join(lines) + "\n"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2f}"


def _millions(value: float | None) -> str:
    return "–" if value is None else f"{value / 1e6:.2f}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
