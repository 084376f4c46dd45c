"""Unusual access is found once, counted over a day, and judged by somebody."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.kernel.rules import RefusedError
from homeward.people.models import BrokenGlass, Person
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.rights.models import UnusualAccess
from homeward.rights.selectors import events_behind, unusual_to_look_at
from homeward.rights.services import describe_staff, find_unusual, judge_access, judge_glass
from homeward.roster.models import Shift
from homeward.roster.services import add_shifts
from homeward.teams.models import Account, Organisation, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(somebody):
    return somebody(Role.REGISTERED_PROFESSIONAL, "Ada Okafor")


@pytest.fixture
def look(system, now):
    def go() -> list[tuple[str, int]]:
        while find_unusual(actor=system, now=now):
            pass
        return [(one.kind, one.times) for one in UnusualAccess.objects.order_by("pk")]

    return go


class TestFindUnusual:
    def test_finds_a_reader_with_the_same_family_name(self, ivy, nurse, opened, look):
        opened(nurse, ivy.pk)
        assert look() == [("family_name", 1)]

    def test_finds_nothing_odd_in_a_stranger(self, ivy, somebody, opened, look):
        opened(somebody(Role.REGISTERED_PROFESSIONAL, "Ben Carter"), ivy.pk)
        assert look() == []

    def test_goes_through_each_event_once_and_counts_up(self, ivy, nurse, opened, look, now):
        opened(nurse, ivy.pk)
        assert look() == [("family_name", 1)]
        assert look() == [("family_name", 1)]
        opened(nurse, ivy.pk, at=now + timedelta(minutes=5))
        assert look() == [("family_name", 2)]
        opened(nurse, ivy.pk, at=now + timedelta(days=1))
        assert look() == [("family_name", 2), ("family_name", 1)]

    def test_finds_a_colleague_and_a_neighbour(self, ivy, somebody, officer, opened, look, now):
        reader = somebody(Role.CASE_MANAGER, "Ben Carter")
        somebody(Role.FRONT_DOOR, "Ivy Okafor")
        account = Account.objects.get(pk=reader.account_id)
        describe_staff(actor=officer, account=account, postcode="de1 3zz", person_id=None, now=now)
        opened(reader, ivy.pk)
        assert look() == [("colleague", 1), ("neighbour", 1)]

    def test_finds_somebody_in_their_own_record(self, ivy, officer, nurse, opened, look, now):
        account = Account.objects.get(pk=nurse.account_id)
        describe_staff(actor=officer, account=account, postcode="", person_id=ivy.pk, now=now)
        opened(nurse, ivy.pk)
        assert look() == [("own_record", 1)]

    def test_finds_a_record_opened_long_after_a_death(self, ivy, somebody, opened, look, now):
        Person.objects.filter(pk=ivy.pk).update(died_on=now.date() - timedelta(days=90))
        opened(somebody(Role.CASE_MANAGER, "Ben Carter"), ivy.pk)
        assert look() == [("after_death", 1)]

    def test_finds_many_in_an_hour(self, service, coordinator, somebody, opened, look, now):
        reader = somebody(Role.CASE_MANAGER, "Ben Carter")
        for number in range(25):
            opened(reader, 10_000 + number, at=now + timedelta(minutes=number))
        assert look() == [("many", 25)]
        assert "25 people's records in one hour" in UnusualAccess.objects.get().reason

    def test_does_not_find_many_where_that_is_usual(self, somebody, opened, look, now):
        reader = somebody(Role.CASE_MANAGER, "Ben Carter")
        for day in range(4):
            for number in range(25):
                opened(reader, 10_000 + number, at=now - timedelta(days=day) + timedelta(minutes=number))
        UnusualAccess.objects.all().delete()
        look()
        assert not UnusualAccess.objects.filter(day=now.date()).exists()

    def test_finds_somebody_refused_again_and_again(self, service, somebody, opened, look):
        reader = somebody(Role.CASE_MANAGER, "Ben Carter")
        opened(reader, 10_001, action="refused record")
        opened(reader, 10_002, action="refused record")
        assert look() == []
        opened(reader, 10_003, action="refused record")
        assert [kind for kind, _ in look()] == ["no_tie"]

    def test_finds_somebody_reading_off_shift(self, service, system, ivy, somebody, opened, look, now):
        reader = somebody(Role.FIELD_WORKER, "Ben Carter")
        employer = Organisation.objects.create(service=service, kind="council", name="Council", is_employer=True)
        worker = Worker.objects.create(
            service=service, organisation=employer, local_reference="W1", account_id=reader.account_id
        )
        shift = Shift(worker=worker, day=now.date(), starts_at=now, ends_at=now + timedelta(hours=8))
        add_shifts(actor=type(system).system("tests", service.pk), service_id=service.pk, shifts=[shift], now=now)
        opened(reader, ivy.pk, at=now + timedelta(hours=2))
        assert look() == []
        opened(reader, ivy.pk, at=now + timedelta(hours=14))
        assert look() == [("off_shift", 1)]

    def test_is_only_for_the_schedule(self, officer, now):
        with pytest.raises(NotAllowedError):
            find_unusual(actor=officer, now=now)


class TestJudgeAccess:
    def test_settles_it(self, ivy, nurse, officer, opened, look, now):
        opened(nurse, ivy.pk)
        look()
        (access,) = unusual_to_look_at(officer)
        assert [event.action for event in events_behind(officer, access)] == ["open record"]
        judge_access(actor=officer, access=access, finding="ask", note="Rang her", now=now)
        judge_access(actor=officer, access=access, finding="right", note="No relation", now=now)
        access.refresh_from_db()
        assert (access.finding, access.finding_note) == ("right", "Rang her\nNo relation")
        assert unusual_to_look_at(officer) == []

    def test_wants_words_where_it_was_not_right(self, ivy, nurse, officer, opened, look, now):
        opened(nurse, ivy.pk)
        look()
        (access,) = unusual_to_look_at(officer)
        with pytest.raises(RefusedError):
            judge_access(actor=officer, access=access, finding="not_right", note=" ", now=now)
        with pytest.raises(NotAllowedError):
            judge_access(actor=nurse, access=access, finding="right", note="", now=now)


class TestJudgeGlass:
    def test_keeps_the_finding(self, ivy, nurse, officer, now):
        broken = BrokenGlass.objects.create(
            person=ivy, account_id=nurse.account_id, by_name=nurse.name, reason="Found on the floor", at=now,
            until=now + timedelta(hours=4),
        )  # fmt: skip
        judge_glass(actor=officer, broken=broken, finding="right", note="", now=now)
        broken.refresh_from_db()
        assert (broken.finding, broken.looked_by) == ("right", "Grace Officer")


class TestNeighbours:
    def test_are_found_by_where_somebody_stays_now(self, service, coordinator, somebody, officer, opened, look, now):
        new = NewPerson(
            given_name="Al", family_name="Moss", address=NewAddress(lines="2 Made Up Lane", postcode="SY1 1AA")
        )
        al = register_person(actor=coordinator, service_id=service.pk, new=new, now=now)
        reader = somebody(Role.CASE_MANAGER, "Ben Carter")
        account = Account.objects.get(pk=reader.account_id)
        describe_staff(actor=officer, account=account, postcode="SY1 1ZZ", person_id=None, now=now)
        opened(reader, al.pk)
        assert look() == [("neighbour", 1)]

    def test_need_a_full_postcode(self, somebody, officer, now):
        account = Account.objects.get(pk=officer.account_id)
        with pytest.raises(RefusedError):
            describe_staff(actor=officer, account=account, postcode="SY1", person_id=None, now=now)
