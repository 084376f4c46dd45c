"""ASCOF 2E and 3D on histories small enough to work out on paper, and against SQL of our own on files that are not."""

import io
import json
import sqlite3
from random import Random

import pytest
from django.core.management import call_command

from homeward.outcomes.ascof.measure_2e import ascof_2e
from homeward.outcomes.ascof.measure_3d import AGES, PARTS, ascof_3d
from homeward.outcomes.ascof.reading import HOME_HEADINGS, SUBMISSION_HEADINGS, read_file
from tests.rooms.outcomes.care_files import numbered, person, write
from tests.rooms.outcomes.test_against_the_judge import PERIOD
from tests.rooms.outcomes.test_ascof_2a import service

pytestmark = pytest.mark.any_engine

COMMUNITY, NURSING = "Long Term Support: Community", "Long Term Support: Nursing Care"
RESIDENTIAL, PRISON = "Long Term Support: Residential Care", "Long Term Support: Prison"
TO_CARER, BY_CARED_FOR = "Carer Support: Direct to Carer", "Carer Support: Support involving the person cared-for"
ADVICE = "NFA - Information & Advice / Signposting only"
DIRECT, MANAGED, COMMISSIONED = "Direct Payment", "CASSR Managed Personal Budget", "CASSR Commissioned Support"
PERIOD_REPORTED = {"Reporting_Period_Start_Date": "2023-04-01", "Reporting_Period_End_Date": "2023-12-31"}
OWNED, KIN, REFUGE = "Owner occupier or shared ownership scheme", "Shared Lives scheme", "Refuge"


def support(kind=COMMUNITY, home=OWNED, starts_on="2023-06-01", ends_on=None, name="ivy", **cells):
    cells = {"LA_Name": "Merrowdale", "Gender": "Female", "Accommodation_Status": home} | PERIOD_REPORTED | cells
    return service(starts_on, ends_on, kind, person(name), **cells)


def paid(way=None, component=None, kind=COMMUNITY, **cells):
    return support(kind, Delivery_Mechanism=way, Service_Component=component, **cells)


def cared(way=None, component="Other", kind=TO_CARER, **cells):
    return paid(way, component, kind, Client_Type="Carer", **cells)


@pytest.fixture
def read(tmp_path):
    def one(lines, also):
        return read_file(write(tmp_path / "cld.csv", numbered(list(lines))), also=also).records

    return one


class TestWhoLivesAtHome:
    @pytest.mark.parametrize(
        ("lines", "fates", "total"),
        [
            ([support()], ["lives-at-home"], (1, 1)),
            ([support(home="TENANT  ")], ["lives-at-home"], (1, 1)),
            ([support(NURSING, "Registered nursing home")], ["lives-elsewhere"], (0, 1)),
            ([support(home=None)], ["lives-elsewhere"], (0, 1)),
            ([support(PRISON)], ["not-long-term-support"], (0, 0)),
            ([support(Client_Type="Carer")], ["not-a-service-user"], (0, 0)),
            ([support(starts_on=None)], ["no-start-date"], (0, 0)),
            ([support(starts_on="2024-01-01")], ["starts-after-period"], (0, 0)),
            ([support(starts_on="2020-01-01", ends_on="2023-04-01")], ["lives-at-home"], (1, 1)),
            ([support(starts_on="2020-01-01", ends_on="2023-03-31")], ["ended-before-period"], (0, 0)),
            ([support(Date_of_Death="2023-03-31")], ["died-before-period"], (0, 0)),
            ([support(Gender="Other")], ["sex-not-counted"], (0, 0)),
            ([support(LA_CODE=None)], ["without-council"], (0, 0)),
            (
                [support(), support(home=REFUGE, starts_on="2023-07-01")],
                ["later-support-decides", "lives-elsewhere"], (0, 1),
            ),
            ([support(home="Unknown"), support()], ["another-record-knows-the-home", "lives-at-home"], (1, 1)),
            ([support(), support(home=REFUGE)], ["homes-disagree"] * 2, (0, 1)),
            ([support(), support(home=KIN)], ["homes-disagree"] * 2, (0, 1)),  # even where both are their own
            ([support(), support(home=OWNED.upper())], ["lives-at-home"] * 2, (1, 1)),
            ([support(), support(Gender="Male", home=REFUGE)], ["lives-at-home", "lives-elsewhere"], (1, 1)),
            ([support(), support(name="sam", home=REFUGE)], ["lives-at-home", "lives-elsewhere"], (1, 2)),
        ],
    )  # fmt: skip
    def test_is_decided_by_the_last_record_that_knows(self, read, lines, fates, total):
        found = ascof_2e(read(lines, HOME_HEADINGS), PERIOD)
        assert [fate.code for _, fate in sorted(found.fates.items())] == fates
        assert (found.total("all").numerator, found.total("all").denominator) == total

    def test_is_counted_once_of_all_and_once_of_each_gender_on_record(self, read):
        found = ascof_2e(read([support(), support(Gender="Male")], HOME_HEADINGS), PERIOD)
        assert [found.total(sex).denominator for sex in ("all", "male", "female")] == [1, 1, 1]


