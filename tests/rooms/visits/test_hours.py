"""How paid time is used, and that the planner fills it first."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.roster.services import record_absence
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Account
from homeward.visits import planning
from homeward.visits.models import Assignment
from homeward.visits.planning.board import read_board
from homeward.visits.rules.hours import Part, together, use_of_day
from homeward.visits.selectors.hours import employers_seen, hours_between
from tests.rooms.visits.agencies import hire, morning, on_shift, open_agencies

EVENING = timedelta(hours=9)


@pytest.fixture
def part(now):
    """Makes a part in a visit some minutes after nine: `part(30, planned=45, left_after=40)`."""

    def make(after: int, *, planned: int = 30, travel: int = 10, left_after: int | None = None, **more) -> Part:
        starts = now + timedelta(minutes=after)
        recorded = {} if left_after is None else {
            "arrived_at": starts, "left_at": starts + timedelta(minutes=left_after)
        }  # fmt: skip
        return Part(starts, planned, travel, **recorded, **more)

    return make


class TestUseOfDay:
    def test_adds_up_to_what_is_paid(self, now, part):
        use = use_of_day([(now, now + timedelta(hours=8))], [part(0), part(60, left_after=40)], pays_shift=True)
        assert (use.paid, use.planned, use.with_people, use.recorded) == (480, 60, 70, 40)
        assert (use.travelling, use.breaks, use.unused) == (20, 20, 370)
        assert use.with_people + use.travelling + use.breaks + use.unused == use.paid
        assert use.unused_share == pytest.approx(370 / 480)

    def test_pays_time_with_people_and_between_them_where_only_that_is_paid(self, now, part):
        use = use_of_day(
            [(now, now + timedelta(hours=5))], [part(0, is_first=True), part(60), part(120)], pays_shift=False
        )
        assert (use.paid, use.unused, use.waiting) == (110, 0, 180)

    def test_counts_nothing_for_what_was_missed(self, now, part):
        use = use_of_day([(now, now + timedelta(hours=2))], [part(0, is_missed=True)], pays_shift=True)
        assert (use.planned, use.with_people, use.recorded, use.unused) == (30, 0, 0, 110)

    def test_says_what_went_beyond_the_shift(self, now, part):
        use = use_of_day([(now, now + timedelta(hours=1))], [part(0, left_after=75)], pays_shift=True)
        assert (use.unused, use.beyond) == (0, 25)

    def test_gives_no_share_of_nothing(self):
        assert together([]).unused_share is None


@pytest.fixture
def worked(service, planner, now):
    """Two employers: a shift with three visits, one that nobody used, and somebody paid by the visit; one is away."""
    early = now.replace(hour=6)
    agency, council = open_agencies(service, early)
    busy, idle = hire(council, "Busy", early), hire(council, "Idle", early, skills=("social_worker",))
    away = hire(council, "Away", early)
    by_visit = hire(agency, "By Visit", early, kind=ContractKind.ZERO_HOURS, basis=PayBasis.CONTACT)
    for worker in (busy, idle, away):
        on_shift(worker, early, 7, 15)
    on_shift(by_visit, early, 17, 21)
    record_absence(actor=planner, worker=away, kind="leave", starts_on=now.date(), ends_on=now.date(), now=early)
    morning(service, early, 3)
    planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=early, seconds=0.2, seed=1)
    return {worker.name: worker for worker in (busy, idle, away, by_visit)}


class TestHoursBetween:
    def test_tells_paid_from_used_by_employer_and_worker(self, service, planner, worked, now):
        agency, council = hours_between(planner, service.pk, now.date(), now.date())
        assert [one.worker.name for one in council.workers] == ["Idle", "Busy", "Away"]
        idle, busy, away = (one.use for one in council.workers)
        assert (idle.paid, idle.unused, idle.with_people) == (480, 460, 0)
        assert busy.with_people == 90
        assert busy.paid == busy.with_people + busy.travelling + busy.breaks + busy.unused
        assert (away.paid, away.away) == (0, 480)
        assert council.use.paid == 960
        assert (agency.use.paid, agency.use.waiting) == (0, 240)

    def test_is_for_who_sees_the_roster(self, service, worked, now, actor_with):
        with pytest.raises(NotAllowedError):
            hours_between(actor_with(Role.CRISIS_RESPONDER), service.pk, now.date(), now.date())


class TestEmployersSeen:
    def test_keeps_an_agency_to_its_own(self, service, worked, somebody):
        actor = somebody(Role.ROSTER_PLANNER, "Ann Agency")
        assert {str(one) for one in employers_seen(actor, service.pk)} == {"Larkmoor Care", "Merrow Council"}
        Account.objects.filter(pk=actor.account_id).update(organisation=worked["By Visit"].organisation)
        assert [str(one) for one in employers_seen(actor, service.pk)] == ["Larkmoor Care"]

    def test_shows_other_roles_their_own_employer(self, service, worked, somebody):
        actor = somebody(Role.REGISTERED_PROFESSIONAL, "Nia Nurse")
        assert employers_seen(actor, service.pk) == []
        Account.objects.filter(pk=actor.account_id).update(organisation=worked["Busy"].organisation)
        assert [str(one) for one in employers_seen(actor, service.pk)] == ["Merrow Council"]


class TestPaidTimeFirst:
    def test_gives_visits_to_a_paid_shift_before_somebody_paid_by_the_visit(self, service, planner, now):
        early = now.replace(hour=6)
        agency, council = open_agencies(service, early)
        # the one paid by the visit lives nearer, yet four minutes of travel are cheaper than ten pounds
        zero = hire(agency, "By Visit", early, kind=ContractKind.ZERO_HOURS, basis=PayBasis.CONTACT)
        paid = hire(council, "Paid", early, north=0.02)
        for worker in (zero, paid):
            on_shift(worker, early, 7, 15)
        morning(service, early, 4)
        planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=early, seconds=0.3, seed=1)
        assert set(Assignment.objects.values_list("worker__name", flat=True)) == {"Paid"}

    def test_does_not_send_somebody_across_the_county_for_it(self, service, planner, now):
        early = now.replace(hour=6)
        agency, council = open_agencies(service, early)
        zero = hire(agency, "By Visit", early, kind=ContractKind.ZERO_HOURS, basis=PayBasis.CONTACT)
        paid = hire(council, "Far Away", early, north=0.5)
        for worker in (zero, paid):
            on_shift(worker, early, 7, 15)
        morning(service, early, 1)
        planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=early, seconds=0.3, seed=1)
        assert set(Assignment.objects.values_list("worker__name", flat=True)) == {"By Visit"}

    def test_costs_nothing_where_no_contract_is_known(self, service, now):
        early = now.replace(hour=6)
        agency, _ = open_agencies(service, early)
        worker = hire(agency, "Unknown", early, basis=PayBasis.CONTACT)
        worker.contracts.all().delete()
        on_shift(worker, early, 7, 15)
        [told] = read_board(service.pk, now.date(), early).problem.workers
        assert told.cost_per_hour == 0
