"""What is typed about cover. Nothing typed is lost where it is refused."""

from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import wall_clock, whole_number
from homeward.roster.rules import WALL_CLOCK
from homeward.web.front_door.forms.fields import FrontDoorForm, line_field, text_field


def _number(typed: str, what: str) -> int:
    number = whole_number(typed.strip() or "0")
    if number is None:
        raise ValidationError(f"Enter {what} as a number")
    return number


class HoursForm(FrontDoorForm):
    """Hours of the week to cover, and by how many."""

    FIRST_INPUTS = {"kind": "kind", "weekdays": "weekdays-1"}
    kind = forms.CharField(error_messages={"required": "Choose day, evening, night or on call"})
    starts_at = forms.CharField(error_messages={"required": "Enter when it starts, like 21:00"})
    ends_at = forms.CharField(error_messages={"required": "Enter when it ends, like 07:00"})
    weekdays = forms.CharField(required=False)
    least_health = line_field(3)
    least_care = line_field(3)

    def clean_least_health(self) -> int:
        return _number(self.cleaned_data["least_health"], "how many health responders")

    def clean_least_care(self) -> int:
        return _number(self.cleaned_data["least_care"], "how many care responders")

    def clean(self) -> dict:
        told = super().clean()
        told["weekdays"] = "".join(self.data.getlist("weekdays"))
        if not told["weekdays"]:
            self.add_error("weekdays", "Choose at least one day")
        return told

    def ticked(self, name: str) -> list[str]:
        """Which boxes of a group were ticked; all days, before anything is typed."""
        return self.data.getlist(name) if self.is_bound else list("1234567")


class OnCallForm(FrontDoorForm):
    """Who answers the phone, and between which two moments."""

    FIRST_INPUTS = {"starts": "starts_day", "ends": "ends_day"}
    title = forms.CharField(max_length=80, error_messages={"required": "Say what they are on call as"})
    name = forms.CharField(max_length=120, error_messages={"required": "Enter their name"})
    phone = forms.CharField(max_length=40, error_messages={"required": "Enter the number to call"})
    starts_day = forms.CharField(required=False)
    starts_time = forms.CharField(required=False)
    ends_day = forms.CharField(required=False)
    ends_time = forms.CharField(required=False)

    def clean(self) -> dict:
        told = super().clean()
        for edge in ("starts", "ends"):
            moment = self._moment(edge)
            if moment is None:
                self.add_error(f"{edge}_day", f"Enter the day and time it {edge}, like 24/11/2026 and 17:00")
            told[f"{edge}_at"] = moment
        return told

    def _moment(self, edge: str) -> datetime | None:
        clock = self.data.get(f"{edge}_time", "").strip()
        try:
            day = date.fromisoformat(self.data.get(f"{edge}_day", "").strip())
        except ValueError:
            return None
        return wall_clock(day, clock) if WALL_CLOCK.match(clock) else None


class AreaForm(FrontDoorForm):
    """How far a service goes."""

    radius = line_field(4)
    districts = text_field()

    def clean_radius(self) -> int:
        return _number(self.cleaned_data["radius"], "how many kilometres")


class NoteForm(FrontDoorForm):
    """Something either shift adds to a handover sheet."""

    text = forms.CharField(
        max_length=4000, error_messages={"required": "Write the note", "max_length": "Use fewer words"}
    )
