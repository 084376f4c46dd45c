"""What is delegated and signed off across a service, and what waits for somebody to decide."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q

from homeward.access.rules import Actor, Permission, Sight, require
from homeward.audit.services import record_reads
from homeward.delegation.models import Delegation, DelegationWorker, ObservedPractice, SignOff, SpotCheck
from homeward.delegation.rules import LAPSE_WARNINGS, missing_to_sign
from homeward.delegation.selectors.progress import evidence_of, published_frameworks
from homeward.delegation.selectors.sight import shown_of
from homeward.delegation.selectors.standing import kept_as
from homeward.delegation.states import DelegationState, WorkerAnswer
from homeward.kernel.rules import london_day
from homeward.people.models import Person
from homeward.people.selectors import person_for
from homeward.teams.models import Worker

REVIEWS_SHOWN_AHEAD = timedelta(weeks=4)
CHECKS_SHOWN_AHEAD = timedelta(weeks=2)


class DelegationNotFoundError(LookupError):
    """There is no such delegation, or sign-off, in the actor's services."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker with everything a sign-off asks for, who is not signed off. `person` where it is for one."""

    worker: Worker
    competence: str
    person: Person | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a registered professional: of their own where they have any, and of everybody in the service."""

    suspended: tuple[Delegation, ...]
    reviews: tuple[Delegation, ...]
    declined: tuple[DelegationWorker, ...]
    unanswered: tuple[DelegationWorker, ...]
    lapsing: tuple[SignOff, ...]
    ready: tuple[Ready, ...]
    checks: tuple[SpotCheck, ...]


def waiting(actor: Actor, service_id: int, now: datetime) -> Waiting:
    """What waits for a decision or a look; those who may read it see what waits for everybody whose record they may
    see. Audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    today = london_day(now)
    open_ones = _with_names(Delegation.objects.filter(service_id=service_id).exclude(state=DelegationState.ENDED))
    due = open_ones.filter(state=DelegationState.ACTIVE, review_on__lte=today + REVIEWS_SHOWN_AHEAD)
    asked = (
        DelegationWorker.objects.filter(delegation__service_id=service_id)
        .exclude(delegation__state=DelegationState.ENDED)
        .select_related("worker__organisation", "delegation__person")
        .order_by("answered_at", "pk")
    )
    lapsing = lapsing_sign_offs(actor, service_id, today)
    found = Waiting(
        suspended=tuple(open_ones.filter(state=DelegationState.SUSPENDED).order_by("pk")),
        reviews=tuple(due.order_by("review_on", "pk")),
        declined=tuple(asked.filter(answer=WorkerAnswer.DECLINED)),
        unanswered=tuple(asked.filter(answer=WorkerAnswer.ASKED)),
        lapsing=tuple(lapsing),
        ready=tuple(_ready(actor, service_id, today)),
        checks=tuple(
            SpotCheck.objects.filter(
                sign_off__worker__service_id=service_id,
                sign_off__worker__is_active=True,
                sign_off__withdrawn_at__isnull=True,
                done_at__isnull=True,
                due_on__lte=today + CHECKS_SHOWN_AHEAD,
            )
            .exclude(sign_off__ends_on__lt=today)
            .select_related("sign_off__worker__organisation", "sign_off__person")
            .order_by("due_on", "pk")
        ),
    )
    found = _shown(actor, found, now)
    people = {person.pk for person in _people_of(found)}
    record_reads(
        actor=actor, action="see what is delegated", subject_kind="delegation", person_ids=people, now=now,
        service_id=service_id,
    )  # fmt: skip
    return found


def _people_of(found: Waiting) -> list[Person]:
    people = [row.person for row in (*found.suspended, *found.reviews, *found.lapsing, *found.ready)]
    people += [row.delegation.person for row in (*found.declined, *found.unanswered)]
    people += [row.sign_off.person for row in found.checks]
    return [person for person in people if person is not None]


