"""May this worker do this activity for this person on this day: yes or no, why, and what would make it possible.

The rules are those of STANDARDS C4, printed with their sources in docs/rules/delegation.md: a registered professional
decides for each person; the worker is signed off for the competence, by name where it is person-specific, and has
accepted; their employer answers for it; and each of these has a date after which it no longer counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from homeward.delegation.states import DelegationState, WorkerAnswer
from homeward.procedures.rules.definitions import Activity, Complexity, Skill

# When somebody is told that a sign-off runs out (issue's own figures; local decision of when to book the review)
LAPSE_WARNINGS = (timedelta(weeks=8), timedelta(weeks=4), timedelta(weeks=1))


class Because(StrEnum):
    """The one thing that decided it."""

    OWN_PROFESSION = "own_profession"
    SIGNED_OFF = "signed_off"
    REGISTRATION_LAPSED = "registration_lapsed"
    NEVER_DELEGATED = "never_delegated"
    NOT_THIS_KIND_OF_WORKER = "not_this_kind_of_worker"
    NOT_SIGNED_OFF = "not_signed_off"
    SIGN_OFF_ENDED = "sign_off_ended"
    SIGNED_OFF_FOR_OTHERS = "signed_off_for_others"
    WORKER_HAS_NOT_ACCEPTED = "worker_has_not_accepted"
    WORKER_DECLINED = "worker_declined"
    EMPLOYER_DOES_NOT_ANSWER = "employer_does_not_answer"
    NOBODY_DELEGATED = "nobody_delegated"
    NOT_IN_FORCE = "not_in_force"
    SUSPENDED = "suspended"
    REVIEW_PAST = "review_past"


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-off as it counts: for one person, or for everyone where `person_id` is None; to its last day."""

    competence: str
    person_id: int | None = None
    ends_on: date | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a worker: skills with all they imply, registrations, sign-offs, and what was declared.

    `registered_until` is None where the service keeps no register of this worker. `accepts` and `employer_answers` are
    the newest declarations by competence; a competence that nobody declared anything about is not in them.
    """

    worker_id: int
    name: str
    professions: frozenset[str]
    registered_until: date | None = None
    sign_offs: tuple[Signed, ...] = ()
    accepts: Mapping[str, bool] = field(default_factory=dict)
    employer_answers: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a registered professional decided for one person and one activity, and what each asked worker said."""

    state: DelegationState
    starts_on: date | None = None
    review_on: date | None = None
    suspended_reason: str = ""
    answers: Mapping[int, WorkerAnswer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class May:
    """The answer, in words: `because` is one sentence, `nearest` the nearest thing that would change a no."""

    may: bool
    why: Because
    because: str
    nearest: str = ""


def may_do(
    activity: Activity,
    skills: Mapping[str, Skill],
    worker: Standing,
    decision: Decision | None,
    person_id: int,
    day: date,
) -> May:
    """Whether a worker may do an activity for a person on a day. `skills` are the procedures' own, by code."""
    if activity.skill in worker.professions:
        return _by_profession(activity, skills, worker, day)
    delegable = activity.delegable
    who = skills[activity.skill].title.lower()
    if delegable is None or activity.complexity is Complexity.HIGH:
        return May(
            False, Because.NEVER_DELEGATED, f"This is never delegated: it takes a {who}.", f"Send a {who} instead."
        )
    kinds = [skills[code].title.lower() for code in delegable.to]
    if worker.professions.isdisjoint(delegable.to):
        return May(
            False,
            Because.NOT_THIS_KIND_OF_WORKER,
            f"This may be delegated only to a {_any_of(kinds)}; {worker.name} is not one.",
            f"Choose a {_any_of([who, *kinds])}.",
        )
    if delegable.competence and (no := _not_competent(activity, skills, worker, person_id, day)):
        return no
    if no := _not_decided(decision, worker, who, day):
        return no
    if delegable.is_person_specific and decision.answers.get(worker.worker_id) is not WorkerAnswer.ACCEPTED:
        return May(
            False,
            Because.WORKER_HAS_NOT_ACCEPTED,
            f"{worker.name} has not accepted this for this person.",
            f"Ask {worker.name}.",
        )
    for_what = skills[delegable.competence].title.lower() if delegable.competence else activity.title.lower()
    return May(True, Because.SIGNED_OFF, f"{worker.name} is signed off for {for_what}, and it is delegated for them.")


def _by_profession(activity: Activity, skills: Mapping[str, Skill], worker: Standing, day: date) -> May:
    skill = skills[activity.skill]
    until = worker.registered_until
    if skill.is_registered and until is not None and until < day:
        return May(
            False,
            Because.REGISTRATION_LAPSED,
            f"{worker.name}'s registration ended on {_day(until)}.",
            "Check the register and record the new date.",
        )
    return May(True, Because.OWN_PROFESSION, f"{worker.name} is a {skill.title.lower()}.")


def _not_competent(
    activity: Activity, skills: Mapping[str, Skill], worker: Standing, person_id: int, day: date
) -> May | None:
    delegable = activity.delegable
    title = skills[delegable.competence].title.lower()
    own = [one for one in worker.sign_offs if one.competence == delegable.competence and not one.is_withdrawn]
    if not own:
        return May(
            False,
            Because.NOT_SIGNED_OFF,
            f"{worker.name} is not signed off for {title}.",
            f"Start or finish {worker.name}'s sign-off for {title}.",
        )
    if delegable.is_person_specific:
        own = [one for one in own if one.person_id == person_id]
        if not own:
            return May(
                False,
                Because.SIGNED_OFF_FOR_OTHERS,
                f"{worker.name} is signed off for {title}, but not for this person, and this is signed off by person.",
                f"Watch {worker.name} do it with this person, and sign them off.",
            )
    else:
        own = [one for one in own if one.person_id in (None, person_id)]
    if not any(one.ends_on is None or one.ends_on >= day for one in own):
        last = max(one.ends_on for one in own)
        return May(
            False,
            Because.SIGN_OFF_ENDED,
            f"{worker.name}'s sign-off for {title} ended on {_day(last)}.",
            "Review their practice and sign them off again.",
        )
    if worker.accepts.get(delegable.competence) is not True:
        declined = worker.accepts.get(delegable.competence) is False
        return May(
            False,
            Because.WORKER_DECLINED if declined else Because.WORKER_HAS_NOT_ACCEPTED,
            f"{worker.name} {'does not accept' if declined else 'has not yet accepted'} doing {title}.",
            f"Ask {worker.name}: it is theirs to decide.",
        )
    if worker.employer_answers.get(delegable.competence) is not True:
        return May(
            False,
            Because.EMPLOYER_DOES_NOT_ANSWER,
            f"{worker.name}'s employer has not said that it answers for them doing {title}.",
            "Ask their employer.",
        )
    return None


def _not_decided(decision: Decision | None, worker: Standing, who: str, day: date) -> May | None:
    if decision is None or decision.state is DelegationState.ENDED:
        return May(
            False,
            Because.NOBODY_DELEGATED,
            f"No {who} has delegated this for this person.",
            f"Ask a {who} to decide, or send one.",
        )
    if decision.state is DelegationState.SUSPENDED:
        return May(
            False,
            Because.SUSPENDED,
            f"The delegation is suspended: {decision.suspended_reason}",
            f"A {who} looks at it and takes it up again, or does it.",
        )
    if decision.state is not DelegationState.ACTIVE or (decision.starts_on and decision.starts_on > day):
        return May(False, Because.NOT_IN_FORCE, "The delegation is not in force yet.", f"Until then, send a {who}.")
    if decision.review_on and decision.review_on < day:
        return May(
            False,
            Because.REVIEW_PAST,
            f"The delegation should have been reviewed by {_day(decision.review_on)}.",
            f"A {who} reviews it.",
        )
    if decision.answers.get(worker.worker_id) is WorkerAnswer.DECLINED:
        return May(
            False,
            Because.WORKER_DECLINED,
            f"{worker.name} declined to do this for this person.",
            "Choose somebody else: declining is theirs to do.",
        )
    return None


def _any_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
