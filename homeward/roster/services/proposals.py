"""Asking for a rota to be built, and taking it or leaving it. Nothing of it is worked before somebody accepts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.roster.models import Absence, RotaProposal, Shift
from homeward.roster.rules import broken, overlapping, stretch_of
from homeward.roster.selectors import limits_of, shifts_known
from homeward.roster.selectors.proposals import LEASE
from homeward.roster.services.shifts import add_shifts
from homeward.roster.states import ProposalState
from homeward.teams.models import Worker

WEEKS_BUILT = 4
# Further ahead, plans say nothing of what will be needed
MOST_DAYS_AHEAD = 120


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of accepting a proposal: shifts added as drafts, of how many workers, and what was left out and why."""

    shifts: int
    workers: int
    left_out: tuple[tuple[Worker, str], ...]


@transaction.atomic
def ask_for_rota(*, actor: Actor, service_id: int, first_day: date, now: datetime) -> RotaProposal:
    """Ask for four weeks from a Monday to be built; `homeward work` does it. The shifts that stand are kept as they
    are.

    Raises: NotAllowedError; RefusedError when the day is no Monday to come, or another proposal waits.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    today = london_day(now)
    if first_day.weekday() or not today < first_day <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise RefusedError("Choose a Monday in the next four months.")
    waits = RotaProposal.objects.filter(
        service_id=service_id, state__in=[ProposalState.ASKED, ProposalState.READY]
    ).first()
    if waits:
        raise RefusedError("Another rota was built, or is being built. Accept or discard it first.")
    proposal = RotaProposal.objects.create(
        service_id=service_id, first_day=first_day, days=7 * WEEKS_BUILT, asked_by=actor.name, asked_at=now
    )
    _changed(actor, "ask for rota", proposal, now)
    return proposal


@transaction.atomic
def take_to_build(*, actor: Actor, now: datetime) -> RotaProposal | None:
    """Take the proposal that waits longest to be built, so that no other process builds it too; None where none waits.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE)
    free = RotaProposal.objects.filter(
        Q(taken_at__isnull=True) | Q(taken_at__lt=now - LEASE),
        state=ProposalState.ASKED,
        service_id__in=actor.service_ids,
    )
    proposal = free.order_by("asked_at", "id").first()
    if proposal is None or not free.filter(pk=proposal.pk).update(taken_at=now):
        return None
    proposal.taken_at = now
    record(
        actor=actor, action="build rota", subject=("rota proposal", proposal.pk), now=now,
        service_id=proposal.service_id,
    )  # fmt: skip
    return proposal


@transaction.atomic
def keep_built(*, actor: Actor, proposal: RotaProposal, shifts: list, findings: Mapping, now: datetime) -> RotaProposal:
    """Keep what was built, for somebody to look at. One discarded in the meantime stays discarded.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, proposal.service_id)
    proposal = RotaProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state == ProposalState.ASKED:
        proposal.state, proposal.built_at = ProposalState.READY, now
        proposal.shifts, proposal.findings = shifts, dict(findings)
        proposal.save()
        _changed(actor, "propose rota", proposal, now)
    return proposal


@transaction.atomic
def keep_failed(*, actor: Actor, proposal: RotaProposal, why: str, now: datetime) -> RotaProposal:
    """Keep that a rota could not be built, and why.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RUN_SCHEDULE, proposal.service_id)
    proposal = RotaProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state == ProposalState.ASKED:
        proposal.state, proposal.built_at, proposal.why_failed = ProposalState.FAILED, now, why[:500]
        proposal.save()
        _changed(actor, "fail to build rota", proposal, now)
    return proposal


