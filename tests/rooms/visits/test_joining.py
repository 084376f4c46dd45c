"""Two visits of one person made one, as the person agreed, and made two again."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person, TimelineEntry
from homeward.plans.services import NewPattern, write_plan
from homeward.procedures.selectors import built, procedure
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, JoinedVisits, Visit
from homeward.visits.selectors import join_figures, join_of, joins_decided, joins_proposed
from homeward.visits.services import (
    JoinDecidedError,
    agree_join,
    decline_join,
    find_joinable,
    look_nightly,
    make_visits,
    part_again,
)

CARE = NewPattern(
    title="Morning care", opens_at="07:00", closes_at="10:00", minutes=30, starts_on=date(2026, 11, 2),
    slots=[{"skill": "home_care_worker", "competences": [], "minutes": 30}],
    tasks=[{"code": "personal_care", "title": "Personal care", "is_delegated": False},
           {"code": "meals_and_drinks", "title": "Meals and drinks", "is_delegated": False}],
)  # fmt: skip
PRACTICE = NewPattern(
    title="Morning practice", opens_at="07:30", closes_at="09:30", minutes=40, starts_on=date(2026, 11, 2),
    slots=[{"skill": "reablement_worker", "competences": [], "minutes": 40}],
    tasks=[{"code": "reablement_practice", "title": "Practice", "is_delegated": False},
           {"code": "personal_care", "title": "Personal care", "is_delegated": False}],
)  # fmt: skip


@pytest.fixture
def manager(actor_with) -> Actor:
    return actor_with(Role.CASE_MANAGER)


@pytest.fixture
def plan_of(service, system, ivy, now):
    """Writes a plan of a pathway with these visits: `plan_of("home-care-with-delegated-tasks", CARE)`."""

    def write(code: str, *patterns: NewPattern, episode: Episode | None = None):
        row = procedure("pathway", code)
        episode = episode or Episode.objects.create(
            service=service,
            person=ivy,
            pathway=row,
            stage=built(row).stages[1].code,
            started_at=now - timedelta(days=9),
        )
        acting = Actor.system("tests", service.pk)
        return write_plan(
            actor=acting, episode=episode, summary="Support", goals=["Wash alone"], patterns=list(patterns),
            now=now - timedelta(days=8), agreed_on=date(2026, 11, 16),
        )  # fmt: skip

    return write


@pytest.fixture
def two_teams(workers, plan_of, service):
    """Ivy has home care and reablement, both in the morning; one worker could do either."""
    Worker.objects.filter(name="Worker Cedar").update(skills=["reablement_worker"])
    Worker.objects.filter(name="Worker Damson").update(skills=["home_care_worker"])
    return plan_of("home-care-with-delegated-tasks", CARE), plan_of("reablement-at-home", PRACTICE)


@pytest.fixture
def proposal(two_teams, manager, service, now) -> JoinedVisits:
    assert find_joinable(actor=manager, service_id=service.pk, now=now) == 1
    return JoinedVisits.objects.get()


@pytest.fixture
def tomorrow(now) -> date:
    return london_day(now) + timedelta(days=1)


@pytest.fixture
def made(proposal, planner, service, tomorrow, now):
    """The visits of the next two days are made, before anything is decided."""
    for ahead in range(2):
        make_visits(actor=planner, service_id=service.pk, day=tomorrow + timedelta(days=ahead), now=now)


def agreed(proposal, manager, tomorrow, now, **more):
    told = {"person_agreed_on": london_day(now), "person_said": "Yes, one face is better", "starts_on": tomorrow}
    return agree_join(actor=manager, join=proposal, now=now, **(told | more))


def titles(day: date) -> list[tuple[str, str, int]]:
    rows = Visit.objects.filter(day=day).order_by("title", "state")
    return [(row.title, row.state, row.slots[0]["minutes"]) for row in rows]


class TestFindJoinable:
    def test_proposes_what_it_would_be_and_why(self, proposal):
        assert (proposal.kept.title, proposal.joined.title) == ("Morning practice", "Morning care")
        assert (proposal.opens_at, proposal.closes_at, proposal.minutes) == ("07:30", "09:30", 45)
        assert proposal.slots == [{"skill": "reablement_worker", "competences": [], "minutes": 45}]
        assert {task["code"] for task in proposal.tasks} == {"personal_care", "meals_and_drinks", "reablement_practice"}
        assert proposal.reasons[0].startswith("Both visits are for")

    def test_proposes_nothing_twice(self, proposal, manager, service, now):
        assert find_joinable(actor=manager, service_id=service.pk, now=now) == 0
        decline_join(actor=manager, join=proposal, reason="She wants both", now=now)
        assert find_joinable(actor=manager, service_id=service.pk, now=now) == 0

    def test_proposes_nothing_that_nobody_could_do(self, two_teams, manager, service, now):
        Worker.objects.filter(name="Worker Cedar").update(skills=["home_care_worker"])
        assert find_joinable(actor=manager, service_id=service.pk, now=now) == 0

    def test_takes_back_what_nobody_decided_when_a_plan_changes(self, proposal, plan_of, manager, service, now):
        plan_of("home-care-with-delegated-tasks", CARE, episode=proposal.joined.plan.episode)
        assert find_joinable(actor=manager, service_id=service.pk, now=now) == 1
        proposal.refresh_from_db()
        assert proposal.state == "ended"

    def test_is_done_once_a_night(self, two_teams, service, now):
        system = Actor.system("tests", service.pk)
        night = now.replace(hour=3)
        assert look_nightly(actor=system, service_id=service.pk, now=now) is None
        assert look_nightly(actor=system, service_id=service.pk, now=night) == 1
        assert look_nightly(actor=system, service_id=service.pk, now=night + timedelta(hours=1)) is None
        assert look_nightly(actor=system, service_id=service.pk, now=night + timedelta(days=1)) == 0


class TestAgreeJoin:
    def test_makes_one_visit_of_days_to_come(self, proposal, manager, planner, service, tomorrow, now):
        agreed(proposal, manager, tomorrow, now)
        make_visits(actor=planner, service_id=service.pk, day=tomorrow, now=now)
        assert titles(tomorrow) == [("Morning practice", "needed", 45)]
        visit = Visit.objects.get(day=tomorrow)
        assert visit.tasks.count() == 3
        assert visit.window_opens_at.astimezone(now.tzinfo).strftime("%H:%M") == "07:30"

    def test_changes_the_visits_already_made(self, made, proposal, manager, tomorrow, now):
        agreed(proposal, manager, tomorrow + timedelta(days=1), now)
        assert titles(tomorrow) == [("Morning care", "needed", 30), ("Morning practice", "needed", 40)]
        assert titles(tomorrow + timedelta(days=1)) == [
            ("Morning care", "cancelled", 30),
            ("Morning practice", "needed", 45),
        ]
        assert "agreed" in Visit.objects.get(state="cancelled").outcome_note

    def test_leaves_what_somebody_decided(self, made, proposal, manager, workers, tomorrow, now):
        visit = Visit.objects.get(day=tomorrow, title="Morning care")
        Assignment.objects.create(
            visit=visit, slot=0, worker=workers[3], starts_at=visit.window_opens_at, ends_at=visit.window_closes_at,
            decided_by="Pat Lee", state="sent",
        )  # fmt: skip
        agreed(proposal, manager, tomorrow, now)
        assert titles(tomorrow) == [("Morning care", "needed", 30), ("Morning practice", "needed", 40)]

    def test_leaves_a_day_on_which_a_registered_professional_comes_for_a_part(
        self, made, proposal, manager, tomorrow, now
    ):
        Visit.objects.filter(day=tomorrow, title="Morning care").update(
            slots_before=[{"skill": "nurse", "minutes": 30}]
        )
        agreed(proposal, manager, tomorrow, now)
        assert titles(tomorrow) == [("Morning care", "needed", 30), ("Morning practice", "needed", 40)]

    def test_says_so_in_the_persons_timeline(self, proposal, manager, tomorrow, now):
        agreed(proposal, manager, tomorrow, now)
        entry = TimelineEntry.objects.get(title__startswith="Two visits become one")
        assert entry.text == "Yes, one face is better"

    @pytest.mark.parametrize(
        ("more", "why"),
        [
            ({"person_said": " "}, "what the person said"),
            ({"starts_on": date(2026, 11, 24)}, "Choose tomorrow"),
            ({"person_agreed_on": date(2026, 11, 30)}, "has not come yet"),
        ],
    )
    def test_asks_for_the_persons_agreement_and_a_day_to_come(self, proposal, manager, tomorrow, now, more, why):
        with pytest.raises(RefusedError, match=why):
            agreed(proposal, manager, tomorrow, now, **more)

    def test_is_decided_once(self, proposal, manager, tomorrow, now):
        agreed(proposal, manager, tomorrow, now)
        with pytest.raises(JoinDecidedError):
            decline_join(actor=manager, join=proposal, reason="No", now=now)

    def test_is_not_for_those_who_write_no_plans(self, proposal, planner, tomorrow, now):
        with pytest.raises(NotAllowedError):
            agreed(proposal, planner, tomorrow, now)


class TestPartAgain:
    def test_makes_two_visits_again_also_of_days_already_made(self, made, proposal, manager, tomorrow, now):
        join = agreed(proposal, manager, tomorrow, now)
        part_again(actor=manager, join=join, from_day=tomorrow + timedelta(days=1), reason="Too long for her", now=now)
        assert titles(tomorrow) == [("Morning care", "cancelled", 30), ("Morning practice", "needed", 45)]
        assert titles(tomorrow + timedelta(days=1)) == [
            ("Morning care", "cancelled", 30), ("Morning care", "needed", 30), ("Morning practice", "needed", 40),
        ]  # fmt: skip
        assert Visit.objects.get(day=tomorrow + timedelta(days=1), title="Morning practice").tasks.count() == 2


class TestFigures:
    def test_count_what_became_of_them_and_the_minutes_saved(self, proposal, manager, service, tomorrow, now):
        agreed(proposal, manager, tomorrow, now)
        first, last = london_day(now), london_day(now) + timedelta(days=3)
        figures = join_figures(manager, service.pk, first, last)
        assert (figures.found, figures.agreed, figures.declined, figures.waiting) == (1, 1, 0, 0)
        assert figures.precision == 1.0
        assert figures.minutes_saved == 3 * proposal.care_minutes_saved == 75

    @pytest.mark.parametrize("what", ["episode", "person"])
    def test_count_nothing_saved_after_an_end(self, proposal, manager, service, tomorrow, now, what):
        join = agreed(proposal, manager, tomorrow, now)
        if what == "episode":
            episodes = Episode.objects.filter(pk=join.joined.plan.episode_id)
            episodes.update(ended_at=now + timedelta(days=2), outcome_code="ended")
        else:
            Person.objects.filter(pk=join.person_id).update(died_on=tomorrow + timedelta(days=1))
        first, last = london_day(now), london_day(now) + timedelta(days=10)
        assert join_figures(manager, service.pk, first, last).minutes_saved == 2 * proposal.care_minutes_saved

    def test_lists_show_only_people_the_reader_may_see(self, proposal, manager, somebody, service, tomorrow, now):
        assert [row.pk for row in joins_proposed(manager, service.pk, now)] == [proposal.pk]
        agreed(proposal, manager, tomorrow, now)
        assert [row.pk for row in joins_decided(manager, service.pk, now)] == [proposal.pk]
        assert join_of(manager, proposal.pk).pk == proposal.pk
        with pytest.raises(NotAllowedError):
            joins_proposed(somebody(Role.FIELD_WORKER), service.pk, now)
