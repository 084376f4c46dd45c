"""Reading the rota of some weeks: who works when, who is away, and where too few are there."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.db.models import TextField
from django.db.models.functions import Cast

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import days_from, wall_clock, wall_minutes
from homeward.plans.models import VisitPattern
from homeward.procedures.selectors import library
from homeward.roster.models import Absence, CoverHours, RotaPattern, Shift, ShiftChange
from homeward.roster.rules import (
    CARE_RESPONDER,
    HEALTH_RESPONDER,
    Gap,
    Present,
    gaps_in,
    knows_why_away,
    rota_permission,
    stretch_of,
)
from homeward.roster.rules.demand import Short, Wanted, shares, short_hours, there_by_hour, wanted_by_hour
from homeward.roster.rules.forecast import with_allowed
from homeward.roster.selectors.cover import on_call_between
from homeward.roster.selectors.forecast import Expected, Forecast
from homeward.roster.states import CoverKind
from homeward.teams.models import Worker

# A list to choose from that is longer helps nobody
SWAPS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Stretch:
    """A shift as the rota shows it; a night kept as two that meet at midnight is one, under the number of its first."""

    id: int
    starts_at: datetime
    ends_at: datetime
    is_draft: bool


@dataclass(frozen=True, slots=True)
class Rota:
    """The rota of some days: everybody of every employer by employer and name, their shifts, and who is away.

    `shifts` are by (worker, day of start); `away` is (worker, day) to the kind of absence.
    """

    first: date
    last: date
    workers: tuple[Worker, ...]
    shifts: Mapping[tuple[int, date], list[Stretch]]
    away: Mapping[tuple[int, date], str]

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return days_from(self.first, self.last)


@dataclass(frozen=True, slots=True)
class DayNeeds:
    """What a day asks for and who is there, by skill and hour; where too few are; and hours to cover with a gap."""

    day: date
    wanted: Mapping[str, list[float]]
    there: Mapping[str, list[float]]
    short: tuple[Short, ...]
    uncovered: tuple[tuple[CoverHours, Gap], ...] = field(default_factory=tuple)
    # What no plan asks for yet, by skill, and where too few are for what is allowed of it, though enough for the plans
    expected: Mapping[str, Expected] = field(default_factory=dict)
    likely: tuple[Short, ...] = ()


def rota_between(
    actor: Actor, service_id: int, first: date, last: date, worker_ids: Collection[int] | None = None
) -> Rota:
    """The rota of everybody of a service from one day to another; of these workers only, where any are named.

    Why somebody is away is told to who manages the roster, and to themselves.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    workers = Worker.objects.filter(service_id=service_id, is_active=True).select_related("organisation", "team")
    if worker_ids is not None:
        workers = workers.filter(pk__in=list(worker_ids))
    whole = _rota(service_id, first, last, workers.order_by("organisation__name", "name", "local_reference"))
    away = {key: kind if knows_why_away(actor, key[0]) else Absence.Kind.OTHER for key, kind in whole.away.items()}
    return Rota(first, last, whole.workers, whole.shifts, away)


def my_rota(actor: Actor, first: date, last: date) -> Rota:
    """The actor's own rota: their published shifts and their absences.

    Raises: NotAllowedError, also when they are not on the rota.
    """
    require(actor, Permission.ASK_ROSTER)
    mine = Worker.objects.filter(pk=actor.worker_id or 0, service_id__in=actor.service_ids)
    worker = mine.select_related("organisation", "team").first()
    if worker is None:
        return Rota(first, last, (), {}, {})
    whole = _rota(worker.service_id, first, last, [worker])
    published = {key: kept for key, told in whole.shifts.items() if (kept := [one for one in told if not one.is_draft])}
    return Rota(first, last, (worker,), published, whole.away)


def shift_on_rota(actor: Actor, service_id: int, shift_id: int) -> Shift | None:
    """A shift that stands, or None.

    Raises: NotAllowedError.
    """
    if not actor.may(Permission.ASK_ROSTER):
        require(actor, Permission.SEE_ROSTER, service_id)
    rows = Shift.objects.filter(pk=shift_id, worker__service_id=service_id)
    return rows.select_related("worker__account", "worker__organisation").first()


