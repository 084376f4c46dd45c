"""What professionals outside send in on the open form, and what they add to it afterwards."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import LONDON, RefusedError
from homeward.people.models import Person
from homeward.people.rules import Identity, read_nhs_number, surely_same
from homeward.people.selectors import holder_of_number, identity_of, place_of_postcode
from homeward.people.services import NewPerson, register_person
from homeward.referrals.models import FormUse, Referral
from homeward.referrals.rules import MOST_USES_AN_HOUR
from homeward.referrals.services.changing import _add_event, _done, _locked, _tell_timeline
from homeward.referrals.services.receiving import NewReferral, receive_referral
from homeward.referrals.states import OPEN_STATES, ReferralAlreadyDecidedError, ReferralState, Route

SENT_BY_FORM = "Professionals' form"
NOT_CHECKED = "By the open form. Nobody checked who sent it: call them back on a number you know before you rely on it."
NUMBER_OF_ANOTHER = (
    "The NHS number is on the record of {}, but the name or birth date differ. A new record was started; find out"
    " whose number it is."
)
USES_KEPT = timedelta(days=2)  # longer than any hour counted, and than any clock is wrong


class TooManyUsesError(RefusedError):
    """An open form was used from one address more often in an hour than people do."""


@dataclass(frozen=True, slots=True)
class SentIn:
    """What became of a form: the referral, and whether the same form had come before."""

    referral: Referral
    is_repeat: bool


@transaction.atomic
def count_form_use(*, actor: Actor, form: str, visitor: str, now: datetime) -> int:
    """Count one use of an open form. `visitor` is a `rules.visitor_key`.

    Raises: NotAllowedError; TooManyUsesError, and then this use is not counted.
    """
    require(actor, Permission.RECEIVE_MESSAGES)
    hour = now.replace(minute=0, second=0, microsecond=0)
    FormUse.objects.filter(hour__lt=now - USES_KEPT).delete()
    FormUse.objects.get_or_create(form=form, visitor=visitor, hour=hour)
    mine = FormUse.objects.filter(form=form, visitor=visitor, hour=hour, uses__lt=MOST_USES_AN_HOUR)
    if not mine.update(uses=F("uses") + 1):
        raise TooManyUsesError("This form was used too often from where you are. Try again in an hour, or call us.")
    record(actor=actor, action="use open form", subject=("form", None), now=now)
    return FormUse.objects.get(form=form, visitor=visitor, hour=hour).uses


@transaction.atomic
def refer_as_professional(
    *, actor: Actor, service_id: int, form_number: str, new: NewReferral, new_person: NewPerson, now: datetime
) -> SentIn:
    """Take in what a professional outside sent on the open form; the same form sent again changes nothing.

    Somebody on record is only ever taken where number, birth date and name all agree; else a new record is started,
    and a person at the front door decides whether the two are one. Whoever sent it is told nothing of either.

    Raises: NotAllowedError; RefusedError for what `receive_referral` refuses.
    """
    require(actor, Permission.RECEIVE_MESSAGES, service_id)
    # going back and writing of somebody else is not sending twice: the same form with other words is another referral
    told = repr((replace(new, received_at=None), new_person))
    form_number = f"{form_number[:150]}-{hashlib.sha256(told.encode()).hexdigest()[:24]}"
    before = Referral.objects.filter(service_id=service_id, sender=SENT_BY_FORM, sender_identifier=form_number).first()
    if before is not None:
        record(
            actor=actor,
            action="receive referral again",
            subject=("referral", before.pk),
            person_id=before.person_id,
            now=now,
            service_id=service_id,
        )
        return SentIn(before, is_repeat=True)
    details = [{"title": "How it came", "text": NOT_CHECKED}, *new.details]
    person, note = _person(actor, service_id, new_person, now)
    if note:
        details.append({"title": "NHS number", "text": note})
    new = replace(new, route=Route.PROFESSIONAL, sender=SENT_BY_FORM, sender_identifier=form_number, details=details)
    return SentIn(receive_referral(actor=actor, person=person, new=new, now=now), is_repeat=False)


@transaction.atomic
def add_as_professional(*, actor: Actor, referral: Referral, text: str, now: datetime) -> Referral:
    """Add what a professional writes about a referral they sent: what they sent first stays as it was.

    Where more was asked for, the referral waits for triage again.

    Raises: NotAllowedError; RefusedError when nothing is written; ReferralAlreadyDecidedError once it was turned away.
    """
    require(actor, Permission.RECEIVE_MESSAGES, referral.service_id)
    text = text.strip()
    if not text:
        raise RefusedError("Write what you want to add.")
    referral = _locked(referral)
    if referral.state not in (*OPEN_STATES, ReferralState.ACCEPTED):
        raise ReferralAlreadyDecidedError(
            "This referral is closed, so nothing was added. Send a new one, or call the service."
        )
    was_asked = referral.state == ReferralState.MORE_ASKED
    if was_asked:
        referral.state = ReferralState.WAITING
    said = "Answer from the sender" if was_asked else "Added by the sender"
    local = now.astimezone(LONDON)
    title = f"{said}, {local.day} {local:%B %Y}, {local:%H:%M}"
    referral.details = [*referral.details, {"title": title, "text": text}]
    referral.save(update_fields=["state", "details"])
    if was_asked:
        _add_event(referral, actor, "more_information_received", now, now, text)
    _add_event(referral, actor, "referral_updated", now, now, text)
    _tell_timeline(referral, actor, "referral", now, now, said, text)
    _done(actor, "add to referral", referral, now)
    return referral


def _person(actor: Actor, service_id: int, new: NewPerson, now: datetime) -> tuple[Person, str]:
    """The person beyond doubt, or a new record, and what to say of a number that is on somebody else's."""
    front_desk = actor.lent(Permission.SEE_PEOPLE, Permission.TAKE_REFERRALS)
    number, is_valid = read_nhs_number(new.nhs_number)
    meant = Identity(
        given_name=new.given_name,
        family_name=new.family_name,
        birth_date=new.birth_date,
        nhs_number=number,
        is_nhs_number_verified=is_valid,
    )
    holder = holder_of_number(front_desk, service_id, meant, now)
    if holder is not None and surely_same(identity_of(holder, None), meant):
        return holder, ""
    place = place_of_postcode(front_desk, service_id, new.address.postcode) if new.address else None
    if place is not None:
        new = replace(new, address=replace(new.address, latitude=place.latitude, longitude=place.longitude))
    # a number that somebody outside typed is checked with the person before anyone relies on it
    new = replace(new, is_nhs_number_traced=False)
    person = register_person(actor=front_desk, service_id=service_id, new=new, now=now)
    return person, NUMBER_OF_ANOTHER.format(holder.reference) if holder is not None else ""
