"""Pathways: a service as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .lookup import only


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
    FINISHED_AS_PLANNED = "finished_as_planned"
    NOT_COUNTED = "not_counted"


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
    `after_closing` says that it goes on when the episode is closed: a question asked a year later.
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
    after_closing: bool = False
    local_decision: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StageForm:
    """A form of a stage. One needed to close is not asked for after the outcomes in `not_after`."""

    form: str
    needed: FormNeeded
    not_after: tuple[str, ...] = ()


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
    source: str | None = None
    local_decision: bool = False


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
    source: str | None = None
    local_decision: bool = False


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
        return only(self.stages, code, f"stage of {self.code}")

    def clock(self, code: str) -> Clock:
        """Raises: UnknownCodeError when the pathway has no such clock."""
        return only(self.clocks, code, f"clock of {self.code}")

    def outcome(self, code: str) -> Outcome:
        """Raises: UnknownCodeError when the pathway has no such outcome."""
        return only(self.outcomes, code, f"outcome of {self.code}")

    def visit(self, code: str) -> VisitTemplate:
        """Raises: UnknownCodeError when the pathway has no such visit."""
        return only(self.visits, code, f"visit of {self.code}")

    def may_move(self, from_stage: str, to_stage: str) -> bool:
        """Raises: UnknownCodeError when the pathway has no stage `from_stage`."""
        return to_stage in self.stage(from_stage).moves_to
