"""Offers to providers: by a link, without who it is for; one is chosen, and only one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from homeward.audit.models import Event
from homeward.commissioning.models import Offer, Package
from homeward.commissioning.rules.offers import Bid, rank
from homeward.commissioning.selectors import offer_choices
from homeward.commissioning.services import (
    NewContract,
    NewProvider,
    NewRate,
    add_contract,
    add_provider,
    add_rate,
    answer_offer,
    choose_offer,
    keep_capacity_answer,
    open_offer,
    send_offers,
    withdraw_offer,
)
from homeward.commissioning.services.offers import OPENS_AFTER_CHOICE, OfferEndedError
from homeward.kernel.rules import RefusedError
from homeward.visits.planning import FreeAnswer, FreeDay


@pytest.fixture
def offered(commissioner, asked, no_room, contract, now):
    """A package offered to two providers: `package, [(offer, token), ...]`."""

    def make(*names: str):
        package = asked()
        no_room(package)
        contracts = [contract(name) for name in names or ("Larkmoor", "Tansybrook")]
        sent = send_offers(
            actor=commissioner, package=package, contracts=contracts, answer_by=now + timedelta(hours=4),
            why_not_in_house="", now=now,
        )  # fmt: skip
        return package, sent

    return make


def accept(token: str, now, days: int = 0) -> Offer:
    return answer_offer(
        token=token, can_take=True, name="Bo Lark", can_start_on=now.date() + timedelta(days=days), text="", now=now
    )


class TestSendOffers:
    def test_asks_in_house_first(self, commissioner, asked, contract, now):
        told = {"actor": commissioner, "answer_by": now + timedelta(hours=4), "now": now, "contracts": [contract()]}
        package = asked()
        with pytest.raises(RefusedError, match="in house"):
            send_offers(package=package, why_not_in_house="", **told)
        room = FreeAnswer((FreeDay(now.date(), 2, 2, ""),))
        keep_capacity_answer(actor=commissioner, package=package, answer=room, now=now)
        with pytest.raises(RefusedError, match="Say why"):
            send_offers(package=package, why_not_in_house="", **told)
        assert send_offers(package=package, why_not_in_house="The team is on leave from Monday", **told)

    @pytest.mark.parametrize(
        ("more", "words"),
        [({"areas": ("DE7",)}, "does not go to DE1"), ({"kinds": ("night",)}, "does not offer home care")],
    )
    def test_refuses_a_contract_that_does_not_suit(self, commissioner, asked, no_room, contract, now, more, words):
        terms = contract() if "kinds" not in more else None
        package = asked()
        no_room(package)
        if terms is None:
            provider = add_provider(
                actor=commissioner, service_id=package.service_id, new=NewProvider("Nightjar", "private"), now=now
            )
            new = NewContract("N1", now.date() - timedelta(days=9), **more)
            terms = add_contract(actor=commissioner, provider=provider, new=new, now=now)
            price = NewRate("night", "night", "hour", 3000, now.date())
            add_rate(actor=commissioner, contract=terms, new=price, now=now)
        else:
            type(terms).objects.filter(pk=terms.pk).update(areas=list(more["areas"]))
            terms.refresh_from_db()
        with pytest.raises(RefusedError, match=words):
            send_offers(
                actor=commissioner, package=package, contracts=[terms], answer_by=now + timedelta(hours=1),
                why_not_in_house="", now=now,
            )  # fmt: skip

    def test_is_priced_by_the_contract(self, offered):
        _, sent = offered("Larkmoor")
        # 30 minutes and 45 minutes at 20.40, seven days
        assert sent[0][0].weekly_pence == 7 * (1020 + 1530)


class TestOpenOffer:
    def test_is_counted_and_audited(self, offered, ivy, now):
        _, sent = offered()
        offer, token = sent[0]
        open_offer(token=token, now=now)
        offer.refresh_from_db()
        assert offer.opened == 1
        assert Event.objects.filter(action="open offer link", person_id=ivy.pk).exists()

    @pytest.mark.parametrize("token", ["", "made-up", "abc~def"])
    def test_opens_nothing_with_a_link_that_was_made_up(self, db, now, token):
        with pytest.raises(OfferEndedError):
            open_offer(token=token, now=now)

    def test_ends_by_itself(self, offered, now):
        _, sent = offered()
        with pytest.raises(OfferEndedError):
            open_offer(token=sent[0][1], now=now + timedelta(hours=4))
        with pytest.raises(OfferEndedError):
            accept(sent[0][1], now + timedelta(hours=5))

    def test_opens_nothing_once_taken_back(self, offered, commissioner, now):
        _, sent = offered()
        withdraw_offer(actor=commissioner, offer=sent[0][0], reason="Sent by mistake", now=now)
        with pytest.raises(OfferEndedError):
            open_offer(token=sent[0][1], now=now)

    def test_of_the_chosen_opens_for_a_fortnight(self, offered, commissioner, now):
        _, sent = offered()
        choose_offer(actor=commissioner, offer=accept(sent[0][1], now), reason="First", now=now)
        assert open_offer(token=sent[0][1], now=now + OPENS_AFTER_CHOICE).state == "won"
        with pytest.raises(OfferEndedError):
            open_offer(token=sent[0][1], now=now + OPENS_AFTER_CHOICE + timedelta(minutes=1))
        with pytest.raises(OfferEndedError):  # and the other's no more
            open_offer(token=sent[1][1], now=now)


class TestAnswerOffer:
    def test_may_be_changed_until_somebody_decides(self, offered, commissioner, now):
        _, sent = offered()
        token = sent[0][1]
        answer_offer(token=token, can_take=False, name="Bo", can_start_on=None, text="No driver", now=now)
        assert accept(token, now).state == "accepted"
        choose_offer(actor=commissioner, offer=sent[0][0], reason="First", now=now)
        with pytest.raises(OfferEndedError):
            answer_offer(token=token, can_take=False, name="Bo", can_start_on=None, text="Sorry", now=now)

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"name": " "}, "your name"), ({"can_start_on": None}, "first day"),
            ({"can_take": False}, "Say why"),
        ],
    )  # fmt: skip
    def test_says_what_is_missing(self, offered, now, told, words):
        _, sent = offered()
        usual = {"can_take": True, "name": "Bo", "can_start_on": now.date(), "text": ""}
        with pytest.raises(RefusedError, match=words):
            answer_offer(token=sent[0][1], now=now, **(usual | told))


class TestRank:
    def test_weighs_price_start_and_quality_and_says_why(self, now):
        day = now.date()
        bids = [
            Bid(1, 20000, 60, day + timedelta(days=4)), Bid(2, 20500, 80, day), Bid(3, 19900, None, day)
        ]  # fmt: skip
        ranked = rank(bids, day)
        assert [one.key for one in ranked] == [2, 3, 1]
        assert ranked[0].why == (
            "£6.00 a week more than the cheapest",
            "Can start on the day wanted",
            "Quality 80 of 100, the highest",
        )
        assert ranked[2].why[1] == "Starts 4 days later than wanted"
        assert "counted as 50" in ranked[1].why[2]

    def test_is_shown_beside_those_that_cannot_be_asked(self, offered, commissioner, now):
        package, sent = offered()
        accept(sent[1][1], now)
        choices = offer_choices(commissioner, package, now)
        assert [(str(one.contract.provider), one.standing) for one in choices] == [
            ("Tansybrook", "accepted"), ("Larkmoor", "sent")
        ]  # fmt: skip
        assert choices[0].ranked.place == 1


class TestChooseOffer:
    def test_ends_the_other_offers(self, offered, commissioner, now):
        package, sent = offered()
        for _, token in sent:
            accept(token, now)
        choose_offer(actor=commissioner, offer=sent[0][0], reason="Soonest", now=now)
        assert list(Offer.objects.order_by("id").values_list("state", flat=True)) == ["won", "lost"]
        assert Package.objects.get(pk=package.pk).state == "agreed"
        with pytest.raises(RefusedError):
            choose_offer(actor=commissioner, offer=sent[1][0], reason="No, this one", now=now)

    def test_is_one_to_the_database_too(self, offered, now):
        _, sent = offered()
        for _, token in sent:
            accept(token, now)
        Offer.objects.filter(pk=sent[0][0].pk).update(state="won")
        with pytest.raises(IntegrityError), transaction.atomic():
            Offer.objects.filter(pk=sent[1][0].pk).update(state="won")

    def test_refuses_who_has_not_said_yes(self, offered, commissioner, now):
        _, sent = offered()
        with pytest.raises(RefusedError, match="has not said"):
            choose_offer(actor=commissioner, offer=sent[0][0], reason="Hope", now=now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time; PostgreSQL is asked")
class TestAtOnce:
    def test_two_choose_two_providers_and_one_wins(self, offered, commissioner, now):
        package, sent = offered("Larkmoor", "Tansybrook", "Nightjar", "Fieldfare")
        for _, token in sent:
            accept(token, now)

        def choose(offer: Offer):
            try:
                return choose_offer(actor=commissioner, offer=offer, reason="Mine", now=now).pk
            except RefusedError as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(choose, [offer for offer, _ in sent]))
        assert sum(isinstance(answer, int) for answer in answers) == 1
        assert Offer.objects.filter(package=package, state="won").count() == 1
        assert Offer.objects.filter(package=package, state="lost").count() == 3
