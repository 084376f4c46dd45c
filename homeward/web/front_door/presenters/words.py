"""Words that several pages of the front door use."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeward.access.rules import Actor, may_see_sensitive
from homeward.people.states import AlertKind, Sensitivity
from homeward.procedures.rules import UnknownCodeError
from homeward.procedures.selectors import library, need_title
from homeward.referrals.states import ReferralState, Source, Urgency
from homeward.web.templating import moment_text

SHORT = 180  # characters of a need shown in a list; the whole text is on the referral
# Every state in words and colour, once.
STATES = {
    ReferralState.WAITING: ("Waiting for triage", "blue"),
    ReferralState.MORE_ASKED: ("Waiting for more information", "yellow"),
    ReferralState.ACCEPTED: ("Accepted", "green"),
    ReferralState.REDIRECTED: ("Redirected", "purple"),
    ReferralState.DECLINED: ("Declined", "grey"),
    ReferralState.ADVISED: ("Advice given", "green"),
    ReferralState.WITHDRAWN: ("Withdrawn by the sender", "grey"),
}
# Of an open referral, what its own state does not say
TRIAGING = ("Being triaged", "aqua-green")
PROPOSED = ("Second person needed", "purple")
# What happens at the desk alone, and so is no event of the procedures.
DESK_EVENTS = {
    "comment": "Comment",
    "claimed": "Claimed",
    "released": "Put back for anyone",
    "passed_to_colleague": "Handed over",
    "escalated": "Escalated",
    "acceptance_proposed": "Acceptance proposed",
    "proposal_withdrawn": "Proposal taken back",
    "referral_updated": "Updated by the sender",
}
URGENCY = {
    Urgency.CRISIS: ("Within 2 hours", "red"),
    Urgency.TWO_DAYS: ("Within 2 days", "orange"),
    Urgency.ROUTINE: ("Routine", "grey"),
}
# What stands in place of a concern for whoever may not read it
KEPT_CONCERN = "There is a concern you may not read. Ask the case manager."
# Alerts that change how anyone goes to the door stand out from those that are good to know.
GRAVE_ALERTS = (AlertKind.SAFEGUARDING, AlertKind.RISK, AlertKind.TWO_PERSON)
DECISION_EVENTS = {
    "referral_accepted": "Accepted",
    "referral_redirected": "Redirected",
    "referral_declined": "Declined",
    "referral_cancelled": "Withdrawn",
    "advice_given": "Advice given",
    "more_information_requested": "More information asked for",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A state as a coloured word."""

    words: str
    colour: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert; `tone` is grave or note."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """A name and what it is."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened."""

    when: str
    what: str
    who: str
    why: str


def alert_lines(
    actor: Actor, alerts: Sequence, safeguarding: str = "", scene_safety: str = ""
) -> tuple[AlertLine, ...]:
    """Alerts with the grave ones first, and what a referral warns of where no alert says it yet.

    Who may not read of safeguarding is told that there is a concern, and nothing of it.
    """
    if safeguarding and not may_see_sensitive(actor, Sensitivity.SAFEGUARDING):
        alerts = [one for one in alerts if one.text != safeguarding]
        safeguarding = KEPT_CONCERN
    lines = [
        AlertLine(AlertKind(one.kind).label, one.text, "grave" if one.kind in GRAVE_ALERTS else "note")
        for one in alerts
    ]
    said = {line.text for line in lines}
    if safeguarding and safeguarding not in said:
        lines.append(AlertLine("Safeguarding", safeguarding, "grave"))
    if scene_safety:
        lines.append(AlertLine("Safety at the door", scene_safety, "grave"))
    return tuple(sorted(lines, key=lambda line: (line.tone != "grave", line.title != "Safeguarding")))


def asked_by(referral) -> str:
    """Who asked, in one line."""
    who = ", ".join(part for part in (referral.requester_name, referral.requester_organisation) if part)
    source = Source(referral.source).label
    return f"{source}: {who}" if who else source


def need_words(referral) -> str:
    """What help is asked for, in a few words."""
    return need_title(referral.need_code) if referral.need_code else "Need described in words"


def short(text: str, limit: int = SHORT) -> str:
    """The beginning of a text that is longer than a list has room for."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[:limit].rsplit(' ', 1)[0]}…"


def event_title(kind: str) -> str:
    """What an event is called."""
    if kind in DESK_EVENTS:
        return DESK_EVENTS[kind]
    try:
        return library().event(kind).title
    except UnknownCodeError:
        return kind.replace("_", " ").capitalize()


def event_line(event) -> EventLine:
    """An event as a list prints it."""
    who = ", ".join(part for part in (event.actor_name, event.actor_role, event.employer) if part)
    why = getattr(event, "reason", "") or getattr(event, "detail", "")
    return EventLine(moment_text(event.happened_at), event_title(event.kind), who, why)
