"""Coming to be signed off: tests, watched practice, declarations, the sign-off itself, and its end."""

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.audit.services import record
from homeward.delegation.models import Declaration, KnowledgeTest, ObservedPractice, SignOff, SpotCheck
from homeward.delegation.rules import Framework, a_or_an, missing_to_sign, words_of
from homeward.delegation.selectors.progress import evidence_of, published_frameworks
from homeward.delegation.selectors.standing import competences_signed_off, kept_as, professions_of
from homeward.delegation.services.acting import _deciding
from homeward.delegation.states import DeclarationKind, PracticeResult
from homeward.kernel.rules import RefusedError, london_day, months_later
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.people.models import Person
from homeward.procedures.selectors import skill_title
from homeward.teams.models import Worker
from homeward.teams.selectors import account_for

PASSPORT_BYTES = 18  # of chance in a passport's code: nobody finds one by trying
SELF = "Nobody signs off, watches or checks themselves. Ask another registered professional."
WORKER_KINDS = frozenset({DeclarationKind.WORKER_ACCEPTS, DeclarationKind.WORKER_DECLINES})


class NotReadyError(RefusedError):
    """What a sign-off rests on is not all there. The text says what is missing."""


@transaction.atomic
def record_test(
    *,
    actor: Actor,
    worker: Worker,
    competence: str,
    taken_on: date,
    score: int,
    out_of: int,
    is_passed: bool,
    now: datetime,
) -> KnowledgeTest:
    """Record that a worker sat the knowledge test of a competence.

    Raises: NotAllowedError; RefusedError when a figure or the day cannot be, or for oneself.
    """
    require(actor, Permission.DELEGATE, worker.service_id)
    _framework(competence)
    if actor.worker_id == worker.pk:
        raise RefusedError(SELF)
    if taken_on > london_day(now):
        raise RefusedError("The test was today or before. Change the day.")
    if not 0 <= score <= out_of or not 1 <= out_of <= 1000:
        raise RefusedError("Give the score, and out of how many: the score is not more than that.")
    row = KnowledgeTest.objects.create(
        worker=worker,
        competence=competence,
        taken_on=taken_on,
        score=score,
        out_of=out_of,
        is_passed=is_passed,
        recorded_at=now,
        recorded_by=actor.name,
    )
    _changed(actor, "record knowledge test", ("knowledge test", row.pk), worker, now)
    return row


@transaction.atomic
def record_practice(
    *,
    actor: Actor,
    worker: Worker,
    competence: str,
    activity_code: str,
    setting: str,
    observed_at: datetime,
    result: PracticeResult,
    now: datetime,
    person: Person | None = None,
    feedback: str = "",
    reflection: str = "",
) -> ObservedPractice:
    """Record that the actor watched a worker do an activity, and what they saw. Whose care it was is named where it
    was somebody's.

    Raises: NotAllowedError; MayNotDecideError when the actor could not sign for the competence; RefusedError.
    """
    framework = _framework(competence)
    assessor = _deciding(actor, worker.service_id, framework.by, now, competence=competence)
    if assessor.pk == worker.pk:
        raise RefusedError(SELF)
    if activity_code not in {one.code for one in framework.activities}:
        raise RefusedError(f"Choose an activity that needs {skill_title(competence).lower()}.")
    if not setting.strip():
        raise RefusedError("Say where it was: at home, at a leg club, in a skills room.")
    if observed_at > now:
        raise RefusedError("It was watched now or before. Change the time.")
    if result != PracticeResult.MET and not feedback.strip():
        raise RefusedError("Say what was not yet right, so that it can be practised.")
    _same_service(worker, person)
    row = ObservedPractice.objects.create(
        worker=worker,
        competence=competence,
        activity_code=activity_code,
        person=person,
        setting=setting.strip()[:120],
        assessor=assessor,
        observed_at=observed_at,
        result=PracticeResult(result),
        feedback=feedback.strip(),
        reflection=reflection.strip(),
        recorded_at=now,
        recorded_by=actor.name,
    )
    _changed(actor, "record observed practice", ("observed practice", row.pk), worker, now, person)
    return row


