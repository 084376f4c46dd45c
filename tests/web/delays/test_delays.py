"""The delays of a week, on the page and as a file."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Role
from homeward.discharge.services import CriteriaGiven, Leaving, StayGiven, end_stay, receive_stay
from homeward.people.services import NewPerson, register_person

MANY = 6


@pytest.fixture
def left(service, desk, now):
    """Six people who left last week, two days after they were ready, and Jack, who waits."""
    monday = timezone.localtime(now).replace(hour=10, minute=0) - timedelta(days=timezone.localtime(now).weekday() + 7)
    for number in range(MANY + 1):
        person = register_person(
            actor=desk, service_id=service.pk, new=NewPerson(given_name=f"P{number}", family_name="Made-Up"), now=now
        )
        ready = (CriteriaGiven(monday.date(), False),)
        given = StayGiven(
            admitted_at=monday - timedelta(days=9), source="form", hospital_name="Royal Derby", criteria=ready
        )
        stay = receive_stay(actor=desk, person=person, given=given, now=now).stay
        if number:
            leaving = Leaving(monday + timedelta(days=2), "left", "p0_home")
            end_stay(actor=desk, stay=stay, leaving=leaving, now=now)
    return monday.date()


class TestWeek:
    def test_shows_numbers_and_names_nobody(self, sign_in, left):
        page = sign_in(Role.PERFORMANCE_LEAD).get(reverse("delays:week"), {"week": left.isoformat()}).content.decode()
        assert "6 people left. 0 left on the day they were ready and 6 later, after 12 days in bed" in page
        assert "Nobody has said what they wait for" in page
        assert "Made-Up" not in page

    def test_shows_this_week_where_none_is_asked_for_or_it_is_no_week(self, sign_in, left):
        lead = sign_in(Role.PERFORMANCE_LEAD)
        for asked in ("", "soon", "2999-01-01", "0001-01-01"):
            answer = lead.get(reverse("delays:week"), {"week": asked})
            assert answer.status_code == 200
            assert "Delays this week" in answer.content.decode()

    def test_is_not_for_who_sees_no_results(self, sign_in):
        assert sign_in(Role.FIELD_WORKER).get(reverse("delays:week")).status_code == 403


class TestFile:
    def test_has_the_national_categories_and_no_small_numbers(self, sign_in, left, service, settings):
        settings.SMALLEST_NUMBER = 5
        answer = sign_in(Role.PERFORMANCE_LEAD).get(reverse("delays:file"), {"week": left.isoformat()})
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert {row["organisation"] for row in rows} == {service.name}
        by = {(row["period"], row["measure"], row["category"]): row["number"] for row in rows}
        wednesday = (left + timedelta(days=2)).isoformat()
        left_out = "fewer than 5, or left out"
        # one who waits: hidden, and with them the next smallest, from which the one could be worked out
        assert by[(wednesday, "Number of patients discharged", "")] == left_out
        waits = "Number of patients remaining in hospital who no longer meet the criteria to reside"
        assert by[(wednesday, waits, "")] == left_out
        assert by[(wednesday, "Number of patients who no longer meet the criteria to reside", "")] == "7"
        week = f"{left.isoformat()} to {(left + timedelta(days=6)).isoformat()}"
        assert by[(week, "Discharges by days after the discharge ready date", "2–3 days")] == "6"
        reasons = [row for row in rows if row["measure"] == "Patients remaining in hospital, by reason for delay"]
        homes = [row for row in rows if row["measure"] == "Patients discharged, by pathway and destination"]
        assert (len(reasons), len(homes)) == (37 + 1, 8 + 1)
        assert homes[0]["category"].startswith("Pathway 0: Discharge to a domestic home, hotel")
        assert "Made-Up" not in answer.content.decode("utf-8-sig")
