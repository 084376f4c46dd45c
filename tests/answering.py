"""Answers that complete a form, made from its definition alone, for tests that must fill one in."""

from collections.abc import Mapping
from typing import Any

from homeward.procedures.rules import Condition, Form, Question, QuestionType, is_answered, shown

BY_TYPE = {
    QuestionType.TEXT: "Said in a few words",
    QuestionType.LONG_TEXT: "Said at more length, in a sentence or two. It can be read again later.",
    QuestionType.YES_NO: True,
    QuestionType.DATE: "2026-11-24",
    QuestionType.TIME: "09:30",
    QuestionType.DATE_TIME: "2026-11-24T09:30",
}


def complete_answers(form: Form, *, reaching: str | None = None, **given: Any) -> dict[str, Any]:
    """An answer to every question the form shows, so that it may be closed.

    Yes, the first option and the least number are the usual answers. `reaching` is the code of a question: earlier
    ones are then answered so that it shows. `given` answers take the place of the usual ones.

    Raises: LookupError when the form has no question called `reaching`.
    """
    wanted = _answers_that_show(form, reaching) if reaching else {}
    wanted.update(given)
    answers: dict[str, Any] = {}
    while waiting := _unanswered(form, answers, wanted):
        question = waiting[0]
        answers[question.code] = wanted[question.code] if question.code in wanted else usual_answer(question)
    return answers


def usual_answer(question: Question) -> Any:
    """An answer the question takes: yes, the first option, the least number, a fixed day."""
    if question.type is QuestionType.CHOICE:
        return question.options[0].code
    if question.type is QuestionType.CHOICES:
        return [question.options[0].code]
    if question.type is QuestionType.NUMBER:
        return _number_between(question, None, None)
    return BY_TYPE[question.type]


def _unanswered(form: Form, answers: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Question]:
    return [
        question
        for section in shown(form, answers)
        for question in section.questions
        if not is_answered(answers, question.code) and wanted.get(question.code, ...) is not None
    ]


def _answers_that_show(form: Form, code: str) -> dict[str, Any]:
    """What earlier questions must be answered for this one to show; None for one that must be left empty."""
    section, question = next(
        ((section, one) for section in form.sections for one in section.questions if one.code == code), (None, None)
    )
    if section is None or question is None:
        raise LookupError(f"{form.code} has no question called '{code}'.")
    wanted: dict[str, Any] = {}
    for condition in (section.shown_when, question.shown_when):
        wanted.update(_answers_that_meet(form, condition))
    return wanted


def _answers_that_meet(form: Form, condition: Condition | None) -> dict[str, Any]:
    if condition is None:
        return {}
    if condition.all:
        return {code: answer for inner in condition.all for code, answer in _answers_that_meet(form, inner).items()}
    if condition.any:
        return _answers_that_meet(form, condition.any[0])
    question = next(one for one in form.questions if one.code == condition.question)
    return {**_answers_that_show(form, question.code), question.code: _answer_that_meets(question, condition)}


def _answer_that_meets(question: Question, condition: Condition) -> Any:
    if condition.answered is False:
        return None
    several = question.type is QuestionType.CHOICES
    if condition.equals is not None:
        return [condition.equals] if several else condition.equals
    if condition.any_of:
        return [condition.any_of[0]] if several else condition.any_of[0]
    if condition.at_least is not None or condition.at_most is not None:
        return _number_between(question, condition.at_least, condition.at_most)
    return usual_answer(question)


def _number_between(question: Question, at_least: float | None, at_most: float | None) -> float:
    lowest = max((one for one in (question.minimum, at_least) if one is not None), default=None)
    highest = min((one for one in (question.maximum, at_most) if one is not None), default=None)
    if lowest is not None:
        return lowest
    return min(1, highest) if highest is not None else 1
