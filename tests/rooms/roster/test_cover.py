"""Hours to cover, against the shifts that are planned, and who is on call."""

from datetime import UTC, date, datetime, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError, Role
from homeward.kernel.rules import RefusedError, wall_clock
from homeward.roster.models import Absence, CoverHours, Shift
from homeward.roster.rules import Gap, Present, change_moments, gaps_in, stretch_of
from homeward.roster.selectors import cover_hours, cover_of_week, on_call_between
from homeward.roster.services import add_shifts, cover_these_hours, put_on_call, stop_covering, take_off_call

MONDAY = date(2026, 11, 23)


def cover(planner, service, now, **more):
    told = {
        "kind": "night", "weekdays": "1234567", "starts_at": "21:30", "ends_at": "07:00", "least_health": 1,
        "least_care": 1, **more,
    }  # fmt: skip
    return cover_these_hours(actor=planner, service_id=service.pk, now=now, **told)


class TestStretchOf:
    @pytest.mark.parametrize(
        ("day", "hours"),
        [(date(2026, 11, 24), 10), (date(2027, 3, 27), 9), (date(2027, 10, 30), 11)],
        ids=["an ordinary night", "clocks forward", "clocks back"],
    )
    def test_is_as_long_as_the_night_is(self, day, hours):
        starts_at, ends_at = stretch_of(day, "21:00", "07:00")
        assert ends_at - starts_at == timedelta(hours=hours)

    def test_ends_the_same_day_where_it_is_later(self):
        assert stretch_of(MONDAY, "07:00", "14:30") == (wall_clock(MONDAY, "07:00"), wall_clock(MONDAY, "14:30"))


def at(hour: int) -> datetime:
    return datetime(2026, 11, 23, hour, tzinfo=UTC)


class TestGapsIn:
    @pytest.mark.parametrize(
        ("present", "gaps"),
        [
            ([], (Gap(at(7), at(14), 0, 0),)),
            ([Present(at(6), at(15), True, False), Present(at(7), at(14), False, True)], ()),
            ([Present(at(7), at(14), True, True)], ()),
            ([Present(at(7), at(14), True, False)], (Gap(at(7), at(14), 1, 0),)),
            (
                [Present(at(7), at(14), True, False), Present(at(9), at(12), False, True)],
                (Gap(at(7), at(9), 1, 0), Gap(at(12), at(14), 1, 0)),
            ),
            ([Present(at(1), at(7), True, True)], (Gap(at(7), at(14), 0, 0),)),
        ],
        ids=["nobody", "both", "one who is both", "no care", "care for a while", "gone before"],
    )
    def test_says_when_too_few_are_there(self, present, gaps):
        assert gaps_in(at(7), at(14), 1, 1, present) == gaps


class TestChangeMoments:
    HOURS = [("1234567", "07:00"), ("12345", "14:30"), ("1234567", "21:30")]

    def test_gives_each_start_once_in_order(self):
        found = change_moments([*self.HOURS, ("1", "07:00")], at(0), at(23), MONDAY)
        assert found == (at(7), at(14) + timedelta(minutes=30), at(21) + timedelta(minutes=30))

    def test_leaves_out_days_on_which_nothing_starts(self):
        saturday = datetime(2026, 11, 28, tzinfo=UTC)
        assert len(change_moments(self.HOURS, saturday, saturday + timedelta(hours=23), saturday.date())) == 2

    def test_takes_in_the_moment_itself_but_not_the_one_before(self):
        assert change_moments(self.HOURS, at(7), at(7), MONDAY) == ()
        assert change_moments(self.HOURS, at(6), at(7), MONDAY) == (at(7),)


