"""A pathway in plain words."""

from homeward.procedures.rules import (
    Activity,
    Clock,
    Pathway,
    Per,
    Subject,
    TimeOfDay,
    UnknownCodeError,
    VisitTemplate,
    WindowKind,
)
from homeward.procedures.selectors import library, need_title
from homeward.web.procedures.presenters.parts import Item, Part, filled
from homeward.web.procedures.presenters.words import (
    CLOCK_KINDS,
    COUNTS_AS,
    FORMS_NEEDED,
    SETTINGS,
    SUBJECTS,
    URGENCIES,
    count_words,
    event_words,
    hours_words,
    source_said,
    source_title,
    target_words,
    tidy,
)
from homeward.web.words import either, listed, skill_words, wall_words


def pathway_parts(
    pathway: Pathway, activities: dict[str, Activity], forms: dict[str, str], pathways: dict[str, str]
) -> tuple[Part, ...]:
    """All that a pathway says. `activities` are the published ones by code; `forms` and `pathways` titles by code."""
    stages = {stage.code: stage.title for stage in pathway.stages}
    return filled(
        [
            Part("who", "Who it is for", _who(pathway), "facts"),
            Part(
                "entry", "How one gets in", _entry(pathway), "list",
                note=source_said(pathway.entry.source, pathway.entry.local_decision),
            ),
            Part("not-for", "Who it is not for", _not_for(pathway), "list"),
            Part("clocks", "Clocks", tuple(_clock(clock) for clock in pathway.clocks)),
            Part("stages", "Stages", tuple(_stage(stage, stages, forms) for stage in pathway.stages), "steps"),
            Part("roles", "Who does what", tuple(_role(role) for role in pathway.roles)),
            Part("visits", "Visits", tuple(_visit(visit, stages, activities) for visit in pathway.visits)),
            Part("delegated", "What may be delegated", tuple(_delegated(one, activities) for one in pathway.delegated)),
            Part("routines", "Work that repeats", tuple(_routine(one, pathway, stages) for one in pathway.routines)),
            Part("besides", "Beds, equipment, papers and training", _besides(pathway, forms)),
            Part("outcomes", "How it ends", tuple(_outcome(one, pathways) for one in pathway.outcomes)),
            Part(
                "figures", "Published figures", _figures(pathway), "figures",
                "What others reported. They are not this service’s own figures.",
            ),
            Part("measures", "Measures", (Item("measures", "Answers to", ", ".join(pathway.measures)),), "facts"),
            Part("sources", "Sources", _sources(pathway), "sources"),
        ]
    )  # fmt: skip


def _who(pathway: Pathway) -> tuple[Item, ...]:
    items = [
        Item("summary", "In short", pathway.summary),
        Item("who_for", "Who for", pathway.who_for),
        Item("urgency", "How soon", URGENCIES[pathway.urgency][0]),
        Item("needs", "Needs it answers", f"{listed([need_title(code) for code in pathway.needs])}."),
    ]
    if pathway.subject is not Subject.PERSON:
        items.append(Item("subject", "Who goes through it", SUBJECTS[pathway.subject]))
    return tuple(items)


def _entry(pathway: Pathway) -> tuple[Item, ...]:
    entry = pathway.entry
    items = [
        Item(one.code, one.text, one.hint or "", tag="" if one.required else "Not required") for one in entry.criteria
    ]
    if entry.minimum_age:
        items.append(Item("*age", f"Aged {entry.minimum_age} or over"))
    if entry.second_person_agrees:
        items.append(Item("*second", "A second person must agree"))
    return tuple(items)


def _not_for(pathway: Pathway) -> tuple[Item, ...]:
    return tuple(Item(one.code, one.text, f"Instead: {one.instead}") for one in pathway.entry.exclusions)


def _clock(clock: Clock) -> Item:
    lines = [
        f"Starts when: {event_words(clock.starts)}.",
        f"Stops when: {event_words(clock.stops)}.",
        f"Pauses when: {event_words(clock.pauses)}. Goes on when: {event_words(clock.resumes)}."
        if clock.pauses
        else "Nothing pauses it.",
    ]
    if clock.cancels:
        lines.append(f"Called off when: {event_words(clock.cancels)}.")
    if clock.sender_times:
        lines.append("A sender's own start and breach time are used where they were given.")
    if clock.escalate_at_percent:
        lines.append(f"Warns at {listed([f'{percent}%' for percent in clock.escalate_at_percent])} of the time.")
    if clock.note:
        lines.append(clock.note)
    return Item(
        clock.code,
        clock.title,
        f"{target_words(clock.target)}. {CLOCK_KINDS[clock.kind]}.",
        lines=tuple(lines),
        source=source_said(clock.source, clock.local_decision),
    )


