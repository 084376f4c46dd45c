"""Properties of any problem: the cost kept move by move is the checker's, and no spoilt plan passes the checker."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visit_planner import Assignment, Plan, check, cost, solve
from visit_planner.search import annealing, build, run
from visit_planner.search.board import read_plan
from visit_planner.search.laying import set_up

SEEDS = st.integers(0, 2**31)
KINDS = {
    name: getattr(annealing, name) for name in ("RELOCATE", "TOGETHER", "SWAP", "EXCHANGE_TAILS", "RUN", "OPTIONAL")
}


class TestCostKeptMoveByMove:
    @pytest.mark.parametrize("kind", KINDS)
    @settings(max_examples=12, deadline=None)
    @given(seed=SEEDS)
    def test_is_the_cost_of_the_plan_reckoned_afresh(self, make_random_problem, kind, seed):
        """After every single proposal, kept or undone: while it goes on, not only at the end."""
        problem = make_random_problem(seed)
        board = set_up(problem, seed=seed)
        build(board)
        mix = np.full(annealing.MOVES, 1e-9)
        mix[KINDS[kind]] = 1.0

        def compare(_progress):
            plan = Plan(*read_plan(board))
            assert board.total() == pytest.approx(cost(problem, plan).total, abs=1e-6)
            assert check(problem, plan) == []

        run(board, seconds=0, iterations=60, mix=mix, hot=5.0, progress=compare)

    @pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "OPTIONAL"])
    def test_changes_with_every_kind_of_move(self, make_team, kind):
        """So that the property above is one of moves made, not of moves refused."""
        board = set_up(make_team(visits=60, workers=14), seed=1)
        build(board)
        mix = np.full(annealing.MOVES, 1e-9)
        mix[KINDS[kind]] = 1.0
        totals = set()
        run(board, seconds=0, iterations=400, mix=mix, hot=5.0, progress=lambda _: totals.add(board.total()))
        assert len(totals) > 3


class Spoilt:
    """A plan without faults, to be spoilt in one place drawn at random; a change returns None where it cannot."""

    def __init__(self, problem, plan, seed):
        self.problem, self.plan = problem, plan
        self.random = np.random.default_rng(seed)
        self.visits = {visit.id: visit for visit in problem.visits}
        self.workers = {worker.id: worker for worker in problem.workers}
        self.shifts = {(worker.id, shift.id): shift for worker in problem.workers for shift in worker.shifts}

    def one(self, condition=lambda stop: True):
        stops = [stop for stop in self.plan.assignments if condition(stop)]
        return stops[int(self.random.integers(len(stops)))] if stops else None

    def swapped(self, old, **changes):
        stops = (replace(stop, **changes) if stop is old else stop for stop in self.plan.assignments)
        return replace(self.plan, assignments=tuple(stops))

    def moved(self, visit_id, starts):
        """A whole visit at another time."""
        return replace(
            self.plan,
            assignments=tuple(
                replace(stop, starts=starts, ends=starts + stop.ends - stop.starts) if stop.visit == visit_id else stop
                for stop in self.plan.assignments
            ),
        )

    def given_to(self, stop, worker):
        return self.swapped(stop, worker=worker.id, shift=worker.shifts[0].id)


def drops_a_slot(case):
    stop = case.one()
    return replace(case.plan, assignments=tuple(other for other in case.plan.assignments if other is not stop))


def says_what_is_done_is_not(case):
    return replace(case.plan, undone=(*case.plan.undone, case.one().visit))


def gives_a_slot_twice(case):
    return replace(case.plan, assignments=(*case.plan.assignments, case.one()))


def forgets_what_is_left_out(case):
    return replace(case.plan, undone=()) if case.plan.undone else None


def names_a_visit_that_is_not(case):
    return case.swapped(case.one(), visit="nobody")


def names_a_slot_that_is_not(case):
    return case.swapped(case.one(), slot=17)


def names_a_shift_that_is_not(case):
    return case.swapped(case.one(), shift="night")


def starts_one_of_a_team_apart(case):
    stop = case.one(lambda stop: len(case.visits[stop.visit].slots) > 1)
    return None if stop is None else case.swapped(stop, starts=stop.starts + 1, ends=stop.ends + 1)


def sends_one_worker_as_two(case):
    stop = case.one(lambda stop: len(case.visits[stop.visit].slots) > 1)
    if stop is None:
        return None
    other = next(o for o in case.plan.assignments if o.visit == stop.visit and o is not stop)
    return case.swapped(stop, worker=other.worker, shift=other.shift)


def cuts_a_visit_short(case):
    stop = case.one()
    return case.swapped(stop, ends=stop.ends - 1)


def comes_before_the_window(case):
    stop = case.one()
    return case.moved(stop.visit, case.visits[stop.visit].window.opens - 1)


def comes_after_a_hard_window(case):
    stop = case.one(lambda stop: case.visits[stop.visit].window.hard)
    return None if stop is None else case.moved(stop.visit, case.visits[stop.visit].window.closes + 1)


def sends_the_unskilled(case):
    def without(stop):
        skill = case.visits[stop.visit].slots[stop.slot].skill
        return [worker for worker in case.problem.workers if skill not in worker.skills]

    stop = case.one(lambda stop: bool(without(stop)))
    return None if stop is None else case.given_to(stop, without(stop)[0])


def sends_the_unsigned(case):
    def unsigned(stop):
        allowed = case.visits[stop.visit].slots[stop.slot].allowed
        return [] if allowed is None else [worker for worker in case.problem.workers if worker.id not in allowed]

    stop = case.one(lambda stop: bool(unsigned(stop)))
    return None if stop is None else case.given_to(stop, unsigned(stop)[0])


def sends_the_refused(case):
    stop = case.one(lambda stop: bool(case.visits[stop.visit].refused))
    return None if stop is None else case.given_to(stop, case.workers[min(case.visits[stop.visit].refused)])


def takes_a_pinned_visit_off_its_worker(case):
    def pinned_to(stop):
        return next((pin.worker for pin in case.visits[stop.visit].pinned if pin.slot == stop.slot), None)

    stop = case.one(lambda stop: pinned_to(stop) is not None)
    if stop is None:
        return None
    return case.given_to(stop, next(w for w in case.problem.workers if w.id != pinned_to(stop)))


def sets_out_before_the_shift(case):
    stop = case.one()
    return case.moved(stop.visit, case.shifts[stop.worker, stop.shift].starts - 1)


def is_at_two_places_at_once(case):
    def follower(stop):
        return next(
            (
                other for other in case.plan.assignments
                if (other.worker, other.shift) == (stop.worker, stop.shift) and other.starts > stop.starts
                and len(case.visits[other.visit].slots) == 1
            ),
            None,
        )  # fmt: skip

    stop = case.one(lambda stop: follower(stop) is not None)
    return None if stop is None else case.moved(follower(stop).visit, stop.ends - 0.5)


def comes_back_too_soon(case):
    starts = {stop.visit: stop.starts for stop in case.plan.assignments}
    gap = next((g for g in case.problem.gaps if g.first in starts and g.second in starts), None)
    return None if gap is None else case.moved(gap.second, starts[gap.first] + gap.at_least - 1)


def comes_back_too_late(case):
    starts = {stop.visit: stop.starts for stop in case.plan.assignments}
    gap = next(
        (g for g in case.problem.gaps if g.at_most is not None and g.first in starts and g.second in starts), None
    )
    return None if gap is None else case.moved(gap.second, starts[gap.first] + gap.at_most + 1)


def works_past_the_overtime_allowed(case):
    stop = case.one()
    shift = case.shifts[stop.worker, stop.shift]
    return case.moved(stop.visit, shift.ends + shift.overtime_at_most + 1)


def gives_one_worker_more_than_the_cap(case):
    capped = [worker for worker in case.problem.workers if worker.max_minutes is not None]
    if not capped:
        return None
    worker = capped[0]
    # Everything anybody does, given to the one with a cap: more than there was, and more than may be.
    stops = tuple(replace(s, worker=worker.id, shift=worker.shifts[0].id) for s in case.plan.assignments)
    spoilt = replace(case.plan, assignments=stops)
    return spoilt if sum(stop.ends - stop.starts for stop in stops) > worker.max_minutes else None


SPOILT = [
    drops_a_slot, says_what_is_done_is_not, gives_a_slot_twice, forgets_what_is_left_out, names_a_visit_that_is_not,
    names_a_slot_that_is_not, names_a_shift_that_is_not, starts_one_of_a_team_apart, sends_one_worker_as_two,
    cuts_a_visit_short, comes_before_the_window, comes_after_a_hard_window, sends_the_unskilled, sends_the_unsigned,
    sends_the_refused, takes_a_pinned_visit_off_its_worker, sets_out_before_the_shift, is_at_two_places_at_once,
    comes_back_too_soon, comes_back_too_late, works_past_the_overtime_allowed, gives_one_worker_more_than_the_cap,
]  # fmt: skip


class TestSpoiltPlans:
    @settings(max_examples=60, deadline=None)
    @given(seed=SEEDS)
    def test_never_pass_the_checker(self, make_random_problem, seed):
        problem = make_random_problem(seed)
        plan = solve(problem, iterations=150, seed=seed)
        assert check(problem, plan) == []
        if not plan.assignments:
            return
        for spoil in SPOILT:
            spoilt = spoil(Spoilt(problem, plan, seed))
            if spoilt is not None:
                assert check(problem, spoilt) != [], spoil.__name__

    @pytest.mark.parametrize("spoil", SPOILT, ids=[spoil.__name__ for spoil in SPOILT])
    def test_are_met_in_every_kind(self, make_random_problem, spoil):
        met = 0
        for seed in range(40):
            problem = make_random_problem(seed)
            plan = solve(problem, iterations=20, seed=seed)
            met += bool(plan.assignments) and spoil(Spoilt(problem, plan, seed)) is not None
            if met:
                break
        assert met > 0

    def test_a_stop_nobody_asked_for_is_found(self, make_random_problem):
        problem = make_random_problem(1)
        plan = solve(problem, iterations=50)
        worker = problem.workers[0]
        extra = Assignment("v99", 0, worker.id, worker.shifts[0].id, 500.0, 510.0, 0.0, 0.0)
        assert check(problem, replace(plan, assignments=(*plan.assignments, extra))) != []
