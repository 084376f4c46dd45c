"""Whom to ring after reablement at home: the same list as after a bed."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.beds.models import FollowUp
from homeward.beds.selectors import phone_list, tied_by_follow_ups
from homeward.beds.services import find_follow_ups, leave_bed, record_try
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day
from homeward.procedures.selectors import procedure

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ended(service, now):
    """Reablement at home of 30 days that ended: `ended(person, days=100)`."""

    def make(person, days: int = 10, outcome: str = "independent", pathway: str = "reablement-at-home") -> Episode:
        return Episode.objects.create(
            service=service, person=person, pathway=procedure("pathway", pathway), stage="closed",
            started_at=now - (days + 30) * DAY, ended_at=now - days * DAY, outcome_code=outcome,
        )  # fmt: skip

    return make


@pytest.fixture
def found(service, system, now):
    """Looks for whom to ring: `found()` gives how many calls were added."""
    from homeward.access.rules import Actor

    itself = Actor.system("tests", service.pk)
    return lambda at=now: find_follow_ups(actor=itself, service_id=service.pk, now=at)


class TestFindFollowUps:
    def test_puts_both_calls_on_the_list_once(self, ended, found, someone, now):
        episode = ended(someone(), days=10)
        assert found() == 2
        assert found() == 0
        due = dict(FollowUp.objects.filter(episode=episode).values_list("kind", "due_on"))
        left = london_day(episode.ended_at)
        assert due == {"after_91_days": left + 91 * DAY, "after_12_months": left.replace(year=left.year + 1)}

    @pytest.mark.parametrize(
        ("days", "calls"),
        [(0, 2), (105, 2), (106, 1), (364, 1), (366, 0)],
    )
    def test_makes_no_call_that_is_two_weeks_late(self, ended, found, someone, days, calls):
        ended(someone(), days=days)
        assert found() == calls

    @pytest.mark.parametrize("outcome", ["declined_by_person", "died"])
    def test_leaves_out_who_declined_or_died(self, ended, found, someone, outcome):
        ended(someone(), outcome=outcome)
        assert found() == 0

    @pytest.mark.parametrize(
        ("pathway", "outcome"),
        # leaving hospital by itself is not leaving it for rehabilitation, which is what the indicator counts
        [("integrated-crisis-response", "stayed_home"), ("complex-discharge", "home")],
    )
    def test_leaves_out_pathways_that_ask_nothing_later(self, ended, found, someone, pathway, outcome):
        ended(someone(), pathway=pathway, outcome=outcome)
        assert found() == 0

    def test_leaves_out_who_does_not_want_to_be_asked(self, ended, found, someone, now):
        episode = ended(someone())
        episode.events.create(kind="follow_up_declined", happened_at=now, recorded_at=now, actor_name="Tests")
        assert found() == 0

    def test_makes_one_call_where_a_stay_in_a_bed_asks_at_that_time(self, lead, staying, ended, found, now):
        stay = staying(days=20)
        leave_bed(actor=lead, stay=stay, left_at=now, support="same", now=now)
        ended(stay.person, days=0)
        assert found() == 0
        assert FollowUp.objects.filter(stay=stay).count() == 2


class TestTheList:
    def test_is_one_and_ties_whoever_follows_up(self, service, somebody, ended, found, someone, now):
        person = someone()
        episode = ended(person, days=100)
        found()
        manager = somebody(Role.CASE_MANAGER, "Cat Manager")
        (call,) = phone_list(manager, service.pk, now).due
        assert (call.episode, call.after.person) == (episode, person)
        assert set(tied_by_follow_ups(manager, [person.pk], now)) == {person.pk}
        assert tied_by_follow_ups(somebody(Role.ROSTER_PLANNER, "R P"), [person.pk], now) == {}

    def test_stops_the_clock_of_a_year_later(self, service, somebody, ended, found, someone, now):
        episode = ended(someone(), days=360)
        found()
        call = FollowUp.objects.get(episode=episode)
        manager = somebody(Role.CASE_MANAGER, "Cat Manager")
        with pytest.raises(NotAllowedError):
            record_try(
                actor=somebody(Role.FIELD_WORKER, "F W"), follow_up=call, was_reached=True, whereabouts="own_home",
                now=now,
            )  # fmt: skip
        with pytest.raises(RefusedError, match="only where there is paid care"):
            record_try(
                actor=manager, follow_up=call, was_reached=True, whereabouts="own_home", is_independent=True,
                weekly_hours=3, now=now,
            )  # fmt: skip
        record_try(
            actor=manager, follow_up=call, was_reached=True, whereabouts="own_home", is_independent=True, now=now
        )
        assert episode.events.get().kind == "followed_up"
        assert episode.person.timeline.get(kind="call").title == "12 months after reablement at home: their own home"
