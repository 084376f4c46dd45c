"""What a contract charges for a visit, and what a package costs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from homeward.commissioning.rules.money import mileage_pence, pence_for
from homeward.kernel.rules import days_from

SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Price:
    """One rate: `unit` is "hour" or "visit"; `up_to_minutes` is the longest visit it is for, 0 by the hour."""

    kind: str
    time: str
    unit: str
    up_to_minutes: int
    pence: int
    starts_on: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a contract matters for money. Nights are wall clock, "22:00" to "07:00"."""

    prices: tuple[Price, ...]
    night_from: str = "22:00"
    night_until: str = "07:00"
    start_tolerance: int = 30
    length_tolerance: int = 5
    mileage_pence: int = 0
    most_miles: int = 0


@dataclass(frozen=True, slots=True)
class WeeklyVisit:
    """A visit on days of the week between two days, either of which may be open."""

    weekdays: str
    opens_at: str
    minutes: int
    workers: int
    starts_on: date | None = None
    ends_on: date | None = None

    def is_on(self, day: date) -> bool:
        """Whether it is asked for on a day."""
        return (
            str(day.isoweekday()) in self.weekdays
            and (self.starts_on is None or day >= self.starts_on)
            and (self.ends_on is None or day <= self.ends_on)
        )


class NoPriceError(Exception):
    """The contract has no price for this."""


def time_of(day: date, starts_at: str, terms: Terms) -> str:
    """Which rate's time a visit falls in by when it starts: night before all else, then weekend, then day."""
    night = (
        terms.night_from <= starts_at or starts_at < terms.night_until
        if terms.night_from > terms.night_until
        else terms.night_from <= starts_at < terms.night_until
    )
    if night:
        return "night"
    return "weekend" if day.isoweekday() >= SATURDAY else "day"


def price_of(terms: Terms, kind: str, day: date, starts_at: str, minutes: int, tenth_miles: int = 0) -> int:
    """What one worker's visit costs, in pence, with its mileage.

    Prices of visits stand before prices of hours: the shortest band that is long enough. Where a contract has no price
    for the night or the weekend, the day's holds.

    Raises: NoPriceError.
    """
    asked = time_of(day, starts_at, terms)
    for time in dict.fromkeys((asked, "day")):
        mine = [one for one in terms.prices if one.kind == kind and one.time == time and one.starts_on <= day]
        bands = _newest(one for one in mine if one.unit == "visit" and one.up_to_minutes >= minutes)
        if bands:
            return min(bands, key=lambda one: one.up_to_minutes).pence + _miles(terms, tenth_miles)
        hours = _newest(one for one in mine if one.unit == "hour")
        if hours:
            return pence_for(minutes, hours[0].pence) + _miles(terms, tenth_miles)
    raise NoPriceError("The contract has no price for this kind of care and a visit of this length.")


def cost_of_days(
    terms: Terms, kind: str, visits: Sequence[WeeklyVisit], days: Iterable[date], without: Collection[date] = ()
) -> dict[date, int]:
    """What planned visits cost on each of these days, in pence; nothing on the days `without`.

    Raises: NoPriceError.
    """
    known: dict[tuple, int] = {}
    changes = sorted({one.starts_on for one in terms.prices})
    costs = {}
    for day in days:
        total = 0
        if day not in without:
            holds = sum(1 for change in changes if change <= day)
            for visit in visits:
                if not visit.is_on(day):
                    continue
                key = (visit.opens_at, visit.minutes, day.isoweekday(), holds)
                if key not in known:
                    known[key] = price_of(terms, kind, day, visit.opens_at, visit.minutes)
                total += known[key] * visit.workers
        costs[day] = total
    return costs


def minutes_of_days(visits: Sequence[WeeklyVisit], days: Iterable[date], without: Collection[date] = ()) -> int:
    """Minutes that planned visits take on these days, each worker's counted; nothing on the days `without`."""
    return sum(
        visit.minutes * visit.workers for day in days if day not in without for visit in visits if visit.is_on(day)
    )


def week_from(day: date) -> list[date]:
    """The seven days from the Monday on or after a day: one whole week of a package."""
    monday = day + timedelta(days=-day.weekday() % 7)
    return days_from(monday, monday + timedelta(days=6))


def _newest(prices: Iterable[Price]) -> list[Price]:
    """Of prices for the same length, the one that began last."""
    newest: dict[int, Price] = {}
    for one in sorted(prices, key=lambda one: one.starts_on):
        newest[one.up_to_minutes] = one
    return list(newest.values())


def _miles(terms: Terms, tenth_miles: int) -> int:
    return mileage_pence(tenth_miles, terms.mileage_pence, terms.most_miles)
