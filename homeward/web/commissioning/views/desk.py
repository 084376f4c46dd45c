"""The work list, a package, and what becomes of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import NotAllowedError, Permission, Sight
from homeward.commissioning.selectors import (
    NotFoundError,
    PackageView,
    package_for,
    pool_lines,
    variation_for,
    work_list,
)
from homeward.commissioning.services import (
    decide_variation,
    end_package,
    resume_packages,
    start_package,
    suspend_packages,
    tie_to_pool_line,
    withdraw_package,
)
from homeward.commissioning.states import EndReason, SuspensionReason
from homeward.kernel.rules import RefusedError, whole_number
from homeward.web.clinics.presenters import kept_back_words
from homeward.web.commissioning.forms import AskedMoney
from homeward.web.commissioning.presenters.packages import package_page, work_sections
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.people.opening import opened
from homeward.web.service_choice import service_here, services_here

TOPICS = ("commissioning",)


@page(Permission.COMMISSION)
def work(request: HttpRequest) -> HttpResponse:
    """Every package by what it waits for."""
    return render(request, "commissioning/work.jinja", _listed(request) | {"services": services_here(request)})


@page(Permission.COMMISSION)
def live(request: HttpRequest) -> HttpResponse:
    """The list again, where something changed."""
    return unchanged(request, TOPICS) or render(request, "commissioning/live_work.jinja", _listed(request))


def _listed(request: HttpRequest) -> dict:
    service, now, seen_now = service_here(request), timezone.now(), seen(TOPICS)
    told = work_list(request.actor, service.pk, now)
    return {
        "service": service, "seen": seen_now, "sections": work_sections(told.lines, now),
        "kept_back": kept_back_words(told.kept_back),
    }  # fmt: skip


@page(Permission.ASK_PACKAGES)
def package(request: HttpRequest, package_id: int) -> HttpResponse:
    """One package: what is asked for, how it stands, and everything that happened."""
    now = timezone.now()
    view = package_or_404(request, package_id, now)
    is_buyer = request.actor.may(Permission.COMMISSION)
    lines = pool_lines(request.actor, view.package.service_id) if is_buyer else []
    told = {
        "service": view.package.service,
        "package": package_page(view, now),
        "is_buyer": is_buyer,
        "end_reasons": [("", [(one.value, one.label) for one in EndReason])],
        "suspension_reasons": [("", [(one.value, one.label) for one in SuspensionReason])],
        "pool_lines": [("", [(str(one.pk), f"{one.pool.name}: {one.title}") for one in lines])],
        "form": AskedMoney(
            None,
            {
                "day": now.date().isoformat(), "last_day": now.date().isoformat(), "reason": "hospital",
                "pool_line": str(view.package.pool_line_id or ""),
            },
        ),
    }  # fmt: skip
    return render(request, "commissioning/package.jinja", told)


@page(Permission.COMMISSION)
@require_POST
def start(request: HttpRequest, package_id: int) -> HttpResponse:
    """The chosen provider began."""
    return _do(request, package_id, "The start is recorded", lambda one, asked, now: start_package(
        actor=request.actor, package=one, day=_day(asked, "day"), now=now
    ))  # fmt: skip


@page(Permission.ASK_PACKAGES)
@require_POST
def end(request: HttpRequest, package_id: int) -> HttpResponse:
    """The package ends."""
    return _do(request, package_id, "The package is ended", lambda one, asked, now: end_package(
        actor=request.actor, package=one, last_day=_day(asked, "last_day"), reason=asked.typed("end_reason"),
        text=asked.typed("text"), now=now,
    ))  # fmt: skip


@page(Permission.ASK_PACKAGES)
@require_POST
def withdraw(request: HttpRequest, package_id: int) -> HttpResponse:
    """The package is not needed any more."""
    return _do(request, package_id, "The package is taken back", lambda one, asked, now: withdraw_package(
        actor=request.actor, package=one, reason=asked.typed("why"), now=now
    ))  # fmt: skip


@page(Permission.ASK_PACKAGES)
@require_POST
def suspend(request: HttpRequest, package_id: int) -> HttpResponse:
    """Nothing is to be delivered for a while."""

    def service(one, asked: AskedMoney, now):
        person = opened(request, one.person_id, now, Sight.VISIT)
        told = {"from_day": _day(asked, "day"), "reason": asked.typed("reason"), "now": now}
        if not suspend_packages(actor=request.actor, person=person, **told):
            raise RefusedError("It is suspended on these days already.")

    return _do(request, package_id, "The person’s packages are suspended", service)


@page(Permission.ASK_PACKAGES)
@require_POST
def resume(request: HttpRequest, package_id: int) -> HttpResponse:
    """Care goes on."""

    def service(one, asked: AskedMoney, now):
        person = opened(request, one.person_id, now, Sight.VISIT)
        resume_packages(actor=request.actor, person=person, first_day=_day(asked, "day"), now=now)

    return _do(request, package_id, "The person’s packages are resumed", service)


@page(Permission.COMMISSION)
@require_POST
def pool(request: HttpRequest, package_id: int) -> HttpResponse:
    """Say from which budget it is paid."""

    def service(one, asked: AskedMoney, now):
        wanted = whole_number(asked.typed("pool_line"))
        line = next((row for row in pool_lines(request.actor, one.service_id) if row.pk == wanted), None)
        tie_to_pool_line(actor=request.actor, package=one, line=line, now=now)

    return _do(request, package_id, "The budget is set", service)


@page(Permission.COMMISSION)
@require_POST
def decide(request: HttpRequest, package_id: int, variation_id: int) -> HttpResponse:
    """Approve or refuse a change that somebody else asked for."""

    def service(one, asked: AskedMoney, now):
        try:
            variation = variation_for(request.actor, variation_id)
        except NotFoundError as error:
            raise Http404 from error
        if variation.package_id != one.pk:
            raise Http404
        approve = asked.typed("decision") == "approve"
        try:
            decide_variation(
                actor=request.actor, variation=variation, approve=approve, text=asked.typed("text"), now=now
            )
        except NotAllowedError as error:  # asked for by the same: no page of its own
            raise RefusedError(str(error)) from error

    return _do(request, package_id, "Decided", service)


def package_or_404(request: HttpRequest, package_id: int, now) -> PackageView:
    """A package of the reader's services, the opening of the record checked and audited."""
    try:
        return package_for(request.actor, package_id, now)
    except NotFoundError as error:
        raise Http404 from error


def _do(request: HttpRequest, package_id: int, done: str, service) -> HttpResponse:
    now = timezone.now()
    one = package_or_404(request, package_id, now).package
    try:
        service(one, AskedMoney(request.POST), now)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("commissioning:package", package_id)


def _day(asked: AskedMoney, name: str):
    """A day that a small form must give.

    Raises: RefusedError.
    """
    day = asked.day(name, missing="Enter the day")
    if day is None:
        raise RefusedError(asked.errors[name][0] + ".")
    return day
