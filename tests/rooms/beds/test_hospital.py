"""How far a bed is for somebody in hospital, step by step, for the board that brings them out of it."""

from datetime import timedelta

import pytest

from homeward.beds.selectors import beds_of_stays
from homeward.beds.services import accept_offer, admit, leave_bed, offer_bed
from homeward.kernel.rules import london_day


class TestBedsOfStays:
    @pytest.fixture
    def way(self, lead, now):
        """How far a bed is for the person of a referral who was admitted three days ago; otherwise where asked."""

        def read(referral, admitted_at=None, at=now, stays=()):
            since = {referral.person_id: admitted_at or now - timedelta(days=3)}
            return beds_of_stays(lead, since, at, stays).get(referral.person_id)

        return read

    def test_says_each_step_from_asking_to_out_again(self, lead, asked, waiting, house, bed, way, now):
        referral = waiting()
        assert (way(referral).state, way(referral).house) == ("waiting", "")
        use = offer_bed(actor=lead, referral=referral, bed=bed(), held_until=now + timedelta(hours=24), now=now)
        assert (way(referral).house, way(referral).is_agreed) == ("Sallow House", False)
        use = accept_offer(actor=lead, use=use, answered_by="The person", now=now)
        assert (way(referral).is_agreed, way(referral).ready_on) == (True, london_day(now))
        stay = admit(actor=lead, use=use, moved_in_at=now, leaving_on=london_day(now + timedelta(days=20)), now=now)
        assert (way(referral).state, way(referral).stay_id) == ("staying", stay.pk)
        later = now + timedelta(days=20)
        leave_bed(actor=lead, stay=stay, left_at=later, support="less", now=later)
        assert (way(referral).state, way(referral).left_at) == ("left", later)

    def test_an_offer_that_lapsed_is_none(self, lead, waiting, house, bed, way, now):
        referral = waiting()
        offer_bed(actor=lead, referral=referral, bed=bed(), held_until=now + timedelta(hours=1), now=now)

        assert way(referral, at=now + timedelta(hours=2)).house == ""

    def test_one_asked_for_before_they_were_admitted_is_of_another_time(self, asked, way, now):
        referral = asked(hospital_stay_id=7)

        assert way(referral, admitted_at=now + timedelta(hours=1)) is None
        assert way(referral, admitted_at=now + timedelta(hours=1), stays={7}).state == "asked"
