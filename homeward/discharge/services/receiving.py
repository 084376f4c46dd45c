"""Somebody is in hospital: told by a form, a file or a message, once or again and again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from homeward.access.rules import Actor, Permission, Role, require
from homeward.audit.services import record
from homeward.discharge.models import HospitalStay, StayIdentifier, StayReceipt
from homeward.discharge.services.answering import CriteriaGiven, _add_answers, _expect
from homeward.discharge.services.changing import _happened, _locked, _may_chase, _tell_timeline
from homeward.discharge.services.leaving import Leaving, _check_leaving, _end
from homeward.discharge.states import HomePathway, StayEventKind, StayReceived, StaySource
from homeward.episodes.models import Episode
from homeward.kernel.rules import RefusedError
from homeward.notices.services import notify
from homeward.people.models import Person
from homeward.people.services import NewPerson, register_person
from homeward.teams.models import Account, Organisation, Team

# Two tellings of one admission seldom give the same minute. Local decision.
SAME_ADMISSION = timedelta(hours=24)
# A sender's clock may be ahead of ours
CLOCKS_MAY_DIFFER = timedelta(minutes=5)
# Whom an admission is told where no team looks after the person, or nobody of it signs in
TOLD_OF_ADMISSIONS = (Role.CASE_MANAGER,)


@dataclass(frozen=True, slots=True)
class StayGiven:
    """One stay as a form, a row of a file or a message tells it. What is empty says nothing: it takes nothing away.

    `sender` is who says so, `identifier` what they call the stay, `message_key` what tells one telling from the same
    one again, `said_at` when they said it: an older telling changes nothing that a newer one said. `hospital` is one we
    know, else its name or code as sent. `leaving` says that and how the stay ended.
    """

    admitted_at: datetime
    source: str
    sender: str = ""
    identifier: str = ""
    message_key: str = ""
    said_at: datetime | None = None
    hospital: Organisation | None = None
    hospital_name: str = ""
    ward: str = ""
    bed: str = ""
    consultant: str = ""
    reason: str = ""
    team: Team | None = None
    expected_on: date | None = None
    criteria: tuple[CriteriaGiven, ...] = ()
    likely_pathway: str = ""
    leaving: Leaving | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The stay, and what telling of it came to: a code of `StayReceived`."""

    stay: HospitalStay
    outcome: StayReceived


# What a newer telling changes as it is
PLAIN = ("hospital", "hospital_name", "ward", "bed", "consultant", "reason", "team", "likely_pathway")


@transaction.atomic
def receive_stay(*, actor: Actor, person: Person, given: StayGiven, now: datetime) -> Received:
    """Take in what is told of a stay: a new one, a change of one we know, or nothing new. Safe to repeat.

    One stay is known again by its sender's identifier, else by the same person admitted within a day. The team that
    looks after somebody we know is told on the day.

    Raises: NotAllowedError; RefusedError when it makes no sense, the identifier is of somebody else's stay, or the
    person is in hospital on another stay that nobody ended.
    """
    _may_chase(actor, person.service_id)
    _check(given, now)
    # two tellings about one person are taken in one after the other
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if given.message_key:
        kept = StayReceipt.objects.filter(
            service_id=person.service_id, sender=given.sender, message_key=given.message_key
        ).select_related("stay")
        if (receipt := kept.first()) is not None:
            return Received(_locked(receipt.stay), StayReceived.SAME)
    stay = _known(person, given)
    if stay is None:
        return _made(actor, person, given, now)
    stay = _locked(stay)
    said_at = given.said_at or now
    if stay.receipts.filter(sender=given.sender, said_at__gt=said_at).exists():
        return _received(actor, stay, given, StayReceived.OLDER, now)
    is_changed = _name(stay, given)
    is_changed |= _change(actor, stay, given, now)
    return _received(actor, stay, given, StayReceived.CHANGED if is_changed else StayReceived.SAME, now)


@transaction.atomic
def admit_person(*, actor: Actor, service_id: int, new_person: NewPerson, given: StayGiven, now: datetime) -> Received:
    """Take in a stay of somebody the service has not met: their record and the stay, both or neither.

    Look for them first with `people.selectors.people_like`.

    Raises: NotAllowedError; RefusedError as `register_person` and `receive_stay` do.
    """
    require(actor, Permission.CHASE, service_id)
    person = register_person(actor=actor, service_id=service_id, new=new_person, now=now)
    return receive_stay(actor=actor, person=person, given=given, now=now)


def _check(given: StayGiven, now: datetime) -> None:
    if given.source not in StaySource.values:
        raise RefusedError("Say how the stay was told: by form, file or message.")
    if given.admitted_at > now + CLOCKS_MAY_DIFFER:
        raise RefusedError("The time of admission is in the future. Check the date and time.")
    if given.hospital is None and not given.hospital_name.strip():
        raise RefusedError("Say which hospital they are in.")
    if given.likely_pathway and given.likely_pathway not in HomePathway.values:
        raise RefusedError("The pathway must be 0, 1, 2 or 3.")
    if given.identifier and not given.sender:
        raise RefusedError("Say who calls the stay by this identifier.")
    if given.leaving is not None:
        _check_leaving(given.leaving, given.admitted_at, now)


