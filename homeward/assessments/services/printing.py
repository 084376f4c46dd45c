"""Filled forms on paper."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor
from homeward.assessments.models import FilledForm
from homeward.assessments.services.filling import _may_open
from homeward.audit.services import record


@transaction.atomic
def note_form_printing(*, actor: Actor, filled: FilledForm, now: datetime) -> None:
    """Leave on the audit trail that a form goes on paper now. It comes from `form_for`, which checked the opening.

    Raises: NotAllowedError.
    """
    _may_open(actor, filled)
    record(
        actor=actor,
        action="print",
        subject=("form", filled.pk),
        person_id=filled.person_id,
        now=now,
        service_id=filled.service_id,
    )
