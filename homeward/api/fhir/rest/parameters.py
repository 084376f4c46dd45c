"""What resources can be searched by, and whether a finished resource is found. Nothing here knows the database."""

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class ParameterType(StrEnum):
    """The search parameter types of FHIR that are used here (https://hl7.org/fhir/R4/search.html)."""

    TOKEN = "token"  # nosec B105
    STRING = "string"
    DATE = "date"
    REFERENCE = "reference"
    URI = "uri"
    NUMBER = "number"


# Which modifiers each type takes.
MODIFIERS = {
    ParameterType.TOKEN: ("missing", "not", "text"),
    ParameterType.STRING: ("missing", "exact", "contains"),
    ParameterType.DATE: ("missing",),
    ParameterType.REFERENCE: ("missing", "identifier"),
    ParameterType.URI: ("missing",),
    ParameterType.NUMBER: ("missing",),
}
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
# ap: within a tenth of the time between then and now, as FHIR recommends, and never less than a day
LEAST_ABOUT = timedelta(days=1)
_WRITTEN = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
# Further off, a tenth of the time between then and now may reach past the first or the last year there is
ABOUT_FROM, ABOUT_TO = 1000, 9000


class NotAskableError(Exception):
    """A parameter that cannot be answered as it was asked; the text says why and what can be asked."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a kind is searched by: where its values stand in the finished resource, as dotted paths."""

    name: str
    type: ParameterType
    paths: tuple[str, ...]
    about: str
    # For references: which kinds they lead to
    targets: tuple[str, ...] = ()


def token(name: str, paths: str, about: str) -> Parameter:
    return Parameter(name, ParameterType.TOKEN, tuple(paths.split()), about)


def string(name: str, paths: str, about: str) -> Parameter:
    return Parameter(name, ParameterType.STRING, tuple(paths.split()), about)


def date_of(name: str, paths: str, about: str) -> Parameter:
    return Parameter(name, ParameterType.DATE, tuple(paths.split()), about)


def link(name: str, paths: str, targets: str, about: str) -> Parameter:
    """A reference parameter to these kinds."""
    return Parameter(name, ParameterType.REFERENCE, tuple(paths.split()), about, tuple(targets.split()))


def values_at(resource: Any, path: str) -> Iterator[Any]:
    """Everything that stands at a dotted path, through every list on the way."""
    if isinstance(resource, list):
        for one in resource:
            yield from values_at(one, path)
    elif not path:
        yield resource
    elif isinstance(resource, dict):
        first, _, rest = path.partition(".")
        if first in resource:
            yield from values_at(resource[first], rest)


def values_of(parameter: Parameter, resource: dict) -> list[Any]:
    return [value for path in parameter.paths for value in values_at(resource, path)]


def alternatives(text: str) -> tuple[str, ...]:
    """The values of one parameter, any of which will do: parted by commas that no backslash stands before."""
    parts = re.split(r"(?<!\\),", text)
    return tuple(re.sub(r"\\([,$\\])", r"\1", part) for part in parts)


def is_found(parameter: Parameter, modifier: str, wanted: tuple[str, ...], resource: dict, now: datetime) -> bool:
    """Whether the resource has any of the wanted values.

    Raises: NotAskableError for a value or modifier that means nothing here.
    """
    values = values_of(parameter, resource)
    if modifier == "missing":
        if wanted not in (("true",), ("false",)):
            raise NotAskableError(f"{parameter.name}:missing is true or false.")
        return bool(values) == (wanted == ("false",))
    if parameter.type is ParameterType.TOKEN:
        if modifier == "text":
            return any(_folded(one) in words for one in wanted for value in values for words in _words(value))
        found = any(_has_token(value, one) for one in wanted for value in values)
        return not found if modifier == "not" else found
    if parameter.type is ParameterType.STRING:
        return any(_has_text(value, one, modifier) for one in wanted for value in values)
    if parameter.type is ParameterType.DATE:
        return any(date_matches(value, one, now) for one in wanted for value in values)
    if parameter.type is ParameterType.REFERENCE:
        return any(_refers(value, one, parameter.targets) for one in wanted for value in values)
    if parameter.type is ParameterType.NUMBER:
        return any(_has_number(value, one) for one in wanted for value in values)
    return any(value == one for one in wanted for value in values)


def check_value(parameter: Parameter, modifier: str, value: str) -> None:
    """Stop at a value that no resource could have, before anything is looked for.

    Raises: NotAskableError.
    """
    if modifier == "missing":
        if value not in ("true", "false"):
            raise NotAskableError(f"{parameter.name}:missing is true or false.")
    elif parameter.type is ParameterType.DATE:
        asked_span(value)
    elif parameter.type is ParameterType.NUMBER:
        _has_number(0, value)


