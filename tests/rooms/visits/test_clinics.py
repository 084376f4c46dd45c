"""Group clinics: opened and dated, people booked as they agreed, home visits that give way and come back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from homeward.access.rules import Actor, NotAllowedError, Role, Sight
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError, london_day, wall_clock
from homeward.notices.models import Notice
from homeward.people.models import Person, TimelineEntry
from homeward.people.selectors import sights
from homeward.plans.services import write_plan
from homeward.plans.states import AgreedHow
from homeward.roster.models import Shift
from homeward.teams.models import Worker
from homeward.visits.models import (
    Assignment,
    Clinic,
    ClinicBooking,
    ClinicSession,
    ReplacedVisit,
    SessionPlace,
    Visit,
)
from homeward.visits.planning import plan_day, plan_round_clinic
from homeward.visits.selectors import day_for
from homeward.visits.selectors.clinics import (
    candidates_for,
    clinic_figures,
    clinics_of_person,
    home_visits_beside,
    missed_and_seen_to,
    session_for,
    transport_to_arrange,
    who_did_not_come,
)
from homeward.visits.services import (
    ClinicFullError,
    book,
    cancel_session,
    cancel_visit,
    change_clinic,
    close_clinic,
    date_sessions,
    decline,
    end_booking,
    make_visits,
    mark_transport,
    move_session,
    open_clinic,
    put_nurse,
    record_coming,
    release_place,
    see_to_missed,
    set_transport,
    take_place,
)
from homeward.visits.services.following import _follow
from homeward.visits.states import MissedStep
from tests.rooms.visits.clinic_words import CARE, DRESSING, FIRST, add_person, new_booking, new_clinic

WEDNESDAY, FRIDAY = FIRST, date(2026, 11, 27)


@pytest.fixture
def nurse(team):
    return team[0]


@pytest.fixture
def manager(somebody):
    return somebody(Role.CASE_MANAGER, "Case Manager")


@pytest.fixture
def planner(somebody):
    return somebody(Role.ROSTER_PLANNER, "Roster Planner")


@pytest.fixture
def clinic(planner, service, nurse, now) -> Clinic:
    return open_clinic(actor=planner, service_id=service.pk, new=new_clinic(nurse), now=now)


@pytest.fixture
def al(service, system, now) -> Person:
    """Al has dressings on Mondays, Wednesdays and Fridays, and care every morning."""
    return add_person(service, system, "Al", now)


@pytest.fixture
def week_made(planner, service, now):
    """The visits of today and the coming seven days are made."""
    for ahead in range(8):
        make_visits(actor=planner, service_id=service.pk, day=london_day(now) + timedelta(days=ahead), now=now)


@pytest.fixture
def booked(manager, clinic, al, week_made, now):
    return book(actor=manager, clinic=clinic, person=al, new=new_booking(), now=now)


def first_session(clinic: Clinic) -> ClinicSession:
    return clinic.sessions.select_related("clinic").order_by("day").first()


def dressings(person: Person, day: date | None = None) -> list[tuple[date, str]]:
    """The person's dressings at home that are to come, by day."""
    rows = Visit.objects.filter(person=person, title="Dressing").exclude(state="cancelled").order_by("day")
    return [(row.day, row.state) for row in rows if day is None or row.day == day]


