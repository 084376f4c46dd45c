"""What somebody needs: asked for, approved, reserved from stock, delivered by a visit, or not needed any more."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.episodes.models import Episode
from homeward.equipment.models import EquipmentRequest, EquipmentVisit, Item, Kind, Loan, Shelf
from homeward.equipment.services.changing import (
    _done,
    _locked_item,
    _locked_request,
    _locked_shelf,
    _on_timeline,
    _require_store,
    _tell_those_who,
)
from homeward.equipment.services.stock import _add, _become, _refuse_unsafe
from homeward.equipment.states import (
    ItemState,
    MovementKind,
    RequestState,
    Tracking,
    VisitPurpose,
    check_request_move,
)
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person
from homeward.visits.models import Visit
from homeward.visits.services import NeededVisit, need_visit, take_out
from homeward.visits.states import VisitState

TO_COME = (VisitState.NEEDED, VisitState.PLANNED)
FURTHEST_AHEAD = timedelta(days=366)
MOST_AT_ONCE = 20
TITLES = {
    VisitPurpose.DELIVER: "Deliver and fit",
    VisitPurpose.CHECK: "Check",
    VisitPurpose.REVIEW: "See whether it still helps",
    VisitPurpose.COLLECT: "Collect",
}
# The activity of the procedures that a visit for a device is
DEVICE_ACTIVITIES = {
    VisitPurpose.DELIVER: "device_fitting",
    VisitPurpose.REVIEW: "device_review",
    VisitPurpose.COLLECT: "device_collection",
}


@dataclass(frozen=True, slots=True)
class NewAsk:
    """What somebody needs. `is_before_home`: they cannot leave hospital until it is there."""

    kind_code: str
    why: str
    needed_by: date
    quantity: int = 1
    is_before_home: bool = False
    episode: Episode | None = None
    form_id: int | None = None


@transaction.atomic
def ask_for_equipment(*, actor: Actor, person: Person, new: NewAsk, now: datetime) -> EquipmentRequest:
    """Ask for equipment for somebody; where the kind needs it, somebody else approves before it is filled.

    Raises: NotAllowedError; RefusedError when something is missing, the day is over, the kind is not offered, or the
    person has died.
    """
    require(actor, Permission.ASK_EQUIPMENT, person.service_id)
    kind = Kind.objects.filter(service_id=person.service_id, code=new.kind_code, is_offered=True).first()
    if kind is None:
        raise RefusedError("Choose from the catalogue what is needed.")
    if not new.why.strip():
        raise RefusedError("Say what it is for, so that whoever fills it can judge what fits.")
    if not 1 <= new.quantity <= (MOST_AT_ONCE if kind.tracking == Tracking.COUNTED else 1):
        raise RefusedError("Ask for one at a time of what has its own number, and for 1 to 20 of what is counted.")
    if not london_day(now) <= new.needed_by <= london_day(now) + FURTHEST_AHEAD:
        raise RefusedError("Say by which day it is needed: today or a day to come.")
    if person.died_on is not None:
        raise RefusedError("This person has died. Nothing is asked for.")
    if new.episode is not None and new.episode.person_id != person.pk:
        raise RefusedError("This episode is of somebody else.")
    asked = EquipmentRequest.objects.create(
        service_id=person.service_id, person=person, episode=new.episode, form_id=new.form_id, kind=kind,
        quantity=new.quantity, why=new.why.strip(), needed_by=new.needed_by, is_before_home=new.is_before_home,
        state=RequestState.TO_APPROVE if kind.needs_approval else RequestState.TO_FILL, asked_by=actor.name,
        asked_by_account_id=actor.account_id, asked_at=now,
    )  # fmt: skip
    _on_timeline(actor, person, f"Equipment asked for: {kind.title}", now, ("equipment request", asked.pk), asked.why)
    _asked(actor, "ask for equipment", asked, now)
    if kind.needs_approval:
        whose, title = Permission.APPROVE_EQUIPMENT, "Equipment to approve"
    else:
        whose, title = Permission.MANAGE_EQUIPMENT, "Equipment to find"
    if kind.needs_approval or asked.is_before_home:
        _tell_those_who(actor, whose, asked.service_id, title, _path(asked), f"equipment-asked-{asked.pk}", now)
    return asked


@transaction.atomic
def approve_request(*, actor: Actor, request: EquipmentRequest, now: datetime, note: str = "") -> EquipmentRequest:
    """Approve what was asked for; somebody else than whoever asked does.

    Raises: NotAllowedError; CannotMoveError; RefusedError where the actor asked for it.
    """
    request = _decided(actor, request, RequestState.TO_FILL, note, now)
    title = "Equipment to find"
    key = f"equipment-approved-{request.pk}"
    _tell_those_who(actor, Permission.MANAGE_EQUIPMENT, request.service_id, title, _path(request), key, now)
    return request


@transaction.atomic
def refuse_request(*, actor: Actor, request: EquipmentRequest, reason: str, now: datetime) -> EquipmentRequest:
    """Say that what was asked for is not approved, and why.

    Raises: NotAllowedError; CannotMoveError; RefusedError without a reason, or where the actor asked for it.
    """
    if not reason.strip():
        raise RefusedError("Say why it is not approved, and what to do instead.")
    return _decided(actor, request, RequestState.REFUSED, reason, now)


def _decided(
    actor: Actor, request: EquipmentRequest, state: RequestState, reason: str, now: datetime
) -> EquipmentRequest:
    request = _locked_request(request)
    require(actor, Permission.APPROVE_EQUIPMENT, request.service_id)
    if request.asked_by_account_id is not None and request.asked_by_account_id == actor.account_id:
        raise RefusedError("You asked for this. Somebody else approves it.")
    if request.state != RequestState.TO_APPROVE:
        raise RefusedError("This request does not wait for approval.")
    check_request_move(request.state, state)
    request.state, request.reason = state, reason.strip()[:250]
    request.decided_by, request.decided_at = actor.name, now
    request.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    words = "approved" if state == RequestState.TO_FILL else "not approved"
    title = f"Equipment {words}: {request.kind.title}"
    _on_timeline(actor, request.person, title, now, ("equipment request", request.pk), request.reason)
    _asked(actor, f"equipment {words}", request, now)
    return request


@transaction.atomic
def reserve(
    *, actor: Actor, request: EquipmentRequest, now: datetime, item: Item | None = None, shelf: Shelf | None = None
) -> EquipmentRequest:
    """Promise an item, or so many of a shelf, to a request. Of two at once, one gets it and the other is told.

    Raises: NotAllowedError; CannotMoveError; RefusedError when it is of another kind, is not free, is recalled, its
    check is overdue, or the store is not shared with the person's service.
    """
    request = _locked_request(request)
    check_request_move(request.state, RequestState.RESERVED)
    require(actor, Permission.MANAGE_EQUIPMENT, request.service_id)
    if (item is None) == (shelf is None):
        raise RefusedError("Choose one item, or one shelf.")
    stock = _locked_item(item) if item is not None else _locked_shelf(shelf)
    _require_store(actor, stock.store)
    if stock.kind.code != request.kind.code:
        raise RefusedError(f"This is not a {request.kind.title.lower()}. Choose one, or ask for the other kind.")
    of = {request.service_id}
    if stock.store.service_id not in of and not stock.store.shared_with.filter(pk__in=of).exists():
        raise RefusedError(f"{stock.store.name} is not shared with this person’s service.")
    words = f"Request {request.pk}"
    if item is not None:
        _refuse_unsafe(stock, now)
        if stock.state != ItemState.IN_STORE:
            raise RefusedError(f"{stock.number} is “{stock.get_state_display().lower()}”. Choose another.")
        _become(actor, stock, ItemState.RESERVED, MovementKind.RESERVED, now, words)
        request.item = stock
    else:
        if stock.free < request.quantity:
            raise RefusedError(f"Only {stock.free} are free there. Choose another store, or ask for fewer.")
        _add(actor, stock, 0, MovementKind.RESERVED, now, words, reserved=request.quantity)
        request.shelf = stock
    request.state = RequestState.RESERVED
    request.save(update_fields=["state", "item", "shelf"])
    _asked(actor, "reserve equipment", request, now)
    return request


@transaction.atomic
def release(*, actor: Actor, request: EquipmentRequest, reason: str, now: datetime) -> EquipmentRequest:
    """Give back what was reserved: the request is to be filled again. A visit that was to bring it stays.

    Raises: NotAllowedError; CannotMoveError; RefusedError without a reason.
    """
    request = _locked_request(request)
    require(actor, Permission.MANAGE_EQUIPMENT, request.service_id)
    if not reason.strip():
        raise RefusedError("Say why it is given back.")
    if request.state != RequestState.RESERVED:
        raise RefusedError("Nothing is reserved for this request.")
    _give_back(actor, request, reason, now)
    request.state = RequestState.TO_FILL
    request.save(update_fields=["state", "item", "shelf"])
    _asked(actor, "release equipment", request, now)
    return request


@transaction.atomic
def cancel_request(*, actor: Actor, request: EquipmentRequest, reason: str, now: datetime) -> EquipmentRequest:
    """Say that what was asked for is not needed any more: stock is free again and its visit is taken out of the day.

    Raises: NotAllowedError; CannotMoveError; RefusedError without a reason; VisitCannotMoveError when the visit has
    begun.
    """
    request = _locked_request(request)
    allowed = Permission.ASK_EQUIPMENT if actor.may(Permission.ASK_EQUIPMENT) else Permission.MANAGE_EQUIPMENT
    require(actor, allowed, request.service_id)
    if not reason.strip():
        raise RefusedError("Say why it is not needed any more.")
    check_request_move(request.state, RequestState.CANCELLED)
    if request.state == RequestState.RESERVED:
        _give_back(actor, request, reason, now)
    for one in request.visits.filter(visit__state__in=TO_COME).select_related("visit"):
        take_out(actor=actor, visit=one.visit, reason=reason, now=now)
    request.state, request.reason = RequestState.CANCELLED, reason.strip()[:250]
    request.save(update_fields=["state", "reason", "item", "shelf"])
    title = f"Equipment not needed any more: {request.kind.title}"
    _on_timeline(actor, request.person, title, now, ("equipment request", request.pk), request.reason)
    _asked(actor, "cancel equipment request", request, now)
    return request


def _give_back(actor: Actor, request: EquipmentRequest, reason: str, now: datetime) -> None:
    if request.item is not None:
        _become(actor, _locked_item(request.item), ItemState.IN_STORE, MovementKind.RELEASED, now, reason)
    else:
        shelf = _locked_shelf(request.shelf)
        _add(actor, shelf, 0, MovementKind.RELEASED, now, reason, reserved=-request.quantity)
    request.item = request.shelf = None


@transaction.atomic
def plan_delivery(
    *, actor: Actor, request: EquipmentRequest, opens_at: datetime, closes_at: datetime, now: datetime
) -> Visit:
    """Make the visit that brings what is reserved, with the skill its kind needs; the planner finds who goes.

    Raises: NotAllowedError; RefusedError when nothing is reserved, a visit is to come already, or the time is past.
    """
    request = _locked_request(request)
    require(actor, Permission.MANAGE_EQUIPMENT, request.service_id)
    if request.state != RequestState.RESERVED:
        raise RefusedError("Reserve it first, so that there is something to deliver.")
    if request.visits.filter(visit__state__in=(*TO_COME, VisitState.UNDER_WAY)).exists():
        raise RefusedError("A visit is to deliver it already. Cancel that one first.")
    numbers = request.item.number if request.item else ""
    return _visit(actor, VisitPurpose.DELIVER, request.kind, request.person, numbers, opens_at, closes_at, now, request)


@transaction.atomic
def plan_loan_visit(
    *,
    actor: Actor,
    loan: Loan,
    purpose: VisitPurpose,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
    due_on: date | None = None,
) -> Visit:
    """Make a visit to check, review or fetch what somebody has; `due_on` is the day by which it is due, where one is.

    Raises: NotAllowedError; RefusedError when it has come back, such a visit is to come already, or the time is past.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, loan.service_id)
    if purpose not in (VisitPurpose.CHECK, VisitPurpose.REVIEW, VisitPurpose.COLLECT):
        raise RefusedError("Say whether it is to check, to review or to collect.")
    if loan.ended_at is not None:
        raise RefusedError("It has come back.")
    if loan.visits.filter(purpose=purpose, visit__state__in=(*TO_COME, VisitState.UNDER_WAY)).exists():
        raise RefusedError("Such a visit is planned already. Cancel that one first.")
    numbers = loan.item.number if loan.item else ""
    return _visit(actor, purpose, loan.kind, loan.person, numbers, opens_at, closes_at, now, loan=loan, due_on=due_on)


