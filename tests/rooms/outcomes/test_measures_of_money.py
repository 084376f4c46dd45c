"""Measures of bought care and of equipment, worked out by hand: (numerator, denominator, left out)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from homeward.commissioning.services import agree_line, take_invoice
from homeward.equipment.models import Loan
from homeward.equipment.services import NewReview, review_benefit
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
        review(other, home=False, before=Decimal(3), after=Decimal(3), pence=0)
        review(silent)
        silence = {"The review does not say": 1}
        assert measured("M22") == (1, 2, silence)
        assert measured("M22.home_care") == (1, 2, silence)
        assert measured("M22.admissions") == (0, 1, {"The review does not say": 2})
        assert measured("M22.saved") == (9_000, 2, {"No sum in the review": 1})

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
