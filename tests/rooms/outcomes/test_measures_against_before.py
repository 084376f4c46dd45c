"""M24 and M25 against a recorded baseline, worked out by hand: (numerator, denominator, left out)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.commissioning.models import Package
from homeward.commissioning.services import agree_line, take_invoice
from homeward.kernel.rules import RefusedError
from homeward.outcomes.models import Baseline
from homeward.outcomes.selectors import baselines_of
from homeward.outcomes.services import record_baseline, take_back_baseline
from homeward.visits.models import Assignment
from tests.rooms.commissioning.conftest import commissioner, contract, no_room, visited, worker_of  # noqa: F401
from tests.rooms.outcomes.history import CRISIS

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YEAR = {"first": date(2025, 4, 1), "last": date(2026, 3, 31), "source": "Accounts 2025/26, page 4"}


@pytest.fixture
def lead(somebody):
    return somebody(Role.PERFORMANCE_LEAD, "Priya Shah")


@pytest.fixture
def recorded(service, lead, now):
    """A baseline of crisis response: `recorded("M25", 45, since=day)`."""

    def make(code: str, value, since: date, actor=None, **more) -> Baseline:
        told = {"of_what": CRISIS, **YEAR, **more}
        return record_baseline(
            actor=actor or lead, service_id=service.pk, measure_code=code, value=Decimal(value), since=since, now=now,
            **told,
        )  # fmt: skip

    return make


@pytest.fixture
def invoiced(history, service, commissioner, contract, worker_of, visited, ivy, now):  # noqa: F811
    """£9 agreed for 5 October and £11 for 6 October, for care bought in a crisis episode."""
    fern = worker_of(terms := contract())
    for day in (5, 6):
        visited(ivy, date(2026, 10, day), "08:00", 30, fern)
    lines = "".join(f"{ivy.reference},2026-10-{day:02d},08:00,30,11.20\n" for day in (5, 6))
    invoice = take_invoice(
        actor=commissioner, contract=terms, number="INV-1", month=date(2026, 10, 1), file_name="october.csv",
        content=f"person,day,start,minutes,amount\n{lines}".encode(), now=now,
    )  # fmt: skip
    package = Package.objects.create(
        service=service, person=ivy, episode=history.episode(now - 60 * DAY, person=ivy), reference="PK1",
        kind="home_care", state="running", starts_on=date(2026, 10, 1), started_on=date(2026, 10, 1), asked_at=now,
        asked_by="Tests", needs_text="Made up",
    )  # fmt: skip
    invoice.lines.update(package=package)
    for line, pence in zip(invoice.lines.order_by("number"), (900, 1100), strict=True):
        agree_line(actor=commissioner, line=line, pence=pence, reason="Agreed by telephone", now=now)


class TestSpend:
    def test_m24_sets_a_year_before_beside_what_was_invoiced_since(self, invoiced, recorded, measured):
        recorded("M24", 365_000, since=date(2026, 10, 6))  # £10 a day
        # October from the 6th on: 26 days as before, £11 invoiced; the 5th was before the change
        assert measured("M24.before") == (26 * 1000, None, {})
        assert measured("M24.since") == (1100, None, {})
        assert measured("M24") == (26 * 1000 - 1100, None, {})
        assert measured("M24", split="care") == {CRISIS: (24_900, None)}

    def test_m24_counts_nothing_where_nothing_was_invoiced_since(self, invoiced, recorded, measured, lead, service):
        recorded("M24", 365_000, since=date(2026, 11, 1))
        assert measured("M24") == (0, None, {})
        (one,) = baselines_of(lead, service.pk, "M24")
        assert not one.has_since

    def test_m24_goes_by_the_correction(self, invoiced, recorded, measured, lead, now):
        recorded("M24", 1, since=date(2026, 10, 6))
        right = recorded("M24", 365_000, since=date(2026, 10, 6))
        assert measured("M24.before") == (26 * 1000, None, {})
        assert measured("M24.since") == (1100, None, {})  # once, not once a baseline
        take_back_baseline(actor=lead, baseline=right, now=now)
        assert measured("M24.before") == (0, None, {})
        assert measured("M24.since") == (0, None, {})


class TestAppointments:
    def test_m25_takes_what_each_took_from_what_they_took_before(self, history, recorded, measured, now):
        nurse, other = history.worker(), history.worker()
        episode = history.episode(now - 20 * DAY)
        for days, minutes in ((15, 90), (9, 30), (8, 50)):
            history.visit(episode.person, now - days * DAY, nurse, other, minutes=minutes, episode=episode)
        unknown = history.visit(episode.person, now - 7 * DAY, nurse, episode=episode)
        Assignment.objects.filter(visit=unknown).update(arrived_at=None)
        elsewhere = history.episode(now - 20 * DAY, "reablement-at-home")
        history.visit(elsewhere.person, now - 6 * DAY, nurse, episode=elsewhere)
        unwritten = {"Nobody recorded when the worker came and left": 1}
        assert measured("M25") == (0, 0, {})
        recorded("M25", "45.5", since=(now - 10 * DAY).date())
        # 45.5 less 30 and less 50; what came before the change, or on another pathway, is not of it
        assert measured("M25") == (15.5 - 4.5, 2, unwritten)
        assert measured("M25.since") == (80, 2, unwritten)


class TestBaseline:
    def test_says_what_of_whom_from_where_and_who_recorded_it(self, recorded, lead, service, now):
        row = recorded("M25", 45, since=date(2026, 10, 1))
        assert (row.unit, row.recorded_by, row.recorded_at) == ("minutes", "Priya Shah", now)
        assert Event.objects.get(action="record baseline").subject_id == row.pk
        newer = recorded("M25", 40, since=date(2026, 10, 1))
        assert newer.corrects == row
        assert [one.baseline for one in baselines_of(lead, service.pk, "M25")] == [newer]
        with pytest.raises(RefusedError, match="Somebody changed this since"):
            take_back_baseline(actor=lead, baseline=row, now=now)

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ({"value": 0}, "above 0"),
            ({"value": 24 * 60 + 1}, "above 0"),
            ({"since": date(2026, 3, 31)}, "must come after"),
            ({"since": date(2999, 1, 1)}, "have come already"),
            ({"of_what": "nowhere"}, "Choose what it is of"),
            ({"source": " "}, "Write what it is"),
            ({"code": "M01"}, "that has a baseline"),
            ({"code": "M24", "first": date(2025, 5, 1)}, "Give a whole year"),
        ],
    )
    def test_refuses_what_cannot_be(self, recorded, wrong, why):
        with pytest.raises(RefusedError, match=why):
            recorded(**{"code": "M25", "value": 45, "since": date(2026, 10, 1)} | wrong)
        assert not Baseline.objects.exists()

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FIELD_WORKER])
    def test_is_for_who_writes_down_what_came_of_a_change(self, recorded, somebody, role):
        with pytest.raises(NotAllowedError):
            recorded("M25", 45, since=date(2026, 10, 1), actor=somebody(role, "Sam Other"))
