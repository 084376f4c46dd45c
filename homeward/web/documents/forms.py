"""What is typed on the pages of documents. Errors show what was typed again; files must be chosen again."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from homeward.documents.services import LONGEST_REASON, LONGEST_TITLE
from homeward.documents.states import DocumentKind, Source
from homeward.web.people.forms import RecordForm
from homeward.web.people.timeline_forms import day_it_happened, sensitivity_field

MOST_FILES = 20  # at once: a long letter photographed page by page
LONGEST_WRITTEN = 100_000
FROM_FILES = (Source.SCANNED, Source.PHOTOGRAPHED, Source.SENT)


class AboutDocumentForm(RecordForm):
    """What a document is. `born`: when the person was, where that is known."""

    title = forms.CharField(
        max_length=LONGEST_TITLE,
        error_messages={
            "required": "Give it a title others will know it by",
            "max_length": f"Use {LONGEST_TITLE} characters or fewer",
        },
    )
    kind = forms.ChoiceField(
        choices=DocumentKind.choices,
        error_messages={"required": "Choose what it is", "invalid_choice": "Choose what it is"},
    )
    happened_on = forms.CharField(error_messages={"required": "Enter the day it is dated, or was made"})
    sensitivity = sensitivity_field()

    def __init__(self, *args, today: date, born: date | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.born = today, born

    def clean_happened_on(self) -> date:
        return day_it_happened(self.cleaned_data["happened_on"], self.today, self.born)


class AddDocumentForm(AboutDocumentForm):
    """Files to add. They come beside it, in `files`."""

    source = forms.ChoiceField(
        choices=[(one.value, one.label) for one in FROM_FILES],
        error_messages={"required": "Choose how it came to us", "invalid_choice": "Choose how it came to us"},
    )
    files = forms.Field(required=False)

    def __init__(self, *args, chosen: list, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen

    def clean_files(self) -> list:
        if not self.chosen and self.is_bound:
            raise ValidationError("Choose a file, or take a photograph")
        if len(self.chosen) > MOST_FILES:
            raise ValidationError(f"Choose at most {MOST_FILES} files at once")
        return self.chosen


class WriteDocumentForm(AboutDocumentForm):
    """A document written here."""

    text = forms.CharField(
        max_length=LONGEST_WRITTEN,
        strip=False,
        error_messages={
            "required": "Write the document",
            "max_length": f"Use {LONGEST_WRITTEN:,} characters or fewer",
        },
    )

    def clean_text(self) -> str:
        if not self.cleaned_data["text"].strip():
            raise ValidationError("Write the document")
        return self.cleaned_data["text"]


class VersionForm(RecordForm):
    """A newer version: a file beside it in `files`, or the text changed here."""

    changed = forms.CharField(
        max_length=250, error_messages={"required": "Say what changed", "max_length": "Use 250 characters or fewer"}
    )
    text = forms.CharField(required=False, max_length=LONGEST_WRITTEN, strip=False)
    files = forms.Field(required=False)

    def __init__(self, *args, chosen: list, is_written: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.chosen, self.is_written = chosen, is_written

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.is_written and not cleaned.get("text", "").strip():
            self.add_error("text", "Write the document")
        if not self.is_written and len(self.chosen) != 1:
            self.add_error("files", "Choose one file")
        return cleaned


class WithdrawForm(RecordForm):
    """Why a document is taken out of use."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        error_messages={
            "required": "Say why it is withdrawn",
            "max_length": f"Use {LONGEST_REASON} characters or fewer",
        },
    )
