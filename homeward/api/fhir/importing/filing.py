"""Puts another system's record into a person's record here: kept first, then read, never overwriting what stands."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from homeward.access.rules import Actor, Permission
from homeward.api.documents import documents_in
from homeward.api.fhir.importing.reading import MOST_NOTES, Line, Record, read_record
from homeward.api.fhir.patient import Person as Described
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.text import UnreadableMessageError
from homeward.audit.services import record as write_down
from homeward.documents.models import DocumentVersion
from homeward.documents.services import LONGEST_TITLE, NewDocument, add_documents
from homeward.documents.states import DocumentKind, Source
from homeward.documents.storage import keep as keep_file
from homeward.kernel.rules import RefusedError, london_day, spaced_nhs_number, tidy_name, tidy_postcode
from homeward.people.models import Person, TimelineEntry
from homeward.people.rules import Identity, day_fault, rest_disagrees
from homeward.people.selectors import (
    RecordRestrictedError,
    current_addresses,
    holder_of_number,
    identity_of,
    person_ids_of,
    refuse_restricted,
)
from homeward.people.services import SaidElsewhere, add_to_timeline, propose_details, raise_alert
from homeward.people.states import DetailPart, Gender, NhsNumberStatus, Sensitivity
from homeward.referrals.models import KeptMessage
from homeward.referrals.services import judge_message, keep_message
from homeward.referrals.states import MessageKind, MessageOutcome

DIFFERS = "details to decide"
DIFFERS_TITLE = "Another record says something else: details to decide"
SUBJECT = "kept message"
SAFEGUARDING = "safeguard"  # what names it is kept from those who may not read of it, whatever resource says it
NOT_SAID_WHEN = "The other record does not say when."


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of another system's record. `counts`: resources by kind; `read`: how many of them were used."""

    message_id: int
    person: Person
    was_there: bool
    alerts: int
    entries: int
    differences: tuple[str, ...]
    notes: tuple[NotUnderstood, ...]
    counts: Counter
    read: Counter

    def words(self) -> str:
        """What was done, without anything personal."""
        if self.was_there:
            return "This came before; nothing was changed."
        return (
            f"Filed: {self.entries} entries on the timeline, {self.alerts} alerts, {len(self.differences)} details "
            f"to decide. {len(self.notes)} parts were not carried over; they are kept as they came and listed."
        )


class NobodyMeantError(RefusedError):
    """It does not say, in a way that can be trusted, whose record it belongs to."""


def file_record(
    *,
    actor: Actor,
    service_id: int,
    content: bytes,
    content_type: str | None,
    now: datetime,
    person: Person | None = None,
    although_different: bool = False,
) -> Filed:
    """File a FHIR record (R4 or STU3) in a person's record here.

    `person` is whose it is, where somebody says so; else it is the one whose verified NHS number it gives.
    `although_different` is for whoever knows that it is the same person although both numbers are verified and differ.
    Its bytes are kept whatever comes of it.

    Raises: NotAllowedError; RecordRestrictedError, UnreadableMessageError or RefusedError, with what to do. The
    bytes are kept.
    """
    before = KeptMessage.objects.filter(
        service_id=service_id,
        sha256=sha256(content).hexdigest(),
        kind=MessageKind.RECORD,
        outcome=MessageOutcome.FILED,
    )
    before_ids = list(before.values_list("pk", flat=True))
    desk = _as_front_desk(actor)
    kept = keep_message(
        actor=desk,
        service_id=service_id,
        content=content,
        media_type=content_type or "",
        now=now,
        kind=MessageKind.RECORD,
    )
    try:
        read = read_record(content, content_type)
        whose = _whose(desk, service_id, read, person, although_different, now)
        refuse_restricted(desk, whose, now)
        with transaction.atomic():
            return _file(desk, kept, before_ids, read, whose, now)
    except (RecordRestrictedError, RefusedError, UnreadableMessageError) as error:
        judge_message(actor=desk, message=kept, outcome=MessageOutcome.REFUSED, reason=str(error), now=now)
        raise


