"""The terms of practice: each rule broken alone, each cost counted, all of them kept by the search and explained."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visit_planner import (
    Assignment,
    Attending,
    Barred,
    Clinic,
    Faces,
    Gap,
    Grade,
    Held,
    NotAlone,
    OnlyThese,
    Pin,
    Plan,
    Problem,
    ProblemError,
    Shift,
    Slot,
    Visit,
    Weights,
    Window,
    Worker,
    check,
    cost,
    explain,
    replan,
    solve,
    who_can_come,
)
from visit_planner.checking_practice import PRACTICE_RULES
from visit_planner.formats import native
from visit_planner.formats.reading import FormatError
from visit_planner.search import build, run
from visit_planner.search.board import read_plan
from visit_planner.search.laying import set_up

SEEDS = st.integers(0, 2**31)
ASKED = "she asked for a woman"


def worker(name, *shifts, skills=("care",), **more):
    return Worker(name, "team", frozenset(skills), shifts or (Shift("am", 480, 720, 0, 0, 30),), **more)


CARE = (Slot("care", 20),)


def visit(name, place=1, opens=490, closes=520, slots=CARE, *, hard=False, **more):
    return Visit(name, place, tuple(slots), Window(opens, closes, hard), person=name, **more)


def stop(name, slot, who, starts, minutes=20, shift="am"):
    return Assignment(name, slot, who, shift, starts, starts + minutes, 0, 0)


def some(*names):
    return frozenset(names)


@pytest.fixture
def problem(line):
    return Problem(
        (worker("ann"), worker("ben")),
        (visit("v1"), visit("v2", 2, 540, 600, (Slot("care", 30), Slot("care", 30)))),
        {"car": line(5)},
    )


@pytest.fixture
def plan():
    return Plan((stop("v1", 0, "ann", 500), stop("v2", 0, "ann", 560, 30), stop("v2", 1, "ben", 560, 30)))


def change_visit(problem, name, **changes):
    return replace(problem, visits=tuple(replace(v, **changes) if v.id == name else v for v in problem.visits))


def change_worker(problem, name, **changes):
    return replace(problem, workers=tuple(replace(w, **changes) if w.id == name else w for w in problem.workers))


def sends_a_man(problem, plan):
    return change_visit(problem, "v1", only_these=(OnlyThese(some("ben"), ASKED),)), plan


def sends_the_allergic(problem, plan):
    return change_visit(problem, "v1", barred=(Barred(some("ann"), "ann is allergic to his cats"),)), plan


def sends_a_beginner(problem, plan):
    return change_visit(problem, "v1", slots=(Slot("care", 20, None, 2),)), plan


def sends_the_lapsed(problem, plan):
    return change_worker(problem, "ann", grades=(Grade("care", 1, None, 585),)), plan


def sends_one_after_dark(problem, plan):
    return change_visit(problem, "v1", not_alone=NotAlone("of threats made", 510, 800)), plan


def leaves_one_behind(problem, plan):
    changed = change_visit(problem, "v2", slots=(Slot("care", 30), Slot("care", 18)))
    changed = change_visit(changed, "v2", not_alone=NotAlone("of threats made", 500, 800))
    shorter = replace(plan, assignments=(*plan.assignments[:2], stop("v2", 1, "ben", 560, 18)))
    return changed, shorter


def eats_into_rest_with_overtime(problem, plan):
    night = Shift("next", 1250, 1400, 0, 0)
    changed = change_worker(problem, "ann", shifts=(*problem.workers[0].shifts, night), rest_minutes=660.0)
    changed = replace(changed, visits=(*changed.visits, visit("late", 0, 1250, 1300)))
    return changed, replace(plan, assignments=(*plan.assignments, stop("late", 0, "ann", 1250, shift="next")))


def comes_too_soon_after_last_night(problem, plan):
    return change_worker(problem, "ann", rest_minutes=600.0, worked_until=-105.0), plan


def stays_too_near_the_next_shift(problem, plan):
    return change_worker(problem, "ben", rest_minutes=660.0, works_again=1260.0), plan


def seats_without_agreement(problem, plan):
    changed = replace(problem, clinics=(Clinic("legs", 3),))
    return changed, replace(plan, assignments=plan.assignments[1:], attending=(Attending("v1", "legs"),))


def fills_a_clinic_twice(problem, plan):
    changed = replace(problem, clinics=(Clinic("legs", 1),))
    changed = change_visit(change_visit(changed, "v1", clinic="legs"), "v2", clinic="legs")
    return changed, Plan((), attending=(Attending("v1", "legs"), Attending("v2", "legs")))


def seats_where_nobody_holds_it(problem, plan):
    changed = replace(
        problem, visits=(*problem.visits, visit("session", 4)), clinics=(Clinic("legs", 3, 5, "session"),)
    )
    changed = change_visit(changed, "v1", clinic="legs")
    seated = (Attending("v1", "legs"),)
    return changed, replace(plan, assignments=plan.assignments[1:], undone=("session",), attending=seated)


BROKEN = [
    ("only_these_sent", sends_a_man, 1),
    ("barred_worker_kept_away", sends_the_allergic, 1),
    ("skill_of_level", sends_a_beginner, 1),
    ("skill_in_date", sends_the_lapsed, 5),
    ("nobody_alone", sends_one_after_dark, 10),
    ("nobody_alone", leaves_one_behind, 12),
    ("rest_kept", eats_into_rest_with_overtime, 20),
    ("rest_kept", comes_too_soon_after_last_night, 5),
    ("rest_kept", stays_too_near_the_next_shift, 10),
    ("clinic_agreed", seats_without_agreement, 1),
    ("clinic_places_kept", fills_a_clinic_twice, 1),
    ("clinic_held", seats_where_nobody_holds_it, 1),
]


class TestRules:
    def test_finds_nothing_wrong_with_a_good_plan(self, problem, plan):
        assert check(problem, plan) == []

    @pytest.mark.parametrize(("rule", "broken", "amount"), BROKEN, ids=[case[1].__name__ for case in BROKEN])
    def test_finds_the_one_rule_that_is_broken(self, problem, plan, rule, broken, amount):
        faults = check(*broken(problem, plan))
        assert [fault.rule for fault in faults] == [rule]
        assert faults[0].amount == pytest.approx(amount)
        assert faults[0].text

    def test_has_a_breaking_plan_for_every_rule(self):
        assert {case[0] for case in BROKEN} == {rule.__name__ for rule in PRACTICE_RULES}

    def test_says_the_reason_that_was_given(self, problem, plan):
        assert check(*sends_a_man(problem, plan))[0].text.endswith(f"because {ASKED}")

    def test_holds_nothing_against_a_recorded_start(self, problem, plan):
        for broken in (sends_a_man, sends_the_allergic, sends_a_beginner, sends_one_after_dark):
            changed, _ = broken(problem, plan)
            fact = change_visit(changed, "v1", pinned=(Pin(0, "ann", 500.0),))
            assert check(fact, plan) == []
        changed, _ = comes_too_soon_after_last_night(problem, plan)
        assert check(change_visit(changed, "v1", pinned=(Pin(0, "ann", 500.0),)), plan) == []

    def test_owes_no_rest_inside_a_split_day(self, problem, plan):
        changed, both = eats_into_rest_with_overtime(problem, plan)
        ann = changed.workers[0]
        split = change_worker(changed, "ann", shifts=(ann.shifts[0], replace(ann.shifts[1], continues=True)))
        assert check(split, both) == []


class TestCost:
    def test_counts_each_slot_given_to_somebody_new(self, problem, plan):
        met = replace(problem, faces=(Faces("v1", some("ben")), Faces("v2", some("ann"))))
        assert cost(met, plan).new_face == 2
        assert cost(met, plan).total == pytest.approx(cost(problem, plan).total + 2 * Weights().new_face)

    def test_counts_faces_beyond_those_a_week_may_have(self, problem, plan):
        full = replace(problem, faces=(Faces("v2", some("ann", "ben", "cat"), some("cat"), at_most=2),))
        assert cost(full, plan).extra_face == 1
        assert cost(full, plan).total == pytest.approx(cost(problem, plan).total + Weights().extra_face)
        # a week that is over already is not this plan's doing
        over = replace(problem, faces=(Faces("v2", some("ann", "ben"), some("ann", "ben", "cat", "dee"), at_most=2),))
        assert cost(over, plan).extra_face == 0

    def test_counts_minutes_beyond_those_paid_anyway(self, problem, plan):
        paid = change_worker(change_worker(problem, "ann", paid_minutes=60.0), "ben", paid_minutes=500.0)
        # ann: 10 + 20 + 10 + 30 + 20 minutes of visits and travel
        assert cost(paid, plan).unpaid == 30
        assert cost(paid, plan).total == pytest.approx(cost(problem, plan).total + 30 * Weights().unpaid)

    def test_prices_places_in_a_clinic(self, problem, plan):
        changed = change_visit(replace(problem, clinics=(Clinic("legs", 3, 7.0),)), "v1", clinic="legs")
        changed = replace(changed, weights=Weights(clinic=2.0))
        seated = replace(plan, assignments=plan.assignments[1:], attending=(Attending("v1", "legs"),))
        assert check(changed, seated) == []
        assert cost(changed, seated).clinic == 7
        assert cost(changed, seated).undone == 0
        at_home = replace(changed, visits=changed.visits[1:])
        assert cost(changed, seated).total == pytest.approx(cost(at_home, seated).total)

    def test_leaves_old_problems_as_they_were(self, problem, plan):
        result = cost(problem, plan)
        assert (result.unpaid, result.new_face, result.extra_face, result.clinic) == (0, 0, 0, 0)
        assert result.total == result.travel + 2 * result.lateness


def with_practice(problem, seed):
    """A random problem with every practice term added at random, some of them impossible to keep."""
    random = np.random.default_rng(seed)
    ids = [one.id for one in problem.workers]

    def later(most):
        return float(random.integers(20, most))

    def pick(share):
        return frozenset(name for name in ids if random.random() < share)

    def maybe(share, make):
        return make() if random.random() < share else None

    workers = []
    for one in problem.workers:
        grades = []
        for skill in sorted(one.skills):
            if random.random() < 0.4:
                until = maybe(0.5, lambda: float(random.integers(450, 900)))
                grades.append(Grade(skill, int(random.integers(1, 3)), None, until))
        shifts = list(one.shifts)
        if random.random() < 0.3:
            again = shifts[-1].ends + float(random.integers(0, 200))
            shifts.append(Shift("c", again, again + 100, 0, 0, continues=bool(random.random() < 0.3)))
        workers.append(
            replace(
                one,
                grades=tuple(grades),
                shifts=tuple(shifts),
                paid_minutes=maybe(0.6, lambda: float(random.integers(0, 150))),
                rest_minutes=float(random.integers(0, 120)) if random.random() < 0.6 else 0.0,
                worked_until=maybe(0.3, lambda: float(random.integers(350, 500))),
                works_again=maybe(0.3, lambda: float(random.integers(700, 1000))),
            )
        )
    visits = []
    for k, one in enumerate(problem.visits):
        since = maybe(0.7, lambda: float(random.integers(450, 800)))
        until = (since or 500.0) + later(300) if since is None or random.random() < 0.5 else None
        visits.append(
            replace(
                one,
                person=f"p{k % 4}",
                slots=tuple(replace(s, level=int(random.choice([1, 1, 1, 2]))) for s in one.slots),
                only_these=(OnlyThese(pick(0.6), ASKED),) if random.random() < 0.2 else (),
                barred=(Barred(some(str(random.choice(ids))), "of his dog"),) if random.random() < 0.2 else (),
                not_alone=NotAlone("of threats made", since, until) if random.random() < 0.3 else None,
                clinic=maybe(0.4, lambda: "legs"),
            )
        )
    faces = tuple(
        Faces(f"p{k}", pick(0.5), pick(0.3), maybe(0.6, lambda: int(random.integers(1, 3)))) for k in range(3)
    )
    return replace(
        problem,
        workers=tuple(workers),
        visits=tuple(visits),
        faces=faces,
        clinics=(Clinic("legs", int(random.integers(0, 3)), float(random.integers(0, 60))),),
    )


class TestSearch:
    @settings(max_examples=60, deadline=None)
    @given(seed=SEEDS)
    def test_never_breaks_a_rule(self, make_random_problem, seed):
        problem = with_practice(make_random_problem(seed), seed)
        plan = solve(problem, iterations=300, seed=seed)
        assert check(problem, plan) == []
        assert plan.cost == cost(problem, plan)

    @settings(max_examples=40, deadline=None)
    @given(seed=SEEDS)
    def test_reckons_the_cost_the_checker_reckons(self, make_random_problem, seed):
        """All but the faces beyond a week that is not yet full, and places in clinics: rounds settle those."""
        problem = with_practice(make_random_problem(seed), seed)
        faces = tuple(replace(one, at_most=None) for one in problem.faces)
        problem = replace(problem, faces=faces, visits=tuple(replace(v, clinic=None) for v in problem.visits))
        board = set_up(problem, seed=seed)
        build(board)
        run(board, seconds=0, iterations=300)
        assignments, undone = read_plan(board)
        assert board.total() == pytest.approx(cost(problem, Plan(assignments, undone)).total, abs=1e-6)

    @settings(max_examples=25, deadline=None)
    @given(seed=SEEDS)
    def test_explains_everything_it_did(self, make_random_problem, seed):
        problem = with_practice(make_random_problem(seed), seed)
        plan = solve(problem, iterations=100, seed=seed)
        said = explain(problem, plan)
        assert set(said.assignments) == {(s.visit, s.slot) for s in plan.assignments}
        assert set(said.undone) == set(plan.undone)
        assert set(said.attending) == {place.visit for place in plan.attending}

    def test_sends_whom_the_person_asked_for_though_another_is_nearer(self, line):
        workers = (worker("ann", Shift("am", 480, 720, 4, 4)), worker("ben", Shift("am", 480, 720, 1, 1)))
        asked = visit("v", only_these=(OnlyThese(some("ann"), ASKED),), closes=560)
        problem = Problem(workers, (asked,), {"car": line(5)})
        plan = solve(problem, iterations=200)
        assert [s.worker for s in plan.assignments] == ["ann"]
        assert f"may come as {ASKED}" in explain(problem, plan).assignments["v", 0].sentence

    def test_never_sends_who_may_not_come(self, line):
        home = visit("v", barred=(Barred(some("ann"), "ann is allergic to his cats"),))
        problem = Problem((worker("ann"),), (home,), {"car": line(2)})
        plan = solve(problem, iterations=200)
        assert plan.undone == ("v",)
        why = explain(problem, plan).undone["v"]
        assert why.code == "nobody_may_come"
        assert "ann is allergic to his cats" in why.sentence
        assert who_can_come(problem, plan, "v") == []

    def test_needs_the_level_and_the_date(self, line):
        workers = (
            worker("ann", grades=(Grade("care", 2, None, 505),)),
            worker("ben", Shift("am", 480, 720, 4, 4), grades=(Grade("care", 3),)),
            worker("cat"),
        )
        wanted = visit("v", slots=(Slot("care", 20, None, 2),), closes=560)
        problem = Problem(workers, (wanted,), {"car": line(5)})
        assert [s.worker for s in solve(problem, iterations=200).assignments] == ["ben"]
        alone = replace(problem, workers=workers[2:])
        assert explain(alone, solve(alone, iterations=50)).undone["v"].code == "nobody_of_level"
        lapsed = replace(problem, workers=workers[:1])
        assert explain(lapsed, solve(lapsed, iterations=50)).undone["v"].code == "skill_out_of_date"

    def test_comes_before_dark_or_in_twos(self, line):
        risk = NotAlone("of threats made", 510.0)
        workers = (worker("ann"), worker("ben"))
        before = visit("before", opens=485, closes=600, not_alone=risk)
        problem = Problem(workers, (before,), {"car": line(2)})
        assert solve(problem, iterations=200).assignments[0].starts == 490
        dark = replace(before, id="dark", window=Window(520, 600))
        problem = Problem(workers, (dark,), {"car": line(2)})
        plan = solve(problem, iterations=200)
        assert plan.undone == ("dark",)
        why = explain(problem, plan).undone["dark"]
        assert (why.code, "threats" in why.sentence) == ("nobody_may_be_alone", True)
        twos = replace(dark, slots=(Slot("care", 20), Slot("care", 20)))
        assert len(solve(Problem(workers, (twos,), {"car": line(2)}), iterations=200).assignments) == 2

    def test_keeps_overtime_out_of_rest(self, line):
        shifts = (Shift("late", 900, 1320, 0, 0, 60), Shift("early", 1980, 2400, 0, 0))
        evening = visit("v", 1, 1290, 1330, (Slot("care", 30),))
        problem = Problem((worker("ann", *shifts),), (evening,), {"car": line(2)})
        assert solve(problem, iterations=200).undone == ()
        rested = change_worker(problem, "ann", rest_minutes=660.0)
        assert solve(rested, iterations=200).undone == ("v",)

    def test_sets_out_no_sooner_than_rest_allows(self, line):
        problem = Problem((worker("ann", rest_minutes=660.0, worked_until=-120.0),), (visit("v"),), {"car": line(2)})
        assert solve(problem, iterations=200).assignments[0].starts == 550

    def test_prefers_a_known_face_for_as_long_as_it_is_not_dear(self, line):
        workers = (worker("ann", Shift("am", 480, 720, 1, 1)), worker("ben", Shift("am", 480, 720, 1, 1)))
        known = Problem(workers, (visit("v"),), {"car": line(9)}, faces=(Faces("v", some("ben")),))
        plan = solve(known, iterations=200)
        assert [s.worker for s in plan.assignments] == ["ben"]
        assert "familiar face" in explain(known, plan).assignments["v", 0].sentence
        far = change_worker(known, "ben", shifts=(Shift("am", 480, 720, 8, 8),))
        assert [s.worker for s in solve(far, iterations=200).assignments] == ["ann"]

    def test_fills_time_that_is_paid_anyway_first(self, line):
        """Ben is nearer, but his hour is paid only when used; ann's morning is paid for already."""
        here, there = Shift("am", 480, 720, 1, 1), Shift("am", 480, 720, 2, 2)
        workers = (worker("ben", here, paid_minutes=0.0), worker("ann", there, paid_minutes=240.0))
        problem = Problem(workers, (visit("v", 1, 490, 600, (Slot("care", 60),)),), {"car": line(3)})
        dear = replace(problem, weights=Weights(unpaid=1.0))
        assert [s.worker for s in solve(dear, iterations=200).assignments] == ["ann"]
        free = replace(problem, weights=Weights(unpaid=0.0))
        assert [s.worker for s in solve(free, iterations=200).assignments] == ["ben"]

    def test_keeps_a_week_to_its_faces(self, line):
        """Four visits a day that four workers next door could share, and the week has room for one more face."""
        workers = tuple(
            worker(name, Shift("am", 480, 720, k, k)) for k, name in enumerate(("ann", "ben", "cat", "dee"))
        )
        visits = tuple(replace(visit(f"v{k}", k, 490 + 50 * k, 500 + 50 * k), person="p") for k in range(4))
        problem = Problem(workers, visits, {"car": line(4)})
        assert len({s.worker for s in solve(problem, iterations=500).assignments}) == 4
        few = replace(problem, faces=(Faces("p", some("ann", "ben", "cat", "dee"), some("ann"), at_most=2),))
        plan = solve(few, iterations=1500)
        assert len({s.worker for s in plan.assignments} | {"ann"}) == 2
        assert plan.cost.extra_face == 0
        assert plan.undone == ()


