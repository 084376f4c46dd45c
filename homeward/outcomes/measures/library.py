"""Every measure, and for those that the record cannot answer, why."""

from homeward.outcomes.measures.coming_home import COMING_HOME
from homeward.outcomes.measures.definition import Measure
from homeward.outcomes.measures.front_door import FRONT_DOOR
from homeward.outcomes.measures.workforce import WORKFORCE

MEASURES: dict[str, Measure] = {
    one.key: one for one in sorted((*FRONT_DOOR, *WORKFORCE, *COMING_HOME), key=lambda one: (one.code, "." in one.key))
}
NOT_COMPUTED: dict[str, str] = {
    "M10": "Paid but unused time depends on breaks, sickness and split nights that are worked out a day at a time: the"
    " page Hours shows it for any dates, and it is not among the facts yet.",
    "M20": "ASCOF 2A is computed from a Client Level Data file: `homeward measures ascof --cld FILE`.",
    "M23": "Visits to A&E, ambulances and admissions before and after are free answers of a form, not yet facts.",
    "M24": "The record holds no spending from before Homeward on a named service.",
    "M25": "The record does not say how long an appointment took before a role was changed.",
    "M26": "The record says when somebody’s contract changed, not when somebody left an employer.",
    "M27": "There is no survey of people or carers in the record yet.",
}


def measures_asked(wanted: str = "") -> list[Measure]:
    """The measures with this code, or the one with this key; all where none is asked for.

    Raises: UnknownMeasureError.
    """
    found = [one for one in MEASURES.values() if wanted in ("", one.code, one.key)]
    if not found and wanted not in NOT_COMPUTED:
        raise UnknownMeasureError(
            f"There is no measure {wanted}. There are {', '.join(MEASURES)}; not computed: {', '.join(NOT_COMPUTED)}."
        )
    return found


class UnknownMeasureError(LookupError):
    """No measure has this code."""