def _stage(stage, stages: dict[str, str], forms: dict[str, str]) -> Item:
    lines = [f"Form: {forms.get(one.form, tidy(one.form))}, {FORMS_NEEDED[one.needed]}" for one in stage.forms]
    if stage.moves_to:
        lines.append(f"Goes on to: {either([stages.get(code, tidy(code)) for code in stage.moves_to])}")
    return Item(stage.code, stage.title, stage.means, lines=tuple(lines))


def _role(role) -> Item:
    return Item(
        role.code, role.title, role.does, lines=(f"Any of: {either([skill_words(code) for code in role.skills])}",)
    )


def _visit(visit: VisitTemplate, stages: dict[str, str], activities: dict[str, Activity]) -> Item:
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
    lines.append(f"What is done: {listed([activity_title(code, activities).lower() for code in visit.activities])}.")
    if visit.least_gap_minutes:
        most = f" and at most {hours_words(visit.most_gap_minutes)}" if visit.most_gap_minutes else ""
        lines.append(f"At least {hours_words(visit.least_gap_minutes)}{most} apart.")
    if visit.group:
        lines.append(f"A group of {visit.group.smallest} to {visit.group.largest}.")
    if visit.due_with_clock:
        lines.append("Due before its clock runs out.")
    if visit.may_be_missed:
        lines.append("May be left out on a hard day.")
    if visit.is_starting_point:
        lines.append("A starting point: the plan agreed with the person says what they need.")
    return Item(
        visit.code,
        visit.title,
        tag=stages.get(visit.stage, tidy(visit.stage)),
        lines=tuple(lines),
        source=source_said(visit.source, visit.local_decision),
    )


def _how_often(visit: VisitTemplate) -> str:
    days = visit.period.days
    span = f", for {count_words(days, 'day')}" if days and visit.frequency.per is not Per.ONCE else ""
    return f"{_frequency(visit.frequency)}{span} after: {event_words((visit.period.from_event,))}"


def _frequency(frequency) -> str:
    times, per = frequency.times, frequency.per
    if per is Per.ONCE:
        return "once" if times == 1 else f"{times} times"
    return {1: "once", 2: "twice"}.get(times, f"{times} times") + f" a {per.value}"


def _time_of_day(one: TimeOfDay) -> str:
    never_else = ", never outside it" if one.window is WindowKind.HARD else ""
    return f"{one.title} {wall_words(one.starts_from)} to {wall_words(one.starts_by)}{never_else}"


def _delegated(one, activities: dict[str, Activity]) -> Item:
    activity = activities.get(one.activity)
    lines = []
    if activity is not None and activity.delegable:
        rule = activity.delegable
        who = either([skill_words(code) for code in rule.by])
        lines.append(f"Delegated by: {who}{', for one named person at a time' if rule.is_person_specific else ''}.")
        if rule.competence:
            observed = (
                f", after being watched {count_words(rule.observed_times, 'time')}" if rule.observed_times else ""
            )
            lines.append(f"Signed off for {skill_words(rule.competence)}{observed}.")
        if rule.review_months:
            lines.append(f"Looked at again every {count_words(rule.review_months, 'month')}.")
        if activity.in_place:
            lines.append(f"In place first: {'; '.join(activity.in_place)}.")
    if one.note:
        lines.append(one.note)
    return Item(
        one.activity,
        activity_title(one.activity, activities),
        activity.plain if activity else "",
        tag=f"To a {either([skill_words(code) for code in one.to])}",
        lines=tuple(lines),
        source=source_said(activity.source, activity.local_decision) if activity else "",
    )


