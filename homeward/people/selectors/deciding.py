"""What another record says of somebody, to be decided on, and what was decided."""

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import DetailToDecide, Person
from homeward.people.selectors.opening import person_ids_of


class DetailNotFoundError(Exception):
    """There is no such detail in this record."""


def details_to_decide(actor: Actor, person: Person) -> tuple[list[DetailToDecide], list[DetailToDecide]]:
    """The details that wait, the oldest first, and those decided, the latest first. `person` comes from `person_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = list(DetailToDecide.objects.filter(person_id__in=person_ids_of(person)).order_by("id"))
    decided = [row for row in rows if row.decided_at is not None]
    waiting = [row for row in rows if row.decided_at is None]
    return waiting, sorted(decided, key=lambda row: (row.decided_at, row.pk), reverse=True)


def detail_to_decide(actor: Actor, person: Person, detail_id: int) -> DetailToDecide:
    """One detail, decided or not. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError; DetailNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = DetailToDecide.objects.filter(person_id__in=person_ids_of(person), pk=detail_id).select_related("person")
    detail = rows.first()
    if detail is None:
        raise DetailNotFoundError("There is no such detail in this record.")
    return detail
