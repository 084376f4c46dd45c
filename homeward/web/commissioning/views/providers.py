"""Providers, their contracts and prices."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.commissioning import selectors, services
from homeward.commissioning.selectors import NotFoundError
from homeward.commissioning.states import ProviderKind, RateTime, RateUnit, ServiceKind
from homeward.kernel.rules import RefusedError, london_day
from homeward.web.commissioning.forms import AskedMoney, read_contract, read_provider, read_rate
from homeward.web.commissioning.presenters.words import hours, money
from homeward.web.gate import page
from homeward.web.persons import short_day
from homeward.web.service_choice import service_here, services_here
from homeward.web.words import counted

USUAL_CONTRACT = {
    "night_from": "22:00", "night_until": "07:00", "start_tolerance": "30", "length_tolerance": "5"
}  # fmt: skip
KINDS = [("", [(one.value, one.label) for one in ProviderKind])]


@page(Permission.COMMISSION)
def listed(request: HttpRequest) -> HttpResponse:
    """Every provider."""
    service = service_here(request)
    rows = [
        {
            "id": one.pk, "name": str(one), "kind": ProviderKind(one.kind).label, "is_active": one.is_active,
            "quality": "No score" if one.quality is None else f"{one.quality} of 100",
            "contracts": counted(len(one.contracts.all()), "contract"),
            "packages": counted(
                sum(row.state == "started" for deal in one.contracts.all() for row in deal.packages.all()), "package"
            ),
        }
        for one in selectors.providers(request.actor, service.pk)
    ]  # fmt: skip
    told = {"service": service, "services": services_here(request), "providers": rows}
    return render(request, "commissioning/providers.jinja", told)


@page(Permission.COMMISSION)
def new(request: HttpRequest) -> HttpResponse:
    """Add a provider."""
    service = service_here(request)
    asked = AskedMoney(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        told = read_provider(asked)
        if not asked.errors:
            try:
                made = services.add_provider(actor=request.actor, service_id=service.pk, new=told, now=timezone.now())
            except RefusedError as error:
                asked.errors["name"] = [str(error)]
            else:
                messages.success(request, "The provider is added. Add its contract next.")
                return redirect("commissioning:provider", made.pk)
    told = {"service": service, "form": asked, "kinds": KINDS}
    return render(request, "commissioning/new_provider.jinja", told, status=422 if asked.errors else 200)


@page(Permission.COMMISSION)
def provider(request: HttpRequest, provider_id: int) -> HttpResponse:
    """A provider with its contracts; a change of it is posted here."""
    found = _found(selectors.provider_for, request, provider_id)
    usual = {
        "name": found.organisation.name, "kind": found.kind, "email": found.email, "phone": found.phone,
        "quality": "" if found.quality is None else str(found.quality), "quality_source": found.quality_source,
        "is_active": "yes" if found.is_active else "",
    }  # fmt: skip
    asked = AskedMoney(request.POST if request.method == "POST" else None, usual)
    if request.method == "POST":
        told = read_provider(asked)
        if not asked.errors:
            try:
                services.change_provider(
                    actor=request.actor, provider=found, new=told, is_active=bool(asked.typed("is_active")),
                    now=timezone.now(),
                )  # fmt: skip
            except RefusedError as error:
                asked.errors["kind"] = [str(error)]
            else:
                messages.success(request, "The provider is changed.")
                return redirect("commissioning:provider", provider_id)
    rows = [
        {
            "id": one.pk, "reference": one.reference, "runs": _runs(one), "areas": ", ".join(one.areas) or "Everywhere",
            "kinds": ", ".join(ServiceKind(kind).label for kind in one.kinds),
            "prices": counted(len(one.rates.all()), "price"),
        }
        for one in sorted(found.contracts.all(), key=lambda one: one.starts_on, reverse=True)
    ]  # fmt: skip
    told = {
        "service": found.service, "id": found.pk, "name": found.organisation.name, "contracts": rows, "form": asked,
        "kinds": KINDS, "kind": ProviderKind(found.kind).label,
    }  # fmt: skip
    return render(request, "commissioning/provider.jinja", told, status=422 if asked.errors else 200)


@page(Permission.COMMISSION)
def new_contract(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Add a contract."""
    found = _found(selectors.provider_for, request, provider_id)
    usual = USUAL_CONTRACT | {"starts_on": london_day(timezone.now()).isoformat()}
    asked = AskedMoney(request.POST if request.method == "POST" else None, usual, {"kinds": ["home_care"]})
    if request.method == "POST":
        told = read_contract(asked)
        if told is not None:
            try:
                made = services.add_contract(actor=request.actor, provider=found, new=told, now=timezone.now())
            except RefusedError as error:
                asked.errors["reference"] = [str(error)]
            else:
                messages.success(request, "The contract is added. Add its prices next.")
                return redirect("commissioning:contract", made.pk)
    told = {
        "service": found.service, "id": found.pk, "name": found.organisation.name, "form": asked,
        "service_kinds": [(one.value, one.label) for one in ServiceKind],
    }  # fmt: skip
    return render(request, "commissioning/new_contract.jinja", told, status=422 if asked.errors else 200)


