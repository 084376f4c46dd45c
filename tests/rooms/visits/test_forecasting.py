"""What plans missed of past days, kept once a day as what to expect, and what a rota then allows for."""

from datetime import date, datetime, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.episodes.models import Episode
from homeward.episodes.services import accept_referral
from homeward.kernel.rules import wall_clock
from homeward.people.services import NewPerson, register_person
from homeward.plans.services import NewPattern, write_plan
from homeward.referrals.services import NewReferral, receive_referral
from homeward.roster.building import lay_out
from homeward.roster.models import CoverHours, DemandForecast
from homeward.roster.selectors import forecast_of, needs_between, rota_between
from homeward.roster.services import allow_for_forecast
from homeward.visits.models import Visit
from homeward.visits.selectors.arising import missed_by_plans
from homeward.visits.services import add_visits, forecast_demand

CARE = "crisis_responder_care"
# Half an hour and ten minutes on the way, in one hour of the day
HOURS = 40 / 60
LEAD = 4


@pytest.fixture
def schedule(service) -> Actor:
    return Actor.system("tests", service.pk)


@pytest.fixture
def in_care(service, coordinator, schedule, now):
    """Somebody in care from a day on, with half an hour at nine every day: `in_care("Ada", since=...)`."""

    def begin(name: str, since: date, until: date | None = None) -> Episode:
        at = wall_clock(since, "08:00")
        person = register_person(
            actor=coordinator, service_id=service.pk, new=NewPerson(given_name=name, family_name="Made Up"), now=at
        )
        new = NewReferral(source="gp", urgency="routine", need_code="personal_care", received_at=at)
        referral = receive_referral(actor=coordinator, person=person, new=new, now=at)
        episode = accept_referral(
            actor=coordinator, referral=referral, pathway_code="home-care-with-delegated-tasks", now=at
        )
        pattern = NewPattern("Morning", "09:00", "09:20", 30, [{"skill": CARE, "minutes": 30}], since)
        write_plan(
            actor=schedule, episode=episode, summary="", goals=[], patterns=[pattern], agreed_on=since, now=at
        )  # fmt: skip
        if until:
            Episode.objects.filter(pk=episode.pk).update(
                ended_at=wall_clock(until, "12:00"), outcome_code="no_longer_needed", stage="closed"
            )
        return episode

    return begin


@pytest.fixture
def visited(service, schedule, now):
    """Put visits on record as they took place, one each day: of an episode's plan, or of none."""

    def put(episode: Episode, days: list[date], *, is_of_plan: bool = True) -> None:
        pattern = episode.plans.get().patterns.get() if is_of_plan else None
        add_visits(
            actor=schedule, service_id=service.pk, assignments=[], tasks=[], now=now,
            visits=[
                Visit(
                    service=service, person=episode.person, episode=episode, pattern=pattern, day=day, title="Visit",
                    window_opens_at=wall_clock(day, "09:00"), window_closes_at=wall_clock(day, "09:20"),
                    slots=[{"skill": CARE, "minutes": 30}], state="done",
                )
                for day in days
            ],
        )  # fmt: skip

    return put


def days_back(today: date, first: int, last: int = 1) -> list[date]:
    return [today - timedelta(days=back) for back in range(first, last - 1, -1)]


class TestMissedByPlans:
    @pytest.fixture
    def history(self, in_care, visited, now):
        """Ada is in care for weeks; Bea since eight days ago; Cal's ended ten days ago, though planned to go on."""
        today = now.date()
        visited(in_care("Ada", today - timedelta(days=30)), days_back(today, 20))
        visited(in_care("Bea", today - timedelta(days=8)), days_back(today, 8))
        visited(in_care("Cal", today - timedelta(days=30), until=today - timedelta(days=10)), days_back(today, 20, 10))
        return today

    def missed(self, schedule, service, today, kind) -> list[int]:
        """The days back on which something was missed."""
        by_day = missed_by_plans(schedule, service.pk, today, [LEAD])[LEAD]
        assert len(by_day) == 20
        return sorted((today - day).days for day, one in by_day.items() if sum(getattr(one, kind).get(CARE, [0])) > 0)

    def test_counts_visits_of_people_not_in_care_so_many_days_before(self, schedule, service, history):
        # on the day of the referral and the three after it: four days before the next, the plan was there
        assert self.missed(schedule, service, history, "new") == [5, 6, 7, 8]

    def test_counts_care_that_ended_since_until_plans_knew(self, schedule, service, history):
        assert self.missed(schedule, service, history, "ended") == [7, 8, 9]

    def test_counts_a_visit_that_no_plan_asks_for_always(self, schedule, service, history, visited, in_care):
        ada = Episode.objects.order_by("pk").first()
        visited(ada, [history - timedelta(days=15)], is_of_plan=False)
        assert self.missed(schedule, service, history, "new") == [5, 6, 7, 8, 15]

    def test_says_how_many_hours(self, schedule, service, history):
        one = missed_by_plans(schedule, service.pk, history, [LEAD])[LEAD][history - timedelta(days=6)]
        assert one.new[CARE][9] == pytest.approx(HOURS)


