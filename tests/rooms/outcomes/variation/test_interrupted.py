"""Before and after a change: against a series made by hand, and against statsmodels as it gave them."""

import pytest

from homeward.outcomes.variation.interrupted import TooFewError, before_and_after

# statsmodels 0.15.0, OLS(y, [1, t, after, after (t - 12)]).fit(cov_type="HAC",
# cov_kwds={"maxlags": L, "use_correction": True}, use_t=True)
SERIES = [72, 75, 71, 74, 78, 73, 76, 79, 74, 77, 80, 76, 88, 86, 91, 89, 93, 90, 95, 92, 97, 94, 96, 99]
CONTROL = [60, 61, 59, 62, 63, 61, 64, 62, 65, 63, 66, 64, 66, 65, 67, 68, 66, 69, 67, 70, 68, 71, 69, 72]


class TestBeforeAndAfter:
    def test_finds_a_step_and_a_bend_that_were_put_there(self):
        values = [10 + 2 * t + (5 + 3 * (t - 8) if t >= 8 else 0) for t in range(20)]
        found = before_and_after(values, 8)
        assert found.before.value == pytest.approx(2)
        assert found.step.value == pytest.approx(5)
        assert found.bend.value == pytest.approx(3)
        assert found.expected[-1] == pytest.approx(10 + 2 * 19)
        assert found.fitted == pytest.approx(values)

    @pytest.mark.parametrize(
        ("lags", "errors"),
        [
            (0, (1.09573457, 0.17226249, 1.65463986, 0.21911091)),
            (2, (0.47893833, 0.07796023, 0.60832495, 0.11596788)),
            (3, (0.53028237, 0.07892700, 0.74352611, 0.09964686)),
        ],
    )
    def test_has_the_errors_that_statsmodels_gives(self, lags, errors):
        found = before_and_after(SERIES, 12, lags=lags)
        effects = (found.level, found.before, found.step, found.bend)
        assert [one.value for one in effects] == pytest.approx([72.78205128, 0.47902098, 8.7004662, 0.47902098])
        assert [one.error for one in effects] == pytest.approx(errors, rel=1e-6)

    def test_has_the_interval_and_chance_that_statsmodels_gives(self):
        found = before_and_after(SERIES, 12, lags=2)
        assert (found.step.interval.lower, found.step.interval.upper) == pytest.approx((7.43152259, 9.96940981))
        assert found.bend.chance == pytest.approx(0.0005183264, rel=1e-5)
        assert found.step.is_clear

    def test_chooses_lags_by_newey_and_wests_rule(self):
        assert before_and_after(SERIES, 12).lags == 2

    def test_with_a_control_is_of_the_difference(self):
        found = before_and_after(SERIES, 12, control=CONTROL, lags=2)
        assert (found.step.value, found.step.error) == pytest.approx((8.72610723, 0.6428235), rel=1e-6)
        assert (found.bend.value, found.bend.error) == pytest.approx((0.45104895, 0.08904985), rel=1e-6)
        assert found.has_control

    def test_leaves_out_periods_without_a_value(self):
        values = [float(2 * t) for t in range(12)]
        values[3] = None
        found = before_and_after(values, 6)
        assert found.readings == (5, 6)
        assert found.before.value == pytest.approx(2)

    def test_says_what_it_cannot_say(self):
        said = before_and_after(SERIES[6:18], 6).limits
        assert said[0].startswith("There are 6 periods before and 6 after")
        assert any("not that the change caused it" in one for one in said)
        assert any("no control" in one for one in said)

    def test_refuses_too_few_periods(self):
        with pytest.raises(TooFewError, match="before the change: 2; from it on: 10"):
            before_and_after(list(range(12)), 2)

    def test_refuses_a_control_of_other_periods(self):
        with pytest.raises(ValueError, match="each period"):
            before_and_after(SERIES, 12, control=CONTROL[:-1])
