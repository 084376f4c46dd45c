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


def of_people(unit: Unit, *months: dict[int, tuple[float, float | None]]) -> Computed:
    """Months of each of which is known what each person adds to it."""
    sums = []
    for one in months:
        under = [d for _, d in one.values() if d is not None]
        sums.append((sum(n for n, _ in one.values()), sum(under) if under else None))
    found = computed(unit, *sums)
    points = (
        replace(point, added={who: (n, d or 0) for who, (n, d) in one.items()})
        for point, one in zip(found.points, months)
    )
    return replace(found, points=tuple(points))


def each(people: range, n: float, d: float | None = None) -> dict[int, tuple[float, float | None]]:
    """So many people, each of whom adds the same."""
    return dict.fromkeys(people, (n, d))


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

    def test_hides_many_cases_of_few_people_and_another_month_that_gives_them_away(self):
        found = of_people(Unit.COUNT, each(range(3), 40), each(range(3, 13), 4), each(range(20, 40), 2))
        assert columns(found, "numerator") == [("*",), ("*",), (40,)]

    def test_hides_a_share_whose_many_cases_or_whose_rest_are_of_few(self):
        many = each(range(20), 1, 4)
        met = of_people(Unit.SHARE, each(range(20), 0, 4) | each(range(3), 4, 4), many, many)
        missed = of_people(Unit.SHARE, each(range(20), 4, 4) | each(range(3), 0, 4), many, many)
        for found in (met, missed):
            assert columns(found, "numerator", "denominator", "value")[0] == ("*", 80, "*")
            assert columns(found, "numerator", "denominator")[2] == (20, 80)

    def test_hides_every_month_of_one_person(self):
        assert columns(of_people(Unit.COUNT, *[each(range(1), 30)] * 12), "numerator") == [("*",)] * 12

    def test_hides_minutes_of_few_people_where_no_cases_are_told(self):
        found = of_people(Unit.MINUTES, each(range(2), 90.5), each(range(30), 10.25), each(range(40), 10.25))
        assert columns(found, "numerator", "value") == [("*", "*"), ("*", "*"), (410.0, 410.0)]

    def test_hides_hours_that_only_few_of_many_have(self):
        many = each(range(20), 2.5, 1)
        found = of_people(Unit.HOURS, each(range(20), 0, 1) | each(range(3), 14.5, 1), many, many)
        assert columns(found, "numerator", "denominator", "value") == [("*", 20, "*"), ("*", 20, "*"), (50.0, 20, 2.5)]

    def test_shows_money_that_is_nobodys(self):
        assert columns(computed(Unit.PENCE, (1234, None)), "numerator") == [(1234,)]

    def test_hides_few_events_of_a_rate(self):
        found = of_people(Unit.RATE, each(range(30), 0, 6) | each(range(4), 2, 6), *[each(range(30), 1, 6)] * 2)
        assert columns(found, "numerator", "denominator", "value")[0] == ("*", 180, "*")

    def test_says_service_version_and_whether_a_month_is_settled(self):
        found = columns(computed(Unit.COUNT, (20, None)), "measure", "version", "service", "from", "to", "provisional")
        assert found == [("M03", 1, "derby", "2026-01-01", "2026-01-28", "no")]
