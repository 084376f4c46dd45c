"""Measures of bought care and of equipment, worked out by hand: (numerator, denominator, left out)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from homeward.commissioning.services import agree_line, take_invoice
from homeward.equipment.models import Item, Kind, Loan, Movement
from homeward.equipment.services import NewReview, hand_over, reserve, review_benefit
from homeward.kernel.rules import london_day
from tests.rooms.commissioning.conftest import (  # noqa: F401
    asked as package_asked,
)
from tests.rooms.commissioning.conftest import (  # noqa: F401
    case_manager,
    commissioner,
    contract,
    no_room,
    visited,
    worker_of,
)
from tests.rooms.equipment.conftest import asked, keeper, lent, manager, owners, stock, store  # noqa: F401

pytestmark = pytest.mark.django_db


class TestBoughtCare:
    def test_m14_counts_what_is_agreed_and_what_the_record_supports(
        self, history, commissioner, contract, worker_of, visited, ivy, measured, now  # noqa: F811
    ):  # fmt: skip
        terms = contract()
        fern, own = worker_of(terms), history.worker()
        for day in (5, 6):
            visited(ivy, date(2026, 10, day), "08:00", 30, fern)
        visited(ivy, date(2026, 10, 7), "08:00", 60, own)
        lines = "".join(f"{ivy.reference},2026-10-{day:02d},08:00,30,10.20\n" for day in (5, 6))
        invoice = take_invoice(
            actor=commissioner, contract=terms, number="INV-1", month=date(2026, 10, 1), file_name="october.csv",
            content=f"person,day,start,minutes,amount\n{lines}".encode(), now=now,
        )  # fmt: skip
        first, second = invoice.lines.order_by("number")
        agree_line(actor=commissioner, line=first, pence=900, reason="Agreed by telephone", now=now)
        second.refresh_from_db()
        assert measured("M14") == (900 + second.found_pence, None, {})
        assert measured("M14.bought") == (60, 120, {})


class TestTechnology:
    def test_m22_counts_the_newest_review_that_says_so(self, manager, lent, measured, now):  # noqa: F811
        day = london_day(now)
        helps, other, silent = lent("commode"), lent("reminder"), lent("commode")

        def review(loan, *, home=None, admission=None, before=None, after=None, pence=None):
            new = NewReview(
                "helps", "I manage", day, is_care_home_avoided=home, is_admission_avoided=admission,
                care_hours_before=before, care_hours_now=after, saved_pence_a_week=pence,
            )  # fmt: skip
            review_benefit(actor=manager, loan=loan, new=new, now=now)

        review(helps, home=False)  # looked at again the same day
        review(helps, home=True, admission=False, before=Decimal(14), after=Decimal("9.5"), pence=9_000)
        review(other, home=False, before=Decimal(3), after=Decimal(3), pence=700)
        review(silent)
        silence = {"The review does not say": 1}
        assert measured("M22") == (1, 2, silence)
        assert measured("M22.home_care") == (1, 2, silence)
        assert measured("M22.admissions") == (0, 1, {"The review does not say": 2})
        left_out = {"No sum in the review": 1, "A care home was avoided: in M22.care_home": 1}
        assert measured("M22.saved") == (700, 1, left_out)
        assert measured("M22.care_home") == (9_000 * 52, 1, {"No care home was avoided": 2})

    def test_m29_counts_what_did_not_come_back(self, lent, measured, now):  # noqa: F811
        late, back, not_yet = lent("commode"), lent("commode"), lent("commode")
        day = london_day(now)
        for loan, due, ended in (
            (late, day - timedelta(days=3), None),
            (back, day - timedelta(days=3), now - timedelta(days=3)),
            (not_yet, day, None),
        ):  # no service ends a loan on an earlier day
            Loan.objects.filter(pk=loan.pk).update(due_back_on=due, ended_at=ended)
        assert measured("M29.overdue") == (1, 2, {"Not due yet": 1})

    def test_m29_idle_counts_the_days_from_the_ninetieth_on(self, stock, store, owners, measured, now):  # noqa: F811
        begun = now.replace(month=1, day=1)
        kind = Kind.objects.get(service=store.service, code="commode")

        def item(*moves):
            made = Item.objects.create(
                kind=kind, number=f"EQ{Item.objects.count():06d}", owner=owners[0], store=store, since=begun
            )
            for month, day, what in ((1, 1, "received"), *moves):
                at = begun.replace(month=month, day=day)
                Movement.objects.create(item=made, kind=what, quantity=0, store=store, at=at, by_name="Kit Keeper")

        item()
        item((5, 20, "set_aside"), (5, 22, "scrapped"))
        item((4, 10, "reserved"), (4, 10, "handed_over"), (4, 29, "returned"), (4, 30, "ready"))
        june = begun.replace(month=6, day=1)
        # the ninetieth day after 1 January is 1 April: until 31 May 61 days; until 19 May 49; until 9 April 9
        assert measured("M29.idle", at=june) == (61 + 49 + 9, 151 + 141 + 151, {})
        # moved to another store on 1 March it begins anew, as ready as it was: idle on 30 and 31 May
        item((3, 1, "moved"), (3, 1, "moved"))
        assert measured("M29.idle", at=june)[:2] == (119 + 2, 443 + 151)
        assert measured("M29.idle", at=june, split="organisation") == {"Stock Council": (121, 594)}
        # a day later each of the three that lie there has one more, though nothing was written down
        assert measured("M29.idle", at=june + timedelta(days=1))[:2] == (121 + 2, 594 + 3)

    def test_m29_shared_counts_what_another_employer_handed_over(
        self, keeper, stock, asked, owners, measured, now  # noqa: F811
    ):  # fmt: skip
        for owner, employer in ((0, "Stock Council"), (1, "Stock Council"), (0, "")):
            [item] = stock("commode", owner=owners[owner])
            request = reserve(actor=keeper, request=asked("commode"), item=item, now=now)
            who = replace(keeper, employer=employer)
            hand_over(actor=who, request=request, shown="How to use it", shown_to="Ivy", device=None, now=now)
        assert measured("M29.shared") == (1, 2, {"No employer of whoever handed it over": 1})
        assert measured("M29.shared", split="organisation") == {"Stock Council": (0, 1), "Stock Trust": (1, 1)}
