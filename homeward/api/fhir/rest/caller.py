"""Who asks, how much they see of whom, and the trail they leave. The same rules as the pages: access.rules."""

from collections.abc import Collection, Iterable
from datetime import datetime

from homeward.access.rules import (
    SYSTEM_ROLES,
    Actor,
    NotAllowedError,
    Permission,
    Sight,
    may_see_sensitive,
    require,
)
from homeward.audit.services import record, record_reads
from homeward.people.models import Person, SharingChoice
from homeward.people.selectors import NoRelationshipError, sights
from homeward.people.states import SharingDecision, SharingKind

READ = "read by FHIR"
# No row is numbered higher, and the database refuses to be asked
HIGHEST_NUMBER = 2**63 - 1
REFUSED = "refused record"


class Caller:
    """Somebody signed in, or a connected system, for the length of one request."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self.actor = actor
        self.now = now
        self._kept: dict[int, Person | None] = {}
        self._sights: dict[int, Sight] = {}

    @property
    def is_another_system(self) -> bool:
        return self.actor.role in SYSTEM_ROLES and not self.actor.is_system

    def may(self, permission: Permission) -> bool:
        return self.actor.may(permission)

    def check(self, permission: Permission) -> None:
        """Stop here unless the caller may read such resources at all.

        Raises: NotAllowedError.
        """
        if self.is_another_system and not self.actor.may(permission):
            raise NotAllowedError(
                "This system is connected to hand in messages, not to read. An administrator connects it for reading, "
                "with the purpose, by: homeward connect NAME --read PURPOSE."
            )
        require(self.actor, permission)

    def people(self, numbers: Iterable[int]) -> dict[int, Person]:
        """The record that stands for each of these people now: the kept one where records were merged.

        People outside the caller's services are left out.
        """
        wanted = {number for number in numbers if number <= HIGHEST_NUMBER}
        missing = wanted - set(self._kept)
        if missing:
            mine = Person.objects.filter(service_id__in=self.actor.service_ids)
            found = {person.pk: person for person in mine.filter(pk__in=missing)}
            for number in missing:
                person = found.get(number)
                while person is not None and person.merged_into_id is not None:
                    person = mine.filter(pk=person.merged_into_id).first()
                self._kept[number] = person
        return {number: person for number in wanted if (person := self._kept[number]) is not None}

    def sights(self, people: Collection[Person]) -> dict[int, Sight]:
        """How far the caller sees each of these people.

        Another system sees nothing of somebody whose record is restricted, or who objected to being shared with it.
        """
        unknown = [person for person in people if person.pk not in self._sights]
        if unknown:
            require(self.actor, Permission.SEE_PEOPLE)
            found = sights(self.actor, unknown, self.now)
            if self.is_another_system:
                objected = self._objectors([person.pk for person in unknown])
                found |= {
                    person.pk: Sight.NOTHING
                    for person in unknown
                    if person.restricted_since or person.sensitivity or person.pk in objected
                }
            self._sights |= found
        return {person.pk: self._sights[person.pk] for person in people}

    def _objectors(self, numbers: Collection[int]) -> set[int]:
        """Of these people, those whose newest word on sharing with other organisations, or with this one, is no."""
        newest: dict[tuple[int, str], str] = {}
        choices = SharingChoice.objects.filter(person_id__in=numbers, kind=SharingKind.ORGANISATION).order_by("id")
        for person_id, whom, decision in choices.values_list("person_id", "with_whom", "decision"):
            named = whom.strip().casefold()
            if not named or named in self.actor.name.casefold() or self.actor.name.casefold() in named:
                newest[person_id, named] = decision
        no = (SharingDecision.OBJECTED, SharingDecision.WITHDREW)
        return {person_id for (person_id, _), decision in newest.items() if decision in no}

    def open_person(self, number: int, needs: Sight) -> Person | None:
        """The record of somebody whom a request names, if the caller sees so far. None where there is no such person.

        Raises: NoRelationshipError, and the trail says that it was refused.
        """
        person = self.people([number]).get(number)
        if person is None:
            return None
        sight = self.sights([person])[person.pk]
        if sight < needs:
            record(
                actor=self.actor,
                action=REFUSED,
                subject=("person", person.pk),
                person_id=person.pk,
                now=self.now,
                service_id=person.service_id,
            )
            raise NoRelationshipError(person.pk, sight)
        return person

    def may_see(self, sensitivity: str) -> bool:
        return may_see_sensitive(self.actor, sensitivity)

    def leave_trail(self, kind: str, people: Collection[Person]) -> None:
        """Write down whose records were read, one event for each service they are of."""
        by_service: dict[int, set[int]] = {}
        for person in people:
            by_service.setdefault(person.service_id, set()).add(person.pk)
        for service_id, numbers in sorted(by_service.items()):
            if len(numbers) == 1:
                number = numbers.pop()
                record(
                    actor=self.actor,
                    action=READ,
                    subject=(kind, number if kind == "Patient" else None),
                    person_id=number,
                    now=self.now,
                    service_id=service_id,
                )
                continue
            record_reads(
                actor=self.actor,
                action=READ,
                subject_kind=kind,
                person_ids=numbers,
                now=self.now,
                service_id=service_id,
            )
