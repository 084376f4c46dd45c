"""The huddle: starting it, one person at a time, who is there, ending it, and its record."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from homeward.access.rules import Permission
from homeward.discharge.selectors import StayNotFoundError, community_of, owners_to_choose, stay_for, stay_record
from homeward.discharge.selectors.huddle import (
    HuddleNotFoundError,
    HuddleWhole,
    could_attend,
    huddle_for,
    huddles_of,
    item_for,
    own_note,
    running_huddle,
    stays_to_add,
    suited_for,
)
from homeward.discharge.services.huddle import (
    HuddleEndedError,
    add_to_huddle,
    agree_action,
    attend,
    end_huddle,
    leave_out,
    save_note,
    start_huddle,
    turn_to,
)
from homeward.discharge.states import HUDDLE_ANSWERS, HuddleItemState
from homeward.kernel.rules import RefusedError, whole_number
from homeward.people.selectors import NoRelationshipError, refuse_restricted
from homeward.web.coming_home.presenters.words import pathway_words
from homeward.web.gate import page
from homeward.web.huddle.forms import PersonForm
from homeward.web.huddle.presenters import (
    facts_of,
    looks_for,
    past_lines,
    person_page,
    proposals,
    record_page,
    skill_choices,
    skills_proposed,
    started_words,
)
from homeward.web.live import seen, unchanged
from homeward.web.rounds.forms import time_choices
from homeward.web.rounds.presenters import owner_groups, where_words
from homeward.web.service_choice import service_here, services_here
from homeward.web.templating import clock_text

TOPICS = ("huddle",)


@page(Permission.SEE_STAYS)
def home(request: HttpRequest) -> HttpResponse:
    """The huddle that goes on, or the button that starts one, and the records of those before."""
    now, service = timezone.now(), service_here(request)
    goes_on = running_huddle(request.actor, service.pk)
    told = {
        "service": service,
        "services": services_here(request),
        "goes_on": goes_on,
        "started": started_words(goes_on, now) if goes_on is not None else "",
        "past": past_lines(huddles_of(request.actor, service.pk)),
    }
    return render(request, "huddle/home.jinja", told)


@page(Permission.CHASE)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start the huddle, or join the one that goes on."""
    try:
        started = start_huddle(actor=request.actor, service_id=service_here(request).pk, now=timezone.now())
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("huddle:home")
    return redirect("huddle:huddle", started.pk)


@page(Permission.SEE_STAYS)
def huddle(request: HttpRequest, huddle_id: int) -> HttpResponse:
    """Go to whom the huddle speaks of now; once it has ended, its written record."""
    now = timezone.now()
    whole = _whole(request, huddle_id, now)
    if whole.huddle.ended_at is None and "record" not in request.GET and request.actor.may(Permission.CHASE):
        return redirect("huddle:person", whole.current.pk) if whole.current else redirect("huddle:end", huddle_id)
    return render(request, "huddle/record.jinja", {"service": whole.huddle.service, "page": record_page(whole, now)})


@page(Permission.CHASE)
def person(request: HttpRequest, item_id: int) -> HttpResponse:
    """One person: what is known, what was written, what is agreed. What is typed is saved as it is typed."""
    now = timezone.now()
    item = _item(request, item_id, now)
    if request.method == "POST":
        return _written(request, item, now)
    if item.huddle.ended_at is not None:
        messages.error(request, f"{item.huddle.ended_by} has ended this huddle. This is its record.")
        return redirect("huddle:huddle", item.huddle_id)
    return _show(request, item, PersonForm.opened_with(own_note(request.actor, item), now), now)


