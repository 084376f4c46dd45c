"""Draws the pictures of docs/planner.md from real plans of public benchmark instances.

    python tools/draw_planner.py ../shared/benchmarks/hhcrsp
    python tools/draw_planner.py ../shared/benchmarks/hhcrsp --measure 1,3,10,30,60,600

Writes planner-routes.svg, planner-day.svg and planner-gap.svg to docs/images. The gap is drawn from planner-gap.csv
there; ``--measure`` plans the instances again with so many CPU seconds each, and writes that file first. The plan of
the first two is made with a number of moves, not seconds: the same code draws the same picture on every machine.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from drawing import Picture, style_of

from visit_planner import Assignment, Plan, Problem, solve, warm_up
from visit_planner.benchmarking import Effort, Instance, Run, find_instances, measure
from visit_planner.formats import hhcrsp, reading
from visit_planner.formats.reading import FormatError

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
# Small enough to be read, with joint and sequenced visits (MIT, iolab-uniud/hhcrsp; Mankowska et al. 2014).
DAY = "InstanzCPLEX_HCSRP_25_8"
MOVES = 3_000_000
# One large instance of each public set.
LARGE = (
    "InstanzVNS_HCSRP_300_4",
    "instance_018-udine-r17-p356-s3-sim21.2-seq21.7",
    "HHCRSP_200_40_30_1.6_R_C",
)
CALLED = dict(zip(LARGE, ("Mankowska 300_4", "Italian 018 (356)", "Kummer 200_40"), strict=True))
_FOUND_NOTHING = 2


@dataclass(frozen=True)
class Measured:
    """One plan of the gap's picture."""

    instance: str
    seconds: float
    gap_percent: float


def clock(minutes: float) -> str:
    """Hours and minutes since the office opened, as people write time: the instances count from 0."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"


def by_worker(plan: Plan) -> dict[str, list[Assignment]]:
    """Workers with work, in order of their names' numbers, and their stops in order of time."""
    routes: dict[str, list[Assignment]] = defaultdict(list)
    for stop in plan.assignments:
        routes[stop.worker].append(stop)
    return {worker: sorted(routes[worker], key=lambda stop: stop.starts) for worker in sorted(routes, key=_number)}


def _number(name: str) -> tuple[int, str]:
    digits = "".join(letter for letter in name if letter.isdigit())
    return int(digits or 0), name


def linked(problem: Problem, plan: Plan) -> list[tuple[Assignment, Assignment, bool]]:
    """Stops that must keep step: (one, other, together); False: the other follows at a distance."""
    stops: dict[str, list[Assignment]] = defaultdict(list)
    for stop in plan.assignments:
        stops[stop.visit].append(stop)
    pairs = [(a, b, True) for team in stops.values() for a, b in pairwise(sorted(team, key=lambda stop: stop.slot))]
    pairs += [
        (stops[g.first][0], stops[g.second][0], False) for g in problem.gaps if g.first in stops and g.second in stops
    ]
    return pairs


def draw_routes(problem: Problem, plan: Plan, points: Sequence[tuple[float, float]]) -> Picture:
    """The routes on the map; each stop says who comes (by number) and when. ``points``: office, then patients."""
    routes = by_worker(plan)
    names = {worker: number for number, worker in enumerate(routes, 1)}
    place = {visit.id: visit.place for visit in problem.visits}
    assert plan.cost is not None
    at, bottom = _fitted(points, left=44, top=64, width=672)
    picture = Picture(
        760,
        bottom + 84,
        "The routes of a plan on a map",
        f"{len(place)} visits to {len(set(place.values()))} people by {len(routes)} workers from one office. "
        "A circle holds the number of the worker who comes, or of both where two come; beside it stands when.",
    )
    picture.words(20, 30, f"{len(routes)} routes, {plan.cost.travel:.0f} minutes of travel", kind="title")
    who: dict[int, list[int]] = defaultdict(list)
    when: dict[int, list[float]] = defaultdict(list)
    for stop in sorted(plan.assignments, key=lambda stop: stop.starts):
        who[place[stop.visit]].append(names[stop.worker])
        if stop.starts not in when[place[stop.visit]]:
            when[place[stop.visit]].append(stop.starts)
    at = _apart(at, {spot: 22.0 if len(workers) > 1 else 13.0 for spot, workers in who.items()})
    taken = [(x - 13, y - 13, x + 13, y + 13) for x, y in at]
    for number, stops in enumerate(routes.values()):
        along = [at[0], *(at[place[stop.visit]] for stop in stops), at[0]]
        picture.polyline(_beside(along, 2.0 * (number - (len(routes) - 1) / 2)), style_of(number), width=2)
        _arrows(picture, along, style_of(number))
        taken += [(x - 3, y - 3, x + 3, y + 3) for leg in pairwise(along) for x, y in _along(*leg)]
    for spot, workers in who.items():
        x, y = at[spot]
        if len(workers) == 1:
            picture.circle(x, y, 11, "ground", outline=style_of(workers[0] - 1))
            picture.words(x, y + 4, str(workers[0]), anchor="middle", kind="number")
        else:
            picture.box(x - 20, y - 12, 40, 24, "ground", outline="ink", corner=12)
            picture.words(x, y + 4, " + ".join(map(str, workers)), anchor="middle", kind="number")
        text = ", ".join(map(clock, when[spot]))
        tx, ty = _free_spot(x, y, 6.4 * len(text), 24 if len(workers) > 1 else 16, taken, picture)
        picture.words(tx, ty, text, "faint", anchor="middle", kind="small")
    picture.box(at[0][0] - 8, at[0][1] - 8, 16, 16, "ink")
    picture.words(at[0][0], at[0][1] + 24, "office", anchor="middle", kind="small")
    picture.words(
        20, bottom + 66, "Wide circles: two workers, at once or one after the other. Times: hours since opening.",
        "faint", kind="small",
    )  # fmt: skip
    return picture


