"""Concerns as finished text."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from homeward.access.rules import Actor, Permission
from homeward.delegation.states import ConcernState, ConcernUrgency
from homeward.web.clocks import SOON, ago_words, left_words, time_words
from homeward.web.templating import moment_text

URGENCY_COLOURS = {ConcernUrgency.NOW: "red", ConcernUrgency.TODAY: "orange", ConcernUrgency.SOON: "grey"}
STATE_COLOURS = {ConcernState.OPEN: "yellow", ConcernState.ANSWERED: "blue", ConcernState.CLOSED: "grey"}
SAID = {
    "raised": "Raised",
    "put to": "Put to",
    "answered": "Answered",
    "seen": "Answer seen",
    "more said": "More said",
    "more urgent": "More urgent",
    "closed": "Closed",
    "opened again": "Not settled",
}
SHORT = 160


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """One concern in a list. `due` is a moment for the page to count down to, or empty."""

    id: int
    person: str
    text: str
    urgency: str
    urgency_colour: str
    state: str
    state_colour: str
    who: str
    put_to: str
    when: str
    due: str
    left: str
    due_by: str
    tone: str
    is_seen: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to a concern."""

    what: str
    text: str
    by: str
    when: str


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """One concern with all that happened to it, and what its reader can do."""

    line: ConcernLine
    text: str
    noticed: str
    came_by: str
    written_by: str
    person_id: int
    visit_id: int | None
    events: tuple[Happened, ...]
    may_answer: bool
    may_take: bool
    may_close: bool
    may_open_again: bool
    may_see: bool
    may_say_told: bool
    must_say_how_told: bool
    # For the device of whoever sent it, which may forget it now
    sent_key: str


def concern_line(concern, now: datetime) -> ConcernLine:
    """One concern, with its events read."""
    left = concern.answer_due_at - now
    is_open = concern.state == ConcernState.OPEN
    text = concern.text if len(concern.text) <= SHORT else f"{concern.text[:SHORT].rsplit(' ', 1)[0]} …"
    worker = concern.raised_by
    return ConcernLine(
        id=concern.pk,
        person=concern.person.label,
        text=text,
        urgency=concern.get_urgency_display(),
        urgency_colour=URGENCY_COLOURS[ConcernUrgency(concern.urgency)],
        state=concern.get_state_display(),
        state_colour=STATE_COLOURS[ConcernState(concern.state)],
        who=f"{worker.label}, {worker.organisation}" if worker is not None else concern.written_by,
        put_to=concern.put_to.full_name if concern.put_to is not None else "nobody on duty",
        when=ago_words(concern.raised_at, now),
        due=concern.answer_due_at.isoformat() if is_open else "",
        left=left_words(left) if is_open else "",
        due_by=time_words(concern.answer_due_at, now) if is_open else "",
        tone=("late" if left < timedelta() else "soon" if left < SOON else "calm") if is_open else "still",
        is_seen=is_seen(concern),
    )


def is_seen(concern) -> bool:
    """Whether whoever raised it has seen the newest answer."""
    kinds = [event.kind for event in concern.events.all() if event.kind in ("answered", "seen")]
    return bool(kinds) and kinds[-1] == "seen"


def concern_page(concern, actor: Actor, now: datetime) -> ConcernPage:
    """One concern for its reader."""
    answers = actor.may(Permission.ANSWER_CONCERNS)
    is_own = actor.worker_id is not None and concern.raised_by_id == actor.worker_id
    wrote = actor.account_id is not None and any(
        event.kind == "raised" and event.by_account_id == actor.account_id for event in concern.events.all()
    )
    is_raiser = is_own or (wrote and concern.raised_by_id is None)
    state, seen = ConcernState(concern.state), is_seen(concern)
    return ConcernPage(
        line=concern_line(concern, now),
        text=concern.text,
        noticed=moment_text(concern.noticed_at),
        came_by="by phone" if concern.came_by == "phone" else "",
        written_by=concern.written_by,
        person_id=concern.person_id,
        visit_id=concern.visit_id,
        events=tuple(
            Happened(
                SAID.get(event.kind, event.kind.capitalize()),
                event.text,
                ", ".join(part for part in (event.by_name, event.by_role, event.employer) if part),
                moment_text(event.at),
            )
            for event in concern.events.all()
            if event.kind != "raised"
        ),
        may_answer=answers and state != ConcernState.CLOSED,
        may_take=answers and state == ConcernState.OPEN and concern.put_to_id != actor.account_id,
        may_close=answers and state == ConcernState.ANSWERED,
        may_open_again=(answers or is_own) and state != ConcernState.OPEN,
        may_see=is_raiser and state == ConcernState.ANSWERED and not seen,
        may_say_told=wrote
        and not is_raiser
        and concern.came_by == "phone"
        and state == ConcernState.ANSWERED
        and not seen,
        must_say_how_told=not seen,
        sent_key=concern.sent_key if wrote or is_own else "",
    )
