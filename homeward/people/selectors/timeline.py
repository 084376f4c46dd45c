"""Everything that happened to somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear

from homeward.access.rules import Actor, Permission, may_see_sensitive, require
from homeward.kernel.rules import LONDON, wall_clock
from homeward.people.models import Person, TimelineEntry
from homeward.people.selectors.opening import person_ids_of
from homeward.people.states import Sensitivity

MIDNIGHT = "00:00"


class TimelineEntryNotFoundError(Exception):
    """There is no such entry on this person's timeline, or it is kept from this reader."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which part of a timeline is asked for. Days are in England, both included; nothing said asks for everything."""

    employer: str = ""
    kind: str = ""
    role: str = ""
    text: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of a timeline, newest first, with what there is to choose among.

    `years`: each year with how many entries of it match, newest first. `kept_back`: how many entries of the whole
    timeline the reader's role does not include, whatever they narrowed it to.
    """

    entries: list[TimelineEntry]
    has_newer: bool
    has_older: bool
    employers: list[str]
    kinds: list[str]
    roles: list[str]
    years: list[tuple[int, int]]
    kept_back: int


def timeline_of(
    actor: Actor, person: Person, narrowing: Narrowing = Narrowing(), *, limit: int | None = 100
) -> list[TimelineEntry]:
    """A person's timeline, newest first, any employer's entries; corrected entries carry their correction.

    Without those that are kept from the actor: `timeline_kept_back` counts them. `limit` None gives all.
    `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    ids = person_ids_of(person)
    return list(_newest_first(_matching(_shown(ids, _kept_back(actor, ids)), narrowing))[:limit])


def timeline_page(
    actor: Actor,
    person: Person,
    narrowing: Narrowing,
    *,
    limit: int,
    older_than: int | None = None,
    newer_than: int | None = None,
    year: int | None = None,
) -> TimelinePage:
    """One page of a person's timeline: the newest, or beside an entry already shown, or from the end of a year down.

    `older_than` and `newer_than` are numbers of entries; one that is not of this person gives the newest page.
    `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    ids = person_ids_of(person)
    kept_back = _kept_back(actor, ids)
    everything = _shown(ids, kept_back)
    matching = _matching(everything, narrowing)
    beside = everything.filter(pk=older_than or newer_than).first() if older_than or newer_than else None
    has_newer, has_older = False, False
    if beside is not None and newer_than:
        found = list(_after(matching, beside).select_related(*_SHOWN_WITH).order_by("happened_at", "id")[: limit + 1])
        has_newer, has_older = len(found) > limit, True
        entries = found[:limit][::-1]
    else:
        rows = matching
        if beside is not None:
            rows = _before(rows, beside)
        elif year is not None:
            rows = rows.filter(happened_at__lt=_first_moment(year + 1))
        found = list(_newest_first(rows)[: limit + 1])
        has_older, entries = len(found) > limit, found[:limit]
        if beside is not None or year is not None:
            has_newer = _after(matching, entries[0]).exists() if entries else matching.exists()
    employers, kinds, roles = _choices(everything)
    return TimelinePage(entries, has_newer, has_older, employers, kinds, roles, _years(matching), len(kept_back))


def timeline_kept_back(actor: Actor, person: Person) -> int:
    """How many entries of a person's timeline the actor's role does not include, never which.

    `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    return len(_kept_back(actor, person_ids_of(person)))


def timeline_employers(actor: Actor, person: Person) -> list[str]:
    """Whose entries a person's timeline has. `person` comes from `person_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    ids = person_ids_of(person)
    return _choices(_shown(ids, _kept_back(actor, ids)))[0]


