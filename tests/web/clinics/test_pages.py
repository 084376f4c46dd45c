"""The pages of group clinics: opening one, booking somebody as they agreed, transport, attendance and back home."""

from datetime import timedelta

import pytest
from django.utils import timezone
from lxml.html import fromstring

from homeward.access.rules import Role
from homeward.kernel.rules import london_day
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.plans.services import NewPattern
from homeward.teams.models import Account, Organisation, Worker
from homeward.visits.models import Assignment, Clinic, ClinicBooking, ClinicSession, SessionPlace, Visit
from homeward.visits.services import NewBooking, NewClinic, book, make_visits, open_clinic
from tests.rooms.visits.clinic_words import give_plan


@pytest.fixture
def today():
    return london_day(timezone.now())


@pytest.fixture
def nurse(service) -> Worker:
    trust = Organisation.objects.create(service=service, kind="nhs_trust", name="Merrow Trust", is_employer=True)
    return Worker.objects.create(
        service=service, organisation=trust, local_reference="N1", name="Nurse Elm", skills=["nurse"]
    )


@pytest.fixture
def al(service, desk, now, today):
    """Al has a dressing changed at home every day."""
    new = NewPerson(
        given_name="Al", family_name="Made-Up", phone="07700 900111",
        address=NewAddress("1 Made Up Lane", "DE1 3DA", 52.9, -1.4),
    )  # fmt: skip
    person = register_person(actor=desk, service_id=service.pk, new=new, now=now)
    dressing = NewPattern(
        title="Dressing", opens_at="09:00", closes_at="16:00", minutes=30, starts_on=today - timedelta(days=9),
        slots=[{"skill": "home_care_worker", "competences": [], "minutes": 30}],
        tasks=[{"code": "simple_dressing", "title": "Change a simple dressing", "is_delegated": False}],
    )  # fmt: skip
    give_plan(service, person, now, dressing)
    return person


@pytest.fixture
def clinic(service, desk, nurse, today, now) -> Clinic:
    tomorrow = today + timedelta(days=1)
    new = NewClinic(
        name="Leg club", place_name="Merrow Hall", activities=("simple_dressing",), weekday=tomorrow.isoweekday(),
        opens_at="10:30", minutes=120, places=2, nurse=nurse, starts_on=tomorrow, latitude=52.9, longitude=-1.4,
        helpers=(("home_care_worker", ()),), is_transport_offered=True,
    )  # fmt: skip
    return open_clinic(actor=desk, service_id=service.pk, new=new, now=now)


@pytest.fixture
def booked(clinic, desk, service, al, today, now):
    make_visits(actor=desk, service_id=service.pk, day=today + timedelta(days=1), now=now)
    new = NewBooking(starts_on=today, asked_by="Nurse Elm", asked_on=today, said="Yes please", transport="arrange")
    return book(actor=desk, clinic=clinic, person=al, new=new, now=now)


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.CASE_MANAGER, "Case Lead")


@pytest.fixture
def planner(sign_in):
    return sign_in(Role.ROSTER_PLANNER, "Day Planner")


def text_of(answer) -> str:
    return answer.content.decode()


def as_shown(page: str) -> dict[str, str]:
    """What a browser would send from the form of a page as it is shown."""
    (form,) = fromstring(page).xpath("//main//form[contains(@class, 'hw-form')]")
    return dict(form.form_values())


