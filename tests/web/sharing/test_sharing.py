"""A plan shared by a link, from the team's side and from the family's."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.notices.models import Notice
from homeward.people.models import Contact, SharedLink
from homeward.people.states import MayBeTold
from homeward.plans.services import write_recovery_part

PHONE = "07700 900555"


@pytest.fixture
def person(ivy, cared_for):
    Contact.objects.create(person=ivy, name="Ada Okafor", relationship="daughter", may_be_told=MayBeTold.EVERYTHING)
    Contact.objects.create(person=ivy, name="Ben Okafor", relationship="son", may_be_told=MayBeTold.VISITS)
    return cared_for(ivy)


@pytest.fixture
def manager(sign_in):
    return sign_in(Role.CASE_MANAGER, "Omar Reid")


@pytest.fixture
def made(manager, person):
    """The address of a new link for Ivy's daughter, as the page shows it once."""
    ada = Contact.objects.get(name="Ada Okafor")
    told = {"who": ada.pk, "channel": "sms", "address": PHONE, "days": "7"}
    page = manager.post(f"/people/{person.pk}/share/new", told).content.decode()
    return re.search(r'value="(http[^"]*/shared/[^"]+)"', page)[1].replace("http://testserver", "")


def newest_code() -> str:
    return re.search(r"\d{6}", Notice.objects.filter(account__isnull=True).latest("id").title)[0]


def opened(made: str) -> Client:
    """A browser of somebody outside that has given the right code."""
    outside = Client()
    outside.post(f"{made}/code")
    assert outside.post(made, {"code": newest_code()}).status_code == 302
    return outside


class TestMakingALink:
    def test_offers_only_those_who_may_be_told_everything(self, manager, person):
        page = manager.get(f"/people/{person.pk}/share/new").content.decode()
        ben = Contact.objects.get(name="Ben Okafor")
        assert re.search(rf'id="who-{ben.pk}"[^>]* disabled', page)
        assert "when visits are" in page

    def test_lists_it_without_showing_it_again(self, manager, person, made):
        page = manager.get(f"/people/{person.pk}/share").content.decode()
        assert "For Ada Okafor" in page and "Not opened yet" in page
        assert made.rsplit("/", 1)[1] not in page

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, manager, person):
        answer = manager.post(f"/people/{person.pk}/share/new", {"who": "person", "address": "home", "days": "x"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Enter a number of days" in page and "Choose how codes are sent" in page and 'value="home"' in page


class TestOpeningALink:
    def test_asks_for_a_code_and_tells_nothing_before(self, made):
        answer = Client().get(made)
        page = answer.content.decode()
        assert "ends in 555" in page and PHONE not in page
        assert "Ivy" not in page and "Okafor" not in page
        assert answer["Referrer-Policy"] == "same-origin"

    def test_shows_the_plan_after_the_right_code_and_is_audited(self, made, person):
        page = opened(made).get(made).content.decode()
        assert "My plan" in page and "Ivy" in page and "Sign out" not in page
        assert Event.objects.filter(action="read shared plan", person_id=person.pk).count() == 1

    def test_is_open_only_in_the_browser_that_gave_the_code(self, made):
        opened(made)
        assert "Ivy" not in Client().get(made).content.decode()

    def test_refuses_a_wrong_code_and_says_what_to_do(self, made):
        outside = Client()
        outside.post(f"{made}/code")
        wrong = "000000" if newest_code() != "000000" else "111111"
        answer = outside.post(made, {"code": wrong})
        assert answer.status_code == 422 and "ask for a new one" in answer.content.decode()

    @pytest.mark.parametrize("how", ["taken back", "over"])
    def test_ends_at_once_for_who_has_it_open(self, manager, person, made, how):
        outside = opened(made)
        link = SharedLink.objects.get()
        if how == "over":
            SharedLink.objects.update(made_at=link.made_at - timedelta(days=9), until=link.until - timedelta(days=8))
        else:
            manager.post(f"/people/{person.pk}/share/{link.pk}/take-back")
        answer = outside.get(made)
        assert answer.status_code == 404 and "This link has ended" in answer.content.decode()

    @pytest.mark.parametrize("token", ["x", "a" * 43, "..", "%00"])
    def test_says_the_same_of_a_made_up_address(self, db, token):
        assert Client().get(f"/shared/{token}").status_code == 404


class TestTheirOwnLink:
    def test_shows_the_person_all_of_their_recovery_plan(self, manager, person, desk, now):
        write_recovery_part(actor=desk, person=person, part="crisis", text="Ring my sister", now=now)
        told = {"who": "person", "channel": "sms", "address": PHONE, "days": "7"}
        page = manager.post(f"/people/{person.pk}/share/new", told).content.decode()
        address = re.search(r'value="(http[^"]*/shared/[^"]+)"', page)[1].replace("http://testserver", "")
        assert "Ring my sister" in opened(address).get(address).content.decode()

    def test_is_not_that_of_a_contact(self, made, person, desk, now):
        write_recovery_part(actor=desk, person=person, part="crisis", text="Ring my sister", now=now)
        assert "Ring my sister" not in opened(made).get(made).content.decode()
