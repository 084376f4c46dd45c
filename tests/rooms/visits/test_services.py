"""Visits needed, decided, begun and done."""

from datetime import date, datetime, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.episodes.selectors import episode_for
from homeward.episodes.services import accept_referral
from homeward.kernel.rules import LONDON, RefusedError, wall_clock
from homeward.plans.services import NewPattern, write_plan
from homeward.referrals.services import NewReferral, receive_referral
from homeward.roster.services import record_absence
from homeward.teams.models import Registration, Worker
from homeward.visits.models import Assignment, Visit
from homeward.visits.rules import first_visit_day, needed_on, state_from, told_after
from homeward.visits.selectors import day_for, visit_for
from homeward.visits.services import (
    arrive,
    assign_worker,
    cancel_visit,
    leave,
    make_visits,
    need_response,
    record_plan,
)
from homeward.visits.states import VISIT_MOVES, VisitCannotMoveError, VisitState, check_visit_move


@pytest.fixture
def episode(coordinator, crisis, now):
    return accept_referral(actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now)


@pytest.fixture
def response(coordinator, episode, now) -> Visit:
    return need_response(actor=coordinator, episode=episode, now=now)


@pytest.fixture
def sent(coordinator, response, workers, now) -> list[Assignment]:
    """A nurse and a carer sent together, due in twenty minutes."""
    at = now + timedelta(minutes=20)
    return [
        assign_worker(actor=coordinator, visit=response, slot=slot, worker=worker, starts_at=at, now=now)
        for slot, worker in ((0, workers[0]), (1, workers[2]))
    ]


class TestNeededOn:
    PATTERN = {
        "weekdays": "135", "starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31), "opens_at": "08:00",
        "closes_at": "09:30", "is_window_hard": False,
    }  # fmt: skip

    @pytest.mark.parametrize(
        ("day", "is_needed"),
        [
            (date(2026, 3, 2), True),  # a Monday
            (date(2026, 3, 3), False),  # a Tuesday
            (date(2026, 2, 27), False),  # before it starts
            (date(2026, 3, 30), True),
            (date(2026, 4, 1), False),  # after it ends
        ],
    )
    def test_follows_the_pattern(self, day, is_needed):
        assert (needed_on(day, **self.PATTERN) is not None) is is_needed

    def test_keeps_the_clock_on_the_wall_when_clocks_change(self):
        before, after = (needed_on(day, **self.PATTERN) for day in (date(2026, 3, 27), date(2026, 3, 30)))
        assert before.opens_at.hour == after.opens_at.hour == 8
        assert before.opens_at.utcoffset() != after.opens_at.utcoffset()


class TestStateFrom:
    @pytest.mark.parametrize(
        ("states", "slots", "expected"),
        [
            ([], 1, "needed"),
            (["proposed"], 2, "needed"),
            (["proposed", "sent"], 2, "planned"),
            (["arrived", "sent"], 2, "under_way"),
            (["left", "arrived"], 2, "under_way"),
            (["left", "left"], 2, "done"),
            (["left"], 2, "under_way"),
        ],
    )
    def test_reads_the_assignments(self, states, slots, expected):
        assert state_from([(state, "") for state in states], slots, "needed") == expected


class TestToldAfter:
    @pytest.mark.parametrize(
        ("told", "earlier", "taken"),
        [
            ("09:07:00", "09:07:25", "09:07:25"),  # the same minute: it followed
            ("09:06:59", "09:07:25", "09:06:59"),  # a minute before: left as it is, to be refused
            ("09:07:30", "09:07:25", "09:07:30"),
            ("09:08:00", "09:07:25", "09:08:00"),
        ],
    )
    def test_takes_a_whole_minute_as_people_mean_it(self, told, earlier, taken):
        moments = [datetime.fromisoformat(f"2026-11-24T{text}+00:00") for text in (told, earlier, taken)]
        assert told_after(moments[0], moments[1]) == moments[2]


