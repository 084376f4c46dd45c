"""Somebody's own recovery plan: theirs to write, theirs to show."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day
from homeward.plans.selectors import recovery_of
from homeward.plans.services import share_recovery_part, write_recovery_part
from homeward.plans.states import WrapAudience, WrapPart
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.forms import Asked
from homeward.web.plans.opening import banner_of
from homeward.web.plans.presenters.recovery import card_to_write, present_recovery


@page(Permission.SEE_PEOPLE)
def recovery(request: HttpRequest, person_id: int) -> HttpResponse:
    """The parts of a recovery plan that the person shares with the reader, and that there are others."""
    now = timezone.now()
    person = opened(request, person_id, now)
    return render(
        request,
        "plans/recovery.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "parts": present_recovery(recovery_of(request.actor, person, london_day(now))),
            "may_write": request.actor.may(Permission.WRITE_PLANS),
        },
    )


@page(Permission.WRITE_PLANS)
def part(request: HttpRequest, person_id: int, part: str) -> HttpResponse:
    """Write down one part for the person, and with whom they share it."""
    if part not in WrapPart.values:
        raise Http404
    now = timezone.now()
    person = opened(request, person_id, now)
    today = london_day(now)
    card = card_to_write(recovery_of(request.actor, person, today), part)
    asked = Asked(request.POST if request.method == "POST" else None, {"text": card.text, "ends_on": card.ends_on})
    chosen = list(card.audiences) if asked.posted is None else request.POST.getlist("audience")
    if request.method == "POST":
        ends_on = asked.day("ends_on")
        if not asked.errors:
            try:
                # what was written and is not shown to the reader stays, unless they write it anew
                is_new = asked.typed("text") != card.text or card.has_several
                if is_new and (asked.typed("text") or card.is_shown):
                    write_recovery_part(
                        actor=request.actor, person=person, part=part, text=asked.typed("text"), now=now
                    )
                share_recovery_part(
                    actor=request.actor, person=person, part=part, audiences=chosen, ends_on=ends_on, now=now
                )
                messages.success(request, "Kept as the person said.")
                return redirect("plans:recovery", person_id)
            except RefusedError as error:
                asked.errors["ends_on"] = [str(error)]
    return render(
        request,
        "plans/recovery_part.jinja",
        {
            "service": person.service,
            "banner": banner_of(request, person, now),
            "card": card,
            "form": asked,
            "audiences": WrapAudience.choices,
            "chosen": chosen,
            "today": today.isoformat(),
        },
        status=422 if asked.errors else 200,
    )
