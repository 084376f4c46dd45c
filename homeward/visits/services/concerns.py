"""A concern put to whoever is on duty."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Role
from homeward.audit.services import record
from homeward.delegation.models import Concern, Delegation
from homeward.delegation.selectors import kept_as
from homeward.delegation.services.concerns import raise_concern
from homeward.delegation.states import DelegationState
from homeward.people.models import Person
from homeward.roster.selectors import accounts_on_duty
from homeward.teams.models import Account, Worker
from homeward.visits.models import Visit


@transaction.atomic
def put_concern(
    *,
    actor: Actor,
    person: Person,
    urgency: str,
    text: str,
    sent_key: str,
    noticed_at: datetime,
    now: datetime,
    visit: Visit | None = None,
    raised_by: Worker | None = None,
    came_by: str = "app",
) -> Concern:
    """Raise a concern and put it to a registered professional on duty: the one who delegated at this visit, where they
    are, else the first.

    Raises: NotAllowedError; what `delegation.services.raise_concern` raises.
    """
    system = Actor.system("Who is on duty", person.service_id)
    duty = accounts_on_duty(system, person.service_id, (Role.REGISTERED_PROFESSIONAL,), now)
    delegation = _delegation_at(person, visit)
    decided = delegation.delegated_by.account_id if delegation is not None and delegation.delegated_by else None
    concern = raise_concern(
        actor=actor,
        person=person,
        urgency=urgency,
        text=text,
        sent_key=sent_key,
        noticed_at=noticed_at,
        duty=sorted(duty, key=lambda account: _order(account, decided)),
        raised_by=raised_by,
        came_by=came_by,
        visit_id=visit.pk if visit is not None else None,
        delegation=delegation,
        now=now,
    )
    record(
        actor=actor,
        action="put concern to who is on duty",
        subject=("concern", concern.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
        count=len(duty),
    )
    return concern


def _order(account: Account, decided: int | None) -> tuple[bool, int]:
    return (account.pk != decided, account.pk)


def _delegation_at(person: Person, visit: Visit | None) -> Delegation | None:
    """The delegation that a visit's tasks are about, where there is one alone."""
    if visit is None:
        return None
    codes = visit.tasks.filter(is_delegated=True).values_list("activity_code", flat=True)
    rows = list(
        Delegation.objects.filter(person_id__in=kept_as([person.pk]), activity_code__in=list(codes))
        .exclude(state__in=(DelegationState.DRAFT, DelegationState.ENDED))
        .select_related("delegated_by")[:2]
    )
    return rows[0] if len(rows) == 1 else None
