"""Definitions as plain JSON types, to store them, and back without loss."""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from .activity import Activity
from .form import Form
from .pathway import Pathway

Built = TypeVar("Built")


class DefinitionError(ValueError):
    """A stored definition does not have the shape of the thing it should be."""


def definition_of(thing: Any) -> dict[str, Any]:
    """A pathway, form, activity or any part of one as plain JSON types, ready to store.

    Fields at their default are left out, so a definition keeps its fingerprint when a later release adds a
    field.
    """
    plain = _plain(thing)
    if not isinstance(plain, dict):
        raise DefinitionError(f"{thing!r} is not a definition; pass a pathway, form, activity or part of one.")
    return plain


def fingerprint_of(definition: Mapping[str, Any]) -> str:
    """The same 64 hexadecimal characters for the same definition, whatever the order of its keys."""
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def pathway_from(definition: Mapping[str, Any]) -> Pathway:
    """The pathway `definition_of` was called on. Raises: DefinitionError."""
    return build(Pathway, definition)


def form_from(definition: Mapping[str, Any]) -> Form:
    """The form `definition_of` was called on. Raises: DefinitionError."""
    return build(Form, definition)


def activity_from(definition: Mapping[str, Any]) -> Activity:
    """The activity `definition_of` was called on. Raises: DefinitionError."""
    return build(Activity, definition)


def build(kind: type[Built], definition: Mapping[str, Any]) -> Built:
    """Any dataclass of this module from plain JSON types.

    Raises: DefinitionError naming the field that is missing, unknown or of the wrong type.
    """
    built: Built = _built(kind, definition, kind.__name__)
    return built


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        named = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(held) for field, held in named if field.default is MISSING or held != field.default}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _built(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        return _built_choice(get_args(hint), value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise DefinitionError(f"{where} must be a list, not {value!r}.")
        return tuple(_built(get_args(hint)[0], item, f"{where}[{place}]") for place, item in enumerate(value))
    if is_dataclass(hint):
        return _built_dataclass(hint, value, where)
    if issubclass(hint, StrEnum):
        try:
            return hint(value)
        except ValueError:
            raise DefinitionError(f"{where} is {value!r}; it must be one of: {', '.join(hint)}.") from None
    if type(value) is not hint:  # exact: True must not pass for the number 1
        raise DefinitionError(f"{where} must be {hint.__name__}, not {value!r}.")
    return value


def _built_choice(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and types.NoneType in hints:
        return None
    wanted = [hint for hint in hints if hint is not types.NoneType]
    for hint in wanted:
        if type(value) is hint:
            return value
    if len(wanted) == 1:
        return _built(wanted[0], value, where)
    names = " or ".join(hint.__name__ for hint in wanted)
    raise DefinitionError(f"{where} must be {names}, not {value!r}.")


def _built_dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise DefinitionError(f"{where} must have named fields, not {value!r}.")
    known = {field.name: field for field in fields(kind)}
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise DefinitionError(f"{where} has no field called {', '.join(unknown)}.")
    missing = sorted(name for name, field in known.items() if field.default is MISSING and name not in value)
    if missing:
        raise DefinitionError(f"{where} needs the field {', '.join(missing)}.")
    hints = _hints(kind)
    return kind(**{name: _built(hints[name], held, f"{where}.{name}") for name, held in value.items()})