def shifts_to_swap(actor: Actor, mine: Shift, now: datetime) -> list[Shift]:
    """Published shifts of the next four weeks that somebody could take for one of theirs.

    Of colleagues who have a skill in common, on days when they have no shift themselves.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_ROSTER, mine.worker.service_id)
    until = now.date() + timedelta(weeks=4)
    busy = set(Shift.objects.filter(worker=mine.worker, day__gte=now.date()).values_list("day", flat=True)) - {mine.day}
    rows = Shift.objects.filter(
        worker__service_id=mine.worker.service_id, is_draft=False, starts_at__gt=now, day__lte=until
    ).exclude(worker=mine.worker)
    skills = set(mine.worker.skills)
    return [
        shift
        for shift in rows.select_related("worker").order_by("starts_at", "worker__name")
        if shift.day not in busy and skills & set(shift.worker.skills)
    ][:SWAPS_SHOWN]


def drafts_up_to(actor: Actor, service_id: int, last: date) -> tuple[int, int]:
    """How many drafts there are up to a day, and of how many workers.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    drafts = Shift.objects.filter(worker__service_id=service_id, is_draft=True, day__lte=last)
    return drafts.count(), drafts.values("worker_id").distinct().count()


def shift_changes_of(actor: Actor, worker: Worker, first: date, *, with_drafts: bool = False) -> list[ShiftChange]:
    """What became otherwise on a worker's rota from a day on, newest first; drafts only where asked for.

    Raises: NotAllowedError.
    """
    if actor.worker_id != worker.pk:
        require(actor, Permission.SEE_ROSTER, worker.service_id)
    rows = ShiftChange.objects.filter(worker=worker, day__gte=first).order_by("-at", "-id")
    return list(rows if with_drafts else rows.filter(is_draft=False))


def patterns_of_rota(actor: Actor, worker: Worker) -> list[RotaPattern]:
    """The patterns that a worker's shifts are made from, the one that goes on first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, worker.service_id)
    return list(worker.rota_patterns.order_by("-starts_on"))


def demand_between(actor: Actor, service_id: int, first: date, last: date) -> dict[date, dict[str, list[float]]]:
    """Workers that the plans ask for on each day, by skill and hour of the wall clock, time on the way included.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    rows = (
        VisitPattern.objects.filter(plan__episode__service_id=service_id, starts_on__lte=last)
        .exclude(ends_on__lt=first)
        .exclude(plan__episode__ended_at__lt=wall_clock(first, "00:00"))
        .exclude(plan__person__died_on__lt=first)
        .values_list("opens_at", "closes_at", "slots", "weekdays", "starts_on", "ends_on")
    )
    # few windows and lengths among many patterns: each is counted once for the days it is wanted on
    alike: Counter[tuple[Wanted, str, date, date]] = Counter()
    for opens_at, closes_at, slots, weekdays, starts_on, ends_on in rows:
        begins, ends = max(first, starts_on), min(last, ends_on or last)
        for slot in slots:
            wanted = Wanted(slot["skill"], wall_minutes(opens_at), wall_minutes(closes_at), int(slot["minutes"]))
            alike[wanted, weekdays, begins, ends] += 1
    wanted_of = {}
    for day in days_from(first, last):
        weekday = str(day.isoweekday())
        today: Counter[Wanted] = Counter()
        for (wanted, weekdays, begins, ends), visits in alike.items():
            if begins <= day <= ends and weekday in weekdays:
                today[wanted] += visits
        wanted_of[day] = wanted_by_hour(today)
    return wanted_of