def _fitted(
    points: Sequence[tuple[float, float]], *, left: float, top: float, width: float
) -> tuple[list[tuple[float, float]], float]:
    """Points of a map on the canvas, north up, and how far down they reach."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    scale = width / max(1e-9, max(xs) - min(xs))
    at = [(left + (x - min(xs)) * scale, top + (max(ys) - y) * scale) for x, y in points]
    return at, max(y for _, y in at)


def _apart(at: list[tuple[float, float]], half: dict[int, float]) -> list[tuple[float, float]]:
    """People who live next to each other a little further apart, so that their circles do not overlap."""
    moved = list(at)
    for _ in range(20):
        for a in half:
            for b in half:
                (ax, ay), (bx, by) = moved[a], moved[b]
                over = half[a] + half[b] - abs(ax - bx)
                if a < b and over > 0 and abs(ay - by) < 26:
                    push = over / 2 if ax <= bx else -over / 2
                    moved[a], moved[b] = (ax - push, ay), (bx + push, by)
    return moved


def _beside(points: Sequence[tuple[float, float]], offset: float) -> list[tuple[float, float]]:
    """The same way, a little to one side, so that routes along the same road can be told apart."""
    return [(x + offset, y + offset) for x, y in points]


def _along(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    steps = max(1, round(math.hypot(end[0] - start[0], end[1] - start[1]) / 8))
    return [
        (start[0] + (end[0] - start[0]) * k / steps, start[1] + (end[1] - start[1]) * k / steps) for k in range(steps)
    ]


def _arrows(picture: Picture, points: Sequence[tuple[float, float]], style: str) -> None:
    for (x1, y1), (x2, y2) in pairwise(points):
        length = math.hypot(x2 - x1, y2 - y1)
        if length < 60:
            continue
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        mx, my = (x1 + x2) / 2, (y1 + y2) / 2
        wings = [(mx - 7 * ux - 4 * uy, my - 7 * uy + 4 * ux), (mx, my), (mx - 7 * ux + 4 * uy, my - 7 * uy - 4 * ux)]
        picture.polyline(wings, style, width=2)


def _free_spot(
    x: float, y: float, width: float, far: float, taken: list[tuple[float, float, float, float]], picture: Picture
) -> tuple[float, float]:
    """Where words about a point lie over the least of what is there already: below, above, right or left of it."""
    choices = [(x, y + 26), (x, y - 17), (x + far + width / 2, y + 4), (x - far - width / 2, y + 4)]

    def covered(spot: tuple[float, float]) -> float:
        cx, cy = spot
        box = (cx - width / 2, cy - 10, cx + width / 2, cy + 3)
        outside = max(0.0, -box[0]) + max(0.0, box[2] - picture.width)
        return outside * 100 + sum(
            max(0.0, min(box[2], other[2]) - max(box[0], other[0]))
            * max(0.0, min(box[3], other[3]) - max(box[1], other[1]))
            for other in taken
        )

    best = min(choices, key=covered)
    taken.append((best[0] - width / 2, best[1] - 10, best[0] + width / 2, best[1] + 3))
    return best


def draw_day(problem: Problem, plan: Plan) -> Picture:
    """A row for each worker along the hours: visits, travel, waiting; visits that keep step are linked."""
    routes = by_worker(plan)
    rows = {worker: 78.0 + 64 * number for number, worker in enumerate(routes)}
    visits = {visit.id: visit for visit in problem.visits}
    travel = problem.travel["car"]
    ends = [stops[-1].ends + travel[visits[stops[-1].visit].place][0] for stops in routes.values()]
    last = math.ceil(max(ends) / 60) * 60
    width, left = 1000.0, 96.0
    scale = (width - left - 30) / last
    height = 78 + 64 * len(routes) + 44
    pairs = linked(problem, plan)
    late = sum(stop.starts > visits[stop.visit].window.closes + 1e-6 for stop in plan.assignments)
    picture = Picture(
        width,
        height,
        "The same plan along the day",
        f"A row for each of {len(routes)} workers: visits are bars, travel a line, waiting dotted. "
        f"Linked: {sum(together for *_, together in pairs)} joint, by a solid line; "
        f"{sum(not together for *_, together in pairs)} that follow at a set distance, by a dashed one.",
    )
    picture.words(20, 30, f"Who is where when; {late or 'no'} visit{'' if late == 1 else 's'} late", kind="title")
    for hour in range(0, last + 1, 60):
        picture.line(left + hour * scale, 48, left + hour * scale, height - 40, "rule")
        picture.words(left + hour * scale, height - 24, clock(hour), "faint", anchor="middle", kind="small")
    for number, (worker, stops) in enumerate(routes.items()):
        y = rows[worker]
        picture.words(20, y + 5, f"Worker {number + 1}", style_of(number))
        here, leaves = 0, stops[0].starts - travel[0][visits[stops[0].visit].place]
        for stop in stops:
            there = visits[stop.visit].place
            arrives = leaves + travel[here][there]
            picture.line(left + leaves * scale, y, left + arrives * scale, y, style_of(number), width=2)
            picture.line(left + arrives * scale, y, left + stop.starts * scale, y, "faint", width=1.5, dashes="1.5 3")
            here, leaves = there, stop.ends
        home = leaves + travel[here][0]
        picture.line(left + leaves * scale, y, left + home * scale, y, style_of(number), width=2)
    for one, other, together in pairs:
        (a, ya), (b, yb) = _ends(one, other, rows, left, scale)
        picture.line(a, ya, b, yb, "ink", width=2 if together else 1.5, dashes="" if together else "5 4")
    for number, (worker, stops) in enumerate(routes.items()):
        y = rows[worker]
        for stop in stops:
            length = (stop.ends - stop.starts) * scale
            picture.box(left + stop.starts * scale, y - 11, length, 22, "ground", outline=style_of(number), corner=4)
            label = (visits[stop.visit].person or stop.visit).lstrip("p")
            picture.words(left + stop.starts * scale + length / 2, y + 4, label, anchor="middle", kind="number")
            over = stop.starts - visits[stop.visit].window.closes
            if over > 0.5:
                picture.words(
                    left + stop.starts * scale + length / 2, y - 16, f"{over:.0f} late", anchor="middle", kind="small"
                )
    for one, other, _ in pairs:
        for x, y in _ends(one, other, rows, left, scale):
            picture.diamond(x, y, 4.5, "ink")
    picture.words(
        left,
        height - 6,
        "Hours since the office opened. Numbers are people; a late visit says by how many minutes.",
        "faint",
        kind="small",
    )
    return picture


def _ends(
    one: Assignment, other: Assignment, rows: dict[str, float], left: float, scale: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a link of two visits begins and ends: at their starts, on the edges that face each other."""
    ya, yb = rows[one.worker], rows[other.worker]
    edge = 11 if yb > ya else -11 if yb < ya else 0
    return (left + one.starts * scale, ya + edge), (left + other.starts * scale, yb - edge)


