"""What was answered, as numbers; and what a service asks."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import london_day
from homeward.procedures.rules import Form, FormUse
from homeward.procedures.selectors import built, newest_procedures
from homeward.surveys.models import Invitation, SurveyAnswer, SurveyRule
from homeward.surveys.rules import QuestionResult, is_too_few, question_results, said_in_words
from homeward.surveys.states import AskedBy, Audience


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """What those of one audience answered who were asked in some months.

    Where `is_hidden`, fewer answered than may be shown: there are no questions, and no number of answers. `said` is for
    those who may see records, as words can name somebody. `parts`: of each pathway, or each employer for staff, how
    many answered; those too few to show are not there.
    """

    audience: Audience
    asked: int
    answered: int
    is_hidden: bool
    questions: tuple[QuestionResult, ...] = ()
    said: tuple[str, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()
    by_how: tuple[tuple[str, int], ...] = ()


def survey_results(
    actor: Actor, service_id: int, audience: Audience, first: date, last: date, smallest: int, part: str = ""
) -> SurveyResults:
    """The results of those asked from the month of `first` to that of `last`; of one pathway or employer as `part`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_RESULTS, service_id)
    months = (first.replace(day=1), last.replace(day=1))
    asked = Invitation.objects.filter(service_id=service_id, audience=audience)
    asked_days = [london_day(at).replace(day=1) for at in asked.values_list("asked_at", flat=True)]
    rows = SurveyAnswer.objects.filter(service_id=service_id, audience=audience, month__range=months)
    rows = list(rows.select_related("form", "employer").defer("form__definition").order_by("pk"))
    numbers = Counter(_part(one) for one in rows)
    parts = tuple((name, count) for name, count in sorted(numbers.items()) if name and not is_too_few(count, smallest))
    # the rest of the answers, by subtraction, must not be so few either: then nothing is divided
    rest = len(rows) - sum(count for _, count in parts)
    if 0 < rest < smallest:
        parts = ()
    if part in dict(parts):
        rows = [one for one in rows if _part(one) == part]
    total = sum(months[0] <= day <= months[1] for day in asked_days)
    if is_too_few(len(rows), smallest):
        return SurveyResults(audience, total, 0, is_hidden=True)
    forms = {one.form_id: built(one.form) for one in rows}
    newest = forms[max(forms)]
    answers = [one.answers for one in rows]
    may_read = actor.may(Permission.FOLLOW_UP) or audience == Audience.STAFF
    return SurveyResults(
        audience,
        total,
        len(rows),
        is_hidden=False,
        questions=question_results(_whole(list(forms.values()), newest), answers),
        said=said_in_words(newest, answers) if may_read else (),
        parts=parts,
        by_how=tuple((AskedBy(how).label, count) for how, count in Counter(one.given for one in rows).most_common()),
    )


def _part(one: SurveyAnswer) -> str:
    if one.audience == Audience.STAFF:
        return str(one.employer) if one.employer else ""
    return one.pathway_code


def _whole(forms: list[Form], newest: Form) -> Form:
    """The form that asks most: the easy read one asks some of the same questions, by the same codes."""
    return max(forms, key=lambda one: (len(one.questions), one.code == newest.code, one.version))


def rules_of(actor: Actor, service_id: int) -> dict[Audience, SurveyRule | None]:
    """What a service asks each audience, if anything.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SET_SURVEYS, service_id)
    found = {one.audience: one for one in SurveyRule.objects.filter(service_id=service_id)}
    return {audience: found.get(audience) for audience in Audience}


def survey_forms(actor: Actor) -> list[Form]:
    """The surveys of the procedures as they are now, by title; those in easy read come with theirs.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SET_SURVEYS)
    forms = [built(row) for row in newest_procedures("form")]
    found = [form for form in forms if form.use is FormUse.SURVEY and not form.code.endswith("-easy-read")]
    return sorted(found, key=lambda form: form.title)