class TestOpening:
    def test_a_planner_opens_a_clinic_by_its_form(self, planner, nurse, al, today):
        page = text_of(planner.get("/clinics/new"))
        assert "Nurse Elm" in page
        assert "Change a simple dressing" in page
        sent = {
            "name": "Leg club", "place_name": "Merrow Hall", "postcode": "DE1 3DA", "activities": ["simple_dressing"],
            "weekday": "2", "every_weeks": "1", "starts_on": today.isoformat(), "opens_at": "10:30", "minutes": "90",
            "places": "6", "nurse": str(nurse.pk), "skill-1": "home_care_worker", "skill-3": "home_care_worker",
        }  # fmt: skip
        answer = planner.post("/clinics/new", sent, follow=True)
        assert "its sessions of the coming weeks are dated" in text_of(answer)
        clinic = Clinic.objects.get()
        assert (clinic.places, len(clinic.helpers), clinic.latitude) == (6, 2, 52.9)

    def test_says_beside_each_field_what_is_missing(self, planner, nurse):
        answer = planner.post("/clinics/new", {"name": "Leg club"})
        assert answer.status_code == 422
        for words in ("Give the name of the place", "Choose what is done there", "Choose the nurse"):
            assert words in text_of(answer)

    def test_changes_it(self, planner, clinic, nurse):
        page = text_of(planner.get(f"/clinics/{clinic.pk}/change"))
        assert "People agreed to this" in page
        sent = {
            "name": "Leg club", "place_name": "New Hall", "latitude": "52.9", "longitude": "-1.4", "opens_at": "11:00",
            "minutes": "120", "places": "5", "nurse": str(nurse.pk), "skill-1": "home_care_worker",
        }  # fmt: skip
        assert planner.post(f"/clinics/{clinic.pk}/change", sent).status_code == 302
        clinic.refresh_from_db()
        assert (clinic.place_name, clinic.places, clinic.opens_at) == ("New Hall", 5, "11:00")

    def test_keeps_each_of_its_workers_when_something_else_is_changed(self, planner, clinic, booked):
        helpers = [
            {"skill": "home_care_worker", "competences": ["wound_care_simple", "compression_support"]},
            {"skill": "home_care_worker", "competences": []},
        ]
        Clinic.objects.filter(pk=clinic.pk).update(helpers=helpers)
        shown = as_shown(text_of(planner.get(f"/clinics/{clinic.pk}/change")))
        answer = planner.post(f"/clinics/{clinic.pk}/change", shown | {"place_name": "New Hall"})
        assert answer.status_code == 302, text_of(answer)
        clinic.refresh_from_db()
        assert (clinic.place_name, clinic.helpers) == ("New Hall", helpers)


class TestBooking:
    def test_suggests_and_books_as_they_agreed(self, lead, clinic, al, today):
        page = text_of(lead.get(f"/clinics/{clinic.pk}/candidates"))
        assert "Al Made-Up" in page
        page = text_of(lead.get(f"/clinics/{clinic.pk}/book/{al.pk}"))
        assert "Dressing, every day, 30 minutes" in page
        sent = {
            "starts_on": today.isoformat(), "asked_by": "Case Lead", "asked_on": today.isoformat(), "how": "person",
            "said": "I would like that", "transport": "own", "weekdays": ["1", "2", "3", "4", "5", "6", "7"],
        }  # fmt: skip
        answer = lead.post(f"/clinics/{clinic.pk}/book/{al.pk}", sent, follow=True)
        assert "Booked into 6 sessions of Leg club" in text_of(answer)
        assert "Al Made-Up" in text_of(lead.get(f"/clinics/{clinic.pk}"))
        assert "Goes to Leg club on" in text_of(lead.get(f"/people/{al.pk}"))
        assert "Goes to Leg club on" in text_of(lead.get(f"/plans/{al.pk}"))

    def test_books_nobody_who_was_not_asked(self, lead, clinic, al, today):
        answer = lead.post(f"/clinics/{clinic.pk}/book/{al.pk}", {"starts_on": today.isoformat()})
        assert answer.status_code == 422
        assert "Say what they said when they were asked" in text_of(answer)
        assert not ClinicBooking.objects.exists()

    def test_writes_down_that_they_declined(self, lead, clinic, al, today):
        sent = {"asked_by": "Case Lead", "asked_on": today.isoformat(), "said": "No thank you"}
        lead.post(f"/clinics/{clinic.pk}/decline/{al.pk}", sent)
        assert ClinicBooking.objects.get().state == "declined"
        assert "Al Made-Up" not in text_of(lead.get(f"/clinics/{clinic.pk}/candidates"))

    def test_ends_a_booking(self, lead, booked, today):
        sent = {"last_day": today.isoformat(), "reason": "Would rather be at home"}
        answer = lead.post(f"/clinics/bookings/{booked.booking.pk}/end", sent, follow=True)
        assert "1 home visit is changed" in text_of(answer)
        assert ClinicBooking.objects.get().state == "ended"


