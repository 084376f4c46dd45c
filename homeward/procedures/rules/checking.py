"""What a schema cannot see: whether the parts of a library fit together. One function a kind of thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from .definitions import (
    Activity,
    Clock,
    Complexity,
    Condition,
    Criterion,
    EventKind,
    Exclusion,
    Form,
    Library,
    Need,
    Option,
    Pathway,
    Per,
    Question,
    QuestionType,
    Score,
    Section,
    Skill,
    Source,
    StageKind,
    TargetCounts,
    TargetUnit,
    VisitTemplate,
)
from .problems import Problem, field_name
from .yaml_lines import LinedYaml, Path

Thing = TypeVar("Thing")

Complaint = tuple[Path, str]
"""The path inside a thing to the field that is wrong, and what is wrong with it."""

WITH_OPTIONS = {QuestionType.CHOICE, QuestionType.CHOICES}


@dataclass(frozen=True, slots=True)
class Read(Generic[Thing]):
    """A thing and where it was read: its file, and its path in that file."""

    thing: Thing
    file: str
    text: LinedYaml
    path: Path

    def problem(self, inside: Path, text: str) -> Problem:
        where = (*self.path, *inside)
        return Problem(self.file, self.text.line_of(where), field_name(where), text)


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
        *_repeats(skills, "skill"),
        *_repeats(needs, "need"),
        *_repeats(events, "event"),
        *_repeats(sources, "source"),
        *_repeats(activities, "activity"),
        *_repeats(forms, "form"),
        *_repeats(pathways, "pathway"),
        *_wrong_file_names((*forms, *pathways)),
    ]
    names = _Names(
        skills={read.thing.code for read in skills},
        needs={read.thing.code for read in needs},
        events={read.thing.code for read in events},
        sources={read.thing.code for read in sources},
        activities={read.thing.code for read in activities},
        forms={read.thing.code for read in forms},
        pathways={read.thing.code for read in pathways},
    )
    for skill in skills:
        problems += [skill.problem(*complaint) for complaint in _skill_complaints(skill.thing, skills, names)]
    for need in needs:
        problems += [need.problem(*complaint) for complaint in names.unknown("source", need.thing.source, ("source",))]
    for activity in activities:
        problems += [activity.problem(*complaint) for complaint in _activity_complaints(activity.thing, names)]
    for form in forms:
        problems += [form.problem(*complaint) for complaint in _form_complaints(form.thing, names)]
    for pathway in pathways:
        problems += [pathway.problem(*complaint) for complaint in _pathway_complaints(pathway.thing, names)]
    if not problems:  # who may do what needs every skill and activity to be known
        library = Library(
            activities=tuple(read.thing for read in activities), skills=tuple(read.thing for read in skills)
        )
        for pathway in pathways:
            problems += [pathway.problem(*complaint) for complaint in _staffing_complaints(pathway.thing, library)]
    return problems


@dataclass(frozen=True, slots=True)
class _Names:
    """The codes there are, by what they name."""

    skills: set[str]
    needs: set[str]
    events: set[str]
    sources: set[str]
    activities: set[str]
    forms: set[str]
    pathways: set[str]

    def unknown(self, what: str, code: str | None, path: Path) -> Iterator[Complaint]:
        known, home = {
            "skill": (self.skills, "skills.yaml"),
            "need": (self.needs, "needs.yaml"),
            "event": (self.events, "events.yaml"),
            "source": (self.sources, "sources.yaml"),
            "activity": (self.activities, "a file in activities/"),
            "form": (self.forms, "a file in forms/"),
            "pathway": (self.pathways, "a file in pathways/"),
        }[what]
        if code is not None and code not in known:
            yield path, f"There is no {what} called '{code}'. Correct the code, or add it to {home}."

    def all_unknown(self, what: str, codes: Iterable[str], path: Path) -> Iterator[Complaint]:
        for place, code in enumerate(codes):
            yield from self.unknown(what, code, (*path, place))


def _repeats(reads: Sequence[Read], what: str) -> Iterator[Problem]:  # type: ignore[type-arg]
    first: dict[tuple[str, int | None], Read] = {}  # type: ignore[type-arg]
    for read in reads:
        version = getattr(read.thing, "version", None)
        key = (read.thing.code, version)
        if key in first:
            other = first[key]
            name = f"'{read.thing.code}'" if version is None else f"'{read.thing.code}' version {version}"
            place = f"{other.file} line {other.text.line_of((*other.path, 'code'))}"
            text = f"The {what} {name} is already in {place}. Give one of them another code"
            yield read.problem(("code",), f"{text}." if version is None else f"{text} or version.")
        else:
            first[key] = read


def _wrong_file_names(reads: Sequence[Read]) -> Iterator[Problem]:  # type: ignore[type-arg]
    for read in reads:
        name = read.file.rpartition("/")[2]
        if name not in (f"{read.thing.code}.yaml", f"{read.thing.code}.v{read.thing.version}.yaml"):
            text = f"The file is called {name}. Call it {read.thing.code}.yaml, or correct the code."
            yield read.problem(("code",), text)


def _twice(codes: Sequence[str], path: Path, what: str) -> Iterator[Complaint]:
    for place, code in enumerate(codes):
        if code in codes[:place]:
            yield (
                (*path, place, "code"),
                f"There is another {what} called '{code}' above. Give one another code.",
            )


# Skills and activities


def _skill_complaints(skill: Skill, skills: Sequence[Read[Skill]], names: _Names) -> Iterator[Complaint]:
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


def _activity_complaints(activity: Activity, names: _Names) -> Iterator[Complaint]:
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


# Forms


def _form_complaints(form: Form, names: _Names) -> Iterator[Complaint]:
    yield from names.all_unknown("source", form.sources, ("sources",))
    yield from _twice([section.code for section in form.sections], ("sections",), "section")
    earlier: dict[str, Question] = {}
    everything = {question.code: question for question in form.questions}
    for place, section in enumerate(form.sections):
        yield from _section_complaints(section, ("sections", place), earlier, everything, names)
    yield from _twice([score.code for score in form.scores], ("scores",), "score")
    for place, score in enumerate(form.scores):
        yield from _score_complaints(score, ("scores", place), everything, names)


def _section_complaints(
    section: Section, path: Path, earlier: dict[str, Question], everything: dict[str, Question], names: _Names
) -> Iterator[Complaint]:
    yield from _condition_complaints(section.shown_when, (*path, "shown_when"), earlier, everything)
    for place, question in enumerate(section.questions):
        here = (*path, "questions", place)
        if question.code in earlier:
            text = f"There is another question called '{question.code}' above. Give one another code."
            yield (*here, "code"), text
        yield from _condition_complaints(question.shown_when, (*here, "shown_when"), earlier, everything)
        yield from _question_complaints(question, here, names)
        earlier[question.code] = question


def _question_complaints(question: Question, path: Path, names: _Names) -> Iterator[Complaint]:
    yield from names.unknown("source", question.source, (*path, "source"))
    has_options = question.type in WITH_OPTIONS
    if has_options and len(question.options) < 2:
        yield (*path, "options"), f"A {question.type} question needs at least 2 options. Add them."
    if question.options and not has_options:
        yield (
            (*path, "options"),
            f"A {question.type} question has no options. Remove them or make it a choice.",
        )
    yield from _twice([option.code for option in question.options], (*path, "options"), "option")
    if question.type is not QuestionType.NUMBER:
        for field in ("unit", "minimum", "maximum", "decimal_places"):
            if getattr(question, field) is not None:
                yield (
                    (*path, field),
                    f"Only a number question has '{field}'. Remove it or make this a number.",
                )
        if question.points:
            yield (*path, "points"), "Only a number question has 'points'. Put points on the options instead."
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        yield (
            (*path, "minimum"),
            f"The minimum {question.minimum} is above the maximum {question.maximum}. Swap them.",
        )
    rising = [(band.at_least, band.at_most) for band in question.points]
    for place, (low, high) in enumerate(rising):
        if low is not None and high is not None and low > high:
            yield (*path, "points", place), f"It runs from {low} down to {high}. Swap them."
    for place, ((_, high), (low, _)) in enumerate(pairwise(rising), start=1):
        if high is None or low is None or low <= high:
            yield (*path, "points", place), "It overlaps the one above. Begin where that one ends."


def _condition_complaints(
    condition: Condition | None, path: Path, earlier: dict[str, Question], everything: dict[str, Question]
) -> Iterator[Complaint]:
    if condition is None:
        return
    parts = {"all": condition.all, "any": condition.any}
    if sum([condition.question is not None, bool(condition.all), bool(condition.any)]) != 1:
        yield path, "Ask about one 'question', or give a list under 'all' or 'any': exactly one of the three."
        return
    for name, conditions in parts.items():
        for place, inner in enumerate(conditions):
            yield from _condition_complaints(inner, (*path, name, place), earlier, everything)
    if condition.question is None:
        return
    question = earlier.get(condition.question)
    if question is None:
        fault = "comes later" if condition.question in everything else "is not in this form"
        yield (
            (*path, "question"),
            f"The question '{condition.question}' {fault}. Ask about an earlier question.",
        )
        return
    tests = [condition.answered is not None, condition.equals is not None, bool(condition.any_of)]
    if not any([*tests, condition.at_least is not None, condition.at_most is not None]):
        yield (
            path,
            "It does not say which answer. Add 'answered', 'equals', 'any_of', 'at_least' or 'at_most'.",
        )
    yield from _answer_complaints(condition, question, path)


def _answer_complaints(condition: Condition, question: Question, path: Path) -> Iterator[Complaint]:
    options = {option.code for option in question.options}
    wrong = [code for code in condition.any_of if code not in options]
    if wrong:
        yield (*path, "any_of"), f"'{wrong[0]}' is not an option of '{question.code}'. Use one of its codes."
    value = condition.equals
    if value is not None:
        fits = {
            QuestionType.YES_NO: isinstance(value, bool),
            QuestionType.NUMBER: isinstance(value, int | float) and not isinstance(value, bool),
        }.get(question.type, value in options if options else isinstance(value, str))
        if not fits:
            yield (*path, "equals"), f"The question '{question.code}' can never have that answer. Correct it."
    if (condition.at_least is not None or condition.at_most is not None) and question.type is not QuestionType.NUMBER:
        yield path, f"'{question.code}' is not a number, so it has no 'at_least' or 'at_most'."


def _score_complaints(score: Score, path: Path, everything: dict[str, Question], names: _Names) -> Iterator[Complaint]:
    yield from names.unknown("source", score.source, (*path, "source"))
    for place, code in enumerate(score.adds):
        question = everything.get(code)
        if question is None:
            yield (*path, "adds", place), f"The question '{code}' is not in this form. Correct the code."
        elif not question.points and not _all_have_points(question.options):
            yield (*path, "adds", place), f"The question '{code}' has no points. Add them, or leave it out."
    yield from _twice([band.code for band in score.bands], (*path, "bands"), "band")
    for place, band in enumerate(score.bands):
        if band.at_least > band.at_most:
            yield (*path, "bands", place), f"It runs from {band.at_least} down to {band.at_most}. Swap them."
    for place, (lower, upper) in enumerate(pairwise(score.bands), start=1):
        if upper.at_least != lower.at_most + 1:
            text = f"The band before ends at {lower.at_most}, so this one must begin at {lower.at_most + 1}."
            yield (*path, "bands", place, "at_least"), text
    if score.single_part is not None and score.single_part.band not in {band.code for band in score.bands}:
        text = f"The score has no band called '{score.single_part.band}'. Use one of its bands."
        yield (*path, "single_part", "band"), text


def _all_have_points(options: tuple[Option, ...]) -> bool:
    return bool(options) and all(option.points is not None for option in options)


# Pathways


def _pathway_complaints(pathway: Pathway, names: _Names) -> Iterator[Complaint]:
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
    yield from _twice([clock.code for clock in pathway.clocks], ("clocks",), "clock")
    for place, clock in enumerate(pathway.clocks):
        yield from _clock_complaints(clock, ("clocks", place), names)
    yield from _stage_complaints(pathway, names)
    yield from _twice([role.code for role in pathway.roles], ("roles",), "role")
    for place, role in enumerate(pathway.roles):
        yield from names.all_unknown("skill", role.skills, ("roles", place, "skills"))
    yield from _twice([visit.code for visit in pathway.visits], ("visits",), "visit")
    for place, visit in enumerate(pathway.visits):
        yield from _visit_complaints(visit, ("visits", place), pathway, names)
    for place, delegated in enumerate(pathway.delegated):
        yield from names.unknown("activity", delegated.activity, ("delegated", place, "activity"))
        yield from names.all_unknown("skill", delegated.to, ("delegated", place, "to"))
    yield from _twice([outcome.code for outcome in pathway.outcomes], ("outcomes",), "outcome")
    for place, outcome in enumerate(pathway.outcomes):
        yield from names.unknown("pathway", outcome.hands_over_to, ("outcomes", place, "hands_over_to"))
    for place, figure in enumerate(pathway.published_figures):
        yield from names.unknown("source", figure.source, ("published_figures", place, "source"))
        if figure.measure not in pathway.measures:
            text = f"{figure.measure} is not among this pathway's measures. Add it to 'measures', or correct it."
            yield ("published_figures", place, "measure"), text
    yield from _other_part_complaints(pathway, names)


def _clock_complaints(clock: Clock, path: Path, names: _Names) -> Iterator[Complaint]:
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


def _stage_complaints(pathway: Pathway, names: _Names) -> Iterator[Complaint]:
    stages = {stage.code: stage for stage in pathway.stages}
    yield from _twice([stage.code for stage in pathway.stages], ("stages",), "stage")
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


def _reached(pathway: Pathway, start: str) -> set[str]:
    moves = {stage.code: stage.moves_to for stage in pathway.stages}
    reached, waiting = set(), [start]
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting.extend(moves.get(code, ()))
    return reached


def _visit_complaints(visit: VisitTemplate, path: Path, pathway: Pathway, names: _Names) -> Iterator[Complaint]:
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
    yield from _twice([slot.code for slot in visit.staff], (*path, "staff"), "staff slot")
    for place, slot in enumerate(visit.staff):
        yield from names.unknown("skill", slot.skill, (*path, "staff", place, "skill"))
        yield from names.all_unknown("skill", slot.competences, (*path, "staff", place, "competences"))
    yield from _twice([time.code for time in visit.times_of_day], (*path, "times_of_day"), "time of day")
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


def _other_part_complaints(pathway: Pathway, names: _Names) -> Iterator[Complaint]:
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
    for place, document in enumerate(pathway.documents):
        yield from names.unknown("form", document.form, ("documents", place, "form"))
    for place, course in enumerate(pathway.courses):
        yield from names.unknown("form", course.before_form, ("courses", place, "before_form"))
        yield from names.unknown("form", course.after_form, ("courses", place, "after_form"))
        yield from names.unknown("skill", course.gives_skill, ("courses", place, "gives_skill"))


def _staffing_complaints(pathway: Pathway, library: Library) -> Iterator[Complaint]:
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
