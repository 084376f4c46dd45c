"""Taking a referral on the form."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.people.models import Address, Person
from homeward.referrals.models import Referral
from homeward.web.front_door.forms.fields import birth_date_typed
from homeward.web.front_door.forms.taking import TakeReferralForm, split_name

TOLD = {
    "source": "gp", "requester_name": "Dr Lane", "requester_organisation": "Friar Gate Surgery",
    "given_name": "Walter", "family_name": "Dunn", "birth_day": "3", "birth_month": "4", "birth_year": "1938",
    "need_code": "fall", "need_text": "Fell this morning", "urgency": "crisis",
}  # fmt: skip


class TestNew:
    def test_takes_a_referral_for_somebody_new(self, coordinator):
        answer = coordinator.post("/front-door/new", TOLD | {"promised_text": "Someone by 3pm"}, follow=True)
        referral = Referral.objects.get()
        assert answer.redirect_chain[-1][0] == f"/front-door/referrals/{referral.pk}"
        assert (referral.person.label, referral.person.birth_date) == ("Walter Dunn", date(1938, 4, 3))
        assert (referral.requester_name, referral.promised_text) == ("Dr Lane", "Someone by 3pm")
        assert Event.objects.filter(action="receive referral", actor_name="Priya Shah").exists()

    def test_loses_nothing_typed_when_something_is_wrong(self, coordinator):
        wrong = TOLD | {"urgency": "", "birth_month": "14", "postcode": "nowhere", "safeguarding_text": "Bruises"}
        answer = coordinator.post("/front-door/new", wrong)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert not Referral.objects.exists()
        for kept in ("Dr Lane", "Walter", 'value="14"', 'value="nowhere"', "Bruises", "Fell this morning"):
            assert kept in page
        for told in ("Choose how soon someone is needed", "must be a real date", "Enter a full postcode"):
            assert page.count(told) == 2, "in the summary and beside the field"
        assert 'href="#birth_day"' in page and 'href="#urgency"' in page

    def test_asks_what_is_missing(self, coordinator):
        page = coordinator.post("/front-door/new", {}).content.decode()
        for told in ("Choose who is asking", "Enter the person&#39;s name", "Choose what help is needed"):
            assert told in page

    def test_keeps_a_number_that_fails_its_check_as_not_verified(self, coordinator):
        answer = coordinator.post("/front-door/new", TOLD | {"nhs_number": "999 000 0000"}, follow=True)
        person = Person.objects.get()
        assert (person.nhs_number, person.nhs_number_status) == ("9990000000", "unverified")
        assert "kept as not verified" in answer.content.decode()

    def test_starts_the_clock_when_they_asked(self, coordinator):
        asked = timezone.localtime() - timezone.timedelta(minutes=2)
        coordinator.post("/front-door/new", TOLD | {"received_time": f"{asked:%H:%M}"})
        referral = Referral.objects.get()
        assert timezone.localtime(referral.received_at).strftime("%H:%M") == f"{asked:%H:%M}"

    def test_makes_a_safeguarding_concern_an_alert_at_once(self, coordinator):
        coordinator.post("/front-door/new", TOLD | {"safeguarding_text": "Bruises she will not explain"})
        assert Person.objects.get().alerts.get().kind == "safeguarding"

    def test_finds_the_place_of_a_postcode_from_homes_known(self, coordinator, ivy):
        coordinator.post("/front-door/new", TOLD | {"postcode": "de13da", "address_lines": "2 Made Up Lane"})
        address = Address.objects.get(lines="2 Made Up Lane")
        assert (address.postcode, address.latitude) == ("DE1 3DA", 52.925)

    def test_sends_visits_to_where_they_are_when_not_at_home(self, coordinator, ivy):
        where = {"place_text": "At her daughter's, 9 Canal Street", "place_postcode": "DE1 3DA"}
        coordinator.post("/front-door/new", TOLD | where | {"known": str(ivy.pk)})
        stay = ivy.addresses.get(kind="temporary")
        assert (stay.lines, stay.latitude) == (where["place_text"], 52.925)

    def test_may_not_be_sent_from_another_site(self, sign_in):
        client = sign_in(Role.FRONT_DOOR)
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = client.cookies
        assert strict.post("/front-door/new", TOLD).status_code == 403
        assert "csrfmiddlewaretoken" in strict.get("/front-door/new").content.decode()

    def test_refuses_who_may_not_take_referrals(self, sign_in):
        assert sign_in(Role.FIELD_WORKER).post("/front-door/new", TOLD).status_code == 403


class TestAlreadyKnown:
    IVY = TOLD | {"given_name": "Ivy", "family_name": "Okafor", "birth_day": "9", "birth_month": "3",
                  "birth_year": "1941"}  # fmt: skip

    def test_asks_before_saving(self, coordinator, ivy):
        answer = coordinator.post("/front-door/new", self.IVY)
        page = answer.content.decode()
        assert "Say whether this is somebody already known" in page
        assert "Same date of birth; same name" in page
        assert not Referral.objects.exists()

    def test_uses_the_record_that_was_chosen(self, coordinator, ivy):
        coordinator.post("/front-door/new", self.IVY | {"known": str(ivy.pk)})
        assert Referral.objects.get().person == ivy
        assert Person.objects.count() == 1

    def test_starts_a_new_record_for_somebody_else(self, coordinator, ivy):
        coordinator.post("/front-door/new", self.IVY | {"known": "new"})
        assert Person.objects.count() == 2

    def test_never_gives_one_verified_number_to_two(self, coordinator, ivy):
        answer = coordinator.post("/front-door/new", self.IVY | {"known": "new", "nhs_number": "9990000018"})
        assert answer.status_code == 422
        assert "already known" in answer.content.decode()
        assert Person.objects.count() == 1

    def test_keeps_what_the_caller_said_differently_without_changing_the_record(self, coordinator, ivy):
        coordinator.post("/front-door/new", self.IVY | {"known": str(ivy.pk), "phone": "07700 900999"})
        ivy.refresh_from_db()
        assert ivy.phone == "07700 900123"
        assert Referral.objects.get().details[0]["text"] == "07700 900999 (our record: 07700 900123)"

    def test_shows_matches_while_typing_without_anything_personal_in_the_address(self, coordinator, ivy, refer):
        waiting = refer(ivy)
        part = coordinator.post("/front-door/new/known", {"nhs_number": "999 000 0018"}).content.decode()
        assert "Use this record: Ivy Okafor" in part
        assert f"Referral {waiting.reference} is already waiting" in part
        assert coordinator.get("/front-door/new/known?nhs_number=9990000018").status_code == 302

    def test_cannot_choose_somebody_of_another_service(self, coordinator, desk, now):
        from homeward.access.rules import Actor
        from homeward.people.services import NewPerson, register_person
        from homeward.teams.services import open_service

        other = open_service(actor=Actor.system("tests"), code="other", name="Other", now=now)
        stranger = register_person(
            actor=Actor.system("tests", other.pk), service_id=other.pk, new=NewPerson(given_name="X"), now=now
        )
        assert coordinator.post("/front-door/new", TOLD | {"known": str(stranger.pk)}).status_code == 404
        assert not Referral.objects.exists()


class TestBirthDateTyped:
    TODAY = date(2026, 11, 24)

    @pytest.mark.parametrize(
        ("typed", "known"),
        [
            (("9", "3", "1941"), (date(1941, 3, 9), "")),
            (("09", "March", "1941"), (date(1941, 3, 9), "")),
            (("", "3", "1941"), (None, "1941-03")),
            (("", "", "1941"), (None, "1941")),
            (("", "", ""), (None, "")),
        ],
    )
    def test_reads_what_is_known(self, typed, known):
        assert birth_date_typed(*typed, self.TODAY) == known

    @pytest.mark.parametrize(
        "typed",
        [("31", "2", "1941"), ("9", "3", "41"), ("9", "", "1941"), ("1", "1", "2030"), ("1", "1", "1880"),
         ("x", "3", "1941"), ("", "0", "1941")],
    )  # fmt: skip
    def test_refuses_what_cannot_be(self, typed):
        with pytest.raises(ValidationError):
            birth_date_typed(*typed, self.TODAY)


class TestNonsense:
    @pytest.mark.parametrize("field", ["birth_day", "birth_month", "birth_year", "known", "nhs_number", "postcode"])
    @pytest.mark.parametrize("typed", ["²", "9" * 30, "a\0b"])
    @pytest.mark.parametrize("address", ["/front-door/new", "/front-door/new/known"])
    def test_is_asked_about_or_left_out_and_never_a_fault(self, coordinator, address, field, typed):
        assert coordinator.post(address, TOLD | {field: typed}).status_code in (200, 302, 422)

    def test_in_the_address_starts_an_empty_form(self, coordinator):
        assert coordinator.get("/front-door/new?person=²").status_code == 200

    def test_of_null_characters_looks_for_nobody(self, now):
        form = TakeReferralForm({"family_name": "Du\0nn", "postcode": "\0"}, now=now)
        assert (form.identity().family_name, form.identity().postcode) == ("Dunn", "")


class TestLook:
    def test_says_who_is_known_and_waiting_before_the_rest_is_filled(self, coordinator, ivy, refer):
        waiting = refer(ivy)
        told = {"look": "yes", "given_name": "Ivy", "family_name": "Okafor", "birth_year": "1941", "birth_month": "3",
                "birth_day": "9"}  # fmt: skip
        answer = coordinator.post("/front-door/new", told)
        page = answer.content.decode()
        assert answer.status_code == 200 and "There is a problem" not in page
        assert "Already referred." in page and waiting.reference in page
        assert Referral.objects.count() == 1

    def test_says_when_nobody_is_like_them(self, coordinator):
        page = coordinator.post("/front-door/new", {"look": "yes", "family_name": "Dunn"}).content.decode()
        assert "Nobody on record is like this" in page


class TestAboutStaff:
    TOLD = {"subject": "staff", "about_name": "Night staff of Elm House", "source": "care_home",
            "need_text": "A course", "urgency": "routine"}  # fmt: skip

    def test_takes_a_referral_about_no_one_person(self, coordinator):
        page = coordinator.post("/front-door/new", self.TOLD, follow=True).content.decode()
        referral = Referral.objects.get()
        assert (referral.person, referral.about) == (None, "Night staff of Elm House")
        assert "taken for Night staff of Elm House" in page
        assert not Person.objects.exists()

    def test_wants_to_know_which(self, coordinator):
        page = coordinator.post("/front-door/new", self.TOLD | {"about_name": ""}).content.decode()
        assert "Say which staff or service it is about" in page


class TestCameInAt:
    def test_takes_a_time_of_another_day(self, coordinator):
        day = timezone.localdate() - timezone.timedelta(days=1)
        coordinator.post("/front-door/new", TOLD | {"received_time": "16:40", "received_day": day.isoformat()})
        assert timezone.localtime(Referral.objects.get().received_at).strftime("%Y-%m-%d %H:%M") == f"{day} 16:40"

    @pytest.mark.parametrize(
        ("days_ago", "time", "told"),
        [(1, "", "Enter the time it came in that day"), (40, "16:40", "in the last 14 days"),
         (-1, "16:40", "in the last 14 days"), (1, "25:00", "Enter a time, like 14:05")],
    )  # fmt: skip
    def test_refuses_what_cannot_be(self, coordinator, days_ago, time, told):
        day = timezone.localdate() - timezone.timedelta(days=days_ago)
        answer = coordinator.post("/front-door/new", TOLD | {"received_time": time, "received_day": day.isoformat()})
        assert told in answer.content.decode()
        assert not Referral.objects.exists()


class TestSplitName:
    @pytest.mark.parametrize(
        ("said", "names"),
        [("Mrs Ivy Okafor", ("Ivy", "Okafor")), ("A Mrs Finch", ("", "Finch")), ("Finch", ("", "Finch")),
         ("Mary Ann Dunn", ("Mary Ann", "Dunn")), ("", ("", "")), ("Mr.", ("", ""))],
    )  # fmt: skip
    def test_leaves_out_titles(self, said, names):
        assert split_name(said) == names
