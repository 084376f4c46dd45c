"""Events of the audit trail in words, and who looked at one record."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import ROLE_TITLES, Role
from homeward.audit.states import Purpose
from homeward.kernel.rules import london_day
from homeward.web.people.presenters.words import near_moment
from homeward.web.persons import short_day
from homeward.web.templating import moment_text

EVENTS_A_PAGE = 100
# What somebody did, as a person reads it who is told who looked at their record; other actions are said as they are
PLAIN = {
    "open record": "Opened your record",
    "open visit": "Opened a visit to you",
    "open referral": "Opened a referral about you",
    "open episode": "Opened your care",
    "see in search": "Saw your name when looking for somebody",
    "see day": "Saw your visit in the plan of the day",
    "see in queue": "Saw your referral in a list",
    "see in calls": "Saw a call about you in a list",
    "see key safe": "Looked up how to get into your home",
    "see possible match": "Compared you with somebody of a similar name",
    "register person": "Started your record",
    "add to timeline": "Added to your record",
    "correct timeline": "Corrected your record",
    "break glass": "Opened your record for an urgent reason",
    "use restricted record": "Changed your record while it was restricted, to keep somebody safe",
    "refused record": "Tried to open your record and was refused",
    "export record": "Made a copy of your record",
    "see who looked": "Checked who had looked at your record",
    "take rights request": "Wrote down what you asked about your record",
    "review for release": "Read your record to answer what you asked",
    "restrict record": "Stopped your record being used",
    "lift restriction": "Let your record be used again",
}
# Why, as said to the person
YOUR_WHY = {
    Purpose.DIRECT_CARE: "your care",
    Purpose.EMERGENCY: "urgent care, with a reason written down",
    Purpose.RUNNING: "running the service",
    Purpose.AUDIT: "checking who looks at records",
    Purpose.DATA_RIGHTS: "answering what you asked about your record",
    Purpose.MESSAGING: "a message from or to another organisation",
}


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event."""

    at: str
    name: str
    who: str
    what: str
    why: str
    reference: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class SeerLine:
    """Somebody who saw or changed the record."""

    name: str
    who: str
    times: str
    last: str


@dataclass(frozen=True, slots=True)
class SeenBy:
    """Who has looked at one record. It shows the person's reference only: seeing the audit is not seeing the record."""

    person_id: int
    reference: str
    seers: tuple[SeerLine, ...]
    events: tuple[EventLine, ...]
    older_than: int | None
    is_newest_page: bool


@dataclass(frozen=True, slots=True)
class LetterLine:
    """What somebody did with the record on one day."""

    who: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Who looked at somebody's record, for them to read."""

    person_id: int
    reference: str
    since: str
    days: tuple[tuple[str, tuple[LetterLine, ...]], ...]
    made: str


def present_events(events: list, references: Mapping[int, str], today: date) -> tuple[EventLine, ...]:
    """Events in words; `references` say what the people in them go by."""
    return tuple(_line(event, references) for event in events)


def present_looked(looked, *, today: date, is_newest_page: bool) -> SeenBy:
    """The page; the events of `looked` may be one more than it shows."""
    shown = looked.events[:EVENTS_A_PAGE]
    return SeenBy(
        person_id=looked.person_id,
        reference=looked.reference,
        seers=tuple(
            SeerLine(
                one.name,
                who_words(one.role, one.employer),
                "once" if one.times == 1 else f"{one.times:,} times",
                near_moment(one.last_at, today),
            )
            for one in looked.seers
        ),
        events=tuple(_line(event, {}) for event in shown),
        older_than=shown[-1].pk if len(looked.events) > EVENTS_A_PAGE else None,
        is_newest_page=is_newest_page,
    )


def present_letter(looked, *, since: datetime, today: date, names_staff: bool) -> Letter:
    """Who looked, day by day, each thing once with how often."""
    days: dict[date, dict[tuple[str, str, str], int]] = defaultdict(lambda: defaultdict(int))
    for event in looked.events:
        if event.at < since:
            continue
        role = who_words(event.actor_role, event.employer)
        who = f"{event.actor_name}, {role}" if names_staff and event.actor_account_id else role
        what = PLAIN.get(event.action, _sentence(event.action))
        days[london_day(event.at)][who, what, YOUR_WHY.get(event.purpose, "not said")] += 1
    return Letter(
        person_id=looked.person_id,
        reference=looked.reference,
        since=short_day(london_day(since)),
        days=tuple(
            (
                short_day(day),
                tuple(
                    LetterLine(who, what if times == 1 else f"{what} ({times} times)", why)
                    for (who, what, why), times in done.items()
                ),
            )
            for day, done in sorted(days.items(), reverse=True)
        ),
        made=short_day(today),
    )


def words_of_search(form) -> str:
    """What was looked for, in one line."""
    parts = [
        f"by {form.typed('name')}" if form.typed("name") else "",
        f"person {form.typed('reference')}" if form.typed("reference") else "",
        form.typed("action"),
        f"from {form.typed('first_day')}" if form.typed("first_day") else "",
        f"to {form.typed('last_day')}" if form.typed("last_day") else "",
    ]
    return " · ".join(part for part in parts if part) or "everything"


def who_words(role: str, employer: str) -> str:
    """What somebody does and for whom."""
    title = ROLE_TITLES[Role(role)] if role in set(Role) else role.replace("_", " ")
    return ", ".join(part for part in (title, employer) if part)


def why_words(purpose: str) -> str:
    """A purpose in words."""
    return Purpose(purpose).label if purpose in Purpose.values else "Not said"


def _line(event, references: Mapping[int, str]) -> EventLine:
    return EventLine(
        at=moment_text(event.at),
        name=event.actor_name,
        who=who_words(event.actor_role, event.employer),
        what=_what(event),
        why=why_words(event.purpose),
        reference=references.get(event.person_id, ""),
        person_id=event.person_id if event.person_id in references else None,
    )


def _what(event) -> str:
    action = _sentence(event.action)
    return f"{action}, with {event.count - 1} others" if event.people and event.count > 1 else action


def _sentence(action: str) -> str:
    words = action.replace("_", " ")
    return words[:1].upper() + words[1:]
