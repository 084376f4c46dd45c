"""Pools with what is planned, committed, spent and forecast; personal budgets; joint plans."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.db.models.functions import Coalesce

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.commissioning.models import InvoiceLine, JointPlan, Package, PersonalBudget, PlanLine, Pool, PoolLine
from homeward.commissioning.rules.money import council_part
from homeward.commissioning.rules.prices import NoPriceError, cost_of_days
from homeward.commissioning.selectors.packages import NotFoundError, packages_between, suspended_days
from homeward.commissioning.states import PlanLineState
from homeward.kernel.rules import days_from, london_day
from homeward.people.selectors import person_for, sights


@dataclass(frozen=True, slots=True)
class PoolLineView:
    """A line of a pool, in pence: planned, spent so far, delivered and not invoiced yet, committed to its end.

    Spent is what invoices' lines come to, agreed or as found, with what was written down by hand. Committed is what
    packages under way or agreed are planned to cost from today to the pool's end.
    """

    line: PoolLine
    planned: int
    spent: int
    owed: int
    committed: int
    packages: int

    @property
    def forecast(self) -> int:
        """What the line comes to by the end, if all goes on as it is."""
        return self.spent + self.owed + self.committed

    @property
    def left(self) -> int:
        """What is planned and not forecast to be spent; below nothing where too little is planned."""
        return self.planned - self.forecast


@dataclass(frozen=True, slots=True)
class PoolView:
    """A pool with its lines, and what council and NHS put in of what is planned."""

    pool: Pool
    lines: tuple[PoolLineView, ...]

    def total(self, what: str) -> int:
        """A figure of all its lines together."""
        return sum(getattr(line, what) for line in self.lines)

    @property
    def council_planned(self) -> int:
        """The council's part of what is planned."""
        return council_part(self.total("planned"), self.pool.council_percent)


@dataclass(frozen=True, slots=True)
class PersonalBudgetLine:
    """A personal budget with what was due and paid by a day, in pence; reviews are due on or before `today`."""

    budget: PersonalBudget
    due: int
    paid: int
    is_review_due: bool


@dataclass(frozen=True, slots=True)
class PersonalBudgets:
    """The personal budgets of people the actor may see, and how many are kept back."""

    lines: tuple[PersonalBudgetLine, ...]
    kept_back: int


@dataclass(frozen=True, slots=True)
class JointPlanView:
    """A joint plan with its lines, how many were delivered, and how many are past their day."""

    plan: JointPlan
    lines: tuple[PlanLine, ...]
    delivered: int
    late: int


