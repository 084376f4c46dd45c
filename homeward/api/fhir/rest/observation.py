"""Observation: scores of completed forms, NEWS2 and the vital signs it is made of among them.

Codes of NEWS2 and vital signs are those of the published UK Core and NHS England clinical observation examples. Every
other score is a number under our own code and title: no published scale's items are sent.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from homeward.access.rules import Actor
from homeward.api.fhir.rest.elements import (
    LOCAL,
    LOINC,
    SNOMED,
    TERMINOLOGY,
    UCUM,
    UK_CORE,
    coding,
    moment,
    reference,
    said,
)
from homeward.api.fhir.rest.kind import Kind, Source, Told, by_days
from homeward.api.fhir.rest.parameters import date_of, link, token
from homeward.api.fhir.rest.people_words import patient
from homeward.api.fhir.rest.questionnaire_response import rows, status_of
from homeward.assessments.models import FilledForm
from homeward.assessments.states import FilledState
from homeward.procedures.selectors import built

CATEGORY = TERMINOLOGY + "observation-category"
NEWS2 = coding(
    SNOMED, "1104051000000101", "Royal College of Physicians NEWS2 (National Early Warning Score 2) total score"
)


@dataclass(frozen=True, slots=True)
class VitalSign:
    """A question of the forms that is a vital sign: its codes, and its unit in UCUM."""

    codes: tuple[dict, ...]
    unit: str
    ucum: str


SATURATION = VitalSign(
    (
        coding(SNOMED, "103228002", "Hemoglobin saturation with oxygen"),
        coding(LOINC, "2708-6", "Oxygen saturation in Arterial blood"),
    ),
    "percent",
    "%",
)
VITAL_SIGNS = {
    "respiration_rate": VitalSign(
        (coding(SNOMED, "86290005", "Respiratory rate"), coding(LOINC, "9279-1", "Respiratory Rate")),
        "per minute",
        "/min",
    ),
    "oxygen_saturation_scale_1": SATURATION,
    "oxygen_saturation_scale_2_air": SATURATION,
    "oxygen_saturation_scale_2_oxygen": SATURATION,
    "systolic_pressure": VitalSign(
        (coding(SNOMED, "72313002", "Systolic arterial pressure"), coding(LOINC, "8480-6", "Systolic blood pressure")),
        "millimeter of mercury",
        "mm[Hg]",
    ),
    "pulse": VitalSign(
        (coding(SNOMED, "364075005", "Heart rate"), coding(LOINC, "8867-4", "Heart rate")), "per minute", "/min"
    ),
    "temperature": VitalSign(
        (coding(SNOMED, "276885007", "Core body temperature"), coding(LOINC, "8310-5", "Body temperature")),
        "degree Celsius",
        "Cel",
    ),
}


def _rows(actor: Actor) -> QuerySet:
    return rows(actor).filter(state=FilledState.COMPLETE)


def _made(filled: FilledForm, told: Told) -> list[dict]:
    state = status_of(filled)
    status = {"completed": "final", "amended": "corrected"}.get(state, state)
    shared = {
        "resourceType": "Observation",
        "meta": {"lastUpdated": moment(filled.completed_at)},
        "status": status,
        "subject": patient(told.person),
        "effectiveDateTime": moment(filled.completed_at),
        "issued": moment(filled.completed_at),
        "performer": [{"display": ", ".join(filter(None, [filled.completed_by, filled.completed_role]))}],
        "derivedFrom": [reference("QuestionnaireResponse", filled.pk)],
    }
    made = []
    for score in filled.scores:
        if score.get("total") is None:
            continue
        own = coding(f"{LOCAL}score", f"{filled.form.code}/{score['score']}", score["title"])
        made.append(
            shared
            | {
                "id": f"{filled.pk}-{_tidy(score['score'])}",
                "category": [_category("survey", "Survey")],
                "code": {"coding": [NEWS2, own] if score["score"] == "news2" else [own], "text": score["title"]},
                "valueQuantity": {"value": score["total"], "unit": "score", "system": UCUM, "code": "{score}"},
                "interpretation": [said(score["band"].replace("_", " "))] if score.get("band") else [],
                "note": [{"text": score["because"]}] if score.get("because") else [],
            }
        )
    asked = {question.code for question in built(filled.form).questions}
    for code, sign in VITAL_SIGNS.items():
        answer = filled.answers.get(code)
        if code not in asked or not isinstance(answer, int | float) or isinstance(answer, bool):
            continue
        made.append(
            shared
            | {
                "id": f"{filled.pk}-{_tidy(code)}",
                "category": [_category("vital-signs", "Vital Signs")],
                "code": {"coding": list(sign.codes)},
                "valueQuantity": {"value": answer, "unit": sign.unit, "system": UCUM, "code": sign.ucum},
            }
        )
    return made


def _category(code: str, display: str) -> dict:
    return {"coding": [coding(CATEGORY, code, display)]}


def _tidy(code: str) -> str:
    return code.replace("_", "-")


KIND = Kind(
    name="Observation",
    about="Scores of completed forms, NEWS2 and its vital signs among them",
    profile=UK_CORE + "Observation",
    sources=(Source(rows=_rows, made=_made, person="person_id", narrow={"date": by_days("completed_at__date")}),),
    parameters=(
        link("patient", "subject", "Patient", "whose it is"),
        link("subject", "subject", "Patient", "whose it is"),
        token("category", "category", "survey or vital-signs"),
        token("code", "code", "SNOMED CT, LOINC, or our own code of a score"),
        token("status", "status", "final, corrected or entered-in-error"),
        date_of("date", "effectiveDateTime", "when the form was completed"),
        link("derived-from", "derivedFrom", "QuestionnaireResponse", "the form it came from"),
    ),
)
