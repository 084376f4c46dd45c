"""Changing the rota: what it allows, who is told, what stays on record."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.kernel.rules import RefusedError, wall_clock
from homeward.notices.models import Notice
from homeward.roster.models import Absence, Contract, Shift, ShiftChange
from homeward.roster.rules import pattern_from, shifts_from
from homeward.roster.selectors import (
    contracts_on,
    hours_left,
    limits_of,
    my_rota,
    rota_between,
    shifts_known,
)
from homeward.roster.services import (
    LimitsBrokenError,
    ShiftsOverlapError,
    add_shifts,
    agree_contract,
    change_shift,
    make_from_patterns,
    move_shifts,
    publish_rota,
    put_shift,
    record_absence,
    remove_shift,
    set_employer_rules,
    set_pattern,
    shorten_absence,
)
from homeward.teams.models import Account
from homeward.teams.selectors import actor_for

MONDAY = date(2026, 11, 30)


@pytest.fixture
def ash(workers):
    """Ash of the trust, with no shift yet."""
    Shift.objects.all().delete()
    return workers[0]


@pytest.fixture
def put(planner, ash, now):
    def put_one(day: date, starts_at: str, ends_at: str, worker=None, reason: str = ""):
        told = {"actor": planner, "worker": worker or ash, "now": now, "reason": reason}
        return put_shift(day=day, starts_at=starts_at, ends_at=ends_at, **told)

    return put_one


class TestPutShift:
    def test_puts_a_draft_where_nothing_is_published(self, put, ash):
        shift = put(MONDAY, "07:00", "14:00")
        assert shift.is_draft
        assert (shift.start_latitude, shift.day) == (ash.latitude, MONDAY)

    def test_runs_into_the_next_day(self, put):
        assert put(MONDAY, "21:00", "07:00").ends_at == wall_clock(MONDAY + timedelta(days=1), "07:00")

    def test_refuses_two_at_once_also_over_midnight(self, put):
        put(MONDAY, "21:00", "07:00")
        with pytest.raises(ShiftsOverlapError, match="two shifts at once"):
            put(MONDAY + timedelta(days=1), "06:00", "12:00")

    def test_refuses_what_the_law_does_not_allow_whatever_the_reason(self, put):
        put(MONDAY, "14:00", "22:00")
        with pytest.raises(LimitsBrokenError, match="regulation 10") as told:
            put(MONDAY + timedelta(days=1), "07:00", "12:00", reason="Nobody else")
        assert not told.value.may_confirm

    def test_passes_an_employers_own_limit_only_for_a_reason(self, put, planner, ash, now):
        set_employer_rules(actor=planner, organisation=ash.organisation, longest_shift_minutes=8 * 60, now=now)
        with pytest.raises(LimitsBrokenError, match="the employer’s rules") as told:
            put(MONDAY, "07:00", "17:00")
        assert told.value.may_confirm
        put(MONDAY, "07:00", "17:00", reason="Two are sick")
        assert ShiftChange.objects.get().reason == "Two are sick"

    def test_refuses_somebody_who_is_away_and_says_why(self, put, planner, ash, now):
        record_absence(actor=planner, worker=ash, kind="leave", starts_on=MONDAY, ends_on=MONDAY, now=now)
        with pytest.raises(RefusedError, match="on leave"):
            put(MONDAY, "07:00", "14:00")

    def test_refuses_what_is_over(self, put, now):
        with pytest.raises(RefusedError, match="is over"):
            put(now.date() - timedelta(days=1), "07:00", "14:00")

    def test_says_where_no_contract_holds(self, put, planner, ash, now):
        agree_contract(actor=planner, worker=ash, kind="bank", pay_basis="shift", starts_on=MONDAY, now=now)
        with pytest.raises(LimitsBrokenError, match="No contract"):
            put(MONDAY - timedelta(days=2), "07:00", "14:00")

    def test_is_for_who_manages_the_roster(self, actor_with, ash, now):
        with pytest.raises(NotAllowedError):
            put_shift(
                actor=actor_with(Role.FIELD_WORKER), worker=ash, day=MONDAY, starts_at="07:00", ends_at="14:00", now=now
            )


class TestMoveShifts:
    def test_gives_them_to_somebody_else_and_keeps_what_was(self, put, planner, ash, workers, now):
        old = put(MONDAY, "07:00", "14:00")
        (new,) = move_shifts(actor=planner, worker=ash, day=MONDAY, to_worker=workers[1], to_day=MONDAY, now=now)
        assert (new.worker, new.start_latitude) == (workers[1], workers[1].latitude)
        assert list(Shift.objects.values_list("pk", flat=True)) == [new.pk]
        assert Shift.ever.get(pk=old.pk).removed_at == now
        newest = ShiftChange.objects.order_by("-id")[:2]
        told = sorted((one.worker_id, one.was, one.now_is) for one in newest)
        assert told == [(ash.pk, "07:00 to 14:00", ""), (workers[1].pk, "", "07:00 to 14:00")]

    def test_takes_a_night_kept_as_two_with_it(self, service, planner, ash, workers, now):
        tuesday = MONDAY + timedelta(days=1)
        parts = [(MONDAY, "21:00", "24:00"), (tuesday, "00:00", "07:00"), (tuesday, "21:00", "24:00")]
        rows = [
            Shift(worker=ash, day=day, starts_at=wall_clock(day, since), ends_at=wall_clock(day, until))
            for day, since, until in parts
        ]
        add_shifts(actor=planner, service_id=service.pk, shifts=rows, now=now)
        (new,) = move_shifts(actor=planner, worker=ash, day=MONDAY, to_worker=workers[1], to_day=MONDAY, now=now)
        assert (new.starts_at, new.ends_at) == (wall_clock(MONDAY, "21:00"), wall_clock(tuesday, "07:00"))
        assert [shift.day for shift in Shift.objects.filter(worker=ash)] == [tuesday]

    def test_refuses_where_there_is_nothing(self, planner, ash, workers, now):
        with pytest.raises(RefusedError, match="no shift"):
            move_shifts(actor=planner, worker=ash, day=MONDAY, to_worker=workers[1], to_day=MONDAY, now=now)

    def test_looks_at_limits_without_the_shift_that_moves(self, put, planner, ash, now):
        put(MONDAY, "14:00", "22:00")
        (new,) = move_shifts(
            actor=planner, worker=ash, day=MONDAY, to_worker=ash, to_day=MONDAY + timedelta(days=1), now=now
        )
        assert new.day == MONDAY + timedelta(days=1)


class TestPublishing:
    def test_tells_everybody_and_then_of_each_change(self, put, planner, somebody, ash, service, now):
        ash.account_id = somebody(Role.FIELD_WORKER, "Ash").account_id
        ash.save()
        draft = put(MONDAY, "07:00", "14:00")
        assert not Notice.objects.exists()
        done = publish_rota(actor=planner, service_id=service.pk, last_day=MONDAY, now=now)
        assert (done.shifts, done.workers) == (1, 1)
        draft.refresh_from_db()
        assert not draft.is_draft
        assert Notice.objects.get().title == "Your rota is published up to Monday 30 November"
        change_shift(actor=planner, shift=draft, starts_at="08:00", ends_at="14:00", now=now)
        assert Notice.objects.order_by("-id").first().title == "Your rota on Monday 30 November has changed"
        remove_shift(actor=planner, shift=Shift.objects.get(), now=now)
        assert Notice.objects.count() == 3

    def test_shows_a_worker_only_what_is_published(self, put, planner, somebody, ash, service, now):
        account = somebody(Role.FIELD_WORKER, "Ash")
        ash.account_id = account.account_id
        ash.save()
        me = actor_for(Account.objects.get(pk=account.account_id))
        put(MONDAY, "07:00", "14:00")
        assert not my_rota(me, MONDAY, MONDAY).shifts
        publish_rota(actor=planner, service_id=service.pk, last_day=MONDAY, now=now)
        assert (ash.pk, MONDAY) in my_rota(me, MONDAY, MONDAY).shifts

    def test_refuses_what_is_published_already(self, planner, service, put, now):
        put(MONDAY, "07:00", "14:00")
        publish_rota(actor=planner, service_id=service.pk, last_day=MONDAY, now=now)
        with pytest.raises(RefusedError, match="no draft"):
            publish_rota(actor=planner, service_id=service.pk, last_day=MONDAY, now=now)


class TestPatterns:
    ROWS = [
        {"week": 1, "weekday": 1, "starts_at": "07:00", "ends_at": "14:00"},
        {"week": 2, "weekday": 2, "starts_at": "21:00", "ends_at": "07:00"},
    ]

    def test_repeat_from_their_monday(self):
        made = shifts_from(pattern_from(2, self.ROWS), 2, MONDAY, MONDAY, MONDAY + timedelta(days=27))
        assert [(day - MONDAY).days for day, _, _ in made] == [0, 8, 14, 22]
        assert made[1][2] == wall_clock(MONDAY + timedelta(days=9), "07:00")

    def test_make_drafts_and_leave_out_who_is_away(self, planner, ash, service, now):
        set_pattern(actor=planner, worker=ash, starts_on=MONDAY, weeks=2, shifts=self.ROWS, now=now)
        away = MONDAY + timedelta(days=8)
        record_absence(actor=planner, worker=ash, kind="leave", starts_on=away, ends_on=away, now=now)
        told = {"actor": planner, "service_id": service.pk, "first": MONDAY, "last": MONDAY + timedelta(days=27)}
        made = make_from_patterns(now=now, **told)
        assert (made.shifts, [(one.day, one.why) for one in made.left_out]) == (3, [(away, "They are away.")])
        assert Shift.objects.filter(is_draft=True).count() == 3
        assert make_from_patterns(now=now, **told).shifts == 0

    def test_leave_out_what_would_break_a_limit(self, put, planner, ash, service, now):
        put(MONDAY - timedelta(days=1), "14:00", "22:00")
        set_pattern(actor=planner, worker=ash, starts_on=MONDAY, weeks=1, shifts=self.ROWS[:1], now=now)
        made = make_from_patterns(
            actor=planner, service_id=service.pk, first=MONDAY, last=MONDAY + timedelta(days=7), now=now
        )
        assert made.shifts == 1
        assert "9 hours of rest" in made.left_out[0].why

    @pytest.mark.parametrize(
        "starts_on, rows, said",
        [(MONDAY + timedelta(days=1), ROWS, "begins on a Monday"), (MONDAY, [], "at least one shift"),
         (MONDAY, [ROWS[0], {**ROWS[0], "starts_at": "13:00", "ends_at": "15:00"}], "at once"),
         (MONDAY, [{**ROWS[0], "ends_at": "23:00"}], "shift of 16 hours")],
    )  # fmt: skip
    def test_refuse_what_cannot_be(self, planner, ash, now, starts_on, rows, said):
        with pytest.raises(RefusedError, match=said):
            set_pattern(actor=planner, worker=ash, starts_on=starts_on, weeks=2, shifts=rows, now=now)


class TestContracts:
    def test_the_newer_ends_the_older(self, planner, ash, service, now):
        told = {"actor": planner, "worker": ash, "pay_basis": "salary", "now": now}
        agree_contract(kind="hours", weekly_minutes=2250, starts_on=date(2025, 1, 1), **told)
        agree_contract(kind="bank", starts_on=MONDAY, **told)
        assert Contract.objects.order_by("starts_on").first().ends_on == MONDAY - timedelta(days=1)
        assert contracts_on(planner, service.pk, MONDAY)[ash.pk].kind == "bank"

    def test_say_how_many_hours_are_left(self, put, planner, ash, service, now):
        told = {"actor": planner, "pay_basis": "salary", "now": now, "starts_on": date(2025, 1, 1)}
        agree_contract(worker=ash, kind="hours", weekly_minutes=10 * 60, **told)
        assert hours_left(planner, service.pk, MONDAY) == {ash.pk: 600}
        put(MONDAY, "07:00", "14:00")
        assert hours_left(planner, service.pk, MONDAY + timedelta(days=3)) == {ash.pk: 180}
        assert hours_left(planner, service.pk, MONDAY + timedelta(days=7)) == {ash.pk: 600}

    def test_limits_are_the_laws_where_nobody_says_otherwise(self, planner, workers, service, now):
        agree_contract(actor=planner, worker=workers[1], kind="bank", pay_basis="shift", starts_on=MONDAY, now=now,
                       works_nights=False, has_opted_out=True)  # fmt: skip
        set_employer_rules(actor=planner, organisation=workers[2].organisation, most_days_in_a_row=5, now=now)
        limits = limits_of(planner, service.pk)
        assert (limits[workers[0].pk].least_rest, limits[workers[0].pk].own) == (660, frozenset())
        assert (limits[workers[1].pk].most_weekly, limits[workers[1].pk].works_nights) == (None, False)
        assert limits[workers[2].pk].most_days_in_a_row == 5

    @pytest.mark.parametrize(
        "rules, said",
        [({"least_rest_minutes": 540}, "agreement"), ({"longest_shift_minutes": 14 * 60}, "agreement"),
         ({"most_weekly_minutes": 60 * 60}, "regulation 4"), ({"most_days_in_a_row": 0}, "above 0")],
    )  # fmt: skip
    def test_employers_cannot_allow_what_the_law_does_not(self, planner, ash, now, rules, said):
        with pytest.raises(RefusedError, match=said):
            set_employer_rules(actor=planner, organisation=ash.organisation, now=now, **rules)


class TestRota:
    def test_shows_shifts_of_everybody_and_who_is_away(self, put, planner, ash, workers, service, now):
        put(MONDAY, "07:00", "14:00")
        record_absence(actor=planner, worker=workers[1], kind="sick", starts_on=MONDAY, ends_on=MONDAY, now=now)
        rota = rota_between(planner, service.pk, MONDAY, MONDAY + timedelta(days=6))
        assert len(rota.workers) == 4
        assert [one.starts_at for one in rota.shifts[ash.pk, MONDAY]] == [wall_clock(MONDAY, "07:00")]
        assert rota.away == {(workers[1].pk, MONDAY): "sick"}

    def test_leaves_days_away_out_of_what_is_known(self, put, planner, ash, service, now):
        put(MONDAY, "07:00", "14:00")
        absence = record_absence(
            actor=planner, worker=ash, kind="sick", starts_on=MONDAY, ends_on=MONDAY + timedelta(days=2), now=now
        )
        assert shifts_known(planner, service.pk, MONDAY) == {}
        shorten_absence(actor=planner, absence=absence, last_day=None, now=now)
        assert not Absence.objects.exists()
        assert len(shifts_known(planner, service.pk, MONDAY)[ash.pk]) == 1

    def test_is_not_for_who_has_only_their_own(self, actor_with, service):
        with pytest.raises(NotAllowedError):
            rota_between(actor_with(Role.FIELD_WORKER), service.pk, MONDAY, MONDAY)
