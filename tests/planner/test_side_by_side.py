"""The comparison with other solvers: what all of them hand back is timed and judged alike, and is a plan."""

import importlib
from dataclasses import replace

import pytest

from benchmarks.side_by_side import cp_sat, or_routing, ours
from benchmarks.side_by_side.__main__ import SOLVERS, Result, measure, table
from benchmarks.side_by_side.routes import CircleError, Numbers, plan_of, routes_of
from benchmarks.side_by_side.rows import Row, rows, without_joint_visits
from visit_planner import Gap, Problem, Shift, Slot, Visit, Window, Worker, check, cost, solve
from visit_planner.formats.hhcrsp import WEIGHTS

OPTIMUM = 218.1987  # InstanzCPLEX_HCSRP_10_1, proven; best_known.csv


@pytest.fixture
def tied(line):
    """Two workers, two joint visits, and two visits that must be half an hour to an hour apart."""
    day = (Shift("day", 0.0, float("inf"), 0, 0),)
    workers = tuple(Worker(name, "office", frozenset({"care"}), day) for name in ("ann", "ben"))
    one, two = (Slot("care", 10.0),), (Slot("care", 10.0), Slot("care", 10.0))
    visits = (
        Visit("x", 1, two, Window(0, 100)),
        Visit("y", 2, two, Window(0, 100)),
        Visit("a", 3, one, Window(0, 100)),
        Visit("b", 3, one, Window(0, 100)),
    )
    return Problem(workers, visits, {"car": line(4)}, (Gap("a", "b", 30, 60, True),), WEIGHTS)


class TestPlanOf:
    def test_starts_everything_as_early_as_teams_travel_and_gaps_allow(self, tied):
        plan = plan_of(tied, {"ann": [("x", 0), ("a", 0), ("y", 0)], "ben": [("x", 1), ("y", 1), ("b", 0)]})
        assert check(tied, plan) == []
        assert {stop.visit: stop.starts for stop in plan.assignments} == {"x": 10, "a": 40, "y": 60, "b": 80}

    def test_pushes_the_first_of_two_when_the_second_cannot_follow_soon_enough(self, tied):
        later = replace(tied, visits=(*tied.visits[:3], replace(tied.visits[3], window=Window(150, 200))))
        plan = plan_of(later, {"ann": [("x", 0), ("y", 0), ("a", 0)], "ben": [("x", 1), ("y", 1), ("b", 0)]})
        assert {stop.visit: stop.starts for stop in plan.assignments} == {"x": 10, "y": 30, "a": 90, "b": 150}
        assert check(later, plan) == []

    def test_times_a_plan_of_the_search_as_the_search_does(self, tied):
        plan = solve(tied, iterations=200)
        assert plan_of(tied, routes_of(plan)).assignments != ()
        assert cost(tied, plan_of(tied, routes_of(plan))).total == pytest.approx(plan.cost.total)

    def test_leaves_out_what_is_not_on_enough_routes(self, tied):
        plan = plan_of(tied, {"ann": [("x", 0), ("a", 0)], "ben": [("b", 0)]})
        assert plan.undone == ("x", "y")
        assert check(tied, plan) == []

    def test_refuses_routes_that_wait_for_each_other(self, tied):
        with pytest.raises(CircleError):
            plan_of(tied, {"ann": [("x", 0), ("y", 0)], "ben": [("y", 1), ("x", 1)]})


class TestSolvers:
    @pytest.mark.parametrize("solver", [ours, or_routing, cp_sat], ids=lambda module: module.__name__)
    def test_plan_visits_in_step_without_faults(self, tied, solver):
        plan = plan_of(tied, solver.routes(tied, 1.0, 1))
        assert plan.undone == ()
        assert check(tied, plan) == []

    def test_exact_solver_finds_the_proven_optimum(self, instances):
        (row,) = [row for row in rows(instances, "HCSRP_10_1") if row.joint]
        plan = plan_of(row.problem, cp_sat.routes(row.problem, 10.0, 1))
        assert cost(row.problem, plan).total == pytest.approx(OPTIMUM, abs=1e-3)

    @pytest.mark.parametrize(
        ("name", "package"),
        [("ours", "numba"), ("or_routing", "ortools"), ("cp_sat", "ortools"), ("py_vrp", "pyvrp"), ("vroom_", "vroom")],
    )
    def test_agree_on_a_small_instance_without_visits_in_step(self, instances, name, package):
        pytest.importorskip(package, reason=f"{package} is installed by make bench-planner only")
        solver = importlib.import_module(f"benchmarks.side_by_side.{name}")
        (row,) = [row for row in rows(instances, "HCSRP_10_1") if row.joint]
        problem = without_joint_visits(row.problem)
        plan = plan_of(problem, solver.routes(problem, 0.5, 1))
        assert check(problem, plan) == []
        best = cost(problem, plan_of(problem, cp_sat.routes(problem, 5.0, 1))).total
        assert cost(problem, plan).total == pytest.approx(best, abs=0.01)


class TestRows:
    def test_drops_what_is_tied_and_makes_windows_hard(self, tied):
        problem = without_joint_visits(Problem(tied.workers, tied.visits, tied.travel, (), WEIGHTS))
        assert [visit.id for visit in problem.visits] == ["a", "b"]
        assert all(visit.window.hard for visit in problem.visits)
        assert without_joint_visits(tied).visits == ()

    def test_counts_in_whole_units_that_lose_nothing(self, tied):
        numbers = Numbers(tied)
        assert (numbers.scale, numbers.teams(), numbers.gaps()) == (1, [[1, 2], [3, 4]], [(5, 6, 30, 60, True)])
        apart = tied.travel["car"] + 0.125
        assert Numbers(Problem(tied.workers, tied.visits, {"car": apart}, (), WEIGHTS)).near[1][3] == 10125


class TestTable:
    def test_marks_the_lowest_and_says_how_far_ours_is_from_it(self, tied):
        def result(solver, cost, faults=0):
            return Result("row", True, 6, solver, 1, cost, 0, faults, 1.0)

        printed = table([result("ours", 101.0), result("OR-Tools routing", 100.0), result("CP-SAT", 90.0, 1)], 5, [1])
        assert "| row | 6 | 101.00 | **100.00** | – | +1.00 |" in printed

    def test_measures_what_a_solver_hands_back(self, tied):
        found = measure(Row("row", tied, True, None), SOLVERS[0], 0.2, 1)
        assert (found.undone, found.faults) == (0, 0)
        assert found.cpu_seconds >= 0.2
