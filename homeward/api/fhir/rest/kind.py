"""A FHIR resource type as we offer it: where its rows are, how one is written, and what it is searched by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from homeward.access.rules import Actor, Permission, Sight
from homeward.api.fhir.rest.parameters import Parameter
from homeward.people.models import Person

Narrowing = Callable[[QuerySet, tuple[str, ...]], QuerySet]


@dataclass(frozen=True, slots=True)
class Told:
    """What a row is written with: whose record it is of, how far the caller sees it, and today.

    `base` is the address of this server's FHIR door, without a slash at the end; `actor` is who asks.
    """

    person: Person | None
    sight: Sight
    now: datetime
    today: date
    base: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Source:
    """One sort of row that a kind is written from.

    `rows` are those of the actor's services; `made` are the resources of one row. `person` is the lookup that leads
    to the person they are about, "" where they are about nobody. `prefix` begins the ids where a kind has several
    sources. `narrow` leaves out, in the database, rows that cannot be what a parameter asks; it need not be exact.
    """

    rows: Callable[[Actor], QuerySet]
    made: Callable[[Any, Told], list[dict]]
    person: str = ""
    prefix: str = ""
    narrow: Mapping[str, Narrowing] = field(default_factory=dict)
    sensitivity: Callable[[Any], str] = lambda row: getattr(row, "sensitivity", "")
    # Where ids are not numbers
    located: Callable[[QuerySet, str], QuerySet] | None = None

    def numbered(self, rows: QuerySet, identifier: str) -> QuerySet:
        """The row, if any, of the resource with this id."""
        if not identifier.startswith(self.prefix):
            return rows.none()
        rest = identifier[len(self.prefix) :]
        if self.located is not None:
            return self.located(rows, rest)
        number = rest.partition("-")[0]
        is_number = number.isascii() and number.isdigit() and len(number) <= 18
        return rows.filter(pk=int(number)) if is_number else rows.none()


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource type. `needs` is how far the caller must see the person; `permission` what they must be allowed."""

    name: str
    about: str
    sources: tuple[Source, ...]
    parameters: tuple[Parameter, ...] = ()
    profile: str = ""
    needs: Sight = Sight.RECORD
    permission: Permission = Permission.SEE_PEOPLE
    is_searched: bool = True
    # Belongs to a person, and so to Patient/$everything
    is_of_a_person: bool = True
    # What creating one does here: its title for the guide, "" where it cannot be created
    creates: str = ""

    @property
    def is_about_somebody(self) -> bool:
        """Whether its rows are about people."""
        return any(source.person for source in self.sources)


def by_days(field_name: str) -> Narrowing:
    """Leaves out rows whose day is outside what a date parameter asks for. A day of grace on either side."""
    from datetime import timedelta

    from homeward.api.fhir.rest.parameters import asked_span

    def narrow(rows: QuerySet, wanted: tuple[str, ...]) -> QuerySet:
        if len(wanted) != 1:
            return rows
        prefix, start, end = asked_span(wanted[0])
        grace = timedelta(days=2)
        if prefix in ("eq", "ge", "gt", "sa") and start.year > 1900:
            rows = rows.filter(**{f"{field_name}__gte": (start - grace).date()})
        if prefix in ("eq", "le", "lt", "eb") and end.year < 9000:
            rows = rows.filter(**{f"{field_name}__lte": (end + grace).date()})
        return rows

    return narrow
