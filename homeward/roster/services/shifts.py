"""Adding and changing shifts, and making them known."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import LONDON, RefusedError, day_words
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.roster.models import Absence, Contract, Publication, Shift, ShiftChange
from homeward.roster.rules import WALL_CLOCK, Broken, broken, overlapping, stretch_of
from homeward.roster.selectors import limits_of, shifts_known
from homeward.teams.models import Account, Worker

MY_ROTA = "/my-rota/"
# Further ahead than any service plans: a slip of the keys
MOST_DAYS_AHEAD = 400


class ShiftsOverlapError(RefusedError):
    """A worker would be in two places at once."""


class LimitsBrokenError(RefusedError):
    """A limit of the law, of an employer or of a contract would be broken.

    `may_confirm` where only the employer's own limits are: then the same service with a reason does it.
    """

    def __init__(self, found: Sequence[Broken]) -> None:
        self.found = tuple(found)
        self.may_confirm = not any(one.is_law for one in self.found)
        super().__init__(" ".join(one.words for one in self.found))


@transaction.atomic
def add_shifts(*, actor: Actor, service_id: int, shifts: list[Shift], now: datetime) -> list[Shift]:
    """Add shifts (unsaved rows) for workers of any employer, as drafts where the rows say so.

    Raises: NotAllowedError; ShiftsOverlapError naming the worker's reference and the times.
    """
    if not actor.may(Permission.MANAGE_ROSTER):
        require(actor, Permission.IMPORT_SERVICE, service_id)
    by_worker: dict[int, list[Shift]] = {}
    for shift in shifts:
        by_worker.setdefault(shift.worker_id, []).append(shift)
    days = {shift.day + timedelta(days=beside) for shift in shifts for beside in (-1, 0, 1)}
    for shift in Shift.objects.filter(worker_id__in=by_worker, day__in=days):
        by_worker[shift.worker_id].append(shift)
    for worker_id, theirs in by_worker.items():
        _refuse_overlaps(worker_id, theirs)
    Shift.objects.bulk_create(shifts, batch_size=500)
    record(actor=actor, action="add shifts", subject=("shift", None), now=now, service_id=service_id, count=len(shifts))
    _say_rota_changed(service_id, None, now)
    return shifts


@transaction.atomic
def put_shift(
    *, actor: Actor, worker: Worker, day: date, starts_at: str, ends_at: str, now: datetime, reason: str = ""
) -> Shift:
    """Put a worker on shift on a day, by the clock on the wall; it runs into the next day where it does not end later.

    It is a draft where the days are not published yet; otherwise the worker is told. `reason` says why an employer's
    own limit is passed.

    Raises: NotAllowedError; ShiftsOverlapError; LimitsBrokenError; RefusedError when a time cannot be right, the day
    is over, or they are away.
    """
    require(actor, Permission.MANAGE_ROSTER, worker.service_id)
    new = _new_shift(worker, day, *_times(starts_at, ends_at))
    _change(actor=actor, taken_out=[], put_in=[new], now=now, reason=reason, action="put shift")
    return new


@transaction.atomic
def change_shift(*, actor: Actor, shift: Shift, starts_at: str, ends_at: str, now: datetime, reason: str = "") -> Shift:
    """Give a shift other times.

    Raises: as `put_shift`.
    """
    require(actor, Permission.MANAGE_ROSTER, shift.worker.service_id)
    new = _new_shift(shift.worker, shift.day, *_times(starts_at, ends_at))
    _change(actor=actor, taken_out=_whole(shift), put_in=[new], now=now, reason=reason, action="change shift")
    return new


@transaction.atomic
def move_shifts(
    *, actor: Actor, worker: Worker, day: date, to_worker: Worker, to_day: date, now: datetime, reason: str = ""
) -> list[Shift]:
    """Move what a worker works on a day to another worker or day, at the same times of the wall clock.

    Raises: as `put_shift`; RefusedError when there is nothing to move, or it would stay where it is.
    """
    require(actor, Permission.MANAGE_ROSTER, worker.service_id)
    require(actor, Permission.MANAGE_ROSTER, to_worker.service_id)
    shifts = [
        shift
        for shift in Shift.objects.filter(worker=worker, day=day)
        .select_related("worker__account")
        .order_by("starts_at")
        if _whole(shift)[0] == shift
    ]
    if not shifts:
        raise RefusedError(f"{worker.label} has no shift on {day_words(day)}. Choose one that is there.")
    if (worker.pk, day) == (to_worker.pk, to_day):
        raise RefusedError("Choose another worker or another day.")
    return _swap_in(actor, [(shift, to_worker, to_day) for shift in shifts], now, reason, "move shift")


@transaction.atomic
def hand_shifts(
    *, actor: Actor, moves: Sequence[tuple[Shift, Worker]], now: datetime, reason: str = "", action: str = "hand shift"
) -> list[Shift]:
    """Give shifts to other workers, all or none: one for an offer taken up, two for a swap.

    Raises: as `put_shift`.
    """
    for shift, to_worker in moves:
        require(actor, Permission.MANAGE_ROSTER, shift.worker.service_id)
        require(actor, Permission.MANAGE_ROSTER, to_worker.service_id)
    return _swap_in(actor, [(shift, to_worker, shift.day) for shift, to_worker in moves], now, reason, action)


@transaction.atomic
def remove_shift(*, actor: Actor, shift: Shift, now: datetime, reason: str = "") -> None:
    """Take a shift out that is not over; what was there stays in the worker's changes.

    Raises: NotAllowedError; RefusedError when it is over.
    """
    require(actor, Permission.MANAGE_ROSTER, shift.worker.service_id)
    _change(actor=actor, taken_out=_whole(shift), put_in=[], now=now, reason=reason, action="remove shift")


@transaction.atomic
def publish_rota(*, actor: Actor, service_id: int, last_day: date, now: datetime) -> Publication:
    """Make the rota known up to a day: its drafts are shifts, and everybody who has one is told.

    Raises: NotAllowedError; RefusedError when it is known up to that day and no draft is left.
    """
    require(actor, Permission.MANAGE_ROSTER, service_id)
    if last_day > now.date() + timedelta(days=MOST_DAYS_AHEAD):
        raise RefusedError("That is more than a year ahead. Choose an earlier last day.")
    drafts = Shift.objects.filter(worker__service_id=service_id, is_draft=True, day__lte=last_day)
    found = list(drafts.values_list("id", "worker_id"))
    known = published_until(service_id)
    if not found and known and known >= last_day:
        raise RefusedError(
            f"The rota is published up to {day_words(known)}, and there is no draft in it. Choose a later day."
        )
    workers = {worker_id for _, worker_id in found}
    Shift.objects.filter(pk__in=[pk for pk, _ in found]).update(is_draft=False)
    publication = Publication.objects.create(
        service_id=service_id, last_day=last_day, shifts=len(found), workers=len(workers), by_name=actor.name, at=now
    )
    record(
        actor=actor, action="publish rota", subject=("publication", publication.pk), now=now, service_id=service_id,
        count=len(found),
    )  # fmt: skip
    notify(
        actor=actor,
        service_id=service_id,
        accounts=Account.objects.filter(worker__in=workers),
        kind="rota published",
        title=f"Your rota is published up to {day_words(last_day)}",
        path=MY_ROTA,
        once_key=f"rota published {publication.pk}",
        now=now,
    )
    _say_rota_changed(service_id, None, now)
    return publication


def published_until(service_id: int) -> date | None:
    """The last day that the rota is made known for; where nobody ever published, the last day that has shifts."""
    last = Publication.objects.filter(service_id=service_id).aggregate(last=Max("last_day"))["last"]
    return (
        last or (Shift.objects.filter(worker__service_id=service_id, is_draft=False).aggregate(last=Max("day"))["last"])
    )


def _swap_in(
    actor: Actor, moves: Sequence[tuple[Shift, Worker, date]], now: datetime, reason: str, action: str
) -> list[Shift]:
    whole = [_whole(shift) for shift, _, _ in moves]
    put_in = [
        _new_shift(to_worker, to_day, _wall(parts[0])[0], _wall(parts[-1])[1])
        for parts, (_, to_worker, to_day) in zip(whole, moves, strict=True)
    ]
    _change(
        actor=actor,
        taken_out=[part for parts in whole for part in parts],
        put_in=put_in,
        now=now,
        reason=reason,
        action=action,
    )
    return put_in


def _whole(shift: Shift) -> list[Shift]:
    """A shift with those it meets at midnight, in order: a night may be kept as two."""
    beside = (shift.day - timedelta(days=1), shift.day, shift.day + timedelta(days=1))
    rows = Shift.objects.filter(worker=shift.worker, day__in=beside).select_related("worker__account")
    group: list[Shift] = []
    for one in rows.order_by("starts_at"):
        if group and group[-1].ends_at == one.starts_at and group[-1].day != one.day:
            group.append(one)
        elif shift in group:
            break
        else:
            group = [one]
    return group if shift in group else [shift]


@transaction.atomic
def _change(
    *, actor: Actor, taken_out: Sequence[Shift], put_in: Sequence[Shift], now: datetime, reason: str, action: str
) -> None:
    """The one way in which shifts change: overlaps, absences and limits are looked at, and who it concerns is told."""
    concerned = {shift.worker_id: shift.worker for shift in (*taken_out, *put_in)}
    # two people change one worker's rota: the second waits, and then sees what the first did
    list(Worker.objects.select_for_update().filter(pk__in=concerned).order_by("pk"))
    for shift in (*taken_out, *put_in):
        if shift.ends_at <= now:
            raise RefusedError(f"{day_words(shift.day)} at that time is over. What was worked stays on record.")
        if shift.day > now.date() + timedelta(days=MOST_DAYS_AHEAD):
            raise RefusedError("That is more than a year ahead. Check the day.")
    gone = {shift.pk for shift in taken_out}
    if Shift.objects.filter(pk__in=gone).count() < len(gone):
        raise RefusedError("Somebody changed this shift just now. Look at the rota again.")
    service_id = next(iter(concerned.values())).service_id
    _refuse_away(put_in)
    known = shifts_known(actor, service_id, max(shift.day for shift in (*taken_out, *put_in)), concerned)
    limits = limits_of(actor, service_id)
    found: list[Broken] = []
    for worker_id in dict.fromkeys(shift.worker_id for shift in put_in):
        theirs = [shift for shift in put_in if shift.worker_id == worker_id]
        days = {shift.day + timedelta(days=beside) for shift in theirs for beside in (-1, 0, 1)}
        beside = Shift.objects.filter(worker_id=worker_id, day__in=days).exclude(pk__in=gone)
        _refuse_overlaps(worker_id, [*beside, *theirs])
        out = [(shift.starts_at, shift.ends_at) for shift in taken_out if shift.worker_id == worker_id]
        stretches = _without(known.get(worker_id, []), out)
        if worker_id in limits:
            found += broken(limits[worker_id], stretches, [(shift.starts_at, shift.ends_at) for shift in theirs])
        found += _outside_contract(theirs)
    if found and not (reason.strip() and not any(one.is_law for one in found)):
        raise LimitsBrokenError(found)
    until = published_until(service_id)
    was = {(shift.worker_id, shift.day): "" for shift in (*taken_out, *put_in)}
    was = {key: _times_on(*key) for key in was}
    Shift.objects.filter(pk__in=gone).update(removed_at=now)
    for shift in put_in:
        shift.is_draft = until is None or shift.day > until
        shift.save(force_insert=True)
    told = {shift.worker_id for shift in (*taken_out, *put_in) if not shift.is_draft}
    changes = [
        ShiftChange(
            worker_id=worker_id,
            day=day,
            was=before,
            now_is=_times_on(worker_id, day),
            reason=reason.strip()[:500],
            is_draft=worker_id not in told,
            by_name=actor.name,
            at=now,
        )
        for (worker_id, day), before in was.items()
    ]
    for change in changes:
        change.save()
        record(actor=actor, action=action, subject=("shift change", change.pk), now=now, service_id=service_id)
        account = concerned[change.worker_id].account
        if change.worker_id in told and account:
            notify(
                actor=actor,
                service_id=service_id,
                accounts=[account],
                kind="rota changed",
                title=f"Your rota on {day_words(change.day)} has changed",
                path=MY_ROTA,
                once_key=f"shift change {change.pk}",
                now=now,
            )
    for worker_id in concerned:
        _say_rota_changed(service_id, worker_id, now)


def _say_rota_changed(service_id: int, worker_id: int | None, now: datetime) -> None:
    tell(topic="visits", service_id=service_id, subject=("roster", worker_id), now=now)
    tell(topic="roster", service_id=service_id, subject=("roster", worker_id), now=now)


def _new_shift(worker: Worker, day: date, starts_at: str, ends_at: str) -> Shift:
    begins, until = stretch_of(day, starts_at, ends_at)
    return Shift(
        worker=worker,
        day=day,
        starts_at=begins,
        ends_at=until,
        start_latitude=worker.latitude,
        start_longitude=worker.longitude,
    )


def _times(starts_at: str, ends_at: str) -> tuple[str, str]:
    starts_at, ends_at = starts_at.strip(), ends_at.strip()
    ends_at = "00:00" if ends_at == "24:00" else ends_at
    if not WALL_CLOCK.match(starts_at) or not WALL_CLOCK.match(ends_at) or starts_at == ends_at:
        raise RefusedError("Give two different times, such as 07:00 and 14:30.")
    return starts_at, ends_at


def _wall(shift: Shift) -> tuple[str, str]:
    return f"{shift.starts_at.astimezone(LONDON):%H:%M}", f"{shift.ends_at.astimezone(LONDON):%H:%M}"


def _times_on(worker_id: int, day: date) -> str:
    rows = Shift.objects.filter(worker_id=worker_id, day=day).order_by("starts_at")
    return " and ".join(f"{starts_at} to {ends_at}" for starts_at, ends_at in map(_wall, rows))[:120]


def _without(
    stretches: Iterable[tuple[datetime, datetime]], out: Iterable[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """Stretches of time less those taken out: a joined night keeps the part that stays."""
    left = list(stretches)
    for begins, until in out:
        cut = []
        for since, to in left:
            if until <= since or begins >= to:
                cut.append((since, to))
            else:
                cut += [part for part in ((since, begins), (until, to)) if part[0] < part[1]]
        left = cut
    return left


def _refuse_away(put_in: Iterable[Shift]) -> None:
    for shift in put_in:
        away = Absence.objects.filter(worker_id=shift.worker_id, starts_on__lte=shift.day, ends_on__gte=shift.day)
        if absence := away.first():
            words = f"{shift.worker.label} is away on {day_words(shift.day)}: {absence.get_kind_display().lower()}."
            raise RefusedError(f"{words} Change the absence first, or choose somebody else.")


def _refuse_overlaps(worker_id: int, theirs: Sequence[Shift]) -> None:
    clash = overlapping([(shift.starts_at, shift.ends_at) for shift in theirs])
    if clash:
        one, other = (theirs[i] for i in clash)
        reference = Worker.objects.get(pk=worker_id).local_reference
        (begins, until), (since, to) = _wall(one), _wall(other)
        raise ShiftsOverlapError(
            f"Worker {reference} has two shifts at once on {one.day}: {begins} to {until}"
            f" and {since} to {to}. Change one of them."
        )


def _outside_contract(theirs: Sequence[Shift]) -> list[Broken]:
    """Days on which a worker, who has contracts, has none."""
    rows = list(Contract.objects.filter(worker_id=theirs[0].worker_id).values_list("starts_on", "ends_on"))
    if not rows:
        return []
    return [
        Broken(f"No contract with {shift.worker.label} holds on {day_words(shift.day)}.", False, "contract")
        for shift in theirs
        if not any(first <= shift.day and (last is None or shift.day <= last) for first, last in rows)
    ]
