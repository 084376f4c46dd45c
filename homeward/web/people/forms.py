"""What is typed on the pages about a person. Nothing typed is lost: a form with errors shows what was typed again."""

import re
from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import wall_clock
from homeward.people.linking.fields import CHOICES, HOME, KEPT, OTHER, started_with
from homeward.people.linking.selectors import SideBySide
from homeward.people.states import DuplicateState

LONGEST_TITLE = 200  # as the timeline keeps it
LONGEST_TEXT = 10_000


class RecordForm(forms.Form):
    """A form whose fields a template prints by name."""

    def typed(self, name: str) -> str:
        """What was typed in a field, or what it starts with."""
        return self.data.get(name, "") if self.is_bound else self.initial.get(name, "")

    def problems(self) -> list[tuple[str, str]]:
        """Each field with an error and what to do about it, in the order of the page."""
        order = list(self.fields)
        return [(name, self.errors[name][0]) for name in sorted(self.errors, key=order.index)]

    def first_input(self, name: str) -> str:
        """The id of the input an error about a field points to."""
        return name


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


LONGEST_REASON = 500  # as a merge keeps it


class MergeForm(RecordForm):
    """Whether two records are of one person and, if so, which is kept and whose value is right for each part.

    Each part is chosen by the number of the record it is right on, so that it stays right when another is kept.
    """

    decision = forms.ChoiceField(
        choices=[(one, "") for one in (DuplicateState.MERGED, DuplicateState.NOT_SAME, DuplicateState.UNSURE)],
        error_messages={
            "required": "Say whether they are the same person",
            "invalid_choice": "Say whether they are the same person",
        },
    )
    keep = forms.CharField(required=False)
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": f"Use {LONGEST_REASON} characters or fewer"},
    )

    def __init__(self, *args, pair: SideBySide, **kwargs) -> None:
        self.pair = pair
        self.records = {str(pair.first.pk): pair.first, str(pair.second.pk): pair.second}
        fuller = sum(pair.second_has.values()) > sum(pair.first_has.values())
        kept, other = (pair.second, pair.first) if fuller else (pair.first, pair.second)
        initial = {"keep": str(kept.pk)}
        for name in CHOICES:
            whose = started_with(vars(kept), vars(other), name) if name != HOME else KEPT
            initial[f"value_{name}"] = str(other.pk if whose == OTHER else kept.pk)
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("decision") == DuplicateState.MERGED:
            if cleaned.get("keep") not in self.records:
                self.add_error("keep", "Choose which record to keep")
            if not cleaned.get("reason", "").strip() and "reason" not in self.errors:
                self.add_error("reason", "Say how you know that they are the same person")
        return cleaned

    def values(self, kept_id: int) -> dict[str, str]:
        """Whose value is right for each part, as `merge_people` takes it."""
        chosen = {name: self.typed(f"value_{name}") for name in CHOICES}
        return {name: OTHER if number in self.records and number != str(kept_id) else KEPT
                for name, number in chosen.items()}  # fmt: skip

    def first_input(self, name: str) -> str:
        """The id of the input an error about a field points to."""
        return {"decision": "decision-merged", "keep": f"keep-{self.pair.first.pk}"}.get(name, name)


class UndoMergeForm(RecordForm):
    """Why a merge was wrong."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        error_messages={
            "required": "Say how you know that they are not the same person",
            "max_length": f"Use {LONGEST_REASON} characters or fewer",
        },
    )
