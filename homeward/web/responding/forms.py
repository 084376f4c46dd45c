"""What is typed on the crisis board."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import whole_number
from homeward.web.front_door.forms.fields import FrontDoorForm, time_typed


class SendForm(FrontDoorForm):
    """Who goes, one `slot:worker` for each, and when they can be there."""

    who = forms.CharField(required=False)
    at = forms.CharField(required=False)

    def clean(self) -> dict:
        told = super().clean()
        chosen = {}
        for pair in self.data.getlist("who"):
            slot, worker = (whole_number(part) for part in (pair.partition(":")[::2]))
            if slot is None or worker is None:
                raise ValidationError("Choose who goes")
            chosen[slot] = worker
        if not chosen:
            raise ValidationError("Choose who goes")
        told["workers"] = chosen
        try:
            told["starts_at"] = datetime.fromisoformat(told.get("at", ""))
        except ValueError as error:
            raise ValidationError("Choose who goes from the list again") from error
        if told["starts_at"].tzinfo is None:
            raise ValidationError("Choose who goes from the list again")
        return told


class TimeForm(FrontDoorForm):
    """When something happened, now if nothing is typed, and a note."""

    at = forms.CharField(required=False)
    note = forms.CharField(required=False, max_length=4000)

    def __init__(self, *args, now: datetime, **kwargs) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def clean_at(self) -> datetime:
        return time_typed(self.cleaned_data["at"], self.now) or self.now


class CloseForm(FrontDoorForm):
    """How a response ended."""

    outcome = forms.CharField(error_messages={"required": "Choose how it ended"})
    note = forms.CharField(required=False, max_length=4000, error_messages={"max_length": "Use fewer words"})
