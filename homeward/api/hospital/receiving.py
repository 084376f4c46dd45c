"""Where a payload about a stay meets the record: keep its bytes, find the person, tell `discharge`, file the letter."""

import logging
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from homeward.access.rules import Actor
from homeward.api.fhir.importing.filing import file_attachments
from homeward.api.hospital.reading import read_payload
from homeward.api.hospital.said import Letter, NoStay, SaidStay, SaidStays
from homeward.api.intake.finding import PersonNotDescribedError, as_front_desk, organisation_with, person_meant
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.operation_outcome import acceptance, refusal
from homeward.api.intake.receiving import Answer
from homeward.discharge.models import StayIdentifier
from homeward.discharge.services import Leaving, StayGiven, receive_stay
from homeward.discharge.services.ward_lists import ask_about_stay
from homeward.discharge.states import EndedAs, StayReceived, StaySource
from homeward.discharge.states.ward_lists import QuestionKind
from homeward.documents.models import DocumentVersion
from homeward.documents.services import NewDocument, add_documents
from homeward.documents.states import DocumentKind, Source
from homeward.documents.storage import keep
from homeward.kernel.rules import RefusedError, london_day
from homeward.people.models import Person
from homeward.people.rules import day_fault, likeness, rest_disagrees
from homeward.people.selectors import RecordRestrictedError, identity_of, person_ids_of, refuse_restricted
from homeward.people.services import add_to_timeline
from homeward.referrals.models import KeptMessage
from homeward.referrals.services import judge_message, keep_message
from homeward.referrals.states import MessageKind, MessageOutcome
from homeward.teams.models import Organisation
from homeward.teams.selectors import referring_organisations

logger = logging.getLogger(__name__)

LETTER_PLACE = 0  # of the letter made of a document's sections, before the attachments, which are numbered from 1
# National discharge destinations that are another hospital (NHS Data Dictionary, DISCHARGE DESTINATION)
OTHER_HOSPITALS = {"30", "48", "49", "50", "51", "52", "53", "84", "87"}
REPEATED = "This came before; nothing was changed."
SOMEBODY_ELSES = (
    "We hold this stay for somebody else, so nothing was changed. If this is another stay, send it with its own "
    "identifier."
)


@dataclass(frozen=True)
class _Payload:
    """One kept payload on its way through."""

    actor: Actor
    service_id: int
    kept: KeptMessage
    now: datetime


def receive_payload(
    *, actor: Actor, service_id: int, content: bytes, content_type: str | None, now: datetime
) -> Answer:
    """Take in one payload about a stay in hospital: its bytes are kept first, whatever comes of it.

    Raises: NotAllowedError when the actor may not hand in messages.
    """
    told = read_payload(content, content_type)
    kept = keep_message(
        actor=actor,
        service_id=service_id,
        content=content,
        media_type=content_type or "",
        now=now,
        message_id=told.message_id,
        kind=MessageKind.HOSPITAL,
    )
    return _judge(_Payload(actor, service_id, kept, now), told)


def judge_again(*, actor: Actor, message: KeptMessage, now: datetime) -> Answer:
    """Judge a kept payload as if it came in now.

    Raises: NotAllowedError when the actor may not hand in messages.
    """
    told = read_payload(bytes(message.content), message.media_type or None)
    return _judge(_Payload(actor, message.service_id, message, now), told)


def _judge(one: _Payload, told: SaidStays | NoStay) -> Answer:
    if isinstance(told, NoStay):
        return _refuse(one, told.status, told.issue_code, told.text)
    if _came_before(one):
        return _answer(one, told, MessageOutcome.REPEATED, REPEATED, ())
    try:
        try:
            return _act_at_once(one, told)
        except IntegrityError:
            # The same stay or person may have come in by another message meanwhile: look again, and find it.
            return _act_at_once(one, told)
    except PersonNotDescribedError as error:
        return _refuse(one, 422, "business-rule", str(error), told.notes)
    except (RefusedError, RecordRestrictedError) as error:
        return _refuse(one, 409, "conflict", str(error), told.notes)
    except Exception:
        judge_message(
            actor=one.actor,
            message=one.kept,
            outcome=MessageOutcome.REFUSED,
            now=one.now,
            reason="Homeward failed while taking it in. The sender was asked to send it again.",
        )
        raise


def _came_before(one: _Payload) -> bool:
    same = KeptMessage.objects.filter(
        service_id=one.service_id, sha256=one.kept.sha256, kind=MessageKind.HOSPITAL, outcome=MessageOutcome.FILED
    )
    return same.exclude(pk=one.kept.pk).exists()


@transaction.atomic
def _act_at_once(one: _Payload, told: SaidStays) -> Answer:
    sender = (told.sender or one.actor.name)[:120]
    organisations = referring_organisations(one.service_id)
    person = _whose_known_stay(one, told, sender)
    notes = list(told.notes)
    if person is None:
        person, more = person_meant(
            one.actor, one.service_id, told.identity, told.person, told.practice_code, organisations, one.now
        )
        notes += more
    refuse_restricted(as_front_desk(one.actor), person, one.now)
    outcomes = [_take(one, told, stay, place, person, sender, organisations) for place, stay in enumerate(told.stays)]
    filed = _file_letter(one, person, told.letter)
    notes += file_attachments(as_front_desk(one.actor), one.kept, person, one.now)
    said = f"{_counted(outcomes)}{' Its letter is filed with the documents.' if filed else ''}"
    is_news = filed or StayReceived.MADE in outcomes
    return _answer(one, told, MessageOutcome.FILED, said, tuple(notes), person, is_news)


