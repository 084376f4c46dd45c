"""Deciding that somebody else may do it for this person, and stopping it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event
from homeward.delegation.models import Delegation
from homeward.delegation.selectors import why_may
from homeward.delegation.services import (
    AlreadyDelegatedError,
    MayNotDecideError,
    NewLimit,
    NotToBeDelegatedError,
    answer,
    ask_worker,
    change_instructions,
    end,
    remove_worker,
    review_delegation,
    suspend,
    suspend_for,
    take_up_again,
)
from homeward.delegation.states import CannotMoveError, DelegationState, WorkerAnswer
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import TimelineEntry

INSULIN = "insulin_administration"
GLUCOSE = NewLimit("Blood glucose", "mmol/L", Decimal("4"), Decimal("15"), stops=True)


class TestDelegate:
    def test_puts_it_in_force_and_asks_the_workers(self, ivy, carer, delegated, nurse, now):
        row = delegated(ivy, INSULIN, carer, limits=[GLUCOSE])

        assert row.state == DelegationState.ACTIVE
        assert row.delegated_by_id == nurse.worker_id
        assert [one.answer for one in row.workers.all()] == [WorkerAnswer.ASKED]
        assert [(one.low, one.high, one.stops) for one in row.limits.all()] == [(4, 15, True)]
        assert [one.kind for one in row.events.order_by("pk")] == ["delegated"]
        assert Event.objects.filter(action="delegate", person_id=ivy.pk).exists()
        assert TimelineEntry.objects.filter(person=ivy, title="Delegated: give insulin").exists()

    def test_refuses_a_second_decision_on_a_record_merged_into_theirs(self, ivy, carer, delegated, service):
        from homeward.people.models import Person

        old = Person.objects.create(service=service, reference="OLD", given_name="Ivie", family_name="Okafor")
        delegated(old, INSULIN, carer)
        Person.objects.filter(pk=old.pk).update(merged_into=ivy)
        with pytest.raises(AlreadyDelegatedError):
            delegated(ivy, INSULIN, carer)

    def test_refuses_what_is_never_delegated(self, ivy, delegated):
        with pytest.raises(NotToBeDelegatedError, match="never"):
            delegated(ivy, "delegation_supervision")

    @pytest.mark.parametrize(
        ("question", "said", "words"),
        [
            ("stable", "no", "not settled"),
            ("consent", "no", "Nobody has agreed"),
            ("in_place_3", "no", "A settled dose"),
            ("reachable", "", "Answer"),
        ],
    )
    def test_refuses_when_what_was_assessed_stands_against_it(
        self, question, said, words, ivy, carer, delegated, all_well, monkeypatch, nurse, now
    ):
        from homeward.delegation.services import delegate

        assessed = all_well(INSULIN) | {question: {"answer": said, "text": ""}}
        with pytest.raises(NotToBeDelegatedError, match=words):
            delegate(
                actor=nurse, person=ivy, activity_code=INSULIN, assessed=assessed, instructions="Do", workers=[carer],
                if_out_of_range="Phone", review_on=london_day(now) + timedelta(days=30), now=now,
            )  # fmt: skip

    def test_wants_the_best_interests_form_where_somebody_cannot_decide(
        self, ivy, carer, nurse, all_well, now, cared_for
    ):
        from homeward.delegation.services import delegate

        assessed = all_well(INSULIN) | {"consent": {"answer": "best_interests", "text": ""}}
        with pytest.raises(NotToBeDelegatedError, match="best interests"):
            delegate(
                actor=nurse, person=ivy, activity_code=INSULIN, assessed=assessed, instructions="Do", workers=[carer],
                if_out_of_range="Phone", review_on=london_day(now) + timedelta(days=30), now=now,
            )  # fmt: skip

    def test_refuses_a_second_for_the_same(self, ivy, carer, delegated):
        delegated(ivy, INSULIN, carer)

        with pytest.raises(AlreadyDelegatedError):
            delegated(ivy, INSULIN)

    @pytest.mark.parametrize("days", [0, -3, 400])
    def test_refuses_a_review_that_is_past_or_too_far(self, days, ivy, delegated, now):
        with pytest.raises(RefusedError, match="review"):
            delegated(ivy, INSULIN, review_on=london_day(now) + timedelta(days=days))

    @pytest.mark.parametrize(
        "limit",
        [NewLimit("Blood glucose"), NewLimit("Blood glucose", "", Decimal(9), Decimal(4)), NewLimit(" ", "", 1)],
    )
    def test_refuses_a_limit_that_makes_no_sense(self, limit, ivy, delegated):
        with pytest.raises(RefusedError):
            delegated(ivy, INSULIN, limits=[limit])

    def test_refuses_a_worker_it_may_not_be_delegated_to(self, ivy, hire, delegated):
        with pytest.raises(RefusedError, match="home care worker"):
            delegated(ivy, INSULIN, hire("Sol Reed", "social_worker"))

        assert not Delegation.objects.exists()

    def test_refuses_another_profession(self, ivy, hire, registered, signed_in, all_well, now):
        from homeward.delegation.services import delegate

        physio = signed_in(registered(hire("Fay Moss", "physiotherapist")), Role.REGISTERED_PROFESSIONAL)
        with pytest.raises(MayNotDecideError, match="a nurse"):
            delegate(
                actor=physio, person=ivy, activity_code=INSULIN, assessed=all_well(INSULIN), instructions="Do",
                workers=[], if_out_of_range="Phone", review_on=london_day(now) + timedelta(days=30), now=now,
            )  # fmt: skip


class TestAnswer:
    def test_lets_a_worker_accept_and_later_decline(self, ivy, carer, signed, delegated, signed_in, nurse, now):
        signed(carer, "insulin", ivy)
        mina = signed_in(carer, Role.FIELD_WORKER)
        row = delegated(ivy, INSULIN, carer)

        answer(actor=mina, delegation=row, worker=carer, accepts=True, now=now)
        accepted = why_may(nurse, carer.pk, ivy.pk, INSULIN, london_day(now)).may
        answer(actor=mina, delegation=row, worker=carer, accepts=False, reason="My hands shake", now=now)

        assert (accepted, why_may(nurse, carer.pk, ivy.pk, INSULIN, london_day(now)).may) == (True, False)
        assert [one.kind for one in row.events.order_by("pk")] == ["delegated", "accepted", "declined"]

    def test_lets_nobody_answer_for_a_worker_who_can_sign_in(self, ivy, carer, delegated, signed_in, nurse, now):
        signed_in(carer, Role.FIELD_WORKER)
        row = delegated(ivy, INSULIN, carer)

        with pytest.raises(NotAllowedError):
            answer(actor=nurse, delegation=row, worker=carer, accepts=True, now=now, said_by="by phone")

    def test_refuses_a_worker_who_was_not_asked(self, ivy, hire, delegated, signed_in, now):
        other = hire("Ben Ash", "home_care_worker")

        with pytest.raises(RefusedError, match="not asked"):
            answer(
                actor=signed_in(other, Role.FIELD_WORKER), delegation=delegated(ivy, INSULIN), worker=other,
                accepts=True, now=now,
            )  # fmt: skip


class TestWorkers:
    def test_asks_one_more_and_again_after_removing(self, ivy, carer, delegated, nurse, now):
        row = delegated(ivy, INSULIN)

        ask_worker(actor=nurse, delegation=row, worker=carer, now=now)
        with pytest.raises(RefusedError, match="before"):
            ask_worker(actor=nurse, delegation=row, worker=carer, now=now)
        remove_worker(actor=nurse, delegation=row, worker=carer, reason="Moved away", now=now)
        removed = row.workers.get().answer
        ask_worker(actor=nurse, delegation=row, worker=carer, now=now)

        assert (removed, row.workers.get().answer) == (WorkerAnswer.REMOVED, WorkerAnswer.ASKED)

    def test_need_not_ask_a_nurse(self, ivy, nurse_worker, delegated, nurse, now):
        with pytest.raises(RefusedError, match="profession"):
            ask_worker(actor=nurse, delegation=delegated(ivy, INSULIN), worker=nurse_worker, now=now)


class TestSuspend:
    def test_stops_everybody_until_it_is_taken_up_again(self, ivy, carer, signed, delegated, nurse, now):
        signed(carer, "insulin", ivy)
        row = delegated(ivy, INSULIN, carer)
        row.workers.update(answer=WorkerAnswer.ACCEPTED)
        day = london_day(now)

        suspend(actor=nurse, delegation=row, why="Two low readings.", now=now)
        stopped = why_may(nurse, carer.pk, ivy.pk, INSULIN, day)
        take_up_again(
            actor=nurse, delegation=row, what_was_found="Dose changed by the doctor.", now=now,
            review_on=day + timedelta(days=60),
        )  # fmt: skip

        assert stopped.because == "The delegation is suspended: Two low readings."
        assert why_may(nurse, carer.pk, ivy.pk, INSULIN, day).may
        row.refresh_from_db()
        assert (row.suspended_reason, row.review_on) == ("", day + timedelta(days=60))

    def test_may_be_done_by_a_rule(self, ivy, delegated, service, now):
        row = delegated(ivy, INSULIN)

        suspend(actor=Actor.system("Homeward", service.pk), delegation=row, why="Reading outside.", now=now)

        assert row.events.order_by("pk").last().by_name == "Homeward"

    def test_refuses_what_is_not_in_force(self, ivy, delegated, nurse, now):
        row = delegated(ivy, INSULIN)
        end(actor=nurse, delegation=row, why="Pens instead", now=now)

        with pytest.raises(CannotMoveError):
            suspend(actor=nurse, delegation=row, why="Low", now=now)

    def test_of_a_person_stops_all_that_is_delegated_for_them(self, ivy, delegated, service, now):
        delegated(ivy, INSULIN)
        delegated(ivy, "eye_drops")

        stopped = suspend_for(actor=Actor.system("Homeward", service.pk), person=ivy, why="NEWS2 of 7.", now=now)

        assert {one.activity_code for one in stopped} == {INSULIN, "eye_drops"}
        assert set(Delegation.objects.values_list("state", flat=True)) == {DelegationState.SUSPENDED}

    def test_of_a_person_stops_what_was_delegated_for_a_record_merged_into_theirs(
        self, ivy, delegated, service, nurse, now
    ):
        from homeward.delegation.selectors import delegations_of
        from homeward.people.models import Person

        old = Person.objects.create(service=service, reference="OLD", given_name="Ivie", family_name="Okafor")
        row = delegated(old, "eye_drops")
        Person.objects.filter(pk=old.pk).update(merged_into=ivy)

        assert suspend_for(actor=nurse, person=ivy, why="Fell", now=now) == [row]
        assert delegations_of(nurse, ivy) == [row]


class TestEnd:
    def test_ends_for_good_and_lets_it_be_delegated_anew(self, ivy, delegated, nurse, now):
        row = delegated(ivy, INSULIN)

        end(actor=nurse, delegation=row, why="A nurse does it again.", now=now)

        assert delegated(ivy, INSULIN).pk != row.pk
        with pytest.raises(RefusedError, match="ended"):
            ask_worker(actor=nurse, delegation=row, worker=nurse, now=now)


class TestChange:
    def test_keeps_what_was_there_before_in_the_history(self, ivy, delegated, nurse, now):
        row = delegated(ivy, INSULIN, limits=[GLUCOSE])

        change_instructions(
            actor=nurse, delegation=row, instructions="New way.", if_out_of_range="Phone 111.", now=now,
            limits=[NewLimit("Blood glucose", "mmol/L", Decimal("5"), None)],
        )  # fmt: skip

        assert [one.low for one in row.limits.filter(removed_at=None)] == [5]
        assert row.limits.count() == 2
        assert "Do it as we practised" in row.events.order_by("pk").last().text

    def test_moves_the_review_on_and_says_what_was_found(self, ivy, delegated, nurse, now):
        row = delegated(ivy, INSULIN)

        review_delegation(
            actor=nurse, delegation=row, what_was_found="All well.", review_on=london_day(now) + timedelta(days=300),
            now=now,
        )  # fmt: skip

        row.refresh_from_db()
        assert row.review_on == london_day(now) + timedelta(days=300)
