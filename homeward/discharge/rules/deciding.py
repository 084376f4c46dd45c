"""What a decision on the way home takes: home first, a second person, capacity, one assessment. Pure Python.

Home first and one trusted assessment: East Lancashire (CQC case study). Capacity and best interests:
Mental Capacity Act 2005 sections 2 to 4. docs/rules/coming-home.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HOME = ("p0", "p1")
WITHOUT_NEW_SUPPORT = "p0"
LONGEST = 2000
# Who answers for themselves or by right chooses one of what was offered; in best interests nothing need be chosen
CHOOSERS = ("person", "attorney")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person was offered, and the answer: codes of ChoiceAnswer, "" where nobody said. Nothing is known of
    what is left empty."""

    what: str
    provider: str = ""
    starts_on: date | None = None
    cost: str = ""
    answer: str = ""
    answered_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A way home as it is proposed, in plain codes. The three `has_` say whether a complete form is there."""

    pathway: str
    destination_pathway: str
    why_not_home: str
    not_home_text: str
    choices: tuple[Choice, ...]
    person_said: str
    capacity: str
    decided_by: str
    has_trusted_assessment: bool
    has_capacity_assessment: bool
    has_best_interests: bool
    # What the trusted assessment itself answered to whether capacity is doubted; None where it is not there
    is_capacity_doubted: bool | None = None


def needs_second_person(pathway: str) -> bool:
    """Whether a second person must agree: for any way but home."""
    return pathway not in HOME


def faults_of(one: Proposal) -> dict[str, str]:
    """What is missing or does not fit, by the field it is asked in: what is wrong and what to do."""
    faults: dict[str, str] = {}
    if one.destination_pathway != one.pathway:
        faults["destination"] = "Choose where they go. It must belong to the pathway."
    if needs_second_person(one.pathway):
        if not one.why_not_home:
            faults["why_not_home"] = "Home first: say why this person does not go home."
        elif not one.not_home_text:
            faults["not_home_text"] = "Say what was tried or thought of so that they could go home."
    if not one.person_said:
        faults["person_said"] = "Write what the person wants, in their words or as whoever knows them best tells it."
    faults |= _faults_of_choices(one.choices, one.decided_by)
    if one.pathway != WITHOUT_NEW_SUPPORT and not one.has_trusted_assessment:
        faults["pathway"] = (
            "New or more support needs a complete trusted assessment of this stay. Complete it first: whoever takes"
            " over relies on it."
        )
    faults |= _faults_of_capacity(one)
    return faults


def choice_field(name: str, place: int) -> str:
    """How a field of the choice at a place is called, the first being 1."""
    return f"choice_{place}_{name}"


def _faults_of_choices(choices: Sequence[Choice], decided_by: str) -> dict[str, str]:
    if not choices:
        return {choice_field("what", 1): "Write at least one choice the person was offered."}
    faults: dict[str, str] = {}
    for place, one in enumerate(choices, start=1):
        if not one.what:
            faults[choice_field("what", place)] = f"Choice {place}: write what was offered."
        if one.answer not in ("chosen", "refused", "waiting"):
            faults[choice_field("answer", place)] = f"Choice {place}: choose what they answered."
        elif one.answer != "waiting" and not one.answered_by:
            faults[choice_field("answered_by", place)] = f"Choice {place}: say who answered."
        if one.answer == "refused" and not one.reason:
            faults[choice_field("reason", place)] = f"Choice {place}: say why it was refused."
    chosen = [place for place, one in enumerate(choices, start=1) if one.answer == "chosen"]
    if len(chosen) > 1:
        faults[choice_field("answer", chosen[1])] = "Only one choice can be the one they chose."
    elif not chosen and not faults and decided_by in CHOOSERS:
        faults[choice_field("answer", 1)] = "Mark the choice that they chose."
    return faults


def _faults_of_capacity(one: Proposal) -> dict[str, str]:
    if one.capacity == "not_doubted":
        if one.is_capacity_doubted:
            return {"capacity": "The trusted assessment says that capacity is doubted. Say what was found."}
        if one.decided_by == "best_interests":
            return {"decided_by": "Only for somebody who cannot decide this is it decided in their best interests."}
        return {}
    if not one.has_capacity_assessment:
        return {"capacity": "Complete a mental capacity assessment about this decision first."}
    if one.capacity == "has":
        if one.decided_by != "person":
            return {"decided_by": "They can decide this, so the decision is theirs."}
        return {}
    if one.decided_by == "person":
        return {"decided_by": "They cannot decide this now. Say who decided for them, and by what right."}
    if one.decided_by == "best_interests" and not one.has_best_interests:
        return {"decided_by": "Complete a best-interests decision first."}
    return {}
