"""A person's assessments on pages without JavaScript: what waits, carrying forward, who was told, which scale."""

from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.assessments.models import FilledForm, ScoreOwed
from homeward.procedures.selectors import built
from tests.answering import complete_answers
from tests.web.forms.test_forms import posted

HIGH = {"over_16": True, "respiration_rate": 25, "consciousness": "voice", "pulse": 131}


@pytest.fixture
def nurse(sign_in):
    return sign_in(Role.REGISTERED_PROFESSIONAL, "Nia Jones")


@pytest.fixture
def page_of(ivy, cared_for):
    """The page of Ivy's assessments as somebody signed in sees it: `page_of(nurse)`."""
    cared_for(ivy)
    return lambda client: client.get(f"/forms/person/{ivy.pk}").content.decode()


@pytest.fixture
def assess(nurse, ivy, page_of):
    """Begins a form about Ivy, and completes it unless `done` is false."""

    def make(code: str, *, done: bool = True, **given) -> FilledForm:
        answer = nurse.post("/forms/start", {"form": code, "kind": "person", "subject": ivy.pk})
        filled = FilledForm.objects.get(pk=int(answer["Location"].rsplit("/", 1)[1]))
        if done:
            nurse.post(f"/forms/{filled.pk}/save", posted(filled, complete_answers(built(filled.form), **given)))
            nurse.post(f"/forms/{filled.pk}/complete")
            filled.refresh_from_db()
            assert filled.is_complete
        return filled

    return make


class TestOfPerson:
    def test_offers_every_assessment_and_names_nobody_in_its_title(self, page_of, nurse):
        page = page_of(nurse)
        assert "Care Act needs assessment" in page and "Moving and handling" in page
        assert "Ivy" not in page.split("</title>")[0] and 'aria-current="page"' in page

    def test_shows_what_was_found_when_to_look_again_and_numbers_over_time(self, page_of, nurse, assess):
        for total in (9, 16):
            assess("pressure-risk", scale="waterlow", total_waterlow=total)
        page = page_of(nurse)
        assert "Waterlow 16: high risk." in page and "Look again by" in page and "1 before" in page
        assert "<polyline" in page and "Waterlow: 9 on" in page

    def test_shows_what_was_decided(self, page_of, nurse, assess):
        assess("care-act-needs-assessment", determination="not_eligible")
        assert "Eligibility under the Care Act: not eligible." in page_of(nurse)

    def test_says_how_many_forms_are_kept_back_and_not_which(self, page_of, sign_in, assess):
        filled = assess("safeguarding-concern")
        lead = sign_in(Role.BED_LEAD, "Bea Lead")
        page = page_of(lead)
        assert "1 form is kept from your role" in page and "Safeguarding concern" not in page
        assert lead.get(f"/forms/{filled.pk}").status_code == 403
        assert lead.get(f"/forms/{filled.pk}/print").status_code == 403
        assert lead.post(f"/forms/{filled.pk}/save", {}).status_code == 403

    def test_is_not_for_whoever_makes_visits_only(self, ivy, cared_for, sign_in):
        cared_for(ivy)
        assert sign_in(Role.FIELD_WORKER, "Cara Home").get(f"/forms/person/{ivy.pk}").status_code == 403
        assert sign_in(Role.CASE_MANAGER, "Max").get("/forms/person/999999").status_code == 404