@pytest.mark.django_db
class TestOpenClinic:
    def test_dates_its_sessions_of_the_coming_six_weeks(self, clinic):
        days = list(clinic.sessions.order_by("day").values_list("day", flat=True))
        assert days[0] == FIRST
        assert days == [FIRST + timedelta(weeks=number) for number in range(6)]

    def test_dates_every_other_week_from_the_first(self, planner, service, nurse, now):
        new = new_clinic(nurse, every_weeks=2, starts_on=date(2026, 11, 12))
        clinic = open_clinic(actor=planner, service_id=service.pk, new=new, now=now)
        days = list(clinic.sessions.order_by("day").values_list("day", flat=True))
        assert days == [date(2026, 12, 2), date(2026, 12, 16), date(2026, 12, 30)]

    def test_makes_each_session_one_joint_visit_with_a_slot_for_its_nurse(self, clinic, nurse):
        visit = first_session(clinic).visit
        assert (visit.title, visit.person, visit.is_window_hard) == ("Leg club", None, True)
        assert visit.window_opens_at == visit.window_closes_at == wall_clock(FIRST, "10:30")
        assert [(slot["skill"], slot.get("worker"), slot["minutes"]) for slot in visit.slots] == [
            ("nurse", nurse.pk, 120), ("home_care_worker", None, 120),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"activities": ("wellbeing_check",)}, "Choose at least one activity that people come for"),
            ({"activities": ("no_such_thing",)}, "Choose at least one activity that people come for"),
            ({"places": 0}, "Give 1 to 100 places"),
            ({"opens_at": "half past"}, "hours and minutes"),
            ({"name": " "}, "Give the clinic a name"),
            ({"weekday": 9}, "Choose the day of the week"),
            ({"latitude": None, "longitude": None, "postcode": "LS1 4AP"}, "The map does not know this postcode"),
            ({"latitude": 152.9}, "not on Earth"),
            ({"helpers": (("astronaut", ()),)}, "Choose the skills"),
        ],
    )
    def test_refuses_what_cannot_be(self, planner, service, nurse, now, change, words):
        with pytest.raises(RefusedError, match=words):
            open_clinic(actor=planner, service_id=service.pk, new=new_clinic(nurse, **change), now=now)

    def test_refuses_a_nurse_who_is_not_one(self, planner, service, team, now):
        with pytest.raises(RefusedError, match="is not a nurse"):
            open_clinic(actor=planner, service_id=service.pk, new=new_clinic(team[1]), now=now)

    def test_is_for_whoever_plans(self, manager, service, nurse, now):
        with pytest.raises(NotAllowedError):
            open_clinic(actor=manager, service_id=service.pk, new=new_clinic(nurse), now=now)

    def test_finds_its_place_by_a_postcode_that_the_service_knows(self, planner, service, nurse, al, now):
        new = new_clinic(nurse, latitude=None, longitude=None)
        clinic = open_clinic(actor=planner, service_id=service.pk, new=new, now=now)
        assert (clinic.latitude, clinic.longitude) == (52.92, -1.46)


@pytest.mark.django_db
class TestDateSessions:
    def test_goes_on_week_by_week_with_whoever_is_booked(self, booked, clinic, service, planner, now):
        later = now + timedelta(days=8)
        assert date_sessions(actor=planner, service_id=service.pk, now=later) == 2
        assert date_sessions(actor=planner, service_id=service.pk, now=later) == 0
        newest = clinic.sessions.order_by("-day").first()
        assert newest.taken.get().person_id == booked.booking.person_id

    def test_ends_the_booking_of_somebody_who_has_died(self, booked, al, service, planner, now):
        Person.objects.filter(pk=al.pk).update(died_on=london_day(now))
        date_sessions(actor=planner, service_id=service.pk, now=now)
        assert ClinicBooking.objects.get().state == "ended"
        assert not SessionPlace.objects.filter(released_at=None, session__day__gt=london_day(now)).exists()