@page(Permission.COMMISSION)
def contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    """A contract with its prices; a new price is posted here."""
    found = _found(selectors.contract_for, request, contract_id)
    today = london_day(timezone.now())
    usual = {"time": "day", "unit": "hour", "rate_from": today.isoformat(), "last_day": today.isoformat()}
    asked = AskedMoney(request.POST if request.method == "POST" else None, usual)
    if request.method == "POST":
        told = read_rate(asked)
        if told is not None:
            try:
                services.add_rate(actor=request.actor, contract=found, new=told, now=timezone.now())
            except RefusedError as error:
                asked.errors["price"] = [str(error)]
            else:
                messages.success(request, "The price is added.")
                return redirect("commissioning:contract", contract_id)
    rates = [
        (
            ServiceKind(one.kind).label, RateTime(one.time).label,
            "An hour" if one.unit == RateUnit.HOUR else f"A visit of up to {counted(one.up_to_minutes, 'minute')}",
            money(one.pence), short_day(one.starts_on),
        )
        for one in sorted(found.rates.all(), key=lambda one: (one.kind, one.time, one.up_to_minutes, one.starts_on))
    ]  # fmt: skip
    miles = (
        f"{money(found.mileage_pence)} a mile, up to {found.most_miles} miles a visit"
        if found.mileage_pence and found.most_miles
        else "None is paid"
    )
    facts = (
        ("Runs", _runs(found)),
        ("For", ", ".join(ServiceKind(kind).label for kind in found.kinds)),
        ("Areas", ", ".join(found.areas) or "Everywhere"),
        ("Can deliver", "Not stated" if found.weekly_minutes is None else f"{hours(found.weekly_minutes)} a week"),
        ("Night", f"{found.night_from} to {found.night_until}"),
        ("Mileage", miles),
        ("An invoiced start may be off by", counted(found.start_tolerance_minutes, "minute")),
        ("An invoiced length may be off by", counted(found.length_tolerance_minutes, "minute")),
    )
    told = {
        "service": found.provider.service, "id": found.pk, "reference": found.reference, "facts": facts,
        "provider_id": found.provider_id, "provider": str(found.provider), "rates": rates, "form": asked,
        "service_kinds": [("", [(kind, ServiceKind(kind).label) for kind in found.kinds])],
        "times": [(one.value, one.label, "") for one in RateTime],
        "units": [(one.value, one.label, "") for one in RateUnit], "has_ended": found.ends_on is not None,
    }  # fmt: skip
    return render(request, "commissioning/contract.jinja", told, status=422 if asked.errors else 200)


@page(Permission.COMMISSION)
@require_POST
def end(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Say which day is a contract's last."""
    found = _found(selectors.contract_for, request, contract_id)
    asked = AskedMoney(request.POST)
    last_day = asked.day("last_day", missing="Enter the last day")
    try:
        if last_day is None:
            raise RefusedError(asked.errors["last_day"][0] + ".")
        services.end_contract(actor=request.actor, contract=found, last_day=last_day, now=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The contract ends on {short_day(last_day)}.")
    return redirect("commissioning:contract", contract_id)


def _found(selector, request: HttpRequest, number: int):
    try:
        return selector(request.actor, number)
    except NotFoundError as error:
        raise Http404 from error


def _runs(one) -> str:
    return (
        f"{short_day(one.starts_on)} to {short_day(one.ends_on)}" if one.ends_on else f"From {short_day(one.starts_on)}"
    )
