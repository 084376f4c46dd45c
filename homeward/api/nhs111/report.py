"""What one call to NHS 111 came to, whatever it was written in."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.api.intake.notes import NotUnderstood


@dataclass(frozen=True)
class NhsNumber:
    """An NHS number as sent. `is_verified`: the sender sent it as a verified number and it passes its check."""

    value: str
    passes_check: bool
    is_verified: bool


@dataclass(frozen=True)
class Place:
    """Where somebody lives or is. `directions`: how to find it. Degrees only where they lie in the United Kingdom."""

    use: str
    lines: tuple[str, ...]
    postcode: str
    directions: str = ""
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def words(self) -> str:
        """The place on one line."""
        return ", ".join(dict.fromkeys(part for part in (self.name, *self.lines, self.postcode) if part))


@dataclass(frozen=True)
class Telephone:
    """A way to reach somebody. `kind`: phone or email; `use`: home, mobile, emergency contact, …"""

    kind: str
    value: str
    use: str


@dataclass(frozen=True)
class Party:
    """A person or organisation the report names, and what they are to it."""

    part: str
    name: str = ""
    role: str = ""
    organisation: str = ""
    ods_code: str = ""
    telephones: tuple[Telephone, ...] = ()
    place: Place | None = None
    is_the_person: bool = False

    def words(self) -> str:
        """The party on one line."""
        who = ", ".join(part for part in (self.name, self.role) if part)
        where = " ".join(part for part in (self.organisation, f"({self.ods_code})" if self.ods_code else "") if part)
        ways = "; ".join(
            f"{telephone.value} ({telephone.use})" if telephone.use else telephone.value
            for telephone in self.telephones
        )
        return ": ".join(part for part in (", ".join(part for part in (who, where) if part), ways) if part)


@dataclass(frozen=True)
class Subject:
    """The person the call is about. `birth_text`: as sent, where it is not a whole day."""

    given_name: str
    family_name: str
    other_names: tuple[str, ...]
    nhs_number: NhsNumber | None
    local_identifiers: tuple[tuple[str, str], ...]
    birth_date: date | None
    birth_text: str
    gender: str
    telephones: tuple[Telephone, ...]
    places: tuple[Place, ...]
    language: str
    practice: Party | None


@dataclass(frozen=True)
class Section:
    """A titled part of the narrative, as plain text with line breaks."""

    title: str
    text: str


@dataclass(frozen=True)
class Attachment:
    """A document inside the message. `size`: bytes, once decoded."""

    title: str
    media_type: str
    size: int


@dataclass(frozen=True)
class CallReport:
    """A report. Moments are aware, in UTC; texts "" and tuples empty where nothing was sent.

    `set_id` names the report through all its versions. `is_copy`: sent to us for information, another service is the
    one asked. `earlier`: what came of earlier calls of a repeat caller, one line each.
    """

    document_id: str
    set_id: str
    version: int | None
    title: str
    written_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    disposition_code: str
    disposition: str
    subject: Subject
    author: Party
    callers: tuple[Party, ...]
    parties: tuple[Party, ...]
    scene: Place | None
    case_numbers: tuple[str, ...]
    consent: str
    findings: tuple[str, ...]
    sections: tuple[Section, ...]
    attachments: tuple[Attachment, ...]
    is_copy: bool
    addressed_to: tuple[str, ...]
    earlier: tuple[str, ...]
    notes: tuple[NotUnderstood, ...]
