"""Records kept as long as they must be."""

from dataclasses import dataclass
from datetime import date

from homeward.rights.rules import CARE, CONTACT
from homeward.rights.states import AppraisalState
from homeward.web.people.presenters.words import near_moment
from homeward.web.persons import short_day

KINDS = {CARE: "Care was given", CONTACT: "A contact only"}


@dataclass(frozen=True, slots=True)
class DueLine:
    """One record due for appraisal."""

    person_id: int
    reference: str
    kind: str
    last: str
    due: str


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """One destruction that waits for a second person."""

    id: int
    reference: str
    reason: str
    by: str
    at: str
    is_mine: bool
    is_settled: bool
    state: str


@dataclass(frozen=True, slots=True)
class Retention:
    """Records due, and destructions that wait."""

    rule: str
    due: tuple[DueLine, ...]
    proposed: tuple[ProposedLine, ...]


def present_due(due: list, proposed: list, years: dict[str, int], account_id: int | None, today: date) -> Retention:
    """The page."""
    return Retention(
        rule=(
            f"Records are due {years[CARE]} years after the last thing in them, or {years[CONTACT]} years where there"
            " was only a contact."
        ),
        due=tuple(present_one_due(one) for one in due),
        proposed=tuple(present_appraisal(one, account_id, today) for one in proposed),
    )


def present_one_due(one) -> DueLine:
    """One record due."""
    return DueLine(one.person.pk, one.person.reference, KINDS[one.kind], short_day(one.last_on), short_day(one.due_on))


def present_appraisal(one, account_id: int | None, today: date) -> ProposedLine:
    """One proposed destruction."""
    return ProposedLine(
        id=one.pk,
        reference=one.person.reference,
        reason=one.reason,
        by=one.decided_by_name,
        at=near_moment(one.decided_at, today),
        is_mine=one.decided_by_id == account_id,
        is_settled=one.state != AppraisalState.PROPOSED,
        state=one.get_state_display(),
    )
