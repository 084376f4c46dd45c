"""What may be asked of one worker: the Working Time Regulations 1998, and what their employer allows.

docs/rules/working-time.md says where each figure is from, which of them an employer may set, and what is not checked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from homeward.kernel.rules import day_words, london_day, wall_clock

LAW = "Working Time Regulations 1998"
# Working Time Regulations 1998, regulation 4: 48 hours for each seven days, on average, unless agreed in writing (5)
WEEKLY_AVERAGE = 48 * 60
# Regulation 4(3): the average is over 17 weeks; for somebody who began later, over the time since they began (4(5))
WEEKS_AVERAGED = 17
# Regulation 6: the normal hours of a night worker are 8 in each 24 on average. Over six days a week, because the weekly
# rest of regulation 11 is taken out of the days counted (6(5)); nobody can opt out of it alone
NIGHT_WORKER_WEEKLY = 8 * 60 * 6
# Regulation 2: night time is 23:00 to 06:00 where no agreement says otherwise, and a night worker normally works at
# least three hours of it
NIGHT_FROM, NIGHT_UNTIL, NIGHT_HOURS = "23:00", "06:00", timedelta(hours=3)
# Regulation 10: eleven hours in a row, in each 24 hours
DAILY_REST = 11 * 60
# Follows from regulation 10: what is left of 24 hours. The Regulations name no longest shift
LONGEST_SHIFT = 24 * 60 - DAILY_REST
# Regulation 11: 24 hours without a break in each seven days, or 48 hours (or twice 24) in each fourteen
WEEKLY_REST = 24 * 60
REST_DAYS = 14
# Regulation 12: twenty minutes where more than six hours are worked
BREAK_WANTED_AFTER, BREAK_LASTS = timedelta(hours=6), timedelta(minutes=20)

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be asked of a worker. Lengths in minutes; None where there is no such limit.

    `most_weekly` holds on average over `weeks_averaged` weeks; with 1, it holds in each week from Monday. `own` names
    the limits that are the employer's and not the law's: somebody may decide to go beyond those, for a reason.
    """

    longest_shift: int = LONGEST_SHIFT
    least_rest: int = DAILY_REST
    # Neither is in the Regulations: each employer decides
    most_days_in_a_row: int | None = None
    most_nights_in_a_row: int | None = None
    most_weekly: int | None = WEEKLY_AVERAGE
    weeks_averaged: int = WEEKS_AVERAGED
    weekly_rest: int = WEEKLY_REST
    works_nights: bool = True
    has_opted_out: bool = False
    own: frozenset[str] = field(default_factory=frozenset)


# Where an employer says nothing. The numbers of the regulations are beside the constants above
WORKING_TIME = Limits()


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit that some shifts would break. `is_law` where no employer may allow it by itself."""

    words: str
    is_law: bool
    limit: str


def breaks(limits: Limits, stretches: Iterable[Stretch], new: Iterable[Stretch]) -> tuple[str, ...]:
    """Which limits a worker's shifts would break if `new` ones were added, in sentences; none where all is well.

    `stretches` are (starts at, ends at) of the shifts they have, aware moments in any order, of the last 17 weeks as
    far as known, and ahead. Only what `new` takes part in is said: what was broken before is not its fault.
    """
    return tuple(one.words for one in broken(limits, stretches, new))


def broken(limits: Limits, stretches: Iterable[Stretch], new: Iterable[Stretch]) -> tuple[Broken, ...]:
    """The same as `breaks`, each with whether it is the law's limit or only the employer's."""
    fresh = list(new)
    if not fresh:
        return ()
    whole = joined([*stretches, *fresh])
    touched = [one for one in whole if any(one[0] < until and one[1] > begins for begins, until in fresh)]
    days = _working_days(whole)
    found: list[Broken] = []
    for check in (_too_long, _too_little_rest, _too_many_days, _too_many_nights, _no_weekly_rest, _too_much):
        found += check(limits, whole, touched, days)
    return tuple(dict.fromkeys(found))


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches of time in order, those that touch or overlap as one: a night kept as two shifts is one again."""
    whole: list[Stretch] = []
    for begins, until in sorted(stretches):
        if whole and begins <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], until))
        else:
            whole.append((begins, until))
    return whole


