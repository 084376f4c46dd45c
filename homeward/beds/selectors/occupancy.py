"""How full the beds are and will be, how well that was told before, and what came of stays. Names nobody."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import mean, median

from homeward.access.rules import Actor, Permission, require
from homeward.beds.models import Bed, BedClosing, BedReferral, BedStay, FollowUp
from homeward.beds.rules.forecast import FEWEST_STAYS, Forecast, Past, forecast
from homeward.beds.selectors.board import BedCounts, bed_summary
from homeward.beds.states import AT_HOME, CameFrom, FollowUpKind, FollowUpState, ReferralState, Support
from homeward.kernel.rules import london_day

# Stays of the last year say how long stays last; people accepted in the last eight weeks how many come.
LOOKED_BACK = timedelta(days=365)
ACCEPTED_DAYS = 56
SHORT_AHEAD, LONG_AHEAD = 14, 28
# Forecasts made again as they would have been, one a week, to look at what then happened
CHECKED_WEEKS = 12
WITHIN = timedelta(days=2)  # NICE QS173 statement 2


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One day of the forecast. `planned` is how many of those in a bed now are still there if all leave as planned."""

    day: date
    low: int
    middle: int
    high: int
    waiting: int
    planned: int
    open_beds: int


@dataclass(frozen=True, slots=True)
class Checked:
    """How often what then happened was in the range, so many days ahead, of so many forecasts made again."""

    days_ahead: int
    forecasts: int
    inside: int


@dataclass(frozen=True, slots=True)
class Started:
    """M28: of people accepted in the time looked at, how many began within two days of the referral."""

    came_from: str
    accepted: int
    within: int


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Beds now, the forecast, and figures of the last year. `days` are empty where too few stays are over."""

    counts: BedCounts
    past: tuple[tuple[date, int], ...]
    days: tuple[DayAhead, ...]
    checked: tuple[Checked, ...]
    stays_known: int
    accepted_lately: int
    mean_nights: float | None
    median_nights: float | None
    left_with: tuple[tuple[str, int], ...]
    started: tuple[Started, ...]
    # (kind, settled, at home, could not be reached)
    at_home: tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Row:
    moved_in: date
    left: date | None
    leaving: date
    support: str


def occupancy(actor: Actor, service_id: int, now: datetime) -> Occupancy:
    """How full the beds of a service are, were and will be, with the figures of the last year.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_BEDS, service_id)
    today = london_day(now)
    rows = [
        _Row(london_day(one.moved_in_at), london_day(one.left_at) if one.left_at else None, one.leaving_on, one.support)
        for one in BedStay.objects.filter(service_id=service_id, moved_in_at__gte=now - LOOKED_BACK * 2)
    ]
    accepted = [
        london_day(at)
        for at in BedReferral.objects.filter(
            service_id=service_id, decided_at__gte=now - LOOKED_BACK,
            state__in=(ReferralState.WAITING, ReferralState.STAYING, ReferralState.LEFT, ReferralState.WITHDRAWN),
        ).values_list("decided_at", flat=True)
    ]  # fmt: skip
    open_beds = _open_beds(service_id)
    counts = bed_summary(actor, service_id, now)
    known = _known(rows, accepted, today, counts.waiting)
    is_enough = len(known.ended) >= FEWEST_STAYS and counts.total > 0
    ended = [row for row in rows if row.left is not None and row.left > today - LOOKED_BACK]
    nights = [(row.left - row.moved_in).days for row in ended if row.left is not None]
    ahead = [open_beds(today + timedelta(days=one + 1)) for one in range(LONG_AHEAD)]
    before = [today - timedelta(days=one) for one in range(LONG_AHEAD, -1, -1)]
    return Occupancy(
        counts=counts,
        past=tuple((day, _in_use(rows, day)) for day in before),
        days=_ahead(forecast(known, ahead), rows, ahead, today) if is_enough else (),
        checked=_check(rows, accepted, open_beds, today) if is_enough else (),
        stays_known=len(known.ended),
        accepted_lately=known.accepted,
        mean_nights=mean(nights) if nights else None,
        median_nights=median(nights) if nights else None,
        left_with=tuple(_left_with(ended)),
        started=_started(service_id, now),
        at_home=_at_home(service_id, now),
    )  # fmt: skip


