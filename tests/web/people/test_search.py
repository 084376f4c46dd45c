"""Finding a person, without what was typed reaching an address."""

import html
import re

import pytest

from homeward.access.rules import Actor, Role
from homeward.audit.models import Event
from homeward.people.services import NewPerson, register_people
from homeward.teams.models import Account
from homeward.teams.services import open_service


def text_of(response) -> str:
    """A page's text as one line, without markup."""
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def look_for(client, typed: str):
    return client.post("/people/", {"sought": typed}, follow=True)


class TestSearch:
    @pytest.mark.parametrize(
        "typed",
        ["ivy", "MARSH", "marsh ivy", "Ivy Mar", "bunty", "999 000", "9990000018", "de1 1aa", "DE1", "07700900123",
         "07700 900"],
    )  # fmt: skip
    def test_finds_people_however_they_are_typed(self, nurse, ivy, typed):
        page = text_of(look_for(nurse, typed))
        assert "1 person found" in page
        assert "Ivy Marsh" in page

    def test_finds_by_reference(self, nurse, ivy):
        assert "Ivy Marsh" in text_of(look_for(nurse, ivy.reference.lower()))

    def test_keeps_what_was_typed_out_of_the_address(self, nurse, ivy):
        answer = look_for(nurse, "Marsh")
        assert answer.redirect_chain == [("/people/", 302)]
        assert "marsh" not in answer.request["PATH_INFO"].lower() + answer.request["QUERY_STRING"].lower()

    def test_shows_the_same_people_again_on_the_way_back(self, nurse, ivy):
        look_for(nurse, "Marsh")
        nurse.get(f"/people/{ivy.pk}")
        assert "Ivy Marsh" in text_of(nurse.get("/people/"))

    def test_says_whose_person_each_is_to_those_who_work_in_several_services(self, nurse, ivy, inside, now):
        assert "Derwent Community First" not in text_of(look_for(nurse, "marsh"))
        account = Account.objects.get(full_name__startswith="Sam")
        account.services.add(open_service(actor=inside, code="elsewhere", name="Elsewhere", now=now))
        assert "Derwent Community First" in text_of(look_for(nurse, "marsh"))

    @pytest.mark.parametrize("typed", ["\0\0\0", "mar\0sh", "%_%", "'; --", "x" * 5000, "🙂🙂"])
    def test_takes_whatever_is_typed(self, nurse, ivy, typed):
        assert look_for(nurse, typed).status_code == 200

    def test_says_so_when_nobody_is_found(self, nurse, ivy):
        assert "Nobody found" in text_of(look_for(nurse, "zz"))

    def test_asks_for_more_than_one_letter(self, nurse, ivy):
        assert "Type at least 2 letters" in text_of(look_for(nurse, "i"))

    def test_says_when_there_are_more_than_it_shows(self, nurse, service, inside, now):
        people = [NewPerson(given_name="Ann", family_name="Lee", reference=f"L{number}") for number in range(25)]
        register_people(actor=inside, service_id=service.pk, people=people, since=now.date(), now=now)
        answer = look_for(nurse, "lee")
        assert "More than 20 people found" in text_of(answer)
        assert answer.content.decode().count("hw-found__one") == 20

    def test_never_shows_people_of_another_service(self, nurse, inside, now):
        other = open_service(actor=inside, code="elsewhere", name="Elsewhere", now=now)
        register_people(
            actor=Actor.system("tests", other.pk),
            service_id=other.pk,
            people=[NewPerson(given_name="Far", family_name="Away", reference="F1")],
            since=now.date(),
            now=now,
        )
        assert "Nobody found" in text_of(look_for(nurse, "away"))

    def test_says_why_each_was_found(self, nurse, ivy):
        assert "Birth date matches; name is 1 letter different" in text_of(look_for(nurse, "marhs 29/2/1940"))

    def test_answers_while_somebody_types_with_the_list_alone(self, nurse, ivy):
        answer = nurse.post("/people/", {"sought": "mar"}, headers={"HX-Request": "true"})
        page = answer.content.decode()
        assert "<html" not in page
        assert "1 person found" in page
        assert "Ivy Marsh" in page
        assert "Ivy Marsh" in text_of(nurse.get("/people/"))

    def test_leaves_an_audit_event_for_everyone_shown(self, nurse, ivy):
        look_for(nurse, "marsh")
        (seen,) = Event.objects.filter(action="see in search")
        assert seen.people == [ivy.pk]

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PERFORMANCE_LEAD])
    def test_is_closed_to_those_who_may_see_nobody(self, signed_in, role):
        assert signed_in(role).get("/people/").status_code == 403

    def test_sends_those_not_signed_in_to_sign_in(self, client, db):
        assert client.get("/people/").headers["Location"].startswith("/sign-in")