class TestTheSubmission:
    @pytest.mark.parametrize(
        ("cells", "counts"),
        [
            ({"ImportDate": "2024-01-20"}, True),
            ({"ImportDate": "2023-12-31"}, False),  # not after the last day
            ({"ImportDate": "2023-12-31 09:00"}, True),
            ({"ImportDate": "2024-02-01 23:00"}, True),
            ({"ImportDate": "2024-02-02"}, False),
            ({"Reporting_Period_Start_Date": "2023-04-02"}, False),
            ({"Reporting_Period_End_Date": "2023-12-30"}, False),
            ({"Reporting_Period_End_Date": "2024-03-31"}, True),
        ],
    )
    def test_covers_the_period_and_came_in_time(self, read, cells, counts):
        found = ascof_2e(read([support(**cells)], HOME_HEADINGS), PERIOD)
        assert found.total("all").denominator == counts

    def test_is_the_last_alone(self, read):
        lines = [support(ImportDate="2024-01-10"), support(name="sam")]
        found = ascof_2e(read(lines, HOME_HEADINGS), PERIOD)
        assert [fate.code for _, fate in sorted(found.fates.items())] == ["not-in-last-submission", "lives-at-home"]


class TestWhoDirectsTheirSupport:
    @pytest.mark.parametrize(
        ("lines", "fates", "users"),
        [
            ([paid(DIRECT)], ["direct-payment"], (1, 1, 1)),
            ([paid(None, DIRECT)], ["direct-payment"], (1, 1, 1)),
            ([paid(MANAGED)], ["managed-personal-budget"], (1, 0, 1)),
            ([paid(COMMISSIONED)], ["other-community-support"], (0, 0, 1)),
            ([paid("by pigeon")], ["other-community-support"], (0, 0, 1)),
            ([paid(DIRECT, kind=NURSING)], ["support-in-another-setting"], (0, 0, 0)),
            ([paid(DIRECT), paid(kind=RESIDENTIAL)], ["outranked", "support-in-another-setting"], (0, 0, 0)),
            ([paid(DIRECT), paid(MANAGED)], ["direct-payment", "outranked"], (1, 1, 1)),
            ([paid(MANAGED), paid(MANAGED, kind=PRISON)], ["managed-personal-budget", "outranked"], (1, 0, 1)),
            ([paid(DIRECT, ends_on="2023-12-30")], ["ended-before-period"], (0, 0, 0)),
            ([paid(DIRECT, ends_on="2023-12-31")], ["direct-payment"], (1, 1, 1)),
            ([paid(DIRECT, Der_Birth_Year=None)], ["no-birth-month-or-year"], (0, 0, 0)),
            # another council's support stands as high, and counts there too
            ([paid(DIRECT), paid(DIRECT, LA_CODE="E2", LA_Name="Other")], ["direct-payment"] * 2, (2, 2, 2)),
        ],
    )  # fmt: skip
    def test_is_counted_once_by_the_support_that_stands_highest(self, read, lines, fates, users):
        found = ascof_3d(read(lines, SUBMISSION_HEADINGS), PERIOD)
        assert [fate.code for _, fate in sorted(found.fates.items())] == fates
        first, second = found.total("1a", "all"), found.total("2a", "all")
        assert (first.numerator, second.numerator, first.denominator) == users

    @pytest.mark.parametrize(
        ("lines", "fates", "carers"),
        [
            ([cared(DIRECT)], ["carer-direct-payment"], (1, 1, 1)),
            ([cared(DIRECT, None)], ["carer-direct-payment"], (1, 1, 1)),
            ([cared(MANAGED)], ["carer-managed-personal-budget"], (1, 0, 1)),
            ([cared(MANAGED, None)], ["carer-support-unknown"], (0, 0, 0)),  # three-valued logic, as published
            ([cared(COMMISSIONED)], ["carer-commissioned-support"], (0, 0, 1)),
            ([cared()], ["carer-other-support"], (0, 0, 0)),
            ([cared(kind=BY_CARED_FOR)], ["carer-other-support"], (0, 0, 0)),
            ([cared(DIRECT), cared(COMMISSIONED)], ["carer-direct-payment", "outranked"], (1, 1, 1)),
            ([cared(kind=None, Event_Type="Assessment")], ["carer-other-support"], (0, 0, 0)),
            ([cared(kind=None, Event_Type="Request", Event_Outcome=ADVICE)], ["carer-other-support"], (0, 0, 0)),
            ([cared(kind=None, Event_Type="Request")], ["not-a-carers-event"], (0, 0, 0)),
            ([cared(DIRECT, Der_Birth_Year=2010)], ["carer-under-18"], (0, 0, 0)),
            ([cared(DIRECT, Der_Birth_Year=None)], ["carer-direct-payment"], (1, 1, 1)),
            ([cared(DIRECT, ends_on="2023-04-01", starts_on="2022-01-01")], ["carer-direct-payment"], (1, 1, 1)),
        ],
    )  # fmt: skip
    def test_is_asked_of_carers_over_the_period(self, read, lines, fates, carers):
        found = ascof_3d(read(lines, SUBMISSION_HEADINGS), PERIOD)
        assert [fate.code for _, fate in sorted(found.fates.items())] == fates
        first, second = found.total("1b", "all"), found.total("2b", "all")
        assert (first.numerator, second.numerator, first.denominator) == carers

    @pytest.mark.parametrize(("year", "groups"), [(1959, ["all", "18-64"]), (1958, ["all", "65+"]), (2010, ["all"])])
    def test_is_told_by_age_on_the_last_day(self, read, year, groups):
        found = ascof_3d(read([paid(DIRECT, Der_Birth_Year=year, Der_Birth_Month=1)], SUBMISSION_HEADINGS), PERIOD)
        assert [group for group in AGES if found.total("2a", group).numerator] == groups


