"""Questionnaire: the forms of the procedures, each in its newest version."""

from django.db.models import QuerySet

from homeward.access.rules import Actor, Sight
from homeward.api.fhir.rest.elements import LOCAL, UK_CORE, coding, moment
from homeward.api.fhir.rest.kind import Kind, Source, Told
from homeward.api.fhir.rest.parameters import Parameter, ParameterType, date_of, string, token
from homeward.procedures.models import Procedure
from homeward.procedures.rules import Condition, Form, Question, QuestionType, Section
from homeward.procedures.selectors import built

TYPES = {
    QuestionType.TEXT: "string",
    QuestionType.LONG_TEXT: "text",
    QuestionType.YES_NO: "boolean",
    QuestionType.CHOICE: "choice",
    QuestionType.CHOICES: "choice",
    QuestionType.NUMBER: "decimal",
    QuestionType.DATE: "date",
    QuestionType.TIME: "time",
    QuestionType.DATE_TIME: "dateTime",
}


def canonical(base: str, code: str, version: int | None = None) -> str:
    """The address a form goes by, with its version where one is meant."""
    return f"{base}/Questionnaire/{code}" + (f"|{version}" if version is not None else "")


def option_system(form_code: str, question_code: str) -> str:
    """The list that the options of one question are codes of."""
    return f"{LOCAL}form:{form_code}:{question_code}"


def _rows(actor: Actor) -> QuerySet:
    newest = Procedure.objects.filter(kind=Procedure.Kind.FORM).order_by("code", "-version")
    numbers: dict[str, int] = {}
    for number, code in newest.values_list("pk", "code"):
        numbers.setdefault(code, number)
    return Procedure.objects.filter(pk__in=numbers.values())


def _made(procedure: Procedure, told: Told) -> list[dict]:
    form = built(procedure)
    assert isinstance(form, Form)
    return [
        {
            "resourceType": "Questionnaire",
            "id": form.code,
            "meta": {"lastUpdated": moment(procedure.published_at)},
            "url": canonical(told.base, form.code),
            "version": str(form.version),
            "name": "".join(part.capitalize() for part in form.code.split("-")),
            "title": form.title,
            "status": "active",
            "subjectType": ["Patient"],
            "date": moment(procedure.published_at),
            "description": form.purpose,
            "item": [_section(form, section) for section in form.sections],
        }
    ]


def _section(form: Form, section: Section) -> dict:
    return {
        "linkId": f"section-{section.code}",
        "text": section.title,
        "type": "group",
        **_shown(form, section.shown_when),
        "item": [_question(form, question) for question in section.questions],
    }


def _question(form: Form, question: Question) -> dict:
    system = option_system(form.code, question.code)
    return {
        "linkId": question.code,
        "text": question.text,
        "type": TYPES[question.type],
        "required": question.required,
        "repeats": question.type is QuestionType.CHOICES,
        **_shown(form, question.shown_when),
        "answerOption": [{"valueCoding": coding(system, one.code, one.label)} for one in question.options],
    }


def _shown(form: Form, condition: Condition | None) -> dict:
    """When an item is asked. FHIR's enableWhen holds one level: a deeper condition is left to whoever fills it in."""
    if condition is None:
        return {}
    parts = condition.all or condition.any or (condition,)
    if any(part.all or part.any or part.question is None for part in parts):
        return {}
    rules = [rule for part in parts for rule in _rules(form, part)]
    if any(rule is None for rule in rules):
        return {}
    # one question with several answers that will do is "any", and cannot stand beside another rule that must hold
    is_any = bool(condition.any) or (len(parts) == 1 and len(rules) > 1)
    if len(parts) > 1 and not condition.any and len(rules) != len(parts):
        return {}
    return {"enableWhen": rules, "enableBehavior": ("any" if is_any else "all") if len(rules) > 1 else None}


def _rules(form: Form, part: Condition) -> list[dict | None]:
    question = next(one for one in form.questions if one.code == part.question)
    if part.answered is not None:
        return [{"question": part.question, "operator": "exists", "answerBoolean": part.answered}]
    wanted = list(part.any_of) or ([part.equals] if part.equals is not None else [])
    if not wanted:
        return [None]
    rules: list[dict | None] = []
    for one in wanted:
        rule: dict = {"question": part.question, "operator": "="}
        if question.options:
            rule["answerCoding"] = {"system": option_system(form.code, question.code), "code": str(one)}
        elif isinstance(one, bool):
            rule["answerBoolean"] = one
        elif isinstance(one, int | float):
            rule["answerDecimal"] = one
        else:
            rule["answerString"] = str(one)
        rules.append(rule)
    return rules


KIND = Kind(
    name="Questionnaire",
    about="The forms of the procedures, each in its newest version",
    profile=UK_CORE + "Questionnaire",
    sources=(Source(rows=_rows, made=_made, located=lambda rows, code: rows.filter(code=code)),),
    needs=Sight.NOTHING,
    is_of_a_person=False,
    parameters=(
        token("status", "status", "always active"),
        string("title", "title", "title"),
        string("name", "name", "name for machines"),
        Parameter("url", ParameterType.URI, ("url",), "the address it goes by"),
        token("version", "version", "version"),
        date_of("date", "date", "when it was published"),
    ),
)
