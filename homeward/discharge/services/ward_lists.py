"""Lists of the people on a hospital's wards: handed in, looked at, taken in; and the questions they leave open."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.audit.services import record
from homeward.discharge.models.ward_list import StayQuestion, WardList
from homeward.discharge.rules.ward_list import WardListReading, WardRow
from homeward.discharge.selectors.ward_lists import LookedUp, _look_up, _read_kept_list, _sender_of
from homeward.discharge.services.answering import CriteriaGiven
from homeward.discharge.services.leaving import Leaving
from homeward.discharge.services.receiving import StayGiven, receive_stay
from homeward.discharge.states import Criterion, EndedAs, StayReceived, StaySource
from homeward.discharge.states.ward_lists import ListCovers, ListState, QuestionAnswer, QuestionKind
from homeward.kernel.rules import RefusedError
from homeward.kernel.services import tell
from homeward.people.services import NewAddress, NewPerson, register_person
from homeward.referrals.models import KeptMessage
from homeward.referrals.services import judge_message, keep_message
from homeward.referrals.states import MessageKind, MessageOutcome
from homeward.teams.models import Organisation

FILE_TYPE = "text/csv"
SENT_BACK = "sent_back"  # beside the codes of StayReceived, for what a row came to
ASKED = "asked"
CLOCKS_MAY_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ListHandedIn:
    """A list as it is handed in. `hospital_name`: the same each time, so that its stays are known again."""

    content: bytes
    hospital_name: str
    made_at: datetime
    covers: str = ListCovers.HOSPITAL


@transaction.atomic
def hand_in_ward_list(*, actor: Actor, service_id: int, given: ListHandedIn, now: datetime) -> WardList:
    """Keep a list as it came. It changes nothing until it is taken in.

    Raises: NotAllowedError; RefusedError when nobody is said to have sent it, or the time makes no sense.
    """
    keeper = _keeper(actor, service_id)
    if not given.hospital_name.strip():
        raise RefusedError("Say which hospital the list is from.")
    if given.made_at > now + CLOCKS_MAY_DIFFER:
        raise RefusedError("The time the list was made is in the future. Check it.")
    if given.covers not in ListCovers.values:
        raise RefusedError("Say whom the list is about.")
    message = keep_message(
        actor=keeper,
        service_id=service_id,
        content=given.content,
        media_type=FILE_TYPE,
        now=now,
        kind=MessageKind.WARD_LIST,
    )
    handed_in = WardList.objects.create(
        service_id=service_id,
        message=message,
        hospital_name=given.hospital_name.strip()[:100],
        made_at=given.made_at,
        covers=given.covers,
        handed_in_at=now,
        handed_in_by=actor.name,
    )
    _note(actor, "hand in ward list", handed_in, now)
    return handed_in


@transaction.atomic
def take_in_ward_list(*, actor: Actor, ward_list: WardList, now: datetime) -> WardList:
    """Take in a list: each good row becomes a stay or changes one, the others are sent back with why.

    People of whom this hospital told before and who are not on it become a question, never a discharge. The same list
    again changes nothing.

    One that cannot be read at all is set aside, and says why.

    Raises: NotAllowedError; RefusedError when it was decided on before.
    """
    keeper = _keeper(actor, ward_list.service_id)
    ward_list = _waiting(ward_list)
    reading = _read_kept_list(ward_list)
    if not reading.rows:
        return _set_aside(actor, keeper, ward_list, reading.faults[0].text, now)
    found = _look_up(ward_list, reading)
    counts: Counter[str] = Counter()
    faults = [(fault.line, fault.field, fault.text) for row in reading.rows for fault in row.faults]
    listed: set[int] = set()
    for row in reading.rows:
        if row.faults:
            counts[SENT_BACK] += 1
            # it is on the list all the same, so nobody is asked whether they went home
            listed.update(one.stay_id for one in (found.known(row),) if one and one.stay_id)
            continue
        try:
            with transaction.atomic():
                stay_id, outcome = _take_row(keeper, ward_list, row, found, now)
        except RefusedError as error:
            faults.append((row.line, "", str(error)))
            counts[SENT_BACK] += 1
            listed.update(one.stay_id for one in (found.known(row),) if one and one.stay_id)
            continue
        listed.add(stay_id)
        counts[outcome] += 1
    counts[ASKED] = _ask_who_is_left_out(ward_list, reading, found, listed, now)
    ward_list.state, ward_list.decided_at, ward_list.decided_by = ListState.TAKEN, now, actor.name
    ward_list.counts = dict(counts)
    ward_list.save(update_fields=["state", "decided_at", "decided_by", "counts"])
    is_taken = any(counts[outcome] for outcome in StayReceived.values)
    judge_message(
        actor=keeper,
        message=ward_list.message,
        outcome=MessageOutcome.FILED if is_taken else MessageOutcome.REFUSED,
        now=now,
        reason=said_of(ward_list),
        not_understood=[
            {"path": f"line {line}{f', {name}' if name else ''}", "text": text} for line, name, text in faults
        ],
    )
    _note(actor, "take in ward list", ward_list, now, len(listed))
    tell(topic="stays", service_id=ward_list.service_id, subject=("ward list", ward_list.pk), now=now)
    return ward_list


@transaction.atomic
def set_aside_ward_list(*, actor: Actor, ward_list: WardList, now: datetime) -> WardList:
    """Decide not to take in a list, such as one of the wrong hospital. It is kept as it came.

    Raises: NotAllowedError; RefusedError when it was decided on before.
    """
    keeper = _keeper(actor, ward_list.service_id)
    return _set_aside(actor, keeper, _waiting(ward_list), "Somebody looked at it and set it aside.", now)


@transaction.atomic
def ask_about_stay(*, actor: Actor, stay_id: int, message: KeptMessage, kind: str, now: datetime) -> bool:
    """Ask the ward something about a stay, unless it is being asked already; whether it was not.

    Raises: NotAllowedError.
    """
    require(actor, Permission.RECEIVE_MESSAGES, message.service_id)
    is_new = _ask(stay_id, message, kind, now)
    record(
        actor=actor,
        action="ask about stay",
        subject=("stay", stay_id),
        now=now,
        service_id=message.service_id,
    )
    return is_new


@transaction.atomic
def answer_stay_question(
    *, actor: Actor, question: StayQuestion, answer: str, now: datetime, note: str = ""
) -> StayQuestion:
    """Answer what a list left open. That they left is said by ending the stay, which answers it too.

    Raises: NotAllowedError; RefusedError when it was answered before, or is to be answered by ending the stay.
    """
    require(actor, Permission.CHASE, question.stay.service_id)
    rows = StayQuestion.objects.select_for_update(of=("self",)).select_related("stay")
    question = rows.get(pk=question.pk)
    if question.answered_at is not None:
        raise RefusedError("This was answered before.")
    if answer == QuestionAnswer.LEFT and question.stay.is_open:
        raise RefusedError("End the stay first: say when they left and where they went.")
    if answer not in QuestionAnswer.values:
        raise RefusedError("Choose an answer.")
    _answer(question, answer, actor.name, now, note)
    record(
        actor=actor,
        action="answer question about stay",
        subject=("stay", question.stay_id),
        person_id=question.stay.person_id,
        now=now,
        service_id=question.stay.service_id,
    )
    tell(topic="stays", service_id=question.stay.service_id, subject=("stay", question.stay_id), now=now)
    return question


def said_of(ward_list: WardList) -> str:
    """What a list came to, in one sentence that names nobody."""
    counted = {
        "new": ward_list.counts.get(StayReceived.MADE, 0),
        "changed": ward_list.counts.get(StayReceived.CHANGED, 0),
        "as known": ward_list.counts.get(StayReceived.SAME, 0) + ward_list.counts.get(StayReceived.OLDER, 0),
        "sent back": ward_list.counts.get(SENT_BACK, 0),
        "to ask the ward about": ward_list.counts.get(ASKED, 0),
    }
    said = ", ".join(f"{number} {words}" for words, number in counted.items() if number)
    return f"{said}." if said else ""


def _keeper(actor: Actor, service_id: int) -> Actor:
    """Whoever moves stays on, or a hospital's system: allowed for this list to keep it and to start records.

    Raises: NotAllowedError.
    """
    is_system = actor.may(Permission.RECEIVE_MESSAGES)
    require(actor, Permission.RECEIVE_MESSAGES if is_system else Permission.CHASE, service_id)
    return actor.lent(
        Permission.RECEIVE_MESSAGES, Permission.SEE_PEOPLE, Permission.SEE_FRONT_DOOR, Permission.TAKE_REFERRALS
    )


def _waiting(ward_list: WardList) -> WardList:
    rows = WardList.objects.select_for_update(of=("self",)).select_related("message")
    ward_list = rows.get(pk=ward_list.pk)
    if ward_list.state != ListState.WAITING:
        raise RefusedError(f"This list is {ward_list.get_state_display().lower()} already. Hand in the next one.")
    return ward_list


def _set_aside(actor: Actor, keeper: Actor, ward_list: WardList, reason: str, now: datetime) -> WardList:
    ward_list.state, ward_list.decided_at, ward_list.decided_by = ListState.SET_ASIDE, now, actor.name
    ward_list.save(update_fields=["state", "decided_at", "decided_by"])
    judge_message(actor=keeper, message=ward_list.message, outcome=MessageOutcome.REFUSED, now=now, reason=reason)
    _note(actor, "set aside ward list", ward_list, now)
    return ward_list


def _take_row(
    actor: Actor, ward_list: WardList, row: WardRow, found: LookedUp, now: datetime
) -> tuple[int, StayReceived]:
    known = found.known(row)
    person = known.person if known else None
    if person is None:
        person = register_person(actor=actor, service_id=ward_list.service_id, new=_new_person(row, ward_list), now=now)
    received = receive_stay(actor=actor, person=person, given=_given(row, ward_list, found.hospital), now=now)
    stay = received.stay
    if stay.is_open:
        _close_questions(stay.pk, (QuestionKind.GONE, QuestionKind.WHEN), QuestionAnswer.ON_LIST, ward_list, now)
    elif row.left_at is None and received.outcome != StayReceived.OLDER and stay.left_at < ward_list.made_at:
        _ask(stay.pk, ward_list.message, QuestionKind.BACK, now)
    return stay.pk, received.outcome


def _given(row: WardRow, ward_list: WardList, hospital: Organisation | None) -> StayGiven:
    values = row.values
    criteria = ()
    if row.is_met is not None and row.criteria_on is not None:
        criterion = (values["criterion"] or Criterion.NOT_RECORDED) if row.is_met else ""
        criteria = (CriteriaGiven(row.criteria_on, row.is_met, criterion),)
    leaving = None
    if row.left_at is not None:
        leaving = Leaving(row.left_at, values["left_how"] or EndedAs.LEFT, values["left_for"])
    return StayGiven(
        admitted_at=row.admitted_at,
        source=StaySource.CSV,
        sender=_sender_of(ward_list),
        identifier=row.identifier,
        message_key=f"{ward_list.message.sha256[:40]}:{row.identifier}"[:200],
        said_at=ward_list.made_at,
        hospital=hospital,
        hospital_name="" if hospital else ward_list.hospital_name,
        ward=values["ward"],
        bed=values["bed"],
        consultant=values["consultant"],
        reason=values["reason"],
        expected_on=row.expected_on,
        criteria=criteria,
        likely_pathway=values["pathway"],
        leaving=leaving,
    )


def _new_person(row: WardRow, ward_list: WardList) -> NewPerson:
    values = row.values
    number = values["hospital_number"]
    return NewPerson(
        given_name=values["given_name"],
        family_name=values["family_name"],
        birth_date=row.birth_date,
        gender=values["gender"],
        nhs_number=values["nhs_number"],
        is_nhs_number_traced=False,  # a list does not say who checked the number
        language="",
        address=NewAddress(postcode=values["postcode"]) if values["postcode"] else None,
        identifiers=((_sender_of(ward_list), number),) if number else (),
    )


def _ask_who_is_left_out(
    ward_list: WardList, reading: WardListReading, found: LookedUp, listed: set[int], now: datetime
) -> int:
    return sum(_ask(stay_id, ward_list.message, QuestionKind.GONE, now) for stay_id in found.left_out(reading, listed))


def _ask(stay_id: int, message: KeptMessage, kind: str, now: datetime) -> bool:
    _, is_new = StayQuestion.objects.get_or_create(
        stay_id=stay_id, kind=kind, answered_at=None, defaults={"message": message, "asked_at": now}
    )
    return is_new


def _close_questions(stay_id: int, kinds: Sequence[str], answer: str, ward_list: WardList, now: datetime) -> None:
    for question in StayQuestion.objects.filter(stay_id=stay_id, kind__in=kinds, answered_at__isnull=True):
        _answer(question, answer, f"List of {ward_list.hospital_name}"[:200], now)


def _answer(question: StayQuestion, answer: str, by: str, now: datetime, note: str = "") -> None:
    question.answer, question.answered_at, question.answered_by = answer, now, by
    question.note = note.strip()[:500]
    question.save(update_fields=["answer", "answered_at", "answered_by", "note"])


def _note(actor: Actor, action: str, ward_list: WardList, now: datetime, count: int = 1) -> None:
    record(
        actor=actor,
        action=action,
        subject=("ward list", ward_list.pk),
        now=now,
        service_id=ward_list.service_id,
        count=count,
    )
