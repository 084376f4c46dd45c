"""What is typed on the pages of a timeline."""

import re
from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import wall_clock
from homeward.web.people.forms import RecordForm

LONGEST_TITLE = 200  # as the timeline keeps it
LONGEST_TEXT = 10_000


def _text(missing: str) -> forms.CharField:
    return forms.CharField(
        max_length=LONGEST_TEXT,
        error_messages={"required": missing, "max_length": f"Use {LONGEST_TEXT:,} characters or fewer"},
    )


class NoteForm(RecordForm):
    """Something that happened, to go on the timeline."""

    title = forms.CharField(
        max_length=LONGEST_TITLE,
        error_messages={
            "required": "Say in a few words what happened",
            "max_length": f"Use {LONGEST_TITLE} characters or fewer, and write the rest below",
        },
    )
    text = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        error_messages={"max_length": f"Use {LONGEST_TEXT:,} characters or fewer"},
    )
    day = forms.CharField(error_messages={"required": "Enter the day it happened"})
    time = forms.CharField(error_messages={"required": "Enter the time it happened"})

    def __init__(self, *args, now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_day(self) -> date:
        try:
            return date.fromisoformat(self.cleaned_data["day"].strip())
        except ValueError as error:
            raise ValidationError("Enter the day as year, month and day, such as 2026-11-24") from error

    def clean_time(self) -> str:
        found = re.fullmatch(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?::\d\d)?", self.cleaned_data["time"].strip())
        if not found:
            raise ValidationError("Enter the time as hours and minutes, such as 14:30")
        return f"{found[1]}:{found[2]}"

    def clean(self) -> dict:
        cleaned = super().clean()
        if "day" in cleaned and "time" in cleaned:
            cleaned["happened_at"] = wall_clock(cleaned["day"], cleaned["time"])
            if cleaned["happened_at"] > self.now:
                self.add_error("time", "The time is in the future. Check the day and the time")
        return cleaned


class CorrectionForm(RecordForm):
    """What an entry should have said."""

    text = _text("Write what the entry should have said")
