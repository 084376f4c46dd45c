"""The open form on which professionals outside refer somebody, and the one on which they follow it."""

from datetime import datetime, timedelta

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from homeward.kernel.rules import is_valid_nhs_number, london_day, tidy_nhs_number
from homeward.people.services import NewAddress, NewPerson
from homeward.referrals.rules import code_hash
from homeward.referrals.services import NewReferral
from homeward.referrals.states import Source, Urgency
from homeward.web.front_door.forms.fields import (
    FrontDoorForm,
    birth_date_typed,
    line_field,
    postcode_typed,
    text_field,
)
from homeward.web.front_door.forms.taking import needs_in_groups

# Nobody fills the form in less; a form open longer shows what is wrong and is sent again. Local decisions.
LEAST_TIME = timedelta(seconds=5)
MOST_TIME = timedelta(hours=12)
STAMP_SALT = "professionals form"
# Families and people themselves call, so that somebody listens: the form is for those who know what to say.
PROFESSIONALS = tuple((value, words) for value, words in Source.choices if value not in (Source.FAMILY, Source.SELF))
CONSENT = (
    ("yes", "They know about this referral and agree"),
    ("best_interests", "They cannot decide this, and it is in their best interests"),
    ("not_asked", "They do not know yet"),
)
SOON = (
    (Urgency.CRISIS, "Within 2 hours", "Without help they may come to harm or go to hospital within hours"),
    (Urgency.TWO_DAYS, "Within 2 days", "Needs help to start soon, for example to come home from hospital"),
    (Urgency.ROUTINE, "Later", "Safe for now"),
)


def needed_line(limit: int, missing: str) -> forms.CharField:
    """One line that must be filled in; `missing` says what to do."""
    return forms.CharField(
        max_length=limit, error_messages={"required": missing, "max_length": f"Use {limit} characters or fewer"}
    )


def stamp(form_number: str, made_at: datetime) -> str:
    """What an empty form carries: its number and when it was made, signed."""
    return signing.dumps([form_number, int(made_at.timestamp())], salt=STAMP_SALT)


