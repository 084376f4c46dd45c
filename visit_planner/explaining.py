"""Why this worker and why then, for every assignment; why not, and what would help, for every visit left out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from visit_planner.checking import check, clock
from visit_planner.coming import Offer, Ranking, rank_on
from visit_planner.explaining_practice import (
    at_the_clinic,
    never_in_company,
    nobody_may_come,
    nobody_of_level,
    suits,
)
from visit_planner.plan import Assignment, BreakTaken, Fault, Plan
from visit_planner.practice import Faces, has_level_during, may_come
from visit_planner.problem import Problem, Shift, Visit, Worker
from visit_planner.pushing import Day
from visit_planner.remedies import Remedy, remedies_on
from visit_planner.search import make_ready, priced_alternatives
from visit_planner.travel import TravelTable

# Below half a minute nobody would notice the difference.
_SLACK = 0.5
# Teams asked whether it is only the way that makes them late.
_TEAMS_LOOKED_AT = 40
NOTHING_SMALLER = "No change of one shift, sign-off or time would place it."


@dataclass(frozen=True, slots=True)
class WhyThisWorker:
    """One assignment in a sentence, and the figures it rests on.

    ``minutes_added``: travel the visit adds to the worker's day. ``next_best``: who else, None when nobody;
    ``next_best_extra``: what they would cost more, in the problem's cost unit (minutes of travel).
    """

    visit: str
    slot: int
    worker: str
    sentence: str
    minutes_added: float
    next_best: str | None
    next_best_extra: float | None


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a visit is left out. ``code`` is stable; ``nearest``: the least that would make it possible, in a sentence.

    ``remedies``: that smallest set of changes, and others of a different kind.
    """

    visit: str
    code: str
    sentence: str
    nearest: str
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanations:
    assignments: dict[tuple[str, int], WhyThisWorker]
    undone: dict[str, WhyNot]
    attending: dict[str, str] = field(default_factory=dict)


class _Names(dict[str, str]):
    """What to call a worker or a visit: its id where nothing better is known."""

    def __missing__(self, key: str) -> str:
        return key


def explain(problem: Problem, plan: Plan, *, names: Mapping[str, str] | None = None) -> Explanations:
    """A sentence for every assignment and every visit left out, computed from the plan as it stands.

    ``names``: what to call workers, visits and skills in sentences, by id; ids are used for the rest.
    """
    called = _Names(names or {})
    taken = Counter(place.clinic for place in plan.attending)
    visits = {visit.id: visit for visit in problem.visits}
    return Explanations(
        _why_these(problem, plan, called),
        _why_not_those(problem, plan, set(plan.undone), called),
        {
            place.visit: at_the_clinic(
                problem, visits[place.visit], place.clinic, taken[place.clinic], called.__getitem__
            )
            for place in plan.attending
        },
    )


def why_undone(problem: Problem, plan: Plan, visit_id: str, *, names: Mapping[str, str] | None = None) -> WhyNot:
    """Why one visit that the plan leaves out has no room, as ``explain`` says it of all of them.

    Raises:
        KeyError: the plan does not leave such a visit of the problem out.
    """
    found = _why_not_those(problem, plan, {visit_id} & set(plan.undone), _Names(names or {}))
    if visit_id not in found:
        raise KeyError(f"the plan leaves no visit {visit_id!r} of the problem out")
    return found[visit_id]


