"""The facts that tell one person from another, worded once for every page: age, NHS number, address."""

from datetime import date

from homeward.kernel.rules import age_on, spaced_nhs_number
from homeward.people.states import EthnicCategory, EthnicitySource, NhsNumberStatus

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


def short_day(day: date) -> str:
    """A day without its weekday: 4 March 1941."""
    return f"{day.day} {day:%B %Y}"


def born_words(person, day: date) -> tuple[str, str]:
    """When somebody was born and how old they are, or as much as is known: ("4 March 1941", "85 years")."""
    if person.birth_date:
        until = person.died_on or day
        return short_day(person.birth_date), f"{age_on(person.birth_date, until)} years"
    parts = person.birth_text.split("-") if person.birth_text else []
    if len(parts) == 2 and parts[1].isdigit() and 1 <= int(parts[1]) <= 12:
        return f"{MONTHS[int(parts[1]) - 1]} {parts[0]}, day not known", ""
    return (f"{person.birth_text}, day not known" if parts else "Not known"), ""


def age_words(person, day: date) -> str:
    """Age and date of birth in one line, as far as known: 85, born 4 March 1941."""
    if person.birth_date:
        return f"{age_on(person.birth_date, person.died_on or day)}, born {short_day(person.birth_date)}"
    if person.birth_text:
        return f"about {(person.died_on or day).year - int(person.birth_text[:4])}, born {person.birth_text[:4]}"
    return "date of birth not known"


def nhs_number_words(person) -> str:
    """An NHS number as people read it; empty when there is none."""
    return spaced_nhs_number(person.nhs_number) if person.nhs_number else ""


def nhs_number_and_trust(person) -> str:
    """An NHS number as people read it, and whether it can be trusted, in one line."""
    if person.nhs_number_status == NhsNumberStatus.UNVERIFIED:
        return f"{nhs_number_words(person)} (not verified)"
    return nhs_number_words(person) or NHS_NUMBER[NhsNumberStatus.NONE][0]


def ethnicity_words(person) -> str:
    """Somebody's ethnic group, or why none is known."""
    words = {"": "Not asked yet", EthnicCategory.NOT_STATED: "Preferred not to say"}
    return words.get(person.ethnic_category) or person.get_ethnic_category_display()


def ethnicity_by_words(person) -> str:
    """Who gave somebody's ethnic group; empty where nobody did."""
    return {EthnicitySource.SELF: "They said so themselves", EthnicitySource.OTHER: "Somebody else said so"}.get(
        person.ethnic_category_by, ""
    )


def address_words(address) -> str:
    """An address in one line: 1 Made Up Lane, DE1 3DA; empty for None."""
    return ", ".join(part for part in (address.lines, address.postcode) if part) if address else ""


def alerts_kept_back_words(count: int) -> str:
    """That so many alerts of a person are kept back from the reader, and whom to ask; empty where none is."""
    if not count:
        return ""
    kept = (
        "1 more alert is kept back: your role does not include it."
        if count == 1
        else (f"{count} more alerts are kept back: your role does not include them.")
    )
    return f"{kept} Ask the front door or the person’s case manager what you need to know."
