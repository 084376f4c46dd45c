"""The queue: what breaches first on top, and live."""

import pytest

from homeward.access.rules import Role
from homeward.people.services import NewPerson, raise_alert, register_person
from homeward.referrals.services import ask_for_more, decline_referral


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