def _why_these(problem: Problem, plan: Plan, called: _Names) -> dict[tuple[str, int], WhyThisWorker]:
    priced = priced_alternatives(problem, plan)
    visits = {visit.id: visit for visit in problem.visits}
    workers = {worker.id: worker for worker in problem.workers}
    shifts = {(worker.id, shift.id): shift for worker in problem.workers for shift in worker.shifts}
    routes: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
    together: dict[str, list[Assignment]] = defaultdict(list)
    for stop in plan.assignments:
        routes[stop.worker, stop.shift].append(stop)
        together[stop.visit].append(stop)
    breaks: dict[tuple[str, str], list[BreakTaken]] = defaultdict(list)
    for taken in plan.breaks:
        breaks[taken.worker, taken.shift].append(taken)
    follows = _follows(problem, together, called)
    faces: dict[str | None, Faces] = {one.person: one for one in problem.faces}
    explained = {}
    for key, stops in routes.items():
        stops.sort(key=lambda stop: stop.starts)
        worker, shift = workers[key[0]], shifts[key]
        ways = problem.travel[worker.mode]
        places = [shift.start_place, *(visits[stop.visit].place for stop in stops), shift.end_place]
        for k, stop in enumerate(stops):
            added = _minutes_added(ways, places[k : k + 3], alone=len(stops) == 1)
            here, elsewhere, other = priced.get((stop.visit, stop.slot), (math.inf, math.inf, None))
            extra = elsewhere - here if other is not None and math.isfinite(here) else None
            partners = [mate.worker for mate in together[stop.visit] if mate.worker != stop.worker]
            before = stops[k - 1] if k else None
            rested = any(
                (before is None or taken.starts > before.starts) and taken.starts < stop.starts for taken in breaks[key]
            )
            parts = [
                _who(visits[stop.visit], stop, worker, suits(faces, visits[stop.visit], worker), added, called),
                _instead_of(visits[stop.visit], stop, other, extra, called),
                _when(visits[stop.visit], stop, before, partners, called, is_after_break=rested),
            ]
            if partners:
                parts.append(f"together with {' and '.join(called[name] for name in partners)}")
            explained[stop.visit, stop.slot] = WhyThisWorker(
                visit=stop.visit,
                slot=stop.slot,
                worker=stop.worker,
                sentence="; ".join([*(part for part in parts if part), *follows[stop.visit]]) + ".",
                minutes_added=added,
                next_best=other,
                next_best_extra=extra,
            )
    return explained


def _follows(problem: Problem, together: dict[str, list[Assignment]], called: _Names) -> defaultdict[str, list[str]]:
    follows: defaultdict[str, list[str]] = defaultdict(list)
    for gap in problem.gaps:
        if gap.first in together and gap.second in together:
            at = clock(together[gap.first][0].starts)
            follows[gap.second].append(
                f"it has to come at least {gap.at_least:.0f} minutes after {called[gap.first]} (at {at})"
            )
    return follows


def _minutes_added(ways: np.ndarray | TravelTable, places: list[int], *, alone: bool) -> float:
    before, here, after = places
    straight = 0.0 if alone else max(0.0, float(ways[before][after]))
    return max(0.0, float(ways[before][here])) + max(0.0, float(ways[here][after])) - straight


def _fixed(visit: Visit, stop: Assignment) -> str | None:
    pin = next((pin for pin in visit.pinned if pin.slot == stop.slot), None)
    if pin is None:
        return None
    return "worker" if pin.starts is None else "worker and time"


def _who(visit: Visit, stop: Assignment, worker: Worker, suited: str, added: float, called: _Names) -> str:
    if _fixed(visit, stop) == "worker and time":
        return f"{called[worker.id]} at {clock(stop.starts)}: already started, done or promised, so it stays as it is"
    slot = visit.slots[stop.slot]
    able = "is signed off for" if slot.allowed is not None else "has the skill"
    minutes = f"{added:.0f} minute{'' if round(added) == 1 else 's'}"
    return (
        f"{called[worker.id]} ({worker.employer}) {able} {called[slot.skill]}{suited} and adds {minutes} of travel here"
    )


def _instead_of(visit: Visit, stop: Assignment, other: str | None, extra: float | None, called: _Names) -> str:
    fixed = _fixed(visit, stop)
    if fixed:
        return "was chosen by hand" if fixed == "worker" else ""
    if other is None:
        return "nobody else on shift could do it then"
    if extra is not None and extra > _SLACK:
        return f"the next best, {called[other]}, would cost {extra:.0f} more"
    return f"{called[other]} would do as well"


