"""Invoices: taking in, deciding line by line, asking, closing."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.commissioning import selectors, services
from homeward.commissioning.rules.reading import COLUMNS, MAY_BE_LEFT_OUT, MOST_BYTES
from homeward.commissioning.selectors import InvoiceView, NotFoundError
from homeward.commissioning.states import Finding, ServiceKind
from homeward.kernel.rules import RefusedError, whole_number
from homeward.web.commissioning.forms import AskedMoney, read_month
from homeward.web.commissioning.presenters.invoices import invoice_page, invoice_rows
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here


@page(Permission.COMMISSION)
def listed(request: HttpRequest) -> HttpResponse:
    """Every invoice, the newest month first."""
    service = service_here(request)
    views = selectors.invoices(request.actor, service.pk)
    months = sorted({view.invoice.month for view in views if not view.is_month_closed}, reverse=True)
    told = {
        "service": service, "services": services_here(request), "invoices": invoice_rows(views),
        "months": [(f"{month:%Y-%m}", f"{month:%B %Y}") for month in months],
        "closed": [f"{month:%B %Y}" for month in sorted({v.invoice.month for v in views if v.is_month_closed})],
    }  # fmt: skip
    return render(request, "commissioning/invoices.jinja", told)


@page(Permission.COMMISSION)
def take(request: HttpRequest) -> HttpResponse:
    """Take in an invoice from its file."""
    service = service_here(request)
    now = timezone.now()
    asked = AskedMoney(request.POST if request.method == "POST" else None, {"month": f"{now:%Y-%m}"})
    contracts = selectors.contracts(request.actor, service.pk)
    if request.method == "POST":
        contract = next((one for one in contracts if str(one.pk) == asked.typed("contract")), None)
        month, file = read_month(asked.typed("month")), request.FILES.get("file")
        if contract is None:
            asked.errors["contract"] = ["Choose the contract"]
        if month is None:
            asked.errors["month"] = ["Choose the month"]
        if file is None:
            asked.errors["file"] = ["Choose the file"]
        elif file.size > MOST_BYTES:
            asked.errors["file"] = [f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Send it in parts"]
        if not asked.errors:
            try:
                made = services.take_invoice(
                    actor=request.actor, contract=contract, number=asked.typed("number"), month=month,
                    file_name=file.name or "", content=file.read(), now=now,
                )  # fmt: skip
            except RefusedError as error:
                asked.errors["file"] = [str(error)]
            else:
                messages.success(request, "The invoice is taken in, and every line is compared with the record.")
                return redirect("commissioning:invoice", made.pk)
    told = {
        "service": service, "form": asked, "columns": ", ".join(COLUMNS), "optional": " and ".join(MAY_BE_LEFT_OUT),
        "kinds": ", ".join(ServiceKind.values),
        "contracts": [("", [(str(one.pk), f"{one.provider}, {one.reference}") for one in contracts])],
    }  # fmt: skip
    return render(request, "commissioning/take.jinja", told, status=422 if asked.errors else 200)


@page(Permission.COMMISSION)
def invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """An invoice line by line."""
    view = _invoice(request, invoice_id)
    shown = request.GET.get("show", "")
    if shown not in {*Finding.values, "all", "open"}:
        shown = "open" if view.undecided else "all"
    told = {"service": view.invoice.service, "invoice": invoice_page(view, shown), "shown": shown}
    return render(request, "commissioning/invoice.jinja", told)


@page(Permission.COMMISSION)
def original(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The file as it came."""
    view = _invoice(request, invoice_id)
    return HttpResponse(
        bytes(view.invoice.original),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="invoice-{view.invoice.pk}.csv"', "Cache-Control": "no-store"
        },
    )  # fmt: skip


@page(Permission.COMMISSION)
@require_POST
def matched(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Agree to every line that is as delivered."""
    done = "Every line that is as delivered is agreed"
    return _do(
        request, invoice_id, done, lambda one, now: services.agree_matched(actor=request.actor, invoice=one, now=now)
    )


@page(Permission.COMMISSION)
@require_POST
def again(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Compare undecided lines with the record as it is now."""
    done = "The undecided lines were compared again"
    return _do(
        request, invoice_id, done, lambda one, now: services.reconcile_again(actor=request.actor, invoice=one, now=now)
    )


@page(Permission.COMMISSION)
@require_POST
def close(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Close the invoice."""
    return _do(request, invoice_id, "The invoice is closed", lambda one, now: services.close_invoice(
        actor=request.actor, invoice=one, now=now
    ))  # fmt: skip


@page(Permission.COMMISSION)
@require_POST
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """Decide what is paid for a line, or ask about it; goes on to the next line."""
    try:
        found = selectors.invoice_line_for(request.actor, line_id)
    except NotFoundError as error:
        raise Http404 from error
    asked, now = AskedMoney(request.POST), timezone.now()
    try:
        if asked.typed("do") == "query":
            services.query_line(actor=request.actor, line=found, text=asked.typed("text"), now=now)
            messages.success(request, f"The query about line {found.number} is kept.")
        else:
            pence = found.found_pence if asked.typed("do") == "found" else asked.pence("amount", "Enter the amount")
            if pence is None:
                raise RefusedError(asked.errors["amount"][0] + ".")
            services.agree_line(actor=request.actor, line=found, pence=pence, reason=asked.typed("text"), now=now)
            messages.success(request, f"Line {found.number} is decided.")
    except RefusedError as error:
        messages.error(request, f"Line {found.number}: {error}")
    return redirect(_back(request, found.invoice_id))


@page(Permission.COMMISSION)
@require_POST
def answer(request: HttpRequest, line_id: int, query_id: int) -> HttpResponse:
    """Write down what the provider answered."""
    try:
        found = selectors.invoice_line_for(request.actor, line_id)
    except NotFoundError as error:
        raise Http404 from error
    query = next((one for one in found.entries.all() if one.pk == query_id), None)
    if query is None:
        raise Http404
    try:
        text = AskedMoney(request.POST).typed("text")
        services.answer_invoice_query(actor=request.actor, query=query, text=text, now=timezone.now())
        messages.success(request, "The answer is kept.")
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect(_back(request, found.invoice_id))


@page(Permission.COMMISSION)
def close_a_month(request: HttpRequest) -> HttpResponse:
    """Close a month for all providers."""
    if request.method == "POST":
        service = service_here(request)
        try:
            month = read_month(request.POST.get("month", ""))
            if month is None:
                raise RefusedError("Choose the month.")
            services.close_month(actor=request.actor, service_id=service.pk, month=month, now=timezone.now())
            messages.success(request, f"{month:%B %Y} is closed.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("commissioning:invoices")


def _invoice(request: HttpRequest, invoice_id: int) -> InvoiceView:
    try:
        return selectors.invoice_for(request.actor, invoice_id)
    except NotFoundError as error:
        raise Http404 from error


def _do(request: HttpRequest, invoice_id: int, done: str, service) -> HttpResponse:
    view = _invoice(request, invoice_id)
    try:
        service(view.invoice, timezone.now())
        messages.success(request, done)
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("commissioning:invoice", invoice_id)


def _back(request: HttpRequest, invoice_id: int) -> str:
    """The invoice, showing what was shown, at the line after the one decided: the hand stays where it is."""
    shown, after = request.POST.get("shown", ""), whole_number(request.POST.get("next", ""))
    query = f"?show={shown}" if shown in {*Finding.values, "all", "open"} else ""
    return f"{reverse('commissioning:invoice', args=[invoice_id])}{query}{f'#line-{after}' if after else ''}"
