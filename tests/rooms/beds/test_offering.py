"""Asking, deciding, waiting and offering; and closing beds."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.beds.models import BedUse
from homeward.beds.selectors import bed_board, bed_referral_for, waiting_list
from homeward.beds.services import (
    BedDoesNotFitError,
    BedInUseError,
    BedTakenError,
    CriteriaNotMetError,
    NewBedReferral,
    accept_bed_referral,
    accept_offer,
    close_bed,
    decline_bed_referral,
    decline_offer,
    lapse_offers,
    note_readiness,
    offer_bed,
    open_bed,
    put_first,
    refer_to_bed,
    take_back_offer,
    withdraw_bed_referral,
)
from homeward.beds.states import BedStateError
from homeward.kernel.rules import RefusedError
from homeward.procedures.rules import ClockState
from homeward.referrals.models import Referral
from tests.rooms.beds.conftest import MET

pytestmark = pytest.mark.django_db


class TestReferToBed:
    def test_takes_the_referral_in_at_the_front_door(self, asked):
        row = asked()
        assert row.referral.need_code == "community_bed"
        assert set(row.referral.events.values_list("kind", flat=True)) == {
            "referral_received",
            "referred_from_hospital_bed",
        }

    def test_uses_the_referral_that_asks_already_and_keeps_the_hospital_stay(self, lead, crisis, ivy, now):
        new = NewBedReferral(came_from="hospital", criteria=MET, hospital_stay_id=77)
        row = refer_to_bed(actor=lead, person=ivy, new=new, referral=crisis, now=now)
        assert (row.referral_id, row.hospital_stay_id) == (crisis.pk, 77)
        assert Referral.objects.count() == 1

    def test_refuses_a_second_while_one_is_open(self, lead, asked, someone, now):
        person = someone()
        asked(person)
        with pytest.raises(RefusedError, match="asked for them already"):
            asked(person)

    def test_takes_with_whom_they_share_from_the_record_unless_told(self, asked, someone):
        assert asked(someone("Al", gender="male")).shares_with == "men"
        assert asked(someone("Alex", gender="male"), shares_with="women").shares_with == "women"
        assert asked(someone("Sam", gender="other")).shares_with == ""


class TestAcceptBedReferral:
    def test_begins_the_episode_with_its_two_days_running(self, lead, waiting, now):
        row = waiting()
        assert row.episode.stage == "waiting_for_bed"
        page = bed_referral_for(lead, row.pk, now)
        assert page.clock.state is ClockState.RUNNING
        # two calendar days from the referral
        assert page.clock.due_at.date() == (now + timedelta(days=2)).date()

    def test_says_which_criteria_are_not_met_and_takes_a_reason(self, lead, asked, now):
        row = asked(criteria=MET | {"can_gain": False, "home_would_do": True})
        with pytest.raises(CriteriaNotMetError) as refused:
            accept_bed_referral(actor=lead, referral=row, now=now)
        assert refused.value.told == (
            "Not met: They are likely to do more for themselves with practice.",
            "Not for somebody who: Would be safe at home with visits. Refer to reablement at home.",
        )
        row = accept_bed_referral(actor=lead, referral=row, now=now, despite="Her daughter is away for two weeks")
        assert row.decided_reason == "Her daughter is away for two weeks"

    def test_is_for_whoever_runs_beds(self, somebody, asked, now):
        with pytest.raises(NotAllowedError):
            accept_bed_referral(actor=somebody(Role.CASE_MANAGER), referral=asked(), now=now)

    def test_declining_tells_the_front_door_why(self, lead, asked, now):
        row = decline_bed_referral(actor=lead, referral=asked(), reason="Would be safe at home with visits", now=now)
        assert Referral.objects.get(pk=row.referral_id).state == "declined"
        with pytest.raises(BedStateError):
            accept_bed_referral(actor=lead, referral=row, now=now)


class TestWaitingList:
    def test_explains_its_order_and_why_beds_do_not_fit(self, lead, service, waiting, someone, now):
        early = waiting(someone("Early"), at=now - timedelta(hours=5))
        late = waiting(someone("Late"), needs_en_suite=True, needs_equipment=("bariatric",))
        cannot = waiting(someone("Cannot"), at=now - timedelta(hours=9))
        note_readiness(actor=lead, referral=cannot, is_ready=False, reason="Temperature", now=now)
        put_first(actor=lead, referral=late, reason="Sleeps in a chair", now=now)
        found = waiting_list(lead, service.pk, now)
        assert [one.referral.pk for one in found.waiting] == [late.pk, early.pk, cannot.pk]
        assert [one.placed.why for one in found.waiting] == ["put_first", "due", "not_ready"]
        assert found.waiting[2].clock.state is ClockState.PAUSED

    def test_shows_the_free_beds_that_fit_and_why_others_do_not(self, lead, service, house, bed, waiting, now):
        waiting(needs_en_suite=True, needs_ground_floor=True)
        (one,) = waiting_list(lead, service.pk, now).waiting
        assert one.fits == (bed("Bed 1"),)
        assert dict(one.does_not_fit)[bed("Bed 3")] == (
            "They need an en-suite room; this one has none.",
            "They need the ground floor; this room is upstairs.",
        )

    def test_shows_who_asks_at_the_front_door(self, lead, service, coordinator, ivy, now):
        from homeward.referrals.services import NewReferral, receive_referral

        new = NewReferral(source="hospital", urgency="two_days", need_code="community_bed", received_at=now)
        row = receive_referral(actor=coordinator, person=ivy, new=new, now=now)
        assert waiting_list(lead, service.pk, now).at_the_door == (row,)


class TestOfferBed:
    def test_holds_the_bed_for_one(self, lead, offered, waiting, bed, now):
        offered("Bed 1")
        with pytest.raises(BedTakenError, match="Somebody else was offered this bed"):
            offered("Bed 1")

    def test_refuses_somebody_who_holds_another(self, lead, waiting, offered, now):
        row = waiting()
        offered("Bed 1", referral=row)
        with pytest.raises(RefusedError, match="has an offer already"):
            offered("Bed 2", referral=row)

    def test_says_why_a_bed_does_not_fit_and_takes_a_reason(self, lead, waiting, bed, now):
        row, until = waiting(needs_ground_floor=True), now + timedelta(hours=2)
        with pytest.raises(BedDoesNotFitError, match="need the ground floor"):
            offer_bed(actor=lead, referral=row, bed=bed("Bed 3"), held_until=until, now=now)
        use = offer_bed(
            actor=lead, referral=row, bed=bed("Bed 3"), held_until=until, now=now, override_reason="The lift is mended"
        )
        assert use.misfits == ["They need the ground floor; this room is upstairs."]
        assert use.override_reason == "The lift is mended"

    def test_keeps_a_room_of_two_to_one_sex(self, lead, waiting, someone, offered, bed, now):
        offered("Bed 3", referral=waiting(someone("Ann")))
        man = waiting(someone("Bob", gender="male"))
        with pytest.raises(BedDoesNotFitError, match="shares with women"):
            offered("Bed 4", referral=man)

    def test_refuses_a_bed_that_is_closed_or_in_use(self, lead, staying, offered, bed, now):
        staying("Bed 1")
        close_bed(actor=lead, bed=bed("Bed 2"), reason="Leak", now=now)
        with pytest.raises(BedTakenError, match="Somebody is in this bed until"):
            offered("Bed 1")
        with pytest.raises(BedTakenError, match="closed: Leak"):
            offered("Bed 2")

    def test_frees_a_bed_whose_offer_was_not_answered(self, lead, offered, bed, now):
        first = offered("Bed 1", at=now - timedelta(hours=6))
        assert offered("Bed 1")
        first.refresh_from_db()
        assert first.state == "lapsed"

    @pytest.mark.parametrize("hours", [-1, 24 * 4])
    def test_refuses_to_hold_it_for_no_time_or_too_long(self, lead, waiting, bed, now, hours):
        with pytest.raises(RefusedError, match="Hold the bed until"):
            offer_bed(actor=lead, referral=waiting(), bed=bed(), held_until=now + timedelta(hours=hours), now=now)

    def test_the_database_itself_refuses_two_people_in_a_bed(self, staying, waiting, now):
        stay = staying("Bed 1")
        use = BedUse.objects.get(referral=stay.referral)
        with pytest.raises(IntegrityError), transaction.atomic():
            BedUse.objects.create(
                bed=use.bed, referral=waiting(), state="in", offered_at=now, offered_by="Tests", ready_on=now.date(),
                moved_in_at=now,
            )  # fmt: skip


class TestAnswers:
    def test_a_declined_bed_is_free_again_and_they_wait_on(self, lead, service, offered, now):
        use = offered("Bed 1")
        decline_offer(actor=lead, use=use, answered_by="Her son", reason="Too far for visits", now=now)
        (one,) = waiting_list(lead, service.pk, now).waiting
        assert one.offer is None
        assert offered("Bed 1")

    def test_an_offer_that_is_over_cannot_be_accepted(self, lead, offered, now):
        use = offered("Bed 1", at=now - timedelta(hours=6))
        with pytest.raises(BedStateError, match="until a time that is over"):
            accept_offer(actor=lead, use=use, answered_by="Herself", now=now)

    def test_a_bed_that_is_theirs_can_be_taken_back_for_a_reason(self, lead, offered, now):
        use = accept_offer(actor=lead, use=offered(), answered_by="Herself", now=now)
        with pytest.raises(RefusedError, match="Say why"):
            take_back_offer(actor=lead, use=use, reason=" ", now=now)
        assert take_back_offer(actor=lead, use=use, reason="Water came through", now=now).state == "taken_back"

    def test_lapses_what_was_not_answered_once(self, service, offered, now):
        offered("Bed 1", at=now - timedelta(hours=6))
        work = Actor.system("tests", service.pk)
        assert lapse_offers(actor=work, service_id=service.pk, now=now) == 1
        assert lapse_offers(actor=work, service_id=service.pk, now=now) == 0

    def test_who_needs_no_bed_after_all_gives_theirs_back(self, lead, offered, now):
        use = offered("Bed 1")
        row = withdraw_bed_referral(actor=lead, referral=use.referral, reason="Went home", now=now)
        use.refresh_from_db()
        assert (row.state, use.state) == ("withdrawn", "taken_back")
        row.episode.refresh_from_db()
        assert row.episode.outcome_code == "not_needed"


class TestCloseBed:
    def test_warns_where_somebody_is_in_it_and_keeps_them_there(self, lead, staying, bed, service, now):
        staying("Bed 1")
        with pytest.raises(BedInUseError, match="is in this bed and stays"):
            close_bed(actor=lead, bed=bed(), reason="Leak", now=now)
        closing = close_bed(actor=lead, bed=bed(), reason="Leak", knows_it_is_in_use=True, now=now)
        assert closing.was_warned
        board = bed_board(lead, service.pk, now)
        assert (board.counts.in_use, board.counts.closed, board.counts.free) == (1, 0, 3)

    def test_is_opened_again(self, lead, bed, now):
        close_bed(actor=lead, bed=bed(), reason="Leak", now=now)
        with pytest.raises(RefusedError, match="closed already"):
            close_bed(actor=lead, bed=bed(), reason="Leak", now=now)
        assert open_bed(actor=lead, bed=bed(), now=now).opened_by == lead.name
        with pytest.raises(RefusedError, match="open already"):
            open_bed(actor=lead, bed=bed(), now=now)
