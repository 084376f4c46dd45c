"""Paid time that was not used, worked out by hand, and the same as the page Hours shows for the same days."""

from datetime import timedelta

import duckdb
import pytest

from homeward.access.rules import Role
from homeward.outcomes.facts.copying import refresh
from homeward.outcomes.measures.definition import By
from homeward.outcomes.selectors import cases_of, measures_of
from homeward.roster.models import Absence, Contract, Shift
from homeward.roster.states import ContractKind, PayBasis
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.selectors.hours import hours_between
from tests.rooms.visits.agencies import hire, morning, on_shift, open_agencies

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def yesterday(service, now):
    """A shift of eight hours with two visits, one of them of 40 minutes; a visit that alone is paid; a free shift."""
    at = now - DAY
    agency, council = open_agencies(service, at)
    busy, idle = hire(council, "Busy", at), hire(agency, "Idle", at)
    by_visit = hire(agency, "By Visit", at, kind=ContractKind.ZERO_HOURS, basis=PayBasis.CONTACT)
    for worker in (busy, idle):
        on_shift(worker, at, 7, 15)
    held = zip(morning(service, at, 3), (busy, busy, by_visit), (30, 40, 30), strict=True)
    for visit, worker, minutes in held:
        opens = visit.window_opens_at
        Assignment.objects.create(
            visit=visit, slot=0, worker=worker, starts_at=opens, ends_at=opens + timedelta(minutes=30),
            travel_minutes=10, state="left", arrived_at=opens, left_at=opens + timedelta(minutes=minutes),
        )  # fmt: skip
        Visit.objects.filter(pk=visit.pk).update(state="done")
        for code in ("medication_support", "insulin_administration"):  # 10 minutes each
            VisitTask.objects.create(
                visit=visit, activity_code=code, title=code, is_delegated=code == "medication_support", done_at=now
            )
    return {worker.name: worker for worker in (busy, idle, by_visit)}


def test_m10_is_what_was_paid_and_neither_work_nor_a_break(yesterday, measured):
    # 480 paid less 70 with people, 20 on the way and a break of 20; 480 less 20; and 30 paid by the visit
    assert measured("M10") == (370 + 460, 480 + 480 + 30, {})
    assert measured("M10", split="organisation") == {"Larkmoor Care": (460, 510), "Merrow Council": (370, 480)}
    assert measured("M10", split="employer") == {"home_care_agency": (460, 510), "council": (370, 480)}
    assert measured("M10.day") == (830, 3, {})
    # two tasks of ten minutes filled what would have been spare; a third is of somebody paid by the visit
    assert measured("M10.filled") == (20, 850, {"Paid by the visit, so that no spare time is paid": 1})


def test_m10_is_as_sure_as_its_workers_are_many(service, yesterday, measured, somebody, now):
    day, reader = (now - DAY).date(), somebody(Role.COMMISSIONER)

    def interval(key):
        measured(key)
        (found,) = measures_of(reader, service.pk, day, day, now, by=By.ALL, keys=[key])
        return found.points[0].interval

    assert interval("M10") is None  # three workers are too few
    council = yesterday["Busy"].organisation
    for number in range(7):
        on_shift(hire(council, f"Idle {number}", now - DAY), now - DAY, 7, 15)
    # by hand: the ratio is (370 + 8 * 460 + 0) / (9 * 480 + 30)
    ratio = 4050 / 4350
    off = [370 - 480 * ratio, *[460 - 480 * ratio] * 8, 0 - 30 * ratio]
    spread = 2.262157 * (10 / 9 * sum(one**2 for one in off)) ** 0.5 / 4350
    found = interval("M10")
    assert (found.lower, found.upper) == pytest.approx((ratio - spread, 1.0 if ratio + spread > 1 else ratio + spread))
    assert interval("M10.filled") is None  # one worker is left out of it


def test_m10_leaves_today_until_it_is_over(yesterday, measured, now):
    on_shift(yesterday["Idle"], now, 7, 15)
    assert measured("M10.day")[1] == 3
    assert measured("M10.day", at=now + DAY)[1] == 4


def test_m10_is_what_the_page_shows_for_the_same_days(service, planner, yesterday, measured, now):
    night = on_shift(yesterday["Idle"], now - 2 * DAY, 22, 30)
    Absence.objects.create(
        worker=yesterday["Busy"], kind="leave", starts_on=(now - 3 * DAY).date(), ends_on=(now - 3 * DAY).date()
    )
    on_shift(yesterday["Busy"], now - 3 * DAY, 7, 15)
    numerator, denominator, _ = measured("M10")
    page = [one.use for one in hours_between(planner, service.pk, (now - 9 * DAY).date(), (now - DAY).date())]
    assert night.ends_at - night.starts_at == 8 * timedelta(hours=1)
    assert (numerator, denominator) == (sum(use.unused for use in page), sum(use.paid for use in page))


def test_m10_follows_whatever_changes_a_day_that_is_over(service, yesterday, kept_apart, tmp_path, now):
    def rows(path):
        with duckdb.connect(str(path), read_only=True) as copy:
            return copy.execute("SELECT * FROM paid_days ORDER BY ALL").fetchall()

    def moved_away():
        Assignment.objects.filter(worker=yesterday["By Visit"]).update(worker=yesterday["Idle"])

    def put_off():
        row = Assignment.objects.get(worker=yesterday["Idle"])
        Visit.objects.filter(pk=row.visit_id).update(day=(now - 5 * DAY).date())
        Assignment.objects.filter(pk=row.pk).update(starts_at=row.starts_at - 4 * DAY, ends_at=row.ends_at - 4 * DAY)

    def taken_back():
        Assignment.objects.filter(worker=yesterday["Busy"]).first().delete()

    def undone():
        VisitTask.objects.filter(visit__assignments__worker=yesterday["Busy"], is_delegated=True).first().delete()

    def ill():
        Absence.objects.create(worker=yesterday["Idle"], kind="sick", starts_on=(now - DAY).date(), ends_on=now.date())

    def well_after_all():
        Absence.objects.all().delete()

    def paid_otherwise():
        Contract.objects.filter(worker=yesterday["Busy"]).update(pay_basis=PayBasis.CONTACT)

    def not_at_all():
        Shift.ever.filter(worker=yesterday["Idle"]).update(removed_at=now)

    refresh(now=now)
    before = rows(kept_apart)
    steps = (moved_away, put_off, taken_back, undone, ill, well_after_all, paid_otherwise, not_at_all)
    for number, change in enumerate(steps):
        change()
        assert not refresh(now=now).was_rebuilt
        anew = tmp_path / f"anew-{number}.duckdb"
        refresh(now=now, path=anew)
        after = rows(kept_apart)
        assert after == rows(anew), change.__name__
        assert after != before, change.__name__
        before = after


def test_its_list_names_a_worker_to_who_sees_their_hours(service, somebody, yesterday, measured, now):
    measured("M10")
    asked = (service.pk, "M10", (now - DAY).date(), now.date(), now)
    planner = cases_of(somebody(Role.ROSTER_PLANNER), *asked)
    assert sorted((one.name, one.case.counts) for one in planner.shown) == [("Busy", 370), ("Idle", 460)]
    assert {one.name for one in cases_of(somebody(Role.COMMISSIONER, "Ann Buys"), *asked).shown} == {""}
