"""Calls: found again, finished, and turned into referrals."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError, london_day
from homeward.referrals.models import Call, Referral
from homeward.referrals.selectors import (
    CallFilter,
    CallNotFoundError,
    call_backs_owed,
    call_for,
    callers_like,
    calls_of,
    calls_to_finish,
    count_calls,
)
from homeward.referrals.services import NewReferral, log_call, take_referral, try_call_back
from homeward.referrals.states import CallOutcome


@pytest.fixture
def ring(coordinator, service, now):
    """Logs a call: `ring(outcome="advice", minutes_ago=5)`."""

    def make(minutes_ago: int = 0, **told) -> Call:
        told = {"source": "gp", "outcome": "advice", "caller_name": "Dr Lane", "caller_phone": "07700 900555"} | told
        if told["outcome"] == "advice":
            told.setdefault("advice", "Ring the pharmacy")
        return log_call(actor=coordinator, service_id=service.pk, now=now - timedelta(minutes=minutes_ago), **told)

    return make


class TestCallsOf:
    def test_lists_the_newest_first_and_is_audited(self, coordinator, service, ring, ivy, now):
        older, newer = ring(minutes_ago=30, person=ivy), ring()
        assert calls_of(coordinator, service.pk, CallFilter(), now) == [newer, older]
        assert Event.objects.filter(action="see in calls", subject_kind="call").exists()

    @pytest.mark.parametrize(
        ("only", "kept"),
        [
            (CallFilter(outcome=CallOutcome.ADVICE), "advice"),
            (CallFilter(is_owed=True), "call_back"),
            (CallFilter(taken_by="Somebody Else"), None),
        ],
    )
    def test_keeps_what_is_asked_for(self, coordinator, service, ring, now, only, kept):
        ring()
        ring(outcome="call_back", call_back_by=now + timedelta(hours=1))
        assert [call.outcome for call in calls_of(coordinator, service.pk, only, now)] == ([kept] if kept else [])

    def test_goes_by_the_day_in_london(self, coordinator, service, ring, now):
        today = ring()
        ring(minutes_ago=24 * 60)
        assert calls_of(coordinator, service.pk, CallFilter(day=london_day(now)), now) == [today]
        assert count_calls(coordinator, service.pk, now - timedelta(days=2), now + timedelta(minutes=1)) == 2

    def test_refuses_who_may_not_see_the_front_door(self, actor_with, service, now):
        with pytest.raises(NotAllowedError):
            calls_of(actor_with(Role.FIELD_WORKER), service.pk, CallFilter(), now)


class TestCallFor:
    def test_opens_it_with_its_tries(self, coordinator, ring, now):
        call = ring(outcome="call_back", call_back_by=now + timedelta(hours=1))
        try_call_back(actor=coordinator, call=call, was_reached=False, note="Rang out", now=now)
        assert [one.note for one in call_for(coordinator, call.pk, now).call_backs.all()] == ["Rang out"]
        assert Event.objects.filter(action="open call", subject_id=call.pk).exists()

    def test_knows_no_call_of_another_service(self, somebody, ring, now):
        from homeward.access.rules import Actor

        with pytest.raises(CallNotFoundError):
            call_for(Actor.system("elsewhere"), ring().pk, now)


class TestCallBacksOwed:
    def test_stay_owed_until_they_are_reached(self, coordinator, service, ring, now):
        late = ring(minutes_ago=60, outcome="call_back", call_back_by=now - timedelta(minutes=30))
        soon = ring(outcome="call_back", call_back_by=now + timedelta(minutes=15))
        try_call_back(actor=coordinator, call=late, was_reached=False, note="", now=now)
        assert call_backs_owed(coordinator, service.pk, now) == [late, soon]
        try_call_back(actor=coordinator, call=late, was_reached=True, note="Will come at 3", now=now)
        assert call_backs_owed(coordinator, service.pk, now) == [soon]


class TestCallersLike:
    def test_remembers_who_called_with_what_they_gave_then(self, coordinator, service, ring, now):
        ring(minutes_ago=60, caller_organisation="Friar Gate Surgery")
        ring(minutes_ago=30, caller_organisation="Friar Gate Surgery")
        (found,) = callers_like(coordinator, service.pk, "lan", now)
        assert (found.name, found.organisation, found.phone, found.calls) == (
            "Dr Lane", "Friar Gate Surgery", "07700 900555", 2,
        )  # fmt: skip

    @pytest.mark.parametrize("typed", ["friar", "07700 9005"])
    def test_finds_by_where_they_work_and_by_number(self, coordinator, service, ring, now, typed):
        ring(caller_organisation="Friar Gate Surgery")
        assert len(callers_like(coordinator, service.pk, typed, now)) == 1

    def test_forgets_after_half_a_year_and_asks_for_more_than_a_letter(self, coordinator, service, ring, now):
        ring(minutes_ago=181 * 24 * 60)
        assert callers_like(coordinator, service.pk, "lane", now) == []
        ring()
        assert callers_like(coordinator, service.pk, "l", now) == []

    def test_offers_nobody_to_who_may_not_take_calls(self, actor_with, service, now):
        with pytest.raises(NotAllowedError):
            callers_like(actor_with(Role.FIELD_WORKER), service.pk, "lane", now)


class TestCallIntoReferral:
    NEW = NewReferral(source="gp", urgency="crisis", need_code="fall")

    def test_is_to_be_finished_until_the_referral_is_taken(self, coordinator, service, ring, ivy, now):
        call = ring(outcome="referral")
        assert calls_to_finish(coordinator, service.pk, now) == [call]
        referral = take_referral(actor=coordinator, service_id=service.pk, new=self.NEW, person=ivy, call=call, now=now)
        call.refresh_from_db()
        assert (call.referral, call.person) == (referral, ivy)
        assert calls_to_finish(coordinator, service.pk, now) == []

    def test_takes_no_second_referral_from_one_call(self, coordinator, service, ring, ivy, now):
        call = ring(outcome="referral")
        take_referral(actor=coordinator, service_id=service.pk, new=self.NEW, person=ivy, call=call, now=now)
        with pytest.raises(RefusedError, match="already led to a referral"):
            take_referral(actor=coordinator, service_id=service.pk, new=self.NEW, person=ivy, call=call, now=now)
        assert Referral.objects.count() == 1, "all of it or none of it"
