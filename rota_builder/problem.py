"""What a rota is made from: workers and their limits, shift kinds, demand, what is fixed, absences, wishes.

Days are numbers: 0 is ``first_day``, the next is 1; what was worked before the rota begins has a negative day. Times
are minutes from midnight of the day a shift begins and may exceed 1440. Money is in pence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, timedelta

DAY = 1440
WEEK = 7
# A kind counts as a night when at least this much of it lies between 23:00 and 06:00: the Working Time Regulations
# 1998, regulation 2, "night worker": at least three hours of daily working time in night time.
NIGHT_BEGINS, NIGHT_ENDS, NIGHT_AT_LEAST = 23 * 60, 30 * 60, 3 * 60


class ProblemError(ValueError):
    """The problem contradicts itself; the message names the field and says what to change."""


@dataclass(frozen=True, slots=True)
class ShiftKind:
    """A shift as it is worked on a day: one stretch, or several for a split day. Minutes from midnight, in order.

    ``is_open`` is False for hours that are only there because somebody is already rostered for them: never given anew.
    ``not_before``: kinds that may not be worked on the day after.
    """

    id: str
    stretches: tuple[tuple[int, int], ...]
    name: str = ""
    is_open: bool = True
    not_before: frozenset[str] = frozenset()

    @property
    def starts(self) -> int:
        return self.stretches[0][0]

    @property
    def ends(self) -> int:
        return self.stretches[-1][1]

    @property
    def minutes(self) -> int:
        """Paid minutes: all its stretches."""
        return sum(ends - starts for starts, ends in self.stretches)

    @property
    def is_night(self) -> bool:
        inside = 0
        for starts, ends in self.stretches:
            for shift in (-DAY, 0):
                inside += max(0, min(ends, NIGHT_ENDS + shift) - max(starts, NIGHT_BEGINS + shift))
        return inside >= NIGHT_AT_LEAST


@dataclass(frozen=True, slots=True)
class Limits:
    """What may not be broken for one worker. None: no such limit. Minutes and counts as the names say.

    ``least_day_off`` is the rest over a single day off. ``most_days_in_two_weeks`` holds in any fourteen days in a
    row. A week is Monday to Sunday; ``most_minutes``, ``least_minutes``, ``most_weekends`` and ``most_of_kind`` are
    over the whole rota. The two ``fewest`` are not held against days at the edges of the rota.
    """

    longest_shift: int | None = None
    least_rest: int | None = None
    least_day_off: int | None = None
    most_days_in_a_row: int | None = None
    most_nights_in_a_row: int | None = None
    most_days_in_two_weeks: int | None = None
    most_weekly_minutes: int | None = None
    most_weekends: int | None = None
    most_minutes: int | None = None
    least_minutes: int | None = None
    fewest_days_in_a_row: int = 1
    fewest_days_off_in_a_row: int = 1
    most_of_kind: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who can be rostered.

    ``contract_minutes`` a week are paid whether worked or not; None: paid only for hours worked. ``kinds``: the only
    ones they work; None: any open kind. ``hourly_pence``: what an hour costs; ``overtime_percent``: added beyond
    contract.
    """

    id: str
    employer: str = ""
    skills: frozenset[str] = frozenset()
    contract_minutes: int | None = None
    limits: Limits = Limits()
    kinds: frozenset[str] | None = None
    hourly_pence: int = 0
    overtime_percent: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """How many are needed between two times of a day, by the clock, or on one kind of shift.

    By the clock somebody counts for the time they are there, if they have ``skill`` (None: anybody), and for one need
    at a moment. With ``kind``, everybody on it counts, and the times are not looked at. ``least`` should never be
    missed, ``wanted`` (at least ``least``) is what the work asks for. With ``kind``, ``cost_least`` and ``cost_over``
    are the points for each worker missing or too many; without, the weights hold.
    """

    day: int
    starts: int = 0
    ends: int = DAY
    skill: str | None = None
    least: int = 0
    wanted: int = 0
    kind: str | None = None
    cost_least: int | None = None
    cost_over: int | None = None


@dataclass(frozen=True, slots=True)
class Fixed:
    """A shift that is settled: worked before the rota begins (negative day), published, or promised."""

    worker: str
    day: int
    kind: str


