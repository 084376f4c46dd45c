"""Keeping equipment safe: checks and services, and recalls with everybody who must be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.equipment.models import Check, CheckBooking, Item, Kind, Loan, Recall, RecallCall
from homeward.equipment.rules import failed_check
from homeward.equipment.services.asking import FURTHEST_AHEAD, _give_back
from homeward.equipment.services.changing import (
    _done,
    _locked_item,
    _locked_request,
    _on_timeline,
    _require_store,
    _tell_those_who,
)
from homeward.equipment.services.stock import LONGEST, _become, _refuse_unsafe
from homeward.equipment.states import IN_STORES, CheckSort, ItemState, MovementKind, RequestState
from homeward.kernel.rules import RefusedError, london_day, months_later

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """One check that an item needs."""

    item: Item
    sort: CheckSort


@transaction.atomic
def book_checks(*, actor: Actor, wanted: Sequence[Wanted], day: date, who: str, now: datetime) -> list[CheckBooking]:
    """Book checks of items in a store for a day with whoever does them; one booked already is booked anew.

    Raises: NotAllowedError; RefusedError for nothing or too many, a day that is over or too far, without saying who,
    or for an item that is not in a store.
    """
    _refuse_number(wanted)
    today = london_day(now)
    if not today <= day <= today + FURTHEST_AHEAD:
        raise RefusedError("Choose today or a day to come, at most a year ahead.")
    if not who.strip():
        raise RefusedError("Say who comes to check: a name or a firm.")
    return [_book(actor, one, day, who.strip()[:120], now) for one in _in_order(wanted)]


def _book(actor: Actor, one: Wanted, day: date, who: str, now: datetime) -> CheckBooking:
    item = _locked_item(one.item)
    _require_store(actor, item.store)
    if one.sort not in CheckSort.values:
        raise RefusedError("Say whether it is a safety check or a service.")
    if item.state not in IN_STORES:
        raise RefusedError(
            f"{item.number} is “{item.get_state_display().lower()}”. Only what is in a store can be booked here."
        )
    item.check_bookings.filter(sort=one.sort, ended_at__isnull=True).update(
        ended_at=now, ended_by=actor.name, ended_why="Booked for another day, or with somebody else"
    )
    booking = CheckBooking.objects.create(
        item=item, sort=one.sort, day=day, who=who, booked_by=actor.name, booked_at=now
    )
    _done(actor, f"book {one.sort} check", ("item", item.pk), item.store.service_id, now)
    return booking


@transaction.atomic
def call_off_check(*, actor: Actor, booking: CheckBooking, reason: str, now: datetime) -> CheckBooking:
    """Call off a check that was booked; what is due stays due.

    Raises: NotAllowedError; RefusedError without a reason, or when it is over.
    """
    item = _locked_item(booking.item)
    _require_store(actor, item.store)
    booking = CheckBooking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    if booking.ended_at is not None:
        raise RefusedError("This booking is over. Open the item again to see why.")
    if not reason.strip():
        raise RefusedError("Say why it is called off.")
    booking.ended_at, booking.ended_by, booking.ended_why = now, actor.name, reason.strip()[:250]
    booking.save(update_fields=["ended_at", "ended_by", "ended_why"])
    _done(actor, f"call off {booking.sort} check", ("item", item.pk), item.store.service_id, now)
    return booking


@transaction.atomic
def record_checks(
    *, actor: Actor, wanted: Sequence[Wanted], done_on: date, is_passed: bool, note: str, done_by: str, now: datetime
) -> list[Check]:
    """Record checks that were done together. What failed is recorded by itself, with what is wrong with it.

    Raises: NotAllowedError; RefusedError for nothing or too many, several that failed, and as `record_check` does.
    """
    _refuse_number(wanted)
    if not is_passed and len({one.item.pk for one in wanted}) > 1:
        raise RefusedError("Record what failed one at a time, each with what is wrong with it.")
    told = {"actor": actor, "done_on": done_on, "is_passed": is_passed, "note": note, "done_by": done_by, "now": now}
    return [record_check(**told, item=one.item, sort=one.sort) for one in _in_order(wanted)]


def _refuse_number(wanted: Sequence[Wanted]) -> None:
    if not wanted:
        raise RefusedError("Choose at least one check from the list.")
    if len(wanted) > MOST_AT_ONCE:
        raise RefusedError(f"Choose at most {MOST_AT_ONCE} checks at once.")


def _in_order(wanted: Sequence[Wanted]) -> list[Wanted]:
    """The same order whoever asks, so that two at once wait for one another instead of both giving up."""
    return sorted(wanted, key=lambda one: (one.item.pk, one.sort))


@transaction.atomic
def record_check(
    *,
    actor: Actor,
    item: Item,
    sort: CheckSort,
    done_on: date,
    is_passed: bool,
    note: str,
    now: datetime,
    done_by: str = "",
) -> Check:
    """Record a safety check or a service of an item, wherever it is; the next is due as its kind says.

    What fails must not be used: in a store it is set aside until it passes or is scrapped, at a home the store sees
    that it is to be fetched. What was set aside because of a check, and passes, is free again.

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
        done_by=done_by.strip()[:120], recorded_by=actor.name, recorded_at=now,
    )  # fmt: skip
    item.check_bookings.filter(sort=sort, ended_at__isnull=True).update(
        ended_at=now, ended_by=actor.name, ended_why="It passed" if is_passed else "It failed", check_found=check
    )
    is_cleared = is_passed and item.fault in (before.note for before in item.checks.filter(is_passed=False, sort=sort))
    if is_passed and sort == CheckSort.SAFETY:
        item.check_due_on = due
    elif is_passed:
        item.service_due_on = due
    else:
        item.fault = check.note
    other = failed_check(item.checks.all())
    if is_passed and other is not None:
        item.fault = other.note
    elif is_cleared or (is_passed and sort == CheckSort.SAFETY and item.state != ItemState.SET_ASIDE):
        item.fault = ""
    item.save(update_fields=["check_due_on", "service_due_on", "fault"])
    if not is_passed and item.state in (ItemState.IN_STORE, ItemState.RESERVED):
        _out_of_use(actor, item, check.note, now)
    elif is_cleared and other is None and item.state == ItemState.SET_ASIDE:
        _back_in_use(actor, item, now)
    _done(actor, f"record {sort} check", ("item", item.pk), item.store.service_id, now)
    return check


def _back_in_use(actor: Actor, item: Item, now: datetime) -> None:
    """Free a locked item whose check found it good again; it stays set aside where something else speaks against it."""
    try:
        _refuse_unsafe(item, now)
    except RefusedError as other:
        item.fault = str(other)[:250]
        item.save(update_fields=["fault"])
    else:
        _become(actor, item, ItemState.IN_STORE, MovementKind.READY, now, "It passed its check")


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
