"""Visits go where the person is."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.kernel.rules import london_day
from homeward.people.services import NewAddress, move_home, stay_elsewhere
from homeward.visits.models import Assignment, DayPlan, Visit
from homeward.visits.planning import move_visits, plan_day
from homeward.visits.services import follow_addresses, follow_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(now):
    return london_day(now)


@pytest.fixture
def visit_on(service, ivy, now):
    """Makes a visit to Ivy's home so many days from now."""

    def make(days: int, **more) -> Visit:
        at = now + timedelta(days=days, hours=2)
        return Visit.objects.create(
            service=service, person=ivy, address=ivy.addresses.order_by("id").first(), day=at.date(),
            title="Morning visit", window_opens_at=at, window_closes_at=at + timedelta(hours=2),
            slots=[{"skill": "crisis_responder_care", "minutes": 30}], **more,
        )  # fmt: skip

    return make


@pytest.fixture
def at_roses(coordinator, ivy, now, today):
    """Ivy stays at Rose's from tomorrow for three days."""

    def go():
        return stay_elsewhere(
            actor=coordinator, person=ivy, new=NewAddress(lines="4 Rose Road", postcode="DE1 3DA", kind="temporary"),
            from_day=today + timedelta(days=1), until=today + timedelta(days=3), now=now,
        )  # fmt: skip

    return go


class TestFollowPerson:
    def test_only_visits_of_those_days_go_there(self, coordinator, ivy, visit_on, at_roses, now):
        visits = [visit_on(days) for days in (0, 1, 3, 4)]
        stay = at_roses()
        moved = follow_person(actor=coordinator, person=ivy, now=now)
        assert [visit.pk for visit in moved] == [visits[1].pk, visits[2].pk]
        assert [Visit.objects.get(pk=one.pk).address_id == stay.pk for one in visits] == [False, True, True, False]
        assert follow_person(actor=coordinator, person=ivy, now=now) == []

    def test_leaves_what_is_done_where_it_was(self, coordinator, ivy, visit_on, at_roses, now):
        done = visit_on(1, state="done")
        at_roses()
        assert follow_person(actor=coordinator, person=ivy, now=now) == []
        assert Visit.objects.get(pk=done.pk).address.kind == "home"

    def test_frees_whom_the_planner_proposed_and_keeps_whom_a_person_sent(
        self, coordinator, ivy, workers, visit_on, at_roses, now
    ):
        proposed, sent = visit_on(1, state="planned"), visit_on(2, state="planned")
        for visit, more in ((proposed, {}), (sent, {"state": "sent", "decided_by": "Somebody"})):
            Assignment.objects.create(
                visit=visit, slot=0, worker=workers[2], starts_at=visit.window_opens_at,
                ends_at=visit.window_opens_at + timedelta(minutes=30), **more,
            )  # fmt: skip
        at_roses()
        follow_person(actor=coordinator, person=ivy, now=now)
        states = [(Visit.objects.get(pk=one.pk).state, one.assignments.count()) for one in (proposed, sent)]
        assert states == [("needed", 0), ("planned", 1)]

    def test_is_not_for_everybody(self, actor_with, ivy, now):
        with pytest.raises(NotAllowedError):
            follow_person(actor=actor_with(Role.FIELD_WORKER), person=ivy, now=now)


class TestFollowAddresses:
    def test_finds_what_moved_by_itself_once(self, service, coordinator, ivy, visit_on, at_roses, now, today):
        visits = [visit_on(days) for days in (0, 2, 5)]
        at_roses()
        move_home(
            actor=coordinator, person=ivy, new=NewAddress(lines="9 New Street"), from_day=today + timedelta(days=5),
            now=now,
        )  # fmt: skip
        system = Actor.system("tests", service.pk)
        moved = follow_addresses(actor=system, service_id=service.pk, now=now)
        assert [visit.pk for visit in moved] == [visits[1].pk, visits[2].pk]
        assert Visit.objects.get(pk=visits[2].pk).address.lines == "9 New Street"
        assert follow_addresses(actor=system, service_id=service.pk, now=now) == []


class TestMoveVisits:
    def test_plans_again_the_days_that_had_a_plan(
        self, service, coordinator, planner, ivy, workers, visit_on, now, today
    ):
        visit = visit_on(0)
        plan_day(actor=planner, service_id=service.pk, day=today, now=now, seconds=0.2, seed=1)
        move_home(
            actor=coordinator, person=ivy, new=NewAddress(lines="9 New Street", postcode="DE1 3DA"), from_day=today,
            now=now,
        )  # fmt: skip
        followed = move_visits(actor=coordinator, person=ivy, now=now)
        assert (followed.planned, followed.to_plan) == ((today,), ())
        assert DayPlan.objects.filter(service=service, day=today).count() == 2
        visit.refresh_from_db()
        assert (visit.address.lines, visit.state) == ("9 New Street", "planned")

    def test_says_which_days_somebody_must_plan(self, service, actor_with, planner, ivy, workers, visit_on, now, today):
        visit_on(0)
        plan_day(actor=planner, service_id=service.pk, day=today, now=now, seconds=0.2, seed=1)
        lead = actor_with(Role.BED_LEAD)
        move_home(actor=lead, person=ivy, new=NewAddress(lines="9 New Street"), from_day=today, now=now)
        followed = move_visits(actor=lead, person=ivy, now=now)
        assert (len(followed.visits), followed.planned, followed.to_plan) == (1, (), (today,))
