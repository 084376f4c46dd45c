"""Where a break falls in a shift."""

from datetime import UTC, datetime, timedelta

import pytest

from homeward.visits.rules.breaks import break_in, break_owed, lacks_break

EIGHT = datetime(2026, 6, 1, 8, tzinfo=UTC)


def at(clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return EIGHT.replace(hour=hours, minute=minutes)


def stretches(text: str) -> list[tuple[datetime, datetime]]:
    return [tuple(map(at, one.split("-"))) for one in text.split()]


@pytest.mark.parametrize(
    ("shift", "busy", "expected"),
    [
        ("08:00-16:00", "", "11:50"),
        ("08:00-16:00", "08:00-11:30 11:30-12:30 13:00-16:00", "12:30"),
        ("08:00-16:00", "08:00-11:45 12:30-16:00", "11:50"),
        # nearer the middle before than after
        ("08:00-16:00", "08:00-10:00 11:00-14:00 14:30-16:00", "10:40"),
        # nineteen minutes are not a break, and visits may come in any order
        ("08:00-16:00", "12:19-16:00 08:00-12:00", None),
        # coming later or leaving earlier is none
        ("08:00-16:00", "08:20-15:40", None),
        ("08:00-16:00", "08:00-15:30", "15:30"),
        # what the worker does in another part of a split day
        ("08:00-16:00", "06:00-08:00 08:00-12:00 12:20-16:00 17:00-18:00", "12:00"),
        # two visits at once, as record keeping can leave them
        ("08:00-16:00", "08:00-14:00 09:00-10:00 14:10-16:00", None),
    ],
)
def test_the_break_lies_within_the_shift_and_nearest_its_middle(shift, busy, expected):
    found = break_in(stretches(shift)[0], stretches(busy))
    assert (found and found[0]) == (expected and at(expected))
    assert found is None or found[1] - found[0] == timedelta(minutes=20)


def test_six_hours_need_no_break_and_a_minute_more_do():
    full = stretches("08:00-14:01")
    assert not lacks_break(stretches("08:00-14:00")[0], full)
    assert lacks_break(full[0], full)


@pytest.mark.parametrize(
    ("shift", "busy", "now", "expected"),
    [
        # not in the first hour and a half, nor in the last
        ("08:00-16:00", "", "07:00", "09:30-14:10"),
        ("08:00-16:00", "08:00-11:00", "11:00", "11:00-14:10"),
        # had already
        ("08:00-16:00", "08:00-11:00 11:25-12:00", "12:00", None),
        ("08:00-16:00", "08:00-11:00", "11:30", None),
        # nineteen minutes were none, and coming later was none
        ("08:00-16:00", "08:00-11:00 11:19-12:00", "12:00", "12:00-14:10"),
        ("08:00-16:00", "08:40-11:00", "11:00", "11:00-14:10"),
        # what is free between another shift of the day and this one is none
        ("08:00-16:00", "05:00-07:00 08:40-11:00", "11:00", "11:00-14:10"),
        # too late, or needed by nobody
        ("08:00-16:00", "08:00-14:11", "14:11", None),
        ("08:00-14:00", "", "07:00", None),
    ],
)
def test_the_break_is_owed_until_it_was_had_or_it_is_too_late(shift, busy, now, expected):
    owed = break_owed(stretches(shift)[0], stretches(busy), at(now))
    assert owed == (expected and stretches(expected)[0])
