"""Opening a record that nothing ties the reader to."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission, Sight
from homeward.kernel.rules import RefusedError
from homeward.people.selectors import PersonNotFoundError, person_for
from homeward.people.services.glass import GLASS_LASTS, break_glass
from homeward.web.gate import page


@page(Permission.BREAK_GLASS, reads=True)
def break_the_glass(request: HttpRequest, person_id: int) -> HttpResponse:
    """Say why a record must be seen that is not the reader's to see; it then opens for a time, and is looked into."""
    now = timezone.now()
    try:
        one = person_for(request.actor, person_id, now, at_least=Sight.NOTHING)
    except PersonNotFoundError as error:
        raise Http404 from error
    reason, problem = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            break_glass(actor=request.actor, person=one, reason=reason, now=now)
        except RefusedError as error:
            problem = str(error)
        else:
            messages.success(request, "The record is open to you for four hours. The privacy officer has been told.")
            return redirect("people:person", person_id=one.pk)
    hours = int(GLASS_LASTS.total_seconds() // 3600)
    context = {"service": one.service, "person_id": one.pk, "reason": reason, "problem": problem, "hours": hours}
    context["name"] = one.label if one.sight >= Sight.CARD else ""
    return render(request, "people/break_glass.jinja", context, status=422 if problem else 200)
