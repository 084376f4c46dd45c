"""Every page that changes a part of a record: what it shows, refuses, keeps and saves."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.kernel.rules import london_day, london_moment
from homeward.people.models import Address, PersonChange, PossibleDuplicate
from homeward.people.selectors import current_contacts, current_needs
from homeward.people.services import NewPerson, add_contact, note_legal_status, raise_alert, register_person
from homeward.visits.models import Visit
from tests.web.people.test_person import text_of


@pytest.fixture
def manager(signed_in):
    return signed_in(Role.CASE_MANAGER)


def day(moment, name: str) -> dict[str, str]:
    return {f"{name}_day": str(moment.day), f"{name}_month": str(moment.month), f"{name}_year": str(moment.year)}


def seen_in(response) -> str:
    return re.search(r'name="seen" value="(\d+)"', response.content.decode())[1]


class TestDetails:
    def test_shows_each_part_with_the_way_to_change_it(self, manager, ivy):
        page = text_of(manager.get(f"/people/{ivy.pk}/details"))
        for said in (
            "Who they are", "Numbers", "How to reach them", "Where they are and getting in", "Alerts",
            "How to speak with and write to them", "People in their life", "Legal status and advance wishes",
            "Sharing: agreed and objected", "About Me", "Change names", "Rose Marsh", "Large print, 16 point",
            "Use the side door", "Raise an alert", "Not on the map",
        ):  # fmt: skip
            assert said in page, said
        assert "4711" not in page

    def test_offers_no_change_to_those_who_may_not(self, signed_in, ivy):
        planner = signed_in(Role.ROSTER_PLANNER)
        assert planner.get(f"/people/{ivy.pk}/details").status_code == 403
        assert signed_in(Role.FIELD_WORKER).get(f"/people/{ivy.pk}/details/names").status_code == 403

    def test_leads_from_a_part_that_is_not_there_nowhere(self, manager, ivy):
        assert manager.get(f"/people/{ivy.pk}/details/shoes").status_code == 404
        for path in ("contacts/99", "contacts/99/end", "alerts/99/end", "needs/99/end", "legal/99/end",
                     "numbers/99/end", "addresses/99", "addresses/99/end"):  # fmt: skip
            assert manager.get(f"/people/{ivy.pk}/{path}").status_code == 404, path


class TestChangePart:
    def test_saves_and_leads_back(self, manager, ivy):
        where = f"/people/{ivy.pk}/details/names"
        answer = manager.post(
            where, {"given_name": "Ivy", "family_name": "Marsh", "pronouns": "she/her", "reason": "Asked her"}
        )
        assert answer.headers["Location"] == f"/people/{ivy.pk}/details#names"
        page = text_of(manager.get(f"/people/{ivy.pk}/changed"))
        assert "Pronouns" in page
        assert "she/her" in page
        assert "Why: Asked her" in page

    def test_shows_what_was_typed_again_beside_what_is_wrong(self, manager, ivy):
        answer = manager.post(
            f"/people/{ivy.pk}/details/birth",
            {"birth_date_day": "31", "birth_date_month": "2", "birth_date_year": "1940", "gender": "female"},
        )
        assert answer.status_code == 422
        page = answer.content.decode()
        assert 'href="#birth_date_day"' in page
        assert 'value="31"' in page
        assert "day, month and year that exist" in page
        assert "<title>Error:" in page

    def test_does_not_write_over_what_another_saved_meanwhile(self, manager, nurse, ivy):
        where = f"/people/{ivy.pk}/details/reach"
        seen = seen_in(manager.get(where))
        nurse.post(where, {"phone": "07700 900777", "seen": seen})
        mine = {"phone": "07700 900888", "seen": seen}
        refused = manager.post(where, mine)
        assert refused.status_code == 422
        assert "07700 900777" in text_of(refused)
        assert manager.post(where, mine | {"seen": seen_in(refused)}).status_code == 302
        ivy.refresh_from_db()
        assert ivy.phone == "07700 900888"

    @pytest.mark.parametrize("part", ["names", "birth", "ethnicity", "reach", "language", "registered"])
    def test_opens_every_part(self, manager, ivy, part):
        assert manager.get(f"/people/{ivy.pk}/details/{part}").status_code == 200


class TestEthnicGroup:
    def test_is_asked_in_plain_words_saved_and_audited(self, manager, ivy):
        where = f"/people/{ivy.pk}/details/ethnicity"
        assert "Not asked yet" in text_of(manager.get(f"/people/{ivy.pk}/details"))
        page = text_of(manager.get(where))
        assert "What is your ethnic group?" in page
        assert "Prefer not to say" in page
        answer = manager.post(where, {"ethnic_category": "B", "ethnic_category_by": "self"}, follow=True)
        assert "White: Irish They said so themselves" in text_of(answer)
        assert "Who gave the ethnic group" in text_of(manager.get(f"/people/{ivy.pk}/changed"))
        assert Event.objects.filter(person_id=ivy.pk, action="change person").count() == 1

    def test_may_be_declined_without_more(self, manager, ivy):
        where = f"/people/{ivy.pk}/details/ethnicity"
        assert "Preferred not to say" in text_of(manager.post(where, {"ethnic_category": "Z"}, follow=True))

    def test_says_beside_the_question_that_it_needs_to_know_who_said_so(self, manager, ivy):
        answer = manager.post(f"/people/{ivy.pk}/details/ethnicity", {"ethnic_category": "B"})
        assert answer.status_code == 422
        assert 'href="#ethnic_category_by"' in answer.content.decode()
        assert "Say who gave the ethnic group" in text_of(answer)

    def test_is_changed_by_those_who_keep_records_only(self, signed_in, ivy):
        answer = signed_in(Role.FIELD_WORKER).post(f"/people/{ivy.pk}/details/ethnicity", {"ethnic_category": "Z"})
        assert answer.status_code == 403
        ivy.refresh_from_db()
        assert ivy.ethnic_category == ""


class TestChangeNumber:
    def test_points_to_a_record_that_has_the_number(self, manager, ivy, service, inside, cared_for, now):
        other = cared_for(
            register_person(actor=inside, service_id=service.pk, new=NewPerson(given_name="Ivie"), now=now)
        )
        answer = manager.post(
            f"/people/{other.pk}/nhs-number",
            {"nhs_number": "999 000 0018", "is_verified": "yes", "how": "Traced on PDS"},
        )
        assert answer.status_code == 422
        assert f"Record {ivy.reference} already has this NHS number" in text_of(answer)
        assert PossibleDuplicate.objects.filter(first=ivy, second=other).exists()

    def test_asks_how_it_was_verified(self, manager, service, inside, cared_for, now):
        other = cared_for(
            register_person(actor=inside, service_id=service.pk, new=NewPerson(given_name="Ivie"), now=now)
        )
        where = f"/people/{other.pk}/nhs-number"
        told = {"nhs_number": "999 000 0026", "is_verified": "yes", "how": ""}
        assert "Say how the number was verified" in text_of(manager.post(where, told))
        assert manager.post(where, told | {"how": "Traced on PDS"}).status_code == 302


class TestMoving:
    def test_visits_go_to_where_they_stay(self, manager, ivy, service):
        today = london_day(timezone.now())
        visit = Visit.objects.create(
            service=service, person=ivy, address=ivy.addresses.get(), day=today + timedelta(days=2),
            title="Morning care",
            window_opens_at=london_moment(today + timedelta(days=2), 480),
            window_closes_at=london_moment(today + timedelta(days=2), 600),
            slots=[{"skill": "home_care_worker", "minutes": 30}],
        )  # fmt: skip
        answer = manager.post(
            f"/people/{ivy.pk}/stay",
            {"kind": "temporary", "lines": "4 Rose Road", "staying_with": "Rose", **day(today, "from_day")},
            follow=True,
        )
        page = text_of(answer)
        assert "1 visit goes to where they are then" in page
        assert "travel there cannot be planned" in page
        visit.refresh_from_db()
        assert visit.address.lines == "4 Rose Road"
        stay = visit.address
        manager.post(f"/people/{ivy.pk}/addresses/{stay.pk}/end", day(today, "last_day"))
        visit.refresh_from_db()
        assert visit.address.kind == "home"

    def test_moves_home(self, manager, ivy):
        today = london_day(timezone.now())
        told = {"lines": "9 New Street", "postcode": "nowhere", **day(today, "from_day")}
        refused = manager.post(f"/people/{ivy.pk}/move", told)
        assert "not a full postcode" in text_of(refused)
        manager.post(f"/people/{ivy.pk}/move", told | {"postcode": "DE1 1AB"})
        assert Address.objects.get(person=ivy, ends_on=None).postcode == "DE1 1AB"

    def test_corrects_an_address(self, manager, ivy):
        home = ivy.addresses.get()
        manager.post(
            f"/people/{ivy.pk}/addresses/{home.pk}",
            {
                "lines": "1 High Street, Derby",
                "postcode": "DE1 1AA",
                "property_notes": "First floor",
                "access_notes": "",
            },
        )
        home.refresh_from_db()
        assert home.property_notes == "First floor"

    def test_a_new_code_is_in_no_history(self, nurse, manager, ivy):
        home = ivy.addresses.get()
        where = f"/people/{ivy.pk}/addresses/{home.pk}/key-safe"
        assert manager.get(where).status_code == 403
        assert nurse.post(where, {"code": "9876", "reason": "New carer"}).status_code == 302
        page = text_of(manager.get(f"/people/{ivy.pk}/changed"))
        assert "A code is never kept in a history" in page
        assert "9876" not in page
        assert "4711" not in page


class TestContacts:
    def test_are_added_changed_ordered_and_ended(self, manager, ivy):
        where = f"/people/{ivy.pk}/contacts"
        assert "Enter the name" in text_of(manager.post(f"{where}/add", {}))
        told = {"name": "Tom", "relationship": "son", "may_be_told": "everything", "is_unpaid_carer": "yes"}
        manager.post(f"{where}/add", told)
        ivy.refresh_from_db()
        rose, tom = current_contacts(ivy)
        manager.post(f"{where}/order", {"sooner": str(tom.pk)})
        ivy.refresh_from_db()
        assert current_contacts(ivy)[0] == tom
        manager.post(f"{where}/{tom.pk}", told | {"carer_needs": "A night off"})
        page = text_of(manager.get(f"/people/{ivy.pk}/details"))
        assert "Needs as a carer: A night off" in page
        assert "Carer's assessment not offered yet" in page
        manager.post(f"{where}/{rose.pk}/end", {"reason": "Moved abroad"})
        ivy.refresh_from_db()
        assert current_contacts(ivy) == [tom]


class TestAlertsAndNeeds:
    def test_are_raised_noted_and_ended(self, manager, ivy):
        manager.post(f"/people/{ivy.pk}/alerts/add", {"kind": "pets", "text": "A large dog"})
        alert = ivy.alerts.get()
        manager.post(f"/people/{ivy.pk}/needs/add", {"kind": "large_print", "text": "24 point"})
        page = text_of(manager.get(f"/people/{ivy.pk}/details"))
        assert "A large dog" in page
        assert "Large print, 24 point" in page
        manager.post(f"/people/{ivy.pk}/alerts/{alert.pk}/end", {"reason": "The dog has gone"})
        need = next(one for one in current_needs(ivy) if one.text == "24 point")
        manager.post(f"/people/{ivy.pk}/needs/{need.pk}/end", {"reason": ""})
        page = text_of(manager.get(f"/people/{ivy.pk}/details"))
        assert page.index("A large dog") > page.index("Ended (1)")
        assert "Large print, 24 point" not in page

    def test_one_kept_from_a_role_is_counted_and_not_told(self, manager, signed_in, ivy, inside, now):
        raise_alert(actor=inside, person=ivy, kind="other", text="A secret", sensitivity="adoption", now=now)
        page = text_of(signed_in(Role.REGISTERED_PROFESSIONAL).get(f"/people/{ivy.pk}"))
        assert "1 more alert is kept back" in page
        assert "A secret" not in page
        assert "A secret" in text_of(manager.get(f"/people/{ivy.pk}"))


class TestChoices:
    def test_legal_status_and_sharing_are_recorded_and_shown(self, manager, ivy):
        rose = current_contacts(ivy)[0]
        today = london_day(timezone.now())
        manager.post(
            f"/people/{ivy.pk}/legal/add",
            {"kind": "lpa_health", "holder": str(rose.pk), "held_where": "Blue folder"},
        )
        manager.post(
            f"/people/{ivy.pk}/sharing/add",
            {"kind": "family", "decision": "agreed", "contact": str(rose.pk), **day(today, "decided_on")},
        )
        page = text_of(manager.get(f"/people/{ivy.pk}"))
        for said in ("Lasting power of attorney: health and welfare : Rose Marsh", "Paper not seen yet",
                     "Sharing with family or a friend : Rose Marsh Agreed"):  # fmt: skip
            assert said in page, said
        status = ivy.legal_statuses.get()
        manager.post(f"/people/{ivy.pk}/legal/{status.pk}/end", {"reason": "Revoked"})
        assert "No longer holds" in text_of(manager.get(f"/people/{ivy.pk}/details"))

    def test_says_what_is_missing(self, manager, ivy):
        assert "Say who holds it" in text_of(manager.post(f"/people/{ivy.pk}/legal/add", {"kind": "respect"}))
        refused = manager.post(f"/people/{ivy.pk}/sharing/add", {})
        assert "Say what they decided" in text_of(refused)


class TestAboutMe:
    def test_is_written_in_versions(self, manager, nurse, ivy):
        where = f"/people/{ivy.pk}/about-me"
        begun = manager.get(f"{where}/write")
        assert "Getting back to the allotment" in begun.content.decode()
        manager.post(f"{where}/write", {"about_talking": "Slowly", "seen": seen_in(begun)})
        late = nurse.post(f"{where}/write", {"about_talking": "Loudly", "seen": seen_in(begun)})
        assert late.status_code in (302, 422)
        second = manager.get(f"{where}/write")
        manager.post(f"{where}/write", {"about_talking": "Very slowly", "seen": seen_in(second)})
        page = text_of(manager.get(where))
        assert "Very slowly" in page
        assert "Version 1" in page
        assert "older version" in text_of(manager.get(f"{where}?version=1"))


class TestSight:
    def test_whoever_nothing_ties_to_the_person_sees_who_this_is_and_no_more(self, manager, service, inside, now):
        other = register_person(
            actor=inside, service_id=service.pk,
            new=NewPerson(given_name="Joe", family_name="Bloggs", phone="07700 900111", what_matters="My cat"), now=now,
        )  # fmt: skip
        raise_alert(actor=inside, person=other, kind="pets", text="A large dog", now=now)
        note_legal_status(actor=inside, person=other, kind="respect", held_where="Fridge", now=now)
        answer = manager.get(f"/people/{other.pk}")
        page = text_of(answer)
        assert answer.status_code == 200
        assert "Joe Bloggs" in page
        assert "kept back" in page
        assert "Break the glass" in page
        for said in ("A large dog", "My cat", "07700 900111", "Fridge"):
            assert said not in page, said
        assert manager.get(f"/people/{other.pk}/details").status_code == 403

    def test_a_planner_sees_what_a_visit_needs(self, signed_in, ivy, inside, now):
        add_contact(
            actor=inside, person=ivy, values={"name": "Tom", "carer_needs": "A night off", "is_unpaid_carer": True},
            now=now,
        )  # fmt: skip
        note_legal_status(actor=inside, person=ivy, kind="respect", held_where="Fridge", now=now)
        page = text_of(signed_in(Role.ROSTER_PLANNER).get(f"/people/{ivy.pk}"))
        for said in ("Ivy Marsh", "Large print", "Use the side door", "Rose Marsh", "allotment", "Kept back"):
            assert said in page, said
        for said in ("Fridge", "A night off", "What happened lately", "Pathways"):
            assert said not in page, said


class TestChanged:
    def test_goes_on_to_older_changes(self, manager, ivy, now):
        rows = [
            PersonChange(person=ivy, part="person", part_id=ivy.pk, field="title", before="", after=f"T{number}",
                         at=now, by_name="Somebody")
            for number in range(130)
        ]  # fmt: skip
        PersonChange.objects.bulk_create(rows)
        body = manager.get(f"/people/{ivy.pk}/changed").content.decode()
        assert ">T129<" in body
        assert ">T5<" not in body
        older = re.search(r'href="([^"]+\?older=\d+)"', body)[1]
        assert ">T5<" in manager.get(older).content.decode()
