"""The pages of the start of care at home, as those who use them do, without JavaScript."""

from datetime import timedelta

import pytest

from homeward.access.rules import Role
from homeward.assessments.services import complete_form, save_answers, start_form
from homeward.discharge.models import HospitalStay, StartPromise, WelcomeCall
from homeward.discharge.rules.deciding import Choice
from homeward.discharge.services import Leaving, StayGiven, WayHome, decide_pathway, end_stay, receive_stay
from homeward.discharge.states import StaySource
from homeward.equipment.models import EquipmentRequest
from homeward.equipment.services import NewAsk, add_usual_kinds, ask_for_equipment
from homeward.kernel.rules import london_day, wall_clock
from homeward.procedures.selectors import built
from homeward.roster.models import Shift
from homeward.teams.models import Account, Organisation, Worker
from homeward.teams.selectors import actor_for
from homeward.visits.models import Visit
from tests.answering import complete_answers

WORK = {"pathway": "reablement-at-home", "chosen": "yes", "visit": "reablement_visit.morning", "work": "yes"}


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.CASE_MANAGER, "Case Lead")


@pytest.fixture
def tomorrow(now):
    return london_day(now) + timedelta(days=1)


@pytest.fixture
def stay(lead, ivy, now) -> HospitalStay:
    """Ivy is in hospital, and it is decided that she goes home without new help."""
    actor = actor_for(Account.objects.get(full_name="Case Lead"))
    told = StayGiven(
        admitted_at=now - timedelta(days=3), source=StaySource.FORM, hospital_name="Made Up General", ward="Ward 7"
    )
    stay = receive_stay(actor=actor, person=ivy, given=told, now=now).stay
    given = WayHome(
        pathway="p0", destination="p0_home", person_said="Home",
        choices=(Choice("Home", answer="chosen", answered_by="Ivy"),), capacity="not_doubted",
        decided_by="person",
    )  # fmt: skip
    decide_pathway(actor=actor, stay=stay, given=given, now=now)
    stay.refresh_from_db()
    return stay


@pytest.fixture
def ada(service, tomorrow) -> Worker:
    """Ada is on shift tomorrow morning."""
    council = Organisation.objects.create(service=service, kind="council", name="Merrow Council", is_employer=True)
    worker = Worker.objects.create(
        service=service, organisation=council, local_reference="A1", name="Ada Able", skills=["reablement_worker"],
        latitude=52.92, longitude=-1.47,
    )  # fmt: skip
    Shift.objects.create(
        worker=worker, day=tomorrow, starts_at=wall_clock(tomorrow, "07:00"), ends_at=wall_clock(tomorrow, "15:00"),
        start_latitude=52.92, start_longitude=-1.47,
    )  # fmt: skip
    return worker


@pytest.fixture
def promised(lead, stay, ada, tomorrow):
    sent = WORK | {"day": tomorrow.isoformat(), "told_whom": "Sister Oak"}
    return lead.post(f"/start-of-care/{stay.pk}/promise", sent, follow=True)


class TestStay:
    def test_works_out_the_first_day_with_room(self, lead, stay, ada):
        page = text_of(lead.get(f"/start-of-care/{stay.pk}", WORK))
        assert "Care can start. First visit at" in page
        assert "Ada Able" in page
        assert "Whom on the ward you told" in page

    def test_asks_for_what_the_assessment_proposes_in_one_click(self, lead, somebody, stay, ivy, service, now):
        add_usual_kinds(actor=somebody(Role.ROSTER_PLANNER, "Kit Keeper"), service_id=service.pk, now=now)
        actor = actor_for(Account.objects.get(full_name="Case Lead"))
        filled = start_form(
            actor=actor, service_id=service.pk, form_code="trusted-assessment", subject=("person", ivy.pk), person=ivy,
            now=now,
        )  # fmt: skip
        answers = complete_answers(built(filled.form), help_needed=["medicines"])
        saved = save_answers(actor=actor, filled=filled, answers=answers, revision=filled.revision, now=now)
        complete_form(actor=actor, filled=saved.filled, now=now)
        address = f"/start-of-care/{stay.pk}"
        assert 'Medicine dispenser<br><span class="hw-row__small">Medicines take help' in text_of(lead.get(address))

        after = text_of(lead.post(f"{address}/equipment", {"kind": "medicine_dispenser"}, follow=True))

        assert "Asked for: Medicine dispenser" in after
        assert EquipmentRequest.objects.get().is_before_home

    def test_says_what_equipment_they_cannot_leave_without(self, lead, somebody, stay, promised, ivy, service, now):
        add_usual_kinds(actor=somebody(Role.ROSTER_PLANNER, "Kit Keeper"), service_id=service.pk, now=now)
        new = NewAsk("grab_rail", "To reach the bathroom", london_day(now), quantity=2, is_before_home=True)
        actor = actor_for(Account.objects.get(full_name="Case Lead"))
        asked = ask_for_equipment(actor=actor, person=ivy, new=new, now=now)
        page = text_of(lead.get(f"/start-of-care/{stay.pk}"))
        assert "Not there yet: Grab rail, fitted (2)" in page
        assert f'<a href="/equipment/requests/{asked.pk}">Grab rail, fitted (2)</a>' in page
        assert "No visit brings it yet" in page
        assert "Missing: Grab rail, fitted (2)" in text_of(lead.get("/start-of-care/"))
        board = text_of(lead.get("/coming-home/?show=missing"))
        assert '<span class="hw-chip">Grab rail, fitted (2)</span>' in board
        assert "Equipment they cannot leave without</h3> <ul" in text_of(lead.get(f"/coming-home/{stay.pk}"))

    def test_is_read_but_not_promised_by_whoever_plans_the_day(self, sign_in, stay, ada):
        page = text_of(sign_in(Role.ROSTER_PLANNER, "Day Planner").get(f"/start-of-care/{stay.pk}", WORK))
        assert "Care can start. First visit at" in page
        assert "Somebody who plans care promises it to the ward" in page

    def test_is_not_for_a_field_worker(self, sign_in, stay):
        assert sign_in(Role.FIELD_WORKER, "Somebody").get(f"/start-of-care/{stay.pk}").status_code == 403

    def test_is_only_of_ones_own_service(self, lead):
        assert lead.get("/start-of-care/999999").status_code == 404


