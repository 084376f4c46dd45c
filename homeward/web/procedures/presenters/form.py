"""A form and an activity in plain words."""

from homeward.procedures.rules import Activity, Condition, Form, Question, QuestionType, Score
from homeward.web.procedures.presenters.parts import Item, Part, filled
from homeward.web.procedures.presenters.pathway import source_items
from homeward.web.procedures.presenters.words import (
    ACTIVITY_KINDS,
    COMPLEXITIES,
    FORM_USES,
    QUESTION_TYPES,
    count_words,
    source_said,
)
from homeward.web.words import either, listed, skill_words


def form_parts(form: Form) -> tuple[Part, ...]:
    """All that a form asks, section by section, when each question shows, and what it scores."""
    questions = {question.code: question for question in form.questions}
    about = (
        Item("purpose", "What for", form.purpose),
        Item("use", "When", FORM_USES[form.use]),
    )
    sections = [
        Part(
            f"section-{section.code}",
            section.title,
            tuple(_question(question, questions) for question in section.questions),
            "questions",
            " ".join(
                said
                for said in (
                    section.intro or "",
                    f"Shown when {condition_words(section.shown_when, questions)}." if section.shown_when else "",
                )
                if said
            ),
        )
        for section in form.sections
    ]
    return filled(
        [
            Part("about", "What it is for", about, "facts"),
            *sections,
            Part("scores", "Scores", tuple(_score(score, questions) for score in form.scores)),
            Part("sources", "Sources", source_items(form.sources), "sources"),
        ]
    )


def activity_parts(activity: Activity) -> tuple[Part, ...]:
    """All that is published of an activity."""
    about = [
        Item("plain", "What is done", activity.plain),
        Item("kind", "Kind", ACTIVITY_KINDS[activity.kind]),
        Item("skill", "Who may do it", skill_words(activity.skill).capitalize()),
        Item("minutes", "Usual length", count_words(activity.minutes, "minute")),
        Item("complexity", "Complexity", COMPLEXITIES[activity.complexity]),
        Item("workers", "Workers it takes", str(activity.workers)),
        Item("source", "Where it comes from", source_said(activity.source, activity.local_decision)),
    ]
    rule = activity.delegable
    delegation = []
    if rule is not None:
        delegation = [
            Item("to", "To whom", f"{either([skill_words(code) for code in rule.to]).capitalize()}"),
            Item("by", "By whom", f"{either([skill_words(code) for code in rule.by]).capitalize()}"),
            Item("for", "For whom", "One named person at a time" if rule.is_person_specific else "Anyone"),
        ]
        if rule.competence:
            delegation.append(Item("competence", "Signed off for", skill_words(rule.competence).capitalize()))
        if rule.observed_times:
            delegation.append(Item("observed", "Watched first", count_words(rule.observed_times, "time")))
        if rule.review_months:
            delegation.append(Item("review", "Looked at again", f"Every {count_words(rule.review_months, 'month')}"))
    return filled(
        [
            Part("about", "What it is", tuple(about), "facts"),
            Part("delegation", "How it may be delegated", tuple(delegation), "facts"),
            Part("in-place", "In place first", tuple(Item(one, one) for one in activity.in_place), "list"),
            Part("records", "What is recorded", tuple(Item(one, one) for one in activity.records), "list"),
        ]
    )


def condition_words(condition: Condition, questions: dict[str, Question]) -> str:
    """When something shows, inside a sentence: “Is there pain?” is yes."""
    if condition.all:
        return listed([condition_words(one, questions) for one in condition.all])
    if condition.any:
        return either([condition_words(one, questions) for one in condition.any])
    question = questions.get(condition.question or "")
    name = f"“{question.text}”" if question else f"“{condition.question}”"
    if condition.answered is not None:
        return f"{name} {'has' if condition.answered else 'has no'} answer"
    if condition.equals is not None:
        return f"{name} is {_answer(condition.equals, question)}"
    if condition.any_of:
        return f"{name} is {either([_answer(code, question) for code in condition.any_of])}"
    unit = f" {question.unit}" if question and question.unit else ""
    bounds = []
    if condition.at_least is not None:
        bounds.append(f"at least {condition.at_least}{unit}")
    if condition.at_most is not None:
        bounds.append(f"at most {condition.at_most}{unit}")
    return f"{name} is {' and '.join(bounds)}"


def _answer(value, question: Question | None) -> str:
    if value is True or value is False:
        return "yes" if value else "no"
    labels = {option.code: option.label for option in question.options} if question else {}
    return f"“{labels[value]}”" if value in labels else str(value)


def _question(question: Question, questions: dict[str, Question]) -> Item:
    lines = [f"Answer: {QUESTION_TYPES[question.type]}{_limits(question)}."]
    lines += [_option(option) for option in question.options]
    lines += [_points(one, question) for one in question.points]
    if question.shown_when:
        lines.append(f"Shown when {condition_words(question.shown_when, questions)}.")
    return Item(
        question.code,
        question.text,
        question.hint or "",
        tag="Needed to close" if question.required else "",
        lines=tuple(lines),
        source=source_said(question.source, False),
    )


def _limits(question: Question) -> str:
    if question.type is not QuestionType.NUMBER:
        return ""
    unit = f" in {question.unit}" if question.unit else ""
    if question.minimum is not None and question.maximum is not None:
        return f"{unit}, from {question.minimum} to {question.maximum}"
    if question.minimum is not None:
        return f"{unit}, {question.minimum} or more"
    return f"{unit}, {question.maximum} or less" if question.maximum is not None else unit


def _option(option) -> str:
    points = f": {count_words(option.points, 'point')}" if option.points is not None else ""
    hint = f" ({option.hint})" if option.hint else ""
    return f"– {option.label}{hint}{points}"


def _points(one, question: Question) -> str:
    unit = question.unit or ""
    joint = "" if unit == "%" else " "
    if one.at_least is None:
        span = f"{one.at_most}{joint}{unit} or less"
    elif one.at_most is None:
        span = f"{one.at_least}{joint}{unit} or more"
    else:
        span = f"{one.at_least} to {one.at_most}{joint}{unit}"
    return f"– {span.strip()}: {count_words(one.points, 'point')}"


def _score(score: Score, questions: dict[str, Question]) -> Item:
    adds = [questions[code].text if code in questions else code for code in score.adds]
    lines = [f"Adds: {'; '.join(adds)}."]
    for band in score.bands:
        span = str(band.at_least) if band.at_least == band.at_most else f"{band.at_least} to {band.at_most}"
        lines.append(f"{span}: {band.title}.{f' {band.action}' if band.action else ''}")
    if score.single_part:
        band_title = next((band.title for band in score.bands if band.code == score.single_part.band), "")
        lines.append(
            f"One answer of {count_words(score.single_part.points, 'point')} is read as at least: {band_title}."
        )
    return Item(score.code, score.title, score.note or "", lines=tuple(lines), source=source_said(score.source, False))
