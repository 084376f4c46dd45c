"""Large places: divided into districts, planned apart, mended across borders; and their parts, small."""

from dataclasses import replace

import numpy as np
import pytest

from visit_planner import Assignment, Pin, Plan, Problem, Shift, Slot, Visit, Window, Worker, check, cost, solve
from visit_planner import scaling as scaling_package
from visit_planner.engines import InProcess, Processes
from visit_planner.fictitious import large_place
from visit_planner.scaling import solve_in_districts
from visit_planner.scaling.cutting import cut, put_back, whole_plan
from visit_planner.scaling.dividing import divide_by_place, divide_by_route
from visit_planner.scaling.ground import Ground
from visit_planner.scaling.leftovers import parts_for_leftovers

DAY = (Shift("day", 480, 1020, 0, 0),)


@pytest.fixture(scope="module")
def place():
    return large_place(visits=240, workers=48, seed=3)


@pytest.fixture(scope="module")
def planned(place):
    return solve_in_districts(place, seconds=0, iterations=40_000, seed=5, district=80)


def given_by(plan):
    return {(stop.visit, stop.slot): stop for stop in plan.assignments}


def stop(visit, worker, starts, ends, slot=0):
    return Assignment(visit, slot, worker, "day", starts, ends, 0.0, 0.0)


class TestLargePlace:
    def test_is_the_same_for_the_same_seed(self, place):
        again = large_place(visits=240, workers=48, seed=3)
        assert (again.workers, again.visits, again.gaps) == (place.workers, place.visits, place.gaps)
        assert np.array_equal(np.asarray(again.travel["car"]), np.asarray(place.travel["car"]))

    def test_has_as_many_visits_and_workers_as_asked_for(self, place):
        assert (len(place.visits), len(place.workers)) == (240, 48)

    def test_may_be_too_small_for_every_kind_of_worker(self):
        assert [len(large_place(visits=4, workers=1, seed=seed).workers) for seed in range(20)] == [1] * 20

    def test_has_one_joint_visit_in_five(self):
        visits = large_place(visits=3000, workers=10, seed=1).visits
        assert sum(len(visit.slots) == 2 for visit in visits) / len(visits) == pytest.approx(0.2, abs=0.05)


class TestSolveInDistricts:
    def test_makes_a_plan_that_can_be_carried_out(self, place, planned):
        assert check(place, planned) == []
        assert len(planned.undone) <= 2

    def test_is_the_same_for_the_same_seed_and_iterations_in_several_processes(self, place, planned):
        again = solve_in_districts(place, seconds=0, iterations=40_000, seed=5, district=80, processes=2)
        assert (again.assignments, again.undone) == (planned.assignments, planned.undone)

    def test_mends_across_borders_what_a_plan_by_districts_alone_leaves(self, place, planned):
        course = scaling_package._Course(place, InProcess(), 0.0, 1, 40_000, 5, frozenset(), None)
        course.hold_if_cheaper(whole_plan(course.ground, {}))
        course.plan(
            divide_by_place(course.ground, 4), 1.0, scaling_package.temperature(0.0), scaling_package.temperature(1.0)
        )
        assert cost(place, planned).total < course.cost

    def test_never_makes_a_plan_dearer(self, place, planned):
        again = solve_in_districts(place, seconds=0, iterations=2_000, seed=6, district=80, start=planned)
        assert cost(place, again).total <= cost(place, planned).total
        assert check(place, again) == []

    def test_leaves_frozen_workers_what_they_have(self, place, planned):
        frozen = [worker.id for worker in place.workers[:20]]
        again = solve_in_districts(
            place, seconds=0, iterations=8_000, seed=6, district=80, start=planned, frozen=frozen
        )
        kept = [s for s in planned.assignments if s.worker in frozen]
        assert [s for s in again.assignments if s.worker in frozen] == kept

    def test_takes_about_the_seconds_it_was_given_with_all_that_comes_between_districts(self, place):
        plan = solve_in_districts(place, seconds=4.0, seed=1, district=80)
        assert 3.0 < plan.cpu_seconds < 6.0

    def test_tells_how_far_it_is(self, place):
        heard = []
        solve_in_districts(place, seconds=0, iterations=2_000, district=80, progress=heard.append)
        assert [one.share for one in heard] == sorted(one.share for one in heard)
        assert heard[-1].share == pytest.approx(1.0)

    def test_keeps_decisions_and_recorded_starts_of_a_day_under_way(self, place, planned):
        by_visit = {}
        for one in planned.assignments:
            by_visit.setdefault(one.visit, []).append(one)
        visits = []
        for number, visit in enumerate(place.visits):
            stops = by_visit.get(visit.id, [])
            if number % 5 == 0:  # decided
                visit = replace(visit, pinned=tuple(Pin(s.slot, s.worker) for s in stops))
            elif number % 7 == 0:  # begun by the first worker; of a joint visit the other is still to be found
                visit = replace(visit, pinned=tuple(Pin(s.slot, s.worker, s.starts) for s in stops if s.slot == 0))
            visits.append(visit)
        problem = replace(place, visits=tuple(visits))
        plan = solve_in_districts(problem, seconds=0, iterations=20_000, seed=1, district=80)
        assert check(problem, plan) == []
        pins = {(v.id, p.slot): p for v in visits for p in v.pinned if v.id not in plan.undone}
        assert len(pins) > 60
        assert all(given_by(plan)[key].worker == pin.worker for key, pin in pins.items())

    def test_plans_a_large_problem_by_districts_without_being_asked(self, place, monkeypatch):
        monkeypatch.setattr(scaling_package, "LARGE", 200)
        plan = solve(place, iterations=3_000, seed=1, processes=2)
        again = solve_in_districts(place, seconds=0, iterations=3_000, seed=1)
        assert plan.assignments == again.assignments

    def test_plans_travel_tables_as_it_plans_what_is_worked_out_on_demand(self, place, planned):
        dense = replace(place, travel={mode: np.asarray(table) for mode, table in place.travel.items()})
        plan = solve_in_districts(dense, seconds=0, iterations=40_000, seed=5, district=80)
        assert plan.assignments == planned.assignments

    @pytest.mark.parametrize("problem", [
        Problem((), (), {"car": np.zeros((1, 1))}),
        Problem((), (Visit("v", 0, (Slot("care", 20),), Window(500, 600)),), {"car": np.zeros((1, 1))}),
        Problem((Worker("w", "team", frozenset({"care"}), ()),), (), {"car": np.zeros((1, 1))}),
    ])  # fmt: skip
    def test_plans_what_is_empty(self, problem):
        plan = solve_in_districts(problem, seconds=0, iterations=100)
        assert plan.assignments == ()
        assert plan.undone == tuple(visit.id for visit in problem.visits)


