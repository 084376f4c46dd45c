"""Files in, files out, and what is said of bad ones."""

import json
from pathlib import Path

import pytest

from rota_builder.cli import main
from rota_builder.formats import benchmark, native
from rota_builder.formats.errors import FormatError
from rota_builder.problem import ProblemError

BASE = Path(__file__).resolve().parents[2]
STORED = {
    "first_day": "2026-12-07",
    "days": 7,
    "kinds": [{"id": "early", "stretches": [["07:00", "14:00"]]}, {"id": "night", "stretches": [["21:00", 1860]]}],
    "workers": [{"id": "ann", "skills": ["nurse"], "contract_minutes": 2100, "limits": {"most_days_in_a_row": 5}}],
    "demands": [{"day": 0, "starts": "07:00", "ends": "14:00", "skill": "nurse", "least": 1, "wanted": 1}],
    "wishes": [{"worker": "ann", "day": 1, "kind": None, "is_wanted": False}],
}


class TestNative:
    def test_reads_clocks_and_limits(self):
        problem = native.from_json(STORED)
        assert problem.kinds[1].stretches == ((1260, 1860),)
        assert problem.workers[0].limits.most_days_in_a_row == 5

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"days": None}, "days"),
            ({"first_day": "soon"}, "first_day"),
            ({"workers": [{"id": "ann", "skils": []}]}, "unknown field 'skils'"),
            ({"kinds": [{"id": "early", "stretches": [["7", "14:00"]]}]}, "HH:MM"),
            ({"demands": [{"day": 9}]}, "not in this rota"),
            ({"fixed": [{"worker": "eve", "day": 0, "kind": "early"}]}, "no worker"),
            ({"workers": [{"id": "ann"}, {"id": "ann"}]}, "given twice"),
            ({"kinds": [{"id": "early", "stretches": [["14:00", "07:00"]]}]}, "in order"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_names_what_is_wrong(self, change, says):
        with pytest.raises((FormatError, ProblemError), match=says):
            native.from_json({**STORED, **change})


class TestBenchmark:
    def test_reads_a_public_instance(self):
        problem = benchmark.read_problem(BASE / "benchmarks" / "rota" / "Instance5.txt")
        assert (problem.days, len(problem.workers), len(problem.kinds), len(problem.wishes)) == (28, 16, 2, 106)
        assert problem.kinds[1].not_before == {"early"[0].upper()}

    @pytest.mark.parametrize("text", ["1,2", "SECTION_ODD\n1", "SECTION_HORIZON\n14"])
    def test_names_what_is_wrong(self, text):
        with pytest.raises(FormatError):
            benchmark.from_text(text)


class TestCommand:
    def test_builds_checks_and_explains(self, tmp_path, capsys):
        problem, rota = tmp_path / "problem.json", tmp_path / "rota.json"
        problem.write_text(json.dumps(STORED))
        assert main(["build", str(problem), "--effort", "1", "--out", str(rota), "--explain"]) == 0
        assert main(["check", str(problem), str(rota)]) == 0
        assert "no faults" in capsys.readouterr().out

    def test_says_which_rule_a_rota_breaks(self, tmp_path, capsys):
        problem, rota = tmp_path / "problem.json", tmp_path / "rota.json"
        problem.write_text(json.dumps(STORED))
        rota.write_text(json.dumps({"shifts": [{"day": day, "worker": "ann", "kind": "early"} for day in range(7)]}))
        assert main(["check", str(problem), str(rota)]) == 1
        assert "FAULT most_days_in_a_row: ann on 2026-12-12" in capsys.readouterr().out

    @pytest.mark.parametrize("text", ["", "{", "[]", "SECTION_HORIZON"])
    def test_refuses_what_is_no_problem(self, tmp_path, capsys, text):
        problem = tmp_path / "problem.json"
        problem.write_text(text)
        assert main(["build", str(problem)]) == 2
        assert "rota-builder:" in capsys.readouterr().err
