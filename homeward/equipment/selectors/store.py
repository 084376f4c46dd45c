"""Reading the catalogue and the stores: what there is, what is to do today, and one item with its history."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.equipment.models import (
    CheckBooking,
    EquipmentRequest,
    EquipmentVisit,
    Item,
    Kind,
    Loan,
    Movement,
    Recall,
    Shelf,
    Store,
)
from homeward.equipment.rules import number_in
from homeward.equipment.states import OPEN_REQUESTS, ItemState, RequestState, Tracking
from homeward.kernel.rules import london_day
from homeward.teams.models import Service
from homeward.visits.states import VisitState

# Checks are shown so long before they are due; what lies in a store for longer is idle. Local decisions.
CHECKS_AHEAD = timedelta(days=30)
IDLE_AFTER = timedelta(days=90)
DELIVERIES_AHEAD = timedelta(days=14)
MOST_ROWS = 200
TO_COME = (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY)
IN_USE = (ItemState.IN_STORE, ItemState.RESERVED, ItemState.WITH_PERSON, ItemState.TO_CLEAN)


class EquipmentNotFoundError(Exception):
    """There is no such thing that the actor may see."""


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind in the catalogue, with how many there are of it, free and in all. `free` and `lent` are of all stores
    that the service may lend from."""

    kind: Kind
    free: int
    lent: int
    asked: int
    out_of_use: int


@dataclass(frozen=True, slots=True)
class FreeStock:
    """What a request could be filled from."""

    items: tuple[Item, ...]
    shelves: tuple[Shelf, ...]


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item with who has it, its checks and everything that moved it."""

    item: Item
    loan: Loan | None
    recall: Recall | None
    movements: tuple[Movement, ...]
    is_of_another_service: bool
    booked: tuple[CheckBooking, ...]


@dataclass(frozen=True, slots=True)
class StoreDay:
    """What the store has to see to, most pressing first in each list."""

    to_approve: tuple[EquipmentRequest, ...]
    to_fill: tuple[tuple[EquipmentRequest, int], ...]
    to_plan: tuple[EquipmentRequest, ...]
    visits: tuple[EquipmentVisit, ...]
    broken: tuple[Loan, ...]
    to_collect: tuple[Loan, ...]
    overdue: tuple[Loan, ...]
    checks: tuple[Item, ...]
    reviews: tuple[Loan, ...]
    to_clean: tuple[Item, ...]
    set_aside: tuple[Item, ...]
    idle: tuple[Item, ...]
    recalls: tuple[Recall, ...]


def kinds_of(actor: Actor, service_id: int, *, is_offered_only: bool = True) -> list[Kind]:
    """The kinds a service offers, by title.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, service_id)
    rows = Kind.objects.filter(service_id=service_id)
    return list(rows.filter(is_offered=True) if is_offered_only else rows)


def kind_for(actor: Actor, kind_id: int) -> Kind:
    """One kind of the catalogue.

    Raises: NotAllowedError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_EQUIPMENT)
    row = Kind.objects.filter(pk=kind_id, service_id__in=actor.service_ids).select_related("service").first()
    if row is None:
        raise EquipmentNotFoundError
    return row


def stores_for(actor: Actor, service_id: int) -> list[Store]:
    """The stores a service may lend from: its own, and those shared with it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, service_id)
    return list(_stores(service_id).select_related("service").prefetch_related("shared_with"))


def store_for(actor: Actor, store_id: int) -> Store:
    """One store that one of the actor's services may lend from.

    Raises: NotAllowedError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_EQUIPMENT)
    mine = Q(service_id__in=actor.service_ids) | Q(shared_with__in=actor.service_ids)
    row = Store.objects.filter(mine, pk=store_id).distinct().select_related("service").first()
    if row is None:
        raise EquipmentNotFoundError
    return row


def services_to_share_with(actor: Actor, store: Store) -> list[Service]:
    """The other services of this installation, by name; nothing of theirs is shown.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, store.service_id)
    return list(Service.objects.exclude(pk=store.service_id).order_by("name"))


def _stores(service_id: int) -> QuerySet[Store]:
    return Store.objects.filter(Q(service_id=service_id) | Q(shared_with=service_id)).distinct()


