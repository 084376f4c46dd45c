"""Open episodes by clock, one episode, and what is done in it."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.assessments.selectors import changes_of, missing_to_close, needed_forms
from homeward.assessments.services import AnswersMissingError, save_answers, start_form
from homeward.episodes.selectors import EpisodeNotFoundError, RunningEpisode, episode_for, open_episodes_by_clock
from homeward.episodes.services import (
    comment_on_episode,
    correct_episode_time,
    form_subjects,
    move_stage,
    record_event,
    stages_reached,
)
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import current_alerts
from homeward.procedures.rules import FormNeeded, StageKind, check_answers
from homeward.procedures.selectors import NoSuchProcedureError, built, newest_pathways
from homeward.teams.selectors import service_for
from homeward.visits.services import close_response, hand_on_by_hand
from homeward.web.clocks import time_words
from homeward.web.episodes import presenters
from homeward.web.episodes.forms import CloseForm, RecordForm, RightTimeForm
from homeward.web.forms import presenters as form_presenters
from homeward.web.forms.reading import UNFIT, answers_posted, open_clashes, revision_posted, unfit_clashes
from homeward.web.gate import page
from homeward.web.live import seen, unchanged

TOPICS = ("episodes", "assessments", "visits")
CLOSERS = (Permission.RESPOND, Permission.PLAN_DAY, Permission.WRITE_PLANS)


@page(Permission.SEE_EPISODES)
def episodes(request: HttpRequest) -> HttpResponse:
    """Everyone who is with the service now, the soonest clock first."""
    return _list(request, "episodes/list.jinja")


@page(Permission.SEE_EPISODES)
def live_episodes(request: HttpRequest) -> HttpResponse:
    """The part of the list that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or _list(request, "episodes/live_list.jinja")


@page(Permission.SEE_EPISODES)
def episode(request: HttpRequest, episode_id: int) -> HttpResponse:
    """One episode: how far it is, its clocks, its forms, what happened, what comes next."""
    return _show(request, episode_id, "episodes/episode.jinja")


@page(Permission.SEE_EPISODES)
def live_episode(request: HttpRequest, episode_id: int) -> HttpResponse:
    """The part of an episode that changes, or nothing when nothing has."""
    return unchanged(request, TOPICS) or _show(request, episode_id, "episodes/live_episode.jinja")


