"""Papers as PDF: tagged (PDF/UA-1), made without the network by Typst (docs/adr/0005-my-plan-as-pdf.md)."""

import json
from pathlib import Path
from typing import Any

import fontpkg_atkinson_hyperlegible
import typst

WEB = Path(__file__).resolve().parent
FONTS = Path(fontpkg_atkinson_hyperlegible.ROOT) / "files"
STANDARD = "ua-1"  # ISO 14289-1: what a screen reader needs is in the file


def paper_of(template: str, told: dict[str, Any]) -> bytes:
    """The bytes of the PDF that `template`, a path below this folder, makes of what it is told (as JSON, `told`)."""
    return typst.compile(
        str(WEB / template),
        root=str(WEB),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
        pdf_standards=STANDARD,
    )
