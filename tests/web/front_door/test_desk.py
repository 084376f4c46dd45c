"""What is done to a referral at the desk: claimed, handed over, commented on, escalated, a time put right."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Role
from homeward.referrals.models import Referral
from homeward.teams.models import Account

DEEDS = ["claim", "release", "take-over", "comment", "hand-over", "escalate"]


@pytest.fixture
def referral(ivy, refer):
    return refer(ivy)


@pytest.fixture
def omar(sign_in):
    return sign_in(Role.CASE_MANAGER, "Omar Reid")


def address(referral, deed: str = "") -> str:
    return f"/front-door/referrals/{referral.pk}" + (f"/{deed}" if deed else "")


class TestClaim:
    def test_says_who_has_it_to_everybody_else(self, coordinator, omar, referral):
        coordinator.post(address(referral, "claim"))
        assert "You have this referral" in coordinator.get(address(referral)).content.decode()
        page = omar.get(address(referral)).content.decode()
        assert "Priya Shah has this referral" in page and "Take it over" in page

    def test_of_what_somebody_has_says_so_and_changes_nothing(self, coordinator, omar, referral):
        coordinator.post(address(referral, "claim"))
        page = omar.post(address(referral, "claim"), follow=True).content.decode()
        assert "Priya Shah has this one" in page
        assert Referral.objects.get().held_by.full_name == "Priya Shah"

    def test_can_be_taken_over_and_put_back(self, coordinator, omar, referral):
        coordinator.post(address(referral, "claim"))
        omar.post(address(referral, "take-over"))
        assert Referral.objects.get().held_by.full_name == "Omar Reid"
        omar.post(address(referral, "release"))
        assert Referral.objects.get().held_by is None

    @pytest.mark.parametrize("deed", DEEDS)
    def test_changes_nothing_by_a_link_that_is_followed(self, coordinator, referral, deed):
        assert coordinator.get(address(referral, deed)).status_code == 302
        assert referral.events.count() == 1

    def test_is_refused_to_who_does_not_triage(self, sign_in, referral):
        nurse = sign_in(Role.REGISTERED_PROFESSIONAL)
        assert nurse.post(address(referral, "claim")).status_code == 403


class TestHandOver:
    def test_goes_to_a_colleague_with_a_word(self, coordinator, omar, referral):
        colleague = Account.objects.get(full_name="Omar Reid")
        assert "Omar Reid, case manager" in coordinator.get(address(referral, "desk")).content.decode()
        coordinator.post(address(referral, "hand-over"), {"to": colleague.pk, "note": "Her son rings at four"})
        assert Referral.objects.get().held_by == colleague
        assert "Her son rings at four" in omar.get(address(referral)).content.decode()

    @pytest.mark.parametrize("told", [{"to": "", "note": "x"}, {"to": "999999", "note": "x"}, {"to": "x", "note": ""}])
    def test_wants_to_know_whom_and_what(self, coordinator, referral, told):
        answer = coordinator.post(address(referral, "hand-over"), told)
        assert answer.status_code == 422
        assert "There is a problem" in answer.content.decode()
        assert Referral.objects.get().held_by is None


class TestComment:
    def test_stands_on_the_referral_and_goes_back_where_it_was_written(self, coordinator, referral):
        answer = coordinator.post(address(referral, "comment"), {"text": "Key with the neighbour", "back": "referral"})
        assert answer.headers["Location"] == address(referral)
        assert "Key with the neighbour" in coordinator.get(address(referral)).content.decode()
        answer = coordinator.post(address(referral, "comment"), {"text": "Again"})
        assert answer.headers["Location"] == f"/front-door/#card-{referral.pk}"

    def test_that_says_nothing_is_sent_back(self, coordinator, referral):
        answer = coordinator.post(address(referral, "comment"), {"text": " "})
        assert answer.status_code == 422
        assert "Write the comment" in answer.content.decode()

    def test_opens_in_a_card_without_the_rest_of_a_page(self, coordinator, referral):
        part = coordinator.get(address(referral, "desk"), headers={"HX-Request": "true"}).content.decode()
        assert "Add comment" in part and "<html" not in part


class TestEscalate:
    def test_stands_out_until_it_is_decided(self, coordinator, referral):
        coordinator.post(address(referral, "escalate"), {"reason": "Third call in an hour"})
        assert "Third call in an hour" in coordinator.get("/front-door/").content.decode()
        coordinator.post(address(referral, "advise"), {"reason": "Ring 999"})
        assert "Third call in an hour" not in coordinator.get("/front-door/").content.decode()

    def test_wants_a_reason(self, coordinator, referral):
        page = coordinator.post(address(referral, "escalate"), {"reason": ""}).content.decode()
        assert "Say why a senior must look at this" in page


class TestRightTime:
    def test_keeps_both_times_and_moves_the_clock(self, coordinator, referral):
        event = referral.events.get()
        right = timezone.localtime(event.happened_at - timedelta(minutes=30))
        told = {"event": event.pk, "right_day": right.date().isoformat(), "right_time": f"{right:%H:%M}",
                "time_reason": "The call came before the form"}  # fmt: skip
        assert coordinator.post(address(referral, "right-time"), told).status_code == 302
        page = coordinator.get(address(referral)).content.decode()
        assert "first recorded as" in page and "put right later" in page and "It was" in page
        assert Referral.objects.get().received_at < referral.received_at

    def test_wants_a_time_a_day_and_a_reason(self, coordinator, referral):
        told = {"event": referral.events.get().pk, "right_day": "1999-01-01", "right_time": "25:99", "time_reason": ""}
        answer = coordinator.post(address(referral, "right-time"), told)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "The day must be today" in page and "Say why the time was wrong" in page

    def test_of_the_future_is_refused_in_words(self, coordinator, referral):
        later = timezone.localtime(timezone.now() + timedelta(minutes=5))
        told = {"event": referral.events.get().pk, "right_day": later.date().isoformat(),
                "right_time": f"{later:%H:%M}", "time_reason": "x"}  # fmt: skip
        assert coordinator.post(address(referral, "right-time"), told).status_code == 422
