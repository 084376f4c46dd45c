"""How paid time is used, by worker, day and employer, from shifts, contracts and what was planned and done."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.access.rules import Actor, Permission, require
from homeward.roster.models import Absence, Contract, Shift
from homeward.roster.states import PayBasis
from homeward.teams.models import Account, Organisation, Worker
from homeward.visits.models import Assignment, SickCall
from homeward.visits.rules.hours import Part, Use, minutes_between, together, use_of_day
from homeward.visits.states import VisitState


@dataclass(frozen=True, slots=True)
class WorkerHours:
    """How one worker's time of some days was used. `basis` is empty where no contract is on record."""

    worker: Worker
    basis: str
    use: Use


@dataclass(frozen=True, slots=True)
class WorkerDay:
    """How one worker's day was used, and the parts in visits it held: (visit, slot). `basis` as of their hours."""

    worker: Worker
    day: date
    basis: str
    use: Use
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class EmployerHours:
    """How the time of an employer's workers was used."""

    employer: Organisation
    workers: tuple[WorkerHours, ...]
    use: Use


def employers_seen(actor: Actor, service_id: int) -> list[Organisation]:
    """The employers whose hours and statements the actor may see, by name.

    Whoever manages the roster for the service sees all. Whoever works for an agency sees their own agency only,
    whatever their role: what another is paid is not theirs to see. Whoever answers for an employer's workers sees
    theirs; others who see the roster see none, because what colleagues are paid is not theirs to see either.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    employers = Organisation.objects.filter(service_id=service_id, is_employer=True).order_by("name")
    own = own_employer(actor)
    is_agency = own is not None and own.kind == Organisation.Kind.HOME_CARE_AGENCY
    if actor.may(Permission.MANAGE_ROSTER) and not is_agency:
        return list(employers)
    if not speaks_for_employer(actor):
        return []
    return [one for one in employers if own is not None and one.pk == own.pk]


def speaks_for_employer(actor: Actor) -> bool:
    """Whether the actor may see the hours and money of those who work for their employer, and agree to them.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER)
    return actor.may(Permission.MANAGE_ROSTER) or actor.may(Permission.ANSWER_FOR_WORKERS)


def own_employer(actor: Actor) -> Organisation | None:
    """Whom the actor works for, by their account.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER)
    account = Account.objects.filter(pk=actor.account_id).select_related("organisation").first()
    return account.organisation if account else None


def hours_between(actor: Actor, service_id: int, first: date, last: date) -> list[EmployerHours]:
    """How paid time was used from `first` to `last`, by employer the actor may see and by worker, in six queries.

    A worker with neither a shift nor a visit is left out. Names nobody who is cared for.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    employers = employers_seen(actor, service_id)
    workers = Worker.objects.filter(organisation_id__in=[one.pk for one in employers]).select_related("organisation")
    by_worker: dict[int, list[WorkerDay]] = defaultdict(list)
    for one in _days_of(service_id, list(workers), first, last):
        by_worker[one.worker.pk].append(one)
    by_employer: dict[int, list[WorkerHours]] = defaultdict(list)
    for days in by_worker.values():
        use = together(one.use for one in days)
        by_employer[days[0].worker.organisation_id].append(WorkerHours(days[0].worker, days[-1].basis, use))
    return [
        EmployerHours(
            employer=employer,
            workers=tuple(sorted(by_employer[employer.pk], key=lambda one: (-one.use.unused, one.worker.label))),
            use=together(one.use for one in by_employer[employer.pk]),
        )
        for employer in employers
        if by_employer[employer.pk]
    ]


