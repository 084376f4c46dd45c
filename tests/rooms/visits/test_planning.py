"""The bridge to the planner: a day of the record in, a plan with its reasons out."""

from datetime import timedelta
from itertools import pairwise

import pytest

from homeward.episodes.services import accept_referral
from homeward.kernel.rules import RefusedError
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.plans.services import NewPattern, write_plan
from homeward.referrals.services import NewReferral, receive_referral
from homeward.roster.models import Shift
from homeward.visits import planning
from homeward.visits.models import Assignment, DayPlan, Visit
from homeward.visits.planning.board import read_board
from homeward.visits.services import (
    PlanChangedMeanwhileError,
    arrive,
    assign_worker,
    make_visits,
    need_response,
    record_plan,
)
from homeward.visits.states import AssignmentState

SECONDS = 0.2


@pytest.fixture
def morning_visits(service, coordinator, system, now, workers):
    """Six people near by, each needing a responder for half an hour some time in the morning."""
    from homeward.access.rules import Actor

    actor = Actor.system("tests", service.pk)
    for number in range(6):
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
        pattern = NewPattern(
            "Morning", "09:30", "12:00", 30, [{"skill": "crisis_responder_care", "minutes": 30}], now.date()
        )
        write_plan(
            actor=actor, episode=episode, summary="", goals=[], patterns=[pattern], agreed_on=now.date(), now=now
        )
    make_visits(actor=actor, service_id=service.pk, day=now.date(), now=now)
    return list(Visit.objects.order_by("id"))


@pytest.fixture
def planned(service, planner, morning_visits, now) -> DayPlan:
    return planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=SECONDS, seed=1)


class TestPlanDay:
    def test_plans_every_visit_and_says_why(self, planned, morning_visits):
        rows = Assignment.objects.select_related("worker", "visit")
        assert planned.figures["planned"] == rows.count() == 6
        assert all(row.worker.name in row.why for row in rows)
        assert not any("_" in row.why for row in rows), "codes must not reach a manager"

    def test_keeps_windows_and_nobody_in_two_places(self, planned):
        by_worker: dict = {}
        for row in Assignment.objects.select_related("visit").order_by("starts_at"):
            assert row.visit.window_opens_at <= row.starts_at <= row.visit.window_closes_at
            before = by_worker.get(row.worker_id)
            assert before is None or before + timedelta(minutes=row.travel_minutes) <= row.starts_at + timedelta(
                minutes=1
            )
            by_worker[row.worker_id] = row.ends_at

    def test_moves_nothing_the_first_time(self, planned):
        assert planned.moves.count() == 0

    def test_gives_a_reason_for_what_cannot_be_done(self, service, planner, morning_visits, now):
        Visit.objects.filter(pk=morning_visits[0].pk).update(slots=[{"skill": "physiotherapist", "minutes": 30}])
        planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=SECONDS, seed=1)
        left_out = Visit.objects.get(pk=morning_visits[0].pk)
        assert left_out.state == "needed"
        assert "physiotherapist" in left_out.unplanned_reason.lower()

    def test_says_so_when_an_address_has_no_place(self, service, planner, morning_visits, now):
        address = morning_visits[0].address
        address.latitude = address.longitude = None
        address.save()
        planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=SECONDS, seed=1)
        assert "postcode" in Visit.objects.get(pk=morning_visits[0].pk).unplanned_reason

    def test_leaves_what_a_person_decided(self, service, planner, planned, morning_visits, workers, now):
        at = now + timedelta(hours=2)
        assign_worker(actor=planner, visit=morning_visits[0], slot=0, worker=workers[3], starts_at=at, now=now)
        planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=SECONDS, seed=2)
        row = Assignment.objects.get(visit=morning_visits[0])
        assert (row.worker, row.starts_at, row.decided_by) == (workers[3], at, "Test Person")


