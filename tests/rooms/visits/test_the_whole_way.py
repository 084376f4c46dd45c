"""The whole way of one delegated task, as one story: train, observe, sign off, delegate, plan, do, supervise, lapse."""

from datetime import timedelta
from decimal import Decimal

import pytest

from homeward.access.rules import Actor, Role
from homeward.delegation.models import SpotCheck
from homeward.delegation.rules import questions_for
from homeward.delegation.selectors import published_frameworks, why_may
from homeward.delegation.services import (
    NewLimit,
    answer,
    declare,
    delegate,
    record_practice,
    record_test,
    sign_off,
    take_up_again,
    withdraw_sign_off,
)
from homeward.delegation.states import DeclarationKind, PracticeResult
from homeward.kernel.rules import london_day
from homeward.procedures.selectors import published_activities
from homeward.teams.models import Account, Registration, Training, Worker
from homeward.teams.selectors import actor_for
from homeward.visits import planning
from homeward.visits.selectors.supervision import Came, supervision_of
from homeward.visits.services import NewEntry, NewReading, check_outcome, record_tasks
from tests.rooms.visits.delegating import INSULIN, plan, visit_for_insulin


@pytest.fixture
def signed_in(somebody):
    """Gives a worker an account of their employer's and makes the actor they are."""

    def make(worker: Worker, role: Role) -> Actor:
        account = Account.objects.get(pk=somebody(role, worker.name).account_id)
        account.organisation = worker.organisation
        account.save()
        Worker.objects.filter(pk=worker.pk).update(account=account)
        return actor_for(account)

    return make


class TestFromTrainingToLapse:
    def test_frees_registered_time_and_gives_it_back_when_it_must(
        self, service, planner, somebody, signed_in, cared_for, ivy, team, now
    ):
        cared_for(ivy)
        nurse_row, bel_row, *_ = team
        today = london_day(now)
        Registration.objects.create(
            worker=nurse_row, register="nmc", number="99A0001E", expires_on=today + timedelta(days=300),
            checked_on=today, checked_by="Tests",
        )  # fmt: skip
        nurse = signed_in(nurse_row, Role.REGISTERED_PROFESSIONAL)
        bel = signed_in(bel_row, Role.FIELD_WORKER)
        employer = somebody(Role.ROSTER_PLANNER, "For The Employer")
        visit = visit_for_insulin(ivy, now)

        # given Bel has learned it, been tested and been watched with Ivy
        framework = published_frameworks()["insulin"]
        for code in framework.learning:
            Training.objects.create(
                worker=bel_row, code=code, title=code, competence="insulin", done_on=today, recorded_at=now,
                recorded_by="Tests",
            )  # fmt: skip
        assert "not signed off" in why_may(nurse, bel_row.pk, ivy.pk, INSULIN, today).because
        record_test(
            actor=nurse,
            worker=bel_row,
            competence="insulin",
            taken_on=today,
            score=10,
            out_of=10,
            is_passed=True,
            now=now,
        )
        for number in range(framework.observed_times):
            record_practice(
                actor=nurse, worker=bel_row, competence="insulin", activity_code=INSULIN, setting="at home",
                observed_at=now - timedelta(days=9 - number), result=PracticeResult.MET, person=ivy, now=now,
            )  # fmt: skip
        declare(actor=bel, worker=bel_row, competence="insulin", kind=DeclarationKind.WORKER_ACCEPTS, now=now)
        declare(
            actor=employer, worker=bel_row, competence="insulin", kind=DeclarationKind.EMPLOYER_ANSWERS, now=now,
            said_by="Her manager, by letter",
        )  # fmt: skip

        # when a nurse signs her off, delegates, and she accepts
        signed = sign_off(actor=nurse, worker=bel_row, competence="insulin", person=ivy, now=now)
        delegation = delegate(
            actor=nurse, person=ivy, activity_code=INSULIN, assessed=_all_well(), instructions="Check glucose first.",
            if_out_of_range="Give no insulin. Ring the nurse.", review_on=today + timedelta(days=180),
            workers=[bel_row], limits=[NewLimit("blood glucose", "mmol/L", Decimal(4), Decimal(14), True)], now=now,
        )  # fmt: skip
        assert "has not accepted" in why_may(nurse, bel_row.pk, ivy.pk, INSULIN, today).because
        answer(actor=bel, delegation=delegation, worker=bel_row, accepts=True, now=now)

        # then the planner sends Bel, and nobody else
        plan(service, planner, now)
        assert visit.assignments.get().worker == bel_row

        # when she does it, the nurse sees it and confirms the outcome
        at = now + timedelta(hours=2)
        task = visit.tasks.get(activity_code=INSULIN)
        limit = delegation.limits.get()
        record_tasks(
            actor=bel, visit=visit, at=at, now=at,
            entries=[NewEntry(task.pk, True, "", (NewReading(Decimal("7.2"), limit.pk),))],
        )  # fmt: skip
        seen = supervision_of(nurse, service.pk, today, today, now + timedelta(hours=4), own=True)
        assert seen.totals.came[Came.DONE] == 1
        check_outcome(actor=nurse, task=seen.to_check[0], is_met=True, text="", now=at)
        assert SpotCheck.objects.filter(sign_off=signed).exists()

        # when a reading is out of range in the evening, a nurse goes next time
        evening, night = visit_for_insulin(ivy, now, hour=16), visit_for_insulin(ivy, now, hour=18)
        plan(service, planner, at)
        assert evening.assignments.get().worker == bel_row
        later = now + timedelta(hours=8)
        low = NewEntry(
            evening.tasks.get(activity_code=INSULIN).pk, False, "Too low", (NewReading(Decimal("3.1"), limit.pk),)
        )
        done = record_tasks(actor=bel, visit=evening, at=later, now=later, entries=[low])
        assert done.suspended == (delegation,)
        planning.follow_delegations(actor=bel, service_id=service.pk, now=later, person_ids=[ivy.pk])
        instead = night.tasks.get(activity_code=INSULIN).handed_to
        assert instead.assignments.get().worker == nurse_row
        night.refresh_from_db()
        assert night.state == "planned", "and somebody still comes for the rest"

        # when the nurse has looked, Bel does it again; when her sign-off is withdrawn, she does not
        take_up_again(
            actor=nurse, delegation=delegation, what_was_found="She had not eaten",
            review_on=today + timedelta(days=90), now=later,
        )  # fmt: skip
        planning.follow_delegations(actor=nurse, service_id=service.pk, now=later, person_ids=[ivy.pk])
        assert night.tasks.get(activity_code=INSULIN).handed_to is None
        assert night.assignments.get().worker == bel_row
        withdraw_sign_off(actor=nurse, sign_off=signed, reason="A spot check was not safe", now=later)
        planning.follow_delegations(actor=nurse, service_id=service.pk, now=later, person_ids=[ivy.pk])
        assert night.tasks.get(activity_code=INSULIN).handed_to.assignments.get().worker == nurse_row
        assert "withdrawn" in why_may(nurse, bel_row.pk, ivy.pk, INSULIN, today).because


def _all_well() -> dict:
    return {
        question.code: {"answer": "person" if question.code == "consent" else "yes", "text": ""}
        for question in questions_for(published_activities()[INSULIN])
    }
