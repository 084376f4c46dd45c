"""Cover of every hour, who is on call, and the handover sheet of each change of shift."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, london_day, wall_clock
from homeward.roster.selectors import cover_hours, cover_of_week, on_call_between
from homeward.roster.services import cover_these_hours, put_on_call, stop_covering, take_off_call
from homeward.roster.states import CoverKind
from homeward.visits.selectors import HandoverSheetNotFoundError, area_of, handover_sheet, handover_sheets
from homeward.visits.selectors.hours import employers_seen
from homeward.visits.services import add_handover_note, set_area, take_over
from homeward.web.cover import presenters
from homeward.web.cover.forms import AreaForm, HoursForm, NoteForm, OnCallForm
from homeward.web.gate import page
from homeward.web.service_choice import service_here, services_here


@page(Permission.SEE_RESPONDING)
def week(request: HttpRequest) -> HttpResponse:
    """A week of hours to cover, against the shifts that are planned."""
    return _show_week(request)


@page(Permission.MANAGE_ROSTER)
def add_hours(request: HttpRequest) -> HttpResponse:
    """Say that hours of the week must be covered."""
    if request.method != "POST":
        return redirect("cover:week")
    form = HoursForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            cover_these_hours(
                actor=request.actor,
                service_id=service_here(request).pk,
                kind=told["kind"],
                weekdays=told["weekdays"],
                starts_at=told["starts_at"],
                ends_at=told["ends_at"],
                least_health=told["least_health"],
                least_care=told["least_care"],
                now=timezone.now(),
            )
        except RefusedError as error:
            form.add_error("kind", str(error))
        else:
            messages.success(request, "These hours are to be covered. The shift changes when they begin.")
            return redirect("cover:week")
    return _show_week(request, hours_form=form)


@page(Permission.MANAGE_ROSTER)
def remove_hours(request: HttpRequest, hours_id: int) -> HttpResponse:
    """Say that hours need not be covered any more."""
    if request.method == "POST":
        rows = cover_hours(request.actor, service_here(request).pk)
        row = next((one for one in rows if one.pk == hours_id), None)
        if row is None:
            messages.error(request, "These hours were taken out before.")
        else:
            stop_covering(actor=request.actor, hours=row, now=timezone.now())
            messages.success(request, "These hours need not be covered any more.")
    return redirect("cover:week")


@page(Permission.MANAGE_ROSTER)
def add_on_call(request: HttpRequest) -> HttpResponse:
    """Put somebody on the on-call list."""
    if request.method != "POST":
        return redirect("cover:week")
    form = OnCallForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            put_on_call(
                actor=request.actor,
                service_id=service_here(request).pk,
                title=told["title"],
                name=told["name"],
                phone=told["phone"],
                starts_at=told["starts_at"],
                ends_at=told["ends_at"],
                now=timezone.now(),
            )
        except RefusedError as error:
            form.add_error("title", str(error))
        else:
            messages.success(request, f"{told['name']} is on the on-call list.")
            return redirect("cover:week")
    return _show_week(request, on_call_form=form)


@page(Permission.MANAGE_ROSTER)
def remove_on_call(request: HttpRequest, row_id: int) -> HttpResponse:
    """Take somebody off the on-call list."""
    if request.method == "POST":
        now = timezone.now()
        first = _monday(request, now)
        rows = on_call_between(request.actor, service_here(request).pk, *_stretch(first))
        row = next((one for one in rows if one.pk == row_id), None)
        if row is None:
            messages.error(request, "They were taken off the list before.")
        else:
            take_off_call(actor=request.actor, row=row, now=now)
            messages.success(request, f"{row.name} is off the on-call list.")
    return redirect("cover:week")


@page(Permission.MANAGE_ROSTER)
def area(request: HttpRequest) -> HttpResponse:
    """Say where the service goes."""
    if request.method != "POST":
        return redirect("cover:week")
    form = AreaForm(request.POST)
    if form.is_valid():
        districts = form.cleaned_data["districts"].replace(",", " ").split()
        try:
            set_area(
                actor=request.actor,
                service_id=service_here(request).pk,
                radius_kilometres=form.cleaned_data["radius"],
                postcode_districts=districts,
                now=timezone.now(),
            )
        except RefusedError as error:
            form.add_error("radius", str(error))
        else:
            messages.success(request, "Recorded where we go.")
            return redirect("cover:week")
    return _show_week(request, area_form=form)


@page(Permission.SEE_RESPONDING)
def handover(request: HttpRequest) -> HttpResponse:
    """The handover sheets, newest first."""
    now, service = timezone.now(), service_here(request)
    return render(
        request,
        "cover/handover.jinja",
        {
            "service": service,
            "services": services_here(request),
            "sheets": presenters.sheet_lines(handover_sheets(request.actor, service.pk), now),
            "has_hours": any(row.kind != CoverKind.ON_CALL for row in cover_hours(request.actor, service.pk)),
        },
    )


@page(Permission.SEE_RESPONDING)
def sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """One handover sheet, to read, to add to, to print, and to take over."""
    return _show_sheet(request, sheet_id, NoteForm())


@page(Permission.RESPOND)
def note(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Add to a handover sheet."""
    if request.method != "POST":
        return redirect("cover:sheet", sheet_id)
    now = timezone.now()
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show_sheet(request, sheet_id, form)
    add_handover_note(
        actor=request.actor, sheet=_sheet(request, sheet_id, now), text=form.cleaned_data["text"], now=now
    )
    messages.success(request, "Your note is on the sheet.")
    return redirect("cover:sheet", sheet_id)


