"""Plans ten days of a real home care service, and sets them beside a greedy plan in the order of the file.

    python benchmarks/homecare_scotland.py ../shared/benchmarks/homecare-scotland --seconds 60
    python benchmarks/homecare_scotland.py ../shared/benchmarks/homecare-scotland --seconds 5 --days 1 --json

Each day is planned with the faces of the days before it. All plans are judged by the same checker. One thread;
seconds are CPU seconds. Prints no ids: carers are numbered by the day, visits named by their time.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from visit_planner import Assignment, Plan, Problem, Visit, Weights, Window, check, cost, explain, solve, warm_up
from visit_planner.checking import clock
from visit_planner.formats import homecare
from visit_planner.formats.homecare import ALLOWED_MINUTES, MODE, Service
from visit_planner.formats.reading import FormatError
from visit_planner.timing import nearer_to_asked

HERE = Path(__file__).resolve().parent
# In minutes of travel: a visit by somebody the person has not met, and each face more than they should see.
WEIGHTS = Weights(new_face=5.0, extra_face=10.0)
# The search aims closer than the half hour allowed: it leaves ten minutes for a day that goes otherwise.
AIMED_WITHIN = 20.0
# Of the seconds given, this share goes to the first search; the rest mends what it left out or hurried.
SEARCH_SHARE = 0.8
MOST_ROUNDS = 8
# No round of mending begins after this share: setting one up takes about a second.
LAST_ROUND = 0.95
# An interval shorter than this is no room: it guards the comparison of sums of fractions of a minute.
_TINY = 1e-9

Known = dict[str, set[str]]
COLUMNS = (
    "day", "plan", "visits", "within ± 30 min", "left out", "travel, h", "from the time asked, mean min",
    "of that late, mean min", "pairs in step", "carers used", "paid time used", "by a known carer", "faults", "CPU s",
)  # fmt: skip


@dataclass(frozen=True)
class Left:
    """A visit left out. ``reason`` names nobody."""

    asked: str
    carers: int
    code: str
    reason: str
    would_help: str


@dataclass(frozen=True)
class Day:
    """One day by one method. Minutes unless said; ``lateness`` counts from the time asked for."""

    method: str
    day: str
    visits: int
    double: int
    in_time: int
    left_out: int
    lateness: float
    off_by: float
    travel: float
    double_in_step: int
    hurried_breaks: int
    carers_on_shift: int
    carers_used: int
    paid_hours: float
    used_hours: float
    known_visits: int
    could_be_known: int
    faults: int
    cpu_seconds: float
    moves: int
    reasons: tuple[Left, ...] = ()


def planned(problem: Problem, asked: Mapping[str, float], *, seconds: float, seed: int) -> Plan:
    """The planner's plan of a day.

    Times are first kept closer than they must be. When that leaves something out, all the minutes allowed may be
    used; whoever a break is too short for is not sent there. Either is mended from the plan so far.
    """
    began = time.thread_time()
    aimed = tuple(
        replace(visit, window=Window(asked[visit.id] - AIMED_WITHIN, asked[visit.id] + AIMED_WITHIN, hard=True))
        for visit in problem.visits
    )
    plan = solve(replace(problem, visits=aimed), seconds=seconds * SEARCH_SHARE, seed=seed)
    refused: dict[str, set[str]] = defaultdict(set)
    visits = aimed
    for _ in range(MOST_ROUNDS):
        hurried = list(hurried_after_breaks(problem, plan))
        spent = time.thread_time() - began
        if (not hurried and not plan.undone) or spent > seconds * LAST_ROUND:
            break
        for stop in hurried:
            refused[stop.visit].add(stop.worker)
        if plan.undone:
            visits = problem.visits
        mended = replace(
            problem, visits=tuple(replace(visit, refused=frozenset(refused[visit.id])) for visit in visits)
        )
        started = plan
        plan = solve(mended, iterations=0, seed=seed, start=started)
        if plan.undone:
            rest = max(0.0, seconds * LAST_ROUND - (time.thread_time() - began)) / 2
            plan = solve(mended, seconds=rest, seed=seed, start=started)
    plan = nearer_to_asked(problem, plan, asked)
    return replace(plan, cpu_seconds=round(time.thread_time() - began, 2))


def hurried_after_breaks(problem: Problem, plan: Plan) -> Iterator[Assignment]:
    """First visits of a shift to which the way from the last visit of the shift before is longer than the break."""
    place = {visit.id: visit.place for visit in problem.visits}
    of_worker: dict[str, list[Assignment]] = defaultdict(list)
    for stop in plan.assignments:
        of_worker[stop.worker].append(stop)
    for stops in of_worker.values():
        for before, after in pairwise(sorted(stops, key=lambda stop: stop.starts)):
            way = float(problem.travel[MODE][place[before.visit]][place[after.visit]])
            if before.shift != after.shift and before.ends + way > after.starts + 1e-6:
                yield after


def greedy(problem: Problem, asked: Mapping[str, float]) -> Plan:
    """Each visit in the order of the file to the first carer, or pair, in the order of the file who can.

    It starts as near to the time asked for as their day so far allows; nothing given is changed again.
    """
    began = time.thread_time()
    days: dict[tuple[str, str], list[Assignment]] = {(w.id, s.id): [] for w in problem.workers for s in w.shifts}
    starts: dict[str, float] = {}
    place = {visit.id: visit.place for visit in problem.visits}
    undone = []
    for visit in problem.visits:
        team = _first_who_can(problem, visit, days, place, _limits(problem, visit, starts), asked[visit.id])
        if team is None:
            undone.append(visit.id)
            continue
        at, members = team
        starts[visit.id] = at
        for number, (worker, shift) in enumerate(members):
            stop = Assignment(visit.id, number, worker, shift, at, at + visit.slots[number].minutes, 0.0, 0.0)
            days[worker, shift] = sorted([*days[worker, shift], stop], key=lambda stop: stop.starts)
    plan = Plan(tuple(stop for stops in days.values() for stop in stops), tuple(undone))
    return replace(plan, cost=cost(problem, plan), cpu_seconds=round(time.thread_time() - began, 2))


def _limits(problem: Problem, visit: Visit, starts: Mapping[str, float]) -> tuple[float, float]:
    """Earliest and latest start by the visit's window and its person's other visits."""
    opens, closes = visit.window.opens, visit.window.closes
    for gap in problem.gaps:
        if gap.second == visit.id and gap.first in starts:
            opens = max(opens, starts[gap.first] + gap.at_least)
        if gap.first == visit.id and gap.second in starts:
            closes = min(closes, starts[gap.second] - gap.at_least)
    return opens, closes


def _first_who_can(
    problem: Problem,
    visit: Visit,
    days: Mapping[tuple[str, str], list[Assignment]],
    place: Mapping[str, int],
    limits: tuple[float, float],
    wanted: float,
) -> tuple[float, tuple[tuple[str, str], ...]] | None:
    """The start and the (worker, shift) of each slot, or None."""
    free = []
    for worker in problem.workers:
        for shift in worker.shifts:
            for opens, closes in _rooms(problem, visit, shift.starts, shift.ends, days[worker.id, shift.id], place):
                free.append((worker.id, shift.id, opens, closes))
    team = _first_team(free, len(visit.slots), limits)
    if team is None:
        return None
    (earliest, latest), members = team
    return min(max(wanted, earliest), max(earliest, latest)), members


def _first_team(
    free: list[tuple[str, str, float, float]], size: int, limits: tuple[float, float]
) -> tuple[tuple[float, float], tuple[tuple[str, str], ...]] | None:
    """The first ``size`` different workers of the list with a start in common, and when that may be."""
    if size == 0:
        return limits, ()
    for k, (worker, shift, opens, closes) in enumerate(free):
        common = max(opens, limits[0]), min(closes, limits[1])
        if common[0] > common[1] + _TINY:
            continue
        rest = _first_team([room for room in free[k + 1 :] if room[0] != worker], size - 1, common)
        if rest is not None:
            return rest[0], ((worker, shift), *rest[1])
    return None


def _rooms(
    problem: Problem, visit: Visit, begins: float, ends: float, stops: list[Assignment], place: Mapping[str, int]
) -> Iterator[tuple[float, float]]:
    """When the visit could start between what a shift already has."""
    ways = problem.travel[MODE]
    minutes = visit.slots[0].minutes
    free_from, here = begins, None
    for stop in [*stops, None]:
        arrives = free_from if here is None else free_from + float(ways[here][visit.place])
        leaves = ends if stop is None else stop.starts - float(ways[visit.place][place[stop.visit]])
        if arrives <= leaves - minutes + _TINY:
            yield arrives, leaves - minutes
        if stop is not None:
            free_from, here = stop.ends, place[stop.visit]


def measured(
    method: str, day: date, problem: Problem, plan: Plan, asked: Mapping[str, float], known: Known, reasons: bool
) -> Day:
    """The day in figures, all from the plan and the problem, whoever made the plan."""
    assert plan.cost is not None
    visits = {visit.id: visit for visit in problem.visits}
    start = {stop.visit: stop.starts for stop in plan.assignments}
    in_step = Counter(stop.visit for stop in plan.assignments if stop.starts == start[stop.visit])
    paid = sum(shift.ends - shift.starts for worker in problem.workers for shift in worker.shifts)
    served = sum(stop.ends - stop.starts for stop in plan.assignments)
    to_known = [stop for stop in plan.assignments if known.get(visits[stop.visit].person or "")]
    return Day(
        method=method,
        day=day.isoformat(),
        visits=len(visits),
        double=sum(len(visit.slots) > 1 for visit in visits.values()),
        in_time=sum(abs(at - asked[name]) <= ALLOWED_MINUTES + 1e-6 for name, at in start.items()),
        left_out=len(plan.undone),
        lateness=round(sum(max(0.0, at - asked[name]) for name, at in start.items()), 1),
        off_by=round(sum(abs(at - asked[name]) for name, at in start.items()), 1),
        travel=round(plan.cost.travel, 1),
        double_in_step=sum(len(visits[name].slots) > 1 and n == len(visits[name].slots) for name, n in in_step.items()),
        hurried_breaks=sum(1 for _ in hurried_after_breaks(problem, plan)),
        carers_on_shift=len(problem.workers),
        carers_used=len({stop.worker for stop in plan.assignments}),
        paid_hours=round(paid / 60, 1),
        used_hours=round((served + plan.cost.travel) / 60, 1),
        known_visits=sum(stop.worker in known[visits[stop.visit].person or ""] for stop in to_known),
        could_be_known=len(to_known),
        faults=len(check(problem, plan)),
        cpu_seconds=plan.cpu_seconds,
        moves=plan.iterations,
        reasons=tuple(_reasons(problem, plan, asked)) if reasons and plan.undone else (),
    )


def _reasons(problem: Problem, plan: Plan, asked: Mapping[str, float]) -> Iterator[Left]:
    names = {worker.id: f"carer {number}" for number, worker in enumerate(problem.workers, 1)}
    names |= {visit.id: f"the visit asked for at {clock(asked[visit.id])}" for visit in problem.visits}
    slots = {visit.id: len(visit.slots) for visit in problem.visits}
    for why in explain(problem, plan, names=names).undone.values():
        yield Left(clock(asked[why.visit]), slots[why.visit], why.code, why.sentence, why.nearest)


def met(problem: Problem, plan: Plan, known: Known) -> None:
    """Notes who has been to whom."""
    person = {visit.id: visit.person or "" for visit in problem.visits}
    for stop in plan.assignments:
        known[person[stop.visit]].add(stop.worker)


def commit() -> str:
    try:
        said = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()


def run(service: Service, days: int, seconds: float, seed: int) -> Iterator[tuple[Day, Known]]:
    """Each day by the planner and by the greedy rule; each method remembers its own faces."""
    known: dict[str, Known] = {"planner": defaultdict(set), "greedy": defaultdict(set)}
    for day in service.days[:days]:
        asked = {visit.id: visit.at for visit in service.asked[day]}
        for method, faces in known.items():
            problem = service.problem(day, known=faces, weights=WEIGHTS)
            if method == "planner":
                plan = planned(problem, asked, seconds=seconds, seed=seed)
            else:
                plan = greedy(problem, asked)
            figures = measured(method, day, problem, plan, asked, faces, reasons=method == "planner")
            met(problem, plan, faces)
            yield figures, faces


def table(results: list[Day], faces: Mapping[str, float], seconds: float, seed: int) -> str:
    lines = [
        f"{seconds:g} CPU seconds a day, one thread, seed {seed}. Commit {commit()}, "
        f"Python {platform.python_version()}, {platform.machine()}.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "|---" * len(COLUMNS) + "|",
    ]
    lines += [_row(r.day, r.method, [r]) for r in results]
    for method in faces:
        lines.append(_row("all", method, [r for r in results if r.method == method]))
    lines += ["", "| plan | different carers a person saw, mean | breaks too short for the way |", "|---|---|---|"]
    for method, mean in faces.items():
        hurried = sum(r.hurried_breaks for r in results if r.method == method)
        lines.append(f"| {method} | {mean:.2f} | {hurried} |")
    left = [(r.day, reason) for r in results for reason in r.reasons]
    if left:
        lines += ["", "| day | asked for | carers | left out because | what would help |", "|---|---|---|---|---|"]
        lines += [f"| {day} | {x.asked} | {x.carers} | {x.reason} | {x.would_help} |" for day, x in left]
    else:
        lines += ["", "The planner left no visit out."]
    return "\n".join(lines) + "\n"


def _row(day: str, method: str, rows: list[Day]) -> str:
    def total(name: str) -> float:
        return sum(getattr(row, name) for row in rows)

    done = max(1, total("visits") - total("left_out"))
    met_before = total("could_be_known")
    known = f"{total('known_visits') / met_before:.1%}" if met_before else "–"
    used = f"{fmean(row.carers_used for row in rows):.0f} of {fmean(row.carers_on_shift for row in rows):.0f}"
    return (
        f"| {day} | {method} | {total('visits'):.0f} | {total('in_time'):.0f} | {total('left_out'):.0f} "
        f"| {total('travel') / 60:.1f} | {total('off_by') / done:.1f} | {total('lateness') / done:.1f} "
        f"| {total('double_in_step'):.0f} of {total('double'):.0f} | {used} "
        f"| {total('used_hours') / total('paid_hours'):.0%} | {known} | {total('faults'):.0f} "
        f"| {max(row.cpu_seconds for row in rows):.1f} |"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with carers.csv, visits.csv and distance.csv")
    parser.add_argument("--seconds", type=float, default=60.0, help="CPU seconds a day (60)")
    parser.add_argument("--days", type=int, default=10, help="the first so many days (10)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print each day as a JSON line instead of a table row")
    parser.add_argument("--out", type=Path, help="where to write the table as well")
    options = parser.parse_args()
    try:
        service = homecare.read_service(options.folder)
    except FormatError as wrong:
        print(f"homecare_scotland: {wrong}", file=sys.stderr)
        return 2
    warm_up()
    results: list[Day] = []
    faces: dict[str, float] = {}
    for figures, known in run(service, options.days, options.seconds, options.seed):
        results.append(figures)
        faces[figures.method] = fmean(len(carers) for carers in known.values())
        if options.json:
            print(json.dumps(asdict(figures)), flush=True)
        else:
            print(_row(figures.day, figures.method, [figures]), flush=True)
    written = table(results, faces, options.seconds, options.seed)
    if options.json:
        print(json.dumps({"different_carers_mean": {k: round(v, 3) for k, v in faces.items()}}), flush=True)
    else:
        print(f"\n{written}")
    if options.out is not None:
        options.out.write_text(written, encoding="utf-8")
    return 1 if any(figures.faults for figures in results) else 0


if __name__ == "__main__":
    sys.exit(main())
