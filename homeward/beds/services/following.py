"""Ringing people some time after they left."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.beds.models import FollowUp, FollowUpTry
from homeward.beds.rules import TRIES_BEFORE_GIVING_UP
from homeward.beds.services.changing import _about_person, _said
from homeward.beds.states import FollowUpState, Whereabouts
from homeward.kernel.rules import RefusedError, london_day


@transaction.atomic
def record_try(
    *,
    actor: Actor,
    follow_up: FollowUp,
    was_reached: bool,
    now: datetime,
    whereabouts: str = "",
    note: str = "",
    try_again_on: date | None = None,
) -> FollowUp:
    """Record that somebody was rung: where they are, or that they were not reached and when to try again.

    Raises: NotAllowedError; RefusedError when it was settled before, nobody says where they are, or the day to try
    again is not a later one.
    """
    require(actor, Permission.RUN_BEDS, follow_up.stay.service_id)
    follow_up = _locked(follow_up)
    if was_reached and whereabouts not in Whereabouts.values:
        raise RefusedError("Say where they are.")
    if not was_reached and (try_again_on is None or try_again_on <= london_day(now)):
        raise RefusedError("Say on which later day to try again.")
    FollowUpTry.objects.create(
        follow_up=follow_up, tried_at=now, tried_by=actor.name, was_reached=was_reached, note=note.strip()
    )
    if not was_reached:
        follow_up.try_again_on = try_again_on
        follow_up.save(update_fields=["try_again_on"])
        _told(actor, follow_up, "follow_up_not_reached", "Rung, and not reached", note, now)
        return follow_up
    state = FollowUpState.DIED if whereabouts == Whereabouts.DIED else FollowUpState.REACHED
    return _settle(actor, follow_up, state, whereabouts, note, now)


@transaction.atomic
def give_up_ringing(*, actor: Actor, follow_up: FollowUp, note: str, now: datetime) -> FollowUp:
    """Write down that somebody could not be reached, after trying often enough. They count as not at home.

    Raises: NotAllowedError; RefusedError when too few tries were made on different days, or nobody says what was tried.
    """
    require(actor, Permission.RUN_BEDS, follow_up.stay.service_id)
    follow_up = _locked(follow_up)
    days = {london_day(at) for at in follow_up.tries.values_list("tried_at", flat=True)}
    if len(days) < TRIES_BEFORE_GIVING_UP:
        raise RefusedError(f"Try on {TRIES_BEFORE_GIVING_UP} different days first; so far it is {len(days)}.")
    note = _said(note, "Say what else was tried: family, the practice, a letter.", 2000)
    return _settle(actor, follow_up, FollowUpState.UNREACHABLE, "", note, now)


def _locked(follow_up: FollowUp) -> FollowUp:
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related("stay__referral__person")
    follow_up = rows.get(pk=follow_up.pk)
    if follow_up.state != FollowUpState.DUE:
        raise RefusedError(f"{follow_up.done_by} wrote this down before: {follow_up.get_state_display().lower()}.")
    return follow_up


def _settle(actor: Actor, follow_up: FollowUp, state: str, whereabouts: str, note: str, now: datetime) -> FollowUp:
    follow_up.state, follow_up.whereabouts, follow_up.note = state, whereabouts, note.strip()
    follow_up.done_at, follow_up.done_by, follow_up.try_again_on = now, actor.name, None
    follow_up.save()
    words = Whereabouts(whereabouts).label if whereabouts else follow_up.get_state_display()
    _told(actor, follow_up, "followed_up", words, note, now)
    return follow_up


def _told(actor: Actor, follow_up: FollowUp, kind: str, words: str, note: str, now: datetime) -> None:
    title = f"{follow_up.get_kind_display()} after a stay in a bed: {words[:1].lower()}{words[1:]}"
    _about_person(actor, follow_up.stay.referral, kind, now, title=title, detail=note.strip())
