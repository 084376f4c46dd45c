"""How a worker's paid time was used: with people, on the way, on breaks, or not at all. Minutes throughout."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.roster.rules.limits import BREAK_LASTS, wants_break

BREAK_MINUTES = round(BREAK_LASTS.total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class Part:
    """A worker's part in a visit: as planned, and as it was where it was recorded.

    `is_first` where it begins a stretch of work: the way to it is from home, and not between people.
    """

    starts_at: datetime
    planned: int
    travel: int
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    is_missed: bool = False
    is_first: bool = False

    @property
    def actual(self) -> int:
        """With the person: as recorded, or as planned where nobody recorded it; none where it was missed."""
        if self.arrived_at and self.left_at:
            return minutes_between(self.arrived_at, self.left_at)
        return 0 if self.is_missed else self.planned

    @property
    def is_recorded(self) -> bool:
        """Whether the minutes come from times that somebody recorded."""
        return self.is_missed or bool(self.arrived_at and self.left_at)


@dataclass(frozen=True, slots=True)
class Use:
    """How the time of one or many workers was used.

    `paid` is the shifts where a shift is paid, and time with people and between them where only that is. `unused` is
    paid and neither with people, on the way nor a break; `waiting` the same of shifts that are not paid for; `beyond`
    is what was done over and above the shift. `away` are shifts not worked.
    """

    paid: int = 0
    planned: int = 0
    with_people: int = 0
    recorded: int = 0
    travelling: int = 0
    breaks: int = 0
    unused: int = 0
    waiting: int = 0
    beyond: int = 0
    away: int = 0

    @property
    def unused_share(self) -> float | None:
        """The share of paid time that was not used, from 0 to 1; None where nothing was paid."""
        return self.unused / self.paid if self.paid else None


def minutes_between(begins: datetime, ends: datetime) -> int:
    """Whole minutes from one moment to a later one, by elapsed time; none where it is not later."""
    # absolute time, because Python subtracts two times of one zone as the wall shows them
    return max(0, round((ends.timestamp() - begins.timestamp()) / 60))


def use_of_day(
    shifts: Sequence[tuple[datetime, datetime]], parts: Iterable[Part], *, pays_shift: bool, away: int = 0
) -> Use:
    """How one worker's day was used. `shifts` are those worked, `away` the minutes of those that were not."""
    there = sum(minutes_between(begins, ends) for begins, ends in shifts)
    breaks = BREAK_MINUTES * sum(wants_break(stretch) for stretch in shifts)
    planned = with_people = recorded = travelling = between = 0
    for part in parts:
        planned += part.planned
        with_people += part.actual
        recorded += part.actual if part.is_recorded else 0
        # nobody drove to what was missed as far as anybody knows: the plan's minutes stand for the rest of the day
        travelling += part.travel
        between += 0 if part.is_first else part.travel
    left = there - with_people - travelling - breaks
    return Use(
        paid=there if pays_shift else with_people + between,
        planned=planned,
        with_people=with_people,
        recorded=recorded,
        travelling=travelling,
        breaks=breaks,
        unused=max(0, left) if pays_shift else 0,
        waiting=0 if pays_shift else max(0, left),
        beyond=max(0, -left),
        away=away,
    )


def together(uses: Iterable[Use]) -> Use:
    """Several uses as one."""
    sums = dict.fromkeys(Use.__slots__, 0)
    for use in uses:
        for name in sums:
            sums[name] += getattr(use, name)
    return Use(**sums)
