"""Days of visits: those that are over, today as it is lived, and carrying on another day."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from homeward.demo.ledger import Ledger
from homeward.demo.making import Making
from homeward.demo.roundsheet import Rounds
from homeward.demo.words import VISIT_NOTES
from homeward.kernel.rules import london_day, london_moment, minutes_into
from homeward.people.models import Address
from homeward.plans.models import VisitPattern
from homeward.roster.models import Shift
from homeward.visits.models import Assignment, Visit, VisitTask
from homeward.visits.rules import needed_on
from homeward.visits.services import record_attendance
from homeward.visits.states import AssignmentState, VisitState

NOTE_SHARE = 0.3  # of past visits, those where somebody wrote a line that the timeline shows
ARRIVES_EARLY, ARRIVES_LATE, USUALLY = -4, 14, 1  # minutes round the planned time
STAYS_LESS, STAYS_MORE = -4, 8
LATE_AT_WORST = 180.0  # minutes after the window; nobody comes later than that


def rounds_of(making: Making, shifts: Iterable[Shift], away: dict[date, set[int]]) -> dict[date, Rounds]:
    """Everyone's empty day, for each day that has shifts."""
    by_day: dict[date, list[Shift]] = defaultdict(list)
    for shift in shifts:
        by_day[shift.day].append(shift)
    return {day: Rounds(day, theirs, away.get(day, set())) for day, theirs in by_day.items()}


def needed_patterns(making: Making, first: date, last: date) -> list[VisitPattern]:
    """The visit patterns of everyone's plans that touch any day from `first` to `last`."""
    return list(
        VisitPattern.objects.filter(plan__episode__service=making.service, starts_on__lte=last)
        .exclude(ends_on__lt=first)
        .exclude(plan__episode__ended_at__date__lt=first)
        .select_related("plan__person", "plan__episode")
        .order_by("id")
    )


def past_visits(making: Making, rounds: dict[date, Rounds], first: date, last: date) -> int:
    """Make the visits of every day from `first` to `last` as they were done, by whom and when; gives how many.

    A day's visits come from plans by the same rule that makes today's, and whoever came before comes again if they can.
    """
    luck = making.luck(f"visits {first} {last}")
    patterns = needed_patterns(making, first, last)
    homes = {
        address.person_id: address
        for address in Address.objects.filter(person__service=making.service, kind="home").order_by("-id")
    }
    made_before = set(
        Visit.objects.filter(service=making.service, day__gte=first, day__lte=last, pattern__isnull=False).values_list(
            "pattern_id", "day"
        )
    )
    faces: dict[int, set[int]] = defaultdict(set)
    ledger = Ledger(making)
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        visits = []
        for pattern in patterns:
            episode = pattern.plan.episode
            if (pattern.pk, day) in made_before or london_day(episode.started_at) > day:
                continue
            if episode.ended_at and london_day(episode.ended_at) <= day:
                continue
            needed = needed_on(
                day,
                weekdays=pattern.weekdays,
                starts_on=pattern.starts_on,
                ends_on=pattern.ends_on,
                opens_at=pattern.opens_at,
                closes_at=pattern.closes_at,
                is_window_hard=pattern.is_window_hard,
            )
            if needed is None:
                continue
            visits.append(
                Visit(
                    service=making.service,
                    person=pattern.plan.person,
                    episode=episode,
                    pattern=pattern,
                    address=homes.get(pattern.plan.person_id),
                    day=day,
                    title=pattern.title,
                    window_opens_at=needed.opens_at,
                    window_closes_at=needed.closes_at,
                    is_window_hard=pattern.is_window_hard,
                    slots=pattern.slots,
                    gap_minutes=pattern.gap_minutes,
                    undone_cost=needed.undone_cost,
                )
            )
        if day in rounds:
            _do(ledger, rounds[day], visits, faces, luck)
    made = len(ledger.visits)
    ledger.write()
    return made


