"""What another record says of somebody: taken over or not, by a person."""

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.models import DetailToDecide
from homeward.people.selectors import changes_of, current_contacts, details_to_decide
from homeward.people.services import SaidElsewhere, decide_detail, propose_details
from homeward.people.states import DetailPart
from homeward.teams.models import Organisation

SAID = [
    SaidElsewhere(DetailPart.PHONE, "07700 900123", "07700 900999", {"phone": "07700 900999"}),
    SaidElsewhere(DetailPart.NAME, "Ivy Okafor", "Ivy Lee", {"given_name": "Ivy", "family_name": "Lee"}),
    SaidElsewhere(DetailPart.BIRTH, "1941-03-09", "1941-09-03", {"birth_date": "1941-09-03", "birth_text": ""}),
    SaidElsewhere(DetailPart.NHS_NUMBER, "", "999 000 0026", {"number": "9990000026", "is_verified": True}),
    SaidElsewhere(DetailPart.HOME, "", "2 Other Road, DE2 2ZZ", {"lines": "2 Other Road", "postcode": "DE2 2ZZ"}),
    SaidElsewhere(DetailPart.CONTACT, "", "Joy Lee", {"name": "Joy Lee", "relationship": "Niece", "phone": ""}),
    SaidElsewhere(DetailPart.NEED, "", "Prefers mornings", {"text": "Prefers mornings"}),
    SaidElsewhere(DetailPart.INTERPRETER, "no", "yes", {"needs_interpreter": True}),
    SaidElsewhere(DetailPart.GP_PRACTICE, "", "Elm Surgery C81001", {"ods_code": "C81001"}),
    SaidElsewhere(DetailPart.DIED, "", "yes, no day given", {}),
]


@pytest.fixture
def propose(manager, ivy, now):
    def call(*said: SaidElsewhere) -> list[DetailToDecide]:
        propose_details(actor=manager, person=ivy, said=list(said), said_by="Elm Surgery", message_id=7, now=now)
        return details_to_decide(manager, ivy)[0]

    return call


class TestProposeDetails:
    def test_changes_nothing_and_asks_each_only_once(self, propose, manager, ivy, now):
        waiting = propose(SAID[0], SAID[0], SAID[1])
        assert [one.there for one in waiting] == ["07700 900999", "Ivy Lee"]
        ivy.refresh_from_db()
        assert ivy.phone != "07700 900999" and not changes_of(manager, ivy, limit=9).rows
        decide_detail(actor=manager, detail=waiting[0], decision="kept", now=now)
        assert [one.there for one in propose(SAID[0], SAID[1])] == ["Ivy Lee"]


class TestDecideDetail:
    def test_takes_each_over_with_its_history(self, propose, manager, service, ivy, now):
        Organisation.objects.create(service=service, kind="gp_practice", name="Elm Surgery", ods_code="C81001")
        for one in propose(*SAID[:-1]):
            decide_detail(actor=manager, detail=one, decision="taken", reason="She said so", now=now)
        ivy.refresh_from_db()
        assert (ivy.phone, ivy.family_name, ivy.birth_date.isoformat()) == ("07700 900999", "Lee", "1941-09-03")
        assert (ivy.nhs_number, ivy.nhs_number_status, ivy.needs_interpreter) == ("9990000026", "verified", True)
        assert ivy.gp_practice.ods_code == "C81001"
        assert ivy.addresses.get(lines="2 Other Road").kind == "home"
        assert "Joy Lee" in [one.name for one in current_contacts(ivy)]
        assert ivy.communication_needs.filter(text="Prefers mornings").exists()
        changed = {row.field: row for row in changes_of(manager, ivy, limit=99).rows}
        assert changed["phone"].reason == "From the record of Elm Surgery. She said so"
        assert changed["phone"].by_name == manager.name
        assert Event.objects.filter(action="decide detail", person_id=ivy.pk).count() == len(SAID) - 1
        waiting, decided = details_to_decide(manager, ivy)
        assert not waiting and {one.decided_by for one in decided} == {manager.name}

    def test_keeps_what_is_here_and_remembers_that_it_was_refused(self, propose, manager, ivy, now):
        before = ivy.phone
        decide_detail(actor=manager, detail=propose(SAID[0])[0], decision="kept", reason="Old number", now=now)
        ivy.refresh_from_db()
        row = changes_of(manager, ivy, limit=1).rows[0]
        assert ivy.phone == before and row.part == "detail" and "Not taken" in row.reason and "Old number" in row.reason

    def test_refuses_what_cannot_be_taken_over_and_says_what_to_do(self, propose, manager, now):
        practice, died = propose(SAID[8], SAID[9])
        with pytest.raises(RefusedError, match="not on the list"):
            decide_detail(actor=manager, detail=practice, decision="taken", now=now)
        with pytest.raises(RefusedError, match="by hand"):
            decide_detail(actor=manager, detail=died, decision="taken", now=now)
        with pytest.raises(RefusedError, match="Choose"):
            decide_detail(actor=manager, detail=died, decision="", now=now)
        assert not DetailToDecide.objects.exclude(decision="").exists()

    def test_is_decided_once(self, propose, manager, now):
        detail = propose(SAID[0])[0]
        decide_detail(actor=manager, detail=detail, decision="kept", now=now)
        with pytest.raises(RefusedError, match="meanwhile"):
            decide_detail(actor=manager, detail=detail, decision="taken", now=now)

    def test_is_not_for_a_visitor(self, propose, actor_with, now):
        with pytest.raises(NotAllowedError):
            decide_detail(actor=actor_with(Role.FIELD_WORKER), detail=propose(SAID[0])[0], decision="kept", now=now)
