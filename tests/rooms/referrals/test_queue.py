"""The queue: what a filter keeps, which pathway is suggested, what each person keeps for themselves."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.procedures.rules import Subject, read_library
from homeward.referrals.rules import ranked_pathways, suggested_pathway
from homeward.referrals.selectors import QueueFilter, call_backs_owed, filters_of, open_queue, pathways_for
from homeward.referrals.services import (
    NewReferral,
    comment_on_referral,
    delete_filter,
    log_call,
    propose_acceptance,
    receive_referral,
    save_filter,
    withdraw_proposal,
)

FOR_PEOPLE = [one for one in read_library().pathways if one.subject in (Subject.PERSON, Subject.CARER)]


@pytest.fixture
def priya(somebody):
    """A coordinator with an account of her own."""
    return somebody(Role.FRONT_DOOR, "Priya Shah")


class TestSuggestedPathway:
    @pytest.mark.parametrize(
        ("need", "urgency", "code"),
        [
            ("fall", "crisis", "integrated-crisis-response"),
            ("", "crisis", "integrated-crisis-response"),
            ("low_vision", "crisis", "integrated-crisis-response"),
            ("dementia_crisis", "crisis", "dementia-crisis"),
            ("home_from_hospital", "two_days", "reablement-at-home"),
            ("low_vision", "routine", "low-vision-clinic"),
            ("", "routine", "community-first-front-door"),
        ],
    )
    def test_goes_by_how_soon_then_by_need_then_to_who_finds_out(self, need, urgency, code):
        assert suggested_pathway(FOR_PEOPLE, need, urgency).code == code

    def test_is_first_of_those_ranked(self):
        ranked = ranked_pathways(FOR_PEOPLE, "fall", "crisis")
        assert ranked[0] == suggested_pathway(FOR_PEOPLE, "fall", "crisis")
        assert len(ranked) < len(FOR_PEOPLE), "what neither answers so soon nor the need is left out"

    def test_is_none_where_there_is_nothing(self):
        assert suggested_pathway([], "fall", "crisis") is None


class TestOpenQueue:
    def test_audits_only_whom_the_filter_shows(self, service, coordinator, crisis, ivy, now):
        shown = open_queue(coordinator, service.pk, QueueFilter(urgency="routine"), now)
        assert (len(shown.everything), shown.shown) == (1, [])
        assert not Event.objects.filter(action="see in queue").exists()
        open_queue(coordinator, service.pk, QueueFilter(), now)
        assert Event.objects.get(action="see in queue").people == [ivy.pk]

    def test_gives_what_happened_in_order_and_where_the_person_is(self, service, coordinator, crisis, now):
        comment_on_referral(actor=coordinator, referral=crisis, text="Rang her", now=now)
        (one,) = open_queue(coordinator, service.pk, QueueFilter(), now).shown
        assert [event.kind for event in one.events] == ["referral_received", "comment"]
        assert one.area == "DE1"

    def test_gives_whole_only_the_first_that_breach_and_counts_the_rest(self, service, coordinator, crisis, ivy, now):
        later = NewReferral(source="gp", urgency="routine", need_code="personal_care", received_at=now)
        receive_referral(actor=coordinator, person=ivy, new=later, now=now)
        queue = open_queue(coordinator, service.pk, QueueFilter(), now, limit=1)
        assert (len(queue.everything), queue.kept) == (2, 2)
        assert [one.referral for one in queue.shown] == [crisis]

    @pytest.mark.parametrize("text", ["ivy", "OKAFOR", "cannot get up"])
    def test_finds_by_name_reference_or_need(self, service, coordinator, crisis, now, text):
        assert len(open_queue(coordinator, service.pk, QueueFilter(text=text), now).shown) == 1

    def test_is_refused_to_who_may_not_see_it(self, service, actor_with, now):
        with pytest.raises(NotAllowedError):
            open_queue(actor_with(Role.PERFORMANCE_LEAD), service.pk, QueueFilter(), now)

    def test_reads_two_hundred_with_as_many_questions_as_two(
        self, service, coordinator, ivy, now, django_assert_max_num_queries
    ):
        for _ in range(20):
            receive_referral(
                actor=coordinator, person=ivy, new=NewReferral(source="gp", urgency="crisis", need_code="fall"), now=now
            )
        open_queue(coordinator, service.pk, QueueFilter(), now)
        with django_assert_max_num_queries(9):
            open_queue(coordinator, service.pk, QueueFilter(), now)


class TestPathwaysFor:
    def test_are_all_those_for_a_person_the_fitting_first(self, crisis):
        offered = pathways_for(crisis)
        assert offered[0].code == "integrated-crisis-response"
        assert {one.code for one in offered} == {one.code for one in FOR_PEOPLE}


class TestCallBacksOwed:
    def test_are_soonest_first(self, service, coordinator, now):
        for who, minutes in (("Later", 50), ("Sooner", 20)):
            log_call(
                actor=coordinator, service_id=service.pk, source="family", outcome="call_back", caller_name=who,
                caller_phone="07700 900123", call_back_by=now + timedelta(minutes=minutes), now=now,
            )  # fmt: skip
        assert [call.caller_name for call in call_backs_owed(coordinator, service.pk, now)] == ["Sooner", "Later"]


class TestSaveFilter:
    def test_keeps_one_that_opens_by_itself(self, priya, now):
        save_filter(actor=priya, name="Crises", query={"urgency": "crisis"}, is_default=True, now=now)
        save_filter(actor=priya, name="Mine", query={"held": "me"}, is_default=True, now=now)
        assert [(one.name, one.is_default) for one in filters_of(priya)] == [("Crises", False), ("Mine", True)]

    def test_puts_one_of_the_same_name_in_its_place(self, priya, now):
        for query in ({"held": "me"}, {"held": "nobody"}):
            save_filter(actor=priya, name="Mine", query=query, is_default=False, now=now)
        assert [one.query for one in filters_of(priya)] == [{"held": "nobody"}]

    def test_refuses_no_name_and_too_many(self, priya, now):
        with pytest.raises(RefusedError):
            save_filter(actor=priya, name=" ", query={}, is_default=False, now=now)
        for number in range(12):
            save_filter(actor=priya, name=f"View {number}", query={}, is_default=False, now=now)
        with pytest.raises(RefusedError, match="Remove one first"):
            save_filter(actor=priya, name="One more", query={}, is_default=False, now=now)

    def test_is_for_its_owner_alone(self, priya, somebody, now):
        saved = save_filter(actor=priya, name="Mine", query={}, is_default=False, now=now)
        other = somebody(Role.CASE_MANAGER, "Omar Reid")
        assert filters_of(other) == []
        delete_filter(actor=other, filter_id=saved.pk, now=now)
        assert filters_of(priya) == [saved]


class TestWithdrawProposal:
    def test_lets_the_referral_wait_on(self, priya, crisis, now):
        propose_acceptance(actor=priya, referral=crisis, pathway_code="x", pathway_title="X", now=now)
        withdrawn = withdraw_proposal(actor=priya, referral=crisis, reason="Not ours", now=now)
        assert (withdrawn.proposed_pathway_code, withdrawn.proposed_by, withdrawn.state) == ("", None, "waiting")
        assert crisis.events.get(kind="proposal_withdrawn").reason == "Not ours"

    def test_refuses_without_a_reason_or_a_proposal(self, priya, crisis, now):
        with pytest.raises(RefusedError, match="Nothing is proposed"):
            withdraw_proposal(actor=priya, referral=crisis, reason="x", now=now)
        with pytest.raises(RefusedError, match="Say why"):
            withdraw_proposal(actor=priya, referral=crisis, reason=" ", now=now)
