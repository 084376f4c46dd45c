"""`homeward measures ascof`: any file in, everything out."""

import csv
import gzip
import io
import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from django.core.management import CommandError, call_command

from homeward.outcomes.ascof.fates import Fate
from homeward.outcomes.ascof.reading import day_of, moment_of
from tests.rooms.outcomes.care_files import numbered, realistic_file, write
from tests.rooms.outcomes.judge import COLUMNS
from tests.rooms.outcomes.test_ascof_2a import reablement, request, service

pytestmark = pytest.mark.any_engine

LINES = numbered([request(), reablement(), service("2023-06-11")])
YEAR = ("--from", "2023-04-01", "--to", "2023-12-31", "--today", "2024-06-01")
# As the Client Level Data specification heads its columns
SPECIFICATION = {
    "LA_CODE": "LA Code",
    "Der_NHS_Number_Traced_Pseudo": "NHS Number",
    "Der_LA_Person_Unique_Identifier_Pseudo": "LA Person Unique Identifier",
    "Der_Birth_Month": "Birth Month",
    "Der_Birth_Year": "Birth Year",
    "Request_Route_of_Access": "Request: Route of Access",
    "ImportDate": "import date",
}


@pytest.fixture
def run():
    """Run the command; the exit code, and what it printed."""

    def measure(path: Path, *arguments: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        code = 0
        try:
            call_command("measures_ascof", "--cld", str(path), *arguments, stdout=out, stderr=err)
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, out.getvalue(), err.getvalue()

    return measure


def as_csv(lines: list[dict], *, delimiter: str = ",", headings: dict | None = None) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow([(headings or {}).get(name, name) for name in COLUMNS])
    writer.writerows([["NULL" if cells.get(name) is None else cells[name] for name in COLUMNS] for cells in lines])
    return file.getvalue()


def day_first(lines: list[dict]) -> list[dict]:
    return [
        {
            name: "/".join(reversed(cell.split("-"))) if cell and ("Date" in name) else cell
            for name, cell in cells.items()
        }
        for cells in lines
    ]


class TestMeasuresAscof:
    def test_prints_settings_totals_clusters_records(self, run, tmp_path):
        code, out, _ = run(write(tmp_path / "a.csv", LINES), *YEAR, "--json")
        found = json.loads(out)
        assert code == 0
        assert found["totals"]["all"] == {"numerator": 0, "denominator": 1, "percent": 0.0}
        assert found["totals"]["councils"] == {"E10000001": {"numerator": 0, "denominator": 1, "percent": 0.0}}
        assert found["settings"]["submitted_by"] == "2024-02-01T00:00:00"
        assert found["settings"]["defaults_taken"] == ["submitted_by"]
        (cluster,) = found["clusters"]
        assert (cluster["la_code"], cluster["person_id"], cluster["record_type"]) == ("E10000001", "n-ivy", 2)
        assert (cluster["cluster_start"], cluster["cluster_end"]) == ("2023-05-03", "2023-06-10")
        assert cluster["final_outcome_mapped"] == "Long Term Support (any setting)"
        assert cluster["lines"] == {"cluster": [3], "followers": [4], "deciding": [4]}
        assert [(r["line"], r["fate"], r["clusters"]) for r in found["records"]] == [
            (2, "request-led-to-st-max", []),
            (3, "in-st-max-cluster", [1]),
            (4, "decided", [1]),
        ]

    def test_prints_a_table_without_json(self, run, tmp_path):
        code, out, _ = run(write(tmp_path / "a.csv", LINES), *YEAR)
        assert code == 0
        assert "ASCOF 2A, 2023-04-01 to 2023-12-31" in out
        assert "E10000001            0           1     0.0" in out

    def test_takes_the_last_quarter_before_the_latest_submission(self, run, tmp_path):
        _, out, _ = run(write(tmp_path / "a.csv", LINES), "--json")
        settings = json.loads(out)["settings"]
        assert (settings["from"], settings["to"]) == ("2023-10-01", "2023-12-31")
        assert settings["defaults_taken"] == ["to", "from", "submitted_by"]

    def test_prints_the_same_bytes_again(self, run, tmp_path):
        path = write(tmp_path / "a.csv", realistic_file(3, people=60))
        assert run(path, *YEAR, "--json") == run(path, *YEAR, "--json")

    def test_refuses_a_file_without_a_needed_column(self, run, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text("LA Code,Event Type\nE1,Request\n")
        code, _, err = run(path)
        assert code == 2
        assert "no column Der_NHS_Number_Traced_Pseudo, " in err
        assert "Found: LA Code, Event Type" in err

    def test_refuses_a_file_that_is_not_there(self, run, tmp_path):
        code, _, err = run(tmp_path / "none.csv")
        assert code == 2
        assert "cannot be read" in err

    def test_refuses_a_period_that_ends_before_it_begins(self, run, tmp_path):
        code, _, err = run(write(tmp_path / "a.csv", LINES), "--from", "2024-01-01", "--to", "2023-12-31")
        assert code == 2
        assert "Give --from and --to in order" in err

    def test_refuses_a_day_that_is_none(self, run, tmp_path):
        with pytest.raises(CommandError, match="no day of the calendar"):
            run(write(tmp_path / "a.csv", LINES), "--from", "31/31/2023")

    def test_reports_lines_it_cannot_read_and_measures_the_rest(self, run, tmp_path):
        bad = [
            {**LINES[2], "Event_Start_Date": "12/31/2023"},
            {**LINES[2], "Der_Birth_Month": "13"},
            {**LINES[2], "Date_of_Death": "soon"},
        ]
        path = tmp_path / "a.csv"
        path.write_text(as_csv([*LINES, *bad]) + "only,three,cells\n", encoding="utf-8")
        code, out, _ = run(path, *YEAR, "--json")
        found = json.loads(out)
        assert code == 1
        assert [fault["line"] for fault in found["faults"]] == [5, 6, 7, 8]
        assert "Days come before months" in found["faults"][0]["reason"]
        assert "Der_Birth_Month: 13 is not from 1 to 12" in found["faults"][1]["reason"]
        assert "has 3 cells where the headings are 17" in found["faults"][3]["reason"]
        assert [record["fate"] for record in found["records"][3:]] == ["unreadable"] * 4
        assert found["totals"]["all"]["denominator"] == 1

    def test_asks_when_a_file_without_import_date_was_submitted(self, run, tmp_path):
        path = tmp_path / "a.csv"
        names = [name for name in COLUMNS if name not in ("ImportDate", "Der_Unique_Record_ID")]
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, names, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(LINES)
        code, _, err = run(path, *YEAR)
        assert code == 2
        assert "--imported-on DAY" in err
        code, out, _ = run(path, *YEAR, "--imported-on", "2024-01-20", "--json")
        assert code == 0
        assert json.loads(out)["totals"]["all"]["denominator"] == 1


class TestFiles:
    """One file, as different places write it, measures the same."""

    @pytest.fixture
    def lines(self) -> list[dict]:
        return realistic_file(5, people=40)

    @pytest.fixture
    def plain(self, run, lines, tmp_path) -> dict:
        return json.loads(run(write(tmp_path / "plain.csv", lines), *YEAR, "--json")[1])

    @pytest.mark.parametrize(
        ("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8")]
    )
    def test_may_be_in_any_of_these_encodings_and_delimiters(self, run, lines, plain, tmp_path, delimiter, encoding):
        path = tmp_path / "other.csv"
        text = as_csv(day_first(lines), delimiter=delimiter, headings=SPECIFICATION)
        path.write_bytes(text.encode(encoding))
        assert "–" in text
        code, out, _ = run(path, *YEAR, "--json")
        assert code == 0
        self.assert_same(json.loads(out), plain)

    def test_may_be_packed(self, run, lines, plain, tmp_path):
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress(as_csv(lines).encode()))
        self.assert_same(json.loads(run(path, *YEAR, "--json")[1]), plain)

    def test_may_be_json_lines(self, run, lines, plain, tmp_path):
        path = tmp_path / "a.jsonl"
        path.write_text(
            "\n".join(json.dumps({name: cells.get(name) for name in COLUMNS}) for cells in lines), encoding="utf-8"
        )
        self.assert_same(json.loads(run(path, *YEAR, "--json")[1]), plain)

    def test_may_be_parquet(self, run, lines, plain, tmp_path):
        path = tmp_path / "a.parquet"
        source = write(tmp_path / "source.csv", lines)
        duckdb.connect().execute(f"COPY (SELECT * FROM read_csv('{source}')) TO '{path}' (FORMAT parquet)")
        self.assert_same(json.loads(run(path, *YEAR, "--json")[1]), plain)

    @staticmethod
    def assert_same(found: dict, plain: dict) -> None:
        assert found["totals"] == plain["totals"]
        assert plain["totals"]["all"]["denominator"] > 3
        without_lines = [[{**row, "lines": None} for row in measure["clusters"]] for measure in (found, plain)]
        assert without_lines[0] == without_lines[1]
        assert [record["fate"] for record in found["records"]] == [record["fate"] for record in plain["records"]]

    def test_are_named_by_the_first_line_of_a_record(self, run, tmp_path):
        lines = [{**LINES[0], "Service_Component": "two\nlines"}, *LINES[1:]]
        found = json.loads(run(write(tmp_path / "a.csv", lines), *YEAR, "--json")[1])
        assert [record["line"] for record in found["records"]] == [2, 4, 5]


