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


# What a front door that sorts out what is needed says it answers to: stands for a need nobody named.
NOT_SURE = "not_sure"


def ranked_pathways(pathways: Sequence[Pathway], need_code: str, urgency: str) -> list[Pathway]:
    """Those that fit what was asked, best first: by how soon, then by need, then the one made for fewest needs.

    Where none lists the need, the one that answers most kinds of need goes before those made for something else.
    """
    soon, need = URGENCIES[urgency], need_code or NOT_SURE

    def fit(pathway: Pathway) -> tuple[int, int]:
        is_listed = need in pathway.needs
        return 2 * (pathway.urgency in soon) + is_listed, -len(pathway.needs) if is_listed else len(pathway.needs)

    return sorted((one for one in pathways if fit(one)[0] > 0), key=fit, reverse=True)


def suggested_pathway(pathways: Sequence[Pathway], need_code: str, urgency: str) -> Pathway | None:
    """The pathway that answers this soon enough, and this need if one does; None when nothing fits at all.

    How soon comes first: a crisis is never suggested a slower pathway only because its need is not listed on the fast
    one, since the nine national conditions are "not meant to be exhaustive" (STANDARDS C1).
    """
    return next(iter(ranked_pathways(pathways, need_code, urgency)), None)
