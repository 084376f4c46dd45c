"""The copy of the facts in a folder of the test's own, and the measures computed from it."""

from datetime import date

import pytest

from homeward.access.rules import Actor
from homeward.outcomes.facts.copying import copy_path, opened_to_read, refresh
from homeward.outcomes.facts.reading import Asked, embedded
from homeward.outcomes.measures.computing import compute, list_cases
from homeward.outcomes.measures.definition import By
from homeward.outcomes.measures.library import MEASURES
from tests.rooms.outcomes.history import History

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


@pytest.fixture
def kept_apart(settings, tmp_path):
    """The copy is made here."""
    settings.VAR = tmp_path
    return copy_path()


@pytest.fixture
def measured(kept_apart, service, now):
    """Refreshes and computes a measure over two years: `measured("M03")` gives (numerator, denominator, left out).

    What it lists behind the number is checked against the number, for every measure computed in any test.
    """

    def one(key: str, *, at=now, split: str = ""):
        refresh(now=at)
        measure = MEASURES[key]
        with opened_to_read() as copy:
            engine, asked = embedded(copy), Asked(service.pk, FIRST, LAST, at)
            engine.ask(asked)
            points, left_out = compute(engine, measure, asked, By.ALL, split, by_whom=True)
            cases = list_cases(engine, measure, is_numerator_only=False)
        if split:
            return {point.split: (point.numerator, point.denominator) for point in points}
        (point,) = points
        assert sum(case.counts for case in cases) == pytest.approx(point.numerator)
        if measure.out_of:
            assert sum(case.out_of for case in cases) == pytest.approx(point.denominator)
        if measure.whose == "person_id":
            assert set(point.added) == {case.person_id for case in cases}
            assert sum(top for top, _ in point.added.values()) == pytest.approx(point.numerator)
        return point.numerator, point.denominator, {why: count for why, count in left_out.items() if count}

    return one


@pytest.fixture
def history(service, now) -> History:
    """A place where nothing has happened yet."""
    return History(service, Actor.system("tests", service.pk), now)
