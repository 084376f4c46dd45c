"""Making one visit of two: found every night, proposed, decided by a person with the person's consent, and undone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.selectors import EventSearch, search_events
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day, night_of
from homeward.kernel.services import tell
from homeward.people.services import add_to_timeline
from homeward.plans.models import CarePlan
from homeward.plans.rules import is_same_visit
from homeward.procedures.selectors import published_activities
from homeward.teams.models import Service
from homeward.visits.models import JoinedVisits, Visit, VisitTask
from homeward.visits.rules import Joined, clock
from homeward.visits.selectors.joining import found_joinable
from homeward.visits.services.changing import _done, _settle
from homeward.visits.services.needing import _write_visits, as_one, visit_of_pattern
from homeward.visits.services.sending import take_out
from homeward.visits.states import JOIN_MOVES, AssignmentState, JoinState, VisitState

PLAN_CHANGED = "A plan changed what it asks for."
LOOK = "look for joinable visits"
TO_COME = (VisitState.NEEDED, VisitState.PLANNED)


class JoinDecidedError(RefusedError):
    """Somebody decided before."""


@transaction.atomic
def find_joinable(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Look through everybody's standing visits for two that could be one, and propose them. Gives how many are new.

    What was decided before is not proposed again; a proposal whose plans changed, and nobody decided, is taken back.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EPISODES, service_id)
    found = found_joinable(service_id, london_day(now))
    rows = JoinedVisits.objects.filter(service_id=service_id).select_related(
        "kept__plan__episode", "joined__plan__episode"
    )
    known = {(row.kept_id, row.joined_id): row for row in rows}
    for row in known.values():
        if row.state == JoinState.PROPOSED and not _still_asks(row, london_day(now)):
            _end(row, PLAN_CHANGED, None)
    taken = {
        pattern_id
        for row in known.values()
        if row.state in (JoinState.AGREED, JoinState.PROPOSED)
        for pattern_id in (row.kept_id, row.joined_id)
    }
    decided = {frozenset(pair) for pair, row in known.items() if row.state != JoinState.PROPOSED}
    new = [
        _proposal(service_id, person_id, one, now)
        for person_id, one in found
        if not {one.kept.pattern_id, one.joined.pattern_id} & taken
        and frozenset((one.kept.pattern_id, one.joined.pattern_id)) not in decided
    ]
    JoinedVisits.objects.bulk_create(new, batch_size=500)
    record(
        actor=actor, action=LOOK, subject=("joined visits", None), now=now,
        service_id=service_id, count=len(new),
    )  # fmt: skip
    if new:
        tell(topic="joined visits", service_id=service_id, subject=("joined visits", None), now=now)
    return len(new)


@transaction.atomic
def look_nightly(*, actor: Actor, service_id: int, now: datetime) -> int | None:
    """Do `find_joinable` once a night; None by day, and when it was done this night already.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    night = night_of(now)
    if night is None:
        return None
    begins, _ = night
    Service.objects.select_for_update(no_key=True).get(pk=service_id)
    looks = search_events(actor, EventSearch(action=LOOK, first_day=london_day(begins)))
    if any(one.service_id == service_id and one.at >= begins for one in looks):
        return None
    return find_joinable(actor=actor, service_id=service_id, now=now)


def _proposal(service_id: int, person_id: int, one: Joined, now: datetime) -> JoinedVisits:
    activities = published_activities()
    competences = sorted({
        activities[code].delegable.competence for code in one.delegated if activities[code].delegable.competence
    })  # fmt: skip
    slot = {"skill": one.skill, "competences": competences, "minutes": one.minutes}
    return JoinedVisits(
        service_id=service_id,
        person_id=person_id,
        kept_id=one.kept.pattern_id,
        joined_id=one.joined.pattern_id,
        kind=one.kind,
        weekdays="".join(sorted(one.weekdays)),
        opens_at=clock(one.opens),
        closes_at=clock(one.closes),
        is_window_hard=one.is_window_hard,
        minutes=one.minutes,
        slots=[slot] * max(len(one.kept.skills), len(one.joined.skills)),
        tasks=[
            {"code": task.code, "title": task.title, "is_delegated": task.is_delegated or task.code in one.delegated}
            for task in one.tasks
        ],
        reasons=list(one.reasons),
        employers=[one.kept.employer, one.joined.employer],
        care_minutes_saved=one.kept.minutes + one.joined.minutes - one.minutes,
        travel_minutes_saved=one.travel_minutes,
        found_at=now,
    )


