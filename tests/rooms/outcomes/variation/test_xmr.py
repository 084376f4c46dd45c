"""Which points of a series are more than chance: the four rules, each with its edge, and limits worked by hand."""

import pytest

from homeward.outcomes.variation.xmr import Assurance, Better, Cause, Reading, Variation, is_better, xmr

# Mean 50, each moving range 2: limits 50 ± 5.32, outer third from 50 ± 3.5467
STEADY = [49, 51] * 6


def chart(values, **kwargs):
    return xmr([Reading(value) for value in values], **kwargs)


def causes(values, **kwargs):
    return [tuple(cause.value for cause in point.causes) for point in chart(values, **kwargs).points]


class TestLimits:
    def test_lie_2_66_mean_moving_ranges_from_the_mean(self):
        # By hand: mean (10+12+11+15)/4 = 12; moving ranges 2, 1, 4: mean 7/3; 2.66 x 7/3 = 6.20667
        point = chart([10, 12, 11, 15]).points[0]
        assert point.mean == 12
        assert point.lower == pytest.approx(5.793333, abs=1e-6)
        assert point.upper == pytest.approx(18.206667, abs=1e-6)

    def test_are_not_drawn_from_two_readings(self):
        point = chart([10, 12]).points[0]
        assert (point.mean, point.lower, point.upper) == (None, None, None)

    def test_are_only_a_beginning_under_twelve_readings(self):
        assert chart(STEADY[:11]).is_short
        assert not chart(STEADY).is_short

    def test_leave_provisional_periods_out(self):
        series = [*(Reading(value) for value in STEADY), Reading(5, is_provisional=True)]
        newest = xmr(series).points[-1]
        assert (newest.value, newest.mean, newest.causes) == (5, 50, ())

    def test_have_no_moving_range_across_a_gap(self):
        # 10, 11, gap, 30, 31: moving ranges 1 and 1, not 19
        assert chart([10, 11, None, 30, 31]).points[0].upper == pytest.approx(20.5 + 2.66)

    def test_are_made_anew_only_at_a_marked_step(self):
        values = [*STEADY, *(value + 20 for value in STEADY)]
        whole, stepped = chart(values), chart(values, steps=[12])
        assert {point.mean for point in whole.points} == {60}
        assert [point.mean for point in stepped.points] == [50] * 12 + [70] * 12
        assert Cause.RUN in whole.points[0].causes
        assert all(point.causes == () for point in stepped.points)

    @pytest.mark.parametrize("step", [0, 12, -1])
    def test_refuse_a_step_outside_the_series(self, step):
        with pytest.raises(ValueError, match="from 1 to 11"):
            chart(STEADY, steps=[step])

    def test_of_an_empty_series_are_none(self):
        assert chart([]).points == ()


class TestRules:
    def test_a_steady_series_is_all_chance(self):
        assert set(causes(STEADY)) == {()}

    def test_a_series_that_never_changes_is_all_chance(self):
        assert set(causes([0.1 + 0.2] * 20)) == {()}

    def test_a_point_outside_the_limits(self):
        found = causes([*STEADY * 4, 65])
        assert found[-1] == ("outside",)
        assert set(found[:-1]) == {()}

    @pytest.mark.parametrize(("length", "marked"), [(6, 0), (7, 7), (8, 8)])
    def test_seven_in_a_row_on_one_side_of_the_mean(self, length, marked):
        # Before and after swing evenly about 0, and what lies above it is small: the mean stays between -1 and 1
        values = [-20, 20, -20, *[2, 1.5] * (length // 2), *[2] * (length % 2), -20, 20, -20, 20]
        assert sum("run" in one for one in causes(values)) == marked

    def test_a_point_on_the_mean_ends_a_run(self):
        # six above, one on the mean, one above; then as far below: the mean is 0
        values = [1, 2, 1, 2, 1, 2, 0, 1, -1, -2, -1, 0, -2, -1, -2, -1]
        assert not any("run" in one for one in causes(values))

    @pytest.mark.parametrize(
        ("values", "marked"),
        [
            ([1, 2, 3, 4, 5, 6], 0),
            ([1, 2, 3, 4, 5, 6, 7], 7),
            ([7, 6, 5, 4, 3, 2, 1], 7),
            ([1, 2, 3, 3, 4, 5, 6], 0),
            ([2, 1, 2, 3, 4, 5, 6, 7, 3], 7),
        ],
    )
    def test_seven_in_a_row_each_higher_or_lower_than_the_last(self, values, marked):
        assert sum("trend" in one for one in causes(values)) == marked

    def test_two_of_three_near_the_same_limit(self):
        # Mean and limits stay near 50 ± 5.3: 54.5 twice with 51 between lie in the upper outer third
        found = causes([*STEADY * 4, 54.5, 51, 54.5])
        assert found[-3:] == [("near",), (), ("near",)]

    def test_two_near_opposite_limits_are_chance(self):
        assert not any("near" in one for one in causes([*STEADY * 4, 54.2, 51, 45.8]))

    def test_two_near_a_limit_with_the_third_across_the_mean_are_chance(self):
        assert not any("near" in one for one in causes([*STEADY * 4, 54.5, 49, 54.5]))

    def test_a_gap_ends_a_trend(self):
        assert not any("trend" in one for one in causes([1, 2, 3, 4, None, 5, 6, 7]))


class TestIcons:
    def test_need_twelve_readings(self):
        assert chart(STEADY[:11], better=Better.UP, target=10).variation is Variation.TOO_FEW
        assert chart(STEADY[:11], better=Better.UP, target=10).assurance is Assurance.TOO_FEW

    @pytest.mark.parametrize(
        ("newest", "better", "icon"),
        [
            (50, "up", "common"),
            (65, "up", "better_high"),
            (65, "down", "worse_high"),
            (65, "", "high"),
            (35, "up", "worse_low"),
            (35, "down", "better_low"),
            (35, "", "low"),
        ],
    )
    def test_say_what_the_newest_point_is(self, newest, better, icon):
        assert chart([*STEADY, newest], better=Better(better)).variation.value == icon

    @pytest.mark.parametrize(
        ("target", "better", "icon"),
        [
            (44, "up", "met"),  # the lower limit is 44.68
            (45, "up", "may_be_missed"),
            (55, "up", "may_be_missed"),
            (56, "up", "fails"),  # the upper limit is 55.32
            (56, "down", "met"),
            (50, "down", "may_be_missed"),
            (44, "down", "fails"),
            (None, "up", "no_target"),
            (44, "", "no_target"),
        ],
    )
    def test_say_whether_a_target_will_be_met_as_things_are(self, target, better, icon):
        assert chart(STEADY, better=Better(better), target=target).assurance.value == icon

    def test_are_of_the_newest_phase(self):
        stepped = chart([*STEADY, *(value + 20 for value in STEADY)], steps=[12], better=Better.UP, target=60)
        assert stepped.assurance is Assurance.MET

    def test_a_point_outside_on_one_side_in_a_run_on_it_is_better_or_worse_by_its_side(self):
        point = chart([*STEADY, 65], better=Better.DOWN).points[-1]
        assert is_better(point, Better.DOWN) is False
        assert is_better(point, Better.UP) is True
        assert is_better(point, Better.NEITHER) is None
