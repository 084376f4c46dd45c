"""The usual care of somebody in hospital: paused by a person, and begun again."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.discharge.services import (
    Leaving,
    end_stay,
    follow_usual_care,
    pause_usual_care,
    restart_usual_care,
)
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Notice
from homeward.people.models import Person
from homeward.plans.services import NewPattern, write_plan
from homeward.visits.models import Visit, VisitPause
from homeward.visits.services import make_visits
from homeward.visits.states import VisitState


@pytest.fixture
def today(now):
    return london_day(now)


@pytest.fixture
def planner(somebody):
    return somebody(Role.ROSTER_PLANNER, "Pat Planner")


@pytest.fixture
def make_day(service, planner, now):
    """Makes the visits of a day that plans need; gives how many."""

    def make(day) -> int:
        return make_visits(actor=planner, service_id=service.pk, day=day, now=now)

    return make


@pytest.fixture
def known(accept_crisis, case_manager, today, now, make_day):
    """Ivy is visited every evening: today's and tomorrow's visits are made. Gives both."""
    episode = accept_crisis()
    pattern = NewPattern(
        "Evening", "19:00", "21:00", 30, [{"skill": "home_care_worker", "minutes": 30}], today,
        tasks=[{"code": "wash", "title": "Help to wash"}],
    )  # fmt: skip
    write_plan(actor=case_manager, episode=episode, summary="", goals=[], patterns=[pattern], agreed_on=today, now=now)
    assert make_day(today) + make_day(today + timedelta(days=1)) == 2
    return tuple(Visit.objects.filter(title="Evening").order_by("day"))


def state_of(visit: Visit) -> str:
    visit.refresh_from_db()
    return visit.state


class TestPauseUsualCare:
    def test_takes_out_what_is_to_come_and_makes_no_more(self, case_manager, stay, known, today, now, make_day):
        pause_usual_care(actor=case_manager, stay=stay, now=now)
        assert [state_of(visit) for visit in known] == [VisitState.CANCELLED] * 2
        assert known[0].outcome_note == "In hospital"
        assert make_day(today + timedelta(days=2)) == 0
        told = stay.events.get(kind="care_paused")
        assert (told.text, told.by_name) == ("Visits taken out: 2. Packages suspended: 0", "Mo Casemanager")

    def test_leaves_a_response_to_a_crisis(self, case_manager, stay, known, now):
        Visit.objects.filter(pk=known[0].pk).update(is_crisis=True)
        pause_usual_care(actor=case_manager, stay=stay, now=now)
        assert state_of(known[0]) == VisitState.NEEDED

    def test_refuses_twice_and_after_the_stay(self, case_manager, stay, known, now):
        pause_usual_care(actor=case_manager, stay=stay, now=now)
        with pytest.raises(RefusedError, match="paused already"):
            pause_usual_care(actor=case_manager, stay=stay, now=now)
        end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p0_home"), now=now)
        with pytest.raises(RefusedError, match="ended"):
            pause_usual_care(actor=case_manager, stay=stay, now=now)

    def test_is_for_those_who_write_plans(self, coordinator, stay, known, now):
        with pytest.raises(NotAllowedError):
            pause_usual_care(actor=coordinator, stay=stay, now=now)
        assert not VisitPause.objects.exists()


class TestRestartUsualCare:
    def test_needs_the_visits_from_that_day_on_again(self, case_manager, stay, known, today, now, make_day):
        tomorrow = today + timedelta(days=1)
        pause_usual_care(actor=case_manager, stay=stay, now=now)
        end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p0_home"), now=now)
        restart_usual_care(actor=case_manager, stay=stay, first_day=tomorrow, now=now)
        assert [state_of(visit) for visit in known] == [VisitState.CANCELLED, VisitState.NEEDED]
        assert make_day(today) == 0
        assert make_day(today + timedelta(days=2)) == 1
        assert stay.events.get(kind="care_again").text.endswith("Visits needed again: 1. Packages resumed: 0")

    def test_refuses_a_day_that_is_over_and_what_is_not_paused(self, case_manager, stay, known, today, now):
        with pytest.raises(RefusedError, match="not paused"):
            restart_usual_care(actor=case_manager, stay=stay, first_day=today, now=now)
        pause_usual_care(actor=case_manager, stay=stay, now=now)
        with pytest.raises(RefusedError, match="today or a later day"):
            restart_usual_care(actor=case_manager, stay=stay, first_day=today - timedelta(days=1), now=now)
        assert VisitPause.objects.get().first_day is None


class TestFollowUsualCare:
    def follow(self, service, now) -> list[Visit]:
        return follow_usual_care(actor=Actor.system("tests", service.pk), service_id=service.pk, now=now)

    def left(self, actor, stay, destination: str, now) -> None:
        pause_usual_care(actor=actor, stay=stay, now=now)
        end_stay(actor=actor, stay=stay, leaving=Leaving(now, destination=destination), now=now)

    def test_begins_again_what_they_had_for_whoever_goes_home_to_it(self, case_manager, service, stay, known, now):
        self.left(case_manager, stay, "p0_home", now)
        assert set(self.follow(service, now)) == set(known)
        assert [state_of(visit) for visit in known] == [VisitState.NEEDED] * 2
        assert stay.events.get(kind="care_again").by_name == "tests"
        told = Notice.objects.get(account_id=case_manager.account_id, title__startswith="Usual care has begun again")
        assert told.path == f"/coming-home/{stay.pk}"
        assert self.follow(service, now) == []

    def test_reminds_whoever_paused_it_once_a_day_otherwise(self, case_manager, service, stay, known, now):
        self.left(case_manager, stay, "p1_reablement", now)
        tomorrow = now + timedelta(days=1)
        for moment in (now, now + timedelta(minutes=1), tomorrow, tomorrow + timedelta(minutes=1)):
            assert self.follow(service, moment) == []
        told = Notice.objects.filter(title="Usual care is still paused, and they are home")
        assert {(one.account_id, one.is_urgent) for one in told} == {(case_manager.account_id, True)}
        assert told.count() == 2
        Person.objects.filter(pk=stay.person_id).update(died_on=tomorrow.date())
        self.follow(service, tomorrow + timedelta(days=1))
        assert told.count() == 2
        assert state_of(known[1]) == VisitState.CANCELLED

    def test_leaves_alone_who_is_in_hospital_or_went_elsewhere(self, case_manager, service, stay, known, now):
        pause_usual_care(actor=case_manager, stay=stay, now=now)
        self.follow(service, now)
        leaving = Leaving(now, destination="p2_bed", note="Sallow House had a bed")
        end_stay(actor=case_manager, stay=stay, leaving=leaving, now=now)
        self.follow(service, now)
        assert VisitPause.objects.get().first_day is None
        assert not Notice.objects.filter(title__startswith="Usual care").exists()
