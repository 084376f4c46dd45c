"""My plan on paper, or as a file that is taken away."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.people.models import Person


@transaction.atomic
def note_my_plan_printing(*, actor: Actor, person: Person, now: datetime) -> None:
    """Leave on the audit trail that a person's My plan goes on paper, or out as a file, now.

    `person` comes from `people.selectors.person_for`, which checked the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    record(
        actor=actor,
        action="print",
        subject=("my plan", None),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
    )
