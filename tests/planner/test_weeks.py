"""Weeks: the days patterns fall on, every day planned with what the others leave it, and the whole judged at once."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visit_planner import Faces, NotAlone, OnlyThese, ProblemError, Shift, Slot, Weights, Window, Worker, solve
from visit_planner.cli import FOUND_FAULTS, WRONG_INPUT, main
from visit_planner.formats import weekly
from visit_planner.formats.reading import FormatError
from visit_planner.weeks import Pattern, Week, WeekPlan, check_week, explain_week, plan_week, week_problem
from visit_planner.weeks.checking import WEEK_RULES

SEEDS = st.integers(0, 2**31)
MORNING = (Window(480, 600),)
CARE = (Slot("care", 30),)


def some(*names):
    return frozenset(names)


def shifts(*days, starts=420, ends=900, place=0):
    return tuple(Shift(f"d{day}", day * 1440 + starts, day * 1440 + ends, place, place) for day in days)


def worker(name, *days, **more):
    return Worker(name, "team", frozenset({"care"}), shifts(*(days or range(7))), **more)


def pattern(name, place=1, **more):
    return Pattern(name, more.pop("person", name), place, more.pop("slots", CARE), more.pop("rounds", MORNING), **more)


def make_week(line, workers, *patterns, **more):
    return Week(tuple(workers), patterns, {"car": line(5)}, **more)


def random_week(seed):
    """A few workers and people with patterns of every kind."""
    random = np.random.default_rng(seed)
    travel = random.integers(1, 25, (6, 6)).astype(float)
    np.fill_diagonal(travel, 0.0)
    team = []
    for k in range(int(random.integers(2, 5))):
        mine = []
        for day in range(7):
            if random.random() < 0.7:
                starts = day * 1440 + float(random.integers(400, 700))
                mine.append(Shift(f"{day}", starts, starts + float(random.integers(200, 700)), 0, 0))
        team.append(
            Worker(
                f"w{k}",
                "team",
                frozenset({"care"} | ({"nursing"} if random.random() < 0.5 else set())),
                tuple(mine),
                rest_minutes=660.0,
                paid_minutes=float(random.integers(0, 2000)) if random.random() < 0.7 else None,
                max_minutes=float(random.integers(200, 2000)) if random.random() < 0.4 else None,
            )
        )
    patterns = []
    for k in range(int(random.integers(1, 8))):
        opens = float(random.integers(420, 700))
        twice = random.random() < 0.4
        rounds = (Window(opens, opens + 90), *([Window(opens + 240, opens + 400)] if twice else []))
        apart = int(random.integers(1, 3))
        every = int(random.choice([1, 1, 2]))
        patterns.append(
            Pattern(
                f"p{k}",
                f"person{k % 4}",
                int(random.integers(0, 6)),
                tuple(Slot(str(random.choice(["care", "nursing"])), 20.0) for _ in range(int(random.integers(1, 3)))),
                rounds,
                times=int(random.integers(1, 4)),
                days_apart=apart,
                gap_minutes=240.0 if twice else 0.0,
                every_weeks=every,
                last_done=-int(random.integers(1, 13)) if random.random() < 0.5 else None,
                cost_if_undone=float(random.integers(30, 500)),
            )
        )
    faces = (Faces("person0", some("w0"), some("w1"), at_most=2), Faces("person1", some("w1")))
    return Week(tuple(team), tuple(patterns), {"car": travel}, faces=faces)


class TestPlanWeek:
    @settings(max_examples=25, deadline=None)
    @given(seed=SEEDS)
    def test_never_breaks_a_rule_of_any_day_or_of_the_week(self, seed):
        week = random_week(seed)
        plan = plan_week(week, iterations=600, seed=seed)
        assert check_week(week, plan) == []

    def test_puts_three_visits_on_days_that_are_not_beside_each_other(self, line):
        week = make_week(line, [worker("ann")], pattern("p", times=3, days_apart=2))
        plan = plan_week(week, iterations=200)
        days = plan.chosen["p"]
        assert len(days) == 3
        assert all(after - before >= 2 for before, after in pairwise(days))
        assert len(plan.plan.assignments) == 3

    def test_keeps_medicines_four_hours_apart_within_and_across_days(self, line):
        rounds = (Window(480, 660), Window(600, 720))
        week = make_week(line, [worker("ann")], pattern("meds", times=7, rounds=rounds, gap_minutes=240.0))
        plan = plan_week(week, iterations=500)
        starts = sorted(stop.starts for stop in plan.plan.assignments)
        assert len(starts) == 14
        assert min(after - before for before, after in pairwise(starts)) >= 240
        assert check_week(week, plan) == []

    def test_leaves_a_fortnightly_visit_for_the_week_it_is_due_in(self, line):
        due = pattern("due", every_weeks=2, last_done=-10)
        later = pattern("later", every_weeks=2, last_done=-3)
        week = make_week(line, [worker("ann")], due, later)
        plan = plan_week(week, iterations=200)
        assert plan.chosen["later"] == ()
        assert plan.chosen["due"][0] >= 1  # eleven days after it was last done, at the soonest
        said = explain_week(week, plan)
        assert "Not this week: it was done 3 days before" in said.patterns["later"]

    def test_spreads_a_week_over_the_days_on_which_somebody_works(self, line):
        week = make_week(line, [worker("ann", 1, 4)], *(pattern(f"p{k}", slots=(Slot("care", 90),)) for k in range(4)))
        plan = plan_week(week, iterations=400)
        assert sorted(days[0] for days in plan.chosen.values()) == [1, 1, 4, 4]
        assert plan.plan.undone == ()

    def test_sends_the_same_face_through_the_week(self, line):
        week = make_week(line, [worker("ann"), worker("ben"), worker("cat")], pattern("p", times=5))
        plan = plan_week(week, iterations=1500)
        assert len({stop.worker for stop in plan.plan.assignments}) == 1
        assert explain_week(week, plan).people["p"] in {"Sees ann (5).", "Sees ben (5).", "Sees cat (5)."}

    def test_keeps_to_the_faces_a_week_may_have(self, line):
        workers = [worker("ann", 0, 3), worker("ben", 1, 4), worker("cat", 2, 5), worker("dee", 0, 1, 2, 3, 4)]
        faces = (Faces("p", some("ann", "ben", "cat", "dee"), some("ann"), at_most=2),)
        week = make_week(line, workers, pattern("p", times=5, days=some(0, 1, 2, 3, 4)), faces=faces)
        plan = plan_week(week, iterations=2000)
        assert len({stop.worker for stop in plan.plan.assignments} | {"ann"}) == 2
        assert plan.plan.undone == ()

    def test_owes_rest_between_one_day_and_the_next(self, line):
        late, early = Shift("late", 900, 1320, 0, 0, 60), Shift("early", 1440 + 420, 1440 + 900, 0, 0)
        ann = Worker("ann", "team", some("care"), (late, early), rest_minutes=660.0)
        evening = pattern("evening", rounds=(Window(1250, 1290),), days=some(0))
        morning = pattern("morning", rounds=(Window(450, 480),), days=some(1))
        week = make_week(line, [ann], evening, morning)
        plan = plan_week(week, iterations=300)
        assert check_week(week, plan) == []
        assert set(plan.plan.undone) == {"evening@0"}

    def test_shares_contract_hours_out_over_the_week(self, line):
        """Ann is paid for ten hours anyway, ben for none: what she can do in them is hers."""
        ann, ben = worker("ann", paid_minutes=600.0), worker("ben", paid_minutes=0.0)
        visits = (pattern(f"p{k}", times=5, rounds=(Window(480 + 60 * k, 540 + 60 * k),)) for k in range(4))
        week = make_week(line, [ann, ben], *visits, weights=Weights(unpaid=2.0))
        plan = plan_week(week, iterations=3000)
        minutes = {"ann": 0.0, "ben": 0.0}
        for stop in plan.plan.assignments:
            minutes[stop.worker] += stop.ends - stop.starts
        assert minutes["ann"] > 350
        assert plan.plan.cost.unpaid < 400

    def test_moves_a_pattern_to_another_day_where_the_first_has_no_room(self, line):
        """Reckoned by hours there is room on both days; only the plan of the day shows that one cannot be reached."""
        far = np.array([[0.0, 400.0], [400.0, 0.0]])
        near_one = Worker(
            "ann", "team", some("care"), (Shift("a", 420, 900, 0, 0), Shift("b", 1440 + 420, 1440 + 900, 1, 1))
        )
        week = Week((near_one,), (pattern("p", 1, days=some(0, 1)),), {"car": far})
        plan = plan_week(week, iterations=500)
        assert plan.chosen["p"] == (1,)
        assert plan.plan.undone == ()

    def test_gives_the_same_plan_for_the_same_seed_and_moves(self):
        week = random_week(5)
        first, again = plan_week(week, iterations=500, seed=3), plan_week(week, iterations=500, seed=3)
        assert first.chosen == again.chosen
        assert first.plan.assignments == again.plan.assignments

    @pytest.mark.parametrize("arguments", [{"seconds": -1}, {"iterations": -1}])
    def test_refuses_negative_effort(self, line, arguments):
        with pytest.raises(ValueError, match="at least 0"):
            plan_week(make_week(line, [worker("ann")], pattern("p")), **arguments)


class TestCheckWeek:
    @pytest.fixture
    def week(self, line):
        return make_week(
            line, [worker("ann")], pattern("p", times=2, days_apart=2, days=some(0, 1, 2, 3), last_done=-1)
        )

    @pytest.fixture
    def plan(self, week):
        found = plan_week(week, iterations=200)
        assert check_week(week, found) == []
        return found

    def on(self, week, *days):
        """A plan with the pattern on these days, everything else as it should be."""
        problem = week_problem(week, {"p": days})
        return WeekPlan({"p": days}, solve(problem, iterations=100))

    @pytest.mark.parametrize(
        ("rule", "days", "amount"),
        [
            ("days_as_asked", (1,), 1),
            ("days_as_asked", (1, 5), 1),
            ("days_kept_apart", (1, 2), 1),
            ("not_too_soon_again", (0, 3), 1),
        ],
    )
    def test_finds_the_one_rule_that_is_broken(self, week, plan, rule, days, amount):
        faults = check_week(week, self.on(week, *days))
        assert [fault.rule for fault in faults] == [rule]
        assert faults[0].amount == amount
        assert faults[0].text

    def test_has_a_breaking_plan_for_every_rule(self):
        assert {rule.__name__ for rule in WEEK_RULES} == {"days_as_asked", "days_kept_apart", "not_too_soon_again"}

    def test_finds_what_the_days_break(self, week, plan):
        stops = plan.plan.assignments
        early = replace(
            plan, plan=replace(plan.plan, assignments=(replace(stops[0], starts=0.0, ends=30.0), *stops[1:]))
        )
        assert {fault.rule for fault in check_week(week, early)} >= {"window_opens"}
        missing = replace(plan, plan=replace(plan.plan, assignments=stops[1:]))
        assert {fault.rule for fault in check_week(week, missing)} == {"every_visit_accounted_for"}

    def test_finds_a_pattern_that_is_not_in_the_week(self, week, plan):
        stranger = replace(plan, chosen={**plan.chosen, "q": (1,)})
        assert [fault.rule for fault in check_week(week, stranger)] == ["days_as_asked"]


class TestExplainWeek:
    def test_says_why_these_days_and_why_not(self, line):
        asked = pattern("asked", only_these=(OnlyThese(some("zoe"), "she asked for a woman"),))
        often = pattern("often", times=3, days_apart=2)
        week = make_week(line, [worker("ann")], often, asked, pattern("once", days=some(2)))
        plan = plan_week(week, iterations=300)
        said = explain_week(week, plan, names={"ann": "Ann Lee"})
        assert "as its days must be 2 apart" in said.patterns["often"]
        assert "the next best" in said.patterns["often"]
        assert said.patterns["once"].startswith("Wednesday, the only days it may fall on")
        assert said.people["often"] == "Sees Ann Lee (3)."
        why = [why for day in said.days for why in day.undone.values()]
        assert [(one.code, "she asked for a woman" in one.sentence) for one in why] == [("nobody_may_come", True)]
        assert {key for day in said.days for key in day.assignments} == {
            (stop.visit, stop.slot) for stop in plan.plan.assignments
        }


class TestWeek:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"times": 5, "days_apart": 2}, "5 times, 2 days apart, does not fit"),
            ({"days": some(7)}, "names day"),
            ({"rounds": ()}, "rounds is empty"),
            ({"rounds": (Window(600, 700), Window(480, 500))}, "not in order"),
            ({"times": 0}, "times is 0"),
            ({"last_done": 2}, "last_done is 2"),
            ({"slots": (Slot("care", 0),)}, "minutes is 0"),
            ({"not_alone": NotAlone("of threats made")}, "give it two slots"),
        ],
    )
    def test_says_which_field_of_a_pattern_is_wrong(self, line, changes, words):
        with pytest.raises(ProblemError, match=words):
            make_week(line, [worker("ann")], pattern("p", **changes))

    def test_says_what_else_is_wrong(self, line):
        with pytest.raises(ProblemError, match="used twice"):
            make_week(line, [worker("ann")], pattern("p"), pattern("p"))
        with pytest.raises(ProblemError, match="outside the 2 days"):
            make_week(line, [worker("ann")], days=2)


class TestWeekly:
    @settings(max_examples=20, deadline=None)
    @given(seed=SEEDS)
    def test_writes_a_week_that_reads_back_the_same(self, seed):
        week = random_week(seed)
        again = weekly.from_json(json.loads(json.dumps(weekly.to_json(week))))
        assert (again.workers, again.patterns, again.faces) == (week.workers, week.patterns, week.faces)
        plan = plan_week(week, iterations=50)
        assert WeekPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan

    def test_names_the_field_that_is_wrong(self, line):
        stored = weekly.to_json(make_week(line, [worker("ann")], pattern("p")))
        del stored["workers"][0]["shifts"][2]["day"]
        with pytest.raises(FormatError, match=r"workers\[0\].shifts\[2\]: field 'day' is missing"):
            weekly.from_json(stored)


class TestCommand:
    def test_plans_a_week_file_and_writes_what_it_found(self, line, tmp_path, capsys):
        path, out = tmp_path / "week.json", tmp_path / "plan.json"
        week = make_week(line, [worker("ann")], pattern("p", times=3, days_apart=2))
        path.write_text(json.dumps(weekly.to_json(week)))
        assert main(["week", str(path), "--iterations", "200", "--out", str(out), "--explain"]) == 0
        said = capsys.readouterr().out
        assert "3 visits on 7 days" in said
        assert "as its days must be 2 apart" in said
        assert check_week(week, WeekPlan.from_dict(json.loads(out.read_text()))) == []
        assert main(["week", str(path), "--check", str(out)]) == 0

    def test_finds_the_fault_in_a_changed_plan(self, line, tmp_path, capsys):
        path, out = tmp_path / "week.json", tmp_path / "plan.json"
        path.write_text(json.dumps(weekly.to_json(make_week(line, [worker("ann")], pattern("p")))))
        main(["week", str(path), "--iterations", "50", "--out", str(out)])
        stored = json.loads(out.read_text())
        stored["plan"]["assignments"][0]["starts"] -= 300
        out.write_text(json.dumps(stored))
        assert main(["week", str(path), "--check", str(out)]) == FOUND_FAULTS
        assert "before its window opens" in capsys.readouterr().out

    def test_says_what_is_wrong_with_a_file(self, tmp_path, capsys):
        path = tmp_path / "week.json"
        path.write_text('{"workers": [], "patterns": [], "travel": {}}')
        assert main(["week", str(path)]) == WRONG_INPUT
        assert "travel: expected an object of modes" in capsys.readouterr().err
