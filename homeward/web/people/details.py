"""Everything known of somebody part by part, and what was changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import london_day, whole_number
from homeward.people.linking.selectors import merges_of
from homeward.people.selectors import (
    about_me_of,
    alerts_kept_back,
    changes_of,
    current_alerts,
    details_to_decide,
    format_of,
    former_alerts,
    former_contacts,
    legal_statuses_of,
    sharing_choices_of,
)
from homeward.plans.selectors import visiting_wishes_of
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.people.presenters.banner import present_banner
from homeward.web.people.presenters.details import Known, present_details
from homeward.web.people.presenters.duplicates import present_merges
from homeward.web.people.presenters.history import CHANGES_A_PAGE, present_history


@page(Permission.SEE_PEOPLE)
def details(request: HttpRequest, person_id: int) -> HttpResponse:
    """Every part of what is known of somebody, with the way to change it."""
    now = timezone.now()
    actor, today = request.actor, london_day(now)
    one = opened(request, person_id, now)
    if one.pk != person_id:
        return redirect("people:details", person_id=one.pk)
    alerts = current_alerts(actor, [one.pk], today).get(one.pk, [])
    known = Known(
        addresses=list(one.addresses.all()),
        alerts=alerts,
        alerts_kept_back=alerts_kept_back(actor, one, today),
        former_alerts=former_alerts(actor, one, today),
        former_contacts=former_contacts(actor, one),
        legal=legal_statuses_of(actor, one, today),
        sharing=sharing_choices_of(actor, one, today),
        about=about_me_of(actor, one),
        format=format_of(actor, one),
        visiting=visiting_wishes_of(actor, one),
    )
    context = {
        "service": one.service,
        "banner": present_banner(actor, one, alerts, now),
        "details": present_details(actor, one, known, now),
        "merges": present_merges(merges_of(actor, one), None),
        "to_decide": len(details_to_decide(actor, one)[0]),
        "may_merge": actor.may(Permission.MERGE_PEOPLE),
    }
    return render(request, "people/details.jinja", context)


@page(Permission.SEE_PEOPLE)
def changed(request: HttpRequest, person_id: int) -> HttpResponse:
    """What each fact was and became, who changed it and why."""
    now = timezone.now()
    actor, today = request.actor, london_day(now)
    one = opened(request, person_id, now)
    older_than = whole_number(request.GET.get("older", ""))
    rows = changes_of(actor, one, limit=CHANGES_A_PAGE + 1, older_than=older_than)
    context = {
        "service": one.service,
        "banner": present_banner(actor, one, current_alerts(actor, [one.pk], today).get(one.pk, []), now),
        "history": present_history(rows, today, is_newest_page=older_than is None),
    }
    return render(request, "people/changed.jinja", context)
