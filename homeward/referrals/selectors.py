"""Reads at the front door. Whatever shows a person leaves an audit event."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Exists, Max, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.module_loading import import_string

from homeward.access.rules import Actor, Permission, Relationship, may_see_sensitive, require
from homeward.audit.services import record, record_reads
from homeward.kernel.rules import london_day, wall_clock
from homeward.people.models import Address, Alert, Person
from homeward.people.selectors import areas_of, current_addresses, current_alerts
from homeward.people.states import Sensitivity
from homeward.procedures.rules import Clock, ClockKind, ClockReading, Event, Pathway, SenderTimes, Subject, read_clock
from homeward.procedures.selectors import newest_pathways
from homeward.referrals.models import Call, KeptMessage, Referral, ReferralEvent, Reply, SavedFilter
from homeward.referrals.rules import MessageDocument, faults_file, is_code, ranked_pathways, suggested_pathway
from homeward.referrals.rules.keeping_back import tells_concern
from homeward.referrals.rules.replying import REFERRAL_CAUSES, reply_kind
from homeward.referrals.states import DECISION_EVENTS, OPEN_STATES, CallOutcome, MessageKind, MessageOutcome

# A caller is remembered this long, so that a number no longer used is not offered. Local decisions.
REMEMBERED_FOR = timedelta(days=180)
UNFINISHED_FOR = timedelta(days=7)
# What ordering, counting and filtering the queue takes of each referral
LINE_FIELDS = (
    "id", "person_id", "state", "urgency", "source", "need_code", "pathway_code", "received_at", "held_by_id",
    "proposed_by_id", "proposed_pathway_code", "escalated_at", "safeguarding_text", "scene_safety",
    "sender_clock_started_at", "sender_due_at",
)  # fmt: skip
# Whoever takes a call or a referral still sees whom it was about so long after it was dealt with. Local decision.
TIED_FOR = timedelta(days=7)
LEAST_TYPED = 2  # one letter would list half of everybody who ever called


class ReferralNotFoundError(Exception):
    """There is no such referral in the actor's services."""


class CallNotFoundError(Exception):
    """There is no such call in the actor's services."""


class MessageNotFoundError(Exception):
    """There is no such message in the actor's services."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A referral waiting for a decision in as little as ordering, counting and filtering it takes.

    `row` holds `LINE_FIELDS`; `clock` reads as in `QueuedReferral` but says nothing in words; `area` is the first half
    of the postcode where its person is, DE1, and empty where nobody knows.
    """

    row: Any
    suggested: Pathway | None
    clock: ClockReading | None
    area: str


@dataclass(frozen=True, slots=True)
class QueuedReferral:
    """A referral waiting for a decision, the pathway it looks like, and that pathway's clock as it stands.

    `events` are what happened to it, in order; `address` is where its person is now, if anybody knows, and `area` the
    first half of its postcode, DE1.
    """

    referral: Referral
    suggested: Pathway | None
    clock: ClockReading | None
    events: tuple[ReferralEvent, ...]
    address: Address | None
    area: str


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which referrals of the queue to show; what is empty keeps all. `held` is me, others or nobody."""

    urgency: str = ""
    source: str = ""
    pathway: str = ""
    held: str = ""
    alert: str = ""
    area: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class OpenQueue:
    """Everything open at a front door, what breaches first on top.

    A filter keeps `kept` of it, and `shown` are the first of those. `alerts` go by person, and are empty for who may
    not see people.
    """

    everything: list[QueueLine]
    kept: int
    shown: list[QueuedReferral]
    alerts: dict[int, list[Alert]]


def response_clock(pathway: Pathway) -> Clock | None:
    """The clock by which somebody on a pathway must first be seen, if it has one."""
    return next((clock for clock in pathway.clocks if clock.kind is ClockKind.RESPONSE), None)


def clock_events(events) -> list[Event]:
    """Events of referrals or episodes as the clocks read them: of a moment put right, only the right one."""
    events = list(events)
    corrected = {(type(event), event.corrects_id) for event in events}
    return [
        Event(kind=event.kind, at=event.happened_at, recorded_at=event.recorded_at)
        for event in events
        if (type(event), event.pk) not in corrected
    ]


def reading_for(
    clock: Clock, referral: Referral, events: list[Event], now: datetime, *, in_words: bool = True
) -> ClockReading:
    """What a clock shows for a referral, taking the sender's own start and breach time where it allows that."""
    sender = SenderTimes(started_at=referral.sender_clock_started_at, breaches_at=referral.sender_due_at)
    return read_clock(clock, events, now, sender=sender, in_words=in_words)


