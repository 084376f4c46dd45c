"""The queue: every referral that waits, by its clock, as a list or as columns."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from homeward.access.rules import Actor
from homeward.kernel.rules import london_day
from homeward.people.states import AlertKind
from homeward.procedures.rules import ClockKind, ClockReading
from homeward.referrals.selectors import OpenQueue, QueuedReferral
from homeward.referrals.states import ReferralState, Source, Urgency
from homeward.web.clocks import COUNTING, SOON, ClockFace, ago_words, clock_face, left_words, time_words
from homeward.web.front_door.forms.wanted import HELD, Wanted, read_wanted
from homeward.web.front_door.presenters.words import (
    DECISION_EVENTS,
    PROPOSED,
    STATES,
    TRIAGING,
    URGENCY,
    AlertLine,
    Tag,
    alert_lines,
    asked_by,
    need_words,
    short,
)
from homeward.web.persons import address_words, age_words
from homeward.web.templating import clock_text

NEXT_HOURS = timedelta(hours=2)
# How a queue is parted by when something must have happened, soonest first: (code, title)
DUE = (
    ("late", "Past the breach time"),
    ("soon", "Under 30 minutes"),
    ("next", "Under 2 hours"),
    ("today", "Later today"),
    ("later", "After today"),
    ("none", "No clock"),
)
# Columns in the order that work goes through them: (code, title)
COLUMNS = (
    ("waiting", "Nobody has it"),
    ("triaging", "Being triaged"),
    ("more_asked", "Waiting for more information"),
    ("proposed", "A second person is needed"),
)
NEED_LENGTH = 130  # characters of a need on a card


@dataclass(frozen=True, slots=True)
class Card:
    """One referral in the queue."""

    id: int
    url: str
    reference: str
    name: str
    who: str
    place: str
    need: str
    need_text: str
    urgency: Tag
    source: str
    asked_by: str
    received: str
    pathway: str
    clock: ClockFace | None
    due: str
    column: str
    state: Tag
    grave: tuple[AlertLine, ...]
    notes: tuple[AlertLine, ...]
    held_by: str
    is_mine: bool
    escalated: str
    proposed: str
    may_agree: bool
    waiting_for: str
    comment: str
    commented: str
    comments: int
    promised: str


@dataclass(frozen=True, slots=True)
class Part:
    """Cards that belong together: by when they are due, or by state."""

    code: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One referral that was decided."""

    url: str
    reference: str
    name: str
    state: Tag
    words: str


@dataclass(frozen=True, slots=True)
class CallBackLine:
    """A call back that is owed."""

    who: str
    about: str
    by: str
    left: str
    due: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What each filter can be set to: (value, words), those that occur now."""

    urgencies: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    pathways: tuple[tuple[str, str], ...]
    holders: tuple[tuple[str, str], ...]
    areas: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FilterLine:
    """A saved filter."""

    id: int
    name: str
    url: str
    is_default: bool
    is_on: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits at the front door, in numbers."""

    waiting: int
    late: int
    soon: int
    escalated: int


@dataclass(frozen=True, slots=True)
class Queue:
    """The front door at a glance. A filter keeps `kept` of `total`, and the first `shown` of those are drawn."""

    parts: tuple[Part, ...]
    columns: tuple[Part, ...]
    total: int
    kept: int
    shown: int
    late: int
    soon: int
    mine: int
    safeguarding: int
    escalated: int
    second_person: int
    waiting_for_more: int
    calls: str
    call_backs: tuple[CallBackLine, ...]
    decided: tuple[DecidedRow, ...]
    choices: Choices
    saved: tuple[FilterLine, ...]
    made: str


