"""Sending people to a response, and closing it."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.people.models import Address
from homeward.visits import planning
from homeward.visits.models import Assignment, Visit
from homeward.visits.services import arrive, close_response, leave


@pytest.fixture
def response(coordinator, crisis, workers, now):
    return planning.accept_and_respond(
        actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
    )


class TestSend:
    def test_sends_two_together_and_replans_the_day(self, coordinator, response, workers, now):
        at = now + timedelta(minutes=25)
        sent = planning.send(
            actor=coordinator, visit=response.visit, workers={0: workers[1], 1: workers[3]}, starts_at=at, now=now
        )
        rows = Assignment.objects.filter(visit=response.visit).order_by("slot")
        assert [(row.worker, row.state, row.starts_at) for row in rows] == [
            (workers[1], "sent", at),
            (workers[3], "sent", at),
        ]
        assert sent.plan.why == "Worker Birch and Worker Damson sent: First response"

    def test_sends_nobody_when_one_of_two_cannot_go(self, coordinator, response, workers, now):
        with pytest.raises(RefusedError, match="skill"):
            planning.send(
                actor=coordinator, visit=response.visit, workers={0: workers[1], 1: workers[0]}, starts_at=now, now=now
            )
        assert not Assignment.objects.filter(visit=response.visit, state="sent").exists()

    def test_may_be_done_by_whoever_responds(self, actor_with, response, workers, now):
        nurse = actor_with(Role.REGISTERED_PROFESSIONAL)
        planning.send(actor=nurse, visit=response.visit, workers={0: workers[0]}, starts_at=now, now=now)
        assert Assignment.objects.get(visit=response.visit, slot=0).decided_by == "Test Person"


class TestAcceptWithoutAPlace:
    def test_stands_and_says_what_is_missing(self, coordinator, crisis, workers, now):
        Address.objects.update(latitude=None, longitude=None)
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        assert "postcode" in response.visit.unplanned_reason


class TestWhoCanComeToWhatIsOver:
    def test_offers_nobody(self, coordinator, response, now):
        close_response(actor=coordinator, episode=response.episode, outcome_code="not_needed", now=now)
        visit = Visit.objects.get(pk=response.visit.pk)
        assert planning.who_can_come(coordinator, visit, now).for_slot == {0: [], 1: []}


class TestCloseResponse:
    def test_frees_whoever_was_still_to_come(self, coordinator, response, now):
        close_response(actor=coordinator, episode=response.episode, outcome_code="not_needed", now=now)
        assert Visit.objects.get(pk=response.visit.pk).state == "cancelled"
        assert not Assignment.objects.filter(visit=response.visit).exists()

    def test_waits_until_everybody_has_left(self, coordinator, response, now):
        for row in Assignment.objects.filter(visit=response.visit):
            arrive(actor=coordinator, assignment=row, at=now, now=now)
        with pytest.raises(RefusedError, match="still there"):
            close_response(actor=coordinator, episode=response.episode, outcome_code="nothing_further", now=now)

    def test_needs_nobody_else_once_the_one_who_came_has_left(self, coordinator, response, now):
        row = Assignment.objects.filter(visit=response.visit).first()
        arrive(actor=coordinator, assignment=row, at=now, now=now)
        leave(actor=coordinator, assignment=row, at=now, now=now)
        close_response(actor=coordinator, episode=response.episode, outcome_code="nothing_further", now=now)
        assert Visit.objects.get(pk=response.visit.pk).state == "done"
        assert Assignment.objects.get(visit=response.visit).pk == row.pk

    def test_refuses_who_may_not_respond(self, actor_with, response, now):
        with pytest.raises(NotAllowedError):
            close_response(
                actor=actor_with(Role.FIELD_WORKER), episode=response.episode, outcome_code="not_needed", now=now
            )