def is_night(stretch: Stretch) -> bool:
    """Whether at least three hours of it are night time."""
    begins, until = stretch
    day = london_day(begins) - timedelta(days=1)
    worked = timedelta()
    while day <= london_day(until):
        since, to = wall_clock(day, NIGHT_FROM), wall_clock(day + timedelta(days=1), NIGHT_UNTIL)
        # absolute time, because Python subtracts two times of one zone as the wall shows them
        worked += max(timedelta(), _length((max(begins, since), min(until, to))))
        day += timedelta(days=1)
    return worked >= NIGHT_HOURS


def wants_break(stretch: Stretch) -> bool:
    """Whether a break of twenty minutes belongs in it."""
    return _length(stretch) > BREAK_WANTED_AFTER


def _length(stretch: Stretch) -> timedelta:
    return timedelta(seconds=stretch[1].timestamp() - stretch[0].timestamp())


def _minutes(stretch: Stretch) -> int:
    return round(_length(stretch).total_seconds() / 60)


def _working_days(whole: Sequence[Stretch]) -> list[tuple[date, Stretch]]:
    """The days worked, each from its first beginning to its last end: the parts of a split day belong together.

    Work split up over the day is outside the daily rest (regulation 22(1)(c)); the night after it is not.
    """
    days: dict[date, Stretch] = {}
    for begins, until in whole:
        day = london_day(begins)
        first, last = days.get(day, (begins, until))
        days[day] = (min(first, begins), max(last, until))
    return sorted(days.items())


def _too_long(limits: Limits, whole, touched: Sequence[Stretch], days) -> list[Broken]:
    law = max(LONGEST_SHIFT, limits.longest_shift)
    return [
        Broken(
            f"A shift of {_long(_minutes(one))} on {day_words(london_day(one[0]))}: "
            f"{_says(limits, 'longest_shift', '10')} allow at most {_long(limits.longest_shift)}.",
            _minutes(one) > law,
            "longest_shift",
        )
        for one in touched
        if _minutes(one) > limits.longest_shift
    ]


def _too_little_rest(limits: Limits, whole, touched: Sequence[Stretch], days) -> list[Broken]:
    law = min(DAILY_REST, limits.least_rest)
    found = []
    for (_, before), (day, after) in pairwise(days):
        rest = _minutes((before[1], after[0]))
        if rest < limits.least_rest and (_part(before, touched) or _part(after, touched)):
            found.append(
                Broken(
                    f"Only {_long(rest)} of rest before {day_words(day)}: "
                    f"{_says(limits, 'least_rest', '10')} want {_long(limits.least_rest)}.",
                    rest < law,
                    "least_rest",
                )
            )
    return found


def _too_many_days(limits: Limits, whole, touched: Sequence[Stretch], days) -> list[Broken]:
    return _in_a_row(limits.most_days_in_a_row, [day for day, _ in days], touched, "days", "most_days_in_a_row")


def _too_many_nights(limits: Limits, whole: Sequence[Stretch], touched: Sequence[Stretch], days) -> list[Broken]:
    nights = [one for one in touched if is_night(one)]
    if nights and not limits.works_nights:
        on = day_words(london_day(nights[0][0]))
        return [Broken(f"A night on {on}: their contract says they do not work nights.", False, "works_nights")]
    if limits.most_nights_in_a_row is None or not nights:
        return []
    worked = [london_day(one[0]) for one in whole if is_night(one)]
    return _in_a_row(limits.most_nights_in_a_row, worked, nights, "nights", "most_nights_in_a_row")


def _in_a_row(
    most: int | None, days: Iterable[date], touched: Sequence[Stretch], what: str, limit: str
) -> list[Broken]:
    if most is None:
        return []
    theirs = {london_day(one[0]) for one in touched}
    found = []
    for run in _runs(sorted(set(days))):
        if len(run) > most and theirs & set(run):
            words = f"{len(run)} {what} in a row from {day_words(run[0])}: the employer’s rules allow {most}."
            found.append(Broken(words, False, limit))
    return found


