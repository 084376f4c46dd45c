"""Logging a call."""

from homeward.access.rules import Actor, Role
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import Call
from homeward.teams.models import Account
from homeward.teams.services import open_service

TOLD = {"source": "gp", "caller_name": "Dr Lane", "outcome": "advice", "advice": "Ring the pharmacy"}


class TestCalls:
    def test_logs_who_about_whom_and_what_came_of_it(self, coordinator, ivy):
        answer = coordinator.post("/front-door/calls", TOLD | {"person": str(ivy.pk)}, follow=True)
        call = Call.objects.get()
        assert (call.person, call.taken_by, call.advice) == (ivy, "Priya Shah", "Ring the pharmacy")
        assert "Today: 1 call" in answer.content.decode()
        assert "1 call today" in coordinator.get("/front-door/").content.decode()

    def test_keeps_a_name_that_matches_nobody(self, coordinator):
        coordinator.post("/front-door/calls", TOLD | {"about": "A Mrs Finch", "person": "none"})
        assert Call.objects.get().reason == "About A Mrs Finch."

    def test_wants_the_advice_that_was_given(self, coordinator):
        answer = coordinator.post("/front-door/calls", TOLD | {"advice": ""})
        assert "Write the advice you gave" in answer.content.decode()
        assert "Dr Lane" in answer.content.decode()
        assert not Call.objects.exists()

    def test_goes_on_to_a_referral(self, coordinator):
        answer = coordinator.post("/front-door/calls", TOLD | {"outcome": "referral"})
        assert answer.headers["Location"] == "/front-door/new"

    def test_keeps_a_call_about_somebody_in_their_own_service(self, coordinator, system, now):
        other = open_service(actor=system, code="other", name="Other", now=now)
        known = NewPerson(given_name="Ruth", family_name="Vane")
        ruth = register_person(actor=Actor.system("tests", other.pk), service_id=other.pk, new=known, now=now)
        Account.objects.get(role=Role.FRONT_DOOR).services.add(other)
        coordinator.post("/front-door/calls", TOLD | {"person": str(ruth.pk)})
        assert Call.objects.get().service == other
        assert "Ruth Vane" not in coordinator.get("/front-door/calls").content.decode()

    def test_finds_people_as_their_name_is_typed(self, coordinator, ivy):
        assert "Ivy Okafor" in coordinator.post("/front-door/calls/about", {"about": "oka"}).content.decode()

    def test_refuses_who_may_not_take_calls(self, sign_in):
        assert sign_in(Role.FIELD_WORKER).get("/front-door/calls").status_code == 403

    def test_takes_a_number_that_is_none_as_nobody_in_particular(self, coordinator):
        coordinator.post("/front-door/calls", TOLD | {"about": "A Mrs Finch", "person": "²"})
        assert Call.objects.get().reason == "About A Mrs Finch."
