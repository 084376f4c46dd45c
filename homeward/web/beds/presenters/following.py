"""Whom to ring, in words."""

from dataclasses import dataclass
from datetime import datetime

from homeward.beds.rules import TRIES_BEFORE_GIVING_UP
from homeward.beds.selectors import PhoneList
from homeward.beds.states import FollowUpKind, FollowUpState, Support
from homeward.kernel.rules import london_day
from homeward.web.beds.presenters.words import FOLLOW_UP, name_of
from homeward.web.front_door.presenters.words import Tag
from homeward.web.persons import short_day
from homeward.web.templating import moment_text
from homeward.web.words import counted

ASKS = {
    FollowUpKind.AFTER_91_DAYS: "Are they at home, 91 days on?",
    FollowUpKind.AFTER_12_MONTHS: "Are they at home, and managing, a year on?",
}

AFTER = {False: "a stay in a bed", True: "reablement at home"}


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to ring."""

    id: int
    name: str
    phone: str
    asks: str
    due: str
    tries: str
    state: Tag
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class PhoneListWords:
    due: tuple[Call, ...]
    soon: tuple[Call, ...]
    settled: tuple[Call, ...]
    more: str


@dataclass(frozen=True, slots=True)
class FollowUpWords:
    """The page for one call."""

    id: int
    stay_id: int | None
    episode_id: int | None
    person_id: int
    title: str
    asks: str
    phone: str
    contacts: tuple[tuple[str, str], ...]
    left: str
    tries: tuple[tuple[str, str], ...]
    state: Tag
    found: str
    note: str
    tries_needed: int


def present_phone_list(found: PhoneList, now: datetime) -> PhoneListWords:
    """The whole list."""
    # whom the reader may not see is still to be rung by somebody; what was found of them is others' to read
    settled = [one for one in found.settled if one.after.person_id not in found.kept_back]
    calls = [tuple(_call(one, found.kept_back, now) for one in rows) for rows in (found.due, found.soon, settled)]
    more = f"{counted(found.more, 'more call is', 'more calls are')} due; the first are shown." if found.more else ""
    return PhoneListWords(*calls, more)


def _call(row, kept_back, now: datetime) -> Call:
    person, today = row.after.person, london_day(now)
    tries = len(row.tries.all())
    again = f", again on {short_day(row.try_again_on)}" if row.try_again_on else ""
    return Call(
        id=row.pk,
        name=name_of(person, kept_back),
        phone="" if person.pk in kept_back else person.phone,
        asks=ASKS[FollowUpKind(row.kind)],
        due=short_day(row.due_on),
        tries=f"Tried {counted(tries, 'time')}{again}" if tries else "",
        state=Tag("Late", "red")
        if row.due_on < today and row.state == FollowUpState.DUE
        else FOLLOW_UP[FollowUpState(row.state)],
        found=_found(row),
        after=f"After {AFTER[row.stay_id is None]}",
    )


def _found(row) -> str:
    """What was found, in words."""
    care = {True: ", without paid care", False: ", with paid care", None: ""}[row.is_independent]
    hours = f" of {row.weekly_hours.normalize():f} hours a week" if row.weekly_hours else ""
    return f"{row.get_whereabouts_display()}{care}{hours}"


def present_follow_up(row, contacts, now: datetime) -> FollowUpWords:
    """One call: whom, at which numbers, what was tried."""
    stay, after = row.stay, row.after
    if stay is None:
        left = f"Reablement at home ended on {short_day(london_day(row.episode.ended_at))}."
    else:
        left = f"Left on {short_day(london_day(stay.left_at))}. {Support(stay.support).label}." if stay.left_at else ""
    return FollowUpWords(
        id=row.pk,
        stay_id=row.stay_id,
        episode_id=row.episode_id,
        person_id=after.person_id,
        title=f"{row.get_kind_display()} after {AFTER[stay is None]}",
        asks=ASKS[FollowUpKind(row.kind)],
        phone=after.person.phone,
        contacts=tuple((f"{one.name}, {one.relationship}", one.phone) for one in contacts if one.phone),
        left=left,
        tries=tuple(
            (moment_text(one.tried_at), f"{one.tried_by}. {one.note}".strip())
            for one in sorted(row.tries.all(), key=lambda one: one.pk, reverse=True)
        ),
        state=FOLLOW_UP[FollowUpState(row.state)],
        found=_found(row),
        note=row.note,
        tries_needed=TRIES_BEFORE_GIVING_UP,
    )
