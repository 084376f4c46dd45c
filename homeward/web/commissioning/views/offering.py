"""Looking for room in house, offering a package to providers, choosing one; and the page that a provider opens."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from homeward.access.rules import Actor, Permission, Role
from homeward.commissioning.selectors import (
    NotFoundError,
    ask_capacity,
    contracts,
    offer_choices,
    offer_for,
)
from homeward.commissioning.services import (
    answer_offer,
    choose_offer,
    do_in_house,
    keep_capacity_answer,
    let_provider_go,
    open_offer,
    send_offers,
    withdraw_offer,
)
from homeward.commissioning.services.offers import OfferEndedError
from homeward.commissioning.states import OfferState, PackageState, ServiceKind
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import current_addresses
from homeward.referrals.services import TooManyUsesError, count_form_use
from homeward.web.commissioning.forms import HOURS_TO_ANSWER, USUAL_HOURS, AskedMoney, read_answer_by
from homeward.web.commissioning.presenters.packages import offer_rows, package_page
from homeward.web.commissioning.presenters.words import money, visit_words
from homeward.web.commissioning.views.desk import _do, package_or_404
from homeward.web.front_door.views.professional import visitor_of
from homeward.web.gate import open_page, page
from homeward.web.persons import address_words, short_day
from homeward.web.templating import moment_text
from homeward.web.words import skill_words


@page(Permission.COMMISSION)
@require_POST
def capacity(request: HttpRequest, package_id: int) -> HttpResponse:
    """Ask the plan of each day whether there is room in house, and keep what it says."""
    now = timezone.now()
    one = package_or_404(request, package_id, now).package
    answer = ask_capacity(request.actor, one, now)  # some seconds of search: nothing is held meanwhile
    return _do(request, package_id, "The plan of each day was asked", lambda one, asked, at: keep_capacity_answer(
        actor=request.actor, package=one, answer=answer, now=at
    ))  # fmt: skip


@page(Permission.COMMISSION)
@require_POST
def in_house(request: HttpRequest, package_id: int) -> HttpResponse:
    """The team does it itself."""
    return _do(request, package_id, "The team does this package itself", lambda one, asked, now: do_in_house(
        actor=request.actor, package=one, reason=asked.typed("why_in_house"), now=now
    ))  # fmt: skip


@page(Permission.COMMISSION)
@never_cache
def offers(request: HttpRequest, package_id: int) -> HttpResponse:
    """Every provider beside the package; offers sent are posted here, and their links shown once."""
    now = timezone.now()
    view = package_or_404(request, package_id, now)
    asked = AskedMoney(request.POST if request.method == "POST" else None, {"hours": USUAL_HOURS})
    links = []
    if request.method == "POST":
        by = read_answer_by(asked, now)
        chosen = set(asked.chosen("contracts"))
        if by is not None:
            try:
                sent = send_offers(
                    actor=request.actor, package=view.package, answer_by=by, why_not_in_house=asked.typed("why_not"),
                    contracts=[
                        one for one in contracts(request.actor, view.package.service_id) if str(one.pk) in chosen
                    ],
                    now=now, link_for=lambda token: _link(request, token),
                )  # fmt: skip
            except RefusedError as error:
                asked.errors["contracts"] = [str(error)]
            else:
                links = [(str(offer.contract.provider), _link(request, token)) for offer, token in sent]
                asked = AskedMoney(None, {"hours": USUAL_HOURS})
                view = package_or_404(request, package_id, now)
    told = {
        "service": view.package.service,
        "package": package_page(view, now),
        "offers": offer_rows(offer_choices(request.actor, view.package, now), view.package.state),
        "links": links,
        "form": asked,
        "hours": [("", [(str(hours), f"Within {hours} hours") for hours in HOURS_TO_ANSWER])],
        "is_agreed": view.package.state == PackageState.AGREED,
    }
    return render(request, "commissioning/offers.jinja", told, status=422 if asked.errors else 200)


@page(Permission.COMMISSION)
@require_POST
def choose(request: HttpRequest, package_id: int, offer_id: int) -> HttpResponse:
    """Choose the provider."""
    return _of_offer(request, package_id, offer_id, "The provider is chosen", lambda offer, asked, now: choose_offer(
        actor=request.actor, offer=offer, reason=asked.typed("reason"), now=now
    ))  # fmt: skip


@page(Permission.COMMISSION)
@require_POST
def take_back(request: HttpRequest, package_id: int, offer_id: int) -> HttpResponse:
    """Take an offer back."""
    return _of_offer(request, package_id, offer_id, "The offer is taken back", lambda offer, asked, now: withdraw_offer(
        actor=request.actor, offer=offer, reason=asked.typed("reason"), now=now
    ))  # fmt: skip


@page(Permission.COMMISSION)
@require_POST
def let_go(request: HttpRequest, package_id: int) -> HttpResponse:
    """The chosen provider does not begin after all."""
    return _do(request, package_id, "The provider is let go: ask again", lambda one, asked, now: let_provider_go(
        actor=request.actor, package=one, reason=asked.typed("why"), now=now
    ))  # fmt: skip


@open_page
@never_cache
def portal(request: HttpRequest, token: str) -> HttpResponse:
    """What a provider sees by its link: the care without the person, then, once chosen, who it is. No account."""
    now = timezone.now()
    counting = Actor(name="Offer link", role=Role.MACHINE)
    try:
        # right or wrong, each is counted: guessing a link would take longer than anybody has
        count_form_use(actor=counting, form="offer", visitor=visitor_of(request, now), now=now)
    except TooManyUsesError as error:
        return render(request, "commissioning/portal_ended.jinja", {"why": str(error)}, status=429)
    asked = AskedMoney(request.POST if request.method == "POST" else None)
    try:
        if request.method == "POST":
            start = asked.day("can_start_on")
            try:
                answer_offer(
                    token=token, can_take=asked.typed("answer") == "yes", name=asked.typed("name"),
                    can_start_on=start, text=asked.typed("text"), now=now,
                )  # fmt: skip
            except OfferEndedError:
                raise
            except RefusedError as error:
                asked.errors["answer"] = [str(error)]
            else:
                return redirect("offer", token)
        offer = open_offer(token=token, now=now)
    except OfferEndedError:
        return render(request, "commissioning/portal_ended.jinja", status=404)
    told = {"offer": _portal(offer, now), "form": asked, "token": token, "service": offer.package.service}
    return render(request, "commissioning/portal.jinja", told, status=422 if asked.errors else 200)


def _portal(offer, now) -> dict:
    """What the link shows, of the person nothing before they are chosen."""
    package = offer.package
    told = {
        "provider": str(offer.contract.provider), "state": offer.state, "kind": ServiceKind(package.kind).label,
        "area": package.area or "this area", "starts": short_day(package.starts_on), "needs": package.needs_text,
        "visits": [visit_words(one) for one in package.visits.all()],
        "skills": sorted({skill_words(one.skill) for one in package.visits.all()}),
        "price": f"{money(offer.weekly_pence)} a week by contract {offer.contract.reference}",
        "answer_by": moment_text(offer.answer_by), "answered_by": offer.answered_by,
        "can_start": short_day(offer.can_start_on) if offer.can_start_on else "", "reference": package.reference,
        "today": london_day(now).isoformat(),
    }  # fmt: skip
    if offer.state == OfferState.WON:
        person = package.person
        address = next(iter(current_addresses(person, london_day(now))), None)
        told["person"] = {
            "name": person.label, "reference": person.reference, "address": address_words(address),
            "phone": person.phone or "No phone on record",
        }  # fmt: skip
    return told


def _link(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("offer", args=[token]))


def _of_offer(request: HttpRequest, package_id: int, offer_id: int, done: str, service) -> HttpResponse:
    now = timezone.now()
    package_or_404(request, package_id, now)
    try:
        offer = offer_for(request.actor, offer_id)
    except NotFoundError as error:
        raise Http404 from error
    if offer.package_id != package_id:
        raise Http404
    try:
        service(offer, AskedMoney(request.POST), now)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("commissioning:offers", package_id)
