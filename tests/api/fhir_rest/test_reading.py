"""Reading and searching the record over FHIR."""

import base64
from urllib.parse import urlencode

import pytest

from homeward.access.rules import Actor, Role
from homeward.audit.models import Event
from homeward.documents import storage
from homeward.documents.services import NewDocument, add_documents
from homeward.people.services import NewPerson, raise_alert, register_person
from homeward.referrals.services import NewReferral, receive_referral
from homeward.teams.services import connect_machine

NUMBER = "https://fhir.nhs.uk/Id/nhs-number|9990000018"


def ids(bundle: dict, mode: str = "match") -> list[str]:
    return [
        f"{entry['resource']['resourceType']}/{entry['resource'].get('id', '')}"
        for entry in bundle.get("entry", [])
        if entry["search"]["mode"] == mode
    ]


class TestRead:
    def test_gives_one_resource_with_its_version(self, ask, whole):
        patient = ask(f"/fhir/Patient/{whole.person.pk}")
        assert patient["name"][0]["family"] == "Okafor"
        assert patient["meta"]["versionId"]

    def test_gives_the_ethnic_category_by_its_national_code_where_somebody_asked(self, ask, whole):
        def told() -> list[dict]:
            patient = ask(f"/fhir/Patient/{whole.person.pk}")
            found = [one for one in patient["extension"] if one["url"].endswith("Extension-UKCore-EthnicCategory")]
            return [one["valueCodeableConcept"]["coding"][0] for one in found]

        assert told() == []
        whole.person.ethnic_category, whole.person.ethnic_category_by = "J", "self"
        whole.person.save()
        assert told() == [{"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland", "code": "J"}]

    def test_answers_304_while_nothing_changed(self, client, reader_token, whole, moment):
        path, headers = f"/fhir/Patient/{whole.person.pk}", {"Authorization": f"Bearer {reader_token}"}
        first = client.get(path, headers=headers)
        same = client.get(path, headers=headers | {"If-None-Match": first["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        whole.person.phone = "07700 900555"
        whole.person.save()
        changed = client.get(path, headers=headers | {"If-None-Match": first["ETag"]})
        assert changed.status_code == 200
        assert changed["ETag"] != first["ETag"]

    @pytest.mark.parametrize("path", ["Patient/999999", "Patient/x", "Flag/1-2", "Nothing/1", "Observation/1"])
    def test_says_when_there_is_no_such_thing(self, ask, whole, path):
        assert ask(f"/fhir/{path}", status=404)["resourceType"] == "OperationOutcome"


class TestSearch:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("Patient?identifier=9990000018", 1),
            (f"Patient?{urlencode({'identifier': NUMBER})}", 1),
            ("Patient?identifier=urn:other|9990000018", 0),
            ("Patient?name=oka", 1),
            ("Patient?name=IVY", 1),
            ("Patient?name=vy", 0),
            ("Patient?name:contains=vy", 1),
            ("Patient?name:exact=ivy", 0),
            ("Patient?family=Okafor&given=Ivy", 1),
            ("Patient?family=Okafor&given=June", 0),
            ("Patient?given=June,Ivy", 1),
            ("Patient?birthdate=1941-03-09", 1),
            ("Patient?birthdate=1941", 1),
            ("Patient?birthdate=gt1941-03-09", 0),
            ("Patient?birthdate=ge1941-03-09&birthdate=lt1941-03-10", 1),
            ("Patient?gender=female", 1),
            ("Patient?gender:not=female", 0),
            ("Patient?address-postalcode=DE1", 1),
            ("Patient?death-date:missing=true", 1),
            ("Patient?active=true", 1),
            ("Encounter?status=finished", 1),
            ("Encounter?status=http://hl7.org/fhir/encounter-status|finished", 1),
            ("Encounter?date=2026-11-24", 1),
            ("Encounter?date=lt2026-11-24", 0),
            ("Appointment", 2),
            ("Appointment?status=proposed", 1),
            ("Appointment?date=ge2026-11-25", 1),
            ("Observation?code=http://snomed.info/sct|1104051000000101", 1),
            ("Observation?category=survey&code:text=news", 1),
            ("Observation?category=vital-signs", 5),
            ("Flag?category=pets", 1),
            ("Flag?code:text=dog", 1),
            ("Flag?code:text=cat", 0),
            ("AllergyIntolerance?code:text=penicillin", 1),
            ("Consent?category=gp", 1),
            ("Condition", 0),
            ("RelatedPerson?relationship=N", 1),
            ("Practitioner?name=ash", 1),
            ("Organization?identifier=Y99999", 1),
            ("Goal?lifecycle-status=active", 1),
            ("CarePlan?status=active", 1),
            ("Task?status=completed", 1),
            ("QuestionnaireResponse?status=completed", 1),
            ("ServiceRequest?priority=stat", 1),
            ("Provenance?activity=alert", 2),
            ("Patient?_lastUpdated=lt2020-01-01", 0),
            ("Patient?_lastUpdated=ge2020-01-01", 1),
        ],
    )
    def test_finds_what_is_asked(self, ask, whole, asked, found):
        assert len(ids(ask(f"/fhir/{asked}"))) == found

    def test_finds_what_belongs_to_somebody_by_number_or_id(self, ask, whole):
        of_ivy = ids(ask(f"/fhir/Flag?patient={whole.person.pk}"))
        assert len(of_ivy) == 1
        for asked in (
            f"patient=Patient/{whole.person.pk}",
            f"subject:Patient={whole.person.pk}",
            urlencode({"patient:identifier": NUMBER}),
            urlencode({"patient.identifier": NUMBER}),
        ):
            assert ids(ask(f"/fhir/Flag?{asked}")) == of_ivy, asked
        assert ids(ask("/fhir/Flag?patient.identifier=9990000026")) == []

    @pytest.mark.parametrize(
        "asked",
        ["Patient?colour=red", "Patient?name:sounds=ivy", "Patient?birthdate=tomorrow", "Patient?_count=many",
         "Patient?_include=Patient:everything", "Patient?_sort=name", "Patient?_summary=text", "Flag?_cursor=x",
         "Patient?_revinclude=Patient:link", "Patient?gender:missing=perhaps", "Patient?birthdate=9999",
         "Patient?birthdate=ap9999-12-30", "Patient?birthdate=ap0001-02-03", "Encounter?date=9999-12-31",
         "Appointment?date=9999-12", "Patient?_lastUpdated=gt0001-01-01T00:00:00%2B14:00",
         pytest.param("Patient?_count=" + "9" * 5000, id="a count of 5,000 digits")],
    )  # fmt: skip
    def test_refuses_what_it_does_not_know_sooner_than_widen_the_search(self, ask, whole, asked):
        assert ask(f"/fhir/{asked}", status=400)["issue"][0]["diagnostics"]

    def test_says_what_it_left_out_for_a_lenient_caller(self, ask, whole):
        bundle = ask("/fhir/Patient?colour=red&name=ivy", Prefer="handling=lenient")
        assert len(ids(bundle)) == 1
        (outcome,) = [entry["resource"] for entry in bundle["entry"] if entry["search"]["mode"] == "outcome"]
        assert "colour" in outcome["issue"][0]["diagnostics"]
        assert "colour" not in bundle["link"][0]["url"]

    def test_counts_without_showing(self, ask, whole):
        bundle = ask("/fhir/Appointment?_summary=count")
        assert bundle["total"] == 2
        assert "entry" not in bundle

    def test_gives_only_the_elements_asked_for(self, ask, whole):
        (entry,) = ask("/fhir/Patient?_elements=birthDate")["entry"]
        assert entry["resource"]["birthDate"] == "1941-03-09"
        assert "name" not in entry["resource"]
        assert entry["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"

    def test_brings_along_what_is_referred_to_and_what_refers(self, ask, whole):
        bundle = ask("/fhir/Encounter?_include=Encounter:patient&_include=Encounter:practitioner")
        assert set(ids(bundle, "include")) == {f"Patient/{whole.person.pk}", f"Practitioner/{whole.worker.pk}"}
        bundle = ask("/fhir/Patient?_revinclude=Flag:patient&_revinclude=Encounter:subject")
        assert {name.partition("/")[0] for name in ids(bundle, "include")} == {"Flag", "Encounter"}
        assert len(ids(ask("/fhir/Encounter?_include=*"), "include")) > 4

    def test_pages_without_skipping_or_repeating(self, ask, whole):
        everything = ids(ask("/fhir/Observation"))
        seen, url = [], "/fhir/Observation?_count=2"
        while url:
            page = ask(url)
            seen += ids(page)
            assert len(ids(page)) <= 2
            url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        assert seen == everything
        assert len(seen) == 6

    def test_keeps_its_place_while_rows_are_added(self, ask, whole, coordinator, now):
        everything = ids(ask("/fhir/Flag"))
        page = ask("/fhir/Flag?_count=1")
        assert "next" not in {link["relation"] for link in page["link"]}
        raise_alert(actor=coordinator, person=whole.person, kind="oxygen", text="In the hall", now=now)
        raise_alert(actor=coordinator, person=whole.person, kind="risk", text="Loose stair rail", now=now)
        first = ask("/fhir/Flag?_count=2")
        following = next(link["url"] for link in first["link"] if link["relation"] == "next")
        raise_alert(actor=coordinator, person=whole.person, kind="infection", text="MRSA", now=now)
        rest = ids(ask(following))
        assert ids(first)[0] == everything[0]
        assert len(rest) == 2
        assert not set(rest) & set(ids(first))

    def test_takes_a_posted_search_and_says_none_of_it_back(self, client, reader_token, whole, moment):
        headers = {"Authorization": f"Bearer {reader_token}"}
        body = urlencode({"patient:identifier": NUMBER, "_count": "2"})
        kind = "application/x-www-form-urlencoded"
        page = client.post("/fhir/Observation/_search", body, content_type=kind, headers=headers).json()
        assert len(ids(page)) == 2
        links = " ".join(link["url"] for link in page["link"])
        assert "9990000018" not in links
        following = next(link["url"] for link in page["link"] if link["relation"] == "next")
        assert len(ids(client.post(following, body, content_type=kind, headers=headers).json())) == 2


class TestEverything:
    def test_gives_all_that_is_about_somebody_in_pages(self, ask, whole):
        whole_record = ask(f"/fhir/Patient/{whole.person.pk}/$everything")
        kinds = {name.partition("/")[0] for name in ids(whole_record)}
        assert {"Patient", "Encounter", "Flag", "Observation", "QuestionnaireResponse", "Provenance"} <= kinds
        assert ids(whole_record, "include")
        seen, url = [], f"/fhir/Patient/{whole.person.pk}/$everything?_count=7"
        while url:
            page = ask(url)
            seen += ids(page)
            url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        assert seen == ids(whole_record)

    def test_takes_kinds_and_a_moment(self, ask, whole):
        path = f"/fhir/Patient/{whole.person.pk}/$everything"
        assert {name.partition("/")[0] for name in ids(ask(f"{path}?_type=Flag,Goal"))} == {"Flag", "Goal"}
        assert "Goal" not in str(ids(ask(f"{path}?_since=2027-01-01&_type=Goal")))
        ask(f"{path}?_type=Practitioner", status=400)
        ask(f"{path}?_since=9999", status=400)
        ask(f"{path}?_count={'9' * 5000}", status=400)
        ask("/fhir/Patient/999999/$everything", status=404)


class TestWhoMaySee:
    def test_nobody_without_a_token_or_signing_in(self, client, db):
        response = client.get("/fhir/Patient")
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")

    def test_a_system_connected_to_hand_in_messages_reads_nothing(self, ask, whole, service, system, now):
        token = connect_machine(actor=system, username="m", full_name="M", services=[service], now=now)
        assert "homeward connect" in ask("/fhir/Patient", status=403, token=token)["issue"][0]["diagnostics"]

    def test_a_reading_system_sees_only_people_cared_for(self, ask, whole, service, coordinator, now):
        stranger = register_person(actor=coordinator, service_id=service.pk,
                                   new=NewPerson(given_name="Al", family_name="Brown"), now=now)  # fmt: skip
        assert ids(ask("/fhir/Patient")) == [f"Patient/{whole.person.pk}"]
        ask(f"/fhir/Patient/{stranger.pk}", status=403)
        ask(f"/fhir/Flag?patient={stranger.pk}", status=403)
        assert Event.objects.filter(person_id=stranger.pk, action="refused record").count() == 2

    def test_nothing_of_another_service(self, ask, whole, system, now):
        from homeward.teams.services import open_service

        other = open_service(actor=system, code="other", name="Other", now=now)
        desk = Actor.system("tests", other.pk)
        theirs = register_person(actor=desk, service_id=other.pk, new=NewPerson(given_name="Zed"), now=now)
        ask(f"/fhir/Patient/{theirs.pk}", status=404)

    def test_a_system_sees_nothing_sensitive_and_is_told_that_something_is_kept_back(self, ask, whole):
        alert = whole.person.alerts.get(kind="pets")
        alert.sensitivity = "safeguarding"
        alert.save()
        bundle = ask(f"/fhir/Flag?patient={whole.person.pk}")
        assert ids(bundle) == []
        assert "Kept back because they are sensitive: 1" in str(bundle)
        ask(f"/fhir/Flag/{alert.pk}", status=403)

    def test_a_system_reads_nothing_of_a_safeguarding_concern(self, ask, sign_in, whole, coordinator, now):
        told = [{"title": "Safeguarding", "text": "Bruises again"}, {"title": "Pets", "text": "One cat"}]
        new = NewReferral(source="gp", urgency="crisis", need_code="fall", safeguarding_text="Bruises", details=told)
        receive_referral(actor=coordinator, person=whole.person, new=new, now=now)
        everything = str(ask(f"/fhir/Patient/{whole.person.pk}/$everything"))
        assert "Bruises" not in everything
        assert "One cat" in everything
        for kind in ("Flag", "ServiceRequest"):
            assert "Bruises" in str(sign_in(Role.FRONT_DOOR).get(f"/fhir/{kind}?patient={whole.person.pk}").json())

    @pytest.mark.parametrize("change", [{"sensitivity": "staff"}, {"restricted_since": "now"}])
    def test_a_system_sees_nobody_whose_record_is_sensitive_or_restricted(self, ask, whole, change, now):
        for name, value in change.items():
            setattr(whole.person, name, now if value == "now" else value)
        whole.person.save()
        assert ids(ask("/fhir/Patient")) == []
        ask(f"/fhir/Encounter?patient={whole.person.pk}", status=403)

    @pytest.mark.parametrize(("whom", "seen"), [("", 0), ("shared care record", 0), ("Somebody else", 1)])
    def test_a_system_sees_nobody_who_objected(self, ask, whole, now, whom, seen):
        whole.person.sharing_choices.create(kind="organisation", with_whom=whom, decision="objected",
                                            decided_on=now.date(), recorded_at=now, recorded_by="T")  # fmt: skip
        assert len(ids(ask("/fhir/Patient"))) == seen

    def test_staff_see_over_fhir_what_their_pages_show(self, sign_in, whole, service, coordinator, now):
        person = whole.person.pk
        al = NewPerson(given_name="Al", family_name="Brown", phone="07700 900777")
        stranger = register_person(actor=coordinator, service_id=service.pk, new=al, now=now)
        desk = sign_in(Role.FRONT_DOOR)
        card = desk.get(f"/fhir/Patient/{stranger.pk}").json()
        assert "telecom" not in card
        assert card["meta"]["tag"][0]["code"] == "SUBSETTED"
        assert desk.get(f"/fhir/Flag?patient={stranger.pk}").status_code == 403
        field = sign_in(Role.FIELD_WORKER, whole.worker)
        assert field.get(f"/fhir/Flag?patient={person}").status_code == 200
        assert field.get(f"/fhir/Encounter?patient={person}").status_code == 200
        assert field.get(f"/fhir/CarePlan?patient={person}").status_code == 403
        assert field.get(f"/fhir/Patient/{person}/$everything").status_code == 403
        assert field.get(f"/fhir/Patient/{stranger.pk}").status_code == 403
        assert sign_in(Role.PERFORMANCE_LEAD).get("/fhir/Patient").status_code == 403
        assert sign_in(Role.ADMINISTRATOR).get("/fhir/Patient").status_code == 403

    def test_only_who_watches_over_the_trail_reads_it(self, sign_in, ask, whole):
        ask(f"/fhir/Patient/{whole.person.pk}")
        ask("/fhir/AuditEvent", status=403)
        assert sign_in(Role.CASE_MANAGER).get("/fhir/AuditEvent").status_code == 403
        officer = sign_in(Role.PRIVACY_OFFICER)
        found = officer.get(f"/fhir/AuditEvent?patient={whole.person.pk}&subtype=read-by-FHIR").json()
        assert len(ids(found)) == 1
        assert officer.get("/fhir/Patient").status_code == 403

    def test_every_read_is_in_the_trail(self, ask, whole):
        ask(f"/fhir/Patient/{whole.person.pk}")
        ask("/fhir/Encounter?_include=Encounter:patient")
        ask(f"/fhir/Condition?patient={whole.person.pk}")
        events = Event.objects.filter(action="read by FHIR", actor_name="Shared care record")
        assert sorted(events.values_list("subject_kind", "person_id")) == [
            ("Condition", whole.person.pk), ("Encounter", whole.person.pk), ("Patient", whole.person.pk),
        ]  # fmt: skip

    def test_a_merged_record_opens_as_the_one_it_was_merged_into(self, ask, whole, service, coordinator, now):
        other = register_person(actor=coordinator, service_id=service.pk, new=NewPerson(given_name="Ivy"), now=now)
        other.alerts.create(kind="oxygen", text="In the hall", starts_on=now.date(), raised_by="T")
        other.merged_into = whole.person
        other.save()
        bundle = ask(f"/fhir/Flag?patient={whole.person.pk}")
        assert len(ids(bundle)) == 2
        assert {entry["resource"]["subject"]["reference"] for entry in bundle["entry"]} == {
            f"Patient/{whole.person.pk}"
        }


class TestDocuments:
    def test_are_found_and_their_bytes_read(self, ask, whole, service, now):
        content = b"Letter of 24 November. All is well."
        new = NewDocument(
            title="Letter", kind="letter", source="scanned", happened_on=now.date(), file=storage.keep(content)
        )
        (document,) = add_documents(actor=Actor.system("tests", service.pk), person=whole.person, new=[new], now=now)
        (entry,) = ask(f"/fhir/DocumentReference?patient={whole.person.pk}")["entry"]
        attachment = entry["resource"]["content"][0]["attachment"]
        assert (attachment["title"], attachment["size"]) == ("Letter", len(content))
        binary = ask(attachment["url"])
        assert base64.b64decode(binary["data"]) == content
        document.sensitivity = "safeguarding"
        document.save()
        ask(attachment["url"], status=403)
        assert ids(ask(f"/fhir/DocumentReference?patient={whole.person.pk}")) == []
