"""How offers stand, and which comes first and why. A person chooses: this only says what speaks for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

# What each day later than wanted, and each point of quality, weighs beside a pound a week. Local decisions: a day is
# worth 5 pounds a week, because somebody waits in hospital or without care; a point of quality is worth 1.
POUNDS_A_DAY_LATER = 5
POUNDS_A_POINT = 1
# Where nobody has scored a provider it counts as the middle
USUAL_QUALITY = 50
EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Bid:
    """An offer that was accepted: what it costs a week, the quality of who makes it, and when they can start."""

    key: int
    weekly_pence: int
    quality: int | None
    can_start_on: date


@dataclass(frozen=True, slots=True)
class Ranked:
    """A bid with its place, from 1, its weight in pence a week, and why, in sentences."""

    key: int
    place: int
    weight_pence: int
    why: tuple[str, ...]


def standing(state: str, answer_by: datetime, now: datetime) -> str:
    """How an offer stands now: its state, or "expired" where nobody answered in time."""
    return EXPIRED if state == "sent" and now >= answer_by else state


def rank(bids: Sequence[Bid], wanted_on: date) -> list[Ranked]:
    """Bids in order, the best first, by price, quality and start together, each with what speaks for and against it."""
    if not bids:
        return []
    cheapest = min(bid.weekly_pence for bid in bids)
    soonest = min(bid.can_start_on for bid in bids)
    finest = max((bid.quality for bid in bids if bid.quality is not None), default=None)
    order = sorted(bids, key=lambda bid: (_weight(bid, wanted_on), bid.can_start_on, bid.key))
    return [
        Ranked(
            bid.key, place, _weight(bid, wanted_on),
            (_of_price(bid, cheapest), _of_start(bid, soonest, wanted_on), _of_quality(bid, finest)),
        )
        for place, bid in enumerate(order, 1)
    ]  # fmt: skip


def _weight(bid: Bid, wanted_on: date) -> int:
    late = max(0, (bid.can_start_on - wanted_on).days)
    quality = USUAL_QUALITY if bid.quality is None else bid.quality
    return bid.weekly_pence + 100 * (late * POUNDS_A_DAY_LATER - quality * POUNDS_A_POINT)


def _of_price(bid: Bid, cheapest: int) -> str:
    more = bid.weekly_pence - cheapest
    return "Nobody is cheaper" if not more else f"£{more // 100:,}.{more % 100:02d} a week more than the cheapest"


def _of_start(bid: Bid, soonest: date, wanted_on: date) -> str:
    late = (bid.can_start_on - wanted_on).days
    if late <= 0:
        return "Can start on the day wanted"
    words = f"Starts {late} day{'' if late == 1 else 's'} later than wanted"
    return f"{words}, and nobody starts sooner" if bid.can_start_on == soonest else words


def _of_quality(bid: Bid, finest: int | None) -> str:
    if bid.quality is None:
        return f"No quality score: counted as {USUAL_QUALITY}"
    words = f"Quality {bid.quality} of 100"
    return f"{words}, the highest" if bid.quality == finest else words