def worker_days(
    actor: Actor, service_id: int, first: date, last: date, worker_ids: Collection[int] | None = None
) -> Iterator[WorkerDay]:
    """The same a day at a time for the service itself: of these workers, whoever employs them, or of all.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    workers = Worker.objects.filter(service_id=service_id).order_by("pk")
    if worker_ids is not None:
        workers = workers.filter(pk__in=worker_ids)
    yield from _days_of(service_id, list(workers), first, last)


def _days_of(service_id: int, workers: Sequence[Worker], first: date, last: date) -> Iterator[WorkerDay]:
    used = _used_days(service_id, [worker.pk for worker in workers], first, last)
    contracts = _contracts_between(service_id, first, last)
    for worker in workers:
        basis = ""
        theirs = used.get(worker.pk, {})
        for day in sorted(theirs):
            contract = _contract_on(contracts.get(worker.pk, ()), day)
            basis = contract.pay_basis if contract else basis
            yield WorkerDay(worker, day, basis, theirs[day].use(_pays_shift(contract)), tuple(theirs[day].rows))


@dataclass(slots=True)
class UsedDay:
    """A worker's day as the record has it: shifts worked, shifts not worked with why, and parts in visits by time.

    `rows` go with `parts`: (visit, slot).
    """

    shifts: list[tuple[int, datetime, datetime]]
    away: list[tuple[int, datetime, datetime, str]]
    parts: list[Part]
    rows: list[tuple[int, int]]

    def use(self, is_shift_paid: bool) -> Use:
        """How the day was used."""
        return use_of_day(
            [(begins, ends) for _, begins, ends in self.shifts],
            self.parts,
            pays_shift=is_shift_paid,
            away=sum(minutes_between(begins, ends) for _, begins, ends, _ in self.away),
        )


def _pays_shift(contract: Contract | None) -> bool:
    """Whether the whole shift is paid; so it is taken to be where no contract is on record."""
    return contract is None or contract.pay_basis != PayBasis.CONTACT


def _contract_on(contracts: Iterable[Contract], day: date) -> Contract | None:
    """Which of a worker's contracts holds on a day."""
    return next(
        (one for one in contracts if one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)), None
    )


def _contracts_between(service_id: int, first: date, last: date) -> dict[int, list[Contract]]:
    """Every contract that holds on a day from `first` to `last`, by worker, newest first."""
    found: dict[int, list[Contract]] = defaultdict(list)
    rows = Contract.objects.filter(worker__service_id=service_id, starts_on__lte=last).order_by("-starts_on", "-id")
    for contract in rows:
        if contract.ends_on is None or contract.ends_on >= first:
            found[contract.worker_id].append(contract)
    return found


@dataclass(frozen=True, slots=True)
class _Stint:
    """A shift under its first day, worked until `until`, and then not, for the reason `away`; a split night is one."""

    pk: int
    day: date
    begins: datetime
    until: datetime
    ends: datetime
    away: str

    def meets(self, other: "_Stint") -> bool:
        """Whether another goes on at midnight where this ends, worked or not worked alike."""
        if self.ends != other.begins or self.day == other.day:
            return False
        if self.until == self.ends:
            return other.until > other.begins
        return other.until == other.begins and other.away == self.away

    def and_then(self, other: "_Stint") -> "_Stint":
        """Both as one."""
        until = other.until if self.until == self.ends else self.until
        return _Stint(self.pk, self.day, self.begins, until, other.ends, self.away or other.away)


def _used_days(service_id: int, worker_ids: list[int], first: date, last: date) -> dict[int, dict[date, UsedDay]]:
    """The days on which these workers had a shift or a visit, by worker and day.

    A shift belongs to the day it begins on with all that was done in it, after midnight too.
    """
    wanted = set(worker_ids)
    days: dict[int, dict[date, UsedDay]] = defaultdict(dict)

    def day_of(worker_id: int, day: date) -> UsedDay:
        return days[worker_id].setdefault(day, UsedDay([], [], [], []))

    before, after = first - timedelta(days=1), last + timedelta(days=1)
    stints = _stints(service_id, wanted, before, after)
    by_shift: dict[int, _Stint] = {}
    for worker_id, theirs in stints.items():
        for stint, pks in theirs:
            by_shift |= dict.fromkeys(pks, stint)
            if not first <= stint.day <= last:
                continue
            if stint.until > stint.begins:
                day_of(worker_id, stint.day).shifts.append((stint.pk, stint.begins, stint.until))
            if stint.ends > stint.until:
                day_of(worker_id, stint.day).away.append((stint.pk, stint.until, stint.ends, stint.away))
    held = (
        Assignment.objects.filter(visit__service_id=service_id, visit__day__gte=before, visit__day__lte=after)
        .exclude(visit__state=VisitState.CANCELLED)
        .order_by("starts_at", "id")
    )
    begun: set[tuple[int, date, int | None]] = set()
    for worker_id, day, shift_id, visit_id, slot, starts, ends, travel, arrived, left, state in held.values_list(
        "worker_id", "visit__day", "shift_id", "visit_id", "slot", "starts_at", "ends_at", "travel_minutes",
        "arrived_at", "left_at", "visit__state",
    ):  # fmt: skip
        if worker_id not in wanted:
            continue
        stint = by_shift.get(shift_id) or _stint_at(stints.get(worker_id, ()), starts)
        day = stint.day if stint else day
        if not first <= day <= last:
            continue
        there = day_of(worker_id, day)
        first_of = (worker_id, day, stint.pk if stint else None)
        there.parts.append(
            Part(
                starts_at=starts,
                planned=minutes_between(starts, ends),
                travel=round(travel),
                arrived_at=arrived,
                left_at=left,
                is_missed=state == VisitState.MISSED,
                is_first=first_of not in begun,
            )
        )
        there.rows.append((visit_id, slot))
        begun.add(first_of)
    return days


