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


def narrowed(decisions: Collection[tuple[Collection[str], date | None]]) -> tuple[tuple[str, ...], date | None]:
    """With whom several decisions together share a part, and until when: only with those whom each of them lets see it.

    Each decision is its audiences and the day it ends on, None for no end.
    """
    roles = [
        frozenset().union(*(AUDIENCE_ROLES.get(audience, frozenset()) for audience in audiences))
        for audiences, _ in decisions
    ]
    named = dict.fromkeys(audience for audiences, _ in decisions for audience in audiences)
    kept = (audience for audience in named if audience in AUDIENCE_ROLES)
    shared = tuple(audience for audience in kept if all(AUDIENCE_ROLES[audience] <= one for one in roles))
    return shared, min((ends_on for _, ends_on in decisions if ends_on is not None), default=None)


def may_see_part(role: Role, audiences: Collection[str], ends_on: date | None, today: date) -> bool:
    """Whether somebody of a role is among those the person shares a part with, today."""
    if ends_on is not None and ends_on < today:
        return False
    return any(role in AUDIENCE_ROLES.get(audience, ()) for audience in audiences)
