"""Providers against servers that really run on this machine."""

import hashlib
import hmac
import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from homeward.access.rules import Actor, Role
from homeward.api.telling.sending import send_deliveries
from homeward.config.management.commands.work import work_once
from homeward.notices.models import Delivery
from homeward.notices.services import notify, set_reach
from homeward.teams.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(service) -> Actor:
    return Actor.system("tests", service.pk)


@pytest.fixture
def waiting(service, schedule, somebody, now):
    """A notice for somebody reached by `channel`."""

    def make(channel: str, address: str) -> Delivery:
        reader = somebody(Role.FRONT_DOOR)
        set_reach(actor=reader, channel=channel, address=address, is_on=True, now=now)
        notify(
            actor=schedule, service_id=service.pk, accounts=Account.objects.filter(pk=reader.account_id), kind="k",
            title="A clock runs short", path="/front-door/", once_key="k", now=now, is_urgent=True,
        )  # fmt: skip
        return Delivery.objects.get()

    return make


@pytest.fixture
def gateway():
    """A gateway that keeps what is posted to it, and answers with `gateway.answers`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.posted.append((dict(self.headers), body))
            self.send_response(self.server.answers)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.posted, server.answers = [], 202
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail_server():
    """A mail server that takes one letter at a time and keeps its lines."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            say = lambda text: self.wfile.write(f"{text}\r\n".encode())  # noqa: E731
            say("220 here")
            in_letter = False
            for line in self.rfile:
                text = line.decode().rstrip("\r\n")
                if in_letter:
                    in_letter = text != "."
                    self.server.lines.append(text)
                    if not in_letter:
                        say("250 taken")
                elif text.upper() == "DATA":
                    in_letter = True
                    say("354 go on")
                elif text.upper() == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.lines = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class TestSendDeliveries:
    def test_sends_email_by_the_mail_server_of_the_settings(self, waiting, schedule, mail_server, settings, now):
        settings.HOMEWARD_SMTP = f"smtp://127.0.0.1:{mail_server.server_address[1]}"
        delivery = waiting("email", "priya@example.org")
        assert send_deliveries(schedule, now) == 1
        assert "Subject: A clock runs short" in mail_server.lines
        assert any("/front-door/" in line for line in mail_server.lines)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.sent_at) == ("sent", now)

    def test_posts_text_messages_to_the_gateway_signed(self, waiting, schedule, gateway, settings, now):
        settings.HOMEWARD_SMS_GATEWAY = f"http://127.0.0.1:{gateway.server_address[1]}/sms"
        settings.HOMEWARD_WEBHOOK_SECRET = "shared"
        waiting("sms", "07700 900123")
        assert send_deliveries(schedule, now) == 1
        headers, body = gateway.posted[0]
        assert json.loads(body)["to"] == "07700 900123"
        signature = hmac.new(b"shared", body, hashlib.sha256).hexdigest()
        assert headers["Homeward-Signature"] == f"sha256={signature}"

    def test_keeps_trying_where_the_other_system_refuses(self, waiting, schedule, gateway, settings, now):
        gateway.answers = 503
        settings.HOMEWARD_WEBHOOK_HOSTS = ("127.0.0.1",)
        settings.HOMEWARD_WEBHOOK_SECRET = "shared"
        delivery = waiting("webhook", f"http://127.0.0.1:{gateway.server_address[1]}/notices")
        assert send_deliveries(schedule, now) == 0
        delivery.refresh_from_db()
        assert (delivery.state, delivery.tries, delivery.error) == ("queued", 1, "The other system answered 503.")
        assert delivery.next_try_at > now

    def test_posts_to_no_host_the_place_did_not_allow(self, waiting, schedule, gateway, settings, now):
        settings.HOMEWARD_WEBHOOK_SECRET = "shared"
        waiting("webhook", f"http://127.0.0.1:{gateway.server_address[1]}/latest")
        assert send_deliveries(schedule, now) == 0
        assert gateway.posted == []

    def test_keeps_trying_where_nobody_listens(self, waiting, schedule, settings, now):
        settings.HOMEWARD_SMTP = "smtp://127.0.0.1:1"
        delivery = waiting("email", "priya@example.org")
        assert send_deliveries(schedule, now) == 0
        delivery.refresh_from_db()
        assert delivery.error == "The mail server did not take it (ConnectionRefusedError)."

    def test_prints_where_nothing_is_set_up_without_the_address(self, waiting, schedule, caplog, now):
        waiting("email", "priya@example.org")
        with caplog.at_level("INFO", logger="homeward.telling"):
            assert send_deliveries(schedule, now) == 1
        assert "A clock runs short" in caplog.text
        assert "priya@example.org" not in caplog.text


class TestWorkOnce:
    def test_sends_what_waits_and_fails_at_nothing(self, waiting, now):
        delivery = waiting("email", "priya@example.org")
        assert work_once(now) == []
        delivery.refresh_from_db()
        assert delivery.state == "sent"
