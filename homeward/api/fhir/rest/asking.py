"""What a request asks for: an address and its parameters, as a `Question`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from homeward.api.fhir.rest.parameters import (
    MODIFIERS,
    NotAskableError,
    Parameter,
    ParameterType,
    alternatives,
    check_value,
    date_of,
    is_found,
    token,
)

if TYPE_CHECKING:
    from homeward.api.fhir.rest.kind import Kind

USUAL_COUNT, MOST_COUNT = 50, 200
# Longer than any number of resources
COUNT_DIGITS = 9
# Every kind can be searched by these.
ALWAYS = (
    token("_id", "id", "its number in the address"),
    date_of("_lastUpdated", "meta.lastUpdated", "when it last changed; gt and ge find those too that do not say"),
)
RESULT_PARAMETERS = (
    "_count",
    "_cursor",
    "_summary",
    "_total",
    "_elements",
    "_include",
    "_revinclude",
    "_format",
    "_pretty",
)
# Searched in the database before anything is read: whose NHS number or local number it is
PATIENT_IDENTIFIER = ("patient.identifier", "subject.identifier")
PATIENT_PARAMETERS = ("patient", "subject")
OURS = ("_format", "_pretty")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One parameter that must hold: any of its values will do."""

    parameter: Parameter
    modifier: str
    values: tuple[str, ...]
    written: str


@dataclass(frozen=True, slots=True)
class Include:
    """What is to come along: for `_include`, what the found ones refer to; for `_revinclude`, what refers to them."""

    kind: str
    parameter: str
    target: str = ""


@dataclass(slots=True)
class Question:
    """A search. `cursor` is where the page before ended; `ignored` are parameters that a lenient caller let us drop."""

    wanted: list[Wanted] = field(default_factory=list)
    people_numbered: list[str] = field(default_factory=list)
    include: list[Include] = field(default_factory=list)
    revinclude: list[Include] = field(default_factory=list)
    count: int = USUAL_COUNT
    cursor: str = ""
    only_count: bool = False
    with_total: bool = False
    elements: tuple[str, ...] = ()
    ignored: list[str] = field(default_factory=list)
    # As understood, to be said back in the link to itself
    written: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[tuple[str, ...]]:
        """The values asked for under a parameter without a modifier, one tuple for each time it was given."""
        return [one.values for one in self.wanted if one.parameter.name == name and not one.modifier]

    def finds(self, resource: dict, now: datetime) -> bool:
        """Whether a finished resource is what is asked for."""
        return all(_holds(one, resource, now) for one in self.wanted)


def _holds(one: Wanted, resource: dict, now: datetime) -> bool:
    if one.parameter.name == "_lastUpdated" and "lastUpdated" not in resource.get("meta", {}) and not one.modifier:
        # we do not know when it changed: whoever asks what is new must not miss it
        return any(value[:2] in ("gt", "ge", "sa") for value in one.values)
    return is_found(one.parameter, one.modifier, one.values, resource, now)


def read_question(
    kind: "Kind", pairs: Iterable[tuple[str, str]], kinds: Mapping[str, "Kind"], is_lenient: bool
) -> Question:
    """The search that these parameters ask for.

    A parameter we do not know would, left out, widen what is found: it is refused unless the caller said
    `Prefer: handling=lenient`, and is then named in the answer.

    Raises: NotAskableError.
    """
    question = Question()
    known = {parameter.name: parameter for parameter in (*ALWAYS, *kind.parameters)}
    for name, value in pairs:
        if name in RESULT_PARAMETERS:
            _read_result_parameter(question, kind, kinds, name, value)
            continue
        base, _, modifier = name.partition(":")
        by_number = name in PATIENT_IDENTIFIER or (modifier == "identifier" and base in PATIENT_PARAMETERS)
        if by_number and base.partition(".")[0] in known and kind.name != "Patient":
            question.people_numbered.append(value)
            question.written.append((name, value))
            continue
        parameter = known.get(base)
        if parameter is not None and modifier in kind_names(parameter):
            value, modifier = ",".join(f"{modifier}/{one}" for one in alternatives(value)), ""
        if parameter is None or (modifier and modifier not in MODIFIERS[parameter.type]) or modifier == "identifier":
            if not is_lenient:
                raise NotAskableError(_not_known(kind, name, parameter))
            question.ignored.append(name)
            continue
        values = alternatives(value)
        if not value.strip():
            continue  # FHIR: a parameter without a value is not there
        for one in values:
            check_value(parameter, modifier, one)
        question.wanted.append(Wanted(parameter, modifier, values, name))
        question.written.append((name, value))
    return question


