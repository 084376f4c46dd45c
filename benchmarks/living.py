"""Living with a plan: repairing it after an absence, ranking who could come to an urgent visit, explaining it.

    python benchmarks/living.py                      ten absences, beside a full re-plan of each
    python benchmarks/living.py --full-seconds 0     without the full re-plans, in a few minutes
    python benchmarks/living.py --breaks             with a break in every long shift: days planned as wholes
    python benchmarks/living.py --json

A fictitious place made from a seed: 270 workers and 1,200 visits a day by default. One thread; seconds are CPU
seconds, whatever else the machine does. Every plan is judged by the planner's checker.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from visit_planner import (
    Break,
    Gap,
    Held,
    Plan,
    Problem,
    Shift,
    Slot,
    Visit,
    Window,
    Worker,
    check,
    compare,
    cost,
    explain,
    rank_responders,
    remedies,
    replan,
    solve,
    warm_up,
)

MINUTES_PER_KILOMETRE = 2.0
# An urgent visit is asked for at these times of day.
ASKED_AT = (9 * 60, 10 * 60 + 20, 14 * 60 + 10, 18 * 60)
REPEATS = 5
# With --breaks: in shifts of at least so many minutes so long a break, that far from either end of the shift.
LONG, BREAK, FROM_EITHER_END = 360, 30, 120


def a_place(seed: int, staff: int, visits: int) -> Problem:
    """Villages round a town: staff of four employers on early, late, day and split shifts, a tenth of visits joint."""
    random = np.random.default_rng(seed)
    homes = visits // 2
    centres = random.uniform(3, 15, (6, 2))
    points = centres[random.integers(0, 6, homes + staff)] + random.normal(0, 1.6, (homes + staff, 2))
    travel = {"car": np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1)) * MINUTES_PER_KILOMETRE}
    workers = tuple(_worker(k, homes + k, random) for k in range(staff))
    wanted: list[Visit] = []
    gaps: list[Gap] = []
    while len(wanted) < visits:
        visit = _visit(len(wanted), len(wanted) % homes, staff, random)
        wanted.append(visit)
        again = min(visit.window.opens + 270, 1230)
        if len(wanted) < visits and random.random() < 0.15 and again - visit.window.opens > 150:
            wanted.append(
                replace(visit, id=f"visit-{len(wanted)}", window=Window(again, again + 120), preferred=frozenset())
            )
            gaps.append(Gap(visit.id, wanted[-1].id, 120))
    return Problem(workers, tuple(wanted), travel, tuple(gaps))


def _worker(k: int, home: int, random: np.random.Generator) -> Worker:
    hours = (((420, 870),), ((840, 1320),), ((510, 1020),), ((420, 660), (960, 1260)))
    shifts = hours[int(random.choice(4, p=[0.35, 0.30, 0.15, 0.20]))]
    employer = ("council", "trust", "agency")[int(random.choice(3, p=[0.5, 0.3, 0.2]))]
    skills = {"care"}
    if employer == "trust":
        skills |= {"nursing", "insulin"} | ({"therapy"} if random.random() < 0.4 else set())
    elif random.random() < 0.3:
        skills |= {"insulin"}
    return Worker(
        f"worker-{k}",
        employer,
        frozenset(skills),
        tuple(Shift(f"{k}-{n}", a, b, home, home) for n, (a, b) in enumerate(shifts)),
    )


def _visit(k: int, place: int, staff: int, random: np.random.Generator) -> Visit:
    opens = float(random.choice([450, 540, 660, 720, 900, 1000, 1080, 1170]) + random.integers(0, 45))
    skill = str(random.choice(["care", "insulin", "nursing", "therapy"], p=[0.72, 0.12, 0.12, 0.04]))
    opens = float(random.integers(540, 840)) if skill == "therapy" else opens
    minutes = float(random.choice([15, 20, 30, 45, 60], p=[0.2, 0.2, 0.35, 0.2, 0.05]))
    slots = (Slot(skill, minutes), Slot("care", minutes)) if random.random() < 0.1 else (Slot(skill, minutes),)
    hard = skill == "insulin" and bool(random.random() < 0.5)
    known = frozenset(f"worker-{w}" for w in random.integers(0, staff, 4)) if random.random() < 0.3 else frozenset()
    return Visit(
        f"visit-{k}",
        place,
        slots,
        Window(opens, opens + (60 if hard else 90), hard),
        person=f"{place}",
        preferred=known,
    )


def with_breaks(problem: Problem) -> Problem:
    """The same day with a break in every long shift."""

    def shift(one: Shift) -> Shift:
        if one.ends - one.starts < LONG:
            return one
        rest = Break(BREAK, one.starts + FROM_EITHER_END, one.ends - FROM_EITHER_END - BREAK)
        return replace(one, rest=rest)

    workers = tuple(replace(one, shifts=tuple(map(shift, one.shifts))) for one in problem.workers)
    return replace(problem, workers=workers)


def cpu(what: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    answer = what()
    return time.process_time() - began, answer


def absent(problem: Problem, away: str) -> Problem:
    """The day without one worker."""
    visits = tuple(replace(visit, preferred=visit.preferred - {away}) for visit in problem.visits)
    return replace(problem, workers=tuple(one for one in problem.workers if one.id != away), visits=visits)


def repair(problem: Problem, plan: Plan, away: str, full_seconds: float, seed: int) -> dict[str, Any]:
    """One absence: the repaired plan beside a full re-plan that is told the same and has all day."""
    fewer = absent(problem, away)
    lost = {stop.visit for stop in plan.assignments if stop.worker == away}
    seconds, answer = cpu(lambda: replan(fewer, held=plan, changed=sorted(lost), seed=seed))
    mended = answer.plan
    told = replace(
        fewer, held=tuple(Held(s.visit, s.slot, s.worker, s.starts) for s in plan.assignments if s.visit not in lost)
    )
    before = {(s.visit, s.slot): (s.worker, round(s.starts, 2)) for s in plan.assignments if s.visit not in lost}
    after = {(s.visit, s.slot): (s.worker, round(s.starts, 2)) for s in mended.assignments}
    row: dict[str, Any] = {
        "away": away,
        "lost": len(lost),
        "cpu_seconds": round(seconds, 2),
        "cost": round(cost(told, mended).total, 1),
        "undone": len(mended.undone) - len(plan.undone),
        "kept_percent": round(100 * sum(after.get(key) == told for key, told in before.items()) / len(before), 2),
        "faults": len(check(fewer, mended)),
    }
    if full_seconds:
        full = solve(told, start=plan, seconds=full_seconds, seed=seed)
        row["full_cost"] = round(cost(told, full).total, 1)
        row["gap_percent"] = round(100 * (row["cost"] / row["full_cost"] - 1), 2)
        # The same day, forgetting what anybody was told.
        afresh = solve(fewer, start=plan, seconds=full_seconds, seed=seed)
        row["afresh_gap_percent"] = round(100 * (cost(fewer, mended).total / cost(fewer, afresh).total - 1), 2)
    return row


def urgent(problem: Problem, plan: Plan, at: float, slots: int, place: int) -> dict[str, Any]:
    """Everybody who could come to an urgent visit for so many, asked at one time of the day."""
    crisis = Visit("urgent", place, (Slot("care", 45),) * slots, Window(at, at + 120), 5000.0)
    asked = replace(problem, visits=(*problem.visits, crisis))
    taken = []
    for _ in range(REPEATS):
        seconds, (ranking, top) = cpu(
            lambda: (lambda found: (found, found[:10]))(rank_responders(asked, plan, "urgent", at))
        )
        taken.append(seconds * 1000)
    return {
        "at": f"{int(at) // 60:02d}:{int(at) % 60:02d}",
        "slots": slots,
        "staff": len(problem.workers),
        "ranked": len(ranking),
        "median_ms": round(statistics.median(taken), 1),
        "worst_ms": round(max(taken), 1),
        "first": top[0].sentence if top else "nobody",
    }


def everybody_on_shift(problem: Problem) -> Problem:
    """The same staff, all on shift the whole day: the most there can be to rank."""
    workers = tuple(replace(one, shifts=(replace(one.shifts[0], starts=420, ends=1320),)) for one in problem.workers)
    return replace(problem, workers=workers)


def explained(problem: Problem, plan: Plan, seed: int) -> dict[str, Any]:
    """Reasons for every assignment, and what would place each of the visits a day short of staff leaves out."""
    seconds, why = cpu(lambda: explain(problem, plan))
    short = replace(problem, workers=problem.workers[: len(problem.workers) // 4])
    tight = solve(short, seconds=5, seed=seed)
    each = []
    kinds: Counter[str] = Counter()
    for name in tight.undone[:20]:
        took, found = cpu(lambda name=name: remedies(short, tight, name))
        each.append(took * 1000)
        kinds[" + ".join(change.kind for change in found[0].changes) if found else "none"] += 1
    return {
        "assignments": len(why.assignments),
        "all_seconds": round(seconds, 2),
        "left_out": len(tight.undone),
        "remedy_median_ms": round(statistics.median(each), 1) if each else 0.0,
        "smallest": dict(kinds.most_common()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--staff", type=int, default=270)
    parser.add_argument("--visits", type=int, default=1200)
    parser.add_argument("--absences", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=40.0, help="CPU seconds for the day's plan")
    parser.add_argument("--full-seconds", type=float, default=20.0, help="CPU seconds of each full re-plan; 0: none")
    parser.add_argument("--full", type=int, default=10, help="how many absences are also re-planned in full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--breaks", action="store_true", help="a break in every long shift")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    warm_up()
    problem = a_place(asked.seed, asked.staff, asked.visits)
    if asked.breaks:
        problem = with_breaks(problem)
    plan = solve(problem, seconds=asked.seconds, seed=asked.seed)
    counted = Counter(stop.worker for stop in plan.assignments)
    rows = []
    for number, (away, _) in enumerate(counted.most_common(asked.absences)):
        full_seconds = asked.full_seconds if number < asked.full else 0.0
        rows.append(repair(problem, plan, away, full_seconds, asked.seed))
        if not asked.json:
            print(" · ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
    full_day = everybody_on_shift(problem)
    whole = solve(full_day, seconds=asked.seconds / 2, seed=asked.seed)
    offers = [urgent(full_day, whole, at, slots, 3) for at in ASKED_AT for slots in (1, 2)]
    offers.append(urgent(full_day, whole, ASKED_AT[1], 3, 3))
    why = explained(problem, plan, asked.seed)
    fewer = absent(problem, rows[0]["away"])
    lost = [stop.visit for stop in plan.assignments if stop.worker == rows[0]["away"]]
    mended = replan(fewer, held=plan, changed=lost, seed=asked.seed).plan
    seconds, told = cpu(lambda: compare((problem, plan), (fewer, mended)))
    why |= {"compare_ms": round(seconds * 1000, 1), "compared": [one.sentence for one in told.because]}
    if asked.json:
        print(json.dumps({"repair": rows, "insert": offers, "explain": why}, indent=1))
        return
    for offer in offers:
        print(" · ".join(f"{name} {value}" for name, value in offer.items()))
    print(" · ".join(f"{name} {value}" for name, value in why.items()))
    print(
        f"worst of {len(rows)} absences: {max(r['cpu_seconds'] for r in rows)} CPU s, kept at least "
        f"{min(r['kept_percent'] for r in rows)} %, gap at most {max(r.get('gap_percent', 0.0) for r in rows)} %; "
        f"pairs ranked in at most {max(o['median_ms'] for o in offers if o['slots'] == 2)} ms"
    )


if __name__ == "__main__":
    main()
