"""Days planned by what the record knows: who may visit, twos, known faces, rest, hours paid anyway."""

from datetime import timedelta

import pytest

from homeward.people.services import raise_alert
from homeward.plans.services import note_visiting_wish, note_worker_trait
from homeward.roster.models import Contract, Shift
from homeward.roster.services import add_shifts
from homeward.visits import planning
from homeward.visits.models import Assignment, Visit
from homeward.visits.planning.board import read_board

SECONDS = 0.2
SLOT = {"skill": "crisis_responder_care", "minutes": 30}


@pytest.fixture
def visit(service, ivy, now, workers):
    """A visit to Ivy that either of the two home care responders could make."""
    return need(service, ivy, now)


def need(service, person, now, *, hours=2, slots=(SLOT,), **more):
    return Visit.objects.create(
        service=service,
        person=person,
        address=person.addresses.get(),
        day=now.date(),
        title="Morning care",
        window_opens_at=now + timedelta(hours=hours),
        window_closes_at=now + timedelta(hours=hours + 1),
        slots=list(slots),
        **more,
    )


@pytest.fixture
def plan(service, planner, now):
    def made():
        return planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=now, seconds=SECONDS, seed=1)

    return made


def who_goes(visit):
    return [row.worker for row in Assignment.objects.filter(visit=visit).order_by("slot")]


class TestWhoMayVisit:
    def test_sends_a_woman_to_whom_asked_for_one_and_says_so(self, coordinator, planner, visit, workers, plan, now):
        damson = workers[3]  # further away than Cedar
        note_worker_trait(actor=planner, worker=damson, kind="woman", now=now)
        note_visiting_wish(actor=coordinator, person=visit.person, kind="woman", now=now)
        assert plan().figures["rules_broken"] == 0
        assert who_goes(visit) == [damson]
        assert "may come as they asked for a woman" in Assignment.objects.get(visit=visit).why

    def test_leaves_the_visit_to_be_decided_where_nobody_they_want_is_on_shift(self, coordinator, visit, plan, now):
        note_visiting_wish(actor=coordinator, person=visit.person, kind="language", text="Punjabi", now=now)
        plan()
        visit.refresh_from_db()
        assert who_goes(visit) == []
        assert "because they asked for somebody who speaks Punjabi" in visit.unplanned_reason

    def test_keeps_away_whom_they_do_not_want_and_whom_the_dog_does(
        self, coordinator, planner, visit, workers, plan, now
    ):
        cedar, damson = workers[2:]
        note_visiting_wish(actor=coordinator, person=visit.person, kind="not", worker=cedar, now=now)
        plan()
        assert who_goes(visit) == [damson]
        note_worker_trait(actor=planner, worker=damson, kind="no_dogs", now=now)
        note_visiting_wish(actor=coordinator, person=visit.person, kind="dog", now=now)
        plan()
        visit.refresh_from_db()
        assert who_goes(visit) == []
        assert "Worker Damson cannot be with dogs" in visit.unplanned_reason

    def test_prefers_whom_they_asked_for(self, coordinator, visit, workers, plan, now):
        note_visiting_wish(actor=coordinator, person=visit.person, kind="preferred", worker=workers[3], now=now)
        plan()
        assert who_goes(visit) == [workers[3]]

    def test_sends_whoever_can_come_in_a_crisis(self, service, coordinator, ivy, workers, plan, now):
        note_visiting_wish(actor=coordinator, person=ivy, kind="woman", now=now)
        urgent = need(service, ivy, now, hours=0, is_crisis=True)
        plan()
        assert len(who_goes(urgent)) == 1


class TestTwos:
    def test_leaves_out_a_visit_for_one_to_somebody_visited_in_twos(self, coordinator, visit, plan, now):
        raise_alert(actor=coordinator, person=visit.person, kind="two_person", text="Threats were made", now=now)
        plan()
        visit.refresh_from_db()
        assert who_goes(visit) == []
        assert "Nobody may be alone there" in visit.unplanned_reason
        assert "A second worker for the whole visit" in visit.unplanned_reason

    def test_plans_a_visit_for_two(self, service, coordinator, ivy, workers, plan, now):
        raise_alert(actor=coordinator, person=ivy, kind="two_person", text="Threats were made", now=now)
        both = need(service, ivy, now, slots=(SLOT, SLOT))
        plan()
        assert len(set(who_goes(both))) == 2


