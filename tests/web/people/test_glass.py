"""Opening a record that nothing ties the reader to."""

import pytest

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.notices.models import Notice
from homeward.people.models import BrokenGlass
from homeward.people.services import NewPerson, register_person
from homeward.teams.models import Account

WHY = "Found on the floor by a neighbour, I must know her medicines."


@pytest.fixture
def nobodys(service, inside, now):
    """Somebody on record whom nothing ties to anybody."""
    new = NewPerson(given_name="Ted", family_name="Marsh")
    return register_person(actor=inside, service_id=service.pk, new=new, now=now)


class TestBreakTheGlass:
    def test_is_offered_where_a_record_is_refused_and_the_refusal_is_kept(self, signed_in, nobodys):
        answer = signed_in(Role.CASE_MANAGER).get(f"/people/{nobodys.pk}/timeline")
        assert answer.status_code == 403
        page = answer.content.decode()
        assert f"/people/{nobodys.pk}/break-glass" in page and "Ted" not in page
        assert Event.objects.get(action="refused record").person_id == nobodys.pk

    def test_opens_the_record_for_a_time_and_tells_the_privacy_officer(self, signed_in, nobodys):
        signed_in(Role.PRIVACY_OFFICER)
        reader = signed_in(Role.CASE_MANAGER)
        assert reader.post(f"/people/{nobodys.pk}/break-glass", {"reason": WHY}).status_code == 302
        assert reader.get(f"/people/{nobodys.pk}/timeline").status_code == 200
        broken = BrokenGlass.objects.get()
        assert (broken.person, broken.reason) == (nobodys, WHY)
        officer = Account.objects.get(role=Role.PRIVACY_OFFICER)
        told = Notice.objects.get(account=officer)
        assert "Ted" not in told.title + told.text and "Marsh" not in told.title + told.text
        BrokenGlass.objects.update(until=broken.at.replace(year=broken.at.year - 1), at=broken.at.replace(year=2020))
        assert reader.get(f"/people/{nobodys.pk}/timeline").status_code == 403

    def test_opens_it_to_nobody_else(self, signed_in, nobodys):
        signed_in(Role.CASE_MANAGER).post(f"/people/{nobodys.pk}/break-glass", {"reason": WHY})
        assert signed_in(Role.CRISIS_RESPONDER).get(f"/people/{nobodys.pk}/timeline").status_code == 403

    @pytest.mark.parametrize("reason", ["", "   ", "needed"])
    def test_asks_why_in_a_sentence_and_keeps_what_was_typed(self, signed_in, nobodys, reason):
        answer = signed_in(Role.CASE_MANAGER).post(f"/people/{nobodys.pk}/break-glass", {"reason": reason})
        assert answer.status_code == 422 and "Say in a sentence" in answer.content.decode()
        assert not BrokenGlass.objects.exists()

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PERFORMANCE_LEAD, Role.PRIVACY_OFFICER])
    def test_is_not_for_roles_that_see_nobodys_record(self, signed_in, nobodys, role):
        assert signed_in(role).post(f"/people/{nobodys.pk}/break-glass", {"reason": WHY}).status_code == 403

    def test_tells_a_field_worker_nothing_of_who_it_is(self, signed_in, nobodys):
        page = signed_in(Role.FIELD_WORKER).get(f"/people/{nobodys.pk}/break-glass").content.decode()
        assert "Open this record" in page and "Ted" not in page