@pytest.mark.django_db
class TestBook:
    def test_cancels_the_home_visits_of_each_sessions_week_and_links_them(self, booked, al):
        assert len(booked.places) == 6
        assert dressings(al) == []
        gone = Visit.objects.filter(person=al, state="cancelled").order_by("day")
        assert [one.day for one in gone] == [WEDNESDAY, FRIDAY, date(2026, 11, 30)]
        assert gone[0].outcome_note == "Done at Leg club on Wednesday 25 November."
        assert set(ReplacedVisit.objects.values_list("place__session__day", flat=True)) == {FIRST, date(2026, 12, 2)}

    def test_leaves_visits_for_something_else(self, booked, al):
        assert Visit.objects.filter(person=al, title="Morning care", state="cancelled").count() == 0

    def test_leaves_a_visit_that_does_something_else_besides(self, manager, clinic, service, system, planner, now):
        both = replace(
            DRESSING,
            tasks=[*DRESSING.tasks, {"code": "personal_care", "title": "Personal care", "is_delegated": False}],
        )
        bo = add_person(service, system, "Bo", now, both)
        make_visits(actor=planner, service_id=service.pk, day=WEDNESDAY, now=now)
        book(actor=manager, clinic=clinic, person=bo, new=new_booking(), now=now)
        assert dressings(bo) == [(WEDNESDAY, "needed")]

    def test_leaves_days_that_were_not_agreed(self, manager, clinic, al, week_made, now):
        book(actor=manager, clinic=clinic, person=al, new=new_booking(weekdays="3"), now=now)
        assert dressings(al) == [(FRIDAY, "needed"), (date(2026, 11, 30), "needed")]

    def test_leaves_a_visit_that_somebody_decided_on(self, manager, clinic, al, week_made, team, now):
        visit = Visit.objects.get(person=al, title="Dressing", day=FRIDAY)
        Assignment.objects.create(
            visit=visit, slot=0, worker=team[1], starts_at=visit.window_opens_at, ends_at=visit.window_closes_at,
            decided_by="Somebody",
        )  # fmt: skip
        book(actor=manager, clinic=clinic, person=al, new=new_booking(), now=now)
        assert (FRIDAY, "needed") in dressings(al)

    def test_replaces_the_visits_made_later_too(self, booked, al, planner, service, now):
        day = date(2026, 12, 4)
        make_visits(actor=planner, service_id=service.pk, day=day, now=now)
        assert dressings(al, day) == []
        assert Visit.objects.get(person=al, title="Dressing", day=day).replaced_by.get().place.session.day == (
            date(2026, 12, 2)
        )

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"asked_by": " "}, "who asked them"),
            ({"said": ""}, "what they said"),
            ({"asked_on": date(2026, 11, 25)}, "has not come yet"),
            ({"agreed_how": AgreedHow.NOT_AGREED}, "Nobody is booked who has not agreed"),
            ({"agreed_how": AgreedHow.POWER}, "who agreed for the person"),
            ({"starts_on": date(2026, 11, 23)}, "The first day is over"),
            ({"starts_on": date(2027, 6, 1)}, "No session is dated"),
            ({"ends_on": date(2026, 11, 24)}, "before the first"),
            ({"weekdays": "8"}, "Choose the days"),
        ],
    )
    def test_refuses_without_a_recorded_agreement_or_days_that_can_be(self, manager, clinic, al, now, change, words):
        with pytest.raises(RefusedError, match=words):
            book(actor=manager, clinic=clinic, person=al, new=new_booking(**change), now=now)

    def test_refuses_more_people_than_places(self, booked, manager, clinic, service, system, now):
        book(actor=manager, clinic=clinic, person=add_person(service, system, "Bo", now), new=new_booking(), now=now)
        cy = add_person(service, system, "Cy", now)
        with pytest.raises(ClinicFullError, match=r"All 2 places"):
            book(actor=manager, clinic=clinic, person=cy, new=new_booking(), now=now)
        once = new_booking(ends_on=FIRST)
        with pytest.raises(ClinicFullError, match=r"All 2 places on Wednesday 25 November"):
            book(actor=manager, clinic=clinic, person=cy, new=once, now=now)

    def test_the_database_refuses_one_more_than_there_are_places(self, booked, clinic, al, service, system, now):
        session = first_session(clinic)
        bo = add_person(service, system, "Bo", now)
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionPlace.objects.create(booking=booked.booking, session=session, person=bo, number=3, of_places=2)
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionPlace.objects.create(booking=booked.booking, session=session, person=bo, number=1, of_places=2)

    def test_refuses_somebody_booked_already(self, booked, manager, clinic, al, now):
        with pytest.raises(RefusedError, match="booked already"):
            book(actor=manager, clinic=clinic, person=al, new=new_booking(), now=now)

    def test_says_so_on_the_timeline(self, booked, al):
        entry = TimelineEntry.objects.filter(person=al, kind="plan").latest("pk")
        assert entry.title == "Goes to Leg club from Wednesday 25 November"
        assert entry.text == "I would like the company."


@pytest.mark.django_db
class TestCandidatesFor:
    def test_leaves_out_who_goes_to_another_clinic_for_the_same(self, booked, manager, planner, service, nurse, now):
        new = new_clinic(nurse, name="Leg club, north")
        other = open_clinic(actor=planner, service_id=service.pk, new=new, now=now)
        assert candidates_for(manager, other, now).rows == ()
        end_booking(actor=manager, booking=booked.booking, last_day=london_day(now), reason="Too far", now=now)
        assert [one.person for one in candidates_for(manager, other, now).rows] == [booked.booking.person]


