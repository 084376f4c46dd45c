"""What a measure is, and what comes of computing one. Nothing here computes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import ibis
from ibis.expr import types as ir

from homeward.outcomes.facts.reading import Facts
from homeward.outcomes.variation.intervals import Interval

# Records that are of no person supported
OF_NOBODY = frozenset(
    {"baseline", "bed", "invoice_line", "item", "sick_call", "sign_off", "survey_answer", "worker", "worker_day"}
)
Expression = Callable[[ir.Table], ir.Value]


def each_case(case: ir.Table) -> ir.IntegerScalar:
    """The denominator of a share or a mean: every case is one."""
    return ibis.literal(1)


class Unit(StrEnum):
    """What a value is of. A share is from 0 to 1; money is in pence."""

    COUNT = "count"
    SHARE = "share"
    RATE = "rate"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    PENCE = "pence"


class By(StrEnum):
    """How long a period is. A year is a financial one: April to March."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Published:
    """A figure somebody else published: always shown with its place and period, never mixed into ours.

    `value` is in the measure's unit, unless `unit` says another; None where the source gives words and no number.
    """

    says: str
    value: float | None
    place: str
    period: str
    source: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Cases that are left out, and why."""

    why: str
    left_out: Expression


@dataclass(frozen=True, eq=False)
class Measure:
    """One definition. `key` is its code, and what part of the measure it is, where that has several.

    `cases` gives a row for each case: `service_id`, `day` (the day it belongs to, in London), `record_id` (the number
    of what `record` names), `person_id` (null where it is of nobody), and whatever the rest needs. `counts` is what a
    case adds to the numerator, or whether it is in it; `out_of` what it adds to the denominator, without which the
    value is the numerator. Both add up over days, so that a year is the sum of its months. `together` names the column
    of cases that are alike, such as those of one worker: the interval is then of so many of them, and no more.
    """

    key: str
    title: str
    definition: str
    numerator: str
    denominator: str
    unit: Unit
    record: str
    reads: tuple[str, ...]
    cases: Callable[[Facts], ir.Table]
    counts: Expression = lambda case: case.count_of
    out_of: Expression | None = None
    exclusions: tuple[Exclusion, ...] = ()
    splits: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()
    local_decisions: tuple[str, ...] = ()
    # "up" or "down": which way is better; "" where neither is
    better: str = ""
    together: str = ""
    # a difference, which may go either way
    may_be_below_nothing: bool = False
    version: int = 1

    @property
    def is_of_people(self) -> bool:
        """Whether its cases are of people supported, and so of the groups that these are in."""
        return self.record not in OF_NOBODY

    @property
    def whose(self) -> str:
        """The column that says whose a case is: a person supported, or the worker of a day; "" where it is nobody's."""
        if self.is_of_people:
            return "person_id"
        return self.together if self.record == "worker_day" else ""

    @property
    def code(self) -> str:
        """The measure it is, or is part of: M12."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Point:
    """One period, both days counted. `value` is None where the denominator is 0; `split` where it is of a part only.

    `is_provisional` until the period is over and a fortnight has passed, for what is written down late; of a day, until
    it is over. `interval` is of a measure whose cases belong `together`, where there are enough that do. `added` is
    what each person's cases add to numerator and denominator, where that was asked for and they are somebody's.
    """

    first: date
    last: date
    numerator: float
    denominator: float | None
    value: float | None
    is_provisional: bool
    split: str = ""
    interval: Interval | None = None
    added: Mapping[int | None, tuple[float, float]] | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A measure of one service. Every period is there; `excluded`: why, and how many cases, over all of them."""

    measure: Measure
    service_code: str
    by: By
    points: tuple[Point, ...]
    excluded: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a measure, by numbers alone: of the `record` that the measure names, and of the person."""

    record: str
    record_id: int
    person_id: int | None
    day: date
    counts: float
    out_of: float | None