def _lines(actor: Actor, service_id: int, now: datetime) -> list[QueueLine]:
    """What waits, what breaches first on top: in rows, not models, for hundreds are read at every look."""
    happened: dict[int, list[ReferralEvent]] = {}
    of_these = ReferralEvent.objects.filter(referral__service_id=service_id, referral__state__in=OPEN_STATES)
    for event in of_these.values_list(
        "referral_id", "pk", "corrects_id", "kind", "happened_at", "recorded_at", named=True
    ):
        happened.setdefault(event.referral_id, []).append(event)
    waiting = Referral.objects.filter(service_id=service_id, state__in=OPEN_STATES)
    rows = list(waiting.values_list(*LINE_FIELDS, named=True))
    areas = areas_of(actor, service_id, [row.person_id for row in rows if row.person_id], london_day(now))
    pathways = newest_pathways()
    suggested: dict[tuple, Pathway | None] = {}
    lines = []
    for row in rows:
        asked = (row.pathway_code, row.person_id is None, row.need_code, row.urgency)
        if asked not in suggested:
            suggested[asked] = _suggested(row, pathways)
        pathway = suggested[asked]
        clock = response_clock(pathway) if pathway else None
        events = clock_events(happened.get(row.id, ()))
        reading = reading_for(clock, row, events, now, in_words=False) if clock else None
        lines.append(QueueLine(row, pathway, reading, areas.get(row.person_id, "")))
    return sorted(lines, key=_breaches_at)


def _whole(lines: list[QueueLine], now: datetime) -> list[QueuedReferral]:
    """The same referrals in the same order, each with its person, what happened, its address and who has it."""
    numbers = [line.row.id for line in lines]
    found = (
        Referral.objects.select_related("person", "held_by", "proposed_by")
        .prefetch_related("person__addresses")
        .defer("details", "not_understood")
        .in_bulk(numbers)
    )
    # read apart and once: through each referral it costs half as much again with two hundred of them
    happened: dict[int, list[ReferralEvent]] = {}
    for event in ReferralEvent.objects.filter(referral_id__in=numbers).order_by("happened_at", "pk"):
        happened.setdefault(event.referral_id, []).append(event)
    whole = []
    for line in lines:
        referral = found[line.row.id]
        events = tuple(happened.get(referral.pk, ()))
        clock = response_clock(line.suggested) if line.suggested else None
        reading = reading_for(clock, referral, clock_events(events), now) if clock else None
        addresses = current_addresses(referral.person, london_day(now)) if referral.person else []
        whole.append(QueuedReferral(referral, line.suggested, reading, events, next(iter(addresses), None), line.area))
    return whole


