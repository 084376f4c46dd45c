"""Which period a measure is for when nobody says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from homeward.kernel.rules import months_later
from homeward.outcomes.ascof.records import CareRecord, Period


class PeriodUnknownError(Exception):
    """The period was not given and the file does not say it: what to give."""


@dataclass(frozen=True, slots=True)
class ChosenPeriod:
    """A period, and which parts of it nobody gave."""

    period: Period
    defaults: tuple[str, ...]


def choose_period(
    records: Iterable[CareRecord],
    *,
    first: date | None,
    last: date | None,
    submitted_by: datetime | None,
    today: date,
) -> ChosenPeriod:
    """The period as given, and for what was not given: the last quarter that was over at the file's latest submission,
    and submissions up to a month after the period.

    Source of the month: the published scripts take submissions up to 1 February for a period that ends on 31 December.

    Raises:
        PeriodUnknownError: the file has no submission to go by, or the period ends before it begins.
    """
    defaults = []
    if last is None:
        submitted = [record.imported_at for record in records if record.imported_at]
        if not submitted:
            raise PeriodUnknownError("No line has an ImportDate to tell the quarter by. Give --from and --to.")
        last = quarter_begin(max(submitted).date()) - timedelta(days=1)
        defaults.append("to")
    if first is None:
        first = quarter_begin(last)
        defaults.append("from")
    if submitted_by is None:
        submitted_by = datetime.combine(months_later(last.replace(day=1), 2), time.min)
        defaults.append("submitted_by")
    if last < first:
        raise PeriodUnknownError(
            f"The period ends on {last} before it begins on {first}. Give --from and --to in order."
        )
    return ChosenPeriod(Period(first, last, submitted_by, today), tuple(defaults))


def quarter_begin(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