def timeline_entry(actor: Actor, person: Person, entry_id: int) -> TimelineEntry:
    """One entry of a person's timeline. `person` comes from `person_for`, which checked and audited the opening.

    Raises: NotAllowedError; TimelineEntryNotFoundError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    ids = person_ids_of(person)
    entries = _shown(ids, _kept_back(actor, ids)).select_related("person", *_SHOWN_WITH)
    entry = entries.filter(pk=entry_id).first()
    if entry is None:
        raise TimelineEntryNotFoundError("There is no such entry in this record.")
    return entry


_SHOWN_WITH = ("corrects", "corrected_by")


def _of(ids: list[int]) -> QuerySet[TimelineEntry]:
    # one number is asked for as one: only then does SQLite read the entries in the order of the index
    return TimelineEntry.objects.filter(**({"person_id": ids[0]} if len(ids) == 1 else {"person_id__in": ids}))


def _kept_back(actor: Actor, ids: list[int]) -> set[int]:
    """The numbers of entries that the actor may not see: those marked, and what corrects or is corrected by one.

    A correction shows both, so both are kept back where one is.
    """
    kept = [one for one in Sensitivity.values if not may_see_sensitive(actor, one)]
    if not kept:
        return set()
    found: set[int] = set()
    newest = set(_of(ids).filter(sensitivity__in=kept).values_list("pk", flat=True))
    while newest:
        found |= newest
        corrected = _of(ids).filter(pk__in=newest, corrects__isnull=False).values_list("corrects", flat=True)
        corrections = _of(ids).filter(corrects__in=newest).values_list("pk", flat=True)
        newest = {*corrected, *corrections} - found
    return found


def _shown(ids: list[int], kept_back: Collection[int]) -> QuerySet[TimelineEntry]:
    return _of(ids).exclude(pk__in=kept_back) if kept_back else _of(ids)


def _newest_first(rows: QuerySet[TimelineEntry]) -> QuerySet[TimelineEntry]:
    return rows.select_related(*_SHOWN_WITH).order_by("-happened_at", "-id")


def _before(rows: QuerySet[TimelineEntry], entry: TimelineEntry) -> QuerySet[TimelineEntry]:
    # a bound on the moment alone, so that the index is read from there, then what it lets in at that very moment
    return rows.filter(happened_at__lte=entry.happened_at).exclude(happened_at=entry.happened_at, pk__gte=entry.pk)


def _after(rows: QuerySet[TimelineEntry], entry: TimelineEntry) -> QuerySet[TimelineEntry]:
    return rows.filter(happened_at__gte=entry.happened_at).exclude(happened_at=entry.happened_at, pk__lte=entry.pk)


def _matching(rows: QuerySet[TimelineEntry], narrowing: Narrowing) -> QuerySet[TimelineEntry]:
    if narrowing.employer:
        rows = rows.filter(employer=narrowing.employer)
    if narrowing.kind:
        rows = rows.filter(kind=narrowing.kind)
    if narrowing.role:
        rows = rows.filter(author_role=narrowing.role)
    if narrowing.first_day:
        rows = rows.filter(happened_at__gte=wall_clock(narrowing.first_day, MIDNIGHT))
    if narrowing.last_day and narrowing.last_day < date.max:  # after the last day there is, there is no midnight
        rows = rows.filter(happened_at__lt=wall_clock(narrowing.last_day + timedelta(days=1), MIDNIGHT))
    for word in narrowing.text.split():
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word) | Q(author_name__icontains=word))
    return rows


def _choices(rows: QuerySet[TimelineEntry]) -> tuple[list[str], list[str], list[str]]:
    there = list(rows.order_by().values_list("employer", "kind", "author_role").distinct())
    employers, kinds, roles = (sorted({one[place] for one in there} - {""}) for place in range(3))
    return employers, kinds, roles


class _YearInEngland(ExtractYear):
    """The year that a calendar in England shows at a moment."""

    def __init__(self, moment: str) -> None:
        super().__init__(moment, tzinfo=LONDON)

    def as_sqlite(self, compiler, connection, **more) -> tuple[str, list]:
        # SQLite asks Python for each row, which takes longer than all the rest of the page. At New Year clocks in
        # England show UTC, but for the winters of 1968 to 1971: everywhere else the year is the one that is stored.
        there, given = compiler.compile(self.get_source_expressions()[0])
        by_python, asked = super().as_sql(compiler, connection, **more)
        by_hand = f"CAST(substr({there}, 1, 4) AS INTEGER)"
        sql = f"CASE WHEN {there} >= '1968-10' AND {there} < '1971-11' THEN {by_python} ELSE {by_hand} END"
        return sql, [*given, *given, *asked, *given]


def _years(matching: QuerySet[TimelineEntry]) -> list[tuple[int, int]]:
    counts = matching.order_by().values(year=_YearInEngland("happened_at")).annotate(count=Count("pk"))
    return list(counts.order_by("-year").values_list("year", "count"))


def _first_moment(year: int) -> datetime:
    return wall_clock(date(year, 1, 1), MIDNIGHT)
