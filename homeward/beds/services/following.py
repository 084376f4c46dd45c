"""Ringing people some time after they left."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.beds.models import FollowUp, FollowUpTry
from homeward.beds.rules import TRIES_BEFORE_GIVING_UP, follow_up_days
from homeward.beds.services.changing import _about_person, _said
from homeward.beds.states import AT_HOME, CameFrom, FollowUpKind, FollowUpState, Whereabouts
from homeward.episodes.models import Episode, EpisodeEvent
from homeward.episodes.services import note_after_closing
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.people.services.timeline import add_to_timeline
from homeward.procedures.models import Procedure
from homeward.procedures.rules import CountsAs
from homeward.procedures.selectors import built
from homeward.referrals.states import Source

FOLLOWED_UP = "followed_up"
NOT_FOLLOWED = frozenset({CountsAs.DECLINED, CountsAs.DIED, CountsAs.DIED_WHERE_WISHED, CountsAs.NOT_COUNTED})
# All local decisions: reablement that ended longer ago is not looked for; a call this late is no longer made; calls
# this near one another are one.
LOOKS_BACK = timedelta(days=365)
TOO_LATE = timedelta(days=14)
ONE_CALL = timedelta(days=45)
WEEK_HOURS = 168


@transaction.atomic
def record_try(
    *,
    actor: Actor,
    follow_up: FollowUp,
    was_reached: bool,
    now: datetime,
    whereabouts: str = "",
    note: str = "",
    try_again_on: date | None = None,
    is_independent: bool | None = None,
    weekly_hours: Decimal | None = None,
) -> FollowUp:
    """Record that somebody was rung: where they are, or that they were not reached and when to try again.

    Whoever is at home may say whether they live without paid care, and else how many hours of it they have a week.

    Raises: NotAllowedError; RefusedError when it was settled before, nobody says where they are, the hours cannot be,
    or the day to try again is not a later one.
    """
    require(actor, Permission.FOLLOW_UP, follow_up.after.service_id)
    follow_up = _locked(follow_up)
    if was_reached and whereabouts not in Whereabouts.values:
        raise RefusedError("Say where they are.")
    if weekly_hours is not None and (is_independent is not False or not 0 < weekly_hours <= WEEK_HOURS):
        raise RefusedError("Give hours of paid care, up to 168 a week, only where there is paid care.")
    if not was_reached and (try_again_on is None or try_again_on <= london_day(now)):
        raise RefusedError("Say on which later day to try again.")
    FollowUpTry.objects.create(
        follow_up=follow_up, tried_at=now, tried_by=actor.name, was_reached=was_reached, note=note.strip()
    )
    if not was_reached:
        follow_up.try_again_on = try_again_on
        follow_up.save(update_fields=["try_again_on"])
        _told(actor, follow_up, "follow_up_not_reached", "Rung, and not reached", note, now)
        return follow_up
    state = FollowUpState.DIED if whereabouts == Whereabouts.DIED else FollowUpState.REACHED
    if whereabouts in AT_HOME:
        follow_up.is_independent, follow_up.weekly_hours = is_independent, weekly_hours
    return _settle(actor, follow_up, state, whereabouts, note, now)


@transaction.atomic
def find_follow_ups(*, actor: Actor, service_id: int, now: datetime) -> int:
    """Put on the list whom to ring after reablement that ended at home; gives how many calls were added.

    A pathway is followed up where one of its clocks waits for that. Not who declined or died, or said that they do not
    want to be asked; nor who is rung at about that time after a stay in a bed: one call answers for both.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    today = london_day(now)
    followed = [
        row.pk
        for row in Procedure.objects.filter(kind="pathway").defer("definition")
        if any(FOLLOWED_UP in clock.stops and clock.after_closing for clock in built(row).clocks)
    ]
    ended = Episode.objects.filter(
        ~Exists(FollowUp.objects.filter(episode=OuterRef("pk"))),
        ~Exists(EpisodeEvent.objects.filter(episode=OuterRef("pk"), kind="follow_up_declined")),
        service_id=service_id, pathway_id__in=followed, ended_at__gt=now - LOOKS_BACK, ended_at__lte=now,
        person__isnull=False, person__died_on__isnull=True,
    )  # fmt: skip
    made = []
    for episode in ended.select_related("pathway", "referral").defer("pathway__definition").order_by("pk"):
        if NOT_FOLLOWED & set(built(episode.pathway).outcome(episode.outcome_code).counts_as):
            continue
        is_from_hospital = episode.referral is not None and episode.referral.source == Source.HOSPITAL
        days = follow_up_days(
            CameFrom.HOSPITAL if is_from_hospital else CameFrom.HOME,
            london_day(episode.started_at), london_day(episode.ended_at),
        )  # fmt: skip
        for kind, due_on in days.items():
            near = FollowUp.objects.filter(
                kind=kind, stay__person_id=episode.person_id, due_on__range=(due_on - ONE_CALL, due_on + ONE_CALL)
            )
            if due_on >= today - TOO_LATE and not near.exists():
                made.append(FollowUp(episode=episode, kind=kind, due_on=due_on))
    FollowUp.objects.bulk_create(made)
    if made:
        record(
            actor=actor, action="find follow-ups", subject=("follow-up", None), now=now, service_id=service_id,
            count=len(made),
        )  # fmt: skip
        tell(topic="beds", service_id=service_id, subject=("follow-up", None), now=now)
    return len(made)


