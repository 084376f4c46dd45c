"""SQL of the measures is made once, kept for the next process, and never read where a definition changed since."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from homeward.outcomes.measures import compiling
from homeward.outcomes.measures.equity import EQUITY
from homeward.outcomes.measures.library import MEASURES
from tests.rooms.outcomes.made_facts import whole_and_in_turn

pytestmark = pytest.mark.any_engine


@pytest.fixture
def another_process(settings, tmp_path, monkeypatch):
    """Begins a process that has made nothing yet; what it makes is counted."""
    settings.VAR = tmp_path
    made = []

    def begin() -> list[str]:
        compiling._KNOWN.clear()
        compiling._NEW.clear()
        compiling._READ.clear()
        made.clear()
        return made

    make = compiling._made
    monkeypatch.setattr(compiling, "_made", lambda *told: made.append(make(*told)) or made[-1])
    return begin


def sql_of(key: str) -> str:
    return compiling.sums_sql(MEASURES[key], "", "duckdb", is_daily=False)


class TestKeptSql:
    def test_is_read_by_the_next_process_as_it_was_made(self, another_process, tmp_path):
        made = another_process()
        first = sql_of("M03")
        compiling.keep_new()
        assert made == [first]
        made = another_process()
        assert sql_of("M03") == first
        assert not made
        assert (tmp_path / "measures-sql.json").stat().st_mode & 0o077 == 0

    def test_grows_by_what_each_process_makes(self, another_process):
        for key in ("M03", "M04"):
            another_process()
            sql_of(key)
            compiling.keep_new()
        made = another_process()
        sql_of("M03"), sql_of("M04")
        assert not made

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"of": "other definitions", "sql": {"M03": "SELECT 1"}}'])
    def test_is_made_again_where_it_is_of_other_definitions_or_broken(self, another_process, tmp_path, text):
        (tmp_path / "measures-sql.json").write_text(text)
        made = another_process()
        assert "clocks" in sql_of("M03")
        assert len(made) == 1
        compiling.keep_new()
        assert len(json.loads((tmp_path / "measures-sql.json").read_text())["sql"]) == 1

    def test_is_never_taken_for_a_definition_that_only_has_the_same_code(self, another_process):
        another_process()
        own = replace(MEASURES["M03"], cases=MEASURES["M01"].cases, counts=lambda case: case.count_of, exclusions=())
        assert "clocks" in sql_of("M03")
        assert "clocks" not in compiling.sums_sql(own, "", "duckdb", is_daily=False)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_leaves_a_place_for_all_that_is_asked(dialect):
    for measure, split in whole_and_in_turn():
        sql = compiling.sums_sql(measure, split, dialect, is_daily=True)
        assert 'FROM "asked"' not in sql, measure.key
        for what in ("service_id", "first_day", "last_day"):
            assert f"<asked {what}>" in sql, measure.key


def test_every_split_has_its_turn_in_every_few_measures():
    of_people = Counter(split for measure, split in whole_and_in_turn() if measure.is_of_people)
    assert min(of_people[split] for split in EQUITY) >= 5
