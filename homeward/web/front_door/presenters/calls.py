"""Calls as a list prints them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.kernel.rules import LONDON, london_day
from homeward.referrals.states import CallOutcome, Source
from homeward.web.front_door.presenters.words import Tag, short
from homeward.web.templating import clock_text, moment_text

CALL_COLOURS = {
    CallOutcome.REFERRAL: "green",
    CallOutcome.ADVICE: "blue",
    CallOutcome.CALL_BACK: "yellow",
    CallOutcome.PASSED_ON: "purple",
}


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call."""

    when: str
    who: str
    about: str
    outcome: Tag
    text: str
    taken_by: str


def call_rows(calls: Sequence, now: datetime) -> tuple[CallRow, ...]:
    """Calls as a list prints them."""
    return tuple(
        CallRow(
            when=clock_text(call.received_at)
            if london_day(call.received_at) == london_day(now)
            else moment_text(call.received_at.astimezone(LONDON)),
            who=", ".join(
                part for part in (Source(call.source).label, call.caller_name, call.caller_organisation) if part
            ),
            about=call.person.label if call.person else "",
            outcome=Tag(CallOutcome(call.outcome).label, CALL_COLOURS[CallOutcome(call.outcome)]),
            text=short(call.advice or call.reason),
            taken_by=call.taken_by,
        )
        for call in calls
    )
