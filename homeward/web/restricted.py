"""What somebody is answered who would change a record that is restricted: why not, and how in an emergency."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError
from homeward.people.selectors import RecordRestrictedError
from homeward.people.services.glass import GLASS_LASTS, use_restricted

REASON = "why_restricted"
NOT_SENT_AGAIN = (REASON, "csrfmiddlewaretoken")


def answer_restricted(
    request: HttpRequest, error: RecordRestrictedError, again: Callable[[], HttpResponse]
) -> HttpResponse:
    """Say why nothing was changed and ask who could come to harm, keeping what was typed; once told, do it `again`."""
    reason, problem = request.POST.get(REASON), ""
    if reason is not None:
        try:
            use_restricted(actor=request.actor, person=error.person, reason=reason, now=timezone.now())
        except RefusedError as refused:
            problem = str(refused)
        else:
            return again()
    told = {
        "service": error.person.service,
        "why": str(error),
        "person_id": error.person.pk,
        "may": request.actor.may(Permission.BREAK_GLASS),
        "hours": int(GLASS_LASTS.total_seconds() // 3600),
        "field": REASON,
        "reason": reason or "",
        "problem": problem,
        "kept": [
            (name, value) for name, values in request.POST.lists() if name not in NOT_SENT_AGAIN for value in values
        ],
        "has_files": bool(request.FILES),
    }
    return render(request, "errors/restricted.jinja", told, status=422 if problem else 403)
