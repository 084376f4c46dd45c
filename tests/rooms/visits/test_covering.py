"""A worker is ill: what is lost, who of any employer could cover it, and what somebody decides."""

from datetime import timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.notices.models import Notice
from homeward.roster.models import Absence, Shift
from homeward.roster.services import record_absence
from homeward.roster.states import ContractKind, PayBasis
from homeward.visits import planning
from homeward.visits.models import Assignment, CoverDecision, LostVisit, SickCall, Telling, Visit
from homeward.visits.planning.covering import OfferIsOverError, accept_cover, work_out_cover
from homeward.visits.rules.covering import Lost, covered, in_words, order
from homeward.visits.selectors.covering import sick_call, sick_calls, sickness_between, workers_found
from homeward.visits.services import arrive, assign_worker
from homeward.visits.services.covering import leave_uncovered, report_sick
from homeward.visits.states import CoverKind, VisitState
from tests.rooms.visits.agencies import hire, morning, on_shift, open_agencies

FIGURES = {"lost": 10, "kept": 9, "hard_uncovered": 0, "late": 1, "worst_late": 20, "moved": 0, "travel": 24,
           "pence": 0, "workers": 4, "employers": 2, "comes_in": 0}  # fmt: skip


class TestInWords:
    def test_says_who_how_many_are_kept_and_what_it_costs_the_others(self):
        assert in_words(FIGURES) == (
            "Spread over 4 colleagues of 2 employers: 9 of 10 visits kept, 24 minutes more travel; "
            "1 visit late by 20 minutes."
        )

    def test_says_that_nobody_has_room(self):
        none = FIGURES | {"kept": 0, "workers": 0, "employers": 0, "late": 0, "travel": 0}
        assert in_words(none) == "Nobody on shift has room: 0 of 10 visits kept, no more travel."

    def test_names_who_comes_in(self):
        said = in_words(FIGURES | {"workers": 2, "late": 0}, name="Ann", employer="Larkmoor", hours="07:30 to 12:00")
        assert said.startswith("Ann of Larkmoor comes in, 07:30 to 12:00, with 1 colleague on shift: 9 of 10")


class TestOrder:
    @pytest.mark.parametrize(
        "worse",
        [
            {"hard_uncovered": 1, "kept": 10},
            {"kept": 8, "travel": 0},
            {"worst_late": 45},
            {"pence": 100},
            {"travel": 25},
            {"comes_in": 1},
        ],
        ids=lambda worse: " ".join(worse),
    )
    def test_puts_whoever_is_reached_before_money(self, worse):
        assert order(FIGURES) < order(FIGURES | worse)


class TestCovered:
    def test_counts_what_another_employer_takes(self):
        slots = [Lost(30, True, None), Lost(30, False, 1), Lost(45, False, 2)]
        told = covered(slots, employer_id=1)
        assert (told.visits, told.visits_covered, told.visits_elsewhere, told.visits_uncovered) == (3, 2, 1, 1)
        assert (told.minutes, told.minutes_covered, told.minutes_elsewhere, told.hard_uncovered) == (105, 75, 45, 1)


@pytest.fixture
def early(now):
    """Half past six in the morning."""
    return now.replace(hour=6, minute=30)


@pytest.fixture
def place(service, planner, early):
    """An agency worker with six visits; two colleagues of another employer begin when they are ill."""
    agency, council = open_agencies(service, early)
    ill = hire(agency, "Ill One", early)
    on_shift(ill, early, 7, 15)
    visits = morning(service, early, 6)
    planning.plan_day(actor=planner, service_id=service.pk, day=early.date(), now=early, seconds=0.2, seed=1)
    assert Assignment.objects.filter(worker=ill).count() == 6
    return agency, council, ill, visits


@pytest.fixture
def call(planner, place, early):
    """The sick call of the one who had everything."""
    [made] = report_sick(actor=planner, worker=place[2], starts_on=early.date(), ends_on=early.date(), now=early)
    return made


