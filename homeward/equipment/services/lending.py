"""Loans: handed over, broken, looked at with the person, fetched and taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.episodes.services import note_event
from homeward.equipment.models import BenefitReview, Device, EquipmentRequest, Item, Loan
from homeward.equipment.services.asking import TO_COME, _require_visitor
from homeward.equipment.services.changing import (
    _done,
    _locked_item,
    _locked_loan,
    _locked_request,
    _locked_shelf,
    _on_timeline,
    _require_store,
    _tell_those_who,
)
from homeward.equipment.services.stock import _add, _become
from homeward.equipment.states import Helps, ItemState, MovementKind, RequestState, check_request_move
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person
from homeward.visits.services import take_out

HOURS_IN_A_WEEK = 168


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a monitoring centre calls a device, and how it was tested where it was put."""

    identifier: str
    centre_name: str = ""
    centre_phone: str = ""
    place: str = ""
    test_note: str = ""


@dataclass(frozen=True, slots=True)
class NewReview:
    """What was found when somebody looked with the person; hours are of paid care a week."""

    helps: str
    said: str
    reviewed_on: date
    is_care_home_avoided: bool | None = None
    is_admission_avoided: bool | None = None
    care_hours_before: Decimal | None = None
    care_hours_now: Decimal | None = None
    saved_pence_a_week: int | None = None
    next_review_on: date | None = None


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    request: EquipmentRequest,
    shown: str,
    shown_to: str,
    now: datetime,
    device: NewDevice | None = None,
) -> Loan:
    """Record that what was reserved is with the person, what they were shown and to whom. It is now lent.

    By whoever runs the store, or is on the visit that delivers it. What calls for somebody is made known by the name
    its monitoring centre has for it, and tested. The days of its review and return are as its kind has them.

    Raises: NotAllowedError; CannotMoveError; RefusedError when something is missing, or another device has the name.
    """
    request = _locked_request(request)
    _require_visitor(actor, request)
    check_request_move(request.state, RequestState.HANDED_OVER)
    if not shown.strip() or not shown_to.strip():
        raise RefusedError("Say what was shown, and to whom.")
    kind, today = request.kind, london_day(now)
    if kind.is_alerting and (device is None or not device.identifier.strip() or not device.test_note.strip()):
        raise RefusedError(
            "Give the number its monitoring centre knows it by, and how it was tested. An alarm that nobody tested"
            " may call nobody."
        )
    stock = _locked_item(request.item) if request.item else _locked_shelf(request.shelf)
    loan = Loan.objects.create(
        service_id=request.service_id, person=request.person, request=request, kind=kind,
        item=stock if request.item else None,
        shelf=request.shelf, quantity=request.quantity, paid_by=getattr(stock, "payer", None) or stock.owner,
        handed_over_at=now, handed_over_by=actor.name, shown=shown.strip(), shown_to=shown_to.strip()[:200],
        due_back_on=today + timedelta(days=kind.loan_days) if kind.loan_days else None,
        review_due_on=today + timedelta(days=kind.review_days) if kind.review_days else None,
    )  # fmt: skip
    if request.item:
        _become(actor, stock, ItemState.WITH_PERSON, MovementKind.HANDED_OVER, now, "", -1, loan=loan)
    else:
        quantity = request.quantity
        _add(actor, stock, -quantity, MovementKind.HANDED_OVER, now, reserved=-quantity, loan=loan)
    request.state = RequestState.HANDED_OVER
    request.save(update_fields=["state"])
    if kind.is_alerting and device is not None:
        _install(actor, stock, request.service_id, device, now)
    if request.episode is not None and request.episode.ended_at is None:
        note_event(actor=actor, episode=request.episode, kind="equipment_lent", happened_at=now, now=now)
    text = f"Shown to {loan.shown_to}: {loan.shown}"
    _on_timeline(actor, request.person, f"Equipment handed over: {kind.title}", now, ("loan", loan.pk), text)
    _lent(actor, "hand over equipment", loan, now)
    return loan


