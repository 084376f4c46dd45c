"""Each rule with a rota that breaks only that rule."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from rota_builder import (
    Absence,
    Assigned,
    Demand,
    Fixed,
    Rota,
    ShiftKind,
    Wish,
    Worker,
    check,
    given_faults,
    score,
    shortages,
)

_spec = importlib.util.spec_from_file_location("rota_small", Path(__file__).with_name("small.py"))
small = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(small)
GOOD, limited, problem_of, rota_of = small.GOOD, small.limited, small.problem_of, small.rota_of


def without(*days: int) -> list[tuple[int, str]]:
    return [(day, kind) for day, kind in GOOD if day not in days]


BROKEN = [
    ("unknown_names", problem_of(), Rota((Assigned(0, "cat", "early"),))),
    ("unknown_names", problem_of(), Rota((Assigned(0, "ann", "noon"),))),
    ("one_shift_a_day", problem_of(), Rota((Assigned(0, "ann", "early"), Assigned(0, "ann", "early")))),
    ("fixed_kept", problem_of(fixed=(Fixed("ann", 11, "late"),)), rota_of(*GOOD)),
    (
        "kinds_allowed",
        problem_of(workers=(replace(problem_of().workers[0], kinds=frozenset({"late"})),)),
        rota_of((0, "early")),
    ),
    ("absences_kept", problem_of(absences=(Absence("ann", 3),)), rota_of(*GOOD)),
    ("longest_shift", limited(longest_shift=400), rota_of((0, "early"))),
    ("least_rest", problem_of(), rota_of((0, "late"), (1, "early"))),
    ("least_day_off", limited(least_day_off=1441), rota_of((0, "night"), (2, "early"))),
    (
        "succession",
        problem_of(kinds=(replace(small.EARLY, not_before=frozenset({"late"})), small.LATE, small.NIGHT)),
        rota_of((0, "early"), (1, "late")),
    ),
    ("most_days_in_a_row", problem_of(), rota_of(*[(day, "early") for day in range(6)])),
    ("most_nights_in_a_row", problem_of(), rota_of(*[(day, "night") for day in range(4)])),
    (
        "most_days_in_two_weeks",
        limited(most_days_in_two_weeks=8),
        rota_of(*GOOD),
    ),
    ("most_weekly_minutes", limited(most_weekly_minutes=5 * 420 - 1), rota_of(*GOOD)),
    ("most_weekends", limited(most_weekends=0), rota_of((5, "early"))),
    ("most_minutes", limited(most_minutes=9 * 420 - 1), rota_of(*GOOD)),
    ("least_minutes", limited(least_minutes=9 * 420 + 1), rota_of(*GOOD)),
    ("most_of_kind", limited(most_of_kind=(("early", 8),)), rota_of(*GOOD)),
    ("fewest_days_in_a_row", limited(fewest_days_in_a_row=2), rota_of(*without(8, 10), (11, "early"))),
    ("fewest_days_off_in_a_row", limited(fewest_days_off_in_a_row=2), rota_of(*without(2))),
]


class TestCheck:
    def test_finds_nothing_in_a_good_rota(self):
        assert check(problem_of(), rota_of(*GOOD)) == []

    @pytest.mark.parametrize(("rule", "problem", "rota"), BROKEN, ids=[row[0] for row in BROKEN])
    def test_finds_the_one_rule_that_is_broken(self, rule, problem, rota):
        assert {fault.rule for fault in check(problem, rota)} == {rule}

    def test_counts_what_was_worked_before_the_rota(self):
        before = tuple(Fixed("ann", day, "early") for day in (-2, -1))
        assert {fault.rule for fault in check(problem_of(fixed=before), rota_of(*GOOD))} == {"most_days_in_a_row"}

    def test_holds_nothing_against_the_rota_that_fixed_shifts_break_by_themselves(self):
        problem = problem_of(fixed=(Fixed("ann", 0, "late"), Fixed("ann", 1, "early")))
        assert check(problem, rota_of((0, "late"), (1, "early"))) == []
        assert [fault.rule for fault in given_faults(problem)] == ["least_rest"]


class TestShortages:
    def test_says_how_many_are_missing_from_when_to_when(self):
        found = shortages(problem_of(), rota_of(*without(4)))
        missed = [(one.day, one.starts, one.ends, one.missing, one.below_least) for one in found]
        assert missed == [(day, 420, 840, 1, 1) for day in (4, 5, 6, 11, 12, 13)]

    def test_counts_somebody_for_one_need_at_a_moment(self):
        both = Worker("both", skills=frozenset({"nurse", "care"}))
        demands = (Demand(0, 420, 840, "nurse", 1, 1), Demand(0, 420, 840, "care", 1, 1))
        problem = problem_of(workers=(both,), demands=demands)
        assert sum(one.missing for one in shortages(problem, rota_of((0, "early"), worker="both"))) == 1

    def test_moves_somebody_to_another_need_where_that_meets_both(self):
        both = Worker("both", skills=frozenset({"nurse", "care"}))
        nurse = Worker("nurse", skills=frozenset({"nurse"}))
        demands = (Demand(0, 420, 840, "nurse", 1, 1), Demand(0, 420, 840, "care", 1, 1))
        problem = problem_of(workers=(both, nurse), demands=demands)
        rota = Rota((Assigned(0, "both", "early"), Assigned(0, "nurse", "early")))
        assert shortages(problem, rota) == []

    def test_counts_a_night_in_the_morning_after(self):
        problem = problem_of(demands=(Demand(1, 0, 360, "nurse", 1, 1),))
        assert shortages(problem, rota_of((0, "night"))) == []

    def test_does_not_count_the_gap_of_a_split_day(self):
        split = ShiftKind("split", ((420, 720), (960, 1200)))
        problem = problem_of(kinds=(split,), demands=(Demand(0, 420, 1200, "nurse", 1, 1),))
        assert [(one.starts, one.ends) for one in shortages(problem, rota_of((0, "split")))] == [(720, 960)]


class TestScore:
    def test_adds_up_its_parts(self):
        wishes = (Wish("ann", 0, "early", is_wanted=False, weight=2),)
        points = score(problem_of(wishes=wishes), rota_of(*GOOD))
        # five days without a nurse of seven hours each, 300 an hour
        assert points.least == 5 * 7 * 300
        # 35 hours a week are promised, 63 of 70 are rostered, 15 for each hour paid and not rostered
        assert points.contract == 7 * 15
        assert points.wishes == 24
        assert points.total == sum(value for name, value in points.to_dict().items() if name != "total")

    def test_takes_leave_out_of_the_contract(self):
        problem = problem_of(absences=tuple(Absence("ann", day) for day in range(7)), demands=())
        assert score(problem, rota_of()).contract == 35 * 15

    def test_pays_those_without_a_contract_for_what_they_work(self):
        problem = problem_of(demands=())
        assert score(problem, rota_of((0, "early"), worker="ben")).cost == 7 * 15

    def test_finds_it_fairer_that_two_work_a_weekend_each_than_one_both(self):
        problem = problem_of(demands=())
        one = Rota((Assigned(5, "ann", "early"), Assigned(12, "ann", "early")))
        each = Rota((Assigned(5, "ann", "early"), Assigned(12, "ben", "early")))
        assert score(problem, one).fairness > score(problem, each).fairness == 0
