"""Answers to the sender, on the referral's page."""

import pytest

from homeward.access.rules import Role
from homeward.referrals.services import queue_reply, settle_reply, take_replies

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(ivy, refer, desk, now):
    referral = refer(ivy)
    queue_reply(
        actor=desk, referral=referral, kind="interim", caused_by="episode-1", send_to="system|1",
        media_type="application/fhir+json", content=b"{}", now=now,
    )  # fmt: skip
    (reply,) = take_replies(actor=desk, now=now)
    return settle_reply(actor=desk, reply=reply, answer_code=422, answer_text="The other system said: invalid", now=now)


class TestSendAgain:
    def test_is_offered_with_what_went_wrong(self, coordinator, sent):
        page = coordinator.get(f"/front-door/referrals/{sent.referral_id}").content.decode()
        assert "Answer 422. The other system said: invalid" in page
        assert f"/front-door/referrals/{sent.referral_id}/replies/{sent.pk}/again" in page

    def test_puts_it_back_in_the_queue(self, coordinator, sent):
        coordinator.post(f"/front-door/referrals/{sent.referral_id}/replies/{sent.pk}/again")
        sent.refresh_from_db()
        assert (sent.state, sent.tries) == ("queued", 0)

    def test_is_refused_to_those_who_do_not_decide(self, sign_in, sent):
        other = sign_in(Role.REGISTERED_PROFESSIONAL, "Someone Else")
        assert other.post(f"/front-door/referrals/{sent.referral_id}/replies/{sent.pk}/again").status_code == 403

    def test_is_not_found_under_another_referral(self, coordinator, sent):
        assert coordinator.post(f"/front-door/referrals/999/replies/{sent.pk}/again").status_code == 404
