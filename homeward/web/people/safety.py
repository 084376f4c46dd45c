"""Raising and ending alerts, and noting how somebody wants to be spoken with and written to."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse

from homeward.access.rules import may_see_sensitive
from homeward.kernel.rules import london_day
from homeward.people.selectors import AlertNotFoundError, NeedNotFoundError, alert_of, need_of
from homeward.people.services import CHANGES_RECORDS, end_alert, end_need, note_need, raise_alert
from homeward.people.states import AlertKind, NeedKind, Sensitivity
from homeward.web.gate import page
from homeward.web.people.change_form import Asked, options
from homeward.web.people.changing import Asking, ask
from homeward.web.people.facts import REASON


@page(CHANGES_RECORDS)
def add_alert(request: HttpRequest, person_id: int) -> HttpResponse:
    """Warn everyone who will visit."""

    def asking(one, now) -> Asking:
        def do(told: Mapping, seen: int) -> str:
            alert = raise_alert(
                actor=request.actor,
                person=one,
                kind=told["kind"],
                text=told["text"],
                sensitivity=told["sensitivity"],
                until=told["until"],
                now=now,
            )
            if not may_see_sensitive(request.actor, alert.sensitivity):
                return "Alert raised. Your role does not include this sort, so it is not shown to you."
            return "Alert raised."

        asked = (
            Asked("kind", "choose", "What it is about", options=options(AlertKind), needed="Choose what it is about"),
            Asked(
                "text",
                "area",
                "What a visitor must know",
                longest=2000,
                hint="Short and plain: what is so, and what to do",
                needed="Say what a visitor must know",
            ),
            Asked("until", "day", "Last day (optional)", hint="It then ends by itself"),
            Asked(
                "sensitivity",
                "choose",
                "Kept from most (optional)",
                options=options(Sensitivity),
                hint="Only some roles then see it; a safeguarding alert always is kept back. What every visitor must"
                " know goes in another alert",
            ),
        )
        says = ("It stands first on every page about this person, for everyone who visits.",)
        return Asking("Raise an alert", asked, do, says=says, button="Raise the alert", anchor="alerts")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def finish_alert(request: HttpRequest, person_id: int, alert_id: int) -> HttpResponse:
    """Say that an alert no longer holds."""

    def asking(one, now) -> Asking:
        try:
            alert = alert_of(request.actor, one, alert_id, london_day(now))
        except AlertNotFoundError as error:
            raise Http404 from error

        def do(told: Mapping, seen: int) -> str:
            end_alert(actor=request.actor, alert=alert, reason=told["reason"], now=now)
            return "Alert ended."

        asked = (
            Asked("reason", "text", "Why it no longer holds", needed="Say why the alert no longer holds", longest=250),
        )
        says = (f"{AlertKind(alert.kind).label}{f': {alert.text}' if alert.text else ''}",)
        return Asking("End an alert", asked, do, says=says, button="End this alert", anchor="alerts", warns=True)

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def add_need(request: HttpRequest, person_id: int) -> HttpResponse:
    """Note how to speak with or write to somebody."""

    def asking(one, now) -> Asking:
        def do(told: Mapping, seen: int) -> str:
            note_need(actor=request.actor, person=one, kind=told["kind"], text=told["text"], now=now)
            return "Noted. Letters and pages for this person follow it."

        asked = (
            Asked("kind", "choose", "What they need", options=options(NeedKind), needed="Choose what they need"),
            Asked(
                "text",
                "text",
                "More about it (optional)",
                longest=250,
                hint="For example the size of print (20 point), the colour of paper (yellow), or what helps",
            ),
        )
        says = (
            "Ask the person. What is noted here is shown to everyone who meets them, and letters are made that way.",
        )
        return Asking("Add a communication need", asked, do, says=says, button="Add", anchor="speaking")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def finish_need(request: HttpRequest, person_id: int, need_id: int) -> HttpResponse:
    """Somebody no longer needs this."""

    def asking(one, now) -> Asking:
        try:
            need = need_of(request.actor, one, need_id)
        except NeedNotFoundError as error:
            raise Http404 from error

        def do(told: Mapping, seen: int) -> str:
            end_need(actor=request.actor, need=need, reason=told["reason"], now=now)
            return "Ended."

        says = (f"{NeedKind(need.kind).label}{f': {need.text}' if need.text else ''}",)
        return Asking(
            "End a communication need", (REASON,), do, says=says, button="End it", anchor="speaking", warns=True
        )

    return ask(request, person_id, asking)
