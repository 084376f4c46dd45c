"""What is typed at the front door. Nothing typed is ever lost: a form with errors shows what was typed again."""

import re
from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import is_postcode, london_day, tidy_postcode, wall_clock, whole_number
from homeward.people.rules import Identity, read_nhs_number
from homeward.people.selectors import PostcodePlace
from homeward.people.services import NewAddress, NewPerson
from homeward.people.states import AddressKind
from homeward.procedures.rules import Pathway
from homeward.procedures.selectors import library
from homeward.referrals.services import NewReferral
from homeward.referrals.states import CallOutcome, Source, Urgency

OLDEST_YEARS = 120  # nobody living in the United Kingdom has been older; more is a slip of the keys
SOMEBODY_NEW = "new"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class FrontDoorForm(forms.Form):
    """A form whose fields a template prints by name."""

    # Where the first input of a group of inputs is not called like the field.
    FIRST_INPUTS: dict[str, str] = {}

    def typed(self, name: str) -> str:
        """What was typed in a field, or what it starts with; no database can look for a null character."""
        if self.is_bound:
            return self.data.get(name, "").replace("\0", "")
        return self.initial.get(name, "")

    def problems(self) -> list[tuple[str, str]]:
        """Each field with an error and what to do about it, in the order of the page."""
        order = list(self.fields)
        names = sorted(self.errors, key=lambda name: order.index(name) if name in order else -1)
        return [(name, self.errors[name][0]) for name in names]

    def first_input(self, name: str) -> str:
        """The id of the input an error about a field points to."""
        return self.FIRST_INPUTS.get(name, name)


def _line(limit: int) -> forms.CharField:
    return forms.CharField(
        required=False, max_length=limit, error_messages={"max_length": f"Use {limit} characters or fewer"}
    )


def _text() -> forms.CharField:
    return forms.CharField(required=False, max_length=4000, error_messages={"max_length": "Use fewer words"})


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
    requester_name = _line(160)
    requester_role = _line(120)
    requester_organisation = _line(160)
    requester_phone = _line(60)
    received_time = _line(5)

    given_name = _line(120)
    family_name = _line(120)
    birth_day = _line(9)
    birth_month = _line(9)
    birth_year = _line(9)
    nhs_number = _line(20)
    phone = _line(40)
    address_lines = _line(250)
    postcode = _line(10)
    known = _line(20)

    need_code = forms.CharField(required=False)
    need_text = _text()
    urgency = forms.ChoiceField(
        choices=Urgency.choices, error_messages={"required": "Choose how soon someone is needed"}
    )
    safeguarding_text = _text()
    scene_safety = _line(200)
    place_text = _line(250)
    place_postcode = _line(10)
    contact_name = _line(160)
    contact_phone = _line(60)
    promised_text = _line(250)

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
        return _postcode(self.cleaned_data["postcode"])

    def clean_place_postcode(self) -> str:
        return _postcode(self.cleaned_data["place_postcode"])

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


class DecisionForm(FrontDoorForm):
    """One decision about a referral; which fields count depends on which decision."""

    FIRST_INPUTS = {"met": "met-1", "to": "redirect_to"}
    reason = _text()
    to = _line(160)
    pathway = _line(80)

    def __init__(self, *args, decision: str, **kwargs) -> None:
        self.decision = decision
        super().__init__(*args, **kwargs)

    def first_input(self, name: str) -> str:
        return {"reason": f"{self.decision}_reason", "to": "redirect_to"}.get(name, super().first_input(name))

    def clean(self) -> dict:
        told = super().clean()
        if self.decision == "redirect" and not told.get("to"):
            self.add_error("to", "Say where the referral goes")
        if self.decision in REASONS_NEEDED and not told.get("reason"):
            self.add_error("reason", REASONS_NEEDED[self.decision])
        return told

    def blank(self, decision: str) -> "DecisionForm":
        """An empty form of another decision, beside this one."""
        return DecisionForm(decision=decision)

    def ticked(self, name: str) -> list[str]:
        """The codes ticked under a name."""
        return self.data.getlist(name) if self.is_bound else []

    def check_entry(self, pathway: Pathway) -> str:
        """What was ticked against a pathway's entry, in words for the record, with the reason given.

        Adds an error to the form where something speaks against accepting and no reason is given.
        """
        met, against = self.ticked("met"), self.ticked("against")
        missing = [one.text for one in pathway.entry.criteria if one.required and one.code not in met]
        standing = [one for one in pathway.entry.exclusions if one.code in against]
        reason = self.cleaned_data.get("reason", "")
        if standing and not reason:
            self.add_error("reason", f"You ticked: {standing[0].text}. {standing[0].instead} Or say why you accept")
        elif missing and not reason:
            self.add_error("reason", f"Not ticked: {missing[0]}. Tick it, or say why you accept without it")
        said = ["All the entry criteria are met."] if not missing else [f"Not ticked: {'; '.join(missing)}."]
        if standing:
            said.append(f"Speaks against it: {'; '.join(one.text for one in standing)}.")
        return " ".join([*said, reason]).strip()


