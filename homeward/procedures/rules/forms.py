"""What a form asks, given the answers so far: which questions show, what is wrong, what it scores.

Answers are plain JSON types by question code, so that they can be stored: text, number, true or false, an
option code, a list of option codes, `2026-03-29`, `14:05`, `2026-03-29T14:05` (UK time). No answer is None,
"", [] or no entry. Answers to questions that are not shown are kept by whoever stores them but are neither
checked nor scored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from .definitions import Band, Condition, Form, Question, QuestionType, Score, Section
from .words import day_in_words, time_in_words

Answers = Mapping[str, Any]

TEXT_LIMIT = 500
LONG_TEXT_LIMIT = 10_000
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """An answer that cannot be right. `text` can stand beside the question."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class ScoreReading:
    """`total` and `band` are None until each question that counts and is shown has an answer."""

    score: str
    title: str
    total: int | None
    band: Band | None
    parts: tuple[tuple[str, int], ...]
    waiting_for: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class ShownSection:
    section: Section
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class OptionLayout:
    code: str
    label: str
    hint: str | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """One question for any printer.

    `control` is input, textarea, number, radios, checkboxes, date, time or date_time. A field that is not
    shown is still laid out, so that a page can reveal it as answers change; `shown_when` says when, in words.
    `value` is the answer in words; `answer` is the answer as stored, to fill the control with.
    """

    code: str
    label: str
    hint: str | None
    control: str
    options: tuple[OptionLayout, ...]
    unit: str | None
    is_required: bool
    is_shown: bool
    shown_when: str | None
    value: str
    answer: Any
    problem: str | None


@dataclass(frozen=True, slots=True)
class SectionLayout:
    code: str
    title: str
    intro: str | None
    is_shown: bool
    shown_when: str | None
    fields: tuple[FieldLayout, ...]


@dataclass(frozen=True, slots=True)
class FormLayout:
    code: str
    version: int
    title: str
    purpose: str
    sections: tuple[SectionLayout, ...]
    scores: tuple[ScoreReading, ...]
    missing: tuple[str, ...]


def is_answered(answers: Answers, code: str) -> bool:
    """Whether there is an answer; false and 0 are answers."""
    answer = answers.get(code)
    return not (answer is None or answer == [] or (isinstance(answer, str) and not answer.strip()))


def shown(form: Form, answers: Answers) -> tuple[ShownSection, ...]:
    """The sections and questions to ask, in order; a section with nothing to ask is left out.

    A condition about a question that is not shown itself does not hold, whatever was once answered there.
    """
    seen: set[str] = set()
    sections = []
    for section in form.sections:
        if not _holds(section.shown_when, answers, seen):
            continue
        questions = []
        for question in section.questions:
            if _holds(question.shown_when, answers, seen):
                seen.add(question.code)
                questions.append(question)
        if questions:
            sections.append(ShownSection(section, tuple(questions)))
    return tuple(sections)


def check_answers(form: Form, answers: Answers) -> tuple[AnswerProblem, ...]:
    """What is wrong with the answers to the questions shown.

    What is missing is not wrong: see `required_to_close`. An answer to a question the form does not have is a
    problem too, so that nothing is stored unseen.
    """
    known = {question.code for question in form.questions}
    problems = [
        AnswerProblem(code, f"This form has no question called '{code}'. Remove the answer.")
        for code in answers
        if code not in known
    ]
    for question in _questions_shown(form, answers):
        if is_answered(answers, question.code):
            fault = _fault(question, answers[question.code]) or _day_fault(form, question, answers)
            if fault is not None:
                problems.append(AnswerProblem(question.code, fault))
    return tuple(problems)


def required_to_close(form: Form, answers: Answers) -> tuple[Question, ...]:
    """The questions that are shown and required and have no answer yet. Closed forms have none."""
    return tuple(
        question
        for question in _questions_shown(form, answers)
        if question.required and not is_answered(answers, question.code)
    )


def may_close(form: Form, answers: Answers) -> bool:
    """Whether nothing is missing and nothing is wrong."""
    return not required_to_close(form, answers) and not check_answers(form, answers)


