"""Calls as pages print them: what is owed, what is to be finished, what there was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from homeward.kernel.rules import LONDON, london_day
from homeward.procedures.selectors import need_title
from homeward.referrals.states import CallOutcome, Source, Urgency
from homeward.web.clocks import SOON, left_words, time_words
from homeward.web.front_door.presenters.words import Line, Tag, short
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

    id: int
    url: str
    when: str
    who: str
    about: str
    outcome: Tag
    text: str
    taken_by: str


@dataclass(frozen=True, slots=True)
class OwedRow:
    """A call back that was promised and is still owed; `tone` is late, soon or calm."""

    url: str
    who: str
    phone: str
    dial: str
    about: str
    text: str
    due: str
    words: str
    by: str
    tone: str
    tries: str
    referral_url: str


@dataclass(frozen=True, slots=True)
class TryLine:
    """One try to call back."""

    when: str
    who: str
    reached: Tag
    note: str


@dataclass(frozen=True, slots=True)
class CallPage:
    """One call, what was promised, and what was done about it."""

    id: int
    title: str
    when: str
    outcome: Tag
    facts: tuple[Line, ...]
    owed: OwedRow | None
    kept: str
    tries: tuple[TryLine, ...]
    referral: str
    referral_url: str
    person_url: str
    may_become_referral: bool
    is_to_finish: bool


def call_rows(calls: Sequence, now: datetime) -> tuple[CallRow, ...]:
    """Calls as a list prints them."""
    return tuple(_row(call, now) for call in calls)


def owed_rows(calls: Sequence, now: datetime) -> tuple[OwedRow, ...]:
    """Those of the calls whose call back is owed, as a list prints them, in the order given."""
    return tuple(_owed(call, now) for call in calls if _is_owed(call))


def call_page(call, now: datetime) -> CallPage:
    """One call as its page prints it."""
    facts = [
        ("Caller", ", ".join(part for part in (call.caller_name, call.caller_organisation) if part) or "No name given"),
        ("Who they are", Source(call.source).label),
        ("Phone", call.caller_phone),
        ("About", _about(call) or "Nobody in particular"),
        ("Need", need_title(call.need_code) if call.need_code else ""),
        ("How soon", Urgency(call.urgency).label if call.urgency else ""),
        ("What it was about", call.reason),
        ("Advice given", call.advice),
        ("Passed on to", call.passed_to),
        ("Taken by", call.taken_by),
    ]
    return CallPage(
        id=call.pk,
        title=call.caller_name or Source(call.source).label,
        when=moment_text(call.received_at.astimezone(LONDON)),
        outcome=_outcome(call),
        facts=tuple(Line(title, text) for title, text in facts if text),
        owed=_owed(call, now) if _is_owed(call) else None,
        kept=_kept(call),
        tries=tuple(
            TryLine(
                when=moment_text(one.tried_at),
                who=one.tried_by,
                reached=Tag("Reached", "green") if one.was_reached else Tag("Not reached", "grey"),
                note=one.note,
            )
            for one in sorted(call.call_backs.all(), key=lambda one: one.tried_at)
        ),
        referral=call.referral.reference if call.referral else "",
        referral_url=reverse("front_door:referral", args=[call.referral_id]) if call.referral else "",
        person_url=reverse("people:person", args=[call.person_id]) if call.person else "",
        may_become_referral=call.referral is None,
        is_to_finish=call.outcome == CallOutcome.REFERRAL and call.referral is None,
    )


def logged_words(call, seconds: int | None) -> str:
    """What is said once a call is saved: in how many seconds, and whose call it was."""
    length = f" {seconds} s." if seconds is not None and seconds < 120 else ""
    about = f" about {_about(call)}" if _about(call) else ""
    return f"Logged.{length} {_who(call)}{about}: {CallOutcome(call.outcome).label.lower()}."


def _row(call, now: datetime) -> CallRow:
    is_today = london_day(call.received_at) == london_day(now)
    return CallRow(
        id=call.pk,
        url=reverse("front_door:call", args=[call.pk]),
        when=clock_text(call.received_at) if is_today else moment_text(call.received_at.astimezone(LONDON)),
        who=_who(call),
        about=_about(call),
        outcome=_outcome(call),
        text=short(call.advice or call.reason or (f"To {call.passed_to}" if call.passed_to else "")),
        taken_by=call.taken_by,
    )


def _is_owed(call) -> bool:
    return call.call_back_by is not None and call.called_back_at is None


def _owed(call, now: datetime) -> OwedRow:
    left = call.call_back_by - now
    tries = sorted(one.tried_at for one in call.call_backs.all())
    tried = f"{len(tries)} {'try' if len(tries) == 1 else 'tries'}, last at {clock_text(tries[-1])}" if tries else ""
    return OwedRow(
        url=reverse("front_door:call", args=[call.pk]),
        who=_who(call),
        phone=call.caller_phone,
        dial="".join(character for character in call.caller_phone if character in "+0123456789"),
        about=_about(call),
        text=short(call.reason, 100),
        due=call.call_back_by.isoformat(),
        words=left_words(left),
        by=f"by {time_words(call.call_back_by, now)}",
        tone="late" if left.total_seconds() < 0 else "soon" if left < SOON else "calm",
        tries=tried,
        referral_url=reverse("front_door:referral", args=[call.referral_id]) if call.referral_id else "",
    )


def _who(call) -> str:
    named = [part for part in (call.caller_name, call.caller_organisation) if part]
    return ", ".join(named) or Source(call.source).label


def _about(call) -> str:
    return call.person.label if call.person else call.about_text


def _outcome(call) -> Tag:
    if call.outcome == CallOutcome.CALL_BACK and call.called_back_at is not None:
        return Tag("Called back", "green")
    if call.outcome == CallOutcome.REFERRAL and call.referral is None:
        return Tag("Referral not taken yet", "orange")
    return Tag(CallOutcome(call.outcome).label, CALL_COLOURS[CallOutcome(call.outcome)])


def _kept(call) -> str:
    """How the promise to call back was kept."""
    if call.called_back_at is None:
        return ""
    was = "in time" if call.called_back_at <= call.call_back_by else "late"
    return f"Promised by {moment_text(call.call_back_by)}. Called back {moment_text(call.called_back_at)}, {was}."
