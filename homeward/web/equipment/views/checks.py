"""The checks of the stores: what is due, booking somebody who does them, and recording what was found."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.equipment.selectors import EquipmentNotFoundError, checks_due, checks_wanted, stores_for
from homeward.equipment.services import Wanted, book_checks, record_checks
from homeward.equipment.states import CheckSort
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.web.equipment.forms import AskedEquipment
from homeward.web.equipment.presenters import checks as presenters
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here
from homeward.web.words import counted


@page(Permission.SEE_EQUIPMENT)
def checks(request: HttpRequest) -> HttpResponse:
    """The checks that are due or overdue, by store and day, with what is booked, what failed and what lies idle."""
    return _list(request, AskedEquipment(None, {"done_on": london_day(timezone.now()).isoformat(), "passed": "yes"}))


def _list(request: HttpRequest, form: AskedEquipment, acted: str = "") -> HttpResponse:
    now, service = timezone.now(), service_here(request)
    chosen = request.POST if request.method == "POST" else request.GET
    stores = [(str(one.pk), one.name) for one in stores_for(request.actor, service.pk)]
    store = chosen.get("store", "") if chosen.get("store", "") in dict(stores) else ""
    where = chosen.get("where", "") if chosen.get("where", "") in dict(presenters.WHERE) else ""
    days, ahead = presenters.ahead_of(chosen.get("ahead", ""))
    found = checks_due(request.actor, service.pk, now, ahead=ahead, store_id=int(store) if store else None, where=where)
    told = {
        "service": service,
        "services": services_here(request),
        "form": form,
        "acted": acted,
        "checks": presenters.present_checks(found, london_day(now)),
        "stores": stores,
        "aheads": presenters.AHEAD,
        "wheres": presenters.WHERE,
        "wanted": {"store": store, "where": where, "ahead": days},
        "chosen": frozenset(form.posted.getlist("check")) if form.posted is not None else frozenset(),
        "may_manage": request.actor.may(Permission.MANAGE_EQUIPMENT),
    }
    return render(request, "equipment/checks.jinja", told)


@page(Permission.MANAGE_EQUIPMENT)
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Book the checks that were chosen, or record what was found."""
    now, form = timezone.now(), AskedEquipment(request.POST)
    does = form.typed("do")
    if does not in ("book", "record"):
        raise Http404
    try:
        done = _book(request, form, now) if does == "book" else _record(request, form, now)
    except RefusedError as error:
        form.errors["check" if not form.posted.getlist("check") else "problem"] = [str(error)]
    if form.errors:
        return _list(request, form, does)
    messages.success(request, done)
    wanted = urlencode({name: form.typed(name) for name in ("store", "where", "ahead") if form.typed(name)})
    return redirect(f"{reverse('equipment:checks')}?{wanted}" if wanted else "equipment:checks")


def _book(request: HttpRequest, form: AskedEquipment, now) -> str:
    day, who = form.day("day", missing="Say on which day"), form.typed("who")
    if not who:
        form.errors["who"] = ["Say who comes to check: a name or a firm"]
    if form.errors:
        return ""
    rows = book_checks(actor=request.actor, wanted=_wanted(request), day=day, who=who, now=now)
    return f"{counted(len(rows), 'check')} booked"


def _record(request: HttpRequest, form: AskedEquipment, now) -> str:
    done_on = form.day("done_on", missing="Say on which day")
    is_passed = form.typed("passed") == "yes"
    if form.typed("passed") not in ("yes", "no"):
        form.errors["passed"] = ["Say whether it passed"]
    elif not is_passed and not form.typed("note"):
        form.errors["note"] = ["Say what is wrong with it"]
    if form.errors:
        return ""
    rows = record_checks(
        actor=request.actor, wanted=_wanted(request), done_on=done_on, is_passed=is_passed, note=form.typed("note"),
        done_by=form.typed("done_by"), now=now,
    )  # fmt: skip
    return f"{counted(len(rows), 'check')} recorded"


def _wanted(request: HttpRequest) -> list[Wanted]:
    chosen = []
    for key in request.POST.getlist("check"):
        number, _, sort = key.partition("-")
        if whole_number(number) is None or sort not in CheckSort.values:
            raise Http404
        chosen.append((whole_number(number), sort))
    try:
        return [Wanted(item, CheckSort(sort)) for item, sort in checks_wanted(request.actor, chosen)]
    except EquipmentNotFoundError as error:
        raise Http404 from error
