"""What every form of the front door shares: how fields are read and how errors are told."""

import re
from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError

from homeward.kernel.rules import is_postcode, london_day, tidy_postcode, wall_clock

OLDEST_YEARS = 120  # nobody living in the United Kingdom has been older; more is a slip of the keys
MOST_HOURS_BACK = 6  # longer than any shift leaves a time unrecorded
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


def line_field(limit: int) -> forms.CharField:
    """One line, which may be left empty."""
    return forms.CharField(
        required=False, max_length=limit, error_messages={"max_length": f"Use {limit} characters or fewer"}
    )


def text_field() -> forms.CharField:
    """A text, which may be left empty."""
    return forms.CharField(required=False, max_length=4000, error_messages={"max_length": "Use fewer words"})


def postcode_typed(typed: str) -> str:
    """A postcode as typed, tidied; empty when nothing was.

    Raises: ValidationError.
    """
    if typed and not is_postcode(typed):
        raise ValidationError("Enter a full postcode, like DE1 3DA, or leave it empty")
    return tidy_postcode(typed)


def time_typed(typed: str, now: datetime) -> datetime | None:
    """The last moment before `now` when a clock in England showed what was typed ("14:05"); None when nothing was.

    Raises: ValidationError.
    """
    if not typed:
        return None
    hours, minutes = hours_and_minutes(typed)
    at = wall_clock(london_day(now), f"{hours}:{minutes}")
    if at > now:
        # after midnight, what was typed may be of the evening before; otherwise it is still to come
        before = wall_clock(date.fromordinal(london_day(now).toordinal() - 1), f"{hours}:{minutes}")
        if (now - before).total_seconds() > MOST_HOURS_BACK * 3600:
            raise ValidationError("The time is in the future. Check it")
        at = before
    return at


def hours_and_minutes(typed: str) -> tuple[int, int]:
    """A time of day as typed: 14:05, 14.05, 1405 or 9:30.

    Raises: ValidationError.
    """
    match = re.fullmatch(r"([01]?\d|2[0-3])[:.]?([0-5]\d)", typed.strip())
    if match is None or not typed.isascii():
        raise ValidationError("Enter a time, like 14:05")
    return int(match[1]), int(match[2])


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
