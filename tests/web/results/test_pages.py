"""The pages of results, from a record to the page."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from homeward.access.rules import ROLE_PERMISSIONS, SYSTEM_ROLES, Permission, Role


class TestOverview:
    def test_shows_every_measure_and_names_nobody(self, sign_in, copied):
        page = sign_in(Role.PERFORMANCE_LEAD).get(reverse("results:overview")).content.decode()
        assert "Referrals handled" in page
        assert "4,794" in page
        assert "Leicester, April 2015 to February 2016" in page
        assert "Up-Person" not in page

    def test_says_so_where_nothing_was_copied_yet(self, sign_in, settings, tmp_path):
        settings.VAR = tmp_path
        lead = sign_in(Role.PERFORMANCE_LEAD)
        for address in (reverse("results:overview"), reverse("results:measure", args=["M01"])):
            answer = lead.get(address)
            assert answer.status_code == 200
            assert "nhsuk-inset-text" in answer.content.decode()

    @pytest.mark.parametrize("role", [role for role in Role if role not in SYSTEM_ROLES])
    def test_is_for_those_who_may_see_results(self, sign_in, settings, tmp_path, role):
        settings.VAR = tmp_path
        may = Permission.SEE_RESULTS in ROLE_PERMISSIONS[role]
        assert sign_in(role).get(reverse("results:overview")).status_code == (200 if may else 403)


class TestMeasure:
    @pytest.fixture
    def lead(self, sign_in, copied) -> Client:
        return sign_in(Role.PERFORMANCE_LEAD)

    @pytest.mark.parametrize("by", ["month", "quarter", "century"])
    def test_has_a_chart_with_words_and_its_table(self, lead, by):
        page = lead.get(reverse("results:measure", args=["M01"]), {"by": by}).content.decode()
        assert page.count('role="img"') == 2
        assert "<desc" in page
        assert "Referrals received in the period" in page
        assert "hw-mark--provisional" in page  # this month is not over

    def test_is_not_there_where_no_measure_has_the_key(self, lead):
        assert lead.get(reverse("results:measure", args=["M99"])).status_code == 404
        assert lead.get(reverse("results:file", args=["M99"])).status_code == 404

    def test_compares_before_and_after_a_month_that_was_named(self, lead, now):
        page = lead.get(reverse("results:measure", args=["M01"])).content.decode()
        months = [part.split('"')[0] for part in page.partition('id="since"')[2].split('<option value="')[2:]]
        told = lead.get(reverse("results:measure", args=["M01"]), {"since": months[6]}).content.decode()
        assert "Step at the change" in told
        assert "not that the change caused it" in told
        assert "hw-control__step" in told
        refused = lead.get(reverse("results:measure", args=["M01"]), {"since": months[0]}).content.decode()
        assert "Periods before the change: 1;" in refused

    def test_takes_a_month_that_is_none_for_nothing_marked(self, lead):
        page = lead.get(reverse("results:measure", args=["M01"]), {"since": "soon"}).content.decode()
        assert "Step at the change" not in page

    def test_leaves_as_a_file_without_small_numbers(self, lead):
        answer = lead.get(reverse("results:file", args=["M01"]))
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        numbers = {row["numerator"] for row in rows}
        assert numbers <= {"0", "*", "10", "15", "20", "25"}
        assert "10" in numbers
        assert answer["Content-Disposition"] == 'attachment; filename="m01-by-month.csv"'
