"""What groups of people are told apart by: years and codes, never who somebody is."""

import csv
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from homeward.kernel.rules import RefusedError
from homeward.people.models import Address, Person
from homeward.people.states import AddressKind, Gender

PEOPLE_COLUMNS = {
    "person_id": "integer",
    "birth_year": "integer",
    "birth_month": "integer",
    "sex": "text",
    "ethnicity": "text",
    "language": "text",
    "locality": "text",
    "deprivation": "text",
}
# The broad groups that the list of categories is divided into: of one category there are often too few to tell anything
ETHNICITIES = {
    **dict.fromkeys("ABC", "white"),
    **dict.fromkeys("DEFG", "mixed"),
    **dict.fromkeys("HJKL", "asian"),
    **dict.fromkeys("MNP", "black"),
    **dict.fromkeys("RS", "other"),
    "Z": "not_stated",
    "99": "not_known",
}
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9])([A-Z]{2})")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")


def people(keys: Collection[int] | None, now: datetime) -> Iterator[tuple]:
    """The groups that each person is in; None for whatever the record does not hold.

    The record has one field for gender as the national record holds it, which stands for sex.
    """
    persons, homes = Person.objects.order_by("pk"), Address.objects.filter(kind=AddressKind.HOME)
    if keys is not None:
        persons, homes = persons.filter(pk__in=keys), homes.filter(person_id__in=keys)
    # the home that somebody moved to last; a postcode, as the rest of the address, is not copied
    postcodes = dict(homes.order_by("starts_on", "pk").values_list("person_id", "postcode"))
    deciles = deciles_by_area()
    fields = ("pk", "birth_date", "birth_text", "gender", "language", "needs_interpreter", "ethnic_category")
    for number, born, text, gender, language, interpreter, category in persons.values_list(*fields).iterator(
        chunk_size=20_000
    ):
        year, month = (born.year, born.month) if born else _partly(text)
        outward, areas = _areas(postcodes.get(number, ""))
        decile = next((deciles[one] for one in areas if one in deciles), None)
        sex = None if gender == Gender.UNKNOWN else gender
        ethnicity = ETHNICITIES.get(category)
        yield number, year, month, sex, ethnicity, _language(language, interpreter), outward, decile


def persons_of_addresses(numbers: Collection[int]) -> Collection[int]:
    """The people who live at these addresses."""
    return set(Address.objects.filter(pk__in=numbers).values_list("person_id", flat=True))


def deprivation_version() -> str:
    """Changes with the configured file, so that a copy made with another one is made anew."""
    path = settings.DEPRIVATION_FILE
    return f"{path} {Path(path).stat().st_mtime_ns if Path(path).is_file() else ''}" if path else ""


def deciles_by_area() -> dict[str, str]:
    """Deciles of deprivation, 1 the most deprived, by postcode or postcode sector, both without spaces.

    Raises: RefusedError.
    """
    return _read(settings.DEPRIVATION_FILE, deprivation_version()) if settings.DEPRIVATION_FILE else {}


@lru_cache(maxsize=1)
def _read(path: str, version: str) -> dict[str, str]:
    found = {}
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if not {"area", "decile"} <= set(rows.fieldnames or ()):
                raise RefusedError(f"HOMEWARD_DEPRIVATION_FILE, {path}, has no line of column names: area,decile.")
            for line, row in enumerate(rows, 2):
                decile = (row.get("decile") or "").strip()
                if decile not in {str(one) for one in range(1, 11)} or not row.get("area"):
                    raise RefusedError(f"HOMEWARD_DEPRIVATION_FILE, line {line}: give an area and a decile, 1 to 10.")
                found["".join(row["area"].upper().split())] = decile.zfill(2)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RefusedError(f"HOMEWARD_DEPRIVATION_FILE, {path}, cannot be read as a CSV file in UTF-8.") from error
    if not found:
        raise RefusedError(f"HOMEWARD_DEPRIVATION_FILE, {path}, names no area.")
    return found


def _partly(text: str) -> tuple[int | None, int | None]:
    """The year and month of a date that is known in part."""
    known = _PARTIAL.match(text)
    return (int(known[1]), int(known[2]) if known[2] else None) if known else (None, None)


def _areas(postcode: str) -> tuple[str | None, tuple[str, ...]]:
    """The outward part of a postcode, and it and its sector as a file may name them; nothing of what is no postcode."""
    whole = "".join(postcode.upper().split())
    parts = _POSTCODE.fullmatch(whole)
    return (parts[1], (whole, parts[1] + parts[2])) if parts else (None, ())


def _language(language: str, needs_interpreter: bool) -> str | None:
    """A band, because the language itself is written freely, and a rare one may tell who somebody is."""
    if needs_interpreter:
        return "interpreter"
    if not language.strip():
        return None
    return "english" if language.strip().lower() in ("english", "en", "eng", "en-gb") else "other"
