"""The end of a stay, and that it was not the end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission
from homeward.discharge.models import ActionBlock, HospitalStay
from homeward.discharge.services.changing import _happened, _locked, _locked_open, _may_chase, _tell_timeline
from homeward.discharge.services.settling import _settle, _unsettle
from homeward.discharge.states import (
    AT_HOME,
    DESTINATION_PATHWAY,
    DecisionState,
    Destination,
    EndedAs,
    StayEventKind,
)
from homeward.episodes.models import Episode
from homeward.episodes.services import note_event
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.services import record_deaths

CLOCKS_MAY_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Leaving:
    """That a stay ended, when, how, and for who left where to: a code of `Destination`, "" where a sender does not say.

    `note` says what else there is to know, such as why it came otherwise than decided.
    """

    left_at: datetime
    ended_as: str = EndedAs.LEFT
    destination: str = ""
    note: str = ""


@transaction.atomic
def end_stay(*, actor: Actor, stay: HospitalStay, leaving: Leaving, now: datetime) -> HospitalStay:
    """Record that somebody left hospital, died there, was moved on, or that the stay was a mistake.

    What was still to do for it is settled with that reason: actions, the list before leaving, the first visit promised
    where they do not go home, and their place in a huddle that goes on. Whoever died is recorded so, and the clocks of
    their care hear of it.

    Raises: NotAllowedError; RefusedError when it has ended, the time makes no sense, it is not said where they went,
    or they went elsewhere than home without such a decision and nobody says why.
    """
    _may_chase(actor, stay.service_id)
    stay = _locked_open(stay)
    if leaving.ended_as == EndedAs.LEFT:
        if leaving.destination not in Destination.values:
            raise RefusedError("Choose where they went.")
        went = DESTINATION_PATHWAY[leaving.destination]
        decided = stay.decisions.filter(state=DecisionState.MADE).first()
        if went not in AT_HOME and (decided is None or decided.pathway != went) and not leaving.note.strip():
            raise RefusedError("They did not go home, and that was not decided with a second person. Say why.")
    if leaving.ended_as == EndedAs.MISTAKE and not leaving.note.strip():
        raise RefusedError("Say what was wrong, so that others understand.")
    _end(actor, stay, leaving, now)
    return stay


@transaction.atomic
def resume_stay(*, actor: Actor, stay: HospitalStay, reason: str, now: datetime) -> HospitalStay:
    """Say that somebody has not left after all: the stay goes on, with what was still to do for it. A first visit that
    was taken back when it ended is promised anew; a death that it recorded is taken back.

    Raises: NotAllowedError; RefusedError when it has not ended, no reason is given, or another stay has begun.
    """
    _may_chase(actor, stay.service_id)
    stay = _locked(stay)
    if stay.is_open:
        raise RefusedError("This stay goes on already.")
    if not reason.strip():
        raise RefusedError("Say why the stay goes on.")
    if HospitalStay.objects.filter(person_id=stay.person_id, left_at__isnull=True).exists():
        raise RefusedError("They are in hospital on a newer stay. Use that one.")
    before, left_at = stay.ended_as, stay.left_at
    stay.left_at, stay.ended_as, stay.destination, stay.ended_note = None, "", "", ""
    stay.save(update_fields=["left_at", "ended_as", "destination", "ended_note"])
    _unsettle(stay)
    if before == EndedAs.DIED and stay.person.died_on == london_day(left_at):
        _record_death(actor, stay, None, now)
    _happened(actor, stay, StayEventKind.GOES_ON, now, field="ended_as", before=before, text=reason.strip())
    _tell_timeline(actor, stay, "Still in hospital: the stay goes on", now, now, reason.strip())
    return stay


def _check_leaving(leaving: Leaving, admitted_at: datetime, now: datetime) -> None:
    if leaving.ended_as not in EndedAs.values:
        raise RefusedError("Say how the stay ended.")
    if leaving.left_at > now + CLOCKS_MAY_DIFFER:
        raise RefusedError("The time they left is in the future. Check the date and time.")
    if leaving.left_at < admitted_at:
        raise RefusedError("The time they left is before they were admitted. Check the date and time.")
    if leaving.destination and leaving.destination not in Destination.values:
        raise RefusedError("Choose where they went from the national list.")


def _end(actor: Actor, stay: HospitalStay, leaving: Leaving, now: datetime) -> None:
    _check_leaving(leaving, stay.admitted_at, now)
    stay.left_at, stay.ended_as = leaving.left_at, leaving.ended_as
    stay.destination = leaving.destination if leaving.ended_as == EndedAs.LEFT else ""
    stay.ended_note = leaving.note.strip()[: HospitalStay._meta.get_field("ended_note").max_length]
    stay.save(update_fields=["left_at", "ended_as", "destination", "ended_note"])
    held = ActionBlock.objects.filter(action__stay=stay, ended_at__isnull=True)
    held.filter(started_at__gt=leaving.left_at).update(ended_at=now)
    held.update(ended_at=leaving.left_at)
    _happened(
        actor,
        stay,
        StayEventKind.LEFT,
        now,
        field="ended_as",
        after=leaving.ended_as,
        text=stay.ended_note,
        happened_at=min(leaving.left_at, now),
    )
    _settle(actor, stay, now)
    if leaving.ended_as == EndedAs.DIED and stay.person.died_on is None:
        died_at = min(leaving.left_at, now)
        _record_death(actor, stay, died_at, now)
        for episode in Episode.objects.filter(person_id=stay.person_id, ended_at__isnull=True).order_by("pk"):
            note_event(
                actor=_to_record(actor), episode=episode, kind="person_died",
                happened_at=max(died_at, episode.started_at), now=now,
            )  # fmt: skip
    _tell_timeline(
        actor, stay, EndedAs(leaving.ended_as).label, min(leaving.left_at, now), now, stay.get_destination_display()
    )


def _record_death(actor: Actor, stay: HospitalStay, died_at: datetime | None, now: datetime) -> None:
    died_on = london_day(died_at) if died_at else None
    record_deaths(
        actor=_to_record(actor), service_id=stay.service_id, deaths=[(stay.person, died_on)], now=now
    )  # fmt: skip


def _to_record(actor: Actor) -> Actor:
    """A ward's message or whoever chases stays may end one: that it was a death goes with it, whoever says so."""
    return actor.lent(Permission.IMPORT_SERVICE, Permission.SEE_PEOPLE)
