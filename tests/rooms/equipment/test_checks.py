"""Checks of what is in a store: due, booked with somebody, recorded, and what fails is kept from everybody."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, NotAllowedError
from homeward.audit.models import Event
from homeward.equipment.models import Check, CheckBooking
from homeward.equipment.rules import failed_check
from homeward.equipment.selectors import booking_for, checks_due, checks_wanted, free_for, item_for
from homeward.equipment.services import (
    Wanted,
    book_checks,
    call_off_check,
    hand_over,
    lose_item,
    move_item,
    open_store,
    record_check,
    record_checks,
    reserve,
    set_aside,
    settle_item,
    share_store,
    start_recall,
    take_back,
)
from homeward.equipment.states import CheckSort, ItemState
from homeward.kernel.rules import RefusedError, london_day
from homeward.teams.services import open_service

SAFETY, SERVICE = CheckSort.SAFETY, CheckSort.SERVICE
WHO = "Lift Engineers"


@pytest.fixture
def book(keeper, now):
    """Books a check of each item for in so many days."""

    def booked(*items, days=2, sort=SAFETY, who=WHO):
        wanted = [Wanted(item, sort) for item in items]
        return book_checks(actor=keeper, wanted=wanted, day=london_day(now) + timedelta(days), who=who, now=now)

    return booked


@pytest.fixture
def check(keeper, now):
    """Records a check of an item as done today."""

    def recorded(item, is_passed=True, sort=SAFETY, note="", **more):
        told = {"sort": sort, "done_on": london_day(now), "is_passed": is_passed, "note": note, "now": now, **more}
        return record_check(actor=keeper, item=item, **told)

    return recorded


def seen(keeper, service, now, days=30, **more):
    return checks_due(keeper, service.pk, now, ahead=timedelta(days), **more)


class TestChecksDue:
    def test_is_by_day_with_what_is_booked_and_for_safety_and_service_each(self, keeper, service, stock, book, now):
        [hoist] = stock("hoist")
        [bed] = stock("profiling_bed")
        hoist.check_due_on, hoist.service_due_on = london_day(now) - timedelta(3), london_day(now) + timedelta(9)
        hoist.save()
        bed.check_due_on, bed.service_due_on = london_day(now) + timedelta(31), None
        bed.save()
        [booking] = book(hoist)
        found = seen(keeper, service, now)
        assert [(one.item, one.sort, one.booking) for one in found.due] == [
            (hoist, SAFETY, booking), (hoist, SERVICE, None),
        ]  # fmt: skip
        assert [one.pk for one in found.booked] == [booking.pk]
        assert [one.sort for one in seen(keeper, service, now, days=0).due] == [SAFETY]
        assert [one.item for one in seen(keeper, service, now, days=31).due] == [hoist, hoist, bed]

    def test_is_of_one_store_where_one_is_chosen_and_never_of_a_strangers(self, keeper, service, stock, system, now):
        [here] = stock("hoist")
        other = open_store(actor=keeper, service_id=service.pk, name="North", now=now)
        [there] = stock("hoist", at=other)
        assert {one.item for one in seen(keeper, service, now, days=400).due} == {here, there}
        assert {one.item for one in seen(keeper, service, now, days=400, store_id=other.pk).due} == {there}
        strange = open_service(actor=system, code="strange", name="Strange", now=now)
        far = open_store(actor=Actor.system("tests", strange.pk), service_id=strange.pk, name="Far", now=now)
        assert seen(keeper, service, now, days=400, store_id=far.pk).due == ()

    def test_names_and_audits_who_has_it_but_nobody_of_another_service(self, keeper, system, service, lent, store, now):
        loan = lent("bath_lift")
        [safety, _] = seen(keeper, service, now, days=400, where="lent").due
        assert safety.loan == loan
        assert [loan.person_id] in Event.objects.filter(action="see equipment").values_list("people", flat=True)
        assert seen(keeper, service, now, days=400, where="store").due == ()
        neighbour = open_service(actor=system, code="next", name="Next", now=now)
        share_store(actor=keeper, store=store, services=[neighbour], now=now)
        theirs = Actor.system("tests", neighbour.pk)
        [one, _] = checks_due(theirs, neighbour.pk, now, ahead=timedelta(400)).due
        assert one.loan is None
        assert one.is_elsewhere


class TestBookChecks:
    def test_keeps_day_and_who_and_leaves_an_audit_event(self, stock, book, now):
        one, other = stock("hoist", 2)
        rows = book(one, other)
        assert [(row.item_id, row.who, row.day) for row in rows] == [
            (item.pk, WHO, london_day(now) + timedelta(2)) for item in (one, other)
        ]
        assert Event.objects.filter(action="book safety check", subject_id=one.pk).count() == 1

    def test_again_takes_the_place_of_the_first(self, stock, book):
        [item] = stock("hoist")
        [first] = book(item)
        [second] = book(item, days=5)
        first.refresh_from_db()
        assert "another day" in first.ended_why
        assert list(item.check_bookings.filter(ended_at=None)) == [second]

    def test_is_one_of_a_sort_whoever_writes(self, stock, book):
        [item] = stock("hoist")
        book(item)
        again = CheckBooking.objects.values("item_id", "sort", "day", "who", "booked_by", "booked_at").get()
        with pytest.raises(IntegrityError), transaction.atomic():
            CheckBooking.objects.create(**again)

    @pytest.mark.parametrize(
        ("told", "says"),
        [
            ({"days": -1}, "today or a day to come"),
            ({"days": 400}, "at most a year"),
            ({"who": " "}, "who comes"),
            ({"sort": "look"}, "safety check or a service"),
        ],
    )
    def test_refuses_what_cannot_be(self, stock, book, told, says):
        with pytest.raises(RefusedError, match=says):
            book(*stock("hoist"), **told)

    def test_refuses_nothing_and_what_somebody_has(self, book, lent):
        with pytest.raises(RefusedError, match="at least one"):
            book()
        with pytest.raises(RefusedError, match="Only what is in a store"):
            book(lent("commode").item)

    def test_is_for_whoever_runs_the_store(self, manager, stock, now):
        wanted = [Wanted(stock("hoist")[0], SAFETY)]
        with pytest.raises(NotAllowedError):
            book_checks(actor=manager, wanted=wanted, day=london_day(now), who=WHO, now=now)
        with pytest.raises(NotAllowedError):
            checks_wanted(manager, [(wanted[0].item.pk, SAFETY)])

    def test_is_called_off_with_a_reason_and_once(self, keeper, stock, book, now):
        [item] = stock("hoist")
        [row] = book(item)
        with pytest.raises(RefusedError, match="why"):
            call_off_check(actor=keeper, booking=row, reason="", now=now)
        call_off_check(actor=keeper, booking=row, reason="The engineer is ill", now=now)
        with pytest.raises(RefusedError, match="over"):
            call_off_check(actor=keeper, booking=booking_for(keeper, item, row.pk), reason="Again", now=now)
        assert item_for(keeper, item.pk, now).booked == ()

    def test_falls_away_when_the_item_is_no_longer_there(self, keeper, service, stock, book, asked, now):
        moved, lost, lent = stock("commode", 3)
        rows = book(moved, lost, lent)
        other = open_store(actor=keeper, service_id=service.pk, name="North", now=now)
        move_item(actor=keeper, item=moved, store=other, now=now)
        lose_item(actor=keeper, item=lost, reason="Not on its shelf; both looked", now=now)
        request = reserve(actor=keeper, request=asked("commode"), item=lent, now=now)
        hand_over(actor=keeper, request=request, shown="How", shown_to="Ivy", now=now)
        for row, why in zip(rows, ("North", "lost", "lent"), strict=True):
            row.refresh_from_db()
            assert why in row.ended_why


class TestRecordCheck:
    def test_ends_the_booking_and_says_who_looked_and_when_the_next_is_due(self, stock, book, check, now):
        [item] = stock("hoist")
        [row] = book(item)
        found = check(item, done_by=WHO)
        row.refresh_from_db()
        assert (row.check_found, row.ended_why, found.done_by) == (found, "It passed", WHO)
        assert found.next_due_on.isoformat() == "2027-05-24"

    def test_of_many_at_once_passes_all_and_fails_only_one(self, keeper, stock, now):
        wanted = [Wanted(item, SAFETY) for item in stock("hoist", 3)]
        told = {"actor": keeper, "done_on": london_day(now), "done_by": WHO, "now": now}
        with pytest.raises(RefusedError, match="one at a time"):
            record_checks(**told, wanted=wanted, is_passed=False, note="Frayed")
        assert len(record_checks(**told, wanted=wanted, is_passed=True, note="")) == 3
        assert Check.objects.filter(is_passed=True).count() == 3

    def test_that_failed_keeps_it_from_everybody_until_it_passes(self, keeper, service, stock, asked, check, now):
        [item] = stock("commode")
        check(item, False, note="Leg cracked")
        item.refresh_from_db()
        assert (item.state, item.fault) == (ItemState.SET_ASIDE, "Leg cracked")
        request = asked("commode")
        assert free_for(keeper, request, now).items == ()
        with pytest.raises(RefusedError):
            reserve(actor=keeper, request=request, item=item, now=now)
        with pytest.raises(RefusedError, match=r"failed its safety check on .* or scrap"):
            settle_item(actor=keeper, item=item, condition="reuse", reason="Looks fine", now=now)
        assert [(one, failed.note) for one, failed in seen(keeper, service, now).failed] == [(item, "Leg cracked")]
        check(item)
        item.refresh_from_db()
        assert (item.state, item.fault) == (ItemState.IN_STORE, "")
        assert [one.pk for one in free_for(keeper, request, now).items] == [item.pk]
        assert seen(keeper, service, now).failed == ()

    def test_that_failed_may_end_in_scrap(self, keeper, service, stock, check, now):
        [item] = stock("commode")
        check(item, False, note="Leg cracked")
        settle_item(actor=keeper, item=item, condition="scrap", reason="Cannot be mended", now=now)
        assert seen(keeper, service, now, days=400).failed == ()

    def test_that_passed_frees_nothing_that_the_other_sort_a_recall_or_a_person_holds(self, keeper, stock, check, now):
        both, recalled, by_hand = (stock("hoist", batch=batch)[0] for batch in ("A", "B", "C"))
        check(both, False, note="Frayed")
        check(both, False, SERVICE, note="Battery dead")
        check(both)
        check(recalled, False, note="Frayed")
        start_recall(actor=keeper, kind=recalled.kind, batch="B", reason="Bolts", what_to_do="Stop", now=now)
        check(recalled)
        set_aside(actor=keeper, item=by_hand, fault="Wheel squeaks", now=now)
        check(by_hand)
        for item, fault in ((both, "Battery dead"), (recalled, "recalled"), (by_hand, "Wheel squeaks")):
            item.refresh_from_db()
            assert item.state == ItemState.SET_ASIDE
            assert fault in item.fault
        check(both, sort=SERVICE)
        both.refresh_from_db()
        assert (both.state, both.fault) == (ItemState.IN_STORE, "")

    def test_that_failed_at_a_home_still_stands_when_it_came_back(self, keeper, lent, check, now):
        loan = lent("commode")
        check(loan.item, False, note="Leg cracked")
        take_back(actor=keeper, loan=loan, why="Broken", now=now)
        with pytest.raises(RefusedError, match="failed"):
            settle_item(actor=keeper, item=loan.item, condition="reuse", reason="Cleaned", now=now)
        check(loan.item)
        loan.item.refresh_from_db()
        assert loan.item.state == ItemState.TO_CLEAN
        settle_item(actor=keeper, item=loan.item, condition="reuse", reason="Cleaned", now=now)


@pytest.mark.parametrize(
    ("found", "failed"),
    [
        ([], None),
        ([("safety", False)], 1),
        ([("safety", False), ("safety", True)], None),
        ([("safety", True), ("safety", False)], 2),
        ([("safety", False), ("service", True)], 1),
        ([("safety", False), ("service", False), ("safety", True)], 2),
    ],
)
def test_a_check_failed_until_the_same_sort_passed(found, failed):
    rows = [Check(pk=number, sort=sort, is_passed=passed) for number, (sort, passed) in enumerate(found, 1)]
    assert getattr(failed_check(reversed(rows)), "pk", None) == failed
