"""Reading concerns: those that wait for an answer, one's own, one with all that happened to it."""

from datetime import datetime

from django.db.models import Prefetch

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record, record_reads
from homeward.delegation.models import Concern, ConcernEvent
from homeward.delegation.selectors.sight import shown_of
from homeward.delegation.states import ConcernState
from homeward.people.selectors import person_for


class ConcernNotFoundError(Exception):
    """There is no such concern that the actor may read."""


def concerns_to_answer(actor: Actor, service_id: int, now: datetime) -> list[Concern]:
    """The concerns that are not closed, those waiting for an answer first, by when it is due; everyone is audited.

    Of those put to somebody else, only about people of whom the actor sees what a visit needs.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_CONCERNS, service_id)
    rows = list(_whole().filter(service_id=service_id).exclude(state=ConcernState.CLOSED))
    shown = shown_of(actor, [one.person for one in rows], now)
    rows = [one for one in rows if one.person_id in shown or _is_for(actor, one)]
    rows.sort(key=lambda one: (one.state != ConcernState.OPEN, one.answer_due_at, one.pk))
    _audit(actor, service_id, rows, now)
    return rows


def count_to_answer(actor: Actor, service_id: int) -> int:
    """How many concerns are not closed, also those about people whom the actor does not see. Nothing personal.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_CONCERNS, service_id)
    return Concern.objects.filter(service_id=service_id).exclude(state=ConcernState.CLOSED).count()


def own_concerns(actor: Actor, service_id: int, now: datetime, limit: int = 50) -> list[Concern]:
    """The concerns the actor raised, newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RAISE_CONCERNS, service_id)
    if actor.worker_id is None:
        return []
    rows = list(_whole().filter(service_id=service_id, raised_by_id=actor.worker_id).order_by("-pk")[:limit])
    _audit(actor, service_id, rows, now)
    return rows


def concern_for(actor: Actor, concern_id: int, now: datetime) -> Concern:
    """One concern with its person and events, for who answers concerns, raised it or wrote it down; audited.

    Where it was put to somebody else, whoever answers concerns opens the person's record for it.

    Raises: NotAllowedError; NoRelationshipError; RecordRestrictedError; ConcernNotFoundError.
    """
    require(actor, Permission.RAISE_CONCERNS)
    concern = _whole().filter(service_id__in=actor.service_ids, pk=concern_id).first()
    own = concern is not None and _is_for(actor, concern)
    if concern is None or not (own or actor.may(Permission.ANSWER_CONCERNS)):
        raise ConcernNotFoundError("There is no such concern that you may read.")
    if not own:
        person_for(actor, concern.person_id, now, at_least=Sight.VISIT)
    record(
        actor=actor, action="open concern", subject=("concern", concern.pk), person_id=concern.person_id, now=now,
        service_id=concern.service_id,
    )  # fmt: skip
    return concern


def _is_for(actor: Actor, concern: Concern) -> bool:
    """Whether the actor raised it or wrote it down, or it is put to them: they know of it, and must see its answer."""
    if actor.worker_id is not None and concern.raised_by_id == actor.worker_id:
        return True
    if actor.account_id is None:
        return False
    wrote = any(one.kind == "raised" and one.by_account_id == actor.account_id for one in concern.events.all())
    return wrote or (concern.put_to_id == actor.account_id and actor.may(Permission.ANSWER_CONCERNS))


def concerns_to_watch(actor: Actor, service_id: int) -> list[Concern]:
    """The concerns that wait for an answer, for whoever watches the clocks.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    return list(Concern.objects.filter(service_id=service_id, state=ConcernState.OPEN).select_related("put_to"))


def _whole():
    events = ConcernEvent.objects.order_by("at", "pk")
    return Concern.objects.select_related("person", "raised_by__organisation", "put_to", "service").prefetch_related(
        Prefetch("events", events)
    )


def _audit(actor: Actor, service_id: int, rows: list[Concern], now: datetime) -> None:
    record_reads(
        actor=actor,
        action="see concerns",
        subject_kind="concern",
        now=now,
        service_id=service_id,
        person_ids=sorted({one.person_id for one in rows}),
    )