def catalogue_of(actor: Actor, service_id: int) -> list[KindLine]:
    """Every kind of a service with how many are free, lent and asked for.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, service_id)
    stores = list(_stores(service_id).values_list("pk", flat=True))
    items: dict[tuple[str, str], int] = {
        (row["kind__code"], row["state"]): row["count"]
        for row in Item.objects.filter(store__in=stores).values("kind__code", "state").annotate(count=Count("pk"))
    }
    shelves = {
        row["kind__code"]: row["free"]
        for row in Shelf.objects.filter(store__in=stores)
        .values("kind__code")
        .annotate(free=Sum(F("quantity") - F("reserved")))
    }
    counted = dict(
        Loan.objects.filter(service_id=service_id, ended_at__isnull=True, shelf__isnull=False)
        .values_list("kind_id")
        .annotate(Sum("quantity"))
    )
    asked = dict(
        EquipmentRequest.objects.filter(service_id=service_id, state__in=OPEN_REQUESTS)
        .values_list("kind_id")
        .annotate(Sum("quantity"))
    )
    return [
        KindLine(
            kind=kind,
            free=items.get((kind.code, ItemState.IN_STORE), 0) + shelves.get(kind.code, 0),
            lent=items.get((kind.code, ItemState.WITH_PERSON), 0) + counted.get(kind.pk, 0),
            asked=asked.get(kind.pk, 0),
            out_of_use=sum(
                items.get((kind.code, state), 0) for state in (ItemState.SET_ASIDE, ItemState.TO_CLEAN, ItemState.LOST)
            ),
        )
        for kind in Kind.objects.filter(service_id=service_id)
    ]


def stock_of(actor: Actor, kind: Kind, now: datetime) -> FreeStock:
    """Every item of a kind that is not scrapped, and its shelves, in the stores the service may lend from.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, kind.service_id)
    stores = list(_stores(kind.service_id).values_list("pk", flat=True))
    items = list(_items().filter(store__in=stores, kind__code=kind.code).exclude(state=ItemState.SCRAPPED)[:MOST_ROWS])
    _audit(actor, kind.service_id, [loan for item in items for loan in item.open_loans], now)
    shelves = Shelf.objects.filter(store__in=stores, kind__code=kind.code).select_related("store", "owner", "kind")
    return FreeStock(tuple(items), tuple(shelves.order_by("store__name", "owner__name")))


def free_for(actor: Actor, request: EquipmentRequest, now: datetime) -> FreeStock:
    """What a request could be filled from: free, not recalled, its safety check not overdue; longest idle first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, request.service_id)
    stores = list(_stores(request.service_id).values_list("pk", flat=True))
    if request.kind.tracking == Tracking.COUNTED:
        shelves = Shelf.objects.filter(store__in=stores, kind__code=request.kind.code)
        enough = shelves.filter(quantity__gte=F("reserved") + request.quantity).select_related("store", "owner")
        return FreeStock((), tuple(enough.order_by("-quantity", "pk")))
    return FreeStock(tuple(_free_items(stores, request.kind.code, london_day(now))[:MOST_ROWS]), ())


def _free_items(stores: list[int], code: str, today: date) -> QuerySet[Item]:
    recalled = Recall.objects.filter(kind__code=code, ended_at__isnull=True)
    rows = Item.objects.filter(store__in=stores, kind__code=code, state=ItemState.IN_STORE)
    rows = rows.filter(Q(check_due_on__isnull=True) | Q(check_due_on__gte=today))
    for one in recalled:
        rows = rows.exclude(kind_id=one.kind_id, batch=one.batch) if one.batch else rows.exclude(kind_id=one.kind_id)
    return rows.select_related("kind", "store", "owner").order_by("since", "pk")


def item_numbered(actor: Actor, scanned: str) -> Item:
    """The item whose label was scanned or typed, in a store that one of the actor's services may lend from.

    Raises: NotAllowedError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_EQUIPMENT)
    number = number_in(scanned)
    mine = Q(store__service_id__in=actor.service_ids) | Q(store__shared_with__in=actor.service_ids)
    exact = Q(number=number) if number else Q(serial__iexact=scanned.strip())
    found = _items().filter(mine, exact).distinct()[:2] if number or scanned.strip() else []
    if len(found) != 1:  # two makers may give the same serial number: the label tells them apart
        raise EquipmentNotFoundError
    return found[0]


def item_for(actor: Actor, item_id: int, now: datetime) -> ItemPage:
    """One item with all that happened to it. Who has it is named only to a service they are known to, and audited.

    Raises: NotAllowedError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_EQUIPMENT)
    mine = Q(store__service_id__in=actor.service_ids) | Q(store__shared_with__in=actor.service_ids)
    item = _items().filter(mine, pk=item_id).distinct().prefetch_related("checks", "device").first()
    if item is None:
        raise EquipmentNotFoundError
    loan = next(iter(item.open_loans), None)
    is_elsewhere = loan is not None and loan.service_id not in actor.service_ids
    if loan is not None and not is_elsewhere:
        _audit(actor, loan.service_id, [loan], now)
    recall = Recall.objects.filter(kind_id=item.kind_id, ended_at__isnull=True, batch__in=("", item.batch)).first()
    booked = item.check_bookings.filter(ended_at__isnull=True).order_by("day", "pk")
    movements = item.movements.select_related("store").order_by("-at", "-pk")[:MOST_ROWS]
    return ItemPage(item, None if is_elsewhere else loan, recall, tuple(movements), is_elsewhere, tuple(booked))


def items_to_label(actor: Actor, service_id: int, numbers: list[int] | None = None) -> list[Item]:
    """The items whose labels are to be printed: these, or the newest of the service's stores.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, service_id)
    rows = Item.objects.filter(store__service_id=service_id).exclude(state=ItemState.SCRAPPED)
    rows = rows.filter(pk__in=numbers) if numbers else rows
    return list(rows.select_related("kind", "owner", "store").order_by("-pk")[:MOST_ROWS])


