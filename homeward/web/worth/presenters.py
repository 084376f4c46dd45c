"""The finished words of a training plan."""

from dataclasses import dataclass
from datetime import timedelta

from homeward.kernel.rules import LONDON
from homeward.web.persons import short_day
from homeward.web.templating import clock_text
from homeward.web.words import counted, listed


@dataclass(frozen=True, slots=True)
class Line:
    """One sign-off: who, for what, what it frees in a week, and what it takes."""

    place: int
    worker_id: int
    worker: str
    employer: str
    title: str
    frees: str
    where: str
    travel: str
    unused: str
    takes: str
    payback: str


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What was found, when, and for which days."""

    looked: str
    days: str
    without: str
    lines: tuple[Line, ...]


def present_look(look) -> TrainingPlan:
    """A look in words, best first."""
    last = look.first_day + timedelta(days=look.days - 1)
    at = look.looked_at.astimezone(LONDON)
    return TrainingPlan(
        looked=f"{short_day(at.date())} at {clock_text(at)}",
        days=f"{short_day(look.first_day)} to {short_day(last)}" if look.days > 1 else short_day(last),
        without=_hours(look.registered_minutes),
        lines=tuple(_line(place, one) for place, one in enumerate(look.values, 1)),
    )


def _line(place: int, one: dict) -> Line:
    training = one["training"]
    practices = training["practices_left"]
    steps = [step[0].lower() + step[1:] for step in training["missing"]]
    if practices is None:
        steps.append("practice watched as often as you decide")
    elif practices:
        steps.append(f"{practices} observed {'practice' if practices == 1 else 'practices'}")
    steps.append("the sign-off itself")
    takes = f"{listed(steps)}: {training['registered_minutes']} minutes of a registered professional"
    if one["price_pence"] is not None:
        takes += f", £{one['price_pence'] / 100:.0f} in all"
    travel = round(one["travel_minutes"])
    return Line(
        place=place,
        worker_id=one["worker_id"],
        worker=one["worker"],
        employer=one["employer"],
        title=one["title"],
        frees=_hours(one["registered_minutes"]),
        where=f"{counted(one['visits'], 'visit')} a week to {counted(one['people'], 'person', 'people')}",
        travel=f"{abs(travel)} minutes {'less' if travel >= 0 else 'more'} on the road",
        unused=f"{round(one['dead_minutes'])} minutes of unused paid time",
        takes=takes[0].upper() + takes[1:],
        payback=_payback(one["payback_weeks"]),
    )


def _hours(minutes: float) -> str:
    whole, left = divmod(round(minutes), 60)
    if not whole:
        return f"{left} minutes"
    return f"{whole} h {left} min" if left else f"{whole} h"


def _payback(weeks: float | None) -> str:
    if weeks is None:
        return "Never"
    if weeks < 1:
        return "Within a week"
    return f"After {counted(weeks + 0.49, 'week')}"
