"""How paid time is used, and that the planner fills it first."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.roster.services import record_absence
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Account
from homeward.visits import planning
from homeward.visits.models import Assignment, Visit
from homeward.visits.planning.board import read_board
from homeward.visits.planning.covering import accept_cover, work_out_cover
from homeward.visits.rules.hours import Part, together, use_of_day
from homeward.visits.selectors.covering import sickness_between
from homeward.visits.selectors.hours import employers_seen, hours_between
from homeward.visits.selectors.statements import sheets_of_month
from homeward.visits.services.covering import report_sick
from homeward.visits.states import VisitState
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


@pytest.fixture
def night(service, now):
    """A night from 22:00 to 07:00 with a visit before midnight and one after: `night(is_split=True)`."""
    _, council = open_agencies(service, now)

    def make(*, is_split: bool):
        worker = hire(council, "Owl", now)
        hours = ((22, 24, 0), (0, 7, 1)) if is_split else ((22, 31, 0),)
        shifts = [on_shift(worker, now, begins, ends, days) for begins, ends, days in hours]
        for visit, hour in zip(morning(service, now, 2), (23, 26), strict=True):
            starts = now.replace(hour=0, minute=0) + timedelta(hours=hour)
            Visit.objects.filter(pk=visit.pk).update(day=starts.date(), state=VisitState.PLANNED)
            Assignment.objects.create(
                visit=visit, slot=0, worker=worker, shift=shifts[-1 if hour > 24 else 0], starts_at=starts,
                ends_at=starts + timedelta(minutes=30), travel_minutes=10, state="sent",
            )  # fmt: skip
        return worker

    return make


class TestNights:
    @pytest.mark.parametrize("is_split", [False, True], ids=["one shift", "two shifts"])
    def test_are_of_the_day_they_begin_on(self, service, planner, night, now, is_split):
        worker = night(is_split=is_split)
        [council] = hours_between(planner, service.pk, now.date(), now.date())
        use = council.use
        assert [one.worker for one in council.workers] == [worker]
        assert (use.paid, use.with_people, use.travelling, use.breaks) == (540, 60, 20, 20)
        assert (use.unused, use.beyond) == (440, 0)
        tomorrow = now.date() + timedelta(days=1)
        assert hours_between(planner, service.pk, tomorrow, tomorrow) == []
        [sheet] = sheets_of_month(planner, worker.organisation, now.date(), now)
        assert [line.planned_minutes for line in sheet.lines] == [540]

    @pytest.mark.parametrize("is_split", [False, True], ids=["one shift", "two shifts"])
    def test_are_lost_as_a_whole_to_a_sick_call(self, service, planner, night, now, is_split):
        worker = night(is_split=is_split)
        [call] = report_sick(actor=planner, worker=worker, starts_on=now.date(), ends_on=now.date(), now=now)
        assert call.lost.count() == 2
        assert call.lost_minutes == 540
        assert not Assignment.objects.exists()
        [council] = hours_between(planner, service.pk, now.date(), now.date() + timedelta(days=1))
        assert (council.use.paid, council.use.away) == (0, 540)

    def test_leave_with_nobody_what_no_offer_covers(self, service, planner, night, now):
        worker = night(is_split=False)
        on_shift(hire(worker.organisation, "Bat", now), now, 22, 31)
        [call] = report_sick(actor=planner, worker=worker, starts_on=now.date(), ends_on=now.date(), now=now)
        best = work_out_cover(actor=planner, call=call, now=now)[0]
        assert best.figures["lost"] == 2
        decision = accept_cover(actor=planner, option=best, now=now)
        assert decision.covered_minutes == 30 * best.figures["kept"]
        assert Visit.objects.filter(state=VisitState.NEEDED).count() == 2 - best.figures["kept"]
        assert not Assignment.objects.filter(worker=worker).exists()

    def test_are_on_the_board_of_the_day_they_begin_on_whole(self, service, planner, night, now):
        worker = night(is_split=False)
        [call] = report_sick(actor=planner, worker=worker, starts_on=now.date(), ends_on=now.date(), now=now)
        lost = set(call.lost.values_list("visit_id", flat=True))
        assert lost == {pk for pk in read_board(service.pk, now.date(), now).visits if pk in lost}

    def test_are_lost_once_where_the_next_day_is_lost_too(self, service, planner, night, now):
        worker = night(is_split=True)
        on_shift(worker, now, 20, 22, days=1)
        tomorrow = now.date() + timedelta(days=1)
        calls = report_sick(actor=planner, worker=worker, starts_on=now.date(), ends_on=tomorrow, now=now)
        assert [one.lost_minutes for one in calls] == [540, 120]
        [council] = hours_between(planner, service.pk, now.date(), tomorrow)
        assert (council.use.paid, council.use.away) == (0, 660)


class TestIllDuringTheDay:
    def test_counts_what_was_worked_before(self, service, planner, worked, now):
        worker = worked["Idle"]
        midday = now.replace(hour=12, minute=0)
        report_sick(actor=planner, worker=worker, starts_on=now.date(), ends_on=now.date(), now=midday)
        council = hours_between(planner, service.pk, now.date(), now.date())[-1]
        use = next(one.use for one in council.workers if one.worker == worker)
        assert (use.paid, use.away) == (300, 180)
        [line] = next(
            sheet for sheet in sheets_of_month(planner, worker.organisation, now.date(), now) if sheet.worker == worker
        ).lines
        assert (line.planned_minutes, line.actual_minutes) == (480, 300)
        assert line.why == "Sick from 12:00: 180 minutes not worked"

    def test_keeps_a_shift_that_was_over(self, service, planner, worked, now):
        worker = worked["Idle"]
        evening = now.replace(hour=18, minute=0)
        told = {"starts_on": now.date(), "ends_on": now.date(), "now": evening}
        assert report_sick(actor=planner, worker=worker, **told) == []
        council = hours_between(planner, service.pk, now.date(), now.date())[-1]
        use = next(one.use for one in council.workers if one.worker == worker)
        assert (use.paid, use.away) == (480, 0)
        assert sickness_between(planner, service.pk, now.date(), now.date())[-1].shifts == 0


class TestFirstVisit:
    def test_is_the_first_of_each_day(self, service, planner, now):
        agency, _ = open_agencies(service, now)
        worker = hire(agency, "By Visit", now, kind=ContractKind.ZERO_HOURS, basis=PayBasis.CONTACT)
        for days, visit in enumerate(morning(service, now, 2)):
            starts = now + timedelta(days=days)
            Visit.objects.filter(pk=visit.pk).update(day=starts.date(), state=VisitState.PLANNED)
            Assignment.objects.create(
                visit=visit, slot=0, worker=worker, starts_at=starts, ends_at=starts + timedelta(minutes=30),
                travel_minutes=10, state="sent",
            )  # fmt: skip
        [told] = hours_between(planner, service.pk, now.date(), now.date() + timedelta(days=1))
        # the way from home to the first visit of a day is not paid for, on either day
        assert told.use.paid == 60


class TestEmployersSeen:
    def test_keeps_an_agency_to_its_own(self, service, worked, somebody):
        actor = somebody(Role.ROSTER_PLANNER, "Ann Agency")
        assert {str(one) for one in employers_seen(actor, service.pk)} == {"Larkmoor Care", "Merrow Council"}
        Account.objects.filter(pk=actor.account_id).update(organisation=worked["By Visit"].organisation)
        assert [str(one) for one in employers_seen(actor, service.pk)] == ["Larkmoor Care"]

    def test_shows_a_professional_nobody_elses_hours(self, service, worked, somebody, now):
        actor = somebody(Role.REGISTERED_PROFESSIONAL, "Nia Nurse")
        assert employers_seen(actor, service.pk) == []
        Account.objects.filter(pk=actor.account_id).update(organisation=worked["Busy"].organisation)
        assert employers_seen(actor, service.pk) == []
        assert hours_between(actor, service.pk, now.date(), now.date()) == []


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
