"""The measures of delay, worked by hand."""

from datetime import date, datetime

import pytest

from homeward.discharge.rules.blocking import Block
from homeward.discharge.rules.delays import (
    BANDS,
    DailyPosition,
    LongStays,
    StayFacts,
    Waiting,
    band_of,
    days_to_leave,
    destinations_of,
    leaving_delays,
    long_stays,
    position_on,
    waiting_by_reason,
    without_small_numbers,
)
from homeward.discharge.rules.ready import DayAnswer
from homeward.kernel.rules import LONDON


def day(number: int) -> date:
    """A day of November 2026."""
    return date(2026, 11, number)


def at(number: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, number, hour, tzinfo=LONDON)


def answers(*told: tuple[int, bool]) -> tuple[DayAnswer, ...]:
    return tuple(DayAnswer(day(number), is_met) for number, is_met in told)


def stay(admitted: int, left: int | None = None, *told: tuple[int, bool], ended: str = "", **more) -> StayFacts:
    return StayFacts(
        admitted_on=day(admitted),
        left_on=day(left) if left else None,
        ended_as=ended or ("left" if left else ""),
        answers=answers(*told),
        **more,
    )


class TestDaysToLeave:
    @pytest.mark.parametrize(
        ("told", "left", "days"),
        [
            # ready on the 10th, left on the 10th: no delay
            (((8, True), (10, False)), 10, 0),
            # ready on the 10th, left on the 13th: nights of 10, 11 and 12
            (((8, True), (10, False)), 13, 3),
            # ready on the 9th, unwell again on the 11th, ready on the 12th: the final period counts
            (((9, False), (11, True), (12, False)), 14, 2),
            # the 9th was put right the same day: they still met the criteria
            (((9, False), (9, True), (12, False)), 14, 2),
            # said every day: the period began on the first of them
            (((9, False), (10, False), (11, False)), 12, 3),
            # unwell again, and left all the same: no ready date
            (((9, False), (11, True)), 12, None),
            # what was said after they left says nothing of when they were ready
            (((9, False), (15, True)), 12, 3),
            ((), 12, None),
        ],
    )
    def test_counts_from_the_final_period(self, told, left, days):
        assert days_to_leave(stay(8, left, *told)) == days

    def test_is_unknown_while_they_are_there(self):
        assert days_to_leave(stay(8, None, (9, False))) is None


class TestBands:
    @pytest.mark.parametrize(
        ("days", "label"),
        [
            (0, "Same day / no delay"),
            (1, "1 day"),
            (2, "2–3 days"),
            (3, "2–3 days"),
            (4, "4–6 days"),
            (6, "4–6 days"),
            (7, "7–13 days"),
            (13, "7–13 days"),
            (14, "14–20 days"),
            (20, "14–20 days"),
            (21, "21 days or more"),
            (200, "21 days or more"),
        ],
    )
    def test_are_those_of_the_publication(self, days, label):
        assert BANDS[band_of(days)][2] == label


class TestPositionOn:
    def test_is_who_left_and_who_remains_of_those_who_could_leave(self):
        stays = [
            stay(1, None, (10, False)),  # waiting
            stay(1, 11, (10, False)),  # left on the day
            stay(1, 12, (10, False)),  # left the day after: waiting
            stay(1, None, (10, True)),  # meets the criteria
            stay(1, None, (10, False), (11, True)),  # unwell again on the day
            stay(1, 11, (10, False), ended="died"),
            stay(1, 11, (10, False), ended="moved"),
            stay(1, 11),  # left, and nobody said whether they met the criteria
            stay(1, 11, (10, False), ended="mistake"),
            stay(12, None, (12, False)),  # not yet admitted
        ]
        assert position_on(stays, day(11)) == DailyPosition(day(11), no_longer_meeting=3, discharged=1, remaining=2)

    def test_counts_the_day_somebody_is_ready(self):
        assert position_on([stay(1, None, (11, False))], day(11)).remaining == 1
        assert position_on([stay(1, None, (11, False))], day(10)).remaining == 0


