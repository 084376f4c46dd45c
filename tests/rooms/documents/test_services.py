"""Adding documents, newer versions, withdrawing, and the check of the store."""

import os
import time
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event
from homeward.documents.models import Document, DocumentVersion
from homeward.documents.selectors import (
    DocumentNotFoundError,
    bytes_of,
    document_for,
    documents_of,
    filed_from_messages,
    find_faults,
    version_of,
)
from homeward.documents.services import (
    NewDocument,
    add_documents,
    add_version,
    drop_orphans,
    withdraw_document,
)
from homeward.documents.storage import FileAlteredError, keep
from homeward.kernel.rules import RefusedError
from homeward.people.linking.services import merge_people, unmerge_people
from homeward.people.models import TimelineEntry
from homeward.people.services import NewPerson, register_person


class TestAddDocuments:
    def test_puts_an_entry_on_the_timeline_on_the_day_it_is_dated(self, file_it, ivy):
        made = file_it("Discharge letter", kind="discharge", happened_on=date(2026, 3, 4))
        entry = TimelineEntry.objects.get(kind="document")
        assert (entry.title, entry.subject_id) == ("Discharge summary: Discharge letter", made.pk)
        assert entry.happened_at.date() == date(2026, 3, 4)
        assert entry.author_name == made.added_by == "Nell Nurse"
        assert Event.objects.filter(person_id=ivy.pk, action="add document").count() == 1

    def test_marks_its_entry_as_it_is_marked_itself(self, file_it):
        file_it(sensitivity="adoption")
        assert TimelineEntry.objects.get(kind="document").sensitivity == "adoption"

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"title": "  "}, "title"),
            ({"kind": "novel"}, "Choose from the lists"),
            ({"source": "found"}, "Choose from the lists"),
            ({"sensitivity": "secret"}, "kept from most"),
            ({"happened_on": date(2026, 11, 25)}, "in the future"),
            ({"happened_on": date(1, 1, 1)}, "before 1900"),
            ({"happened_on": date(1901, 1, 1)}, "before they were born"),
        ],
    )
    def test_refuses_what_cannot_be_so_and_adds_none_of_several(self, opened, nurse, now, changed, said):
        right = {"title": "A", "kind": "letter", "source": "scanned", "happened_on": date(2026, 11, 1)}
        file = keep(b"x")
        new = [NewDocument(**right, file=file), NewDocument(**(right | changed), file=file)]
        with pytest.raises(RefusedError, match=said):
            add_documents(actor=nurse, person=opened(nurse), new=new, now=now)
        assert not Document.objects.exists()

    def test_refuses_what_was_filed_from_its_message_before_until_that_is_withdrawn(self, file_it, nurse, opened, now):
        made = file_it(message=(12, 1))
        with pytest.raises(RefusedError, match="filed from its message"):
            file_it(message=(12, 1))
        file_it(message=(12, 2))
        withdraw_document(actor=nurse, document=made, reason="Wrong person", now=now)
        again = file_it(message=(12, 1))
        assert filed_from_messages(nurse, opened(nurse), [12])[12, 1] == again.pk

    def test_asks_for_somebody_of_the_service(self, opened, nurse, now):
        person, outsider = opened(nurse), Actor(name="X", role=Role.REGISTERED_PROFESSIONAL)
        with pytest.raises(NotAllowedError):
            add_documents(actor=outsider, person=person, new=[], now=now)


class TestAddVersion:
    def test_keeps_those_before(self, file_it, nurse, opened, now):
        made = file_it(content=b"First")
        add_version(actor=nurse, document=made, file=keep(b"Second"), changed="Signed", now=now)
        found = document_for(nurse, opened(nurse), made.pk)
        assert bytes_of(nurse, found, version_of(nurse, found), now) == b"Second"
        assert bytes_of(nurse, found, version_of(nurse, found, 1), now) == b"First"
        assert version_of(nurse, found).changed == "Signed"
        with pytest.raises(DocumentNotFoundError):
            version_of(nurse, found, 3)

    def test_refuses_the_same_bytes_no_words_and_a_withdrawn_document(self, file_it, nurse, now):
        made = file_it(content=b"First")
        with pytest.raises(RefusedError, match="same file"):
            add_version(actor=nurse, document=made, file=keep(b"First"), changed="x", now=now)
        with pytest.raises(RefusedError, match="what changed"):
            add_version(actor=nurse, document=made, file=keep(b"Second"), changed=" ", now=now)
        withdraw_document(actor=nurse, document=made, reason="Wrong person", now=now)
        with pytest.raises(RefusedError, match="withdrawn"):
            add_version(actor=nurse, document=made, file=keep(b"Second"), changed="x", now=now)

    def test_is_never_changed_nor_taken_away(self, file_it):
        made = file_it()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            DocumentVersion.objects.filter(document=made).update(sha256="0" * 64)
        with pytest.raises(DatabaseError), transaction.atomic():
            made.versions.all().delete()