def present_queue(
    queue: OpenQueue,
    wanted: Wanted,
    actor: Actor,
    *,
    decided: Sequence,
    call_backs: Sequence,
    saved: Sequence,
    calls: int,
    now: datetime,
) -> Queue:
    """The queue as the front door prints it; counts are of everything open, whatever a filter leaves out."""
    shown = tuple(card(one, queue.alerts.get(one.referral.person_id, []), actor, now) for one in queue.shown)
    everything = [line.row for line in queue.everything]
    counts = counts_of(queue, now)
    columns = Counter(column_of(referral) for referral in everything)
    return Queue(
        parts=_parts(DUE, "due", shown) if wanted.view == "list" else (),
        columns=_parts(COLUMNS, "column", shown, keep_empty=True) if wanted.view == "columns" else (),
        total=len(everything),
        kept=queue.kept,
        shown=len(shown),
        late=counts.late,
        soon=counts.soon,
        mine=sum(actor.account_id is not None and one.held_by_id == actor.account_id for one in everything),
        safeguarding=sum(_is_safeguarding(one, queue.alerts.get(one.person_id, ())) for one in everything),
        escalated=counts.escalated,
        second_person=columns["proposed"],
        waiting_for_more=columns["more_asked"],
        calls=f"{calls} call{'' if calls == 1 else 's'} today",
        call_backs=tuple(call_back_line(call, now) for call in call_backs),
        decided=tuple(_decided_row(referral, now) for referral in decided),
        choices=_choices(queue),
        saved=tuple(
            FilterLine(
                one.pk, one.name, f"{reverse('front_door:queue')}?{wanted_of(one).query()}", one.is_default,
                wanted_of(one).kept() == wanted.kept(),
            )
            for one in saved
        ),
        made=clock_text(now),
    )  # fmt: skip


def counts_of(queue: OpenQueue, now: datetime) -> Counts:
    """How much waits, is late, nearly late and escalated, whatever a filter leaves out."""
    due = Counter(due_of(line.clock, now) for line in queue.everything)
    escalated = sum(line.row.escalated_at is not None for line in queue.everything)
    return Counts(len(queue.everything), due["late"], due["soon"], escalated)


def _is_safeguarding(referral, alerts: Sequence) -> bool:
    return bool(referral.safeguarding_text) or any(one.kind == AlertKind.SAFEGUARDING for one in alerts)


def wanted_of(saved) -> Wanted:
    """What a saved filter asks for."""
    return read_wanted(saved.query)


def card(one: QueuedReferral, alerts: list, actor: Actor, now: datetime) -> Card:
    """One referral as the queue prints it."""
    referral, person = one.referral, one.referral.person
    events = one.events
    comments = [event for event in events if event.kind == "comment"]
    face = clock_face(one.clock, ClockKind.RESPONSE, now) if one.clock else None
    column = column_of(referral)
    warnings = alert_lines(actor, alerts, referral.safeguarding_text, referral.scene_safety)
    is_mine = referral.held_by_id is not None and referral.held_by_id == actor.account_id
    return Card(
        id=referral.pk,
        url=reverse("front_door:referral", args=[referral.pk]),
        reference=referral.reference,
        name=referral.subject_label,
        who=age_words(person, london_day(now)) if person else "Staff or a service",
        place=_place(one),
        need=need_words(referral),
        need_text=short(referral.need_text, NEED_LENGTH),
        urgency=Tag(*URGENCY[referral.urgency]),
        source=Source(referral.source).label,
        asked_by=asked_by(referral),
        received=f"{time_words(referral.received_at, now)}, {ago_words(referral.received_at, now)}"
        if london_day(referral.received_at) == london_day(now)
        else ago_words(referral.received_at, now),
        pathway=one.suggested.title if one.suggested else "No pathway suggested",
        clock=face,
        due=due_of(one.clock, now),
        column=column,
        state=state_tag(column),
        grave=tuple(line for line in warnings if line.tone == "grave"),
        notes=tuple(line for line in warnings if line.tone != "grave"),
        held_by="You" if is_mine else referral.held_by.full_name if referral.held_by else "",
        is_mine=is_mine,
        escalated=_said_last(events, "escalated", now) if referral.escalated_at else "",
        proposed=f"Proposed by {_whom(referral.proposed_by_id, referral.proposed_by, actor)}"
        if column == "proposed"
        else "",
        may_agree=column == "proposed" and referral.proposed_by_id != actor.account_id,
        waiting_for=_waiting_for(referral, events),
        comment=short(comments[-1].reason, NEED_LENGTH) if comments else "",
        commented=f"{comments[-1].actor_name}, {ago_words(comments[-1].happened_at, now)}" if comments else "",
        comments=len(comments),
        promised=referral.promised_text,
    )


