"""What must be settled before anybody goes, who has been told, and what sending somebody would move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from homeward.visits.planning import Displaced, Shifted
from homeward.visits.rules import Scene, Standing, why_not_send
from homeward.visits.services import ON_SCREEN
from homeward.visits.states import AREA_DECISIONS, LATE_DECISIONS, SCENE_DECISIONS, Decision
from homeward.web.clocks import time_words
from homeward.web.front_door.presenters.words import Tag
from homeward.web.templating import clock_text

SCENES = {
    Scene.SAFE: ("Safe to go in", "green"),
    Scene.UNSAFE: ("Not safe to go in", "red"),
    Scene.UNKNOWN: ("Not asked yet if it is safe", "yellow"),
}


@dataclass(frozen=True, slots=True)
class Settling:
    """What must be decided before anybody is sent, and what has been.

    `must_ask` is whether nobody has said if it is safe; `blocks` is why nobody may be sent at all, "" when some may.
    """

    scene: Tag
    must_ask: bool
    is_unsafe: bool
    needs_scene: bool
    scene_choices: tuple[tuple[str, str, str], ...]
    is_out_of_area: bool
    needs_area: bool
    area_choices: tuple[tuple[str, str, str], ...]
    is_for_two: bool
    decided: tuple[str, ...]
    blocks: str
    blocks_one: str
    blocks_late: str


def settling(standing: Standing, sent: int) -> Settling:
    """What must be settled, when `sent` have been sent already."""
    must_ask = standing.scene is Scene.UNKNOWN
    asked = standing
    if must_ask:  # the button that sends says that somebody asked: what else stands in the way?
        asked = Standing(
            Scene.SAFE,
            "",
            standing.is_for_two,
            standing.is_out_of_area,
            standing.area_decision,
            standing.late_decision,
        )
    decided = tuple(
        Decision(kind).label
        for kind in (standing.scene_decision, standing.area_decision, standing.late_decision)
        if kind
    )
    return Settling(
        scene=Tag(*SCENES[standing.scene]),
        must_ask=must_ask,
        is_unsafe=standing.scene is Scene.UNSAFE,
        needs_scene=standing.scene is Scene.UNSAFE and not standing.scene_decision,
        scene_choices=tuple((one.value, one.label, "") for one in SCENE_DECISIONS),
        is_out_of_area=standing.is_out_of_area,
        needs_area=standing.is_out_of_area and not standing.area_decision,
        area_choices=tuple((one.value, one.label, "") for one in AREA_DECISIONS),
        is_for_two=standing.is_for_two,
        decided=decided,
        blocks=why_not_send(asked, 2),
        blocks_one=why_not_send(asked, sent + 1),
        blocks_late=why_not_send(asked, 2, is_late=True),
    )


LATE_CHOICES = tuple((one.value, one.label, "") for one in LATE_DECISIONS)


@dataclass(frozen=True, slots=True)
class ToldLine:
    """Somebody whose day changed, and whether they were told."""

    id: int
    who: str
    phone: str
    lines: tuple[str, ...]
    told: str
    can_tick: bool


def told_lines(tellings: Sequence, now: datetime) -> tuple[ToldLine, ...]:
    """Who has been told of the newest change and who not: those still to tell first."""
    lines = []
    for one in tellings:
        told = ""
        if one.told_at:
            told = (
                f"Told by {ON_SCREEN} at {time_words(one.told_at, now)}"
                if one.told_by == ON_SCREEN
                else f"Told at {time_words(one.told_at, now)} by {one.told_by}"
            )
        lines.append(
            ToldLine(
                id=one.pk,
                who=f"{one.worker.label} ({one.worker.organisation})" if one.worker else one.person.label,
                phone=one.person.phone if one.person else "",
                lines=tuple(one.text.split("\n")),
                told=told,
                can_tick=not one.told_at or one.told_by == ON_SCREEN,
            )
        )
    return tuple(sorted(lines, key=lambda line: bool(line.told)))


@dataclass(frozen=True, slots=True)
class MovedLine:
    """One visit that sending somebody would move."""

    what: str
    change: str
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class Moves:
    """What sending somebody would move, in words."""

    summary: str
    lines: tuple[MovedLine, ...]


def moves_words(displaced: Displaced) -> Moves:
    """What sending somebody would move: the worst first."""
    if not displaced.is_possible:
        return Moves("They could not be there then without breaking a promise already made. Choose somebody else.", ())
    if not displaced.moves:
        return Moves("Nothing else would move.", ())
    lines = sorted(displaced.moves, key=lambda one: (one.to_at is not None, -one.late_minutes))
    lost = sum(one.to_at is None for one in lines)
    late = sum(one.late_minutes > 0 for one in lines)
    parts = [f"{len(lines)} visit{'' if len(lines) == 1 else 's'} would move"]
    parts += [f"{late} would start late"] if late else []
    parts += [f"{lost} would have nobody"] if lost else []
    if not late and not lost:
        parts.append("all would stay within their times")
    return Moves(f"{', '.join(parts)}.", tuple(map(_moved, lines)))


def _moved(one: Shifted) -> MovedLine:
    what = one.visit.called
    if one.to_worker is None or one.to_at is None:
        before = (
            f", was {one.from_worker.label} at {clock_text(one.from_at)}" if one.from_worker and one.from_at else ""
        )
        return MovedLine(what, f"nobody could take it{before}", Tag("Nobody", "red"))
    late = Tag(f"{one.late_minutes} minutes late", "orange") if one.late_minutes else None
    if one.from_at is None or one.from_worker is None:
        return MovedLine(what, f"{one.to_worker.label} could take it at {clock_text(one.to_at)}; nobody had it", late)
    minutes = round((one.to_at - one.from_at).total_seconds() / 60)
    moved = f"{abs(minutes)} minutes {'later' if minutes > 0 else 'earlier'}" if minutes else "at the same time"
    if one.from_worker.pk == one.to_worker.pk:
        change = f"{one.to_worker.label} at {clock_text(one.to_at)}, {moved}"
    else:
        change = f"{one.to_worker.label} takes it over from {one.from_worker.label} at {clock_text(one.to_at)}, {moved}"
    return MovedLine(what, change, late)
