"""Planning many localities and days at once: each a problem file, planned on its own, its plan written when done.

    visit-planner days FOLDER --out PLANS --processes 2
    visit-planner days FOLDER --out PLANS --engine dask --scheduler tcp://10.0.0.5:8786

Every plan is written whole or not at all, beside a note of what it was made from. A run that was stopped goes on where
it was: what has its plan is not planned again unless its problem, the seed or the effort is another. Plans do not
depend on the engine, the number of workers or the order in which they finish.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from visit_planner import check, solve
from visit_planner.engines import Engine
from visit_planner.formats.known import read_problem
from visit_planner.formats.reading import FormatError, load
from visit_planner.plan import Plan
from visit_planner.problem import Problem

PLAN_SUFFIX = ".plan.json"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search each locality-day: CPU seconds, or ``iterations`` (moves), which repeat anywhere."""

    seconds: float = 10.0
    iterations: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Asked:
    """One locality-day to plan. ``start``: the plan people already hold."""

    name: str
    problem: Problem
    effort: Effort
    start: Plan | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of one locality-day; ``kept``: by an earlier run. ``seconds``: since the run began."""

    name: str
    visits: int
    undone: int
    cost: float
    faults: int
    seconds: float
    kept: bool = False


def plan_one(asked: Asked) -> Plan:
    """The plan of one locality-day, with its cost; runs wherever an engine sends it."""
    effort = asked.effort
    return solve(
        asked.problem,
        seconds=effort.seconds,
        iterations=effort.iterations,
        seed=seed_of(asked.name, effort.seed),
        start=asked.start,
    )


def seed_of(name: str, seed: int) -> int:
    """Another seed for every locality-day, the same wherever and whenever it is planned."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:4], "big")


def plan_days(asked: Iterable[Asked], engine: Engine) -> Iterator[tuple[Asked, Plan]]:
    """Plans each locality-day on the engine and gives them back as they are done, in any order.

    Raises:
        EngineError: the engine was lost, or one of them cannot be planned on it.
    """
    all_asked = list(asked)
    for number, plan in engine.work(plan_one, all_asked):
        yield all_asked[number], plan


def problem_files(source: Path) -> list[tuple[str, Path]]:
    """Names and paths of the problem files of a folder, or of a list of paths, one a line, beside which they are.

    A name is the path from the folder, without its ending: ``north/2026-11-23``.

    Raises:
        FormatError: there is no such folder or list, it names what is not there, or has no problems.
    """
    if source.is_dir():
        paths = sorted(path for path in source.rglob("*.json") if not path.name.endswith(PLAN_SUFFIX))
        root = source
    elif source.is_file():
        root = source.parent
        lines = (line.strip() for line in source.read_text(encoding="utf-8").splitlines())
        paths = [root / line for line in lines if line and not line.startswith("#")]
        for path in paths:
            if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
                raise FormatError(f"{source}: lists {path.relative_to(root)}, which is no file beside it")
    else:
        raise FormatError(f"{source}: there is no such folder or list of problem files")
    if not paths:
        raise FormatError(f"{source}: holds no problem files (*.json)")
    return [(path.relative_to(root).with_suffix("").as_posix(), path) for path in paths]


def plan_files(
    source: Path, out: Path, engine: Engine, effort: Effort, done: Callable[[Planned], None]
) -> list[Planned]:
    """Plans every problem file of ``source`` and writes ``out/<name>.plan.json``; ``done`` hears of each at once.

    Raises:
        FormatError: ``source`` or one of its files is not what it should be; nothing is planned then.
        EngineError: the engine was lost; plans written until then stay, and the next run goes on after them.
    """
    results: list[Planned] = []

    def tell(planned: Planned) -> None:
        results.append(planned)
        done(planned)

    wanted: dict[str, Asked] = {}
    notes: dict[str, dict[str, Any]] = {}
    for name, path in problem_files(source):
        problem, _ = read_problem(path)
        notes[name] = _note(path, effort)
        kept = _plan_kept(out / f"{name}{PLAN_SUFFIX}", notes[name])
        if kept is None:
            wanted[name] = Asked(name, problem, effort)
        else:
            tell(_summary(name, problem, kept, 0.0, kept=True))
    began = time.monotonic()
    for asked, plan in plan_days(wanted.values(), engine):
        write_whole(
            out / f"{asked.name}{PLAN_SUFFIX}", json.dumps({**plan.to_dict(), "made_from": notes[asked.name]}) + "\n"
        )
        tell(_summary(asked.name, asked.problem, plan, time.monotonic() - began))
    return results


def write_whole(path: Path, text: str) -> None:
    """Writes a file so that whoever looks, whatever stops, finds all of the old or all of the new text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _note(path: Path, effort: Effort) -> dict[str, Any]:
    return {"problem_sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **asdict(effort)}


def _plan_kept(path: Path, note: dict[str, Any]) -> Plan | None:
    """The plan an earlier run left, when it was made from the same problem with the same effort and seed."""
    if not path.is_file():
        return None
    try:
        stored = load(path)
        return Plan.from_dict(stored) if stored.get("made_from") == note else None
    except (FormatError, KeyError, TypeError):
        return None  # not ours, or of an older version: planned again and replaced


def _summary(name: str, problem: Problem, plan: Plan, seconds: float, *, kept: bool = False) -> Planned:
    assert plan.cost is not None
    return Planned(
        name=name,
        visits=len(problem.visits),
        undone=len(plan.undone),
        cost=plan.cost.total,
        faults=len(check(problem, plan)),
        seconds=seconds,
        kept=kept,
    )
