"""Who could be there first: every worker or team that could come to one visit, given what everybody is doing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np

from visit_planner.plan import Plan
from visit_planner.problem import Problem, Visit
from visit_planner.pushing import Day, Trial, Wanted

# ``who_can_come`` offers this many teams; ``rank_responders`` knows them all.
TEAMS_OFFERED = 10
# Teams of three and four are put together from this many of the soonest workers of each slot: all of them would be
# millions, and whoever is not among the sixteen soonest is not the answer to anything urgent.
SOONEST_OF_THREE, SOONEST_OF_FOUR = 16, 9
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
    """One worker for one slot, or a team for all slots. ``arrives``: all are there; ``starts``: service begins.

    ``travel``: minutes on the way there, of each. ``delays``: what would start later, in order of time.
    ``cost``: what the plan costs more for it, exactly, in the problem's own unit.
    """

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


class Ranking(Sequence[Offer]):
    """Every worker or team that could take the slots, soonest first and then least cost; offers are made when asked.

    ``starts``, ``costs`` (minutes late included), ``late`` (minutes that other visits would be late) and ``moved``
    (how many would start later): arrays, one row an offer.
    """

    def __init__(
        self, day: Day, wanted: Wanted, picks: np.ndarray, figures: np.ndarray, names: Mapping[str, str], *, alike: bool
    ):
        members = np.sort(wanted.places["worker"][picks], axis=1)
        team = np.zeros(len(picks), np.int64)
        for column in members.T:
            team = team * (int(members.max(initial=0)) + 1) + column
        order = np.lexsort((team, np.round(figures[:, 1], 6), np.round(figures[:, 0], 6)))
        if picks.shape[1] > 1 and not alike:
            # The same people in other slots are the same team.
            order = order[np.sort(np.unique(team[order], return_index=True)[1])]
        self._day, self._wanted, self._names = day, wanted, names
        self._picks, figures = picks[order], figures[order]
        self.starts, self.costs, self.late, self.moved = figures.T

    def __len__(self) -> int:
        return len(self._picks)

    @overload
    def __getitem__(self, index: int) -> Offer: ...

    @overload
    def __getitem__(self, index: slice) -> list[Offer]: ...

    def __getitem__(self, index: int | slice) -> Offer | list[Offer]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        picks = self._picks[index]
        arrives = max(float(self._wanted.places["arrives"][y]) for y in picks)
        trial = self._day.trial(self._wanted, picks, max(arrives, self._wanted.floor))
        if trial is None:  # the very trial that succeeded when it was ranked
            raise IndexError(index)
        return _offer(self._day, self._wanted, picks, arrives, trial, self._names)

    def __iter__(self) -> Iterator[Offer]:
        return (self[k] for k in range(len(self)))

    def workers(self, index: int) -> tuple[str, ...]:
        """Who is in the offer at this rank, by slot, without working out the rest."""
        return tuple(_worker(self._day, self._wanted, y) for y in self._picks[index])


def rank_responders(
    problem: Problem,
    plan: Plan,
    visit_id: str,
    now: float | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> Ranking:
    """Every single worker, pair or team that could do all of a visit together, soonest first, and what each displaces.

    All of them for one or two workers; of three or four, those made of the soonest of each slot. Nothing else is
    rearranged, so whoever is listed can come and everybody else still keeps every rule, only later. For each team the
    earliest start is found, and of the ways to make it the one that adds least. ``now`` and ``names``: see
    ``who_can_come``.

    Raises:
        KeyError: there is no such visit.
    """
    day, wanted = _lay(problem, plan, visit_id, now)
    return _rank(day, wanted, range(len(wanted.visit.slots)), names or {})


def who_can_come(
    problem: Problem,
    plan: Plan,
    visit_id: str,
    slot: int | None = None,
    now: float | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> list[Offer]:
    """Who could be at a visit first, earliest first: single workers per slot, then (joint visits) the first teams.

    ``slot`` narrows it to one slot and to single workers. ``now`` (minutes from midnight): nobody leaves
    earlier, and visits already started, or done in time anyway, are finished first. If the visit is in the plan it is
    taken out first. ``names``: what to call workers and visits in sentences, by id.

    Raises:
        KeyError: there is no such visit.
        IndexError: the visit has no such slot.
    """
    visit = next((visit for visit in problem.visits if visit.id == visit_id), None)
    if visit is not None and slot is not None and not 0 <= slot < len(visit.slots):
        raise IndexError(f"visit {visit_id} has no slot {slot}")
    day, wanted = _lay(problem, plan, visit_id, now)
    asked = range(len(wanted.visit.slots)) if slot is None else [slot]
    offers = [offer for number in asked for offer in _rank(day, wanted, [number], names or {})]
    offers.sort(key=lambda offer: (offer.starts, offer.cost, offer.workers))
    if slot is None and len(wanted.visit.slots) > 1:
        offers += _rank(day, wanted, asked, names or {})[:TEAMS_OFFERED]
    return offers


def rank_on(day: Day, visit: Visit, names: Mapping[str, str]) -> Ranking:
    """``rank_responders`` for one of many visits left out of one plan."""
    return _rank(day, _wanted(day, visit), range(len(visit.slots)), names)


def _lay(problem: Problem, plan: Plan, visit_id: str, now: float | None) -> tuple[Day, Wanted]:
    visit = next((visit for visit in problem.visits if visit.id == visit_id), None)
    if visit is None:
        raise KeyError(visit_id)
    rest = Plan(tuple(stop for stop in plan.assignments if stop.visit != visit_id), plan.undone)
    day = Day(problem, rest, now)
    return day, _wanted(day, visit)


def _wanted(day: Day, visit: Visit) -> Wanted:
    """Who comes after the window has closed is said too: whoever asks decides what lateness means."""
    return day.wanted(replace(visit, window=replace(visit.window, hard=False)))


def _rank(day: Day, wanted: Wanted, slots: Sequence[int], names: Mapping[str, str]) -> Ranking:
    soonest = {3: SOONEST_OF_THREE}.get(len(slots), SOONEST_OF_FOUR if len(slots) > 3 else None)
    ranked = day.rank(wanted, slots, soonest)
    return Ranking(day, wanted, ranked.picks, ranked.figures, names, alike=ranked.alike)


def _worker(day: Day, wanted: Wanted, y: int) -> str:
    return day.shifts[int(wanted.places["shift"][y])][0].id


def _offer(
    day: Day, wanted: Wanted, picks: np.ndarray, arrives: float, trial: Trial, names: Mapping[str, str]
) -> Offer:
    rows = wanted.places[picks]
    workers = tuple(_worker(day, wanted, y) for y in picks)
    delays = _delays(day, trial)
    travel = tuple(float(way) for way in rows["way"])
    return Offer(
        slots=tuple(int(slot) for slot in rows["slot"]),
        workers=workers,
        arrives=arrives,
        starts=trial.start,
        travel=travel,
        after=tuple(day.stops[after].visit if after >= 0 else None for after in rows["after"]),
        delays=delays,
        cost=trial.cost,
        on_shift_until=min(day.shifts[e][1].ends for e in rows["shift"]),
        sentence=_sentence(names, workers, travel, arrives, delays),
    )


def _delays(day: Day, trial: Trial) -> tuple[Delay, ...]:
    delays = []
    for name, after in sorted(trial.fresh.items(), key=lambda item: (item[1], item[0])):
        first = day.stops[day.stops_of[day.number[name]][0]]
        closes = day.visits[name].window.closes
        late = max(0.0, after - closes) - max(0.0, first.starts - closes)
        delays.append(Delay(name, first.worker, after - first.starts, late))
    return tuple(delays)


def _sentence(
    names: Mapping[str, str],
    workers: tuple[str, ...],
    travel: tuple[float, ...],
    arrives: float,
    delays: tuple[Delay, ...],
) -> str:
    who = " and ".join(names.get(name, name) for name in workers)
    way = " and ".join(f"{minutes:.0f}" for minutes in travel)
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
