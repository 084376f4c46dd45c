"""What a page of a form sends, as answers: the parts of dates put together, and choices between two answers made."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from homeward.assessments.rules import same
from homeward.kernel.rules import whole_number
from homeward.procedures.rules import Form, Question, QuestionType, read_answers

UNFIT = "What was kept of your answer cannot be read. Choose theirs, or answer the question again."
# Names of the parts of a day beside the code of its question
DAY_PARTS = ("-day", "-month", "-year")
TIME_PART = "-time"
LARGEST_NUMBER = 10**9  # no question takes more digits (procedures.rules.forms.PLAIN_NUMBER)
WITH_A_DAY = (QuestionType.DATE, QuestionType.DATE_TIME)


def answers_posted(form: Form, posted: QueryDict, standing: Mapping[str, Any]) -> dict[str, Any]:
    """The answers a page sends, None where a question that it shows has none.

    A question with two answers to choose from gives one only when the choice is made; until then it gives none.
    """
    texts = {code: posted.getlist(code) for code in posted}
    asked = {question.code for question in form.questions if question.code in posted.getlist("asks")}
    for question in form.questions:
        if question.code in asked and question.type in WITH_A_DAY:
            texts[question.code] = [_moment(posted, question.code, question.type)]
    read, _ = read_answers(form, texts)
    answers = {code: read.get(code) for code in asked}
    questions = {question.code: question for question in form.questions}
    for code in posted.getlist("clash"):
        told = answers.pop(code, None)
        if posted.get(f"keep-{code}") != "mine" or code not in questions:
            continue
        if not same(told, standing.get(code)):
            answers[code] = told
            continue
        is_read, kept = kept_answer(posted.get(f"mine-{code}", ""))
        if is_read and _fits(questions[code], kept):
            answers[code] = kept
    return answers


def open_clashes(posted: QueryDict) -> list[str]:
    """The questions with two answers that nobody has chosen between."""
    return [code for code in posted.getlist("clash") if posted.get(f"keep-{code}") not in ("mine", "theirs")]


def unfit_clashes(posted: QueryDict, told: Mapping[str, Any]) -> list[str]:
    """The questions whose choice kept something that is no answer to them, so `answers_posted` told nothing of them."""
    return [code for code in posted.getlist("clash") if posted.get(f"keep-{code}") == "mine" and code not in told]


def kept_answer(text: str) -> tuple[bool, Any]:
    """Whether what a page kept of an answer, as JSON, can be read and stored, and what it is."""
    try:
        answer = json.loads(text, parse_constant=_refuse)
        text.encode()
    except (ValueError, RecursionError):
        return False, None
    return _is_storable(answer), answer


def revision_posted(posted: QueryDict) -> int:
    """The revision the page was made from; 0 where it does not say."""
    return whole_number(posted.get("revision", "")) or 0


def day_parts(answer: Any) -> tuple[str, str, str]:
    """Day, month and year of an answer, or of what was typed instead of one."""
    text = str(answer or "").partition("T")[0]
    if text.count("/") == 2:
        day, month, year = text.split("/")
        return day, month, year
    parts = text.split("-")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts):
        return str(int(parts[2])), str(int(parts[1])), parts[0]
    return text, "", ""


def time_part(answer: Any) -> str:
    """The time of an answer with a day and a time."""
    return str(answer or "").partition("T")[2]


def _moment(posted: QueryDict, code: str, kind: QuestionType) -> str:
    day, month, year = (posted.get(code + part, "").strip() for part in DAY_PARTS)
    text = f"{day}/{month}/{year}"
    if all(part.isascii() and part.isdigit() and len(part) <= 4 for part in (day, month, year)):
        text = f"{int(year):04d}-{int(month):02d}-{int(day):02d}"
    time = posted.get(code + TIME_PART, "").strip()
    if not (day or month or year or time):
        return ""
    if text == "//":
        text = ""
    return f"{text}T{time}" if kind is QuestionType.DATE_TIME else text


def _fits(question: Question, answer: Any) -> bool:
    """Whether an answer is of the sort that a question takes; text typed in place of one is kept as it is."""
    if answer is None:
        return True
    if question.type is QuestionType.CHOICES:
        return isinstance(answer, list) and all(isinstance(one, str) for one in answer)
    if question.type is QuestionType.YES_NO:
        return isinstance(answer, bool | str)
    if question.type is QuestionType.NUMBER:
        return isinstance(answer, int | float | str) and not isinstance(answer, bool)
    return isinstance(answer, str)


def _is_storable(answer: Any) -> bool:
    """Whether both engines take a value: texts of whole characters, numbers that are numbers, and lists of texts."""
    if isinstance(answer, str):
        return "\0" not in answer and not any("\ud800" <= letter <= "\udfff" for letter in answer)
    if isinstance(answer, list):
        return all(isinstance(one, str) and _is_storable(one) for one in answer)
    if isinstance(answer, float):
        return math.isfinite(answer)
    return answer is None or (isinstance(answer, int) and abs(answer) < LARGEST_NUMBER)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a number")
