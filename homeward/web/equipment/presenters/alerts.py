"""Alerts of devices in finished words: each with its clock, who answers, and all that happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from homeward.equipment.states import TECHNICAL, AlertState
from homeward.web.clocks import SOON, ago_words, left_words, time_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import address_words, age_words
from homeward.web.templating import moment_text

COLOURS = {AlertState.OPEN: "red", AlertState.ANSWERING: "blue", AlertState.CLOSED: "grey"}
SAID = {
    "called": "The device called", "called again": "It called again", "taken": "Answering", "tried": "Done",
    "somebody to go": "Somebody is to go", "whose it is": "Whose device it is", "closed": "Closed",
}  # fmt: skip
UNKNOWN = "A device we do not know"


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert on the board."""

    id: int
    who: str
    kind: str
    device: str
    text: str
    tag: Tag
    taken_by: str
    due: str
    left: str
    due_by: str
    tone: str
    called: str
    is_mine: bool
    is_open: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class AlertWords:
    """One alert with all that happened, and how to reach the person: `about` has what, in words, and a number."""

    line: AlertLine
    person_id: int
    about: tuple[tuple[str, str, str], ...]
    centre: str
    events: tuple[tuple[str, str, str], ...]
    referral_id: int
    visit_id: int
    need: str


@dataclass(frozen=True, slots=True)
class Silent:
    """A device that has not checked in."""

    item_id: int
    what: str
    who: str
    heard: str


def alert_line(alert, now: datetime, account_id: int | None) -> AlertLine:
    """One alert."""
    is_open = alert.state != AlertState.CLOSED
    left = alert.answer_due_at - now
    device = alert.device.item.kind.title if alert.device else f"Called as {alert.identifier}"
    place = f", {alert.device.place}" if alert.device and alert.device.place else ""
    times = f", {alert.times} times" if alert.times > 1 else ""
    return AlertLine(
        id=alert.pk, who=alert.person.label if alert.person else UNKNOWN, kind=alert.get_kind_display(),
        device=f"{device}{place}", text=alert.text,
        tag=Tag(alert.get_state_display(), COLOURS[AlertState(alert.state)]),
        taken_by=alert.taken_by.full_name if alert.taken_by else "",
        due=alert.answer_due_at.isoformat() if is_open else "",
        left=left_words(left) if is_open else "", due_by=time_words(alert.answer_due_at, now),
        tone=("late" if left < timedelta() else "soon" if left < SOON and alert.kind not in TECHNICAL else "calm")
        if is_open else "still",
        called=f"{ago_words(alert.raised_at, now)}{times}", is_mine=alert.taken_by_id == account_id, is_open=is_open,
        outcome=alert.get_outcome_display() if alert.outcome else "",
    )  # fmt: skip


def present_alert(alert, address, contacts, need: str, now: datetime, account_id: int | None) -> AlertWords:
    """One alert for whoever answers it; `address` and `contacts` are the person's, or None and nothing."""
    person, device = alert.person, alert.device
    about = []
    if person is not None:
        about = [("Age", age_words(person, now.date()), ""), ("Address", address_words(address) or "not known", ""),
                 ("Phone", "" if person.phone else "not known", person.phone)]  # fmt: skip
        about += [(one.relationship.capitalize() or "Contact", one.name, one.phone) for one in contacts]
    centre = f"{device.centre_name} {device.centre_phone}".strip() if device else ""
    return AlertWords(
        line=alert_line(alert, now, account_id), person_id=person.pk if person else 0, about=tuple(about),
        centre=centre or alert.sender,
        events=tuple(
            (SAID.get(one.kind, one.kind.capitalize()), one.text,
             ", ".join(part for part in dict.fromkeys((one.by_name, one.employer, moment_text(one.at))) if part))
            for one in sorted(alert.events.all(), key=lambda one: one.pk)
        ),
        referral_id=alert.referral_id or 0, visit_id=alert.visit_id or 0, need=need,
    )  # fmt: skip


def present_silent(device, now: datetime) -> Silent:
    """One device that has gone quiet."""
    loan = next((one for one in device.item.loans.all() if one.ended_at is None), None)
    heard = f"Last heard of {ago_words(device.last_heard_at, now)}" if device.last_heard_at else "Never heard of"
    who = loan.person.label if loan else "nobody"
    return Silent(device.item_id, f"{device.item.kind.title} {device.item.number}", who, heard)
