"""Reading who asked for what and who has what: of one person, at one visit, under one recall."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record, record_reads
from homeward.equipment.models import EquipmentRequest, EquipmentVisit, Item, Loan, Recall, RecallCall
from homeward.equipment.selectors.store import EquipmentNotFoundError
from homeward.equipment.states import OPEN_REQUESTS, RequestState
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.people.selectors import person_for, sights
from homeward.visits.models import Visit
from homeward.visits.states import VisitState


@dataclass(frozen=True, slots=True)
class Missing:
    """Something somebody cannot go home without, that is not there yet; `visit` is the one that is to bring it."""

    request_id: int
    kind_title: str
    quantity: int
    needed_by: date
    state: RequestState
    visit: Visit | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class ToRing:
    """Somebody who has what is recalled, and the tries to tell them."""

    loan: Loan
    calls: tuple[RecallCall, ...]
    is_reached: bool


@dataclass(frozen=True, slots=True)
class RecallPage:
    """A recall, whom to ring, and what of it is in stores or cannot be found."""

    recall: Recall
    to_ring: tuple[ToRing, ...]
    kept_back: int
    items: tuple[Item, ...]


def request_for(actor: Actor, request_id: int, now: datetime, at_least: Sight = Sight.CARD) -> EquipmentRequest:
    """One request with its person, stock and visits; opening it is audited.

    Raises: NotAllowedError; NoRelationshipError; RecordRestrictedError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE)
    row = _requests().filter(service_id__in=actor.service_ids, pk=request_id).first()
    if row is None:
        raise EquipmentNotFoundError
    row.person = person_for(actor, row.person_id, now, at_least)
    return row


def loan_for(actor: Actor, loan_id: int, now: datetime) -> Loan:
    """One loan with its person, item, checks and reviews; opening it is audited.

    Raises: NotAllowedError; NoRelationshipError; RecordRestrictedError; EquipmentNotFoundError.
    """
    require(actor, Permission.SEE_EQUIPMENT)
    row = _loans().filter(service_id__in=actor.service_ids, pk=loan_id).first()
    if row is None:
        raise EquipmentNotFoundError
    row.person = person_for(actor, row.person_id, now, Sight.CARD)
    return row


def requests_of_person(actor: Actor, person: Person) -> list[EquipmentRequest]:
    """What was asked for somebody whose record is open, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(_requests().filter(person=person).order_by("-pk"))


def loans_of_person(actor: Actor, person: Person) -> list[Loan]:
    """What somebody whose record is open has from us, and had, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return list(_loans().filter(person=person).order_by("ended_at", "-pk"))


def missing_before_home(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, list[Missing]]:
    """What each of these people cannot leave hospital without and has not got yet, soonest first; none where all is
    there.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    rows = (
        _requests()
        .filter(service_id__in=actor.service_ids, person_id__in=person_ids, is_before_home=True)
        .filter(Q(state__in=OPEN_REQUESTS) | Q(state=RequestState.REFUSED))
        .order_by("needed_by", "pk")
    )
    today, missing = london_day(now), {person_id: [] for person_id in person_ids}
    for row in rows:
        visit = next((one.visit for one in row.visits.all() if one.visit.state != VisitState.CANCELLED), None)
        missing[row.person_id].append(
            Missing(
                request_id=row.pk, kind_title=row.kind.title, quantity=row.quantity, needed_by=row.needed_by,
                state=RequestState(row.state), visit=visit, is_late=row.needed_by < today,
            )
        )  # fmt: skip
    return missing


def equipment_at_visit(actor: Actor, visit_id: int) -> EquipmentVisit | None:
    """What a visit that the actor has open brings, checks or fetches; None where it is about something else.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY)
    rows = EquipmentVisit.objects.filter(visit_id=visit_id, visit__service_id__in=actor.service_ids)
    return rows.select_related("request__kind", "request__item", "loan__kind", "loan__item").first()


def recall_for(actor: Actor, recall_id: int, now: datetime) -> RecallPage:
    """A recall with everybody who has one and how to ring them, those not told first; the reading is audited.

    Whoever runs the store must be able to warn them: telephone numbers are shown, and nothing else of the record. Those
    whose record is kept from the reader are counted.

    Raises: NotAllowedError; EquipmentNotFoundError.
    """
    require(actor, Permission.MANAGE_EQUIPMENT)
    recall = Recall.objects.filter(service_id__in=actor.service_ids, pk=recall_id).select_related("kind").first()
    if recall is None:
        raise EquipmentNotFoundError
    of = Q(kind_id=recall.kind_id) & (Q(batch=recall.batch) if recall.batch else Q())
    items = list(Item.objects.filter(of).select_related("kind", "store").order_by("state", "pk"))
    loans = list(
        Loan.objects.filter(item__in=items, ended_at__isnull=True, service_id__in=actor.service_ids)
        .select_related("person", "item")
        .prefetch_related("person__addresses", "person__contacts")
    )
    seen = sights(actor, [loan.person for loan in loans], now)
    shown = [loan for loan in loans if seen[loan.person_id] >= Sight.CARD and not loan.person.sensitivity]
    calls: dict[int, list[RecallCall]] = {}
    for call in RecallCall.objects.filter(recall=recall).order_by("-at"):
        calls.setdefault(call.loan_id, []).append(call)
    rows = [
        ToRing(loan, tuple(made), any(call.was_reached for call in made))
        for loan in shown
        for made in [calls.get(loan.pk, [])]
    ]
    record_reads(
        actor=actor, action="see recall", subject_kind="recall", now=now, service_id=recall.service_id,
        person_ids=[loan.person_id for loan in shown],
    )  # fmt: skip
    lent = {loan.item_id for loan in loans}
    return RecallPage(
        recall,
        tuple(sorted(rows, key=lambda one: (one.is_reached, one.loan.pk))),
        len(loans) - len(shown),
        tuple(item for item in items if item.pk not in lent),
    )


def recall_call_subject(actor: Actor, recall: Recall, loan_id: int, now: datetime) -> Loan:
    """The loan that somebody is rung about under a recall; audited.

    Raises: NotAllowedError; EquipmentNotFoundError.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, recall.service_id)
    loan = (
        Loan.objects.filter(service_id=recall.service_id, pk=loan_id).select_related("person", "item", "kind").first()
    )
    if loan is None:
        raise EquipmentNotFoundError
    record(
        actor=actor, action="open loan", subject=("loan", loan.pk), person_id=loan.person_id, now=now,
        service_id=loan.service_id,
    )  # fmt: skip
    return loan


def _requests() -> QuerySet[EquipmentRequest]:
    visits = EquipmentVisit.objects.select_related("visit").prefetch_related("visit__assignments__worker")
    return EquipmentRequest.objects.select_related(
        "kind", "service", "person", "episode", "item__store", "item__owner", "shelf__store", "shelf__owner", "loan"
    ).prefetch_related(Prefetch("visits", visits.order_by("-pk")))


def _loans() -> QuerySet[Loan]:
    visits = EquipmentVisit.objects.select_related("visit").prefetch_related("visit__assignments__worker")
    return Loan.objects.select_related(
        "kind", "service", "person", "request", "item__store", "item__owner", "item__device", "shelf__owner", "paid_by"
    ).prefetch_related(Prefetch("visits", visits.order_by("-pk")), "reviews", "item__checks")
