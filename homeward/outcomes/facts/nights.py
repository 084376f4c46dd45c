"""Facts of beds by night: whether each could be used, and was."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from homeward.beds.models import Bed, BedClosing, BedUse
from homeward.kernel.rules import london_day

Keys = Collection[int] | None
NIGHT_COLUMNS = {
    "bed_id": "integer",
    "service_id": "integer",
    "day": "day",
    "is_open": "boolean",
    "is_used": "boolean",
}
A_DAY = timedelta(days=1)


def beds_of_uses(numbers: Collection[int]) -> Collection[int]:
    """The beds that these uses are of."""
    return set(BedUse.objects.filter(pk__in=numbers).values_list("bed_id", flat=True))


def beds_of_closings(numbers: Collection[int]) -> Collection[int]:
    """The beds that these closings are of."""
    return set(BedClosing.objects.filter(pk__in=numbers).values_list("bed_id", flat=True))


def bed_nights(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Every night of every bed up to the last, from the day its house was set up, or somebody first moved in before.

    A night belongs to the day it begins on. It is used where somebody has the bed then, also while they are in hospital
    and it is kept; the day they leave is the next one's.
    """
    today = london_day(now)
    beds = Bed.objects.all() if keys is None else Bed.objects.filter(pk__in=keys)
    for bed in beds.select_related("room__house").prefetch_related("uses", "closings").order_by("pk"):
        house = bed.room.house
        uses = [
            (london_day(one.moved_in_at), london_day(one.ended_at) if one.ended_at else today)
            for one in bed.uses.all()
            if one.moved_in_at is not None
        ]
        closings = [
            (london_day(one.closed_at), london_day(one.opened_at) if one.opened_at else one.until)
            for one in bed.closings.all()
        ]
        day = min([london_day(house.set_at), *(first for first, _ in uses)])
        while day < today:
            is_closed = any(first <= day and (last is None or day < last) for first, last in closings)
            is_used = any(first <= day < last for first, last in uses)
            yield bed.pk, house.service_id, day, not is_closed, is_used
            day += A_DAY
