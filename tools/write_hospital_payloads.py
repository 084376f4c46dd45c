"""Writes the table of docs/guides/hospital-payloads.md anew from the public payloads beside the project."""

import os
import re
import sys
from pathlib import Path

import django

BASE = Path(__file__).resolve().parents[1]
GUIDE = BASE / "docs" / "guides" / "hospital-payloads.md"
SETS = ("edischarge-itk3", "careconnect", "nhse-programmes")


def main() -> None:
    payloads = Path(sys.argv[1]) if len(sys.argv) > 1 else BASE.parent / "shared" / "inputs" / "fhir"
    if not payloads.is_dir():
        sys.exit(f"There are no payloads in {payloads}. Say where the sets are: write_hospital_payloads.py FOLDER")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeward.config.settings")
    django.setup()
    from homeward.api.hospital.table import table_of

    between = re.compile(r"(<!-- payloads -->\n).*?(\n<!-- /payloads -->)", re.DOTALL)
    table = table_of([payloads / name for name in SETS])
    GUIDE.write_text(between.sub(lambda found: found[1] + table + found[2], GUIDE.read_text()))


if __name__ == "__main__":
    main()
