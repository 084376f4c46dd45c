"""Who sees everybody's rota."""

from homeward.access.rules import Actor, Permission


def rota_permission(actor: Actor) -> Permission:
    """The permission to see everybody's rota by: whoever plans days from it may, besides those whose role says so."""
    return Permission.SEE_ROSTER if actor.may(Permission.SEE_ROSTER) else Permission.PLAN_DAY


def knows_why_away(actor: Actor, worker_id: int) -> bool:
    """Whether an actor is told why a worker is away, and not only that they are: illness is their own affair."""
    return actor.is_system or actor.may(Permission.MANAGE_ROSTER) or actor.worker_id == worker_id
