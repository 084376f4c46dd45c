"""Next actions: what is to be done, whose it is, by when, and what holds it up."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.discharge.models import ActionBlock, HospitalStay, NextAction
from homeward.discharge.services.changing import _happened, _locked_open
from homeward.discharge.states import (
    ACTION_MOVES,
    DELAY_SHORT,
    ActionClosedError,
    ActionState,
    DelayReason,
    OwnerKind,
    StayEventKind,
)
from homeward.kernel.rules import RefusedError
from homeward.notices.services import notify
from homeward.teams.models import Account, Organisation, Team, Worker

_TABLES = {
    OwnerKind.WORKER: Worker,
    OwnerKind.ACCOUNT: Account,
    OwnerKind.TEAM: Team,
    OwnerKind.ORGANISATION: Organisation,
}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an action is: `kind` a code of `OwnerKind`, `id` the number of its row."""

    kind: str
    id: int


@transaction.atomic
def add_action(
    *, actor: Actor, stay: HospitalStay, text: str, owner: Owner, due_at: datetime, now: datetime, blocker: str = ""
) -> NextAction:
    """Add the next thing to be done for a stay: whose it is and by when. Whoever it is given to is told.

    Raises: NotAllowedError; RefusedError when the stay has ended, it says nothing, is due in the past, or the owner or
    the blocker is none of this service.
    """
    require(actor, Permission.CHASE, stay.service_id)
    stay = _locked_open(stay)
    if not text.strip():
        raise RefusedError("Say what is to be done.")
    _check_due(due_at, now)
    action = NextAction.objects.create(
        stay=stay,
        text=text.strip()[:250],
        due_at=due_at,
        made_at=now,
        made_by=actor.name,
        **_owner_columns(owner, stay.service_id),
    )
    event = _happened(actor, stay, StayEventKind.ADDED, now, after=action.owner_label, text=action.text, action=action)
    if blocker:
        _block(actor, action, blocker, now)
    _tell_owner(actor, action, event.pk, now)
    return action


@transaction.atomic
def change_action(
    *,
    actor: Actor,
    action: NextAction,
    now: datetime,
    text: str | None = None,
    owner: Owner | None = None,
    due_at: datetime | None = None,
    reason: str = "",
) -> NextAction:
    """Change what an open action says, whose it is or by when; what is None stays. A new owner is told.

    Raises: NotAllowedError; ActionClosedError; RefusedError when it says nothing, is due in the past, or the owner is
    none of this service.
    """
    action = _mine_or_chase(actor, action)
    _require_open(action)
    stay = action.stay
    if text is not None and text.strip() != action.text:
        if not text.strip():
            raise RefusedError("Say what is to be done.")
        before, action.text = action.text, text.strip()[:250]
        _changed(actor, action, "text", before, action.text, reason, now)
    if due_at is not None and due_at != action.due_at:
        _check_due(due_at, now)
        before, action.due_at = action.due_at, due_at
        _changed(actor, action, "due_at", before.isoformat(), due_at.isoformat(), reason, now)
    if owner is not None:
        columns = _owner_columns(owner, stay.service_id)
        if columns != {name: getattr(action, name) for name in columns}:
            before = action.owner_label
            for name, value in columns.items():
                setattr(action, name, value)
            event = _changed(actor, action, "owner", before, action.owner_label, reason, now)
            _tell_owner(actor, action, event.pk, now)
    action.save()
    return action


@transaction.atomic
def set_blocker(*, actor: Actor, action: NextAction, blocker: str, now: datetime, text: str = "") -> NextAction:
    """Say which national delay reason holds an open action up, or with "" that nothing does.

    Raises: NotAllowedError; ActionClosedError; RefusedError for a reason there is not.
    """
    action = _mine_or_chase(actor, action)
    _require_open(action)
    if blocker == action.blocker:
        return action
    if blocker:
        _block(actor, action, blocker, now, text)
    else:
        _unblock(actor, action, now, text)
    return action


@transaction.atomic
def finish_action(*, actor: Actor, action: NextAction, now: datetime, note: str = "") -> NextAction:
    """Record that an action is done, and by whom.

    Raises: NotAllowedError; ActionClosedError.
    """
    return _close(actor, action, ActionState.DONE, StayEventKind.DONE, note, now)


@transaction.atomic
def drop_action(*, actor: Actor, action: NextAction, reason: str, now: datetime) -> NextAction:
    """Record that an action is no longer needed, and why.

    Raises: NotAllowedError; ActionClosedError; RefusedError without a reason.
    """
    if not reason.strip():
        raise RefusedError("Say why it is no longer needed.")
    return _close(actor, action, ActionState.DROPPED, StayEventKind.DROPPED, reason, now)


@transaction.atomic
def reopen_action(*, actor: Actor, action: NextAction, reason: str, due_at: datetime, now: datetime) -> NextAction:
    """Open an action again that was not done after all, or is needed after all, with a new time; its owner is told.

    Raises: NotAllowedError; ActionClosedError when it is open; RefusedError without a reason, or due in the past.
    """
    action = _mine_or_chase(actor, action)
    if not reason.strip():
        raise RefusedError("Say why it is opened again.")
    _move(action, ActionState.OPEN)
    _check_due(due_at, now)
    action.due_at = due_at
    action.closed_at, action.closed_by, action.closed_note = None, "", ""
    action.save()
    event = _happened(
        actor, action.stay, StayEventKind.REOPENED, now, text=reason.strip(), action=action, after=action.text
    )
    _tell_owner(actor, action, event.pk, now)
    return action