class TestDividing:
    def test_puts_every_worker_and_every_unit_in_one_district(self, place):
        ground = Ground(place)
        parts = divide_by_place(ground, 4)
        assert sorted(name for part in parts for name in part.workers) == sorted(ground.workers)
        assert sorted(unit for part in parts for unit in part.units) == list(range(len(ground.units)))

    def test_makes_districts_of_about_equal_work(self, place):
        ground = Ground(place)
        work = [
            sum(
                slot.minutes for unit in part.units for name in ground.units[unit] for slot in ground.visits[name].slots
            )
            for part in divide_by_place(ground, 4)
        ]
        assert max(work) < 1.35 * min(work)

    def test_gives_a_district_workers_for_the_skills_it_needs(self):
        visits = tuple(
            Visit(f"v{k}", k, (Slot("nursing" if k < 10 else "care", 30),), Window(500, 900)) for k in range(20)
        )
        team = tuple(
            Worker(f"w{k}", "team", frozenset({"nursing" if k % 2 else "care"}), (Shift("day", 480, 1020, 10, 10),))
            for k in range(8)
        )
        line = np.abs(np.arange(20.0)[:, None] - np.arange(20.0)[None]) * 10
        ground = Ground(Problem(team, visits, {"car": line}))
        for part in divide_by_place(ground, 2):
            skills = {skill for name in part.workers for skill in ground.workers[name].skills}
            needed = {ground.visits[name].slots[0].skill for unit in part.units for name in ground.units[unit]}
            assert needed <= skills

    def test_keeps_visits_tied_by_a_gap_together(self, place):
        ground = Ground(place)
        where = {unit: k for k, part in enumerate(divide_by_place(ground, 6)) for unit in part.units}
        assert place.gaps
        assert all(where[ground.unit_of[gap.first]] == where[ground.unit_of[gap.second]] for gap in place.gaps)

    def test_puts_a_decided_worker_where_the_visit_is(self, place):
        visits = (replace(place.visits[0], pinned=(Pin(0, place.workers[7].id),)), *place.visits[1:])
        ground = Ground(replace(place, visits=visits))
        for part in divide_by_place(ground, 6):
            assert (ground.unit_of[visits[0].id] in part.units) == (place.workers[7].id in part.workers)

    def test_by_route_never_puts_a_visit_where_one_of_its_workers_is_not(self, place, planned):
        ground = Ground(place)
        given = given_by(planned)
        for by_skill in (False, True):
            parts = divide_by_route(ground, given, 4, np.random.default_rng(1), by_skill=by_skill)
            assert sorted(name for part in parts for name in part.workers) == sorted(ground.workers)
            for part in parts:
                here = {ground.units[unit] for unit in part.units}
                assert all(
                    stop.worker in part.workers for stop in given.values() if any(stop.visit in names for names in here)
                )


