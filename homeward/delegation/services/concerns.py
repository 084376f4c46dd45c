"""What worries care workers: raised, put to a registered professional, answered, and seen by whoever raised it."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction

from homeward.access.rules import Actor, NotAllowedError, Permission, require
from homeward.audit.services import record
from homeward.delegation.models import Concern, ConcernEvent, Delegation
from homeward.delegation.rules.concerns import answer_due
from homeward.delegation.selectors.standing import kept_as
from homeward.delegation.states import CONCERN_MOVES, CannotMoveError, ConcernState, ConcernUrgency
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.notices.services import notify
from homeward.people.models import Person
from homeward.people.services import add_to_timeline
from homeward.teams.models import Account, Worker

MOST_CHARACTERS = 4000
SEEN, MORE = "seen", "more said"
SOONEST_FIRST = (ConcernUrgency.NOW, ConcernUrgency.TODAY, ConcernUrgency.SOON)


@transaction.atomic
def raise_concern(
    *,
    actor: Actor,
    person: Person,
    urgency: str,
    text: str,
    sent_key: str,
    noticed_at: datetime,
    duty: Collection[Account],
    now: datetime,
    raised_by: Worker | None = None,
    came_by: str = "app",
    visit_id: int | None = None,
    delegation: Delegation | None = None,
) -> Concern:
    """Keep what worries somebody about a person, and put it to the first of `duty`, the professionals on duty.

    The same `sent_key` again gives the concern that is kept already, so a page sent twice raises one; what it says
    besides is kept with it, how soon is made sooner where it says so, and whoever answers is told again. `raised_by`
    is the worker who noticed; by phone, the actor is whoever wrote it down.

    Raises: NotAllowedError; RefusedError when it says nothing or too much, or was noticed in the future.
    """
    require(actor, Permission.RAISE_CONCERNS, person.service_id)
    if not sent_key or len(sent_key) > 64:
        raise RefusedError("This page is too old to be sent. Open it again.")
    if kept := Concern.objects.filter(service_id=person.service_id, sent_key=sent_key).first():
        return _sent_again(actor, kept, person, urgency, text, duty, now)
    if urgency not in ConcernUrgency.values:
        raise RefusedError("Choose how soon somebody must answer.")
    if not text.strip():
        raise RefusedError("Say what you noticed.")
    if len(text) > MOST_CHARACTERS:
        raise RefusedError(f"Say it in at most {MOST_CHARACTERS:,} characters.")
    if noticed_at > now:
        raise RefusedError("The time you noticed it is in the future. Check it.")
    put_to = next(iter(duty), None)
    # two of the same sent at once: the second waits here, and finds the first
    concern, is_new = Concern.objects.get_or_create(
        service_id=person.service_id,
        sent_key=sent_key,
        defaults={
            "person": person,
            "delegation": delegation,
            "visit_id": visit_id,
            "urgency": urgency,
            "text": text.strip(),
            "raised_by": raised_by,
            "written_by": actor.name,
            "came_by": came_by,
            "noticed_at": noticed_at,
            "raised_at": now,
            "answer_due_at": answer_due(urgency, now, settings.CONCERN_MINUTES),
            "put_to": put_to,
        },
    )
    if not is_new:
        return _sent_again(actor, concern, person, urgency, text, duty, now)
    add_to_timeline(
        actor=actor,
        person=person,
        kind="concern",
        happened_at=noticed_at,
        now=now,
        title=f"Concern raised by {raised_by.label if raised_by else actor.name}"[:200],
        text=concern.text,
        subject=("concern", concern.pk),
    )
    _happened(actor, concern, "raised", concern.text, now)
    if put_to is not None:
        _happened(actor, concern, "put to", put_to.full_name, now)
    everyone = list(duty) if urgency == ConcernUrgency.NOW else [put_to] if put_to is not None else []
    _tell(actor, concern, everyone, "A care worker has raised a concern", "raised", now, urgency != ConcernUrgency.SOON)
    return concern


def _sent_again(
    actor: Actor,
    concern: Concern,
    person: Person,
    urgency: str,
    text: str,
    duty: Collection[Account],
    now: datetime,
) -> Concern:
    """Keep what a page sent again says that it did not say before: nothing where it is the same."""
    concern, text = _locked(concern), text.strip()
    if concern.person_id not in kept_as([person.pk]):
        raise RefusedError("This page was sent before, about somebody else. Open it again.")
    if len(text) > MOST_CHARACTERS:
        raise RefusedError(f"Say it in at most {MOST_CHARACTERS:,} characters.")
    said = {concern.text, *concern.events.filter(kind=MORE).values_list("text", flat=True)}
    is_more = bool(text) and text not in said
    is_sooner = urgency in ConcernUrgency.values and SOONEST_FIRST.index(urgency) < SOONEST_FIRST.index(concern.urgency)
    if not is_more and not is_sooner:
        return concern
    due = answer_due(urgency if is_sooner else concern.urgency, now, settings.CONCERN_MINUTES)
    if concern.state != ConcernState.OPEN:
        _move(concern, ConcernState.OPEN)
        concern.answered_at = concern.closed_at = None
        concern.answer_due_at = due
    if is_sooner:
        concern.urgency, concern.answer_due_at = urgency, min(concern.answer_due_at, due)
    put_to = concern.put_to or next(iter(duty), None)
    is_put = concern.put_to is None and put_to is not None
    concern.put_to = put_to
    concern.save(update_fields=["state", "urgency", "answer_due_at", "answered_at", "closed_at", "put_to"])
    event = None
    if is_sooner:
        event = _happened(actor, concern, "more urgent", concern.get_urgency_display(), now)
    if is_more:
        event = _happened(actor, concern, MORE, text, now)
        add_to_timeline(
            actor=actor,
            person=concern.person,
            kind="concern",
            happened_at=now,
            now=now,
            title=f"More said of a concern by {actor.name}"[:200],
            text=text,
            subject=("concern", concern.pk),
        )
    if is_put:
        _happened(actor, concern, "put to", put_to.full_name, now)
    told = [put_to] if put_to is not None else []
    if concern.urgency == ConcernUrgency.NOW:
        told = list({account.pk: account for account in (*told, *duty)}.values())
    is_urgent = concern.urgency != ConcernUrgency.SOON
    _tell(actor, concern, told, "More was said of a concern", f"more-{event.pk}", now, is_urgent)
    return concern


@transaction.atomic
def answer_concern(*, actor: Actor, concern: Concern, text: str, now: datetime) -> Concern:
    """Answer a concern; whoever raised it is told, and is asked to say that they have seen it.

    Raises: NotAllowedError; RefusedError without words; CannotMoveError when it is closed.
    """
    require(actor, Permission.ANSWER_CONCERNS, concern.service_id)
    concern = _locked(concern)
    if not text.strip():
        raise RefusedError("Say what is to be done.")
    if concern.state == ConcernState.CLOSED:
        raise CannotMoveError("This concern is closed. Open it again first.")
    if concern.state == ConcernState.OPEN:
        _move(concern, ConcernState.ANSWERED)
        concern.answered_at = now
        concern.save(update_fields=["state", "answered_at"])
    event = _happened(actor, concern, "answered", text.strip(), now)
    _tell_raiser(actor, concern, "Your concern was answered", f"answered-{event.pk}", now)
    return concern


@transaction.atomic
def see_answer(*, actor: Actor, concern: Concern, now: datetime, text: str = "") -> Concern:
    """Record that whoever raised a concern has seen its answer.

    Where it came by phone, whoever wrote it down may record that the worker was told, and in `text` how.

    Raises: NotAllowedError when it is somebody else's; CannotMoveError when nobody has answered; RefusedError when it
    does not say how the worker was told.
    """
    require(actor, Permission.RAISE_CONCERNS, concern.service_id)
    concern = _locked(concern)
    is_told = _is_told_by(actor, concern)
    if concern.state == ConcernState.OPEN:
        raise CannotMoveError("Nobody has answered this yet.")
    if is_told and not text.strip():
        raise RefusedError("Say how and when you told them.")
    if not _is_seen(concern):
        _happened(actor, concern, SEEN, text.strip(), now)
    return concern


@transaction.atomic
def close_concern(*, actor: Actor, concern: Concern, text: str, now: datetime) -> Concern:
    """Close an answered concern, once whoever raised it has seen the answer, or `text` says how they were told.

    Raises: NotAllowedError; CannotMoveError when nobody has answered; RefusedError when nobody was told.
    """
    require(actor, Permission.ANSWER_CONCERNS, concern.service_id)
    concern = _locked(concern)
    _move(concern, ConcernState.CLOSED)
    if not _is_seen(concern) and not text.strip():
        raise RefusedError(
            "They have not seen the answer yet. Say how and when you told them, or wait until they have."
        )
    concern.closed_at = now
    concern.save(update_fields=["state", "closed_at"])
    _happened(actor, concern, "closed", text.strip(), now)
    return concern


@transaction.atomic
def open_again(*, actor: Actor, concern: Concern, text: str, now: datetime) -> Concern:
    """Say that a concern is not settled: by whoever raised it or somebody who answers. Its clock starts anew.

    Raises: NotAllowedError; RefusedError without words; CannotMoveError when it waits for an answer anyway.
    """
    concern = _locked(concern)
    if not actor.may(Permission.ANSWER_CONCERNS):
        _require_raiser(actor, concern)
    require(actor, Permission.RAISE_CONCERNS, concern.service_id)
    if not text.strip():
        raise RefusedError("Say what is not settled.")
    _move(concern, ConcernState.OPEN)
    concern.answered_at = concern.closed_at = None
    concern.answer_due_at = answer_due(concern.urgency, now, settings.CONCERN_MINUTES)
    concern.save(update_fields=["state", "answered_at", "closed_at", "answer_due_at"])
    event = _happened(actor, concern, "opened again", text.strip(), now)
    accounts = [concern.put_to] if concern.put_to is not None else []
    _tell(actor, concern, accounts, "A concern is not settled", f"again-{event.pk}", now, True)
    return concern


@transaction.atomic
def take_concern(*, actor: Actor, concern: Concern, now: datetime) -> Concern:
    """Take a concern that was put to somebody else, or to nobody: it is now the actor's to answer.

    Raises: NotAllowedError; CannotMoveError when it does not wait for an answer.
    """
    require(actor, Permission.ANSWER_CONCERNS, concern.service_id)
    concern = _locked(concern)
    if concern.state != ConcernState.OPEN:
        raise CannotMoveError("This concern does not wait for an answer.")
    concern.put_to_id = actor.account_id
    concern.save(update_fields=["put_to"])
    _happened(actor, concern, "put to", actor.name, now)
    return concern


def _locked(concern: Concern) -> Concern:
    rows = Concern.objects.select_for_update(of=("self",)).select_related("person", "put_to", "raised_by__account")
    return rows.get(pk=concern.pk)


def _move(concern: Concern, state: ConcernState) -> None:
    if state not in CONCERN_MOVES[concern.state]:
        was = ConcernState(concern.state).label.lower()
        raise CannotMoveError(f"This concern is {was}, so it cannot become {ConcernState(state).label.lower()}.")
    concern.state = state


def _require_raiser(actor: Actor, concern: Concern) -> None:
    if actor.worker_id is None or concern.raised_by_id != actor.worker_id:
        require(actor, Permission.ANSWER_CONCERNS, concern.service_id)


def _is_told_by(actor: Actor, concern: Concern) -> bool:
    """False where the actor raised the concern themselves, True where they wrote it down for whoever rang.

    Raises: NotAllowedError where neither.
    """
    if actor.worker_id is not None and concern.raised_by_id == actor.worker_id:
        return False
    wrote = concern.events.filter(kind="raised", by_account_id=actor.account_id, by_account_id__isnull=False)
    if (concern.raised_by_id is None or concern.came_by == "phone") and wrote.exists():
        return concern.raised_by_id is not None
    raise NotAllowedError("Whoever raised a concern says that they have seen its answer. Close it to say how you told.")


def _is_seen(concern: Concern) -> bool:
    """Whether whoever raised it has seen the newest answer."""
    newest = concern.events.filter(kind__in=("answered", SEEN)).order_by("-pk").first()
    return newest is not None and newest.kind == SEEN


def _happened(actor: Actor, concern: Concern, kind: str, text: str, now: datetime) -> ConcernEvent:
    event = ConcernEvent.objects.create(
        concern=concern,
        kind=kind,
        text=text,
        at=now,
        by_account_id=actor.account_id,
        by_name=actor.name,
        by_role=actor.title,
        employer=actor.employer,
    )
    record(
        actor=actor,
        action=f"concern {kind}",
        subject=("concern", concern.pk),
        person_id=concern.person_id,
        now=now,
        service_id=concern.service_id,
    )
    tell(topic="concerns", service_id=concern.service_id, subject=("concern", concern.pk), now=now)
    return event


def _tell_raiser(actor: Actor, concern: Concern, title: str, key: str, now: datetime) -> None:
    account = concern.raised_by.account if concern.raised_by is not None else None
    _tell(actor, concern, [account] if account is not None else [], title, key, now, True)


def _tell(
    actor: Actor, concern: Concern, accounts: Collection[Account], title: str, key: str, now: datetime, is_urgent: bool
) -> None:
    notify(
        actor=actor,
        service_id=concern.service_id,
        accounts=accounts,
        kind="concern",
        title=title,
        path=f"/concerns/{concern.pk}",
        once_key=f"concern-{concern.pk}-{key}",
        is_urgent=is_urgent,
        now=now,
    )
