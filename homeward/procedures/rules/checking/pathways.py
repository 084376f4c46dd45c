"""Whether the parts of a pathway fit together, and somebody on each visit may do what it holds."""

from __future__ import annotations

from collections.abc import Iterator

from ..definitions import (
    Clock,
    Criterion,
    Exclusion,
    FormNeeded,
    Library,
    Pathway,
    Per,
    StageForm,
    StageKind,
    TargetCounts,
    TargetUnit,
    VisitTemplate,
)
from ..yaml_lines import Path
from .codes import Complaint, Names, twice


def pathway_complaints(pathway: Pathway, names: Names) -> Iterator[Complaint]:
    """Codes that are unknown or used twice, clocks that never stop, stages nobody can reach or leave."""
    yield from names.all_unknown("source", pathway.sources, ("sources",))
    yield from names.all_unknown("need", pathway.needs, ("needs",))
    yield from names.unknown("source", pathway.model.source, ("model", "source"))
    yield from names.unknown("source", pathway.entry.source, ("entry", "source"))
    entry: list[Criterion | Exclusion] = [*pathway.entry.criteria, *pathway.entry.exclusions]
    first_exclusion = len(pathway.entry.criteria)
    for place, item in enumerate(entry):
        if item.code in [above.code for above in entry[:place]]:
            listed = "criteria" if place < first_exclusion else "exclusions"
            inside = place if place < first_exclusion else place - first_exclusion
            text = f"There is another criterion or exclusion called '{item.code}' above. Give one another code."
            yield ("entry", listed, inside, "code"), text
    yield from twice([clock.code for clock in pathway.clocks], ("clocks",), "clock")
    for place, clock in enumerate(pathway.clocks):
        yield from _clock_complaints(clock, ("clocks", place), names)
    yield from _stage_complaints(pathway, names)
    yield from twice([role.code for role in pathway.roles], ("roles",), "role")
    for place, role in enumerate(pathway.roles):
        yield from names.all_unknown("skill", role.skills, ("roles", place, "skills"))
    yield from twice([visit.code for visit in pathway.visits], ("visits",), "visit")
    for place, visit in enumerate(pathway.visits):
        yield from _visit_complaints(visit, ("visits", place), pathway, names)
    for place, delegated in enumerate(pathway.delegated):
        yield from names.unknown("activity", delegated.activity, ("delegated", place, "activity"))
        yield from names.all_unknown("skill", delegated.to, ("delegated", place, "to"))
    yield from twice([outcome.code for outcome in pathway.outcomes], ("outcomes",), "outcome")
    for place, outcome in enumerate(pathway.outcomes):
        yield from names.unknown("pathway", outcome.hands_over_to, ("outcomes", place, "hands_over_to"))
    for place, figure in enumerate(pathway.published_figures):
        yield from names.unknown("source", figure.source, ("published_figures", place, "source"))
        if figure.measure not in pathway.measures:
            text = f"{figure.measure} is not among this pathway's measures. Add it to 'measures', or correct it."
            yield ("published_figures", place, "measure"), text
    yield from _other_part_complaints(pathway, names)


def _clock_complaints(clock: Clock, path: Path, names: Names) -> Iterator[Complaint]:
    lists = ("starts", "stops", "pauses", "resumes", "cancels")
    placed: dict[str, str] = {}
    for name in lists:
        events: tuple[str, ...] = getattr(clock, name)
        yield from names.all_unknown("event", events, (*path, name))
        for place, event in enumerate(events):
            if event in placed:
                text = f"'{event}' is also under '{placed[event]}'. One event can do only one thing to a clock."
                yield (*path, name, place), text
            placed.setdefault(event, name)
    yield from names.unknown("source", clock.source, (*path, "source"))
    if not clock.stops:
        yield (*path, "stops"), "Nothing ever stops this clock. Name at least one event."
    if clock.after_closing and placed.get("episode_closed"):
        text = f"It goes on after closing, but 'episode_closed' is under '{placed['episode_closed']}'. Remove one."
        yield (*path, "after_closing"), text
    if clock.pauses and not clock.resumes:
        yield (*path, "pauses"), "The clock can be paused but never resumed. Name an event under 'resumes'."
    if clock.resumes and not clock.pauses:
        yield (*path, "resumes"), "The clock can be resumed but never paused. Name an event under 'pauses'."
    short = clock.target.unit in (TargetUnit.MINUTES, TargetUnit.HOURS)
    if short and clock.target.counts is TargetCounts.CALENDAR_DAYS:
        yield (
            (*path, "target", "counts"),
            "Minutes and hours are elapsed time. Use days or weeks, or remove 'counts'.",
        )
    if list(clock.escalate_at_percent) != sorted(set(clock.escalate_at_percent)):
        yield (*path, "escalate_at_percent"), "Write these rising, each once."


