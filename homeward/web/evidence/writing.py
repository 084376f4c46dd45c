"""Writing, changing and withdrawing a study of our own."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.evidence.rules.study import IMPACT_TITLES
from homeward.evidence.selectors import OwnStudy, StudyNotFoundError, own_study, published
from homeward.evidence.services import change_study, withdraw_study, write_study
from homeward.evidence.states import About
from homeward.kernel.rules import RefusedError, whole_number
from homeward.outcomes.measures.library import MEASURES
from homeward.procedures.selectors import library
from homeward.web.clinics.forms import AskedMany
from homeward.web.evidence.forms import finding_rows, read_study, study_as_asked
from homeward.web.gate import page
from homeward.web.plans.forms import Asked
from homeward.web.service_choice import service_here


@page(Permission.WRITE_EVIDENCE)
def write(request: HttpRequest) -> HttpResponse:
    """Write a study of our own."""
    if request.method != "POST":
        return _form(request, AskedMany(None), None)
    asked = AskedMany(request.POST)
    said = read_study(asked)
    if said is None:
        return _form(request, asked, None)
    service = service_here(request)
    study = write_study(actor=request.actor, service_id=service.pk, said=said, now=timezone.now())
    messages.success(request, "The study is in the library.")
    return redirect("evidence:study", f"own-{study.pk}")


@page(Permission.WRITE_EVIDENCE)
def change(request: HttpRequest, own_id: int) -> HttpResponse:
    """Change one: what it said before is kept as an older version."""
    own = _own(request, own_id)
    if request.method != "POST":
        return _form(request, study_as_asked(own.study), own)
    asked = AskedMany(request.POST)
    said = read_study(asked)
    if said is None:
        return _form(request, asked, own)
    try:
        change_study(
            actor=request.actor, study_id=own_id, said=said, version=whole_number(asked.typed("version")) or 0,
            now=timezone.now(),
        )  # fmt: skip
    except RefusedError as error:
        asked.errors["title"] = [str(error)]
        return _form(request, asked, own)
    messages.success(request, "The study is changed. What it said before is kept.")
    return redirect("evidence:study", f"own-{own_id}")


@page(Permission.WRITE_EVIDENCE)
def withdraw(request: HttpRequest, own_id: int) -> HttpResponse:
    """Take one out of the library, for a reason."""
    own = _own(request, own_id)
    asked = Asked(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            withdraw_study(actor=request.actor, study_id=own_id, why=asked.typed("why"), now=timezone.now())
        except RefusedError as error:
            asked.errors["why"] = [str(error)]
        else:
            messages.success(request, "The study is withdrawn.")
            return redirect("evidence:list")
    return render(request, "evidence/withdraw.jinja", {"service": service_here(request), "own": own, "form": asked})


def _own(request: HttpRequest, own_id: int) -> OwnStudy:
    try:
        return own_study(request.actor, own_id)
    except StudyNotFoundError as error:
        raise Http404 from error


def _form(request: HttpRequest, asked: AskedMany, own: OwnStudy | None) -> HttpResponse:
    measures = [(one.key, f"{one.key} {one.title}") for one in MEASURES.values()]
    told = {
        "service": service_here(request),
        "form": asked,
        "own": own,
        "version": asked.typed("version") or (own.study.version if own else ""),
        "rows": finding_rows(asked),
        "impacts": [(one.value, title) for one, title in IMPACT_TITLES.items()],
        "topics": sorted(published().topics.items(), key=lambda pair: pair[1]),
        "pathways": sorted(((one.code, one.title) for one in library().pathways), key=lambda pair: pair[1]),
        "measures": measures,
        "abouts": About.choices,
    }
    return render(request, "evidence/form.jinja", told)
