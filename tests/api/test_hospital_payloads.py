"""Every public payload of the hospital sets: read as a stay, or refused with a reason; and the table of them."""

import re
from pathlib import Path

import pytest

from homeward.access.rules import Role
from homeward.api.hospital.reading import read_payload
from homeward.api.hospital.receiving import receive_payload
from homeward.api.hospital.said import NoStay, SaidStays
from homeward.api.hospital.table import SUFFIXES, table_of
from homeward.discharge.models import HospitalStay
from homeward.documents.models import Document
from homeward.people.models import Person
from homeward.referrals.models import KeptMessage

SETS = ("edischarge-itk3", "careconnect", "nhse-programmes")
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "hospital-payloads.md"


@pytest.fixture(scope="module")
def folders(shared) -> list[Path]:
    found = [shared / "inputs" / "fhir" / name for name in SETS]
    missing = [one.name for one in found if not one.is_dir()]
    if missing:
        pytest.skip(f"the public payload sets {', '.join(missing)} are not beside the project")
    return found


@pytest.fixture(scope="module")
def payloads(folders) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]


class TestPublishedPayloads:
    def test_each_is_read_or_refused_with_a_reason(self, payloads):
        told = {path.name: read_payload(path.read_bytes()) for path in payloads}
        read = [name for name, one in told.items() if isinstance(one, SaidStays)]
        assert (len(told), len(read)) == (119, 6)
        for one in told.values():
            if isinstance(one, NoStay):
                assert one.kind
                assert len(one.text) > 40
                assert one.status in (400, 422)

    def test_every_discharge_document_of_an_inpatient_is_read_with_its_letter(self, payloads):
        told = [read_payload(path.read_bytes()) for path in payloads]
        letters = [one for one in told if one.kind == "Document: Discharge summary"]
        assert len(letters) == 4
        for one in letters:
            (stay,) = one.stays
            assert stay.admitted_at < stay.discharged_at
            assert stay.wards
            assert stay.destination
            assert one.person.family_name
            assert len(one.letter.text) > 1000

    def test_the_table_is_the_one_in_the_guide(self, folders):
        written = re.search(r"<!-- payloads -->\n(.*?)\n<!-- /payloads -->", GUIDE.read_text(), re.DOTALL)
        assert written[1] == table_of(folders), "run tools/write_hospital_payloads.py"

    def test_the_table_names_nobody(self):
        assert not re.search(r"\b\d{10}\b", GUIDE.read_text())

    def test_all_go_in_twice_and_change_the_record_once(self, payloads, service, actor_with, now):
        machine = actor_with(Role.MACHINE)
        by_content = {path.read_bytes(): path.name for path in payloads}

        def hand_in(content: bytes):
            return receive_payload(actor=machine, service_id=service.pk, content=content, content_type=None, now=now)

        first = [hand_in(content) for content in by_content]
        rows = list(HospitalStay.objects.order_by("pk").values())
        people, documents = Person.objects.count(), Document.objects.count()
        again = [hand_in(content) for content in by_content]
        assert len(rows) >= 3
        assert documents >= 3
        assert list(HospitalStay.objects.order_by("pk").values()) == rows
        assert (Person.objects.count(), Document.objects.count()) == (people, documents)
        assert {one.outcome for one in again} == {"repeated", "refused"}
        assert KeptMessage.objects.count() == 2 * len(by_content)
        assert not [one for one in first if one.status >= 500]