def _shown(actor: Actor, found: Waiting, now: datetime) -> Waiting:
    """Without what is about people of whom the actor does not see what a visit needs."""
    shown = shown_of(actor, _people_of(found), now)

    def is_shown(person: Person | None) -> bool:
        return person is None or person.pk in shown

    return Waiting(
        suspended=tuple(row for row in found.suspended if is_shown(row.person)),
        reviews=tuple(row for row in found.reviews if is_shown(row.person)),
        declined=tuple(row for row in found.declined if is_shown(row.delegation.person)),
        unanswered=tuple(row for row in found.unanswered if is_shown(row.delegation.person)),
        lapsing=tuple(row for row in found.lapsing if is_shown(row.person)),
        ready=tuple(row for row in found.ready if is_shown(row.person)),
        checks=tuple(row for row in found.checks if is_shown(row.sign_off.person)),
    )


def lapsing_sign_offs(actor: Actor, service_id: int, day: date) -> list[SignOff]:
    """Sign-offs in force that end within the first of the warnings, soonest first; not those signed again since.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    rows = (
        SignOff.objects.filter(worker__service_id=service_id, worker__is_active=True, withdrawn_at__isnull=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
        .select_related("worker__organisation", "worker__account", "person", "signed_by__account")
        .order_by("ends_on", "pk")
    )
    latest: dict[tuple, SignOff] = {}
    for row in rows:
        key = (row.worker_id, row.competence, row.person_id)
        before = latest.get(key)
        if before is None or row.ends_on is None or (before.ends_on is not None and before.ends_on <= row.ends_on):
            latest[key] = row
    until = day + max(LAPSE_WARNINGS)
    soon = [row for row in latest.values() if row.ends_on is not None and row.ends_on <= until]
    return sorted(soon, key=lambda row: (row.ends_on, row.pk))


def delegations_in(
    actor: Actor,
    service_id: int,
    now: datetime,
    *,
    activity_code: str = "",
    state: str = "",
    person_ids: Collection[int] | None = None,
) -> list[Delegation]:
    """Delegations that have not ended, with who was asked, by person; narrowed where something is given. Audited.

    Only of people of whom the actor sees what a visit needs.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    rows = _with_names(Delegation.objects.filter(service_id=service_id))
    rows = rows.filter(state=state) if state else rows.exclude(state=DelegationState.ENDED)
    if activity_code:
        rows = rows.filter(activity_code=activity_code)
    if person_ids is not None:
        rows = rows.filter(person_id__in=person_ids)
    rows = list(rows.order_by("person__family_name", "person__given_name", "person_id", "activity_code"))
    shown = shown_of(actor, [row.person for row in rows], now)
    found = [row for row in rows if row.person_id in shown]
    record_reads(
        actor=actor, action="see what is delegated", subject_kind="delegation", now=now, service_id=service_id,
        person_ids=[row.person_id for row in found],
    )  # fmt: skip
    return found


def people_in_the_hands_of(actor: Actor, worker: Worker) -> set[int]:
    """The numbers of the people for whom a worker was asked to do something that has not ended. Names nobody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, worker.service_id)
    rows = DelegationWorker.objects.filter(worker=worker).exclude(delegation__state=DelegationState.ENDED)
    return set(rows.values_list("delegation__person_id", flat=True))


def sign_offs_in(actor: Actor, service_id: int, day: date) -> list[SignOff]:
    """The sign-offs of active workers that count on a day, by worker.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, service_id)
    return list(
        SignOff.objects.filter(worker__service_id=service_id, worker__is_active=True, withdrawn_at__isnull=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
        .select_related("worker__organisation")
        .order_by("worker__name", "worker_id", "competence", "ends_on")
    )


def delegation_for(actor: Actor, delegation_id: int, now: datetime) -> Delegation:
    """One delegation with all that belongs to it; opening it opens the person's record, which is audited.

    Raises: NotAllowedError; NoRelationshipError; DelegationNotFoundError.
    """
    require(actor, Permission.SEE_DELEGATION)
    rows = _with_names(Delegation.objects.filter(service_id__in=actor.service_ids))
    row = rows.prefetch_related("limits", "events").filter(pk=delegation_id).first()
    if row is None:
        raise DelegationNotFoundError("There is no such delegation in your service.")
    row.person = person_for(actor, row.person_id, now, at_least=Sight.VISIT)
    return row


def delegations_of(actor: Actor, person: Person) -> list[Delegation]:
    """Everything that is or was delegated for a person, what stands first. `person` comes from `person_for`.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_PEOPLE, person.service_id)
    rows = _with_names(Delegation.objects.filter(person_id__in=kept_as([person.pk]))).prefetch_related("limits")
    return sorted(rows.order_by("-made_at", "-pk"), key=lambda row: row.state == DelegationState.ENDED)


def asked_of(actor: Actor, now: datetime) -> list[DelegationWorker]:
    """What the actor, a worker, is or was asked to do for people and was not taken off, newest first. Audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_TODAY)
    rows = list(
        DelegationWorker.objects.filter(worker_id=actor.worker_id, worker__service_id__in=actor.service_ids)
        .exclude(delegation__state=DelegationState.ENDED)
        .exclude(answer=WorkerAnswer.REMOVED)
        .select_related("worker", "delegation__person", "delegation__delegated_by")
        .prefetch_related("delegation__limits")
        .order_by("-asked_at", "-pk")
    )
    record_reads(
        actor=actor, action="see what is delegated", subject_kind="delegation", now=now,
        person_ids=[row.delegation.person_id for row in rows],
    )  # fmt: skip
    return rows


