"""Writing the next version of a plan, part by part; live, what is typed is saved as it is typed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.episodes.selectors import episodes_of
from homeward.kernel.rules import RefusedError, whole_number
from homeward.plans.rules import GONE, SECTIONS_BY_CODE, fits, items_of, name_of, spec_of
from homeward.plans.selectors import draft_changes
from homeward.plans.services import (
    DraftClosedError,
    add_from_pathway,
    add_to_draft,
    draft_problems,
    group_visits,
    save_draft,
    start_draft,
)
from homeward.procedures.selectors import built, published_activities
from homeward.web.forms.reading import kept_answer, open_clashes, revision_posted
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.opening import banner_of, draft_opened, draft_to_save
from homeward.web.plans.presenters.draft import (
    ClashBox,
    clash_boxes,
    field_named,
    present_section,
    present_suggestions,
    section_links,
)
from homeward.web.templating import clock_text

UNFIT = "What was kept of your answer cannot be read. Choose theirs, or type yours into the field again."


@page(Permission.WRITE_PLANS)
def start(request: HttpRequest, person_id: int) -> HttpResponse:
    """Begin the next version of a plan, or go on with the draft of it."""
    if request.method != "POST":
        return redirect("plans:plan", person_id)
    now = timezone.now()
    person = opened(request, person_id, now)
    number = whole_number(request.POST.get("episode", ""))
    episode = next((one.episode for one in episodes_of(request.actor, person, now) if one.episode.pk == number), None)
    if episode is None:
        raise Http404
    try:
        begun = start_draft(actor=request.actor, episode=episode, now=now)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("plans:plan", person_id)
    return redirect("plans:draft", begun.pk)


@page(Permission.WRITE_PLANS)
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """All parts of a draft, what is in each and who wrote last."""
    now = timezone.now()
    row, person = draft_opened(request, draft_id, now)
    if row.state != "open":
        return redirect("plans:plan", row.person_id)
    changes = draft_changes(request.actor, row)
    who = list(dict.fromkeys(one.by_name for one in reversed(changes)))
    return render(
        request,
        "plans/draft.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "draft": row,
            "title": row.episode.pathway.title,
            "links": section_links(row),
            "writers": who,
            "problems": draft_problems(row),
        },
    )


@page(Permission.WRITE_PLANS)
def section(request: HttpRequest, draft_id: int, section: str) -> HttpResponse:
    """One part of a draft to write; a save keeps what is typed, finished or not."""
    spec = SECTIONS_BY_CODE.get(section)
    if spec is None:
        raise Http404
    now = timezone.now()
    if request.method != "POST":
        row, person = draft_opened(request, draft_id, now)
        if row.state != "open":
            return redirect("plans:plan", row.person_id)
        return _show(request, row, spec, person, opened=request.GET.get("open", ""))
    row, is_live = draft_to_save(request, draft_id, now), bool(request.headers.get("HX-Request"))
    told, unfit = _told(request.POST, row.fields)
    try:
        saved = save_draft(actor=request.actor, draft=row, told=told, revision=revision_posted(request.POST), now=now)
        if is_live:
            return _answer_live(request, saved, spec, told, unfit, now)
        if saved.clashes or unfit:
            if unfit:
                messages.error(request, UNFIT)
            _, person = draft_opened(request, draft_id, now)
            return _show(request, saved.draft, spec, person, clashes=saved.clashes, unfit=unfit)
        return _then(request, saved.draft, spec, now)
    except DraftClosedError as error:
        if is_live:
            return render(request, "plans/closed.jinja", {"why": str(error), "person_id": row.person_id})
        messages.error(request, str(error))
        return redirect("plans:plan", row.person_id)
    except RefusedError as error:
        messages.error(request, str(error))
        if is_live:
            return HttpResponse(status=422)
        return redirect("plans:section", draft_id, section)


@page(Permission.WRITE_PLANS)
def pick(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Add what the pathway proposes, chosen from a list."""
    now = timezone.now()
    row = draft_to_save(request, draft_id, now)
    if request.method == "POST":
        chosen = [tuple(one.split(":", 1)) for one in request.POST.getlist("activity") if ":" in one]
        try:
            number = add_from_pathway(actor=request.actor, draft=row, chosen=chosen, now=now)
            messages.success(
                request, f"{number} {'activity' if number == 1 else 'activities'} added. Change what does not fit."
            )
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("plans:section", draft_id, "activities")


