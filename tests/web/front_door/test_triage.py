"""One referral and the decision about it."""

import pytest

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.episodes.models import Episode
from homeward.referrals.models import Referral
from homeward.referrals.services import NewReferral, decline_referral, receive_referral
from homeward.visits.models import DayPlan, PlanMove, Visit
from homeward.web.templating import day_text

CRISIS = "integrated-crisis-response"
ALL_MET = ["crisis_at_home", "risk_within_hours", "safe_until_then", "agrees"]


@pytest.fixture
def referral(ivy, refer):
    return refer(ivy, need_text="Fell this morning", details=[{"title": "Observations", "text": "NEWS2 2"}],
                 not_understood=[{"path": "Bundle.entry[4]", "text": "Local code XYZ"}])  # fmt: skip


@pytest.fixture
def about_a_service(desk, service, now):
    """A referral about no person, onto a pathway that two people must agree to."""
    new = NewReferral(source="social_care", urgency="routine", need_code="joint_commissioning", about="Two budgets")
    return receive_referral(actor=desk, person=None, new=new, now=now, service_id=service.pk)


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


class TestAcceptWhatIsNoCrisis:
    def test_says_on_which_day_the_first_visit_is_wanted(self, coordinator, ivy, refer):
        address = f"/front-door/referrals/{refer(ivy, urgency='two_days', need_code='regaining_skills').pk}"
        page = coordinator.get(f"{address}?pathway=case-management").content.decode()
        assert "Accepting asks for the first visit at home (1 worker" in page
        told = {"pathway": "case-management", "reason": "Agreed with the practice"}
        answer = coordinator.post(f"{address}/accept", told, follow=True)
        assert answer.redirect_chain[-1][0] == address
        assert f"The first visit is wanted on {day_text(Visit.objects.get().day)}" in answer.content.decode()

    def test_says_that_an_appointment_is_to_be_made_where_it_begins_elsewhere(self, coordinator, ivy, refer):
        address = f"/front-door/referrals/{refer(ivy, urgency='routine').pk}"
        page = coordinator.get(f"{address}?pathway=low-vision-clinic").content.decode()
        assert "No home visit is planned: it begins in a clinic, so make that appointment" in page
        told = {"pathway": "low-vision-clinic", "reason": "Agreed with the practice"}
        answer = coordinator.post(f"{address}/accept", told, follow=True)
        assert "Next, it begins in a clinic, so make that appointment (Joint clinic" in answer.content.decode()
        assert Episode.objects.exists() and not Visit.objects.exists()


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

    @pytest.mark.parametrize(
        "decision", ["accept", "agree", "disagree", "redirect", "advise", "decline", "ask", "reopen"]
    )
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


class TestAdvice:
    def test_ends_the_referral_with_what_was_said(self, coordinator, referral):
        address = f"/front-door/referrals/{referral.pk}/advise"
        assert "Write the advice that was given" in coordinator.post(address, {"reason": ""}).content.decode()
        coordinator.post(address, {"reason": "Told the daughter to ring the practice"})
        assert Referral.objects.get().state == "advised"
        assert "Advice given" in coordinator.get(f"/front-door/referrals/{referral.pk}").content.decode()


class TestReopen:
    def test_brings_back_what_was_turned_away(self, coordinator, desk, referral, now):
        decline_referral(actor=desk, referral=referral, reason="Out of area", now=now)
        address = f"/front-door/referrals/{referral.pk}"
        assert "Open it again" in coordinator.get(address).content.decode()
        assert "Say why it is opened again" in coordinator.post(f"{address}/reopen", {"reason": ""}).content.decode()
        coordinator.post(f"{address}/reopen", {"reason": "She lives here after all"})
        assert Referral.objects.get().state == "waiting"


