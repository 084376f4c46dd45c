"""Every measure, and for those that the record cannot answer, why."""

from homeward.outcomes.measures.afterwards import AFTERWARDS
from homeward.outcomes.measures.coming_home import COMING_HOME
from homeward.outcomes.measures.definition import Measure
from homeward.outcomes.measures.front_door import FRONT_DOOR
from homeward.outcomes.measures.workforce import WORKFORCE

ALL = (*FRONT_DOOR, *WORKFORCE, *COMING_HOME, *AFTERWARDS)
MEASURES: dict[str, Measure] = {one.key: one for one in sorted(ALL, key=lambda one: (one.code, "." in one.key))}
NOT_COMPUTED: dict[str, str] = {
    "M24": "It compares years of spending on a named service before and after home first: the record holds invoices of"
    " bought care since Homeward alone, and nothing of a year before.",
    "M25": "The record does not say how long an appointment took before a role was changed.",
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