def open_queue(actor: Actor, service_id: int, only: QueueFilter, now: datetime, limit: int | None = None) -> OpenQueue:
    """Everything open at a front door and the first `limit` that a filter keeps of it; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    everything = _lines(actor, service_id, now)
    people = [line.row.person_id for line in everything if line.row.person_id]
    alerts = current_alerts(actor, people, london_day(now)) if actor.may(Permission.SEE_PEOPLE) else {}
    kept = [line for line in everything if _is_wanted(line, only, alerts, actor)]
    if only.text:  # a name is not in a line
        said = {one.referral.pk for one in _whole(kept, now) if _says(one.referral, only.text)}
        kept = [line for line in kept if line.row.id in said]
    shown = _whole(kept[:limit], now)
    record_reads(
        actor=actor,
        action="see in queue",
        subject_kind="referral",
        now=now,
        service_id=service_id,
        person_ids=[one.referral.person_id for one in shown if one.referral.person_id],
    )
    return OpenQueue(everything, len(kept), shown, alerts)


def _breaches_at(line: QueueLine) -> tuple[datetime, datetime]:
    due_at = line.clock.due_at if line.clock else None
    return due_at or line.row.received_at + timedelta(days=3650), line.row.received_at


def _is_wanted(line: QueueLine, only: QueueFilter, alerts: dict, actor: Actor) -> bool:
    row = line.row
    holder = row.held_by_id
    is_held_so = {"me": holder == actor.account_id, "others": holder not in (None, actor.account_id)}
    is_warned = bool(alerts.get(row.person_id) or row.safeguarding_text or row.scene_safety)
    return (
        only.urgency in ("", row.urgency)
        and only.source in ("", row.source)
        and only.pathway in ("", line.suggested.code if line.suggested else None)
        and (not only.held or is_held_so.get(only.held, holder is None))
        and (not only.alert or is_warned)
        and (not only.area or line.area == only.area)
    )


def _says(referral: Referral, text: str) -> bool:
    said = (referral.reference, referral.subject_label, referral.place_text, referral.need_text)
    return text.casefold() in " ".join(said).casefold()


def details_for(actor: Actor, referral: Referral) -> list[dict]:
    """What else the sender said, as {title, text}, without what tells a safeguarding concern the actor may not read.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, referral.service_id)
    return _without_concern(actor, referral, referral.details)


def not_understood_for(actor: Actor, referral: Referral) -> list[dict]:
    """What of the message was not understood, as {path, text}, kept back as in `details_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, referral.service_id)
    return _without_concern(actor, referral, referral.not_understood)


def _without_concern(actor: Actor, referral: Referral, lines: list[dict]) -> list[dict]:
    if may_see_sensitive(actor, Sensitivity.SAFEGUARDING):
        return lines
    return [one for one in lines if not tells_concern(referral.safeguarding_text, *map(str, one.values()))]


def call_backs_owed(actor: Actor, service_id: int, now: datetime) -> list[Call]:
    """Calls whose promised call back is still owed, soonest first; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    rows = list(
        Call.objects.filter(service_id=service_id, call_back_by__isnull=False, called_back_at__isnull=True)
        .select_related("person")
        .prefetch_related("call_backs")
        .order_by("call_back_by")
    )
    record_reads(
        actor=actor,
        action="see in calls",
        subject_kind="call",
        now=now,
        service_id=service_id,
        person_ids=[row.person_id for row in rows if row.person_id],
    )
    return rows


def filters_of(actor: Actor) -> list[SavedFilter]:
    """The ways of looking at the queue that the actor keeps, by name.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR)
    return list(SavedFilter.objects.filter(account_id=actor.account_id).order_by("name"))


def replies_of(actor: Actor, referral: Referral) -> list[Reply]:
    """What Homeward answered the sender of a referral, oldest first, without the bytes.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, referral.service_id)
    return list(Reply.objects.filter(referral=referral).defer("content").order_by("made_at", "id"))


def tied_by_the_front_door(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, Relationship]:
    """Of these people, those whom a call or referral that is open, or lately was, brings to the actor's front door.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    if not actor.may(Permission.SEE_FRONT_DOOR):
        return {}
    referrals = Referral.objects.filter(service_id__in=actor.service_ids, person_id__in=person_ids)
    waiting = Q(state__in=OPEN_STATES) | Q(events__happened_at__gte=now - TIED_FOR)
    calls = Call.objects.filter(service_id__in=actor.service_ids, person_id__in=person_ids)
    owed = Q(call_back_by__isnull=False, called_back_at__isnull=True) | Q(received_at__gte=now - TIED_FOR)
    people = {
        *referrals.filter(waiting).values_list("person_id", flat=True),
        *calls.filter(owed).values_list("person_id", flat=True),
    }
    return dict.fromkeys(people, Relationship.FRONT_DOOR)


def clocks_of_open_referrals(actor: Actor, service_id: int, now: datetime) -> list[QueuedReferral]:
    """Every referral waiting with its clock, for the schedule that watches them; nobody is shown anything.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    return _whole(_lines(actor, service_id, now), now)


