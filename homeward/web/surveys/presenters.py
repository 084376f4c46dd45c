"""Surveys in words."""

from dataclasses import dataclass

from homeward.kernel.rules import london_day
from homeward.surveys.selectors import Queue
from homeward.surveys.states import AskedBy, Audience, StepKind
from homeward.web.persons import short_day
from homeward.web.words import counted

ASKS = {Audience.PERSON: "About their own care", Audience.CARER: "As a carer"}


@dataclass(frozen=True, slots=True)
class QueueLine:
    id: int
    name: str
    phone: str
    asks: str
    until: str
    tried: str
    how: str


@dataclass(frozen=True, slots=True)
class QueueWords:
    to_ring: tuple[QueueLine, ...]
    to_print: tuple[QueueLine, ...]
    waiting: tuple[QueueLine, ...]
    more: str
    sent: int
    more_sent: str


@dataclass(frozen=True, slots=True)
class CallWords:
    """Whom to ask, and how to begin."""

    id: int
    person_id: int
    whom: str
    phone: str
    opening: str
    until: str
    tried: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]


def present_queue(found: Queue) -> QueueWords:
    """The whole list."""
    lines = [
        tuple(_line(one, found.kept_back) for one in rows) for rows in (found.to_ring, found.to_print, found.waiting)
    ]
    return QueueWords(*lines, _more(found.more), found.sent, _more(found.more_sent))


def _more(count: int) -> str:
    return f"{counted(count, 'more is', 'more are')} waiting; those whose time ends first are shown." if count else ""


def _line(one, kept_back: frozenset[int]) -> QueueLine:
    is_shown = one.person_id not in kept_back
    tries = sum(step.kind == StepKind.NOT_REACHED for step in one.steps.all())
    whom = one.contact or one.person
    of = f", carer of {one.person.label}" if one.contact else ""
    return QueueLine(
        id=one.pk,
        name=f"{one.recipient}{of}" if is_shown else f"Record {one.person.reference}",
        phone=whom.phone if is_shown else "",
        asks=ASKS[Audience(one.audience)],
        until=short_day(london_day(one.until)),
        tried=f"Rung {counted(tries, 'time')}" if tries else "",
        how=AskedBy(one.asked_by).label,
    )


def present_call(one, person) -> CallWords:
    """One call."""
    whom = one.contact or person
    name = one.contact.name if one.contact else person.label
    about = f"the help that {person.label} had" if one.contact else "the help you had"
    return CallWords(
        id=one.pk,
        person_id=person.pk,
        whom=name,
        phone=whom.phone,
        opening=(
            f"I am calling from {one.service.name}. May I ask you a few questions about {about}? It takes three"
            " minutes. You need not answer, and it changes nothing about your care."
        ),
        until=short_day(london_day(one.until)),
        tried=tuple(
            (short_day(step.day), f"{StepKind(step.kind).label}. {step.note}".strip()) for step in one.steps.all()
        ),
        needs=tuple(
            f"{need.get_kind_display()}{': ' + need.text if need.text else ''}"
            for need in person.communication_needs.all()
            if need.ended_on is None
        ),
    )
