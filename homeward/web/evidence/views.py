"""The library, one study, and both on paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.evidence.rules.searching import chosen, search
from homeward.evidence.rules.study import Impact, Study
from homeward.evidence.selectors import OwnStudy, StudyNotFoundError, ours_beside, own_studies, own_study, published
from homeward.kernel.rules import RefusedError, whole_number
from homeward.web.evidence.paper import library_pdf
from homeward.web.evidence.presenters import chosen_words, own_words, present_card, present_choices, present_study
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here

OWN = "own-"
MOST_TYPED = 200  # characters of a search; more is no search
NOT_YOURS = "Your role does not include results, so ours are not shown."


@page(Permission.SEE_EVIDENCE)
def library(request: HttpRequest) -> HttpResponse:
    """Every study, or those of an impact, of a topic, with words or only our own."""
    topics = published().topics
    impact, topic, wanted, is_own = _asked(request)
    found = _found(request)
    told = {
        "service": service_here(request),
        "services": services_here(request),
        "cards": [present_card(one) for one in found],
        "impact": impact,
        "topic": topic,
        "wanted": wanted,
        "is_own": is_own,
        "chosen": chosen_words(impact, topic, wanted, topics),
        **present_choices(_all(request), topics, impact, topic),
    }
    return render(request, "evidence/list.jinja", told)


@page(Permission.SEE_EVIDENCE)
def library_file(request: HttpRequest) -> HttpResponse:
    """The studies of a list as a PDF: what was published and what we wrote, none of our measures."""
    impact, topic, wanted, _ = _asked(request)
    about = chosen_words(impact, topic, wanted, published().topics)
    return _pdf(_found(request), about, "evidence.pdf")


@page(Permission.SEE_EVIDENCE)
def study(request: HttpRequest, code: str) -> HttpResponse:
    """One study with its findings, and ours beside each that a measure answers."""
    one, own = _study(request, code)
    told = {
        "service": service_here(request),
        "shown": present_study(one, published().topics, _ours(request, one)),
        "own": own,
        "own_says": own_words(own) if own else "",
        "is_newest": own is None or own.study.version == own.versions[0][0],
        "may_change": own and own.withdrawn_at is None and request.actor.may(Permission.WRITE_EVIDENCE),
    }
    return render(request, "evidence/study.jinja", told)


@page(Permission.SEE_EVIDENCE)
def study_file(request: HttpRequest, code: str) -> HttpResponse:
    """One study as a PDF, without our measures."""
    one, _ = _study(request, code)
    return _pdf([one], "", f"{one.code}.pdf")


def _asked(request: HttpRequest) -> tuple[str, str, str, bool]:
    """Impact, topic, words and whether only our own; what there is not is left out."""
    asked = request.GET
    impact = asked.get("impact", "") if asked.get("impact") in set(Impact) else ""
    topic = asked.get("topic", "") if asked.get("topic") in published().topics else ""
    return impact, topic, asked.get("q", "").replace("\0", "").strip()[:MOST_TYPED], asked.get("own") == "yes"


def _all(request: HttpRequest) -> list[Study]:
    own = [one.study for one in own_studies(request.actor, service_here(request).pk)]
    return [*own, *published().studies]


def _found(request: HttpRequest) -> list[Study]:
    impact, topic, wanted, is_own = _asked(request)
    studies = [one for one in _all(request) if not is_own or not one.source]
    return search(chosen(studies, impact, topic), wanted, published().topics)


def _study(request: HttpRequest, code: str) -> tuple[Study, OwnStudy | None]:
    number = whole_number(code.removeprefix(OWN)) if code.startswith(OWN) else None
    if number is None:
        one = next((one for one in published().studies if one.code == code), None)
        if one is None:
            raise Http404
        return one, None
    asked = request.GET.get("version", "")
    try:
        own = own_study(request.actor, number, whole_number(asked) if asked else None)
    except StudyNotFoundError as error:
        raise Http404 from error
    return own.study, own


def _ours(request: HttpRequest, one: Study):
    if not request.actor.may(Permission.SEE_RESULTS):
        return NOT_YOURS
    wanted = {each.measure for each in one.numbers if each.measure}
    try:
        return ours_beside(request.actor, service_here(request).pk, wanted, timezone.now())
    except RefusedError as error:
        return str(error)


def _pdf(studies: list[Study], about: str, name: str) -> HttpResponse:
    sheets = [present_study(one, published().topics, "") for one in studies]
    answer = HttpResponse(library_pdf(sheets, about), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
