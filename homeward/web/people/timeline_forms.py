"""What is typed on the pages of a timeline."""

import re
from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import london_day, wall_clock
from homeward.people.rules import day_fault
from homeward.people.states import NoteKind, PrintPurpose, Sensitivity
from homeward.web.people.forms import RecordForm

LONGEST_TITLE = 200  # as the timeline keeps it
LONGEST_TEXT = 10_000


def typed_day(text: str) -> date:
    """The day that a field for one gives.

    Raises: ValidationError saying how to write it.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValidationError("Enter the day as year, month and day, such as 2026-11-24") from error


def day_it_happened(text: str, today: date, born: date | None) -> date:
    """The day on which something happened that a field for one gives: none that cannot be.

    Raises: ValidationError saying how to write it, or what is wrong with it.
    """
    day = typed_day(text)
    if fault := day_fault(day, today, born):
        raise ValidationError(fault.rstrip("."))
    return day


def sensitivity_field() -> forms.ChoiceField:
    """Why something is kept from most, or that it is not."""
    return forms.ChoiceField(
        required=False,
        choices=[("", "Not marked"), *Sensitivity.choices],
        error_messages={"invalid_choice": "Choose from the list"},
    )


def _text(missing: str) -> forms.CharField:
    return forms.CharField(
        max_length=LONGEST_TEXT,
        error_messages={"required": missing, "max_length": f"Use {LONGEST_TEXT:,} characters or fewer"},
    )


class NoteForm(RecordForm):
    """Something that happened, to go on the timeline. `about`: the episodes it may be for, (number, words).

    `born`: when the person was, where that is known.
    """

    kind = forms.ChoiceField(
        required=False, choices=NoteKind.choices, error_messages={"invalid_choice": "Choose what kind of note it is"}
    )
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
    about = forms.ChoiceField(required=False, error_messages={"invalid_choice": "Choose what it is for"})
    sensitivity = sensitivity_field()

    def __init__(self, *args, now: datetime, about: list[tuple[str, str]], born: date | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.born = now, born
        self.fields["about"].choices = [("", ""), *about]

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or NoteKind.NOTE

    def clean_day(self) -> date:
        return day_it_happened(self.cleaned_data["day"], london_day(self.now), self.born)

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
    """What an entry should have said, and whether it should have been marked."""

    text = _text("Write what the entry should have said")
    sensitivity = sensitivity_field()


class PrintForm(RecordForm):
    """Which days of a timeline go on paper, and what for."""

    purpose = forms.ChoiceField(
        choices=PrintPurpose.choices,
        error_messages={
            "required": "Say what the print is for",
            "invalid_choice": "Say what the print is for",
        },
    )
    first_day = forms.CharField(error_messages={"required": "Enter the first day"})
    last_day = forms.CharField(error_messages={"required": "Enter the last day"})
    narrowed = forms.BooleanField(required=False)

    def clean_first_day(self) -> date:
        return typed_day(self.cleaned_data["first_day"])

    def clean_last_day(self) -> date:
        return typed_day(self.cleaned_data["last_day"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if {"first_day", "last_day"} <= cleaned.keys() and cleaned["last_day"] < cleaned["first_day"]:
            self.add_error("last_day", "The last day is before the first. Check both")
        return cleaned
