"""Reading fields out of JSON with errors that name the field and say what was expected."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any


class FormatError(ValueError):
    """The file is not what it should be; the message names the field and says what was expected."""


def load(path: Path) -> dict[str, Any]:
    """Raises: FormatError when the file is missing, not JSON, or not a JSON object."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise FormatError(f"{path}: cannot be read ({problem.strerror})") from problem
    except UnicodeDecodeError as problem:
        raise FormatError(f"{path}: is not text in UTF-8") from problem
    except json.JSONDecodeError as problem:
        raise FormatError(
            f"{path}: is not JSON (line {problem.lineno}, column {problem.colno}: {problem.msg})"
        ) from problem
    if not isinstance(stored, dict):
        raise FormatError(f"{path}: expected a JSON object at the top, found {_kind(stored)}")
    return stored


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def need(row: dict[str, Any], key: str, where: str) -> Any:
    if key not in row:
        raise FormatError(f"{where}: field {key!r} is missing")
    return row[key]


def rows(row: dict[str, Any], key: str, where: str, *, optional: bool = False) -> list[dict[str, Any]]:
    if optional and key not in row:
        return []
    value = need(row, key, where)
    if not isinstance(value, list):
        raise FormatError(f"{where}.{key}: expected a list, found {_kind(value)}")
    for number, item in enumerate(value):
        if not isinstance(item, dict):
            raise FormatError(f"{where}.{key}[{number}]: expected an object, found {_kind(item)}")
    return value


def number(row: dict[str, Any], key: str, where: str) -> float:
    return as_number(need(row, key, where), f"{where}.{key}")


def as_number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FormatError(f"{where}: expected a number, found {value!r}")
    return float(value)


def whole(row: dict[str, Any], key: str, where: str) -> int:
    value = need(row, key, where)
    if isinstance(value, bool) or not isinstance(value, int):
        raise FormatError(f"{where}.{key}: expected a whole number, found {value!r}")
    return value


def text(row: dict[str, Any], key: str, where: str) -> str:
    value = need(row, key, where)
    if not isinstance(value, str) or not value:
        raise FormatError(f"{where}.{key}: expected text, found {value!r}")
    return value


def texts(row: dict[str, Any], key: str, where: str) -> list[str]:
    value = need(row, key, where)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise FormatError(f"{where}.{key}: expected a list of texts, found {value!r}"[:200])
    return value


def matrix(value: Any, where: str, size: int | None = None) -> list[list[float]]:
    """A square table of numbers."""
    if not isinstance(value, list) or not value:
        raise FormatError(f"{where}: expected a list of rows of numbers")
    side = len(value) if size is None else size
    if len(value) != side:
        raise FormatError(f"{where}: expected {side} rows, found {len(value)}")
    table = []
    for i, line in enumerate(value):
        if not isinstance(line, list) or len(line) != side:
            found = len(line) if isinstance(line, list) else _kind(line)
            raise FormatError(f"{where}[{i}]: expected {side} numbers, found {found}")
        table.append([as_number(cell, f"{where}[{i}][{j}]") for j, cell in enumerate(line)])
    return table