def _written(request: HttpRequest, item, now: datetime) -> HttpResponse:
    is_live = bool(request.headers.get("HX-Request"))
    form = PersonForm(request.POST)
    # what saves itself only saves, though the browser names the button that was pressed last
    then = "" if is_live else request.POST.get("then", "")
    if not form.is_valid():
        return HttpResponse(status=422) if is_live else _show(request, item, form, now)
    told = form.cleaned_data
    if told["text"] or told["action"]:
        refuse_restricted(request.actor, item.stay.person, now)
    try:
        note = save_note(
            actor=request.actor, item=item, page=told["page"], text=told["text"], action=told["action"],
            **form.numbers(), now=now,
        )  # fmt: skip
        if is_live:
            return render(request, "huddle/saved.jinja", {"note": note, "saved": f"Saved at {clock_text(now)}"})
        if then == "agree":
            owner, moment = form.owner_chosen(), form.moment()
            if owner is None:
                form.add_error("owner", "Choose who does it")
            if not form.errors:
                agreed = agree_action(
                    actor=request.actor, item=item, text=told["action"], owner=owner, due_at=moment,
                    proposed=request.POST.get("proposed", "").replace("\0", ""), now=now,
                )  # fmt: skip
                messages.success(request, f"Agreed: {agreed.action.text}, with {agreed.action.owner_label}")
                return redirect("huddle:person", item.pk)
    except HuddleEndedError as error:
        if is_live:
            return render(request, "huddle/closed.jinja", {"why": str(error), "huddle_id": item.huddle_id})
        messages.error(request, f"{error} What you typed since is not in its record: {told['text'][:2000]}")
        return redirect("huddle:huddle", item.huddle_id)
    except RefusedError as error:
        form.add_error("action" if then == "agree" else "text", str(error))
    if is_live:
        return HttpResponse(status=422)
    if form.errors:
        return _show(request, item, form, now)
    if then in HUDDLE_ANSWERS:
        following = turn_to(actor=request.actor, huddle=item.huddle, leaving=item, state=then, now=now)
        return redirect("huddle:person", following.pk) if following else redirect("huddle:end", item.huddle_id)
    messages.success(request, "Saved")
    return redirect("huddle:person", item.pk)


@page(Permission.CHASE)
@require_POST
def turn(request: HttpRequest, item_id: int) -> HttpResponse:
    """Turn the meeting to this person now, whoever it speaks of."""
    now = timezone.now()
    item = _item(request, item_id, now)
    whole = _whole(request, item.huddle_id, now)
    try:
        turn_to(
            actor=request.actor, huddle=item.huddle, leaving=whole.current or item, state=HuddleItemState.LATER,
            to=item, now=now,
        )  # fmt: skip
    except HuddleEndedError as error:
        messages.error(request, str(error))
        return redirect("huddle:huddle", item.huddle_id)
    return redirect("huddle:person", item_id)


@page(Permission.CHASE)
def live_person(request: HttpRequest, item_id: int) -> HttpResponse:
    """What others write and agree about somebody, and where the meeting is; nothing when nothing has changed."""
    if answer := unchanged(request, TOPICS):
        return answer
    now, newest = timezone.now(), seen(TOPICS)
    item = _item(request, item_id, now)
    own = own_note(request.actor, item)
    told = {"page": person_page(_whole(request, item.huddle_id, now), item, own, now)}
    return render(request, "huddle/live_person.jinja", {"seen": newest, **told})


@page(Permission.CHASE)
def suited(request: HttpRequest, item_id: int) -> HttpResponse:
    """Who could do something for somebody: those proposed for another skill."""
    now = timezone.now()
    item = _item(request, item_id, now)
    return render(request, "huddle/suited.jinja", {"item_id": item_id, **_proposed(request, item, None, now)})


@page(Permission.CHASE)
@require_POST
def there(request: HttpRequest, huddle_id: int) -> HttpResponse:
    """Note who is there, or that somebody noted is not."""
    now = timezone.now()
    whole = _whole(request, huddle_id, now)
    told = {name: request.POST.get(name, "").replace("\0", "") for name in ("account", "name", "title", "out")}
    try:
        if (out := whole_number(told["out"])) is not None:
            leave_out(actor=request.actor, huddle=whole.huddle, attendance_id=out, now=now)
        else:
            number = whole_number(told["account"])
            chosen = next((one for one in could_attend(request.actor, whole.huddle) if one.pk == number), None)
            attend(
                actor=request.actor, huddle=whole.huddle, account=chosen, name=told["name"], title=told["title"],
                now=now,
            )  # fmt: skip
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("huddle:huddle", huddle_id)


