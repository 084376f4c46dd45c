"""The coming days of every service planned at once, through the engine of the settings."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from homeward.access.rules import Actor, NotAllowedError
from homeward.episodes.services import accept_referral
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.plans.services import NewPattern, write_plan
from homeward.referrals.services import NewReferral, receive_referral
from homeward.visits import planning
from homeward.visits.models import Assignment, DayPlan, Visit
from visit_planner.cluster import Effort
from visit_planner.engines import EngineError, InProcess

EFFORT = Effort(iterations=2000, seed=1)


@pytest.fixture
def mornings(service, coordinator, now, workers):
    """Four people, each needing half an hour every morning from today."""
    actor = Actor.system("tests", service.pk)
    for number in range(4):
        person = register_person(
            actor=coordinator, service_id=service.pk, now=now,
            new=NewPerson(
                given_name="Person", family_name=f"Number {number}",
                address=NewAddress(lines=f"{number} Made Up Road", latitude=52.90 + number / 100, longitude=-1.45),
            ),
        )  # fmt: skip
        referral = receive_referral(
            actor=coordinator, person=person, now=now,
            new=NewReferral(source="gp", urgency="routine", need_code="personal_care"),
        )  # fmt: skip
        episode = accept_referral(
            actor=coordinator, referral=referral, pathway_code="home-care-with-delegated-tasks", now=now
        )
        slots = [{"skill": "crisis_responder_care", "minutes": 30}]
        pattern = NewPattern("Morning", "09:30", "12:00", 30, slots, now.date())
        write_plan(
            actor=actor, episode=episode, summary="", goals=[], patterns=[pattern], agreed_on=now.date(), now=now
        )


class TestPlanDay:
    def test_makes_the_visits_of_a_day_to_come_once(self, service, planner, mornings, now):
        tomorrow = now.date() + timedelta(days=1)
        for _ in range(2):
            planning.plan_day(actor=planner, service_id=service.pk, day=tomorrow, now=now, seconds=0.1, seed=1)
        assert [one.day for one in Visit.objects.all()] == [tomorrow] * 4


class TestPlanDaysAhead:
    def test_makes_and_plans_the_visits_of_every_day(self, service, planner, mornings, now):
        days = [now.date(), now.date() + timedelta(days=1)]
        heard = []
        done = planning.plan_days_ahead(
            actor=planner, service_ids=[service.pk], days=days, now=now, engine=InProcess(), effort=EFFORT,
            progress=heard.append,
        )  # fmt: skip
        assert heard == done
        assert [one.plan.figures["planned"] + one.plan.figures["unplanned"] for one in done] == [4, 4]
        assert Assignment.objects.filter(visit__day=days[0]).count() == 4
        assert done[0].plan.figures["rules_broken"] == 0

    def test_leaves_the_plan_of_whoever_re_planned_meanwhile(self, service, planner, mornings, now):
        class SomebodyElseIsQuicker(InProcess):
            def work(self, function, jobs):
                planning.plan_day(
                    actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=0.1, seed=1, why="By hand"
                ) if jobs else None
                yield from super().work(function, jobs)

        done = planning.plan_days_ahead(
            actor=planner, service_ids=[service.pk], days=[now.date()], now=now, engine=SomebodyElseIsQuicker(),
            effort=EFFORT,
        )  # fmt: skip
        assert [one.plan for one in done] == [None]
        assert DayPlan.objects.get().why == "By hand"

    def test_is_refused_to_somebody_who_may_not_plan(self, service, coordinator, now):
        with pytest.raises(NotAllowedError):
            planning.plan_days_ahead(
                actor=coordinator, service_ids=[service.pk], days=[now.date()], now=now, engine=InProcess()
            )
        assert not Visit.objects.exists()


class TestThePlanDaysCommand:
    def test_plans_the_coming_days_of_every_service(self, mornings, capsys):
        call_command("plan_days", days=2, seconds=0.1)
        assert "2 of 2 days planned" in capsys.readouterr().out
        assert DayPlan.objects.count() == 2

    def test_refuses_days_there_cannot_be(self, mornings):
        with pytest.raises(CommandError, match="give a number from 1 to 28"):
            call_command("plan_days", days=0)

    def test_says_when_the_engine_of_the_settings_is_none(self, mornings, settings):
        settings.PLANNING_ENGINE = "dask"
        with pytest.raises(CommandError, match="with a scheduler's address"):
            call_command("plan_days", days=1)

    def test_names_an_engine_that_there_is_not(self):
        with pytest.raises(EngineError):
            planning.planning_engine("abacus", 1, "")