@transaction.atomic
def withdraw_evidence(
    *, actor: Actor, row: KnowledgeTest | ObservedPractice, reason: str, now: datetime
) -> KnowledgeTest | ObservedPractice:
    """Take back a test or a practice recorded by mistake. It stays on record and no longer counts.

    A sign-off that rested on it stands: withdraw that too where it must not.

    Raises: NotAllowedError; RefusedError without a reason, or when it was taken back before.
    """
    require(actor, Permission.DELEGATE, row.worker.service_id)
    if not reason.strip():
        raise RefusedError("Say why it no longer counts.")
    row = type(row).objects.select_for_update().get(pk=row.pk)
    if row.withdrawn_at:
        raise RefusedError("It was taken back before.")
    row.withdrawn_at, row.withdrawn_reason = now, reason.strip()[:250]
    row.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _changed(actor, "withdraw evidence", (row._meta.verbose_name, row.pk), row.worker, now)
    return row


@transaction.atomic
def declare(
    *,
    actor: Actor,
    worker: Worker,
    competence: str,
    kind: DeclarationKind,
    now: datetime,
    text: str = "",
    said_by: str = "",
) -> Declaration:
    """Declare that a worker accepts or declines a competence, or that their employer answers for it or does not.

    A worker declares for themselves. Where they have no account, whoever may sign them off writes down what they
    said. An employer declares through somebody of its own who may; anybody else who may answer for workers writes down
    who of the employer said it, in `said_by`.

    Raises: NotAllowedError; RefusedError when it is not theirs to declare.
    """
    _framework(competence)
    kind = DeclarationKind(kind)
    if kind in WORKER_KINDS:
        by_name = _worker_says(actor, worker, said_by)
    else:
        by_name = _employer_says(actor, worker, said_by)
    row = Declaration.objects.create(
        worker=worker,
        organisation_id=worker.organisation_id,
        competence=competence,
        kind=kind,
        text=text.strip(),
        at=now,
        by_account_id=actor.account_id,
        by_name=by_name[:200],
        by_role=actor.title,
    )
    _changed(actor, f"declare: {kind.label.lower()}", ("declaration", row.pk), worker, now)
    return row


def _worker_says(actor: Actor, worker: Worker, said_by: str) -> str:
    if actor.worker_id == worker.pk:
        require(actor, Permission.SEE_TODAY, worker.service_id)
        return actor.name
    if worker.account_id is not None:
        raise NotAllowedError(f"{worker.label} declares this themselves: they have an account.")
    require(actor, Permission.DELEGATE, worker.service_id)
    if not said_by.strip():
        raise RefusedError(f"Say how {worker.label} told you: on paper, with the date.")
    return f"{worker.label}, {said_by.strip()}, written down by {actor.name}"


def _employer_says(actor: Actor, worker: Worker, said_by: str) -> str:
    require(actor, Permission.ANSWER_FOR_WORKERS, worker.service_id)
    if actor.worker_id == worker.pk:
        raise RefusedError("Somebody else answers for you at your employer.")
    account = account_for(actor.account_id) if actor.account_id is not None else None
    if account is not None and account.organisation_id == worker.organisation_id and not said_by.strip():
        return actor.name
    if not said_by.strip():
        raise RefusedError(f"You are not of {worker.organisation}. Say who there declared it, in what post, and how.")
    return f"{said_by.strip()} of {worker.organisation}, written down by {actor.name}"


