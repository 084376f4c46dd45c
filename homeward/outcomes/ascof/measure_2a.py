"""ASCOF 2A: people after whose reablement no further request was made for ongoing support."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from homeward.outcomes.ascof.comparing import as_compared
from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.records import CareRecord, Period
from homeward.outcomes.ascof.requests import requests_of
from homeward.outcomes.ascof.st_max import Result, st_max_of


@dataclass(frozen=True, slots=True)
class Total:
    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        """Numerator of a hundred in the denominator; None when there is nobody."""
        return self.numerator / self.denominator * 100 if self.denominator else None


@dataclass(frozen=True, slots=True)
class RecordFate:
    """What became of a record: in short, as a request (or what surrounded it), and after ST-Max."""

    record: CareRecord
    fate: Fate
    at_requests: Fate
    at_st_max: Fate
    result_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ascof2A:
    """totals: council code to its total, every council of the file; `everywhere`: all together."""

    totals: dict[str, Total]
    everywhere: Total
    results: list[Result]
    fates: list[RecordFate]


def ascof_2a(records: Iterable[CareRecord], period: Period) -> Ascof2A:
    """ASCOF 2A of a file's records in `period`, with the fate of each record, by line."""
    records = sorted(records, key=lambda record: record.line)
    at_front_door = requests_of(records, period)
    st_max = st_max_of(records, at_front_door.cohort, period)
    fates = []
    for record in records:
        at_requests = at_front_door.fates.get(record.line, Fate.NO_PART)
        at_st_max = st_max.fates[record.line]
        fate = at_requests if at_st_max is Fate.NO_PART else at_st_max
        fates.append(
            RecordFate(record, fate, at_requests, at_st_max, tuple(st_max.result_numbers.get(record.line, ())))
        )
    return Ascof2A(
        totals_of(st_max.results, {record.council for record in records if record.council}),
        total_of(st_max.results),
        st_max.results,
        fates,
    )


def total_of(results: Iterable[Result]) -> Total:
    counted = Counter(numerator for result in results if result.in_denominator for numerator in [result.in_numerator])
    return Total(counted[True], counted.total())


def totals_of(results: list[Result], councils: Iterable[str]) -> dict[str, Total]:
    """Totals by council in order of code."""
    return by_council(
        councils,
        lambda council: total_of(result for result in results if as_compared(result.council) == as_compared(council)),
    )


def by_council(councils: Iterable[str], total: Callable[[str], Total]) -> dict[str, Total]:
    """The total of each council in order of code; codes that differ only in case are one council."""
    named = {as_compared(code): code for code in sorted(councils, reverse=True)}
    return {code: total(code) for code in sorted(named.values())}
