"""Whether the parts of a form fit together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..definitions import Condition, Finding, Form, Option, Question, QuestionType, Score, Section
from ..yaml_lines import Path
from .codes import Complaint, Names, twice

WITH_OPTIONS = {QuestionType.CHOICE, QuestionType.CHOICES}


def form_complaints(form: Form, names: Names) -> Iterator[Complaint]:
    """Codes used twice, conditions that can never hold, questions and scores that make no sense."""
    yield from names.all_unknown("source", form.sources, ("sources",))
    yield from twice([section.code for section in form.sections], ("sections",), "section")
    earlier: dict[str, Question] = {}
    everything = {question.code: question for question in form.questions}
    for place, section in enumerate(form.sections):
        yield from _section_complaints(section, ("sections", place), earlier, everything, names)
    yield from twice([score.code for score in form.scores], ("scores",), "score")
    for place, score in enumerate(form.scores):
        yield from _score_complaints(score, ("scores", place), everything, names)
    yield from twice([finding.code for finding in form.findings], ("findings",), "finding")
    for place, finding in enumerate(form.findings):
        yield from _finding_complaints(finding, ("findings", place), form, everything, names)
    yield from twice([one.kind for one in form.equipment], ("equipment",), "kind of equipment")
    for place, one in enumerate(form.equipment):
        yield from _condition_complaints(one.when, ("equipment", place, "when"), everything, everything)
    yield from names.unknown("form", form.follows, ("follows",))


def following_complaints(form: Form, forms: Sequence[Form]) -> Iterator[Complaint]:
    """A condition about the form it follows that can never hold, or that is about no form."""
    if form.follows_when is None:
        return
    first = next((one for one in forms if one.code == form.follows), None)
    if first is None:
        yield ("follows_when",), "It is about the form that this one follows. Name that one under 'follows'."
        return
    questions = {question.code: question for question in first.questions}
    yield from _condition_complaints(form.follows_when, ("follows_when",), questions, questions)


def _section_complaints(
    section: Section, path: Path, earlier: dict[str, Question], everything: dict[str, Question], names: Names
) -> Iterator[Complaint]:
    yield from _condition_complaints(section.shown_when, (*path, "shown_when"), earlier, everything)
    for place, question in enumerate(section.questions):
        here = (*path, "questions", place)
        if question.code in earlier:
            text = f"There is another question called '{question.code}' above. Give one another code."
            yield (*here, "code"), text
        yield from _condition_complaints(question.shown_when, (*here, "shown_when"), earlier, everything)
        if question.not_before is not None:
            before = earlier.get(question.not_before)
            if question.type is not QuestionType.DATE or before is None or before.type is not QuestionType.DATE:
                yield (*here, "not_before"), "Only a date can be compared, with an earlier question that is a date too."
        yield from _question_complaints(question, here, names)
        earlier[question.code] = question


def _question_complaints(question: Question, path: Path, names: Names) -> Iterator[Complaint]:
    yield from names.unknown("source", question.source, (*path, "source"))
    has_options = question.type in WITH_OPTIONS
    if has_options and len(question.options) < 2:
        yield (*path, "options"), f"A {question.type} question needs at least 2 options. Add them."
    if question.options and not has_options:
        yield (
            (*path, "options"),
            f"A {question.type} question has no options. Remove them or make it a choice.",
        )
    yield from twice([option.code for option in question.options], (*path, "options"), "option")
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


def _score_complaints(score: Score, path: Path, everything: dict[str, Question], names: Names) -> Iterator[Complaint]:
    yield from names.unknown("source", score.source, (*path, "source"))
    for place, code in enumerate(score.adds):
        question = everything.get(code)
        if question is None:
            yield (*path, "adds", place), f"The question '{code}' is not in this form. Correct the code."
        elif not (question.points or _counts_as_itself(question) or _all_have_points(question.options)):
            yield (*path, "adds", place), f"The question '{code}' has no points. Add them, or leave it out."
    yield from twice([band.code for band in score.bands], (*path, "bands"), "band")
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


def _finding_complaints(
    finding: Finding, path: Path, form: Form, everything: dict[str, Question], names: Names
) -> Iterator[Complaint]:
    yield from names.unknown("source", finding.source, (*path, "source"))
    decided_by = everything.get(finding.decided_by)
    answers = {option.code for option in decided_by.options} if decided_by else set()
    if not answers:
        yield (*path, "decided_by"), "Name the choice question of this form by which a person decides."
    scores = {score.code for score in form.scores}
    for place, result in enumerate(finding.results):
        here = (*path, "results", place)
        if answers and result.code not in answers:
            yield (*here, "code"), f"'{result.code}' is not an option of '{finding.decided_by}'. Use one of its codes."
        for number, ground in enumerate(result.grounds):
            where = (*here, "grounds", number)
            if ground.when is None and ground.score is None:
                yield where, "It never fails. Say 'when' it holds, or give a 'score' and its limits."
            if ground.score is not None and ground.score not in scores:
                yield (*where, "score"), f"The form has no score called '{ground.score}'. Use one of its scores."
            if ground.score is not None and ground.at_least is None and ground.at_most is None:
                yield where, "Say which total it needs: add 'at_least' or 'at_most'."
            yield from _condition_complaints(ground.when, (*where, "when"), everything, everything)


def _counts_as_itself(question: Question) -> bool:
    return question.type is QuestionType.NUMBER and not question.decimal_places


def _all_have_points(options: tuple[Option, ...]) -> bool:
    return bool(options) and all(option.points is not None for option in options)
