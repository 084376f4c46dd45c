"""Telling people, once each, and trying again."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.notices.models import Delivery, Notice
from homeward.notices.rules import TRY_AGAIN_AFTER
from homeward.notices.selectors import notices_of, unseen_count
from homeward.notices.services import mark_seen, notify, set_reach, settle_delivery, take_deliveries
from homeward.teams.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(service) -> Actor:
    return Actor.system("tests", service.pk)


@pytest.fixture
def reader(somebody) -> Actor:
    return somebody(Role.FRONT_DOOR)


@pytest.fixture
def tell(schedule, service, reader, now):
    def call(once_key="one", is_urgent=True, at=now):
        return notify(
            actor=schedule,
            service_id=service.pk,
            accounts=Account.objects.filter(pk=reader.account_id),
            kind="escalation",
            title="R000001: two-hour response has run out",
            path="/front-door/referrals/1",
            once_key=once_key,
            now=at,
            is_urgent=is_urgent,
        )

    return call


class TestNotify:
    def test_tells_the_same_thing_once(self, tell, reader):
        tell()
        assert tell() == []
        assert Notice.objects.count() == 1
        assert unseen_count(reader) == 1

    def test_sends_what_is_urgent_wherever_the_account_can_be_reached(self, tell, reader, now):
        set_reach(actor=reader, channel="email", address="priya@example.org", is_on=True, now=now)
        set_reach(actor=reader, channel="sms", address="07700 900123", is_on=False, now=now)
        tell()
        assert list(Delivery.objects.values_list("channel", flat=True)) == ["email"]

    def test_keeps_what_is_not_urgent_on_screen(self, tell, reader, now):
        set_reach(actor=reader, channel="email", address="priya@example.org", is_on=True, now=now)
        tell(is_urgent=False)
        assert not Delivery.objects.exists()

    def test_refuses_an_actor_of_another_service(self, service, now):
        with pytest.raises(NotAllowedError):
            notify(
                actor=Actor.system("elsewhere"), service_id=service.pk, accounts=[], kind="x", title="x", path="/",
                once_key="x", now=now,
            )  # fmt: skip


class TestMarkSeen:
    def test_leaves_other_accounts_notices_alone(self, tell, reader, somebody, now):
        tell()
        other = somebody(Role.ROSTER_PLANNER)
        assert mark_seen(actor=other, now=now) == 0
        assert mark_seen(actor=reader, now=now) == 1
        assert notices_of(reader, now)[0].seen_at == now


class TestSetReach:
    @pytest.mark.parametrize(("channel", "address"), [("email", "priya"), ("sms", "12"), ("webhook", "ftp://x")])
    def test_refuses_an_address_that_cannot_be_right(self, reader, now, channel, address):
        with pytest.raises(RefusedError, match="Write it like"):
            set_reach(actor=reader, channel=channel, address=address, is_on=True, now=now)


class TestDeliveries:
    @pytest.fixture
    def waiting(self, tell, reader, now):
        set_reach(actor=reader, channel="email", address="priya@example.org", is_on=True, now=now)
        tell()

    def test_are_taken_by_one_sender_at_a_time(self, waiting, schedule, now):
        assert len(take_deliveries(actor=schedule, now=now)) == 1
        assert take_deliveries(actor=schedule, now=now) == []

    def test_are_taken_again_when_a_sender_died(self, waiting, schedule, now):
        take_deliveries(actor=schedule, now=now)
        assert len(take_deliveries(actor=schedule, now=now + timedelta(minutes=3))) == 1

    def test_are_tried_again_later_and_given_up_in_the_end(self, waiting, schedule, now):
        at = now
        for wait in TRY_AGAIN_AFTER:
            (taken,) = take_deliveries(actor=schedule, now=at)
            settle_delivery(actor=schedule, delivery=taken, now=at, error="The mail server did not take it.")
            assert take_deliveries(actor=schedule, now=at + wait - timedelta(seconds=1)) == []
            at += wait
        (taken,) = take_deliveries(actor=schedule, now=at)
        assert settle_delivery(actor=schedule, delivery=taken, now=at, error="Still not.").state == "failed"
        assert take_deliveries(actor=schedule, now=at + timedelta(days=1)) == []

    def test_once_sent_are_not_sent_again(self, waiting, schedule, now):
        (taken,) = take_deliveries(actor=schedule, now=now)
        assert settle_delivery(actor=schedule, delivery=taken, now=now).sent_at == now
        assert take_deliveries(actor=schedule, now=now + timedelta(hours=1)) == []
