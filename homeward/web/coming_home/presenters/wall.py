"""Coming home on a wall: how many wait, where and for what. It names nobody: a wall is seen by whoever passes."""

from dataclasses import dataclass
from datetime import datetime

from homeward.discharge.selectors import Board, StayLine
from homeward.discharge.states import DELAY_SHORT, OwnerKind
from homeward.web.clocks import left_words
from homeward.web.coming_home.presenters.board import NO_WARD
from homeward.web.coming_home.presenters.words import LONG_READY_DAYS, days_words
from homeward.web.templating import clock_text, day_text

# More are counted, not shown: what stands on a wall must be read from the other side of a room.
LINES, WARDS = 6, 8


@dataclass(frozen=True, slots=True)
class WallLine:
    """Somebody who is ready, without a name: for how long, where, what holds them up, and who is on to it."""

    ready: str
    tone: str
    held_up: str
    ward: str
    state: str


@dataclass(frozen=True, slots=True)
class WallWard:
    """One ward in numbers."""

    name: str
    inside: int
    ready: int


@dataclass(frozen=True, slots=True)
class WallCount:
    """A number and what it counts; `is_bad` when it should be none and is not."""

    number: int
    words: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """A wallboard. `more` says how many lines found no room."""

    counts: tuple[WallCount, ...]
    lines: tuple[WallLine, ...]
    wards: tuple[WallWard, ...]
    more: str
    time: str
    day: str


def present_wall(board: Board, now: datetime) -> Wall:
    """Those ready longest on top, and each ward in numbers."""
    everything = board.everything
    ready = [line for line in everything if line.days_ready is not None]
    late = sum(line.is_late for line in everything)
    long = sum(line.days_ready >= LONG_READY_DAYS for line in ready)
    by_ward: dict[str, list[StayLine]] = {}
    for line in everything:
        by_ward.setdefault(line.stay.ward or NO_WARD, []).append(line)
    wards = [
        WallWard(name, len(lines), sum(line.days_ready is not None for line in lines))
        for name, lines in by_ward.items()
    ]
    wards.sort(key=lambda one: (-one.ready, -one.inside, one.name))
    return Wall(
        counts=(
            WallCount(len(everything), "in hospital", False),
            WallCount(len(ready), "ready to leave", False),
            WallCount(long, f"ready {LONG_READY_DAYS} days and more", long > 0),
            WallCount(late, "late", late > 0),
            WallCount(sum(line.is_second_needed for line in everything), "need a second person", False),
        ),
        lines=tuple(_line(line, now) for line in ready[:LINES]),
        wards=tuple(wards[:WARDS]),
        more=f"and {len(ready) - LINES} more who are ready" if len(ready) > LINES else "",
        time=clock_text(now),
        day=day_text(now),
    )


def _line(line: StayLine, now: datetime) -> WallLine:
    action = line.next_action
    state = "Nothing to do is written down"
    if action is not None:
        # a person's name is not for a wall, not even that of staff
        is_named = action.owner_kind in (OwnerKind.TEAM, OwnerKind.ORGANISATION)
        state = f"{action.owner_label if is_named else 'Somebody'}, {left_words(action.due_at - now)}"
    return WallLine(
        ready=f"Ready {days_words(line.days_ready)}",
        tone="late" if line.is_late else "soon" if line.days_ready >= 1 else "calm",
        held_up=DELAY_SHORT[line.block.reason] if line.block else "Nothing holds them up",
        ward=line.stay.ward or NO_WARD,
        state=state,
    )
