"""What is to be done at a visit and what came of it, for whoever is there."""

from dataclasses import dataclass
from datetime import date

from homeward.access.rules import Actor, Permission, require
from homeward.delegation.models import Delegation, DelegationLimit
from homeward.delegation.rules import May
from homeward.delegation.selectors import is_kept, kept_as, why_each
from homeward.delegation.states import DelegationState
from homeward.procedures.rules.definitions import ActivityKind
from homeward.procedures.selectors import published_activities
from homeward.visits.models import TaskReading, Visit, VisitTask


@dataclass(frozen=True, slots=True)
class TaskToRecord:
    """One task of a visit with what was decided about it and what was read at it so far.

    `may` is whether the reader may do it, where it is delegated and they go to the visit; `is_health` whether a reading
    is asked for even where nobody set a limit.
    """

    task: VisitTask
    delegation: Delegation | None
    limits: tuple[DelegationLimit, ...]
    readings: tuple[TaskReading, ...]
    may: May | None
    is_health: bool


def tasks_to_record(actor: Actor, visit: Visit) -> list[TaskToRecord]:
    """The tasks of a visit, in order. `visit` comes from `visit_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY, visit.service_id)
    tasks = list(visit.tasks.order_by("id").prefetch_related("readings"))
    published = published_activities()
    codes = {task.activity_code for task in tasks if task.is_delegated and task.activity_code in published}
    decided = delegations_at(actor, visit.service_id, visit.person_id, codes)
    said: dict = {}
    if actor.worker_id is not None and codes and is_kept(visit.service_id):
        pairs = [(visit.person_id, code) for code in codes]
        said = why_each(actor, visit.service_id, [actor.worker_id], pairs, visit.day)
    found = []
    for task in tasks:
        row = decided.get(task.activity_code) if task.is_delegated else None
        activity = published.get(task.activity_code)
        limits = tuple(one for one in row.limits.all() if one.removed_at is None) if row is not None else ()
        found.append(
            TaskToRecord(
                task=task,
                delegation=row,
                limits=limits,
                readings=tuple(sorted(task.readings.all(), key=lambda one: one.pk)),
                may=said.get((actor.worker_id, visit.person_id, task.activity_code)) if task.is_delegated else None,
                is_health=activity is not None and activity.kind is ActivityKind.HEALTH,
            )
        )
    return found


def delegations_at(actor: Actor, service_id: int, person_id: int, codes: set[str]) -> dict[str, Delegation]:
    """What stands decided for a person about some activities, with its limits. Whoever shows it has opened the record.

    Of two decisions of records that were merged, the one that is suspended, else the one to be reviewed first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY if actor.may(Permission.SEE_TODAY) else Permission.PLAN_DAY, service_id)
    rows = (
        Delegation.objects.filter(service_id=service_id, person_id__in=kept_as([person_id]), activity_code__in=codes)
        .exclude(state__in=(DelegationState.DRAFT, DelegationState.ENDED))
        .select_related("delegated_by__account")
        .prefetch_related("limits")
    )
    first: dict[str, Delegation] = {}
    for row in sorted(
        rows, key=lambda row: (row.state != DelegationState.SUSPENDED, row.review_on or date.max, row.pk)
    ):
        first.setdefault(row.activity_code, row)
    return first