class TestReportSick:
    def test_lists_what_is_lost_and_frees_it_at_once(self, call, place, early):
        assert LostVisit.objects.filter(call=call).count() == 6
        assert not Assignment.objects.filter(worker=place[2]).exists()
        assert set(Visit.objects.values_list("state", flat=True)) == {VisitState.NEEDED}
        assert "ill" in Visit.objects.first().unplanned_reason
        assert call.lost_minutes == 8 * 60
        assert Absence.objects.get().kind == Absence.Kind.SICK

    def test_takes_back_what_a_person_decided_and_keeps_what_was_begun(self, planner, place, early):
        ill = place[2]
        held = list(Assignment.objects.filter(worker=ill).order_by("starts_at"))
        first, second = held[0].visit, held[1].visit
        assign_worker(actor=planner, visit=second, slot=0, worker=ill, starts_at=held[1].starts_at, now=early)
        at_work = early.replace(hour=9, minute=40)
        arrive(actor=Actor.system("tests", ill.service_id), assignment=held[0], at=at_work, now=at_work)

        [call] = report_sick(actor=planner, worker=ill, starts_on=early.date(), ends_on=early.date(), now=at_work)

        assert LostVisit.objects.filter(call=call).count() == 5
        assert [row.visit for row in Assignment.objects.filter(worker=ill)] == [first]
        assert call.lost_from == at_work

    def test_makes_a_call_for_each_working_day(self, planner, place, early):
        on_shift(place[2], early, 7, 15, days=2)
        calls = report_sick(
            actor=planner, worker=place[2], starts_on=early.date(), ends_on=early.date() + timedelta(days=3), now=early
        )
        assert [call.day for call in calls] == [early.date(), early.date() + timedelta(days=2)]

    def test_is_for_themselves_or_for_who_covers_the_day(self, place, early, actor_with):
        told = {"starts_on": early.date(), "ends_on": early.date(), "now": early}
        with pytest.raises(NotAllowedError):
            report_sick(actor=actor_with(Role.FIELD_WORKER, worker_id=0), worker=place[2], **told)
        [call] = report_sick(actor=actor_with(Role.FIELD_WORKER, worker_id=place[2].pk), worker=place[2], **told)
        assert call.is_by_themselves

    def test_tells_who_covers_when_they_say_it_themselves(self, place, early, actor_with, somebody):
        somebody(Role.ROSTER_PLANNER, "Pat Planner")
        report_sick(
            actor=actor_with(Role.FIELD_WORKER, worker_id=place[2].pk), worker=place[2], starts_on=early.date(),
            ends_on=early.date(), now=early,
        )  # fmt: skip
        notice = Notice.objects.get(kind="sick-call")
        assert place[2].name not in notice.title + notice.text

    @pytest.mark.parametrize("days", [(0, -1), (-5, 0), (0, 40)], ids=str)
    def test_refuses_days_that_cannot_be(self, planner, place, early, days):
        first, last = (early.date() + timedelta(days=one) for one in days)
        with pytest.raises(RefusedError):
            report_sick(actor=planner, worker=place[2], starts_on=first, ends_on=last, now=early)
        assert not SickCall.objects.exists()

    def test_refuses_somebody_who_is_ill_already(self, planner, place, call, early):
        with pytest.raises(RefusedError, match="already"):
            report_sick(actor=planner, worker=place[2], starts_on=early.date(), ends_on=early.date(), now=early)


class TestWorkOutCover:
    def test_spreads_over_other_employers_and_says_what_it_comes_to(self, planner, place, call, early):
        for name in ("Council One", "Council Two"):
            on_shift(hire(place[1], name, early), early, 7, 15)
        best = work_out_cover(actor=planner, call=call, now=early)[0]
        assert best.kind == CoverKind.SPREAD
        assert (best.figures["kept"], best.figures["lost"]) == (6, 6)
        assert "6 of 6 visits kept" in best.sentence
        assert not Assignment.objects.exists(), "nothing is decided by looking"

    def test_offers_who_is_off_with_hours_left_before_who_is_paid_by_the_visit(self, planner, place, call, early):
        zero = hire(
            place[1], "Zero Hours", early, kind=ContractKind.ZERO_HOURS, basis=PayBasis.CONTACT, weekly_minutes=None
        )
        paid = hire(place[1], "Paid Already", early)
        options = work_out_cover(actor=planner, call=call, now=early)
        come_in = [one for one in options if one.kind == CoverKind.CALL_IN]
        assert [one.worker for one in come_in] == [paid, zero]
        assert options[0].worker == paid
        assert come_in[0].figures["pence"] == 0
        assert come_in[0].figures["hours_left"] == 35 * 60
        # six half hours at 20 pounds, and the way between them
        assert 6000 <= come_in[1].figures["pence"] < 7000

    def test_leaves_out_who_has_not_the_skill_or_would_not_rest(self, planner, place, call, early):
        hire(place[1], "No Skill", early, skills=("social_worker",))
        tired = hire(place[1], "Tired", early)
        on_shift(tired, early, 15, 23, days=-1)  # until eleven last night: not eleven hours of rest
        options = work_out_cover(actor=planner, call=call, now=early)
        assert [one.kind for one in options] == [CoverKind.SPREAD]
        assert "Nobody on shift has room" in options[0].sentence

    def test_is_for_who_covers_the_day(self, call, early, actor_with):
        with pytest.raises(NotAllowedError):
            work_out_cover(actor=actor_with(Role.FIELD_WORKER), call=call, now=early)


