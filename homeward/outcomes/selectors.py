"""Measures as numbers, which name nobody, and as the lists behind them, which lead to people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import fsum

from django.db.models import Q

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.delegation.models import SignOff
from homeward.outcomes.facts.afterwards import counted_since
from homeward.outcomes.facts.copying import opened_to_read
from homeward.outcomes.facts.hours import DAYS
from homeward.outcomes.facts.reading import Asked, embedded
from homeward.outcomes.facts.spending import SPEND, invoiced_since
from homeward.outcomes.measures.compiling import keep_new
from homeward.outcomes.measures.computing import compute, list_cases
from homeward.outcomes.measures.definition import By, Case, Computed, Measure
from homeward.outcomes.measures.equity import splits_of
from homeward.outcomes.measures.library import MEASURES
from homeward.outcomes.models import Baseline, NationalFigure, PackSubscription, ResultNote
from homeward.outcomes.states import NoteKind
from homeward.people.models import Person
from homeward.people.selectors.sight import sights
from homeward.teams.models import Worker
from homeward.teams.selectors import services_for
from homeward.visits.models import Visit, VisitTask
from homeward.visits.selectors.hours import employers_seen
from homeward.visits.states import VisitState


class NoSuchSplitError(ValueError):
    """The measure is not divided that way."""


ENGLAND = "England"  # as every loader of national files names it


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case on a list: `name` is whose, "" where it is kept back or of nobody; `opened_by` the number of its page."""

    case: Case
    name: str
    opened_by: int | None


@dataclass(frozen=True, slots=True)
class CaseList:
    """How many cases are behind a number, what they add up to, and those of them that are shown."""

    count: int
    numerator: float
    denominator: float | None
    shown: tuple[ListedCase, ...]


def measures_of(
    actor: Actor,
    service_id: int,
    first: date,
    last: date,
    now: datetime,
    *,
    by: By = By.MONTH,
    keys: Sequence[str] | None = None,
    split: str = "",
    by_whom: bool = False,
) -> list[Computed]:
    """Measures of a service from `first` to `last`, both counted, as the copy of the facts was last refreshed.

    All, or those with these keys; as wholes, or each part that one of their own `splits` divides them into. `by_whom`
    says with each point what each person's cases add to it.

    Raises: NotAllowedError; NoSuchSplitError; facts.copying.NoCopyError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    measures = [MEASURES[key] for key in keys] if keys is not None else list(MEASURES.values())
    for one in measures:
        _may_be_split(one, split)
    code = next(service.code for service in services_for(actor) if service.pk == service_id)
    asked = Asked(service_id, first, last, now)
    with opened_to_read() as copy:
        engine = embedded(copy)
        engine.ask(asked)
        found = [Computed(one, code, by, *compute(engine, one, asked, by, split, by_whom=by_whom)) for one in measures]
    keep_new()
    return found


def cases_of(
    actor: Actor,
    service_id: int,
    key: str,
    first: date,
    last: date,
    now: datetime,
    *,
    is_numerator_only: bool = True,
    split: str = "",
    part: str = "",
    shown_from: int = 0,
    shown: int | None = None,
) -> CaseList:
    """The cases behind a number, newest first; whose they are is audited as shown.

    Of a part only where one of the measure's own `splits` is named. Somebody to whom the reader has no tie is listed
    without a name: being on the list says more of them than a card does.

    Raises: NotAllowedError; NoSuchSplitError; facts.copying.NoCopyError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    require(actor, Permission.SEE_PEOPLE, service_id)
    measure = MEASURES[key]
    _may_be_split(measure, split)
    with opened_to_read() as copy:
        engine = embedded(copy)
        engine.ask(Asked(service_id, first, last, now))
        cases = list_cases(engine, measure, is_numerator_only=is_numerator_only, split=split, part=part)
    keep_new()
    on_page = cases[shown_from:] if shown is None else cases[shown_from : shown_from + shown]
    numbers = {case.person_id for case in on_page if case.person_id is not None}
    people = list(Person.objects.filter(pk__in=numbers, service_id__in=actor.service_ids))
    seen = sights(actor, people, now)
    names = {person.pk: person.label for person in people if seen[person.pk] > Sight.CARD}
    workers = _workers_named(actor, service_id, measure.record, [case.record_id for case in on_page])
    opened = _opened_by(measure.record, [case.record_id for case in on_page])
    record_reads(
        actor=actor,
        action=f"list cases of {measure.key}",
        subject_kind="measure",
        person_ids=numbers,
        now=now,
        service_id=service_id,
    )
    return CaseList(
        count=len(cases),
        numerator=fsum(case.counts for case in cases),
        denominator=fsum(case.out_of or 0 for case in cases) if measure.out_of else None,
        shown=tuple(
            ListedCase(
                case,
                workers.get(case.record_id, "") or names.get(case.person_id, ""),
                opened.get(case.record_id),
            )
            for case in on_page
        ),
    )


class NoteNotFoundError(Exception):
    """There is no such note in the actor's services."""


