"""An employer's month: its lines, who asked and agreed, and that nobody can change it after."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.roster.services import record_absence
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Account
from homeward.visits import planning
from homeward.visits.models import Assignment, Statement
from homeward.visits.rules.hours import Part
from homeward.visits.rules.statements import lost_line, month_of, pence_for, shift_line, visit_line
from homeward.visits.selectors.statements import (
    StatementNotFoundError,
    sheets_of_month,
    spend_of_month,
    statement_for,
    statement_sheet,
    statements,
)
from homeward.visits.services import arrive, leave
from homeward.visits.services.covering import report_sick
from homeward.visits.services.statements import (
    NothingChangedError,
    StatementIsAgreedError,
    agree_statement,
    answer_query,
    draw_up_statement,
    query_statement,
)
from tests.rooms.visits.agencies import hire, morning, on_shift, open_agencies

DECEMBER = timedelta(days=10)


class TestLines:
    @pytest.mark.parametrize(
        ("minutes", "rate", "pence"), [(30, 2000, 1000), (1, 2001, 33), (45, 1999, 1499), (60, None, 0)]
    )
    def test_cost_to_the_nearest_penny(self, minutes, rate, pence):
        assert pence_for(minutes, rate) == pence

    def test_say_why_a_shift_was_not_worked_or_went_on(self, now):
        ends = now + timedelta(hours=8)
        told = {"last_left": None, "hourly_pence": 2000}
        assert shift_line(1, now, ends, away="Sick", **told).why == "Sick: not worked"
        assert shift_line(1, now, ends, away="Sick", **told).actual_pence == 0
        late = shift_line(1, now, ends, away="", last_left=ends + timedelta(minutes=12), hourly_pence=2000)
        assert (late.actual_minutes, late.why) == (492, "Stayed 12 minutes after the shift with somebody")
        early = shift_line(1, now, ends, away="", last_left=ends - timedelta(minutes=12), hourly_pence=2000)
        assert (early.actual_minutes, early.why) == (480, "")

    def test_say_why_a_visit_was_longer_shorter_missed_or_not_recorded(self, now):
        def line(left: int | None, **more):
            times = {} if left is None else {"arrived_at": now, "left_at": now + timedelta(minutes=left)}
            return visit_line("v", Part(now, 30, 8, **times, **more), is_over=True, hourly_pence=2000)

        assert (line(41).actual_minutes, line(41).why) == (49, "11 minutes longer than planned")
        assert line(29).why == "1 minute shorter than planned"
        assert (line(30).why, line(30).planned_minutes) == ("", 38)
        assert line(30, is_first=True).planned_minutes == 30
        assert (line(None, is_missed=True).actual_minutes, line(None, is_missed=True).why) == (0, "Missed")
        assert line(None).why == "No times recorded: planned minutes counted"

    def test_say_who_went_for_somebody_ill(self, now):
        assert lost_line("l", now, 30, taken_by="Ann of Larkmoor", hourly_pence=1).why == "Sick: Ann of Larkmoor went"
        assert lost_line("l", now, 30, taken_by="", hourly_pence=1).actual_minutes == 0

    @pytest.mark.parametrize(
        ("day", "last"), [(date(2026, 2, 14), 28), (date(2028, 2, 1), 29), (date(2026, 12, 31), 31)]
    )
    def test_are_of_a_month(self, day, last):
        assert month_of(day) == (day.replace(day=1), day.replace(day=last))


@pytest.fixture
def month(service, planner, now):
    """An agency paid by the visit and a council paid by the shift, a day with three visits, one of them done."""
    early = now.replace(hour=6)
    agency, council = open_agencies(service, early)
    carer = hire(agency, "Agency Carer", early, kind=ContractKind.AGENCY, basis=PayBasis.CONTACT, weekly_minutes=None)
    on_shift(carer, early, 7, 15)
    for name in ("Council One", "Council Two"):
        on_shift(hire(council, name, early, skills=("social_worker",)), early, 8, 16)
    morning(service, early, 3)
    planning.plan_day(actor=planner, service_id=service.pk, day=now.date(), now=early, seconds=0.2, seed=1)
    done = Assignment.objects.order_by("starts_at").first()
    system = Actor.system("tests", service.pk)
    began = done.starts_at
    done = arrive(actor=system, assignment=done, at=began, now=began)
    leave(actor=system, assignment=done, at=began + timedelta(minutes=40), now=began + timedelta(minutes=40))
    return agency, council, carer


@pytest.fixture
def agency_side(month, somebody):
    """Somebody who manages the agency's roster."""
    actor = somebody(Role.ROSTER_PLANNER, "Ann Agency")
    Account.objects.filter(pk=actor.account_id).update(organisation=month[0])
    return actor