class TestAcceptCover:
    def test_puts_the_day_into_force_as_it_was_shown_and_tells_everyone(self, planner, place, call, early):
        on_shift(hire(place[1], "Council One", early), early, 7, 15)
        best = work_out_cover(actor=planner, call=call, now=early)[0]

        decision = accept_cover(actor=planner, option=best, now=early + timedelta(minutes=2))

        assert decision.is_as_shown
        shown = {(one["visit"], one["worker"], one["at"]) for one in best.places}
        assert {
            (row.visit_id, row.worker_id, row.starts_at.astimezone(early.tzinfo).isoformat())
            for row in Assignment.objects.all()
        } == shown
        assert (decision.lost_minutes, decision.covered_minutes, decision.elsewhere_minutes) == (180, 180, 180)
        assert Telling.objects.filter(person__isnull=False).count() == 6
        words = Telling.objects.filter(person__isnull=False).first().text
        assert "Council One comes instead of Ill One" in words
        assert Telling.objects.get(worker__name="Council One").text.count("is now yours") == 6

    def test_has_somebody_come_in(self, planner, place, call, early):
        off = hire(place[1], "Council Off", early)
        best = work_out_cover(actor=planner, call=call, now=early)[0]
        decision = accept_cover(actor=planner, option=best, now=early)
        assert decision.shift == Shift.objects.get(worker=off)
        assert decision.is_as_shown
        assert Assignment.objects.filter(worker=off, shift=decision.shift).count() == 6

    def test_plans_again_where_the_day_has_changed(self, planner, service, place, call, early):
        on_shift(hire(place[1], "Council One", early), early, 7, 15)
        best = work_out_cover(actor=planner, call=call, now=early)[0]
        planning.plan_day(actor=planner, service_id=service.pk, day=early.date(), now=early, seconds=0.1, seed=2)
        decision = accept_cover(actor=planner, option=best, now=early)
        assert not decision.is_as_shown
        assert decision.covered_minutes == 180

    def test_refuses_an_offer_that_was_decided_on(self, planner, place, call, early):
        on_shift(hire(place[1], "Council One", early), early, 7, 15)
        best = work_out_cover(actor=planner, call=call, now=early)[0]
        accept_cover(actor=planner, option=best, now=early)
        with pytest.raises(OfferIsOverError):
            accept_cover(actor=planner, option=best, now=early)
        assert CoverDecision.objects.count() == 1

    def test_refuses_who_went_away_since(self, planner, place, call, early):
        off = hire(place[1], "Council Off", early)
        best = work_out_cover(actor=planner, call=call, now=early)[0]
        day = early.date()
        record_absence(actor=planner, worker=off, kind="leave", starts_on=day, ends_on=day, now=early)
        with pytest.raises(RefusedError, match="cannot come in any more"):
            accept_cover(actor=planner, option=best, now=early)
        assert not CoverDecision.objects.exists()

    def test_refuses_who_would_not_rest_any_more(self, planner, place, call, early):
        off = hire(place[1], "Council Off", early)
        best = work_out_cover(actor=planner, call=call, now=early)[0]
        on_shift(off, early, 15, 23, days=-1)
        with pytest.raises(RefusedError, match="rest"):
            accept_cover(actor=planner, option=best, now=early)
        assert not Shift.objects.filter(worker=off, day=early.date()).exists()

    def test_needs_the_roster_to_have_somebody_come_in(self, planner, place, call, early, actor_with):
        hire(place[1], "Council Off", early)
        best = work_out_cover(actor=planner, call=call, now=early)[0]
        with pytest.raises(NotAllowedError):
            accept_cover(actor=actor_with(Role.CRISIS_RESPONDER), option=best, now=early)
        assert not CoverDecision.objects.exists()


