"""The library of published studies read from its folder, or every problem in it: file, line, field, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from homeward.evidence.rules.study import Study
from homeward.procedures.rules.definitions import build
from homeward.procedures.rules.problems import Problem, field_name
from homeward.procedures.rules.reading import File, files_in, read_file, schema_problems
from homeward.procedures.rules.yaml_lines import Path

SHIPPED_STUDIES = FilePath(__file__).resolve().parent.parent / "library"
SCHEMAS = SHIPPED_STUDIES / "schema"


class StudiesError(ValueError):
    """The library of studies has problems; the text lists them all."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(["The studies have problems. Put them right and try again.", *map(str, problems)]))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Known:
    """What a study may name: the pathways and sources of the procedures, and which measures there are."""

    pathways: frozenset[str]
    sources: frozenset[str]
    is_measure: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Studies:
    """The published studies, and the titles of their topics by code."""

    studies: tuple[Study, ...]
    topics: dict[str, str]


def read_studies(known: Known, root: FilePath = SHIPPED_STUDIES) -> Studies:
    """The library in the folder `root`, every name in it checked against what is `known`.

    Raises: StudiesError listing every problem, when there is any.
    """
    problems: list[Problem] = []
    topics = dict(_topics(root, problems))
    read = [(file, _study(file, problems)) for file in files_in(root, "studies", problems)]
    found = [(file, study) for file, study in read if study is not None]
    codes: dict[str, str] = {}
    for file, study in found:
        if study.code in codes:
            problems.append(_problem(file, ("code",), f"{codes[study.code]} has this code too. Use another."))
        codes[study.code] = file.name
        problems.extend(_unknown(file, study, topics, known))
    if problems:
        raise StudiesError(sorted(problems, key=lambda one: (one.file, one.line, one.field)))
    return Studies(tuple(study for _, study in found), topics)


def _topics(root: FilePath, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    file = read_file(root, root / "topics.yaml", problems)
    held = file.text.content if file else {}
    if file and (not isinstance(held, dict) or not isinstance(held.get("topics"), list)):
        problems.append(_problem(file, ("topics",), "The file must hold one list called 'topics:'."))
        return
    for place, one in enumerate(held.get("topics", [])):
        problems.extend(bad := list(schema_problems("topic", file, ("topics", place), one, SCHEMAS)))
        if not bad:
            yield one["code"], one["title"]


def _study(file: File, problems: list[Problem]) -> Study | None:
    problems.extend(bad := list(schema_problems("study", file, (), file.text.content, SCHEMAS)))
    return None if bad else build(Study, file.text.content)


def _unknown(file: File, study: Study, topics: dict[str, str], known: Known) -> Iterator[Problem]:
    for place, code in enumerate(study.topics):
        if code not in topics:
            yield _problem(file, ("topics", place), f"There is no topic '{code}'. Add it to topics.yaml.")
    for place, code in enumerate(study.pathways):
        if code not in known.pathways:
            yield _problem(file, ("pathways", place), f"There is no pathway '{code}' in the procedures.")
    if study.source not in known.sources:
        yield _problem(file, ("source",), f"There is no source '{study.source}' in the procedures.")
    for place, one in enumerate(study.numbers):
        if one.measure and not known.is_measure(one.measure):
            yield _problem(file, ("numbers", place, "measure"), f"There is no measure '{one.measure}'.")


def _problem(file: File, path: Path, text: str) -> Problem:
    return Problem(file.name, file.text.line_of(path), field_name(path), text)
