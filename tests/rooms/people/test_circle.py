"""The people in somebody's life."""

from datetime import date

import pytest

from homeward.access.rules import NotAllowedError
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import PersonChange
from homeward.people.selectors import (
    ContactNotFoundError,
    contact_of,
    current_contacts,
    former_contacts,
    newest_change,
)
from homeward.people.services import (
    ChangedMeanwhileError,
    add_contact,
    change_contact,
    end_contact,
    order_contacts,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rose(manager, ivy, now):
    return add_contact(actor=manager, person=ivy, values={"name": "Rose", "relationship": "daughter"}, now=now)


@pytest.fixture
def tom(manager, ivy, rose, now):
    return add_contact(actor=manager, person=ivy, values={"name": "Tom", "phone": "07700 900130"}, now=now)


class TestAddContact:
    def test_calls_the_newest_last_and_tells_them_nothing_yet(self, ivy, rose, tom):
        assert [(one.name, one.rank) for one in current_contacts(ivy)] == [("Rose", 1), ("Tom", 2)]
        assert rose.may_be_told == "not_asked"

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 121}, "120"),
            ({"name": "Rose", "may_be_told": "all"}, "of the list"),
            ({"name": "Rose", "rank": 1}, "elsewhere"),
            ({"name": "Rose", "carer_assessment_offered_on": date(202, 6, 1)}, "before 1900"),
            ({"name": "Rose", "carer_assessment_offered_on": date(2999, 6, 1)}, "in the future"),
        ],
    )
    def test_refuses_what_cannot_be_right(self, manager, ivy, now, values, said):
        with pytest.raises(RefusedError, match=said):
            add_contact(actor=manager, person=ivy, values=values, now=now)

    def test_refuses_one_that_is_on_record_already(self, manager, ivy, rose, tom, now):
        for values in ({"name": "rose", "relationship": "daughter"}, {"name": "Tom", "phone": "07700900130"}):
            with pytest.raises(RefusedError, match="already a contact"):
                add_contact(actor=manager, person=ivy, values=values, now=now)
        add_contact(actor=manager, person=ivy, values={"name": "Tom", "phone": "07700 900131"}, now=now)
        end_contact(actor=manager, contact=rose, reason="Moved abroad", now=now)
        back = add_contact(actor=manager, person=ivy, values={"name": "Rose", "relationship": "daughter"}, now=now)
        assert [one.phone for one in current_contacts(ivy) if one.name == "Tom"] == ["07700 900130", "07700 900131"]
        assert back.pk != rose.pk

    def test_is_not_for_everybody(self, carer, ivy, now):
        with pytest.raises(NotAllowedError):
            add_contact(actor=carer, person=ivy, values={"name": "Rose"}, now=now)


class TestChangeContact:
    def test_keeps_a_carers_own_needs_and_what_they_were_offered(self, manager, ivy, rose, now):
        values = {
            "is_unpaid_carer": True,
            "carer_needs": "Sleeps badly",
            "carer_assessment_offered_on": london_day(now),
            "may_be_told": "everything",
        }
        changed = change_contact(actor=manager, contact=rose, values=values, now=now)
        assert changed.carer_needs == "Sleeps badly"
        said = dict(PersonChange.objects.filter(part="contact", part_id=rose.pk).values_list("field", "after"))
        assert said["may_be_told"] == "Everything about care"
        assert said["carer_assessment_offered_on"] == london_day(now).isoformat()

    def test_does_not_write_over_what_another_changed_meanwhile(self, manager, coordinator, ivy, rose, now):
        seen = newest_change(manager, ivy)
        change_contact(actor=coordinator, contact=rose, values={"phone": "07700 900131"}, now=now)
        with pytest.raises(ChangedMeanwhileError):
            change_contact(actor=manager, contact=rose, values={"phone": "07700 900132"}, now=now, seen=seen)


class TestEndContact:
    def test_keeps_them_on_record(self, manager, ivy, rose, tom, now):
        with pytest.raises(RefusedError):
            end_contact(actor=manager, contact=rose, reason="", now=now)
        end_contact(actor=manager, contact=rose, reason="Moved abroad", now=now)
        assert [one.name for one in current_contacts(ivy)] == ["Tom"]
        assert [(one.name, one.ended_reason) for one in former_contacts(manager, ivy)] == [("Rose", "Moved abroad")]
        with pytest.raises(ContactNotFoundError):
            contact_of(manager, ivy, rose.pk)
        with pytest.raises(RefusedError, match="ended a moment ago"):
            change_contact(actor=manager, contact=rose, values={"phone": ""}, now=now)


class TestOrderContacts:
    def test_sets_who_is_called_first(self, manager, ivy, rose, tom, now):
        order_contacts(actor=manager, person=ivy, contact_ids=[tom.pk, rose.pk], now=now)
        assert [one.name for one in current_contacts(ivy)] == ["Tom", "Rose"]
        row = PersonChange.objects.get(field="order")
        assert (row.before, row.after) == ("Rose, Tom", "Tom, Rose")

    def test_refuses_when_there_are_others_now(self, manager, ivy, rose, tom, now):
        with pytest.raises(RefusedError, match="have changed"):
            order_contacts(actor=manager, person=ivy, contact_ids=[tom.pk], now=now)
