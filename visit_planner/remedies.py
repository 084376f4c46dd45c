"""The smallest set of changes that would place a visit left out, found by trying every place it could go to."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from visit_planner.checking import check, clock
from visit_planner.plan import Fault, Plan
from visit_planner.practice import last_moment
from visit_planner.problem import Pin, Problem, Shift, Visit, Worker
from visit_planner.pushing import (
    ALLOWED,
    ONE_MORE,
    RELEASE,
    RELEASED,
    SIGNED_OFF,
    TOLERANCE,
    Day,
    Trial,
    Wanted,
)

# Teams are tried over this many of the easiest places of each slot, by the number of slots.
EASIEST = {2: 24, 3: 10}
EASIEST_OF_MORE = 6
# Remedies offered: the smallest, and then others of a different kind.
OFFERED = 3
# Ways looked at in full before giving up: each is checked against every rule.
LOOKED_AT = 12
# Sets of more changes than this help nobody.
CHANGES_AT_MOST = 4
# Chosen visits that might go to somebody else instead, tried when nothing smaller is found.
FREED_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change, in whole minutes where it is minutes.

    kind:
        sign_off        ``worker`` may do ``slot`` of ``visit``
        allow           ``worker`` is no longer refused at ``visit``
        release         ``slot`` of ``visit`` is no longer fixed to ``worker``
        overtime        ``worker`` may stay ``minutes`` longer past ``shift``, until ``at``
        minutes         ``worker``'s cap on minutes is ``minutes`` higher
        window_later    ``visit`` may start ``minutes`` later, until ``at``
        window_earlier  ``visit`` may start ``minutes`` earlier, from ``at``
        one_more        one more worker with the skill of ``slot``, there from ``at`` for ``minutes``
        worth           leaving ``visit`` out costs ``minutes`` (of travel) more
    """

    kind: str
    minutes: float = 0.0
    worker: str | None = None
    shift: str | None = None
    visit: str | None = None
    slot: int | None = None
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes that together place a visit: with whom, when, what the plan then costs more, and in a sentence.

    ``effort`` says how hard the changes are to bring about, in minutes of a window: for ranking only.
    """

    visit: str
    changes: tuple[Change, ...]
    workers: tuple[str, ...]
    starts: float
    cost: float
    effort: float
    sentence: str


def remedies(
    problem: Problem,
    plan: Plan,
    visit_id: str,
    *,
    now: float | None = None,
    names: Mapping[str, str] | None = None,
    at_most: int = OFFERED,
) -> list[Remedy]:
    """The smallest set of changes that would place a visit the plan leaves out, then others of another kind.

    Every place on every shift is tried with nothing else rearranged; what it would break is what would have to
    change, and by how much. Fewest changes first, then the least effort. Each set is then made, and the plan with the
    visit in it held against every rule, before it is offered. Empty when nothing of these kinds would do.

    Raises:
        KeyError: there is no such visit.
    """
    visit = next((visit for visit in problem.visits if visit.id == visit_id), None)
    if visit is None:
        raise KeyError(visit_id)
    rest = Plan(tuple(stop for stop in plan.assignments if stop.visit != visit_id), plan.undone)
    return remedies_on(Day(problem, rest, now), visit, names or {}, at_most)


def remedies_on(
    day: Day, visit: Visit, names: Mapping[str, str], at_most: int = OFFERED, known: Collection[Fault] | None = None
) -> list[Remedy]:
    """``remedies`` for one of many visits left out of one plan. ``known``: what the plan breaks already."""
    wanted = day.wanted(visit, relaxed=True)
    before = {_same(fault) for fault in (check(day.problem, day.plan) if known is None else known)}
    found: list[Remedy] = []
    kinds: set[tuple[tuple[str, bool], ...]] = set()
    looked_at = 0
    for _, _, places, start in _easiest(day, wanted):
        if len(found) == at_most or looked_at == LOOKED_AT:
            break
        trial = day.trial(wanted, places, start, strict=False)
        if trial is None:
            continue
        remedy = _remedy(day, wanted, places, trial, names)
        kind = tuple(sorted({(change.kind, change.visit == visit.id) for change in remedy.changes}))
        if kind in kinds or len(remedy.changes) > CHANGES_AT_MOST:
            continue
        looked_at += 1
        if _does_place(day, wanted, places, trial, remedy, before):
            kinds.add(kind)
            found.append(remedy)
    if not found or found[0].effort > RELEASE or len(found[0].changes) > 1:
        freed = _by_freeing_another(day, visit, names)
        found = sorted([*freed, *found], key=lambda remedy: (len(remedy.changes), remedy.effort))[:at_most]
    return found


def apply_changes(problem: Problem, changes: Sequence[Change]) -> Problem:
    """The problem as it would be with the changes made.

    Raises:
        ProblemError: a change contradicts the problem.
    """
    workers = {worker.id: worker for worker in problem.workers}
    visits = {visit.id: visit for visit in problem.visits}
    for change in changes:
        if change.kind in ("overtime", "minutes"):
            workers[change.worker or ""] = _worker_with(workers[change.worker or ""], change)
        elif change.kind == "one_more":
            visit = visits[change.visit or ""]
            slot = visit.slots[change.slot or 0]
            begins = change.at or 0.0
            shift = Shift("one-more", begins, begins + change.minutes, visit.place, visit.place, overtime_at_most=0.0)
            name = change.worker or ""
            workers[name] = Worker(name, "", frozenset({slot.skill}), (shift,), next(iter(problem.travel)))
            visits[visit.id] = _visit_with(visit, replace(change, kind="sign_off"))
        else:
            visits[change.visit or ""] = _visit_with(visits[change.visit or ""], change)
    return replace(problem, workers=tuple(workers.values()), visits=tuple(visits.values()))


def _worker_with(worker: Worker, change: Change) -> Worker:
    if change.kind == "minutes":
        return replace(worker, max_minutes=(worker.max_minutes or 0.0) + change.minutes)
    shifts = tuple(
        replace(shift, overtime_at_most=shift.overtime_at_most + change.minutes) if shift.id == change.shift else shift
        for shift in worker.shifts
    )
    return replace(worker, shifts=shifts)


def _visit_with(visit: Visit, change: Change) -> Visit:
    window = visit.window
    if change.kind == "window_later":
        return replace(visit, window=replace(window, closes=window.closes + change.minutes))
    if change.kind == "window_earlier":
        return replace(visit, window=replace(window, opens=window.opens - change.minutes))
    if change.kind == "allow":
        return replace(visit, refused=visit.refused - {change.worker or ""})
    if change.kind == "release":
        return replace(visit, pinned=tuple(pin for pin in visit.pinned if pin.slot != change.slot))
    if change.kind == "worth":
        return replace(visit, cost_if_undone=visit.cost_if_undone + change.minutes)
    slots = tuple(
        replace(slot, allowed=slot.allowed | {change.worker or ""})
        if number == change.slot and slot.allowed is not None
        else slot
        for number, slot in enumerate(visit.slots)
    )
    return replace(visit, slots=slots)


def _easiest(day: Day, wanted: Wanted) -> Iterator[tuple[int, float, tuple[int, ...], float]]:
    """(changes, effort, places, start to try from), the easiest first."""
    weighed = day.weigh(wanted)
    slots = len(wanted.visit.slots)
    ways: list[tuple[int, float, tuple[int, ...], float]] = []
    if slots == 1:
        worth = _worth(day, wanted.visit)
        for y, (broken, effort, start, price) in enumerate(weighed.tolist()):
            if effort < math.inf:
                dear = max(0.0, price - worth)
                ways.append((int(broken) + (dear > TOLERANCE), effort + dear, (y,), start))
    else:
        ways = list(_teams(day, wanted, weighed))
    ways.sort(key=lambda way: (way[0], way[1], way[2]))
    yield from ways


def _teams(day: Day, wanted: Wanted, weighed: np.ndarray) -> Iterator[tuple[int, float, tuple[int, ...], float]]:
    slots = len(wanted.visit.slots)
    most = EASIEST.get(slots, EASIEST_OF_MORE)
    places = wanted.places
    easiest = []
    for number in range(slots):
        mine = np.flatnonzero((places["slot"] == number) & (weighed[:, 1] < math.inf))
        mine = mine[np.lexsort((weighed[mine, 2], weighed[mine, 1], weighed[mine, 0]))]
        extra = mine[places["lets"][mine] & ONE_MORE > 0]
        easiest.append(sorted({*mine[:most].tolist(), *extra.tolist()}))
    worth = _worth(day, wanted.visit)
    for team in product(*easiest):
        if len({int(places["worker"][y]) for y in team}) < slots:
            continue
        arrives = max(float(places["arrives"][y]) for y in team)
        opens = wanted.visit.window.opens
        trial = day.trial(wanted, team, max(arrives, wanted.floor, opens), strict=False)
        if trial is not None:
            dear = trial.cost - worth
            yield trial.broken + (dear > TOLERANCE), trial.effort + max(0.0, dear), team, trial.start
        low = max(arrives, wanted.floor)
        if (trial is None or trial.broken) and low < opens - TOLERANCE:
            early = day.latest_without_harm(wanted, team, low, opens)
            if early is not None:
                dear = early.cost - worth
                effort = early.effort + math.ceil(opens - early.start) + max(0.0, dear)
                yield early.broken + 1 + (dear > TOLERANCE), effort, team, early.start


def _worth(day: Day, visit: Visit) -> float:
    return day.problem.weights.undone * visit.cost_if_undone


def _remedy(day: Day, wanted: Wanted, places: Sequence[int], trial: Trial, names: Mapping[str, str]) -> Remedy:
    changes = tuple(_changes(day, wanted, places, trial))
    workers = tuple(_who(day, wanted, y) for y in places)
    effort = trial.effort + sum(change.minutes for change in changes if change.kind in ("window_earlier", "worth"))
    sentence = say(day.problem, wanted.visit, changes, workers, trial.start, names)
    return Remedy(wanted.visit.id, changes, workers, trial.start, trial.cost, effort, sentence)


def _who(day: Day, wanted: Wanted, y: int) -> str:
    e = int(wanted.places["shift"][y])
    return day.shifts[e][0].id if e < len(day.shifts) else _one_more(day.problem, int(wanted.places["slot"][y]))


def _one_more(problem: Problem, slot: int) -> str:
    name = f"one-more-{slot + 1}"
    while any(worker.id == name for worker in problem.workers):
        name += "'"
    return name


def _changes(day: Day, wanted: Wanted, places: Sequence[int], trial: Trial) -> Iterator[Change]:
    visit = wanted.visit
    for y in places:
        yield from _changes_for(day, wanted, y, trial)
    yield from _moved_windows(visit, trial.start)
    ends: dict[int, float] = {}
    for name, start in trial.fresh.items():
        yield from _moved_windows(day.visits[name], start, others=True)
        for s in day.stops_of[day.number[name]]:
            if day.N["next"][s] < 0:
                ends[int(day.N["shift"][s])] = start + float(day.N["reach"][s])
    for y in places:
        row = wanted.places[y]
        if row["next"] < 0:
            ends[int(row["shift"])] = trial.start + float(row["reach"])
    for e, until in sorted(ends.items()):
        over = _whole(until - float(day.E["limit"][e]))
        if over and e < len(day.shifts):
            worker, shift = day.shifts[e]
            yield Change("overtime", over, worker.id, shift.id, at=until)
    dear = trial.cost - _worth(day, visit)
    if dear > TOLERANCE and day.problem.weights.undone > 0:
        yield Change("worth", _whole(dear / day.problem.weights.undone) + 1.0, visit=visit.id)


def _changes_for(day: Day, wanted: Wanted, y: int, trial: Trial) -> Iterator[Change]:
    row, visit = wanted.places[y], wanted.visit
    slot, lets, who = int(row["slot"]), int(row["lets"]), _who(day, wanted, y)
    if lets & RELEASED:
        pin = next(pin for pin in visit.pinned if pin.slot == slot)
        yield Change("release", worker=pin.worker, visit=visit.id, slot=slot)
    if lets & ONE_MORE:
        yield Change("one_more", visit.slots[slot].minutes, who, visit=visit.id, slot=slot, at=trial.start)
    if lets & SIGNED_OFF:
        yield Change("sign_off", worker=who, visit=visit.id, slot=slot)
    if lets & ALLOWED:
        yield Change("allow", worker=who, visit=visit.id, slot=slot)
    if row["over_minutes"] > TOLERANCE:
        yield Change("minutes", _whole(float(row["over_minutes"])), who)


def _moved_windows(visit: Visit, start: float, *, others: bool = False) -> Iterator[Change]:
    later = _whole(start - visit.window.closes) if visit.window.hard else 0.0
    if later:
        yield Change("window_later", later, visit=visit.id, at=visit.window.closes + later)
    earlier = 0.0 if others else _whole(visit.window.opens - start)
    if earlier:
        yield Change("window_earlier", earlier, visit=visit.id, at=visit.window.opens - earlier)


def _whole(minutes: float) -> float:
    return float(math.ceil(minutes - TOLERANCE)) if minutes > TOLERANCE else 0.0


def _does_place(
    day: Day,
    wanted: Wanted,
    places: Sequence[int],
    trial: Trial,
    remedy: Remedy,
    before: set[tuple[str, str | None, str | None]],
) -> bool:
    """Whether the changes, made, let the plan have the visit in it without breaking anything new."""
    problem = apply_changes(day.problem, remedy.changes)
    plan = day.with_it(wanted, places, trial, remedy.workers)
    # Overtime into the next shift, or into the rest before it, is nothing that can be agreed.
    last = {(w.id, s.id): last_moment(w, s) for w in problem.workers for s in w.shifts}
    for change in remedy.changes:
        key = (change.worker or "", change.shift or "")
        if change.kind == "overtime" and (change.at or 0.0) > last[key] + TOLERANCE:
            return False
    return {_same(fault) for fault in check(problem, plan)} <= before


def _same(fault: Fault) -> tuple[str, str | None, str | None]:
    return fault.rule, fault.visit, fault.worker


def _by_freeing_another(day: Day, visit: Visit, names: Mapping[str, str]) -> Iterator[Remedy]:
    """Visits chosen for one worker that somebody else could have instead, so that this one fits."""
    able = {day.shifts[int(e)][0].id for e in set(day.wanted(visit).places["shift"].tolist()) | _shifts_of(day, visit)}
    near = sorted(
        (
            (abs(stop.starts - visit.window.opens), stop.visit, pin)
            for stop in day.stops
            for pin in day.visits[stop.visit].pinned
            if pin.slot == stop.slot and pin.starts is None and stop.worker in able
            and (day.now is None or stop.starts > day.now) and stop.visit != visit.id
        ),
        key=lambda near: near[:2],
    )  # fmt: skip
    for _, name, pin in near[:FREED_AT_MOST]:
        remedy = _freed(day, visit, name, pin, names)
        if remedy is not None:
            yield remedy
            return


def _shifts_of(day: Day, visit: Visit) -> set[int]:
    skills = {slot.skill for slot in visit.slots}
    return {e for e, (worker, _) in enumerate(day.shifts) if skills & worker.skills and worker.id not in visit.refused}


def _freed(day: Day, visit: Visit, name: str, pin: Pin, names: Mapping[str, str]) -> Remedy | None:
    change = Change("release", worker=pin.worker, visit=name, slot=pin.slot)
    problem = apply_changes(day.problem, [change])
    other = next(one for one in problem.visits if one.id == name)
    without = Plan(tuple(stop for stop in day.plan.assignments if stop.visit != name), (*day.plan.undone, name))
    first = Day(problem, without, day.now)
    placed = _put_in(first, visit)
    if placed is None:
        return None
    plan, workers, starts, added = placed
    again = _put_in(Day(problem, plan, day.now), other)
    if again is None:
        return None
    taken = [stop for stop in day.stops if stop.visit == name]
    cost = added + again[3]
    sentence = say(
        problem, visit, (change,), workers, starts, names,
        then=(other.id, again[1][pin.slot]) if taken else None,
    )  # fmt: skip
    return Remedy(visit.id, (change,), workers, starts, cost, RELEASE, sentence)


def _put_in(day: Day, visit: Visit) -> tuple[Plan, tuple[str, ...], float, float] | None:
    wanted = day.wanted(visit)
    ranked = day.rank(wanted, at_most=EASIEST.get(len(visit.slots)) if len(visit.slots) > 1 else None)
    order = np.argsort(ranked.figures[:, 1], kind="stable")
    for team in order[:1]:
        picks = ranked.picks[team]
        start = max([wanted.floor, *(float(wanted.places["arrives"][y]) for y in picks)])
        trial = day.trial(wanted, picks, start)
        if trial is not None and trial.cost <= _worth(day, visit):
            by_slot = sorted(picks, key=lambda y: int(wanted.places["slot"][y]))
            workers = tuple(_who(day, wanted, y) for y in by_slot)
            return day.with_it(wanted, picks, trial, workers), workers, trial.start, trial.cost
    return None


def say(
    problem: Problem,
    visit: Visit,
    changes: Sequence[Change],
    workers: Sequence[str],
    starts: float,
    names: Mapping[str, str],
    then: tuple[str, str] | None = None,
) -> str:
    """A remedy in a sentence. ``then``: the visit that goes to somebody else, and to whom."""
    known = {worker.id for worker in problem.workers} & set(workers)
    who = " and ".join(names.get(name, name) for name in workers if name in known)
    what = " and ".join(_words(problem, visit, change, names) for change in changes)
    if then is not None:
        what += f", which {names.get(then[1], then[1])} could do,"
    if not changes:
        what = "Planning the day again"
    text = f"{what} would place it at {clock(starts)}{f' with {who}' if who else ''}."
    return text[0].upper() + text[1:]


def _words(problem: Problem, visit: Visit, change: Change, names: Mapping[str, str]) -> str:
    def call(name: str | None) -> str:
        return names.get(name or "", name or "")

    minutes = f"{change.minutes:.0f} minute{'' if change.minutes == 1 else 's'}"
    which = "it" if change.visit == visit.id else call(change.visit)
    if change.kind == "sign_off":
        return f"signing {call(change.worker)} off for this visit"
    if change.kind == "allow":
        return f"letting {call(change.worker)} go to this person"
    if change.kind == "release":
        return f"releasing {which} from {call(change.worker)}"
    if change.kind == "overtime":
        return f"{minutes} more overtime for {call(change.worker)}, until {clock(math.ceil(change.at or 0.0))},"
    if change.kind == "minutes":
        return f"{minutes} more work for {call(change.worker)} than agreed"
    if change.kind == "window_later":
        return f"letting {which} start up to {minutes} later"
    if change.kind == "window_earlier":
        return f"letting {which} start up to {minutes} earlier"
    if change.kind == "one_more":
        at = change.at or 0.0
        skill = call(visit.slots[change.slot or 0].skill)
        return f"one more worker with {skill} from {clock(at)} to {clock(math.ceil(at + change.minutes))}"
    return (
        f"giving it {visit.cost_if_undone + change.minutes:.0f} minutes of travel and delay, where the most now is "
        f"{visit.cost_if_undone:.0f},"
    )


__all__ = ["Change", "Remedy", "apply_changes", "remedies", "remedies_on", "say"]
