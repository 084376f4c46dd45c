"""Recording legal statuses, choices about sharing, and About Me."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from homeward.access.rules import Permission
from homeward.kernel.rules import london_day, whole_number
from homeward.people.rules import ABOUT_ME
from homeward.people.selectors import (
    LegalStatusNotFoundError,
    about_me_of,
    current_alerts,
    current_contacts,
    legal_status_of,
)
from homeward.people.services import (
    CHANGES_RECORDS,
    end_legal_status,
    note_legal_status,
    record_sharing_choice,
    write_about_me,
)
from homeward.people.states import LegalKind, SharingDecision, SharingKind
from homeward.web.gate import page
from homeward.web.people.change_form import Asked, options
from homeward.web.people.changing import Asking, ask
from homeward.web.people.opening import opened
from homeward.web.people.presenters.about_me import present_about_me
from homeward.web.people.presenters.banner import present_banner

OTHER_PERSON = ("", "Somebody else, or nobody", "")


@page(CHANGES_RECORDS)
def add_legal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record a power, an order or a statement that staff must follow."""

    def asking(one, now) -> Asking:
        contacts = {str(contact.pk): contact for contact in current_contacts(one)}

        def do(told: Mapping, seen: int) -> str:
            note_legal_status(
                actor=request.actor,
                person=one,
                kind=told["kind"],
                holder=contacts.get(told["holder"]),
                holder_name=told["holder_name"],
                reference=told["reference"],
                held_where=told["held_where"],
                summary=told["summary"],
                was_seen=told["was_seen"],
                starts_on=told["starts_on"],
                ends_on=told["ends_on"],
                now=now,
            )
            return f"Recorded: {LegalKind(told['kind']).label}."

        holders = (
            *((number, contact.name, contact.relationship) for number, contact in contacts.items()),
            OTHER_PERSON,
        )
        asked = (
            Asked("kind", "choose", "What it is", options=options(LegalKind), needed="Choose what it is"),
            *((Asked("holder", "pick", "Who holds it", options=holders),) if contacts else ()),
            Asked("holder_name", "text", "Somebody else who holds it (optional)", longest=200),
            Asked(
                "held_where",
                "text",
                "Where the paper is kept (optional)",
                longest=250,
                hint="For example: yellow folder by the front door. The paper itself is not copied in here",
            ),
            Asked("was_seen", "check", "Somebody of the team has seen the paper"),
            Asked("reference", "text", "Reference (optional)", longest=80, width="20"),
            Asked("summary", "area", "What it says that staff must follow (optional)", longest=4000),
            Asked("starts_on", "day", "First day (optional)"),
            Asked("ends_on", "day", "Last day (optional)"),
        )
        return Asking("Record a legal status", asked, do, {"holder": ""}, button="Record it", anchor="legal")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def end_legal(request: HttpRequest, person_id: int, status_id: int) -> HttpResponse:
    """Say that a power, an order or a statement no longer holds."""

    def asking(one, now) -> Asking:
        try:
            status = legal_status_of(request.actor, one, status_id)
        except LegalStatusNotFoundError as error:
            raise Http404 from error

        def do(told: Mapping, seen: int) -> str:
            end_legal_status(
                actor=request.actor, status=status, reason=told["reason"], last_day=told["last_day"], now=now
            )
            return f"No longer holds: {LegalKind(status.kind).label}."

        asked = (
            Asked("reason", "text", "Why it no longer holds", needed="Say why it no longer holds", longest=250),
            Asked("last_day", "day", "Last day it held (optional)"),
        )
        says = (LegalKind(status.kind).label,)
        return Asking("End a legal status", asked, do, says=says, button="End it", anchor="legal", warns=True)

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def add_choice(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record what somebody agreed or objected to about sharing."""

    def asking(one, now) -> Asking:
        contacts = {str(contact.pk): contact for contact in current_contacts(one)}

        def do(told: Mapping, seen: int) -> str:
            record_sharing_choice(
                actor=request.actor,
                person=one,
                kind=told["kind"],
                decision=told["decision"],
                contact=contacts.get(told.get("contact", "")),
                with_whom=told["with_whom"],
                text=told["text"],
                decided_on=told["decided_on"],
                decided_by=told["decided_by"],
                ends_on=told["ends_on"],
                now=now,
            )
            return "Their choice is recorded."

        whom = (*((number, contact.name, contact.relationship) for number, contact in contacts.items()), OTHER_PERSON)
        asked = (
            Asked("kind", "choose", "What it is about", options=options(SharingKind), needed="Choose what it is about"),
            Asked(
                "decision",
                "pick",
                "What they decided",
                options=options(SharingDecision),
                needed="Say what they decided",
            ),
            *((Asked("contact", "pick", "With whom", options=whom),) if contacts else ()),
            Asked("with_whom", "text", "With somebody else or an organisation (optional)", longest=200),
            Asked("text", "area", "In their words (optional)", longest=4000),
            Asked("decided_on", "day", "Day they decided", needed="Enter the day they decided"),
            Asked(
                "decided_by",
                "text",
                "Who decided, where they could not (optional)",
                hint="In their best interests: name and role",
                longest=200,
            ),
            Asked("ends_on", "day", "Last day it holds (optional)"),
        )
        says = ("The newest choice about a thing stands. Nothing recorded before is lost.",)
        begin = {"decided_on": london_day(now), "contact": ""}
        return Asking(
            "Record a choice about sharing", asked, do, begin, says=says, button="Record it", anchor="sharing"
        )

    return ask(request, person_id, asking)


@page(Permission.SEE_PEOPLE)
def about_me(request: HttpRequest, person_id: int) -> HttpResponse:
    """What somebody wants everyone to know of them, and what it said before."""
    now = timezone.now()
    one = opened(request, person_id, now)
    chosen = whole_number(request.GET.get("version", ""))
    versions = about_me_of(request.actor, one)
    context = {
        "service": one.service,
        "banner": present_banner(request.actor, one, _alerts(request, one, now), now),
        "about": present_about_me(versions, chosen),
        "may_change": request.actor.may(CHANGES_RECORDS),
    }
    return render(request, "people/about_me.jinja", context)


@page(CHANGES_RECORDS)
def write_about(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write a new version of About Me with the person."""

    def asking(one, now) -> Asking:
        newest = next(iter(about_me_of(request.actor, one)), None)
        answers = newest.answers if newest else {"matters": one.what_matters}

        def do(told: Mapping, seen: int) -> str:
            write_about_me(
                actor=request.actor,
                person=one,
                answers={heading.code: told[f"about_{heading.code}"] for heading in ABOUT_ME},
                said_by=told["said_by"],
                based_on=seen,
                now=now,
            )
            return "About Me saved."

        asked = (
            *(Asked(f"about_{part.code}", "area", part.title, hint=part.asks, longest=4000) for part in ABOUT_ME),
            Asked("said_by", "text", "Who told it, where not the person (optional)", longest=200, width="20"),
        )
        says = ("Write it with the person, in their words. Leave out what they do not want to say.",)
        begin = {f"about_{code}": text for code, text in answers.items()}
        begin["said_by"] = newest.said_by if newest else ""
        version = newest.version if newest else 0
        return Asking("Write About Me", asked, do, begin, says=says, back="people:about_me", seen=version)

    return ask(request, person_id, asking)


def _alerts(request: HttpRequest, one, now):
    return current_alerts(request.actor, [one.pk], london_day(now)).get(one.pk, [])
