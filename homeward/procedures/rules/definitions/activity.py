"""Activities, and the words that every procedure uses: sources, events, skills and needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SkillKind(StrEnum):
    PROFESSION = "profession"
    COMPETENCE = "competence"


class Complexity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ActivityKind(StrEnum):
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    JOINT = "joint"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from."""

    code: str
    title: str
    publisher: str
    address: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something that happens at a moment and that clocks listen to."""

    code: str
    title: str
    means: str


@dataclass(frozen=True, slots=True)
class Skill:
    """A profession or a competence. Whoever has it also has every skill in `implies`."""

    code: str
    title: str
    plain: str
    kind: SkillKind
    is_registered: bool = False
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """Why a person is referred. `urgent_response_condition` is 1 to 9 for the nine national conditions."""

    code: str
    title: str
    plain: str
    source: str
    urgent_response_condition: int | None = None
    snomed: str | None = None


@dataclass(frozen=True, slots=True)
class Delegable:
    """Who may be given the activity, by whom, and the competence they must be signed off for.

    `observed_times`, `review_months` and what is learned first are local decisions; None or empty where the place has
    not made one. `learning` are the codes of courses; `spot_check_weeks` is how often somebody looks again.
    """

    to: tuple[str, ...]
    by: tuple[str, ...]
    is_person_specific: bool
    competence: str | None = None
    observed_times: int | None = None
    review_months: int | None = None
    learning: tuple[str, ...] = ()
    needs_knowledge_test: bool = False
    spot_check_weeks: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing done for a person. `skill` may do it without delegation; `minutes` is its usual length."""

    code: str
    version: int
    title: str
    plain: str
    kind: ActivityKind
    skill: str
    minutes: int
    complexity: Complexity
    source: str
    workers: int = 1
    delegable: Delegable | None = None
    in_place: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    local_decision: bool = False