@pytest.mark.django_db
class TestEndBooking:
    def test_brings_the_home_visits_back(self, booked, manager, al, now):
        back = end_booking(
            actor=manager, booking=booked.booking, last_day=london_day(now), reason="Prefers home", now=now
        )
        assert [one.day for one in back] == [WEDNESDAY, FRIDAY, date(2026, 11, 30)]
        assert dressings(al) == [(WEDNESDAY, "needed"), (FRIDAY, "needed"), (date(2026, 11, 30), "needed")]
        assert back[0].tasks.count() == 2
        assert not ReplacedVisit.objects.filter(ended_at=None).exists()

    def test_keeps_the_sessions_up_to_its_last_day(self, booked, manager, al, now):
        end_booking(actor=manager, booking=booked.booking, last_day=FIRST, reason="Moves away", now=now)
        assert SessionPlace.objects.filter(released_at=None).get().session.day == FIRST
        assert dressings(al) == [(date(2026, 11, 30), "needed")]

    def test_can_be_booked_again(self, booked, manager, clinic, al, now):
        end_booking(actor=manager, booking=booked.booking, last_day=london_day(now), reason="Unsure", now=now)
        book(actor=manager, clinic=clinic, person=al, new=new_booking(), now=now)
        assert dressings(al) == []


@pytest.mark.django_db
class TestDecline:
    def test_is_not_suggested_again(self, manager, clinic, al, now, cared_for):
        assert [one.person.pk for one in candidates_for(manager, clinic, now).rows] == [al.pk]
        decline(
            actor=manager, clinic=clinic, person=al, asked_by="Nurse Elm", asked_on=london_day(now), said="No", now=now
        )
        assert candidates_for(manager, clinic, now).rows == ()
        assert ClinicBooking.objects.get().state == "declined"


@pytest.mark.django_db
class TestReleasePlace:
    def test_brings_back_the_visits_of_that_week_only(self, booked, manager, al, clinic, now):
        place = booked.places[0]
        back = release_place(actor=manager, place=place, reason="At her sister's", now=now)
        assert [one.day for one in back] == [WEDNESDAY, FRIDAY]
        take_place(actor=manager, booking=booked.booking, session=place.session, now=now)
        assert dressings(al) == []


@pytest.mark.django_db
class TestCancelSession:
    def test_brings_the_home_visits_back_and_tells_the_timeline(self, booked, planner, clinic, al, now):
        back = cancel_session(actor=planner, session=first_session(clinic), reason="The hall is flooded", now=now)
        assert [one.day for one in back] == [WEDNESDAY, FRIDAY]
        session = first_session(clinic)
        assert (session.state, session.visit.state) == ("cancelled", "cancelled")
        assert TimelineEntry.objects.filter(person=al, title="Leg club on Wednesday 25 November is cancelled").exists()

    def test_needs_a_reason(self, planner, clinic, now):
        with pytest.raises(RefusedError, match="Say why"):
            cancel_session(actor=planner, session=first_session(clinic), reason=" ", now=now)

    def test_is_the_only_way_to_cancel_its_visit(self, planner, clinic, now):
        with pytest.raises(RefusedError, match="on its own page"):
            cancel_visit(actor=planner, visit=first_session(clinic).visit, reason="Gone", now=now)


@pytest.mark.django_db
class TestMoveSession:
    def test_keeps_the_places_and_moves_the_visit(self, booked, planner, clinic, al, now):
        changed = move_session(
            actor=planner, session=first_session(clinic), day=FRIDAY, opens_at="14:00", reason="Hall let", now=now
        )
        assert changed == []
        session = first_session(clinic)
        assert session.visit.window_opens_at == wall_clock(FRIDAY, "14:00")
        assert session.visit.day == FRIDAY
        assert session.taken.filter(released_at=None).count() == 1
        assert dressings(al) == []

    def test_into_another_week_swaps_the_home_visits(self, booked, planner, clinic, al, now):
        day = date(2026, 12, 1)
        move_session(actor=planner, session=first_session(clinic), day=day, opens_at="10:30", reason="Hall", now=now)
        assert dressings(al) == [(WEDNESDAY, "needed"), (FRIDAY, "needed")]

    def test_refuses_a_time_that_is_over(self, planner, clinic, now):
        with pytest.raises(RefusedError, match="over"):
            move_session(
                actor=planner,
                session=first_session(clinic),
                day=date(2026, 11, 20),
                opens_at="10:30",
                reason="x",
                now=now,
            )