@transaction.atomic
def install_device(*, actor: Actor, item: Item, new: NewDevice, now: datetime) -> Device:
    """Say by what name a monitoring centre knows a device, and how it was tested; a second time corrects it.

    Raises: NotAllowedError; RefusedError when it does not call for anybody, or another device has the name.
    """
    item = _locked_item(item)
    _require_store(actor, item.store)
    if not item.kind.is_alerting or not new.identifier.strip():
        raise RefusedError("Give the number the monitoring centre knows it by. Only what calls for somebody has one.")
    loan = item.loans.filter(ended_at__isnull=True).first()
    return _install(actor, item, loan.service_id if loan else item.store.service_id, new, now)


def _install(actor: Actor, item: Item, service_id: int, new: NewDevice, now: datetime) -> Device:
    identifier = new.identifier.strip()[:80]
    other = Device.objects.filter(service_id=service_id, identifier__iexact=identifier).exclude(item=item).first()
    if other is not None:
        raise RefusedError(f"{other.item.number} is known by that number already. Check it, or change that one first.")
    device = Device.objects.filter(item=item).first() or Device(item=item)
    device.service_id, device.identifier = service_id, identifier
    device.centre_name, device.centre_phone = new.centre_name.strip()[:120], new.centre_phone.strip()[:40]
    device.place, device.test_note = new.place.strip()[:120], new.test_note.strip()[:250]
    device.installed_at, device.installed_by = now, actor.name
    device.tested_at = now if device.test_note else None
    device.save()
    _done(actor, "install device", ("device", device.pk), service_id, now)
    return device


@transaction.atomic
def report_broken(*, actor: Actor, loan: Loan, what: str, now: datetime) -> Loan:
    """Say that something somebody has must not be used. The store is told at once.

    Raises: NotAllowedError; RefusedError when it has come back, has no number of its own, or nothing is said.
    """
    loan = _open_loan(loan)
    require(actor, Permission.SEE_EQUIPMENT, loan.service_id)
    if not what.strip():
        raise RefusedError("Say what is wrong with it.")
    if loan.item is None:
        raise RefusedError("It is only counted: ask for another, and take this one back as scrap.")
    item = _locked_item(loan.item)
    item.fault = what.strip()[:250]
    item.save(update_fields=["fault"])
    title = f"Equipment broken: {loan.kind.title}"
    _on_timeline(actor, loan.person, title, now, ("loan", loan.pk), item.fault)
    path = f"/equipment/loans/{loan.pk}"
    key = f"equipment-broken-{loan.pk}-{int(now.timestamp())}"
    _tell_those_who(
        actor,
        Permission.MANAGE_EQUIPMENT,
        loan.service_id,
        "Equipment at somebody’s home is broken",
        path,
        key,
        now,
        True,
    )
    _lent(actor, "report equipment broken", loan, now)
    return loan


@transaction.atomic
def ask_to_collect(*, actor: Actor, loan: Loan, reason: str, now: datetime) -> Loan:
    """Say that something is not needed any more and is to be fetched.

    Raises: NotAllowedError; RefusedError when it has come back, or no reason is given.
    """
    loan = _open_loan(loan)
    require(actor, Permission.SEE_EQUIPMENT, loan.service_id)
    if not reason.strip():
        raise RefusedError("Say why it is to be fetched.")
    loan.collect_asked_at, loan.collect_reason = now, reason.strip()[:250]
    loan.save(update_fields=["collect_asked_at", "collect_reason"])
    _lent(actor, "ask to collect equipment", loan, now)
    return loan


@transaction.atomic
def take_back(
    *,
    actor: Actor,
    loan: Loan,
    why: str,
    now: datetime,
    is_lost: bool = False,
    usable: int | None = None,
    value_pence: int | None = None,
) -> Loan:
    """End a loan: it came back, or it is lost. Visits still to come for it are taken out of the day.

    What has its own number is then cleaned and checked (`settle_item`). Of what is counted, `usable` go back on the
    shelf; the rest are scrapped, with what they were worth.

    Raises: NotAllowedError; RefusedError when it has come back, no reason is given, or more come back than were lent.
    """
    loan = _open_loan(loan)
    require(actor, Permission.MANAGE_EQUIPMENT, loan.service_id)
    if not why.strip():
        raise RefusedError("Say why it came back, or what became of it.")
    loan.ended_at, loan.ended_by, loan.ended_why = now, actor.name, why.strip()[:250]
    loan.save(update_fields=["ended_at", "ended_by", "ended_why"])
    if loan.item is not None:
        item = _locked_item(loan.item)
        if is_lost:
            _become(
                actor, item, ItemState.LOST, MovementKind.LOST, now, why, 0, value_pence or item.cost_pence, loan=loan
            )
        else:
            _become(actor, item, ItemState.TO_CLEAN, MovementKind.RETURNED, now, why, 1, loan=loan)
    else:
        _shelve(actor, loan, 0 if is_lost else usable, why, value_pence, is_lost, now)
    for one in loan.visits.filter(visit__state__in=TO_COME).select_related("visit"):
        take_out(actor=actor, visit=one.visit, reason=loan.ended_why, now=now)
    episode = loan.request.episode
    if episode is not None and episode.ended_at is None and not is_lost:
        note_event(actor=actor, episode=episode, kind="equipment_returned", happened_at=now, now=now)
    words = "lost" if is_lost else "taken back"
    _on_timeline(actor, loan.person, f"Equipment {words}: {loan.kind.title}", now, ("loan", loan.pk), loan.ended_why)
    _lent(actor, f"equipment {words}", loan, now)
    return loan


