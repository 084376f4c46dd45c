"""Stays: told once or many times, answered for each day, and ended."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from homeward.access.rules import NotAllowedError, Role
from homeward.discharge.models import HospitalStay, StayEvent
from homeward.discharge.selectors import (
    BoardFilter,
    StayNotFoundError,
    board_of,
    community_of,
    stay_for,
    stay_record,
    tied_by_stay,
)
from homeward.discharge.services import (
    CriteriaGiven,
    Leaving,
    Owner,
    add_action,
    admit_person,
    end_stay,
    receive_stay,
    record_criteria,
    resume_stay,
    set_blocker,
    set_expected,
)
from homeward.discharge.states import StayReceived, StaySource
from homeward.equipment.services import NewAsk, add_usual_kinds, ask_for_equipment
from homeward.kernel.rules import RefusedError, london_day
from homeward.notices.models import Notice
from homeward.people.models import TimelineEntry
from homeward.people.services import NewPerson
from homeward.referrals.models import Referral


class TestReceiveStay:
    def test_the_same_stay_twice_is_one(self, case_manager, ivy, told, now):
        first = receive_stay(actor=case_manager, person=ivy, given=told(), now=now)
        again = receive_stay(actor=case_manager, person=ivy, given=told(), now=now)

        assert (first.outcome, again.outcome) == (StayReceived.MADE, StayReceived.SAME)
        assert first.stay.pk == again.stay.pk
        assert StayEvent.objects.filter(kind="admitted").count() == 1

    def test_the_same_message_twice_changes_nothing_the_second_time(self, actor_with, ivy, told, now):
        machine = actor_with(Role.MACHINE)
        message = told(source=StaySource.FHIR, sender="Hospital", identifier="S1", message_key="m1")
        receive_stay(actor=machine, person=ivy, given=message, now=now)
        receive_stay(actor=machine, person=ivy, given=told(sender="Hospital", identifier="S1", ward="Ward 9"), now=now)

        again = receive_stay(actor=machine, person=ivy, given=message, now=now)

        assert again.outcome == StayReceived.SAME
        assert again.stay.ward == "Ward 9"

    def test_a_change_is_an_update_with_its_history(self, case_manager, ivy, told, stay, now):
        moved = receive_stay(actor=case_manager, person=ivy, given=told(ward="Ward 12"), now=now)

        assert moved.outcome == StayReceived.CHANGED
        assert (moved.stay.pk, moved.stay.ward) == (stay.pk, "Ward 12")
        change = StayEvent.objects.get(kind="changed")
        assert (change.field, change.before, change.after) == ("ward", "Ward 7", "Ward 12")

    def test_what_is_empty_takes_nothing_away(self, case_manager, ivy, told, stay, now):
        receive_stay(actor=case_manager, person=ivy, given=told(consultant="", reason=""), now=now)

        stay.refresh_from_db()
        assert (stay.consultant, stay.reason) == ("Dr Invented", "Fall at home")

    def test_an_older_telling_changes_nothing(self, case_manager, ivy, told, now):
        newer = told(sender="Hospital", identifier="S1", ward="Ward 9", said_at=now)
        receive_stay(actor=case_manager, person=ivy, given=newer, now=now)
        older = told(sender="Hospital", identifier="S1", ward="Ward 2", said_at=now - timedelta(hours=3))

        late = receive_stay(actor=case_manager, person=ivy, given=older, now=now)

        assert late.outcome == StayReceived.OLDER
        assert late.stay.ward == "Ward 9"

    def test_a_typed_stay_is_known_again_when_the_hospital_sends_it(self, case_manager, ivy, told, stay, now):
        sent = told(sender="Hospital", identifier="S1", source=StaySource.FHIR)

        received = receive_stay(actor=case_manager, person=ivy, given=sent, now=now)

        assert received.stay.pk == stay.pk

    def test_refuses_an_identifier_of_somebody_elses_stay(self, case_manager, coordinator, ivy, service, told, now):
        receive_stay(actor=case_manager, person=ivy, given=told(sender="Hospital", identifier="S1"), now=now)

        with pytest.raises(RefusedError, match="somebody else"):
            admit_person(
                actor=case_manager, service_id=service.pk, new_person=NewPerson(given_name="Abe", family_name="Other"),
                given=told(sender="Hospital", identifier="S1"), now=now,
            )  # fmt: skip

    def test_refuses_a_second_stay_while_one_goes_on(self, case_manager, ivy, told, stay, now):
        with pytest.raises(RefusedError, match="in hospital already"):
            receive_stay(actor=case_manager, person=ivy, given=told(admitted_at=now), now=now)

    def test_takes_a_stay_that_is_over_beside_one_that_goes_on(self, case_manager, ivy, told, stay, now):
        before = now - timedelta(days=90)
        over = told(admitted_at=before, leaving=Leaving(before + timedelta(days=4), destination="p0_home"))

        received = receive_stay(actor=case_manager, person=ivy, given=over, now=now)

        assert received.outcome == StayReceived.MADE
        assert received.stay.destination == "p0_home"

    @pytest.mark.parametrize(
        "wrong",
        [{"hospital_name": ""}, {"source": "pigeon"}, {"likely_pathway": "p9"}, {"identifier": "S1"}],
        ids=["no hospital", "no source", "no such pathway", "an identifier of nobody"],
    )
    def test_refuses_what_makes_no_sense(self, case_manager, ivy, told, now, wrong):
        with pytest.raises(RefusedError):
            receive_stay(actor=case_manager, person=ivy, given=told(**wrong), now=now)

    def test_refuses_an_admission_to_come(self, case_manager, ivy, told, now):
        with pytest.raises(RefusedError, match="future"):
            receive_stay(actor=case_manager, person=ivy, given=told(admitted_at=now + timedelta(days=1)), now=now)

    def test_refuses_an_end_before_the_beginning_and_keeps_nothing(self, case_manager, ivy, told, admitted_at, now):
        wrong = told(leaving=Leaving(admitted_at - timedelta(days=1)))

        with pytest.raises(RefusedError, match="before they were admitted"):
            receive_stay(actor=case_manager, person=ivy, given=wrong, now=now)

        assert not HospitalStay.objects.exists()

    def test_is_not_for_who_may_only_see(self, planner, ivy, told, now):
        with pytest.raises(NotAllowedError):
            receive_stay(actor=planner, person=ivy, given=told(), now=now)

    def test_adds_it_to_the_timeline(self, stay, ivy):
        assert TimelineEntry.objects.filter(person=ivy, kind="hospital", subject_id=stay.pk).count() == 1

    def test_tells_the_team_of_somebody_it_looks_after_and_nobody_else(
        self, case_manager, therapist, ivy, crisis, told, accept_crisis, now
    ):
        accept_crisis()
        receive_stay(actor=therapist, person=ivy, given=told(), now=now)

        notices = Notice.objects.filter(kind="stay")
        assert [one.account_id for one in notices] == [case_manager.account_id]
        assert "Ivy" not in notices[0].title

    def test_tells_nobody_of_somebody_nobody_looks_after(self, case_manager, stay):
        assert not Notice.objects.filter(kind="stay").exists()

    def test_the_database_refuses_two_open_stays(self, stay):
        with pytest.raises(DatabaseError), transaction.atomic():
            HospitalStay.objects.create(
                service=stay.service, person=stay.person, source="form", admitted_at=stay.admitted_at,
                told_at=stay.told_at,
            )  # fmt: skip

    def test_history_cannot_be_edited(self, stay):
        with pytest.raises(DatabaseError), transaction.atomic():
            StayEvent.objects.update(text="Otherwise")


class TestRecordCriteria:
    def test_sets_since_when_they_are_ready(self, case_manager, stay, now):
        today = london_day(now)
        for day, is_met in ((3, True), (2, False), (1, False)):
            given = CriteriaGiven(today - timedelta(days=day), is_met, "03" if is_met else "")
            stay = record_criteria(actor=case_manager, stay=stay, given=given, now=now)

        assert stay.ready_on == today - timedelta(days=2)
        assert (stay.is_criteria_met, stay.criteria_on) == (False, today - timedelta(days=1))

    def test_keeps_the_answer_it_puts_right(self, case_manager, stay, now):
        today = london_day(now)
        record_criteria(actor=case_manager, stay=stay, given=CriteriaGiven(today, False), now=now)
        stay = record_criteria(actor=case_manager, stay=stay, given=CriteriaGiven(today, True, "04"), now=now)

        assert stay.ready_on is None
        assert stay.answers.count() == 2
        assert [(one.before, one.after) for one in stay.events.filter(kind="ready").order_by("id")] == [
            ("", today.isoformat()),
            (today.isoformat(), ""),
        ]

    def test_the_same_answer_again_adds_nothing(self, case_manager, stay, now):
        for _ in range(2):
            record_criteria(actor=case_manager, stay=stay, given=CriteriaGiven(london_day(now), False), now=now)

        assert stay.answers.count() == 1

    def test_refuses_days_that_are_not_of_the_stay(self, case_manager, stay, now):
        for day in (london_day(now) + timedelta(days=1), london_day(stay.admitted_at) - timedelta(days=1)):
            with pytest.raises(RefusedError, match="Check the day"):
                record_criteria(actor=case_manager, stay=stay, given=CriteriaGiven(day, False), now=now)

    def test_refuses_met_without_a_criterion(self, case_manager, stay, now):
        with pytest.raises(RefusedError, match="which of the criteria"):
            record_criteria(actor=case_manager, stay=stay, given=CriteriaGiven(london_day(now), True), now=now)


class TestSetExpected:
    def test_keeps_every_day_it_was(self, case_manager, stay, now):
        today = london_day(now)
        set_expected(actor=case_manager, stay=stay, day=today + timedelta(days=1), reason="", now=now)
        set_expected(actor=case_manager, stay=stay, day=today + timedelta(days=4), reason="Unwell again", now=now)

        events = stay.events.filter(kind="expected").order_by("id")
        assert [(one.before, one.after, one.text) for one in events] == [
            ("", (today + timedelta(days=1)).isoformat(), ""),
            ((today + timedelta(days=1)).isoformat(), (today + timedelta(days=4)).isoformat(), "Unwell again"),
        ]

    def test_refuses_a_change_without_a_reason(self, case_manager, stay, now):
        today = london_day(now)
        set_expected(actor=case_manager, stay=stay, day=today, reason="", now=now)

        with pytest.raises(RefusedError, match="why"):
            set_expected(actor=case_manager, stay=stay, day=today + timedelta(days=1), reason=" ", now=now)

    def test_refuses_a_day_that_is_past(self, case_manager, stay, now):
        with pytest.raises(RefusedError, match="past"):
            set_expected(actor=case_manager, stay=stay, day=london_day(now) - timedelta(days=1), reason="", now=now)


class TestEndStay:
    def test_ends_what_held_them_up(self, case_manager, stay, service, now):
        owner = Owner("account", case_manager.account_id)
        action = add_action(
            actor=case_manager, stay=stay, text="Book transport", owner=owner, due_at=now + timedelta(hours=2),
            blocker="transport", now=now,
        )  # fmt: skip
        left = now + timedelta(hours=3)

        stay = end_stay(actor=case_manager, stay=stay, leaving=Leaving(left, destination="p0_home"), now=left)

        action.refresh_from_db()
        assert (stay.is_open, stay.destination, action.blocker) == (False, "p0_home", "")
        assert action.blocks.get().ended_at == left
        assert not board_of(case_manager, service.pk, BoardFilter(), left).everything

    def test_refuses_a_way_but_home_that_no_two_decided_unless_somebody_says_why(self, case_manager, stay, now):
        with pytest.raises(RefusedError, match="did not go home"):
            end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p3_care_home"), now=now)

        leaving = Leaving(now, destination="p3_care_home", note="Her family moved her there themselves")
        assert not end_stay(actor=case_manager, stay=stay, leaving=leaving, now=now).is_open

    def test_refuses_leaving_to_nowhere(self, case_manager, stay, now):
        with pytest.raises(RefusedError, match="where they went"):
            end_stay(actor=case_manager, stay=stay, leaving=Leaving(now), now=now)

    def test_refuses_to_end_twice(self, case_manager, stay, now):
        end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p0_home"), now=now)

        with pytest.raises(RefusedError, match="has ended"):
            end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p0_home"), now=now)

    def test_can_be_taken_back(self, case_manager, stay, now):
        end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p0_home"), now=now)

        stay = resume_stay(actor=case_manager, stay=stay, reason="Came back from the lift", now=now)

        assert (stay.is_open, stay.ended_as, stay.destination) == (True, "", "")


class TestStayFor:
    def test_opens_the_record_of_somebody_nothing_else_ties_to_the_service(self, therapist, stay, now):
        opened = stay_for(therapist, stay.pk, now)

        assert opened.person.label == "Ivy Okafor"
        assert tied_by_stay(therapist, [stay.person_id], now)

    def test_is_not_for_who_sees_no_stays(self, somebody, stay, now):
        with pytest.raises(NotAllowedError):
            stay_for(somebody(Role.PERFORMANCE_LEAD, "Pat"), stay.pk, now)

    def test_is_not_for_another_service(self, actor_with, system, stay, now):
        from homeward.teams.services import open_service

        other = open_service(actor=system, code="other", name="Other", now=now)
        stranger = actor_with(Role.CASE_MANAGER)
        stranger = type(stranger)(name="X", role=Role.CASE_MANAGER, account_id=None, service_ids=frozenset({other.pk}))

        with pytest.raises(StayNotFoundError):
            stay_for(stranger, stay.pk, now)


class TestBoardOf:
    def test_shows_what_is_next_and_what_holds_it_up(self, case_manager, stay, service, now):
        owner = Owner("account", case_manager.account_id)
        told = {"actor": case_manager, "stay": stay, "owner": owner, "now": now}
        later = add_action(text="Order a commode", due_at=now + timedelta(hours=9), **told)
        add_action(text="Ask the pharmacy", due_at=now + timedelta(hours=2), **told)
        set_blocker(actor=case_manager, action=later, blocker="equipment", now=now)
        record_criteria(actor=case_manager, stay=stay, given=CriteriaGiven(london_day(now), False), now=now)

        (line,) = board_of(case_manager, service.pk, BoardFilter(), now + timedelta(hours=3)).lines

        assert (line.next_action.text, line.actions, line.late_actions) == ("Ask the pharmacy", 2, 1)
        assert (line.days_in, line.days_ready, line.block.reason) == (5, 0, "equipment")
        assert line.missing == ("Trusted assessment", "Discharge summary")

    @pytest.mark.parametrize(
        ("wanted", "is_shown"),
        [
            ({}, True),
            ({"ward": "Ward 7"}, True),
            ({"ward": "Ward 8"}, False),
            ({"hospital": "Made Up General"}, True),
            ({"pathway": "none"}, True),
            ({"pathway": "p1"}, False),
            ({"team": "none"}, True),
            ({"family": "capacity"}, False),
            ({"show": "ready"}, False),
            ({"show": "missing"}, True),
            ({"show": "second"}, False),
            ({"text": "okafor"}, True),
            ({"text": "nobody"}, False),
        ],
        ids=str,
    )
    def test_keeps_what_a_filter_keeps(self, case_manager, stay, service, now, wanted, is_shown):
        board = board_of(case_manager, service.pk, BoardFilter(**wanted), now)

        assert bool(board.lines) is is_shown
        assert len(board.everything) == 1

    def test_asks_the_database_as_often_for_many_as_for_one(
        self, case_manager, stay, service, told, now, django_assert_max_num_queries
    ):
        for number in range(12):
            new = NewPerson(given_name="Somebody", family_name=f"Made Up {number}")
            admit_person(actor=case_manager, service_id=service.pk, new_person=new, given=told(), now=now)

        with django_assert_max_num_queries(25):
            board = board_of(case_manager, service.pk, BoardFilter(), now)
            for line in board.lines:
                assert line.stay.person.label
                assert line.stay.hospital_label

        assert len(board.lines) == 13

    def test_tells_what_the_community_knows(self, case_manager, stay, accept_crisis, now):
        assert not community_of(case_manager, stay_for(case_manager, stay.pk, now).person, now).is_known

        accept_crisis()

        assert community_of(case_manager, stay_for(case_manager, stay.pk, now).person, now).is_known
        assert Referral.objects.count() == 1


class TestMissingEquipment:
    @pytest.fixture
    def asked(self, service, case_manager, somebody, stay, ivy, now):
        """Ivy cannot leave without two grab rails."""
        add_usual_kinds(actor=somebody(Role.ROSTER_PLANNER, "Kit Keeper"), service_id=service.pk, now=now)
        new = NewAsk("grab_rail", "To reach the bathroom", london_day(now), quantity=2, is_before_home=True)
        return ask_for_equipment(actor=case_manager, person=ivy, new=new, now=now)

    def test_is_missing_on_the_board_and_of_the_stay(self, service, case_manager, stay, asked, now):
        (line,) = board_of(case_manager, service.pk, BoardFilter(show="missing", text="Ivy"), now).lines
        assert [one.request_id for one in line.equipment] == [asked.pk]
        [missing] = stay_record(case_manager, stay_for(case_manager, stay.pk, now), now).equipment
        assert (missing.kind_title, missing.quantity) == ("Grab rail, fitted", 2)

    def test_is_not_asked_after_once_they_left(self, case_manager, stay, asked, now):
        end_stay(actor=case_manager, stay=stay, leaving=Leaving(now, destination="p0_home"), now=now)
        assert stay_record(case_manager, stay_for(case_manager, stay.pk, now), now).equipment == ()


class TestStayRecord:
    def test_has_everything(self, case_manager, stay, now):
        record_criteria(actor=case_manager, stay=stay, given=CriteriaGiven(london_day(now), False), now=now)

        whole = stay_record(case_manager, stay_for(case_manager, stay.pk, now), now)

        assert [one.kind for one in whole.events] == ["admitted", "criteria", "ready"]
        assert whole.periods[-1].first == london_day(now)
