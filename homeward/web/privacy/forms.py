"""What is typed on the privacy pages. Nothing typed is lost: a form with errors shows what was typed again."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from homeward.rights.states import AppraisalDecision, Finding, RequestState, RightKind

LONGEST_TEXT = 5000


class PrivacyForm(forms.Form):
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


def _text(missing: str = "", longest: int = LONGEST_TEXT) -> forms.CharField:
    messages = {"max_length": f"Use {longest:,} characters or fewer"}
    if missing:
        messages["required"] = missing
    return forms.CharField(required=bool(missing), max_length=longest, error_messages=messages)


def _choice(choices, missing: str) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, error_messages={"required": missing, "invalid_choice": missing})


class DayField(forms.CharField):
    """A day as a browser sends it."""

    def clean(self, value: str) -> date | None:
        text = super().clean(value).strip()
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValidationError("Enter the day as year, month and day, such as 2026-11-24") from error


class ReferenceForm(PrivacyForm):
    """Whose record, by reference."""

    reference = _text("Enter a reference", 40)


class EventForm(PrivacyForm):
    """What to look for in the audit trail."""

    name = _text(longest=120)
    reference = _text(longest=40)
    action = _text(longest=60)
    first_day = DayField(required=False)
    last_day = DayField(required=False)


class FindingForm(PrivacyForm):
    """What somebody makes of a reading."""

    finding = _choice(Finding.choices, "Say whether it was right")
    note = _text()


class RequestForm(PrivacyForm):
    """Somebody asking about their own record."""

    reference = _text("Enter the person’s reference", 40)
    kind = _choice(RightKind.choices, "Choose what they ask")
    received_on = DayField(error_messages={"required": "Enter the day it came"})
    identity_checked = _text("Say how you know who they are", 250)
    asked_by = _text(longest=200)
    authority = _text(longest=250)
    wanted = _text()


class ReasonForm(PrivacyForm):
    """Why."""

    reason = _text("Say why", 250)


class AnswerForm(PrivacyForm):
    """How a request was closed."""

    state = _choice(
        [one for one in RequestState.choices if one[0] != RequestState.OPEN],
        "Say whether it was answered, refused or withdrawn",
    )
    outcome = _text("Say what the person was told")


class AppraisalForm(PrivacyForm):
    """What becomes of a record."""

    decision = _choice(AppraisalDecision.choices, "Choose what becomes of the record")
    keep_until = DayField(required=False)
    transfer_to = _text(longest=200)
    reason = _text("Say why")


class SecondForm(PrivacyForm):
    """Whether a second person agrees."""

    agrees = _choice([("yes", ""), ("no", "")], "Say whether you agree")
    note = _text()


class StaffForm(PrivacyForm):
    """What is kept of somebody who works here."""

    postcode = _text(longest=10)
    reference = _text(longest=40)