def _stage_complaints(pathway: Pathway, names: Names) -> Iterator[Complaint]:
    stages = {stage.code: stage for stage in pathway.stages}
    yield from twice([stage.code for stage in pathway.stages], ("stages",), "stage")
    firsts = [place for place, stage in enumerate(pathway.stages) if stage.kind is StageKind.FIRST]
    if len(firsts) != 1:
        count = "No stage is" if not firsts else f"{len(firsts)} stages are"
        yield (
            ("stages", firsts[1], "kind") if firsts else ("stages",),
            f"{count} first. Make exactly one first.",
        )
    if not any(stage.kind is StageKind.LAST for stage in pathway.stages):
        yield ("stages",), "No stage is last, so nobody could ever leave. Make one last."
    for place, stage in enumerate(pathway.stages):
        here: Path = ("stages", place)
        for number, code in enumerate(stage.moves_to):
            if code not in stages:
                yield (
                    (*here, "moves_to", number),
                    f"There is no stage called '{code}'. Correct the code, or add it.",
                )
        if stage.kind is StageKind.LAST and stage.moves_to:
            yield (
                (*here, "moves_to"),
                "Nothing comes after a last stage. Remove 'moves_to', or change its kind.",
            )
        if stage.kind is not StageKind.LAST and not stage.moves_to:
            yield (*here, "code"), f"Nobody can leave '{stage.code}'. Add 'moves_to', or make it last."
        for number, form in enumerate(stage.forms):
            yield from names.unknown("form", form.form, (*here, "forms", number, "form"))
            yield from _not_after_complaints(pathway, form, (*here, "forms", number, "not_after"))
    if len(firsts) == 1:
        reached = _reached(pathway, pathway.stages[firsts[0]].code)
        for place, stage in enumerate(pathway.stages):
            if stage.code not in reached:
                text = f"No stage leads to '{stage.code}'. Add it to another stage's 'moves_to', or remove it."
                yield ("stages", place, "code"), text
    for place, stage in enumerate(pathway.stages):
        ends = {code for code in _reached(pathway, stage.code) if code in stages}
        if stage.moves_to and not any(stages[code].kind is StageKind.LAST for code in ends):
            yield ("stages", place, "moves_to"), f"No way leads from '{stage.code}' to a last stage. Add one."


def _not_after_complaints(pathway: Pathway, form: StageForm, path: Path) -> Iterator[Complaint]:
    if form.not_after and form.needed is not FormNeeded.TO_CLOSE:
        yield path, "Only a form needed to close can be left out after an outcome. Remove 'not_after'."
    outcomes = {outcome.code for outcome in pathway.outcomes}
    for number, code in enumerate(form.not_after):
        if code not in outcomes:
            yield (*path, number), f"There is no outcome called '{code}'. Correct the code, or add it."


def _reached(pathway: Pathway, start: str) -> set[str]:
    moves = {stage.code: stage.moves_to for stage in pathway.stages}
    reached, waiting = set(), [start]
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting.extend(moves.get(code, ()))
    return reached