def _whose_known_stay(one: _Payload, told: SaidStays, sender: str) -> Person | None:
    """Whose stay it is, where this sender told of it before.

    Raises: RefusedError when that is surely somebody else.
    """
    names = [name for stay in told.stays for name in stay.identifiers]
    rows = StayIdentifier.objects.filter(service_id=one.service_id, sender=sender, value__in=names)
    found = rows.select_related("stay__person__merged_into").order_by("pk").first()
    if found is None:
        return None
    person = found.stay.person.merged_into or found.stay.person
    held = identity_of(person, None)
    both_verified = held.is_nhs_number_verified and told.identity.is_nhs_number_verified
    is_other = both_verified and held.nhs_number != told.identity.nhs_number
    if is_other or (rest_disagrees(held, told.identity) and likeness(held, told.identity).points == 0):
        raise RefusedError(SOMEBODY_ELSES)
    return person


def _take(
    one: _Payload,
    told: SaidStays,
    stay: SaidStay,
    place: int,
    person: Person,
    sender: str,
    organisations: list[Organisation],
) -> StayReceived:
    hospital = organisation_with((stay.hospital_ods,), organisations)
    leaving = None
    if stay.is_ended and stay.discharged_at is not None:
        leaving = Leaving(stay.discharged_at, _ended_as(stay), "", stay.destination)
    given = StayGiven(
        admitted_at=stay.admitted_at,
        source=StaySource.FHIR,
        sender=sender,
        identifier=stay.identifiers[0] if stay.identifiers else "",
        message_key=f"{one.kept.sha256}:{place}",
        said_at=told.said_at,
        hospital=hospital,
        hospital_name="" if hospital else stay.hospital or stay.hospital_ods or sender,
        ward=stay.wards[-1].ward if stay.wards else "",
        consultant=stay.consultant,
        reason=stay.reason or stay.specialty,
        expected_on=stay.expected_on,
        leaving=leaving,
    )
    received = receive_stay(actor=one.actor, person=person, given=given, now=one.now)
    if stay.is_ended and leaving is None and received.stay.is_open:
        ask_about_stay(actor=one.actor, stay_id=received.stay.pk, message=one.kept, kind=QuestionKind.WHEN, now=one.now)
    return received.outcome


def _ended_as(stay: SaidStay) -> EndedAs:
    if stay.has_died:
        return EndedAs.DIED
    return EndedAs.MOVED if stay.destination_code in OTHER_HOSPITALS else EndedAs.LEFT


def _file_letter(one: _Payload, person: Person, letter: Letter | None) -> bool:
    """File the letter among the person's documents, unless the same words are there; whether it was filed."""
    if letter is None:
        return False
    content = letter.text.encode()
    held = DocumentVersion.objects.filter(
        document__person_id__in=person_ids_of(person), sha256=sha256(content).hexdigest()
    )
    if held.exists():
        return False
    today = london_day(one.now)
    dated = letter.dated_on or today
    new = NewDocument(
        title=letter.title,
        kind=DocumentKind.DISCHARGE,
        source=Source.MESSAGE,
        happened_on=today if day_fault(dated, today, person.birth_date) else dated,
        file=keep(content),
        message=(one.kept.pk, LETTER_PLACE),
    )
    add_documents(actor=as_front_desk(one.actor), person=person, new=[new], now=one.now)
    return True


def _counted(outcomes: list[StayReceived]) -> str:
    words = {
        StayReceived.MADE: "new",
        StayReceived.CHANGED: "changed",
        StayReceived.SAME: "as known",
        StayReceived.OLDER: "older than what is known",
    }
    if len(outcomes) == 1:
        return f"One stay: {words[outcomes[0]]}."
    counted = [f"{outcomes.count(outcome)} {said}" for outcome, said in words.items() if outcome in outcomes]
    return f"{len(outcomes)} stays: {', '.join(counted)}."


def _refuse(one: _Payload, status: int, issue_code: str, text: str, notes: tuple[NotUnderstood, ...] = ()) -> Answer:
    judge_message(
        actor=one.actor,
        message=one.kept,
        outcome=MessageOutcome.REFUSED,
        now=one.now,
        reason=text,
        not_understood=[{"path": note.path, "text": note.text} for note in notes],
    )
    logger.info("payload %s refused: %s %s", one.kept.pk, status, issue_code)
    return Answer(status, refusal(status, issue_code, text), MessageOutcome.REFUSED, "", text)


def _answer(
    one: _Payload,
    told: SaidStays,
    outcome: MessageOutcome,
    said: str,
    notes: tuple[NotUnderstood, ...],
    person: Person | None = None,
    is_news: bool = False,
) -> Answer:
    judge_message(
        actor=one.actor,
        message=one.kept,
        outcome=outcome,
        now=one.now,
        reason=f"{told.kind}. {said}",
        not_understood=[{"path": note.path, "text": note.text} for note in notes],
    )
    if person is not None and is_news:
        add_to_timeline(
            actor=as_front_desk(one.actor),
            person=person,
            kind="hospital",
            title="The hospital sent word of a stay",
            text=told.kind,
            happened_at=one.now,
            now=one.now,
            subject=("kept message", one.kept.pk),
        )
    logger.info("payload %s %s", one.kept.pk, outcome)
    return Answer(200, acceptance(f"outcome-{one.kept.pk}", said, (note.path for note in notes)), outcome, "", said)
