"""A rota that is asked for, built from the record, looked at, and taken or left."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError, wall_clock
from homeward.roster.building import build_asked, lay_out
from homeward.roster.models import RotaProposal, Shift
from homeward.roster.selectors import is_rota_asked_for, newest_proposal
from homeward.roster.services import (
    accept_proposal,
    add_shifts,
    agree_contract,
    ask_for_rota,
    cover_these_hours,
    discard_proposal,
    record_absence,
)
from homeward.roster.services.proposals import take_to_build
from homeward.roster.states import ProposalState

MONDAY = date(2026, 12, 7)
EARLY, LATE = ("07:00", "14:30"), ("14:00", "21:30")
EFFORT = 0.5


@pytest.fixture
def schedule(service) -> Actor:
    return Actor.system("tests", service.pk)


@pytest.fixture
def staffed(workers, service, planner, schedule, now):
    """Four responders with a contract, who worked earlies and lates in the weeks before, and hours to cover."""
    shifts = []
    for number, worker in enumerate(workers):
        agree_contract(
            actor=planner, worker=worker, kind="hours", pay_basis="shift", starts_on=date(2026, 10, 5), now=now,
            weekly_minutes=2250, hourly_pence=3000,
        )  # fmt: skip
        for ahead in range(5):
            day = MONDAY - timedelta(days=14 - ahead)
            starts_at, ends_at = EARLY if number % 2 else LATE
            if day != now.date():
                shifts.append(
                    Shift(
                        worker=worker, day=day, starts_at=wall_clock(day, starts_at), ends_at=wall_clock(day, ends_at)
                    )
                )
    add_shifts(actor=schedule, service_id=service.pk, shifts=shifts, now=now)
    cover_these_hours(
        actor=planner, service_id=service.pk, kind="day", weekdays="12345", starts_at="07:00", ends_at="14:30",
        least_health=1, least_care=1, now=now,
    )  # fmt: skip
    return workers


def lasts(proposal: RotaProposal) -> date:
    return proposal.first_day + timedelta(days=proposal.days - 1)


@pytest.fixture
def built(staffed, service, planner, schedule, now) -> RotaProposal:
    ask_for_rota(actor=planner, service_id=service.pk, first_day=MONDAY, now=now)
    return build_asked(actor=schedule, now=now, effort=EFFORT)


class TestAskForRota:
    def test_waits_to_be_built(self, service, planner, schedule, now):
        proposal = ask_for_rota(actor=planner, service_id=service.pk, first_day=MONDAY, now=now)
        assert proposal.state == ProposalState.ASKED
        assert is_rota_asked_for(schedule, now)
        assert Event.objects.filter(action="ask for rota").count() == 1

    @pytest.mark.parametrize("day", [date(2026, 12, 8), date(2026, 11, 23), date(2027, 6, 7)])
    def test_refuses_a_day_that_is_no_monday_soon(self, service, planner, now, day):
        with pytest.raises(RefusedError, match="Choose a Monday"):
            ask_for_rota(actor=planner, service_id=service.pk, first_day=day, now=now)

    def test_refuses_a_second_while_one_waits(self, service, planner, now):
        ask_for_rota(actor=planner, service_id=service.pk, first_day=MONDAY, now=now)
        with pytest.raises(RefusedError, match="Accept or discard it first"):
            ask_for_rota(actor=planner, service_id=service.pk, first_day=MONDAY, now=now)

    def test_is_not_for_a_field_worker(self, service, actor_with, now):
        with pytest.raises(NotAllowedError):
            ask_for_rota(actor=actor_with(Role.FIELD_WORKER), service_id=service.pk, first_day=MONDAY, now=now)


class TestTakeToBuild:
    def test_is_for_one_at_a_time_until_it_takes_too_long(self, service, planner, schedule, now):
        ask_for_rota(actor=planner, service_id=service.pk, first_day=MONDAY, now=now)
        assert take_to_build(actor=schedule, now=now) is not None
        assert take_to_build(actor=schedule, now=now + timedelta(minutes=5)) is None
        assert take_to_build(actor=schedule, now=now + timedelta(minutes=16)) is not None


class TestLayOut:
    def test_asks_for_what_is_to_be_covered_and_knows_the_hours_people_work(self, staffed, service, planner):
        laid = lay_out(planner, service.pk, MONDAY, MONDAY + timedelta(days=27))
        assert {kind.name for kind in laid.problem.kinds if kind.is_open} >= {"07:00 to 14:30", "14:00 to 21:30"}
        assert len(laid.problem.demands) == 2 * 20
        assert len(laid.problem.workers) == 4
        assert laid.problem.workers[0].limits.least_rest == 660

    def test_keeps_what_stands_and_who_is_away(self, staffed, service, planner, schedule, now):
        stands = Shift(
            worker=staffed[0], day=MONDAY, starts_at=wall_clock(MONDAY, "09:00"), ends_at=wall_clock(MONDAY, "12:00")
        )
        add_shifts(actor=schedule, service_id=service.pk, shifts=[stands], now=now)
        day = MONDAY + timedelta(days=1)
        record_absence(actor=planner, worker=staffed[1], kind="leave", starts_on=day, ends_on=day, now=now)
        problem = lay_out(planner, service.pk, MONDAY, MONDAY + timedelta(days=27)).problem
        assert (str(staffed[0].pk), 0) in {(one.worker, one.day) for one in problem.fixed}
        assert [(one.worker, one.day) for one in problem.absences] == [(str(staffed[1].pk), 1)]


class TestBuildAsked:
    def test_proposes_shifts_that_nobody_works_yet(self, built, staffed):
        assert built.state == ProposalState.READY
        assert built.shifts
        assert not Shift.objects.filter(day__gte=MONDAY).exists()
        assert built.findings["below_least"] == 0
        assert {one["name"] for one in built.findings["employers"]} == {"Merrow Trust", "Merrow Council"}

    def test_says_why_something_is_not_met(self, staffed, service, planner, schedule, now):
        for worker in staffed[:2]:
            record_absence(actor=planner, worker=worker, kind="leave", starts_on=MONDAY, ends_on=MONDAY, now=now)
        ask_for_rota(actor=planner, service_id=service.pk, first_day=MONDAY, now=now)
        built = build_asked(actor=schedule, now=now, effort=EFFORT)
        [unmet] = built.findings["unmet"]
        assert unmet["why"] == (
            "Nobody with crisis responder (health) is free on Monday 7 December, 07:00 to 14:30:"
            " two are on leave or away."
        )

    def test_says_that_nothing_is_asked_for(self, workers, service, planner, schedule, now):
        ask_for_rota(actor=planner, service_id=service.pk, first_day=MONDAY, now=now)
        built = build_asked(actor=schedule, now=now, effort=EFFORT)
        assert built.state == ProposalState.FAILED
        assert "No plan and no hours to cover" in built.why_failed

    def test_leaves_one_discarded_while_it_was_built(self, staffed, service, planner, schedule, now):
        proposal = ask_for_rota(actor=planner, service_id=service.pk, first_day=MONDAY, now=now)
        discard_proposal(actor=planner, proposal=proposal, now=now)
        assert build_asked(actor=schedule, now=now, effort=EFFORT) is None


class TestAcceptProposal:
    def test_makes_drafts_of_everybody(self, built, planner, service, now):
        taken = accept_proposal(actor=planner, proposal=built, now=now)
        drafts = Shift.objects.filter(day__gte=MONDAY)
        assert taken.shifts == drafts.count() == len(built.shifts)
        assert all(shift.is_draft for shift in drafts)
        assert newest_proposal(planner, service.pk).state == ProposalState.ACCEPTED

    def test_takes_one_employer_and_then_the_rest(self, built, planner, service, now, staffed):
        accept_proposal(actor=planner, proposal=built, organisation_id=staffed[0].organisation_id, now=now)
        on_draft = Shift.objects.filter(day__gte=MONDAY)
        assert {shift.worker.organisation_id for shift in on_draft} == {staffed[0].organisation_id}
        assert newest_proposal(planner, service.pk).state == ProposalState.READY
        accept_proposal(actor=planner, proposal=built, now=now)
        assert newest_proposal(planner, service.pk).state == ProposalState.ACCEPTED

    def test_leaves_out_and_names_who_is_away_by_now(self, built, planner, now, staffed):
        away = staffed[2]
        record_absence(actor=planner, worker=away, kind="sick", starts_on=MONDAY, ends_on=lasts(built), now=now)
        taken = accept_proposal(actor=planner, proposal=built, now=now)
        assert taken.left_out == ((away, "is away on one of the days now"),)
        assert not Shift.objects.filter(worker=away, day__gte=MONDAY).exists()

    def test_refuses_one_that_is_settled(self, built, planner, now):
        discard_proposal(actor=planner, proposal=built, now=now)
        with pytest.raises(RefusedError, match="discarded"):
            accept_proposal(actor=planner, proposal=built, now=now)
