"""What was typed, read."""

from datetime import date

import pytest

from homeward.people.searching.asking import is_too_little, readings_of

TODAY = date(2026, 11, 24)


def read(typed: str) -> list[list]:
    """Each reading as words and, of what is not a name, the first way it is meant."""
    return [[part.word or part.ways[0].term for part in reading] for reading in readings_of(typed, TODAY)]


class TestReadingsOf:
    @pytest.mark.parametrize(
        "typed",
        ["3/4/1931", "03/04/1931", "3-4-1931", "3.4.31", "3 4 1931", "3 4 31", "3 Apr 31", "3rd April 1931",
         "1931-04-03", "03041931", "030431", "3 apr, 1931"],
    )  # fmt: skip
    def test_knows_a_birth_date_in_any_usual_form(self, typed):
        assert read(typed)[0] == ["b19310403"]

    def test_takes_a_short_year_for_either_century_that_has_been(self):
        (part,) = readings_of("1/2/21", TODAY)[0]
        assert [way.term for way in part.ways] == ["b19210201", "b20210201"]

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("smith 1931", ["smith", "y1931"]),
            ("april 1931", ["m193104"]),
            ("4/1931", ["m193104"]),
            ("jon brown le3", ["jon", "brown", "fle3"]),
            ("999 123 4567", ["n9991234567"]),
            ("999 123 1950", ["n9991231950"]),
            ("+44 7700 900123", ["n07700900123"]),
            ("O’Neil", ["oneil"]),
            ("Siân Müller-Ørsted", ["sian", "muller", "orsted"]),
            ("Mrs Smith", ["smith"]),
            ("p000123", ["fp000123"]),
        ],
    )
    def test_tells_names_numbers_and_dates_apart(self, typed, meant):
        assert read(typed)[0] == meant

    @pytest.mark.parametrize("typed", ["le3 1ab", "LE31AB", "le3 1"])
    def test_knows_a_postcode_whole_or_begun(self, typed):
        (part,) = readings_of(typed, TODAY)[0]
        assert any(way.term.startswith("ple31") for way in part.ways)

    def test_reads_a_family_name_in_two_words_as_one_too(self):
        assert ["mary", "oneil"] in read("mary o neil")

    def test_reads_a_month_that_is_a_name_as_both(self):
        assert read("may 1931")[:2] == [["m193105"], ["may", "y1931"]]

    @pytest.mark.parametrize("typed", ["", " ", "x", "7", "\0", "%_", "🙂🙂", "'; --"])
    def test_looks_for_nobody_when_too_little_is_typed(self, typed):
        assert read(typed) == []
        assert is_too_little(typed)

    def test_finds_four_digits_at_either_end_of_a_number(self):
        (part,) = readings_of("4567", TODAY)[0]
        assert {"n4567", "v7654", "t4567", "u7654"} <= {way.term for way in part.ways}
