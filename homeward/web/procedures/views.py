"""The single set of procedures, as people read it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from homeward.access.rules import Permission
from homeward.procedures.selectors import (
    NoSuchProcedureError,
    built,
    newest_procedures,
    procedure,
    published_activities,
    versions_of,
)
from homeward.web.gate import page
from homeward.web.procedures.presenters import present_list, present_pathway


@page(Permission.SEE_PROCEDURES)
def list_pathways(request: HttpRequest) -> HttpResponse:
    """Every pathway people can be on, most urgent first."""
    rows = [(row, built(row)) for row in newest_procedures("pathway")]
    return render(request, "procedures/list.jinja", {"pathways": present_list(rows)})


@page(Permission.SEE_PROCEDURES)
def pathway(request: HttpRequest, code: str) -> HttpResponse:
    """One pathway as it is followed now."""
    return _show(request, code, None)


@page(Permission.SEE_PROCEDURES)
def version(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One version of a pathway: those who started on it are still on it."""
    return _show(request, code, version)


def _show(request: HttpRequest, code: str, version: int | None) -> HttpResponse:
    try:
        row = procedure("pathway", code, version)
    except NoSuchProcedureError as error:
        raise Http404 from error
    shown = present_pathway(row, built(row), versions_of("pathway", code), published_activities())
    return render(request, "procedures/pathway.jinja", {"pathway": shown})