@page(Permission.CHASE)
@require_POST
def add(request: HttpRequest, huddle_id: int) -> HttpResponse:
    """Put somebody on the list whom it left out."""
    now = timezone.now()
    whole = _whole(request, huddle_id, now)
    number = whole_number(request.POST.get("stay", ""))
    stay = next((one for one in stays_to_add(request.actor, whole.huddle) if one.pk == number), None)
    if stay is None:
        messages.error(request, "Choose somebody who is not on the list yet.")
        return redirect("huddle:huddle", huddle_id)
    try:
        item = add_to_huddle(actor=request.actor, huddle=whole.huddle, stay=stay, now=now)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("huddle:huddle", huddle_id)
    return redirect("huddle:person", item.pk)


@page(Permission.CHASE)
def end(request: HttpRequest, huddle_id: int) -> HttpResponse:
    """What the record will say, and ending the huddle: the actions are sent to whoever does them."""
    now = timezone.now()
    whole = _whole(request, huddle_id, now)
    if request.method == "POST":
        try:
            end_huddle(actor=request.actor, huddle=whole.huddle, now=now)
            messages.success(request, "The huddle has ended, and everybody who has something to do has been told")
        except HuddleEndedError as error:
            messages.error(request, str(error))
        return redirect("huddle:huddle", huddle_id)
    if whole.huddle.ended_at is not None:
        return redirect("huddle:huddle", huddle_id)
    told = {
        "service": whole.huddle.service,
        "page": record_page(whole, now),
        "current_id": (whole.current or whole.lines[-1].item).pk,
    }
    return render(request, "huddle/end.jinja", told)


def _show(request: HttpRequest, item, form: PersonForm, now: datetime) -> HttpResponse:
    newest = seen(TOPICS)
    whole = _whole(request, item.huddle_id, now)
    own = own_note(request.actor, item)
    record, facts = None, None
    try:
        stay = stay_for(request.actor, item.stay_id, now)
        record = stay_record(request.actor, stay, now)
        way = pathway_words(stay.likely_or_decided) if stay.likely_or_decided else ""
        if stay.likely_pathway and not stay.pathway:
            way += ", thought likely"
        facts = facts_of(record, community_of(request.actor, stay.person, now), way, now)
    except (NoRelationshipError, StayNotFoundError):
        facts = None  # the meeting goes on; somebody else who may see the record tells what it says
    told = {
        "service": whole.huddle.service,
        "seen": newest,
        "page": person_page(whole, item, own, now),
        "facts": facts,
        "form": form,
        "times": time_choices(now),
        "owners": owner_groups(owners_to_choose(request.actor, whole.huddle.service_id)),
        "accounts": could_attend(request.actor, whole.huddle),
        "to_add": [
            (one.pk, f"{one.person.label}, {where_words(one)}") for one in stays_to_add(request.actor, whole.huddle)
        ],
        "item_id": item.pk,
        **_proposed(request, item, record, now),
    }
    return render(request, "huddle/person.jinja", told)


def _proposed(request: HttpRequest, item, record, now: datetime) -> dict:
    skills = skills_proposed(record, request.GET.get("skill", ""))
    found = suited_for(request.actor, item.stay, skills, now)
    return {"skills": skill_choices(skills), "looks_for": looks_for(skills), "proposals": proposals(found, now)}


def _whole(request: HttpRequest, huddle_id: int, now: datetime) -> HuddleWhole:
    try:
        return huddle_for(request.actor, huddle_id, now)
    except HuddleNotFoundError as error:
        raise Http404 from error


def _item(request: HttpRequest, item_id: int, now: datetime):
    try:
        return item_for(request.actor, item_id, now)
    except HuddleNotFoundError as error:
        raise Http404 from error
