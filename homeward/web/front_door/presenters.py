"""The finished words of the front door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from homeward.kernel.rules import LONDON, london_day, spaced_nhs_number
from homeward.people.selectors import KnownPerson, PostcodePlace, current_addresses
from homeward.people.states import AlertKind, NhsNumberStatus
from homeward.procedures.rules import ClockKind, Pathway, UnknownCodeError
from homeward.procedures.rules import Urgency as PathwayUrgency
from homeward.procedures.selectors import library, need_title, skill_title
from homeward.referrals.rules import URGENCIES
from homeward.referrals.selectors import QueuedReferral
from homeward.referrals.states import CallOutcome, MessageOutcome, ReferralState, Source, Urgency
from homeward.web.clocks import ClockFace, ago_words, clock_face, time_words
from homeward.web.templating import clock_text, moment_text

SHORT = 180  # characters of a need shown in a list; the whole text is on the referral

# Every state in words and colour, once.
STATES = {
    ReferralState.WAITING: ("Waiting for triage", "blue"),
    ReferralState.MORE_ASKED: ("Waiting for more information", "yellow"),
    ReferralState.ACCEPTED: ("Accepted", "green"),
    ReferralState.REDIRECTED: ("Redirected", "purple"),
    ReferralState.DECLINED: ("Declined", "grey"),
    ReferralState.WITHDRAWN: ("Withdrawn by the sender", "grey"),
}
URGENCY = {
    Urgency.CRISIS: ("Within 2 hours", "red"),
    Urgency.TWO_DAYS: ("Within 2 days", "orange"),
    Urgency.ROUTINE: ("Routine", "grey"),
}
PATHWAY_URGENCY = {
    PathwayUrgency.CRISIS: "within 2 hours",
    PathwayUrgency.URGENT: "within 2 days",
    PathwayUrgency.SOON: "soon",
    PathwayUrgency.PLANNED: "as planned",
}
# Alerts that change how anyone goes to the door stand out from those that are good to know.
GRAVE_ALERTS = (AlertKind.SAFEGUARDING, AlertKind.RISK, AlertKind.TWO_PERSON)
CALL_COLOURS = {
    CallOutcome.REFERRAL: "green",
    CallOutcome.ADVICE: "blue",
    CallOutcome.CALL_BACK: "yellow",
    CallOutcome.PASSED_ON: "purple",
}
DECISION_EVENTS = {
    "referral_accepted": "Accepted",
    "referral_redirected": "Redirected",
    "referral_declined": "Declined",
    "referral_cancelled": "Withdrawn",
    "more_information_requested": "More information asked for",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A state as a coloured word."""

    words: str
    colour: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert; `tone` is grave or note."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """A name and what it is."""

    title: str
    text: str


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


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody already known who may be the one meant."""

    id: int
    name: str
    facts: str
    strength: Tag
    reasons: str
    waiting: str
    waiting_url: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the service makes of who has been typed so far."""

    matches: tuple[Match, ...]
    choice: str
    number_warning: str
    place: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened."""

    when: str
    what: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class PathwayChoice:
    """A pathway one can accept on."""

    code: str
    title: str
    summary: str
    url: str
    is_chosen: bool
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a checklist."""

    code: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Triage:
    """The pathways and the checklist of the one chosen."""

    choices: tuple[PathwayChoice, ...]
    chosen: PathwayChoice | None
    because: str
    who_for: str
    soon: str
    needs_visit: str
    criteria: tuple[Criterion, ...]
    exclusions: tuple[Criterion, ...]


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


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One slot of one visit that a re-planning changed."""

    person: str
    visit: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Going:
    """Somebody proposed or sent for the first visit."""

    skill: str
    worker: str
    when: str
    why: str


