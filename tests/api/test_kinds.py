"""Every published NHS 111 and e-RS payload: accepted, or refused with a reason; and doors for all kinds."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from homeward.access.rules import Actor, Role
from homeward.api.documents import documents_in
from homeward.api.intake.asked import Refusal
from homeward.api.intake.receiving import receive_message
from homeward.api.kinds import read_any
from homeward.people.models import Person
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.states import MessageOutcome
from homeward.teams.services import connect_machine

OWN = Path(__file__).parent / "messages"
SETS = ("nhs111-cda", "ers-api")
# What becomes of each kind of file, by its name, where nobody is on record; the first that fits counts.
TABLE = (
    ("nhs111-cda", r".*", "nhs111"),
    ("ers-api", r"r4__", "422 This"),
    (
        "ers-api",
        r".*(OperationOutcome|ErrorOutcome|ServiceUnavailable|Unauthorised|ErrorPage)",
        "422 This is an error report",
    ),
    ("ers-api", r".*cancelReferral__responses", "ers withdraw"),
    ("ers-api", r".*(ReturnToReferrerWithAdvice|recordTriageOutcome__responses|rejectReferral)", "422 "),
    (
        "ers-api",
        r".*(acceptReferral|cancelAppointmentActionLater|changeShortlist|convertAdvice.*|createReferralAndSendForTriage|"
        r"maintainReferralLetter)__responses",
        "ers|422 The ReferralRequest names the person by a number that fails",
    ),
    ("ers-api", r".*retrieveReferralRequest__", "ers|422 The ReferralRequest names the person by a number that fails"),
    ("ers-api", r".*(retrieveWorklist|AdviceAndGuidanceWorklist)__responses", "422 This is a worklist"),
    ("ers-api", r".*([aA]ppointment)", "422 This"),
    ("ers-api", r".*", "422 This"),
)


def files_of(shared: Path, name: str) -> list[Path]:
    found = [one for one in sorted((shared / "inputs" / "fhir" / name).glob("*")) if one.suffix in (".json", ".xml")]
    if not found:
        pytest.skip(f"the public message set {name} is not beside the project")
    return found


@pytest.fixture(scope="module")
def published(shared) -> list[Path]:
    """Every payload of the two sets."""
    return [path for name in SETS for path in files_of(shared, name)]


def outcome_of(content: bytes) -> str:
    read = read_any(content)
    return f"{read.status} {read.text}" if isinstance(read, Refusal) else f"{read.kind} {read.intention}"


class TestPublishedPayloads:
    def test_are_each_accepted_or_refused_as_the_table_says(self, published):
        odd = []
        for path in published:
            name = re.sub(r".*mocks__(stu3__)?", "", path.name)
            expected = next(text for of, shape, text in TABLE if of == path.parent.name and re.match(shape, name))
            outcome = outcome_of(path.read_bytes())
            if not outcome.startswith(tuple(expected.split("|"))) or len(outcome) < 8:
                odd.append((name, outcome))
        assert not odd

    def test_refusals_say_what_to_do_and_name_nobody(self, published):
        for path in published:
            read = read_any(path.read_bytes())
            if isinstance(read, Refusal):
                assert re.search(r"\b(Send|Check|Correct)\b", read.text), read.text
                assert not re.search(r"\d{10}", read.text)

    def test_carry_documents_that_can_be_saved(self, published):
        assert sum(len(documents_in(path.read_bytes())) for path in published) > 20

    @pytest.mark.django_db
    def test_change_nothing_when_all_are_sent_twice(self, published, actor_with, service, system, now):
        known = NewPerson(given_name="", family_name="", nhs_number=_number_in(published))
        register_person(actor=_inside(system, service), service_id=service.pk, new=known, now=now)
        machine = actor_with(Role.MACHINE)

        def send_all() -> list[str]:
            return [
                receive_message(
                    actor=machine,
                    service_id=service.pk,
                    content=path.read_bytes(),
                    content_type=None,
                    read=read_any,
                    now=now,
                ).outcome
                for path in published
            ]

        first = send_all()
        held = (
            Referral.objects.count(),
            Person.objects.count(),
            [one.state for one in Referral.objects.order_by("id")],
        )
        events = sum(one.events.count() for one in Referral.objects.all())
        second = send_all()
        assert MessageOutcome.REFERRAL in first
        assert set(second) <= {MessageOutcome.REPEATED, MessageOutcome.REFUSED}
        assert (
            Referral.objects.count(),
            Person.objects.count(),
            [one.state for one in Referral.objects.order_by("id")],
        ) == held
        assert sum(one.events.count() for one in Referral.objects.all()) == events
        assert KeptMessage.objects.count() == 2 * len(published)
        assert not KeptMessage.objects.filter(outcome=MessageOutcome.RECEIVED).exists()
        assert not KeptMessage.objects.filter(outcome=MessageOutcome.REFUSED, reason="").exists()


def _inside(system: Actor, service) -> Actor:
    return replace(system, service_ids=frozenset({service.pk}))


def _number_in(published: list[Path]) -> str:
    """The NHS number most e-RS payloads name."""
    numbers = [
        number for path in published for number in re.findall(r'nhs-number",\s*"value": ?"(\d{10})"', path.read_text())
    ]
    return max(set(numbers), key=numbers.count)


class TestMalformedPayloads:
    def test_are_read_or_refused_and_never_crash(self, shared):
        found = [
            path for path in sorted((shared / "inputs" / "malformed").rglob("*")) if path.suffix in (".json", ".xml")
        ]
        if not found:
            pytest.skip("the malformed originals are not beside the project")
        for path in found:
            assert outcome_of(path.read_bytes())
            assert isinstance(documents_in(path.read_bytes()), list)

    @pytest.mark.parametrize("name", ["nhs111-report.xml", "ers-referral-request.json"])
    def test_every_cut_of_our_own_is_read_or_refused(self, name):
        content = (OWN / name).read_bytes()
        for end in range(0, len(content), 97):
            assert outcome_of(content[:end])
            assert outcome_of(content[:end] + b"\x00\xff<" + content[end + 5 :])


@pytest.mark.django_db
class TestDoors:
    @pytest.fixture
    def token(self, system, service, now) -> str:
        return connect_machine(
            actor=_inside(system, service), username="line-111", full_name="111 line", services=[service], now=now
        )

    def send(self, token: str, path: str, content: bytes, content_type: str = "text/xml"):
        return Client().post(path, content, content_type=content_type, HTTP_AUTHORIZATION=f"Bearer {token}")

    def test_take_a_report_and_answer_with_our_reference(self, token):
        content = (OWN / "nhs111-report.xml").read_bytes()
        answer = self.send(token, "/api/itk/111", content)
        assert answer.status_code == 200
        assert Referral.objects.get().reference in answer.content.decode()
        assert b"Hollis" not in answer.content

    def test_take_every_kind_at_one_address(self, token):
        types = {
            "nhs111-report.xml": "application/soap+xml",
            "999-to-community.xml": "application/fhir+xml",
            "ers-referral-request.json": "application/json",
        }
        for name, content_type in types.items():
            answer = self.send(token, "/api/referrals/messages", (OWN / name).read_bytes(), content_type)
            assert answer.status_code == 200
        # all three are about one person, whose number the first brought
        assert (Referral.objects.count(), Person.objects.count()) == (3, 1)

    def test_send_other_kinds_elsewhere_from_the_address_of_nhs_111(self, token):
        answer = self.send(token, "/api/itk/111", (OWN / "999-to-community.xml").read_bytes())
        assert (answer.status_code, "/api/referrals/messages" in answer.content.decode()) == (422, True)

    def test_take_nothing_without_a_token(self):
        assert self.send("none", "/api/itk/111", b"<a/>").status_code == 401
        assert not KeptMessage.objects.exists()