@page(Permission.SEE_EPISODES)
def move(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Move an episode to another stage."""
    stage = request.POST.get("stage", "")
    return _do(
        request,
        episode_id,
        lambda running, now: move_stage(actor=request.actor, episode=running.episode, stage=stage, now=now),
        lambda running, _: f"Moved to “{running.pathway.stage(stage).title}”.",
    )


@page(Permission.SEE_EPISODES)
def record(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Record a moment that the pathway waits for."""
    now = timezone.now()
    form = RecordForm(request.POST or None, now=now)
    if request.method == "POST" and not form.is_valid():
        return _show(request, episode_id, "episodes/episode.jinja", form)
    return _do(
        request,
        episode_id,
        lambda running, now: record_event(
            actor=request.actor,
            episode=running.episode,
            kind=form.cleaned_data["kind"],
            happened_at=form.cleaned_data["moment"],
            detail=form.cleaned_data["detail"],
            now=now,
        ),
        lambda _, event: (
            f"Recorded: {presenters.event_title(event.kind).lower()}, {time_words(event.happened_at, now)}."
        ),
    )


@page(Permission.SEE_EPISODES)
def comment(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Say something the rest of the team should know."""
    return _do(
        request,
        episode_id,
        lambda running, now: comment_on_episode(
            actor=request.actor, episode=running.episode, text=request.POST.get("text", "").replace("\0", ""), now=now
        ),
        lambda *_: "Comment added.",
    )


@page(Permission.SEE_EPISODES)
def right_time(request: HttpRequest, episode_id: int, event_id: int) -> HttpResponse:
    """Put the time of something right; both times stay."""
    now = timezone.now()
    form = RightTimeForm(request.POST if request.method == "POST" else None, now=now)
    if request.method == "POST" and not form.is_valid():
        messages.error(request, form.problems()[0][1] + ".")
        return redirect("episodes:episode", episode_id)

    def put_right(running: RunningEpisode, now: datetime):
        event = next((one for one in running.episode.events.all() if one.pk == event_id), None)
        if event is None:
            raise Http404
        return correct_episode_time(
            actor=request.actor,
            event=event,
            happened_at=form.cleaned_data["moment"],
            reason=form.cleaned_data["reason"],
            now=now,
        )

    return _do(request, episode_id, put_right, lambda *_: "The time is put right. Both times stay on record.")


@page(Permission.SEE_EPISODES)
def hand_on_to(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Start another pathway for somebody whose episode has ended."""
    code = request.POST.get("pathway", "")
    return _do(
        request,
        episode_id,
        lambda running, now: hand_on_by_hand(actor=request.actor, episode=running.episode, pathway_code=code, now=now),
        lambda _, following: f"{built(following.pathway).title} has begun.",
    )


@page(Permission.SEE_EPISODES)
def begin_closing(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Begin the form that closing asks for, so that it is filled in on the same page, and go there."""
    if request.method == "POST":
        now = timezone.now()
        running = _get(request, episode_id, now)
        asked = _closing_form(request, running)
        if asked is not None and asked.draft is None and running.episode.ended_at is None:
            start_form(
                actor=request.actor,
                service_id=running.episode.service_id,
                form_code=asked.asked.form,
                subject=("episode", episode_id),
                stage=asked.asked.stage,
                person=running.episode.person,
                now=now,
            )
    return redirect("episodes:close", episode_id)


@page(Permission.SEE_EPISODES)
def close(request: HttpRequest, episode_id: int) -> HttpResponse:
    """How it ended, and the form that says more, on one page."""
    now = timezone.now()
    running = _get(request, episode_id, now)
    if running.episode.ended_at:
        return redirect("episodes:episode", episode_id)
    asked = _closing_form(request, running)
    draft = asked.draft if asked else None
    form = CloseForm(request.POST or None)
    if request.method != "POST":
        return _show_closing(request, running, form, asked)
    if draft is not None:
        definition = built(draft.form)
        told = answers_posted(definition, request.POST, draft.answers)
        saved = save_answers(
            actor=request.actor, filled=draft, answers=told, revision=revision_posted(request.POST), now=now
        )
        draft = saved.filled
        unfit = unfit_clashes(request.POST, told)
        open_boxes = form_presenters.open_boxes(definition, request.POST, (*open_clashes(request.POST), *unfit))
        clashes = (*open_boxes, *form_presenters.clash_boxes(definition, saved.clashes, now))
        if unfit:
            messages.error(request, UNFIT)
        if clashes:
            return _show_closing(request, running, form, asked, clashes=clashes)
    if request.POST.get("then") == "show" or not form.is_valid():
        return _show_closing(request, running, form, asked)
    outcome = form.cleaned_data["outcome"]
    try:
        close_response(
            actor=request.actor,
            episode=running.episode,
            outcome_code=outcome,
            note=form.cleaned_data["note"],
            form=draft if asked is not None and outcome not in asked.asked.not_after else None,
            now=now,
        )
    except AnswersMissingError:
        return _show_closing(request, running, form, asked, is_missing_shown=True)
    except RefusedError as error:
        form.add_error("outcome", str(error))
        return _show_closing(request, running, form, asked)
    messages.success(request, f"{running.pathway.title}: closed. {running.pathway.outcome(outcome).title}.")
    return redirect("episodes:episode", episode_id)


def _get(request: HttpRequest, episode_id: int, now: datetime) -> RunningEpisode:
    try:
        return episode_for(request.actor, episode_id, now)
    except EpisodeNotFoundError as error:
        raise Http404 from error


def _do(request: HttpRequest, episode_id: int, service, words) -> HttpResponse:
    """Call a service with the episode and the time, say what came of it, and go back to the episode."""
    if request.method == "POST":
        now = timezone.now()
        running = _get(request, episode_id, now)
        try:
            came = service(running, now)
            messages.success(request, words(running, came))
        except (RefusedError, NoSuchProcedureError) as error:
            messages.error(request, str(error))
    return redirect("episodes:episode", episode_id)


def _needed(request: HttpRequest, running: RunningEpisode) -> list:
    return needed_forms(request.actor, running.episode.service_id, running.pathway, *form_subjects(running.episode))


def _closing_form(request: HttpRequest, running: RunningEpisode):
    """The form of the last stage that closing asks for and that is not complete, or None."""
    last = {stage.code for stage in running.pathway.stages if stage.kind is StageKind.LAST}
    return next(
        (
            one
            for one in _needed(request, running)
            if one.asked.stage in last and one.asked.needed is FormNeeded.TO_CLOSE and not one.is_complete
        ),
        None,
    )


def _show(request: HttpRequest, episode_id: int, template: str, form: RecordForm | None = None) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)
    running = _get(request, episode_id, now)
    one = running.episode
    alerts = current_alerts(actor, [one.person_id], london_day(now)).get(one.person_id, []) if one.person_id else []
    return render(
        request,
        template,
        {
            "service": one.service,
            "page": presenters.episode_page(
                actor, running, _needed(request, running), alerts, one.followed_by.first(), newest_pathways(), now
            ),
            "form": form or RecordForm(now=now),
            "seen": newest,
            "may_close": any(actor.may(permission) for permission in CLOSERS),
            "may_put_right": actor.may(Permission.RESPOND) or actor.may(Permission.WRITE_PLANS),
        },
        status=422 if form is not None and form.errors else 200,
    )


def _show_closing(
    request: HttpRequest,
    running: RunningEpisode,
    form: CloseForm,
    asked,
    *,
    is_missing_shown: bool = False,
    clashes: tuple = (),
) -> HttpResponse:
    one = running.episode
    shown, draft = None, asked.draft if asked else None
    if draft is not None:
        draft.refresh_from_db()
        definition = built(draft.form)
        problems = check_answers(definition, draft.answers) if is_missing_shown else ()
        shown = form_presenters.form_page(
            draft, definition, changes_of(request.actor, draft), problems, is_missing_shown=is_missing_shown
        )
    apart = {asked.title} if shown else set()
    reached, subjects = stages_reached(one), form_subjects(one)
    titles = {
        outcome.code: tuple(
            title
            for title in missing_to_close(
                request.actor, one.service_id, running.pathway, reached, outcome.code, *subjects
            )
            if title not in apart
        )
        for outcome in running.pathway.outcomes
    }
    return render(
        request,
        "episodes/close.jinja",
        {
            "service": one.service,
            "name": one.subject_label,
            "episode_id": one.pk,
            "pathway": running.pathway.title,
            "outcomes": presenters.outcomes(running, titles),
            "form": form,
            "asked": asked,
            "shown": shown,
            "clashes": clashes,
        },
        status=422 if form.errors or is_missing_shown or clashes else 200,
    )


def _list(request: HttpRequest, template: str) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    newest = seen(TOPICS)
    service = service_for(actor)
    wanted = {key: request.GET.get(key, "")[:80] for key in ("pathway", "stage", "clock")}
    found = open_episodes_by_clock(
        actor,
        service.pk,
        now,
        pathway_code=wanted["pathway"],
        stage=wanted["stage"] if wanted["pathway"] else "",
        is_late=wanted["clock"] == "late",
    )
    return render(
        request,
        template,
        {
            "service": service,
            "found": presenters.listing(found, now),
            "wanted": wanted,
            "seen": newest,
            "made": presenters.made_words(now),
            "query": request.GET.urlencode(),
        },
    )
