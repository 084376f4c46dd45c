"""What a referral needs to be complete, and which pathway fits it."""

from collections.abc import Sequence

from homeward.procedures.rules import Pathway
from homeward.procedures.rules import Urgency as PathwayUrgency

# A referral's own urgency, in the words of the form, against what a pathway answers to.
URGENCIES = {
    "crisis": (PathwayUrgency.CRISIS,),
    "two_days": (PathwayUrgency.URGENT, PathwayUrgency.SOON),
    "routine": (PathwayUrgency.PLANNED, PathwayUrgency.SOON),
}


def suggested_pathway(pathways: Sequence[Pathway], need_code: str, urgency: str) -> Pathway | None:
    """The pathway that answers this soon enough, and this need if one does; None when nothing fits at all.

    How soon comes first: a crisis is never suggested a slower pathway only because its need is not listed on the fast
    one, since the nine national conditions are "not meant to be exhaustive" (STANDARDS C1).
    """
    soon = URGENCIES[urgency]

    def fit(pathway: Pathway) -> tuple[int, int]:
        return (2 * (pathway.urgency in soon) + (need_code in pathway.needs), -len(pathway.needs))

    best = max(pathways, key=fit, default=None)
    return best if best is not None and fit(best)[0] > 0 else None
