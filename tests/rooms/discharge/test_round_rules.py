"""When rounds are, and what makes an answer whole."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from homeward.discharge.rules.rounds import (
    Timetable,
    fault_of_answer,
    fault_of_timetable,
    next_round,
    round_due,
)
from homeward.kernel.rules import LONDON

TWICE = Timetable(("15:00", "09:00"), ("10:00",), frozenset({date(2026, 12, 25)}), 60)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


class TestRoundDue:
    # Tuesday 24 November 2026 and the days after
    @pytest.mark.parametrize(
        ("newest", "now", "due"),
        [
            (at(23, 15), at(24, 8, 59), None),
            (at(23, 15), at(24, 9), at(24, 9)),
            (at(24, 9), at(24, 9, 1), None),
            (at(24, 9), at(24, 15, 0), at(24, 15)),
            (at(23, 15), at(24, 16), at(24, 15)),  # stopped over two: only the latest is held
            (at(24, 9), at(24, 20), None),  # too late to ask what the afternoon was for
            (None, at(24, 9, 30), at(24, 9)),  # a service's first
            (at(27, 15), at(28, 9, 30), None),  # Saturday
            (at(27, 15), at(28, 10), at(28, 10)),
            (at(24, 15, month=12), at(25, 9, 30, month=12), None),  # Christmas Day, a Friday held like a weekend
            (at(24, 15, month=12), at(25, 10, 30, month=12), at(25, 10, month=12)),
        ],
    )
    def test_is_the_latest_that_was_not_held(self, newest, now, due):
        assert round_due(TWICE, newest, now) == due

    def test_is_on_the_wall_clock_when_the_clocks_change(self):
        # 25 October 2026: at 9am in London it is 9am, not 10am
        assert round_due(Timetable(other_day_times=("09:00",)), None, at(25, 9, 5, month=10)) == at(25, 9, month=10)


class TestNextRound:
    def test_goes_on_to_another_day(self):
        assert next_round(TWICE, at(24, 15)) == at(25, 9)

    def test_is_none_where_no_time_is_given(self):
        assert next_round(replace(TWICE, weekday_times=(), other_day_times=()), at(24, 15)) is None


class TestFaultOfTimetable:
    @pytest.mark.parametrize(
        ("timetable", "says"),
        [
            (TWICE, ""),
            (replace(TWICE, weekday_times=("9",)), "not a time of day"),
            (replace(TWICE, weekday_times=("25:00",)), "not a time of day"),
            (replace(TWICE, weekday_times=("1²:00",)), "not a time of day"),
            (replace(TWICE, weekday_times=()), "at least one time"),
            (replace(TWICE, answer_minutes=1), "between 5 minutes and 10 hours"),
        ],
    )
    def test_says_what_to_put_right(self, timetable, says):
        fault = fault_of_timetable(timetable)
        assert says in fault if says else fault == ""


class TestFaultOfAnswer:
    NOW = at(24, 9)

    @pytest.mark.parametrize(
        ("kind", "told", "says"),
        [
            ("done", {}, ""),
            ("on_time", {}, ""),
            ("delayed", {}, "until when"),
            ("delayed", {"until": NOW - timedelta(hours=1), "text": "Late bus"}, "still to come"),
            ("delayed", {"until": NOW + timedelta(hours=1)}, "why"),
            ("delayed", {"until": NOW + timedelta(hours=1), "text": "Pharmacy is behind"}, ""),
            ("not_mine", {}, "whose"),
            ("not_mine", {"put_to": True}, ""),
            ("not_mine", {"text": "Ask the ward"}, ""),
            ("blocked", {}, "what it waits for"),
            ("blocked", {"reason": "awaiting"}, ""),
        ],
    )
    def test_says_what_is_missing(self, kind, told, says):
        told = {"text": "", "until": None, "reason": "", "put_to": False} | told
        fault = fault_of_answer(kind, now=self.NOW, **told)
        assert says in fault if says else fault == ""
