"""Identifiers, places and time."""

from datetime import date, datetime

import pytest

from homeward.kernel.rules import (
    LONDON,
    is_postcode,
    is_valid_nhs_number,
    kilometres_between,
    london_moment,
    minutes_into,
    night_of,
    spaced_nhs_number,
    tidy_postcode,
    wall_clock,
    whole_number,
    year_begins,
)


class TestNhsNumber:
    @pytest.mark.parametrize(
        ("text", "is_valid"),
        [
            ("9434765919", True),  # NHS Data Dictionary's own example
            ("943 476 5919", True),
            ("943-476-5919", True),
            ("9434765918", False),  # wrong check digit
            ("1234567890", False),  # a favourite of example messages
            ("999999999", False),  # nine digits
            ("99999999990", False),
            ("", False),
            ("ABCDEFGHIJ", False),
        ],
    )
    def test_agrees_with_its_check_digit(self, text, is_valid):
        assert is_valid_nhs_number(text) is is_valid

    def test_is_read_in_three_groups(self):
        assert spaced_nhs_number("9434765919") == "943 476 5919"


class TestPostcode:
    @pytest.mark.parametrize(
        ("text", "tidied"),
        [("de13da", "DE1 3DA"), (" DE22  1AA ", "DE22 1AA"), ("ec1a1bb", "EC1A 1BB"), ("GIR0AA", "GIR 0AA")],
    )
    def test_is_tidied(self, text, tidied):
        assert tidy_postcode(text) == tidied
        assert is_postcode(text)

    @pytest.mark.parametrize("text", ["", "DE", "DE1", "not known", "QQ1 1AA "[:3]])
    def test_that_is_not_one_is_left_as_it_is(self, text):
        assert not is_postcode(text)
        assert tidy_postcode(text) == text.strip()


class TestTimeAcrossClockChanges:
    # In 2026 clocks go forward on 29 March and back on 25 October.
    @pytest.mark.parametrize(
        ("day", "minutes_to_noon"), [(date(2026, 3, 29), 660), (date(2026, 10, 25), 780), (date(2026, 6, 1), 720)]
    )
    def test_minutes_are_elapsed(self, day, minutes_to_noon):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)
        assert minutes_into(day, noon) == minutes_to_noon
        assert london_moment(day, minutes_to_noon) == noon

    def test_wall_clock_is_what_the_clock_shows(self):
        assert wall_clock(date(2026, 3, 29), "08:00").hour == 8
        assert wall_clock(date(2026, 3, 29), "24:00") == datetime(2026, 3, 30, tzinfo=LONDON)


class TestDistance:
    def test_derby_to_leicester_is_about_39_kilometres(self):
        assert kilometres_between((52.9225, -1.4746), (52.6369, -1.1398)) == pytest.approx(39, abs=2)


class TestWholeNumber:
    @pytest.mark.parametrize(("text", "number"), [("0", 0), ("12", 12), ("9" * 18, 10**18 - 1)])
    def test_is_what_the_digits_say(self, text, number):
        assert whole_number(text) == number

    # a raised 2 and Arabic digits count as digits to isdigit; int refuses the first, and the last fits no column
    @pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "٣", " 1", "1\0", "9" * 19, "9" * 5000])
    def test_is_none_where_there_is_none(self, text):
        assert whole_number(text) is None


class TestNightOf:
    @pytest.mark.parametrize(
        ("hour", "minute", "is_night"),
        [(1, 59, False), (2, 0, True), (4, 59, True), (5, 0, False), (14, 0, False)],
    )
    def test_is_from_two_to_five_by_the_clock_on_the_wall(self, hour, minute, is_night):
        now = datetime(2026, 7, 1, hour, minute, tzinfo=LONDON)
        assert (night_of(now) is not None) == is_night

    def test_gives_when_it_began_and_ends(self):
        day = date(2026, 7, 1)
        now = datetime(2026, 7, 1, 3, 30, tzinfo=LONDON)
        assert night_of(now) == (wall_clock(day, "02:00"), wall_clock(day, "05:00"))


class TestYearBegins:
    @pytest.mark.parametrize(
        ("day", "begins"),
        [
            (date(2026, 3, 31), date(2025, 4, 1)),
            (date(2026, 4, 1), date(2026, 4, 1)),
            (date(2026, 12, 31), date(2026, 4, 1)),
            (date(2028, 2, 29), date(2027, 4, 1)),
        ],
    )
    def test_is_the_april_before(self, day, begins):
        assert year_begins(day) == begins
