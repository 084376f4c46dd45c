"""Payloads of e-RS: which become a referral, and what is said of the others."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from homeward.access.rules import Role
from homeward.api.intake.asked import Intention, Refusal
from homeward.api.intake.receiving import receive_message
from homeward.api.kinds import judge_kept, read_any
from homeward.people.models import Person
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.states import MessageKind, MessageOutcome, ReferralState, Urgency

REQUEST = json.loads((Path(__file__).parent / "messages" / "ers-referral-request.json").read_text())
STATE = "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-eRS-ReferralState-1"


def sent(**changed) -> bytes:
    """The request with some elements changed."""
    return json.dumps({**REQUEST, **changed}).encode()


def in_state(code: str, version: str, status: str = "active") -> bytes:
    """The request in another state of e-RS."""
    extensions = [one for one in REQUEST["extension"] if one["url"] != STATE]
    reason = {"url": "reason", "valueCoding": {"code": "RAISED_IN_ERROR", "display": "Made by mistake"}}
    state = {"url": STATE, "extension": [{"url": "state", "valueCoding": {"code": code}}, reason]}
    meta = {**REQUEST["meta"], "versionId": version}
    return sent(extension=[*extensions, state], status=status, meta=meta)


@pytest.fixture
def receive(actor_with, service, now):
    """Hands a payload in as a connected system."""

    def hand_in(content: bytes):
        machine = actor_with(Role.MACHINE)
        return receive_message(
            actor=machine, service_id=service.pk, content=content, content_type=None, read=read_any, now=now
        )

    return hand_in


@pytest.fixture
def edith(system, service, now) -> Person:
    """Somebody on record under the number the request names."""
    known = NewPerson(given_name="Edith", family_name="Hollis", nhs_number="9990000018")
    actor = replace(system, service_ids=frozenset({service.pk}))
    return register_person(actor=actor, service_id=service.pk, new=known, now=now)


class TestReadErs:
    def test_reads_what_is_asked_for(self):
        read = read_any(sent())
        assert (read.kind, read.intention, read.identifiers, read.version) == (
            "ers",
            Intention.EITHER,
            ("000000099901",),
            3,
        )
        assert read.referral.need_text == "Community nursing; Test community service (service 99001)"
        assert (read.referral.urgency, read.referral.requester_organisation) == (Urgency.TWO_DAYS, "Z99001")
        details = {detail["title"]: detail["text"] for detail in read.referral.details}
        assert details["Documents"] == "letter.pdf: application/pdf, 6 bytes, Binary/made-up, kept in e-RS"
        assert read.person is None
        assert read.notes == ()

    def test_reads_the_request_inside_an_answer_of_e_rs(self):
        answer = {"resourceType": "Parameters", "parameter": [{"name": "updatedReferralRequest", "resource": REQUEST}]}
        assert read_any(json.dumps(answer).encode()).identifiers == ("000000099901",)

    def test_reads_the_patient_that_comes_with_it(self):
        patient = {
            "resourceType": "Patient",
            "id": "p",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
            "name": [{"family": "Hollis", "given": ["Edith"]}],
            "birthDate": "1941-02-17",
            "address": [{"line": ["14 Willow Walk"], "postalCode": "DE1 3AA"}],
        }
        request = {**REQUEST, "subject": {"reference": "#p"}, "contained": [*REQUEST["contained"], patient]}
        read = read_any(json.dumps(request).encode())
        assert (read.person.family_name, read.person.address.postcode) == ("Hollis", "DE1 3AA")
        assert read.said_number == "9990000018"

    @pytest.mark.parametrize(
        ("resource", "text"),
        [
            ({"resourceType": "OperationOutcome", "meta": {"profile": ["x/eRS-OperationOutcome-1"]}}, "error report"),
            ({"resourceType": "List", "meta": {"profile": ["x/eRS-FetchWorklist-List-1"]}}, "is a worklist"),
            ({"resourceType": "List", "meta": {"profile": ["x/eRS-FetchServices-List-1"]}}, "lists services"),
            ({"resourceType": "Appointment", "meta": {"profile": ["x/eRS-Appointment-1"]}}, "is an appointment"),
            ({"resourceType": "Parameters", "meta": {"profile": ["x/eRS-CreateReferral-Parameters-1"]}}, "no UBRN yet"),
            ({"resourceType": "Parameters", "meta": {"profile": ["x/eRS-New-Parameters-1"]}}, "a request to e-RS"),
            ({**REQUEST, "id": ""}, "has no id"),
            ({**REQUEST, "subject": {}}, "does not say whom"),
            ({**REQUEST, "subject": {"identifier": {"value": "9990000019"}}}, "fails the check"),
            ({**REQUEST, "specialty": {}, "contained": []}, "neither a service"),
        ],
    )
    def test_refuses_the_rest_and_says_what_to_send(self, resource, text):
        read = read_any(json.dumps(resource).encode())
        assert isinstance(read, Refusal)
        assert (read.status, read.kind, text in read.text) == (422, MessageKind.ERS, True)

    def test_refuses_what_e_rs_says_is_decided(self):
        assert "it was rejected" in read_any(in_state("REJECTED", "4")).text


class TestReceiveErs:
    def test_makes_a_referral_for_somebody_on_record_once(self, receive, edith):
        first = receive(sent())
        again = receive(json.dumps(REQUEST, indent=4).encode())
        assert (first.outcome, again.outcome) == (MessageOutcome.REFERRAL, MessageOutcome.REPEATED)
        referral = Referral.objects.get()
        assert (referral.person, referral.sender, referral.sender_identifier) == (edith, "e-RS", "000000099901")
        assert any("by their NHS number alone" in note["text"] for note in referral.not_understood)

    def test_refuses_a_number_nobody_here_has_until_the_person_is_on_record(self, receive, actor_with, now, request):
        refused = receive(sent())
        kept = KeptMessage.objects.get()
        assert (refused.status, "name, birth date and address" in refused.text) == (422, True)
        request.getfixturevalue("edith")
        judge_kept(actor=actor_with(Role.MACHINE), message=kept, now=now)
        kept.refresh_from_db()
        assert (kept.outcome, kept.kind) == (MessageOutcome.REFERRAL, MessageKind.ERS)
        assert bytes(kept.content) == sent()

    def test_takes_versions_in_their_order_and_a_cancelled_one_as_withdrawn(self, receive, edith):
        receive(sent())
        newer = receive(sent(meta={**REQUEST["meta"], "versionId": "5"}, specialty={"text": "Falls service"}))
        older = receive(sent(meta={**REQUEST["meta"], "versionId": "4"}, specialty={"text": "Another"}))
        cancelled = receive(in_state("CANCELLED_REFERRAL", "6", "cancelled"))
        assert [one.outcome for one in (newer, older, cancelled)] == ["updated", "refused", "withdrawn"]
        assert older.status == 409
        assert Referral.objects.get().state == ReferralState.WITHDRAWN

    def test_says_when_what_is_withdrawn_never_came(self, receive, edith):
        assert receive(in_state("CANCELLED_REFERRAL", "6", "cancelled")).status == 404
