"""Changing who somebody is: names, birth, numbers, how to reach them, who their GP is."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from homeward.access.rules import Permission
from homeward.kernel.rules import RefusedError, spaced_nhs_number
from homeward.people.linking.services import point_out_duplicate
from homeward.people.services import (
    CHANGES_RECORDS,
    NumberTakenError,
    add_identifier,
    change_facts,
    change_nhs_number,
    end_identifier,
)
from homeward.people.states import EthnicCategory, EthnicitySource, Gender, NhsNumberStatus
from homeward.teams.selectors import referring_organisations
from homeward.web.gate import page
from homeward.web.people.change_form import Asked, options
from homeward.web.people.changing import Asking, ask

REASON = Asked("reason", "text", "Why it changes (optional)", hint="Kept with the change", longest=250)
YES_NO = (("yes", "Yes", ""), ("no", "No", ""), ("", "Not known", ""))
LANGUAGES = "For example English, Punjabi or Polish"


@dataclass(frozen=True, slots=True)
class Part:
    """Facts that one page changes together."""

    title: str
    anchor: str
    asked: tuple[Asked, ...]


PARTS = {
    "names": Part(
        "Names and pronouns",
        "names",
        (
            Asked("title", "text", "Title (optional)", longest=40, width="5"),
            Asked("given_name", "text", "First name", longest=120, width="20"),
            Asked("family_name", "text", "Last name", longest=120, width="20"),
            Asked("preferred_name", "text", "What they like to be called (optional)", longest=120, width="20"),
            Asked("pronouns", "text", "Pronouns (optional)", hint="For example she/her", longest=40, width="10"),
            Asked(
                "other_names",
                "area",
                "Other names (optional)",
                hint="One a line. Searching finds them by these too",
                longest=1000,
            ),
        ),
    ),
    "birth": Part(
        "Date of birth and gender",
        "names",
        (
            Asked("birth_date", "day", "Date of birth", hint="For example, 27 3 1941"),
            Asked("gender", "pick", "Gender", options=options(Gender), needed="Choose a gender, or not known"),
        ),
    ),
    "ethnicity": Part(
        "Ethnic group",
        "names",
        (
            Asked(
                "ethnic_category",
                "pick",
                "What is your ethnic group?",
                hint="Ask the person in these words, and read the list out or show it to them. They need not answer",
                options=(*options(EthnicCategory), ("", "Not asked yet", "")),
            ),
            Asked(
                "ethnic_category_by",
                "pick",
                "Who gave this answer?",
                hint="Only needed where there is an answer",
                options=options(EthnicitySource),
            ),
        ),
    ),
    "reach": Part(
        "Phone and email",
        "reach",
        (
            Asked("phone", "text", "Phone number (optional)", longest=40, width="20", type="tel"),
            Asked("phone_notes", "text", "About ringing (optional)", hint="When to ring, who answers", longest=160),
            Asked("email", "text", "Email address (optional)", longest=200, type="email"),
        ),
    ),
    "language": Part(
        "Language and interpreter",
        "speaking",
        (
            Asked(
                "language",
                "text",
                "Language they speak",
                hint=LANGUAGES,
                longest=60,
                width="20",
                needed="Enter the language they speak",
            ),
            Asked("needs_interpreter", "check", "They need an interpreter"),
            Asked(
                "reads_in",
                "text",
                "Language of letters (optional)",
                hint="Where they read another language than they speak. Letters are made in it",
                longest=60,
                width="20",
            ),
        ),
    ),
    "registered": Part(
        "GP practice and household",
        "reach",
        (
            Asked("gp_practice", "choose", "GP practice (optional)"),
            Asked("lives_alone", "pick", "Lives alone", options=YES_NO),
        ),
    ),
}


@page(CHANGES_RECORDS)
def change_part(request: HttpRequest, person_id: int, part: str) -> HttpResponse:
    """Change facts of one part of somebody's details."""
    if part not in PARTS:
        raise Http404
    shown = PARTS[part]

    def asking(one, now) -> Asking:
        practices = {}
        if part == "registered":
            practices = {
                str(row.pk): row for row in referring_organisations(one.service_id) if row.kind == "gp_practice"
            }
        asked = [_with_practices(asked, practices) for asked in shown.asked]
        names = [asked.name for asked in shown.asked]
        begin = {name: getattr(one, name) for name in names}
        begin["lives_alone"] = {True: "yes", False: "no", None: ""}[one.lives_alone]
        begin["gp_practice"] = one.gp_practice_id

        def do(told: Mapping, seen: int) -> str:
            values = {name: told[name] for name in names}
            if "other_names" in values:
                values["other_names"] = "\n".join(filter(None, map(str.strip, values["other_names"].splitlines())))
            if values.get("birth_date"):
                values["birth_text"] = ""
            if "gp_practice" in values:
                values["gp_practice"] = practices.get(values["gp_practice"])
                values["lives_alone"] = {"yes": True, "no": False}.get(values["lives_alone"])
            change_facts(actor=request.actor, person=one, values=values, reason=told["reason"], now=now, seen=seen)
            return f"{shown.title} saved."

        return Asking(shown.title, (*asked, REASON), do, begin, anchor=shown.anchor)

    return ask(request, person_id, asking)


