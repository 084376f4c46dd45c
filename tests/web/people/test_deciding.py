"""The page where somebody decides on what another record says."""

import pytest

from homeward.access.rules import Role
from homeward.people.services import SaidElsewhere, propose_details
from homeward.people.states import DetailPart


@pytest.fixture
def waiting(ivy, inside, now):
    said = [
        SaidElsewhere(DetailPart.EMAIL, "", "ivy at home", {"email": "ivy at home"}),
        SaidElsewhere(DetailPart.PHONE, "07700 900123", "07700 900999", {"phone": "07700 900999"}),
        SaidElsewhere(DetailPart.DIED, "", "yes, no day given", {}),
    ]
    propose_details(actor=inside, person=ivy, said=said, said_by="Elm Surgery", message_id=None, now=now)
    return list(ivy.details_to_decide.order_by("id"))


class TestToDecide:
    def test_is_found_from_the_details_and_shows_both(self, nurse, ivy, waiting):
        assert "3 details" in nurse.get(f"/people/{ivy.pk}/details").content.decode()
        page = nurse.get(f"/people/{ivy.pk}/to-decide").content.decode()
        assert "07700 900999" in page and "the record of Elm Surgery" in page
        assert page.count("Take theirs") == 2 and page.count("Keep what is here") == 3

    def test_takes_one_over_and_lists_who_decided(self, nurse, ivy, waiting):
        answer = nurse.post(f"/people/{ivy.pk}/to-decide/{waiting[1].pk}", {"decision": "taken", "reason": "Rang it"})
        assert answer.status_code == 302
        ivy.refresh_from_db()
        page = nurse.get(f"/people/{ivy.pk}/to-decide").content.decode()
        assert ivy.phone == "07700 900999"
        assert "Taken over: Sam registered_professional" in page and "Why: Rang it" in page

    def test_says_why_one_was_refused_and_keeps_the_reason(self, nurse, ivy, waiting):
        answer = nurse.post(f"/people/{ivy.pk}/to-decide/{waiting[0].pk}", {"decision": "taken", "reason": "She wrote"})
        page = answer.content.decode()
        assert answer.status_code == 422 and "not complete" in page and 'value="She wrote"' in page

    def test_offers_no_decision_to_who_may_not_change_the_record(self, signed_in, ivy, waiting):
        assert signed_in(Role.PRIVACY_OFFICER).get(f"/people/{ivy.pk}/to-decide").status_code == 403

    def test_of_another_record_is_not_found(self, nurse, ivy, waiting):
        assert nurse.post(f"/people/{ivy.pk}/to-decide/999999", {"decision": "kept"}).status_code == 404
