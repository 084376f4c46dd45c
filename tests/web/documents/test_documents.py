"""A person's documents: adding, opening where nothing can run, versions, withdrawing, and filing from messages."""

import base64
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.documents.models import Document
from homeward.people.models import TimelineEntry
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.services import NewReferral, receive_referral
from tests.web.people.test_person import text_of

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF"


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")  # what the browser says counts for nothing


@pytest.fixture(autouse=True)
def kept_apart(folder):
    return folder


@pytest.fixture
def add(nurse, ivy):
    """Adds files through the page: `add(("letter.pdf", PDF), title="Letter")`."""

    def post(*files, client=nurse, **typed):
        told = {"title": "Letter", "kind": "letter", "source": "scanned", "happened_on": "2026-11-02"} | typed
        return client.post(f"/people/{ivy.pk}/documents/add", told | {"files": [sent(*one) for one in files]})

    return post


class TestList:
    def test_says_what_each_is_who_added_it_and_leads_to_it(self, nurse, ivy, add):
        add(("a.png", PNG), title="Wound, left leg", kind="photo", source="photographed")
        page = nurse.get(f"/people/{ivy.pk}/documents/")
        said = text_of(page)
        for words in ("1 document, the newest first", "Wound, left leg", "Photograph , dated 2 November 2026",
                      "Photographed: picture, 70 bytes", "Added by Sam registered_professional, Nurse, Derwent NHS Trust"):  # fmt: skip  # noqa: E501
            assert words in said, words
        assert f"/people/{ivy.pk}/documents/{Document.objects.get().pk}" in page.content.decode()

    def test_names_nobody_in_its_title(self, nurse, ivy):
        page = nurse.get(f"/people/{ivy.pk}/documents/").content.decode()
        assert "Marsh" not in page[page.index("<title>") : page.index("</title>")]

    def test_says_how_many_are_kept_back(self, signed_in, ivy, add):
        add(("a.txt", b"x"), title="A clinic", sensitivity="sexual_health")
        manager = signed_in(Role.CASE_MANAGER)
        page = text_of(manager.get(f"/people/{ivy.pk}/documents/"))
        assert "1 document is kept back" in page
        assert "clinic" not in page
        made = Document.objects.get()
        for path in (f"{made.pk}", f"{made.pk}/versions/1/file", f"{made.pk}/withdraw", f"{made.pk}/add-version"):
            assert manager.get(f"/people/{ivy.pk}/documents/{path}").status_code == 404

    @pytest.mark.parametrize("path", ["", "add", "write", "1", "1/versions/1/file", "1/withdraw", "1/add-version"])
    def test_is_closed_to_those_who_may_see_nobody(self, signed_in, ivy, path):
        assert signed_in(Role.ADMINISTRATOR).get(f"/people/{ivy.pk}/documents/{path}").status_code == 403


