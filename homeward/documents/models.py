"""Documents and their versions."""

from django.db import models
from django.db.models import Q

from homeward.documents.rules import PDF, PICTURES, TEXT
from homeward.documents.states import DocumentKind, Source
from homeward.people.models import Person
from homeward.people.states import Sensitivity


class Document(models.Model):
    """One letter, form or picture about a person. Never deleted, only withdrawn; `current` is its newest version."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=DocumentKind)
    source = models.CharField(max_length=16, choices=Source)
    happened_on = models.DateField(help_text="The day it is dated, or was made")
    # Kept from those whose sight does not reach it: access.rules
    sensitivity = models.CharField(max_length=16, choices=Sensitivity, blank=True, default="")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    added_by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)
    # Which document of which kept message it was, where one brought it: rooms above know messages
    message_id = models.BigIntegerField(null=True)
    message_place = models.PositiveIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "message_id", "message_place"],
                condition=Q(message_id__isnull=False, withdrawn_at__isnull=True),
                name="document_of_message_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""), name="withdrawn_with_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["person", "-happened_on", "-id"], name="document_newest")]

    @property
    def current(self) -> "DocumentVersion":
        """Its newest version; read without a query where the versions were read with it."""
        return max(self.versions.all(), key=lambda version: version.number)

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken out of use."""
        return self.withdrawn_at is not None


class DocumentVersion(models.Model):
    """The bytes of a document as they were at one time. Append-only; the bytes are in the store `stored_as` names."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes")
    sha256 = models.CharField(max_length=64, db_index=True)
    stored_as = models.CharField(max_length=200)
    changed = models.CharField(max_length=250, blank=True, help_text="What is different from the version before")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    added_by_role = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]

    @property
    def is_text(self) -> bool:
        """Whether it can be read on a page as text."""
        return self.media_type == TEXT

    @property
    def is_picture(self) -> bool:
        """Whether every browser shows it as a picture."""
        return self.media_type in PICTURES

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF."""
        return self.media_type == PDF
