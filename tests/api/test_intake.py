"""A message meets the record."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from homeward.access.rules import Actor, NotAllowedError, Permission, Role
from homeward.api.fhir.intake import receive_message
from homeward.audit.models import Event
from homeward.people.models import Person
from homeward.people.services import NewPerson, register_person
from homeward.people.states import AlertKind, NhsNumberStatus
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.services import decline_referral
from homeward.referrals.states import MessageOutcome, ReferralState, Source, Urgency


@pytest.fixture
def machine(actor_with) -> Actor:
    """A connected system of the ambulance service."""
    return actor_with(Role.MACHINE)


@pytest.fixture
def receive(machine, service, now):
    """Hands a message in as the connected system."""

    def hand_in(content: bytes, **more):
        given = {"actor": machine, "service_id": service.pk, "content_type": None, "now": now, **more}
        return receive_message(content=content, **given)

    return hand_in


class TestReceiveMessage:
    def test_makes_a_referral_with_everything_the_front_door_needs(self, receive, xml_message):
        answer = receive(xml_message)
        referral = Referral.objects.get(reference=answer.reference)
        assert (answer.status, answer.outcome) == (200, MessageOutcome.REFERRAL)
        assert (referral.source, referral.urgency, referral.use_case) == (Source.AMBULANCE, Urgency.CRISIS, "a4t3")
        assert referral.need_text == "Fall without injury"
        assert referral.requester_name == "Ngozi Okoro"
        assert referral.requester_organisation == "Test Ambulance Service"
        assert referral.requester_phone == "07700 900112"
        assert referral.safeguarding_text == "Safeguarding Concern: Self-neglect (finding)"
        assert referral.scene_safety == "The scene is unsafe, Dog loose in the hall"
        assert (referral.contact_name, referral.contact_phone) == ("Ray Hollis (Emergency Contact)", "07700 900202")
        assert (referral.latitude, referral.longitude) == (52.9236, -1.4765)
        assert referral.sender_clock_started_at.isoformat() == "2026-11-24T08:30:00+00:00"
        assert referral.sender_due_at.isoformat() == "2026-11-24T10:30:00+00:00"
        assert (referral.sender, referral.state) == ("RX9", ReferralState.WAITING)

    def test_starts_a_record_for_the_person(self, receive, xml_message):
        person = Referral.objects.get(reference=receive(xml_message).reference).person
        assert (person.given_name, person.family_name, person.preferred_name) == ("Edith May", "Hollis", "Edie")
        assert (person.nhs_number, person.nhs_number_status) == ("9990000018", NhsNumberStatus.VERIFIED)
        assert (person.phone, person.language, person.needs_interpreter) == ("07700 900201", "Polish", True)
        assert person.lives_alone is True
        address = person.addresses.get()
        assert (address.lines, address.postcode, address.uprn) == ("14 Willow Walk, Derby", "DE1 3AA", "100030000001")
        assert [(one.name, one.phone) for one in person.contacts.all()] == [("Ray Hollis", "07700 900202")]
        assert {alert.kind for alert in person.alerts.all()} == {AlertKind.SAFEGUARDING, AlertKind.RISK}

    def test_carries_the_rest_as_details_and_lists_what_it_did_not_understand(self, receive, xml_message):
        referral = Referral.objects.get(reference=receive(xml_message).reference)
        details = {detail["title"]: detail["text"] for detail in referral.details}
        assert details["Triage record"] == "Fell in kitchen\nUnable to get up\nAlert"
        assert details["Form: Local notes"] == "Visited before?: yes\n  When: 2026-10-01"
        assert details["Advice given"] == "Keep warm and do not move."
        assert "Direct Care, implied, active" in details["Consent"]
        assert "Case CAD-4411 (https://ambulance.example/case)" in details["The sender's case"]
        assert [note["path"] for note in referral.not_understood] == ["entry[17] Coverage.payor", "entry[17] Coverage"]

    def test_keeps_the_bytes_exactly_as_they_came(self, receive, xml_message):
        reference = receive(xml_message, content_type="application/fhir+xml").reference
        kept = KeptMessage.objects.get()
        assert bytes(kept.content) == xml_message
        assert (kept.media_type, kept.referral.reference, kept.version) == ("application/fhir+xml", reference, 1)
        assert kept.message_id == "0d9f3a52-6f0a-4b7e-9f53-6a1f0c5b7a01"

    def test_answers_with_the_reference_and_names_no_person(self, receive, xml_message):
        answer = receive(xml_message)
        entries = {entry["resource"]["resourceType"]: entry["resource"] for entry in answer.resource["entry"]}
        assert entries["MessageHeader"]["response"]["identifier"] == "0d9f3a52-6f0a-4b7e-9f53-6a1f0c5b7a01"
        assert entries["MessageHeader"]["response"]["code"] == "ok"
        assert entries["Encounter"]["status"] == "planned"
        assert entries["Encounter"]["identifier"][0]["value"] == answer.reference
        assert entries["ServiceRequest"]["id"] == "11111111-0000-4000-8000-000000000002"
        assert "Hollis" not in str(answer.resource)

    def test_changes_nothing_when_the_same_bytes_come_again_and_answers_the_same(self, receive, xml_message):
        first = receive(xml_message)
        second = receive(xml_message)
        assert second.resource == first.resource
        assert (second.reference, second.outcome) == (first.reference, MessageOutcome.REPEATED)
        assert Referral.objects.count() == Person.objects.count() == 1
        assert [kept.outcome for kept in KeptMessage.objects.order_by("id")] == ["referral", "repeated"]
        assert Referral.objects.get().events.count() == 1

    def test_changes_nothing_when_the_same_referral_comes_written_otherwise(self, receive, xml_message, message, sent):
        first = receive(xml_message)
        message["id"] = "another-bundle"
        message["timestamp"] = "2026-11-24T08:50:00+00:00"
        second = receive(sent(message))
        assert (second.reference, second.outcome) == (first.reference, MessageOutcome.REPEATED)
        assert Referral.objects.get().events.count() == 1

    def test_makes_an_update_a_new_version_of_the_same_referral(self, receive, xml_message, message, part, sent):
        first = receive(xml_message)
        part(message, "MessageHeader")["reason"]["coding"][0]["code"] = "update"
        part(message, "ServiceRequest")["occurrencePeriod"]["end"] = "2026-11-24T09:45:00+00:00"
        second = receive(sent(message))
        referral = Referral.objects.get()
        assert (second.reference, second.outcome) == (first.reference, MessageOutcome.UPDATED)
        assert referral.sender_due_at.isoformat() == "2026-11-24T09:45:00+00:00"
        assert [kept.version for kept in KeptMessage.objects.order_by("id")] == [1, 2]

    def test_finds_the_referral_by_the_id_we_gave_when_the_address_in_the_message_changed(
        self, receive, xml_message, message, part, sent
    ):
        given = receive(xml_message).resource["entry"][1]["resource"]["id"]
        part(message, "MessageHeader")["reason"]["coding"][0]["code"] = "update"
        part(message, "MessageHeader")["focus"][0]["reference"] = "urn:uuid:other"
        part(message, "ServiceRequest").update({"id": given, "priority": "urgent"})
        message["entry"][1]["fullUrl"] = "urn:uuid:other"
        part(message, "CarePlan")["period"]["start"] = "2026-11-24T08:31:00+00:00"
        assert receive(sent(message)).outcome == MessageOutcome.UPDATED

    def test_takes_an_update_of_something_unknown_as_new_and_says_so(self, receive, message, part, sent):
        part(message, "MessageHeader")["reason"]["coding"][0]["code"] = "update"
        answer = receive(sent(message))
        assert answer.outcome == MessageOutcome.REFERRAL
        assert "nothing came before" in str(Referral.objects.get().not_understood)

    def test_takes_a_changed_message_that_says_new_as_an_update(self, receive, xml_message, message, part, sent):
        receive(xml_message)
        part(message, "CarePlan")["period"]["start"] = "2026-11-24T08:31:00+00:00"
        answer = receive(sent(message))
        assert answer.outcome == MessageOutcome.UPDATED
        assert "we held this referral" in str(Referral.objects.get().not_understood)

    def test_withdraws(self, receive, xml_message, message, part, sent):
        receive(xml_message)
        part(message, "ServiceRequest").update(
            {"status": "revoked", "reasonCode": [{"text": "Neighbour helped her up"}]}
        )
        part(message, "MessageHeader")["reason"]["coding"][0]["code"] = "update"
        answer = receive(sent(message))
        referral = Referral.objects.get()
        assert (answer.outcome, referral.state) == (MessageOutcome.WITHDRAWN, ReferralState.WITHDRAWN)
        assert referral.events.latest("id").reason == "Neighbour helped her up"
        again = receive(sent(message) + b" ")
        assert (again.status, again.outcome) == (200, MessageOutcome.REPEATED)

    @pytest.mark.parametrize("status", ["active", "revoked"])
    def test_never_lets_a_message_held_up_on_the_way_undo_a_later_one(
        self, receive, xml_message, message, part, sent, status
    ):
        receive(xml_message)
        part(message, "MessageHeader")["reason"]["coding"][0]["code"] = "update"
        part(message, "ServiceRequest").update({"status": status, "priority": "stat"})
        part(message, "CarePlan")["period"]["start"] = "2026-11-24T08:29:00+00:00"
        message["timestamp"] = "2026-11-24T08:41:09+00:00"
        late = receive(sent(message))
        assert (late.status, late.outcome) == (409, MessageOutcome.REFUSED)
        assert "sent later, at 2026-11-24T08:41:10" in late.text
        message["timestamp"] = "2026-11-24T08:41:11+00:00"
        assert receive(sent(message)).outcome in (MessageOutcome.UPDATED, MessageOutcome.WITHDRAWN)

    def test_refuses_to_withdraw_what_it_does_not_hold(self, receive, message, part, sent):
        part(message, "ServiceRequest")["status"] = "revoked"
        answer = receive(sent(message))
        assert (answer.status, answer.outcome) == (404, MessageOutcome.REFUSED)
        assert answer.resource["issue"][0]["details"]["coding"][0]["code"] == "REC_NOT_FOUND"

    def test_never_changes_the_referral_of_somebody_else(self, receive, xml_message, message, part, sent):
        receive(xml_message)
        patient = part(message, "Patient")
        patient["identifier"][0]["value"] = "9998765439"
        patient["name"] = [{"family": "Brand", "given": ["Otto"]}]
        patient["birthDate"] = "1950-12-31"
        answer = receive(sent(message))
        assert (answer.status, answer.outcome) == (409, MessageOutcome.REFUSED)
        assert Referral.objects.get().person.family_name == "Hollis"

    def test_refuses_an_update_after_the_referral_was_declined(
        self, receive, xml_message, message, part, sent, actor_with, now
    ):
        receive(xml_message)
        decline_referral(actor=actor_with(Role.FRONT_DOOR), referral=Referral.objects.get(), reason="Moved", now=now)
        part(message, "MessageHeader")["reason"]["coding"][0]["code"] = "update"
        part(message, "CarePlan")["period"]["start"] = "2026-11-24T08:31:00+00:00"
        answer = receive(sent(message))
        assert answer.status == 409
        assert "already declined" in answer.text

    def test_keeps_a_refused_message_and_says_why(self, receive):
        answer = receive(b'{"resourceType": "Flag"}')
        kept = KeptMessage.objects.get()
        assert (answer.status, kept.outcome, bytes(kept.content)) == (422, "refused", b'{"resourceType": "Flag"}')
        assert kept.reason == answer.text

    def test_finds_a_known_person_by_a_verified_nhs_number(self, receive, xml_message, actor_with, service, now):
        known = register_person(
            actor=actor_with(Role.FRONT_DOOR),
            service_id=service.pk,
            now=now,
            new=NewPerson(given_name="Edie", family_name="Hollis", nhs_number="9990000018"),
        )
        receive(xml_message)
        assert Referral.objects.get().person == known

    def test_never_finds_a_person_by_a_number_that_is_not_verified(
        self, receive, message, part, sent, actor_with, service, now
    ):
        new = NewPerson(given_name="Otto", family_name="Brand", nhs_number="9990000018")
        known = register_person(actor=actor_with(Role.FRONT_DOOR), service_id=service.pk, new=new, now=now)
        del part(message, "Patient")["identifier"][0]["extension"]
        receive(sent(message))
        person = Referral.objects.get().person
        assert person != known
        assert person.nhs_number_status == NhsNumberStatus.UNVERIFIED

    def test_starts_a_new_record_when_the_number_is_on_the_record_of_somebody_quite_different(
        self, receive, xml_message, actor_with, service, now
    ):
        new = NewPerson(given_name="Otto", family_name="Brand", nhs_number="9990000018", birth_date=date(1950, 12, 31))
        known = register_person(actor=actor_with(Role.FRONT_DOOR), service_id=service.pk, new=new, now=now)
        receive(xml_message)
        referral = Referral.objects.get()
        assert referral.person != known
        assert referral.person.nhs_number_status == NhsNumberStatus.UNVERIFIED
        assert known.reference in str(referral.not_understood)

    @pytest.mark.parametrize(
        ("codes_of", "code", "kept"),
        [
            ("UKCore-EthnicCategoryEngland", "J", ("J", "other")),
            ("UKCore-EthnicCategoryEngland", "Z", ("Z", "self")),
            ("UKCore-EthnicCategoryEngland", "99", ("99", "")),
            ("UKCore-EthnicCategory", "C2", ("", "")),  # a code of the longer, retired list
            ("UKCore-EthnicCategoryWales", "A", ("", "")),  # means another group there
        ],
    )
    def test_takes_an_ethnic_category_of_the_english_list(self, receive, message, part, sent, codes_of, code, kept):
        said = {"coding": [{"system": f"https://fhir.hl7.org.uk/CodeSystem/{codes_of}", "code": code}]}
        url = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"
        part(message, "Patient").setdefault("extension", []).append({"url": url, "valueCodeableConcept": said})
        receive(sent(message))
        person = Person.objects.get()
        assert (person.ethnic_category, person.ethnic_category_by) == kept

    def test_shows_a_number_that_fails_its_check_as_unverified(self, receive, message, part, sent):
        part(message, "Patient")["identifier"][0]["value"] = "1234567890"
        receive(sent(message))
        person = Referral.objects.get().person
        assert (person.nhs_number, person.nhs_number_status) == ("1234567890", NhsNumberStatus.UNVERIFIED)
        details = {detail["title"]: detail["text"] for detail in Referral.objects.get().details}
        assert "NHS number 1234567890 is not verified: it fails the check" in details["About the person"]

    def test_takes_values_longer_than_the_record_has_room_for(self, receive, message, part, sent):
        patient = part(message, "Patient")
        long = "Ē" * 5000
        patient["name"][0].update({"family": long, "given": [long]})
        patient["address"][0].update({"line": [long], "city": long, "postalCode": long})
        patient["contact"][0]["telecom"][0]["value"] = long
        patient["contact"][1]["name"] = {"family": long}
        patient["identifier"][1].update({"system": long, "value": long})
        patient["communication"][0]["language"] = {"text": long}
        part(message, "Organization")["name"] = long
        part(message, "Location")["name"] = long
        part(message, "Flag", 1)["code"] = {"text": long}
        message["id"] = long
        answer = receive(sent(message))
        referral = Referral.objects.get(reference=answer.reference)
        for row in (
            referral,
            referral.person,
            *referral.person.addresses.all(),
            *referral.person.contacts.all(),
            *referral.person.identifiers.all(),
            *KeptMessage.objects.all(),
        ):
            for field in row._meta.concrete_fields:
                if getattr(field, "max_length", None) and isinstance(getattr(row, field.name), str):
                    assert len(getattr(row, field.name)) <= field.max_length, field
        assert "cut to 120 characters" in str(referral.not_understood)

    def test_is_only_for_those_who_may_hand_messages_in(self, xml_message, actor_with, service, now):
        with pytest.raises(NotAllowedError):
            receive_message(
                actor=actor_with(Role.FIELD_WORKER),
                service_id=service.pk,
                content=xml_message,
                content_type=None,
                now=now,
            )

    def test_leaves_an_audit_event_for_the_message_the_person_and_the_referral(self, receive, xml_message):
        receive(xml_message)
        actions = set(Event.objects.values_list("action", flat=True))
        assert {"keep message", "judge message", "register person", "receive referral"} <= actions

    def test_gives_the_connected_system_no_lasting_permission(self, receive, xml_message, machine):
        receive(xml_message)
        assert not machine.may(Permission.SEE_PEOPLE)


@pytest.mark.django_db(transaction=True)
class TestReceiveMessageAtOnce:
    @pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time; PostgreSQL is asked")
    def test_takes_one_message_sent_by_several_connections_at_once_as_one(self, machine, service, now, xml_message):
        start = Barrier(6)

        def hand_in(place: int) -> str:
            start.wait(20)
            try:
                return receive_message(
                    actor=machine,
                    service_id=service.pk,
                    content=xml_message + b" " * (place % 3),
                    content_type=None,
                    now=now,
                ).outcome
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            outcomes = sorted(pool.map(hand_in, range(6)))
        assert outcomes == ["referral", *["repeated"] * 5]
        assert Referral.objects.count() == Person.objects.count() == 1
        assert KeptMessage.objects.count() == 6
