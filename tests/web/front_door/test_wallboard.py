"""The wallboard: what is owed and when, and nobody's name."""

import re

from homeward.access.rules import Role
from homeward.people.services import raise_alert
from homeward.referrals.services import escalate_referral
from homeward.visits.planning import accept_and_respond


class TestWall:
    def test_shows_clocks_places_and_needs_but_nobody(self, coordinator, desk, ivy, refer, now):
        referral = refer(ivy, minutes_ago=130, need_text="Ivy fell", safeguarding_text="Bruises")
        raise_alert(actor=desk, person=ivy, kind="two_person", text="Son can be aggressive", now=now)
        escalate_referral(actor=desk, referral=referral, reason="Ivy's family", now=now)
        page = coordinator.get("/front-door/wall").content.decode()
        for said in (referral.reference, "DE1", "Fall without serious injury", "10m late", "Escalated", "Safeguarding"):
            assert said in page
        for private in ("Ivy", "Okafor", "Made Up Lane", "Bruises", "aggressive"):
            assert private not in page
        # her year of birth, which the digits of a second may contain by chance
        assert not re.search(r"\b1941\b", page)

    def test_says_how_many_find_no_room(self, coordinator, ivy, refer):
        for _ in range(10):
            refer(ivy)
        assert "and 2 more" in coordinator.get("/front-door/wall").content.decode()

    def test_says_when_nobody_waits(self, coordinator):
        assert "Nobody is waiting" in coordinator.get("/front-door/wall").content.decode()

    def test_shows_the_crises_being_answered(self, coordinator, desk, ivy, refer, workers, now):
        referral = refer(ivy)
        accept_and_respond(actor=desk, referral=referral, pathway_code="integrated-crisis-response", now=now)
        page = coordinator.get("/front-door/wall?show=responding").content.decode()
        assert referral.reference in page and "Nobody sent" in page
        assert "Okafor" not in page

    def test_hides_the_crises_from_who_may_not_see_them(self, sign_in):
        manager = sign_in(Role.CASE_MANAGER)
        assert manager.get("/front-door/wall").status_code == 200
        assert manager.get("/front-door/wall?show=responding").status_code == 403

    def test_keeps_itself_up_to_date(self, coordinator, ivy, refer):
        page = coordinator.get("/front-door/wall").content.decode()
        live = "/front-door/wall/live" + page.split("/front-door/wall/live")[1].split('"')[0].replace("&amp;", "&")
        assert coordinator.get(live).status_code == 204
        referral = refer(ivy)
        assert referral.reference in coordinator.get(live).content.decode()
