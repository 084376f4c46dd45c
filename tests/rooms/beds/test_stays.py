"""Moving in, reviews, leaving and following up, end to end."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.beds.models import BedEvent, BedUse, FollowUp
from homeward.beds.services import (
    BedTakenError,
    OverrunNotExplainedError,
    add_way_home_need,
    admit,
    book_reviews,
    come_back,
    explain_overrun,
    give_up_ringing,
    go_to_hospital,
    leave_bed,
    meet_way_home_need,
    move_bed,
    plan_leaving,
    record_try,
    review_stay,
)
from homeward.episodes.selectors import episode_for
from homeward.kernel.rules import RefusedError, london_day, weekday_from
from homeward.procedures.rules import ClockState

pytestmark = pytest.mark.django_db


class TestAdmit:
    def test_stops_the_two_days_and_puts_the_person_in_the_bed(self, lead, staying, bed, now):
        stay = staying()
        running = episode_for(lead, stay.referral.episode_id, now)
        assert running.clock("start").state is ClockState.STOPPED
        assert running.clock("start").is_met
        assert running.episode.stage == "staying"
        assert BedUse.objects.get(bed=bed(), state="in").referral_id == stay.referral_id
        address = stay.person.addresses.get(kind="bed")
        assert address.lines == "Sallow House, 14 Weaver Street"
        assert address.staying_with == "Room 1, Bed 1"

    def test_refuses_a_day_to_leave_beyond_six_weeks(self, lead, offered, now):
        from homeward.beds.services import accept_offer

        use = accept_offer(actor=lead, use=offered(), answered_by="Herself", now=now)
        late = london_day(now) + timedelta(days=43)
        with pytest.raises(RefusedError, match="within 42 days"):
            admit(actor=lead, use=use, moved_in_at=now, leaving_on=late, now=now)

    def test_refuses_while_whoever_was_promised_to_leave_is_still_there(
        self, lead, staying, offered, waiting, bed, now
    ):
        from homeward.beds.services import accept_offer, offer_bed

        stay = staying(leaving_in=2)
        day = stay.leaving_on
        use = offer_bed(
            actor=lead, referral=waiting(), bed=bed(), held_until=now + timedelta(hours=3), ready_on=day, now=now
        )
        use = accept_offer(actor=lead, use=use, answered_by="Himself", now=now)
        later = now + timedelta(days=2)
        with pytest.raises(BedTakenError, match="still in this bed"):
            admit(actor=lead, use=use, moved_in_at=later, leaving_on=day + timedelta(days=20), now=later)
        leave_bed(actor=lead, stay=stay, left_at=later, support="none", now=later)
        assert admit(actor=lead, use=use, moved_in_at=later, leaving_on=day + timedelta(days=20), now=later)


class TestMoveBed:
    def test_frees_the_bed_before_and_says_where_on_the_record(self, lead, staying, bed, now):
        stay = staying()
        use = move_bed(actor=lead, stay=stay, bed=bed("Bed 2"), reason="Nearer the desk", now=now)
        assert BedUse.objects.get(bed=bed(), referral=stay.referral).state == "moved"
        assert use.state == "in"
        assert stay.person.addresses.get(kind="bed").staying_with == "Room 2, Bed 2"

    def test_refuses_a_bed_somebody_is_in(self, lead, staying, bed, now):
        stay = staying()
        staying("Bed 2")
        with pytest.raises(BedTakenError):
            move_bed(actor=lead, stay=stay, bed=bed("Bed 2"), reason="Nearer the desk", now=now)


class TestReviewStay:
    def test_sets_the_day_to_leave_and_stops_the_clock_of_the_first_review(self, lead, staying, now):
        stay = staying(days=7)
        today = london_day(now)
        review = review_stay(
            actor=lead, stay=stay, held_on=today, text="Walks to the kitchen", holds_up="Stair rail",
            leaving_on=today + timedelta(days=5), next_on=today + timedelta(days=7), now=now,
        )  # fmt: skip
        stay.refresh_from_db()
        assert stay.leaving_on == review.leaving_on
        assert episode_for(lead, stay.referral.episode_id, now).clock("first_review").state is ClockState.STOPPED

    def test_needs_a_reason_once_the_limit_is_passed(self, lead, staying, now):
        stay = staying(days=43)
        today = london_day(now)
        told = {"held_on": today, "text": "Still no care", "next_on": today, "leaving_on": today, "now": now}
        with pytest.raises(OverrunNotExplainedError, match="limit of this stay"):
            review_stay(actor=lead, stay=stay, **told)
        explain_overrun(actor=lead, stay=stay, reason="care_at_home", until=today + timedelta(days=4), now=now)
        assert review_stay(actor=lead, stay=stay, **told)

    def test_refuses_a_review_of_another_service(self, somebody, staying, now):
        stay = staying()
        today = london_day(now)
        with pytest.raises(NotAllowedError):
            review_stay(
                actor=somebody(Role.FIELD_WORKER), stay=stay, held_on=today, text="Fine", leaving_on=today,
                next_on=today, now=now,
            )  # fmt: skip


class TestBookReviews:
    @pytest.fixture
    def book(self, service):
        """What the service does by itself: `book(now)` gives the visits it booked."""
        actor = Actor.system("tests", service.pk)
        return lambda at: book_reviews(actor=actor, service_id=service.pk, now=at)

    def test_books_each_look_once_as_the_pathway_says(self, staying, book, now):
        stay = staying(days=5)
        [visit] = book(now)
        due = london_day(stay.moved_in_at) + timedelta(days=7)
        assert (visit.title, visit.day) == ("Look at the way home", weekday_from(due))
        assert [slot["skill"] for slot in visit.slots] == ["social_worker", "occupational_therapist"]
        assert visit.address.staying_with == "Room 1, Bed 1"
        assert stay.review_visits.get().due_on == due
        assert book(now + timedelta(minutes=1)) == []

    def test_books_none_before_it_is_soon_due_or_in_hospital(self, lead, staying, book, now):
        stay = staying(days=1)
        assert book(now) == []
        go_to_hospital(actor=lead, stay=stay, at=now, reason="Fell", now=now)
        assert book(now + timedelta(days=9)) == []

    def test_calls_off_what_a_look_or_leaving_makes_needless(self, lead, staying, book, now):
        stay, today = staying(days=5), london_day(now)
        [first] = book(now)
        next_on = today + timedelta(days=3)
        review_stay(
            actor=lead, stay=stay, held_on=today, text="Dresses alone", leaving_on=next_on, next_on=next_on, now=now
        )
        first.refresh_from_db()
        assert (first.state, first.outcome_note) == ("cancelled", "The way home was looked at already")
        [second] = book(now)
        leave_bed(actor=lead, stay=stay, left_at=now, support="less", now=now)
        second.refresh_from_db()
        assert second.state == "cancelled"


class TestPlanLeaving:
    def test_refuses_a_day_past_the_limit_until_somebody_says_why(self, lead, staying, now):
        stay = staying(days=40)
        day = london_day(now) + timedelta(days=5)
        with pytest.raises(OverrunNotExplainedError):
            plan_leaving(actor=lead, stay=stay, leaving_on=day, now=now)
        explain_overrun(actor=lead, stay=stay, reason="equipment", until=day, now=now, text="Stair lift on Friday")
        assert plan_leaving(actor=lead, stay=stay, leaving_on=day, now=now).leaving_on == day

    def test_does_not_count_nights_in_hospital(self, lead, staying, now):
        stay = staying(days=40)
        go_to_hospital(actor=lead, stay=stay, at=now - timedelta(days=10), reason="Chest", now=now)
        come_back(actor=lead, stay=stay, at=now, now=now)
        day = london_day(now) + timedelta(days=12)  # day 52, ten of them in hospital
        assert plan_leaving(actor=lead, stay=stay, leaving_on=day, now=now).leaving_on == day


class TestWayHomeNeed:
    def test_is_met_once(self, lead, staying, now):
        need = add_way_home_need(
            actor=lead, stay=staying(), kind="equipment", text="Stair rail", owner="OT", by_day=london_day(now), now=now
        )
        meet_way_home_need(actor=lead, need=need, now=now)
        with pytest.raises(RefusedError, match="wrote down before"):
            meet_way_home_need(actor=lead, need=need, now=now)


class TestLeaveBed:
    def test_frees_the_bed_ends_the_address_and_lists_who_to_ring(self, lead, staying, bed, offered, now):
        stay = staying(days=20)
        left = leave_bed(actor=lead, stay=stay, left_at=now, support="less", now=now, note="Walking well")
        assert left.still_to_do == ("Complete “Bed stay plan” before this leaves “Staying”.",)
        assert not BedUse.objects.filter(bed=bed(), state="in").exists()
        assert stay.person.addresses.get(kind="bed").ends_on == london_day(now)
        due = dict(FollowUp.objects.filter(stay=stay).values_list("kind", "due_on"))
        # from hospital: 91 days after they left hospital for the bed, and a year after they left the bed
        assert due["after_91_days"] == london_day(now) - timedelta(days=20) + timedelta(days=91)
        assert due["after_12_months"] == london_day(now).replace(year=2027)
        assert offered()

    def test_goes_on_to_see_that_home_works_where_the_form_is_complete(self, lead, staying, fill, now):
        stay = staying(days=20)
        fill("bed-stay-plan", ("episode", stay.referral.episode_id), person=stay.person)
        assert leave_bed(actor=lead, stay=stay, left_at=now, support="none", now=now).still_to_do == ()
        assert episode_for(lead, stay.referral.episode_id, now).episode.stage == "settling"

    def test_keeps_a_death_and_rings_nobody(self, lead, staying, now):
        stay = staying(days=5)
        leave_bed(actor=lead, stay=stay, left_at=now, support="died", now=now)
        stay.person.refresh_from_db()
        assert stay.person.died_on == london_day(now)
        assert not FollowUp.objects.filter(stay=stay).exists()

    def test_needs_a_reason_after_six_weeks(self, lead, staying, now):
        stay = staying(days=45)
        with pytest.raises(OverrunNotExplainedError):
            leave_bed(actor=lead, stay=stay, left_at=now, support="same", now=now)

    def test_refuses_a_stay_that_is_over(self, lead, staying, now):
        stay = staying()
        leave_bed(actor=lead, stay=stay, left_at=now, support="same", now=now)
        with pytest.raises(RefusedError, match="is over"):
            leave_bed(actor=lead, stay=stay, left_at=now, support="same", now=now)

    def test_leaves_its_whole_history(self, lead, staying, now):
        stay = staying()
        leave_bed(actor=lead, stay=stay, left_at=now, support="same", now=now)
        kinds = list(BedEvent.objects.filter(referral=stay.referral).order_by("id").values_list("kind", flat=True))
        assert kinds == ["bed_asked", "bed_accepted", "bed_offered", "offer_accepted", "moved_in", "left_bed"]


class TestFollowUp:
    @pytest.fixture
    def to_ring(self, lead, staying, now):
        stay = staying(days=20)
        leave_bed(actor=lead, stay=stay, left_at=now, support="same", now=now)
        return FollowUp.objects.get(stay=stay, kind="after_91_days")

    def test_says_where_they_are(self, lead, to_ring, now):
        done = record_try(actor=lead, follow_up=to_ring, was_reached=True, whereabouts="own_home", now=now)
        assert (done.state, done.whereabouts) == ("reached", "own_home")
        with pytest.raises(RefusedError, match="wrote this down before"):
            record_try(actor=lead, follow_up=to_ring, was_reached=True, whereabouts="own_home", now=now)

    def test_is_given_up_only_after_tries_on_three_days(self, lead, to_ring, now):
        for day in range(3):
            with pytest.raises(RefusedError, match="different days"):
                give_up_ringing(actor=lead, follow_up=to_ring, note="Wrote a letter", now=now)
            at = now + timedelta(days=day)
            again = london_day(at) + timedelta(days=1)
            record_try(actor=lead, follow_up=to_ring, was_reached=False, try_again_on=again, now=at)
        done = give_up_ringing(actor=lead, follow_up=to_ring, note="Wrote a letter", now=now + timedelta(days=3))
        assert done.state == "unreachable"

    def test_needs_a_later_day_to_try_again(self, lead, to_ring, now):
        with pytest.raises(RefusedError, match="later day"):
            record_try(actor=lead, follow_up=to_ring, was_reached=False, try_again_on=london_day(now), now=now)
