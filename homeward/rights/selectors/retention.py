"""Which records have been kept as long as they must be."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, Subquery

from homeward.access.rules import Actor, Permission, require
from homeward.episodes.models import Episode
from homeward.kernel.rules import london_day, london_moment, months_later
from homeward.people.models import Person, TimelineEntry
from homeward.referrals.models import Call, Referral
from homeward.rights.models import Appraisal
from homeward.rights.rules import CARE, CONTACT, appraisal_due
from homeward.rights.selectors.requests import RequestNotFoundError
from homeward.rights.states import AppraisalDecision, AppraisalState
from homeward.visits.models import Visit

LAST_OF = (  # everything dated in a record that says care was still going on
    (TimelineEntry, "happened_at"),
    (Episode, "started_at"),
    (Episode, "ended_at"),
    (Referral, "received_at"),
    (Call, "received_at"),
    (Visit, "window_closes_at"),
)


@dataclass(frozen=True, slots=True)
class DueRecord:
    """A record due for appraisal: since when, and what that was counted from."""

    person: Person
    kind: str
    last_on: date
    due_on: date


def _candidates(actor: Actor, now: datetime):
    """People with nothing newer than the shortest time, no open episode, and no decision that still stands."""
    shortest = min(settings.RETENTION_YEARS.values())
    before = london_moment(months_later(london_day(now), -12 * shortest), 0)
    people = Person.objects.filter(service_id__in=actor.service_ids, merged_into__isnull=True)
    for model, name in LAST_OF:
        newer = model.objects.filter(person=OuterRef("pk"), **{f"{name}__gte": before})
        people = people.filter(~Exists(newer))
    standing = Appraisal.objects.filter(person=OuterRef("pk")).filter(
        Q(state=AppraisalState.PROPOSED)
        | Q(state=AppraisalState.DECIDED, decision__in=(AppraisalDecision.TRANSFER, AppraisalDecision.DESTROY))
        | Q(state=AppraisalState.DECIDED, keep_until__gt=london_day(now))
    )
    people = people.filter(
        ~Exists(Episode.objects.filter(person=OuterRef("pk"), ended_at__isnull=True)), ~Exists(standing)
    )
    latest = {}
    for place, (model, name) in enumerate(LAST_OF):
        rows = model.objects.filter(person=OuterRef("pk")).order_by().values("person")
        latest[f"last_{place}"] = Subquery(rows.annotate(last=Max(name)).values("last"))
    return people.annotate(has_care=Exists(Episode.objects.filter(person=OuterRef("pk"))), **latest)


def _due(person, now: datetime) -> DueRecord | None:
    lasts = [getattr(person, f"last_{place}") for place in range(len(LAST_OF))]
    known = [london_day(one) for one in lasts if one is not None]
    if not known:
        return None  # nothing says when it was last used: only a person can tell
    kind = CARE if person.has_care else CONTACT
    due_on = appraisal_due(max(known), kind, settings.RETENTION_YEARS)
    return DueRecord(person, kind, max(known), due_on) if due_on <= london_day(now) else None


def due_appraisals(actor: Actor, now: datetime, limit: int = 200) -> list[DueRecord]:
    """Records due for appraisal in the actor's services, the longest due first.

    Counted from the last entry, visit, call, referral or episode; a record with an open episode is never due.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    due = [_due(person, now) for person in _candidates(actor, now)]
    return sorted((one for one in due if one is not None), key=lambda one: (one.due_on, one.person.pk))[:limit]


def due_appraisal(actor: Actor, person: Person, now: datetime) -> DueRecord | None:
    """Whether one record is due, and since when; None where it is not.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS, person.service_id)
    found = _candidates(actor, now).filter(pk=person.pk).first()
    return _due(found, now) if found is not None else None


def proposed_destructions(actor: Actor) -> list[Appraisal]:
    """Destructions that wait for a second person, the oldest first.

    Raises: NotAllowedError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = Appraisal.objects.filter(service_id__in=actor.service_ids, state=AppraisalState.PROPOSED)
    return list(rows.select_related("person").order_by("decided_at"))


def appraisal_for(actor: Actor, appraisal_id: int) -> Appraisal:
    """One appraisal.

    Raises: NotAllowedError; RequestNotFoundError.
    """
    require(actor, Permission.ANSWER_RIGHTS)
    rows = Appraisal.objects.filter(service_id__in=actor.service_ids, pk=appraisal_id)
    appraisal = rows.select_related("person").first()
    if appraisal is None:
        raise RequestNotFoundError("There is no such appraisal in your service.")
    return appraisal
