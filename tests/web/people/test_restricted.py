"""A restricted record is read, and changed only to keep somebody safe."""

import json

import pytest

from homeward.access.rules import Role
from homeward.assessments.models import FilledForm
from homeward.audit.models import Event
from homeward.episodes.models import Episode
from homeward.notices.models import Notice
from homeward.people.models import Alert, BrokenGlass, TimelineEntry
from homeward.rights.services import lift_restriction, restrict_person

WHY = "He says he will take all his tablets tonight; the crisis team must know."
RAISE = {"kind": "risk", "text": "Tablets locked away"}


@pytest.fixture
def restricted(ivy, inside, now):
    return restrict_person(actor=inside, person=ivy, reason="She says the address is wrong", now=now)


class TestRestricted:
    def test_opens_for_reading_with_what_reading_asks_for_by_a_form(self, signed_in, restricted):
        reader = signed_in(Role.CRISIS_RESPONDER)
        assert reader.get(f"/people/{restricted.pk}").status_code == 200
        assert reader.get(f"/people/{restricted.pk}/alerts/add").status_code == 200
        assert "4711" in reader.post(f"/people/{restricted.pk}/key-safe").content.decode()
        assert reader.post(f"/people/{restricted.pk}/narrow", {"text": "visit"}).status_code == 302

    @pytest.mark.parametrize(
        ("address", "sent"),
        [
            ("/people/{person}/alerts/add", RAISE),
            ("/people/{person}/add-note", {"kind": "note", "title": "Fell", "text": "Fell"}),
            ("/plans/{person}/start", {"episode": "{episode}"}),
            ("/forms/start", {"form": "frailty", "kind": "person", "subject": "{person}"}),
            ("/episodes/{episode}/comment", {"text": "Fell"}),
        ],
    )
    def test_refuses_a_change_wherever_it_is_made_and_keeps_the_try(self, signed_in, restricted, address, sent):
        named = {"person": restricted.pk, "episode": Episode.objects.get().pk}
        before = TimelineEntry.objects.count()
        sent = {name: text.format(**named) for name, text in sent.items()}
        answer = signed_in(Role.REGISTERED_PROFESSIONAL).post(address.format(**named), sent)
        assert answer.status_code == 403 and "This record is restricted" in answer.content.decode(), address
        assert TimelineEntry.objects.count() == before and not Alert.objects.exists()
        assert not FilledForm.objects.exists()
        assert Event.objects.filter(action="refused change", person_id=restricted.pk).count() == 1

    def test_is_changed_to_keep_somebody_safe_with_what_was_typed(self, signed_in, restricted):
        signed_in(Role.PRIVACY_OFFICER)
        nurse = signed_in(Role.REGISTERED_PROFESSIONAL)
        address = f"/people/{restricted.pk}/alerts/add"
        asked = nurse.post(address, RAISE).content.decode()
        assert 'name="text" value="Tablets locked away"' in asked
        short = nurse.post(address, RAISE | {"why_restricted": "needed"})
        assert short.status_code == 422 and "who could come to harm" in short.content.decode()
        assert nurse.post(address, RAISE | {"why_restricted": WHY}).status_code == 302
        assert Alert.objects.get().text == "Tablets locked away"
        assert BrokenGlass.objects.get().reason == WHY
        assert Event.objects.get(action="use restricted record").purpose == "emergency"
        assert "changes a restricted record" in Notice.objects.get().title
        assert nurse.post(address, RAISE | {"kind": "pets"}).status_code == 302  # for four hours
        assert signed_in(Role.CASE_MANAGER).post(address, RAISE).status_code == 403  # and nobody else

    def test_is_changed_again_once_the_restriction_is_lifted(self, signed_in, restricted, inside, now):
        lift_restriction(actor=inside, person=restricted, reason="Put right and told", now=now)
        answer = signed_in(Role.CASE_MANAGER).post(f"/people/{restricted.pk}/alerts/add", RAISE)
        assert answer.status_code == 302 and Alert.objects.count() == 1

    def test_refuses_other_systems_and_staff_over_fhir(self, signed_in, restricted):
        code = {"coding": [{"system": "urn:homeward:alert-kind", "code": "oxygen"}], "text": "Cylinder"}
        flag = {"resourceType": "Flag", "status": "active", "code": code,
                "subject": {"reference": f"Patient/{restricted.pk}"}}  # fmt: skip
        answer = signed_in(Role.FRONT_DOOR).post("/fhir/Flag", json.dumps(flag), content_type="application/fhir+json")
        assert answer.status_code == 403 and "restricted" in answer.json()["issue"][0]["diagnostics"]
        assert not Alert.objects.exists()
