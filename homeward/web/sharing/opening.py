"""What whoever has a link sees: first a code, then the plan, to read and to print. No account is needed."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from homeward.access.rules import Actor
from homeward.kernel.rules import RefusedError
from homeward.people.selectors.sharing import person_shared, standing_link
from homeward.people.services.sharing import LinkEndedError, send_code, try_code
from homeward.web.gate import open_page
from homeward.web.plans.views.my_plan import mine_for
from homeward.web.sharing.presenters import reaches_outside

OPEN_FOR = timedelta(minutes=30)  # then a new code is needed. Local decision.
WRONG = "That is not the code we sent, or it is too old. Check it, or ask for a new one."
SPENT = "Too many wrong codes. Ask for a new one, and wait for it."
OPENED = "shared"  # the key of the session under which opened links stand, each with its last moment


@open_page
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The plan, once a code was given; until then where to get the code. A code typed is posted here."""
    now = timezone.now()
    if request.method == "POST":
        try:
            tried = try_code(token=token, code=request.POST.get("code", ""), now=now)
        except LinkEndedError:
            return _ended(request)
        if not tried.is_right:
            return _ask(request, token, now, problem=SPENT if tried.is_spent else WRONG)
        request.session[OPENED] = _opened(request) | {str(tried.link.pk): (now + OPEN_FOR).isoformat()}
        return _safe(redirect("sharing:shared", token))
    link = standing_link(Actor.system("Shared link"), token, now)
    if link is None:
        return _ended(request)
    until = _opened(request).get(str(link.pk), "")
    if not until or datetime.fromisoformat(until) < now:
        return _ask(request, token, now)
    reader = Actor.system(f"Shared link for {'a contact' if link.contact else 'the person'}", link.person.service_id)
    person = person_shared(reader, link, now)
    # a recovery plan is the person's own: each part is shared with whom they say, and a link does not ask
    is_own = link.contact is None
    mine = mine_for(reader, person, now, has_recovery=is_own, for_the_person=is_own)
    context = {"mine": mine, "link": link, "service": person.service}
    return _safe(render(request, "sharing/plan.jinja", context))


@open_page
@never_cache
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Send a code to the phone or address that the link was made with."""
    now = timezone.now()
    if request.method != "POST":
        return _safe(redirect("sharing:shared", token))
    try:
        send_code(token=token, now=now)
    except LinkEndedError:
        return _ended(request)
    except RefusedError as error:
        return _ask(request, token, now, problem=str(error))
    return _ask(request, token, now, is_sent=True)


def _opened(request: HttpRequest) -> dict[str, str]:
    return request.session.get(OPENED, {})


def _ask(request: HttpRequest, token: str, now: datetime, *, problem: str = "", is_sent: bool = False) -> HttpResponse:
    link = standing_link(Actor.system("Shared link"), token, now)
    if link is None:
        return _ended(request)
    context = {
        "token": token, "problem": problem, "is_sent": is_sent or bool(link.code_hash), "ends_with": link.address[-3:],
        # without a gateway, codes are printed where the service runs: in a fictitious place somebody is trying this out
        "is_printed": link.person.service.is_fictitious and not reaches_outside(link.channel),
        "by": "text message" if link.channel == "sms" else "email", "is_phone": link.channel == "sms",
    }  # fmt: skip
    return _safe(render(request, "sharing/code.jinja", context, status=422 if problem else 200))


def _ended(request: HttpRequest) -> HttpResponse:
    return _safe(render(request, "sharing/ended.jinja", status=404))


def _safe(response: HttpResponse) -> HttpResponse:
    # the address opens something: it must not go along to another place. "no-referrer" would also hide from us where a
    # form came from, and then the browser’s answer is refused
    response["Referrer-Policy"] = "same-origin"
    return response
