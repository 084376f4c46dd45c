"""Standing visits of one person that are, or could be, one."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Q, QuerySet

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.delegation.selectors import is_kept, who_may
from homeward.kernel.rules import london_day
from homeward.people.selectors import sights
from homeward.plans.models import VisitPattern
from homeward.procedures.rules import Activity
from homeward.procedures.selectors import library, published_activities
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, JoinedVisits
from homeward.visits.rules import Joined, Routine, RoutineTask, joinable, minutes_of
from homeward.visits.states import JoinState

# Who came lately says who sends somebody, and what a journey takes
LATELY = timedelta(days=28)


class JoinNotFoundError(Exception):
    """There is no such proposal in the actor's services."""


@dataclass(frozen=True, slots=True)
class JoinFigures:
    """What became of the proposals found between two days (M07).

    `precision` is the share of those decided that people agreed to, None before any was. `minutes_saved` are those of
    the days on which two visits were one, up to the last of the two days; none after either episode ended or the person
    died.
    """

    found: int
    waiting: int
    agreed: int
    declined: int
    minutes_saved: float

    @property
    def precision(self) -> float | None:
        decided = self.agreed + self.declined
        return self.agreed / decided if decided else None


def joins_proposed(actor: Actor, service_id: int, now: datetime) -> list[JoinedVisits]:
    """The proposals waiting for a decision about people whose visits the actor may see, the most saved first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EPISODES, service_id)
    return _seen(actor, service_id, now, Q(state=JoinState.PROPOSED))


def joins_decided(actor: Actor, service_id: int, now: datetime, at_most: int = 50) -> list[JoinedVisits]:
    """What was decided lately, newest first, about people whose visits the actor may see.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EPISODES, service_id)
    decided = _seen(actor, service_id, now, ~Q(state=JoinState.PROPOSED) & Q(decided_at__isnull=False))
    return sorted(decided, key=lambda one: one.decided_at, reverse=True)[:at_most]


def _seen(actor: Actor, service_id: int, now: datetime, which: Q) -> list[JoinedVisits]:
    rows = list(_whole(JoinedVisits.objects.filter(which, service_id=service_id)))
    seen = sights(actor, {row.person_id: row.person for row in rows}.values(), now)
    shown = [row for row in rows if seen[row.person_id] >= Sight.VISIT]
    record_reads(
        actor=actor, action="list joined visits", subject_kind="joined visits",
        person_ids={row.person_id for row in shown}, now=now, service_id=service_id,
    )  # fmt: skip
    return sorted(shown, key=lambda one: (-one.saved_a_week, one.pk))


def _whole(rows: QuerySet[JoinedVisits]) -> QuerySet[JoinedVisits]:
    return rows.select_related("person", "kept__plan__episode", "joined__plan__episode")


def join_of(actor: Actor, join_id: int) -> JoinedVisits:
    """One proposal by its number, with its person's number to open their record by.

    Raises: NotAllowedError; JoinNotFoundError.
    """
    require(actor, Permission.SEE_EPISODES)
    row = _whole(JoinedVisits.objects.filter(pk=join_id, service_id__in=actor.service_ids)).first()
    if row is None:
        raise JoinNotFoundError("There is no such proposal.")
    return row


