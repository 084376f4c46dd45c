"""Each measure worked out by hand from a few records that the services made."""

import pytest

from homeward.outcomes.measures.library import MEASURES

pytestmark = pytest.mark.django_db


class TestEveryMeasure:
    @pytest.mark.parametrize("nothing", [None])
    def test_of_a_place_with_nothing_counts_nothing(self, measured, nothing):
        for key, measure in MEASURES.items():
            numerator, denominator, _ = measured(key)
            assert numerator == 0, key
            assert denominator == (0 if measure.out_of else None), key

    def test_m01_one(self, measured, crisis):
        assert measured("M01") == (1, None, {})
        for key in MEASURES:
            measured(key)
            for split in MEASURES[key].splits:
                measured(key, split=split)
