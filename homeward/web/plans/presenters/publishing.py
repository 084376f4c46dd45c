"""What becoming the plan does: to the week, and to what the plan says."""

from dataclasses import dataclass
from datetime import date, timedelta

from homeward.plans.rules import week_from
from homeward.web.persons import short_day
from homeward.web.plans.presenters.words import hours_words
from homeward.web.words import WEEKDAYS


@dataclass(frozen=True, slots=True)
class DayLine:
    day: str
    visits_before: int
    visits_after: int
    change: str


@dataclass(frozen=True, slots=True)
class WeekChange:
    """Seven days of visits before and after, in words."""

    title: str
    visits_before: int
    visits_after: int
    visits_change: str
    time_before: str
    time_after: str
    time_change: str
    days: tuple[DayLine, ...]


def present_week(before: list, after: list, first: date) -> WeekChange:
    """What visits ask of the seven days from `first`, before and after; patterns have the fields of `VisitPattern`."""
    was, then = week_from(before, first), week_from(after, first)
    return WeekChange(
        title=f"The 7 days from {WEEKDAYS[first.weekday()]} {short_day(first)}",
        visits_before=was.all_visits,
        visits_after=then.all_visits,
        visits_change=_change(then.all_visits - was.all_visits, "visits"),
        time_before=hours_words(was.all_minutes),
        time_after=hours_words(then.all_minutes),
        time_change=_time_change(then.all_minutes - was.all_minutes),
        days=tuple(
            DayLine(
                f"{WEEKDAYS[(first + timedelta(days=ahead)).weekday()]}",
                was.visits[ahead],
                then.visits[ahead],
                _change(then.visits[ahead] - was.visits[ahead], ""),
            )
            for ahead in range(7)
        ),
    )


def followed_words(followed) -> str:
    """What became of the visits already made, in a sentence or two."""
    said = []
    for number, words in ((followed.unchanged, "stay as they are"), (followed.cancelled, "were cancelled"),
                          (followed.made, "were made")):  # fmt: skip
        if number:
            said.append(f"{number} {words if number != 1 else words.replace('were', 'was').replace('stay', 'stays')}")
    text = f"Of the visits already made, {', '.join(said)}." if said else "No visits had to change."
    return text.replace("they are", "it is") if said == [f"{followed.unchanged} stays as they are"] else text


def _change(number: int, what: str) -> str:
    if number == 0:
        return "no change" if what else "="
    return f"{'+' if number > 0 else '−'}{abs(number)}"


def _time_change(minutes: int) -> str:
    if minutes == 0:
        return "no change"
    return f"{hours_words(abs(minutes))} {'more' if minutes > 0 else 'less'}"
