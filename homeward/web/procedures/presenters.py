"""A pathway's definition in plain words."""

from dataclasses import dataclass

from homeward.procedures.rules import (
    Activity,
    Clock,
    ClockKind,
    CountsAs,
    FormNeeded,
    Pathway,
    Per,
    Setting,
    Target,
    TargetCounts,
    TimeOfDay,
    UnknownCodeError,
    Urgency,
    VisitTemplate,
    WindowKind,
)
from homeward.procedures.selectors import library, need_title
from homeward.web.templating import moment_text
from homeward.web.words import either, listed, skill_words, wall_words

# Urgency in words and the colour of its tag, most urgent first.
URGENCIES = {
    Urgency.CRISIS: ("Crisis", "red"),
    Urgency.URGENT: ("Urgent", "orange"),
    Urgency.SOON: ("Soon", "yellow"),
    Urgency.PLANNED: ("Planned", "blue"),
}
CLOCK_KINDS = {
    ClockKind.RESPONSE: "Someone must have come by then",
    ClockKind.LIMIT: "It must have ended by then",
    ClockKind.REVIEW: "It must have been looked at again by then",
}
SETTINGS = {
    Setting.HOME: "at home",
    Setting.CLINIC: "in a clinic",
    Setting.GROUP: "in a group",
    Setting.BED_UNIT: "in a bed unit",
    Setting.HOSPITAL: "in hospital",
    Setting.COMMUNITY: "in the community",
    Setting.TELEPHONE: "by telephone",
    Setting.VIDEO: "by video",
}
COUNTS_AS = {
    CountsAs.AVOIDED_HOSPITAL: "hospital avoided",
    CountsAs.ADMITTED_TO_HOSPITAL: "admitted to hospital",
    CountsAs.NO_FURTHER_SUPPORT: "no further support",
    CountsAs.LESS_SUPPORT: "less support than before",
    CountsAs.SAME_SUPPORT: "the same support as before",
    CountsAs.MORE_SUPPORT: "more support than before",
    CountsAs.HANDED_OVER: "handed over",
    CountsAs.DECLINED: "declined",
    CountsAs.DIED: "died",
    CountsAs.DIED_WHERE_WISHED: "died where they wished",
    CountsAs.FINISHED_AS_PLANNED: "finished as planned",
    CountsAs.NOT_COUNTED: "not counted",
}
FORMS_NEEDED = {
    FormNeeded.TO_LEAVE_STAGE: "before going on",
    FormNeeded.TO_CLOSE: "before closing",
    FormNeeded.OPTIONAL: "when useful",
}
LOCAL_DECISION = "A local decision"


@dataclass(frozen=True, slots=True)
class PathwayCard:
    """A pathway in the list."""

    code: str
    title: str
    summary: str
    urgency: str
    colour: str
    clocks: tuple[str, ...]
    published: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where something comes from."""

    title: str
    publisher: str
    address: str
    note: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something with a title, what it means, more lines, and its source."""

    title: str
    text: str
    lines: tuple[str, ...] = ()
    source: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that somebody else published, never without its place and period."""

    value: str
    says: str
    where: str
    source: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One published version."""

    version: int
    published: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class PathwayPage:
    """A pathway as a page says it."""

    code: str
    title: str
    summary: str
    who_for: str
    urgency: str
    colour: str
    version: str
    is_newest: bool
    needs: tuple[str, ...]
    criteria: tuple[Said, ...]
    entry_notes: tuple[str, ...]
    exclusions: tuple[Said, ...]
    clocks: tuple[Said, ...]
    stages: tuple[Said, ...]
    roles: tuple[Said, ...]
    visits: tuple[Said, ...]
    delegated: tuple[Said, ...]
    outcomes: tuple[Said, ...]
    figures: tuple[Figure, ...]
    model: str
    sources: tuple[SourceLine, ...]
    versions: tuple[VersionLine, ...]


def present_list(rows: list[tuple]) -> tuple[PathwayCard, ...]:
    """Pathways and the rows that published them, most urgent first."""
    order = list(URGENCIES)
    return tuple(
        PathwayCard(
            code=pathway.code,
            title=pathway.title,
            summary=pathway.summary,
            urgency=URGENCIES[pathway.urgency][0],
            colour=URGENCIES[pathway.urgency][1],
            clocks=tuple(f"{clock.title}: {target_words(clock.target)}" for clock in pathway.clocks),
            published=_published(row),
        )
        for row, pathway in sorted(rows, key=lambda pair: (order.index(pair[1].urgency), pair[1].title))
    )


