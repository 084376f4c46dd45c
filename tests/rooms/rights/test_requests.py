"""Requests are due in a month, extended once, and closed with what the person was told."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.services.sharing import share_plan
from homeward.rights.selectors import open_requests, requests_of
from homeward.rights.services import (
    NewRequest,
    answer_request,
    extend_request,
    keep_review,
    lift_restriction,
    restrict_person,
    take_request,
)

pytestmark = pytest.mark.django_db
ASKED = NewRequest("access", date(2026, 11, 20), "Passport seen", "Everything you hold")


@pytest.fixture
def request_taken(officer, ivy, now):
    return take_request(actor=officer, person=ivy, new=ASKED, now=now)


class TestTakeRequest:
    def test_is_due_in_a_calendar_month(self, request_taken, officer, ivy):
        assert request_taken.due_on == date(2026, 12, 20)
        assert [one.pk for one in open_requests(officer)] == [request_taken.pk]
        event = Event.objects.get(action="take rights request")
        assert (event.person_id, event.purpose) == (ivy.pk, "data_rights")

    @pytest.mark.parametrize(
        "new",
        [
            NewRequest("access", date(2026, 11, 25), "Passport seen"),
            NewRequest("access", date(2026, 11, 20), " "),
            NewRequest("nothing", date(2026, 11, 20), "Passport seen"),
            NewRequest("access", date(2026, 11, 20), "Passport seen", asked_by="Ann Lee"),
        ],
        ids=["in the future", "nobody checked", "no such right", "no authority"],
    )
    def test_refuses_what_cannot_be(self, officer, ivy, now, new):
        with pytest.raises(RefusedError):
            take_request(actor=officer, person=ivy, new=new, now=now)

    def test_is_for_who_answers_rights(self, coordinator, ivy, now):
        with pytest.raises(NotAllowedError):
            take_request(actor=coordinator, person=ivy, new=ASKED, now=now)


class TestExtendRequest:
    def test_adds_two_months_once(self, request_taken, officer, now):
        extended = extend_request(actor=officer, request=request_taken, reason="Many files", now=now)
        assert extended.due_on == date(2027, 2, 20)
        with pytest.raises(RefusedError, match="once already"):
            extend_request(actor=officer, request=request_taken, reason="More", now=now)

    def test_is_too_late_after_a_month(self, request_taken, officer, now):
        with pytest.raises(RefusedError, match="past the month"):
            extend_request(actor=officer, request=request_taken, reason="Many files", now=now + timedelta(days=40))


class TestAnswerRequest:
    def test_closes_it_with_what_the_person_was_told(self, request_taken, officer, now):
        answer_request(actor=officer, request=request_taken, state="answered", outcome="Sent by post", now=now)
        assert open_requests(officer) == []
        (closed,) = requests_of(officer)
        assert [event.kind for event in closed.events.order_by("pk")] == ["take", "answer"]
        with pytest.raises(RefusedError, match="closed"):
            answer_request(actor=officer, request=request_taken, state="refused", outcome="No", now=now)

    def test_wants_an_outcome(self, request_taken, officer, now):
        with pytest.raises(RefusedError):
            answer_request(actor=officer, request=request_taken, state="answered", outcome="", now=now)


class TestKeepReview:
    def test_wants_a_reason_for_what_stays_out(self, request_taken, officer, now):
        told = {"actor": officer, "request": request_taken, "looked_at": ["people.Contact:1"], "now": now}
        with pytest.raises(RefusedError):
            keep_review(left_out=["people.Contact:1"], reason="", **told)
        with pytest.raises(RefusedError):
            keep_review(left_out=["people.Contact:2"], reason="Asked us", **told)
        assert keep_review(left_out=["people.Contact:1"], reason="Asked us", **told).left_out == ["people.Contact:1"]


class TestRestrictPerson:
    def test_marks_the_record_and_keeps_why(self, officer, ivy, now):
        restricted = restrict_person(actor=officer, person=ivy, reason="Says the diagnosis is wrong", now=now)
        assert (restricted.restricted_since, restricted.restricted_reason) == (now, "Says the diagnosis is wrong")
        with pytest.raises(RefusedError):
            restrict_person(actor=officer, person=ivy, reason="Again", now=now)
        lifted = lift_restriction(actor=officer, person=ivy, reason="Corrected, and told her", now=now)
        assert lifted.restricted_since is None
        assert [one.reason for one in ivy.changes.filter(field="restricted_since").order_by("pk")] == [
            "Says the diagnosis is wrong",
            "Corrected, and told her",
        ]

    def test_lets_nothing_be_shared(self, officer, somebody, ivy, now):
        restricted = restrict_person(actor=officer, person=ivy, reason="Disputed", now=now)
        with pytest.raises(RefusedError, match="restricted"):
            share_plan(
                actor=somebody(Role.CASE_MANAGER), person=restricted, contact=None, channel="sms",
                address="07700 900123", days=7, now=now,
            )  # fmt: skip

    def test_is_not_for_everybody(self, somebody, ivy, now):
        with pytest.raises(NotAllowedError):
            restrict_person(actor=somebody(Role.CASE_MANAGER), person=ivy, reason="No", now=now)
