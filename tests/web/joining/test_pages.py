"""The pages of visits that could be one, from the list to the decision and back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Actor, Role
from homeward.episodes.models import Episode
from homeward.kernel.rules import london_day
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.plans.services import NewPattern, write_plan
from homeward.procedures.selectors import built, procedure
from homeward.teams.models import Organisation, Worker
from homeward.visits.models import JoinedVisits
from homeward.visits.services import find_joinable

PERSONAL_CARE = {"code": "personal_care", "title": "Personal care", "is_delegated": False}
PRACTICE = {"code": "reablement_practice", "title": "Practise everyday tasks", "is_delegated": False}


@pytest.fixture
def today():
    return london_day(timezone.now())


@pytest.fixture
def join(service, desk, today) -> JoinedVisits:
    """Ivy is washed by two teams every morning, and a worker of one could do both."""
    now = timezone.now()
    system = Actor.system("tests", service.pk)
    new = NewPerson(given_name="Ivy", family_name="Okafor", address=NewAddress("1 Made Up Lane", "DE1 3DA", 52.9, -1.4))
    ivy = register_person(actor=desk, service_id=service.pk, new=new, now=now)
    council = Organisation.objects.create(service=service, kind="council", name="Merrow Council", is_employer=True)
    Worker.objects.create(service=service, organisation=council, local_reference="W1", skills=["reablement_worker"])
    for code, skill, tasks in (
        ("home-care-with-delegated-tasks", "home_care_worker", [PERSONAL_CARE]),
        ("reablement-at-home", "reablement_worker", [PRACTICE, PERSONAL_CARE]),
    ):
        row = procedure("pathway", code)
        episode = Episode.objects.create(
            service=service,
            person=ivy,
            pathway=row,
            stage=built(row).stages[1].code,
            started_at=now - timedelta(days=9),
        )
        pattern = NewPattern(
            title=f"Morning, {skill[:8]}", opens_at="07:00", closes_at="09:00", minutes=30, tasks=tasks,
            slots=[{"skill": skill, "competences": [], "minutes": 30}], starts_on=today - timedelta(days=8),
        )  # fmt: skip
        write_plan(
            actor=system, episode=episode, summary="Care", goals=["Wash alone"], patterns=[pattern],
            now=now - timedelta(days=8), agreed_on=today,
        )  # fmt: skip
    find_joinable(actor=system, service_id=service.pk, now=now)
    return JoinedVisits.objects.get()


@pytest.fixture
def manager(sign_in):
    return sign_in(Role.CASE_MANAGER)


class TestList:
    def test_shows_the_two_the_one_and_what_it_saves(self, manager, join):
        page = manager.get("/joining/").content.decode()
        assert "Ivy Okafor" in page and "As one visit" in page
        assert f"saves {7 * join.care_minutes_saved} minutes a week" in page

    def test_looks_again_when_asked(self, manager, join):
        page = manager.post("/joining/look", follow=True).content.decode()
        assert "Nothing new was found" in page


class TestDeciding:
    def test_makes_it_one_visit_as_the_person_agreed_and_two_again(self, manager, join, today):
        tomorrow = today + timedelta(days=1)
        asked = {"said": "One face is better", "agreed_on": today.isoformat(), "starts_on": tomorrow.isoformat()}
        page = manager.post(f"/joining/{join.pk}/agree", asked, follow=True).content.decode()
        assert "Two visits become one" in page and "One face is better" in page
        parted = {"reason": "Too long for her", "from_day": tomorrow.isoformat()}
        page = manager.post(f"/joining/{join.pk}/part", parted, follow=True).content.decode()
        assert "two visits again" in page

    @pytest.mark.parametrize(
        ("action", "sent", "told"),
        [
            ("agree", {"said": "", "agreed_on": "2026-11-01", "starts_on": "2099-01-01"}, "Say what the person said"),
            ("agree", {"said": "Yes", "agreed_on": "yesterday", "starts_on": ""}, "Enter a real day"),
            ("decline", {"why": " "}, "Say why they stay two visits"),
        ],
    )
    def test_says_what_is_missing_and_keeps_what_was_typed(self, manager, join, action, sent, told):
        answer = manager.post(f"/joining/{join.pk}/{action}", sent)
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert JoinedVisits.objects.get().state == "proposed"

    def test_keeps_them_two_with_the_reason(self, manager, join):
        page = manager.post(f"/joining/{join.pk}/decline", {"why": "She wants both"}, follow=True).content.decode()
        assert "She wants both" in page and "Stay two" in page

    def test_is_for_those_who_write_plans(self, sign_in, join):
        planner = sign_in(Role.ROSTER_PLANNER)
        assert planner.get(f"/joining/{join.pk}").status_code == 200
        assert planner.post(f"/joining/{join.pk}/decline", {"why": "No"}).status_code == 403


class TestTrainingPlan:
    def test_says_when_nobody_looked(self, manager, service):
        assert "Nobody has looked yet" in manager.get("/worth/").content.decode()
