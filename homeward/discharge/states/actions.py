"""States of a next action, and whose it is."""

from django.db import models

from homeward.kernel.rules import RefusedError


class ActionState(models.TextChoices):
    OPEN = "open", "To do"
    DONE = "done", "Done"
    DROPPED = "dropped", "No longer needed"
    LAPSED = "lapsed", "Not done when the stay ended"


ACTION_MOVES: dict[str, frozenset[str]] = {
    ActionState.OPEN: frozenset({ActionState.DONE, ActionState.DROPPED, ActionState.LAPSED}),
    ActionState.DONE: frozenset({ActionState.OPEN}),
    ActionState.DROPPED: frozenset({ActionState.OPEN}),
    ActionState.LAPSED: frozenset({ActionState.OPEN}),
}


class ActionClosedError(RefusedError):
    """The action is not in a state that lets this be done to it."""


class OwnerKind(models.TextChoices):
    """What sort of owner an action has: somebody on the roster, somebody with an account, a team or an organisation."""

    WORKER = "worker", "Somebody on the roster"
    ACCOUNT = "account", "Somebody who signs in"
    TEAM = "team", "A team"
    ORGANISATION = "organisation", "An organisation"
