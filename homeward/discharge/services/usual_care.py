"""The care somebody has at home, while they are in hospital and after."""

from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, Role, require
from homeward.commissioning.services import resume_packages, suspend_packages
from homeward.discharge.models import HospitalStay, StayEvent
from homeward.discharge.services.changing import _happened, _locked, _locked_open, _may_chase
from homeward.discharge.states import AT_HOME, DESTINATION_PATHWAY, EndedAs, HomePathway, StayEventKind
from homeward.kernel.rules import RefusedError, day_words, london_day
from homeward.notices.services import notify
from homeward.people.selectors import person_ids_of
from homeward.roster.selectors import accounts_on_duty
from homeward.teams.models import Account
from homeward.visits.models import Visit, VisitPause
from homeward.visits.selectors import paused_visits
from homeward.visits.services import pause_visits, restart_visits
from homeward.visits.states import VisitState

IN_HOSPITAL = "In hospital"
# Whoever paused it is reminded at once, and again each morning from then on. Local decision.
MORNING = timedelta(hours=8)


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
    begins = day_words(first_day)
    said = f"From {begins}. Visits needed again: {visits}. Packages resumed: {packages}"
    _happened(actor, stay, StayEventKind.CARE_AGAIN, now, text=said)


@transaction.atomic
def follow_usual_care(*, actor: Actor, service_id: int, now: datetime) -> list[Visit]:
    """Begin the usual care of whoever went home with what they had before, and remind of everybody else who is at home
    and has it paused still; gives the visits that are needed again.

    A duty of `homeward work`. Pathway 0 is home without new or more support, so what they had begins again from today.
    On any other way home somebody has to say what they need now: whoever paused it is reminded.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    again: list[Visit] = []
    rows = VisitPause.objects.filter(
        service_id=service_id, first_day=None, reason=IN_HOSPITAL, person__died_on__isnull=True
    )
    for pause in rows.select_related("person"):
        stays = HospitalStay.objects.filter(service_id=service_id, person_id__in=person_ids_of(pause.person))
        stay = stays.order_by("-admitted_at", "-pk").first()
        if stay is None or stay.is_open or not _is_home(stay):
            continue
        if stay.destination and DESTINATION_PATHWAY[stay.destination] == HomePathway.P0:
            today = london_day(now)
            restart_usual_care(actor=actor, stay=stay, first_day=today, now=now)
            needed = Visit.objects.filter(person_id__in=person_ids_of(pause.person), state=VisitState.NEEDED)
            again += needed.filter(day__gte=today, is_crisis=False)
            _tell_owner(
                actor, stay, "Usual care has begun again: somebody is home", f"usual-care-again-{pause.pk}", now
            )
        else:
            key = f"usual-care-paused-{pause.pk}-{london_day(now - MORNING)}"
            _tell_owner(actor, stay, "Usual care is still paused, and they are home", key, now, is_urgent=True)
    return again


def _is_home(stay: HospitalStay) -> bool:
    """Whether somebody is at home as far as anybody says: left for home or for nobody knows where, or never was in."""
    if stay.ended_as == EndedAs.LEFT:
        return not stay.destination or DESTINATION_PATHWAY[stay.destination] in AT_HOME
    return stay.ended_as == EndedAs.MISTAKE


def _tell_owner(
    actor: Actor, stay: HospitalStay, title: str, key: str, now: datetime, *, is_urgent: bool = False
) -> None:
    """Tell whoever paused the care, or those on duty where that account is gone."""
    paused = StayEvent.objects.filter(stay=stay, kind=StayEventKind.CARE_PAUSED).order_by("-pk").first()
    owner = Account.objects.filter(pk=paused.by_account_id if paused else None, is_active=True)
    notify(
        actor=actor, service_id=stay.service_id, kind="coming_home", path=f"/coming-home/{stay.pk}", title=title,
        accounts=list(owner) or accounts_on_duty(actor, stay.service_id, (Role.CASE_MANAGER,), now), once_key=key,
        now=now, is_urgent=is_urgent,
    )  # fmt: skip
