"""The words of a week: patterns, the week itself, and its plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from visit_planner.plan import Plan
from visit_planner.practice import Barred, Faces, NotAlone, OnlyThese
from visit_planner.problem import COST_IF_UNDONE, Gap, Problem, ProblemError, Slot, Visit, Weights, Window, Worker

DAY = 1440.0  # minutes
# A visit due every so many weeks may come this many days sooner than to the day. Local decision.
SOONER_DAYS = 3
# What another different face in a person's week weighs, in minutes of travel. Local decision.
SAME_FACE = 3.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Visits that one person needs in a week, alike on each of the days on which they fall.

    rounds: one visit each on such a day, in order; ``gap_minutes`` lie between the starts of two, at the least, into
    the next day too. times: on how many days. days: the days it may fall on, all where None. days_apart: 1 lets days
    follow each other, 2 does not. every_weeks: 2 is fortnightly, from ``last_done`` on, the day it was last done,
    which is before day 0 and so negative. The rest is as in ``Visit``.
    """

    id: str
    person: str
    place: int
    slots: tuple[Slot, ...]
    rounds: tuple[Window, ...]
    times: int = 1
    days: frozenset[int] | None = None
    days_apart: int = 1
    gap_minutes: float = 0.0
    every_weeks: int = 1
    last_done: int | None = None
    cost_if_undone: float = COST_IF_UNDONE
    preferred: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    only_these: tuple[OnlyThese, ...] = ()
    barred: tuple[Barred, ...] = ()
    not_alone: NotAlone | None = None


@dataclass(frozen=True)
class Week:
    """Some days to plan together.

    workers: with all their shifts, in minutes from midnight of day 0; ``paid_minutes`` are the contract hours and
    ``max_minutes`` the cap of these days together. travel: as in ``Problem``. faces: as in ``Problem``; ``at_most``
    holds over the days planned here and those given as seen already. same_face: price of each different worker in a
    person's week beyond as many as come at once, in minutes of travel.

    Raises:
        ProblemError: on construction, when anything contradicts itself or fits on no days.
    """

    workers: tuple[Worker, ...]
    patterns: tuple[Pattern, ...]
    travel: Mapping[str, np.ndarray]
    days: int = 7
    weights: Weights = field(default_factory=Weights)
    faces: tuple[Faces, ...] = ()
    same_face: float = SAME_FACE

    def __post_init__(self) -> None:
        _require(self.days >= 1, f"days is {self.days!r}: a week has at least 1")
        _require(self.same_face >= 0, f"same_face is {self.same_face!r}: it must be at least 0")
        for name, times in Counter(pattern.id for pattern in self.patterns).items():
            _require(times == 1, f"patterns: id {name!r} is used twice")
        for pattern in self.patterns:
            _check_pattern(pattern, self.days)
        for worker in self.workers:
            for shift in worker.shifts:
                _require(
                    0 <= shift.starts < self.days * DAY,
                    f"worker {worker.id!r}, shift {shift.id!r}: it starts at {shift.starts!r}, outside the "
                    f"{self.days} days; give minutes from midnight of day 0",
                )
        # every term of the days themselves is checked as that of any problem
        week_problem(self, {pattern.id: (choices(self, pattern) or [()])[0] for pattern in self.patterns})


