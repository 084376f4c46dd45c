"""What is typed to share a plan."""

from django import forms

from homeward.people.services.sharing import LONGEST_SHARED


class ShareForm(forms.Form):
    """For whom, for how long, and where the codes go. `who` is a contact's number, or "person"."""

    who = forms.CharField(error_messages={"required": "Choose who the link is for"})
    channel = forms.ChoiceField(
        choices=[("sms", "Text message"), ("email", "Email")],
        error_messages={"required": "Choose how codes are sent", "invalid_choice": "Choose how codes are sent"},
    )
    address = forms.CharField(max_length=300, error_messages={"required": "Enter the phone number or email address"})
    days = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_SHARED,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), f"Enter a number of days from 1 to {LONGEST_SHARED}"
        ),
    )

    def typed(self, name: str) -> str:
        """What stands in a field: what was typed, or what it starts with."""
        return str((self.data.get(name) if self.is_bound else self.initial.get(name, "")) or "")
