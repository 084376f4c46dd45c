"""Changing who somebody is."""

from datetime import date, timedelta

import pytest

from homeward.access.rules import NotAllowedError
from homeward.audit.models import Event
from homeward.kernel.rules import RefusedError
from homeward.people.linking.services import note_duplicates, point_out_duplicate
from homeward.people.models import PersonChange, PossibleDuplicate
from homeward.people.selectors import changes_of, newest_change, search_people
from homeward.people.services import (
    ChangedMeanwhileError,
    NewPerson,
    NumberTakenError,
    add_identifier,
    change_facts,
    change_nhs_number,
    end_identifier,
    register_person,
)
from homeward.teams.models import Organisation

pytestmark = pytest.mark.django_db
OTHER_NUMBER = "9990000026"


def _history(person) -> list[tuple[str, str, str]]:
    return list(PersonChange.objects.filter(person=person).order_by("id").values_list("field", "before", "after"))


class TestChangeFacts:
    def test_keeps_what_was_said_before_with_who_and_why(self, manager, ivy, now):
        values = {"pronouns": "she/her", "phone": "07700 900555", "phone_notes": "Rings back after 6pm"}
        changed = change_facts(actor=manager, person=ivy, values=values, reason="She told me", now=now)
        assert (changed.pronouns, changed.phone) == ("she/her", "07700 900555")
        assert ("phone", "07700 900123", "07700 900555") in _history(ivy)
        row = PersonChange.objects.get(person=ivy, field="phone")
        assert (row.reason, row.by_name, row.by_role, row.employer, row.at) == (
            "She told me", "Test Person", "Social worker", "Derwent Council", now,
        )  # fmt: skip
        assert Event.objects.filter(person_id=ivy.pk, action="change person").count() == 1

    def test_leaves_nothing_behind_where_nothing_differs(self, manager, ivy, now):
        change_facts(actor=manager, person=ivy, values={"given_name": "Ivy ", "phone": "07700 900123"}, now=now)
        assert not _history(ivy)

    def test_still_finds_somebody_by_the_name_they_had(self, manager, ivy, now):
        change_facts(actor=manager, person=ivy, values={"family_name": "Bello"}, now=now)
        assert [found.person.pk for found in search_people(manager, "Okafor", now)] == [ivy.pk]
        assert [found.person.pk for found in search_people(manager, "Ivy Bello", now)] == [ivy.pk]

    def test_says_choices_and_claims_in_words(self, manager, ivy, now):
        change_facts(actor=manager, person=ivy, values={"gender": "female", "needs_interpreter": True}, now=now)
        assert ("gender", "Not known", "Female") in _history(ivy)
        assert ("needs_interpreter", "No", "Yes") in _history(ivy)

    @pytest.mark.parametrize(
        ("category", "told_by", "kept"),
        [
            ("J", "self", "self"),
            ("J", "other", "other"),
            ("Z", "", "self"),  # only they can decline to say
            ("99", "other", ""),
            ("", "self", ""),
        ],
    )
    def test_keeps_who_gave_an_ethnic_group(self, manager, ivy, now, category, told_by, kept):
        values = {"ethnic_category": category, "ethnic_category_by": told_by}
        changed = change_facts(actor=manager, person=ivy, values=values, now=now)
        assert (changed.ethnic_category, changed.ethnic_category_by) == (category, kept)

    def test_keeps_an_ethnic_group_in_the_history_and_audits_it(self, manager, ivy, now):
        for category, told_by in (("J", "other"), ("H", "self")):
            values = {"ethnic_category": category, "ethnic_category_by": told_by}
            change_facts(actor=manager, person=ivy, values=values, now=now)
        pakistani, indian = "Asian or Asian British: Pakistani", "Asian or Asian British: Indian"
        assert ("ethnic_category", pakistani, indian) in _history(ivy)
        assert Event.objects.filter(person_id=ivy.pk, action="change person").count() == 2

    def test_registers_with_a_practice_of_the_service(self, manager, service, ivy, now):
        practice = Organisation.objects.create(service=service, kind="gp_practice", name="Merrow Surgery")
        changed = change_facts(actor=manager, person=ivy, values={"gp_practice": practice}, now=now)
        assert changed.gp_practice == practice
        assert ("gp_practice", "", "Merrow Surgery") in _history(ivy)

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"given_name": "", "family_name": ""}, "first or a last name"),
            ({"birth_date": date(2027, 1, 1)}, "in the future"),
            ({"birth_date": date(1841, 3, 9)}, "too long ago"),
            ({"email": "ivy at home"}, "not complete"),
            ({"pronouns": "x" * 41}, "40 characters"),
            ({"given_name": "I\0vy"}, "cannot be kept"),
            ({"gender": "neither"}, "of the list"),
            ({"ethnic_category": "Q", "ethnic_category_by": "self"}, "of the list"),
            ({"ethnic_category": "J"}, "who gave"),
            ({"ethnic_category": "J", "ethnic_category_by": "carer"}, "of the list"),
            ({"nhs_number": OTHER_NUMBER}, "changed elsewhere"),
            ({"gp_practice": "Merrow Surgery"}, "from the list"),
        ],
    )
    def test_refuses_what_cannot_be_right(self, manager, ivy, now, values, said):
        with pytest.raises(RefusedError, match=said):
            change_facts(actor=manager, person=ivy, values=values, now=now)
        assert not _history(ivy)

    def test_does_not_write_over_what_another_changed_meanwhile(self, manager, coordinator, ivy, now):
        seen = newest_change(manager, ivy)
        change_facts(actor=coordinator, person=ivy, values={"phone": "07700 900777"}, now=now)
        with pytest.raises(ChangedMeanwhileError, match="07700 900777"):
            change_facts(actor=manager, person=ivy, values={"phone": "07700 900888"}, now=now, seen=seen)
        # another fact is nobody's business but mine, and having looked I may say mine is right
        change_facts(actor=manager, person=ivy, values={"title": "Mrs"}, now=now, seen=seen)
        seen = newest_change(manager, ivy)
        change_facts(actor=manager, person=ivy, values={"phone": "07700 900888"}, now=now, seen=seen)
        ivy.refresh_from_db()
        assert (ivy.phone, ivy.title) == ("07700 900888", "Mrs")

    def test_is_not_for_everybody(self, carer, ivy, now):
        with pytest.raises(NotAllowedError):
            change_facts(actor=carer, person=ivy, values={"phone": ""}, now=now)


