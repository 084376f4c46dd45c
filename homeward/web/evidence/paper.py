"""Studies on paper: a tagged PDF, made without the network by Typst (docs/adr/0005-my-plan-as-pdf.md)."""

import json
from dataclasses import asdict
from pathlib import Path

import fontpkg_atkinson_hyperlegible
import typst

from homeward.web.evidence.presenters import StudyPage
from homeward.web.words import counted

FONTS = Path(fontpkg_atkinson_hyperlegible.ROOT) / "files"
STANDARD = "ua-1"  # ISO 14289-1: what a screen reader needs is in the file


def library_pdf(sheets: list[StudyPage], about: str) -> bytes:
    """The studies as the bytes of a PDF, each on pages of its own behind a list; one alone without the list."""
    told = {
        "title": sheets[0].title if len(sheets) == 1 else "Evidence library",
        "about": about,
        "count": counted(len(sheets), "study", "studies"),
        "sheets": [asdict(one) for one in sheets],
    }
    return typst.compile(
        str(Path(__file__).resolve().parent / "library.typ"),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
        pdf_standards=STANDARD,
    )
