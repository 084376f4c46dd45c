"""What bought care costs, and how much is bought beside what is delivered in house (measure M14). Names nobody."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import DurationField, ExpressionWrapper, F, Sum
from django.db.models.functions import Coalesce, TruncMonth

from homeward.access.rules import Actor, Permission, require
from homeward.commissioning.models import InvoiceLine, Package, Provider
from homeward.commissioning.rules.money import council_part
from homeward.commissioning.selectors.packages import share_on
from homeward.commissioning.states import ProviderKind
from homeward.kernel.rules import months_later
from homeward.visits.models import Assignment
from homeward.visits.states import AssignmentState

BOUGHT = (ProviderKind.PRIVATE, ProviderKind.VOLUNTARY, ProviderKind.USER_LED)


@dataclass(frozen=True, slots=True)
class MonthOfSpending:
    """A month: pence agreed, or found where nobody decided yet, by kind of provider and by who pays; minutes delivered.

    `provisional_pence` is the part of it that nobody has agreed yet.
    """

    month: date
    by_kind: dict[str, int]
    council_pence: int
    nhs_pence: int
    provisional_pence: int
    bought_minutes: int
    in_house_minutes: int

    @property
    def pence(self) -> int:
        """Everything of the month."""
        return sum(self.by_kind.values())


@dataclass(frozen=True, slots=True)
class Spending:
    """Months in order, from the first to the last asked for."""

    months: tuple[MonthOfSpending, ...]


def spending(actor: Actor, service_id: int, first: date, last: date) -> Spending:
    """Each month from the one of `first` to the one of `last`: what bought care cost, and hours bought and in house.

    Money is of the lines of invoices by the day of the visit; hours are those workers were with people, as recorded.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_SPENDING, service_id)
    first, end = first.replace(day=1), months_later(last.replace(day=1), 1)
    money: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    council: dict[date, int] = defaultdict(int)
    provisional: dict[date, int] = defaultdict(int)
    lines = InvoiceLine.objects.filter(invoice__service_id=service_id, day__gte=first, day__lt=end)
    sums = lines.annotate(month=TruncMonth("day")).values_list(
        "month", "day", "package_id", "invoice__contract__provider__kind"
    )
    shares = {
        package.pk: package
        for package in Package.objects.filter(service_id=service_id, contract__isnull=False).prefetch_related("shares")
    }
    parts: dict[tuple[date, int], int] = defaultdict(int)
    for month, day, package_id, kind, pence in sums.annotate(pence=Sum(Coalesce("agreed_pence", "found_pence"))):
        money[month][kind] += pence
        package = shares.get(package_id)
        parts[month, share_on(package, day) if package else 100] += pence
    for (month, percent), pence in parts.items():
        council[month] += council_part(pence, percent)
    undecided = lines.filter(agreed_pence__isnull=True).annotate(month=TruncMonth("day")).values_list("month")
    for month, pence in undecided.annotate(pence=Sum("found_pence")):
        provisional[month] += pence
    bought, in_house = _minutes(service_id, first, end)
    months = []
    month = first
    while month < end:
        total = sum(money[month].values())
        months.append(
            MonthOfSpending(
                month, dict(money[month]), council[month], total - council[month], provisional[month],
                bought.get(month, 0), in_house.get(month, 0),
            )
        )  # fmt: skip
        month = months_later(month, 1)
    return Spending(tuple(months))


def _minutes(service_id: int, first: date, end: date) -> tuple[dict[date, int], dict[date, int]]:
    """Minutes with people by month: of workers of providers, and of everybody else."""
    providers = Provider.objects.filter(service_id=service_id, kind__in=BOUGHT).values("organisation_id")
    spent = ExpressionWrapper(
        Coalesce(F("left_at"), F("ends_at")) - Coalesce(F("arrived_at"), F("starts_at")), output_field=DurationField()
    )
    rows = Assignment.objects.filter(
        visit__service_id=service_id, visit__day__gte=first, visit__day__lt=end, state=AssignmentState.LEFT
    )

    def by_month(theirs) -> dict[date, int]:
        sums = theirs.annotate(month=TruncMonth("visit__day")).values_list("month").annotate(spent=Sum(spent))
        return {month: round(length.total_seconds() / 60) for month, length in sums.order_by("month")}

    return (
        by_month(rows.filter(worker__organisation_id__in=providers)),
        by_month(rows.exclude(worker__organisation_id__in=providers)),
    )
