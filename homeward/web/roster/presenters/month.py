"""Four weeks of everybody as one table: finished text for each cell, because there are thousands of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.urls import reverse

from homeward.kernel.rules import day_words
from homeward.roster.selectors import DayNeeds, Rota
from homeward.web.roster.presenters.forecast import ExpectedRow, expected_rows, hours_expected
from homeward.web.roster.presenters.words import AWAY, clock, hours, short_words, uncovered_words, weeks_words
from homeward.web.words import skill_words

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
OFF = "–"
# Gaps that the page lists in words; the rest are in each day
GAP_DAYS_SHOWN = 5


class Cell(NamedTuple):
    """One worker's day: what it says, and its look, which says nothing that the words do not."""

    day: str
    words: str
    look: str


@dataclass(frozen=True, slots=True)
class Row:
    """One worker's four weeks."""

    id: int
    name: str
    job: str
    hours: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The workers of one employer."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class DayHead:
    """The top of a day."""

    iso: str
    weekday: str
    number: str
    title: str
    gaps: str
    gaps_title: str
    likely: str
    likely_title: str
    is_today: bool
    is_weekend: bool
    is_published: bool


@dataclass(frozen=True, slots=True)
class GapDay:
    """A day with gaps, in words."""

    url: str
    title: str
    gaps: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Month:
    """The page of the rota."""

    title: str
    first: str
    before: str
    after: str
    days: tuple[DayHead, ...]
    groups: tuple[Group, ...]
    workers: int
    of_workers: int
    gap_days: tuple[GapDay, ...]
    more_gap_days: int
    gaps: int
    # Days with enough for the plans, and too few with what is allowed for besides
    likely_days: tuple[GapDay, ...]
    likely: int
    drafts: int
    away_today: int
    published: str
    publish_to: str
    employers: tuple[tuple[str, str], ...]
    teams: tuple[tuple[str, str], ...]
    skills: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Whom the page shows: all where nothing is chosen."""

    employer: str = ""
    team: str = ""
    skill: str = ""
    name: str = ""

    def takes(self, worker) -> bool:
        """Whether a worker is shown."""
        return (
            (not self.employer or str(worker.organisation_id) == self.employer)
            and (not self.team or str(worker.team_id or "") == self.team)
            and (not self.skill or self.skill in worker.skills)
            and (not self.name or self.name.casefold() in f"{worker.label} {worker.local_reference}".casefold())
        )


def month(
    rota: Rota,
    needs: Sequence[DayNeeds],
    contracts,
    narrowed: Narrowed,
    today: date,
    published: date | None,
) -> Month:
    """Everything the page of the rota shows."""
    days = rota.days
    shown = [worker for worker in rota.workers if narrowed.takes(worker)]
    employers: dict[str, list[Row]] = {}
    isos = [(day, day.isoformat(), day.weekday() > 4, day == today) for day in days]
    weeks = len(days) / 7
    for worker in shown:
        employers.setdefault(str(worker.organisation), []).append(
            _row(worker, rota, isos, contracts.get(worker.pk), weeks)
        )
    ahead = [one for one in needs if one.day >= today]
    gap_days = [_gap_day(one) for one in ahead if one.short or one.uncovered]
    likely_days = [_likely_day(one) for one in ahead if one.likely]
    return Month(
        title=weeks_words(rota.first, rota.last),
        first=rota.first.isoformat(),
        before=(rota.first - timedelta(days=len(days))).isoformat(),
        after=(rota.first + timedelta(days=len(days))).isoformat(),
        days=tuple(_head(one, today, published) for one in needs),
        groups=tuple(Group(title, tuple(rows)) for title, rows in employers.items()),
        workers=len(shown),
        of_workers=len(rota.workers),
        gap_days=tuple(gap_days[:GAP_DAYS_SHOWN]),
        more_gap_days=max(0, len(gap_days) - GAP_DAYS_SHOWN),
        gaps=len(gap_days),
        likely_days=tuple(likely_days[:GAP_DAYS_SHOWN]),
        likely=len(likely_days),
        drafts=sum(one.is_draft for told in rota.shifts.values() for one in told),
        away_today=sum(day == today for _, day in rota.away),
        published=f"Published up to {day_words(published)}" if published else "Nothing is published yet",
        publish_to=rota.last.isoformat(),
        employers=_choices((worker.organisation_id, str(worker.organisation)) for worker in rota.workers),
        teams=_choices((worker.team_id, str(worker.team)) for worker in rota.workers if worker.team),
        skills=_skills(rota.workers),
    )


def _row(worker, rota: Rota, isos, contract, weeks: float) -> Row:
    cells = []
    minutes = 0.0
    for day, iso, is_weekend, is_today in isos:
        stretches = rota.shifts.get((worker.pk, day))
        away = rota.away.get((worker.pk, day))
        words, look = OFF, "o"
        if stretches:
            for one in stretches:
                minutes += _length(one.starts_at, one.ends_at)
            words = "\n".join([_times(one.starts_at, one.ends_at) for one in stretches])
            look = "d" if any(one.is_draft for one in stretches) else "s"
        if away:
            words, look = AWAY[away][0], "a"
        cells.append(Cell(iso, words, f"{look} t" if is_today else f"{look} w" if is_weekend else look))
    promised = contract.weekly_minutes if contract else None
    a_week = hours(minutes / weeks)
    return Row(
        id=worker.pk,
        name=worker.label,
        job=worker.job_title,
        hours=f"{a_week} of {hours(promised)} hours a week" if promised else f"{a_week} hours a week",
        cells=tuple(cells),
    )


@lru_cache(maxsize=8192)
def _length(starts_at: datetime, ends_at: datetime) -> float:
    return (ends_at - starts_at).total_seconds() / 60


@lru_cache(maxsize=8192)
def _times(starts_at: datetime, ends_at: datetime) -> str:
    return f"{clock(starts_at)}\n{clock(ends_at)}"


def _head(one: DayNeeds, today: date, published: date | None) -> DayHead:
    said = [short_words(short) for short in one.short] + uncovered_words(one.uncovered)
    return DayHead(
        iso=one.day.isoformat(),
        weekday=WEEKDAYS[one.day.weekday()],
        number=f"{one.day.day}",
        title=day_words(one.day),
        gaps=f"{len(said)} gap{'s' if len(said) != 1 else ''}" if said and one.day >= today else "",
        gaps_title=". ".join(said),
        likely="likely" if one.likely and not said and one.day >= today else "",
        likely_title=". ".join(short_words(short) for short in one.likely),
        is_today=one.day == today,
        is_weekend=one.day.weekday() > 4,
        is_published=published is not None and one.day <= published,
    )


def _gap_day(one: DayNeeds) -> GapDay:
    said = uncovered_words(one.uncovered) + [short_words(short) for short in one.short]
    return GapDay(
        url=reverse("roster:day", args=[one.day.isoformat()]),
        title=day_words(one.day),
        gaps=tuple(said[:GAP_DAYS_SHOWN]),
        more=max(0, len(said) - GAP_DAYS_SHOWN),
    )


def _likely_day(one: DayNeeds) -> GapDay:
    said = [short_words(short) for short in one.likely]
    return GapDay(
        url=reverse("roster:day", args=[one.day.isoformat()]),
        title=day_words(one.day),
        gaps=tuple(said[:GAP_DAYS_SHOWN]),
        more=max(0, len(said) - GAP_DAYS_SHOWN),
    )


def _choices(pairs: Iterable[tuple[int, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(((str(pk), words) for pk, words in set(pairs)), key=lambda pair: pair[1]))


def _skills(workers) -> tuple[tuple[str, str], ...]:
    codes = {code for worker in workers for code in worker.skills}
    return tuple(sorted(((code, skill_words(code).capitalize()) for code in codes), key=lambda pair: pair[1]))


@dataclass(frozen=True, slots=True)
class HourRow:
    """One skill of a day: for each hour how many there are of how many wanted."""

    title: str
    hours: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day: where too few are, and each skill by hour."""

    title: str
    iso: str
    before: str
    after: str
    gaps: tuple[str, ...]
    hours: tuple[str, ...]
    rows: tuple[HourRow, ...]
    likely: tuple[str, ...]
    expected: tuple[ExpectedRow, ...]
    expected_hours: tuple[str, ...]
    on_shift: tuple[tuple[str, str, str, str], ...]
    away: tuple[tuple[str, str, str], ...]


