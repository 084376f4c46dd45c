"""The finished words of notices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.access.rules import ROLE_TITLES, SYSTEM_ROLES, Role
from homeward.notices.states import Channel, DeliveryState
from homeward.web.clocks import ago_words

# Who can be told of a clock: everyone who works here, in the order of the first screen.
ROLES = tuple((role, title) for role, title in ROLE_TITLES.items() if role not in SYSTEM_ROLES)
PERCENTS = (25, 50, 67, 75, 83, 90, 100, 120)
REACH_WORDS = {
    Channel.EMAIL: ("Email address", "Your work address", "email"),
    Channel.SMS: ("Mobile number", "For text messages", "tel"),
    Channel.WEBHOOK: ("Address of another system", "It starts with https://", "url"),
}
DELIVERY_WORDS = {
    DeliveryState.QUEUED: "waiting to be sent",
    DeliveryState.SENT: "sent",
    DeliveryState.FAILED: "could not be sent",
}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice as the list prints it."""

    id: int
    title: str
    text: str
    when: str
    sent: str
    tone: str


@dataclass(frozen=True, slots=True)
class ReachField:
    """One way of being told, as the settings page asks for it."""

    channel: str
    label: str
    hint: str
    input_type: str
    address: str
    is_on: bool
    error: str


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One fraction of a clock, and the roles told at it."""

    percent: int
    title: str
    boxes: tuple[tuple[str, str, bool], ...]


def notice_rows(notices: Sequence, now: datetime) -> tuple[NoticeRow, ...]:
    """Every notice in words."""
    return tuple(
        NoticeRow(
            id=notice.pk,
            title=notice.title,
            text=notice.text,
            when=ago_words(notice.made_at, now),
            sent=", ".join(
                f"{Channel(one.channel).label.lower()} {DELIVERY_WORDS[DeliveryState(one.state)]}"
                for one in notice.deliveries.all()
            ),
            tone=("hw-notice--new" if notice.seen_at is None else "")
            + (" hw-notice--urgent" if notice.is_urgent else ""),
        )
        for notice in notices
    )


def reach_fields(reaches: Sequence, typed: Mapping[str, str], errors: Mapping[str, str]) -> tuple[ReachField, ...]:
    """What the settings page asks for; what was typed stays where it was wrong."""
    kept = {reach.channel: reach for reach in reaches}
    return tuple(
        ReachField(
            channel=channel.value,
            label=label,
            hint=hint,
            input_type=input_type,
            address=typed.get(channel.value, kept[channel].address if channel in kept else ""),
            is_on=kept[channel].is_on if channel in kept else True,
            error=errors.get(channel.value, ""),
        )
        for channel, (label, hint, input_type) in REACH_WORDS.items()
    )


def told_rows(table: Mapping[int, Sequence[Role]]) -> tuple[ToldRow, ...]:
    """The table of who is told, one row a fraction; fractions that are not used are there to be filled."""
    return tuple(
        ToldRow(
            percent,
            "When the time has run out" if percent == 100 else f"{percent}% of the time",
            tuple((role.value, title, role in table.get(percent, ())) for role, title in ROLES),
        )
        for percent in sorted({*PERCENTS, *table})
    )