def pools(actor: Actor, service_id: int, now: datetime) -> list[PoolView]:
    """The pools of a service with their figures, the newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_SPENDING, service_id)
    rows = Pool.objects.filter(service_id=service_id).prefetch_related("lines").order_by("-starts_on", "name")
    return [_pool(actor, pool, london_day(now)) for pool in rows]


def pool_for(actor: Actor, pool_id: int, now: datetime) -> PoolView:
    """One pool with its figures.

    Raises: NotAllowedError; NotFoundError.
    """
    require(actor, Permission.SEE_SPENDING)
    rows = Pool.objects.filter(service_id__in=actor.service_ids, pk=pool_id).select_related("service")
    pool = rows.prefetch_related("lines__entries").first()
    if pool is None:
        raise NotFoundError("There is no such budget in your service.")
    return _pool(actor, pool, london_day(now))


def pool_lines(actor: Actor, service_id: int) -> list[PoolLine]:
    """Every line of every pool of a service, for choosing from.

    Raises: NotAllowedError.
    """
    require(actor, Permission.COMMISSION, service_id)
    rows = PoolLine.objects.filter(pool__service_id=service_id).select_related("pool")
    return list(rows.order_by("-pool__starts_on", "pool__name", "title"))


def _pool(actor: Actor, pool: Pool, today: date) -> PoolView:
    packages: dict[int, list[Package]] = defaultdict(list)
    for package in packages_between(actor, pool.service_id, pool.starts_on, pool.ends_on, pool_line__pool=pool):
        packages[package.pool_line_id].append(package)
    invoiced: dict[int, int] = defaultdict(int)
    months: set[tuple[int, int, int]] = set()
    rows = InvoiceLine.objects.filter(
        package__pool_line__pool=pool, day__gte=pool.starts_on, day__lte=pool.ends_on
    ).values_list("package__pool_line_id", "package_id", "day")
    for line_id, package_id, day, pence in rows.annotate(pence=Sum(Coalesce("agreed_pence", "found_pence"))):
        invoiced[line_id] += pence
        months.add((package_id, day.year, day.month))
    by_hand = dict(pool.lines.values_list("id").annotate(pence=Sum("entries__pence")))
    lines = []
    for line in sorted(pool.lines.all(), key=lambda one: one.pk):
        owed = committed = 0
        for package in packages[line.pk]:
            for day, pence in _planned(package, pool, today).items():
                if day >= today:
                    committed += pence
                elif (package.pk, day.year, day.month) not in months:
                    owed += pence
        lines.append(
            PoolLineView(
                line, line.planned_pence, invoiced[line.pk] + (by_hand.get(line.pk) or 0), owed, committed,
                len(packages[line.pk]),
            )
        )  # fmt: skip
    return PoolView(pool, tuple(lines))


def _planned(package: Package, pool: Pool, today: date) -> dict[date, int]:
    """What a package is planned to cost on each of its days in a pool."""
    begins = package.started_on or max(package.starts_on, today)
    first, last = max(begins, pool.starts_on), min(package.ended_on or pool.ends_on, pool.ends_on)
    days = days_from(first, last)
    try:
        return cost_of_days(
            package.contract.terms(), package.kind, package.weekly(), days, suspended_days(package, first, last)
        )
    except NoPriceError:
        return {}


def personal_budgets(actor: Actor, service_id: int, now: datetime) -> PersonalBudgets:
    """The personal budgets that run, those whose review is due first; reading is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.COMMISSION, service_id)
    today = london_day(now)
    rows = PersonalBudget.objects.filter(service_id=service_id).exclude(ends_on__lt=today)
    rows = list(rows.select_related("person").prefetch_related("payments", "reviews").order_by("review_on", "id"))
    seen = sights(actor, list({row.person_id: row.person for row in rows}.values()), now)
    shown = [row for row in rows if seen[row.person_id] >= Sight.VISIT]
    record_reads(
        actor=actor, action="read personal budgets", subject_kind="personal budget", now=now, service_id=service_id,
        person_ids={row.person_id for row in shown},
    )  # fmt: skip
    return PersonalBudgets(tuple(_personal(row, today) for row in shown), len(rows) - len(shown))


def person_budget_for(actor: Actor, personal_budget_id: int, now: datetime) -> PersonalBudgetLine:
    """One personal budget with its payments and reviews; the opening of the record is checked and audited.

    Raises: NotAllowedError; NoRelationshipError; NotFoundError.
    """
    require(actor, Permission.COMMISSION)
    rows = PersonalBudget.objects.filter(service_id__in=actor.service_ids, pk=personal_budget_id)
    budget = rows.select_related("person", "service").prefetch_related("payments", "reviews").first()
    if budget is None:
        raise NotFoundError("There is no such personal budget in your service.")
    person_for(actor, budget.person_id, now, Sight.VISIT)
    return _personal(budget, london_day(now))


def _personal(budget: PersonalBudget, today: date) -> PersonalBudgetLine:
    until = min(today, budget.ends_on or today)
    days = (until - budget.starts_on + timedelta(days=1)).days
    return PersonalBudgetLine(
        budget=budget,
        # whole weeks begun: direct payments are made ahead
        due=budget.weekly_pence * max(0, -(-days // 7)),
        paid=sum(one.pence for one in budget.payments.all()),
        is_review_due=budget.review_on <= today,
    )


def joint_plans(actor: Actor, service_id: int, now: datetime) -> list[JointPlanView]:
    """The joint commissioning plans of a service with their lines and decisions, the newest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_SPENDING, service_id)
    today = london_day(now)
    rows = JointPlan.objects.filter(service_id=service_id)
    views = []
    for plan in rows.prefetch_related("lines__decisions", "lines__pool_line__pool").order_by("-starts_on", "-id"):
        lines = sorted(plan.lines.all(), key=lambda one: (one.due_on, one.pk))
        over = (PlanLineState.DELIVERED, PlanLineState.STOPPED)
        views.append(
            JointPlanView(
                plan, tuple(lines), sum(one.state == PlanLineState.DELIVERED for one in lines),
                sum(one.due_on < today and one.state not in over for one in lines),
            )
        )  # fmt: skip
    return views