class TestBreaks:
    @pytest.fixture
    def full_day(self, service, planner, morning_visits, workers, now):
        """One worker from nine to five with six visits of an hour, at any time of the day."""
        Shift.objects.exclude(worker=workers[2]).delete()
        Shift.objects.update(starts_at=now, ends_at=now + timedelta(hours=8))
        Visit.objects.update(
            window_opens_at=now,
            window_closes_at=now + timedelta(hours=7),
            slots=[{"skill": "crisis_responder_care", "minutes": 60}],
        )
        planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=SECONDS, seed=1)
        return list(Assignment.objects.order_by("starts_at"))

    def after_the_break(self, full_day) -> Assignment:
        """What comes after twenty minutes neither with anybody nor on the way."""
        for before, after in pairwise(full_day):
            if after.starts_at - timedelta(minutes=after.travel_minutes) - before.ends_at >= timedelta(minutes=20):
                return after
        raise AssertionError([(str(one.starts_at), str(one.ends_at)) for one in full_day])

    def test_leaves_room_for_a_break_in_a_long_shift(self, full_day):
        assert len(full_day) == 6
        self.after_the_break(full_day)

    @pytest.fixture
    def owed(self, service, now):
        def at(moment):
            (worker,) = read_board(service.pk, now.date(), moment).problem.workers
            return worker.shifts[0].rest

        return at

    def test_plans_none_once_it_was_had(self, full_day, owed, now):
        after = self.after_the_break(full_day)
        assert owed(now).minutes > 20
        assert owed(full_day[0].ends_at).minutes > 20
        assert owed(after.starts_at) is None

    @pytest.mark.parametrize(("has_left", "is_owed"), [(False, True), (True, False)])
    def test_staying_longer_with_somebody_is_none(self, full_day, owed, has_left, is_owed):
        first = full_day[0]
        Assignment.objects.exclude(pk=first.pk).delete()
        left_at = first.ends_at if has_left else None
        state = AssignmentState.LEFT if has_left else AssignmentState.ARRIVED
        Assignment.objects.update(state=state, arrived_at=first.starts_at, left_at=left_at)
        assert (owed(first.ends_at + timedelta(minutes=30)) is not None) == is_owed


class TestAcceptAndRespond:
    def test_replans_the_affected_and_shows_what_moved(self, coordinator, planned, crisis, workers, now):
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        assert response.visit.state == "planned"
        two = response.visit.assignments.select_related("worker")
        assert {tuple(row.worker.skills) for row in two} == {("crisis_responder_health",), ("crisis_responder_care",)}
        assert len({row.starts_at for row in two}) == 1, "a joint visit starts together"
        assert {move.visit_id for move in response.moves} >= {response.visit.pk}
        assert all(move.why for move in response.moves)

    def test_moves_only_those_it_must(self, coordinator, planned, crisis, now):
        before = {row.visit_id: (row.worker_id, row.starts_at) for row in Assignment.objects.all()}
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        after = {
            row.visit_id: (row.worker_id, row.starts_at) for row in Assignment.objects.exclude(visit=response.visit)
        }
        moved = {move.visit_id for move in response.moves}
        assert {visit for visit in before if before[visit] != after.get(visit)} == moved - {response.visit.pk}

    def test_accepts_even_where_nobody_can_come(self, coordinator, crisis, now):
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        assert response.episode.pk
        assert response.visit.state == "needed"
        assert response.visit.unplanned_reason

    def test_disturbs_nobody_today_for_a_pathway_that_answers_tomorrow(self, coordinator, crisis, now):
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="home-care-with-delegated-tasks", now=now
        )
        assert (response.plan, response.moves) == (None, ())
        assert response.visit.day == now.date() + timedelta(days=1)


class TestTwoHours:
    def test_are_a_promise_that_no_saving_elsewhere_buys(
        self, service, planner, coordinator, morning_visits, crisis, workers, now
    ):
        # given one carer left, with a visit due every half hour until after the crisis breaches
        Shift.objects.filter(worker=workers[3]).delete()
        for number, visit in enumerate(morning_visits):
            due = now + timedelta(minutes=20 + 35 * number)
            Visit.objects.filter(pk=visit.pk).update(window_opens_at=due, window_closes_at=due)
        planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=SECONDS, seed=1)

        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )

        due_at = crisis.received_at + timedelta(hours=2)
        assert all(row.starts_at <= due_at for row in response.visit.assignments.all())
        assert response.visit.assignments.count() == 2
        assert response.plan.figures["late_minutes"] > 0, "somebody else had to wait"

    def test_are_passed_rather_than_nobody_coming(self, coordinator, planned, crisis, workers, now):
        late = crisis.received_at + timedelta(hours=2, minutes=10)
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=late
        )
        assert response.visit.assignments.count() == 2


