"""The plans a day has had: what lies between two of them, and which planning brought it."""

from dataclasses import dataclass
from datetime import datetime

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.teams.models import Worker
from homeward.visits.models import DayPlan, PlanMove, Visit
from homeward.visits.selectors.days import moves_of

# Starts this near are the same start to anybody.
SAME_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    """One worker's part in one visit as it was in one plan and is in a later one; empty sides are nobody.

    `because` is why the day was planned when it last changed, `why` the planner's reason for the change.
    """

    visit: Visit
    slot: int
    from_worker: Worker | None
    to_worker: Worker | None
    from_at: datetime | None
    to_at: datetime | None
    because: DayPlan
    why: str


def changes_between(actor: Actor, first: DayPlan, last: DayPlan, now: datetime) -> list[ChangedPlace]:
    """What differs between two plans of one day, each part once, by when it now starts; everyone shown is audited.

    What moved and moved back is no difference. Who may not see the whole day is given their own.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, last.service_id)
    earliest: dict[tuple[int, int], PlanMove] = {}
    latest: dict[tuple[int, int], tuple[DayPlan, PlanMove]] = {}
    between = DayPlan.objects.filter(service_id=last.service_id, day=last.day, pk__gt=first.pk, pk__lte=last.pk)
    for plan in between.order_by("id"):
        for move in moves_of(actor, plan):
            key = (move.visit_id, move.slot)
            earliest.setdefault(key, move)
            latest[key] = plan, move
    changes = [
        ChangedPlace(
            visit=move.visit,
            slot=move.slot,
            from_worker=earliest[key].from_worker,
            to_worker=move.to_worker,
            from_at=earliest[key].from_starts_at,
            to_at=move.to_starts_at,
            because=plan,
            why=move.why,
        )
        for key, (plan, move) in latest.items()
        if _differs(earliest[key], move)
    ]
    changes.sort(key=lambda change: (change.to_at or change.from_at or now, change.visit.pk, change.slot))
    record_reads(
        actor=actor,
        action="compare plans of a day",
        subject_kind="day plan",
        now=now,
        service_id=last.service_id,
        person_ids=sorted({change.visit.person_id for change in changes if change.visit.person_id}),
    )
    return changes


def _differs(was: PlanMove, now: PlanMove) -> bool:
    if was.from_worker_id != now.to_worker_id or was.from_starts_at is None or now.to_starts_at is None:
        return was.from_worker_id is not None or now.to_worker_id is not None
    return abs((now.to_starts_at - was.from_starts_at).total_seconds()) > SAME_SECONDS
