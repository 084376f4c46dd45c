"""The next version of a procedure: written part by part or as a whole, sent, and approved by a second person."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import NotAllowedError, Permission
from homeward.kernel.rules import RefusedError, whole_number
from homeward.procedures.rules import (
    UnwritableTextError,
    as_text,
    definition_of,
    has_notes,
    read_yaml,
)
from homeward.procedures.selectors import (
    NoSuchDraftError,
    NoSuchProcedureError,
    built,
    defined_by,
    draft_events,
    draft_for,
    draft_problems,
    draft_text_at,
    draft_text_check,
    drafts,
    offered_version,
    procedure,
    published_library,
    versions_of,
    writers_of,
)
from homeward.procedures.services import (
    DraftChangedError,
    comment_on_draft,
    discard_draft,
    draft_from_offered,
    publish_draft,
    renumber_draft,
    return_draft,
    save_draft,
    send_draft,
    start_draft,
    take_back_draft,
)
from homeward.procedures.states import OPEN_STATES, DraftState
from homeward.web.gate import page
from homeward.web.procedures import editing
from homeward.web.procedures.comparing import PartChange, compare, text_changes
from homeward.web.procedures.flow import draw
from homeward.web.procedures.presenters.drafts import draft_head, draft_line, faults, faults_said, happened
from homeward.web.procedures.presenters.page import parts_of
from homeward.web.procedures.presenters.words import KINDS
from homeward.web.procedures.views.reading import around_now

MOST_SHOWN = 30  # of the drafts that are over
FILLED_FROM_NOTHING = (
    "This page was filled from a text that is no procedure. What you typed is below, and is not saved yet. "
    "Check every field against the draft, then save it."
)
PART_IS_GONE = "Somebody took this part out of the draft since you opened it."
NOT_SAVED = "What you typed is below, and is not saved."


@page(Permission.SEE_PROCEDURES)
def list_drafts(request: HttpRequest) -> HttpResponse:
    """Every draft: those being written or waiting first, then those that are over."""
    over = drafts(DraftState.PUBLISHED, DraftState.DISCARDED)[:MOST_SHOWN]
    return render(
        request,
        "procedures/drafts.jinja",
        {
            "open": [draft_line(draft) for draft in drafts(*OPEN_STATES)],
            "over": [draft_line(draft) for draft in over],
        },
    )


@page(Permission.DRAFT_PROCEDURES)
def start(request: HttpRequest) -> HttpResponse:
    """Begin the next version of a procedure, or another from a copy of it."""
    if request.method != "POST":
        return redirect("procedures:list")
    kind, code = request.POST.get("kind", ""), request.POST.get("code", "")
    try:
        row = procedure(kind, code)
    except NoSuchProcedureError as error:
        raise Http404 from error
    now, title = timezone.now(), request.POST.get("new_title", "").replace("\0", "")[:120]
    try:
        if request.POST.get("offered"):
            offered = offered_version(kind, code)
            if offered is None:
                raise Http404
            draft = draft_from_offered(actor=request.actor, offered=offered, now=now)
        else:
            draft = start_draft(actor=request.actor, based_on=row, now=now, new_title=title)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(f"procedures:{kind}", code)
    return redirect("procedures:draft", draft.pk)


@page(Permission.SEE_PROCEDURES)
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """A draft: where it stands, what is wrong with it, what it changes, and what happened to it."""
    return _show(request, _get(draft_id))


@page(Permission.DRAFT_PROCEDURES)
def text(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The whole text of a draft, with every fault by line and field; saved exactly as typed."""
    one = _get(draft_id)
    if request.method != "POST":
        return _show_text(request, one, one.source_text, one.revision)
    typed = request.POST.get("text", "").replace("\0", "").replace("\r\n", "\n")
    revision = _revision(request)
    try:
        saved = save_draft(actor=request.actor, draft=one, revision=revision, text=typed, now=timezone.now())
    except DraftChangedError as error:
        return _show_text(request, _get(draft_id), typed, revision, str(error))
    except RefusedError as error:
        return _show_text(request, one, typed, one.revision, str(error))
    wrong = draft_problems(saved)
    if wrong:
        messages.warning(request, f"Saved. It has {faults_said(len(wrong))} to mend before it can be sent.")
        return redirect("procedures:draft_text", draft_id)
    messages.success(request, "Saved. No faults found.")
    return redirect("procedures:draft", draft_id)


