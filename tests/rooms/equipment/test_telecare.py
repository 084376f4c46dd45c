"""A device calls: kept, opened once, answered, closed with what came of it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from homeward.access.rules import NotAllowedError, Relationship, Role, Sight
from homeward.equipment.models import AlertMessage, DeviceAlert
from homeward.equipment.selectors import (
    alert_for,
    answer_figures,
    messages_to_settle,
    open_alerts,
    silent_devices,
    tied_by_device_alerts,
)
from homeward.equipment.services import (
    NewCall,
    close_alert,
    keep_refused,
    need_responder,
    note_try,
    receive_call,
    refer_alert,
    say_whose,
    settle_message,
    take_alert,
)
from homeward.equipment.states import CannotMoveError
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Notice
from homeward.people.selectors import person_for


@pytest.fixture
def pendant(lent):
    return lent("pendant", identifier="LL-77")


@pytest.fixture
def call(centre, service, now):
    """A device calls: `call("1", kind="fall")` gives the kept message."""

    def send(sender_id: str, device: str = "LL-77", kind: str = "pressed", later: int = 0, **more) -> AlertMessage:
        at = now + timedelta(minutes=later)
        new = NewCall(sender_id, device, kind, at, **more)
        return receive_call(actor=centre, service_id=service.pk, call=new, content=b"{}", now=at)

    return send


class TestReceiveCall:
    def test_opens_a_response_with_a_clock_and_tells_responders(self, call, pendant, responder, ivy, now):
        kept = call("1", kind="fall", text="Heavy fall")
        alert = kept.alert
        assert (kept.outcome, alert.person, alert.state) == ("opened", ivy, "open")
        assert alert.answer_due_at == now + timedelta(minutes=45)
        notice = Notice.objects.get(account_id=responder.account_id, title="A device has called")
        assert notice.is_urgent
        assert "Ivy" not in notice.title + notice.text

    def test_changes_nothing_when_it_is_sent_again(self, call, pendant):
        first, again, third = call("1"), call("1", later=1), call("1", later=60)
        assert (again.outcome, third.outcome, third.alert) == ("repeated", "repeated", first.alert)
        assert DeviceAlert.objects.get().times == 1
        assert AlertMessage.objects.count() == 3

    def test_joins_the_open_response_within_the_window(self, call, pendant):
        call("1")
        assert call("2", later=9).outcome == "joined"
        assert call("2", later=10).outcome == "repeated"
        assert call("3", later=18).outcome == "joined"
        assert DeviceAlert.objects.get().times == 3
        assert call("4", later=29).outcome == "opened"
        assert call("5", kind="smoke", later=29).outcome == "opened"

    def test_opens_anew_after_the_response_was_closed(self, call, pendant, responder, now):
        close_alert(actor=responder, alert=call("1").alert, outcome="false_alarm", text="Rolled on it", now=now)
        assert call("2", later=1).outcome == "opened"

    def test_opens_a_response_for_a_device_that_nobody_knows(self, call, store, responder, service, now):
        kept = call("1", device="LL-99")
        assert (kept.outcome, kept.alert.person, kept.device) == ("opened", None, None)
        assert open_alerts(responder, service.pk, now) == [kept.alert]
        assert call("2", device="ll-99", later=1).outcome == "joined"

    def test_does_not_open_a_response_for_a_test_or_a_check_in(self, call, pendant, service, responder, now):
        assert call("1", is_test=True).outcome == "test"
        assert call("2", kind="check_in", later=30).outcome == "check_in"
        assert open_alerts(responder, service.pk, now) == []
        device = pendant.item.device
        device.refresh_from_db()
        assert device.last_heard_at == now + timedelta(minutes=30)

    def test_gives_a_device_that_is_only_broken_a_day(self, call, pendant, now):
        assert call("1", kind="battery").alert.answer_due_at == now + timedelta(days=1)

    def test_refuses_a_call_from_the_future(self, centre, service, now):
        new = NewCall("1", "LL-77", "fall", now + timedelta(minutes=11))
        with pytest.raises(RefusedError, match="future"):
            receive_call(actor=centre, service_id=service.pk, call=new, content=b"", now=now)

    def test_is_for_connected_systems(self, responder, service, now):
        with pytest.raises(NotAllowedError):
            receive_call(
                actor=responder, service_id=service.pk, call=NewCall("1", "x", "fall", now), content=b"", now=now
            )

    def test_keeps_the_message_as_it_came(self, call, pendant):
        call("1")
        with pytest.raises(DatabaseError), transaction.atomic():
            AlertMessage.objects.update(content=b"other")


class TestAnswering:
    def test_is_written_down_until_it_is_closed(self, call, pendant, responder, service, now):
        alert = take_alert(actor=responder, alert=call("1").alert, now=now)
        note_try(actor=responder, alert=alert, text="Rang, no answer", now=now)
        later = now + timedelta(minutes=20)
        close_alert(actor=responder, alert=alert, outcome="spoke", text="She is up, and well", now=later)
        found = alert_for(responder, alert.pk, later)
        assert [event.kind for event in found.events.order_by("pk")] == ["called", "taken", "tried", "closed"]
        day = london_day(now)
        figures = answer_figures(responder, service.pk, day, day)
        assert (figures.closed, figures.in_time, figures.outcomes) == (1, 1, {"spoke": 1})
        with pytest.raises(CannotMoveError):
            take_alert(actor=responder, alert=alert, now=later)

    def test_needs_an_outcome_and_words(self, call, pendant, responder, now):
        alert = call("1").alert
        for outcome, text in (("", "Fine"), ("spoke", " "), ("crisis", "Fell"), ("not_ours", "Who?")):
            with pytest.raises(RefusedError):
                close_alert(actor=responder, alert=alert, outcome=outcome, text=text, now=now)

    def test_becomes_a_crisis_referral_without_typing_it_again(self, call, pendant, responder, ivy, now):
        alert = call("1", kind="fall", text="Heavy fall").alert
        later = now + timedelta(minutes=12)
        referral = refer_alert(actor=responder, alert=alert, need_text="On the floor, alert", now=later)
        alert.refresh_from_db()
        assert (referral.person, referral.need_code, referral.received_at) == (ivy, "fall", alert.received_at)
        assert referral.need_text == "Fall from their alarm to wear. Heavy fall On the floor, alert"
        assert (alert.state, alert.outcome, alert.referral) == ("closed", "crisis", referral)

    def test_sends_somebody_who_can_go(self, call, pendant, responder, workers, now):
        visit = need_responder(actor=responder, alert=call("1").alert, now=now)
        assert visit.is_crisis
        assert visit.slots[0]["skill"] == "crisis_responder_care"
        assert visit.window_closes_at == now + timedelta(minutes=45)
        with pytest.raises(RefusedError, match="already"):
            need_responder(actor=responder, alert=DeviceAlert.objects.get(), now=now)

    def test_says_whose_an_unknown_device_is(self, call, pendant, responder, ivy, now):
        alert = call("1", device="NEW-1").alert
        with pytest.raises(RefusedError, match="whose"):
            refer_alert(actor=responder, alert=alert, need_text="", now=now)
        with pytest.raises(RefusedError, match="Nobody has"):
            say_whose(actor=responder, alert=alert, number="EQ999999", now=now)
        alert = say_whose(actor=responder, alert=alert, number=pendant.item.number, now=now)
        assert alert.person == ivy
        assert call("2", device="NEW-1", kind="fall").alert.person == ivy


class TestTie:
    def test_lets_responders_see_whom_it_is_about(self, call, pendant, responder, manager, ivy, now):
        assert tied_by_device_alerts(responder, [ivy.pk], now) == {}
        alert = call("1").alert
        assert tied_by_device_alerts(responder, [ivy.pk], now) == {ivy.pk: Relationship.FRONT_DOOR}
        assert tied_by_device_alerts(manager, [ivy.pk], now) == {}
        assert person_for(responder, ivy.pk, now).sight == Sight.RECORD
        close_alert(actor=responder, alert=alert, outcome="spoke", text="Well", now=now)
        assert tied_by_device_alerts(responder, [ivy.pk], now + timedelta(days=8)) == {}


class TestQuiet:
    def test_shows_what_has_not_checked_in(self, call, pendant, responder, service, now):
        assert silent_devices(responder, service.pk, now + timedelta(hours=25)) == []
        assert silent_devices(responder, service.pk, now + timedelta(hours=27)) == [pendant.item.device]
        call("1", kind="check_in", later=26 * 60)
        assert silent_devices(responder, service.pk, now + timedelta(hours=27)) == []


class TestRefused:
    def test_is_kept_and_seen_to_once(self, centre, responder, service, now):
        message = keep_refused(actor=centre, service_id=service.pk, content=b"\xff", problem="Not JSON", now=now)
        assert messages_to_settle(responder, service.pk) == [message]
        with pytest.raises(RefusedError, match="what you did"):
            settle_message(actor=responder, message=message, note="", now=now)
        settle_message(actor=responder, message=message, note="Rang the centre: a test of theirs", now=now)
        assert messages_to_settle(responder, service.pk) == []
        with pytest.raises(RefusedError, match="already"):
            settle_message(actor=responder, message=message, note="Again", now=now)

    def test_is_told_to_those_who_answer(self, centre, somebody, service, now):
        nurse = somebody(Role.REGISTERED_PROFESSIONAL, "Nell Nurse")
        keep_refused(actor=centre, service_id=service.pk, content=b"", problem="Empty", now=now)
        assert Notice.objects.filter(account_id=nurse.account_id, is_urgent=True).exists()