@transaction.atomic
def give_up_ringing(*, actor: Actor, follow_up: FollowUp, note: str, now: datetime) -> FollowUp:
    """Write down that somebody could not be reached, after trying often enough. They count as not at home.

    Raises: NotAllowedError; RefusedError when too few tries were made on different days, or nobody says what was tried.
    """
    require(actor, Permission.FOLLOW_UP, follow_up.after.service_id)
    follow_up = _locked(follow_up)
    days = {london_day(at) for at in follow_up.tries.values_list("tried_at", flat=True)}
    if len(days) < TRIES_BEFORE_GIVING_UP:
        raise RefusedError(f"Try on {TRIES_BEFORE_GIVING_UP} different days first; so far it is {len(days)}.")
    note = _said(note, "Say what else was tried: family, the practice, a letter.", 2000)
    return _settle(actor, follow_up, FollowUpState.UNREACHABLE, "", note, now)


def _locked(follow_up: FollowUp) -> FollowUp:
    rows = FollowUp.objects.select_for_update(of=("self",))
    rows = rows.select_related("stay__referral__person", "episode__person")
    follow_up = rows.get(pk=follow_up.pk)
    if follow_up.state != FollowUpState.DUE:
        raise RefusedError(f"{follow_up.done_by} wrote this down before: {follow_up.get_state_display().lower()}.")
    return follow_up


def _settle(actor: Actor, follow_up: FollowUp, state: str, whereabouts: str, note: str, now: datetime) -> FollowUp:
    follow_up.state, follow_up.whereabouts, follow_up.note = state, whereabouts, note.strip()
    follow_up.done_at, follow_up.done_by, follow_up.try_again_on = now, actor.name, None
    follow_up.save()
    words = Whereabouts(whereabouts).label if whereabouts else follow_up.get_state_display()
    _told(actor, follow_up, "followed_up", words, note, now)
    return follow_up


def _told(actor: Actor, follow_up: FollowUp, kind: str, words: str, note: str, now: datetime) -> None:
    after = "a stay in a bed" if follow_up.stay is not None else "reablement at home"
    title = f"{follow_up.get_kind_display()} after {after}: {words[:1].lower()}{words[1:]}"
    if follow_up.stay is not None:
        _about_person(actor, follow_up.stay.referral, kind, now, title=title, detail=note.strip())
        return
    episode = follow_up.episode
    record(
        actor=actor, action=kind.replace("_", " "), subject=("follow-up", follow_up.pk), person_id=episode.person_id,
        now=now, service_id=episode.service_id,
    )  # fmt: skip
    tell(topic="beds", service_id=episode.service_id, subject=("follow-up", follow_up.pk), now=now)
    if kind == FOLLOWED_UP and follow_up.kind == FollowUpKind.AFTER_12_MONTHS:
        note_after_closing(actor=actor, episode=episode, kind=FOLLOWED_UP, happened_at=now, now=now)
    add_to_timeline(
        actor=actor, person=episode.person, kind="call", happened_at=now, now=now, title=title[:200],
        text=note.strip(), subject=("follow-up", follow_up.pk),
    )  # fmt: skip
