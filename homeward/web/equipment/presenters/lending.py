"""What somebody asked for and has, in finished words."""

from dataclasses import dataclass
from datetime import date, timedelta

from homeward.equipment.selectors import FreeStock
from homeward.equipment.states import OPEN_REQUESTS, RequestState, VisitPurpose
from homeward.visits.states import VisitState
from homeward.web.equipment.presenters.store import due_tag, pounds, quantity_words, request_tag, visit_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.templating import moment_text

SHOWN_AHEAD = timedelta(days=30)  # a review further off is no news


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit that is made for equipment."""

    id: int
    what: str
    words: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class RequestWords:
    """A request on its page and in a person's list."""

    id: int
    person_id: int
    person: str
    title: str
    tag: Tag
    due: Tag | None
    why: str
    needed: str
    asked: str
    decided: str
    stock: str
    form_id: int | None
    visits: tuple[VisitLine, ...]
    state: str
    is_open: bool
    is_alerting: bool
    is_before_home: bool
    loan_id: int


@dataclass(frozen=True, slots=True)
class LoanWords:
    """A loan on its page and in a person's list."""

    id: int
    person_id: int
    person: str
    title: str
    number: str
    item_id: int
    fault: str
    is_open: bool
    facts: tuple[tuple[str, str], ...]
    ended: str
    collect: str
    visits: tuple[VisitLine, ...]
    reviews: tuple[tuple[str, str], ...]
    due: Tag | None
    is_counted: bool
    quantity: int


def present_visits(rows) -> tuple[VisitLine, ...]:
    """The visits made for a request or a loan, newest first."""
    return tuple(
        VisitLine(
            one.visit_id, VisitPurpose(one.purpose).label, visit_words(one.visit),
            one.visit.state in (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY),
        )
        for one in rows
    )  # fmt: skip


def present_request(request, today: date) -> RequestWords:
    """One request."""
    stock = ""
    if request.item:
        stock = f"{request.item.number} from {request.item.store.name}"
    elif request.shelf:
        stock = f"From {request.shelf.store.name}, {request.shelf.owner}"
    decided = f"{request.decided_by}, {moment_text(request.decided_at)}. " if request.decided_at else ""
    is_open = request.state in OPEN_REQUESTS
    loan = getattr(request, "loan", None)
    return RequestWords(
        id=request.pk, person_id=request.person_id, person=request.person.label,
        title=quantity_words(request.kind.title, request.quantity), tag=request_tag(request),
        due=due_tag(request.needed_by, today, 2) if is_open else None, why=request.why,
        needed=short_day(request.needed_by), asked=f"{request.asked_by}, {moment_text(request.asked_at)}",
        decided=f"{decided}{request.reason}".strip(), stock=stock, form_id=request.form_id,
        visits=present_visits(request.visits.all()), state=RequestState(request.state).value, is_open=is_open,
        is_alerting=request.kind.is_alerting, is_before_home=request.is_before_home, loan_id=loan.pk if loan else 0,
    )  # fmt: skip


def present_loan(loan, today: date) -> LoanWords:
    """One loan."""
    device = getattr(loan.item, "device", None) if loan.item else None
    facts = [
        ("Handed over", f"{moment_text(loan.handed_over_at)} by {loan.handed_over_by}"),
        ("Shown", loan.shown), ("Shown to", loan.shown_to),
        ("Paid by", str(loan.paid_by)),
    ]  # fmt: skip
    for words, day in (("Due back", loan.due_back_on), ("Review due", loan.review_due_on)):
        if day:
            facts.append((words, short_day(day)))
    if loan.item and loan.item.check_due_on:
        facts.append(("Safety check due", short_day(loan.item.check_due_on)))
    if device:
        heard = moment_text(device.last_heard_at) if device.last_heard_at else "not since it was fitted"
        centre = f"{device.centre_name} {device.centre_phone}".strip() or "Monitoring centre"
        facts += [("Answered by", f"{centre}, as {device.identifier}"), ("Last heard of", heard)]
    collect = f"To be fetched: {loan.collect_reason}" if loan.collect_asked_at and not loan.ended_at else ""
    reviews = [
        (f"{short_day(one.reviewed_on)}: {one.get_helps_display()}", _found(one))
        for one in sorted(loan.reviews.all(), key=lambda one: one.pk, reverse=True)
    ]
    return LoanWords(
        id=loan.pk, person_id=loan.person_id, person=loan.person.label,
        title=quantity_words(loan.kind.title, loan.quantity), number=loan.item.number if loan.item else "",
        item_id=loan.item_id or 0, fault=loan.item.fault if loan.item and not loan.ended_at else "",
        is_open=loan.ended_at is None, facts=tuple(facts),
        ended=f"Ended {moment_text(loan.ended_at)} by {loan.ended_by}: {loan.ended_why}" if loan.ended_at else "",
        collect=collect, visits=present_visits(loan.visits.all()), reviews=tuple(reviews),
        due=_review_tag(loan, today),
        is_counted=loan.item is None, quantity=loan.quantity,
    )  # fmt: skip


def _review_tag(loan, today: date) -> Tag | None:
    if loan.ended_at or not loan.review_due_on or loan.review_due_on > today + SHOWN_AHEAD:
        return None
    tag = due_tag(loan.review_due_on, today)
    return Tag(f"Review {tag.words[0].lower()}{tag.words[1:]}", tag.colour)


def _found(review) -> str:
    found = [f"“{review.said}”"]
    if review.is_care_home_avoided:
        found.append("A care home was avoided.")
    if review.is_admission_avoided:
        found.append("A stay in hospital was avoided.")
    if review.care_hours_before is not None and review.care_hours_now is not None:
        before, now = float(review.care_hours_before), float(review.care_hours_now)
        found.append(f"Paid care a week: {before:g} hours before, {now:g} now.")
    if review.saved_pence_a_week is not None:
        found.append(f"Worth {pounds(review.saved_pence_a_week)} a week.")
    return " ".join([*found, f"{review.recorded_by}."])


def stock_choices(stock: FreeStock) -> list[tuple[str, str]]:
    """What a request can be filled from, for a list to choose from."""
    return [(f"item-{item.pk}", f"{item.number}, {item.store.name}, owned by {item.owner}") for item in stock.items] + [
        (f"shelf-{shelf.pk}", f"{shelf.store.name}, owned by {shelf.owner}: {shelf.free} free")
        for shelf in stock.shelves
    ]