class TestTheCommand:
    def test_prints_every_part_and_the_fate_of_every_line(self, tmp_path):
        out, cld = io.StringIO(), write(tmp_path / "a.csv", numbered([paid(DIRECT), cared(MANAGED, name="sam")]))
        dates = ("--from", "2023-04-01", "--to", "2023-12-31")
        call_command("measures_ascof", "--cld", cld, "--measure", "3d", *dates, "--json", stdout=out)
        found = json.loads(out.getvalue())
        whole = {"numerator": 1, "denominator": 1, "percent": 100.0}
        assert found["parts"]["1a"]["65+"] == {"all": whole, "councils": {"E10000001": whole}}
        assert found["parts"]["2b"]["all"]["all"] == {"numerator": 0, "denominator": 1, "percent": 0.0}
        assert [record["fate"] for record in found["records"]] == ["direct-payment", "carer-managed-personal-budget"]

    def test_prints_tables_without_json(self, tmp_path):
        out, cld = io.StringIO(), write(tmp_path / "a.csv", numbered([support()]))
        call_command("measures_ascof", "--cld", cld, "--measure", "2e", "--to", "2023-12-31", stdout=out)
        assert "2E, female\ncouncil      numerator denominator percent\nE10000001            1           1   100.0" in (
            out.getvalue()
        )

    def test_names_the_columns_a_file_lacks(self, tmp_path):
        err, cld = io.StringIO(), write(tmp_path / "a.csv", numbered([service("2023-06-01")]))
        with pytest.raises(SystemExit):
            call_command("measures_ascof", "--cld", cld, "--measure", "2e", stderr=err)
        assert "no column Reporting_Period_Start_Date, Reporting_Period_End_Date, Gender" in err.getvalue()


