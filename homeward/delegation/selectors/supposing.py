"""Who could do what if they were signed off: for weighing a sign-off before it is made."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from homeward.access.rules import Actor, Permission, require
from homeward.delegation.rules import Signed
from homeward.delegation.selectors.standing import Facts
from homeward.delegation.states import WorkerAnswer
from homeward.procedures.rules import Complexity
from homeward.procedures.selectors import published_activities


def could_if_signed_off(
    actor: Actor, service_id: int, worker_ids: Collection[int], asked: Iterable[tuple[int, str]], day: date
) -> dict[tuple[int, int, str], str]:
    """Of (worker, person, activity) that may not be now, those that one sign-off would make possible, and for what.

    The sign-off is thought of with all that goes with it: for this person, where it is by person, accepted by the
    worker, and answered for by the employer. Nobody is thought to have decided to delegate who has not.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    asked = set(asked)
    published = published_activities()
    activities = {
        code: published[code]
        for _, code in asked
        if code in published and published[code].delegable and published[code].complexity is not Complexity.HIGH
    }
    facts = Facts(service_id, activities.values(), {person for person, _ in asked}, worker_ids)
    could = {}
    for person, code in asked:
        activity = activities.get(code)
        competence = activity.delegable.competence if activity and activity.delegable else None
        if competence is None:
            continue
        root = facts.kept_as[person]
        decision = facts.decisions.get((root, code))
        if decision is None:
            continue
        for pk, standing in facts.workers.items():
            if facts.may(activity, pk, person, day).may:
                continue
            if decision.answers.get(pk) is WorkerAnswer.DECLINED:
                continue
            kept = facts.workers[pk], facts.decisions[root, code]
            facts.workers[pk] = replace(
                standing,
                sign_offs=(
                    *standing.sign_offs,
                    Signed(competence, root if activity.delegable.is_person_specific else None),
                ),
                accepts={**standing.accepts, competence: True},
                employer_answers={**standing.employer_answers, competence: True},
            )
            facts.decisions[root, code] = replace(decision, answers={**decision.answers, pk: WorkerAnswer.ACCEPTED})
            if facts.may(activity, pk, person, day).may:
                could[pk, person, code] = competence
            facts.workers[pk], facts.decisions[root, code] = kept
    return could