def _close(
    actor: Actor, action: NextAction, state: ActionState, kind: StayEventKind, note: str, now: datetime
) -> NextAction:
    action = _mine_or_chase(actor, action)
    _move(action, state)
    if action.blocker:
        _unblock(actor, action, now)
    action.closed_at, action.closed_by, action.closed_note = now, actor.name, note.strip()[:500]
    action.save()
    _happened(actor, action.stay, kind, now, text=note.strip(), action=action, after=action.text)
    return action


def _mine_or_chase(actor: Actor, action: NextAction) -> NextAction:
    """The action, locked, for whoever moves stays on, or whose it is.

    Raises: NotAllowedError; RefusedError when the stay has ended.
    """
    rows = NextAction.objects.select_related("worker", "account", "team", "organisation")
    action = rows.select_for_update(of=("self",)).get(pk=action.pk)
    action.stay = _locked_open(action.stay)
    is_mine = actor.account_id is not None and actor.account_id in {one.pk for one in accounts_owning(action)}
    require(actor, Permission.SEE_NOTICES if is_mine else Permission.CHASE, action.stay.service_id)
    return action


def accounts_owning(action: NextAction) -> list[Account]:
    """The active accounts that an action is put to: its owner's own, or those of everybody in the team or organisation.

    Of an organisation, those who sign in to this service for it. None where nobody of them signs in.
    """
    whose = {
        OwnerKind.WORKER: Q(worker=action.worker_id),
        OwnerKind.ACCOUNT: Q(pk=action.account_id),
        OwnerKind.TEAM: Q(worker__team=action.team_id),
        OwnerKind.ORGANISATION: Q(organisation=action.organisation_id),
    }[OwnerKind(action.owner_kind)]
    rows = Account.objects.filter(whose, services=action.stay.service_id, is_active=True)
    return list(rows.distinct().order_by("pk"))


def _owner_columns(owner: Owner, service_id: int) -> dict:
    """The four columns of an owner, all but one None.

    Raises: RefusedError.
    """
    table = _TABLES.get(owner.kind)
    rows = table.objects.filter(pk=owner.id) if table else None
    if table is Account:
        rows = rows.filter(services=service_id, is_active=True)
    elif table is not None:
        rows = rows.filter(service_id=service_id)
    found = rows.first() if rows is not None else None
    if found is None:
        raise RefusedError("Choose who does it: somebody, a team or an organisation of this service.")
    return {kind: found if kind == owner.kind else None for kind in OwnerKind.values}


def _check_due(due_at: datetime, now: datetime) -> None:
    if due_at < now:
        raise RefusedError("The time it is due by is past. Give a time to come.")


def _require_open(action: NextAction) -> None:
    if action.state != ActionState.OPEN:
        raise ActionClosedError(f"This is {action.get_state_display().lower()}. Open it again first.")


def _move(action: NextAction, state: ActionState) -> None:
    if state not in ACTION_MOVES[action.state]:
        raise ActionClosedError(f"This is {action.get_state_display().lower()} already.")
    action.state = state


def _block(actor: Actor, action: NextAction, blocker: str, now: datetime, text: str = "") -> None:
    if blocker not in DelayReason.values:
        raise RefusedError("Choose what holds it up from the national list.")
    before = action.blocker
    action.blocks.filter(ended_at__isnull=True).update(ended_at=now)
    ActionBlock.objects.create(action=action, reason=blocker, started_at=now, by_name=actor.name)
    action.blocker = blocker
    action.save(update_fields=["blocker"])
    _happened(
        actor,
        action.stay,
        StayEventKind.BLOCKED,
        now,
        field="blocker",
        before=DELAY_SHORT.get(before, ""),
        after=DELAY_SHORT[blocker],
        text=text.strip(),
        action=action,
    )


def _unblock(actor: Actor, action: NextAction, now: datetime, text: str = "") -> None:
    before = action.blocker
    action.blocks.filter(ended_at__isnull=True).update(ended_at=now)
    action.blocker = ""
    action.save(update_fields=["blocker"])
    _happened(
        actor,
        action.stay,
        StayEventKind.UNBLOCKED,
        now,
        field="blocker",
        before=DELAY_SHORT[before],
        text=text.strip(),
        action=action,
    )


def _changed(actor: Actor, action: NextAction, field: str, before: str, after: str, reason: str, now: datetime):
    return _happened(
        actor,
        action.stay,
        StayEventKind.ACTION_CHANGED,
        now,
        field=field,
        before=before,
        after=after,
        text=reason.strip(),
        action=action,
    )


def _tell_owner(actor: Actor, action: NextAction, event_id: int, now: datetime) -> None:
    accounts = [account for account in accounts_owning(action) if account.pk != actor.account_id]
    notify(
        actor=actor,
        service_id=action.stay.service_id,
        accounts=accounts,
        kind="stay",
        title="Something to do so that somebody can leave hospital",
        path=f"/coming-home/{action.stay_id}#action-{action.pk}",
        once_key=f"stay-action-{action.pk}-{event_id}",
        now=now,
    )
