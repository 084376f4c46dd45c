"""The FHIR door over HTTP."""

import json
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from lxml import etree

from homeward.api.fhir.wire import LARGEST_MESSAGE, read_message
from homeward.referrals.models import KeptMessage, Referral
from homeward.teams.services import connect_machine

ADDRESS = "/fhir/$process-message"


@pytest.fixture
def token(service, system, now) -> str:
    """The token of a connected system."""
    return connect_machine(
        actor=system, username="ambulance", full_name="Ambulance control", services=[service], now=now
    )


@pytest.fixture
def post(client, token):
    """Posts a message as the connected system."""

    def send(content: bytes, content_type: str = "application/fhir+json", **headers):
        headers = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): one for name, one in headers.items()}}
        return client.post(ADDRESS, content, content_type=content_type, headers=headers)

    return send


def code_of(response) -> str:
    return response.json()["issue"][0]["details"]["coding"][0]["code"]


class TestProcessMessage:
    def test_answers_an_accepted_message_with_our_reference(self, post, xml_message):
        response = post(xml_message, "application/fhir+xml")
        assert response.status_code == 200
        assert response["Content-Type"] == "application/fhir+json; charset=utf-8"
        encounter = response.json()["entry"][2]["resource"]
        assert encounter["identifier"][0]["value"] == Referral.objects.get().reference
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize(
        ("accept", "answered"),
        [
            ("application/fhir+xml", "application/fhir+xml"),
            ("application/xml;q=0.9, application/fhir+json;q=0.2", "application/fhir+xml"),
            ("text/html, application/xhtml+xml, */*;q=0.1", "application/fhir+json"),
            ("application/fhir+json; version=1.2.2", "application/fhir+json"),
            ("", "application/fhir+json"),
        ],
    )
    def test_answers_in_the_format_asked_for(self, post, xml_message, accept, answered):
        response = post(xml_message, "application/fhir+xml", Accept=accept)
        assert response.status_code == 200
        assert response["Content-Type"].startswith(answered)

    def test_writes_xml_that_reads_back_as_the_same_answer(self, post, xml_message):
        as_json = post(xml_message, "application/fhir+xml").json()
        as_xml = post(xml_message, "application/fhir+xml", Accept="application/fhir+xml").content
        assert etree.fromstring(as_xml).tag == "{http://hl7.org/fhir}Bundle"
        assert read_message(as_xml).resource == as_json

    @pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
    def test_takes_only_post(self, client, db, method):
        response = getattr(client, method)(ADDRESS)
        assert (response.status_code, code_of(response), response["Allow"]) == (405, "REC_METHOD_NOT_ALLOWED", "POST")

    @pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz", "Bearer \x00"])
    def test_refuses_whoever_shows_no_token_of_ours(self, client, token, xml_message, header):
        headers = {"Authorization": header} if header else {}
        response = client.post(ADDRESS, xml_message, content_type="application/fhir+xml", headers=headers)
        assert (response.status_code, code_of(response)) == (401, "REC_UNAUTHORIZED")
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert not KeptMessage.objects.exists()

    def test_refuses_a_system_connected_to_no_service(self, client, system, now, db, xml_message):
        token = connect_machine(actor=system, username="stray", full_name="Stray", services=[], now=now)
        headers = {"Authorization": f"Bearer {token}"}
        response = client.post(ADDRESS, xml_message, content_type="application/fhir+xml", headers=headers)
        assert (response.status_code, code_of(response)) == (403, "REC_FORBIDDEN")

    @pytest.mark.parametrize(
        ("content", "content_type", "headers", "status"),
        [
            (b"{}", "application/fhir+json", {}, 400),
            (b"{", "application/fhir+json", {}, 400),
            (b"", "application/fhir+json", {}, 400),
            (b"<html>", "text/html", {}, 415),
            (b"{}", "application/fhir+json", {"Content_Encoding": "gzip"}, 415),
            (b"{}", "application/fhir+json", {"Accept": "image/png"}, 406),
            (b'{"resourceType": "Slot"}', "application/fhir+json", {}, 422),
        ],
    )
    def test_refuses_with_an_operation_outcome_and_keeps_the_bytes(self, post, content, content_type, headers, status):
        response = post(content, content_type, **headers)
        assert response.status_code == status
        assert response.json()["resourceType"] == "OperationOutcome"
        assert len(response.json()["issue"][0]["diagnostics"]) > 20
        assert bytes(KeptMessage.objects.get().content) == content

    def test_refuses_a_message_that_is_too_large_to_take_in(self, post):
        response = post(b" " * (LARGEST_MESSAGE + 10))
        assert response.status_code == 413
        assert not KeptMessage.objects.exists()

    def test_takes_a_message_sent_in_chunks_where_the_server_tells_its_end(self, client, token, xml_message):
        def send(content: bytes, is_terminated: bool):
            chunked = {"wsgi.input": BytesIO(content), "wsgi.input_terminated": is_terminated}
            headers = {"Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"}
            return client.generic("POST", ADDRESS, b"", "application/fhir+xml", headers=headers, **chunked)

        assert send(xml_message, is_terminated=True).status_code == 200
        assert bytes(KeptMessage.objects.get().content) == xml_message
        assert send(xml_message, is_terminated=False).status_code == 411
        assert send(b" " * (LARGEST_MESSAGE + 1), is_terminated=True).status_code == 413

    def test_needs_no_csrf_token(self, xml_message, token):
        response = Client(enforce_csrf_checks=True).post(
            ADDRESS, xml_message, content_type="application/fhir+xml", headers={"Authorization": f"Bearer {token}"}
        )
        assert response.status_code == 200

    def test_sends_back_the_identifiers_a_sender_follows_its_message_by(self, post, xml_message):
        response = post(xml_message, X_Request_Id="c1ab-9", X_Correlation_Id="bad\x7fvalue")
        assert response["X-Request-Id"] == "c1ab-9"
        assert "X-Correlation-Id" not in response

    def test_answers_its_own_failure_plainly_keeps_the_message_and_logs_nothing_personal(
        self, post, xml_message, caplog
    ):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE people_contact RENAME TO people_gone")
        response = post(xml_message, "application/fhir+xml")
        assert (response.status_code, code_of(response)) == (500, "REC_SERVER_ERROR")
        assert "Hollis" not in response.content.decode() + caplog.text
        assert "failed: " in caplog.text
        assert KeptMessage.objects.get().outcome == "refused"
        assert not Referral.objects.exists()

    def test_refuses_what_is_addressed_to_others_where_the_service_says_what_it_receives_for(
        self, post, xml_message, settings
    ):
        settings.FHIR_RECEIVES_FOR = ("RY8",)
        assert post(xml_message, "application/fhir+xml").status_code == 200
        settings.FHIR_RECEIVES_FOR = ("XX1",)
        response = post(xml_message + b"\n", "application/fhir+xml")
        assert response.status_code == 422


class TestMetadata:
    def test_says_what_this_door_takes(self, client, db):
        statement = client.get("/fhir/metadata").json()
        assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
        assert statement["rest"][0]["operation"][0]["name"] == "process-message"

    def test_answers_in_xml(self, client, db):
        response = client.get("/fhir/metadata", headers={"Accept": "application/fhir+xml"})
        assert read_message(response.content).resource == client.get("/fhir/metadata").json()

    @pytest.mark.parametrize(("method", "status"), [("post", 405), ("head", 200)])
    def test_is_only_read(self, client, db, method, status):
        assert getattr(client, method)("/fhir/metadata").status_code == status

    def test_is_a_capability_statement_of_the_standard(self, client, db):
        from fhir.resources.R4B.capabilitystatement import CapabilityStatement

        CapabilityStatement.model_validate(client.get("/fhir/metadata").json())

    def test_answers_are_resources_of_the_standard(self, post, xml_message):
        from fhir.resources.R4B.bundle import Bundle
        from fhir.resources.R4B.operationoutcome import OperationOutcome

        Bundle.model_validate(post(xml_message, "application/fhir+xml").json())
        OperationOutcome.model_validate(json.loads(post(b"{").content))
