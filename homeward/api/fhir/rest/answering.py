"""Walks the rows, keeps back what the caller may not see, and makes what is answered."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db.models import F, QuerySet

from homeward.access.rules import NotAllowedError, Permission, Sight
from homeward.api.fhir.rest.asking import Include, Question, Wanted
from homeward.api.fhir.rest.caller import Caller
from homeward.api.fhir.rest.elements import SUBSETTED, tidy
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import NotAskableError, ParameterType, values_of
from homeward.api.fhir.rest.table import KINDS
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.people.selectors import person_ids_of

CHUNK = 100
MOST_INCLUDED = 1000  # resources that come along with one page
# Rows looked at for one answer: a search that finds nothing among so many is asked to say whom or when it means
MOST_WALKED = 200_000


class NoSuchResourceError(Exception):
    """There is no such resource in the caller's services."""


class KeptBackError(NotAllowedError):
    """The resource is sensitive, and the caller's role does not see what is."""


@dataclass(slots=True)
class Found:
    """One resource on its way out. `place` is where it stands, for the cursor; `person` whose record it is of."""

    kind: Kind
    resource: dict
    place: str
    person: Person | None
    mode: str = "match"


@dataclass(slots=True)
class Answer:
    """One page of a search. `next_cursor` is "" on the last one; `total` None where nobody counted."""

    found: list[Found] = field(default_factory=list)
    included: list[Found] = field(default_factory=list)
    next_cursor: str = ""
    total: int | None = None
    kept_back: int = 0
    has_more_included: bool = False


def finished(kind: Kind, resource: dict) -> dict:
    """The resource without empty parts, with its profile and a version that changes whenever its content does."""
    whole = tidy(resource)
    meta = {"profile": [kind.profile]} if kind.profile else {}
    meta |= whole.get("meta", {})
    whole = {"resourceType": whole["resourceType"], "id": whole["id"], "meta": meta} | {
        name: value for name, value in whole.items() if name not in ("resourceType", "id", "meta")
    }
    text = json.dumps(whole, sort_keys=True, default=str)
    whole["meta"] = {"versionId": sha256(text.encode()).hexdigest()[:16]} | meta
    return whole


