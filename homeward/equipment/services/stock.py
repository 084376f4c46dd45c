"""Stock: what comes in, is moved, set aside, made ready, lost, found and scrapped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.equipment.models import Item, Kind, Recall, Shelf, Store
from homeward.equipment.rules import failed_check, item_number
from homeward.equipment.services.changing import _locked_item, _locked_shelf, _move, _owner_of, _require_store
from homeward.equipment.states import Condition, ItemState, MovementKind, Tracking, check_item_move
from homeward.kernel.rules import RefusedError, london_day, months_later
from homeward.teams.models import Organisation

MOST_AT_ONCE = 200
LONGEST = 60
# What becomes of a check booked of an item that is no longer in the store
GONE = {
    ItemState.WITH_PERSON: "It was lent before the check: a visit does it at their home",
    ItemState.LOST: "It was lost",
    ItemState.SCRAPPED: "It was scrapped",
}


@dataclass(frozen=True, slots=True)
class NewStock:
    """What came in: so many of a kind, whose they are, and who pays for lending them out (the owner, where None).

    `serials` may name each; one that was not given has none. Costs are of one, in pence.
    """

    kind: Kind
    store: Store
    owner: Organisation
    quantity: int = 1
    serials: Sequence[str] = ()
    batch: str = ""
    maker: str = ""
    payer: Organisation | None = None
    cost_pence: int | None = None


@transaction.atomic
def receive_stock(*, actor: Actor, new: NewStock, now: datetime) -> list[Item]:
    """Take new things into stock. Gives those that have a number of their own, whose labels are to be printed.

    Raises: NotAllowedError; RefusedError for a number that cannot be, more serial numbers than things, a serial number
    that is known, or an organisation of another service.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, new.store.service_id)
    if new.kind.service_id != new.store.service_id:
        raise RefusedError("This kind is of another service than the store.")
    if not 1 <= new.quantity <= MOST_AT_ONCE:
        raise RefusedError(f"Take 1 to {MOST_AT_ONCE} into stock at once.")
    if any(len(text) > LONGEST for text in (new.batch, new.maker, *new.serials)):
        raise RefusedError(f"A serial number, batch or maker has at most {LONGEST} characters. Check what was scanned.")
    owner = _owner_of(new.owner, new.store.service_id)
    payer = _owner_of(new.payer, new.store.service_id) if new.payer else None
    if new.kind.tracking == Tracking.COUNTED:
        shelf, _ = Shelf.objects.get_or_create(kind=new.kind, store=new.store, owner=owner)
        _add(actor, _locked_shelf(shelf), new.quantity, MovementKind.RECEIVED, now)
        return []
    serials = [one.strip() for one in new.serials if one.strip()]
    if len(serials) > new.quantity or len(set(serials)) != len(serials):
        raise RefusedError("Give each thing one serial number, and none twice.")
    if known := Item.objects.filter(kind=new.kind, serial__in=serials).first():
        raise RefusedError(f"Serial number {known.serial} is in stock already, as {known.number}.")
    return [
        _new_item(actor, new, owner, payer, serial, now) for serial in [*serials, *[""] * (new.quantity - len(serials))]
    ]


def _new_item(
    actor: Actor, new: NewStock, owner: Organisation, payer: Organisation | None, serial: str, now: datetime
) -> Item:
    today = london_day(now)
    item = Item.objects.create(
        kind=new.kind, number=uuid4().hex[:20], serial=serial, batch=new.batch.strip(), maker=new.maker.strip(),
        owner=owner, payer=payer, cost_pence=new.cost_pence, store=new.store, since=now,
        check_due_on=months_later(today, new.kind.check_months) if new.kind.check_months else None,
        service_due_on=months_later(today, new.kind.service_months) if new.kind.service_months else None,
    )  # fmt: skip
    item.number = item_number(item.pk)
    item.save(update_fields=["number"])
    _move(actor, MovementKind.RECEIVED, 1, now, item=item)
    return item


@transaction.atomic
def correct_count(*, actor: Actor, shelf: Shelf, counted: int, reason: str, now: datetime) -> Shelf:
    """Put right how many there are after counting; the difference is a movement with its reason.

    Raises: NotAllowedError; RefusedError without a reason, or for fewer than are promised to people.
    """
    shelf = _locked_shelf(shelf)
    _require_store(actor, shelf.store)
    if not reason.strip():
        raise RefusedError("Say why the count differs.")
    if counted < shelf.reserved:
        raise RefusedError(f"{shelf.reserved} are promised to people. Release a request first.")
    _add(actor, shelf, counted - shelf.quantity, MovementKind.COUNTED, now, reason)
    return shelf


@transaction.atomic
def move_item(*, actor: Actor, item: Item, store: Store, now: datetime) -> Item:
    """Put an item into another store.

    Raises: NotAllowedError; RefusedError when it is not in a store, or is in that one.
    """
    item = _locked_item(item)
    _require_store(actor, item.store)
    _require_store(actor, store)
    if item.state in (ItemState.WITH_PERSON, ItemState.LOST, ItemState.SCRAPPED):
        raise RefusedError(f"This item is “{item.get_state_display().lower()}”, so it is in no store.")
    if item.store_id == store.pk:
        raise RefusedError("It is in that store already.")
    _move(actor, MovementKind.MOVED, -1, now, item=item, reason=f"To {store.name}")
    item.store, item.since = store, now
    item.save(update_fields=["store", "since"])
    _end_bookings(actor, item, f"It was moved to {store.name}: book it there", now)
    _move(actor, MovementKind.MOVED, 1, now, item=item)
    return item


