"""Whether skills and activities fit together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..definitions import Activity, Complexity, Skill
from .codes import Complaint, Names, Read


def skill_complaints(skill: Skill, skills: Sequence[Read[Skill]], names: Names) -> Iterator[Complaint]:
    """Skills that are unknown, or that imply themselves."""
    yield from names.all_unknown("skill", skill.implies, ("implies",))
    implies = {read.thing.code: read.thing.implies for read in skills}
    waiting, seen = list(skill.implies), set()
    while waiting:
        code = waiting.pop()
        if code == skill.code:
            yield (
                ("implies",),
                f"'{code}' comes back to itself through the skills it implies. Break the circle.",
            )
            return
        if code not in seen:
            seen.add(code)
            waiting.extend(implies.get(code, ()))


def activity_complaints(activity: Activity, names: Names) -> Iterator[Complaint]:
    """Unknown skills and sources, and delegation that cannot be."""
    yield from names.unknown("skill", activity.skill, ("skill",))
    yield from names.unknown("source", activity.source, ("source",))
    if activity.delegable is None:
        return
    if not activity.delegable.to:
        yield ("delegable", "to"), "It can be delegated but to nobody. Name a skill, or remove 'delegable'."
    yield from names.all_unknown("skill", activity.delegable.to, ("delegable", "to"))
    yield from names.all_unknown("skill", activity.delegable.by, ("delegable", "by"))
    yield from names.unknown("skill", activity.delegable.competence, ("delegable", "competence"))
    if activity.complexity is Complexity.HIGH:
        text = "High complexity stays with a registered professional. Remove 'delegable', or lower it."
        yield ("complexity",), text
