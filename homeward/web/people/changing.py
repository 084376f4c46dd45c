"""Changing a part of a record: every such page is the same page, asking other things."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Sight
from homeward.kernel.rules import RefusedError
from homeward.people.selectors import newest_change
from homeward.people.services import ChangedMeanwhileError
from homeward.web.people.change_form import Asked, ChangeForm
from homeward.web.people.opening import opened


@dataclass(frozen=True, slots=True)
class Asking:
    """What one page asks: its title, what it says first, the things asked with what they start as, and its button.

    `do` is given what was typed, cleaned, and the newest change its reader knew of; it gives the words that say what
    was done. `warns` makes the button one of those that end something.
    """

    title: str
    asked: Sequence[Asked]
    do: Callable[[Mapping, int], str]
    begin: Mapping[str, object] | None = None
    says: tuple[str, ...] = ()
    button: str = "Save"
    back: str = "people:details"
    anchor: str = ""
    warns: bool = False
    # what its reader knew of, where it is not the newest change of the record
    seen: int | None = None


def ask(
    request: HttpRequest,
    person_id: int,
    asking: Callable[[object, datetime], Asking],
    at_least: Sight = Sight.RECORD,
) -> HttpResponse:
    """Open the record, show what a page asks of it, and do it: redirect when done, show again what was refused.

    `asking` is given the opened person and the time.
    """
    now = timezone.now()
    one = opened(request, person_id, now, at_least)
    page = asking(one, now)
    seen = newest_change(request.actor, one) if page.seen is None else page.seen
    form = ChangeForm(request.POST if request.method == "POST" else None, page.asked, page.begin or {}, seen)
    if form.is_valid():
        try:
            done = page.do(form.cleaned_data, form.seen)
        except ChangedMeanwhileError as error:
            form.refuse(str(error))
            form.seen = seen  # having read that, they may save again
        except RefusedError as error:
            form.refuse(str(error), getattr(error, "field", ""))
        else:
            messages.success(request, done)
            return redirect(f"{redirect(page.back, person_id=one.pk).url}{f'#{page.anchor}' if page.anchor else ''}")
    context = {"service": one.service, "person_id": one.pk, "name": one.label, "page": page, "form": form}
    return render(request, "people/change.jinja", context, status=422 if form.is_bound else 200)
