"""What a message asks of us, in the words of the front door, or why it is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from homeward.api.intake.notes import NotUnderstood
from homeward.people.rules import Identity
from homeward.people.services import NewPerson
from homeward.people.states import AlertKind
from homeward.referrals.services import NewReferral


class Intention(StrEnum):
    """`EITHER`: the format does not say whether it is new or an update."""

    NEW = "new"
    UPDATE = "update"
    WITHDRAW = "withdraw"
    EITHER = "new or update"


@dataclass(frozen=True)
class Refusal:
    """A message that cannot be acted on.

    `issue_code`: FHIR IssueType; `text`: what is wrong and what to do; `kind`: a `MessageKind`, "" when not known.
    """

    status: int
    issue_code: str
    text: str
    bundle_id: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Done:
    """What became of an accepted message. `said`: one sentence for the sender; `handled_at`: when we first took it."""

    reference: str
    said: str
    is_withdrawn: bool
    handled_at: datetime


@dataclass(frozen=True)
class Brought:
    """A message that can be acted on.

    `sender`: what we call the sender, "" when the message does not say; `identifiers`: what the sender may know this
    referral by, the surest first. `sent_at` and `version` tell which of two versions is the later; None when not said.
    `person` is None where the message says nothing of them but a number: then they must be known here already.
    `identity` is what finds them; `said_number` the NHS number as sent, verified or not. `practice_code` and
    `organisation_codes`: ODS codes of their practice and of who asks, likeliest first. `answer` writes the answer.
    """

    kind: str
    intention: Intention
    message_id: str
    sender: str
    identifiers: tuple[str, ...]
    sent_at: datetime | None
    version: int | None
    identity: Identity
    said_number: str
    person: NewPerson | None
    practice_code: str
    organisation_codes: tuple[str, ...]
    referral: NewReferral
    alerts: tuple[tuple[AlertKind, str], ...]
    withdrawn_because: str
    notes: tuple[NotUnderstood, ...]
    answer: Callable[[Done], dict]
    # made by a machine from another document, and saying less than that one
    is_rendering: bool = False


def is_older(one: Brought, other: Brought) -> bool:
    """Whether `one` was surely sent before `other`; where either does not say, it was not."""
    if one.version is not None and other.version is not None and one.version != other.version:
        return one.version < other.version
    return bool(one.sent_at and other.sent_at and one.sent_at < other.sent_at)
