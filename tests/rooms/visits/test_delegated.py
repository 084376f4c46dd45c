"""Delegated tasks at visits: only those who may are planned or sent, and it is said why others may not."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, Role
from homeward.delegation.models import SignOff
from homeward.kernel.rules import RefusedError
from homeward.roster.models import Shift
from homeward.teams.models import Worker
from homeward.visits import planning
from homeward.visits.models import Assignment, Visit
from homeward.visits.services import assign_worker
from tests.rooms.visits.delegating import INSULIN, delegate, plan, sign_off, visit_for_insulin


class TestPlanDay:
    def test_sends_only_who_is_signed_off_and_has_accepted(self, service, planner, ivy, team, now):
        nurse, bel, cy, _ = team
        sign_off(bel, ivy, now)
        sign_off(cy, ivy, now)
        delegate(ivy, nurse, [cy], now)  # Bel was signed off too, and has not said yes for Ivy
        visit = visit_for_insulin(ivy, now)
        plan(service, planner, now)
        assert [row.worker for row in visit.assignments.all()] == [cy]

    def test_says_why_nobody_may_and_what_is_nearest(self, service, planner, ivy, team, now):
        nurse, bel, *_ = team
        sign_off(bel, ivy, now)
        delegate(ivy, nurse, [], now)
        visit = visit_for_insulin(ivy, now)
        plan(service, planner, now)
        visit.refresh_from_db()
        assert visit.state == "needed"
        assert "Bel Birch has not accepted this for this person. Ask Bel Birch." in visit.unplanned_reason
        assert "give insulin" in visit.unplanned_reason

    def test_needs_one_of_two_who_may(self, service, planner, ivy, team, now):
        nurse, bel, *_ = team
        sign_off(bel, ivy, now)
        delegate(ivy, nurse, [bel], now)
        slot = {"skill": "home_care_worker", "competences": ["insulin"], "minutes": 30}
        visit = visit_for_insulin(ivy, now, slots=[slot, slot])
        plan(service, planner, now)
        assert visit.assignments.get(slot=0).worker == bel
        assert visit.assignments.count() == 2

    def test_goes_by_skills_where_no_sign_off_is_kept(self, service, planner, ivy, team, now):
        team[2].skills = ["home_care_worker", "insulin"]
        team[2].save()
        visit = visit_for_insulin(ivy, now)
        plan(service, planner, now)
        assert [row.worker for row in visit.assignments.all()] == [team[2]]


class TestAssignWorker:
    def test_refuses_who_may_not_and_says_what_would_help(self, planner, ivy, team, now):
        nurse, bel, cy, _ = team
        sign_off(bel, ivy, now)
        delegate(ivy, nurse, [bel], now)
        visit = visit_for_insulin(ivy, now)
        with pytest.raises(RefusedError, match="Cy Cedar is not signed off for"):
            assign_worker(actor=planner, visit=visit, slot=0, worker=cy, starts_at=now + timedelta(hours=1), now=now)
        assert not visit.assignments.exists()

    def test_takes_a_second_worker_beside_one_who_may(self, planner, ivy, team, now):
        nurse, bel, cy, di = team
        sign_off(bel, ivy, now)
        delegate(ivy, nurse, [bel], now)
        slot = {"skill": "home_care_worker", "competences": ["insulin"], "minutes": 30}
        visit = visit_for_insulin(ivy, now, slots=[slot, slot])
        at = {"starts_at": now + timedelta(hours=1), "now": now}
        with pytest.raises(RefusedError, match="place 1 of 2"):
            planning.send(actor=planner, visit=visit, workers={0: cy, 1: di}, **at)
        planning.send(actor=planner, visit=visit, workers={0: cy, 1: bel}, **at)
        assert {row.worker for row in visit.assignments.all()} == {cy, bel}


class TestWhoCanCome:
    def test_offers_who_may_with_why_and_tells_of_the_others(self, planner, ivy, team, now):
        nurse, bel, cy, di = team
        sign_off(bel, ivy, now)
        sign_off(cy, ivy, now, agreed=False)
        delegate(ivy, nurse, [bel, cy], now)
        visit = visit_for_insulin(ivy, now)
        offers = planning.who_can_come(planner, visit, now)
        assert [offer.workers for offer in offers.for_slot[0]] == [(bel,)]
        assert "Bel Birch is signed off for" in offers.for_slot[0][0].may[0]
        assert [one.worker for one in offers.kept_out[0]] == [cy, di]
        assert "has not yet accepted" in offers.kept_out[0][0].may.because


class TestFollowDelegations:
    @pytest.fixture
    def itself(self, service) -> Actor:
        return Actor.system("tests", service.pk)

    @pytest.fixture
    def given(self, service, planner, ivy, team, now):
        """Bel and Cy may give Ivy her insulin; the day is planned."""
        nurse, bel, cy, _ = team
        for one in (bel, cy):
            sign_off(one, ivy, now)
        row = delegate(ivy, nurse, [bel, cy], now)
        visit = visit_for_insulin(ivy, now)
        plan(service, planner, now)
        return row, visit

    def holder(self, visit) -> Worker:
        return visit.assignments.get().worker

    def test_changes_nothing_while_all_may(self, service, itself, given, now):
        _, visit = given
        before = self.holder(visit)
        assert planning.follow_delegations(actor=itself, service_id=service.pk, now=now).visits == ()
        assert self.holder(visit) == before

    def test_gives_the_visit_to_another_who_may_when_one_is_withdrawn(self, service, itself, given, now):
        _, visit = given
        first = self.holder(visit)
        SignOff.objects.filter(worker=first).update(withdrawn_at=now, withdrawn_reason="Not safe", withdrawn_by="N")
        done = planning.follow_delegations(actor=itself, service_id=service.pk, now=now)
        assert [one.freed for one in done.visits] == [(first,)]
        assert self.holder(visit) not in (first, None)
        assert visit.tasks.filter(handed_to__isnull=False).count() == 0

    def test_sends_a_nurse_for_the_task_and_keeps_the_rest_when_it_is_suspended(
        self, service, itself, given, team, now
    ):
        row, visit = given
        row.state, row.suspended_reason = "suspended", "Her glucose was 3.1"
        row.save()
        done = planning.follow_delegations(actor=itself, service_id=service.pk, now=now)
        instead = done.visits[0].instead
        assert instead.assignments.get().worker == team[0]
        assert [task.activity_code for task in instead.tasks.all()] == [INSULIN]
        visit.refresh_from_db()
        assert visit.state == "planned", "somebody still comes for the rest"
        assert visit.tasks.get(activity_code="personal_care").handed_to is None
        assert visit.tasks.get(activity_code=INSULIN).handed_to == instead
        again = planning.follow_delegations(actor=itself, service_id=service.pk, now=now)
        assert again.visits == (), "doing it again changes nothing"

    def test_takes_the_task_back_when_it_is_delegated_again(self, service, itself, given, now):
        row, visit = given
        row.state, row.suspended_reason = "suspended", "Her glucose was 3.1"
        row.save()
        instead = planning.follow_delegations(actor=itself, service_id=service.pk, now=now).visits[0].instead
        row.state, row.suspended_reason = "active", ""
        row.save()
        planning.follow_delegations(actor=itself, service_id=service.pk, now=now, person_ids=[row.person_id])
        instead.refresh_from_db()
        assert instead.state == "cancelled"
        assert visit.tasks.get(activity_code=INSULIN).handed_to is None
        assert self.holder(visit).name in ("Bel Birch", "Cy Cedar")

    def test_gives_the_visit_itself_to_a_nurse_where_the_task_is_all_of_it(
        self, service, itself, planner, ivy, team, now
    ):
        nurse, bel, *_ = team
        sign_off(bel, ivy, now)
        row = delegate(ivy, nurse, [bel], now)
        visit = visit_for_insulin(ivy, now, tasks=[(INSULIN, True)])
        plan(service, planner, now)
        row.state = "ended"
        row.save()
        planning.follow_delegations(actor=itself, service_id=service.pk, now=now)
        visit.refresh_from_db()
        assert (visit.state, self.holder(visit)) == ("planned", nurse)
        assert Visit.objects.count() == 1

    def test_leaves_whom_a_person_chose_for_the_rest_and_sends_a_nurse_for_the_task(
        self, service, itself, planner, given, team, now
    ):
        row, visit = given
        assign_worker(actor=planner, visit=visit, slot=0, worker=team[1], starts_at=now + timedelta(hours=2), now=now)
        row.state, row.suspended_reason = "suspended", "Her glucose was 3.1"
        row.save()
        done = planning.follow_delegations(actor=itself, service_id=service.pk, now=now)
        assert [one.told for one in done.visits] == [(team[1],)]
        assert self.holder(visit) == team[1]
        assert done.visits[0].instead.assignments.get().worker == team[0]

    def test_sends_a_nurse_where_whoever_may_has_no_room(self, service, itself, planner, ivy, given, team, now):
        _, visit = given
        first = self.holder(visit)
        other = next(one for one in team[1:3] if one != first)
        Shift.objects.filter(worker=other).update(starts_at=now + timedelta(hours=10))
        SignOff.objects.filter(worker=first).update(withdrawn_at=now, withdrawn_reason="Not safe", withdrawn_by="N")
        Visit.objects.filter(pk=visit.pk).update(is_window_hard=True)
        planning.follow_delegations(actor=itself, service_id=service.pk, now=now)
        visit.refresh_from_db()
        assert visit.state == "planned"
        assert visit.tasks.get(activity_code=INSULIN).handed_to.assignments.get().worker == team[0]
        assert planning.follow_delegations(actor=itself, service_id=service.pk, now=now).visits == ()

    def test_tells_the_worker_and_whoever_plans(self, service, itself, somebody, given, now):
        from homeward.notices.models import Notice
        from homeward.teams.models import Account

        row, visit = given
        whose = somebody(Role.FIELD_WORKER, "Their Account")
        plans = somebody(Role.ROSTER_PLANNER, "Who Plans")
        Worker.objects.filter(pk=self.holder(visit).pk).update(account=Account.objects.get(pk=whose.account_id))
        row.state, row.suspended_reason = "suspended", "Her glucose was 3.1"
        row.save()
        planning.follow_delegations(actor=itself, service_id=service.pk, now=now)
        told = {(one.account_id, one.path.split("/")[1]) for one in Notice.objects.filter(kind="delegation")}
        assert told == {(whose.account_id, "today"), (plans.account_id, "today")}
        assert not Notice.objects.filter(title__icontains="Ivy").exists()

    def test_touches_nothing_that_nobody_ever_delegated(self, service, itself, planner, ivy, team, now):
        sign_off(team[1], ivy, now)
        visit = visit_for_insulin(ivy, now)
        plan(service, planner, now)
        assert planning.follow_delegations(actor=itself, service_id=service.pk, now=now).visits == ()
        visit.refresh_from_db()
        assert "delegated this for this person" in visit.unplanned_reason
        assert Assignment.objects.count() == 0
