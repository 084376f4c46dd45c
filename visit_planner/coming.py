"""Who could be there first: earliest arrivals at one visit, given what everybody is doing."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from visit_planner.plan import Assignment, Plan
from visit_planner.practice import has_level_during, in_plain_terms, may_come
from visit_planner.problem import Problem, Shift, Visit, Worker

# Teams are put together from this many of the earliest workers of each slot, and this many teams are offered.
WORKERS_PER_SLOT = 8
TEAMS_OFFERED = 10
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Delay:
    """A visit that would start ``minutes`` later, ``late`` of them after its window closes."""

    visit: str
    worker: str
    minutes: float
    late: float


@dataclass(frozen=True, slots=True)
class Offer:
    """One worker for one slot, or a team for all slots. ``arrives``: all are there; ``starts``: service begins."""

    slots: tuple[int, ...]
    workers: tuple[str, ...]
    arrives: float
    starts: float
    travel: tuple[float, ...]
    after: tuple[str | None, ...]
    delays: tuple[Delay, ...]
    cost: float
    on_shift_until: float
    sentence: str

    @property
    def is_team(self) -> bool:
        return len(self.workers) > 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a worker's day the visit would go: after ``at`` stops of the shift."""

    worker: Worker
    shift: Shift
    at: int
    arrives: float
    travel: float
    after: str | None


class _Day:
    """The plan as sequences of stops, and what happens to later starts when one is put in."""

    def __init__(self, problem: Problem, plan: Plan, names: Mapping[str, str]) -> None:
        self.problem = problem
        self.names = names
        self.visits = {visit.id: visit for visit in problem.visits}
        self.workers = {worker.id: worker for worker in problem.workers}
        self.shifts = {(w.id, s.id): s for w in problem.workers for s in w.shifts}
        self.routes: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
        self.stops_of: dict[str, list[tuple[tuple[str, str], int]]] = defaultdict(list)
        self.starts: dict[str, float] = {}
        for stop in plan.assignments:
            self.routes[stop.worker, stop.shift].append(stop)
            self.starts[stop.visit] = stop.starts
        for key, stops in self.routes.items():
            stops.sort(key=lambda stop: stop.starts)
            for k, stop in enumerate(stops):
                self.stops_of[stop.visit].append((key, k))
        self.gaps: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for gap in problem.gaps:
            self.gaps[gap.first].append((gap.second, gap.at_least))
            if gap.at_most is not None:
                self.gaps[gap.second].append((gap.first, -gap.at_most))

    def way(self, worker: Worker, origin: int, destination: int) -> float:
        minutes = float(self.problem.travel[worker.mode][origin][destination])
        return minutes if minutes >= 0 else float("inf")

    def places_for(self, worker: Worker, visit: Visit, now: float | None) -> Iterator[_Place]:
        """Where in this worker's day the visit could go, soonest first; what has started runs its course."""
        for shift in sorted(worker.shifts, key=lambda shift: shift.starts):
            if now is not None and shift.ends <= now:
                continue
            stops = self.routes.get((worker.id, shift.id), [])
            wanted_from = visit.window.opens if now is None else max(now, visit.window.opens)
            for at in range(len(stops) + 1):
                free, place, after = shift.starts, shift.start_place, None
                if at > 0:
                    before = stops[at - 1]
                    free, place, after = before.ends, self.visits[before.visit].place, before.visit
                if at < len(stops):
                    following = stops[at]
                    under_way = now is not None and following.starts <= now
                    done_in_time = (
                        following.ends + self.way(worker, self.visits[following.visit].place, visit.place)
                        <= wanted_from
                    )
                    if under_way or done_in_time:
                        continue
                if now is not None:
                    free = max(free, now)
                way = self.way(worker, place, visit.place)
                if free + way <= shift.ends + shift.overtime_at_most:
                    yield _Place(worker, shift, at, free + way, way, after)

    def put_in(self, visit: Visit, team: list[tuple[int, _Place]], start: float) -> list[Delay] | None:
        """Delays that follow; None when one of them is impossible."""
        changed: dict[str, float] = {}
        todo: deque[str] = deque()

        def raise_to(name: str, value: float) -> None:
            if value > changed.get(name, self.starts[name]) + _SLACK:
                changed[name] = value
                todo.append(name)

        for slot, place in team:
            stops = self.routes.get((place.worker.id, place.shift.id), [])
            free = start + visit.slots[slot].minutes
            if place.at < len(stops):
                following = stops[place.at].visit
                raise_to(following, free + self.way(place.worker, visit.place, self.visits[following].place))
            elif free + self.way(place.worker, visit.place, place.shift.end_place) > (
                place.shift.ends + place.shift.overtime_at_most + _SLACK
            ):
                return None
        rounds = 0
        while todo:
            rounds += 1
            name = todo.popleft()
            if rounds > 2000 or not self._may_start(name, changed[name]):
                return None
            for key, k in self.stops_of[name]:
                stops, worker, shift = self.routes[key], self.workers[key[0]], self.shifts[key]
                free = changed[name] + self.visits[name].slots[stops[k].slot].minutes
                here = self.visits[name].place
                if k + 1 < len(stops):
                    following = stops[k + 1].visit
                    raise_to(following, free + self.way(worker, here, self.visits[following].place))
                elif free + self.way(worker, here, shift.end_place) > shift.ends + shift.overtime_at_most + _SLACK:
                    return None
            for other, least in self.gaps[name]:
                if other in self.starts:
                    raise_to(other, changed[name] + least)
        return [self._delay(name, after) for name, after in sorted(changed.items(), key=lambda item: item[1])]

    def _may_start(self, name: str, start: float) -> bool:
        visit = self.visits[name]
        if any(pin.starts is not None for pin in visit.pinned):
            return False
        return not visit.window.hard or start <= visit.window.closes + _SLACK

    def _delay(self, name: str, after: float) -> Delay:
        before = self.starts[name]
        closes = self.visits[name].window.closes
        late = max(0.0, after - closes) - max(0.0, before - closes)
        key, _ = self.stops_of[name][0]
        return Delay(name, key[0], after - before, late)