def _known(rows: list[_Row], accepted: list[date], today: date, waiting: int) -> Past:
    """What was known at the end of a day."""
    began = [row for row in rows if today - LOOKED_BACK <= row.moved_in <= today]
    over = [row for row in began if row.left is not None and row.left <= today]
    there = [row for row in rows if row.moved_in <= today and (row.left is None or row.left > today)]
    lately = sum(today - timedelta(days=ACCEPTED_DAYS) < day <= today for day in accepted)
    return Past(
        ended=[(row.left - row.moved_in).days for row in over if row.left is not None],
        nights_so_far=[(today - row.moved_in).days for row in there],
        accepted=lately, accepted_days=ACCEPTED_DAYS, waiting=waiting,
    )  # fmt: skip


def _in_use(rows: list[_Row], day: date) -> int:
    return sum(row.moved_in <= day and (row.left is None or row.left > day) for row in rows)


def _ahead(told: Forecast, rows: list[_Row], open_beds: list[int], today: date) -> tuple[DayAhead, ...]:
    leaving = [row.leaving for row in rows if row.left is None]
    return tuple(
        DayAhead(
            day=(day := today + timedelta(days=number + 1)), low=told.low[number], middle=told.middle[number],
            high=told.high[number], waiting=told.waiting[number], planned=sum(one > day for one in leaving),
            open_beds=open_beds[number],
        )
        for number in range(LONG_AHEAD)
    )  # fmt: skip


def _check(rows: list[_Row], accepted: list[date], open_beds, today: date) -> tuple[Checked, ...]:
    """Forecasts made again from what was known then, one for each of the last weeks that are over.

    How many waited then is not kept by day: nobody is taken to wait, as the stays that follow show who came.
    """
    asked: Counter[int] = Counter()
    inside: Counter[int] = Counter()
    for weeks in range(CHECKED_WEEKS, 1, -1):
        then = today - timedelta(weeks=weeks)
        known = _known(rows, accepted, then, 0)
        days = min(LONG_AHEAD, (today - then).days)
        if len(known.ended) < FEWEST_STAYS or days < SHORT_AHEAD:
            continue
        ahead = [open_beds(then + timedelta(days=one + 1)) for one in range(days)]
        told = forecast(known, ahead, futures=150)
        for number in (one for one in (SHORT_AHEAD, LONG_AHEAD) if one <= days):
            happened = _in_use(rows, then + timedelta(days=number))
            asked[number] += 1
            inside[number] += told.low[number - 1] <= happened <= told.high[number - 1]
    return tuple(
        Checked(number, asked[number], inside[number]) for number in (SHORT_AHEAD, LONG_AHEAD) if asked[number]
    )


def _open_beds(service_id: int):
    """How many beds are, or were, not closed on a day; a closed bed is expected back on the day somebody gave."""
    total = Bed.objects.filter(room__house__service_id=service_id).count()
    closings = [
        (london_day(one.closed_at), london_day(one.opened_at) if one.opened_at else one.until)
        for one in BedClosing.objects.filter(bed__room__house__service_id=service_id)
    ]

    def on(day: date) -> int:
        return total - sum(first <= day and (last is None or day < last) for first, last in closings)

    return on


def _left_with(ended: list[_Row]):
    counted = Counter(row.support for row in ended)
    for one in Support:
        yield one.value, counted[one.value]


def _started(service_id: int, now: datetime) -> tuple[Started, ...]:
    """Of those accepted in the last year, who began within two days of the referral, hospital and home apart."""
    rows = BedReferral.objects.filter(
        service_id=service_id, decided_at__gte=now - LOOKED_BACK,
        state__in=(ReferralState.WAITING, ReferralState.STAYING, ReferralState.LEFT),
    ).values_list("came_from", "referral__received_at", "stay__moved_in_at")  # fmt: skip
    told = []
    for came_from in CameFrom:
        # somebody still waiting within their two days has neither met nor missed them yet
        mine = [(asked, began) for one, asked, began in rows if one == came_from and (began or now - asked > WITHIN)]
        within = sum(began is not None and began - asked <= WITHIN for asked, began in mine)
        told.append(Started(came_from.value, len(mine), within))
    return tuple(told)


def _at_home(service_id: int, now: datetime) -> tuple[tuple[str, int, int, int], ...]:
    """Of follow-ups settled in the last year, who was at home. Whoever could not be reached is not at home."""
    rows = FollowUp.objects.filter(stay__service_id=service_id, done_at__gte=now - LOOKED_BACK)
    told = []
    for kind in FollowUpKind:
        mine = [(state, where) for one, state, where in rows.values_list("kind", "state", "whereabouts") if one == kind]
        home = sum(where in AT_HOME for _, where in mine)
        told.append((kind.value, len(mine), home, sum(state == FollowUpState.UNREACHABLE for state, _ in mine)))
    return tuple(told)
