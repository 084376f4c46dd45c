"""The open form for professionals outside, and following what they sent."""

import re
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from homeward.access.rules import Role
from homeward.people.models import Person
from homeward.referrals.models import FormUse, Referral
from homeward.referrals.rules import MOST_USES_AN_HOUR
from homeward.referrals.services import ask_for_more, decline_referral, redirect_referral
from homeward.referrals.states import Route
from homeward.teams.models import Service
from homeward.web.front_door.forms.professional import stamp

TOLD = {
    "source": "gp", "requester_name": "Dr Lane", "requester_role": "GP", "requester_phone": "07700 900555",
    "requester_organisation": "Friar Gate Surgery", "given_name": "Ivy", "family_name": "Okafor", "birth_day": "9",
    "birth_month": "3", "birth_year": "1941", "address_lines": "9 Other Street", "postcode": "DE1 3DA",
    "need_text": "Fell this morning", "urgency": "crisis", "consent": "yes",
}  # fmt: skip


@pytest.fixture
def outside(service) -> Client:
    """A browser of somebody outside, where the form of the service is open."""
    Service.objects.update(is_fictitious=True)
    return Client()


@pytest.fixture
def filled(now):
    """The form filled in, opened a minute ago: `filled(urgency="routine")`."""

    def make(number: str = "form-1", **changed) -> dict:
        return TOLD | {"stamp": stamp(number, now - timedelta(minutes=1))} | changed

    return make


@pytest.fixture
def sent(outside, filled):
    """What was sent: its referral and the code to follow it."""
    page = outside.post("/refer", filled()).content.decode()
    return Referral.objects.get(), re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", page)[0]


class TestRefer:
    def test_needs_no_sign_in_and_gives_a_reference_and_a_code(self, outside, filled, now):
        assert outside.get("/refer").status_code == 200
        answer = outside.post("/refer", filled())
        referral = Referral.objects.get()
        assert referral.reference in answer.content.decode()
        assert (referral.route, referral.requester_name) == (Route.PROFESSIONAL, "Dr Lane")
        assert abs((referral.received_at - now).total_seconds()) < 60
        assert "no-store" in answer.headers["Cache-Control"]

    def test_names_nobody_after_it_is_sent(self, outside, filled):
        page = outside.post("/refer", filled()).content.decode()
        assert "Okafor" not in page and "Fell this morning" not in page

    def test_says_the_same_whether_the_person_is_known_or_not(self, outside, filled, ivy):
        def said(**told) -> str:
            page = outside.post("/refer", filled(**told)).content.decode()
            return re.sub(r"R\d{6}|[2-9A-Z]{5}-[2-9A-Z]{5}|nonce=\"[^\"]*\"|csrf\w+\" value=\"[^\"]*\"", "", page)

        known = said(number="form-1", nhs_number="9990000018")
        assert Referral.objects.get().person == ivy
        assert known == said(number="form-2", nhs_number="9990000026", family_name="Vane")

    def test_sent_twice_is_one_with_one_code(self, outside, filled, sent):
        page = outside.post("/refer", filled()).content.decode()
        assert "You sent this form twice" in page and sent[1] in page
        assert Referral.objects.get().need_text == "Fell this morning"

    def test_of_somebody_else_after_going_back_is_another_referral(self, outside, filled, sent):
        page = outside.post("/refer", filled(given_name="Ruth", family_name="Vane")).content.decode()
        assert "You sent this form twice" not in page
        assert Referral.objects.count() == 2

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"requester_phone": ""}, "Enter a phone number we can call you back on"),
            ({"nhs_number": "9990000000"}, "Check the NHS number"),
            ({"need_text": ""}, "Say what happened"),
            ({"consent": ""}, "Say whether they know"),
            ({"address_lines": ""}, "Enter their home address, or where they are now"),
            ({"source": "family"}, "not one of the available choices"),
            ({"website": "http://x.example"}, "Leave the line called Website empty"),
            ({"stamp": "made up"}, "send it again"),
            ({"birth_month": "13"}, "must be a real date"),
            ({"need_text": "x" * 4001}, "Use fewer words"),
        ],
    )
    def test_says_what_to_do_and_loses_nothing(self, outside, filled, changed, told):
        answer = outside.post("/refer", filled(**changed))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert told in page and "Friar Gate Surgery" in page
        assert not Referral.objects.exists()

    def test_is_not_filled_in_faster_than_anybody_types(self, outside, filled):
        page = outside.post("/refer", filled(stamp=stamp("form-1", timezone.now()))).content.decode()
        assert "That was very quick" in page
        assert not Referral.objects.exists()

    def test_opened_yesterday_is_sent_again_with_everything_in_it(self, outside, filled, now):
        page = outside.post("/refer", filled(stamp=stamp("form-1", now - timedelta(hours=13)))).content.decode()
        assert "open too long" in page and "Fell this morning" in page
        fresh = re.search(r'name="stamp" id="stamp" value="([^"]+)"', page)[1]
        assert fresh != stamp("form-1", now - timedelta(hours=13))

    def test_may_not_be_sent_from_another_site(self, outside, filled):
        assert Client(enforce_csrf_checks=True).post("/refer", filled()).status_code == 403

    def test_takes_no_more_from_one_place_than_people_send(self, outside, filled, sent):
        FormUse.objects.filter(form="refer").update(uses=MOST_USES_AN_HOUR)
        answer = outside.post("/refer", filled(number="form-2"))
        assert answer.status_code == 429 and "Fell this morning" in answer.content.decode()
        assert Referral.objects.count() == 1

    def test_takes_no_more_than_a_form_holds(self, outside, filled):
        assert outside.post("/refer", filled(need_text="x" * 70_000)).status_code == 413

    @pytest.mark.parametrize("address", ["/refer", "/refer/follow"])
    @pytest.mark.parametrize("length", ["abc", "-1", "9" * 30])
    def test_refuses_what_does_not_say_how_long_it_is(self, outside, filled, address, length):
        assert outside.post(address, filled(), CONTENT_LENGTH=length).status_code == 413

    @override_settings(HOMEWARD_PROXIES=1)
    def test_counts_visitors_and_not_the_proxy(self, outside, filled):
        for number, address in enumerate(("192.0.2.1", "192.0.2.2")):
            outside.post("/refer", filled(number=str(number)), headers={"X-Forwarded-For": f"9.9.9.9, {address}"})
        assert FormUse.objects.count() == 2

    def test_is_closed_where_no_service_opened_it(self, service, filled):
        assert Client().get("/refer").status_code == 404
        assert Client().post("/refer", filled()).status_code == 404
        assert not Referral.objects.exists()

    @override_settings(HOMEWARD_PUBLIC_REFERRALS={"derwent": "01632 960123"})
    def test_is_open_where_a_real_service_says_so_with_its_number(self, service):
        assert "01632 960123" in Client().get("/refer").content.decode()

    def test_asks_which_service_where_there_are_several(self, outside, filled, system, now):
        from homeward.teams.services import open_service

        other = open_service(actor=system, code="other", name="Otherdale", now=now)
        Service.objects.update(is_fictitious=True)
        assert "Choose the service" in outside.post("/refer", filled()).content.decode()
        outside.post("/refer", filled(service="other"))
        assert Referral.objects.get().service == other

    def test_is_shown_at_the_desk_as_what_it_is(self, outside, coordinator, sent):
        page = coordinator.get(f"/front-door/referrals/{sent[0].pk}").content.decode()
        assert "Professionals" in page and "Nobody checked who sent it" in page

    @pytest.mark.parametrize("field", ["birth_day", "nhs_number", "stamp", "source", "service", "family_name"])
    @pytest.mark.parametrize("typed", ["²", "9" * 30, "a\0b", "<script>"])
    def test_takes_nonsense_without_a_fault(self, outside, filled, field, typed):
        assert outside.post("/refer", filled(**{field: typed})).status_code in (200, 422)


