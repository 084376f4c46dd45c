"""How full the house will be: hand-worked shares, and how often the truth is in the range."""

import pytest

from homeward.beds.rules.forecast import Past, chance_still_there, forecast, leaving_shares, measure_coverage

STAYS = [20, 25, 28, 30, 31, 33, 35, 38, 40, 42]


class TestLeavingShares:
    def test_are_kaplan_and_meiers_pulled_a_little_towards_all_nights(self):
        # two stays of 1 and 2 nights over, one going on for 1 night: at risk on night 1 are the two that are over
        shares = leaving_shares(Past(ended=[1, 2], nights_so_far=[1], accepted=0, accepted_days=1))[0]
        # nights got through or left on: (0,1), (0,1,2) and (0): 6 in all, of which 2 ended a stay
        overall = 2 / 6
        assert shares[1] == pytest.approx((1 + overall) / (2 + 1))
        assert shares[2] == pytest.approx((1 + overall) / (1 + 1))
        assert shares[100] == pytest.approx(overall)  # nobody was there so long: as over all nights

    def test_judge_somebody_by_stays_that_lasted_as_long(self):
        past = Past(ended=[5] * 50 + [40] * 50, nights_so_far=[], accepted=0, accepted_days=1)
        fresh, after_ten = chance_still_there(past, 0, 7), chance_still_there(past, 10, 7)
        assert 0.4 < fresh < 0.6
        assert after_ten > 0.9


class TestForecast:
    def test_is_the_same_for_the_same_seed_and_never_more_than_there_are_beds(self):
        past = Past(ended=STAYS, nights_so_far=[3, 10, 20], accepted=40, accepted_days=56, waiting=9)
        told = forecast(past, [6] * 28, seed=3)
        assert told == forecast(past, [6] * 28, seed=3)
        assert max(told.high) <= 6
        assert all(low <= middle <= high for low, middle, high in zip(told.low, told.middle, told.high, strict=True))

    def test_empties_where_nobody_comes(self):
        past = Past(ended=STAYS, nights_so_far=[20, 21], accepted=0, accepted_days=5600)
        assert forecast(past, [6] * 28).high[-1] <= 1

    def test_follows_beds_that_close(self):
        past = Past(ended=STAYS, nights_so_far=[], accepted=100, accepted_days=56, waiting=20)
        assert forecast(past, [4] * 7 + [8] * 7).middle[-1] == 8

    def test_says_nothing_of_few_stays(self):
        with pytest.raises(ValueError, match="At least 10"):
            forecast(Past(ended=STAYS[:9], nights_so_far=[], accepted=1, accepted_days=56), [6])


class TestCoverage:
    def test_the_truth_is_in_the_range_about_as_often_as_it_says(self):
        """Eight in ten is what it says; whole beds make the range a little wider than that."""
        found = measure_coverage(
            histories=40, beds=20, mean_nights=31, spread=0.6, a_day=0.5, seed=11, days_ahead=(7, 14, 28), futures=100
        )
        for one in found:
            assert 0.70 <= one.share <= 0.98, one
            assert 2 <= one.width <= 10, one
