"""CarePlan: each version of what was agreed. Goal: what the person wants to be able to do."""

from django.db.models import Max, OuterRef, QuerySet, Subquery

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import LOCAL, TERMINOLOGY, UK_CORE, concept, day, moment, reference, said, span
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.plans.models import CarePlan, Goal

ACHIEVEMENT = TERMINOLOGY + "goal-achievement"


def _newest_version(of: str):
    return Subquery(CarePlan.objects.filter(episode_id=OuterRef(of)).order_by("-version").values("version")[:1])


def _plans(actor: Actor) -> QuerySet:
    rows = CarePlan.objects.filter(episode__service_id__in=actor.service_ids)
    rows = rows.select_related("episode").prefetch_related("goals", "activities", "patterns", "contingencies")
    return rows.annotate(newest_version=_newest_version("episode_id"), reviewed_at=Max("reviews__at"))


def _plan(plan: CarePlan, told: Told) -> list[dict]:
    is_newest = plan.version == plan.newest_version
    notes = [f"Not agreed: {plan.not_agreed_reason}"] if plan.not_agreed_reason and not plan.agreed_on else []
    notes += [f"If {one.if_text}: {one.then_text}" for one in plan.contingencies.all()]
    return [
        {
            "resourceType": "CarePlan",
            "id": str(plan.pk),
            "meta": {"lastUpdated": moment(max(filter(None, [plan.written_at, plan.reviewed_at])))},
            "identifier": [{"system": LOCAL + "plan", "value": f"{plan.episode_id}-{plan.version}"}],
            "status": _plan_status(plan, is_newest),
            "intent": "plan",
            "title": f"Care and support plan, version {plan.version}",
            "description": plan.summary,
            "subject": patient(told.person),
            "period": span(plan.agreed_on or plan.written_at, plan.episode.ended_at),
            "created": moment(plan.written_at),
            "contributor": [{"display": ", ".join(filter(None, [plan.written_by, plan.written_role, plan.employer]))}],
            "careTeam": [reference("CareTeam", plan.episode_id)],
            "goal": [reference("Goal", goal.pk) for goal in plan.goals.all()],
            "activity": [*map(_activity, plan.activities.all()), *map(_visits, plan.patterns.all())],
            "note": [{"text": text} for text in notes],
        }
    ]


def _plan_status(plan: CarePlan, is_newest: bool) -> str:
    if not is_newest:
        return "revoked"  # a newer version stands in its place
    return "active" if plan.episode.ended_at is None else "completed"


def _activity(activity) -> dict:
    code = (
        concept(LOCAL + "activity", activity.activity_code, activity.title)
        if activity.activity_code
        else said(activity.title)
    )
    return {
        "detail": {
            "code": code,
            "status": "unknown",
            "description": " ".join(filter(None, [activity.how, activity.if_not_possible])),
            "scheduledPeriod": span(activity.starts_on, activity.ends_on),
        }
    }


def _visits(pattern) -> dict:
    """The visits that follow from the plan: which days, between which times, how long."""
    return {
        "detail": {
            "kind": "Appointment",
            "code": said(pattern.title),
            "status": "unknown",
            "scheduledTiming": {
                "repeat": {
                    "boundsPeriod": span(pattern.starts_on, pattern.ends_on),
                    "duration": pattern.minutes,
                    "durationUnit": "min",
                    "frequency": 1,
                    "period": 1,
                    "periodUnit": "d",
                    "dayOfWeek": [WEEKDAYS[number] for number in pattern.weekdays if number in WEEKDAYS],
                    "timeOfDay": [f"{pattern.opens_at}:00"],
                }
            },
            "description": f"To start between {pattern.opens_at} and {pattern.closes_at}",
        }
    }


WEEKDAYS = {"1": "mon", "2": "tue", "3": "wed", "4": "thu", "5": "fri", "6": "sat", "7": "sun"}


def _goals(actor: Actor) -> QuerySet:
    rows = Goal.objects.filter(plan__episode__service_id__in=actor.service_ids).select_related("plan__episode")
    return rows.annotate(newest_version=_newest_version("plan__episode_id"), reviewed_at=Max("reviews__at"))


def _goal(goal: Goal, told: Told) -> list[dict]:
    achievement = {
        True: concept(ACHIEVEMENT, "achieved", "Achieved"),
        False: concept(ACHIEVEMENT, "not-achieved", "Not Achieved"),
        None: concept(ACHIEVEMENT, "in-progress", "In Progress"),
    }
    plan = goal.plan
    is_over = plan.version != goal.newest_version or plan.episode.ended_at is not None
    return [
        {
            "resourceType": "Goal",
            "id": str(goal.pk),
            "meta": {"lastUpdated": moment(max(filter(None, [plan.written_at, goal.reviewed_at])))},
            "lifecycleStatus": "completed" if is_over or goal.is_met is not None else "active",
            "achievementStatus": achievement[goal.is_met],
            "description": said(goal.text),
            "subject": patient(told.person),
            "startDate": day(plan.written_at.date()),
            "target": [{"dueDate": day(goal.target_on)}] if goal.target_on else [],
            "note": [{"text": goal.why}] if goal.why else [],
        }
    ]


PLAN = Kind(
    name="CarePlan",
    about="Each version of what was agreed, with the visits that follow from it",
    profile=UK_CORE + "CarePlan",
    sources=(Source(rows=_plans, made=_plan, person="person_id"),),
    parameters=(
        link("patient", "subject", "Patient", "whose plan it is"),
        link("subject", "subject", "Patient", "whose plan it is"),
        token("status", "status", "active, revoked by a newer version, or completed"),
        date_of("date", "period", "when it holds"),
        link("goal", "goal", "Goal", "a goal of it"),
        link("care-team", "careTeam", "CareTeam", "who carries it out"),
    ),
)
GOAL = Kind(
    name="Goal",
    about="What the person wants to be able to do, in their words",
    sources=(Source(rows=_goals, made=_goal, person="plan__person_id"),),
    parameters=(
        link("patient", "subject", "Patient", "whose goal it is"),
        link("subject", "subject", "Patient", "whose goal it is"),
        token("lifecycle-status", "lifecycleStatus", "active or completed"),
        token("achievement-status", "achievementStatus", "achieved, not-achieved or in-progress"),
        date_of("start-date", "startDate", "since when"),
        date_of("target-date", "target.dueDate", "by when"),
    ),
)
