"""A call: who, about whom, what came of it."""

from django import forms

from homeward.referrals.states import CallOutcome, Source
from homeward.web.front_door.forms.fields import FrontDoorForm, line_field, text_field


class CallForm(FrontDoorForm):
    """A call in under 30 seconds: who, about whom, what came of it."""

    source = forms.ChoiceField(choices=Source.choices, error_messages={"required": "Choose who called"})
    caller_name = line_field(160)
    caller_organisation = line_field(160)
    caller_phone = line_field(60)
    about = line_field(120)
    person = line_field(20)
    reason = text_field()
    outcome = forms.ChoiceField(
        choices=CallOutcome.choices, error_messages={"required": "Choose what came of the call"}
    )
    advice = text_field()

    def clean(self) -> dict:
        told = super().clean()
        if told.get("outcome") == CallOutcome.ADVICE and not told.get("advice"):
            self.add_error("advice", "Write the advice you gave")
        return told
