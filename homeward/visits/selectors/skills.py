"""What workers can do on a day: their skills with all they imply, without those that a lapsed registration ends."""

from collections.abc import Iterable
from datetime import date

from homeward.access.rules import Actor, Permission, require
from homeward.procedures.selectors import library
from homeward.teams.models import Worker
from homeward.teams.selectors import registered_until


def skills_on(actor: Actor, workers: Iterable[Worker], day: date) -> dict[int, frozenset[str]]:
    """The skills each of these workers has on a day, by number; a code the vocabulary does not have stands for itself.

    Whoever was in a register and no longer is has none of the skills that only a registered professional has. Where no
    register was kept of somebody, nobody knows, and their skills stand.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY if actor.may(Permission.PLAN_DAY) else Permission.SEE_TODAY)
    workers = list(workers)
    until = registered_until([worker.pk for worker in workers])
    registered = {skill.code for skill in library().skills if skill.is_registered}
    held = {}
    for worker in workers:
        is_lapsed = worker.pk in until and until[worker.pk] < day
        held[worker.pk] = library().worker_skills(
            code for code in worker.skills if not (is_lapsed and code in registered)
        )
    return held