@transaction.atomic
def sign_off(
    *,
    actor: Actor,
    worker: Worker,
    competence: str,
    now: datetime,
    person: Person | None = None,
    ends_on: date | None = None,
    statement: str = "",
) -> SignOff:
    """Sign a worker off for a competence, for everyone or for one person, until a day (by default, the longest).

    The newer of two sign-offs for the same takes the older's place when it is signed; both stay on record.

    Raises: NotAllowedError; MayNotDecideError; NotReadyError when learning, test or practice is missing; RefusedError
    for oneself, a kind of worker the procedures do not allow, a day that cannot be, or without the person where the
    competence is signed off by person.
    """
    framework = _framework(competence)
    signer = _deciding(actor, worker.service_id, framework.by, now, competence=competence)
    title = skill_title(competence).lower()
    today = london_day(now)
    if signer.pk == worker.pk:
        raise RefusedError(SELF)
    worker = Worker.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=worker.pk)
    if not worker.is_active:
        raise RefusedError(f"{worker.label} no longer works here.")
    if professions_of(worker.skills, competences_signed_off()).isdisjoint(framework.to):
        kinds = a_or_an(" or ".join(skill_title(code).lower() for code in sorted(framework.to)))
        raise RefusedError(f"Only {kinds} can be signed off for {title}, and {worker.label} is not recorded as one.")
    if framework.is_person_specific and person is None:
        raise RefusedError(f"{title.capitalize()} is signed off for one person at a time. Choose the person.")
    _same_service(worker, person)
    latest = months_later(today, framework.review_months)
    ends_on = ends_on or latest
    if not today < ends_on <= latest:
        raise RefusedError(
            f"It lasts at most {framework.review_months} months: choose a day after today,"
            f" up to {latest.day} {latest:%B %Y}."
        )
    person_id = person.pk if person else None
    own = evidence_of(actor, worker.service_id, [worker.pk], [competence], today).get((worker.pk, competence))
    so_far = own.so_far(framework, today, person_id) if own else None
    if own is None or (missing := missing_to_sign(framework, so_far, is_for_one_person=person is not None)):
        wanted = words_of(missing) if own else "learning and observed practice"
        raise NotReadyError(f"{worker.label} is not ready to be signed off for {title}. Missing: {wanted}.")
    counting = own.counting(framework, today)
    row = SignOff.objects.create(
        worker=worker,
        competence=competence,
        person=person,
        signed_by=signer,
        signed_at=now,
        review_on=ends_on,
        ends_on=ends_on,
        statement=statement.strip() or _statement(worker, title, person is not None, ends_on),
        rests_on={
            "trainings": [one.pk for one in counting.trainings],
            "tests": [one.pk for one in counting.tests],
            "practices": [one.pk for one in counting.practices],
            "declarations": [one.pk for one in counting.declarations],
        },
        passport_code=_new_passport_code(),
    )
    if framework.spot_check_weeks:
        due_on = today + timedelta(weeks=framework.spot_check_weeks)
        SpotCheck.objects.create(sign_off=row, due_on=min(due_on, ends_on))
    _changed(actor, "sign off", ("sign off", row.pk), worker, now, person)
    _tell_worker(actor, worker, "You are signed off", f"signed-{row.pk}", now)
    return row


@transaction.atomic
def withdraw_sign_off(*, actor: Actor, sign_off: SignOff, reason: str, now: datetime) -> SignOff:
    """End a sign-off at once, and with it every other of the same worker, competence and person that stands. Any
    registered professional may: whose it was matters less than that it stops.

    Raises: NotAllowedError; RefusedError without a reason, for one's own, or when it was withdrawn before.
    """
    require(actor, Permission.DELEGATE, sign_off.worker.service_id)
    if actor.worker_id is not None and actor.worker_id == sign_off.worker_id:
        raise RefusedError("You do not withdraw your own sign-off. Decline it instead, and it stops at once.")
    if not reason.strip():
        raise RefusedError("Say why. The worker and their employer are told.")
    row = SignOff.objects.get(pk=sign_off.pk)
    if row.withdrawn_at:
        raise RefusedError("It was withdrawn before.")
    _withdraw(actor, row, reason, now)
    row.refresh_from_db()
    return row


