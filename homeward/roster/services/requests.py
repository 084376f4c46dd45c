"""What workers ask of the rota, and what leads decide."""

from datetime import date, datetime

from django.db import transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import LONDON, RefusedError, day_words
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.roster.models import Absence, OpenShift, RosterRequest, Shift
from homeward.roster.rules import WALL_CLOCK
from homeward.roster.services.absences import record_absence
from homeward.roster.services.shifts import MY_ROTA, hand_shifts, put_shift
from homeward.roster.states import OPEN_REQUESTS, REQUEST_MOVES, RequestKind, RequestState
from homeward.teams.models import Account, Worker
from homeward.teams.selectors import accounts_that_may

REQUESTS = "/roster/requests"


@transaction.atomic
def ask_leave(*, actor: Actor, starts_on: date, ends_on: date, now: datetime, text: str = "") -> RosterRequest:
    """Ask for leave from the actor's own rota.

    Raises: NotAllowedError; RefusedError when the days cannot be right or leave is asked for or given already.
    """
    worker = _own(actor)
    require(actor, Permission.ASK_ROSTER, worker.service_id)
    if ends_on < starts_on:
        raise RefusedError("The last day is before the first. Change one of them.")
    if starts_on < now.date():
        raise RefusedError("The first day is over. Ask your lead to record it.")
    if Absence.objects.filter(worker=worker, starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise RefusedError("You are away on one of these days already.")
    asked = RosterRequest.objects.filter(worker=worker, kind=RequestKind.LEAVE, state__in=OPEN_REQUESTS)
    if asked.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise RefusedError("You asked for one of these days already. Withdraw that first.")
    about = day_words(starts_on) if starts_on == ends_on else f"{day_words(starts_on)} to {day_words(ends_on)}"
    return _ask(actor, worker, RequestKind.LEAVE, RequestState.ASKED, starts_on, ends_on, now, about=about, text=text)


@transaction.atomic
def ask_swap(*, actor: Actor, shift: Shift, other_shift: Shift, now: datetime, text: str = "") -> RosterRequest:
    """Ask a colleague to swap a shift of theirs for one of the actor's; when they agree, a lead decides.

    Raises: NotAllowedError; RefusedError when a shift is over, asked about already, or not of two people.
    """
    worker = _own(actor)
    require(actor, Permission.ASK_ROSTER, worker.service_id)
    _refuse_not_own(worker, shift)
    _refuse_over(now, shift, other_shift)
    if other_shift.worker_id == worker.pk or other_shift.worker.service_id != worker.service_id:
        raise RefusedError("Choose a shift of a colleague.")
    about = f"{_words(shift)} for {_words(other_shift)}"
    return _ask(
        actor, worker, RequestKind.SWAP, RequestState.WAITS_FOR_OTHER, shift.day, shift.day, now, about=about,
        text=text, shift=shift, other_shift=other_shift, other_worker=other_shift.worker,
    )  # fmt: skip


@transaction.atomic
def offer_shift(
    *, actor: Actor, shift: Shift, now: datetime, to_worker: Worker | None = None, text: str = ""
) -> RosterRequest:
    """Offer a shift of the actor's to everybody, or to one colleague; when somebody takes it up, a lead decides.

    Raises: NotAllowedError; RefusedError when it is over or asked about already.
    """
    worker = _own(actor)
    require(actor, Permission.ASK_ROSTER, worker.service_id)
    _refuse_not_own(worker, shift)
    _refuse_over(now, shift)
    if to_worker and (to_worker.pk == worker.pk or to_worker.service_id != worker.service_id):
        raise RefusedError("Choose a colleague.")
    return _ask(
        actor, worker, RequestKind.OFFER, RequestState.WAITS_FOR_OTHER, shift.day, shift.day, now,
        about=_words(shift), text=text, shift=shift, other_worker=to_worker,
    )  # fmt: skip


@transaction.atomic
def ask_to_work(
    *, actor: Actor, day: date, starts_at: str, ends_at: str, now: datetime, text: str = ""
) -> RosterRequest:
    """Ask to work on a day that the actor has no shift on: self-rostering.

    Raises: NotAllowedError; RefusedError when a time or the day cannot be right.
    """
    worker = _own(actor)
    require(actor, Permission.ASK_ROSTER, worker.service_id)
    if not WALL_CLOCK.match(starts_at) or not WALL_CLOCK.match(ends_at) or starts_at == ends_at:
        raise RefusedError("Give two different times, such as 07:00 and 14:30.")
    if day < now.date():
        raise RefusedError("That day is over. Choose a later one.")
    about = f"{day_words(day)}, {starts_at} to {ends_at}"
    return _ask(
        actor, worker, RequestKind.WISH, RequestState.ASKED, day, day, now, about=about, text=text,
        starts_at=starts_at, ends_at=ends_at,
    )  # fmt: skip


@transaction.atomic
def ask_open_shift(*, actor: Actor, open_shift: OpenShift, now: datetime, text: str = "") -> RosterRequest:
    """Ask for a shift that nobody has.

    Raises: NotAllowedError; RefusedError when it is taken, over, or asks for a skill the actor does not have.
    """
    worker = _own(actor)
    require(actor, Permission.ASK_ROSTER, open_shift.service_id)
    if open_shift.closed_at or open_shift.day < now.date():
        raise RefusedError("This shift is not open any more.")
    if open_shift.skill and open_shift.skill not in worker.skills:
        raise RefusedError("This shift asks for a skill that you are not recorded to have. Speak with your lead.")
    if RosterRequest.objects.filter(worker=worker, open_shift=open_shift, state__in=OPEN_REQUESTS).exists():
        raise RefusedError("You asked for it already.")
    about = f"{day_words(open_shift.day)}, {open_shift.starts_at} to {open_shift.ends_at}"
    return _ask(
        actor, worker, RequestKind.OPEN, RequestState.ASKED, open_shift.day, open_shift.day, now, about=about,
        text=text, open_shift=open_shift, starts_at=open_shift.starts_at, ends_at=open_shift.ends_at,
    )  # fmt: skip


@transaction.atomic
def take_up(*, actor: Actor, request: RosterRequest, now: datetime) -> RosterRequest:
    """Agree to a swap, or take up a shift that a colleague offers; a lead decides then.

    Raises: NotAllowedError; RefusedError when it is not open, or is for somebody else.
    """
    worker = _own(actor)
    require(actor, Permission.ASK_ROSTER, request.worker.service_id)
    request = _locked(request)
    if request.worker_id == worker.pk or request.other_worker_id not in (None, worker.pk):
        raise NotAllowedError("This is between two of your colleagues.")
    _move(request, RequestState.ASKED)
    request.other_worker, request.agreed_at = worker, now
    request.save(update_fields=["state", "other_worker", "agreed_at"])
    _changed(actor, "take up request", request, now)
    _tell_leads(actor, request, now)
    _tell(actor, request.worker, f"A colleague agreed: {_title(request)}", f"request agreed {request.pk}", now)
    return request


@transaction.atomic
def withdraw_request(*, actor: Actor, request: RosterRequest, now: datetime) -> RosterRequest:
    """Take back what the actor asked, before it is decided.

    Raises: NotAllowedError; RefusedError when it was decided.
    """
    worker = _own(actor)
    require(actor, Permission.ASK_ROSTER, request.worker.service_id)
    if request.worker_id != worker.pk:
        raise NotAllowedError("Only who asked can withdraw it.")
    request = _locked(request)
    _move(request, RequestState.WITHDRAWN)
    request.decided_at = now
    request.save(update_fields=["state", "decided_at"])
    _changed(actor, "withdraw request", request, now)
    return request


@transaction.atomic
def turn_down(*, actor: Actor, request: RosterRequest, now: datetime) -> RosterRequest:
    """Say no to a swap that a colleague asked of the actor.

    Raises: NotAllowedError; RefusedError when it is not open.
    """
    worker = _own(actor)
    require(actor, Permission.ASK_ROSTER, request.worker.service_id)
    if request.other_worker_id != worker.pk:
        raise NotAllowedError("This was not asked of you.")
    request = _locked(request)
    _move(request, RequestState.DECLINED)
    request.decided_at, request.decided_by = now, worker.label
    request.save(update_fields=["state", "decided_at", "decided_by"])
    _changed(actor, "turn down request", request, now)
    _tell(actor, request.worker, f"Your colleague said no: {_title(request)}", f"request decided {request.pk}", now)
    return request


@transaction.atomic
def approve_request(*, actor: Actor, request: RosterRequest, now: datetime, reason: str = "") -> RosterRequest:
    """Approve what a worker asked, and do it: record the leave, move the shifts, or put the shift in.

    `reason` says why an employer's own limit is passed, and is told to the worker.

    Raises: NotAllowedError; RefusedError when it waits for a colleague, was decided, or cannot be done (the words say
    why; LimitsBrokenError where a reason would make it possible).
    """
    require(actor, Permission.MANAGE_ROSTER, request.worker.service_id)
    request = _locked(request)
    _move(request, RequestState.APPROVED)
    if request.kind == RequestKind.LEAVE:
        record_absence(
            actor=actor, worker=request.worker, kind=Absence.Kind.LEAVE, starts_on=request.starts_on,
            ends_on=request.ends_on, now=now,
        )  # fmt: skip
    elif request.kind in (RequestKind.WISH, RequestKind.OPEN):
        put_shift(
            actor=actor, worker=request.worker, day=request.starts_on, starts_at=request.starts_at,
            ends_at=request.ends_at, now=now, reason=reason,
        )  # fmt: skip
        if request.open_shift:
            _give_open_shift(actor, request, now)
    else:
        if request.shift is None or request.shift.removed_at or request.shift.worker_id != request.worker_id:
            raise RefusedError("The shift has changed since. Decline it, and they can ask again.")
        moves = [(request.shift, request.other_worker)]
        if request.kind == RequestKind.SWAP:
            other = request.other_shift
            if other is None or other.removed_at or other.worker_id != request.other_worker_id:
                raise RefusedError("The other shift has changed since. Decline it, and they can ask again.")
            moves.append((other, request.worker))
        hand_shifts(actor=actor, moves=moves, now=now, reason=reason, action="hand shift")
        _tell(actor, request.other_worker, f"Approved: {_title(request)}", f"request decided {request.pk}", now)
    return _decided(actor, request, RequestState.APPROVED, reason, now)


@transaction.atomic
def decline_request(*, actor: Actor, request: RosterRequest, reason: str, now: datetime) -> RosterRequest:
    """Decline what a worker asked, and say why.

    Raises: NotAllowedError; RefusedError without a reason, or when it was decided.
    """
    require(actor, Permission.MANAGE_ROSTER, request.worker.service_id)
    if not reason.strip():
        raise RefusedError("Say why: the worker is told.")
    request = _locked(request)
    _move(request, RequestState.DECLINED)
    return _decided(actor, request, RequestState.DECLINED, reason, now)


@transaction.atomic
def open_shift_to_all(
    *, actor: Actor, service_id: int, day: date, starts_at: str, ends_at: str, now: datetime, skill: str = "",
    note: str = "",
) -> OpenShift:  # fmt: skip
    """Say that a shift needs somebody: whoever has the skill sees it and can ask for it.

    Raises: NotAllowedError; RefusedError when a time or the day cannot be right.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    if not WALL_CLOCK.match(starts_at) or not WALL_CLOCK.match(ends_at) or starts_at == ends_at:
        raise RefusedError("Give two different times, such as 07:00 and 14:30.")
    if day < now.date():
        raise RefusedError("That day is over. Choose a later one.")
    row = OpenShift.objects.create(
        service_id=service_id, day=day, starts_at=starts_at, ends_at=ends_at, skill=skill, note=note.strip()[:250],
        made_by=actor.name, made_at=now,
    )  # fmt: skip
    record(actor=actor, action="open shift to all", subject=("open shift", row.pk), now=now, service_id=service_id)
    tell(topic="roster", service_id=service_id, subject=("open shift", row.pk), now=now)
    return row


@transaction.atomic
def close_open_shift(*, actor: Actor, open_shift: OpenShift, now: datetime) -> OpenShift:
    """Take an open shift back; who asked for it is told that it is not open any more.

    Raises: NotAllowedError; RefusedError when it is closed.
    """
    require(actor, Permission.MANAGE_ROSTER, open_shift.service_id)
    open_shift = OpenShift.objects.select_for_update().get(pk=open_shift.pk)
    if open_shift.closed_at:
        raise RefusedError("This shift is not open any more.")
    open_shift.closed_at = now
    open_shift.save(update_fields=["closed_at"])
    _decline_others(actor, open_shift, "The shift is not open any more.", now)
    record(actor=actor, action="close open shift", subject=("open shift", open_shift.pk), now=now,
           service_id=open_shift.service_id)  # fmt: skip
    tell(topic="roster", service_id=open_shift.service_id, subject=("open shift", open_shift.pk), now=now)
    return open_shift


def _give_open_shift(actor: Actor, request: RosterRequest, now: datetime) -> None:
    row = OpenShift.objects.select_for_update().get(pk=request.open_shift_id)
    if row.closed_at:
        raise RefusedError("Somebody else has this shift. Decline it.")
    row.given_to, row.closed_at = request.worker, now
    row.save(update_fields=["given_to", "closed_at"])
    _decline_others(actor, row, "Somebody else was given this shift.", now, but=request.pk)


def _decline_others(actor: Actor, row: OpenShift, why: str, now: datetime, but: int = 0) -> None:
    for other in RosterRequest.objects.filter(open_shift=row, state__in=OPEN_REQUESTS).exclude(pk=but):
        _decided(actor, other, RequestState.DECLINED, why, now)


def _ask(
    actor: Actor, worker: Worker, kind: str, state: str, starts_on: date, ends_on: date, now: datetime, *, about: str,
    text: str, **more,
) -> RosterRequest:  # fmt: skip
    request = RosterRequest.objects.create(
        worker=worker, kind=kind, state=state, starts_on=starts_on, ends_on=ends_on, about=about[:250],
        text=text.strip()[:500], asked_at=now, **more,
    )  # fmt: skip
    _changed(actor, f"ask {request.get_kind_display().lower()}", request, now)
    if state == RequestState.ASKED:
        _tell_leads(actor, request, now)
    elif request.other_worker:
        _tell(actor, request.other_worker, f"A colleague asks: {_title(request)}", f"request asked {request.pk}", now)
    return request


def _decided(actor: Actor, request: RosterRequest, state: str, reason: str, now: datetime) -> RosterRequest:
    request.state, request.decided_at, request.decided_by = state, now, actor.name
    request.reason = reason.strip()[:500]
    request.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    _changed(actor, f"{'approve' if state == RequestState.APPROVED else 'decline'} request", request, now)
    _tell(actor, request.worker, f"{request.get_state_display()}: {_title(request)}", f"request decided {request.pk}",
          now)  # fmt: skip
    return request


def _changed(actor: Actor, action: str, request: RosterRequest, now: datetime) -> None:
    service_id = request.worker.service_id
    record(actor=actor, action=action, subject=("roster request", request.pk), now=now, service_id=service_id)
    tell(topic="roster", service_id=service_id, subject=("roster request", request.pk), now=now)


def _tell_leads(actor: Actor, request: RosterRequest, now: datetime) -> None:
    service_id = request.worker.service_id
    notify(
        actor=actor, service_id=service_id, accounts=accounts_that_may(Permission.MANAGE_ROSTER, service_id),
        kind="roster request", title=f"Waits for you: {_title(request)}", path=REQUESTS,
        once_key=f"roster request {request.pk}", now=now,
    )  # fmt: skip


def _tell(actor: Actor, worker: Worker, title: str, once_key: str, now: datetime) -> None:
    accounts = list(Account.objects.filter(worker=worker))
    if accounts:
        notify(
            actor=actor, service_id=worker.service_id, accounts=accounts, kind="roster request", title=title,
            path=MY_ROTA, once_key=once_key, now=now,
        )  # fmt: skip


def _title(request: RosterRequest) -> str:
    return f"{request.get_kind_display().lower()}, {request.about}"[:120]


def _own(actor: Actor) -> Worker:
    worker = Worker.objects.filter(pk=actor.worker_id).first() if actor.worker_id else None
    if worker is None:
        raise NotAllowedError("You are not on the rota yourself.")
    return worker


def _locked(request: RosterRequest) -> RosterRequest:
    # of the request alone: PostgreSQL locks no row that an outer join may leave empty
    RosterRequest.objects.select_for_update().get(pk=request.pk)
    joined = RosterRequest.objects.select_related("worker", "other_worker", "shift__worker", "other_shift__worker")
    return joined.get(pk=request.pk)


def _move(request: RosterRequest, state: str) -> None:
    if state not in REQUEST_MOVES[RequestState(request.state)]:
        raise RefusedError(f"This is not possible any more: it {_STATE_WORDS[RequestState(request.state)]}.")
    request.state = state


_STATE_WORDS = {
    RequestState.WAITS_FOR_OTHER: "still waits for a colleague",
    RequestState.ASKED: "waits for a decision",
    RequestState.APPROVED: "was approved",
    RequestState.DECLINED: "was declined",
    RequestState.WITHDRAWN: "was withdrawn",
}


def _refuse_not_own(worker: Worker, shift: Shift) -> None:
    if shift.worker_id != worker.pk:
        raise NotAllowedError("This is not your shift.")
    if shift.is_draft:
        raise RefusedError("This shift is not published yet.")
    if RosterRequest.objects.filter(shift=shift, state__in=OPEN_REQUESTS).exists():
        raise RefusedError("You asked about this shift already. Withdraw that first.")


def _refuse_over(now: datetime, *shifts: Shift) -> None:
    if any(shift.starts_at <= now or shift.removed_at for shift in shifts):
        raise RefusedError("A shift has begun or is over. Choose another.")


def _words(shift: Shift) -> str:
    begins, until = shift.starts_at.astimezone(LONDON), shift.ends_at.astimezone(LONDON)
    return f"{day_words(shift.day)}, {begins:%H:%M} to {until:%H:%M}"
