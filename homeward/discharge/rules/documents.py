"""Which documents a stay still needs. Pure Python.

What is asked for follows the way home and what the trusted assessment found. When the discharge summary must be there
is no national figure: it is asked for once the person is ready. Local decision, docs/rules/coming-home.md.
"""

from collections.abc import Collection
from dataclasses import dataclass

TRUSTED_ASSESSMENT = "trusted-assessment"
CAPACITY_ASSESSMENT = "mental-capacity-assessment"
BEST_INTERESTS = "best-interests-decision"
DISCHARGE_SUMMARY = "discharge"
FORMS = (TRUSTED_ASSESSMENT, CAPACITY_ASSESSMENT, BEST_INTERESTS)


@dataclass(frozen=True, slots=True)
class DocumentNeeded:
    """One document: `code` is a form, or a kind of document where not `is_form`; `title` what people call it."""

    code: str
    title: str
    is_form: bool
    is_there: bool


def documents_needed(
    pathway: str, is_ready: bool, assessment: dict | None, forms: Collection[str], documents: Collection[str]
) -> tuple[DocumentNeeded, ...]:
    """What a stay asks for, and whether it is there.

    `pathway` is the one decided or thought likely, "" for neither; `assessment` the answers of its trusted assessment;
    `forms` and `documents` the codes of complete forms and kinds of documents made since admission.
    """
    asked: list[tuple[str, str, bool]] = []
    if pathway != "p0":
        asked.append((TRUSTED_ASSESSMENT, "Trusted assessment", True))
    if assessment and assessment.get("capacity_doubted") is True:
        asked.append((CAPACITY_ASSESSMENT, "Capacity assessment", True))
        if set(assessment.get("unable_to") or ()) - {"none"}:
            asked.append((BEST_INTERESTS, "Best-interests decision", True))
    if is_ready:
        asked.append((DISCHARGE_SUMMARY, "Discharge summary", False))
    return tuple(
        DocumentNeeded(code, title, is_form, code in (forms if is_form else documents))
        for code, title, is_form in asked
    )
