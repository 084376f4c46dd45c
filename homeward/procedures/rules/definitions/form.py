"""Forms: sections, questions, when they show, and what they score."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class QuestionType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date_time"


class FormUse(StrEnum):
    TRIAGE = "triage"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    VISIT = "visit"
    REVIEW = "review"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Condition:
    """When a section or question is shown: about one earlier question, or `all` or `any` of several."""

    question: str | None = None
    answered: bool | None = None
    equals: bool | int | float | str | None = None
    any_of: tuple[str, ...] = ()
    at_least: int | float | None = None
    at_most: int | float | None = None
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: str
    hint: str | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """The points a number scores from `at_least` to `at_most`, both included; open-ended where absent."""

    points: int
    at_least: int | float | None = None
    at_most: int | float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `required` means required to close the form, never to save it."""

    code: str
    text: str
    type: QuestionType
    hint: str | None = None
    required: bool = False
    options: tuple[Option, ...] = ()
    unit: str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    decimal_places: int | None = None
    points: tuple[Points, ...] = ()
    shown_when: Condition | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    questions: tuple[Question, ...]
    intro: str | None = None
    shown_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """What a total from `at_least` to `at_most` (both included) means and asks for."""

    code: str
    title: str
    at_least: int
    at_most: int
    action: str | None = None


@dataclass(frozen=True, slots=True)
class SinglePart:
    """A total whose largest part reaches `points` is read as at least `band`."""

    points: int
    band: str


@dataclass(frozen=True, slots=True)
class Score:
    """A sum of the points of some answers; no total until every one that is shown has an answer."""

    code: str
    title: str
    adds: tuple[str, ...]
    source: str
    bands: tuple[Band, ...] = ()
    single_part: SinglePart | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    code: str
    version: int
    title: str
    purpose: str
    use: FormUse
    sections: tuple[Section, ...]
    sources: tuple[str, ...]
    scores: tuple[Score, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order, whether shown or not."""
        return tuple(question for section in self.sections for question in section.questions)
