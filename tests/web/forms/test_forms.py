"""Forms on pages without JavaScript: filling in, checking, completing, putting right, printing."""

import pytest

from homeward.access.rules import Role
from homeward.assessments.models import AnswerChange, FilledForm
from homeward.audit.models import Event
from homeward.procedures.selectors import built
from tests.answering import complete_answers

BASELINE = "reablement-baseline-and-goals"
ASSESSMENT = "crisis-first-assessment"


@pytest.fixture
def nurse(sign_in):
    return sign_in(Role.CRISIS_RESPONDER, "Nia Jones")


@pytest.fixture
def begin(nurse, ivy, cared_for):
    """Begins a form about Ivy, whom the team cares for, and gives it: `begin(BASELINE)`."""
    cared_for(ivy)

    def make(code: str) -> FilledForm:
        answer = nurse.post("/forms/start", {"form": code, "kind": "person", "subject": ivy.pk})
        return FilledForm.objects.get(pk=int(answer["Location"].rsplit("/", 1)[1]))

    return make


def posted(filled: FilledForm, answers: dict, **more) -> dict:
    """What the page of a form sends with these answers."""
    sent = {"asks": [question.code for question in built(filled.form).questions], "revision": filled.revision, **more}
    for question in built(filled.form).questions:
        answer = answers.get(question.code)
        if answer is None:
            continue
        if question.type in ("date", "date_time"):
            day, _, time = answer.partition("T")
            year, month, number = day.split("-")
            sent |= {f"{question.code}-day": number, f"{question.code}-month": month, f"{question.code}-year": year}
            sent[f"{question.code}-time"] = time
        else:
            sent[question.code] = {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer
    return sent


class TestFill:
    def test_shows_every_kind_of_question_and_no_name_in_the_title(self, nurse, begin, ivy):
        page = nurse.get(f"/forms/{begin(ASSESSMENT).pk}").content.decode()
        assert "mmHg" in page and 'type="time"' in page and 'type="checkbox"' in page
        assert "Ivy" not in page.split("</title>")[0] and "Ivy Okafor" in page

    def test_hides_what_is_not_asked_yet_until_it_is_saved(self, nurse, begin):
        filled = begin(ASSESSMENT)
        page = nurse.get(f"/forms/{filled.pk}").content.decode()
        assert 'id="field-temperature" data-part hidden' in page
        nurse.post(f"/forms/{filled.pk}/save", posted(filled, {"observations_taken": True}))
        page = nurse.get(f"/forms/{filled.pk}").content.decode()
        assert 'id="field-temperature" data-part>' in page

    def test_keeps_what_cannot_be_right_and_shows_it_again(self, nurse, begin):
        filled = begin(ASSESSMENT)
        sent = posted(filled, {"observations_taken": True, "pulse": "fast"})
        sent |= {"arrived_at-day": "31", "arrived_at-month": "2", "arrived_at-year": ""}
        nurse.post(f"/forms/{filled.pk}/save", sent)
        page = nurse.get(f"/forms/{filled.pk}?show=missing").content.decode()
        assert 'value="fast"' in page and 'value="31"' in page
        assert "Enter a number in beats a minute." in page and "Enter a real date and time" in page

    def test_keeps_two_answers_for_a_choice(self, nurse, sign_in, begin):
        filled = begin(BASELINE)
        other = sign_in(Role.CRISIS_RESPONDER, "Omar Other")
        other.post(f"/forms/{filled.pk}/save", posted(filled, {"wash": "alone"}))
        answer = nurse.post(f"/forms/{filled.pk}/save", posted(filled, {"wash": "much_help"}))
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Theirs: Alone" in page and "Mine: With much help" in page and "Omar Other" in page
        filled.refresh_from_db()
        assert filled.answers == {"wash": "alone"}
        chosen = posted(filled, {"wash": "alone"}, clash="wash")
        nurse.post(f"/forms/{filled.pk}/save", chosen | {"keep-wash": "mine", "mine-wash": '"much_help"'})
        filled.refresh_from_db()
        assert filled.answers == {"wash": "much_help"}
        assert AnswerChange.objects.filter(is_in_force=False).count() == 1

    @pytest.mark.parametrize("live", [{}, {"HX-Request": "true"}])
    @pytest.mark.parametrize("kept", ["NaN", "1e400", "-Infinity", "[" * 100_000, '"\\ud800"', "true", "9" * 5000])
    def test_refuses_what_is_no_answer_when_kept_of_two(self, nurse, begin, kept, live):
        filled = begin(ASSESSMENT)
        sent = posted(filled, {"observations_taken": True}, clash="pulse") | {"keep-pulse": "mine", "mine-pulse": kept}
        answer = nurse.post(f"/forms/{filled.pk}/save", sent | {"mine-words-pulse": "What I typed"}, headers=live)
        page = answer.content.decode()
        assert answer.status_code == 422 and "cannot be read" in page and "Mine: What I typed" in page
        filled.refresh_from_db()
        assert filled.answers == {"observations_taken": True}

    def test_shows_a_day_typed_in_raised_digits_again(self, nurse, begin):
        filled = begin(ASSESSMENT)
        sent = posted(filled, {"arrived_at": "2026-11-20T09:00"}) | {"arrived_at-day": "²", "arrived_at-month": ""}
        assert nurse.post(f"/forms/{filled.pk}/save", sent).status_code == 302
        assert nurse.get(f"/forms/{filled.pk}").status_code == 200

    def test_saves_live_and_says_what_shows_now(self, nurse, begin):
        filled = begin(ASSESSMENT)
        answer = nurse.post(
            f"/forms/{filled.pk}/save", posted(filled, {"observations_taken": True}), headers={"HX-Request": "true"}
        )
        part = answer.content.decode()
        assert "field-temperature" in part.split('data-shown="')[1].split('"')[0] and "Saved" in part
        assert 'name="revision" value="1"' in part


class TestComplete:
    def test_names_what_is_missing_with_a_link_to_it(self, nurse, begin):
        filled = begin(BASELINE)
        answer = nurse.post(f"/forms/{filled.pk}/complete")
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'href="/forms/{filled.pk}?show=missing#q-wash"' in page

    def test_every_answer_makes_a_form_to_read_in_words(self, nurse, begin):
        filled = begin(BASELINE)
        nurse.post(f"/forms/{filled.pk}/save", posted(filled, complete_answers(built(filled.form))))
        assert "Complete the form" in nurse.get(f"/forms/{filled.pk}/check").content.decode()
        nurse.post(f"/forms/{filled.pk}/complete")
        page = nurse.get(f"/forms/{filled.pk}").content.decode()
        assert "Everyday tasks 40: independent." in page and "24 November 2026" in page and "Who answered what" in page

        corrected = nurse.post(f"/forms/{filled.pk}/correct", {"reason": "Asked the wrong person"})
        begun = FilledForm.objects.get(corrects=filled)
        assert corrected["Location"] == f"/forms/{begun.pk}"
        assert "Asked the wrong person" in nurse.get(f"/forms/{begun.pk}").content.decode()

    def test_is_not_for_another_service(self, begin, client):
        assert client.get(f"/forms/{begin(BASELINE).pk}").status_code == 302


class TestPaper:
    def test_holds_every_question_with_when_to_answer_it(self, nurse):
        page = nurse.get(f"/forms/blank/{ASSESSMENT}").content.decode()
        assert "Oxygen saturation, scale 2, on air" in page and "“Were observations taken?” is Yes" in page

    def test_of_a_filled_form_names_the_person_and_its_version(self, nurse, begin):
        filled = begin(BASELINE)
        page = nurse.get(f"/forms/{filled.pk}/print").content.decode()
        assert "999 000 0018" in page and "version 2" in page

    def test_of_a_filled_form_leaves_an_event_of_its_own(self, nurse, begin, ivy):
        filled = begin(BASELINE)
        assert not Event.objects.filter(action="print").exists()
        nurse.get(f"/forms/{filled.pk}/print")
        printed = Event.objects.get(action="print")
        assert (printed.subject_kind, printed.subject_id, printed.person_id) == ("form", filled.pk, ivy.pk)

    def test_of_no_such_form_is_not_found(self, nurse):
        assert nurse.get("/forms/blank/no-such-form").status_code == 404
