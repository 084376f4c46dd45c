"""Who has looked at a record."""

from dataclasses import dataclass
from datetime import date

from homeward.access.rules import ROLE_TITLES, Role
from homeward.web.people.presenters.words import near_moment
from homeward.web.templating import moment_text

EVENTS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class SeerLine:
    """Somebody who saw or changed the record."""

    name: str
    who: str
    times: str
    last: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """One time the record was seen or changed."""

    at: str
    name: str
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class SeenBy:
    """Who has looked at one record. It shows the person's reference only: seeing the audit is not seeing the record."""

    person_id: int
    reference: str
    seers: tuple[SeerLine, ...]
    events: tuple[EventLine, ...]
    older_than: int | None
    is_newest_page: bool


def present_seen_by(
    person_id: int, reference: str, seers: list, events: list, *, today: date, is_newest_page: bool
) -> SeenBy:
    """The page; `events` may be one more than it shows."""
    shown = events[:EVENTS_A_PAGE]
    return SeenBy(
        person_id=person_id,
        reference=reference,
        seers=tuple(
            SeerLine(
                one.name,
                _who(one.role, one.employer),
                "once" if one.times == 1 else f"{one.times:,} times",
                near_moment(one.last_at, today),
            )
            for one in seers
        ),
        events=tuple(
            EventLine(moment_text(one.at), one.actor_name, _who(one.actor_role, one.employer), _what(one))
            for one in shown
        ),
        older_than=shown[-1].pk if len(events) > EVENTS_A_PAGE else None,
        is_newest_page=is_newest_page,
    )


def _who(role: str, employer: str) -> str:
    title = ROLE_TITLES[Role(role)] if role in set(Role) else role.replace("_", " ")
    return ", ".join(part for part in (title, employer) if part)


def _what(event) -> str:
    action = event.action.replace("_", " ")
    action = action[:1].upper() + action[1:]
    return f"{action}, with {event.count - 1} others" if event.people and event.count > 1 else action