class TestNeedResponse:
    def test_asks_for_two_together_before_the_clock_breaches(self, response, crisis):
        assert [slot["skill"] for slot in response.slots] == ["crisis_responder_health", "crisis_responder_care"]
        assert response.window_closes_at == crisis.received_at + timedelta(hours=2)
        assert response.is_crisis
        assert response.tasks.exists()

    def test_comes_to_where_the_person_is(self, response, ivy):
        assert response.address.person == ivy

    def _accepted(self, coordinator, ivy, pathway: str, now, received_at=None):
        new = NewReferral(source="gp", urgency="routine", need_code="fall", received_at=received_at or now)
        referral = receive_referral(actor=coordinator, person=ivy, new=new, now=now)
        episode = accept_referral(actor=coordinator, referral=referral, pathway_code=pathway, now=now)
        return need_response(actor=coordinator, episode=episode, now=now)

    @pytest.mark.parametrize(
        ("pathway", "title", "wanted"),
        [
            ("reablement-at-home", "Baseline and goals", date(2026, 11, 25)),  # by its clock, Thursday
            ("case-management", "Look back and plan", date(2026, 11, 27)),  # by Tuesday
            ("early-intervention-sensory", "Sensory review", date(2026, 12, 1)),  # by Tuesday fortnight
            # the fitting is what its clock waits for, and comes after the assessment, which has ten days
            ("assistive-technology", "What technology could do", date(2026, 11, 30)),  # half way is a Sunday
        ],
    )
    def test_wants_a_first_visit_half_way_to_when_it_is_due(self, coordinator, ivy, now, pathway, title, wanted):
        visit = self._accepted(coordinator, ivy, pathway, now)
        assert (visit.title, visit.day, visit.is_crisis) == (title, wanted, False)
        assert visit.window_opens_at == wall_clock(wanted, "09:00")

    def test_wants_it_today_once_its_clock_has_breached(self, coordinator, ivy, now):
        visit = self._accepted(coordinator, ivy, "reablement-at-home", now, now - timedelta(days=3))
        assert (visit.day, visit.window_opens_at) == (now.date(), now)

    @pytest.mark.parametrize("pathway", ["low-vision-clinic", "complex-discharge", "peer-advocacy"])
    def test_sends_nobody_home_where_a_pathway_begins_elsewhere(self, coordinator, ivy, now, pathway):
        assert self._accepted(coordinator, ivy, pathway, now) is None
        assert not Visit.objects.exists()


class TestFirstVisitDay:
    NOW = datetime(2026, 11, 26, 15, 0, tzinfo=LONDON)  # a Thursday

    @pytest.mark.parametrize(
        ("due", "within", "wanted"),
        [
            (None, None, "11-27"),
            ("11-20", None, "11-26"),  # breached
            ("11-26", None, "11-26"),
            ("11-27", None, "11-27"),
            ("11-28", None, "11-27"),
            ("12-03", None, "11-30"),  # half way is a Sunday
            ("12-10", None, "12-03"),
            ("12-10", 4, "11-30"),  # half way is a Saturday
            (None, 14, "12-03"),
            ("12-10", 0, "11-26"),
        ],
    )
    def test_is_half_way_on_a_weekday_and_never_past_the_due_day(self, due, within, wanted):
        due_at = None if due is None else datetime.fromisoformat(f"2026-{due}T23:59:59+00:00")
        assert first_visit_day(due_at, within, self.NOW) == date.fromisoformat(f"2026-{wanted}")

    def test_is_at_a_weekend_where_no_other_day_is_left(self):
        friday = self.NOW + timedelta(days=1)
        assert first_visit_day(friday + timedelta(days=2), None, friday) == date(2026, 11, 28)


