"""Handing in a file of referrals."""

from django import forms

from homeward.referrals.rules import LARGEST_FILE
from homeward.web.front_door.forms.fields import FrontDoorForm

TOO_LARGE = f"The file is over {LARGEST_FILE // 1024**2} MB. Send it in parts"


class FileForm(FrontDoorForm):
    """Who sent the file, and the file itself."""

    sent_by = forms.CharField(
        max_length=100,
        error_messages={"required": "Say who sent the file", "max_length": "Use 100 characters or fewer"},
    )
    file = forms.FileField(error_messages={"required": "Choose a file", "empty": "The file is empty. Choose another"})

    def clean_file(self):
        """The file, unless it is too large to be read while somebody waits."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(TOO_LARGE)
        return file
