"""Somebody's own recovery plan, as far as they share it."""

from dataclasses import dataclass, replace

from homeward.plans.states import WrapAudience, WrapPart
from homeward.web.persons import short_day
from homeward.web.words import listed

# What to ask for each part; in the words of the person, who may leave any of it out
ASKS = {
    WrapPart.DAILY: "What you are like when well, what you do every day to stay so, and what helps.",
    WrapPart.TRIGGERS: "What may set you back, and what you do then.",
    WrapPart.EARLY_SIGNS: "Small signs that you are not so well, and what you do then.",
    WrapPart.BREAKING_DOWN: "How you know that things are getting bad, what you must do, and whom you phone.",
    WrapPart.CRISIS: "How others can tell that you need them to take over, who should, with what, and who should not.",
    WrapPart.AFTER: "What you need in the first days, and what you would change in this plan.",
}


@dataclass(frozen=True, slots=True)
class RecoveryPartCard:
    code: str
    title: str
    asks: str
    is_written: bool
    is_shown: bool
    text: str
    sharing: str
    audiences: tuple[str, ...]
    ends_on: str
    has_several: bool = False


def present_recovery(parts) -> tuple[RecoveryPartCard, ...]:
    """Every part, with its text only where it is shared with the reader."""
    return tuple(_card(part) for part in parts)


def shared_parts(parts) -> tuple[RecoveryPartCard, ...]:
    """The parts that are written and shared with the reader."""
    return tuple(_card(part) for part in parts if part.is_written and part.text is not None)


def card_to_write(parts, code: str) -> RecoveryPartCard:
    """One part to write on. Of several texts, from merged records, all are shown or none is, and it says so."""
    texts = [part for part in parts if part.part == code]
    first, *others = [_card(part) for part in texts]
    if not others:
        return first
    is_shown = all(part.text is not None for part in texts)
    shared = [set(part.audiences) for part in texts]
    ends = [part.ends_on for part in texts if part.ends_on]
    return replace(
        first,
        is_shown=is_shown,
        text="\n\n".join(part.text for part in texts) if is_shown else "",
        audiences=tuple(code for code in WrapAudience.values if all(code in one for one in shared)),
        ends_on=min(ends).isoformat() if ends else "",
        has_several=True,
    )


def _card(part) -> RecoveryPartCard:
    with_whom = [WrapAudience(code).label.lower() for code in part.audiences]
    sharing = f"Shared with {listed(with_whom)}" if with_whom else "Shared with nobody"
    if part.ends_on and with_whom:
        sharing += f" until {short_day(part.ends_on)}"
    return RecoveryPartCard(
        part.part,
        WrapPart(part.part).label,
        ASKS[part.part],
        part.is_written,
        part.text is not None,
        part.text or "",
        sharing,
        part.audiences,
        part.ends_on.isoformat() if part.ends_on else "",
    )
