"""What a page of results asks for: which measures, of which service, over how long."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils import timezone

from homeward.kernel.rules import london_day, months_later
from homeward.outcomes.measures.definition import By, Computed
from homeward.outcomes.selectors import measures_of
from homeward.web.service_choice import service_here

DAYS = 42  # back a page looks by day: six of each day of the week
MONTHS = {By.MONTH: 24, By.QUARTER: 48}  # back it looks by these
SPANS = ((By.DAY, "By day"), (By.MONTH, "By month"), (By.QUARTER, "By quarter"))


def by_asked(request: HttpRequest) -> By:
    """How long a period is, as the address asks; a month where it asks for none that there is."""
    asked = request.GET.get("by", "")
    return next((one for one, _ in SPANS if one.value == asked), By.MONTH)


def first_day(by: By, today: date) -> date:
    """How far back a page looks."""
    if by is By.DAY:
        return today - timedelta(days=DAYS)
    first = months_later(today.replace(day=1), -MONTHS.get(by, MONTHS[By.QUARTER]))
    if by is By.QUARTER:
        first = first.replace(month=first.month - (first.month - 1) % 3)
    return first


def computed_for(
    request: HttpRequest,
    keys: Sequence[str] | None,
    by: By,
    split: str = "",
    *,
    service_id: int | None = None,
    is_leaving: bool = False,
) -> list[Computed]:
    """Measures, all or those with these keys, as far back as a page looks; of the service shown, or of another.

    Of what `is_leaving` the service it is told of how many people each number is, so that small ones can be hidden.

    Raises: NotAllowedError; RefusedError where nothing was copied yet.
    """
    now = timezone.now()
    today = london_day(now)
    of = service_id or service_here(request).pk
    first = first_day(by, today)
    return measures_of(request.actor, of, first, today, now, by=by, keys=keys, split=split, by_whom=is_leaving)
