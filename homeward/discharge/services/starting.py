"""The start of care at home: promised to the ward, taken back, what is seen to before leaving, the call after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, require
from homeward.discharge.models import HospitalStay, LeavingItem, PathwayDecision, StartPromise, WelcomeCall
from homeward.discharge.rules.starting import leaving_list
from homeward.discharge.selectors.starting import equipment_to_ask, start_record
from homeward.discharge.services.changing import _happened, _locked, _locked_open, _tell_timeline
from homeward.discharge.states import AT_HOME, DecisionState, EndedAs, ItemState, StayEventKind
from homeward.episodes.models import Episode
from homeward.episodes.services import accept_referral
from homeward.equipment.models import EquipmentRequest
from homeward.equipment.services import NewAsk, ask_for_equipment
from homeward.kernel.rules import LONDON, RefusedError, london_day
from homeward.notices.services import notify
from homeward.referrals.services import NewReferral, receive_referral
from homeward.referrals.states import Source, Urgency
from homeward.teams.models import Account
from homeward.visits.models import Visit
from homeward.visits.services import NewSupport, plan_support
from homeward.visits.services.sending import take_out
from homeward.visits.states import VisitState


@dataclass(frozen=True, slots=True)
class NewStart:
    """The care that starts at home: on which pathway, which of its visits, from when, and whom on the ward was told.

    `first_visit_at` is when the first visit would start, and `grounds` what the day's plan said, as it was worked out.
    """

    pathway_code: str
    chosen: tuple[NewSupport, ...]
    first_visit_at: datetime
    grounds: str
    told_whom: str


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise, and the visits made for it."""

    promise: StartPromise
    visits: tuple[Visit, ...]


@transaction.atomic
def promise_start(*, actor: Actor, stay: HospitalStay, new: NewStart, now: datetime) -> Promised:
    """Promise the ward when care at home starts: the visits are made in the person's plan, and the list of what is to
    be seen to before they leave is begun. They start on the pathway now where they are not on it yet.

    Raises: NotAllowedError; RefusedError when it was not decided that they go home, another promise stands, the time
    is past or nobody was told; what `receive_referral`, `accept_referral` and `plan_support` raise.
    """
    require(actor, Permission.WRITE_PLANS, stay.service_id)
    require(actor, Permission.CHASE, stay.service_id)
    stay = _locked_open(stay)
    if stay.pathway not in AT_HOME:
        raise RefusedError("Decide first that they go home, then promise when care starts.")
    if stay.promises.filter(taken_back_at__isnull=True).exists():
        raise RefusedError("A start is promised already. Take that back first.")
    if not new.told_whom.strip():
        raise RefusedError("Say whom on the ward you told.")
    if new.first_visit_at <= now:
        raise RefusedError("The first visit would be in the past. Work it out again.")
    episode = _episode(actor, stay, new.pathway_code, now)
    visits = plan_support(
        actor=actor, episode=episode, chosen=list(new.chosen), now=now, first_day=london_day(new.first_visit_at),
        summary="Care at home after hospital: the first week, as the trusted assessment asks for.",
    )  # fmt: skip
    promise = StartPromise.objects.create(
        stay=stay, episode=episode, first_visit_at=new.first_visit_at, grounds=new.grounds,
        told_whom=new.told_whom.strip()[:200], promised_by_id=actor.account_id, promised_by_name=actor.name,
        promised_at=now,
    )  # fmt: skip
    known = set(stay.leaving_items.values_list("code", flat=True))
    LeavingItem.objects.bulk_create(LeavingItem(stay=stay, **one) for one in leaving_list() if one["code"] not in known)
    said = _moment_words(new.first_visit_at)
    _happened(actor, stay, StayEventKind.PROMISED, now, field="first visit", after=said, text=promise.told_whom)
    _tell_timeline(actor, stay, f"First visit at home promised: {said}", now, now, f"Told {promise.told_whom}")
    return Promised(promise, tuple(visits))


