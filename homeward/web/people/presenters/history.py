"""What was changed in somebody's record, in words."""

from dataclasses import dataclass
from datetime import date

from homeward.kernel.rules import london_day
from homeward.web.people.presenters.words import near_day
from homeward.web.persons import short_day
from homeward.web.templating import clock_text

CHANGES_A_PAGE = 100
# What each fact is called: by part and field, then by field. A field that is not here is said as it is kept.
FACTS = {
    "title": "Title",
    "given_name": "First name",
    "family_name": "Last name",
    "preferred_name": "Known as",
    "other_names": "Other names",
    "pronouns": "Pronouns",
    "birth_date": "Date of birth",
    "birth_text": "Date of birth as far as known",
    "gender": "Gender",
    "ethnic_category": "Ethnic group",
    "ethnic_category_by": "Who gave the ethnic group",
    "nhs_number": "NHS number",
    "nhs_number_status": "NHS number",
    "phone": "Phone number",
    "phone_notes": "About ringing",
    "email": "Email address",
    "language": "Language",
    "needs_interpreter": "Needs an interpreter",
    "reads_in": "Language of letters",
    "gp_practice": "GP practice",
    "lives_alone": "Lives alone",
    "what_matters": "What matters to them",
    "lines": "Address",
    "postcode": "Postcode",
    "property_notes": "The home",
    "access_notes": "Getting in",
    "key_safe": "Key safe code",
    "staying_with": "Staying with",
    "ends_on": "Last day",
    "ended_on": "Ended",
    "ended_reason": "Why it ended",
    "moved home": "Moved home",
    "stay": "Stay elsewhere",
    "starts": "Address",
    "may_be_told": "May be told",
    "carer_needs": "What the carer needs",
    "carer_assessment_offered_on": "Carer's assessment offered",
    "is_unpaid_carer": "Cares unpaid",
    "is_next_of_kin": "Next of kin",
    "is_emergency_contact": "Emergency contact",
    "holds_key": "Holds a key",
    "lives_with": "Lives with the person",
    "address_text": "Address",
    "relationship": "Relationship",
    "name": "Name",
    "order": "Who is called first",
}
PARTS = {
    "person": "",
    "address": "Address",
    "contact": "Contact",
    "alert": "Alert",
    "need": "Communication need",
    "legal": "Legal status",
    "identifier": "Number of",
    "detail": "Another record",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One fact as it was and as it became. `is_hidden` where neither is kept."""

    at: str
    what: str
    before: str
    after: str
    is_hidden: bool
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Day:
    """What was changed on one day."""

    title: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class History:
    """A page of changes, the newest first. `older_than` leads to the next page."""

    days: tuple[Day, ...]
    kept_back: str
    older_than: int | None
    is_newest_page: bool


def present_history(changes, today: date, is_newest_page: bool) -> History:
    """What was changed, day by day. One row more than a page says that there are older ones."""
    rows = changes.rows[:CHANGES_A_PAGE]
    days: dict[date, list] = {}
    for row in rows:
        days.setdefault(london_day(row.at), []).append(row)
    kept = changes.kept_back
    return History(
        days=tuple(Day(near_day(day, today), tuple(_change(row) for row in theirs)) for day, theirs in days.items()),
        kept_back=f"{kept} {'change is' if kept == 1 else 'changes are'} kept back: your role does not include them."
        if kept
        else "",
        older_than=rows[-1].pk if len(changes.rows) > CHANGES_A_PAGE else None,
        is_newest_page=is_newest_page,
    )


def _change(row) -> Change:
    role = ", ".join(part for part in (row.by_role, row.employer) if part)
    return Change(
        at=clock_text(row.at),
        what=_what(row),
        before=_said(row.before),
        after=_said(row.after),
        is_hidden=row.field == "key_safe",
        reason=row.reason,
        by=f"{row.by_name}{f', {role}' if role else ''}",
    )


def _what(row) -> str:
    part = PARTS.get(row.part, row.part)
    if row.part == "identifier":
        return f"{part} {row.field}"
    fact = FACTS.get(row.field, row.field)
    if not part or part == fact:
        return fact
    return f"{part}: {fact[:1].lower()}{fact[1:]}"


def _said(text: str) -> str:
    try:
        return short_day(date.fromisoformat(text))
    except ValueError:
        return text.replace("\n", ", ")
