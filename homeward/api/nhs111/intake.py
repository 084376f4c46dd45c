"""An NHS 111 report, from bytes to what the front door is asked."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from homeward.api.intake.asked import Brought, Done, Intention, Refusal
from homeward.api.intake.notes import NotUnderstood
from homeward.api.intake.operation_outcome import acceptance
from homeward.api.intake.text import UnreadableMessageError
from homeward.api.nhs111.adaptor_bundle import read_adaptor_bundle
from homeward.api.nhs111.cda import read_report
from homeward.api.nhs111.envelope import open_envelope
from homeward.api.nhs111.new_referral import identity_in, new_person, new_referral
from homeward.api.nhs111.report import CallReport
from homeward.kernel.rules import LONDON
from homeward.referrals.states import MessageKind

# A report's set identifier is a UUID, the same whoever passes it on and whatever it is written in.
SENDER = "NHS 111"
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
MOST_NOTES = 300
NOBODY = (
    "The report has no name, number, birth date, address or phone of the person, so nobody can be helped. Send at "
    "least one; an NHS number is not needed."
)
NOT_FOR_US = (
    "The report is addressed to another service, so it was not acted on. Check the ODS code in its ITK address list."
)


def read_cda(
    content: bytes,
    content_type: str | None = None,
    receives_for: Collection[str] = (),
    urgencies: Mapping[str, str] | None = None,
) -> Brought | Refusal:
    """What the NHS 111 report in `content` brings, or why it is refused.

    `receives_for`: the ODS codes we receive for; when empty, any is taken. `urgencies`: urgency by DX code, where a
    place has decided it.
    """
    try:
        envelope = open_envelope(content, content_type)
    except UnreadableMessageError as error:
        return Refusal(error.status, error.issue_code, str(error))
    ours = {code.upper() for code in receives_for}
    if ours and envelope.addressed_to and not ours.intersection(envelope.addressed_to):
        return Refusal(422, "business-rule", NOT_FOR_US, envelope.message_id)
    reports = [read_report(envelope, document) for document in envelope.documents]
    newest = max(range(len(reports)), key=lambda place: (reports[place].written_at or LONG_AGO, -place))
    others = [one for place, one in enumerate(reports) if place != newest]
    report = read_report(envelope, envelope.documents[newest], _earlier_calls(others))
    return brought_by(report, MessageKind.NHS_111_CDA, envelope.message_id, urgencies, _strangers(report, others))


def read_bundle(
    resource: dict,
    further: tuple[NotUnderstood, ...] = (),
    receives_for: Collection[str] = (),
    urgencies: Mapping[str, str] | None = None,
) -> Brought | Refusal:
    """What the message of the NHS 111 adaptor in `resource` brings, or why it is refused.

    `further`: notes already made of its bytes.
    """
    report = read_adaptor_bundle(resource, further)
    ours = {code.upper() for code in receives_for}
    if ours and report.addressed_to and not ours.intersection(report.addressed_to):
        return Refusal(422, "business-rule", NOT_FOR_US, report.document_id)
    return brought_by(report, MessageKind.NHS_111_FHIR, report.document_id, urgencies)


def brought_by(
    report: CallReport,
    kind: str,
    message_id: str,
    urgencies: Mapping[str, str] | None = None,
    further: tuple[NotUnderstood, ...] = (),
) -> Brought | Refusal:
    """A report in the words of the front door; a refusal when it says nothing of whom it is about."""
    subject = report.subject
    if not any(
        (
            subject.given_name,
            subject.family_name,
            subject.nhs_number,
            subject.birth_date,
            subject.birth_text,
            subject.places,
            subject.telephones,
            subject.local_identifiers,
        )
    ):
        return Refusal(400, "required", NOBODY, message_id)
    report = replace(report, notes=(*report.notes, *further)[:MOST_NOTES])
    notes = report.notes
    named = report.set_id or report.document_id

    def answer(done: Done) -> dict:
        return acceptance(f"outcome-{done.reference}", done.said, (note.path for note in notes))

    return Brought(
        kind=kind,
        intention=Intention.UPDATE if (report.version or 1) > 1 else Intention.NEW,
        message_id=message_id or report.document_id,
        sender=SENDER,
        identifiers=(named.upper(),) if named else (),
        sent_at=report.written_at,
        version=report.version,
        identity=identity_in(report),
        said_number=subject.nhs_number.value if subject.nhs_number else "",
        person=new_person(report),
        practice_code=subject.practice.ods_code if subject.practice else "",
        organisation_codes=(report.author.ods_code, *(one.ods_code for one in report.parties if one.part == "Kept by")),
        referral=new_referral(report, urgencies),
        alerts=(),
        withdrawn_because="",
        notes=notes,
        answer=answer,
        is_rendering=kind == MessageKind.NHS_111_FHIR,
    )


def _earlier_calls(reports: list[CallReport]) -> tuple[str, ...]:
    """One line for each earlier call of a repeat caller, newest first."""
    lines = []
    for report in sorted(reports, key=lambda one: one.written_at or LONG_AGO, reverse=True):
        when = report.started_at or report.written_at
        day = f"{when.astimezone(LONDON):%d %B %Y %H:%M}" if when else "Time not sent"
        said = next((one.text for one in report.sections if "condition" in one.title.lower()), "")
        parts = [f"{report.disposition_code} {report.disposition}".strip(), " ".join(said.split())]
        lines.append(f"{day}: {'. '.join(part for part in parts if part)}")
    return tuple(lines)


def _strangers(report: CallReport, others: list[CallReport]) -> tuple[NotUnderstood, ...]:
    """A note where an earlier call sent with the report looks like somebody else's."""
    mine = report.subject
    for other in others:
        theirs = other.subject
        if mine.birth_date and theirs.birth_date and mine.birth_date != theirs.birth_date:
            text = "An earlier call sent with it has another birth date. Check that it is about this person."
            return (NotUnderstood("ClinicalDocument", text),)
    return ()
