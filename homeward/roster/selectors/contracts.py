"""Reading what was agreed with workers, what may be asked of them, and how much of it is used."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import london_day, wall_clock
from homeward.roster.models import Absence, Contract, EmployerRules, Shift
from homeward.roster.rules import (
    DAILY_REST,
    LONGEST_SHIFT,
    WEEKS_AVERAGED,
    WORKING_TIME,
    Limits,
    joined,
    rota_permission,
)
from homeward.teams.models import Worker


def contracts_on(actor: Actor, service_id: int, day: date) -> dict[int, Contract]:
    """The contract that each worker of any employer has on a day; a worker without one is not there.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    rows = Contract.objects.filter(worker__service_id=service_id, starts_on__lte=day)
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).order_by("worker_id", "starts_on", "id")
    return {contract.worker_id: contract for contract in rows}


def limits_of(actor: Actor, service_id: int, day: date | None = None) -> dict[int, Limits]:
    """What may be asked of each active worker: the law, their employer's rules and their contract of a day.

    Without a day, the contract that began last.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    rules = {row.organisation_id: row for row in EmployerRules.objects.filter(organisation__service_id=service_id)}
    rows = Contract.objects.filter(worker__service_id=service_id).order_by("worker_id", "starts_on", "id")
    if day:
        rows = rows.filter(starts_on__lte=day)
    agreed = {
        worker: (nights, out) for worker, nights, out in rows.values_list("worker_id", "works_nights", "has_opted_out")
    }
    # a handful of employers and two ticks: the same few limits for everybody
    made: dict[tuple, Limits] = {}
    found = {}
    for worker_id, organisation_id in Worker.objects.filter(service_id=service_id, is_active=True).values_list(
        "id", "organisation_id"
    ):
        key = (organisation_id, *agreed.get(worker_id, (True, False)))
        if key not in made:
            made[key] = _limits(rules.get(organisation_id), *key[1:])
        found[worker_id] = made[key]
    return found


def hours_left(actor: Actor, service_id: int, day: date) -> dict[int, int | None]:
    """The minutes of each worker's contract in the week of `day` (from Monday) that no shift or draft uses yet.

    None where no hours are promised; below zero where more are rostered than promised.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    monday = day - timedelta(days=day.weekday())
    used = worked_minutes(actor, service_id, monday, monday + timedelta(days=6))
    return {
        worker_id: None if contract.weekly_minutes is None else contract.weekly_minutes - used.get(worker_id, 0)
        for worker_id, contract in contracts_on(actor, service_id, day).items()
    }


def worked_minutes(actor: Actor, service_id: int, first: date, last: date) -> dict[int, int]:
    """The minutes of shifts that start from `first` to `last`, by worker; those away are counted as rostered.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    rows = Shift.objects.filter(worker__service_id=service_id, day__gte=first, day__lte=last)
    used: dict[int, int] = {}
    for worker_id, starts_at, ends_at in rows.values_list("worker_id", "starts_at", "ends_at"):
        used[worker_id] = used.get(worker_id, 0) + round((ends_at - starts_at).total_seconds() / 60)
    return used


def shifts_known(
    actor: Actor, service_id: int, day: date, worker_ids: Collection[int] | None = None
) -> dict[int, list[tuple[datetime, datetime]]]:
    """The stretches that each worker works in the seventeen weeks up to `day` and the three after, for `breaks`.

    Days they are away are left out. All workers where none are named.

    Raises: NotAllowedError.
    """
    require(actor, rota_permission(actor), service_id)
    begins = wall_clock(day - timedelta(weeks=WEEKS_AVERAGED), "00:00")
    rows = Shift.objects.filter(
        worker__service_id=service_id,
        starts_at__gte=begins,
        starts_at__lt=wall_clock(day + timedelta(weeks=3), "00:00"),
    )
    if worker_ids is not None:
        rows = rows.filter(worker_id__in=list(worker_ids))
    away: dict[int, list[tuple[date, date]]] = {}
    absences = Absence.objects.filter(worker__service_id=service_id, ends_on__gte=london_day(begins))
    for worker_id, starts_on, ends_on in absences.values_list("worker_id", "starts_on", "ends_on"):
        away.setdefault(worker_id, []).append((starts_on, ends_on))
    known: dict[int, list[tuple[datetime, datetime]]] = {}
    for worker_id, on, starts_at, ends_at in rows.values_list("worker_id", "day", "starts_at", "ends_at"):
        if any(starts_on <= on <= ends_on for starts_on, ends_on in away.get(worker_id, ())):
            continue
        known.setdefault(worker_id, []).append((starts_at, ends_at))
    return {worker_id: joined(stretches) for worker_id, stretches in known.items()}


def _limits(rules: EmployerRules | None, works_nights: bool, has_opted_out: bool) -> Limits:
    own = set()

    def pick(name: str, field: str, law: int | None) -> int | None:
        said = getattr(rules, field, None)
        if said is None:
            return law
        own.add(name)
        return said

    weekly = WORKING_TIME.most_weekly if not has_opted_out else None
    limits = {
        "longest_shift": pick("longest_shift", "longest_shift_minutes", LONGEST_SHIFT),
        "least_rest": pick("least_rest", "least_rest_minutes", DAILY_REST),
        "most_days_in_a_row": pick("most_days_in_a_row", "most_days_in_a_row", None),
        "most_nights_in_a_row": pick("most_nights_in_a_row", "most_nights_in_a_row", None),
        "most_weekly": pick("most_weekly", "most_weekly_minutes", weekly),
    }
    return Limits(
        **limits,
        weeks_averaged=1 if "most_weekly" in own else WORKING_TIME.weeks_averaged,
        works_nights=works_nights,
        has_opted_out=has_opted_out,
        own=frozenset(own),
    )


def contracts_of(actor: Actor, worker: Worker) -> list[Contract]:
    """A worker's contracts, the newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, worker.service_id)
    return list(worker.contracts.order_by("-starts_on", "-id"))


def employer_rules(actor: Actor, service_id: int) -> dict[int, EmployerRules]:
    """What each employer of a service allows, by employer; who said nothing is not there.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    return {row.organisation_id: row for row in EmployerRules.objects.filter(organisation__service_id=service_id)}


def contracts_ending(actor: Actor, service_id: int, until: date) -> list[Contract]:
    """The contracts that end up to a day with none after them, the soonest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_ROSTER, service_id)
    ending = {}
    rows = Contract.objects.filter(worker__service_id=service_id, worker__is_active=True)
    for contract in rows.select_related("worker__organisation").order_by("worker_id", "starts_on"):
        ending[contract.worker_id] = contract
    return sorted(
        (contract for contract in ending.values() if contract.ends_on and contract.ends_on <= until),
        key=lambda contract: (contract.ends_on, contract.worker_id),
    )


def my_contract(actor: Actor, day: date) -> Contract | None:
    """The actor's own contract on a day, or None.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ASK_ROSTER)
    rows = Contract.objects.filter(worker_id=actor.worker_id or 0, starts_on__lte=day)
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)).order_by("-starts_on", "-id").first()
