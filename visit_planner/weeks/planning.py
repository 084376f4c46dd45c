"""The search of a week: days chosen, each planned with what the others leave it, then improved across days."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import visit_planner
from visit_planner.checking import check, cost
from visit_planner.plan import Assignment, Plan
from visit_planner.practice import Faces
from visit_planner.problem import Gap, Problem, Visit, Worker
from visit_planner.weeks.choosing import choose_circles, choose_days, filled
from visit_planner.weeks.week import (
    DAY,
    Pattern,
    Week,
    WeekPlan,
    choices,
    different_faces,
    faces_seen,
    visit_name,
    visits_on,
    week_problem,
)

# Of the effort: for each day in turn, for each again knowing the whole week, and for trying other days.
FIRST, AGAIN, MOVING = 0.55, 0.25, 0.20
# Other days tried for a pattern, the roomiest first, and patterns tried at most.
DAYS_TRIED, PATTERNS_TRIED = 4, 40
# A worker may use up more of their week on one day than its share of their shifts, by this much.
UNEVEN = 1.3


@dataclass
class _State:
    """The days chosen, the plan of each day, and whom each person with a limit of faces should see in the week."""

    chosen: dict[str, tuple[int, ...]]
    plans: list[Plan]
    circles: dict[str, frozenset[str]]


def plan_week(
    week: Week,
    *,
    seconds: float = 60.0,
    iterations: int | None = None,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> WeekPlan:
    """Chooses the days of every pattern and plans all of them.

    Uses about ``seconds`` of this thread's CPU time; with ``iterations`` (moves to try) instead, the same week and
    seed give the same plan on every machine. ``progress`` is given the share done, day by day.

    Raises:
        ValueError: ``seconds`` or ``iterations`` is negative.
    """
    if seconds < 0 or (iterations is not None and iterations < 0):
        raise ValueError("seconds and iterations must be at least 0")
    began = time.thread_time()
    moves = 0

    def search(problem: Problem, share: float, start: Plan | None = None) -> Plan:
        nonlocal moves
        found = visit_planner.solve(
            problem,
            seconds=seconds * share,
            iterations=None if iterations is None else max(1, int(iterations * share)),
            seed=seed,
            start=start,
        )
        moves += found.iterations
        return found

    def told(share: float) -> None:
        if progress is not None:
            progress(share)

    chosen = choose_days(week)
    state = _State(chosen, [Plan(()) for _ in range(week.days)], choose_circles(week, chosen))
    for day in range(week.days):
        state.plans[day] = search(_day_problem(week, state, day), FIRST / week.days)
        told(FIRST * (day + 1) / week.days)
    best = _total(week, state)
    for day in range(week.days):
        again = search(_day_problem(week, state, day), AGAIN / week.days, state.plans[day])
        state, best = _better(week, state, best, {day: again}, state.chosen)
        told(FIRST + AGAIN * (day + 1) / week.days)
    for pattern, days in _worth_moving(week, state)[:PATTERNS_TRIED]:
        if iterations is None and time.thread_time() - began > seconds:
            break
        state, best = _move(week, state, best, pattern, days, search)
    told(1.0)
    plan = _whole(state)
    plan = replace(
        plan,
        cost=cost(week_problem(week, state.chosen), plan),
        iterations=moves,
        cpu_seconds=round(time.thread_time() - began, 3),
        seed=seed,
    )
    return WeekPlan(state.chosen, plan, best)


def _worth_moving(week: Week, state: _State) -> list[tuple[Pattern, list[tuple[int, ...]]]]:
    """Patterns with other days open to them, those left out most first, each with its roomiest other days."""
    room = filled(week, state.chosen)
    undone = {name for plan in state.plans for name in plan.undone}
    late: dict[str, float] = defaultdict(float)
    starts = {stop.visit: stop.starts for plan in state.plans for stop in plan.assignments}
    ranked = []
    for pattern in week.patterns:
        now = state.chosen[pattern.id]
        others = [days for days in choices(week, pattern) if days != now]
        if not now or not others:
            continue
        for day in now:
            for visit in visits_on(pattern, day):
                if visit.id in undone:
                    late[pattern.id] += visit.cost_if_undone
                else:
                    late[pattern.id] += max(0.0, starts.get(visit.id, 0.0) - visit.window.closes)
        room.add(pattern, now, -1)
        others.sort(key=lambda days: room.price(pattern, days))
        room.add(pattern, now, 1)
        if late[pattern.id] > 0:
            ranked.append((-late[pattern.id], pattern.id, pattern, others[:DAYS_TRIED]))
    ranked.sort(key=lambda row: row[:2])
    return [(pattern, others) for _, _, pattern, others in ranked]


def _move(
    week: Week,
    state: _State,
    best: float,
    pattern: Pattern,
    others: list[tuple[int, ...]],
    search: Callable[[Problem, float, Plan | None], Plan],
) -> tuple[_State, float]:
    """Tries a pattern on other days, planning again only the days that change, and keeps what costs less."""
    share = MOVING / PATTERNS_TRIED / DAYS_TRIED
    for days in others:
        now = state.chosen[pattern.id]
        chosen = {**state.chosen, pattern.id: days}
        touched = sorted(set(now) ^ set(days))
        tried = _State(chosen, list(state.plans), state.circles)
        for day in touched:
            gone = {visit_name(pattern, day, number) for number in range(len(pattern.rounds))}
            kept = tried.plans[day]
            tried.plans[day] = replace(
                kept,
                assignments=tuple(stop for stop in kept.assignments if stop.visit not in gone),
                undone=tuple(name for name in kept.undone if name not in gone),
            )
        for day in touched:
            tried.plans[day] = search(_day_problem(week, tried, day), share / len(touched), tried.plans[day])
        state, best = _better(week, state, best, {day: tried.plans[day] for day in touched}, chosen)
        if state.chosen is chosen:
            break
    return state, best


def _better(
    week: Week, state: _State, best: float, plans: dict[int, Plan], chosen: dict[str, tuple[int, ...]]
) -> tuple[_State, float]:
    """The state with these days' plans in it where that costs less and breaks nothing, else as it was."""
    new = _State(chosen, [plans.get(day, plan) for day, plan in enumerate(state.plans)], state.circles)
    total = _total(week, new)
    if total < best - 1e-6 and not check(week_problem(week, chosen), _whole(new)):
        return new, total
    return state, best


