"""One referral and the decision about it."""

import pytest

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.episodes.models import Episode
from homeward.referrals.models import Referral
from homeward.referrals.services import decline_referral
from homeward.visits.models import DayPlan, PlanMove, Visit

CRISIS = "integrated-crisis-response"
ALL_MET = ["crisis_at_home", "risk_within_hours", "safe_until_then", "agrees"]


@pytest.fixture
def referral(ivy, refer):
    return refer(ivy, need_text="Fell this morning", details=[{"title": "Observations", "text": "NEWS2 2"}],
                 not_understood=[{"path": "Bundle.entry[4]", "text": "Local code XYZ"}])  # fmt: skip


class TestReferralPage:
    def test_shows_everything_it_said(self, coordinator, referral):
        page = coordinator.get(f"/front-door/referrals/{referral.pk}").content.decode()
        for said in ("Ivy Okafor", "Fell this morning", "Dr Made Up", "NEWS2 2", "Local code XYZ", "1 Made Up Lane"):
            assert said in page

    def test_suggests_a_pathway_and_says_why(self, coordinator, referral):
        page = coordinator.get(f"/front-door/referrals/{referral.pk}").content.decode()
        assert "It answers “Fall without serious injury” within 2 hours." in page
        assert "Accept: Integrated crisis response" in page

    def test_shows_the_checklist_of_another_pathway(self, coordinator, referral):
        page = coordinator.get(f"/front-door/referrals/{referral.pk}?pathway=reablement-at-home").content.decode()
        assert "Accept: Reablement at home" in page
        assert "They are likely to do more for themselves with practice" in page

    def test_says_why_the_clock_stands_where_it_does(self, coordinator, referral):
        page = coordinator.get(f"/front-door/referrals/{referral.pk}").content.decode()
        assert "(referral received)." in page

    def test_is_not_there_for_another_service(self, coordinator):
        assert coordinator.get("/front-door/referrals/999999").status_code == 404

    def test_offers_no_decision_to_who_may_only_take_referrals(self, sign_in, referral):
        nurse = sign_in(Role.REGISTERED_PROFESSIONAL)
        assert "Accept:" not in nurse.get(f"/front-door/referrals/{referral.pk}").content.decode()
        assert nurse.post(f"/front-door/referrals/{referral.pk}/accept", {"pathway": CRISIS}).status_code == 403