class TestDays:
    @pytest.mark.parametrize(
        "cell",
        [
            "2023-12-01",
            "2023-12-01 00:00:00.0000000",
            "2023-12-01T13:05:00Z",
            "20231201",
            "2023/12/01",
            "01/12/2023",
            "1/12/2023",
            "01-12-2023",
            "01.12.2023",
            "01/12/23",
            "01-Dec-2023",
            "1 December 2023",
            "01/12/2023 00:00",
            "01/12/2023 1:05:00 PM",
            " 2023-12-01 ",
            date(2023, 12, 1),
            datetime.fromisoformat("2023-12-01T09:30"),
        ],
    )
    def test_are_read_day_first(self, cell):
        assert day_of(cell) == date(2023, 12, 1)

    @pytest.mark.parametrize(
        "cell", ["12/31/2023", "2023-02-30", "45261", "soon", "2023", "2023-12-01 25:00", "01/Foo/2023"]
    )
    def test_that_are_none_are_refused(self, cell):
        with pytest.raises(ValueError, match=r"date|calendar"):
            day_of(cell)

    @pytest.mark.parametrize("cell", [None, "", "   ", "NULL"])
    def test_may_be_blank(self, cell):
        assert day_of(cell) is None

    def test_of_submission_keep_their_time(self):
        assert moment_of("01/02/2024 14:30:15") == datetime.fromisoformat("2024-02-01T14:30:15")


class TestGuide:
    def test_explains_every_fate(self):
        guide = (Path(__file__).resolve().parents[3] / "docs/guides/ascof.md").read_text(encoding="utf-8")
        assert [fate.code for fate in Fate if f"`{fate.code}`" not in guide] == []


class TestBirth:
    def test_may_be_a_date(self, run, tmp_path):
        path = tmp_path / "a.csv"
        names = [name for name in COLUMNS if not name.startswith("Der_Birth")]
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, [*names, "Date of Birth"], restval="01/05/1940", extrasaction="ignore")
            writer.writeheader()
            writer.writerows([{**dict.fromkeys(names, ""), **cells} for cells in LINES])
        code, out, _ = run(path, *YEAR, "--json")
        assert code == 0
        assert json.loads(out)["totals"]["all"]["denominator"] == 1
