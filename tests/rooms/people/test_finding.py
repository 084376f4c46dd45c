"""Finding people in the database, by what is kept up to date with each change."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from homeward.access.rules import Actor, Role
from homeward.audit.models import Event
from homeward.people.models import NameWord, SearchEntry
from homeward.people.rules import Identity
from homeward.people.selectors import people_like, search_people
from homeward.people.services import NewAddress, NewPerson, add_address, register_people, register_person
from homeward.teams.services import open_service


@pytest.fixture
def everybody(service, now):
    """Some people who are easily mistaken for each other."""
    new = [
        NewPerson(given_name="John", family_name="Smith", birth_date=date(1931, 4, 3), reference="A1",
                  address=NewAddress(postcode="LE3 1AB"), phone="07700 900111"),
        NewPerson(given_name="Jon", family_name="Smyth", birth_date=date(1940, 1, 2), reference="A2"),
        NewPerson(given_name="Mary", family_name="O'Neil", other_names=("Mary Webb",), reference="A3"),
        NewPerson(given_name="Thomas", family_name="Thompson", reference="A4", birth_text="1944-05"),
        NewPerson(given_name="José", family_name="García", reference="A5", nhs_number="9990000018"),
    ]  # fmt: skip
    actor = Actor.system("tests", service.pk)
    register_people(actor=actor, service_id=service.pk, people=new, since=now.date(), now=now)


@pytest.mark.usefixtures("everybody")
class TestSearchPeople:
    @pytest.mark.parametrize(
        ("typed", "references"),
        [
            ("john smith", ["A1", "A2"]),
            ("smith john", ["A1", "A2"]),
            ("smiht 1931", ["A1"]),
            ("jhon le3", ["A1"]),
            ("j smith 3/4/31", ["A1"]),
            ("smyth", ["A2", "A1"]),
            ("mary oneill", ["A3"]),
            ("mary o neil", ["A3"]),
            ("webb", ["A3"]),
            ("tompson", ["A4"]),
            ("tom thomp", ["A4"]),
            ("1944", ["A4"]),
            ("may 1944", ["A4"]),
            ("garcia jose", ["A5"]),
            ("0018", ["A5"]),
            ("900111", ["A1"]),
            ("a4", ["A4"]),
            ("john smith 5/4/1931", ["A1"]),
            ("nobody at all", []),
        ],
    )
    def test_finds_who_is_meant_best_first(self, coordinator, now, typed, references):
        assert [one.person.reference for one in search_people(coordinator, typed, now)] == references

    def test_forgives_one_of_three_things_typed(self, coordinator, now):
        found = search_people(coordinator, "john smith de1", now)[0]
        assert found.reasons == ("name matches", "a number or postcode typed does not match")

    def test_shows_nobody_of_another_service(self, system, now):
        elsewhere = open_service(actor=system, code="elsewhere", name="Elsewhere", now=now)
        stranger = Actor("S", Role.FRONT_DOOR, service_ids=frozenset({elsewhere.pk}))
        assert search_people(stranger, "john smith", now) == []

    def test_leaves_one_audit_event_for_everyone_shown(self, coordinator, now):
        found = search_people(coordinator, "smith", now)
        (event,) = Event.objects.filter(action="see in search")
        assert event.people == sorted(one.person.pk for one in found)

    def test_never_keeps_what_was_typed(self, coordinator, now):
        search_people(coordinator, "zzyzx", now)
        assert not Event.objects.filter(action="see in search").exists()


class TestIndex:
    def test_finds_somebody_at_once_by_a_new_address(self, coordinator, ivy, now):
        add_address(actor=coordinator, person=ivy, new=NewAddress(postcode="NG7 2RD"), now=now)
        assert [one.person for one in search_people(coordinator, "ng7 2rd", now)] == [ivy]

    def test_forgets_with_a_registration_that_fails(self, service, coordinator, ivy, now):
        with pytest.raises(ZeroDivisionError):
            self._register_and_fail(service, coordinator, now)
        assert search_people(coordinator, "vanished", now) == []

    def test_is_made_anew_from_the_record(self, coordinator, ivy, now, capsys):
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO people_search_fts(people_search_fts) VALUES ('delete-all')")
        SearchEntry.objects.all().delete()
        NameWord.objects.all().delete()
        assert search_people(coordinator, "okafor", now) == []
        call_command("people_index")
        assert "1 people" in capsys.readouterr().out
        assert [one.person for one in search_people(coordinator, "okafro", now)] == [ivy]

    def _register_and_fail(self, service, coordinator, now):
        from django.db import transaction

        with transaction.atomic():
            new = NewPerson(given_name="Gone", family_name="Vanished")
            register_person(actor=coordinator, service_id=service.pk, new=new, now=now)
            raise ZeroDivisionError


@pytest.mark.usefixtures("everybody")
class TestPeopleLike:
    @pytest.mark.parametrize(
        "wanted",
        [
            Identity("Jhon", "Smith", date(1931, 4, 3)),
            Identity("John", "Smith", date(1931, 3, 4)),
            Identity("John", "Smith", postcode="LE3 1AB"),
            Identity("Jon", "Smith", date(1931, 4, 3), phone="07700 900111"),
        ],
    )
    def test_knows_somebody_by_what_is_nearly_right(self, service, coordinator, now, wanted):
        assert people_like(coordinator, service.pk, wanted, now)[0].person.reference == "A1"
