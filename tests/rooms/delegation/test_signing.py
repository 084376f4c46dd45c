"""Coming to be signed off, and the end of it."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.delegation.models import SignOff, SpotCheck
from homeward.delegation.selectors import waiting, why_may
from homeward.delegation.services import (
    MayNotDecideError,
    NotReadyError,
    declare,
    record_practice,
    record_spot_check,
    record_test,
    sign_off,
    withdraw_evidence,
    withdraw_sign_off,
)
from homeward.delegation.states import DeclarationKind, PracticeResult
from homeward.kernel.models import Change
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Notice
from homeward.teams.models import Registration, Training


@pytest.fixture
def ready(carer, watched, now):
    """Mina has done everything that being signed off for Ivy's insulin asks for."""
    from homeward.delegation.selectors import published_frameworks

    def make(person=None, competence: str = "insulin"):
        framework = published_frameworks()[competence]
        for code in framework.learning:
            Training.objects.create(
                worker=carer, code=code, title=code, competence=competence, done_on=london_day(now),
                recorded_at=now, recorded_by="Tests",
            )  # fmt: skip
        if framework.needs_knowledge_test:
            carer.knowledge_tests.create(
                competence=competence, taken_on=london_day(now), score=9, out_of=10, is_passed=True,
                recorded_at=now, recorded_by="Tests",
            )  # fmt: skip
        watched(carer, competence, framework.observed_times or 1, person)
        return carer

    return make


class TestSignOff:
    def test_signs_for_a_person_until_the_longest_day_and_says_what_it_rests_on(self, nurse, ivy, ready, now):
        row = sign_off(actor=nurse, worker=ready(ivy), competence="insulin", person=ivy, now=now)

        assert row.signed_by_id == nurse.worker_id
        assert row.ends_on == london_day(now).replace(year=2027)
        assert len(row.rests_on["practices"]) >= 1
        assert "Mina Cole" in row.statement
        assert Event.objects.filter(action="sign off", person_id=ivy.pk, actor_name=nurse.name).count() == 1
        assert Change.objects.filter(topic="delegation").exists()

    def test_refuses_before_practice_was_watched_and_says_what_is_missing(self, nurse, ivy, carer, now):
        with pytest.raises(NotReadyError, match="observed practice"):
            sign_off(actor=nurse, worker=carer, competence="insulin", person=ivy, now=now)

    def test_refuses_when_no_practice_was_with_the_person(self, nurse, ivy, ready, now):
        with pytest.raises(NotReadyError, match="with this person"):
            sign_off(actor=nurse, worker=ready(None), competence="insulin", person=ivy, now=now)

    def test_refuses_without_the_person_where_it_is_signed_off_by_person(self, nurse, ready, ivy, now):
        with pytest.raises(RefusedError, match="one person at a time"):
            sign_off(actor=nurse, worker=ready(ivy), competence="insulin", now=now)

    def test_refuses_practice_that_was_long_ago(self, nurse, ivy, ready, now):
        worker = ready(ivy)
        worker.observed_practices.update(observed_at=now - timedelta(days=500))

        with pytest.raises(NotReadyError):
            sign_off(actor=nurse, worker=worker, competence="insulin", person=ivy, now=now)

    def test_refuses_a_day_further_than_the_procedures_let_it_last(self, nurse, ivy, ready, now):
        with pytest.raises(RefusedError, match="at most 12 months"):
            sign_off(
                actor=nurse, worker=ready(ivy), competence="insulin", person=ivy, now=now,
                ends_on=london_day(now) + timedelta(days=400),
            )  # fmt: skip

    def test_refuses_a_kind_of_worker_that_it_is_not_delegated_to(self, nurse, ivy, hire, now):
        with pytest.raises(RefusedError, match="home care worker"):
            sign_off(actor=nurse, worker=hire("Sol Reed", "social_worker"), competence="insulin", person=ivy, now=now)

    def test_refuses_oneself(self, nurse, nurse_worker, now):
        with pytest.raises(RefusedError, match="themselves"):
            sign_off(actor=nurse, worker=nurse_worker, competence="eye_drops", now=now)

    def test_refuses_whoever_may_not_delegate(self, carer, signed_in, ready, ivy, hire, now):
        other = signed_in(hire("Ben Ash", "home_care_worker"), Role.FIELD_WORKER)

        with pytest.raises(NotAllowedError):
            sign_off(actor=other, worker=ready(ivy), competence="insulin", person=ivy, now=now)

    def test_refuses_a_professional_who_is_not_on_the_roster(self, somebody, ready, ivy, now):
        with pytest.raises(MayNotDecideError, match="roster"):
            sign_off(
                actor=somebody(Role.REGISTERED_PROFESSIONAL, "Off Roster"), worker=ready(ivy),
                competence="insulin", person=ivy, now=now,
            )  # fmt: skip

    def test_refuses_another_profession(self, hire, registered, signed_in, ready, ivy, now):
        physio = signed_in(registered(hire("Fay Moss", "physiotherapist")), Role.REGISTERED_PROFESSIONAL)

        with pytest.raises(MayNotDecideError, match="a nurse"):
            sign_off(actor=physio, worker=ready(ivy), competence="insulin", person=ivy, now=now)

    @pytest.mark.parametrize(("days", "words"), [(-1, "ended on"), (None, "not on record")])
    def test_refuses_a_nurse_whose_registration_is_not_current(self, days, words, nurse, ready, ivy, now):
        worker = ready(ivy)
        Registration.objects.all().delete()
        if days is not None:
            Registration.objects.create(
                worker_id=nurse.worker_id, register="nmc", number="1", checked_by="Tests",
                expires_on=london_day(now) + timedelta(days=days), checked_on=london_day(now),
            )  # fmt: skip

        with pytest.raises(MayNotDecideError, match=words):
            sign_off(actor=nurse, worker=worker, competence="insulin", person=ivy, now=now)

    def test_tells_the_worker(self, nurse, ivy, ready, signed_in, now):
        worker = ready(ivy)
        signed_in(worker, Role.FIELD_WORKER)

        sign_off(actor=nurse, worker=worker, competence="insulin", person=ivy, now=now)

        assert Notice.objects.get().title == "You are signed off"


