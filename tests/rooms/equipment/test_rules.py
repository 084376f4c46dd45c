"""Labels, months, money, and when a call is the same call."""

from datetime import UTC, date, datetime, timedelta

import pytest

from homeward.equipment.rules import (
    USUAL_KINDS,
    answer_minutes,
    is_same_call,
    is_silent,
    item_number,
    number_in,
    whole_pence,
)
from homeward.kernel.rules import months_later
from homeward.procedures.selectors import built, library, procedure

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class TestNumberIn:
    @pytest.mark.parametrize(
        ("scanned", "number"),
        [
            ("EQ000042", "EQ000042"),
            (" eq 000042\r\n", "EQ000042"),
            ("https://homeward.example/equipment/scan?code=EQ000042", "EQ000042"),
            ("EQ42", ""),
            ("000042", ""),
            ("", ""),
        ],
    )
    def test_reads_what_a_scanner_types(self, scanned, number):
        assert number_in(scanned) == number

    def test_reads_every_label_that_is_made(self):
        assert all(number_in(item_number(key)) == item_number(key) for key in (1, 999_999, 1_000_000, 10**11))


class TestAddMonths:
    @pytest.mark.parametrize(
        ("day", "months", "then"),
        [
            (date(2026, 11, 24), 6, date(2027, 5, 24)),
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2027, 8, 31), 6, date(2028, 2, 29)),
            (date(2026, 12, 1), 12, date(2027, 12, 1)),
        ],
    )
    def test_keeps_the_day_where_the_month_has_it(self, day, months, then):
        assert months_later(day, months) == then


class TestWholePence:
    @pytest.mark.parametrize(
        ("text", "pence"),
        [("£1,250.50", 125050), ("0", 0), ("12.5", 1250), ("0.001", None), ("-1", None), ("nan", None), ("ten", None)],
    )
    def test_takes_an_amount_and_nothing_else(self, text, pence):
        assert whole_pence(text) == pence


class TestAlerts:
    @pytest.mark.parametrize(
        ("is_technical", "of_kind", "minutes"), [(False, 30, 30), (False, None, 45), (True, 30, 1440)]
    )
    def test_are_answered_as_their_kind_says(self, is_technical, of_kind, minutes):
        assert answer_minutes(is_technical=is_technical, of_kind=of_kind, usual=45, technical=1440) == minutes

    @pytest.mark.parametrize(("minutes", "same"), [(0, True), (10, True), (-10, True), (11, False)])
    def test_are_the_same_call_within_the_window(self, minutes, same):
        assert is_same_call(AT, AT + timedelta(minutes=minutes), timedelta(minutes=10)) is same

    @pytest.mark.parametrize(
        ("heard", "installed", "hours", "silent"),
        [
            (AT - timedelta(hours=25), None, 26, False),
            (AT - timedelta(hours=27), None, 26, True),
            (AT - timedelta(hours=27), AT - timedelta(hours=1), 26, False),
            (None, AT - timedelta(hours=27), 26, True),
            (None, None, 26, False),
            (AT - timedelta(days=9), None, None, False),
        ],
    )
    def test_of_a_quiet_device_are_missed(self, heard, installed, hours, silent):
        assert is_silent(heard, installed, hours, AT) is silent


@pytest.mark.django_db
class TestUsualKinds:
    def test_are_fitted_by_skills_the_procedures_know(self, service):
        known = {skill.code for skill in library().skills}
        assert {kind.skill for kind in USUAL_KINDS} <= known

    def test_call_as_the_pathway_says(self, service):
        of_pathway = {one.code: one for one in built(procedure("pathway", "assistive-technology")).equipment}
        for kind in USUAL_KINDS:
            if kind.is_alerting:
                there = of_pathway[kind.code]
                assert (kind.respond_minutes, kind.review_days) == (there.respond_within_minutes, there.review_days)

    def test_for_lifting_people_are_examined_every_six_months(self):
        lifting = {kind.code: kind for kind in USUAL_KINDS if "Lifting" in kind.check_basis}
        assert set(lifting) == {"hoist", "sling", "bath_lift"}
        assert {kind.check_months for kind in lifting.values()} == {6}