def _stints(
    service_id: int, wanted: set[int], first: date, last: date
) -> dict[int, list[tuple[_Stint, tuple[int, ...]]]]:
    """The shifts of workers in order, each with the numbers of the rows it is kept as."""
    away = _away(service_id, first, last)
    lost = _lost_to_sickness(service_id, away, first, last)
    titles = dict(Absence.Kind.choices)
    found: dict[int, list[tuple[_Stint, tuple[int, ...]]]] = defaultdict(list)
    rows = Shift.objects.filter(worker__service_id=service_id, day__gte=first, day__lte=last).order_by("starts_at")
    for pk, worker_id, day, begins, ends in rows.values_list("id", "worker_id", "day", "starts_at", "ends_at"):
        if worker_id not in wanted:
            continue
        kind, until = away.get((worker_id, day), ""), ends
        night = lost.get((worker_id, day - timedelta(days=1)))
        if night and begins < night[1]:
            # the second half of a night that was lost as a whole
            kind, until = Absence.Kind.SICK, night[0]
        elif kind and (call := lost.get((worker_id, day))):
            until = call[0]
        elif kind:
            until = begins
        stint = _Stint(pk, day, begins, min(max(begins, until), ends), ends, titles.get(kind, ""))
        theirs = found[worker_id]
        if theirs and theirs[-1][0].meets(stint):
            whole, pks = theirs[-1]
            theirs[-1] = (whole.and_then(stint), (*pks, pk))
        else:
            theirs.append((stint, (pk,)))
    return found


def _lost_to_sickness(
    service_id: int, away: dict[tuple[int, date], str], first: date, last: date
) -> dict[tuple[int, date], tuple[datetime, datetime]]:
    """From when until when a day was lost to a sick call, by worker and day, where its sickness still stands."""
    rows = SickCall.objects.filter(service_id=service_id, day__gte=first, day__lte=last).order_by("called_at", "id")
    return {
        (worker_id, day): (since, until)
        for worker_id, day, since, until in rows.values_list("worker_id", "day", "lost_from", "lost_until")
        if away.get((worker_id, day)) == Absence.Kind.SICK
    }


def _stint_at(theirs: Iterable[tuple[_Stint, tuple[int, ...]]], moment: datetime) -> _Stint | None:
    """The shift in which a moment is, for visits that nobody tied to one."""
    return next((stint for stint, _ in theirs if stint.begins <= moment < stint.ends), None)


def _away(service_id: int, first: date, last: date) -> dict[tuple[int, date], str]:
    away = {}
    rows = Absence.objects.filter(worker__service_id=service_id, starts_on__lte=last, ends_on__gte=first)
    for worker_id, kind, starts_on, ends_on in rows.values_list("worker_id", "kind", "starts_on", "ends_on"):
        day = max(first, starts_on)
        while day <= min(last, ends_on):
            away[worker_id, day] = kind
            day += timedelta(days=1)
    return away
