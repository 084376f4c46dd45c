"""A week of a whole team: how long it takes to plan, and what comes out.

    python benchmarks/weeks.py --workers 60 --people 300 --seconds 120

The week is fictitious, made from a seed: visits three times a week on days apart, daily medicines twice a day four
hours apart, weekly and fortnightly visits, one in six for two workers; contracts, rest, known faces, a limit of faces.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from visit_planner import Faces, OnlyThese, Plan, Problem, Shift, Slot, Window, Worker, warm_up
from visit_planner.weeks import Pattern, Week, check_week, plan_week, week_problem
from visit_planner.weeks.week import faces_seen

MINUTES_PER_KILOMETRE = 2.0
FACES_AT_MOST = 4


def make_week(workers: int, people: int, seed: int) -> Week:
    """A fictitious week: homes round six centres, early, late and split shifts on five days of seven."""
    random = np.random.default_rng(seed)
    centres = random.uniform(0.2, 0.8, (6, 2)) * 14.0
    points = centres[random.integers(0, 6, people + workers)] + random.normal(0, 1.5, (people + workers, 2))
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    team = tuple(_worker(k, people + k, random) for k in range(workers))
    names = [worker.id for worker in team]
    women = frozenset(name for k, name in enumerate(names) if k % 4 != 0)
    patterns = []
    for k in range(people):
        patterns += _patterns(k, random, women)
    faces = tuple(
        Faces(f"person-{k}", frozenset(str(name) for name in random.choice(names, 4)), at_most=FACES_AT_MOST)
        for k in range(0, people, 2)
    )
    travel = {"car": np.round(apart * MINUTES_PER_KILOMETRE + 2.0 * (apart > 0)), "walk": np.round(apart * 12.0)}
    return Week(team, tuple(patterns), travel, faces=faces)


def _worker(k: int, home: int, random: np.random.Generator) -> Worker:
    kind = str(random.choice(["early", "late", "split"], p=[0.5, 0.35, 0.15]))
    hours = {"early": [(420, 870)], "late": [(840, 1320)], "split": [(420, 660), (960, 1260)]}[kind]
    off = int(random.integers(0, 7))
    shifts = []
    for day in range(7):
        if day in (off, (off + 1) % 7):
            continue
        for part, (starts, ends) in enumerate(hours):
            begins = day * 1440.0
            shifts.append(Shift(f"{day}.{part}", begins + starts, begins + ends, home, home, continues=part > 0))
    skills = {"care"} | ({"nursing", "medicines"} if random.random() < 0.25 else set())
    if random.random() < 0.6:
        skills |= {"medicines"}
    contract = float(random.choice([1200.0, 1800.0, 2250.0]))
    return Worker(
        f"worker-{k}",
        "council" if k % 3 else "NHS trust",
        frozenset(skills),
        tuple(shifts),
        paid_minutes=contract,
        max_minutes=2880.0,
        rest_minutes=660.0,
    )


def _patterns(k: int, random: np.random.Generator, women: frozenset[str]) -> list[Pattern]:
    kind = str(random.choice(["thrice", "medicines", "daily", "weekly", "fortnightly"], p=[0.35, 0.2, 0.15, 0.2, 0.1]))
    opens = float(random.choice([450, 540, 660, 900, 1020])) + float(random.integers(0, 30))
    minutes = float(random.choice([15, 30, 45], p=[0.3, 0.5, 0.2]))
    skill = {"medicines": "medicines", "weekly": "nursing", "fortnightly": "nursing"}.get(kind, "care")
    together = 2 if kind in ("thrice", "daily") and random.random() < 0.33 else 1
    slots = (Slot(skill, minutes), *([Slot("care", minutes)] * (together - 1)))
    asked = (OnlyThese(women, "she asked for a woman"),) if random.random() < 0.1 else ()
    window = Window(opens, opens + 90)
    pattern = Pattern(f"pattern-{k}", f"person-{k}", k, slots, (window,), only_these=asked)
    if kind == "thrice":
        return [replace(pattern, times=3, days_apart=2)]
    if kind == "daily":
        return [replace(pattern, times=7)]
    if kind == "medicines":
        rounds = (Window(450, 540), Window(990, 1080))
        return [replace(pattern, times=7, rounds=rounds, gap_minutes=240.0, slots=(Slot("medicines", 15.0),))]
    window = Window(480, 840)
    if kind == "fortnightly":
        return [replace(pattern, rounds=(window,), every_weeks=2, last_done=-int(random.integers(1, 14)))]
    return [replace(pattern, rounds=(window,), last_done=-int(random.integers(3, 7)))]


def main() -> None:
    """Plans one week and prints a line of what it took and what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=60)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warm_up()
    week = make_week(options.workers, options.people, options.seed)
    began = time.process_time()
    plan = plan_week(week, seconds=options.seconds, seed=options.seed)
    spent = time.process_time() - began
    problem = week_problem(week, plan.chosen)
    seen = faces_seen(problem, plan.plan)
    cost = plan.plan.cost
    assert cost is not None
    limited = {faces.person for faces in week.faces if faces.at_most is not None}
    print(f"workers {options.workers}  people {options.people}  visits {len(problem.visits)}  CPU s {spent:.0f}")
    print(f"left out {len(plan.plan.undone)}  faults {len(check_week(week, plan))}  total {plan.total:.0f}")
    late = sum(stop_late(problem, plan.plan))
    print(f"travel {cost.travel:.0f}  late {cost.lateness:.0f} ({late} slots)  worst {cost.worst_lateness:.0f} minutes")
    print(f"overtime {cost.overtime:.0f}  beyond contract {cost.unpaid:.0f}  new faces {cost.new_face:.0f} slots")
    print(
        f"different people a person sees: {np.mean([len(workers) for workers in seen.values()]):.2f}; "
        f"beyond {FACES_AT_MOST}: {sum(len(seen[p]) > FACES_AT_MOST for p in limited if p in seen)} of {len(limited)}"
    )


def stop_late(problem: Problem, plan: Plan) -> list[bool]:
    """For each slot, whether it starts after its window closes."""
    closes = {visit.id: visit.window.closes for visit in problem.visits}
    return [stop.starts > closes[stop.visit] + 0.01 for stop in plan.assignments]


if __name__ == "__main__":
    main()
