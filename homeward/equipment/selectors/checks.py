"""Reading the checks: what is due and overdue, what is booked, what failed, and what lies idle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from homeward.access.rules import Actor, Permission, require
from homeward.equipment.models import Check, CheckBooking, EquipmentVisit, Item, Loan, Store
from homeward.equipment.rules import failed_check
from homeward.equipment.selectors.store import (
    IDLE_AFTER,
    MOST_ROWS,
    TO_COME,
    EquipmentNotFoundError,
    _audit,
    _items,
    _stores,
)
from homeward.equipment.states import IN_STORES, CheckSort, ItemState, VisitPurpose
from homeward.kernel.rules import london_day

MOST_DUE = 500


@dataclass(frozen=True, slots=True)
class DueCheck:
    """One check of one item: by when, for when it is booked, and who has the item.

    `loan` is empty for what is in a store; `is_elsewhere` where somebody of another service has it.
    """

    item: Item
    sort: CheckSort
    due_on: date
    booking: CheckBooking | None
    loan: Loan | None
    visit: EquipmentVisit | None
    is_elsewhere: bool


@dataclass(frozen=True, slots=True)
class ChecksDue:
    """The checks of a service's stores. `due` by day; `booked` by day, also those not due for long; `is_cut` where
    more are due than are shown."""

    due: tuple[DueCheck, ...]
    booked: tuple[CheckBooking, ...]
    failed: tuple[tuple[Item, Check], ...]
    idle: tuple[Item, ...]
    is_cut: bool


def checks_due(
    actor: Actor, service_id: int, now: datetime, *, ahead: timedelta, store_id: int | None = None, where: str = ""
) -> ChecksDue:
    """What is due until so long ahead in the stores a service may lend from, or in one of them.

    `where`: "store" for what is kept there, "lent" for what somebody has, "" for both. Whoever is shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, service_id)
    today = london_day(now)
    rows = Store.objects.filter(pk=store_id) if store_id else Store.objects.all()
    stores = list(rows.filter(pk__in=_stores(service_id).values("pk")).values_list("pk", flat=True))
    kept = _items().filter(store__in=stores)
    due = _due(kept, today + ahead, where, service_id)
    _audit(actor, service_id, [one.loan for one in due if one.loan is not None], now)
    booked = CheckBooking.objects.filter(item__store__in=stores, ended_at__isnull=True)
    return ChecksDue(
        due=tuple(due[:MOST_DUE]),
        booked=tuple(booked.select_related("item__kind", "item__store").order_by("day", "who", "pk")[:MOST_ROWS]),
        failed=tuple(_failed(kept)),
        idle=tuple(kept.filter(state=ItemState.IN_STORE, since__lt=now - IDLE_AFTER).order_by("since")[:MOST_ROWS]),
        is_cut=len(due) > MOST_DUE,
    )


def checks_wanted(actor: Actor, chosen: Iterable[tuple[int, str]]) -> list[tuple[Item, str]]:
    """The items of checks that somebody chose from the list, in stores that one of the actor's services may lend from.

    Raises: NotAllowedError; EquipmentNotFoundError where one is not.
    """
    require(actor, Permission.MANAGE_EQUIPMENT)
    chosen = list(dict.fromkeys(chosen))
    mine = Q(store__service_id__in=actor.service_ids) | Q(store__shared_with__in=actor.service_ids)
    items = {one.pk: one for one in Item.objects.filter(mine, pk__in={pk for pk, _ in chosen}).select_related("store")}
    if any(pk not in items for pk, _ in chosen):
        raise EquipmentNotFoundError
    return [(items[pk], sort) for pk, sort in chosen]


def booking_for(actor: Actor, item: Item, booking_id: int) -> CheckBooking:
    """One booking of a check of an item.

    Raises: NotAllowedError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_EQUIPMENT)
    row = item.check_bookings.filter(pk=booking_id).select_related("item__store").first()
    if row is None:
        raise EquipmentNotFoundError
    return row


def _due(kept: QuerySet[Item], last: date, where: str, service_id: int) -> list[DueCheck]:
    visits = EquipmentVisit.objects.filter(visit__state__in=TO_COME, purpose=VisitPurpose.CHECK)
    to_come = Prefetch("visits", visits.select_related("visit").order_by("visit__day"), "to_come")
    open_loans = Loan.objects.filter(ended_at__isnull=True).select_related("person").prefetch_related(to_come)
    rows = kept.prefetch_related(None).prefetch_related(
        Prefetch("loans", open_loans, "open_loans"),
        Prefetch("check_bookings", CheckBooking.objects.filter(ended_at__isnull=True), "booked"),
    )
    states = {"store": IN_STORES, "lent": (ItemState.WITH_PERSON,)}.get(where, (*IN_STORES, ItemState.WITH_PERSON))
    rows = rows.filter(Q(check_due_on__lte=last) | Q(service_due_on__lte=last), state__in=states)
    found = [
        _one(item, sort, day, service_id)
        for item in rows
        for sort, day in ((CheckSort.SAFETY, item.check_due_on), (CheckSort.SERVICE, item.service_due_on))
        if day is not None and day <= last
    ]
    return sorted(found, key=lambda one: (one.due_on, one.item.kind.title, one.item.pk, one.sort))


def _one(item: Item, sort: CheckSort, day: date, service_id: int) -> DueCheck:
    loan = next(iter(item.open_loans), None)
    is_elsewhere = loan is not None and loan.service_id != service_id
    if is_elsewhere:
        loan = None
    return DueCheck(
        item=item, sort=sort, due_on=day, loan=loan, is_elsewhere=is_elsewhere,
        booking=next((one for one in item.booked if one.sort == sort), None),
        visit=next(iter(loan.to_come), None) if loan else None,
    )  # fmt: skip


def _failed(kept: QuerySet[Item]) -> list[tuple[Item, Check]]:
    rows = kept.filter(checks__is_passed=False).exclude(state__in=(ItemState.SCRAPPED, ItemState.LOST)).distinct()
    found = ((item, failed_check(item.checks.all())) for item in rows.prefetch_related("checks"))
    return sorted(((item, check) for item, check in found if check is not None), key=lambda one: one[1].pk)