# Set-based SQL of our own, sharing no code: texts are folded on the way in, days are text.
LAST = """
CREATE TABLE last AS
SELECT name, imp FROM (
    SELECT name, imp, row_number() OVER (PARTITION BY name, la ORDER BY imp DESC) newest FROM (
        SELECT name, la, imp FROM raw WHERE name IS NOT NULL GROUP BY name, la, imp
        HAVING min(reported_from) <= '2023-04-01' AND max(reported_to) >= '2023-12-31')
    WHERE imp > '2023-12-31' AND substr(imp, 1, 10) <= '2024-02-01')
WHERE newest = 1;
"""
PERSON = """
CREATE TABLE {who} AS SELECT *, coalesce(nhs, own) person FROM {scope}
WHERE coalesce(nhs, own) IS NOT NULL
  AND (nhs IS NOT NULL OR own NOT IN (SELECT own FROM {scope} WHERE nhs IS NOT NULL AND own IS NOT NULL));
"""
AT_HOME = (
    LAST
    + """
CREATE TABLE scope AS SELECT raw.*, home IS NOT NULL AND home <> 'unknown' known FROM raw JOIN last USING (name, imp)
WHERE kind IN ('long term support: nursing care', 'long term support: residential care', 'long term support: community')
  AND client = 'service user' AND s <= '2023-12-31' AND (e >= '2023-04-01' OR e IS NULL)
  AND (died >= '2023-04-01' OR died IS NULL);
"""
    + PERSON.format(who="one", scope="scope")
    + """
CREATE TABLE deciding AS SELECT DISTINCT la, person, sex, home FROM (
    SELECT *, dense_rank() OVER (PARTITION BY la, person ORDER BY s DESC, known DESC) first FROM one) WHERE first = 1;
CREATE TABLE told AS SELECT a.la, a.person, a.sex, CASE WHEN (
    SELECT count(*) FROM deciding b WHERE b.la = a.la AND b.person = a.person AND b.sex = a.sex) > 1
    THEN 'unknown' ELSE home END home FROM deciding a;
"""
)
COUNT_AT_HOME = """
SELECT la, count(DISTINCT CASE WHEN home IN ('owner occupier or shared ownership scheme', 'shared lives scheme')
    THEN person END), count(DISTINCT person) FROM told WHERE sex IN ({sexes}) GROUP BY la
"""
DIRECTED = (
    LAST
    + """
CREATE TABLE scope AS SELECT raw.*,
    CAST((julianday('2023-12-31') - julianday(printf('%04d-%02d-01', by, bm))) / 365.25 AS INT) age,
    CASE WHEN kind LIKE '%community' AND 'direct payment' IN (way, part) THEN 3 WHEN kind LIKE '%nursing care' THEN 1
         WHEN kind LIKE '%residential care' THEN 2
         WHEN kind LIKE '%community' THEN CASE way WHEN 'cassr managed personal budget' THEN 4
              WHEN 'cassr commissioned support' THEN 5 ELSE 6 END
         ELSE CASE way WHEN 'cassr managed personal budget' THEN 7 WHEN 'cassr commissioned support' THEN 8 ELSE 9 END
    END place
FROM raw JOIN last USING (name, imp)
WHERE kind LIKE 'long term support: %' AND client = 'service user' AND s <= '2023-12-31'
  AND (e >= '2023-12-31' OR e IS NULL) AND (died >= '2023-12-31' OR died IS NULL) AND by + bm IS NOT NULL;
CREATE TABLE carers AS SELECT raw.*, CASE WHEN by + bm IS NULL THEN 223 ELSE
    CAST((julianday('2023-12-31') - julianday(printf('%04d-%02d-01', by, bm))) / 365.25 AS INT) END age,
    CASE WHEN kind = 'carer support: direct to carer' AND (way = 'direct payment' OR part = 'direct payment') THEN 1
         WHEN kind = 'carer support: direct to carer' AND way = 'cassr managed personal budget'
              AND part <> 'direct payment' THEN 2
         WHEN kind = 'carer support: direct to carer' AND way = 'cassr commissioned support'
              AND part <> 'direct payment' THEN 3
         WHEN kind = 'carer support: direct to carer' AND part <> 'direct payment' THEN 4
         WHEN kind LIKE '%cared-for' THEN 6
         WHEN event_type IN ('assessment', 'review') AND (outcome <> 'nfa - information & advice / signposting only'
              OR outcome IS NULL) THEN 6
         WHEN event_type IN ('assessment', 'review', 'request') THEN 5 END place
FROM raw JOIN last USING (name, imp)
WHERE client IN ('carer', 'carer known by association') AND s <= '2023-12-31'
  AND (e >= '2023-04-01' OR e IS NULL) AND (died >= '2023-04-01' OR died IS NULL)
  AND event_type IN ('request', 'assessment', 'service', 'review')
  AND (kind IS NULL AND outcome = 'nfa - information & advice / signposting only'
       OR kind LIKE 'carer support: %' OR event_type IN ('assessment', 'review') AND kind IS NULL);
"""
    + PERSON.format(who="one", scope="scope")
    + PERSON.format(who="carer", scope="carers")
)
COUNT_DIRECTED = """
WITH aged AS (SELECT * FROM one WHERE {age}),
     top AS (SELECT la, person, min(place) place FROM aged GROUP BY la, person)
SELECT la, count(DISTINCT CASE WHEN 'direct payment' IN (way, part) {also} THEN person END), count(DISTINCT person)
FROM aged WHERE EXISTS (SELECT 1 FROM top WHERE top.person = aged.person AND top.place = aged.place)
  AND kind LIKE '%community' AND la IS NOT NULL GROUP BY la
"""
COUNT_CARERS = """
SELECT la, count(DISTINCT CASE WHEN place <= {most} THEN person END), count(DISTINCT person)
FROM carer JOIN (SELECT la, person, min(place) place FROM carer GROUP BY la, person) USING (la, person, place)
WHERE place <= 3 AND {age} GROUP BY la
"""