class TestPromise:
    def test_makes_the_visits_and_says_what_was_promised(self, promised, stay, tomorrow):
        page = text_of(promised)
        assert "7 visits are made" in page
        assert "Case Lead told Sister Oak" in page
        assert "1 visit has room" in page
        assert Visit.objects.filter(person=stay.person, day=tomorrow).count() == 1

    def test_keeps_what_was_asked_where_nobody_was_told(self, lead, stay, ada, tomorrow):
        answer = lead.post(f"/start-of-care/{stay.pk}/promise", WORK | {"day": tomorrow.isoformat()})
        assert answer.status_code == 422
        assert "Say whom on the ward you told" in text_of(answer)
        assert "Care can start. First visit at" in text_of(answer)

    def test_promises_nothing_that_has_gone_meanwhile(self, lead, stay, ada, tomorrow):
        Shift.objects.all().delete()
        sent = WORK | {"day": tomorrow.isoformat(), "told_whom": "Sister Oak"}
        answer = lead.post(f"/start-of-care/{stay.pk}/promise", sent)
        assert answer.status_code == 422
        assert "There is no longer room for every visit that day." in text_of(answer)
        assert not StartPromise.objects.exists()

    def test_is_taken_back_for_a_reason(self, lead, promised, stay):
        where = f"/start-of-care/{stay.pk}/take-back"
        assert lead.post(where, {"reason": ""}).status_code == 422
        assert "7 visits are cancelled. Tell the ward" in text_of(lead.post(where, {"reason": "Fever"}, follow=True))


class TestList:
    def test_keeps_who_sees_to_each_thing(self, lead, promised, stay):
        item = stay.leaving_items.get(code="family")
        where = f"/start-of-care/{stay.pk}/items/{item.pk}"
        refused = lead.post(where, {"owner": "Ward", "detail": "", "state": "not_needed"})
        assert "Family or friends told: Say why it is not needed." in text_of(refused)
        done = lead.post(where, {"owner": "Her son", "detail": "Rung at 10", "state": "done"}, follow=True)
        assert "Her son: Rung at 10" in text_of(done)
        assert "Case Lead" in text_of(done)

    def test_goes_from_to_promise_to_promised_to_call(self, lead, stay, ada, tomorrow, now):
        assert "To promise (1)" in text_of(lead.get("/start-of-care/"))
        lead.post(f"/start-of-care/{stay.pk}/promise", WORK | {"day": tomorrow.isoformat(), "told_whom": "Sister Oak"})
        assert "Promised (1)" in text_of(lead.get("/start-of-care/"))
        actor = actor_for(Account.objects.get(full_name="Case Lead"))
        end_stay(actor=actor, stay=stay, leaving=Leaving(left_at=now, destination="p0_home"), now=now)
        assert "Welcome-home calls (1)" in text_of(lead.get("/start-of-care/"))


class TestCall:
    @pytest.fixture
    def home(self, stay, now):
        actor = actor_for(Account.objects.get(full_name="Case Lead"))
        return end_stay(actor=actor, stay=stay, leaving=Leaving(left_at=now, destination="p0_home"), now=now)

    def test_is_logged_with_what_was_different(self, lead, home):
        where = f"/start-of-care/{home.pk}/call"
        asked = {"reached": "yes", "said": "Home at last", "as_assessed": "no"}
        refused = lead.post(where, asked)
        assert "Say what was different" in text_of(refused)
        assert "Home at last" in text_of(refused)
        done = lead.post(where, asked | {"difference": "The stairs"}, follow=True)
        assert "What was different: The stairs" in text_of(done)
        assert WelcomeCall.objects.get().is_as_assessed is False
