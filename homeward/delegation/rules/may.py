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
from homeward.procedures.rules.definitions import Activity, Complexity, Skill, SkillKind

# When somebody is told that a sign-off runs out (issue's own figures; local decision of when to book the review)
LAPSE_WARNINGS = (timedelta(weeks=8), timedelta(weeks=4), timedelta(weeks=1))


class Because(StrEnum):
    """The one thing that decided it."""

    OWN_PROFESSION = "own_profession"
    SIGNED_OFF = "signed_off"
    DELEGATED = "delegated"
    REGISTRATION_LAPSED = "registration_lapsed"
    NEVER_DELEGATED = "never_delegated"
    NOT_THIS_KIND_OF_WORKER = "not_this_kind_of_worker"
    NOT_SIGNED_OFF = "not_signed_off"
    SIGN_OFF_ENDED = "sign_off_ended"
    SIGN_OFF_WITHDRAWN = "sign_off_withdrawn"
    SIGNED_OFF_FOR_OTHERS = "signed_off_for_others"
    WORKER_HAS_NOT_ACCEPTED = "worker_has_not_accepted"
    WORKER_DECLINED = "worker_declined"
    NOT_ASKED_ANY_MORE = "not_asked_any_more"
    EMPLOYER_DOES_NOT_ANSWER = "employer_does_not_answer"
    NOBODY_DELEGATED = "nobody_delegated"
    NOT_IN_FORCE = "not_in_force"
    SUSPENDED = "suspended"
    REVIEW_PAST = "review_past"


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-off as it counts: for one person, or for everyone where `person_id` is None.

    It counts from its first day to its last; a day that is None is open.
    """

    competence: str
    person_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_withdrawn: bool = False

    def counts_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (
            not self.is_withdrawn
            and (self.starts_on is None or self.starts_on <= day)
            and (self.ends_on is None or self.ends_on >= day)
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a worker: professions, registrations, sign-offs, and what was declared.

    `professions` are the skills they are employed, trained or registered for and all that these imply, without the
    competences that only a sign-off gives. `registered_until` is None where the service keeps no register of this
    worker. `accepts` and `employer_answers` are the newest declarations by competence; a competence that nobody
    declared anything about is not in them.
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

    def is_in_force_on(self, day: date) -> bool:
        """Whether it lets anybody do anything on a day."""
        return (
            self.state is DelegationState.ACTIVE
            and (self.starts_on is None or self.starts_on <= day)
            and (self.review_on is None or self.review_on >= day)
        )


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
            False,
            Because.NEVER_DELEGATED,
            f"This is never delegated: it takes {a_or_an(who)}.",
            f"Send {a_or_an(who)} instead.",
        )
    kinds = [skills[code].title.lower() for code in delegable.to]
    if worker.professions.isdisjoint(delegable.to):
        return May(
            False,
            Because.NOT_THIS_KIND_OF_WORKER,
            f"This may be delegated only to {a_or_an(_any_of(kinds))}; {worker.name} is not one.",
            f"Choose {a_or_an(_any_of([who, *kinds]))}.",
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
    if delegable.competence is None or delegable.competence in worker.professions:
        return May(True, Because.DELEGATED, f"It is delegated for this person, and {worker.name} is trained for it.")
    for_what = skills[delegable.competence].title.lower()
    return May(
        True, Because.SIGNED_OFF, f"{worker.name} is signed off for {for_what}, and it is delegated for this person."
    )


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
    title = skill.title.lower()
    is_employed_as = skill.kind is SkillKind.PROFESSION
    said = f"{worker.name} is {a_or_an(title)}." if is_employed_as else f"{worker.name} is trained for this: {title}."
    return May(True, Because.OWN_PROFESSION, said)


def _not_competent(
    activity: Activity, skills: Mapping[str, Skill], worker: Standing, person_id: int, day: date
) -> May | None:
    delegable = activity.delegable
    if delegable.competence in worker.professions:
        return None  # their own training covers it: a therapy assistant and exercises
    title = skills[delegable.competence].title.lower()
    every = [one for one in worker.sign_offs if one.competence == delegable.competence]
    if not every:
        return May(
            False,
            Because.NOT_SIGNED_OFF,
            f"{worker.name} is not signed off for {title}.",
            f"Start or finish {worker.name}'s sign-off for {title}.",
        )
    covers = (person_id,) if delegable.is_person_specific else (None, person_id)
    own = [one for one in every if one.person_id in covers]
    if not own:
        return May(
            False,
            Because.SIGNED_OFF_FOR_OTHERS,
            f"{worker.name} is signed off for {title}, but not for this person, and this is signed off by person.",
            f"Watch {worker.name} do it with this person, and sign them off.",
        )
    if no := _not_in_force(own, title, worker, day):
        return no
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


def _not_in_force(own: list[Signed], title: str, worker: Standing, day: date) -> May | None:
    """Why none of these sign-offs, which cover the person, counts on the day; None where one does."""
    standing = [one for one in own if not one.is_withdrawn]
    if any(one.counts_on(day) for one in standing):
        return None
    if not standing:
        return May(
            False,
            Because.SIGN_OFF_WITHDRAWN,
            f"{worker.name}'s sign-off for {title} was withdrawn.",
            "Find out why, watch their practice again, and sign them off if it is safe.",
        )
    ended = [one.ends_on for one in standing if one.ends_on and one.ends_on < day]
    if not ended:
        first = min(one.starts_on for one in standing if one.starts_on)
        return May(
            False,
            Because.NOT_SIGNED_OFF,
            f"{worker.name} is not signed off for {title} before {_day(first)}.",
            f"Choose a day from {_day(first)}, or somebody else.",
        )
    return May(
        False,
        Because.SIGN_OFF_ENDED,
        f"{worker.name}'s sign-off for {title} ended on {_day(max(ended))}.",
        "Review their practice and sign them off again.",
    )


def _not_decided(decision: Decision | None, worker: Standing, who: str, day: date) -> May | None:
    if decision is None or decision.state is DelegationState.ENDED:
        return May(
            False,
            Because.NOBODY_DELEGATED,
            f"No {who} has delegated this for this person.",
            f"Ask {a_or_an(who)} to decide, or send one.",
        )
    if decision.state is DelegationState.SUSPENDED:
        return May(
            False,
            Because.SUSPENDED,
            f"The delegation is suspended: {decision.suspended_reason}",
            f"{a_or_an(who).capitalize()} looks at it and takes it up again, or does it.",
        )
    if decision.state is not DelegationState.ACTIVE or (decision.starts_on and decision.starts_on > day):
        return May(
            False, Because.NOT_IN_FORCE, "The delegation is not in force yet.", f"Until then, send {a_or_an(who)}."
        )
    if decision.review_on and decision.review_on < day:
        return May(
            False,
            Because.REVIEW_PAST,
            f"The delegation should have been reviewed by {_day(decision.review_on)}.",
            f"{a_or_an(who).capitalize()} reviews it.",
        )
    answer = decision.answers.get(worker.worker_id)
    if answer is WorkerAnswer.REMOVED:
        return May(
            False,
            Because.NOT_ASKED_ANY_MORE,
            f"{worker.name} is no longer among those who do this for this person.",
            f"{a_or_an(who).capitalize()} asks {worker.name} again, or choose somebody else.",
        )
    if answer is WorkerAnswer.DECLINED:
        return May(
            False,
            Because.WORKER_DECLINED,
            f"{worker.name} declined to do this for this person.",
            "Choose somebody else: declining is theirs to do.",
        )
    return None


def a_or_an(words: str) -> str:
    """The words with their article: a nurse, an occupational therapist."""
    return f"{'an' if words[:1].lower() in 'aeiou' else 'a'} {words}"


def _any_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
