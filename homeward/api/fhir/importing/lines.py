"""How a code of another system stands in the words of a timeline entry, so that it can be found there again."""

CONDITION = "condition"
CODE_LINE = "Code: "
_NAMES = {"http://snomed.info/sct": "SNOMED CT", "http://read.info/readv2": "Read v2", "http://read.info/ctv3": "CTV3"}
_ADDRESSES = {name: address for address, name in _NAMES.items()}


def code_line(system: str, code: str, display: str) -> str:
    """One code as a line: `Code: 44054006 | Diabetes mellitus type 2 | SNOMED CT`."""
    parts = [code, display.replace("|", "/").replace("\n", " "), _NAMES.get(system, system)]
    return CODE_LINE + " | ".join(parts)


def read_code_line(text: str) -> list[dict]:
    """The codes that stand in a text as `code_line` writes them, as FHIR codings."""
    found = []
    for line in text.splitlines():
        parts = line.removeprefix(CODE_LINE).split(" | ")
        if not line.startswith(CODE_LINE) or len(parts) != 3:
            continue
        code, display, system = parts
        found.append({"system": _ADDRESSES.get(system, system), "code": code, "display": display})
    return found
