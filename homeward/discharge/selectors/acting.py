"""Next actions: those that are open, one of them, and whom they can be given to."""

from datetime import datetime

from django.db.models import Prefetch

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.discharge.models import ActionBlock, NextAction
from homeward.discharge.states import ActionState, OwnerKind
from homeward.people.selectors import person_for
from homeward.teams.models import Organisation, Team
from homeward.teams.selectors import accounts_that_may, workers_of


class ActionNotFoundError(Exception):
    """There is no such action in the actor's services."""


def open_actions(actor: Actor, service_id: int) -> list[NextAction]:
    """Every action that is to be done for somebody in hospital, soonest due first, with stay, person and owner.

    For what is made out of many stays at once, such as a round, which audits whom it shows.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    rows = NextAction.objects.filter(
        stay__service_id=service_id, stay__left_at__isnull=True, state=ActionState.OPEN
    ).select_related("stay__person", "stay__hospital", "worker", "account", "team", "organisation")
    return list(rows.order_by("due_at", "id"))


def action_for(actor: Actor, action_id: int, now: datetime) -> NextAction:
    """One action with its stay and person; opening it opens their record, and is audited.

    Raises: NotAllowedError; NoRelationshipError; RecordRestrictedError; ActionNotFoundError.
    """
    require(actor, Permission.SEE_STAYS)
    rows = NextAction.objects.select_related("stay__hospital", "worker", "account", "team", "organisation")
    blocks = Prefetch("blocks", ActionBlock.objects.order_by("started_at", "id"))
    action = rows.prefetch_related(blocks).filter(pk=action_id, stay__service_id__in=actor.service_ids).first()
    if action is None:
        raise ActionNotFoundError("There is no such action in your service.")
    action.stay.person = person_for(actor, action.stay.person_id, now, at_least=Sight.VISIT)
    return action


def owners_to_choose(actor: Actor, service_id: int) -> dict[str, list[tuple[int, str]]]:
    """Whom an action can be given to, by kind of owner: (number, what they are called), by name.

    Of people, those who sign in and see stays, and those on the roster who could be told.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    accounts = accounts_that_may(Permission.SEE_STAYS, service_id)
    on_roster = [one for one in workers_of(service_id) if one.account_id is not None]
    theirs = {one.account_id for one in on_roster}
    return {
        OwnerKind.ACCOUNT: [
            (one.pk, f"{one.full_name}, {one.job_title or one.role_title}") for one in accounts if one.pk not in theirs
        ],
        OwnerKind.WORKER: sorted(
            ((one.pk, ", ".join(filter(None, (one.label, one.job_title)))) for one in on_roster), key=lambda one: one[1]
        ),
        OwnerKind.TEAM: list(Team.objects.filter(service_id=service_id).order_by("name").values_list("pk", "name")),
        OwnerKind.ORGANISATION: list(
            Organisation.objects.filter(service_id=service_id)
            .exclude(kind=Organisation.Kind.GP_PRACTICE)
            .order_by("name")
            .values_list("pk", "name")
        ),
    }
