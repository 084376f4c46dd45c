"""Everything a referral message says."""

from datetime import UTC, date, datetime

import pytest

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.referral_message import MessagePartMissingError, read_referral_message
from homeward.api.fhir.wire import JSON


@pytest.fixture
def read(message):
    """Reads the fictitious message after a test has changed it."""

    def reading(changed=message):
        return read_referral_message(MessageBundle(changed), JSON)

    return reading


def texts(referral) -> str:
    return "\n".join(f"{note.path}: {note.text}" for note in referral.not_understood)


class TestReadReferralMessage:
    def test_tells_who_sends_it_and_where_an_answer_goes(self, read):
        referral = read()
        sender = referral.envelope.sender
        assert (sender.organisation.ods_code, sender.organisation.name) == ("RX9", "Test Ambulance Service")
        assert sender.endpoint == "https://fhir.nhs.uk/Id/dos-service-id|2000000002"
        assert "Control Room 3.0; assessed with Triage Tool 4.1" in sender.software
        assert referral.sender_name == "RX9"
        assert [one.organisation.ods_code for one in referral.envelope.destinations] == ["RY8"]

    def test_takes_the_clock_start_and_the_breach_time_from_where_bars_puts_them(self, read):
        referral = read()
        assert referral.clock_started_at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
        assert referral.breach_at == datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
        assert referral.case.contact_at == datetime(2026, 11, 24, 8, 20, tzinfo=UTC)
        assert referral.request.authored_at == datetime(2026, 11, 24, 8, 40, tzinfo=UTC)

    def test_tells_who_the_person_is(self, read):
        person = read().person
        assert person.name.words() == "Mrs Edith May Hollis"
        assert [name.words() for name in person.other_names] == ["Edie"]
        assert person.birth_date == date(1938, 3, 9)
        assert person.nhs_number.value == "9990000018"
        assert person.nhs_number.is_verified
        assert [one.value for one in person.local_identifiers] == ["A-77"]
        assert person.addresses[0].words() == "14 Willow Walk, Derby, DE1 3AA"
        assert person.general_practice.ods_code == "Z99001"
        assert (person.preferred_language, person.needs_interpreter) == ("Polish", True)

    def test_puts_the_contact_and_the_way_to_reach_them_that_are_ranked_first_on_top(self, read):
        referral = read()
        assert [contact.rank for contact in referral.person.contacts] == [1, 2]
        assert referral.first_contact.name == "Ray Hollis"
        assert referral.first_contact.methods[0].value == "07700 900202"
        assert [method.value for method in referral.person.contact_methods] == ["07700 900201"]

    def test_tells_who_asks_and_why(self, read):
        referral = read()
        assert referral.requester.name == "Ngozi Okoro"
        assert referral.requester.role == "Clinical navigator"
        assert referral.requester.organisation.ods_code == "RX9"
        assert referral.requester.telephones[0].value == "07700 900112"
        assert referral.need == "Fall without injury"
        assert referral.triage.narratives == ("Fell in kitchen\nUnable to get up\nAlert",)
        assert ("Ambulance priority", "C5") in [(one.kind, one.code) for one in referral.triage.outcomes]

    def test_tells_warnings_apart(self, read):
        referral = read()
        assert [one.text for one in referral.safeguarding_concerns] == ["Self-neglect (finding)"]
        assert referral.scene_safety == "The scene is unsafe, Dog loose in the hall"

    def test_tells_where_the_person_is(self, read):
        place = read().incident
        assert (place.latitude, place.longitude) == (52.9236, -1.4765)
        assert (place.uprn, place.easting, place.what3words) == ("100030000001", 435200.0, "made.up.words")
        assert place.words() == "Back door, 14 Willow Walk, Derby, DE1 3AA, what3words made.up.words"

    def test_reads_answers_to_forms_as_lines(self, read):
        answers = read().answers[0]
        assert answers.title == "Local notes"
        assert answers.lines == ("Visited before?: yes", "  When: 2026-10-01")

    def test_lists_the_parts_nobody_reads_and_nothing_else(self, read):
        notes = read().not_understood
        assert [note.path for note in notes] == ["entry[17] Coverage.payor", "entry[17] Coverage"]
        assert "not carried over: status: active" in notes[1].text.lower()

    @pytest.mark.parametrize(
        ("number", "status", "passes", "verified"),
        [
            ("9990000018", "number-present-and-verified", True, True),
            ("999 000 0018", "01", True, True),
            ("9990000018", "number-present-but-not-traced", True, False),
            ("9990000018", None, True, False),
            ("9990000017", "number-present-and-verified", False, False),
            ("1234567890", "number-present-and-verified", False, False),
            ("99900", "number-present-and-verified", False, False),
            ("٩٩٩٠٠٠٠٠١٨", "number-present-and-verified", False, False),
        ],
    )
    def test_trusts_an_nhs_number_only_when_it_passes_and_is_said_to_be_verified(
        self, read, message, part, number, status, passes, verified
    ):
        identifier = part(message, "Patient")["identifier"][0]
        identifier["value"] = number
        if status:
            identifier["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] = status
        else:
            del identifier["extension"]
        referral = read()
        assert (referral.person.nhs_number.passes_check, referral.person.nhs_number.is_verified) == (passes, verified)
        assert ("fails the check" in texts(referral)) is not passes

    @pytest.mark.parametrize("code", ["861931000000100"])
    def test_raises_no_concern_where_none_was_found(self, read, message, part, code):
        part(message, "Flag")["code"]["coding"][0]["code"] = code
        assert not read().safeguarding_concerns

    @pytest.mark.parametrize("code", ["U", "766561000000109", "a code nobody knows"])
    def test_takes_every_other_safeguarding_code_for_a_concern(self, read, message, part, code):
        part(message, "Flag")["code"]["coding"][0]["code"] = code
        assert read().safeguarding_concerns

    @pytest.mark.parametrize("birth_date", ["1938", "1938-03"])
    def test_keeps_a_birth_date_that_is_not_whole(self, read, message, part, birth_date):
        part(message, "Patient")["birthDate"] = birth_date
        person = read().person
        assert (person.birth_date, person.birth_date_text) == (None, birth_date)

    def test_uses_no_place_whose_latitude_and_longitude_are_swapped(self, read, message, part):
        position = part(message, "Location")["position"]
        position["latitude"], position["longitude"] = position["longitude"], position["latitude"]
        referral = read()
        assert (referral.incident.latitude, referral.incident.longitude) == (None, None)
        assert "look swapped" in texts(referral)

    def test_gives_no_breach_time_when_the_period_has_no_length(self, read, message, part):
        period = part(message, "ServiceRequest")["occurrencePeriod"]
        period["end"] = period["start"]
        referral = read()
        assert referral.breach_at is None
        assert "no time to answer by" in texts(referral)

    def test_reads_a_time_without_a_zone_as_uk_time(self, read, message, part):
        part(message, "CarePlan")["period"]["start"] = "2026-07-01T09:00:00"
        referral = read()
        assert referral.clock_started_at == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
        assert "no time zone" in texts(referral)

    def test_lists_an_extension_it_does_not_know(self, read, message, part):
        part(message, "Patient")["extension"].append({"url": "https://x/mood", "valueString": "cheerful"})
        assert "Patient.extension[1]: Not carried over: url: https://x/mood; valueString: cheerful" in texts(read())

    def test_finds_the_request_and_the_person_when_the_links_are_broken(self, read, message, part):
        part(message, "MessageHeader")["focus"][0]["reference"] = "urn:uuid:nowhere"
        part(message, "ServiceRequest")["subject"] = {"reference": "urn:uuid:nowhere"}
        referral = read()
        assert referral.person.name.family == "Hollis"
        assert "the only one in the message was taken" in texts(referral)

    @pytest.mark.parametrize("resource_type", ["MessageHeader", "ServiceRequest", "Patient"])
    def test_says_which_part_is_missing(self, read, message, resource_type):
        message["entry"] = [one for one in message["entry"] if one["resource"]["resourceType"] != resource_type]
        with pytest.raises(MessagePartMissingError, match=resource_type):
            read()

    def test_does_not_guess_which_of_two_people_is_meant(self, read, message, part):
        part(message, "ServiceRequest")["subject"] = {"reference": "urn:uuid:nowhere"}
        message["entry"].append({"fullUrl": "urn:uuid:x", "resource": {"resourceType": "Patient", "gender": "male"}})
        with pytest.raises(MessagePartMissingError, match="several Patients"):
            read()

    def test_reads_related_people_as_contacts(self, read, message):
        message["entry"].append(
            {
                "fullUrl": "urn:uuid:x",
                "resource": {
                    "resourceType": "RelatedPerson",
                    "name": [{"given": ["Sam"]}],
                    "telecom": [{"system": "phone", "value": "07700 900203"}],
                },
            }
        )
        assert read().person.contacts[-1].name == "Sam"

    @pytest.mark.parametrize(
        ("written", "read_as"),
        [
            ("Alert /n Speaks in sentences/n", "Alert\nSpeaks in sentences"),
            ("Summary:/n        A fall.", "Summary:\nA fall."),
            (r"None\n\n Symptoms:\nDizzy", "None\nSymptoms:\nDizzy"),
            ("Carer: yes/no, and/nor a key", "Carer: yes/no, and/nor a key"),
        ],
    )
    def test_breaks_a_narrative_where_the_sender_did_and_no_word_in_two(self, read, message, part, written, read_as):
        concepts = part(message, "CarePlan")["activity"][0]["outcomeCodeableConcept"]
        concepts[2]["text"] = written
        assert read().triage.narratives == (read_as,)