def read_answers(form: Form, posted: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], tuple[AnswerProblem, ...]]:
    """Answers from what a page sends: for each question a list of texts.

    Returns the typed answers and the problems. What cannot be read stays the text that was typed, so that the
    page can show it again. Names that are not questions (a CSRF token) are left alone.
    """
    answers = {
        question.code: _read(question, [text.strip() for text in posted[question.code]])
        for question in form.questions
        if question.code in posted
    }
    answers = {code: answer for code, answer in answers.items() if is_answered(answers, code)}
    return answers, check_answers(form, answers)


def scores(form: Form, answers: Answers) -> tuple[ScoreReading, ...]:
    """Every score of the form, over the questions that are shown."""
    asked = {question.code: question for question in _questions_shown(form, answers)}
    return tuple(_score(score, asked, answers) for score in form.scores)


def layout(form: Form, answers: Answers, problems: Sequence[AnswerProblem] = ()) -> FormLayout:
    """The form as finished text, for a page, a phone or paper."""
    texts = {question.code: question.text for question in form.questions}
    labels = {option.code: option.label for question in form.questions for option in question.options}
    faults = {problem.question: problem.text for problem in problems}
    visible = {shown_section.section.code: shown_section.questions for shown_section in shown(form, answers)}
    return FormLayout(
        code=form.code,
        version=form.version,
        title=form.title,
        purpose=form.purpose,
        sections=tuple(
            SectionLayout(
                code=section.code,
                title=section.title,
                intro=section.intro,
                is_shown=section.code in visible,
                shown_when=None
                if section.shown_when is None
                else f"If {_condition_words(section.shown_when, texts, labels)}",
                fields=tuple(
                    FieldLayout(
                        code=question.code,
                        label=question.text,
                        hint=question.hint,
                        control=CONTROLS[question.type],
                        options=_options(question, answers.get(question.code)),
                        unit=question.unit,
                        is_required=question.required,
                        is_shown=question in visible.get(section.code, ()),
                        shown_when=None
                        if question.shown_when is None
                        else f"If {_condition_words(question.shown_when, texts, labels)}",
                        value=answer_in_words(question, answers.get(question.code)),
                        answer=answers.get(question.code),
                        problem=faults.get(question.code),
                    )
                    for question in section.questions
                ),
            )
            for section in form.sections
        ),
        scores=scores(form, answers),
        missing=tuple(question.code for question in required_to_close(form, answers)),
    )


CONTROLS = {
    QuestionType.TEXT: "input",
    QuestionType.LONG_TEXT: "textarea",
    QuestionType.YES_NO: "radios",
    QuestionType.CHOICE: "radios",
    QuestionType.CHOICES: "checkboxes",
    QuestionType.NUMBER: "number",
    QuestionType.DATE: "date",
    QuestionType.TIME: "time",
    QuestionType.DATE_TIME: "date_time",
}


def answer_in_words(question: Question, answer: Any) -> str:
    """An answer as a person reads it: labels for codes, Yes and No, units, days; empty where there is none."""
    if not is_answered({question.code: answer}, question.code):
        return ""
    labels = {option.code: option.label for option in question.options}
    match answer:
        case bool():
            return "Yes" if answer else "No"
        case list() | tuple():
            return ", ".join(labels.get(str(code), str(code)) for code in answer)
        case str() if labels:
            return labels.get(answer, answer)
        case str():
            return _text_in_words(question.type, answer)
    return f"{answer} {question.unit}" if question.unit else str(answer)


def _text_in_words(kind: QuestionType, answer: str) -> str:
    try:
        match kind:
            case QuestionType.DATE:
                return day_in_words(date.fromisoformat(answer))
            case QuestionType.TIME:
                return time_in_words(time.fromisoformat(answer))
            case QuestionType.DATE_TIME:
                moment = datetime.fromisoformat(answer)
                return f"{time_in_words(moment.time())} on {day_in_words(moment.date())}"
    except ValueError:
        return answer
    return answer


def _questions_shown(form: Form, answers: Answers) -> list[Question]:
    return [question for section in shown(form, answers) for question in section.questions]


