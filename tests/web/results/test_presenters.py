"""Measures in words: each from points whose numbers are on paper."""

from dataclasses import replace
from datetime import date

import pytest

from homeward.kernel.rules import months_later
from homeward.outcomes.measures.definition import By, Computed, Point, Published, Unit
from homeward.outcomes.measures.library import MEASURES
from homeward.web.results.presenters import (
    chart_of,
    present_headline,
    present_measure,
    present_overview,
    value_text,
)


def of(unit: Unit, numbers, *, key="M03", provisional=0, better="up", **changes) -> Computed:
    """A measure by month from January 2025: (numerator, denominator) of each."""
    points = []
    for place, (top, bottom) in enumerate(numbers):
        first = months_later(date(2025, 1, 1), place)
        value = top if bottom is None else top / bottom if bottom else None
        settling = place >= len(numbers) - provisional
        points.append(Point(first, months_later(first, 1).replace(day=1), top, bottom, value, settling))
    return Computed(replace(MEASURES[key], unit=unit, better=better, **changes), "derby", By.MONTH, tuple(points))


def headline(found: Computed):
    return present_headline(found, chart_of(found))


class TestHeadline:
    def test_is_of_the_newest_settled_month_with_what_it_is_of(self):
        said = headline(of(Unit.SHARE, [(8, 10), (9, 10), (1, 2)], provisional=1))
        assert (said.period, said.number, said.of) == ("February 2025", "90.0%", "9 of 10")
        assert said.change == "10.0 points more than in January 2025"
        assert said.interval == "59.6% to 98.2%"  # Wilson, 9 of 10

    def test_leaves_out_a_month_with_nothing_to_divide_by(self):
        assert headline(of(Unit.SHARE, [(8, 10), (0, 0)])).period == "January 2025"

    def test_says_nothing_yet_where_there_is_nothing(self):
        said = headline(of(Unit.COUNT, [(0, None), (0, None)]))
        assert (said.number, said.period, said.change, said.variation) == ("Nothing settled yet", "", "", "")

    @pytest.mark.parametrize(
        ("unit", "numbers", "change"),
        [
            (Unit.COUNT, [(12, None), (9, None)], "3 less than in January 2025"),
            (Unit.DAYS, [(20, 10), (32, 10)], "1.2 days more than in January 2025"),
            (Unit.PENCE, [(120_000, None), (150_000, None)], "£300 more than in January 2025"),
            (Unit.RATE, [(200, 100), (201, 100)], "As in January 2025"),
        ],
    )
    def test_says_the_change_in_the_unit(self, unit, numbers, change):
        assert headline(of(unit, numbers)).change == change

    def test_says_that_twelve_months_are_needed(self):
        assert "12 are needed" in headline(of(Unit.SHARE, [(8, 10)] * 11)).variation

    def test_says_what_is_more_than_chance_and_that_the_target_is_met(self):
        steady = [(80, 100), (82, 100)] * 12
        assert headline(of(Unit.SHARE, steady)).variation == "No more than chance"
        assert headline(of(Unit.SHARE, steady)).assurance == "As things are, the target is met every time"
        assert headline(of(Unit.SHARE, [*steady, (99, 100)])).variation == "Better: higher than chance"
        assert headline(of(Unit.SHARE, [*steady, (99, 100)], better="down")).variation == "Worse: higher than chance"

    def test_says_how_many_periods_of_the_chart_are_more_than_chance(self):
        steady = [(80, 100), (82, 100)] * 12
        assert present_measure(of(Unit.SHARE, steady)).chart_says.endswith("No period is more than chance.")
        one = present_measure(of(Unit.SHARE, [*steady, (99, 100)]))
        assert one.chart_says.endswith("1 period is more than chance.")

    def test_keeps_the_published_figure_with_its_place_and_period(self):
        figure = Published("Of 4,794 referrals, 1,940", 0.4, "Leicester", "2015/16", "leicester-icrs")
        words = Published("Broadly similar", None, "Derby", "2024/25", "derby")
        assert headline(of(Unit.SHARE, [(8, 10)], published=(figure,))).published == (
            "Of 4,794 referrals, 1,940: 40.0% (Leicester, 2015/16)"
        )
        assert headline(of(Unit.SHARE, [(8, 10)], published=(words,))).published == "“Broadly similar” (Derby, 2024/25)"

    def test_names_the_source_and_says_where_it_gives_no_period(self):
        figure = Published("Independent at the end", 0.7, "Leeds", "Not stated", "working-together")
        ((says, _, source),) = present_measure(of(Unit.SHARE, [(8, 10)], published=(figure,))).published
        assert says == "Independent at the end: 70.0% (Leeds, period not stated)"
        assert source == "Working together, 25 studies of integration"


class TestMeasure:
    def test_begins_with_the_first_month_that_had_anything(self):
        shown = present_measure(of(Unit.COUNT, [(0, None), (0, None), (5, None), (0, None)]))
        assert [row.period for row in shown.rows] == ["April 2025", "March 2025"]
        assert not shown.has_denominator

    def test_says_together_what_follows_on_one_another(self):
        low, high = [(4, None), (14, None)] * 6, [(26, None), (16, None)] * 5
        shown = present_measure(of(Unit.COUNT, low + high, better=""))
        assert shown.look[-1].startswith("January 2026 to October 2026: part of 7 or more in a row on one side")
        assert shown.look[-1].endswith("higher.")

    def test_has_before_and_after_where_a_month_was_named(self):
        found = of(Unit.SHARE, [*[(60, 100), (62, 100)] * 6, *[(80, 100), (82, 100)] * 6])
        shown = present_measure(found, date(2026, 1, 1))
        step = next(row for row in shown.change.rows if row.says == "Step at the change")
        assert (step.value[0], step.is_clear) == ("+", "More than chance")
        assert shown.headline.variation  # still there, of all months
        assert [line.kind for line in shown.charts[0].lines].count("mean") == 2

    def test_says_why_before_and_after_cannot_be_compared(self):
        shown = present_measure(of(Unit.SHARE, [(6, 10)] * 12), date(2025, 2, 1))
        assert shown.change.refused.startswith("Periods before the change: 1;")


class TestOverview:
    def test_lists_by_name_what_has_nothing_settled(self):
        groups = present_overview([of(Unit.SHARE, [(8, 10)]), of(Unit.COUNT, [(0, None)], key="M15")])
        assert [(group.title, len(group.rows), len(group.without)) for group in groups] == [
            ("Front door and crisis response", 1, 0),
            ("Leaving hospital", 0, 1),
        ]

    def test_has_a_place_for_every_measure(self):
        found = [Computed(one, "derby", By.MONTH, ()) for one in MEASURES.values()]
        assert sum(len(group.without) for group in present_overview(found)) == len(MEASURES)


class TestValueText:
    @pytest.mark.parametrize(
        ("value", "unit", "text"),
        [
            (None, Unit.SHARE, "–"),
            (0.845, Unit.SHARE, "84.5%"),
            (1234, Unit.COUNT, "1,234"),
            (30.86, Unit.DAYS, "30.9 days"),
            (1, Unit.DAYS, "1 day"),
            (1115200, Unit.PENCE, "£11,152"),
            (90, Unit.MINUTES, "90 minutes"),
        ],
    )
    def test_has_the_unit(self, value, unit, text):
        assert value_text(value, unit) == text
