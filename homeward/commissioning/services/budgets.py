"""Pools and their lines, personal budgets, and joint commissioning plans."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.commissioning.models import (
    JointPlan,
    Package,
    PersonalBudget,
    PersonalPayment,
    PersonalReview,
    PlanDecision,
    PlanLine,
    Pool,
    PoolEntry,
    PoolLine,
)
from homeward.commissioning.services.changing import _done, _locked, _tell, _words
from homeward.commissioning.services.packages import check_percent
from homeward.commissioning.states import PLAN_LINE_MOVES, ManagedBy, PlanLineState, PoolKind
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person


@transaction.atomic
def open_pool(
    *, actor: Actor, service_id: int, name: str, kind: str, starts_on: date, ends_on: date, council_percent: int,
    agreement: str, now: datetime,
) -> Pool:  # fmt: skip
    """Open a budget between two days.

    Raises: NotAllowedError; RefusedError where it is there already, or what is told cannot be.
    """
    require(actor, Permission.COMMISSION, service_id)
    name = _words(name, "Enter the name of the budget.")[:160]
    if kind not in PoolKind.values:
        raise RefusedError("Choose what kind of budget it is.")
    if ends_on <= starts_on:
        raise RefusedError("The budget ends before it starts. Check the days.")
    check_percent(council_percent)
    if Pool.objects.filter(service_id=service_id, name=name, starts_on=starts_on).exists():
        raise RefusedError("There is a budget of this name from this day already.")
    pool = Pool.objects.create(
        service_id=service_id, name=name, kind=kind, starts_on=starts_on, ends_on=ends_on,
        council_percent=council_percent, agreement=agreement.strip()[:250],
    )  # fmt: skip
    _done(actor, "open pool", service_id, ("pool", pool.pk), now)
    return pool


@transaction.atomic
def add_pool_line(*, actor: Actor, pool: Pool, title: str, planned_pence: int, now: datetime) -> PoolLine:
    """Add what a part of a pool is for.

    Raises: NotAllowedError; RefusedError where there is one of this title, or it is below nothing.
    """
    require(actor, Permission.COMMISSION, pool.service_id)
    title = _words(title, "Say what the line is for.")[:160]
    if planned_pence < 0:
        raise RefusedError("Enter an amount from nothing up.")
    if PoolLine.objects.filter(pool=pool, title=title).exists():
        raise RefusedError("There is a line of this name already.")
    line = PoolLine.objects.create(pool=pool, title=title, planned_pence=planned_pence)
    _done(actor, "add pool line", pool.service_id, ("pool", pool.pk), now)
    return line


@transaction.atomic
def add_pool_entry(*, actor: Actor, line: PoolLine, day: date, pence: int, text: str, now: datetime) -> PoolEntry:
    """Write down money spent from a line that is on no invoice here; below nothing where it came back.

    Raises: NotAllowedError; RefusedError where it is outside the pool's days, is nothing, or says nothing.
    """
    require(actor, Permission.COMMISSION, line.pool.service_id)
    if not line.pool.starts_on <= day <= min(line.pool.ends_on, london_day(now)):
        raise RefusedError("Choose a day of this budget that is not still to come.")
    if pence == 0:
        raise RefusedError("Enter an amount.")
    said = _words(text, "Say what it was for.")[:250]
    entry = PoolEntry.objects.create(line=line, day=day, pence=pence, text=said, written_at=now, written_by=actor.name)
    _done(actor, "add pool entry", line.pool.service_id, ("pool", line.pool_id), now)
    return entry


@transaction.atomic
def tie_to_pool_line(*, actor: Actor, package: Package, line: PoolLine | None, now: datetime) -> Package:
    """Say from which line of a pool a package is paid; None for none.

    Raises: NotAllowedError; RefusedError for a line of another service.
    """
    require(actor, Permission.COMMISSION, package.service_id)
    package = _locked(package)
    if line is not None and line.pool.service_id != package.service_id:
        raise RefusedError("This budget is of another service.")
    package.pool_line = line
    package.save(update_fields=["pool_line"])
    _tell(actor, package, "pool", "tie package to pool", now, f"{line.pool.name}: {line.title}" if line else "")
    return package


@transaction.atomic
def agree_personal_budget(
    *, actor: Actor, person: Person, managed_by: str, weekly_pence: int, council_percent: int, starts_on: date,
    review_on: date, account_reference: str, now: datetime,
) -> PersonalBudget:  # fmt: skip
    """Write down a personal budget that was agreed with somebody.

    Raises: NotAllowedError; RefusedError where they have one then, or what is told cannot be.
    """
    require(actor, Permission.COMMISSION, person.service_id)
    if managed_by not in ManagedBy.values:
        raise RefusedError("Choose who holds the money.")
    if weekly_pence <= 0:
        raise RefusedError("Enter what it comes to a week.")
    check_percent(council_percent)
    if review_on <= starts_on:
        raise RefusedError("Choose a day to review it after its start.")
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    if PersonalBudget.objects.filter(running, person=person).exists():
        raise RefusedError("This person has a personal budget then. End it first.")
    budget = PersonalBudget.objects.create(
        service_id=person.service_id, person=person, managed_by=managed_by, weekly_pence=weekly_pence,
        council_percent=council_percent, starts_on=starts_on, review_on=review_on,
        account_reference=account_reference.strip()[:40], agreed_at=now, agreed_by=actor.name,
    )  # fmt: skip
    _of_budget(actor, "agree personal budget", budget, now)
    return budget


@transaction.atomic
def pay_personal_budget(
    *, actor: Actor, budget: PersonalBudget, paid_on: date, pence: int, text: str, now: datetime
) -> PersonalPayment:
    """Write down money paid into the account of a personal budget; below nothing where it was taken back.

    Raises: NotAllowedError; RefusedError for nothing, or for a day still to come or before its start.
    """
    require(actor, Permission.COMMISSION, budget.service_id)
    if pence == 0:
        raise RefusedError("Enter an amount.")
    if not budget.starts_on <= paid_on <= london_day(now):
        raise RefusedError("Choose a day from its start to today.")
    payment = PersonalPayment.objects.create(
        budget=budget, paid_on=paid_on, pence=pence, text=_words(text, "Say what it is for.")[:250], written_at=now,
        written_by=actor.name,
    )  # fmt: skip
    _of_budget(actor, "pay personal budget", budget, now)
    return payment


@transaction.atomic
def review_personal_budget(
    *, actor: Actor, budget: PersonalBudget, reviewed_on: date, left_pence: int, text: str, next_on: date, now: datetime
) -> PersonalReview:
    """Write down a look at a personal budget with the person, and when to look again.

    Raises: NotAllowedError; RefusedError for a day still to come, or a next one that is not after it.
    """
    require(actor, Permission.COMMISSION, budget.service_id)
    if reviewed_on > london_day(now):
        raise RefusedError("This day is still to come.")
    if next_on <= reviewed_on:
        raise RefusedError("Choose a next day after this one.")
    review = PersonalReview.objects.create(
        budget=budget, reviewed_on=reviewed_on, left_pence=left_pence, text=_words(text, "Write what was found."),
        next_on=next_on, written_at=now, written_by=actor.name,
    )  # fmt: skip
    budget.review_on = next_on
    budget.save(update_fields=["review_on"])
    _of_budget(actor, "review personal budget", budget, now)
    return review


@transaction.atomic
def end_personal_budget(*, actor: Actor, budget: PersonalBudget, last_day: date, now: datetime) -> PersonalBudget:
    """Say which day is a personal budget's last.

    Raises: NotAllowedError; RefusedError where it is before its start, or it has ended.
    """
    require(actor, Permission.COMMISSION, budget.service_id)
    if budget.ends_on is not None:
        raise RefusedError("This personal budget has ended already.")
    if last_day < budget.starts_on:
        raise RefusedError("This is before it starts. Check the day.")
    budget.ends_on = last_day
    budget.save(update_fields=["ends_on"])
    _of_budget(actor, "end personal budget", budget, now)
    return budget


@transaction.atomic
def add_joint_plan(
    *, actor: Actor, service_id: int, title: str, starts_on: date, ends_on: date, now: datetime
) -> JointPlan:
    """Open a joint commissioning plan.

    Raises: NotAllowedError; RefusedError without a title, or where it ends before it starts.
    """
    require(actor, Permission.COMMISSION, service_id)
    if ends_on <= starts_on:
        raise RefusedError("The plan ends before it starts. Check the days.")
    title = _words(title, "Enter the title of the plan.")[:160]
    plan = JointPlan.objects.create(service_id=service_id, title=title, starts_on=starts_on, ends_on=ends_on)
    _done(actor, "add joint plan", service_id, ("joint plan", plan.pk), now)
    return plan


@transaction.atomic
def add_plan_line(
    *, actor: Actor, plan: JointPlan, title: str, lead: str, due_on: date, pool_line: PoolLine | None, now: datetime
) -> PlanLine:
    """Add something a joint plan is to bring.

    Raises: NotAllowedError; RefusedError where it says too little, or is due outside the plan.
    """
    require(actor, Permission.COMMISSION, plan.service_id)
    if not plan.starts_on <= due_on <= plan.ends_on:
        raise RefusedError("Choose a day of the plan.")
    line = PlanLine.objects.create(
        plan=plan, title=_words(title, "Say what it is to bring.")[:200], due_on=due_on, pool_line=pool_line,
        lead=_words(lead, "Say who leads it.")[:160],
    )  # fmt: skip
    _done(actor, "add plan line", plan.service_id, ("joint plan", plan.pk), now)
    return line


@transaction.atomic
def decide_plan_line(
    *, actor: Actor, line: PlanLine, state: str, decided_on: date, decided_by: str, text: str, now: datetime
) -> PlanDecision:
    """Write down what was decided of a line, by whom, and how it stands after.

    Raises: NotAllowedError; RefusedError where it cannot stand so after, or it says too little.
    """
    require(actor, Permission.COMMISSION, line.plan.service_id)
    line = PlanLine.objects.select_for_update(of=("self",)).select_related("plan").get(pk=line.pk)
    if state not in PlanLineState.values:
        raise RefusedError("Choose how the line stands after this decision.")
    if state != line.state and state not in PLAN_LINE_MOVES[line.state]:
        raise RefusedError(
            f"This line is “{PlanLineState(line.state).label.lower()}”, so it cannot become "
            f"“{PlanLineState(state).label.lower()}”."
        )
    if decided_on > london_day(now):
        raise RefusedError("This day is still to come.")
    decision = PlanDecision.objects.create(
        line=line, decided_on=decided_on, decided_by=_words(decided_by, "Say who decided.")[:200], state_after=state,
        text=_words(text, "Say what was decided."), written_at=now, written_by=actor.name,
    )  # fmt: skip
    line.state = state
    line.save(update_fields=["state"])
    _done(actor, "decide plan line", line.plan.service_id, ("joint plan", line.plan_id), now)
    return decision


def _of_budget(actor: Actor, action: str, budget: PersonalBudget, now: datetime) -> None:
    _done(actor, action, budget.service_id, ("personal budget", budget.pk), now, budget.person_id)
