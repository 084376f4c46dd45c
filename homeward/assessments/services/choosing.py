"""Which of several forms for the same thing a service uses."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.models import FormChosen
from homeward.assessments.selectors import choices_of
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError


@transaction.atomic
def choose_form(*, actor: Actor, service_id: int, choice: str, form_code: str, now: datetime) -> FormChosen:
    """Choose which form of a choice, its wellbeing scale say, a service uses from now on.

    Forms filled in before stay as they are, and can be read.

    Raises: NotAllowedError; RefusedError where the form is not one of the choice.
    """
    require(actor, Permission.PUBLISH_PROCEDURES, service_id)
    if form_code not in {form.code for form in choices_of(actor).get(choice, ())}:
        raise RefusedError("Choose one of the forms that are listed.")
    chosen = FormChosen.objects.create(
        service_id=service_id, choice=choice, form_code=form_code, chosen_at=now, actor_name=actor.name
    )
    record(actor=actor, action="choose form", subject=("service", service_id), now=now, service_id=service_id)
    return chosen
