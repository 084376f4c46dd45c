"""Clocks read from what happened: never stored, so never out of step with the record.

Time that passes is real time, so an hour is an hour when the clocks change; days and words are UK time. What
is true of every clock, so that the screen, the measure and the return agree:

- the first start counts; after a cancel, the next start begins a new run with its whole target;
- a stop, pause or resume before the start is not counted, nor is anything after the stop;
- pausing a paused clock changes nothing, and a breach is never undone by a later pause;
- exactly on the target is in time;
- events later than `now` have not happened yet, and the order they were written down in does not matter;
- where two happened at the same moment, the one recorded first goes first, else: start, pause, resume, stop,
  cancel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from homeward.kernel.rules import LONDON

from .definitions import Clock, ClockKind, Target, TargetCounts, TargetUnit
from .words import day_in_words, time_in_words

UNITS = {
    TargetUnit.MINUTES: timedelta(minutes=1),
    TargetUnit.HOURS: timedelta(hours=1),
    TargetUnit.DAYS: timedelta(days=1),
    TargetUnit.WEEKS: timedelta(weeks=1),
}
LAST_MOMENT = time(23, 59, 59, 999999)


class NaiveTimeError(ValueError):
    """A moment without a time zone could be either of two moments, so it is refused."""


class ClockState(StrEnum):
    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    BREACHED = "breached"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened `at` a moment; `recorded_at` only settles ties. Raises: NaiveTimeError."""

    kind: str
    at: datetime
    recorded_at: datetime | None = None

    def __post_init__(self) -> None:
        _refuse_naive(self.at, f"The event {self.kind}")
        if self.recorded_at is not None:
            _refuse_naive(self.recorded_at, f"The recording of {self.kind}")


@dataclass(frozen=True, slots=True)
class SenderTimes:
    """What a sender said of the clock: its start (BaRS T5) and when it breaches. Raises: NaiveTimeError."""

    started_at: datetime | None = None
    breaches_at: datetime | None = None

    def __post_init__(self) -> None:
        for moment in (self.started_at, self.breaches_at):
            if moment is not None:
                _refuse_naive(moment, "A time the sender gave")


@dataclass(frozen=True, slots=True)
class ClockReading:
    """How a clock stands at one moment. Moments are UTC; `remaining` is below zero once overdue.

    `due_at` of a paused clock is when it would be due if it were resumed now. `is_met` is None while
    undecided and for ever where cancelled. `is_breached` stays true after a late stop. `run` counts from 1,
    and `breached_before` tells that a run cancelled earlier had breached. `escalations` are the percentages
    of the target, among those the definition names, that this run has reached.
    """

    clock: str
    title: str
    state: ClockState
    because: str
    started_at: datetime | None = None
    started_by: str | None = None
    due_at: datetime | None = None
    paused_since: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: str | None = None
    cancelled_at: datetime | None = None
    paused_minutes: int = 0
    remaining: timedelta | None = None
    is_breached: bool = False
    breached_at: datetime | None = None
    is_met: bool | None = None
    used_percent: int = 0
    escalations: tuple[int, ...] = ()
    run: int = 0
    breached_before: bool = False
    used_sender_times: bool = False

    @property
    def pair(self) -> str:
        """The start and stop this reading used, for reports: `referral_received to first_contact`."""
        return f"{self.started_by or 'not started'} to {self.stopped_by or 'not stopped'}"


def read_clock(
    clock: Clock,
    events: Iterable[Event],
    now: datetime,
    *,
    sender: SenderTimes | None = None,
    in_words: bool = True,
) -> ClockReading:
    """How `clock` stands at `now`, given everything that happened.

    `sender` counts only where the clock takes a sender's times: their start replaces ours for the first run,
    and their breach time replaces our target and is not moved by our pauses. A breach time before the start
    is set aside. Without `in_words` the reading's `because` is empty, which takes half the time.

    Raises: NaiveTimeError when `now` has no time zone.
    """
    _refuse_naive(now, "The present moment")
    now = now.astimezone(UTC)
    taken = sender if sender is not None and clock.sender_times else SenderTimes()
    walk = _walk(clock, events, now, taken.started_at)
    if not walk.runs:
        starts = " or ".join(_words(kind) for kind in clock.starts)
        because = " ".join([f"Has not started: it starts with {starts}.", *_set_aside(walk)])
        return ClockReading(clock.code, clock.title, ClockState.NOT_STARTED, because)
    return _reading(clock, walk, now, taken, in_words=in_words)


@dataclass(slots=True)
class _Run:
    started_at: datetime
    started_by: str
    is_sender_start: bool = False
    pauses: list[tuple[datetime, datetime | None, str]] = field(default_factory=list)
    stopped: tuple[datetime, str] | None = None
    cancelled: tuple[datetime, str] | None = None

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None

    @property
    def ended(self) -> tuple[datetime, str] | None:
        return self.stopped or self.cancelled