def _as_front_desk(actor: Actor) -> Actor:
    """Whoever hands it in, allowed for this one record to find the person and to add to their record.

    A connected system is told nothing of what it finds.
    """
    return actor.lent(
        Permission.RECEIVE_MESSAGES, Permission.SEE_PEOPLE, Permission.SEE_FRONT_DOOR, Permission.TAKE_REFERRALS
    )


def _identity(described: Described) -> Identity:
    number = described.nhs_number
    is_verified = bool(number and number.is_verified)
    return Identity(
        given_name=" ".join(described.name.given),
        family_name=described.name.family,
        birth_date=described.birth_date,
        nhs_number=number.value if number and is_verified else "",
        is_nhs_number_verified=is_verified,
        postcode=described.addresses[0].postcode if described.addresses else "",
        phone="",
    )


def _whose(
    actor: Actor, service_id: int, read: Record, person: Person | None, although_different: bool, now: datetime
) -> Person:
    if read.patients > 1:
        raise RefusedError("It is about several people. Send the record of one person at a time.")
    described = read.person
    if person is not None:
        number = described.nhs_number if described else None
        is_other = (
            number is not None
            and number.is_verified
            and person.nhs_number_status == NhsNumberStatus.VERIFIED
            and number.value != person.nhs_number
        )
        if is_other and not although_different:
            raise RefusedError(
                "Its verified NHS number is not this person's. Look whether it is theirs; if it is, say that it is "
                "theirs although the number differs."
            )
        return person
    if described is None:
        raise NobodyMeantError("There is no Patient in it. Say whose record it belongs to.")
    wanted = _identity(described)
    found = holder_of_number(actor, service_id, wanted, now)
    if found is None:
        raise NobodyMeantError(
            "It gives no verified NHS number of somebody on record here. Say whose record it belongs to, or refer the "
            "person first."
        )
    if rest_disagrees(identity_of(found, None), wanted):
        raise NobodyMeantError(
            "The NHS number is on record here for somebody whose name and birth date are different. Find out whose "
            "number it is, and say whose record it belongs to."
        )
    return found


def _file(actor: Actor, kept: KeptMessage, before_ids: list[int], read: Record, person: Person, now: datetime) -> Filed:
    ids = person_ids_of(person)
    subject = (SUBJECT, kept.pk)
    entries = TimelineEntry.objects.filter(person_id__in=ids, subject_kind=SUBJECT)
    was_there = bool(before_ids) and (entries.filter(subject_id__in=before_ids).exists() or not _has_content(read))
    notes = read.notes
    if was_there:
        judge_message(actor=actor, message=kept, outcome=MessageOutcome.REPEATED, now=now)
        return Filed(kept.pk, person, True, 0, 0, (), tuple(notes), read.counts, read.read)
    known = set(entries.values_list("kind", "title", "text"))
    standing = set(person.alerts.filter(ends_on__isnull=True).values_list("kind", "text"))
    raised = 0
    for kind, text in dict.fromkeys(read.alerts):
        if (kind, text) not in standing:
            raise_alert(actor=actor, person=person, kind=kind, text=text, now=now)
            raised += 1
    added = 0
    for line in read.lines:
        at, text = line.happened_at, line.text
        if at is None:
            text = "\n".join(filter(None, [text, NOT_SAID_WHEN]))
        elif fault := day_fault(london_day(at), london_day(now), person.birth_date):
            # its day stays in words, and it stands at the moment it came
            at, text = None, "\n".join(filter(None, [text, f"Dated {london_day(at).isoformat()} there. {fault}"]))
        if (line.kind, line.title, text) in known:
            continue
        known.add((line.kind, line.title, text))
        add_to_timeline(
            actor=actor,
            person=person,
            kind=line.kind,
            title=line.title,
            text=text,
            happened_at=at or now,
            now=now,
            subject=subject,
            sensitivity=_sensitivity(line),
        )
        added += 1
    said = _differences(person, read, now) if read.person else []
    differences = tuple(one.line for one in said)
    text = "\n".join(differences)
    if differences and (DIFFERS, DIFFERS_TITLE, text) not in known:
        add_to_timeline(
            actor=actor,
            person=person,
            kind=DIFFERS,
            title=DIFFERS_TITLE,
            text=text,
            happened_at=now,
            now=now,
            subject=subject,
        )
    propose_details(
        actor=actor,
        person=person,
        said=[one.detail for one in said if one.detail],
        said_by=kept.received_from,
        message_id=kept.pk,
        now=now,
    )
    notes = [*notes, *file_attachments(actor, kept, person, now)]
    filed = Filed(kept.pk, person, False, raised, added, differences, tuple(notes), read.counts, read.read)
    judge_message(
        actor=actor,
        message=kept,
        outcome=MessageOutcome.FILED,
        reason=filed.words(),
        not_understood=_listed(notes),
        now=now,
    )
    write_down(
        actor=actor,
        action="file record",
        subject=(SUBJECT, kept.pk),
        person_id=person.pk,
        now=now,
        service_id=person.service_id,
        count=added + raised,
    )
    return filed


