"""QuestionnaireResponse: answers to a form, as lines to read."""

from dataclasses import dataclass

from homeward.api.fhir.bundle import MessageBundle
from homeward.api.fhir.datatypes import read_concept
from homeward.api.fhir.node import Node

_ANSWERS = (
    "valueString",
    "valueBoolean",
    "valueDecimal",
    "valueInteger",
    "valueDate",
    "valueDateTime",
    "valueTime",
    "valueUri",
)


@dataclass(frozen=True)
class FormAnswers:
    """The answers to one form. `lines`: `question: answer`, sub-questions indented by two spaces a level."""

    title: str
    lines: tuple[str, ...]


def read_answers(bundle: MessageBundle, response: Node) -> FormAnswers:
    reason = read_concept(response.extension("questionnaireresponse-reason").node("valueCodeableConcept")).words()
    form = response.text("questionnaire").rsplit("/", 1)[-1].split("|")[0]
    for name in ("subject", "encounter", "author", "source"):
        response.node(name).pass_over("reference", "display", "type")
    response.pass_over("status", "authored")
    lines: list[str] = []
    for item in response.nodes("item"):
        _add_lines(lines, item, 0)
    title = reason or form or "Form"
    return FormAnswers(title, tuple(lines))


def _add_lines(lines: list[str], item: Node, level: int) -> None:
    link = item.text("linkId")
    question = item.text("text") or link
    answers = [_answer(answer) for answer in item.nodes("answer")]
    said = "; ".join(answer for answer in answers if answer)
    lines.append("  " * level + (f"{question}: {said}" if said else f"{question}:"))
    item.pass_over("definition")
    for inner in item.nodes("item"):
        _add_lines(lines, inner, level + 1)
    for answer in item.nodes("answer"):
        for inner in answer.nodes("item"):
            _add_lines(lines, inner, level + 1)


def _answer(answer: Node) -> str:
    for name in _ANSWERS:
        said = answer.text(name)
        if said:
            return said
    coding = answer.node("valueCoding")
    if coding:
        code, display = coding.text("code"), coding.text("display")
        coding.pass_over("system", "version")
        return display or code
    quantity = answer.node("valueQuantity")
    if quantity:
        quantity.pass_over("system", "code")
        return f"{quantity.text('comparator')}{quantity.text('value')} {quantity.text('unit')}".strip()
    reference = answer.node("valueReference")
    return reference.text("display") or reference.text("reference")