@dataclass(frozen=True, slots=True)
class Absence:
    """A day on which somebody cannot be rostered. ``counts``: it uses up a seventh of a week's contract, as leave
    does.
    """

    worker: str
    day: int
    why: str = "leave"
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody would like. ``kind`` None: any shift of that day; ``is_wanted`` False: rather not."""

    worker: str
    day: int
    kind: str | None
    is_wanted: bool
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Weights:
    """Points for one unit of each thing a rota is judged by. A point is worth about a pound.

    ``weekend`` and ``night``: the second of a worker costs once, the third twice more, and so on, which shares them
    out.
    """

    least_hour: int = 300  # a worker missing for an hour below the least
    wanted_hour: int = 60  # below what is wanted
    under_contract_hour: int = 15  # paid and not rostered
    over_contract_hour: int = 8  # beyond contract, besides what it costs
    wish: int = 12  # for each of its weight
    weekend: int = 10
    night: int = 2
    pound: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything a rota is built from.

    Raises:
        ProblemError: it names something that does not exist, twice the same, or a number that cannot be.
    """

    first_day: date
    days: int
    kinds: tuple[ShiftKind, ...]
    workers: tuple[Worker, ...]
    demands: tuple[Demand, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    absences: tuple[Absence, ...] = ()
    wishes: tuple[Wish, ...] = ()
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        _check(self)

    def date_of(self, day: int) -> date:
        return self.first_day + timedelta(days=day)

    def week_of(self, day: int) -> int:
        """The number of the Monday-to-Sunday week a day lies in; the first day of the rota lies in week 0."""
        return (day + self.first_day.weekday()) // WEEK

    def is_weekend(self, day: int) -> bool:
        return (day + self.first_day.weekday()) % WEEK >= 5


def contract_target(problem: Problem, worker: Worker, absent_days: int) -> int | None:
    """Minutes that a worker's contract asks for over the rota, leave taken out. None without a contract."""
    if worker.contract_minutes is None:
        return None
    return round(worker.contract_minutes * max(0, problem.days - absent_days) / WEEK)


def _once(names: list[str], what: str) -> set[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProblemError(f"{what} {name!r} is given twice. Give each its own id.")
        seen.add(name)
    return seen


def _weights(problem: Problem) -> list[int]:
    return [getattr(problem.weights, one.name) for one in fields(Weights)]


def _check(problem: Problem) -> None:
    if problem.days < 1:
        raise ProblemError(f"days is {problem.days}: a rota has at least one day")
    kinds = _once([kind.id for kind in problem.kinds], "shift kind")
    workers = _once([worker.id for worker in problem.workers], "worker")
    for kind in problem.kinds:
        edges = [edge for stretch in kind.stretches for edge in stretch]
        in_order = all(one < two for one, two in kind.stretches) and edges == sorted(edges)
        if not edges or not in_order or edges[0] < 0 or edges[-1] > 2 * DAY:
            raise ProblemError(f"shift kind {kind.id!r}: its stretches must be in order and end after they start")
        if unknown := kind.not_before - kinds:
            raise ProblemError(f"shift kind {kind.id!r}: not_before names no kind: {', '.join(sorted(unknown))}")
    for worker in problem.workers:
        if unknown := (worker.kinds or frozenset()) - kinds:
            raise ProblemError(f"worker {worker.id!r}: kinds names no shift kind: {', '.join(sorted(unknown))}")
        numbers = [getattr(worker.limits, one.name) for one in fields(Limits) if one.name != "most_of_kind"]
        if any(number is not None and number < 0 for number in numbers):
            raise ProblemError(f"worker {worker.id!r}: a limit is below 0")
    for demand in problem.demands:
        if not 0 <= demand.day < problem.days:
            raise ProblemError(f"a demand is on day {demand.day}, which is not in this rota")
        if demand.kind is not None and demand.kind not in kinds:
            raise ProblemError(f"a demand names no shift kind: {demand.kind!r}")
        if demand.ends <= demand.starts or demand.least < 0 or demand.wanted < demand.least:
            raise ProblemError(
                f"the demand on day {demand.day} from {demand.starts}: it must end after it starts, and want at least"
                " the least"
            )
        if demand.kind is None and (demand.cost_least is not None or demand.cost_over is not None):
            raise ProblemError(
                f"the demand on day {demand.day} from {demand.starts}: only one on a kind has its own costs"
            )
    rows: tuple[Fixed | Absence | Wish, ...] = (*problem.fixed, *problem.absences, *problem.wishes)
    for row in rows:
        if row.worker not in workers:
            raise ProblemError(f"{type(row).__name__.lower()} names no worker: {row.worker!r}")
        kind_id = getattr(row, "kind", None)
        if kind_id is not None and kind_id not in kinds:
            raise ProblemError(f"{type(row).__name__.lower()} names no shift kind: {kind_id!r}")
    if any(one.cost_least is not None and one.cost_least < problem.weights.wanted_hour for one in problem.demands):
        raise ProblemError("a demand's cost_least must be at least the weight wanted_hour")
    if problem.weights.least_hour < problem.weights.wanted_hour or min(map(int, _weights(problem))) < 0:
        raise ProblemError("weights: none may be below 0, and least_hour must be at least wanted_hour")
    _once([f"{one.worker} on day {one.day}" for one in problem.fixed], "a fixed shift of")
