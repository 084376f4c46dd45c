"""Reasons: every one computed from the plan at hand."""

from dataclasses import replace

import pytest

from visit_planner import (
    Break,
    Pin,
    Plan,
    Problem,
    Shift,
    Slot,
    Visit,
    Weights,
    Window,
    Worker,
    explain,
    solve,
    why_undone,
)


def worker(name, *skills, starts=480, ends=720, place=0):
    return Worker(name, "council", frozenset(skills), (Shift("am", starts, ends, place, place, 0),))


def visit(name, place, skill, opens, closes, *, hard=True, minutes=30, slots=1, **more):
    return Visit(name, place, (Slot(skill, minutes),) * slots, Window(opens, closes, hard), **more)


def why_not(line, workers, *visits):
    problem = Problem(tuple(workers), visits, {"car": line(9)})
    plan = solve(problem, iterations=300)
    assert plan.undone
    return explain(problem, plan).undone[plan.undone[0]]


class TestExplain:
    def test_says_why_this_worker_and_why_then(self, line):
        workers = (worker("ann", "care"), worker("ben", "care", "nursing", place=4))
        visits = (
            visit("near", 1, "care", 500, 560, preferred=frozenset({"ann"})),
            visit("joint", 3, "care", 560, 600, slots=2),
            visit("health", 4, "nursing", 490, 520),
        )
        problem = Problem(workers, visits, {"car": line(9)})
        explanations = explain(
            problem, solve(problem, iterations=500), names={"ann": "Ann Lee", "care": "personal care"}
        )
        near = explanations.assignments["near", 0]
        assert near.sentence == (
            "Ann Lee (council) has the skill personal care, is a familiar face and adds 0 minutes of travel here; "
            "the next best, ben, would cost 45 more; it starts at 08:20, as soon as its window opens."
        )
        assert (near.worker, near.next_best, near.next_best_extra) == ("ann", "ben", pytest.approx(45))
        assert "nobody else on shift could do it" in explanations.assignments["health", 0].sentence
        assert "together with" in explanations.assignments["joint", 0].sentence

    def test_explains_every_assignment_and_everything_left_out(self, make_team):
        problem = make_team(visits=120, workers=20)
        plan = solve(problem, iterations=2000)
        explanations = explain(problem, plan)
        assert set(explanations.assignments) == {(s.visit, s.slot) for s in plan.assignments}
        assert set(explanations.undone) == set(plan.undone) != set()
        assert all(why.sentence and why.nearest for why in explanations.undone.values())

    def test_says_that_a_visit_comes_after_the_break(self, line):
        rested = replace(worker("ann", "care"), shifts=(Shift("am", 480, 900, 0, 0, 0, rest=Break(20, 560, 700)),))
        visits = tuple(visit(name, 1, "care", 480, 800, minutes=60) for name in "abc")
        problem = Problem((rested,), visits, {"car": line(2)}, weights=Weights(missed_breaks=60.0))
        plan = solve(problem, iterations=500)
        (taken,) = plan.breaks
        after = min((stop for stop in plan.assignments if stop.starts >= taken.ends), key=lambda stop: stop.starts)
        others = [stop for stop in plan.assignments if stop is not after]
        said = explain(problem, plan).assignments
        assert "after the break" in said[after.visit, 0].sentence
        assert not any("break" in said[stop.visit, 0].sentence for stop in others)

    def test_says_that_a_started_visit_stays_as_it_is(self, line):
        workers = (worker("ann", "care"),)
        visits = (visit("v", 1, "care", 500, 520, pinned=(Pin(0, "ann", 505.0),)),)
        problem = Problem(workers, visits, {"car": line(2)})
        why = explain(problem, solve(problem, iterations=10)).assignments["v", 0]
        assert why.sentence == "ann at 08:25: already started, done or promised, so it stays as it is."

    @pytest.mark.parametrize(
        ("code", "workers", "wanted", "nearest"),
        [
            (
                "nobody_has_skill",
                [worker("ann")],
                visit("v", 1, "nursing", 500, 520),
                "One more worker with nursing from 08:20 to 08:50 would place it at 08:20.",
            ),
            (
                "nobody_signed_off",
                [worker("ann", "insulin")],
                Visit("v", 1, (Slot("insulin", 10, frozenset()),), Window(500, 520)),
                "Signing ann off for this visit would place it at 08:20 with ann.",
            ),
            (
                "all_refused",
                [worker("ann", "care")],
                visit("v", 1, "care", 500, 520, refused={"ann"}),
                "Letting ann go to this person",
            ),
            (
                "chosen_worker_cannot",
                [worker("ann", "care"), worker("ben", "nursing")],
                visit("v", 1, "care", 500, 520, pinned=(Pin(0, "ben"),)),
                "Releasing it from ben would place it at 08:20 with ann.",
            ),
            ("too_few_for_joint", [worker("ann", "care")], visit("v", 1, "care", 500, 520, slots=2), "One more"),
            (
                "nobody_on_shift",
                [worker("ann", "care", starts=600)],
                visit("v", 1, "care", 500, 520),
                "Letting it start up to 90 minutes later would place it at 10:10 with ann.",
            ),
            (
                "nobody_on_shift",
                [worker("ann", "care", ends=495)],
                visit("v", 1, "care", 500, 520),
                "45 minutes more overtime for ann, until 09:00,",
            ),
            (
                "too_far",
                [worker("ann", "care")],
                visit("v", 8, "care", 490, 520),
                "Letting it start up to 40 minutes later would place it at 09:20 with ann.",
            ),
            (
                "no_room",
                [worker("ann", "care", ends=540)],
                visit("v", 4, "care", 500, 540),
                "50 minutes more overtime for ann, until 09:50, would place it at 08:40",
            ),
            (
                "costs_more_than_leaving_out",
                [worker("ann", "care")],
                visit("v", 4, "care", 500, 540, cost_if_undone=30.0),
                "Giving it 81 minutes of travel and delay, where the most now is 30, would place it at 08:40",
            ),
        ],
    )
    def test_says_what_stands_in_the_way_and_what_would_help(self, line, code, workers, wanted, nearest):
        why = why_not(line, workers, wanted)
        assert why.code == code
        assert nearest in why.nearest

    def test_says_when_everybody_is_busy(self, line):
        busy = visit("busy", 0, "care", 480, 480, minutes=100, cost_if_undone=1e6)
        why = why_not(line, [worker("ann", "care")], busy, visit("v", 1, "care", 500, 520))
        assert why.code == "no_room"
        assert why.sentence == (
            "Nobody qualified is free between 08:20 and 08:40; the earliest start is 09:50, "
            "70 minutes after its window."
        )
        assert why.nearest == "Letting busy start up to 60 minutes later would place it at 08:20 with ann."
        assert why.remedies[1].sentence.startswith("Letting it start up to 70 minutes later")

    def test_does_not_need_a_plan_it_made(self, line):
        problem = Problem((worker("ann", "care"),), (visit("v", 1, "care", 500, 520),), {"car": line(2)})
        assert explain(problem, replace(Plan(()), undone=("v",))).undone["v"].nearest


class TestWhyUndone:
    def test_says_of_one_visit_what_explain_says_of_all(self, line):
        visits = tuple(
            visit(name, 1, skill, 500, 520) for name, skill in (("a", "care"), ("b", "care"), ("c", "dance"))
        )
        problem = Problem((worker("ann", "care"),), visits, {"car": line(2)})
        plan = solve(problem, iterations=300)
        assert len(plan.undone) == 2
        assert {one: why_undone(problem, plan, one) for one in plan.undone} == explain(problem, plan).undone

    @pytest.mark.parametrize("name", ["a", "nobody"])
    def test_refuses_what_the_plan_does_not_leave_out(self, line, name):
        problem = Problem((worker("ann", "care"),), (visit("a", 1, "care", 500, 520),), {"car": line(2)})
        with pytest.raises(KeyError, match=name):
            why_undone(problem, solve(problem, iterations=300), name)
