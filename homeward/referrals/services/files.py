"""Files of referrals: kept as they came, each row taken or sent back with why."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from homeward.access.rules import Actor, Permission, require
from homeward.kernel.rules import LONDON, RefusedError, is_valid_nhs_number
from homeward.people.models import Person
from homeward.people.rules import Identity
from homeward.people.selectors import people_like
from homeward.people.services import NewAddress, NewPerson
from homeward.people.states import EthnicCategory, EthnicitySource, Gender, NhsNumberStatus
from homeward.procedures.selectors import library
from homeward.referrals.models import KeptMessage, Referral
from homeward.referrals.rules import ReferralRow, Words, read_file, says_nothing_new
from homeward.referrals.services.messages import judge_message, keep_message
from homeward.referrals.services.receiving import NewReferral, take_referral, update_referral
from homeward.referrals.states import MessageKind, MessageOutcome, Route, Source, Urgency

FILE_TYPE = "text/csv"
LONGEST_NAME = 100  # characters of what the sender of a file is called


@dataclass(frozen=True)
class RowTaken:
    """What became of one row: a `MessageOutcome`, and our reference, "" when it was refused."""

    line: int
    outcome: str
    reference: str


@dataclass(frozen=True)
class FileTaken:
    """What became of a file. The faults of its rows are the not understood parts of `message`."""

    message: KeptMessage
    rows: tuple[RowTaken, ...]

    def count(self, outcome: MessageOutcome) -> int:
        """How many rows came to this."""
        return sum(row.outcome == outcome for row in self.rows)


def _words_of_a_file() -> Words:
    """The lists a file of referrals may choose from."""
    return Words(
        sources=dict(Source.choices),
        urgencies=dict(Urgency.choices),
        needs={need.code: need.title for need in library().needs},
        genders=dict(Gender.choices),
        ethnic_groups=dict(EthnicCategory.choices),
    )


@transaction.atomic
def receive_file(*, actor: Actor, service_id: int, content: bytes, sent_by: str, now: datetime) -> FileTaken:
    """Take in a file of referrals: its bytes are kept, good rows become referrals, the others are sent back with why.

    `sent_by`: who made the file; with it and the row's own number, a row sent again is known. A row that says
    something new updates its referral; one that does not changes nothing.

    Raises: NotAllowedError; RefusedError when nobody is said to have sent it.
    """
    require(actor, Permission.TAKE_REFERRALS, service_id)
    if not sent_by.strip():
        raise RefusedError("Say who sent the file, so that a row sent again is known.")
    keeper = actor.lent(Permission.RECEIVE_MESSAGES)
    message = keep_message(
        actor=keeper, service_id=service_id, content=content, media_type=FILE_TYPE, now=now, kind=MessageKind.FILE
    )
    reading = read_file(content, _words_of_a_file(), now)
    sender = f"File: {sent_by.strip()[:LONGEST_NAME]}"
    faults = [(fault.line, fault.field, fault.text) for fault in reading.faults]
    taken = []
    for row in reading.rows:
        faults += [(fault.line, fault.field, fault.text) for fault in row.faults]
        if row.faults:
            taken.append(RowTaken(row.line, MessageOutcome.REFUSED, ""))
            continue
        try:
            with transaction.atomic():
                outcome, reference = _take_row(actor, service_id, row, sender, now)
        except RefusedError as error:
            faults.append((row.line, "", str(error)))
            outcome, reference = MessageOutcome.REFUSED, ""
        taken.append(RowTaken(row.line, outcome, reference))
    result = FileTaken(message, tuple(taken))
    judge_message(
        actor=keeper,
        message=message,
        outcome=_outcome_of(result),
        now=now,
        reason=_said_of(result, faults),
        not_understood=[
            {"path": f"line {line}{f', {name}' if name else ''}", "text": text} for line, name, text in faults
        ],
    )
    return result


def _outcome_of(taken: FileTaken) -> MessageOutcome:
    for outcome in (MessageOutcome.REFERRAL, MessageOutcome.UPDATED, MessageOutcome.REPEATED):
        if taken.count(outcome):
            return outcome
    return MessageOutcome.REFUSED


def _said_of(taken: FileTaken, faults: list[tuple[int, str, str]]) -> str:
    if not taken.rows:
        return faults[0][2] if faults else "The file has no rows."
    counted = {
        "became referrals": taken.count(MessageOutcome.REFERRAL),
        "updated one": taken.count(MessageOutcome.UPDATED),
        "came before": taken.count(MessageOutcome.REPEATED),
        "sent back": taken.count(MessageOutcome.REFUSED),
    }
    said = ", ".join(f"{number} {words}" for words, number in counted.items() if number)
    return f"{len(taken.rows)} row{'' if len(taken.rows) == 1 else 's'}: {said}."


def _take_row(
    actor: Actor, service_id: int, row: ReferralRow, sender: str, now: datetime
) -> tuple[MessageOutcome, str]:
    new = _new_referral(row, sender)
    held = Referral.objects.filter(service_id=service_id, sender=sender, sender_identifier=row.identifier).first()
    if held is not None:
        _check_same_person(held.person, row)
        longest = {one.name: getattr(one, "max_length", None) or 0 for one in Referral._meta.fields}
        if says_nothing_new(held, new, longest):
            return MessageOutcome.REPEATED, held.reference
        held = update_referral(actor=actor, referral=held, new=new, now=now)
        return MessageOutcome.UPDATED, held.reference
    person = _known_person(actor, service_id, row, now)
    referral = take_referral(
        actor=actor,
        service_id=service_id,
        new=new,
        now=now,
        person=person,
        new_person=None if person else _new_person(row),
    )
    return MessageOutcome.REFERRAL, referral.reference


def _check_same_person(person: Person | None, row: ReferralRow) -> None:
    """Stop a row changing the referral of somebody else.

    Raises: RefusedError when both birth dates are known and differ, and so do the names.
    """
    if person is None:
        return
    family = row.values["family_name"].strip().lower()
    differs = row.birth_date and person.birth_date and row.birth_date != person.birth_date
    if differs and family and person.family_name and family != person.family_name.lower():
        raise RefusedError("This referral_id is the referral of somebody else here. Give this row its own.")


def _known_person(actor: Actor, service_id: int, row: ReferralRow, now: datetime) -> Person | None:
    """The person on record with this NHS number and birth date. Less than both never chooses a record."""
    number = row.values["nhs_number"]
    if not is_valid_nhs_number(number) or row.birth_date is None:
        return None
    wanted = Identity(nhs_number=number, is_nhs_number_verified=True, birth_date=row.birth_date)
    looker = actor.lent(Permission.SEE_PEOPLE)
    for known in people_like(looker, service_id, wanted, now):
        person = known.person
        has_number = person.nhs_number_status == NhsNumberStatus.VERIFIED and person.nhs_number == number
        if has_number and person.birth_date == row.birth_date:
            return person
    return None


def _new_person(row: ReferralRow) -> NewPerson:
    values = row.values
    has_address = values["address"] or values["postcode"] or values["access_notes"]
    return NewPerson(
        given_name=values["given_name"],
        family_name=values["family_name"],
        birth_date=row.birth_date,
        gender=values["gender"],
        ethnic_category=values["ethnic_group"],
        # nor who gave the ethnic group
        ethnic_category_by=EthnicitySource.OTHER,
        nhs_number=values["nhs_number"],
        # a file does not say who checked the number
        is_nhs_number_traced=False,
        phone=values["phone"],
        address=NewAddress(lines=values["address"], postcode=values["postcode"], access_notes=values["access_notes"])
        if has_address
        else None,
    )


def _new_referral(row: ReferralRow, sender: str) -> NewReferral:
    values = row.values
    details = []
    if row.other:
        text = "\n".join(f"{name}: {value}" for name, value in row.other.items())
        details.append({"title": "Other columns of the file", "text": text})
    received = f", received {row.received_at.astimezone(LONDON):%d %B %Y %H:%M}" if row.received_at else ""
    details.append({"title": "The file", "text": f"Line {row.line}{received}"})
    person = " ".join(part for part in (values["given_name"], values["family_name"]) if part)
    return NewReferral(
        source=values["source"],
        urgency=values["urgency"],
        need_code=values["need"],
        need_text=values["need_text"],
        received_at=row.received_at,
        requester_name=values["requester_name"],
        requester_role=values["requester_role"],
        requester_organisation=values["requester_organisation"],
        requester_phone=values["requester_phone"],
        safeguarding_text=values["safeguarding"],
        contact_name=values["contact_name"] or person,
        contact_phone=values["contact_phone"] or values["phone"],
        place_text=", ".join(part for part in (values["address"], values["postcode"]) if part),
        sender=sender,
        sender_identifier=row.identifier,
        use_case="file",
        route=Route.FILE,
        details=details,
    )
