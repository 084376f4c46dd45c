"""The delays of one week, on a page and as a file."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.discharge.selectors.delays import Delays, delays_in
from homeward.kernel.rules import london_day
from homeward.web.delays.file import week_as_file
from homeward.web.delays.presenters import present_week
from homeward.web.front_door.views.messages import saved
from homeward.web.gate import page
from homeward.web.service_choice import service_here

CSV = "text/csv; charset=utf-8"
MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for Windows-1252
A_WEEK = timedelta(days=7)


@page(Permission.SEE_RESULTS)
def week(request: HttpRequest) -> HttpResponse:
    """The delays of a week, Monday to Sunday; this one unless another is asked for."""
    shown = present_week(_delays(request), london_day(timezone.now()))
    return render(request, "delays/week.jinja", {"service": service_here(request), "shown": shown})


@page(Permission.SEE_RESULTS)
def week_file(request: HttpRequest) -> HttpResponse:
    """The same week as a CSV for others: numbers only, small ones left out."""
    delays = _delays(request)
    text = week_as_file(delays, service_here(request).name)
    return saved((MARK + text).encode(), CSV, f"delays-{delays.first.isoformat()}.csv")


def _delays(request: HttpRequest) -> Delays:
    now = timezone.now()
    first = _monday(request.GET.get("week", ""), london_day(now))
    return delays_in(request.actor, service_here(request).pk, first, first + A_WEEK - timedelta(days=1), now)


def _monday(text: str, today: date) -> date:
    """The Monday of the week of a day; of this week where it is none, or one to come."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if day > today or day.year < 2000:
        day = today
    return day - timedelta(days=day.weekday())
