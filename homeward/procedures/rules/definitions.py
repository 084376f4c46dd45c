"""What a procedure is made of: one frozen dataclass a thing, in the words of the YAML files.

Field names are the keys of the files, so a definition reads the same in a file, in Python and in the
database. `definition_of` and the `*_from` functions turn one into plain JSON types and back without loss.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints


class DefinitionError(ValueError):
    """A stored definition does not have the shape of the thing it should be."""


class UnknownCodeError(LookupError):
    """The library has nothing with this code (and version)."""


class SkillKind(StrEnum):
    PROFESSION = "profession"
    COMPETENCE = "competence"


class Complexity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ActivityKind(StrEnum):
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    JOINT = "joint"


class Urgency(StrEnum):
    """How soon a person on the pathway must be seen, most urgent first."""

    CRISIS = "crisis"
    URGENT = "urgent"
    SOON = "soon"
    PLANNED = "planned"


class Subject(StrEnum):
    """Who or what goes through the pathway: most often a person, sometimes those around them."""

    PERSON = "person"
    CARER = "carer"
    STAFF = "staff"
    SERVICE = "service"


class ClockKind(StrEnum):
    """`response`: something must have happened by then. `limit`: it must have ended. `review`: look again."""

    RESPONSE = "response"
    LIMIT = "limit"
    REVIEW = "review"


class TargetUnit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


class TargetCounts(StrEnum):
    """`elapsed`: real time that passed. `calendar_days`: to the end of the day, in UK time."""

    ELAPSED = "elapsed"
    CALENDAR_DAYS = "calendar_days"


class StageKind(StrEnum):
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


class FormNeeded(StrEnum):
    """When a stage's form must be complete."""

    TO_LEAVE_STAGE = "to_leave_stage"
    TO_CLOSE = "to_close"
    OPTIONAL = "optional"


class Setting(StrEnum):
    HOME = "home"
    CLINIC = "clinic"
    GROUP = "group"
    BED_UNIT = "bed_unit"
    HOSPITAL = "hospital"
    COMMUNITY = "community"
    TELEPHONE = "telephone"
    VIDEO = "video"


class WindowKind(StrEnum):
    """`hard`: never outside. `soft`: outside costs, but may be better than not at all."""

    HARD = "hard"
    SOFT = "soft"


class Per(StrEnum):
    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class CountsAs(StrEnum):
    """What a closing outcome adds to in the measures."""

    AVOIDED_HOSPITAL = "avoided_hospital"
    ADMITTED_TO_HOSPITAL = "admitted_to_hospital"
    NO_FURTHER_SUPPORT = "no_further_support"
    LESS_SUPPORT = "less_support"
    SAME_SUPPORT = "same_support"
    MORE_SUPPORT = "more_support"
    HANDED_OVER = "handed_over"
    DECLINED = "declined"
    DIED = "died"
    DIED_WHERE_WISHED = "died_where_wished"
    NOT_COUNTED = "not_counted"


class QuestionType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date_time"


class FormUse(StrEnum):
    TRIAGE = "triage"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    VISIT = "visit"
    REVIEW = "review"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from."""

    code: str
    title: str
    publisher: str
    address: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something that happens at a moment and that clocks listen to."""

    code: str
    title: str
    means: str


@dataclass(frozen=True, slots=True)
class Skill:
    """A profession or a competence. Whoever has it also has every skill in `implies`."""

    code: str
    title: str
    plain: str
    kind: SkillKind
    is_registered: bool = False
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """Why a person is referred. `urgent_response_condition` is 1 to 9 for the nine national conditions."""

    code: str
    title: str
    plain: str
    source: str
    urgent_response_condition: int | None = None
    snomed: str | None = None


