"""What waits for the privacy officer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.kernel.rules import london_day
from homeward.rights.states import Finding, UnusualKind
from homeward.web.people.presenters.words import near_moment
from homeward.web.persons import short_day
from homeward.web.templating import moment_text

# Each kind of unusual access: (words, colour of the tag). What weighs most is reddest.
KINDS = {
    UnusualKind.OWN_RECORD: ("Own record", "red"),
    UnusualKind.OWN_NAME: ("Own name", "red"),
    UnusualKind.MANY: ("Many in a short time", "red"),
    UnusualKind.NO_TIE: ("Nothing ties them", "orange"),
    UnusualKind.COLLEAGUE: ("Colleague", "orange"),
    UnusualKind.NEIGHBOUR: ("Neighbour", "orange"),
    UnusualKind.AFTER_DEATH: ("After death", "yellow"),
    UnusualKind.OFF_SHIFT: ("Off shift", "yellow"),
    UnusualKind.FAMILY_NAME: ("Same family name", "grey"),
}
FINDINGS = {
    "": ("To look at", "blue"),
    Finding.ASK: ("Being asked", "yellow"),
    Finding.RIGHT: ("Right", "green"),
    Finding.NOT_RIGHT: ("Not right", "red"),
}
SEALED_LATE = timedelta(minutes=10)  # sealing runs every few seconds with `homeward work`


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One unusual access, in a list or by itself."""

    id: int
    kind: str
    colour: str
    reader: str
    reader_role: str
    reference: str
    person_id: int | None
    reason: str
    when: str
    times: str
    finding: str
    finding_colour: str
    note: str
    looked: str


@dataclass(frozen=True, slots=True)
class GlassLine:
    """One breaking of the glass."""

    id: int
    who: str
    role: str
    reference: str
    person_id: int
    reason: str
    at: str
    until: str
    finding: str
    finding_colour: str
    note: str
    looked: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request on the first page."""

    id: int
    what: str
    reference: str
    due: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Home:
    """The privacy officer's first page."""

    chain: str
    is_chain_late: bool
    head: str
    watched: str
    glass: tuple[GlassLine, ...]
    unusual: tuple[AccessLine, ...]
    requests: tuple[RequestLine, ...]
    due: str


@dataclass(frozen=True, slots=True)
class StaffLine:
    """What is kept of one member of staff."""

    account_id: int
    name: str
    role: str
    postcode: str
    reference: str


def present_home(chain, *, watched, glass: list, unusual: list, requests: list, due: int, proposed: int, now: datetime):
    """The first page."""
    today = london_day(now)
    is_late = bool(chain.waiting_since and now - chain.waiting_since > SEALED_LATE)
    sealed = f"{chain.sealed:,} events sealed, {chain.waiting:,} waiting" if chain.head else "Nothing is sealed yet"
    waits = [one for one in glass if one.finding in ("", Finding.ASK)]
    retention = ", ".join(
        part
        for part in (
            f"{due:,} due for appraisal" if due else "",
            f"{proposed:,} waiting for a second person" if proposed else "",
        )
        if part
    )
    return Home(
        chain=sealed,
        is_chain_late=is_late,
        head=chain.head,
        watched=near_moment(watched.at, today) if watched and watched.at else "",
        glass=tuple(present_glass(one, today) for one in waits),
        unusual=tuple(present_access(one, today) for one in unusual),
        requests=tuple(
            RequestLine(
                one.pk, one.get_kind_display(), one.person.reference, due_words(one.due_on, today), one.due_on < today
            )
            for one in requests
        ),
        due=retention or "None due",
    )


def present_access(one, today: date) -> AccessLine:
    """One unusual access."""
    words, colour = KINDS[UnusualKind(one.kind)]
    finding, finding_colour = FINDINGS[one.finding]
    return AccessLine(
        id=one.pk,
        kind=words,
        colour=colour,
        reader=one.account.full_name,
        reader_role=one.account.job_title or one.account.role_title,
        reference=one.person.reference if one.person else "",
        person_id=one.person_id,
        reason=one.reason,
        when=near_moment(one.last_at, today),
        times="once" if one.times == 1 else f"{one.times:,} times",
        finding=finding,
        finding_colour=finding_colour,
        note=one.finding_note,
        looked=f"{one.looked_by}, {near_moment(one.looked_at, today)}" if one.looked_at else "",
    )


def present_glass(one, today: date) -> GlassLine:
    """One breaking of the glass."""
    finding, colour = FINDINGS[one.finding]
    return GlassLine(
        id=one.pk,
        who=one.by_name,
        role=", ".join(part for part in (one.by_role, one.employer) if part),
        reference=one.person.reference,
        person_id=one.person_id,
        reason=one.reason,
        at=near_moment(one.at, today),
        until=moment_text(one.ended_at or one.until),
        finding=finding,
        finding_colour=colour,
        note=one.finding_note,
        looked=f"{one.looked_by}, {near_moment(one.looked_at, today)}" if one.looked_at else "",
    )


def present_settled(accesses: list, today: date) -> tuple[AccessLine, ...]:
    """What was settled before."""
    return tuple(present_access(one, today) for one in accesses)


def present_staff(rows: list) -> tuple[StaffLine, ...]:
    """What is kept of staff."""
    return tuple(
        StaffLine(
            account.pk,
            account.full_name,
            account.job_title or account.role_title,
            detail.postcode if detail and detail.postcode else "Not kept",
            detail.person.reference if detail and detail.person else "None",
        )
        for account, detail in rows
    )


def due_words(due_on: date, today: date) -> str:
    """By when, as somebody plans by it."""
    days = (due_on - today).days
    if days < 0:
        return f"{-days} day{'s' if days != -1 else ''} late, was due {short_day(due_on)}"
    near = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return f"{short_day(due_on)}, {near}"