def call_backs_to_watch(actor: Actor, service_id: int) -> list[Call]:
    """Calls whose promised call back is still owed, soonest first, for the schedule; nobody is shown anything.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    owed = Call.objects.filter(service_id=service_id, call_back_by__isnull=False, called_back_at__isnull=True)
    return list(owed.order_by("call_back_by"))


def queue_for(actor: Actor, service_id: int, now: datetime) -> list[QueuedReferral]:
    """Referrals waiting for triage, what breaches first on top; those without a clock last, oldest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    queued = _whole(_lines(actor, service_id, now), now)
    record_reads(
        actor=actor,
        action="see in queue",
        subject_kind="referral",
        now=now,
        service_id=service_id,
        person_ids=[one.referral.person_id for one in queued if one.referral.person_id],
    )
    return queued


def referral_for(actor: Actor, referral_id: int, now: datetime) -> Referral:
    """One referral with its person, events, messages and calls; the opening is audited.

    Raises: NotAllowedError; ReferralNotFoundError.
    """
    require(actor, Permission.SEE_FRONT_DOOR)
    referral = (
        Referral.objects.filter(service_id__in=actor.service_ids)
        .select_related("person", "organisation", "service", "held_by", "proposed_by")
        .prefetch_related("events", "person__addresses")
        .filter(pk=referral_id)
        .first()
    )
    if referral is None:
        raise ReferralNotFoundError("There is no such referral in your service.")
    record(
        actor=actor,
        action="open referral",
        subject=("referral", referral.pk),
        person_id=referral.person_id,
        now=now,
        service_id=referral.service_id,
    )
    return referral


def suggestion_for(referral: Referral) -> Pathway | None:
    """The pathway a referral looks like: the one it was sent for, or the one that answers its need soonest enough."""
    return _suggested(referral, newest_pathways())


def pathways_for(referral: Referral) -> list[Pathway]:
    """The pathways that a referral can be accepted on, those that fit what was asked first, best first."""
    able = _able(referral, newest_pathways())
    fitting = ranked_pathways(able, referral.need_code, referral.urgency)
    return fitting + [one for one in able if one not in fitting]


def _able(referral: Referral, pathways: list[Pathway]) -> list[Pathway]:
    """A referral about a person goes on a pathway for one; about staff or a service, on a pathway for those."""
    is_for_person = referral.person_id is not None
    return [one for one in pathways if (one.subject in (Subject.PERSON, Subject.CARER)) == is_for_person]


def _suggested(referral: Referral, pathways: list[Pathway]) -> Pathway | None:
    able = _able(referral, pathways)
    named = next((pathway for pathway in able if pathway.code == referral.pathway_code), None)
    return named or suggested_pathway(able, referral.need_code, referral.urgency)


def messages_of(actor: Actor, referral: Referral) -> list[KeptMessage]:
    """Every version of a referral as its sender sent it, oldest first, without the bytes.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, referral.service_id)
    return list(KeptMessage.objects.filter(referral=referral).defer("content").order_by("id"))


def messages_about(actor: Actor, person: Person, limit: int = 20) -> list[KeptMessage]:
    """The newest kept messages of a person's referrals. `person` comes from `people.selectors.person_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_MESSAGES, person.service_id)
    rows = KeptMessage.objects.filter(referral__person=person).select_related("referral")
    return list(rows.order_by("-received_at", "-id")[:limit])


def events_of(referral: Referral) -> list[ReferralEvent]:
    """What happened to a referral, in order. `referral` comes from `referral_for`, which checked and audited."""
    return sorted(referral.events.all(), key=lambda event: (event.happened_at, event.pk))