class TestChangeNhsNumber:
    def test_verifies_a_number_saying_how(self, manager, coordinator, service, now):
        new = register_person(actor=coordinator, service_id=service.pk, new=NewPerson(given_name="Joe"), now=now)
        told = {"actor": manager, "person": new, "number": "999 000 0026", "now": now}
        with pytest.raises(RefusedError, match="how the number was verified"):
            change_nhs_number(**told, is_verified=True, how=" ")
        changed = change_nhs_number(**told, is_verified=True, how="Traced on PDS")
        assert (changed.nhs_number, changed.nhs_number_status) == (OTHER_NUMBER, "verified")
        assert PersonChange.objects.get(person=new, field="nhs_number_status").reason == "Traced on PDS"
        assert Event.objects.filter(person_id=new.pk, action="verify NHS number").exists()

    @pytest.mark.parametrize("number", ["999 000 0027", "12345", "999000001x"])
    def test_refuses_a_number_whose_check_digit_disagrees(self, manager, ivy, now, number):
        with pytest.raises(RefusedError, match="not an NHS number"):
            change_nhs_number(actor=manager, person=ivy, number=number, is_verified=False, how="", now=now)

    def test_asks_why_a_verified_number_is_changed(self, manager, ivy, now):
        told = {"actor": manager, "person": ivy, "number": "", "is_verified": False, "now": now}
        with pytest.raises(RefusedError, match="Say why"):
            change_nhs_number(**told, how="")
        changed = change_nhs_number(**told, how="It was her sister's")
        assert (changed.nhs_number, changed.nhs_number_status) == ("", "none")

    def test_points_to_the_record_that_has_it(self, manager, coordinator, service, ivy, now):
        joe = register_person(actor=coordinator, service_id=service.pk, new=NewPerson(given_name="Joe"), now=now)
        with pytest.raises(NumberTakenError) as refused:
            change_nhs_number(
                actor=manager, person=joe, number="9990000018", is_verified=True, how="Traced on PDS", now=now
            )
        assert refused.value.person_id == ivy.pk
        assert ivy.reference in str(refused.value)
        joe.refresh_from_db()
        assert joe.nhs_number == ""


class TestPointOutDuplicate:
    def test_puts_the_pair_on_the_list_where_comparing_leaves_it(self, manager, coordinator, service, ivy, now):
        joe = register_person(actor=coordinator, service_id=service.pk, new=NewPerson(given_name="Joe"), now=now)
        told = {"actor": manager, "one": joe, "other_id": ivy.pk, "found": "same NHS number", "now": now}
        pair = point_out_duplicate(**told)
        assert (pair.first_id, pair.second_id) == (ivy.pk, joe.pk)
        assert point_out_duplicate(**told).pk == pair.pk
        note_duplicates(actor=manager, service_id=service.pk, pairs=[], now=now)
        assert PossibleDuplicate.objects.get(pk=pair.pk).state == "unsure"

    def test_refuses_one_record(self, manager, ivy, now):
        with pytest.raises(RefusedError):
            point_out_duplicate(actor=manager, one=ivy, other_id=ivy.pk, found="same", now=now)


class TestIdentifiers:
    def test_are_added_and_taken_off_and_kept_in_the_history(self, manager, ivy, now):
        added = add_identifier(actor=manager, person=ivy, system="Council case number", value="C-77", now=now)
        assert add_identifier(actor=manager, person=ivy, system="Council case number", value="C-77", now=now) == added
        with pytest.raises(RefusedError):
            end_identifier(actor=manager, identifier=added, reason="", now=now)
        end_identifier(actor=manager, identifier=added, reason="Somebody else's", now=now)
        assert not ivy.identifiers.exists()
        assert _history(ivy) == [("Council case number", "", "C-77"), ("Council case number", "C-77", "")]

    def test_are_on_one_record_of_a_service(self, manager, coordinator, service, ivy, now):
        add_identifier(actor=manager, person=ivy, system="Council case number", value="C-77", now=now)
        joe = register_person(actor=coordinator, service_id=service.pk, new=NewPerson(given_name="Joe"), now=now)
        with pytest.raises(RefusedError, match=ivy.reference):
            add_identifier(actor=manager, person=joe, system="Council case number", value="C-77", now=now)


class TestChangesOf:
    def test_gives_the_newest_first_and_pages(self, manager, ivy, now):
        for number in range(4):
            change_facts(actor=manager, person=ivy, values={"title": f"T{number}"}, now=now + timedelta(minutes=number))
        newest = changes_of(manager, ivy, limit=2)
        assert [row.after for row in newest.rows] == ["T3", "T2"]
        older = changes_of(manager, ivy, limit=2, older_than=newest.rows[-1].pk)
        assert [row.after for row in older.rows] == ["T1", "T0"]
