"""Records that may be of one person: the list, the two side by side, the decision, and undoing a merge."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.linking.selectors import (
    DuplicateNotFoundError,
    SideBySide,
    merge_for,
    possible_duplicates,
    side_by_side,
)
from homeward.people.linking.services import decide_duplicate, merge_people, unmerge_people
from homeward.people.states import DuplicateState
from homeward.web.gate import page
from homeward.web.people.forms import MergeForm, UndoMergeForm
from homeward.web.people.presenters.duplicates import present_merge, present_pairs, present_side_by_side

PAIRS_SHOWN = 100


@page(Permission.MERGE_PEOPLE)
def duplicates(request: HttpRequest) -> HttpResponse:
    """The pairs of records to decide on, the likeliest first."""
    now = timezone.now()
    pairs = possible_duplicates(request.actor, now, limit=PAIRS_SHOWN + 1)
    return render(request, "people/duplicates.jinja", {"shown": present_pairs(pairs, london_day(now), PAIRS_SHOWN)})


@page(Permission.MERGE_PEOPLE)
def compare(request: HttpRequest, duplicate_id: int) -> HttpResponse:
    """Two records side by side, with what speaks for one person and against; and the decision."""
    now = timezone.now()
    try:
        pair = side_by_side(request.actor, duplicate_id, now)
    except DuplicateNotFoundError as error:
        raise Http404 from error
    form = MergeForm(request.POST if request.method == "POST" else None, pair=pair)
    if form.is_valid():
        try:
            return _decided(request, pair, form, now)
        except RefusedError as error:
            form.add_error("decision", str(error))
    shown = present_side_by_side(pair, form, london_day(now))
    context = {"service": pair.first.service, "shown": shown, "form": form}
    return render(request, "people/compare.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.MERGE_PEOPLE)
def undo_merge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Take two merged records apart again."""
    now = timezone.now()
    try:
        merge = merge_for(request.actor, merge_id)
    except DuplicateNotFoundError as error:
        raise Http404 from error
    form = UndoMergeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            left = unmerge_people(actor=request.actor, merge=merge, reason=form.cleaned_data["reason"], now=now)
        except RefusedError as error:
            form.add_error("reason", str(error))
        else:
            told = f"{merge.kept.reference} and {merge.merged.reference} are two records again."
            messages.success(request, " ".join([told, *left]))
            return redirect("people:person", person_id=merge.kept_id)
    context = {"shown": present_merge(merge), "form": form}
    return render(request, "people/undo_merge.jinja", context, status=422 if form.is_bound else 200)


def _decided(request: HttpRequest, pair: SideBySide, form: MergeForm, now) -> HttpResponse:
    told = form.cleaned_data
    if told["decision"] != DuplicateState.MERGED:
        decide_duplicate(
            actor=request.actor, duplicate=pair.duplicate, state=told["decision"], note=told["reason"], now=now
        )
        not_same = told["decision"] == DuplicateState.NOT_SAME
        said = "They stay two records, and will not be listed again." if not_same else "Left for later, in the list."
        messages.success(request, said)
        return redirect("people:duplicates")
    keep, other = (pair.first, pair.second) if told["keep"] == str(pair.first.pk) else (pair.second, pair.first)
    merge_people(
        actor=request.actor, keep=keep, other=other, values=form.values(keep.pk), reason=told["reason"], now=now
    )
    messages.success(request, f"Record {other.reference} is merged into this one. You can undo it under Details.")
    return redirect("people:person", person_id=keep.pk)
