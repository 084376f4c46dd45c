"""Leaving a bed: with how much support, what is still to do, and whom to ring later."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.beds.models import BedStay, FollowUp
from homeward.beds.rules import follow_up_days
from homeward.beds.services.changing import _about_person, _locked_stay, _use_of, typed_after, where
from homeward.beds.services.reviewing import call_off_reviews
from homeward.beds.services.staying import OverrunNotExplainedError, away_on, is_explained, limit_on, move_on
from homeward.beds.states import (
    OUTCOMES,
    WENT_HOME,
    ReferralState,
    Support,
    UseState,
    check_referral_move,
    check_use_move,
)
from homeward.episodes.models import Episode
from homeward.episodes.services import FormsNotCompleteError, close_episode, note_event
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.services import end_stay, record_deaths
from homeward.people.states import AddressKind

# From staying, through these stages, to where the team sees that home works
WAY_HOME_STAGES = ("staying", "leaving", "settling")


@dataclass(frozen=True, slots=True)
class Left:
    """A stay that is over, and what is still to do for it: forms that the pathway wants first."""

    stay: BedStay
    still_to_do: tuple[str, ...]


@transaction.atomic
def leave_bed(*, actor: Actor, stay: BedStay, left_at: datetime, support: str, now: datetime, note: str = "") -> Left:
    """Somebody leaves: the bed is free, the address on record ends, and they are put on the list to be rung.

    A death is kept on the record. Going home, the episode goes on until home is seen to work; otherwise it ends where
    its forms are complete.

    Raises: NotAllowedError; OverrunNotExplainedError when they stayed past the limit and nobody has said why;
    RefusedError when the stay is over, a time cannot be, or the support is none of the list.
    """
    require(actor, Permission.RUN_BEDS, stay.service_id)
    stay = _locked_stay(stay)
    if support not in Support.values:
        raise RefusedError("Say with how much support they leave, or where they went.")
    left_at = typed_after(left_at, stay.moved_in_at)
    if not stay.moved_in_at <= left_at <= now:
        raise RefusedError("They left after they moved in, and not in the future. Check the time.")
    left_on, limit = london_day(left_at), limit_on(stay, left_at)
    if left_on > limit and not is_explained(stay, limit):
        raise OverrunNotExplainedError(f"They stayed past {limit:%-d %B %Y}, the limit of this stay. Say first why.")
    use = _use_of(stay)
    check_use_move(use.state, UseState.LEFT)
    use.state, use.ended_at = UseState.LEFT, left_at
    use.save(update_fields=["state", "ended_at"])
    referral = stay.referral
    check_referral_move(referral.state, ReferralState.LEFT)
    referral.state = ReferralState.LEFT
    referral.save(update_fields=["state"])
    stay.days_in_hospital, stay.in_hospital_since = away_on(stay, left_at), None
    stay.left_at, stay.support, stay.left_note = left_at, support, note.strip()
    stay.save(update_fields=["left_at", "support", "left_note", "days_in_hospital", "in_hospital_since"])
    for address in stay.person.addresses.filter(kind=AddressKind.BED, ends_on__isnull=True):
        end_stay(actor=actor, address=address, last_day=max(left_on, address.starts_on), now=now)
    call_off_reviews(actor=actor, stay=stay, reason="They left the house", now=now)
    if support != Support.DIED:
        days = follow_up_days(referral.came_from, london_day(stay.moved_in_at), left_on)
        FollowUp.objects.bulk_create([FollowUp(stay=stay, kind=kind, due_on=day) for kind, day in days.items()])
    _about_person(
        actor, referral, "left_bed", now, bed=use.bed, happened_at=left_at, detail=stay.left_note,
        title=f"Left {where(use.bed)}. {Support(support).label}",
    )  # fmt: skip
    return Left(stay, tuple(_end(actor, stay, left_at, now)))


def _end(actor: Actor, stay: BedStay, left_at: datetime, now: datetime) -> list[str]:
    """Carry the episode on; what is still to do, as sentences."""
    if stay.support == Support.DIED:
        record_deaths(
            actor=actor.lent(Permission.IMPORT_SERVICE), service_id=stay.service_id,
            deaths=[(stay.person, london_day(left_at))], now=now,
        )  # fmt: skip
    episode = stay.referral.episode
    if episode is None or episode.ended_at is not None:
        return []
    kind = "person_died" if stay.support == Support.DIED else "left_bed"
    note_event(actor=actor, episode=episode, kind=kind, happened_at=left_at, now=now)
    if stay.support in WENT_HOME:
        return list(filter(None, (move_on(actor, episode, stage, now) for stage in WAY_HOME_STAGES)))[:1]
    return _close(actor, episode, OUTCOMES[Support(stay.support)], stay.left_note, now)


def _close(actor: Actor, episode: Episode, outcome_code: str, note: str, now: datetime) -> list[str]:
    try:
        with transaction.atomic():
            close_episode(actor=actor, episode=episode, outcome_code=outcome_code, now=now, note=note)
    except FormsNotCompleteError as error:
        return [str(error)]
    return []
