"""Somebody's own recovery plan, as far as they share it."""

from dataclasses import dataclass
from datetime import date, datetime

from homeward.access.rules import Actor, Permission, require
from homeward.people.models import Person
from homeward.plans.models import RecoveryPart, RecoverySharing
from homeward.plans.rules import may_see_part
from homeward.plans.states import WrapPart


@dataclass(frozen=True, slots=True)
class RecoveryView:
    """One part of a recovery plan as the actor may see it. `text` is None where it is written and not shared."""

    part: str
    is_written: bool
    text: str | None
    written_at: datetime | None
    audiences: tuple[str, ...]
    ends_on: date | None


def recovery_of(actor: Actor, person: Person, today: date) -> tuple[RecoveryView, ...]:
    """The parts of a person's recovery plan in its order; what they do not share with the actor is not in it.

    `person` comes from `people.selectors.person_for`, which checked and audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    written = {row.part: row for row in RecoveryPart.objects.filter(person=person).order_by("id")}
    shared = {row.part: row for row in RecoverySharing.objects.filter(person=person).order_by("id")}
    seen = []
    for part in WrapPart.values:
        row, sharing = written.get(part), shared.get(part)
        is_written = row is not None and bool(row.text)
        audiences = tuple(sharing.audiences) if sharing else ()
        ends_on = sharing.ends_on if sharing else None
        may_see = is_written and may_see_part(actor.role, audiences, ends_on, today)
        text = row.text if may_see else None if is_written else ""
        seen.append(RecoveryView(part, is_written, text, row.written_at if row else None, audiences, ends_on))
    return tuple(seen)
