"""What a plan says, as plain values: headings, needs, goals, activities, what to do if, and visits."""

from dataclasses import dataclass, field
from datetime import date

# Goal attainment scaling (Kiresuk and Sherman, 1968): five levels, each described in the person's own words
LEVELS = (-2, -1, 0, 1, 2)
LEVEL_WORDS = {
    -2: "Much less than hoped",
    -1: "Less than hoped",
    0: "What I hope for",
    1: "More than hoped",
    2: "Much more than hoped",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the plan: its code in the record, what staff and what the person read, and what to ask."""

    code: str
    section: str
    title: str
    mine: str
    asks: str


HEADINGS = (
    Heading("matters", "me", "What matters most to the person", "What matters most to me", "In their own words."),
    Heading(
        "strengths", "me", "Strengths: what they can do, and who and what helps", "What I can do",
        "What do they manage, know and enjoy? Who is around them?",
    ),
    Heading("support", "me", "How best to support them", "How to help me", "What should we do, and not do?"),
    Heading("good_day", "me", "A good day", "A good day for me", "When do they get up, eat, rest, see people?"),
    Heading(
        "wishes", "advance", "What they want if they become more ill", "What I want if I become more ill",
        "Only what they wish to talk about. They may change it at any time.",
    ),
    Heading(
        "not_wanted", "advance", "What they do not want", "What I do not want",
        "A refusal of treatment must be in a document of its own: note on their record where it is kept.",
    ),
    Heading("place", "advance", "Where they want to be cared for", "Where I want to be cared for", "First choice"),
    Heading("place_else", "advance", "And if that cannot be", "And if that cannot be", "Second choice"),
    Heading("people", "advance", "Who should be with them and be asked", "Who I want with me", "Names, and about what"),
    Heading(
        "after", "advance", "Faith, and what should happen after they die", "My faith, and after I die",
        "Only if they wish to say.",
    ),
)  # fmt: skip
HEADINGS_BY_CODE = {heading.code: heading for heading in HEADINGS}


@dataclass(frozen=True, slots=True)
class NewNeed:
    """Something the person needs; `outcome` is a plans.states.CareOutcome code or empty."""

    text: str
    outcome: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewGoal:
    """A goal in the person's words. `scale` describes levels -2 to +2, or is empty."""

    text: str
    why: str = ""
    scale: dict[str, str] = field(default_factory=dict)
    level_at_start: int | None = None
    target_on: date | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewActivity:
    """Something done; the fields of `PlannedActivity`."""

    title: str
    activity_code: str = ""
    how: str = ""
    doer: str = "staff"
    skill: str = ""
    doer_name: str = ""
    often: str = "daily"
    weekdays: str = ""
    times: tuple[str, ...] = ()
    minutes: int | None = None
    workers: int = 1
    starts_on: date | None = None
    ends_on: date | None = None
    is_delegated: bool = False
    equipment: str = ""
    if_not_possible: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewContingency:
    """If this happens, do that, and call whom."""

    if_text: str
    then_text: str
    call_name: str = ""
    call_phone: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class NewPattern:
    """Visits a plan needs; the fields of `VisitPattern`."""

    title: str
    opens_at: str
    closes_at: str
    minutes: int
    slots: list[dict]
    starts_on: date
    tasks: list[dict] = field(default_factory=list)
    is_window_hard: bool = False
    weekdays: str = "1234567"
    gap_minutes: int = 0
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a plan says besides its summary and visits."""

    texts: dict[str, str] = field(default_factory=dict)
    needs: tuple[NewNeed, ...] = ()
    goals: tuple[NewGoal, ...] = ()
    activities: tuple[NewActivity, ...] = ()
    contingencies: tuple[NewContingency, ...] = ()


def content_from(goals: "list[str] | Content") -> Content:
    """The content of a plan of which only the goals' words are known; a whole content as it is."""
    if isinstance(goals, Content):
        return goals
    return Content(goals=tuple(NewGoal(text, key=f"g{number}") for number, text in enumerate(goals, 1)))
