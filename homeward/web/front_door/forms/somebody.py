"""Who somebody is, as typed: whether they are known already is looked up before anything is saved."""

from datetime import datetime

from django.core.exceptions import ValidationError

from homeward.kernel.rules import london_day, tidy_postcode, whole_number
from homeward.people.rules import Identity, read_nhs_number
from homeward.people.selectors import PostcodePlace
from homeward.people.services import NewAddress, NewPerson
from homeward.people.states import AddressKind
from homeward.web.front_door.forms.fields import FrontDoorForm, birth_date_typed, line_field, postcode_typed

SOMEBODY_NEW = "new"


class SomebodyForm(FrontDoorForm):
    """The part of a form that says who it is about; `known` is the number of a record, or SOMEBODY_NEW."""

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

    FIRST_INPUTS = {"birth_month": "birth_day", "birth_year": "birth_day"}

    def __init__(self, *args, now: datetime, **kwargs) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def clean_postcode(self) -> str:
        return postcode_typed(self.cleaned_data["postcode"])

    def check_person(self, told: dict) -> None:
        """Read the date of birth, and see that it is about somebody: a record that is known, or a name."""
        try:
            parts = [told.get(part, "") for part in ("birth_day", "birth_month", "birth_year")]
            told["birth_date"], told["birth_text"] = birth_date_typed(*parts, london_day(self.now))
        except ValidationError as error:
            self.add_error("birth_day", error)
        is_chosen = whole_number(told.get("known", "")) is not None
        if not is_chosen and not told.get("given_name") and not told.get("family_name"):
            self.add_error("given_name", "Enter the person's name. If nobody knows it, enter Unknown")

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
            address = place_address(told["address_lines"], told["postcode"], place, AddressKind.HOME)
        return NewPerson(
            given_name=told["given_name"],
            family_name=told["family_name"],
            birth_date=told["birth_date"],
            birth_text=told["birth_text"],
            nhs_number=told["nhs_number"],
            phone=told["phone"],
            address=address,
        )


def place_address(lines: str, postcode: str, place: PostcodePlace | None, kind: str) -> NewAddress:
    """An address as typed, on the map where its postcode is known."""
    return NewAddress(
        lines=lines,
        postcode=postcode,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        kind=kind,
    )
