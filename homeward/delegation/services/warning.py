"""What the service does by itself: warn in time that a sign-off or a delegation runs out, and stop where it must."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.delegation.models import Delegation
from homeward.delegation.rules import LAPSE_WARNINGS
from homeward.delegation.selectors.overview import lapsing_sign_offs
from homeward.delegation.states import DelegationState
from homeward.kernel.rules import london_day
from homeward.notices.services import notify
from homeward.procedures.selectors import skill_title
from homeward.teams.models import Account


@transaction.atomic
def warn_of_lapses(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Tell the worker and whoever signed that a sign-off ends in eight, four and one weeks, and likewise whoever
    delegated that a delegation must be reviewed; gives how many notices went out.

    Each is told once however often this runs; after a stop only the latest warning is. It stops nothing: from its last
    day on, the rules do.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    today = london_day(now)
    made = 0
    for row in lapsing_sign_offs(actor, service_id, today):
        weeks = _weeks_left((row.ends_on - today).days)
        told = _accounts([row.worker.account, row.signed_by.account if row.signed_by else None])
        title = f"{skill_title(row.competence)}: a sign-off ends within {weeks} week{'' if weeks == 1 else 's'}"
        made += _tell(actor, service_id, told, title, f"sign-off-{row.pk}-{weeks}", now, weeks == 1)
    due = Delegation.objects.filter(
        service_id=service_id,
        state=DelegationState.ACTIVE,
        review_on__gte=today,
        review_on__lte=today + max(LAPSE_WARNINGS),
        delegated_by__account__isnull=False,
    ).select_related("delegated_by__account")
    for row in due:
        weeks = _weeks_left((row.review_on - today).days)
        title = f"A delegation must be reviewed within {weeks} week{'' if weeks == 1 else 's'}"
        once = f"review-{row.pk}-{row.review_on}-{weeks}"
        made += _tell(actor, service_id, [row.delegated_by.account], title, once, now, weeks == 1)
    if made:
        record(
            actor=actor, action="warn of lapses", subject=("service", service_id), now=now, service_id=service_id,
            count=made,
        )  # fmt: skip
    return made


def _weeks_left(days: int) -> int:
    """The warning that is due: the shortest of them that the days still fit in."""
    return min(one.days // 7 for one in LAPSE_WARNINGS if days <= one.days)


def _accounts(accounts: Iterable[Account | None]) -> list[Account]:
    return list({one.pk: one for one in accounts if one is not None}.values())


def _tell(
    actor: Actor, service_id: int, accounts: list[Account], title: str, once: str, now: datetime, is_urgent: bool
) -> int:
    return len(
        notify(
            actor=actor, service_id=service_id, accounts=accounts, kind="delegation", title=title, path="/delegation/",
            once_key=f"delegation-{once}", now=now, is_urgent=is_urgent,
        )
    )  # fmt: skip
