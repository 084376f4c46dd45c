"""What a worker shows to anybody, and the one page on which a stranger checks it."""

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from homeward.access.rules import Actor, NotAllowedError, Permission
from homeward.delegation.selectors import passport_of, verify
from homeward.kernel.rules import london_day
from homeward.teams.selectors import WorkerNotFoundError, worker_for
from homeward.web.delegation import passport_presenters
from homeward.web.gate import open_page, page

# Codes are too long to be found by trying; this only keeps one visitor from keeping everybody else waiting
LOOKS_A_MINUTE, LOOKS_COUNTED_SECONDS = 30, 60


@page(Permission.SEE_TODAY)
def passport(request: HttpRequest, worker_id: int) -> HttpResponse:
    """A worker's sign-offs in force with a code each, to show or to print."""
    who, rows = _of(request, worker_id)
    shown = passport_presenters.present_passport(who, rows, london_day(timezone.now()), _address(request))
    return render(request, "delegation/passport.jinja", {"passport": shown, "service": who.service})


@page(Permission.SEE_TODAY)
def passport_file(request: HttpRequest, worker_id: int) -> HttpResponse:
    """The same as a file that another employer can read in."""
    who, rows = _of(request, worker_id)
    told = passport_presenters.passport_file(who, rows, london_day(timezone.now()), _address(request))
    response = JsonResponse(told, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="competence-passport.json"'
    return response


@open_page
@never_cache
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the code of a passport stands for a sign-off in force. It names nobody."""
    if _is_too_often(request):
        return _safe(render(request, "delegation/too_often.jinja", status=429))
    today = london_day(timezone.now())
    found = verify(Actor.system("Passport check"), code, today)
    shown = passport_presenters.present_verified(found, today)
    return _safe(render(request, "delegation/verify.jinja", {"found": shown}, status=200 if found else 404))


def _is_too_often(request: HttpRequest) -> bool:
    """Whether one address has looked at more codes in a minute than anybody with a passport in hand would."""
    key = f"passport-check-{request.META.get('REMOTE_ADDR', '')}"
    if cache.add(key, 1, LOOKS_COUNTED_SECONDS):
        return False
    try:
        return cache.incr(key) > LOOKS_A_MINUTE
    except ValueError:  # it ran out between the two
        return False


def _of(request: HttpRequest, worker_id: int):
    try:
        who = worker_for(request.actor, worker_id)
    except WorkerNotFoundError as error:
        raise Http404(str(error)) from error
    if request.actor.worker_id != who.pk and not request.actor.may(Permission.SEE_DELEGATION):
        raise NotAllowedError("A passport is for the worker themselves, and for those who see who is signed off.")
    return who, passport_of(request.actor, who)


def _address(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _safe(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