class TestAgainstAJudge:
    NAMES = {
        "la": "LA_CODE", "name": "LA_Name", "imp": "ImportDate", "reported_from": "Reporting_Period_Start_Date",
        "reported_to": "Reporting_Period_End_Date", "nhs": "Der_NHS_Number_Traced_Pseudo",
        "own": "Der_LA_Person_Unique_Identifier_Pseudo", "client": "Client_Type", "event_type": "Event_Type",
        "s": "Event_Start_Date", "e": "Event_End_Date", "outcome": "Event_Outcome", "kind": "Service_Type",
        "part": "Service_Component", "way": "Delivery_Mechanism", "died": "Date_of_Death", "bm": "Der_Birth_Month",
        "by": "Der_Birth_Year", "sex": "Gender", "home": "Accommodation_Status",
    }  # fmt: skip

    @staticmethod
    def nasty(seed: int) -> list[dict]:
        random = Random(seed)
        lines = []
        for number in range(3000):
            name = f"{seed}-{random.randrange(600)}"
            cells = support(
                random.choice((COMMUNITY, COMMUNITY, NURSING, RESIDENTIAL, PRISON, TO_CARER, BY_CARED_FOR, None)),
                random.choice((OWNED, KIN, REFUGE, "Unknown", None, OWNED.upper() + " ")),
                random.choice(("2022-05-01", "2023-04-01", *["2023-06-01"] * 3, "2023-12-31", "2024-01-01", None)),
                random.choice((None, None, "2023-03-31", "2023-04-01", "2023-12-30", "2023-12-31", "2024-02-01")),
                name,
                LA_CODE=random.choice(("E1", "E1", "E1", "E2", "e1", None) if number % 9 else ("E1",)),
                LA_Name=random.choice(("Merrowdale", "Merrowdale", "MERROWDALE", "Other", None)),
                Gender=random.choice(("Female", "Male", "male", "Other", None)),
                ImportDate=random.choice(("2024-01-20", "2024-01-20", "2024-01-20", "2024-01-10", "2023-12-31")),
                Client_Type=random.choice(("Service User", "Service User", "Carer", "Carer known by association")),
                Event_Type=random.choice(("Service", "Service", "Assessment", "Request", "Review", "Other")),
                Event_Outcome=random.choice((None, ADVICE, "NFA- Other")),
                Delivery_Mechanism=random.choice((None, DIRECT, MANAGED, COMMISSIONED, "by pigeon", "")),
                Service_Component=random.choice((None, DIRECT, "Home Support")),
                Der_Birth_Year=random.choice((1940, 1959, 1958, 2010, None)),
                Der_Birth_Month=random.choice((1, 12, 5)),
                Date_of_Death=random.choice((None, None, None, "2023-03-31", "2023-09-01", "2023-12-31")),
            )  # fmt: skip
            if random.random() < 0.2:
                cells["Der_NHS_Number_Traced_Pseudo"] = None
            if random.random() < 0.1:
                cells["Der_LA_Person_Unique_Identifier_Pseudo"] = f"c-{seed}-{random.randrange(600)}"
            lines.append(cells)
        return numbered(lines)

    @classmethod
    def judge(cls, lines: list[dict], script: str) -> sqlite3.Connection:
        def folded(cell):
            return cell.rstrip().lower() or None if isinstance(cell, str) else cell

        base = sqlite3.connect(":memory:")
        base.execute(f"CREATE TABLE raw ({', '.join(cls.NAMES)})")
        rows = [[folded(cells.get(name)) for name in cls.NAMES.values()] for cells in lines]
        base.executemany(f"INSERT INTO raw VALUES (?{', ?' * (len(cls.NAMES) - 1)})", rows)
        base.executescript(script)
        return base

    @staticmethod
    def same(totals, rows) -> bool:
        ours = {code.lower(): (total.numerator, total.denominator) for code, total in totals.items()}
        theirs = {la: tuple(counts) for la, *counts in rows if la is not None}
        return {la: ours[la] for la in ours if ours[la] != (0, 0)} == {
            la: theirs[la] for la in theirs if theirs[la] != (0, 0)
        }

    @pytest.mark.parametrize("seed", range(4))
    def test_finds_the_same_people_at_home(self, read, seed):
        lines = self.nasty(seed)
        found, base = ascof_2e(read(lines, HOME_HEADINGS), PERIOD), self.judge(lines, AT_HOME)
        for sex, sexes in (("all", "'male', 'female'"), ("male", "'male'"), ("female", "'female'")):
            assert self.same(found.totals(sex, ["E1", "E2"]), base.execute(COUNT_AT_HOME.format(sexes=sexes))), sex
        assert found.total("all").denominator > 50

    @pytest.mark.parametrize("seed", range(4))
    def test_finds_the_same_people_directing_their_support(self, read, seed):
        lines = self.nasty(seed)
        found, base = ascof_3d(read(lines, SUBMISSION_HEADINGS), PERIOD), self.judge(lines, DIRECTED)
        ages = {"all": "age > {0}", "18-64": "age BETWEEN 18 AND 64", "65+": "age BETWEEN 65 AND 200"}
        for part in PARTS:
            for group, words in ages.items():
                if part.endswith("a"):
                    also = "OR way = 'cassr managed personal budget'" if part == "1a" else ""
                    query = COUNT_DIRECTED.format(age=words.format(-1), also=also)
                else:
                    query = COUNT_CARERS.format(age=words.format(17), most=2 if part == "1b" else 1)
                assert self.same(found.totals(part, group, ["E1", "E2"]), base.execute(query)), (part, group)
        assert found.total("1a", "all").denominator > 9
        assert found.total("1b", "all").denominator > 9
