"""A folder of YAML files read as a library, or every problem in it: file, line, field, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from .checking import Read, cross_problems
from .definitions import (
    Activity,
    EventKind,
    Form,
    Library,
    Need,
    Pathway,
    Skill,
    Source,
    build,
)
from .problems import Problem, field_name
from .yaml_lines import LinedYaml, Path, UnreadableYamlError, read_yaml

SHIPPED_LIBRARY = FilePath(__file__).resolve().parent.parent / "library"
SCHEMAS = SHIPPED_LIBRARY / "schema"

ONE_A_FILE = {"pathways": ("pathway", Pathway), "forms": ("form", Form)}
LIST_FILES: dict[str, tuple[str, type]] = {
    "skills": ("skill", Skill),
    "needs": ("need", Need),
    "events": ("event", EventKind),
    "sources": ("source", Source),
}


class LibraryError(ValueError):
    """The library has problems; `problems` lists them all."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            "\n".join([f"The procedures have {count}. Put them right and try again.", *map(str, problems)])
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class File:
    """A file's name in its library, and what it says."""

    name: str
    text: LinedYaml


def read_library(path: FilePath | str = SHIPPED_LIBRARY) -> Library:
    """The library in the folder `path`, every reference in it checked.

    Raises: LibraryError listing every problem, when there is any.
    """
    library, problems = _read(FilePath(path))
    if problems:
        raise LibraryError(tuple(problems))
    return library


def check_library(path: FilePath | str = SHIPPED_LIBRARY) -> list[Problem]:
    """Every problem of the library in the folder `path`, by file and line; an empty list when there is none.

    References between files are looked at once each file by itself is right.
    """
    return _read(FilePath(path))[1]


def _read(root: FilePath) -> tuple[Library, list[Problem]]:
    if not root.is_dir():
        return Library(), [Problem(str(root), 1, "", "There is no such folder. Give the folder that holds pathways/.")]
    problems: list[Problem] = []
    found: dict[str, list[Read[Any]]] = {kind: [] for kind in ("pathways", "forms", "activities", *LIST_FILES)}
    for folder, (schema, kind) in ONE_A_FILE.items():
        for file in files_in(root, folder, problems):
            problems.extend(bad := list(schema_problems(schema, file, (), file.text.content)))
            if not bad:
                found[folder].append(Read(build(kind, file.text.content), file.name, file.text, ()))
    for file in files_in(root, "activities", problems):
        found["activities"].extend(_entries(file, "activities", "activity", Activity, problems))
    for name, (schema, kind) in LIST_FILES.items():
        one = read_file(root, root / f"{name}.yaml", problems)
        if one is not None:
            found[name].extend(_entries(one, name, schema, kind, problems))
    if not problems:
        problems = cross_problems(**found)
    library = Library(**{kind: tuple(read.thing for read in reads) for kind, reads in found.items()})
    return library, sorted(problems, key=lambda problem: (problem.file, problem.line, problem.field))


def files_in(root: FilePath, folder: str, problems: list[Problem]) -> Iterator[File]:
    """Every YAML file in a folder of the library in `root`, in order; what cannot be read is added to `problems`."""
    if not (root / folder).is_dir():
        problems.append(Problem(folder, 1, "", f"There is no folder called {folder}. Make one, even if it is empty."))
        return
    for path in sorted((root / folder).iterdir()):
        if path.suffix == ".yaml":
            file = read_file(root, path, problems)
            if file is not None:
                yield file
        elif path.suffix == ".yml":
            name = path.relative_to(root).as_posix()
            problems.append(Problem(name, 1, "", "Files must end in .yaml to be read. Rename this one."))


def read_file(root: FilePath, path: FilePath, problems: list[Problem]) -> File | None:
    """One file of the library in `root`; None where it cannot be read, and then why is added to `problems`."""
    name = path.relative_to(root).as_posix()
    try:
        return File(name, read_yaml(path.read_text(encoding="utf-8-sig")))
    except UnreadableYamlError as error:
        problems.append(Problem(name, error.line, "", error.text))
    except UnicodeDecodeError:
        problems.append(Problem(name, 1, "", "The file is not UTF-8 text. Save it as UTF-8."))
    except FileNotFoundError:
        problems.append(Problem(name, 1, "", "The file is missing. Every library has one."))
    return None


