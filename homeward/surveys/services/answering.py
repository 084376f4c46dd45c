"""Taking in what somebody answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day, token_hash
from homeward.people.services.timeline import add_to_timeline
from homeward.procedures.rules import check_answers, is_answered, required_to_close
from homeward.procedures.selectors import built
from homeward.surveys.models import Invitation, InvitationStep, SurveyAnswer
from homeward.surveys.rules import may_keep_employer
from homeward.surveys.selectors.asking import SurveyEndedError
from homeward.surveys.states import AskedBy, Audience, StepKind
from homeward.teams.models import Account

LONGEST = 2000


@transaction.atomic
def answer_by_link(
    *, token: str, answers: Mapping[str, Any], may_keep: bool, smallest: int, now: datetime
) -> SurveyAnswer:
    """Take in what somebody answered by their link, which opens nothing more after it.

    It leads to nobody, unless they agreed (`may_keep`) that it is kept with their record; that of staff never does. Of
    staff the employer is kept where at least `smallest` colleagues could have answered the same.

    Raises: SurveyEndedError; RefusedError where nothing is answered, or not as the form asks.
    """
    found = Invitation.open_at(now).filter(token_hash=token_hash(token)).values_list("pk", flat=True).first()
    if found is None:
        raise SurveyEndedError("This survey is over.")
    one = _locked(found, now)
    actor = Actor.system("Survey link", one.service_id)
    return _take(actor, one, AskedBy.SCREEN, answers, may_keep, smallest, now)


@transaction.atomic
def answer_for(
    *, actor: Actor, invitation: Invitation, given: str, answers: Mapping[str, Any], may_keep: bool, now: datetime
) -> SurveyAnswer:
    """Write down what somebody answered by phone or on paper.

    Raises: NotAllowedError; SurveyEndedError; RefusedError where nothing is answered, or not as the form asks.
    """
    require(actor, Permission.FOLLOW_UP, invitation.service_id)
    if given not in (AskedBy.PHONE, AskedBy.PAPER):
        raise RefusedError("Say whether they answered by phone or on paper.")
    return _take(actor, _locked(invitation.pk, now), given, answers, may_keep, 0, now)


def _locked(pk: int, now: datetime) -> Invitation:
    """The invitation, for one taker: two answers at once are one."""
    Invitation.objects.select_for_update().get(pk=pk)
    rows = Invitation.open_at(now).filter(pk=pk).select_related("form", "person", "account__organisation", "contact")
    one = rows.first()
    if one is None or (one.person is not None and one.person.restricted_since is not None):
        raise SurveyEndedError("This survey is over.")
    return one


def _take(
    actor: Actor, one: Invitation, given: str, answers: Mapping[str, Any], may_keep: bool, smallest: int, now: datetime
) -> SurveyAnswer:
    form = built(one.form)
    told = {code: answer for code, answer in answers.items() if is_answered(answers, code)}
    if missing := required_to_close(form, told):
        raise RefusedError(f"Answer this question, or close the page: {missing[0].text}")
    if problems := check_answers(form, told):
        raise RefusedError(problems[0].text)
    if any(isinstance(answer, str) and len(answer) > LONGEST for answer in told.values()):
        raise RefusedError(f"Use at most {LONGEST} letters.")
    is_kept = may_keep and one.audience != Audience.STAFF
    answer = SurveyAnswer.objects.create(
        service_id=one.service_id,
        audience=one.audience,
        form=one.form,
        month=london_day(one.asked_at).replace(day=1),
        pathway_code=one.pathway_code,
        employer=_employer(one, smallest),
        given=given,
        answers=told,
        invitation=one if is_kept else None,
    )
    InvitationStep.objects.create(invitation=one, kind=StepKind.ANSWERED, day=london_day(now), by_name=actor.name)
    # whose answer it is stands nowhere, and so not here either
    record(actor=actor, action="take survey answer", subject=("survey", None), now=now, service_id=one.service_id)
    if is_kept:
        who = one.contact.name if one.contact else "The person"
        add_to_timeline(
            actor=actor, person=one.person, kind="survey", title="Said how our help was", happened_at=now, now=now,
            text=f"{who} agreed that the answers are kept here.", subject=("survey", answer.pk),
        )  # fmt: skip
    return answer


def _employer(one: Invitation, smallest: int):
    """The employer of a member of staff, where so many others of it were asked that it tells of nobody."""
    if one.account is None or one.account.organisation_id is None:
        return None
    colleagues = Account.objects.filter(
        services=one.service_id, organisation=one.account.organisation_id, is_active=True
    ).count()
    return one.account.organisation if may_keep_employer(colleagues, smallest) else None