@page(Permission.RESPOND)
def takes_over(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Say that the next shift has read the sheet and takes over."""
    if request.method == "POST":
        now = timezone.now()
        try:
            take_over(actor=request.actor, sheet=_sheet(request, sheet_id, now), now=now)
            messages.success(request, "You have taken over.")
        except RefusedError as error:
            messages.error(request, str(error))
    return redirect("cover:sheet", sheet_id)


def _sheet(request: HttpRequest, sheet_id: int, now: datetime):
    try:
        return handover_sheet(request.actor, sheet_id, now)
    except HandoverSheetNotFoundError as error:
        raise Http404 from error


def _show_sheet(request: HttpRequest, sheet_id: int, form: NoteForm) -> HttpResponse:
    now = timezone.now()
    found = _sheet(request, sheet_id, now)
    return render(
        request,
        "cover/sheet.jinja",
        {
            "service": found.service,
            "sheet": presenters.sheet_page(found, now),
            "form": form,
            "may_respond": request.actor.may(Permission.RESPOND),
        },
        status=422 if form.errors else 200,
    )


def _monday(request: HttpRequest, now: datetime) -> date:
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = london_day(now)
    day = min(max(day, date(2000, 1, 3)), date(2100, 1, 4))
    return day - timedelta(days=day.weekday())


def _stretch(first: date) -> tuple[datetime, datetime]:
    return wall_clock(first, "00:00"), wall_clock(first + timedelta(days=7), "24:00")


def _show_week(
    request: HttpRequest,
    hours_form: HoursForm | None = None,
    on_call_form: OnCallForm | None = None,
    area_form: AreaForm | None = None,
) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    service = service_here(request)
    first = _monday(request, now)
    covered = cover_of_week(actor, service.pk, first)
    phones = on_call_between(actor, service.pk, *_stretch(first))
    shown = presenters.week(covered, phones, area_of(actor, service.pk), first, now)
    bad = next((form for form in (hours_form, on_call_form, area_form) if form is not None), None)
    today = london_day(now).isoformat()
    return render(
        request,
        "cover/week.jinja",
        {
            "service": service,
            "services": [] if bad is not None else services_here(request),
            "week": shown,
            "bad_form": bad,
            "hours_form": hours_form or HoursForm(initial={"starts_at": "", "least_health": "1", "least_care": "1"}),
            "on_call_form": on_call_form or OnCallForm(initial={"starts_day": today, "ends_day": today}),
            "area_form": area_form
            or AreaForm(initial={"radius": str(shown.area_radius), "districts": shown.area_districts}),
            "kinds": [("", CoverKind.choices)],
            "weekdays": [(str(number), name) for number, name in enumerate(presenters.DAYS, 1)],
            "may_manage": actor.may(Permission.MANAGE_ROSTER),
            "sees_hours": actor.may(Permission.SEE_ROSTER) and bool(employers_seen(actor, service.pk)),
        },
        status=422 if bad is not None else 200,
    )