def _sensitivity(line: Line) -> str:
    return Sensitivity.SAFEGUARDING if SAFEGUARDING in f"{line.title} {line.text}".casefold() else ""


def _has_content(read: Record) -> bool:
    return bool(read.lines or read.person)


def _listed(notes: list[NotUnderstood]) -> list[dict]:
    rows = [{"path": note.path, "text": note.text} for note in notes[:MOST_NOTES]]
    if len(notes) > MOST_NOTES:
        rows.append({"path": "", "text": f"And {len(notes) - MOST_NOTES} more parts, kept as they came."})
    return rows


def file_attachments(actor: Actor, kept: KeptMessage, person: Person, now: datetime) -> list[NotUnderstood]:
    """File what is attached among the person's documents; gives what could not be filed, which stays as it came."""
    notes, new, known = [], [], set()
    taken = DocumentVersion.objects.filter(document__person_id__in=person_ids_of(person))
    for place, inside in enumerate(documents_in(bytes(kept.content), kept.media_type), 1):
        digest = sha256(inside.content).hexdigest()
        if digest in known or taken.filter(sha256=digest).exists():
            continue
        known.add(digest)
        try:
            file = keep_file(inside.content)
        except RefusedError as error:
            notes.append(NotUnderstood(f"attachment {place}", f"It was not filed among the documents. {error}"))
            continue
        words = inside.title[:LONGEST_TITLE]
        marked = Sensitivity.SAFEGUARDING if SAFEGUARDING in words.casefold() else ""
        new.append(
            NewDocument(
                title=words,
                kind=DocumentKind.OTHER,
                source=Source.MESSAGE,
                happened_on=london_day(now),
                file=file,
                sensitivity=marked,
                message=(kept.pk, place),
            )
        )
    add_documents(actor=actor, person=person, new=new, now=now)
    return notes


@dataclass(frozen=True, slots=True)
class _Difference:
    """What the other record says that ours does not: a line for the timeline, and what somebody decides on, if that."""

    line: str
    detail: SaidElsewhere | None


