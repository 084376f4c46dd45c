"""People's requests about their own record."""

from dataclasses import dataclass
from datetime import date

from homeward.rights.states import RequestState, RightKind
from homeward.web.people.presenters.words import near_moment
from homeward.web.persons import short_day
from homeward.web.privacy.presenters.watching import due_words

KINDS = [("", [(kind.value, kind.label) for kind in RightKind])]
STATES = {
    RequestState.OPEN: "blue",
    RequestState.ANSWERED: "green",
    RequestState.REFUSED: "orange",
    RequestState.WITHDRAWN: "grey",
}
# What happened to a request, in words
HAPPENED = {
    "take": "Put on the register",
    "extend": "Given two more months",
    "review": "Looked at what is about others",
    "answer": "Answered",
    "refuse": "Refused",
    "withdraw": "Withdrawn",
}


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One request in the register."""

    id: int
    what: str
    reference: str
    received: str
    due: str
    is_late: bool
    state: str
    colour: str


@dataclass(frozen=True, slots=True)
class Register:
    """Requests to answer, and those closed."""

    open: tuple[RegisterLine, ...]
    closed: tuple[RegisterLine, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to a request."""

    what: str
    at: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request."""

    id: int
    what: str
    reference: str
    person_id: int
    asked_by: str
    identity: str
    wanted: str
    received: str
    due: str
    is_late: bool
    is_open: bool
    is_extended: bool
    state: str
    colour: str
    reviewed: str
    is_restricted: bool
    happened: tuple[Happened, ...]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """Something about somebody else too."""

    key: str
    number: int
    title: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Review:
    """What to look at before release."""

    request_id: int
    reference: str
    items: tuple[ReviewLine, ...]


def present_register(waiting: list, closed: list, today: date) -> Register:
    """The register."""
    return Register(tuple(_line(one, today) for one in waiting), tuple(_line(one, today) for one in closed))


def present_request(one, today: date) -> RequestPage:
    """One request."""
    asked = f"{one.asked_by}, {one.authority}" if one.asked_by else "The person"
    reviewed = ""
    if one.reviewed_at:
        count = len(one.left_out)
        reviewed = f"{len(one.reviewed)} things looked at {near_moment(one.reviewed_at, today)}, {count} left out"
    line = _line(one, today)
    return RequestPage(
        id=one.pk,
        what=line.what,
        reference=line.reference,
        person_id=one.person_id,
        asked_by=asked,
        identity=one.identity_checked,
        wanted=one.wanted or "Nothing more",
        received=line.received,
        due=line.due,
        is_late=line.is_late,
        is_open=one.state == RequestState.OPEN,
        is_extended=one.is_extended,
        state=line.state,
        colour=line.colour,
        reviewed=reviewed,
        is_restricted=one.person.restricted_since is not None,
        happened=tuple(
            Happened(HAPPENED.get(event.kind, event.kind), near_moment(event.at, today), event.by_name, event.text)
            for event in sorted(one.events.all(), key=lambda event: event.pk, reverse=True)
        ),
    )


def present_review(one, items: list) -> Review:
    """What to look at before release."""
    return Review(
        one.pk,
        one.person.reference,
        tuple(ReviewLine(item.key, at, item.title, item.reason, item.text) for at, item in enumerate(items, 1)),
    )


def _line(one, today: date) -> RegisterLine:
    is_open = one.state == RequestState.OPEN
    return RegisterLine(
        id=one.pk,
        what=one.get_kind_display(),
        reference=one.person.reference,
        received=short_day(one.received_on),
        due=due_words(one.due_on, today) if is_open else short_day(one.due_on),
        is_late=is_open and one.due_on < today,
        state=one.get_state_display(),
        colour=STATES[RequestState(one.state)],
    )
