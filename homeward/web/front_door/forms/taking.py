"""Taking a referral: who is asking, for whom, what for and how soon."""

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import LONDON, london_day, wall_clock
from homeward.people.selectors import PostcodePlace
from homeward.people.services import NewAddress
from homeward.people.states import AddressKind
from homeward.procedures.selectors import library
from homeward.referrals.services import NewReferral
from homeward.referrals.states import CallOutcome, Source, Urgency
from homeward.web.front_door.forms.fields import (
    hours_and_minutes,
    line_field,
    postcode_typed,
    text_field,
    time_typed,
)
from homeward.web.front_door.forms.somebody import SomebodyForm, place_address

ABOUT_PERSON, ABOUT_STAFF = "person", "staff"
SUBJECTS = ((ABOUT_PERSON, "A person"), (ABOUT_STAFF, "Staff or a service"))
STILL_NOW = timedelta(hours=1)  # a call longer ago than this names its day too
OLDEST_DAYS = 14  # what came longer ago is asked again, not taken late; a local decision
TITLES = {"mr", "mrs", "ms", "miss", "dr", "mx", "sir", "lady", "prof", "rev"}


def split_name(text: str) -> tuple[str, str]:
    """First and last name of somebody named in one line: "Mrs Ivy Okafor" is Ivy, Okafor; one word is a last name."""
    words = [word for word in text.split() if word.strip(".,").casefold() not in TITLES and word.casefold() != "a"]
    if not words:
        return "", ""
    return " ".join(words[:-1]), words[-1]


def needs_in_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every need of the procedures, those that call for somebody within hours first."""
    crisis, everyday = [], []
    for need in library().needs:
        is_urgent = need.urgent_response_condition is not None or need.code == "other_crisis"
        (crisis if is_urgent else everyday).append((need.code, need.title))
    return [("In a crisis", crisis), ("To live well at home", everyday)]


class TakeReferralForm(SomebodyForm):
    """A referral taken by a person: who is asking, for whom, what for and how soon."""

    subject = forms.ChoiceField(choices=SUBJECTS, required=False)
    about_name = line_field(160)

    source = forms.ChoiceField(choices=Source.choices, error_messages={"required": "Choose who is asking"})
    requester_name = line_field(160)
    requester_role = line_field(120)
    requester_organisation = line_field(160)
    requester_phone = line_field(60)
    received_time = line_field(5)
    received_day = forms.DateField(required=False, error_messages={"invalid": "Enter a day"})

    need_code = forms.CharField(required=False)
    need_text = text_field()
    urgency = forms.ChoiceField(
        choices=Urgency.choices, error_messages={"required": "Choose how soon someone is needed"}
    )
    safeguarding_text = text_field()
    scene_safety = line_field(200)
    place_text = line_field(250)
    place_postcode = line_field(10)
    contact_name = line_field(160)
    contact_phone = line_field(60)
    promised_text = line_field(250)
    call = line_field(20)

    def clean_need_code(self) -> str:
        code = self.cleaned_data["need_code"]
        if code and code not in {need.code for need in library().needs}:
            raise ValidationError("Choose what help is needed from the list")
        return code

    def clean_place_postcode(self) -> str:
        return postcode_typed(self.cleaned_data["place_postcode"])

    @property
    def is_about_staff(self) -> bool:
        """Whether it is about staff or a service, and so about no one person."""
        return self.typed("subject") == ABOUT_STAFF

    def clean(self) -> dict:
        told = super().clean()
        self._read_when(told)
        if self.is_about_staff:
            if not told.get("about_name"):
                self.add_error("about_name", "Say which staff or service it is about")
            told["birth_date"], told["birth_text"] = None, ""
            self._check_need(told)
            return told
        self.check_person(told)
        self._check_need(told)
        return told

    def _check_need(self, told: dict) -> None:
        if not told.get("need_text") and not told.get("need_code") and "need_code" not in self.errors:
            self.add_error("need_code", "Choose what help is needed, or say it in your own words")

    def _read_when(self, told: dict) -> None:
        """`received_at`: when it came in, None where it comes in now."""
        typed, day = told.get("received_time", ""), told.get("received_day")
        told["received_at"] = None
        today = london_day(self.now)
        try:
            if day is None or day == today:
                told["received_at"] = time_typed(typed, self.now)
            elif not 0 < (today - day).days <= OLDEST_DAYS:
                self.add_error("received_day", f"The day must be today or in the last {OLDEST_DAYS} days")
            elif not typed:
                self.add_error("received_time", "Enter the time it came in that day")
            else:
                hours, minutes = hours_and_minutes(typed)
                told["received_at"] = wall_clock(day, f"{hours}:{minutes}")
        except ValidationError as error:
            self.add_error("received_time", error)

    def staying_at(self, place: PostcodePlace | None) -> NewAddress | None:
        """Where the person is when they are not at home; None when they are."""
        told = self.cleaned_data
        if not told["place_text"] and not told["place_postcode"]:
            return None
        return place_address(told["place_text"], told["place_postcode"], place, AddressKind.TEMPORARY)

    def new_referral(self, place: PostcodePlace | None, details: list[dict]) -> NewReferral:
        """The referral as told; `place` is where the person is when not at home."""
        told = self.cleaned_data
        where = [told["place_text"], told["place_postcode"]]
        return NewReferral(
            source=told["source"],
            urgency=told["urgency"],
            need_code=told["need_code"],
            need_text=told["need_text"],
            received_at=told["received_at"],
            about=told["about_name"] if self.is_about_staff else "",
            requester_name=told["requester_name"],
            requester_role=told["requester_role"],
            requester_organisation=told["requester_organisation"],
            requester_phone=told["requester_phone"],
            safeguarding_text=told["safeguarding_text"],
            scene_safety=told["scene_safety"],
            contact_name=told["contact_name"],
            contact_phone=told["contact_phone"],
            place_text=", ".join(part for part in where if part),
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            promised_text=told["promised_text"],
            details=details,
        )


def from_call(call, now: datetime) -> dict:
    """What the form starts with where it comes of a call: everything that was said, so that nobody types it twice."""
    given_name, family_name = split_name(call.about_text)
    local = call.received_at.astimezone(LONDON)
    is_late = now - call.received_at > STILL_NOW
    return {
        "call": str(call.pk),
        "known": str(call.person_id or ""),
        "given_name": given_name,
        "family_name": family_name,
        "source": call.source,
        "requester_name": call.caller_name,
        "requester_organisation": call.caller_organisation,
        "requester_phone": call.caller_phone,
        # the clock starts when they asked; a call that ended otherwise asked for no referral then
        "received_time": f"{local:%H:%M}" if call.outcome == CallOutcome.REFERRAL else "",
        "received_day": local.date().isoformat() if call.outcome == CallOutcome.REFERRAL and is_late else "",
        "need_code": call.need_code,
        "need_text": call.reason,
        "urgency": call.urgency,
    }
