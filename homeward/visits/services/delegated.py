"""Visits that follow delegation: who may no longer do a task is freed, or the task goes to a registered professional.

Nothing else at the visit is lost: the worker who was to come still comes for the rest of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q

from homeward.access.rules import Actor, Permission, Role, require
from homeward.audit.services import record
from homeward.delegation.models import Delegation, DelegationEvent, SignOff
from homeward.delegation.selectors import is_kept
from homeward.delegation.states import DelegationState
from homeward.kernel.rules import london_day
from homeward.notices.services import notify
from homeward.people.services import add_to_timeline
from homeward.procedures.selectors import skill_title
from homeward.roster.selectors import accounts_on_duty, shifts_over
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, DayPlan, Visit, VisitTask
from homeward.visits.rules import UNDONE_COST_FIXED_TIME
from homeward.visits.selectors.delegated import Places, places_of
from homeward.visits.selectors.skills import skills_on
from homeward.visits.services.changing import _done, _settle
from homeward.visits.services.sending import take_out
from homeward.visits.states import AssignmentState, VisitState

TO_COME = (VisitState.NEEDED, VisitState.PLANNED)
DELEGATED_AGAIN = "It is delegated again."
TO_SOMEBODY_ELSE = "A visit needs somebody else: its health task may not be done as planned"
# Events of a delegation after which somebody may no longer do it
STOPPED_BY = ("suspended", "ended", "removed", "declined")
# A registered professional is not sent for less than this: getting in and out takes as long. Local decision
SHORTEST_VISIT_MINUTES = 10


@dataclass(frozen=True, slots=True)
class FollowedVisit:
    """What following delegation did to one visit: who was freed, who stays and was told, who does it instead.

    `instead` is the visit at which a registered professional does it: a new one, or this one where nothing else was to
    be done at it.
    """

    visit: Visit
    freed: tuple[Worker, ...] = ()
    told: tuple[Worker, ...] = ()
    instead: Visit | None = None
    is_delegated_again: bool = False


@transaction.atomic
def follow_delegation(
    *,
    actor: Actor,
    service_id: int,
    now: datetime,
    person_ids: Collection[int] | None = None,
    left_over: Collection[int] = (),
) -> list[FollowedVisit]:
    """Bring the visits from now on into line with who may do what is delegated at them; gives those that changed.

    Whoever the planner proposed and may no longer is freed. Where nobody on shift that day may, on a day that was
    planned, the task goes to a registered professional: at a visit of its own, or, where it is all there is to do, at
    this one; it comes back when somebody may again. Whoever a person decided on, or has begun, stays for the rest and
    is told not to do it. Found in the record: doing it again changes nothing.

    `person_ids` are those for whom something was decided just now; `left_over` are visits for which planning found
    nobody who may, though somebody is on shift: their tasks go to a registered professional too.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    if not is_kept(service_id):
        return []
    visits = Visit.objects.filter(service_id=service_id, day__gte=london_day(now)).filter(
        Q(state__in=TO_COME) | Q(state=VisitState.UNDER_WAY)
    )
    visits = visits.filter(Q(tasks__is_delegated=True) | Q(slots_before__isnull=False))
    if person_ids is not None:
        visits = visits.filter(person_id__in=person_ids)
    numbers = set(visits.values_list("pk", flat=True))
    by_day: dict[date, list[Visit]] = defaultdict(list)
    for visit in (
        Visit.objects.filter(pk__in=numbers)
        .select_related("person", "address")
        .prefetch_related("assignments__worker__account", "tasks")
        .order_by("day", "id")
    ):
        by_day[visit.day].append(visit)
    followed = []
    for day, theirs in by_day.items():
        following = _Following(actor, service_id, day, theirs, now, person_ids is not None, frozenset(left_over))
        followed += [done for visit in theirs if (done := following.follow(visit)) is not None]
    if followed:
        record(
            actor=actor,
            action="follow delegation",
            subject=("service", service_id),
            now=now,
            service_id=service_id,
            count=len(followed),
        )
    return followed


