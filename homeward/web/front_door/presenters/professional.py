"""What somebody outside is told of a referral they sent: what became of it, in plain words, nothing of the person."""

from dataclasses import dataclass
from datetime import datetime

from homeward.referrals.selectors import clock_events, events_of, reading_for, response_clock, suggestion_for
from homeward.referrals.states import OPEN_STATES, ReferralState
from homeward.web.clocks import time_words
from homeward.web.templating import moment_text

# What each state is called to whoever sent it: (words, colour, what happens now). The why follows where there is one.
TOLD = {
    ReferralState.WAITING: ("Received", "blue", "Somebody at the front door looks at it and decides."),
    ReferralState.MORE_ASKED: ("We need to know more", "yellow", "Answer here, and we go on at once."),
    ReferralState.ACCEPTED: ("Accepted", "green", "The service takes it from here."),
    ReferralState.REDIRECTED: ("Sent on to another service", "purple", "Another service fits better."),
    ReferralState.DECLINED: ("Declined", "grey", "The service cannot take this referral."),
    ReferralState.ADVISED: ("Advice given", "green", "Advice was all that was needed."),
    ReferralState.WITHDRAWN: ("Withdrawn", "grey", "The referral was withdrawn."),
}
LOOKED_AT = ("Being looked at", "aqua-green", "Somebody at the front door has it in hand.")
# The event whose reason the sender is told, by state.
WHY = {
    ReferralState.MORE_ASKED: ("more_information_requested", "What we ask"),
    ReferralState.REDIRECTED: ("referral_redirected", "Where, and why"),
    ReferralState.DECLINED: ("referral_declined", "Why"),
    ReferralState.ADVISED: ("advice_given", "What we advised"),
}


@dataclass(frozen=True, slots=True)
class Followed:
    """A referral as its sender may see it."""

    reference: str
    service: str
    state: str
    colour: str
    now: str
    why_title: str
    why: str
    sent: str
    as_at: str
    may_add: bool
    is_asked: bool
    added: tuple[str, ...]


def followed(referral, now: datetime) -> Followed:
    """A referral as its sender may see it."""
    state = ReferralState(referral.state)
    is_looked_at = state == ReferralState.WAITING and referral.held_by_id is not None
    words, colour, next_words = LOOKED_AT if is_looked_at else TOLD[state]
    events = events_of(referral)
    kind, why_title = WHY.get(state, ("", ""))
    why = next((event.reason for event in reversed(events) if event.kind == kind), "") if kind else ""
    if state == ReferralState.ACCEPTED:
        next_words = f"{next_words} {_by_when(referral, events, now)}".strip()
    return Followed(
        reference=referral.reference,
        service=referral.service.name,
        state=words,
        colour=colour,
        now=next_words,
        why_title=why_title if why else "",
        why=why,
        sent=moment_text(referral.received_at),
        as_at=moment_text(now),
        may_add=state in (*OPEN_STATES, ReferralState.ACCEPTED),
        is_asked=state == ReferralState.MORE_ASKED,
        added=tuple(
            f"You added something {moment_text(event.happened_at)}"
            for event in events
            if event.kind == "referral_updated"
        ),
    )


def _by_when(referral, events, now: datetime) -> str:
    """By when somebody is to be there, where the pathway has a clock that still runs."""
    pathway = suggestion_for(referral)
    clock = response_clock(pathway) if pathway else None
    due_at = reading_for(clock, referral, clock_events(events), now).due_at if clock else None
    return f"Somebody is to see the person by {time_words(due_at, now)}." if due_at and due_at > now else ""
