"""What is typed on the pages of an episode."""

import re
from datetime import datetime

from django import forms

from homeward.kernel.rules import london_day, wall_clock
from homeward.web.front_door.forms.fields import FrontDoorForm

NOTE_LIMIT = 4000
TIME = re.compile(r"([01]?\d|2[0-3])[:.][0-5]\d")


class _Timed(FrontDoorForm):
    """A moment by the clocks in England: now where nothing is typed, today where only the time is."""

    day = forms.DateField(required=False, error_messages={"invalid": "Enter a real day"})
    at = forms.CharField(required=False)

    def __init__(self, *args, now: datetime, **kwargs) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def clean(self) -> dict:
        told = super().clean()
        day, at = told.get("day"), (told.get("at") or "").strip()
        if not day and not at:
            told["moment"] = self.now
        elif not TIME.fullmatch(at):
            self.add_error("at", "Enter a time, like 14:05")
        else:
            told["moment"] = wall_clock(day or london_day(self.now), at.replace(".", ":"))
        return told


class RecordForm(_Timed):
    """What happened, from the list of what the pathway waits for."""

    kind = forms.CharField(error_messages={"required": "Choose what happened"})
    detail = forms.CharField(required=False, max_length=NOTE_LIMIT)


class RightTimeForm(_Timed):
    """The right time of something recorded, and why the other was wrong."""

    reason = forms.CharField(max_length=NOTE_LIMIT, error_messages={"required": "Say why the time was wrong"})


class CloseForm(FrontDoorForm):
    """How it ended."""

    outcome = forms.CharField(error_messages={"required": "Choose how it ended"})
    note = forms.CharField(required=False, max_length=NOTE_LIMIT, error_messages={"max_length": "Use fewer words"})
