"""Changing where somebody is: moving, staying elsewhere, what the home is like and how to get in."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse

from homeward.access.rules import Permission, Sight
from homeward.kernel.rules import london_day
from homeward.people.selectors import AddressNotFoundError, address_of
from homeward.people.services import (
    CHANGES_RECORDS,
    NewAddress,
    change_address,
    change_key_safe,
    end_stay,
    move_home,
    stay_elsewhere,
)
from homeward.people.states import AddressKind
from homeward.visits.planning import MovedVisits, move_visits
from homeward.web.gate import page
from homeward.web.people.change_form import Asked
from homeward.web.people.changing import Asking, ask
from homeward.web.people.facts import REASON
from homeward.web.persons import address_words, short_day
from homeward.web.words import listed

WHERE = (
    Asked("lines", "text", "Address", hint="Number, street and town", needed="Enter the address", longest=250),
    Asked(
        "postcode",
        "text",
        "Postcode (optional)",
        longest=10,
        width="10",
        hint="Without one that this service knows, travel to it cannot be planned",
    ),
)
THE_HOME = (
    Asked(
        "property_notes",
        "area",
        "The home (optional)",
        longest=2000,
        hint="What sort of home, floors, stairs, lift, heating: what somebody who goes there must know",
    ),
    Asked(
        "access_notes",
        "text",
        "Getting in (optional)",
        hint="Which door, who lets people in. Never a code",
        longest=250,
    ),
)
STAYS = (
    (AddressKind.TEMPORARY, "With family or a friend", ""),
    (AddressKind.BED, "In a step-down bed", "In a care home, a reablement house or another unit"),
    (AddressKind.INCIDENT, "Somewhere else for now", "For example where they fell ill"),
)


@page(CHANGES_RECORDS)
def move(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody moves home for good; their visits follow."""

    def asking(one, now) -> Asking:
        def do(told: Mapping, seen: int) -> str:
            new = NewAddress(
                lines=told["lines"],
                postcode=told["postcode"],
                property_notes=told["property_notes"],
                access_notes=told["access_notes"],
            )
            address = move_home(
                actor=request.actor, person=one, new=new, from_day=told["from_day"], reason=told["reason"], now=now
            )
            return f"New home saved. {_on_the_map(address)} {_followed(request, one, now)}".strip()

        asked = (
            *WHERE,
            Asked("from_day", "day", "First day there", needed="Enter the first day there"),
            *THE_HOME,
            REASON,
        )
        says = ("The home before ends the day before. Visits from that day on go to the new home.",)
        return Asking("Move to a new home", asked, do, {"from_day": london_day(now)}, says=says, anchor="home")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def stay(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody stays elsewhere for a while; their visits follow until they come home."""

    def asking(one, now) -> Asking:
        def do(told: Mapping, seen: int) -> str:
            new = NewAddress(
                kind=told["kind"],
                lines=told["lines"],
                postcode=told["postcode"],
                staying_with=told["staying_with"],
                phone=told["phone"],
                property_notes=told["property_notes"],
                access_notes=told["access_notes"],
            )
            address = stay_elsewhere(
                actor=request.actor,
                person=one,
                new=new,
                from_day=told["from_day"],
                until=told["until"],
                reason=told["reason"],
                now=now,
            )
            return f"Stay saved. {_on_the_map(address)} {_followed(request, one, now)}".strip()

        asked = (
            Asked("kind", "pick", "Where they stay", options=STAYS, needed="Say what sort of stay it is"),
            Asked("staying_with", "text", "With whom, or the name of the place (optional)", longest=120, width="20"),
            *WHERE,
            Asked("phone", "text", "Phone number there (optional)", longest=40, width="20", type="tel"),
            Asked("from_day", "day", "First day there", needed="Enter the first day there"),
            Asked("until", "day", "Last day there (optional)", hint="Leave empty where nobody knows yet"),
            *THE_HOME,
            REASON,
        )
        says = ("Home stays their home. Visits on these days go where they stay, and home again afterwards.",)
        return Asking("Stay somewhere else", asked, do, {"from_day": london_day(now)}, says=says, anchor="home")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def change_home(request: HttpRequest, person_id: int, address_id: int) -> HttpResponse:
    """Correct an address, or say more of the home."""

    def asking(one, now) -> Asking:
        address = _address(request, one, address_id)
        is_stay = address.kind != AddressKind.HOME

        def do(told: Mapping, seen: int) -> str:
            values = {name: value for name, value in told.items() if name in names}
            changed = change_address(
                actor=request.actor, address=address, values=values, reason=told["reason"], now=now, seen=seen
            )
            moved = _followed(request, one, now)
            return (
                f"Address saved. {'' if changed.postcode == address.postcode else _on_the_map(changed)} {moved}".strip()
            )

        of_a_stay = (
            Asked("staying_with", "text", "With whom, or the name of the place (optional)", longest=120, width="20"),
            Asked("phone", "text", "Phone number there (optional)", longest=40, width="20", type="tel"),
            Asked("ends_on", "day", "Last day there (optional)"),
        )
        asked = (*WHERE, *(of_a_stay if is_stay else ()), *THE_HOME)
        names = {one.name for one in asked}
        says = () if is_stay else ("To correct it or say more. Where they move, record a move instead.",)
        begin = {name: getattr(address, name) for name in names}
        return Asking("Change this address", (*asked, REASON), do, begin, says=says, anchor="home")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def come_home(request: HttpRequest, person_id: int, address_id: int) -> HttpResponse:
    """End a stay: visits go home again."""

    def asking(one, now) -> Asking:
        address = _address(request, one, address_id)

        def do(told: Mapping, seen: int) -> str:
            end_stay(actor=request.actor, address=address, last_day=told["last_day"], reason=told["reason"], now=now)
            return f"End of the stay saved. {_followed(request, one, now)}".strip()

        asked = (Asked("last_day", "day", "Last day there", needed="Enter the last day there"), REASON)
        says = (address_words(address),)
        return Asking("End the stay", asked, do, {"last_day": london_day(now)}, says=says, anchor="home")

    return ask(request, person_id, asking)


@page(Permission.SEE_KEY_SAFES)
def new_code(request: HttpRequest, person_id: int, address_id: int) -> HttpResponse:
    """Change the code of a key safe, which is written in no history."""

    def asking(one, now) -> Asking:
        address = _address(request, one, address_id)

        def do(told: Mapping, seen: int) -> str:
            change_key_safe(actor=request.actor, address=address, code=told["code"], reason=told["reason"], now=now)
            return "Key safe code saved."

        asked = (
            Asked(
                "code",
                "text",
                "New code",
                hint="Leave empty where there is no key safe any more",
                longest=20,
                width="10",
            ),
            Asked(
                "reason",
                "text",
                "Why it changes",
                hint="For example who changed it. Do not write the code here",
                needed="Say why the code is changed",
                longest=250,
            ),
        )
        says = (address_words(address), "That it changed is on record under your name. What the code was is not.")
        return Asking("Change the key safe code", asked, do, says=says, back="people:person", anchor="getting-in")

    return ask(request, person_id, asking, at_least=Sight.VISIT)


def _address(request: HttpRequest, one, address_id: int):
    try:
        return address_of(request.actor, one, address_id)
    except AddressNotFoundError as error:
        raise Http404 from error


def _on_the_map(address) -> str:
    if address.latitude is not None or address.place_key:
        return "It is on the map."
    return "No place on the map is known for it, so travel there cannot be planned."


def _followed(request: HttpRequest, one, now) -> str:
    moved: MovedVisits = move_visits(actor=request.actor, person=one, now=now)
    if not moved.visits:
        return ""
    count = len(moved.visits)
    said = [f"{count} {'visit goes' if count == 1 else 'visits go'} to where they are then."]
    if moved.planned:
        said.append(f"Planned again: {listed([short_day(day) for day in moved.planned])}.")
    if moved.to_plan:
        said.append(f"Somebody must plan again: {listed([short_day(day) for day in moved.to_plan])}.")
    return " ".join(said)
