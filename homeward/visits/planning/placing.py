"""What would place a visit that nobody goes to: the smallest changes, worked out on the day as it stands."""

from dataclasses import dataclass
from datetime import datetime

import visit_planner
from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import london_moment, minutes_into
from homeward.visits.models import Visit
from homeward.visits.planning.board import as_of, day_of, read_board
from homeward.visits.planning.proposing import whole_minute
from homeward.visits.planning.words import visit_id


@dataclass(frozen=True, slots=True)
class Remedy:
    """One set of changes that would place a visit, in a sentence; `changes` counts them, 0: planning again would do.

    `kinds` are what the planner calls them: sign_off, overtime, window_later, one_more and so on.
    """

    sentence: str
    changes: int
    kinds: tuple[str, ...]
    starts_at: datetime


def what_would_place(actor: Actor, visit: Visit, now: datetime) -> tuple[Remedy, ...]:
    """The smallest set of changes that would place a visit today, then others of a different kind; none when none is.

    Each was tried on the plan in force, with everybody else's visits where they are or, at most, later.

    Raises: NotAllowedError.
    """
    require(actor, Permission.PLAN_DAY, visit.service_id)
    board = read_board(visit.service_id, day_of(visit, now), now, asking_for=visit.pk)
    if not board.knows(visit.pk):
        return ()
    found = visit_planner.remedies(
        board.problem, board.held, visit_id(visit.pk), now=minutes_into(board.day, as_of(board.day, now))
    )
    return tuple(
        Remedy(
            sentence=board.words.plain(remedy.sentence),
            changes=len(remedy.changes),
            kinds=tuple(change.kind for change in remedy.changes),
            starts_at=whole_minute(london_moment(board.day, remedy.starts)),
        )
        for remedy in found
    )
