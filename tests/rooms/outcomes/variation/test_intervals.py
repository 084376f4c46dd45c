"""Confidence intervals against published figures, and against SciPy and statsmodels as they gave them."""

import pytest

from homeward.outcomes.variation.intervals import (
    count_interval,
    mean_interval,
    ratio_interval,
    t_below,
    t_quantile,
    wilson,
)


class TestRatioInterval:
    def test_is_of_so_many_workers_and_not_of_their_minutes(self):
        # By hand: ten workers with 480 minutes paid, half of them with 100 unused and half with 200. The ratio is
        # 1500/4800; each is 50 off it; error = sqrt(10/9 x 10 x 50²) / 4800 = 0.034722; t with 9 degrees = 2.262157
        found = ratio_interval([(100, 480), (200, 480)] * 5)
        assert (found.lower, found.upper) == pytest.approx((0.3125 - 0.078547, 0.3125 + 0.078547), abs=1e-6)
        alone = wilson(1500, 4800)
        assert found.upper - found.lower > 5 * (alone.upper - alone.lower)

    def test_weighs_a_worker_by_what_was_paid(self):
        # By hand: nine have 10 of 100, one 90 of 900: all have the same ratio, and nothing is unsure
        found = ratio_interval([(10, 100)] * 9 + [(90, 900)])
        assert (found.lower, found.upper) == pytest.approx((0.1, 0.1))

    def test_is_none_of_too_few(self):
        assert ratio_interval([(100, 480), (200, 480)] * 4 + [(100, 480)]) is None
        assert ratio_interval([(100, 480), (200, 480)] * 4 + [(100, 480), (0, 0)]) is None


class TestWilson:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "lower", "upper"),
        [
            # Newcombe 1998, Statistics in Medicine 17: 857, table I, method 3 (score without correction)
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0000, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ],
    )
    def test_gives_the_published_limits(self, numerator, denominator, lower, upper):
        found = wilson(numerator, denominator)
        assert (round(found.lower, 4), round(found.upper, 4)) == (lower, upper)

    def test_ends_at_one_where_all_did(self):
        found = wilson(12, 12)  # statsmodels 0.15.0, proportion_confint(12, 12, method="wilson")
        assert (found.lower, found.upper) == pytest.approx((0.7575059933, 1.0))
        assert found.upper <= 1

    @pytest.mark.parametrize(("numerator", "denominator"), [(1, 0), (-1, 5), (6, 5)])
    def test_refuses_what_is_no_proportion(self, numerator, denominator):
        with pytest.raises(ValueError, match="no proportion"):
            wilson(numerator, denominator)


class TestCountInterval:
    @pytest.mark.parametrize(
        ("count", "lower", "upper"),
        [
            # Exact Poisson limits: scipy.stats.chi2.ppf(.025, 2x)/2 and chi2.ppf(.975, 2x+2)/2
            (0, 0, 3.6888794541),
            (1, 0.0253178080, 5.5716433909),
            (3, 0.6186721229, 8.7672730697),
            (9, 4.1153730974, 17.0848034515),
        ],
    )
    def test_is_exact_under_ten(self, count, lower, upper):
        found = count_interval(count)
        assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-9)

    def test_is_byars_from_ten_on(self):
        # By hand: 10 (1 - 1/90 - 1.95996/(3 x 3.16228))^3 and 11 (1 - 1/99 + 1.95996/(3 x 3.31662))^3
        found = count_interval(10)
        assert (found.lower, found.upper) == pytest.approx((4.7865, 18.3899), abs=2e-3)

    def test_is_of_a_rate_where_there_is_an_exposure(self):
        assert count_interval(20, 4).upper == pytest.approx(count_interval(20).upper / 4)

    @pytest.mark.parametrize(("count", "exposure"), [(-1, 1), (3, 0)])
    def test_refuses_what_is_no_rate(self, count, exposure):
        with pytest.raises(ValueError, match="no rate"):
            count_interval(count, exposure)


class TestMeanInterval:
    def test_is_students(self):
        # scipy.stats.t.interval(.95, 6, loc=mean, scale=sem)
        found = mean_interval([3, 4, 4, 5, 9, 12, 30])
        assert (found.lower, found.upper) == pytest.approx((0.7190048992, 18.4238522437), abs=1e-8)

    @pytest.mark.parametrize(
        ("freedom", "quantile", "below"),
        [  # scipy.stats.t.ppf(.975, df), t.cdf(1.3, df)
            (1, 12.706204736, 0.7912855998),
            (2, 4.3026527299, 0.8383764841),
            (5, 2.5705818356, 0.8748496829),
            (20, 2.0859634473, 0.8958077522),
            (100, 1.9839715185, 0.9017052683),
        ],
    )
    def test_knows_students_t(self, freedom, quantile, below):
        assert t_quantile(0.975, freedom) == pytest.approx(quantile, abs=1e-8)
        assert t_below(1.3, freedom) == pytest.approx(below, abs=1e-9)
        assert t_below(-1.3, freedom) == pytest.approx(1 - below, abs=1e-9)

    def test_refuses_one_value(self):
        with pytest.raises(ValueError, match="fewer than two"):
            mean_interval([4])
