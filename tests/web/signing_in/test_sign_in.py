"""Signing in: who is let in, who is kept out, and where it leads."""

import logging
import re

import pytest
from django.test import Client

from homeward.access.rules import Actor, Role
from homeward.teams.services import open_account

PASSWORD = "a long made up phrase"


@pytest.fixture(autouse=True)
def account(service, now):
    return open_account(
        actor=Actor.system("tests", service.pk), username="priya", password=PASSWORD, full_name="Priya Shah",
        role=Role.FRONT_DOOR, services=[service], now=now,
    )  # fmt: skip


def try_to_sign_in(username: str, password: str = PASSWORD, where_next: str = ""):
    return Client().post("/sign-in", {"username": username, "password": password, "next": where_next})


class TestSignIn:
    def test_takes_a_user_name_in_any_capitals(self):
        assert try_to_sign_in("Priya").status_code == 302

    def test_says_the_same_of_a_wrong_password_and_of_nobody(self):
        words = []
        for name in ("priya", "nobody"):
            page = try_to_sign_in(name, "wrong").content.decode().split("<h1")[0].replace(name, "")
            words.append(re.sub(r'value="\w{64}"|nonce="[^"]+"', "", page))
        assert "There is a problem" in words[0]
        assert words[0] == words[1]

    @pytest.mark.parametrize("where", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"])
    def test_leads_to_no_other_site(self, where):
        assert try_to_sign_in("priya", where_next=where).headers["Location"] == "/"

    def test_gives_the_session_a_new_key(self):
        client = Client()
        client.session.save()
        before = client.cookies.get("sessionid")
        client.post("/sign-in", {"username": "priya", "password": PASSWORD})
        assert client.cookies["sessionid"].value != (before.value if before else "")


class TestLockOut:
    def test_comes_after_eight_wrong_passwords_and_holds_against_the_right_one(self):
        for _ in range(8):
            try_to_sign_in("priya", "wrong")
        assert try_to_sign_in("priya").status_code == 429

    def test_is_not_escaped_by_other_capitals(self):
        for name in ("priya", "Priya", "pRiya", "prIya", "priYa", "priyA", "PRiya", "PrIya"):
            try_to_sign_in(name, "wrong")
        assert try_to_sign_in("PRIYA").status_code == 429


class TestLog:
    def test_of_a_refused_form_has_no_address(self, caplog):
        with caplog.at_level(logging.WARNING, logger="django"):
            Client(enforce_csrf_checks=True).post("/people/1/add-note", {"title": "Ivy"})
        assert "/people/1" not in caplog.text
