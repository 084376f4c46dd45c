"""When an answer is due, and which readings are worth a look."""

from datetime import date, datetime, timedelta

import pytest

from homeward.kernel.rules import LONDON
from homeward.rights.rules import (
    MANY_AT_LEAST,
    Opened,
    Reader,
    answer_due,
    appraisal_due,
    is_many,
    names_in,
    odd_about,
    off_shift,
    postcode_sector,
)

TODAY = date(2026, 11, 24)
PRIYA = Reader(1, "Priya Shah", "DE1 3AA", person_id=70)
STAFF = {"priya shah", "ben carter"}


class TestAnswerDue:
    @pytest.mark.parametrize(
        ("received", "is_extended", "due"),
        [
            (date(2026, 11, 24), False, date(2026, 12, 24)),
            (date(2026, 1, 31), False, date(2026, 2, 28)),
            (date(2024, 1, 31), False, date(2024, 2, 29)),
            (date(2026, 12, 15), False, date(2027, 1, 15)),
            (date(2026, 11, 30), True, date(2027, 2, 28)),
        ],
    )
    def test_is_a_calendar_month_or_three(self, received, is_extended, due):
        assert answer_due(received, is_extended) == due


class TestAppraisalDue:
    def test_counts_years_from_the_last_entry(self):
        years = {"care": 8, "contact": 2}
        assert appraisal_due(date(2018, 11, 24), "care", years) == TODAY
        assert appraisal_due(date(2024, 2, 29), "contact", years) == date(2026, 2, 28)


class TestOddAbout:
    @pytest.mark.parametrize(
        ("opened", "kinds"),
        [
            (Opened(7, "Ivy", "Okafor", "SY1 1AA"), []),
            (Opened(70, "Priya", "Shah"), ["own_record"]),
            (Opened(7, "Priya", "Shah"), ["own_name"]),
            (Opened(7, "PRIYA", " Shah "), ["own_name"]),
            (Opened(7, "Ravi", "Shah"), ["family_name"]),
            (Opened(7, "Ben", "Carter"), ["colleague"]),
            (Opened(7, "Ivy", "Okafor", is_staff=True), ["colleague"]),
            (Opened(7, "Ivy", "Okafor", "DE1 3ZZ"), ["neighbour"]),
            (Opened(7, "Ivy", "Okafor", "DE1 4ZZ"), []),
            (Opened(7, "Ivy", "Okafor", died_on=TODAY - timedelta(days=30)), []),
            (Opened(7, "Ivy", "Okafor", died_on=TODAY - timedelta(days=31)), ["after_death"]),
            (Opened(7, "Ravi", "Shah", "DE1 3ZZ"), ["family_name", "neighbour"]),
            (Opened(7, "", ""), []),
        ],
    )
    def test_says_what_is_odd(self, opened, kinds):
        assert [kind for kind, _ in odd_about(PRIYA, opened, STAFF, TODAY)] == kinds

    def test_names_nobody(self):
        for opened in (Opened(7, "Priya", "Shah"), Opened(7, "Ben", "Carter", "DE1 3ZZ"), Opened(70, "Priya", "Shah")):
            for _, reason in odd_about(PRIYA, opened, STAFF, TODAY):
                assert not {"Priya", "Shah", "Ben", "Carter"} & set(reason.replace("'", " ").split())

    def test_knows_no_neighbour_of_a_reader_without_a_postcode(self):
        assert odd_about(Reader(1, "Priya Shah"), Opened(7, "Ivy", "Okafor", "DE1 3ZZ"), STAFF, TODAY) == []


class TestIsMany:
    @pytest.mark.parametrize(
        ("opened", "own", "peers", "expected"),
        [
            (MANY_AT_LEAST - 1, [], [], False),
            (MANY_AT_LEAST, [], [], True),
            (30, [12, 10, 11], [], False),
            (33, [12, 10, 11], [], True),
            (40, [5], [[30, 30], [25]], False),
            (60, [5], [[30, 30], [25]], True),
            (60, [5], [[], []], True),
        ],
    )
    def test_compares_with_the_reader_and_with_others(self, opened, own, peers, expected):
        assert bool(is_many(opened, own, peers)) is expected

    def test_says_what_it_compared(self):
        assert is_many(60, [5, 7], [[30, 30]]) == (
            "60 people's records in one hour; their own busiest hour is usually 6, that of others in the role 30"
        )


class TestOffShift:
    @pytest.mark.parametrize(("hour", "expected"), [(6, False), (5, True), (12, False), (16, False), (18, True)])
    def test_allows_an_hour_about_a_shift(self, hour, expected):
        start = datetime(2026, 11, 24, 7, tzinfo=LONDON)
        at = datetime(2026, 11, 24, hour, tzinfo=LONDON)
        assert off_shift(at, [(start, start + timedelta(hours=8))]) is expected

    def test_says_nothing_of_those_without_shifts(self):
        assert not off_shift(datetime(2026, 11, 24, 3, tzinfo=LONDON), [])


class TestWords:
    def test_finds_names_whole(self):
        assert names_in("Rang her son David Okafor, who agreed", ["David Okafor", "Ann Lee"]) == ["David Okafor"]
        assert names_in("David Okaforson called", ["David Okafor"]) == []

    @pytest.mark.parametrize(("postcode", "sector"), [("DE1 3DA", "DE1 3"), ("de13da", "DE1 3"), ("", ""), ("DE1", "")])
    def test_reads_the_sector_of_a_postcode(self, postcode, sector):
        assert postcode_sector(postcode) == sector
