"""The months returns are made of."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.kernel.rules import LONDON, london_day, london_moment, months_later


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in England: its first day, and the moments it begins and the next one begins."""

    first: date

    @property
    def last(self) -> date:
        return date.fromordinal(self.next.toordinal() - 1)

    @property
    def next(self) -> date:
        return months_later(self.first, 1)

    @property
    def begins(self) -> datetime:
        return london_moment(self.first, 0)

    @property
    def ends(self) -> datetime:
        return london_moment(self.next, 0)


def day_of(moment: datetime | None) -> str:
    """Its day in England as a return writes it; empty text where there is none."""
    return london_day(moment).isoformat() if moment else ""


def time_of(moment: datetime | None) -> str:
    """Its time of day in England as a return writes it; empty text where there is none."""
    return moment.astimezone(LONDON).strftime("%H:%M:%S") if moment else ""


@dataclass(frozen=True, slots=True)
class Year(Month):
    """Twelve months as if they were one, for what is reckoned over a year."""

    @property
    def next(self) -> date:
        return months_later(self.first, 12)