@pytest.mark.django_db
class TestChangeClinic:
    def test_gives_the_sessions_to_come_its_new_places_and_time(self, booked, planner, clinic, nurse, now):
        change_clinic(actor=planner, clinic=clinic, new=new_clinic(nurse, places=5, opens_at="11:00"), now=now)
        session = first_session(clinic)
        assert (session.places, session.starts_at) == (5, wall_clock(FIRST, "11:00"))
        assert session.taken.get().of_places == 5

    def test_refuses_fewer_places_than_people(self, booked, planner, clinic, nurse, manager, service, system, now):
        book(actor=manager, clinic=clinic, person=add_person(service, system, "Bo", now), new=new_booking(), now=now)
        with pytest.raises(RefusedError, match="2 people are booked"):
            change_clinic(actor=planner, clinic=clinic, new=new_clinic(nurse, places=1), now=now)

    def test_refuses_another_day(self, planner, clinic, nurse, now):
        with pytest.raises(RefusedError, match="People agreed to this day"):
            change_clinic(actor=planner, clinic=clinic, new=new_clinic(nurse, weekday=4), now=now)


@pytest.mark.django_db
class TestCloseClinic:
    def test_ends_bookings_and_gives_home_visits_back(self, booked, planner, clinic, al, now):
        back = close_clinic(actor=planner, clinic=clinic, last_day=FIRST, reason="The hall closes", now=now)
        assert [one.day for one in back] == [date(2026, 11, 30)]
        assert ClinicBooking.objects.get().state == "ended"
        assert set(clinic.sessions.filter(state="set").values_list("day", flat=True)) == {FIRST}


@pytest.mark.django_db
class TestPlanning:
    def test_plans_the_nurse_and_a_helper_at_its_place_and_time(self, clinic, planner, service, nurse, team, now):
        _shifts_on(team, FIRST, now)
        plan_day(actor=planner, service_id=service.pk, day=FIRST, now=now, why="Test", seconds=0.3, seed=1)
        visit = first_session(clinic).visit
        rows = list(visit.assignments.order_by("slot"))
        assert visit.state == "planned"
        assert [row.slot for row in rows] == [0, 1]
        assert rows[0].worker == nurse
        assert "home_care_worker" in rows[1].worker.skills
        assert {row.starts_at for row in rows} == {wall_clock(FIRST, "10:30")}
        assert all(row.travel_minutes > 0 for row in rows)
        assert {(row.ends_at - row.starts_at).total_seconds() / 60 for row in rows} == {120}

    def test_nobody_stands_in_unasked_for_a_nurse_who_is_away(self, clinic, planner, service, nurse, team, now):
        _shifts_on(team[1:], FIRST, now)
        plan_day(actor=planner, service_id=service.pk, day=FIRST, now=now, why="Test", seconds=0.3, seed=1)
        visit = first_session(clinic).visit
        assert visit.state == "needed"
        assert visit.unplanned_reason

    def test_a_stand_in_takes_the_session_when_somebody_puts_one(self, clinic, planner, service, team, now):
        other = _another_nurse(team[0])
        _shifts_on([other, *team[1:]], FIRST, now)
        put_nurse(actor=planner, session=first_session(clinic), nurse=other, now=now)
        plan_day(actor=planner, service_id=service.pk, day=FIRST, now=now, why="Test", seconds=0.3, seed=1)
        assert first_session(clinic).visit.assignments.get(slot=0).worker == other

    def test_shows_the_session_on_the_day_of_whoever_works_there(
        self, booked, clinic, planner, service, team, actor_with, now
    ):
        _shifts_on(team, FIRST, now)
        plan_day(actor=planner, service_id=service.pk, day=FIRST, now=now, why="Test", seconds=0.3, seed=1)
        helper = first_session(clinic).visit.assignments.get(slot=1).worker
        day = day_for(actor_with(Role.FIELD_WORKER, worker_id=helper.pk), service.pk, FIRST, now)
        (shown,) = [visit for visit in day.visits if visit.person_id is None]
        assert (shown.person_label, shown.latitude) == ("Leg club", 52.93)

    def test_plans_the_day_again_for_visits_that_came_back(self, booked, manager, planner, service, team, al, now):
        _shifts_on(team, WEDNESDAY, now)
        plan_day(actor=planner, service_id=service.pk, day=WEDNESDAY, now=now, why="Test", seconds=0.3, seed=1)
        back = end_booking(actor=manager, booking=booked.booking, last_day=london_day(now), reason="No", now=now)
        planned, to_plan = plan_round_clinic(actor=planner, service_id=service.pk, visits=back, now=now)
        assert (planned, to_plan) == ([WEDNESDAY], [])
        assert dressings(al, WEDNESDAY) == [(WEDNESDAY, "planned")]


