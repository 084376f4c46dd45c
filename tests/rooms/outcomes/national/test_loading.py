"""The national files as they were published, and what is said where one is laid out otherwise."""

import copy
import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from homeward.access.rules import Actor
from homeward.outcomes.models import NationalFigure
from homeward.outcomes.national.figures import FormatChangedError, Row, Unit, UnknownFileError
from homeward.outcomes.national.loading import TABLES, read
from homeward.outcomes.services import keep_figures

ACTIVITY = Path(__file__).resolve().parents[5] / "shared" / "inputs" / "open-data" / "activity"
YEAR = (date(2024, 4, 1), date(2025, 3, 31))


@pytest.fixture
def published():
    """The path of a published file; the test is skipped where it is not at hand."""

    def find(name: str) -> Path:
        path = ACTIVITY / name
        if not path.exists():
            pytest.skip(f"the national file {name} is not at hand: it is expected in {ACTIVITY}")
        return path

    return find


def england(figures, says):
    return [one for one in figures if one.place == "England" and one.says == says]


class TestUrgentResponse:
    def test_reads_every_month_of_england(self, published):
        shares = england(read(published("ucr-2024-25.json")), "Two-hour referrals that met the standard in the month")
        assert [round(one.value, 4) for one in shares] == [
            0.8539, 0.8550, 0.8477, 0.8467, 0.8560, 0.8486, 0.8416, 0.8355, 0.8351, 0.8321, 0.8439, 0.8462,
        ]  # fmt: skip
        assert sum(one.value for one in shares) / 12 == pytest.approx(0.8452, abs=5e-5)  # MEASURES, M03
        assert (shares[0].first, shares[0].last) == (date(2024, 4, 1), date(2024, 4, 30))
        assert {(one.measure, one.unit, one.denominator) for one in shares} == {("M03", Unit.SHARE, None)}

    def test_adds_up_to_the_published_year(self, published):
        counts = england(read(published("ucr-2024-25.json")), "Two-hour referrals received")
        assert sum(one.value for one in counts) == 844180

    def test_keeps_what_was_not_published_as_nothing(self, published):
        figures = read(published("ucr-2024-25.json"))
        assert sum(one.value is None for one in figures) == 631  # nulls among months[].value in the file
        assert len({one.place_code for one in figures}) == 1 + 42 + 133


class TestReadyDate:
    def test_reads_the_bands_with_their_numbers(self, published):
        bands = [one for one in read(published("drd-2024-25.json")) if one.place == "England" and one.first == YEAR[0]]
        bands = [one for one in bands if one.last == YEAR[1]]
        assert [one.numerator for one in bands] == [3489312, 179651, 129998, 93010, 83887, 28804, 31054]
        assert {one.denominator for one in bands} == {4035716}
        assert bands[0].value == pytest.approx(0.8646)

    def test_reads_councils_too(self, published):
        assert "Barking and Dagenham" in {one.place for one in read(published("drd-2024-25.json"))}


class TestAcuteDischarge:
    def test_reads_the_daily_means_of_the_year(self, published):
        figures = [one for one in read(published("acute-discharge-2024-25.json")) if one.place == "England"]
        year = {one.says: one.value for one in figures if (one.first, one.last) == YEAR}
        assert round(year["Patients who no longer meet the criteria to reside"]) == 22723  # MEASURES, M15
        assert round(year["Patients remaining who no longer meet the criteria to reside"]) == 12663
        april = [one for one in figures if one.last == date(2024, 4, 30) and one.says == "Patients discharged"]
        assert [one.value for one in april] == [10964.8]

    def test_reads_the_pathways(self, published):
        ways = [one for one in read(published("acute-discharge-2024-25.json")) if one.measure == "M18"]
        of_england = [one for one in ways if one.place == "England"]
        assert [round(100 * one.value, 1) for one in of_england] == [85.7, 9.5, 3.1, 1.6]  # MEASURES, M18
        assert of_england[1].numerator == 286008

    def test_reads_the_37_reasons(self, published):
        reasons = [
            one
            for one in read(published("acute-discharge-2024-25.json"))
            if one.place == "England" and one.says.startswith("Remaining a day,")
        ]
        assert len(reasons) == 37
        assert max(one.value for one in reasons) == 883.72


