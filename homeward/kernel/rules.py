"""Questions about identifiers, places and time that have one right answer everywhere."""

import math
import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from hashlib import sha256
from zoneinfo import ZoneInfo

import nhs_number

LONDON = ZoneInfo("Europe/London")

# 124,441 of 124,441 unit postcodes of Code-Point Open match (STANDARDS section E).
POSTCODE = re.compile(
    r"^(GIR ?0AA|[A-PR-UWYZ]"
    r"([0-9]{1,2}|([A-HK-Y][0-9]([0-9ABEHMNPRV-Y])?)|[0-9][A-HJKPS-UW])\s?[0-9][ABD-HJLNP-UW-Z]{2})$"
)
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


class RefusedError(Exception):
    """Something the service will not do as asked. The text is for the person who asked: what is wrong, what to do."""


def whole_number(text: str) -> int | None:
    """The whole number that an address or a form gives; None where it gives nothing that a row could be numbered."""
    # isdigit alone lets in characters, such as a raised 2, that int refuses; 18 digits fit both engines' widest column
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def tidy_nhs_number(text: str) -> str:
    """The digits of an NHS number as typed or sent, without spaces or dashes."""
    return re.sub(r"[\s-]", "", text or "")


def is_valid_nhs_number(text: str) -> bool:
    """Whether the ten digits agree with their check digit (modulus 11, NHS Data Dictionary)."""
    digits = tidy_nhs_number(text)
    return len(digits) == 10 and digits.isdigit() and bool(nhs_number.is_valid(digits))


def spaced_nhs_number(digits: str) -> str:
    """An NHS number as people read it: 999 123 4567."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if len(digits) == 10 else digits


def tidy_postcode(text: str) -> str:
    """A postcode in capitals with one space before the last three; text that is not a postcode comes back trimmed."""
    squeezed = re.sub(r"\s+", "", text or "").upper()
    spaced = f"{squeezed[:-3]} {squeezed[-3:]}" if len(squeezed) > 3 else squeezed
    return spaced if POSTCODE.match(spaced) else (text or "").strip()


def is_postcode(text: str) -> bool:
    """Whether the text has the form of a full United Kingdom postcode."""
    return bool(POSTCODE.match(tidy_postcode(text)))


def tidy_name(text: str) -> str:
    """A name folded for looking up: lower case, letters and single spaces only."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s]", "", (text or "").casefold())).strip()


def kilometres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle kilometres between two (latitude, longitude) points in degrees."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def london_day(moment: datetime) -> date:
    """The calendar day in England at `moment` (aware)."""
    return moment.astimezone(LONDON).date()


def london_moment(day: date, minutes: float) -> datetime:
    """The moment `minutes` of elapsed time after midnight in London on `day`.

    Minutes are elapsed, not wall-clock: on the day the clocks change, noon is not at 720.
    """
    midnight = datetime.combine(day, clock_time(0), tzinfo=LONDON)
    return (midnight.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minutes)).astimezone(LONDON)


def minutes_into(day: date, moment: datetime) -> float:
    """Elapsed minutes from London midnight of `day` to `moment`; the inverse of `london_moment`."""
    midnight = datetime.combine(day, clock_time(0), tzinfo=LONDON)
    return (moment.astimezone(ZoneInfo("UTC")) - midnight.astimezone(ZoneInfo("UTC"))).total_seconds() / 60


# When what takes seconds for a whole service is done, once a night: few are at work then. Local decision.
NIGHT = ("02:00", "05:00")


def night_of(now: datetime) -> tuple[datetime, datetime] | None:
    """When the quiet hours of this night began and when they end, where `now` is in them; None at any other hour."""
    begins, ends = (wall_clock(london_day(now), at) for at in NIGHT)
    return (begins, ends) if begins <= now < ends else None


def days_from(first: date, last: date) -> list[date]:
    """Every day from the first to the last; none where the last is before the first."""
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def months_later(day: date, months: int) -> date:
    """The same day of the month some months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def year_begins(day: date) -> date:
    """The first day of the financial year that a day is in: a 1 April."""
    return months_later(day.replace(day=1), -((day.month - 4) % 12))


def age_on(birth: date, day: date) -> int:
    """Whole years on a day; somebody born on 29 February is a year older on 1 March in other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def weekday_from(day: date) -> date:
    """The day itself, or the Monday after it where it falls on a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def day_words(day: date) -> str:
    """A day as people say it: Monday 23 November."""
    return f"{day:%A} {day.day} {day:%B}"


def wall_minutes(text: str) -> int:
    """Minutes from midnight of a time on the wall clock: 90 of 01:30."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def token_hash(token: str) -> str:
    """What recognises the token of a link, without opening anything."""
    return sha256(token.encode()).hexdigest()


def time_text(hour: int, minute: int) -> str:
    """A time of day as the NHS writes it: 9:30am, midday, midnight."""
    if minute == 0 and hour in (0, 12):
        return "midday" if hour else "midnight"
    return f"{hour % 12 or 12}{f':{minute:02d}' if minute else ''}{'am' if hour < 12 else 'pm'}"


def clock_text(moment: datetime) -> str:
    """A moment's time in London as the NHS writes it: 9:30am, midday, midnight."""
    local = moment.astimezone(LONDON)
    return time_text(local.hour, local.minute)


def wall_clock(day: date, text: str) -> datetime:
    """The moment a clock on the wall in England shows `text` ("07:30") on `day`. "24:00" is the next midnight."""
    hours, minutes = (int(part) for part in text.split(":"))
    return datetime.combine(day + timedelta(days=hours // 24), clock_time(hours % 24, minutes), tzinfo=LONDON)
