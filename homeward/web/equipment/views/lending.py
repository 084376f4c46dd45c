"""What somebody needs and has: asked for, approved, reserved, delivered, handed over, reviewed, fetched."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission, Sight
from homeward.episodes.selectors import episodes_of
from homeward.equipment.selectors import (
    EquipmentNotFoundError,
    alerts_of_person,
    free_for,
    kinds_of,
    loan_for,
    loans_of_person,
    request_for,
    requests_of_person,
)
from homeward.equipment.services import (
    approve_request,
    ask_for_equipment,
    ask_to_collect,
    cancel_request,
    hand_over,
    plan_delivery,
    plan_loan_visit,
    refuse_request,
    release,
    report_broken,
    reserve,
    review_benefit,
    take_back,
)
from homeward.equipment.states import Helps, RequestState, VisitPurpose
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.web.equipment.forms import AskedEquipment, read_ask, read_device, read_review, tomorrow
from homeward.web.equipment.presenters.alerts import alert_line
from homeward.web.equipment.presenters.lending import present_loan, present_request, stock_choices
from homeward.web.equipment.views.planned import planned_round
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.opening import banner_of

NEEDED_IN = timedelta(days=7)  # what a form for a request begins with


@page(Permission.SEE_EQUIPMENT)
def of_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """What somebody has from us, what is asked for them, and what their devices called about."""
    now = timezone.now()
    person, today = opened(request, person_id, now, Sight.VISIT), london_day(now)
    loans = [present_loan(one, today) for one in loans_of_person(request.actor, person)]
    asked = [present_request(one, today) for one in requests_of_person(request.actor, person)]
    told = {
        "service": person.service,
        "banner": banner_of(request, person, now),
        "person_id": person.pk,
        "loans": [one for one in loans if one.is_open],
        "past": [one for one in loans if not one.is_open],
        "requests": [one for one in asked if one.is_open],
        "not_met": [one for one in asked if one.state in (RequestState.REFUSED, RequestState.CANCELLED)],
        "alerts": [alert_line(one, now, request.actor.account_id) for one in alerts_of_person(request.actor, person)],
    }
    return render(request, "equipment/of_person.jinja", told)


@page(Permission.ASK_EQUIPMENT)
def ask(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask for equipment for somebody; `?form=` is the assessment it came of."""
    now = timezone.now()
    person, today = opened(request, person_id, now, Sight.VISIT), london_day(now)
    usual = {"quantity": "1", "needed_by": (today + NEEDED_IN).isoformat(), "form_id": request.GET.get("form", "")}
    form = AskedEquipment(request.POST if request.method == "POST" else None, usual)
    running = {
        str(one.episode.pk): one.episode
        for one in episodes_of(request.actor, person, now)
        if one.episode.ended_at is None
    }
    if request.method == "POST" and (new := read_ask(form, running, whole_number(form.typed("form_id")))):
        try:
            kept = ask_for_equipment(actor=request.actor, person=person, new=new, now=now)
        except RefusedError as error:
            form.errors["kind"] = [str(error)]
        else:
            messages.success(request, "Asked for")
            return redirect("equipment:request", kept.pk)
    told = {
        "service": person.service, "person": person, "form": form,
        "kinds": [("", [(one.code, f"{one.title}{' (needs approval)' if one.needs_approval else ''}")
                        for one in kinds_of(request.actor, person.service_id)])],
        "episodes": [("", [(key, one.pathway.title) for key, one in running.items()])], "today": today.isoformat(),
    }  # fmt: skip
    return render(request, "equipment/ask.jinja", told)


@page(Permission.SEE_EQUIPMENT)
def asked(request: HttpRequest, asked_id: int, form: AskedEquipment | None = None, acted: str = "") -> HttpResponse:
    """One request: what, for whom, why, by when, and what to do with it next."""
    now, actor = timezone.now(), request.actor
    found, today = _request(request, asked_id), london_day(now)
    is_own = found.asked_by_account_id is not None and found.asked_by_account_id == actor.account_id
    may_manage = actor.may(Permission.MANAGE_EQUIPMENT)
    choices = []
    if found.state == RequestState.TO_FILL and may_manage:
        choices = stock_choices(free_for(actor, found, now))
    told = {
        "service": found.service, "one": present_request(found, today),
        "form": form or AskedEquipment(None, tomorrow(today)),
        "acted": acted, "choices": choices, "may_manage": may_manage,
        "may_approve": actor.may(Permission.APPROVE_EQUIPMENT) and not is_own, "is_own": is_own,
        "may_ask": actor.may(Permission.ASK_EQUIPMENT), "today": today.isoformat(),
    }  # fmt: skip
    return render(request, "equipment/request.jinja", told)


