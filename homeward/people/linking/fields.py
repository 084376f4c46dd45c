"""Which of two records each part of the kept one is taken from when they are merged. Pure Python."""

from collections.abc import Mapping
from dataclasses import dataclass

KEPT, OTHER = "kept", "other"
HOME = "home"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing two records may say differently: its columns, which go together, and how it is called on a page."""

    title: str
    columns: tuple[str, ...]


# In the order of the page. A home is not a column: the address of the other record ends.
CHOICES: Mapping[str, Choice] = {
    "name": Choice("Name", ("given_name", "family_name", "name_key")),
    "preferred_name": Choice("Known as", ("preferred_name",)),
    "title": Choice("Title", ("title",)),
    "pronouns": Choice("Pronouns", ("pronouns",)),
    "birth": Choice("Born", ("birth_date", "birth_text")),
    "gender": Choice("Gender", ("gender",)),
    "ethnicity": Choice("Ethnic group", ("ethnic_category", "ethnic_category_by")),
    "nhs_number": Choice("NHS number", ("nhs_number", "nhs_number_status")),
    HOME: Choice("Home", ()),
    "phone": Choice("Phone", ("phone", "phone_notes")),
    "email": Choice("Email", ("email",)),
    "language": Choice("Language", ("language", "needs_interpreter", "reads_in")),
    "gp_practice": Choice("GP practice", ("gp_practice_id",)),
    "lives_alone": Choice("Lives alone", ("lives_alone",)),
    "what_matters": Choice("What matters to them", ("what_matters",)),
    "died_on": Choice("Died", ("died_on",)),
}
# Of two records the stricter stands, whichever is kept: nobody chooses.
STRICTER = ("sensitivity", "restricted_since", "restricted_reason")
EMPTY = ("", None, "unknown", "none", "99")  # 99 is the ethnic category that is not known


def started_with(kept: Mapping[str, object], other: Mapping[str, object], name: str) -> str:
    """Whose value to start with: the kept record's, unless only the other has one."""
    columns = CHOICES[name].columns
    says_nothing = all(kept[column] in EMPTY for column in columns)
    return OTHER if columns and says_nothing and any(other[column] not in EMPTY for column in columns) else KEPT
