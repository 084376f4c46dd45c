"""What workers ask of the rota, and what becomes of it."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.notices.models import Notice
from homeward.roster.models import Absence, Shift
from homeward.roster.selectors import asked_of_me, my_requests, open_shifts, requests_to_decide
from homeward.roster.services import (
    LimitsBrokenError,
    approve_request,
    ask_leave,
    ask_open_shift,
    ask_swap,
    ask_to_work,
    decline_request,
    offer_shift,
    open_shift_to_all,
    publish_rota,
    put_shift,
    set_employer_rules,
    take_up,
    turn_down,
    withdraw_request,
)
from homeward.teams.models import Account
from homeward.teams.selectors import actor_for

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)


@pytest.fixture
def people(workers, somebody):
    """The actors of the first two workers, who are on the rota under their own accounts."""
    Shift.objects.all().delete()
    actors = []
    for worker, name in zip(workers[:2], ("Ash", "Birch"), strict=True):
        worker.account_id = somebody(Role.FIELD_WORKER, name).account_id
        worker.save()
        actors.append(actor_for(Account.objects.get(pk=worker.account_id)))
    return actors


@pytest.fixture
def lead(somebody):
    return somebody(Role.ROSTER_PLANNER, "Tessa Grange")


@pytest.fixture
def shifts(lead, workers, people, service, now):
    """Ash works on Monday, Birch on Tuesday; both are published."""
    told = {"actor": lead, "starts_at": "07:00", "ends_at": "14:00", "now": now}
    made = [put_shift(worker=worker, day=day, **told) for worker, day in zip(workers, (MONDAY, TUESDAY), strict=False)]
    publish_rota(actor=lead, service_id=service.pk, last_day=TUESDAY, now=now)
    return [Shift.objects.get(pk=shift.pk) for shift in made]


def held() -> set[tuple[int, date]]:
    return set(Shift.objects.values_list("worker_id", "day"))


class TestLeave:
    def test_is_recorded_when_a_lead_approves(self, lead, people, workers, service, now):
        asked = ask_leave(actor=people[0], starts_on=MONDAY, ends_on=TUESDAY, now=now, text="A wedding")
        assert requests_to_decide(lead, service.pk) == [asked]
        assert Notice.objects.filter(account_id=lead.account_id).count() == 1
        approve_request(actor=lead, request=asked, now=now)
        absence = Absence.objects.get()
        assert (absence.worker, absence.kind, absence.ends_on) == (workers[0], "leave", TUESDAY)
        assert Notice.objects.filter(account_id=people[0].account_id, title__startswith="Approved").exists()

    def test_is_declined_with_a_reason_that_is_told(self, lead, people, now):
        asked = ask_leave(actor=people[0], starts_on=MONDAY, ends_on=MONDAY, now=now)
        with pytest.raises(RefusedError, match="Say why"):
            decline_request(actor=lead, request=asked, reason=" ", now=now)
        decline_request(actor=lead, request=asked, reason="Three are away already", now=now)
        (mine,) = my_requests(people[0], now.date())
        assert (mine.state, mine.reason) == ("declined", "Three are away already")
        assert not Absence.objects.exists()

    def test_is_asked_once_for_a_day_and_can_be_withdrawn(self, lead, people, now):
        asked = ask_leave(actor=people[0], starts_on=MONDAY, ends_on=TUESDAY, now=now)
        with pytest.raises(RefusedError, match="already"):
            ask_leave(actor=people[0], starts_on=TUESDAY, ends_on=TUESDAY, now=now)
        withdraw_request(actor=people[0], request=asked, now=now)
        with pytest.raises(RefusedError, match="was withdrawn"):
            approve_request(actor=lead, request=asked, now=now)

    def test_is_not_approved_by_who_asks(self, people, now):
        asked = ask_leave(actor=people[0], starts_on=MONDAY, ends_on=MONDAY, now=now)
        with pytest.raises(NotAllowedError):
            approve_request(actor=people[0], request=asked, now=now)


class TestSwap:
    def test_needs_the_colleague_and_then_the_lead(self, lead, people, workers, shifts, now):
        asked = ask_swap(actor=people[0], shift=shifts[0], other_shift=shifts[1], now=now)
        with pytest.raises(RefusedError, match="waits for a colleague"):
            approve_request(actor=lead, request=asked, now=now)
        assert asked_of_me(people[1], now.date()) == [asked]
        take_up(actor=people[1], request=asked, now=now)
        approve_request(actor=lead, request=asked, now=now)
        assert held() == {(workers[0].pk, TUESDAY), (workers[1].pk, MONDAY)}

    def test_ends_when_the_colleague_says_no(self, people, shifts, now):
        asked = ask_swap(actor=people[0], shift=shifts[0], other_shift=shifts[1], now=now)
        with pytest.raises(NotAllowedError):
            turn_down(actor=people[0], request=asked, now=now)
        assert turn_down(actor=people[1], request=asked, now=now).state == "declined"

    def test_is_not_done_when_a_shift_moved_since(self, lead, people, shifts, now):
        asked = ask_swap(actor=people[0], shift=shifts[0], other_shift=shifts[1], now=now)
        take_up(actor=people[1], request=asked, now=now)
        Shift.objects.filter(pk=shifts[1].pk).update(removed_at=now)
        with pytest.raises(RefusedError, match="changed since"):
            approve_request(actor=lead, request=asked, now=now)
        assert not Shift.ever.get(pk=shifts[0].pk).removed_at

    def test_is_only_of_ones_own_shift(self, people, shifts, now):
        with pytest.raises(NotAllowedError, match="not your shift"):
            ask_swap(actor=people[0], shift=shifts[1], other_shift=shifts[0], now=now)


class TestOffer:
    def test_goes_to_who_takes_it_up(self, lead, people, workers, shifts, now):
        asked = offer_shift(actor=people[0], shift=shifts[0], now=now)
        assert asked_of_me(people[1], now.date()) == [asked]
        take_up(actor=people[1], request=asked, now=now)
        approve_request(actor=lead, request=asked, now=now)
        assert held() == {(workers[1].pk, MONDAY), (workers[1].pk, TUESDAY)}

    def test_is_looked_at_like_any_change(self, lead, people, workers, shifts, now):
        set_employer_rules(actor=lead, organisation=workers[1].organisation, most_days_in_a_row=1, now=now)
        asked = offer_shift(actor=people[0], shift=shifts[0], now=now, to_worker=workers[1])
        take_up(actor=people[1], request=asked, now=now)
        with pytest.raises(LimitsBrokenError, match="2 days in a row"):
            approve_request(actor=lead, request=asked, now=now)
        approve_request(actor=lead, request=asked, now=now, reason="She wants the hours")
        assert (workers[1].pk, MONDAY) in held()


class TestWishesAndOpenShifts:
    def test_a_wish_becomes_a_shift(self, lead, people, workers, now):
        asked = ask_to_work(actor=people[0], day=MONDAY, starts_at="08:00", ends_at="12:00", now=now)
        approve_request(actor=lead, request=asked, now=now)
        assert held() == {(workers[0].pk, MONDAY)}

    def test_an_open_shift_goes_to_one_and_the_others_are_told(self, lead, people, workers, service, now):
        row = open_shift_to_all(
            actor=lead, service_id=service.pk, day=MONDAY, starts_at="07:00", ends_at="14:00", now=now,
            skill="crisis_responder_health",
        )  # fmt: skip
        assert open_shifts(people[0], service.pk, now.date(), mine=True) == [row]
        first, second = (ask_open_shift(actor=actor, open_shift=row, now=now) for actor in people)
        approve_request(actor=lead, request=second, now=now)
        first.refresh_from_db()
        assert (first.state, held()) == ("declined", {(workers[1].pk, MONDAY)})
        assert open_shifts(people[0], service.pk, now.date()) == []

    def test_an_open_shift_asks_for_its_skill(self, lead, people, service, now):
        told = {"service_id": service.pk, "day": MONDAY, "starts_at": "07:00", "ends_at": "14:00", "skill": "nurse"}
        row = open_shift_to_all(actor=lead, now=now, **told)
        assert open_shifts(people[0], service.pk, now.date(), mine=True) == []
        with pytest.raises(RefusedError, match="a skill"):
            ask_open_shift(actor=people[0], open_shift=row, now=now)
        with pytest.raises(RefusedError, match="is over"):
            open_shift_to_all(actor=lead, now=now, **(told | {"day": now.date() - timedelta(days=1)}))

    def test_needs_somebody_on_the_rota(self, lead, now):
        with pytest.raises(NotAllowedError, match="not on the rota"):
            ask_to_work(actor=lead, day=MONDAY, starts_at="08:00", ends_at="12:00", now=now)
