"""The search for whole days: breaks, waiting, idle time, fairness, windows to choose from, bundles."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planner.conftest import random_problem
from tests.planner.published_uhhc import judge
from visit_planner import (
    Assignment,
    Break,
    Gap,
    Plan,
    Problem,
    Shift,
    Slot,
    Visit,
    Weights,
    Window,
    Worker,
    check,
    cost,
    replan,
    solve,
)
from visit_planner.formats import uhhc
from visit_planner.search import price_of_hop, terms, whole_days
from visit_planner.search.laying import set_up

INSTANCES = Path(__file__).resolve().parents[3] / "shared" / "benchmarks" / "uhhc"


def with_terms(seed):
    """A small problem with every kind of rule, and every term of whole days."""
    problem = random_problem(seed)
    random = np.random.default_rng(seed + 1000)

    def shift(one):
        earliest = one.starts + float(random.integers(0, 120))
        rest = Break(float(random.integers(10, 40)), earliest, earliest + float(random.integers(0, 90)))
        return replace(one, rest=rest if random.random() < 0.6 else None, leaves_at_start=bool(random.random() < 0.2))

    def visit(one):
        window = replace(one.window, by_end=bool(random.random() < 0.3))
        lengths = sorted({slot.minutes for slot in one.slots})
        if len(lengths) > 2:
            window = replace(window, by_end=False)
        others = ()
        if random.random() < 0.4:
            opens = window.closes + float(random.integers(10, 120))
            others = (Window(opens, opens + float(random.integers(20, 90)), window.hard, window.by_end),)
        return replace(one, window=window, other_windows=others)

    names = [one.id for one in problem.visits]
    random.shuffle(names)
    bundles = (tuple(names[:2]),) if len(names) > 1 and random.random() < 0.5 else ()
    weights = replace(
        problem.weights,
        waiting=float(random.integers(0, 4)),
        longest_wait=float(random.choice([0, 0, 2])),
        worst_idle=float(random.integers(0, 6)),
        imbalance=float(random.choice([0, 1])),
        work=float(random.choice([0, 1])),
        missed_breaks=float(random.integers(0, 80)),
        unqualified=float(random.choice([0, 30])),
        refused=float(random.choice([0, 20])),
    )
    return replace(
        problem,
        workers=tuple(replace(w, shifts=tuple(shift(one) for one in w.shifts)) for w in problem.workers),
        visits=tuple(visit(one) for one in problem.visits),
        weights=weights,
        bundles=bundles,
    )


def searched(problem, seed, iterations):
    """A board after a search, with its terms."""
    board = set_up(problem, seed=seed)
    days = terms.lay_terms(board)
    whole_days.build(board, days)
    whole_days.run(board, days, hop=price_of_hop(board), seconds=0, iterations=iterations)
    return board, days


def plan_of(board, days):
    assignments, undone, breaks = whole_days.read_whole_plan(board, days)
    return Plan(assignments, undone, breaks=breaks)


class TestSearch:
    @pytest.mark.parametrize("seed", range(60))
    def test_never_breaks_a_rule_and_reckons_the_cost_the_checker_reckons(self, seed):
        problem = with_terms(seed)
        board, days = searched(problem, seed, 1500)
        plan = plan_of(board, days)
        assert check(problem, plan) == []
        assert float(terms.total(board.S, days.Z)) == pytest.approx(cost(problem, plan).total, abs=1e-5)

    @pytest.mark.parametrize("seed", range(40))
    def test_totals_kept_move_by_move_equal_totals_computed_afresh(self, seed):
        board, days = searched(with_terms(seed), seed, 300)
        links, after, chosen = board.following(), days.B["after"].copy(), days.C.copy()
        counts = np.zeros((whole_days.MOVES, 2), np.int64)
        movable = np.flatnonzero(board.T["fixed"][: len(board.slots)] == 0)
        if not len(movable):
            return
        terms.lay_again(board, days, links, after, chosen)
        whole_days.anneal(
            *board.core, *days.core_of_search, board.NEAR, board.OPTIONS, board.FIRST_OPTION, movable, links,
            after, chosen, np.cumsum(whole_days.MIX), counts, -1e18, 50.0, 2000,
        )  # fmt: skip
        kept = float(terms.total(board.S, days.Z))
        parts = {name: float(days.Z[0][name]) for name in ("waiting", "worst", "imbalance", "missed", "longest")}
        starts = board.V["start"].copy()
        assert terms.lay_again(board, days, board.following(), days.B["after"].copy(), days.C.copy())
        assert {name: float(days.Z[0][name]) for name in parts} == pytest.approx(parts)
        assert float(terms.total(board.S, days.Z)) == pytest.approx(kept)
        assert board.V["start"] == pytest.approx(starts)

    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 40), which=st.integers(0, 1000), by=st.sampled_from([-7.0, 7.0, 90.0]))
    def test_a_break_moved_in_a_plan_is_found_or_harmless(self, seed, which, by):
        problem = with_terms(seed)
        plan = solve(problem, iterations=300)
        if not plan.breaks:
            return
        number = which % len(plan.breaks)
        moved = replace(plan.breaks[number], starts=plan.breaks[number].starts + by)
        mutated = replace(plan, breaks=(*plan.breaks[:number], moved, *plan.breaks[number + 1 :]))
        assert {fault.rule for fault in check(problem, mutated)} & {"break_long_enough"}

    def test_gives_the_same_plan_for_the_same_seed_and_moves(self):
        problem = with_terms(7)
        first, second = (replace(solve(problem, iterations=2000, seed=3), cpu_seconds=0) for _ in range(2))
        assert first == second

    def test_goes_on_from_a_given_plan(self):
        problem = with_terms(11)
        plan = solve(problem, iterations=3000)
        again = solve(problem, iterations=0, start=plan)
        assert {(s.visit, s.slot, s.worker) for s in again.assignments} >= {
            (s.visit, s.slot, s.worker) for s in plan.assignments
        }

    def test_replans_with_breaks(self, line):
        shifts = (Shift("day", 480, 900, 0, 0, rest=Break(30, 600, 720, required=True)),)
        workers = tuple(Worker(name, "team", frozenset({"care"}), shifts) for name in ("ann", "ben"))
        visits = tuple(Visit(f"v{k}", k % 5, (Slot("care", 40),), Window(480 + 45 * k, 600 + 45 * k)) for k in range(8))
        problem = Problem(workers, visits, {"car": line(5)}, weights=Weights(waiting=0.5))
        plan = solve(problem, iterations=5000)
        assert check(problem, plan) == []
        assert len(plan.breaks) == 2
        urgent = Visit("now", 4, (Slot("care", 30),), Window(620, 640))
        told = replace(problem, visits=(*visits, urgent))
        done = replan(told, held=plan, changed=("now",), seconds=0.3)
        assert "now" in {stop.visit for stop in done.plan.assignments}
        assert check(told, done.plan) == []

    def test_uses_the_second_window_where_it_is_better(self, line):
        worker = Worker("ann", "team", frozenset({"care"}), (Shift("day", 480, 900, 0, 0),))
        visits = (
            Visit("a", 1, (Slot("care", 60),), Window(500, 510)),
            Visit("b", 1, (Slot("care", 60),), Window(500, 510), other_windows=(Window(700, 720),)),
        )
        plan = solve(Problem((worker,), visits, {"car": line(3)}), iterations=2000)
        assert {stop.visit: stop.starts for stop in plan.assignments} == {"a": 500, "b": 700}
        assert plan.cost.lateness == 0

    def test_leaves_late_rather_than_wait(self, line):
        worker = Worker("ann", "team", frozenset({"care"}), (Shift("day", 480, 900, 0, 0),))
        visits = (
            Visit("a", 1, (Slot("care", 30),), Window(500, 600)),
            Visit("b", 2, (Slot("care", 30),), Window(620, 640)),
        )
        plan = solve(Problem((worker,), visits, {"car": line(3)}, weights=Weights(waiting=1)), iterations=2000)
        assert plan.cost.waiting == 0
        assert {stop.visit: stop.starts for stop in plan.assignments} == {"a": 580, "b": 620}

    def test_puts_bundles_in_whole_or_not_at_all(self, line):
        worker = Worker("ann", "team", frozenset({"care"}), (Shift("day", 480, 560, 0, 0, 0),))
        visits = tuple(
            Visit(name, 1, (Slot("care", minutes),), Window(480, 560), cost_if_undone=price)
            for name, minutes, price in (("a", 20, 500), ("b", 50, 500), ("c", 50, 300))
        )
        problem = Problem((worker,), visits, {"car": line(3)}, bundles=(("a", "b"),))
        plan = solve(problem, iterations=2000)
        assert set(plan.undone) == {"a", "b"}
        assert check(problem, plan) == []

    def test_shares_work_out_when_asked_to(self, line):
        workers = tuple(
            Worker(name, "team", frozenset({"care"}), (Shift("day", 480, 900, 0, 0),)) for name in ("ann", "ben")
        )
        visits = tuple(Visit(f"v{k}", 1, (Slot("care", 30),), Window(480, 800)) for k in range(6))
        fair = Weights(imbalance=5, lateness=1)
        plan = solve(Problem(workers, visits, {"car": line(3)}, weights=fair), iterations=5000)
        assert plan.cost.imbalance == 0
        assert len({stop.worker for stop in plan.assignments}) == 2


def all_must_be_done(seed):
    """A small day of hard windows and no overtime on which every visit must be done, some of them in pairs."""
    random = np.random.default_rng(seed)
    points = random.integers(0, 15, (9, 2))
    apart = np.ceil(np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1)))
    workers = tuple(
        Worker(name, "office", frozenset({"s1", "s2"}), (Shift("day", 0, 480, 0, 0, 0, leaves_at_start=True),))
        for name in ("ann", "ben", "cat")
    )
    visits, gaps, bundles = [], [], []
    for place in range(1, 9):
        opens = float(random.integers(0, 200))
        window = Window(opens, opens + 200, hard=True, by_end=True)
        names = (f"p{place}/1", f"p{place}/2") if place < 3 else (f"p{place}",)
        slots = (Slot("s1", 20), Slot("s2", 15)) if place == 3 else (Slot("s1", 20),)
        visits += [Visit(name, place, slots, window, cost_if_undone=1, required=True) for name in names]
        if len(names) == 2:
            bundles.append(names)
            gaps.append(Gap(*names, -float("inf"), None, different_workers=True))
    return Problem(
        workers, tuple(visits), {"car": apart}, tuple(gaps), Weights(overtime=1, lateness=1, unpaid=0),
        bundles=tuple(bundles), never=frozenset({"overtime", "lateness"}),
    )  # fmt: skip


class TestWhatThePlainSearchCanDo:
    @pytest.mark.parametrize("seed", range(6))
    def test_does_everything_that_must_be_done(self, seed):
        problem = all_must_be_done(seed)
        assert not terms.has_terms(problem)
        plan = solve(problem, iterations=20_000)
        assert check(problem, plan) == []
        assert plan.undone == ()
        board, days = searched(problem, seed, 20_000)
        assert plan.cost.total == pytest.approx(float(terms.total(board.S, days.Z)))

    def test_leaves_the_rest_to_the_search_of_whole_days(self):
        problem = all_must_be_done(1)
        first, *rest = problem.visits
        only_one = replace(problem, visits=(replace(first, required=False), *rest))
        other_times = replace(first, other_windows=(Window(first.window.closes + 5, first.window.closes + 60, True),))
        assert terms.has_terms(only_one)
        assert terms.has_terms(replace(problem, visits=(other_times, *rest)))
        assert terms.has_terms(replace(problem, never=frozenset({"waiting"})))
        assert terms.has_terms(replace(problem, weights=replace(problem.weights, worst_idle=1)))

    def test_visits_who_must_be_visited_however_far(self, line):
        worker = Worker("ann", "team", frozenset({"care"}), (Shift("day", 0, 480, 0, 0),))
        far = Visit("far", 2, (Slot("care", 20),), Window(0, 480), cost_if_undone=0, required=True)
        problem = Problem((worker,), (far, replace(far, id="spare", place=4, required=False)), {"car": line(5)})
        plan = solve(problem, iterations=1000)
        assert plan.undone == ("spare",)
        assert check(problem, plan) == []

    def test_keeps_a_bundle_whole_that_cannot_be_done(self, line):
        worker = Worker("ann", "team", frozenset({"care"}), (Shift("day", 0, 480, 0, 0),))
        window = Window(0, 480, hard=True)
        able = Visit("a", 1, (Slot("care", 20),), window, required=True)
        visits = (able, replace(able, id="b", slots=(Slot("nursing", 20),)), replace(able, id="c", place=2))
        problem = Problem((worker,), visits, {"car": line(3)}, bundles=(("a", "b"),))
        assert not terms.has_terms(problem)
        plan = solve(problem, iterations=1000)
        assert plan.undone == ("a", "b")
        assert {fault.rule for fault in check(problem, plan)} == {"required_visit_done"}

    @pytest.mark.parametrize("plain", [True, False])
    def test_is_never_late_where_that_is_never_allowed(self, line, plain):
        workers = tuple(
            Worker(name, "team", frozenset({"care"}), (Shift("day", 0, 480, 0, 0),)) for name in ("ann", "ben")
        )
        visits = tuple(Visit(name, 3, (Slot("care", 60),), Window(60, 70)) for name in "ab")
        weights = Weights(lateness=0, waiting=0.0 if plain else 0.1)
        problem = Problem(workers, visits, {"car": line(4)}, weights=weights, never=frozenset({"lateness"}))
        assert terms.has_terms(problem) is not plain
        plan = solve(problem, iterations=2000)
        assert check(problem, plan) == []
        assert {stop.worker for stop in plan.assignments} == {"ann", "ben"}

    def test_starts_several_times_where_there_is_effort_for_it(self, line):
        worker = Worker("ann", "team", frozenset({"care"}), (Shift("day", 480, 900, 0, 0),))
        visits = tuple(Visit(f"v{k}", k, (Slot("care", 30),), Window(500 + 60 * k, 560 + 60 * k)) for k in (1, 2))
        problem = Problem((worker,), visits, {"car": line(3)}, weights=Weights(waiting=1, worst_idle=1))
        board, days = searched(problem, 1, 2 * len(visits) * whole_days.MOVES_A_START + 1)
        plan = plan_of(board, days)
        assert check(problem, plan) == []
        assert float(terms.total(board.S, days.Z)) == pytest.approx(cost(problem, plan).total)


class TestUhhc:
    @pytest.mark.parametrize("name", ["validation/i-116", "validation/i-235", "bazirha/E5", "bazirha-caie/J1"])
    def test_agrees_with_the_published_semantics(self, name):
        path = INSTANCES / f"{name}.json"
        if not path.is_file():
            pytest.skip(f"public UHHC instances are not at {INSTANCES}")
        problem = uhhc.read_problem(path)
        plan = solve(problem, iterations=6000)
        stored = json.loads(json.dumps(uhhc.plan_to_json(problem, plan)))
        objective, _, wrong = judge(json.loads(path.read_text()), stored)
        assert wrong == []
        assert check(problem, plan) == []
        assert objective == pytest.approx(plan.cost.total)
        assert cost(problem, uhhc.plan_from_json(problem, stored)).total == pytest.approx(objective)

    def test_finds_what_a_changed_solution_breaks(self):
        path = INSTANCES / "validation" / "i-116.json"
        if not path.is_file():
            pytest.skip(f"public UHHC instances are not at {INSTANCES}")
        problem = uhhc.read_problem(path)
        plan = solve(problem, iterations=4000)
        stop = max(plan.assignments, key=lambda one: one.starts)
        early = Assignment(stop.visit, stop.slot, stop.worker, stop.shift, stop.starts - 30, stop.ends - 30, 0, 0)
        mutated = replace(plan, assignments=tuple(early if one == stop else one for one in plan.assignments))
        stored = uhhc.plan_to_json(problem, mutated)
        assert bool(check(problem, mutated)) == bool(judge(json.loads(path.read_text()), stored)[2])