@pytest.fixture
def service_side(month, somebody):
    """Somebody who manages the roster for the service, of another employer."""
    actor = somebody(Role.ROSTER_PLANNER, "Sam Service")
    Account.objects.filter(pk=actor.account_id).update(organisation=month[1])
    return actor


class TestDrawUpStatement:
    def test_has_a_line_for_each_visit_or_shift_by_how_it_is_paid(self, service_side, month, now):
        agency, council, carer = month
        evening = now.replace(hour=20)
        theirs = draw_up_statement(actor=service_side, employer=agency, month=now.date(), now=evening)
        sheet = statement_sheet(service_side, theirs.pk, carer.pk)
        assert [line["what"] for line in sheet.lines] == ["Visit"] * 3
        assert sheet.lines[0]["actual_minutes"] == 40
        assert sheet.lines[0]["why"] == "10 minutes longer than planned"
        assert theirs.actual_minutes == theirs.planned_minutes + 10
        ours = draw_up_statement(actor=service_side, employer=council, month=now.date(), now=evening)
        assert (ours.planned_minutes, ours.actual_pence) == (2 * 480, 2 * 16_000)

    def test_is_drawn_up_again_only_when_something_changed(self, service_side, planner, month, now):
        evening = now.replace(hour=20)
        first = draw_up_statement(actor=service_side, employer=month[1], month=now.date(), now=evening)
        with pytest.raises(NothingChangedError):
            draw_up_statement(actor=service_side, employer=month[1], month=now.date(), now=evening)
        worker = first.sheets.first().worker
        record_absence(actor=planner, worker=worker, kind="sick", starts_on=now.date(), ends_on=now.date(), now=evening)
        second = draw_up_statement(actor=service_side, employer=month[1], month=now.date(), now=evening)
        assert (second.version, second.actual_minutes, second.planned_minutes) == (2, 480, 960)
        assert Statement.objects.get(pk=first.pk).actual_minutes == 960

    def test_shows_the_visits_of_somebody_ill_with_nothing_delivered(self, service_side, planner, month, now):
        report_sick(actor=planner, worker=month[2], starts_on=now.date(), ends_on=now.date(), now=now)
        [sheet] = sheets_of_month(service_side, month[0], now.date(), now)
        lost = [line for line in sheet.lines if line.key.startswith("lost-")]
        assert {line.why for line in lost} == {"Sick: nobody was found"}
        assert len(lost) == 2

    def test_refuses_a_month_to_come_or_with_nothing_in_it(self, service_side, month, now):
        with pytest.raises(RefusedError, match="not begun"):
            draw_up_statement(actor=service_side, employer=month[0], month=now.date() + timedelta(days=40), now=now)
        with pytest.raises(RefusedError, match="Nobody"):
            draw_up_statement(actor=service_side, employer=month[0], month=now.date() - timedelta(days=90), now=now)

    def test_cannot_be_changed_once_drawn_up(self, service_side, month, now):
        drawn = draw_up_statement(actor=service_side, employer=month[0], month=now.date(), now=now)
        with pytest.raises(DatabaseError), transaction.atomic():
            Statement.objects.filter(pk=drawn.pk).update(actual_pence=0)


