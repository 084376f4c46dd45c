"""Who is working when."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.roster.models import Shift
from homeward.roster.selectors import absences_on, shifts_on
from homeward.roster.services import ShiftsOverlapError, add_shifts, record_absence


def shift(worker, now, start: float, end: float) -> Shift:
    midnight = now.replace(hour=0, minute=0)
    return Shift(
        worker=worker,
        day=now.date(),
        starts_at=midnight + timedelta(hours=start),
        ends_at=midnight + timedelta(hours=end),
    )


class TestAddShifts:
    def test_takes_a_split_day(self, service, planner, workers, now):
        Shift.objects.all().delete()
        split = [shift(workers[0], now, 7, 11), shift(workers[0], now, 16, 20)]
        add_shifts(actor=planner, service_id=service.pk, shifts=split, now=now)
        assert Shift.objects.count() == 2

    def test_takes_shifts_that_touch(self, service, planner, workers, now):
        Shift.objects.all().delete()
        touching = [shift(workers[0], now, 7, 11), shift(workers[0], now, 11, 15)]
        add_shifts(actor=planner, service_id=service.pk, shifts=touching, now=now)

    @pytest.mark.parametrize("times", [(8, 12), (6, 8), (10, 22), (7, 21)])
    def test_refuses_two_at_once_and_names_the_worker(self, service, planner, workers, now, times):
        with pytest.raises(ShiftsOverlapError, match="Worker W0"):
            add_shifts(actor=planner, service_id=service.pk, shifts=[shift(workers[0], now, *times)], now=now)

    def test_is_not_for_a_field_worker(self, service, actor_with, workers, now):
        with pytest.raises(NotAllowedError):
            add_shifts(
                actor=actor_with(Role.FIELD_WORKER),
                service_id=service.pk,
                shifts=[shift(workers[0], now, 22, 23)],
                now=now,
            )


class TestAbsence:
    def test_takes_the_worker_off_the_day(self, service, planner, workers, now):
        record_absence(actor=planner, worker=workers[0], kind="sick", starts_on=now.date(), ends_on=now.date(), now=now)
        assert workers[0].pk not in {one.worker_id for one in shifts_on(planner, service.pk, now.date())}
        assert [one.worker for one in absences_on(planner, service.pk, now.date())] == [workers[0]]

    def test_refuses_an_end_before_its_start(self, planner, workers, now):
        yesterday = now.date() - timedelta(days=1)
        with pytest.raises(RefusedError, match="before the first"):
            record_absence(
                actor=planner, worker=workers[0], kind="sick", starts_on=now.date(), ends_on=yesterday, now=now
            )