def _runs(days: Sequence[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _no_weekly_rest(limits: Limits, whole: Sequence[Stretch], touched: Sequence[Stretch], days) -> list[Broken]:
    """Fourteen days in which there are neither two rests of 24 hours nor one of 48, with a new shift among them."""
    wanted = timedelta(minutes=limits.weekly_rest)
    # the stretches of days that hold a new shift; those alone can be made worse by it
    firsts = {london_day(one[0]) - timedelta(days=back) for one in touched for back in range(REST_DAYS)}
    for first in sorted(firsts):
        begins = wall_clock(first, "00:00")
        until = wall_clock(first + timedelta(days=REST_DAYS), "00:00")
        # a night shift may lie across either midnight
        inside = [(max(one[0], begins), min(one[1], until)) for one in whole if one[1] > begins and one[0] < until]
        edges = [begins, *(edge for stretch in inside for edge in stretch), until]
        rests = [_length((edges[at], edges[at + 1])) for at in range(0, len(edges), 2)]
        if sum(rest // wanted for rest in rests) < 2:
            words = (
                f"Fewer than two rests of {_long(limits.weekly_rest)} in the fourteen days from "
                f"{day_words(first)}: {LAW}, regulation 11."
            )
            return [Broken(words, True, "weekly_rest")]
    return []


def _too_much(limits: Limits, whole: Sequence[Stretch], touched: Sequence[Stretch], days) -> list[Broken]:
    found = []
    for monday in sorted({_monday(london_day(one[0])) for one in touched}):
        if limits.most_weekly is not None:
            words = _over(whole, monday, limits.most_weekly, limits.weeks_averaged)
            if words:
                is_own = "most_weekly" in limits.own
                by = "the employer’s rules" if is_own else f"{LAW}, regulation 4"
                over_law = None if limits.has_opted_out else _over(whole, monday, WEEKLY_AVERAGE, WEEKS_AVERAGED)
                found.append(Broken(f"{words}: {by}.", bool(over_law), "most_weekly"))
                continue
        nights = [one for one in whole if is_night(one)]
        # a night worker as a normal course: most of what they work in the weeks averaged
        if limits.has_opted_out and len(nights) * 2 > len(whole):
            words = _over(whole, monday, NIGHT_WORKER_WEEKLY, WEEKS_AVERAGED)
            if words:
                found.append(Broken(f"{words} for a night worker: {LAW}, regulation 6.", True, "night_worker"))
    return found


def _over(whole: Sequence[Stretch], monday: date, most: int, weeks: int) -> str:
    """What is too much in the weeks that end with the week of `monday`, on average; empty where it is not."""
    first = monday - timedelta(weeks=weeks - 1)
    worked: dict[date, int] = {}
    for one in whole:
        week = _monday(london_day(one[0]))
        if first <= week <= monday:
            worked[week] = worked.get(week, 0) + _minutes(one)
    counted = (monday - min(worked)).days // 7 + 1 if worked else 1
    average = sum(worked.values()) / counted
    if average <= most:
        return ""
    if weeks == 1:
        return f"{_long(round(average))} in the week from {day_words(monday)}, where {_long(most)} is the most"
    over = f"over {counted} weeks" if counted > 1 else "over one week"
    return f"{_long(round(average))} a week on average {over}, where {_long(most)} is the most"


def _part(day: Stretch, touched: Iterable[Stretch]) -> bool:
    return any(one[0] < day[1] and one[1] > day[0] for one in touched)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _says(limits: Limits, limit: str, regulation: str) -> str:
    return "the employer’s rules" if limit in limits.own else f"the {LAW} (regulation {regulation})"


def _long(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    said = [f"{hours} {'hour' if hours == 1 else 'hours'}"] if hours or not rest else []
    if rest:
        said.append(f"{rest} {'minute' if rest == 1 else 'minutes'}")
    return " ".join(said)
