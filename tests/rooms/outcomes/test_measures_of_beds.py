"""Measures of reablement beds, worked out by hand: (numerator, denominator, left out)."""

from datetime import timedelta

import pytest

from homeward.beds.models import BedClosing, FollowUp, House
from homeward.beds.services import leave_bed, record_try
from tests.rooms.beds.conftest import asked, bed, house, lead, offered, someone, staying, waiting  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class TestBeds:
    def test_m13_counts_referrals_nights_and_support(self, lead, asked, staying, measured, now):  # noqa: F811
        asked()
        for name, days, support in (("Bed 1", 20, "none"), ("Bed 2", 10, "more"), ("Bed 3", 6, "died")):
            leave_bed(actor=lead, stay=staying(name, days=days), left_at=now, support=support, now=now)
        assert measured("M13") == (4, None, {})
        assert measured("M13.stay") == (36, 3, {})
        assert measured("M13.none") == (1, 2, {"Died": 1})
        assert measured("M13.more") == (1, 2, {"Died": 1})
        assert measured("M13.less") == (0, 2, {"Died": 1})
        assert measured("M13.same") == (0, 2, {"Died": 1})

    def test_m13_shares_nights_used_among_nights_open(self, house, bed, lead, staying, measured, now):  # noqa: F811
        House.objects.update(set_at=now - 30 * DAY)  # four beds: 120 nights
        close = {"reason": "Leak", "closed_by": "Tests"}
        BedClosing.objects.create(
            bed=bed("Bed 2"), closed_at=now - 10 * DAY, opened_at=now - 4 * DAY, **close
        )  # 6 nights
        leave_bed(actor=lead, stay=staying("Bed 1", days=20), left_at=now, support="none", now=now)  # 20 nights
        staying("Bed 3", days=5)  # 5 nights, and stays
        assert measured("M13.occupancy") == (25, 114, {})
        assert measured("M13.occupancy", at=now + DAY) == (26, 118, {})

    def test_m28_gives_two_days_from_the_referral(self, asked, waiting, staying, offered, measured, now):  # noqa: F811
        staying("Bed 1", days=3)  # moved in at the moment of the referral
        waiting(at=now - 3 * DAY)  # no bed in three days
        waiting(at=now - DAY)
        asked(at=now - 5 * DAY)
        left_out = {"Not accepted": 1, "Still within two days": 1}
        assert measured("M28") == (1, 2, left_out)

    def test_m21_asks_where_somebody_is(self, lead, staying, measured, now):  # noqa: F811
        for name, where in (("Bed 1", "own_home"), ("Bed 2", "care_home"), ("Bed 3", None)):
            stay = staying(name, days=20)
            leave_bed(actor=lead, stay=stay, left_at=now, support="same", now=now)
            to_ring = FollowUp.objects.get(stay=stay, kind="after_91_days")
            if where:
                record_try(actor=lead, follow_up=to_ring, was_reached=True, whereabouts=where, now=now)
        assert measured("M21") == (1, 2, {})
