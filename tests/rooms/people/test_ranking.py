"""Why a record matches what was typed, and which match is better."""

from datetime import date

import pytest

from homeward.people.searching.asking import readings_of
from homeward.people.searching.ranking import Named, match, words_meant
from homeward.people.searching.terms import Recorded, name_words, sound_of, terms_of

TODAY = date(2026, 11, 24)


def named(given: str = "Mary", family: str = "Thompson", known_as: str = "", others: tuple[str, ...] = ()) -> Named:
    recorded = Recorded(
        names=(f"{given} {family}", known_as, *others),
        birth_dates=(date(1931, 4, 3),),
        nhs_numbers=("9990000018",),
        phones=("07700 900123",),
        postcodes=("LE3 1AB",),
        references=("P000007",),
    )
    return Named(given, family, known_as, others, frozenset(terms_of(recorded)))


def said_of(typed: str, record: Named) -> tuple[str, ...]:
    return max((match(reading, record) for reading in readings_of(typed, TODAY)), key=lambda one: one.points).reasons


class TestMatch:
    @pytest.mark.parametrize(
        ("typed", "reasons"),
        [
            ("mary thompson", ("name matches",)),
            ("thompson mary", ("name matches",)),
            ("m thompson", ("initial matches",)),
            ("mary thom", ("name begins as typed",)),
            ("mary thomson", ("name is 1 letter different",)),
            ("mary tompsn", ("name is 2 letters different",)),
            ("mray thompson", ("name is 1 letter different",)),
            ("molly thompson", ("Molly is short for Mary",)),
            ("3/4/31 thomson", ("birth date matches", "name is 1 letter different")),
            ("thompson 4/3/1931", ("name matches", "day and month of birth are the other way round")),
            ("thompson 3/4/1932", ("name matches", "birth date is 1 digit different")),
            ("thompson 1931", ("name matches", "year of birth matches")),
            ("999 000 0018", ("NHS number matches",)),
            ("99900", ("NHS number begins with these digits",)),
            ("0018", ("NHS number ends with these digits",)),
            ("07700900123", ("phone number matches",)),
            ("900123", ("phone number ends with these digits",)),
            ("le3 1ab", ("postcode matches",)),
            ("le3", ("postcode begins as typed",)),
            ("P000007", ("reference matches",)),
        ],
    )
    def test_says_why(self, typed, reasons):
        assert said_of(typed, named()) == reasons

    @pytest.mark.parametrize(
        ("typed", "family"),
        [("smyth", "Smith"), ("macdonald", "McDonald"), ("o neill", "O'Neil"), ("oneil", "O’Neil"),
         ("garcia", "García"), ("neil", "O'Neil"), ("jones", "Smith-Jones"), ("mckay", "Mc Kay")],
    )  # fmt: skip
    def test_sees_through_spelling(self, typed, family):
        matches = [match(reading, named(family=family)) for reading in readings_of(typed, TODAY)]
        assert any(one.parts_matched and one.points for one in matches)

    def test_names_the_other_name_it_matched(self):
        assert said_of("bunty", named(known_as="Bunty")) == ("known as Bunty",)
        assert said_of("mary webb", named(others=("Mary Webb",))) == ("another name Mary Webb",)

    def test_puts_what_is_surer_first(self):
        whole, begun, near = (
            max(match(reading, named(family=family)).points for reading in readings_of("smith", TODAY))
            for family in ("Smith", "Smithson", "Smyth")
        )
        assert whole > begun > near

    def test_does_not_take_an_unlike_name_of_the_same_sound(self):
        assert match(readings_of("wait", TODAY)[0], named(family="Oudt")).parts_matched == 0


class TestWordsMeant:
    def test_puts_the_nearest_first_and_leaves_out_the_unlike(self):
        assert words_meant("thomson", ["brown", "thompson", "thomson", "johnson"], 5) == ["thomson", "thompson"]


class TestNameWords:
    def test_gives_every_word_a_name_is_found_by(self):
        assert name_words("Mary O’Neil Smith-Jones") == ("mary", "oneil", "neil", "smith", "jones", "smithjones")

    def test_keeps_names_of_other_alphabets(self):
        assert name_words("Ольга 李") == ("ольга", "李")
        assert sound_of("ольга") == ""
