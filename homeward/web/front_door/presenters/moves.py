"""What accepting a referral set going."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.procedures.selectors import skill_title
from homeward.web.clocks import ClockFace, time_words
from homeward.web.templating import clock_text


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One slot of one visit that a re-planning changed."""

    person: str
    visit: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Going:
    """Somebody proposed or sent for the first visit."""

    skill: str
    worker: str
    when: str
    why: str


@dataclass(frozen=True, slots=True)
class WhatMoved:
    """What accepting a referral set going."""

    going: tuple[Going, ...]
    is_joint: bool
    nobody: str
    too_late: str
    moved: tuple[MoveRow, ...]
    summary: str


def present_what_moved(visit, moves: Sequence, clock: ClockFace | None, now: datetime) -> WhatMoved:
    """What a re-planning changed: who goes to the new visit, by its clock or not, then everybody else's day."""
    rows = sorted(visit.assignments.all(), key=lambda row: row.slot) if visit else []
    too_late = ""
    if rows and clock and clock.is_counting and min(r.starts_at for r in rows) > datetime.fromisoformat(clock.due):
        too_late = f"Nobody who is proposed gets there {clock.by}. See who could be there sooner."
    return WhatMoved(
        going=tuple(
            Going(
                skill_title(visit.slots[row.slot]["skill"]),
                f"{row.worker.label} ({row.worker.organisation})",
                time_words(row.starts_at, now),
                row.why,
            )
            for row in rows
        ),
        is_joint=visit is not None and len(visit.slots) > 1,
        nobody=visit.unplanned_reason if visit else "",
        too_late=too_late,
        moved=tuple(_move(move) for move in moves if visit is None or move.visit_id != visit.pk),
        summary=moved_summary(visit.pk if visit else None, moves),
    )


def moved_summary(visit_id: int | None, moves: Sequence) -> str:
    """How many other visits moved, in a sentence."""
    count = len({move.visit_id for move in moves if move.visit_id != visit_id})
    if not count:
        return "Nobody else's visit moved."
    return f"{count} other visit{'' if count == 1 else 's'} moved to make room."


def _move(move) -> MoveRow:
    def side(worker, starts_at) -> str:
        if worker is None:
            return "Nobody"
        return f"{worker.label}, {clock_text(starts_at)}" if starts_at else worker.label

    return MoveRow(
        person=move.visit.whom,
        visit=move.visit.title,
        before=side(move.from_worker, move.from_starts_at),
        after=side(move.to_worker, move.to_starts_at),
        why=move.why,
    )