@dataclass(frozen=True, slots=True)
class WhatMoved:
    """What accepting a referral set going."""

    going: tuple[Going, ...]
    is_joint: bool
    nobody: str
    too_late: str
    moved: tuple[MoveRow, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call."""

    when: str
    who: str
    about: str
    outcome: Tag
    text: str
    taken_by: str


def age_words(person, today: date) -> str:
    """Age and date of birth as far as known."""
    if person.birth_date:
        born = person.birth_date
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        return f"{age}, born {born.day} {born:%B %Y}"
    if person.birth_text:
        return f"about {today.year - int(person.birth_text[:4])}, born {person.birth_text[:4]}"
    return "date of birth not known"


def nhs_number_words(person) -> str:
    """The NHS number as people read it, and whether it can be trusted."""
    if person.nhs_number_status == NhsNumberStatus.VERIFIED:
        return spaced_nhs_number(person.nhs_number)
    if person.nhs_number_status == NhsNumberStatus.UNVERIFIED:
        return f"{spaced_nhs_number(person.nhs_number)} (not verified)"
    return "Not known"


def alert_lines(alerts: Sequence, safeguarding: str = "", scene_safety: str = "") -> tuple[AlertLine, ...]:
    """Alerts with the grave ones first, and what a referral warns of where no alert says it yet."""
    lines = [
        AlertLine(AlertKind(one.kind).label, one.text, "grave" if one.kind in GRAVE_ALERTS else "note")
        for one in alerts
    ]
    said = {line.text for line in lines}
    if safeguarding and safeguarding not in said:
        lines.append(AlertLine("Safeguarding", safeguarding, "grave"))
    if scene_safety:
        lines.append(AlertLine("Safety at the door", scene_safety, "grave"))
    return tuple(sorted(lines, key=lambda line: (line.tone != "grave", line.title != "Safeguarding")))


def asked_by(referral) -> str:
    """Who asked, in one line."""
    who = ", ".join(part for part in (referral.requester_name, referral.requester_organisation) if part)
    source = Source(referral.source).label
    return f"{source}: {who}" if who else source


def need_words(referral) -> str:
    """What help is asked for, in a few words."""
    return need_title(referral.need_code) if referral.need_code else "Need described in words"


def short(text: str, limit: int = SHORT) -> str:
    """The beginning of a text that is longer than a list has room for."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[:limit].rsplit(' ', 1)[0]}…"


def event_title(kind: str) -> str:
    """What an event is called."""
    try:
        return library().event(kind).title
    except UnknownCodeError:
        return kind.replace("_", " ").capitalize()


def queue(queued: list[QueuedReferral], decided: Sequence, alerts: dict[int, list], calls: int, now: datetime) -> Queue:
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
    place = referral.place_text or ", ".join(p for p in (address.lines, address.postcode) if p) if address else ""
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
        place=place or referral.place_text or "No address yet",
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


def known(
    matches: list[KnownPerson],
    waiting: dict,
    choice: str,
    number: str,
    is_number_valid: bool,
    place: str,
    now: datetime,
) -> Known:
    """What a form is told about who has been typed."""
    warning = ""
    if number and not is_number_valid:
        warning = (
            f"{spaced_nhs_number(number)} does not pass the NHS number check. Read it back to the caller."
            " You can go on: it is kept as not verified."
        )
    return Known(tuple(_match(one, waiting.get(one.person.pk), now) for one in matches), choice, warning, place)


def _match(one: KnownPerson, waiting, now: datetime) -> Match:
    person = one.person
    facts = [f"born {person.birth_date.day} {person.birth_date:%B %Y}" if person.birth_date else ""]
    facts.append(f"NHS number {nhs_number_words(person)}" if person.nhs_number else "")
    facts.append(", ".join(part for part in (one.address.lines, one.address.postcode) if part) if one.address else "")
    facts.append(person.phone)
    if not one.likeness.reasons:
        strength = Tag("Chosen", "blue")
    elif one.likeness.is_likely:
        strength = Tag("Very likely", "green")
    else:
        strength = Tag("Possible", "yellow")
    said = f"{'; '.join(one.likeness.reasons)}".capitalize()
    return Match(
        id=person.pk,
        name=person.label,
        facts=" · ".join(fact for fact in facts if fact),
        strength=strength,
        reasons=said,
        waiting=f"Referral {waiting.reference} is already waiting. It came {ago_words(waiting.received_at, now)}."
        if waiting
        else "",
        waiting_url=reverse("front_door:referral", args=[waiting.pk]) if waiting else "",
    )


def place_words(postcode: str, place: PostcodePlace | None) -> str:
    """How exactly the map knows where a postcode is."""
    if not postcode:
        return ""
    if place is None:
        return f"The map does not know {postcode} yet. You can go on. A planner must place the address before a visit."
    if place.is_exact:
        return f"{postcode} is on the map, to within a few doors."
    return f"{postcode} is on the map roughly: the middle of the homes we know in {place.around}."


def differences(person, address, form) -> list[dict]:
    """What the caller said of somebody known that differs from the record, for a person to look at."""
    told = form.cleaned_data
    name = f"{told['given_name']} {told['family_name']}".strip()
    pairs = [
        ("Name", name, person.label),
        ("Phone", told["phone"], person.phone),
        ("Address", told["address_lines"], address.lines if address else ""),
        ("Postcode", told["postcode"], address.postcode if address else ""),
        ("NHS number", told["nhs_number"].replace(" ", ""), person.nhs_number),
    ]
    if told["birth_date"] and told["birth_date"] != person.birth_date:
        born = told["birth_date"]
        pairs.append(("Date of birth", f"{born.day} {born:%B %Y}", ""))
    return [
        {"title": f"{title} as the caller gave it", "text": f"{said} (our record: {held or 'empty'})"}
        for title, said, held in pairs
        if said and said.casefold() != (held or "").casefold()
    ]


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


def event_line(event) -> EventLine:
    """An event as a list prints it."""
    who = ", ".join(part for part in (event.actor_name, event.actor_role, event.employer) if part)
    why = getattr(event, "reason", "") or getattr(event, "detail", "")
    return EventLine(moment_text(event.happened_at), event_title(event.kind), who, why)


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
        ("NHS number", nhs_number_words(person)),
        ("Address", ", ".join(p for p in (address.lines, address.postcode) if p) if address else "Not known"),
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


def triage(referral, pathways: Sequence[Pathway], suggested: Pathway | None, chosen_code: str) -> Triage:
    """The pathways to choose from and the checklist of the one chosen, or else suggested."""
    here = reverse("front_door:referral", args=[referral.pk])
    chosen = next((one for one in pathways if one.code == chosen_code), suggested)
    choices = tuple(
        PathwayChoice(
            one.code,
            one.title,
            one.summary,
            f"{here}?pathway={one.code}#decide",
            chosen is not None and one.code == chosen.code,
            suggested is not None and one.code == suggested.code,
        )
        for one in pathways
    )
    visit = next((v for v in chosen.visits if v.due_with_clock), None) if chosen else None
    people = len(visit.staff) if visit else 0
    return Triage(
        choices=choices,
        chosen=next((one for one in choices if one.is_chosen), None),
        because=_because(referral, suggested),
        who_for=chosen.who_for if chosen else "",
        soon=PATHWAY_URGENCY[chosen.urgency] if chosen else "",
        needs_visit=(
            f"Accepting plans the first visit at once ({people} worker{'' if people == 1 else 's'},"
            f" {visit.minutes} minutes) and shows what moved."
            if visit
            else "Accepting starts the pathway. Its first visit is planned with the person."
        ),
        criteria=tuple(
            Criterion(one.code, one.text, " ".join(filter(None, [one.hint, "" if one.required else "Optional."])))
            for one in chosen.entry.criteria
        )
        if chosen
        else (),
        exclusions=tuple(Criterion(one.code, one.text, one.instead) for one in chosen.entry.exclusions)
        if chosen
        else (),
    )


def _because(referral, suggested: Pathway | None) -> str:
    if suggested is None:
        return "No pathway fits this need. Choose one, or redirect the referral."
    if referral.pathway_code == suggested.code:
        return "It was sent for this pathway."
    answers = f" “{need_title(referral.need_code)}”" if referral.need_code in suggested.needs else ""
    soon = f" {PATHWAY_URGENCY[suggested.urgency]}" if suggested.urgency in URGENCIES[referral.urgency] else ""
    return f"It answers{answers}{soon}." if answers or soon else "It is the nearest there is."


def what_moved(visit, moves: Sequence, clock: ClockFace | None, now: datetime) -> WhatMoved:
    """What a re-planning changed: who goes to the new visit, by its clock or not, then everybody else's day."""
    rows = sorted(visit.assignments.all(), key=lambda row: row.slot) if visit else []
    too_late = ""
    if rows and clock and clock.is_counting and min(r.starts_at for r in rows) > datetime.fromisoformat(clock.due):
        too_late = f"Nobody who is proposed gets there {clock.by}. See who could be there sooner."
    return WhatMoved(
        going=tuple(
            Going(
                skill_title(visit.slots[row.slot]["skill"]),
                f"{row.worker.label} ({row.worker.organisation})",
                time_words(row.starts_at, now),
                row.why,
            )
            for row in rows
        ),
        is_joint=visit is not None and len(visit.slots) > 1,
        nobody=visit.unplanned_reason if visit else "",
        too_late=too_late,
        moved=tuple(_move(move) for move in moves if visit is None or move.visit_id != visit.pk),
        summary=moved_summary(visit.pk if visit else None, moves),
    )


def moved_summary(visit_id: int | None, moves: Sequence) -> str:
    """How many other visits moved, in a sentence."""
    count = len({move.visit_id for move in moves if move.visit_id != visit_id})
    if not count:
        return "Nobody else's visit moved."
    return f"{count} other visit{'' if count == 1 else 's'} moved to make room."


def _move(move) -> MoveRow:
    def side(worker, starts_at) -> str:
        if worker is None:
            return "Nobody"
        return f"{worker.label}, {clock_text(starts_at)}" if starts_at else worker.label

    return MoveRow(
        person=move.visit.person.label,
        visit=move.visit.title,
        before=side(move.from_worker, move.from_starts_at),
        after=side(move.to_worker, move.to_starts_at),
        why=move.why,
    )


def call_rows(calls: Sequence, now: datetime) -> tuple[CallRow, ...]:
    """Calls as a list prints them."""
    return tuple(
        CallRow(
            when=clock_text(call.received_at)
            if london_day(call.received_at) == london_day(now)
            else moment_text(call.received_at.astimezone(LONDON)),
            who=", ".join(
                part for part in (Source(call.source).label, call.caller_name, call.caller_organisation) if part
            ),
            about=call.person.label if call.person else "",
            outcome=Tag(CallOutcome(call.outcome).label, CALL_COLOURS[CallOutcome(call.outcome)]),
            text=short(call.advice or call.reason),
            taken_by=call.taken_by,
        )
        for call in calls
    )
