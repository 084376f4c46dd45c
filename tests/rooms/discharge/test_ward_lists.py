"""Lists of the people on a hospital's wards, taken in through the services."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.discharge.models import HospitalStay, StayQuestion, StayReceipt, WardList
from homeward.discharge.selectors.ward_lists import open_questions, preview_of, rows_sent_back, ward_list_for
from homeward.discharge.services import Leaving, end_stay
from homeward.discharge.services.ward_lists import (
    ListHandedIn,
    answer_stay_question,
    hand_in_ward_list,
    said_of,
    set_aside_ward_list,
    take_in_ward_list,
)
from homeward.discharge.states.ward_lists import ListCovers, ListState, QuestionAnswer
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.referrals.models import KeptMessage

HEADER = "stay_id,hospital_number,nhs_number,given_name,family_name,birth_date,ward,admitted_at,expected_date"
HEADER += ",meets_criteria,left_at"
IVY = "S-1,A1,999 000 0018,Ivy,Okafor,09/03/1941,Ward 12,21/11/2026 14:20,27/11/2026,no,"
JACK = "S-2,A2,,Jack,Made-Up,17/02/1938,Ward 12,22/11/2026 08:00,,yes,"
NORA = "S-3,A3,,Nora,Made-Up,01/05/1944,Ward 9,20/11/2026 08:00,,,"


@pytest.fixture
def manager(somebody):
    return somebody(Role.CASE_MANAGER)


@pytest.fixture
def hand_in(service, manager, now):
    """Hands in a list of these rows."""

    def make(*rows: str, actor=None, at=None, **more) -> WardList:
        content = "\n".join([HEADER, *rows]).encode()
        given = ListHandedIn(**{"content": content, "hospital_name": "Royal Derby", "made_at": at or now} | more)
        return hand_in_ward_list(actor=actor or manager, service_id=service.pk, given=given, now=at or now)

    return make


@pytest.fixture
def take(hand_in, manager, now):
    """Hands in a list of these rows and takes it in."""

    def make(*rows: str, at=None, **more) -> WardList:
        handed_in = hand_in(*rows, at=at, **more)
        return take_in_ward_list(actor=manager, ward_list=handed_in, now=at or now)

    return make


class TestHandIn:
    def test_keeps_the_bytes_and_changes_nothing(self, hand_in):
        handed_in = hand_in(IVY)
        assert bytes(handed_in.message.content).decode().startswith("stay_id")
        assert (handed_in.state, HospitalStay.objects.count()) == (ListState.WAITING, 0)

    def test_wants_to_know_the_hospital(self, hand_in):
        with pytest.raises(RefusedError, match="which hospital"):
            hand_in(IVY, hospital_name=" ")

    def test_refuses_a_list_from_the_future(self, hand_in, now):
        with pytest.raises(RefusedError, match="in the future"):
            hand_in(IVY, made_at=now + timedelta(hours=1))

    def test_is_for_who_moves_stays_on(self, hand_in, actor_with):
        with pytest.raises(NotAllowedError):
            hand_in(IVY, actor=actor_with(Role.FIELD_WORKER))

    def test_is_open_to_a_hospitals_system(self, hand_in, somebody):
        assert hand_in(IVY, actor=somebody(Role.MACHINE)).state == ListState.WAITING


class TestTakeIn:
    def test_makes_a_stay_of_each_row(self, take, ivy):
        taken = take(IVY, JACK)
        assert (taken.state, said_of(taken)) == (ListState.TAKEN, "2 new.")
        stay = HospitalStay.objects.get(person=ivy)
        assert (stay.ward, stay.expected_on, stay.is_criteria_met) == ("Ward 12", date(2026, 11, 27), False)
        assert stay.ready_on == date(2026, 11, 24)
        assert stay.hospital_label == "Royal Derby"
        assert Person.objects.get(family_name="Made-Up").nhs_number == ""

    def test_changes_nothing_the_second_time(self, take, ivy):
        take(IVY, JACK)
        before = list(HospitalStay.objects.order_by("pk").values())
        again = take(IVY, JACK)
        assert said_of(again) == "2 as known."
        assert list(HospitalStay.objects.order_by("pk").values()) == before
        assert Person.objects.count() == 2

    def test_follows_somebody_to_another_ward(self, take, ivy, now):
        take(IVY)
        taken = take(IVY.replace("Ward 12", "Ward 9"), at=now + timedelta(hours=7))
        assert said_of(taken) == "1 changed."
        stay = HospitalStay.objects.get()
        assert stay.ward == "Ward 9"
        assert stay.events.get(field="ward").before == "Ward 12"

    def test_lets_an_older_list_change_nothing(self, take, ivy, now):
        take(IVY.replace("Ward 12", "Ward 9"))
        taken = take(IVY, made_at=now - timedelta(hours=4))
        assert said_of(taken) == "1 as known."
        assert HospitalStay.objects.get().ward == "Ward 9"

    def test_sends_back_a_row_with_a_fault_and_takes_the_others(self, take, ivy, manager):
        taken = take(IVY, JACK.replace("22/11/2026", "32/11/2026"))
        assert said_of(taken) == "1 new, 1 sent back."
        (fault,) = taken.message.not_understood
        assert fault["path"] == "line 3, admitted_at"
        assert "Jack" in rows_sent_back(manager, taken)
        assert "Ivy" not in rows_sent_back(manager, taken)

    def test_never_matches_by_less_than_number_and_birth_date(self, take, ivy):
        take(IVY.replace("09/03/1941", "09/03/1942"))
        assert not HospitalStay.objects.filter(person=ivy).exists()
        new = Person.objects.exclude(pk=ivy.pk).get()
        assert new.nhs_number_status == "unverified"

    def test_knows_somebody_again_by_the_hospitals_number(self, take, now):
        take(JACK.replace(",yes,", ",yes,23/11/2026 10:00"))
        later = now + timedelta(days=3)
        take(JACK.replace("S-2", "S-9").replace("22/11/2026", "26/11/2026"), at=later)
        assert Person.objects.count() == 1
        assert HospitalStay.objects.count() == 2

    def test_ends_a_stay_only_where_the_list_says_so(self, take, ivy):
        take(IVY)
        taken = take(f"{IVY}24/11/2026 08:30")
        assert said_of(taken) == "1 changed."
        stay = HospitalStay.objects.get()
        assert (stay.ended_as, stay.is_open) == ("left", False)

    def test_is_done_once(self, hand_in, manager, now):
        handed_in = hand_in(IVY)
        take_in_ward_list(actor=manager, ward_list=handed_in, now=now)
        with pytest.raises(RefusedError, match="taken in already"):
            take_in_ward_list(actor=manager, ward_list=handed_in, now=now)

    def test_sets_aside_what_cannot_be_read_and_says_why(self, hand_in, manager, now):
        handed_in = hand_in(content=b"surname,ward\nOkafor,12")
        taken = take_in_ward_list(actor=manager, ward_list=handed_in, now=now)
        assert taken.state == ListState.SET_ASIDE
        assert "admitted_at is missing" in taken.message.reason

    def test_is_in_the_trail(self, take, ivy):
        take(IVY)
        assert Event.objects.filter(action="take in ward list").count() == 1


class TestQuestions:
    def test_ask_about_who_is_no_longer_on_the_list_and_discharge_nobody(self, take, ivy, manager, service, now):
        take(IVY, JACK)
        taken = take(IVY, at=now + timedelta(hours=7))
        assert said_of(taken) == "1 as known, 1 to ask the ward about."
        (question,) = open_questions(manager, service.pk, now)
        assert question.stay.person.given_name == "Jack"
        assert question.stay.is_open

    def test_are_asked_once_however_many_lists_leave_somebody_out(self, take, now):
        take(IVY, JACK)
        for hours in (7, 24, 31):
            take(IVY, at=now + timedelta(hours=hours))
        assert StayQuestion.objects.count() == 1

    def test_are_answered_by_a_later_list(self, take, manager, service, now):
        take(IVY, JACK)
        take(IVY, at=now + timedelta(hours=7))
        take(IVY, JACK, at=now + timedelta(hours=24))
        assert open_questions(manager, service.pk, now) == []
        assert StayQuestion.objects.get().answer == QuestionAnswer.ON_LIST

    def test_are_answered_by_somebody(self, take, manager, service, now):
        take(IVY, JACK)
        take(IVY, at=now + timedelta(hours=7))
        (question,) = open_questions(manager, service.pk, now)
        answer_stay_question(
            actor=manager, question=question, answer=QuestionAnswer.STILL_THERE, now=now, note="Moved bay"
        )
        assert open_questions(manager, service.pk, now) == []
        with pytest.raises(RefusedError, match="answered before"):
            answer_stay_question(actor=manager, question=question, answer=QuestionAnswer.STILL_THERE, now=now)

    def test_are_answered_by_ending_the_stay(self, take, manager, service, now):
        take(IVY, JACK)
        take(IVY, at=now + timedelta(hours=7))
        (question,) = open_questions(manager, service.pk, now)
        with pytest.raises(RefusedError, match="End the stay first"):
            answer_stay_question(actor=manager, question=question, answer=QuestionAnswer.LEFT, now=now)
        end_stay(actor=manager, stay=question.stay, leaving=Leaving(now, "left", "p0_home"), now=now)
        assert open_questions(manager, service.pk, now) == []

    def test_leave_other_wards_alone_where_a_list_is_about_its_own(self, take, manager, service, now):
        take(IVY, JACK, NORA)
        take(IVY, at=now + timedelta(hours=7), covers=ListCovers.WARDS)
        assert [one.stay.person.given_name for one in open_questions(manager, service.pk, now)] == ["Jack"]

    def test_leave_other_hospitals_alone(self, take, manager, service, now):
        take(IVY, JACK)
        take(NORA, hospital_name="City General", at=now + timedelta(hours=7))
        assert open_questions(manager, service.pk, now) == []

    def test_do_not_ask_about_a_row_that_was_sent_back(self, take, manager, service, now):
        take(IVY, JACK)
        taken = take(IVY, JACK.replace("17/02/1938", "17/02/38"), at=now + timedelta(hours=7))
        assert said_of(taken) == "1 as known, 1 sent back."
        assert open_questions(manager, service.pk, now) == []

    def test_ask_where_a_list_has_somebody_whose_stay_was_ended(self, take, ivy, manager, service, now):
        take(IVY)
        stay = HospitalStay.objects.get()
        end_stay(actor=manager, stay=stay, leaving=Leaving(now, "left", "p0_home"), now=now)
        take(IVY, at=now + timedelta(hours=7))
        (question,) = open_questions(manager, service.pk, now)
        assert question.kind == "back"
        stay.refresh_from_db()
        assert not stay.is_open


class TestPreview:
    def test_says_what_would_change_and_changes_nothing(self, take, hand_in, ivy, manager, now):
        take(IVY, JACK)
        later = now + timedelta(hours=7)
        waiting = hand_in(IVY.replace("Ward 12", "Ward 9"), NORA, at=later)
        before = (HospitalStay.objects.count(), StayReceipt.objects.count(), Person.objects.count())
        preview = preview_of(manager, ward_list_for(manager, waiting.pk, later), later)
        known, new = preview.rows
        assert [(one.column, one.before, one.after) for one in known.changes] == [("ward", "Ward 12", "Ward 9")]
        assert (known.person, new.person, new.stay_id) == (ivy, None, None)
        assert [stay.person.given_name for stay in preview.left_out] == ["Jack"]
        assert (HospitalStay.objects.count(), StayReceipt.objects.count(), Person.objects.count()) == before

    def test_comes_to_the_same_as_taking_it_in(self, take, hand_in, ivy, manager, now):
        take(IVY, JACK)
        later = now + timedelta(hours=7)
        waiting = hand_in(IVY.replace("Ward 12", "Ward 9"), JACK, NORA, at=later)
        preview = preview_of(manager, waiting, later)
        counted = {
            "made": sum(one.stay_id is None for one in preview.rows),
            "changed": sum(bool(one.stay_id and one.changes) for one in preview.rows),
            "same": sum(bool(one.stay_id and not one.changes) for one in preview.rows),
        }
        taken = take_in_ward_list(actor=manager, ward_list=waiting, now=later)
        assert {name: taken.counts.get(name, 0) for name in counted} == counted == {"made": 1, "changed": 1, "same": 1}

    def test_shows_whom_a_new_person_may_be(self, hand_in, ivy, manager, now):
        waiting = hand_in(IVY.replace("999 000 0018", ""))
        (row,) = preview_of(manager, waiting, now).rows
        assert row.person is None
        assert [person for person, _ in row.alike] == [ivy]

    def test_says_that_a_newer_list_was_taken_in(self, take, hand_in, ivy, manager, now):
        take(IVY)
        older = hand_in(IVY, made_at=now - timedelta(hours=4))
        assert preview_of(manager, older, now).is_older

    def test_audits_whom_it_shows(self, take, hand_in, ivy, manager, now):
        take(IVY)
        waiting = hand_in(IVY)
        preview_of(manager, waiting, now)
        assert Event.objects.filter(action="see in ward list").count() == 1


class TestSetAside:
    def test_changes_nothing(self, hand_in, manager, now):
        aside = set_aside_ward_list(actor=manager, ward_list=hand_in(IVY), now=now)
        assert (aside.state, HospitalStay.objects.count()) == (ListState.SET_ASIDE, 0)
        assert KeptMessage.objects.get().outcome == "refused"


class TestHeadings:
    def test_are_those_set_for_a_hospital(self, hand_in, manager, now, settings):
        settings.WARD_LIST_HEADINGS = {"royal derby": {"ward": ["Where now"]}, "": {"ward": ["Place"]}}
        content = f"{HEADER.replace('ward', 'where now')}\n{JACK}".encode()
        taken = take_in_ward_list(actor=manager, ward_list=hand_in(content=content), now=now)
        assert said_of(taken) == "1 new."
        other = hand_in(content=content.replace(b"where now", b"place"), hospital_name="City General")
        assert preview_of(manager, other, now).reading.rows