class TestChoosingAPathway:
    def test_offers_every_pathway_by_how_soon_with_the_suggestion_first(self, coordinator, referral):
        page = coordinator.get(f"/front-door/referrals/{referral.pk}").content.decode()
        places = [page.index(said) for said in ("Suggested</strong>", "Within 2 days</h4>", "As planned</h4>")]
        assert places == sorted(places)
        assert "Peer support" in page and "Integrated commissioning" not in page

    def test_offers_what_is_for_a_service_to_a_service(self, coordinator, about_a_service):
        page = coordinator.get(f"/front-door/referrals/{about_a_service.pk}").content.decode()
        assert "Propose: Commissioning health and social care together" in page
        assert "Reablement at home" not in page

    def test_shows_the_promise_first(self, coordinator, ivy, refer):
        referral = refer(ivy, promised_text="Somebody rings before three")
        page = coordinator.get(f"/front-door/referrals/{referral.pk}").content.decode()
        assert page.index("Somebody rings before three") < page.index("Decide</h2>")


class TestTwoPeople:
    MET = ["both_bodies", "same_people", "may_decide", "people_heard"]

    def _propose(self, browser, referral):
        told = {"pathway": "integrated-commissioning", "met": self.MET}
        return browser.post(f"/front-door/referrals/{referral.pk}/accept", told, follow=True).content.decode()

    def test_the_first_proposes_and_cannot_agree(self, coordinator, about_a_service):
        page = self._propose(coordinator, about_a_service)
        assert "You proposed" in page and "Agree and start" not in page
        told = {"pathway": "integrated-commissioning"}
        answer = coordinator.post(f"/front-door/referrals/{about_a_service.pk}/agree", told, follow=True)
        assert "Somebody else must agree to it" in answer.content.decode()
        assert not Episode.objects.exists()

    def test_the_second_sees_who_proposed_and_starts_it(self, coordinator, sign_in, about_a_service):
        self._propose(coordinator, about_a_service)
        second = sign_in(Role.CASE_MANAGER, "Omar Reid")
        assert "Agree or not" in second.get("/front-door/").content.decode()
        page = second.get(f"/front-door/referrals/{about_a_service.pk}").content.decode()
        assert "Priya Shah proposed" in page and "Agree and start" in page
        assert '<input type="hidden" name="pathway" value="integrated-commissioning">' in page
        told = {"pathway": "integrated-commissioning", "note": "Both boards know"}
        second.post(f"/front-door/referrals/{about_a_service.pk}/agree", told)
        reason = Episode.objects.get().referral.events.get(kind="referral_accepted").reason
        assert reason == "Proposed by Priya Shah, agreed by Omar Reid. Both boards know"

    @pytest.mark.parametrize("seen", ["dementia-culture-change", ""])
    def test_the_second_agrees_to_nothing_they_did_not_see(self, coordinator, sign_in, about_a_service, seen):
        self._propose(coordinator, about_a_service)
        told = {"pathway": seen, "note": "Both boards know"}
        answer = sign_in(Role.CASE_MANAGER, "Omar Reid").post(f"/front-door/referrals/{about_a_service.pk}/agree", told)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "What is proposed is now: Commissioning health and social care together. Nothing was started" in page
        assert 'value="Both boards know"' in page and 'name="pathway" value="integrated-commissioning"' in page
        assert not Episode.objects.exists()

    def test_the_second_may_not_agree_and_says_why(self, coordinator, sign_in, about_a_service):
        self._propose(coordinator, about_a_service)
        second = sign_in(Role.CASE_MANAGER, "Omar Reid")
        address = f"/front-door/referrals/{about_a_service.pk}/disagree"
        assert "Say why you do not agree" in second.post(address, {"reason": ""}).content.decode()
        second.post(address, {"reason": "Only one body pays"})
        assert Referral.objects.get().proposed_by is None
        assert "Only one body pays" in coordinator.get(address.removesuffix("/disagree")).content.decode()

    def test_nothing_proposed_cannot_be_agreed_to(self, coordinator, about_a_service):
        answer = coordinator.post(f"/front-door/referrals/{about_a_service.pk}/agree", follow=True)
        assert "Nothing is proposed any more" in answer.content.decode()
