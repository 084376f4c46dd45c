"""What another record says of somebody, beside what stands here, in words."""

from dataclasses import dataclass
from datetime import date

from homeward.people.states import DetailDecision, DetailPart
from homeward.web.people.presenters.words import near_moment


@dataclass(frozen=True, slots=True)
class DetailLine:
    """One detail. `problem` is why it was refused, `reason` what was typed then."""

    id: int
    title: str
    here: str
    there: str
    said: str
    may_be_taken: bool
    decided: str
    reason: str
    problem: str


@dataclass(frozen=True, slots=True)
class Deciding:
    """The page: what waits, and what was decided."""

    waiting: tuple[DetailLine, ...]
    decided: tuple[DetailLine, ...]
    problem: tuple[str, str] | None


def present_deciding(waiting: list, decided: list, today: date, problem: tuple[int, str, str] | None) -> Deciding:
    """Details as the selectors give them. `problem`: the number of the one refused, why, and the reason typed."""
    refused, why, typed = problem or (0, "", "")
    return Deciding(
        waiting=tuple(
            _line(one, today, why if one.pk == refused else "", typed if one.pk == refused else "") for one in waiting
        ),
        decided=tuple(_line(one, today, "", one.reason) for one in decided),
        problem=(f"#detail-{refused}", why) if problem else None,
    )


def _line(one, today: date, problem: str, reason: str) -> DetailLine:
    decided = ""
    if one.decision:
        who = ", ".join(part for part in (one.decided_by, one.decided_role) if part)
        decided = f"{DetailDecision(one.decision).label}: {who}, {near_moment(one.decided_at, today)}"
    return DetailLine(
        id=one.pk,
        title=DetailPart(one.part).label,
        here=one.here or "Nothing",
        there=one.there,
        said=f"{one.said_by}, {near_moment(one.said_at, today)}",
        may_be_taken=bool(one.value),
        decided=decided,
        reason=reason,
        problem=problem,
    )