class TestWithdrawDocument:
    def test_keeps_it_with_the_reason_and_says_so_on_the_timeline(self, file_it, nurse, opened, now):
        made = file_it("Letter", content=b"Dear")
        withdraw_document(actor=nurse, document=made, reason="About somebody else", now=now)
        shelf = documents_of(nurse, opened(nurse))
        assert shelf.documents == []
        assert [one.withdrawn_reason for one in shelf.withdrawn] == ["About somebody else"]
        assert TimelineEntry.objects.filter(title="Withdrawn: Letter").count() == 1
        bytes_of(nurse, shelf.withdrawn[0], version_of(nurse, document_for(nurse, opened(nurse), made.pk)), now)
        assert Event.objects.filter(action="open withdrawn document").count() == 1

    def test_asks_for_a_reason_and_refuses_a_second_time(self, file_it, nurse, now):
        made = file_it()
        with pytest.raises(RefusedError, match="why"):
            withdraw_document(actor=nurse, document=made, reason=" ", now=now)
        withdraw_document(actor=nurse, document=made, reason="Twice", now=now)
        with pytest.raises(RefusedError, match="before"):
            withdraw_document(actor=nurse, document=made, reason="Twice", now=now)


class TestDocumentsOf:
    def test_keeps_back_what_is_marked_and_counts_it(self, file_it, nurse, opened, somebody):
        shown, marked = file_it("Letter"), file_it("Clinic", sensitivity="sexual_health")
        assert documents_of(nurse, opened(nurse)).kept_back == 0
        manager = somebody(Role.CASE_MANAGER)
        shelf = documents_of(manager, opened(manager))
        assert (shelf.documents, shelf.kept_back) == ([shown], 1)
        with pytest.raises(DocumentNotFoundError):
            document_for(manager, opened(manager), marked.pk)

    def test_finds_none_of_somebody_else(self, file_it, nurse, opened, service, coordinator, cared_for, now):
        made = file_it()
        other = cared_for(
            register_person(actor=coordinator, service_id=service.pk, new=NewPerson(family_name="Doe"), now=now)
        )
        with pytest.raises(DocumentNotFoundError):
            document_for(nurse, other, made.pk)

    def test_follow_a_person_whose_record_is_merged_and_go_back(
        self, file_it, nurse, opened, service, coordinator, cared_for, ivy, now
    ):
        made = file_it()
        kept = register_person(actor=coordinator, service_id=service.pk, new=NewPerson(family_name="Okafor"), now=now)
        cared_for(kept)
        merge = merge_people(actor=coordinator, keep=kept, other=ivy, values={}, reason="One person", now=now)
        assert [one.pk for one in documents_of(nurse, kept).documents] == [made.pk]
        unmerge_people(actor=coordinator, merge=merge, reason="Two after all", now=now)
        assert documents_of(nurse, kept).documents == []
        assert Document.objects.get(pk=made.pk).person_id == ivy.pk


class TestBytesOf:
    def test_leaves_an_event_each_time(self, file_it, nurse, opened, ivy, now):
        found = document_for(nurse, opened(nurse), file_it().pk)
        for _ in range(2):
            bytes_of(nurse, found, version_of(nurse, found), now)
        assert Event.objects.filter(person_id=ivy.pk, action="open document", subject_id=found.pk).count() == 2

    def test_gives_no_bytes_that_were_altered(self, file_it, nurse, opened, folder, now):
        found = document_for(nurse, opened(nurse), file_it().pk)
        version = version_of(nurse, found)
        (folder / version.stored_as).write_bytes(b"Dear no one")
        with pytest.raises(FileAlteredError):
            bytes_of(nurse, found, version, now)


class TestDocumentsCheck:
    @pytest.fixture
    def house(self) -> Actor:
        return Actor.system("tests")

    def orphan(self, folder, content: bytes, hours: int) -> str:
        name = keep(content).stored_as
        then = time.time() - hours * 3600
        os.utime(folder / name, (then, then))
        return name

    def test_finds_what_is_missing_altered_and_orphaned(self, file_it, folder, house):
        _good, gone, spoilt = (file_it(content=content).current for content in (b"good", b"gone", b"spoilt"))
        (folder / gone.stored_as).unlink()
        (folder / spoilt.stored_as).write_bytes(b"spoiled")
        orphan = self.orphan(folder, b"nobody's", hours=2)
        self.orphan(folder, b"being added now", hours=0)
        faults = find_faults(house, timezone.now())
        assert faults.good == 1
        assert (faults.missing, faults.altered) == ([gone.stored_as], [spoilt.stored_as])
        assert faults.orphaned == [orphan]

    def test_takes_out_orphans_only_when_told_to_and_nothing_else(self, file_it, folder, house):
        file_it(content=b"good")
        orphan = self.orphan(folder, b"nobody's", hours=2)
        said = StringIO()
        call_command("documents_check", stdout=said)
        assert "1 files are as they were kept" in said.getvalue()
        assert (folder / orphan).exists()
        call_command("documents_check", "--drop-orphans", stdout=said)
        assert "1 orphaned files taken out" in said.getvalue()
        assert not (folder / orphan).exists()
        assert Event.objects.filter(action="drop orphaned files").count() == 1
        assert find_faults(house, timezone.now()).good == 1

    def test_fails_where_a_document_is_missing(self, file_it, folder):
        (folder / file_it().current.stored_as).unlink()
        with pytest.raises(CommandError, match="backup"):
            call_command("documents_check", stdout=StringIO())

    def test_is_for_nobody_signed_in(self, nurse, folder, now):
        with pytest.raises(NotAllowedError):
            find_faults(nurse, now)
        with pytest.raises(NotAllowedError):
            drop_orphans(actor=nurse, now=now + timedelta(days=1))
