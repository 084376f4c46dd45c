"""What is typed in a huddle."""

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError

from homeward.kernel.rules import whole_number
from homeward.web.front_door.forms.fields import FrontDoorForm, line_field, text_field
from homeward.web.rounds.forms import owner_typed, time_choices, typed_moment


class PersonForm(FrontDoorForm):
    """What is said about somebody, and an action being agreed: saved as it is typed, whether whole or not.

    `page` is made with the page; `note` and `revision` say from which of the writer's notes it was made.
    """

    FIRST_INPUTS = {"until": "until-1", "owner": "owner-1"}
    page = line_field(64)
    note = line_field(20)
    revision = line_field(20)
    text = text_field()
    action = line_field(250)
    owner = line_field(40)
    other = line_field(40)
    until = line_field(40)
    until_day = line_field(20)
    until_time = line_field(20)

    @classmethod
    def opened_with(cls, note, now: datetime) -> "PersonForm":
        """The form as a page begins with it: the writer's own note so far, and a time to do it by."""
        times = time_choices(now)
        return cls(
            initial={
                "page": secrets.token_urlsafe(24),
                "note": str(note.pk) if note is not None else "",
                "revision": str(note.revision) if note is not None else "",
                "text": note.text if note is not None else "",
                "action": note.action if note is not None else "",
                "until": times[0][0],
            }
        )

    def numbers(self) -> dict[str, int | None]:
        """The note and the revision the page was made from."""
        return {
            "note_id": whole_number(self.typed("note")),
            "revision": whole_number(self.typed("revision")) or 0,
        }

    def owner_chosen(self):
        """Who is to do it: somebody else where one was named, or whoever was chosen of those proposed; or None."""
        return owner_typed(self.typed("other")) or owner_typed(self.typed("owner"))

    def moment(self) -> datetime | None:
        """By when; None, with an error on the form, where it was not said."""
        try:
            found = typed_moment(*(self.typed(name) for name in ("until", "until_day", "until_time")))
        except ValidationError as error:
            self.add_error("until", error)
            return None
        if found is None:
            self.add_error("until", "Say by when")
        return found
