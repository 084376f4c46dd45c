"""Visits go where the person is: when somebody moves or stays elsewhere, what was to happen there happens here."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import london_day
from homeward.people.models import Address, Person
from homeward.people.selectors import current_addresses
from homeward.visits.models import Visit
from homeward.visits.services.changing import _done, _settle
from homeward.visits.states import AssignmentState, VisitState

TO_COME = (VisitState.NEEDED, VisitState.PLANNED)


@transaction.atomic
def follow_person(*, actor: Actor, person: Person, now: datetime) -> list[Visit]:
    """Send the visits a person still needs, from today on, to where they are on each day; gives those that moved.

    Workers the planner had proposed for such a visit are freed, since the way there is another: it is planned again.
    Whoever a person decided on, or has set out, stays on it and has to be told.

    Raises: NotAllowedError.
    """
    require(actor, Permission.TAKE_REFERRALS, person.service_id)
    visits = Visit.objects.filter(person=person, day__gte=london_day(now), state__in=TO_COME)
    return _follow(actor, visits.order_by("day", "id"), now)


@transaction.atomic
def follow_addresses(*, actor: Actor, service_id: int, now: datetime) -> list[Visit]:
    """Do what `follow_person` does for everybody of a service whose address changed, by whatever way it did.

    Found in the record, so nothing is lost by a stop, and doing it again changes nothing.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    newer = Address.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("day")),
        person=OuterRef("person"),
        starts_on__lte=OuterRef("day"),
        pk__gt=OuterRef("address"),
    )
    is_elsewhere = Q(address__isnull=True, person__addresses__isnull=False) | Q(address__ends_on__lt=F("day"))
    visits = Visit.objects.filter(service_id=service_id, day__gte=london_day(now), state__in=TO_COME)
    numbers = set(visits.filter(is_elsewhere | Q(Exists(newer))).values_list("pk", flat=True))
    if not numbers:
        return []
    return _follow(actor, Visit.objects.filter(pk__in=numbers, state__in=TO_COME).order_by("day", "id"), now)


def _follow(actor: Actor, visits: QuerySet[Visit], now: datetime) -> list[Visit]:
    moved = []
    for visit in visits.select_for_update(of=("self",)).select_related("person"):
        where = next(iter(current_addresses(visit.person, visit.day)), None)
        if where is None or where.pk == visit.address_id:
            continue
        visit.address = where
        visit.save(update_fields=["address"])
        visit.assignments.filter(state=AssignmentState.PROPOSED, decided_by="").delete()
        _settle(visit)
        _done(actor, "visit follows person", visit, now)
        moved.append(visit)
    return moved