@dataclass(slots=True)
class _Walk:
    runs: list[_Run] = field(default_factory=list)
    early_stops: list[tuple[datetime, str]] = field(default_factory=list)


def _walk(clock: Clock, events: Iterable[Event], now: datetime, sender_start: datetime | None) -> _Walk:
    """Goes through the events in order and notes what each did to the clock."""
    effects = {
        kind: effect
        for effect, kinds in enumerate((clock.starts, clock.pauses, clock.resumes, clock.stops, clock.cancels))
        for kind in kinds
    }
    happened = [
        (
            event.at.astimezone(UTC),
            (event.recorded_at or event.at).astimezone(UTC),
            effects[event.kind],
            event.kind,
        )
        for event in events
        if event.kind in effects and event.at <= now
    ]
    walk = _Walk()
    if sender_start is not None and sender_start <= now:
        first = sender_start.astimezone(UTC)
        walk.early_stops = [(at, kind) for at, _, effect, kind in sorted(happened) if at < first and effect == 3]
        happened = [entry for entry in happened if entry[0] >= first]
        walk.runs.append(_Run(first, "sender_clock_start", is_sender_start=True))
    for at, _, effect, kind in sorted(happened):
        run = walk.runs[-1] if walk.runs and walk.runs[-1].cancelled is None else None
        if run is None:
            if effect == 0:
                walk.runs.append(_Run(at, kind))
            elif effect == 3:
                walk.early_stops.append((at, kind))
        elif run.stopped is not None:
            break
        elif effect == 1 and not run.is_paused:
            run.pauses.append((at, None, kind))
        elif effect == 2 and run.is_paused:
            run.pauses[-1] = (run.pauses[-1][0], at, run.pauses[-1][2])
        elif effect == 3:
            run.stopped = (at, kind)
        elif effect == 4:
            run.cancelled = (at, kind)
    return walk


def _reading(clock: Clock, walk: _Walk, now: datetime, sender: SenderTimes, *, in_words: bool) -> ClockReading:
    run = walk.runs[-1]
    until = run.ended[0] if run.ended else now
    sender_due = _sender_due(run, walk, sender)
    due = _due_of(clock, run, until, walk, sender)
    is_breached = until > due
    used = _used_percent(run, due, until, counts_pauses=sender_due is not None)
    state = _state(run, is_breached)
    return ClockReading(
        clock=clock.code,
        title=clock.title,
        state=state,
        because=_because(clock, walk, now, due, sender, sender_due) if in_words else "",
        started_at=run.started_at,
        started_by=run.started_by,
        due_at=due,
        paused_since=run.pauses[-1][0] if run.is_paused and not run.ended else None,
        stopped_at=run.stopped[0] if run.stopped else None,
        stopped_by=run.stopped[1] if run.stopped else None,
        cancelled_at=run.cancelled[0] if run.cancelled else None,
        paused_minutes=_paused(run, until) // timedelta(minutes=1),
        remaining=None if run.ended else due - now,
        is_breached=is_breached,
        breached_at=due if is_breached else None,
        is_met=None if run.cancelled else False if is_breached else True if run.stopped else None,
        used_percent=used,
        escalations=tuple(percent for percent in clock.escalate_at_percent if percent <= used),
        run=len(walk.runs),
        breached_before=any(
            earlier.cancelled[0] > _due_of(clock, earlier, earlier.cancelled[0], walk, sender)
            for earlier in walk.runs
            if earlier is not run and earlier.cancelled is not None
        ),
        used_sender_times=run.is_sender_start or sender_due is not None,
    )


def _state(run: _Run, is_breached: bool) -> ClockState:
    if run.stopped:
        return ClockState.STOPPED
    if run.cancelled:
        return ClockState.CANCELLED
    if is_breached:
        return ClockState.BREACHED
    return ClockState.PAUSED if run.is_paused else ClockState.RUNNING


def _due_of(clock: Clock, run: _Run, until: datetime, walk: _Walk, sender: SenderTimes) -> datetime:
    sender_due = _sender_due(run, walk, sender)
    return sender_due if sender_due is not None else _due(clock.target, run, until)


def _sender_due(run: _Run, walk: _Walk, sender: SenderTimes) -> datetime | None:
    """The sender's breach time, for the run that was theirs, where it can be true."""
    if sender.breaches_at is None or run is not walk.runs[0] or sender.breaches_at < run.started_at:
        return None
    return sender.breaches_at.astimezone(UTC)


def _due(target: Target, run: _Run, until: datetime) -> datetime:
    """When the target runs out: pauses before it put it back, pauses after it do not."""
    if target.counts is TargetCounts.CALENDAR_DAYS:
        return _due_at_end_of_day(target, run, until)
    left = target.amount * UNITS[target.unit]
    running_from = run.started_at
    for paused_at, resumed_at, _ in run.pauses:
        if paused_at - running_from > left:
            break
        left -= paused_at - running_from
        running_from = resumed_at if resumed_at is not None else until
    return running_from + left