@page(Permission.DRAFT_PROCEDURES)
def sheet(request: HttpRequest, draft_id: int, sheet_id: str) -> HttpResponse:
    """One part of a draft as fields. Nothing is saved until it is asked for, and what was typed is never lost."""
    one = _get(draft_id)
    why_not = _why_no_sheet(one)
    content = None if one.definition is None else read_yaml(one.source_text).content
    is_typed = request.method == "POST"
    base = _revision(request, "base") if is_typed else one.revision
    filled_content = _content_at(one, base) if is_typed else content
    is_unreadable = filled_content is None
    if is_unreadable:  # what was typed is shown in the draft as it is, to be looked through and saved again
        base, filled_content = one.revision, content
    if filled_content is None or (why_not and not is_typed):
        messages.error(request, why_not)
        return redirect("procedures:draft_text" if one.definition is None else "procedures:draft", draft_id)
    before = _sheet(one.kind, filled_content, sheet_id)
    if before is None:
        raise Http404
    if not is_typed:
        return _show_sheet(request, one, _Open(editing.filled_from(before, filled_content), base, base))
    places = len(editing.filled_from(before, filled_content).rows)
    opened = _Open(editing.filled_from_post(before, request.POST, places), base, _revision(request))
    if is_unreadable:
        opened.seen, opened.told = base, (FILLED_FROM_NOTHING,)
        return _show_sheet(request, one, opened, status=409)
    doing = request.POST.get("do", "save")
    if doing != "save":
        opened.filled = editing.rearranged(opened.filled, doing)
        return _show_sheet(request, one, opened, focus=doing)
    editing.check(opened.filled)
    if opened.filled.has_errors:
        return _show_sheet(request, one, opened, status=422)
    where = None if why_not else _sheet(one.kind, content, sheet_id)
    if where is None:
        opened.told = (f"{why_not or PART_IS_GONE} {NOT_SAVED}",)
        return _show_sheet(request, one, opened, status=409)
    if one.revision != opened.seen:
        seen_content = _content_at(one, opened.seen) or filled_content
        seen_part = _sheet(one.kind, seen_content, sheet_id)
        if seen_part is None or not editing.is_same_part(seen_part, seen_content, where, content):
            return _show_conflict(request, one, opened, seen_content, content)
    try:
        typed = as_text(one.kind, editing.put_back(opened.filled, filled_content, where, content))
    except UnwritableTextError as error:
        opened.told = (str(error),)
        return _show_sheet(request, one, opened, status=422)
    readable, problems = draft_text_check(one, typed)
    if readable is None:
        opened.told = tuple(problem.text for problem in problems)
        return _show_sheet(request, one, opened, status=422)
    try:
        save_draft(
            actor=request.actor, draft=one, revision=one.revision, text=typed, now=timezone.now(), note=where.title
        )
    except DraftChangedError:  # somebody saved in this very moment: look again at what they made of it
        return sheet(request, draft_id, sheet_id)
    except RefusedError as error:
        opened.told = (str(error),)
        return _show_sheet(request, one, opened, status=422)
    messages.success(request, f"Saved: {where.title}.")
    return redirect("procedures:draft", draft_id)


