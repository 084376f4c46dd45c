"""What waits for the privacy officer, and saying what they make of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.audit.selectors import chain_state
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import PersonNotFoundError, person_with_reference
from homeward.rights.selectors import (
    RequestNotFoundError,
    access_for,
    broken_glass_for,
    broken_glass_to_judge,
    due_appraisals,
    events_behind,
    judged_accesses,
    open_requests,
    proposed_destructions,
    references_of,
    staff_details,
    unusual_to_look_at,
    watched_until,
)
from homeward.rights.services import describe_staff, judge_access, judge_glass
from homeward.web.gate import page
from homeward.web.privacy.forms import FindingForm, StaffForm
from homeward.web.privacy.presenters.events import present_events
from homeward.web.privacy.presenters.watching import (
    present_access,
    present_glass,
    present_home,
    present_settled,
    present_staff,
)


@page(Permission.SEE_AUDIT)
def home(request: HttpRequest) -> HttpResponse:
    """What waits: broken glass, unusual access, requests, and how the audit trail stands."""
    now = timezone.now()
    actor = request.actor
    answers = actor.may(Permission.ANSWER_RIGHTS)
    shown = present_home(
        chain_state(actor),
        watched=watched_until(actor) if answers else None,
        glass=broken_glass_to_judge(actor) if answers else [],
        unusual=unusual_to_look_at(actor) if answers else [],
        requests=open_requests(actor) if answers else [],
        due=len(due_appraisals(actor, now)) if answers else 0,
        proposed=len(proposed_destructions(actor)) if answers else 0,
        now=now,
    )
    return render(request, "privacy/home.jinja", {"shown": shown, "here": "home", "answers": answers})


@page(Permission.ANSWER_RIGHTS)
def access(request: HttpRequest, access_id: int) -> HttpResponse:
    """One unusual access: what the rule saw, what the reader did that day, and what is made of it."""
    now = timezone.now()
    try:
        one = access_for(request.actor, access_id)
    except RequestNotFoundError as error:
        raise Http404 from error
    form = FindingForm(request.POST if request.method == "POST" else None, initial={"finding": one.finding})
    if form.is_valid():
        try:
            judge_access(actor=request.actor, access=one, now=now, **form.cleaned_data)
        except RefusedError as error:
            form.add_error("note", str(error))
        else:
            messages.success(request, "Your finding is kept.")
            return redirect("privacy:home")
    behind = events_behind(request.actor, one)
    references = references_of(request.actor, {event.person_id for event in behind if event.person_id})
    context = {
        "shown": present_access(one, london_day(now)),
        "events": present_events(behind, references, london_day(now)),
        "form": form,
        "here": "home",
    }
    return render(request, "privacy/access.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.ANSWER_RIGHTS)
def glass(request: HttpRequest, broken_id: int) -> HttpResponse:
    """One breaking of the glass: the reason given, and whether it was right."""
    now = timezone.now()
    try:
        one = broken_glass_for(request.actor, broken_id)
    except RequestNotFoundError as error:
        raise Http404 from error
    form = FindingForm(request.POST if request.method == "POST" else None, initial={"finding": one.finding})
    if form.is_valid():
        try:
            judge_glass(actor=request.actor, broken=one, now=now, **form.cleaned_data)
        except RefusedError as error:
            form.add_error("note", str(error))
        else:
            messages.success(request, "Your finding is kept.")
            return redirect("privacy:home")
    context = {"shown": present_glass(one, london_day(now)), "form": form, "here": "home"}
    return render(request, "privacy/glass.jinja", context, status=422 if form.is_bound else 200)


@page(Permission.ANSWER_RIGHTS)
def settled(request: HttpRequest) -> HttpResponse:
    """What was found before, and by whom."""
    shown = present_settled(judged_accesses(request.actor), london_day(timezone.now()))
    return render(request, "privacy/settled.jinja", {"shown": shown, "here": "home"})


@page(Permission.ANSWER_RIGHTS)
def staff(request: HttpRequest) -> HttpResponse:
    """What is kept of staff so that a reading near to them is noticed."""
    return render(
        request, "privacy/staff.jinja", {"shown": present_staff(staff_details(request.actor)), "here": "staff"}
    )


@page(Permission.ANSWER_RIGHTS)
def staff_member(request: HttpRequest, account_id: int) -> HttpResponse:
    """Keep the postcode of one member of staff, and which record is theirs."""
    found = [(account, detail) for account, detail in staff_details(request.actor) if account.pk == account_id]
    if not found:
        raise Http404
    account, detail = found[0]
    initial = {
        "postcode": detail.postcode if detail else "",
        "reference": detail.person.reference if detail and detail.person else "",
    }
    form = StaffForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        reference = form.cleaned_data["reference"].strip()
        try:
            person_id = person_with_reference(request.actor, reference) if reference else None
            describe_staff(
                actor=request.actor, account=account, postcode=form.cleaned_data["postcode"], person_id=person_id,
                now=timezone.now(),
            )  # fmt: skip
        except PersonNotFoundError:
            form.add_error("reference", "Nobody in your services has this reference")
        except RefusedError as error:
            form.add_error("postcode", str(error))
        else:
            messages.success(request, "Kept. It is used from the next reading on.")
            return redirect("privacy:staff")
    context = {"name": account.full_name, "account_id": account.pk, "form": form, "here": "staff"}
    return render(request, "privacy/staff_member.jinja", context, status=422 if form.is_bound else 200)
