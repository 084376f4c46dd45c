"""A measure as a file: what is small is hidden in every way that it could be worked out."""

from dataclasses import replace
from datetime import date

from homeward.outcomes.measures.definition import By, Computed, Point, Unit
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.variation.small_numbers import SmallNumbers
from homeward.web.results.file import HEADS, measure_as_file

RULE = SmallNumbers(below=8, rounded_to=5)


def computed(unit: Unit, *numbers: tuple[float, float | None]) -> Computed:
    points = tuple(
        Point(date(2026, month, 1), date(2026, month, 28), n, d, n if d is None else n / d if d else None, False)
        for month, (n, d) in enumerate(numbers, 1)
    )
    return Computed(replace(MEASURES["M03"], unit=unit), "derby", By.MONTH, points)


def columns(found: Computed, *names: str, rule=RULE):
    lines = [dict(zip(HEADS, line)) for line in measure_as_file(found, rule)]
    return [tuple(line[name] for name in names) for line in lines]


class TestMeasureAsFile:
    def test_rounds_and_makes_the_value_of_what_is_shown(self):
        shown = columns(computed(Unit.SHARE, (62, 91), (0, 40)), "numerator", "denominator", "value")
        assert shown == [(60, 90, 0.6667), (0, 40, 0.0)]

    def test_hides_a_small_numerator_and_the_value_it_would_follow_from(self):
        assert columns(computed(Unit.SHARE, (3, 90), (4, 80)), "numerator", "denominator", "value")[0] == ("*", 90, "*")

    def test_hides_a_share_of_which_few_are_left(self):
        shown = columns(computed(Unit.SHARE, (88, 90), (75, 80)), "numerator", "value")
        assert shown == [("*", "*"), ("*", "*")]

    def test_hides_a_second_month_where_one_follows_from_the_total(self):
        shown = columns(computed(Unit.COUNT, (3, None), (20, None), (40, None), (0, None)), "numerator")
        assert shown == [("*",), ("*",), (40,), (0,)]

    def test_hides_money_and_time_of_few_cases(self):
        shown = columns(computed(Unit.DAYS, (31.5, 3), (80, 40), (90, 45)), "numerator", "denominator", "value")
        assert shown[0] == ("*", "*", "*")
        assert shown[2] == (90, 45, 2.0)

    def test_says_service_version_and_whether_a_month_is_settled(self):
        found = columns(computed(Unit.COUNT, (20, None)), "measure", "version", "service", "from", "to", "provisional")
        assert found == [("M03", 1, "derby", "2026-01-01", "2026-01-28", "no")]
