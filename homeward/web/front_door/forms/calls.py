"""A call: who, about whom, what came of it. And calling back."""

from datetime import date, datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import london_day, wall_clock, whole_number
from homeward.procedures.selectors import library
from homeward.referrals.states import CallOutcome, Source
from homeward.web.front_door.forms.fields import FrontDoorForm, hours_and_minutes, line_field, text_field

# How soon a call back is usually promised. A local decision; any other time can be typed.
PROMISES = (("15", "15 minutes"), ("30", "30 minutes"), ("60", "1 hour"), ("120", "2 hours"), ("at", "At a time"))
LONGEST_SECONDS = 3600  # a form left open longer says nothing of how long a call took to log
# How the outcome is asked; the words of CallOutcome say it of a call that is over.
ASKED_OUTCOMES = (
    (CallOutcome.ADVICE, "Advice given"),
    (CallOutcome.CALL_BACK, "Call back"),
    (CallOutcome.PASSED_ON, "Passed on"),
    (CallOutcome.REFERRAL, "Referral"),
)


class CallForm(FrontDoorForm):
    """A call in under 30 seconds: who, about whom, what came of it."""

    source = forms.ChoiceField(choices=Source.choices, error_messages={"required": "Choose who called"})
    caller_name = line_field(160)
    caller_organisation = line_field(160)
    caller_phone = line_field(60)
    about = line_field(160)
    person = line_field(20)
    need_code = line_field(60)
    reason = text_field()
    outcome = forms.ChoiceField(
        choices=CallOutcome.choices, error_messages={"required": "Choose what came of the call"}
    )
    advice = text_field()
    promise = line_field(4)
    call_back_time = line_field(5)
    passed_to = line_field(160)
    seconds = line_field(8)

    def __init__(self, *args, now: datetime, **kwargs) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def clean_need_code(self) -> str:
        code = self.cleaned_data["need_code"]
        if code and code not in {need.code for need in library().needs}:
            raise ValidationError("Choose what it was about from the list")
        return code

    def clean_seconds(self) -> int | None:
        seconds = whole_number(self.cleaned_data["seconds"])
        return seconds if seconds is not None and seconds <= LONGEST_SECONDS else None

    def clean(self) -> dict:
        told = super().clean()
        outcome = told.get("outcome")
        told["call_back_by"] = None
        if outcome == CallOutcome.ADVICE and not told.get("advice"):
            self.add_error("advice", "Write the advice you gave")
        if outcome == CallOutcome.PASSED_ON and not told.get("passed_to"):
            self.add_error("passed_to", "Say who you passed it on to")
        if outcome == CallOutcome.CALL_BACK:
            if not told.get("caller_phone"):
                self.add_error("caller_phone", "Enter the number to call back on")
            try:
                told["call_back_by"] = self._call_back_by(told.get("promise", ""), told.get("call_back_time", ""))
            except ValidationError as error:
                self.add_error("promise" if told.get("promise", "") != "at" else "call_back_time", error)
        return told

    def _call_back_by(self, promise: str, typed: str) -> datetime:
        if promise not in dict(PROMISES):
            raise ValidationError("Choose when you promised to call back")
        if promise != "at":
            return self.now + timedelta(minutes=int(promise))
        hours, minutes = hours_and_minutes(typed)
        day = london_day(self.now)
        at = wall_clock(day, f"{hours:02d}:{minutes:02d}")
        # a time that has passed today is meant of tomorrow
        return at if at > self.now else wall_clock(day + timedelta(days=1), f"{hours:02d}:{minutes:02d}")


class CallBackForm(FrontDoorForm):
    """A try to call back: reached or not, and what was said."""

    reached = forms.ChoiceField(
        choices=[("yes", "Yes"), ("no", "No")], error_messages={"required": "Say whether you reached them"}
    )
    note = text_field()

    def clean(self) -> dict:
        told = super().clean()
        if told.get("reached") == "yes" and not told.get("note"):
            self.add_error("note", "Write what you agreed")
        return told


class CallsForm(FrontDoorForm):
    """Which calls to list."""

    day = forms.DateField(required=False, error_messages={"invalid": "Enter a day"})
    outcome = forms.ChoiceField(required=False, choices=[("", "All"), *CallOutcome.choices])
    only = forms.ChoiceField(required=False, choices=[("", "Everyone's"), ("mine", "Mine"), ("owed", "Owed")])

    def wanted(self) -> tuple[date | None, str, str]:
        """The day, the outcome and whose; what makes no sense is left out."""
        told = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return told.get("day"), told.get("outcome", ""), told.get("only", "")