def _when(
    visit: Visit,
    stop: Assignment,
    before: Assignment | None,
    partners: list[str],
    called: _Names,
    *,
    is_after_break: bool,
) -> str:
    if _fixed(visit, stop) == "worker and time":
        return ""
    late = stop.starts - visit.window.closes
    if late > _SLACK:
        return f"it starts at {clock(stop.starts)}, {late:.0f} minutes after its window closes"
    if stop.starts - visit.window.opens <= _SLACK:
        return f"it starts at {clock(stop.starts)}, as soon as its window opens"
    if stop.waits_before > _SLACK and partners:
        cause = "because it waits for the partner"
    elif is_after_break:
        cause = "after the break"
    elif stop.waits_before > _SLACK:
        cause = "because of the spacing it needs"
    elif before is not None:
        cause = f"after {called[before.visit]} and the way there"
    else:
        cause = "the earliest the shift allows"
    return f"it starts at {clock(stop.starts)}, {cause}, inside its window"


def _why_not_those(problem: Problem, plan: Plan, undone: set[str], called: _Names) -> dict[str, WhyNot]:
    wanted = [visit for visit in problem.visits if visit.id in undone]
    if not wanted:
        return {}
    make_ready()
    day, known = Day(problem, plan), check(problem, plan)
    return {visit.id: _why_not(day, visit, known, called) for visit in wanted}


def _why_not(day: Day, visit: Visit, known: list[Fault], called: _Names) -> WhyNot:
    code, sentence = _reason(day, visit, called)
    found = tuple(remedies_on(day, visit, called, known=known))
    alone = never_in_company(day.problem, visit)
    nothing = NOTHING_SMALLER if alone is None else alone[2]
    return WhyNot(visit.id, code, sentence, found[0].sentence if found else nothing, found)


def _reason(day: Day, visit: Visit, called: _Names) -> tuple[str, str]:
    problem = day.problem
    alone = never_in_company(problem, visit)
    if alone is not None:
        return alone[:2]
    qualified = [
        [worker for worker in problem.workers if _qualified(worker, visit, number)]
        for number in range(len(visit.slots))
    ]
    for number, workers in enumerate(qualified):
        reason = _nobody_may(problem, visit, number, workers, called)
        if reason is None and not any(_on_shift(shift, visit, number) for worker in workers for shift in worker.shifts):
            reason = "nobody_on_shift", _off_shift(visit, number, workers, called)
        if reason is not None:
            return reason
    if len({worker.id for workers in qualified for worker in workers}) < len(visit.slots):
        return "too_few_for_joint", f"It needs {len(visit.slots)} workers together and fewer are qualified."
    return _no_room(day, visit, called)


def _qualified(worker: Worker, visit: Visit, number: int) -> bool:
    slot = visit.slots[number]
    pinned = next((pin.worker for pin in visit.pinned if pin.slot == number), worker.id)
    return (
        slot.skill in worker.skills
        and (slot.allowed is None or worker.id in slot.allowed)
        and worker.id not in visit.refused
        and pinned == worker.id
        and may_come(worker, visit)
        and has_level_during(worker, slot, visit.window.opens, visit.window.opens + slot.minutes)
    )


def _on_shift(shift: Shift, visit: Visit, number: int) -> bool:
    done = visit.window.opens + visit.slots[number].minutes
    return shift.ends + shift.overtime_at_most >= done and (
        not visit.window.hard or shift.starts <= visit.window.closes
    )


