"""The finished words of the crisis board."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import urlencode

from django.urls import reverse

from homeward.access.rules import Actor
from homeward.episodes.selectors import RunningEpisode
from homeward.kernel.rules import LONDON, london_day
from homeward.people.selectors import current_addresses
from homeward.procedures.rules import ClockKind
from homeward.procedures.selectors import skill_title
from homeward.visits.planning import Offer, Offers
from homeward.visits.rules import Standing, is_too_late
from homeward.visits.states import OVERRUN, AssignmentState, VisitState
from homeward.web.clocks import ClockFace, clock_face, time_words
from homeward.web.front_door.presenters.words import (
    AlertLine,
    EventLine,
    Line,
    Tag,
    alert_lines,
    asked_by,
    event_line,
    need_words,
    short,
)
from homeward.web.persons import address_words, age_words, nhs_number_and_trust
from homeward.web.responding.presenters.settling import Settling
from homeward.web.responding.presenters.settling import settling as settle

# Every state of somebody's part in a response, in words and colour, once.
PARTS = {
    None: ("Nobody yet", "red"),
    AssignmentState.PROPOSED: ("Proposed", "yellow"),
    AssignmentState.SENT: ("Sent", "blue"),
    AssignmentState.ARRIVED: ("There now", "green"),
    AssignmentState.LEFT: ("Left", "grey"),
}
# The parts for which somebody must still be sent.
OPEN_PARTS = (PARTS[None][0], PARTS[AssignmentState.PROPOSED][0])
STAGES = {
    "nobody": ("Nobody sent", "red"),
    "part": ("1 of 2 sent", "orange"),
    "sent": ("On the way", "blue"),
    "there": ("With the person", "green"),
    "seen": ("Seen, being supported", "aqua-green"),
}
TEAMS_SHOWN = 3
OFFERS_SHOWN = 5
SKILLS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One place in the response: which skill, who, where they stand, and what can be done next."""

    slot: int
    skill: str
    state: Tag
    worker: str
    employer: str
    when: str
    why: str
    assignment_id: int | None
    can_send: bool
    send_who: str
    send_at: str
    can_arrive: bool
    can_leave: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One response on the board."""

    id: int
    url: str
    name: str
    who: str
    place: str
    need: str
    need_text: str
    pathway: str
    stage: Tag
    tone: str
    response: ClockFace | None
    limit: ClockFace | None
    alerts: tuple[AlertLine, ...]
    parts: tuple[Part, ...]
    is_joint: bool
    settling: Settling | None
    overrun: bool
    must_decide_late: bool
    unplanned: str
    too_late: str
    both_who: tuple[str, ...]
    both_at: str
    both_words: str
    nobody_url: str


@dataclass(frozen=True, slots=True)
class Board:
    """Every response that is open."""

    going: tuple[Case, ...]
    seen: tuple[Case, ...]
    late: int
    nobody: int
    made: str


@dataclass(frozen=True, slots=True)
class OfferLine:
    """Somebody, or a pair, who could come. `refused` is why they may not be sent, "" when they may; `may` why they may
    do what is delegated at the visit.
    """

    number: int
    who: str
    skills: str
    when: str
    is_late: bool
    from_where: str
    why: str
    may: tuple[str, ...]
    send_who: tuple[str, ...]
    send_at: str
    button: str
    refused: str
    must_decide: bool
    moves_url: str


@dataclass(frozen=True, slots=True)
class SlotOffers:
    """Who could fill one place, soonest first; `kept_out` are names and why they may not, with the nearest remedy."""

    skill: str
    offers: tuple[OfferLine, ...]
    kept_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WhoCanCome:
    """Who could be there first."""

    teams: tuple[OfferLine, ...]
    slots: tuple[SlotOffers, ...]
    problem: str
    nobody_in_time: str
    must_ask: bool
    possible: str = ""
    undisturbing: OfferLine | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything about one response besides what the board shows."""

    case: Case
    facts: tuple[Line, ...]
    person: tuple[Line, ...]
    events: tuple[EventLine, ...]
    outcomes: tuple[tuple[str, str, str], ...]
    is_open: bool
    ended: str
    time_now: str
    access_notes: str
    referral_url: str
    person_url: str
    reference: str
    needs_response: bool


