"""What one worker's day looks like, as finished text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.roster.rules import wants_break
from homeward.visits.rules import break_in, lacks_break
from homeward.visits.selectors import Day, DayWorker
from homeward.web.templating import day_text
from homeward.web.today.presenters.day import Row, hours_of, one_row, window_text
from homeward.web.today.presenters.places import clock, local, told
from homeward.web.today.presenters.states import lateness, look_of, minutes_text, short_minutes


@dataclass(frozen=True, slots=True)
class Stop:
    """One line of a worker's day: a visit, with the travel and the wait before it."""

    number: int
    time: str
    person: str
    visit_id: int
    title: str
    window: str
    is_crisis: bool
    joint: str
    travel: str
    wait: str
    word: str
    tag: str
    late: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """One shift and what is done in it."""

    heading: str
    stops: tuple[Stop, ...]
    rest: str
    is_without_rest: bool


@dataclass(frozen=True, slots=True)
class WorkerPage:
    """Everything the page of a worker's day shows."""

    id: int
    name: str
    about: str
    day_text: str
    day_iso: str
    figures: tuple[tuple[str, str], ...]
    stretches: tuple[Stretch, ...]
    row: Row
    hours: tuple[tuple[str, str], ...]
    axis_css: str
    has_map: bool
    previous_id: int | None
    next_id: int | None


def present_worker(day: Day, worker_id: int, now: datetime) -> WorkerPage | None:
    """One worker's day, shift by shift; None when they are not on shift that day."""
    order = sorted(
        day.workers, key=lambda one: (one.employer_id, one.job_title, one.shifts[0].starts_at, one.label, one.id)
    )
    place = next((number for number, one in enumerate(order) if one.id == worker_id), None)
    if place is None:
        return None
    worker = order[place]
    parts = worker.assignments
    names = {one.id: one.label for one in day.workers}
    care = sum((part.ends_at - part.starts_at).total_seconds() / 60 for part in parts)
    travel = sum(part.travel_minutes for part in parts)
    paid = sum((shift.ends_at - shift.starts_at).total_seconds() / 60 for shift in worker.shifts)
    is_today = local(now).date() == day.day
    late = sum(look_of(part.visit, part, now, is_today=is_today).is_late for part in parts)
    hours, axis_css = hours_of(day)
    row = one_row(day, worker_id, now)
    assert row is not None
    return WorkerPage(
        worker.id,
        worker.label,
        ", ".join(word for word in (worker.job_title, worker.employer) if word),
        day_text(day.day),
        day.day.isoformat(),
        (
            (str(len(parts)), "visit" if len(parts) == 1 else "visits"),
            (short_minutes(care), "with people"),
            (short_minutes(travel), "travel"),
            (short_minutes(max(0.0, paid - care - travel)), "free or waiting"),
            (short_minutes(paid), "on shift"),
            (str(late), "late"),
        ),
        tuple(_stretches(worker, names, now, is_today)),
        row,
        hours,
        axis_css,
        any(part.visit.latitude is not None for part in parts),
        order[place - 1].id if place else None,
        order[place + 1].id if place + 1 < len(order) else None,
    )


def _stretches(worker: DayWorker, names: dict[int, str], now: datetime, is_today: bool):
    left = list(worker.assignments)
    number = 0
    for position, shift in enumerate(worker.shifts):
        is_last = position == len(worker.shifts) - 1
        theirs = left if is_last else [part for part in left if part.starts_at < worker.shifts[position + 1].starts_at]
        left = [] if is_last else left[len(theirs) :]
        free_from = shift.starts_at
        stops = []
        for part in theirs:
            number += 1
            visit = part.visit
            look = look_of(visit, part, now, is_today=is_today)
            gap = (part.starts_at - free_from).total_seconds() / 60 - part.travel_minutes
            partners = [names.get(a.worker_id, "a worker not on shift") for a in visit.assignments if a is not part]
            stops.append(
                Stop(
                    number,
                    told(local(part.starts_at), local(part.ends_at)),
                    visit.person_label,
                    visit.id,
                    visit.title,
                    window_text(visit),
                    visit.is_crisis,
                    f"Together with {' and '.join(partners) or 'somebody still to be found'}" if visit.is_joint else "",
                    f"{minutes_text(part.travel_minutes)} travel" if round(part.travel_minutes) else "",
                    f"{minutes_text(gap)} free" if gap >= 1 else "",
                    look.word,
                    look.tag,
                    lateness(visit, part, look, now),
                )
            )
            free_from = max(free_from, part.ends_at)
        rest = (shift.ends_at - free_from).total_seconds() / 60
        starts, ends = local(shift.starts_at), local(shift.ends_at)
        after = f", free from {clock(local(free_from).hour, local(free_from).minute)}" if rest >= 1 and theirs else ""
        rest_text = _rest_text((shift.starts_at, shift.ends_at), worker.busy)
        is_without = lacks_break((shift.starts_at, shift.ends_at), worker.busy)
        yield Stretch(f"Shift {told(starts, ends)}{after}", tuple(stops), rest_text, is_without)


def _rest_text(shift: tuple[datetime, datetime], busy: Sequence[tuple[datetime, datetime]]) -> str:
    """Where the break of a shift falls; nothing to say of one too short to need it."""
    if not wants_break(shift):
        return ""
    found = break_in(shift, busy)
    if found is None:
        return "No 20 minutes in a row are free. Somebody who works more than 6 hours must have a break."
    return f"Room for a break of 20 minutes: {told(local(found[0]), local(found[1]))}"
