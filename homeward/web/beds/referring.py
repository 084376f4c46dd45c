"""Asking for a bed, deciding, offering, what was answered, and moving in."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.beds.selectors import BedNotFoundError, bed_referral_for, to_refer
from homeward.beds.services import (
    accept_bed_referral,
    accept_offer,
    admit,
    change_bed_needs,
    decline_bed_referral,
    decline_offer,
    note_readiness,
    offer_bed,
    put_first,
    refer_to_bed,
    take_back_offer,
    withdraw_bed_referral,
)
from homeward.beds.states import BedEquipment, CameFrom, ReferralState, SharesWith
from homeward.discharge.selectors import stays_of
from homeward.kernel.rules import RefusedError, london_day, whole_number
from homeward.web.beds.forms import AskedBeds, moment_value, only_by_form, read_bed_referral, tried, usual_of
from homeward.web.beds.presenters import criteria_lines, present_referral
from homeward.web.gate import page
from homeward.web.people.opening import opened
from homeward.web.plans.opening import banner_of

USUALLY_HELD = timedelta(hours=24)  # local decision
USUAL_STAY = timedelta(days=28)  # a day to aim for is set on the first day; local decision


@page(Permission.TAKE_REFERRALS)
def refer(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask for a bed for somebody: the criteria, and what the bed must be like."""
    now = timezone.now()
    person = opened(request, person_id, now)
    pathway, door, open_one = to_refer(request.actor, person)
    # the page of a hospital stay leads here and says which
    stay_id = whole_number(request.GET.get("stay", ""))
    if stay_id is not None and stay_id not in {stay.pk for stay in stays_of(request.actor, person)}:
        raise Http404
    if open_one is not None and request.method != "POST":
        return redirect("beds:referral", open_one.pk)
    usual = {"came_from": CameFrom.HOSPITAL if stay_id else "", "reason": ""}
    asked = AskedBeds(request.POST if request.method == "POST" else None, usual)
    if request.method == "POST":
        new = read_bed_referral(asked, _codes(pathway), asks_reason=door is None)
        if new is not None:
            try:
                new = replace(new, hospital_stay_id=stay_id)
                row = refer_to_bed(actor=request.actor, person=person, new=new, referral=door, now=now)
            except RefusedError as error:
                asked.errors["came_from"] = [str(error)]
            else:
                messages.success(request, "A bed is asked for. It is on the list to decide on")
                may_open = request.actor.may(Permission.SEE_BEDS)
                return redirect("beds:referral", row.pk) if may_open else redirect("people:person", person.pk)
    return _needs_page(request, person, pathway, asked, now, door=door)


