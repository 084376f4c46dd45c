"""What would place a visit left out: every set of changes offered does, and none smaller is overlooked."""

from dataclasses import replace

import pytest

from visit_planner import (
    Pin,
    Plan,
    Problem,
    Shift,
    Slot,
    Visit,
    Window,
    Worker,
    apply_changes,
    check,
    cost,
    remedies,
    solve,
)


def worker(name, *skills, starts=480, ends=720, place=0, **more):
    return Worker(name, "council", frozenset(skills), (Shift("am", starts, ends, place, place, 0),), **more)


def visit(name, place, skill, opens, closes, *, minutes=30, slots=1, **more):
    return Visit(name, place, (Slot(skill, minutes),) * slots, Window(opens, closes, True), **more)


def smallest(line, workers, *visits):
    problem = Problem(tuple(workers), visits, {"car": line(9)})
    plan = solve(problem, iterations=300)
    return problem, plan, remedies(problem, plan, plan.undone[0])[0]


class TestRemedies:
    @pytest.mark.parametrize("seed", range(60))
    def test_offers_only_what_does_place_the_visit(self, make_random_problem, seed):
        problem = make_random_problem(seed)
        plan = solve(problem, iterations=300, seed=seed)
        for name in plan.undone:
            for remedy in remedies(problem, plan, name):
                changed = apply_changes(problem, remedy.changes)
                worth = next(visit.cost_if_undone for visit in changed.visits if visit.id == name)
                with_it = cost(changed, plan).total - worth + remedy.cost
                again = [solve(changed, start=plan, iterations=6000, seed=seed + k) for k in range(3)]
                assert not any(check(changed, one) for one in again)
                # The room that was made may do more good to another visit that was left out too.
                assert any(
                    name not in one.undone or (one.cost.total < with_it and set(plan.undone) - set(one.undone))
                    for one in again
                ), remedy.sentence

    @pytest.mark.parametrize("seed", range(60))
    def test_asks_for_no_minute_too_many(self, make_random_problem, seed):
        """A change of minutes cut by two would not do, where nothing else is rearranged."""
        problem = make_random_problem(seed)
        plan = solve(problem, iterations=300, seed=seed)
        for name in plan.undone:
            for remedy in remedies(problem, plan, name)[:1]:
                change = remedy.changes[0] if len(remedy.changes) == 1 else None
                if change is None or change.minutes <= 2 or change.kind not in ("overtime", "minutes"):
                    continue
                less = replace(change, minutes=change.minutes - 2)
                nearer = remedies(apply_changes(problem, [less]), plan, name)[0]
                assert nearer.changes != ()

    def test_names_one_sign_off(self, line):
        slot = Slot("insulin", 10, frozenset())
        _, _, remedy = smallest(line, [worker("ann", "insulin")], Visit("v", 1, (slot,), Window(500, 520, True)))
        assert [(c.kind, c.worker) for c in remedy.changes] == [("sign_off", "ann")]

    def test_says_how_many_minutes_of_overtime(self, line):
        _, _, remedy = smallest(line, [worker("ann", "care", starts=510, ends=540)], visit("v", 1, "care", 520, 540))
        assert [(c.kind, c.minutes, c.at) for c in remedy.changes] == [("overtime", 20.0, 560.0)]

    def test_widens_the_window_to_the_earlier_side_too(self, line):
        busy = visit("busy", 0, "care", 500, 500, minutes=120, pinned=(Pin(0, "ann", 500.0),))
        _, _, remedy = smallest(
            line, [worker("ann", "care", starts=450, ends=640)], busy, visit("v", 0, "care", 480, 490)
        )
        assert [(c.kind, c.minutes) for c in remedy.changes] == [("window_earlier", 10.0)]
        assert remedy.starts == 470

    def test_asks_for_a_second_worker_where_one_is_missing(self, line):
        _, _, remedy = smallest(line, [worker("ann", "care")], visit("v", 1, "care", 500, 540, slots=2))
        assert [(c.kind, c.visit) for c in remedy.changes] == [("one_more", "v")]
        assert "ann" in remedy.workers

    def test_frees_a_chosen_visit_that_somebody_else_could_have(self, line):
        chosen = visit("chosen", 1, "care", 500, 500, minutes=90, cost_if_undone=1e6, pinned=(Pin(0, "ann"),))
        workers = [worker("ann", "care", "nursing"), worker("ben", "care")]
        problem, plan, remedy = smallest(line, workers, chosen, visit("v", 1, "nursing", 500, 520, minutes=60))
        assert [(c.kind, c.visit, c.worker) for c in remedy.changes] == [("release", "chosen", "ann")]
        assert "which ben could do" in remedy.sentence
        assert solve(apply_changes(problem, remedy.changes), start=plan, iterations=2000).undone == ()

    def test_combines_two_changes_where_one_will_not_do(self, line):
        slot = Slot("insulin", 30, frozenset())
        wanted = Visit("v", 1, (slot,), Window(520, 540, True))
        problem, plan, remedy = smallest(line, [worker("ann", "insulin", starts=510, ends=540)], wanted)
        assert {c.kind for c in remedy.changes} in ({"sign_off", "overtime"}, {"one_more"})
        both = [r for r in remedies(problem, plan, "v") if len(r.changes) == 2]
        assert {c.kind for c in both[0].changes} == {"sign_off", "overtime"}

    def test_refuses_a_visit_that_is_not_there(self, line):
        problem = Problem((worker("ann", "care"),), (), {"car": line(2)})
        with pytest.raises(KeyError):
            remedies(problem, Plan(()), "nowhere")
