"""Booking people into a group clinic: who could be asked, what they said, ending a booking, giving up a place."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission, Sight
from homeward.kernel.rules import RefusedError, london_day
from homeward.visits.selectors.clinics import (
    ClinicNotFoundError,
    booking_for,
    candidates_for,
    home_visits_beside,
    sessions_of,
)
from homeward.visits.services import book, end_booking, release_place
from homeward.visits.services import decline as keep_declined
from homeward.visits.states import BookingState
from homeward.web.clinics.forms import AskedMany, read_booking
from homeward.web.clinics.presenters import (
    home_visit_words,
    kept_back_words,
    present_booking,
    present_candidate,
    present_clinic,
    present_session_row,
)
from homeward.web.clinics.running import say_what_came_back
from homeward.web.clinics.views import SHOWN_AHEAD, clinic_or_404, place_or_404
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.forms import Asked
from homeward.web.plans.opening import banner_of
from homeward.web.words import WEEKDAYS, counted


@page(Permission.WRITE_PLANS)
def candidates(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """People whose home visits the clinic would replace, and who were not asked yet."""
    now = timezone.now()
    clinic = clinic_or_404(request, clinic_id)
    shown = candidates_for(request.actor, clinic, now)
    told = {
        "service": clinic.service,
        "clinic": present_clinic(clinic),
        "candidates": [present_candidate(one, clinic) for one in shown.rows],
        "kept_back": kept_back_words(shown.kept_back),
    }
    return render(request, "clinics/candidates.jinja", told)


@page(Permission.WRITE_PLANS)
def ask(request: HttpRequest, clinic_id: int, person_id: int) -> HttpResponse:
    """What somebody said when they were asked: booked, as they agreed."""
    now = timezone.now()
    if request.method != "POST":
        return _show(request, clinic_id, person_id, now)
    asked = AskedMany(request.POST)
    new = read_booking(asked)
    if new is None:
        return _show(request, clinic_id, person_id, now, asked)
    clinic = clinic_or_404(request, clinic_id)
    person = opened(request, person_id, now, Sight.VISIT)
    try:
        done = book(actor=request.actor, clinic=clinic, person=person, new=new, now=now)
    except RefusedError as error:
        asked.errors["starts_on"] = [str(error)]
        return _show(request, clinic_id, person_id, now, asked)
    words = f"Booked into {counted(len(done.places), 'session', 'sessions')} of {clinic.name}"
    say_what_came_back(request, clinic.service_id, words, list(done.gave_way), list(done.gave_way), now)
    return redirect("clinics:clinic", clinic_id)


@page(Permission.WRITE_PLANS)
def decline(request: HttpRequest, clinic_id: int, person_id: int) -> HttpResponse:
    """Somebody would rather be visited at home."""
    now = timezone.now()
    if request.method != "POST":
        return redirect("clinics:book", clinic_id, person_id)
    asked = Asked(request.POST)
    asked_on = asked.day("asked_on", missing="Enter the day on which they were asked")
    clinic = clinic_or_404(request, clinic_id)
    person = opened(request, person_id, now, Sight.VISIT)
    try:
        if asked.errors:
            raise RefusedError(asked.errors["asked_on"][0])
        keep_declined(
            actor=request.actor, clinic=clinic, person=person, asked_by=asked.typed("asked_by"), asked_on=asked_on,
            said=asked.typed("said"), now=now,
        )  # fmt: skip
    except RefusedError as error:
        asked.errors["said"] = [str(error)]
        return _show(request, clinic_id, person_id, now, None, asked)
    messages.success(request, "Written down. They are not suggested again.")
    return redirect("clinics:candidates", clinic_id)


def _show(
    request: HttpRequest,
    clinic_id: int,
    person_id: int,
    now: datetime,
    asked: AskedMany | None = None,
    decline_form: Asked | None = None,
) -> HttpResponse:
    clinic = clinic_or_404(request, clinic_id)
    person = opened(request, person_id, now, Sight.VISIT)
    today = london_day(now)
    visits = home_visits_beside(request.actor, clinic, person, now)
    days = sorted({number for one in visits if one.is_replaced for number in one.weekdays})
    # one session is done in the place of one visit: the nearest on or after it; a person decides on more
    nearest = sorted(days, key=lambda number: (int(number) - clinic.weekday) % 7)[:1]
    lines = [
        one for one in sessions_of(request.actor, clinic, today, today + SHOWN_AHEAD) if one.session.starts_at > now
    ]
    first = next((one.session.day for one in lines if one.taken < one.session.places), today + timedelta(days=1))
    usual = {
        "starts_on": first.isoformat(), "asked_on": today.isoformat(), "asked_by": request.actor.name,
        "how": "person", "transport": "own",
    }  # fmt: skip
    told = {
        "service": clinic.service,
        "banner": banner_of(request, person, now),
        "clinic": present_clinic(clinic),
        "person_id": person.pk,
        "form": asked or AskedMany(None, usual, {"weekdays": nearest}),
        "decline_form": decline_form or Asked(None, usual),
        "visits": [(home_visit_words(one), one.is_replaced) for one in visits],
        "days": [(number, WEEKDAYS[int(number) - 1]) for number in days],
        "sessions": [present_session_row(one, now) for one in lines],
        "transports": [("own", "Their own way", ""), ("family", "A lift from family or friends", "")]
        + ([("arrange", "Transport to arrange", "")] if clinic.is_transport_offered else []),
        "hows": [("person", "The person", ""), ("power", "Somebody with the power to decide for them", ""),
                 ("best_interests", "It was decided in their best interests", "")],
        "today": today.isoformat(),
    }  # fmt: skip
    failed = bool((asked and asked.errors) or (decline_form and decline_form.errors))
    return render(request, "clinics/book.jinja", told, status=422 if failed else 200)


@page(Permission.SEE_PEOPLE)
def booked(request: HttpRequest, booking_id: int) -> HttpResponse:
    """What somebody agreed to, and ending it."""
    return _booking(request, booking_id, timezone.now())


@page(Permission.WRITE_PLANS)
def end(request: HttpRequest, booking_id: int) -> HttpResponse:
    """End a booking; home visits come back."""
    now = timezone.now()
    if request.method != "POST":
        return redirect("clinics:booking", booking_id)
    asked = Asked(request.POST)
    last_day = asked.day("last_day", missing="Enter the last day on which they may still go")
    if not asked.typed("reason"):
        asked.errors["reason"] = ["Say why they no longer go"]
    if asked.errors:
        return _booking(request, booking_id, now, asked)
    row = _row(request, booking_id, now)
    try:
        back = end_booking(actor=request.actor, booking=row, last_day=last_day, reason=asked.typed("reason"), now=now)
    except RefusedError as error:
        asked.errors["last_day"] = [str(error)]
        return _booking(request, booking_id, now, asked)
    say_what_came_back(request, row.clinic.service_id, "The booking is ended", back, back, now)
    return redirect("clinics:clinic", row.clinic_id)


@page(Permission.WRITE_PLANS)
def release(request: HttpRequest, place_id: int) -> HttpResponse:
    """Somebody does not come this time; the home visits of that week come back."""
    now = timezone.now()
    place = place_or_404(request, place_id, now)
    if request.method == "POST":
        reason = request.POST.get("reason", "").replace("\0", "")
        try:
            back = release_place(actor=request.actor, place=place, reason=reason, now=now)
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            say_what_came_back(request, place.session.clinic.service_id, "They do not come this time", back, back, now)
    return redirect("clinics:session", place.session_id)


def _row(request: HttpRequest, booking_id: int, now: datetime):
    try:
        row = booking_for(request.actor, booking_id)
    except ClinicNotFoundError as error:
        raise Http404 from error
    row.person = opened(request, row.person_id, now, Sight.VISIT)
    return row


def _booking(request: HttpRequest, booking_id: int, now: datetime, asked: Asked | None = None) -> HttpResponse:
    row = _row(request, booking_id, now)
    today = london_day(now)
    told = {
        "service": row.clinic.service,
        "banner": banner_of(request, row.person, now),
        "clinic": present_clinic(row.clinic),
        "booking": present_booking(row),
        "row": row,
        "end_form": asked or Asked(None, {"last_day": today.isoformat()}),
        "today": today.isoformat(),
        "may_end": request.actor.may(Permission.WRITE_PLANS) and row.state == BookingState.AGREED,
    }
    return render(request, "clinics/booking.jinja", told, status=422 if asked and asked.errors else 200)
