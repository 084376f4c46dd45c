"""Open episodes on another version than the one followed now, and moving them to it with a reason."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.episodes.selectors import episodes_on_other_versions
from homeward.episodes.services import move_to_version
from homeward.kernel.rules import RefusedError, whole_number
from homeward.procedures.selectors import NoSuchProcedureError, built, procedure
from homeward.teams.selectors import services_for
from homeward.web.gate import page
from homeward.web.procedures.presenters.moving import present_older
from homeward.web.procedures.presenters.words import count_words


@page(Permission.SEE_EPISODES)
def older(request: HttpRequest, code: str) -> HttpResponse:
    """Who is on another version of a pathway than the one followed now."""
    return _show(request, code, _episodes(request, code))


@page(Permission.WRITE_PLANS)
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Move the chosen episodes to the version followed now, each with the reason."""
    if request.method != "POST":
        return redirect("procedures:older", code)
    row = _newest(code)
    episodes = {episode.pk: episode for episode in _episodes(request, code)}
    numbers = [whole_number(number) for number in request.POST.getlist("episode")]
    chosen = [episodes[number] for number in numbers if number in episodes]
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    errors = {}
    if not chosen:
        errors["episode"] = "Choose whom to move" if not numbers else "They were moved or closed. Choose from the list"
    if not reason:
        errors["reason"] = "Say why they are moved"
    stages = {stage.code for stage in built(row).stages}
    stage_of = {}
    for episode in chosen:
        if episode.stage not in stages:
            there = request.POST.get(f"stage-{episode.stage}", "")
            if there not in stages:
                errors[f"stage-{episode.stage}"] = "Choose the stage they go on from"
            stage_of[episode.pk] = there
    if errors:
        return _show(request, code, list(episodes.values()), errors)
    now, moved = timezone.now(), 0
    for episode in chosen:
        try:
            move_to_version(
                actor=request.actor,
                episode=episode,
                version=row.version,
                now=now,
                reason=reason,
                stage=stage_of.get(episode.pk, ""),
            )
            moved += 1
        except RefusedError as error:
            messages.error(request, f"{episode.person.label} was not moved. {error}")
    if moved:
        messages.success(request, f"{count_words(moved, 'episode')} moved to version {row.version}.")
    return redirect("procedures:older", code)


def _newest(code: str):
    try:
        return procedure("pathway", code)
    except NoSuchProcedureError as error:
        raise Http404 from error


def _episodes(request: HttpRequest, code: str) -> list:
    row, now = _newest(code), timezone.now()
    return [
        episode
        for service in services_for(request.actor)
        for episode in episodes_on_other_versions(request.actor, service.pk, code, row.version, now)
    ]


def _show(request: HttpRequest, code: str, episodes: list, errors: dict[str, str] | None = None) -> HttpResponse:
    row = _newest(code)
    versions = {episode.pathway_id: built(episode.pathway) for episode in episodes}
    return render(
        request,
        "procedures/older.jinja",
        {
            "page": present_older(row, built(row), episodes, versions),
            "may_move": request.actor.may(Permission.WRITE_PLANS),
            "errors": errors or {},
            "typed": request.POST,
            "chosen": request.POST.getlist("episode"),
        },
        status=422 if errors else 200,
    )
