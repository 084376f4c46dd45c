"""Taking a referral: who is asking, for whom, what for and how soon."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import london_day, tidy_postcode, whole_number
from homeward.people.rules import Identity, read_nhs_number
from homeward.people.selectors import PostcodePlace
from homeward.people.services import NewAddress, NewPerson
from homeward.people.states import AddressKind
from homeward.procedures.selectors import library
from homeward.referrals.services import NewReferral
from homeward.referrals.states import Source, Urgency
from homeward.web.front_door.forms.fields import (
    FrontDoorForm,
    birth_date_typed,
    line_field,
    postcode_typed,
    text_field,
    time_typed,
)

SOMEBODY_NEW = "new"


def needs_in_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every need of the procedures, those that call for somebody within hours first."""
    crisis, everyday = [], []
    for need in library().needs:
        is_urgent = need.urgent_response_condition is not None or need.code == "other_crisis"
        (crisis if is_urgent else everyday).append((need.code, need.title))
    return [("In a crisis", crisis), ("To live well at home", everyday)]


class TakeReferralForm(FrontDoorForm):
    """A referral taken by a person: who is asking, for whom, what for and how soon."""

    source = forms.ChoiceField(choices=Source.choices, error_messages={"required": "Choose who is asking"})
    requester_name = line_field(160)
    requester_role = line_field(120)
    requester_organisation = line_field(160)
    requester_phone = line_field(60)
    received_time = line_field(5)

    given_name = line_field(120)
    family_name = line_field(120)
    birth_day = line_field(9)
    birth_month = line_field(9)
    birth_year = line_field(9)
    nhs_number = line_field(20)
    phone = line_field(40)
    address_lines = line_field(250)
    postcode = line_field(10)
    known = line_field(20)

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

    FIRST_INPUTS = {"birth_month": "birth_day", "birth_year": "birth_day"}

    def __init__(self, *args, now: datetime, **kwargs) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def clean_need_code(self) -> str:
        code = self.cleaned_data["need_code"]
        if code and code not in {need.code for need in library().needs}:
            raise ValidationError("Choose what help is needed from the list")
        return code

    def clean_postcode(self) -> str:
        return postcode_typed(self.cleaned_data["postcode"])

    def clean_place_postcode(self) -> str:
        return postcode_typed(self.cleaned_data["place_postcode"])

    def clean_received_time(self) -> datetime | None:
        return time_typed(self.cleaned_data["received_time"], self.now)

    def clean(self) -> dict:
        told = super().clean()
        try:
            parts = [told.get(part, "") for part in ("birth_day", "birth_month", "birth_year")]
            told["birth_date"], told["birth_text"] = birth_date_typed(*parts, london_day(self.now))
        except ValidationError as error:
            self.add_error("birth_day", error)
        is_chosen = whole_number(told.get("known", "")) is not None
        if not is_chosen and not told.get("given_name") and not told.get("family_name"):
            self.add_error("given_name", "Enter the person's name. If nobody knows it, enter Unknown")
        if not told.get("need_text") and not told.get("need_code") and "need_code" not in self.errors:
            self.add_error("need_code", "Choose what help is needed, or say it in your own words")
        return told

    def identity(self) -> Identity:
        """Who the person seems to be from what has been typed so far, right or wrong."""
        told = {name: self.typed(name).strip() for name in self.fields}
        digits, is_valid = read_nhs_number(told["nhs_number"])
        try:
            parts = (told["birth_day"], told["birth_month"], told["birth_year"])
            birth_date, _ = birth_date_typed(*parts, london_day(self.now))
        except ValidationError:
            birth_date = None
        return Identity(
            given_name=told["given_name"],
            family_name=told["family_name"],
            birth_date=birth_date,
            nhs_number=digits,
            is_nhs_number_verified=is_valid,
            postcode=tidy_postcode(told["postcode"]),
            phone=told["phone"],
        )

    def new_person(self, place: PostcodePlace | None) -> NewPerson:
        """Somebody the service has not met, as told; `place` is where their postcode is."""
        told = self.cleaned_data
        address = None
        if told["address_lines"] or told["postcode"]:
            address = _address(told["address_lines"], told["postcode"], place, AddressKind.HOME)
        return NewPerson(
            given_name=told["given_name"],
            family_name=told["family_name"],
            birth_date=told["birth_date"],
            birth_text=told["birth_text"],
            nhs_number=told["nhs_number"],
            phone=told["phone"],
            address=address,
        )

    def staying_at(self, place: PostcodePlace | None) -> NewAddress | None:
        """Where the person is when they are not at home; None when they are."""
        told = self.cleaned_data
        if not told["place_text"] and not told["place_postcode"]:
            return None
        return _address(told["place_text"], told["place_postcode"], place, AddressKind.TEMPORARY)

    def new_referral(self, place: PostcodePlace | None, details: list[dict]) -> NewReferral:
        """The referral as told; `place` is where the person is when not at home."""
        told = self.cleaned_data
        where = [told["place_text"], told["place_postcode"]]
        return NewReferral(
            source=told["source"],
            urgency=told["urgency"],
            need_code=told["need_code"],
            need_text=told["need_text"],
            received_at=told["received_time"],
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


def _address(lines: str, postcode: str, place: PostcodePlace | None, kind: str) -> NewAddress:
    return NewAddress(
        lines=lines,
        postcode=postcode,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        kind=kind,
    )
