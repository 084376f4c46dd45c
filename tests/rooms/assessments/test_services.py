"""Forms filled in: drafts, two people at once, completing and correcting."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.assessments.models import AnswerChange, FilledForm
from homeward.assessments.selectors import FormNotFoundError, changes_of, form_for, forms_of_person, needed_forms
from homeward.assessments.services import (
    AnswersMissingError,
    FormCompleteError,
    carry_forward,
    complete_form,
    correct_form,
    save_answers,
    start_form,
)
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.procedures.models import Procedure
from homeward.procedures.selectors import built, pathway
from tests.answering import complete_answers

BASELINE = "reablement-baseline-and-goals"
ASSESSMENT = "crisis-first-assessment"


@pytest.fixture
def draft(service, coordinator, ivy, now):
    return start_form(
        actor=coordinator, service_id=service.pk, form_code=BASELINE, subject=("person", ivy.pk), person=ivy, now=now
    )


@pytest.fixture
def other(actor_with) -> Actor:
    return Actor("Omar Other", Role.CRISIS_RESPONDER, account_id=2, service_ids=actor_with(Role.FRONT_DOOR).service_ids)


class TestStartForm:
    def test_keeps_the_version_it_was_begun_on(self, draft, now):
        old = Procedure.objects.get(kind="form", code=BASELINE)
        Procedure.objects.create(
            kind="form", code=BASELINE, version=old.version + 1, title=old.title, definition=old.definition,
            content_hash="0" * 64, published_at=now,
        )  # fmt: skip
        draft.refresh_from_db()
        assert draft.form.version == old.version

    def test_gives_back_a_draft_that_was_begun_before(self, service, draft, other, ivy, now):
        again = start_form(
            actor=other, service_id=service.pk, form_code=BASELINE, subject=("person", ivy.pk), person=ivy, now=now
        )
        assert again == draft

    def test_says_where_what_is_known_came_from(self, service, coordinator, ivy, now):
        known = {"came_from": ("hospital", "The referral"), "weekly_hours_before": ("many", "x"), "unknown": (1, "x")}
        filled = start_form(
            actor=coordinator, service_id=service.pk, form_code=BASELINE, subject=("person", ivy.pk), now=now,
            answers=known,
        )  # fmt: skip
        assert filled.answers == {"came_from": "hospital"}
        (change,) = changes_of(coordinator, filled)
        assert (change.question, change.came_from) == ("came_from", "The referral")

    def test_is_not_for_somebody_of_another_service(self, service, ivy, now):
        stranger = Actor("S", Role.FRONT_DOOR, service_ids=frozenset({service.pk + 1}))
        with pytest.raises(NotAllowedError):
            start_form(actor=stranger, service_id=service.pk, form_code=BASELINE, subject=("person", ivy.pk), now=now)


class TestSaveAnswers:
    def test_keeps_a_draft_that_is_neither_finished_nor_right(self, draft, coordinator, now):
        saved = save_answers(
            actor=coordinator, filled=draft, answers={"weekly_hours_before": "many"}, revision=0, now=now
        )
        assert saved.filled.answers == {"weekly_hours_before": "many"}

    def test_merges_two_people_at_different_questions(self, draft, coordinator, other, now):
        save_answers(actor=coordinator, filled=draft, answers={"wash": "alone", "dress": None}, revision=0, now=now)
        saved = save_answers(actor=other, filled=draft, answers={"wash": None, "dress": "alone"}, revision=0, now=now)
        assert saved.clashes == ()
        assert saved.filled.answers == {"wash": "alone", "dress": "alone"}

    def test_gives_both_answers_back_where_two_changed_one(self, draft, coordinator, other, now):
        save_answers(actor=coordinator, filled=draft, answers={"wash": "alone"}, revision=0, now=now)
        saved = save_answers(
            actor=other, filled=draft, answers={"wash": "much_help", "dress": "alone"}, revision=0, now=now
        )
        (clash,) = saved.clashes
        assert (clash.question, clash.told, clash.standing, clash.by) == ("wash", "much_help", "alone", "Test Person")
        assert saved.filled.answers == {"wash": "alone", "dress": "alone"}
        kept = AnswerChange.objects.get(is_in_force=False)
        assert (kept.answer, kept.actor_name) == ("much_help", "Omar Other")

        chosen = save_answers(
            actor=other, filled=draft, answers={"wash": "much_help"}, revision=saved.filled.revision, now=now
        )
        assert chosen.clashes == () and chosen.filled.answers["wash"] == "much_help"

    def test_adds_nothing_where_nothing_changed(self, draft, coordinator, now):
        for _ in range(2):
            saved = save_answers(actor=coordinator, filled=draft, answers={"wash": "alone"}, revision=0, now=now)
        assert saved.filled.revision == 1 and len(changes_of(coordinator, draft)) == 1

    def test_refuses_an_answer_to_nothing_it_asks(self, draft, coordinator, now):
        with pytest.raises(RefusedError, match="does not ask"):
            save_answers(actor=coordinator, filled=draft, answers={"nothing": 1}, revision=0, now=now)

    def test_never_changes_what_was_once_answered(self, draft, coordinator, now):
        save_answers(actor=coordinator, filled=draft, answers={"wash": "alone"}, revision=0, now=now)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            AnswerChange.objects.update(answer="much_help")


class TestCompleteForm:
    def test_names_what_is_missing_and_changes_nothing(self, draft, coordinator, now):
        save_answers(actor=coordinator, filled=draft, answers={"weekly_hours_before": "many"}, revision=0, now=now)
        with pytest.raises(AnswersMissingError) as told:
            complete_form(actor=coordinator, filled=draft, now=now)
        assert [one.question for one in told.value.problems] == ["weekly_hours_before"]
        assert {one.code for one in told.value.missing} >= {"explained", "wash", "agreed_by"}
        draft.refresh_from_db()
        assert draft.state == "draft"

    def test_stores_its_scores_and_tells_the_timeline_once(self, draft, ivy, fill):
        filled = fill(BASELINE, ("person", ivy.pk))
        assert filled == draft
        assert [(one["score"], one["total"], one["band"]) for one in filled.scores] == [
            ("everyday_tasks", 40, "independent")
        ]
        (entry,) = ivy.timeline.filter(kind="form")
        assert (entry.title, entry.text) == (
            "Reablement baseline and goals completed",
            "Everyday tasks 40: independent.",
        )

    def test_can_be_done_once_and_nothing_saved_after(self, draft, ivy, coordinator, fill, now):
        filled = fill(BASELINE, ("person", ivy.pk))
        with pytest.raises(FormCompleteError):
            complete_form(actor=coordinator, filled=filled, now=now)
        with pytest.raises(FormCompleteError):
            save_answers(actor=coordinator, filled=filled, answers={"wash": "much_help"}, revision=9, now=now)


class TestCorrectForm:
    def test_begins_a_new_form_and_both_stay(self, ivy, coordinator, other, fill, now):
        filled = fill(BASELINE, ("person", ivy.pk), person=ivy)
        corrected = correct_form(actor=other, filled=filled, reason="Wrong person asked", now=now)
        assert corrected.answers == filled.answers
        save_answers(actor=other, filled=corrected, answers={"wash": "much_help"}, revision=1, now=now)
        complete_form(actor=other, filled=corrected, now=now)
        filled.refresh_from_db()
        assert filled.answers["wash"] == "alone" and filled.corrected_by.answers["wash"] == "much_help"
        assert ivy.timeline.filter(title__contains="put right", text__contains="Wrong person asked").exists()
        with pytest.raises(RefusedError, match="newer"):
            correct_form(actor=other, filled=filled, reason="Again", now=now)

    def test_needs_a_reason(self, ivy, coordinator, fill, now):
        filled = fill(BASELINE, ("person", ivy.pk))
        with pytest.raises(RefusedError, match="what was wrong"):
            correct_form(actor=coordinator, filled=filled, reason=" ", now=now)


class TestCarryForward:
    def test_fills_only_what_has_no_answer_and_says_from_where(self, service, ivy, coordinator, fill, now):
        earlier = fill(BASELINE, ("person", ivy.pk), person=ivy)
        later = now + timedelta(days=20)
        told = {"actor": coordinator, "now": later}
        again = start_form(service_id=service.pk, form_code=BASELINE, subject=("person", ivy.pk), person=ivy, **told)
        save_answers(filled=again, answers={"wash": "much_help"}, revision=0, **told)
        carried = carry_forward(filled=again, **told)
        assert earlier.is_complete and (carried.answers["wash"], carried.answers["dress"]) == ("much_help", "alone")
        assert {one.came_from for one in changes_of(coordinator, carried)} == {
            "", "Reablement baseline and goals, 24 November 2026"
        }  # fmt: skip


class TestSelectors:
    def test_audit_who_opened_a_form(self, draft, coordinator, ivy, cared_for, now):
        cared_for(ivy)
        form_for(coordinator, draft.pk, now)
        assert Event.objects.filter(action="open form", subject_id=draft.pk, person_id=ivy.pk).count() == 1

    def test_know_nothing_of_other_services(self, service, draft, now):
        stranger = Actor("S", Role.FRONT_DOOR, service_ids=frozenset({service.pk + 1}))
        with pytest.raises(FormNotFoundError):
            form_for(stranger, draft.pk, now)

    def test_say_what_a_pathway_still_needs(self, service, coordinator, fill, now):
        crisis = pathway("integrated-crisis-response")
        fill(ASSESSMENT, ("episode", 7), stage="responding")
        needed = needed_forms(coordinator, service.pk, crisis, ("episode", 7))
        assert [(one.asked.form, one.asked.stage, one.is_complete) for one in needed] == [
            ("front-door-triage", "triage", False),
            (ASSESSMENT, "responding", True),
            (ASSESSMENT, "supporting", True),
            ("crisis-outcome", "closed", False),
        ]

    def test_list_a_persons_forms_newest_first(self, draft, coordinator, ivy):
        assert forms_of_person(coordinator, ivy) == [draft]
        assert FilledForm.objects.count() == 1
        assert complete_answers(built(draft.form))
