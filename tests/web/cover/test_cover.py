"""Cover of the week, who is on call, where the service goes, and handover sheets."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Actor, Role
from homeward.roster.models import CoverHours, OnCall
from homeward.teams.models import Organisation
from homeward.visits.models import HandoverSheet, ServiceArea
from homeward.visits.services import make_handover_sheets

NIGHT = {
    "kind": "night", "starts_at": "21:30", "ends_at": "07:00", "weekdays": list("1234567"), "least_health": "1",
    "least_care": "1",
}  # fmt: skip


@pytest.fixture
def planner(sign_in):
    return sign_in(Role.ROSTER_PLANNER, "Tessa Grange")


@pytest.fixture
def sheet(service, planner) -> HandoverSheet:
    for hour in range(0, 24, 4):
        told = {**NIGHT, "starts_at": f"{hour:02d}:00", "ends_at": f"{(hour + 4) % 24:02d}:00"}
        planner.post("/cover/hours", told)
    homeward = Actor.system("Homeward, by itself", service.pk)
    return make_handover_sheets(actor=homeward, service_id=service.pk, now=timezone.now())[0]


class TestWeek:
    def test_leads_to_hours_only_whoever_may_see_some(self, planner, sign_in, service):
        Organisation.objects.create(service=service, kind="council", name="Merrow Council", is_employer=True)
        assert 'href="/hours/"' in planner.get("/cover/").content.decode()
        professional = sign_in(Role.REGISTERED_PROFESSIONAL, "Nurse Elm")
        assert 'href="/hours/"' not in professional.get("/cover/").content.decode()

    def test_says_what_to_do_where_no_hours_are_set(self, planner, service):
        assert "No hours are to be covered yet" in planner.get("/cover/").content.decode()

    def test_shows_gaps_in_words(self, planner, service):
        assert planner.post("/cover/hours", NIGHT).headers["Location"] == "/cover/"
        page = planner.get("/cover/").content.decode()
        assert page.count("Not covered") == 7
        assert "21:30 to 07:00: 1 health short and 1 care short" in page

    def test_goes_back_and_on_a_week(self, planner, service):
        assert "30 November to 6 December 2026" in planner.get("/cover/?week=2026-12-02").content.decode()
        assert planner.get("/cover/?week=never").status_code == 200

    @pytest.mark.parametrize(
        ("told", "says"),
        [
            ({"kind": ""}, "Choose day, evening, night or on call"),
            ({"weekdays": []}, "Choose at least one day"),
            ({"ends_at": "21:30"}, "Give two different times"),
            ({"least_care": "two"}, "Enter how many care responders as a number"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, planner, service, told, says):
        answer = planner.post("/cover/hours", {**NIGHT, **told})
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert 'value="21:30"' in answer.content.decode()
        assert not CoverHours.objects.exists()

    def test_takes_hours_out(self, planner, service):
        planner.post("/cover/hours", NIGHT)
        planner.post(f"/cover/hours/{CoverHours.objects.get().pk}/remove")
        assert "No hours are to be covered yet" in planner.get("/cover/").content.decode()
        assert planner.post("/cover/hours/999/remove", follow=True).status_code == 200

    def test_is_read_by_responders_and_changed_by_planners(self, sign_in, service):
        responder = sign_in(Role.CRISIS_RESPONDER)
        page = responder.get("/cover/").content.decode()
        assert "Add these hours" not in page
        assert responder.post("/cover/hours", NIGHT).status_code == 403
        assert sign_in(Role.FIELD_WORKER).get("/cover/").status_code == 403


class TestOnCall:
    def test_is_listed_with_a_number_to_call_and_taken_off(self, planner, service):
        today = timezone.localdate().isoformat()
        told = {
            "title": "On-call manager", "name": "Maya Sutton", "phone": "07700 900111", "starts_day": today,
            "starts_time": "00:00", "ends_day": today, "ends_time": "23:59",
        }  # fmt: skip
        planner.post("/cover/on-call", told)
        page = planner.get("/cover/").content.decode()
        assert 'href="tel:07700900111"' in page
        planner.post(f"/cover/on-call/{OnCall.objects.get().pk}/remove")
        assert "Maya Sutton" not in planner.get("/cover/").content.decode().split("On call</h2>")[1]

    def test_says_what_is_missing(self, planner, service):
        answer = planner.post("/cover/on-call", {"name": "Maya Sutton"})
        assert answer.status_code == 422
        assert "Say what they are on call as" in answer.content.decode()
        assert "Enter the day and time it starts" in answer.content.decode()


class TestArea:
    def test_is_the_default_until_somebody_sets_it(self, planner, service):
        assert "Nobody has set this" in planner.get("/cover/").content.decode()
        planner.post("/cover/area", {"radius": "12", "districts": "de1, DE24"})
        assert ServiceArea.objects.get().postcode_districts == ["DE1", "DE24"]
        assert "Postcodes beginning DE1, DE24" in planner.get("/cover/").content.decode()

    def test_refuses_what_is_no_district(self, planner, service):
        answer = planner.post("/cover/area", {"radius": "12", "districts": "Derby"})
        assert answer.status_code == 422
        assert "not the first half of a postcode" in answer.content.decode()


class TestHandover:
    def test_is_read_added_to_and_taken_over(self, sign_in, planner, sheet):
        responder = sign_in(Role.CRISIS_RESPONDER, "Ben Carter")
        assert "Not taken over yet" in responder.get("/cover/handover").content.decode()
        page = responder.get(f"/cover/handover/{sheet.pk}").content.decode()
        for part in ("People in a crisis", "Who is where", "Call backs owed", "On the next shift"):
            assert part in page
        assert responder.post(f"/cover/handover/{sheet.pk}/note", {"text": ""}).status_code == 422
        responder.post(f"/cover/handover/{sheet.pk}/note", {"text": "Key safe stuck at number 4"})
        responder.post(f"/cover/handover/{sheet.pk}/take-over")
        page = responder.get(f"/cover/handover/{sheet.pk}").content.decode()
        assert "Key safe stuck at number 4" in page
        assert "Read and taken over by Ben Carter" in page
        again = responder.post(f"/cover/handover/{sheet.pk}/take-over", follow=True).content.decode()
        assert "has taken over already" in again

    def test_is_not_there_for_another_service(self, planner, service):
        assert planner.get("/cover/handover/999999").status_code == 404

    def test_begins_each_sentence_with_a_capital(self, planner, sheet):
        line = {"title": "Her daughter", "text": "promised by 07:02. 07700 900120. wants to know who comes"}
        HandoverSheet.objects.update(parts=[{"code": "call_backs", "lines": [line]}])
        page = planner.get(f"/cover/handover/{sheet.pk}").content.decode()
        assert "Promised by 07:02. 07700 900120. Wants to know who comes" in page

    def test_says_when_it_was_made_late(self, planner, sheet):
        HandoverSheet.objects.update(made_at=sheet.changes_at + timedelta(hours=1))
        assert "Made late" in planner.get(f"/cover/handover/{sheet.pk}").content.decode()

    def test_says_what_to_do_where_no_hours_are_set(self, planner, service):
        assert "Set the hours to cover first" in planner.get("/cover/handover").content.decode()
