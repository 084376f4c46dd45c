"""Re-planning and arrivals: one more visit in a day that people already hold."""

from dataclasses import replace

import pytest

from visit_planner import Pin, Problem, Shift, Slot, Visit, Window, Worker, check, replan, solve, who_can_come


@pytest.fixture(scope="module")
def held(make_team):
    problem = make_team(visits=160, workers=40, seed=4)
    return problem, solve(problem, iterations=40_000)


def with_visit(problem, *slots, opens=640.0, closes=760.0, **more):
    crisis = Visit("crisis", 3, slots, Window(opens, closes, hard=True), 5000.0, **more)
    return replace(problem, visits=(*problem.visits, crisis))


class TestReplan:
    def test_fits_a_joint_crisis_visit_in_and_moves_little(self, held):
        problem, plan = held
        wanted = with_visit(problem, Slot("nursing", 45), Slot("care", 45))
        result = replan(wanted, held=plan, changed=["crisis"], seconds=0.3)
        assert check(wanted, result.plan) == []
        assert {move.visit for move in result.moves if move.from_worker is None} == {"crisis"}
        before = {(s.visit, s.slot): (s.worker, s.starts) for s in plan.assignments}
        after = {(s.visit, s.slot): (s.worker, s.starts) for s in result.plan.assignments}
        moved = {
            key
            for key, (worker, starts) in before.items()
            if after[key][0] != worker or abs(after[key][1] - starts) > 0.01
        }
        assert moved == {(m.visit, m.slot) for m in result.moves if m.from_worker is not None}
        assert len(moved) <= 0.05 * len(before)
        assert all(move.why for move in result.moves)

    def test_says_the_same_however_busy_the_machine_is_when_proposals_are_counted(self, held):
        problem, plan = held
        wanted = with_visit(problem, Slot("nursing", 45), Slot("care", 45))
        hurried, calm = (
            replan(wanted, held=plan, changed=["crisis"], iterations=20_000, seconds=seconds) for seconds in (0.0, 5.0)
        )
        assert hurried.plan.iterations == calm.plan.iterations == 20_000
        assert (hurried.plan.assignments, hurried.moves) == (calm.plan.assignments, calm.moves)

    def test_never_brings_a_promised_time_forward(self, held):
        problem, plan = held
        first = plan.assignments[0].visit
        fewer = replace(
            problem,
            visits=tuple(visit for visit in problem.visits if visit.id != first),
            gaps=tuple(gap for gap in problem.gaps if first not in (gap.first, gap.second)),
        )
        wanted = with_visit(fewer, Slot("care", 30))
        result = replan(wanted, held=plan, changed=["crisis"], seconds=0.2)
        told = {s.visit: s.starts for s in plan.assignments}
        assert all(s.starts >= told[s.visit] - 0.01 for s in result.plan.assignments if s.visit in told)
        assert check(wanted, result.plan) == []

    def test_leaves_a_visit_nobody_can_do_undone_and_the_rest_alone(self, held):
        problem, plan = held
        wanted = with_visit(problem, Slot("surgery", 45))
        result = replan(wanted, held=plan, changed=["crisis"], seconds=0.2)
        assert "crisis" in result.plan.undone
        assert [move for move in result.moves if move.visit not in set(plan.undone)] == []

    def test_keeps_started_visits_where_they_are(self, held):
        problem, plan = held
        started = plan.assignments[0]
        pin = Pin(started.slot, started.worker, started.starts)
        pinned = replace(
            problem,
            visits=tuple(
                replace(visit, pinned=(pin,)) if visit.id == started.visit else visit for visit in problem.visits
            ),
        )
        result = replan(with_visit(pinned, Slot("care", 30)), held=plan, changed=["crisis"], seconds=0.2)
        again = next(s for s in result.plan.assignments if (s.visit, s.slot) == (started.visit, started.slot))
        assert (again.worker, again.starts) == (started.worker, started.starts)

    def test_mends_the_day_of_a_worker_who_runs_late(self, line):
        workers = tuple(
            Worker(name, "team", frozenset({"care"}), (Shift("am", 480, 800, 0, 0),)) for name in ("ann", "ben")
        )
        visits = (
            Visit("one", 1, (Slot("care", 30),), Window(490, 600)),
            Visit("two", 2, (Slot("care", 30),), Window(540, 600)),
            Visit("fixed", 3, (Slot("care", 30),), Window(580, 640, hard=True)),
        )
        problem = Problem(workers, visits, {"car": line(5)})
        plan = solve(problem, iterations=500)
        assert {s.worker for s in plan.assignments} == {plan.assignments[0].worker}
        late = replace(visits[0], pinned=(Pin(0, plan.assignments[0].worker, 600.0),))
        now = replace(problem, visits=(late, *visits[1:]))
        result = replan(now, held=plan, changed=[], seconds=0.1, now=600.0)
        assert check(now, result.plan) == []
        starts = {s.visit: (s.worker, s.starts) for s in result.plan.assignments}
        assert result.plan.undone == ()
        assert starts["one"] == (plan.assignments[0].worker, 600)
        assert starts["fixed"][1] <= 640

    def test_refuses_a_change_to_a_visit_that_is_not_there(self, held):
        problem, plan = held
        with pytest.raises(KeyError, match="nowhere"):
            replan(problem, held=plan, changed=["nowhere"])


