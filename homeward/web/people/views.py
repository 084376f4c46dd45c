"""Finding a person, and their record."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission, Sight
from homeward.assessments.selectors import owed_of
from homeward.episodes.selectors import episodes_of
from homeward.kernel.rules import london_day
from homeward.people.linking.selectors import count_duplicates, merges_of
from homeward.people.selectors import (
    SharingChoices,
    about_me_of,
    alerts_kept_back,
    current_alerts,
    format_of,
    key_safe_of,
    legal_statuses_of,
    search_people,
    sharing_choices_of,
)
from homeward.plans.selectors import current_plans
from homeward.visits.selectors import last_visits_of, visits_of
from homeward.visits.selectors.clinics import clinics_of_person, places_of_person
from homeward.web.forms.presenters import owed_lines
from homeward.web.gate import page
from homeward.web.people.opening import opened, typed
from homeward.web.people.presenters.duplicates import present_merges
from homeward.web.people.presenters.record import VISITS_SHOWN, Known, present_card, present_record
from homeward.web.people.presenters.search import MOST_SHOWN, present_found
from homeward.web.people.timeline import newest_of

# Kept in the reader's own session, which ends when they sign out, so that addresses and histories hold none of it.
SOUGHT, CAME_FROM = "people_sought", "merged_record_opened"
DAYS_AHEAD = timedelta(days=14)


@page(Permission.SEE_PEOPLE)
def search(request: HttpRequest) -> HttpResponse:
    """Find a person by name, NHS number, postcode, phone or reference."""
    is_while_typing = bool(request.headers.get("HX-Request"))
    if request.method == "POST":
        request.session[SOUGHT] = typed(request, "sought")
        if not is_while_typing:
            return redirect("people:search")
    sought = request.session.get(SOUGHT, "")
    now = timezone.now()
    found = search_people(request.actor, sought, now, limit=MOST_SHOWN + 1) if sought else []
    has_several_services = len(request.actor.service_ids) > 1
    shown = present_found(found, sought, london_day(now), has_several_services=has_several_services)
    if is_while_typing:
        return render(request, "people/found.jinja", {"found": shown, "is_while_typing": True})
    to_decide = count_duplicates(request.actor) if request.actor.may(Permission.MERGE_PEOPLE) else None
    return render(request, "people/search.jinja", {"sought": sought, "found": shown, "to_decide": to_decide})


@page(Permission.SEE_PEOPLE)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: alerts, who they are, who comes next, what was agreed, and what any employer did lately.

    Whoever has no more to do with them than to visit sees what a visit needs; anybody else, who they are.
    """
    now = timezone.now()
    actor = request.actor
    one = opened(request, person_id, now, Sight.CARD)
    if one.pk != person_id:
        request.session[CAME_FROM] = person_id
        return redirect("people:person", person_id=one.pk)
    if one.sight < Sight.VISIT:
        on_now = sum(running.episode.ended_at is None for running in episodes_of(actor, one, now))
        card = present_card(actor, one, on_now, now)
        return render(request, "people/card.jinja", {"service": one.service, "card": card})
    is_whole = one.sight >= Sight.RECORD
    merges = merges_of(actor, one) if is_whole else []
    came_from = request.session.pop(CAME_FROM, None)
    return render(
        request,
        "people/person.jinja",
        {
            "service": one.service,
            "record": present_record(actor, one, _known(actor, one, now), now),
            "timeline": newest_of(actor, one, now) if is_whole else None,
            "owed": owed_lines(owed_of(actor, one), now) if is_whole else (),
            "merges": present_merges(merges, came_from),
            "may_merge": actor.may(Permission.MERGE_PEOPLE),
        },
    )


def _known(actor, one, now) -> Known:
    """What the page of a record is made from, as far as its reader's sight reaches."""
    today = london_day(now)
    is_whole = one.sight >= Sight.RECORD
    return Known(
        alerts=current_alerts(actor, [one.pk], today).get(one.pk, []),
        alerts_kept_back=alerts_kept_back(actor, one, today),
        coming=visits_of(actor, one, today, today + DAYS_AHEAD),
        been=last_visits_of(actor, one, today, VISITS_SHOWN),
        about=about_me_of(actor, one),
        plans=current_plans(actor, one) if is_whole else [],
        episodes=episodes_of(actor, one, now) if is_whole else [],
        legal=legal_statuses_of(actor, one, today)[0] if is_whole else [],
        sharing=sharing_choices_of(actor, one, today) if is_whole else SharingChoices((), ()),
        format=format_of(actor, one),
        clinics=clinics_of_person(actor, one, now),
        sessions=places_of_person(actor, one, today, today + DAYS_AHEAD),
    )


@page(Permission.SEE_KEY_SAFES, reads=True)
def key_safe(request: HttpRequest, person_id: int) -> HttpResponse:
    """How to get in. Only by a button, never by an address that is merely opened; every showing is audited."""
    if request.method != "POST":
        return redirect("people:person", person_id=person_id)
    now = timezone.now()
    one = opened(request, person_id, now, Sight.VISIT)
    codes = key_safe_of(request.actor, one, now)
    context = {"service": one.service, "person_id": one.pk, "name": one.label, "codes": codes}
    return render(request, "people/key_safe.jinja", context)