class TestFollow:
    def ask(self, outside, sent, **more):
        referral, code = sent
        return outside.post("/refer/follow", {"reference": referral.reference, "code": code} | more).content.decode()

    def test_says_it_was_received_and_names_nobody(self, outside, sent):
        page = self.ask(outside, sent)
        assert "Received" in page
        assert "Ivy" not in page and "Okafor" not in page and "Fell" not in page

    @pytest.mark.parametrize("wrong", [{"code": "AAAAA-AAAAA"}, {"reference": "R999999"}, {"code": ""}])
    def test_says_nothing_to_who_has_no_code(self, outside, sent, wrong):
        page = self.ask(outside, sent, **wrong)
        assert "There is a problem" in page and "Received" not in page

    def test_says_why_it_was_declined(self, outside, desk, sent, now):
        decline_referral(actor=desk, referral=sent[0], reason="Lives outside our area", now=now)
        page = self.ask(outside, sent)
        assert "Declined" in page and "Lives outside our area" in page and 'name="text"' not in page

    def test_says_where_it_was_sent_on(self, outside, desk, sent, now):
        redirect_referral(actor=desk, referral=sent[0], to="Falls clinic", reason="No crisis", now=now)
        assert "To Falls clinic: No crisis" in self.ask(outside, sent)

    def test_answers_what_was_asked(self, outside, desk, sent, now):
        ask_for_more(actor=desk, referral=sent[0], question="Does she live alone?", now=now)
        assert "Does she live alone?" in self.ask(outside, sent)
        page = self.ask(outside, sent, add="yes", text="She lives alone")
        assert "The front door sees what you wrote" in page
        sent[0].refresh_from_db()
        assert sent[0].state == "waiting" and sent[0].details[-1]["text"] == "She lives alone"
        assert sent[0].need_text == "Fell this morning"

    def test_wants_something_written(self, outside, sent):
        assert "Write what you want to add" in self.ask(outside, sent, add="yes", text=" ")

    def test_is_not_guessed(self, outside, sent):
        self.ask(outside, sent, code="AAAAA-AAAAA")
        FormUse.objects.filter(form="follow").update(uses=MOST_USES_AN_HOUR)
        answer = outside.post("/refer/follow", {"reference": sent[0].reference, "code": sent[1]})
        assert answer.status_code == 429 and "Received" not in answer.content.decode()

    def test_keeps_no_code(self, sent):
        assert sent[1] not in str(Referral.objects.values().get())
        assert Person.objects.count() == 1

    def test_tells_staff_who_sign_in_no_more(self, sign_in, outside, sent):
        page = self.ask(sign_in(Role.FRONT_DOOR), sent)
        assert "Okafor" not in page
