"""Who somebody typed may be: looked up while a form is filled in, so that nobody gets a second record."""

from datetime import datetime

from django.http import Http404

from homeward.access.rules import Actor, Sight
from homeward.kernel.rules import is_valid_nhs_number, london_day, tidy_nhs_number, tidy_postcode, whole_number
from homeward.people.rules import Likeness
from homeward.people.selectors import (
    KnownPerson,
    PersonNotFoundError,
    current_addresses,
    people_like,
    person_for,
    place_of_postcode,
)
from homeward.referrals.selectors import open_referrals_of
from homeward.web.front_door.forms.somebody import SomebodyForm
from homeward.web.front_door.presenters.known import Known, place_words, present_known


def people_it_may_be(actor: Actor, service_id: int, form: SomebodyForm, now: datetime) -> list[KnownPerson]:
    """People it may be, likeliest first; somebody chosen before stays, whatever was typed since."""
    matches = people_like(actor, service_id, form.identity(), now)
    chosen = whole_number(form.typed("known"))
    if chosen is not None and chosen not in {one.person.pk for one in matches}:
        person = person_chosen(actor, chosen, now)
        address = next(iter(current_addresses(person, london_day(now))), None)
        matches.insert(0, KnownPerson(person, address, Likeness(0, ())))
    return matches


def person_chosen(actor: Actor, person_id: int, now: datetime):
    """The record that was chosen in a form.

    Raises: Http404 where the actor's services know no such person.
    """
    try:
        return person_for(actor, person_id, now, at_least=Sight.CARD)
    except PersonNotFoundError as error:
        raise Http404 from error


def known_panel(actor: Actor, service_id: int, form: SomebodyForm, matches: list[KnownPerson], now: datetime) -> Known:
    """What a form is told about who has been typed so far."""
    number = tidy_nhs_number(form.typed("nhs_number"))
    postcode = tidy_postcode(form.typed("postcode"))
    waiting = open_referrals_of(actor, service_id, [one.person.pk for one in matches])
    return present_known(
        matches,
        waiting,
        form.typed("known"),
        number if len(number) >= 10 else "",
        is_valid_nhs_number(number),
        place_words(postcode, place_of_postcode(actor, service_id, postcode)),
        now,
    )
