"""What is typed about a referral at the desk: a comment, a word for a colleague, why to escalate, the right time."""

from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import london_day, wall_clock, whole_number
from homeward.web.front_door.forms.fields import FrontDoorForm, line_field, text_field

OLDEST_DAYS = 31  # a referral found later than that is a new one


class DeskForm(FrontDoorForm):
    """One thing done to a referral at the desk; `deed` says which, and so which fields count."""

    NEEDED = {
        "comment": ("text", "Write the comment"),
        "hand_over": ("note", "Say what the next person must know"),
        "escalate": ("reason", "Say why a senior must look at this"),
    }
    text = text_field()
    to = line_field(20)
    note = text_field()
    reason = text_field()

    def __init__(self, *args, deed: str, **kwargs) -> None:
        self.deed = deed
        super().__init__(*args, **kwargs)

    def clean(self) -> dict:
        told = super().clean()
        if self.deed == "hand_over" and whole_number(told.get("to", "")) is None:
            self.add_error("to", "Choose who takes it")
        name, words = self.NEEDED[self.deed]
        if not told.get(name):
            self.add_error(name, words)
        return told

    def blank(self, deed: str) -> "DeskForm":
        """An empty form of another deed, beside this one."""
        return DeskForm(deed=deed)


class RightTimeForm(FrontDoorForm):
    """When something really happened, and why the time on record was wrong."""

    event = line_field(20)
    right_day = forms.DateField(error_messages={"required": "Enter the day", "invalid": "Enter the day"})
    right_time = line_field(5)
    time_reason = text_field()

    def __init__(self, *args, now: datetime, **kwargs) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def clean(self) -> dict:
        told = super().clean()
        day, time = told.get("right_day"), told.get("right_time", "")
        if day and not 0 <= (london_day(self.now) - day).days <= OLDEST_DAYS:
            self.add_error("right_day", f"The day must be today or in the last {OLDEST_DAYS} days")
        elif day:
            try:
                told["happened_at"] = _moment(day, time)
            except ValidationError as error:
                self.add_error("right_time", error)
        if not told.get("time_reason"):
            self.add_error("time_reason", "Say why the time was wrong")
        return told


def _moment(day: date, typed: str) -> datetime:
    hours, colon, minutes = typed.replace(".", ":").partition(":")
    numbers = whole_number(hours), whole_number(minutes)
    if not colon or None in numbers or not (0 <= numbers[0] <= 23 and 0 <= numbers[1] <= 59):
        raise ValidationError("Enter a time, like 14:05")
    return wall_clock(day, f"{numbers[0]:02d}:{numbers[1]:02d}")
