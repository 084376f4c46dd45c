"""The queue: what breaches first on top, and live."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.people.services import NewPerson, raise_alert, register_person
from homeward.referrals.models import SavedFilter
from homeward.referrals.services import NewReferral, ask_for_more, decline_referral, log_call, receive_referral
from homeward.teams.models import Account
from homeward.teams.services import open_service


class TestQueue:
    def test_sends_somebody_not_signed_in_to_sign_in(self, client, service):
        answer = client.get("/front-door/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/front-door/")

    @pytest.mark.parametrize("role", [Role.PERFORMANCE_LEAD, Role.FIELD_WORKER, Role.ADMINISTRATOR])
    def test_refuses_who_may_not_see_it(self, sign_in, role):
        assert sign_in(role).get("/front-door/").status_code == 403

    def test_puts_what_breaches_first_on_top(self, coordinator, service, desk, ivy, refer, now):
        walter = register_person(
            actor=desk, service_id=service.pk, new=NewPerson(given_name="Walter", family_name="Dunn"), now=now
        )
        refer(ivy, minutes_ago=5)
        refer(walter, minutes_ago=110)
        page = coordinator.get("/front-door/").content.decode()
        assert page.index("Walter Dunn") < page.index("Ivy Okafor")

    def test_counts_down_to_the_breach(self, coordinator, ivy, refer):
        referral = refer(ivy, minutes_ago=30)
        page = coordinator.get("/front-door/").content.decode()
        assert "1h 29m left" in page or "1h 30m left" in page
        assert f'data-due="{referral.received_at.date().isoformat()[:4]}' in page

    def test_marks_what_is_late(self, coordinator, ivy, refer):
        refer(ivy, minutes_ago=135)
        page = coordinator.get("/front-door/").content.decode()
        assert "hw-q--late" in page
        assert "15m late" in page

    def test_shows_alerts_and_safeguarding(self, coordinator, desk, ivy, refer, now):
        raise_alert(actor=desk, person=ivy, kind="two_person", text="Son can be aggressive", now=now)
        refer(ivy, safeguarding_text="Bruises she will not explain")
        page = coordinator.get("/front-door/").content.decode()
        assert "Visit in twos" in page
        assert "Bruises she will not explain" in page
        assert page.count("hw-alert--grave") == 2

    def test_says_that_there_is_a_concern_to_who_may_not_read_it(self, sign_in, ivy, refer):
        lines = [{"title": "Safeguarding", "text": "A neighbour saw them"}]
        referral = refer(ivy, safeguarding_text="Bruises she will not explain", details=lines)
        planner = sign_in(Role.ROSTER_PLANNER)
        for address in ("/front-door/", f"/front-door/referrals/{referral.pk}"):
            page = planner.get(address).content.decode()
            assert "<strong>Safeguarding</strong>: There is a concern you may not read. Ask the case manager." in page
            assert "hw-alert--grave" in page
            assert "Bruises" not in page and "neighbour" not in page
        wall = planner.get("/front-door/wall").content.decode()
        assert "Safeguarding" in wall and "Bruises" not in wall

    def test_says_what_it_waits_for(self, coordinator, desk, ivy, refer, now):
        ask_for_more(actor=desk, referral=refer(ivy), question="Is anyone with her?", now=now)
        page = coordinator.get("/front-door/").content.decode()
        assert "Waiting for more:</strong> Is anyone with her?" in page

    def test_lists_what_was_decided(self, coordinator, desk, ivy, refer, now):
        decline_referral(actor=desk, referral=refer(ivy), reason="Out of area", now=now)
        page = coordinator.get("/front-door/").content.decode()
        assert "Nobody is waiting" in page
        assert "Declined" in page

    def test_escapes_what_was_typed(self, coordinator, ivy, refer):
        refer(ivy, need_text="<script>alert(1)</script>")
        assert "<script>alert(1)" not in coordinator.get("/front-door/").content.decode()


class TestLiveQueue:
    def _seen(self, page: str) -> str:
        return page.split("/front-door/live?")[1].split("seen=")[1].split("&")[0]

    def test_is_empty_when_nothing_changed(self, coordinator, ivy, refer):
        refer(ivy)
        seen = self._seen(coordinator.get("/front-door/").content.decode())
        assert coordinator.get(f"/front-door/live?seen={seen}").status_code == 204

    def test_brings_what_is_new(self, coordinator, ivy, refer):
        seen = self._seen(coordinator.get("/front-door/").content.decode())
        refer(ivy)
        answer = coordinator.get(f"/front-door/live?seen={seen}")
        assert answer.status_code == 200
        assert "Ivy Okafor" in answer.content.decode()
        assert "<html" not in answer.content.decode()

    def test_reloads_the_page_of_somebody_signed_out(self, client, service):
        answer = client.get("/front-door/live?seen=0", headers={"HX-Request": "true"})
        assert answer.headers["HX-Refresh"] == "true"


class TestCards:
    def test_show_state_age_holder_and_last_comment(self, coordinator, sign_in, ivy, refer):
        referral = refer(ivy, minutes_ago=25)
        sign_in(Role.CASE_MANAGER, "Omar Reid").post(f"/front-door/referrals/{referral.pk}/claim")
        for text in ("Rang the daughter", "She is with her until six"):
            coordinator.post(f"/front-door/referrals/{referral.pk}/comment", {"text": text})
        page = coordinator.get("/front-door/").content.decode()
        for said in ("Being triaged", "Omar Reid", "25 minutes ago", "She is with her until six", "(2 comments)"):
            assert said in page
        assert "Rang the daughter" not in page

    def test_offer_to_claim_what_nobody_has(self, coordinator, ivy, refer):
        referral = refer(ivy)
        assert "Claim and triage" in coordinator.get("/front-door/").content.decode()
        answer = coordinator.post(f"/front-door/referrals/{referral.pk}/claim")
        assert answer.headers["Location"] == f"/front-door/referrals/{referral.pk}"
        assert "Claim and triage" not in coordinator.get("/front-door/").content.decode()

    def test_show_what_is_about_no_person(self, coordinator, desk, service, now):
        new = NewReferral(source="social_care", urgency="routine", need_code="joint_commissioning", about="Wards")
        receive_referral(actor=desk, person=None, new=new, now=now, service_id=service.pk)
        page = coordinator.get("/front-door/").content.decode()
        assert "Wards" in page
        assert "Staff or a service" in page

    def test_are_parted_by_when_they_are_due(self, coordinator, ivy, refer):
        refer(ivy, minutes_ago=135)
        refer(ivy, minutes_ago=100)
        refer(ivy, minutes_ago=10)
        page = coordinator.get("/front-door/").content.decode()
        titles = [page.index(title) for title in ("Past the breach time", "Under 30 minutes", "Under 2 hours")]
        assert titles == sorted(titles)


class TestColumns:
    def test_part_by_state(self, coordinator, desk, ivy, refer, now):
        ask_for_more(actor=desk, referral=refer(ivy), question="Is anyone with her?", now=now)
        page = coordinator.get("/front-door/?view=columns").content.decode()
        assert page.index("Waiting for more information") < page.index("Is anyone with her?")
        assert "A second person is needed" in page


class TestFilters:
    def test_keep_only_what_is_wanted(self, coordinator, ivy, refer):
        refer(ivy, urgency="crisis", need_text="Fell in the night")
        refer(ivy, urgency="routine", need_text="Wants a rail")
        page = coordinator.get("/front-door/?urgency=routine").content.decode()
        assert "Wants a rail" in page and "Fell in the night" not in page

    @pytest.mark.parametrize(
        ("query", "is_shown"),
        [("held=nobody", True), ("held=me", False), ("alert=yes", False), ("area=DE1", True), ("area=DE99", False),
         ("source=gp", True), ("source=hospital", False), ("pathway=integrated-crisis-response", True)],
    )  # fmt: skip
    def test_go_by(self, coordinator, ivy, refer, query, is_shown):
        refer(ivy)
        assert ("Ivy Okafor" in coordinator.get(f"/front-door/?{query}").content.decode()) == is_shown

    def test_find_a_name_without_putting_it_in_an_address(self, coordinator, ivy, refer):
        refer(ivy)
        assert "Ivy Okafor" in coordinator.post("/front-door/", {"text": "okaf"}).content.decode()
        assert "card-" not in coordinator.post("/front-door/", {"text": "nobody"}).content.decode()
        assert "card-" in coordinator.get("/front-door/?text=nobody&view=list").content.decode()

    def test_are_as_they_were_on_return(self, coordinator, ivy, refer):
        refer(ivy)
        coordinator.get("/front-door/?held=me&view=columns")
        page = coordinator.get("/front-door/").content.decode()
        assert "None of the 1 open referrals match" in page

    def test_are_saved_for_each_person_and_open_by_themselves(self, coordinator, sign_in, ivy, refer):
        refer(ivy)
        told = {"view": "columns", "held": "me", "name": "Mine", "is_default": "yes"}
        coordinator.post("/front-door/filters", told)
        fresh = sign_in(Role.CASE_MANAGER, "Omar Reid")
        assert "Mine</a>" not in fresh.get("/front-door/").content.decode()
        session = coordinator.session
        session.pop("queue", None)
        session.save()
        page = coordinator.get("/front-door/").content.decode()
        assert "Mine" in page and "None of the 1 open referrals match" in page
        saved = SavedFilter.objects.get()
        fresh.post(f"/front-door/filters/{saved.pk}/forget")
        assert SavedFilter.objects.count() == 1, "nobody removes what is somebody else's"
        coordinator.post(f"/front-door/filters/{saved.pk}/forget")
        assert not SavedFilter.objects.exists()

    def test_want_a_name(self, coordinator):
        page = coordinator.post("/front-door/filters", {"name": " "}, follow=True).content.decode()
        assert "Give the filter a name" in page

    def test_make_no_sense_and_leave_nothing_out(self, coordinator, ivy, refer):
        refer(ivy)
        for query in ("urgency=now", "held=%00", "area=<b>", "view=3d", "pathway=x'y"):
            assert "Ivy Okafor" in coordinator.get(f"/front-door/?{query}").content.decode()


class TestCallBacksOwed:
    def test_stand_above_the_queue(self, coordinator, desk, service, now):
        log_call(
            actor=desk, service_id=service.pk, source="family", outcome="call_back", caller_name="Her daughter",
            caller_phone="07700 900123", reason="x", call_back_by=now + timedelta(minutes=40), now=now,
        )  # fmt: skip
        page = coordinator.get("/front-door/").content.decode()
        assert "Call backs owed" in page and "Her daughter" in page


class TestServices:
    def test_somebody_of_two_chooses_and_it_is_remembered(self, coordinator, service, desk, ivy, refer, now):
        refer(ivy)
        other = open_service(code="north", name="North", now=now, actor=Actor.system("tests"))
        Account.objects.get(full_name="Priya Shah").services.add(other)
        assert "Ivy Okafor" in coordinator.get("/front-door/").content.decode()
        told = {"service": "north", "back": "/front-door/"}
        page = coordinator.post("/front-door/service", told, follow=True).content.decode()
        assert "Nobody is waiting" in page
        assert "Nobody is waiting" in coordinator.get("/front-door/").content.decode()

    def test_nobody_is_sent_elsewhere(self, coordinator, service):
        answer = coordinator.post("/front-door/service", {"service": service.code, "back": "https://example.org/"})
        assert answer.headers["Location"] == "/front-door/"

    def test_refuses_one_that_is_not_theirs(self, coordinator):
        assert coordinator.post("/front-door/service", {"service": "elsewhere"}).status_code == 403