def present_pathway(row, pathway: Pathway, versions: list, activities: dict[str, Activity]) -> PathwayPage:
    """One version of a pathway; `activities` are the published ones by code."""
    urgency, colour = URGENCIES[pathway.urgency]
    entry = pathway.entry
    notes = [f"Aged {entry.minimum_age} or over."] if entry.minimum_age else []
    if entry.second_person_agrees:
        notes.append("A second person must agree.")
    notes.append(_source_said(entry.source, entry.local_decision))
    stages = {stage.code: stage.title for stage in pathway.stages}
    return PathwayPage(
        code=pathway.code,
        title=pathway.title,
        summary=pathway.summary,
        who_for=pathway.who_for,
        urgency=urgency,
        colour=colour,
        version=_published(row),
        is_newest=row.version == versions[0].version,
        needs=tuple(need_title(code) for code in pathway.needs),
        criteria=tuple(
            Said(one.text, one.hint or "", tag="" if one.required else "Not required") for one in entry.criteria
        ),
        entry_notes=tuple(notes),
        exclusions=tuple(Said(one.text, one.instead) for one in entry.exclusions),
        clocks=tuple(_clock(clock) for clock in pathway.clocks),
        stages=tuple(_stage(stage, stages) for stage in pathway.stages),
        roles=tuple(
            Said(role.title, role.does, (f"Any of: {either([skill_words(code) for code in role.skills])}",))
            for role in pathway.roles
        ),
        visits=tuple(_visit(visit, stages, activities) for visit in pathway.visits),
        delegated=tuple(_delegated(one, activities) for one in pathway.delegated),
        outcomes=tuple(
            Said(
                one.title,
                one.means,
                (f"Counts as: {listed([COUNTS_AS[code] for code in one.counts_as])}", *_handed_over(one)),
            )
            for one in pathway.outcomes
        ),
        figures=tuple(
            Figure(
                value=_value(one),
                says=one.says,
                where=f"{one.place}, {one.period}",
                source=_source_title(one.source),
            )
            for one in pathway.published_figures
        ),
        model=f"{pathway.model.name}, {pathway.model.place}",
        sources=tuple(_source_line(code) for code in pathway.sources),
        versions=tuple(VersionLine(one.version, _published(one), one.version == row.version) for one in versions),
    )


def target_words(target: Target) -> str:
    """How long a clock has: 2 hours, 1 day, 3 days to the end of the day."""
    unit = target.unit.value.rstrip("s") if target.amount == 1 else target.unit.value
    ending = ", to the end of the day" if target.counts is TargetCounts.CALENDAR_DAYS else ""
    return f"{target.amount} {unit}{ending}"


def _clock(clock: Clock) -> Said:
    lines = [
        f"Starts when: {_events(clock.starts)}.",
        f"Stops when: {_events(clock.stops)}.",
        f"Pauses when: {_events(clock.pauses)}. Goes on when: {_events(clock.resumes)}."
        if clock.pauses
        else "Nothing pauses it.",
    ]
    if clock.cancels:
        lines.append(f"Called off when: {_events(clock.cancels)}.")
    if clock.sender_times:
        lines.append("A sender's own start and breach time are used where they were given.")
    if clock.escalate_at_percent:
        lines.append(f"Warns at {listed([f'{percent}%' for percent in clock.escalate_at_percent])} of the time.")
    if clock.note:
        lines.append(clock.note)
    return Said(
        title=clock.title,
        text=f"{target_words(clock.target)}. {CLOCK_KINDS[clock.kind]}.",
        lines=tuple(lines),
        source=_source_said(clock.source, clock.local_decision),
    )


def _stage(stage, stages: dict[str, str]) -> Said:
    lines = []
    if stage.forms:
        forms = {form.code: form.title for form in library().forms}
        lines += [f"Form: {forms.get(one.form, one.form)}, {FORMS_NEEDED[one.needed]}" for one in stage.forms]
    if stage.moves_to:
        lines.append(f"Goes on to: {either([stages[code] for code in stage.moves_to])}")
    return Said(stage.title, stage.means, tuple(lines))