class TestWithdrawSignOff:
    def test_ends_it_at_once(self, nurse, ivy, carer, signed, delegated, now):
        row = signed(carer, "insulin", ivy)
        delegated(ivy, "insulin_administration", carer).workers.update(answer="accepted")
        before = why_may(nurse, carer.pk, ivy.pk, "insulin_administration", london_day(now)).may

        withdraw_sign_off(actor=nurse, sign_off=row, reason="Missed two readings", now=now)

        found = why_may(nurse, carer.pk, ivy.pk, "insulin_administration", london_day(now))
        assert (before, found.may) == (True, False)
        assert "withdrawn" in found.because

    def test_refuses_without_a_reason_and_twice(self, nurse, carer, signed, now):
        row = signed(carer, "eye_drops")
        with pytest.raises(RefusedError, match="why"):
            withdraw_sign_off(actor=nurse, sign_off=row, reason=" ", now=now)
        withdraw_sign_off(actor=nurse, sign_off=row, reason="No longer does it", now=now)

        with pytest.raises(RefusedError, match="before"):
            withdraw_sign_off(actor=nurse, sign_off=row, reason="Again", now=now)

    def test_ends_the_older_one_too_that_a_renewal_left_standing(self, nurse, ivy, carer, signed, delegated, now):
        signed(carer, "insulin", ivy)
        renewed = signed(carer, "insulin", ivy)
        other = signed(carer, "eye_drops")
        delegated(ivy, "insulin_administration", carer).workers.update(answer="accepted")

        withdraw_sign_off(actor=nurse, sign_off=renewed, reason="Missed two readings", now=now)

        assert not why_may(nurse, carer.pk, ivy.pk, "insulin_administration", london_day(now)).may
        reasons = SignOff.objects.filter(competence="insulin").values_list("withdrawn_reason", flat=True)
        assert list(reasons) == ["Missed two readings"] * 2
        other.refresh_from_db()
        assert other.withdrawn_at is None

    def test_wants_practice_watched_again_before_it_is_signed_again(self, nurse, service, ivy, ready, now):
        worker = ready(ivy)
        row = sign_off(actor=nurse, worker=worker, competence="insulin", person=ivy, now=now)
        withdraw_sign_off(actor=nurse, sign_off=row, reason="Missed two readings", now=now)

        assert waiting(nurse, service.pk, now).ready == ()
        with pytest.raises(NotReadyError, match="observed practice"):
            sign_off(actor=nurse, worker=worker, competence="insulin", person=ivy, now=now)
        later = now + timedelta(days=12)
        for one in list(worker.observed_practices.all()):
            one.pk, one.observed_at = None, later
            one.save()
        assert sign_off(actor=nurse, worker=worker, competence="insulin", person=ivy, now=later).pk

    def test_counts_no_practice_before_one_that_was_not_yet_safe(self, nurse, carer, ivy, ready, now):
        worker = ready(ivy)
        record_practice(
            actor=nurse, worker=carer, competence="insulin", activity_code="insulin_administration", person=ivy,
            setting="at home", observed_at=now, result=PracticeResult.NOT_YET, feedback="Wrong dose", now=now,
        )  # fmt: skip

        with pytest.raises(NotReadyError, match="observed practice"):
            sign_off(actor=nurse, worker=worker, competence="insulin", person=ivy, now=now)


