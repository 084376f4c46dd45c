"""A pack of results: what may leave the service, as a page and as a PDF."""

import pytest
from django.urls import reverse

from homeward.access.rules import Role
from homeward.outcomes.measures.definition import Unit
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.web.results.pack import present_shown
from tests.web.results.test_presenters import of


class TestShown:
    def test_has_no_small_number_and_nothing_made_of_one(self):
        shown = present_shown(of(Unit.SHARE, [(40, 80), (3, 80), (41, 82), (38, 77)]), SmallNumbers(8, 5))
        row = next(row for row in shown.rows if row.period == "February 2025")
        assert (row.value, row.numerator, row.interval) == ("*", "*", "–")
        assert not [mark for mark in shown.charts[0].marks if mark.says.startswith("Feb")]
        numbers = {text for row in shown.rows for text in (row.numerator, row.denominator)}
        assert numbers <= {"*", "40", "80", "75"}
        assert shown.excluded == ()


class TestPack:
    @pytest.mark.parametrize("code", ["team", "service", "board", "commissioner"])
    def test_of_every_audience_is_a_page_and_a_pdf(self, sign_in, copied, code):
        lead = sign_in(Role.PERFORMANCE_LEAD)
        page = lead.get(reverse("results:pack", args=[code])).content.decode()
        assert "Numbers from 1 to 7 are hidden and shown as *" in page
        assert "Up-Person" not in page
        answer = lead.get(reverse("results:pack_pdf", args=[code]))
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")

    def test_is_not_there_for_nobody_and_says_where_nothing_was_copied(self, sign_in, settings, tmp_path):
        settings.VAR = tmp_path
        lead = sign_in(Role.PERFORMANCE_LEAD)
        assert lead.get(reverse("results:pack", args=["nobody"])).status_code == 404
        assert "nhsuk-inset-text" in lead.get(reverse("results:pack_pdf", args=["board"])).content.decode()