def read_stamp(text: str) -> tuple[str, float] | None:
    """The number of a form and when it was made, in seconds; None where it is not one of ours."""
    try:
        number, made_at = signing.loads(text, salt=STAMP_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(number), float(made_at)


class ProfessionalForm(FrontDoorForm):
    """Who refers, about whom, what happened and how soon. It asks for no more than a first decision needs."""

    service = line_field(60)
    source = forms.ChoiceField(choices=PROFESSIONALS, error_messages={"required": "Choose where you work"})
    requester_organisation = needed_line(160, "Enter the name of your organisation")
    requester_name = needed_line(160, "Enter your name")
    requester_role = needed_line(120, "Enter your role")
    requester_phone = needed_line(60, "Enter a phone number we can call you back on")
    requester_email = forms.EmailField(
        required=False, max_length=160, error_messages={"invalid": "Enter an email address, like name@example.nhs.uk"}
    )
    given_name = line_field(120)
    family_name = needed_line(120, "Enter their last name. If nobody knows it, enter Unknown")
    birth_day = line_field(9)
    birth_month = line_field(9)
    birth_year = line_field(9)
    nhs_number = line_field(20)
    address_lines = line_field(250)
    postcode = line_field(10)
    phone = line_field(40)
    place_text = line_field(250)
    contact_name = line_field(160)
    contact_phone = line_field(60)
    access = line_field(250)
    need_code = line_field(60)
    need_text = forms.CharField(
        max_length=4000, error_messages={"required": "Say what happened and what help is needed",
                                         "max_length": "Use fewer words: 4,000 characters at most"},
    )  # fmt: skip
    urgency = forms.ChoiceField(
        choices=[(value, words) for value, words, _ in SOON],
        error_messages={"required": "Choose how soon someone is needed"},
    )
    safeguarding_text = text_field()
    scene_safety = line_field(200)
    consent = forms.ChoiceField(
        choices=CONSENT, error_messages={"required": "Say whether they know about this referral"}
    )
    # A line that people do not see. Whoever fills it in is asked to empty it: it may be a browser that means well.
    website = line_field(200)
    stamp = line_field(300)

    FIRST_INPUTS = {"birth_month": "birth_day", "birth_year": "birth_day"}

    def __init__(self, *args, now: datetime, services: dict[str, str], **kwargs) -> None:
        self.now = now
        self.services = services
        self.form_number = ""
        super().__init__(*args, **kwargs)

    def clean_service(self) -> str:
        code = self.cleaned_data["service"]
        if len(self.services) == 1:
            return next(iter(self.services))
        if code not in self.services:
            raise ValidationError("Choose the service")
        return code

    def clean_nhs_number(self) -> str:
        number = tidy_nhs_number(self.cleaned_data["nhs_number"])
        if number and not is_valid_nhs_number(number):
            raise ValidationError("Check the NHS number: one of its 10 numbers is wrong. You can leave it empty")
        return number

    def clean_postcode(self) -> str:
        return postcode_typed(self.cleaned_data["postcode"])

    def clean_need_code(self) -> str:
        code = self.cleaned_data["need_code"]
        if code and code not in {value for _, options in needs_in_groups() for value, _ in options}:
            raise ValidationError("Choose what help is needed from the list")
        return code

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError("Leave the line called Website empty, and send the form again")
        return ""

    def clean_stamp(self) -> str:
        read = read_stamp(self.cleaned_data["stamp"])
        if read is None:
            raise ValidationError("This form was open too long. Nothing you typed is lost: send it again")
        age = self.now.timestamp() - read[1]
        if age > MOST_TIME.total_seconds():
            raise ValidationError("This form was open too long. Nothing you typed is lost: send it again")
        if age < LEAST_TIME.total_seconds():
            raise ValidationError("That was very quick. Check what you typed, and send it again")
        self.form_number = read[0]
        return self.cleaned_data["stamp"]

    def clean(self) -> dict:
        told = super().clean()
        try:
            parts = [told.get(part, "") for part in ("birth_day", "birth_month", "birth_year")]
            told["birth_date"], told["birth_text"] = birth_date_typed(*parts, london_day(self.now))
        except ValidationError as error:
            self.add_error("birth_day", error)
        if not told.get("address_lines") and not told.get("place_text") and "address_lines" not in self.errors:
            self.add_error("address_lines", "Enter their home address, or where they are now")
        return told

    def new_person(self) -> NewPerson:
        """The person as described."""
        told = self.cleaned_data
        address = None
        if told["address_lines"] or told["postcode"]:
            address = NewAddress(lines=told["address_lines"], postcode=told["postcode"], access_notes=told["access"])
        return NewPerson(
            given_name=told["given_name"],
            family_name=told["family_name"],
            birth_date=told["birth_date"],
            birth_text=told["birth_text"],
            nhs_number=told["nhs_number"],
            phone=told["phone"],
            address=address,
        )

    def new_referral(self, follow_code: str) -> NewReferral:
        """The referral as described. What fits no field of it, and what a record we hold may have otherwise, is kept
        as told."""
        told = self.cleaned_data
        names = f"{told['given_name']} {told['family_name']}".strip()
        details = [
            ("Agreement", dict(CONSENT)[told["consent"]]),
            ("Sender's email", told["requester_email"]),
            ("How to get in", told["access"]),
            ("Name as the sender gave it", names),
            ("Address as the sender gave it", ", ".join(filter(None, (told["address_lines"], told["postcode"])))),
            ("Phone as the sender gave it", told["phone"]),
        ]
        return NewReferral(
            source=told["source"],
            urgency=told["urgency"],
            need_code=told["need_code"],
            need_text=told["need_text"],
            requester_name=told["requester_name"],
            requester_role=told["requester_role"],
            requester_organisation=told["requester_organisation"],
            requester_phone=told["requester_phone"],
            safeguarding_text=told["safeguarding_text"],
            scene_safety=told["scene_safety"],
            contact_name=told["contact_name"],
            contact_phone=told["contact_phone"],
            place_text=told["place_text"],
            follow_code_hash=code_hash(follow_code),
            details=[{"title": title, "text": text} for title, text in details if text],
        )


class FollowForm(FrontDoorForm):
    """The reference and the code with which somebody follows what they sent."""

    reference = needed_line(20, "Enter the reference, like R000123")
    code = needed_line(20, "Enter the code, like ABCDE-FGHJK")
    text = text_field()