class TestAdd:
    def test_keeps_what_it_is_and_not_what_its_name_says(self, nurse, ivy, add):
        answer = add(("letter.png", PDF), title="Discharge letter", kind="discharge")
        assert answer.headers["Location"] == f"/people/{ivy.pk}/documents/"
        made = Document.objects.get()
        assert (made.current.media_type, made.current.size) == ("application/pdf", len(PDF))
        timeline = nurse.get(f"/people/{ivy.pk}/timeline")
        assert "Discharge summary: Discharge letter" in text_of(timeline)
        assert f'href="/people/{ivy.pk}/documents/{made.pk}"' in timeline.content.decode()

    def test_adds_several_at_once_and_a_photograph_each_with_its_place(self, nurse, ivy):
        typed = {"title": "Care plan", "kind": "care_plan", "source": "scanned", "happened_on": "2026-11-02"}
        files = {"files": [sent("1.pdf", PDF), sent("2.txt", b"more")], "photo": sent("3.png", PNG)}
        nurse.post(f"/people/{ivy.pk}/documents/add", typed | files)
        assert sorted(Document.objects.values_list("title", flat=True)) == [
            "Care plan, 1 of 3", "Care plan, 2 of 3", "Care plan, 3 of 3",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("files", "typed", "said"),
        [
            ([], {}, "Choose a file, or take a photograph"),
            ([("a.pdf", PDF)], {"title": ""}, "Give it a title"),
            ([("a.pdf", PDF)], {"happened_on": "2999-01-01"}, "The day is in the future"),
            ([("a.pdf", PDF)], {"kind": "x"}, "Choose what it is"),
            ([("a.pdf", b"MZ\x90\x00\x03\x00\x00\x00")], {}, "not a kind of file"),
            ([("a.pdf", PDF), ("b.svg", b"<svg onload='x'>")], {}, "File 2 of 2: This is a web page"),
            ([("a.pdf", b"")], {}, "The file is empty"),
            ([(f"{number}.txt", b"x") for number in range(21)], {}, "at most 20 files"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, add, files, typed, said):
        answer = add(*files, **{"title": "From the ward"} | typed)
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert "title" in typed or "From the ward" in answer.content.decode()
        assert not Document.objects.exists()

    def test_lets_a_visitor_add_what_they_may_not_list(self, signed_in, ivy, add, service, nhs):
        from homeward.teams.models import Account, Worker
        from homeward.visits.models import Assignment, Visit

        visitor = signed_in(Role.FIELD_WORKER)
        worker = Worker.objects.create(
            service=service, organisation=nhs, local_reference="W9", name="Cal Carr",
            account=Account.objects.get(role=Role.FIELD_WORKER),
        )  # fmt: skip
        today = datetime.now(tz=UTC)
        visit = Visit.objects.create(
            service=service, person=ivy, day=today.date(), title="Care", window_opens_at=today,
            window_closes_at=today + timedelta(hours=1), slots=[{"skill": "home_care_worker", "minutes": 30}],
            state="planned",
        )  # fmt: skip
        Assignment.objects.create(
            visit=visit, slot=0, worker=worker, starts_at=today, ends_at=today + timedelta(minutes=30), why="x"
        )
        answer = add(("leg.png", PNG), client=visitor, title="Left leg", kind="photo", source="photographed")
        assert answer.headers["Location"] == f"/people/{ivy.pk}"
        assert visitor.get(f"/people/{ivy.pk}/documents/").status_code == 403


class TestWrite:
    def test_keeps_the_text_and_shows_it_as_text_never_as_markup(self, nurse, ivy):
        typed = {"title": "Statement", "kind": "other", "happened_on": "2026-11-02", "text": "I want <b>to</b> go home"}
        nurse.post(f"/people/{ivy.pk}/documents/write", typed)
        made = Document.objects.get()
        assert made.source == "typed"
        body = nurse.get(f"/people/{ivy.pk}/documents/{made.pk}").content.decode()
        assert "I want &lt;b&gt;to&lt;/b&gt; go home" in body
        assert Event.objects.filter(action="open document").count() == 1

    def test_asks_for_words_and_keeps_what_was_typed(self, nurse, ivy):
        typed = {"title": "Statement", "kind": "other", "happened_on": "2026-11-02", "text": "  "}
        answer = nurse.post(f"/people/{ivy.pk}/documents/write", typed)
        assert answer.status_code == 422
        assert "Write the document" in text_of(answer)


class TestFile:
    @pytest.mark.parametrize(
        ("content", "media_type", "shown"),
        [
            (PNG, "image/png", "inline"),
            (PDF, "application/pdf", "inline"),
            (b"Dear all", "text/plain; charset=utf-8", "inline"),
            (b"{\\rtf1 Dear}", "application/rtf", "attachment"),
        ],
    )
    def test_is_given_where_nothing_in_it_can_run_and_to_nobody_else(self, nurse, ivy, add, content, media_type, shown):
        add(("a.html", content))
        address = f"/people/{ivy.pk}/documents/{Document.objects.get().pk}/versions/1/file"
        answer = nurse.get(address)
        assert answer.content == content
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Content-Disposition"].startswith(shown)
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        assert nurse.get(f"{address}?save=1").headers["Content-Disposition"].startswith("attachment")
        assert Event.objects.filter(action="open document", person_id=ivy.pk).count() == 2

    def test_sends_somebody_not_signed_in_to_sign_in(self, client, ivy, add):
        add(("a.pdf", PDF))
        answer = client.get(f"/people/{ivy.pk}/documents/{Document.objects.get().pk}/versions/1/file")
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]

    def test_is_not_shown_when_it_is_not_what_was_kept(self, nurse, ivy, add, folder):
        add(("a.txt", b"Dear all"))
        made = Document.objects.get()
        (folder / made.current.stored_as).write_bytes(b"Dear no one")
        for path in (f"{made.pk}", f"{made.pk}/versions/1/file"):
            answer = nurse.get(f"/people/{ivy.pk}/documents/{path}")
            assert answer.status_code == 410
            assert "not what was kept" in text_of(answer)
            assert "no one" not in answer.content.decode()

    def test_is_found_only_under_its_own_person(self, nurse, ivy, add, service, inside, cared_for, now):
        from homeward.people.services import NewPerson, register_person

        add(("a.pdf", PDF))
        other = cared_for(
            register_person(actor=inside, service_id=service.pk, new=NewPerson(family_name="Doe"), now=now)
        )
        made = Document.objects.get().pk
        assert nurse.get(f"/people/{other.pk}/documents/{made}/versions/1/file").status_code == 404
        assert nurse.get(f"/people/{ivy.pk}/documents/{made}/versions/2/file").status_code == 404


class TestOpen:
    def test_shows_a_pdf_in_a_frame_of_this_service_only(self, nurse, ivy, add):
        add(("a.pdf", PDF))
        answer = nurse.get(f"/people/{ivy.pk}/documents/{Document.objects.get().pk}")
        assert "<iframe" in answer.content.decode()
        assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]

    def test_says_of_an_old_version_that_it_is_one(self, nurse, ivy, add):
        add(("a.pdf", PDF))
        made = Document.objects.get()
        address = f"/people/{ivy.pk}/documents/{made.pk}"
        nurse.post(f"{address}/add-version", {"changed": "Signed", "files": sent("b.png", PNG)})
        assert "<img" in nurse.get(address).content.decode()
        page = text_of(nurse.get(f"{address}/versions/1"))
        assert "This is version 1." in page
        assert "Signed" in page


