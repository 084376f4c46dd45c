"""Studies, published and a service's own, and our measures beside their figures."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from homeward.access.rules import Actor, Permission, require
from homeward.evidence.models import LocalFinding, LocalStudy, LocalStudyVersion
from homeward.evidence.rules.reading import Known, Studies, read_studies
from homeward.evidence.rules.study import Finding, Impact, Study
from homeward.kernel.rules import london_day, months_later
from homeward.outcomes.measures.computing import as_one
from homeward.outcomes.measures.definition import By, Measure, Point
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.selectors import measures_of
from homeward.procedures.selectors import library

MONTHS_IN_A_YEAR = 12
# How far back the newest settled year can begin: a month may be settling, and this one is not over
MONTHS_READ = MONTHS_IN_A_YEAR + 2


class StudyNotFoundError(LookupError):
    """There is no such study, or version of it, in the reader's services."""


@dataclass(frozen=True, slots=True)
class OwnStudy:
    """A study of a service's own as one version says it; `versions` are all there are, newest first."""

    pk: int
    study: Study
    written_at: datetime
    written_by: str
    versions: tuple[tuple[int, datetime, str], ...]
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_why: str


@dataclass(frozen=True, slots=True)
class Ours:
    """What a measure comes to here: its newest settled month, and the settled months of the year up to it."""

    measure: Measure
    month: Point | None
    year: Point | None


@cache
def published() -> Studies:
    """The published studies, every link in them checked against the procedures and the measures.

    Raises: StudiesError.
    """
    sources = frozenset(one.code for one in library().sources)
    return read_studies(Known(pathways=known_pathways(), sources=sources, is_measure=is_measure))


def known_pathways() -> frozenset[str]:
    """The codes of pathways that a study may have become."""
    return frozenset(one.code for one in library().pathways)


def is_measure(key: str) -> bool:
    """Whether there is such a measure, or part of one."""
    return key in MEASURES or any(one.code == key for one in MEASURES.values())


def own_studies(actor: Actor, service_id: int) -> list[OwnStudy]:
    """The service's own studies as they stand, newest first, without those withdrawn.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_EVIDENCE, service_id)
    rows = LocalStudy.objects.filter(service_id=service_id, withdrawn_at__isnull=True).order_by("-pk")
    return [_own(row, list(row.versions.all())) for row in rows.prefetch_related("versions__findings")]


def own_study(actor: Actor, study_id: int, version: int | None = None) -> OwnStudy:
    """One of them, withdrawn or not, as it stands or as a version said it.

    Raises: NotAllowedError; StudyNotFoundError.
    """
    rows = LocalStudy.objects.prefetch_related("versions__findings")
    row = rows.filter(pk=study_id, service_id__in=actor.service_ids).first()
    if row is None:
        raise StudyNotFoundError(f"There is no own study {study_id}.")
    require(actor, Permission.SEE_EVIDENCE, row.service_id)
    return _own(row, list(row.versions.all()), version)


def ours_beside(actor: Actor, service_id: int, wanted: Collection[str], now: datetime) -> dict[str, tuple[Ours, ...]]:
    """What the measures named by studies come to in this service; none for one that the record cannot answer.

    Raises: NotAllowedError; RefusedError where nothing was copied yet.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    keys = {one: [one] if one in MEASURES else [key for key in MEASURES if MEASURES[key].code == one] for one in wanted}
    asked = sorted({key for each in keys.values() for key in each})
    if not asked:
        return dict.fromkeys(wanted, ())
    today = london_day(now)
    first = months_later(today.replace(day=1), -MONTHS_READ)
    found = measures_of(actor, service_id, first, today, now, by=By.MONTH, keys=asked)
    ours = {one.measure.key: _settled(one.measure, one.points) for one in found}
    return {one: tuple(ours[key] for key in each) for one, each in keys.items()}


def _settled(measure: Measure, points: tuple[Point, ...]) -> Ours:
    settled = [one for one in points if not one.is_provisional]
    begun = next((place for place, one in enumerate(settled) if one.numerator or one.denominator), len(settled))
    settled = settled[begun:][-MONTHS_IN_A_YEAR:]
    if not settled:
        return Ours(measure, None, None)
    return Ours(measure, settled[-1], as_one(settled) if len(settled) > 1 else None)


def _own(row: LocalStudy, versions: list[LocalStudyVersion], number: int | None = None) -> OwnStudy:
    shown = next((one for one in versions if number in (None, one.number)), None)
    if shown is None:
        raise StudyNotFoundError(f"There is no version {number}.")
    return OwnStudy(
        pk=row.pk, study=_said(row, shown), written_at=shown.written_at, written_by=shown.written_by,
        versions=tuple((one.number, one.written_at, one.written_by) for one in versions),
        withdrawn_at=row.withdrawn_at, withdrawn_by=row.withdrawn_by, withdrawn_why=row.withdrawn_why,
    )  # fmt: skip


def _said(row: LocalStudy, one: LocalStudyVersion) -> Study:
    return Study(
        code=f"own-{row.pk}", version=one.number, title=one.title, organisation=one.organisation, place=one.place,
        period=one.period, who_for=one.who_for, did=one.did, workforce=one.workforce,
        impacts=tuple(Impact(each) for each in one.impacts), topics=tuple(one.topics),
        numbers=tuple(_finding(each) for each in one.findings.all()), lessons=tuple(one.lessons),
        pathways=tuple(one.pathways),
    )  # fmt: skip


def _finding(one: LocalFinding) -> Finding:
    return Finding(
        says=one.says, place=one.place, period=one.period, value=_number(one.value), to=_number(one.to),
        about=one.about, unit=one.unit, measure=one.measure,
    )  # fmt: skip


def _number(value: float | None) -> int | float | None:
    """A number as it was written: 40, not 40.0."""
    return int(value) if value is not None and value == int(value) else value