class TestSession:
    def test_shows_who_is_booked_to_whoever_may_see_them(self, lead, booked):
        session = booked.places[0].session
        page = text_of(lead.get(f"/clinics/sessions/{session.pk}"))
        assert "Al Made-Up" in page
        assert "1 of 2 places taken" in page

    def test_keeps_them_back_from_a_worker_who_does_not_go_there(self, sign_in, booked):
        session = booked.places[0].session
        page = text_of(sign_in(Role.FIELD_WORKER, "Not There").get(f"/clinics/sessions/{session.pk}"))
        assert "Al Made-Up" not in page
        assert "1 more person is not shown" in page

    def test_is_on_the_day_of_a_worker_who_goes_there_and_they_write_down_who_came(
        self, sign_in, booked, nurse, today, service
    ):
        session = booked.places[0].session
        began = timezone.now() - timedelta(hours=1)
        ClinicSession.objects.filter(pk=session.pk).update(starts_at=began, day=london_day(began))
        Visit.objects.filter(session=session).update(day=london_day(began), state="planned")
        browser = sign_in(Role.FIELD_WORKER, "Nurse Elm")
        Worker.objects.filter(pk=nurse.pk).update(account=Account.objects.get(full_name="Nurse Elm"))
        Assignment.objects.create(
            visit=session.visit, slot=0, worker=nurse, starts_at=began, ends_at=began + timedelta(hours=2)
        )
        visit_page = text_of(browser.get(f"/today/visits/{session.visit.pk}"))
        assert f"/clinics/sessions/{session.pk}" in visit_page
        assert "Al Made-Up" in text_of(browser.get(f"/clinics/sessions/{session.pk}"))
        place = booked.places[0]
        browser.post(f"/clinics/places/{place.pk}/coming", {"attendance": "did_not_come", "note": "No answer"})
        place.refresh_from_db()
        assert place.attendance == "did_not_come"
        planner = sign_in(Role.ROSTER_PLANNER, "Day Planner")
        assert "1 person did not come." in text_of(planner.get("/clinics/"))
        assert "Al Made-Up" in text_of(planner.get("/clinics/missed"))
        where = f"/clinics/places/{place.pk}/see-to"
        refused = planner.post(where, {"step": "next_session"})
        assert refused.status_code == 422
        assert "Say what they said, or how you tried to reach them" in text_of(refused)
        answer = planner.post(where, {"step": "next_session", "said": "He forgot"}, follow=True)
        assert "Everybody who did not come is seen to" in text_of(answer)
        assert "They come to the next session. Day Planner" in text_of(answer)

    def test_is_moved_and_cancelled_with_a_reason(self, planner, booked, today):
        session = booked.places[0].session
        day = session.day + timedelta(days=1)
        sent = {"day": day.isoformat(), "opens_at": "14:00", "reason": "The hall is let"}
        assert "The session is moved" in text_of(
            planner.post(f"/clinics/sessions/{session.pk}/move", sent, follow=True)
        )
        answer = planner.post(f"/clinics/sessions/{session.pk}/cancel", {"reason": ""}, follow=True)
        assert "Say why the session is cancelled" in text_of(answer)
        answer = planner.post(f"/clinics/sessions/{session.pk}/cancel", {"reason": "Flooded"}, follow=True)
        assert "The session is cancelled" in text_of(answer)
        session.refresh_from_db()
        assert session.state == "cancelled"

    def test_takes_another_nurse(self, planner, booked, nurse):
        other = Worker.objects.create(
            service_id=nurse.service_id, organisation=nurse.organisation, local_reference="N2", name="Nurse Two",
            skills=["nurse"],
        )  # fmt: skip
        session = booked.places[0].session
        planner.post(f"/clinics/sessions/{session.pk}/nurse", {"nurse": str(other.pk)})
        session.refresh_from_db()
        assert session.nurse == other