class TestAddVersion:
    def test_begins_with_the_text_as_it_stands(self, nurse, ivy):
        typed = {"title": "Statement", "kind": "other", "happened_on": "2026-11-02", "text": "I want to go home"}
        nurse.post(f"/people/{ivy.pk}/documents/write", typed)
        address = f"/people/{ivy.pk}/documents/{Document.objects.get().pk}/add-version"
        assert "I want to go home" in nurse.get(address).content.decode()
        nurse.post(address, {"changed": "Added why", "text": "I want to go home to my garden"})
        assert Document.objects.get().current.number == 2

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"changed": ""}, "Say what changed"),
            ({"changed": "x"}, "Choose one file"),
            ({"changed": "x", "files": sent("same.pdf", PDF)}, "the same file"),
        ],
    )
    def test_says_what_is_wrong(self, nurse, ivy, add, typed, said):
        add(("a.pdf", PDF))
        answer = nurse.post(f"/people/{ivy.pk}/documents/{Document.objects.get().pk}/add-version", typed)
        assert answer.status_code == 422
        assert said in text_of(answer)


class TestWithdraw:
    def test_moves_it_to_the_end_with_the_reason(self, nurse, ivy, add):
        add(("a.pdf", PDF))
        address = f"/people/{ivy.pk}/documents/{Document.objects.get().pk}"
        assert nurse.post(f"{address}/withdraw", {"reason": " "}).status_code == 422
        nurse.post(f"{address}/withdraw", {"reason": "About somebody else"})
        assert "Withdrawn (1)" in text_of(nurse.get(f"/people/{ivy.pk}/documents/"))
        page = text_of(nurse.get(address))
        assert "do not rely on it" in page
        assert "About somebody else" in page
        assert nurse.post(f"{address}/withdraw", {"reason": "Again"}).status_code == 422


