"""A crisis on either side of midnight, and on the nights when the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from homeward.access.rules import Actor
from homeward.kernel.rules import LONDON, london_day, wall_clock
from homeward.referrals.services import NewReferral, receive_referral
from homeward.roster.models import Absence, Shift
from homeward.roster.selectors import shifts_over
from homeward.roster.services import add_shifts
from homeward.visits import planning
from homeward.visits.models import Assignment, Visit
from homeward.visits.planning.board import read_board
from homeward.visits.services import arrive, decide_response
from homeward.visits.states import Decision

TUESDAY = date(2026, 11, 24)
FORWARD, BACK = date(2027, 3, 27), date(2027, 10, 30)  # the evenings before the clocks change


def work_nights(service, workers, first: date, nights: int = 1) -> None:
    """Everybody works from 21:00 to 07:30, kept as two shifts that meet at midnight, as many rosters keep them."""
    Shift.objects.all().delete()
    shifts = [
        Shift(
            worker=worker, day=day, starts_at=wall_clock(day, begins), ends_at=wall_clock(day, ends),
            start_latitude=worker.latitude, start_longitude=worker.longitude,
        )
        for worker in workers
        for night in range(nights)
        for day, begins, ends in (
            (first + timedelta(days=night), "21:00", "24:00"),
            (first + timedelta(days=night + 1), "00:00", "07:30"),
        )
    ]  # fmt: skip
    add_shifts(actor=Actor.system("tests", service.pk), service_id=service.pk, shifts=shifts, now=shifts[0].starts_at)


def accept_at(coordinator, ivy, moment: datetime):
    referral = receive_referral(
        actor=coordinator, person=ivy, now=moment,
        new=NewReferral(source="gp", urgency="crisis", need_code="fall", received_at=moment - timedelta(minutes=5)),
    )  # fmt: skip
    response = planning.accept_and_respond(
        actor=coordinator, referral=referral, pathway_code="integrated-crisis-response", now=moment
    )
    decide_response(actor=coordinator, episode=response.episode, decision=Decision.SCENE_SAFE, words="", now=moment)
    return response


@pytest.mark.parametrize(
    "evening", [TUESDAY, FORWARD, BACK], ids=["an ordinary night", "clocks forward", "clocks back"]
)
@pytest.mark.parametrize(("days", "clock"), [(0, "23:40"), (0, "23:58"), (1, "00:20"), (1, "02:30")])
class TestACrisisInTheNight:
    def test_finds_two_who_can_be_there_in_time(self, service, coordinator, ivy, workers, evening, days, clock):
        work_nights(service, workers, evening)
        now = wall_clock(evening + timedelta(days=days), clock).astimezone(UTC)
        response = accept_at(coordinator, ivy, now)
        offers = planning.who_can_come(coordinator, response.visit, now)
        assert offers.teams
        first = offers.teams[0]
        assert now <= first.starts_at <= response.visit.window_closes_at
        sent = planning.send(
            actor=coordinator, visit=response.visit, workers=dict(zip(first.slots, first.workers, strict=True)),
            starts_at=first.starts_at, now=now,
        )  # fmt: skip
        assert sent.plan is not None
        assert sent.plan.figures["rules_broken"] == 0
        rows = Assignment.objects.filter(visit=response.visit)
        assert {row.state for row in rows} == {"sent"}


class TestACrisisStillWaitingAtMidnight:
    def test_can_be_sent_to_after_it(self, service, coordinator, ivy, workers):
        work_nights(service, workers, TUESDAY)
        response = accept_at(coordinator, ivy, datetime(2026, 11, 24, 23, 50, tzinfo=LONDON))
        after = datetime(2026, 11, 25, 0, 10, tzinfo=LONDON)
        visit = Visit.objects.get(pk=response.visit.pk)
        team = planning.who_can_come(coordinator, visit, after).teams[0]
        assert team.starts_at >= after
        sent = planning.send(
            actor=coordinator, visit=visit, workers=dict(zip(team.slots, team.workers, strict=True)),
            starts_at=team.starts_at, now=after,
        )  # fmt: skip
        assert (sent.plan.day, sent.plan.figures["rules_broken"]) == (date(2026, 11, 25), 0)

    def test_keeps_whoever_came_before_midnight_busy_after_it(self, service, coordinator, ivy, workers):
        work_nights(service, workers, TUESDAY)
        before = datetime(2026, 11, 24, 23, 30, tzinfo=LONDON)
        first = accept_at(coordinator, ivy, before)
        planning.send(
            actor=coordinator, visit=first.visit, workers={0: workers[0], 1: workers[2]}, starts_at=before, now=before
        )
        at = before + timedelta(minutes=20)
        for row in Assignment.objects.filter(visit=first.visit):
            arrive(actor=coordinator, assignment=row, at=at, now=at)
        after = datetime(2026, 11, 25, 0, 5, tzinfo=LONDON)
        second = accept_at(coordinator, ivy, after)
        for slot, busy in ((0, workers[0]), (1, workers[2])):
            offers = planning.who_can_come(coordinator, second.visit, after).for_slot[slot]
            free = next(one for one in offers if one.workers[0] != busy)
            assert free.arrives_at < at + timedelta(hours=1)
            assert all(one.arrives_at >= at + timedelta(hours=1) for one in offers if one.workers[0] == busy)


class TestACrisisOfTheDayBefore:
    """Ivy waits since Tuesday at 04:10; two are to go at 06:00, who are on shift again in the evening."""

    @pytest.fixture
    def waiting(self, service, coordinator, ivy, workers):
        work_nights(service, workers, TUESDAY - timedelta(days=1), nights=3)
        at = wall_clock(TUESDAY, "04:10").astimezone(UTC)
        response = accept_at(coordinator, ivy, at)
        Assignment.objects.filter(visit=response.visit).delete()
        return response.visit

    @pytest.fixture
    def held(self, service, waiting, workers):
        starts = wall_clock(TUESDAY, "06:00")
        for slot, worker in enumerate((workers[0], workers[2])):
            tonight = Shift.objects.get(worker=worker, day=TUESDAY, starts_at=wall_clock(TUESDAY, "00:00"))
            Assignment.objects.create(
                visit=waiting, slot=slot, worker=worker, shift=tonight, state="sent",
                starts_at=starts, ends_at=starts + timedelta(hours=1),
            )  # fmt: skip
        return waiting

    def test_is_nothing_to_the_next_day_while_somebody_goes(self, service, held):
        board = read_board(service.pk, TUESDAY + timedelta(days=1), wall_clock(TUESDAY, "04:30"))
        assert held.pk not in board.visits

    def test_is_planned_with_the_next_day_where_nobody_goes(self, service, waiting):
        board = read_board(service.pk, TUESDAY + timedelta(days=1), wall_clock(TUESDAY, "22:00"))
        assert waiting.pk in board.visits

    def test_is_nobodys_once_the_shift_they_would_have_gone_in_is_over(self, service, held):
        board = read_board(service.pk, TUESDAY + timedelta(days=1), wall_clock(TUESDAY + timedelta(days=1), "00:10"))
        assert held.pk in board.visits
        assert not [one for one in board.problem.held if one.visit == f"v{held.pk}"]
        assert not board.problem.visits[0].pinned


class TestShiftsOver:
    def test_joins_the_two_halves_of_a_night(self, service, planner, workers):
        work_nights(service, workers[:1], TUESDAY, nights=2)
        stretches = [(shift.starts_at, shift.ends_at) for shift in shifts_over(planner, service.pk, date(2026, 11, 25))]
        assert stretches == [
            (wall_clock(TUESDAY, "21:00"), wall_clock(date(2026, 11, 25), "07:30")),
            (wall_clock(date(2026, 11, 25), "21:00"), wall_clock(date(2026, 11, 26), "07:30")),
        ]

    def test_takes_in_a_night_kept_as_one_shift(self, service, planner, system, workers, now):
        Shift.objects.all().delete()
        whole = Shift(
            worker=workers[0], day=TUESDAY, starts_at=wall_clock(TUESDAY, "21:00"),
            ends_at=wall_clock(date(2026, 11, 25), "07:30"),
        )  # fmt: skip
        add_shifts(actor=Actor.system("tests", service.pk), service_id=service.pk, shifts=[whole], now=now)
        assert [shift.worker for shift in shifts_over(planner, service.pk, date(2026, 11, 25))] == [workers[0]]

    def test_leaves_out_the_whole_night_of_somebody_away_on_the_day_it_begins(self, service, planner, workers):
        work_nights(service, workers[:2], TUESDAY)
        Absence.objects.create(worker=workers[0], kind="sick", starts_on=TUESDAY, ends_on=TUESDAY)
        assert [one.worker for one in shifts_over(planner, service.pk, date(2026, 11, 25))] == [workers[1]]
        assert [one.worker for one in shifts_over(planner, service.pk, TUESDAY) if one.day == TUESDAY] == [workers[1]]

    def test_joins_nobody_on_an_ordinary_day(self, service, planner, workers, now):
        assert all(london_day(shift.starts_at) == now.date() for shift in shifts_over(planner, service.pk, now.date()))
