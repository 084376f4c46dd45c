"""Everything a referral says, and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from homeward.access.rules import Actor
from homeward.kernel.rules import london_day
from homeward.people.selectors import current_addresses
from homeward.procedures.rules import ClockKind
from homeward.procedures.rules import Urgency as PathwayUrgency
from homeward.procedures.selectors import built
from homeward.referrals.selectors import details_for, not_understood_for
from homeward.referrals.services import CORRECTABLE_KINDS
from homeward.referrals.states import (
    OPEN_STATES,
    REOPENABLE_STATES,
    MessageOutcome,
    ReferralState,
    ReplyKind,
    ReplyState,
)
from homeward.web.clocks import ClockFace, ago_words, clock_face, time_words
from homeward.web.front_door.presenters.calls import OwedRow, owed_rows
from homeward.web.front_door.presenters.queue import column_of, state_tag
from homeward.web.front_door.presenters.words import (
    DECISION_EVENTS,
    STATES,
    URGENCY,
    AlertLine,
    Line,
    Tag,
    alert_lines,
    asked_by,
    event_line,
    need_words,
)
from homeward.web.persons import address_words, age_words, nhs_number_and_trust
from homeward.web.templating import moment_text

REPLY_COLOURS = {
    ReplyState.QUEUED: "blue",
    ReplyState.SENT: "green",
    ReplyState.FAILED: "red",
    ReplyState.KEPT: "grey",
}


@dataclass(frozen=True, slots=True)
class HappenedLine:
    """Something that happened. `was` is the wrong time it puts right; `right_url` is where its own is put right."""

    when: str
    what: str
    who: str
    why: str
    was: str
    is_corrected: bool
    right_url: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a referral: nobody, the reader, or somebody else; `since` in words."""

    name: str
    since: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """An answer to the system that sent the referral."""

    id: int
    kind: str
    state: Tag
    made: str
    sent: str
    tries: str
    trouble: str
    may_send_again: bool