class TestReplanOfARunningDay:
    def test_leaves_what_has_begun(self, service, coordinator, planner, planned, crisis, now):
        first = Assignment.objects.order_by("starts_at").first()
        later = first.starts_at + timedelta(minutes=1)
        arrive(actor=planner, assignment=first, at=later, now=later)
        planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=later
        )
        again = Assignment.objects.get(visit=first.visit)
        assert (again.pk, again.worker_id, again.state) == (first.pk, first.worker_id, "arrived")

    def test_starts_nothing_in_the_past(self, service, planner, morning_visits, now):
        late = now + timedelta(hours=1, minutes=30)
        planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=late, seconds=SECONDS, seed=1)
        assert all(row.starts_at >= late for row in Assignment.objects.all())


class TestWhoCanCome:
    def test_offers_each_slot_and_teams_soonest_first(self, coordinator, planned, crisis, workers, now):
        episode = accept_referral(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        visit = need_response(actor=coordinator, episode=episode, now=now)
        offers = planning.who_can_come(coordinator, visit, now)
        assert {offer.workers[0].skills[0] for offer in offers.for_slot[0]} == {"crisis_responder_health"}
        assert {offer.workers[0].skills[0] for offer in offers.for_slot[1]} == {"crisis_responder_care"}
        for row in (*offers.for_slot.values(), offers.teams):
            assert [offer.starts_at for offer in row] == sorted(offer.starts_at for offer in row)
        assert all(len(offer.workers) == 2 for offer in offers.teams)
        assert all(offer.arrives_at >= now for offer in offers.teams)

    def test_offers_others_for_a_visit_that_somebody_was_sent_to(self, coordinator, planned, crisis, workers, now):
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        assign_worker(
            actor=coordinator, visit=response.visit, slot=0, worker=workers[0], starts_at=now + timedelta(minutes=30),
            now=now,
        )  # fmt: skip
        offers = planning.who_can_come(coordinator, response.visit, now)
        assert {offer.workers[0] for offer in offers.for_slot[0]} == {workers[0], workers[1]}

    def test_still_offers_when_a_proposed_time_has_passed(self, coordinator, planned, crisis, now):
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        later = response.visit.assignments.first().starts_at + timedelta(minutes=5)
        offers = planning.who_can_come(coordinator, response.visit, later)
        assert offers.teams, "nobody was sent, so somebody is still waiting"
        assert all(offer.arrives_at >= later for offer in offers.teams)


class TestSettingOff:
    def test_is_never_before_now(self, coordinator, planned, crisis, now):
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        for row in response.visit.assignments.all():
            assert row.starts_at >= now + timedelta(minutes=row.travel_minutes)
            assert row.travel_minutes > 0


class TestDecisionsThatContradict:
    def test_are_said_so_and_break_nothing(self, service, planner, planned, morning_visits, workers, now):
        far = Visit.objects.get(pk=morning_visits[5].pk)
        at = now + timedelta(hours=1)
        for visit in (morning_visits[0], far):
            assign_worker(actor=planner, visit=visit, slot=0, worker=workers[3], starts_at=at, now=now)
        plan = planning.replan(
            actor=planner, service_id=service.pk, day=now.date(), visit_ids=[far.pk], now=now, why="Both at once"
        )
        kept = Assignment.objects.filter(visit__in=(morning_visits[0], far))
        assert {(row.worker_id, row.starts_at) for row in kept} == {(workers[3].pk, at)}
        assert plan.pk


class TestTwoPlannersAtOnce:
    def test_the_later_must_look_again(self, service, planner, planned, now):
        with pytest.raises(PlanChangedMeanwhileError, match="just now"):
            record_plan(
                actor=planner, service_id=service.pk, day=now.date(), why="", based_on=None, now=now, assignments=[],
                unplanned={}, visit_ids=[], figures={}, seed=0, iterations=0, cpu_seconds=0,
            )  # fmt: skip

    def test_is_refused_in_words(self):
        assert issubclass(PlanChangedMeanwhileError, RefusedError)
