"""Who may see which part of somebody's own recovery plan."""

from collections.abc import Collection
from datetime import date

from homeward.access.rules import Role

# Which roles each audience is (plans.states.WrapAudience): whoever cares for the person, and those named for their job
AUDIENCE_ROLES: dict[str, frozenset[Role]] = {
    "team": frozenset(
        {
            Role.CRISIS_RESPONDER, Role.CASE_MANAGER, Role.REGISTERED_PROFESSIONAL, Role.BED_LEAD, Role.FIELD_WORKER,
            Role.FRONT_DOOR,
        }
    ),
    "professionals": frozenset({Role.REGISTERED_PROFESSIONAL, Role.CASE_MANAGER}),
    "crisis_team": frozenset({Role.CRISIS_RESPONDER}),
    "front_door": frozenset({Role.FRONT_DOOR}),
}  # fmt: skip


def may_see_part(role: Role, audiences: Collection[str], ends_on: date | None, today: date) -> bool:
    """Whether somebody of a role is among those the person shares a part with, today."""
    if ends_on is not None and ends_on < today:
        return False
    return any(role in AUDIENCE_ROLES.get(audience, ()) for audience in audiences)
