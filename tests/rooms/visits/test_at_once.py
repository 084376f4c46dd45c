"""What several people do to one visit or day at the same moment, on two connections."""

from datetime import timedelta

import pytest
from django.db import connection

from homeward.episodes.services import accept_referral
from homeward.kernel.rules import london_day
from homeward.visits.models import Assignment, DayPlan, Visit
from homeward.visits.services import (
    PlanChangedMeanwhileError,
    arrive,
    assign_worker,
    cancel_visit,
    leave,
    need_response,
    record_plan,
)
from homeward.visits.states import VisitCannotMoveError

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time; PostgreSQL is asked"),
]


@pytest.fixture
def response(coordinator, crisis, now) -> Visit:
    episode = accept_referral(actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now)
    return need_response(actor=coordinator, episode=episode, now=now)


@pytest.fixture
def sent(coordinator, response, workers, now) -> list[Assignment]:
    return [
        assign_worker(actor=coordinator, visit=response, slot=slot, worker=worker, starts_at=now, now=now)
        for slot, worker in ((0, workers[0]), (1, workers[2]))
    ]


class TestLeave:
    def test_ends_the_visit_when_the_last_two_leave_at_once(self, at_once, coordinator, response, sent, now):
        for row in sent:
            arrive(actor=coordinator, assignment=row, at=now, now=now)
        later = now + timedelta(minutes=40)
        at_once(
            *[
                lambda row=row: leave(actor=coordinator, assignment=row, at=later, now=later, note=f"Note {row.slot}")
                for row in sent
            ]
        )
        visit = Visit.objects.get(pk=response.pk)
        assert visit.state == "done"
        assert visit.outcome_note == "Note 0\nNote 1"


class TestArrive:
    def test_is_kept_when_the_visit_is_cancelled_at_once(self, at_once, planner, coordinator, response, sent, now):
        _, refused = at_once(
            lambda: arrive(actor=coordinator, assignment=sent[0], at=now, now=now),
            lambda: cancel_visit(actor=planner, visit=response, reason="Went to hospital", now=now),
        )
        assert isinstance(refused, VisitCannotMoveError)
        assert Assignment.objects.get(pk=sent[0].pk).state == "arrived"


class TestRecordPlan:
    @pytest.fixture
    def plan(self, planner, service, response, workers, now):
        def make(based_on: int | None, worker=0):
            row = Assignment(visit=response, slot=0, worker=workers[worker], starts_at=now, ends_at=now)
            return record_plan(
                actor=planner, service_id=service.pk, day=london_day(now), why="Tests", based_on=based_on, now=now,
                assignments=[row], unplanned={}, visit_ids=[response.pk], figures={}, seed=1, iterations=1,
                cpu_seconds=0.0,
            )  # fmt: skip

        return make

    @pytest.mark.parametrize("is_first", [True, False])
    def test_lets_one_of_two_plannings_stand(self, at_once, plan, is_first):
        based_on = None if is_first else plan(None).pk
        _, refused = at_once(lambda: plan(based_on), lambda: plan(based_on, worker=1))
        assert isinstance(refused, PlanChangedMeanwhileError)
        assert DayPlan.objects.count() == (1 if is_first else 2)

    def test_keeps_an_arrival_of_the_same_moment(self, at_once, coordinator, response, plan, now):
        first = plan(None)
        row = Assignment.objects.get()
        at_once(lambda: arrive(actor=coordinator, assignment=row, at=now, now=now), lambda: plan(first.pk, worker=1))
        assert Assignment.objects.get().state == "arrived"
