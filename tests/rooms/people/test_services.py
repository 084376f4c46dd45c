"""Starting and adding to records."""

from datetime import timedelta

import pytest

from homeward.access.rules import NotAllowedError, Role
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.models import Person
from homeward.people.rules import Identity
from homeward.people.selectors import (
    PersonNotFoundError,
    find_people,
    key_safe_of,
    people_like,
    person_for,
    timeline_of,
)
from homeward.people.services import (
    NewPerson,
    add_to_timeline,
    correct_timeline,
    raise_alert,
    register_people,
    register_person,
)


class TestRegisterPerson:
    def test_gives_a_reference_and_trusts_a_valid_number(self, ivy):
        assert ivy.reference == f"P{ivy.pk:06d}"
        assert (ivy.nhs_number, ivy.nhs_number_status) == ("9990000018", "verified")

    def test_keeps_a_wrong_number_as_unverified(self, service, coordinator, now):
        person = register_person(
            actor=coordinator,
            service_id=service.pk,
            new=NewPerson(family_name="Made", nhs_number="1234567890"),
            now=now,
        )
        assert (person.nhs_number, person.nhs_number_status) == ("1234567890", "unverified")

    def test_refuses_a_second_record_with_one_verified_number(self, service, coordinator, ivy, now):
        with pytest.raises(RefusedError, match="already known"):
            register_person(actor=coordinator, service_id=service.pk, new=NewPerson(nhs_number="9990000018"), now=now)

    def test_is_not_for_everybody(self, service, actor_with, now):
        with pytest.raises(NotAllowedError):
            register_person(actor=actor_with(Role.FIELD_WORKER), service_id=service.pk, new=NewPerson(), now=now)


class TestRegisterPeople:
    def test_refuses_two_with_one_reference_and_keeps_neither(self, service, system, now):
        actor = type(system).system("tests", service.pk)
        twice = [NewPerson(reference="A"), NewPerson(reference="A")]
        with pytest.raises(RefusedError, match="same reference"):
            register_people(actor=actor, service_id=service.pk, people=twice, since=now.date(), now=now)
        assert not Person.objects.filter(reference="A").exists()


class TestPeopleLike:
    def test_knows_somebody_by_a_misspelt_name_and_birth_date(self, service, coordinator, ivy, now):
        wanted = Identity("Ivie", "Okafer", ivy.birth_date)
        (known,) = people_like(coordinator, service.pk, wanted, now)
        assert known.person == ivy
        assert "nearly the same name" in known.likeness.reasons

    def test_never_matches_on_a_number_that_is_not_verified(self, service, coordinator, ivy, now):
        wanted = Identity(nhs_number="9990000018", is_nhs_number_verified=False)
        assert people_like(coordinator, service.pk, wanted, now) == []

    def test_leaves_an_audit_event_for_whom_it_shows(self, service, coordinator, ivy, now):
        people_like(coordinator, service.pk, Identity("Ivy", "Okafor", ivy.birth_date), now)
        assert Event.objects.filter(action="see possible match", person_id=ivy.pk).count() == 1


class TestPersonFor:
    def test_audits_the_opening(self, coordinator, ivy, cared_for, now):
        person_for(coordinator, cared_for(ivy).pk, now)
        assert Event.objects.filter(action="open record", person_id=ivy.pk, actor_name="Test Person").count() == 1

    def test_says_the_same_of_somebody_elses_person_as_of_nobody(self, ivy, now, coordinator):
        stranger = type(coordinator)(name="S", role=Role.FRONT_DOOR, service_ids=frozenset({ivy.service_id + 1}))
        with pytest.raises(PersonNotFoundError) as theirs:
            person_for(stranger, ivy.pk, now)
        with pytest.raises(PersonNotFoundError) as nobody:
            person_for(coordinator, 10**9, now)
        assert str(theirs.value) == str(nobody.value)


class TestFindPeople:
    @pytest.mark.parametrize("text", ["okaf", "ivy ok", "9990000018", "999 000", "DE1 3DA", "de1"])
    def test_finds_by_what_people_type(self, coordinator, ivy, now, text):
        assert find_people(coordinator, text, now) == [ivy]

    @pytest.mark.parametrize("text", ["", "i", "zzz"])
    def test_finds_nobody_otherwise(self, coordinator, ivy, now, text):
        assert find_people(coordinator, text, now) == []


class TestKeySafe:
    def test_is_shown_to_a_field_worker_and_audited(self, actor_with, ivy, now):
        assert key_safe_of(actor_with(Role.FIELD_WORKER), ivy, now) == [("1 Made Up Lane", "1234")]
        assert Event.objects.filter(action="see key safe", person_id=ivy.pk).exists()

    def test_is_not_shown_to_the_front_door(self, coordinator, ivy, now):
        with pytest.raises(NotAllowedError):
            key_safe_of(coordinator, ivy, now)


class TestTimeline:
    def test_holds_every_employers_entries_newest_first(self, coordinator, ivy, now):
        add_to_timeline(actor=coordinator, person=ivy, kind="note", title="First", happened_at=now, now=now)
        later = now + timedelta(hours=1)
        add_to_timeline(actor=coordinator, person=ivy, kind="note", title="Second", happened_at=later, now=later)
        assert [entry.title for entry in timeline_of(coordinator, ivy)] == ["Second", "First"]

    def test_corrects_with_a_new_entry_and_shows_both(self, coordinator, ivy, now):
        wrong = add_to_timeline(
            actor=coordinator, person=ivy, kind="note", title="Weight", text="8 st", happened_at=now, now=now
        )
        correct_timeline(actor=coordinator, entry=wrong, text="9 st", now=now)
        newest, oldest = timeline_of(coordinator, ivy)
        assert (newest.text, newest.corrects.text, oldest.corrected_by.text) == ("9 st", "8 st", "9 st")

    def test_corrects_an_entry_once(self, coordinator, ivy, now):
        wrong = add_to_timeline(actor=coordinator, person=ivy, kind="note", title="A", happened_at=now, now=now)
        correct_timeline(actor=coordinator, entry=wrong, text="b", now=now)
        with pytest.raises(RefusedError, match="corrected before"):
            correct_timeline(actor=coordinator, entry=wrong, text="c", now=now)


class TestRaiseAlert:
    def test_raises_the_same_alert_once(self, coordinator, ivy, now):
        first = raise_alert(actor=coordinator, person=ivy, kind="pets", text="Large dog", now=now)
        assert raise_alert(actor=coordinator, person=ivy, kind="pets", text="Large dog", now=now) == first
