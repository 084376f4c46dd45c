"""Who may visit: the wishes that stand for a person, and what they make of a day."""

from collections import defaultdict
from collections.abc import Iterable

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import Person
from homeward.plans.models import VisitingWish, WorkerTrait
from homeward.plans.rules.visiting import Trait, Visiting, Wish, visiting
from homeward.teams.models import Worker


class WishNotFoundError(Exception):
    """There is no such standing wish in this record."""


def visiting_wishes_of(actor: Actor, person: Person) -> tuple[list[VisitingWish], list[VisitingWish]]:
    """What stands on who may visit a person, and what has ended. `person` comes from `person_for`, which audited it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = list(VisitingWish.objects.filter(person=person).select_related("worker").order_by("kind", "id"))
    return [row for row in rows if row.ended_on is None], [row for row in rows if row.ended_on is not None]


def visiting_wish_of(actor: Actor, person: Person, wish_id: int) -> VisitingWish:
    """One standing wish of a person. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError; WishNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = VisitingWish.objects.filter(pk=wish_id, person=person, ended_on__isnull=True)
    wish = rows.select_related("person", "worker").first()
    if wish is None:
        raise WishNotFoundError("There is no such wish in this record.")
    return wish


def workers_to_name(actor: Actor, service_id: int) -> list[Worker]:
    """The workers a wish may name, by name.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, service_id)
    rows = Worker.objects.filter(service_id=service_id, is_active=True).select_related("organisation")
    return sorted(rows, key=lambda worker: (worker.label, worker.pk))


def worker_traits(actor: Actor, worker: Worker) -> list[WorkerTrait]:
    """What is noted of a worker where people may ask for it, or a home may not suit them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ROSTER, worker.service_id)
    return list(
        WorkerTrait.objects.filter(worker=worker, ended_on__isnull=True).select_related("worker").order_by("id")
    )


def who_may_visit(
    actor: Actor, service_id: int, person_ids: Iterable[int], *, in_a_crisis: Iterable[int] = ()
) -> dict[int, Visiting]:
    """Who may come to each of some people, by person; those who asked for nothing are not there.

    `in_a_crisis`: the people to whom somebody is sent in a crisis.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY, service_id)
    crises = set(in_a_crisis)
    wishes: dict[int, list[Wish]] = defaultdict(list)
    rows = VisitingWish.objects.filter(
        person_id__in=list(person_ids), person__service_id=service_id, ended_on__isnull=True
    ).order_by("id")
    for person_id, kind, worker_id, text in rows.values_list("person_id", "kind", "worker_id", "text"):
        wishes[person_id].append(Wish(kind, worker_id, text))
    if not wishes:
        return {}
    standing = WorkerTrait.objects.filter(worker__service_id=service_id, ended_on__isnull=True).order_by("id")
    traits = [Trait(*row) for row in standing.values_list("worker_id", "kind", "text")]
    return {person_id: visiting(theirs, traits, is_crisis=person_id in crises) for person_id, theirs in wishes.items()}
