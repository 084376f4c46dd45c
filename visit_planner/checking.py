"""Judging a plan by the problem alone: what it breaks and what it costs.

Shares no code with the search. One function a rule; each returns the faults it finds. A recorded start
(a pin with ``starts``) is a fact: rules about what should be are not held against it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from visit_planner.checking_case import TOLERANCE, Case, case_of, names_nothing
from visit_planner.checking_practice import PRACTICE_RULES, practice_parts
from visit_planner.plan import Assignment, Cost, Fault, Plan
from visit_planner.problem import Problem, Visit, Window, Worker


def clock(minutes: float) -> str:
    """Minutes from midnight as people say it; a day before or after is marked."""
    whole = round(minutes)
    day, within = divmod(whole, 1440)
    suffix = "" if day == 0 else f" ({day:+d} day{'' if abs(day) == 1 else 's'})"
    return f"{within // 60:02d}:{within % 60:02d}{suffix}"


def names_exist(case: Case) -> Iterator[Fault]:
    for a in case.plan.assignments:
        text = names_nothing(a, case.visits, case.shifts)
        if text:
            yield Fault("names_exist", a.visit, a.worker, text[0].upper() + text[1:], 1.0)


def every_visit_accounted_for(case: Case) -> Iterator[Fault]:
    """Each visit is wholly planned, listed as undone or a place in a clinic: one of them, never in part."""
    undone = set(case.plan.undone)
    attending = {place.visit for place in case.plan.attending}
    for name in undone - set(case.visits):
        yield Fault("every_visit_accounted_for", name, None, f"Undone names {name}, which is no visit", 1.0)
    for visit in case.problem.visits:
        given = {a.slot for a in case.by_visit.get(visit.id, ())}
        missing = len(visit.slots) - len(given)
        if visit.id in attending and (given or visit.id in undone):
            text = f"Visit {visit.id} is a place in a clinic and also {'planned' if given else 'undone'}"
            yield Fault("every_visit_accounted_for", visit.id, None, text, max(1, len(given)))
        elif visit.id in attending:
            continue
        elif visit.id in undone and given:
            text = f"Visit {visit.id} is listed as undone but has workers"
            yield Fault("every_visit_accounted_for", visit.id, None, text, len(given))
        elif visit.id not in undone and missing:
            text = f"Visit {visit.id} lacks {missing} of {len(visit.slots)} workers and is not listed as undone"
            yield Fault("every_visit_accounted_for", visit.id, None, text, missing)


def slot_done_once(case: Case) -> Iterator[Fault]:
    for visit_id, stops in case.by_visit.items():
        seen: set[int] = set()
        for stop in stops:
            if stop.slot in seen:
                text = f"Slot {stop.slot} of visit {visit_id} is given twice"
                yield Fault("slot_done_once", visit_id, stop.worker, text, 1.0)
            seen.add(stop.slot)


def worker_has_skill(case: Case) -> Iterator[Fault]:
    for stop in case.known:
        if case.problem.weights.unqualified > 0:
            continue
        slot = case.visits[stop.visit].slots[stop.slot]
        if slot.skill not in case.workers[stop.worker].skills and not case.is_fact(stop):
            text = f"{stop.worker} does not have the skill {slot.skill} that visit {stop.visit} needs"
            yield Fault("worker_has_skill", stop.visit, stop.worker, text, 1.0)


def worker_is_signed_off(case: Case) -> Iterator[Fault]:
    for stop in case.known:
        slot = case.visits[stop.visit].slots[stop.slot]
        if slot.allowed is not None and stop.worker not in slot.allowed and not case.is_fact(stop):
            text = f"{stop.worker} is not among those allowed to do slot {stop.slot} of visit {stop.visit}"
            yield Fault("worker_is_signed_off", stop.visit, stop.worker, text, 1.0)


def refusal_respected(case: Case) -> Iterator[Fault]:
    for stop in case.known:
        forbidden = case.problem.weights.refused == 0
        if forbidden and stop.worker in case.visits[stop.visit].refused and not case.is_fact(stop):
            text = f"{stop.worker} may not be sent to visit {stop.visit}"
            yield Fault("refusal_respected", stop.visit, stop.worker, text, 1.0)


def pins_kept(case: Case) -> Iterator[Fault]:
    for visit_id, stops in case.by_visit.items():
        for pin in case.visits[visit_id].pinned:
            for stop in stops:
                if stop.slot != pin.slot:
                    continue
                if stop.worker != pin.worker:
                    text = f"Slot {pin.slot} of visit {visit_id} is fixed to {pin.worker}, not {stop.worker}"
                    yield Fault("pins_kept", visit_id, stop.worker, text, 1.0)
                elif pin.starts is not None and abs(stop.starts - pin.starts) > TOLERANCE:
                    text = f"Visit {visit_id} is fixed to {clock(pin.starts)}, not {clock(stop.starts)}"
                    yield Fault("pins_kept", visit_id, stop.worker, text, abs(stop.starts - pin.starts))


def joint_workers_differ(case: Case) -> Iterator[Fault]:
    for visit_id, stops in case.by_visit.items():
        slots_of: dict[str, set[int]] = defaultdict(set)
        for stop in stops:
            slots_of[stop.worker].add(stop.slot)
        for worker, slots in slots_of.items():
            if len(slots) > 1:
                text = f"{worker} has {len(slots)} slots of joint visit {visit_id}"
                yield Fault("joint_workers_differ", visit_id, worker, text, len(slots) - 1)


def joint_start_together(case: Case) -> Iterator[Fault]:
    for visit_id, stops in case.by_visit.items():
        spread = max(stop.starts for stop in stops) - min(stop.starts for stop in stops)
        if spread > TOLERANCE:
            text = f"The workers of joint visit {visit_id} start {spread:.4g} minutes apart"
            yield Fault("joint_start_together", visit_id, None, text, spread)


def service_takes_its_time(case: Case) -> Iterator[Fault]:
    for stop in case.known:
        off = abs(stop.ends - stop.starts - case.visits[stop.visit].slots[stop.slot].minutes)
        if off > TOLERANCE:
            text = f"Visit {stop.visit} is planned with a length {off:.4g} minutes from what it needs"
            yield Fault("service_takes_its_time", stop.visit, stop.worker, text, off)


def _window_at(visit: Visit, starts: float) -> Window:
    """The last window that has opened by this start; the first when none has."""
    opened = [window for window in (visit.window, *visit.other_windows) if window.opens <= starts + TOLERANCE]
    return opened[-1] if opened else visit.window


def _late(case: Case, stop: Assignment) -> float:
    window = _window_at(case.visits[stop.visit], stop.starts)
    return (stop.ends if window.by_end else stop.starts) - window.closes


def window_opens(case: Case) -> Iterator[Fault]:
    for stop in case.known:
        early = case.visits[stop.visit].window.opens - stop.starts
        if early > TOLERANCE and not case.is_fact(stop):
            text = f"Visit {stop.visit} starts {early:.4g} minutes before its window opens"
            yield Fault("window_opens", stop.visit, stop.worker, text, early)


def hard_window_closes(case: Case) -> Iterator[Fault]:
    for stop in case.known:
        window = _window_at(case.visits[stop.visit], stop.starts)
        late = _late(case, stop)
        if window.hard and late > TOLERANCE and not case.is_fact(stop):
            what = "ends" if window.by_end else "starts"
            text = f"Visit {stop.visit} {what} {late:.4g} minutes after its hard window closes"
            yield Fault("hard_window_closes", stop.visit, stop.worker, text, late)


def _stops_of_gap(case: Case, first: str, second: str) -> tuple[list[Assignment], list[Assignment]]:
    return case.by_visit.get(first, []), case.by_visit.get(second, [])


def _both_facts(case: Case, first: Assignment, second: Assignment) -> bool:
    return case.is_fact(first) and case.is_fact(second)


def gap_at_least(case: Case) -> Iterator[Fault]:
    for gap in case.problem.gaps:
        for a in _stops_of_gap(case, gap.first, gap.second)[0][:1]:
            for b in _stops_of_gap(case, gap.first, gap.second)[1][:1]:
                short = gap.at_least - (b.starts - a.starts)
                if short > TOLERANCE and not _both_facts(case, a, b):
                    text = f"Visit {gap.second} starts {short:.4g} minutes too soon after {gap.first}"
                    yield Fault("gap_at_least", gap.second, b.worker, text, short)


def gap_at_most(case: Case) -> Iterator[Fault]:
    for gap in case.problem.gaps:
        for a in _stops_of_gap(case, gap.first, gap.second)[0][:1]:
            for b in _stops_of_gap(case, gap.first, gap.second)[1][:1]:
                over = 0.0 if gap.at_most is None else b.starts - a.starts - gap.at_most
                if over > TOLERANCE and not _both_facts(case, a, b):
                    text = f"Visit {gap.second} starts {over:.4g} minutes too long after {gap.first}"
                    yield Fault("gap_at_most", gap.second, b.worker, text, over)


def gap_workers_differ(case: Case) -> Iterator[Fault]:
    for gap in case.problem.gaps:
        firsts, seconds = _stops_of_gap(case, gap.first, gap.second)
        same = {a.worker for a in firsts} & {b.worker for b in seconds}
        if gap.different_workers and same:
            worker = min(same)
            text = f"{worker} has both {gap.first} and {gap.second}, which need different workers"
            yield Fault("gap_workers_differ", gap.second, worker, text, len(same))


def shift_not_begun_early(case: Case) -> Iterator[Fault]:
    for (worker, shift_id), stops in case.by_shift.items():
        shift, first = case.shifts[worker, shift_id], stops[0]
        way = case.travel(worker, shift.start_place, case.visits[first.visit].place)
        early = shift.starts + max(0.0, way) - first.starts
        if early > TOLERANCE and not case.is_fact(first):
            text = f"{worker} cannot be at visit {first.visit} by {clock(first.starts)}: shift and way forbid it"
            yield Fault("shift_not_begun_early", first.visit, worker, text, early)


def time_to_travel(case: Case) -> Iterator[Fault]:
    for (worker, _), stops in case.by_shift.items():
        for a, b in pairwise(stops):
            way = case.travel(worker, case.visits[a.visit].place, case.visits[b.visit].place)
            short = a.ends + max(0.0, way) - b.starts
            if short > TOLERANCE and not _both_facts(case, a, b):
                text = f"{worker} cannot get from visit {a.visit} to {b.visit} in time"
                yield Fault("time_to_travel", b.visit, worker, text, short)


def shifts_do_not_overlap(case: Case) -> Iterator[Fault]:
    """A worker kept late in one shift has not begun the next."""
    for worker in case.problem.workers:
        busy = []
        for shift in worker.shifts:
            stops = case.by_shift.get((worker.id, shift.id))
            if stops:
                busy.append((stops[0], stops[-1]))
        busy.sort(key=lambda pair: pair[0].starts)
        for (_, last), (first, _) in pairwise(busy):
            over = last.ends - first.starts
            if over > TOLERANCE and not _both_facts(case, last, first):
                text = f"{worker.id} is still at visit {last.visit} when {first.visit} starts"
                yield Fault("shifts_do_not_overlap", first.visit, worker.id, text, over)


def every_way_exists(case: Case) -> Iterator[Fault]:
    for (worker, shift_id), stops in case.by_shift.items():
        shift = case.shifts[worker, shift_id]
        places = [shift.start_place, *(case.visits[s.visit].place for s in stops), shift.end_place]
        for a, b in pairwise(places):
            if case.travel(worker, a, b) < 0:
                text = f"{worker} has no way from place {a} to place {b}"
                yield Fault("every_way_exists", None, worker, text, 1.0)


def _home_again(case: Case, worker: str, shift_id: str) -> float:
    _, ends, place, _ = case.day(worker, shift_id)[-1]
    return ends + max(0.0, case.travel(worker, place, case.shifts[worker, shift_id].end_place))


def overtime_within_limit(case: Case) -> Iterator[Fault]:
    for (worker, shift_id), stops in case.by_shift.items():
        shift = case.shifts[worker, shift_id]
        over = _home_again(case, worker, shift_id) - shift.ends - shift.overtime_at_most
        if over > TOLERANCE and not case.is_fact(stops[-1]):
            text = f"{worker} would finish shift {shift_id} {over:.4g} minutes past the overtime allowed"
            yield Fault("overtime_within_limit", None, worker, text, over)


def _busy_minutes(case: Case, worker: Worker) -> float:
    minutes = 0.0
    for shift in worker.shifts:
        stops = case.by_shift.get((worker.id, shift.id), [])
        minutes += sum(case.visits[stop.visit].slots[stop.slot].minutes for stop in stops)
        minutes += case.driven(worker.id, shift.id)
    return minutes


def minutes_within_limit(case: Case) -> Iterator[Fault]:
    for worker in case.problem.workers:
        if worker.max_minutes is None:
            continue
        over = _busy_minutes(case, worker) - worker.max_minutes
        only_facts = all(case.is_fact(stop) for stop in case.known if stop.worker == worker.id)
        if over > TOLERANCE and not only_facts:
            text = f"{worker.id} has {over:.4g} minutes of visits and travel more than allowed"
            yield Fault("minutes_within_limit", None, worker.id, text, over)


def required_visit_done(case: Case) -> Iterator[Fault]:
    for visit in case.problem.visits:
        if visit.required and visit.id not in case.by_visit:
            yield Fault("required_visit_done", visit.id, None, f"Visit {visit.id} must be done and is not", 1.0)


def bundle_whole(case: Case) -> Iterator[Fault]:
    for bundle in case.problem.bundles:
        missing = [name for name in bundle if name not in case.by_visit]
        if missing and len(missing) < len(bundle):
            text = f"Visits {', '.join(bundle)} go together, but {', '.join(missing)} is not planned"
            yield Fault("bundle_whole", missing[0], None, text, len(missing))


def break_belongs_to_shift(case: Case) -> Iterator[Fault]:
    """Each break is that of a real shift, and there is one at most."""
    seen: set[tuple[str, str]] = set()
    places = len(next(iter(case.problem.travel.values())))
    for taken in case.plan.breaks:
        key = (taken.worker, taken.shift)
        if key not in case.shifts or case.shifts[key].rest is None or not 0 <= taken.place < places:
            text = f"{taken.worker} has no break in shift {taken.shift}, or there is no place {taken.place}"
            yield Fault("break_belongs_to_shift", None, taken.worker, text, 1.0)
        elif key in seen:
            text = f"{taken.worker} takes the break of shift {taken.shift} twice"
            yield Fault("break_belongs_to_shift", None, taken.worker, text, 1.0)
        seen.add(key)


def break_in_its_time(case: Case) -> Iterator[Fault]:
    for key, breaks in case.breaks.items():
        rest = case.shifts[key].rest
        if rest is None:
            continue
        for taken in breaks:
            off = max(rest.earliest - taken.starts, taken.starts - rest.latest)
            if off > TOLERANCE:
                text = f"{taken.worker} begins the break at {clock(taken.starts)}, outside its time"
                yield Fault("break_in_its_time", None, taken.worker, text, off)


def break_long_enough(case: Case) -> Iterator[Fault]:
    for key, breaks in case.breaks.items():
        rest = case.shifts[key].rest
        if rest is None:
            continue
        for taken in breaks:
            short = abs(rest.minutes - (taken.ends - taken.starts))
            if short > TOLERANCE:
                text = f"{taken.worker} has a break {short:.4g} minutes from its length"
                yield Fault("break_long_enough", None, taken.worker, text, short)


def break_fits_between(case: Case) -> Iterator[Fault]:
    """A break leaves time for the visits beside it and the way between, and does not begin before the shift."""
    for key in case.breaks:
        shift = case.shifts[key]
        at, place, before = shift.starts, shift.start_place, True
        for starts, ends, there, stop in case.day(*key):
            short = at + max(0.0, case.travel(key[0], place, there)) - starts
            if short > TOLERANCE and before is not (stop is not None):
                text = f"{key[0]} has {short:.4g} minutes too little for the break of shift {shift.id}"
                yield Fault("break_fits_between", None, key[0], text, short)
            at, place, before = ends, there, stop is not None


def break_beside_visit(case: Case) -> Iterator[Fault]:
    """A break is at the place of the visit before or after it; on a day without visits where the shift starts."""
    for key, breaks in case.breaks.items():
        stops = case.day(*key)
        for number, (_, _, place, stop) in enumerate(stops):
            beside = {stops[k][2] for k in (number - 1, number + 1) if 0 <= k < len(stops)}
            beside = beside or {case.shifts[key].start_place}
            if stop is None and place not in beside and len(breaks) == 1:
                text = f"{key[0]} takes the break of shift {key[1]} where no visit is"
                yield Fault("break_beside_visit", None, key[0], text, 1.0)


def required_break_taken(case: Case) -> Iterator[Fault]:
    for (worker, shift_id), shift in case.shifts.items():
        if shift.rest is not None and shift.rest.required and (worker, shift_id) not in case.breaks:
            text = f"{worker} must have a break in shift {shift_id} and has none"
            yield Fault("required_break_taken", None, worker, text, 1.0)


def never_happens(case: Case) -> Iterator[Fault]:
    if case.problem.never:
        spent = cost(case.problem, case.plan)
        for name in sorted(case.problem.never):
            amount = getattr(spent, name)
            if amount > TOLERANCE:
                yield Fault("never_happens", None, None, f"The plan has {amount:.4g} of {name}, never allowed", amount)


RULES: tuple[Callable[[Case], Iterator[Fault]], ...] = (
    names_exist,
    every_visit_accounted_for,
    slot_done_once,
    worker_has_skill,
    worker_is_signed_off,
    refusal_respected,
    pins_kept,
    joint_workers_differ,
    joint_start_together,
    service_takes_its_time,
    window_opens,
    hard_window_closes,
    gap_at_least,
    gap_at_most,
    gap_workers_differ,
    shift_not_begun_early,
    time_to_travel,
    shifts_do_not_overlap,
    every_way_exists,
    overtime_within_limit,
    minutes_within_limit,
    required_visit_done,
    bundle_whole,
    break_belongs_to_shift,
    break_in_its_time,
    break_long_enough,
    break_fits_between,
    break_beside_visit,
    required_break_taken,
    never_happens,
    *PRACTICE_RULES,
)


def _has_skill(case: Case, stop: Assignment) -> bool:
    return case.visits[stop.visit].slots[stop.slot].skill in case.workers[stop.worker].skills


def _waits(case: Case) -> list[float]:
    """Minutes waited before each stop, breaks among them.

    Nobody waits on a day without visits, nor at the first stop of a shift who can leave for it later, nor between
    a break taken first and the visit after it: they could have started the day with the visit in view.
    """
    waits = []
    for worker, shift_id in case.by_shift:
        shift = case.shifts[worker, shift_id]
        at, place = shift.starts, shift.start_place
        stops = case.day(worker, shift_id)
        for number, (starts, ends, there, _) in enumerate(stops):
            free = (number == 0 and not shift.leaves_at_start) or (number == 1 and stops[0][3] is None)
            if not free:
                waits.append(max(0.0, starts - at - max(0.0, case.travel(worker, place, there))))
            at, place = ends, there
    return waits


def _idle(case: Case, worker: Worker) -> float:
    """Minutes on shift, overtime included, without travel, visit or break; a shift without end is never idle."""
    idle = 0.0
    for shift in worker.shifts:
        if math.isinf(shift.ends):
            continue
        stops = case.day(worker.id, shift.id)
        home = _home_again(case, worker.id, shift.id) if stops else shift.ends
        used = sum(ends - starts for starts, ends, _, _ in stops)
        idle += max(shift.ends, home) - shift.starts - used - case.driven(worker.id, shift.id)
    return idle


def check(problem: Problem, plan: Plan) -> list[Fault]:
    """Everything the plan breaks, rule by rule; an empty list when it can be carried out."""
    case = case_of(problem, plan)
    return [fault for rule in RULES for fault in rule(case)]


def cost(problem: Problem, plan: Plan) -> Cost:
    """What the plan costs by the problem's weights, faults left aside."""
    case = case_of(problem, plan)
    weights = problem.weights
    travel = sum(case.driven(worker, shift) for worker, shift in case.by_shift)
    late = [max(0.0, _late(case, stop)) for stop in case.known]
    accounted = case.by_visit.keys() | {place.visit for place in plan.attending}
    undone = sum(visit.cost_if_undone for visit in problem.visits if visit.id not in accounted)
    overtime = sum(
        max(0.0, _home_again(case, worker, shift) - case.shifts[worker, shift].ends) for worker, shift in case.by_shift
    )
    strangers = sum(
        1 for stop in case.known if case.visits[stop.visit].preferred
        and stop.worker not in case.visits[stop.visit].preferred
    )  # fmt: skip
    told = {(held.visit, held.slot): held.worker for held in problem.held}
    told_time = {held.visit: held.starts for held in problem.held}
    moved = sum(1 for s in case.known if told.get((s.visit, s.slot), s.worker) != s.worker)
    moved_minutes = sum(
        abs(stops[0].starts - told_time[visit])
        for visit, stops in case.by_visit.items()
        if visit in told_time and not any(pin.starts is not None for pin in case.visits[visit].pinned)
    )
    pay = sum(
        case.workers[stop.worker].cost_per_hour / 60.0 * case.visits[stop.visit].slots[stop.slot].minutes
        for stop in case.known
    )
    waits = _waits(case)
    loads = [_busy_minutes(case, worker) for worker in problem.workers]
    mean = sum(loads) / len(loads) if loads else 0.0
    parts = {
        "travel": travel,
        "lateness": sum(late),
        "worst_lateness": max(late, default=0.0),
        "undone": undone,
        "overtime": overtime,
        "not_preferred": float(strangers),
        "moved": float(moved),
        "moved_minutes": moved_minutes,
        "pay": pay,
        "waiting": sum(waits),
        "longest_wait": max(waits, default=0.0),
        "worst_idle": max((_idle(case, worker) for worker in problem.workers), default=0.0),
        "imbalance": float(sum(math.ceil(abs(load - mean) - TOLERANCE) for load in loads)),
        "work": sum(loads),
        "missed_breaks": float(sum(s.rest is not None and key not in case.breaks for key, s in case.shifts.items())),
        "unqualified": float(sum(not _has_skill(case, stop) for stop in case.known)),
        "refused": float(sum(stop.worker in case.visits[stop.visit].refused for stop in case.known)),
        **practice_parts(case),
    }
    return Cost(**parts, total=sum(getattr(weights, name) * value for name, value in parts.items()))