class _Following:
    """The visits of one day, and who is on shift for them."""

    def __init__(
        self,
        actor: Actor,
        service_id: int,
        day: date,
        visits: list[Visit],
        now: datetime,
        was_decided_now: bool,
        left_over: frozenset[int],
    ) -> None:
        self.was_decided_now, self.left_over = was_decided_now, left_over
        self.actor, self.service_id, self.day, self.now = actor, service_id, day, now
        self.places = places_of(actor, service_id, day, visits)
        self.as_before = _as_before(actor, service_id, day, visits)
        self._on_shift: dict[int, frozenset[str]] | None = None
        self._was_planned: bool | None = None

    @property
    def on_shift(self) -> dict[int, frozenset[str]]:
        """The workers on shift that day with all their skills."""
        if self._on_shift is None:
            shifts = shifts_over(self.actor, self.service_id, self.day)
            workers = {shift.worker_id: shift.worker for shift in shifts}.values()
            self._on_shift = skills_on(self.actor, workers, self.day)
        return self._on_shift

    @property
    def was_planned(self) -> bool:
        if self._was_planned is None:
            self._was_planned = DayPlan.objects.filter(service_id=self.service_id, day=self.day).exists()
        return self._was_planned

    def follow(self, visit: Visit) -> FollowedVisit | None:
        back = self._take_back(visit)
        if back is not None:
            return back
        rows = {row.slot: row for row in visit.assignments.all()}
        freed, told, instead = [], [], None
        for slot, asked in enumerate(self.places.asked.get(visit.pk, ())):
            if not asked.activities:
                continue
            held = rows.get(slot)
            there = [row.worker_id for other, row in rows.items() if other != slot and row.is_pinned]
            may = self.places.who(visit.pk, slot, there)
            if may is None or (held is not None and held.worker_id in may):
                continue
            if held is not None and self._has_begun(held):
                told += [held.worker] if self._tell_not_to(visit, held) else []
                continue
            is_for_nobody = visit.pk in self.left_over or self._is_for_nobody(visit, slot, may)
            is_decided = held is not None and held.is_pinned
            if (is_for_nobody or is_decided) and self._was_decided_on(visit, asked.activities):
                instead = self._hand_on(visit, asked.activities, slot, held)
                if held is not None:
                    (told if instead.pk != visit.pk else freed).append(held.worker)
            elif held is not None and not is_decided:
                Assignment.objects.filter(pk=held.pk).delete()
                freed.append(held.worker)
                self._tell_freed(visit, held)
            elif held is not None:
                told += [held.worker] if self._tell_not_to(visit, held) else []
        if not freed and not told and instead is None:
            return None
        visit = Visit.objects.select_related("person").get(pk=visit.pk)
        if freed:
            _settle(visit)
        _done(self.actor, "visit follows delegation", visit, self.now)
        self._tell_planners(visit, instead, freed or told)
        return FollowedVisit(visit, tuple(freed), tuple(told), instead)

    def _has_begun(self, held: Assignment) -> bool:
        return held.state in (AssignmentState.ARRIVED, AssignmentState.LEFT) or held.starts_at <= self.now

    def _is_for_nobody(self, visit: Visit, slot: int, may: Collection[int], slots: list[dict] | None = None) -> bool:
        """Whether delegation alone keeps everybody from it: some are on shift with the skill, and none of them may."""
        skill = (slots or visit.slots)[slot]["skill"]
        able = {pk for pk, skills in self.on_shift.items() if skill in skills}
        return self.was_planned and bool(able) and able.isdisjoint(may)

    def _was_decided_on(self, visit: Visit, codes: Iterable[str]) -> bool:
        """Whether somebody once delegated these: what nobody has decided on yet is for whoever plans to see."""
        decided = Delegation.objects.filter(person_id=visit.person_id, activity_code__in=codes)
        known = set(decided.exclude(state=DelegationState.DRAFT).values_list("activity_code", flat=True))
        return known >= set(codes)

    def _hand_on(self, visit: Visit, codes: Iterable[str], slot: int, held: Assignment | None) -> Visit:
        """Give tasks to a registered professional: at this visit where they are all of it, else at one of their own."""
        open_tasks = [task for task in visit.tasks.all() if task.handed_to_id is None and not task.done_at]
        tasks = [task for task in open_tasks if task.activity_code in set(codes)]
        skill = self.places.activities[tasks[0].activity_code].skill
        who = skill_title(skill).lower()
        names = ", ".join(task.title for task in tasks)
        why = self._why(visit, slot, held)
        if len(tasks) == len(open_tasks) and len(visit.slots) == 1:
            Assignment.objects.filter(visit=visit).delete()
            Visit.objects.filter(pk=visit.pk).update(
                slots_before=visit.slots, slots=[{"skill": skill, "minutes": visit.slots[0]["minutes"]}]
            )
            visit.refresh_from_db()
            instead = visit
            if held is not None:
                self._tell_freed(visit, held)
        else:
            minutes = sum(self.places.activities[task.activity_code].minutes for task in tasks)
            instead = Visit.objects.create(
                service_id=visit.service_id,
                person=visit.person,
                address=visit.address,
                episode_id=visit.episode_id,
                day=visit.day,
                title=f"{names}, by a {who}"[:120],
                window_opens_at=visit.window_opens_at,
                window_closes_at=visit.window_closes_at,
                is_window_hard=visit.is_window_hard,
                slots=[{"skill": skill, "minutes": max(minutes, SHORTEST_VISIT_MINUTES)}],
                undone_cost=max(visit.undone_cost, UNDONE_COST_FIXED_TIME),
            )
            VisitTask.objects.bulk_create(
                VisitTask(visit=instead, activity_code=task.activity_code, title=task.title) for task in tasks
            )
            VisitTask.objects.filter(pk__in=[task.pk for task in tasks]).update(handed_to=instead)
            if held is not None:
                self._tell_not_to(visit, held)
            _done(self.actor, "need visit", instead, self.now)
        add_to_timeline(
            actor=self.actor,
            person=visit.person,
            kind="visit",
            happened_at=self.now,
            now=self.now,
            title=f"A {who} is to come: {names}"[:200],
            text=why,
            subject=("visit", instead.pk),
        )
        return instead

    def _why(self, visit: Visit, slot: int, held: Assignment | None) -> str:
        able = [held.worker] if held is not None else list(
            Worker.objects.filter(pk__in=[pk for pk, skills in self.on_shift.items()
                                          if visit.slots[slot]["skill"] in skills]).order_by("pk")
        )  # fmt: skip
        out = self.places.why_not(visit.pk, slot, able)
        return f"{out[0].may.because} {out[0].may.nearest}" if out else ""

    def _take_back(self, visit: Visit) -> FollowedVisit | None:
        """Undo a handing on that is no longer needed, unless the registered professional has it in hand by now."""
        may = self.as_before.get(visit.pk)
        if may is None or visit.state not in TO_COME:
            return None
        if visit.slots_before is not None:
            asked = [slot for slot, one in enumerate(may.asked[visit.pk]) if one.activities]
            if any(self._is_for_nobody(visit, slot, may.who(visit.pk, slot), visit.slots_before) for slot in asked):
                return None
            if any(row.is_pinned for row in visit.assignments.all()):
                return None
            if visit.state == VisitState.PLANNED and not self.was_decided_now:
                return None  # a registered professional is planned for it, and nothing new was decided
            freed = [row.worker for row in visit.assignments.all()]
            Assignment.objects.filter(visit=visit).delete()
            Visit.objects.filter(pk=visit.pk).update(slots=visit.slots_before, slots_before=None)
            visit = Visit.objects.select_related("person").get(pk=visit.pk)
            _settle(visit)
            _done(self.actor, "delegated again", visit, self.now)
            return FollowedVisit(visit, tuple(freed), is_delegated_again=True)
        for task in [task for task in visit.tasks.all() if task.handed_to_id]:
            slot = next(
                (n for n, one in enumerate(may.asked.get(visit.pk, ())) if task.activity_code in one.activities), 0
            )
            allowed = may.who(visit.pk, slot)
            held = next((row for row in visit.assignments.all() if row.slot == slot), None)
            if allowed is None or self._is_for_nobody(visit, slot, allowed):
                continue
            is_held_by_one = held is not None and held.worker_id in allowed
            if not is_held_by_one and (not self.was_decided_now or (held is not None and held.is_pinned)):
                continue  # whoever is to come for the rest may not: the professional stays
            instead = Visit.objects.prefetch_related("assignments").get(pk=task.handed_to_id)
            if instead.state not in TO_COME or any(row.is_pinned for row in instead.assignments.all()):
                continue
            VisitTask.objects.filter(handed_to=instead).update(handed_to=None)
            take_out(actor=self.actor, visit=instead, reason=DELEGATED_AGAIN, now=self.now)
            freed = ()
            if held is not None and not is_held_by_one:
                Assignment.objects.filter(pk=held.pk).delete()
                freed = (held.worker,)
                _settle(visit)
            _done(self.actor, "delegated again", visit, self.now)
            return FollowedVisit(visit, freed, is_delegated_again=True)
        return None

    def _tell_freed(self, visit: Visit, held: Assignment) -> None:
        self._notify(held, "One of your visits goes to somebody else: its health task has changed", "/today/", "freed")

    def _tell_not_to(self, visit: Visit, held: Assignment) -> bool:
        """Tell a worker who still goes that a health task is no longer theirs there; where they have no account,
        whoever plans is told to ring them. True the first time."""
        if held.worker.account is None:
            return self._tell_planners(visit, None, [held.worker], "Ring a worker: a delegated task is not theirs now")
        title = "Do not do a delegated health task at one of your visits: open it first"
        return self._notify(held, title, f"/today/visits/{visit.pk}", "not-to")

    def _notify(self, held: Assignment, title: str, path: str, what: str) -> bool:
        if held.worker.account is None:
            return False
        return bool(
            notify(
                actor=self.actor,
                service_id=self.service_id,
                accounts=[held.worker.account],
                kind="delegation",
                title=title,
                path=path,
                once_key=f"delegation-{what}-{held.visit_id}-{held.pk}-{self._stopped(held)}",
                is_urgent=True,
                now=self.now,
            )
        )

    def _stopped(self, held: Assignment) -> str:
        """What stopped a worker last: the same thing is told once, and another anew."""
        events = DelegationEvent.objects.filter(delegation__person_id=held.visit.person_id, kind__in=STOPPED_BY)
        ended = SignOff.objects.filter(worker_id=held.worker_id, withdrawn_at__isnull=False)
        return "-".join(str(rows.aggregate(newest=Max("pk"))["newest"] or 0) for rows in (events, ended))

    def _tell_planners(
        self, visit: Visit, instead: Visit | None, who: Collection[Worker], title: str = TO_SOMEBODY_ELSE
    ) -> bool:
        """Tell whoever plans. True the first time."""
        if instead is not None:
            title = "A registered professional must go: nobody else may do a delegated task now"
        stopped = [self._stopped(row) for row in visit.assignments.select_related("visit")]
        about = "-".join(sorted(set(stopped)) + [str(one.pk) for one in who])
        return bool(
            notify(
                actor=self.actor,
                service_id=self.service_id,
                accounts=accounts_on_duty(self.actor, self.service_id, (Role.ROSTER_PLANNER,), self.now),
                kind="delegation",
                title=title,
                path=f"/today/visits/{(instead or visit).pk}",
                once_key=f"delegation-visit-{visit.pk}-{(instead or visit).pk}-{about}"[:120],
                is_urgent=True,
                now=self.now,
            )
        )


def _as_before(actor: Actor, service_id: int, day: date, visits: list[Visit]) -> dict[int, Places]:
    """Who may take the places of visits with something handed on, read as if nothing had been."""
    changed = [
        visit
        for visit in visits
        if visit.slots_before is not None or any(task.handed_to_id for task in visit.tasks.all())
    ]
    places = Places(actor, service_id, day, changed, as_before=True)
    return {visit.pk: places for visit in changed if visit.pk in places.asked}


@transaction.atomic
def tell_of_days_to_plan(*, actor: Actor, service_id: int, days: Collection[date], now: datetime) -> int:
    """Tell whoever plans that days must be planned again by somebody, because others kept planning them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    accounts = accounts_on_duty(actor, service_id, (Role.ROSTER_PLANNER,), now)
    told = 0
    for day in days:
        told += len(
            notify(
                actor=actor,
                service_id=service_id,
                accounts=accounts,
                kind="delegation",
                title="Plan the day again: who may do some health tasks has changed",
                path=f"/today/?day={day.isoformat()}",
                once_key=f"delegation-day-{day.isoformat()}-{now.isoformat()}",
                now=now,
            )
        )
    record(actor=actor, action="tell of days to plan", subject=("service", service_id), now=now, count=told)
    return told
