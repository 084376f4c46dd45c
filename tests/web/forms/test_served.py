"""A form on a real server, on whichever database the tests run: many people at once, and the server killed."""

import json
import re
import sqlite3
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from threading import Barrier, Event

import pytest
from django.conf import settings
from django.db import connection

from homeward.access.rules import Role
from homeward.assessments.services import start_form

# On SQLite what a test made is served from a copy, and taken back as usual; PostgreSQL serves the test's own database
pytestmark = pytest.mark.django_db(transaction=connection.vendor != "sqlite")
# Any 32 letters and figures are a secret that Django takes back from the same browser
SECRET = "a" * 32
MINE = ("bed_turn", "bed_sit", "chair_stand", "transfer", "toilet_transfer")
THEIRS = ("bath_transfer", "walk", "stairs_move", "car", "floor_up")
READERS = 50


@dataclass
class Browser:
    """Somebody signed in to the served place, at the page of one form."""

    address: str
    session: str
    form_id: int
    revision: int = 0

    def read(self) -> str:
        """The page of the form."""
        return self._ask(f"/forms/{self.form_id}")

    def save(self, **answers: str) -> str:
        """Save as the page does by itself; gives what changed on it."""
        sent = [("revision", self.revision), *(("asks", code) for code in answers), *answers.items()]
        answer = self._ask(f"/forms/{self.form_id}/save", urllib.parse.urlencode(sent).encode())
        self.revision = int(re.search(r'name="revision" value="(\d+)"', answer)[1])
        return answer

    def _ask(self, path: str, sent: bytes | None = None) -> str:
        headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={SECRET}",
            "X-CSRFToken": SECRET,
            **({"HX-Request": "true"} if sent else {}),
        }
        asked = urllib.request.Request(self.address + path, data=sent, headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert "sign-in" not in answer.url and answer.status == 200, answer.status
            return answer.read().decode()


@pytest.fixture
def kept(tmp_path):
    """Every answer ever given to a question of a form, oldest first, as the database has it, with whether it counts."""

    def read(form_id: int, question: str) -> list[tuple]:
        asked = (
            "SELECT answer, is_in_force FROM assessments_answerchange"
            " WHERE filled_form_id = {} AND question = {} ORDER BY id"
        )
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(tmp_path / "served.sqlite3")) as database:
                rows = database.execute(asked.format("?", "?"), (form_id, question)).fetchall()
        else:
            with connection.cursor() as cursor:
                cursor.execute(asked.format("%s", "%s"), (form_id, question))
                rows = cursor.fetchall()
        return [(json.loads(answer) if isinstance(answer, str) else answer, bool(counts)) for answer, counts in rows]

    return read


@pytest.fixture
def form_id(service, desk, ivy, cared_for, now) -> int:
    cared_for(ivy)
    told = {"service_id": service.pk, "form_code": "moving-and-handling", "now": now}
    return start_form(actor=desk, subject=("person", ivy.pk), person=ivy, **told).pk


@pytest.fixture
def at_the_form(sign_in, form_id):
    """Somebody with the page of the form open: `at_the_form(server, session)`; `session_of("Ann")` signs in first."""

    def session_of(name: str) -> str:
        return sign_in(Role.REGISTERED_PROFESSIONAL, name).cookies[settings.SESSION_COOKIE_NAME].value

    return session_of, lambda server, session: Browser(server.address, session, form_id)


class TestManyAtOnce:
    def test_two_editors_and_fifty_readers_lose_nothing(self, serve, at_the_form, form_id, kept):
        session_of, open_at = at_the_form
        ann, bob = session_of("Ann One"), session_of("Bob Two")
        server = serve()
        editors = [open_at(server, ann), open_at(server, bob)]
        together = Barrier(2)

        def edit(place: int) -> str:
            together.wait(60)
            for code in (MINE, THEIRS)[place]:
                editors[place].save(**{code: ("alone", "one")[place]})
            editors[place].revision = 0  # a page that both had open before either answered this
            together.wait(60)
            return editors[place].save(never=("No lifting", "No rushing")[place])

        with ThreadPoolExecutor(READERS + 2) as pool:
            edited = [pool.submit(edit, place) for place in range(2)]
            pages = [pool.submit(open_at(server, (ann, bob)[place % 2]).read) for place in range(READERS)]
            answers = [one.result() for one in edited]
            assert all("Moving and handling" in one.result() for one in pages)
        for place, codes in enumerate((MINE, THEIRS)):
            assert [kept(form_id, code) for code in codes] == [[(("alone", "one")[place], True)]] * len(codes)
        both = kept(form_id, "never")
        assert {told for told, _ in both} == {"No lifting", "No rushing"}
        assert [counts for _, counts in both] == [True, False]
        # whoever came second is shown both
        assert sum("Two answers to" in answer for answer in answers) == 1


class TestServerKilled:
    def test_has_every_answer_that_it_said_it_saved(self, serve, at_the_form, form_id, kept):
        session_of, open_at = at_the_form
        ann = session_of("Ann One")
        server = serve()
        writer = open_at(server, ann)
        said: list[str] = []
        enough = Event()

        def write() -> None:
            for number in range(10_000):
                try:
                    writer.save(can_help=f"Line {number}")
                except OSError:  # nobody answers any more
                    return
                said.append(f"Line {number}")
                if number == 8:
                    enough.set()

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write)
            assert enough.wait(120)
            server.kill()  # while a save is on its way
            writing.result(60)
        again = open_at(serve(), ann)
        stored = [told for told, _ in kept(form_id, "can_help")]
        assert stored[: len(said)] == said and len(stored) <= len(said) + 1
        assert stored[-1] in again.read()