@transaction.atomic
def set_aside(*, actor: Actor, item: Item, fault: str, now: datetime) -> Item:
    """Take an item in a store out of use because something is wrong with it. What was promised is to be filled anew.

    Raises: NotAllowedError; CannotMoveError; RefusedError without saying what is wrong.
    """
    item = _locked_item(item)
    _require_store(actor, item.store)
    if not fault.strip():
        raise RefusedError("Say what is wrong with it.")
    if item.requests.filter(state="reserved").exists():
        raise RefusedError("It is promised to somebody. Release their request first, so that it is filled from stock.")
    item.fault = fault.strip()[:250]
    _become(actor, item, ItemState.SET_ASIDE, MovementKind.SET_ASIDE, now, item.fault)
    return item


@transaction.atomic
def settle_item(
    *, actor: Actor, item: Item, condition: Condition, reason: str, now: datetime, value_pence: int | None = None
) -> Item:
    """Say what becomes of an item that came back or was set aside: used again, repaired, or scrapped with what it was
    worth.

    Raises: NotAllowedError; CannotMoveError; RefusedError to use again what is recalled, or whose safety check is
    overdue or a check failed, and without a reason to set aside or scrap.
    """
    item = _locked_item(item)
    _require_store(actor, item.store)
    if condition not in Condition.values:
        raise RefusedError("Say what becomes of it.")
    if condition == Condition.REUSE:
        _refuse_unsafe(item, now)
        item.fault = ""
        _become(actor, item, ItemState.IN_STORE, MovementKind.READY, now, reason)
    elif not reason.strip():
        raise RefusedError("Say why.")
    elif condition == Condition.REPAIR:
        item.fault = reason.strip()[:250]
        _become(actor, item, ItemState.SET_ASIDE, MovementKind.SET_ASIDE, now, reason)
    else:
        quantity = 0 if item.state == ItemState.LOST else -1
        _become(actor, item, ItemState.SCRAPPED, MovementKind.SCRAPPED, now, reason, quantity, value_pence)
    return item


def _refuse_unsafe(item: Item, now: datetime) -> None:
    """Raises: RefusedError when an item must not be lent: recalled, its safety check overdue, or a check failed."""
    if recall_of(item) is not None:
        raise RefusedError("This item is recalled. It can be used again when the recall has ended.")
    if item.check_due_on is not None and item.check_due_on < london_day(now):
        raise RefusedError("Its safety check is overdue. Record the check first.")
    if (failed := failed_check(item.checks.all())) is not None:
        sort = failed.get_sort_display().lower()
        raise RefusedError(f"It failed its {sort} on {failed.done_on:%-d %B %Y}. Record that it passed, or scrap it.")


def recall_of(item: Item) -> Recall | None:
    """The recall that an item falls under, if any."""
    standing = Recall.objects.filter(kind_id=item.kind_id, ended_at__isnull=True, batch__in=("", item.batch))
    return standing.order_by("pk").first()


@transaction.atomic
def lose_item(*, actor: Actor, item: Item, reason: str, now: datetime) -> Item:
    """Say that an item in a store cannot be found. What it was worth stays on record.

    Raises: NotAllowedError; CannotMoveError; RefusedError without a reason, or when it is promised to somebody.
    """
    item = _locked_item(item)
    _require_store(actor, item.store)
    if not reason.strip():
        raise RefusedError("Say where it was last seen, and who looked for it.")
    if item.state == ItemState.WITH_PERSON or item.requests.filter(state="reserved").exists():
        raise RefusedError("It is lent or promised to somebody. End that first.")
    _become(actor, item, ItemState.LOST, MovementKind.LOST, now, reason, -1, item.cost_pence)
    return item


@transaction.atomic
def find_item(*, actor: Actor, item: Item, now: datetime) -> Item:
    """Take a lost item back into its store, to clean and check.

    Raises: NotAllowedError; CannotMoveError when it is not lost.
    """
    item = _locked_item(item)
    _require_store(actor, item.store)
    if item.state != ItemState.LOST:
        raise RefusedError("It is not lost.")
    _become(actor, item, ItemState.TO_CLEAN, MovementKind.FOUND, now, "", 1)
    return item


def _become(
    actor: Actor,
    item: Item,
    state: ItemState,
    kind: MovementKind,
    now: datetime,
    reason: str = "",
    quantity: int = 0,
    value_pence: int | None = None,
    loan=None,
) -> None:
    """Bring a locked item into another state, with its movement."""
    check_item_move(item.state, state)
    item.state, item.since = state, now
    item.save(update_fields=["state", "since", "fault"])
    _move(actor, kind, quantity, now, item=item, reason=reason, value_pence=value_pence, loan=loan)
    if state in GONE:
        _end_bookings(actor, item, GONE[state], now)


def _end_bookings(actor: Actor, item: Item, why: str, now: datetime) -> None:
    """End the checks booked of an item that is no longer where they were booked for."""
    item.check_bookings.filter(ended_at__isnull=True).update(ended_at=now, ended_by=actor.name, ended_why=why[:250])


def _add(
    actor: Actor,
    shelf: Shelf,
    quantity: int,
    kind: MovementKind,
    now: datetime,
    reason: str = "",
    *,
    reserved: int = 0,
    loan=None,
    value_pence: int | None = None,
) -> None:
    """Change a locked shelf, with its movement; the database refuses what would be negative or promised twice."""
    shelf.quantity += quantity
    shelf.reserved += reserved
    shelf.save(update_fields=["quantity", "reserved"])
    _move(actor, kind, quantity, now, shelf=shelf, reason=reason, loan=loan, value_pence=value_pence)