def read_count(value: str, least: int) -> int:
    """How many resources a page may hold, never more than `MOST_COUNT`.

    Raises: NotAskableError.
    """
    if not value.isascii() or not value.isdigit() or len(value) > COUNT_DIGITS or int(value) < least:
        raise NotAskableError(f"_count is a whole number, {least} or more, of at most {COUNT_DIGITS} digits.")
    return min(int(value), MOST_COUNT)


def kind_names(parameter: Parameter) -> tuple[str, ...]:
    """What may stand after the colon of a reference parameter instead of a modifier: `subject:Patient`."""
    return parameter.targets if parameter.type is ParameterType.REFERENCE else ()


def _not_known(kind: "Kind", name: str, parameter: Parameter | None) -> str:
    if parameter is not None:
        takes = ", ".join(f":{one}" for one in MODIFIERS[parameter.type] if one != "identifier")
        return f"{parameter.name} takes the modifiers {takes}. Ask without {name[len(parameter.name) :][:30]}."
    names = sorted({one.name for one in (*ALWAYS, *kind.parameters)} | set(RESULT_PARAMETERS) - {"_cursor"})
    return (
        f"{kind.name} is not searched by “{name[:40]}”. Leave it out, or send Prefer: handling=lenient to have what is "
        f"not known left out for you. It is searched by: {', '.join(names)}."
    )


def _read_result_parameter(
    question: Question, kind: "Kind", kinds: Mapping[str, "Kind"], name: str, value: str
) -> None:
    if name in OURS:
        return
    if name == "_count":
        question.count = read_count(value, 0)
        question.only_count = question.only_count or question.count == 0
    elif name == "_cursor":
        question.cursor = value
        return
    elif name == "_summary":
        if value not in ("count", "false"):
            raise NotAskableError("_summary is count or false; ask for parts of a resource with _elements.")
        question.only_count = question.only_count or value == "count"
    elif name == "_total":
        if value not in ("none", "accurate", "estimate"):
            raise NotAskableError("_total is none, estimate or accurate.")
        question.with_total = value != "none"
    elif name == "_elements":
        question.elements = tuple(one.strip().rpartition(".")[2] for one in value.split(",") if one.strip())
    elif name == "_include":
        question.include += [_read_include(one, kind, kinds) for one in alternatives(value)]
    else:
        question.revinclude += [_read_revinclude(one, kind, kinds) for one in alternatives(value)]
    question.written.append((name, value))


def _read_include(value: str, kind: "Kind", kinds: Mapping[str, "Kind"]) -> Include:
    source, _, rest = value.partition(":")
    name, _, target = rest.partition(":")
    links = {parameter.name for parameter in kind.parameters if parameter.type is ParameterType.REFERENCE}
    if source == "*" or (source == kind.name and name == "*"):
        return Include(kind.name, "*")
    if source != kind.name or name not in links or (target and target not in kinds):
        can = ", ".join(f"{kind.name}:{one}" for one in sorted(links)) or "nothing"
        raise NotAskableError(f"_include of {kind.name} takes {can}.")
    return Include(source, name, target)


def _read_revinclude(value: str, kind: "Kind", kinds: Mapping[str, "Kind"]) -> Include:
    source, _, rest = value.partition(":")
    name, _, target = rest.partition(":")
    there = kinds.get(source)
    leads = there and {
        one.name for one in there.parameters if one.type is ParameterType.REFERENCE and kind.name in one.targets
    }
    if not leads or name not in leads or (target and target != kind.name):
        raise NotAskableError(
            f"_revinclude names a kind, and the parameter of it that leads to {kind.name}: {source[:30]}:{name[:30]} "
            "is no such."
        )
    return Include(source, name, kind.name)
