"""How a clock of the procedures looks on a page: its words, its colour, and what makes it count down."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from homeward.kernel.rules import LONDON, london_day
from homeward.procedures.rules import ClockKind, ClockReading, ClockState
from homeward.web.templating import clock_text, day_text

# Less than this left is "soon"; page.js turns a running clock to the same colour as time passes.
SOON = timedelta(minutes=30)
# How a clock that no longer runs is told: (kind of clock, whether it was met) to (words, colour of the tag).
ENDED = {
    (ClockKind.RESPONSE, True): ("In time", "green"),
    (ClockKind.RESPONSE, False): ("Late", "red"),
    (ClockKind.LIMIT, True): ("Within the limit", "green"),
    (ClockKind.LIMIT, False): ("Over the limit", "red"),
    (ClockKind.REVIEW, True): ("Reviewed in time", "green"),
    (ClockKind.REVIEW, False): ("Reviewed late", "red"),
}
# And one that runs, or has not begun.
GOING = {
    ClockState.RUNNING: ("Running", "blue"),
    ClockState.PAUSED: ("Paused", "grey"),
    ClockState.BREACHED: ("Late", "red"),
    ClockState.NOT_STARTED: ("Not started", "grey"),
    ClockState.CANCELLED: ("Cancelled", "grey"),
}
COUNTING = (ClockState.RUNNING, ClockState.BREACHED)


@dataclass(frozen=True, slots=True)
class ClockFace:
    """A clock as a page prints it. `due` is empty unless the clock counts; `tone` is late, soon, calm or still."""

    title: str
    words: str
    state: str
    colour: str
    tone: str
    due: str
    by: str
    because: str

    @property
    def is_counting(self) -> bool:
        """Whether it goes on counting while the page is open."""
        return bool(self.due)


def clock_face(reading: ClockReading, kind: ClockKind, now: datetime) -> ClockFace:
    """How a clock that reads so looks at `now`."""
    if reading.state is ClockState.STOPPED:
        state, colour = ENDED[kind, bool(reading.is_met)]
        words, tone, due = f"at {time_words(reading.stopped_at, now)}", "still", ""
    elif reading.state in COUNTING:
        state, colour = GOING[reading.state]
        words = left_words(reading.due_at - now)
        tone = "late" if reading.due_at < now else "soon" if reading.due_at - now < SOON else "calm"
        due = reading.due_at.isoformat()
    else:
        state, colour = GOING[reading.state]
        words, tone, due = "", "still", ""
        if reading.state is ClockState.PAUSED:
            words = f"since {time_words(reading.paused_since, now)}"
    by = f"by {time_words(reading.due_at, now)}" if reading.due_at else ""
    return ClockFace(reading.title, words, state, colour, tone, due, by, reading.because)


def left_words(left: timedelta) -> str:
    """How long is left, or how late: 1h 20m left, 5m late. page.js counts on in the same words."""
    minutes = int(abs(left).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    length = f"{days}d {hours}h" if days else f"{hours}h {rest:02d}m" if hours else f"{rest}m"
    return f"{length} late" if left < timedelta() else f"{length} left"


def ago_words(moment: datetime, now: datetime) -> str:
    """How long ago: just now, 12 minutes ago, 3 hours ago, then the day."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'} ago"
    if minutes < 24 * 60:
        hours = minutes // 60
        return f"{hours} hour{'' if hours == 1 else 's'} ago"
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B}, {clock_text(moment)}"


def time_words(moment: datetime, now: datetime) -> str:
    """A moment in a line: 9:30am, 9:30am tomorrow, 9:30am on Monday 23 November."""
    if london_day(moment) == london_day(now):
        return clock_text(moment)
    if london_day(moment) - london_day(now) == timedelta(days=1):
        return f"{clock_text(moment)} tomorrow"
    return f"{clock_text(moment)} on {day_text(moment).rsplit(' ', 1)[0]}"
