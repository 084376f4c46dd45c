"""What was measured in the month: scores of completed forms, and readings taken at visits."""

from collections import Counter
from collections.abc import Iterable

from homeward.assessments.models import FilledForm
from homeward.assessments.states import FilledState, SubjectKind
from homeward.outcomes.returns.codes import Codes
from homeward.outcomes.returns.csds.tables import CONTACT, PROFESSIONAL, REQUEST
from homeward.outcomes.returns.months import Month, day_of
from homeward.visits.models import TaskReading

Row = dict[str, str]


def scores(references: dict[tuple[str, int], str], month: Month, codes: Codes, left_out: Counter[str]) -> Iterable[Row]:
    """CYP609: the score of each form completed in the month about a referral or its episodes.

    references: the referral's own by (subject kind, its number). A form corrected by the month's end is not sent: the
    one that corrects it is.
    """
    forms = FilledForm.objects.filter(
        state=FilledState.COMPLETE, completed_at__gte=month.begins, completed_at__lt=month.ends,
        subject_kind__in=(SubjectKind.REFERRAL, SubjectKind.EPISODE),
    ).select_related("corrected_by")  # fmt: skip
    tools = codes.mappings["assessment_tools"]
    found = set()
    for form in forms:
        reference = references.get((form.subject_kind, form.subject_id))
        corrected = getattr(form, "corrected_by", None)
        if reference is None or (corrected and corrected.completed_at and corrected.completed_at < month.ends):
            continue
        for score in form.scores:
            if score["total"] is None:
                continue
            if score["score"] in tools:
                day = day_of(form.completed_at)
                found.add((reference, tools[score["score"]], day, f"{score['total']:g}"))
            else:
                left_out[f"Scores of the scale {score['score']}, no coded tool"] += 1
    for reference, tool, day, total in sorted(found):
        yield {
            REQUEST: reference,
            "CODED ASSESSMENT TOOL TYPE (SNOMED CT)": tool,
            "PERSON SCORE": total,
            "ASSESSMENT TOOL COMPLETION DATE": day,
        }


def readings(visit_ids: list[int], month: Month, codes: Codes, left_out: Counter[str]) -> Iterable[Row]:
    """CYP202: readings taken at these visits, of what a service has given an observation for."""
    observed = {one["reading"].casefold(): one for one in codes.lists["observations"]}
    taken = TaskReading.objects.filter(task__visit_id__in=visit_ids, taken_at__lt=month.ends)
    for reading in taken.select_related("task", "worker").order_by("task__visit_id", "pk"):
        one = observed.get(reading.reading.casefold())
        if one is None:
            left_out["Readings without an observation code"] += 1
            continue
        yield {
            "CARE ACTIVITY IDENTIFIER": f"R{reading.pk}",
            CONTACT: f"V{reading.task.visit_id}",
            "COMMUNITY CARE ACTIVITY TYPE": codes.texts["reading_activity_type"],
            PROFESSIONAL: reading.worker.local_reference if reading.worker else "",
            "OBSERVATION SCHEME IN USE (COMMUNITY CARE)": codes.texts["observation_scheme"],
            "CODED OBSERVATION (CLINICAL TERMINOLOGY)": one["code"],
            "OBSERVATION VALUE": f"{reading.value.normalize():f}",
            "UCUM UNIT OF MEASUREMENT": one["unit"],
        }
