"""The front door: taking in, deciding, and what the clocks say."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.models import Alert
from homeward.people.selectors import current_alerts
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.selectors import decided_lately, details_for, queue_for
from homeward.referrals.services import (
    NewReferral,
    ask_for_more,
    decline_referral,
    give_advice,
    judge_message,
    keep_message,
    log_call,
    receive_referral,
    redirect_referral,
    reopen_referral,
    update_referral,
    withdraw_referral,
)
from homeward.referrals.states import MOVES, ReferralAlreadyDecidedError, ReferralState, check_move

CRISIS = {"source": "gp", "urgency": "crisis", "need_code": "fall"}


class TestReceiveReferral:
    def test_joins_the_queue_with_its_clock_running_from_receipt(self, service, coordinator, crisis, now):
        (queued,) = queue_for(coordinator, service.pk, now)
        assert queued.suggested.code == "integrated-crisis-response"
        assert queued.clock.due_at == crisis.received_at + timedelta(hours=2)

    def test_raises_a_safeguarding_concern_at_once(self, coordinator, ivy, now):
        receive_referral(actor=coordinator, person=ivy, new=NewReferral(**CRISIS, safeguarding_text="Bruises"), now=now)
        assert Alert.objects.get(person=ivy).kind == "safeguarding"

    def test_keeps_a_safeguarding_concern_from_who_may_not_read_it(self, coordinator, actor_with, ivy, now):
        concern = NewReferral(**CRISIS, safeguarding_text="Bruises")
        receive_referral(actor=coordinator, person=ivy, new=concern, now=now)
        alert = Alert.objects.get(person=ivy)
        assert alert.sensitivity == "safeguarding"
        assert ivy.timeline.get(kind="alert").sensitivity == "safeguarding"
        for role, seen in ((Role.ROSTER_PLANNER, {}), (Role.BED_LEAD, {}), (Role.CASE_MANAGER, {ivy.pk: [alert]})):
            assert current_alerts(actor_with(role), [ivy.pk], now.date()) == seen

    def test_keeps_what_its_sender_wrote_elsewhere_of_the_concern_too(self, coordinator, actor_with, ivy, now):
        lines = [{"title": "Safeguarding", "text": "See below"}, {"title": "Notes", "text": "She has bruises"},
                 {"title": "Pets", "text": "One cat"}]  # fmt: skip
        concern = NewReferral(**CRISIS, safeguarding_text="Bruises", details=lines)
        referral = receive_referral(actor=coordinator, person=ivy, new=concern, now=now)
        assert details_for(actor_with(Role.ROSTER_PLANNER), referral) == lines[2:]
        assert details_for(coordinator, referral) == lines

    def test_leaves_an_event_an_entry_and_an_audit_event(self, coordinator, crisis, ivy):
        assert [event.kind for event in crisis.events.all()] == ["referral_received"]
        assert ivy.timeline.get().title == "Referred: " + ivy.timeline.get().title.removeprefix("Referred: ")
        assert Event.objects.filter(action="receive referral", subject_id=crisis.pk, person_id=ivy.pk).exists()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"urgency": "soonish"}, "how soon"),
            ({"source": ""}, "who is asking"),
            ({"need_code": ""}, "what the person needs"),
        ],
    )
    def test_refuses_what_is_missing_in_words(self, coordinator, ivy, now, changes, words):
        with pytest.raises(RefusedError, match=words):
            receive_referral(actor=coordinator, person=ivy, new=NewReferral(**{**CRISIS, **changes}), now=now)
        assert not Referral.objects.exists()

    def test_refuses_a_time_in_the_future(self, coordinator, ivy, now):
        with pytest.raises(RefusedError, match="future"):
            receive_referral(
                actor=coordinator, person=ivy, new=NewReferral(**CRISIS, received_at=now + timedelta(hours=1)), now=now
            )

    def test_takes_the_senders_own_breach_time(self, service, coordinator, ivy, now):
        due = now + timedelta(minutes=50)
        new = NewReferral(**CRISIS, sender_clock_started_at=now - timedelta(minutes=30), sender_due_at=due)
        receive_referral(actor=coordinator, person=ivy, new=new, now=now)
        (queued,) = queue_for(coordinator, service.pk, now)
        assert queued.clock.due_at == due

    def test_tells_the_clock_that_a_hospital_bed_was_the_source(self, coordinator, ivy, now):
        new = NewReferral(source="hospital", urgency="two_days", need_code="home_from_hospital")
        referral = receive_referral(actor=coordinator, person=ivy, new=new, now=now)
        assert "referred_from_hospital_bed" in referral.events.values_list("kind", flat=True)


class TestQueue:
    def test_puts_what_breaches_first_on_top(self, service, coordinator, ivy, now):
        for urgency, need, ago in (("routine", "personal_care", 90), ("crisis", "fall", 5), ("two_days", "fall", 60)):
            new = NewReferral(source="gp", urgency=urgency, need_code=need, received_at=now - timedelta(minutes=ago))
            receive_referral(actor=coordinator, person=ivy, new=new, now=now)
        queue = queue_for(coordinator, service.pk, now)
        due = [one.clock.due_at for one in queue if one.clock and one.clock.due_at]
        assert queue[0].referral.urgency == "crisis"
        assert due == sorted(due)

    def test_audits_everyone_it_shows_as_one_event(self, service, coordinator, crisis, ivy, now):
        queue_for(coordinator, service.pk, now)
        assert Event.objects.get(action="see in queue").people == [ivy.pk]

    def test_is_not_for_those_without_the_front_door(self, service, actor_with, now):
        with pytest.raises(NotAllowedError):
            queue_for(actor_with(Role.PERFORMANCE_LEAD), service.pk, now)


class TestDecide:
    def test_redirects_with_where_and_why(self, coordinator, crisis, now):
        redirect_referral(actor=coordinator, referral=crisis, to="Community nursing", reason="Known wound", now=now)
        crisis.refresh_from_db()
        assert crisis.state == ReferralState.REDIRECTED
        assert crisis.events.get(kind="referral_redirected").reason == "To Community nursing: Known wound"

    def test_declines_only_with_a_reason(self, coordinator, crisis, now):
        with pytest.raises(RefusedError, match="reason"):
            decline_referral(actor=coordinator, referral=crisis, reason=" ", now=now)
        crisis.refresh_from_db()
        assert crisis.state == ReferralState.WAITING

    def test_refuses_a_second_decision(self, coordinator, crisis, now):
        decline_referral(actor=coordinator, referral=crisis, reason="Lives outside the area", now=now)
        with pytest.raises(ReferralAlreadyDecidedError, match="declined"):
            redirect_referral(actor=coordinator, referral=crisis, to="Elsewhere", reason="Late", now=now)

    def test_keeps_the_clock_running_while_more_is_asked(self, service, coordinator, crisis, now):
        ask_for_more(actor=coordinator, referral=crisis, question="Is anyone with her?", now=now)
        (queued,) = queue_for(coordinator, service.pk, now + timedelta(hours=2))
        assert queued.clock.is_breached

    def test_is_not_for_a_field_worker(self, actor_with, crisis, now):
        with pytest.raises(NotAllowedError):
            decline_referral(actor=actor_with(Role.FIELD_WORKER), referral=crisis, reason="No", now=now)


class TestDecidedLately:
    def test_puts_the_newest_decision_first_however_long_the_referral_waited(
        self, service, coordinator, crisis, ivy, now
    ):
        old = NewReferral(source="gp", urgency="routine", need_code="fall", received_at=now - timedelta(days=9))
        waited = receive_referral(actor=coordinator, person=ivy, new=old, now=now)
        decline_referral(actor=coordinator, referral=crisis, reason="Lives outside the area", now=now)
        give_advice(actor=coordinator, referral=waited, advice="Told of the lunch club", now=now + timedelta(minutes=1))
        assert decided_lately(coordinator, service.pk, now) == [waited, crisis]

    def test_leaves_out_what_came_back_and_what_only_waits(self, service, coordinator, crisis, now):
        assert decided_lately(coordinator, service.pk, now) == []
        decline_referral(actor=coordinator, referral=crisis, reason="Lives outside the area", now=now)
        reopen_referral(actor=coordinator, referral=crisis, reason="She moved back", now=now + timedelta(minutes=1))
        assert decided_lately(coordinator, service.pk, now) == []


class TestUpdateAndWithdraw:
    def test_updates_words_and_keeps_the_first_receipt(self, coordinator, crisis, now):
        before = crisis.received_at
        update_referral(
            actor=coordinator, referral=crisis, new=NewReferral(**CRISIS, need_text="Now confused too"), now=now
        )
        crisis.refresh_from_db()
        assert (crisis.need_text, crisis.received_at) == ("Now confused too", before)

    def test_takes_a_withdrawn_referral_out_of_the_queue(self, service, coordinator, crisis, now):
        withdraw_referral(actor=coordinator, referral=crisis, reason="Sent in error", now=now)
        assert queue_for(coordinator, service.pk, now) == []


class TestMoves:
    @pytest.mark.parametrize("before", ReferralState.values)
    @pytest.mark.parametrize("after", ReferralState.values)
    def test_follow_the_table_and_nothing_else(self, before, after):
        if after in MOVES[before]:
            check_move(before, after)
        else:
            with pytest.raises(ReferralAlreadyDecidedError):
                check_move(before, after)


class TestEvents:
    def test_cannot_be_edited(self, crisis):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            crisis.events.update(kind="referral_declined")


class TestCalls:
    def test_are_logged_with_what_came_of_them(self, service, coordinator, ivy, now):
        call = log_call(
            actor=coordinator,
            service_id=service.pk,
            source="family",
            outcome="advice",
            person=ivy,
            advice="Call 111 if it gets worse",
            now=now,
        )
        assert ivy.timeline.get(subject_kind="call", subject_id=call.pk).text == "Call 111 if it gets worse"

    def test_need_the_advice_that_was_given(self, service, coordinator, now):
        with pytest.raises(RefusedError, match="advice"):
            log_call(actor=coordinator, service_id=service.pk, source="self", outcome="advice", now=now)


class TestKeptMessages:
    def test_keep_their_bytes_and_take_a_judgement(self, service, now, crisis):
        machine = type("M", (), {})
        from homeward.access.rules import Actor

        machine = Actor(name="Ambulance system", role=Role.MACHINE, service_ids=frozenset({service.pk}))
        message = keep_message(actor=machine, service_id=service.pk, content=b"\x00{}", media_type="x", now=now)
        judge_message(actor=machine, message=message, outcome="referral", referral=crisis, now=now)
        kept = KeptMessage.objects.get()
        assert (bytes(kept.content), kept.version, kept.outcome) == (b"\x00{}", 1, "referral")

    def test_refuse_a_change_of_their_bytes(self, service, now):
        from homeward.access.rules import Actor

        machine = Actor(name="Ambulance system", role=Role.MACHINE, service_ids=frozenset({service.pk}))
        keep_message(actor=machine, service_id=service.pk, content=b"{}", media_type="x", now=now)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            KeptMessage.objects.update(content=b"[]")
