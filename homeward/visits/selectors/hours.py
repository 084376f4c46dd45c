"""How paid time is used, by worker, day and employer, from shifts, contracts and what was planned and done."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeward.access.rules import Actor, Permission, require
from homeward.roster.models import Absence, Contract, Shift
from homeward.roster.states import PayBasis
from homeward.teams.models import Account, Organisation, Worker
from homeward.visits.models import Assignment
from homeward.visits.rules.hours import Part, Use, minutes_between, together, use_of_day
from homeward.visits.states import VisitState


@dataclass(frozen=True, slots=True)
class WorkerHours:
    """How one worker's time of some days was used. `basis` is empty where no contract is on record."""

    worker: Worker
    basis: str
    use: Use


@dataclass(frozen=True, slots=True)
class EmployerHours:
    """How the time of an employer's workers was used."""

    employer: Organisation
    workers: tuple[WorkerHours, ...]
    use: Use


def employers_seen(actor: Actor, service_id: int) -> list[Organisation]:
    """The employers whose hours and statements the actor may see, by name.

    Whoever manages the roster for the service sees all. Whoever works for an agency sees their own agency only,
    whatever their role: what another is paid is not theirs to see. Others who see the roster see their own employer.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    employers = Organisation.objects.filter(service_id=service_id, is_employer=True).order_by("name")
    own = own_employer(actor)
    is_agency = own is not None and own.kind == Organisation.Kind.HOME_CARE_AGENCY
    if actor.may(Permission.MANAGE_ROSTER) and not is_agency:
        return list(employers)
    return [one for one in employers if own is not None and one.pk == own.pk]


def own_employer(actor: Actor) -> Organisation | None:
    """Whom the actor works for, by their account.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER)
    account = Account.objects.filter(pk=actor.account_id).select_related("organisation").first()
    return account.organisation if account else None


def hours_between(actor: Actor, service_id: int, first: date, last: date) -> list[EmployerHours]:
    """How paid time was used from `first` to `last`, by employer the actor may see and by worker, in five queries.

    A worker with neither a shift nor a visit is left out. Names nobody who is cared for.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    employers = employers_seen(actor, service_id)
    workers = list(
        Worker.objects.filter(organisation_id__in=[one.pk for one in employers]).select_related("organisation")
    )
    days = _used_days(service_id, [worker.pk for worker in workers], first, last)
    contracts = _contracts_between(service_id, first, last)
    by_employer: dict[int, list[WorkerHours]] = defaultdict(list)
    for worker in workers:
        theirs = days.get(worker.pk)
        if not theirs:
            continue
        basis = ""
        uses = []
        for day in sorted(theirs):
            contract = _contract_on(contracts.get(worker.pk, ()), day)
            basis = contract.pay_basis if contract else basis
            uses.append(theirs[day].use(_pays_shift(contract)))
        by_employer[worker.organisation_id].append(WorkerHours(worker, basis, together(uses)))
    return [
        EmployerHours(
            employer=employer,
            workers=tuple(sorted(by_employer[employer.pk], key=lambda one: (-one.use.unused, one.worker.label))),
            use=together(one.use for one in by_employer[employer.pk]),
        )
        for employer in employers
        if by_employer[employer.pk]
    ]


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


def _used_days(service_id: int, worker_ids: list[int], first: date, last: date) -> dict[int, dict[date, UsedDay]]:
    """The days on which these workers had a shift or a visit, by worker and day."""
    wanted = set(worker_ids)
    days: dict[int, dict[date, UsedDay]] = defaultdict(dict)

    def day_of(worker_id: int, day: date) -> UsedDay:
        return days[worker_id].setdefault(day, UsedDay([], [], [], []))

    away = _away(service_id, first, last)
    titles = dict(Absence.Kind.choices)
    rows = Shift.objects.filter(worker__service_id=service_id, day__gte=first, day__lte=last).order_by("starts_at")
    for pk, worker_id, day, begins, ends in rows.values_list("id", "worker_id", "day", "starts_at", "ends_at"):
        if worker_id not in wanted:
            continue
        kind = away.get((worker_id, day))
        if kind is None:
            day_of(worker_id, day).shifts.append((pk, begins, ends))
        else:
            day_of(worker_id, day).away.append((pk, begins, ends, titles[kind]))
    held = (
        Assignment.objects.filter(visit__service_id=service_id, visit__day__gte=first, visit__day__lte=last)
        .exclude(visit__state=VisitState.CANCELLED)
        .order_by("starts_at", "id")
    )
    begun: set[tuple[int, int | None]] = set()
    for worker_id, day, shift_id, visit_id, slot, starts, ends, travel, arrived, left, state in held.values_list(
        "worker_id", "visit__day", "shift_id", "visit_id", "slot", "starts_at", "ends_at", "travel_minutes",
        "arrived_at", "left_at", "visit__state",
    ):  # fmt: skip
        if worker_id not in wanted:
            continue
        there = day_of(worker_id, day)
        first_of = (worker_id, shift_id or _shift_at(there, starts))
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


def _shift_at(day: UsedDay, moment: datetime) -> int | None:
    """The shift of a day in which a moment is, for visits that nobody tied to one."""
    return next((pk for pk, begins, ends in day.shifts if begins <= moment < ends), None)


def _away(service_id: int, first: date, last: date) -> dict[tuple[int, date], str]:
    away = {}
    rows = Absence.objects.filter(worker__service_id=service_id, starts_on__lte=last, ends_on__gte=first)
    for worker_id, kind, starts_on, ends_on in rows.values_list("worker_id", "kind", "starts_on", "ends_on"):
        day = max(first, starts_on)
        while day <= min(last, ends_on):
            away[worker_id, day] = kind
            day += timedelta(days=1)
    return away
