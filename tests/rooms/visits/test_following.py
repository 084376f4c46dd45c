"""Visits already made follow a plan that is published."""

from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.episodes.services import accept_referral
from homeward.plans.rules import NewPattern
from homeward.plans.services import Agreement, save_draft, start_draft, write_plan
from homeward.plans.states import AgreedHow
from homeward.visits.models import Assignment, Visit
from homeward.visits.services import make_visits, publish_plan
from homeward.visits.states import AssignmentState, VisitState


@pytest.fixture
def nurse(actor_with):
    return actor_with(Role.REGISTERED_PROFESSIONAL)


@pytest.fixture
def tomorrow(now):
    return now.date() + timedelta(days=1)


@pytest.fixture
def planned(nurse, planner, coordinator, crisis, service, now, tomorrow):
    """Morning and bedtime visits, made for tomorrow; the draft of the next version."""
    episode = accept_referral(
        actor=coordinator, referral=crisis, pathway_code="home-care-with-delegated-tasks", now=now
    )
    slots = [{"skill": "crisis_responder_care", "competences": [], "minutes": 30}]
    patterns = [
        NewPattern(
            title, opens, closes, 30, slots, now.date(), tasks=[{"code": code, "title": code, "is_delegated": False}]
        )
        for title, opens, closes, code in (("Morning", "07:00", "10:00", "wash"), ("Bed", "19:30", "22:00", "undress"))
    ]
    write_plan(actor=nurse, episode=episode, summary="", goals=[], patterns=patterns, agreed_on=now.date(), now=now)
    make_visits(actor=planner, service_id=service.pk, day=tomorrow, now=now)
    return start_draft(actor=nurse, episode=episode, now=now)


def change(nurse, draft, now, **told):
    told = {name.replace("__", "-"): value for name, value in told.items()}
    return save_draft(actor=nurse, draft=draft, told=told, revision=draft.revision, now=now).draft


def publish(nurse, draft, day, now):
    return publish_plan(
        actor=nurse, draft=draft, revision=draft.revision, visits_from=day, now=now,
        agreement=Agreement(AgreedHow.PERSON, now.date()),
    )  # fmt: skip


def standing(day) -> list:
    rows = Visit.objects.filter(day=day, pattern__isnull=False).exclude(state=VisitState.CANCELLED)
    return sorted(rows.values_list("title", "pattern__plan__version"))


class TestPublishPlan:
    def test_leaves_visits_that_are_as_the_new_plan_asks(self, nurse, planned, tomorrow, now):
        followed = publish(nurse, planned, tomorrow, now)
        assert (followed.unchanged, followed.cancelled, followed.made) == (2, 0, 0)
        assert standing(tomorrow) == [("Bed", 2), ("Morning", 2)]

    def test_replaces_those_that_changed(self, nurse, planned, tomorrow, now):
        draft = change(nurse, planned, now, visits__v1__minutes="45")
        followed = publish(nurse, draft, tomorrow, now)
        assert (followed.unchanged, followed.cancelled, followed.made) == (1, 1, 1)
        assert standing(tomorrow) == [("Bed", 2), ("Morning", 2)]
        assert Visit.objects.get(day=tomorrow, title="Morning", state=VisitState.NEEDED).slots[0]["minutes"] == 45

    def test_leaves_the_days_before(self, nurse, planner, service, planned, tomorrow, now):
        make_visits(actor=planner, service_id=service.pk, day=now.date(), now=now)
        publish(nurse, change(nurse, planned, now, visits__v2__gone=True), tomorrow, now)
        assert standing(now.date()) == [("Bed", 1), ("Morning", 1)]
        assert standing(tomorrow) == [("Morning", 2)]

    def test_tells_of_one_that_somebody_decided_on(self, nurse, planned, workers, tomorrow, now):
        visit = Visit.objects.get(day=tomorrow, title="Morning")
        Assignment.objects.create(
            visit=visit, slot=0, worker=workers[2], starts_at=visit.window_opens_at, ends_at=visit.window_closes_at,
            state=AssignmentState.SENT, decided_by="Priya",
        )  # fmt: skip
        followed = publish(nurse, change(nurse, planned, now, visits__v1__minutes="45"), tomorrow, now)
        assert [one.pk for one in followed.kept] == [visit.pk]
        assert standing(tomorrow) == [("Bed", 2), ("Morning", 2)]

    def test_makes_nothing_twice_afterwards(self, nurse, planner, service, planned, tomorrow, now):
        publish(nurse, change(nurse, planned, now, visits__v1__minutes="45"), tomorrow, now)
        assert make_visits(actor=planner, service_id=service.pk, day=tomorrow, now=now) == 0
        assert make_visits(actor=planner, service_id=service.pk, day=tomorrow + timedelta(days=1), now=now) == 2
