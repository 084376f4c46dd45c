"""Packs of results are sent when they are due: once each, and to whoever still may and wants to."""

from datetime import datetime, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event
from homeward.config.management.commands.work import work_once
from homeward.kernel.rules import LONDON, RefusedError
from homeward.notices.models import Delivery, Notice
from homeward.notices.services import set_reach
from homeward.outcomes.models import PackSubscription, SentPack
from homeward.outcomes.services import newest_due, send_packs, subscribe, unsubscribe
from homeward.teams.models import Account

WEEK = timedelta(days=7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.fixture
def lead(somebody, now) -> Actor:
    """A performance lead who gave an email address and a number to text."""
    lead = somebody(Role.PERFORMANCE_LEAD)
    set_reach(actor=lead, channel="email", address="lead@example.org", is_on=True, now=now)
    set_reach(actor=lead, channel="sms", address="07700 900123", is_on=True, now=now)
    return lead


@pytest.fixture
def weekly(lead, service, now) -> PackSubscription:
    """The board pack, every week from a Tuesday on."""
    return subscribe(actor=lead, service_id=service.pk, audience="board", how_often="weekly", now=now)


@pytest.fixture
def sent(service):
    """Sends what is due at a moment; gives the periods."""
    system = Actor.system("Homeward, by itself", service.pk)
    return lambda when: [str(one.period) for one in send_packs(actor=system, service_id=service.pk, now=when)]


class TestDue:
    @pytest.mark.parametrize(
        ("how_often", "now", "period", "due"),
        [
            ("weekly", "2026-11-24T09:00", "2026-11-23", "2026-11-23T07:00"),
            ("weekly", "2026-11-23T06:59", "2026-11-16", "2026-11-16T07:00"),
            ("monthly", "2026-11-14T07:00", "2026-11-01", "2026-11-14T07:00"),
            ("monthly", "2026-11-14T06:59", "2026-10-01", "2026-10-14T07:00"),
            ("monthly", "2027-01-02T12:00", "2026-12-01", "2026-12-14T07:00"),
            ("quarterly", "2026-11-24T09:00", "2026-10-01", "2026-10-14T07:00"),
            ("quarterly", "2027-01-10T09:00", "2026-10-01", "2026-10-14T07:00"),
            ("quarterly", "2027-01-14T09:00", "2027-01-01", "2027-01-14T07:00"),
        ],
    )
    def test_is_a_monday_or_when_the_month_or_quarter_before_has_settled(self, how_often, now, period, due):
        begins, moment = newest_due(how_often, at(now))
        assert (str(begins), moment) == (period, at(due))


class TestSending:
    def test_waits_for_the_first_that_is_due_and_tells_once_by_email_with_a_link(self, weekly, sent, service, now):
        assert sent(now) == []
        assert sent(at("2026-11-30T06:59")) == []
        assert sent(at("2026-11-30T07:00")) == ["2026-11-30"]
        assert sent(at("2026-11-30T07:01")) == []
        notice = Notice.objects.get()
        assert notice.account_id == weekly.account_id
        assert notice.path == f"/results/for/board/pack?service={service.code}"
        assert not notice.is_urgent
        assert list(Delivery.objects.values_list("channel", "address")) == [("email", "lead@example.org")]

    def test_catches_up_with_the_newest_alone(self, weekly, sent):
        assert sent(at("2026-12-23T10:00")) == ["2026-12-21"]
        assert sent(at("2026-12-23T10:01")) == []
        assert sent(at("2026-12-28T07:00")) == ["2026-12-28"]
        assert Notice.objects.count() == SentPack.objects.count() == 2

    def test_ends_when_it_is_stopped(self, weekly, lead, sent, service, now):
        assert unsubscribe(actor=lead, service_id=service.pk, audience="board", now=now) == 1
        assert unsubscribe(actor=lead, service_id=service.pk, audience="board", now=now) == 0
        assert sent(now + WEEK) == []
        assert Event.objects.filter(action="end pack subscription").count() == 1

    @pytest.mark.parametrize("lost", [{"role": Role.ADMINISTRATOR}, {"is_active": False}])
    def test_is_of_nobody_who_may_no_longer_see_results(self, weekly, sent, now, lost):
        Account.objects.filter(pk=weekly.account_id).update(**lost)
        assert sent(now + WEEK) == []
        assert not Notice.objects.exists()

    def test_is_of_nobody_who_left_the_service(self, weekly, sent, now):
        weekly.account.services.clear()
        assert sent(now + WEEK) == []

    def test_is_a_duty_of_the_work_that_is_done_by_itself(self, weekly, now):
        assert work_once(now + WEEK) == []
        work_once(now + WEEK)
        assert [notice.kind for notice in Notice.objects.filter(account=weekly.account)] == ["results-pack"]

    def test_is_for_the_schedule_alone(self, weekly, lead, service, now):
        with pytest.raises(NotAllowedError):
            send_packs(actor=lead, service_id=service.pk, now=now + WEEK)


class TestSubscribing:
    def test_again_changes_how_often_and_the_same_changes_nothing(self, weekly, lead, sent, service, now):
        told = {"actor": lead, "service_id": service.pk, "audience": "board"}
        assert subscribe(**told, how_often="weekly", now=now + WEEK) == weekly
        monthly = subscribe(**told, how_often="monthly", now=now)
        assert PackSubscription.objects.get(ended_at__isnull=True) == monthly
        assert sent(now + WEEK) == []
        assert sent(at("2026-12-14T07:00")) == ["2026-12-01"]
        assert Event.objects.filter(action="subscribe to pack").count() == 2

    @pytest.mark.parametrize(("audience", "how_often"), [("nobody", "weekly"), ("board", "hourly"), ("board", "")])
    def test_to_what_there_is_not_is_refused(self, lead, service, now, audience, how_often):
        with pytest.raises(RefusedError):
            subscribe(actor=lead, service_id=service.pk, audience=audience, how_often=how_often, now=now)

    def test_is_for_whoever_may_see_results(self, somebody, service, now):
        with pytest.raises(NotAllowedError):
            subscribe(actor=somebody(Role.ADMINISTRATOR), service_id=service.pk, audience="board", how_often="weekly",
                      now=now)  # fmt: skip
