"""The single set of procedures, as people read it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from homeward.access.rules import Permission
from homeward.episodes.selectors import open_episodes_by_version
from homeward.evidence.selectors import published
from homeward.kernel.rules import whole_number
from homeward.procedures.rules import as_text, definition_of
from homeward.procedures.selectors import (
    NoSuchProcedureError,
    built,
    defined_by,
    drafts,
    drafts_published,
    newest_pathways,
    newest_procedures,
    offered_version,
    offered_versions,
    open_draft_of,
    procedure,
    published_activities,
    versions_of,
)
from homeward.procedures.states import DraftState
from homeward.teams.selectors import services_for
from homeward.web.gate import page
from homeward.web.procedures.comparing import compare, text_changes
from homeward.web.procedures.presenters.listing import present_list, usage_of
from homeward.web.procedures.presenters.page import Around, parts_of, present_page
from homeward.web.procedures.presenters.words import KINDS, published_words

LONGEST_SEARCH = 80
WRITTEN = (DraftState.DRAFT, DraftState.SENT, DraftState.RETURNED)


@page(Permission.SEE_PROCEDURES)
def list_procedures(request: HttpRequest) -> HttpResponse:
    """Every procedure of a kind in groups, or all that has the words searched for."""
    kind = request.GET.get("kind", "pathway")
    if kind not in KINDS:
        raise Http404
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    rows = {each: [(row, built(row)) for row in newest_procedures(each)] for each in KINDS}
    usage = usage_of([thing for _, thing in rows["pathway"]])
    being_written = drafts(*WRITTEN)
    return render(
        request,
        "procedures/list.jinja",
        {
            "kind": kind,
            "kinds": KINDS,
            "wanted": wanted,
            "listing": present_list(kind, rows, usage, being_written, wanted),
            "drafts": being_written,
            "waiting": [draft for draft in being_written if draft.state == DraftState.SENT],
            "offered": offered_versions(),
        },
    )


@page(Permission.SEE_PROCEDURES)
def pathway(request: HttpRequest, code: str, version: int | None = None) -> HttpResponse:
    """A pathway as it is followed now, or one of its versions: those who started on it are still on it."""
    return _show(request, "pathway", code, version)


@page(Permission.SEE_PROCEDURES)
def form(request: HttpRequest, code: str, version: int | None = None) -> HttpResponse:
    """A form as it is asked now, or one of its versions."""
    return _show(request, "form", code, version)


@page(Permission.SEE_PROCEDURES)
def activity(request: HttpRequest, code: str, version: int | None = None) -> HttpResponse:
    """An activity as it is done now, or one of its versions."""
    return _show(request, "activity", code, version)


@page(Permission.SEE_PROCEDURES)
def compare_versions(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Two versions of a procedure side by side, and what changed in words."""
    versions = versions_of(kind, code) if kind in KINDS else []
    if not versions:
        raise Http404
    newer = _version(request, "to", versions[0].version)
    older = _version(request, "from", next((one.version for one in versions if one.version < newer), newer))
    old, new = (_get(kind, code, number) for number in sorted((older, newer)))
    around = around_now()
    before, after = built(old), built(new)
    return render(
        request,
        "procedures/compare.jinja",
        {
            "title": new.title,
            "back": address_of(kind, code),
            "kind": kind,
            "code": code,
            "versions": [one.version for one in versions],
            "old": f"Version {old.version}",
            "new": f"Version {new.version}",
            "old_version": old.version,
            "new_version": new.version,
            "old_said": published_words(old),
            "new_said": published_words(new),
            "changes": compare(parts_of(before, around), parts_of(after, around)),
            "text": text_changes(as_text(kind, definition_of(before)), as_text(kind, definition_of(after))),
        },
    )


@page(Permission.SEE_PROCEDURES)
def compare_offered(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """A version that ships and is held back here, beside the one this place follows."""
    offered = offered_version(kind, code)
    if offered is None:
        raise Http404
    own = _get(kind, code, None)
    around = around_now()
    before, after = built(own), defined_by(kind, offered.definition)
    return render(
        request,
        "procedures/compare.jinja",
        {
            "title": own.title,
            "back": address_of(kind, code),
            "kind": kind,
            "code": code,
            "offered": offered,
            "draft": open_draft_of(kind, code),
            "old": f"Followed here: version {own.version}",
            "new": f"Ships with Homeward: version {offered.version}",
            "old_said": published_words(own),
            "new_said": "Held back, because this place follows its own",
            "changes": compare(parts_of(before, around), parts_of(after, around)),
            "text": text_changes(as_text(kind, definition_of(before)), as_text(kind, definition_of(after))),
        },
    )


def around_now() -> Around:
    """What procedures name of one another, as it is published now."""
    return Around(
        published_activities(),
        {row.code: row.title for row in newest_procedures("form")},
        {row.code: row.title for row in newest_procedures("pathway")},
    )


def address_of(kind: str, code: str) -> str:
    """Where a procedure's page is."""
    return reverse(f"procedures:{kind}", args=[code])


def _show(request: HttpRequest, kind: str, code: str, version: int | None) -> HttpResponse:
    row = _get(kind, code, version)
    episodes = None
    if kind == "pathway":
        episodes = {}
        for service in services_for(request.actor):
            for number, count in open_episodes_by_version(request.actor, service.pk, code).items():
                episodes[number] = episodes.get(number, 0) + count
    shown = present_page(
        row,
        built(row),
        around_now(),
        versions_of(kind, code),
        drafts_published(kind, code),
        tuple(usage_of(newest_pathways()).get((kind, code), ())),
        episodes,
    )
    older = sum(count for number, count in (episodes or {}).items() if number != shown.newest)
    return render(
        request,
        "procedures/procedure.jinja",
        {
            "page": shown,
            "draft": open_draft_of(kind, code),
            "offered": offered_version(kind, code),
            "older": older,
            "studies": [one for one in published().studies if kind == "pathway" and code in one.pathways],
        },
    )


def _get(kind: str, code: str, version: int | None):
    try:
        return procedure(kind, code, version)
    except NoSuchProcedureError as error:
        raise Http404 from error


def _version(request: HttpRequest, name: str, otherwise: int) -> int:
    number = whole_number(request.GET.get(name, ""))
    return otherwise if number is None else number
