"""Fictitious days made from a seed, the size and shape of the real thing or small, for every planner test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from visit_planner import (
    Gap,
    Pin,
    Problem,
    Shift,
    Slot,
    Visit,
    Weights,
    Window,
    Worker,
)

INSTANCES = Path(__file__).resolve().parents[3] / "shared" / "benchmarks" / "hhcrsp"

MINUTES_PER_KILOMETRE = 2.0
EMPLOYERS = ("Council", "NHS trust", "Agency A", "Agency B")


def merged_team(
    *,
    seed: int = 1,
    visits: int = 1200,
    workers: int = 220,
    joint_share: float = 0.10,
    kilometres: float = 18.0,
) -> Problem:
    """About ``visits`` visits to half as many people for ``workers`` people with early, late, day or split shifts."""
    random = np.random.default_rng(seed)
    homes = max(2, visits // 2)
    centres = random.uniform(0.15, 0.85, (6, 2)) * kilometres
    points = centres[random.integers(0, 6, homes + workers)] + random.normal(0, 1.6, (homes + workers, 2))
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    travel = {"car": apart * MINUTES_PER_KILOMETRE, "walk": apart * 12.0}
    team = [_worker(k, homes + k, random) for k in range(workers)]
    wanted, gaps = [], []
    while len(wanted) < visits:
        person = len(wanted) % homes
        wanted.append(_visit(len(wanted), person, joint_share, random))
        if len(wanted) < visits and random.random() < 0.15:
            second = _visit(len(wanted), person, joint_share, random)
            first = wanted[-1]
            opens = min(first.window.opens + 270, 1230)
            wanted.append(Visit(second.id, person, second.slots, Window(opens, opens + 120), person=f"person-{person}"))
            if opens - first.window.opens > 150:
                gaps.append(Gap(first.id, second.id, 240 if opens - first.window.opens > 240 else 120))
    return Problem(tuple(team), tuple(wanted), travel, tuple(gaps))


def _worker(k: int, home: int, random: np.random.Generator) -> Worker:
    kind = random.choice(["early", "late", "day", "split"], p=[0.35, 0.30, 0.15, 0.20])
    hours = {
        "early": [(420, 870)],
        "late": [(840, 1320)],
        "day": [(510, 1020)],
        "split": [(420, 660), (960, 1260)],
    }[str(kind)]
    skills = {"care"}
    employer = EMPLOYERS[int(random.choice(4, p=[0.5, 0.3, 0.1, 0.1]))]
    if employer == "NHS trust":
        skills |= {"nursing"} | ({"therapy"} if random.random() < 0.4 else set())
    elif random.random() < 0.3:
        skills |= {"insulin"}
    if "nursing" in skills:
        skills |= {"insulin"}
    shifts = tuple(Shift(f"{k}-{n}", a, b, home, home) for n, (a, b) in enumerate(hours))
    return Worker(f"worker-{k}", employer, frozenset(skills), shifts, cost_per_hour=14.0)


def _visit(k: int, person: int, joint_share: float, random: np.random.Generator) -> Visit:
    opens = float(random.choice([450, 540, 660, 720, 900, 1000, 1080, 1170]) + random.integers(0, 45))
    skill = str(random.choice(["care", "insulin", "nursing", "therapy"], p=[0.72, 0.12, 0.12, 0.04]))
    if skill == "therapy":
        opens = float(random.integers(540, 840))
    minutes = float(random.choice([15, 20, 30, 45, 60], p=[0.2, 0.2, 0.35, 0.2, 0.05]))
    slots = [Slot(skill, minutes)]
    if random.random() < joint_share:
        slots.append(Slot("care", minutes))
    hard = skill == "insulin" and random.random() < 0.5
    preferred = frozenset(f"worker-{w}" for w in random.integers(0, 220, 4)) if random.random() < 0.3 else frozenset()
    return Visit(
        f"visit-{k}",
        person,
        tuple(slots),
        Window(opens, opens + (60 if hard else 90), hard),
        person=f"person-{person}",
        preferred=preferred,
    )


def on_a_line(places: int, minutes_apart: float = 10.0) -> np.ndarray:
    """Travel between places strung along one road."""
    row = np.arange(places) * minutes_apart
    return np.abs(row[:, None] - row[None])


def random_problem(seed: int) -> Problem:
    """A few visits and workers with every kind of rule, some of them impossible to keep."""
    random = np.random.default_rng(seed)
    places = 6
    travel = random.integers(1, 25, (places, places)).astype(float)
    np.fill_diagonal(travel, 0.0)
    skills = ["care", "nursing", "insulin"]
    workers = []
    for k in range(int(random.integers(2, 6))):
        first = float(random.integers(400, 560))
        shifts = [Shift("a", first, first + float(random.integers(60, 300)), 0, int(random.integers(0, places)))]
        if random.random() < 0.3:
            again = shifts[0].ends + float(random.integers(0, 60))
            shifts.append(Shift("b", again, again + 120, 0, 0, overtime_at_most=0.0))
        has = frozenset(skill for skill in skills if random.random() < 0.7)
        limit = float(random.integers(40, 200)) if random.random() < 0.3 else None
        workers.append(Worker(f"w{k}", "team", has, tuple(shifts), cost_per_hour=12.0 * (k % 2), max_minutes=limit))
    everyone = [worker.id for worker in workers]

    def some(share: float) -> frozenset[str]:
        return frozenset(name for name in everyone if random.random() < share)

    visits = []
    for k in range(int(random.integers(1, 10))):
        opens = float(random.integers(380, 760))
        slots = [
            Slot(
                str(random.choice(skills)),
                float(random.integers(5, 40)),
                some(0.6) if random.random() < 0.2 else None,
            )
            for _ in range(int(random.choice([1, 1, 1, 2, 2, 3])))
        ]
        pinned = (Pin(0, str(random.choice(everyone))),) if random.random() < 0.1 else ()
        visits.append(
            Visit(
                f"v{k}",
                int(random.integers(0, places)),
                tuple(slots),
                Window(opens, opens + float(random.integers(0, 90)), bool(random.random() < 0.3)),
                cost_if_undone=float(random.integers(20, 400)),
                preferred=some(0.3),
                refused=some(0.1),
                pinned=pinned,
            )
        )
    gaps = []
    for _ in range(int(random.integers(0, 4)) if len(visits) > 1 else 0):
        a, b = (visits[int(i)].id for i in random.choice(len(visits), 2, replace=False))
        least = float(random.integers(0, 60))
        most = least + float(random.integers(0, 60)) if random.random() < 0.5 else None
        gaps.append(Gap(a, b, least, most, bool(random.random() < 0.3)))
    weights = Weights(worst_lateness=0.5 * float(random.integers(0, 3)), pay=float(random.integers(0, 2)))
    return Problem(tuple(workers), tuple(visits), {"car": travel}, tuple(gaps), weights)


@pytest.fixture(scope="session")
def make_team():
    return merged_team


@pytest.fixture(scope="session")
def make_random_problem():
    return random_problem


@pytest.fixture(scope="session")
def line():
    return on_a_line


@pytest.fixture(scope="session")
def instances() -> Path:
    """The folder of public instances, which is not part of the project."""
    if not INSTANCES.is_dir():
        pytest.skip(f"public HHCRSP instances are not at {INSTANCES}")
    return INSTANCES
