"""What the end of a stay does to what was still to do for it, so that nothing stands open for somebody who has gone."""

from datetime import datetime

from homeward.access.rules import Actor, Permission
from homeward.discharge.models import HospitalStay, HuddleItem, LeavingItem, NextAction
from homeward.discharge.services.changing import _happened
from homeward.discharge.services.starting import _take_back
from homeward.discharge.states import (
    AT_HOME,
    DESTINATION_PATHWAY,
    TO_SPEAK_OF,
    ActionState,
    EndedAs,
    HuddleItemState,
    ItemState,
    StayEventKind,
)


def _settle(actor: Actor, stay: HospitalStay, now: datetime) -> None:
    """Close what is open of a stay that has just ended, and say in its history what was left over."""
    why = f"The stay ended: {EndedAs(stay.ended_as).label.lower()}"
    actions = NextAction.objects.filter(stay=stay, state=ActionState.OPEN)
    items = LeavingItem.objects.filter(stay=stay, state=ItemState.OPEN)
    left = [*actions.order_by("due_at", "pk").values_list("text", flat=True)]
    left += items.order_by("pk").values_list("title", flat=True)
    actions.update(state=ActionState.LAPSED, blocker="", closed_at=now, closed_by=actor.name, closed_note=why)
    items.update(state=ItemState.LAPSED, seen_to_by=actor.name, seen_to_at=now)
    _places(stay, TO_SPEAK_OF).update(state=HuddleItemState.GONE)
    promise = stay.promises.filter(taken_back_at__isnull=True).first()
    if promise is not None and not _goes_home(stay):
        # a hospital's message may end a stay; the visits promised for it go with it, whoever sent it
        _take_back(actor.lent(Permission.SEE_PEOPLE), stay, promise, why, now)
    if left:
        _happened(actor, stay, StayEventKind.SETTLED, now, after=str(len(left)), text="; ".join(left))


def _unsettle(stay: HospitalStay) -> None:
    """Open again what the end of a stay closed."""
    NextAction.objects.filter(stay=stay, state=ActionState.LAPSED).update(
        state=ActionState.OPEN, closed_at=None, closed_by="", closed_note=""
    )
    LeavingItem.objects.filter(stay=stay, state=ItemState.LAPSED).update(
        state=ItemState.OPEN, seen_to_by="", seen_to_at=None
    )
    _places(stay, (HuddleItemState.GONE,)).update(state=HuddleItemState.WAITING)


def _places(stay: HospitalStay, states: tuple[HuddleItemState, ...]):
    """Their places in huddles that go on, but for the one that speaks of them now."""
    mine = HuddleItem.objects.filter(stay=stay, huddle__ended_at__isnull=True, opened_at__isnull=True)
    return mine.filter(state__in=states)


def _goes_home(stay: HospitalStay) -> bool:
    """Whether they left for home, as far as anybody says."""
    if stay.ended_as != EndedAs.LEFT:
        return False
    return not stay.destination or DESTINATION_PATHWAY[stay.destination] in AT_HOME
