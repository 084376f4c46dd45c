"""What no plan asks for yet: learnt from generated weeks whose truth is known, and said only from enough of them."""

import random
from datetime import date, timedelta
from statistics import fmean

import pytest

from homeward.roster.rules.forecast import (
    Arising,
    Missed,
    arising_from,
    beyond,
    days_known_before,
    interval,
    net,
    tried_out,
    weeks_ahead,
)

MONDAY = date(2026, 9, 7)
NINE = 9


def truth(day: date) -> float:
    """Workers that come at nine: four on Mondays, when hospitals send people home, two on other weekdays, half at
    weekends."""
    return {0: 4.0, 5: 0.5, 6: 0.5}.get(day.weekday(), 2.0)


def weeks(number: int, seed: int = 1, level: float = 1.0) -> dict[date, Missed]:
    """So many weeks of visits that came by chance round the truth; one worker's care ends every day at ten."""
    luck = random.Random(seed)
    found = {}
    for ahead in range(7 * number):
        day = MONDAY + timedelta(days=ahead)
        # of sixty people who could each fall ill, some do
        came = sum(luck.random() < level * truth(day) / 60 for _ in range(60))
        found[day] = Missed({"care": hourly(NINE, came)}, {"care": hourly(10, 1.0)})
    return found


def hourly(hour: int, workers: float) -> list[float]:
    return [float(workers) if one == hour else 0.0 for one in range(24)]


class TestArisingFrom:
    def test_finds_the_known_weekdays_and_hours(self):
        learnt = [arising_from(weeks(8, seed))["care"] for seed in range(25)]
        for day in (MONDAY + timedelta(days=ahead) for ahead in range(7)):
            # two hundred draws of each weekday: their mean is within three standard errors of the truth
            said = fmean(one.on(day, None)[NINE] for one in learnt)
            assert abs(said - truth(day)) < 3 * (truth(day) / 200) ** 0.5
            assert fmean(one.on(day, None)[NINE + 5] for one in learnt) == 0

    def test_says_that_less_is_wanted_where_care_ends(self):
        assert arising_from(weeks(8))["care"].on(MONDAY, None)[10] == pytest.approx(-1)

    def test_forgets_what_is_longer_ago(self):
        long_ago = {day - timedelta(days=8 * 7): one for day, one in weeks(8, level=3).items()}
        assert arising_from(long_ago | weeks(8))["care"] == arising_from(weeks(8))["care"]

    @pytest.mark.parametrize(
        ("days", "rows"),
        [(0, None), (6, None), (13, None), (14, 1), (27, 1), (28, 7), (60, 7)],
        ids=[
            "none",
            "less than a week",
            "a day short of two weeks",
            "two weeks",
            "a day short of four",
            "four",
            "more",
        ],
    )
    def test_says_only_what_its_history_can_tell(self, days, rows):
        history = dict(list(weeks(9).items())[:days])
        learnt = arising_from(history)
        assert (len(learnt["care"].new) if learnt else None) == rows

    def test_gives_two_ends_that_hold_what_they_say(self):
        low, high = interval()
        inside = []
        for seed in range(40):
            learnt = arising_from(weeks(8, seed))["care"]
            for day, one in weeks(1, seed + 1000).items():
                value = net(one, "care")[NINE]
                inside.append(learnt.on(day, low)[NINE] - 0.5 <= value <= learnt.on(day, high)[NINE] + 0.5)
        assert 0.75 <= fmean(inside) <= 0.95

    def test_asks_for_more_the_more_days_it_is_to_be_enough_for(self):
        learnt = arising_from(weeks(8))["care"]
        asked = [learnt.on(MONDAY, share)[NINE] for share in (None, 0.75, 0.9)]
        assert asked == sorted(asked)
        assert asked[0] < asked[2]


class TestTriedOut:
    def test_is_nearer_than_the_same_weekday_before_where_days_are_chance(self):
        trial = tried_out(weeks(14))
        assert trial.days == 28
        assert trial.error < trial.plain_error
        assert trial.day_error < trial.plain_day_error

    def test_is_further_off_where_every_week_is_more_than_the_last(self):
        """A mean of weeks behind cannot follow what grows, and the trial says so."""
        grows = {
            day: Missed({"care": hourly(NINE, 1.0 + (day - MONDAY).days // 7)}, {}) for day in weeks(12)
        }  # fmt: skip
        trial = tried_out(grows)
        assert trial.error > trial.plain_error

    def test_widens_ends_that_are_too_near_as_days_are_alike(self):
        """Care that begins goes on for three weeks, so days in a row are alike, and eight weeks are few."""
        luck = random.Random(3)
        level, alike = 0.0, {}
        for ahead, day in enumerate(weeks(14)):
            level = luck.choice([0.0, 3.0, 6.0]) if ahead % 21 == 0 else level
            alike[day] = Missed({"care": hourly(NINE, level + luck.random())}, {})
        assert tried_out(alike).widened > 1
        assert tried_out(weeks(14)).widened < 1.3

    def test_says_nothing_of_too_few_weeks(self):
        assert tried_out(weeks(3)) is None
        assert tried_out({}) is None


@pytest.mark.parametrize(
    ("ahead", "week"), [(-1, 0), (0, 0), (1, 1), (7, 1), (8, 2), (28, 4), (42, 6), (90, 6)], ids=str
)
def test_tells_the_weeks_ahead_apart(ahead, week):
    assert weeks_ahead(MONDAY, MONDAY + timedelta(days=ahead)) == week


def test_looks_at_plans_from_the_middle_of_a_week_ahead():
    assert [days_known_before(week) for week in (1, 2, 3)] == [4, 11, 18]


def test_leaves_out_who_is_kept_free_anyway():
    assert beyond([3.0, 1.0, -1.0], [2.0, 2.0, 2.0]) == [1.0, 0.0, -1.0]


def test_has_one_row_for_all_days_or_seven():
    flat = Arising(new=[[1.0] * 24], ended=[[0.0] * 24], spread=1.0, times=14)
    assert flat.on(MONDAY, None) == flat.on(MONDAY + timedelta(days=5), None)
