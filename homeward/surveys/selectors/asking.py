"""Who is to be asked by phone or on paper, and what a link opens."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from homeward.access.rules import Actor, Permission, require
from homeward.beds.selectors.board import shown_to
from homeward.kernel.rules import RefusedError, london_day, token_hash
from homeward.surveys.models import Invitation, InvitationStep
from homeward.surveys.rules import quarter_of
from homeward.surveys.states import AskedBy, StepKind

MOST_LISTED = 100


class SurveyEndedError(RefusedError):
    """The invitation can no longer be answered, or never was: which of these is not said."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Who is to be rung, whose paper is to be printed, and whose paper or link was sent; soonest to end first.

    Nothing is to be done about the last, so they are counted, and listed only for whoever asks. `more` are those to be
    asked who did not fit, `more_sent` those sent something. Those in `kept_back` are shown without a name.
    """

    to_ring: tuple[Invitation, ...]
    to_print: tuple[Invitation, ...]
    waiting: tuple[Invitation, ...]
    more: int
    sent: int
    more_sent: int
    kept_back: frozenset[int]


def survey_queue(actor: Actor, service_id: int, now: datetime, *, with_sent: bool = False) -> Queue:
    """People and carers of a service who can still answer, by what is to be done; those shown are audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.FOLLOW_UP, service_id)
    rows = Invitation.open_at(now).filter(service_id=service_id, person__isnull=False)
    rows = rows.filter(person__restricted_since__isnull=True)
    rows = rows.select_related("person", "contact", "form").prefetch_related("steps").order_by("until", "pk")
    was_printed = Exists(InvitationStep.objects.filter(invitation=OuterRef("pk"), kind=StepKind.PRINTED))
    # Whoever was sent something must not crowd out those who wait to be asked
    is_to_do = Q(asked_by=AskedBy.PHONE) | (Q(asked_by=AskedBy.PAPER) & ~was_printed)
    to_do, sent = rows.filter(is_to_do), rows.exclude(is_to_do)
    asked, waiting = list(to_do[:MOST_LISTED]), list(sent[:MOST_LISTED]) if with_sent else []
    sent_count = sent.count()
    return Queue(
        to_ring=tuple(one for one in asked if one.asked_by == AskedBy.PHONE),
        to_print=tuple(one for one in asked if one.asked_by == AskedBy.PAPER),
        waiting=tuple(waiting),
        more=to_do.count() - len(asked),
        sent=sent_count,
        more_sent=sent_count - len(waiting) if with_sent else 0,
        kept_back=shown_to(actor, [one.person for one in asked + waiting], "see survey queue", service_id, now),
    )


def invitation_for(actor: Actor, invitation_id: int, now: datetime) -> Invitation:
    """One invitation of a person or carer that can still be answered. Opening the person's record audits it.

    Raises: NotAllowedError; SurveyEndedError.
    """
    require(actor, Permission.FOLLOW_UP)
    rows = Invitation.open_at(now).filter(pk=invitation_id, service_id__in=actor.service_ids, person__isnull=False)
    row = rows.select_related("person", "contact", "form", "service", "episode").prefetch_related("steps").first()
    if row is None:
        raise SurveyEndedError("This can no longer be answered: it was, or the time is over.")
    return row


def invitation_opened(actor: Actor, token: str, now: datetime) -> Invitation:
    """What a link opens: the form, and whom of a service it asks. It is for whoever has the link, so names nobody.

    Raises: NotAllowedError; SurveyEndedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES)
    digest = token_hash(token)
    row = Invitation.open_at(now).filter(token_hash=digest).select_related("form", "service", "person").first()
    if row is None or (row.person is not None and row.person.restricted_since is not None):
        raise SurveyEndedError("This survey is over.")
    return row


def my_invitation(actor: Actor, now: datetime) -> Invitation | None:
    """What a member of staff is asked this quarter and has not answered, if anything.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_NOTICES)
    rows = Invitation.open_at(now).filter(account_id=actor.account_id, service_id__in=actor.service_ids)
    return rows.filter(quarter_on=quarter_of(london_day(now))).order_by("pk").first()