def draw_gap(measured: Sequence[Measured]) -> Picture:
    """The gap to the best published plan against CPU seconds, a line for each instance."""
    width, height, left, right, top, bottom = 760.0, 420.0, 76.0, 170.0, 60.0, 60.0
    seconds = sorted({one.seconds for one in measured})
    gaps = [one.gap_percent for one in measured]
    low, high = math.floor(min(*gaps, -1.0)), math.ceil(max(*gaps, 1.0))
    spread = max(1e-9, math.log10(seconds[-1]) - math.log10(seconds[0]))

    def x(value: float) -> float:
        return left + (math.log10(value) - math.log10(seconds[0])) / spread * (width - left - right)

    def y(value: float) -> float:
        return top + (high - value) / (high - low) * (height - top - bottom)

    names = list(dict.fromkeys(one.instance for one in measured))
    told = "; ".join(
        f"{CALLED.get(name, name)} "
        + ", ".join(f"{one.gap_percent:+.1f} % at {one.seconds:g} s" for one in measured if one.instance == name)
        for name in names
    )
    picture = Picture(width, height, "Gap to the best published plan against CPU seconds", told)
    picture.words(20, 30, "Gap to the best published plan, %; below 0 is better", kind="title")
    for tick in _ticks(low, high):
        picture.line(
            left, y(tick), width - right, y(tick), "faint" if tick == 0 else "rule", width=1.5 if tick == 0 else 1
        )
        picture.words(left - 10, y(tick) + 4, f"{tick:+g}" if tick else "0", "faint", anchor="end", kind="small")
    for value in seconds:
        picture.words(x(value), height - bottom + 22, f"{value:g}", "faint", anchor="middle", kind="small")
    picture.words(
        (left + width - right) / 2, height - 14, "CPU seconds, one thread", "faint", anchor="middle", kind="small"
    )
    ends: list[tuple[float, int, str]] = []
    for number, name in enumerate(names):
        points = sorted((one.seconds, one.gap_percent) for one in measured if one.instance == name)
        picture.polyline([(x(a), y(b)) for a, b in points], style_of(number), width=2.5)
        for a, b in points:
            (picture.circle, picture.diamond, _square(picture))[number % 3](x(a), y(b), 5, style_of(number))
        ends.append((y(points[-1][1]), number, CALLED.get(name, name)))
    previous = -math.inf
    for where, number, name in sorted(ends):
        previous = max(where, previous + 18)
        picture.words(width - right + 12, previous + 4, name, style_of(number))
    return picture


