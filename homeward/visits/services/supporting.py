"""The support that follows a response: visits proposed by the pathway, as somebody chose them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.selectors import current_addresses
from homeward.plans.models import VisitPattern
from homeward.plans.services import NewPattern, write_plan
from homeward.procedures.rules import ClockKind, VisitTemplate, WindowKind, read_clock
from homeward.procedures.selectors import built, library
from homeward.referrals.selectors import clock_events
from homeward.visits.models import Visit, VisitTask
from homeward.visits.rules import needed_on
from homeward.visits.services.changing import _done
from homeward.visits.services.needing import OFFICE_HOURS, is_for_two
from homeward.visits.services.sending import take_out
from homeward.visits.states import VisitState

# A pathway whose support has no limit and whose visits have no last day: planned a week at a time, a local decision
DAYS_AT_MOST = 7


@dataclass(frozen=True, slots=True)
class NewSupport:
    """Visits chosen from a template of the pathway: at which of its times of day (by code), for how many days.

    `is_for_two` has two workers come where the pathway sends one.
    """

    template_code: str
    times: tuple[str, ...]
    days: int
    is_for_two: bool = False


def support_templates(episode: Episode) -> tuple[VisitTemplate, ...]:
    """The visits that an episode's pathway proposes once its response is over."""
    return tuple(
        template for template in built(episode.pathway).visits if template.is_starting_point and template.staff
    )


def support_ends_at(episode: Episode, now: datetime) -> datetime | None:
    """When the support of an episode must end, or None where its pathway sets no limit or it has not begun."""
    happened = clock_events(episode.events.all())
    limits = (clock for clock in built(episode.pathway).clocks if clock.kind is ClockKind.LIMIT)
    return next((reading.due_at for clock in limits if (reading := read_clock(clock, happened, now)).due_at), None)


@transaction.atomic
def plan_support(
    *,
    actor: Actor,
    episode: Episode,
    chosen: list[NewSupport],
    summary: str,
    now: datetime,
    not_agreed_reason: str = "",
    first_day: date | None = None,
) -> list[Visit]:
    """Put the support that somebody chose into the person's plan, and make its visits up to the limit of the pathway.

    It begins today, or on `first_day`, such as the day on which somebody comes home from hospital.

    A second time writes a new version of the plan: visits of the version before that have not begun are cancelled. The
    plan counts as agreed today, unless `not_agreed_reason` says why it is not.

    Raises: NotAllowedError; RefusedError when nothing is chosen, or a template or time is not the pathway's.
    """
    require(actor, Permission.WRITE_PLANS, episode.service_id)
    templates = {template.code: template for template in support_templates(episode)}
    today, limit = london_day(now), support_ends_at(episode, now)
    first = first_day or today
    if first < today:
        raise RefusedError("The first day is over. Choose today or a later day.")
    patterns = []
    for choice in chosen:
        template = templates.get(choice.template_code)
        if template is None or not 1 <= choice.days <= DAYS_AT_MOST:
            raise RefusedError("Choose the visits from the list, for 1 to 7 days.")
        last = first + timedelta(days=choice.days - 1)
        if limit is not None:
            last = min(last, london_day(limit))
        patterns += _patterns(episode, template, choice, first, max(last, first))
    if not patterns:
        raise RefusedError("Choose at least one visit.")
    for visit in Visit.objects.filter(
        episode=episode, pattern__isnull=False, state__in=(VisitState.NEEDED, VisitState.PLANNED)
    ):
        take_out(actor=actor, visit=visit, reason="The plan of support was changed.", now=now)
    plan = write_plan(
        actor=actor,
        episode=episode,
        summary=summary,
        goals=[],
        patterns=patterns,
        agreed_on=None if not_agreed_reason.strip() else today,
        not_agreed_reason=not_agreed_reason,
        now=now,
    )
    visits = [
        visit
        for pattern in plan.patterns.order_by("id")
        for ahead in range((pattern.ends_on - first).days + 1)
        if (visit := _visit(episode, pattern, first + timedelta(days=ahead), limit, now)) is not None
    ]
    if not visits:
        raise RefusedError("None of these times is still to come before support must end. Choose others.")
    Visit.objects.bulk_create(visits)
    VisitTask.objects.bulk_create(
        VisitTask(visit=visit, activity_code=task["code"], title=task["title"])
        for visit in visits
        for task in visit.pattern.tasks
    )
    for visit in visits:
        _done(actor, "need visit", visit, now)
    return visits


def _patterns(episode: Episode, template: VisitTemplate, choice: NewSupport, first, last) -> list[NewPattern]:
    times = {time.code: time for time in template.times_of_day}
    if set(choice.times) - set(times):
        raise RefusedError(f"{template.title} has no such time of day. Choose from the list.")
    hours = [
        (times[code].starts_from, times[code].starts_by, times[code].window) for code in times if code in choice.times
    ]
    if not times:
        hours = [(*OFFICE_HOURS, WindowKind.SOFT)]
    slots = [
        {"skill": slot.skill, "competences": list(slot.competences), "minutes": template.minutes}
        for slot in template.staff
    ]
    if len(slots) == 1 and (choice.is_for_two or is_for_two(episode.person_id, first)):
        slots *= 2
    return [
        NewPattern(
            title=template.title[:120],
            opens_at=opens_at,
            closes_at=closes_at,
            minutes=template.minutes,
            slots=slots,
            starts_on=first,
            ends_on=last,
            tasks=[{"code": code, "title": library().activity(code).title[:160]} for code in template.activities],
            is_window_hard=window is WindowKind.HARD,
        )
        for opens_at, closes_at, window in hours
    ]


def _visit(episode: Episode, pattern: VisitPattern, day, limit: datetime | None, now: datetime) -> Visit | None:
    needed = needed_on(
        day,
        weekdays=pattern.weekdays,
        starts_on=pattern.starts_on,
        ends_on=pattern.ends_on,
        opens_at=pattern.opens_at,
        closes_at=pattern.closes_at,
        is_window_hard=pattern.is_window_hard,
    )
    if needed is None or needed.closes_at <= now or (limit is not None and needed.opens_at >= limit):
        return None
    return Visit(
        service_id=episode.service_id,
        person_id=episode.person_id,
        episode=episode,
        pattern=pattern,
        address=next(iter(current_addresses(episode.person, day)), None),
        day=day,
        title=pattern.title,
        window_opens_at=needed.opens_at,
        window_closes_at=needed.closes_at,
        is_window_hard=pattern.is_window_hard,
        slots=pattern.slots,
        gap_minutes=pattern.gap_minutes,
        undone_cost=needed.undone_cost,
    )