def notes_on(
    actor: Actor, service_id: int, key: str, first: date, last: date, kind: NoteKind = NoteKind.NOTE
) -> list[ResultNote]:
    """What stands noted on a measure in these days, oldest first, with what each corrected.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    rows = ResultNote.objects.filter(
        service_id=service_id, measure_key__in=("", key), kind=kind, first__lte=last, last__gte=first
    )
    standing = rows.filter(corrected_by__isnull=True, is_taken_back=False).select_related("corrects")
    return list(standing.order_by("first", "written_at", "pk"))


def note_for(actor: Actor, note_id: int) -> ResultNote:
    """One note as it stands or stood.

    Raises: NotAllowedError; NoteNotFoundError.
    """
    require(actor, Permission.SEE_RESULTS)
    note = ResultNote.objects.filter(pk=note_id, service_id__in=actor.service_ids).first()
    if note is None:
        raise NoteNotFoundError("There is no such note in your service.")
    return note


@dataclass(frozen=True, slots=True)
class StandingBaseline:
    """A baseline that stands; `has_since`: whether the record holds anything since the change to set beside it."""

    baseline: Baseline
    has_since: bool


def baselines_of(actor: Actor, service_id: int, measure_code: str) -> list[StandingBaseline]:
    """The baselines of a measure that stand, by what they are of.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    rows = Baseline.objects.filter(
        service_id=service_id, measure_key=measure_code, corrected_by__isnull=True, is_taken_back=False
    )
    return [StandingBaseline(row, _has_since(row)) for row in rows.order_by("of_what", "pk")]


def _has_since(row: Baseline) -> bool:
    if row.measure_key == SPEND:
        return invoiced_since(row).exists()
    if row.measure_key == "M23":
        return counted_since(row.service_id, row.since)
    return Visit.objects.filter(
        service_id=row.service_id, state=VisitState.DONE, day__gte=row.since, episode__pathway__code=row.of_what
    ).exists()


def pack_subscription_of(actor: Actor, service_id: int, audience: str) -> PackSubscription | None:
    """How the actor is sent the pack of an audience, or None.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    return PackSubscription.objects.filter(
        service_id=service_id, account_id=actor.account_id, audience=audience, ended_at__isnull=True
    ).first()


def national_figures(actor: Actor, key: str, place_codes: Collection[str]) -> list[NationalFigure]:
    """The newest published figure of each kind for a measure: of England first, then of the places with these codes.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESULTS)
    rows = NationalFigure.objects.filter(Q(place=ENGLAND) | Q(place_code__in=place_codes), measure_key=key)
    newest: dict[tuple[str, str], NationalFigure] = {}
    for row in rows.order_by("-last", "-kept_at", "pk"):
        newest.setdefault((row.place, row.says), row)
    return sorted(newest.values(), key=lambda row: (row.place != ENGLAND, row.place, row.pk))


def national_series(
    actor: Actor, key: str, place_codes: Collection[str], units: Collection[str]
) -> dict[tuple[str, str], list[NationalFigure]]:
    """Every published figure of a measure in these units by place and words, period by period, oldest first.

    Of England first, then of the places with these codes. Of a period that was published again the newest stands.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESULTS)
    rows = NationalFigure.objects.filter(Q(place=ENGLAND) | Q(place_code__in=place_codes), measure_key=key)
    found: dict[tuple[str, str], dict[tuple[date, date], NationalFigure]] = {}
    for row in rows.filter(unit__in=units).order_by("kept_at", "pk"):
        found.setdefault((row.place, row.says), {})[row.first, row.last] = row
    ordered = sorted(found.items(), key=lambda one: (one[0][0] != ENGLAND, one[0]))
    return {named: [row for _, row in sorted(of_period.items())] for named, of_period in ordered}


def _may_be_split(measure: Measure, split: str) -> None:
    if split and split not in (own := splits_of(measure)):
        raise NoSuchSplitError(f"{measure.key} is split by {' or '.join(own) or 'nothing'}, not by {split}.")


def _workers_named(actor: Actor, service_id: int, record: str, numbers: Collection[int]) -> dict[int, str]:
    """Whose a worker's day is, where the actor sees the hours of whom they work for; nobody's else."""
    if record != "worker_day" or not actor.may(Permission.SEE_ROSTER):
        return {}
    of = {number: number // DAYS for number in numbers}
    employers = [one.pk for one in employers_seen(actor, service_id)]
    workers = Worker.objects.filter(pk__in=set(of.values()), organisation_id__in=employers)
    names = {worker.pk: worker.label for worker in workers}
    return {number: names[worker_id] for number, worker_id in of.items() if worker_id in names}


def _opened_by(record: str, numbers: Collection[int]) -> dict[int, int]:
    """Which number opens each record: of a task its visit, of a sign-off its worker, else its own."""
    if record == "task":
        return dict(VisitTask.objects.filter(pk__in=numbers).values_list("pk", "visit_id"))
    if record == "sign_off":
        return dict(SignOff.objects.filter(pk__in=numbers).values_list("pk", "worker_id"))
    return {number: number for number in numbers}