def _visit(visit: VisitTemplate, stages: dict[str, str], activities: dict[str, Activity]) -> Said:
    staff = listed([skill_words(slot.skill) for slot in visit.staff])
    together = f"{len(visit.staff)} workers together: {staff}" if visit.is_joint else staff
    lines = [
        f"{visit.minutes} minutes {SETTINGS[visit.setting]}, {_how_often(visit)}.",
        f"{together[:1].upper()}{together[1:]}.",
    ]
    if visit.times_of_day:
        lines.append(f"{listed([_time_of_day(one) for one in visit.times_of_day])}.")
    competences = sorted({code for slot in visit.staff for code in slot.competences})
    if competences:
        lines.append(f"Signed off for: {listed([skill_words(code) for code in competences])}.")
    lines.append(f"What is done: {listed([_activity_title(code, activities).lower() for code in visit.activities])}.")
    if visit.least_gap_minutes:
        most = f" and at most {_hours(visit.most_gap_minutes)}" if visit.most_gap_minutes else ""
        lines.append(f"At least {_hours(visit.least_gap_minutes)}{most} apart.")
    if visit.group:
        lines.append(f"A group of {visit.group.smallest} to {visit.group.largest}.")
    if visit.due_with_clock:
        lines.append("Due before its clock runs out.")
    if visit.may_be_missed:
        lines.append("May be left out on a hard day.")
    if visit.is_starting_point:
        lines.append("A starting point: the plan agreed with the person says what they need.")
    source = _source_said(visit.source, visit.local_decision) if visit.source else ""
    return Said(visit.title, "", tuple(lines), source, tag=stages[visit.stage])


def _how_often(visit: VisitTemplate) -> str:
    times, per = visit.frequency.times, visit.frequency.per
    if per is Per.ONCE:
        often = "once" if times == 1 else f"{times} times"
    else:
        often = {1: "once", 2: "twice"}.get(times, f"{times} times") + f" a {per.value}"
    days = visit.period.days
    span = f", for {days} day{'' if days == 1 else 's'}" if days and per is not Per.ONCE else ""
    return f"{often}{span} after: {_events((visit.period.from_event,))}"


def _time_of_day(one: TimeOfDay) -> str:
    never_else = ", never outside it" if one.window is WindowKind.HARD else ""
    return f"{one.title} {wall_words(one.starts_from)} to {wall_words(one.starts_by)}{never_else}"


def _delegated(one, activities: dict[str, Activity]) -> Said:
    activity = activities.get(one.activity)
    lines = []
    if activity is not None and activity.delegable:
        rule = activity.delegable
        who = either([skill_words(code) for code in rule.by])
        lines.append(f"Delegated by: {who}{', for one named person at a time' if rule.is_person_specific else ''}.")
        if rule.competence:
            observed = f", after being watched {rule.observed_times} times" if rule.observed_times else ""
            lines.append(f"Signed off for {skill_words(rule.competence)}{observed}.")
        if rule.review_months:
            lines.append(f"Looked at again every {rule.review_months} months.")
        if activity.in_place:
            lines.append(f"In place first: {'; '.join(activity.in_place)}.")
    if one.note:
        lines.append(one.note)
    return Said(
        title=_activity_title(one.activity, activities),
        text=activity.plain if activity else "",
        lines=tuple(lines),
        source=_source_said(activity.source, activity.local_decision) if activity else "",
        tag=f"To a {either([skill_words(code) for code in one.to])}",
    )


def _handed_over(outcome) -> list[str]:
    if not outcome.hands_over_to:
        return []
    titles = {pathway.code: pathway.title for pathway in library().pathways}
    return [f"Hands over to: {titles.get(outcome.hands_over_to, outcome.hands_over_to)}"]


def _value(figure) -> str:
    if figure.value is None:
        return ""
    unit = figure.unit or ""
    return f"{figure.value:,}{unit if unit == '%' else f' {unit}'}".strip()


def _events(codes: tuple[str, ...]) -> str:
    titles = {event.code: event.title for event in library().events}
    words = [titles.get(code, code.replace("_", " ")) for code in codes]
    return either([word[:1].lower() + word[1:] for word in words])


def _hours(minutes: int) -> str:
    if minutes % 1440 == 0:
        days = minutes // 1440
        return f"{days} day{'' if days == 1 else 's'}"
    if minutes % 60 == 0:
        hours = minutes // 60
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{minutes} minutes"


def _activity_title(code: str, activities: dict[str, Activity]) -> str:
    return activities[code].title if code in activities else code.replace("_", " ").capitalize()


def _source_title(code: str) -> str:
    try:
        source = library().source(code)
    except UnknownCodeError:
        return code
    return f"{source.publisher}: {source.title}"


def _source_said(code: str, is_local: bool) -> str:
    said = f"Source: {_source_title(code)}."
    return f"{said} {LOCAL_DECISION}." if is_local else said


def _source_line(code: str) -> SourceLine:
    try:
        source = library().source(code)
    except UnknownCodeError:
        return SourceLine(code, "", "", "")
    return SourceLine(source.title, source.publisher, source.address or "", source.note or "")


def _published(row) -> str:
    return f"Version {row.version}, published {moment_text(row.published_at)} by {row.published_by}"
