"""Facts of what came afterwards: a form at the end beside the one at the start, and answers to surveys."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from homeward.assessments.models import FilledForm
from homeward.assessments.states import FilledState
from homeward.kernel.rules import london_day, wall_clock
from homeward.surveys.models import SurveyAnswer

Keys = Collection[int] | None
PAIR_COLUMNS = {
    "form_id": "integer",
    "service_id": "integer",
    "person_id": "integer",
    "completed_on": "day",
    "form_code": "text",
    "what": "text",
    "scale": "text",
    "before": "number",
    "after": "number",
    "months_before": "number",
    "months_after": "number",
}
ANSWER_COLUMNS = {
    "answer_id": "integer",
    "service_id": "integer",
    "audience": "text",
    "month": "day",
    "pathway_code": "text",
    "overall": "text",
}
# The form at the end, and the one at the start that asks the same
EMERGENCY_USE = "emergency-use-after"
PAIRS = {EMERGENCY_USE: "emergency-use-and-plan", "wellbeing-after": "wellbeing-before"}
EMERGENCIES = ("ambulances", "emergency", "admissions")
MONTHS_OF_PLAN = 3  # the forms of case management count three months
DAYS_A_MONTH = 365.25 / 12
MONTHS_OF_WELLBEING = 6  # the forms of wellbeing ask about six months


def forms_at_the_end(numbers: Collection[int]) -> Collection[int]:
    """The forms at the end of whatever these forms are of: what is written at the start counts beside them."""
    subjects = set(FilledForm.objects.filter(pk__in=numbers).values_list("subject_kind", "subject_id"))
    ends = FilledForm.objects.filter(form__code__in=PAIRS, subject_id__in={number for _, number in subjects})
    found = {pk for pk, *of in ends.values_list("pk", "subject_kind", "subject_id") if tuple(of) in subjects}
    return {*numbers, *found}


def before_and_after(keys: Keys, now: datetime) -> Iterator[tuple]:
    """What a complete form at the end and the newest complete one before it say of the same thing.

    Of one that was corrected, the correction counts.
    """
    ends = _complete().filter(form__code__in=PAIRS)
    if keys is not None:
        ends = ends.filter(pk__in=keys)
    for end in ends.order_by("pk"):
        starts = _complete().filter(
            form__code=PAIRS[end.form.code], subject_kind=end.subject_kind, subject_id=end.subject_id,
            completed_at__lte=end.completed_at,
        )  # fmt: skip
        start = starts.order_by("-completed_at", "-pk").first()
        if start is None:
            continue
        what = _emergencies if end.form.code == EMERGENCY_USE else _wellbeing
        for row in what(start.answers, end.answers):
            yield (end.pk, end.service_id, end.person_id, london_day(end.completed_at), end.form.code, *row)


def counted_since(service_id: int, since: date) -> bool:
    """Whether emergencies were counted at the end of anybody's plan from a day on."""
    ends = _complete().filter(form__code=EMERGENCY_USE, service_id=service_id)
    return ends.filter(completed_at__gte=wall_clock(since, "00:00")).exists()


def _complete():
    rows = FilledForm.objects.filter(state=FilledState.COMPLETE).exclude(corrected_by__state=FilledState.COMPLETE)
    return rows.select_related("form").defer("form__definition")


def _emergencies(start: dict, end: dict) -> Iterator[tuple]:
    months = MONTHS_OF_PLAN if end.get("full_three_months") else (end.get("days_counted") or 0) / DAYS_A_MONTH
    for what in EMERGENCIES:
        before, after = start.get(f"{what}_before"), end.get(f"{what}_after")
        if before is not None and after is not None:
            yield what, "", float(before), float(after), float(MONTHS_OF_PLAN), float(months)


def _wellbeing(start: dict, end: dict) -> Iterator[tuple]:
    scale = start.get("scale")
    before, after = (answers.get(f"total_{scale}") for answers in (start, end))
    if scale == end.get("scale") and before is not None and after is not None:
        yield "wellbeing", scale, float(before), float(after), None, None
    for what, code in (("emergency", "emergency_visits"), ("admissions", "admissions")):
        before, after = start.get(code), end.get(code)
        if start.get("remembers") and end.get("remembers") and before is not None and after is not None:
            months = float(MONTHS_OF_WELLBEING)
            yield what, "", float(before), float(after), months, months


def survey_answers(keys: Keys, now: datetime) -> Iterator[tuple]:
    """What was answered to the one question that every survey asks: how it was."""
    rows = SurveyAnswer.objects.all() if keys is None else SurveyAnswer.objects.filter(pk__in=keys)
    for row in rows.order_by("pk").iterator():
        overall = row.answers.get("overall")
        if overall is not None:
            yield row.pk, row.service_id, row.audience, row.month, row.pathway_code, str(overall)
