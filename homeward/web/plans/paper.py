"""My plan on paper: a tagged PDF (PDF/UA-1), made without the network by Typst (docs/adr/0005-my-plan-as-pdf.md)."""

import json
from dataclasses import asdict
from pathlib import Path

import fontpkg_atkinson_hyperlegible
import typst

from homeward.web.plans.my_plan import MyPlan

HERE = Path(__file__).resolve().parent
FONTS = Path(fontpkg_atkinson_hyperlegible.ROOT) / "files"
STANDARD = "ua-1"  # ISO 14289-1: what a screen reader needs is in the file


def my_plan_pdf(plan: MyPlan) -> bytes:
    """My plan as the bytes of a PDF, in its size of print, with bookmarks and a title for screen readers."""
    return typst.compile(
        str(HERE / "my_plan.typ"),
        root=str(HERE.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"plan": json.dumps(asdict(plan), ensure_ascii=False)},
        pdf_standards=STANDARD,
    )