def column_of(referral) -> str:
    """Where a referral stands on its way to a decision: the code of a column."""
    if referral.proposed_pathway_code:
        return "proposed"
    if referral.state == ReferralState.MORE_ASKED:
        return "more_asked"
    return "triaging" if referral.held_by_id else "waiting"


def state_tag(column: str) -> Tag:
    """The state of an open referral in words and colour."""
    return Tag(
        *{
            "waiting": STATES[ReferralState.WAITING],
            "triaging": TRIAGING,
            "more_asked": STATES[ReferralState.MORE_ASKED],
            "proposed": PROPOSED,
        }[column]
    )


def due_of(clock: ClockReading | None, now: datetime) -> str:
    """In which part of the queue its clock puts a referral: the code of one of `DUE`."""
    if clock is None or clock.state not in COUNTING:
        return "none"
    left = clock.due_at - now
    if left < timedelta():
        return "late"
    if left < SOON:
        return "soon"
    if left < NEXT_HOURS:
        return "next"
    return "today" if london_day(clock.due_at) == london_day(now) else "later"


def call_back_line(call, now: datetime) -> CallBackLine:
    """A call back that is owed, as a strip prints it."""
    who = ", ".join(part for part in (call.caller_name, call.caller_organisation) if part)
    return CallBackLine(
        who=who or Source(call.source).label,
        about=call.person.label if call.person else call.about_text,
        by=time_words(call.call_back_by, now),
        left=left_words(call.call_back_by - now),
        due=call.call_back_by.isoformat(),
        is_late=call.call_back_by < now,
    )


def _parts(
    titles: Sequence[tuple[str, str]], name: str, cards: tuple[Card, ...], *, keep_empty: bool = False
) -> tuple[Part, ...]:
    parts = (Part(code, title, tuple(c for c in cards if getattr(c, name) == code)) for code, title in titles)
    return tuple(part for part in parts if part.cards or keep_empty)


def _place(one: QueuedReferral) -> str:
    known = one.referral.place_text or address_words(one.address)
    return known or ("No address yet" if one.referral.person else one.referral.requester_organisation)


def _whom(account_id: int | None, account, actor: Actor) -> str:
    if account_id is not None and account_id == actor.account_id:
        return "you"
    return account.full_name if account else "somebody"


def _said_last(events: Sequence, kind: str, now: datetime) -> str:
    last = next((event for event in reversed(events) if event.kind == kind), None)
    return f"{last.reason} ({last.actor_name}, {ago_words(last.happened_at, now)})" if last else ""


def _waiting_for(referral, events: Sequence) -> str:
    if referral.state != ReferralState.MORE_ASKED:
        return ""
    asked = next((event for event in reversed(events) if event.kind == "more_information_requested"), None)
    return asked.reason if asked else STATES[ReferralState.MORE_ASKED][0]


def _choices(queue: OpenQueue) -> Choices:
    sources = {line.row.source for line in queue.everything}
    areas = sorted({line.area for line in queue.everything} - {""})
    pathways = {line.suggested.code: line.suggested.title for line in queue.everything if line.suggested}
    return Choices(
        urgencies=tuple(Urgency.choices),
        sources=tuple((value, label) for value, label in Source.choices if value in sources),
        pathways=tuple(sorted(pathways.items(), key=lambda pair: pair[1])),
        holders=tuple(HELD.items()),
        areas=tuple((area, area) for area in areas),
    )


def _decided_row(referral, now: datetime) -> DecidedRow:
    events = sorted(referral.events.all(), key=lambda event: (event.happened_at, event.pk))
    last = next((event for event in reversed(events) if event.kind in DECISION_EVENTS), None)
    words = f"{last.actor_name}, {ago_words(last.happened_at, now)}" if last else ""
    return DecidedRow(
        url=reverse("front_door:referral", args=[referral.pk]),
        reference=referral.reference,
        name=referral.subject_label,
        state=Tag(*STATES[referral.state]),
        words=words,
    )