def _do(ledger: Ledger, rounds: Rounds, visits: list[Visit], faces: dict[int, set[int]], luck: random.Random) -> None:
    """Who did each visit of one day. Those with the fewest who can go first, two workers before one."""
    day = rounds.day
    visits.sort(
        key=lambda visit: (
            visit.window_closes_at,
            -len(visit.slots),
            -len(visit.slots[0]["competences"]),
            visit.pattern_id or 0,
        )
    )
    for visit in visits:
        slots = [(slot["skill"], *slot["competences"]) for slot in visit.slots]
        opens, closes = minutes_into(day, visit.window_opens_at), minutes_into(day, visit.window_closes_at)
        minutes = max(slot["minutes"] for slot in visit.slots)
        place = (visit.address.latitude, visit.address.longitude)
        known = faces[visit.person_id]
        # most people are not first on the round: spread starts over the window
        wanted = opens + luck.random() ** 2 * (closes - opens) * 0.6
        found = rounds.fill(slots, wanted, closes, minutes, place, known) or rounds.fill(
            slots, opens, closes, minutes, place, known, latest=LATE_AT_WORST
        )
        ledger.visits.append(visit)
        if found is None:
            visit.state = VisitState.MISSED
            visit.outcome_note = "Nobody could be found in time. Rang the person and the family, who managed."
            continue
        visit.state = VisitState.DONE
        start = london_moment(day, round(found[0]))
        ends = start + timedelta(minutes=minutes)
        left = ends
        for slot, row in enumerate(found[1]):
            arrived = start + timedelta(minutes=luck.randint(0, 4))
            left = max(arrived + timedelta(minutes=1), ends + timedelta(minutes=luck.randint(STAYS_LESS, 2)))
            known.add(row.worker.pk)
            ledger.assignments.append(
                Assignment(
                    visit=visit,
                    slot=slot,
                    worker=row.worker,
                    starts_at=start,
                    ends_at=ends,
                    state=AssignmentState.LEFT,
                    arrived_at=arrived,
                    left_at=left,
                )
            )
        lead = found[1][0].worker
        for task in visit.pattern.tasks:
            ledger.tasks.append(
                VisitTask(
                    visit=visit,
                    activity_code=task["code"],
                    title=task["title"],
                    is_delegated=task.get("is_delegated", False),
                    done_at=left,
                    done_by=lead.name,
                )
            )
        note = luck.choice(VISIT_NOTES) if luck.random() < NOTE_SHARE else ""
        visit.outcome_note = note
        ledger.note(visit.person, "visit", f"{lead.name} left: {visit.title}", left, lead, note, visit)


def attend(making: Making, day: date) -> int:
    """Let a day pass up to now: whoever was to come has come, mostly on time; gives how many visits changed.

    A crisis is left to people: only workers who were sent arrive at one.
    """
    rows = list(
        Assignment.objects.filter(visit__service=making.service, visit__day=day, starts_at__lte=making.now)
        .exclude(state=AssignmentState.LEFT)
        .exclude(visit__is_crisis=True, state=AssignmentState.PROPOSED)
        .exclude(visit__state__in=(VisitState.CANCELLED, VisitState.MISSED, VisitState.NEEDED))
        .select_related("visit", "worker__organisation")
        .order_by("starts_at", "id")
    )
    free: dict[int, datetime] = {}
    together: dict[int, int] = {}
    attendance = []
    for row in rows:
        luck = random.Random(f"{making.seed} {row.visit_id} {row.slot} {day}")
        late = together.setdefault(row.visit_id, round(luck.triangular(ARRIVES_EARLY, ARRIVES_LATE, USUALLY)))
        arrived = row.arrived_at or max(
            row.starts_at + timedelta(minutes=late), free.get(row.worker_id, row.starts_at - timedelta(minutes=5))
        )
        stays = (row.ends_at - row.starts_at) + timedelta(minutes=round(luck.triangular(STAYS_LESS, STAYS_MORE, 0)))
        left = arrived + max(stays, timedelta(minutes=5))
        free[row.worker_id] = left
        if arrived > making.now:
            continue
        if left > making.now:
            if row.state != AssignmentState.ARRIVED:
                attendance.append((row, arrived, None))
            continue
        attendance.append((row, arrived, left))
    return record_attendance(actor=making.actor, service_id=making.service.pk, attendance=attendance, now=making.now)