class TestAccept:
    def test_plans_the_first_visit_and_shows_what_moved(self, coordinator, referral, workers):
        answer = coordinator.post(
            f"/front-door/referrals/{referral.pk}/accept", {"pathway": CRISIS, "met": ALL_MET}, follow=True
        )
        page = answer.content.decode()
        assert "/what-moved/" in answer.redirect_chain[-1][0]
        assert "Ash Vale" in page and "Cedar Holt" in page
        episode = Episode.objects.get()
        assert episode.referral.events.get(kind="referral_accepted").reason == "All the entry criteria are met."

    def test_shows_what_moved_to_who_may_not_see_responses(self, sign_in, referral, workers):
        answer = sign_in(Role.CASE_MANAGER).post(
            f"/front-door/referrals/{referral.pk}/accept", {"pathway": CRISIS, "met": ALL_MET}, follow=True
        )
        assert answer.status_code == 200
        assert "/responding/" not in answer.content.decode()

    def test_records_whose_visits_were_shown_to_move(self, coordinator, referral, desk, service, workers, now):
        answer = coordinator.post(f"/front-door/referrals/{referral.pk}/accept", {"pathway": CRISIS, "met": ALL_MET})
        visit = Visit.objects.get()
        PlanMove.objects.create(plan=DayPlan.objects.get(), visit=visit, slot=0, to_worker=workers[0])
        coordinator.get(answer.headers["Location"])
        assert Event.objects.get(action="see what moved").people == [referral.person_id]

    def test_stands_when_nobody_can_come(self, coordinator, referral):
        answer = coordinator.post(
            f"/front-door/referrals/{referral.pk}/accept", {"pathway": CRISIS, "met": ALL_MET}, follow=True
        )
        assert Episode.objects.count() == 1
        assert "Nobody could be found yet" in answer.content.decode()

    def test_wants_a_reason_where_a_criterion_is_not_ticked(self, coordinator, referral):
        answer = coordinator.post(
            f"/front-door/referrals/{referral.pk}/accept", {"pathway": CRISIS, "met": ALL_MET[1:]}
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Not ticked: The person is at home" in page
        assert page.count("checked") == 3, "what was ticked stays ticked"
        assert not Episode.objects.exists()

    def test_wants_a_reason_where_something_speaks_against(self, coordinator, referral):
        told = {"pathway": CRISIS, "met": ALL_MET, "against": ["stroke_or_heart"]}
        page = coordinator.post(f"/front-door/referrals/{referral.pk}/accept", told).content.decode()
        assert "A likely stroke or heart attack. Call 999." in page

    def test_records_the_reason_with_what_was_ticked(self, coordinator, referral):
        told = {"pathway": CRISIS, "met": ALL_MET[1:], "reason": "In a care home garden"}
        coordinator.post(f"/front-door/referrals/{referral.pk}/accept", told)
        reason = Referral.objects.get().events.get(kind="referral_accepted").reason
        assert reason == "Not ticked: The person is at home, or where they usually live. In a care home garden"

    def test_asks_for_a_pathway(self, coordinator, referral):
        page = coordinator.post(f"/front-door/referrals/{referral.pk}/accept", {"pathway": "none"}).content.decode()
        assert "Choose a pathway" in page

    def test_tells_the_second_of_two_that_nothing_was_changed(self, coordinator, desk, referral, now):
        decline_referral(actor=desk, referral=referral, reason="Out of area", now=now)
        answer = coordinator.post(
            f"/front-door/referrals/{referral.pk}/accept", {"pathway": CRISIS, "met": ALL_MET}, follow=True
        )
        page = answer.content.decode()
        assert "Nothing was changed. This referral is already declined." in page
        assert "Declined by tests" in page
        assert not Episode.objects.exists()


class TestOtherDecisions:
    def test_redirects_with_where_and_why(self, coordinator, referral):
        told = {"to": "Falls clinic", "reason": "No acute need"}
        answer = coordinator.post(f"/front-door/referrals/{referral.pk}/redirect", told, follow=True)
        assert Referral.objects.get().state == "redirected"
        assert "redirected to Falls clinic" in answer.content.decode()

    def test_wants_both_to_redirect_and_keeps_what_was_typed(self, coordinator, referral):
        answer = coordinator.post(
            f"/front-door/referrals/{referral.pk}/redirect", {"to": "", "reason": "No acute need"}
        )
        page = answer.content.decode()
        assert "Say where the referral goes" in page
        assert "No acute need" in page
        assert Referral.objects.get().state == "waiting"

    def test_declines_with_a_reason(self, coordinator, referral):
        address = f"/front-door/referrals/{referral.pk}/decline"
        assert "Give a reason" in coordinator.post(address, {"reason": ""}).content.decode()
        coordinator.post(address, {"reason": "Lives outside the area"})
        assert Referral.objects.get().events.get(kind="referral_declined").reason == "Lives outside the area"

    def test_asks_for_more_and_stays_in_the_queue(self, coordinator, referral):
        coordinator.post(f"/front-door/referrals/{referral.pk}/ask", {"reason": "Is anyone with her?"})
        assert Referral.objects.get().state == "more_asked"
        assert "Is anyone with her?" in coordinator.get("/front-door/").content.decode()

    @pytest.mark.parametrize("decision", ["accept", "redirect", "decline", "ask"])
    def test_changes_nothing_by_a_link_that_is_followed(self, coordinator, referral, decision):
        assert coordinator.get(f"/front-door/referrals/{referral.pk}/{decision}").status_code == 302
        assert Referral.objects.get().state == "waiting"


class TestLiveReferral:
    def test_warns_whoever_has_it_open_that_it_is_decided(self, coordinator, desk, referral, now):
        page = coordinator.get(f"/front-door/referrals/{referral.pk}").content.decode()
        address = page.split(f'hx-get="/front-door/referrals/{referral.pk}/live')[1].split('"')[0]
        live = f"/front-door/referrals/{referral.pk}/live{address}"
        assert coordinator.get(live).status_code == 204
        decline_referral(actor=desk, referral=referral, reason="Out of area", now=now)
        assert "would not count" in coordinator.get(live).content.decode()