@pytest.mark.django_db
class TestRecordComing:
    @pytest.fixture
    def after(self):
        return wall_clock(FIRST, "12:45")

    def test_is_refused_before_the_session(self, booked, manager, now):
        with pytest.raises(RefusedError, match="not begun"):
            record_coming(actor=manager, place=booked.places[0], attendance="came", note="", now=now)

    def test_keeps_who_came(self, booked, manager, after):
        place = record_coming(actor=manager, place=booked.places[0], attendance="came", note="", now=after)
        assert (place.attendance, place.attendance_by) == ("came", "Case Manager")

    def test_asks_why_somebody_left_early(self, booked, manager, after):
        with pytest.raises(RefusedError, match="why they left early"):
            record_coming(actor=manager, place=booked.places[0], attendance="left_early", note=" ", now=after)

    def test_proposes_a_home_visit_for_who_did_not_come(self, booked, manager, planner, service, al, after):
        place = record_coming(actor=manager, place=booked.places[0], attendance="did_not_come", note="", now=after)
        assert place.home_visit.day == WEDNESDAY  # their dressing may be done until 4
        assert place.home_visit.unplanned_reason.startswith("Did not come to leg club on Wednesday 25 November.")
        assert [row.place.pk for row in who_did_not_come(manager, service.pk, after).rows] == [place.pk]
        assert Notice.objects.filter(kind="clinic", account_id=planner.account_id).count() == 1

    def test_proposes_a_new_one_where_none_comes_back(self, manager, clinic, al, week_made, planner, service, now):
        booked = book(actor=manager, clinic=clinic, person=al, new=new_booking(weekdays="1"), now=now)
        friday_evening = wall_clock(FRIDAY, "17:00")
        place = record_coming(
            actor=manager, place=booked.places[0], attendance="did_not_come", note="", now=friday_evening
        )
        assert (place.home_visit.day, place.home_visit.title) == (date(2026, 11, 28), "Dressing")
        assert [task.activity_code for task in place.home_visit.tasks.order_by("pk")] == [
            "simple_dressing", "wellbeing_check",
        ]  # fmt: skip
        record_coming(actor=manager, place=place, attendance="came", note="She was late", now=friday_evening)
        assert Visit.objects.get(day=date(2026, 11, 28), title="Dressing").state == "cancelled"

    def test_may_be_written_by_who_works_there_and_nobody_else_in_the_field(
        self, booked, clinic, actor_with, team, after
    ):
        visit = first_session(clinic).visit
        Assignment.objects.create(
            visit=visit, slot=1, worker=team[1], starts_at=visit.window_opens_at,
            ends_at=visit.window_opens_at + timedelta(hours=2),
        )  # fmt: skip
        there = actor_with(Role.FIELD_WORKER, worker_id=team[1].pk)
        record_coming(actor=there, place=booked.places[0], attendance="came", note="", now=after)
        with pytest.raises(NotAllowedError):
            record_coming(
                actor=actor_with(Role.FIELD_WORKER, worker_id=team[2].pk), place=booked.places[0], attendance="came",
                note="", now=after,
            )  # fmt: skip


