"""Handover sheets: one for each change of shift, whenever somebody looks."""

from datetime import datetime, timedelta

import pytest

from homeward.access.rules import Actor, NotAllowedError
from homeward.audit.models import Event
from homeward.kernel.rules import LONDON, RefusedError
from homeward.referrals.services import NewReferral, log_call, receive_referral
from homeward.roster.services import cover_these_hours
from homeward.visits import planning
from homeward.visits.models import HandoverSheet
from homeward.visits.selectors import handover_sheet, handover_sheets
from homeward.visits.services import add_handover_note, decide_response, make_handover_sheets, take_over
from homeward.visits.states import Decision

EVENING = datetime(2026, 11, 24, 21, 32, tzinfo=LONDON)


@pytest.fixture
def homeward(service) -> Actor:
    return Actor.system("Homeward, by itself", service.pk)


@pytest.fixture
def covered(planner, service, now):
    for kind, starts_at, ends_at in (
        ("day", "07:00", "14:30"),
        ("evening", "14:30", "21:30"),
        ("night", "21:30", "07:00"),
    ):
        cover_these_hours(
            actor=planner, service_id=service.pk, kind=kind, weekdays="1234567", starts_at=starts_at, ends_at=ends_at,
            least_health=1, least_care=1, now=now,
        )  # fmt: skip


class TestMakeHandoverSheets:
    def test_makes_none_for_a_service_that_covers_no_hours(self, homeward, service):
        assert make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING) == []

    def test_makes_one_at_the_change_and_only_one(self, homeward, service, covered):
        made = make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING)
        assert [sheet.changes_at for sheet in made] == [datetime(2026, 11, 24, 21, 30, tzinfo=LONDON)]
        assert make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING + timedelta(hours=1)) == []

    def test_catches_up_with_each_change_it_missed_once(self, homeward, service, covered):
        make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING)
        made = make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING + timedelta(hours=18))
        assert [sheet.changes_at.astimezone(LONDON).hour for sheet in made] == [7, 14]
        assert HandoverSheet.objects.count() == 3

    def test_leaves_changes_long_past_alone(self, homeward, service, covered):
        make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING)
        made = make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING + timedelta(days=5))
        assert len(made) == 3

    def test_is_the_schedules_own(self, planner, service, covered):
        with pytest.raises(NotAllowedError):
            make_handover_sheets(actor=planner, service_id=service.pk, now=EVENING)

    def test_tells_the_next_shift_what_is_open(
        self, homeward, coordinator, crisis, ivy, workers, service, covered, now
    ):
        response = planning.accept_and_respond(
            actor=coordinator, referral=crisis, pathway_code="integrated-crisis-response", now=now
        )
        decide_response(
            actor=coordinator, episode=response.episode, decision=Decision.SCENE_UNSAFE, words="Dog loose", now=now
        )
        receive_referral(
            actor=coordinator, person=ivy, now=now, new=NewReferral(source="gp", urgency="routine", need_code="fall")
        )
        log_call(
            actor=coordinator, service_id=service.pk, source="gp", caller_name="Dr Owed", outcome="call_back",
            caller_phone="07700 900222", now=now,
            call_back_by=now + timedelta(minutes=30),
        )  # fmt: skip
        sheet = make_handover_sheets(actor=homeward, service_id=service.pk, now=now)[0]
        lines = {part["code"]: part["lines"] for part in sheet.parts}
        open_crisis = lines["open_crises"][0]
        assert open_crisis["title"] == "Ivy Okafor"
        assert open_crisis["clock"] == "Two-hour response: due 10:50"
        assert "Proposed" in open_crisis["text"]
        assert any("Not safe" in risk for risk in open_crisis["risks"])
        assert any("Dog loose" in risk for risk in open_crisis["risks"])
        assert "nobody holds it" in lines["referrals_waiting"][0]["text"]
        assert lines["call_backs"][0]["title"] == "Dr Owed"
        handover_sheet(coordinator, sheet.pk, now)
        assert Event.objects.get(action="open handover sheet").people == [ivy.pk]
        assert len([line for line in lines["next_shift"] if line["title"].startswith("Worker")]) == 4


class TestASheet:
    @pytest.fixture
    def sheet(self, homeward, service, covered):
        return make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING)[0]

    def test_is_added_to_and_taken_over_once(self, coordinator, sheet):
        add_handover_note(actor=coordinator, sheet=sheet, text=" Key safe stuck ", now=EVENING)
        take_over(actor=coordinator, sheet=sheet, now=EVENING)
        found = handover_sheet(coordinator, sheet.pk, EVENING)
        assert [note.text for note in found.notes.all()] == ["Key safe stuck"]
        assert (found.taken_over_by, found.taken_over_at) == ("Test Person", EVENING)
        with pytest.raises(RefusedError, match="already"):
            take_over(actor=coordinator, sheet=sheet, now=EVENING)
        with pytest.raises(RefusedError, match="Write the note"):
            add_handover_note(actor=coordinator, sheet=sheet, text=" ", now=EVENING)

    def test_is_listed_newest_first(self, homeward, coordinator, service, sheet):
        newer = make_handover_sheets(actor=homeward, service_id=service.pk, now=EVENING + timedelta(hours=10))[0]
        assert [one.pk for one in handover_sheets(coordinator, service.pk)] == [newer.pk, sheet.pk]
