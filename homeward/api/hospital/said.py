"""What one payload says of somebody's stays in hospital."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.api.intake.notes import NotUnderstood
from homeward.people.rules import Identity
from homeward.people.services import NewPerson


@dataclass(frozen=True)
class WardStay:
    """One ward, and since when; None where that is not said."""

    ward: str
    started_at: datetime | None


@dataclass(frozen=True)
class SaidStay:
    """One stay as it is told. Texts are "" and moments None where nothing was sent.

    `identifiers`: what the hospital knows it by, the surest first. `wards`: in order, the last is where they are or
    were. `is_ended`: it is over, even where `discharged_at` is not said. `destination_code`: of the national discharge
    destinations; `has_died`: the stay ended by a death.
    """

    identifiers: tuple[str, ...]
    hospital: str
    hospital_ods: str
    wards: tuple[WardStay, ...]
    consultant: str
    specialty: str
    reason: str
    admitted_at: datetime | None
    expected_on: date | None
    is_ended: bool
    discharged_at: datetime | None
    destination: str
    destination_code: str
    has_died: bool


@dataclass(frozen=True)
class Letter:
    """The words of a document, its sections one under another, and the day it is dated; None where it is not."""

    title: str
    text: str
    dated_on: date | None


@dataclass(frozen=True)
class SaidStays:
    """A payload that tells of stays of one person.

    `kind`: what it is, in words. `sender`: what we call who sent it, "" when it does not say. `person` is None where
    it says nothing of them but a number: then they must be known here already. `said_at`: when it was sent or written;
    None where it does not say.
    """

    kind: str
    message_id: str
    said_at: datetime | None
    sender: str
    identity: Identity
    said_number: str
    person: NewPerson | None
    practice_code: str
    stays: tuple[SaidStay, ...]
    letter: Letter | None
    notes: tuple[NotUnderstood, ...]


@dataclass(frozen=True)
class NoStay:
    """A payload that tells of no stay: what it is, and why it is refused, with what to do.

    `status` and `issue_code` as in `intake.asked.Refusal`.
    """

    kind: str
    status: int
    issue_code: str
    text: str
    message_id: str = ""
