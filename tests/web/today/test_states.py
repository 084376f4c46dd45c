"""The words and looks of states."""

from datetime import datetime, timedelta

import pytest

from homeward.kernel.rules import LONDON
from homeward.visits.selectors import DayAssignment, DayVisit
from homeward.visits.states import AssignmentState, VisitState
from homeward.web.today.presenters.states import LOOKS, lateness, look_of, minutes_text, short_minutes

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=LONDON)


def visit(state="planned", closes=NINE) -> DayVisit:
    return DayVisit(1, 1, "Mary Hart", "Care", state, False, NINE, closes, False, [{}], None, None, "")


def part(of: DayVisit, state="proposed", starts=NINE) -> DayAssignment:
    return DayAssignment(of, 0, 1, starts, starts + timedelta(minutes=30), 5.0, state, False)


class TestLookOf:
    @pytest.mark.parametrize(
        ("visit_state", "part_state", "starts", "now", "is_today", "look"),
        [
            ("planned", "proposed", 0, -60, True, "planned"),
            ("planned", "sent", 0, -60, True, "sent"),
            ("planned", "proposed", 0, 15, True, "planned"),
            ("planned", "proposed", 0, 16, True, "not_started"),
            ("planned", "sent", 0, 16, True, "not_started"),
            ("planned", "proposed", 0, 16, False, "planned"),  # a day that is over says what was planned
            ("planned", "proposed", 1, -60, True, "late"),
            ("under_way", "arrived", 0, 90, True, "under_way"),
            ("done", "left", 0, 90, True, "done"),
            ("missed", "proposed", 0, 90, True, "missed"),
            ("needed", "proposed", 0, -60, True, "part"),
        ],
    )
    def test_follows_the_table(self, visit_state, part_state, starts, now, is_today, look):
        of = visit(visit_state)
        one = part(of, part_state, NINE + timedelta(minutes=starts))
        assert look_of(of, one, NINE + timedelta(minutes=now), is_today=is_today) is LOOKS[look]

    def test_has_a_word_for_every_state_there_is(self):
        for visit_state in VisitState:
            for part_state in AssignmentState:
                of = visit(visit_state)
                assert look_of(of, part(of, part_state), NINE, is_today=True).word

    def test_tells_no_two_states_alike(self):
        assert len({look.word for look in LOOKS.values()}) == len(LOOKS)
        assert len({look.css for look in LOOKS.values()}) == len(LOOKS)


class TestLateness:
    def test_says_how_far_after_the_window(self):
        of = visit()
        assert lateness(of, part(of, starts=NINE + timedelta(minutes=65)), LOOKS["late"], NINE) == (
            "starts 1 hour 5 minutes after its window"
        )

    def test_says_nothing_of_what_is_on_time(self):
        of = visit()
        assert lateness(of, part(of), LOOKS["planned"], NINE) == ""


class TestMinutesText:
    @pytest.mark.parametrize(
        ("minutes", "text"), [(0, "0 minutes"), (1, "1 minute"), (60, "1 hour"), (125, "2 hours 5 minutes")]
    )
    def test_is_said_as_people_say_it(self, minutes, text):
        assert minutes_text(minutes) == text

    def test_is_short_in_a_figure(self):
        assert (short_minutes(45), short_minutes(3680)) == ("45m", "61h 20m")
