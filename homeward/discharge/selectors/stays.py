"""Stays: one, those of a person, and what happened to them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q

from homeward.access.rules import Actor, Permission, Relationship, Sight, require
from homeward.audit.services import record
from homeward.beds.selectors import BedWay, beds_of_stays
from homeward.discharge.models import (
    ActionBlock,
    CriteriaAnswer,
    HospitalStay,
    NextAction,
    OfferedChoice,
    PathwayDecision,
    StayEvent,
)
from homeward.discharge.rules.documents import DocumentNeeded
from homeward.discharge.rules.ready import DayAnswer, ReadyPeriod, ready_periods
from homeward.discharge.selectors.documents import documents_of_stays
from homeward.equipment.selectors import Missing, missing_before_home
from homeward.people.models import Person
from homeward.people.selectors import person_for, person_ids_of

# Whoever moved somebody home still reads of it afterwards: the call after leaving, how it went. Local decision.
TIED_FOR = timedelta(days=14)


class StayNotFoundError(Exception):
    """There is no such stay in the actor's services."""


@dataclass(frozen=True, slots=True)
class StayRecord:
    """Everything recorded of one stay; lists oldest first, actions by when they are due.

    `equipment` is what they cannot leave without and have not got yet; none once they left. `bed` is how far the bed is
    that was asked for since they were admitted.
    """

    stay: HospitalStay
    person: Person
    events: tuple[StayEvent, ...]
    answers: tuple[CriteriaAnswer, ...]
    periods: tuple[ReadyPeriod, ...]
    open_actions: tuple[NextAction, ...]
    closed_actions: tuple[NextAction, ...]
    decisions: tuple[PathwayDecision, ...]
    documents: tuple[DocumentNeeded, ...]
    equipment: tuple[Missing, ...]
    bed: BedWay | None


def tied_by_stay(actor: Actor, person_ids: Collection[int], now: datetime) -> dict[int, Relationship]:
    """Of these people, those who are, or lately were, in hospital and planned for by the actor's services.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE)
    if not actor.may(Permission.SEE_STAYS):
        return {}
    stays = HospitalStay.objects.filter(service_id__in=actor.service_ids, person_id__in=person_ids)
    lately = stays.filter(Q(left_at__isnull=True) | Q(left_at__gte=now - TIED_FOR)).exclude(ended_as="mistake")
    return dict.fromkeys(lately.values_list("person_id", flat=True), Relationship.CARING)


def stay_for(actor: Actor, stay_id: int, now: datetime) -> HospitalStay:
    """One stay with its person; opening it opens their record, and is audited.

    Raises: NotAllowedError; NoRelationshipError; RecordRestrictedError; StayNotFoundError.
    """
    require(actor, Permission.SEE_STAYS)
    rows = HospitalStay.objects.filter(service_id__in=actor.service_ids)
    stay = rows.select_related("hospital", "team", "service", "transport", "home_medicines").filter(pk=stay_id).first()
    if stay is None:
        raise StayNotFoundError("There is no such stay in your service.")
    stay.person = person_for(actor, stay.person_id, now, at_least=Sight.VISIT)
    record(
        actor=actor,
        action="open stay",
        subject=("stay", stay.pk),
        person_id=stay.person_id,
        now=now,
        service_id=stay.service_id,
    )
    return stay


def stay_record(actor: Actor, stay: HospitalStay, now: datetime) -> StayRecord:
    """Everything recorded of a stay. `stay` comes from `stay_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    blocks = Prefetch("blocks", ActionBlock.objects.order_by("started_at", "id"))
    rows = NextAction.objects.filter(stay=stay).select_related("worker", "account", "team", "organisation")
    actions = list(rows.prefetch_related(blocks).order_by("due_at", "id"))
    for action in actions:
        action.stay = stay
    answers = list(stay.answers.order_by("id"))
    decisions = stay.decisions.select_related("trusted_assessment", "capacity_assessment", "best_interests")
    decisions = decisions.prefetch_related(Prefetch("choices", OfferedChoice.objects.order_by("position")))
    return StayRecord(
        stay=stay,
        person=stay.person,
        events=tuple(stay.events.select_related("action").order_by("happened_at", "id")),
        answers=tuple(answers),
        periods=tuple(ready_periods(DayAnswer(one.day, one.is_met) for one in answers)),
        open_actions=tuple(one for one in actions if one.closed_at is None),
        closed_actions=tuple(one for one in actions if one.closed_at is not None),
        decisions=tuple(decisions.order_by("proposed_at", "id")),
        documents=documents_of_stays(actor, [stay])[stay.pk],
        equipment=missing_for(actor, stay, now),
        bed=beds_of_stays(actor, {stay.person_id: stay.admitted_at}, now, {stay.pk}).get(stay.person_id),
    )


def missing_for(actor: Actor, stay: HospitalStay, now: datetime) -> tuple[Missing, ...]:
    """What somebody in hospital cannot leave without and has not got yet; nothing once they left. `stay` comes from
    `stay_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    return tuple(missing_before_home(actor, [stay.person_id], now)[stay.person_id]) if stay.is_open else ()


def decision_of(actor: Actor, stay: HospitalStay, decision_id: int) -> PathwayDecision:
    """One decision of a stay. `stay` comes from `stay_for`, which checked and audited the opening.

    Raises: NotAllowedError; StayNotFoundError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    decision = stay.decisions.filter(pk=decision_id).first()
    if decision is None:
        raise StayNotFoundError("There is no such decision about this stay.")
    decision.stay = stay
    return decision


def choice_of(actor: Actor, stay: HospitalStay, choice_id: int) -> OfferedChoice:
    """One of the choices offered before a decision of a stay. `stay` comes from `stay_for`, which audited the opening.

    Raises: NotAllowedError; StayNotFoundError.
    """
    require(actor, Permission.SEE_STAYS, stay.service_id)
    choice = OfferedChoice.objects.filter(decision__stay=stay, pk=choice_id).select_related("decision__stay").first()
    if choice is None:
        raise StayNotFoundError("There is no such choice about this stay.")
    return choice


def stays_of(actor: Actor, person: Person) -> list[HospitalStay]:
    """A person's stays, the newest first. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = HospitalStay.objects.filter(person_id__in=person_ids_of(person)).exclude(ended_as="mistake")
    return list(rows.select_related("hospital", "team").order_by("-admitted_at"))


def events_since(actor: Actor, service_id: int, since: datetime) -> list[StayEvent]:
    """What was recorded of the stays of a service after a moment, oldest first, with stay, person and action.

    For what is made out of many stays at once, such as the sheet of a round, which audits whom it shows.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    rows = StayEvent.objects.filter(stay__service_id=service_id, recorded_at__gt=since)
    return list(rows.select_related("stay__person", "action").order_by("recorded_at", "id"))
