"""What became of an invitation on the phone or on paper."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import london_day
from homeward.surveys.models import Invitation, InvitationStep
from homeward.surveys.selectors.asking import SurveyEndedError
from homeward.surveys.states import AskedBy, StepKind


@transaction.atomic
def note_survey_not_reached(*, actor: Actor, invitation: Invitation, note: str, now: datetime) -> InvitationStep:
    """Write down that somebody was rung about a survey and not reached.

    Raises: NotAllowedError; SurveyEndedError.
    """
    return _step(actor, invitation, StepKind.NOT_REACHED, note, now)


@transaction.atomic
def note_said_no(*, actor: Actor, invitation: Invitation, note: str, now: datetime) -> InvitationStep:
    """Write down that somebody does not want to answer: nobody asks again.

    Raises: NotAllowedError; SurveyEndedError.
    """
    return _step(actor, invitation, StepKind.SAID_NO, note, now)


@transaction.atomic
def note_printed(*, actor: Actor, invitation: Invitation, now: datetime) -> InvitationStep:
    """Write down that the paper was printed, to be sent; from then on it is asked on paper.

    Raises: NotAllowedError; SurveyEndedError.
    """
    if invitation.asked_by != AskedBy.PAPER:
        Invitation.objects.filter(pk=invitation.pk).update(asked_by=AskedBy.PAPER, remind_at=None)
    return _step(actor, invitation, StepKind.PRINTED, "", now)


def _step(actor: Actor, invitation: Invitation, kind: StepKind, note: str, now: datetime) -> InvitationStep:
    require(actor, Permission.FOLLOW_UP, invitation.service_id)
    if not Invitation.open_at(now).filter(pk=invitation.pk).exists():
        raise SurveyEndedError("This can no longer be answered: it was, or the time is over.")
    step = InvitationStep.objects.create(
        invitation=invitation, kind=kind, day=london_day(now), by_name=actor.name, note=note.strip()[:250]
    )
    record(
        actor=actor, action=f"note survey {kind}", subject=("invitation", invitation.pk), now=now,
        person_id=invitation.person_id, service_id=invitation.service_id,
    )  # fmt: skip
    return step
