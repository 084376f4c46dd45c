"""Each rule of the checker against a plan that breaks only that rule."""

from dataclasses import replace

import pytest

from visit_planner import (
    Assignment,
    Gap,
    Held,
    Pin,
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
)
from visit_planner.checking import RULES

BASE = {"v1": 500.0, "v2": 540.0, "joint": 600.0}


@pytest.fixture
def problem(line):
    """Three workers at place 0 from 08:00 to 12:00; visits at places 1, 2 and (joint) 3, ten minutes apart."""
    workers = tuple(
        Worker(name, "team", frozenset({"care", "nursing"}), (Shift("am", 480, 720, 0, 0, 30),))
        for name in ("ann", "ben", "cat")
    )
    visits = (
        Visit("v1", 1, (Slot("care", 20),), Window(490, 520)),
        Visit("v2", 2, (Slot("care", 20),), Window(490, 560)),
        Visit("joint", 3, (Slot("nursing", 30), Slot("care", 30)), Window(580, 640)),
    )
    return Problem(workers, visits, {"car": line(5)}, (Gap("v1", "v2", 30, 60, True),))


def stop(visit, slot, worker, starts, minutes):
    return Assignment(visit, slot, worker, "am", starts, starts + minutes, 0, 0)


@pytest.fixture
def plan():
    return Plan(
        (
            stop("v1", 0, "ann", 500, 20),
            stop("joint", 0, "ann", 600, 30),
            stop("v2", 0, "ben", 540, 20),
            stop("joint", 1, "ben", 600, 30),
        )
    )


def change_visit(problem, name, **changes):
    return replace(problem, visits=tuple(replace(v, **changes) if v.id == name else v for v in problem.visits))


def change_worker(problem, name, **changes):
    return replace(problem, workers=tuple(replace(w, **changes) if w.id == name else w for w in problem.workers))


def change_stop(plan, visit, slot, **changes):
    return replace(
        plan,
        assignments=tuple(replace(s, **changes) if (s.visit, s.slot) == (visit, slot) else s for s in plan.assignments),
    )


def names_a_stranger(problem, plan):
    return problem, replace(plan, assignments=(*plan.assignments, stop("v9", 0, "cat", 500, 20)))


def leaves_one_unmentioned(problem, plan):
    return problem, replace(plan, assignments=tuple(s for s in plan.assignments if s.visit != "v1"))


def gives_a_slot_twice(problem, plan):
    return problem, replace(plan, assignments=(*plan.assignments, stop("v1", 0, "cat", 500, 20)))


def sends_the_unskilled(problem, plan):
    return change_worker(problem, "ann", skills=frozenset({"care"})), plan


def sends_the_unsigned(problem, plan):
    return change_visit(problem, "v1", slots=(Slot("care", 20, frozenset({"cat"})),)), plan


def sends_the_refused(problem, plan):
    return change_visit(problem, "v1", refused=frozenset({"ann"})), plan


def ignores_a_pin(problem, plan):
    return change_visit(problem, "v1", pinned=(Pin(0, "cat"),)), plan


def ignores_a_promised_time(problem, plan):
    return change_visit(problem, "v1", pinned=(Pin(0, "ann", 505),)), plan


def sends_one_worker_as_two(problem, plan):
    # The second half on a later shift of the same worker is possible in time only when it takes no time to overlap.
    late = Shift("pm", 720, 900, 0, 0)
    changed = change_worker(problem, "ann", shifts=(*problem.workers[0].shifts, late))
    changed = change_visit(changed, "joint", window=Window(580, 1000))
    moved = change_stop(plan, "joint", 1, worker="ann", shift="pm", starts=760.0, ends=790.0)
    return changed, moved


def starts_a_joint_visit_apart(problem, plan):
    return problem, change_stop(plan, "joint", 1, starts=605.0, ends=635.0)


def cuts_a_visit_short(problem, plan):
    return problem, change_stop(plan, "v1", 0, ends=515.0)


def comes_too_early(problem, plan):
    return change_visit(problem, "v1", window=Window(505, 520)), plan


def comes_too_late(problem, plan):
    return change_visit(problem, "v1", window=Window(490, 499, hard=True)), plan


def comes_back_too_soon(problem, plan):
    return replace(problem, gaps=(Gap("v1", "v2", 41),)), plan


def comes_back_too_late(problem, plan):
    return replace(problem, gaps=(Gap("v1", "v2", 10, 39),)), plan


def sends_the_same_worker_twice(problem, plan):
    return problem, change_stop(plan, "v2", 0, worker="ann")


def sets_out_before_the_shift(problem, plan):
    return change_worker(problem, "ann", shifts=(Shift("am", 495, 720, 0, 0, 30),)), plan


def flies(problem, plan):
    travel = problem.travel["car"].copy()
    travel[2, 3] = 41
    return replace(problem, travel={"car": travel}), plan


