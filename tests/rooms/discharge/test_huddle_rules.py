"""Whom a huddle speaks of, in which order, and who is best suited."""

from datetime import date, datetime, timedelta

import pytest

from homeward.discharge.rules.huddle import Candidate, StayFacts, best_suited, list_by_need, spoken_seconds
from homeward.discharge.states import HuddleNeed
from homeward.kernel.rules import LONDON

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=LONDON)
TODAY = date(2026, 11, 24)


def stay(number: int, days_in: float = 5, ready_days: float | None = None, **told) -> StayFacts:
    told = {"expected_on": None, "is_blocked": False, "is_known": False, "unanswered": 0} | told
    return StayFacts(
        number, NOW - timedelta(days=days_in), None if ready_days is None else NOW - timedelta(days=ready_days), **told
    )


class TestListByNeed:
    def test_speaks_of_whoever_is_ready_longest_first_and_of_nobody_without_a_need(self):
        listed = list_by_need(
            [
                stay(1, days_in=0.5, is_known=True),
                stay(2, expected_on=TODAY),
                stay(3, days_in=9, ready_days=1),
                stay(4, days_in=30),
                stay(5, days_in=6, ready_days=4),
                stay(6, days_in=3, is_blocked=True),
                stay(7, days_in=8, is_blocked=True),
                stay(8, unanswered=2),
                stay(9, days_in=0.5),
            ],
            TODAY,
            NOW,
        )
        assert [one.stay_id for one in listed] == [5, 3, 7, 6, 2, 1, 8]

    def test_names_somebody_once_with_every_reason(self):
        (one,) = list_by_need([stay(1, ready_days=2, is_blocked=True, unanswered=1)], TODAY, NOW)
        assert one.needs == (HuddleNeed.READY, HuddleNeed.BLOCKED, HuddleNeed.UNANSWERED)

    @pytest.mark.parametrize(("days", "is_listed"), [(-2, True), (0, True), (1, False)])
    def test_holds_somebody_expected_today_or_before(self, days, is_listed):
        expected = stay(1, expected_on=TODAY + timedelta(days=days))
        assert bool(list_by_need([expected], TODAY, NOW)) is is_listed


def candidate(number: int, skills: str = "physiotherapist", is_on: bool = True, actions: int = 0, km=1.0, knows=False):
    until = NOW + timedelta(hours=4) if is_on else None
    return Candidate(number, f"Worker {number}", "Therapist", frozenset({skills}), until, actions, km, knows)


class TestBestSuited:
    def test_leaves_out_whoever_has_not_the_skill(self):
        found = best_suited([candidate(1, "nurse"), candidate(2)], {"physiotherapist"})
        assert [one.candidate.worker_id for one in found] == [2]

    def test_asks_first_who_is_on_shift_then_who_knows_them_then_who_has_least_to_do_then_who_is_near(self):
        found = best_suited(
            [
                candidate(1, is_on=False),
                candidate(2, actions=3),
                candidate(3, actions=1, km=4.0),
                candidate(4, actions=1, km=None),
                candidate(5, actions=1, km=0.5),
                candidate(6, actions=9, knows=True),
            ],
            {"physiotherapist"},
        )
        assert [one.candidate.worker_id for one in found] == [6, 5, 3, 4, 2, 1]
        assert [one.candidate.worker_id for one in found if one.is_nearest] == [5]
        assert [one.candidate.worker_id for one in found if one.has_fewest] == [1]
        assert {one.of for one in found} == {6}

    def test_is_anybody_where_no_skill_is_named(self):
        assert len(best_suited([candidate(1, "nurse"), candidate(2)], ())) == 2

    def test_is_nobody_where_there_is_nobody(self):
        assert best_suited([], {"nurse"}) == []


class TestSpokenSeconds:
    def test_counts_earlier_stretches_and_the_one_that_runs(self):
        assert spoken_seconds(90, NOW - timedelta(seconds=30), NOW) == 120
        assert spoken_seconds(90, None, NOW) == 90
