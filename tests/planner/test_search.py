"""The search: what it returns is possible, costs what the checker says, and on tiny problems is the best there is."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from visit_planner import (
    Gap,
    Pin,
    Problem,
    ProblemError,
    Shift,
    Slot,
    Visit,
    Window,
    Worker,
    check,
    cost,
    solve,
)
from visit_planner.search import build, run
from visit_planner.search.board import read_plan
from visit_planner.search.course import REHEAT, REHEATS, STARTS, Course, starts_for
from visit_planner.search.laying import set_up

SEEDS = st.integers(0, 2**31)


class TestSolve:
    @settings(max_examples=60, deadline=None)
    @given(seed=SEEDS)
    @example(seed=6337)  # overtime of one shift reached into the next
    @example(seed=963418)  # without a stop between, the way was longer than the cap on minutes
    def test_never_breaks_a_rule(self, make_random_problem, seed):
        problem = make_random_problem(seed)
        plan = solve(problem, iterations=400, seed=seed)
        assert check(problem, plan) == []
        assert plan.cost == cost(problem, plan)

    @settings(max_examples=40, deadline=None)
    @given(seed=SEEDS)
    def test_reckons_the_cost_the_checker_reckons(self, make_random_problem, seed):
        problem = make_random_problem(seed)
        board = set_up(problem, seed=seed)
        build(board)
        run(board, seconds=0, iterations=300)
        assignments, undone = read_plan(board)
        plan = solve(problem, iterations=300, seed=seed)
        assert (plan.assignments, plan.undone) == (assignments, undone)
        assert board.total() == pytest.approx(cost(problem, plan).total, abs=1e-6)

    @settings(max_examples=40, deadline=None)
    @given(seed=SEEDS)
    def test_totals_kept_move_by_move_equal_totals_computed_afresh(self, make_random_problem, seed):
        problem = make_random_problem(seed)
        board = set_up(problem, seed=seed)
        build(board)
        for _ in range(5):
            run(board, seconds=0, iterations=60)
            kept = board.total()
            starts = board.V["start"].copy()
            assert board.restore(board.following())
            assert board.total() == pytest.approx(kept, abs=1e-6)
            assert np.allclose(board.V["start"], starts, atol=1e-6)

    @settings(max_examples=40, deadline=None)
    @given(seed=SEEDS)
    @example(seed=126)  # a plan that cannot be settled at all
    @example(seed=465)  # two visits of one frozen worker that today are to be done by two
    def test_never_breaks_a_rule_from_a_plan_made_for_another_day(self, make_random_problem, seed):
        yesterday, today = make_random_problem(seed), make_random_problem(seed + 1)
        plan = solve(today, iterations=100, start=solve(yesterday, iterations=100), frozen={"w0", "w2"})
        assert check(today, plan) == []

    def test_gives_the_same_plan_for_the_same_seed_and_moves(self, make_team):
        problem = make_team(visits=60, workers=14)
        first = solve(problem, iterations=3000, seed=5)
        again = solve(problem, iterations=3000, seed=5)
        other = solve(problem, iterations=3000, seed=6)
        assert replace(first, cpu_seconds=0) == replace(again, cpu_seconds=0)
        assert first.assignments != other.assignments

    def test_plans_a_team_day_without_faults(self, make_team):
        problem = make_team(visits=200, workers=45)
        greedy = solve(problem, iterations=0)
        plan = solve(problem, iterations=60_000)
        assert check(problem, greedy) == []
        assert check(problem, plan) == []
        assert plan.cost.total < greedy.cost.total

    def test_goes_on_from_a_given_plan(self, make_team):
        problem = make_team(visits=60, workers=14)
        first = solve(problem, iterations=3000)
        assert solve(problem, iterations=0, start=first).assignments == first.assignments

    def test_leaves_frozen_workers_as_they_are(self, make_team):
        problem = make_team(visits=60, workers=14)
        first = solve(problem, iterations=500)
        frozen = {worker.id for worker in problem.workers[:7]}
        second = solve(problem, iterations=5000, start=first, frozen=frozen)

        def theirs(plan):
            return [s for s in plan.assignments if s.worker in frozen]

        assert [(s.visit, s.worker) for s in theirs(first)] == [(s.visit, s.worker) for s in theirs(second)]
        assert [s.starts for s in theirs(second)] == pytest.approx([s.starts for s in theirs(first)])

    def test_keeps_recorded_starts_even_where_travel_times_forbid_them(self, line):
        workers = (Worker("ann", "team", frozenset({"care"}), (Shift("am", 480, 720, 0, 0),)),)
        visits = (
            Visit("done", 1, (Slot("care", 30),), Window(480, 500), pinned=(Pin(0, "ann", 485.0),)),
            Visit("started", 3, (Slot("nursing", 30),), Window(480, 500), pinned=(Pin(0, "ann", 516.0),)),
            Visit("later", 2, (Slot("care", 30),), Window(480, 600)),
        )
        problem = Problem(workers, visits, {"car": line(4)})
        plan = solve(problem, iterations=300)
        assert {s.visit: s.starts for s in plan.assignments} == {"done": 485, "started": 516, "later": 556}
        assert check(problem, plan) == []

    @pytest.mark.parametrize("at", [-1080.0, 360.0, 470.0, 735.0, 1020.0])
    @pytest.mark.parametrize("is_split", [False, True], ids=["one shift", "split"])
    def test_keeps_a_recorded_start_outside_every_shift_and_plans_the_rest(self, line, at, is_split):
        shifts = (Shift("am", 480, 720, 0, 0), Shift("pm", 750, 960, 0, 0, continues=True))[: 1 + is_split]
        visits = (
            Visit("seen", 1, (Slot("care", 10),), Window(at, at), pinned=(Pin(0, "ann", at),)),
            Visit("later", 2, (Slot("care", 30),), Window(500, 560)),
        )
        problem = Problem((Worker("ann", "team", frozenset({"care"}), shifts),), visits, {"car": line(3)})
        plan = solve(problem, iterations=300)
        starts = {stop.visit: stop.starts for stop in plan.assignments}
        assert starts["seen"] == at
        assert 500 <= starts["later"] <= 560
        assert [fault.rule for fault in check(problem, plan)] == []

    def test_does_a_problem_with_nothing_in_it(self):
        empty = Problem((), (), {"car": np.zeros((1, 1))})
        assert solve(empty, seconds=0.1).assignments == ()

    def test_lists_what_nobody_can_do(self, line):
        visits = (Visit("v", 1, (Slot("care", 30),), Window(480, 500)),)
        plan = solve(Problem((), visits, {"car": line(2)}), iterations=10)
        assert plan.undone == ("v",)

    @pytest.mark.parametrize("arguments", [{"seconds": -1}, {"iterations": -5}])
    def test_refuses_negative_effort(self, line, arguments):
        with pytest.raises(ValueError, match="at least 0"):
            solve(Problem((), (), {"car": line(2)}), **arguments)


def best_by_trying_everything(problem):
    """The least cost over every assignment of slots to workers and every order, by the checker's reckoning alone.

    For single-shift workers: starts are found by repeated relaxation.
    """
    slots = [(visit, number) for visit in problem.visits for number in range(len(visit.slots))]
    best = np.inf
    for chosen in product(range(len(problem.workers)), repeat=len(slots)):
        days = [[slots[i] for i, w in enumerate(chosen) if w == k] for k in range(len(problem.workers))]
        for orders in product(*(permutations(day) for day in days)):
            best = min(best, cost_of_orders(problem, orders))
    return best


def cost_of_orders(problem, orders):
    starts = {visit.id: visit.window.opens for visit in problem.visits}
    for _ in range(3 * len(starts) + 3):
        before = dict(starts)
        for worker, order in zip(problem.workers, orders):
            at, free = worker.shifts[0].start_place, worker.shifts[0].starts
            for visit, number in order:
                arrives = free + problem.travel["car"][at][visit.place]
                starts[visit.id] = max(starts[visit.id], arrives)
                at, free = visit.place, starts[visit.id] + visit.slots[number].minutes
        for gap in problem.gaps:
            starts[gap.second] = max(starts[gap.second], starts[gap.first] + gap.at_least)
            if gap.at_most is not None:
                starts[gap.first] = max(starts[gap.first], starts[gap.second] - gap.at_most)
        if starts == before:
            break
    else:
        return np.inf
    from visit_planner import Assignment, Plan

    plan = Plan(
        tuple(
            Assignment(
                visit.id, number, worker.id, worker.shifts[0].id, starts[visit.id],
                starts[visit.id] + visit.slots[number].minutes, 0, 0,
            )
            for worker, order in zip(problem.workers, orders)
            for visit, number in order
        )
    )  # fmt: skip
    return np.inf if check(problem, plan) else cost(problem, plan).total


class TestOptimum:
    @pytest.mark.parametrize("seed", range(6))
    def test_finds_the_best_plan_of_a_tiny_problem(self, seed):
        random = np.random.default_rng(seed)
        travel = random.integers(3, 30, (5, 5)).astype(float)
        np.fill_diagonal(travel, 0)
        workers = tuple(Worker(f"w{k}", "team", frozenset({"care"}), (Shift("day", 0, 2000, 0, 0),)) for k in range(2))
        visits = []
        for k in range(4):
            opens = float(random.integers(0, 90))
            slots = (Slot("care", 15.0),) * (2 if k == 0 else 1)
            visits.append(Visit(f"v{k}", k + 1, slots, Window(opens, opens + 20), cost_if_undone=1e6))
        problem = Problem(workers, tuple(visits), {"car": travel}, (Gap("v1", "v2", 20, 60),))
        plan = solve(problem, iterations=6000, seed=seed)
        assert plan.cost.total == pytest.approx(best_by_trying_everything(problem), abs=1e-6)


class TestCourse:
    def test_starts_hot_afresh_then_warms_the_best_plan(self):
        course = Course(4.0, 0.05, starts=3)
        turns = [course.at(share)[0] for share in np.arange(0, 1, 0.001)]
        assert sorted(set(turns)) == list(range(3 + REHEATS))
        assert turns == sorted(turns)
        assert [course.goes_on_from_best(turn) for turn in range(5)] == [False, False, False, True, True]
        hottest = [
            max(course.at(s)[1] for s in np.arange(0, 1, 0.001) if course.at(s)[0] == turn) for turn in (0, 2, 4)
        ]
        assert hottest == pytest.approx([4.0, 4.0, 4.0 * REHEAT], rel=0.03)
        assert course.at(1.0)[1] == pytest.approx(0.05)

    def test_cools_once_in_one_go(self):
        course = Course(4.0, 0.05, starts=3, in_one_go=True)
        assert [course.at(share) for share in (0.0, 1.0)] == [(0, 4.0), (0, pytest.approx(0.05))]

    def test_starts_as_often_as_there_is_effort_for(self):
        assert [starts_for(moves, 1000, 10) for moves in (0, 19_999, 20_000, 10**9)] == [1, 1, 2, STARTS]


class TestProblem:
    def test_says_which_field_is_wrong(self, line):
        def attempt(**changes):
            given = {
                "id": "v", "place": 1, "slots": (Slot("care", 30),), "window": Window(480, 500), **changes,
            }  # fmt: skip
            workers = (Worker("ann", "team", frozenset({"care"}), (Shift("am", 480, 720, 0, 0),)),)
            return Problem(workers, (Visit(**given),), {"car": line(2)})

        for changes, words in [
            ({"place": 2}, "place is 2"),
            ({"slots": ()}, "slots is empty"),
            ({"slots": (Slot("care", 0),)}, "minutes is 0"),
            ({"window": Window(500, 480)}, "window closes at 480"),
            ({"window": Window(float("nan"), 480)}, "window.opens"),
            ({"pinned": (Pin(0, "zoe"),)}, "'zoe'"),
            ({"pinned": (Pin(1, "ann"),)}, "slot 1 does not exist"),
            ({"cost_if_undone": -1.0}, "cost_if_undone"),
        ]:
            with pytest.raises(ProblemError, match=words):
                attempt(**changes)

    def test_refuses_overlapping_shifts_unknown_modes_and_bad_travel(self, line):
        morning = Shift("am", 480, 720, 0, 0)

        def attempt(*more_shifts, mode="car", travel=None):
            workers = (Worker("ann", "team", frozenset({"care"}), (morning, *more_shifts), mode),)
            return Problem(workers, (), {"car": line(2) if travel is None else travel})

        with pytest.raises(ProblemError, match="before shift 'am' ends"):
            attempt(Shift("pm", 700, 900, 0, 0))
        with pytest.raises(ProblemError, match="mode is 'bike'"):
            attempt(mode="bike")
        with pytest.raises(ProblemError, match=r"\[0\]\[1\] is -3"):
            attempt(travel=np.array([[0.0, -3.0], [1.0, 0.0]]))
        with pytest.raises(ProblemError, match="square"):
            attempt(travel=np.zeros((2, 3)))

    def test_refuses_a_gap_that_cannot_be(self, line):
        visit = Visit("v", 1, (Slot("care", 30),), Window(480, 500))
        with pytest.raises(ProblemError, match="no visit 'w'"):
            Problem((), (visit,), {"car": line(2)}, (Gap("v", "w", 5),))
        with pytest.raises(ProblemError, match="less than at_least"):
            Problem((), (visit, replace(visit, id="w")), {"car": line(2)}, (Gap("v", "w", 50, 20),))
