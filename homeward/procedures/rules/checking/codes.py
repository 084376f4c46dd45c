"""Where a thing was read, and the codes there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..problems import Problem, field_name
from ..yaml_lines import LinedYaml, Path

Thing = TypeVar("Thing")

Complaint = tuple[Path, str]
"""The path inside a thing to the field that is wrong, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Read(Generic[Thing]):
    """A thing and where it was read: its file, and its path in that file."""

    thing: Thing
    file: str
    text: LinedYaml
    path: Path

    def problem(self, inside: Path, text: str) -> Problem:
        """A problem at the field `inside` this thing."""
        where = (*self.path, *inside)
        return Problem(self.file, self.text.line_of(where), field_name(where), text)


@dataclass(frozen=True, slots=True)
class Names:
    """The codes there are, by what they name."""

    skills: set[str]
    needs: set[str]
    events: set[str]
    sources: set[str]
    activities: set[str]
    forms: set[str]
    pathways: set[str]

    def unknown(self, what: str, code: str | None, path: Path) -> Iterator[Complaint]:
        """A complaint when `code` names no such thing; none for no code."""
        known, home = {
            "skill": (self.skills, "skills.yaml"),
            "need": (self.needs, "needs.yaml"),
            "event": (self.events, "events.yaml"),
            "source": (self.sources, "sources.yaml"),
            "activity": (self.activities, "a file in activities/"),
            "form": (self.forms, "a file in forms/"),
            "pathway": (self.pathways, "a file in pathways/"),
        }[what]
        if code is not None and code not in known:
            yield path, f"There is no {what} called '{code}'. Correct the code, or add it to {home}."

    def all_unknown(self, what: str, codes: Iterable[str], path: Path) -> Iterator[Complaint]:
        """A complaint for each code of a list that names no such thing."""
        for place, code in enumerate(codes):
            yield from self.unknown(what, code, (*path, place))


def repeats(reads: Sequence[Read[Any]], what: str) -> Iterator[Problem]:
    """Things with the code, and version, of one before them."""
    first: dict[tuple[str, int | None], Read[Any]] = {}
    for read in reads:
        version = getattr(read.thing, "version", None)
        key = (read.thing.code, version)
        if key in first:
            other = first[key]
            name = f"'{read.thing.code}'" if version is None else f"'{read.thing.code}' version {version}"
            place = f"{other.file} line {other.text.line_of((*other.path, 'code'))}"
            text = f"The {what} {name} is already in {place}. Give one of them another code"
            yield read.problem(("code",), f"{text}." if version is None else f"{text} or version.")
        else:
            first[key] = read


def wrong_file_names(reads: Sequence[Read[Any]]) -> Iterator[Problem]:
    """Files not called after the code they hold."""
    for read in reads:
        name = read.file.rpartition("/")[2]
        if name not in (f"{read.thing.code}.yaml", f"{read.thing.code}.v{read.thing.version}.yaml"):
            text = f"The file is called {name}. Call it {read.thing.code}.yaml, or correct the code."
            yield read.problem(("code",), text)


def twice(codes: Sequence[str], path: Path, what: str) -> Iterator[Complaint]:
    """Codes that stand twice in one list."""
    for place, code in enumerate(codes):
        if code in codes[:place]:
            yield (
                (*path, place, "code"),
                f"There is another {what} called '{code}' above. Give one another code.",
            )
