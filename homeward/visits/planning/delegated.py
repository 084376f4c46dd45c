"""Why nobody who is on shift may take a place of a visit, and who may not when somebody is chosen."""

from collections.abc import Collection

from homeward.teams.models import Worker
from homeward.visits.models import Visit
from homeward.visits.planning.board import Board
from homeward.visits.planning.words import worker_id
from homeward.visits.selectors.delegated import KeptOut


def why_nobody(board: Board, visit: Visit) -> str:
    """Where delegation alone keeps everybody on shift from a place of a visit: why, and the nearest thing; else ""."""
    for place, slot in enumerate(visit.slots):
        able = _with_skill(board, slot["skill"])
        may = board.delegated.who(visit.pk, place)
        if may is None or not able or not may.isdisjoint(able):
            continue
        out = board.delegated.why_not(visit.pk, place, able.values())
        if not out:
            continue
        first = out[0]
        which = f"Place {place + 1} of {len(visit.slots)}: " if len(visit.slots) > 1 else ""
        many = "1 worker with the skill is" if len(out) == 1 else f"{len(out)} workers with the skill are"
        return (
            f"{which}{many} on shift, and none may do this here: {first.activity.lower()}."
            f" {first.may.because} {first.may.nearest}"
        )
    return ""


def kept_out(board: Board, visit: Visit, place: int, going: Collection[int] = (), limit: int = 12) -> list[KeptOut]:
    """Those on shift with the skill for a place who may not take it, with why; the nearest to may first.

    `going` are the workers in the visit's other places.
    """
    able = _with_skill(board, visit.slots[place]["skill"])
    return board.delegated.why_not(visit.pk, place, able.values(), going)[:limit]


def _with_skill(board: Board, skill: str) -> dict[int, Worker]:
    """The workers on shift who have a skill, by number."""
    on_shift = {shift.worker_id: shift.worker for shift in board.shifts.values()}
    able = {worker.id for worker in board.problem.workers if skill in worker.skills}
    return {pk: worker for pk, worker in on_shift.items() if worker_id(pk) in able}