class TestCoverTheseHours:
    def test_may_be_done_by_whoever_manages_the_roster(self, planner, service, now):
        hours = cover(planner, service, now)
        assert cover_hours(planner, service.pk) == [hours]

    def test_refuses_whoever_does_not(self, coordinator, service, now):
        with pytest.raises(NotAllowedError):
            cover(coordinator, service, now)

    @pytest.mark.parametrize(
        ("told", "says"),
        [
            ({"kind": "dusk"}, "Choose day"),
            ({"starts_at": "9pm"}, "two different times"),
            ({"starts_at": "07:00"}, "two different times"),
            ({"weekdays": ""}, "at least one day"),
            ({"weekdays": "8"}, "at least one day"),
            ({"least_health": 0, "least_care": 0}, "at least one, health or care"),
            ({"least_care": 51}, "from 0 to 50"),
        ],
    )
    def test_refuses_what_cannot_be_right(self, planner, service, now, told, says):
        with pytest.raises(RefusedError, match=says):
            cover(planner, service, now, **told)

    def test_keeps_hours_that_are_taken_out(self, planner, service, now):
        hours = cover(planner, service, now)
        stop_covering(actor=planner, hours=hours, now=now)
        assert cover_hours(planner, service.pk) == []
        assert CoverHours.objects.get().removed_at == now
        with pytest.raises(RefusedError, match="before"):
            stop_covering(actor=planner, hours=hours, now=now)


class TestCoverOfWeek:
    @pytest.fixture
    def night(self, service, workers, now):
        """Ash and Cedar work Tuesday night, kept as two shifts that meet at midnight."""
        shifts = [
            Shift(worker=worker, day=day, starts_at=wall_clock(day, begins), ends_at=wall_clock(day, ends))
            for worker in (workers[0], workers[2])
            for day, begins, ends in ((now.date(), "21:00", "24:00"), (date(2026, 11, 25), "00:00", "07:30"))
        ]
        add_shifts(actor=Actor.system("tests", service.pk), service_id=service.pk, shifts=shifts, now=now)

    def test_is_covered_over_midnight_and_says_where_it_is_not(self, service, planner, night, now):
        cover(planner, service, now)
        week = {one.day: one for one in cover_of_week(planner, service.pk, MONDAY)}
        assert len(week) == 7
        tuesday = week[now.date()]
        assert (tuesday.gaps, tuesday.health, tuesday.care) == ((), ("Worker Ash",), ("Worker Cedar",))
        monday = week[MONDAY]
        assert [(gap.starts_at, gap.ends_at, gap.health) for gap in monday.gaps] == [
            (monday.starts_at, monday.ends_at, 0)
        ]

    def test_takes_out_whoever_is_away(self, service, planner, workers, night, now):
        cover(planner, service, now)
        Absence.objects.create(worker=workers[0], kind="sick", starts_on=now.date(), ends_on=now.date())
        tuesday = next(one for one in cover_of_week(planner, service.pk, MONDAY) if one.day == now.date())
        midnight = wall_clock(now.date(), "24:00")
        assert [(gap.ends_at, gap.health, gap.care) for gap in tuesday.gaps] == [(midnight, 0, 1)]

    def test_wants_somebody_on_call_where_it_says_so(self, service, planner, now):
        cover(planner, service, now, kind="on_call", weekdays="2", starts_at="17:00", ends_at="09:00")
        assert cover_of_week(planner, service.pk, MONDAY)[0].gaps
        row = put_on_call(
            actor=planner, service_id=service.pk, title="On-call manager", name="Maya Sutton", phone="07700 900111",
            starts_at=wall_clock(now.date(), "17:00"), ends_at=wall_clock(date(2026, 11, 25), "09:00"), now=now,
        )  # fmt: skip
        covered = cover_of_week(planner, service.pk, MONDAY)[0]
        assert (covered.gaps, covered.on_call) == ((), ("Maya Sutton, 07700 900111",))
        take_off_call(actor=planner, row=row, now=now)
        assert not on_call_between(planner, service.pk, now, now + timedelta(days=1))

    @pytest.mark.parametrize(
        ("told", "says"),
        [({"phone": "ask"}, "number to call"), ({"ends_at": at(1), "starts_at": at(2)}, "before it starts")],
    )
    def test_refuses_an_entry_that_nobody_could_call(self, service, planner, now, told, says):
        right = {
            "title": "Manager", "name": "Maya", "phone": "07700 900111", "starts_at": at(17), "ends_at": at(20), **told
        }  # fmt: skip
        with pytest.raises(RefusedError, match=says):
            put_on_call(actor=planner, service_id=service.pk, now=now, **right)

    def test_is_not_for_whoever_visits(self, actor_with, service):
        with pytest.raises(NotAllowedError):
            cover_of_week(actor_with(Role.FIELD_WORKER), service.pk, MONDAY)
