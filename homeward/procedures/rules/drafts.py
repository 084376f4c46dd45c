"""A procedure written in the service itself: its text, what is wrong with it, and its number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from .checking.activities import activity_complaints
from .checking.codes import Names, Read
from .checking.forms import form_complaints
from .checking.pathways import pathway_complaints, staffing_complaints
from .definitions import Activity, Form, Library, Pathway, build
from .problems import Problem
from .reading import File, schema_problems
from .yaml_lines import LinedYaml, UnreadableYamlError, read_yaml

KINDS: dict[str, type] = {"pathway": Pathway, "form": Form, "activity": Activity}
LONGEST_TEXT = 400_000  # characters; the longest shipped procedure has under 20,000
LONGEST_CODE = 60  # as the schema of every procedure has it
ON_ONE_LINE = 100  # a short list of codes is easier to read on one line
# The order people read a file in; what is not named comes after, as it stands.
ORDER = {
    "pathway": (
        "code", "version", "title", "summary", "who_for", "subject", "urgency", "needs", "entry", "clocks", "stages",
        "roles", "visits", "delegated", "routines", "stay", "equipment", "documents", "courses", "outcomes", "measures",
        "model", "published_figures", "sources",
    ),
    "form": ("code", "version", "title", "purpose", "use", "sources", "sections", "scores"),
    "activity": ("code", "version", "title", "plain"),
}  # fmt: skip


class UnwritableTextError(ValueError):
    """The definition cannot be written as text that reads back as the same."""


def check_draft(
    kind: str, code: str, version: int, text: str, library: Library
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """What a draft's text says, and every problem with it beside the published `library`.

    The content is None where the text cannot be read or has a field of the wrong shape. Problems that the draft would
    cause in other procedures are told under the name of their file.
    """
    name = _file_name(kind, code)
    try:
        lined = read_yaml(text)
    except UnreadableYamlError as error:
        return None, [Problem(name, error.line, "", error.text)]
    problems = list(schema_problems(kind, File(name, lined), (), lined.content))
    if problems:
        return None, _sorted(problems)
    thing: Any = build(KINDS[kind], lined.content)
    read = Read(thing, name, lined, ())
    if thing.code != code:
        problems.append(read.problem(("code",), f"This draft is of '{code}'. Change the code back."))
    if thing.version != version:
        problems.append(read.problem(("version",), f"This draft is of version {version}. Change the version back."))
    library = _with(library, kind, code, thing)
    names = _names(library)
    match thing:
        case Pathway():
            problems += [read.problem(*complaint) for complaint in pathway_complaints(thing, names)]
            if not problems:
                problems += [read.problem(*complaint) for complaint in staffing_complaints(thing, library)]
        case Form():
            problems += [read.problem(*complaint) for complaint in form_complaints(thing, names)]
        case Activity():
            problems += [read.problem(*complaint) for complaint in activity_complaints(thing, names)]
            if not problems:
                problems += _staffing_problems_elsewhere(code, library)
    return lined.content, _sorted(problems)


def as_text(kind: str, content: Mapping[str, Any]) -> str:
    """A definition as the text people write.

    Raises: UnwritableTextError.
    """
    first = [key for key in ORDER[kind] if key in content]
    ordered = {key: content[key] for key in (*first, *(key for key in content if key not in ORDER[kind]))}
    try:
        text = yaml.dump(
            ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=10_000
        )
        if read_yaml(text).content != ordered:
            raise UnwritableTextError("The text would not read back as the same. Take out unusual characters.")
    except (yaml.YAMLError, UnreadableYamlError) as error:
        raise UnwritableTextError(str(error)) from error
    return text


def with_version(text: str, version: int) -> str:
    """The text with another version number and not a character else changed.

    Raises: UnwritableTextError when no line says `version:`.
    """
    numbered, count = re.subn(r"^version:[^\n#]*", f"version: {version}", text, count=1, flags=re.MULTILINE)
    if not count:
        raise UnwritableTextError("No line begins with 'version:'. Add one, then save.")
    return numbered


def has_notes(text: str) -> bool:
    """Whether the text has a line that begins with #, which reading it as a definition would lose."""
    return any(line.lstrip().startswith("#") for line in text.splitlines())


def code_from(title: str, joint: str = "-", taken: frozenset[str] = frozenset()) -> str:
    """A code for something called `title` that none of `taken` has: small letters and figures, joined by `joint`."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    while words and not words[0][0].isalpha():
        words.pop(0)
    code = joint.join(words)[:LONGEST_CODE].rstrip(joint)
    number = 2
    free = code
    while free in taken:
        free = f"{code[: LONGEST_CODE - 4]}{joint}{number}"
        number += 1
    return free


def _file_name(kind: str, code: str) -> str:
    return {"pathway": f"pathways/{code}.yaml", "form": f"forms/{code}.yaml"}.get(kind, f"activities/{code}.yaml")


def _with(library: Library, kind: str, code: str, thing: Any) -> Library:
    where = {"pathway": "pathways", "form": "forms", "activity": "activities"}[kind]
    held: dict[str, Any] = {where: (*(one for one in getattr(library, where) if one.code != code), thing)}
    return replace(library, **held)


def _names(library: Library) -> Names:
    return Names(
        skills={one.code for one in library.skills},
        needs={one.code for one in library.needs},
        events={one.code for one in library.events},
        sources={one.code for one in library.sources},
        activities={one.code for one in library.activities},
        forms={one.code for one in library.forms},
        pathways={one.code for one in library.pathways},
    )


def _staffing_problems_elsewhere(activity_code: str, library: Library) -> list[Problem]:
    """What a changed activity would break in pathways that use it: somebody on each visit must still be able to."""
    problems = []
    for pathway in library.pathways:
        used = {code for visit in pathway.visits for code in visit.activities}
        used |= {one.activity for one in pathway.delegated}
        if activity_code in used and not list(pathway_complaints(pathway, _names(library))):
            read = Read(pathway, _file_name("pathway", pathway.code), LinedYaml({}, {}), ())
            problems += [
                read.problem(path, text)
                for path, text in staffing_complaints(pathway, library)
                if activity_code in text
            ]
    return problems


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.field))


class _Dumper(yaml.SafeDumper):
    """Writes lists under their name with an indent, and short lists of codes on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        are_words = all(isinstance(item, yaml.ScalarNode) for item in node.value)
        node.flow_style = are_words and sum(len(item.value) + 2 for item in node.value) <= ON_ONE_LINE
        return node