@transaction.atomic
def take_back_start(*, actor: Actor, promise: StartPromise, reason: str, now: datetime) -> list[Visit]:
    """Take back what was promised to the ward, saying why; its visits that have not begun are cancelled. Gives those.

    Raises: NotAllowedError; RefusedError without a reason, when it was taken back or the stay has ended.
    """
    require(actor, Permission.CHASE, promise.stay.service_id)
    stay = _locked_open(promise.stay)
    promise = StartPromise.objects.select_for_update(of=("self",)).get(pk=promise.pk)
    if promise.taken_back_at is not None:
        raise RefusedError("This promise is taken back already.")
    if not reason.strip():
        raise RefusedError("Say why, so that the ward understands.")
    return _take_back(actor, stay, promise, reason, now)


def _take_back(actor: Actor, stay: HospitalStay, promise: StartPromise, reason: str, now: datetime) -> list[Visit]:
    promise.taken_back_at, promise.taken_back_by, promise.taken_back_reason = now, actor.name, reason.strip()[:500]
    promise.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_reason"])
    visits = list(
        Visit.objects.filter(
            episode_id=promise.episode_id, pattern__isnull=False, day__gte=london_day(promise.first_visit_at),
            state__in=(VisitState.NEEDED, VisitState.PLANNED),
        )
    )  # fmt: skip
    for visit in visits:
        take_out(actor=actor, visit=visit, reason=f"They do not come home then: {promise.taken_back_reason}", now=now)
    said = _moment_words(promise.first_visit_at)
    _happened(actor, stay, StayEventKind.TAKEN_BACK, now, field="first visit", before=said, text=reason.strip())
    _tell_timeline(actor, stay, f"First visit at home no longer promised: {said}", now, now, reason.strip())
    return visits


@transaction.atomic
def see_to_item(
    *, actor: Actor, item: LeavingItem, state: ItemState, owner: str, detail: str, now: datetime
) -> LeavingItem:
    """Say whose something on the list is, what is known of it, and whether it is done or not needed.

    Raises: NotAllowedError; RefusedError when nobody owns it, it is not needed and nothing says why, or they have left.
    """
    require(actor, Permission.CHASE, item.stay.service_id)
    stay = _locked_open(item.stay)
    item = LeavingItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if not owner.strip():
        raise RefusedError("Say whose it is.")
    if state == ItemState.NOT_NEEDED and not detail.strip():
        raise RefusedError("Say why it is not needed.")
    before = item.get_state_display()
    item.owner, item.detail = owner.strip()[:120], detail.strip()[:500]
    if item.state != state:
        item.state = state
        item.seen_to_by = "" if state == ItemState.OPEN else actor.name
        item.seen_to_at = None if state == ItemState.OPEN else now
    item.save()
    _happened(
        actor, stay, StayEventKind.READIED, now, field=item.code, before=before, after=item.get_state_display(),
        text=f"{item.title}. {item.detail}".strip(),
    )  # fmt: skip
    return item


@transaction.atomic
def ask_for_proposed(*, actor: Actor, stay: HospitalStay, kind_code: str, now: datetime) -> EquipmentRequest:
    """Ask for a kind of equipment that the trusted assessment of a stay asks for, for its reason, to be there before
    they leave.

    Raises: NotAllowedError; RefusedError when the assessment does not ask for it, it is asked for or there already, or
    they have left; what `ask_for_equipment` raises.
    """
    require(actor, Permission.ASK_EQUIPMENT, stay.service_id)
    person, stay = stay.person, _locked_open(stay)
    stay.person = person
    record = start_record(actor, stay, now)
    found = next((one for one in equipment_to_ask(actor, record) if one.kind.code == kind_code), None)
    if found is None:
        raise RefusedError("The assessment does not ask for this. Ask for it on the page of equipment.")
    if found.request_id is not None or found.is_there:
        raise RefusedError(f"{found.kind.title}: it is asked for or there already.")
    today = london_day(now)
    promised = london_day(record.promise.first_visit_at) if record.promise else None
    new = NewAsk(
        kind_code=kind_code, why=f"{found.says} (trusted assessment)", is_before_home=True,
        needed_by=max(promised or stay.expected_on or today + timedelta(days=1), today), form_id=record.assessment.pk,
    )  # fmt: skip
    request = ask_for_equipment(actor=actor, person=person, new=new, now=now)
    _happened(actor, stay, StayEventKind.READIED, now, field="equipment", after=f"Asked for: {found.kind.title}")
    return request