def works_two_shifts_at_once(problem, plan):
    second = Shift("pm", 720, 900, 0, 0, 30)
    ben = change_worker(problem, "ben", shifts=(*problem.workers[1].shifts, second))
    changed = change_visit(ben, "joint", window=Window(580, 720))
    changed = change_visit(changed, "v2", window=Window(490, 800))
    moved = change_stop(plan, "joint", 0, starts=718.0, ends=748.0)
    moved = change_stop(moved, "joint", 1, starts=718.0, ends=748.0)
    moved = change_stop(moved, "v2", 0, shift="pm", starts=745.0, ends=765.0)
    roomy = tuple(replace(w, shifts=tuple(replace(s, overtime_at_most=100) for s in w.shifts)) for w in changed.workers)
    return replace(changed, workers=roomy, gaps=()), moved


def goes_where_no_way_leads(problem, plan):
    travel = problem.travel["car"].copy()
    travel[3, 0] = -1
    return replace(problem, travel={"car": travel}), plan


def stays_too_long(problem, plan):
    return change_worker(problem, "ann", shifts=(Shift("am", 480, 620, 0, 0, 30),)), plan


def works_too_much(problem, plan):
    return change_worker(problem, "ann", max_minutes=109), plan


BROKEN = [
    ("names_exist", names_a_stranger, 1),
    ("every_visit_accounted_for", leaves_one_unmentioned, 1),
    ("slot_done_once", gives_a_slot_twice, 1),
    ("worker_has_skill", sends_the_unskilled, 1),
    ("worker_is_signed_off", sends_the_unsigned, 1),
    ("refusal_respected", sends_the_refused, 1),
    ("pins_kept", ignores_a_pin, 1),
    ("pins_kept", ignores_a_promised_time, 5),
    ("joint_start_together", starts_a_joint_visit_apart, 5),
    ("service_takes_its_time", cuts_a_visit_short, 5),
    ("window_opens", comes_too_early, 5),
    ("hard_window_closes", comes_too_late, 1),
    ("gap_at_least", comes_back_too_soon, 1),
    ("gap_at_most", comes_back_too_late, 1),
    ("gap_workers_differ", sends_the_same_worker_twice, 1),
    ("shift_not_begun_early", sets_out_before_the_shift, 5),
    ("time_to_travel", flies, 1),
    ("shifts_do_not_overlap", works_two_shifts_at_once, 3),
    ("every_way_exists", goes_where_no_way_leads, 1),
    ("overtime_within_limit", stays_too_long, 10),
    ("minutes_within_limit", works_too_much, 1),
]


class TestCheck:
    def test_finds_nothing_wrong_with_a_good_plan(self, problem, plan):
        assert check(problem, plan) == []

    @pytest.mark.parametrize(("rule", "broken", "amount"), BROKEN, ids=[case[1].__name__ for case in BROKEN])
    def test_finds_the_one_rule_that_is_broken(self, problem, plan, rule, broken, amount):
        faults = check(*broken(problem, plan))
        assert {fault.rule for fault in faults} == {rule}
        assert faults[0].amount == pytest.approx(amount)
        assert faults[0].text

    def test_finds_one_worker_sent_as_two(self, problem, plan):
        # One worker cannot start two slots at one moment, so the starts are apart as well.
        faults = {fault.rule for fault in check(*sends_one_worker_as_two(problem, plan))}
        assert faults == {"joint_workers_differ", "joint_start_together"}

    def test_has_a_breaking_plan_for_every_rule(self):
        assert {case[0] for case in BROKEN} | {"joint_workers_differ"} == {rule.__name__ for rule in RULES}

    def test_holds_nothing_against_a_recorded_start(self, problem, plan):
        fact = (Pin(0, "ann", 500.0),)
        strange = change_visit(problem, "v1", pinned=fact, refused=frozenset({"ann"}), window=Window(505, 506))
        assert check(strange, plan) == []


class TestCost:
    def test_adds_up_every_part(self, problem, plan):
        priced = replace(
            problem,
            weights=Weights(2, 3, 5, 7, 11, 13, 17, 19, 23),
            held=(Held("v1", 0, "cat", 496),),
        )
        priced = change_visit(priced, "v1", window=Window(490, 496), preferred=frozenset({"ben"}))
        priced = change_visit(priced, "joint", window=Window(580, 599))
        priced = change_worker(priced, "ann", shifts=(Shift("am", 480, 650, 0, 0, 30),), cost_per_hour=6)
        result = cost(priced, plan)
        assert result.travel == 10 + 20 + 30 + 20 + 10 + 30
        assert result.lateness == 4 + 1 + 1
        assert result.worst_lateness == 4
        assert result.overtime == 10
        assert result.not_preferred == 1
        assert result.moved == 1
        assert result.moved_minutes == 4
        assert result.pay == 5
        assert result.undone == 0
        assert result.total == 2 * 120 + 3 * 6 + 5 * 4 + 11 * 10 + 13 + 17 + 19 * 4 + 23 * 5

    def test_counts_what_is_left_out(self, problem, plan):
        without = replace(plan, assignments=tuple(s for s in plan.assignments if s.visit != "v1"), undone=("v1",))
        assert cost(problem, without).undone == 1000
        assert check(problem, without) == []