class Reader:
    """Reads for one caller. `base` is the address of this FHIR door, without a slash at the end."""

    def __init__(self, caller: Caller, base: str) -> None:
        self.caller = caller
        self.base = base
        self._walked = 0

    # one resource

    def read(self, kind: Kind, identifier: str) -> dict:
        """One resource, audited.

        Raises: NoSuchResourceError; NotAllowedError where the caller does not see so far, audited too.
        """
        self.caller.check(kind.permission)
        for source in kind.sources:
            row = self._rows(source).filter(pk__in=source.numbered(source.rows(self.caller.actor), identifier)).first()
            if row is None:
                continue
            person = None
            if source.person:
                person = self.caller.open_person(row.of_person, kind.needs)
                if person is None:
                    break
            if not self.caller.may_see(source.sensitivity(row)):
                raise KeptBackError("This is kept back because it is sensitive.")
            if kind.name == "Patient" and person is not None and row.pk != person.pk:
                break
            for resource in self._made(kind, source, row, person):
                if resource["id"] == identifier:
                    self._leave_trail(kind, [person] if person else [], resource)
                    return resource
        raise NoSuchResourceError(f"There is no {kind.name} with this id in your services.")

    # searches

    def search(self, kind: Kind, question: Question) -> Answer:
        """What a search finds, one page of it, with what is to come along. Audited.

        Raises: NotAllowedError; NotAskableError.
        """
        self.caller.check(kind.permission)
        people = self._people_asked(kind, question)
        answer = Answer()
        if people == set():
            answer.total = 0
            return answer
        if question.only_count:
            answer.total = sum(1 for _ in self._walk(kind, question, people, answer, ""))
            self._leave_trail(kind, self.caller.people(people or ()).values(), None)
            return answer
        found = self._walk(kind, question, people, answer, question.cursor)
        page = list(islice(found, question.count + 1))
        answer.found = page[: question.count]
        if len(page) > question.count:
            answer.next_cursor = answer.found[-1].place
            if question.with_total:
                answer.total = sum(1 for _ in self._walk(kind, question, people, Answer(), ""))
        elif not question.cursor:
            answer.total = len(page)
        self._bring_along(kind, question, answer)
        shown = [*answer.found, *answer.included]
        people_shown = {one.person.pk: one.person for one in shown if one.person is not None}
        self._leave_trail(kind, [*people_shown.values(), *self.caller.people(people or ()).values()], None)
        for one in answer.found:
            if question.elements:
                one.resource = _only(one.resource, question.elements)
        return answer

    def everything(self, person_id: str, question: Question, kinds: list[Kind], since: str, cursor: str) -> Answer:
        """All that the caller may see about one person, a page of it, with who and what it refers to. Audited.

        Raises: NoSuchResourceError; NotAllowedError.
        """
        self.caller.check(Permission.SEE_PEOPLE)
        number = int(person_id) if person_id.isascii() and person_id.isdigit() and len(person_id) <= 18 else 0
        person = self.caller.open_person(number, Sight.RECORD)
        if person is None:
            raise NoSuchResourceError("There is no Patient with this id in your services.")
        people = set(person_ids_of(person))
        answer = Answer()
        names = [kind.name for kind in kinds]
        at, _, inner = cursor.partition("~")
        if at and at not in names:
            raise NotAskableError("The cursor is not one of ours. Begin again without it.")
        for kind in kinds[names.index(at) if at else 0 :]:
            own = Question(count=question.count)
            if since:
                from homeward.api.fhir.rest.asking import ALWAYS

                own.wanted = [Wanted(ALWAYS[1], "", (f"ge{since}",), "_since")]
            for found in self._walk(kind, own, people, answer, inner if kind.name == at else ""):
                if len(answer.found) == question.count:
                    last = answer.found[-1]
                    answer.next_cursor = f"{last.kind.name}~{last.place}"
                    break
                answer.found.append(found)
            if answer.next_cursor:
                break
        else:
            answer.total = len(answer.found) if not cursor else None
        self._bring_along_links(answer, only=("Practitioner", "Organization", "Location"))
        self._leave_trail(KINDS["Patient"], [person], None)
        return answer

    def _people_asked(self, kind: Kind, question: Question) -> set[int] | None:
        """Whose records a search is about, opened; None where it does not say, empty where there is nobody.

        Raises: NotAllowedError where the caller does not see so far of one of them.
        """
        asked: set[int] | None = None
        if not kind.is_about_somebody or kind.name == "Patient":
            return None
        for value in question.people_numbered:
            wanted = Question()
            parameter = next(one for one in KINDS["Patient"].parameters if one.name == "identifier")
            wanted.wanted = [Wanted(parameter, "", tuple(value.split(",")), "identifier")]
            found = {int(one.resource["id"]) for one in self._walk(KINDS["Patient"], wanted, None, Answer(), "")}
            asked = found if asked is None else asked & found
        for one in question.wanted:
            leads = one.parameter.type is ParameterType.REFERENCE and one.parameter.targets == ("Patient",)
            if not leads or one.modifier:
                continue
            numbers = {value.rpartition("/")[2] for value in one.values}
            found = {int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) <= 18}
            asked = found if asked is None else asked & found
        if asked is None:
            return None
        opened = [self.caller.open_person(number, kind.needs) for number in sorted(asked)]
        return {number for person in opened if person is not None for number in person_ids_of(person)}

    # walking

    def _rows(self, source: Source) -> QuerySet:
        rows = source.rows(self.caller.actor)
        return rows.annotate(of_person=F(source.person)) if source.person else rows

    def _walk(
        self, kind: Kind, question: Question, people: set[int] | None, answer: Answer, cursor: str
    ) -> Iterator[Found]:
        """Every resource that is found, in the order of its source and number, after the cursor."""
        begin = _place(cursor)
        for at, source in enumerate(kind.sources):
            if at < begin[0]:
                continue
            rows = self._narrowed(kind, source, question, people)
            after, after_part = begin[1:] if at == begin[0] else (0, -1)
            yield from self._walk_source(kind, source, at, rows, question, answer, after, after_part, bool(people))

    def _narrowed(self, kind: Kind, source: Source, question: Question, people: set[int] | None) -> QuerySet:
        rows = self._rows(source)
        if people is not None and source.person:
            rows = rows.filter(**{f"{source.person}__in": people})
        for values in question.values("_id"):
            located = [source.numbered(source.rows(self.caller.actor), one).values("pk") for one in values]
            numbers = {row["pk"] for found in located for row in found}
            rows = rows.filter(pk__in=numbers)
        for name, narrow in source.narrow.items():
            for values in question.values(name):
                rows = narrow(rows, values)
        return rows.order_by("pk")

    def _walk_source(
        self,
        kind: Kind,
        source: Source,
        at: int,
        rows: QuerySet,
        question: Question,
        answer: Answer,
        after: int,
        after_part: int,
        is_of_one: bool,
    ) -> Iterator[Found]:
        last = after - 1 if after_part >= 0 else after
        while True:
            chunk = list(rows.filter(pk__gt=last)[:CHUNK])
            if not chunk:
                return
            last = chunk[-1].pk
            self._walked += len(chunk)
            if self._walked > MOST_WALKED:
                raise NotAskableError("This search looks through too much. Say whom it is about, or when.")
            people = self.caller.people(row.of_person for row in chunk) if source.person else {}
            sights = self.caller.sights(list({one.pk: one for one in people.values()}.values())) if people else {}
            for row in chunk:
                person = people.get(row.of_person) if source.person else None
                if source.person and (person is None or sights[person.pk] < kind.needs):
                    continue
                if not self.caller.may_see(source.sensitivity(row)):
                    answer.kept_back += is_of_one
                    continue
                for part, resource in enumerate(self._made(kind, source, row, person)):
                    if row.pk == after and part <= after_part:
                        continue
                    if question.finds(resource, self.caller.now):
                        yield Found(kind, resource, f"{at}.{row.pk}.{part}", person)

    def _made(self, kind: Kind, source: Source, row: Any, person: Person | None) -> list[dict]:
        sight = self.caller.sights([person])[person.pk] if person is not None else Sight.NOTHING
        today = london_day(self.caller.now)
        told = Told(person, sight, self.caller.now, today, self.base, self.caller.actor)
        return [finished(kind, one) for one in source.made(row, told)]

    # what comes along

    def _bring_along(self, kind: Kind, question: Question, answer: Answer) -> None:
        present = {_name(one.resource) for one in answer.found}
        for include in question.include:
            for one in list(answer.found):
                self._follow(one, include, present, answer)
        for include in question.revinclude:
            self._lead_here(kind, include, present, answer)

    def _bring_along_links(self, answer: Answer, only: tuple[str, ...]) -> None:
        present = {_name(one.resource) for one in answer.found}
        for one in list(answer.found):
            for target in only:
                self._follow(one, Include(one.kind.name, "*", target), present, answer)

    def _follow(self, one: Found, include: Include, present: set[str], answer: Answer) -> None:
        for parameter in one.kind.parameters:
            if parameter.type is not ParameterType.REFERENCE or include.parameter not in ("*", parameter.name):
                continue
            for value in values_of(parameter, one.resource):
                name = value.get("reference", "") if isinstance(value, dict) else ""
                there, _, number = name.partition("/")
                if not number or name in present or there not in KINDS or include.target not in ("", there):
                    continue
                if there not in parameter.targets:
                    continue
                if len(answer.included) >= MOST_INCLUDED:
                    answer.has_more_included = True
                    return
                found = self._quietly(KINDS[there], number)
                present.add(name)
                if found is not None:
                    answer.included.append(found)

    def _quietly(self, kind: Kind, identifier: str) -> Found | None:
        """A resource that something refers to, if the caller may see it; what they may not see stays a reference."""
        if not self.caller.may(kind.permission):
            return None
        question = Question()
        for at, source in enumerate(kind.sources):
            rows = self._rows(source).filter(pk__in=source.numbered(source.rows(self.caller.actor), identifier))
            for found in self._walk_source(kind, source, at, rows, question, Answer(), 0, -1, False):
                if found.resource["id"] == identifier:
                    found.mode = "include"
                    return found
        return None

    def _lead_here(self, kind: Kind, include: Include, present: set[str], answer: Answer) -> None:
        there = KINDS[include.kind]
        if not self.caller.may(there.permission):
            return
        parameter = next(one for one in there.parameters if one.name == include.parameter)
        wanted = {_name(one.resource) for one in answer.found}
        people = {number for one in answer.found if one.person for number in person_ids_of(one.person)}
        if not wanted:
            return
        scope = people if people and there.is_about_somebody else None
        for found in self._walk(there, Question(), scope, answer, ""):
            links = {
                value.get("reference") for value in values_of(parameter, found.resource) if isinstance(value, dict)
            }
            name = _name(found.resource)
            if not links & wanted or name in present:
                continue
            if len(answer.included) >= MOST_INCLUDED:
                answer.has_more_included = True
                return
            present.add(name)
            found.mode = "include"
            answer.included.append(found)

    def _leave_trail(self, kind: Kind, people, resource: dict | None) -> None:
        self.caller.leave_trail(kind.name, list({one.pk: one for one in people}.values()))


def _name(resource: dict) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _place(cursor: str) -> tuple[int, int, int]:
    """Source, row and part after which a page begins.

    Raises: NotAskableError.
    """
    if not cursor:
        return 0, 0, -1
    parts = cursor.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        raise NotAskableError("The cursor is not one of ours. Begin again without it.")
    return int(parts[0]), int(parts[1]), int(parts[2])


# Kept whatever elements are asked for: without them a resource is not one
_ALWAYS_KEPT = {"resourceType", "id", "meta", "status", "subject", "patient", "intent", "code", "participant", "agent"}


def _only(resource: dict, elements: tuple[str, ...]) -> dict:
    kept = {name: value for name, value in resource.items() if name in elements or name in _ALWAYS_KEPT}
    kept["meta"] = resource["meta"] | {"tag": [*resource["meta"].get("tag", ()), SUBSETTED]}
    return kept
