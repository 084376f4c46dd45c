"""Setting up houses and rooms, and one bed: what it has, closing it, its history."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.beds.selectors import BedNotFoundError, bed_for, house_for, houses_of
from homeward.beds.services import (
    BedInUseError,
    NewHouse,
    NewRoom,
    add_room,
    change_bed,
    close_bed,
    open_bed,
    open_house,
)
from homeward.beds.states import BedEquipment, RoomFor
from homeward.kernel.rules import RefusedError
from homeward.web.beds.forms import AskedBeds, only_by_form, tried
from homeward.web.beds.presenters import present_bed, present_house
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here


@page(Permission.RUN_BEDS)
def houses(request: HttpRequest) -> HttpResponse:
    """The houses of a service, and a new one."""
    now, service = timezone.now(), service_here(request)
    asked = AskedBeds(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        new = NewHouse(
            name=asked.typed("name"), lines=asked.typed("lines"), postcode=asked.typed("postcode"),
            phone=asked.typed("phone"),
        )  # fmt: skip
        made = []
        if tried(
            asked, "name",
            lambda: made.append(open_house(actor=request.actor, service_id=service.pk, new=new, now=now)),
        ):  # fmt: skip
            messages.success(request, "The house is set up. Add its rooms")
            return redirect("beds:house", made[0].pk)
    told = {
        "service": service,
        "services": services_here(request),
        "houses": [present_house(one) for one in houses_of(request.actor, service.pk)],
        "form": asked,
    }
    return render(request, "beds/houses.jinja", told, status=422 if asked.errors else 200)


@page(Permission.RUN_BEDS)
def house(request: HttpRequest, house_id: int) -> HttpResponse:
    """One house: its rooms and beds, and a new room."""
    now = timezone.now()
    try:
        found = house_for(request.actor, house_id)
    except BedNotFoundError as error:
        raise Http404 from error
    asked = AskedBeds(request.POST if request.method == "POST" else None, {"floor": "0", "room_for": RoomFor.EITHER})
    if request.method == "POST":
        floor = asked.typed("floor")
        if not floor.lstrip("-").isdigit() or len(floor) > 3:
            asked.errors["floor"] = ["Enter the floor as a number, 0 for the ground floor"]
        else:
            new = NewRoom(
                name=asked.typed("name"), beds=tuple(filter(None, asked.typed("beds").splitlines())),
                floor=int(floor), is_en_suite=asked.is_ticked("is_en_suite"), room_for=asked.typed("room_for"),
                equipment=_ticked(asked),
            )  # fmt: skip
            if tried(asked, "name", lambda: add_room(actor=request.actor, house=found, new=new, now=now)):
                messages.success(request, "The room is added")
                return redirect("beds:house", house_id)
    told = {
        "service": found.service,
        "house": present_house(found),
        "form": asked,
        "room_for": [(one.value, one.label, "") for one in RoomFor],
        "equipment": [(one.value, one.label) for one in BedEquipment],
    }
    return render(request, "beds/house.jinja", told, status=422 if asked.errors else 200)


@page(Permission.SEE_BEDS)
def bed(request: HttpRequest, bed_id: int) -> HttpResponse:
    """One bed: as it stands, what it has, its history."""
    return _show(request, bed_id, timezone.now())


@page(Permission.RUN_BEDS)
def equipment(request: HttpRequest, bed_id: int) -> HttpResponse:
    """What a bed has now."""

    def do(asked: AskedBeds, row, now: datetime) -> str:
        change_bed(actor=request.actor, bed=row, equipment=_ticked(asked), now=now)
        return "Kept"

    return _done(request, bed_id, "equipment", do)


@page(Permission.RUN_BEDS)
def close(request: HttpRequest, bed_id: int) -> HttpResponse:
    """Close a bed, with a warning where somebody is in it."""

    def do(asked: AskedBeds, row, now: datetime) -> str:
        until = asked.day("until")
        if asked.errors:
            raise RefusedError(asked.errors.pop("until")[0])
        try:
            close_bed(
                actor=request.actor, bed=row, reason=asked.typed("close_reason"), until=until, now=now,
                knows_it_is_in_use=asked.is_ticked("knows"),
            )  # fmt: skip
        except BedInUseError as error:
            asked.usual["warned"] = "yes"
            raise RefusedError(str(error)) from error
        return "The bed is closed"

    return _done(request, bed_id, "close_reason", do)


@page(Permission.RUN_BEDS)
def open_again(request: HttpRequest, bed_id: int) -> HttpResponse:
    """Open a bed that was closed."""

    def do(asked: AskedBeds, row, now: datetime) -> str:
        open_bed(actor=request.actor, bed=row, now=now)
        return "The bed is open"

    return _done(request, bed_id, "close_reason", do)


def _ticked(asked: AskedBeds) -> tuple[str, ...]:
    return tuple(one for one in asked.chosen("equipment") if one in BedEquipment.values)


def _done(request: HttpRequest, bed_id: int, field: str, do) -> HttpResponse:
    back = only_by_form(request, "beds:bed", bed_id)
    if back is not None:
        return back
    now = timezone.now()
    row = _found(request, bed_id, now).line.bed
    asked, words = AskedBeds(request.POST), []
    if tried(asked, field, lambda: words.append(do(asked, row, now))):
        messages.success(request, words[0])
        return redirect("beds:bed", bed_id)
    return _show(request, bed_id, now, asked)


def _found(request: HttpRequest, bed_id: int, now: datetime):
    try:
        return bed_for(request.actor, bed_id, now)
    except BedNotFoundError as error:
        raise Http404 from error


def _show(request: HttpRequest, bed_id: int, now: datetime, asked: AskedBeds | None = None) -> HttpResponse:
    found = _found(request, bed_id, now)
    told = {
        "service": found.line.bed.room.house.service,
        "page": present_bed(found, now),
        "form": asked or AskedBeds(None, {}, {"equipment": found.line.bed.equipment}),
        "is_warned": asked is not None and asked.usual.get("warned") == "yes",
        "equipment": [(one.value, one.label) for one in BedEquipment],
        "may_run": request.actor.may(Permission.RUN_BEDS),
    }
    return render(request, "beds/bed.jinja", told, status=422 if asked is not None else 200)
