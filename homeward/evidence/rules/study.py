"""What a study says, and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NOT_STATED = "Not stated"


class Impact(StrEnum):
    """The four things that the published collection looked for in every study."""

    ADMISSIONS = "admissions"
    DISCHARGE = "discharge"
    TRANSITIONS = "transitions"
    RESOURCES = "resources"


IMPACT_TITLES = {
    Impact.ADMISSIONS: "Fewer avoidable hospital admissions",
    Impact.DISCHARGE: "Reablement and leaving hospital in time",
    Impact.TRANSITIONS: "Smoother moves between services",
    Impact.RESOURCES: "Better use of resources",
}


def where_and_when(place: str, period: str) -> str:
    """A place and a period in one, in words where either is not stated."""
    if place == NOT_STATED:
        return "Place and period not stated" if period == NOT_STATED else f"Place not stated, {period}"
    return f"{place}, period not stated" if period == NOT_STATED else f"{place}, {period}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a study reports. `value` is as published, and None where there are only words; `to` ends a range."""

    says: str
    place: str
    period: str
    value: int | float | None = None
    to: int | float | None = None
    about: str = ""
    unit: str = ""
    measure: str = ""

    @property
    def number(self) -> str:
        """The number with its unit: almost 100 admissions a year; "" where there are only words."""
        if self.value is None:
            return ""
        figure = " to ".join(_with_unit(one, self.unit) for one in (self.value, self.to) if one is not None)
        if self.unit.startswith("£"):
            figure += self.unit[1:]
        elif self.unit != "%":
            figure = f"{figure} {self.unit}"
        return f"{self.about} {figure}" if self.about else figure


@dataclass(frozen=True, slots=True)
class Study:
    """One place's account of a change. `study` is its number in a source that holds several."""

    code: str
    version: int
    title: str
    organisation: str
    place: str
    period: str
    who_for: str
    did: str
    workforce: str
    impacts: tuple[Impact, ...]
    topics: tuple[str, ...]
    numbers: tuple[Finding, ...]
    lessons: tuple[str, ...]
    pathways: tuple[str, ...]
    source: str = ""
    file: str = ""
    study: int | None = None

    @property
    def words(self) -> tuple[tuple[int, str], ...]:
        """Everything to search, with how much a word in it weighs; impacts are for choosing, most studies have them."""
        return (
            (4, self.title),
            (3, f"{self.organisation} {self.place}"),
            (2, " ".join((self.who_for, self.did, self.workforce, *self.lessons))),
            (2, " ".join((*self.topics, *self.pathways))),
            (1, " ".join(f"{one.says} {one.number} {one.place} {one.measure}" for one in self.numbers)),
        )


def _with_unit(number: float, unit: str) -> str:
    text = f"{number:,.2f}" if unit.startswith("£") and number != int(number) else f"{number:,}"
    return f"£{text}" if unit.startswith("£") else f"{text}%" if unit == "%" else text
