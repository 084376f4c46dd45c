"""What a service settles before it sends a return: its codes, and those of national lists nobody could find here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

NOT_SET = "NOT SET"


class CodesError(ValueError):
    """The codes of a return cannot be used; says what to mend."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one return by the names in its file: one text each, by what they stand for, or lists of entries."""

    texts: dict[str, str]
    mappings: dict[str, dict[str, str]]
    lists: dict[str, list[dict[str, str]]]

    def code(self, mapping: str, key: str) -> str:
        """The national code of something of ours, or NOT SET where none is settled."""
        return self.mappings[mapping].get(key, NOT_SET)


def read_codes(shipped: Path, own: Path | None = None) -> Codes:
    """The codes that ship with the service, with those of a service's own file in their place.

    Of codes by what they stand for, those the own file names are replaced; a list is replaced whole.

    Raises: CodesError, naming the file and the entry.
    """
    merged = _read(shipped)
    if own is not None:
        for name, value in _read(own).items():
            if name not in merged:
                raise CodesError(f"{own}: nothing is called {name}. See {shipped.name} for what there is.")
            if type(value) is not type(merged[name]):
                raise CodesError(f"{own}: {name} must be written as in {shipped.name}.{_hint(value)}")
            merged[name] = {**merged[name], **value} if isinstance(value, dict) else value
    where = own or shipped
    texts, mappings, lists = {}, {}, {}
    for name, value in merged.items():
        if isinstance(value, dict):
            mappings[name] = _texts(where, name, value)
        elif isinstance(value, list):
            lists[name] = [_texts(where, f"{name}, number {place}", one) for place, one in enumerate(value, start=1)]
        else:
            texts[name] = _text(where, name, value)
    return Codes(texts, mappings, lists)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CodesError(f"{path} could not be read as YAML: {error}") from error
    if not isinstance(found, dict):
        raise CodesError(f"{path} holds no codes: write one on each line, such as provider: RAX01.")
    return found


def _texts(path: Path, name: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise CodesError(f"{path}: {name} must say a code for each of its keys.")
    return {str(key): _text(path, f"{name}, {key}", code) for key, code in value.items()}


def _text(path: Path, name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CodesError(f"{path}: {name} must be text.{_hint(value)}")
    return value.strip()


def _hint(value: object) -> str:
    return ' Put quotation marks round a code that is a number: "05".' if isinstance(value, int | float) else ""
