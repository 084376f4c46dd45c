"""What the FHIR door says it offers is what it does, and what it writes is FHIR R4 as UK Core uses it."""

import re
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from homeward.access.rules import Role
from homeward.api.fhir.rest.capability import conformance_table
from homeward.api.fhir.rest.table import KINDS
from homeward.api.fhir.settling import settle
from homeward.api.fhir.wire import read_message

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "fhir.md"
SEARCHED = [kind for kind in KINDS.values() if kind.is_searched and kind.name != "AuditEvent"]
# Every kind that the person of these tests has something of
FILLED = [kind.name for kind in SEARCHED if kind.name not in ("Condition", "DocumentReference")]


def everything_written(ask) -> list[dict]:
    return [entry["resource"] for kind in SEARCHED for entry in ask(f"/fhir/{kind.name}").get("entry", [])]


def faults_of(resource: dict) -> list[str]:
    """What the standard does not allow: by the library's models, and by our own walk of its codes and shapes."""
    _, notes = settle(resource)
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    return [f"{note.path}: {note.text}" for note in notes]


class TestCapabilityStatement:
    def test_is_valid(self, client, db):
        statement = client.get("/fhir/metadata").json()
        # the library lists only the words for media types; the standard allows the media types themselves
        assert [fault for fault in faults_of(statement) if ".format[" not in fault] == []

    def test_lists_the_kinds_of_the_table_and_no_other(self, client, db):
        resources = client.get("/fhir/metadata").json()["rest"][0]["resource"]
        assert [one["type"] for one in resources] == list(KINDS)

    def test_is_true_of_every_interaction_and_search_parameter(self, client, ask, whole, sign_in):
        privacy = sign_in(Role.PRIVACY_OFFICER)
        for said in client.get("/fhir/metadata").json()["rest"][0]["resource"]:
            name = said["type"]
            codes = {one["code"] for one in said["interaction"]}
            for parameter in said.get("searchParam", ()):
                value = {"date": "ge2000-01-01", "reference": "1", "token": "x", "string": "x", "uri": "urn:x"}
                asked = f"/fhir/{name}?{parameter['name']}={value[parameter['type']]}"
                response = privacy.get(asked) if name == "AuditEvent" else None
                assert response.status_code == 200 if response else ask(asked)["type"] == "searchset", asked
            if "search-type" not in codes:
                ask(f"/fhir/{name}", status=405)
            if "create" not in codes:
                assert client.post(f"/fhir/{name}", b"{}", content_type="application/json").status_code == 405
            for include in said.get("searchInclude", ()):
                asked = f"/fhir/{name}?_include={include}"
                assert privacy.get(asked).status_code == 200 if name == "AuditEvent" else ask(asked), include
            for include in said.get("searchRevInclude", ()):
                assert (
                    privacy.get(f"/fhir/{name}?_revinclude={include}").status_code == 200
                    if (name == "AuditEvent")
                    else ask(f"/fhir/{name}?_count=1&_revinclude={include}")
                ), include

    def test_changes_nothing_by_put_patch_or_delete(self, client, ask, whole):
        for name in KINDS:
            for method in ("put", "patch", "delete"):
                assert getattr(client, method)(f"/fhir/{name}/1").status_code == 405


