"""visit-planner on real files: what it prints, what it writes, and its exit codes."""

import json

import pytest

from visit_planner.cli import FOUND_FAULTS, WRONG_INPUT, main
from visit_planner.formats import native


class TestSolveAndCheck:
    def test_solves_a_public_instance_that_check_accepts(self, instances, tmp_path, capsys):
        instance = str(instances / "mankowska" / "InstanzCPLEX_HCSRP_10_1.json")
        out = tmp_path / "solution.json"
        assert main(["solve", instance, "--iterations", "20000", "--seed", "1", "--out", str(out)]) == 0
        solved = capsys.readouterr().out
        assert main(["check", instance, str(out)]) == 0
        checked = capsys.readouterr().out
        assert "cost 218.1987" in solved  # proven optimum, best_known.csv
        assert "cost 218.1987" in checked
        assert "no faults" in checked

    def test_finds_the_fault_in_a_changed_solution(self, instances, tmp_path, capsys):
        instance = str(instances / "mankowska" / "InstanzCPLEX_HCSRP_10_1.json")
        out = tmp_path / "solution.json"
        main(["solve", instance, "--iterations", "100", "--out", str(out)])
        stored = json.loads(out.read_text())
        stop = next(route for route in stored["routes"] if route["locations"])["locations"][0]
        stop["departure_time"] += 30
        out.write_text(json.dumps(stored))
        assert main(["check", instance, str(out)]) == FOUND_FAULTS
        assert "FAULT service_takes_its_time" in capsys.readouterr().out

    def test_finds_a_service_left_out_of_a_solution(self, instances, tmp_path, capsys):
        instance = str(instances / "mankowska" / "InstanzCPLEX_HCSRP_10_1.json")
        out = tmp_path / "solution.json"
        out.write_text('{"routes": []}')
        assert main(["check", instance, str(out)]) == FOUND_FAULTS
        assert "FAULT every_service_done: p1" in capsys.readouterr().out

    def test_plans_its_own_problem_files(self, make_team, tmp_path, capsys):
        problem, out = tmp_path / "team.json", tmp_path / "plan.json"
        native.write_problem(make_team(visits=30, workers=9), problem)
        assert main(["solve", str(problem), "--iterations", "500", "--out", str(out), "--explain"]) == 0
        assert main(["check", str(problem), str(out)]) == 0
        assert "no faults" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "cannot be read"),
            ("{", "is not JSON (line 1"),
            ("[1]", "expected a JSON object"),
            ("{}", "an HHCRSP instance (patients"),
            ('{"patients": [], "caregivers": 5}', ".caregivers: expected a list, found a number"),
            ('{"workers": [], "visits": [], "travel": {}}', "travel: expected an object of modes"),
            (b"\xff\xfe", "is not text in UTF-8"),
        ],
    )
    def test_says_what_is_wrong_with_a_file(self, tmp_path, capsys, content, words):
        path = tmp_path / "problem.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            path.write_text(content)
        assert main(["solve", str(path)]) == WRONG_INPUT
        assert words in capsys.readouterr().err

    def test_refuses_to_search_before_it_knows_where_to_write(self, make_team, tmp_path, capsys):
        problem = tmp_path / "team.json"
        native.write_problem(make_team(visits=10, workers=5), problem)
        assert main(["solve", str(problem), "--out", str(tmp_path / "no" / "plan.json")]) == WRONG_INPUT
        assert "there is no folder" in capsys.readouterr().err

    @pytest.mark.parametrize("arguments", [[], ["fly"], ["solve"], ["solve", "x", "--seconds", "-1"]])
    def test_refuses_wrong_arguments(self, arguments, capsys):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == WRONG_INPUT
