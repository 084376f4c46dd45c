"""What is asked of whoever raises a concern."""

import secrets
from datetime import datetime, timedelta

from django import forms
from django.http import QueryDict

from homeward.delegation.states import ConcernUrgency
from homeward.kernel.rules import whole_number

MYSELF, NOBODY_HERE = "me", "other"
# A device that says it kept one for longer has a wrong clock
KEPT_AT_MOST = timedelta(days=7)


class ConcernForm(forms.Form):
    """What somebody noticed, how soon it must be answered, and who noticed it.

    `sent_key` is made with the page: the same page sent again, as after no signal, raises nothing twice.
    """

    sent_key = forms.CharField(max_length=64)
    text = forms.CharField(max_length=4000, error_messages={"required": "Say what you noticed"})
    urgency = forms.ChoiceField(
        choices=ConcernUrgency.choices, error_messages={"required": "Choose how soon somebody must answer"}
    )
    who = forms.CharField(max_length=20, required=False)
    # When Send was pressed on a device that had no signal then
    written_at = forms.CharField(max_length=40, required=False)

    def __init__(self, posted: QueryDict | None = None) -> None:
        super().__init__(posted)
        self.key = (posted.get("sent_key", "") if posted is not None else "") or secrets.token_urlsafe(24)

    def typed(self, name: str) -> str:
        """What stands in a field."""
        return self.data.get(name, "") if self.is_bound else ""

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, for the summary at the top."""
        return [(name, told[0]) for name, told in self.errors.items()]

    def first_input(self, name: str) -> str:
        """Where a link to a problem leads."""
        return "text" if name in ("sent_key", "__all__") else name

    def noticed_at(self, now: datetime) -> datetime:
        """When it was noticed: now, or when it was written on a device that kept it, whose clock may be wrong."""
        try:
            at = datetime.fromisoformat(self.typed("written_at"))
        except ValueError:
            return now
        return at if at.tzinfo and now - KEPT_AT_MOST <= at <= now else now

    def worker(self) -> int | None:
        """The number of the worker who noticed it, where one was chosen."""
        return whole_number(self.typed("who"))