class TestCutting:
    """Ann and Bob visit v1 together; Ann is in this district, Bob in another."""

    team = (
        Worker("ann", "team", frozenset({"care"}), DAY),
        Worker("bob", "team", frozenset({"care"}), DAY),
    )
    visits = (
        Visit("v1", 1, (Slot("care", 30), Slot("care", 30)), Window(500, 600)),
        Visit("v2", 2, (Slot("care", 20),), Window(540, 660)),
    )
    problem = Problem(team, visits, {"car": np.abs(np.arange(3.0)[:, None] - np.arange(3.0)[None]) * 10})
    given = {("v1", 0): stop("v1", "bob", 500, 530), ("v1", 1): stop("v1", "ann", 500, 530, slot=1)}

    def test_keeps_the_part_that_a_worker_here_has_of_a_visit_elsewhere(self):
        ground = Ground(self.problem)
        district = cut(ground, ["ann"], [ground.unit_of["v2"]], self.given)
        piece = next(visit for visit in district.problem.visits if visit.id == "v1")
        assert len(piece.slots) == 1
        assert piece.pinned == (Pin(0, "ann"),)
        assert (piece.window.opens, piece.window.closes, piece.window.hard) == (500, 500, True)
        assert district.pieces == {"v1"}

    def test_puts_the_parts_back_where_they_belong(self):
        ground = Ground(self.problem)
        district = cut(ground, ["ann"], [ground.unit_of["v2"]], self.given)
        given = dict(self.given)
        put_back(given, {}, district, Plan((stop("v1", "ann", 500, 530), stop("v2", "ann", 540, 560))))
        assert given["v1", 0].worker == "bob"
        assert given["v1", 1].slot == 1
        assert check(self.problem, whole_plan(ground, given)) == []

    def test_has_only_the_places_it_uses(self, place):
        ground = Ground(place)
        part = divide_by_place(ground, 4)[0]
        district = cut(ground, part.workers, part.units, {})
        used = {visit.place for visit in district.problem.visits} | {
            shift.start_place for worker in district.problem.workers for shift in worker.shifts
        }
        assert len(used) == len(district.problem.travel["car"])

    def test_costs_a_worker_the_same_in_a_district_as_in_the_whole(self, place, planned):
        ground = Ground(place)
        given = given_by(planned)
        parts = divide_by_route(ground, given, 4, np.random.default_rng(2))
        districts = [cut(ground, part.workers, part.units, given) for part in parts]
        for name in ("travel", "overtime", "lateness"):
            apart = sum(getattr(cost(one.problem, one.start), name) for one in districts)
            late_pieces = 0.0
            if name == "lateness":  # a piece's time is settled, so a district does not count its lateness
                pieces = {(v, there) for one in districts for (v, _), there in one.slots.items() if v in one.pieces}
                late_pieces = sum(
                    max(0.0, given[key].starts - ground.visits[key[0]].window.closes) for key in pieces if key in given
                )
            assert apart + late_pieces == pytest.approx(getattr(cost(place, planned), name))


class TestLeftovers:
    def test_finds_the_only_worker_who_can_wherever_they_are(self):
        line = np.abs(np.arange(60.0)[:, None] - np.arange(60.0)[None]) * 2
        carers = [Worker(f"w{k}", "team", frozenset({"care"}), (Shift("day", 480, 1020, k, k),)) for k in range(30)]
        nurse = Worker("nurse", "trust", frozenset({"nursing"}), (Shift("day", 480, 1020, 59, 59),))
        visits = [Visit(f"v{k}", k, (Slot("care", 30),), Window(500, 900)) for k in range(30)]
        wound = Visit("wound", 0, (Slot("nursing", 30),), Window(500, 900))
        ground = Ground(Problem((*carers, nurse), (*visits, wound), {"car": line}))
        parts = parts_for_leftovers(ground, {}, frozenset())
        at = next(part for part in parts if ground.unit_of["wound"] in part.units)
        assert "nurse" in at.workers

    def test_puts_no_worker_in_two_parts(self, place):
        parts = parts_for_leftovers(Ground(place), {}, frozenset())
        names = [name for part in parts for name in part.workers]
        assert len(names) == len(set(names))

    def test_has_nothing_to_do_when_nothing_is_left_out(self):
        team = (Worker("ann", "team", frozenset({"care"}), DAY),)
        visit = Visit("v", 0, (Slot("care", 20),), Window(500, 600))
        problem = Problem(team, (visit,), {"car": np.zeros((1, 1))})
        assert parts_for_leftovers(Ground(problem), given_by(solve(problem, iterations=10)), frozenset()) == []


def _dies_the_first_time(path):
    import os
    from pathlib import Path

    mark = Path(path)
    if not mark.exists():
        mark.write_text("tried")
        os._exit(9)
    return mark.name


class TestProcesses:
    def test_works_out_again_what_a_killed_process_had(self, tmp_path):
        with Processes(2) as engine:
            answers = dict(engine.work(_dies_the_first_time, [str(tmp_path / "one"), str(tmp_path / "two")]))
        assert answers == {0: "one", 1: "two"}
