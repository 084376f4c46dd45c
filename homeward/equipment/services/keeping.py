"""Keeping equipment safe: checks and services, and recalls with everybody who must be told."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.equipment.models import Check, Item, Kind, Loan, Recall, RecallCall
from homeward.equipment.services.asking import _give_back
from homeward.equipment.services.changing import (
    _done,
    _locked_item,
    _locked_request,
    _on_timeline,
    _require_store,
    _tell_those_who,
)
from homeward.equipment.services.stock import LONGEST, _become
from homeward.equipment.states import CheckSort, ItemState, MovementKind, RequestState
from homeward.kernel.rules import RefusedError, london_day, months_later


@transaction.atomic
def record_check(
    *, actor: Actor, item: Item, sort: CheckSort, done_on: date, is_passed: bool, note: str, now: datetime
) -> Check:
    """Record a safety check or a service of an item, wherever it is; the next is due as its kind says.

    What fails must not be used: in a store it is set aside, at a home the store sees that it is to be fetched.

    Raises: NotAllowedError; RefusedError for a day to come, or a failure that does not say what is wrong.
    """
    item = _locked_item(item)
    _require_store(actor, item.store)
    if sort not in CheckSort.values:
        raise RefusedError("Say whether it was a safety check or a service.")
    if done_on > london_day(now):
        raise RefusedError("The day is in the future. Check it.")
    if not is_passed and not note.strip():
        raise RefusedError("Say what is wrong with it.")
    if item.state == ItemState.SCRAPPED:
        raise RefusedError("This item is scrapped.")
    months = item.kind.check_months if sort == CheckSort.SAFETY else item.kind.service_months
    due = months_later(done_on, months) if months and is_passed else None
    check = Check.objects.create(
        item=item, sort=sort, done_on=done_on, is_passed=is_passed, note=note.strip()[:250], next_due_on=due,
        recorded_by=actor.name, recorded_at=now,
    )  # fmt: skip
    if is_passed:
        if sort == CheckSort.SAFETY:
            item.check_due_on, item.fault = due, ""
        else:
            item.service_due_on = due
    else:
        item.fault = check.note
    item.save(update_fields=["check_due_on", "service_due_on", "fault"])
    if not is_passed and item.state in (ItemState.IN_STORE, ItemState.RESERVED):
        _out_of_use(actor, item, check.note, now)
    _done(actor, f"record {sort} check", ("item", item.pk), item.store.service_id, now)
    return check


def _out_of_use(actor: Actor, item: Item, reason: str, now: datetime) -> None:
    """Set a locked item in a store aside; what was promised is to be filled from other stock."""
    for promised in item.requests.filter(state=RequestState.RESERVED):
        request = _locked_request(promised)
        _give_back(actor, request, reason, now)
        request.state = RequestState.TO_FILL
        request.save(update_fields=["state", "item", "shelf"])
        item.refresh_from_db(fields=["state", "since"])
    item.fault = reason[:250]
    _become(actor, item, ItemState.SET_ASIDE, MovementKind.SET_ASIDE, now, reason)


@transaction.atomic
def start_recall(*, actor: Actor, kind: Kind, reason: str, what_to_do: str, now: datetime, batch: str = "") -> Recall:
    """Recall a kind or one batch of it: what is in store is set aside, and whoever has one is on a list to be rung.

    Raises: NotAllowedError; RefusedError when it does not say why or what to do, or the same is recalled already.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, kind.service_id)
    if not reason.strip() or not what_to_do.strip():
        raise RefusedError("Say why it is recalled, and what whoever has one should do.")
    if len(batch) > LONGEST:
        raise RefusedError(f"A batch has at most {LONGEST} characters. Check it.")
    if Recall.objects.filter(kind=kind, batch=batch.strip(), ended_at__isnull=True).exists():
        raise RefusedError("This is recalled already. Open that recall.")
    recall = Recall.objects.create(
        service_id=kind.service_id, kind=kind, batch=batch.strip(), reason=reason.strip()[:250],
        what_to_do=what_to_do.strip(), started_at=now, started_by=actor.name,
    )  # fmt: skip
    rows = Item.objects.filter(kind=kind, state__in=(ItemState.IN_STORE, ItemState.RESERVED, ItemState.TO_CLEAN))
    if recall.batch:
        rows = rows.filter(batch=recall.batch)
    for row in rows.order_by("pk"):
        _out_of_use(actor, _locked_item(row), f"Recalled: {recall.reason}", now)
    _done(actor, "recall equipment", ("recall", recall.pk), recall.service_id, now)
    path, key = f"/equipment/recalls/{recall.pk}", f"equipment-recall-{recall.pk}"
    title = "Equipment is recalled: people to ring"
    _tell_those_who(actor, Permission.MANAGE_EQUIPMENT, recall.service_id, title, path, key, now, True)
    return recall


@transaction.atomic
def log_recall_call(
    *, actor: Actor, recall: Recall, loan: Loan, was_reached: bool, note: str, now: datetime
) -> RecallCall:
    """Keep one try to tell somebody that what they have is recalled.

    Raises: NotAllowedError; RefusedError when the loan is not of what is recalled, or it does not say what was agreed.
    """
    require(actor, Permission.MANAGE_EQUIPMENT, recall.service_id)
    if loan.item is None or loan.item.kind_id != recall.kind_id or recall.batch not in ("", loan.item.batch):
        raise RefusedError("What they have is not recalled.")
    if was_reached and not note.strip():
        raise RefusedError("Say what was agreed: that they stopped using it, and when it is fetched.")
    call = RecallCall.objects.create(
        recall=recall, loan=loan, was_reached=was_reached, note=note.strip()[:250], at=now, by_name=actor.name
    )
    words = "told that it is recalled" if was_reached else "rung about a recall, not reached"
    _on_timeline(actor, loan.person, f"{loan.kind.title}: {words}", now, ("loan", loan.pk), call.note)
    _done(actor, "ring about recall", ("recall", recall.pk), recall.service_id, now, loan.person_id)
    return call


@transaction.atomic
def end_recall(*, actor: Actor, recall: Recall, now: datetime) -> Recall:
    """End a recall. Nobody may still have one without having been told.

    Raises: NotAllowedError; RefusedError while somebody has one and was not reached, or when it has ended.
    """
    recall = Recall.objects.select_for_update(of=("self",)).get(pk=recall.pk)
    require(actor, Permission.MANAGE_EQUIPMENT, recall.service_id)
    if recall.ended_at is not None:
        raise RefusedError("This recall has ended.")
    out = Loan.objects.filter(item__kind_id=recall.kind_id, ended_at__isnull=True)
    if recall.batch:
        out = out.filter(item__batch=recall.batch)
    left = out.exclude(recall_calls__in=RecallCall.objects.filter(recall=recall, was_reached=True)).count()
    if left:
        raise RefusedError(f"{left} still to be told. Ring them, or take theirs back, before the recall ends.")
    recall.ended_at, recall.ended_by = now, actor.name
    recall.save(update_fields=["ended_at", "ended_by"])
    _done(actor, "end recall", ("recall", recall.pk), recall.service_id, now)
    return recall
