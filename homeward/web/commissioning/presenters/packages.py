"""Packages and offers in words."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.commissioning.selectors import OfferChoice, PackageView, WorkLine
from homeward.commissioning.services import NewVisit
from homeward.commissioning.states import (
    EndReason,
    OfferState,
    PackageState,
    ProviderKind,
    ServiceKind,
    SuspensionReason,
    VariationState,
)
from homeward.kernel.rules import london_day
from homeward.web.commissioning.presenters.words import (
    OFFER_STATES,
    PACKAGE_STATES,
    hours,
    money,
    visit_words,
)
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.templating import moment_text
from homeward.web.words import counted

EVENTS = {
    "asked": "Asked for",
    "capacity": "Room in house looked for",
    "in_house": "Done in house",
    "offered": "Offered to providers",
    "offer_opened": "Offer opened",
    "offer_accepted": "A provider can take it",
    "offer_declined": "A provider cannot take it",
    "offer_withdrawn": "Offer taken back",
    "chosen": "Provider chosen",
    "let_go": "Provider let go",
    "started": "Care began",
    "suspended": "Suspended",
    "resumed": "Resumed",
    "variation_asked": "Change asked for",
    "variation_approved": "Change approved",
    "variation_refused": "Change refused",
    "pool": "Budget set",
    "ended": "Ended",
    "withdrawn": "No longer needed",
}
SECTIONS = (
    ("Look for room in house", "First the team’s own workers: the plan of each day is asked."),
    ("Decide: in house or offer", ""),
    ("Waiting for providers", ""),
    ("Choose a provider", ""),
    ("To begin", ""),
    ("Under way", ""),
    ("Done in house, and lately ended", ""),
)


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A package on the work list, with what to do next."""

    id: int
    reference: str
    person: str
    kind: str
    starts: str
    is_late: bool
    state: Tag
    also: tuple[Tag, ...]
    next: str
    area: str
    provider: str