class TestWhatIsWritten:
    @pytest.mark.parametrize("name", FILLED)
    def test_there_is_something_of_every_kind(self, ask, whole, name):
        assert ask(f"/fhir/{name}")["entry"]

    def test_is_valid_fhir(self, ask, whole):
        written = everything_written(ask)
        assert len(written) > 50
        assert [fault for one in written for fault in faults_of(one)] == []
        for name in FILLED:
            assert not faults_of(ask(f"/fhir/{name}"))

    def test_is_the_same_in_xml(self, ask, client, reader_token, whole, moment):
        for resource in everything_written(ask):
            path = f"/fhir/{resource['resourceType']}/{resource['id']}"
            headers = {"Authorization": f"Bearer {reader_token}", "Accept": "application/fhir+xml"}
            response = client.get(path, headers=headers)
            assert response["Content-Type"].startswith("application/fhir+xml")
            read = read_message(response.content).resource
            assert _plain(read) == _plain(resource), path

    def test_names_its_uk_core_profile(self, ask, whole):
        for resource in everything_written(ask):
            kind = KINDS[resource["resourceType"]]
            assert resource["meta"].get("profile", []) == ([kind.profile] if kind.profile else [])

    def test_uses_no_system_or_extension_that_uk_core_does_not(self, ask, whole, shared):
        published = "".join(
            path.read_text(errors="replace")
            for name in ("ukcore", "pds-api", "pds-ig", "bars-ig", "nhse-programmes", "clinical-observations")
            for path in (shared / "inputs" / "fhir" / name).iterdir()
        )
        used = set()
        for resource in everything_written(ask):
            used |= _addresses(resource)
        # the base standard's own lists, which the published examples happen not to use
        base = "http://terminology.hl7.org/CodeSystem/"
        unknown = {one for one in used if one not in published and not one.startswith(base)}
        assert unknown <= {"urn:made-up:council", "http://unitsofmeasure.org"}

    def test_uses_clinical_codes_as_they_are_published(self, ask, whole, shared):
        published = "".join(
            path.read_text(errors="replace")
            for name in ("ukcore", "clinical-observations")
            for path in (shared / "inputs" / "fhir" / name).iterdir()
        )
        codes = {
            (coding["system"], coding["code"])
            for resource in everything_written(ask)
            for coding in _codings(resource)
            if coding.get("system") in ("http://snomed.info/sct", "http://loinc.org")
        }
        assert len(codes) > 8
        assert [code for _, code in codes if code not in published] == []

    def test_has_the_elements_that_uk_core_patients_have(self, ask, whole):
        patient = ask(f"/fhir/Patient/{whole.person.pk}")
        number = patient["identifier"][0]
        assert number["system"] == "https://fhir.nhs.uk/Id/nhs-number"
        status = number["extension"][0]
        assert status["url"].endswith("/Extension-UKCore-NHSNumberVerificationStatus")
        assert status["valueCodeableConcept"]["coding"][0]["code"] == "01"
        assert {"name", "telecom", "gender", "birthDate", "address", "generalPractitioner"} <= set(patient)
        assert patient["communication"][0]["language"]["coding"][0] == {
            "system": "urn:ietf:bcp:47", "code": "ur", "display": "Urdu",
        }  # fmt: skip

    def test_never_says_how_to_get_in(self, ask, whole):
        said = "".join(map(str, everything_written(ask)))
        assert "4321" not in said
        assert "Side gate" not in said


class TestGuide:
    def test_has_the_table_of_today(self):
        text = GUIDE.read_text()
        between = re.search(r"<!-- conformance -->\n(.*?)\n<!-- /conformance -->", text, re.DOTALL)
        assert between is not None
        assert between[1].strip() == conformance_table().strip(), "run: python tools/write_fhir_table.py"


def _plain(value):
    """Numbers as text: XML has no types."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bool):
        return value
    return float(value) if not isinstance(value, str) else value


def _addresses(value) -> set[str]:
    if isinstance(value, list):
        return {address for one in value for address in _addresses(one)}
    if not isinstance(value, dict):
        return set()
    own = {value[name] for name in ("system",) if isinstance(value.get(name), str) and ":" in value[name]}
    if set(value) & {"valueCodeableConcept", "valueBoolean", "valuePositiveInt", "extension"} and "url" in value:
        own |= {value["url"]} if ":" in value["url"] else set()
    own = {one for one in own if not one.startswith("urn:homeward:")}
    return own | {address for one in value.values() for address in _addresses(one)}


def _codings(value):
    if isinstance(value, list):
        for one in value:
            yield from _codings(one)
    elif isinstance(value, dict):
        if "code" in value and "system" in value:
            yield value
        for one in value.values():
            yield from _codings(one)
