"""What may be asked of one worker, as the Working Time Regulations 1998 and their employer say it."""

from datetime import date, timedelta

import pytest

from homeward.roster.rules import WORKING_TIME, Limits, breaks, broken, is_night, joined, stretch_of, wants_break

MONDAY = date(2026, 11, 23)


def on(ahead: int, starts_at: str, ends_at: str):
    """A shift so many days after a Monday; "24:00" and earlier ends are the next day."""
    return stretch_of(MONDAY + timedelta(days=ahead), starts_at, "00:00" if ends_at == "24:00" else ends_at)


def week(*days: int, starts_at: str = "08:00", ends_at: str = "16:00"):
    return [on(day, starts_at, ends_at) for day in days]


EMPLOYER = Limits(
    longest_shift=12 * 60, least_rest=12 * 60, most_days_in_a_row=6, most_nights_in_a_row=3, most_weekly=40 * 60,
    weeks_averaged=1,
    own=frozenset({"longest_shift", "least_rest", "most_days_in_a_row", "most_nights_in_a_row", "most_weekly"}),
)  # fmt: skip


class TestWorkingTime:
    @pytest.mark.parametrize(
        "what, shifts, new, said",
        [
            # regulation 10: eleven hours of rest in each 24
            ("late then early", [on(0, "14:00", "22:30")], on(1, "07:00", "14:00"), "8 hours 30 minutes of rest"),
            ("early before a late", [on(1, "07:00", "14:00")], on(0, "14:00", "22:30"), "before Tuesday 24 November"),
            ("exactly eleven hours", [on(0, "14:00", "22:00")], on(1, "09:00", "17:00"), None),
            ("one minute too few", [on(0, "14:00", "22:01")], on(1, "09:00", "17:00"), "10 hours 59 minutes"),
            # regulation 22(1)(c): a day split up is not two days
            ("the parts of a split day", [on(0, "07:00", "12:00")], on(0, "16:00", "20:00"), None),
            ("the night after a split day", [on(0, "07:00", "12:00"), on(0, "16:00", "22:00")],
             on(1, "07:00", "12:00"), "9 hours of rest"),
            # what is left of a day after regulation 10
            ("thirteen hours", [], on(0, "07:00", "20:00"), None),
            ("fourteen hours", [], on(0, "07:00", "21:00"), "shift of 14 hours"),
            ("a night kept as two shifts", [on(0, "17:00", "24:00")], on(1, "00:00", "08:00"), "shift of 15 hours"),
            # the Regulations name no most days in a row; regulation 11 asks for two rests in fourteen days
            ("twelve days in fourteen", week(*range(12)), on(14, "08:00", "16:00"), None),
            ("thirteen days, but no night in them", week(*range(13)), on(13, "08:00", "16:00"), "fourteen days"),
            # two rests of 24 hours, though a night shift lies across the midnight the fourteen days begin with
            ("nights with two rests", week(0, 1, 3, 4, 5, 6, 7, 11, 12, 13, 14, starts_at="21:00", ends_at="04:00"),
             on(8, "21:00", "04:00"), None),
            # regulation 4: 48 hours a week on average, over as many of 17 weeks as are known
            ("six days of eight hours", week(*range(5)), on(5, "08:00", "16:00"), None),
            ("six days and some", week(*range(5)), on(5, "08:00", "16:10"), "48 hours 10 minutes a week on average"),
            ("a long week after a short one", week(-7, -6) + week(*range(5)), on(5, "08:00", "18:00"), None),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )  # fmt: skip
    def test_says_what_would_be_broken(self, what, shifts, new, said):
        words = " ".join(breaks(WORKING_TIME, shifts, [new]))
        assert words == "" if said is None else said in words

    def test_says_whose_limit_it_is(self):
        (one,) = broken(WORKING_TIME, [on(0, "14:00", "22:30")], [on(1, "07:00", "14:00")])
        assert one.is_law
        assert "Working Time Regulations 1998 (regulation 10)" in one.words

    def test_says_nothing_of_what_was_broken_before(self):
        before = [on(0, "14:00", "22:30"), on(1, "07:00", "14:00")]
        assert breaks(WORKING_TIME, before, [on(3, "07:00", "14:00")]) == ()

    def test_counts_the_hours_that_pass_when_the_clocks_go_back(self):
        # 25 October 2026: 02:00 is 01:00 again, so 20:00 to 07:00 is twelve hours of rest
        night = stretch_of(date(2026, 10, 24), "12:00", "20:30")
        morning = stretch_of(date(2026, 10, 25), "06:30", "12:00")
        assert breaks(WORKING_TIME, [night], [morning]) == ()

    def test_lets_somebody_who_agreed_in_writing_work_more(self):
        out = Limits(most_weekly=None, has_opted_out=True)
        assert breaks(out, week(*range(5), ends_at="18:00"), [on(5, "08:00", "18:00")]) == ()

    def test_keeps_a_night_worker_to_eight_hours_in_24_whatever_they_agreed(self):
        out = Limits(most_weekly=None, has_opted_out=True)
        nights = week(*range(4), starts_at="21:00", ends_at="07:30")
        (one,) = broken(out, nights, [on(4, "21:00", "07:30")])
        assert "regulation 6" in one.words and one.is_law


class TestEmployersRules:
    @pytest.mark.parametrize(
        "what, shifts, new, said, is_law",
        [
            ("longer than the employer allows", [], on(0, "07:00", "19:30"), "12 hours 30 minutes", False),
            ("longer than the law allows", [], on(0, "07:00", "20:30"), "13 hours 30 minutes", True),
            ("less rest than the employer wants", [on(0, "13:00", "21:00")], on(1, "08:30", "12:00"),
             "11 hours 30", False),
            ("a seventh day", week(*range(6), ends_at="14:00"), on(6, "08:00", "12:00"), "7 days in a row", False),
            ("a fourth night", week(0, 1, 2, starts_at="22:00", ends_at="06:00"), on(3, "22:00", "06:00"),
             "4 nights in a row", False),
            ("more than the employer’s week", week(*range(5)), on(5, "08:00", "12:00"), "44 hours in the week", False),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )  # fmt: skip
    def test_are_told_from_the_law(self, what, shifts, new, said, is_law):
        found = broken(EMPLOYER, shifts, [new])
        assert any(said in one.words for one in found)
        assert any(one.is_law for one in found) is is_law

    def test_name_who_works_no_nights(self):
        (words,) = breaks(Limits(works_nights=False), [], [on(0, "21:00", "06:00")])
        assert "do not work nights" in words


class TestNightsAndBreaks:
    @pytest.mark.parametrize(
        "starts_at, ends_at, night",
        [("21:00", "07:00", True), ("14:00", "22:00", False), ("16:00", "01:00", False), ("16:00", "02:00", True),
         ("03:00", "11:00", True), ("04:00", "12:00", False)],
    )  # fmt: skip
    def test_a_night_has_three_hours_between_eleven_and_six(self, starts_at, ends_at, night):
        assert is_night(on(0, starts_at, ends_at)) is night

    def test_a_break_belongs_in_more_than_six_hours(self):
        assert not wants_break(on(0, "08:00", "14:00"))
        assert wants_break(on(0, "08:00", "14:01"))

    def test_parts_that_meet_are_one(self):
        assert joined([on(1, "00:00", "07:00"), on(0, "21:00", "24:00")]) == [on(0, "21:00", "07:00")]
