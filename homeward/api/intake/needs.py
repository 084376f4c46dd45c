"""The need a message states in words. Pure decisions.

Only the words of the nine national conditions for a two-hour response are looked for (STANDARDS C1, as in the needs of
`procedures/library/needs.yaml`). Their SNOMED CT concepts were not found, so no code is read as a need.
"""

import re

NEEDS = {
    "fall": r"\bfalls?\b(?!\s+asleep)|\bfell\b(?!\s+asleep)|\bfallen\b",
    "frailty_decline": r"\bdecompensation of frailty\b|\bfrail(ty)?\b.{0,60}\b(decline|decompensation|worse)\b",
    "reduced_mobility": r"\breduced (function|mobility)\b|\bdeconditioning\b",
    "palliative_crisis": r"\bpalliative\b|\bend[- ]of[- ]life\b",
    "urgent_equipment": r"\burgent equipment\b|\bequipment provision\b",
    "confusion": r"\bconfus(ed|ion)\b|\bdelirium\b|\bworsening (of )?dementia\b",
    "catheter_problem": r"\bcatheter\b",
    "diabetes_support": r"\bdiabet(es|ic)\b",
    "carer_breakdown": r"\bcarer breakdown\b|\bbreakdown of (an )?unpaid carer\b|\bunpaid[- ]carer breakdown\b",
}
# The national condition is a fall without these; somebody at the desk must see the difference.
SERIOUS_INJURY = re.compile(
    r"\b(head|back|hip|spinal?) (injury|pain)\b|\bfractured?\b|\bbroken (hip|leg|arm|bone)\b|"
    r"\bloss of consciousness\b|\bunconscious\b|\bpassed out\b|\bbleeding\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(no|not|nil|denies|denied|without|risk of|history of|previous)\b[^.;,\n]{0,25}$", re.IGNORECASE)
NOT_STATED = "It states none of our needs in words. Choose the need at triage."
SEVERAL = "It could be several of our needs. Choose the need at triage."
INJURY = "It states a fall, and words that may mean a serious injury. Choose the need at triage."


def need_in_words(text: str) -> tuple[str, str]:
    """The code of the one need that `text` states, and "" ; or "" and the sentence that says why there is none."""
    stated = [code for code, words in NEEDS.items() if _is_stated(words, text)]
    if len(stated) > 1:
        return "", SEVERAL
    if not stated:
        return "", NOT_STATED
    if stated == ["fall"] and any(not _NOT.search(text[: one.start()]) for one in SERIOUS_INJURY.finditer(text)):
        return "", INJURY
    return stated[0], ""


def _is_stated(words: str, text: str) -> bool:
    return any(not _NOT.search(text[: one.start()]) for one in re.finditer(words, text, re.IGNORECASE))