class TestWhoCanCome:
    @pytest.fixture
    def day(self, line):
        workers = (
            Worker("ann", "council", frozenset({"care"}), (Shift("am", 480, 720, 0, 0),)),
            Worker("ben", "nhs", frozenset({"care", "nursing"}), (Shift("am", 480, 720, 5, 5),)),
            Worker("cat", "nhs", frozenset({"nursing"}), (Shift("pm", 840, 960, 0, 0),)),
        )
        visits = (
            Visit("first", 1, (Slot("care", 60),), Window(500, 510)),
            Visit("second", 2, (Slot("care", 30),), Window(580, 600)),
            Visit("crisis", 3, (Slot("nursing", 30), Slot("care", 30)), Window(480, 700)),
        )
        problem = Problem(workers, visits, {"car": line(6)})
        plan = solve(replace(problem, visits=visits[:2], workers=workers[:1]), iterations=100)
        assert {s.visit for s in plan.assignments} == {"first", "second"}
        return problem, replace(plan, undone=("crisis",))

    def test_lets_what_has_started_run_its_course(self, day):
        offers = who_can_come(*day, "crisis", slot=1, now=530)
        assert [(offer.workers, offer.arrives) for offer in offers] == [(("ben",), 550), (("ann",), 580)]
        assert offers[0].delays == ()
        assert [(d.visit, d.minutes, d.late) for d in offers[1].delays] == [("second", 40, 20)]
        assert offers[1].after == ("first",)

    def test_offers_teams_for_a_joint_visit(self, day):
        teams = [offer for offer in who_can_come(*day, "crisis", now=530, names={"ann": "Ann Lee"}) if offer.is_team]
        assert [(team.workers, team.starts) for team in teams] == [
            (("ben", "ann"), 580),
            (("cat", "ann"), 870),
            (("cat", "ben"), 870),
        ][: len(teams)]
        assert teams[0].sentence.startswith("ben and Ann Lee could be there at 09:40 (20 and 20 minutes away)")

    def test_offers_nobody_who_may_not(self, day):
        problem, plan = day
        visits = tuple(
            replace(visit, refused=frozenset({"ben"})) if visit.id == "crisis" else visit for visit in problem.visits
        )
        offers = who_can_come(replace(problem, visits=visits), plan, "crisis", slot=0)
        assert {offer.workers for offer in offers} == {("cat",)}

    def test_delays_move_partners_too(self, held):
        problem, plan = held
        wanted = with_visit(problem, Slot("care", 240), opens=600.0, closes=900.0)
        offers = who_can_come(wanted, plan, "crisis", now=620.0)
        assert any(len({delay.worker for delay in offer.delays}) > 0 for offer in offers)
        assert offers == sorted(offers, key=lambda offer: (offer.starts, offer.cost, offer.workers))

    def test_refuses_a_visit_or_slot_that_is_not_there(self, day):
        with pytest.raises(KeyError):
            who_can_come(*day, "nowhere")
        with pytest.raises(IndexError, match="no slot 7"):
            who_can_come(*day, "crisis", slot=7)
