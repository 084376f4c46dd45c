"""The list behind every number adds up to it, and shows no more of anybody than the reader may see."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import Role
from homeward.discharge.services import CriteriaGiven, Leaving, StayGiven, end_stay, receive_stay
from homeward.outcomes.facts.copying import refresh
from homeward.outcomes.measures.definition import By
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.selectors import cases_of, measures_of
from homeward.referrals.services import log_call
from homeward.referrals.states import Source, Urgency

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST, LAST = date(2026, 10, 1), date(2026, 11, 30)


@pytest.fixture
def two_months(history, service, somebody, kept_apart, now):
    """A little of most of what is measured, in two months."""
    manager = somebody(Role.CASE_MANAGER)
    nurse, carer = history.worker(), history.worker("Larkmoor Care", "home_care_worker")
    for at in (now - 40 * DAY, now - 39 * DAY, now - 9 * DAY):
        met, late = history.episode(at), history.episode(at)
        history.event(met, "first_face_to_face_contact", at + HOUR)
        history.event(late, "first_face_to_face_contact", at + 5 * HOUR)
        history.visit(met.person, at + HOUR, nurse, carer, episode=met, tasks=[("medication_support", True)])
        history.visit(late.person, at + 5 * HOUR, nurse, tasks=[("blood_glucose_check", False)])
        history.end(met, "nothing_further", at + DAY)
        history.end(late, "admitted", at + 5 * DAY)
        history.end(history.episode(at, "reablement-at-home", urgency=Urgency.ROUTINE), "independent", at + 5 * DAY)
        log_call(actor=history.actor, service_id=service.pk, source=Source.GP, outcome="advice", advice="Rest", now=at)
        given = {"admitted_at": at - 9 * DAY, "source": "form", "hospital_name": "Made Up General"}
        for destination in ("p0_home", "p1_support", "p2_bed"):
            person = history.person()
            ready = StayGiven(**given, criteria=(CriteriaGiven((at - 3 * DAY).date(), False),))
            stay = receive_stay(actor=manager, person=person, given=ready, now=at - 3 * DAY).stay
            end_stay(actor=manager, stay=stay, leaving=Leaving(at, "left", destination, note="A bed"), now=at)
    refresh(now=now)
    return manager


class TestCasesOf:
    def test_add_up_to_the_number_of_every_measure_and_month(self, two_months, service, now):
        counted = set()
        for one in measures_of(two_months, service.pk, FIRST, LAST, now, by=By.MONTH):
            for point in one.points:
                told = (two_months, service.pk, one.measure.key, point.first, point.last, now)
                numerators, everything = cases_of(*told), cases_of(*told, is_numerator_only=False)
                assert numerators.numerator == pytest.approx(point.numerator), one.measure.key
                assert everything.denominator == (
                    None if point.denominator is None else pytest.approx(point.denominator)
                ), one.measure.key
                assert numerators.count == len(numerators.shown) <= everything.count
                if point.numerator:
                    counted.add(one.measure.code)
        assert counted >= {"M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M15", "M16", "M18", "M29"}

    def test_add_up_to_each_part_of_a_measure_that_is_split(self, two_months, service, now):
        splits = [(key, split) for key, one in MEASURES.items() for split in one.splits]
        for key, split in splits:
            told = (two_months, service.pk)
            (found,) = measures_of(*told, FIRST, LAST, now, by=By.ALL, keys=[key], split=split)
            for point in found.points:
                listed = cases_of(*told, key, FIRST, LAST, now, split=split, part=point.split)
                assert listed.numerator == pytest.approx(point.numerator), (key, split, point.split)

    def test_of_a_page_are_counted_whole(self, two_months, service, now):
        told = (two_months, service.pk, "M01", FIRST, LAST, now)
        everything, second = cases_of(*told), cases_of(*told, shown_from=3, shown=3)
        assert (second.count, second.numerator) == (everything.count, everything.numerator)
        assert second.shown == everything.shown[3:6]

    def test_keep_back_the_name_of_somebody_nothing_ties_the_reader_to(self, two_months, service, now):
        later = now + timedelta(days=120)
        told = (two_months, service.pk, "M16", FIRST, LAST)
        assert all(one.name for one in cases_of(*told, now).shown)
        assert not any(one.name for one in cases_of(*told, later).shown)