class TestCommunityBeds:
    def test_reads_the_beds_and_the_mean_stay(self, published):
        figures = read(published("community-bed-audit-2026.json"))
        assert england(figures, "Community beds")[0].value == 13439
        stay = england(figures, "Mean stay")[0]
        assert (stay.measure, round(stay.value, 1), stay.first) == ("M13", 30.9, date(2026, 3, 4))  # MEASURES, M13
        assert england(figures, "Mean stay, step up")[0].value == 16.39


class TestWaits:
    def test_reads_the_list(self, published):
        figures = england(read(published("community-waits-2024-25.json")), "People waiting")
        assert {one.value for one in figures if one.last == date(2025, 3, 31)} == {1090356}
        assert figures[1].value == 1077514  # April 2024


class TestCommunityServices:
    def test_reads_the_referrals_of_the_month(self, published):
        figures = england(read(published("csds-mar-2025.json")), "Community-service referrals received")
        assert [(one.measure, one.value, one.last) for one in figures] == [("M01", 1701045, date(2025, 3, 31))]


class TestTables:
    def test_reads_a_trust_and_day_with_its_beds(self, published):
        first = read(published("criteria_to_reside.csv"))[0]
        assert (first.place_code, first.numerator, first.denominator) == ("RAJ", 111, 1853)
        assert first.value == pytest.approx(111 / 1853)

    def test_gives_no_value_where_the_file_suppressed_it(self, published):
        figures = read(published("virtual_ward_statistics.csv"))
        assert (len(figures), sum(one.value is None for one in figures)) == (336, 18)


class TestChangedFormat:
    @pytest.fixture
    def holds(self):
        """A file of one place and month, laid out as the publication of urgent community response."""
        months = {name: [{"month": "Apr-24", "value": 85.5}] for name in ("performance", "referrals", "contacts")}
        return {
            "publication": "Two-hour Urgent Community Response Performance Metrics",
            "england": {"code": "National", "name": "England", "months": months},
            "icbs": [],
            "providers": [],
        }

    def write(self, tmp_path, holds):
        path = tmp_path / "ucr.json"
        path.write_text(json.dumps(holds), encoding="utf-8")
        return path

    def test_a_file_as_it_was_is_read(self, tmp_path, holds):
        assert [one.value for one in read(self.write(tmp_path, holds))] == [0.855, 85.5, 85.5]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (
                {"value": "85.5%"},
                "sheet england/months/performance, row 1, column value: expected a number, found '85.5%'",
            ),
            ({"value": 850}, "column value: expected a percentage from 0 to 100, found 850"),
            ({"month": "04/2024"}, "column month: expected a month such as Apr 2024, found '04/2024'"),
            ({"month": "2024-13"}, "column month: expected a month"),
            ({"month": None}, "column month: expected words"),
        ],
    )
    def test_says_file_sheet_row_and_column(self, tmp_path, holds, change, said):
        changed = copy.deepcopy(holds)
        changed["england"]["months"]["performance"][0].update(change)
        with pytest.raises(FormatChangedError) as error:
            read(self.write(tmp_path, changed))
        assert str(error.value).startswith("ucr.json, sheet ")
        assert said in str(error.value)

    def test_says_which_column_is_gone(self, tmp_path, holds):
        del holds["england"]["months"]["performance"]
        with pytest.raises(FormatChangedError, match="column performance: expected rows, found no such column"):
            read(self.write(tmp_path, holds))

    def test_says_which_column_of_a_table_is_gone(self, tmp_path):
        path = tmp_path / "criteria.csv"
        path.write_text("nhs_trust22_name,nhs_trust22_code,date,beds\nA,B,2024-04-01,3\n")
        with pytest.raises(FormatChangedError, match="row 1, column do_not_meet_criteria_to_reside"):
            read(path)

    @pytest.mark.parametrize(
        ("name", "text"),
        [("a.json", "{"), ("a.json", "[]"), ("a.json", '{"publication": "Weather"}'), ("a.csv", "a,b\n1,2\n")],
    )
    def test_says_of_another_file_what_it_knows(self, tmp_path, name, text):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(UnknownFileError):
            read(path)


