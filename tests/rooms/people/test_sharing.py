"""Sharing a plan by a link."""

import re
from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.notices.models import Delivery, Notice
from homeward.notices.services import settle_delivery, take_deliveries
from homeward.people.models import Contact, Person
from homeward.people.services.sharing import (
    CODE_AGAIN_AFTER,
    CODE_LASTS,
    TRIES_A_CODE,
    LinkEndedError,
    revoke_link,
    send_code,
    share_plan,
    try_code,
)
from homeward.people.states import MayBeTold

PHONE = "07700 900555"


@pytest.fixture
def manager(somebody):
    return somebody(Role.CASE_MANAGER, "Omar Reid")


@pytest.fixture
def daughter(ivy):
    return Contact.objects.create(
        person=ivy, name="Ada Okafor", relationship="daughter", phone=PHONE, may_be_told=MayBeTold.EVERYTHING
    )


@pytest.fixture
def shared(manager, ivy, daughter, now):
    """A link for Ivy's daughter and its token."""
    return share_plan(actor=manager, person=ivy, contact=daughter, channel="sms", address=PHONE, days=30, now=now)


def code_sent() -> str:
    """The newest code on its way."""
    return re.search(r"\d{6}", Notice.objects.filter(account__isnull=True).latest("id").title)[0]


class TestSharePlan:
    def test_keeps_neither_token_nor_code(self, shared, now):
        link, token = shared
        send_code(token=token, now=now)
        link.refresh_from_db()
        assert token not in link.token_hash and code_sent() not in link.code_hash

    @pytest.mark.parametrize("told", [MayBeTold.NOT_ASKED, MayBeTold.NOTHING, MayBeTold.VISITS])
    def test_is_refused_for_a_contact_who_may_not_be_told_everything(self, manager, ivy, daughter, now, told):
        daughter.may_be_told = told
        with pytest.raises(RefusedError, match="has not allowed"):
            share_plan(actor=manager, person=ivy, contact=daughter, channel="sms", address=PHONE, days=30, now=now)

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"days": 0}, "Choose from 1"),
            ({"days": 1000}, "Choose from 1"),
            ({"address": "x"}, "does not look right"),
            ({"channel": "webhook"}, "text message or an email"),
        ],
    )
    def test_refuses_what_cannot_be_right(self, manager, ivy, daughter, now, changed, words):
        told = {"channel": "sms", "address": PHONE, "days": 30} | changed
        with pytest.raises(RefusedError, match=words):
            share_plan(actor=manager, person=ivy, contact=daughter, now=now, **told)

    def test_is_for_those_who_write_plans(self, somebody, ivy, now):
        with pytest.raises(NotAllowedError):
            share_plan(
                actor=somebody(Role.FIELD_WORKER, "Jo"), person=ivy, contact=None, channel="sms", address=PHONE,
                days=1, now=now,
            )  # fmt: skip


class TestTryCode:
    def test_opens_once_with_the_code_that_was_sent(self, shared, now):
        link, token = shared
        send_code(token=token, now=now)
        code = code_sent()
        assert try_code(token=token, code=f"{code[:3]} {code[3:]}", now=now).link.opened == 1
        assert not try_code(token=token, code=code, now=now).is_right
        assert Event.objects.filter(person_id=link.person_id, action="open shared link").count() == 1

    def test_counts_wrong_codes_and_then_takes_not_even_the_right_one(self, shared, now):
        _, token = shared
        send_code(token=token, now=now)
        right = code_sent()
        wrong = "000000" if right != "000000" else "111111"
        for _ in range(TRIES_A_CODE):
            assert not try_code(token=token, code=wrong, now=now).is_right
        assert not try_code(token=token, code=right, now=now).is_right
        assert Event.objects.filter(action="wrong shared code").count() == TRIES_A_CODE + 1

    def test_refuses_an_old_code_and_none_at_all(self, shared, now):
        _, token = shared
        assert not try_code(token=token, code="", now=now).is_right
        send_code(token=token, now=now)
        assert not try_code(token=token, code=code_sent(), now=now + CODE_LASTS + timedelta(seconds=1)).is_right

    def test_says_when_only_a_new_code_helps(self, shared, now):
        _, token = shared
        send_code(token=token, now=now)
        tries = [try_code(token=token, code="", now=now).is_spent for _ in range(TRIES_A_CODE)]
        assert tries == [False] * (TRIES_A_CODE - 1) + [True]

    @pytest.mark.parametrize("ended", ["revoked", "over", "unknown", "contact ended", "not allowed", "restricted"])
    def test_says_the_same_of_every_link_that_does_not_stand(self, shared, manager, daughter, ivy, now, ended):
        link, token = shared
        send_code(token=token, now=now)
        code, when = code_sent(), now
        if ended == "revoked":
            revoke_link(actor=manager, link=link, now=now)
        elif ended == "over":
            when = now + timedelta(days=31)
        elif ended == "contact ended":
            Contact.objects.filter(pk=daughter.pk).update(ended_on=now.date())
        elif ended == "not allowed":
            Contact.objects.filter(pk=daughter.pk).update(may_be_told=MayBeTold.VISITS)
        elif ended == "restricted":
            Person.objects.filter(pk=ivy.pk).update(restricted_since=now)
        else:
            token = token[:-1] + ("A" if token[-1] != "A" else "B")
        with pytest.raises(LinkEndedError, match="This link has ended"):
            try_code(token=token, code=code, now=when)


class TestSendCode:
    def test_is_not_repeated_within_a_minute_and_makes_the_one_before_void(self, shared, now):
        _, token = shared
        send_code(token=token, now=now)
        first = code_sent()
        with pytest.raises(RefusedError, match="less than a minute"):
            send_code(token=token, now=now)
        later = now + CODE_AGAIN_AFTER
        send_code(token=token, now=later)
        if first != code_sent():
            assert not try_code(token=token, code=first, now=later).is_right

    def test_forgets_the_words_once_they_are_sent(self, shared, system, now):
        _, token = shared
        send_code(token=token, now=now)
        code = code_sent()
        (delivery,) = take_deliveries(actor=system, now=now)
        assert (delivery.address, code in delivery.notice.title) == (PHONE, True)
        settle_delivery(actor=system, delivery=delivery, now=now)
        assert code not in Delivery.objects.get().notice.title
