"""Handing in a ward list."""

from datetime import datetime

from django import forms

from homeward.discharge.states.ward_lists import ListCovers
from homeward.kernel.rules import LONDON
from homeward.referrals.rules import LARGEST_FILE
from homeward.web.front_door.forms.fields import FrontDoorForm

TOO_LARGE = f"The file is over {LARGEST_FILE // 1024**2} MB. Send it in parts"


class WardListForm(FrontDoorForm):
    """Which hospital made the list and when, whom it is about, and the file."""

    hospital = forms.CharField(
        max_length=100,
        error_messages={"required": "Say which hospital the list is from", "max_length": "Use 100 characters or fewer"},
    )
    made_on = forms.DateField(
        error_messages={"required": "Say on which day the list was made", "invalid": "Give the day the list was made"}
    )
    made_at_time = forms.TimeField(
        error_messages={"required": "Say at what time the list was made", "invalid": "Give the time as 09:00"}
    )
    covers = forms.ChoiceField(choices=ListCovers.choices, error_messages={"required": "Say whom the list is about"})
    file = forms.FileField(error_messages={"required": "Choose a file", "empty": "The file is empty. Choose another"})

    def clean_file(self):
        """The file, unless it is too large to be read while somebody waits."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(TOO_LARGE)
        return file

    @property
    def made_at(self) -> datetime:
        """When the list was made, of a valid form."""
        cleaned = self.cleaned_data
        return datetime.combine(cleaned["made_on"], cleaned["made_at_time"], tzinfo=LONDON)