class TestAssignWorker:
    def test_fills_the_slots_by_decision(self, response, sent):
        response.refresh_from_db()
        assert response.state == VisitState.PLANNED
        assert all(one.is_pinned and one.decided_by == "Test Person" for one in sent)

    def test_refuses_one_worker_twice(self, coordinator, response, sent, workers, now):
        with pytest.raises(RefusedError):
            assign_worker(actor=coordinator, visit=response, slot=1, worker=workers[0], starts_at=now, now=now)

    def test_refuses_somebody_without_the_skill(self, coordinator, response, workers, now):
        with pytest.raises(RefusedError, match="skill"):
            assign_worker(actor=coordinator, visit=response, slot=0, worker=workers[2], starts_at=now, now=now)

    def test_refuses_somebody_whose_registration_has_ended(self, coordinator, response, workers, now):
        register = {"register": "nmc", "number": "99A0001E", "checked_on": response.day, "checked_by": "Tests"}
        kept = Registration.objects.create(worker=workers[0], expires_on=response.day - timedelta(days=3), **register)
        with pytest.raises(RefusedError, match="registration ended"):
            assign_worker(actor=coordinator, visit=response, slot=0, worker=workers[0], starts_at=now, now=now)
        Registration.objects.filter(pk=kept.pk).update(expires_on=response.day)
        assign_worker(actor=coordinator, visit=response, slot=0, worker=workers[0], starts_at=now, now=now)

    def test_refuses_a_slot_that_is_not_there(self, coordinator, response, workers, now):
        with pytest.raises(RefusedError, match="no such place"):
            assign_worker(actor=coordinator, visit=response, slot=5, worker=workers[0], starts_at=now, now=now)

    def test_replaces_who_held_the_slot(self, coordinator, response, sent, workers, now):
        assign_worker(actor=coordinator, visit=response, slot=0, worker=workers[1], starts_at=now, now=now)
        assert {one.worker for one in response.assignments.all()} == {workers[1], workers[2]}

    def test_refuses_somebody_away_that_day(self, coordinator, planner, response, workers, now):
        record_absence(
            actor=planner, worker=workers[0], kind="sick", starts_on=response.day, ends_on=response.day, now=now
        )
        with pytest.raises(RefusedError, match="away"):
            assign_worker(actor=coordinator, visit=response, slot=0, worker=workers[0], starts_at=now, now=now)

    @pytest.mark.parametrize("at", ["2026-11-26T09:00:00+00:00", "9999-12-31T23:59:59-14:00"])
    def test_refuses_a_time_days_away(self, coordinator, response, workers, now, at):
        at = datetime.fromisoformat(at)
        with pytest.raises(RefusedError, match="more than a day"):
            assign_worker(actor=coordinator, visit=response, slot=0, worker=workers[0], starts_at=at, now=now)

    def test_is_not_for_a_field_worker(self, actor_with, response, workers, now):
        with pytest.raises(NotAllowedError):
            assign_worker(
                actor=actor_with(Role.FIELD_WORKER), visit=response, slot=0, worker=workers[0], starts_at=now, now=now
            )


class TestArriveAndLeave:
    def test_stop_the_clock_and_start_the_limit(self, coordinator, episode, sent, now):
        there = now + timedelta(minutes=25)
        arrive(actor=coordinator, assignment=sent[0], at=there, now=there)
        running = episode_for(coordinator, episode.pk, there)
        assert running.clock("response").is_met is True
        assert running.clock("support_limit").due_at == there + timedelta(hours=72)

    def test_the_second_to_arrive_changes_no_clock(self, coordinator, episode, sent, now):
        for minutes, one in zip((25, 30), sent):
            there = now + timedelta(minutes=minutes)
            arrive(actor=coordinator, assignment=one, at=there, now=there)
        assert episode.events.filter(kind="first_face_to_face_contact").count() == 1

    def test_make_the_visit_done_when_both_have_left(self, coordinator, episode, response, sent, now):
        later = now + timedelta(hours=1)
        for one in sent:
            arrive(actor=coordinator, assignment=one, at=now, now=now)
        leave(actor=coordinator, assignment=sent[0], at=later, now=later)
        response.refresh_from_db()
        assert response.state == VisitState.UNDER_WAY
        leave(actor=coordinator, assignment=sent[1], at=later, now=later, note="Settled")
        response.refresh_from_db()
        episode.refresh_from_db()
        assert (response.state, response.outcome_note, episode.stage) == ("done", "Settled", "supporting")

    def test_refuse_to_happen_twice_or_in_the_future(self, coordinator, sent, now):
        with pytest.raises(RefusedError, match="future"):
            arrive(actor=coordinator, assignment=sent[0], at=now + timedelta(hours=1), now=now)
        arrive(actor=coordinator, assignment=sent[0], at=now, now=now)
        with pytest.raises(VisitCannotMoveError):
            arrive(actor=coordinator, assignment=sent[0], at=now, now=now)

    def test_refuse_a_time_before_anybody_asked(self, coordinator, sent, now):
        with pytest.raises(RefusedError, match="before the referral"):
            arrive(actor=coordinator, assignment=sent[0], at=now - timedelta(minutes=11), now=now)

    def test_refuse_who_no_longer_goes(self, coordinator, response, sent, workers, now):
        assign_worker(actor=coordinator, visit=response, slot=0, worker=workers[1], starts_at=now, now=now)
        with pytest.raises(VisitCannotMoveError, match="Somebody else goes now"):
            arrive(actor=coordinator, assignment=sent[0], at=now, now=now)

    def test_may_be_recorded_by_the_worker_themselves_and_nobody_elses_worker(self, actor_with, sent, now):
        with pytest.raises(NotAllowedError):
            arrive(
                actor=actor_with(Role.FIELD_WORKER, worker_id=sent[1].worker_id), assignment=sent[0], at=now, now=now
            )
        arrive(actor=actor_with(Role.FIELD_WORKER, worker_id=sent[0].worker_id), assignment=sent[0], at=now, now=now)


