"""Choosing the support that follows a response."""

import math

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.visits import planning
from homeward.visits.services import DAYS_AT_MOST, NewSupport, support_ends_at, support_templates
from homeward.web.clocks import time_words
from homeward.web.front_door.presenters.moves import moved_summary
from homeward.web.gate import page
from homeward.web.responding.forms import SupportForm
from homeward.web.responding.presenters.supporting import proposals
from homeward.web.responding.views.board import get_response


@page(Permission.WRITE_PLANS)
def support(request: HttpRequest, episode_id: int) -> HttpResponse:
    """The visits that the pathway proposes, to change and put into the plan and the day."""
    now = timezone.now()
    running, _ = get_response(request, episode_id, now)
    templates = support_templates(running.episode)
    ends_at = support_ends_at(running.episode, now)
    if ends_at is None:
        messages.error(request, "Support begins when somebody has seen the person. Record that they arrived first.")
        return redirect("responding:case", episode_id)
    days_left = max(1, min(DAYS_AT_MOST, math.ceil((ends_at - now).total_seconds() / 86400)))
    form = SupportForm(request.POST if request.method == "POST" else None, templates=templates)
    chosen = None
    if request.method == "POST":
        if form.is_valid():
            chosen = form.cleaned_data["chosen"]
            try:
                given = planning.give_support(
                    actor=request.actor,
                    episode=running.episode,
                    chosen=[NewSupport(code, times, days) for code, (times, days) in chosen.items()],
                    summary=form.cleaned_data["summary"],
                    not_agreed_reason="" if form.cleaned_data["agreed"] else form.cleaned_data["not_agreed_reason"],
                    now=now,
                )
            except RefusedError as error:
                form.add_error(None, str(error))
            else:
                told = moved_summary(given.visit.pk, given.moves) if given.plan else ""
                messages.success(request, f"The support is in the plan. {told}".strip())
                return redirect("responding:case", episode_id)
        else:
            chosen = form.cleaned_data.get("chosen", {})
    return render(
        request,
        "responding/support.jinja",
        {
            "service": running.episode.service,
            "name": running.episode.subject_label,
            "episode_id": episode_id,
            "ends": time_words(ends_at, now),
            "proposals": proposals(templates, days_left, chosen),
            "most_days": DAYS_AT_MOST,
            "form": form,
        },
        status=422 if form.errors else 200,
    )
