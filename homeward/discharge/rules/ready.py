"""Since when somebody is ready to leave, by the national rule. Pure Python.

The discharge ready date is the day on which the *final* period began in which the person no longer meets the criteria
to reside (NHS England, discharge ready date, 2024-25; docs/rules/coming-home.md). Becoming unwell again ends a period;
the next one begins anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """Whether somebody met the criteria to reside on a day."""

    day: date
    is_met: bool


@dataclass(frozen=True, slots=True)
class ReadyPeriod:
    """Days on which somebody no longer met the criteria: from the first until they met them again; None: to now."""

    first: date
    met_again: date | None = None


def standing_answers(given: Iterable[DayAnswer]) -> list[DayAnswer]:
    """One answer a day, oldest day first: of several about one day, the one given last. `given` in the order given."""
    by_day = {answer.day: answer for answer in given}
    return [by_day[day] for day in sorted(by_day)]


def ready_periods(given: Iterable[DayAnswer]) -> list[ReadyPeriod]:
    """Every period of being ready, oldest first. A day nobody answered for is as the day before it.

    `given` in the order given: a later answer about the same day puts an earlier one right.
    """
    periods: list[ReadyPeriod] = []
    for answer in standing_answers(given):
        is_running = bool(periods) and periods[-1].met_again is None
        if not answer.is_met and not is_running:
            periods.append(ReadyPeriod(answer.day))
        elif answer.is_met and is_running:
            periods[-1] = ReadyPeriod(periods[-1].first, answer.day)
    return periods


def ready_on(given: Iterable[DayAnswer]) -> date | None:
    """The discharge ready date: when the final period began; None while the criteria are met, or nobody has said."""
    periods = ready_periods(given)
    return periods[-1].first if periods and periods[-1].met_again is None else None
