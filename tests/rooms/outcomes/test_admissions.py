"""ASCOF 2B and 2C on histories small enough to work out on paper; the snapshot day is 1 January 2024."""

import io
import json
import sqlite3
from collections import Counter
from random import Random

import pytest
from django.core.management import call_command

from homeward.outcomes.ascof.admissions import Admissions, admissions_of
from homeward.outcomes.ascof.reading import read_file
from tests.rooms.outcomes.care_files import nasty_file, numbered, person, write
from tests.rooms.outcomes.judge import COLUMNS
from tests.rooms.outcomes.test_against_the_judge import PERIOD, folded
from tests.rooms.outcomes.test_ascof_2a import IVY, service

pytestmark = pytest.mark.any_engine

HOME = "Long Term Support: Residential Care"
NURSING = "Long Term Support: Nursing Care"
YEAR = ("--from", "2023-04-01", "--to", "2023-12-31", "--today", "2024-06-01")


def stay(starts_on="2023-06-01", ends_on=None, kind=HOME, who=IVY, **cells):
    return service(starts_on, ends_on, kind, who, **cells)


@pytest.fixture
def measured(tmp_path):
    def measure(*lines: dict) -> Admissions:
        return admissions_of(read_file(write(tmp_path / "cld.csv", numbered(list(lines)))).records, PERIOD)

    return measure


class TestAdmissions:
    @pytest.mark.parametrize(
        ("lines", "fates"),
        [
            ([stay()], ["admitted-65-and-over"]),
            ([stay(kind=NURSING)], ["admitted-65-and-over"]),
            ([stay(kind="Long Term Support: Community")], ["not-residential-or-nursing-care"]),
            ([stay("2023-04-01")], ["admitted-65-and-over"]),
            ([stay("2023-03-31")], ["stay-began-earlier"]),
            ([stay("2023-12-31", "2024-01-01")], ["admitted-65-and-over"]),
            ([stay("2024-01-01")], ["starts-after-period"]),
            ([stay(ends_on="2023-12-31")], ["stay-ended-in-period"]),
            ([stay("2023-03-31", kind=NURSING), stay()], ["stay-began-earlier", "stay-of-person-admitted-earlier"]),
            (  # an earlier stay that has ended makes nobody admitted earlier (as published)
                [stay("2023-03-31", "2023-05-31"), stay()],
                ["stay-ended-in-period", "admitted-65-and-over"],
            ),
            (  # closed by the newest version in time
                [stay(ImportDate="2023-10-20"), stay(ends_on="2023-12-01")],
                ["stay-ended-in-period"] * 2,
            ),
            (  # closed and open in the newest submission: open
                [stay(), stay(ends_on="2023-12-01")],
                ["admitted-65-and-over", "stay-ended-in-period"],
            ),
            (  # closed too late, on the very moment (as published)
                [stay(), stay(ends_on="2023-12-01", ImportDate="2024-02-01")],
                ["admitted-65-and-over", "stay-ended-in-period"],
            ),
            ([stay(Der_Birth_Month=None)], ["no-birth-month-or-year"]),
        ],
    )
    def test_give_each_record_its_fate(self, measured, lines, fates):
        found = measured(*lines)
        assert [fate.code for _, fate in sorted(found.fates.items())] == fates

    @pytest.mark.parametrize(
        ("year", "month", "age", "measure"),
        [(1959, 1, 64, "2B"), (1958, 12, 65, "2C"), (2005, 12, 18, "2B"), (2006, 2, 17, None)],
    )
    def test_are_counted_by_age_on_the_snapshot_day(self, measured, year, month, age, measure):
        """Born on 1 January 1959 is 64: 23,741 days are 64.9993 years of 365.25 days (as published)."""
        found = measured(stay(Der_Birth_Year=year, Der_Birth_Month=month))
        assert [admission.age for admission in found.admissions] == [age]
        assert [name for name in ("2B", "2C") if found.aged(name)] == ([measure] if measure else [])

    def test_count_a_person_once(self, measured):
        found = measured(stay(), stay("2023-08-01", kind=NURSING))
        assert [admission.lines for admission in found.admissions] == [(2, 3)]