def _nobody_may(
    problem: Problem, visit: Visit, number: int, qualified: list[Worker], called: _Names
) -> tuple[str, str] | None:
    if qualified:
        return None
    slot = visit.slots[number]
    skill = called[slot.skill]
    skilled = [worker for worker in problem.workers if slot.skill in worker.skills]
    if not skilled:
        return "nobody_has_skill", f"Nobody in today's team has the skill {skill}."
    signed = [worker for worker in skilled if slot.allowed is None or worker.id in slot.allowed]
    if not signed:
        text = f"{len(skilled)} workers have the skill {skill}, but none is signed off for this visit."
        return "nobody_signed_off", text
    of_level = nobody_of_level(visit, number, signed, called.__getitem__)
    if of_level is not None:
        return of_level[:2]
    if all(worker.id in visit.refused for worker in signed):
        return "all_refused", f"Everybody who could do it ({len(signed)}) may not be sent to this person."
    come = nobody_may_come(visit, [one for one in signed if one.id not in visit.refused], called.__getitem__)
    if come is not None:
        return come[:2]
    chosen = next((pin.worker for pin in visit.pinned if pin.slot == number), None)
    if chosen is None:
        return "nobody_of_level", f"Nobody who may come has {skill} at the level and for the time it takes."
    return "chosen_worker_cannot", f"It was fixed to {called[chosen]}, who may not do {skill} here."


def _off_shift(visit: Visit, number: int, workers: list[Worker], called: _Names) -> str:
    slot = visit.slots[number]
    wanted = f"between {clock(visit.window.opens)} and {clock(visit.window.closes)}"
    able = "signed off for this visit" if slot.allowed is not None else f"with {called[slot.skill]}"
    shifts = [shift for worker in workers for shift in worker.shifts]
    later = [shift.starts for shift in shifts if shift.starts > visit.window.closes]
    earlier = [shift.ends for shift in shifts if shift.ends < visit.window.opens + slot.minutes]
    if later:
        return f"Nobody {able} is on shift until {clock(min(later))}; it is wanted {wanted}."
    if earlier:
        return f"Nobody {able} is on shift after {clock(max(earlier))}; it is wanted {wanted}."
    return f"Nobody {able} is on shift today."


def _no_room(day: Day, visit: Visit, called: _Names) -> tuple[str, str]:
    teams = rank_on(day, visit, called)
    if not len(teams):
        return (
            "no_room",
            "Everybody qualified is taken: it fits nowhere without breaking a fixed time or a shift's end.",
        )
    first = teams[0]
    over = first.starts - visit.window.closes
    if visit.window.hard and over > _SLACK:
        return _too_late(first, teams, visit, over, called)
    cheapest = teams[int(np.argmin(teams.costs))]
    names = " and ".join(called[name] for name in cheapest.workers)
    late = [delay for delay in cheapest.delays if delay.late > _SLACK]
    if late:
        visits = f"{len(late)} other visit{'' if len(late) == 1 else 's'}"
        consequence = f"would make {visits} late by up to {max(delay.late for delay in late):.0f} minutes"
    else:
        consequence = f"would add up to {sum(cheapest.travel):.0f} minutes of travel"
    return (
        "costs_more_than_leaving_out",
        f"{names} could come at {clock(cheapest.starts)}, but that {consequence}: a cost of {cheapest.cost:.0f}, "
        f"against {visit.cost_if_undone:.0f} for leaving it out.",
    )


def _too_late(first: Offer, teams: Ranking, visit: Visit, over: float, called: _Names) -> tuple[str, str]:
    names = " and ".join(called[name] for name in first.workers)
    ways = " and ".join(f"{minutes:.0f}" for minutes in first.travel)
    # With no way to travel, would any team have been in time?
    is_far = all(max(team.travel) >= team.starts - visit.window.closes for team in teams[:_TEAMS_LOOKED_AT])
    code = "too_far" if is_far else "no_room"
    text = (
        f"The nearest who are free, {names}, are {ways} minutes away"
        if is_far
        else f"Nobody qualified is free between {clock(visit.window.opens)} and {clock(visit.window.closes)}"
    )
    return code, f"{text}; the earliest start is {clock(first.starts)}, {over:.0f} minutes after its window."


__all__ = ["Explanations", "WhyNot", "WhyThisWorker", "explain"]
