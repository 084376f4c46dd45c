"""Lost days, how they were covered, and what sickness came to over a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.kernel.rules import tidy_name
from homeward.roster.models import Absence, Shift
from homeward.teams.models import Worker
from homeward.visits.models import Assignment, CoverDecision, CoverOption, LostVisit, SickCall, Telling, Visit
from homeward.visits.rules.covering import Covered, Lost, covered
from homeward.visits.states import VisitState

FOUND_AT_MOST = 12


class SickCallNotFoundError(Exception):
    """There is no such sick call in the actor's services."""


@dataclass(frozen=True, slots=True)
class LostLine:
    """A slot that was lost, and who takes it now; `worker` is None while nobody does."""

    visit: Visit
    slot: int
    starts_at: datetime
    minutes: int
    worker: Worker | None
    comes_at: datetime | None

    @property
    def is_hard(self) -> bool:
        """Whether it is for somebody in a crisis, or has a time that must hold."""
        return self.visit.is_crisis or self.visit.is_window_hard


@dataclass(frozen=True, slots=True)
class LostDay:
    """A sick call with what it lost (crises and fixed times first), the newest offers, decisions and who to tell."""

    call: SickCall
    lost: tuple[LostLine, ...]
    comes_to: Covered
    options: tuple[CoverOption, ...]
    decisions: tuple[CoverDecision, ...]
    tellings: tuple[Telling, ...]
    other_days: tuple[SickCall, ...]


@dataclass(frozen=True, slots=True)
class CallLine:
    """A sick call in a list, with what its day comes to as the record stands."""

    call: SickCall
    comes_to: Covered
    decided: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A worker whom somebody may be looking for to record as ill, and the shifts they have on the day."""

    worker: Worker
    shifts: tuple[Shift, ...]
    is_away: bool


def sick_calls(actor: Actor, service_id: int, first: date, last: date) -> list[CallLine]:
    """The sick calls of some days, newest day first, with what is covered. Names no person.

    Raises: NotAllowedError.
    """
    able = (Permission.SEE_RESPONDING, Permission.SEE_ROSTER)
    require(actor, next(filter(actor.may, able), Permission.SEE_RESPONDING), service_id)
    calls = list(
        SickCall.objects.filter(service_id=service_id, day__gte=first, day__lte=last)
        .select_related("worker__organisation")
        .order_by("-day", "-called_at", "-id")
    )
    return _lines(calls)


def sick_call(actor: Actor, call_id: int, now: datetime) -> LostDay:
    """One lost day: what was lost and who takes it now, the ways of covering, the decisions; everyone on it is audited.

    Raises: NotAllowedError; SickCallNotFoundError.
    """
    require(actor, Permission.SEE_RESPONDING)
    call = (
        SickCall.objects.filter(pk=call_id, service_id__in=actor.service_ids)
        .select_related("worker__organisation", "absence", "service")
        .first()
    )
    if call is None:
        raise SickCallNotFoundError("There is no such sick call in your service.")
    lines = _lost_lines(call)
    newest = call.options.order_by("-made_at").values_list("made_at", flat=True).first()
    decisions = tuple(call.decisions.order_by("-id").select_related("shift__worker"))
    tellings = tuple(
        Telling.objects.filter(plan_id__in=[one.plan_id for one in decisions if one.plan_id])
        .select_related("worker__organisation", "person", "visit")
        .order_by("told_at", "id")
    )
    options = list(call.options.filter(made_at=newest).select_related("worker__organisation").order_by("rank"))
    moved = {move["visit"] for one in options for move in one.moves}
    people = {line.visit.person_id for line in lines if line.visit.person_id} | {
        one.person_id for one in tellings if one.person_id
    }
    people |= set(Visit.objects.filter(pk__in=moved, person__isnull=False).values_list("person_id", flat=True))
    record_reads(
        actor=actor,
        action="open sick call",
        subject_kind="sick call",
        now=now,
        service_id=call.service_id,
        person_ids=sorted(people),
    )
    return LostDay(
        call=call,
        lost=tuple(sorted(lines, key=lambda line: (not line.visit.is_crisis, not line.is_hard, line.starts_at))),
        comes_to=_comes_to(call, lines),
        options=tuple(options),
        decisions=decisions,
        tellings=tellings,
        other_days=tuple(call.absence.sick_calls.exclude(pk=call.pk).order_by("day")),
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the ways of covering a day speak of: workers as (name, employer), other visits as what and for whom."""

    workers: dict[int, tuple[str, str]]
    visits: dict[int, str]


