"""How somebody gets home, the medicines they take, and the sheet that goes with them."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.discharge.selectors import (
    StayNotFoundError,
    community_of,
    medicines_of,
    start_record,
    stay_for,
    stay_record,
    transport_of,
)
from homeward.discharge.services import NotArrangedError, arrange_medicines, arrange_transport
from homeward.discharge.states import MedicinesState, TransportMode, TransportState, TravelsBy
from homeward.kernel.rules import LONDON, RefusedError, london_day
from homeward.web.coming_home.forms import ActForm, MedicinesForm, TransportForm
from homeward.web.coming_home.presenters.homegoing import present_paper
from homeward.web.gate import page

TRANSPORT_USUAL = {"state": TransportState.TO_BOOK, "owner": "Ward"}
MEDICINES_USUAL = {"state": MedicinesState.TO_ORDER, "owner": "Ward pharmacist"}


@page(Permission.CHASE)
def transport(request: HttpRequest, stay_id: int) -> HttpResponse:
    """Say how somebody travels when they leave."""
    now = timezone.now()
    stay = _stay(request, stay_id, now)
    row = transport_of(request.actor, stay)
    usual = TRANSPORT_USUAL | _when("collect", stay.expected_on)
    if row is not None:
        usual = {name: getattr(row, name) for name in ("state", "owner", "mode", "travels_by", "provider", "reference",
                                                       "note")}  # fmt: skip
        usual |= _at("collect", row.collect_at) | {"two_person": "yes" if row.is_two_person else "no"}
    form = TransportForm(request.POST if request.method == "POST" else None, now=now, place="transport", initial=usual)
    told = {
        "states": [("", TransportState.choices)], "modes": [("", TransportMode.choices)],
        "ways": [("", TravelsBy.choices)], "title": "Transport home", "kind": "transport",
    }  # fmt: skip
    return _show(request, stay, form, told, now, arrange_transport)


@page(Permission.CHASE)
def medicines(request: HttpRequest, stay_id: int) -> HttpResponse:
    """Say how far the medicines to take home are."""
    now = timezone.now()
    stay = _stay(request, stay_id, now)
    row = medicines_of(request.actor, stay)
    usual = MEDICINES_USUAL | _when("ready", stay.expected_on)
    if row is not None:
        usual = {name: getattr(row, name) for name in ("state", "owner", "checked_by", "handed_to", "changes_told_to",
                                                       "note")} | _at("ready", row.ready_at)  # fmt: skip
    form = MedicinesForm(request.POST if request.method == "POST" else None, now=now, place="medicines", initial=usual)
    told = {"states": [("", MedicinesState.choices)], "title": "Medicines to take home", "kind": "medicines"}
    return _show(request, stay, form, told, now, arrange_medicines)


@page(Permission.SEE_STAYS)
def paper(request: HttpRequest, stay_id: int) -> HttpResponse:
    """The sheet that goes with somebody: what was offered and decided, who comes when, how they get home."""
    now = timezone.now()
    stay = _stay(request, stay_id, now)
    actor = request.actor
    told = {
        "sheet": present_paper(
            stay_record(actor, stay, now), start_record(actor, stay, now), transport_of(actor, stay),
            medicines_of(actor, stay), community_of(actor, stay.person, now),
        ),
        "service": stay.service, "stay_id": stay.pk, "printed": now,
    }  # fmt: skip
    return render(request, "coming_home/paper.jinja", told)


def _stay(request: HttpRequest, stay_id: int, now: datetime):
    try:
        return stay_for(request.actor, stay_id, now)
    except StayNotFoundError as error:
        raise Http404 from error


def _when(name: str, day) -> dict[str, str]:
    return {f"{name}_day": day.isoformat() if day else "", f"{name}_time": ""}


def _at(name: str, moment: datetime | None) -> dict[str, str]:
    if moment is None:
        return _when(name, None)
    return {f"{name}_day": london_day(moment).isoformat(), f"{name}_time": f"{moment.astimezone(LONDON):%H:%M}"}


def _show(request: HttpRequest, stay, form: ActForm, told: dict, now: datetime, arrange) -> HttpResponse:
    if not stay.is_open:
        messages.info(request, "They have left. If that is a mistake, say first that the stay goes on.")
        return redirect("coming_home:stay", stay.pk)
    if request.method == "POST" and form.is_valid():
        try:
            arrange(actor=request.actor, stay=stay, given=form.given(), now=now)
        except NotArrangedError as error:
            for name, fault in error.faults.items():
                form.add_error(name, fault)
        except RefusedError as error:
            form.add_error("state", str(error))
        else:
            messages.success(request, f"{told['title']}: kept")
            return redirect(f"{reverse('coming_home:stay', args=[stay.pk])}#getting-home")
    told |= {"service": stay.service, "stay_id": stay.pk, "name": stay.person.label, "form": form}
    return render(request, "coming_home/arranging.jinja", told, status=422 if form.errors else 200)
