"""The bell, the list, and how somebody is told."""

import pytest

from homeward.access.rules import Role
from homeward.notices.services import notify
from homeward.teams.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(coordinator, desk, service, now):
    return notify(
        actor=desk, service_id=service.pk, accounts=Account.objects.filter(full_name="Priya Shah"), kind="escalation",
        title="R000001: 75% of the time is used", path="/front-door/", once_key="k", now=now,
    )[0]  # fmt: skip


class TestList:
    def test_shows_what_is_new_and_counts_it_on_every_page(self, coordinator, told):
        page = coordinator.get("/notices/").content.decode()
        assert "R000001: 75% of the time is used" in page
        assert '<span class="hw-bell__count">1' in coordinator.get("/front-door/").content.decode()

    def test_opening_one_goes_where_it_leads_and_it_is_seen(self, coordinator, told):
        answer = coordinator.post(f"/notices/{told.pk}/open")
        assert answer["Location"] == "/front-door/"
        assert "hw-bell__count" not in coordinator.get("/notices/").content.decode()

    def test_does_not_open_somebody_elses(self, sign_in, told):
        assert sign_in(Role.ROSTER_PLANNER, "Somebody Else").post(f"/notices/{told.pk}/open").status_code == 404

    def test_answers_with_nothing_while_nothing_changed(self, coordinator, told):
        assert coordinator.get("/notices/count?seen=999999").status_code == 204


class TestReach:
    def test_keeps_what_was_typed_where_it_is_wrong(self, coordinator):
        page = coordinator.post("/notices/settings", {"email": "not an address", "sms": "", "webhook": ""})
        assert 'value="not an address"' in page.content.decode()
        assert "Write it like name@example.nhs.uk" in page.content.decode()

    def test_saves_where_to_be_told(self, coordinator):
        told = {"email": "priya@example.org", "email_on": "on", "sms": "", "webhook": ""}
        assert coordinator.post("/notices/settings", told).status_code == 302
        assert 'value="priya@example.org"' in coordinator.get("/notices/settings").content.decode()


class TestWhoIsTold:
    def test_is_set_by_an_administrator(self, sign_in):
        admin = sign_in(Role.ADMINISTRATOR)
        admin.post("/notices/who-is-told", {"told": ["50:case_manager", "100:roster_planner"]})
        page = admin.get("/notices/who-is-told").content.decode()
        assert 'value="50:case_manager" checked' in page
        assert 'value="50:front_door_coordinator">' in page

    def test_is_refused_to_others(self, coordinator):
        assert coordinator.get("/notices/who-is-told").status_code == 403