def _told(posted: QueryDict, standing) -> tuple[dict, list[str]]:
    """What a page says of the fields it shows; one with two texts says something only once the choice is made.

    With it the fields whose choice kept something that is no value of theirs: they say nothing.
    """
    told, unfit = {}, []
    for name in posted.getlist("asks"):
        spec = spec_of(name)
        if spec is None:
            continue
        if spec.kind == "choices":
            told[name] = [one for one in (text.replace("\0", "") for text in posted.getlist(name)) if one]
        elif spec.kind == "flag":
            told[name] = True if posted.get(name) == "yes" else None
        else:
            told[name] = posted.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()
    for name in posted.getlist("clash"):
        mine = told.pop(name, None)
        spec = spec_of(name)
        if posted.get(f"keep-{name}") != "mine" or spec is None:
            continue
        if mine is not None and mine != standing.get(name):
            told[name] = mine
            continue
        is_read, kept = kept_answer(posted.get(f"mine-{name}", ""))
        if is_read and fits(spec, kept):
            told[name] = kept
        else:
            unfit.append(name)
    return told, unfit


def _answer_live(request: HttpRequest, saved, spec, told: dict, unfit: list[str], now) -> HttpResponse:
    row = saved.draft
    pathway = built(row.episode.pathway)
    revision = revision_posted(request.POST)
    clashing = {clash.field for clash in saved.clashes} | set(open_clashes(request.POST)) | set(unfit)
    changed = dict.fromkeys(one.field for one in draft_changes(request.actor, row) if one.revision > revision)
    asked = set(request.POST.getlist("asks"))
    elsewhere = [name for name in changed if name not in clashing and row.fields.get(name) != told.get(name)]
    stale = [field_named(row, pathway, name) for name in elsewhere if name in asked]
    is_longer = any(name not in asked and name.split("-")[0] == spec.code and not name.endswith(("-code", "-template"))
                    for name in elsewhere)  # fmt: skip
    return render(
        request,
        "plans/saved.jinja",
        {
            "page": present_section(row, spec, pathway),
            "clashes": (*_still_open(request.POST, unfit), *clash_boxes(row, pathway, saved.clashes)),
            "stale": [field for field in stale if field is not None],
            "is_longer": is_longer,
            "saved": UNFIT if unfit else f"Saved at {clock_text(now)}",
        },
        status=422 if unfit else 200,
    )


def _then(request: HttpRequest, row, spec, now) -> HttpResponse:
    """What a button asks for besides saving."""
    then = request.POST.get("then", "")
    here = reverse("plans:section", args=[row.pk, spec.code])
    if then == "add" and spec.is_list:
        key = add_to_draft(actor=request.actor, draft=row, section=spec.code, now=now)
        return redirect(f"{here}?open={key}#item-{key}")
    if then.startswith("remove-"):
        key = then.removeprefix("remove-")
        name = name_of(spec.code, GONE, key)
        if spec_of(name) is None or key not in {item.key for item in items_of(row.fields, spec.code)}:
            raise Http404
        save_draft(actor=request.actor, draft=row, told={name: True}, revision=row.revision, now=now)
        messages.success(request, f"The {spec.one} was taken out. It stays in the history of the draft.")
        return redirect(here)
    if then == "group":
        number = group_visits(actor=request.actor, draft=row, now=now)
        messages.success(request, f"{number} {'visit' if number == 1 else 'visits'} made from what our team does.")
        return redirect(here)
    if then == "leave":
        return redirect("plans:draft", row.pk)
    if then in SECTIONS_BY_CODE:
        return redirect("plans:section", row.pk, then)
    messages.success(request, f"Saved at {clock_text(now)}")
    return redirect(here)


def _show(request: HttpRequest, row, spec, person, *, clashes=(), unfit=(), opened: str = "") -> HttpResponse:
    now, pathway = timezone.now(), built(row.episode.pathway)
    wrong = draft_problems(row) if request.GET.get("show") == "problems" else ()
    return render(
        request,
        "plans/section.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "page": present_section(row, spec, pathway, wrong, opened),
            "problems": [one for one in wrong if one.section == spec.code],
            "clashes": (*_still_open(request.POST, unfit), *clash_boxes(row, pathway, clashes)),
            "suggestions": (
                present_suggestions(row, pathway, published_activities()) if spec.code == "activities" else ()
            ),
            "pathway": pathway.title,
            "saved": "",
        },
        status=422 if unfit else 409 if clashes else 200,
    )


def _still_open(posted: QueryDict, unfit=()) -> tuple[ClashBox, ...]:
    """Choices between two texts that were shown before and are not made yet, as they were shown."""
    return tuple(
        ClashBox(
            name,
            spec_of(name).label,
            posted.get(f"mine-words-{name}", ""),
            posted.get(f"theirs-words-{name}", ""),
            posted.get(f"by-{name}", ""),
            posted.get(f"mine-{name}", ""),
        )
        for name in (*open_clashes(posted), *unfit)
        if spec_of(name) is not None
    )