def board(
    actor: Actor,
    running: Sequence[RunningEpisode],
    visits: dict,
    alerts: dict[int, list],
    standings: dict[int, Standing],
    now: datetime,
) -> Board:
    """The board: people waiting by breach time, then people seen by when the support must end."""
    cases = [
        case(
            actor,
            one,
            visit := visits.get(one.episode.pk),
            alerts.get(one.episode.person_id, []),
            standings.get(visit.pk) if visit else None,
            now,
        )
        for one in running
    ]
    going = [one for one in cases if one.response is None or one.response.is_counting]
    seen = [one for one in cases if one not in going]
    going.sort(key=lambda one: one.response.due if one.response else "9")
    seen.sort(key=lambda one: one.limit.due if one.limit and one.limit.due else "9")
    return Board(
        going=tuple(going),
        seen=tuple(seen),
        late=sum(one.tone == "late" for one in cases),
        nobody=sum(one.stage.words == STAGES["nobody"][0] for one in going),
        made=time_words(now, now),
    )


def case(actor: Actor, running: RunningEpisode, visit, alerts: list, standing: Standing | None, now: datetime) -> Case:
    """One response as the board prints it."""
    episode, person, referral = running.episode, running.episode.person, running.episode.referral
    faces = {}
    for clock, reading in zip(running.pathway.clocks, running.clocks, strict=False):
        faces.setdefault(clock.kind, clock_face(reading, clock.kind, now))
    response, limit = faces.get(ClockKind.RESPONSE), faces.get(ClockKind.LIMIT)
    if limit is not None and not limit.is_counting and limit.state == "Not started":
        limit = None
    parts = tuple(_part(visit, slot, now) for slot in range(len(visit.slots))) if visit else ()
    proposed = [part for part in parts if part.can_send]
    is_pair = len(proposed) > 1
    address = (visit.address if visit else None) or next(iter(current_addresses(person, london_day(now))), None)
    place = address_words(address)
    counting = [face for face in (response, limit) if face is not None and face.is_counting]
    return Case(
        id=episode.pk,
        url=reverse("responding:case", args=[episode.pk]),
        name=person.label,
        who=age_words(person, london_day(now)),
        place=place or (referral.place_text if referral else "") or "No address yet",
        need=need_words(referral) if referral else "",
        need_text=short(referral.need_text) if referral else "",
        pathway=running.pathway.title,
        stage=Tag(*STAGES[_stage(parts, response)]),
        tone=counting[0].tone if counting else "still",
        response=response,
        limit=limit,
        alerts=alert_lines(
            actor, alerts, referral.safeguarding_text if referral else "", referral.scene_safety if referral else ""
        ),
        parts=parts,
        is_joint=len(parts) > 1,
        settling=settle(standing, sum(part.can_arrive and not part.can_send for part in parts)) if standing else None,
        overrun=bool(limit and limit.tone == "late" and not any(e.kind == OVERRUN for e in episode.events.all())),
        unplanned=visit.unplanned_reason if visit else "",
        too_late=_too_late(parts, response),
        both_who=tuple(part.send_who for part in proposed) if is_pair else (),
        both_at=max(part.send_at for part in proposed) if is_pair else "",
        both_words=" and ".join(part.worker for part in proposed) if is_pair else "",
        must_decide_late=bool(standing and not standing.late_decision)
        and any(_is_late(visit, datetime.fromisoformat(part.send_at), now) for part in proposed),
        nobody_url=reverse("responding:nobody", args=[episode.pk]),
    )


def _is_late(visit, at: datetime, now: datetime) -> bool:
    return is_too_late(is_crisis=visit.is_crisis, closes_at=visit.window_closes_at, starts_at=at, now=now)


def _too_late(parts: tuple[Part, ...], response: ClockFace | None) -> str:
    """A warning while whoever would be there first comes after the clock has run out."""
    coming = [part.send_at for part in parts if part.can_arrive]
    if response is None or not response.is_counting or not coming:
        return ""
    if datetime.fromisoformat(min(coming)) <= datetime.fromisoformat(response.due):
        return ""
    return f"Nobody who is sent or proposed gets there {response.by}. See who could be there sooner."


def _stage(parts: tuple[Part, ...], response: ClockFace | None) -> str:
    there = [part for part in parts if part.can_leave]
    if there:
        return "there"
    if response is not None and not response.is_counting:
        return "seen"
    sent = [part for part in parts if part.can_arrive and not part.can_send]
    if not sent:
        return "nobody"
    return "sent" if len(sent) == len(parts) else "part"