@pytest.fixture
def mondays(in_care, visited, now):
    """Five weeks on record of somebody in care, and each Monday three visits that no plan asked for."""
    today = now.date()
    visited(in_care("Ada", today - timedelta(days=60)), days_back(today, 35))
    for name in ("Bea", "Cal", "Dee"):
        episode = in_care(name, today - timedelta(days=60), until=today - timedelta(days=59))
        visited(episode, [day for day in days_back(today, 35) if day.weekday() == 0], is_of_plan=False)
    return today + timedelta(days=6)


class TestForecastDemand:
    def test_expects_what_came_on_that_weekday_and_hour(self, schedule, service, planner, mondays, now):
        forecast_demand(actor=schedule, service_id=service.pk, now=now)
        found = forecast_of(planner, service.pk, now.date())
        assert (found.weeks, found.by_weekday, found.is_long_enough) == (5, True, True)
        [monday] = found.on([], mondays).values()
        assert monday.mean[9] == pytest.approx(3 * HOURS, abs=0.01)
        [tuesday] = found.on([], mondays + timedelta(days=1)).values()
        assert sum(tuesday.mean) == 0
        assert found.on([], now.date()) == {}

    def test_is_made_once_a_day(self, schedule, service, mondays, now):
        assert forecast_demand(actor=schedule, service_id=service.pk, now=now)
        assert forecast_demand(actor=schedule, service_id=service.pk, now=now) is None
        assert forecast_demand(actor=schedule, service_id=service.pk, now=now + timedelta(days=1))
        assert DemandForecast.objects.count() == 2

    def test_says_that_a_history_is_too_short(self, schedule, service, planner, in_care, visited, now):
        visited(in_care("Ada", now.date() - timedelta(days=60)), days_back(now.date(), 13))
        forecast_demand(actor=schedule, service_id=service.pk, now=now)
        found = forecast_of(planner, service.pk, now.date())
        assert (found.weeks, found.is_long_enough, found.trial) == (1, False, None)

    def test_is_out_of_date_when_nobody_makes_new_ones(self, schedule, service, planner, mondays, now):
        forecast_demand(actor=schedule, service_id=service.pk, now=now)
        assert forecast_of(planner, service.pk, now.date() + timedelta(days=15)) is None

    def test_is_not_for_a_planner(self, service, planner, now):
        with pytest.raises(NotAllowedError):
            forecast_demand(actor=planner, service_id=service.pk, now=now)


class TestAllowForForecast:
    def demanded(self, planner, service, first: date, now: datetime) -> int:
        forecast = forecast_of(planner, service.pk, now.date())
        return sum(one.wanted for one in lay_out(planner, service.pk, first, first, forecast).problem.demands)

    def test_changes_what_a_rota_is_built_for(self, schedule, service, planner, mondays, workers, now):
        forecast_demand(actor=schedule, service_id=service.pk, now=now)
        asked = {}
        for allowance in ("nothing", "mean"):
            allow_for_forecast(actor=planner, service_id=service.pk, allowance=allowance, now=now)
            asked[allowance] = self.demanded(planner, service, mondays, now)
        # Ada alone, or with two more workers for the three who come
        assert asked == {"nothing": 1, "mean": 3}

    def test_shows_a_likely_gap_apart_from_those_of_plans(self, schedule, service, planner, mondays, now):
        forecast_demand(actor=schedule, service_id=service.pk, now=now)
        rota = rota_between(planner, service.pk, mondays, mondays)
        [needs] = needs_between(planner, service.pk, rota, forecast_of(planner, service.pk, now.date()))
        assert [(one.skill, one.workers) for one in needs.short] == [(CARE, 1)]
        assert [(one.skill, one.from_hour, one.to_hour, one.workers) for one in needs.likely] == [(CARE, 9, 10, 3)]
        allow_for_forecast(actor=planner, service_id=service.pk, allowance="nothing", now=now)
        [needs] = needs_between(planner, service.pk, rota, forecast_of(planner, service.pk, now.date()))
        assert needs.likely == ()

    def test_leaves_out_who_the_hours_to_cover_keep_free(self, schedule, service, planner, mondays, now):
        forecast_demand(actor=schedule, service_id=service.pk, now=now)
        found = forecast_of(planner, service.pk, now.date())
        cover = [CoverHours(kind="day", weekdays="1", starts_at="07:00", ends_at="14:00", least_health=0, least_care=1)]
        [monday] = found.on(cover, mondays).values()
        assert monday.mean[9] == pytest.approx(3 * HOURS - 1, abs=0.01)

    def test_is_not_for_a_field_worker(self, service, actor_with, now):
        with pytest.raises(NotAllowedError):
            allow_for_forecast(actor=actor_with(Role.FIELD_WORKER), service_id=service.pk, allowance="mean", now=now)
