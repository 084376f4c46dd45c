"""Two plans of a day: everything that differs is told once, with what set it off."""

from dataclasses import replace

import pytest

from visit_planner import Plan, Problem, Shift, Slot, Visit, Window, Worker, compare, cost, replan, solve


def without(problem, *workers):
    return replace(problem, workers=tuple(one for one in problem.workers if one.id not in workers))


@pytest.fixture(scope="module")
def day(make_team):
    problem = make_team(visits=120, workers=30, seed=4)
    return problem, solve(problem, iterations=30_000)


class TestCompare:
    def test_finds_nothing_between_a_plan_and_itself(self, day):
        same = compare(day, day)
        assert same.because == ()
        assert same.difference.total == 0
        assert same.unchanged == len(day[1].assignments)

    def test_puts_down_to_an_absence_all_that_follows_from_it(self, day):
        problem, plan = day
        away = max({stop.worker for stop in plan.assignments}, key=[s.worker for s in plan.assignments].count)
        lost = {stop.visit for stop in plan.assignments if stop.worker == away}
        fewer = without(problem, away)
        after = replan(fewer, held=plan, changed=lost, seconds=0.2).plan
        told = compare(day, (fewer, after), names={away: "Ann Lee"})
        assert {(one.cause, one.of) for one in told.because} <= {("absence", away), ("improvement", None)}
        absence = told.because[0]
        assert absence.cause == "absence"
        assert absence.sentence.startswith("Ann Lee is away: ")
        assert {move.visit for move in absence.moves} >= lost
        assert all(move.after == () for move in absence.moves if move.from_worker == away)

    def test_tells_every_slot_that_differs_once(self, day):
        problem, plan = day
        other = solve(problem, iterations=30_000, seed=9)
        told = compare(day, (problem, other))
        was = {(s.visit, s.slot): (s.worker, round(s.starts)) for s in plan.assignments}
        now = {(s.visit, s.slot): (s.worker, round(s.starts)) for s in other.assignments}
        keys = [(move.visit, move.slot) for move in told.moves]
        assert len(keys) == len(set(keys))
        assert {key for key in was.keys() | now.keys() if was.get(key, (None,))[0] != now.get(key, (None,))[0]} <= {
            *keys
        }
        assert [one.cause for one in told.because] == ["improvement"]
        assert told.difference.total == pytest.approx(cost(problem, other).total - cost(problem, plan).total)
        assert told.because[0].travel == pytest.approx(told.difference.travel)

    def test_keeps_two_causes_apart(self, line):
        def worker(name, place):
            return Worker(name, "team", frozenset({"care"}), (Shift("am", 480, 720, place, place),))

        def visit(name, place, opens):
            return Visit(name, place, (Slot("care", 30),), Window(opens, opens + 60))

        near = (visit("one", 0, 500), visit("two", 1, 560))
        far = (visit("three", 30, 500),)
        problem = Problem(
            (worker("ann", 0), worker("ben", 1), worker("cat", 30)), (*near, *far), {"car": line(40, 15.0)}
        )
        plan = solve(problem, iterations=2000)
        gone = next(stop.worker for stop in plan.assignments if stop.visit == "one")
        changed = replace(without(problem, gone), visits=(*problem.visits, visit("new", 30, 495)))
        after = solve(changed, iterations=2000, start=plan)
        told = compare((problem, plan), (changed, after))
        causes = {one.cause: {move.visit for move in one.moves} for one in told.because}
        assert causes["absence"] >= {"one"}
        assert causes["new_visit"] >= {"new"}
        assert not causes["absence"] & {"three", "new"}

    def test_names_what_was_cancelled_and_what_changed(self, line):
        workers = (Worker("ann", "team", frozenset({"care"}), (Shift("am", 480, 720, 0, 0),)),)
        visits = tuple(Visit(n, 1, (Slot("care", 30),), Window(500, 560)) for n in ("one", "two"))
        problem = Problem(workers, visits, {"car": line(3)})
        plan = solve(problem, iterations=500)
        gone = replace(problem, visits=visits[1:])
        after = Plan(tuple(stop for stop in plan.assignments if stop.visit == "two"))
        assert (
            compare((problem, plan), (gone, after)).because[0].sentence
            == "one is no longer wanted: nothing else moves."
        )
        later = replace(problem, visits=(visits[0], replace(visits[1], window=Window(600, 660))))
        told = compare((problem, plan), (later, solve(later, iterations=500)))
        assert ("changed_visit", "two") in {(one.cause, one.of) for one in told.because}