def _entries(file: File, key: str, schema: str, kind: type, problems: list[Problem]) -> Iterator[Read[Any]]:
    content = file.text.content
    if not isinstance(content, dict) or list(content) != [key] or not isinstance(content[key], list):
        problems.append(Problem(file.name, 1, key, f"The file must hold one list called '{key}:' and nothing else."))
        return
    for place, entry in enumerate(content[key]):
        path: Path = (key, place)
        problems.extend(bad := list(schema_problems(schema, file, path, entry)))
        if not bad:
            yield Read(build(kind, entry), file.name, file.text, path)


@cache
def _validator(schema: str, schemas: FilePath) -> Draft202012Validator:
    definition: Mapping[str, Any] = json.loads((schemas / f"{schema}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(definition)
    return Draft202012Validator(definition)


def schema_problems(
    schema: str, file: File, base: Path, content: Any, schemas: FilePath = SCHEMAS
) -> Iterator[Problem]:
    """Every field of `content`, read from `file` at the path `base`, that does not fit a kind of thing's schema.

    `schemas` is the folder that holds the schema, where another library than that of the procedures is read.
    """
    for error in _validator(schema, schemas).iter_errors(content):
        path = (*base, *error.absolute_path)
        for extra, text in _sentences(error):
            where = (*path, *extra)
            yield Problem(file.name, file.text.line_of(where), field_name(where), text)


def _sentences(error: ValidationError) -> Iterator[tuple[Path, str]]:
    """What is wrong in words, with the path from the error to the field it is about."""
    held: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            schema: Any = error.schema
            known = schema["properties"]
            for name in sorted(set(held) - set(known)):
                advice = f"Remove it or use one of: {', '.join(known)}."
                if " " in name and held[name] is None:
                    advice = "If it is part of the text before it, put all of that text in quotation marks."
                yield (name,), f"'{name}' is not a field here. {advice}"
        case "required":
            for name in wanted:
                if name not in held:
                    yield (), f"'{name}' is missing. Add it."
        case "type":
            yield (), f"This must be {_type_in_words(wanted)}, not {_shown(held)}."
        case "enum":
            yield (), f"{_shown(held)} is not one of the choices. Use one of: {', '.join(wanted)}."
        case "pattern":
            yield (), _pattern_in_words(held, wanted)
        case "minLength":
            yield (), "This is empty. Write something or remove the field."
        case "maxLength":
            yield (), f"This has {len(held)} characters. Use {wanted} or fewer."
        case "minItems":
            yield (), f"The list needs at least {wanted}. Add one."
        case "dependentRequired":
            for name, needed in wanted.items():
                for missing in sorted(set(needed) - set(held)) if name in held else ():
                    yield (), f"'{missing}' is missing: '{name}' needs it. Add it."
        case "uniqueItems":
            yield (), "The list names something twice. Keep one of them."
        case "minimum":
            yield (), f"{held} is too small. Use {wanted} or more."
        case "maximum":
            yield (), f"{held} is too big. Use {wanted} or less."
        case _:
            yield (), f"{error.message}. See the schema of this file."


def _type_in_words(wanted: str | list[str]) -> str:
    words = {
        "object": "named fields",
        "array": "a list",
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
    }
    return " or ".join(words[one] for one in ([wanted] if isinstance(wanted, str) else wanted))


def _pattern_in_words(held: str, pattern: str) -> str:
    if pattern.startswith("^[a-z]"):
        return f"{_shown(held)} is not a code. Use small letters and figures joined by _ or -."
    if pattern.startswith("^([01]"):
        return f"{_shown(held)} is not a time. Write it as '07:30'."
    if pattern.startswith("^M"):
        return f"{_shown(held)} is not a measure. Use M01 to M30."
    if pattern.startswith("^http"):
        return f"{_shown(held)} is not an address. Begin it with https://."
    if pattern == r"\S":
        return "This is empty. Write something or remove the field."
    return f"{_shown(held)} does not have the form that is needed here ({pattern})."


def _shown(held: Any) -> str:
    match held:
        case str():
            return f"'{held}'" if len(held) <= 60 else f"'{held[:60]}…'"
        case bool():
            return "true" if held else "false"
        case None:
            return "nothing"
        case list():
            return "a list"
        case dict():
            return "named fields"
    return str(held)
