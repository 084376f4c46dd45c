"""The crisis board: each two-hour clock, who goes, arrived, how it ended, and the 72-hour limit."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.episodes.selectors import EpisodeNotFoundError, episode_for, episodes_of, open_episodes
from homeward.equipment.selectors import count_unanswered
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import current_alerts, key_safe_of, person_for
from homeward.procedures.rules import Urgency
from homeward.procedures.selectors import newest_pathways
from homeward.teams.selectors import workers_of
from homeward.visits import planning
from homeward.visits.selectors import response_visits, standings_of, support_visits, tellings_of
from homeward.visits.services import arrive, decide_response, leave
from homeward.visits.states import Decision, StepUp
from homeward.web.clocks import time_words
from homeward.web.forms.needed import panel_of_episode
from homeward.web.front_door.presenters.moves import moved_summary
from homeward.web.gate import page
from homeward.web.live import seen, unchanged
from homeward.web.responding.forms import SendForm, TimeForm
from homeward.web.responding.presenters import board as presenters
from homeward.web.responding.presenters.settling import moves_words, settling, told_lines
from homeward.web.responding.presenters.supporting import support_page
from homeward.web.service_choice import service_here, services_here

TOPICS = ("visits", "episodes", "referrals", "device_alerts")


@page(Permission.SEE_RESPONDING)
def board(request: HttpRequest) -> HttpResponse:
    """Every open response by its clock."""
    return _show_board(request, "responding/board.jinja")


@page(Permission.SEE_RESPONDING)
def live_board(request: HttpRequest) -> HttpResponse:
    """The part of the board that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or _show_board(request, "responding/live_board.jinja")


@page(Permission.SEE_RESPONDING)
def case(request: HttpRequest, episode_id: int) -> HttpResponse:
    """One response: clocks, who goes, what was asked, how it ended."""
    return _show_case(request, episode_id, "responding/case.jinja")


@page(Permission.SEE_RESPONDING)
def live_case(request: HttpRequest, episode_id: int) -> HttpResponse:
    """The part of a response that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or _show_case(request, episode_id, "responding/live_case.jinja")


@page(Permission.SEE_RESPONDING)
def who(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Who could be there first, as a page of its own or a part of the case."""
    now = timezone.now()
    running, visit = get_response(request, episode_id, now)
    template = "responding/who_part.jinja" if request.headers.get("HX-Request") else "responding/who.jinja"
    return render(
        request,
        template,
        {
            "service": running.episode.service,
            "name": running.episode.person.label,
            "episode_id": episode_id,
            "who": offers_for(request, visit, now),
            "may_respond": request.actor.may(Permission.RESPOND),
        },
    )


@page(Permission.SEE_RESPONDING)
def moves(request: HttpRequest, episode_id: int) -> HttpResponse:
    """What sending somebody would move, as a page of its own or a part of the case. Nothing is kept."""
    now = timezone.now()
    running, visit = get_response(request, episode_id, now)
    form = SendForm(request.GET)
    if visit is None or not form.is_valid():
        messages.error(request, "Choose who goes from the list again.")
        return redirect("responding:case", episode_id)
    starts_at = max(form.cleaned_data["starts_at"], now)
    found = planning.what_it_moves(request.actor, visit, form.cleaned_data["workers"], starts_at, now)
    template = "responding/moves_part.jinja" if request.headers.get("HX-Request") else "responding/moves.jinja"
    return render(
        request,
        template,
        {
            "service": running.episode.service,
            "name": running.episode.person.label,
            "episode_id": episode_id,
            "moves": moves_words(found),
        },
    )


