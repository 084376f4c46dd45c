"""A store of documents of its own for each test, and documents to put into it."""

from datetime import date

import pytest
from django.core.files.storage import storages

from homeward.access.rules import Role
from homeward.documents.services import NewDocument, add_documents
from homeward.documents.storage import keep
from homeward.people.selectors import person_for


@pytest.fixture
def folder(settings, tmp_path):
    """The folder documents are kept in during this test."""
    settings.STORAGES = settings.STORAGES | {
        "documents": {
            "BACKEND": "homeward.documents.storage.DocumentFolder",
            "OPTIONS": {"location": str(tmp_path / "documents")},
        }
    }
    storages._storages.pop("documents", None)
    yield tmp_path / "documents"
    storages._storages.pop("documents", None)


@pytest.fixture
def nurse(somebody):
    return somebody(Role.REGISTERED_PROFESSIONAL, "Nell Nurse")


@pytest.fixture
def opened(folder, ivy, cared_for, now):
    """Opens Ivy's record for an actor: `opened(nurse)`."""
    cared_for(ivy)
    return lambda actor: person_for(actor, ivy.pk, now)


@pytest.fixture
def file_it(folder, nurse, opened, now):
    """Adds a document: `file_it("Letter", b"Dear all", sensitivity="staff")`."""

    def add(title="Letter from the ward", content=b"Dear all", **more):
        told = {"kind": "letter", "source": "scanned", "happened_on": date(2026, 11, 20), "file": keep(content)} | more
        return add_documents(actor=nurse, person=opened(nurse), new=[NewDocument(title=title, **told)], now=now)[0]

    return add
