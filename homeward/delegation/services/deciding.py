"""Deciding that for this person this activity may be done by these workers, and stopping it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.assessments.selectors import forms_of_person
from homeward.assessments.states import FilledState
from homeward.audit.services import record
from homeward.delegation.models import Delegation, DelegationEvent, DelegationLimit, DelegationWorker
from homeward.delegation.rules import BEST_INTERESTS, a_or_an, latest_review, questions_for, why_not_delegate
from homeward.delegation.selectors.standing import competences_signed_off, kept_as, professions_of
from homeward.delegation.services.acting import _deciding
from homeward.delegation.states import DELEGATION_MOVES, CannotMoveError, DelegationState, WorkerAnswer
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError, london_day
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.people.models import Person
from homeward.people.services import add_to_timeline
from homeward.procedures.rules import Activity, Complexity
from homeward.procedures.selectors import published_activities, skill_title
from homeward.teams.models import Account, Worker

BEST_INTERESTS_FORM = "best-interests-decision"
MOST_LIMITS = 12  # more readings than any one activity takes: a slip


class AlreadyDelegatedError(RefusedError):
    """This activity of this person has a delegation that has not ended."""


class NotToBeDelegatedError(RefusedError):
    """What was assessed stands against it, or the procedures never let it be delegated."""


@dataclass(frozen=True, slots=True)
class NewLimit:
    """A reading and its range: outside, the worker acts as written, and with `stops` the delegation stops at once."""

    reading: str
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    stops: bool = False


@transaction.atomic
def delegate(
    *,
    actor: Actor,
    person: Person,
    activity_code: str,
    assessed: Mapping[str, Mapping[str, str]],
    instructions: str,
    if_out_of_range: str,
    review_on: date,
    workers: Iterable[Worker],
    now: datetime,
    limits: Iterable[NewLimit] = (),
    starts_on: date | None = None,
    episode: Episode | None = None,
) -> Delegation:
    """Decide that an activity of a person may be done by care workers, on what was assessed, and ask these workers.

    `person` comes from `people.selectors.person_for`. `assessed` has {"answer", "text"} by code of
    `delegation.rules.questions_for`. It counts from `starts_on`, or today, to the day of its review.

    Raises: NotAllowedError; MayNotDecideError; NotToBeDelegatedError; AlreadyDelegatedError; RefusedError when a text,
    a day, a limit or a worker cannot be.
    """
    activity = _activity(activity_code)
    decider = _deciding(actor, person.service_id, activity.delegable.by, now)
    today = london_day(now)
    if person.died_on is not None:
        raise RefusedError("This person has died.")
    if episode is not None and episode.person_id != person.pk:
        raise RefusedError("This episode is of somebody else.")
    if against := why_not_delegate(activity, assessed):
        raise NotToBeDelegatedError(" ".join(against))
    _check_best_interests(actor, person, assessed)
    _check_texts(instructions, if_out_of_range)
    starts_on = starts_on or today
    if starts_on < today:
        raise RefusedError("It starts today or later.")
    _check_review(activity, review_on, starts_on, today)
    codes = {question.code for question in questions_for(activity)}
    _refuse_second(person, activity)
    try:
        with transaction.atomic():
            row = Delegation.objects.create(
                service_id=person.service_id,
                person=person,
                episode=episode,
                activity_code=activity_code,
                state=DelegationState.ACTIVE,
                delegated_by=decider,
                assessed={
                    code: {"answer": said.get("answer", ""), "text": said.get("text", "").strip()}
                    for code, said in assessed.items()
                    if code in codes
                },
                instructions=instructions.strip(),
                if_out_of_range=if_out_of_range.strip(),
                starts_on=starts_on,
                review_on=review_on,
                made_at=now,
            )
    except IntegrityError as error:
        raise AlreadyDelegatedError(
            f"{activity.title} is delegated for this person already. Change or end that first."
        ) from error
    DelegationLimit.objects.bulk_create(_limits(row, limits))
    _happened(actor, row, "delegated", instructions.strip(), now)
    for worker in {worker.pk: worker for worker in workers}.values():
        _ask(actor, row, activity, worker, now)
    _tell_all(actor, row, "delegate", f"Delegated: {activity.title.lower()}", instructions.strip(), now)
    return row


def _refuse_second(person: Person, activity: Activity) -> None:
    """Raises: AlreadyDelegatedError where a decision stands on any record of the person, merged ones included."""
    theirs = sorted(kept_as([person.pk]))
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=theirs).order_by("pk"))
    standing = Delegation.objects.filter(person_id__in=theirs, activity_code=activity.code)
    if standing.exclude(state=DelegationState.ENDED).exists():
        raise AlreadyDelegatedError(f"{activity.title} is delegated for this person already. Change or end that first.")


@transaction.atomic
def ask_worker(*, actor: Actor, delegation: Delegation, worker: Worker, now: datetime) -> DelegationWorker:
    """Ask a worker to do a delegated activity for the person: also one not yet signed off, who may not until they are.

    Raises: NotAllowedError; RefusedError when they are no kind of worker who may, or were asked before.
    """
    row = _open(actor, delegation)
    asked = _ask(actor, row, _activity(row.activity_code), worker, now)
    _happened(actor, row, "asked", worker.label, now)
    _tell_all(actor, row, "ask worker", "", "", now)
    return asked


@transaction.atomic
def answer(
    *,
    actor: Actor,
    delegation: Delegation,
    worker: Worker,
    accepts: bool,
    now: datetime,
    reason: str = "",
    said_by: str = "",
) -> DelegationWorker:
    """Accept or decline doing a delegated activity for a person; a worker may decline at any time, and says why or not.

    Where they have no account, a registered professional writes down what they said, and in `said_by` how.

    Raises: NotAllowedError when it is not theirs to answer; RefusedError when they were not asked, or are no longer.
    """
    if actor.worker_id == worker.pk:
        require(actor, Permission.SEE_TODAY, delegation.service_id)
    elif worker.account_id is not None:
        raise NotAllowedError(f"{worker.label} answers this themselves: they have an account.")
    else:
        require(actor, Permission.DELEGATE, delegation.service_id)
        if not said_by.strip():
            raise RefusedError(f"Say how {worker.label} told you: by phone, on paper.")
    row = Delegation.objects.select_for_update(of=("self",)).select_related("person").get(pk=delegation.pk)
    if row.state == DelegationState.ENDED:
        raise RefusedError("This delegation has ended.")
    asked = DelegationWorker.objects.select_for_update(of=("self",)).filter(delegation=row, worker=worker).first()
    if asked is None or asked.answer == WorkerAnswer.REMOVED:
        raise RefusedError(f"{worker.label} is not asked to do this.")
    asked.answer = WorkerAnswer.ACCEPTED if accepts else WorkerAnswer.DECLINED
    asked.answered_at, asked.reason = now, reason.strip()[:250]
    asked.save(update_fields=["answer", "answered_at", "reason"])
    said = f"{worker.label}. {said_by.strip()} {reason.strip()}".strip()
    _happened(actor, row, "accepted" if accepts else "declined", said, now)
    _tell_all(actor, row, "accept delegation" if accepts else "decline delegation", "", "", now)
    if not accepts:
        _notify(actor, row, _decider_account(row), "Somebody declined a delegated task", f"declined-{asked.pk}", now)
    return asked


@transaction.atomic
def remove_worker(*, actor: Actor, delegation: Delegation, worker: Worker, reason: str, now: datetime) -> None:
    """Stop a worker doing a delegated activity for a person at once, whatever they answered.

    Raises: NotAllowedError; RefusedError without a reason, or when they were not asked.
    """
    row = _open(actor, delegation)
    if not reason.strip():
        raise RefusedError("Say why.")
    asked = DelegationWorker.objects.select_for_update(of=("self",)).filter(delegation=row, worker=worker).first()
    if asked is None or asked.answer == WorkerAnswer.REMOVED:
        raise RefusedError(f"{worker.label} is not asked to do this.")
    asked.answer, asked.answered_at, asked.reason = WorkerAnswer.REMOVED, now, reason.strip()[:250]
    asked.save(update_fields=["answer", "answered_at", "reason"])
    _happened(actor, row, "removed", f"{worker.label}. {reason.strip()}", now)
    _tell_all(actor, row, "remove worker", "", "", now)
    _notify(
        actor,
        row,
        worker.account,
        "You no longer do a delegated task",
        f"removed-{asked.pk}",
        now,
    )


@transaction.atomic
def suspend(*, actor: Actor, delegation: Delegation, why: str, now: datetime) -> Delegation:
    """Stop a delegation at once until a registered professional has looked. Any may, and so may a rule.

    Raises: NotAllowedError; RefusedError without a reason; CannotMoveError when it is not in force.
    """
    require(actor, Permission.DELEGATE, delegation.service_id)
    row = _moved(actor, delegation, DelegationState.SUSPENDED, why, now)
    people = [_decider_account(row), *_accounts_doing(row)]
    for account in people:
        _notify(actor, row, account, "A delegated task is suspended", f"suspended-{row.pk}", now, True)
    return row


@transaction.atomic
def suspend_for(*, actor: Actor, person: Person, why: str, now: datetime) -> list[Delegation]:
    """Suspend every delegation in force for a person whose condition changed; gives those it suspended.

    Raises: NotAllowedError; RefusedError without a reason.
    """
    require(actor, Permission.DELEGATE, person.service_id)
    rows = Delegation.objects.filter(person_id__in=kept_as([person.pk]), state=DelegationState.ACTIVE).order_by("pk")
    stopped = [suspend(actor=actor, delegation=row, why=why, now=now) for row in rows]
    if stopped:
        record(
            actor=actor,
            action="suspend delegations",
            subject=("person", person.pk),
            person_id=person.pk,
            now=now,
            service_id=person.service_id,
            count=len(stopped),
        )
    return stopped


@transaction.atomic
def take_up_again(
    *, actor: Actor, delegation: Delegation, what_was_found: str, review_on: date, now: datetime
) -> Delegation:
    """Put a suspended delegation in force again, after looking; the actor answers for it from now.

    Raises: NotAllowedError; MayNotDecideError; CannotMoveError; RefusedError when a text or the day cannot be.
    """
    return _looked_again(actor, delegation, what_was_found, review_on, now, DelegationState.SUSPENDED, "taken up")


@transaction.atomic
def review_delegation(
    *, actor: Actor, delegation: Delegation, what_was_found: str, review_on: date, now: datetime
) -> Delegation:
    """Review a delegation in force and let it go on to another day; the actor answers for it from now.

    Raises: NotAllowedError; MayNotDecideError; CannotMoveError; RefusedError when a text or the day cannot be.
    """
    return _looked_again(actor, delegation, what_was_found, review_on, now, DelegationState.ACTIVE, "reviewed")


@transaction.atomic
def end(*, actor: Actor, delegation: Delegation, why: str, now: datetime) -> Delegation:
    """End a delegation for good. Any registered professional may.

    Raises: NotAllowedError; RefusedError without a reason; CannotMoveError when it has ended.
    """
    require(actor, Permission.DELEGATE, delegation.service_id)
    row = _moved(actor, delegation, DelegationState.ENDED, why, now)
    for account in [_decider_account(row), *_accounts_doing(row)]:
        _notify(actor, row, account, "A delegated task has ended", f"ended-{row.pk}", now)
    return row


@transaction.atomic
def change_instructions(
    *,
    actor: Actor,
    delegation: Delegation,
    instructions: str,
    if_out_of_range: str,
    limits: Iterable[NewLimit],
    now: datetime,
) -> Delegation:
    """Change what workers are told to do and the limits of what they read. What was there before is in the history.

    Raises: NotAllowedError; MayNotDecideError; RefusedError when a text or a limit cannot be, or it has ended.
    """
    row = _open(actor, delegation)
    activity = _activity(row.activity_code)
    _deciding(actor, row.service_id, activity.delegable.by, now)
    _check_texts(instructions, if_out_of_range)
    new = _limits(row, limits)
    before = f"Before: {row.instructions}\n{row.if_out_of_range}"
    row.instructions, row.if_out_of_range = instructions.strip(), if_out_of_range.strip()
    row.save(update_fields=["instructions", "if_out_of_range"])
    row.limits.filter(removed_at__isnull=True).update(removed_at=now)
    DelegationLimit.objects.bulk_create(new)
    _happened(actor, row, "changed", before, now)
    title = f"Delegation changed: {activity.title.lower()}"
    _tell_all(actor, row, "change delegation", title, row.instructions, now)
    for account in _accounts_doing(row):
        _notify(
            actor,
            row,
            account,
            "Instructions of a delegated task changed",
            f"changed-{row.pk}",
            now,
            True,
        )
    return row


def _activity(code: str) -> Activity:
    activity = published_activities().get(code)
    if activity is None:
        raise RefusedError(f"No procedure has the activity {code}.")
    if activity.delegable is None or activity.complexity is Complexity.HIGH:
        raise NotToBeDelegatedError(
            f"{activity.title} is never delegated: it takes {a_or_an(skill_title(activity.skill).lower())}."
        )
    return activity


def _check_best_interests(actor: Actor, person: Person, assessed: Mapping[str, Mapping[str, str]]) -> None:
    if assessed["consent"]["answer"] != BEST_INTERESTS:
        return
    forms = forms_of_person(actor, person)
    if not any(one.form.code == BEST_INTERESTS_FORM and one.state == FilledState.COMPLETE for one in forms):
        raise NotToBeDelegatedError("Record the best interests decision in its form first. None is complete.")


def _check_texts(instructions: str, if_out_of_range: str) -> None:
    if not instructions.strip():
        raise RefusedError("Write what to do, step by step, for this person.")
    if not if_out_of_range.strip():
        raise RefusedError("Write what to do when something is not as it should be, and whom to call.")


def _check_review(activity: Activity, review_on: date, starts_on: date, today: date) -> None:
    latest = latest_review(activity, today)
    if not max(today, starts_on) < review_on <= latest:
        raise RefusedError(
            f"It is reviewed after it starts, and at the latest on {latest.day} {latest:%B %Y}. Change the review date."
        )


def _limits(row: Delegation, limits: Iterable[NewLimit]) -> list[DelegationLimit]:
    rows = []
    for limit in limits:
        if not limit.reading.strip():
            raise RefusedError("Say what is read for each limit: blood glucose.")
        if limit.low is None and limit.high is None:
            raise RefusedError(f"Give the lowest or the highest {limit.reading.strip().lower()} that is safe.")
        if limit.low is not None and limit.high is not None and limit.low > limit.high:
            raise RefusedError(f"The lowest {limit.reading.strip().lower()} is above the highest. Change one.")
        if any(one is not None and abs(one) >= 100_000 for one in (limit.low, limit.high)):
            raise RefusedError(f"A {limit.reading.strip().lower()} like that cannot be. Change it.")
        rows.append(
            DelegationLimit(
                delegation=row,
                reading=limit.reading.strip()[:80],
                unit=limit.unit.strip()[:20],
                low=limit.low,
                high=limit.high,
                stops=limit.stops,
            )
        )
    if len(rows) > MOST_LIMITS:
        raise RefusedError(f"Give at most {MOST_LIMITS} limits.")
    return rows


def _open(actor: Actor, delegation: Delegation) -> Delegation:
    """The delegation, locked, where the actor may change who does it and it has not ended."""
    require(actor, Permission.DELEGATE, delegation.service_id)
    row = Delegation.objects.select_for_update(of=("self",)).select_related("person").get(pk=delegation.pk)
    if row.state == DelegationState.ENDED:
        raise RefusedError("This delegation has ended. Delegate it again.")
    return row


def _ask(actor: Actor, row: Delegation, activity: Activity, worker: Worker, now: datetime) -> DelegationWorker:
    if worker.service_id != row.service_id or not worker.is_active:
        raise RefusedError(f"{worker.label} does not work in this service.")
    held = professions_of(worker.skills, competences_signed_off())
    if activity.skill in held:
        raise RefusedError(f"{worker.label} does this by profession and need not be asked.")
    if held.isdisjoint(activity.delegable.to):
        kinds = " or ".join(skill_title(code).lower() for code in activity.delegable.to)
        raise RefusedError(
            f"{activity.title} may be delegated only to {a_or_an(kinds)}, and {worker.label} is not one."
        )
    asked, is_new = DelegationWorker.objects.get_or_create(
        delegation=row, worker=worker, defaults={"answer": WorkerAnswer.ASKED, "asked_at": now}
    )
    if not is_new:
        if asked.answer in (WorkerAnswer.ASKED, WorkerAnswer.ACCEPTED):
            raise RefusedError(f"{worker.label} was asked before.")
        asked.answer, asked.asked_at, asked.answered_at, asked.reason = WorkerAnswer.ASKED, now, None, ""
        asked.save(update_fields=["answer", "asked_at", "answered_at", "reason"])
    _notify(
        actor,
        row,
        worker.account,
        "You are asked to do a delegated task",
        f"asked-{asked.pk}",
        now,
    )
    return asked


def _moved(actor: Actor, delegation: Delegation, state: DelegationState, why: str, now: datetime) -> Delegation:
    if not why.strip():
        raise RefusedError("Say why. The workers and whoever delegated it are told.")
    row = Delegation.objects.select_for_update(of=("self",)).select_related("person").get(pk=delegation.pk)
    if state not in DELEGATION_MOVES[row.state]:
        raise CannotMoveError(f"It is {row.get_state_display().lower()}, and cannot become {state.label.lower()}.")
    row.state = state
    row.suspended_reason = why.strip()[:250] if state == DelegationState.SUSPENDED else ""
    row.save(update_fields=["state", "suspended_reason"])
    _happened(actor, row, state.value, why.strip(), now)
    action = {DelegationState.SUSPENDED: "suspend delegation", DelegationState.ENDED: "end delegation"}[state]
    _tell_all(actor, row, action, f"Delegation {state.label.lower()}: {_title(row)}", why.strip(), now)
    return row


def _looked_again(
    actor: Actor,
    delegation: Delegation,
    what_was_found: str,
    review_on: date,
    now: datetime,
    from_state: DelegationState,
    kind: str,
) -> Delegation:
    activity = _activity(delegation.activity_code)
    decider = _deciding(actor, delegation.service_id, activity.delegable.by, now)
    if not what_was_found.strip():
        raise RefusedError("Say what you looked at and what you found.")
    row = Delegation.objects.select_for_update(of=("self",)).select_related("person").get(pk=delegation.pk)
    if row.state != from_state:
        raise CannotMoveError(f"It is {row.get_state_display().lower()}, not {from_state.label.lower()}.")
    _check_review(activity, review_on, row.starts_on or london_day(now), london_day(now))
    row.state, row.suspended_reason, row.review_on, row.delegated_by = (
        DelegationState.ACTIVE,
        "",
        review_on,
        decider,
    )
    row.save(update_fields=["state", "suspended_reason", "review_on", "delegated_by"])
    _happened(actor, row, kind, what_was_found.strip(), now)
    _tell_all(
        actor, row, f"{kind} delegation", f"Delegation {kind}: {activity.title.lower()}", what_was_found.strip(), now
    )
    return row


def _title(row: Delegation) -> str:
    activity = published_activities().get(row.activity_code)
    return activity.title.lower() if activity else row.activity_code.replace("_", " ")


def _happened(actor: Actor, row: Delegation, kind: str, text: str, now: datetime) -> None:
    DelegationEvent.objects.create(
        delegation=row,
        kind=kind,
        text=text,
        at=now,
        by_account_id=actor.account_id,
        by_name=actor.name,
        by_role=actor.title,
        employer=actor.employer,
    )


def _tell_all(actor: Actor, row: Delegation, action: str, title: str, text: str, now: datetime) -> None:
    """The audit trail, live pages and, where it has a title, the person's timeline."""
    record(
        actor=actor,
        action=action,
        subject=("delegation", row.pk),
        person_id=row.person_id,
        now=now,
        service_id=row.service_id,
    )
    if title:
        add_to_timeline(
            actor=actor,
            person=row.person,
            kind="plan",
            happened_at=now,
            now=now,
            title=title[:200],
            text=text,
            subject=("delegation", row.pk),
        )
    tell(topic="delegation", service_id=row.service_id, subject=("delegation", row.pk), now=now)


def _decider_account(row: Delegation) -> Account | None:
    return row.delegated_by.account if row.delegated_by else None


def _accounts_doing(row: Delegation) -> list[Account]:
    asked = row.workers.filter(answer__in=(WorkerAnswer.ASKED, WorkerAnswer.ACCEPTED), worker__account__isnull=False)
    return [one.worker.account for one in asked.select_related("worker__account")]


def _notify(
    actor: Actor, row: Delegation, account: Account | None, title: str, once: str, now: datetime, urgent: bool = False
) -> None:
    if account is not None and account.pk != actor.account_id:
        notify(
            actor=actor,
            service_id=row.service_id,
            accounts=[account],
            kind="delegation",
            title=title,
            path=f"/delegation/decisions/{row.pk}",
            once_key=f"delegation-{once}-{now.timestamp():.0f}",
            now=now,
            is_urgent=urgent,
        )
