"""Who looked, what is odd about it, and people's requests, page by page without JavaScript."""

import io
import json
import re
import zipfile
from datetime import timedelta
from html import unescape

import pytest

from homeward.access.rules import Role
from homeward.audit.models import Event
from homeward.audit.services import record, record_reads, seal_all
from homeward.people.models import BrokenGlass, Contact, Person, TimelineEntry
from homeward.rights.models import Appraisal, RightsRequest, UnusualAccess
from homeward.rights.services import find_unusual
from homeward.teams.models import Account

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.fixture
def officer(sign_in):
    return sign_in(Role.PRIVACY_OFFICER, "Grace Officer")


@pytest.fixture
def admin(sign_in):
    return sign_in(Role.ADMINISTRATOR, "Al Admin")


@pytest.fixture
def reader(somebody):
    return somebody(Role.CASE_MANAGER, "Ada Okafor")


@pytest.fixture
def opened(reader, ivy, desk, now):
    """Ada Okafor opened Ivy Okafor's record, which was noticed."""
    record(actor=reader, action="open record", subject=("person", ivy.pk), person_id=ivy.pk, service_id=ivy.service_id,
           now=now)  # fmt: skip
    seal_all(actor=desk, now=now)
    find_unusual(actor=desk, now=now)
    return UnusualAccess.objects.get()


@pytest.fixture
def asked(officer, ivy):
    answer = officer.post(
        "/privacy/requests/new",
        {"reference": ivy.reference, "kind": "access", "received_on": "2026-10-20", "identity_checked": "Passport"},
    )
    assert answer.status_code == 302
    return RightsRequest.objects.get()


class TestHome:
    def test_shows_what_waits_and_how_the_trail_stands(self, officer, opened, asked):
        page = text_of(officer.get("/privacy/"))
        assert "Same family name" in page
        assert "The person has the reader's family name" in page
        assert "A copy of everything" in page
        assert "events sealed" in page

    def test_shows_an_administrator_the_trail_only(self, admin, opened):
        page = text_of(admin.get("/privacy/"))
        assert "events sealed" in page
        assert "Okafor" not in page
        assert "Requests" not in page

    def test_names_nobody_whose_record_it_was(self, officer, opened, ivy):
        assert "Ivy" not in text_of(officer.get("/privacy/"))

    @pytest.mark.parametrize("path", ["/privacy/", "/privacy/events", "/privacy/seen-by", "/privacy/requests",
                                      "/privacy/retention", "/privacy/staff", "/privacy/settled"])  # fmt: skip
    def test_and_the_rest_are_closed_to_those_who_care(self, sign_in, path):
        assert sign_in(Role.CASE_MANAGER).get(path).status_code == 403

    @pytest.mark.parametrize("path", ["/privacy/requests", "/privacy/retention", "/privacy/staff", "/privacy/settled"])
    def test_rights_are_not_an_administrators(self, admin, path):
        assert admin.get(path).status_code == 403


class TestAccess:
    def test_is_settled_with_words(self, officer, opened):
        address = f"/privacy/unusual/{opened.pk}"
        assert "Open record" in text_of(officer.get(address))
        assert officer.post(address, {"finding": ""}).status_code == 422
        assert "Say what was not right" in text_of(officer.post(address, {"finding": "not_right", "note": ""}))
        assert officer.post(address, {"finding": "not_right", "note": "Her aunt"}).status_code == 302
        assert "Nothing odd that you have not settled" in text_of(officer.get("/privacy/"))
        assert "Her aunt" in text_of(officer.get("/privacy/settled"))

    def test_of_another_service_is_not_there(self, officer, opened):
        assert officer.get(f"/privacy/unusual/{opened.pk + 1}").status_code == 404


class TestGlass:
    def test_is_listed_with_its_reason_until_judged(self, officer, ivy, reader, now):
        broken = BrokenGlass.objects.create(
            person=ivy, account_id=reader.account_id, by_name=reader.name, reason="Found on the floor at home",
            at=now, until=now + timedelta(hours=4),
        )  # fmt: skip
        assert "Found on the floor at home" in text_of(officer.get("/privacy/"))
        assert officer.post(f"/privacy/broken-glass/{broken.pk}", {"finding": "right"}).status_code == 302
        assert "Found on the floor at home" not in text_of(officer.get("/privacy/"))