class TestLeaveUncovered:
    def test_wants_to_know_what_is_done_instead(self, planner, call, early):
        with pytest.raises(RefusedError):
            leave_uncovered(actor=planner, call=call, reason=" ", now=early)
        decision = leave_uncovered(actor=planner, call=call, reason="Families called, all manage today", now=early)
        assert (decision.kind, decision.covered_minutes) == (CoverKind.LEAVE, 0)


class TestSickCall:
    def test_shows_what_was_lost_and_who_takes_it(self, planner, place, call, early):
        on_shift(hire(place[1], "Council One", early), early, 7, 15)
        work_out_cover(actor=planner, call=call, now=early)
        day = sick_call(planner, call.pk, early)
        assert day.comes_to.visits_uncovered == 6
        accept_cover(actor=planner, option=day.options[0], now=early)
        after = sick_call(planner, call.pk, early)
        assert {line.worker.name for line in after.lost} == {"Council One"}
        assert after.comes_to.visits_elsewhere == 6
        assert after.decisions[0].decided_by == planner.name

    def test_finds_workers_by_the_beginnings_of_their_names(self, planner, service, place, early):
        [found] = workers_found(planner, service.pk, early.date(), "on il")
        assert found.worker == place[2]
        assert len(found.shifts) == 1
        assert workers_found(planner, service.pk, early.date(), "") == []


class TestSicknessBetween:
    def test_counts_lost_covered_and_covered_elsewhere_by_employer(self, planner, service, place, call, early):
        on_shift(hire(place[1], "Council One", early), early, 7, 15)
        accept_cover(actor=planner, option=work_out_cover(actor=planner, call=call, now=early)[0], now=early)
        agency, all_of_them = sickness_between(planner, service.pk, early.date(), early.date())
        assert agency.employer == "Larkmoor Care"
        assert all_of_them.employer == ""
        assert (agency.shifts, agency.shifts_covered, agency.shifts_elsewhere) == (1, 1, 1)
        assert (agency.minutes, agency.minutes_covered, agency.minutes_elsewhere) == (180, 180, 180)
        assert (
            sickness_between(planner, service.pk, early.date() + timedelta(1), early.date() + timedelta(1))[-1].shifts
            == 0
        )

    def test_counts_a_shift_without_visits_apart(self, planner, service, place, call, early):
        idle = hire(place[1], "Idle", early)
        on_shift(idle, early, 7, 15)
        report_sick(actor=planner, worker=idle, starts_on=early.date(), ends_on=early.date(), now=early)
        council = sickness_between(planner, service.pk, early.date(), early.date())[1]
        assert (council.shifts, council.shifts_without_visits, council.shifts_covered) == (1, 1, 0)

    def test_is_not_for_everyone(self, service, call, early, actor_with):
        with pytest.raises(NotAllowedError):
            sick_calls(actor_with(Role.PERFORMANCE_LEAD), service.pk, early.date(), early.date())


class TestJointVisits:
    def test_leave_the_other_worker_in_their_place(self, service, planner, early):
        agency, council = open_agencies(service, early)
        ill, stays, comes = (hire(agency, name, early) for name in ("Ill One", "Stays", "Comes"))
        for worker in (ill, stays):
            on_shift(worker, early, 7, 15)
        [visit] = morning(service, early, 1)
        Visit.objects.filter(pk=visit.pk).update(slots=[{"skill": "home_care_worker", "minutes": 30}] * 2)
        planning.plan_day(actor=planner, service_id=service.pk, day=early.date(), now=early, seconds=0.2, seed=1)
        before = Assignment.objects.get(worker=stays)
        [call] = report_sick(actor=planner, worker=ill, starts_on=early.date(), ends_on=early.date(), now=early)
        on_shift(comes, early, 7, 15)

        best = work_out_cover(actor=planner, call=call, now=early)[0]

        assert [one["worker"] for one in best.places] == [comes.pk]
        assert not [move for move in best.moves if move["to_worker"] != stays.pk]
        accept_cover(actor=planner, option=best, now=early)
        assert Assignment.objects.get(worker=stays).slot == before.slot
        assert council
