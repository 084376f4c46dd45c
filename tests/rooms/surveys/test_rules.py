"""Who is asked by which way, and what of the answers is shown: tables."""

from datetime import date

import pytest

from homeward.procedures.selectors import library
from homeward.surveys.rules import Reach, asked_by, is_mobile, quarter_of, question_results, said_in_words

FORMS = {form.code: form for form in library().forms}


@pytest.mark.parametrize(
    ("phone", "takes_texts"),
    [
        ("07700 900123", True),
        ("+44 7700 900123", True),
        ("+447700900123", True),
        ("01332 496 0123", False),
        ("0133249601", False),
        ("07012 345678", False),  # a personal number, not a mobile
        ("07612 345678", False),  # a pager
        ("", False),
        ("ask at the farm", False),
    ],
)
def test_a_mobile_is_told_from_another_number(phone, takes_texts):
    assert is_mobile(phone) is takes_texts


@pytest.mark.parametrize(
    ("phone", "email", "needs", "interpreter", "way"),
    [
        ("07700 900123", "", (), False, "sms"),
        ("07700 900123", "ivy@example.org", (), False, "sms"),
        ("07700 900123", "ivy@example.org", ("email",), False, "email"),
        ("01332 496000", "ivy@example.org", (), False, "email"),
        ("01332 496000", "", (), False, "phone"),
        ("", "", (), False, "paper"),
        ("07700 900123", "", ("large_print",), False, "paper"),
        ("07700 900123", "", ("easy_read",), False, "paper"),
        ("07700 900123", "", ("braille",), False, "paper"),
        ("07700 900123", "", ("audio",), False, "phone"),
        ("07700 900123", "", ("low_vision",), False, "phone"),
        ("07700 900123", "", (), True, "phone"),
        ("07700 900123", "", ("bsl",), True, "sms"),
        ("01332 496000", "", ("hard_of_hearing",), False, "paper"),
        ("01332 496000", "", ("text_relay",), True, "paper"),
    ],
)
def test_somebody_is_asked_as_they_can_answer(phone, email, needs, interpreter, way):
    assert asked_by(Reach(phone, email, frozenset(needs), interpreter)) == way


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 11, 24), date(2026, 10, 1)),
    ],
)
def test_a_quarter_begins_on_its_first_day(day, first):
    assert quarter_of(day) == first


class TestQuestionResults:
    def test_counts_each_answer_among_those_who_gave_one(self):
        answers = [{"overall": "very_good", "knew_whom": True}, {"overall": "good"}, {"overall": "very_good"}]
        overall, *_, knew, managing = question_results(FORMS["survey-person"], answers)
        assert [(one.label, one.count) for one in overall.options[:3]] == [
            ("Very good", 2), ("Good", 1), ("Neither good nor poor", 0),
        ]  # fmt: skip
        assert overall.options[0].share == pytest.approx(2 / 3)
        assert (knew.answered, knew.options[0].count) == (1, 1)
        assert (managing.answered, managing.options[0].share) == (0, 0.0)

    def test_takes_yes_as_yes_and_leaves_out_what_is_not_offered(self):
        answers = [{"knew_whom": False, "overall": "splendid"}, {"knew_whom": 1}]
        results = {one.code: one for one in question_results(FORMS["survey-person"], answers)}
        assert results["overall"].answered == 0
        assert [one.count for one in results["knew_whom"].options] == [1, 1]

    def test_asks_in_easy_read_what_the_long_form_asks_too(self):
        long, short = (FORMS[code] for code in ("survey-person", "survey-person-easy-read"))
        offered = {one.code: {option.code for option in one.options} for one in long.questions}
        assert all({option.code for option in one.options} == offered[one.code] for one in short.questions)


def test_words_stand_in_the_order_of_the_words_and_not_of_their_writers():
    answers = [{"better": "Ring first "}, {"better": ""}, {"better": "Be on time"}, {}]
    assert said_in_words(FORMS["survey-person"], answers) == ("Be on time", "Ring first")
