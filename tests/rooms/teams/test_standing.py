"""Registrations and training of workers."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.teams.selectors import registered_until, registrations_of, running_out, trainings_of
from homeward.teams.services import record_registration, record_training, withdraw_training


@pytest.fixture
def registered(planner, workers, now):
    def make(number: str = "00Z1234Z", expires_on: date = date(2027, 3, 1), **more):
        told = {"register": "nmc", "checked_on": now.date(), "now": now} | more
        return record_registration(actor=planner, worker=workers[0], number=number, expires_on=expires_on, **told)

    return make


class TestRegistration:
    def test_a_new_look_up_ends_the_one_before(self, registered, workers):
        registered()
        registered(expires_on=date(2028, 3, 1))
        assert registered_until([workers[0].pk, workers[1].pk]) == {workers[0].pk: date(2028, 3, 1)}
        assert [row.ended_on is None for row in registrations_of(workers[0])] == [True, False]

    @pytest.mark.parametrize(
        "told, said",
        [({"number": "?"}, "letters and numbers"), ({"register": "gmb"}, "Choose the register"),
         ({"expires_on": date(2026, 1, 1)}, "had run out"), ({"checked_on": date(2027, 1, 1)}, "in the future")],
    )  # fmt: skip
    def test_refuses_what_cannot_be(self, registered, told, said):
        with pytest.raises(RefusedError, match=said):
            registered(**told)

    def test_is_for_who_manages_the_roster(self, actor_with, workers, now):
        with pytest.raises(NotAllowedError):
            record_registration(
                actor=actor_with(Role.FIELD_WORKER), worker=workers[0], register="nmc", number="00Z1234Z",
                expires_on=date(2027, 3, 1), checked_on=now.date(), now=now,
            )  # fmt: skip


class TestTraining:
    def test_done_again_no_longer_runs_out(self, planner, service, workers, now):
        told = {"actor": planner, "worker": workers[0], "code": "fire", "title": "Fire", "is_mandatory": True}
        first = now.date() - timedelta(days=300)
        record_training(done_on=first, expires_on=now.date() + timedelta(days=5), now=now, **told)
        until = now.date() + timedelta(days=56)
        assert [one.what for one in running_out(planner, service.pk, until)] == ["Fire"]
        again = record_training(done_on=now.date(), expires_on=now.date() + timedelta(days=365), now=now, **told)
        assert running_out(planner, service.pk, until) == []
        withdraw_training(actor=planner, training=again, reason="Somebody else’s", now=now)
        assert len(running_out(planner, service.pk, until)) == 1
        assert len(trainings_of(workers[0])) == 2

    def test_is_withdrawn_once_and_for_a_reason(self, planner, workers, now):
        row = record_training(actor=planner, worker=workers[0], code="fire", title="Fire", done_on=now.date(), now=now)
        with pytest.raises(RefusedError, match="Say why"):
            withdraw_training(actor=planner, training=row, reason=" ", now=now)
        withdraw_training(actor=planner, training=row, reason="A mistake", now=now)
        with pytest.raises(RefusedError, match="before"):
            withdraw_training(actor=planner, training=row, reason="A mistake", now=now)
