"""The finished words of forms: to fill in, to check, to read, to print, and which are needed."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from homeward.assessments.selectors import EarlierAnswer, NeededForm
from homeward.assessments.services import Clash
from homeward.procedures.rules import (
    AnswerProblem,
    FindingReading,
    Form,
    FormNeeded,
    Question,
    answer_in_words,
    findings,
    layout,
)
from homeward.procedures.selectors import source_title
from homeward.web.clocks import time_words
from homeward.web.forms.reading import day_parts, time_part
from homeward.web.persons import address_words, age_words, nhs_number_and_trust
from homeward.web.templating import clock_text, moment_text

# Short answers get short boxes: (most characters, width class of the design system)
WIDTHS = ((3, "3"), (5, "5"), (10, "10"))
# Every state of a needed form, in words and colour, once
STATES = {
    "complete": ("Complete", "green"),
    "draft": ("Begun", "blue"),
    "to_leave_stage": ("Needed to go on", "yellow"),
    "to_close": ("Needed to close", "yellow"),
    "optional": ("If it helps", "grey"),
}
LINES = {"input": 1, "textarea": 5, "number": 1, "date": 1, "time": 1, "date_time": 1}


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    hint: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One question on a page. `control` is as in `procedures.rules.layout`."""

    code: str
    label: str
    hint: str
    control: str
    choices: tuple[Choice, ...]
    unit: str
    width: str
    is_required: bool
    is_shown: bool
    shown_when: str
    text: str
    day: tuple[str, str, str]
    time: str
    value: str
    problem: str
    came_from: str
    is_unconfirmed: bool
    # The answer of an earlier form, and which, where this one has none yet
    before: str
    before_from: str
    lines: int
    is_decimal: bool


@dataclass(frozen=True, slots=True)
class ScoreBox:
    """A score as it stands: `total` is empty until it can be counted."""

    code: str
    title: str
    total: str
    band: str
    action: str
    because: str
    note: str
    most: str


@dataclass(frozen=True, slots=True)
class FindingBox:
    """What the answers come to under a rule, why, and what was decided."""

    code: str
    title: str
    proposed: str
    reasons: tuple[str, ...]
    decided: str
    differs: bool
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section, with how far it is, the scores that its answers finish, and what they are decided by."""

    code: str
    title: str
    intro: str
    shown_when: str
    is_shown: bool
    fields: tuple[Field, ...]
    scores: tuple[ScoreBox, ...]
    findings: tuple[FindingBox, ...]
    left: int
    is_touched: bool
    # How many of its questions can be answered as before, and how many answers wait to be confirmed
    before: int
    unconfirmed: int

    @property
    def state(self) -> str:
        """How far it is, in words."""
        if not self.left:
            return "Done" if self.is_touched else "Nothing needed"
        return f"{self.left} left"


@dataclass(frozen=True, slots=True)
class ClashBox:
    """Two answers to one question, for a person to choose from."""

    code: str
    label: str
    mine: str
    theirs: str
    by: str
    mine_kept: str


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form with its answers."""

    id: int | None
    code: str
    title: str
    purpose: str
    version: int
    sections: tuple[Part, ...]
    scores: tuple[ScoreBox, ...]
    findings: tuple[FindingBox, ...]
    answered: int
    asked: int
    missing: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str], ...]
    revision: int
    said: str
    by: str
    sources: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def before(self) -> int:
        """How many questions that show can be answered as before."""
        return sum(part.before for part in self.sections if part.is_shown)

    @property
    def unconfirmed(self) -> int:
        """How many answers that show were carried forward and nobody confirmed yet."""
        return sum(part.unconfirmed for part in self.sections if part.is_shown)

    @property
    def shown(self) -> tuple[str, ...]:
        """Codes of the sections and questions that show, for the page to hide the rest."""
        sections = [part for part in self.sections if part.is_shown]
        return (
            *(f"section-{part.code}" for part in sections),
            *(f"field-{field.code}" for part in sections for field in part.fields if field.is_shown),
        )


@dataclass(frozen=True, slots=True)
class HistoryLine:
    question: str
    answer: str
    said: str
    note: str


