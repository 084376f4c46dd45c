"""What is typed when somebody was told of a score."""

import re

from django import forms

from homeward.kernel.rules import wall_clock
from homeward.web.front_door.forms.fields import FrontDoorForm

SAID_LIMIT = 4000
TIME = re.compile(r"([01]?\d|2[0-3])[:.][0-5]\d")


class TellForm(FrontDoorForm):
    """Who was told, when, and what they said."""

    told_name = forms.CharField(max_length=120, error_messages={"required": "Give the name of whoever was told"})
    told_role = forms.CharField(max_length=120, error_messages={"required": "Give their role"})
    day = forms.DateField(error_messages={"required": "Give the day", "invalid": "Enter a real day"})
    at = forms.CharField(error_messages={"required": "Give the time"})
    said = forms.CharField(
        max_length=SAID_LIMIT,
        error_messages={"required": "Write what they said", "max_length": "Use fewer words"},
    )

    def __init__(self, *args, now, **kwargs) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def clean(self) -> dict:
        told = super().clean()
        day, at = told.get("day"), (told.get("at") or "").strip()
        if at and not TIME.fullmatch(at):
            self.add_error("at", "Enter a time, like 14:05")
        elif day and at:
            told["moment"] = wall_clock(day, at.replace(".", ":"))
        return told
