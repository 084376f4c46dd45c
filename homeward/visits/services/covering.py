"""A worker is ill: what is lost, who was told, and what somebody decided."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, Role, require
from homeward.audit.services import record
from homeward.kernel.rules import LONDON, RefusedError, london_day
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.roster.models import Absence, Shift
from homeward.roster.selectors import accounts_on_duty
from homeward.roster.services import record_absence
from homeward.teams.models import Worker
from homeward.visits.models import (
    Assignment,
    CoverDecision,
    CoverOption,
    DayPlan,
    LostVisit,
    SickCall,
    Telling,
    Visit,
)
from homeward.visits.rules.covering import Lost, covered
from homeward.visits.services.changing import _done, _settle
from homeward.visits.services.telling import _for_person, _for_workers, _tell_on_screen
from homeward.visits.states import AssignmentState, CoverKind, VisitState

# A call is for today, or told the evening before; a longer sickness is recorded on the roster. Local decision.
SICK_DAYS_AT_MOST = 28
SICK_BACK_AT_MOST = timedelta(days=1)
MAY_COVER = (Permission.PLAN_DAY, Permission.RESPOND)


def may_report(actor: Actor, worker: Worker) -> bool:
    """Whether somebody may say that a worker is ill: who covers the day, or the worker for themselves."""
    if any(map(actor.may, MAY_COVER)):
        return True
    return actor.worker_id == worker.pk and actor.may(Permission.ASK_ROSTER)


@transaction.atomic
def report_sick(*, actor: Actor, worker: Worker, starts_on: date, ends_on: date, now: datetime) -> list[SickCall]:
    """Record that a worker is ill, take them off what they have not begun, and list what each of their days loses.

    Gives a call for each day that loses a shift or a visit, in order. What was lost is at once on the board with
    nobody. A night shift is lost to its end, also past midnight. A day whose shifts are over keeps them as worked.

    Raises: NotAllowedError; RefusedError when the days cannot be, or the worker is recorded ill on one of them.
    """
    if not may_report(actor, worker):
        require(actor, Permission.RESPOND)
    require(actor, next(filter(actor.may, (*MAY_COVER, Permission.ASK_ROSTER))), worker.service_id)
    today = london_day(now)
    if ends_on < starts_on:
        raise RefusedError("The last day is before the first. Change one of them.")
    if starts_on < today - SICK_BACK_AT_MOST or (ends_on - starts_on).days >= SICK_DAYS_AT_MOST:
        raise RefusedError(f"A sick call is from today, for {SICK_DAYS_AT_MOST} days at most. Record it on the roster.")
    Worker.objects.select_for_update(no_key=True).get(pk=worker.pk)
    ill = Absence.objects.filter(worker=worker, starts_on__lte=ends_on, ends_on__gte=starts_on, kind=Absence.Kind.SICK)
    if ill.exists():
        raise RefusedError(f"{worker.label} is recorded as ill already. Open their day under Cover.")
    absence = record_absence(
        actor=actor, worker=worker, kind=Absence.Kind.SICK, starts_on=starts_on, ends_on=ends_on, now=now
    )
    calls = []
    for ahead in range((ends_on - starts_on).days + 1):
        night_until = calls[-1].lost_until if calls else None
        call = _lose_day(actor, worker, absence, starts_on + timedelta(days=ahead), now, night_until)
        if call is not None:
            calls.append(call)
    record(actor=actor, action="report sick", subject=("worker", worker.pk), now=now, service_id=worker.service_id)
    tell(topic="cover", service_id=worker.service_id, subject=("worker", worker.pk), now=now)
    if calls and actor.worker_id == worker.pk:
        _tell_who_covers(actor, calls[0], now)
    return calls


def _lose_day(
    actor: Actor, worker: Worker, absence: Absence, day: date, now: datetime, night_until: datetime | None
) -> SickCall | None:
    """What one day loses, from now on; None where nothing is left to do on it.

    `night_until` is the end of what the day before lost: the second half of its night is not lost twice.
    """
    shifts = list(Shift.objects.filter(worker=worker, day=day).order_by("starts_at"))
    was_there = any(one.ends_at <= now for one in shifts)
    shifts = [one for one in shifts if one.ends_at > now and (night_until is None or one.starts_at >= night_until)]
    if shifts:
        shifts += Shift.objects.filter(
            worker=worker, day=day + timedelta(days=1), starts_at__in=[one.ends_at for one in shifts]
        )
    theirs = Q(visit__day=day)
    if shifts:
        theirs |= Q(visit__day=day + timedelta(days=1), starts_at__lt=max(one.ends_at for one in shifts))
    rows = list(
        Assignment.objects.select_for_update()
        .filter(
            theirs,
            worker=worker,
            ends_at__gt=now,
            arrived_at__isnull=True,
            state__in=(AssignmentState.PROPOSED, AssignmentState.SENT),
            visit__state__in=(VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY),
        )
        .order_by("starts_at", "id")
    )
    if not shifts and not rows:
        if was_there:
            # says that what was over by then was worked
            SickCall.objects.create(
                service_id=worker.service_id, worker=worker, absence=absence, day=day, called_at=now,
                taken_by=actor.name, is_by_themselves=actor.worker_id == worker.pk, lost_minutes=0, lost_from=now,
                lost_until=now,
            )  # fmt: skip
        return None
    stretches = [(max(now, one.starts_at), one.ends_at) for one in shifts]
    moments = stretches or [(row.starts_at, row.ends_at) for row in rows]
    call = SickCall.objects.create(
        service_id=worker.service_id,
        worker=worker,
        absence=absence,
        day=day,
        called_at=now,
        taken_by=actor.name,
        is_by_themselves=actor.worker_id == worker.pk,
        lost_minutes=sum(round((until - begins).total_seconds() / 60) for begins, until in stretches),
        lost_from=min(begins for begins, _ in moments),
        lost_until=max(until for _, until in moments),
    )
    visits = Visit.objects.select_for_update().in_bulk([row.visit_id for row in rows])
    LostVisit.objects.bulk_create(
        [
            LostVisit(
                call=call,
                visit_id=row.visit_id,
                slot=row.slot,
                starts_at=row.starts_at,
                minutes=visits[row.visit_id].slots[row.slot]["minutes"],
            )
            for row in rows
        ]
    )
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        visit = visits[row.visit_id]
        _settle(visit)
        if visit.state == VisitState.NEEDED:
            visit.unplanned_reason = "Who was to go is ill, and nobody else is found yet."
            visit.save(update_fields=["unplanned_reason"])
        _done(actor, "lose visit to sickness", visit, now)
    return call


def _tell_who_covers(actor: Actor, call: SickCall, now: datetime) -> None:
    """Tell planners, and responders on duty, that somebody says they are ill."""
    system = Actor.system("cover", call.service_id)
    accounts = accounts_on_duty(system, call.service_id, (Role.ROSTER_PLANNER, Role.CRISIS_RESPONDER), now)
    notify(
        actor=actor,
        service_id=call.service_id,
        accounts=accounts,
        kind="sick-call",
        title="A worker says they are ill",
        text="Open it to see what is lost and who could cover it.",
        path=f"/cover/sick/{call.pk}",
        once_key=f"sick-call-{call.pk}",
        is_urgent=True,
        now=now,
    )


@transaction.atomic
def keep_cover_options(*, actor: Actor, call: SickCall, options: list[CoverOption], now: datetime) -> list[CoverOption]:
    """Keep ways of covering a lost day (unsaved rows, best first), as they were worked out; the older ones stay.

    Raises: NotAllowedError.
    """
    require(actor, next(filter(actor.may, MAY_COVER), Permission.RESPOND), call.service_id)
    for rank, option in enumerate(options):
        option.call, option.made_at, option.rank = call, now, rank
    CoverOption.objects.bulk_create(options)
    record(
        actor=actor,
        action="work out cover",
        subject=("sick call", call.pk),
        now=now,
        service_id=call.service_id,
        count=len(options),
    )
    return options


@transaction.atomic
def record_sick_calls(
    *,
    actor: Actor,
    service_id: int,
    calls: list[SickCall],
    lost: list[LostVisit],
    decisions: list[CoverDecision],
    now: datetime,
) -> list[SickCall]:
    """Record many sick calls (unsaved rows), what they lost and what was decided, for an import or a fictitious place.

    Raises: NotAllowedError.
    """
    require(actor, Permission.IMPORT_SERVICE, service_id)
    SickCall.objects.bulk_create(calls, batch_size=500)
    for row in (*lost, *decisions):
        row.call_id = row.call.pk
    LostVisit.objects.bulk_create(lost, batch_size=500)
    CoverDecision.objects.bulk_create(decisions, batch_size=500)
    record(
        actor=actor,
        action="record sick calls",
        subject=("sick call", None),
        now=now,
        service_id=service_id,
        count=len(calls),
    )
    return calls


def counted(call: SickCall):
    """What a lost day comes to as the record stands: see `rules.covering.Covered`."""
    lost = list(call.lost.select_related("visit"))
    holders = {
        (row.visit_id, row.slot): row.worker.organisation_id
        for row in Assignment.objects.filter(visit_id__in={one.visit_id for one in lost})
        .exclude(worker_id=call.worker_id)
        .select_related("worker")
    }
    still = [one for one in lost if one.visit.state != VisitState.CANCELLED]
    return covered(
        (
            Lost(
                one.minutes,
                one.visit.is_crisis or one.visit.is_window_hard,
                holders.get((one.visit_id, one.slot)),
            )
            for one in still
        ),
        call.worker.organisation_id,
    )


@transaction.atomic
def record_cover_decision(
    *,
    actor: Actor,
    call: SickCall,
    kind: str,
    sentence: str,
    now: datetime,
    plan: DayPlan | None = None,
    shift: Shift | None = None,
    is_as_shown: bool = True,
) -> CoverDecision:
    """Record what somebody decided about a lost day, with what it covers as the record now stands.

    Raises: NotAllowedError.
    """
    require(actor, next(filter(actor.may, MAY_COVER), Permission.RESPOND), call.service_id)
    comes_to = counted(call)
    decision = CoverDecision.objects.create(
        call=call,
        kind=CoverKind(kind),
        sentence=sentence,
        decided_at=now,
        decided_by=actor.name,
        plan=plan,
        shift=shift,
        lost_minutes=comes_to.minutes,
        covered_minutes=comes_to.minutes_covered,
        elsewhere_minutes=comes_to.minutes_elsewhere,
        is_as_shown=is_as_shown,
    )
    record(actor=actor, action="decide on cover", subject=("sick call", call.pk), now=now, service_id=call.service_id)
    tell(topic="cover", service_id=call.service_id, subject=("sick call", call.pk), now=now)
    return decision


@transaction.atomic
def leave_uncovered(*, actor: Actor, call: SickCall, reason: str, now: datetime) -> CoverDecision:
    """Record that nobody more is looked for, and why; the visits stay on the board with nobody.

    Raises: NotAllowedError; RefusedError without a reason.
    """
    if not reason.strip():
        raise RefusedError("Say what is done about the visits that nobody goes to.")
    return record_cover_decision(actor=actor, call=call, kind=CoverKind.LEAVE, sentence=reason.strip(), now=now)


@transaction.atomic
def list_who_to_tell_of_cover(*, actor: Actor, call: SickCall, plan: DayPlan, now: datetime) -> list[Telling]:
    """List everybody whose day covering a lost day changed; workers who sign in get a notice at once.

    Workers hear what is theirs now and what no longer is; everyone whose visit was lost hears who comes, or that nobody
    is found yet; others only where their visit moves by `rules.PERSON_TOLD_FROM`. Nobody is told who is ill.

    Raises: NotAllowedError.
    """
    require(actor, next(filter(actor.may, MAY_COVER), Permission.RESPOND), call.service_id)
    workers: dict[int, list[str]] = defaultdict(list)
    people: dict[int, list[str]] = defaultdict(list)
    about: dict[tuple[str, int], Visit] = {}
    accounts = {}
    lost = {one.visit_id: one for one in call.lost.select_related("visit__person")}
    moves = plan.moves.select_related("visit__person", "from_worker__account", "to_worker__account").order_by("id")
    for move in moves:
        for worker, words in _for_workers(move):
            workers[worker.pk].append(words)
            accounts[worker.pk] = worker.account
            about.setdefault(("worker", worker.pk), move.visit)
        if move.visit_id not in lost and move.visit.person_id and (words := _for_person(move)):
            people[move.visit.person_id].append(words)
            about.setdefault(("person", move.visit.person_id), move.visit)
    comes = {
        (row.visit_id, row.slot): row for row in Assignment.objects.filter(visit_id__in=lost).select_related("worker")
    }
    for one in call.lost.select_related("visit__person").order_by("starts_at", "id"):
        if one.visit.state not in (VisitState.NEEDED, VisitState.PLANNED, VisitState.UNDER_WAY):
            continue
        if one.visit.person_id is None:  # a session of a clinic: who comes to it is told by those who run it
            continue
        people[one.visit.person_id].append(_who_comes(one, comes.get((one.visit_id, one.slot)), call.worker))
        about.setdefault(("person", one.visit.person_id), one.visit)
    tellings = [
        Telling(plan=plan, visit=about["worker", pk], worker_id=pk, text="\n".join(said))
        for pk, said in workers.items()
    ]
    _tell_on_screen(actor, call.service_id, tellings, accounts, now)
    tellings += [
        Telling(plan=plan, visit=about["person", pk], person_id=pk, text="\n".join(said)) for pk, said in people.items()
    ]
    Telling.objects.bulk_create(tellings, batch_size=200)
    record(
        actor=actor,
        action="list who to tell",
        subject=("day plan", plan.pk),
        now=now,
        service_id=call.service_id,
        count=len(tellings),
    )
    return tellings


def _who_comes(one: LostVisit, now_held: Assignment | None, ill: Worker) -> str:
    due = f"{one.starts_at.astimezone(LONDON):%H:%M}"
    if now_held is None:
        return f"{one.visit.title} at {due}: nobody can be found for it yet."
    at = f"{now_held.starts_at.astimezone(LONDON):%H:%M}"
    when = f"at {at}" if at == due else f"at {at}, not at {due}"
    return f"{one.visit.title}: {now_held.worker.label} comes instead of {ill.label}, {when}."
