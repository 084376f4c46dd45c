"""What can be created over FHIR."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from homeward.access.rules import ROLE_SIGHT, Relationship, Role, Sight
from homeward.assessments.models import FilledForm
from homeward.people.models import Alert
from homeward.procedures.selectors import form
from homeward.referrals.models import Referral
from homeward.referrals.selectors import TIED_FOR
from tests.answering import complete_answers


def flag(person_id: int, **more) -> dict:
    code = {"coding": [{"system": "urn:homeward:alert-kind", "code": "oxygen"}], "text": "Cylinder in the hall"}
    return {"resourceType": "Flag", "status": "active", "code": code,
            "subject": {"reference": f"Patient/{person_id}"}} | more  # fmt: skip


@pytest.fixture
def post(sign_in):
    """Posts as somebody signed in: `post(Role.FRONT_DOOR, "Flag", resource)`."""

    def send(role: Role, kind: str, resource: dict):
        browser = sign_in(role)
        return browser.post(f"/fhir/{kind}", json.dumps(resource), content_type="application/fhir+json")

    return send


class TestCreateFlag:
    def test_raises_an_alert_that_says_who_raised_it(self, post, sign_in, whole):
        response = post(Role.FRONT_DOOR, "Flag", flag(whole.person.pk))
        assert response.status_code == 201, response.content
        alert = Alert.objects.get(kind="oxygen")
        assert alert.text == "Cylinder in the hall"
        assert response["Location"].endswith(f"/fhir/Flag/{alert.pk}")
        assert response["ETag"]
        found = sign_in(Role.FRONT_DOOR).get(f"/fhir/Provenance?target=Flag/{alert.pk}").json()
        assert "Test front_door_coordinator" in found["entry"][0]["resource"]["agent"][0]["who"]["display"]

    def test_about_safeguarding_is_kept_from_who_may_not_read_it(self, post, sign_in, whole):
        code = {"coding": [{"system": "urn:homeward:alert-kind", "code": "safeguarding"}], "text": "Her nephew"}
        post(Role.FRONT_DOOR, "Flag", flag(whole.person.pk, code=code))
        assert Alert.objects.get(text="Her nephew").sensitivity == "safeguarding"
        found = f"/fhir/Flag?patient={whole.person.pk}"
        assert b"Her nephew" in sign_in(Role.FRONT_DOOR).get(found).content
        assert b"Her nephew" not in sign_in(Role.BED_LEAD).get(found).content

    def test_is_the_same_alert_when_sent_twice(self, post, whole):
        first = post(Role.FRONT_DOOR, "Flag", flag(whole.person.pk))
        assert post(Role.FRONT_DOOR, "Flag", flag(whole.person.pk))["Location"] == first["Location"]
        assert Alert.objects.filter(kind="oxygen").count() == 1

    @pytest.mark.parametrize(
        "more",
        [{"status": "inactive"}, {"code": {"text": ""}}, {"subject": {"reference": "Patient/99999"}}, {"subject": {}},
         {"resourceType": "Goal"}, {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
         {"code": {"coding": [{"system": "urn:homeward:alert-kind", "code": "ghosts"}], "text": "x"}}],
    )  # fmt: skip
    def test_refuses_what_is_no_alert_and_says_why(self, post, whole, more):
        response = post(Role.FRONT_DOOR, "Flag", flag(whole.person.pk, **more))
        assert response.status_code == 422
        assert response.json()["issue"][0]["diagnostics"]
        assert not Alert.objects.filter(kind="oxygen").exists()

    def test_refuses_those_who_may_not(self, post, whole, ask, client, reader_token):
        assert post(Role.FIELD_WORKER, "Flag", flag(whole.person.pk)).status_code == 403
        response = client.post("/fhir/Flag", json.dumps(flag(whole.person.pk)), content_type="application/fhir+json",
                               headers={"Authorization": f"Bearer {reader_token}"})  # fmt: skip
        assert response.status_code == 403

    def test_refuses_who_sees_only_what_a_visit_needs(self, post, whole, now, monkeypatch):
        assert ROLE_SIGHT[Role.ROSTER_PLANNER][Relationship.CARING] is Sight.VISIT
        # long after the referral, on a pathway still
        Referral.objects.update(state="accepted")
        monkeypatch.setattr("django.utils.timezone.now", lambda: now + TIED_FOR + timedelta(days=1))
        allergy = {"resourceType": "AllergyIntolerance", "code": {"text": "Latex"},
                   "patient": {"reference": f"Patient/{whole.person.pk}"}}  # fmt: skip
        assert post(Role.ROSTER_PLANNER, "Flag", flag(whole.person.pk)).status_code == 403
        assert post(Role.ROSTER_PLANNER, "AllergyIntolerance", allergy).status_code == 403
        assert not Alert.objects.filter(text__in=("Latex", "Cylinder in the hall")).exists()

    @pytest.mark.parametrize("number", ["9" * 20, "9" * 5000], ids=["20 digits", "5,000 digits"])
    def test_knows_nobody_with_a_number_past_every_other(self, post, whole, number):
        response = post(Role.FRONT_DOOR, "Flag", flag(number))
        assert response.status_code == 422
        assert "no Patient" in response.json()["issue"][0]["diagnostics"]

    @pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"], ids=["NUL", "half a pair"])
    def test_refuses_text_that_cannot_be_kept_and_says_what_to_do(self, post, whole, text):
        response = post(Role.FRONT_DOOR, "Flag", flag(whole.person.pk, code={"text": text}))
        assert response.status_code == 400
        assert "Take it out" in response.json()["issue"][0]["diagnostics"]

    def test_refuses_a_request_that_another_site_forged(self, sign_in, whole):
        known = sign_in(Role.FRONT_DOOR)
        browser = Client(enforce_csrf_checks=True)
        browser.cookies = known.cookies
        sent = json.dumps(flag(whole.person.pk))
        assert browser.post("/fhir/Flag", sent, content_type="application/fhir+json").status_code == 403
        assert (
            browser.post("/fhir/Flag/_search", "", content_type="application/x-www-form-urlencoded").status_code == 403
        )


class TestCreateAllergy:
    def test_raises_an_allergy_alert(self, post, whole):
        latex = {"system": "http://snomed.info/sct", "code": "1003755004", "display": "Latex"}
        about = {"reference": f"Patient/{whole.person.pk}"}
        resource = {"resourceType": "AllergyIntolerance", "patient": about, "code": {"coding": [latex]}}
        response = post(Role.FRONT_DOOR, "AllergyIntolerance", resource)
        assert response.status_code == 201
        assert Alert.objects.filter(kind="allergy", text="Latex").exists()


class TestCreateQuestionnaireResponse:
    def response(self, person_id: int, status: str, answers: dict) -> dict:
        def value(answer):
            if isinstance(answer, bool):
                return {"valueBoolean": answer}
            return {"valueDecimal": answer} if isinstance(answer, int | float) else {"valueString": answer}

        items = [
            {"linkId": code, "answer": [value(one) for one in (answer if isinstance(answer, list) else [answer])]}
            for code, answer in answers.items()
        ]
        return {"resourceType": "QuestionnaireResponse", "status": status,
                "questionnaire": "http://testserver/fhir/Questionnaire/crisis-first-assessment",
                "subject": {"reference": f"Patient/{person_id}"}, "item": items}  # fmt: skip

    def test_completes_a_form_with_its_score(self, post, whole):
        answers = complete_answers(form("crisis-first-assessment"))
        sent = self.response(whole.person.pk, "completed", answers)
        response = post(Role.CASE_MANAGER, "QuestionnaireResponse", sent)
        assert response.status_code == 201, response.content
        filled = FilledForm.objects.get(subject_kind="person")
        assert filled.is_complete
        assert filled.scores
        assert response.json()["status"] == "completed"

    def test_keeps_a_draft_that_lacks_answers_and_refuses_to_complete_it(self, post, whole):
        sent = self.response(whole.person.pk, "in-progress", {"observations_taken": True})
        assert post(Role.CASE_MANAGER, "QuestionnaireResponse", sent).status_code == 201
        refused = post(Role.CASE_MANAGER, "QuestionnaireResponse", sent | {"status": "completed"})
        assert refused.status_code == 422
        assert FilledForm.objects.get(subject_kind="person").state == "draft"

    def test_refuses_a_question_the_form_does_not_have(self, post, whole):
        sent = self.response(whole.person.pk, "in-progress", {"shoe_size": 6})
        response = post(Role.CASE_MANAGER, "QuestionnaireResponse", sent)
        assert response.status_code == 422
        assert "shoe_size" in response.json()["issue"][0]["diagnostics"]

    @pytest.mark.parametrize(
        "answer",
        [{"valueDateTime": "0001-01-01T00:00:00+14:00"}, {"valueDateTime": "2026-13-40T99:00:00Z"},
         {"valueDecimal": float("nan")}, {"valueDecimal": "NaN"}, {"valueDecimal": "Infinity"}, {"valueDecimal": 1e39},
         {"valueString": "a\x00b"}, {"valueCoding": {"code": "\ud800"}}],
    )  # fmt: skip
    def test_refuses_an_answer_that_no_question_has(self, post, whole, answer):
        sent = self.response(whole.person.pk, "in-progress", {"observations_taken": True})
        sent["item"][0]["answer"] = [answer]
        response = post(Role.CASE_MANAGER, "QuestionnaireResponse", sent)
        # what is no number at all is left out while it is read, and so is no answer
        assert response.status_code == (422 if str(answer.get("valueDecimal")).lower() in ("nan", "infinity") else 400)
        assert response.json()["issue"][0]["diagnostics"]
        assert not FilledForm.objects.filter(subject_kind="person").exists()
