"""The need a message states in words."""

import pytest

from homeward.api.intake.needs import INJURY, NEEDS, NOT_STATED, SEVERAL, need_in_words
from homeward.procedures.selectors import library


class TestNeedInWords:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("Fell in the kitchen", "fall"),
            ("Fall without injury", "fall"),
            ("Fell asleep in the chair", ""),
            ("Frailty, sudden decline after a UTI", "frailty_decline"),
            ("Reduced mobility since Friday", "reduced_mobility"),
            ("End-of-life care at home", "palliative_crisis"),
            ("Urgent equipment provision", "urgent_equipment"),
            ("New confusion", "confusion"),
            ("Blocked catheter", "catheter_problem"),
            ("Type 2 diabetes, needs insulin", "diabetes_support"),
            ("Unpaid carer breakdown", "carer_breakdown"),
            ("No falls, not confused", ""),
            ("Head lice", ""),
            ("", ""),
        ],
    )
    def test_takes_only_the_words_of_the_national_conditions(self, text, code):
        assert need_in_words(text)[0] == code

    def test_says_why_it_chose_none(self):
        assert need_in_words("Toothache") == ("", NOT_STATED)
        assert need_in_words("Fell, and is confused") == ("", SEVERAL)
        assert need_in_words("Fell, may have a fractured hip") == ("", INJURY)

    def test_chooses_only_needs_of_the_procedures(self):
        assert set(NEEDS) <= {need.code for need in library().needs}