@page(Permission.DRAFT_PROCEDURES)
def send(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Ask a second person to approve a draft, saying why it is changed."""
    return _act(
        request, draft_id, "why",
        lambda one, said, now: send_draft(
            actor=request.actor, draft=one, revision=_revision(request), why=said, now=now
        ),
        "Sent. Somebody else can now approve it.",
    )  # fmt: skip


@page(Permission.DRAFT_PROCEDURES)
def take_back(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Take a draft back from waiting, to change it."""
    return _act(
        request, draft_id, "",
        lambda one, _, now: take_back_draft(actor=request.actor, draft=one, now=now), "Taken back. You can change it.",
    )  # fmt: skip


@page(Permission.DRAFT_PROCEDURES)
def renumber(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Number a draft on from a version that was published meanwhile."""
    return _act(
        request, draft_id, "",
        lambda one, _, now: renumber_draft(actor=request.actor, draft=one, revision=_revision(request), now=now),
        "Numbered on.",
    )  # fmt: skip


@page(Permission.DRAFT_PROCEDURES)
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Stop writing a draft; what was written is kept."""
    return _act(
        request, draft_id, "reason",
        lambda one, said, now: discard_draft(actor=request.actor, draft=one, reason=said, now=now),
        "Discarded. Its text is kept, and can be read here.",
    )  # fmt: skip


@page(Permission.SEE_PROCEDURES)
def comment(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Say something about a draft."""
    return _act(
        request, draft_id, "comment",
        lambda one, said, now: comment_on_draft(actor=request.actor, draft=one, text=said, now=now),
        "Your comment is added.",
    )  # fmt: skip


@page(Permission.APPROVE_PROCEDURES)
def give_back(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Give a draft back to whoever wrote it, saying what must change."""
    return _act(
        request, draft_id, "reason",
        lambda one, said, now: return_draft(actor=request.actor, draft=one, reason=said, now=now),
        "Returned for changes.",
    )  # fmt: skip


@page(Permission.APPROVE_PROCEDURES)
def publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Approve a draft that somebody else wrote: it is followed from now on."""
    return _act(
        request, draft_id, "note",
        lambda one, said, now: publish_draft(
            actor=request.actor, draft=one, revision=_revision(request), now=now, note=said
        ),
        "Approved and published. Whoever starts from now on follows it; open episodes stay on theirs until moved.",
    )  # fmt: skip


@dataclass(slots=True)
class _Open:
    """A sheet somebody has open: filled from revision `base`, knowing of changes up to revision `seen`."""

    filled: editing.Filled
    base: int
    seen: int
    told: tuple[str, ...] = ()
    theirs: tuple[PartChange, ...] = ()
    theirs_by: str = ""


def _get(draft_id: int):
    try:
        return draft_for(draft_id)
    except NoSuchDraftError as error:
        raise Http404 from error


def _revision(request: HttpRequest, name: str = "revision") -> int:
    number = whole_number(request.POST.get(name, ""))
    if number is None:
        raise Http404
    return number


def _content_at(one, revision: int) -> dict | None:
    """What a draft said at a revision; None where it was no procedure then, or there is no such revision."""
    text = draft_text_at(one, revision)
    return None if text is None else draft_text_check(one, text)[0]


def _sheet(kind: str, content: dict, sheet_id: str) -> editing.Sheet | None:
    return next((one for one in editing.sheets(kind, content, published_library()) if one.id == sheet_id), None)


def _why_no_sheet(one) -> str:
    if one.definition is None:
        return "The whole text has a fault that must be mended first. Mend it there."
    if not draft_head(one).is_writable:
        return f"This draft is now: {one.get_state_display().lower()}. It cannot be changed."
    return ""


def _act(request: HttpRequest, draft_id: int, field: str, service: Callable, done: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("procedures:draft", draft_id)
    one = _get(draft_id)
    said = request.POST.get(field, "").replace("\0", "") if field else ""
    try:
        service(one, said, timezone.now())
    except (RefusedError, NotAllowedError) as error:
        return _show(request, _get(draft_id), refused=(field, str(error)), said=said)
    messages.success(request, done)
    return redirect("procedures:draft", draft_id)


def _show(request: HttpRequest, one, refused: tuple[str, str] = ("", ""), said: str = "") -> HttpResponse:
    head, around = draft_head(one), around_now()
    problems = draft_problems(one) if head.is_open else []
    changes, lines, flow = (), (), None
    if one.definition is not None:
        thing = defined_by(one.kind, one.definition)
        if one.based_on is not None:
            before = built(one.based_on)
            changes = compare(parts_of(before, around), parts_of(thing, around))
            lines = text_changes(as_text(one.kind, definition_of(before)), as_text(one.kind, definition_of(thing)))
        flow = draw(thing, around.forms) if one.kind == "pathway" and not problems else None
    newest = versions_of(one.kind, one.code)
    actor = request.actor
    return render(
        request,
        "procedures/draft.jinja",
        {
            "head": head,
            "faults": faults(problems, one.source_text, one.kind),
            "sheets": _sheets_to_change(one) if head.is_writable and one.definition is not None else (),
            "changes": changes,
            "text": lines,
            "base": f"Version {one.based_on.version}" if one.based_on else "",
            "base_title": one.based_on.title if one.based_on and one.based_on.code != one.code else "",
            "flow": flow,
            "history": happened(draft_events(one)),
            "overtaken": newest[0].version if head.is_open and newest and newest[0].version >= one.version else None,
            "wrote": actor.account_id in writers_of(one),
            "may_write": actor.may(Permission.DRAFT_PROCEDURES),
            "may_approve": actor.may(Permission.APPROVE_PROCEDURES),
            "kinds": KINDS,
            "refused_at": refused[0],
            "refused": refused[1],
            "said": said,
        },
        status=422 if refused[1] else 200,
    )


def _sheets_to_change(one) -> list[editing.Sheet]:
    content = read_yaml(one.source_text).content
    return [
        each for each in editing.sheets(one.kind, content, published_library()) if each.head or each.may_add
        or editing.filled_from(each, content).rows
    ]  # fmt: skip


def _show_text(request: HttpRequest, one, typed: str, revision: int, refused: str = "") -> HttpResponse:
    _, problems = draft_text_check(one, typed)
    is_overtaken = revision != one.revision
    return render(
        request,
        "procedures/draft_text.jinja",
        {
            "head": draft_head(one),
            "typed": typed,
            "revision": one.revision,
            "faults": faults(problems, typed, one.kind),
            "refused": refused,
            "theirs": one.source_text if is_overtaken else "",
            "differs": text_changes(one.source_text, typed) if is_overtaken else (),
        },
        status=422 if refused else 200,
    )


def _show_sheet(request: HttpRequest, one, opened: _Open, focus: str = "", status: int = 200) -> HttpResponse:
    verb, _, number = focus.partition("-")
    place = whole_number(number)
    moved_to = {"up": -1, "down": 1}.get(verb, 0) + (place or 0) if place is not None else None
    return render(
        request,
        "procedures/sheet.jinja",
        {
            "head": draft_head(one),
            "open": opened,
            "sheet": opened.filled.sheet,
            "rows": opened.filled.rows,
            "focus_row": len(opened.filled.rows) - 1 if verb == "add" else moved_to,
            "focus_on": verb,
            "loses_notes": has_notes(one.source_text),
        },
        status=status,
    )


def _show_conflict(request: HttpRequest, one, opened: _Open, before: dict, after: dict) -> HttpResponse:
    around = around_now()
    try:
        theirs = compare(parts_of(defined_by(one.kind, before), around), parts_of(defined_by(one.kind, after), around))
    except ValueError:  # theirs has a fault, and is shown as text on the page of the draft
        theirs = ()
    last = [event for event in draft_events(one) if event.kind == "saved"]
    opened = replace(opened, seen=one.revision, theirs=theirs, theirs_by=last[-1].actor_name if last else "Somebody")
    return _show_sheet(request, one, opened, status=409)
