"""Practice that could be observed: visits to come at which somebody could be watched doing what they are learning."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.delegation.models import ObservedPractice, SignOff
from homeward.delegation.rules import Framework
from homeward.delegation.selectors import evidence_of, published_frameworks, shown_of
from homeward.kernel.rules import kilometres_between, london_day
from homeward.people.models import Address, Person
from homeward.plans.models import VisitPattern
from homeward.procedures.selectors import library
from homeward.roster.models import Shift
from homeward.roster.selectors import contracts_on, shifts_on
from homeward.teams.models import Training, Worker
from homeward.visits.models import Visit
from homeward.visits.rules import needed_on
from homeward.visits.states import VisitState

DAYS_AHEAD = 14
# An assessor within this distance of the visit is near enough to be asked. Local decision
NEAR_KILOMETRES = 5.0
# An assessor who starts from nowhere on the map is named without a distance, after those who are near
FAR = float("inf")


@dataclass(frozen=True, slots=True)
class Practice:
    """A visit at which a worker could be observed: it would be their `number`-th practice of `of` that are asked for.

    `of` is None where the place has not decided how many; `kilometres` is None where nobody knows how far the assessor
    is. `visit_id` is None for a visit of a day that is not made yet; `is_theirs` where they go to it already.
    """

    worker: Worker
    competence: str
    activity: str
    person: Person
    opens_at: datetime
    closes_at: datetime
    assessor: Worker
    kilometres: float | None
    number: int
    of: int | None
    visit_id: int | None
    is_theirs: bool
    weekly_minutes: int | None


@dataclass(frozen=True, slots=True)
class _Coming:
    person_id: int
    code: str
    day: date
    opens_at: datetime
    closes_at: datetime
    visit_id: int | None
    going: frozenset[int]


@dataclass(frozen=True, slots=True)
class Practices:
    """Practice that could be observed, and at the homes of how many people more whose visits the reader may not see."""

    rows: tuple[Practice, ...] = ()
    kept_back: int = 0


def practice_opportunities(
    actor: Actor, service_id: int, now: datetime, *, worker_ids: Collection[int] | None = None, each: int = 3
) -> Practices:
    """Visits of the coming fortnight at which workers who are learning could be observed while an assessor is near.

    For each worker and competence at most `each`, soonest first; those with the fewest contracted hours come first,
    because they meet the fewest occasions. Whoever may not see everybody's is given their own. Only of people of whom
    the actor sees what a visit needs; everyone is audited.

    Raises: NotAllowedError.
    """
    sees_all = actor.may(Permission.SEE_DELEGATION)
    require(actor, Permission.SEE_DELEGATION if sees_all else Permission.SEE_TODAY, service_id)
    if not sees_all:
        worker_ids = [] if actor.worker_id is None else [actor.worker_id]
    system = Actor.system("Practice", service_id)
    today = london_day(now)
    frameworks = published_frameworks()
    learners = _learners(service_id, worker_ids, today, frameworks)
    if not learners:
        return Practices()
    done = evidence_of(system, service_id, {one for one, _ in learners}, {code for _, code in learners}, today)
    wanted = {code for _, code in learners}
    codes = {one.code: code for code in wanted for one in frameworks[code].activities}
    titles = {one.code: one.title for code in wanted for one in frameworks[code].activities}
    coming = _coming(service_id, codes.keys(), now, today)
    shifts = {
        today + timedelta(days=ahead): shifts_on(system, service_id, today + timedelta(days=ahead))
        for ahead in range(DAYS_AHEAD + 1)
    }
    contracts = contracts_on(system, service_id, today)
    points = _points({one.person_id for one in coming})
    staff = {shift.worker_id: shift.worker for theirs in shifts.values() for shift in theirs}
    professions = {pk: _held(worker) for pk, worker in staff.items()}
    found: list[Practice] = []
    people = Person.objects.in_bulk({one.person_id for one in coming})
    shown = shown_of(actor, people.values(), now)
    kept_back: set[int] = set()
    for (worker_id, competence), _ in sorted(learners.items()):
        framework = frameworks[competence]
        evidence = done.get((worker_id, competence))
        number = (len(evidence.counting(framework, today).practices) if evidence else 0) + 1
        of = framework.observed_times
        if of is not None and number > of:
            continue
        own = 0
        for visit in coming:
            if own >= each:
                break
            if codes[visit.code] != competence:
                continue
            there = [shift for shift in shifts[visit.day] if _covers(shift, visit)]
            if not any(shift.worker_id == worker_id for shift in there):
                continue
            assessor = _nearest(
                [shift for shift in there if shift.worker_id != worker_id
                 and not professions[shift.worker_id].isdisjoint(framework.by)],
                points.get(visit.person_id),
            )  # fmt: skip
            if assessor is None:
                continue
            if visit.person_id not in shown:
                kept_back.add(visit.person_id)
                continue
            shift, kilometres = assessor
            contract = contracts.get(worker_id)
            own += 1
            found.append(
                Practice(
                    worker=staff[worker_id],
                    competence=competence,
                    activity=titles[visit.code],
                    person=people[visit.person_id],
                    opens_at=visit.opens_at,
                    closes_at=visit.closes_at,
                    assessor=shift.worker,
                    kilometres=None if kilometres == FAR else round(kilometres, 1),
                    number=number,
                    of=of,
                    visit_id=visit.visit_id,
                    is_theirs=worker_id in visit.going,
                    weekly_minutes=contract.weekly_minutes if contract is not None else None,
                )
            )
    record_reads(
        actor=actor, action="see practice to observe", subject_kind="practice", now=now, service_id=service_id,
        person_ids=sorted({one.person.pk for one in found}),
    )  # fmt: skip
    found.sort(key=lambda one: (one.weekly_minutes or 0, one.worker.label, one.competence, one.opens_at))
    return Practices(tuple(found), len(kept_back))


def _learners(
    service_id: int, worker_ids: Collection[int] | None, today: date, frameworks: dict[str, Framework]
) -> dict[tuple[int, str], bool]:
    """The (worker, competence) that somebody has begun to learn and has no sign-off for."""
    few = {} if worker_ids is None else {"worker_id__in": list(worker_ids)}
    courses = Training.objects.filter(
        worker__service_id=service_id, worker__is_active=True, withdrawn_at__isnull=True, **few
    ).exclude(competence="")
    watched = ObservedPractice.objects.filter(
        worker__service_id=service_id, worker__is_active=True, withdrawn_at__isnull=True, **few
    )
    begun = {*courses.values_list("worker_id", "competence"), *watched.values_list("worker_id", "competence")}
    signed = SignOff.objects.filter(worker__service_id=service_id, withdrawn_at__isnull=True, **few)
    signed = signed.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    begun -= set(signed.values_list("worker_id", "competence"))
    return {key: True for key in begun if key[1] in frameworks}


def _coming(service_id: int, codes: Collection[str], now: datetime, today: date) -> list[_Coming]:
    """The visits of the fortnight with these activities: those made, and those plans will ask for; soonest first."""
    last = today + timedelta(days=DAYS_AHEAD)
    made = (
        Visit.objects.filter(service_id=service_id, day__gte=today, day__lte=last, window_closes_at__gt=now)
        .filter(tasks__activity_code__in=codes, state__in=(VisitState.NEEDED, VisitState.PLANNED))
        .prefetch_related("assignments", "tasks")
        .distinct()
    )
    found = []
    made_on: set[tuple[int, date]] = set()
    for visit in made:
        made_on.add((visit.pattern_id or 0, visit.day))
        going = frozenset(row.worker_id for row in visit.assignments.all())
        found += [
            _Coming(
                visit.person_id, task.activity_code, visit.day, visit.window_opens_at, visit.window_closes_at,
                visit.pk, going,
            )
            for task in visit.tasks.all() if task.activity_code in codes
        ]  # fmt: skip
    patterns = (
        VisitPattern.objects.filter(plan__episode__service_id=service_id, starts_on__lte=last)
        .exclude(ends_on__lt=today)
        .exclude(plan__episode__ended_at__isnull=False)
        .exclude(plan__person__died_on__isnull=False)
        .select_related("plan")
    )
    for pattern in patterns:
        wanted = [task["code"] for task in pattern.tasks if task["code"] in codes]
        if not wanted:
            continue
        for ahead in range(1, DAYS_AHEAD + 1):
            day = today + timedelta(days=ahead)
            asked = needed_on(
                day, weekdays=pattern.weekdays, starts_on=pattern.starts_on, ends_on=pattern.ends_on,
                opens_at=pattern.opens_at, closes_at=pattern.closes_at, is_window_hard=pattern.is_window_hard,
            )  # fmt: skip
            if asked is not None and (pattern.pk, day) not in made_on:
                found += [
                    _Coming(pattern.plan.person_id, code, day, asked.opens_at, asked.closes_at, None, frozenset())
                    for code in wanted
                ]
    return sorted(found, key=lambda one: (one.opens_at, one.person_id, one.code))


def _points(person_ids: Collection[int]) -> dict[int, tuple[float, float]]:
    rows = Address.objects.filter(person_id__in=person_ids, latitude__isnull=False, ends_on__isnull=True)
    return {
        person: (latitude, longitude)
        for person, latitude, longitude in rows.order_by("pk").values_list("person_id", "latitude", "longitude")
    }


def _held(worker: Worker) -> frozenset[str]:
    return library().worker_skills(worker.skills)


def _covers(shift: Shift, visit: _Coming) -> bool:
    return shift.starts_at <= visit.opens_at and shift.ends_at > visit.opens_at


def _nearest(shifts: list[Shift], point: tuple[float, float] | None) -> tuple[Shift, float] | None:
    """The assessor whose day begins nearest; of those too far away, none."""
    ways = defaultdict(list)
    for shift in shifts:
        is_placed = point is not None and shift.start_latitude is not None and shift.start_longitude is not None
        far = kilometres_between(point, (shift.start_latitude, shift.start_longitude)) if is_placed else FAR
        if far == FAR or far <= NEAR_KILOMETRES:
            ways[far].append(shift)
    if not ways:
        return None
    nearest = min(ways)
    return min(ways[nearest], key=lambda shift: shift.worker_id), nearest
