"""What the service does by itself: warn in time that a sign-off or a delegation runs out, and stop where it must."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.models import ScoreOwed
from homeward.audit.services import record
from homeward.delegation.models import Delegation
from homeward.delegation.rules import LAPSE_WARNINGS
from homeward.delegation.selectors.overview import lapsing_sign_offs
from homeward.delegation.selectors.standing import kept_as
from homeward.delegation.services.deciding import suspend
from homeward.delegation.states import DelegationState
from homeward.kernel.rules import london_day
from homeward.notices.services import notify
from homeward.procedures.selectors import skill_title
from homeward.teams.models import Account

# Forms whose scores somebody must be told of that say a person's condition changed. Local decision.
SAYS_UNWELL = ("news2",)
SCORE_COUNTS_FOR = timedelta(days=1)
# What of a delegation's history was somebody looking at the person
LOOKS = ("delegated", "taken up", "reviewed")


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


@transaction.atomic
def suspend_after_scores(*, actor: Actor, service_id: int, now: datetime) -> list[Delegation]:
    """Suspend what is delegated for whoever has had a score that says they became unwell since; gives what it stopped.

    A score counts for a day, and only against delegations that nobody has decided on or looked at since. What somebody
    took up again after it stays in force, however often this runs.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    scores = ScoreOwed.objects.filter(
        service_id=service_id,
        person__isnull=False,
        filled_form__form__code__in=SAYS_UNWELL,
        owed_since__gt=now - SCORE_COUNTS_FOR,
        owed_since__lte=now,
    )
    scores = list(scores.order_by("owed_since", "pk"))
    if not scores:
        return []
    kept = kept_as({score.person_id for score in scores})
    newest = {kept[score.person_id]: score for score in scores}
    in_force = Delegation.objects.filter(
        service_id=service_id, state=DelegationState.ACTIVE, person_id__in=kept
    ).annotate(looked_at=Max("events__at", filter=Q(events__kind__in=LOOKS)))
    stopped = []
    for row in in_force.order_by("pk"):
        score = newest[kept[row.person_id]]
        if score.owed_since <= max(row.made_at, row.looked_at or row.made_at):
            continue
        why = f"{score.title}: a score that says they became unwell. Look at them first."
        stopped.append(suspend(actor=actor, delegation=row, why=why, now=now))
    if stopped:
        record(
            actor=actor, action="suspend after scores", subject=("service", service_id), now=now,
            service_id=service_id, count=len(stopped),
        )  # fmt: skip
    return stopped


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
