"""What came of tasks: readings against the limits of a delegation, and what follows from them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.delegation.models import DelegationLimit
from homeward.kernel.rules import RefusedError
from homeward.notices.models import Notice
from homeward.teams.models import Account, Worker
from homeward.visits import planning
from homeward.visits.models import TaskReading
from homeward.visits.services import NewEntry, NewReading, check_outcome, record_attendance, record_tasks
from tests.rooms.visits.delegating import INSULIN, delegate, plan, sign_off, visit_for_insulin


@pytest.fixture
def given(service, planner, ivy, team, now):
    """Bel gives Ivy insulin with a glucose of 4 to 14; the day is planned. (delegation, limit, visit, Bel)"""
    nurse, bel, *_ = team
    sign_off(bel, ivy, now)
    row = delegate(ivy, nurse, [bel], now, if_out_of_range="Give no insulin. Ring the nurse on 07700 900111.")
    limit = DelegationLimit.objects.create(
        delegation=row, reading="blood glucose", unit="mmol/L", low=Decimal(4), high=Decimal(14), stops=True
    )
    visit = visit_for_insulin(ivy, now)
    plan(service, planner, now)
    return row, limit, visit, bel


@pytest.fixture
def bel(actor_with, given) -> Actor:
    return actor_with(Role.FIELD_WORKER, worker_id=given[3].pk)


def reading(visit, limit, value, *, is_done=True, reason=""):
    task = visit.tasks.get(activity_code=INSULIN)
    return NewEntry(task.pk, is_done, reason, (NewReading(Decimal(value), limit.pk),))


class TestRecordTasks:
    def test_keeps_what_was_done_and_read(self, bel, given, now):
        _, limit, visit, worker = given
        at = now + timedelta(hours=1)
        wash = visit.tasks.get(activity_code="personal_care")
        entries = [reading(visit, limit, "7.5"), NewEntry(wash.pk, False, "She had washed already")]
        done = record_tasks(actor=bel, visit=visit, entries=entries, at=at, now=at)
        assert (done.outside, done.suspended) == ((), ())
        kept = TaskReading.objects.get()
        assert (kept.value, kept.unit, kept.worker, kept.is_out_of_range) == (Decimal("7.5"), "mmol/L", worker, False)
        wash.refresh_from_db()
        assert (wash.not_done_reason, wash.worker) == ("She had washed already", worker)
        said = visit.person.timeline.get(title__startswith="Tasks of the visit").text
        assert "blood glucose 7.5 mmol/L" in said
        assert "not done: She had washed already" in said

    def test_stops_the_delegation_says_what_to_do_and_sends_a_nurse_next_time(
        self,
        service,
        bel,
        ivy,
        given,
        team,
        now,
    ):
        row, limit, visit, _ = given
        later = visit_for_insulin(ivy, now, hour=17)
        at = now + timedelta(hours=1)
        low = reading(visit, limit, "3.1", is_done=False, reason="Too low")
        done = record_tasks(actor=bel, visit=visit, entries=[low], at=at, now=at)
        assert done.outside[0].told_to == "Give no insulin. Ring the nurse on 07700 900111."
        row.refresh_from_db()
        assert row.state == "suspended"
        assert row.suspended_reason == "blood glucose was 3.1 mmol/L; it should be 4 to 14 mmol/L."
        planning.follow_delegations(actor=bel, service_id=service.pk, now=at, person_ids=[ivy.pk])
        assert later.tasks.get(activity_code=INSULIN).handed_to.assignments.get().worker == team[0]

    def test_tells_whoever_delegated_it(self, bel, somebody, given, team, now):
        _, limit, visit, _ = given
        nurse = somebody(Role.REGISTERED_PROFESSIONAL, "Nurse Ash")
        Worker.objects.filter(pk=team[0].pk).update(account=Account.objects.get(pk=nurse.account_id))
        at = now + timedelta(hours=1)
        record_tasks(actor=bel, visit=visit, entries=[reading(visit, limit, "19")], at=at, now=at)
        told = Notice.objects.filter(account_id=nurse.account_id, is_urgent=True)
        assert "A reading at a delegated task is out of range" in [one.title for one in told]
        assert not told.filter(title__contains="19").exists()

    @pytest.mark.parametrize(
        ("entry", "says"),
        [
            (lambda task, limit: NewEntry(task.pk, True), "give the reading"),
            (lambda task, limit: NewEntry(task.pk, False, " "), "say why it was not done"),
            (lambda task, limit: NewEntry(task.pk, True, "", (NewReading(Decimal("NaN"), limit.pk),)), "not a number"),
            (lambda task, limit: NewEntry(task.pk, True, "", (NewReading(Decimal(7), limit.pk + 99),)), "has changed"),
            (lambda task, limit: NewEntry(task.pk + 99, True), "not a task of this visit"),
        ],
    )
    def test_refuses_what_says_too_little(self, bel, given, now, entry, says):
        _, limit, visit, _ = given
        task = visit.tasks.get(activity_code=INSULIN)
        with pytest.raises(RefusedError, match=says):
            record_tasks(actor=bel, visit=visit, entries=[entry(task, limit)], at=now, now=now)
        assert not TaskReading.objects.exists()

    def test_refuses_somebody_who_does_not_go(self, actor_with, given, team, now):
        _, limit, visit, _ = given
        other = actor_with(Role.FIELD_WORKER, worker_id=team[3].pk)
        with pytest.raises(NotAllowedError):
            record_tasks(actor=other, visit=visit, entries=[reading(visit, limit, "7")], at=now, now=now)


class TestCheckOutcome:
    def test_is_a_registered_professionals_word(self, actor_with, bel, given, now):
        _, limit, visit, _ = given
        record_tasks(actor=bel, visit=visit, entries=[reading(visit, limit, "7")], at=now, now=now)
        task = visit.tasks.get(activity_code=INSULIN)
        nurse = actor_with(Role.REGISTERED_PROFESSIONAL)
        with pytest.raises(RefusedError, match="Say what does not meet"):
            check_outcome(actor=nurse, task=task, is_met=False, text="", now=now)
        check_outcome(actor=nurse, task=task, is_met=True, text="", now=now)
        assert task.checks.get().by_name == "Test Person"
        with pytest.raises(NotAllowedError):
            check_outcome(actor=bel, task=task, is_met=True, text="", now=now)

    def test_refuses_what_nobody_wrote_down(self, actor_with, given, now):
        task = given[2].tasks.get(activity_code=INSULIN)
        with pytest.raises(RefusedError, match="Nobody has written down"):
            check_outcome(actor=actor_with(Role.REGISTERED_PROFESSIONAL), task=task, is_met=True, text="", now=now)


class TestRecordAttendance:
    def test_leaves_what_somebody_wrote_down_and_what_was_handed_on(self, service, bel, given, now):
        _, _, visit, worker = given
        task = visit.tasks.get(activity_code=INSULIN)
        record_tasks(actor=bel, visit=visit, entries=[NewEntry(task.pk, False, "She was asleep")], at=now, now=now)
        row = visit.assignments.get()
        later = now + timedelta(hours=3)
        record_attendance(
            actor=Actor.system("tests", service.pk), service_id=service.pk,
            attendance=[(row, now + timedelta(hours=1), now + timedelta(hours=2))], now=later,
        )  # fmt: skip
        task.refresh_from_db()
        wash = visit.tasks.get(activity_code="personal_care")
        assert (task.done_at, task.not_done_reason) == (None, "She was asleep")
        assert (wash.done_by, wash.worker) == ("Bel Birch", worker)