def spoken_of(actor: Actor, day: LostDay) -> Spoken:
    """The names in the ways of covering a day, beside the day, whose opening was audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, day.call.service_id)
    named = {place["worker"] for one in day.options for place in one.places if place["worker"]}
    named |= {move[side] for one in day.options for move in one.moves for side in ("from_worker", "to_worker")}
    rows = Worker.objects.filter(pk__in=named - {None}).select_related("organisation")
    moved = {move["visit"] for one in day.options for move in one.moves}
    visits = Visit.objects.filter(pk__in=moved).select_related("person")
    return Spoken(
        workers={worker.pk: (worker.label, str(worker.organisation)) for worker in rows},
        visits={visit.pk: visit.called for visit in visits},
    )


def own_sick_calls(actor: Actor, first: date) -> list[SickCall]:
    """The days from one on that the actor called in sick for, in order.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_ROSTER)
    if actor.worker_id is None:
        return []
    return list(SickCall.objects.filter(worker_id=actor.worker_id, day__gte=first).order_by("day"))


def own_worker(actor: Actor) -> Worker | None:
    """The actor's own row on the roster, or None.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_ROSTER)
    return Worker.objects.select_related("organisation").filter(pk=actor.worker_id).first()


def worker_to_report(actor: Actor, worker_id: int) -> Worker | None:
    """A worker of the actor's services, to record as ill; None where there is none.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING)
    return Worker.objects.filter(pk=worker_id, service_id__in=actor.service_ids, is_active=True).first()


