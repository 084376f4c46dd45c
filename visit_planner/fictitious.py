"""Large fictitious places, made from a seed: towns, people visited several times a day, staff of several employers.

For measuring and for tests; nobody in them exists. Shares and hours are those of a merged team as the sources of this
project describe one (one visit in five by two people, split shifts, nurses beside home care); density does not change
with size, so that a place twice as large is twice the area.
"""

from __future__ import annotations

import numpy as np

from visit_planner.problem import Gap, Problem, Shift, Slot, Visit, Window, Worker
from visit_planner.travel import OnDemand

# Local assumptions, all of them: what the shape of a place is made of.
VISITS_A_SQUARE_KILOMETRE = 8.0
TOWN_SPREAD_KM = 1.6
VISITS_A_TOWN = 250
SHARE_BETWEEN_TOWNS = 0.12
JOINT_SHARE = 0.2
CALLS_A_DAY = ((1, 0.45), (2, 0.25), (3, 0.10), (4, 0.20))
CALL_TIMES = {1: (555.0,), 2: (480.0, 1140.0), 3: (480.0, 735.0, 1110.0), 4: (465.0, 735.0, 990.0, 1185.0)}
MINUTES = ((15, 0.25), (20, 0.15), (30, 0.40), (45, 0.15), (60, 0.05))
HOURS = {
    "early": ((420.0, 870.0),),
    "late": ((840.0, 1320.0),),
    "day": ((510.0, 1020.0),),
    "split": ((420.0, 660.0), (960.0, 1290.0)),
}
SHARE_OF_HOURS = {"early": 0.40, "late": 0.25, "day": 0.10, "split": 0.25}
FACES_KNOWN = 4
KILOMETRES_A_DEGREE = 111.2
CENTRE = (53.0, -1.5)


def large_place(*, visits: int, workers: int, seed: int = 1) -> Problem:
    """A day of ``visits`` visits for ``workers`` workers; the same for the same numbers, on every machine.

    Travel is worked out on demand: nothing in it grows with the square of its size.
    """
    random = np.random.default_rng(seed)
    side = float(np.sqrt(visits / VISITS_A_SQUARE_KILOMETRE))
    towns = random.uniform(0.08, 0.92, (max(1, round(visits / VISITS_A_TOWN)), 2)) * side
    share = random.pareto(1.5, len(towns)) + 0.5
    share /= share.sum()

    def somewhere(count: int) -> np.ndarray:
        near_town = towns[random.choice(len(towns), count, p=share)] + random.normal(0, TOWN_SPREAD_KM, (count, 2))
        anywhere = random.uniform(0, side, (count, 2))
        return np.where(random.random((count, 1)) < SHARE_BETWEEN_TOWNS, anywhere, near_town).clip(0, side)

    calls: list[int] = []
    while sum(calls) < visits:
        calls.append(int(random.choice([n for n, _ in CALLS_A_DAY], p=[p for _, p in CALLS_A_DAY])))
    calls[-1] -= sum(calls) - visits
    people = len(calls)
    kilometres = np.concatenate([somewhere(people), somewhere(workers)])
    team = tuple(_worker(k, people + k, random) for k in range(workers))
    wanted: list[Visit] = []
    gaps: list[Gap] = []
    carers = np.array([k for k, worker in enumerate(team) if "care" in worker.skills], dtype=int)
    for person, count in enumerate(calls):
        mine = kilometres[people + carers] - kilometres[person]
        nearest = carers[np.argsort((mine**2).sum(1), kind="stable")[:24]]
        _add_calls(wanted, gaps, person, count, [team[k].id for k in nearest], random)
    points = np.array(CENTRE) + kilometres / (KILOMETRES_A_DEGREE, KILOMETRES_A_DEGREE * np.cos(np.radians(CENTRE[0])))
    travel = {mode: OnDemand(points, mode, whole_minutes=True) for mode in ("car", "bike")}
    return Problem(team, tuple(wanted), travel, tuple(gaps))


def _worker(k: int, home: int, random: np.random.Generator) -> Worker:
    kind = str(random.choice(list(SHARE_OF_HOURS), p=list(SHARE_OF_HOURS.values())))
    employer, skills = "Home care", {"care"}
    dice = random.random()
    if dice < 0.14:
        employer, skills = "NHS trust", {"nursing", "insulin"}
    elif dice < 0.20:
        employer, skills = "NHS trust", {"therapy"}
    elif dice < 0.58:
        employer = "Council"
    if "care" in skills and random.random() < 0.40:
        skills.add("insulin")  # delegated by a registered nurse and signed off
    return Worker(
        f"worker-{k}",
        employer,
        frozenset(skills),
        tuple(Shift(f"{k}-{n}", a, b, home, home) for n, (a, b) in enumerate(HOURS[kind])),
        mode="bike" if random.random() < 0.08 else "car",
    )


def _add_calls(
    wanted: list[Visit], gaps: list[Gap], person: int, count: int, near: list[str], random: np.random.Generator
) -> None:
    is_joint = random.random() < JOINT_SHARE
    chosen = random.choice(near, min(FACES_KNOWN, len(near)), replace=False) if near else ()
    faces = frozenset(str(name) for name in chosen)
    is_known = bool(random.random() < 0.3)
    shift = float(random.integers(-30, 75))
    for number, usual in enumerate(CALL_TIMES[count] if count else ()):
        skill = "care"
        dice = random.random()
        if count == 1 and dice < 0.30:
            skill = "nursing"
        elif count == 1 and dice < 0.40:
            skill = "therapy"
        elif number in (0, count - 1) and dice > 0.88:
            skill = "insulin"
        opens = usual + shift + float(random.integers(-15, 16))
        if skill in ("nursing", "therapy"):
            opens = float(random.integers(540, 960))
        minutes = float(random.choice([n for n, _ in MINUTES], p=[p for _, p in MINUTES]))
        hard = skill == "insulin"
        slots = [Slot(skill, minutes)]
        if is_joint and skill != "therapy":
            slots.append(Slot("care", minutes))
        wanted.append(
            Visit(
                f"visit-{len(wanted)}",
                person,
                tuple(slots),
                Window(opens, opens + (60.0 if hard else 90.0), hard),
                person=f"person-{person}",
                preferred=faces if is_known and skill in ("care", "insulin") else frozenset(),
            )
        )
        if number and skill in ("care", "insulin") and random.random() < 0.25:
            # medicine four hours apart where the day allows it, two where it does not
            apart = opens - wanted[-2].window.opens
            if apart > 150:
                gaps.append(Gap(wanted[-2].id, wanted[-1].id, 240.0 if apart > 240 else 120.0))