class TestRecordPractice:
    def test_records_what_was_seen(self, nurse, carer, ivy, now):
        row = record_practice(
            actor=nurse, worker=carer, competence="insulin", activity_code="insulin_administration", person=ivy,
            setting="At home", observed_at=now - timedelta(hours=1), result=PracticeResult.MET, now=now,
            reflection="I take my time with the dial now.",
        )  # fmt: skip

        assert (row.assessor_id, row.person_id) == (nurse.worker_id, ivy.pk)
        assert Event.objects.filter(action="record observed practice", person_id=ivy.pk).exists()

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"setting": " "}, "where"),
            ({"activity_code": "eye_drops"}, "activity"),
            ({"result": PracticeResult.NOT_YET}, "not yet right"),
        ],
    )
    def test_refuses_what_says_too_little(self, more, words, nurse, carer, now):
        told = {"activity_code": "insulin_administration", "setting": "At home", "result": PracticeResult.MET} | more

        with pytest.raises(RefusedError, match=words):
            record_practice(actor=nurse, worker=carer, competence="insulin", observed_at=now, now=now, **told)

    def test_no_longer_counts_when_it_is_taken_back(self, nurse, carer, watched, ivy, now):
        for row in watched(carer, "insulin", 3, ivy):
            withdraw_evidence(actor=nurse, row=row, reason="Written for the wrong worker", now=now)

        with pytest.raises(NotReadyError):
            sign_off(actor=nurse, worker=carer, competence="insulin", person=ivy, now=now)


class TestRecordTest:
    def test_refuses_a_score_above_its_scale(self, nurse, carer, now):
        with pytest.raises(RefusedError, match="score"):
            record_test(
                actor=nurse, worker=carer, competence="insulin", taken_on=london_day(now), score=11, out_of=10,
                is_passed=True, now=now,
            )  # fmt: skip


class TestDeclare:
    def test_lets_a_worker_accept_for_themselves_and_decline_later(self, carer, signed_in, now):
        mina = signed_in(carer, Role.FIELD_WORKER)

        for kind in (DeclarationKind.WORKER_ACCEPTS, DeclarationKind.WORKER_DECLINES):
            declare(actor=mina, worker=carer, competence="insulin", kind=kind, now=now)

        assert [row.kind for row in carer.declarations.order_by("pk")] == ["worker_accepts", "worker_declines"]

    def test_lets_nobody_accept_for_a_worker_who_can_sign_in(self, nurse, carer, signed_in, now):
        signed_in(carer, Role.FIELD_WORKER)

        with pytest.raises(NotAllowedError, match="themselves"):
            declare(
                actor=nurse, worker=carer, competence="insulin", kind=DeclarationKind.WORKER_ACCEPTS, now=now,
                said_by="told me",
            )  # fmt: skip

    def test_writes_down_what_a_worker_without_an_account_said(self, nurse, carer, now):
        row = declare(
            actor=nurse, worker=carer, competence="insulin", kind=DeclarationKind.WORKER_ACCEPTS, now=now,
            said_by="on paper, 20 November",
        )  # fmt: skip

        assert row.by_name == f"Mina Cole, on paper, 20 November, written down by {nurse.name}"

    def test_wants_to_know_who_of_another_employer_answers(self, somebody, carer, now):
        planner = somebody(Role.ROSTER_PLANNER, "Pia Lane")
        told = {"worker": carer, "competence": "insulin", "kind": DeclarationKind.EMPLOYER_ANSWERS, "now": now}

        with pytest.raises(RefusedError, match="Larkmoor"):
            declare(actor=planner, **told)
        row = declare(actor=planner, said_by="Jo Marsh, registered manager, by letter", **told)

        assert row.by_name.startswith("Jo Marsh, registered manager, by letter of Larkmoor Care")

    def test_lets_an_employer_answer_for_its_own(self, somebody, signed_in, hire, carer, now):
        manager = signed_in(hire("Jo Marsh", "home_care_worker"), Role.ROSTER_PLANNER)

        row = declare(actor=manager, worker=carer, competence="insulin", kind=DeclarationKind.EMPLOYER_ANSWERS, now=now)

        assert row.by_name == "Jo Marsh"


class TestRecordSpotCheck:
    def test_ends_the_sign_off_at_once_when_it_is_not_safe(self, nurse, carer, signed, now):
        check = SpotCheck.objects.create(sign_off=signed(carer, "eye_drops"), due_on=london_day(now))

        record_spot_check(actor=nurse, check=check, result=PracticeResult.NOT_YET, text="Wrong eye", now=now)

        assert SignOff.objects.get().withdrawn_reason == "Spot check: Wrong eye"

    def test_ends_the_renewal_too_when_it_is_not_safe(self, nurse, carer, signed, now):
        check = SpotCheck.objects.create(sign_off=signed(carer, "eye_drops"), due_on=london_day(now))
        signed(carer, "eye_drops")

        record_spot_check(actor=nurse, check=check, result=PracticeResult.NOT_YET, text="Wrong eye", now=now)

        assert not SignOff.objects.filter(withdrawn_at__isnull=True).exists()

    def test_is_recorded_once(self, nurse, carer, signed, now):
        check = SpotCheck.objects.create(sign_off=signed(carer, "eye_drops"), due_on=london_day(now))
        record_spot_check(actor=nurse, check=check, result=PracticeResult.MET, text="Well done", now=now)

        with pytest.raises(RefusedError, match="before"):
            record_spot_check(actor=nurse, check=check, result=PracticeResult.MET, text="Again", now=now)