@pytest.mark.django_db
class TestSeeToMissed:
    @pytest.fixture
    def evening(self):
        return wall_clock(FRIDAY, "17:00")

    @pytest.fixture
    def missed(self, manager, clinic, al, week_made, evening, now):
        """Al did not come, and a dressing was made for Saturday."""
        booked = book(actor=manager, clinic=clinic, person=al, new=new_booking(weekdays="1"), now=now)
        return record_coming(
            actor=manager, place=booked.places[0], attendance="did_not_come", note="", now=evening
        )  # fmt: skip

    def decide(self, actor, place, step, now, said="He forgot"):
        return see_to_missed(actor=actor, place=place, step=MissedStep(step), said=said, now=now)

    def test_keeps_who_decided_and_takes_them_off_the_list(self, missed, planner, manager, service, evening):
        self.decide(planner, missed, "home_visit", evening)
        missed.refresh_from_db()
        assert (missed.missed_step, missed.missed_by, missed.missed_said) == ("home_visit", planner.name, "He forgot")
        assert missed.home_visit.state == "needed"
        assert who_did_not_come(manager, service.pk, evening).rows == ()
        assert [row.pk for row in missed_and_seen_to(manager, service.pk, evening).rows] == [missed.pk]

    def test_coming_to_the_next_session_takes_back_the_visit_made_for_it(self, missed, planner, evening):
        self.decide(planner, missed, "next_session", evening)
        assert Visit.objects.get(pk=missed.home_visit_id).state == "cancelled"

    def test_coming_to_the_next_session_leaves_what_the_plan_asks_for(self, booked, manager, planner, al):
        after = wall_clock(FIRST, "12:45")
        place = record_coming(actor=manager, place=booked.places[0], attendance="did_not_come", note="", now=after)
        self.decide(planner, place, "next_session", after)
        assert dressings(al, WEDNESDAY) == [(WEDNESDAY, "needed")]

    def test_needs_a_next_session_to_come_to(self, missed, manager, planner, evening):
        end_booking(
            actor=manager, booking=missed.booking, last_day=london_day(evening), reason="Moved", now=evening
        )  # fmt: skip
        with pytest.raises(RefusedError, match="no place in a session to come"):
            self.decide(planner, missed, "next_session", evening)

    def test_needs_a_visit_for_a_visit_at_home(self, missed, planner, evening):
        cancel_visit(actor=planner, visit=missed.home_visit, reason="Not needed", now=evening)
        missed.refresh_from_db()
        with pytest.raises(RefusedError, match="No visit is there"):
            self.decide(planner, missed, "home_visit", evening)

    def test_no_longer_wanting_to_go_ends_the_booking(self, missed, manager, evening):
        self.decide(manager, missed, "not_wanted", evening, said="Too far")
        missed.booking.refresh_from_db()
        assert (missed.booking.state, missed.booking.ended_reason) == ("ended", "Too far")

    def test_is_for_whoever_plans_the_day_or_writes_plans(self, missed, planner, actor_with, evening):
        with pytest.raises(NotAllowedError):
            self.decide(planner, missed, "not_wanted", evening)
        with pytest.raises(NotAllowedError):
            self.decide(actor_with(Role.FRONT_DOOR), missed, "home_visit", evening)

    def test_asks_what_they_said_and_decides_once(self, missed, planner, evening):
        with pytest.raises(RefusedError, match="what they said"):
            self.decide(planner, missed, "home_visit", evening, said=" ")
        self.decide(planner, missed, "home_visit", evening)
        with pytest.raises(RefusedError, match="decided already"):
            self.decide(planner, missed, "next_session", evening)

    def test_is_forgotten_where_they_came_after_all(self, missed, manager, planner, service, evening):
        self.decide(planner, missed, "home_visit", evening)
        place = record_coming(actor=manager, place=missed, attendance="came", note="She was late", now=evening)
        assert (place.missed_step, place.missed_by, place.missed_at) == ("", "", None)
        assert missed_and_seen_to(manager, service.pk, evening).rows == ()


@pytest.mark.django_db
class TestWhoSees:
    def test_whoever_works_at_the_session_sees_who_is_booked_and_nobody_else_in_the_field(
        self, booked, clinic, actor_with, team, al, now
    ):
        session = first_session(clinic)
        Assignment.objects.create(
            visit=session.visit, slot=1, worker=team[1], starts_at=session.starts_at,
            ends_at=session.starts_at + timedelta(hours=2),
        )  # fmt: skip
        there = actor_with(Role.FIELD_WORKER, worker_id=team[1].pk)
        other = actor_with(Role.FIELD_WORKER, worker_id=team[2].pk)
        assert sights(there, [al], now)[al.pk] == Sight.VISIT
        assert [place.person_id for place in session_for(there, session.pk, now).held.rows] == [al.pk]
        assert Event.objects.filter(action="see clinic session").latest("pk").people == [al.pk]
        held = session_for(other, session.pk, now).held
        assert (held.rows, held.kept_back) == ((), 1)

    def test_a_person_shows_where_they_go(self, booked, manager, al, now):
        assert [one.clinic.name for one in clinics_of_person(manager, al, now)] == ["Leg club"]


@pytest.mark.django_db
class TestTransport:
    def test_is_listed_until_the_session_and_marked_done(self, manager, clinic, al, service, planner, now):
        booked = book(actor=manager, clinic=clinic, person=al, new=new_booking(transport="arrange"), now=now)
        rows = transport_to_arrange(planner, service.pk, now).rows
        assert [row.person_id for row in rows] == [al.pk] * 6
        place = mark_transport(actor=planner, place=booked.places[0], is_arranged=True, now=now)
        assert place.transport_arranged_by == "Roster Planner"
        place = set_transport(actor=planner, place=place, transport="family", note="Her son", now=now)
        assert place.transport_arranged_at is None
        assert len(transport_to_arrange(planner, service.pk, now).rows) == 5