@dataclass(frozen=True, slots=True)
class Delegable:
    """Who may be given the activity, by whom, and the competence they must be signed off for.

    `observed_times` and `review_months` are local decisions; None where the place has not made one.
    """

    to: tuple[str, ...]
    by: tuple[str, ...]
    is_person_specific: bool
    competence: str | None = None
    observed_times: int | None = None
    review_months: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing done for a person. `skill` may do it without delegation; `minutes` is its usual length."""

    code: str
    version: int
    title: str
    plain: str
    kind: ActivityKind
    skill: str
    minutes: int
    complexity: Complexity
    source: str
    workers: int = 1
    delegable: Delegable | None = None
    in_place: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    local_decision: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """When a section or question is shown: about one earlier question, or `all` or `any` of several."""

    question: str | None = None
    answered: bool | None = None
    equals: bool | int | float | str | None = None
    any_of: tuple[str, ...] = ()
    at_least: int | float | None = None
    at_most: int | float | None = None
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: str
    hint: str | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """The points a number scores from `at_least` to `at_most`, both included; open-ended where absent."""

    points: int
    at_least: int | float | None = None
    at_most: int | float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `required` means required to close the form, never to save it."""

    code: str
    text: str
    type: QuestionType
    hint: str | None = None
    required: bool = False
    options: tuple[Option, ...] = ()
    unit: str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    decimal_places: int | None = None
    points: tuple[Points, ...] = ()
    shown_when: Condition | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    questions: tuple[Question, ...]
    intro: str | None = None
    shown_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """What a total from `at_least` to `at_most` (both included) means and asks for."""

    code: str
    title: str
    at_least: int
    at_most: int
    action: str | None = None


@dataclass(frozen=True, slots=True)
class SinglePart:
    """A total whose largest part reaches `points` is read as at least `band`."""

    points: int
    band: str