class TestCarry:
    def test_shows_each_answer_of_before_until_it_is_used_and_confirmed(self, nurse, assess):
        assess("frailty", may_use="usable", frailty_number=6)
        draft = assess("frailty", done=False)
        page = nurse.get(f"/forms/{draft.pk}").content.decode()
        assert "questions were answered before" in page and 'value="carry frailty_number"' in page
        answer = nurse.post(f"/forms/{draft.pk}/save", posted(draft, {}, then="carry may_use"))
        assert answer["Location"] == f"/forms/{draft.pk}#field-may_use"
        draft.refresh_from_db()
        assert draft.answers == {"may_use": "usable"}
        assert "Not confirmed yet" in nurse.get(f"/forms/{draft.pk}").content.decode()
        nurse.post(f"/forms/{draft.pk}/save", posted(draft, draft.answers, then="confirm may_use"))
        page = nurse.get(f"/forms/{draft.pk}").content.decode()
        assert "Not confirmed yet" not in page and ". Confirmed." in page

    def test_fills_a_section_or_everything(self, nurse, assess):
        assess("frailty", frailty_number=6)
        draft = assess("frailty", done=False)
        nurse.post(f"/forms/{draft.pk}/save", posted(draft, {}, then="carry-part means"))
        draft.refresh_from_db()
        assert "changed" in draft.answers and "frailty_number" not in draft.answers
        nurse.post(f"/forms/{draft.pk}/carry")
        draft.refresh_from_db()
        assert draft.answers["frailty_number"] == 6
        assert "Completing the form confirms them" in nurse.get(f"/forms/{draft.pk}/check").content.decode()


class TestTell:
    def test_is_asked_for_at_once_and_owed_on_every_page_until_somebody_was(self, nurse, assess, page_of, ivy):
        filled = assess("news2", **HIGH)
        owed = ScoreOwed.objects.get()
        owed_on = (f"/forms/{filled.pk}", f"/forms/person/{ivy.pk}", f"/people/{ivy.pk}")
        assert all(f"/forms/scores/{owed.pk}/tell" in nurse.get(path).content.decode() for path in owed_on)
        missing = nurse.post(f"/forms/scores/{owed.pk}/tell", {"day": "2026-11-22", "at": "late"})
        assert missing.status_code == 422 and "Give the name of whoever was told" in missing.content.decode()
        local = filled.completed_at.astimezone()
        told = {
            "told_name": "Dr Made Up", "told_role": "GP", "day": local.date().isoformat(), "said": "Coming at once",
            "at": f"{local:%H:%M}",
        }  # fmt: skip
        early = nurse.post(f"/forms/scores/{owed.pk}/tell", told | {"day": "2020-01-01"})
        assert early.status_code == 422 and "after the form was begun" in early.content.decode()
        FilledForm.objects.update(started_at=filled.started_at - timedelta(minutes=2))
        assert nurse.post(f"/forms/scores/{owed.pk}/tell", told)["Location"] == f"/forms/{filled.pk}"
        assert not any("/forms/scores/" in nurse.get(path).content.decode() for path in owed_on)
        page = nurse.get(f"/forms/{filled.pk}").content.decode()
        assert "Dr Made Up, GP, was told" in page and "Coming at once" in page

    def test_is_not_for_a_score_that_is_not_there(self, nurse):
        assert nurse.get("/forms/scores/99/tell").status_code == 404


class TestFindings:
    def test_are_proposed_on_the_page_with_their_reasons_and_marked_where_decided_otherwise(self, nurse, assess):
        draft = assess("mental-capacity-assessment", done=False)
        told = complete_answers(built(draft.form), understand="cannot", causal=True, conclusion="has_capacity")
        nurse.post(f"/forms/{draft.pk}/save", posted(draft, told))
        page = nurse.get(f"/forms/{draft.pk}").content.decode()
        assert "The answers propose: <strong>They cannot make it</strong>" in page
        assert "This is not what the answers propose" in page
        assert "the answers propose: They cannot make it" in nurse.get(f"/forms/{draft.pk}/print").content.decode()


class TestChoices:
    def test_offer_one_scale_once_the_service_chose_it(self, sign_in, nurse, page_of):
        designer = sign_in(Role.SERVICE_DESIGNER, "Dee Signer")
        assert "Not chosen yet" in designer.get("/forms/choices").content.decode()
        designer.post("/forms/choices", {"choice": "wellbeing", "form": "wellbeing-own-scale"})
        assert "Not chosen yet" not in designer.get("/forms/choices").content.decode()
        page = page_of(nurse)
        assert "our four questions" in page and "Short Warwick-Edinburgh" not in page
        assert nurse.get("/forms/choices").status_code == 403
