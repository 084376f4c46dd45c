"""Messages nobody here wrote: the published BaRS sets, originals that are broken, and what can happen on the way."""

import json
import random
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeward.access.rules import Role
from homeward.api.fhir.deciding import Asked, Intention, Refusal, decide
from homeward.api.fhir.intake import receive_message
from homeward.api.fhir.shape import elements_of
from homeward.api.fhir.wire import read_message
from homeward.people.models import Person
from homeward.referrals.models import KeptMessage, Referral

MESSAGES = Path(__file__).parent / "messages"
OWN = (MESSAGES / "999-to-community.xml").read_bytes()

# What becomes of each kind of file of the two sets, by the beginning of its name; the first that fits counts.
TABLE = (
    ("bars-ig", r"Examples__(REFREQ0[12567]|REFREQ8A|VALREQ0[13])", "new"),
    ("bars-ig", r"Examples__(REFREQ8[BC]|REFREQ9A|VALREQ02)", "update"),
    ("bars-ig", r"Examples__SERVREQ01", "withdraw"),
    ("bars-ig", r"Examples__(REFRESP|VALRESP)", "422 This is a response to a request."),
    ("bars-ig", r"Examples__BOOKREQ0", "422 This service offers no slots to book."),
    ("bars-ig", r"Examples__BOOKREQRESP01", "422 This address takes bundles of type message"),
    ("bars-ig", r"Examples__", "422 This address takes referrals as message bundles; it was sent a single"),
    ("bars-api", r".*process_message__request__ValidationRequest", "new"),
    ("bars-api", r".*process_message__POST-success", "422 This service offers no slots to book."),
    (
        "bars-api",
        r".*(slots__|_bundle|GET-success-empty|appointment__GET|service_request__GET|MessageDefinition)",
        "422 This address takes bundles of type message",
    ),
    ("bars-api", r"specification__", "422 This address takes referrals as message bundles; it was sent a single"),
)


def files_of(shared: Path, *sets: str) -> list[Path]:
    folders = [shared / "inputs" / name for name in sets]
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in (".json", ".xml")]
    if not found:
        pytest.skip(f"the public message sets {', '.join(sets)} are not beside the project")
    return found


def outcome_of(decision: Asked | Refusal) -> str:
    return str(decision.intention) if isinstance(decision, Asked) else f"{decision.status} {decision.text}"


@pytest.fixture(scope="module")
def published(shared) -> list[Path]:
    """Every payload of the two BaRS sets."""
    return files_of(shared, "fhir/bars-ig", "fhir/bars-api")


class TestPublishedMessages:
    def test_each_becomes_a_referral_or_is_refused_as_the_table_says(self, published):
        wrong = []
        for path in published:
            rows = [row for row in TABLE if row[0] == path.parent.name]
            expected = next(said for _, start, said in rows if re.match(start, path.name))
            outcome = outcome_of(decide(path.read_bytes()))
            if not outcome.startswith(expected):
                wrong.append(f"{path.name}: {outcome}, not {expected}")
        assert not wrong

    def test_every_referral_says_who_and_why_and_has_the_times_bars_asks_for(self, published):
        decisions = [decide(path.read_bytes()) for path in published]
        asked = [decision for decision in decisions if isinstance(decision, Asked)]
        assert len(asked) == 15
        for decision in asked:
            message = decision.message
            # one ambulance call is passed on before anybody knows who it is about
            assert message.person.name.family or message.request.use_case == "a6t1"
            if message.person.nhs_number:
                assert not message.person.nhs_number.is_verified  # every number in these messages fails its check
            assert message.sender_name
            if decision.intention is not Intention.WITHDRAW:
                assert message.need
                assert message.requester.name
                assert message.first_contact.methods
            if message.request.kind == "validation" and decision.intention is not Intention.WITHDRAW:
                assert message.clock_started_at
                assert message.breach_at > message.clock_started_at
                assert message.scene_safety

    def test_all_go_through_the_front_door_twice_and_change_it_once(self, published, service, actor_with, now):
        machine = actor_with(Role.MACHINE)

        def hand_in(path: Path):
            return receive_message(
                actor=machine, service_id=service.pk, content=path.read_bytes(), content_type=None, now=now
            )

        # a withdrawal before what it withdraws is refused, and would be done the second time
        in_order = sorted(published, key=lambda path: "SERVREQ01" in path.name)
        first = {path.name: hand_in(path) for path in in_order}
        referrals, people = Referral.objects.count(), Person.objects.count()
        fields = list(Referral.objects.order_by("id").values())
        second = {path.name: hand_in(path) for path in in_order}
        assert referrals >= 5
        assert (Referral.objects.count(), Person.objects.count()) == (referrals, people)
        assert list(Referral.objects.order_by("id").values()) == fields
        assert [one.reference for one in first.values()] == [one.reference for one in second.values()]
        assert {one.outcome for one in second.values()} == {"repeated", "refused"}
        assert KeptMessage.objects.count() == 2 * len(published)
        assert not [one for one in first.values() if one.status >= 500]

    def test_the_table_can_be_printed_without_keeping_anything(self, published, capsys):
        with pytest.raises(SystemExit):
            call_command("receive", "--dry-run", *map(str, published))
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == len(published)
        assert sum(": accepted: " in line for line in lines) == 15

    def test_refuses_every_broken_original_with_the_place_it_breaks(self, shared):
        for path in files_of(shared, "malformed"):
            decision = decide(path.read_bytes())
            assert isinstance(decision, Refusal), path.name
            assert re.search(r"broken at line \d+", decision.text), path.name

    def test_every_other_public_payload_is_answered(self, shared):
        statuses = {
            decision.status if isinstance(decision, Refusal) else 200
            for decision in (decide(path.read_bytes()) for path in files_of(shared, "fhir"))
        }
        assert statuses <= {200, 400, 422}

    def test_survives_being_cut_short_anywhere(self, published):
        chance = random.Random(5)
        for path in published:
            content = path.read_bytes()
            for _ in range(6):
                decide(content[: chance.randrange(len(content))])

    def test_survives_changed_bytes(self, published):
        chance = random.Random(7)
        for path in published:
            content = bytearray(path.read_bytes())
            for _ in range(6):
                content[chance.randrange(len(content))] = chance.randrange(256)
                decide(bytes(content))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
