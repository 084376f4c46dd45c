"""Logging a call, calling back, and making a call into a referral."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Actor, Role
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import Call, Referral
from homeward.referrals.services import log_call
from homeward.teams.models import Account
from homeward.teams.services import open_service
from homeward.web.front_door.forms.calls import CallForm

TOLD = {"source": "gp", "caller_name": "Dr Lane", "outcome": "advice", "advice": "Ring the pharmacy"}
BACK = {"source": "family", "caller_name": "Ann Finch", "outcome": "call_back", "caller_phone": "07700 900555"}


@pytest.fixture
def promised(desk, service, now):
    """A call back promised ten minutes ago, five minutes late."""
    return log_call(
        actor=desk, service_id=service.pk, source="family", outcome="call_back", caller_name="Ann Finch",
        caller_phone="07700 900555", about_text="Mrs Ivy Finch", reason="Fell twice", need_code="fall",
        call_back_by=now - timedelta(minutes=5), now=now - timedelta(minutes=20),
    )  # fmt: skip


class TestCalls:
    def test_logs_who_about_whom_and_what_came_of_it(self, coordinator, ivy):
        answer = coordinator.post("/front-door/calls", TOLD | {"person": str(ivy.pk), "seconds": "23"}, follow=True)
        call = Call.objects.get()
        assert (call.person, call.taken_by, call.advice) == (ivy, "Priya Shah", "Ring the pharmacy")
        page = answer.content.decode()
        assert "Today: 1 call" in page
        assert "Logged. 23 s. Dr Lane about Ivy Okafor: advice given." in page
        assert "Logged." not in coordinator.get("/front-door/calls").content.decode(), "told once"

    def test_keeps_a_name_that_matches_nobody(self, coordinator):
        coordinator.post("/front-door/calls", TOLD | {"about": "A Mrs Finch", "person": "none"})
        assert Call.objects.get().about_text == "A Mrs Finch"

    @pytest.mark.parametrize("chosen", ["999999", "-1", "ivy", "9" * 30])
    def test_refuses_a_person_who_is_not_on_record_and_keeps_what_was_typed(self, coordinator, chosen):
        answer = coordinator.post("/front-door/calls", TOLD | {"person": chosen, "about": "Mrs Finch"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "The person you chose is not on record here" in page
        for kept in ("Dr Lane", "Mrs Finch", "Ring the pharmacy"):
            assert kept in page
        assert not Call.objects.exists()

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"advice": ""}, "Write the advice you gave"),
            ({"outcome": "passed_on"}, "Say who you passed it on to"),
            ({"outcome": "call_back", "promise": "15"}, "Enter the number to call back on"),
            ({"outcome": "call_back", "caller_phone": "1"}, "Choose when you promised to call back"),
            ({"outcome": "call_back", "caller_phone": "1", "promise": "at", "call_back_time": "x"}, "Enter a time"),
            ({"need_code": "nothing"}, "Choose what it was about from the list"),
        ],
    )
    def test_wants_what_the_outcome_needs_and_loses_nothing(self, coordinator, changed, told):
        answer = coordinator.post("/front-door/calls", TOLD | changed)
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert "Dr Lane" in answer.content.decode()
        assert not Call.objects.exists()

    def test_goes_on_to_a_referral_with_everything_that_was_said(self, coordinator):
        told = TOLD | {"outcome": "referral", "about": "Mrs Ivy Finch", "reason": "Fell twice", "need_code": "fall"}
        page = coordinator.post("/front-door/calls", told, follow=True).content.decode()
        for kept in ('value="Dr Lane"', 'value="Ivy"', 'value="Finch"', "Fell twice",
                     '<option value="fall" selected>', '<option value="gp" selected>'):  # fmt: skip
            assert kept in page

    def test_keeps_a_call_about_somebody_in_their_own_service(self, coordinator, system, now):
        other = open_service(actor=system, code="other", name="Other", now=now)
        known = NewPerson(given_name="Ruth", family_name="Vane")
        ruth = register_person(actor=Actor.system("tests", other.pk), service_id=other.pk, new=known, now=now)
        Account.objects.get(role=Role.FRONT_DOOR).services.add(other)
        coordinator.post("/front-door/calls", TOLD | {"person": str(ruth.pk)})
        assert Call.objects.get().service == other
        coordinator.get("/front-door/calls")  # says once what was logged
        assert "Ruth Vane" not in coordinator.get("/front-door/calls").content.decode()

    def test_finds_people_as_their_name_is_typed_and_says_who_waits_already(self, coordinator, ivy, refer):
        waiting = refer(ivy)
        part = coordinator.post("/front-door/calls/about", {"about": "oka"}).content.decode()
        assert "Ivy Okafor" in part
        assert f"Already referred 10 minutes ago: {waiting.reference}" in part

    def test_looks_for_the_person_without_javascript_and_saves_nothing(self, coordinator, ivy):
        answer = coordinator.post("/front-door/calls", {"about": "oka", "caller_name": "Dr Lane", "look": "yes"})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Ivy Okafor" in page and "Dr Lane" in page and "There is a problem" not in page
        assert not Call.objects.exists()

    def test_offers_callers_remembered_and_never_by_an_address(self, coordinator):
        coordinator.post("/front-door/calls", TOLD | {"caller_phone": "07700 900555"})
        part = coordinator.post("/front-door/calls/callers", {"caller_name": "lan"}).content.decode()
        assert 'data-name="Dr Lane"' in part and 'data-phone="07700 900555"' in part
        assert coordinator.get("/front-door/calls/callers?caller_name=lan").status_code == 302

    def test_refuses_who_may_not_take_calls(self, sign_in):
        client = sign_in(Role.FIELD_WORKER)
        for path in ("calls", "calls/all", "calls/live", "calls/1"):
            assert client.get(f"/front-door/{path}").status_code == 403

    @pytest.mark.parametrize("field", ["person", "seconds", "promise", "call_back_time", "about"])
    @pytest.mark.parametrize("typed", ["²", "9" * 30, "a\0b"])
    def test_takes_nonsense_without_a_fault(self, coordinator, field, typed):
        told = BACK | {"promise": "at", "call_back_time": "09:30"} | {field: typed}
        assert coordinator.post("/front-door/calls", told).status_code in (302, 422)


class TestPromise:
    @pytest.mark.parametrize(("promise", "minutes"), [("15", 15), ("30", 30), ("60", 60), ("120", 120)])
    def test_counts_from_the_call(self, now, promise, minutes):
        form = CallForm(BACK | {"promise": promise}, now=now)
        assert form.is_valid() and form.cleaned_data["call_back_by"] == now + timedelta(minutes=minutes)

    def test_for_a_time_that_has_passed_is_for_tomorrow(self, service):
        now = timezone.make_aware(timezone.datetime(2026, 11, 24, 22, 0))
        form = CallForm(BACK | {"promise": "at", "call_back_time": "9:30"}, now=now)
        assert form.is_valid()
        assert timezone.localtime(form.cleaned_data["call_back_by"]).isoformat() == "2026-11-25T09:30:00+00:00"


class TestCall:
    def test_is_owed_with_its_clock_and_a_number_to_press(self, coordinator, promised):
        page = coordinator.get("/front-door/calls").content.decode()
        assert "1 to call back, 1 late" in page
        assert 'href="tel:07700900555"' in page and "m late" in page

    def test_not_reached_stays_owed(self, coordinator, promised):
        coordinator.post(f"/front-door/calls/{promised.pk}", {"reached": "no", "note": "Rang out"})
        assert "1 to call back" in coordinator.get("/front-door/calls").content.decode()
        assert "Rang out" in coordinator.get(f"/front-door/calls/{promised.pk}").content.decode()

    def test_reached_says_what_was_agreed(self, coordinator, promised):
        refused = coordinator.post(f"/front-door/calls/{promised.pk}", {"reached": "yes", "note": ""})
        assert "Write what you agreed" in refused.content.decode()
        told = {"reached": "yes", "note": "Will see the GP"}
        page = coordinator.post(f"/front-door/calls/{promised.pk}", told, follow=True).content.decode()
        assert "Called back" in page and "Will see the GP" in page and ", late." in page
        assert "Nobody waits for a call back" in coordinator.get("/front-door/calls").content.decode()

    def test_of_another_service_is_not_there(self, coordinator, promised, system, now):
        other = open_service(actor=system, code="other", name="Other", now=now)
        Call.objects.update(service=other)
        assert coordinator.get(f"/front-door/calls/{promised.pk}").status_code == 404

    def test_becomes_a_referral_later_without_retyping(self, coordinator, promised):
        page = coordinator.get(f"/front-door/new?call={promised.pk}").content.decode()
        assert 'value="Ann Finch"' in page and 'value="Finch"' in page and "Fell twice" in page
        told = {"call": str(promised.pk), "source": "family", "given_name": "Ivy", "family_name": "Finch",
                "need_code": "fall", "urgency": "crisis"}  # fmt: skip
        coordinator.post("/front-door/new", told)
        promised.refresh_from_db()
        assert promised.referral == Referral.objects.get()
        again = coordinator.get(f"/front-door/new?call={promised.pk}")
        assert again.headers["Location"] == f"/front-door/referrals/{promised.referral_id}"

    def test_stays_owed_beside_the_referral_it_became(self, coordinator, promised):
        told = {"call": str(promised.pk), "source": "family", "given_name": "Ivy", "family_name": "Finch",
                "need_code": "fall", "urgency": "crisis"}  # fmt: skip
        page = coordinator.post("/front-door/new", told, follow=True).content.decode()
        assert "still waits for it" in page
        assert "Call back owed:</strong> Ann Finch" in page and 'href="tel:07700900555"' in page
        calls = coordinator.get("/front-door/calls").content.decode()
        assert "1 to call back, 1 late" in calls and "The call back is still owed" in calls
        assert "still owed" in coordinator.get(f"/front-door/calls/{promised.pk}").content.decode()

        sent = {"reached": "yes", "back": "referral", "note": ""}
        assert "Write what you agreed" in coordinator.post(f"/front-door/calls/{promised.pk}", sent).content.decode()
        answer = coordinator.post(f"/front-door/calls/{promised.pk}", sent | {"note": "We come by two"}, follow=True)
        assert answer.redirect_chain[-1][0] == f"/front-door/referrals/{Referral.objects.get().pk}"
        page = answer.content.decode()
        assert "Called back." in page and "Call back owed:" not in page

    def test_that_no_referral_was_taken_of_is_not_forgotten(self, coordinator):
        coordinator.post("/front-door/calls", TOLD | {"outcome": "referral"})
        assert "To become a referral: 1" in coordinator.get("/front-door/calls").content.decode()


class TestAllCalls:
    def test_lists_a_day_and_counts_the_month(self, coordinator, promised):
        coordinator.post("/front-door/calls", TOLD)
        page = coordinator.get("/front-door/calls/all").content.decode()
        assert "Dr Lane" in page
        assert "in " + timezone.localtime().strftime("%B %Y") in page

    @pytest.mark.parametrize(("query", "shown"), [("only=owed", "Ann Finch"), ("only=mine", "Dr Lane"),
                                                  ("outcome=advice", "Dr Lane")])  # fmt: skip
    def test_keeps_what_is_asked_for(self, coordinator, promised, query, shown):
        coordinator.post("/front-door/calls", TOLD)
        page = coordinator.get(f"/front-door/calls/all?{query}").content.decode()
        assert shown in page
        assert ({"Ann Finch", "Dr Lane"} - {shown}).pop() not in page

    def test_leaves_out_what_makes_no_sense(self, coordinator):
        assert coordinator.get("/front-door/calls/all?day=x&outcome=y&only=z").status_code == 200


class TestLiveCalls:
    def test_answers_nothing_while_nothing_changed(self, coordinator, promised):
        seen = coordinator.get("/front-door/calls").content.decode().split("calls/live?seen=")[1].split('"')[0]
        assert coordinator.get(f"/front-door/calls/live?seen={seen}").status_code == 204
        coordinator.post("/front-door/calls", TOLD)
        assert "Dr Lane" in coordinator.get(f"/front-door/calls/live?seen={seen}").content.decode()
