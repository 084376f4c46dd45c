"""Who has a referral, what is said about it, and times put right."""

from datetime import UTC, datetime, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event as AuditEvent
from homeward.episodes.services import accept_referral
from homeward.kernel.rules import LONDON, RefusedError
from homeward.people.models import TimelineEntry
from homeward.procedures.rules import ClockState
from homeward.procedures.selectors import pathway
from homeward.referrals.models import Referral, ReferralEvent
from homeward.referrals.selectors import clock_events, queue_for, reading_for, response_clock
from homeward.referrals.services import (
    ReferralHeldError,
    ask_for_more,
    claim_referral,
    comment_on_referral,
    correct_referral_time,
    decline_referral,
    escalate_referral,
    give_advice,
    hand_over_referral,
    propose_acceptance,
    release_referral,
    reopen_referral,
    withdraw_referral,
)
from homeward.referrals.states import ReferralAlreadyDecidedError, ReferralState
from homeward.teams.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya(somebody) -> Actor:
    return somebody(Role.FRONT_DOOR, "Priya Shah")


@pytest.fixture
def sam(somebody) -> Actor:
    return somebody(Role.CRISIS_RESPONDER, "Sam Boateng")


def _account(actor: Actor) -> Account:
    return Account.objects.get(pk=actor.account_id)


def _reading(referral: Referral, now: datetime):
    clock = response_clock(pathway("integrated-crisis-response"))
    return reading_for(clock, referral, clock_events(referral.events.all()), now)


class TestClaimReferral:
    def test_says_who_has_it(self, priya, crisis, now):
        referral = claim_referral(actor=priya, referral=crisis, now=now)
        assert (referral.held_by_id, referral.held_since) == (priya.account_id, now)
        assert crisis.events.last().kind == "claimed"

    def test_twice_by_one_person_changes_nothing(self, priya, crisis, now):
        claim_referral(actor=priya, referral=crisis, now=now)
        claim_referral(actor=priya, referral=crisis, now=now + timedelta(minutes=1))
        assert crisis.events.filter(kind="claimed").count() == 1

    def test_refuses_what_somebody_else_has(self, priya, sam, crisis, now):
        claim_referral(actor=priya, referral=crisis, now=now)
        with pytest.raises(ReferralHeldError, match="Priya Shah has this one"):
            claim_referral(actor=sam, referral=crisis, now=now)

    def test_refuses_one_that_is_decided(self, priya, crisis, now):
        decline_referral(actor=priya, referral=crisis, reason="Not ours", now=now)
        with pytest.raises(ReferralAlreadyDecidedError):
            claim_referral(actor=priya, referral=crisis, now=now)


class TestHandOverReferral:
    def test_gives_it_to_a_colleague_with_a_word(self, priya, sam, crisis, now):
        claim_referral(actor=priya, referral=crisis, now=now)
        referral = hand_over_referral(
            actor=priya, referral=crisis, to=_account(sam), note="Daughter calls back at 11", now=now
        )
        assert referral.held_by_id == sam.account_id
        assert crisis.events.last().reason == "To Sam Boateng: Daughter calls back at 11"

    def test_takes_one_over(self, priya, sam, crisis, now):
        claim_referral(actor=priya, referral=crisis, now=now)
        hand_over_referral(actor=sam, referral=crisis, to=_account(sam), note="Priya has gone home", now=now)
        assert Referral.objects.get(pk=crisis.pk).held_by_id == sam.account_id

    def test_refuses_somebody_who_does_not_triage(self, priya, somebody, crisis, now):
        carer = somebody(Role.FIELD_WORKER, "Jo Field")
        with pytest.raises(RefusedError, match="does not triage"):
            hand_over_referral(actor=priya, referral=crisis, to=_account(carer), note="Yours", now=now)

    def test_refuses_to_leave_no_word(self, priya, sam, crisis, now):
        with pytest.raises(RefusedError, match="must know"):
            hand_over_referral(actor=priya, referral=crisis, to=_account(sam), note=" ", now=now)


class TestReleaseReferral:
    def test_lets_anyone_take_it(self, priya, sam, crisis, now):
        claim_referral(actor=priya, referral=crisis, now=now)
        release_referral(actor=priya, referral=crisis, now=now)
        assert claim_referral(actor=sam, referral=crisis, now=now).held_by_id == sam.account_id


class TestEscalateReferral:
    def test_stands_out_until_somebody_decides(self, priya, crisis, now):
        assert escalate_referral(actor=priya, referral=crisis, reason="No responder", now=now).escalated_at == now
        give_advice(actor=priya, referral=crisis, advice="Rest", now=now)
        assert Referral.objects.get(pk=crisis.pk).escalated_at is None


class TestCommentOnReferral:
    def test_moves_no_clock(self, priya, crisis, now):
        before = _reading(crisis, now)
        comment_on_referral(actor=priya, referral=crisis, text="Daughter has a key", now=now)
        assert _reading(crisis, now) == before

    def test_refuses_nothing_said(self, priya, crisis, now):
        with pytest.raises(RefusedError):
            comment_on_referral(actor=priya, referral=crisis, text="  ", now=now)


