"""Small parts that FHIR resources are written with. Empty parts are left out by `tidy`."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-"
UK_CORE_EXTENSION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
UK_CORE_CODES = "https://fhir.hl7.org.uk/CodeSystem/UKCore-"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
# Codes that are this service's own: urn:homeward:<list>. They are local, and say so.
LOCAL = "urn:homeward:"

SUBSETTED = {"system": TERMINOLOGY + "v3-ObservationValue", "code": "SUBSETTED"}


def tidy(value: Any) -> Any:
    """The value without empty texts, lists, objects and None, all the way down; False and 0 are not empty."""
    if isinstance(value, dict):
        kept = {name: tidy(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [one for one in (tidy(one) for one in value) if one not in (None, "", [], {})]
    return value


def coding(system: str, code: str, display: str = "") -> dict:
    return {"system": system, "code": code, "display": display}


def concept(system: str, code: str, display: str = "", text: str = "") -> dict:
    """A CodeableConcept with one code, and the words for it."""
    return {"coding": [coding(system, code, display)] if code else [], "text": text}


def said(text: str) -> dict:
    """A CodeableConcept in words alone: there is no code, and none is made up."""
    return {"text": text}


def reference(kind: str, number: int | str | None, display: str = "") -> dict | None:
    """A reference to another resource; None where there is none."""
    return None if number in (None, "") else {"reference": f"{kind}/{number}", "display": display}


def moment(at: datetime | None) -> str | None:
    """A dateTime or instant in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def span(start: datetime | date | None, end: datetime | date | None) -> dict:
    """A Period. Days stay days: FHIR takes the whole of them."""
    return {"start": _either(start), "end": _either(end)}


def _either(at: datetime | date | None) -> str | None:
    return moment(at) if isinstance(at, datetime) else day(at)


def newest(moments: Iterable[datetime | None]) -> datetime | None:
    """The last of these moments; None where none is known."""
    return max((one for one in moments if one is not None), default=None)


def telephone(number: str, use: str = "home") -> dict | None:
    return {"system": "phone", "value": number, "use": use} if number else None


def email(address: str) -> dict | None:
    return {"system": "email", "value": address} if address else None
