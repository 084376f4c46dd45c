"""Days lost to sickness in the weeks behind: what each lost, who took it, and what was decided."""

from collections import defaultdict
from datetime import date, timedelta

from homeward.demo.making import Making
from homeward.roster.models import Absence, Shift
from homeward.visits.models import Assignment, CoverDecision, LostVisit, SickCall
from homeward.visits.services.covering import record_sick_calls
from homeward.visits.states import AssignmentState, CoverKind

# As many visits as a shift of this place holds
VISITS_AT_MOST = 9
RINGS_BEFORE = timedelta(minutes=30)
BETWEEN = timedelta(minutes=15)


def make_sick_calls(making: Making, first: date, last: date) -> int:
    """A sick call for each shift that sickness took from `first` to `last`, covered by who came; gives how many."""
    luck = making.luck(f"sick calls {first} {last}")
    shifts: dict[tuple[int, date], list[Shift]] = defaultdict(list)
    rows = Shift.objects.filter(worker__service=making.service, day__gte=first, day__lte=last)
    for shift in rows.select_related("worker__organisation").order_by("starts_at"):
        shifts[shift.worker_id, shift.day].append(shift)
    done: dict[date, list[Assignment]] = defaultdict(list)
    held = Assignment.objects.filter(
        visit__service=making.service, visit__day__gte=first, visit__day__lte=last, state=AssignmentState.LEFT
    )
    for row in held.select_related("visit", "worker__organisation").order_by("starts_at", "id"):
        done[row.visit.day].append(row)
    calls, lost, decisions = [], [], []
    taken: set[tuple[int, int]] = set()
    ill = Absence.objects.filter(
        worker__service=making.service, kind=Absence.Kind.SICK, starts_on__lte=last, ends_on__gte=first
    )
    for absence in ill.select_related("worker__organisation").order_by("pk"):
        for ahead in range((absence.ends_on - absence.starts_on).days + 1):
            day = absence.starts_on + timedelta(days=ahead)
            theirs = shifts.get((absence.worker_id, day))
            if not theirs or not first <= day <= last:
                continue
            call = SickCall(
                service=making.service,
                worker=absence.worker,
                absence=absence,
                day=day,
                called_at=theirs[0].starts_at - RINGS_BEFORE,
                taken_by="Roster planner",
                lost_minutes=sum(round((one.ends_at - one.starts_at).total_seconds() / 60) for one in theirs),
                lost_from=theirs[0].starts_at,
                lost_until=theirs[-1].ends_at,
            )
            mine, free = [], call.lost_from
            for row in done[day]:
                fits = free <= row.starts_at and row.ends_at <= call.lost_until and row.worker_id != absence.worker_id
                if not fits or (row.visit_id, row.slot) in taken:
                    continue
                if row.visit.slots[row.slot]["skill"] not in absence.worker.skills or len(mine) >= VISITS_AT_MOST:
                    continue
                if luck.random() < 0.6:
                    mine.append(row)
                    free = row.ends_at + BETWEEN
            taken |= {(row.visit_id, row.slot) for row in mine}
            calls.append(call)
            lost += [
                LostVisit(
                    call=call,
                    visit=row.visit,
                    slot=row.slot,
                    starts_at=row.starts_at,
                    minutes=row.visit.slots[row.slot]["minutes"],
                )
                for row in mine
            ]
            if mine:
                decisions.append(_decided(call, mine))
    record_sick_calls(
        actor=making.actor, service_id=making.service.pk, calls=calls, lost=lost, decisions=decisions, now=making.now
    )
    return len(calls)


def _decided(call: SickCall, mine: list[Assignment]) -> CoverDecision:
    workers = {row.worker_id for row in mine}
    elsewhere = [row for row in mine if row.worker.organisation_id != call.worker.organisation_id]
    whom = f"{len(workers)} {'colleague' if len(workers) == 1 else 'colleagues'}"
    return CoverDecision(
        call=call,
        kind=CoverKind.SPREAD,
        sentence=f"Spread over {whom}: {len(mine)} of {len(mine)} {'visit' if len(mine) == 1 else 'visits'} kept.",
        decided_at=call.called_at + timedelta(minutes=6),
        decided_by="Roster planner",
        lost_minutes=sum(row.visit.slots[row.slot]["minutes"] for row in mine),
        covered_minutes=sum(row.visit.slots[row.slot]["minutes"] for row in mine),
        elsewhere_minutes=sum(row.visit.slots[row.slot]["minutes"] for row in elsewhere),
    )
