"""Moving in, moving to another bed, and planning the way home from the first day."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, Permission, require
from homeward.beds.models import Bed, BedStay, BedUse, Overrun, StayReview, WayHomeNeed
from homeward.beds.rules import MOST_DAYS, days_away, limit_of, misfits
from homeward.beds.services.changing import (
    _about_person,
    _locked_stay,
    _locked_use,
    _room_of,
    _said,
    _use_of,
    held_use,
    typed_after,
    use_in,
    where,
)
from homeward.beds.services.offering import BedDoesNotFitError, BedTakenError, facts_of, wants_of
from homeward.beds.services.reviewing import call_off_reviews
from homeward.beds.states import (
    OverrunReason,
    ReferralState,
    UseState,
    WayHomeKind,
    check_referral_move,
    check_use_move,
)
from homeward.episodes.models import Episode
from homeward.episodes.services import FormsNotCompleteError, move_stage, note_event
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.services import NewAddress, change_address, stay_elsewhere
from homeward.people.states import AddressKind
from homeward.plans.models import CarePlan
from homeward.plans.services import review_plan
from homeward.procedures.selectors import built


class OverrunNotExplainedError(RefusedError):
    """The stay goes past its limit, and nobody has said why."""


@transaction.atomic
def admit(
    *, actor: Actor, use: BedUse, moved_in_at: datetime, leaving_on: date, now: datetime, next_step: str = ""
) -> BedStay:
    """Somebody moves into the bed they accepted. Their two days end, their six weeks begin, and a day to leave is set.

    Raises: NotAllowedError; BedStateError; BedTakenError when whoever was in the bed is still there or it was closed;
    RefusedError when a day cannot be, or the day to leave is past the limit.
    """
    require(actor, Permission.RUN_BEDS, use.bed.room.house.service_id)
    use = _locked_use(use)
    referral = use.referral
    check_use_move(use.state, UseState.IN)
    check_referral_move(referral.state, ReferralState.STAYING)
    if referral.episode is None:
        raise RefusedError("Accept the referral first.")
    inside = use_in(use.bed)
    if inside is not None:
        raise BedTakenError(f"{inside.referral.person.label} is still in this bed. Record first that they left.")
    closing = use.bed.closings.filter(opened_at__isnull=True).first()
    if closing is not None:
        raise BedTakenError(f"This bed is closed: {closing.reason}. Open it first, or offer another.")
    moved_in_at = typed_after(moved_in_at, referral.asked_at)
    if moved_in_at > now or moved_in_at < referral.asked_at:
        raise RefusedError("They moved in after the bed was asked for, and not in the future. Check the time.")
    moved_in_on = london_day(moved_in_at)
    most = most_days(referral.episode)
    if not moved_in_on <= leaving_on <= limit_of(moved_in_on, most):
        raise RefusedError(f"Set a day to leave within {most} days of moving in. It can be changed later.")
    use.state, use.moved_in_at = UseState.IN, moved_in_at
    _save_in_bed(use)
    referral.state = ReferralState.STAYING
    referral.save(update_fields=["state"])
    stay = BedStay.objects.create(
        service_id=referral.service_id, person=referral.person, referral=referral, moved_in_at=moved_in_at,
        leaving_on=leaving_on, next_step=next_step.strip()[:250],
    )  # fmt: skip
    house = use.bed.room.house
    note_event(
        actor=actor, episode=referral.episode, kind="moved_into_bed", happened_at=moved_in_at, now=now,
        title=f"Moved into a bed: {where(use.bed)}",
    )  # fmt: skip
    move_on(actor, referral.episode, "staying", now)
    stay_elsewhere(
        actor=actor, person=referral.person, from_day=moved_in_on, until=None, now=now,
        new=NewAddress(
            kind=AddressKind.BED, lines=f"{house.name}, {house.lines}"[:250], postcode=house.postcode,
            latitude=house.latitude, longitude=house.longitude, phone=house.phone,
            staying_with=f"{use.bed.room.name}, {use.bed.name}"[:120],
        ),
    )  # fmt: skip
    _about_person(
        actor, referral, "moved_in", now, bed=use.bed, detail=f"Aims to leave on {leaving_on:%-d %B %Y}",
        happened_at=moved_in_at,
    )  # fmt: skip
    return stay


@transaction.atomic
def move_bed(*, actor: Actor, stay: BedStay, bed: Bed, reason: str, now: datetime, override_reason: str = "") -> BedUse:
    """Move somebody to another bed of a house, saying why.

    Raises: NotAllowedError; BedTakenError; BedDoesNotFitError; RefusedError without a reason, or for the bed they are
    in.
    """
    require(actor, Permission.RUN_BEDS, stay.service_id)
    before = _use_of(stay)
    for room_id in sorted({before.bed.room_id, bed.room_id}):  # always in one order, so that nobody waits for ever
        _room_of(before.bed if before.bed.room_id == room_id else bed)
    stay = _locked_stay(stay)
    before = _use_of(stay)
    bed = Bed.objects.select_related("room__house").get(pk=bed.pk)
    reason = _said(reason, "Say why they move.")
    if bed.pk == before.bed_id:
        raise RefusedError("That is the bed they are in. Choose another.")
    if bed.room.house.service_id != stay.service_id:
        raise RefusedError("This bed belongs to another service.")
    closing = bed.closings.filter(opened_at__isnull=True).first()
    if closing is not None:
        raise BedTakenError(f"This bed is closed: {closing.reason}. Choose another, or open it first.")
    if use_in(bed) is not None or held_use(bed) is not None:
        raise BedTakenError("Somebody is in this bed, or holds it. Choose another.")
    before.state, before.ended_at, before.ended_reason = UseState.MOVED, now, reason
    before.save(update_fields=["state", "ended_at", "ended_reason"])
    unfit = misfits(facts_of(bed), wants_of(stay.referral))
    if unfit and not override_reason.strip():
        raise BedDoesNotFitError(unfit)
    use = BedUse(
        bed=bed, referral=stay.referral, state=UseState.IN, offered_at=now, offered_by=actor.name,
        ready_on=london_day(now), misfits=list(unfit), override_reason=override_reason.strip()[:250] if unfit else "",
        moved_in_at=now,
    )  # fmt: skip
    _save_in_bed(use)
    _stays_at(actor, stay, bed, now)
    _about_person(
        actor, stay.referral, "moved_bed", now, bed=bed, title=f"Moved to another bed: {where(bed)}", detail=reason
    )
    return use


@transaction.atomic
def plan_leaving(
    *, actor: Actor, stay: BedStay, leaving_on: date, now: datetime, next_step: str = "", next_step_by: str = ""
) -> BedStay:
    """Set the day somebody is to leave, and the next step towards it with who sees to it.

    Raises: NotAllowedError; OverrunNotExplainedError when the day is past the limit and nobody has said why;
    RefusedError when the day is over.
    """
    require(actor, Permission.RUN_BEDS, stay.service_id)
    stay = _locked_stay(stay)
    before = stay.leaving_on
    _check_leaving(stay, leaving_on, now)
    stay.leaving_on = leaving_on
    stay.next_step, stay.next_step_by = next_step.strip()[:250], next_step_by.strip()[:120]
    stay.save(update_fields=["leaving_on", "next_step", "next_step_by"])
    moved = f"Was to leave on {before:%-d %B}, now on {leaving_on:%-d %B %Y}. " if before != leaving_on else ""
    _about_person(
        actor, stay.referral, "leaving_planned", now,
        title=f"To leave the bed on {leaving_on:%-d %B %Y}" if moved else "", detail=f"{moved}{stay.next_step}",
    )  # fmt: skip
    return stay


@transaction.atomic
def add_way_home_need(
    *, actor: Actor, stay: BedStay, kind: str, text: str, owner: str, by_day: date, now: datetime
) -> WayHomeNeed:
    """Add something that must be ready before somebody leaves, with who sees to it and by when.

    Raises: NotAllowedError; RefusedError when something is missing or the day is over.
    """
    require(actor, Permission.RUN_BEDS, stay.service_id)
    stay = _locked_stay(stay)
    if kind not in WayHomeKind.values:
        raise RefusedError("Say what sort of thing it is.")
    if by_day < london_day(now):
        raise RefusedError("This day is over. Give today or a later one.")
    need = WayHomeNeed.objects.create(
        stay=stay, kind=kind, text=_said(text, "Say what must be ready."), by_day=by_day, added_at=now,
        owner=_said(owner, "Say who sees to it.", 120), added_by=actor.name,
    )  # fmt: skip
    _about_person(actor, stay.referral, "way_home_need", now, detail=f"{need.text}: {need.owner}, by {by_day:%-d %B}")
    return need


@transaction.atomic
def meet_way_home_need(*, actor: Actor, need: WayHomeNeed, now: datetime) -> WayHomeNeed:
    """Something is ready for going home.

    Raises: NotAllowedError; RefusedError when it was before.
    """
    require(actor, Permission.RUN_BEDS, need.stay.service_id)
    stay = _locked_stay(need.stay)
    need = WayHomeNeed.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if need.done_at is not None:
        raise RefusedError(f"{need.done_by} wrote down before that this is ready.")
    need.done_at, need.done_by = now, actor.name
    need.save(update_fields=["done_at", "done_by"])
    _about_person(actor, stay.referral, "way_home_ready", now, title=f"Ready for home: {need.text}")
    return need


@transaction.atomic
def review_stay(
    *,
    actor: Actor,
    stay: BedStay,
    held_on: date,
    text: str,
    leaving_on: date,
    next_on: date,
    now: datetime,
    holds_up: str = "",
    levels: Mapping[int, tuple[int, str]] | None = None,
) -> StayReview:
    """Look at the way home: what was found, what holds it up, the day to leave from now on, and when to look again.

    `levels` are those of the goals of the person's plan, as `plans.services.review_plan` takes them.

    Raises: NotAllowedError; OverrunNotExplainedError when the stay is past its limit, or the day to leave is, and
    nobody has said why; RefusedError when nothing is said, or a day cannot be.
    """
    require(actor, Permission.RUN_BEDS, stay.service_id)
    stay = _locked_stay(stay)
    today = london_day(now)
    text = _said(text, "Say what you found together.", 4000)
    if not london_day(stay.moved_in_at) <= held_on <= today:
        raise RefusedError("The review was today or before, and after they moved in. Check the day.")
    if next_on < today:
        raise RefusedError("The next review is today or later.")
    _check_leaving(stay, leaving_on, now)
    review = StayReview.objects.create(
        stay=stay, held_on=held_on, text=text, holds_up=holds_up.strip(), leaving_on=leaving_on, next_on=next_on,
        at=now, by_name=actor.name, by_role=actor.title, employer=actor.employer,
    )  # fmt: skip
    stay.leaving_on = leaving_on
    stay.save(update_fields=["leaving_on"])
    plan = CarePlan.objects.filter(episode_id=stay.referral.episode_id).order_by("-version").first()
    if levels and plan is not None:
        review_plan(
            actor=actor, plan=plan, reviewed_on=held_on, text=text, what_changes=review.holds_up, next_on=next_on,
            levels=levels, now=now,
        )  # fmt: skip
    episode = stay.referral.episode
    if episode is not None and episode.ended_at is None:
        # the clock of the first look at the way home stops when it was held; a day alone is told as noon
        at = now if held_on == today else now.replace(year=held_on.year, month=held_on.month, day=held_on.day)
        note_event(
            actor=actor, episode=episode, kind="review_held", happened_at=max(at, stay.moved_in_at), now=now,
            title=f"Way home looked at: to leave on {leaving_on:%-d %B}", detail=text,
        )  # fmt: skip
    call_off_reviews(actor=actor, stay=stay, reason="The way home was looked at already", look=review, now=now)
    _about_person(actor, stay.referral, "stay_reviewed", now, detail=review.holds_up)
    return review


@transaction.atomic
def explain_overrun(*, actor: Actor, stay: BedStay, reason: str, until: date, now: datetime, text: str = "") -> Overrun:
    """Say why a stay goes past its limit, and until when.

    Raises: NotAllowedError; RefusedError when it is no reason of the list, or the day is not past the limit.
    """
    require(actor, Permission.RUN_BEDS, stay.service_id)
    stay = _locked_stay(stay)
    if reason not in OverrunReason.values:
        raise RefusedError("Choose why the stay goes on.")
    limit = limit_on(stay, now)
    if until <= limit or until < london_day(now):
        raise RefusedError(f"The limit of this stay is {limit:%-d %B %Y}. Give a later day, from today on.")
    row = Overrun.objects.create(stay=stay, reason=reason, text=text.strip(), until=until, at=now, by_name=actor.name)
    _about_person(
        actor, stay.referral, "overrun_explained", now,
        title=f"Stay goes past its limit until {until:%-d %B %Y}: {row.get_reason_display().lower()}", detail=row.text,
    )  # fmt: skip
    return row


@transaction.atomic
def go_to_hospital(*, actor: Actor, stay: BedStay, at: datetime, reason: str, now: datetime) -> BedStay:
    """Somebody goes into hospital and the bed is kept; the six weeks stand still.

    Raises: NotAllowedError; RefusedError without a reason, for a time that cannot be, or when they are there already.
    """
    require(actor, Permission.RUN_BEDS, stay.service_id)
    stay = _locked_stay(stay)
    reason = _said(reason, "Say why they went to hospital.")
    if stay.in_hospital_since is not None:
        raise RefusedError("They are in hospital already.")
    at = typed_after(at, stay.moved_in_at)
    if not stay.moved_in_at <= at <= now:
        raise RefusedError("They went after they moved in, and not in the future. Check the time.")
    stay.in_hospital_since = at
    stay.save(update_fields=["in_hospital_since"])
    episode = _episode(stay)
    note_event(
        actor=actor, episode=episode, kind="admitted_to_hospital", happened_at=at, now=now, detail=reason,
        title="Went into hospital; the bed is kept",
    )  # fmt: skip
    move_on(actor, episode, "in_hospital", now)
    _about_person(actor, stay.referral, "in_hospital", now, detail=reason, happened_at=at)
    return stay


@transaction.atomic
def come_back(*, actor: Actor, stay: BedStay, at: datetime, now: datetime) -> BedStay:
    """Somebody comes back from hospital to the bed that was kept.

    Raises: NotAllowedError; RefusedError when they were not there, or the time cannot be.
    """
    require(actor, Permission.RUN_BEDS, stay.service_id)
    stay = _locked_stay(stay)
    if stay.in_hospital_since is None:
        raise RefusedError("They are not in hospital.")
    at = typed_after(at, stay.in_hospital_since)
    if not stay.in_hospital_since <= at <= now:
        raise RefusedError("They came back after they went, and not in the future. Check the time.")
    stay.days_in_hospital = away_on(stay, at)
    stay.in_hospital_since = None
    stay.save(update_fields=["in_hospital_since", "days_in_hospital"])
    episode = _episode(stay)
    note_event(
        actor=actor, episode=episode, kind="came_home_from_hospital", happened_at=at, now=now,
        title="Came back from hospital to the bed",
    )  # fmt: skip
    move_on(actor, episode, "staying", now)
    _about_person(actor, stay.referral, "back_from_hospital", now, happened_at=at)
    return stay


def most_days(episode: Episode | None) -> int:
    """How many days a stay may last, by the version of the pathway it began on."""
    stay = built(episode.pathway).stay if episode is not None else None
    return (stay.most_days if stay else None) or MOST_DAYS


def away_on(stay: BedStay, moment: datetime) -> int:
    """Days of a stay in hospital, up to a moment."""
    since = london_day(stay.in_hospital_since) if stay.in_hospital_since else None
    return days_away(stay.days_in_hospital, since, london_day(moment))


def limit_on(stay: BedStay, now: datetime) -> date:
    """The last day of a stay before it needs a reason for going on."""
    return limit_of(london_day(stay.moved_in_at), most_days(stay.referral.episode), away_on(stay, now))


def is_explained(stay: BedStay, until: date) -> bool:
    """Whether somebody has said why a stay goes past its limit, at least until a day."""
    newest = stay.overruns.order_by("-at", "-id").first()
    return newest is not None and newest.until >= until


def move_on(actor: Actor, episode: Episode, stage: str, now: datetime) -> str:
    """Move an episode to a stage where its pathway allows it and its forms are complete; says what is still to do.

    What happened to the person is kept either way: nobody is not in a bed because a form is not filled in.
    """
    episode.refresh_from_db()
    if episode.ended_at is not None or not built(episode.pathway).may_move(episode.stage, stage):
        return ""
    try:
        with transaction.atomic():
            move_stage(actor=actor, episode=episode, stage=stage, now=now)
    except FormsNotCompleteError as error:
        return str(error)
    episode.refresh_from_db()
    return ""


def _save_in_bed(use: BedUse) -> None:
    try:
        with transaction.atomic():
            use.save()
    except IntegrityError as error:
        raise BedTakenError("Somebody was put into this bed a moment ago. Choose another.") from error


def _check_leaving(stay: BedStay, leaving_on: date, now: datetime) -> None:
    """Raises: OverrunNotExplainedError; RefusedError."""
    today, limit = london_day(now), limit_on(stay, now)
    if leaving_on < today:
        raise RefusedError("The day to leave is today or later.")
    last = max(leaving_on, today)
    if last > limit and not is_explained(stay, last):
        raise OverrunNotExplainedError(
            f"The limit of this stay is {limit:%-d %B %Y}. Say first why it goes on until {last:%-d %B}."
        )


def _episode(stay: BedStay) -> Episode:
    """The episode of a stay. Raises: RefusedError when it is closed."""
    episode = stay.referral.episode
    if episode is None or episode.ended_at is not None:
        raise RefusedError("The episode of this stay is closed. Record instead that they left.")
    return episode


def _stays_at(actor: Actor, stay: BedStay, bed: Bed, now: datetime) -> None:
    """Say on the record in which bed somebody is now."""
    house = bed.room.house
    current = stay.person.addresses.filter(kind=AddressKind.BED, ends_on__isnull=True).order_by("-id").first()
    label = f"{bed.room.name}, {bed.name}"[:120]
    lines = f"{house.name}, {house.lines}"[:250]
    if current is not None and current.lines == lines:
        change_address(actor=actor, address=current, values={"staying_with": label}, now=now)
        return
    stay_elsewhere(
        actor=actor, person=stay.person, from_day=london_day(now), until=None, now=now,
        new=NewAddress(
            kind=AddressKind.BED, lines=lines, postcode=house.postcode, latitude=house.latitude,
            longitude=house.longitude, phone=house.phone, staying_with=label,
        ),
    )  # fmt: skip
