"""Everything a referral says, and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from homeward.kernel.rules import london_day
from homeward.people.selectors import current_addresses
from homeward.procedures.rules import ClockKind
from homeward.referrals.states import MessageOutcome, ReferralState
from homeward.web.clocks import ClockFace, clock_face, time_words
from homeward.web.front_door.presenters.words import (
    DECISION_EVENTS,
    STATES,
    URGENCY,
    AlertLine,
    EventLine,
    Line,
    Tag,
    alert_lines,
    asked_by,
    event_line,
    need_words,
)
from homeward.web.persons import address_words, age_words, nhs_number_and_trust
from homeward.web.templating import moment_text


@dataclass(frozen=True, slots=True)
class ReferralStatus:
    """The part of a referral's page that changes while it is open."""

    state: Tag
    decided: str
    clock: ClockFace | None
    events: tuple[EventLine, ...]
    is_open: bool
    episode_url: str


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """Everything a referral says."""

    id: int
    reference: str
    name: str
    who: str
    person_url: str
    urgency: Tag
    need: str
    need_text: str
    alerts: tuple[AlertLine, ...]
    asked: tuple[Line, ...]
    person: tuple[Line, ...]
    details: tuple[Line, ...]
    not_understood: tuple[Line, ...]
    messages: tuple[Line, ...]
    promised: str


def referral_status(referral, events: Sequence, reading, now: datetime) -> ReferralStatus:
    """Where a referral stands."""
    decision = next((one for one in reversed(list(events)) if one.kind in DECISION_EVENTS), None)
    decided = ""
    is_open = referral.state in (ReferralState.WAITING, ReferralState.MORE_ASKED)
    if decision and referral.state != ReferralState.WAITING:
        decided = (
            f"{DECISION_EVENTS[decision.kind]} by {decision.actor_name} at {time_words(decision.happened_at, now)}"
        )
    episode = getattr(referral, "episode", None)
    return ReferralStatus(
        state=Tag(*STATES[referral.state]),
        decided=decided,
        clock=clock_face(reading, ClockKind.RESPONSE, now) if reading else None,
        events=tuple(event_line(event) for event in events),
        is_open=is_open,
        episode_url=reverse("responding:case", args=[episode.pk]) if episode else "",
    )


def referral_page(referral, alerts: list, messages: Sequence, now: datetime) -> ReferralPage:
    """Everything a referral says, in words."""
    person = referral.person
    address = next(iter(current_addresses(person, london_day(now))), None)
    asked = [
        ("Asked by", asked_by(referral)),
        ("Role", referral.requester_role),
        ("Phone", referral.requester_phone),
        ("Received", moment_text(referral.received_at)),
        ("Sender's clock started", moment_text(referral.sender_clock_started_at))
        if referral.sender_clock_started_at
        else ("", ""),
        ("Sender's breach time", moment_text(referral.sender_due_at)) if referral.sender_due_at else ("", ""),
        ("Sent by", referral.sender),
        ("Use case", referral.use_case),
        ("Not at home: go to", referral.place_text),
        ("Who to call there", ", ".join(p for p in (referral.contact_name, referral.contact_phone) if p)),
        ("Promised to the caller", referral.promised_text),
    ]
    about = [
        ("Age", age_words(person, london_day(now))),
        ("NHS number", nhs_number_and_trust(person)),
        ("Address", address_words(address) or "Not known"),
        ("On the map", "Yes" if address and (address.latitude is not None or address.place_key) else "Not yet"),
        ("Phone", person.phone),
        ("Language", f"{person.language}{', needs an interpreter' if person.needs_interpreter else ''}"),
    ]
    return ReferralPage(
        id=referral.pk,
        reference=referral.reference,
        name=person.label,
        who=age_words(person, london_day(now)),
        person_url=reverse("people:person", args=[person.pk]),
        urgency=Tag(*URGENCY[referral.urgency]),
        need=need_words(referral),
        need_text=referral.need_text,
        alerts=alert_lines(alerts, referral.safeguarding_text, referral.scene_safety),
        asked=tuple(Line(*pair) for pair in asked if pair[1]),
        person=tuple(Line(*pair) for pair in about if pair[1]),
        details=tuple(Line(line.get("title", ""), line.get("text", "")) for line in referral.details),
        not_understood=tuple(Line(line.get("path", ""), line.get("text", "")) for line in referral.not_understood),
        messages=tuple(
            Line(
                f"Version {message.version}" if message.version else "Repeat",
                f"{MessageOutcome(message.outcome).label}, {moment_text(message.received_at)},"
                f" from {message.received_from}",
            )
            for message in messages
        ),
        promised=referral.promised_text,
    )
