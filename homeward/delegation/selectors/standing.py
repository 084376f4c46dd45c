"""What is known of workers and of decisions, as the rules want it: a constant number of queries for any number."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.delegation.models import Declaration, Delegation, DelegationWorker, SignOff
from homeward.delegation.rules import Decision, May, Signed, Standing, may_do
from homeward.delegation.states import DeclarationKind, DelegationState, WorkerAnswer
from homeward.kernel.rules import london_day, wall_clock
from homeward.people.models import Person
from homeward.people.searching.index import everybody_in
from homeward.procedures.rules import Activity, Complexity, Skill
from homeward.procedures.selectors import library, published_activities
from homeward.teams.models import Worker
from homeward.teams.selectors import registered_until

WORKER_SAYS = {DeclarationKind.WORKER_ACCEPTS.value: True, DeclarationKind.WORKER_DECLINES.value: False}
# Of two answers of one worker, the later of these counts
STOPS_MOST = (WorkerAnswer.ASKED, WorkerAnswer.ACCEPTED, WorkerAnswer.DECLINED, WorkerAnswer.REMOVED)
ANSWERS = {answer.value: answer for answer in WorkerAnswer}
EMPLOYER_SAYS = {DeclarationKind.EMPLOYER_ANSWERS.value: True, DeclarationKind.EMPLOYER_DECLINES.value: False}


def is_kept(service_id: int) -> bool:
    """Whether a service keeps sign-offs or delegations; one that has none goes by the skills of its workers. Nothing
    personal.
    """
    signed = SignOff.objects.filter(worker__service_id=service_id)
    return signed.exists() or Delegation.objects.filter(service_id=service_id).exists()


def who_may(
    actor: Actor, service_id: int, day: date, asked: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], frozenset[int]]:
    """For each (person number, activity code): the numbers of the active workers of the service who may do it then.

    Agrees with `why_may` for every worker. A code that no published activity has is not in the answer. Whoever sees
    only their own day is told only of themselves.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.SEE_TODAY, service_id)
    asked = set(asked)
    published, codes = published_activities(), {code for _, code in asked}
    activities = {code: one for code, one in published.items() if code in codes}
    by_sign_off = competences_signed_off(published.values())
    people = {person for person, _ in asked}
    facts = Facts(service_id, activities.values(), people, by_sign_off_only=by_sign_off, only_on=day)
    able = {code: _Able(facts, activity, day) for code, activity in activities.items()}
    shown = None if _sees_everyone(actor) else {actor.worker_id}
    answer = {}
    for person, code in asked:
        if code in able:
            may = able[code].for_person(person)
            answer[person, code] = may if shown is None else may & shown
    return answer


def why_may(actor: Actor, worker_id: int, person_id: int, activity_code: str, day: date) -> May:
    """Whether a worker may do an activity for a person on a day, why, and the nearest thing that would change a no.

    The caller has opened the person's record: what it says of a suspension is personal.

    Raises: NotAllowedError; LookupError when no such activity is published or no such worker is in the service.
    """
    worker = Worker.objects.filter(pk=worker_id, service_id__in=actor.service_ids).first()
    if worker is None:
        raise LookupError("There is no such worker in your service.")
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.SEE_TODAY, worker.service_id)
    return why_each(actor, worker.service_id, [worker_id], [(person_id, activity_code)], day)[
        worker_id, person_id, activity_code
    ]