def decided_lately(actor: Actor, service_id: int, now: datetime, limit: int = 30) -> list[Referral]:
    """What was decided last, newest decision first; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    decisions = (
        ReferralEvent.objects.filter(referral__service_id=service_id, kind__in=DECISION_EVENTS)
        .exclude(referral__state__in=OPEN_STATES)
        .order_by("-happened_at", "-pk")
        .values_list("referral_id", flat=True)
    )
    # one accepted and then withdrawn was decided twice, so as many again are read as are shown
    newest = list(dict.fromkeys(decisions[: 2 * limit]))[:limit]
    found = Referral.objects.filter(pk__in=newest).select_related("person").prefetch_related("events").in_bulk()
    rows = [found[referral_id] for referral_id in newest]
    record_reads(
        actor=actor,
        action="see in queue",
        subject_kind="referral",
        now=now,
        service_id=service_id,
        person_ids=[row.person_id for row in rows if row.person_id],
    )
    return rows


def open_referrals_of(actor: Actor, service_id: int, person_ids: list[int]) -> dict[int, Referral]:
    """The newest referral still waiting for each of these people, so that nobody refers them twice unknowing.

    The people come from a selector that audited the showing of them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    waiting = Referral.objects.filter(service_id=service_id, person_id__in=person_ids, state__in=OPEN_STATES)
    return {referral.person_id: referral for referral in waiting.order_by("received_at")}


def calls_since(actor: Actor, service_id: int, since: datetime, now: datetime, limit: int = 100) -> list[Call]:
    """The calls the front door logged since a moment, newest first; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    rows = list(
        Call.objects.filter(service_id=service_id, received_at__gte=since)
        .select_related("person", "referral")
        .order_by("-received_at", "-id")[:limit]
    )
    record_reads(
        actor=actor,
        action="see in calls",
        subject_kind="call",
        now=now,
        service_id=service_id,
        person_ids=[row.person_id for row in rows if row.person_id],
    )
    return rows


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list; what is empty keeps all. `day` is a day in London."""

    day: date | None = None
    outcome: str = ""
    taken_by: str = ""
    is_owed: bool = False


def calls_of(actor: Actor, service_id: int, only: CallFilter, now: datetime, limit: int = 200) -> list[Call]:
    """The calls a filter keeps, newest first; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    rows = Call.objects.filter(service_id=service_id).select_related("person", "referral")
    if only.day is not None:
        day = min(only.day, london_day(now))  # nobody has called after today
        rows = rows.filter(received_at__gte=wall_clock(day, "00:00"), received_at__lt=wall_clock(day, "24:00"))
    if only.outcome:
        rows = rows.filter(outcome=only.outcome)
    if only.taken_by:
        rows = rows.filter(taken_by=only.taken_by)
    if only.is_owed:
        rows = rows.filter(call_back_by__isnull=False, called_back_at__isnull=True)
    listed = list(rows.order_by("-received_at", "-id")[:limit])
    record_reads(
        actor=actor,
        action="see in calls",
        subject_kind="call",
        now=now,
        service_id=service_id,
        person_ids=[row.person_id for row in listed if row.person_id],
    )
    return listed


def call_for(actor: Actor, call_id: int, now: datetime) -> Call:
    """One call with its tries to call back; the opening is audited.

    Raises: NotAllowedError; CallNotFoundError.
    """
    require(actor, Permission.SEE_FRONT_DOOR)
    call = (
        Call.objects.filter(service_id__in=actor.service_ids, pk=call_id)
        .select_related("person", "referral", "service")
        .prefetch_related("call_backs")
        .first()
    )
    if call is None:
        raise CallNotFoundError("There is no such call in your service.")
    record(
        actor=actor,
        action="open call",
        subject=("call", call.pk),
        person_id=call.person_id,
        now=now,
        service_id=call.service_id,
    )
    return call


def calls_to_finish(actor: Actor, service_id: int, now: datetime) -> list[Call]:
    """Calls of the last week that were to become a referral and have not, oldest first; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    rows = list(
        Call.objects.filter(
            service_id=service_id,
            outcome=CallOutcome.REFERRAL,
            referral__isnull=True,
            received_at__gte=now - UNFINISHED_FOR,
        )
        .select_related("person")
        .order_by("received_at")
    )
    record_reads(
        actor=actor,
        action="see in calls",
        subject_kind="call",
        now=now,
        service_id=service_id,
        person_ids=[row.person_id for row in rows if row.person_id],
    )
    return rows


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who called before, as they gave themselves then; `calls` is how often, since a caller is remembered."""

    source: str
    name: str
    organisation: str
    phone: str
    calls: int


def callers_like(actor: Actor, service_id: int, typed: str, now: datetime, limit: int = 6) -> list[Caller]:
    """Callers of the last months whose name, organisation or phone has what was typed in it, the latest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, service_id)
    typed = " ".join(typed.split())
    if len(typed) < LEAST_TYPED:
        return []
    said = Q(caller_name__icontains=typed) | Q(caller_organisation__icontains=typed) | Q(caller_phone__startswith=typed)
    rows = (
        Call.objects.filter(said, service_id=service_id, received_at__gte=now - REMEMBERED_FOR)
        .exclude(caller_name="")
        .values("source", "caller_name", "caller_organisation", "caller_phone")
        .annotate(calls=Count("id"), last=Max("received_at"))
        .order_by("-last")[:limit]
    )
    record(actor=actor, action="see callers", subject=("call", None), now=now, service_id=service_id)
    return [
        Caller(row["source"], row["caller_name"], row["caller_organisation"], row["caller_phone"], row["calls"])
        for row in rows
    ]