def day_page(needs: DayNeeds, rota: Rota) -> Day:
    """Supply beside demand by hour and skill, and who is there."""
    wanted_hours = [hour for hour in range(24) if any(told[hour] >= 0.05 for told in needs.wanted.values())]
    shown = range(wanted_hours[0], wanted_hours[-1] + 1) if wanted_hours else range(0)
    ahead = hours_expected(needs)
    expecting = range(ahead[0], ahead[-1] + 1) if ahead else range(0)
    lacks = {(short.skill, hour) for short in needs.short for hour in range(short.from_hour, short.to_hour)}
    on = needs.day
    return Day(
        title=day_words(on),
        iso=on.isoformat(),
        before=(on - timedelta(days=1)).isoformat(),
        after=(on + timedelta(days=1)).isoformat(),
        gaps=tuple(uncovered_words(needs.uncovered) + [short_words(short) for short in needs.short]),
        hours=tuple(f"{hour:02d}" for hour in shown),
        rows=tuple(
            HourRow(
                title=skill_words(skill).capitalize(),
                hours=tuple(
                    (_tenth(needs.there[skill][hour]), _tenth(told[hour]), (skill, hour) in lacks) for hour in shown
                ),
            )
            for skill, told in sorted(needs.wanted.items(), key=lambda pair: -sum(pair[1]))
        ),
        likely=tuple(short_words(short) for short in needs.likely),
        expected=expected_rows(needs, expecting),
        expected_hours=tuple(f"{hour:02d}" for hour in expecting),
        on_shift=tuple(
            (
                reverse("roster:cell", args=[worker.pk, on.isoformat()]),
                worker.label,
                f"{worker.job_title}, {worker.organisation}",
                " and ".join(f"{clock(one.starts_at)} to {clock(one.ends_at)}" for one in rota.shifts[worker.pk, on]),
            )
            for worker in rota.workers
            if (worker.pk, on) in rota.shifts and (worker.pk, on) not in rota.away
        ),
        away=tuple(
            (reverse("roster:cell", args=[worker.pk, on.isoformat()]), worker.label, AWAY[rota.away[worker.pk, on]][1])
            for worker in rota.workers
            if (worker.pk, on) in rota.away
        ),
    )


def _tenth(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