def workers_found(actor: Actor, service_id: int, day: date, text: str) -> list[Found]:
    """Workers whose name or reference begins with every word of `text`: those with a shift on the day first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESPONDING, service_id)
    words = tidy_name(text).split()
    if not words:
        return []
    rows = Worker.objects.filter(service_id=service_id, is_active=True).select_related("organisation")
    for word in words:
        rows = rows.filter(Q(name__icontains=word) | Q(local_reference__icontains=word))
    found = [
        worker
        for worker in rows.order_by("name", "id")[:200]
        if all(
            any(part.startswith(word) for part in tidy_name(f"{worker.name} {worker.local_reference}").split())
            for word in words
        )
    ]
    shifts: dict[int, list[Shift]] = {}
    for shift in Shift.objects.filter(worker_id__in=[one.pk for one in found], day=day).order_by("starts_at"):
        shifts.setdefault(shift.worker_id, []).append(shift)
    away = set(
        Absence.objects.filter(
            worker_id__in=[one.pk for one in found], starts_on__lte=day, ends_on__gte=day
        ).values_list("worker_id", flat=True)
    )
    lines = [Found(worker, tuple(shifts.get(worker.pk, ())), worker.pk in away) for worker in found]
    lines.sort(key=lambda line: (not line.shifts, line.is_away, line.worker.name, line.worker.pk))
    return lines[:FOUND_AT_MOST]


@dataclass(frozen=True, slots=True)
class Sickness:
    """What sickness came to over some days (M12), of one employer's workers or of all.

    A lost shift is one day of one worker; it is covered when every visit it had is, and by another employer when any of
    them is. One without a visit had nothing to cover: it is in `shifts_without_visits`, and in neither of those.
    Minutes are of visits, but `shift_minutes`, which are of shifts.
    """

    employer: str
    shifts: int
    shifts_without_visits: int
    shifts_covered: int
    shifts_partly: int
    shifts_elsewhere: int
    shift_minutes: int
    visits: int
    visits_covered: int
    minutes: int
    minutes_covered: int
    minutes_elsewhere: int

    @property
    def minutes_uncovered(self) -> int:
        return self.minutes - self.minutes_covered


def sickness_between(actor: Actor, service_id: int, first: date, last: date) -> list[Sickness]:
    """What was lost to sickness, covered, and covered by another employer, by employer, all of them together last.

    Counted from the record as it stands: a lost visit is covered when somebody else holds, or did, its place.

    Raises: NotAllowedError.
    """
    able = (Permission.SEE_RESPONDING, Permission.SEE_ROSTER)
    require(actor, next(filter(actor.may, able), Permission.SEE_RESPONDING), service_id)
    lines = sick_calls(actor, service_id, first, last)
    by_employer: dict[str, list[CallLine]] = {}
    for line in lines:
        by_employer.setdefault(str(line.call.worker.organisation), []).append(line)
    told = [_sickness(employer, theirs) for employer, theirs in sorted(by_employer.items())]
    return [*told, _sickness("", lines)]


def _sickness(employer: str, lines: Iterable[CallLine]) -> Sickness:
    # called in sick once the shift was over: nothing was lost that day
    lines = [line for line in lines if line.call.lost_minutes or line.comes_to.visits]
    sums = [line.comes_to for line in lines]
    return Sickness(
        employer=employer,
        shifts=len(lines),
        shifts_without_visits=sum(not one.visits for one in sums),
        shifts_covered=sum(0 < one.visits_covered == one.visits for one in sums),
        shifts_partly=sum(0 < one.visits_covered < one.visits for one in sums),
        shifts_elsewhere=sum(one.visits_elsewhere > 0 for one in sums),
        shift_minutes=sum(line.call.lost_minutes for line in lines),
        visits=sum(one.visits for one in sums),
        visits_covered=sum(one.visits_covered for one in sums),
        minutes=sum(one.minutes for one in sums),
        minutes_covered=sum(one.minutes_covered for one in sums),
        minutes_elsewhere=sum(one.minutes_elsewhere for one in sums),
    )


def _lost_lines(call: SickCall) -> list[LostLine]:
    rows = list(
        LostVisit.objects.filter(call=call).select_related("visit__person", "visit__address").order_by("starts_at")
    )
    held = {
        (row.visit_id, row.slot): row
        for row in Assignment.objects.filter(visit_id__in=[row.visit_id for row in rows])
        .exclude(worker_id=call.worker_id)
        .select_related("worker__organisation")
    }
    lines = []
    for row in rows:
        now_held = held.get((row.visit_id, row.slot))
        lines.append(
            LostLine(
                visit=row.visit,
                slot=row.slot,
                starts_at=row.starts_at,
                minutes=row.minutes,
                worker=now_held.worker if now_held else None,
                comes_at=now_held.starts_at if now_held else None,
            )
        )
    return lines


def _comes_to(call: SickCall, lines: Iterable[LostLine]) -> Covered:
    return covered(
        (
            Lost(line.minutes, line.is_hard, line.worker.organisation_id if line.worker else None)
            for line in lines
            if line.visit.state != VisitState.CANCELLED
        ),
        call.worker.organisation_id,
    )


def _lines(calls: list[SickCall]) -> list[CallLine]:
    """What each of some calls comes to, in three queries."""
    ids = [call.pk for call in calls]
    lost: dict[int, list[tuple]] = {}
    for row in LostVisit.objects.filter(call_id__in=ids).values_list(
        "call_id", "visit_id", "slot", "minutes", "visit__is_crisis", "visit__is_window_hard", "visit__state"
    ):
        lost.setdefault(row[0], []).append(row)
    visits = {row[1] for rows in lost.values() for row in rows}
    held = {
        (visit_id, slot): (worker_id, employer_id)
        for visit_id, slot, worker_id, employer_id in Assignment.objects.filter(visit_id__in=visits).values_list(
            "visit_id", "slot", "worker_id", "worker__organisation_id"
        )
    }
    decided = set(CoverDecision.objects.filter(call_id__in=ids).values_list("call_id", flat=True))
    lines = []
    for call in calls:
        slots = []
        for _, visit_id, slot, minutes, is_crisis, is_hard, state in lost.get(call.pk, ()):
            worker_id, employer_id = held.get((visit_id, slot), (None, None))
            taken = employer_id if worker_id != call.worker_id else None
            if state != VisitState.CANCELLED:
                slots.append(Lost(minutes, is_crisis or is_hard, taken))
        lines.append(CallLine(call, covered(slots, call.worker.organisation_id), call.pk in decided))
    return lines
