"""What Today is asked for: a day, a service, filters; and the forms that change a visit."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from homeward.kernel.rules import whole_number

ONLY = {"late": "Late", "unassigned": "Unassigned", "joint": "Joint", "crisis": "Crisis", "no-break": "No break"}
VIEWS = ("timeline", "table")
# No service has days outside these; the calendar itself ends not far beyond them
FIRST_YEAR, LAST_YEAR = 1900, 2999


@dataclass(frozen=True, slots=True)
class Asked:
    """Which day and what of it. Everything but `find` stands in the address; a name never does."""

    day: date | None = None
    service: str = ""
    view: str = "timeline"
    employer: int | None = None
    # "job:Community nurse" or "skill:registered_nurse"
    can: str = ""
    only: frozenset[str] = field(default_factory=frozenset)
    visit: int | None = None
    find: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything of the day is left out."""
        return bool(self.employer or self.can or self.only or self.find)

    def query(self, **changed) -> str:
        """The address of the same page with some answers changed; None takes an answer out."""
        given = {
            "day": self.day.isoformat() if self.day else None,
            "service": self.service or None,
            "view": self.view if self.view != "timeline" else None,
            "employer": self.employer,
            "can": self.can or None,
            "only": sorted(self.only) or None,
            **changed,
        }
        return urlencode({name: value for name, value in given.items() if value not in (None, "", [])}, doseq=True)


def read_asked(given: QueryDict) -> Asked:
    """What an address asks for. An answer that makes no sense is as if it had not been given."""
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError:
        day = None
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        day = None
    view = given.get("view", "")
    return Asked(
        day=day,
        service=given.get("service", "")[:60],
        view=view if view in VIEWS else "timeline",
        employer=whole_number(given.get("employer", "")),
        can=given.get("can", "")[:160],
        only=frozenset(given.getlist("only")) & ONLY.keys(),
        visit=whole_number(given.get("visit", "")),
    )


class AssignForm(forms.Form):
    """Who is to go: a worker for one place of the visit, or a team for every place together."""

    choice = forms.RegexField(
        r"^\d{1,3}-\d{1,15}(\+\d{1,3}-\d{1,15})*$",
        error_messages={"required": "Choose who is to go", "invalid": "Choose who is to go"},
    )


class CancelForm(forms.Form):
    """Why a visit is taken out of the day."""

    reason = forms.CharField(max_length=500, error_messages={"required": "Say why the visit is cancelled"})
