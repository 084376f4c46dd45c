"""Employers' monthly statements: drawing up, asking, agreeing, taking away."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.visits.selectors.hours import employers_seen
from homeward.visits.selectors.statements import (
    StatementNotFoundError,
    WholeStatement,
    spend_of_month,
    statement_for,
    statement_sheet,
    statement_sheets,
    statements,
)
from homeward.visits.services.statements import agree_statement, answer_query, draw_up_statement, query_statement
from homeward.web.front_door.forms.fields import FrontDoorForm
from homeward.web.gate import page
from homeward.web.hours import presenters
from homeward.web.hours.tables import csv_file
from homeward.web.service_choice import service_here, services_here


class QueryForm(FrontDoorForm):
    """What somebody asks about a statement."""

    text = forms.CharField(
        max_length=2000, error_messages={"required": "Write what you ask", "max_length": "Use fewer words"}
    )


@page(Permission.SEE_ROSTER)
def month(request: HttpRequest) -> HttpResponse:
    """Every employer's statement of a month, and what is bought beside what is delivered in house."""
    service, now = service_here(request), timezone.now()
    asked = _month(request)
    return render(
        request,
        "hours/statements.jinja",
        {
            "service": service,
            "services": services_here(request),
            "month": presenters.month_page(
                statements(request.actor, service.pk, asked),
                spend_of_month(request.actor, service.pk, asked, now),
                asked,
                now,
            ),
        },
    )


@page(Permission.SEE_ROSTER)
def draw_up(request: HttpRequest) -> HttpResponse:
    """Draw up the next version of an employer's month."""
    if request.method != "POST":
        return redirect("hours:statements")
    service = service_here(request)
    wanted = whole_number(request.POST.get("employer", ""))
    employer = next((one for one in employers_seen(request.actor, service.pk) if one.pk == wanted), None)
    if employer is None:
        raise Http404
    try:
        drawn = draw_up_statement(
            actor=request.actor, employer=employer, month=_day(request.POST.get("month", "")), now=timezone.now()
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(f"/hours/statements?month={_day(request.POST.get('month', '')):%Y-%m}")
    messages.success(request, f"Version {drawn.version} is drawn up from the record as it is now.")
    return redirect("hours:statement", drawn.pk)


@page(Permission.SEE_ROSTER)
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """One version of a statement, by worker, with what was asked and agreed."""
    return _show(request, statement_id, QueryForm())


@page(Permission.SEE_ROSTER)
def sheet(request: HttpRequest, statement_id: int, worker_id: int) -> HttpResponse:
    """One worker's lines of a statement."""
    told = _statement(request, statement_id)
    try:
        found = statement_sheet(request.actor, statement_id, worker_id)
    except StatementNotFoundError as error:
        raise Http404 from error
    return _show_sheet(request, told, found, QueryForm())


@page(Permission.SEE_ROSTER)
def file(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Every line of a statement as a file."""
    told = _statement(request, statement_id)
    rows = presenters.statement_table(told.statement, statement_sheets(request.actor, statement_id))
    name = f"statement-{told.statement.month:%Y-%m}-version-{told.statement.version}"
    return csv_file(name, presenters.STATEMENT_HEADS, rows)


@page(Permission.SEE_ROSTER)
def paper(request: HttpRequest, statement_id: int) -> HttpResponse:
    """A statement for paper, with every line where something differs."""
    told = _statement(request, statement_id)
    sheets = [presenters.sheet_page(one, set()) for one in statement_sheets(request.actor, statement_id)]
    return render(
        request,
        "hours/statement_paper.jinja",
        {
            "service": told.statement.service,
            "statement": presenters.statement_page(told, timezone.now()),
            "sheets": sheets,
        },
    )


@page(Permission.SEE_ROSTER)
def query(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Ask about a statement, a worker's part of it or a line."""
    told = _statement(request, statement_id)
    if request.method != "POST":
        return redirect("hours:statement", statement_id)
    worker = whole_number(request.POST.get("worker", ""))
    form = QueryForm(request.POST)
    if form.is_valid():
        try:
            query_statement(
                actor=request.actor,
                statement=told.statement,
                worker_id=worker,
                line=request.POST.get("line", "").replace("\0", ""),
                text=form.cleaned_data["text"],
                now=timezone.now(),
            )
        except RefusedError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, "Your query is on the statement. It cannot be agreed before it is answered.")
            return redirect("hours:statement", statement_id)
    if worker is None:
        return _show(request, statement_id, form)
    try:
        return _show_sheet(request, told, statement_sheet(request.actor, statement_id, worker), form)
    except StatementNotFoundError as error:
        raise Http404 from error


@page(Permission.SEE_ROSTER)
def answer(request: HttpRequest, statement_id: int, query_id: int) -> HttpResponse:
    """Answer a query."""
    told = _statement(request, statement_id)
    asked = next((one for one in told.entries if one.pk == query_id), None)
    if asked is None:
        raise Http404
    if request.method == "POST":
        try:
            text = request.POST.get("text", "").replace("\0", "")
            answer_query(actor=request.actor, query=asked, text=text, now=timezone.now())
            messages.success(request, "Answered.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("hours:statement", statement_id)


@page(Permission.SEE_ROSTER)
def agree(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Agree to a statement for one's own side."""
    told = _statement(request, statement_id)
    if request.method == "POST":
        try:
            agree_statement(actor=request.actor, statement=told.statement, now=timezone.now())
            messages.success(request, "Agreed. Once both sides have agreed, it stays as it is.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("hours:statement", statement_id)


def _month(request: HttpRequest) -> date:
    return _day(f"{request.GET.get('month', '').strip()}-01")


def _day(typed: str) -> date:
    """A day typed in an address or a form; today where there is none that can be."""
    try:
        day = date.fromisoformat(typed.strip())
        if not 2000 <= day.year <= 2100:
            raise ValueError
    except ValueError:
        day = london_day(timezone.now())
    return day


def _statement(request: HttpRequest, statement_id: int) -> WholeStatement:
    try:
        return statement_for(request.actor, statement_id)
    except StatementNotFoundError as error:
        raise Http404 from error


def _show(request: HttpRequest, statement_id: int, form: QueryForm) -> HttpResponse:
    told = _statement(request, statement_id)
    return render(
        request,
        "hours/statement.jinja",
        {
            "service": told.statement.service,
            "statement": presenters.statement_page(told, timezone.now()),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _show_sheet(request: HttpRequest, told: WholeStatement, found, form: QueryForm) -> HttpResponse:
    asked = {one.line for one in told.entries if one.worker_id == found.worker_id and one.line}
    return render(
        request,
        "hours/sheet.jinja",
        {
            "service": told.statement.service,
            "statement": presenters.statement_page(told, timezone.now()),
            "sheet": presenters.sheet_page(found, asked),
            "worker_id": found.worker_id,
            "chosen": request.POST.get("line") or request.GET.get("line", ""),
            "form": form,
        },
        status=422 if form.errors else 200,
    )
