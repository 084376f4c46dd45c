"""Who may visit somebody: whom they asked for, whom not to send, and animals a visitor meets."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse

from homeward.kernel.rules import whole_number
from homeward.people.services import CHANGES_RECORDS
from homeward.plans.selectors import WishNotFoundError, visiting_wish_of, workers_to_name
from homeward.plans.services import end_visiting_wish, note_visiting_wish
from homeward.plans.states import WishKind
from homeward.web.gate import page
from homeward.web.people.change_form import Asked, options
from homeward.web.people.changing import Asking, ask


@page(CHANGES_RECORDS)
def add_wish(request: HttpRequest, person_id: int) -> HttpResponse:
    """Note whom somebody wants at their door, or must not have there, or an animal."""

    def asking(one, now) -> Asking:
        workers = {worker.pk: worker for worker in workers_to_name(request.actor, one.service_id)}

        def do(told: Mapping, seen: int) -> str:
            note_visiting_wish(
                actor=request.actor,
                person=one,
                kind=told["kind"],
                worker=workers.get(whole_number(told["worker"]) or 0),
                text=told["text"],
                now=now,
            )
            return "Noted. Days planned from now on keep it."

        asked = (
            Asked("kind", "choose", "What they want, or what lives there", options=options(WishKind),
                  needed="Choose what it is"),
            Asked(
                "worker", "choose", "Which worker (only where it is about one)",
                options=tuple((str(pk), f"{one.label}, {one.organisation}", "") for pk, one in workers.items()),
            ),
            Asked(
                "text", "text", "Which language, or why not this worker", longest=120,
                hint="Leave empty for the rest. What is written here is part of their record",
            ),
        )  # fmt: skip
        says = (
            "Ask the person. Planned care keeps to it: where nobody they want is on shift, the visit is left to be"
            " decided. In a crisis whoever can come first comes, but never somebody they asked not to see.",
        )
        return Asking("Who may visit", asked, do, says=says, button="Note it", anchor="visiting")

    return ask(request, person_id, asking)


@page(CHANGES_RECORDS)
def end_wish(request: HttpRequest, person_id: int, wish_id: int) -> HttpResponse:
    """Say that a wish no longer holds."""

    def asking(one, now) -> Asking:
        try:
            wish = visiting_wish_of(request.actor, one, wish_id)
        except WishNotFoundError as error:
            raise Http404 from error

        def do(told: Mapping, seen: int) -> str:
            end_visiting_wish(actor=request.actor, wish=wish, reason=told["reason"], now=now)
            return "Ended."

        asked = (Asked("reason", "text", "Why it no longer holds", needed="Say why it no longer holds", longest=250),)
        about = [wish.worker.label] if wish.worker else []
        says = (": ".join([WishKind(wish.kind).label, *about, *([wish.text] if wish.text else [])]),)
        return Asking(
            "End a wish about who visits", asked, do, says=says, button="End it", anchor="visiting", warns=True
        )

    return ask(request, person_id, asking)
