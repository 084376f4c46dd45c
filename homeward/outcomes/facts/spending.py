"""Facts of what a service cost before it changed and since: a recorded baseline beside our own invoices, day by day."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from homeward.commissioning.models import InvoiceLine
from homeward.kernel.rules import months_later, year_begins
from homeward.outcomes.models import Baseline

Keys = Collection[int] | None
SPEND = "M24"
SPENDING_COLUMNS = {
    "baseline_id": "integer",
    "service_id": "integer",
    "pathway_code": "text",
    "day": "day",
    "before": "number",
    "since": "number",
}
A_DAY = timedelta(days=1)


def invoiced_since(baseline: Baseline) -> QuerySet[InvoiceLine]:
    """What was invoiced for the care a baseline is of, since the change."""
    return InvoiceLine.objects.filter(
        package__service_id=baseline.service_id, package__episode__pathway__code=baseline.of_what,
        day__gte=baseline.since,
    )  # fmt: skip


def spending(keys: Keys, now: datetime) -> Iterator[tuple]:
    """Each day since the change, in every month of which something was invoiced: as before, and as invoiced.

    A month that nobody invoiced yet would look as if nothing had been spent, and has no days.
    """
    rows = Baseline.objects.filter(measure_key=SPEND, corrected_by__isnull=True, is_taken_back=False)
    for baseline in rows.order_by("pk"):
        days = invoiced_since(baseline).values("day").annotate(pence=Sum(Coalesce(F("agreed_pence"), F("found_pence"))))
        spent = Counter(dict(days.values_list("day", "pence")))
        for begins in sorted({day.replace(day=1) for day in spent}):
            day = max(begins, baseline.since)
            while day < months_later(begins, 1):
                yield (
                    baseline.pk, baseline.service_id, baseline.of_what, day,
                    float(baseline.value) / days_of_year(day), float(spent[day]),
                )  # fmt: skip
                day += A_DAY


def days_of_year(day: date) -> int:
    """How many days the financial year has that a day is in."""
    begins = year_begins(day)
    return (months_later(begins, 12) - begins).days
