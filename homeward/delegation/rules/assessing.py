"""What a registered professional assesses before they delegate, and which answers let them.

From the NMC Code on delegating (the worker is competent, understands, is supervised and supported) and the guiding
principles for delegated healthcare activities, as STANDARDS C4 has them; the wording is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from homeward.delegation.rules.framework import REVIEW_MONTHS
from homeward.kernel.rules import months_later
from homeward.procedures.rules.definitions import Activity

BEST_INTERESTS = "best_interests"
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to assess: `allows` are the answers with which it may be delegated, `why_not` what another means."""

    code: str
    text: str
    answers: tuple[tuple[str, str], ...]
    allows: frozenset[str]
    why_not: str


YES_OR_NO = ((YES, "Yes"), (NO, "No"))
TO_ASSESS = (
    Question(
        "stable",
        "Is their condition settled, so that what happens can be foreseen?",
        YES_OR_NO,
        frozenset({YES}),
        "Their condition is not settled. A registered professional does this until it is.",
    ),
    Question(
        "consent",
        "Who agrees that a care worker does this?",
        (
            ("person", "The person agrees"),
            ("power", "Somebody with the legal power to decide agrees for them"),
            (BEST_INTERESTS, "They cannot decide; it was decided in their best interests"),
            (NO, "Nobody has agreed, or the person does not want it"),
        ),
        frozenset({"person", "power", BEST_INTERESTS}),
        "Nobody has agreed to it. It is not delegated against what somebody wants.",
    ),
    Question(
        "reachable",
        "Can the workers reach a registered professional whenever they do it?",
        YES_OR_NO,
        frozenset({YES}),
        "Nobody can be reached when it is done. Arrange that first.",
    ),
)


def questions_for(activity: Activity) -> tuple[Question, ...]:
    """Everything to assess for an activity: what is asked of all, and what its procedure wants in place."""
    in_place = tuple(
        Question(f"in_place_{number}", f"In place: {text}", YES_OR_NO, frozenset({YES}), f"It is not in place: {text}.")
        for number, text in enumerate(activity.in_place, 1)
    )
    return TO_ASSESS + in_place


def why_not_delegate(activity: Activity, assessed: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """What stands against delegating, a sentence each: answers that are missing or say no. Nothing when it may be."""
    said = []
    for question in questions_for(activity):
        answer = (assessed.get(question.code) or {}).get("answer", "")
        if answer not in dict(question.answers):
            said.append(f"Answer: {question.text}")
        elif answer not in question.allows:
            said.append(question.why_not)
    return tuple(said)


def latest_review(activity: Activity, day: date) -> date:
    """The last day for which a review of a delegation decided on a day may be set."""
    months = activity.delegable.review_months if activity.delegable else None
    return months_later(day, months or REVIEW_MONTHS)