class TestClinic:
    @pytest.fixture
    def day(self, line):
        """Three people far apart who agreed to come, and a session of two places next to its nurse."""
        nurse = worker("ann", Shift("am", 480, 720, 0, 0))
        homes = tuple(visit(f"v{k}", 2 + 2 * k, 490 + 60 * k, 700, clinic="legs") for k in range(3))
        session = visit("session", 0, 480, 490, (Slot("care", 60),))
        return Problem((nurse,), (*homes, session), {"car": line(9)}, clinics=(Clinic("legs", 2, 5.0, "session"),))

    def test_takes_a_place_where_that_costs_less_than_the_visit(self, day):
        plan = solve(day, iterations=2000)
        assert check(day, plan) == []
        assert len(plan.attending) == 2
        assert plan.undone == ()
        # of three the nearest is the one to visit
        assert [s.visit for s in plan.assignments if s.visit != "session"] == ["v0"]
        said = explain(day, plan).attending[plan.attending[0].visit]
        assert "2 of 2 places are taken" in said

    def test_visits_at_home_where_nobody_agreed_or_the_clinic_costs_more(self, day):
        asked = replace(day, visits=tuple(replace(v, clinic=None) for v in day.visits))
        assert solve(asked, iterations=500).attending == ()
        dear = replace(day, clinics=(Clinic("legs", 2, 900.0, "session"),))
        assert solve(dear, iterations=500).attending == ()

    def test_seats_nobody_where_the_session_cannot_be_held(self, day):
        missing = change_visit(day, "session", slots=(Slot("nursing", 60),))
        plan = solve(missing, iterations=500)
        assert check(missing, plan) == []
        assert plan.attending == ()

    def test_keeps_places_when_the_day_is_planned_again(self, day):
        plan = solve(day, iterations=2000)
        more = replace(day, visits=(*day.visits, visit("new", 1, 600, 700)))
        answer = replan(more, held=plan, changed={"new"}, seconds=0.2)
        assert answer.plan.attending == plan.attending
        assert check(more, answer.plan) == []
        assert "new" in {s.visit for s in answer.plan.assignments}


