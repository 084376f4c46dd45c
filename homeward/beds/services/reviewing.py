"""Looks at the way home that book themselves, once for each day they are due."""

from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.beds.models import BedStay, ReviewVisit, StayReview
from homeward.beds.rules import review_due
from homeward.beds.services.changing import _locked_stay
from homeward.kernel.rules import london_day, wall_clock, weekday_from
from homeward.plans.models import VisitPattern
from homeward.procedures.rules import VisitTemplate
from homeward.procedures.selectors import built
from homeward.visits.models import Visit
from homeward.visits.services import NeededVisit, need_visit, take_out
from homeward.visits.states import VisitState

# A visit is booked so long before the look is due. Local decision.
BOOKED_AHEAD = timedelta(days=3)
ACTIVITY = "bed_review"
TO_COME = (VisitState.NEEDED, VisitState.PLANNED)


@transaction.atomic
def book_reviews(*, actor: Actor, service_id: int, now: datetime) -> list[Visit]:
    """Book a visit for each look at the way home that is soon due, by whom and for how long the pathway says; gives the
    visits booked.

    A duty of `homeward work`: for one due day one visit is booked, whatever became of it. Where the person's plan has
    such a visit every week, that one is it.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, service_id)
    today = london_day(now)
    stays = (
        BedStay.objects.filter(
            service_id=service_id, left_at__isnull=True, in_hospital_since__isnull=True, person__died_on__isnull=True,
            referral__episode__ended_at__isnull=True,
        )
        .select_related("referral__episode__pathway")
        .prefetch_related("reviews", "review_visits")
    )  # fmt: skip
    booked = []
    for stay in stays:
        due = _due_on(stay)
        template = _template(stay)
        if template is None or due > today + BOOKED_AHEAD or _is_planned(stay, due):
            continue
        visit = _book(actor, stay, template, due, weekday_from(max(due, today + timedelta(days=1))), now)
        booked += [visit] if visit is not None else []
    return booked


def _due_on(stay: BedStay) -> date:
    """The day on which the way home is to be looked at next."""
    newest = max(stay.reviews.all(), key=lambda one: (one.held_on, one.pk), default=None)
    return review_due(london_day(stay.moved_in_at), newest.next_on if newest else None)


@transaction.atomic
def call_off_reviews(
    *, actor: Actor, stay: BedStay, reason: str, now: datetime, look: StayReview | None = None
) -> None:
    """Take out the visits booked to look at the way home that are still to come. After a `look`, that of its own day
    and that of the day it says to look next stay.

    Raises: NotAllowedError.
    """
    rows = stay.review_visits.filter(visit__state__in=TO_COME).select_related("visit")
    if look is not None:
        rows = rows.exclude(visit__day__lte=look.held_on).exclude(due_on=look.next_on)
    for one in rows:
        take_out(actor=actor, visit=one.visit, reason=reason, now=now)
        record(
            actor=actor, action="call off bed review", subject=("visit", one.visit_id), person_id=stay.person_id,
            now=now, service_id=stay.service_id,
        )  # fmt: skip


def _book(actor: Actor, stay: BedStay, template: VisitTemplate, due: date, day: date, now: datetime) -> Visit | None:
    stay = _locked_stay(stay)  # two at once: the second waits here, and finds the first's
    if stay.review_visits.filter(due_on=due).exists():
        return None
    time = template.times_of_day[0]
    new = NeededVisit(
        title=template.title, opens_at=wall_clock(day, time.starts_from), closes_at=wall_clock(day, time.starts_by),
        slots=tuple({"skill": one.skill, "minutes": template.minutes} for one in template.staff),
        tasks=((ACTIVITY, template.title),), episode=stay.referral.episode,
    )  # fmt: skip
    visit = need_visit(actor=actor, person=stay.person, new=new, now=now)
    ReviewVisit.objects.create(stay=stay, due_on=due, visit=visit)
    record(
        actor=actor, action="book bed review", subject=("visit", visit.pk), person_id=stay.person_id, now=now,
        service_id=stay.service_id,
    )  # fmt: skip
    return visit


def _template(stay: BedStay) -> VisitTemplate | None:
    """How the pathway of a stay looks at the way home, where it says."""
    visits = built(stay.referral.episode.pathway).visits
    return next((one for one in visits if ACTIVITY in one.activities and one.staff and one.times_of_day), None)


def _is_planned(stay: BedStay, due: date) -> bool:
    if any(one.due_on == due for one in stay.review_visits.all()):
        return True
    patterns = VisitPattern.objects.filter(plan__episode_id=stay.referral.episode_id).exclude(ends_on__lt=due)
    return any(task.get("code") == ACTIVITY for tasks in patterns.values_list("tasks", flat=True) for task in tasks)