def why_each(
    actor: Actor, service_id: int, worker_ids: Collection[int], asked: Iterable[tuple[int, str]], day: date
) -> dict[tuple[int, int, str], May]:
    """`why_may` for many: by worker, person and activity. Inactive workers and unknown workers are not in the answer.

    The caller has opened the people's records. Whoever sees only their own day is told only of themselves.

    Raises: NotAllowedError; LookupError when an activity is not published.
    """
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.SEE_TODAY, service_id)
    asked = set(asked)
    published = published_activities()
    if unknown := {code for _, code in asked} - published.keys():
        raise LookupError(f"No activity with the code {min(unknown)} is published.")
    activities = {code: published[code] for _, code in asked}
    facts = Facts(service_id, activities.values(), {person for person, _ in asked}, worker_ids)
    shown = facts.workers if _sees_everyone(actor) else facts.workers.keys() & {actor.worker_id}
    return {
        (worker, person, code): facts.may(activities[code], worker, person, day)
        for worker in shown
        for person, code in asked
    }


def competences_on(actor: Actor, service_id: int, day: date) -> dict[int, frozenset[str]]:
    """The competences that each active worker has on a day: by profession, or by a sign-off for anybody, and accepted.

    A sign-off for one person is not for anybody, and is left out. Says nothing of decisions: `who_may` does.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.SEE_TODAY, service_id)
    facts = Facts(service_id, published_activities().values(), ())
    return {
        pk: frozenset(
            worker.professions
            | {
                one.competence
                for one in worker.sign_offs
                if one.person_id is None
                and one.counts_on(day)
                and worker.accepts.get(one.competence) is True
                and worker.employer_answers.get(one.competence) is True
            }
        )
        for pk, worker in facts.workers.items()
    }


def _sees_everyone(actor: Actor) -> bool:
    return any(actor.may(one) for one in (Permission.PLAN_DAY, Permission.SEE_WHOLE_DAY, Permission.SEE_DELEGATION))


class Facts:
    """What the record says of the active workers of a service, and of what was decided for some people.

    `workers` are their standings by number. What is known of somebody merged into another is known of that other.
    With `only_on`, sign-offs that do not count on that day are left out, and nobody can be told why.
    """

    def __init__(
        self,
        service_id: int,
        activities: Collection[Activity],
        person_ids: Collection[int],
        worker_ids: Collection[int] | None = None,
        *,
        by_sign_off_only: Collection[str] | None = None,
        only_on: date | None = None,
    ) -> None:
        self.skills: dict[str, Skill] = {skill.code: skill for skill in library().skills}
        self.kept_as = kept_as(person_ids)
        wanted = {one.delegable.competence for one in activities if one.delegable and one.delegable.competence}
        rows = Worker.objects.filter(service_id=service_id, is_active=True)
        if worker_ids is not None:
            rows = rows.filter(pk__in=worker_ids)
        found = list(rows.order_by("pk").values_list("pk", "name", "local_reference", "skills"))
        numbers = [pk for pk, *_ in found]
        few = {} if worker_ids is None else {"worker_id__in": numbers}
        until = registered_until(numbers)
        signed = self._sign_offs(service_id, wanted, few, only_on)
        accepts, answers = _declarations(service_id, wanted, few)
        professions: dict[tuple[str, ...], frozenset[str]] = {}
        if by_sign_off_only is None:
            by_sign_off_only = competences_signed_off()
        self.workers: dict[int, Standing] = {}
        for pk, name, reference, skills in found:
            held = tuple(skills)
            if held not in professions:
                professions[held] = professions_of(held, by_sign_off_only)
            self.workers[pk] = Standing(
                worker_id=pk,
                name=name or f"Worker {reference}",
                professions=professions[held],
                registered_until=until.get(pk),
                sign_offs=tuple(signed.get(pk, ())),
                accepts=accepts.get(pk, {}),
                employer_answers=answers.get(pk, {}),
            )
        self.decisions = self._decisions(service_id, {one.code for one in activities})

    def may(self, activity: Activity, worker_id: int, person_id: int, day: date) -> May:
        """What the rules say of one worker, one person and one activity."""
        person = self.kept_as[person_id]
        return may_do(
            activity, self.skills, self.workers[worker_id], self.decisions.get((person, activity.code)), person, day
        )

    def _sign_offs(
        self, service_id: int, competences: set[str], few: dict, only_on: date | None
    ) -> dict[int, list[Signed]]:
        rows = SignOff.objects.filter(worker__service_id=service_id, competence__in=competences, **few)
        signed: dict[int, list[Signed]] = {}
        if only_on is not None:
            # thousands of moments are not read where the database can compare them
            rows = rows.filter(
                Q(carried_over__gt="") | Q(signed_at__lt=wall_clock(only_on, "24:00")),
                Q(ends_on__isnull=True) | Q(ends_on__gte=only_on),
                withdrawn_at__isnull=True,
            )
            for worker, competence, person in rows.values_list("worker_id", "competence", "person_id"):
                signed.setdefault(worker, []).append(Signed(competence, self.kept_as.get(person, person)))
            return signed
        for worker, competence, person, signed_at, ends_on, withdrawn_at, carried_over in rows.values_list(
            "worker_id", "competence", "person_id", "signed_at", "ends_on", "withdrawn_at", "carried_over"
        ):
            signed.setdefault(worker, []).append(
                Signed(
                    competence,
                    self.kept_as.get(person, person),
                    None if carried_over else london_day(signed_at),  # it counted before it was written down here
                    ends_on,
                    withdrawn_at is not None,
                )
            )
        return signed

    def _decisions(self, service_id: int, codes: set[str]) -> dict[tuple[int, str], Decision]:
        if not self.kept_as:
            return {}
        rows = list(
            Delegation.objects.filter(service_id=service_id, person_id__in=self.kept_as, activity_code__in=codes)
            .exclude(state=DelegationState.ENDED)
            .order_by("pk")
            .values_list("pk", "person_id", "activity_code", "state", "starts_on", "review_on", "suspended_reason")
        )
        answers: dict[int, dict[int, WorkerAnswer]] = {}
        asked = DelegationWorker.objects.filter(delegation_id__in=[row[0] for row in rows])
        for delegation, worker, answer in asked.values_list("delegation_id", "worker_id", "answer"):
            answers.setdefault(delegation, {})[worker] = ANSWERS[answer]
        decisions: dict[tuple[int, str], Decision] = {}
        for pk, person, code, state, starts_on, review_on, reason in rows:
            key = (self.kept_as[person], code)
            found = Decision(DelegationState(state), starts_on, review_on, reason, answers.get(pk, {}))
            decisions[key] = _both(decisions[key], found) if key in decisions else found
        return decisions


def _both(one: Decision, other: Decision) -> Decision:
    """What counts where two records with a decision each were merged: whatever of the two stops it, or ends it sooner.

    A worker who declined or was taken off in either does not do it; a draft decides nothing beside another.
    """
    if DelegationState.DRAFT in (one.state, other.state):
        return other if one.state is DelegationState.DRAFT else one
    first, second = (one, other) if one.state is DelegationState.SUSPENDED else (other, one)
    answers = dict(first.answers)
    for worker, answer in second.answers.items():
        answers[worker] = max(answers.get(worker, answer), answer, key=STOPS_MOST.index)
    return Decision(
        first.state,
        max((day for day in (one.starts_on, other.starts_on) if day), default=None),
        min((day for day in (one.review_on, other.review_on) if day), default=None),
        first.suspended_reason,
        answers,
    )


class _Able:
    """Who may do one activity on a day, in sets: the same rules as `may_do`, for every worker at once."""

    def __init__(self, facts: Facts, activity: Activity, day: date) -> None:
        self.facts, self.activity, self.day = facts, activity, day
        skill, delegable = facts.skills[activity.skill], activity.delegable
        own = {pk: one for pk, one in facts.workers.items() if activity.skill in one.professions}
        self.by_profession = frozenset(
            pk
            for pk, one in own.items()
            if not (skill.is_registered and one.registered_until is not None and one.registered_until < day)
        )
        self.for_anybody: frozenset[int] = frozenset()
        self.for_one: dict[int, set[int]] = {}
        if delegable is None or activity.complexity is Complexity.HIGH:
            self.is_delegable = False
            return
        self.is_delegable = True
        self.is_person_specific = delegable.is_person_specific
        kind = [
            (pk, one)
            for pk, one in facts.workers.items()
            if pk not in own and not one.professions.isdisjoint(delegable.to)
        ]
        competence = delegable.competence
        anybody = set()
        for pk, one in kind:
            if competence is None or competence in one.professions:
                anybody.add(pk)
                continue
            if one.accepts.get(competence) is not True or one.employer_answers.get(competence) is not True:
                continue
            for signed in one.sign_offs:
                if signed.competence != competence or not signed.counts_on(day):
                    continue
                if signed.person_id is not None:
                    self.for_one.setdefault(signed.person_id, set()).add(pk)
                elif not self.is_person_specific:
                    anybody.add(pk)
        self.for_anybody = frozenset(anybody)

    def for_person(self, person_id: int) -> frozenset[int]:
        """Who may do it for this person."""
        person = self.facts.kept_as[person_id]
        decision = self.facts.decisions.get((person, self.activity.code)) if self.is_delegable else None
        if decision is None or not decision.is_in_force_on(self.day):
            return self.by_profession
        able = self.for_anybody | self.for_one.get(person, frozenset())
        if self.is_person_specific:
            said = {pk for pk, answer in decision.answers.items() if answer is WorkerAnswer.ACCEPTED}
            return self.by_profession | (able & said)
        refused = {
            pk for pk, answer in decision.answers.items() if answer in (WorkerAnswer.DECLINED, WorkerAnswer.REMOVED)
        }
        return self.by_profession | (able - refused)


def competences_signed_off(activities: Iterable[Activity] | None = None) -> frozenset[str]:
    """The competences that some activity, of all published unless given, asks a sign-off for. Nothing personal."""
    return frozenset(
        one.delegable.competence
        for one in (published_activities().values() if activities is None else activities)
        if one.delegable is not None and one.delegable.competence
    )


def professions_of(skills: Iterable[str], by_sign_off_only: Collection[str]) -> frozenset[str]:
    """A worker's skills with all they imply, but for competences written there that only a sign-off gives now."""
    return library().worker_skills(code for code in skills if code not in by_sign_off_only)


