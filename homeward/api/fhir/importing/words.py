"""What parts of a resource say, in words. Takes R4 and STU3 as they come: an element of another type says nothing."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from homeward.api.fhir.importing.lines import code_line

LONDON = ZoneInfo("Europe/London")
SNOMED = "http://snomed.info/sct"


def objects(value: Any) -> list[dict]:
    """The objects in an element, whether it repeats or not."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def text_of(value: Any) -> str:
    """A plain value as text; "" for an object, a list or nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def concept(value: Any) -> str:
    """What a CodeableConcept, a Coding, a code, or a list of them says."""
    if not isinstance(value, dict | list):
        return text_of(value)
    said = []
    for one in objects(value):
        words = text_of(one.get("text")) or text_of(one.get("display"))
        if not words:
            codings = objects(one.get("coding"))
            preferred = [coding for coding in codings if coding.get("userSelected") is True] + codings
            words = next((found for coding in preferred if (found := text_of(coding.get("display")))), "")
            words = words or next((text_of(coding.get("code")) for coding in codings if coding.get("code")), "")
        said.append(words or text_of(one.get("code")))
    return ", ".join(dict.fromkeys(filter(None, said)))


def codes(value: Any) -> list[str]:
    """The codes of a CodeableConcept, one line each, SNOMED CT first."""
    found = [coding for one in objects(value) for coding in objects(one.get("coding"))]
    found.sort(key=lambda coding: text_of(coding.get("system")) != SNOMED)
    lines = [
        code_line(text_of(one.get("system")), text_of(one.get("code")), text_of(one.get("display")))
        for one in found
        if text_of(one.get("code"))
    ]
    return list(dict.fromkeys(lines))


def quantity(value: dict) -> str:
    return " ".join(
        filter(None, [text_of(value.get("comparator")), text_of(value.get("value")), text_of(value.get("unit"))])
    )


def value_of(resource: dict) -> str:
    """What `value[x]` says, whatever its type."""
    for name, value in resource.items():
        if not name.startswith("value"):
            continue
        if name in ("valueQuantity", "valueSimpleQuantity") and isinstance(value, dict):
            return quantity(value)
        if name in ("valueCodeableConcept", "valueCoding"):
            return concept(value)
        if name == "valuePeriod" and isinstance(value, dict):
            return " to ".join(filter(None, [text_of(value.get("start")), text_of(value.get("end"))]))
        if name in ("valueRange", "valueRatio") and isinstance(value, dict):
            return " to ".join(quantity(one) for one in value.values() if isinstance(one, dict))
        if text_of(value):
            return text_of(value)
    return ""


def notes_of(resource: dict) -> list[str]:
    """What was written beside a resource: R4's notes, STU3's comment."""
    said = [text_of(one.get("text")) for name in ("note", "annotation") for one in objects(resource.get(name))]
    return [text for text in (*said, text_of(resource.get("comment")), text_of(resource.get("description"))) if text]


def moments(resource: dict, names: tuple[str, ...]) -> Iterator[datetime]:
    """The moments that these elements name, in order; a day or month counts from its first minute here."""
    for name in names:
        value: Any = resource
        for part in name.split("."):
            value = objects(value)[0].get(part) if objects(value) else None
        if isinstance(value, dict):
            value = value.get("start") or value.get("end")
        found = moment(text_of(value))
        if found is not None:
            yield found


def moment(text: str) -> datetime | None:
    """The moment a FHIR date, dateTime or instant stands for; None where it is none, or none that anybody means."""
    text = text.replace("Z", "+00:00")
    try:
        if len(text) == 4:
            found: datetime = datetime(int(text), 1, 1, tzinfo=LONDON)
        elif len(text) == 7:
            found = datetime(int(text[:4]), int(text[5:7]), 1, tzinfo=LONDON)
        elif len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=LONDON)
        else:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=LONDON)
    except ValueError:
        return None
    return found if 1850 <= found.year <= 2200 else None
