"""The desk: who has a referral, what is said about it, handing it over, escalating it, putting a wrong time right."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import LONDON, RefusedError, whole_number
from homeward.referrals.services import (
    claim_referral,
    comment_on_referral,
    correct_referral_time,
    escalate_referral,
    hand_over_referral,
    release_referral,
)
from homeward.teams.selectors import account_for, accounts_that_may
from homeward.web.front_door.forms.desk import DeskForm, RightTimeForm
from homeward.web.front_door.views.opening import opened, refused
from homeward.web.gate import page


@page(Permission.TAKE_REFERRALS)
def desk(request: HttpRequest, referral_id: int) -> HttpResponse:
    """What can be done to a referral without deciding it: a page, or the part of one that a card opens."""
    return _show(request, opened(request, referral_id), DeskForm(deed="comment"))


@page(Permission.TRIAGE_REFERRALS)
def claim(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Take a referral and open it, to triage it."""
    if request.method == "POST":
        try:
            claim_referral(actor=request.actor, referral=opened(request, referral_id), now=timezone.now())
        except RefusedError as error:
            return refused(request, referral_id, error)
    return redirect("front_door:referral", referral_id)


@page(Permission.TRIAGE_REFERRALS)
def release(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Put a referral back for anyone to take."""
    if request.method == "POST":
        one = opened(request, referral_id)
        try:
            release_referral(actor=request.actor, referral=one, now=timezone.now())
        except RefusedError as error:
            return refused(request, referral_id, error)
        messages.success(request, f"{one.reference}, {one.subject_label}, is put back for anyone to take.")
    return redirect("front_door:queue")


@page(Permission.TRIAGE_REFERRALS)
def take_over(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Take a referral that somebody else has."""
    if request.method != "POST":
        return redirect("front_door:referral", referral_id)
    one, mine = opened(request, referral_id), account_for(request.actor.account_id or 0)
    if mine is None:
        return redirect("front_door:referral", referral_id)
    try:
        hand_over_referral(actor=request.actor, referral=one, to=mine, note="Taken over by them", now=timezone.now())
    except RefusedError as error:
        return refused(request, referral_id, error)
    messages.success(request, "You have this referral now.")
    return redirect("front_door:referral", referral_id)


@page(Permission.TAKE_REFERRALS)
def comment(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Leave a comment for colleagues at the desk."""
    return _do(
        request,
        referral_id,
        "comment",
        lambda one, told, now: comment_on_referral(actor=request.actor, referral=one, text=told["text"], now=now),
        "Comment added to {one}.",
    )


@page(Permission.TRIAGE_REFERRALS)
def hand_over(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Give a referral to a colleague who triages here."""

    def give(one, told: dict, now: datetime) -> None:
        colleague = account_for(whole_number(told["to"]) or 0)
        if colleague is None:
            raise RefusedError("Choose who takes it.")
        hand_over_referral(actor=request.actor, referral=one, to=colleague, note=told["note"], now=now)

    return _do(request, referral_id, "hand_over", give, "{one} is handed over.")


@page(Permission.TAKE_REFERRALS)
def escalate(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Ask a senior to look at a referral now."""
    return _do(
        request,
        referral_id,
        "escalate",
        lambda one, told, now: escalate_referral(actor=request.actor, referral=one, reason=told["reason"], now=now),
        "{one} is escalated. It stands out in the queue until somebody decides.",
    )


@page(Permission.TRIAGE_REFERRALS)
def right_time(request: HttpRequest, referral_id: int) -> HttpResponse:
    """Put right when something happened. Both times stay on record."""
    one = opened(request, referral_id)
    now = timezone.now()
    event_id = whole_number((request.POST or request.GET).get("event", ""))
    event = next((event for event in one.events.all() if event.pk == event_id), None)
    if event is None:
        return redirect("front_door:referral", referral_id)
    local = event.happened_at.astimezone(LONDON)
    starting = {"right_day": local.date().isoformat(), "right_time": f"{local:%H:%M}"}
    form = RightTimeForm(request.POST or None, now=now, initial=starting)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            correct_referral_time(
                actor=request.actor,
                event=event,
                happened_at=told["happened_at"],
                reason=told["time_reason"],
                now=now,
            )
        except RefusedError as error:
            form.add_error("right_time", str(error))
        else:
            messages.success(request, "The time is put right. Both times stay on record.")
            return redirect("front_door:referral", referral_id)
    return render(
        request,
        "front_door/right_time.jinja",
        {"service": one.service, "referral": one, "event": event, "form": form},
        status=422 if form.errors else 200,
    )


def _do(request: HttpRequest, referral_id: int, deed: str, service, words: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("front_door:desk", referral_id)
    one = opened(request, referral_id)
    form = DeskForm(request.POST, deed=deed)
    if not form.is_valid():
        return _show(request, one, form, status=422)
    try:
        service(one, form.cleaned_data, timezone.now())
    except RefusedError as error:
        form.add_error(DeskForm.NEEDED[deed][0], str(error))
        return _show(request, one, form, status=422)
    messages.success(request, words.format(one=f"{one.reference}, {one.subject_label}"))
    if request.POST.get("back") == "referral":
        return redirect("front_door:referral", referral_id)
    return redirect(f"{reverse('front_door:queue')}#card-{referral_id}")


def colleagues_for(request: HttpRequest, one) -> list[tuple[str, list[tuple[str, str]]]]:
    """Who a referral can be handed to, as a list to choose from; nobody where the reader may not hand over."""
    if not request.actor.may(Permission.TRIAGE_REFERRALS):
        return []
    accounts = accounts_that_may(Permission.TRIAGE_REFERRALS, one.service_id)
    able = [each for each in accounts if each.pk != one.held_by_id]
    return [("", [(str(each.pk), f"{each.full_name}, {each.role_title.lower()}") for each in able])]


def _show(request: HttpRequest, one, form: DeskForm, status: int = 200) -> HttpResponse:
    is_part = bool(request.headers.get("HX-Request"))
    return render(
        request,
        "front_door/desk_part.jinja" if is_part else "front_door/desk.jinja",
        {
            "service": one.service,
            "referral_id": one.pk,
            "name": one.subject_label,
            "reference": one.reference,
            "is_held": one.held_by_id is not None,
            "desk_form": form,
            "form": form,
            "may_triage": request.actor.may(Permission.TRIAGE_REFERRALS),
            "back": request.POST.get("back", "queue"),
            "colleagues": colleagues_for(request, one),
        },
        status=status,
    )
