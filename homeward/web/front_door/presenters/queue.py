"""The queue: every referral that waits, by its clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from homeward.kernel.rules import london_day
from homeward.people.selectors import current_addresses
from homeward.procedures.rules import ClockKind
from homeward.referrals.selectors import QueuedReferral
from homeward.referrals.states import ReferralState
from homeward.web.clocks import ClockFace, ago_words, clock_face
from homeward.web.front_door.presenters.words import (
    DECISION_EVENTS,
    STATES,
    URGENCY,
    AlertLine,
    Tag,
    alert_lines,
    asked_by,
    event_title,
    need_words,
    short,
)
from homeward.web.persons import address_words, age_words
from homeward.web.templating import clock_text


@dataclass(frozen=True, slots=True)
class QueueRow:
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
    asked_by: str
    came: str
    pathway: str
    clock: ClockFace | None
    alerts: tuple[AlertLine, ...]
    waiting_for: str
    last: str


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One referral that was decided."""

    url: str
    reference: str
    name: str
    state: Tag
    words: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The front door at a glance."""

    rows: tuple[QueueRow, ...]
    late: int
    soon: int
    safeguarding: int
    waiting_for_more: int
    calls: str
    decided: tuple[DecidedRow, ...]
    made: str


def present_queue(
    queued: list[QueuedReferral], decided: Sequence, alerts: dict[int, list], calls: int, now: datetime
) -> Queue:
    """The queue as the front door prints it."""
    rows = tuple(_queue_row(one, alerts.get(one.referral.person_id, []), now) for one in queued)
    return Queue(
        rows=rows,
        late=sum(bool(row.clock and row.clock.tone == "late") for row in rows),
        soon=sum(bool(row.clock and row.clock.tone == "soon") for row in rows),
        safeguarding=sum(any(alert.title == "Safeguarding" for alert in row.alerts) for row in rows),
        waiting_for_more=sum(bool(row.waiting_for) for row in rows),
        calls=f"{calls} call{'' if calls == 1 else 's'} today",
        decided=tuple(_decided_row(referral, now) for referral in decided),
        made=clock_text(now),
    )


def _queue_row(one: QueuedReferral, alerts: list, now: datetime) -> QueueRow:
    referral, person = one.referral, one.referral.person
    address = next(iter(current_addresses(person, london_day(now))), None)
    place = referral.place_text or address_words(address)
    events = sorted(referral.events.all(), key=lambda event: (event.happened_at, event.pk))
    last = events[-1] if events else None
    waiting_for = ""
    if referral.state == ReferralState.MORE_ASKED:
        asked = next((e for e in reversed(events) if e.kind == "more_information_requested"), None)
        waiting_for = asked.reason if asked else STATES[ReferralState.MORE_ASKED][0]
    return QueueRow(
        id=referral.pk,
        url=reverse("front_door:referral", args=[referral.pk]),
        reference=referral.reference,
        name=person.label,
        who=age_words(person, london_day(now)),
        place=place or "No address yet",
        need=need_words(referral),
        need_text=short(referral.need_text),
        urgency=Tag(*URGENCY[referral.urgency]),
        asked_by=asked_by(referral),
        came=f"Came {ago_words(referral.received_at, now)}",
        pathway=one.suggested.title if one.suggested else "No pathway suggested",
        clock=clock_face(one.clock, ClockKind.RESPONSE, now) if one.clock else None,
        alerts=alert_lines(alerts, referral.safeguarding_text, referral.scene_safety),
        waiting_for=waiting_for,
        last=f"{last.actor_name}: {event_title(last.kind).lower()}, {ago_words(last.happened_at, now)}"
        if last and last.kind not in ("referral_received", "referred_from_hospital_bed")
        else "",
    )


def _decided_row(referral, now: datetime) -> DecidedRow:
    events = sorted(referral.events.all(), key=lambda event: (event.happened_at, event.pk))
    last = next((event for event in reversed(events) if event.kind in DECISION_EVENTS), None)
    words = f"{last.actor_name}, {ago_words(last.happened_at, now)}" if last else ""
    return DecidedRow(
        url=reverse("front_door:referral", args=[referral.pk]),
        reference=referral.reference,
        name=referral.person.label,
        state=Tag(*STATES[referral.state]),
        words=words,
    )
