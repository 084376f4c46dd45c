"""Studies on paper."""

from dataclasses import asdict

from homeward.web.evidence.presenters import StudyPage
from homeward.web.papers import paper_of
from homeward.web.words import counted


def library_pdf(sheets: list[StudyPage], about: str) -> bytes:
    """The studies as the bytes of a PDF, each on pages of its own behind a list; one alone without the list."""
    told = {
        "title": sheets[0].title if len(sheets) == 1 else "Evidence library",
        "about": about,
        "count": counted(len(sheets), "study", "studies"),
        "sheets": [asdict(one) for one in sheets],
    }
    return paper_of("evidence/library.typ", told)