class TestFileFromMessage:
    @pytest.fixture
    def brought(self, ivy, inside, now) -> KeptMessage:
        """A kept message about Ivy with two documents in it: a letter and a program."""
        referral = receive_referral(
            actor=inside, person=ivy, new=NewReferral(source="gp", urgency="crisis", need_code="fall"), now=now
        )

        def part(title: str, media_type: str, content: bytes) -> dict:
            return {"title": title, "contentType": media_type, "data": base64.b64encode(content).decode()}

        content = json.dumps(
            {
                "resourceType": "Bundle",
                "entry": [
                    part("Letter of the GP", "text/plain", b"Dear"),
                    part("Virus", "application/pdf", b"MZ\x90\x00"),
                ],
            }
        ).encode()  # fmt: skip
        return KeptMessage.objects.create(
            service_id=ivy.service_id, received_at=datetime(2026, 11, 3, 9, tzinfo=UTC), received_from="GP system",
            media_type="application/fhir+json", content=content, sha256="0" * 64, referral=referral,
        )  # fmt: skip

    def test_is_offered_on_the_list_and_done_with_one_action(self, signed_in, ivy, brought):
        manager = signed_in(Role.CASE_MANAGER)
        address = f"/people/{ivy.pk}/documents/"
        assert "Letter of the GP (text, 4 bytes)" in text_of(manager.get(address))
        answer = manager.post(f"{address}file-from-message", {"message": brought.pk, "place": 1})
        made = Document.objects.get()
        assert answer.headers["Location"] == f"{address}{made.pk}"
        assert (made.title, made.source, made.happened_on) == ("Letter of the GP", "message", date(2026, 11, 3))
        assert TimelineEntry.objects.filter(subject_kind="document", subject_id=made.pk).count() == 1
        page = text_of(manager.get(address))
        assert "Virus" in page
        assert "Letter of the GP (text" not in page

    def test_files_nothing_twice_and_nothing_that_could_do_something(self, signed_in, ivy, brought):
        manager = signed_in(Role.CASE_MANAGER)
        address = f"/people/{ivy.pk}/documents/file-from-message"
        for _ in range(2):
            manager.post(address, {"message": brought.pk, "place": 1})
        answer = manager.post(address, {"message": brought.pk, "place": 2}, follow=True)
        assert "It was not filed. This is not a kind of file" in text_of(answer)
        assert Document.objects.count() == 1

    @pytest.mark.parametrize(("message", "place"), [("", "1"), ("x", "1"), ("987654", "1"), (None, "3"), (None, "0")])
    def test_finds_nothing_for_nonsense(self, signed_in, ivy, brought, message, place):
        manager = signed_in(Role.CASE_MANAGER)
        asked = {"message": brought.pk if message is None else message, "place": place}
        assert manager.post(f"/people/{ivy.pk}/documents/file-from-message", asked).status_code == 404

    def test_files_nothing_into_the_record_of_somebody_else(
        self, signed_in, ivy, brought, service, inside, cared_for, now
    ):
        from homeward.people.services import NewPerson, register_person

        other = cared_for(
            register_person(actor=inside, service_id=service.pk, new=NewPerson(family_name="Doe"), now=now)
        )
        answer = signed_in(Role.CASE_MANAGER).post(
            f"/people/{other.pk}/documents/file-from-message", {"message": brought.pk, "place": 1}
        )
        assert answer.status_code == 404
        assert Referral.objects.get().person_id == ivy.pk

    def test_is_not_shown_to_those_who_may_not_see_messages(self, nurse, ivy, brought):
        assert "Came in messages" not in text_of(nurse.get(f"/people/{ivy.pk}/documents/"))
        answer = nurse.post(f"/people/{ivy.pk}/documents/file-from-message", {"message": brought.pk, "place": 1})
        assert answer.status_code == 403
