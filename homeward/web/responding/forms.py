"""What is typed on the crisis board."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import whole_number
from homeward.visits.services import DAYS_AT_MOST
from homeward.web.front_door.forms.fields import FrontDoorForm, line_field, text_field, time_typed


class SendForm(FrontDoorForm):
    """Who goes, one `slot:worker` for each, and when they can be there."""

    who = forms.CharField(required=False)
    at = forms.CharField(required=False)
    # That somebody asked, and it is safe to go in: what the button says where nobody has said it before
    scene = forms.CharField(required=False)

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


class DecisionForm(FrontDoorForm):
    """A decision about a response, why, and what whoever referred was told."""

    decision = line_field(40)
    words = text_field()
    sender_told = line_field(250)


class StepUpForm(TimeForm):
    """What happened: an ambulance was called, or the person went into hospital."""

    kind = forms.CharField(error_messages={"required": "Choose what happened"})


class SupportForm(FrontDoorForm):
    """Which of the proposed visits, at which times of day, for how many days."""

    summary = text_field()
    not_agreed_reason = line_field(250)
    agreed = forms.CharField(required=False)

    def __init__(self, *args, templates: tuple, **kwargs) -> None:
        self.templates = templates
        super().__init__(*args, **kwargs)

    def clean(self) -> dict:
        told = super().clean()
        chosen = {}
        for template in self.templates:
            if template.code not in self.data.getlist("chosen"):
                continue
            days = whole_number(self.data.get(f"days-{template.code}", ""))
            if days is None or not 1 <= days <= DAYS_AT_MOST:
                self.add_error(None, f"{template.title}: choose for how many days, from 1 to {DAYS_AT_MOST}")
                continue
            times = tuple(self.data.getlist(f"times-{template.code}"))
            if template.times_of_day and not times:
                self.add_error(None, f"{template.title}: choose at least one time of day")
            chosen[template.code] = (times, days)
        if not chosen and not self.errors:
            self.add_error(None, "Choose at least one visit")
        if not told.get("agreed") and not told.get("not_agreed_reason"):
            self.add_error("not_agreed_reason", "Tick that the person agreed, or say why not")
        told["chosen"] = chosen
        return told
