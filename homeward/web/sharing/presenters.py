"""Links to a plan, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from homeward.people.states import MayBeTold
from homeward.web.front_door.presenters.words import Tag
from homeward.web.templating import moment_text


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link."""

    id: int
    for_whom: str
    state: Tag
    made: str
    ends: str
    opened: str
    stands: bool


@dataclass(frozen=True, slots=True)
class WhoLine:
    """Somebody a link can be for. `why_not` says what is missing where it cannot."""

    value: str
    name: str
    hint: str
    why_not: str


def reaches_outside(channel: str) -> bool:
    """Whether what is sent by a channel leaves this machine: a mail server or a gateway is set up for it."""
    return bool(settings.HOMEWARD_SMS_GATEWAY if channel == "sms" else settings.HOMEWARD_SMTP)


def link_lines(links: Sequence, now: datetime) -> tuple[LinkLine, ...]:
    """The links to a plan, newest first."""
    return tuple(_line(link, now) for link in links)


def who_lines(person, contacts: Sequence) -> tuple[WhoLine, ...]:
    """The person and each of their contacts, those who are allowed to be told everything first."""
    lines = [WhoLine("person", person.label, "The person themself", "")]
    for contact in contacts:
        is_allowed = contact.may_be_told == MayBeTold.EVERYTHING
        hint = contact.relationship or "A contact"
        why_not = "" if is_allowed else f"Allowed to be told: {MayBeTold(contact.may_be_told).label.lower()}"
        lines.append(WhoLine(str(contact.pk), contact.name, hint, why_not))
    return tuple(sorted(lines, key=lambda line: bool(line.why_not)))


def _line(link, now: datetime) -> LinkLine:
    if link.revoked_at:
        state, ends = Tag("Taken back", "grey"), f"Taken back by {link.revoked_by}, {moment_text(link.revoked_at)}"
    elif link.until <= now:
        state, ends = Tag("Ended", "grey"), f"Ended {moment_text(link.until)}"
    else:
        state, ends = Tag("Open", "green"), f"Until {moment_text(link.until)}"
    times = f"Opened {link.opened} time{'' if link.opened == 1 else 's'}"
    last = f", last {moment_text(link.last_opened_at)}" if link.last_opened_at else ""
    return LinkLine(
        id=link.pk,
        for_whom=link.for_whom,
        state=state,
        made=f"Made by {link.made_by}, {moment_text(link.made_at)}",
        ends=ends,
        opened=f"{times}{last}" if link.opened else "Not opened yet",
        stands=state.words == "Open",
    )
