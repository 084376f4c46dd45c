"""Who sees everybody's rota."""

from homeward.access.rules import Actor, Permission


def rota_permission(actor: Actor) -> Permission:
    """The permission to see everybody's rota by: whoever plans days from it may, besides those whose role says so."""
    return Permission.SEE_ROSTER if actor.may(Permission.SEE_ROSTER) else Permission.PLAN_DAY