@transaction.atomic
def accept_proposal(
    *, actor: Actor, proposal: RotaProposal, now: datetime, organisation_id: int | None = None
) -> Taken:
    """Make the proposed shifts drafts: of every employer, or of one. Publishing stays a step of its own.

    Each worker is looked at again as the rota is now: who is away, has a shift at the time, or would pass a limit keeps
    what they have, and is named.

    Raises: NotAllowedError; RefusedError when it is not there to be accepted, or that part was.
    """
    require(actor, Permission.MANAGE_ROSTER, proposal.service_id)
    proposal = RotaProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state != ProposalState.READY:
        raise RefusedError(f"This rota is {proposal.get_state_display().lower()}. Look at the newest.")
    workers = {
        worker.pk: worker
        for worker in Worker.objects.filter(service_id=proposal.service_id, is_active=True).order_by("pk")
        if worker.organisation_id not in proposal.accepted
        and organisation_id in (None, worker.organisation_id)
    }  # fmt: skip
    proposed: dict[int, list[Shift]] = {}
    for worker_id, day, stretches in proposal.shifts:
        if worker_id in workers:
            for starts_at, ends_at in stretches:
                shift = _draft(workers[worker_id], date.fromisoformat(day), starts_at, ends_at)
                if shift.starts_at > now:
                    proposed.setdefault(worker_id, []).append(shift)
    if not proposed:
        raise RefusedError("Nothing of this is left to accept.")
    left_out = _what_stands_against(actor, proposal, proposed, workers)
    shifts = [shift for worker_id, theirs in proposed.items() if worker_id not in left_out for shift in theirs]
    add_shifts(actor=actor, service_id=proposal.service_id, shifts=shifts, now=now)
    proposal.accepted = sorted({*proposal.accepted, *(worker.organisation_id for worker in workers.values())})
    mentioned = {worker_id for worker_id, _, _ in proposal.shifts}
    employers = set(Worker.objects.filter(pk__in=mentioned).values_list("organisation_id", flat=True))
    if employers <= set(proposal.accepted):
        proposal.state, proposal.settled_at, proposal.settled_by = ProposalState.ACCEPTED, now, actor.name
    proposal.save()
    _changed(actor, "accept rota", proposal, now)
    return Taken(
        len(shifts),
        len(proposed) - len(left_out),
        tuple((workers[worker_id], why) for worker_id, why in left_out.items()),
    )


@transaction.atomic
def discard_proposal(*, actor: Actor, proposal: RotaProposal, now: datetime) -> RotaProposal:
    """Leave a proposal: what was accepted of it stays, the rest comes to nothing.

    Raises: NotAllowedError; RefusedError when it is settled.
    """
    require(actor, Permission.MANAGE_ROSTER, proposal.service_id)
    proposal = RotaProposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state not in (ProposalState.ASKED, ProposalState.READY):
        raise RefusedError(f"This rota is {proposal.get_state_display().lower()}. Look at the newest.")
    proposal.state, proposal.settled_at, proposal.settled_by = ProposalState.DISCARDED, now, actor.name
    proposal.save()
    _changed(actor, "discard rota", proposal, now)
    return proposal


def _draft(worker: Worker, day: date, starts_at: str, ends_at: str) -> Shift:
    begins, until = stretch_of(day, starts_at, ends_at)
    return Shift(
        worker=worker,
        day=day,
        starts_at=begins,
        ends_at=until,
        start_latitude=worker.latitude,
        start_longitude=worker.longitude,
        is_draft=True,
    )


def _what_stands_against(
    actor: Actor, proposal: RotaProposal, proposed: Mapping[int, list[Shift]], workers: Mapping[int, Worker]
) -> dict[int, str]:
    """Why a worker's part cannot be taken as the rota is now, by worker."""
    last = proposal.first_day + timedelta(days=proposal.days - 1)
    away: dict[int, list[tuple[date, date]]] = {}
    rows = Absence.objects.filter(worker__in=proposed, starts_on__lte=last, ends_on__gte=proposal.first_day)
    for worker_id, starts_on, ends_on in rows.values_list("worker_id", "starts_on", "ends_on"):
        away.setdefault(worker_id, []).append((starts_on, ends_on))
    standing: dict[int, list[tuple[datetime, datetime]]] = {}
    near = Shift.objects.filter(
        worker__in=proposed, day__gte=proposal.first_day - timedelta(days=1), day__lte=last + timedelta(days=1)
    )
    for worker_id, starts_at, ends_at in near.values_list("worker_id", "starts_at", "ends_at"):
        standing.setdefault(worker_id, []).append((starts_at, ends_at))
    limits = limits_of(actor, proposal.service_id, proposal.first_day)
    known = shifts_known(actor, proposal.service_id, last, proposed)
    against: dict[int, str] = {}
    for worker_id, theirs in proposed.items():
        new = [(shift.starts_at, shift.ends_at) for shift in theirs]
        if any(first <= shift.day <= until for shift in theirs for first, until in away.get(worker_id, ())):
            against[worker_id] = "is away on one of the days now"
        elif overlapping([*standing.get(worker_id, []), *new]):
            against[worker_id] = "has a shift at one of the times now"
        elif worker_id in limits and (found := broken(limits[worker_id], known.get(worker_id, ()), new)):
            against[worker_id] = found[0].words
    return against


def _changed(actor: Actor, action: str, proposal: RotaProposal, now: datetime) -> None:
    subject = ("rota proposal", proposal.pk)
    record(actor=actor, action=action, subject=subject, now=now, service_id=proposal.service_id)
    tell(topic="rota proposal", service_id=proposal.service_id, subject=subject, now=now)
