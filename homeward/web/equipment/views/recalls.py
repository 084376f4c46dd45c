"""Recalls: starting one, ringing everybody who has one, ending it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.equipment.selectors import EquipmentNotFoundError, kind_for, recall_call_subject, recall_for
from homeward.equipment.services import end_recall, log_recall_call, start_recall
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.people.selectors import current_addresses, current_contacts
from homeward.web.equipment.forms import AskedEquipment
from homeward.web.equipment.presenters.store import item_tag
from homeward.web.gate import page
from homeward.web.persons import address_words
from homeward.web.templating import moment_text


@page(Permission.MANAGE_EQUIPMENT)
def start(request: HttpRequest, kind_id: int) -> HttpResponse:
    """Recall a kind, or one batch of it."""
    try:
        kind = kind_for(request.actor, kind_id)
    except EquipmentNotFoundError as error:
        raise Http404 from error
    form = AskedEquipment(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            recall = start_recall(
                actor=request.actor, kind=kind, batch=form.typed("batch"), reason=form.typed("reason"),
                what_to_do=form.typed("what_to_do"), now=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.errors["reason"] = [str(error)]
        else:
            messages.success(request, "Recalled. What is in store is set aside. Now ring whoever has one")
            return redirect("equipment:recall", recall.pk)
    return render(request, "equipment/start_recall.jinja", {"service": kind.service, "kind": kind, "form": form})


@page(Permission.MANAGE_EQUIPMENT)
def recall(request: HttpRequest, recall_id: int, form: AskedEquipment | None = None, acted: str = "") -> HttpResponse:
    """Who has what is recalled, with their telephone numbers, and what is in stores."""
    now, found = timezone.now(), _recall(request, recall_id)
    rows = [
        {
            "loan_id": one.loan.pk, "name": one.loan.person.label, "number": one.loan.item.number,
            "phone": one.loan.person.phone or "not known", "is_reached": one.is_reached,
            "address": address_words(next(iter(current_addresses(one.loan.person, london_day(now))), None)),
            "contacts": [f"{c.name}, {c.relationship} {c.phone}".strip() for c in current_contacts(one.loan.person)],
            "calls": [
                f"{'Told' if call.was_reached else 'Not reached'}, {moment_text(call.at)}, {call.by_name}. {call.note}"
                for call in one.calls
            ],
        }
        for one in found.to_ring
    ]  # fmt: skip
    told = {
        "service": found.recall.kind.service, "recall": found.recall, "rows": rows, "kept_back": found.kept_back,
        "left": sum(not row["is_reached"] for row in rows), "items": [(one, item_tag(one)) for one in found.items],
        "form": form or AskedEquipment(None), "acted": acted,
    }  # fmt: skip
    return render(request, "equipment/recall.jinja", told)


@page(Permission.MANAGE_EQUIPMENT)
@require_POST
def act(request: HttpRequest, recall_id: int, act: str) -> HttpResponse:
    """Write down a call, or end the recall."""
    now, found, form = timezone.now(), _recall(request, recall_id).recall, AskedEquipment(request.POST)
    try:
        if act == "ring":
            loan = recall_call_subject(request.actor, found, whole_number(form.typed("loan")) or 0, now)
            log_recall_call(
                actor=request.actor, recall=found, loan=loan, was_reached=form.typed("reached") == "yes",
                note=form.typed("note"), now=now,
            )  # fmt: skip
        elif act == "end":
            end_recall(actor=request.actor, recall=found, now=now)
        else:
            raise Http404
    except EquipmentNotFoundError as error:
        raise Http404 from error
    except RefusedError as error:
        form.errors["problem"] = [str(error)]
        return recall(request, recall_id, form, f"{act}-{form.typed('loan')}")
    messages.success(request, "Written down" if act == "ring" else "The recall has ended")
    return redirect("equipment:recall", recall_id)


def _recall(request: HttpRequest, recall_id: int):
    try:
        return recall_for(request.actor, recall_id, timezone.now())
    except EquipmentNotFoundError as error:
        raise Http404 from error
