"""The care somebody has at home, while they are in hospital and after."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor
from homeward.commissioning.services import resume_packages, suspend_packages
from homeward.discharge.models import HospitalStay
from homeward.discharge.services.changing import _happened, _locked, _locked_open, _may_chase
from homeward.discharge.states import StayEventKind
from homeward.kernel.rules import RefusedError, london_day
from homeward.visits.selectors import paused_visits
from homeward.visits.services import pause_visits, restart_visits

IN_HOSPITAL = "In hospital"


@transaction.atomic
def pause_usual_care(*, actor: Actor, stay: HospitalStay, now: datetime) -> None:
    """Stop the visits of somebody in hospital, our own and those bought, until `restart_usual_care`.

    Nobody's care stops by itself because a message says they were admitted: somebody decides it.

    Raises: NotAllowedError; RefusedError when the stay has ended or their visits are paused already.
    """
    _may_chase(actor, stay.service_id)
    stay = _locked_open(stay)
    if paused_visits(actor, stay.person) is not None:
        raise RefusedError("Their visits are paused already.")
    visits = pause_visits(actor=actor, person=stay.person, reason=IN_HOSPITAL, now=now)
    packages = suspend_packages(actor=actor, person=stay.person, from_day=london_day(now), now=now)
    said = f"Visits taken out: {visits}. Packages suspended: {packages}"
    _happened(actor, stay, StayEventKind.CARE_PAUSED, now, text=said)


@transaction.atomic
def restart_usual_care(*, actor: Actor, stay: HospitalStay, first_day: date, now: datetime) -> None:
    """Begin somebody's usual care again: `first_day` is the first with visits.

    Raises: NotAllowedError; RefusedError for a day that is over, or where nothing is paused.
    """
    _may_chase(actor, stay.service_id)
    stay = _locked(stay)
    if paused_visits(actor, stay.person) is None:
        raise RefusedError("Their visits are not paused.")
    visits = restart_visits(actor=actor, person=stay.person, first_day=first_day, now=now)
    packages = resume_packages(actor=actor, person=stay.person, first_day=first_day, now=now)
    begins = f"{first_day:%A} {first_day.day} {first_day:%B}"
    said = f"From {begins}. Visits needed again: {visits}. Packages resumed: {packages}"
    _happened(actor, stay, StayEventKind.CARE_AGAIN, now, text=said)
