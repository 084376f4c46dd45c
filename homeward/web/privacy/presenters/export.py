"""Everything about one person as one file: a page to read, and one file of rows for each table for machines."""

import json
import tempfile
import zipfile
from typing import IO

from django.template.loader import render_to_string

from homeward.web.templating import moment_text

SHAPE = "homeward-record-1"  # docs/guides/privacy.md says what is in it
IN_MEMORY = 20 * 1024 * 1024
LONGEST_CELL = 4000  # of one value on the page; the rows for machines hold all of it


def export_zip(export) -> IO[bytes]:
    """A zip: index.html to read, about.json, rows/<table>.json for each table, and files/ for documents."""
    made = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the answer closes it once sent
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        about = {
            "shape": SHAPE,
            "made_at": export.made_at.isoformat(),
            "person": {"reference": export.person.reference, "name": export.person.label},
            "tables": [
                {"table": kind.label, "title": kind.title, "file": f"rows/{kind.code}.json", "rows": len(kind.rows),
                 "left_out": kind.left_out}
                for kind in export.kinds
            ],
            "files": [f"files/{one.name}" for one in export.files],
            "not_exported": export.not_exported,
        }  # fmt: skip
        packed.writestr("about.json", json.dumps(about, indent=2, ensure_ascii=False))
        for kind in export.kinds:
            told = {"table": kind.label, "left_out": kind.left_out, "rows": kind.rows}
            packed.writestr(f"rows/{kind.code}.json", json.dumps(told, indent=1, ensure_ascii=False))
        for one in export.files:
            packed.writestr(f"files/{one.name}", one.content)
        packed.writestr("index.html", render_to_string("privacy/export.jinja", {"shown": _page(export)}))
    made.seek(0)
    return made


def _page(export) -> dict:
    return {
        "name": export.person.label,
        "reference": export.person.reference,
        "made": moment_text(export.made_at),
        "kinds": [
            {
                "code": kind.code,
                "title": kind.title,
                "count": len(kind.rows),
                "left_out": kind.left_out,
                "rows": [_said(row, kind.words) for row in kind.rows],
            }
            for kind in export.kinds
        ],
        "files": [one.name for one in export.files],
        "not_exported": sorted(export.not_exported.items()),
    }


def _said(row: dict, words: dict[str, dict[object, str]]) -> list[tuple[str, str]]:
    """What a row says, codes of lists in words: whoever asked must understand it."""
    return [
        (name.replace("_", " ").capitalize(), _text(words[name].get(value, value) if name in words else value))
        for name, value in row.items()
        if value not in ("", None, [], {})
    ]


def _text(value) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]} … (all of it is in the file of rows)"