class TestLeavingDelays:
    def test_equals_the_example_worked_by_hand(self):
        stays = [
            stay(1, 10, (10, False)),  # 0
            stay(1, 10, (10, False)),  # 0
            stay(1, 11, (10, False)),  # 1
            stay(1, 12, (10, False)),  # 2
            stay(1, 16, (10, False)),  # 6
            stay(1, 15, (1, False)),  # 14
            stay(1, 12, (10, False), ended="died"),
            stay(1, 12, (10, False), ended="moved"),
            stay(1, 12, (10, False), age=15),
            stay(12, 12, (12, False)),  # no night in hospital
            stay(1, 12),  # nobody said whether they met the criteria
            stay(1, 12, (10, False), ended="mistake"),
            stay(1, 9, (8, False)),  # left before the week
            stay(1, 17, (8, False)),  # and after it
        ]
        found = leaving_delays(stays, day(10), day(16))
        assert found.bands == (2, 1, 1, 1, 0, 1, 0)
        assert (found.total, found.same_day, found.delayed, found.bed_days) == (6, 2, 4, 23)
        assert found.same_day_share == pytest.approx(2 / 6)
        assert found.average_delay == pytest.approx(23 / 4)
        assert found.average_of_all == pytest.approx(23 / 6)
        assert found.left_out == {
            "Died": 1,
            "Moved to another hospital": 1,
            "Under 16": 1,
            "No night in hospital": 1,
            "No ready date recorded": 1,
        }

    def test_has_no_share_where_nobody_left(self):
        found = leaving_delays([], day(10), day(16))
        assert (found.total, found.same_day_share, found.average_delay, found.average_of_all) == (0, None, None, None)

    def test_counts_somebody_of_sixteen(self):
        assert leaving_delays([stay(1, 12, (10, False), age=16)], day(10), day(16)).total == 1


class TestWaitingByReason:
    def test_equals_the_example_worked_by_hand(self):
        stays = [
            # waits at the end of 10 to 13: equipment from the 11th, and from the 12th the council as well
            stay(
                1,
                14,
                (10, False),
                held=(Block("equipment", at(11), None), Block("home_care_none", at(12), None)),
            ),
            # waits at the end of 10 and 11; a restart held it up until noon of the 11th
            stay(1, 12, (10, False), held=(Block("restart", at(9), at(11)),)),
            # ready only on the 13th: what held it up before cost nothing
            stay(1, None, (13, False), held=(Block("equipment", at(8), at(14)),)),
        ]
        assert waiting_by_reason(stays, day(10), day(14)) == {
            "": Waiting(3, 3),  # 10 of the first, 11 of the second, 14 of the third
            "equipment": Waiting(4, 2),  # 11, 12 and 13 of the first, 13 of the third
            "restart": Waiting(1, 1),  # 10 of the second
        }

    def test_adds_up_to_the_daily_positions(self):
        stays = [stay(1, left, (ready, False)) for left in range(9, 17) for ready in range(5, 9)]
        days = [day(number) for number in range(9, 16)]
        lost = sum(one.days for one in waiting_by_reason(stays, days[0], days[-1]).values())
        assert lost == sum(position_on(stays, one).remaining for one in days)


class TestDestinationsOf:
    def test_counts_who_left_by_where_they_went(self):
        stays = [
            stay(1, 10, destination="p0_home"),
            stay(1, 11, destination="p0_home"),
            stay(1, 16, destination="p2_bed"),
            stay(1, 12),
            stay(1, 12, ended="died", destination="p0_home"),
            stay(1, 17, destination="p0_home"),
            stay(1),
        ]
        assert destinations_of(stays, day(10), day(16)) == {"p0_home": 2, "p2_bed": 1, "": 1}


class TestLongStays:
    def test_equals_the_example_worked_by_hand(self):
        stays = [
            stay(1, None, (20, False)),  # 21 days on the 22nd, 2 since ready
            stay(8, None, (9, False), (10, True), (12, False)),  # 14 days, 10 since ready
            stay(15, None, (15, False)),  # 7 days, 7 since ready
            stay(16, None, (16, False)),  # 6 days
            stay(1, None, (20, True)),  # meets the criteria
            stay(1, 22, (2, False)),  # left that day
        ]
        assert long_stays(stays, day(22)) == {7: LongStays(3, 19), 14: LongStays(2, 12), 21: LongStays(1, 2)}


class TestWithoutSmallNumbers:
    @pytest.mark.parametrize(
        ("counts", "shown"),
        [
            ([10, 20, 0], [10, 20, 0]),
            ([10, 3, 4], [10, None, None]),
            # one alone could be worked out from a sum: the next smallest goes with it
            ([10, 3, 20], [None, None, 20]),
            ([0, 3, 0], [0, None, 0]),
            ([5, 4, 9], [None, None, 9]),
            ([], []),
        ],
    )
    def test_leaves_out_what_could_tell_of_somebody(self, counts, shown):
        assert without_small_numbers(counts, 5) == shown