def holds(condition: Condition | None, form: Form, answers: Answers) -> bool:
    """Whether a condition about a form's questions holds; of a question that is not shown, none does."""
    return _holds(condition, answers, {question.code for question in _questions_shown(form, answers)})


def _holds(condition: Condition | None, answers: Answers, seen: set[str]) -> bool:
    if condition is None:
        return True
    if condition.all:
        return all(_holds(inner, answers, seen) for inner in condition.all)
    if condition.any:
        return any(_holds(inner, answers, seen) for inner in condition.any)
    code = condition.question
    if code is None or code not in seen or not is_answered(answers, code):
        return condition.answered is False and code in seen
    return condition.answered is not False and _matches(condition, answers[code])


def _matches(condition: Condition, answer: Any) -> bool:
    if condition.equals is not None:
        same_kind = isinstance(answer, bool) == isinstance(condition.equals, bool)
        picked = condition.equals in answer if isinstance(answer, list | tuple) else answer == condition.equals
        if not (same_kind and picked):
            return False
    if condition.any_of:
        picked_codes = answer if isinstance(answer, list | tuple) else [answer]
        if not any(code in condition.any_of for code in picked_codes):
            return False
    if condition.at_least is None and condition.at_most is None:
        return True
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    above = condition.at_least is None or answer >= condition.at_least
    return above and (condition.at_most is None or answer <= condition.at_most)


def _fault(question: Question, answer: Any) -> str | None:
    match question.type:
        case QuestionType.TEXT:
            return _text_fault(answer, TEXT_LIMIT)
        case QuestionType.LONG_TEXT:
            return _text_fault(answer, LONG_TEXT_LIMIT)
        case QuestionType.YES_NO:
            return None if isinstance(answer, bool) else "Select yes or no."
        case QuestionType.CHOICE:
            known = isinstance(answer, str) and answer in {option.code for option in question.options}
            return None if known else "Select one of the options."
        case QuestionType.CHOICES:
            return _choices_fault(question, answer)
        case QuestionType.NUMBER:
            return _number_fault(question, answer)
        case QuestionType.DATE:
            return None if _parses(date.fromisoformat, answer, 10) else "Enter a real date, such as 29 3 2026."
        case QuestionType.TIME:
            return None if _parses(time.fromisoformat, answer, 5) else "Enter a real time, such as 14:05."
        case QuestionType.DATE_TIME:
            fits = _parses(datetime.fromisoformat, answer, 16)
            return None if fits else "Enter a real date and time, such as 29 3 2026 and 14:05."


def _day_fault(form: Form, question: Question, answers: Answers) -> str | None:
    answer = answers.get(question.not_before) if question.not_before else None
    if not isinstance(answer, str) or not _parses(date.fromisoformat, answer, 10):
        return None
    first = date.fromisoformat(answer)
    if date.fromisoformat(answers[question.code]) >= first:
        return None
    other = next(one.text for one in form.questions if one.code == question.not_before)
    return f"This is before {day_in_words(first)}, the answer to “{other}”. It cannot count."


def _text_fault(answer: Any, limit: int) -> str | None:
    if not isinstance(answer, str):
        return "Enter text."
    return f"Use {limit} characters or fewer. You have used {len(answer)}." if len(answer) > limit else None


def _choices_fault(question: Question, answer: Any) -> str | None:
    codes = {option.code for option in question.options}
    if not isinstance(answer, list | tuple) or not all(isinstance(code, str) and code in codes for code in answer):
        return "Select from the options."
    return "Select each option once." if len(set(answer)) != len(answer) else None


def _number_fault(question: Question, answer: Any) -> str | None:
    unit = f" {question.unit}" if question.unit else ""
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        return f"Enter a number{f' in {question.unit}' if question.unit else ''}."
    low, high = question.minimum, question.maximum
    if (low is not None and answer < low) or (high is not None and answer > high):
        if low is not None and high is not None:
            return f"Enter a number from {low} to {high}{unit}."
        return f"Enter {low}{unit} or more." if low is not None else f"Enter {high}{unit} or less."
    places = question.decimal_places or 0
    if round(answer, places) != answer:
        return "Enter a whole number." if places == 0 else f"Use no more than {places} decimal places."
    return None