def who_can_come(
    problem: Problem,
    plan: Plan,
    visit_id: str,
    slot: int | None = None,
    now: float | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> list[Offer]:
    """Who could be at a visit first, earliest first: single workers per slot, then (joint visits) whole teams.

    ``slot`` narrows it to one slot and to single workers. ``now`` (minutes from midnight): nobody leaves
    earlier, and visits already started are finished first. If the visit is in the plan it is taken out first.
    ``names``: what to call workers and visits in sentences, by id.

    Raises:
        KeyError: there is no such visit.
        IndexError: the visit has no such slot.
    """
    problem = in_plain_terms(problem)
    visit = {visit.id: visit for visit in problem.visits}[visit_id]
    if slot is not None and not 0 <= slot < len(visit.slots):
        raise IndexError(f"visit {visit_id} has no slot {slot}")
    rest = Plan(tuple(stop for stop in plan.assignments if stop.visit != visit_id), plan.undone)
    day = _Day(problem, rest, names or {})
    wanted = range(len(visit.slots)) if slot is None else [slot]
    offers: list[Offer] = []
    places: dict[int, list[_Place]] = {}
    for number in wanted:
        places[number] = []
        for worker in problem.workers:
            if not _may_do(worker, visit, number):
                continue
            for place in day.places_for(worker, visit, now):
                offer = _offer(day, visit, [(number, place)])
                if offer is not None:
                    offers.append(offer)
                    places[number].append(place)
                    break
        places[number].sort(key=lambda place: place.arrives)
    offers.sort(key=lambda offer: (offer.starts, offer.cost, offer.workers))
    return offers + (_teams(day, visit, places) if slot is None and len(visit.slots) > 1 else [])


def _teams(day: _Day, visit: Visit, places: dict[int, list[_Place]]) -> list[Offer]:
    per_slot = WORKERS_PER_SLOT if len(visit.slots) < 4 else 5
    seen: set[frozenset[str]] = set()
    drafts = []
    for team in product(*(places[number][:per_slot] for number in range(len(visit.slots)))):
        members = frozenset(place.worker.id for place in team)
        if len(members) == len(team) and members not in seen:
            seen.add(members)
            drafts.append((max(place.arrives for place in team), team))
    drafts.sort(key=lambda draft: draft[0])
    offers = []
    for _, team in drafts[: 3 * TEAMS_OFFERED]:
        offer = _offer(day, visit, list(enumerate(team)))
        if offer is not None:
            offers.append(offer)
    offers.sort(key=lambda offer: (offer.starts, offer.cost, offer.workers))
    return offers[:TEAMS_OFFERED]


def _may_do(worker: Worker, visit: Visit, number: int) -> bool:
    slot = visit.slots[number]
    pinned = next((pin.worker for pin in visit.pinned if pin.slot == number), worker.id)
    return (
        slot.skill in worker.skills
        and (slot.allowed is None or worker.id in slot.allowed)
        and worker.id not in visit.refused
        and worker.id == pinned
        and may_come(worker, visit)
        and has_level_during(worker, slot, visit.window.opens, visit.window.opens + slot.minutes)
    )


def _offer(day: _Day, visit: Visit, team: list[tuple[int, _Place]]) -> Offer | None:
    arrives = max(place.arrives for _, place in team)
    starts = max(arrives, visit.window.opens)
    delays = day.put_in(visit, team, starts)
    if delays is None:
        return None
    weights = day.problem.weights
    late_now = max(0.0, starts - visit.window.closes) * len(team)
    cost = weights.lateness * (late_now + sum(delay.late for delay in delays))
    cost += weights.travel * sum(place.travel for _, place in team)
    return Offer(
        slots=tuple(number for number, _ in team),
        workers=tuple(place.worker.id for _, place in team),
        arrives=arrives,
        starts=starts,
        travel=tuple(place.travel for _, place in team),
        after=tuple(place.after for _, place in team),
        delays=tuple(delays),
        cost=cost,
        on_shift_until=min(place.shift.ends for _, place in team),
        sentence=_sentence(day.names, team, arrives, delays),
    )


def _sentence(names: Mapping[str, str], team: list[tuple[int, _Place]], arrives: float, delays: list[Delay]) -> str:
    who = " and ".join(names.get(place.worker.id, place.worker.id) for _, place in team)
    way = " and ".join(f"{place.travel:.0f}" for _, place in team)
    hour, minute = divmod(round(arrives) % 1440, 60)
    text = f"{who} could be there at {hour:02d}:{minute:02d} ({way} minutes away)"
    if not delays:
        return f"{text}, delaying nothing."
    late = [delay for delay in delays if delay.late > _SLACK]
    worst = max(delays, key=lambda delay: (delay.late, delay.minutes))
    what = f"{len(delays)} visit{'' if len(delays) == 1 else 's'} by up to {max(d.minutes for d in delays):.0f} minutes"
    if late:
        which = names.get(worst.visit, worst.visit)
        return f"{text}, delaying {what}; {which} would be {worst.late:.0f} minutes later than its window."
    return f"{text}, delaying {what}, all within their windows."
