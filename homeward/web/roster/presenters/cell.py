"""One worker's day, and what stands against changing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from homeward.kernel.rules import day_words
from homeward.roster.rules import Broken, Limits, wants_break
from homeward.roster.selectors import Rota
from homeward.web.roster.presenters.words import AWAY, clock, hours, monday_of
from homeward.web.templating import moment_text


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift with what its form starts with."""

    id: int
    words: str
    starts_at: str
    ends_at: str
    is_draft: bool
    wants_break: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A worker's day."""

    title: str
    iso: str
    worker_id: int
    name: str
    about: str
    hours: str
    left: str
    limits: tuple[str, ...]
    shifts: tuple[ShiftLine, ...]
    absence: str
    absence_id: int
    absence_days: str
    before: str
    after: str
    first: str
    changes: tuple[str, ...]
    colleagues: tuple[tuple[str, str], ...]


def cell(
    worker,
    day: date,
    rota: Rota,
    colleagues,
    absences,
    limits: Limits | None,
    left: Mapping[int, int | None],
    contract,
    changes: Sequence,
) -> Cell:
    """Everything the page of a cell shows."""
    absence = next((one for one in absences if one.starts_on <= day <= one.ends_on), None)
    minutes = left.get(worker.pk)
    return Cell(
        title=day_words(day),
        iso=day.isoformat(),
        worker_id=worker.pk,
        name=worker.label,
        about=", ".join(part for part in (worker.job_title, str(worker.organisation), str(worker.team or "")) if part),
        hours=contract.get_kind_display() if contract else "No contract is on record",
        left=_left(minutes, contract),
        limits=limit_words(limits) if limits else (),
        shifts=tuple(
            ShiftLine(
                one.id,
                f"{clock(one.starts_at)} to {clock(one.ends_at)}",
                clock(one.starts_at),
                clock(one.ends_at),
                one.is_draft,
                wants_break((one.starts_at, one.ends_at)),
            )
            for one in rota.shifts.get((worker.pk, day), ())
        ),
        absence=AWAY[absence.kind][1] if absence else "",
        absence_id=absence.pk if absence else 0,
        absence_days=days_words(absence.starts_on, absence.ends_on) if absence else "",
        before=(day - timedelta(days=1)).isoformat(),
        after=(day + timedelta(days=1)).isoformat(),
        first=monday_of(day).isoformat(),
        changes=tuple(
            f"{moment_text(one.at)}: {one.was or 'off'} became {one.now_is or 'off'}, by {one.by_name}"
            f"{f'. {one.reason}' if one.reason else ''}"
            for one in changes
            if one.day == day
        ),
        colleagues=tuple((str(one.pk), f"{one.label}, {one.job_title or one.organisation}") for one in colleagues),
    )


def limit_words(limits: Limits) -> tuple[str, ...]:
    """What may be asked of a worker, and who says so."""

    def by(name: str) -> str:
        return "employer" if name in limits.own else "law"

    said = [
        f"Longest shift {hours(limits.longest_shift)} hours ({by('longest_shift')})",
        f"At least {hours(limits.least_rest)} hours of rest between days ({by('least_rest')})",
    ]
    if limits.most_days_in_a_row:
        said.append(f"At most {limits.most_days_in_a_row} days in a row (employer)")
    if limits.most_nights_in_a_row:
        said.append(f"At most {limits.most_nights_in_a_row} nights in a row (employer)")
    if not limits.works_nights:
        said.append("No nights (contract)")
    if limits.most_weekly is None:
        said.append("Agreed in writing to more than 48 hours a week")
    elif limits.weeks_averaged == 1:
        said.append(f"At most {hours(limits.most_weekly)} hours in a week ({by('most_weekly')})")
    else:
        over = f"over {limits.weeks_averaged} weeks"
        said.append(f"At most {hours(limits.most_weekly)} hours a week on average {over} ({by('most_weekly')})")
    return tuple(said)


def days_words(first: date, last: date) -> str:
    """Monday 23 November, or Monday 23 November to Friday 27 November."""
    return day_words(first) if first == last else f"{day_words(first)} to {day_words(last)}"


def _left(minutes: int | None, contract) -> str:
    if contract is None or contract.weekly_minutes is None or minutes is None:
        return "no hours are promised"
    promised = hours(contract.weekly_minutes)
    if minutes >= 0:
        return f"{hours(minutes)} of {promised} hours left this week"
    return f"{hours(-minutes)} hours over the {promised} of this week"


@dataclass(frozen=True, slots=True)
class Against:
    """Why a change is not made yet, and whether a reason would do it."""

    words: tuple[str, ...]
    may_confirm: bool


def against(found: Iterable[Broken] | str, *, may_confirm: bool = False) -> Against:
    """What stands against a change."""
    words = (found,) if isinstance(found, str) else tuple(one.words for one in found)
    return Against(words, may_confirm)
