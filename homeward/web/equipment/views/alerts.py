"""Alerts of devices: the live board, one with all that happened, answering it, and messages nobody could read."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.equipment.rules import need_of
from homeward.equipment.selectors import (
    EquipmentNotFoundError,
    alert_for,
    closed_lately,
    message_for,
    messages_to_settle,
    open_alerts,
    silent_devices,
)
from homeward.equipment.services import (
    close_alert,
    need_responder,
    note_try,
    refer_alert,
    say_whose,
    settle_message,
    take_alert,
)
from homeward.equipment.states import AlertOutcome
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import current_addresses, current_alerts, current_contacts
from homeward.procedures.selectors import need_title
from homeward.web.equipment.forms import AskedEquipment
from homeward.web.equipment.presenters.alerts import alert_line, present_alert, present_silent
from homeward.web.equipment.views.planned import planned_round
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.service_choice import service_here, services_here
from homeward.web.templating import moment_text

TOPICS = ("device_alerts", "equipment")
# What closes an alert by hand; a crisis referral closes it by itself
OUTCOMES = [(one.value, one.label, "") for one in AlertOutcome if one != AlertOutcome.CRISIS]


@page(Permission.SEE_RESPONDING)
def board(request: HttpRequest) -> HttpResponse:
    """Every alert nobody has closed, by its clock; devices gone quiet; messages nobody could read."""
    return render(request, "equipment/alerts.jinja", _listed(request))


@page(Permission.SEE_RESPONDING)
def live_board(request: HttpRequest) -> HttpResponse:
    """The part of the board that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or render(request, "equipment/live_alerts.jinja", _listed(request))


def _listed(request: HttpRequest, problem: str = "", settled: int = 0) -> dict:
    now, actor, newest = timezone.now(), request.actor, seen(TOPICS)
    service = service_here(request)
    lines = [alert_line(one, now, actor.account_id) for one in open_alerts(actor, service.pk, now)]
    return {
        "service": service,
        "services": services_here(request),
        "seen": newest,
        "waiting": [one for one in lines if not one.taken_by],
        "answering": [one for one in lines if one.taken_by],
        "closed": [alert_line(one, now, actor.account_id) for one in closed_lately(actor, service.pk, now)],
        "silent": [present_silent(one, now) for one in silent_devices(actor, service.pk, now)],
        "unread": [
            (one.pk, one.sender, moment_text(one.received_at), one.problem)
            for one in messages_to_settle(actor, service.pk)
        ],
        "may_respond": actor.may(Permission.RESPOND),
        "problem": problem,
        "settled": settled,
    }


@page(Permission.SEE_RESPONDING)
def alert(
    request: HttpRequest, device_alert_id: int, form: AskedEquipment | None = None, acted: str = ""
) -> HttpResponse:
    """One alert: how to reach the person, what was done, and what came of it."""
    return render(request, "equipment/alert.jinja", _shown(request, device_alert_id, form, acted))


@page(Permission.SEE_RESPONDING)
def live_alert(request: HttpRequest, device_alert_id: int) -> HttpResponse:
    """The part of an alert's page that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or render(
        request, "equipment/live_alert.jinja", _shown(request, device_alert_id, None, "")
    )


def _shown(request: HttpRequest, device_alert_id: int, form: AskedEquipment | None, acted: str) -> dict:
    now, actor, newest = timezone.now(), request.actor, seen(TOPICS)
    found = _alert(request, device_alert_id)
    person, today = found.person, london_day(now)
    address = next(iter(current_addresses(person, today)), None) if person else None
    contacts = current_contacts(person) if person else []
    warnings = current_alerts(actor, [person.pk], today).get(person.pk, []) if person else []
    need = need_title(need_of(found.kind))
    return {
        "service": found.service,
        "seen": newest,
        "page": present_alert(found, address, contacts, need, now, actor.account_id),
        "warnings": [
            f"{one.get_kind_display()}: {one.text}" if one.text else one.get_kind_display() for one in warnings
        ],
        "form": form or AskedEquipment(None),
        "acted": acted,
        "outcomes": OUTCOMES,
        "may_respond": actor.may(Permission.RESPOND),
        "may_refer": actor.may(Permission.TAKE_REFERRALS),
    }


@page(Permission.RESPOND)
@require_POST
def act(request: HttpRequest, device_alert_id: int, act: str) -> HttpResponse:
    """Answer it, note what was done, send somebody, say whose it is, close it, or make it a crisis referral."""
    now, form = timezone.now(), AskedEquipment(request.POST)
    found = _alert(request, device_alert_id)
    told, done = {"actor": request.actor, "alert": found, "now": now}, "Written down"
    try:
        if act == "take":
            take_alert(**told)
            done = "You are answering this"
        elif act == "tried":
            note_try(**told, text=form.typed("text"))
        elif act == "whose":
            say_whose(**told, number=form.typed("number"))
        elif act == "close":
            close_alert(**told, outcome=form.typed("outcome"), text=form.typed("text"))
            done = "Closed"
        elif act == "send":
            done = planned_round(request, need_responder(**told), now)
        elif act == "refer":
            referral = refer_alert(**told, need_text=form.typed("text"))
            messages.success(request, "A crisis referral is made. Its two hours count from the device’s call")
            return redirect("front_door:referral", referral.pk)
        else:
            raise Http404
    except RefusedError as error:
        form.errors["problem"] = [str(error)]
        return alert(request, device_alert_id, form, act)
    messages.success(request, done)
    return redirect("equipment:alert", device_alert_id)


@page(Permission.RESPOND)
@require_POST
def settle(request: HttpRequest, message_id: int) -> HttpResponse:
    """Say what was done about a message that could not be read."""
    try:
        found = message_for(request.actor, message_id)
    except EquipmentNotFoundError as error:
        raise Http404 from error
    note = request.POST.get("note", "").replace("\0", "")
    try:
        settle_message(actor=request.actor, message=found, note=note, now=timezone.now())
    except RefusedError as error:
        return render(request, "equipment/alerts.jinja", _listed(request, str(error), message_id))
    messages.success(request, "Written down")
    return redirect("equipment:alerts")


def _alert(request: HttpRequest, device_alert_id: int):
    try:
        return alert_for(request.actor, device_alert_id, timezone.now())
    except EquipmentNotFoundError as error:
        raise Http404 from error