class TestTheCommand:
    def test_prints_a_rate_where_the_population_is_given(self, tmp_path):
        other = person("sam", council="E10000002")
        cld = write(tmp_path / "cld.csv", numbered([stay(), stay(who=other), stay(who=person("jo"))]))
        population = tmp_path / "population.csv"
        population.write_text("LA_CODE,18_to_64,65_and_over\nE10000001,400000,160000\n")
        out = io.StringIO()
        call_command(
            "measures_ascof", "--cld", cld, "--measure", "2c", *YEAR, "--population", population, "--json", stdout=out
        )
        found = json.loads(out.getvalue())
        assert found["totals"]["councils"] == {
            "E10000001": {"numerator": 2, "denominator": 160000, "per_100000": 1.25},
            "E10000002": {"numerator": 1, "denominator": None, "per_100000": None},
        }
        assert found["totals"]["all"] == {"numerator": 3, "denominator": None, "per_100000": None}
        assert [record["fate"] for record in found["records"]] == ["admitted-65-and-over"] * 3

    def test_prints_a_table_without_json(self, tmp_path):
        out = io.StringIO()
        call_command(
            "measures_ascof",
            "--cld",
            write(tmp_path / "a.csv", numbered([stay()])),
            "--measure",
            "2c",
            *YEAR,
            stdout=out,
        )
        assert "E10000001           1           –           –" in out.getvalue()

    def test_names_the_column_a_population_lacks(self, tmp_path):
        population = tmp_path / "population.csv"
        population.write_text("LA_CODE,people\nE10000001,1\n")
        err = io.StringIO()
        with pytest.raises(SystemExit):
            call_command(
                "measures_ascof",
                *("--cld", write(tmp_path / "a.csv", numbered([stay()])), "--measure", "2b", *YEAR),
                *("--population", population),
                stderr=err,
            )
        assert "needs the columns LA_CODE and 18_to_64" in err.getvalue()


class TestAgainstAJudge:
    """Set-based SQL of our own, sharing no code."""

    JUDGE = """
    WITH home AS (
        SELECT *, lower(rtrim(nhs)) n, lower(rtrim(own)) o, lower(rtrim(kind)) k FROM raw
        WHERE lower(rtrim(event_type)) = 'service' AND lower(rtrim(client)) = 'service user' AND by + bm IS NOT NULL
          AND lower(rtrim(kind)) IN ('long term support: residential care', 'long term support: nursing care')),
    known AS (
        SELECT *, coalesce(n, o) person, lower(rtrim(coalesce(la, '') || coalesce(nhs, own) || coalesce(s, '') || client
            || kind || coalesce(part, '') || coalesce(way, ''))) id
        FROM home WHERE record IS NOT NULL AND coalesce(n, o) IS NOT NULL
          AND (n IS NOT NULL OR o NOT IN (SELECT o FROM home WHERE n IS NOT NULL AND o IS NOT NULL))),
    newest AS (
        SELECT id, MAX(e IS NULL OR e >= '2024-01-01') goes_on FROM known
        JOIN (SELECT id, MAX(imp) imp FROM known WHERE imp < '2024-02-01' GROUP BY id) USING (id, imp) GROUP BY id),
    there AS (
        SELECT known.* FROM known LEFT JOIN newest USING (id)
        WHERE (e IS NULL OR e >= '2024-01-01') AND coalesce(goes_on, 1))
    SELECT DISTINCT lower(rtrim(la)), person,
        CAST((julianday('2024-01-01') - julianday(printf('%04d-%02d-01', by, bm))) / 365.25 AS INT)
    FROM there WHERE s BETWEEN '2023-04-01' AND '2023-12-31'
      AND person NOT IN (SELECT person FROM there WHERE s < '2023-04-01')
    """

    @pytest.mark.parametrize("seed", range(3))
    def test_admits_the_same_people(self, seed, tmp_path):
        random = Random(seed)
        lines = nasty_file(seed, groups=200)
        for number, cells in enumerate(lines):
            cells["Der_Unique_Record_ID"] = f"r{number}"
            if random.random() < 0.7:
                cells |= {"Event_Type": "Service", "Service_Type": random.choice((HOME, NURSING))}
            if random.random() < 0.4:
                cells["Event_End_Date"] = random.choice((None, "2024-01-01", "2023-12-31"))
            if random.random() < 0.3:
                cells["Event_Start_Date"] = random.choice(("2023-03-31", "2023-04-01", "2023-12-31", "2024-01-01"))
            if random.random() < 0.3 and cells["Der_Birth_Month"]:
                cells |= {
                    "Der_Birth_Year": random.choice((1958, 1959, 2005)),
                    "Der_Birth_Month": random.choice((1, 12)),
                }
        base = sqlite3.connect(":memory:")
        base.execute(
            "CREATE TABLE raw (la, nhs, own, record, client, event_type, s, e, outcome, route, kind, part, way, died, "
            "bm, by, imp)"
        )
        base.executemany(
            f"INSERT INTO raw VALUES (?{', ?' * (len(COLUMNS) - 1)})",
            [[cells.get(name) for name in COLUMNS] for cells in lines],
        )
        found = admissions_of(read_file(write(tmp_path / "cld.csv", lines)).records, PERIOD)
        ours = Counter((folded(a.council), folded(a.person_id), a.age) for a in found.admissions)
        assert ours == Counter(base.execute(self.JUDGE).fetchall())
        assert ours.total() > 50