class TestSeenBy:
    def test_lists_who_looked_and_shows_no_more_than_the_reference(self, admin, opened, ivy):
        page = text_of(admin.get(f"/privacy/people/{ivy.pk}/seen-by"))
        assert f"Person {ivy.reference}" in page
        assert "Ada Okafor Role Case manager" in page
        assert "Open record" in page
        assert "Care of the person" in page
        assert "Ivy" not in page

    def test_is_an_event_itself(self, admin, ivy):
        admin.get(f"/privacy/people/{ivy.pk}/seen-by")
        event = Event.objects.get(action="see who looked")
        assert (event.person_id, event.purpose) == (ivy.pk, "audit")

    def test_counts_those_who_saw_the_person_in_a_list(self, admin, ivy, reader, now):
        record_reads(
            actor=reader, action="see day", subject_kind="day", person_ids=[ivy.pk, ivy.pk + 1], now=now,
            service_id=ivy.service_id,
        )  # fmt: skip
        assert "See day, with 1 others" in text_of(admin.get(f"/privacy/people/{ivy.pk}/seen-by"))

    def test_goes_on_to_older_events(self, admin, ivy, reader, now):
        for minute in range(150):
            record(
                actor=reader, action=f"look {minute}", subject=("person", ivy.pk), person_id=ivy.pk,
                now=now + timedelta(minutes=minute), service_id=ivy.service_id,
            )  # fmt: skip
        body = admin.get(f"/privacy/people/{ivy.pk}/seen-by").content.decode()
        assert "Look 149" in body
        assert "Look 5<" not in body
        older = re.search(r'href="([^"]+\?older=\d+)"', body)[1]
        assert "Look 5<" in admin.get(older).content.decode()

    def test_leads_there_from_a_reference_that_stays_out_of_the_address(self, admin, ivy):
        answer = admin.post("/privacy/seen-by", {"reference": ivy.reference.lower()})
        assert answer.headers["Location"] == f"/privacy/people/{ivy.pk}/seen-by"
        assert "Nobody in your services" in text_of(admin.post("/privacy/seen-by", {"reference": "nobody"}))

    def test_in_plain_words_for_the_person(self, officer, opened, ivy):
        page = text_of(officer.get(f"/privacy/people/{ivy.pk}/seen-by/letter"))
        assert "Opened your record: Ada Okafor, Case manager. Why: your care." in page

    def test_gives_roles_only_where_the_service_says_so(self, officer, opened, ivy, settings):
        settings.NAMES_STAFF_TO_PEOPLE = False
        page = text_of(officer.get(f"/privacy/people/{ivy.pk}/seen-by/letter"))
        assert "Opened your record: Case manager." in page
        assert "Ada Okafor" not in page


class TestEvents:
    def test_are_found_by_who_whose_what_and_when(self, officer, opened, ivy, now):
        day = now.date().isoformat()
        for sought in ({"name": "okaf"}, {"reference": ivy.reference}, {"action": "open record"}, {"first_day": day}):
            assert officer.post("/privacy/events", sought).headers["Location"] == "/privacy/events"
            assert "Ada Okafor" in text_of(officer.get("/privacy/events")), sought
        officer.post("/privacy/events", {"name": "okaf", "last_day": "2020-01-01"})
        assert "Nothing was found" in text_of(officer.get("/privacy/events"))
        assert Event.objects.filter(action="search audit").count() == 5

    def test_says_what_is_wrong_with_what_was_typed(self, officer):
        assert officer.post("/privacy/events", {"first_day": "yesterday"}).status_code == 422
        officer.post("/privacy/events", {"reference": "nobody"})
        assert "Nobody in your services" in text_of(officer.get("/privacy/events"))


