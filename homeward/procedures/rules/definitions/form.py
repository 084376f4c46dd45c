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


class RecordGroup(StrEnum):
    """Where a form stands on a person's page of assessments."""

    LAW = "law"
    DAILY_LIFE = "daily_life"
    HEALTH = "health"
    HOME = "home"
    CARER = "carer"
    WELLBEING = "wellbeing"


class FormUse(StrEnum):
    TRIAGE = "triage"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    VISIT = "visit"
    REVIEW = "review"
    OUTCOME = "outcome"
    SURVEY = "survey"


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
    # A day that may not be before the answer to this earlier question
    not_before: str | None = None
    # Judged or measured anew each time: never carried forward from an earlier form
    is_fresh: bool = False
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
    # Somebody must be told by then, and what they said is kept with the form
    acknowledge_within_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class SinglePart:
    """A total whose largest part reaches `points` is read as at least `band`."""

    points: int
    band: str


@dataclass(frozen=True, slots=True)
class Score:
    """A sum of the points of some answers; no total until every one that is shown has an answer.

    A whole number without points counts as itself.
    """

    code: str
    title: str
    adds: tuple[str, ...]
    source: str
    bands: tuple[Band, ...] = ()
    single_part: SinglePart | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """Something that holds or does not, and the words for it: a condition, or a score within limits."""

    says: str
    when: Condition | None = None
    score: str | None = None
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class FindingResult:
    """What is found where all grounds hold, or any of them where `is_any`. `code` is an answer of `decided_by`."""

    code: str
    title: str
    grounds: tuple[Ground, ...]
    is_any: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What the answers come to under a rule: the first result whose grounds hold. It is proposed; a person decides.

    `decided_by` is the question by which they do.
    """

    code: str
    title: str
    source: str
    decided_by: str
    results: tuple[FindingResult, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EquipmentProposed:
    """Equipment that the answers ask for: `kind` is a code of a service's catalogue, `says` why."""

    kind: str
    when: Condition
    says: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form. Offered to everybody where `in_record` says under which heading, else only where a pathway asks for it.

    `choice_of` names what a service chooses one form for: of those with the same one it offers the one it chose.
    `follows` is a form that this one comes after and points back to. `sensitivity` is one of people.states.
    """

    code: str
    version: int
    title: str
    purpose: str
    use: FormUse
    sections: tuple[Section, ...]
    sources: tuple[str, ...]
    scores: tuple[Score, ...] = ()
    findings: tuple[Finding, ...] = ()
    equipment: tuple[EquipmentProposed, ...] = ()
    in_record: RecordGroup | None = None
    review_months: int | None = None
    choice_of: str | None = None
    follows: str | None = None
    # About the answers of the form it follows: it is owed after that one only where this holds
    follows_when: Condition | None = None
    sensitivity: str | None = None
    # Every question of it is answered anew each time
    is_fresh: bool = False

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order, whether shown or not."""
        return tuple(question for section in self.sections for question in section.questions)
