"""Rotas that are built: they keep every limit, and cost what the builder says."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from rota_builder import (
    Absence,
    Assigned,
    BuildError,
    Demand,
    Fixed,
    Limits,
    Rota,
    Wish,
    Worker,
    build,
    check,
    score,
    shortages,
)
from rota_builder.building.layout import SCALE, lay_out
from rota_builder.building.part import Part
from rota_builder.building.sharing import share
from rota_builder.formats import benchmark

BASE = Path(__file__).resolve().parents[2]


def _load(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


small = _load("rota_small_of_building", Path(__file__).with_name("small.py"))
planted = _load("rota_benchmark", BASE / "benchmarks" / "rota.py").planted
problem_of, limited = small.problem_of, small.limited


def _whole(problem):
    """A rota by one model, and the points that the model says it costs."""
    layout = lay_out(problem)
    cells = [(w, d) for w, row in enumerate(layout.may) for d in range(problem.days)]
    answer, solver, _ = Part(layout, [list(row) for row in layout.base], cells).solve(3, 0)
    shifts = tuple(
        Assigned(d, problem.workers[w].id, problem.kinds[k].id) for (w, d), k in sorted(answer.items()) if k >= 0
    )
    return Rota(shifts), solver.objective_value / SCALE


class TestBuild:
    def test_meets_what_can_be_met_and_breaks_nothing(self):
        problem = problem_of()
        rota = build(problem, effort=2)
        assert check(problem, rota) == []
        # eleven days of fourteen, five in a row: three days stay without a nurse at the least
        assert sum(one.missing for one in shortages(problem, rota)) == 3
        assert rota.is_best

    def test_costs_what_the_checker_says(self):
        wishes = (Wish("ann", 1, None, False, 3), Wish("ben", 2, "late", True, 2))
        demands = (*problem_of().demands, *(Demand(day, 1260, 1800, None, 1, 1) for day in (2, 3, 4, 9)))
        problem = problem_of(wishes=wishes, demands=demands)
        rota, model_points = _whole(problem)
        assert len(rota.shifts) > 10
        assert model_points == pytest.approx(score(problem, rota).total, rel=1e-4)

    def test_is_the_same_for_one_seed(self):
        problem = planted(12, seed=3)
        assert build(problem, effort=0.4, seed=5) == build(problem, effort=0.4, seed=5)

    def test_keeps_fixed_shifts_and_absences(self):
        problem = problem_of(fixed=(Fixed("ann", 3, "late"),), absences=(Absence("ann", 0),))
        rota = build(problem, effort=1)
        assert Assigned(3, "ann", "late") in rota.shifts
        assert not any(one.worker == "ann" and one.day == 0 for one in rota.shifts)
        assert check(problem, rota) == []

    def test_goes_on_from_fixed_shifts_that_break_a_limit(self):
        fixed = tuple(Fixed("ann", day, "early") for day in range(7))
        problem = problem_of(fixed=fixed)
        rota = build(problem, effort=1)
        assert check(problem, rota) == []
        assert not any(one.worker == "ann" and one.day == 7 for one in rota.shifts)

    def test_does_not_pay_somebody_without_a_contract_for_nothing(self):
        rota = build(problem_of(), effort=1)
        assert not any(one.worker == "ben" for one in rota.shifts)

    def test_uses_the_cheaper_of_two(self):
        workers = tuple(
            Worker(name, skills=frozenset({"nurse"}), hourly_pence=pence)
            for name, pence in (("dear", 4000), ("cheap", 2000))
        )
        rota = build(problem_of(workers=workers, demands=problem_of().demands[:1]), effort=1)
        assert [one.worker for one in rota.shifts] == ["cheap"]

    def test_shares_weekends_out(self):
        workers = tuple(
            Worker(name, skills=frozenset({"nurse"}), hourly_pence=2000, limits=small.LIMITS) for name in ("one", "two")
        )
        demands = tuple(Demand(day, 420, 840, "nurse", 1, 1) for day in (5, 12))
        rota = build(problem_of(workers=workers, demands=demands), effort=1)
        assert {one.worker for one in rota.shifts} == {"one", "two"}

    def test_says_that_no_rota_is_possible(self):
        away = tuple(Absence("ann", day) for day in range(1, 14))
        with pytest.raises(BuildError, match="No rota keeps every limit"):
            build(replace(limited(least_minutes=700), absences=away, demands=()), effort=1)

    def test_refuses_no_effort(self):
        with pytest.raises(ValueError, match="effort"):
            build(problem_of(), effort=0)


class TestBuildInParts:
    """More cells than one model takes on."""

    def test_comes_near_the_planted_rota(self):
        problem = planted(40, seed=1)
        rota = build(problem, effort=1.2)
        asked = sum(one.wanted * (one.ends - one.starts) / 60 for one in problem.demands)
        missing = sum(one.hours for one in shortages(problem, rota))
        assert check(problem, rota) == []
        assert missing < 0.02 * asked

    def test_keeps_limits_that_only_a_model_can(self):
        problem = planted(30, seed=2)
        workers = tuple(
            replace(one, limits=replace(one.limits, fewest_days_in_a_row=2, fewest_days_off_in_a_row=2))
            for one in problem.workers
        )
        problem = replace(problem, workers=workers)
        assert check(problem, build(problem, effort=1)) == []


class TestPublicInstances:
    def test_reaches_and_proves_the_best_known_of_the_first(self):
        problem = benchmark.read_problem(BASE / "benchmarks" / "rota" / "Instance1.txt")
        rota = build(problem, effort=10)
        assert (rota.points, rota.is_best, check(problem, rota)) == (607, True, [])


class TestShare:
    def test_gives_somebody_of_two_skills_where_nobody_else_can(self):
        both, nurse = frozenset({"nurse", "care"}), frozenset({"nurse"})
        given = share({"care": (1, 1), "nurse": (1, 1)}, {both: 1, nurse: 1})
        assert {key: number for key, number in given.items() if number} == {(both, "care"): 1, (nurse, "nurse"): 1}

    def test_meets_the_least_of_all_before_the_wanted_of_any(self):
        both = frozenset({"nurse", "care"})
        given = share({"care": (0, 2), "nurse": (2, 2)}, {both: 2})
        assert given[both, "nurse"] == 2


class TestLimitsOfNobody:
    def test_nothing_is_limited_by_default(self):
        assert (
            check(
                problem_of(workers=(Worker("ann", limits=Limits()),)), small.rota_of(*[(d, "night") for d in range(14)])
            )
            == []
        )