def _due_at_end_of_day(target: Target, run: _Run, until: datetime) -> datetime:
    """The end of the last day in UK time; each midnight that passed while paused gives a day more."""
    days = target.amount * UNITS[target.unit].days
    due_day = run.started_at.astimezone(LONDON).date() + timedelta(days=days)
    for paused_at, resumed_at, _ in run.pauses:
        if paused_at > _end_of(due_day):
            break
        resumed_on = (resumed_at if resumed_at is not None else until).astimezone(LONDON).date()
        due_day += resumed_on - paused_at.astimezone(LONDON).date()
    return _end_of(due_day)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, LAST_MOMENT, tzinfo=LONDON).astimezone(UTC)


def _paused(run: _Run, until: datetime) -> timedelta:
    spans = ((resumed or until) - paused for paused, resumed, _ in run.pauses)
    return sum(spans, timedelta())


def _used_percent(run: _Run, due: datetime, until: datetime, *, counts_pauses: bool) -> int:
    """How much of the time between start and due is gone, leaving out pauses that put the due time back."""
    paused_before_due = timedelta()
    if not counts_pauses:
        for paused_at, resumed_at, _ in run.pauses:
            if paused_at <= due:
                paused_before_due += (resumed_at or until) - paused_at
    whole = due - run.started_at - paused_before_due
    if whole <= timedelta():
        return 100
    used = until - run.started_at - paused_before_due
    return max(0, used * 100 // whole)


def _because(
    clock: Clock, walk: _Walk, now: datetime, due: datetime, sender: SenderTimes, sender_due: datetime | None
) -> str:
    run = walk.runs[-1]
    said = [f"Started {_moment(run.started_at)} ({_words(run.started_by)})."]
    if run.stopped:
        said.append(_stopped_words(clock, run.stopped, due))
    elif run.cancelled:
        said.append(f"Cancelled {_moment(run.cancelled[0])} ({_words(run.cancelled[1])}).")
    elif now > due:
        said.append(f"Was due by {_moment(due, by=True)} and is overdue by {_length(now - due)}.")
    elif run.is_paused and sender_due is None:
        paused_at, _, kind = run.pauses[-1]
        said.append(f"Paused {_moment(paused_at)} ({_words(kind)}) with {_length(due - now)} left.")
    else:
        said.append(f"Due by {_moment(due, by=True)}: {_length(due - now)} left.")
    paused = _paused(run, run.ended[0] if run.ended else now)
    if paused and not run.is_paused:
        said.append(f"Paused for {_length(paused)} in all.")
    if sender_due is not None:
        said.append("The breach time is the one the sender gave.")
    elif sender.breaches_at is not None and len(walk.runs) == 1:
        said.append("The sender's breach time is before the start, so it is not used.")
    if len(walk.runs) > 1:
        said.append("It was cancelled before and started again.")
    return " ".join([*said, *_set_aside(walk)])


def _stopped_words(clock: Clock, stopped: tuple[datetime, str], due: datetime) -> str:
    at, kind = stopped
    if at > due:
        fault = "late" if clock.kind is ClockKind.RESPONSE else "over"
        return f"Stopped {_moment(at)} ({_words(kind)}), {_length(at - due)} {fault}."
    if at == due:
        return f"Stopped {_moment(at)} ({_words(kind)}), exactly on time."
    return f"Stopped {_moment(at)} ({_words(kind)}), in time with {_length(due - at)} left."


def _set_aside(walk: _Walk) -> list[str]:
    return [
        f"{_words(kind).capitalize()} {_moment(at)} came before the start, so it is not counted."
        for at, kind in walk.early_stops
    ]


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _moment(moment: datetime, *, by: bool = False) -> str:
    """`at 2:05pm on 29 March 2026`, in UK time, with GMT or BST on the days the clocks change."""
    local = moment.astimezone(LONDON)
    text = time_in_words(local.time())
    midnight = datetime.combine(local.date(), time(), tzinfo=LONDON)
    if midnight.utcoffset() != _end_of(local.date()).astimezone(LONDON).utcoffset():
        text += f" {local:%Z}"
    return f"{'' if by else 'at '}{text} on {day_in_words(local.date())}"


def _length(length: timedelta) -> str:
    """`2 days 3 hours`, `1 hour 20 minutes`: the two largest units, rounded down."""
    minutes = length // timedelta(minutes=1)
    if minutes == 0:
        return "less than a minute"
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count]
    return " ".join(said[:2])


def _refuse_naive(moment: datetime, what: str) -> None:
    if moment.utcoffset() is None:
        raise NaiveTimeError(f"{what} has no time zone. Give a moment such as 2026-03-29T14:05+01:00.")