def sign_off_for(actor: Actor, sign_off_id: int) -> SignOff:
    """One sign-off of the actor's services.

    Raises: NotAllowedError; DelegationNotFoundError.
    """
    require(actor, Permission.SEE_DELEGATION)
    rows = SignOff.objects.filter(worker__service_id__in=actor.service_ids)
    row = rows.select_related("worker__organisation", "worker__account", "person").filter(pk=sign_off_id).first()
    if row is None:
        raise DelegationNotFoundError("There is no such sign-off in your service.")
    return row


def spot_check_for(actor: Actor, check_id: int) -> SpotCheck:
    """One look at how a signed-off worker does it, of the actor's services.

    Raises: NotAllowedError; DelegationNotFoundError.
    """
    require(actor, Permission.SEE_DELEGATION)
    rows = SpotCheck.objects.filter(sign_off__worker__service_id__in=actor.service_ids)
    row = rows.select_related("sign_off__worker", "sign_off__person").filter(pk=check_id).first()
    if row is None:
        raise DelegationNotFoundError("There is no such spot check in your service.")
    return row


def open_spot_checks(actor: Actor, worker: Worker, competence: str) -> list[SpotCheck]:
    """The looks still to take at how a worker does what they are signed off for, the soonest due first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_DELEGATION, worker.service_id)
    rows = SpotCheck.objects.filter(
        sign_off__worker=worker, sign_off__competence=competence, sign_off__withdrawn_at=None, done_at=None
    )
    return list(rows.select_related("sign_off__person", "sign_off__worker").order_by("due_on", "pk"))


def _with_names(rows):
    asked = DelegationWorker.objects.select_related("worker__organisation").order_by("worker__name", "pk")
    return rows.select_related("person", "delegated_by__organisation").prefetch_related(Prefetch("workers", asked))


def _ready(actor: Actor, service_id: int, day: date) -> list[Ready]:
    """Workers with all that a sign-off rests on and without it, of those whose practice was watched."""
    frameworks = published_frameworks()
    watched = ObservedPractice.objects.filter(
        worker__service_id=service_id, worker__is_active=True, withdrawn_at__isnull=True
    ).values_list("worker_id", "competence", "person_id")
    in_force = {
        (row.worker_id, row.competence, row.person_id)
        for row in SignOff.objects.filter(worker__service_id=service_id, withdrawn_at__isnull=True).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )
    }
    candidates: set[tuple[int, str, int | None]] = set()
    for worker, competence, person in watched.distinct():
        framework = frameworks.get(competence)
        if framework is None or (framework.is_person_specific and person is None):
            continue
        whom = person if framework.is_person_specific else None
        if (worker, competence, whom) not in in_force:
            candidates.add((worker, competence, whom))
    if not candidates:
        return []
    workers = Worker.objects.select_related("organisation").in_bulk({worker for worker, *_ in candidates})
    people = Person.objects.in_bulk({person for *_, person in candidates if person})
    every = evidence_of(actor, service_id, list(workers), sorted({code for _, code, _ in candidates}), day)
    found = []
    for worker, competence, person in sorted(candidates, key=lambda one: (one[0], one[1], one[2] or 0)):
        framework = frameworks[competence]
        so_far = every[worker, competence].so_far(framework, day, person)
        if not missing_to_sign(framework, so_far, is_for_one_person=person is not None):
            found.append(Ready(workers[worker], competence, people.get(person)))
    return found
