"""Sharing a person's plan: the links there are, a new one, and taking one back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, whole_number
from homeward.people.selectors import PersonNotFoundError, person_for
from homeward.people.selectors.sharing import links_of
from homeward.people.services.sharing import LONGEST_SHARED, revoke_link, share_plan
from homeward.web.gate import page
from homeward.web.sharing.forms import ShareForm
from homeward.web.sharing.presenters import link_lines, who_lines

USUAL_DAYS = 30  # local decision


@page(Permission.SHARE_PLANS)
def links(request: HttpRequest, person_id: int) -> HttpResponse:
    """Who has a link to the plan, until when, and whether they opened it."""
    now = timezone.now()
    person = _person(request, person_id, now)
    shown = link_lines(links_of(request.actor, person), now)
    context = {"service": person.service, "person_id": person.pk, "name": person.label, "links": shown}
    return render(request, "sharing/links.jinja", context)


@page(Permission.SHARE_PLANS)
@never_cache
def new(request: HttpRequest, person_id: int) -> HttpResponse:
    """Make a link: it is shown once, to be given to whoever it is for."""
    now = timezone.now()
    person = _person(request, person_id, now)
    contacts = [one for one in person.contacts.all() if one.ended_on is None]
    form = ShareForm(
        request.POST if request.method == "POST" else None,
        initial={"days": USUAL_DAYS, "channel": "sms", "address": person.phone, "who": "person"},
    )
    context = {
        "service": person.service, "person_id": person.pk, "name": person.label, "form": form,
        "who": who_lines(person, contacts), "longest": LONGEST_SHARED,
    }  # fmt: skip
    if form.is_valid():
        told = form.cleaned_data
        contact = next((one for one in contacts if one.pk == whole_number(told["who"])), None)
        try:
            if contact is None and told["who"] != "person":
                raise RefusedError("Choose who the link is for.")
            link, token = share_plan(
                actor=request.actor, person=person, contact=contact, channel=told["channel"],
                address=told["address"], days=told["days"], now=now,
            )  # fmt: skip
        except RefusedError as error:
            form.add_error("who", str(error))
        else:
            address = request.build_absolute_uri(reverse("sharing:shared", args=[token]))
            context |= {"link": address, "for_whom": link.for_whom, "until": link.until}
            return render(request, "sharing/made.jinja", context)
    return render(request, "sharing/new.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.SHARE_PLANS)
def take_back(request: HttpRequest, person_id: int, link_id: int) -> HttpResponse:
    """Take a link back at once."""
    if request.method == "POST":
        now = timezone.now()
        person = _person(request, person_id, now)
        link = next((one for one in links_of(request.actor, person) if one.pk == link_id), None)
        if link is None:
            raise Http404
        try:
            revoke_link(actor=request.actor, link=link, now=now)
            messages.success(request, f"The link for {link.for_whom} opens nothing any more.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("sharing:links", person_id)


def _person(request: HttpRequest, person_id: int, now):
    try:
        return person_for(request.actor, person_id, now)
    except PersonNotFoundError as error:
        raise Http404 from error
