"""The delays of a week, counted from the record."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.discharge.rules.delays import DailyPosition, Waiting
from homeward.discharge.selectors.delays import delays_in
from homeward.discharge.services import (
    CriteriaGiven,
    Leaving,
    Owner,
    StayGiven,
    add_action,
    end_stay,
    receive_stay,
)

MONDAY = date(2026, 11, 23)


@pytest.fixture
def manager(somebody):
    return somebody(Role.CASE_MANAGER)


@pytest.fixture
def waiting(ivy, manager, now):
    """Ivy's stay: admitted on the 18th, ready on Monday the 23rd, waiting for equipment since."""
    monday = now - timedelta(days=1)
    given = StayGiven(admitted_at=now - timedelta(days=6), source="form", hospital_name="Royal Derby", ward="Ward 12")
    stay = receive_stay(actor=manager, person=ivy, given=given, now=now - timedelta(days=6)).stay
    ready = StayGiven(
        admitted_at=given.admitted_at,
        source="form",
        hospital_name="Royal Derby",
        criteria=(CriteriaGiven(MONDAY, False),),
    )
    receive_stay(actor=manager, person=ivy, given=ready, now=monday)
    add_action(
        actor=manager, stay=stay, text="Order the bed", owner=Owner("account", manager.account_id),
        due_at=now + timedelta(days=1), now=monday, blocker="equipment",
    )  # fmt: skip
    return stay


class TestDelaysIn:
    def test_counts_the_days_as_far_as_the_week_has_come(self, waiting, manager, service, now):
        found = delays_in(manager, service.pk, MONDAY, MONDAY + timedelta(days=6), now)
        assert found.last == date(2026, 11, 24)
        assert found.positions == (DailyPosition(MONDAY, 1, 0, 1), DailyPosition(found.last, 1, 0, 1))
        assert found.waiting == {"equipment": Waiting(2, 1)}
        assert found.leaving.total == 0

    def test_counts_who_left_by_band_and_destination(self, waiting, manager, service, now):
        later = now + timedelta(days=2)
        end_stay(actor=manager, stay=waiting, leaving=Leaving(later, "left", "p1_reablement"), now=later)
        found = delays_in(manager, service.pk, MONDAY, MONDAY + timedelta(days=6), now + timedelta(days=9))
        assert found.leaving.bands == (0, 0, 1, 0, 0, 0, 0)  # ready on Monday, left on Thursday
        assert (found.leaving.bed_days, found.leaving.average_delay) == (3, 3.0)
        assert found.destinations == {"p1_reablement": 1}
        assert [one.remaining for one in found.positions] == [1, 1, 1, 0, 0, 0, 0]
        assert found.waiting == {"equipment": Waiting(3, 1)}

    def test_counts_nothing_of_another_week(self, waiting, manager, service, now):
        found = delays_in(manager, service.pk, MONDAY - timedelta(days=7), MONDAY - timedelta(days=1), now)
        assert {one.remaining for one in found.positions} == {0}
        assert found.waiting == {}

    def test_asks_the_database_the_same_however_many_stays(
        self, waiting, manager, service, now, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(5):
            delays_in(manager, service.pk, MONDAY, MONDAY + timedelta(days=6), now)

    def test_is_for_who_may_see_results(self, service, actor_with, now):
        assert delays_in(actor_with(Role.PERFORMANCE_LEAD), service.pk, MONDAY, MONDAY, now).waiting == {}
        with pytest.raises(NotAllowedError):
            delays_in(actor_with(Role.FIELD_WORKER), service.pk, MONDAY, MONDAY, now)