@transaction.atomic
def agree_join(
    *, actor: Actor, join: JoinedVisits, person_agreed_on: date, person_said: str, starts_on: date, now: datetime
) -> JoinedVisits:
    """Make one visit of two from a day on, as the person agreed. Visits already made for those days change with it.

    A visit that somebody decided on, or that has begun, stays as it is.

    Raises: NotAllowedError; JoinDecidedError; RefusedError without the person's words, or for a day that is over.
    """
    join = _locked(actor, join, JoinState.AGREED)
    today = london_day(now)
    if not person_said.strip():
        raise RefusedError("Say what the person said when you asked them.")
    if person_agreed_on > today:
        raise RefusedError("The person agreed on a day that has not come yet. Check the date.")
    if starts_on <= today:
        raise RefusedError("Today's visits are under way. Choose tomorrow or a later day.")
    if not _still_asks(join, today):
        raise RefusedError("One of the two plans changed meanwhile. Look for visits to join again.")
    join.state, join.person_agreed_on, join.person_said = JoinState.AGREED, person_agreed_on, person_said.strip()
    join.starts_on, join.ends_on, join.declined_reason = starts_on, None, ""
    _decide(actor, join, now)
    _apply(actor, join, starts_on, now)
    _told(actor, join, f"Two visits become one: {join.kept.title}, {join.joined.title}", "agree joined visits", now)
    return join


@transaction.atomic
def decline_join(*, actor: Actor, join: JoinedVisits, reason: str, now: datetime) -> JoinedVisits:
    """Keep two visits two, saying why; it is not proposed again.

    Raises: NotAllowedError; JoinDecidedError; RefusedError without a reason.
    """
    join = _locked(actor, join, JoinState.DECLINED)
    if not reason.strip():
        raise RefusedError("Say why they stay two visits.")
    join.state, join.declined_reason = JoinState.DECLINED, reason.strip()[:250]
    _decide(actor, join, now)
    _done_with(actor, join, "decline joined visits", now)
    return join


@transaction.atomic
def part_again(*, actor: Actor, join: JoinedVisits, from_day: date, reason: str, now: datetime) -> JoinedVisits:
    """Make two visits of one again from a day on; visits already made for those days change with it.

    Raises: NotAllowedError; JoinDecidedError; RefusedError without a reason, or for a day that is over.
    """
    join = _locked(actor, join, JoinState.ENDED)
    if not reason.strip():
        raise RefusedError("Say why they are two visits again.")
    if from_day <= london_day(now):
        raise RefusedError("Today's visits are under way. Choose tomorrow or a later day.")
    _end(join, reason.strip()[:250], from_day - timedelta(days=1))
    _take_apart(actor, join, from_day, now)
    _told(actor, join, f"One visit becomes two again: {join.kept.title}, {join.joined.title}", "part visits", now)
    return join


@transaction.atomic
def carry_joins(*, actor: Actor, plan: CarePlan, now: datetime) -> None:
    """Have the joins of an episode follow its newest plan: to the same visits where it has them, and else they end."""
    theirs = JoinedVisits.objects.select_for_update().filter(
        state__in=(JoinState.AGREED, JoinState.PROPOSED, JoinState.DECLINED)
    )
    new = list(plan.patterns.all())
    for name in ("kept", "joined"):
        rows = theirs.filter(**{f"{name}__plan__episode_id": plan.episode_id}).exclude(**{f"{name}__plan": plan})
        for row in rows.select_related(name):
            same = next((one for one in new if is_same_visit(getattr(row, name), one)), None)
            if same is not None:
                setattr(row, name, same)
                row.save(update_fields=[name])
            elif row.state != JoinState.DECLINED:
                _end(row, PLAN_CHANGED, london_day(now))
                _done_with(actor, row, "end joined visits", now)


def _still_asks(join: JoinedVisits, today: date) -> bool:
    """Whether both plans still ask for the two visits."""
    return all(
        (pattern.ends_on is None or pattern.ends_on > today) and pattern.plan.episode.ended_at is None
        for pattern in (join.kept, join.joined)
    )


def _locked(actor: Actor, join: JoinedVisits, to: JoinState) -> JoinedVisits:
    require(actor, Permission.WRITE_PLANS, join.service_id)
    row = JoinedVisits.objects.select_for_update().get(pk=join.pk)
    if to not in JOIN_MOVES[row.state]:
        raise JoinDecidedError(f"Somebody decided before: {JoinState(row.state).label.lower()}.")
    return row