def _part(visit, slot: int, now: datetime) -> Part:
    row = next((one for one in visit.assignments.all() if one.slot == slot), None)
    state = row.state if row else None
    when = ""
    soonest = _soonest(row, now) if row else now
    if row is not None:
        when = {
            AssignmentState.PROPOSED: f"could be there at {time_words(soonest, now)}",
            AssignmentState.SENT: f"due at {time_words(row.starts_at, now)}",
            AssignmentState.ARRIVED: f"arrived at {time_words(row.arrived_at, now)}" if row.arrived_at else "",
            AssignmentState.LEFT: f"left at {time_words(row.left_at, now)}" if row.left_at else "",
        }[AssignmentState(state)]
    is_over = visit.state in (VisitState.DONE, VisitState.CANCELLED, VisitState.MISSED)
    return Part(
        slot=slot,
        skill=skill_title(visit.slots[slot]["skill"]),
        state=Tag(*PARTS[AssignmentState(state) if state else None]),
        worker=row.worker.label if row else "",
        employer=str(row.worker.organisation) if row else "",
        when=when,
        why=row.why if row else "",
        assignment_id=row.pk if row else None,
        can_send=state == AssignmentState.PROPOSED and not is_over,
        send_who=f"{slot}:{row.worker_id}" if row else "",
        send_at=soonest.isoformat() if row else "",
        can_arrive=state in (AssignmentState.PROPOSED, AssignmentState.SENT),
        can_leave=state == AssignmentState.ARRIVED,
    )


def _soonest(row, now: datetime) -> datetime:
    """When somebody proposed could be there: as planned, or later where they would have had to leave already."""
    travel = timedelta(minutes=math.ceil(row.travel_minutes))
    return max(row.starts_at, now.replace(second=0, microsecond=0) + timedelta(minutes=1) + travel)


def case_page(
    actor: Actor, running: RunningEpisode, visit, alerts: list, standing: Standing | None, now: datetime
) -> CasePage:
    """Everything about one response."""
    episode, person, referral = running.episode, running.episode.person, running.episode.referral
    shown = case(actor, running, visit, alerts, standing, now)
    events = sorted(
        [*(referral.events.all() if referral else []), *episode.events.all()],
        key=lambda event: (event.happened_at, event.recorded_at),
    )
    facts, ended = [], ""
    if referral:
        facts = [
            ("Asked by", asked_by(referral)),
            ("Phone", referral.requester_phone),
            ("Promised", referral.promised_text),
            ("Who to call there", ", ".join(p for p in (referral.contact_name, referral.contact_phone) if p)),
        ]
        facts += [(line.get("title", ""), line.get("text", "")) for line in referral.details]
    if episode.ended_at:
        outcome = running.pathway.outcome(episode.outcome_code).title
        ended = f"Closed at {time_words(episode.ended_at, now)}: {outcome}"
    address = visit.address if visit else None
    return CasePage(
        case=shown,
        facts=tuple(Line(*pair) for pair in facts if pair[1]),
        person=tuple(
            Line(*pair)
            for pair in (
                ("Age", shown.who),
                ("NHS number", nhs_number_and_trust(person)),
                ("Phone", person.phone),
                ("Place", shown.place),
                ("Way in", address.access_notes if address else ""),
                ("Language", f"{person.language}{', needs an interpreter' if person.needs_interpreter else ''}"),
            )
            if pair[1]
        ),
        events=tuple(event_line(event) for event in events),
        outcomes=tuple((one.code, one.title, one.means) for one in running.pathway.outcomes),
        is_open=episode.ended_at is None,
        ended=ended,
        time_now=f"{now.astimezone(LONDON):%H:%M}",
        access_notes=address.access_notes if address else "",
        referral_url=reverse("front_door:referral", args=[referral.pk]) if referral else "",
        person_url=reverse("people:person", args=[person.pk]),
        reference=referral.reference if referral else "",
        needs_response=visit is not None and any(part.state.words in OPEN_PARTS for part in shown.parts),
    )


def who_can_come(offers: Offers | None, visit, settling: Settling, now: datetime) -> WhoCanCome:
    """Who could be there first: pairs for a joint visit, then one by one for each place still open."""
    if offers is None:
        problem = visit.unplanned_reason or "This address has no place on the map, so nobody's travel can be told."
        return WhoCanCome((), (), problem, "", settling.must_ask)
    open_slots = {
        slot
        for slot in range(len(visit.slots))
        if not any(row.slot == slot and row.is_pinned for row in visit.assignments.all())
    }
    numbers = count(1)
    teams = tuple(
        _offer_line(visit, offer, next(numbers), settling, now)
        for offer in offers.teams[:TEAMS_SHOWN]
        if open_slots.issuperset(offer.slots)
    )
    slots = tuple(
        SlotOffers(
            skill=skill_title(visit.slots[slot]["skill"]),
            offers=tuple(_offer_line(visit, offer, next(numbers), settling, now) for offer in found[:OFFERS_SHOWN]),
            kept_out=tuple(
                (out.worker.label, f"{out.may.because} {out.may.nearest}") for out in offers.kept_out.get(slot, ())
            ),
        )
        for slot, found in sorted(offers.for_slot.items())
        if slot in open_slots
    )
    problem = ""
    if not slots:
        problem = "Everybody this visit needs is already sent."
    elif not teams and not any(slot.offers for slot in slots):
        problem = "Nobody on shift can get there."
    return WhoCanCome(
        teams=teams,
        slots=slots,
        problem=problem,
        nobody_in_time=_nobody_words(offers, visit, open_slots) if slots and visit.is_crisis else "",
        must_ask=settling.must_ask,
        possible=_possible_words(offers, visit),
        undisturbing=_undisturbing(visit, offers, next(numbers), settling, now, open_slots),
    )


