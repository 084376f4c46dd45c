"""Hours and statements as pages and files."""

import csv
import io
import re
from datetime import datetime

import pytest

from homeward.access.rules import Actor, Role
from homeward.kernel.rules import LONDON
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Account
from homeward.visits import planning
from homeward.visits.models import Statement, StatementEntry
from homeward.web.hours.tables import csv_file
from tests.rooms.visits.agencies import hire, morning, on_shift, open_agencies

OCTOBER = "2026-10-01"


@pytest.fixture
def clock(monkeypatch):
    """Sets the clock of the pages: `clock(day=24)` of November."""

    def set_to(month: int = 11, day: int = 24, hour: int = 20) -> datetime:
        moment = datetime(2026, month, day, hour, 0, tzinfo=LONDON)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    return set_to


@pytest.fixture
def now(clock):
    """An evening in November."""
    return clock()


@pytest.fixture
def place(service, now):
    """An agency paid by the visit, with one worker whose name a spreadsheet would run, and a council by the shift."""
    early = now.replace(day=24, hour=6)
    agency, council = open_agencies(service, early)
    on_shift(
        hire(agency, "=Carer", early, kind=ContractKind.AGENCY, basis=PayBasis.CONTACT, weekly_minutes=None),
        early, 7, 15,
    )  # fmt: skip
    on_shift(hire(council, "Council One", early, skills=("social_worker",)), early, 8, 16)
    morning(service, early, 3)
    planning.plan_day(
        actor=Actor.system("tests", service.pk), service_id=service.pk, day=early.date(), now=early, seconds=0.2,
        seed=1,
    )  # fmt: skip
    return agency, council


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def agency_side(sign_in, place):
    """A browser of somebody who manages the agency's roster."""
    client = sign_in(Role.ROSTER_PLANNER, "Ann Agency")
    Account.objects.filter(full_name="Ann Agency").update(organisation=place[0])
    return client


@pytest.fixture
def service_side(sign_in, place):
    """A browser of the council's roster planner."""
    client = sign_in(Role.ROSTER_PLANNER, "Sam Service")
    Account.objects.filter(full_name="Sam Service").update(organisation=place[1])
    return client


class TestHours:
    def test_tell_paid_from_used_by_employer_then_by_worker(self, service_side, place):
        words = text_of(service_side.get("/hours/"))
        assert "Merrow Council 1 worker 8.0 0.0 0.0 0.3 7.7 96 %" in words
        theirs = text_of(service_side.get(f"/hours/?employer={place[1].pk}&span=month&from=2026-11-03"))
        assert "Hours of Merrow Council" in theirs
        assert "Council One By the shift 8.0" in theirs

    def test_are_a_file_in_minutes_that_no_spreadsheet_runs(self, service_side, place):
        heads, *rows = rows_of(service_side.get("/hours/file"))
        assert heads[5] == "Paid minutes"
        told = {row[1]: row for row in rows}
        assert told["Council One"][5] == "480"
        assert "'=Carer" in told

    def test_keep_other_employers_from_an_agency(self, agency_side, place):
        words = text_of(agency_side.get("/hours/"))
        assert "Larkmoor Care" in words
        assert "Council" not in words.replace("Council planner", "")

    def test_are_for_who_sees_the_roster(self, sign_in, place):
        assert sign_in(Role.CRISIS_RESPONDER).get("/hours/").status_code == 403

    @pytest.mark.parametrize("asked", ["from=x", "from=9999-99-99", "from=0001-01-01", "employer=x", "span=year"])
    def test_show_this_week_where_what_is_asked_cannot_be(self, service_side, asked):
        assert service_side.get(f"/hours/?{asked}").status_code == 200


class TestStatements:
    @pytest.fixture
    def december(self, place, clock):
        """The month is over, before anybody signs in."""
        return clock(12, 3)

    @pytest.fixture
    def drawn(self, december, service_side, place):
        service_side.post("/hours/statements/draw-up", {"employer": place[0].pk, "month": "2026-11-01"})
        return Statement.objects.get()

    def test_are_asked_about_answered_and_agreed_by_both_sides(self, drawn, service_side, agency_side):
        at = f"/hours/statements/{drawn.pk}"
        sheet = drawn.sheets.get()
        assert "No times recorded" in text_of(agency_side.get(f"{at}/workers/{sheet.worker_id}"))
        asked = {"worker": sheet.worker_id, "line": sheet.lines[0]["key"], "text": "There for 50 minutes"}
        assert "Your query is on the statement" in text_of(agency_side.post(f"{at}/query", asked, follow=True))
        assert "once every query is answered" in text_of(service_side.get(at))
        query = StatementEntry.objects.get()
        assert "Answered" in text_of(
            service_side.post(f"{at}/queries/{query.pk}/answer", {"text": "Planned minutes \0it is"}, follow=True)
        )
        service_side.post(f"{at}/agree")
        assert "The service agreed" in text_of(service_side.get("/hours/statements?month=2026-11"))
        both = text_of(agency_side.post(f"{at}/agree", follow=True))
        assert "The employer: Ann Agency" in both
        assert "Agree for" not in both

    def test_are_files_and_paper(self, drawn, agency_side):
        heads, *rows = rows_of(agency_side.get(f"/hours/statements/{drawn.pk}/file"))
        assert len(rows) == 3
        assert heads[-1] == "Why"
        assert sum(int(row[heads.index("Actual pence")]) for row in rows) == drawn.actual_pence
        paper = text_of(agency_side.get(f"/hours/statements/{drawn.pk}/paper"))
        assert drawn.lines_hash in paper

    def test_refuse_empty_words_and_lines_that_are_not_there(self, drawn, agency_side):
        at = f"/hours/statements/{drawn.pk}/query"
        assert agency_side.post(at, {"text": ""}).status_code == 422
        worker = drawn.sheets.get().worker_id
        assert agency_side.post(at, {"worker": worker, "line": "x", "text": "What?"}).status_code == 422
        assert agency_side.post(at, {"worker": 999999, "line": "x", "text": "What?"}).status_code == 404
        assert not StatementEntry.objects.exists()

    def test_keep_an_agency_to_its_own(self, drawn, service_side, agency_side, place):
        service_side.post("/hours/statements/draw-up", {"employer": place[1].pk, "month": "2026-11-01"})
        theirs = Statement.objects.get(employer=place[1])
        for what in ("", "/file", "/paper"):
            assert agency_side.get(f"/hours/statements/{theirs.pk}{what}").status_code == 404
        refused = agency_side.post("/hours/statements/draw-up", {"employer": place[1].pk, "month": "2026-11-01"})
        assert refused.status_code == 404

    def test_tell_bought_from_in_house(self, service_side, place):
        words = text_of(service_side.get("/hours/statements?month=2026-11"))
        assert "Delivered in house 8.0 8.0 £160.00 £20.00" in words
        assert "Bought from agencies" in words

    def test_say_why_nothing_was_drawn_up(self, service_side, place):
        told = {"employer": place[0].pk, "month": OCTOBER}
        answer = service_side.post("/hours/statements/draw-up", told, follow=True)
        assert "Nobody of this employer had a shift or a visit that month" in text_of(answer)


class TestFiles:
    @pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@x", "\tx"])
    def test_hold_no_formula(self, typed):
        assert rows_of(csv_file("x", ["a"], [[typed]]))[1] == [f"'{typed}"]

    def test_keep_numbers_numbers(self):
        assert rows_of(csv_file("x", ["a"], [[-5], [None]]))[1:] == [["-5"], [""]]