def _shelve(
    actor: Actor, loan: Loan, usable: int | None, why: str, value_pence: int | None, is_lost: bool, now: datetime
) -> None:
    usable = loan.quantity if usable is None else usable
    if not 0 <= usable <= loan.quantity:
        raise RefusedError(f"{loan.quantity} were lent. Say how many of them can be used again.")
    shelf = _locked_shelf(loan.shelf)
    if usable:
        _add(actor, shelf, usable, MovementKind.RETURNED, now, why, loan=loan)
    if gone := loan.quantity - usable:
        kind = MovementKind.LOST if is_lost else MovementKind.SCRAPPED
        _add(actor, shelf, 0, kind, now, f"{gone} of {loan.quantity}: {why}", loan=loan, value_pence=value_pence)


@transaction.atomic
def review_benefit(*, actor: Actor, loan: Loan, new: NewReview, now: datetime) -> BenefitReview:
    """Keep what somebody found when they looked with the person at whether it still helps.

    Raises: NotAllowedError; RefusedError when it has come back, something is missing, a day is wrong, or a week has
    not so many hours.
    """
    loan = _open_loan(loan)
    require(actor, Permission.ASK_EQUIPMENT, loan.service_id)
    if new.helps not in Helps.values or not new.said.strip():
        raise RefusedError("Say whether it helps, and what the person said.")
    if not london_day(loan.handed_over_at) <= new.reviewed_on <= london_day(now):
        raise RefusedError("The day of the review is before it was lent, or in the future. Check it.")
    if new.next_review_on is not None and new.next_review_on <= new.reviewed_on:
        raise RefusedError("The next review is after this one. Check the day.")
    if any(
        hours is not None and not 0 <= hours <= HOURS_IN_A_WEEK for hours in (new.care_hours_before, new.care_hours_now)
    ):
        raise RefusedError("A week has 168 hours. Check the hours of care.")
    row = BenefitReview.objects.create(
        loan=loan, recorded_by=actor.name, recorded_at=now, said=new.said.strip(),
        **{name: getattr(new, name) for name in NewReview.__slots__ if name != "said"},
    )  # fmt: skip
    days = loan.kind.review_days
    loan.review_due_on = new.next_review_on or (new.reviewed_on + timedelta(days=days) if days else None)
    loan.save(update_fields=["review_due_on"])
    episode = loan.request.episode
    if episode is not None and episode.ended_at is None:
        note_event(actor=actor, episode=episode, kind="equipment_reviewed", happened_at=now, now=now)
    title = f"Equipment looked at: {loan.kind.title}. {row.get_helps_display()}"
    _on_timeline(actor, loan.person, title, now, ("loan", loan.pk), row.said)
    _lent(actor, "review equipment", loan, now)
    return row


def _open_loan(loan: Loan) -> Loan:
    loan = _locked_loan(loan)
    if loan.ended_at is not None:
        raise RefusedError("It has come back already.")
    return loan


def _lent(actor: Actor, action: str, loan: Loan, now: datetime) -> None:
    _done(actor, action, ("loan", loan.pk), loan.service_id, now, loan.person_id)


def _person_with(item: Item) -> Person | None:
    loan = item.loans.filter(ended_at__isnull=True).select_related("person").first()
    return loan.person if loan else None
