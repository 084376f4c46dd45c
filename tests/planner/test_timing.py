"""Starting visits nearer to when they were asked for, without disturbing anything."""

from dataclasses import replace

import pytest

from visit_planner import Gap, Held, Pin, Problem, Shift, Slot, Visit, Window, Worker, check, solve
from visit_planner.timing import nearer_to_asked


@pytest.fixture
def problem(line):
    """Two workers from 08:00; two visits and a joint one, ten minutes apart on a road, half an hour to either side."""
    workers = tuple(
        Worker(name, "team", frozenset({"care"}), (Shift("am", 480, 720, 0, 0, 0),)) for name in ("ann", "ben")
    )
    visits = (
        Visit("v1", 1, (Slot("care", 20),), Window(490, 550, hard=True)),
        Visit("joint", 2, (Slot("care", 30), Slot("care", 30)), Window(530, 590, hard=True)),
        Visit("v3", 3, (Slot("care", 20),), Window(600, 660, hard=True)),
    )
    return Problem(workers, visits, {"car": line(5)})


ASKED = {"v1": 520.0, "joint": 560.0, "v3": 630.0}


def _starts(plan):
    return {stop.visit: stop.starts for stop in plan.assignments}


class TestNearerToAsked:
    def test_waits_for_the_time_asked_for(self, problem):
        plan = solve(problem, iterations=500)
        assert _starts(plan)["joint"] < ASKED["joint"]
        later = nearer_to_asked(problem, plan, ASKED)
        assert _starts(later) == ASKED
        assert check(problem, later) == []
        assert later.cost.travel == plan.cost.travel
        assert [stop.worker for stop in later.assignments] == [stop.worker for stop in plan.assignments]

    def test_does_not_push_what_follows_past_its_time(self, problem):
        plan = solve(problem, iterations=500)
        later = nearer_to_asked(problem, plan, ASKED | {"v3": 600.0})
        last = next(stop for stop in later.assignments if stop.visit == "v3")
        before = [stop for stop in later.assignments if stop.worker == last.worker and stop.starts < last.starts]
        assert last.starts == 600
        assert check(problem, later) == []
        assert all(stop.starts <= ASKED[stop.visit] for stop in before)

    def test_keeps_to_the_end_of_the_shift(self, problem):
        short = replace(
            problem, workers=tuple(replace(w, shifts=(replace(w.shifts[0], ends=660),)) for w in problem.workers)
        )
        plan = solve(short, iterations=500)
        later = nearer_to_asked(short, plan, ASKED)
        assert check(short, later) == []
        # Twenty minutes of visit and thirty of way home before 11:00.
        assert _starts(later)["v3"] == 610

    def test_leaves_recorded_and_promised_times(self, problem):
        visits = (replace(problem.visits[0], pinned=(Pin(0, "ann", 495.0),)), *problem.visits[1:])
        told = replace(problem, visits=visits, held=(Held("v3", 0, "ann", 605.0),))
        plan = solve(told, iterations=500)
        later = nearer_to_asked(told, plan, ASKED)
        assert (_starts(later)["v1"], _starts(later)["v3"]) == (495, _starts(plan)["v3"])

    def test_keeps_spacing(self, problem):
        spaced = replace(problem, gaps=(Gap("v1", "v3", 60, 90),))
        plan = solve(spaced, iterations=500)
        later = nearer_to_asked(spaced, plan, ASKED)
        assert check(spaced, later) == []
        assert all(abs(_starts(later)[v] - ASKED[v]) <= abs(_starts(plan)[v] - ASKED[v]) for v in ASKED)

    def test_counts_waiting_afresh(self, problem):
        later = nearer_to_asked(problem, solve(problem, iterations=500), ASKED)
        for worker in ("ann", "ben"):
            stops = sorted((s for s in later.assignments if s.worker == worker), key=lambda s: s.starts)
            free = 480.0
            for stop in stops:
                assert stop.waits_before == pytest.approx(stop.starts - free - stop.travel_before)
                free = stop.ends

    def test_never_breaks_a_plan_or_takes_a_visit_further_from_its_time(self, make_random_problem):
        for seed in range(40):
            problem = make_random_problem(seed)
            plan = solve(problem, iterations=300, seed=seed)
            asked = {visit.id: (visit.window.opens + min(visit.window.closes, 900)) / 2 for visit in problem.visits}
            later = nearer_to_asked(problem, plan, asked)
            assert check(problem, later) == check(problem, plan)
            before, after = _starts(plan), _starts(later)
            assert all(abs(after[v] - asked[v]) <= abs(before[v] - asked[v]) + 1e-9 for v in before)
            assert later.cost.overtime == pytest.approx(plan.cost.overtime)
