"""Noting who may visit somebody, and what matters of the workers where they are asked for."""

from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person
from homeward.people.services import CHANGES_RECORDS, add_to_timeline
from homeward.plans.models import VisitingWish, WorkerTrait
from homeward.plans.states import TraitKind, WishKind
from homeward.teams.models import Worker

LONGEST_TEXT = 120  # as the rows keep it
LONGEST_REASON = 250


@transaction.atomic
def note_visiting_wish(
    *, actor: Actor, person: Person, kind: str, now: datetime, worker: Worker | None = None, text: str = ""
) -> VisitingWish:
    """Note whom somebody wants at their door, or must not have there, or an animal.

    Every day planned from now on keeps it.

    The same wish noted again while it stands is left as it is.

    Raises: NotAllowedError; RefusedError where it is of no known kind, names no worker of this service though it is
    about one, says no language, or contradicts another that stands.
    """
    require(actor, CHANGES_RECORDS, person.service_id)
    text = text.strip()
    if kind not in WishKind.values:
        raise RefusedError("Choose what it is from the list.")
    if kind in WishKind.about_a_worker():
        if worker is None or worker.service_id != person.service_id:
            raise RefusedError("Choose which worker it is about.")
    else:
        worker = None
    if kind == WishKind.LANGUAGE and not text:
        raise RefusedError("Say which language.")
    if len(text) > LONGEST_TEXT:
        raise RefusedError(f"Say it in at most {LONGEST_TEXT} characters.")
    held = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if held.merged_into_id is not None:
        raise RefusedError("This record was merged into another a moment ago. Open it again and look.")
    standing = VisitingWish.objects.filter(person=held, ended_on__isnull=True)
    same = standing.filter(kind=kind, worker=worker, text__iexact=text).first()
    if same is not None:
        return same
    if kind in _AGAINST and standing.filter(kind=_AGAINST[kind], worker=worker).exists():
        raise RefusedError("The opposite is noted already. End that first.")
    wish = VisitingWish.objects.create(
        person=held, kind=kind, worker=worker, text=text, noted_on=london_day(now), noted_by=actor.name
    )
    _done(actor, held, "note who may visit", wish, now)
    _say(actor, held, f"Who may visit: {WishKind(kind).label}", wish, now)
    return wish


_AGAINST = {
    WishKind.WOMAN: WishKind.MAN,
    WishKind.MAN: WishKind.WOMAN,
    WishKind.PREFERRED: WishKind.NOT,
    WishKind.NOT: WishKind.PREFERRED,
}


@transaction.atomic
def end_visiting_wish(*, actor: Actor, wish: VisitingWish, reason: str, now: datetime) -> VisitingWish:
    """Say that a wish no longer holds; it stays in the record.

    Raises: NotAllowedError; RefusedError without a reason, or when it has ended.
    """
    require(actor, CHANGES_RECORDS, wish.person.service_id)
    reason = reason.strip()
    if not reason:
        raise RefusedError("Say why it no longer holds.")
    wish = VisitingWish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    if wish.ended_on is not None:
        raise RefusedError("This has ended. Open the record again and look.")
    wish.ended_on, wish.ended_by, wish.ended_reason = london_day(now), actor.name, reason[:LONGEST_REASON]
    wish.save(update_fields=["ended_on", "ended_by", "ended_reason"])
    _done(actor, wish.person, "end who may visit", wish, now)
    _say(actor, wish.person, f"Who may visit, ended: {WishKind(wish.kind).label}", wish, now)
    return wish


@transaction.atomic
def note_worker_trait(*, actor: Actor, worker: Worker, kind: str, now: datetime, text: str = "") -> WorkerTrait:
    """Note what matters of a worker where people may ask for it, or a home may not suit them.

    Raises: NotAllowedError; RefusedError where it is of no known kind or says no language.
    """
    require(actor, Permission.MANAGE_ROSTER, worker.service_id)
    text = text.strip()
    if kind not in TraitKind.values:
        raise RefusedError("Choose what it is from the list.")
    if kind == TraitKind.LANGUAGE and not text:
        raise RefusedError("Say which language.")
    if len(text) > LONGEST_TEXT:
        raise RefusedError(f"Say it in at most {LONGEST_TEXT} characters.")
    text = text if kind == TraitKind.LANGUAGE else ""
    held = Worker.objects.select_for_update(of=("self",)).get(pk=worker.pk)
    same = WorkerTrait.objects.filter(worker=held, kind=kind, text__iexact=text, ended_on__isnull=True).first()
    if same is not None:
        return same
    trait = WorkerTrait.objects.create(worker=held, kind=kind, text=text, noted_on=london_day(now), noted_by=actor.name)
    record(
        actor=actor,
        action="note worker trait",
        subject=("worker_trait", trait.pk),
        now=now,
        service_id=held.service_id,
    )
    return trait


@transaction.atomic
def end_worker_trait(*, actor: Actor, trait: WorkerTrait, now: datetime) -> WorkerTrait:
    """Say that a worker's trait no longer holds.

    Raises: NotAllowedError.
    """
    require(actor, Permission.MANAGE_ROSTER, trait.worker.service_id)
    trait = WorkerTrait.objects.select_for_update(of=("self",)).select_related("worker").get(pk=trait.pk)
    if trait.ended_on is None:
        trait.ended_on, trait.ended_by = london_day(now), actor.name
        trait.save(update_fields=["ended_on", "ended_by"])
        record(
            actor=actor,
            action="end worker trait",
            subject=("worker_trait", trait.pk),
            now=now,
            service_id=trait.worker.service_id,
        )
    return trait


def _done(actor: Actor, person: Person, action: str, wish: VisitingWish, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=("visiting_wish", wish.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
    )


def _say(actor: Actor, person: Person, title: str, wish: VisitingWish, now: datetime) -> None:
    told = [wish.worker.label] if wish.worker is not None else []
    add_to_timeline(
        actor=actor,
        person=person,
        kind="visiting",
        title=title,
        text=". ".join([*told, *([wish.text] if wish.text else [])]),
        happened_at=now,
        now=now,
        subject=("visiting_wish", wish.pk),
    )