@dataclass(frozen=True)
class WeekPlan:
    """chosen: pattern -> its days. plan: of all days, in minutes from midnight of day 0; its visits are named by
    ``visit_name``. total: the plan's cost and that of different faces."""

    chosen: Mapping[str, tuple[int, ...]]
    plan: Plan
    total: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; ``WeekPlan.from_dict`` reads it back unchanged."""
        return {
            "chosen": {name: list(days) for name, days in self.chosen.items()},
            "plan": self.plan.to_dict(),
            "total": self.total,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> WeekPlan:
        """Raises: KeyError or TypeError when ``stored`` did not come from ``to_dict``."""
        chosen = {name: tuple(days) for name, days in stored["chosen"].items()}
        return cls(chosen, Plan.from_dict(stored["plan"]), stored.get("total", 0.0))


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ProblemError(message)


def _check_pattern(pattern: Pattern, days: int) -> None:
    where = f"pattern {pattern.id!r}"
    _require(len(pattern.rounds) > 0, f"{where}: rounds is empty; a day on which it falls needs at least one")
    for before, after in pairwise(pattern.rounds):
        _require(before.opens <= after.opens, f"{where}: rounds are not in order of time")
    _require(pattern.times >= 1, f"{where}: times is {pattern.times!r}; it must be at least 1")
    _require(pattern.days_apart >= 1, f"{where}: days_apart is {pattern.days_apart!r}; it must be at least 1")
    _require(pattern.every_weeks >= 1, f"{where}: every_weeks is {pattern.every_weeks!r}; it must be at least 1")
    _require(pattern.gap_minutes >= 0, f"{where}: gap_minutes is {pattern.gap_minutes!r}; it must be at least 0")
    _require(
        pattern.last_done is None or pattern.last_done < 0,
        f"{where}: last_done is {pattern.last_done!r}; it is a day before day 0, so below 0",
    )
    outside = sorted(day for day in pattern.days or () if not 0 <= day < days)
    _require(not outside, f"{where}: days names day {outside[:1]}, but they run from 0 to {days - 1}")
    allowed = sorted(range(days) if pattern.days is None else pattern.days)
    possible = any(_are_apart(some, pattern.days_apart) for some in combinations(allowed, pattern.times))
    _require(
        possible,
        f"{where}: {pattern.times} times, {pattern.days_apart} days apart, does not fit on days {allowed}; "
        "allow more days or ask for fewer times",
    )


def _are_apart(days: tuple[int, ...], least: int) -> bool:
    return all(after - before >= least for before, after in pairwise(days))


def is_due(week: Week, pattern: Pattern) -> bool:
    """Whether a pattern falls in this week at all."""
    if pattern.last_done is None or pattern.every_weeks == 1:
        return True
    return pattern.last_done + 7 * pattern.every_weeks < week.days


def choices(week: Week, pattern: Pattern) -> list[tuple[int, ...]]:
    """The days on which a pattern may fall, each a tuple of days; none when it is not due.

    Where the days since it was last done forbid all of them, only the spacing inside the week holds.
    """
    if not is_due(week, pattern):
        return []
    allowed = sorted(range(week.days) if pattern.days is None else pattern.days)
    every = [some for some in combinations(allowed, pattern.times) if _are_apart(some, pattern.days_apart)]
    return [some for some in every if some[0] >= first_day(pattern)] or every


def first_day(pattern: Pattern) -> int:
    """The first day on which a pattern may fall, because of the day on which it was last done."""
    if pattern.last_done is None:
        return 0
    wait = 7 * pattern.every_weeks - SOONER_DAYS if pattern.every_weeks > 1 else pattern.days_apart
    return max(0, pattern.last_done + wait)


def visit_name(pattern: Pattern, day: int, number: int) -> str:
    """What a round of a pattern is called on a day, as a visit of the plan."""
    return f"{pattern.id}@{day}" if len(pattern.rounds) == 1 else f"{pattern.id}@{day}.{number}"


def visits_on(pattern: Pattern, day: int) -> list[Visit]:
    """The visits of a pattern on a day, in minutes from midnight of day 0."""
    begins = day * DAY
    risk = pattern.not_alone
    if risk is not None:
        since, until = (None if moment is None else moment + begins for moment in (risk.since, risk.until))
        risk = replace(risk, since=since, until=until)
    return [
        Visit(
            id=visit_name(pattern, day, number),
            place=pattern.place,
            slots=pattern.slots,
            window=replace(window, opens=window.opens + begins, closes=window.closes + begins),
            cost_if_undone=pattern.cost_if_undone,
            person=pattern.person,
            preferred=pattern.preferred,
            refused=pattern.refused,
            only_these=pattern.only_these,
            barred=pattern.barred,
            not_alone=risk,
        )
        for number, window in enumerate(pattern.rounds)
    ]


def gaps_of(pattern: Pattern, days: tuple[int, ...]) -> list[Gap]:
    """The spacing of the rounds of a pattern over the days on which it falls."""
    if not pattern.gap_minutes:
        return []
    names = [visit_name(pattern, day, number) for day in days for number in range(len(pattern.rounds))]
    return [Gap(before, after, pattern.gap_minutes) for before, after in pairwise(names)]


def week_problem(week: Week, chosen: Mapping[str, tuple[int, ...]]) -> Problem:
    """All days as one problem, once it is known on which days every pattern falls. To judge by, not to search."""
    patterns = [(pattern, chosen.get(pattern.id, ())) for pattern in week.patterns]
    return Problem(
        workers=week.workers,
        visits=tuple(visit for pattern, days in patterns for day in days for visit in visits_on(pattern, day)),
        travel=week.travel,
        gaps=tuple(gap for pattern, days in patterns for gap in gaps_of(pattern, days)),
        weights=week.weights,
        faces=week.faces,
    )


def faces_seen(problem: Problem, plan: Plan) -> dict[str, Counter[str]]:
    """Person -> worker -> how many slots of theirs."""
    person_of = {visit.id: visit.person for visit in problem.visits}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for stop in plan.assignments:
        person = person_of.get(stop.visit)
        if person is not None:
            seen[person][stop.worker] += 1
    return seen


def different_faces(week: Week, seen: Mapping[str, Counter[str]]) -> int:
    """Different workers of all people beyond as many as come to one of their visits at once."""
    together: Counter[str] = Counter()
    for pattern in week.patterns:
        together[pattern.person] = max(together[pattern.person], len(pattern.slots))
    return sum(max(0, len(workers) - together[person]) for person, workers in seen.items())
