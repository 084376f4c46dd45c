"""Words that several pages about a person use."""

from datetime import date, datetime

from homeward.kernel.rules import london_day, spaced_nhs_number
from homeward.people.states import NhsNumberStatus
from homeward.web.templating import clock_text, day_text

# How far an NHS number can be trusted: (words, colour of the tag, what to do)
NHS_NUMBER = {
    NhsNumberStatus.VERIFIED: ("Verified", "green", ""),
    NhsNumberStatus.UNVERIFIED: ("Not verified", "yellow", "Check it with the person before you rely on it."),
    NhsNumberStatus.NONE: ("Not known", "grey", ""),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def nhs_number_words(person) -> str:
    """An NHS number as people read it; empty when there is none."""
    return spaced_nhs_number(person.nhs_number) if person.nhs_number else ""


def short_day(day: date) -> str:
    """A day without its weekday: 4 March 1941."""
    return f"{day.day} {day:%B %Y}"


def age_on(birth: date, day: date) -> int:
    """Whole years on a day; somebody born on 29 February is a year older on 1 March in other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def born_words(person, day: date) -> tuple[str, str]:
    """When somebody was born and how old they are, or as much as is known: ("4 March 1941", "85 years")."""
    if person.birth_date:
        until = person.died_on or day
        return short_day(person.birth_date), f"{age_on(person.birth_date, until)} years"
    parts = person.birth_text.split("-") if person.birth_text else []
    if len(parts) == 2 and parts[1].isdigit() and 1 <= int(parts[1]) <= 12:
        return f"{MONTHS[int(parts[1]) - 1]} {parts[0]}, day not known", ""
    return (f"{person.birth_text}, day not known" if parts else "Not known"), ""


def near_day(day: date, today: date) -> str:
    """A day as said on another: Today, Tomorrow, Yesterday, then in full."""
    return {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((day - today).days, day_text(day))


def near_moment(moment: datetime, today: date) -> str:
    """A moment as said on a day: 9:30am today, 9:30am on 4 March 2026."""
    day = london_day(moment)
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - today).days)
    return f"{clock_text(moment)} {near}" if near else f"{clock_text(moment)} on {short_day(day)}"