class TestWhatWasThereBefore:
    """Terms the planner has had from the start, proved to mean in a plan what teams mean by them."""

    @pytest.mark.parametrize("together", [2, 3, 4])
    def test_brings_several_workers_to_one_visit_at_one_moment(self, line, together):
        workers = tuple(worker(f"w{k}", Shift("am", 480, 720, k, k)) for k in range(5))
        joint = visit("joint", 4, 490, 640, (Slot("care", 20),) * together)
        singles = tuple(visit(f"v{k}", k, 485, 500) for k in range(5))
        problem = Problem(workers, (joint, *singles), {"car": line(5)})
        plan = solve(problem, iterations=1500)
        assert check(problem, plan) == []
        there = [s for s in plan.assignments if s.visit == "joint"]
        assert len({s.worker for s in there}) == len(there) == together
        assert len({s.starts for s in there}) == 1

    def test_keeps_four_hours_between_medicines(self, line):
        worker_all_day = worker("ann", Shift("day", 420, 1320, 0, 0))
        rounds = tuple(visit(f"m{k}", 1, 480 + 200 * k, 540 + 200 * k) for k in range(3))
        gaps = (Gap("m0", "m1", 240.0), Gap("m1", "m2", 240.0))
        problem = Problem((worker_all_day,), rounds, {"car": line(2)}, gaps)
        plan = solve(problem, iterations=800)
        starts = [s.starts for s in plan.assignments]
        assert check(problem, plan) == []
        assert len(starts) == 3
        assert all(later - sooner >= 240 for sooner, later in pairwise(starts))

    def test_gives_a_delegated_task_only_to_who_is_signed_off_for_this_person(self, line):
        near = Shift("am", 480, 720, 1, 1)
        workers = (worker("ann", near), worker("ben", near), worker("cat", Shift("am", 480, 720, 4, 4)))
        hers = visit("hers", 1, 490, 560, (Slot("care", 20, some("cat")),))
        his = visit("his", 1, 490, 560, (Slot("care", 20, some("ann")),))
        plan = solve(Problem(workers, (hers, his), {"car": line(5)}), iterations=300)
        assert {s.visit: s.worker for s in plan.assignments} == {"hers": "cat", "his": "ann"}
        nobody = Problem(workers[:2], (hers,), {"car": line(5)})
        why = explain(nobody, solve(nobody, iterations=50)).undone["hers"]
        assert why.code == "nobody_signed_off"

    def test_travels_as_each_worker_does(self, line):
        """By bus the way out is slow, the way back slower, and to one place there is none."""
        bus = np.array([[0, 30, -1], [50, 0, 20], [40, 20, 0]], float)
        walk = np.full((3, 3), 90.0)
        np.fill_diagonal(walk, 0)
        workers = (worker("bus", mode="bus"), worker("car"), worker("foot", mode="walk"))
        visits = (visit("near", 1, 490, 700), visit("far", 2, 490, 700))
        problem = Problem(workers, visits, {"car": line(3), "bus": bus, "walk": walk})
        only_bus = replace(problem, workers=workers[:1])
        plan = solve(only_bus, iterations=300)
        # place 2 has no bus from where they start: it is reached by way of place 1
        assert check(only_bus, plan) == []
        assert [(s.visit, s.starts, s.travel_before) for s in plan.assignments] == [("near", 510, 30), ("far", 550, 20)]
        assert plan.cost.travel == 30 + 20 + 40
        assert {s.worker for s in solve(problem, iterations=300).assignments} == {"car"}

    def test_keeps_what_is_fixed_started_done_and_told(self, line):
        workers = (worker("ann"), worker("ben"))
        visits = (
            visit("done", 4, 400, 420, pinned=(Pin(0, "ben", 450.0),)),
            visit("started", 1, 600, 620, pinned=(Pin(0, "ann", 485.0),)),
            visit("chosen", 2, 530, 560, pinned=(Pin(0, "ben"),)),
            visit("told", 3, 560, 640),
        )
        problem = Problem(workers, visits, {"car": line(5)}, held=(Held("told", 0, "ann", 600.0),))
        problem = replace(problem, weights=Weights(moved=100.0))
        plan = solve(problem, iterations=500)
        assert check(problem, plan) == []
        found = {s.visit: (s.worker, s.starts) for s in plan.assignments}
        assert found["done"] == ("ben", 450)
        assert found["started"] == ("ann", 485)
        assert found["chosen"][0] == "ben"
        assert found["told"] == ("ann", 600)