class TestRequests:
    def test_are_taken_extended_and_closed(self, officer, ivy, now):
        told = {"reference": ivy.reference, "kind": "access", "received_on": now.date().isoformat()}
        assert "Say how you know who they are" in text_of(officer.post("/privacy/requests/new", told))
        officer.post("/privacy/requests/new", told | {"identity_checked": "Passport"})
        address = f"/privacy/requests/{RightsRequest.objects.get().pk}"
        assert officer.post(f"{address}/extend", {"reason": "Many files"}).status_code == 302
        assert "Many files" in text_of(officer.get(address))
        assert officer.post(address, {"state": "answered"}).status_code == 422
        assert officer.post(address, {"state": "answered", "outcome": "Sent"}).status_code == 302
        assert "None waits for an answer" in text_of(officer.get("/privacy/requests"))

    def test_say_that_they_are_late(self, officer, asked):
        RightsRequest.objects.update(received_on="2026-01-01", due_on="2026-02-01")
        assert "late, was due 1 February 2026" in text_of(officer.get("/privacy/requests"))

    def test_release_nothing_that_nobody_looked_at(self, officer, asked, ivy):
        Contact.objects.create(person=ivy, name="David Okafor")
        answer = officer.post(f"/privacy/requests/{asked.pk}/export")
        assert answer.headers["Location"] == f"/privacy/requests/{asked.pk}/review"
        assert "David Okafor" in text_of(officer.get(f"/privacy/requests/{asked.pk}/review"))

    def test_give_everything_in_one_file_without_what_was_left_out(self, officer, asked, ivy, now):
        son = Contact.objects.create(person=ivy, name="David Okafor")
        review = f"/privacy/requests/{asked.pk}/review"
        key = f"people.Contact:{son.pk}"
        assert officer.post(review, {"left_out": key}).status_code == 422
        assert officer.post(review, {"left_out": key, "reason": "Asked us"}).status_code == 302
        answer = officer.post(f"/privacy/requests/{asked.pk}/export")
        packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        about = json.loads(packed.read("about.json"))
        assert about["person"]["name"] == "Ivy Okafor"
        for table in about["tables"]:
            assert len(json.loads(packed.read(table["file"]))["rows"]) == table["rows"]
        page = packed.read("index.html").decode()
        assert "1 left out, because about somebody else too" in page
        assert "1 Made Up Lane" in page
        assert "David" not in page
        assert Event.objects.filter(action="export record", person_id=ivy.pk).exists()

    @pytest.mark.parametrize(
        ("category", "words"),
        [("J", "Asian or Asian British: Pakistani"), ("Z", "Prefer not to say"), ("99", "Not known")],
    )
    def test_give_an_ethnic_group_in_words_to_whoever_it_is_of(self, officer, asked, ivy, category, words):
        Person.objects.filter(pk=ivy.pk).update(ethnic_category=category, ethnic_category_by="self")
        officer.get(f"/privacy/requests/{asked.pk}/review")
        officer.post(f"/privacy/requests/{asked.pk}/review", {})
        answer = officer.post(f"/privacy/requests/{asked.pk}/export")
        packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        page = " ".join(unescape(re.sub(r"<[^>]*>", " ", packed.read("index.html").decode())).split())
        assert f"Ethnic category {words}" in page
        assert "Ethnic category by The person said so themselves" in page
        (row,) = json.loads(packed.read("rows/people-person.json"))["rows"]
        assert (row["ethnic_category"], row["ethnic_category_by"]) == (category, "self")

    def test_are_only_exported_by_a_button(self, officer, asked):
        assert officer.get(f"/privacy/requests/{asked.pk}/export").status_code == 302
        assert not Event.objects.filter(action="export record").exists()


class TestRestrict:
    def test_marks_the_record_and_lifts_it_again(self, officer, ivy):
        address = f"/privacy/people/{ivy.pk}/restrict"
        assert officer.post(address, {"reason": ""}).status_code == 422
        officer.post(address, {"reason": "Disputed"})
        assert "Disputed" in text_of(officer.get(address))
        officer.post(address, {"reason": "Settled, told her"})
        ivy.refresh_from_db()
        assert ivy.restricted_since is None


class TestRetention:
    def test_asks_two_people_before_anything_may_be_destroyed(self, officer, sign_in, ivy, now):
        old = now - timedelta(days=1000)
        person = type(ivy).objects.create(service=ivy.service, reference="OLD1")
        TimelineEntry.objects.create(
            person=person, happened_at=old, recorded_at=old, kind="note", title="A note", author_name="Somebody"
        )
        assert "OLD1" in text_of(officer.get("/privacy/retention"))
        address = f"/privacy/retention/{person.pk}"
        assert officer.post(address, {"decision": "keep", "reason": "Inquiry"}).status_code == 422
        assert officer.post(address, {"decision": "destroy", "reason": "Two years"}).status_code == 302
        appraisal = Appraisal.objects.get()
        assert "Somebody else must agree" in text_of(officer.get("/privacy/retention"))
        assert officer.post(f"/privacy/appraisals/{appraisal.pk}", {"agrees": "yes"}).status_code == 422
        second = sign_in(Role.PRIVACY_OFFICER, "Second Officer")
        assert second.post(f"/privacy/appraisals/{appraisal.pk}", {"agrees": "yes"}).status_code == 302
        appraisal.refresh_from_db()
        assert appraisal.state == "decided"


class TestStaff:
    def test_is_kept_and_may_be_taken_away(self, officer, ivy, reader):
        address = f"/privacy/staff/{reader.account_id}"
        assert officer.post(address, {"postcode": "SY1"}).status_code == 422
        assert officer.post(address, {"reference": "nobody"}).status_code == 422
        officer.post(address, {"postcode": "de1 3da", "reference": ivy.reference})
        page = text_of(officer.get("/privacy/staff"))
        assert "DE1 3DA" in page
        assert ivy.reference in page
        officer.post(address, {"postcode": "", "reference": ""})
        assert Account.objects.get(pk=reader.account_id).staff_detail.postcode == ""