def _visit(
    actor: Actor,
    purpose: VisitPurpose,
    kind: Kind,
    person: Person,
    number: str,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
    request: EquipmentRequest | None = None,
    loan: Loan | None = None,
    due_on: date | None = None,
) -> Visit:
    episode = request.episode if request is not None and request.episode and not request.episode.ended_at else None
    skill = kind.skill
    title = f"{TITLES[purpose]}: {kind.title}"
    activity = DEVICE_ACTIVITIES.get(purpose, "") if kind.is_alerting else ""
    new = NeededVisit(
        title=title, slots=({"skill": skill, "minutes": kind.fit_minutes},) * kind.fitters, opens_at=opens_at,
        closes_at=closes_at, tasks=((activity, f"{title} {number}".strip()),), episode=episode,
    )  # fmt: skip
    visit = need_visit(actor=actor, person=person, new=new, now=now)
    EquipmentVisit.objects.create(visit=visit, purpose=purpose, request=request, loan=loan, due_on=due_on)
    _done(actor, "plan equipment visit", ("visit", visit.pk), visit.service_id, now, person.pk)
    return visit


def _asked(actor: Actor, action: str, request: EquipmentRequest, now: datetime) -> None:
    _done(actor, action, ("equipment request", request.pk), request.service_id, now, request.person_id)


def _path(request: EquipmentRequest) -> str:
    return f"/equipment/requests/{request.pk}"


def _require_visitor(actor: Actor, request: EquipmentRequest) -> None:
    """Raises: NotAllowedError unless the actor runs the store or is on the visit that delivers this."""
    if actor.may(Permission.MANAGE_EQUIPMENT):
        require(actor, Permission.MANAGE_EQUIPMENT, request.service_id)
        return
    goes = actor.worker_id is not None and request.visits.filter(visit__assignments__worker_id=actor.worker_id).exclude(
        visit__state=VisitState.CANCELLED
    )
    if not goes or not goes.exists():
        raise NotAllowedError("Whoever delivers it, or runs the store, records that it was handed over.")