@pytest.mark.django_db
class TestHomeVisitsBeside:
    def test_tells_what_falls_away_and_what_stays(self, manager, clinic, service, system, now):
        both = replace(
            DRESSING, title="Dressing and care",
            tasks=[*DRESSING.tasks, {"code": "personal_care", "title": "Personal care", "is_delegated": False}],
        )  # fmt: skip
        bo = add_person(service, system, "Bo", now, DRESSING, both, CARE)
        found = home_visits_beside(manager, clinic, bo, now)
        assert [(one.title, one.is_replaced, one.besides) for one in found] == [
            ("Dressing", True, ()), ("Dressing and care", False, ("Personal care",)),
        ]  # fmt: skip


@pytest.mark.django_db
class TestFigures:
    def test_count_home_visits_of_who_came_against_the_time_of_the_session(
        self, booked, clinic, manager, service, planner, team, now
    ):
        after = wall_clock(FIRST, "12:45")
        visit = first_session(clinic).visit
        for slot in (0, 1):
            Assignment.objects.create(
                visit=visit, slot=slot, worker=team[slot], starts_at=visit.window_opens_at, travel_minutes=5,
                ends_at=visit.window_opens_at + timedelta(hours=2),
            )  # fmt: skip
        record_coming(actor=manager, place=booked.places[0], attendance="came", note="", now=after)
        figures = clinic_figures(planner, service.pk, FIRST, FIRST, after)
        assert (figures.sessions, figures.places, figures.held, figures.came, figures.home_visits) == (1, 2, 1, 1, 2)
        assert (figures.saved.home_minutes, figures.saved.session_minutes) == (60, 250)
        assert figures.saved.minutes == -190

    def test_count_nothing_for_who_did_not_come(self, booked, manager, service, planner):
        after = wall_clock(FIRST, "12:45")
        record_coming(actor=manager, place=booked.places[0], attendance="did_not_come", note="", now=after)
        figures = clinic_figures(planner, service.pk, FIRST, FIRST, after)
        assert (figures.did_not_come, figures.home_visits) == (1, 0)


@pytest.mark.django_db
class TestPlansThatChange:
    def test_a_new_version_of_the_plan_is_replaced_in_turn(self, booked, al, service, planner, now):
        episode = al.episodes.get()
        plan = write_plan(
            actor=Actor.system("tests", service.pk), episode=episode, summary="New", goals=["Heal"],
            patterns=[replace(DRESSING, title="Dressing", opens_at="10:00", starts_on=london_day(now))], now=now,
            agreed_on=london_day(now),
        )  # fmt: skip
        _follow(Actor.system("tests", service.pk), plan, london_day(now), now)
        assert dressings(al) == []
        standing = ReplacedVisit.objects.filter(ended_at=None)
        assert {one.visit.pattern.plan_id for one in standing} == {plan.pk}
        assert len({one.visit.day for one in standing}) == standing.count()


def _shifts_on(workers, day: date, now) -> None:
    for worker in workers:
        Shift.objects.create(
            worker=worker, day=day, starts_at=wall_clock(day, "07:00"), ends_at=wall_clock(day, "19:00"),
            start_latitude=52.90, start_longitude=-1.48,
        )  # fmt: skip


def _another_nurse(nurse):
    return Worker.objects.create(
        service_id=nurse.service_id, organisation_id=nurse.organisation_id, local_reference="N2", name="Nurse Two",
        skills=list(nurse.skills), latitude=nurse.latitude, longitude=nurse.longitude,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time; PostgreSQL is asked")
class TestAtOnce:
    def test_only_one_of_two_gets_the_last_place(self, at_once, planner, manager, service, system, team, now):
        clinic = open_clinic(actor=planner, service_id=service.pk, new=new_clinic(team[0], places=1), now=now)
        al, bo = (add_person(service, system, name, now) for name in ("Al", "Bo"))
        first, second = at_once(
            lambda: book(actor=manager, clinic=clinic, person=al, new=new_booking(), now=now),
            lambda: book(actor=manager, clinic=clinic, person=bo, new=new_booking(), now=now),
        )
        assert first.booking.person_id == al.pk
        assert isinstance(second, ClinicFullError)
        assert SessionPlace.objects.values("session").distinct().count() == SessionPlace.objects.count() == 6
