"""Taking a referral: one form, and a look at whether the person is already known before anything is saved."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import (
    RefusedError,
    is_valid_nhs_number,
    london_day,
    tidy_nhs_number,
    whole_number,
)
from homeward.people.selectors import (
    KnownPerson,
    current_addresses,
    place_of_postcode,
)
from homeward.referrals.selectors import CallNotFoundError, call_for
from homeward.referrals.services import take_referral
from homeward.referrals.states import Source, Urgency
from homeward.teams.selectors import referring_organisations
from homeward.web.front_door.finding import known_panel, people_it_may_be, person_chosen
from homeward.web.front_door.forms.somebody import SOMEBODY_NEW
from homeward.web.front_door.forms.taking import SUBJECTS, TakeReferralForm, from_call, needs_in_groups
from homeward.web.front_door.presenters.calls import call_rows, owed_rows
from homeward.web.front_door.presenters.known import differences
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here

URGENCY_HINTS = {
    Urgency.CRISIS: "Without help they may come to harm or go to hospital within hours",
    Urgency.TWO_DAYS: "Needs help to start soon, for example to come home from hospital",
    Urgency.ROUTINE: "Safe for now",
}


@page(Permission.TAKE_REFERRALS)
def new(request: HttpRequest) -> HttpResponse:
    """Take a referral: who is asking, for whom, what for and how soon."""
    now = timezone.now()
    service = service_here(request)
    if request.method != "POST":
        call = _call(request, request.GET.get("call", ""), now)
        if call is not None and call.referral_id is not None:
            messages.info(request, "This call became a referral already. Here it is.")
            return redirect("front_door:referral", call.referral_id)
        form = TakeReferralForm(now=now, initial=_starting(request, call, now))
        return _show(request, service, form, now)
    form = TakeReferralForm(request.POST, now=now)
    if "look" in request.POST:  # who it may be, before the rest is filled; nothing is saved
        form.is_valid()
        form.errors.clear()
        return _show(request, service, form, now, has_looked=True)
    is_right = form.is_valid()
    matches = _matches(request, service.pk, form, now)
    chosen = form.typed("known")
    if matches and chosen not in {SOMEBODY_NEW, *(str(one.person.pk) for one in matches)}:
        form.add_error("known", "Say whether this is somebody already known")
        is_right = False
    if not is_right:
        return _show(request, service, form, now, matches, status=422)
    try:
        referral = _take(request, service.pk, form, now)
    except RefusedError as error:
        form.add_error("nhs_number" if "NHS number" in str(error) else "source", str(error))
        return _show(request, service, form, now, matches, status=422)
    told = f"Referral {referral.reference} taken for {referral.subject_label}. Its clock is running."
    number = tidy_nhs_number(form.cleaned_data["nhs_number"])
    if number and not is_valid_nhs_number(number):
        told += " The NHS number does not pass its check, so it is kept as not verified."
    if owed_rows(referral.calls.all(), now):
        told += " The caller was promised a call back, and still waits for it."
    messages.success(request, told)
    return redirect("front_door:referral", referral.pk)


@page(Permission.TAKE_REFERRALS)
def known(request: HttpRequest) -> HttpResponse:
    """Who the person typed so far may be. It comes as a form: an address would carry a name into logs."""
    if request.method != "POST":
        return redirect("front_door:new")
    now = timezone.now()
    service = service_here(request)
    form = TakeReferralForm(request.POST, now=now)
    form.is_valid()  # fills what is right so far; what is wrong is told when the form is sent
    form.errors.clear()
    matches = _matches(request, service.pk, form, now)
    return render(
        request,
        "front_door/known.jinja",
        {"known": known_panel(request.actor, service.pk, form, matches, now), "form": form},
    )


def _starting(request: HttpRequest, call, now: datetime) -> dict:
    """What a form starts with: the call it comes of, or the person whose record it was opened from."""
    if call is not None:
        return from_call(call, now)
    person_id = whole_number(request.GET.get("person", ""))
    return {} if person_id is None else {"known": str(person_id)}


def _call(request: HttpRequest, given: str, now: datetime):
    call_id = whole_number(given)
    if call_id is None:
        return None
    try:
        return call_for(request.actor, call_id, now)
    except CallNotFoundError as error:
        raise Http404 from error


def _matches(request: HttpRequest, service_id: int, form: TakeReferralForm, now: datetime) -> list[KnownPerson]:
    return [] if form.is_about_staff else people_it_may_be(request.actor, service_id, form, now)


def _take(request: HttpRequest, service_id: int, form: TakeReferralForm, now: datetime):
    told, actor = form.cleaned_data, request.actor
    elsewhere = place_of_postcode(actor, service_id, told["place_postcode"])
    details, person, new_person = [], None, None
    known_id = whole_number(told["known"])
    if form.is_about_staff:
        pass
    elif known_id is not None:
        person = person_chosen(request.actor, known_id, now)
        address = next(iter(current_addresses(person, london_day(now))), None)
        details = differences(person, address, form)
    else:
        new_person = form.new_person(place_of_postcode(actor, service_id, told["postcode"]))
    return take_referral(
        actor=actor,
        service_id=service_id,
        new=form.new_referral(elsewhere, details),
        person=person,
        new_person=new_person,
        staying_at=None if form.is_about_staff else form.staying_at(elsewhere),
        call=_call(request, told["call"], now),
        now=now,
    )


def _show(
    request: HttpRequest,
    service,
    form: TakeReferralForm,
    now: datetime,
    matches: list[KnownPerson] | None = None,
    status: int = 200,
    has_looked: bool = False,
) -> HttpResponse:
    matches = _matches(request, service.pk, form, now) if matches is None else matches
    call = _call(request, form.typed("call"), now)
    return render(
        request,
        "front_door/new.jinja",
        {
            "service": service,
            "form": form,
            "known": known_panel(request.actor, service.pk, form, matches, now),
            "has_looked": has_looked,
            "subjects": SUBJECTS,
            "call": call_rows([call], now)[0] if call is not None else None,
            "sources": [("", Source.choices)],
            "urgencies": [(value, label, URGENCY_HINTS[value]) for value, label in Urgency.choices],
            "needs": needs_in_groups(),
            "services": [] if form.is_bound or call is not None else services_here(request),
            "organisations": [organisation.name for organisation in referring_organisations(service.pk)],
        },
        status=status,
    )