@dataclass(frozen=True, slots=True)
class Score:
    """A sum of the points of some answers; no total until every one that is shown has an answer."""

    code: str
    title: str
    adds: tuple[str, ...]
    source: str
    bands: tuple[Band, ...] = ()
    single_part: SinglePart | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    code: str
    version: int
    title: str
    purpose: str
    use: FormUse
    sections: tuple[Section, ...]
    sources: tuple[str, ...]
    scores: tuple[Score, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order, whether shown or not."""
        return tuple(question for section in self.sections for question in section.questions)


@dataclass(frozen=True, slots=True)
class Model:
    """The real service the pathway is modelled on."""

    name: str
    place: str
    source: str
    study: int | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    code: str
    text: str
    hint: str | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who this is not for, and where they should go `instead`."""

    code: str
    text: str
    instead: str


@dataclass(frozen=True, slots=True)
class Entry:
    criteria: tuple[Criterion, ...]
    exclusions: tuple[Exclusion, ...]
    source: str
    minimum_age: int | None = None
    second_person_agrees: bool = False
    local_decision: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    amount: int
    unit: TargetUnit
    counts: TargetCounts = TargetCounts.ELAPSED


@dataclass(frozen=True, slots=True)
class Clock:
    """What starts, pauses, resumes, stops and cancels a clock, by event code, and how long it has.

    `sender_times` says that a sender's own start and breach time replace ours where they were given.
    """

    code: str
    title: str
    kind: ClockKind
    target: Target
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    source: str
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()
    sender_times: bool = False
    escalate_at_percent: tuple[int, ...] = ()
    local_decision: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StageForm:
    form: str
    needed: FormNeeded


@dataclass(frozen=True, slots=True)
class Stage:
    code: str
    title: str
    means: str
    kind: StageKind
    moves_to: tuple[str, ...] = ()
    forms: tuple[StageForm, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """Who does what on the pathway. Any one of `skills` is enough."""

    code: str
    title: str
    does: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffSlot:
    """One worker on a visit: the skill they need, and the competences their tasks add to it."""

    code: str
    skill: str
    competences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """One visit of a day: local times as `HH:MM`, the visit starts in between."""

    code: str
    title: str
    starts_from: str
    starts_by: str
    window: WindowKind


@dataclass(frozen=True, slots=True)
class Frequency:
    times: int
    per: Per


@dataclass(frozen=True, slots=True)
class Period:
    """From which event the visits are needed and for how many days; no end where `days` is None."""

    from_event: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class GroupSize:
    smallest: int
    largest: int


@dataclass(frozen=True, slots=True)
class VisitTemplate:
    """Visits a stage brings. More than one staff slot means a joint visit: all start together."""

    code: str
    title: str
    stage: str
    setting: Setting
    activities: tuple[str, ...]
    staff: tuple[StaffSlot, ...]
    minutes: int
    frequency: Frequency
    period: Period
    times_of_day: tuple[TimeOfDay, ...] = ()
    due_with_clock: str | None = None
    least_gap_minutes: int | None = None
    most_gap_minutes: int | None = None
    may_be_missed: bool = False
    is_starting_point: bool = False
    group: GroupSize | None = None
    source: str | None = None
    local_decision: bool = False

    @property
    def is_joint(self) -> bool:
        return len(self.staff) > 1


@dataclass(frozen=True, slots=True)
class DelegatedActivity:
    activity: str
    to: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an episode may end, what that adds to in the measures, and the pathway it hands over to."""

    code: str
    title: str
    means: str
    counts_as: tuple[CountsAs, ...]
    hands_over_to: str | None = None

    @property
    def avoided_hospital(self) -> bool:
        return CountsAs.AVOIDED_HOSPITAL in self.counts_as

    @property
    def no_further_support(self) -> bool:
        return CountsAs.NO_FURTHER_SUPPORT in self.counts_as


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure somebody else published. Always shown with its place and period, never mixed into ours."""

    measure: str
    says: str
    place: str
    period: str
    source: str
    value: int | float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A bed the pathway uses. `usual_days` and `most_days` count nights away from home."""

    place: str
    usual_days: int | None = None
    most_days: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Routine:
    """Work that repeats without seeing the person: chasing progress, a huddle, supervision."""

    code: str
    title: str
    role: str
    minutes: int
    frequency: Frequency
    stages: tuple[str, ...] = ()
    source: str | None = None
    local_decision: bool = False


@dataclass(frozen=True, slots=True)
class Equipment:
    """Something lent or fitted; `is_alerting` where it calls for a response (telecare)."""

    code: str
    title: str
    is_alerting: bool = False
    respond_within_minutes: int | None = None
    review_days: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A plan or paper kept on the pathway; one the person owns is shared only as they allow."""

    code: str
    title: str
    is_owned_by_person: bool
    form: str | None = None
    review_days: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """Training the pathway gives: to whom, how many sessions, and when its use in practice is looked at."""

    code: str
    title: str
    learners: Subject
    sessions: int
    session_minutes: int
    follow_up_days: int
    before_form: str | None = None
    after_form: str | None = None
    gives_skill: str | None = None


@dataclass(frozen=True, slots=True)
class Pathway:
    """A service as data: everything the engine needs to run it."""

    code: str
    version: int
    title: str
    summary: str
    who_for: str
    urgency: Urgency
    needs: tuple[str, ...]
    entry: Entry
    stages: tuple[Stage, ...]
    roles: tuple[Role, ...]
    outcomes: tuple[Outcome, ...]
    measures: tuple[str, ...]
    model: Model
    sources: tuple[str, ...]
    subject: Subject = Subject.PERSON
    clocks: tuple[Clock, ...] = ()
    visits: tuple[VisitTemplate, ...] = ()
    delegated: tuple[DelegatedActivity, ...] = ()
    published_figures: tuple[PublishedFigure, ...] = ()
    stay: Stay | None = None
    routines: tuple[Routine, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    documents: tuple[Document, ...] = ()
    courses: tuple[Course, ...] = ()

    @property
    def first_stage(self) -> Stage:
        return next(stage for stage in self.stages if stage.kind is StageKind.FIRST)

    def stage(self, code: str) -> Stage:
        """Raises: UnknownCodeError when the pathway has no such stage."""
        return _only(self.stages, code, f"stage of {self.code}")

    def clock(self, code: str) -> Clock:
        """Raises: UnknownCodeError when the pathway has no such clock."""
        return _only(self.clocks, code, f"clock of {self.code}")

    def outcome(self, code: str) -> Outcome:
        """Raises: UnknownCodeError when the pathway has no such outcome."""
        return _only(self.outcomes, code, f"outcome of {self.code}")

    def visit(self, code: str) -> VisitTemplate:
        """Raises: UnknownCodeError when the pathway has no such visit."""
        return _only(self.visits, code, f"visit of {self.code}")

    def may_move(self, from_stage: str, to_stage: str) -> bool:
        """Raises: UnknownCodeError when the pathway has no stage `from_stage`."""
        return to_stage in self.stage(from_stage).moves_to


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
        return _versioned(self.pathways, code, version, "pathway")

    def form(self, code: str, version: int | None = None) -> Form:
        """The form with this code, its newest version unless one is named. Raises: UnknownCodeError."""
        return _versioned(self.forms, code, version, "form")

    def activity(self, code: str, version: int | None = None) -> Activity:
        """The activity with this code, its newest version unless one is named. Raises: UnknownCodeError."""
        return _versioned(self.activities, code, version, "activity")

    def skill(self, code: str) -> Skill:
        """Raises: UnknownCodeError when there is no such skill."""
        return _only(self.skills, code, "skill")

    def need(self, code: str) -> Need:
        """Raises: UnknownCodeError when there is no such need."""
        return _only(self.needs, code, "need")

    def event(self, code: str) -> EventKind:
        """Raises: UnknownCodeError when there is no such event."""
        return _only(self.events, code, "event")

    def source(self, code: str) -> Source:
        """Raises: UnknownCodeError when there is no such source."""
        return _only(self.sources, code, "source")

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


def definition_of(thing: Any) -> dict[str, Any]:
    """A pathway, form, activity or any part of one as plain JSON types, ready to store.

    Fields at their default are left out, so a definition keeps its fingerprint when a later release adds a
    field.
    """
    plain = _plain(thing)
    if not isinstance(plain, dict):
        raise DefinitionError(f"{thing!r} is not a definition; pass a pathway, form, activity or part of one.")
    return plain


def fingerprint_of(definition: Mapping[str, Any]) -> str:
    """The same 64 hexadecimal characters for the same definition, whatever the order of its keys."""
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def pathway_from(definition: Mapping[str, Any]) -> Pathway:
    """The pathway `definition_of` was called on. Raises: DefinitionError."""
    return build(Pathway, definition)


def form_from(definition: Mapping[str, Any]) -> Form:
    """The form `definition_of` was called on. Raises: DefinitionError."""
    return build(Form, definition)


def activity_from(definition: Mapping[str, Any]) -> Activity:
    """The activity `definition_of` was called on. Raises: DefinitionError."""
    return build(Activity, definition)


Built = TypeVar("Built")
Coded = TypeVar("Coded", Skill, Need, EventKind, Source, Stage, Clock, Outcome, VisitTemplate)
Versioned = TypeVar("Versioned", Pathway, Form, Activity)


def build(kind: type[Built], definition: Mapping[str, Any]) -> Built:
    """Any dataclass of this module from plain JSON types.

    Raises: DefinitionError naming the field that is missing, unknown or of the wrong type.
    """
    built: Built = _built(kind, definition, kind.__name__)
    return built


def _only(things: tuple[Coded, ...], code: str, what: str) -> Coded:
    for thing in things:
        if thing.code == code:
            return thing
    raise UnknownCodeError(f"There is no {what} with the code '{code}'.")


def _versioned(things: tuple[Versioned, ...], code: str, version: int | None, what: str) -> Versioned:
    found = [thing for thing in things if thing.code == code and version in (None, thing.version)]
    if not found:
        wanted = f"'{code}'" if version is None else f"'{code}' version {version}"
        raise UnknownCodeError(f"There is no {what} {wanted} in the library.")
    return max(found, key=lambda thing: thing.version)


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        named = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(held) for field, held in named if field.default is MISSING or held != field.default}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _built(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        return _built_choice(get_args(hint), value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise DefinitionError(f"{where} must be a list, not {value!r}.")
        return tuple(_built(get_args(hint)[0], item, f"{where}[{place}]") for place, item in enumerate(value))
    if is_dataclass(hint):
        return _built_dataclass(hint, value, where)
    if issubclass(hint, StrEnum):
        try:
            return hint(value)
        except ValueError:
            raise DefinitionError(f"{where} is {value!r}; it must be one of: {', '.join(hint)}.") from None
    if type(value) is not hint:  # exact: True must not pass for the number 1
        raise DefinitionError(f"{where} must be {hint.__name__}, not {value!r}.")
    return value


def _built_choice(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and types.NoneType in hints:
        return None
    wanted = [hint for hint in hints if hint is not types.NoneType]
    for hint in wanted:
        if type(value) is hint:
            return value
    if len(wanted) == 1:
        return _built(wanted[0], value, where)
    names = " or ".join(hint.__name__ for hint in wanted)
    raise DefinitionError(f"{where} must be {names}, not {value!r}.")


def _built_dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise DefinitionError(f"{where} must have named fields, not {value!r}.")
    known = {field.name: field for field in fields(kind)}
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise DefinitionError(f"{where} has no field called {', '.join(unknown)}.")
    missing = sorted(name for name, field in known.items() if field.default is MISSING and name not in value)
    if missing:
        raise DefinitionError(f"{where} needs the field {', '.join(missing)}.")
    hints = _hints(kind)
    return kind(**{name: _built(hints[name], held, f"{where}.{name}") for name, held in value.items()})