def _total(week: Week, state: _State) -> float:
    problem, plan = week_problem(week, state.chosen), _whole(state)
    return week_total(week, problem, plan)


def week_total(week: Week, problem: Problem, plan: Plan) -> float:
    """Cost of a week's plan with what different faces cost."""
    return cost(problem, plan).total + week.same_face * different_faces(week, faces_seen(problem, plan))


def _whole(state: _State) -> Plan:
    return Plan(
        tuple(stop for plan in state.plans for stop in plan.assignments),
        tuple(name for plan in state.plans for name in plan.undone),
    )


def day_problem_of(week: Week, plan: WeekPlan, day: int) -> Problem:
    """One day of a planned week as its search saw it last: with what the other days leave it."""
    plans = [Plan(()) for _ in range(week.days)]
    for pattern in week.patterns:
        for on in plan.chosen.get(pattern.id, ()):
            names = {visit_name(pattern, on, number) for number in range(len(pattern.rounds))}
            mine = tuple(stop for stop in plan.plan.assignments if stop.visit in names)
            plans[on] = replace(plans[on], assignments=plans[on].assignments + mine)
    chosen = {pattern.id: plan.chosen.get(pattern.id, ()) for pattern in week.patterns}
    return _day_problem(week, _State(chosen, plans, {}), day)


def _day_problem(week: Week, state: _State, day: int) -> Problem:
    """One day with what the others leave it: rest, hours, faces, and the spacing from the day before."""
    mine = [pattern for pattern in week.patterns if day in state.chosen[pattern.id]]
    visits: list[Visit] = []
    gaps: list[Gap] = []
    starts = {stop.visit: stop.starts for plan in state.plans for stop in plan.assignments}
    for pattern in mine:
        today = visits_on(pattern, day)
        if pattern.gap_minutes:
            before = starts.get(visit_name(pattern, day - 1, len(pattern.rounds) - 1))
            if before is not None and before + pattern.gap_minutes > today[0].window.opens:
                opens = before + pattern.gap_minutes
                window = replace(today[0].window, opens=opens, closes=max(opens, today[0].window.closes))
                today[0] = replace(today[0], window=window)
            names = [visit.id for visit in today]
            gaps += [Gap(one, two, pattern.gap_minutes) for one, two in pairwise(names)]
        visits += today
    return Problem(
        workers=tuple(_workers_of_the_day(week, state, day)),
        visits=tuple(visits),
        travel=week.travel,
        gaps=tuple(gaps),
        weights=week.weights,
        faces=tuple(_faces_of_the_day(week, state, day)),
    )


