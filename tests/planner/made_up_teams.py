"""Fictitious days of a merged team, made from a seed: the size and shape of the real thing, or small."""

from __future__ import annotations

import numpy as np

from visit_planner import Gap, Problem, Shift, Slot, Visit, Window, Worker

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
            opens = first.window.opens + 270
            wanted.append(
                Visit(second.id, person, second.slots, Window(opens, opens + 120), person=f"person-{person}")
            )
            gaps.append(Gap(first.id, second.id, 240))
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
