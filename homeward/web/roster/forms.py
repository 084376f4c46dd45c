"""What is typed about the rota, contracts and requests. Nothing typed is lost where it is refused."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import whole_number
from homeward.web.front_door.forms.fields import FrontDoorForm, hours_and_minutes, line_field

MINUTES = 60


def time_field(what: str) -> forms.CharField:
    """A time of the wall clock that must be there."""
    return forms.CharField(max_length=5, error_messages={"required": f"Enter {what}, like 07:00"})


def _wall(typed: str) -> str:
    hours, minutes = hours_and_minutes(typed)
    return f"{hours:02d}:{minutes:02d}"


def day_typed(typed: str, what: str) -> date:
    """A day as a date input sends it.

    Raises: ValidationError.
    """
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError as error:
        raise ValidationError(f"Enter {what}, like 24/11/2026") from error
    if not 2000 <= day.year < 2100:
        raise ValidationError(f"Enter {what} of this century")
    return day


class TimesForm(FrontDoorForm):
    """When a shift starts and ends, and why a limit is passed."""

    starts_at = time_field("when it starts")
    ends_at = time_field("when it ends")
    reason = line_field(500)

    def clean_starts_at(self) -> str:
        return _wall(self.cleaned_data["starts_at"])

    def clean_ends_at(self) -> str:
        return _wall(self.cleaned_data["ends_at"])


class MoveForm(FrontDoorForm):
    """Whose shift moves to whom, and to which day."""

    worker = forms.IntegerField(min_value=1, error_messages={"required": "Choose whose shift it is"})
    day = forms.CharField()
    to_worker = forms.IntegerField(
        min_value=1, error_messages={"required": "Choose who works it", "invalid": "Choose who works it"}
    )
    to_day = forms.CharField(error_messages={"required": "Enter the day it moves to"})
    reason = line_field(500)

    def clean_day(self) -> date:
        return day_typed(self.cleaned_data["day"], "the day of the shift")

    def clean_to_day(self) -> date:
        return day_typed(self.cleaned_data["to_day"], "the day it moves to")


class DaysForm(FrontDoorForm):
    """From which day to which, why or what kind."""

    kind = line_field(12)
    starts_on = forms.CharField(error_messages={"required": "Enter the first day"})
    ends_on = line_field(12)
    text = line_field(500)

    def clean_starts_on(self) -> date:
        return day_typed(self.cleaned_data["starts_on"], "the first day")

    def clean_ends_on(self) -> date | None:
        typed = self.cleaned_data["ends_on"]
        return day_typed(typed, "the last day") if typed else None


class WishForm(TimesForm):
    """A day and times somebody would like to work, or that need somebody."""

    on = forms.CharField(error_messages={"required": "Enter the day"})
    text = line_field(500)
    skill = line_field(60)

    def clean_on(self) -> date:
        return day_typed(self.cleaned_data["on"], "the day")


def number_of(typed: str, what: str) -> int | None:
    """A whole number, None where nothing was typed.

    Raises: ValidationError.
    """
    if not typed.strip():
        return None
    number = whole_number(typed.strip())
    if number is None or number > 100_000:
        raise ValidationError(f"Enter {what} as a whole number")
    return number


def minutes_of(typed: str, what: str) -> int | None:
    """Hours, such as 37.5 or 37:30, as minutes; None where nothing was typed.

    Raises: ValidationError.
    """
    typed = typed.strip().replace(",", ".")
    if not typed:
        return None
    hours, _, rest = typed.partition(":")
    try:
        minutes = round(float(typed) * MINUTES) if not rest else int(hours) * MINUTES + int(rest)
    except (ValueError, OverflowError) as error:
        raise ValidationError(f"Enter {what} in hours, like 37.5") from error
    if not 0 <= minutes <= 168 * MINUTES:
        raise ValidationError(f"Enter {what} in hours, like 37.5")
    return minutes


class ContractForm(FrontDoorForm):
    """What was agreed with a worker."""

    kind = forms.CharField(error_messages={"required": "Choose the kind of contract"})
    pay_basis = forms.CharField(error_messages={"required": "Choose what is paid for"})
    weekly_hours = line_field(6)
    hourly_pounds = line_field(8)
    overtime = line_field(4)
    starts_on = forms.CharField(error_messages={"required": "Enter the first day"})
    ends_on = line_field(12)
    areas = line_field(300)
    nights = line_field(4)
    opted_out = line_field(4)

    def clean_weekly_hours(self) -> int | None:
        return minutes_of(self.cleaned_data["weekly_hours"], "the hours a week")

    def clean_hourly_pounds(self) -> int | None:
        typed = self.cleaned_data["hourly_pounds"].strip().removeprefix("£").replace(",", ".")
        if not typed:
            return None
        try:
            pence = round(float(typed) * 100)
        except (ValueError, OverflowError) as error:
            raise ValidationError("Enter what an hour costs in pounds, like 21.50") from error
        if not 0 < pence < 100_000:
            raise ValidationError("Enter what an hour costs in pounds, like 21.50")
        return pence

    def clean_overtime(self) -> int:
        return number_of(self.cleaned_data["overtime"], "the percentage for overtime") or 0

    def clean_starts_on(self) -> date:
        return day_typed(self.cleaned_data["starts_on"], "the first day")

    def clean_ends_on(self) -> date | None:
        typed = self.cleaned_data["ends_on"]
        return day_typed(typed, "the last day") if typed else None

    def clean_areas(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["areas"].replace(",", " ").split())


class RegistrationForm(FrontDoorForm):
    """An entry of a register as it was looked up."""

    register = forms.CharField(error_messages={"required": "Choose the register"})
    number = forms.CharField(max_length=20, error_messages={"required": "Enter the number"})
    expires_on = forms.CharField(error_messages={"required": "Enter the day it runs out"})
    checked_on = forms.CharField(error_messages={"required": "Enter the day you looked it up"})
    restrictions = line_field(500)

    def clean_expires_on(self) -> date:
        return day_typed(self.cleaned_data["expires_on"], "the day it runs out")

    def clean_checked_on(self) -> date:
        return day_typed(self.cleaned_data["checked_on"], "the day you looked it up")


class TrainingForm(FrontDoorForm):
    """A course that was done."""

    title = forms.CharField(max_length=160, error_messages={"required": "Enter which course it was"})
    provider = line_field(160)
    done_on = forms.CharField(error_messages={"required": "Enter the day it was done"})
    lasts_until = line_field(12)
    mandatory = line_field(4)

    def clean_done_on(self) -> date:
        return day_typed(self.cleaned_data["done_on"], "the day it was done")

    def clean_lasts_until(self) -> date | None:
        typed = self.cleaned_data["lasts_until"]
        return day_typed(typed, "the day it runs out") if typed else None


class TraitForm(FrontDoorForm):
    """What matters of a worker where people may ask for it."""

    trait = forms.CharField(max_length=12, error_messages={"required": "Choose what it is"})
    language = line_field(120)


class RulesForm(FrontDoorForm):
    """What an employer allows; empty is as the law says."""

    longest_shift = line_field(6)
    least_rest = line_field(6)
    days_in_a_row = line_field(3)
    nights_in_a_row = line_field(3)
    weekly_hours = line_field(6)
    agreement = line_field(250)

    def clean_longest_shift(self) -> int | None:
        return minutes_of(self.cleaned_data["longest_shift"], "the longest shift")

    def clean_least_rest(self) -> int | None:
        return minutes_of(self.cleaned_data["least_rest"], "the least rest")

    def clean_days_in_a_row(self) -> int | None:
        return number_of(self.cleaned_data["days_in_a_row"], "the days in a row")

    def clean_nights_in_a_row(self) -> int | None:
        return number_of(self.cleaned_data["nights_in_a_row"], "the nights in a row")

    def clean_weekly_hours(self) -> int | None:
        return minutes_of(self.cleaned_data["weekly_hours"], "the hours a week")


class PatternForm(FrontDoorForm):
    """Weeks of shifts that repeat: a line for each week, as 07:00-14:30 or nothing for each day."""

    starts_on = forms.CharField(error_messages={"required": "Enter the Monday it begins on"})

    def clean_starts_on(self) -> date:
        return day_typed(self.cleaned_data["starts_on"], "the Monday it begins on")

    def rows(self, most_weeks: int) -> tuple[int, list[dict]]:
        """How many weeks were filled in, and their shifts. Two shifts of a day are parted by a comma or "and".

        Raises: ValidationError naming the week and day.
        """
        weeks, shifts = 0, []
        for week in range(1, most_weeks + 1):
            for weekday in range(1, 8):
                typed = (
                    self.data.get(f"w{week}d{weekday}", "").replace("and", ",").replace("–", "-").replace(" to ", "-")
                )
                for part in filter(None, (part.strip() for part in typed.split(","))):
                    since, _, until = part.partition("-")
                    try:
                        shifts.append(
                            {"week": week, "weekday": weekday, "starts_at": _wall(since), "ends_at": _wall(until)}
                        )
                    except ValidationError as error:
                        raise ValidationError(f"Week {week}, day {weekday}: enter times like 07:00-14:30") from error
                    weeks = week
        return weeks, shifts