@dataclass(frozen=True, slots=True)
class ReferralStatus:
    """The part of a referral's page that changes while it is open."""

    state: Tag
    decided: str
    clock: ClockFace | None
    events: tuple[HappenedLine, ...]
    is_open: bool
    may_reopen: bool
    holder: Holder
    escalated: str
    episode_url: str
    episode_page: str


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A comment of the desk."""

    text: str
    who: str


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
    replies: tuple[ReplyLine, ...]
    comments: tuple[CommentLine, ...]
    promised: str
    owed: tuple[OwedRow, ...]


def referral_status(referral, events: Sequence, reading, actor: Actor, now: datetime) -> ReferralStatus:
    """Where a referral stands."""
    decision = next((one for one in reversed(list(events)) if one.kind in DECISION_EVENTS), None)
    is_open = referral.state in OPEN_STATES
    decided = ""
    if decision and referral.state != ReferralState.WAITING:
        decided = (
            f"{DECISION_EVENTS[decision.kind]} by {decision.actor_name} at {time_words(decision.happened_at, now)}"
        )
    episode = getattr(referral, "episode", None)
    escalated = next((one for one in reversed(list(events)) if one.kind == "escalated"), None)
    return ReferralStatus(
        state=state_tag(column_of(referral)) if is_open else Tag(*STATES[referral.state]),
        decided=decided,
        clock=clock_face(reading, ClockKind.RESPONSE, now) if reading else None,
        events=happened_lines(events),
        is_open=is_open,
        may_reopen=referral.state in REOPENABLE_STATES,
        holder=_holder(referral, actor, now),
        escalated=f"{escalated.reason} ({escalated.actor_name}, {ago_words(escalated.happened_at, now)})"
        if escalated and referral.escalated_at
        else "",
        episode_url=reverse("responding:case", args=[episode.pk])
        if episode and built(episode.pathway).urgency is PathwayUrgency.CRISIS
        else "",
        episode_page=_episode_page(episode),
    )


def happened_lines(events: Sequence) -> tuple[HappenedLine, ...]:
    """What happened to a referral in order, each time that was put right with the one it was."""
    by_number = {event.pk: event for event in events}
    corrected = {event.corrects_id for event in events if event.corrects_id}
    lines = []
    for event in events:
        plain = event_line(event)
        wrong = by_number.get(event.corrects_id)
        may_be_put_right = event.kind in CORRECTABLE_KINDS and event.pk not in corrected
        lines.append(
            HappenedLine(
                when=plain.when,
                what=plain.what,
                who=plain.who,
                why=plain.why,
                was=f"Put right {moment_text(event.recorded_at)}. It was {moment_text(wrong.happened_at)}"
                if wrong
                else "",
                is_corrected=event.pk in corrected,
                right_url=f"{reverse('front_door:right_time', args=[event.referral_id])}?event={event.pk}"
                if may_be_put_right
                else "",
            )
        )
    return tuple(lines)


def referral_page(
    actor: Actor, referral, alerts: list, messages: Sequence, replies: Sequence, events: Sequence, now: datetime
) -> ReferralPage:
    """Everything a referral says, in words."""
    person = referral.person
    asked = [
        ("Asked by", asked_by(referral)),
        ("Role", referral.requester_role),
        ("Phone", referral.requester_phone),
        ("Received", _received(referral, events)),
        ("Came by", referral.get_route_display()),
        ("Sender's clock started", moment_text(referral.sender_clock_started_at))
        if referral.sender_clock_started_at
        else ("", ""),
        ("Sender's breach time", moment_text(referral.sender_due_at)) if referral.sender_due_at else ("", ""),
        ("Sent by", referral.sender),
        ("Use case", referral.use_case),
        ("Not at home: go to", referral.place_text),
        ("Who to call there", ", ".join(p for p in (referral.contact_name, referral.contact_phone) if p)),
    ]
    return ReferralPage(
        id=referral.pk,
        reference=referral.reference,
        name=referral.subject_label,
        who=age_words(person, london_day(now)) if person else "Staff or a service",
        person_url=reverse("people:person", args=[person.pk]) if person else "",
        urgency=Tag(*URGENCY[referral.urgency]),
        need=need_words(referral),
        need_text=referral.need_text,
        alerts=alert_lines(actor, alerts, referral.safeguarding_text, referral.scene_safety),
        asked=tuple(Line(*pair) for pair in asked if pair[1]),
        person=_person_lines(person, now) if person else (),
        details=tuple(Line(line.get("title", ""), line.get("text", "")) for line in details_for(actor, referral)),
        not_understood=tuple(
            Line(line.get("path", ""), line.get("text", "")) for line in not_understood_for(actor, referral)
        ),
        messages=tuple(
            Line(
                f"Version {message.version}" if message.version else "Repeat",
                f"{MessageOutcome(message.outcome).label}, {moment_text(message.received_at)},"
                f" from {message.received_from}",
            )
            for message in messages
        ),
        replies=tuple(_reply(one, now) for one in replies),
        comments=tuple(
            CommentLine(event.reason, f"{event.actor_name}, {ago_words(event.happened_at, now)}")
            for event in reversed(list(events))
            if event.kind == "comment"
        ),
        promised=referral.promised_text,
        owed=owed_rows(referral.calls.all(), now),
    )


def _person_lines(person, now: datetime) -> tuple[Line, ...]:
    address = next(iter(current_addresses(person, london_day(now))), None)
    about = [
        ("Age", age_words(person, london_day(now))),
        ("NHS number", nhs_number_and_trust(person)),
        ("Address", address_words(address) or "Not known"),
        ("On the map", "Yes" if address and (address.latitude is not None or address.place_key) else "Not yet"),
        ("Phone", person.phone),
        ("Language", f"{person.language}{', needs an interpreter' if person.needs_interpreter else ''}"),
    ]
    return tuple(Line(*pair) for pair in about if pair[1])


def _received(referral, events: Sequence) -> str:
    """When it was received, and every time on record before that was put right."""
    wrong = {event.corrects_id for event in events if event.kind == "referral_received" and event.corrects_id}
    before = [moment_text(event.happened_at) for event in events if event.pk in wrong]
    said = moment_text(referral.received_at)
    return f"{said} (first recorded as {', then '.join(before)})" if before else said


def _holder(referral, actor: Actor, now: datetime) -> Holder:
    if referral.held_by is None:
        return Holder("", "", False)
    since = f"since {time_words(referral.held_since, now)}" if referral.held_since else ""
    return Holder(referral.held_by.full_name, since, referral.held_by_id == actor.account_id)


def _episode_page(episode) -> str:
    if episode is None:
        return ""
    try:
        return reverse("episodes:episode", args=[episode.pk])
    except NoReverseMatch:  # a place that has no page of episodes
        return ""


def _reply(reply, now: datetime) -> ReplyLine:
    state = ReplyState(reply.state)
    tries = "" if not reply.tries else f"{reply.tries} tr{'y' if reply.tries == 1 else 'ies'}"
    if state is ReplyState.QUEUED and reply.next_try_at:
        tries = f"{tries or 'Not tried yet'}, next at {time_words(reply.next_try_at, now)}"
    failed = reply.answer_text if state is not ReplyState.SENT else ""
    answered = f"Answer {reply.answer_code}. " if failed and reply.answer_code else ""
    return ReplyLine(
        id=reply.pk,
        kind=ReplyKind(reply.kind).label,
        state=Tag(state.label, REPLY_COLOURS[state]),
        made=f"Made {time_words(reply.made_at, now)} by {reply.made_by}",
        sent=f"Sent {time_words(reply.sent_at, now)}" if reply.sent_at else "",
        tries=tries,
        trouble=f"{answered}{failed}",
        may_send_again=state is not ReplyState.QUEUED and bool(reply.send_to),
    )