def _possible_words(offers: Offers, visit) -> str:
    """How many could come in all: those shown are only the first of them."""
    who = {1: "worker", 2: "pair"}.get(len(visit.slots), "team")
    if not offers.possible:
        return ""
    return f"{offers.possible:,} {who}{'' if offers.possible == 1 else 's'} could come. The soonest are shown."


def _undisturbing(
    visit, offers: Offers, number: int, settling: Settling, now: datetime, open_slots: set[int]
) -> OfferLine | None:
    """The first who would hold nobody up, where that is not the first of all and not shown already."""
    offer = offers.undisturbing
    shown = [*offers.teams[:TEAMS_SHOWN], *(one for found in offers.for_slot.values() for one in found[:OFFERS_SHOWN])]
    if offer is None or not open_slots.issuperset(offer.slots):
        return None
    if any(one.workers == offer.workers and one.slots == offer.slots for one in shown):
        return None
    return _offer_line(visit, offer, number, settling, now)


def _nobody_words(offers: Offers, visit, open_slots: set[int]) -> str:
    """That nobody, or not all of them, could be there before the clock runs out; "" when they could."""
    in_time = {
        slot for slot in open_slots if any(one.arrives_at <= visit.window_closes_at for one in offers.for_slot[slot])
    }
    if len(open_slots) == len(visit.slots) > 1:
        if any(offer.starts_at <= visit.window_closes_at for offer in offers.teams):
            return ""
    elif in_time == open_slots:
        return ""
    if in_time:
        return "Not everybody this visit needs can be there before the clock runs out."
    return "Nobody can be there before the clock runs out."


def _offer_line(visit, offer: Offer, number: int, settling: Settling, now: datetime) -> OfferLine:
    is_team = len(offer.workers) > 1
    at = offer.starts_at if is_team else offer.arrives_at
    send_who = tuple(f"{slot}:{worker.pk}" for slot, worker in zip(offer.slots, offer.workers, strict=True))
    query = urlencode([*(("who", one) for one in send_who), ("at", at.isoformat())])
    return OfferLine(
        number=number,
        who=" and ".join(_worker(worker) for worker in offer.workers),
        skills=" and ".join(_skills(worker) for worker in offer.workers),
        when=f"{'Together at' if is_team else 'At'} {time_words(at, now)}",
        is_late=visit.is_crisis and at > visit.window_closes_at,
        from_where=" and ".join(f"{minutes:.0f} minutes away" for minutes in offer.travel_minutes),
        why=_held_up(offer.sentence),
        may=offer.may,
        send_who=send_who,
        send_at=at.isoformat(),
        button="Send both" if is_team else f"Send {offer.workers[0].label}",
        refused=(settling.blocks if is_team else settling.blocks_one)
        or (settling.blocks_late if _is_late(visit, at, now) else ""),
        must_decide=_is_late(visit, at, now) and not (settling.blocks if is_team else settling.blocks_one),
        moves_url=f"{reverse('responding:moves', args=[visit.episode_id])}?{query}",
    )


def _skills(worker) -> str:
    """What they can do, in a few words: the rest is on their own page."""
    titles = [skill_title(code).lower() for code in worker.skills]
    return "; ".join(titles[:SKILLS_SHOWN]) + (  # the name of a skill may have a comma
        f" and {len(titles) - SKILLS_SHOWN} more" if len(titles) > SKILLS_SHOWN else ""
    )


def _held_up(sentence: str) -> str:
    """What sending them would hold up: the end of the planner's sentence, whose beginning the line says itself."""
    _, _, rest = sentence.partition(" away), ")
    return f"{rest[:1].upper()}{rest[1:]}" if rest else sentence


def _worker(worker) -> str:
    return f"{worker.label} ({worker.organisation})"
