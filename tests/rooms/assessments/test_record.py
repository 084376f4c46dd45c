"""A person's assessments: carried answers, what is due, what is owed, what is kept from whom."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, Role
from homeward.assessments.models import AnswerChange, ScoreOwed, ScoreTold
from homeward.assessments.selectors import (
    as_assessed_counts,
    assessments_of,
    changes_of,
    earlier_answers,
    form_for,
    form_to_save,
    forms_of_person,
    offered_forms,
    owed_and_told,
    owed_of,
)
from homeward.assessments.services import (
    carry_forward,
    choose_form,
    complete_form,
    confirm_answers,
    correct_form,
    save_answers,
    start_form,
    tell_of_score,
)
from homeward.audit.models import Event
from homeward.escalation.services import tell_of_scores_owed
from homeward.kernel.rules import RefusedError, months_later
from homeward.notices.models import Notice
from homeward.people.selectors import NoRelationshipError
from homeward.procedures.selectors import built
from tests.answering import complete_answers

HIGH = {"respiration_rate": 25, "consciousness": "voice", "pulse": 131}
WELL = {
    "over_16": True, "respiration_rate": 16, "oxygen_scale": "scale_1", "on_oxygen": "air",
    "oxygen_saturation_scale_1": 97, "systolic_pressure": 120, "pulse": 70, "consciousness": "alert",
    "temperature": 37.0,
}  # fmt: skip


@pytest.fixture
def nurse(somebody) -> Actor:
    return somebody(Role.REGISTERED_PROFESSIONAL, "Nia Jones")


@pytest.fixture
def assess(service, nurse, ivy, cared_for, now):
    """Fills in a form about Ivy: `assess("news2", pulse=131)`; `at` for another time, `done=False` for a draft."""
    cared_for(ivy)

    def make(form_code: str, *, at: datetime = now, by: Actor = nurse, done: bool = True, **given):
        told = {"actor": by, "now": at}
        filled = start_form(service_id=service.pk, form_code=form_code, subject=("person", ivy.pk), person=ivy, **told)
        if not done:
            return filled
        answers = complete_answers(built(filled.form), **given)
        saved = save_answers(filled=filled, answers=answers, revision=filled.revision, **told)
        return complete_form(filled=saved.filled, **told)

    return make


@pytest.fixture
def kept(nurse, ivy, now):
    """What the page of assessments holds of one form: `kept("news2")`."""
    return lambda code: next(one for one in assessments_of(nurse, ivy, now).by_form if one.form.code == code)


class TestCarryForward:
    def test_offers_the_newest_answer_of_every_form_that_asked_the_same(self, assess, nurse, now):
        assess("pressure-risk", at=now - timedelta(days=9), scale="other", total_other=4, comfort="None")
        assess("pressure-risk", at=now - timedelta(days=3), scale="other", total_other=7, comfort=None)
        draft = assess("pressure-risk", done=False)
        found = earlier_answers(nurse, draft)
        assert found["total_other"].answer == 7 and found["total_other"].came_from == "Pressure risk, 21 November 2026"
        assert found["comfort"].answer == "None" and "15 November" in found["comfort"].came_from

    def test_takes_from_another_form_only_what_it_asked_in_the_same_words(self, assess, nurse):
        assess("as-assessed", as_assessed="small_difference")
        draft = assess("discharge-outcome", done=False)
        assert earlier_answers(nurse, draft)["as_assessed"].answer == "small_difference"
        assess("nutrition-and-hydration", actions=["food_first"])
        assert "actions" not in earlier_answers(nurse, assess("frailty", done=False))

    def test_fills_one_question_and_leaves_the_rest(self, assess, nurse, now):
        assess("frailty", frailty_number=6)
        draft = assess("frailty", done=False)
        carried = carry_forward(actor=nurse, filled=draft, questions={"frailty_number"}, now=now)
        assert carried.answers == {"frailty_number": 6}
        with pytest.raises(RefusedError, match="none from before"):
            carry_forward(actor=nurse, filled=draft, questions={"frailty_number"}, now=now)

    def test_marks_each_until_somebody_confirms_it(self, assess, nurse, now):
        assess("frailty", frailty_number=6)
        draft = carry_forward(actor=nurse, filled=assess("frailty", done=False), now=now)
        confirm_answers(actor=nurse, filled=draft, questions={"frailty_number"}, now=now)
        newest = {one.question: one for one in changes_of(nurse, draft)}
        assert newest["frailty_number"].is_confirmation and newest["frailty_number"].came_from.startswith("Frailty, ")
        assert not newest["scored_by"].is_confirmation
        with pytest.raises(RefusedError, match="nothing here"):
            confirm_answers(actor=nurse, filled=draft, questions={"frailty_number"}, now=now)

    def test_is_confirmed_by_completing(self, assess, nurse, now):
        assess("frailty", frailty_number=6)
        draft = carry_forward(actor=nurse, filled=assess("frailty", done=False), now=now)
        complete_form(actor=nurse, filled=draft, now=now)
        carried = AnswerChange.objects.filter(filled_form=draft, is_confirmation=False).count()
        assert AnswerChange.objects.filter(filled_form=draft, is_confirmation=True).count() == carried > 0

    @pytest.mark.parametrize("code", ["news2", "mental-capacity-assessment", "crisis-first-assessment"])
    def test_never_carries_what_is_measured_or_judged_at_the_time(self, assess, nurse, code):
        assess(code)
        assert earlier_answers(nurse, assess(code, done=False)) == {}

    def test_never_carries_a_decision(self, assess, nurse):
        assess("care-act-needs-assessment")
        found = earlier_answers(nurse, assess("care-act-needs-assessment", done=False))
        assert "wants" in found
        assert not {"impact", "determination", "determination_reasons"} & set(found)

    def test_takes_nothing_from_a_form_that_was_put_right(self, assess, nurse, now):
        wrong = assess("frailty", frailty_number=6)
        right = correct_form(actor=nurse, filled=wrong, reason="Another person", now=now)
        save_answers(actor=nurse, filled=right, answers={"frailty_number": 3}, revision=1, now=now)
        complete_form(actor=nurse, filled=right, now=now)
        assert earlier_answers(nurse, assess("frailty", done=False))["frailty_number"].answer == 3


class TestTellOfScore:
    def test_is_owed_from_5_and_not_below(self, assess, nurse, ivy, now):
        assess("news2", **WELL)
        assert owed_of(nurse, ivy) == []
        filled = assess("news2", **WELL | HIGH)
        (owed,) = owed_of(nurse, ivy)
        assert (owed.filled_form, owed.band, owed.owed_by) == (filled, "high", now + timedelta(minutes=30))

    def test_is_owed_until_a_name_a_time_and_an_answer_are_kept(self, assess, nurse, ivy, now):
        filled = assess("news2", **WELL | HIGH)
        (owed,) = owed_of(nurse, ivy)
        later = now + timedelta(minutes=5)
        told = {"actor": nurse, "owed": owed, "told_name": "Dr Made Up", "told_role": "GP", "now": later}
        with pytest.raises(RefusedError, match="what they said"):
            tell_of_score(told_at=now, said=" ", **told)
        with pytest.raises(RefusedError, match="not in the future"):
            tell_of_score(told_at=later + timedelta(minutes=1), said="Coming", **told)
        tell_of_score(told_at=later, said="Coming at once", **told)
        assert owed_of(nurse, ivy) == []
        ((_, kept),) = owed_and_told(nurse, filled)
        assert (kept.told_name, kept.said, kept.actor_name) == ("Dr Made Up", "Coming at once", "Nia Jones")
        assert ivy.timeline.filter(title="NEWS2: Dr Made Up was told", text__contains="Coming at once").exists()
        with pytest.raises(RefusedError, match="told before"):
            tell_of_score(told_at=later, said="Coming", **told)

    def test_tells_whoever_is_on_duty_once_and_again_when_it_is_late(self, assess, nurse, ivy, service, now):
        assess("news2", **WELL | HIGH)
        system = Actor.system("tests", service.pk)
        for at in (now, now + timedelta(minutes=1), now + timedelta(minutes=29)):
            tell_of_scores_owed(actor=system, service_id=service.pk, now=at)
        (first,) = Notice.objects.filter(account_id=nurse.account_id)
        assert first.is_urgent and first.title == "NEWS2: somebody must be told" and "Ivy" not in first.title
        tell_of_scores_owed(actor=system, service_id=service.pk, now=now + timedelta(minutes=31))
        assert Notice.objects.filter(account_id=nurse.account_id, title="NEWS2: nobody was told in time").count() == 1
        (owed,) = owed_of(nurse, ivy)
        tell_of_score(
            actor=nurse, owed=owed, told_name="A", told_role="GP", told_at=now, said="Yes", now=now + timedelta(hours=1)
        )
        assert tell_of_scores_owed(actor=system, service_id=service.pk, now=now + timedelta(hours=3)) == 0

    def test_is_owed_no_longer_once_the_form_was_put_right(self, assess, nurse, ivy, now):
        wrong = assess("news2", **WELL | HIGH)
        right = correct_form(actor=nurse, filled=wrong, reason="Typed wrongly", now=now)
        save_answers(actor=nurse, filled=right, answers=WELL, revision=1, now=now)
        complete_form(actor=nurse, filled=right, now=now)
        assert owed_of(nurse, ivy) == [] and ScoreOwed.objects.count() == 1

    def test_keeps_what_was_said_for_good(self, assess, nurse, ivy, now):
        assess("news2", **WELL | HIGH)
        (owed,) = owed_of(nurse, ivy)
        tell_of_score(actor=nurse, owed=owed, told_name="A", told_role="GP", told_at=now, said="Yes", now=now)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            ScoreTold.objects.update(said="No")


class TestReviews:
    @pytest.mark.parametrize(
        ("day", "months", "due"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2026, 11, 24), 6, date(2027, 5, 24)),
        ],
    )
    def test_are_due_on_the_same_day_some_months_on(self, day, months, due):
        assert months_later(day, months) == due

    def test_are_due_as_the_form_says(self, assess, kept):
        assess("falls-assessment")
        assert kept("falls-assessment").review_on == date(2027, 5, 24)
        assert kept("frailty").review_on is None  # nothing to look at again


class TestFollowing:
    def test_points_back_to_the_assessment_and_is_owed_until_then(self, assess, kept):
        first = assess("trusted-assessment")
        assert kept("as-assessed").to_follow == first
        after = assess("as-assessed")
        assert after.follows == first and kept("as-assessed").to_follow is None

    def test_counts_by_provider_whether_things_were_as_assessed(self, assess, nurse, service, now):
        assess("trusted-assessment", agreement_provider="Made Up Care")
        assess("as-assessed", as_assessed="not_as_assessed")
        today = now.date()
        assert as_assessed_counts(nurse, service.pk, today, today) == {"Made Up Care": {"not_as_assessed": 1}}
        assert as_assessed_counts(nurse, service.pk, today + timedelta(days=1), today + timedelta(days=2)) == {}

    def test_asks_for_a_best_interests_decision_only_where_capacity_is_lacking(self, assess, kept):
        assess("mental-capacity-assessment", conclusion="has_capacity")
        assert kept("best-interests-decision").to_follow is None
        lacking = assess("mental-capacity-assessment", conclusion="lacks_capacity")
        assert kept("best-interests-decision").to_follow == lacking


class TestSight:
    def test_opens_a_form_only_to_somebody_tied_to_the_person(self, service, nurse, ivy, now):
        filled = start_form(
            actor=nurse, service_id=service.pk, form_code="frailty", subject=("person", ivy.pk), person=ivy, now=now
        )
        for read in (form_for, form_to_save):
            with pytest.raises(NoRelationshipError):
                read(nurse, filled.pk, now)
        assert Event.objects.filter(action="refused record", person_id=ivy.pk).exists()

    def test_keeps_the_record_from_whoever_sees_only_visits(self, assess, somebody, now):
        filled = assess("frailty")
        with pytest.raises(NotAllowedError):
            form_for(somebody(Role.FIELD_WORKER, "Cara Home"), filled.pk, now)

    def test_keeps_a_sensitive_form_back_and_says_how_many(self, assess, somebody, ivy, nurse, now):
        filled = assess("safeguarding-concern")
        lead = somebody(Role.BED_LEAD, "Bea Lead")
        shown = assessments_of(lead, ivy, now)
        assert shown.kept_back == 1
        assert "safeguarding-concern" not in {one.form.code for one in shown.by_form}
        assert forms_of_person(lead, ivy) == [] and forms_of_person(nurse, ivy) == [filled]
        assert assessments_of(nurse, ivy, now).kept_back == 0
        with pytest.raises(NotAllowedError):
            form_for(lead, filled.pk, now)
        with pytest.raises(NotAllowedError):
            changes_of(lead, filled)
        with pytest.raises(NotAllowedError):
            correct_form(actor=lead, filled=filled, reason="x", now=now)
        with pytest.raises(NotAllowedError):
            assess("safeguarding-concern", by=lead)

    def test_carries_nothing_from_a_form_that_is_kept_back(self, assess, somebody, nurse):
        kept_back = assess("frailty", frailty_number=6)
        kept_back.sensitivity = "safeguarding"
        kept_back.save()
        draft = assess("frailty", done=False)
        assert earlier_answers(nurse, draft)
        assert earlier_answers(somebody(Role.BED_LEAD, "Bea Lead"), draft) == {}

    def test_marks_the_timeline_of_a_sensitive_form(self, assess, ivy):
        assess("safeguarding-concern")
        assert ivy.timeline.get(title__startswith="Safeguarding").sensitivity == "safeguarding"


class TestChooseForm:
    def test_offers_only_the_one_that_the_service_chose(self, service, somebody, nurse, now):
        def offered():
            return [form.code for form in offered_forms(nurse, service.pk) if form.choice_of == "wellbeing"]

        assert len(offered()) == 4
        designer = somebody(Role.SERVICE_DESIGNER, "Dee Signer")
        for code in ("wellbeing-own-scale", "wellbeing-short-warwick-edinburgh"):
            choose_form(actor=designer, service_id=service.pk, choice="wellbeing", form_code=code, now=now)
            assert offered() == [code]

    def test_is_for_whoever_publishes_procedures(self, service, somebody, nurse, now):
        told = {"service_id": service.pk, "choice": "wellbeing", "now": now}
        with pytest.raises(NotAllowedError):
            choose_form(actor=nurse, form_code="wellbeing-own-scale", **told)
        with pytest.raises(RefusedError, match="listed"):
            choose_form(actor=somebody(Role.SERVICE_DESIGNER, "Dee Signer"), form_code="frailty", **told)

    def test_reads_for_whoever_sees_procedures(self, service, nurse):
        assert nurse.may(Permission.SEE_PROCEDURES) and offered_forms(nurse, service.pk)
