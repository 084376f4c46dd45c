"""What a message asks, or why it is refused."""

import pytest

from homeward.api.fhir.deciding import Asked, Intention, Refusal, decide


class TestDecide:
    @pytest.mark.parametrize(
        ("reason", "status", "intention"),
        [
            ("new", "active", Intention.NEW),
            ("update", "active", Intention.UPDATE),
            ("update", "revoked", Intention.WITHDRAW),
            ("new", "entered-in-error", Intention.WITHDRAW),
            ("delete", "active", Intention.WITHDRAW),
            ("replace", "active", Intention.NEW),
            ("new", "nonsense", Intention.NEW),
        ],
    )
    def test_tells_new_from_update_from_withdrawal(self, message, part, sent, reason, status, intention):
        part(message, "MessageHeader")["reason"]["coding"][0]["code"] = reason
        part(message, "ServiceRequest")["status"] = status
        decision = decide(sent(message))
        assert isinstance(decision, Asked)
        assert decision.intention is intention

    def test_decides_the_same_for_xml_and_json(self, xml_message, message, sent):
        from_xml, from_json = decide(xml_message), decide(sent(message))
        assert from_xml.message.person == from_json.message.person
        assert from_xml.message.request == from_json.message.request
        assert from_xml.message.warnings == from_json.message.warnings
        assert from_xml.notes == from_json.notes

    @pytest.mark.parametrize(
        ("event", "said"),
        [
            ("servicerequest-response", "response to a request"),
            ("booking-request", "no slots to book"),
            ("booking-response", "response to a booking"),
            ("something-else", "not one we act on"),
        ],
    )
    def test_refuses_other_events_and_says_what_to_send(self, message, part, sent, event, said):
        part(message, "MessageHeader")["eventCoding"]["code"] = event
        decision = decide(sent(message))
        assert (decision.status, decision.issue_code) == (422, "not-supported")
        assert said in decision.text
        assert decision.bundle_id == message["id"]

    @pytest.mark.parametrize("status", ["draft", "on-hold", "completed"])
    def test_refuses_what_is_not_asked_yet_or_any_more(self, message, part, sent, status):
        part(message, "ServiceRequest")["status"] = status
        decision = decide(sent(message))
        assert (decision.status, decision.issue_code) == (422, "business-rule")

    @pytest.mark.parametrize(
        ("resource", "status", "issue_code"),
        [
            ({"resourceType": "Flag"}, 422, "not-supported"),
            ({"resourceType": "Bundle", "type": "searchset"}, 422, "not-supported"),
            ({"resourceType": "Bundle", "type": ["message"]}, 422, "not-supported"),
            ({"resourceType": "Bundle", "type": "message"}, 400, "required"),
            ({"resourceType": "Bundle", "type": "message", "entry": []}, 400, "required"),
            ({"resourceType": "Bundle", "type": "message", "entry": [None, 3, {}]}, 400, "required"),
            (
                {"resourceType": "Bundle", "type": "message", "entry": [{"resource": {"resourceType": "Patient"}}]},
                400,
                "required",
            ),
            ({"resourceType": 7}, 400, "required"),
            ({}, 400, "required"),
        ],
    )
    def test_refuses_what_is_no_message(self, sent, resource, status, issue_code):
        decision = decide(sent(resource))
        assert isinstance(decision, Refusal)
        assert (decision.status, decision.issue_code) == (status, issue_code)

    def test_refuses_a_message_about_nobody(self, message, part, sent):
        patient = part(message, "Patient")
        patient.clear()
        patient["resourceType"] = "Patient"
        assert "no name, number, birth date" in decide(sent(message)).text

    def test_accepts_somebody_without_an_nhs_number(self, message, part, sent):
        del part(message, "Patient")["identifier"]
        assert isinstance(decide(sent(message)), Asked)

    def test_takes_a_message_for_any_service_unless_told_which_we_are(self, xml_message):
        assert isinstance(decide(xml_message), Asked)
        assert isinstance(decide(xml_message, receives_for=("ry8",)), Asked)
        assert "another service" in decide(xml_message, receives_for=("XX1",)).text

    def test_unwraps_a_message_sent_as_the_parameter_of_the_operation(self, message, sent):
        wrapped = {"resourceType": "Parameters", "parameter": [{"name": "content", "resource": message}]}
        assert isinstance(decide(sent(wrapped)), Asked)

    def test_refuses_unreadable_bytes_with_the_reason(self):
        decision = decide(b"{")
        assert (decision.status, decision.issue_code) == (400, "structure")
