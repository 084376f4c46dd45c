"""Results for each audience: few numbers, and what to look at first."""

from dataclasses import replace

import pytest
from django.urls import reverse

from homeward.access.rules import Role
from homeward.outcomes.apps import _check_audiences
from homeward.outcomes.measures.audiences import AUDIENCES, UnknownAudienceError, audiences_with
from homeward.outcomes.measures.definition import By, Unit
from homeward.outcomes.measures.library import MEASURES
from homeward.web.results.audiences import present_audience
from tests.web.results.test_presenters import of


class TestAudiences:
    def test_as_declared_are_few_and_each_measure_is_there(self):
        for one in audiences_with({}, MEASURES):
            assert 4 <= len(one.measures) <= 9
            assert set(one.measures) <= set(MEASURES)

    def test_are_adjusted_by_the_setting(self):
        board = audiences_with({"board": {"measures": ["M01"], "by": "month"}}, MEASURES)[2]
        assert (board.title, board.measures, board.by) == ("Board this quarter", ("M01",), By.MONTH)

    @pytest.mark.parametrize(
        ("told", "why"),
        [
            ({"bored": {}}, "no audience bored"),
            ({"board": {"measures": ["M99"]}}, "no measure M99"),
            ({"board": {"colour": "red"}}, "can be set, not"),
            ({"board": {"by": "century"}}, "cannot be by century"),
        ],
    )
    def test_refuse_a_setting_of_what_there_is_not(self, settings, told, why):
        with pytest.raises(UnknownAudienceError, match=why):
            audiences_with(told, MEASURES)
        settings.AUDIENCES = told
        (error,) = _check_audiences(None)
        assert why in error.msg


class TestWhatToLookAt:
    STEADY = [(80, 100), (82, 100)] * 12

    def test_is_the_gravest_first(self):
        better = replace_key(of(Unit.SHARE, [*self.STEADY, (99, 100)]), "M18")
        worse = replace_key(of(Unit.SHARE, [*self.STEADY, (99, 100)], better="down"), "M16")
        misses = of(Unit.SHARE, [(50, 100), (52, 100)] * 12)  # of M03, whose target is 70%
        shown = present_audience([better, misses, worse])
        assert [(one.key, one.kind) for one in shown.look] == [("M16", "worse"), ("M03", "worse"), ("M18", "better")]
        assert shown.look[0].says.startswith("Worse: higher than chance. January 2027 (99.0%): outside the limits")
        assert shown.look[1].says == "As things are, the target is missed every time."
        assert shown.quiet == ""

    def test_says_that_it_is_no_more_than_chance_or_cannot_be_told(self):
        steady, few = of(Unit.SHARE, self.STEADY), replace_key(of(Unit.SHARE, [(8, 10)] * 3), "M18")
        assert present_audience([steady]).quiet == "Nothing here is more than chance, and no target is in doubt."
        assert "Of 1 of these 2 there are too few periods" in present_audience([steady, few]).quiet
        assert present_audience([few]).quiet.startswith("There are too few periods")
        nothing = present_audience([of(Unit.COUNT, [(0, None)])])
        assert (nothing.quiet, nothing.cards, len(nothing.without)) == ("Nothing has settled yet.", (), 1)

    def test_has_what_is_still_to_settle_beside_the_settled(self):
        (card,) = present_audience([of(Unit.SHARE, [(8, 10), (1, 2)], provisional=1)]).cards
        assert (card.headline.number, card.so_far) == ("80.0%", "February 2025 so far: 50.0% (1 of 2)")
        assert card.spark.mark.kind == "chance"


def replace_key(found, key):
    return replace(found, measure=replace(found.measure, key=key))


class TestPages:
    @pytest.mark.parametrize(
        ("role", "title"),
        [
            (Role.PERFORMANCE_LEAD, "Service this month"),
            (Role.COMMISSIONER, "Commissioner"),
            (Role.CASE_MANAGER, "Team today"),
        ],
    )
    def test_begin_with_the_audience_of_the_reader(self, sign_in, copied, role, title):
        page = sign_in(role).get(reverse("results:home")).content.decode()
        assert f"<h1>{title}</h1>" in page
        assert "What to look at" in page
        assert "Up-Person" not in page

    def test_of_every_audience_open_with_their_own_periods(self, sign_in, copied):
        lead = sign_in(Role.PERFORMANCE_LEAD)
        for one in AUDIENCES:
            page = lead.get(reverse("results:audience", args=[one.code])).content.decode()
            assert f"?by={one.by}" in page
        assert lead.get(reverse("results:audience", args=["nobody"])).status_code == 404

    def test_of_the_team_count_by_day(self, sign_in, copied):
        page = sign_in(Role.CASE_MANAGER).get(reverse("results:audience", args=["team"])).content.decode()
        assert "so far: 11" in page

    def test_say_so_where_nothing_was_copied_yet(self, sign_in, settings, tmp_path):
        settings.VAR = tmp_path
        page = sign_in(Role.PERFORMANCE_LEAD).get(reverse("results:home"))
        assert "nhsuk-inset-text" in page.content.decode()
