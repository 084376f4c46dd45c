"""Each rule of the checker against a plan that breaks only that rule."""

from dataclasses import replace

import pytest

from visit_planner import (
    Assignment,
    Break,
    BreakTaken,
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
from visit_planner.checking_practice import PRACTICE_RULES

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


def without_v1(plan):
    return replace(plan, assignments=tuple(s for s in plan.assignments if s.visit != "v1"), undone=("v1",))


def leaves_out_what_must_be_done(problem, plan):
    return change_visit(problem, "v1", required=True), without_v1(plan)


def splits_a_bundle(problem, plan):
    return replace(problem, bundles=(("v1", "v2"),)), without_v1(plan)


def rests(problem, plan, starts=540.0, ends=570.0, place=1, **changes):
    """Ann has a break of half an hour to take after v1."""
    rest = replace(Break(30, 500, 600), **changes)
    resting = change_worker(problem, "ann", shifts=(Shift("am", 480, 720, 0, 0, 30, rest),))
    return resting, replace(plan, breaks=(BreakTaken("ann", "am", starts, ends, place),))


def takes_a_break_that_is_not_there(problem, plan):
    return problem, rests(problem, plan)[1]


def takes_a_break_twice(problem, plan):
    resting, rested = rests(problem, plan, starts=520.0, ends=550.0)
    return resting, replace(rested, breaks=(*rested.breaks, BreakTaken("ann", "am", 550, 580, 1)))


def rests_too_late(problem, plan):
    return rests(problem, plan, latest=535)


def rests_too_early(problem, plan):
    return rests(problem, plan, earliest=544)


def rests_too_short(problem, plan):
    return rests(problem, plan, ends=560.0)


def rests_during_a_visit(problem, plan):
    return rests(problem, plan, starts=515.0, ends=545.0)


def rests_instead_of_travelling(problem, plan):
    return rests(problem, plan, starts=553.0, ends=583.0)


def rests_where_no_visit_is(problem, plan):
    return rests(problem, plan, place=2)


def never_rests(problem, plan):
    return rests(problem, plan, required=True)[0], plan


def waits_when_nobody_may(problem, plan):
    return replace(problem, never=frozenset({"waiting"})), plan


def ends_after_its_window(problem, plan):
    return change_visit(problem, "v1", window=Window(490, 518, hard=True, by_end=True)), plan


def comes_late_in_the_second_window(problem, plan):
    windows = {"window": Window(400, 410), "other_windows": (Window(480, 494, hard=True), Window(530, 540))}
    return change_visit(problem, "v1", **windows), plan


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
    ("required_visit_done", leaves_out_what_must_be_done, 1),
    ("bundle_whole", splits_a_bundle, 1),
    ("break_belongs_to_shift", takes_a_break_that_is_not_there, 1),
    ("break_belongs_to_shift", takes_a_break_twice, 1),
    ("break_in_its_time", rests_too_late, 5),
    ("break_in_its_time", rests_too_early, 4),
    ("break_long_enough", rests_too_short, 10),
    ("break_fits_between", rests_during_a_visit, 5),
    ("break_fits_between", rests_instead_of_travelling, 3),
    ("break_beside_visit", rests_where_no_visit_is, 1),
    ("required_break_taken", never_rests, 1),
    ("never_happens", waits_when_nobody_may, 90),
    ("hard_window_closes", ends_after_its_window, 2),
    ("hard_window_closes", comes_late_in_the_second_window, 6),
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
        practice = {rule.__name__ for rule in PRACTICE_RULES}  # broken one by one in test_practice.py
        assert {case[0] for case in BROKEN} | {"joint_workers_differ"} == {rule.__name__ for rule in RULES} - practice

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

    def test_counts_lateness_from_the_last_window_that_has_opened(self, problem, plan):
        late = change_visit(problem, "v1", window=Window(400, 410), other_windows=(Window(480, 494), Window(530, 540)))
        assert cost(late, plan).lateness == 6
        by_end = change_visit(problem, "joint", window=Window(580, 625, by_end=True))
        assert cost(by_end, plan).lateness == 5 + 5

    def test_counts_waiting_but_not_before_the_first_visit_nor_in_a_break(self, problem, plan):
        assert cost(problem, plan).waiting == 60 + 30
        assert cost(problem, plan).longest_wait == 60
        assert cost(*rests(problem, plan)).waiting == 20 + 10 + 30
        shifts = (replace(problem.workers[0].shifts[0], leaves_at_start=True),)
        assert cost(change_worker(problem, "ann", shifts=shifts), plan).waiting == 60 + 30 + 10

    def test_counts_no_waiting_between_a_break_taken_first_and_the_visit(self, problem, plan):
        resting, rested = rests(problem, plan, starts=492.0, ends=522.0, earliest=480)
        later = change_stop(rested, "v1", 0, starts=530.0, ends=550.0)
        assert cost(resting, later).waiting == 30 + 30

    def test_counts_the_idlest_worker_extra_time_included(self, problem, plan):
        # Cat has nothing to do: idle for the whole shift. Ann works 50 minutes and travels 60 of 240.
        assert cost(problem, plan).worst_idle == 240
        only_ann = replace(problem, workers=problem.workers[:2])
        assert cost(only_ann, plan).worst_idle == 240 - 50 - 60
        assert cost(*rests(only_ann, plan)).worst_idle == 240 - 50 - 60
        short = change_worker(only_ann, "ben", shifts=(Shift("am", 480, 500, 0, 0),), skills=frozenset({"care"}))
        assert cost(change_worker(short, "ann", shifts=(Shift("am", 480, 500, 0, 0),)), plan).worst_idle == 70

    def test_counts_how_unevenly_work_is_shared(self, problem, plan):
        # Loads of 110, 110 and 0 minutes, 73 1/3 on average.
        result = cost(problem, plan)
        assert result.work == 220
        assert result.imbalance == 37 + 37 + 74

    def test_counts_breaks_missed_and_rules_bent_for_a_price(self, problem, plan):
        assert cost(rests(problem, plan)[0], plan).missed_breaks == 1
        assert cost(*rests(problem, plan)).missed_breaks == 0
        bent = change_worker(problem, "ann", skills=frozenset({"care"}))
        bent = change_visit(bent, "v1", refused=frozenset({"ann"}))
        bent = replace(bent, weights=Weights(unqualified=7, refused=11))
        assert check(bent, plan) == []
        assert (cost(bent, plan).unqualified, cost(bent, plan).refused) == (1, 1)
        assert cost(bent, plan).total == cost(replace(bent, weights=Weights()), plan).total + 7 + 11