def needs_between(actor: Actor, service_id: int, rota: Rota, forecast: Forecast | None = None) -> list[DayNeeds]:
    """Each day of a rota of everybody: what is asked for, who is there, where too few are; what is expected besides.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    wanted_of = demand_between(actor, service_id, rota.first, rota.last)
    cover = list(CoverHours.objects.filter(service_id=service_id, removed_at__isnull=True).order_by("starts_at", "id"))
    ends = wall_clock(rota.last + timedelta(days=1), "24:00")
    phones = (
        on_call_between(actor, service_id, wall_clock(rota.first, "00:00"), ends)
        if actor.may(Permission.SEE_RESPONDING)
        else None
    )
    held = {skills: library().worker_skills(skills) for skills in {frozenset(worker.skills) for worker in rota.workers}}
    skills_of = {worker.pk: held[frozenset(worker.skills)] for worker in rota.workers}
    # how often each stretch of time is worked with the same skills: most are worked by many
    on_day: dict[date, dict[frozenset[str], Counter[tuple[datetime, datetime]]]] = {}
    midnight = {day: wall_clock(day, "24:00").astimezone(UTC) for day in rota.days}
    responders: list[Present] = []
    for (worker_id, day), stretches in rota.shifts.items():
        if (worker_id, day) in rota.away:
            continue
        skills = skills_of[worker_id]
        is_health, is_care = HEALTH_RESPONDER in skills, CARE_RESPONDER in skills
        for one in stretches:
            times = (one.starts_at, one.ends_at)
            if is_health or is_care:
                responders.append(Present(*times, is_health, is_care))
            on_day.setdefault(day, {}).setdefault(skills, Counter())[times] += 1
            if one.ends_at > midnight[day]:
                on_day.setdefault(day + timedelta(days=1), {}).setdefault(skills, Counter())[times] += 1
    needs = []
    for day in rota.days:
        wanted = wanted_of[day]
        there = {skills: there_by_hour(day, times) for skills, times in on_day.get(day, {}).items()}
        short = short_hours(wanted, there)
        expected = forecast.on(cover, day) if forecast else {}
        allowed = {skill: one.allowed for skill, one in expected.items()}
        likely = short_hours(with_allowed(wanted, allowed), there) if expected else ()
        needs.append(
            DayNeeds(
                day,
                wanted,
                shares(wanted, there),
                short,
                tuple(_uncovered(day, cover, responders, phones)),
                expected,
                tuple(one for one in likely if one not in short),
            )
        )
    return needs


def _uncovered(day: date, cover: list[CoverHours], responders: list[Present], phones) -> list[tuple[CoverHours, Gap]]:
    found = []
    begins, ends = wall_clock(day, "00:00"), wall_clock(day + timedelta(days=2), "00:00")
    near = [one for one in responders if one.starts_at < ends and one.ends_at > begins]
    for hours in cover:
        if str(day.isoweekday()) not in hours.weekdays:
            continue
        since, until = stretch_of(day, hours.starts_at, hours.ends_at)
        if hours.kind != CoverKind.ON_CALL:
            found += [(hours, gap) for gap in gaps_in(since, until, hours.least_health, hours.least_care, near)]
        elif phones is not None:
            there = [Present(one.starts_at, one.ends_at, True, True) for one in phones]
            found += [(hours, gap) for gap in gaps_in(since, until, 1, 0, there)]
    return found


def _rota(service_id: int, first: date, last: date, workers) -> Rota:
    listed = tuple(workers)
    only = {worker.pk for worker in listed}
    shifts: dict[tuple[int, date], list[Stretch]] = {}
    beside = timedelta(days=1)
    # as text: a month holds a few hundred moments thousands of times, and reading each of them anew takes longest
    rows = (
        Shift.objects.filter(worker__service_id=service_id, day__gte=first - beside, day__lte=last + beside)
        .order_by("worker_id", "starts_at")
        .annotate(since=Cast("starts_at", TextField()), until=Cast("ends_at", TextField()), on=Cast("day", TextField()))
    )
    before: tuple[int, date] | None = None
    for pk, worker_id, on, since, until, is_draft in rows.values_list(
        "id", "worker_id", "on", "since", "until", "is_draft"
    ):
        if worker_id not in only:
            continue
        day, starts_at, ends_at = _day_in(on), _moment_in(since), _moment_in(until)
        meets = before and before[0] == worker_id and before[1] != day and shifts[before][-1].ends_at == starts_at
        if meets:
            whole = shifts[before][-1]
            shifts[before][-1] = Stretch(whole.id, whole.starts_at, ends_at, whole.is_draft or is_draft)
        else:
            before = (worker_id, day)
            shifts.setdefault(before, []).append(Stretch(pk, starts_at, ends_at, is_draft))
    shifts = {key: told for key, told in shifts.items() if first <= key[1] <= last}
    away = {}
    absences = Absence.objects.filter(worker__service_id=service_id, starts_on__lte=last, ends_on__gte=first)
    for worker_id, kind, starts_on, ends_on in absences.values_list("worker_id", "kind", "starts_on", "ends_on"):
        for day in days_from(max(first, starts_on), min(last, ends_on)):
            away[worker_id, day] = kind
    return Rota(first, last, listed, shifts, away)


@lru_cache(maxsize=4096)
def _day_in(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=16384)
def _moment_in(text: str) -> datetime:
    """A moment as either database writes it: both keep UTC, and only PostgreSQL says so."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