MESSAGE_TYPES = (
    "MessageHeader",
    "ServiceRequest",
    "Patient",
    "CarePlan",
    "Flag",
    "Location",
    "Observation",
    "QuestionnaireResponse",
    "Encounter",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "HealthcareService",
    "Condition",
    "RelatedPerson",
    "MedicationStatement",
    "AllergyIntolerance",
    "DocumentReference",
    "Consent",
    "Task",
    "Communication",
    "Questionnaire",
)


@st.composite
def changed_messages(draw) -> bytes:
    """The fictitious message with a few elements of its resources replaced by anything at all."""
    message = json.loads(json.dumps(read_message(OWN).resource, default=float))
    for _ in range(draw(st.integers(1, 6))):
        resource = draw(st.sampled_from(message["entry"]))["resource"]
        names = sorted(elements_of(resource["resourceType"]) or {})
        resource[draw(st.sampled_from(names) | st.text(max_size=10))] = draw(JSON_VALUES)
    for resource_type in draw(st.lists(st.sampled_from(MESSAGE_TYPES), max_size=2)):
        names = sorted(elements_of(resource_type) or {})
        content = draw(st.dictionaries(st.sampled_from(names), JSON_VALUES, max_size=5))
        resource = {**content, "resourceType": resource_type}
        message["entry"].append({"fullUrl": draw(st.text(max_size=8)), "resource": resource})
    return json.dumps(message).encode()


class TestHostileMessages:
    @given(st.binary(max_size=400))
    @settings(max_examples=150, deadline=None)
    def test_any_bytes_get_an_answer(self, content):
        assert isinstance(decide(content), Refusal)

    @given(st.dictionaries(st.sampled_from(["resourceType", "type", "entry", "id", "parameter"]), JSON_VALUES))
    @settings(max_examples=100, deadline=None)
    def test_any_json_gets_an_answer(self, resource):
        assert isinstance(decide(json.dumps(resource).encode()), Refusal)

    @given(changed_messages())
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    def test_any_element_may_hold_anything(self, content):
        decision = decide(content)
        assert isinstance(decision, Asked) or decision.status in (400, 422)

    @given(content=changed_messages())
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,
        ],
    )
    def test_whatever_is_accepted_can_be_kept(self, content, service, actor_with, now):
        answer = receive_message(
            actor=actor_with(Role.MACHINE), service_id=service.pk, content=content, content_type=None, now=now
        )
        assert answer.status in (200, 400, 404, 409, 422)

    @pytest.mark.parametrize(
        "attack",
        [
            b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9))
            + b']><Bundle xmlns="http://hl7.org/fhir"><id value="&a8;"/></Bundle>',
            b'<!DOCTYPE b SYSTEM "http://127.0.0.1:9/b.dtd"><Bundle xmlns="http://hl7.org/fhir"/>',
            b"<a>" * 100_000,
            b'<Bundle xmlns="http://hl7.org/fhir">' + b'<extension url="u">' * 5000,
            b"{" * 100_000,
            b'{"a":[' * 100_000,
            b'{"resourceType":"Bundle","type":"message","entry":' + b"[" * 500 + b"]" * 500 + b"}",
            b'{"n":1e999999999,"m":-1E-999999999,"resourceType":"Bundle"}',
            b'{"n":' + b"1" * 4_000_000 + b"}",
            b"<!--" * 1_000_000,
            b"<?a?>" * 500_000,
            b"<a" + b" " * 4_000_000,
        ],
        ids=[
            "entities",
            "outside file",
            "open tags",
            "deep xml",
            "open braces",
            "deep json",
            "deep lists",
            "exponents",
            "digits",
            "open comments",
            "instructions",
            "spaces",
        ],
    )
    def test_attacks_are_refused(self, attack):
        decision = decide(attack)
        assert isinstance(decision, Refusal)
        assert decision.status in (400, 422)

    def test_a_link_to_itself_does_no_harm(self, message, part, sent):
        service = part(message, "HealthcareService")
        service["providedBy"] = {"reference": "urn:uuid:11111111-0000-4000-8000-00000000000c"}
        assert isinstance(decide(sent(message)), Asked)

    def test_thousands_of_parts_are_read(self, message, sent):
        flag = {"resourceType": "Flag", "status": "active", "code": {"text": "x"}, "subject": {"reference": "y"}}
        message["entry"] += [{"fullUrl": f"urn:uuid:{place}", "resource": flag} for place in range(3000)]
        decision = decide(sent(message))
        assert len(decision.message.warnings) == 3002
        assert len(decision.notes) <= 301

    def test_thousands_of_professionals_are_read(self, message, sent):
        for place in range(3000):
            link = {"practitioner": {"reference": f"urn:uuid:p{place}"}, "resourceType": "PractitionerRole"}
            message["entry"] += [
                {"fullUrl": f"urn:uuid:p{place}", "resource": {"resourceType": "Practitioner", "gender": "female"}},
                {"fullUrl": f"urn:uuid:r{place}", "resource": link},
            ]
        assert isinstance(decide(sent(message)), Asked)