@dataclass(frozen=True, slots=True)
class WorkSection:
    """Packages that wait for the same thing."""

    title: str
    about: str
    rows: tuple[WorkRow, ...]


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A provider beside a package."""

    contract_id: int
    offer_id: int | None
    provider: str
    kind: str
    price: str
    quality: str
    room: str
    state: Tag | None
    said: str
    place: str
    why: tuple[str, ...]
    why_not: str
    may_be_asked: bool
    may_be_chosen: bool
    may_be_taken_back: bool
    decided: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened to a package."""

    title: str
    when: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week planned and delivered."""

    week: str
    planned: str
    delivered: str
    difference: str
    money: str


@dataclass(frozen=True, slots=True)
class VariationRow:
    """A change asked for."""

    id: int
    state: str
    waits: bool
    from_day: str
    visits: tuple[str, ...]
    funding: str
    reason: str
    asked: str
    decided: str


@dataclass(frozen=True, slots=True)
class PackagePage:
    """A package as a whole."""

    id: int
    person_id: int
    person: str
    reference: str
    kind: str
    state: Tag
    facts: tuple[tuple[str, str], ...]
    visits: tuple[str, ...]
    needs: str
    capacity: tuple[str, str] | None
    capacity_days: tuple[tuple[str, str, str], ...]
    has_room: bool
    weeks: tuple[WeekRow, ...]
    suspensions: tuple[str, ...]
    is_suspended: bool
    variations: tuple[VariationRow, ...]
    events: tuple[EventRow, ...]
    may_look: bool
    may_offer: bool
    may_start: bool
    may_end: bool
    may_withdraw: bool
    may_vary: bool
    today: str


def work_sections(lines: tuple[WorkLine, ...], now: datetime) -> tuple[WorkSection, ...]:
    """The work list, by what each package waits for."""
    rows: list[list[WorkRow]] = [[] for _ in SECTIONS]
    for line in lines:
        place, words = _next(line, now)
        rows[place].append(_row(line, words, now))
    return tuple(
        WorkSection(title, about, tuple(found)) for (title, about), found in zip(SECTIONS, rows, strict=True) if found
    )


def _next(line: WorkLine, now: datetime) -> tuple[int, str]:
    state = line.package.state
    if state == PackageState.ASKED:
        if line.in_house is None:
            return 0, "Look for room in house"
        return 1, "There is room in house: decide" if line.in_house else "No room in house: offer to providers"
    if state == PackageState.OFFERED:
        if line.accepted:
            more = f", {counted(line.waiting, 'answer')} still to come" if line.waiting else ""
            return 3, f"{counted(line.accepted, 'provider')} can take it: choose{more}"
        if line.waiting:
            return 2, f"{counted(line.waiting, 'provider')} to answer by {moment_text(line.answer_by)}"
        return 1, "Nobody can take it: offer again"
    if state == PackageState.AGREED:
        return 4, "Record the first day"
    if state == PackageState.STARTED:
        return 5, "Approve or refuse a change" if line.variation_waits else ""
    return 6, ""


def _row(line: WorkLine, words: str, now: datetime) -> WorkRow:
    package = line.package
    also = []
    if line.is_suspended:
        also.append(Tag("Suspended", "orange"))
    if line.variation_waits:
        also.append(Tag("Change waits", "purple"))
    is_open = package.state in (PackageState.ASKED, PackageState.OFFERED, PackageState.AGREED)
    return WorkRow(
        id=package.pk,
        reference=package.reference,
        person=package.person.label,
        kind=ServiceKind(package.kind).label,
        starts=short_day(package.started_on or package.starts_on),
        is_late=is_open and package.starts_on < london_day(now),
        state=PACKAGE_STATES[package.state],
        also=tuple(also),
        next=words,
        area=package.area,
        provider=str(package.contract.provider) if package.contract else "",
    )


def package_page(view: PackageView, now: datetime) -> PackagePage:
    """A package's own page."""
    package = view.package
    today = london_day(now)
    answers = sorted(package.capacity_answers.all(), key=lambda one: -one.pk)
    newest = answers[0] if answers else None
    suspensions = sorted(package.suspensions.all(), key=lambda one: one.starts_on)
    facts = [
        ("Wanted from", short_day(package.starts_on)),
        ("Area", package.area or "Not known"),
        ("A week", hours(view.weekly_minutes) + (f", {money(view.weekly_pence)}" if view.weekly_pence else "")),
        ("Paid by", funding(view.council_percent)),
    ]
    if package.contract:
        facts.append(("Provider", f"{package.contract.provider}, contract {package.contract.reference}"))
    if package.started_on:
        facts.append(("Began", short_day(package.started_on)))
    if package.ended_on:
        facts.append(("Last day", f"{short_day(package.ended_on)}. {EndReason(package.end_reason).label}"))
    if package.pool_line:
        facts.append(("Budget", f"{package.pool_line.pool.name}: {package.pool_line.title}"))
    facts.append(("Asked for", f"{moment_text(package.asked_at)} by {package.asked_by}"))
    return PackagePage(
        id=package.pk,
        person_id=package.person_id,
        person=package.person.label,
        reference=package.reference,
        kind=ServiceKind(package.kind).label,
        state=PACKAGE_STATES[package.state],
        facts=tuple(facts),
        visits=tuple(_visit(one, today) for one in sorted(package.visits.all(), key=lambda one: one.opens_at)),
        needs=package.needs_text,
        capacity=(newest.reason, f"{newest.asked_by}, {moment_text(newest.asked_at)}") if newest else None,
        capacity_days=tuple(
            (short_day(date.fromisoformat(day["day"])), f"{day['placed']} of {day['wanted']}", day["why"])
            for day in (newest.days if newest else ())
        ),
        has_room=bool(newest and newest.is_possible),
        weeks=tuple(_week(one) for one in view.hours),
        suspensions=tuple(
            f"{SuspensionReason(one.reason).label}, from {short_day(one.starts_on)}"
            + (f" to {short_day(one.ends_on)}" if one.ends_on else ", until it is resumed")
            for one in suspensions
        ),
        is_suspended=any(one.ends_on is None for one in suspensions),
        variations=tuple(_variation(one) for one in sorted(package.variations.all(), key=lambda one: -one.pk)),
        events=tuple(
            EventRow(EVENTS[one.kind], moment_text(one.at), f"{one.by_name}, {one.by_role}", one.text)
            for one in sorted(package.events.all(), key=lambda one: -one.pk)
        ),
        may_look=package.state in (PackageState.ASKED, PackageState.OFFERED),
        may_offer=package.state in (PackageState.ASKED, PackageState.OFFERED) and newest is not None,
        may_start=package.state == PackageState.AGREED,
        may_end=package.state in (PackageState.STARTED, PackageState.IN_HOUSE),
        may_withdraw=package.state in (PackageState.ASKED, PackageState.OFFERED, PackageState.AGREED),
        may_vary=package.state == PackageState.STARTED,
        today=today.isoformat(),
    )


