"""The wallboard: what is owed and when, for a whole room to read. It names nobody: a wall is seen by whoever passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.access.rules import Actor
from homeward.kernel.rules import london_day
from homeward.people.selectors import current_addresses
from homeward.procedures.rules import ClockKind
from homeward.referrals.selectors import OpenQueue
from homeward.visits.states import AssignmentState
from homeward.web.clocks import ClockFace, clock_face
from homeward.web.front_door.presenters.queue import card, counts_of
from homeward.web.front_door.presenters.words import need_words
from homeward.web.templating import clock_text, day_text

# More are counted, not shown: what stands on a wall must be read from the other side of a room.
LINES = 8


@dataclass(frozen=True, slots=True)
class WallLine:
    """One referral or response, without a name. `state` says who has it, `tone` how its clock stands."""

    reference: str
    place: str
    need: str
    clock: ClockFace | None
    tone: str
    state: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WallCount:
    """A number and what it counts; `is_bad` when it should be none and is not."""

    number: int
    words: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """A wallboard. `more` says how many lines found no room."""

    title: str
    counts: tuple[WallCount, ...]
    lines: tuple[WallLine, ...]
    more: str
    nothing: str
    time: str
    day: str


def present_waiting(
    queue: OpenQueue, call_backs: Sequence, responding: int | None, actor: Actor, now: datetime
) -> Wall:
    """The front door on a wall, what breaches first on top. `responding` is None for who may not see responses."""
    overdue = sum(call.call_back_by < now for call in call_backs)
    number = counts_of(queue, now)
    counts = [
        WallCount(number.waiting, "waiting", False),
        WallCount(number.late, "past the breach time", number.late > 0),
        WallCount(number.soon, "due in 30 minutes", False),
        WallCount(number.escalated, "escalated", number.escalated > 0),
        WallCount(len(call_backs), "call backs owed", overdue > 0),
    ]
    if responding is not None:
        counts.append(WallCount(responding, "responding", False))
    lines = []
    for one in queue.shown:
        shown = card(one, queue.alerts.get(one.referral.person_id, []), actor, now)
        marks = [alert.title for alert in shown.grave]
        if shown.escalated:
            marks.insert(0, "Escalated")
        lines.append(
            WallLine(
                reference=shown.reference,
                place=one.area or "Place not known",
                need=shown.need,
                clock=shown.clock,
                tone=shown.clock.tone if shown.clock else "still",
                state="With somebody" if shown.held_by else shown.state.words,
                marks=tuple(dict.fromkeys(marks)),
            )
        )
    return Wall(
        "Front door",
        tuple(counts),
        tuple(lines),
        _more(number.waiting),
        "Nobody is waiting",
        clock_text(now),
        day_text(now),
    )


def present_responding(running: Sequence, visits: dict, alerts: dict, now: datetime) -> Wall:
    """The crises being answered on a wall: who still waits for somebody, soonest first."""
    going = []
    for one in running:
        faces = {
            clock.kind: clock_face(reading, clock.kind, now)
            for clock, reading in reversed(list(zip(one.pathway.clocks, one.clocks, strict=False)))
        }
        face = faces.get(ClockKind.RESPONSE)
        if face is not None and face.is_counting:
            going.append((face, one, visits.get(one.episode.pk)))
    going.sort(key=lambda each: each[0].due)
    nobody = sum(_stage(visit) == "Nobody sent" for _, _, visit in going)
    late = sum(face.tone == "late" for face, _, _ in going)
    counts = (
        WallCount(len(going), "waiting for someone", False),
        WallCount(late, "past the breach time", late > 0),
        WallCount(nobody, "with nobody sent", nobody > 0),
        WallCount(len(running) - len(going), "seen, being supported", False),
    )
    lines = []
    for face, one, visit in going[:LINES]:
        referral = one.episode.referral
        graves = [alert.get_kind_display() for alert in alerts.get(one.episode.person_id, [])]
        if referral and referral.safeguarding_text:
            graves.insert(0, "Safeguarding")
        lines.append(
            WallLine(
                reference=referral.reference if referral else "",
                place=_area(one.episode.person, now) or "Place not known",
                need=need_words(referral) if referral else one.pathway.title,
                clock=face,
                tone=face.tone,
                state=_stage(visit),
                marks=tuple(dict.fromkeys(graves)),
            )
        )
    return Wall(
        "Responding", counts, tuple(lines), _more(len(going)), "Nobody in a crisis is waiting", clock_text(now),
        day_text(now),
    )  # fmt: skip


def _area(person, now: datetime) -> str:
    address = next(iter(current_addresses(person, london_day(now))), None) if person else None
    return address.postcode.split(" ")[0] if address else ""


def _more(number: int) -> str:
    return f"and {number - LINES} more" if number > LINES else ""


def _stage(visit) -> str:
    states = {row.state for row in visit.assignments.all()} if visit else set()
    if AssignmentState.ARRIVED in states or AssignmentState.LEFT in states:
        return "With the person"
    if AssignmentState.SENT not in states:
        return "Nobody sent"
    sent = sum(row.state == AssignmentState.SENT for row in visit.assignments.all())
    return "On the way" if sent == len(visit.slots) else f"{sent} of {len(visit.slots)} sent"
