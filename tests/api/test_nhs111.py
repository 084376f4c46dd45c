"""NHS 111 reports: what is read of them, and what they become."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from homeward.access.rules import Role
from homeward.api.documents import documents_in
from homeward.api.intake.asked import Intention, Refusal
from homeward.api.intake.receiving import receive_message
from homeward.api.kinds import read_any
from homeward.api.nhs111.cda import moment_of, narrative_of_escaped
from homeward.api.nhs111.intake import read_cda
from homeward.api.nhs111.urgency import how_soon
from homeward.people.services import NewPerson, register_person
from homeward.people.states import AlertKind, NhsNumberStatus
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.states import MessageKind, MessageOutcome, ReferralState, Source, Urgency

REPORT = (Path(__file__).parent / "messages" / "nhs111-report.xml").read_bytes()
DOCUMENT = REPORT[REPORT.index(b"<ClinicalDocument") : REPORT.index(b"</itk:payload>")]


@pytest.fixture
def receive(actor_with, service, now):
    """Hands a report in as a connected system."""

    def hand_in(content: bytes):
        machine = actor_with(Role.MACHINE)
        return receive_message(
            actor=machine, service_id=service.pk, content=content, content_type=None, read=read_any, now=now
        )

    return hand_in


def adaptor_bundle() -> bytes:
    """The same report as the national adaptor sends it on, which says less."""
    resources = [
        {"resourceType": "MessageHeader", "event": {"code": "referral-1"}, "source": {"endpoint": "made-up"}},
        {
            "resourceType": "ReferralRequest",
            "status": "active",
            "requester": {"onBehalfOf": {"reference": "Organization/o"}},
            "subject": {"reference": "Patient/p"},
        },
        {"resourceType": "Organization", "id": "o", "name": "Test 111", "identifier": [{"value": "ZZ1"}]},
        {
            "resourceType": "Patient",
            "id": "p",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
            "name": [{"family": "Hollis", "given": ["Edith"]}],
            "birthDate": "1941-02-17",
            "telecom": [{"system": "phone", "value": "tel:07700900201"}],
        },
        {"resourceType": "Encounter", "period": {"start": "2026-11-24T08:30:00+00:00"}},
        {
            "resourceType": "Composition",
            "identifier": {"value": "BBBB0000-0000-4000-8000-000000000001"},
            "date": "2026-11-24T08:45:00+00:00",
            "section": [
                {
                    "section": [
                        {"title": "Patient's Reported Condition", "text": {"div": "<div>Feels dizzy&lt;br/&gt;</div>"}}
                    ]
                },
                {"title": "Pathways Disposition", "text": {"div": "<div>Contact a service within 6 hours</div>"}},
            ],
        },
    ]
    bundle = {"resourceType": "Bundle", "type": "message", "identifier": {"value": "1"}}
    return json.dumps({**bundle, "entry": [{"resource": one} for one in resources]}).encode()


class TestReadBundle:
    def test_reads_what_the_adaptor_made_of_a_report(self):
        read = read_any(adaptor_bundle())
        assert (read.kind, read.version, read.identity.birth_date.year) == (MessageKind.NHS_111_FHIR, 1, 1941)
        assert (read.referral.need_text, read.referral.urgency) == ("Feels dizzy", Urgency.TWO_DAYS)
        assert (read.referral.requester_organisation, read.person.phone) == ("Test 111", "07700900201")
        assert read.identity.is_nhs_number_verified is False


def newer(version: int, **changed: str) -> bytes:
    """The report in another version, its document under a new identifier."""
    content = REPORT.replace(b'<versionNumber value="1"/>', f'<versionNumber value="{version}"/>'.encode())
    content = content.replace(b"AAAA0000", f"AAAA000{version}".encode())
    for before, after in changed.items():
        content = content.replace(before.replace("_", " ").encode(), after.encode())
    return content


class TestReadCda:
    def test_reads_who_why_and_how_soon(self):
        read = read_cda(REPORT)
        referral = read.referral
        assert (read.person.given_name, read.person.family_name, read.person.gender) == ("Edith", "Hollis", "female")
        assert (read.identity.nhs_number, read.identity.is_nhs_number_verified) == ("9990000018", True)
        assert (read.person.address.lines, read.person.address.postcode) == ("14 Willow Walk, Derby", "DE1 3AA")
        assert (read.person.phone, read.person.email) == ("07700900201", "edith@example.org")
        assert read.person.contacts == (("Ray Hollis", "Spouse", "07700900202"),)
        assert (referral.source, referral.urgency, referral.need_code) == (Source.NHS_111, Urgency.CRISIS, "fall")
        assert referral.need_text == "Fell in the kitchen,; now unsteady"
        assert (referral.requester_name, referral.requester_role) == ("Ngozi Okoro", "Nurse Triage Practitioner")
        assert (referral.requester_organisation, referral.requester_phone) == ("Test 111", "07700900111")
        assert (referral.contact_name, referral.contact_phone) == ("Ray Hollis (Spouse)", "07700900202")
        assert (referral.latitude, referral.longitude) == (52.9225, -1.4746)
        assert referral.sender_clock_started_at.isoformat() == "2026-11-24T08:30:00+00:00"
        assert referral.sender_due_at.isoformat() == "2026-11-24T10:30:00+00:00"

    def test_tells_a_safeguarding_concern_from_none_found(self):
        assert read_cda(REPORT).referral.safeguarding_text == "Safeguarding concern: shouted at by a neighbour."

    def test_carries_the_narrative_and_the_rest_as_details(self):
        details = {detail["title"]: detail["text"] for detail in read_cda(REPORT).referral.details}
        assert details["Triage outcome"].startswith("Dx05 To contact a local service within 2 hours")
        assert details["Pathways Assessment"].startswith("Pain: Mild")
        assert "Green gate behind the church" in details["Way in and scene"]
        assert details["Documents"] == "Triage record (text/xml, 10 bytes)"
        assert details["Coded findings"] == "Clinical discriminator: Unsteady (1)"

    def test_lists_what_it_does_not_carry_over(self):
        assert [note.path for note in read_cda(REPORT).notes] == ["encompassingEncounter.dietCode"]

    @pytest.mark.parametrize(
        "content",
        [
            DOCUMENT,
            b"--part\r\nContent-Type: text/xml\r\n\r\n"
            + REPORT
            + b"\r\n--part\r\nContent-Type: application/pdf\r\n\r\n"
            b"%PDF-1.4\r\n--part--\r\n",
            b'<DistributionEnvelope><header><manifest><manifestitem id="p" base64="true"/>'
            b'</manifest></header><payloads><payload id="p">' + b64encode(DOCUMENT) + b"</payload></payloads>"
            b"</DistributionEnvelope>",
            REPORT.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
        ],
        ids=["bare", "in parts", "base64 payload", "utf-16"],
    )
    def test_finds_the_document_however_it_is_wrapped(self, content):
        assert read_any(content).person.family_name == "Hollis"

    def test_takes_the_newest_of_a_repeat_callers_reports_and_lists_the_others(self):
        earlier = DOCUMENT.replace(
            b'<effectiveTime value="20261124084500+0000"/>', b'<effectiveTime value="20261122084500+0000"/>'
        )
        earlier = earlier.replace(b"BBBB0000", b"CCCC0000").replace(b"Fell in the kitchen", b"Felt faint")
        earlier = earlier.replace(b'low value="20261124', b'low value="20261122')
        read = read_cda(
            REPORT.replace(b"</itk:payloads>", b"<itk:payload>" + earlier + b"</itk:payload></itk:payloads>")
        )
        details = {detail["title"]: detail["text"] for detail in read.referral.details}
        assert read.identifiers == ("BBBB0000-0000-4000-8000-000000000001",)
        assert details["Repeat caller"].split("\n")[1].startswith("22 November 2026 08:30: Dx05")
        assert "Felt faint" in details["Repeat caller"]

    def test_says_when_it_is_a_copy_for_information(self):
        copy = REPORT.replace(b"primaryOutofHourRecipient", b"copyRecipient")
        assert read_cda(copy).referral.details[0]["title"] == "Sent as a copy"

    def test_keeps_a_number_not_sent_as_verified_out_of_matching(self):
        read = read_cda(REPORT.replace(b"2.16.840.1.113883.2.1.4.1", b"2.16.840.1.113883.2.1.3.2.4.18.23"))
        assert (read.identity.nhs_number, read.person.nhs_number) == ("", "9990000018")
        assert read.person.is_nhs_number_traced is False

    @pytest.mark.parametrize(
        ("content", "status", "text"),
        [
            (b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>", 400, "so nobody can be helped"),
            (b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/>", 422, "no ClinicalDocument in it"),
            (b"<ClinicalDocument", 400, "broken at line 1"),
            (
                b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><ClinicalDocument>&x;</ClinicalDocument>",
                400,
                "document type",
            ),
            (
                b"<!DOCTYPE l [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><ClinicalDocument>&b;</ClinicalDocument>",
                400,
                "document type",
            ),
            (b"<ClinicalDocument>" + b"<a>" * 400 + b"</a>" * 400 + b"</ClinicalDocument>", 400, ""),
            (
                b"Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x--",
                422,
                "none of them is XML",
            ),
            (
                b"<DistributionEnvelope><manifestitem id='p' encrypted='true'/><payload id='p'>x</payload>"
                b"</DistributionEnvelope>",
                422,
                "compressed or encrypted",
            ),
        ],
    )
    def test_refuses_with_a_reason_what_it_cannot_use(self, content, status, text):
        read = read_any(content)
        assert isinstance(read, Refusal)
        assert (read.status, text in read.text) == (status, True)
        assert "root:" not in read.text

    def test_refuses_what_is_addressed_to_others(self):
        assert read_cda(REPORT, receives_for=("ZZ999",)).status == 422
        assert read_cda(REPORT, receives_for=("zz111",)).intention is Intention.NEW


class TestReceiveReport:
    def test_makes_a_referral_once_however_often_and_however_wrapped_it_comes(self, receive):
        first = receive(REPORT)
        again = [receive(REPORT), receive(DOCUMENT)]
        assert first.outcome == MessageOutcome.REFERRAL
        assert [(one.outcome, one.reference) for one in again] == [(MessageOutcome.REPEATED, first.reference)] * 2
        assert Referral.objects.get().route == "message"
        assert [kept.kind for kept in KeptMessage.objects.all()] == [MessageKind.NHS_111_CDA] * 3
        assert bytes(KeptMessage.objects.order_by("id").first().content) == REPORT

    def test_knows_the_person_by_a_verified_number_and_warns_of_safeguarding(self, receive, system, service, now):
        from dataclasses import replace

        known = NewPerson(given_name="Edith", family_name="Hollis", nhs_number="9990000018")
        actor = replace(system, service_ids=frozenset({service.pk}))
        edith = register_person(actor=actor, service_id=service.pk, new=known, now=now)
        receive(REPORT)
        assert Referral.objects.get().person == edith
        assert edith.nhs_number_status == NhsNumberStatus.VERIFIED
        assert [alert.kind for alert in edith.alerts.all()] == [AlertKind.SAFEGUARDING]

    def test_takes_a_newer_version_as_an_update_and_refuses_an_older_one(self, receive):
        first = receive(REPORT)
        third = receive(newer(3, within_2_hours="within 6 hours"))
        second = receive(newer(2, within_2_hours="within 4 hours"))
        assert (third.outcome, third.reference) == (MessageOutcome.UPDATED, first.reference)
        assert (second.status, "later version of this request, version 3" in second.text) == (409, True)
        assert Referral.objects.get().urgency == Urgency.TWO_DAYS

    def test_lets_the_document_itself_say_more_than_the_message_the_adaptor_made_of_it(self, receive):
        bundle = adaptor_bundle()
        first = receive(bundle)
        document, again = receive(REPORT), receive(bundle.replace(b'"Feels', b'"Now feels'))
        assert [one.outcome for one in (first, document, again)] == ["referral", "updated", "repeated"]
        assert {one.reference for one in (first, document, again)} == {first.reference}
        assert Referral.objects.get().safeguarding_text == "Safeguarding concern: shouted at by a neighbour."

    def test_takes_a_document_that_says_more_under_the_same_version(self, receive):
        receive(REPORT)
        answer = receive(REPORT.replace(b"now unsteady", b"now unsteady. Self-neglect"))
        assert answer.outcome == MessageOutcome.UPDATED
        assert "Self-neglect" in Referral.objects.get().safeguarding_text

    def test_refuses_a_report_number_of_somebody_else(self, receive):
        receive(REPORT)
        other = REPORT.replace(b"Edith", b"Olu").replace(b"Hollis", b"Bankole").replace(b"19410217", b"19801105")
        answer = receive(other.replace(b"999 000 0018", b"999 000 0301"))
        assert (answer.status, answer.outcome) == (409, MessageOutcome.REFUSED)
        assert Referral.objects.get().state == ReferralState.WAITING


class TestHowSoon:
    @pytest.mark.parametrize(
        ("disposition", "urgency", "hours"),
        [
            ("Attend a Treatment Centre within 1 hour", Urgency.CRISIS, 1),
            ("Speak to a clinician within 30 minutes", Urgency.CRISIS, 0.5),
            ("To contact a local service within 2 hours", Urgency.CRISIS, 2),
            ("To contact a local service within 6 hours", Urgency.TWO_DAYS, 6),
            ("See a dentist within 3 working days", Urgency.CRISIS, None),
            ("See a GP within 3 days", Urgency.ROUTINE, 72),
            ("MUST contact a local service for a Non-Urgent Appointment", Urgency.ROUTINE, None),
            ("Emergency ambulance response", Urgency.CRISIS, None),
            ("Passed onto clinical hub", Urgency.CRISIS, None),
            ("", Urgency.CRISIS, None),
        ],
    )
    def test_reads_the_words_and_takes_the_sooner_where_they_do_not_say(self, disposition, urgency, hours):
        soon = how_soon("Dx1", disposition)
        assert soon.urgency == urgency
        assert (soon.within.total_seconds() / 3600 if soon.within else None) == hours

    def test_takes_what_the_place_decided_for_a_code(self):
        assert how_soon("DX05", "within 2 hours", local={"Dx05": "routine"}).urgency == Urgency.ROUTINE


class TestMomentOf:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("20261124084500+0000", "2026-11-24T08:45:00+00:00"),
            ("202606011045+01", "2026-06-01T09:45:00+00:00"),
            ("20260601104500.123+0100", "2026-06-01T09:45:00+00:00"),
            ("20260601104500", "2026-06-01T09:45:00+00:00"),
            ("20260601", None),
            ("20261324084500+0000", None),
            ("@@start@@+00", None),
        ],
    )
    def test_reads_hl7_times(self, text, moment):
        found = moment_of(text)
        assert (found.isoformat() if found else None) == moment


class TestNarrativeOfEscaped:
    def test_reads_markup_that_was_escaped_into_a_text(self):
        assert narrative_of_escaped("<content>One</content><br/>Two &amp; three") == "One\nTwo & three"

    def test_shows_what_is_no_markup_as_it_is(self):
        assert narrative_of_escaped("One <br> two") == "One\ntwo"


class TestDocumentsIn:
    def test_finds_what_a_report_carries(self):
        found = documents_in(REPORT)
        assert [(one.title, one.media_type, one.content) for one in found] == [
            ("Triage record", "text/xml", b"<a>one</a>")
        ]

    def test_finds_a_report_that_is_one_document(self):
        content = DOCUMENT[: DOCUMENT.index(b"<structuredBody>")] + (
            b'<nonXMLBody><text mediaType="application/pdf" representation="B64">' + b64encode(b"%PDF-1.4") + b"</text>"
            b"</nonXMLBody></component></ClinicalDocument>"
        )
        assert [(one.media_type, one.ending, one.size) for one in documents_in(content)] == [
            ("application/pdf", "pdf", 8)
        ]
        assert read_any(content).referral.need_text == "To contact a local service within 2 hours"
