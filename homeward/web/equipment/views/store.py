"""The store: its day, the catalogue, stock, items with their history, labels and scanning."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.equipment.rules import number_in
from homeward.equipment.selectors import (
    EquipmentNotFoundError,
    answer_figures,
    benefit_figures,
    booking_for,
    catalogue_of,
    item_for,
    item_numbered,
    items_to_label,
    kind_for,
    services_to_share_with,
    stock_of,
    store_day,
    store_for,
    stores_for,
)
from homeward.equipment.services import (
    NewStock,
    Wanted,
    add_usual_kinds,
    book_checks,
    call_off_check,
    correct_count,
    find_item,
    install_device,
    lose_item,
    move_item,
    open_store,
    receive_stock,
    record_check,
    set_aside,
    set_kind,
    settle_item,
    share_store,
)
from homeward.equipment.states import CheckSort, Condition, ItemState, Tracking
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.procedures.selectors import library, skill_title
from homeward.teams.selectors import referring_organisations
from homeward.web.equipment.forms import AskedEquipment, kind_as_asked, read_device, read_kind
from homeward.web.equipment.presenters import store as presenters
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here

BENEFIT_DAYS = 365


@page(Permission.SEE_EQUIPMENT)
def store(request: HttpRequest) -> HttpResponse:
    """What the store has to see to."""
    now, service = timezone.now(), service_here(request)
    day = store_day(request.actor, service.pk, now)
    told = {
        "service": service,
        "services": services_here(request),
        "sections": presenters.present_day(day, now, [service.pk]),
        "has_catalogue": bool(catalogue_of(request.actor, service.pk)),
    }
    return render(request, "equipment/store.jinja", told)


@page(Permission.SEE_EQUIPMENT)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every kind with how many are free, lent and asked for."""
    service = service_here(request)
    told = {
        "service": service,
        "services": services_here(request),
        "kinds": [presenters.present_kind(line) for line in catalogue_of(request.actor, service.pk)],
    }
    return render(request, "equipment/catalogue.jinja", told)


