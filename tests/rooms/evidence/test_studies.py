"""Published studies: what is wrong in a file, and which are found by their words."""

import json
import shutil

import pytest
from django.core.management import call_command

from homeward.evidence.rules.reading import SHIPPED_STUDIES, Known, StudiesError, read_studies
from homeward.evidence.rules.searching import chosen, search
from homeward.evidence.rules.study import Finding
from homeward.evidence.selectors import published
from homeward.procedures.selectors import library

FILE = "studies/20-leeds-reablement.yaml"


@pytest.fixture
def known():
    return Known(
        frozenset(one.code for one in library().pathways),
        frozenset(one.code for one in library().sources),
        lambda key: key.startswith("M"),
    )


class TestReadStudies:
    @pytest.mark.parametrize(
        ("was", "becomes", "says"),
        [
            ("title: Home care that became reablement\n", "", f"{FILE}:1: 'title' is missing. Add it."),
            ("impacts: [discharge", "impacts: [sooner", f"{FILE}:13: impacts[1]: 'sooner' is not one of the choices."),
            ("topics: [reablement", "topics: [cooking", f"{FILE}:14: topics[1]: There is no topic 'cooking'."),
            ("[reablement-at-home]", "[cooking]", "pathways[1]: There is no pathway 'cooking' in the procedures."),
            ("source: working-together", "source: hearsay", f"{FILE}:3: source: There is no source 'hearsay'"),
            ("measure: M19}", "measure: M99}", "numbers[1].measure: 'M99' is not a measure. Use M01 to M30."),
            (', unit: "%", place: Leeds, period: One', ", place: Leeds, period: One", "'unit' is missing: 'value'"),
            ("value: 63", "value: many", "numbers[2].value: This must be a number, not 'many'."),
        ],
    )  # fmt: skip
    def test_names_file_line_and_field_of_what_is_wrong(self, tmp_path, known, was, becomes, says):
        root = tmp_path / "library"
        shutil.copytree(SHIPPED_STUDIES, root)
        text = (root / FILE).read_text(encoding="utf-8")
        assert was in text
        (root / FILE).write_text(text.replace(was, becomes), encoding="utf-8")

        with pytest.raises(StudiesError) as refused:
            read_studies(known, root)

        assert says in str(refused.value)

    def test_refuses_a_code_that_is_taken(self, tmp_path, known):
        root = tmp_path / "library"
        shutil.copytree(SHIPPED_STUDIES, root)
        shutil.copy(root / FILE, root / "studies/99-again.yaml")

        with pytest.raises(StudiesError, match="has this code too"):
            read_studies(known, root)


class TestSearch:
    @pytest.mark.parametrize(
        ("words", "first"),
        [
            ("Leeds", "leeds-reablement"),
            ("reabling", "leeds-reablement"),
            ("4,794", "leicester-crisis-response"),
            ("4794 referrals", "leicester-crisis-response"),
            ("ambulences", "case-management"),
            ("foster", "foster-carers"),
            ("technol", "norfolk-technology"),
            ("sickness brunelcare", None),
            ("chemotherpy", "assistant-practitioners"),
            ("M24", "home-first-dementia"),
        ],
    )
    def test_puts_the_likeliest_first(self, words, first):
        shipped = published()

        found = [one.code for one in search(shipped.studies, words, shipped.topics)]

        assert found[:1] == ([first] if first else [])

    def test_is_not_led_by_the_names_of_impacts(self):
        shipped = published()

        found = {one.code for one in search(shipped.studies, "reabling", shipped.topics)}

        assert found <= {"leeds-reablement", "derby-community-first", "east-lancashire-discharge"}

    def test_gives_all_where_no_words_are_asked(self):
        shipped = published()

        assert search(shipped.studies, "  the ", shipped.topics) == list(shipped.studies)

    def test_keeps_to_impact_and_topic(self):
        found = chosen(published().studies, "transitions", "peer-support")

        assert [one.code for one in found] == ["peer-support", "angel-eyes"]


class TestFinding:
    @pytest.mark.parametrize(
        ("finding", "text"),
        [
            (Finding("", "", "", 40, unit="%"), "40%"),
            (Finding("", "", "", 11.6, unit="a month"), "11.6 a month"),
            (Finding("", "", "", 139.21, unit="£ a week"), "£139.21 a week"),
            (Finding("", "", "", 100000, 300000, unit="£ a year"), "£100,000 to £300,000 a year"),
            (Finding("", "", "", 100, about="almost", unit="admissions a year"), "almost 100 admissions a year"),
            (Finding("", "", ""), ""),
        ],
    )
    def test_writes_its_number_with_its_unit(self, finding, text):
        assert finding.number == text


class TestEvidenceList:
    def test_prints_every_study_as_json(self, capsys):
        call_command("evidence_list", "--json")

        told = json.loads(capsys.readouterr().out)
        assert len(told["studies"]) == 29
        leeds = next(one for one in told["studies"] if one["code"] == "leeds-reablement")
        assert leeds["source"] == {"code": "working-together", "file": "002_37f6614ff6e50c22.txt", "study": 20}
        assert [one["value"] for one in leeds["numbers"]] == [70, 63, 1, 30]

    def test_prints_what_is_asked_for(self, capsys):
        call_command("evidence_list", "--impact", "discharge", "--topic", "dementia", "--search", "spent")

        printed = capsys.readouterr().out
        assert "Less spent on dementia services: £100,000 to £300,000 a year (Bracknell Forest" in printed
        assert "leeds" not in printed

    def test_says_which_topics_there_are(self, capsys):
        with pytest.raises(SystemExit) as stopped:
            call_command("evidence_list", "--topic", "cooking")

        assert stopped.value.code == 2
        assert "There is no topic cooking. There are crisis-response," in capsys.readouterr().err
