"""Whom to ring 91 days and a year later, and what they said."""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.beds.selectors import BedNotFoundError, follow_up_for, phone_list
from homeward.beds.services import give_up_ringing, record_try
from homeward.beds.states import FollowUpState, Whereabouts
from homeward.kernel.rules import london_day
from homeward.people.selectors import current_contacts
from homeward.web.beds.forms import AskedBeds, only_by_form, tried
from homeward.web.beds.presenters import present_follow_up, present_phone_list
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.opening import banner_of
from homeward.web.service_choice import service_here, services_here

TOMORROW = timedelta(days=1)
FOLLOW_UP = "surveys"  # of the menu: asking afterwards, whatever came before


@page(Permission.FOLLOW_UP)
def phone_list_page(request: HttpRequest) -> HttpResponse:
    """Whom to ring now, and whom soon."""
    now, service = timezone.now(), service_here(request)
    told = {
        "service": service,
        "nav_area": FOLLOW_UP,
        "services": services_here(request),
        "list": present_phone_list(phone_list(request.actor, service.pk, now), now),
    }
    return render(request, "beds/phone_list.jinja", told)


@page(Permission.FOLLOW_UP)
def follow_up(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """Ring somebody, and write down where they are or when to try again."""
    now = timezone.now()
    row = _found(request, follow_up_id, now)
    if request.method != "POST":
        return _show(request, row, now)
    asked = AskedBeds(request.POST)
    was_reached = asked.typed("reached") == "yes"
    if asked.typed("reached") not in ("yes", "no"):
        asked.errors["reached"] = ["Say whether they were reached"]
    paid = asked.typed("paid_care")
    hours = _hours(asked) if was_reached and paid == "yes" else None
    again = None if was_reached else asked.day("try_again_on")
    if tried(
        asked, "reached",
        lambda: record_try(
            actor=request.actor, follow_up=row, was_reached=was_reached, now=now, note=asked.typed("note"),
            whereabouts=asked.typed("whereabouts") if was_reached else "", try_again_on=again,
            is_independent={"yes": False, "no": True}.get(paid) if was_reached else None, weekly_hours=hours,
        ),
    ):  # fmt: skip
        messages.success(request, "Written down" if was_reached else "Not reached. They stay on the list")
        return redirect("beds:phone_list")
    return _show(request, row, now, asked)


@page(Permission.FOLLOW_UP)
def give_up(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """They could not be reached."""
    back = only_by_form(request, "beds:follow_up", follow_up_id)
    if back is not None:
        return back
    now = timezone.now()
    row = _found(request, follow_up_id, now)
    asked = AskedBeds(request.POST)
    if tried(
        asked, "give_up_note",
        lambda: give_up_ringing(actor=request.actor, follow_up=row, note=asked.typed("give_up_note"), now=now),
    ):  # fmt: skip
        messages.success(request, "They could not be reached. They count as not at home")
        return redirect("beds:phone_list")
    return _show(request, row, now, asked)


def _hours(asked: AskedBeds) -> Decimal | None:
    """Hours of paid care a week, where they are given; an error where they are no number."""
    text = asked.typed("weekly_hours")
    if not text:
        return None
    try:
        hours = Decimal(text)
    except InvalidOperation:
        hours = Decimal("NaN")
    if not hours.is_finite() or not 0 < hours <= 168 or round(hours, 2) != hours:
        asked.errors["weekly_hours"] = ["Enter hours a week, like 10.5"]
        return None
    return hours


def _found(request: HttpRequest, follow_up_id: int, now: datetime):
    try:
        row = follow_up_for(request.actor, follow_up_id)
    except BedNotFoundError as error:
        raise Http404 from error
    row.after.person = opened(request, row.after.person_id, now)
    return row


def _show(request: HttpRequest, row, now: datetime, asked: AskedBeds | None = None) -> HttpResponse:
    today = london_day(now)
    person = row.after.person
    told = {
        "service": row.after.service,
        "nav_area": FOLLOW_UP,
        "banner": banner_of(request, person, now),
        "page": present_follow_up(row, current_contacts(person), now),
        "form": asked or AskedBeds(None, {"try_again_on": (today + TOMORROW).isoformat()}),
        "where": [("", [(one.value, one.label) for one in Whereabouts])],
        "is_open": row.state == FollowUpState.DUE,
    }
    return render(request, "beds/follow_up.jinja", told, status=422 if asked is not None else 200)