def store_day(actor: Actor, service_id: int, now: datetime) -> StoreDay:
    """What is to be approved, found, delivered, checked, fetched and cleaned; everybody shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EQUIPMENT, service_id)
    today = london_day(now)
    stores = list(_stores(service_id).values_list("pk", flat=True))
    asked = list(
        EquipmentRequest.objects.filter(service_id=service_id, state__in=OPEN_REQUESTS)
        .select_related("person", "kind", "item__store", "shelf__store")
        .prefetch_related(Prefetch("visits", EquipmentVisit.objects.filter(visit__state__in=TO_COME), "to_come"))
        .order_by("needed_by", "-is_before_home", "pk")[:MOST_ROWS]
    )
    visits = list(
        EquipmentVisit.objects.filter(
            visit__service_id=service_id, visit__state__in=TO_COME, visit__day__lte=today + DELIVERIES_AHEAD
        )
        .select_related("visit__person", "request__kind", "loan__kind", "request__item", "loan__item")
        .prefetch_related("visit__assignments__worker")
        .order_by("visit__window_opens_at", "pk")[:MOST_ROWS]
    )
    lent = (
        Loan.objects.filter(service_id=service_id, ended_at__isnull=True)
        .select_related("person", "kind", "item")
        .prefetch_related(Prefetch("visits", EquipmentVisit.objects.filter(visit__state__in=TO_COME), "to_come"))
    )
    items = _items().filter(store__in=stores)
    due = Q(check_due_on__lte=today + CHECKS_AHEAD) | Q(service_due_on__lte=today + CHECKS_AHEAD)
    free = dict.fromkeys({one.kind_id for one in asked}, 0)
    for kind in {one.kind_id: one.kind for one in asked if one.state == RequestState.TO_FILL}.values():
        shelves = Shelf.objects.filter(store__in=stores, kind__code=kind.code)
        counted = shelves.aggregate(free=Sum(F("quantity") - F("reserved")))["free"] or 0
        free[kind.pk] = counted + _free_items(stores, kind.code, today).count()
    day = StoreDay(
        to_approve=tuple(one for one in asked if one.state == RequestState.TO_APPROVE),
        to_fill=tuple((one, free[one.kind_id]) for one in asked if one.state == RequestState.TO_FILL),
        to_plan=tuple(one for one in asked if one.state == RequestState.RESERVED and not one.to_come),
        visits=tuple(visits),
        broken=tuple(lent.filter(item__isnull=False).exclude(item__fault="")[:MOST_ROWS]),
        to_collect=tuple(
            lent.filter(Q(collect_asked_at__isnull=False) | Q(person__died_on__isnull=False)).order_by(
                "collect_asked_at"
            )[:MOST_ROWS]
        ),
        overdue=tuple(lent.filter(due_back_on__lt=today).order_by("due_back_on")[:MOST_ROWS]),
        checks=tuple(
            sorted(
                items.filter(due, state__in=IN_USE)[:MOST_ROWS],
                key=lambda one: (min(day for day in (one.check_due_on, one.service_due_on) if day is not None), one.pk),
            )
        ),
        reviews=tuple(lent.filter(review_due_on__lte=today).order_by("review_due_on")[:MOST_ROWS]),
        to_clean=tuple(items.filter(state=ItemState.TO_CLEAN).order_by("since")[:MOST_ROWS]),
        set_aside=tuple(items.filter(state=ItemState.SET_ASIDE).order_by("since")[:MOST_ROWS]),
        idle=tuple(items.filter(state=ItemState.IN_STORE, since__lt=now - IDLE_AFTER).order_by("since")[:MOST_ROWS]),
        recalls=tuple(Recall.objects.filter(service_id=service_id, ended_at__isnull=True).select_related("kind")),
    )
    people = [one.person_id for one in asked] + [one.visit.person_id for one in visits]
    shown = [
        *day.broken,
        *day.to_collect,
        *day.overdue,
        *day.reviews,
        *(loan for item in day.checks for loan in item.open_loans if loan.service_id == service_id),
    ]
    _audit(actor, service_id, shown, now, people)
    return day


def _items() -> QuerySet[Item]:
    open_loans = Prefetch("loans", Loan.objects.filter(ended_at__isnull=True).select_related("person"), "open_loans")
    return Item.objects.select_related("kind", "store__service", "owner", "payer").prefetch_related(open_loans)


def _audit(actor: Actor, service_id: int, loans: list[Loan], now: datetime, also: list[int] = ()) -> None:
    record_reads(
        actor=actor, action="see equipment", subject_kind="loan", now=now, service_id=service_id,
        person_ids=sorted({*also, *(loan.person_id for loan in loans)}),
    )  # fmt: skip
