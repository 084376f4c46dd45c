"""Writes the conformance table of docs/guides/fhir.md anew from the table that the FHIR router reads."""

import os
import re
from pathlib import Path

import django

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "guides" / "fhir.md"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")
    django.setup()
    from homeward.api.fhir.rest.capability import conformance_table

    between = re.compile(r"(<!-- conformance -->\n).*?(\n<!-- /conformance -->)", re.DOTALL)
    GUIDE.write_text(between.sub(lambda found: found[1] + conformance_table() + found[2], GUIDE.read_text()))


if __name__ == "__main__":
    main()