@transaction.atomic
def record_welcome_call(
    *,
    actor: Actor,
    stay: HospitalStay,
    is_reached: bool,
    said: str,
    is_as_assessed: bool | None,
    difference: str,
    now: datetime,
) -> WelcomeCall:
    """Log one call to somebody who came home. Where it is not as assessed, whoever assessed and decided is told.

    Raises: NotAllowedError; RefusedError when they have not come home, nothing was said, or it does not say whether it
    was as assessed and what was different.
    """
    require(actor, Permission.CHASE, stay.service_id)
    stay = _locked(stay)
    if stay.ended_as != EndedAs.LEFT:
        raise RefusedError("They have not left hospital yet.")
    if not said.strip():
        raise RefusedError("Say what they said, or how you tried.")
    if is_reached and is_as_assessed is None:
        raise RefusedError("Say whether it was as assessed.")
    if is_reached and not is_as_assessed and not difference.strip():
        raise RefusedError("Say what was different, and what was done.")
    call = WelcomeCall.objects.create(
        stay=stay, called_at=now, is_reached=is_reached, said=said.strip(),
        is_as_assessed=is_as_assessed if is_reached else None,
        difference=difference.strip() if is_reached and not is_as_assessed else "", by_name=actor.name,
        by_role=actor.title,
    )  # fmt: skip
    words = "Welcome-home call" if is_reached else "Welcome-home call: not reached"
    _happened(actor, stay, StayEventKind.CALLED, now, after=words, text=call.difference or call.said)
    _tell_timeline(actor, stay, words, now, now, "\n".join(filter(None, (call.said, call.difference))))
    if call.is_as_assessed is False:
        notify(
            actor=actor, service_id=stay.service_id, accounts=_assessors(stay), kind="stay", now=now,
            title="Somebody came home, and it was not as assessed", text="Read what was different.",
            path=f"/start-of-care/{stay.pk}", once_key=f"not-as-assessed-{call.pk}",
        )  # fmt: skip
    return call


def _episode(actor: Actor, stay: HospitalStay, pathway_code: str, now: datetime) -> Episode:
    """The person's open time on a pathway, begun now where there is none."""
    rows = Episode.objects.filter(person_id=stay.person_id, ended_at__isnull=True, pathway__code=pathway_code)
    if (found := rows.order_by("-started_at").first()) is not None:
        return found
    asked = NewReferral(
        source=Source.HOSPITAL, urgency=Urgency.TWO_DAYS, need_text="Care at home after hospital.",
        requester_name=actor.name, requester_role=actor.title, requester_organisation=stay.hospital_label,
    )  # fmt: skip
    referral = receive_referral(actor=actor, person=stay.person, new=asked, now=now)
    return accept_referral(
        actor=actor, referral=referral, pathway_code=pathway_code, now=now,
        reason="Decided on the ward: they come home with this.",
    )  # fmt: skip


def _assessors(stay: HospitalStay) -> list[Account]:
    """Whoever completed the trusted assessment of a stay, and whoever decided on the way home with it."""
    rows = PathwayDecision.objects.filter(stay=stay, state=DecisionState.MADE).select_related("trusted_assessment")
    asked = Q(pk__in=[])
    for decision in rows:
        asked |= Q(pk=decision.proposed_by_id)
        if decision.trusted_assessment is not None:
            asked |= Q(full_name=decision.trusted_assessment.completed_by)
    return list(Account.objects.filter(asked, services=stay.service_id, is_active=True).distinct())


def _moment_words(moment: datetime) -> str:
    at = moment.astimezone(LONDON)
    return f"{at:%A} {at.day} {at:%B}, {at:%H:%M}"