@page(Permission.SEE_EQUIPMENT)
@require_POST
def request_act(request: HttpRequest, asked_id: int, act: str) -> HttpResponse:
    """Approve, refuse, reserve, give back, plan the delivery, or say that it is not needed any more."""
    now, form = timezone.now(), AskedEquipment(request.POST)
    found = _request(request, asked_id)
    told = {"actor": request.actor, "request": found, "now": now}
    done = "Written down"
    try:
        if act == "approve":
            approve_request(**told)
        elif act == "refuse":
            refuse_request(**told, reason=form.typed("reason"))
        elif act == "reserve":
            reserve(**told, **_chosen(request, found, form, now))
            done = "Reserved. Now plan its delivery, or record that it was handed over"
        elif act == "release":
            release(**told, reason=form.typed("reason"))
        elif act == "cancel":
            cancel_request(**told, reason=form.typed("reason"))
        elif act == "deliver":
            if window := form.window(now):
                visit = plan_delivery(**told, opens_at=window[0], closes_at=window[1])
                done = _planned(request, visit, now)
        else:
            raise Http404
    except RefusedError as error:
        form.errors["problem"] = [str(error)]
    if form.errors:
        return asked(request, asked_id, form, act)
    messages.success(request, done)
    return redirect("equipment:request", asked_id)


def _chosen(request: HttpRequest, found, form: AskedEquipment, now) -> dict:
    free, (sort, _, number) = free_for(request.actor, found, now), form.typed("stock").partition("-")
    rows = free.items if sort == "item" else free.shelves
    one = next((row for row in rows if str(row.pk) == number), None)
    if one is None:
        raise RefusedError("Choose one that is free. Somebody may have taken it meanwhile.")
    return {"item" if sort == "item" else "shelf": one}


def _planned(request: HttpRequest, visit, now) -> str:
    if visit.day != london_day(now) or not request.actor.may(Permission.PLAN_DAY):
        return "A visit is made. It is planned with the rest of its day"
    return planned_round(request, visit, now)


@page(Permission.SEE_TODAY)
def handing_over(request: HttpRequest, asked_id: int) -> HttpResponse:
    """Record that something was handed over, and what was shown: at the visit, or by the store."""
    now = timezone.now()
    found = _request(request, asked_id, Sight.VISIT)
    form = AskedEquipment(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        device = read_device(form) if found.kind.is_alerting else None
        try:
            hand_over(
                actor=request.actor, request=found, shown=form.typed("shown"), shown_to=form.typed("shown_to"),
                device=device, now=now,
            )  # fmt: skip
        except RefusedError as error:
            form.errors["shown"] = [str(error)]
        else:
            messages.success(request, "Handed over")
            if request.actor.may(Permission.SEE_EQUIPMENT):
                return redirect("equipment:of_person", found.person_id)
            return redirect("today:day")
    told = {"service": found.service, "one": present_request(found, london_day(now)), "form": form}
    return render(request, "equipment/hand_over.jinja", told)


@page(Permission.SEE_EQUIPMENT)
def loan(request: HttpRequest, loan_id: int, form: AskedEquipment | None = None, acted: str = "") -> HttpResponse:
    """One loan: what it is, its visits and reviews, and what can be done."""
    now, actor = timezone.now(), request.actor
    found, today = _loan(request, loan_id), london_day(now)
    usual = tomorrow(today) | {"reviewed_on": today.isoformat(), "purpose": "collect", "lost": "no"}
    told = {
        "service": found.service, "one": present_loan(found, today), "acted": acted,
        "form": form or AskedEquipment(None, usual),
        "may_manage": actor.may(Permission.MANAGE_EQUIPMENT), "may_review": actor.may(Permission.ASK_EQUIPMENT),
        "helps": [(one.value, one.label, "") for one in Helps], "today": today.isoformat(),
        "purposes": [(one.value, one.label, "") for one in VisitPurpose if one != VisitPurpose.DELIVER],
    }  # fmt: skip
    return render(request, "equipment/loan.jinja", told)


@page(Permission.SEE_EQUIPMENT)
@require_POST
def loan_act(request: HttpRequest, loan_id: int, act: str) -> HttpResponse:
    """Report it broken, review it, plan a visit, ask for it to be fetched, take it back."""
    now, form = timezone.now(), AskedEquipment(request.POST)
    found = _loan(request, loan_id)
    told = {"actor": request.actor, "loan": found, "now": now}
    done = "Written down"
    try:
        if act == "broken":
            report_broken(**told, what=form.typed("what"))
            done = "The store is told"
        elif act == "collect":
            ask_to_collect(**told, reason=form.typed("reason"))
            done = "It is on the store’s list to collect"
        elif act == "review":
            if new := read_review(form, london_day(now)):
                review_benefit(**told, new=new)
        elif act == "visit":
            if window := form.window(now):
                visit = plan_loan_visit(**told, purpose=form.typed("purpose"), opens_at=window[0], closes_at=window[1])
                done = _planned(request, visit, now)
        elif act == "back":
            usable, value = form.number("usable"), form.pence("value")
            if not form.errors:
                lost = form.typed("lost") == "yes"
                take_back(**told, why=form.typed("why"), is_lost=lost, usable=usable, value_pence=value)
        else:
            raise Http404
    except RefusedError as error:
        form.errors["problem"] = [str(error)]
    if form.errors:
        return loan(request, loan_id, form, act)
    messages.success(request, done)
    return redirect("equipment:loan", loan_id)


def _request(request: HttpRequest, asked_id: int, at_least: Sight = Sight.CARD):
    try:
        return request_for(request.actor, asked_id, timezone.now(), at_least)
    except EquipmentNotFoundError as error:
        raise Http404 from error


def _loan(request: HttpRequest, loan_id: int):
    try:
        return loan_for(request.actor, loan_id, timezone.now())
    except EquipmentNotFoundError as error:
        raise Http404 from error