def _folded(text: str) -> str:
    """Text for comparing: without capitals and accents, with single spaces."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(plain.casefold().split())


def _has_token(value: Any, wanted: str) -> bool:
    system, bar, code = wanted.rpartition("|") if "|" in wanted else ("", "", wanted)
    for found_system, found_code in _tokens(value):
        # one that says no system, such as a status, is found whatever system is asked for
        if bar and system != found_system and found_system is not None:
            continue
        if code == "" and bar and system:
            return True
        if code.lower() == found_code.lower():
            return True
    return False


def _tokens(value: Any) -> Iterator[tuple[str | None, str]]:
    if isinstance(value, bool):
        yield None, "true" if value else "false"
    elif isinstance(value, str):
        yield None, value
    elif isinstance(value, dict):
        for one in value.get("coding", ()):
            yield from _tokens(one)
        if "code" in value and isinstance(value["code"], str):
            yield value.get("system", ""), value["code"]
        elif "value" in value:  # an identifier or a way to reach somebody
            yield value.get("system", ""), str(value["value"])
            if value.get("use"):
                yield value["use"], str(value["value"])


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name in ("text", "display"):
            if isinstance(value.get(name), str):
                yield _folded(value[name])
        for one in value.get("coding", ()):
            yield from _words(one)
    elif isinstance(value, str):
        yield _folded(value)


_TEXT_PARTS = (
    "text",
    "family",
    "given",
    "prefix",
    "suffix",
    "line",
    "city",
    "district",
    "state",
    "postalCode",
    "country",
)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name in _TEXT_PARTS:
            part = value.get(name, ())
            yield from [part] if isinstance(part, str) else part


def _has_text(value: Any, wanted: str, modifier: str) -> bool:
    if modifier == "exact":
        return any(text == wanted for text in _texts(value))
    sought = _folded(wanted)
    if modifier == "contains":
        return any(sought in _folded(text) for text in _texts(value))
    return any(_folded(text).startswith(sought) for text in _texts(value))


def _has_number(value: Any, wanted: str) -> bool:
    prefix, text = (wanted[:2], wanted[2:]) if wanted[:2] in PREFIXES else ("eq", wanted)
    try:
        sought = float(text)
    except ValueError:
        raise NotAskableError(f"{wanted[:20]} is not a number.") from None
    found = float(value)
    return {
        "eq": found == sought, "ne": found != sought, "gt": found > sought, "lt": found < sought,
        "ge": found >= sought, "le": found <= sought, "sa": found > sought, "eb": found < sought,
        "ap": abs(found - sought) <= abs(sought) / 10,
    }[prefix]  # fmt: skip


def _refers(value: Any, wanted: str, targets: tuple[str, ...]) -> bool:
    there = value.get("reference", "") if isinstance(value, dict) else str(value)
    asked = wanted.rsplit("/", 2)[-2:] if "/" in wanted else [None, wanted]
    kind, _, number = there.rpartition("/")
    if asked[0] is not None and asked[0] != kind:
        return False
    return bool(number) and number == asked[1]


def resource_span(value: Any) -> tuple[datetime, datetime] | None:
    """The first and last moment that a date, dateTime, instant or Period of a resource stands for."""
    if isinstance(value, dict):
        start, end = value.get("start"), value.get("end")
        if not start and not end:
            return None
        return (_span_of(start)[0] if start else EARLIEST), (_span_of(end)[1] if end else LATEST)
    return _span_of(value)


def asked_span(wanted: str) -> tuple[str, datetime, datetime]:
    """The prefix of a date that is asked for, and the first and last moment it stands for.

    Raises: NotAskableError.
    """
    prefix, text = (wanted[:2], wanted[2:]) if wanted[:2] in PREFIXES else ("eq", wanted)
    try:
        start, end = _span_of(text)
    except OverflowError:
        raise NotAskableError("Ask for a date after the first day of the year 1 and before the year 9999.") from None
    except ValueError:
        raise NotAskableError(
            "A date is written 2026, 2026-11, 2026-11-22 or 2026-11-22T09:00:00Z, with one of the prefixes "
            f"{', '.join(PREFIXES)} before it where it is not that date itself."
        ) from None
    if prefix == "ap" and not ABOUT_FROM <= start.year <= end.year <= ABOUT_TO:
        raise NotAskableError(f"ap takes dates from the year {ABOUT_FROM} to {ABOUT_TO}. Ask with ge and le.")
    return prefix, start, end


def _span_of(text: str) -> tuple[datetime, datetime]:
    match = _WRITTEN.fullmatch(text.replace(" ", "+"))
    if match is None:
        raise ValueError(text)
    part = {name: int(value) for name, value in match.groupdict().items() if value and name != "zone"}
    zone: Any = LONDON if not match["zone"] else None
    if match["hour"]:
        wall = text.replace(" ", "+")
        start = datetime.fromisoformat(wall.replace("Z", "+00:00"))
        start = start.replace(tzinfo=zone) if zone else start
        length = timedelta(seconds=1) if match["second"] else timedelta(minutes=1)
        start = start.replace(microsecond=0)
        return start.astimezone(UTC), start.astimezone(UTC) + length - timedelta(microseconds=1)
    start = datetime(part["year"], part.get("month", 1), part.get("day", 1), tzinfo=LONDON)
    if "day" in part:
        days = 1
    elif "month" in part:
        days = calendar.monthrange(part["year"], part["month"])[1]
    else:
        days = 366 if calendar.isleap(part["year"]) else 365
    after = (start.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=LONDON)
    return start.astimezone(UTC), after.astimezone(UTC) - timedelta(microseconds=1)


def date_matches(value: Any, wanted: str, now: datetime) -> bool:
    """Whether a date of a resource is what is asked for: FHIR compares the whole stretches that both stand for."""
    prefix, start, end = asked_span(wanted)
    there = resource_span(value)
    if there is None:
        return False
    first, last = there
    if prefix == "ap":
        about = max(abs(now - start) / 10, LEAST_ABOUT)
        return first <= end + about and last >= start - about
    return {
        "eq": start <= first and last <= end,
        "ne": not (start <= first and last <= end),
        "gt": last > end,
        "lt": first < start,
        "ge": last > end or (start <= first and last <= end),
        "le": first < start or (start <= first and last <= end),
        "sa": first > end,
        "eb": last < start,
    }[prefix]