class TestProblem:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"only_these": (OnlyThese(some("ann"), " "),)}, "only_these without why"),
            ({"barred": (Barred(some(), "of his dog"),)}, "barred names nobody"),
            ({"not_alone": NotAlone("")}, "not_alone without why"),
            ({"not_alone": NotAlone("of threats made")}, "give it two slots"),
            ({"not_alone": NotAlone("of threats made", 600, 500)}, "until is 500, not after since 600"),
            ({"slots": (Slot("care", 20, None, 0),)}, "level is 0"),
            ({"clinic": "legs"}, "clinic is 'legs', which is not in clinics"),
        ],
    )
    def test_says_which_field_of_a_visit_is_wrong(self, line, changes, words):
        given = {"id": "v", "place": 1, "slots": (Slot("care", 20),), "window": Window(480, 500), **changes}
        with pytest.raises(ProblemError, match=words):
            Problem((worker("ann"),), (Visit(**given),), {"car": line(2)})

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"grades": (Grade("nursing"),)}, "'nursing', which is not among their skills"),
            ({"grades": (Grade("care", 0),)}, "level of 'care' is 0"),
            ({"grades": (Grade("care", 1, 500, 400),)}, "until is 400"),
            ({"paid_minutes": -1.0}, "paid_minutes is -1"),
            ({"rest_minutes": -1.0}, "rest_minutes is -1"),
            ({"worked_until": float("inf")}, "worked_until is inf"),
            ({"works_again": float("nan")}, "works_again is nan"),
        ],
    )
    def test_says_which_field_of_a_worker_is_wrong(self, line, changes, words):
        with pytest.raises(ProblemError, match=words):
            Problem((worker("ann", **changes),), (), {"car": line(2)})

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"faces": (Faces("p", at_most=0),)}, "at_most is 0"),
            ({"faces": (Faces("p"), Faces("p"))}, "given 2 times"),
            ({"clinics": (Clinic("legs", 1), Clinic("legs", 2))}, "an id is used twice"),
            ({"clinics": (Clinic("legs", -1),)}, "places is -1"),
            ({"clinics": (Clinic("legs", 1, -2.0),)}, "cost is -2"),
            ({"clinics": (Clinic("legs", 1, 2.0, "s"),)}, "session names visit 's'"),
            ({"weights": Weights(new_face=-1)}, "weights.new_face"),
        ],
    )
    def test_says_what_else_is_wrong(self, line, changes, words):
        with pytest.raises(ProblemError, match=words):
            Problem((worker("ann"),), (), {"car": line(2)}, **changes)


class TestNative:
    @settings(max_examples=20, deadline=None)
    @given(seed=SEEDS)
    def test_writes_practice_terms_that_read_back_the_same(self, make_random_problem, seed):
        problem = with_practice(make_random_problem(seed), seed)
        again = native.from_json(native.to_json(problem))
        assert _same(again, problem)
        plan = solve(problem, iterations=50, seed=seed)
        assert native.plan_from_json(plan.to_dict()) == plan

    def test_names_the_field_that_is_wrong(self, line):
        stored = native.to_json(Problem((worker("ann"),), (visit("v"),), {"car": line(2)}))
        stored["visits"][0]["only_these"] = [{"workers": ["ann"]}]
        with pytest.raises(FormatError, match=r"visits\[0\].only_these\[0\]: field 'why' is missing"):
            native.from_json(stored)


def _same(one, other):
    fields = ("workers", "visits", "gaps", "weights", "held", "faces", "clinics")
    return all(getattr(one, name) == getattr(other, name) for name in fields)
