"""How many the plans ask for in each hour, beside how many are there."""

from datetime import date

import pytest

from homeward.roster.rules import stretch_of
from homeward.roster.rules.demand import Short, Wanted, shares, short_hours, there_by_hour, wanted_by_hour

DAY = date(2026, 11, 24)


def flat(**hours: float) -> list[float]:
    """A value for each hour named, 0 for the others: flat(h7=2)."""
    return [hours.get(f"h{hour}", 0.0) for hour in range(24)]


class TestWantedByHour:
    def test_spreads_a_visit_over_its_window(self):
        # half an hour and ten minutes on the way, anywhere from 07:00 to 08:30: forty minutes over two hours
        (hours,) = wanted_by_hour({Wanted("care", 7 * 60, 8 * 60 + 30, 30): 1}, travel=10).values()
        assert hours[7] == pytest.approx(1 / 3)
        assert hours[8] == pytest.approx(1 / 3)
        assert sum(hours) * 60 == pytest.approx(40)

    def test_counts_visits_alike_once_each(self):
        (hours,) = wanted_by_hour({Wanted("care", 420, 480, 60): 3}, travel=0).values()
        assert sum(hours) == pytest.approx(3)

    def test_keeps_what_runs_past_midnight_to_the_day(self):
        (hours,) = wanted_by_hour({Wanted("care", 23 * 60, 23 * 60 + 30, 60): 1}, travel=0).values()
        assert hours[23] == pytest.approx(1)


class TestThereByHour:
    def test_counts_the_part_of_each_hour(self):
        hours = there_by_hour(DAY, {stretch_of(DAY, "06:30", "09:00"): 2})
        assert hours[6:10] == [1, 2, 2, 0]

    def test_counts_a_night_on_both_days(self):
        night = {stretch_of(date(2026, 11, 23), "21:00", "07:00"): 1}
        assert sum(there_by_hour(DAY, night)) == 7


class TestShort:
    def test_counts_nobody_for_two_skills_at_once(self):
        wanted = {"care": flat(h7=2.0), "nurse": flat(h7=1.0)}
        both = frozenset({"care", "nurse"})
        there = {frozenset({"care"}): flat(h7=1.0), both: flat(h7=1.0)}
        taken = shares(wanted, there)
        assert (taken["nurse"][7], taken["care"][7]) == (1.0, 1.0)
        assert short_hours(wanted, there) == (Short("care", 7, 8, 1),)

    def test_joins_hours_in_a_row_with_the_most_short(self):
        wanted = {"care": flat(h7=2.0, h8=4.0, h9=1.0, h12=3.0)}
        assert short_hours(wanted, {}) == (Short("care", 7, 10, 4), Short("care", 12, 13, 3))

    def test_leaves_out_less_than_half_a_worker(self):
        assert short_hours({"care": flat(h7=0.4)}, {}) == ()
