"""Messages of devices over HTTP."""

import json
from datetime import UTC, datetime

import pytest

from homeward.access.rules import Actor
from homeward.api.telecare import UnreadableCallError, read_call
from homeward.equipment.models import AlertMessage, DeviceAlert
from homeward.teams.services import connect_machine

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ADDRESS = "/api/telecare/messages"
CALL = {"id": "c-1", "device": "LL-77", "kind": "fall", "raised_at": "2026-11-24T08:59:30Z", "text": "Heavy fall"}


class TestReadCall:
    def test_reads_what_is_said(self):
        call = read_call(json.dumps(CALL).encode(), NOW)
        assert (call.sender_id, call.identifier, call.kind, call.is_test) == ("c-1", "LL-77", "fall", False)
        assert call.raised_at == datetime(2026, 11, 24, 8, 59, 30, tzinfo=UTC)

    def test_answers_a_kind_it_does_not_know(self):
        call = read_call(json.dumps(CALL | {"kind": "epilepsy"}).encode(), NOW)
        assert (call.kind, call.text) == ("other", "Sent as “epilepsy”. Heavy fall")

    def test_counts_from_now_without_a_time(self):
        assert read_call(json.dumps({"id": 7, "device": "LL-77", "kind": "fall"}).encode(), NOW).raised_at == NOW

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"\xff\xfe", b"[1]", b'"x"', b"[" * 100_000, json.dumps(CALL | {"id": ""}).encode(),
            json.dumps(CALL | {"id": "x" * 121}).encode(), json.dumps(CALL | {"device": None}).encode(),
            json.dumps(CALL | {"device": "a\0b"}).encode(), json.dumps(CALL | {"kind": True}).encode(),
            json.dumps(CALL | {"raised_at": "yesterday"}).encode(),
            json.dumps(CALL | {"raised_at": "2026-11-24T09:00:00"}).encode(),
            json.dumps(CALL | {"raised_at": "2026-13-40T09:00:00Z"}).encode(),
            json.dumps(CALL | {"test": "yes"}).encode(), json.dumps(CALL | {"text": {"a": 1}}).encode(),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong(self, content):
        with pytest.raises(UnreadableCallError):
            read_call(content, NOW)


@pytest.fixture
def send(client, service, now):
    """A monitoring centre hands in a message: `send(body)` gives the answer."""
    token = connect_machine(
        actor=Actor.system("tests", service.pk), username="lifeline", full_name="Lifeline centre", services=[service],
        now=now,
    )  # fmt: skip

    def post(body, with_token: str = token):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {with_token}"}
        return client.post(ADDRESS, content, content_type="application/json", headers=headers)

    return post


@pytest.mark.django_db
class TestDeviceMessage:
    def test_opens_a_response_and_says_so(self, send):
        answer = send({key: value for key, value in CALL.items() if key != "raised_at"})
        alert = DeviceAlert.objects.get()
        assert answer.status_code == 201
        assert answer.json() == {
            "outcome": "opened", "device_known": False, "response": f"A{alert.pk}",
            "answer_by": alert.answer_due_at.isoformat(), "note": "No device here is known as LL-77.",
        }  # fmt: skip

    def test_answers_a_second_try_with_the_same_response(self, send):
        body = {"id": "c-1", "device": "LL-77", "kind": "fall"}
        first, second = send(body), send(body)
        assert (second.status_code, second.json()["outcome"]) == (200, "repeated")
        assert second.json()["response"] == first.json()["response"]
        assert DeviceAlert.objects.count() == 1

    def test_keeps_what_it_cannot_read_and_says_why(self, send):
        answer = send(b"<alarm/>")
        assert (answer.status_code, answer.json()["problem"]) == (422, "This is not JSON. Send one JSON object.")
        kept = AlertMessage.objects.get()
        assert (bytes(kept.content), kept.outcome) == (b"<alarm/>", "refused")

    def test_keeps_a_call_from_the_future(self, send):
        assert send(CALL | {"raised_at": "2099-01-01T00:00:00Z"}).status_code == 422
        assert AlertMessage.objects.get().sender_id == "c-1"

    def test_turns_away_who_has_no_token(self, send, client):
        assert send(CALL, "wrong").status_code == 401
        assert client.get(ADDRESS).status_code == 405
        assert not AlertMessage.objects.exists()
