"""Merging and taking apart what is known of two lives: contacts, papers, choices, About Me, history."""

from datetime import date

import pytest

from homeward.kernel.rules import london_day
from homeward.people.linking.fields import OTHER
from homeward.people.linking.services import merge_people, unmerge_people
from homeward.people.models import BrokenGlass, LegalStatus, Person
from homeward.people.selectors import (
    about_me_of,
    changes_of,
    current_contacts,
    legal_statuses_of,
    sharing_choices_of,
)
from homeward.people.services import (
    NewPerson,
    add_contact,
    change_facts,
    note_legal_status,
    record_sharing_choice,
    register_person,
    write_about_me,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ivie(service, coordinator, now):
    """A second record of Ivy, with a life of its own."""
    new = NewPerson(given_name="Ivie", family_name="Okafor", birth_date=date(1941, 9, 3), pronouns="she/her",
                    ethnic_category="N", ethnic_category_by="self")  # fmt: skip
    person = register_person(actor=coordinator, service_id=service.pk, new=new, now=now)
    told = {"actor": coordinator, "person": person, "now": now}
    rose = add_contact(**told, values={"name": "Rose", "relationship": "daughter", "holds_key": True})
    note_legal_status(**told, kind="lpa_health", holder=rose)
    record_sharing_choice(**told, kind="family", contact=rose, decision="agreed", decided_on=london_day(now))
    write_about_me(**told, answers={"matters": "My cat"})
    change_facts(**told, values={"title": "Mrs"})
    return person


@pytest.fixture
def merged(coordinator, ivy, ivie, now):
    write_about_me(actor=coordinator, person=ivy, answers={"matters": "My allotment"}, now=now)
    return merge_people(
        actor=coordinator,
        keep=ivy,
        other=ivie,
        values={"title": OTHER, "pronouns": OTHER, "ethnicity": OTHER},
        reason="One person",
        now=now,
    )


def _life(actor, person, day) -> dict:
    person = Person.objects.get(pk=person.pk)
    return {
        "contacts": [(one.name, one.holds_key) for one in current_contacts(person)],
        "papers": [one.kind for one in legal_statuses_of(actor, person, day)[0]],
        "choices": [one.decision for one in sharing_choices_of(actor, person, day).standing],
        "about": [one.answers["matters"] for one in about_me_of(actor, person)],
        "called": (person.title, person.pronouns),
    }


class TestMergePeople:
    def test_brings_both_lives_together(self, coordinator, ivy, merged, now):
        life = _life(coordinator, ivy, london_day(now))
        assert life == {
            "contacts": [("Rose", True)],
            "papers": ["lpa_health"],
            "choices": ["agreed"],
            "about": ["My allotment", "My cat"],
            "called": ("Mrs", "she/her"),
        }
        assert legal_statuses_of(coordinator, ivy, london_day(now))[0][0].holder.name == "Rose"

    def test_takes_an_ethnic_group_with_who_gave_it(self, ivy, merged):
        ivy.refresh_from_db()
        assert (ivy.ethnic_category, ivy.ethnic_category_by) == ("N", "self")

    def test_says_in_the_history_what_it_changed_and_shows_that_of_both(self, coordinator, ivy, ivie, merged):
        rows = [(row.field, row.after, row.reason) for row in changes_of(coordinator, ivy, limit=50).rows]
        assert ("pronouns", "she/her", f"Merged with record {ivie.reference}") in rows
        assert ("title", "Mrs", "") in rows  # what was changed on the other before

    def test_writes_on_after_the_newest_version_of_either(self, coordinator, ivy, merged, now):
        ivy = Person.objects.get(pk=ivy.pk)
        newest = about_me_of(coordinator, ivy)[0]
        again = write_about_me(
            actor=coordinator, person=ivy, answers={"matters": "Both"}, based_on=newest.version, now=now
        )
        assert again.version == 2
        assert about_me_of(coordinator, ivy)[0] == again

    def test_keeps_the_stricter_of_two(self, coordinator, ivy, ivie, now):
        Person.objects.filter(pk=ivie.pk).update(
            sensitivity="safeguarding", restricted_since=now, restricted_reason="She asked"
        )
        merge = merge_people(actor=coordinator, keep=ivy, other=ivie, values={}, reason="One person", now=now)
        ivy.refresh_from_db()
        assert (ivy.sensitivity, ivy.restricted_reason) == ("safeguarding", "She asked")
        unmerge_people(actor=coordinator, merge=merge, reason="Two people", now=now)
        ivy.refresh_from_db()
        assert (ivy.sensitivity, ivy.restricted_since, ivy.restricted_reason) == ("", None, "")


class TestUnmergePeople:
    def test_gives_each_its_life_back(self, coordinator, ivy, ivie, now):
        day = london_day(now)
        write_about_me(actor=coordinator, person=ivy, answers={"matters": "My allotment"}, now=now)
        before = [_life(coordinator, one, day) for one in (ivy, ivie)]
        merge = merge_people(
            actor=coordinator, keep=ivy, other=ivie, values={"title": OTHER}, reason="One person", now=now
        )
        left = unmerge_people(actor=coordinator, merge=merge, reason="Two people", now=now)
        assert left == []
        assert [_life(coordinator, one, day) for one in (ivy, ivie)] == before
        assert LegalStatus.objects.get().person_id == ivie.pk
        assert not BrokenGlass.objects.exists()
