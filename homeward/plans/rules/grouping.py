"""From what our team does to the visits it makes, by time of day, who and days, and what that does to a week."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from homeward.kernel.rules import whole_number
from homeward.plans.rules.draft import WEEKDAYS, Item

# When a visit of a time of day may start and should start by, where no template of the pathway says: a local decision
WINDOWS = {
    "morning": ("07:00", "10:00"),
    "midday": ("11:30", "13:30"),
    "teatime": ("16:00", "18:00"),
    "bedtime": ("19:30", "22:00"),
    "any": ("09:00", "16:00"),
}
TITLES = {
    "morning": "Morning visit",
    "midday": "Midday visit",
    "teatime": "Teatime visit",
    "bedtime": "Bedtime visit",
    "any": "Visit",
}
# Until when a visit that may start at an hour belongs to each time of day: a local decision
BELONGS_UNTIL = (("morning", "11:00"), ("midday", "15:00"), ("teatime", "19:00"), ("bedtime", "24:00"))
DAYTIME = "any"
# A visit is as long as what is done in it, in steps of so many minutes, and never shorter: local decisions
STEP_MINUTES = 5
SHORTEST_MINUTES = 15
USUAL_ACTIVITY_MINUTES = 15
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Window:
    """When a visit may start, from a template of a pathway."""

    opens_at: str
    closes_at: str
    is_hard: bool = False
    gap_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of visits: how many, and how many minutes of workers' time, a day a number."""

    visits: tuple[int, ...]
    minutes: tuple[int, ...]

    @property
    def all_visits(self) -> int:
        return sum(self.visits)

    @property
    def all_minutes(self) -> int:
        return sum(self.minutes)


def time_of_day(opens_at: str, closes_at: str) -> str:
    """The time of day that a visit with these wall clock times belongs to: any, where it may start through the day."""
    if opens_at < "11:00" and closes_at >= "15:00":
        return DAYTIME
    return next(code for code, until in BELONGS_UNTIL if opens_at < until)


def suggest_visits(activities: Iterable[Item], windows: Mapping[tuple[str, str], Window]) -> list[dict[str, Any]]:
    """The visits that what our team does asks for, as fields of a draft by code.

    What is done at one time of day by one kind of worker is done in one visit. Days on which more is done have a visit
    of their own. `windows` are the times of a template of the pathway, by (its code, time of day).
    """
    groups: dict[tuple, list[Item]] = {}
    for item in activities:
        if (item.text("doer") or "staff") != "staff" or item.text("often") == "as_needed" or not item.text("title"):
            continue
        for time in item.codes("times") or (DAYTIME,):
            who = (item.text("skill"), item.text("workers") or "1")
            key = (time, *who, item.text("starts_on"), _last_day(item))
            groups.setdefault(key, []).append(item)
    visits = []
    for (time, skill, workers, starts_on, ends_on), items in groups.items():
        by_day = {day: tuple(item.key for item in items if day in _days(item)) for day in WEEKDAYS}
        for keys in dict.fromkeys(keys for keys in by_day.values() if keys):
            done = [item for item in items if item.key in keys]
            window = next(
                (windows[one.text("template"), time] for one in done if (one.text("template"), time) in windows),
                Window(*WINDOWS.get(time, WINDOWS[DAYTIME])),
            )
            visits.append({
                "title": _title(time, done),
                "activities": list(keys),
                "weekdays": [day for day in WEEKDAYS if by_day[day] == keys],
                "opens_at": window.opens_at,
                "closes_at": window.closes_at,
                "is_hard": window.is_hard,
                "minutes": str(_minutes(done)),
                "skill": skill,
                "workers": workers,
                "gap_minutes": str(window.gap_minutes or ""),
                "starts_on": starts_on,
                "ends_on": ends_on,
            })  # fmt: skip
    visits.sort(key=lambda visit: (visit["opens_at"], visit["closes_at"]))
    templates = {item.key: item.text("template") for items in groups.values() for item in items}
    _gap_only_to_its_own(visits, templates)
    return visits


def week_from(patterns: Iterable[Any], first: date) -> Week:
    """What visit patterns ask of the seven days from `first`, each worker of a joint visit counted."""
    visits, minutes = [0] * DAYS_A_WEEK, [0] * DAYS_A_WEEK
    for pattern in patterns:
        for ahead in range(DAYS_A_WEEK):
            day = first + timedelta(days=ahead)
            if str(day.isoweekday()) not in pattern.weekdays or day < pattern.starts_on:
                continue
            if pattern.ends_on is None or day <= pattern.ends_on:
                visits[ahead] += 1
                minutes[ahead] += sum(slot["minutes"] for slot in pattern.slots)
    return Week(tuple(visits), tuple(minutes))


def is_same_visit(one: Any, other: Any) -> bool:
    """Whether two patterns ask for the same visit on a day that both ask for one."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("title", "opens_at", "closes_at", "is_window_hard", "minutes", "slots", "tasks", "gap_minutes")
    )


def _days(item: Item) -> tuple[str, ...]:
    if item.text("often") == "once":
        try:
            return (str(date.fromisoformat(item.text("starts_on")).isoweekday()),)
        except ValueError:  # nobody has said on which day
            return ()
    return item.codes("weekdays") if item.text("often") == "days" else tuple(WEEKDAYS)


def _last_day(item: Item) -> str:
    return item.text("starts_on") if item.text("often") == "once" else item.text("ends_on")


def _title(time: str, done: list[Item]) -> str:
    return done[0].text("title")[:120] if len(done) == 1 else TITLES.get(time, TITLES[DAYTIME])


def _minutes(done: list[Item]) -> int:
    numbers = [whole_number(item.text("minutes")) for item in done]
    together = sum(USUAL_ACTIVITY_MINUTES if number is None else number for number in numbers)
    return max(SHORTEST_MINUTES, -(-together // STEP_MINUTES) * STEP_MINUTES)


def _gap_only_to_its_own(visits: list[dict[str, Any]], templates: Mapping[str, str]) -> None:
    """A gap is kept where the visit before it on the day is of the same template; a planner counts from any visit."""
    for visit in visits:
        own = {templates[key] for key in visit["activities"]} - {""}
        for day in visit["weekdays"]:
            before = [one for one in visits[: visits.index(visit)] if day in one["weekdays"]]
            last = {templates[key] for key in before[-1]["activities"]} if before else set()
            if not own & last:
                visit["gap_minutes"] = ""