def count_calls(actor: Actor, service_id: int, since: datetime, until: datetime) -> int:
    """How many calls the front door logged from one moment until before another.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    return Call.objects.filter(service_id=service_id, received_at__gte=since, received_at__lt=until).count()


def referral_followed(actor: Actor, reference: str, code: str, now: datetime) -> Referral | None:
    """The referral that a professional sent in, by its reference and the code they were given; None where they differ.

    Whoever asks is told what became of it, and nothing of the person; the asking is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES)
    sent = (
        Referral.objects.filter(service_id__in=actor.service_ids, reference=reference.strip().upper())
        .exclude(follow_code_hash="")
        .select_related("service")
        .prefetch_related("events")
    )
    for referral in sent:
        if is_code(code, referral.follow_code_hash):
            record(
                actor=actor,
                action="follow referral",
                subject=("referral", referral.pk),
                person_id=referral.person_id,
                now=now,
                service_id=referral.service_id,
            )
            return referral
    return None


def calls_today(actor: Actor, service_id: int, since: datetime) -> int:
    """How many calls the front door logged since a moment.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_FRONT_DOOR, service_id)
    return Call.objects.filter(service_id=service_id, received_at__gte=since).count()


def find_by_sender(actor: Actor, service_id: int, sender: str, identifier: str) -> Referral | None:
    """The referral that a sending system knows by this identifier, if it came before.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, service_id)
    return Referral.objects.filter(
        service_id=service_id, sender=sender[:120], sender_identifier=identifier[:200]
    ).first()


def kept_before(actor: Actor, service_id: int, sha256: str) -> KeptMessage | None:
    """The first message with exactly these bytes that was acted on, if there is one.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, service_id)
    return (
        KeptMessage.objects.filter(service_id=service_id, sha256=sha256, referral__isnull=False)
        .order_by("id")
        .select_related("referral")
        .first()
    )


def kept_messages(
    actor: Actor, service_id: int, now: datetime, outcome: str = "", limit: int = 100
) -> list[KeptMessage]:
    """The newest messages that came to a service, without their bytes; the list shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_MESSAGES, service_id)
    rows = KeptMessage.objects.filter(service_id=service_id).defer("content").select_related("referral")
    if outcome:
        rows = rows.filter(outcome=outcome)
    messages = list(rows.order_by("-received_at", "-id")[:limit])
    record_reads(
        actor=actor,
        action="see in messages",
        subject_kind="message",
        now=now,
        service_id=service_id,
        person_ids=[one.referral.person_id for one in messages if one.referral and one.referral.person_id],
    )
    return messages