def _routine(one, pathway: Pathway, stages: dict[str, str]) -> Item:
    role = next((role.title for role in pathway.roles if role.code == one.role), tidy(one.role))
    lines = [f"{count_words(one.minutes, 'minute')}, {_frequency(one.frequency)}, by the {role.lower()}."]
    if one.stages:
        lines.append(f"While at: {listed([stages.get(code, tidy(code)) for code in one.stages])}.")
    return Item(one.code, one.title, lines=tuple(lines), source=source_said(one.source, one.local_decision))


def _besides(pathway: Pathway, forms: dict[str, str]) -> tuple[Item, ...]:
    items = []
    if pathway.stay:
        nights = [
            f"{words} {count_words(number, 'night')}."
            for words, number in (("Usually", pathway.stay.usual_days), ("At most", pathway.stay.most_days))
            if number
        ]
        items.append(
            Item(
                "*stay",
                "A bed",
                pathway.stay.place,
                lines=tuple(nights),
                source=source_said(pathway.stay.source, False),
            )
        )
    for one in pathway.equipment:
        lines = []
        if one.is_alerting:
            lines.append("Calls for a response.")
        if one.respond_within_minutes:
            lines.append(f"Somebody answers within {hours_words(one.respond_within_minutes)}.")
        if one.review_days:
            lines.append(f"Looked at again every {count_words(one.review_days, 'day')}.")
        items.append(Item(f"equipment-{one.code}", one.title, tag="Equipment", lines=tuple(lines)))
    for one in pathway.documents:
        lines = ["Belongs to the person, and is shared only as they allow." if one.is_owned_by_person else ""]
        lines.append(f"Form: {forms.get(one.form, tidy(one.form))}." if one.form else "")
        lines.append(f"Looked at again every {count_words(one.review_days, 'day')}." if one.review_days else "")
        items.append(Item(f"document-{one.code}", one.title, tag="Paper", lines=tuple(line for line in lines if line)))
    for one in pathway.courses:
        lines = [
            f"For {SUBJECTS[one.learners].lower()}: {count_words(one.sessions, 'session')}"
            f" of {count_words(one.session_minutes, 'minute')}.",
            f"Its use is looked at after {count_words(one.follow_up_days, 'day')}.",
        ]
        lines += [
            f"Form {when}: {forms.get(code, tidy(code))}."
            for when, code in (("before", one.before_form), ("after", one.after_form))
            if code
        ]
        if one.gives_skill:
            lines.append(f"Gives: {skill_words(one.gives_skill)}.")
        items.append(Item(f"course-{one.code}", one.title, tag="Training", lines=tuple(lines)))
    return tuple(items)


def _outcome(one, pathways: dict[str, str]) -> Item:
    lines = [f"Counts as: {listed([COUNTS_AS[code] for code in one.counts_as])}"]
    if one.hands_over_to:
        lines.append(f"Hands over to: {pathways.get(one.hands_over_to, tidy(one.hands_over_to))}")
    return Item(one.code, one.title, one.means, lines=tuple(lines))


def _figures(pathway: Pathway) -> tuple[Item, ...]:
    seen: dict[str, int] = {}
    items = []
    for one in pathway.published_figures:
        key = f"{one.measure} {one.says}"
        seen[key] = seen.get(key, 0) + 1
        items.append(
            Item(
                f"{key} {seen[key]}",
                _value(one),
                one.says,
                lines=(f"{one.place}, {one.period}",),
                source=source_title(one.source),
            )
        )
    return tuple(items)


def _value(figure) -> str:
    if figure.value is None:
        return ""
    unit = figure.unit or ""
    return f"{figure.value:,}{unit if unit == '%' else f' {unit}'}".strip()


def _sources(pathway: Pathway) -> tuple[Item, ...]:
    model = Item("*model", f"Modelled on: {pathway.model.name}, {pathway.model.place}")
    return (model, *source_items(pathway.sources))


def source_items(codes: tuple[str, ...]) -> tuple[Item, ...]:
    """Sources as items with their address."""
    items = []
    for code in codes:
        try:
            source = library().source(code)
        except UnknownCodeError:
            items.append(Item(code, code))
            continue
        items.append(Item(code, f"{source.publisher}: {source.title}", source.note or "", address=source.address or ""))
    return tuple(items)


def activity_title(code: str, activities: dict[str, Activity]) -> str:
    """What an activity is called; its code, tidied, where none is published."""
    return activities[code].title if code in activities else tidy(code).capitalize()