def _withdraw(actor: Actor, sign_off: SignOff, reason: str, now: datetime) -> None:
    """A renewal leaves the older row standing: each that would still count for the same is ended, and this one."""
    same = {"person_id__in": kept_as([sign_off.person_id])} if sign_off.person_id else {"person__isnull": True}
    rows = (
        SignOff.objects.select_for_update(of=("self",))
        .filter(worker_id=sign_off.worker_id, competence=sign_off.competence, withdrawn_at__isnull=True, **same)
        .filter(Q(pk=sign_off.pk) | Q(ends_on__isnull=True) | Q(ends_on__gte=london_day(now)))
        .select_related("worker__account", "person")
        .order_by("pk")
    )
    for row in list(rows):
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = now, actor.name[:200], reason.strip()[:250]
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        _changed(actor, "withdraw sign off", ("sign off", row.pk), row.worker, now, row.person)
        _tell_worker(actor, row.worker, "A sign-off of yours was withdrawn", f"withdrawn-{row.pk}", now, is_urgent=True)


@transaction.atomic
def record_spot_check(*, actor: Actor, check: SpotCheck, result: PracticeResult, text: str, now: datetime) -> SpotCheck:
    """Record that the actor looked again at how a signed-off worker does it. Not yet safe ends the sign-off at once.

    Where it is well, the next look is put in the diary as far ahead as the procedures say, if the sign-off lasts.

    Raises: NotAllowedError; MayNotDecideError; RefusedError when it was done before or nothing is said of it.
    """
    held = check.sign_off
    framework = _framework(held.competence)
    assessor = _deciding(actor, held.worker.service_id, framework.by, now, competence=held.competence)
    if assessor.pk == held.worker_id:
        raise RefusedError(SELF)
    if not text.strip():
        raise RefusedError("Say what you saw.")
    row = SpotCheck.objects.select_for_update().get(pk=check.pk)
    if row.done_at:
        raise RefusedError("This look was recorded before.")
    row.done_at, row.done_by, row.result, row.text = now, assessor, PracticeResult(result), text.strip()
    row.save(update_fields=["done_at", "done_by", "result", "text"])
    if row.result == PracticeResult.NOT_YET:
        _withdraw(actor, held, f"Spot check: {text.strip()}", now)
    elif framework.spot_check_weeks:
        due_on = london_day(now) + timedelta(weeks=framework.spot_check_weeks)
        if held.ends_on is None or due_on <= held.ends_on:
            SpotCheck.objects.create(sign_off=held, due_on=due_on)
    _changed(actor, "record spot check", ("spot check", row.pk), held.worker, now, held.person)
    return row


def _new_passport_code() -> str:
    """A code by which a sign-off can be verified by whoever is shown it, and that says nothing by itself."""
    return secrets.token_urlsafe(PASSPORT_BYTES)


def _framework(competence: str) -> Framework:
    framework = published_frameworks().get(competence)
    if framework is None:
        raise RefusedError(f"No activity asks a sign-off for {skill_title(competence).lower()}.")
    return framework


def _same_service(worker: Worker, person: Person | None) -> None:
    if person is not None and person.service_id != worker.service_id:
        raise RefusedError("This person is not of the worker's service.")


def _statement(worker: Worker, title: str, is_for_one_person: bool, ends_on: date) -> str:
    whom = "for this person" if is_for_one_person else "for the people it is delegated for"
    return (
        f"I have watched {worker.label} and judged their learning and practice. They are competent in {title} {whom}"
        f" until {ends_on.day} {ends_on:%B %Y}. I can end this at any time."
    )


def _changed(
    actor: Actor, action: str, subject: tuple[str, int], worker: Worker, now: datetime, person: Person | None = None
) -> None:
    record(
        actor=actor,
        action=action,
        subject=subject,
        now=now,
        person_id=person.pk if person else None,
        service_id=worker.service_id,
    )
    tell(topic="delegation", service_id=worker.service_id, subject=("worker", worker.pk), now=now)


def _tell_worker(
    actor: Actor, worker: Worker, title: str, once_key: str, now: datetime, *, is_urgent: bool = False
) -> None:
    if worker.account is not None and worker.service_id in actor.service_ids:
        notify(
            actor=actor,
            service_id=worker.service_id,
            accounts=[worker.account],
            kind="delegation",
            title=title,
            path="/delegation/mine",
            once_key=f"delegation-{once_key}",
            now=now,
            is_urgent=is_urgent,
        )
