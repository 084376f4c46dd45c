"""What care workers were worried about these days: answered and closed, answered and not seen yet, and waiting."""

from datetime import timedelta

from homeward.access.rules import Actor, Role
from homeward.delegation.services.concerns import answer_concern, close_concern, see_answer
from homeward.demo.making import Making
from homeward.teams.models import Account
from homeward.teams.selectors import actor_for
from homeward.visits.models import Assignment
from homeward.visits.services import put_concern
from homeward.visits.states import AssignmentState

# (hours ago, how soon, what was noticed, the answer, whether it was seen, what closed it)
STORIES = (
    (50, "today", "The skin round the catheter is sore and there is a smell.",
     "I saw her at 4pm. It is not infected. Clean it twice a day as the plan says now.", True, "It is healing."),
    (29, "soon", "The hosiery leaves a deep mark below the knee.",
     "I measure his legs again on Monday. Leave the left one off until then.", True, ""),
    (20, "today", "She refused her eye drops this morning and yesterday evening.",
     "I rang her GP: she may have them once a day. The plan is changed.", False, ""),
    (3, "soon", "The dressing packs run out on Wednesday.", "", False, ""),
    (1, "today", "His blood glucose was within his range, but he was shaky and did not want breakfast.", "", False, ""),
)  # fmt: skip


def make_concerns(making: Making) -> int:
    """Raise concerns of the last two days at visits that took place, as their workers would; gives how many."""
    luck = making.luck("concerns")
    account = (
        Account.objects.filter(services=making.service, role=Role.REGISTERED_PROFESSIONAL, is_active=True)
        .order_by("pk")
        .first()
    )
    if account is None:
        return 0
    nurse = actor_for(account)
    made = 0
    for hours, urgency, text, answer, is_seen, closing in STORIES:
        at = making.now - timedelta(hours=hours)
        came = list(
            Assignment.objects.filter(
                visit__service=making.service, state=AssignmentState.LEFT, left_at__lte=at,
                left_at__gt=at - timedelta(hours=30), visit__tasks__is_delegated=True,
            )
            .select_related("worker__organisation", "visit__person")
            .order_by("pk")
            .distinct()[:200]
        )  # fmt: skip
        if not came:
            continue
        row = luck.choice(came)
        worker = row.worker
        actor = Actor(
            name=worker.label, role=Role.FIELD_WORKER, employer=str(worker.organisation), job_title=worker.job_title,
            service_ids=frozenset({making.service.pk}), worker_id=worker.pk,
        )  # fmt: skip
        concern = put_concern(
            actor=actor, person=row.visit.person, urgency=urgency, text=text, sent_key=f"fictitious-{hours}-{row.pk}",
            noticed_at=at, visit=row.visit, raised_by=worker, now=at,
        )  # fmt: skip
        made += 1
        if not answer:
            continue
        answer_concern(actor=nurse, concern=concern, text=answer, now=at + timedelta(minutes=50))
        if is_seen:
            see_answer(actor=actor, concern=concern, now=at + timedelta(hours=2))
        if closing:
            close_concern(actor=nurse, concern=concern, text=closing, now=at + timedelta(hours=22))
    return made
