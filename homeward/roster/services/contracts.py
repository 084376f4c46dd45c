"""Recording what was agreed with workers, and what an employer allows."""

from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.roster.models import Contract, EmployerRules
from homeward.roster.rules import DAILY_REST, LONGEST_SHIFT, WEEKLY_AVERAGE
from homeward.roster.states import ContractKind, PayBasis
from homeward.teams.models import Organisation, Worker

MINUTES_OF_A_WEEK = 7 * 24 * 60


@transaction.atomic
def agree_contract(
    *,
    actor: Actor,
    worker: Worker,
    kind: str,
    pay_basis: str,
    starts_on: date,
    now: datetime,
    weekly_minutes: int | None = None,
    hourly_pence: int | None = None,
    overtime_percent: int = 0,
    works_nights: bool = True,
    has_opted_out: bool = False,
    areas: tuple[str, ...] = (),
    ends_on: date | None = None,
) -> Contract:
    """Record what a worker and their employer agreed from a day on; the contract before ends the day before.

    Raises: NotAllowedError; RefusedError when a choice, a number or a day cannot be right.
    """
    require(actor, Permission.MANAGE_ROSTER, worker.service_id)
    if kind not in ContractKind.values or pay_basis not in PayBasis.values:
        raise RefusedError("Choose the kind of contract and what is paid for.")
    if kind == ContractKind.HOURS and not weekly_minutes:
        raise RefusedError("Give the hours a week that are contracted.")
    if weekly_minutes is not None and not 0 < weekly_minutes <= MINUTES_OF_A_WEEK:
        raise RefusedError("Give hours a week that fit into one.")
    if kind == ContractKind.ZERO_HOURS:
        weekly_minutes = None
    if ends_on and ends_on < starts_on:
        raise RefusedError("It ends before it starts. Change one of the days.")
    before = Contract.objects.select_for_update().filter(worker=worker)
    if before.filter(starts_on__gte=starts_on).exists():
        raise RefusedError("A contract that starts on that day or later is on record. Choose a later first day.")
    before.filter(ends_on__isnull=True).update(ends_on=starts_on - timedelta(days=1))
    before.filter(ends_on__gte=starts_on).update(ends_on=starts_on - timedelta(days=1))
    contract = Contract.objects.create(
        worker=worker,
        kind=kind,
        pay_basis=pay_basis,
        weekly_minutes=weekly_minutes,
        hourly_pence=hourly_pence,
        overtime_percent=overtime_percent,
        works_nights=works_nights,
        has_opted_out=has_opted_out,
        areas=sorted({area.strip().upper() for area in areas if area.strip()}),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    record(actor=actor, action="agree contract", subject=("contract", contract.pk), now=now,
           service_id=worker.service_id)  # fmt: skip
    tell(topic="roster", service_id=worker.service_id, subject=("contract", contract.pk), now=now)
    return contract


@transaction.atomic
def add_contracts(*, actor: Actor, service_id: int, contracts: list[Contract], now: datetime) -> list[Contract]:
    """Add contracts (unsaved rows) in bulk.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    Contract.objects.bulk_create(contracts, batch_size=500)
    record(actor=actor, action="add contracts", subject=("contract", None), now=now, service_id=service_id,
           count=len(contracts))  # fmt: skip
    return contracts


@transaction.atomic
def set_employer_rules(
    *,
    actor: Actor,
    organisation: Organisation,
    now: datetime,
    longest_shift_minutes: int | None = None,
    least_rest_minutes: int | None = None,
    most_days_in_a_row: int | None = None,
    most_nights_in_a_row: int | None = None,
    most_weekly_minutes: int | None = None,
    agreement: str = "",
) -> EmployerRules:
    """Say what an employer allows; what is None is as the Working Time Regulations say.

    Less rest or a longer shift than the Regulations' figures holds only under a collective or workforce agreement
    (regulations 23 and 24), which `agreement` names. The weekly hours are of each week, and never more than 48.

    Raises: NotAllowedError; RefusedError when a number cannot be right or needs an agreement.
    """
    require(actor, Permission.MANAGE_ROSTER, organisation.service_id)
    numbers = (longest_shift_minutes, least_rest_minutes, most_days_in_a_row, most_nights_in_a_row, most_weekly_minutes)
    if any(number is not None and number <= 0 for number in numbers):
        raise RefusedError("Give numbers above 0, or leave a field empty.")
    day = 24 * 60
    if (longest_shift_minutes or 0) > day or (least_rest_minutes or 0) > day:
        raise RefusedError("A shift or a daily rest is not longer than 24 hours. Check the number.")
    if (most_weekly_minutes or 0) > WEEKLY_AVERAGE:
        raise RefusedError(
            "The Working Time Regulations allow 48 hours a week on average (regulation 4). Give 48 or fewer, and record"
            " on their contract who agreed to more."
        )
    is_less = (least_rest_minutes or DAILY_REST) < DAILY_REST or (longest_shift_minutes or 0) > LONGEST_SHIFT
    if is_less and not agreement.strip():
        raise RefusedError(
            "Less than 11 hours of daily rest holds only under a collective or workforce agreement (Working Time"
            " Regulations 1998, regulations 23 and 24). Name it, or leave the field empty."
        )
    rules, _ = EmployerRules.objects.update_or_create(
        organisation=organisation,
        defaults={
            "longest_shift_minutes": longest_shift_minutes,
            "least_rest_minutes": least_rest_minutes,
            "most_days_in_a_row": most_days_in_a_row,
            "most_nights_in_a_row": most_nights_in_a_row,
            "most_weekly_minutes": most_weekly_minutes,
            "agreement": agreement.strip(),
            "set_by": actor.name,
            "set_at": now,
        },
    )
    record(actor=actor, action="set employer rules", subject=("organisation", organisation.pk), now=now,
           service_id=organisation.service_id)  # fmt: skip
    tell(topic="roster", service_id=organisation.service_id, subject=("organisation", organisation.pk), now=now)
    return rules