class TestKnownFaces:
    def test_sends_a_known_face_and_says_so(self, service, visit, workers, plan, now):
        before = need(service, visit.person, now - timedelta(days=2), state="done")
        came = now - timedelta(days=2)
        Assignment.objects.create(
            visit=before, slot=0, worker=workers[3], starts_at=came, ends_at=came + timedelta(minutes=30),
            state="left", left_at=came + timedelta(minutes=30),
        )  # fmt: skip
        plan()
        assert who_goes(visit) == [workers[3]]
        assert "is a familiar face" in Assignment.objects.get(visit=visit).why


class TestRest:
    def worked_last_night(self, service, system, worker, now, until):
        from homeward.access.rules import Actor

        evening = Shift(
            worker=worker, day=now.date() - timedelta(days=1),
            starts_at=now - timedelta(hours=20), ends_at=until,
            start_latitude=worker.latitude, start_longitude=worker.longitude,
        )  # fmt: skip
        add_shifts(actor=Actor.system("tests", service.pk), service_id=service.pk, shifts=[evening], now=now)
        return evening

    def problem(self, service, now):
        return read_board(service.pk, now.date(), now.replace(hour=6)).problem

    def test_does_not_cut_what_the_rota_itself_gave(self, service, system, visit, workers, now):
        self.worked_last_night(service, system, workers[2], now, now.replace(hour=0) - timedelta(hours=1))
        cedar = next(w for w in self.problem(service, now).workers if w.id == f"w{workers[2].pk}")
        assert cedar.rest_minutes == 660
        assert cedar.worked_until == 420 - 660  # eight hours of rest before seven o'clock is the rota's to mend

    def test_counts_that_somebody_stayed_late(self, service, system, visit, workers, now):
        ended = now.replace(hour=0) - timedelta(hours=4)
        evening = self.worked_last_night(service, system, workers[2], now, ended)
        last = need(service, visit.person, now - timedelta(days=1), state="done")
        Assignment.objects.create(
            visit=last, slot=0, worker=workers[2], shift=evening, starts_at=ended - timedelta(minutes=30),
            ends_at=ended, state="left", arrived_at=ended - timedelta(minutes=30), left_at=ended + timedelta(hours=1),
        )  # fmt: skip
        cedar = next(w for w in self.problem(service, now).workers if w.id == f"w{workers[2].pk}")
        assert cedar.worked_until == -180  # 21:00 and not 20:00

    def test_keeps_overtime_out_of_the_rest_before_tomorrow(self, service, visit, workers, now):
        from homeward.access.rules import Actor

        early = Shift(
            worker=workers[2], day=now.date() + timedelta(days=1),
            starts_at=now.replace(hour=7) + timedelta(days=1), ends_at=now.replace(hour=12) + timedelta(days=1),
            start_latitude=workers[2].latitude, start_longitude=workers[2].longitude,
        )  # fmt: skip
        add_shifts(actor=Actor.system("tests", service.pk), service_id=service.pk, shifts=[early], now=now)
        cedar, damson = (
            next(w for w in self.problem(service, now).workers if w.id == f"w{one.pk}") for one in workers[2:]
        )
        # from 21:00 to 07:00 are ten hours: the rota's to mend, but not a minute of overtime besides
        assert cedar.works_again == 21 * 60 + 660
        assert damson.works_again is None


class TestPaidAnyway:
    def test_fills_the_hours_a_contract_promises_before_others(self, service, visit, workers, plan, now):
        """Both are paid by the visit; Damson, who is further away, is promised hours that nothing has used yet."""
        for worker, weekly in ((workers[2], None), (workers[3], 1200)):
            Contract.objects.create(
                worker=worker, kind="hours", pay_basis="contact", weekly_minutes=weekly, hourly_pence=3000,
                starts_on=now.date() - timedelta(days=30),
            )  # fmt: skip
        board = read_board(service.pk, now.date(), now)
        damson = next(w for w in board.problem.workers if w.id == f"w{workers[3].pk}")
        assert (damson.paid_minutes, damson.cost_per_hour) == (1200, 0.0)
        plan()
        assert who_goes(visit) == [workers[3]]