def _known(person: Person, given: StayGiven) -> HospitalStay | None:
    """The stay that this tells of, where we know it.

    Raises: RefusedError.
    """
    if given.identifier:
        named = StayIdentifier.objects.filter(
            service_id=person.service_id, sender=given.sender, value=given.identifier
        ).select_related("stay__person")
        if (identifier := named.first()) is not None:
            stay = identifier.stay
            if person.pk not in (stay.person_id, stay.person.merged_into_id):
                raise RefusedError(
                    "This identifier is of a stay of somebody else. Check who it is about, or use another identifier."
                )
            return stay
    near = (
        HospitalStay.objects.filter(
            person=person,
            admitted_at__gte=given.admitted_at - SAME_ADMISSION,
            admitted_at__lte=given.admitted_at + SAME_ADMISSION,
        )
        .exclude(ended_as="mistake")
        .order_by("-admitted_at")
    )
    if given.identifier:  # one that its sender calls otherwise is another
        near = near.exclude(identifiers__sender=given.sender)
    if (stay := near.first()) is not None:
        return stay
    is_elsewhere = HospitalStay.objects.filter(person=person, left_at__isnull=True)
    if given.leaving is None and (other := is_elsewhere.first()) is not None:
        where = other.ward or other.hospital_label
        raise RefusedError(
            f"They are in hospital already ({where}, since {other.admitted_at:%d %B %Y}). Say first how that ended."
        )
    return None


def _made(actor: Actor, person: Person, given: StayGiven, now: datetime) -> Received:
    stay = HospitalStay.objects.create(
        service_id=person.service_id,
        person=person,
        source=given.source,
        admitted_at=given.admitted_at,
        told_at=now,
        # a stay told of only once it is over must not stand open, not even between two statements
        **({"left_at": given.leaving.left_at, "ended_as": given.leaving.ended_as} if given.leaving else {}),
        **_limited(given),
    )
    if stay.team is None:
        stay.team = _team_of(person)
        stay.save(update_fields=["team"])
    _name(stay, given)
    where = f"{stay.ward}, {stay.hospital_label}".strip(", ")
    _happened(actor, stay, StayEventKind.ADMITTED, now, after=where, text=stay.reason, happened_at=given.admitted_at)
    _tell_timeline(actor, stay, f"Admitted to hospital: {where}", min(given.admitted_at, now), now, stay.reason)
    if given.expected_on is not None:
        _expect(actor, stay, given.expected_on, "", now)
    _add_answers(actor, stay, given.criteria, now)
    if given.leaving is not None:
        _end(actor, stay, given.leaving, now)
    else:
        _tell_teams(actor, stay, now)
    return _received(actor, stay, given, StayReceived.MADE, now)


def _change(actor: Actor, stay: HospitalStay, given: StayGiven, now: datetime) -> bool:
    """Set what is told and differs; whether anything did."""
    is_changed = False
    for field, value in _limited(given).items():
        before = getattr(stay, field)
        if not value or value == before:
            continue
        setattr(stay, field, value)
        stay.save(update_fields=[field])
        _happened(actor, stay, StayEventKind.CHANGED, now, field=field, before=before, after=value)
        is_changed = True
    if given.expected_on is not None:
        is_changed |= _expect(actor, stay, given.expected_on, "", now)
    is_changed |= _add_answers(actor, stay, given.criteria, now)
    if given.leaving is not None and stay.left_at != given.leaving.left_at:
        _end(actor, stay, given.leaving, now)
        is_changed = True
    return is_changed


def _limited(given: StayGiven) -> dict:
    """The plain fields as told, no longer than there is room for; a hospital we know needs no name of its own."""
    values = {}
    for field in PLAIN:
        value = getattr(given, field)
        if isinstance(value, str):
            value = value.strip()[: HospitalStay._meta.get_field(field).max_length]
        values[field] = value
    if given.hospital is not None:
        values["hospital_name"] = ""
    return values


def _name(stay: HospitalStay, given: StayGiven) -> bool:
    if not given.identifier:
        return False
    _, is_new = StayIdentifier.objects.get_or_create(
        service_id=stay.service_id, sender=given.sender, value=given.identifier, defaults={"stay": stay}
    )
    return is_new


def _received(actor: Actor, stay: HospitalStay, given: StayGiven, outcome: StayReceived, now: datetime) -> Received:
    StayReceipt.objects.create(
        stay=stay,
        service_id=stay.service_id,
        sender=given.sender,
        message_key=given.message_key,
        said_at=given.said_at or now,
        received_at=now,
        outcome=outcome,
    )
    record(
        actor=actor,
        action="receive stay",
        subject=("stay", stay.pk),
        person_id=stay.person_id,
        now=now,
        service_id=stay.service_id,
    )
    return Received(stay, outcome)


def _team_of(person: Person) -> Team | None:
    """The team of the newest open episode of the person that has one."""
    episodes = Episode.objects.filter(person=person, ended_at__isnull=True, team__isnull=False)
    newest = episodes.select_related("team").order_by("-started_at").first()
    return newest.team if newest else None


def _tell_teams(actor: Actor, stay: HospitalStay, now: datetime) -> None:
    """Tell who looks after the person that they are in hospital; nobody where nobody does."""
    teams = set(
        Episode.objects.filter(person_id=stay.person_id, ended_at__isnull=True).values_list("team_id", flat=True)
    )
    if not teams:
        return
    of_teams = Q(worker__team_id__in=teams - {None}) | Q(role__in=TOLD_OF_ADMISSIONS)
    accounts = Account.objects.filter(of_teams, services=stay.service_id, is_active=True).distinct()
    notify(
        actor=actor,
        service_id=stay.service_id,
        accounts=accounts,
        kind="stay",
        title="Somebody your team looks after is in hospital",
        path=f"/coming-home/{stay.pk}",
        once_key=f"stay-{stay.pk}-admitted",
        now=now,
    )
