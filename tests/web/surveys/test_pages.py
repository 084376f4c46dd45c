"""The pages of surveys, used without JavaScript: from the rule to what was said."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from homeward.access.rules import Role
from homeward.episodes.models import Episode
from homeward.people.services import note_need
from homeward.procedures.selectors import procedure
from homeward.referrals.rules.following import MOST_USES_AN_HOUR
from homeward.surveys.models import Invitation, SurveyAnswer
from homeward.surveys.services import ask_after_care, ask_staff, set_survey_rule, token_of

pytestmark = pytest.mark.django_db
SAID = {"asks": ["overall", "listened", "better"], "overall": "good", "better": "Ring <b>first</b>"}


@pytest.fixture
def asked(service, desk, ivy, now):
    """Asks Ivy how her reablement was, as she needs: `asked("audio")`."""

    def make(*needs: str) -> Invitation:
        for need in needs:
            note_need(actor=desk, person=ivy, kind=need, text="", now=now)
        set_survey_rule(
            actor=desk, service_id=service.pk, audience="person", is_on=True, form_code="survey-person",
            now=now - timedelta(days=9),
        )  # fmt: skip
        Episode.objects.create(
            service=service, person=ivy, pathway=procedure("pathway", "reablement-at-home"), stage="closed",
            started_at=now - timedelta(days=20), ended_at=now - timedelta(days=3), outcome_code="independent",
        )  # fmt: skip
        link = "https://h.example/survey/{}".format
        return ask_after_care(actor=desk, service_id=service.pk, now=now, link_for=link)[0]

    return make


@pytest.fixture
def manager(sign_in) -> Client:
    return sign_in(Role.CASE_MANAGER, "Cat Manager")


class TestLink:
    def test_is_answered_once_by_somebody_who_is_not_signed_in(self, asked):
        page = f"/survey/{token_of(asked())}"
        shown = Client().get(page).content.decode()
        assert "How good was the help you had from us?" in shown
        assert "Ivy" not in shown
        wrong = Client().post(page, {"asks": ["overall", "better"], "better": "Be on time"})
        assert wrong.status_code == 422
        assert "Be on time" in wrong.content.decode()
        assert "Thank you" in Client().post(page, SAID).content.decode()
        assert SurveyAnswer.objects.get().answers == {"overall": "good", "better": "Ring <b>first</b>"}
        again = Client().post(page, SAID)
        assert (again.status_code, SurveyAnswer.objects.count()) == (404, 1)

    def test_takes_no_body_larger_than_a_survey(self, asked):
        page = f"/survey/{token_of(asked())}"
        large = Client().post(page, SAID | {"more": "x" * 70_000})
        assert (large.status_code, SurveyAnswer.objects.count()) == (422, 0)
        assert "too long" in large.content.decode()

    def test_is_not_told_to_other_places(self, asked):
        assert Client().get(f"/survey/{token_of(asked())}")["Referrer-Policy"] == "same-origin"

    def test_says_the_same_of_every_link_that_opens_nothing(self, db, service):
        assert "This survey is over" in Client().get("/survey/abc").content.decode()

    def test_refuses_whoever_tries_too_many(self, db, service):
        visitor = Client()
        codes = {visitor.get("/survey/abc").status_code for _ in range(MOST_USES_AN_HOUR + 1)}
        assert codes == {404, 429}


class TestCalls:
    def test_are_asked_and_written_down(self, asked, manager):
        one = asked("audio")
        assert "Ivy Okafor" in manager.get("/surveys/").content.decode()
        page = manager.get(f"/surveys/{one.pk}").content.decode()
        assert "I am calling from Derwent Community First" in page
        manager.post(f"/surveys/{one.pk}/not-reached", {"note": "No answer"})
        assert "Rung 1 time" in manager.get("/surveys/").content.decode()
        assert manager.post(f"/surveys/{one.pk}", {**SAID, "given": "phone", "may_keep": "yes"}).status_code == 302
        assert SurveyAnswer.objects.get().invitation == one
        assert "Ivy Okafor" not in manager.get("/surveys/").content.decode()
        assert manager.get(f"/surveys/{one.pk}").status_code == 302

    def test_are_not_made_to_whoever_said_no(self, asked, manager):
        one = asked("audio")
        manager.post(f"/surveys/{one.pk}/said-no", {})
        assert "Ivy Okafor" not in manager.get("/surveys/").content.decode()


class TestPaper:
    def test_names_nobody_and_opens_by_its_square(self, asked, manager):
        one = asked("large_print")
        page = manager.get(f"/surveys/{one.pk}/paper").content.decode()
        assert "Ivy" not in page
        assert "hw-survey-paper--large" in page
        assert "<svg" in page
        assert "hw-survey-paper--large" not in manager.get(f"/surveys/{one.pk}/paper?size=usual").content.decode()
        manager.post(f"/surveys/{one.pk}/printed")
        waiting = manager.get("/surveys/?sent=shown").content.decode()
        assert re.search(r'id="waiting".*Ivy Okafor', waiting, re.S)

    def test_are_only_counted_once_they_are_out_until_somebody_asks_whose(self, asked, manager):
        one = asked("large_print")
        manager.post(f"/surveys/{one.pk}/printed")
        page = manager.get("/surveys/").content.decode()
        assert "1 survey is out" in page
        assert "Ivy Okafor" not in page


class TestStaff:
    def test_are_led_to_their_own_survey_and_are_not_asked_to_be_kept(self, service, desk, manager, now):
        assert "No survey for you now" in manager.get("/surveys/mine").content.decode()
        told = {"actor": desk, "service_id": service.pk, "now": now}
        set_survey_rule(audience="staff", is_on=True, form_code="survey-staff", **told)
        ask_staff(**told)
        answer = manager.get("/surveys/mine")
        assert answer.status_code == 302
        page = manager.get(answer["Location"]).content.decode()
        assert "Nobody can tell who answered what" in page
        assert "may_keep" not in page


class TestResults:
    def test_hide_few_and_show_many(self, asked, manager, service, now):
        asked()
        assert "Fewer than 8 answered" in manager.get("/surveys/results").content.decode()
        for _ in range(settings.SMALLEST_NUMBER):
            SurveyAnswer.objects.create(
                service=service, audience="person", form=procedure("form", "survey-person"), given="screen",
                month=now.date().replace(day=1), answers={"overall": "good", "better": "Ring <b>first</b>"},
            )  # fmt: skip
        page = manager.get("/surveys/results").content.decode()
        assert "<td>8</td>" in page
        assert "Ring &lt;b&gt;first&lt;/b&gt;" in page
        assert "<td>" not in manager.get("/surveys/results?who=carer&months=99&part=zz").content.decode()

    def test_keep_words_from_those_who_see_no_record(self, sign_in, service, now):
        for _ in range(9):
            SurveyAnswer.objects.create(
                service=service, audience="person", form=procedure("form", "survey-person"), given="screen",
                month=now.date().replace(day=1), answers={"overall": "good", "better": "Ask for Ann"},
            )  # fmt: skip
        page = sign_in(Role.PERFORMANCE_LEAD).get("/surveys/results").content.decode()
        assert "Ann" not in page
        assert "shown to those who may see records" in page


class TestRules:
    def test_are_set_by_whoever_may(self, sign_in, service):
        designer = sign_in(Role.SERVICE_DESIGNER, "Dee Sign")
        assert "Not asked" in designer.get("/surveys/rules").content.decode()
        told = {"is_on": "yes", "form_code": "survey-person", "wait_days": "2", "remind_days": "7", "open_days": "28"}
        assert designer.post("/surveys/rules/person", told | {"open_days": "41"}).status_code == 422
        assert designer.post("/surveys/rules/person", told | {"open_days": "soon"}).status_code == 422
        assert designer.post("/surveys/rules/person", told | {"pathways": ["low-vision-clinic"]}).status_code == 302
        assert "After 1 pathway" in designer.get("/surveys/rules").content.decode()
        assert designer.get("/surveys/rules/cats").status_code == 404
