"""What a lost day comes to, and which way of covering it is best."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Somebody who is off and comes in needs this long to get ready and set off. Local decision.
NOTICE = timedelta(minutes=60)
# They are asked for from this long before the first visit until this long after the last. Local decision.
AROUND = timedelta(minutes=30)
# People are asked to come in at a quarter of an hour, not at 07:43
QUARTER = timedelta(minutes=15)
# What a minute of anybody's travel weighs against money when ways of covering are put in order. Local decision: what a
# paid minute costs at 18 pounds an hour.
PENCE_A_TRAVEL_MINUTE = 30
# What it weighs to ask for somebody's day off, in pence. Local decision: fifty minutes of travel.
ASKS_SOMEBODY_OFF = 1500
# A way of covering with a visit later than this, in minutes, comes after those without one. Local decision.
LATE_MATTERS = 30


@dataclass(frozen=True, slots=True)
class Lost:
    """A slot that was lost: its minutes, whether it is a crisis or has a window that must hold, and who goes now."""

    minutes: int
    is_hard: bool
    employer_id: int | None


@dataclass(frozen=True, slots=True)
class Covered:
    """What a lost day comes to: visits and minutes lost, covered, and covered by another employer."""

    visits: int
    visits_covered: int
    visits_elsewhere: int
    minutes: int
    minutes_covered: int
    minutes_elsewhere: int
    hard_uncovered: int

    @property
    def visits_uncovered(self) -> int:
        return self.visits - self.visits_covered


def covered(lost: Iterable[Lost], employer_id: int) -> Covered:
    """Count lost slots, those somebody else takes now, and those somebody of another employer than this takes."""
    slots = list(lost)
    taken = [one for one in slots if one.employer_id is not None]
    elsewhere = [one for one in taken if one.employer_id != employer_id]
    return Covered(
        visits=len(slots),
        visits_covered=len(taken),
        visits_elsewhere=len(elsewhere),
        minutes=sum(one.minutes for one in slots),
        minutes_covered=sum(one.minutes for one in taken),
        minutes_elsewhere=sum(one.minutes for one in elsewhere),
        hard_uncovered=sum(one.is_hard and one.employer_id is None for one in slots),
    )


def stretch_to_cover(now: datetime, first_starts: datetime, last_ends: datetime) -> tuple[datetime, datetime] | None:
    """From when to when somebody who comes in would work: whole quarters; None where nothing would be left to do."""
    begins = _up(max(now + NOTICE, first_starts - AROUND))
    return (begins, _up(last_ends + AROUND)) if begins < last_ends else None


def _up(moment: datetime) -> datetime:
    beyond = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not beyond else moment - beyond + QUARTER


def order(figures: dict) -> tuple:
    """Sorts ways of covering, best first: whom nobody reaches, lateness, then money, travel and somebody's day off."""
    return (
        figures["hard_uncovered"],
        figures["lost"] - figures["kept"],
        figures["worst_late"] > LATE_MATTERS,
        figures["pence"]
        + ASKS_SOMEBODY_OFF * figures["comes_in"]
        + PENCE_A_TRAVEL_MINUTE * (figures["travel"] + figures["late"] + figures["moved"]),
    )


def in_words(figures: dict, *, name: str = "", employer: str = "", hours: str = "") -> str:
    """One way of covering in a sentence: who, how many visits are kept, what it costs everybody else."""
    workers, employers = figures["workers"], figures["employers"]
    whom = f"{workers} {'colleague' if workers == 1 else 'colleagues'}"
    if employers > 1:
        whom += f" of {employers} employers"
    who = f"Spread over {whom}" if not name else f"{name} of {employer} comes in, {hours}"
    if name and workers > 1:
        who += f", with {workers - 1} {'colleague' if workers == 2 else 'colleagues'} on shift"
    if not workers:
        who = who if name else "Nobody on shift has room"
    kept = f"{figures['kept']} of {figures['lost']} {'visit' if figures['lost'] == 1 else 'visits'} kept"
    said = [f"{who}: {kept}, {_travel(figures['travel'])}"]
    if figures["late"]:
        visits = f"{figures['late']} {'visit' if figures['late'] == 1 else 'visits'}"
        up_to = "by" if figures["late"] == 1 else "by up to"
        said.append(f"{visits} late {up_to} {_minutes(figures['worst_late'])}")
    if figures["moved"]:
        said.append(f"{figures['moved']} other {'visit moves' if figures['moved'] == 1 else 'visits move'}")
    return f"{'; '.join(said)}."


def _travel(minutes: int) -> str:
    if minutes == 0:
        return "no more travel"
    return f"{_minutes(abs(minutes))} {'more' if minutes > 0 else 'less'} travel"


def _minutes(count: int) -> str:
    return f"{count} {'minute' if count == 1 else 'minutes'}"
