"""Lists of the people on a hospital's wards: what one would change, and the questions that are open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record_reads
from homeward.discharge.models import HospitalStay, StayIdentifier, StayReceipt
from homeward.discharge.models.ward_list import StayQuestion, WardList
from homeward.discharge.rules.following import Change, KnownStay, changes, left_out
from homeward.discharge.rules.ward_list import Lists, WardListReading, WardRow, read_ward_list
from homeward.discharge.states import Criterion, Destination, EndedAs
from homeward.discharge.states.ward_lists import ListCovers, ListState, QuestionKind
from homeward.kernel.rules import LONDON, is_valid_nhs_number
from homeward.people.models import Identifier, Person
from homeward.people.rules import Identity
from homeward.people.selectors import people_like
from homeward.people.states import Gender, NhsNumberStatus
from homeward.referrals.rules import faults_file
from homeward.teams.models import Organisation

SAME_ADMISSION = timedelta(hours=24)  # as services.receiving knows one admission again


class WardListNotFoundError(Exception):
    """There is no such list in the actor's services."""


class QuestionNotFoundError(Exception):
    """There is no such question in the actor's services."""


@dataclass(frozen=True, slots=True)
class KnownRow:
    """Whom a row is about, and their stay; None where this stay is not known yet."""

    person: Person
    stay_id: int | None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """What one row would come to. `alike`: people on record who may be the one meant, with why, for a new record.

    `has_ended`: the stay has ended here, and the list still has it.
    """

    row: WardRow
    person: Person | None
    stay_id: int | None
    changes: tuple[Change, ...]
    alike: tuple[tuple[Person, str], ...]
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a list would change. `left_out`: stays to ask the ward about; `is_older`: a newer list was taken in."""

    reading: WardListReading
    rows: tuple[PreviewRow, ...]
    left_out: tuple[HospitalStay, ...]
    is_older: bool


@dataclass
class LookedUp:
    """Whom and which stays the rows of a list are about, looked up once for all of them."""

    ward_list: WardList
    hospital: Organisation | None
    stays: dict[str, HospitalStay] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    told_of: list[HospitalStay] = field(default_factory=list)
    near: dict[int, list[HospitalStay]] = field(default_factory=dict)

    def known(self, row: WardRow) -> KnownRow | None:
        """Whom a row is about; None for somebody who is not on record, or not surely enough."""
        stay = self.stays.get(row.identifier)
        if stay is not None:
            return KnownRow(stay.person, stay.pk)
        person = self.people.get(row.line)
        if person is None:
            return None
        return KnownRow(person, next((one.pk for one in self.near.get(person.pk, ()) if _is_near(one, row)), None))

    def left_out(self, reading: WardListReading, listed: Iterable[int]) -> list[int]:
        """The open stays this hospital told of before that the list leaves out."""
        wards = None
        if self.ward_list.covers == ListCovers.WARDS:
            wards = [row.values["ward"] for row in reading.rows]
        return left_out([_known_stay(stay) for stay in self.told_of], listed, wards)


def _sender_of(ward_list: WardList) -> str:
    """Who tells of the stays on a list, as stays keep it."""
    return f"Ward list: {ward_list.hospital_name}"[:120]


def _read_kept_list(ward_list: WardList) -> WardListReading:
    """The rows of a list as it came, by the headings that its hospital uses (`settings.WARD_LIST_HEADINGS`)."""
    said: Mapping[str, Mapping[str, Sequence[str]]] = getattr(settings, "WARD_LIST_HEADINGS", {})
    headings = next(
        (of for name, of in said.items() if name.casefold() == ward_list.hospital_name.casefold()), said.get("", {})
    )
    lists = Lists(
        genders=dict(Gender.choices),
        criteria=dict(Criterion.choices),
        endings={code: label for code, label in EndedAs.choices if code != EndedAs.MISTAKE},
        destinations=dict(Destination.choices),
    )
    # by the time it was made: read again later, it says the same
    return read_ward_list(bytes(ward_list.message.content), lists, ward_list.handed_in_at, headings)


def _look_up(ward_list: WardList, reading: WardListReading) -> LookedUp:
    """Whom and which stays a list is about, in a few questions to the database however long it is."""
    service_id, sender = ward_list.service_id, _sender_of(ward_list)
    found = LookedUp(ward_list, _hospital(ward_list))
    named = StayIdentifier.objects.filter(service_id=service_id, sender=sender).select_related("stay__person")
    for one in named.filter(value__in=[row.identifier for row in reading.rows]):
        found.stays[one.value] = one.stay
    found.people = _people(service_id, sender, reading.rows)
    ids = [person.pk for person in found.people.values()]
    lately = HospitalStay.objects.filter(person_id__in=ids).exclude(ended_as=EndedAs.MISTAKE)
    for stay in lately.exclude(identifiers__sender=sender).order_by("-admitted_at"):
        found.near.setdefault(stay.person_id, []).append(stay)
    told_of = HospitalStay.objects.filter(
        service_id=service_id, left_at__isnull=True, identifiers__sender=sender, admitted_at__lte=ward_list.made_at
    )
    found.told_of = list(told_of.select_related("person").distinct().order_by("ward", "pk"))
    return found


def ward_list_for(actor: Actor, ward_list_id: int, now: datetime) -> WardList:
    """One list of the actor's services.

    Raises: NotAllowedError; WardListNotFoundError.
    """
    require(actor, Permission.CHASE)
    rows = WardList.objects.filter(service_id__in=actor.service_ids).select_related("message", "service")
    ward_list = rows.filter(pk=ward_list_id).first()
    if ward_list is None:
        raise WardListNotFoundError("There is no such list in your service.")
    return ward_list


def ward_lists_of(actor: Actor, service_id: int, limit: int = 20) -> list[WardList]:
    """The newest lists that came to a service; they name nobody.

    Raises: NotAllowedError.
    """
    require(actor, Permission.CHASE, service_id)
    rows = WardList.objects.filter(service_id=service_id).select_related("message").defer("message__content")
    return list(rows.order_by("-handed_in_at", "-pk")[:limit])


def preview_of(actor: Actor, ward_list: WardList, now: datetime) -> Preview:
    """What a list would change, were it taken in now. `ward_list` comes from `ward_list_for`; who is shown is audited.

    Raises: NotAllowedError.
    """
    require(actor, Permission.CHASE, ward_list.service_id)
    reading = _read_kept_list(ward_list)
    found = _look_up(ward_list, reading)
    known = {row.line: found.known(row) for row in reading.rows}
    stays = {
        stay.pk: stay
        for stay in HospitalStay.objects.filter(pk__in=[one.stay_id for one in known.values() if one and one.stay_id])
    }
    newest = _newest_answers(stays)
    rows = []
    for row in reading.rows:
        one = known[row.line]
        stay = stays.get(one.stay_id) if one and one.stay_id else None
        is_new_person = one is None and not row.faults
        rows.append(
            PreviewRow(
                row=row,
                person=one.person if one else None,
                stay_id=stay.pk if stay else None,
                changes=changes(_known_stay(stay, newest.get(stay.pk, "")), _said(row)) if stay else (),
                alike=_alike(actor, ward_list.service_id, row, now) if is_new_person else (),
                has_ended=bool(stay and not stay.is_open and row.left_at is None),
            )
        )
    missing = set(found.left_out(reading, stays)) if reading.rows else set()
    left = tuple(stay for stay in found.told_of if stay.pk in missing)
    shown = [one.person.pk for one in rows if one.person] + [stay.person_id for stay in left]
    record_reads(
        actor=actor,
        action="see in ward list",
        subject_kind="ward list",
        now=now,
        service_id=ward_list.service_id,
        person_ids=shown,
    )
    is_older = StayReceipt.objects.filter(
        service_id=ward_list.service_id, sender=_sender_of(ward_list), said_at__gt=ward_list.made_at
    ).exists()
    return Preview(reading, tuple(rows), left, is_older)


def rows_sent_back(actor: Actor, ward_list: WardList) -> str:
    """The rows of a list that have a fault, as CSV with why in front, to correct and hand in again.

    Raises: NotAllowedError.
    """
    require(actor, Permission.CHASE, ward_list.service_id)
    if ward_list.state == ListState.WAITING:
        reading = _read_kept_list(ward_list)
        faults = [(one.line, one.field, one.text) for row in reading.rows for one in row.faults]
    else:
        faults = []
        for told in ward_list.message.not_understood:
            line, _, name = str(told["path"]).removeprefix("line ").partition(", ")
            faults.append((int(line), name, str(told["text"])))
    return faults_file(bytes(ward_list.message.content), faults)


def open_questions(actor: Actor, service_id: int, now: datetime) -> list[StayQuestion]:
    """What lists and messages left open about stays, oldest first; who is shown is audited.

    A question is answered by what comes after it too: that they left, once the stay is ended; that they are back, once
    it goes on.

    Raises: NotAllowedError.
    """
    require(actor, Permission.SEE_STAYS, service_id)
    rows = StayQuestion.objects.filter(stay__service_id=service_id, answered_at__isnull=True)
    rows = rows.select_related("stay__person", "stay__hospital", "stay__team", "message").defer("message__content")
    open_ones = [
        one
        for one in rows.order_by("asked_at", "pk")
        if one.stay.is_open == (one.kind != QuestionKind.BACK) and one.stay.ended_as != EndedAs.MISTAKE
    ]
    record_reads(
        actor=actor,
        action="see in questions about stays",
        subject_kind="stay",
        now=now,
        service_id=service_id,
        person_ids=[one.stay.person_id for one in open_ones],
    )
    return open_ones


def question_for(actor: Actor, question_id: int) -> StayQuestion:
    """One question about a stay of the actor's services.

    Raises: NotAllowedError; QuestionNotFoundError.
    """
    require(actor, Permission.CHASE)
    rows = StayQuestion.objects.filter(stay__service_id__in=actor.service_ids).select_related("stay")
    question = rows.filter(pk=question_id).first()
    if question is None:
        raise QuestionNotFoundError("There is no such question in your service.")
    return question


def _hospital(ward_list: WardList) -> Organisation | None:
    """The organisation of the service that has this name or code."""
    wanted = ward_list.hospital_name.casefold()
    rows = Organisation.objects.filter(service_id=ward_list.service_id).order_by("pk")
    return next((one for one in rows if wanted in (one.name.casefold(), one.ods_code.casefold())), None)


def _people(service_id: int, sender: str, rows: Sequence[WardRow]) -> dict[int, Person]:
    """By line, the person on record with this NHS number, or this number of the hospital, and this birth date.

    Less than both never chooses a record.
    """
    wanted = [row for row in rows if row.birth_date is not None]
    people = Person.objects.filter(service_id=service_id)
    by_number = {
        one.nhs_number: one.merged_into or one
        for one in people.filter(
            nhs_number__in=[
                row.values["nhs_number"] for row in wanted if is_valid_nhs_number(row.values["nhs_number"])
            ],
            nhs_number_status=NhsNumberStatus.VERIFIED,
        ).select_related("merged_into")
    }
    by_hospital = {
        one.value: one.person.merged_into or one.person
        for one in Identifier.objects.filter(
            person__service_id=service_id,
            system=sender,
            value__in=[row.values["hospital_number"] for row in wanted if row.values["hospital_number"]],
        ).select_related("person__merged_into")
    }
    found = {}
    for row in wanted:
        for person in (by_number.get(row.values["nhs_number"]), by_hospital.get(row.values["hospital_number"])):
            if person is not None and person.birth_date == row.birth_date:
                found[row.line] = person
                break
    return found


def _is_near(stay: HospitalStay, row: WardRow) -> bool:
    return row.admitted_at is not None and abs(stay.admitted_at - row.admitted_at) <= SAME_ADMISSION


def _newest_answers(stays: Mapping[int, HospitalStay]) -> dict[int, str]:
    """By stay, its newest answer about the criteria to reside, as a row says it."""
    newest: dict[int, str] = {}
    rows = HospitalStay.objects.filter(pk__in=stays).prefetch_related("answers")
    for stay in rows:
        answers = sorted(stay.answers.all(), key=lambda one: (one.day, one.pk))
        if answers:
            newest[stay.pk] = _answer_words(answers[-1].is_met, answers[-1].criterion, answers[-1].day)
    return newest


def _answer_words(is_met: bool, criterion: str, day: date) -> str:
    return f"{'yes, ' + (criterion or Criterion.NOT_RECORDED) if is_met else 'no'}, said for {day.isoformat()}"


def _known_stay(stay: HospitalStay, answer: str = "") -> KnownStay:
    return KnownStay(
        number=stay.pk,
        ward=stay.ward,
        is_open=stay.is_open,
        said={
            "ward": stay.ward,
            "bed": stay.bed,
            "consultant": stay.consultant,
            "reason": stay.reason,
            "expected_date": stay.expected_on.isoformat() if stay.expected_on else "",
            "meets_criteria": answer,
            "pathway": stay.likely_pathway,
            "left_at": _wall(stay.left_at) if stay.left_at else "",
        },
    )


def _said(row: WardRow) -> dict[str, str]:
    """What a row says, as `_known_stay` says it of a stay."""
    criteria = ""
    if row.is_met is not None and row.criteria_on is not None:
        criteria = _answer_words(row.is_met, row.values["criterion"], row.criteria_on)
    plain = {name: row.values[name] for name in ("ward", "bed", "consultant", "reason", "pathway")}
    return {
        **plain,
        "expected_date": row.expected_on.isoformat() if row.expected_on else "",
        "meets_criteria": criteria,
        "left_at": _wall(row.left_at) if row.left_at else "",
    }


def _wall(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"


def _alike(actor: Actor, service_id: int, row: WardRow, now: datetime) -> tuple[tuple[Person, str], ...]:
    """People on record who may be somebody that a row names, with why."""
    number = row.values["nhs_number"]
    wanted = Identity(
        given_name=row.values["given_name"],
        family_name=row.values["family_name"],
        birth_date=row.birth_date,
        nhs_number=number,
        is_nhs_number_verified=is_valid_nhs_number(number),
        postcode=row.values["postcode"],
    )
    return tuple(
        (known.person, ", ".join(known.likeness.reasons))
        for known in people_like(actor, service_id, wanted, now, limit=2)
    )