def _declarations(
    service_id: int, competences: set[str], few: dict
) -> tuple[dict[int, dict[str, bool]], dict[int, dict[str, bool]]]:
    """What workers and what employers declared last, by worker and competence."""
    accepts: dict[int, dict[str, bool]] = {}
    answers: dict[int, dict[str, bool]] = {}
    rows = Declaration.objects.filter(worker__service_id=service_id, competence__in=competences, **few)
    for worker, competence, kind in rows.order_by("pk").values_list("worker_id", "competence", "kind"):
        if kind in WORKER_SAYS:
            accepts.setdefault(worker, {})[competence] = WORKER_SAYS[kind]
        else:
            answers.setdefault(worker, {})[competence] = EMPLOYER_SAYS[kind]
    return accepts, answers


def kept_as(person_ids: Collection[int]) -> dict[int, int]:
    """The record that each person is kept as now, for these and everybody merged into the same records.

    For one person, its keys are the numbers of all their records. Nothing personal.
    """
    if not person_ids:
        return {}
    into = dict(Person.objects.filter(pk__in=set(person_ids)).values_list("pk", "merged_into"))
    roots = {pk: other or pk for pk, other in into.items()}
    while waiting := set(roots.values()) - into.keys():
        into |= dict(Person.objects.filter(pk__in=waiting).values_list("pk", "merged_into"))
        roots = {pk: into.get(root) or root for pk, root in roots.items()}
    kept = {pk: roots.get(pk, pk) for pk in person_ids}
    for root, group in everybody_in(set(kept.values())).items():
        kept |= dict.fromkeys(group, root)
    return kept
