"""Links that share somebody's plan."""

from datetime import datetime

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import token_hash
from homeward.people.models import Person, SharedLink


def links_of(actor: Actor, person: Person) -> list[SharedLink]:
    """The links to a person's plan, newest first. `person` comes from `person_for`, which audited the opening.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SHARE_PLANS, person.service_id)
    return list(SharedLink.objects.filter(person=person).select_related("contact", "person").order_by("-made_at"))


def standing_link(actor: Actor, token: str, now: datetime) -> SharedLink | None:
    """The link with this token while it stands, else None; `actor` is the door it is shown at.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SHARE_PLANS)
    return SharedLink.standing(now).filter(token_hash=token_hash(token)).first()


def person_shared(actor: Actor, link: SharedLink, now: datetime) -> Person:
    """The person whose plan an opened link shows; the reading is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SHARE_PLANS, link.person.service_id)
    record(
        actor=actor,
        action="read shared plan",
        subject=("shared link", link.pk),
        person_id=link.person_id,
        now=now,
        service_id=link.person.service_id,
    )
    return link.person
