"""Studies: those that were published, and a service's own."""

from functools import cache

from homeward.evidence.rules.reading import Known, Studies, read_studies
from homeward.outcomes.measures.library import MEASURES, NOT_COMPUTED
from homeward.procedures.selectors import library


@cache
def published() -> Studies:
    """The published studies, every link in them checked against the procedures and the measures.

    Raises: StudiesError.
    """
    shipped = library()
    codes = {one.code for one in MEASURES.values()}
    return read_studies(
        Known(
            pathways=frozenset(one.code for one in shipped.pathways),
            sources=frozenset(one.code for one in shipped.sources),
            is_measure=lambda key: key in MEASURES or key in codes or key in NOT_COMPUTED,
        )
    )