def offer_rows(choices: list[OfferChoice], state: str) -> tuple[OfferRow, ...]:
    """Every provider beside a package, those that can take it ranked first."""
    is_open = state in (PackageState.ASKED, PackageState.OFFERED)
    return tuple(_offer(one, is_open) for one in choices)


def _offer(one: OfferChoice, is_open: bool) -> OfferRow:
    offer, provider = one.offer, one.contract.provider
    said = ""
    if offer and offer.answered_at:
        start = f", from {short_day(offer.can_start_on)}" if offer.can_start_on else ""
        said = f"{offer.answered_by}, {moment_text(offer.answered_at)}{start}. {offer.answer_text}".strip()
    elif offer and one.standing == OfferState.SENT:
        opened = f"opened {counted(offer.opened, 'time')}" if offer.opened else "not opened yet"
        said = f"Answer by {moment_text(offer.answer_by)}, {opened}"
    price = offer.weekly_pence if offer and one.ranked else one.weekly_pence
    return OfferRow(
        contract_id=one.contract.pk,
        offer_id=offer.pk if offer else None,
        provider=str(provider),
        kind=ProviderKind(provider.kind).label,
        price=f"{money(price)} a week" if price is not None else "",
        quality=f"{provider.quality} of 100" if provider.quality is not None else "No score",
        room="Not stated" if one.free_minutes is None else f"{hours(max(0, one.free_minutes))} a week free",
        state=OFFER_STATES[one.standing] if offer else None,
        said=said,
        place=str(one.ranked.place) if one.ranked else "",
        why=one.ranked.why if one.ranked else (),
        why_not=one.why_not,
        may_be_asked=is_open and not one.why_not and one.standing not in (OfferState.SENT, OfferState.ACCEPTED),
        may_be_chosen=is_open and one.standing == OfferState.ACCEPTED,
        may_be_taken_back=is_open and one.standing in (OfferState.SENT, OfferState.ACCEPTED),
        decided=f"{offer.decided_by}: {offer.decision_reason}" if offer and offer.decided_at else "",
    )


def funding(council_percent: int) -> str:
    """Who pays how much: council 60 %, NHS 40 %."""
    if council_percent in (0, 100):
        return "Council" if council_percent else "NHS"
    return f"Council {council_percent} %, NHS {100 - council_percent} %"


def _visit(one, today: date) -> str:
    words = visit_words(one)
    if one.starts_on and one.starts_on > today:
        return f"{words} (from {short_day(one.starts_on)})"
    if one.ends_on:
        return f"{words} ({'until' if one.ends_on >= today else 'ended'} {short_day(one.ends_on)})"
    return words


def _week(one) -> WeekRow:
    apart = one.delivered_minutes - one.planned_minutes
    words = "As planned" if not apart else f"{hours(abs(apart))} {'more' if apart > 0 else 'less'}"
    return WeekRow(
        f"Week of {short_day(one.monday)}", hours(one.planned_minutes), hours(one.delivered_minutes), words,
        money(one.planned_pence),
    )  # fmt: skip


def _variation(one) -> VariationRow:
    decided = ""
    if one.decided_at:
        decided = f"{VariationState(one.state).label} by {one.decided_by}, {moment_text(one.decided_at)}"
        decided += f". {one.decision_text}" if one.decision_text else ""
    return VariationRow(
        id=one.pk,
        state=VariationState(one.state).label,
        waits=one.state == VariationState.ASKED,
        from_day=short_day(one.from_day),
        visits=tuple(visit_words(NewVisit(**visit)) for visit in one.visits),
        funding=funding(one.council_percent) if one.council_percent is not None else "",
        reason=one.reason,
        asked=f"{one.asked_by}, {moment_text(one.asked_at)}",
        decided=decided,
    )
