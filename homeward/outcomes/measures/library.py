"""Every measure."""

from homeward.outcomes.measures.afterwards import AFTERWARDS
from homeward.outcomes.measures.against_before import AGAINST_BEFORE
from homeward.outcomes.measures.coming_home import COMING_HOME
from homeward.outcomes.measures.definition import Measure
from homeward.outcomes.measures.front_door import FRONT_DOOR
from homeward.outcomes.measures.workforce import WORKFORCE

ALL = (*FRONT_DOOR, *WORKFORCE, *COMING_HOME, *AFTERWARDS, *AGAINST_BEFORE)
MEASURES: dict[str, Measure] = {one.key: one for one in sorted(ALL, key=lambda one: (one.code, "." in one.key))}


def measures_asked(wanted: str = "") -> list[Measure]:
    """The measures with this code, or the one with this key; all where none is asked for.

    Raises: UnknownMeasureError.
    """
    found = [one for one in MEASURES.values() if wanted in ("", one.code, one.key)]
    if not found:
        raise UnknownMeasureError(f"There is no measure {wanted}. There are {', '.join(MEASURES)}.")
    return found


class UnknownMeasureError(LookupError):
    """No measure has this code."""