@dataclass(frozen=True, slots=True)
class NeededLine:
    """A form that a pathway asks for, and what can be done with it."""

    form: str
    stage: str
    title: str
    state: str
    colour: str
    said: str
    url: str
    button: str
    is_needed: bool


@dataclass(frozen=True, slots=True)
class NeededStage:
    """The forms of one stage, and what they are filled in for: the front door's are for the referral."""

    kind: str
    id: int
    title: str
    is_now: bool
    lines: tuple[NeededLine, ...]


@dataclass(frozen=True, slots=True)
class FormsPanel:
    """The forms that a pathway asks for, for `components/forms_needed.jinja`."""

    stages: tuple[NeededStage, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Who a printed form is about; empty on a blank one."""

    name: str
    born: str
    nhs_number: str
    address: str


def form_page(
    filled,
    form: Form,
    changes: Sequence = (),
    problems: Sequence[AnswerProblem] = (),
    *,
    is_missing_shown: bool = False,
    earlier: Mapping[str, EarlierAnswer] | None = None,
) -> FormPage:
    """A filled form on a page. With `is_missing_shown`, what is missing stands beside each question.

    `earlier` are answers of before, by question that has none yet, to be offered.
    """
    told = list(problems)
    laid = layout(form, filled.answers, told)
    if is_missing_shown:
        told += [AnswerProblem(code, _ask(form, code)) for code in laid.missing]
        laid = layout(form, filled.answers, told)
    newest = {change.question: change for change in changes if change.is_in_force}
    sources = {code: (one.came_from, not one.is_confirmation) for code, one in newest.items() if one.came_from}
    return _page(filled, form, laid, sources, told, earlier or {})


def blank_page(form: Form) -> FormPage:
    """A form with no answers, for paper: everything shows, with when it is to be answered."""
    return _page(None, form, layout(form, {}), {}, (), {})


def answers_page(form: Form, answers: Mapping[str, Any]) -> FormPage:
    """A form that is of no record, with the answers typed so far."""
    return _page(None, form, layout(form, answers), {}, (), {})


def field_of(page: FormPage, code: str) -> Field:
    """One question of a page."""
    return next(field for part in page.sections for field in part.fields if field.code == code)


def clash_boxes(form: Form, clashes: Sequence[Clash], now: datetime) -> tuple[ClashBox, ...]:
    """Answers that two people gave, for one of them to choose."""
    questions = {question.code: question for question in form.questions}
    return tuple(
        ClashBox(
            code=clash.question,
            label=questions[clash.question].text,
            mine=answer_in_words(questions[clash.question], clash.told) or "No answer",
            theirs=answer_in_words(questions[clash.question], clash.standing) or "No answer",
            by=f"{clash.by}, {time_words(clash.at, now)}",
            mine_kept=json.dumps(clash.told),
        )
        for clash in clashes
    )


def open_boxes(form: Form, posted: Mapping[str, str], codes: Collection[str]) -> tuple[ClashBox, ...]:
    """Choices between two answers that a page showed and that are not made yet, as it showed them."""
    questions = {question.code: question.text for question in form.questions}
    return tuple(
        ClashBox(
            code,
            questions[code],
            posted.get(f"mine-words-{code}", ""),
            posted.get(f"theirs-words-{code}", ""),
            posted.get(f"by-{code}", ""),
            posted.get(f"mine-{code}", ""),
        )
        for code in codes
        if code in questions
    )


def history(form: Form, changes: Sequence, now: datetime) -> tuple[HistoryLine, ...]:
    """Who answered what and when, newest first."""
    questions = {question.code: question for question in form.questions}
    lines = []
    for change in reversed(changes):
        question = questions.get(change.question)
        note = change.came_from and f"From: {change.came_from}"
        if not change.is_in_force:
            note = "Not used: somebody else had answered meanwhile"
        lines.append(
            HistoryLine(
                question=question.text if question else change.question,
                answer=(answer_in_words(question, change.answer) if question else str(change.answer)) or "No answer",
                said=said_by(change.actor_name, change.actor_role, change.employer, change.at),
                note=note,
            )
        )
    return tuple(lines)


def paper(person, address, day: date) -> Paper:
    """Who a printed form is about."""
    return Paper(person.label, age_words(person, day), nhs_number_and_trust(person), address_words(address))


def forms_panel(
    needed: Sequence[NeededForm],
    kind: str,
    number: int,
    stage: str = "",
    apart: dict[str, tuple[str, int]] | None = None,
) -> FormsPanel:
    """The forms of a pathway by stage, for the subject (`kind`, `number`) they are filled in for.

    `stage` is where it stands now, so that it comes with a mark. `apart` are stages filled in for another subject.
    """
    strongest: dict[str, NeededForm] = {}
    for one in needed:  # a form that several stages ask for is shown once, as it is most needed
        before = strongest.get(one.asked.form)
        if before is None or before.asked.needed is FormNeeded.OPTIONAL:
            strongest[one.asked.form] = one
    stages: dict[str, list[NeededLine]] = {}
    for one in strongest.values():
        stages.setdefault(one.asked.stage, []).append(_needed_line(one))
    titles = {one.asked.stage: one.asked.stage_title for one in needed}
    subjects = apart or {}
    return FormsPanel(
        tuple(
            NeededStage(*subjects.get(code, (kind, number)), titles[code], code == stage, tuple(lines))
            for code, lines in stages.items()
        )
    )


def _page(
    filled,
    form: Form,
    laid,
    sources: Mapping[str, tuple[str, bool]],
    told: Sequence[AnswerProblem],
    earlier: Mapping[str, EarlierAnswer],
) -> FormPage:
    texts = {question.code: question.text for question in form.questions}
    asked = {question.code: question for question in form.questions}
    boxes = _scores(form, laid)
    last = _last_part(form)
    found = finding_boxes(form, findings(form, filled.answers if filled else {}))
    deciding = {one.code: _part_with(form, one.decided_by) for one in form.findings}
    missing = set(laid.missing)
    parts = []
    for section in laid.sections:
        fields = tuple(
            _field(asked[field.code], field, sources.get(field.code, ("", False)), earlier.get(field.code))
            for field in section.fields
        )
        shown = [field for field in fields if field.is_shown]
        parts.append(
            Part(
                code=section.code,
                title=section.title,
                intro=section.intro or "",
                shown_when=section.shown_when or "",
                is_shown=section.is_shown,
                fields=fields,
                scores=tuple(box for box in boxes if last[box.code] == section.code),
                findings=tuple(box for box in found if deciding[box.code] == section.code),
                left=sum(field.code in missing for field in shown),
                is_touched=any(field.value for field in shown),
                before=sum(bool(field.before) for field in shown),
                unconfirmed=sum(field.is_unconfirmed for field in shown),
            )
        )
    required = [field for part in parts for field in part.fields if field.is_shown and field.is_required]
    return FormPage(
        id=filled.pk if filled else None,
        code=form.code,
        title=form.title,
        purpose=form.purpose,
        version=form.version,
        sections=tuple(parts),
        scores=boxes,
        findings=found,
        answered=len(required) - len(missing),
        asked=len(required),
        missing=tuple((code, texts[code]) for code in laid.missing),
        problems=tuple((one.question, f"{texts.get(one.question, '')}: {one.text}") for one in told),
        revision=filled.revision if filled else 0,
        said=said_of(filled) if filled else "",
        by=f"Begun by {said_by(filled.started_by, '', filled.started_employer, filled.started_at)}" if filled else "",
        sources=_sources(form),
    )


def finding_boxes(form: Form, readings: Sequence[FindingReading]) -> tuple[FindingBox, ...]:
    """What the answers come to, in words."""
    notes = {one.code: one.note or "" for one in form.findings}
    return tuple(
        FindingBox(
            one.finding,
            one.title,
            one.result.title if one.result else "",
            one.reasons,
            one.decided,
            one.differs,
            notes[one.finding],
        )
        for one in readings
    )


def _field(question: Question, field, came_from: tuple[str, bool], earlier: EarlierAnswer | None) -> Field:
    most = max((len(str(one)) for one in (question.maximum, question.minimum) if one is not None), default=10)
    most += (question.decimal_places or 0) and question.decimal_places + 1
    text = "" if field.answer is None or isinstance(field.answer, bool | list) else str(field.answer)
    return Field(
        code=field.code,
        label=field.label,
        hint=field.hint or "",
        control=field.control,
        choices=tuple(Choice(one.code, one.label, one.hint or "", one.is_chosen) for one in field.options),
        unit=field.unit or "",
        width=next((width for limit, width in WIDTHS if most <= limit), "10"),
        is_required=field.is_required,
        is_shown=field.is_shown,
        shown_when=field.shown_when or "",
        text=text,
        day=day_parts(field.answer) if field.control in ("date", "date_time") else ("", "", ""),
        time=time_part(field.answer) if field.control == "date_time" else "",
        value=field.value,
        problem=field.problem or "",
        came_from=came_from[0],
        is_unconfirmed=came_from[1],
        before=answer_in_words(question, earlier.answer) if earlier and not field.value else "",
        before_from=earlier.came_from if earlier else "",
        lines=LINES.get(field.control, 0),
        is_decimal=bool(question.decimal_places),
    )


def _scores(form: Form, laid) -> tuple[ScoreBox, ...]:
    notes = {score.code: score.note or "" for score in form.scores}
    tops = {score.code: max((band.at_most for band in score.bands), default=None) for score in form.scores}
    return tuple(
        ScoreBox(
            code=one.score,
            title=one.title,
            total="" if one.total is None else str(one.total),
            band=one.band.title if one.band else "",
            action=(one.band.action or "") if one.band else "",
            because=one.because,
            note=notes[one.score],
            most="" if tops[one.score] is None else str(tops[one.score]),
        )
        for one in laid.scores
    )


def _last_part(form: Form) -> dict[str, str]:
    """By score, the section in which the last of the answers it adds is given."""
    places = {question.code: section.code for section in form.sections for question in section.questions}
    order = [section.code for section in form.sections]
    return {score.code: max((places[code] for code in score.adds), key=order.index) for score in form.scores}


def _part_with(form: Form, code: str) -> str:
    return next(section.code for section in form.sections if code in {one.code for one in section.questions})


def _sources(form: Form) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each source of a form, and what it asks because of it."""
    asked: dict[str, list[str]] = {code: [] for code in form.sources}
    for question in form.questions:
        if question.source:
            asked.setdefault(question.source, []).append(question.text)
    for score in form.scores:
        asked.setdefault(score.source, []).append(score.title)
    return tuple((source_title(code), tuple(dict.fromkeys(texts))) for code, texts in asked.items())


def _ask(form: Form, code: str) -> str:
    question = next(one for one in form.questions if one.code == code)
    return "Choose an answer." if question.options or question.type == "yes_no" else "Give an answer."


def _needed_line(one: NeededForm) -> NeededLine:
    filled = one.draft if one.draft is not None and not one.is_complete else one.filled
    is_needed = not one.is_complete and one.asked.needed is not FormNeeded.OPTIONAL
    if filled is None:
        state, button, url = STATES[one.asked.needed], "Fill in", ""
    else:
        state = STATES["complete" if one.is_complete else "draft"]
        button, url = ("Read" if one.is_complete else "Go on"), reverse("forms:form", args=[filled.pk])
        if is_needed:
            state = (f"{state[0]}. {STATES[one.asked.needed][0]}", STATES[one.asked.needed][1])
    return NeededLine(
        form=one.asked.form,
        stage=one.asked.stage,
        title=one.title,
        state=state[0],
        colour=state[1],
        said=said_of(filled) if filled else "",
        url=url,
        button=button,
        is_needed=is_needed,
    )


def said_of(filled) -> str:
    """Who completed a form, or began it, and when; with its numbers."""
    if filled.is_complete:
        told = said_by(filled.completed_by, filled.completed_role, filled.completed_employer, filled.completed_at)
        numbers = [one["because"] for one in filled.scores if one["total"] is not None]
        return f"{told}. {' '.join(numbers)}".strip()
    return f"Begun by {said_by(filled.started_by, '', filled.started_employer, filled.started_at)}"


def said_by(name: str, role: str, employer: str, at: datetime) -> str:
    """Who did something and when, in one line."""
    return f"{', '.join(part for part in (name, role, employer) if part)}, {moment_text(at)}"


def saved_words(at: datetime) -> str:
    """Saved 10:42am."""
    return f"Saved {clock_text(at)}"
