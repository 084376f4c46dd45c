"""Opening a person, their plans and a draft for a page."""

from datetime import datetime

from django.http import Http404, HttpRequest

from homeward.access.rules import Sight
from homeward.kernel.rules import london_day
from homeward.people.selectors import NoRelationshipError, current_alerts, sight_of
from homeward.plans.selectors import PlanNotFoundError, draft_of, plan_of
from homeward.web.people.opening import opened
from homeward.web.people.presenters.banner import Banner, present_banner


def banner_of(request: HttpRequest, person, now: datetime) -> Banner:
    """Who a person is, for the top of a page of their plan."""
    alerts = current_alerts(request.actor, [person.pk], london_day(now)).get(person.pk, [])
    return present_banner(request.actor, person, alerts, now)


def plan_opened(request: HttpRequest, person_id: int, plan_id: int, now: datetime):
    """A person and one version of a plan of theirs; the opening is checked and audited.

    Raises: Http404; NotAllowedError, which the gate answers.
    """
    person = opened(request, person_id, now)
    try:
        return person, plan_of(request.actor, person, plan_id)
    except PlanNotFoundError as error:
        raise Http404 from error


def draft_opened(request: HttpRequest, draft_id: int, now: datetime):
    """A draft and its person; the opening is checked and audited.

    Raises: Http404; NotAllowedError, which the gate answers.
    """
    draft = _draft(request, draft_id)
    return draft, opened(request, draft.person_id, now)


def draft_to_save(request: HttpRequest, draft_id: int, now: datetime):
    """A draft for a page that goes on writing in it: its opening was audited, and saving is.

    Raises: Http404; NotAllowedError, which the gate answers.
    """
    draft = _draft(request, draft_id)
    sight = sight_of(request.actor, draft.person, now, Sight.RECORD)
    if sight < Sight.RECORD:
        raise NoRelationshipError(draft.person_id, sight)
    return draft


def _draft(request: HttpRequest, draft_id: int):
    try:
        return draft_of(request.actor, draft_id)
    except PlanNotFoundError as error:
        raise Http404 from error
