"""Logging a call."""

from homeward.access.rules import Role
from homeward.referrals.models import Call

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

    def test_finds_people_as_their_name_is_typed(self, coordinator, ivy):
        assert "Ivy Okafor" in coordinator.post("/front-door/calls/about", {"about": "oka"}).content.decode()

    def test_refuses_who_may_not_take_calls(self, sign_in):
        assert sign_in(Role.FIELD_WORKER).get("/front-door/calls").status_code == 403

    def test_takes_a_number_that_is_none_as_nobody_in_particular(self, coordinator):
        coordinator.post("/front-door/calls", TOLD | {"about": "A Mrs Finch", "person": "²"})
        assert Call.objects.get().reason == "About A Mrs Finch."
