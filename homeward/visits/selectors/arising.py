"""What plans missed of past days: visits of people not in care some days before, and care that ended by then."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Min, Q

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import days_from, london_day, minutes_into, wall_clock, wall_minutes
from homeward.plans.models import VisitPattern
from homeward.roster.rules.demand import Wanted, wanted_by_hour
from homeward.roster.rules.forecast import WEEK, WEEKS_AHEAD_TRIED, WEEKS_BACK, WEEKS_TRIED, Missed
from homeward.visits.models import Visit
from homeward.visits.states import VisitState

# Days looked back on: those a forecast is made from, and those before that it is tried out on
DAYS_BACK = (WEEKS_BACK + WEEKS_TRIED + WEEKS_AHEAD_TRIED) * WEEK


def first_day_kept(actor: Actor, service_id: int) -> date | None:
    """The first day whose visits are on record; None where there are none.

    Visits of plans count: answers to crises may be known from longer ago than everybody's days.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    rows = Visit.objects.filter(service_id=service_id)
    found = rows.aggregate(of_plans=Min("day", filter=Q(pattern__isnull=False)), of_any=Min("day"))
    return found["of_plans"] or found["of_any"]


def missed_by_plans(actor: Actor, service_id: int, today: date, leads: Iterable[int]) -> dict[int, dict[date, Missed]]:
    """For each lead in days: what the plans of so many days before missed of each past day on record, up to yesterday.

    A visit was missed where the episode had not begun then, or no plan asked for it. Care had ended where a plan of
    then asked for the day, and its episode ended in between.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    kept = first_day_kept(actor, service_id)
    first = max(kept, today - timedelta(days=DAYS_BACK)) if kept else today
    days = days_from(first, today - timedelta(days=1)) if first < today else []
    leads = sorted(leads)
    if not days:
        return {lead: {} for lead in leads}
    new = _new(service_id, first, today, leads)
    ended = _ended(service_id, first, today, leads)
    return {
        lead: {
            day: Missed(wanted_by_hour(new[lead][day]), wanted_by_hour(ended[lead][day])) for day in days
        }
        for lead in leads
    }  # fmt: skip


def _new(service_id: int, first: date, today: date, leads: list[int]) -> dict[int, dict[date, Counter]]:
    found: dict[int, dict[date, Counter]] = {lead: defaultdict(Counter) for lead in leads}
    rows = Visit.objects.filter(
        Q(pattern__isnull=True) | Q(episode__started_at__gte=wall_clock(first - timedelta(days=leads[-1]), "00:00")),
        service_id=service_id, session=None, day__gte=first, day__lt=today,
    ).exclude(state=VisitState.CANCELLED)  # fmt: skip
    for day, opens, closes, slots, pattern_id, started_at in rows.values_list(
        "day", "window_opens_at", "window_closes_at", "slots", "pattern_id", "episode__started_at"
    ).iterator():
        since = (day - london_day(started_at)).days if pattern_id and started_at else 0
        for slot in slots:
            wanted = Wanted(
                slot["skill"], max(0, int(minutes_into(day, opens))), int(minutes_into(day, closes)),
                int(slot["minutes"]),
            )  # fmt: skip
            for lead in leads:
                if since < lead:
                    found[lead][day][wanted] += 1
    return found


def _ended(service_id: int, first: date, today: date, leads: list[int]) -> dict[int, dict[date, Counter]]:
    found: dict[int, dict[date, Counter]] = {lead: defaultdict(Counter) for lead in leads}
    rows = VisitPattern.objects.filter(
        plan__episode__service_id=service_id,
        plan__episode__ended_at__gte=wall_clock(first - timedelta(days=leads[-1]), "00:00"),
        plan__episode__ended_at__lt=wall_clock(today, "00:00"),
    )
    for opens_at, closes_at, slots, weekdays, starts_on, ends_on, started_at, ended_at in rows.values_list(
        "opens_at", "closes_at", "slots", "weekdays", "starts_on", "ends_on", "plan__episode__started_at",
        "plan__episode__ended_at",
    ).iterator():  # fmt: skip
        began, over = london_day(started_at), london_day(ended_at)
        for ahead in range(1, leads[-1]):
            day = over + timedelta(days=ahead)
            if not max(first, starts_on) <= day < min(today, (ends_on or today) + timedelta(days=1)):
                continue
            if str(day.isoweekday()) not in weekdays:
                continue
            for slot in slots:
                wanted = Wanted(slot["skill"], wall_minutes(opens_at), wall_minutes(closes_at), int(slot["minutes"]))
                for lead in leads:
                    if ahead < lead <= (day - began).days:
                        found[lead][day][wanted] += 1
    return found
