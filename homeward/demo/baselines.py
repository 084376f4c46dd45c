"""What the fictitious service wrote down of the time before its teams were merged."""

from datetime import timedelta
from decimal import Decimal

from homeward.access.rules import Role
from homeward.demo.making import Making
from homeward.outcomes.services import record_baseline
from homeward.teams.models import Account
from homeward.teams.selectors import actor_for

A_YEAR = 365
# Of one measure and care: how it was, and where that is written. All of it made up.
BEFORE = (
    ("M24", "home-care-with-delegated-tasks", Decimal(4_900_000), "The council's ledger of bought care, made up"),
    ("M25", "integrated-crisis-response", Decimal(80), "Diaries that nurses kept, made up"),
)


def make_baselines(making: Making) -> int:
    """Record a year's spending and the length of a visit from before the days that are told; gives how many."""
    account = Account.objects.filter(services=making.service, role=Role.PERFORMANCE_LEAD).order_by("pk").first()
    if account is None or not making.size.days:
        return 0
    actor = actor_for(account)
    since = making.today - timedelta(days=making.size.days)
    last = since - timedelta(days=1)
    for measure, pathway, value, source in BEFORE:
        record_baseline(
            actor=actor, service_id=making.service.pk, measure_code=measure, of_what=pathway, value=value,
            first=last - timedelta(days=A_YEAR - 1), last=last, since=since, source=source, now=making.now,
        )  # fmt: skip
    return len(BEFORE)