def _with_practices(asked: Asked, practices: dict) -> Asked:
    if asked.name != "gp_practice":
        return asked
    offered = tuple((number, row.name, "") for number, row in practices.items())
    return Asked(asked.name, asked.kind, asked.label, options=offered)


@page(CHANGES_RECORDS)
def change_number(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter, correct or verify somebody's NHS number."""

    def asking(one, now) -> Asking:
        def do(told: Mapping, seen: int) -> str:
            try:
                changed = change_nhs_number(
                    actor=request.actor,
                    person=one,
                    number=told["nhs_number"],
                    is_verified=told["is_verified"],
                    how=told["how"],
                    now=now,
                    seen=seen,
                )
            except NumberTakenError as error:
                point_out_duplicate(
                    actor=request.actor, one=one, other_id=error.person_id, found="same NHS number", now=now
                )
                where = (
                    " They are on the list of possible duplicates, under People."
                    if request.actor.may(Permission.MERGE_PEOPLE)
                    else " They are now on the list that the front door compares."
                )
                raise RefusedError(f"{error}{where}") from error
            return (
                "NHS number verified." if changed.nhs_number_status == NhsNumberStatus.VERIFIED else "NHS number saved."
            )

        asked = (
            Asked(
                "nhs_number",
                "text",
                "NHS number",
                hint="10 digits, for example 999 123 4567. Leave empty where it is not known",
                longest=20,
                width="10",
            ),
            Asked("is_verified", "check", "It is verified: I have checked that it is this person's"),
            Asked(
                "how",
                "text",
                "How it was checked, or why it changes",
                longest=250,
                hint="For example: traced on the Personal Demographics Service, with name and date of birth",
            ),
        )
        begin = {
            "nhs_number": spaced_nhs_number(one.nhs_number),
            "is_verified": one.nhs_number_status == NhsNumberStatus.VERIFIED,
        }
        says = ("Only a verified number is used to match this person with messages from other systems.",)
        return Asking("NHS number", asked, do, begin, says=says, anchor="numbers")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def add_number(request: HttpRequest, person_id: int) -> HttpResponse:
    """Add what another organisation's system calls this person."""

    def asking(one, now) -> Asking:
        def do(told: Mapping, seen: int) -> str:
            add_identifier(actor=request.actor, person=one, system=told["system"], value=told["value"], now=now)
            return "Number added."

        asked = (
            Asked(
                "system",
                "text",
                "Whose number it is",
                hint="The organisation or its system, as it is known here",
                needed="Say whose number it is",
            ),
            Asked("value", "text", "The number", needed="Enter the number", width="20"),
        )
        return Asking("Add a number of another organisation", asked, do, button="Add", anchor="numbers")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def end_number(request: HttpRequest, person_id: int, identifier_id: int) -> HttpResponse:
    """Take off a number that is not this person's."""

    def asking(one, now) -> Asking:
        identifier = next((row for row in one.identifiers.all() if row.pk == identifier_id), None)
        if identifier is None:
            raise Http404

        def do(told: Mapping, seen: int) -> str:
            end_identifier(actor=request.actor, identifier=identifier, reason=told["reason"], now=now)
            return "Number taken off. The history keeps it."

        return Asking(
            "Take a number off",
            (Asked("reason", "text", "Why it is taken off", needed="Say why the number is taken off", longest=250),),
            do,
            says=(f"{identifier.system}: {identifier.value}",),
            button="Take it off",
            anchor="numbers",
            warns=True,
        )

    return ask(request, person_id, asking)
