"""A library: one set of procedures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .activity import Activity, EventKind, Need, Skill, Source
from .form import Form
from .lookup import newest, only
from .pathway import Pathway


@dataclass(frozen=True, slots=True)
class Library:
    """One set of procedures, read and checked."""

    pathways: tuple[Pathway, ...] = ()
    forms: tuple[Form, ...] = ()
    activities: tuple[Activity, ...] = ()
    skills: tuple[Skill, ...] = ()
    needs: tuple[Need, ...] = ()
    events: tuple[EventKind, ...] = ()
    sources: tuple[Source, ...] = ()

    def pathway(self, code: str, version: int | None = None) -> Pathway:
        """The pathway with this code, its newest version unless one is named. Raises: UnknownCodeError."""
        return newest(self.pathways, code, version, "pathway")

    def form(self, code: str, version: int | None = None) -> Form:
        """The form with this code, its newest version unless one is named. Raises: UnknownCodeError."""
        return newest(self.forms, code, version, "form")

    def activity(self, code: str, version: int | None = None) -> Activity:
        """The activity with this code, its newest version unless one is named. Raises: UnknownCodeError."""
        return newest(self.activities, code, version, "activity")

    def skill(self, code: str) -> Skill:
        """Raises: UnknownCodeError when there is no such skill."""
        return only(self.skills, code, "skill")

    def need(self, code: str) -> Need:
        """Raises: UnknownCodeError when there is no such need."""
        return only(self.needs, code, "need")

    def event(self, code: str) -> EventKind:
        """Raises: UnknownCodeError when there is no such event."""
        return only(self.events, code, "event")

    def source(self, code: str) -> Source:
        """Raises: UnknownCodeError when there is no such source."""
        return only(self.sources, code, "source")

    def skills_held(self, codes: Iterable[str]) -> frozenset[str]:
        """The skills someone has who was given `codes`: those, and all that they imply.

        Raises: UnknownCodeError when one of them is not in the library.
        """
        held: set[str] = set()
        waiting = list(codes)
        while waiting:
            code = waiting.pop()
            if code not in held:
                held.add(code)
                waiting.extend(self.skill(code).implies)
        return frozenset(held)

    def worker_skills(self, codes: Iterable[str]) -> frozenset[str]:
        """The skills a worker has who was given `codes`, with all they imply; a code that the library no longer holds
        stands for itself.
        """
        given = frozenset(codes)
        return self.skills_held(given & {skill.code for skill in self.skills}) | given

    def may_be_done_with(self, activity_code: str, skills: Iterable[str]) -> bool:
        """Whether someone with `skills` may do the activity, by their own skill or by delegation.

        It says only who could be signed off; the delegation room knows who is. Raises: UnknownCodeError.
        """
        activity = self.activity(activity_code)
        held = self.skills_held(skills)
        delegable = activity.delegable
        if activity.skill in held or delegable is None:
            return activity.skill in held
        return not held.isdisjoint(delegable.to) and (delegable.competence is None or delegable.competence in held)