@page(Permission.MANAGE_EQUIPMENT)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin the catalogue with the kinds most services lend."""
    service = service_here(request)
    count = add_usual_kinds(actor=request.actor, service_id=service.pk, now=timezone.now())
    messages.success(request, f"{count} kinds added. Look at each: what is marked as a local decision is yours to make")
    return redirect("equipment:catalogue")


@page(Permission.MANAGE_EQUIPMENT)
def new_kind(request: HttpRequest) -> HttpResponse:
    """Add a kind to the catalogue."""
    usual = {"tracking": Tracking.SERIALISED, "skill": "equipment_fitting", "fit_minutes": "45", "fitters": "1",
             "is_offered": "yes"}  # fmt: skip
    return _kind_form(request, service_here(request), AskedEquipment(_posted(request), usual), None)


@page(Permission.MANAGE_EQUIPMENT)
def change_kind(request: HttpRequest, kind_id: int) -> HttpResponse:
    """Change a kind of the catalogue."""
    found = _kind(request, kind_id)
    form = AskedEquipment(request.POST) if request.method == "POST" else kind_as_asked(found)
    return _kind_form(request, found.service, form, found)


def _kind_form(request: HttpRequest, service, form: AskedEquipment, kind) -> HttpResponse:
    if request.method == "POST" and (new := read_kind(form)):
        try:
            kept = set_kind(actor=request.actor, service_id=service.pk, new=new, kind=kind, now=timezone.now())
        except RefusedError as error:
            form.errors["title"] = [str(error)]
        else:
            messages.success(request, "Kept")
            return redirect("equipment:kind", kept.pk)
    skills = sorted(((one.code, skill_title(one.code)) for one in library().skills), key=lambda one: one[1])
    told = {
        "service": service, "form": form, "kind": kind, "skills": [("", skills)],
        "trackings": [(one.value, one.label, "") for one in Tracking],
    }  # fmt: skip
    return render(request, "equipment/kind_form.jinja", told)


@page(Permission.SEE_EQUIPMENT)
def kind(request: HttpRequest, kind_id: int, form: AskedEquipment | None = None, acted: str = "") -> HttpResponse:
    """One kind: how it is kept, what there is of it and where, and taking more into stock."""
    now, found = timezone.now(), _kind(request, kind_id)
    stock = stock_of(request.actor, found, now)
    stores = [one for one in stores_for(request.actor, found.service_id) if one.service_id == found.service_id]
    owners = [("", [(str(one.pk), one.name) for one in referring_organisations(found.service_id)])]
    told = {
        "service": found.service,
        "kind": found,
        "facts": presenters.kind_facts(found),
        "items": presenters.present_stock(stock, london_day(now), request.actor.service_ids),
        "shelves": stock.shelves,
        "stores": [("", [(str(one.pk), one.name) for one in stores])],
        "owners": owners,
        "is_counted": found.tracking == Tracking.COUNTED,
        "form": form or AskedEquipment(None, {"quantity": "1"}),
        "acted": acted,
    }
    return render(request, "equipment/kind.jinja", told)


@page(Permission.MANAGE_EQUIPMENT)
@require_POST
def receive(request: HttpRequest, kind_id: int) -> HttpResponse:
    """Take new things into stock; those with numbers go on to their labels."""
    found, form = _kind(request, kind_id), AskedEquipment(request.POST)
    quantity, cost = form.number("quantity", "Enter how many"), form.pence("cost")
    stores = {str(one.pk): one for one in stores_for(request.actor, found.service_id)}
    known = {str(one.pk): one for one in referring_organisations(found.service_id)}
    for name, rows, words in (("store", stores, "Choose the store"), ("owner", known, "Choose who owns it")):
        if form.typed(name) not in rows:
            form.errors[name] = [words]
    if not form.errors:
        new = NewStock(
            kind=found, store=stores[form.typed("store")], owner=known[form.typed("owner")], quantity=quantity or 0,
            serials=form.typed("serials").splitlines(), batch=form.typed("batch"), maker=form.typed("maker"),
            payer=known.get(form.typed("payer")), cost_pence=cost,
        )  # fmt: skip
        try:
            items = receive_stock(actor=request.actor, new=new, now=timezone.now())
        except RefusedError as error:
            form.errors["quantity"] = [str(error)]
        else:
            messages.success(request, f"{quantity} taken into stock")
            if not items:
                return redirect("equipment:kind", kind_id)
            numbers = urlencode([("item", one.pk) for one in items])
            return redirect(f"{reverse('equipment:labels')}?{numbers}")
    return kind(request, kind_id, form, "receive")


@page(Permission.MANAGE_EQUIPMENT)
@require_POST
def count(request: HttpRequest, shelf_id: int) -> HttpResponse:
    """Put right how many there are."""
    form = AskedEquipment(request.POST)
    found = _kind(request, form.number("kind", "Open the kind again") or 0)
    shelf = next((one for one in stock_of(request.actor, found, timezone.now()).shelves if one.pk == shelf_id), None)
    if shelf is None:
        raise Http404
    counted = form.number("counted", "Enter how many you counted")
    if not form.errors:
        try:
            correct_count(
                actor=request.actor, shelf=shelf, counted=counted or 0, reason=form.typed("reason"), now=timezone.now()
            )
        except RefusedError as error:
            form.errors["counted"] = [str(error)]
        else:
            messages.success(request, "The count is put right")
            return redirect("equipment:kind", found.pk)
    return kind(request, found.pk, form, f"count-{shelf_id}")


@page(Permission.MANAGE_EQUIPMENT)
def stores(request: HttpRequest) -> HttpResponse:
    """The stores, whom each is shared with, and opening one."""
    service, form = service_here(request), AskedEquipment(_posted(request))
    if request.method == "POST":
        try:
            open_store(
                actor=request.actor, service_id=service.pk, name=form.typed("name"), lines=form.typed("lines"),
                postcode=form.typed("postcode"), now=timezone.now(),
            )  # fmt: skip
        except RefusedError as error:
            form.errors["name"] = [str(error)]
        else:
            messages.success(request, "The store is open")
            return redirect("equipment:stores")
    rows = stores_for(request.actor, service.pk)
    told = {
        "service": service,
        "services": services_here(request),
        "form": form,
        "stores": [
            (one, [other.name for other in one.shared_with.all()], _others(request, one, service)) for one in rows
        ],
    }
    return render(request, "equipment/stores.jinja", told)


def _others(request: HttpRequest, one, service) -> list:
    if one.service_id != service.pk:
        return []
    shared = {other.pk for other in one.shared_with.all()}
    return [(other, other.pk in shared) for other in services_to_share_with(request.actor, one)]


@page(Permission.MANAGE_EQUIPMENT)
@require_POST
def share(request: HttpRequest, store_id: int) -> HttpResponse:
    """Say which services may lend from a store."""
    try:
        found = store_for(request.actor, store_id)
    except EquipmentNotFoundError as error:
        raise Http404 from error
    chosen = set(request.POST.getlist("with"))
    services = [one for one in services_to_share_with(request.actor, found) if str(one.pk) in chosen]
    share_store(actor=request.actor, store=found, services=services, now=timezone.now())
    messages.success(request, f"{found.name} is shared with {', '.join(one.name for one in services) or 'nobody'}")
    return redirect("equipment:stores")


@page(Permission.MANAGE_EQUIPMENT)
def labels(request: HttpRequest) -> HttpResponse:
    """Labels to print: of the items named, or of the newest."""
    numbers = [number for text in request.GET.getlist("item")[:200] if (number := whole_number(text))]
    service = service_here(request)
    items = items_to_label(request.actor, service.pk, numbers)
    told = {"labels": presenters.present_labels(items, settings.HOMEWARD_ADDRESS), "service": service}
    return render(request, "equipment/labels.jinja", told)


@page(Permission.SEE_EQUIPMENT)
def scan(request: HttpRequest) -> HttpResponse:
    """Open an item by its label: typed, or by a scanner that types for you."""
    code, problem = request.GET.get("code", "").replace("\0", "")[:300], ""
    if code:
        try:
            return redirect("equipment:item", item_numbered(request.actor, code).pk)
        except EquipmentNotFoundError:
            known = number_in(code)
            problem = f"No item here has the number {known}." if known else (
                "That is no label of ours, and not one serial number of ours either. Type the number under the square."
            )  # fmt: skip
    return render(request, "equipment/scan.jinja", {"service": service_here(request), "code": code, "problem": problem})


@page(Permission.SEE_EQUIPMENT)
def item(request: HttpRequest, item_id: int, form: AskedEquipment | None = None, acted: str = "") -> HttpResponse:
    """One item: where it is, whose it is, its checks and all that moved it."""
    now, found = timezone.now(), _item(request, item_id)
    row, today = found.item, london_day(now)
    usual = {"done_on": today.isoformat(), "sort": "safety", "passed": "yes"}
    usual["booking"] = str(found.booked[0].pk) if found.booked else ""
    told = {
        "service": row.store.service if row.store.service_id in request.actor.service_ids else service_here(request),
        "item": presenters.present_item(found, today),
        "form": form or AskedEquipment(None, usual),
        "acted": acted,
        "stores": [("", [(str(one.pk), one.name) for one in stores_for(request.actor, service_here(request).pk)])],
        "sorts": [(one.value, one.label, "") for one in CheckSort],
        "conditions": [(one.value, one.label, "") for one in Condition],
        "today": today.isoformat(),
        "may_manage": request.actor.may(Permission.MANAGE_EQUIPMENT) and row.state != ItemState.SCRAPPED,
    }
    return render(request, "equipment/item.jinja", told)


@page(Permission.MANAGE_EQUIPMENT)
@require_POST
def item_act(request: HttpRequest, item_id: int, act: str) -> HttpResponse:
    """Check an item, book a check or call it off, move it, set it aside, say what becomes of it, or name it to its
    centre."""
    now, found, form = timezone.now(), _item(request, item_id).item, AskedEquipment(request.POST)
    told = {"actor": request.actor, "item": found, "now": now}
    try:
        _act_on_item(request, act, form, told)
    except RefusedError as error:
        form.errors["problem"] = [str(error)]
    if form.errors:
        return item(request, item_id, form, act)
    messages.success(request, "Written down")
    return redirect("equipment:item", item_id)


def _act_on_item(request: HttpRequest, act: str, form: AskedEquipment, told: dict) -> None:
    reason = form.typed("reason")
    if act == "check":
        done_on = form.day("done_on", missing="Say on which day")
        if done_on:
            record_check(
                **told, sort=form.typed("sort"), done_on=done_on, is_passed=form.typed("passed") == "yes", note=reason,
                done_by=form.typed("done_by"),
            )  # fmt: skip
    elif act == "book":
        day = form.day("day", missing="Say on which day")
        if day:
            wanted = [Wanted(told["item"], form.typed("sort"))]
            book_checks(actor=told["actor"], wanted=wanted, day=day, who=form.typed("who"), now=told["now"])
    elif act == "call-off":
        call_off_check(
            actor=told["actor"], booking=_booking(request, told["item"], form), reason=reason, now=told["now"]
        )
    elif act == "settle":
        value = form.pence("value")
        if not form.errors:
            settle_item(**told, condition=form.typed("condition"), reason=reason, value_pence=value)
    elif act == "set-aside":
        set_aside(**told, fault=reason)
    elif act == "lose":
        lose_item(**told, reason=reason)
    elif act == "find":
        find_item(**told)
    elif act == "move":
        move_item(**told, store=_store(request, form.typed("store")))
    elif act == "device":
        install_device(**told, new=read_device(form))
    else:
        raise Http404


def _booking(request: HttpRequest, found, form: AskedEquipment):
    try:
        return booking_for(request.actor, found, whole_number(form.typed("booking")) or 0)
    except EquipmentNotFoundError as error:
        raise RefusedError("Choose the booking to call off.") from error


def _store(request: HttpRequest, number: str):
    try:
        return store_for(request.actor, whole_number(number) or 0)
    except EquipmentNotFoundError as error:
        raise RefusedError("Choose the store.") from error


@page(Permission.SEE_EQUIPMENT)
def benefit(request: HttpRequest) -> HttpResponse:
    """What equipment changed in a year, beside what others published."""
    service, today = service_here(request), london_day(timezone.now())
    first = today - timedelta(days=BENEFIT_DAYS)
    found = benefit_figures(request.actor, service.pk, first, today)
    answers = answer_figures(request.actor, service.pk, first, today)
    told = {
        "service": service,
        "services": services_here(request),
        "rows": presenters.present_benefit(found, answers),
        "reviewed": found.reviewed,
    }
    return render(request, "equipment/benefit.jinja", told)


def _posted(request: HttpRequest):
    return request.POST if request.method == "POST" else None


def _kind(request: HttpRequest, kind_id: int):
    try:
        return kind_for(request.actor, kind_id)
    except EquipmentNotFoundError as error:
        raise Http404 from error


def _item(request: HttpRequest, item_id: int):
    try:
        return item_for(request.actor, item_id, timezone.now())
    except EquipmentNotFoundError as error:
        raise Http404 from error