def _decide(actor: Actor, join: JoinedVisits, now: datetime) -> None:
    join.decided_at, join.decided_by, join.decided_role = now, actor.name, actor.title
    join.save()


def _end(join: JoinedVisits, reason: str, last: date | None) -> None:
    join.state, join.ended_reason = JoinState.ENDED, reason
    join.ends_on = max(last, join.starts_on - timedelta(days=1)) if last and join.starts_on else last
    join.save(update_fields=["state", "ended_reason", "ends_on"])


def _apply(actor: Actor, join: JoinedVisits, first: date, now: datetime) -> None:
    fallen_away = {visit.day: visit for visit in _made(join.joined_id, first, join.weekdays)}
    for visit in _made(join.kept_id, first, join.weekdays):
        other = fallen_away.get(visit.day)
        if other is None or not (_may_change(visit) and _may_change(other)):
            continue
        take_out(actor=actor, visit=other, reason=f"Done with {visit.title.lower()}, as the person agreed.", now=now)
        as_one(visit, join)
        _rewrite(actor, visit, join.tasks, now)


def _take_apart(actor: Actor, join: JoinedVisits, first: date, now: datetime) -> None:
    made = []
    for visit in _made(join.kept_id, first, join.weekdays):
        if not _may_change(visit):
            continue
        fresh = visit_of_pattern(join.kept, visit.service_id, visit.day)
        other = visit_of_pattern(join.joined, visit.service_id, visit.day)
        if fresh is None or other is None:
            continue
        visit.window_opens_at, visit.window_closes_at = fresh.window_opens_at, fresh.window_closes_at
        visit.is_window_hard, visit.slots = fresh.is_window_hard, fresh.slots
        _rewrite(actor, visit, join.kept.tasks, now)
        # the one that fell away stays as it was recorded, and gives its place to the new one
        Visit.objects.filter(pattern=join.joined, day=visit.day, state=VisitState.CANCELLED).update(pattern=None)
        if not Visit.objects.filter(pattern=join.joined, day=visit.day).exists():
            made.append(other)
    _write_visits(made)
    for visit in made:
        _done(actor, "need visit", visit, now)


def _made(pattern_id: int, first: date, weekdays: str) -> Iterable[Visit]:
    rows = Visit.objects.select_for_update(of=("self",)).filter(
        pattern_id=pattern_id, day__gte=first, state__in=TO_COME
    )
    return [visit for visit in rows.order_by("day") if str(visit.day.isoweekday()) in weekdays]


def _may_change(visit: Visit) -> bool:
    """Whether nobody decided who goes, and no registered professional comes for a part of it."""
    is_handed_on = visit.slots_before is not None or visit.tasks.filter(handed_to__isnull=False).exists()
    return not is_handed_on and not any(one.is_pinned for one in visit.assignments.all())


def _rewrite(actor: Actor, visit: Visit, tasks: list[dict], now: datetime) -> None:
    """Keep a visit's new times, workers and tasks, and free whom the planner had proposed for the old ones."""
    visit.save(update_fields=["window_opens_at", "window_closes_at", "is_window_hard", "slots"])
    visit.tasks.all().delete()
    VisitTask.objects.bulk_create(
        VisitTask(
            visit=visit, activity_code=task["code"], title=task["title"], is_delegated=task.get("is_delegated", False)
        )
        for task in tasks
    )
    visit.assignments.filter(state=AssignmentState.PROPOSED, decided_by="").delete()
    _settle(visit)
    _done(actor, "change visit", visit, now)


def _told(actor: Actor, join: JoinedVisits, title: str, action: str, now: datetime) -> None:
    add_to_timeline(
        actor=actor, person=join.person, kind="plan", happened_at=now, now=now, title=title[:200],
        text=join.person_said if join.state == JoinState.AGREED else join.ended_reason,
        subject=("joined visits", join.pk),
    )  # fmt: skip
    _done_with(actor, join, action, now)


def _done_with(actor: Actor, join: JoinedVisits, action: str, now: datetime) -> None:
    record(
        actor=actor, action=action, subject=("joined visits", join.pk), person_id=join.person_id, now=now,
        service_id=join.service_id,
    )  # fmt: skip
    tell(topic="joined visits", service_id=join.service_id, subject=("joined visits", join.pk), now=now)
