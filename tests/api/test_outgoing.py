"""Answers to BaRS requests, against a server that really runs on this machine."""

import base64
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from homeward.access.rules import Actor, Role
from homeward.api.fhir.intake import receive_message
from homeward.api.fhir.outgoing import make_replies, send_replies, target_identifier
from homeward.api.fhir.settling import settle
from homeward.api.fhir.wire import read_message
from homeward.episodes.services import accept_referral, note_event
from homeward.kernel.rules import RefusedError
from homeward.referrals.models import Referral, Reply
from homeward.referrals.services import decline_referral, give_advice, reopen_referral, replay_reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(service) -> Actor:
    return Actor.system("schedule", service.pk)


@pytest.fixture
def coordinator(somebody) -> Actor:
    return somebody(Role.FRONT_DOOR, "Priya Shah")


@pytest.fixture
def referral(xml_message, service, somebody, now) -> Referral:
    """What 999 asked, taken in."""
    machine = somebody(Role.MACHINE, "Ambulance control")
    answer = receive_message(actor=machine, content=xml_message, service_id=service.pk, content_type=None, now=now)
    return Referral.objects.get(reference=answer.reference)


@pytest.fixture
def exchange(settings):
    """The other side: keeps what is posted, and answers with `exchange.answers`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.posted.append((self.path, dict(self.headers), json.loads(body)))
            answer = json.dumps({"resourceType": "OperationOutcome", "issue": [{"code": "invalid"}]}).encode()
            self.send_response(self.server.answers)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.posted, server.answers = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.HOMEWARD_BARS = f"http://127.0.0.1:{server.server_address[1]}/FHIR/R4"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def accepted(coordinator, referral, now):
    return accept_referral(actor=coordinator, referral=referral, pathway_code="integrated-crisis-response", now=now)


def _resources(bundle: dict, kind: str) -> list[dict]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


class TestMakeReplies:
    def test_says_that_care_has_begun_when_somebody_is_with_the_person(
        self, schedule, service, coordinator, accepted, referral, xml_message, now
    ):
        assert make_replies(schedule, service.pk, now) == 0
        note_event(actor=coordinator, episode=accepted, kind="contact_attempted", happened_at=now, now=now)
        assert make_replies(schedule, service.pk, now) == 0  # an attempt is not a beginning (STANDARDS A3)
        note_event(actor=coordinator, episode=accepted, kind="first_face_to_face_contact", happened_at=now, now=now)
        assert make_replies(schedule, service.pk, now) == 1
        bundle = json.loads(bytes(Reply.objects.get().content))
        (header,) = _resources(bundle, "MessageHeader")
        theirs, ours = _resources(bundle, "Encounter")
        asked = read_message(xml_message).resource
        assert header["eventCoding"]["code"] == "servicerequest-response"
        assert header["reason"]["coding"][0]["code"] == "new"
        assert header["response"]["identifier"] == asked["id"]
        assert header["destination"][0]["endpoint"] == _resources(asked, "MessageHeader")[0]["source"]["endpoint"]
        assert header["definition"].endswith("-interim")
        assert theirs == _resources(asked, "Encounter")[0]
        assert (ours["status"], ours["identifier"][0]["value"]) == ("in-progress", referral.reference)

    def test_has_the_shape_of_the_standard(self, schedule, service, coordinator, referral, now):
        give_advice(actor=coordinator, referral=referral, advice="Rest, and call again if worse", now=now)
        make_replies(schedule, service.pk, now)
        _, notes = settle(json.loads(bytes(Reply.objects.get().content)))
        assert [note for note in notes if "missing" in note.text and "Homeward" in note.path] == []
        assert [note for note in notes if "no such element" in note.text] == []

    def test_tells_at_once_that_nobody_can_go(self, schedule, service, coordinator, referral, now):
        decline_referral(actor=coordinator, referral=referral, reason="Needs a hospital", now=now)
        make_replies(schedule, service.pk, now)
        reply = Reply.objects.get()
        ours = _resources(json.loads(bytes(reply.content)), "Encounter")[-1]
        assert (reply.kind, ours["status"]) == ("unable", "cancelled")
        assert ours["reasonCode"][0]["coding"][0]["code"] == "OTH"
        assert ours["reasonCode"][0]["text"] == "Needs a hospital"

    def test_makes_each_answer_once(self, schedule, service, coordinator, referral, now):
        decline_referral(actor=coordinator, referral=referral, reason="Needs a hospital", now=now)
        assert [make_replies(schedule, service.pk, now) for _ in range(3)] == [1, 0, 0]

    def test_a_second_answer_is_an_update(self, schedule, service, coordinator, referral, now):
        decline_referral(actor=coordinator, referral=referral, reason="Needs a hospital", now=now)
        make_replies(schedule, service.pk, now)
        reopen_referral(actor=coordinator, referral=referral, reason="They came home", now=now)
        give_advice(actor=coordinator, referral=referral, advice="Rest", now=now)
        make_replies(schedule, service.pk, now)
        (header,) = _resources(json.loads(bytes(Reply.objects.latest("pk").content)), "MessageHeader")
        assert header["reason"]["coding"][0]["code"] == "update"
        assert header["definition"].endswith("-full")

    def test_answers_nobody_who_did_not_send_a_message(self, schedule, service, coordinator, now, somebody):
        from homeward.people.services import NewPerson
        from homeward.referrals.services import NewReferral, take_referral

        taken = take_referral(
            actor=coordinator, service_id=service.pk, now=now, new_person=NewPerson("Ivy", "Okafor"),
            new=NewReferral(source="gp", urgency="crisis", need_code="fall"),
        )  # fmt: skip
        decline_referral(actor=coordinator, referral=taken, reason="Needs a hospital", now=now)
        assert make_replies(schedule, service.pk, now) == 0


class TestSendReplies:
    @pytest.fixture
    def owed(self, schedule, service, coordinator, referral, now):
        decline_referral(actor=coordinator, referral=referral, reason="Needs a hospital", now=now)
        make_replies(schedule, service.pk, now)
        return Reply.objects.get()

    def test_posts_it_to_whom_the_sender_named(self, owed, schedule, exchange, now):
        assert send_replies(schedule, now) == 1
        path, headers, bundle = exchange.posted[0]
        assert path == "/FHIR/R4/$process-message"
        assert json.loads(base64.b64decode(headers["NHSD-Target-Identifier"])).keys() == {"system", "value"}
        assert headers["X-Request-ID"] == str(owed.message_id) == bundle["id"]
        owed.refresh_from_db()
        assert (owed.state, owed.sent_at, owed.answer_code) == ("sent", now, 200)
        assert send_replies(schedule, now) == 0

    def test_tries_again_while_the_other_side_is_down(self, owed, schedule, exchange, now):
        exchange.answers = 503
        assert send_replies(schedule, now) == 0
        exchange.answers = 200
        assert send_replies(schedule, now + timedelta(seconds=5)) == 0  # not yet
        assert send_replies(schedule, now + timedelta(minutes=1)) == 1

    def test_leaves_to_a_person_what_the_other_side_refuses(self, owed, schedule, exchange, coordinator, now):
        exchange.answers = 422
        send_replies(schedule, now)
        owed.refresh_from_db()
        assert (owed.state, owed.answer_text) == ("failed", "The other system said: invalid")
        exchange.answers = 200
        replay_reply(actor=coordinator, reply=owed, now=now)
        assert send_replies(schedule, now) == 1
        assert exchange.posted[0][2]["id"] == exchange.posted[1][2]["id"]

    def test_is_not_sent_twice_by_two_senders(self, owed, schedule, exchange, now):
        from homeward.referrals.services import take_replies

        take_replies(actor=schedule, now=now)  # a first sender has it, and may be posting this moment
        assert send_replies(schedule, now) == 0
        assert send_replies(schedule, now + timedelta(minutes=3)) == 1  # the first died: its lease ran out

    def test_waits_where_no_exchange_is_set_up(self, owed, schedule, now):
        assert send_replies(schedule, now) == 0
        owed.refresh_from_db()
        assert owed.state == "queued"

    def test_replaying_what_is_on_its_way_is_refused(self, owed, coordinator, now):
        with pytest.raises(RefusedError, match="on its way"):
            replay_reply(actor=coordinator, reply=owed, now=now)


class TestTargetIdentifier:
    def test_names_the_system_and_the_value(self):
        header = target_identifier("https://fhir.nhs.uk/Id/dos-service-id|2000099")
        assert json.loads(base64.b64decode(header)) == {
            "system": "https://fhir.nhs.uk/Id/dos-service-id",
            "value": "2000099",
        }
