"""What two people do to one record at the same moment, on two connections."""

import pytest
from django.db import connection

from homeward.kernel.rules import RefusedError
from homeward.people.models import Person, TimelineEntry
from homeward.people.services import NewPerson, add_to_timeline, correct_timeline, register_person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time; PostgreSQL is asked"),
]


class TestRegisterPerson:
    def test_tells_the_second_that_the_number_is_known(self, at_once, coordinator, service, now):
        def register():
            new = NewPerson(given_name="Ivy", family_name="Okafor", nhs_number="999 000 0018")
            return register_person(actor=coordinator, service_id=service.pk, new=new, now=now)

        _, refused = at_once(register, register)
        assert isinstance(refused, RefusedError)
        assert Person.objects.count() == 1


class TestCorrectTimeline:
    def test_tells_the_second_that_it_was_corrected(self, at_once, coordinator, ivy, now):
        entry = add_to_timeline(
            actor=coordinator, person=ivy, kind="note", title="Rang", text="Wrong", happened_at=now, now=now
        )

        def correct():
            return correct_timeline(actor=coordinator, entry=entry, text="Right", now=now)

        _, refused = at_once(correct, correct)
        assert isinstance(refused, RefusedError)
        assert TimelineEntry.objects.filter(corrects=entry).count() == 1