class TestTimes:
    """How a session reads before, during and after it."""

    def shown(self, browser, session, began) -> str:
        ClinicSession.objects.filter(pk=session.pk).update(starts_at=began, day=london_day(began))
        return text_of(browser.get(f"/clinics/{session.clinic_id}"))

    def test_says_that_it_has_begun_and_is_over(self, planner, booked):
        session, now = booked.places[0].session, timezone.now()
        page = self.shown(planner, session, now - timedelta(minutes=20))
        assert ">Begun<" in page
        page = self.shown(planner, session, now - timedelta(minutes=121))
        assert ">Over<" in page.split("Sessions of the last four weeks", 1)[1]
        assert ">Begun<" not in page

    def test_says_how_many_came_only_once_it_is_written_down(self, planner, lead, booked):
        session, began = booked.places[0].session, timezone.now() - timedelta(hours=3)
        page = self.shown(planner, session, began)
        assert "1 booked, 1 to write down" in page
        assert "It is not written down yet who came to a session" in page
        assert "Hours saved" not in text_of(planner.get("/clinics/"))
        lead.post(f"/clinics/places/{booked.places[0].pk}/coming", {"attendance": "came"})
        page = self.shown(planner, session, began)
        assert "1 came of 1" in page
        assert "Hours saved" in page

    def test_names_the_nurse_though_only_somebody_else_is_planned(self, planner, booked, nurse, service):
        session = booked.places[0].session
        helper = Worker.objects.create(
            service=service, organisation=nurse.organisation, local_reference="C1", name="Carer Fir",
            skills=["home_care_worker"],
        )  # fmt: skip
        Assignment.objects.create(
            visit=session.visit, slot=1, worker=helper, starts_at=session.starts_at,
            ends_at=session.starts_at + timedelta(hours=2),
        )  # fmt: skip
        page = text_of(planner.get(f"/clinics/{session.clinic_id}"))
        assert "Nurse Elm (not planned yet) and Carer Fir" in page
        page = text_of(planner.get(f"/clinics/sessions/{session.pk}"))
        assert "<strong>Nurse Elm</strong><br>Nurse, not planned yet" in page


class TestTransport:
    def test_is_arranged_from_the_list(self, planner, booked):
        page = text_of(planner.get("/clinics/transport"))
        assert "To arrange (6)" in page
        assert "1 Made Up Lane" in page
        place = booked.places[0]
        planner.post(f"/clinics/places/{place.pk}/arranged", {"arranged": "yes", "from": "list"})
        assert SessionPlace.objects.get(pk=place.pk).transport_arranged_by == "Day Planner"
        assert "To arrange (5)" in text_of(planner.get("/clinics/transport"))

    def test_is_arranged_for_every_session_after_it_at_once(self, planner, booked):
        page = text_of(planner.get("/clinics/transport"))
        assert "Arranged for this and the 5 after it" in page
        second = sorted(booked.places, key=lambda one: one.session.starts_at)[1]
        planner.post(f"/clinics/places/{second.pk}/arranged", {"arranged": "every"})
        page = text_of(planner.get("/clinics/transport"))
        assert "To arrange (1)" in page and "Arranged (5)" in page
        assert "Arranged for this and" not in page

    def test_is_refused_to_whoever_does_not_arrange_it(self, sign_in):
        assert sign_in(Role.FIELD_WORKER, "Somebody").get("/clinics/transport").status_code == 403


class TestToday:
    def test_shows_the_session_as_one_joint_visit_of_the_day(self, planner, booked):
        day = booked.places[0].session.day.isoformat()
        page = text_of(planner.get(f"/today/?day={day}"))
        assert "Leg club" in page
