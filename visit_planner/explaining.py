"""Why this worker and why then, for every assignment; why not, and what would help, for every visit left out."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from visit_planner.checking import clock
from visit_planner.coming import Offer, who_can_come
from visit_planner.plan import Assignment, Plan
from visit_planner.problem import Problem, Visit, Worker
from visit_planner.search import priced_alternatives

_SLACK = 0.5


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
    """Why a visit is left out. ``code`` is stable; ``nearest``: the least that would make it possible."""

    visit: str
    code: str
    sentence: str
    nearest: str


@dataclass(frozen=True, slots=True)
class Explanations:
    assignments: dict[tuple[str, int], WhyThisWorker]
    undone: dict[str, WhyNot]


def explain(problem: Problem, plan: Plan) -> Explanations:
    """A sentence for every assignment and every visit left out, computed from the plan as it stands."""
    priced = priced_alternatives(problem, plan)
    visits = {visit.id: visit for visit in problem.visits}
    workers = {worker.id: worker for worker in problem.workers}
    routes: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
    partners: dict[str, list[Assignment]] = defaultdict(list)
    for stop in plan.assignments:
        routes[stop.worker, stop.shift].append(stop)
        partners[stop.visit].append(stop)
    gaps: dict[str, list[str]] = defaultdict(list)
    for gap in problem.gaps:
        if gap.first in partners and gap.second in partners:
            gaps[gap.second].append(
                f"it follows {gap.first} (at {clock(partners[gap.first][0].starts)}) by at least {gap.at_least:.0f} minutes"
            )
    shift_places = {(w.id, s.id): (s.start_place, s.end_place) for w in problem.workers for s in w.shifts}
    explained = {}
    for key, stops in routes.items():
        stops.sort(key=lambda stop: stop.starts)
        worker = workers[key[0]]
        ways = problem.travel[worker.mode]
        start_place, end_place = shift_places[key]
        places = [start_place, *(visits[s.visit].place for s in stops), end_place]
        for k, stop in enumerate(stops):
            a, b, c = places[k], places[k + 1], places[k + 2]
            straight = max(0.0, float(ways[a][c])) if len(stops) > 1 else 0.0
            added = max(0.0, float(ways[a][b])) + max(0.0, float(ways[b][c])) - straight
            here, other, other_worker = priced.get((stop.visit, stop.slot), (math.inf, math.inf, None))
            extra = other - here if other_worker is not None and math.isfinite(here) else None
            visit = visits[stop.visit]
            others = [p.worker for p in partners[stop.visit] if p.worker != stop.worker]
            explained[stop.visit, stop.slot] = WhyThisWorker(
                visit=stop.visit,
                slot=stop.slot,
                worker=stop.worker,
                sentence=_assignment_sentence(
                    visit, stop, worker, added, other_worker, extra, others, gaps[stop.visit],
                    stops[k - 1] if k else None,
                ),
                minutes_added=added,
                next_best=other_worker,
                next_best_extra=extra,
            )  # fmt: skip
    undone = {name: _why_not(problem, plan, visits[name], workers) for name in plan.undone if name in visits}
    return Explanations(explained, undone)


def _assignment_sentence(
    visit: Visit,
    stop: Assignment,
    worker: Worker,
    added: float,
    other: str | None,
    extra: float | None,
    partners: list[str],
    gaps: list[str],
    before: Assignment | None,
) -> str:
    slot = visit.slots[stop.slot]
    pin = next((pin for pin in visit.pinned if pin.slot == stop.slot), None)
    if pin is not None and pin.starts is not None:
        return f"{worker.id} at {clock(stop.starts)}: already started, done or promised, so it is kept as it is."
    trained = "is signed off for" if slot.allowed is not None else "has the skill"
    known = ", is a familiar face" if visit.preferred and worker.id in visit.preferred else ""
    who = f"{worker.id} ({worker.employer}) {trained} {slot.skill}{known} and"
    parts = [f"{who} adds {added:.0f} minutes of travel here"]
    if pin is not None:
        parts.append("was chosen by hand")
    elif other is None:
        parts.append("nobody else on shift could do it then")
    elif extra is not None and extra > _SLACK:
        parts.append(f"the next best, {other}, would cost {extra:.0f} more")
    elif extra is not None:
        parts.append(f"{other} would do as well")
    late = stop.starts - visit.window.closes
    if late > _SLACK:
        parts.append(f"it starts at {clock(stop.starts)}, {late:.0f} minutes after its window closes")
    elif stop.starts - visit.window.opens <= _SLACK:
        parts.append(f"it starts at {clock(stop.starts)}, as soon as its window opens")
    else:
        cause = f" after {before.visit} and the way there" if before is not None else ", the earliest the shift allows"
        if stop.waits_before > _SLACK:
            cause = " because it waits for the partner" if partners else " because of the spacing it needs"
        parts.append(f"it starts at {clock(stop.starts)}{cause}, inside its window")
    if partners:
        parts.append(f"together with {' and '.join(partners)}")
    return "; ".join(parts + gaps) + "."


def _why_not(problem: Problem, plan: Plan, visit: Visit, workers: dict[str, Worker]) -> WhyNot:
    for number, slot in enumerate(visit.slots):
        reason = _nobody_may(visit, number, problem)
        if reason:
            return WhyNot(visit.id, *reason)
        on_shift = [
            shift
            for worker in problem.workers
            if _qualified(worker, visit, number)
            for shift in worker.shifts
            if shift.ends >= visit.window.opens + slot.minutes
            and (not visit.window.hard or shift.starts <= visit.window.closes)
        ]
        if not on_shift:
            return WhyNot(visit.id, "nobody_on_shift", *_off_shift(visit, number, problem))
    return WhyNot(visit.id, *_no_room(problem, plan, visit))


def _qualified(worker: Worker, visit: Visit, number: int) -> bool:
    slot = visit.slots[number]
    pinned = next((pin.worker for pin in visit.pinned if pin.slot == number), worker.id)
    return (
        slot.skill in worker.skills
        and (slot.allowed is None or worker.id in slot.allowed)
        and worker.id not in visit.refused
        and pinned == worker.id
    )


def _nobody_may(visit: Visit, number: int, problem: Problem) -> tuple[str, str, str] | None:
    slot = visit.slots[number]
    skilled = [worker for worker in problem.workers if slot.skill in worker.skills]
    if not skilled:
        return (
            "nobody_has_skill",
            f"Nobody in today's team has the skill {slot.skill}.",
            f"One worker with {slot.skill} on shift would make it possible.",
        )
    signed = [worker for worker in skilled if slot.allowed is None or worker.id in slot.allowed]
    if not signed:
        name = skilled[0].id
        return (
            "nobody_signed_off",
            f"{len(skilled)} workers have the skill {slot.skill}, but none is signed off for this visit.",
            f"Signing off one of them, such as {name}, would make it possible.",
        )
    willing = [worker for worker in signed if worker.id not in visit.refused]
    if not willing:
        return (
            "all_refused",
            f"Everybody who could do it ({len(signed)}) may not be sent to this person.",
            f"Lifting it for one of them, such as {signed[0].id}, would make it possible.",
        )
    pin = next((pin for pin in visit.pinned if pin.slot == number), None)
    if pin is not None and not any(worker.id == pin.worker and worker.shifts for worker in willing):
        return (
            "chosen_worker_cannot",
            f"It was fixed to {pin.worker}, who is off shift today or may not do {slot.skill}.",
            f"Releasing the choice would leave {len(willing)} others to choose from.",
        )
    if len(visit.slots) > len(
        {w.id for k in range(len(visit.slots)) for w in problem.workers if _qualified(w, visit, k)}
    ):
        return (
            "too_few_for_joint",
            f"It needs {len(visit.slots)} workers together and fewer are qualified.",
            "One more qualified worker would make it possible.",
        )
    return None


def _off_shift(visit: Visit, number: int, problem: Problem) -> tuple[str, str]:
    slot = visit.slots[number]
    wanted = f"between {clock(visit.window.opens)} and {clock(visit.window.closes)}"
    shifts = [(s, w) for w in problem.workers if _qualified(w, visit, number) for s in w.shifts]
    later = min(
        (pair for pair in shifts if pair[0].starts > visit.window.opens), key=lambda p: p[0].starts, default=None
    )
    earlier = max(
        (pair for pair in shifts if pair[0].ends < visit.window.closes), key=lambda p: p[0].ends, default=None
    )
    what = "signed off for" if slot.allowed is not None else "with"
    if later is not None:
        shift, worker = later
        return (
            f"Nobody on shift is {what} {slot.skill} until {clock(shift.starts)}; it is wanted {wanted}.",
            f"It would fit if it could start at {clock(shift.starts)} or later ({worker.id}).",
        )
    if earlier is not None:
        shift, worker = earlier
        return (
            f"Nobody {what} {slot.skill} is on shift after {clock(shift.ends)}; it is wanted {wanted}.",
            f"It would fit if {worker.id} stayed past {clock(shift.ends)}, or if it could be earlier.",
        )
    return (f"Nobody {what} {slot.skill} is on shift today.", "One shift of a qualified worker would make it possible.")


def _no_room(problem: Problem, plan: Plan, visit: Visit) -> tuple[str, str, str]:
    offers = who_can_come(problem, plan, visit.id)
    whole: list[Offer] = [offer for offer in offers if len(offer.workers) == len(visit.slots)]
    window = visit.window
    wanted = f"{clock(window.opens)}–{clock(window.closes)}"
    if not whole:
        return (
            "no_room",
            "Everybody qualified is taken: putting it in anywhere would break a fixed time or run past a shift's end.",
            "More overtime, a softer window or one more worker on shift would make it possible.",
        )
    first = whole[0]
    names = " and ".join(first.workers)
    if window.hard and first.starts > window.closes + _SLACK:
        ways = " and ".join(f"{minutes:.0f}" for minutes in first.travel)
        near = [offer for offer in whole if max(offer.travel) > offer.starts - window.closes]
        code = "too_far" if len(near) == len(whole) else "no_room"
        text = (
            f"The nearest free, {names}, are {ways} minutes away"
            if code == "too_far"
            else f"Nobody qualified is free within its fixed time {wanted}"
        )
        over = first.starts - window.closes
        return (
            code,
            f"{text}; the earliest start is {clock(first.starts)}.",
            f"It would fit if it could start at {clock(first.starts)}, {over:.0f} minutes after its window ({names}).",
        )
    cheapest = min(whole, key=lambda offer: offer.cost)
    names = " and ".join(cheapest.workers)
    late = [delay for delay in cheapest.delays if delay.late > _SLACK]
    consequence = (
        f"would make {len(late)} other visit{'' if len(late) == 1 else 's'} late by up to {max(d.late for d in late):.0f} minutes"
        if late
        else f"would add {sum(cheapest.travel):.0f} minutes of travel"
    )
    return (
        "costs_more_than_leaving_out",
        f"{names} could come at {clock(cheapest.starts)}, but that {consequence}, "
        f"which costs {cheapest.cost:.0f} against {visit.cost_if_undone:.0f} for leaving it out.",
        f"It would fit at {clock(cheapest.starts)} with {names} if it mattered more than that.",
    )


__all__ = ["Explanations", "WhyNot", "WhyThisWorker", "explain"]