def _visit_complaints(visit: VisitTemplate, path: Path, pathway: Pathway, names: Names) -> Iterator[Complaint]:
    if visit.stage not in {stage.code for stage in pathway.stages}:
        yield (*path, "stage"), f"There is no stage called '{visit.stage}'. Correct the code, or add it."
    if visit.due_with_clock is not None and visit.due_with_clock not in {clock.code for clock in pathway.clocks}:
        yield (
            (*path, "due_with_clock"),
            f"There is no clock called '{visit.due_with_clock}'. Correct it, or add it.",
        )
    yield from names.all_unknown("activity", visit.activities, (*path, "activities"))
    yield from names.unknown("event", visit.period.from_event, (*path, "period", "from_event"))
    yield from names.unknown("source", visit.source, (*path, "source"))
    yield from twice([slot.code for slot in visit.staff], (*path, "staff"), "staff slot")
    for place, slot in enumerate(visit.staff):
        yield from names.unknown("skill", slot.skill, (*path, "staff", place, "skill"))
        yield from names.all_unknown("skill", slot.competences, (*path, "staff", place, "competences"))
    yield from twice([time.code for time in visit.times_of_day], (*path, "times_of_day"), "time of day")
    for place, time in enumerate(visit.times_of_day):
        if time.starts_by < time.starts_from:
            text = f"It ends at {time.starts_by}, before it begins at {time.starts_from}. Swap them."
            yield (*path, "times_of_day", place, "starts_by"), text
    if visit.frequency.per is Per.DAY and visit.times_of_day and len(visit.times_of_day) != visit.frequency.times:
        text = f"{visit.frequency.times} a day, but {len(visit.times_of_day)} times of day. Make the two agree."
        yield (*path, "times_of_day"), text
    least, most = visit.least_gap_minutes, visit.most_gap_minutes
    if least is not None and most is not None and least > most:
        yield (
            (*path, "least_gap_minutes"),
            f"The least gap, {least}, is longer than the most, {most}. Swap them.",
        )
    if visit.group is not None and visit.group.smallest > visit.group.largest:
        yield (*path, "group", "smallest"), "The smallest group is bigger than the largest. Swap them."


def _other_part_complaints(pathway: Pathway, names: Names) -> Iterator[Complaint]:
    roles = {role.code for role in pathway.roles}
    stages = {stage.code for stage in pathway.stages}
    if pathway.stay is not None:
        yield from names.unknown("source", pathway.stay.source, ("stay", "source"))
    for place, routine in enumerate(pathway.routines):
        if routine.role not in roles:
            yield (
                ("routines", place, "role"),
                f"There is no role called '{routine.role}'. Correct it, or add it.",
            )
        for number, stage in enumerate(routine.stages):
            if stage not in stages:
                yield (
                    ("routines", place, "stages", number),
                    f"There is no stage called '{stage}'. Correct the code.",
                )
        yield from names.unknown("source", routine.source, ("routines", place, "source"))
    for place, thing in enumerate(pathway.equipment):
        yield from names.unknown("source", thing.source, ("equipment", place, "source"))
    for place, document in enumerate(pathway.documents):
        yield from names.unknown("form", document.form, ("documents", place, "form"))
    for place, course in enumerate(pathway.courses):
        yield from names.unknown("form", course.before_form, ("courses", place, "before_form"))
        yield from names.unknown("form", course.after_form, ("courses", place, "after_form"))
        yield from names.unknown("skill", course.gives_skill, ("courses", place, "gives_skill"))
        yield from names.unknown("source", course.source, ("courses", place, "source"))


def staffing_complaints(pathway: Pathway, library: Library) -> Iterator[Complaint]:
    """Activities that nobody on their visit may do, and delegation the activity does not allow."""
    for place, delegated in enumerate(pathway.delegated):
        delegable = library.activity(delegated.activity).delegable
        if delegable is None:
            text = f"'{delegated.activity}' is never delegated. Remove it here, or make the activity delegable."
            yield ("delegated", place, "activity"), text
            continue
        for number, skill in enumerate(delegated.to):
            if skill not in delegable.to:
                known = ", ".join(delegable.to)
                text = f"'{delegated.activity}' is not delegated to '{skill}'. Use one of: {known}."
                yield ("delegated", place, "to", number), text
    handed_over = {delegated.activity: set(delegated.to) for delegated in pathway.delegated}
    for place, visit in enumerate(pathway.visits):
        held = [library.skills_held([slot.skill, *slot.competences]) for slot in visit.staff]
        for number, code in enumerate(visit.activities):
            activity = library.activity(code)
            here: Path = ("visits", place, "activities", number)
            competence = activity.delegable.competence if activity.delegable else None
            if not any(_may(skills, activity.skill, handed_over.get(code, set()), competence) for skills in held):
                instead = f"Add a staff slot with '{activity.skill}'"
                if activity.delegable is not None:
                    instead += f", or list it under 'delegated' and give a slot the competence '{competence}'"
                yield here, f"Nobody on this visit may do '{code}'. {instead}."
            if activity.workers > len(visit.staff):
                yield here, f"'{code}' takes {activity.workers} workers. Add a staff slot."
            if activity.minutes > visit.minutes:
                text = f"'{code}' takes {activity.minutes} minutes. Make the visit longer."
                yield here, text


def _may(held: frozenset[str], skill: str, delegated_to: set[str], competence: str | None) -> bool:
    return skill in held or (not held.isdisjoint(delegated_to) and (competence is None or competence in held))
