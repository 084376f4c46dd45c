"""Which documents stays still need, from what is asked and what is there."""

from collections.abc import Sequence

from homeward.access.rules import Actor, Permission, require
from homeward.assessments.models import FilledForm
from homeward.assessments.states import FilledState
from homeward.discharge.models import HospitalStay
from homeward.discharge.rules.documents import (
    DISCHARGE_SUMMARY,
    FORMS,
    TRUSTED_ASSESSMENT,
    DocumentNeeded,
    documents_needed,
)
from homeward.documents.models import Document
from homeward.kernel.rules import london_day


def documents_of_stays(actor: Actor, stays: Sequence[HospitalStay]) -> dict[int, tuple[DocumentNeeded, ...]]:
    """By stay, what it asks for and whether it is there; two questions to the database however many they are.

    The stays come from a selector that checked and audited whom it shows; only titles are told, no answers.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS)
    people = {stay.person_id for stay in stays}
    since = min((stay.admitted_at for stay in stays), default=None)
    forms: dict[int, list[FilledForm]] = {}
    documents: dict[int, list[Document]] = {}
    if since is not None:
        filled = FilledForm.objects.filter(
            person_id__in=people, form__code__in=FORMS, state=FilledState.COMPLETE, completed_at__gte=since
        ).exclude(corrected_by__state=FilledState.COMPLETE)
        for form in filled.select_related("form").defer("form__definition", "scores").order_by("completed_at"):
            forms.setdefault(form.person_id, []).append(form)
        kept = Document.objects.filter(
            person_id__in=people, kind=DISCHARGE_SUMMARY, withdrawn_at__isnull=True, happened_on__gte=london_day(since)
        )
        for document in kept:
            documents.setdefault(document.person_id, []).append(document)
    needed = {}
    for stay in stays:
        made = [one for one in forms.get(stay.person_id, ()) if one.completed_at >= stay.admitted_at]
        letters = [one for one in documents.get(stay.person_id, ()) if one.happened_on >= london_day(stay.admitted_at)]
        trusted = [one for one in made if one.form.code == TRUSTED_ASSESSMENT]
        needed[stay.pk] = documents_needed(
            stay.likely_or_decided,
            stay.ready_on is not None,
            trusted[-1].answers if trusted else None,
            {one.form.code for one in made},
            {one.kind for one in letters},
        )
    return needed