class TestCommand:
    def test_prints_figures_and_exits_2_on_a_file_it_does_not_know(self, tmp_path, published):
        other = tmp_path / "other.csv"
        other.write_text("a,b\n")
        out, err = io.StringIO(), io.StringIO()
        with pytest.raises(SystemExit, match="2"):
            call_command("national_files", published("ucr-2024-25.json"), other, "--json", stdout=out, stderr=err)
        assert len(json.loads(out.getvalue())) == 36 * (1 + 42 + 133)
        assert "No loader knows other.csv" in err.getvalue()


class TestKeeping:
    @pytest.mark.django_db
    def test_keeps_every_published_figure_of_our_measures(self, published, capsys):
        path = published("ucr-2024-25.json")
        for _ in range(2):
            call_command("national_files", str(path), "--keep")
        kept = [one for one in read(path) if one.measure and one.value is not None]
        assert NationalFigure.objects.count() == len(kept) > 1000
        assert f"{len(kept)} figures of our measures kept" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("written", "read_as"),
    [(0.5, 0.5), ("12", 12.0), (None, None), ("", None), (float("nan"), None), ("NaN", None), (0, 0.0)],
)
def test_a_mean_of_nothing_was_not_published(written, read_as):
    assert Row("made-up.json", "months", 1, {"mean": written}).number_of("mean") == read_as


@pytest.mark.parametrize("written", [True, "many", float("inf"), "-Infinity", [1]])
def test_what_is_no_number_is_a_changed_format(written):
    with pytest.raises(FormatChangedError, match="row 1, column mean: expected a number"):
        Row("made-up.json", "months", 1, {"mean": written}).number_of("mean")


FILES = (
    "acute-discharge-2024-25.json", "community-bed-audit-2026.json", "community-waits-2024-25.json",
    "criteria_to_reside.csv", "csds-mar-2025.json", "drd-2024-25.json", "ucr-2024-25.json",
    "virtual_ward_statistics.csv",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_every_published_file_can_be_kept_as_it_is(published, name, now):
    figures = read(published(name))
    kept = keep_figures(actor=Actor.system("tests"), file=name, figures=figures, now=now)
    assert kept == sum(one.value is not None and bool(one.measure) for one in figures)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("acute-discharge-2024-25.json", "nctr_average"),
        ("acute-discharge-2024-25.json", "pathway_2"),
        ("community-bed-audit-2026.json", "average_length_of_stay"),
        ("community-waits-2024-25.json", "england"),
        ("csds-mar-2025.json", "period"),
        ("drd-2024-25.json", "same_day_percent"),
        ("drd-2024-25.json", "bed_days_after_drd"),
        ("ucr-2024-25.json", "performance"),
    ],
)
def test_a_renamed_part_of_any_file_is_a_changed_format(published, tmp_path, name, part):
    changed = tmp_path / name
    text = published(name).read_text(encoding="utf-8-sig")
    changed.write_text(text.replace(f'"{part}":', f'"{part}_renamed":'), encoding="utf-8")
    with pytest.raises(FormatChangedError, match=f"{name}, .*its loader must be brought up to it"):
        read(changed)


@pytest.mark.parametrize("name", [one for one in FILES if one.endswith(".csv")])
def test_a_renamed_column_of_any_table_is_a_changed_format(published, tmp_path, name):
    changed, text = tmp_path / name, published(name).read_text(encoding="utf-8-sig")
    heads, _, rest = text.partition("\n")
    named = next(one for table in TABLES for one in table.COLUMNS if one in heads.strip().split(","))
    changed.write_text(heads.replace(named, f"{named}_renamed") + "\n" + rest, encoding="utf-8")
    with pytest.raises(FormatChangedError, match=f"{name}.*{named}"):
        read(changed)