def _square(picture: Picture):  # type: ignore[no-untyped-def]
    def square(x: float, y: float, radius: float, style: str) -> None:
        picture.box(x - radius + 1, y - radius + 1, 2 * radius - 2, 2 * radius - 2, style, corner=0)

    return square


def _ticks(low: int, high: int) -> range:
    step = 1 if high - low <= 8 else 2 if high - low <= 16 else 5
    return range(math.ceil(low / step) * step, high + 1, step)


def read_gaps(path: Path) -> list[Measured]:
    """Raises: FormatError when the file is not there or not what this script writes."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return [Measured(row["instance"], float(row["seconds"]), float(row["gap_percent"])) for row in rows]
    except OSError as wrong:
        raise FormatError(f"{path}: cannot be read; run with --measure 1,3,10 to write it") from wrong
    except (KeyError, ValueError) as wrong:
        raise FormatError(f"{path}: expected columns instance, seconds and gap_percent") from wrong


def measure_gaps(instances: Iterable[Instance], seconds: Sequence[float], seed: int, path: Path) -> list[Measured]:
    """Plans each instance with each number of CPU seconds and writes what came of it."""
    runs: list[Run] = []
    for instance in instances:
        for budget in seconds:
            runs.append(measure(instance, Effort(budget), seed))
            print(f"{instance.path.stem:50} {budget:6g} s {runs[-1].gap_percent:+.2f} %", flush=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(["set", "instance", "patients", "seed", "seconds", "cost", "best_known", "gap_percent", "faults"])
        for run in runs:
            rows.writerow(
                [run.set, run.instance, run.patients, run.seed, run.seconds, run.cost, run.best_known, run.gap_percent,
                 run.faults]
            )  # fmt: skip
    return read_gaps(path)


def _points(path: Path) -> list[tuple[float, float]]:
    stored = reading.load(path)
    rows = [stored["central_offices"][0], *stored["patients"]]
    return [(float(row["location"][0]), float(row["location"][1])) for row in rows]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder with the public HHCRSP instances")
    parser.add_argument("--measure", help="comma separated CPU seconds to plan the large instances with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=IMAGES, help="where to write the pictures (docs/images)")
    options = parser.parse_args()
    try:
        (day,), _ = find_instances(options.folder, match=DAY)
        warm_up()
        problem = hhcrsp.read_problem(day.path)
        plan = solve(problem, iterations=MOVES, seed=options.seed)
        if options.measure:
            large = [find_instances(options.folder, match=name)[0][0] for name in LARGE]
            seconds = [float(value) for value in options.measure.split(",")]
            gaps = measure_gaps(large, seconds, options.seed, options.out / "planner-gap.csv")
        else:
            gaps = read_gaps(options.out / "planner-gap.csv")
    except FormatError as wrong:
        print(f"draw_planner: {wrong}", file=sys.stderr)
        return _FOUND_NOTHING
    pictures = {
        "planner-routes.svg": draw_routes(problem, plan, _points(day.path)),
        "planner-day.svg": draw_day(problem, plan),
        "planner-gap.svg": draw_gap(gaps),
    }
    for name, picture in pictures.items():
        (options.out / name).write_text(picture.svg(), encoding="utf-8")
        print(options.out / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