def message_for(actor: Actor, message_id: int, now: datetime) -> KeptMessage:
    """One kept message with its bytes; the opening is audited.

    Raises: NotAllowedError; MessageNotFoundError.
    """
    require(actor, Permission.SEE_MESSAGES)
    message = (
        KeptMessage.objects.filter(service_id__in=actor.service_ids, pk=message_id).select_related("referral").first()
    )
    if message is None:
        raise MessageNotFoundError("There is no such message in your service.")
    record(
        actor=actor,
        action="open message",
        subject=("message", message.pk),
        person_id=message.referral.person_id if message.referral else None,
        now=now,
        service_id=message.service_id,
    )
    return message


def documents_of(actor: Actor, message: KeptMessage) -> list[MessageDocument]:
    """The documents inside a message, in order. `message` comes from `message_for`, which audited its opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_MESSAGES, message.service_id)
    return import_string(settings.MESSAGE_DOCUMENTS)(bytes(message.content), message.media_type)


def faults_of_file(actor: Actor, message: KeptMessage) -> str:
    """The rows of a file of referrals that were sent back, as CSV with why. `message` comes from `message_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_MESSAGES, message.service_id)
    faults = []
    for row in message.not_understood:
        line, _, name = str(row["path"]).removeprefix("line ").partition(", ")
        faults.append((int(line), name, str(row["text"])))
    return faults_file(bytes(message.content), faults)


@dataclass(frozen=True, slots=True)
class ReplyCause:
    """An event that a sending system must hear of, and has not been answered. `caused_by` names it, once."""

    referral: Referral
    caused_by: str
    kind: str
    happened_at: datetime
    outcome_code: str = ""
    outcome_title: str = ""
    said: str = ""


def referral_causes(actor: Actor, service_id: int) -> list[ReplyCause]:
    """Decisions about referrals that came by a BaRS message, not yet answered to their sender, oldest first.

    For the schedule; nobody is shown anything. `episodes.selectors.episode_causes` gives what happened after.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    events = (
        ReferralEvent.objects.filter(referral__service_id=service_id, kind__in=REFERRAL_CAUSES)
        .filter(referral_id__in=replied_referrals(service_id))
        .annotate(cause=Concat(Value("referral-"), Cast("pk", CharField())))
        .exclude(Exists(answers_to(OuterRef("referral_id"), OuterRef("cause"))))
        .select_related("referral")
        .order_by("pk")
    )
    return [
        ReplyCause(one.referral, one.cause, reply_kind(one.kind), one.happened_at, said=one.reason) for one in events
    ]


def replied_referrals(service_id: int):
    """The referrals whose sender is owed answers, for a query: those a BaRS message made."""
    became = KeptMessage.objects.filter(
        service_id=service_id, kind=MessageKind.BARS, outcome=MessageOutcome.REFERRAL, referral__isnull=False
    )
    return became.values("referral_id")


def answers_to(referral_id, caused_by):
    """The reply to an event of a referral, for a query."""
    return Reply.objects.filter(referral_id=referral_id, caused_by=caused_by)


def message_to_answer(actor: Actor, referral: Referral) -> KeptMessage:
    """The newest message of a referral that was acted on, with its bytes: the one that a reply answers.

    For the schedule; nobody is shown anything.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, referral.service_id)
    acted_on = KeptMessage.objects.filter(
        referral=referral, kind=MessageKind.BARS, outcome__in=(MessageOutcome.REFERRAL, MessageOutcome.UPDATED)
    )
    return acted_on.latest("pk")


def has_reply_before(actor: Actor, referral: Referral) -> bool:
    """Whether the sender of a referral was answered before, beside the acknowledgement of its message.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, referral.service_id)
    return Reply.objects.filter(referral=referral).exists()


def reply_for(actor: Actor, reply_id: int) -> Reply:
    """One reply of the actor's services.

    Raises: NotAllowedError; ReferralNotFoundError.
    """
    require(actor, Permission.SEE_FRONT_DOOR)
    reply = Reply.objects.filter(pk=reply_id, service_id__in=actor.service_ids).select_related("referral").first()
    if reply is None:
        raise ReferralNotFoundError("There is no such reply in your service.")
    return reply