def _parses(parse: Any, answer: Any, length: int) -> bool:
    if not isinstance(answer, str) or len(answer) != length:
        return False
    try:
        parse(answer)
    except ValueError:
        return False
    return True


def _read(question: Question, texts: list[str]) -> Any:
    if question.type is QuestionType.CHOICES:
        return [text for text in texts if text]
    text = texts[-1] if texts else ""
    if question.type is QuestionType.YES_NO:
        return {"yes": True, "no": False}.get(text, text)
    if question.type is QuestionType.NUMBER and PLAIN_NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _score(score: Score, asked: dict[str, Question], answers: Answers) -> ScoreReading:
    parts: list[tuple[str, int]] = []
    waiting: list[str] = []
    for code in score.adds:
        if code not in asked:
            continue
        points = _points(asked[code], answers.get(code)) if is_answered(answers, code) else None
        if points is None:
            waiting.append(code)
        else:
            parts.append((code, points))
    if waiting or not parts:
        count = f"{len(waiting)} answers are" if len(waiting) != 1 else "1 answer is"
        because = f"No score yet: {count} missing." if waiting else "Not scored with these answers."
        return ScoreReading(score.code, score.title, None, None, tuple(parts), tuple(waiting), because)
    total = sum(points for _, points in parts)
    band, because = _band(score, total, max(points for _, points in parts))
    return ScoreReading(score.code, score.title, total, band, tuple(parts), (), because)


def _points(question: Question, answer: Any) -> int | None:
    """The points of an answer, or None where it has none because it is not a right answer."""
    if question.options:
        chosen = answer if isinstance(answer, list | tuple) else [answer]
        points = {option.code: option.points for option in question.options}
        found = [points.get(code) if isinstance(code, str) else None for code in chosen]
        return None if None in found else sum(one for one in found if one is not None)
    if _number_fault(question, answer) is not None:
        return None
    if not question.points:
        return int(answer)
    for band in question.points:
        above = band.at_least is None or answer >= band.at_least
        if above and (band.at_most is None or answer <= band.at_most):
            return band.points
    return None


def _band(score: Score, total: int, largest: int) -> tuple[Band | None, str]:
    order = [band.code for band in score.bands]
    band = next((band for band in score.bands if band.at_least <= total <= band.at_most), None)
    lifted = score.single_part
    if lifted is not None and largest >= lifted.points:
        at_least = order.index(lifted.band)
        if band is None or order.index(band.code) < at_least:
            band = score.bands[at_least]
            return band, f"{score.title} {total}. One part alone scores {largest}: {band.title.lower()}."
    return band, f"{score.title} {total}{f': {band.title.lower()}' if band else ''}."


def _options(question: Question, answer: Any) -> tuple[OptionLayout, ...]:
    if question.type is QuestionType.YES_NO:
        return (
            OptionLayout("yes", "Yes", None, answer is True),
            OptionLayout("no", "No", None, answer is False),
        )
    chosen = answer if isinstance(answer, list | tuple) else [answer]
    return tuple(
        OptionLayout(option.code, option.label, option.hint, option.code in chosen) for option in question.options
    )


def _condition_words(condition: Condition, texts: Mapping[str, str], labels: Mapping[str, str]) -> str:
    if condition.all:
        return " and ".join(_condition_words(inner, texts, labels) for inner in condition.all)
    if condition.any:
        return " or ".join(_condition_words(inner, texts, labels) for inner in condition.any)
    question = f"“{texts.get(condition.question or '', condition.question)}”"
    if condition.answered is not None:
        return f"{question} {'has an answer' if condition.answered else 'has no answer'}"
    said = []
    if condition.equals is not None:
        value = {True: "Yes", False: "No"}.get(condition.equals) if isinstance(condition.equals, bool) else None
        said.append(f"is {value or labels.get(str(condition.equals), condition.equals)}")
    if condition.any_of:
        said.append(f"is {' or '.join(labels.get(code, code) for code in condition.any_of)}")
    if condition.at_least is not None:
        said.append(f"is {condition.at_least} or more")
    if condition.at_most is not None:
        said.append(f"is {condition.at_most} or less")
    return f"{question} {' and '.join(said)}"
