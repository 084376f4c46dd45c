"""The open form on which professionals refer somebody, and follow what they sent. Nobody signs in, so nothing is told
of anybody on record: not whether they are known, not what they are called."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from homeward.access.rules import Actor, Role
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.referrals.rules import follow_code, visitor_key
from homeward.referrals.selectors import referral_followed
from homeward.referrals.services import (
    SentIn,
    TooManyUsesError,
    add_as_professional,
    count_form_use,
    refer_as_professional,
)
from homeward.teams.selectors import services_open_to_professionals
from homeward.web.front_door.forms.professional import (
    CONSENT,
    PROFESSIONALS,
    SOON,
    FollowForm,
    ProfessionalForm,
    stamp,
)
from homeward.web.front_door.forms.taking import needs_in_groups
from homeward.web.front_door.presenters.professional import followed
from homeward.web.gate import open_page
from homeward.web.templating import moment_text

LARGEST_BODY = 64 * 1024  # every field filled to its limit is under half of it
NOT_FOUND = "We have nothing with this reference and code. Check both, or call the service you sent it to"


@open_page
@never_cache
def refer(request: HttpRequest) -> HttpResponse:
    """Refer somebody: one form, a reference and a code to follow it."""
    now = timezone.now()
    services = services_open_to_professionals(settings.HOMEWARD_PUBLIC_REFERRALS)
    if not services:
        return render(request, "front_door/professional_closed.jinja", status=404)
    names = {service.code: service.name for service in services}
    if request.method != "POST":
        return _show(request, services, ProfessionalForm(now=now, services=names), now)
    if _is_too_large(request):
        return render(request, "front_door/professional_too_much.jinja", {"why": "too large"}, status=413)
    actor = _form_actor(services)
    form = ProfessionalForm(request.POST, now=now, services=names)
    if not form.is_valid():
        return _show(request, services, form, now, status=422)
    try:
        count_form_use(actor=actor, form="refer", visitor=visitor_of(request, now), now=now)
        chosen = next(service for service in services if service.code == form.cleaned_data["service"])
        sent = _send(actor, chosen.pk, form, now)
    except TooManyUsesError as error:
        form.add_error("source", str(error))
        return _show(request, services, form, now, status=429)
    except RefusedError as error:
        form.add_error("source", str(error))
        return _show(request, services, form, now, status=422)
    # Shown in answer to the form itself, not after going on to another address: the code is kept nowhere, and the
    # same form sent again shows it again.
    return render(
        request,
        "front_door/professional_sent.jinja",
        {
            "service": chosen,
            "phone": settings.HOMEWARD_PUBLIC_REFERRALS.get(chosen.code, ""),
            "reference": sent.referral.reference,
            "code": _code(form.form_number),
            "is_repeat": sent.is_repeat,
            "received": moment_text(sent.referral.received_at),
        },
    )


@open_page
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """What became of a referral that was sent on the form, and a line to add to it or to answer us."""
    now = timezone.now()
    services = services_open_to_professionals(settings.HOMEWARD_PUBLIC_REFERRALS)
    if not services:
        return render(request, "front_door/professional_closed.jinja", status=404)
    if request.method != "POST":
        return _ask(request, FollowForm())
    if _is_too_large(request):
        return render(request, "front_door/professional_too_much.jinja", {"why": "too large"}, status=413)
    form = FollowForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, status=422)
    actor = _form_actor(services)
    try:
        # right or wrong, each is counted: guessing a code would take longer than anybody has
        count_form_use(actor=actor, form="follow", visitor=visitor_of(request, now), now=now)
    except TooManyUsesError as error:
        form.add_error("reference", str(error))
        return _ask(request, form, status=429)
    told = form.cleaned_data
    referral = referral_followed(actor, told["reference"], told["code"], now)
    if referral is None:
        form.add_error("reference", NOT_FOUND)
        return _ask(request, form, status=422)
    is_added = False
    if "add" in request.POST:
        try:
            add_as_professional(actor=actor, referral=referral, text=told["text"], now=now)
            is_added = True
            referral = referral_followed(actor, told["reference"], told["code"], now) or referral
        except RefusedError as error:
            form.add_error("text", str(error))
    return render(
        request,
        "front_door/professional_followed.jinja",
        {
            "service": referral.service,
            "phone": settings.HOMEWARD_PUBLIC_REFERRALS.get(referral.service.code, ""),
            "page": followed(referral, now),
            "form": form,
            "is_added": is_added,
        },
        status=422 if form.errors else 200,
    )


def _send(actor: Actor, service_id: int, form: ProfessionalForm, now: datetime) -> SentIn:
    def once() -> SentIn:
        return refer_as_professional(
            actor=actor,
            service_id=service_id,
            form_number=form.form_number,
            new=form.new_referral(_code(form.form_number)),
            new_person=form.new_person(),
            now=now,
        )

    try:
        return once()
    except (IntegrityError, RefusedError):  # pressed twice, and the other was first: find what it made
        return once()


def _code(form_number: str) -> str:
    return follow_code(settings.SECRET_KEY, form_number)


def _form_actor(services) -> Actor:
    """Whoever sends the form: nobody signed in, and so allowed to hand in and to be told nothing."""
    return Actor(
        name="Professionals' form", role=Role.MACHINE, service_ids=frozenset(service.pk for service in services)
    )


def visitor_of(request: HttpRequest, now: datetime) -> str:
    """What stands for where a request comes from, today; behind proxies, as the nearest of them that is ours says."""
    address = request.META.get("REMOTE_ADDR", "")
    said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.HOMEWARD_PROXIES
    if proxies and said:
        address = said[-min(proxies, len(said))]
    return visitor_key(settings.SECRET_KEY, address, london_day(now))


def _is_too_large(request: HttpRequest) -> bool:
    length = whole_number(request.META.get("CONTENT_LENGTH") or "0")
    return length is None or length > LARGEST_BODY


def _ask(request: HttpRequest, form: FollowForm, status: int = 200) -> HttpResponse:
    return render(request, "front_door/professional_follow.jinja", {"form": form}, status=status)


def _show(request: HttpRequest, services, form: ProfessionalForm, now: datetime, status: int = 200) -> HttpResponse:
    # a form sent back with faults stays the same form, so that it is still one referral however often it is sent
    keeps_stamp = form.is_bound and "stamp" not in form.errors
    return render(
        request,
        "front_door/professional.jinja",
        {
            "service": services[0] if len(services) == 1 else None,
            "services": services,
            "phone": settings.HOMEWARD_PUBLIC_REFERRALS.get(services[0].code, "") if len(services) == 1 else "",
            "form": form,
            "stamp": form.typed("stamp") if keeps_stamp else stamp(secrets.token_urlsafe(24), now),
            "sources": [("", PROFESSIONALS)],
            "needs": needs_in_groups(),
            "soon": SOON,
            "consents": [(value, words, "") for value, words in CONSENT],
        },
        status=status,
    )