@page(Permission.SEE_BEDS)
def referral(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """One bed referral: criteria, beds, the offer, what happened."""
    return _show(request, bed_referral_id, timezone.now())


@page(Permission.TAKE_REFERRALS)
def needs(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """Correct what the bed must be like, or the answers to the criteria."""
    now = timezone.now()
    found = _found(request, bed_referral_id, now)
    row = found.referral
    usual, many = usual_of(row)
    asked = AskedBeds(request.POST if request.method == "POST" else None, usual, many)
    if request.method == "POST":
        new = read_bed_referral(asked, _codes(found.asked), asks_reason=False)
        if new is not None and tried(
            asked, "came_from", lambda: change_bed_needs(actor=request.actor, referral=row, new=new, now=now)
        ):
            messages.success(request, "Kept")
            return redirect("beds:referral", row.pk)
    return _needs_page(request, row.person, found.asked, asked, now, row=row)


@page(Permission.RUN_BEDS)
def decide(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """Accept somebody for a bed, or decline."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        reason, told = asked.typed("decide_reason"), {"actor": request.actor, "referral": found.referral, "now": now}
        if asked.typed("decision") == "accept":
            accept_bed_referral(despite=reason, **told)
            return "Accepted. They wait for a bed"
        if asked.typed("decision") == "decline":
            decline_bed_referral(reason=reason, **told)
            return "Declined. Whoever referred is told why"
        raise RefusedError("Choose whether to accept or decline.")

    return _done(request, bed_referral_id, "decide", "decide_reason", do)


@page(Permission.RUN_BEDS)
def not_needed(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """They need no bed after all."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        withdraw_bed_referral(
            actor=request.actor, referral=found.referral, reason=asked.typed("not_needed_reason"), now=now
        )
        return "They need no bed after all"

    return _done(request, bed_referral_id, "not_needed", "not_needed_reason", do)


@page(Permission.RUN_BEDS)
def first(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """Put somebody first, for a reason everybody reads; or as the others again."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        reason = "" if asked.typed("as_others") else asked.typed("first_reason")
        put_first(actor=request.actor, referral=found.referral, reason=reason, now=now)
        return "They are thought of first" if reason else "They wait as the others again"

    return _done(request, bed_referral_id, "first", "first_reason", do)


@page(Permission.RUN_BEDS)
def ready(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """They cannot move yet, or can again."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        is_ready = found.referral.not_ready_since is not None
        reason = asked.typed("ready_reason")
        note_readiness(actor=request.actor, referral=found.referral, is_ready=is_ready, reason=reason, now=now)
        return "They can move" if is_ready else "They cannot move yet. Their two days stand still"

    return _done(request, bed_referral_id, "ready", "ready_reason", do)


@page(Permission.RUN_BEDS)
def offer(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """Offer a bed, held until a time."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        until = asked.moment("held_until", "Enter the day and time until when the bed is held")
        chosen = next((line for line, _ in found.choices if str(line.bed.pk) == asked.typed("bed")), None)
        if chosen is None:
            raise RefusedError("Choose the bed.")
        if until is None:
            raise RefusedError(asked.errors.pop("held_until")[0])
        ready_on = max(chosen.stay.stay.leaving_on, london_day(now)) if chosen.stay is not None else None
        offer_bed(
            actor=request.actor, referral=found.referral, bed=chosen.bed, held_until=until, ready_on=ready_on, now=now,
            override_reason=asked.typed("override_reason"),
        )  # fmt: skip
        return "Offered. Nobody else can be offered this bed while it is held"

    return _done(request, bed_referral_id, "offer", "bed", do)


@page(Permission.RUN_BEDS)
def answer(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """What was answered to an offer, or taking it back."""

    def do(asked: AskedBeds, found, now: datetime) -> str:
        if found.offer is None:
            raise RefusedError("There is no offer now. Look at what happened.")
        told = {"actor": request.actor, "use": found.offer, "now": now}
        by, said = asked.typed("answered_by"), asked.typed("answer_reason")
        if asked.typed("answer") == "accept":
            accept_offer(answered_by=by, answer=said, **told)
            return "Accepted. The bed is theirs"
        if asked.typed("answer") == "decline":
            decline_offer(answered_by=by, reason=said, **told)
            return "Declined. The bed is free, and they wait on"
        if asked.typed("answer") == "take_back":
            take_back_offer(reason=said, **told)
            return "Taken back. The bed is free, and they wait on"
        raise RefusedError("Choose what was answered.")

    return _done(request, bed_referral_id, "answer", "answer", do)


@page(Permission.RUN_BEDS)
def move_in(request: HttpRequest, bed_referral_id: int) -> HttpResponse:
    """They moved in; the day to leave is set at once."""
    back = only_by_form(request, "beds:referral", bed_referral_id)
    if back is not None:
        return back
    now = timezone.now()
    found = _found(request, bed_referral_id, now)
    asked = AskedBeds(request.POST)
    moved_in_at = asked.moment("moved_in_at", "Enter when they moved in")
    leaving_on = asked.day("leaving_on", missing="Enter the day they aim to leave")
    if found.offer is None:
        asked.errors["moved_in_at"] = ["They have no bed to move into. Look at what happened."]
    stays = []
    if tried(
        asked, "moved_in_at",
        lambda: stays.append(
            admit(
                actor=request.actor, use=found.offer, moved_in_at=moved_in_at, leaving_on=leaving_on, now=now,
                next_step=asked.typed("next_step"),
            )
        ),
    ):  # fmt: skip
        messages.success(request, "They are in the bed. The six weeks have begun")
        return redirect("beds:stay", stays[0].pk)
    return _show(request, bed_referral_id, now, "move_in", asked)


def _done(request: HttpRequest, bed_referral_id: int, form: str, field: str, do) -> HttpResponse:
    """Do what one form of the page asks, or show the page again with why not, what was typed kept."""
    back = only_by_form(request, "beds:referral", bed_referral_id)
    if back is not None:
        return back
    now = timezone.now()
    found = _found(request, bed_referral_id, now)
    asked, words = AskedBeds(request.POST), []
    if tried(asked, field, lambda: words.append(do(asked, found, now))):
        messages.success(request, words[0])
        return redirect("beds:referral", bed_referral_id)
    return _show(request, bed_referral_id, now, form, asked)


def _found(request: HttpRequest, bed_referral_id: int, now: datetime):
    try:
        return bed_referral_for(request.actor, bed_referral_id, now)
    except BedNotFoundError as error:
        raise Http404 from error


def _show(
    request: HttpRequest, bed_referral_id: int, now: datetime, failed: str = "", asked: AskedBeds | None = None
) -> HttpResponse:
    found = _found(request, bed_referral_id, now)
    row = found.referral
    usual = {
        "held_until": moment_value(now + USUALLY_HELD),
        "moved_in_at": moment_value(now),
        "leaving_on": (london_day(now) + USUAL_STAY).isoformat(),
    }
    blank = AskedBeds(None, usual)
    forms = dict.fromkeys(("decide", "not_needed", "first", "ready", "offer", "answer", "move_in"), blank)
    if asked is not None:
        forms[failed] = asked
    told = {
        "service": row.service,
        "banner": banner_of(request, row.person, now),
        "page": present_referral(found, now),
        "forms": forms,
        "failed": asked,
        "may_run": request.actor.may(Permission.RUN_BEDS),
        "may_change": request.actor.may(Permission.TAKE_REFERRALS)
        and row.state in (ReferralState.ASKED, ReferralState.WAITING),
    }
    return render(request, "beds/referral.jinja", told, status=422 if asked is not None else 200)


def _codes(pathway) -> list[str]:
    return [one.code for one in (*pathway.entry.criteria, *pathway.entry.exclusions)]


def _needs_page(
    request: HttpRequest, person, pathway, asked: AskedBeds, now: datetime, *, door=None, row=None
) -> HttpResponse:
    criteria, exclusions = criteria_lines(pathway)
    told = {
        "service": person.service,
        "banner": banner_of(request, person, now),
        "person_id": person.pk,
        "row_id": row.pk if row else 0,
        "form": asked,
        "criteria": criteria,
        "exclusions": exclusions,
        "came_from": [(one.value, one.label, "") for one in CameFrom],
        "shares": [("", [(one.value, one.label) for one in SharesWith])],
        "equipment": [(one.value, one.label) for one in BedEquipment],
        "door": door.need_text if door is not None else "",
        "asks_reason": door is None and row is None,
    }
    return render(request, "beds/refer.jinja", told, status=422 if asked.errors else 200)