class TestCancelVisit:
    def test_frees_the_workers_and_says_why(self, coordinator, response, sent, now):
        cancel_visit(actor=coordinator, visit=response, reason="In hospital", now=now)
        response.refresh_from_db()
        assert (response.state, response.assignments.count()) == ("cancelled", 0)

    def test_is_refused_once_it_has_begun(self, coordinator, response, sent, now):
        arrive(actor=coordinator, assignment=sent[0], at=now, now=now)
        with pytest.raises(VisitCannotMoveError):
            cancel_visit(actor=coordinator, visit=response, reason="Too late", now=now)


class TestRecordPlan:
    """What happened while the planner worked stands, whatever it proposes."""

    def record(self, planner, visit, workers, now):
        rows = [
            Assignment(visit=visit, slot=slot, worker=worker, starts_at=now, ends_at=now) for slot, worker in workers
        ]
        return record_plan(
            actor=planner, service_id=visit.service_id, day=visit.day, why="Tests", based_on=None, now=now,
            assignments=rows, unplanned={}, visit_ids=[visit.pk], figures={}, seed=1, iterations=1, cpu_seconds=0.0,
        )  # fmt: skip

    def test_sends_nobody_to_a_visit_cancelled_meanwhile(self, coordinator, planner, response, workers, now):
        cancel_visit(actor=coordinator, visit=response, reason="Went to hospital", now=now)
        self.record(planner, response, [(0, workers[0])], now)
        assert not Assignment.objects.filter(visit=response).exists()

    def test_puts_nobody_in_two_places_of_a_visit(self, coordinator, planner, response, workers, now):
        Worker.objects.filter(pk=workers[0].pk).update(skills=["crisis_responder_health", "crisis_responder_care"])
        workers[0].refresh_from_db()
        assign_worker(actor=coordinator, visit=response, slot=0, worker=workers[0], starts_at=now, now=now)
        self.record(planner, response, [(1, workers[0])], now)
        assert Assignment.objects.get(visit=response).slot == 0


class TestMakeVisits:
    def test_makes_each_visit_of_a_plan_once(self, service, planner, actor_with, episode, now):
        pattern = NewPattern(
            "Morning", "07:30", "09:30", 30, [{"skill": "home_care_worker", "minutes": 30}], now.date(),
            tasks=[{"code": "wash", "title": "Help to wash"}],
        )  # fmt: skip
        write_plan(
            actor=actor_with(Role.CASE_MANAGER), episode=episode, summary="", goals=[], patterns=[pattern],
            agreed_on=now.date(), now=now,
        )  # fmt: skip
        assert make_visits(actor=planner, service_id=service.pk, day=now.date(), now=now) == 1
        assert make_visits(actor=planner, service_id=service.pk, day=now.date(), now=now) == 0
        visit = Visit.objects.get(title="Morning")
        assert visit.window_opens_at == wall_clock(now.date(), "07:30")
        assert [task.title for task in visit.tasks.all()] == ["Help to wash"]


class TestDayFor:
    def test_shows_every_row_and_audits_it_as_one_event(self, service, planner, response, workers, sent, ivy, now):
        from homeward.audit.models import Event

        day = day_for(planner, service.pk, now.date(), now)
        assert {worker.label for worker in day.workers} == {worker.label for worker in workers}
        (visit,) = day.visits
        assert (visit.person_label, visit.is_joint, len(visit.assignments)) == ("Ivy Okafor", True, 2)
        assert Event.objects.get(action="see day").people == [ivy.pk]

    def test_lists_what_nobody_goes_to(self, service, planner, response, now):
        assert [visit.id for visit in day_for(planner, service.pk, now.date(), now).unplanned] == [response.pk]


class TestVisitFor:
    def test_audits_the_opening(self, coordinator, response, now):
        from homeward.audit.models import Event

        visit_for(coordinator, response.pk, now)
        assert Event.objects.filter(action="open visit", subject_id=response.pk).count() == 1


class TestMoves:
    @pytest.mark.parametrize("before", VisitState.values)
    @pytest.mark.parametrize("after", VisitState.values)
    def test_follow_the_table_and_nothing_else(self, before, after):
        if after in VISIT_MOVES[before]:
            check_visit_move(before, after)
        else:
            with pytest.raises(VisitCannotMoveError):
                check_visit_move(before, after)
