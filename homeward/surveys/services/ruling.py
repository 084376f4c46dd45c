"""Saying whom a service asks."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.procedures.rules import FormUse
from homeward.procedures.selectors import built, newest_procedures
from homeward.surveys.models import SurveyRule
from homeward.surveys.rules import MOST_DAYS
from homeward.surveys.states import Audience


@transaction.atomic
def set_survey_rule(
    *,
    actor: Actor,
    service_id: int,
    audience: str,
    is_on: bool,
    form_code: str,
    now: datetime,
    pathways: Sequence[str] = (),
    wait_days: int = 2,
    remind_days: int = 7,
    open_days: int = 28,
) -> SurveyRule:
    """Say whether a service asks an audience, with which form, after which pathways and when.

    Nobody is asked about care that ended before it was turned on.

    Raises: NotAllowedError; RefusedError for a form that is no survey, or days that cannot be.
    """
    require(actor, Permission.SET_SURVEYS, service_id)
    if audience not in Audience.values:
        raise RefusedError("Choose who is asked.")
    forms = {row.code for row in newest_procedures("form") if built(row).use is FormUse.SURVEY}
    if form_code not in forms:
        raise RefusedError("Choose a survey.")
    if wait_days + open_days > MOST_DAYS or open_days < 1:
        raise RefusedError(f"Waiting and answering may take {MOST_DAYS} days together, and answering at least 1.")
    if remind_days and remind_days >= open_days:
        raise RefusedError("The reminder must come before the time to answer is over.")
    before = SurveyRule.objects.select_for_update().filter(service_id=service_id, audience=audience).first()
    is_begun = is_on and (before is None or not before.is_on)
    rule, _ = SurveyRule.objects.update_or_create(
        service_id=service_id,
        audience=audience,
        defaults={
            "is_on": is_on,
            "form_code": form_code,
            "pathways": sorted(pathways),
            "wait_days": wait_days,
            "remind_days": remind_days,
            "open_days": open_days,
            "since": london_day(now) if is_begun or before is None else before.since,
        },
    )
    record(actor=actor, action="set survey rule", subject=("survey rule", rule.pk), now=now, service_id=service_id)
    return rule
