"""What it takes to be signed off for a competence, and how far somebody is.

How often practice is watched, what is learned and whether a test is taken are local decisions of each place's
procedures (no national figure was found); that practice, learning and both declarations are there is not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from homeward.procedures.rules.definitions import Activity

# How long a sign-off lasts where a procedure does not say: the sample policy for insulin has an annual summative
# assessment (STANDARDS C4)
REVIEW_MONTHS = 12
# Of the practices that are watched, how many are with the person whom the sign-off is for: local decision
WITH_THE_PERSON = 1


class Step(StrEnum):
    """What a sign-off rests on, in the order it is usually done."""

    LEARNING = "learning"
    TEST = "test"
    PRACTICE = "practice"
    WITH_PERSON = "with_person"
    WORKER = "worker"
    EMPLOYER = "employer"


@dataclass(frozen=True, slots=True)
class Framework:
    """What a competence asks for: the strictest of the activities that ask for the competence.

    `by` are the skills that may sign for it. `is_person_specific` says that every activity wants a sign-off for one
    named person. `observed_times` is None where the place has not decided: the professional does then.
    """

    competence: str
    activities: tuple[Activity, ...]
    by: frozenset[str]
    to: frozenset[str]
    is_person_specific: bool
    learning: tuple[str, ...]
    needs_knowledge_test: bool
    observed_times: int | None
    review_months: int
    spot_check_weeks: int | None
    is_local_decision: bool


@dataclass(frozen=True, slots=True)
class SoFar:
    """What of it somebody has done and still counts: courses by code, practices done safely without help.

    `with_person` are those of `practices` that were with the person whom the sign-off is for. The declarations are
    None where nothing was declared. `was_stopped`: a sign-off was withdrawn or they were found not yet safe before.
    """

    learning: frozenset[str] = frozenset()
    is_test_passed: bool = False
    practices: int = 0
    with_person: int = 0
    worker_accepts: bool | None = None
    employer_answers: bool | None = None
    was_stopped: bool = False


@dataclass(frozen=True, slots=True)
class StepState:
    """One step: how many of how many. `code` names the course where the step is one."""

    step: Step
    done: int
    of: int
    code: str = ""
    is_declined: bool = False

    @property
    def is_done(self) -> bool:
        return self.done >= self.of and not self.is_declined


def frameworks(activities: Iterable[Activity]) -> dict[str, Framework]:
    """The framework of every competence that these activities ask a sign-off for, by code."""
    by_competence: dict[str, list[Activity]] = {}
    for activity in activities:
        if activity.delegable is not None and activity.delegable.competence:
            by_competence.setdefault(activity.delegable.competence, []).append(activity)
    return {code: _strictest(code, theirs) for code, theirs in sorted(by_competence.items())}


def _strictest(competence: str, activities: list[Activity]) -> Framework:
    asked = [one.delegable for one in activities]
    return Framework(
        competence=competence,
        activities=tuple(activities),
        by=frozenset.intersection(*(frozenset(one.by) for one in asked))
        or frozenset(code for one in asked for code in one.by),
        to=frozenset(code for one in asked for code in one.to),
        is_person_specific=all(one.is_person_specific for one in asked),
        learning=tuple(dict.fromkeys(code for one in asked for code in one.learning)),
        needs_knowledge_test=any(one.needs_knowledge_test for one in asked),
        observed_times=max((one.observed_times for one in asked if one.observed_times), default=None),
        review_months=min((one.review_months for one in asked if one.review_months), default=REVIEW_MONTHS),
        spot_check_weeks=min((one.spot_check_weeks for one in asked if one.spot_check_weeks), default=None),
        is_local_decision=any(one.local_decision for one in activities),
    )


def steps(framework: Framework, so_far: SoFar, *, is_for_one_person: bool) -> tuple[StepState, ...]:
    """Every step of a framework and how far it is. `is_for_one_person` says whom the sign-off would be for."""
    found = [StepState(Step.LEARNING, int(code in so_far.learning), 1, code) for code in framework.learning]
    if framework.needs_knowledge_test:
        found.append(StepState(Step.TEST, int(so_far.is_test_passed), 1))
    # after it was stopped somebody watches again, also where the place has not decided how often
    if times := framework.observed_times or int(so_far.was_stopped):
        found.append(StepState(Step.PRACTICE, so_far.practices, times))
    if framework.is_person_specific and is_for_one_person:
        found.append(StepState(Step.WITH_PERSON, so_far.with_person, WITH_THE_PERSON))
    for step, said in ((Step.WORKER, so_far.worker_accepts), (Step.EMPLOYER, so_far.employer_answers)):
        found.append(StepState(step, int(said is True), 1, is_declined=said is False))
    return tuple(found)


def missing_to_sign(framework: Framework, so_far: SoFar, *, is_for_one_person: bool) -> tuple[StepState, ...]:
    """What must still be there before somebody may be signed off. The declarations may follow the sign-off."""
    later = (Step.WORKER, Step.EMPLOYER)
    every = steps(framework, so_far, is_for_one_person=is_for_one_person)
    return tuple(one for one in every if not one.is_done and one.step not in later)


def is_under_way(so_far: SoFar) -> bool:
    """Whether somebody has begun."""
    return bool(so_far.learning or so_far.is_test_passed or so_far.practices)


def words_of(missing: Collection[StepState]) -> str:
    """What is missing, as the end of a sentence."""
    return ", ".join(_missing(one) for one in missing)


def _missing(one: StepState) -> str:
    if one.step is Step.LEARNING:
        return f"the course {one.code.replace('_', ' ').replace('-', ' ')}"
    if one.step is Step.TEST:
        return "a knowledge test passed"
    if one.step is Step.PRACTICE:
        left = one.of - one.done
        return f"{left} more observed practice{'' if left == 1 else 's'} ({one.done} of {one.of})"
    if one.step is Step.WITH_PERSON:
        return "an observed practice with this person"
    return "the worker's acceptance" if one.step is Step.WORKER else "the employer's declaration"
