"""One bed referral in words."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.beds.selectors import BedLine, ReferralPage
from homeward.beds.services import LONGEST_AHEAD
from homeward.beds.states import ReferralState, UseState
from homeward.kernel.rules import london_day
from homeward.procedures.rules import ClockKind, Pathway
from homeward.web.beds.presenters.board import came_from_words, closed_words, offer_words, why_words
from homeward.web.beds.presenters.words import (
    REFERRAL,
    Happened,
    bed_words,
    day_short,
    equipment_words,
    needs_words,
    place_words,
    present_event,
    room_facts,
)
from homeward.web.clocks import ClockFace, clock_face
from homeward.web.front_door.presenters.words import Tag

ANSWERS = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question of the checklist, with how it is answered."""

    code: str
    text: str
    answer: str
    tag: Tag
    instead: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A bed that could be offered. `problems` are why it does not fit; `taken` why it cannot be had."""

    id: int
    text: str
    facts: str
    when: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReferralWords:
    """The page of one bed referral."""

    id: int
    state: Tag
    clock: ClockFace | None
    came_from: str
    needs: str
    hopes_for: str
    reason: str
    place: str
    why: str
    criteria: tuple[Criterion, ...]
    exclusions: tuple[Criterion, ...]
    unmet: tuple[str, ...]
    decided: str
    not_ready: str
    is_first: bool
    offer: str
    offer_misfits: str
    is_offered: bool
    is_agreed: bool
    is_asked: bool
    is_waiting: bool
    may_offer: bool
    fitting: tuple[Choice, ...]
    others: tuple[Choice, ...]
    not_to_be_had: tuple[tuple[str, str], ...]
    stay_id: int
    events: tuple[Happened, ...]


def criteria_lines(pathway: Pathway) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """The criteria and exclusions of a pathway as questions: (code, words, hint)."""
    return (
        [(one.code, one.text, "" if one.required else "Not needed to be accepted") for one in pathway.entry.criteria],
        [(one.code, one.text, one.instead or "") for one in pathway.entry.exclusions],
    )


def present_referral(page: ReferralPage, now: datetime) -> ReferralWords:
    """One bed referral, with every bed and why it does or does not fit."""
    row, line = page.referral, page.waiting
    choices = [(bed, reasons) for bed, reasons in page.choices if _may_be_offered(bed, now)]
    choices.sort(key=lambda one: one[0].stay.stay.leaving_on if one[0].stay else date.min)  # free ones first
    offer = page.offer
    return ReferralWords(
        id=row.pk,
        state=REFERRAL[ReferralState(row.state)],
        clock=clock_face(page.clock, ClockKind.RESPONSE, now) if page.clock else None,
        came_from=came_from_words(row),
        needs=needs_words(row),
        hopes_for=row.hopes_for,
        reason=row.referral.need_text,
        place=f"{place_words(line.placed.place)} on the list" if line else "",
        why=why_words(line, now) if line else "",
        criteria=tuple(
            _criterion(one.code, one.text, row.criteria, is_good="yes") for one in page.asked.entry.criteria
        ),
        exclusions=tuple(
            _criterion(one.code, one.text, row.criteria, is_good="no", instead=one.instead or "")
            for one in page.asked.entry.exclusions
        ),
        unmet=page.unmet,
        decided=f"{row.decided_by}: {row.decided_reason}" if row.decided_reason else row.decided_by,
        not_ready=row.not_ready_reason if row.not_ready_since else "",
        is_first=row.put_first_at is not None,
        offer=offer_words(offer, now) if row.state == ReferralState.WAITING else "",
        offer_misfits=f"{' '.join(offer.misfits)} Offered all the same: {offer.override_reason}"
        if offer is not None and offer.misfits
        else "",
        is_offered=offer is not None and offer.state == UseState.OFFERED,
        is_agreed=offer is not None and offer.state == UseState.AGREED,
        is_asked=row.state == ReferralState.ASKED,
        is_waiting=row.state == ReferralState.WAITING,
        may_offer=row.state == ReferralState.WAITING and offer is None and bool(choices),
        fitting=tuple(_choice(bed, (), now) for bed, reasons in choices if not reasons),
        others=tuple(_choice(bed, reasons, now) for bed, reasons in choices if reasons),
        not_to_be_had=tuple((_label(bed), _why_not(bed)) for bed, _ in page.choices if not _may_be_offered(bed, now)),
        stay_id=row.stay.pk if hasattr(row, "stay") else 0,
        events=tuple(present_event(one) for one in page.events),
    )


def _criterion(code: str, text: str, answers: dict, *, is_good: str, instead: str = "") -> Criterion:
    answer = answers.get(code, "")
    if not answer:
        return Criterion(code, text, "Not answered", Tag("Not answered", "yellow"), "")
    tag = Tag(ANSWERS[answer], "green" if answer == is_good else "red")
    return Criterion(code, text, ANSWERS[answer], tag, instead if answer != is_good else "")


def _may_be_offered(line: BedLine, now: datetime) -> bool:
    is_too_far = line.stay is not None and line.stay.stay.leaving_on > london_day(now) + LONGEST_AHEAD
    return line.closing is None and line.held is None and not is_too_far


def _label(line: BedLine) -> str:
    return f"{line.bed.room.house.name}, {bed_words(line.bed)}"


def _choice(line: BedLine, reasons: tuple[str, ...], now: datetime) -> Choice:
    room = line.bed.room
    facts = ", ".join(filter(None, (room_facts(room, 1), equipment_words(line.bed.equipment))))
    when = "Free now"
    if line.stay is not None:
        day = max(line.stay.stay.leaving_on, london_day(now))
        when = f"Somebody is in it, to leave {day_short(day)}: promised from then"
    return Choice(line.bed.pk, _label(line), facts, when, reasons)


def _why_not(line: BedLine) -> str:
    if line.closing is None and line.held is None and line.stay is not None:
        return f"Somebody is in it, to leave {day_short(line.stay.stay.leaving_on)}"
    return closed_words(line.closing) or "Held for somebody else"
