"""Opening a record: every opening is checked and audited."""

from datetime import datetime

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record
from homeward.people.models import Person
from homeward.people.searching.index import everybody_in
from homeward.people.selectors.sight import NoRelationshipError, sight_of


class PersonNotFoundError(Exception):
    """There is no such person in the actor's services."""


def person_for(actor: Actor, person_id: int, now: datetime, at_least: Sight = Sight.RECORD) -> Person:
    """One person's record, opened; the opening is audited. A record merged into another opens as that other one.

    The person's `sight` says how much of it the actor may see: what `at_least` asks, or further.

    Raises: NotAllowedError; NoRelationshipError, audited too, where their sight does not reach so far;
    RecordRestrictedError where it is opened to be changed and may not be (`refuse_restricted`);
    PersonNotFoundError, the same whether the person does not exist or is of another service.
    """
    require(actor, Permission.SEE_PEOPLE)
    mine = (
        Person.objects.filter(service_id__in=actor.service_ids)
        .select_related("service", "gp_practice")
        .prefetch_related("contacts", "communication_needs", "identifiers", "addresses")
    )
    person = mine.filter(pk=person_id).first()
    while person is not None and person.merged_into_id is not None:
        person = mine.filter(pk=person.merged_into_id).first()
    if person is None:
        raise PersonNotFoundError("There is no such person in your service.")
    sight = sight_of(actor, person, now, at_least)
    person.sight = sight
    record(
        actor=actor,
        action="open record" if sight >= at_least else "refused record",
        subject=("person", person.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
    )
    if sight < at_least:
        raise NoRelationshipError(person.pk, sight)
    return person


def person_ids_of(person: Person) -> list[int]:
    """The numbers of a record and of all records merged into it: what only grows is read from all of them."""
    return everybody_in([person.pk])[person.pk]


def reference_of(actor: Actor, person_id: int) -> str:
    """What a person goes by to those who watch who looks at records but may not look themselves.

    Raises: NotAllowedError; PersonNotFoundError.
    """
    require(actor, Permission.SEE_AUDIT)
    person = Person.objects.filter(service_id__in=actor.service_ids, pk=person_id).only("reference").first()
    if person is None:
        raise PersonNotFoundError("There is no such person in your service.")
    return person.reference


def person_with_reference(actor: Actor, reference: str) -> int:
    """The number of the person with this reference, for those who watch who looks at records.

    Raises: NotAllowedError; PersonNotFoundError.
    """
    require(actor, Permission.SEE_AUDIT)
    people = Person.objects.filter(service_id__in=actor.service_ids, reference__iexact=reference.strip())
    person_id = people.order_by("id").values_list("pk", flat=True).first()
    if person_id is None:
        raise PersonNotFoundError("There is no such person in your service.")
    return person_id
