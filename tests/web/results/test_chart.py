"""The control chart as it is drawn: every place reckoned by hand on a chart of known size."""

from itertools import pairwise

import pytest

from homeward.outcomes.variation.xmr import Better, Reading, xmr
from homeward.web.results.chart import LEFT, LINE_HEIGHT, NARROW, WIDE, draw, draw_spark

STEADY = [49, 51] * 6


def drawn(values, size=WIDE, *, better=Better.UP, provisional=0, **kwargs):
    readings = [Reading(value, place >= len(values) - provisional) for place, value in enumerate(values)]
    chart = xmr(readings, better=better, steps=kwargs.pop("steps", ()), target=kwargs.get("target"))
    return draw(chart, [f"P{place}" for place in range(len(values))], size, say=lambda value: f"{value:g}", **kwargs)


class TestDraw:
    def test_puts_values_between_round_ticks(self):
        chart = drawn(STEADY)
        # limits 44.68 to 55.32: ticks of 2.5 from 42.5 to 57.5, from the bottom (290) to the top (16)
        assert [words for _, words in chart.ticks] == ["42.5", "45", "47.5", "50", "52.5", "55", "57.5"]
        assert (chart.ticks[0][0], chart.ticks[-1][0]) == (290, 16)
        mean = next(line for line in chart.lines if line.kind == "mean")
        assert (mean.y1, mean.says) == (153, "Mean 50")

    @pytest.mark.parametrize("size", [WIDE, NARROW])
    def test_keeps_every_mark_and_name_inside(self, size):
        chart = drawn([*STEADY * 3, 90, 20], size, target=70)
        assert all(LEFT <= mark.x <= chart.right and 16 <= mark.y <= chart.bottom for mark in chart.marks)
        assert all(LEFT <= x <= chart.width for x, _ in chart.periods)
        assert len(chart.periods) <= (8 if size == WIDE else 3)

    @pytest.mark.parametrize(
        ("better", "kind"), [(Better.UP, "better"), (Better.DOWN, "worse"), (Better.NEITHER, "different")]
    )
    def test_marks_a_point_that_is_more_than_chance_by_what_it_means(self, better, kind):
        assert [mark.kind for mark in drawn([*STEADY * 2, 65], better=better).marks][-1] == kind

    def test_marks_chance_and_what_may_still_change(self):
        assert [mark.kind for mark in drawn([*STEADY, 65], provisional=1).marks] == ["chance"] * 12 + ["provisional"]

    def test_leaves_a_gap_where_a_period_has_no_value(self):
        chart = drawn([49, 51, 49, None, 51, 49])
        assert len(chart.paths) == 2
        assert len(chart.marks) == 5

    def test_shows_nothing_below_nothing_or_above_all(self):
        chart = drawn([0.1, 0.9] * 6, highest=1)
        assert (chart.ticks[0][1], chart.ticks[-1][1]) == ("0", "1")
        limits = [(line.y1, line.says) for line in chart.lines if line.kind == "limit"]
        assert limits == [(16, "Upper limit 1"), (290, "Lower limit 0")]

    def test_of_shares_that_are_all_100_has_no_tick_above(self):
        chart = drawn([1.0] * 3, lowest=0, highest=1)
        assert [words for _, words in chart.ticks] == ["0.8", "1"]

    def test_moves_names_of_lines_apart(self):
        chart = drawn([50, 50.1] * 10, target=50.05)
        places = sorted(line.says_y for line in chart.lines if line.says)
        assert all(after - before >= LINE_HEIGHT for before, after in pairwise(places))

    def test_draws_limits_anew_from_a_step(self):
        chart = drawn([*STEADY, *(value + 20 for value in STEADY)], steps=[12])
        assert len([line for line in chart.lines if line.kind == "mean"]) == 2
        assert [line.kind for line in chart.lines].count("step") == 1
        assert [line.says for line in chart.lines if line.kind == "mean"] == ["", "Mean 70"]

    @pytest.mark.parametrize("values", [[0], [5, 5, 5], [0, 0, 0, 0]])
    def test_can_be_drawn_of_very_little(self, values):
        chart = drawn(values)
        assert len(chart.marks) == len(values)
        assert len(chart.ticks) >= 2


class TestDrawSpark:
    @pytest.mark.parametrize(("before", "kind"), [(5, "chance"), (12, "better")])
    def test_marks_nothing_as_more_than_chance_before_there_are_readings_enough(self, before, kind):
        chart = xmr([Reading(value, False) for value in [*STEADY[:before], *STEADY[:5], 65]], better=Better.UP)
        assert chart.points[-1].causes
        assert draw_spark(chart).mark.kind == kind