@page(Permission.RESPOND)
def send(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Send somebody, or two together; the day is planned again round them."""
    if request.method != "POST":
        return redirect("responding:case", episode_id)
    now = timezone.now()
    running, visit = get_response(request, episode_id, now)
    form = SendForm(request.POST)
    if visit is None or not form.is_valid():
        messages.error(request, form.non_field_errors()[0] if form.errors else "There is no visit to send anyone to.")
        return redirect("responding:case", episode_id)
    staff = {worker.pk: worker for worker in workers_of(visit.service_id)}
    chosen = {slot: staff.get(worker_id) for slot, worker_id in form.cleaned_data["workers"].items()}
    if None in chosen.values():
        messages.error(request, "That worker is no longer in this service. Choose somebody else.")
        return redirect("responding:case", episode_id)
    starts_at = max(form.cleaned_data["starts_at"], now)
    try:
        if form.cleaned_data["scene"] == "safe":
            decide_response(
                actor=request.actor, episode=running.episode, decision=Decision.SCENE_SAFE, words="", now=now
            )
        response = planning.send(actor=request.actor, visit=visit, workers=chosen, starts_at=starts_at, now=now)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("responding:case", episode_id)
    names = " and ".join(worker.label for _, worker in sorted(chosen.items()))
    told = "The rest of the day could not be planned again just now."
    if response.plan is not None:
        told = moved_summary(visit.pk, response.moves)
    messages.success(
        request, f"{names} sent to {running.episode.person.label}, due at {time_words(starts_at, now)}. {told}"
    )
    return _back(request, episode_id)


@page(Permission.RESPOND)
def arrived(request: HttpRequest, episode_id: int, assignment_id: int) -> HttpResponse:
    """Record that somebody is with the person: the first to arrive stops the two-hour clock."""
    return _record(
        request,
        episode_id,
        assignment_id,
        lambda row, form, now: arrive(actor=request.actor, assignment=row, at=form.cleaned_data["at"], now=now),
        "{worker} is with {person}, since {at}.",
    )


@page(Permission.RESPOND)
def left(request: HttpRequest, episode_id: int, assignment_id: int) -> HttpResponse:
    """Record that somebody has left."""
    return _record(
        request,
        episode_id,
        assignment_id,
        lambda row, form, now: leave(
            actor=request.actor,
            assignment=row,
            at=form.cleaned_data["at"],
            now=now,
            note=form.cleaned_data["note"],
        ),
        "{worker} left {person} at {at}.",
    )


@page(Permission.SEE_KEY_SAFES, reads=True)
def way_in(request: HttpRequest, episode_id: int) -> HttpResponse:
    """The key safe of the person; each showing is recorded, so it is asked for with a button."""
    if request.method != "POST":
        return redirect("responding:case", episode_id)
    now = timezone.now()
    running, _ = get_response(request, episode_id, now)
    person = person_for(request.actor, running.episode.person_id, now)
    return render(
        request,
        "responding/way_in.jinja",
        {
            "service": running.episode.service,
            "name": person.label,
            "episode_id": episode_id,
            "safes": key_safe_of(request.actor, person, now),
        },
    )


def get_response(request: HttpRequest, episode_id: int, now: datetime):
    """A response and its visit, if it has one."""
    try:
        running = episode_for(request.actor, episode_id, now)
    except EpisodeNotFoundError as error:
        raise Http404 from error
    if running.episode.person_id is None:
        raise Http404  # nobody is sent to a service or to staff
    return running, response_visits(request.actor, [episode_id]).get(episode_id)


def _record(request: HttpRequest, episode_id: int, assignment_id: int, service, words: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("responding:case", episode_id)
    now = timezone.now()
    running, visit = get_response(request, episode_id, now)
    row = next((one for one in visit.assignments.all() if one.pk == assignment_id), None) if visit else None
    form = TimeForm(request.POST, now=now)
    if row is None:
        messages.error(request, "Somebody else goes now. Look at who is sent, then try again.")
    elif not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0] + ".")
    else:
        try:
            service(row, form, now)
            at = time_words(form.cleaned_data["at"], now)
            person = running.episode.person.label
            messages.success(request, words.format(worker=row.worker.label, person=person, at=at))
        except RefusedError as error:
            messages.error(request, str(error))
    return _back(request, episode_id)


def _back(request: HttpRequest, episode_id: int) -> HttpResponse:
    """To the board when the button was pressed there."""
    return (
        redirect("responding:board") if request.POST.get("from") == "board" else redirect("responding:case", episode_id)
    )


def offers_for(request: HttpRequest, visit, now: datetime):
    """Who could be there first, in words; None where there is no visit to send anyone to."""
    if visit is None:
        return None
    offers = None
    has_place = visit.address is not None and (visit.address.latitude is not None or visit.address.place_key)
    if has_place:
        offers = planning.who_can_come(request.actor, visit, now)
    standing = standings_of(request.actor, [visit], now)[visit.pk]
    sent = sum(row.is_pinned for row in visit.assignments.all())
    return presenters.who_can_come(offers, visit, settling(standing, sent), now)


def _show_board(request: HttpRequest, template: str) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)  # before reading, so that what changes meanwhile is asked for again
    service = service_here(request)
    running = [
        one
        for pathway in newest_pathways()
        if pathway.urgency is Urgency.CRISIS
        for one in open_episodes(actor, service.pk, pathway.code, now)
    ]
    visits = response_visits(actor, [one.episode.pk for one in running])
    alerts = current_alerts(actor, [one.episode.person_id for one in running], london_day(now))
    standings = standings_of(actor, list(visits.values()), now)
    return render(
        request,
        template,
        {
            "service": service,
            "services": services_here(request),
            "board": presenters.board(actor, running, visits, alerts, standings, now),
            "seen": newest,
            "may_respond": actor.may(Permission.RESPOND),
            "device_alerts": count_unanswered(actor, service.pk),
        },
    )


def _show_case(request: HttpRequest, episode_id: int, template: str) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)
    running, visit = get_response(request, episode_id, now)
    person_id = running.episode.person_id
    alerts = current_alerts(actor, [person_id], london_day(now)).get(person_id, [])
    standing = standings_of(actor, [visit], now)[visit.pk] if visit else None
    following = [one for one in episodes_of(actor, running.episode.person, now) if one.episode.follows_id == episode_id]
    return render(
        request,
        template,
        {
            "service": running.episode.service,
            "page": presenters.case_page(actor, running, visit, alerts, standing, now),
            "forms": panel_of_episode(actor, running),
            "support": support_page(running, support_visits(actor, episode_id), following, now),
            "told": told_lines(tellings_of(actor, episode_id, now), now),
            "step_ups": StepUp.choices,
            "seen": newest,
            "may_respond": actor.may(Permission.RESPOND),
            "may_plan_support": actor.may(Permission.WRITE_PLANS),
            "may_see_key_safes": actor.may(Permission.SEE_KEY_SAFES),
        },
    )
