"""Changing the people in somebody's life, and what those who care for them need."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from homeward.kernel.rules import RefusedError, whole_number
from homeward.people.selectors import ContactNotFoundError, contact_of, current_contacts
from homeward.people.services import CHANGES_RECORDS, add_contact, change_contact, end_contact, order_contacts
from homeward.people.states import MayBeTold
from homeward.web.gate import page
from homeward.web.people.change_form import Asked, options
from homeward.web.people.changing import Asking, ask
from homeward.web.people.facts import REASON
from homeward.web.people.opening import opened

CONTACT = (
    Asked("name", "text", "Name", needed="Enter the name", longest=120, width="20"),
    Asked(
        "relationship",
        "text",
        "Who they are to the person",
        hint="For example daughter, neighbour, friend",
        longest=80,
        width="20",
    ),
    Asked("phone", "text", "Phone number (optional)", longest=40, width="20", type="tel"),
    Asked("email", "text", "Email address (optional)", longest=200, type="email"),
    Asked("address_text", "text", "Address (optional)", longest=250),
    Asked("language", "text", "Language (optional)", hint="Where it is not English", longest=60, width="20"),
    Asked(
        "may_be_told",
        "pick",
        "What they may be told",
        hint="As the person says",
        options=options(MayBeTold),
        needed="Say what they may be told",
    ),
    Asked("lives_with", "check", "Lives with the person", group="About them"),
    Asked("is_next_of_kin", "check", "Next of kin"),
    Asked("is_emergency_contact", "check", "To be called in an emergency"),
    Asked("holds_key", "check", "Holds a key"),
    Asked("is_unpaid_carer", "check", "Cares for the person, unpaid"),
    Asked(
        "carer_needs",
        "area",
        "What the carer needs themselves (optional)",
        group="Their own needs",
        hint="In their words: sleep, work, health, a break",
        longest=2000,
    ),
    Asked(
        "carer_assessment_offered_on",
        "day",
        "Day a carer's assessment was offered (optional)",
        hint="Every carer who may need support must be offered one (Care Act 2014, section 10)",
    ),
)
NAMES = tuple(asked.name for asked in CONTACT)


@page(CHANGES_RECORDS)
def add(request: HttpRequest, person_id: int) -> HttpResponse:
    """Add somebody to the person's life."""

    def asking(one, now) -> Asking:
        def do(told: Mapping, seen: int) -> str:
            contact = add_contact(actor=request.actor, person=one, values={name: told[name] for name in NAMES}, now=now)
            return f"{contact.name} added."

        return Asking(
            "Add a contact", CONTACT, do, {"may_be_told": MayBeTold.NOT_ASKED}, button="Add", anchor="contacts"
        )

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def change(request: HttpRequest, person_id: int, contact_id: int) -> HttpResponse:
    """Change what is known of a contact."""

    def asking(one, now) -> Asking:
        contact = _contact(request, one, contact_id)

        def do(told: Mapping, seen: int) -> str:
            values = {name: told[name] for name in NAMES}
            change_contact(
                actor=request.actor, contact=contact, values=values, reason=told["reason"], now=now, seen=seen
            )
            return f"{contact.name} saved."

        begin = {name: getattr(contact, name) for name in NAMES}
        return Asking("Change a contact", (*CONTACT, REASON), do, begin, anchor="contacts")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def end(request: HttpRequest, person_id: int, contact_id: int) -> HttpResponse:
    """Somebody is no contact any more."""

    def asking(one, now) -> Asking:
        contact = _contact(request, one, contact_id)

        def do(told: Mapping, seen: int) -> str:
            end_contact(actor=request.actor, contact=contact, reason=told["reason"], now=now)
            return f"{contact.name} is no longer a contact."

        asked = (Asked("reason", "text", "Why", needed="Say why they are no longer a contact", longest=160),)
        says = (f"{contact.name}{f', {contact.relationship}' if contact.relationship else ''}",)
        return Asking("End a contact", asked, do, says=says, button="End this contact", anchor="contacts", warns=True)

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def order(request: HttpRequest, person_id: int) -> HttpResponse:
    """Call one contact sooner, by a button."""
    now = timezone.now()
    one = opened(request, person_id, now)
    if request.method == "POST":
        numbers = [contact.pk for contact in current_contacts(one)]
        sooner = whole_number(request.POST.get("sooner", ""))
        if sooner in numbers[1:]:
            place = numbers.index(sooner)
            numbers[place - 1], numbers[place] = numbers[place], numbers[place - 1]
            try:
                order_contacts(actor=request.actor, person=one, contact_ids=numbers, now=now)
            except RefusedError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, "The order in which to call is saved.")
    return redirect(f"{redirect('people:details', person_id=one.pk).url}#contacts")


def _contact(request: HttpRequest, one, contact_id: int):
    try:
        return contact_of(request.actor, one, contact_id)
    except ContactNotFoundError as error:
        raise Http404 from error