class TestReopenReferral:
    def test_starts_its_clock_again_with_the_whole_target(self, priya, crisis, now):
        decline_referral(actor=priya, referral=crisis, reason="Not ours", now=now)
        again = now + timedelta(hours=1)
        reopen_referral(actor=priya, referral=crisis, reason="It is ours", now=again)
        reading = _reading(crisis, again)
        assert (reading.state, reading.due_at, reading.run) == (ClockState.RUNNING, again + timedelta(hours=2), 2)

    def test_forgets_what_was_proposed_before_it_was_turned_away(self, priya, crisis, now):
        propose_acceptance(
            actor=priya, referral=crisis, pathway_code="integrated-commissioning", pathway_title="Plan", now=now
        )
        decline_referral(actor=priya, referral=crisis, reason="Not ours", now=now)
        again = reopen_referral(actor=priya, referral=crisis, reason="It is ours", now=now)
        assert (again.proposed_pathway_code, again.proposed_by_id) == ("", None)

    def test_refuses_one_that_was_accepted_before(self, priya, crisis, now):
        accept_referral(actor=priya, referral=crisis, pathway_code="integrated-crisis-response", now=now)
        withdraw_referral(actor=priya, referral=crisis, reason="Went to hospital", now=now)
        with pytest.raises(ReferralAlreadyDecidedError, match="Refer them again"):
            reopen_referral(actor=priya, referral=crisis, reason="Back home", now=now)

    @pytest.mark.parametrize("state", [ReferralState.WAITING, ReferralState.MORE_ASKED])
    def test_refuses_one_that_is_open(self, priya, crisis, now, state):
        if state == ReferralState.MORE_ASKED:
            ask_for_more(actor=priya, referral=crisis, question="Which door?", now=now)
        with pytest.raises(ReferralAlreadyDecidedError):
            reopen_referral(actor=priya, referral=crisis, reason="Again", now=now)


class TestCorrectReferralTime:
    @pytest.fixture
    def received(self, crisis) -> ReferralEvent:
        return crisis.events.get(kind="referral_received")

    def test_keeps_both_times_and_the_clock_reads_the_right_one(self, priya, crisis, received, now):
        right = received.happened_at - timedelta(minutes=30)
        correct_referral_time(actor=priya, event=received, happened_at=right, reason="Read from the log", now=now)
        events = ReferralEvent.objects.filter(referral=crisis, kind="referral_received")
        assert sorted(events.values_list("happened_at", flat=True)) == [right, received.happened_at]
        assert _reading(crisis, now).due_at == right + timedelta(hours=2)
        assert Referral.objects.get(pk=crisis.pk).received_at == right

    def test_is_audited_and_told_on_the_timeline(self, priya, crisis, received, now):
        correct_referral_time(
            actor=priya, event=received, happened_at=now - timedelta(minutes=1), reason="Typed wrong", now=now
        )
        assert AuditEvent.objects.filter(action="correct time", person_id=crisis.person_id).count() == 1
        assert TimelineEntry.objects.filter(title="Time corrected: referral received").get().text == "Typed wrong"

    def test_orders_the_queue_by_the_right_time(self, priya, service, crisis, received, now):
        correct_referral_time(
            actor=priya, event=received, happened_at=now - timedelta(hours=3), reason="Yesterday's list", now=now
        )
        (queued,) = queue_for(priya, service.pk, now)
        assert queued.clock.state is ClockState.BREACHED

    def test_may_itself_be_put_right(self, priya, crisis, received, now):
        first = correct_referral_time(
            actor=priya, event=received, happened_at=now - timedelta(hours=3), reason="One", now=now
        )
        correct_referral_time(actor=priya, event=first, happened_at=now - timedelta(hours=1), reason="Two", now=now)
        assert _reading(crisis, now).started_at == now - timedelta(hours=1)
        with pytest.raises(RefusedError, match="Correct the newer one"):
            correct_referral_time(actor=priya, event=first, happened_at=now, reason="Three", now=now)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [({"minutes": 5}, "In the future"), ({"minutes": -10}, "The same time"), ({"hours": -1}, "")],
    )
    def test_refuses_a_time_to_come_the_same_time_and_no_reason(self, priya, received, now, change, reason):
        with pytest.raises(RefusedError):
            correct_referral_time(
                actor=priya, event=received, happened_at=now + timedelta(**change), reason=reason, now=now
            )

    def test_refuses_a_moment_the_service_itself_recorded(self, priya, crisis, now):
        decline_referral(actor=priya, referral=crisis, reason="Not ours", now=now)
        with pytest.raises(RefusedError, match="cannot be changed"):
            correct_referral_time(
                actor=priya, event=crisis.events.get(kind="referral_declined"), happened_at=now - timedelta(hours=1),
                reason="Earlier", now=now,
            )  # fmt: skip

    def test_is_not_for_those_who_only_take_referrals(self, actor_with, received, now):
        with pytest.raises(NotAllowedError):
            correct_referral_time(
                actor=actor_with(Role.REGISTERED_PROFESSIONAL), event=received, happened_at=now, reason="x", now=now
            )

    def test_across_the_hour_that_happens_twice(self, priya, service, ivy, now, coordinator):
        """1:30am on 25 October 2026 comes twice; the second, in GMT, was meant."""
        from homeward.referrals.services import NewReferral, receive_referral

        first = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)
        taken = receive_referral(
            actor=coordinator, person=ivy, now=first,
            new=NewReferral(source="gp", urgency="crisis", need_code="fall", received_at=first),
        )  # fmt: skip
        second = first.replace(fold=1)
        event = taken.events.get(kind="referral_received")
        at = second.astimezone(UTC) + timedelta(minutes=10)
        correct_referral_time(actor=priya, event=event, happened_at=at, reason="After the clocks changed", now=at)
        assert _reading(taken, at).due_at - event.happened_at == timedelta(hours=3, minutes=10)
