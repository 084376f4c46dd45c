"""What a schema cannot see: whether the parts of a library fit together."""

from __future__ import annotations

from collections.abc import Sequence

from ..definitions import Activity, EventKind, Form, Library, Need, Pathway, Skill, Source
from ..problems import Problem
from .activities import activity_complaints, skill_complaints
from .codes import Names, Read, repeats, wrong_file_names
from .forms import following_complaints, form_complaints
from .pathways import pathway_complaints, staffing_complaints

__all__ = ["Read", "cross_problems"]


def cross_problems(
    *,
    pathways: Sequence[Read[Pathway]],
    forms: Sequence[Read[Form]],
    activities: Sequence[Read[Activity]],
    skills: Sequence[Read[Skill]],
    needs: Sequence[Read[Need]],
    events: Sequence[Read[EventKind]],
    sources: Sequence[Read[Source]],
) -> list[Problem]:
    """Every place where the parts do not fit together, given parts that each fit their schema."""
    problems = [
        *repeats(skills, "skill"),
        *repeats(needs, "need"),
        *repeats(events, "event"),
        *repeats(sources, "source"),
        *repeats(activities, "activity"),
        *repeats(forms, "form"),
        *repeats(pathways, "pathway"),
        *wrong_file_names((*forms, *pathways)),
    ]
    names = Names(
        skills={read.thing.code for read in skills},
        needs={read.thing.code for read in needs},
        events={read.thing.code for read in events},
        sources={read.thing.code for read in sources},
        activities={read.thing.code for read in activities},
        forms={read.thing.code for read in forms},
        pathways={read.thing.code for read in pathways},
    )
    for skill in skills:
        problems += [skill.problem(*complaint) for complaint in skill_complaints(skill.thing, skills, names)]
    for need in needs:
        problems += [need.problem(*complaint) for complaint in names.unknown("source", need.thing.source, ("source",))]
    for activity in activities:
        problems += [activity.problem(*complaint) for complaint in activity_complaints(activity.thing, names)]
    for form in forms:
        problems += [form.problem(*complaint) for complaint in form_complaints(form.thing, names)]
    for form in forms:
        others = [read.thing for read in forms]
        problems += [form.problem(*complaint) for complaint in following_complaints(form.thing, others)]
    for pathway in pathways:
        problems += [pathway.problem(*complaint) for complaint in pathway_complaints(pathway.thing, names)]
    if not problems:  # who may do what needs every skill and activity to be known
        library = Library(
            activities=tuple(read.thing for read in activities), skills=tuple(read.thing for read in skills)
        )
        for pathway in pathways:
            problems += [pathway.problem(*complaint) for complaint in staffing_complaints(pathway.thing, library)]
    return problems
