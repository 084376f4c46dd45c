"""visit-planner bench: finds instances and best known values, and judges plans by the checker."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from visit_planner import benchmarking, cost, solve
from visit_planner.benchmarking import Effort
from visit_planner.cli import FOUND_FAULTS, WRONG_INPUT, main
from visit_planner.formats import hhcrsp
from visit_planner.formats.reading import FormatError


def instance(patients):
    """An HHCRSP instance of so many patients along a road, the first of them with two people in step."""
    both = [{"service": "s1", "duration": 20}, {"service": "s2", "duration": 20}]
    return {
        "patients": [
            {"id": f"p{k}", "time_window": [10 * k, 10 * k + 60], "required_caregivers": both[:1]}
            if k
            else {
                "id": "p0", "time_window": [0, 60], "required_caregivers": both,
                "synchronization": {"type": "simultaneous"},
            }
            for k in range(patients)
        ],
        "services": [{"id": "s1"}, {"id": "s2"}],
        "caregivers": [{"id": "c1", "abilities": ["s1"]}, {"id": "c2", "abilities": ["s1", "s2"]}],
        "central_offices": [{"id": "d"}],
        "distances": [[abs(a - b) * 3 for a in range(patients + 1)] for b in range(patients + 1)],
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """Two sets of instances below a file of best known values, and a file that is no instance."""
    for name, patients in (("near/three", 3), ("near/four", 4), ("far/five", 5)):
        path = tmp_path / "public" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(instance(patients)))
    (tmp_path / "public" / "far" / "notes.json").write_text("{}")
    (tmp_path / "best_known.csv").write_text("set,instance,best_value\nnear,three,10.5\nother-far,five,1e9\nx,five,5\n")
    return tmp_path / "public"


class TestFindInstances:
    def test_finds_every_instance_below_and_names_what_is_none(self, folder):
        found, strange = benchmarking.find_instances(folder)
        assert [(i.set, i.path.stem, i.patients) for i in found] == [
            ("far", "five", 5), ("near", "four", 4), ("near", "three", 3),
        ]  # fmt: skip
        assert [path.name for path in strange] == ["notes.json"]

    def test_looks_for_the_best_known_value_above_and_by_set(self, folder):
        found, _ = benchmarking.find_instances(folder)
        assert {i.path.stem: i.best_known for i in found} == {"three": 10.5, "four": None, "five": 1e9}

    def test_takes_one_set_some_names_or_some_sizes(self, folder):
        def names(**wanted):
            return [i.path.stem for i in benchmarking.find_instances(folder, **wanted)[0]]

        assert names(only="near") == ["four", "three"]
        assert names(match="hre,fiv") == ["five", "three"]
        assert names(smallest=4) == ["five", "four"]
        assert names(smallest=4, largest=4) == ["four"]
        assert [i.path.stem for i in benchmarking.find_instances(folder / "near" / "four.json")[0]] == ["four"]

    def test_refuses_a_folder_with_nothing_to_plan(self, folder):
        with pytest.raises(FormatError, match="no instance there"):
            benchmarking.find_instances(folder, match="nine")
        with pytest.raises(FormatError, match="no such file or folder"):
            benchmarking.find_instances(folder / "nowhere")

    def test_says_what_is_wrong_with_a_table_of_best_known_values(self, folder):
        (folder / "best_known.csv").write_text("instance,best_value\nthree,eleven\n")
        with pytest.raises(FormatError, match=r"best_known\.csv, line 2: expected columns instance and best_value"):
            benchmarking.find_instances(folder)


class TestJudge:
    def test_counts_what_the_checker_finds(self):
        problem = hhcrsp.from_json(instance(4))
        plan = solve(problem, iterations=200, seed=3)
        one = benchmarking.Instance(Path("near/four.json"), "near", 4, plan.cost.total * 2)
        good = benchmarking.judge(one, problem, plan, seconds=None, undone_is_fault=True)
        assert (good.faults, good.gap_percent, good.cost) == (0, -50.0, round(plan.cost.total, 4))
        early = replace(plan.assignments[0], starts=plan.assignments[0].starts - 300)
        changed = replace(plan, assignments=(early, *plan.assignments[1:]))
        changed = replace(changed, cost=cost(problem, changed))
        assert benchmarking.judge(one, problem, changed, seconds=None, undone_is_fault=True).faults > 0


class TestMeans:
    def run(self, name, patients, gap, seconds=60.0, **changes):
        return replace(
            benchmarking.Run(
                "near", name, patients, 1, seconds, 100.0 + gap, 100.0, gap, 0, 0, 1000, None, 500.0, None, 2.0
            ),
            **changes,
        )

    def test_keeps_small_and_large_instances_apart(self):
        runs = [
            self.run("a", 75, 0.0),
            self.run("b", 100, -4.0),
            self.run("b", 100, -2.0, seed=2),
            self.run("c", 300, 1.0),
            self.run("d", 80, 9.0),
        ]
        small, between, large = benchmarking.means(runs)
        assert (small.size, small.mean_gap_percent, small.runs) == ("75 and fewer", 0.0, 1)
        assert between.size == "76 to 99"
        assert (large.mean_gap_percent, large.worst_gap_percent) == (pytest.approx(-1.667), 1.0)
        assert (large.instances, large.runs, large.at_or_below_best_known) == (2, 3, 2)

    def test_takes_each_effort_by_itself_and_all_sets_together(self):
        runs = [self.run("a", 10, 1.0, 5.0), self.run("a", 10, 0.0), self.run("z", 10, 3.0, set="far")]
        found = {(m.set, m.seconds): m.mean_gap_percent for m in benchmarking.means(runs)}
        assert found == {
            ("near", 5.0): 1.0,
            ("near", 60.0): 0.0,
            ("far", 60.0): 3.0,
            ("all", 5.0): 1.0,
            ("all", 60.0): 1.5,
        }

    def test_says_nothing_where_nothing_is_known(self):
        (mean,) = benchmarking.means([self.run("a", 10, 0.0, gap_percent=None, best_known=None)])
        assert (mean.mean_gap_percent, mean.worst_gap_percent, mean.at_or_below_best_known) == (None, None, 0)

    def test_puts_the_seeds_of_one_instance_together(self):
        (one,) = benchmarking.over_seeds([self.run("a", 10, 1.0), self.run("a", 10, 3.0, seed=2)])
        assert (one.mean_cost, one.lowest_cost, one.highest_cost, one.mean_gap_percent) == (102.0, 101.0, 103.0, 2.0)


class TestBench:
    def test_prints_every_run_and_the_means_as_json(self, folder, capsys):
        arguments = ["bench", str(folder), "--iterations", "300", "--seeds", "1,2", "--json"]
        assert main(arguments) == 0
        printed = capsys.readouterr()
        stored = json.loads(printed.out)
        assert [(run["instance"], run["seed"]) for run in stored["runs"]] == [
            (name, seed) for name in ("five", "four", "three") for seed in (1, 2)
        ]
        assert all(run["faults"] == 0 and run["moves_per_second"] > 0 for run in stored["runs"])
        assert {run["instance"]: run["gap_percent"] is None for run in stored["runs"]}["four"]
        assert {mean["set"] for mean in stored["means"]} == {"near", "far", "all"}
        assert len(stored["instances"]) == 3
        assert stored["settings"]["iterations"] == 300
        assert "notes.json: left out" in printed.err

    def test_writes_the_table_and_prints_the_means(self, folder, tmp_path, capsys):
        out = tmp_path / "table.md"
        assert main(["bench", str(folder), "--iterations", "200", "--out", str(out)]) == 0
        assert "| all | 75 and fewer | – | 3 | 3 |" in capsys.readouterr().out
        assert "| near | three | 3 |" in out.read_text()

    def test_gives_the_same_plans_on_several_processes(self, folder):
        instances, _ = benchmarking.find_instances(folder)
        alone = list(benchmarking.measure_all(instances, [Effort(None, 200)], [1]))
        spread = list(benchmarking.measure_all(instances, [Effort(None, 200)], [1], processes=2))
        assert [(run.instance, run.cost) for run in alone] == [(run.instance, run.cost) for run in spread]

    def test_fails_when_a_plan_has_faults(self, folder, capsys):
        # Nobody has the second service: the patient who needs it cannot be served.
        stored = instance(3)
        stored["caregivers"] = [{"id": "c1", "abilities": ["s1"]}, {"id": "c2", "abilities": ["s1"]}]
        (folder / "near" / "three.json").write_text(json.dumps(stored))
        assert main(["bench", str(folder), "--match", "three", "--iterations", "50"]) == FOUND_FAULTS
        assert "1 FAULTS" in capsys.readouterr().out

    def test_refuses_a_folder_that_is_not_there(self, folder, tmp_path, capsys):
        assert main(["bench", str(folder / "no")]) == WRONG_INPUT
        assert main(["bench", str(folder), "--out", str(tmp_path / "no" / "t.md")]) == WRONG_INPUT
        assert "there is no folder" in capsys.readouterr().err

    @pytest.mark.parametrize("wrong", [["--seeds", "a"], ["--seconds", "-1"], ["--processes", "0"]])
    def test_refuses_wrong_options(self, folder, wrong):
        with pytest.raises(SystemExit) as left:
            main(["bench", str(folder), *wrong])
        assert left.value.code == WRONG_INPUT

    def test_beats_nothing_it_does_not_reach(self, instances, capsys):
        assert main(["bench", str(instances), "--match", "HCSRP_10_1", "--iterations", "20000", "--json"]) == 0
        (run,) = json.loads(capsys.readouterr().out)["runs"]
        assert run["cost"] == pytest.approx(218.1987)  # the proven optimum
        assert run["gap_percent"] == 0