def join_figures(actor: Actor, service_id: int, first: date, last: date) -> JoinFigures:
    """What was found between two days, both included, and what it saved. Holds nothing personal.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EPISODES, service_id)
    rows = list(_whole(JoinedVisits.objects.filter(service_id=service_id, found_at__date__lte=last)))
    found = [row for row in rows if london_day(row.found_at) >= first]
    states = Counter(row.state for row in found)
    was_agreed = sum(row.state == JoinState.ENDED and row.starts_on is not None for row in found)
    return JoinFigures(
        found=len(found),
        waiting=states[JoinState.PROPOSED],
        agreed=states[JoinState.AGREED] + was_agreed,
        declined=states[JoinState.DECLINED],
        minutes_saved=sum(
            (row.care_minutes_saved + row.travel_minutes_saved) * len(row.days_as_one(first, last)) for row in rows
        ),
    )


def joins_on(service_id: int, day: date) -> dict[int, JoinedVisits]:
    """The joins in force on a day, by the pattern that is kept."""
    rows = JoinedVisits.objects.filter(
        service_id=service_id,
        starts_on__lte=day,
        weekdays__contains=str(day.isoweekday()),
        state__in=(JoinState.AGREED, JoinState.ENDED),
    )
    return {row.kept_id: row for row in rows.exclude(ends_on__lt=day)}


def found_joinable(service_id: int, day: date) -> list[tuple[int, Joined]]:
    """Every two standing visits of one person that could be one from a day on, as (person, what they would be)."""
    theirs: dict[int, list[VisitPattern]] = defaultdict(list)
    for pattern in _standing(service_id, day):
        theirs[pattern.plan.person_id].append(pattern)
    several = {person_id: patterns for person_id, patterns in theirs.items() if len(patterns) > 1}
    patterns = [pattern for found in several.values() for pattern in found]
    employers, travel = _who_comes(patterns, day), _travel_to(patterns, day)
    activities = published_activities()
    workers = _Able(service_id, day, activities, patterns)
    found = []
    for person_id, own in sorted(several.items()):
        routines = [_routine(one, activities, employers.get(one.pk, ""), travel.get(one.pk)) for one in own]
        found += [(person_id, one) for one in joinable(routines, workers.of(person_id))]
    return found


def _standing(service_id: int, day: date) -> QuerySet[VisitPattern]:
    """The patterns that go on after a day. A visit of one day, or of a last week, is not worth joining."""
    return (
        VisitPattern.objects.filter(
            plan__episode__service_id=service_id, plan__episode__ended_at__isnull=True, starts_on__lte=day
        )
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day + timedelta(days=7)))
        .exclude(plan__person__died_on__isnull=False)
        .select_related("plan")
        .order_by("plan__person_id", "opens_at", "id")
    )


def _lately(patterns: list[VisitPattern], day: date) -> QuerySet[Assignment]:
    return Assignment.objects.filter(visit__pattern__in=patterns, visit__day__gt=day - LATELY, visit__day__lte=day)


def _who_comes(patterns: list[VisitPattern], day: date) -> dict[int, str]:
    """The employer that most often sent somebody to each pattern's visits lately."""
    came: dict[int, Counter] = defaultdict(Counter)
    for pattern_id, short, name in _lately(patterns, day).values_list(
        "visit__pattern_id", "worker__organisation__short_name", "worker__organisation__name"
    ):
        came[pattern_id][short or name] += 1
    return {pattern_id: counts.most_common(1)[0][0] for pattern_id, counts in came.items()}


def _travel_to(patterns: list[VisitPattern], day: date) -> dict[int, float]:
    rows = _lately(patterns, day).values_list("visit__pattern_id").annotate(mean=Avg("travel_minutes"))
    return dict(rows.order_by())


def _routine(
    pattern: VisitPattern, activities: dict[str, Activity], employer: str, travel_minutes: float | None
) -> Routine:
    tasks = tuple(
        RoutineTask(
            code=task["code"] if task["code"] in activities else "",
            title=task["title"],
            minutes=activities[task["code"]].minutes if task["code"] in activities else 0,
            is_delegated=task.get("is_delegated", False),
        )
        for task in pattern.tasks
    )
    return Routine(
        pattern_id=pattern.pk,
        episode_id=pattern.plan.episode_id,
        title=pattern.title,
        opens=minutes_of(pattern.opens_at),
        closes=minutes_of(pattern.closes_at),
        is_window_hard=pattern.is_window_hard,
        minutes=pattern.minutes,
        skills=tuple(slot["skill"] for slot in pattern.slots),
        tasks=tasks,
        weekdays=frozenset(pattern.weekdays),
        employer=employer,
        travel_minutes=travel_minutes,
        is_spaced=pattern.gap_minutes > 0,
    )


class _Able:
    """Who could do what for whom on a day, read once for everybody."""

    def __init__(
        self, service_id: int, day: date, activities: dict[str, Activity], patterns: list[VisitPattern]
    ) -> None:
        self.activities = activities
        self.held = {skill.code: library().skills_held([skill.code]) for skill in library().skills}
        rows = Worker.objects.filter(service_id=service_id, is_active=True).values_list("pk", "skills")
        self.workers: dict[str, set[int]] = defaultdict(set)
        for pk, skills in rows:
            for code in {held for skill in skills for held in self.held.get(skill, {skill})}:
                self.workers[code].add(pk)
        asked = {
            (pattern.plan.person_id, task["code"])
            for pattern in patterns
            for task in pattern.tasks
            if task["code"] in activities and activities[task["code"]].delegable
        }
        system = Actor.system("joining visits", service_id)
        self.delegated = who_may(system, service_id, day, asked) if is_kept(service_id) else None

    def of(self, person_id: int):
        """As `visits.rules.joining.WhoCan`, for one person."""

        def who_can(skill: str, codes: frozenset[str]) -> frozenset[str] | None:
            delegated = set()
            able = set(self.workers[skill])
            for code in codes:
                activity = self.activities[code]
                if activity.skill in self.held.get(skill, {skill}):
                    continue
                if activity.delegable is None or skill not in activity.delegable.to:
                    return None
                delegated.add(code)
                if self.delegated is not None:
                    able &= self.delegated.get((person_id, code), frozenset())
                elif activity.delegable.competence:
                    able &= self.workers[activity.delegable.competence]
            return frozenset(delegated) if able else None

        return who_can
