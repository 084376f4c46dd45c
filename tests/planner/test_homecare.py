"""A home care service read from three CSV files, its days planned, and what is said of files that are wrong."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from visit_planner import check, solve
from visit_planner.formats import homecare
from visit_planner.formats.reading import FormatError

BASE = Path(__file__).resolve().parents[2]
DAY = date(2017, 10, 1)
FILES = {
    "carers.csv": """CarerId,Date,Begin,End
c2,2017-10-01,2017-10-01T16:00:00,2017-10-01T20:00:00
c2,2017-10-01,2017-10-01T07:30:00,2017-10-01T10:30:00
c1,2017-10-01,2017-10-01T07:30:00,2017-10-01T13:00:00
""",
    "visits.csv": """VisitId,UserId,Date,Time,Duration,CarerCount
v1,p1,2017-10-01,08:00:00,1800,1
v2,p2,2017-10-01,08:30:00,1200,2
v3,p1,2017-10-01,09:00:00,900,1
v4,p3,2017-10-01,17:00:00,900,1
""",
    "distance.csv": """UserId,p1,p2,p3
0,p1,0.0,300.0,600.0
1,p2,300.0,0.0,420.0
2,p3,600.0,420.0,0.0
""",
}


def _load(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


benchmark = _load("homecare_benchmark", BASE / "benchmarks" / "homecare_scotland.py")


@pytest.fixture
def write(tmp_path):
    """Writes the three files, some of them changed, and says where."""

    def _write(**changed: str) -> Path:
        for name, text in FILES.items():
            (tmp_path / name).write_text(changed.get(name.removesuffix(".csv"), text), encoding="utf-8")
        return tmp_path

    return _write


@pytest.fixture(scope="session")
def scotland(shared) -> Path:
    folder = shared / "benchmarks" / "homecare-scotland"
    if not homecare.looks_like(folder):
        pytest.skip("benchmarks/homecare-scotland is not beside the project")
    return folder


class TestReadService:
    def test_reads_a_day(self, write):
        service = homecare.read_service(write())
        problem = service.problem(DAY, known={"p1": {"c2"}})
        assert service.days == (DAY,)
        by_id = {worker.id: worker for worker in problem.workers}
        assert [(s.starts, s.ends) for s in by_id["c2"].shifts] == [(450, 630), (960, 1200)]
        assert [len(visit.slots) for visit in problem.visits] == [1, 2, 1, 1]
        assert (problem.visits[0].window.opens, problem.visits[0].window.closes) == (450, 510)
        assert [(f.person, f.known, f.at_most) for f in problem.faces] == [
            ("p1", {"c2"}, None), ("p2", frozenset(), None), ("p3", frozenset(), None)
        ]  # fmt: skip
        assert problem.visits[1].slots[0].minutes == 20
        assert problem.travel[homecare.MODE][0, 2] == 10
        assert problem.travel[homecare.MODE][service.anywhere].max() == 0

    def test_counts_faces_once_a_person_has_met_enough(self, write):
        service = homecare.read_service(write())
        first = {f.person: f.at_most for f in service.problem(DAY).faces}
        assert first == {"p1": 2, "p2": 4, "p3": 2}
        later = {f.person: f.at_most for f in service.problem(DAY, known={"p1": {"a", "b", "c"}, "p2": {"a"}}).faces}
        assert later == {"p1": 3, "p2": None, "p3": None}

    def test_keeps_the_visits_of_one_person_apart(self, write):
        (gap,) = homecare.read_service(write()).problem(DAY).gaps
        assert (gap.first, gap.second, gap.at_least) == ("v1", "v3", 30)

    def test_reads_a_shift_that_ends_on_the_next_day(self, write):
        carers = FILES["carers.csv"] + "c3,2017-10-01,2017-10-01T22:00:00,2017-10-02T06:00:00\n"
        problem = homecare.read_service(write(carers=carers)).problem(DAY)
        assert problem.workers[-1].shifts[0].ends == 1800

    @pytest.mark.parametrize(
        ("name", "before", "after", "words"),
        [
            ("carers", "End", "Until", r"carers.csv: column 'End' is missing"),
            ("carers", "T10:30:00", "T06:30:00", r"carers.csv, line 3: the shift does not begin before it ends"),
            ("carers", "2017-10-01T16:00:00", "4 pm", r"carers.csv, line 2: Begin is '4 pm'; expected a time such as"),
            ("carers", "01T16:00:00", "01T10:00:00", r"carers.csv, line 3: the shift overlaps another one"),
            ("visits", "1200,2", "1200,0", r"visits.csv, line 3: CarerCount is '0'; expected a whole number"),
            ("visits", "p3", "p9", r"visits.csv, line 5: its UserId has no row in distance.csv"),
            ("visits", "v2", "v1", r"visits.csv, line 3: its VisitId is used by an earlier line"),
            ("visits", "08:30:00", "half past", r"visits.csv, line 3: Time is 'half past'"),
            ("visits", "900,1\n", "900\n", r"visits.csv, line 4: expected 6 values, found 5"),
            ("distance", "420.0,0.0", "420.0,-1", r"distance.csv, line 4: travel time '-1' is not a number of seconds"),
            ("distance", "2,p3,600.0,420.0,0.0\n", "", r"distance.csv: has 3 columns of travel times and 2 rows"),
            ("distance", "\n1,p2", "\n1,p1", r"distance.csv, line 3: its id has a row already"),
        ],
    )
    def test_names_the_file_and_line_that_is_wrong(self, write, name, before, after, words):
        folder = write(**{name: FILES[f"{name}.csv"].replace(before, after)})
        with pytest.raises(FormatError, match=words):
            homecare.read_service(folder)

    def test_says_which_file_is_not_there(self, tmp_path):
        with pytest.raises(FormatError, match=r"distance.csv: cannot be read"):
            homecare.read_service(tmp_path)

    def test_refuses_a_day_without_visits(self, write):
        with pytest.raises(ValueError, match="no visits are asked for on 02 October 2017"):
            homecare.read_service(write()).problem(date(2017, 10, 2))


class TestGreedy:
    def test_gives_visits_in_order_to_the_first_who_can(self, write):
        service = homecare.read_service(write())
        asked = {visit.id: visit.at for visit in service.asked[DAY]}
        problem = service.problem(DAY)
        plan = benchmark.greedy(problem, asked)
        assert check(problem, plan) == []
        given = {(stop.visit, stop.slot): (stop.worker, stop.starts) for stop in plan.assignments}
        # c2 stands first in the file; v2 needs both, c2 is free for it at 08:35; v3 is c2's again.
        assert given == {
            ("v1", 0): ("c2", 480),
            ("v2", 0): ("c2", 515),
            ("v2", 1): ("c1", 515),
            ("v3", 0): ("c2", 540),
            ("v4", 0): ("c2", 1020),
        }

    def test_leaves_out_what_nobody_can_do_in_time(self, write):
        visits = FILES["visits.csv"].replace("1200,2", "1200,3")
        problem = homecare.read_service(write(visits=visits)).problem(DAY)
        asked = {visit.id: visit.window.opens + 30 for visit in problem.visits}
        assert benchmark.greedy(problem, asked).undone == ("v2",)


class TestMain:
    def test_plans_a_small_service_and_prints_no_ids(self, write, monkeypatch, capsys):
        folder = write(visits=FILES["visits.csv"].replace("1200,2", "1200,3"))
        monkeypatch.setattr(sys, "argv", ["homecare_scotland.py", str(folder), "--seconds", "0.2", "--out", "t.md"])
        monkeypatch.chdir(folder)
        assert benchmark.main() == 0
        written = (folder / "t.md").read_text(encoding="utf-8")
        assert "| 2017-10-01 | 08:30 | 3 | It needs 3 workers together and fewer are qualified." in written
        printed = capsys.readouterr().out
        assert not re.search(r"\b(c[12]|p[123]|v[1234])\b", printed)

    def test_says_what_is_wrong_with_the_files(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(sys, "argv", ["homecare_scotland.py", str(tmp_path)])
        assert benchmark.main() == 2
        assert "distance.csv: cannot be read" in capsys.readouterr().err


class TestRealService:
    def test_reads_all_ten_days(self, scotland):
        service = homecare.read_service(scotland)
        assert len(service.days) == 10
        assert sum(len(visits) for visits in service.asked.values()) == 4874
        assert sum(visit.carers > 1 for visits in service.asked.values() for visit in visits) == 1151
        assert len(service.places) == 236

    def test_plans_a_day_better_than_the_greedy_rule(self, scotland):
        service = homecare.read_service(scotland)
        day = service.days[0]
        asked = {visit.id: visit.at for visit in service.asked[day]}
        problem = service.problem(day, weights=benchmark.WEIGHTS)
        plan = benchmark.planned(problem, asked, seconds=3, seed=1)
        known = defaultdict(set)
        ours = benchmark.measured("planner", day, problem, plan, asked, known, reasons=True)
        rule = benchmark.measured("greedy", day, problem, benchmark.greedy(problem, asked), asked, known, reasons=False)
        assert (ours.faults, rule.faults) == (0, 0)
        assert ours.in_time + len(ours.reasons) == ours.visits
        assert ours.left_out < rule.left_out
        assert ours.travel < rule.travel
        # In so short a search a break or two may still be too short.
        assert ours.hurried_breaks <= 3

    def test_prefers_faces_of_the_day_before(self, scotland):
        service = homecare.read_service(scotland)
        first, second = service.days[1:3]
        known = defaultdict(set)
        day = service.problem(first)
        benchmark.met(day, solve(day, seconds=1, seed=1), known)
        shares = []
        for faces in (known, {}):
            problem = service.problem(second, known=faces, weights=benchmark.WEIGHTS)
            plan = solve(problem, seconds=2, seed=1)
            asked = {visit.id: visit.at for visit in service.asked[second]}
            figures = benchmark.measured("planner", second, problem, plan, asked, known, reasons=False)
            shares.append(figures.known_visits / figures.could_be_known)
        assert shares[0] > shares[1] + 0.2
