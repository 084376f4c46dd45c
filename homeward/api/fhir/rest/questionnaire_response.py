"""QuestionnaireResponse: forms filled in, with every answer in force."""

from django.db.models import QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import LOCAL, UK_CORE, coding, moment, reference
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import Parameter, ParameterType, date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.api.fhir.rest.questionnaire import canonical, option_system
from homeward.assessments.models import FilledForm
from homeward.kernel.rules import LONDON
from homeward.procedures.rules import Form, Question, QuestionType
from homeward.procedures.rules.forms import is_answered
from homeward.procedures.selectors import built

BASED_ON = {"referral": "ServiceRequest"}


def rows(actor: Actor) -> QuerySet:
    """The filled forms about people of the actor's services."""
    found = FilledForm.objects.filter(service_id__in=actor.service_ids, person__isnull=False)
    return found.select_related("form", "corrected_by")


def status_of(filled: FilledForm) -> str:
    """How FHIR says how far a filled form is: one that a complete one corrects is no longer to be relied on."""
    if not filled.is_complete:
        return "in-progress"
    corrected = getattr(filled, "corrected_by", None)
    if corrected is not None and corrected.is_complete:
        return "entered-in-error"
    return "amended" if filled.corrects_id else "completed"


def _made(filled: FilledForm, told: Told) -> list[dict]:
    form = built(filled.form)
    assert isinstance(form, Form)
    who, role, employer = (
        (filled.completed_by, filled.completed_role, filled.completed_employer)
        if filled.is_complete
        else (filled.started_by, filled.started_role, filled.started_employer)
    )
    sections = [
        {
            "linkId": f"section-{section.code}",
            "text": section.title,
            "item": [
                {"linkId": one.code, "text": one.text, "answer": _answers(form, one, filled.answers[one.code])}
                for one in section.questions
                if is_answered(filled.answers, one.code)
            ],
        }
        for section in form.sections
    ]
    about = reference(BASED_ON.get(filled.subject_kind, ""), filled.subject_id)
    return [
        {
            "resourceType": "QuestionnaireResponse",
            "id": str(filled.pk),
            "meta": {"lastUpdated": moment(filled.completed_at)},
            "identifier": {"system": LOCAL + "filled-form", "value": str(filled.pk)},
            "basedOn": [about] if filled.subject_kind in BASED_ON else [],
            "questionnaire": canonical(told.base, form.code, form.version),
            "status": status_of(filled),
            "subject": patient(told.person),
            "authored": moment(filled.completed_at or filled.started_at),
            "author": {"display": ", ".join(filter(None, [who, role, employer]))},
            "item": [section for section in sections if section["item"]],
        }
    ]


def _answers(form: Form, question: Question, answer: object) -> list[dict]:
    values = answer if isinstance(answer, list) else [answer]
    return [_answer(form, question, one) for one in values]


def _answer(form: Form, question: Question, answer: object) -> dict:
    """One answer in FHIR's type for it; a draft's answer that is not of that type keeps its words."""
    kind = question.type
    if kind is QuestionType.YES_NO and isinstance(answer, bool):
        return {"valueBoolean": answer}
    if kind is QuestionType.NUMBER and isinstance(answer, int | float) and not isinstance(answer, bool):
        return {"valueDecimal": answer}
    if kind in (QuestionType.CHOICE, QuestionType.CHOICES):
        label = next((one.label for one in question.options if one.code == answer), "")
        if label:
            return {"valueCoding": coding(option_system(form.code, question.code), str(answer), label)}
    text = str(answer)
    if kind is QuestionType.DATE and len(text) == 10:
        return {"valueDate": text}
    if kind is QuestionType.TIME and len(text) == 5:
        return {"valueTime": f"{text}:00"}
    if kind is QuestionType.DATE_TIME and len(text) == 16:
        from datetime import datetime

        return {"valueDateTime": moment(datetime.fromisoformat(text).replace(tzinfo=LONDON))}
    return {"valueString": text}


KIND = Kind(
    name="QuestionnaireResponse",
    about="Forms filled in, with every answer in force",
    profile=UK_CORE + "QuestionnaireResponse",
    sources=(Source(rows=rows, made=_made, person="person_id", narrow={"authored": by_days("started_at__date")}),),
    creates="Fill in a form; status completed completes it",
    parameters=(
        link("patient", "subject", "Patient", "whom it is about"),
        link("subject", "subject", "Patient", "whom it is about"),
        link("based-on", "basedOn", "ServiceRequest", "the referral it was filled in for"),
        Parameter("questionnaire", ParameterType.URI, ("questionnaire",), "the form, with its version"),
        token("identifier", "identifier", "our number of it"),
        token("status", "status", "in-progress, completed, amended or entered-in-error"),
        date_of("authored", "authored", "when it was completed, or begun"),
    ),
)