def _differences(person: Person, read: Record, now: datetime) -> list[_Difference]:
    """What the other record says of who somebody is that ours does not, one line each: for a person to decide on."""
    described = read.person
    assert described is not None
    said: list[_Difference] = []

    def compare(
        what: str, part: DetailPart, ours: str, theirs: str, value: Mapping[str, Any], *, same: bool | None = None
    ) -> None:
        alike = tidy_name(ours) == tidy_name(theirs) if same is None else same
        if theirs.strip() and not alike:
            line = f"{what}: here {ours.strip() or 'not known'}; there {theirs.strip()}"
            said.append(_Difference(line, SaidElsewhere(part, ours.strip(), theirs.strip(), value)))

    number = described.nhs_number
    if number:
        theirs = spaced_nhs_number(number.value) if number.passes_check else f"{number.value} (fails its check)"
        compare(
            "NHS number",
            DetailPart.NHS_NUMBER,
            spaced_nhs_number(person.nhs_number) if person.nhs_number else "",
            theirs,
            {"number": number.value, "is_verified": number.is_verified} if number.passes_check else {},
            same=number.value == person.nhs_number,
        )
    compare(
        "Name",
        DetailPart.NAME,
        f"{person.given_name} {person.family_name}",
        described.name.words(),
        {"given_name": " ".join(described.name.given), "family_name": described.name.family}
        if described.name.given or described.name.family
        else {},
        same=_same_name(person, described),
    )
    born = described.birth_date
    compare(
        "Date of birth",
        DetailPart.BIRTH,
        str(person.birth_date or person.birth_text),
        described.birth_date_text[:10],
        {"birth_date": born.isoformat(), "birth_text": ""} if born else {},
    )
    if described.gender and described.gender != "unknown":
        known_gender = described.gender in Gender.values
        value = {"gender": described.gender} if known_gender else {}
        compare("Gender", DetailPart.GENDER, person.gender, described.gender, value)
    if described.died_on or described.is_deceased:
        died = described.died_on[:10]
        compare(
            "Died",
            DetailPart.DIED,
            str(person.died_on or ""),
            died or "yes, no day given",
            {},
            same=bool(died and died == str(person.died_on)),
        )
    if read.is_restricted:
        restricted = "The other record is restricted: where they live and whom to call must not be passed on"
        said.append(_Difference(restricted, None))
    _compare_home(person, described, now, compare)
    phones = [one.value for one in described.contact_methods if one.kind in ("phone", "sms", "")]
    phone, email = next(iter(phones), ""), next(iter(_emails(described)), "")
    same = _digits(person.phone) in map(_digits, phones)
    compare("Phone", DetailPart.PHONE, person.phone, phone, {"phone": phone}, same=same)
    same = person.email.lower() in [one.lower() for one in _emails(described)]
    compare("Email", DetailPart.EMAIL, person.email, email, {"email": email}, same=same)
    language = described.preferred_language or next(iter(described.languages), "")
    compare("Language", DetailPart.LANGUAGE, person.language, language, {"language": language})
    needs = described.needs_interpreter
    if needs is not None and needs != person.needs_interpreter:
        value = {"needs_interpreter": needs}
        ours = _yes(person.needs_interpreter)
        compare("Interpreter", DetailPart.INTERPRETER, ours, _yes(needs), value, same=False)
    if described.general_practice:
        ours = person.gp_practice
        theirs = " ".join(filter(None, [described.general_practice.practice, described.general_practice.ods_code]))
        same = bool(ours and ours.ods_code and ours.ods_code.upper() == described.general_practice.ods_code.upper())
        value = {"ods_code": described.general_practice.ods_code} if described.general_practice.ods_code else {}
        compare("GP practice", DetailPart.GP_PRACTICE, ours.name if ours else "", theirs, value, same=same)
    known = {tidy_name(one.name) for one in person.contacts.all() if one.ended_on is None}
    for contact in described.contacts:
        if contact.is_the_person or not contact.name or tidy_name(contact.name) in known:
            continue
        phone = next((one.value for one in contact.methods if one.kind == "phone"), "")
        words = ", ".join(filter(None, [contact.name, contact.relationship, phone]))
        value = {"name": contact.name, "relationship": contact.relationship, "phone": phone}
        detail = SaidElsewhere(DetailPart.CONTACT, "", words, value)
        said.append(_Difference(f"Contact not on record here: {words}", detail))
    said += [
        _Difference(need, SaidElsewhere(DetailPart.NEED, "", need, {"text": need}))
        for need in described.communication_needs
    ]
    return list({one.line: one for one in said}.values())


def _emails(described: Described) -> list[str]:
    return [one.value for one in described.contact_methods if one.kind == "email"]


def _compare_home(person: Person, described: Described, now: datetime, compare) -> None:
    homes = [one for one in described.addresses if one.use not in ("old", "temp", "billing")]
    if not homes:
        return
    ours = next(iter(current_addresses(person, london_day(now))), None)
    held = f"{ours.lines}, {ours.postcode}".strip(", ") if ours else ""
    same = bool(ours and ours.postcode and tidy_postcode(homes[0].postcode) == ours.postcode)
    lines = ", ".join(filter(None, [*homes[0].lines, homes[0].city])) if homes[0].postcode else ""
    value = {"lines": lines, "postcode": homes[0].postcode} if lines else {}
    compare("Home", DetailPart.HOME, held, homes[0].words(), value, same=same)


def _same_name(person: Person, described: Described) -> bool:
    theirs = set(tidy_name(described.name.words()).split())
    ours = set(tidy_name(f"{person.given_name} {person.family_name}").split())
    return bool(ours) and ours <= theirs


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit()) or text


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