REASONS_NEEDED = {
    "redirect": "Say why it goes there. The person who referred will be told",
    "decline": "Give a reason. The person who referred will be told",
    "ask": "Say what you need to know",
}


class CallForm(FrontDoorForm):
    """A call in under 30 seconds: who, about whom, what came of it."""

    source = forms.ChoiceField(choices=Source.choices, error_messages={"required": "Choose who called"})
    caller_name = _line(160)
    caller_organisation = _line(160)
    caller_phone = _line(60)
    about = _line(120)
    person = _line(20)
    reason = _text()
    outcome = forms.ChoiceField(
        choices=CallOutcome.choices, error_messages={"required": "Choose what came of the call"}
    )
    advice = _text()

    def clean(self) -> dict:
        told = super().clean()
        if told.get("outcome") == CallOutcome.ADVICE and not told.get("advice"):
            self.add_error("advice", "Write the advice you gave")
        return told


def _postcode(typed: str) -> str:
    if typed and not is_postcode(typed):
        raise ValidationError("Enter a full postcode, like DE1 3DA, or leave it empty")
    return tidy_postcode(typed)


def _address(lines: str, postcode: str, place: PostcodePlace | None, kind: str) -> NewAddress:
    return NewAddress(
        lines=lines,
        postcode=postcode,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        kind=kind,
    )


def time_typed(typed: str, now: datetime) -> datetime | None:
    """The last moment before `now` when a clock in England showed what was typed ("14:05"); None when nothing was.

    Raises: ValidationError.
    """
    if not typed:
        return None
    match = re.fullmatch(r"([01]?\d|2[0-3])[:.]?([0-5]\d)", typed.strip())
    if match is None:
        raise ValidationError("Enter a time, like 14:05")
    at = wall_clock(london_day(now), f"{match[1]}:{match[2]}")
    if at > now:
        # after midnight, what was typed may be of the evening before; otherwise it is still to come
        before = wall_clock(date.fromordinal(london_day(now).toordinal() - 1), f"{match[1]}:{match[2]}")
        if (now - before).total_seconds() > MOST_HOURS_BACK * 3600:
            raise ValidationError("The time is in the future. Check it")
        at = before
    return at


MOST_HOURS_BACK = 6  # longer than any shift leaves a time unrecorded


def birth_date_typed(day: str, month: str, year: str, today: date) -> tuple[date | None, str]:
    """A date of birth as typed: the date, or the part that is known ("1941", "1941-03"), or neither.

    Raises: ValidationError.
    """
    day, month, year = day.strip(), month.strip(), year.strip()
    if not (day or month or year):
        return None, ""
    if month[:3].lower() in MONTHS:
        month = str(MONTHS.index(month[:3].lower()) + 1)
    if not re.fullmatch(r"\d{4}", year):
        raise ValidationError("Year of birth must have 4 numbers, like 1941")
    if (month and not month.isdigit()) or (day and not day.isdigit()) or (day and not month):
        raise ValidationError("Enter the date of birth in numbers, like 9 3 1941")
    try:
        known = date(int(year), int(month or 1), int(day or 1))
    except (ValueError, OverflowError) as error:
        raise ValidationError("Date of birth must be a real date, like 9 3 1941") from error
    if known > today:
        raise ValidationError("Date of birth must be in the past")
    if today.year - known.year > OLDEST_YEARS:
        raise ValidationError("Check the year of birth")
    if day:
        return known, ""
    return None, f"{known:%Y-%m}" if month else f"{known:%Y}"