class TestAgreeStatement:
    @pytest.fixture
    def drawn(self, service_side, month, now):
        return draw_up_statement(actor=service_side, employer=month[0], month=now.date(), now=now + DECEMBER)

    def test_is_frozen_once_both_sides_agreed(self, drawn, service_side, agency_side, month, now):
        after = now + DECEMBER
        agree_statement(actor=service_side, statement=drawn, now=after)
        agree_statement(actor=agency_side, statement=drawn, now=after)
        assert statement_for(agency_side, drawn.pk).is_agreed
        for again in (
            lambda: draw_up_statement(actor=service_side, employer=month[0], month=now.date(), now=after),
            lambda: query_statement(actor=agency_side, statement=drawn, text="Late?", now=after),
            lambda: agree_statement(actor=agency_side, statement=drawn, now=after),
        ):
            with pytest.raises(StatementIsAgreedError):
                again()

    def test_waits_for_queries_to_be_answered(self, drawn, service_side, agency_side, month, now):
        after = now + DECEMBER
        line = statement_sheet(agency_side, drawn.pk, month[2].pk).lines[1]["key"]
        query = query_statement(
            actor=agency_side,
            statement=drawn,
            worker_id=month[2].pk,
            line=line,
            text="She was there for 50.",
            now=after,
        )
        with pytest.raises(RefusedError, match="query"):
            agree_statement(actor=service_side, statement=drawn, now=after)
        assert statements(service_side, drawn.service_id, drawn.month)[0].open_queries == 1
        answer_query(actor=service_side, query=query, text="No times were recorded. Agreed as planned.", now=after)
        agree_statement(actor=service_side, statement=drawn, now=after)
        with pytest.raises(RefusedError, match="answered"):
            answer_query(actor=service_side, query=query, text="Again", now=after)

    def test_is_not_for_a_month_that_runs_or_an_older_version(self, drawn, service_side, planner, month, now):
        with pytest.raises(RefusedError, match="not over"):
            agree_statement(actor=service_side, statement=drawn, now=now)
        report_sick(actor=planner, worker=month[2], starts_on=now.date(), ends_on=now.date(), now=now)
        draw_up_statement(actor=service_side, employer=month[0], month=now.date(), now=now + DECEMBER)
        with pytest.raises(RefusedError, match="newer"):
            agree_statement(actor=service_side, statement=drawn, now=now + DECEMBER)

    def test_needs_two_people(self, drawn, service_side, month, now):
        after = now + DECEMBER
        agree_statement(actor=service_side, statement=drawn, now=after)
        with pytest.raises(RefusedError, match="Your side"):
            agree_statement(actor=service_side, statement=drawn, now=after)
        Account.objects.filter(pk=service_side.account_id).update(organisation=month[0])
        with pytest.raises(RefusedError, match="other side"):
            agree_statement(actor=service_side, statement=drawn, now=after)

    def test_asks_only_about_what_is_there(self, drawn, agency_side, month, now):
        with pytest.raises(RefusedError, match="no such line"):
            query_statement(
                actor=agency_side, statement=drawn, worker_id=month[2].pk, line="visit-0-0", text="?", now=now
            )
        with pytest.raises(RefusedError, match="Write"):
            query_statement(actor=agency_side, statement=drawn, text=" ", now=now)


class TestWhoSees:
    def test_keeps_other_employers_statements_from_an_agency(self, service_side, agency_side, month, now):
        ours = draw_up_statement(actor=service_side, employer=month[1], month=now.date(), now=now)
        with pytest.raises(StatementNotFoundError):
            statement_for(agency_side, ours.pk)
        with pytest.raises(NotAllowedError):
            draw_up_statement(actor=agency_side, employer=month[1], month=now.date(), now=now)
        with pytest.raises(NotAllowedError):
            sheets_of_month(agency_side, month[1], now.date(), now)

    def test_lets_no_professional_see_or_agree_what_colleagues_are_paid(self, service_side, month, somebody, now):
        drawn = draw_up_statement(actor=service_side, employer=month[1], month=now.date(), now=now + DECEMBER)
        nurse = somebody(Role.REGISTERED_PROFESSIONAL, "Nia Nurse")
        Account.objects.filter(pk=nurse.account_id).update(organisation=month[1])
        with pytest.raises(StatementNotFoundError):
            statement_for(nurse, drawn.pk)
        with pytest.raises(NotAllowedError):
            agree_statement(actor=nurse, statement=drawn, now=now + DECEMBER)
        with pytest.raises(NotAllowedError):
            draw_up_statement(actor=nurse, employer=month[1], month=now.date(), now=now + DECEMBER)
        assert statements(nurse, month[1].service_id, now.date()) == []

    def test_counts_what_is_bought_apart_from_what_is_in_house(self, service_side, service, month, now):
        bought, in_house = spend_of_month(service_side, service.pk, now.date(), now)
        assert bought.is_bought
        assert not in_house.is_bought
        assert in_house.sums.actual_pence == 32_000
