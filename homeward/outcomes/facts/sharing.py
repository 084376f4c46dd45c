"""Facts of what is shared: days on which two visits were one, where each piece of equipment was, who handed it over."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Q

from homeward.equipment.models import Item, Loan, Movement
from homeward.equipment.selectors.store import IDLE_AFTER
from homeward.equipment.states import MovementKind
from homeward.kernel.rules import london_day, months_later
from homeward.visits.models import JoinedVisits

Keys = Collection[int] | None
JOINED_COLUMNS = {
    "join_id": "integer",
    "service_id": "integer",
    "person_id": "integer",
    "day": "day",
    "minutes": "number",
}
ITEM_COLUMNS = {
    "item_id": "integer",
    "service_id": "integer",
    "owner_id": "integer",
    "kind": "text",
    "month": "day",
    "days": "integer",
    "days_idle": "integer",
}
LENT_COLUMNS = {
    "loan_id": "integer",
    "service_id": "integer",
    "person_id": "integer",
    "lent_on": "day",
    "owner_id": "integer",
    "is_shared": "boolean",
}
A_DAY = timedelta(days=1)
# What an item is after each movement: ready to be lent, gone, or neither; of any other it is as it was
READY = frozenset({MovementKind.RECEIVED, MovementKind.RELEASED, MovementKind.READY})
GONE = frozenset({MovementKind.SCRAPPED, MovementKind.LOST})
AS_IT_WAS = frozenset({MovementKind.MOVED, MovementKind.COUNTED})


def joins_of_patterns(numbers: Collection[int]) -> Collection[int]:
    """The joins that these patterns are part of."""
    found = JoinedVisits.objects.filter(Q(kept_id__in=numbers) | Q(joined_id__in=numbers))
    return set(found.values_list("pk", flat=True))


def joins_of_episodes(numbers: Collection[int]) -> Collection[int]:
    """The joins that end with these episodes."""
    found = JoinedVisits.objects.filter(Q(kept__plan__episode_id__in=numbers) | Q(joined__plan__episode_id__in=numbers))
    return set(found.values_list("pk", flat=True))


def joins_of_people(numbers: Collection[int]) -> Collection[int]:
    """The joins of these people."""
    return set(JoinedVisits.objects.filter(person_id__in=numbers).values_list("pk", flat=True))


def joined_days(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every day that is over on which two visits were to be one, and the minutes that it saved, as the page says."""
    rows = JoinedVisits.objects.filter(starts_on__isnull=False)
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    yesterday = london_day(now) - A_DAY
    rows = rows.select_related("person", "kept__plan__episode", "joined__plan__episode").order_by("pk")
    for row in rows:
        minutes = row.care_minutes_saved + row.travel_minutes_saved
        for day in row.days_as_one(row.starts_on, yesterday):
            yield row.pk, row.service_id, row.person_id, day, minutes


def items_of_movements(numbers: Collection[int]) -> Collection[int]:
    """The items that these movements are of."""
    found = Movement.objects.filter(pk__in=numbers, item__isnull=False)
    return set(found.values_list("item_id", flat=True))


def items_of_kinds(numbers: Collection[int]) -> Collection[int]:
    """The items of these kinds."""
    return set(Item.objects.filter(kind_id__in=numbers).values_list("pk", flat=True))


def item_months(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Of every item and month, how many days it was there, and on how many of them it lay idle.

    A day is what it was at its end, up to yesterday. Idle is ready in a store for as long as the page of the store
    says, and no longer when it is moved to another.
    """
    items = Item.objects.all() if keys is None else Item.objects.filter(pk__in=keys)
    told: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    moves = Movement.objects.filter(item__isnull=False) if keys is None else Movement.objects.filter(item_id__in=keys)
    for item_id, kind, at in moves.order_by("at", "pk").values_list("item_id", "kind", "at"):
        told[item_id].append((kind, at))
    today = london_day(now)
    for item in items.select_related("store", "kind").order_by("pk"):
        spells = list(_spells(told[item.pk], today))
        months: dict[date, list[int]] = defaultdict(lambda: [0, 0])
        for first, last, idle_from in spells:
            for start, after in _months(first, last):
                sums = months[start.replace(day=1)]
                sums[0] += (after - start).days
                if idle_from is not None:
                    sums[1] += max(0, (after - max(start, idle_from)).days)
        for month, (days, idle) in sorted(months.items()):
            yield item.pk, item.store.service_id, item.owner_id, item.kind.title, month, days, idle


def _spells(moves: list[tuple[str, datetime]], today: date) -> Iterator[tuple[date, date, date | None]]:
    """From which day until before which an item was one thing, and from which day on it was idle."""
    state, since = "", today
    changes: list[tuple[date, str, date]] = []
    for kind, at in moves:
        if kind not in AS_IT_WAS:
            state = "ready" if kind in READY else "gone" if kind in GONE else "in use"
        since = london_day(at + IDLE_AFTER)
        changes.append((london_day(at), state, since))
    for place, (first, state, idle_from) in enumerate(changes):
        last = min(changes[place + 1][0] if place + 1 < len(changes) else today, today)
        if state != "gone" and first < last:
            yield first, last, idle_from if state == "ready" else None


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The part in each month of the days from one until before another."""
    while first < last:
        after = min(months_later(first.replace(day=1), 1), last)
        yield first, after
        first = after


def loans_of_movements(numbers: Collection[int]) -> Collection[int]:
    """The loans that these movements are of."""
    found = Movement.objects.filter(pk__in=numbers, loan_id__isnull=False)
    return set(found.values_list("loan_id", flat=True))


def loans_of_owners(numbers: Collection[int]) -> Collection[int]:
    """The loans of what these organisations own."""
    found = Loan.objects.filter(Q(item__owner_id__in=numbers) | Q(shelf__owner_id__in=numbers))
    return set(found.values_list("pk", flat=True))


def loans_of_items(numbers: Collection[int]) -> Collection[int]:
    """The loans of these items."""
    return set(Loan.objects.filter(item_id__in=numbers).values_list("pk", flat=True))


def lendings(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every loan, and whether somebody of another employer than its owner handed it over; null where not known."""
    loans = Loan.objects.all() if keys is None else Loan.objects.filter(pk__in=keys)
    handed = Movement.objects.filter(kind=MovementKind.HANDED_OVER, loan_id__isnull=False)
    if keys is not None:
        handed = handed.filter(loan_id__in=keys)
    employers = dict(handed.order_by("at", "pk").values_list("loan_id", "employer"))
    for loan in loans.select_related("item__owner", "shelf__owner").order_by("pk"):
        owner = (loan.item or loan.shelf).owner
        employer = employers.get(loan.pk, "")
        is_shared = employer not in (owner.name, owner.short_name) if employer else None
        yield loan.pk, loan.service_id, loan.person_id, london_day(loan.handed_over_at), owner.pk, is_shared