def _faces_of_the_day(week: Week, state: _State, day: int) -> list[Faces]:
    """Whom each person knows on a day: whoever comes on another day of the week is known by then, or will be."""
    person_of = {
        visit_name(pattern, on, number): pattern.person
        for pattern in week.patterns
        for on in state.chosen[pattern.id]
        for number in range(len(pattern.rounds))
    }
    seen: dict[str, set[str]] = defaultdict(set)
    for on, plan in enumerate(state.plans):
        if on != day:
            for stop in plan.assignments:
                seen[person_of[stop.visit]].add(stop.worker)
    given = {faces.person: faces for faces in week.faces}
    faces = []
    for person in sorted(given.keys() | seen.keys()):
        one = given.get(person, Faces(person))
        here = one.this_week | seen[person] | state.circles.get(person, frozenset())
        at_most = None if one.at_most is None else max(one.at_most, len(here))
        faces.append(replace(one, known=one.known | seen[person], this_week=here, at_most=at_most))
    return faces


def _workers_of_the_day(week: Week, state: _State, day: int) -> list[Worker]:
    used = _use(week, state)
    workers = []
    for worker in week.workers:
        today = [shift for shift in worker.shifts if shift.starts // DAY == day]
        if not today:
            continue
        before = [until for on, (_, until) in used.get(worker.id, {}).items() if on < day]
        after = [shift for shift in worker.shifts if shift.starts // DAY > day]
        following = min(after, key=lambda shift: shift.starts, default=None)
        workers.append(
            replace(
                worker,
                shifts=tuple(today),
                worked_until=max(before, default=worker.worked_until),
                works_again=_begins_again(worker, following),
                max_minutes=_left(worker.max_minutes, worker, day, used),
                paid_minutes=_left(worker.paid_minutes, worker, day, used),
            )
        )
    return workers


def _begins_again(worker: Worker, following: visit_planner.Shift | None) -> float | None:
    if following is None:
        return worker.works_again
    # no rest is owed before the later part of a split day: only its start counts
    return following.starts + (worker.rest_minutes if following.continues else 0.0)


def _left(
    minutes: float | None, worker: Worker, day: int, used: dict[str, dict[int, tuple[float, float]]]
) -> float | None:
    """What is left of a worker's minutes for a day: its share of what other days have not used."""
    if minutes is None:
        return None
    others = used.get(worker.id, {})
    left = max(0.0, minutes - sum(spent for on, (spent, _) in others.items() if on != day))
    length = dict.fromkeys(range(day, int(max(shift.starts for shift in worker.shifts) // DAY) + 1), 0.0)
    for shift in worker.shifts:
        if shift.starts // DAY >= day:
            length[int(shift.starts // DAY)] += max(0.0, min(shift.ends, shift.starts + DAY) - shift.starts)
    # of days already planned the use is known; the rest is shared out among those that are not
    still = sum(length[on] for on in length if on == day or on not in others)
    share = min(1.0, UNEVEN * length[day] / still) if still > 0 else 1.0
    return left * share


def _use(week: Week, state: _State) -> dict[str, dict[int, tuple[float, float]]]:
    """Worker -> day -> minutes of visits and travel, and when they were back."""
    place = {
        visit_name(pattern, day, number): pattern.place
        for pattern in week.patterns
        for day in state.chosen[pattern.id]
        for number in range(len(pattern.rounds))
    }
    workers = {worker.id: worker for worker in week.workers}
    used: dict[str, dict[int, tuple[float, float]]] = defaultdict(dict)
    for day, plan in enumerate(state.plans):
        routes: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
        for stop in plan.assignments:
            routes[stop.worker, stop.shift].append(stop)
        for (name, shift_id), stops in routes.items():
            worker = workers[name]
            shift = next(shift for shift in worker.shifts if shift.id == shift_id)
            last = max(stops, key=lambda stop: stop.starts)
            back = max(0.0, float(week.travel[worker.mode][place[last.visit]][shift.end_place]))
            minutes = sum(stop.ends - stop.starts + stop.travel_before for stop in stops) + back
            before, until = used[name].get(day, (0.0, last.ends + back))
            used[name][day] = (before + minutes, max(until, last.ends + back))
    return used
