"""Deciding what becomes of a record that has been kept as long as it must be. Nothing is ever destroyed by itself."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.audit.services import record
from homeward.audit.states import Purpose
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person
from homeward.rights.models import Appraisal
from homeward.rights.selectors.retention import due_appraisal
from homeward.rights.states import AppraisalDecision, AppraisalState


@transaction.atomic
def appraise(
    *,
    actor: Actor,
    person: Person,
    decision: str,
    reason: str,
    now: datetime,
    keep_until: date | None = None,
    transfer_to: str = "",
) -> Appraisal:
    """Decide about a record that is due: keep it longer, transfer it, or propose to destroy it.

    Destroying needs a second person to agree, and even then is only written down: whoever runs the database does it.

    Raises: NotAllowedError; RefusedError when the record is not due or what is said does not suffice.
    """
    require(actor, Permission.ANSWER_RIGHTS, person.service_id)
    if actor.account_id is None:
        raise NotAllowedError("Only somebody with an account may decide about a record.")
    Person.objects.select_for_update().get(pk=person.pk)
    due = due_appraisal(actor, person, now)
    if due is None:
        raise RefusedError("This record is not due: something was added to it, care goes on, or it was decided.")
    if decision not in AppraisalDecision.values:
        raise RefusedError("Choose what becomes of the record.")
    if not reason.strip():
        raise RefusedError("Say why.")
    if decision == AppraisalDecision.KEEP and (keep_until is None or keep_until <= london_day(now)):
        raise RefusedError("Say until when it is kept: a day in the future.")
    if decision == AppraisalDecision.TRANSFER and not transfer_to.strip():
        raise RefusedError("Say where it is transferred to.")
    appraisal = Appraisal.objects.create(
        service_id=person.service_id,
        person=person,
        was_due_on=due.due_on,
        decision=decision,
        reason=reason.strip(),
        keep_until=keep_until if decision == AppraisalDecision.KEEP else None,
        transfer_to=transfer_to.strip() if decision == AppraisalDecision.TRANSFER else "",
        state=AppraisalState.PROPOSED if decision == AppraisalDecision.DESTROY else AppraisalState.DECIDED,
        decided_at=now,
        decided_by_id=actor.account_id,
        decided_by_name=actor.name,
    )
    record(
        actor=actor, action=f"appraise: {decision}", subject=("appraisal", appraisal.pk), now=now, person_id=person.pk,
        service_id=person.service_id, purpose=Purpose.RUNNING,
    )  # fmt: skip
    return appraisal


@transaction.atomic
def agree_destruction(*, actor: Actor, appraisal: Appraisal, note: str, now: datetime) -> Appraisal:
    """Agree, as a second person, that a record may be destroyed. It is written down, not done.

    Raises: NotAllowedError; RefusedError when it waits for nobody, or for somebody else than who proposed it.
    """
    return _second(actor, appraisal, note, now, AppraisalState.DECIDED)


@transaction.atomic
def refuse_destruction(*, actor: Actor, appraisal: Appraisal, note: str, now: datetime) -> Appraisal:
    """Do not agree, as a second person: the record is due for appraisal again.

    Raises: NotAllowedError; RefusedError when it waits for nobody, or no reason is given.
    """
    if not note.strip():
        raise RefusedError("Say why you do not agree.")
    return _second(actor, appraisal, note, now, AppraisalState.NOT_AGREED)


def _second(actor: Actor, appraisal: Appraisal, note: str, now: datetime, state: str) -> Appraisal:
    """Keep what a second person said of a proposed destruction, and audit it."""
    require(actor, Permission.ANSWER_RIGHTS, appraisal.service_id)
    appraisal = Appraisal.objects.select_for_update().get(pk=appraisal.pk)
    if appraisal.state != AppraisalState.PROPOSED:
        raise RefusedError("Nobody is waited for: this was settled.")
    if actor.account_id in (None, appraisal.decided_by_id):
        raise RefusedError("Somebody else than who proposed it must agree.")
    appraisal.state, appraisal.agreed_at, appraisal.agreed_note = state, now, note.strip()
    appraisal.agreed_by_id, appraisal.agreed_by_name = actor.account_id, actor.name
    appraisal.save()
    record(
        actor=actor, action="agree to destroy" if state == AppraisalState.DECIDED else "refuse to destroy",
        subject=("appraisal", appraisal.pk), now=now, person_id=appraisal.person_id,
        service_id=appraisal.service_id, purpose=Purpose.RUNNING,
    )  # fmt: skip
    return appraisal
