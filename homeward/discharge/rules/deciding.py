"""What a decision on the way home takes: home first, a second person, capacity, one assessment. Pure Python.

Home first and one trusted assessment: East Lancashire (CQC case study). Capacity and best interests:
Mental Capacity Act 2005 sections 2 to 4. docs/rules/coming-home.md.
"""

from dataclasses import dataclass

HOME = ("p0", "p1")
WITHOUT_NEW_SUPPORT = "p0"
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A way home as it is proposed, in plain codes. The three `has_` say whether a complete form is there."""

    pathway: str
    destination_pathway: str
    why_not_home: str
    not_home_text: str
    choices_offered: str
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
    if not one.choices_offered:
        faults["choices_offered"] = "Write which choices the person was offered."
    if one.pathway != WITHOUT_NEW_SUPPORT and not one.has_trusted_assessment:
        faults["pathway"] = (
            "New or more support needs a complete trusted assessment of this stay. Complete it first: whoever takes"
            " over relies on it."
        )
    faults |= _faults_of_capacity(one)
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
