"""How somebody gets home and with which medicines: what each step takes, and what the board says is missing."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from homeward.access.rules import NotAllowedError, Role
from homeward.discharge.models import HomeMedicines, Transport
from homeward.discharge.rules.homegoing import not_arranged
from homeward.discharge.selectors import BoardFilter, board_of, not_arranged_for
from homeward.discharge.services import (
    MedicinesGiven,
    NotArrangedError,
    TransportGiven,
    arrange_medicines,
    arrange_transport,
)
from homeward.kernel.rules import london_day

NOW = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
TODAY, TOMORROW, LATER = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
HOUR = timedelta(hours=1)


class TestNotArranged:
    @pytest.mark.parametrize(
        ("what", "given", "missing"),
        [
            ("leaving later: nothing yet", {"expected_on": LATER}, ()),
            ("ready without a day: medicines", {"is_ready": True}, ("Medicines not ordered",)),
            ("leaving tomorrow: both", {"expected_on": TOMORROW}, ("Transport not booked", "Medicines not ordered")),
            (
                "the day is past: both",
                {"expected_on": TODAY - timedelta(days=3), "transport": "to_book", "medicines": "to_order"},
                ("Transport not booked", "Medicines not ordered"),
            ),
            (
                "booked and ordered for today: not ready yet",
                {"expected_on": TODAY, "transport": "booked", "collect_at": NOW + HOUR, "medicines": "ordered"},
                ("Medicines not ready",),
            ),
            (
                "not collected in time",
                {"transport": "booked", "collect_at": NOW - HOUR, "medicines": "checked"},
                ("Transport late",),
            ),
            (
                "ordered, and late before the day",
                {"expected_on": LATER, "medicines": "ordered", "medicines_ready_at": NOW - HOUR},
                ("Medicines not ready",),
            ),
            (
                "ready but nobody checked them",
                {"expected_on": TODAY, "transport": "not_needed", "medicines": "ready"},
                ("Medicines not checked",),
            ),
            ("all is there", {"expected_on": TODAY, "transport": "collected", "medicines": "handed_over"}, ()),
            ("neither is needed", {"expected_on": TODAY, "transport": "not_needed", "medicines": "not_needed"}, ()),
        ],
    )
    def test_says_what_is_missing(self, what, given, missing):
        nothing = {
            "expected_on": None, "is_ready": False, "transport": "", "collect_at": None, "medicines": "",
            "medicines_ready_at": None, "now": NOW, "today": TODAY,
        }  # fmt: skip
        assert not_arranged(**nothing | given) == missing, what


class TestArrangeTransport:
    @pytest.fixture
    def booked(self, now):
        return {
            "state": "booked", "owner": "Ward", "mode": "patient_transport", "travels_by": "stretcher",
            "is_two_person": True, "collect_at": now + timedelta(days=1), "reference": "PT-77",
        }  # fmt: skip

    def test_keeps_how_they_travel_and_says_so_in_the_history(self, case_manager, stay, booked, now):
        row = arrange_transport(actor=case_manager, stay=stay, given=TransportGiven(**booked), now=now)

        assert (row.state, row.is_two_person, row.reference) == ("booked", True, "PT-77")
        event = stay.events.get(field="transport")
        assert event.after.startswith("Transport: booked, ")
        assert event.text == "Patient transport, PT-77"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"mode": ""}, "mode"),
            ({"travels_by": ""}, "travels_by"),
            ({"collect_at": None}, "collect_day"),
            ({"reference": " "}, "reference"),
            ({"owner": " "}, "owner"),
            ({"state": "not_needed"}, "note"),
            ({"state": "flown"}, "state"),
        ],
    )
    def test_refuses_what_is_missing(self, case_manager, stay, booked, now, given, field):
        with pytest.raises(NotArrangedError) as refused:
            arrange_transport(actor=case_manager, stay=stay, given=TransportGiven(**booked | given), now=now)

        assert set(refused.value.faults) == {field}
        assert not Transport.objects.exists()

    def test_family_needs_no_reference(self, case_manager, stay, booked, now):
        given = TransportGiven(**booked | {"mode": "family", "reference": ""})

        assert arrange_transport(actor=case_manager, stay=stay, given=given, now=now).state == "booked"

    def test_the_database_refuses_a_booking_without_a_time(self, case_manager, stay, booked, now):
        arrange_transport(actor=case_manager, stay=stay, given=TransportGiven(**booked), now=now)

        with pytest.raises(IntegrityError), transaction.atomic():
            Transport.objects.update(collect_at=None)

    def test_is_for_who_chases(self, somebody, stay, booked, now):
        with pytest.raises(NotAllowedError):
            arrange_transport(actor=somebody(Role.ROSTER_PLANNER), stay=stay, given=TransportGiven(**booked), now=now)


class TestArrangeMedicines:
    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"state": "ordered"}, "ready_day"),
            ({"state": "checked"}, "checked_by"),
            ({"state": "handed_over", "checked_by": "Pat", "changes_told_to": "Ivy"}, "handed_to"),
            ({"state": "handed_over", "checked_by": "Pat", "handed_to": "Ivy"}, "changes_told_to"),
            ({"state": "not_needed"}, "note"),
            ({"state": "ready", "ready_at": NOW, "owner": ""}, "owner"),
        ],
    )
    def test_asks_for_what_each_step_takes(self, case_manager, stay, now, given, field):
        told = MedicinesGiven(**{"owner": "Ward pharmacist"} | given)

        with pytest.raises(NotArrangedError) as refused:
            arrange_medicines(actor=case_manager, stay=stay, given=told, now=now)

        assert set(refused.value.faults) == {field}

    def test_goes_on_in_one_record_with_each_step_in_the_history(self, case_manager, stay, now):
        for step in (
            {"state": "ordered", "ready_at": now},
            {"state": "checked", "ready_at": now, "checked_by": "Pat Pharmacist"},
            {"state": "handed_over", "checked_by": "Pat Pharmacist", "handed_to": "Ivy", "changes_told_to": "Ivy"},
        ):
            given = MedicinesGiven(owner="Ward pharmacist", **step)
            arrange_medicines(actor=case_manager, stay=stay, given=given, now=now)

        assert HomeMedicines.objects.get().state == "handed_over"
        said = stay.events.filter(field="medicines").order_by("id").values_list("after", flat=True)
        assert [words.rpartition(": ")[2] for words in said] == ["ordered", "checked", "handed over"]


class TestBoard:
    def test_says_what_is_missing_and_can_be_filtered_by_it(self, case_manager, stay, service, now):
        stay.expected_on = london_day(now)
        stay.save(update_fields=["expected_on"])

        (line,) = board_of(case_manager, service.pk, BoardFilter(show="missing"), now).lines

        assert line.arranging == ("Transport not booked", "Medicines not ordered")
        assert not_arranged_for(case_manager, stay, now) == line.arranging
