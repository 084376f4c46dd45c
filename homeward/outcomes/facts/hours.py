"""Facts of paid time: how each worker's day was used, by the very rules of the page Hours."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta

from homeward.access.rules import Actor
from homeward.kernel.rules import london_day
from homeward.procedures.selectors import published_activities
from homeward.roster.models import Shift
from homeward.teams.models import Worker
from homeward.teams.selectors import all_service_ids
from homeward.visits.models import Visit, VisitTask
from homeward.visits.selectors.hours import WorkerDay, worker_days

Keys = Collection[int] | None
DAY_COLUMNS = {
    "worker_day": "integer",
    "service_id": "integer",
    "worker_id": "integer",
    "day": "day",
    "paid_by": "text",
    "paid": "integer",
    "with_people": "integer",
    "travelling": "integer",
    "breaks": "integer",
    "unused": "integer",
    "filled": "integer",
}
A_DAY = timedelta(days=1)
# A key is a worker's number times this, and the day's: no calendar has so many days
DAYS = 10_000_000
# Whose days a changed row of the record is of, and from when until when, by the copy's own tables: asked of the copy
# before it is brought up and after, because what was moved or deleted is of the day that it was of before, too
_HELD = "SELECT a.worker_id, v.day, v.day FROM assignments a JOIN visits v ON v.id = a.visit_id"
_CHANGED = "IN (SELECT number FROM changed_numbers)"
SPANS = {
    "visits_assignment": f"{_HELD} WHERE a.id {_CHANGED}",
    "visits_visit": f"{_HELD} WHERE v.id {_CHANGED}",
    "visits_visittask": f"{_HELD} JOIN tasks t ON t.visit_id = v.id WHERE t.id {_CHANGED}",
    "visits_sickcall": f"SELECT worker_id, day, day FROM sick_calls WHERE id {_CHANGED}",  # nosec B608
    "roster_shift": f"SELECT worker_id, day, day FROM shifts WHERE id {_CHANGED}",  # nosec B608
    "roster_absence": f"SELECT worker_id, starts_on, ends_on FROM absences WHERE id {_CHANGED}",  # nosec B608
    "roster_contract": f"SELECT worker_id, starts_on, ends_on FROM contracts WHERE id {_CHANGED}",  # nosec B608
    # how long an activity takes may have changed
    "procedures_procedure": "SELECT worker_id, day, day FROM paid_days WHERE filled > 0",
}


def keys_of_span(worker_id: int, first: date, last: date | None, today: date) -> Iterator[int]:
    """The days that are over from the one before to the one after these: of a night, either has a part."""
    day, until = first - A_DAY, min(today - A_DAY, (last or today) + A_DAY)
    while day <= until:
        yield worker_id * DAYS + day.toordinal()
        day += A_DAY


def keys_of_days(first: date, last: date) -> Iterator[int]:
    """Every worker's days from the first to the last, both counted."""
    for worker_id in Worker.objects.order_by("pk").values_list("pk", flat=True):
        for number in range(first.toordinal(), last.toordinal() + 1):
            yield worker_id * DAYS + number


def paid_days(keys: Keys, now: datetime) -> Iterator[tuple]:
    """How each worker's time was used on each day that is over; `filled` are minutes of delegated tasks they did."""
    keys = None if keys is None else set(keys)
    actor = Actor.system("Homeward, copying facts", *all_service_ids())
    minutes = {code: one.minutes for code, one in published_activities().items()}
    for service_id, first, last, worker_ids in _asked(keys, london_day(now)):
        some = list(worker_days(actor, service_id, first, last, worker_ids))
        filled = _filled(some, minutes)
        for one in some:
            key = one.worker.pk * DAYS + one.day.toordinal()
            if keys is None or key in keys:
                use = one.use
                yield (
                    key, service_id, one.worker.pk, one.day, one.basis, use.paid, use.with_people, use.travelling,
                    use.breaks, use.unused, filled[key],
                )  # fmt: skip


def _asked(keys: Keys, today: date) -> Iterator[tuple[int, date, date, Collection[int] | None]]:
    """What to read together: the days of a month, at most, of which workers of a service; None for all of them."""
    if keys is None:
        for service_id in all_service_ids():
            starts = [
                Visit.objects.filter(service_id=service_id).order_by("day").values_list("day", flat=True).first(),
                Shift.objects.filter(worker__service_id=service_id)
                .order_by("day")
                .values_list("day", flat=True)
                .first(),
            ]
            first = min((one for one in starts if one), default=today)
            for begins, ends in _months(range(first.toordinal(), today.toordinal())):
                yield service_id, begins, ends, None
        return
    services = dict(Worker.objects.values_list("pk", "service_id"))
    found: dict[tuple[int, int, int], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for key in keys:
        worker_id, number = divmod(key, DAYS)
        if worker_id in services and number < today.toordinal():
            day = date.fromordinal(number)
            workers, days = found[services[worker_id], day.year, day.month]
            workers.add(worker_id)
            days.add(number)
    for (service_id, *_), (workers, days) in sorted(found.items()):
        yield service_id, date.fromordinal(min(days)), date.fromordinal(max(days)), workers


def _months(numbers: Iterable[int]) -> Iterator[tuple[date, date]]:
    days: dict[tuple[int, int], list[date]] = defaultdict(list)
    for number in numbers:
        day = date.fromordinal(number)
        days[day.year, day.month].append(day)
    for some in days.values():
        yield some[0], some[-1]


def _filled(days: Collection[WorkerDay], minutes: dict[str, int]) -> dict[int, int]:
    """Minutes that the procedures give for the delegated tasks done on each of these days, by its key."""
    held: dict[int, list[WorkerDay]] = defaultdict(list)
    for one in days:
        for visit_id in dict.fromkeys(visit_id for visit_id, _ in one.rows):
            held[visit_id].append(one)
    filled = dict.fromkeys((one.worker.pk * DAYS + one.day.toordinal() for one in days), 0)
    tasks = VisitTask.objects.filter(is_delegated=True, done_at__isnull=False)
    numbers = sorted(held)
    for start in range(0, len(numbers), 5000):
        rows = tasks.filter(visit_id__in=numbers[start : start + 5000])
        for visit_id, worker_id, code in rows.values_list("visit_id", "worker_id", "activity_code"):
            there = held[visit_id]
            # nobody wrote down who did it: whoever was there alone
            mine = [one for one in there if one.worker.pk == worker_id] if worker_id else there
            if len(mine) == 1:
                filled[mine[0].worker.pk * DAYS + mine[0].day.toordinal()] += minutes.get(code, 0)
    return filled
